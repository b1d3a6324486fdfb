package api

import (
	"errors"
	"strconv"

	"heed/internal/desk"
	"heed/internal/people"
)

// readingRoutes are those of the draft tray: what was read from texts and waits for a person.
func (s *Server) readingRoutes() map[string]route {
	return map[string]route{
		"GET /api/readings":          {people.ActDraft, s.readings},
		"GET /api/reading":           {people.ActDraft, s.reading},
		"POST /api/readings":         {people.ActDraft, s.addReadings},
		"POST /api/readings/accept":  {people.ActWeigh, s.acceptReadings},
		"POST /api/readings/correct": {people.ActDraft, s.correctReading},
		"POST /api/readings/drop":    {people.ActDraft, s.dropReading},
	}
}

// Text is the body of a request to read a text into the tray.
type Text struct {
	Title string `json:"title"`
	Text  string `json:"text,omitempty"`
	Raw   []byte `json:"raw,omitempty"` // instead of text: bytes that are not UTF-8
}

// Drafts is the body of what is done to drafts of the tray.
type Drafts struct {
	N       []int64          `json:"n"`
	Correct *desk.Correction `json:"correct,omitempty"`
}

func (s *Server) readings(c *call) (any, error) {
	state := c.r.URL.Query().Get("state")
	if state == "all" {
		state = ""
	} else if state == "" {
		state = "waiting"
	}
	return s.Desk.Readings(c.r.Context(), c.by, state, c.number("limit", 100, 1000))
}

func (s *Server) reading(c *call) (any, error) {
	n, err := strconv.ParseInt(c.r.URL.Query().Get("n"), 10, 64)
	if err != nil {
		return nil, errors.New("name a draft by its number")
	}
	return s.Desk.Reading(c.r.Context(), c.by, n)
}

func (s *Server) addReadings(c *call) (any, error) {
	var in Text
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if in.Text != "" && len(in.Raw) > 0 {
		return nil, errors.New("give either text or raw")
	}
	return s.Desk.AddReadings(c.r.Context(), c.by, in.Title, in.Text+string(in.Raw))
}

func (s *Server) acceptReadings(c *call) (any, error) {
	var in Drafts
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return s.Desk.AcceptReadings(c.r.Context(), c.by, in.N)
}

// oneDraft reads a body that names exactly one draft.
func (c *call) oneDraft() (in Drafts, err error) {
	if err = c.read(&in); err == nil && len(in.N) != 1 {
		err = errors.New("name one draft by its number")
	}
	return in, err
}

func (s *Server) correctReading(c *call) (any, error) {
	in, err := c.oneDraft()
	if err != nil {
		return nil, err
	}
	if in.Correct == nil {
		return nil, errors.New("say what to correct: give either fields to set or the whole statement")
	}
	return s.Desk.CorrectReading(c.r.Context(), c.by, in.N[0], *in.Correct)
}

func (s *Server) dropReading(c *call) (any, error) {
	in, err := c.oneDraft()
	if err != nil {
		return nil, err
	}
	return s.Desk.DropReading(c.r.Context(), c.by, in.N[0])
}
