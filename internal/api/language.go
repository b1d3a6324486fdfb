package api

import (
	"errors"

	"github.com/go-json-experiment/json/jsontext"

	"heed/internal/desk"
)

// Translate is the body of a request to set a translation beside a statement.
type Translate struct {
	What     string   `json:"what"`
	Lang     string   `json:"lang"`
	Headline string   `json:"headline,omitempty"`
	Text     string   `json:"text"`
	Left     []string `json:"left,omitempty"` // words left as they are
	By       string   `json:"by,omitempty"`   // who translated; empty: the person who asks
}

func (s *Server) translate(c *call) (any, error) {
	var in Translate
	if err := c.read(&in); err != nil {
		return nil, err
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	return s.Desk.Translate(c.r.Context(), c.by, l.Index, desk.Rendering{Lang: in.Lang, Headline: in.Headline, Text: in.Text, Left: in.Left, By: in.By})
}

// languageContent gives the translations as a STIX object, for other tools.
func (s *Server) languageContent(c *call) (any, error) {
	l, err := s.line(c, c.r.URL.Query().Get("what"))
	if err != nil {
		return nil, err
	}
	b, err := s.Desk.LanguageContent(c.r.Context(), c.by, l.Index)
	return jsontext.Value(b), err
}

// Distrust is the body of a request to note distrust of a party, or to lift it.
type Distrust struct {
	Party  string `json:"party"`
	Level  string `json:"level"`
	Reason string `json:"reason"`
}

func (s *Server) distrust(c *call) (any, error) {
	var in Distrust
	if err := c.read(&in); err != nil {
		return nil, err
	}
	p, err := s.Directory.Named(in.Party)
	if err != nil {
		return nil, err
	}
	if p.ID == c.by.Desk {
		return nil, errors.New("nobody notes distrust of their own desk")
	}
	return s.Desk.SetDistrust(c.r.Context(), c.by, p.ID, in.Level, in.Reason)
}
