package api

import (
	"errors"
	"strings"
	"time"

	"heed/internal/people"
)

// askRoutes are those of questions, answers and feedback.
func (s *Server) askRoutes() map[string]route {
	return map[string]route{
		"POST /api/ask":      {people.ActAsk, s.ask},
		"POST /api/answer":   {people.ActAnswer, s.answer},
		"POST /api/feedback": {people.ActFeedback, s.feedback},
	}
}

// Ask is the body of a question, an answer or feedback.
type Ask struct {
	What   string `json:"what"` // the statement; for an answer the question
	Words  string `json:"words,omitempty"`
	Due    string `json:"due,omitempty"`    // of a question: until when an answer is needed
	Refuse bool   `json:"refuse,omitempty"` // of an answer: it will not be given
	Use    string `json:"use,omitempty"`    // of feedback
}

func (s *Server) ask(c *call) (any, error) {
	var in Ask
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if strings.TrimSpace(in.Words) == "" {
		return nil, errors.New("a question is missing: say what you want to know")
	}
	var due *time.Time
	if in.Due != "" {
		t, err := instant(in.Due)
		if err != nil {
			return nil, err
		}
		t = t.UTC()
		due = &t
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	return s.Desk.Ask(c.r.Context(), c.by, l.Index, in.Words, due)
}

func (s *Server) answer(c *call) (any, error) {
	var in Ask
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if strings.TrimSpace(in.Words) == "" {
		return nil, errors.New("an answer needs words; so does a refusal: say why")
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	return s.Desk.Answer(c.r.Context(), c.by, l.Index, in.Words, in.Refuse)
}

func (s *Server) feedback(c *call) (any, error) {
	var in Ask
	if err := c.read(&in); err != nil {
		return nil, err
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	return s.Desk.Feedback(c.r.Context(), c.by, l.Index, in.Use, in.Words)
}
