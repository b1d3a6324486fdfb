package api

import (
	"errors"
	"fmt"
	"time"

	"heed"
	"heed/internal/desk"
	"heed/internal/source"
)

// Extract is a text for other readers, made from a whole.
type Extract struct {
	What     string        `json:"what,omitempty"` // handle of the whole, where it is said already
	Headline string        `json:"headline"`
	Text     string        `json:"text,omitempty"`
	Lang     string        `json:"lang,omitempty"`
	Keep     []string      `json:"keep,omitempty"` // fields of the whole; precedence and exercise always
	Handling heed.Handling `json:"handling,omitzero"`
	Asked    []string      `json:"asked,omitempty"`
	To       []string      `json:"to"`
	Despite  []string      `json:"despite,omitempty"`
	Because  string        `json:"because,omitempty"`
}

func (s *Server) readExtract(in Extract) (desk.Extract, error) {
	to, err := s.named(in.To)
	return desk.Extract{Headline: in.Headline, Text: in.Text, Lang: in.Lang, Keep: in.Keep, Handling: in.Handling, Asked: in.Asked, To: to}, err
}

// draft makes of a request what the desk speaks. The name of a sealed source ends here: the
// draft has its token.
func (s *Server) draft(c *call, in Warn) (desk.Draft, error) {
	to, err := s.named(in.To)
	if err != nil {
		return desk.Draft{}, err
	}
	draft := desk.Draft{Headline: in.Headline, Text: in.Text, Lang: in.Lang, Exercise: in.Exercise, Revoke: in.Revoke,
		Warning: in.Warning, To: to, Asked: in.Warning.Asked, Despite: in.Despite, Because: in.Because}
	for i, h := range draft.Warning.Chain {
		if h.Party == "" || h.Party.Valid() {
			continue
		}
		p, err := s.Directory.Named(string(h.Party)) // people write a party's name
		if err != nil {
			return draft, fmt.Errorf("hop %d of the chain: %w", i+1, err)
		}
		draft.Warning.Chain[i].Party = p.ID
	}
	for _, x := range in.Extracts {
		if x.What != "" {
			return draft, errors.New("an extract that is said with its whole names no other one")
		}
		read, err := s.readExtract(x)
		if err != nil {
			return draft, err
		}
		draft.Extracts = append(draft.Extracts, read)
	}
	for _, q := range in.Quotes {
		l, err := s.line(c, q)
		if err != nil {
			return draft, err
		}
		draft.Quotes = append(draft.Quotes, l.Index)
	}
	if in.Update != "" {
		l, err := s.line(c, in.Update)
		if err != nil {
			return draft, err
		}
		draft.ID = l.ID
	}
	if in.Source != "" {
		hop, err := s.Desk.SealedHop(c.r.Context(), c.by, in.Source, in.Scope)
		if err != nil {
			return draft, err
		}
		hop.Basis = draft.Warning.Basis
		draft.Warning.Chain = append(draft.Warning.Chain, hop)
	}
	return draft, nil
}

func (s *Server) warn(c *call) (any, error) {
	var in Warn
	if err := c.read(&in); err != nil {
		return nil, err
	}
	draft, err := s.draft(c, in)
	if err != nil {
		return nil, err
	}
	return s.Desk.Warn(c.r.Context(), c.by, draft)
}

// Check is the body of a request to run the checks before release: over a statement that is
// here, or over a draft.
type Check struct {
	What string `json:"what,omitempty"`
	Warn *Warn  `json:"warn,omitempty"`
}

// Checked is what they found.
type Checked struct {
	Findings []heed.Finding `json:"findings"`
	Refused  bool           `json:"refused"`
}

func (s *Server) check(c *call) (any, error) {
	var in Check
	if err := c.read(&in); err != nil {
		return nil, err
	}
	var found []heed.Finding
	if in.Warn == nil {
		l, err := s.line(c, in.What)
		if err != nil {
			return nil, err
		}
		if found, err = s.Desk.Examine(c.r.Context(), c.by, l.Index); err != nil {
			return nil, err
		}
		return Checked{found, heed.Refused(found)}, nil
	}
	draft, err := s.draft(c, *in.Warn)
	if err != nil {
		return nil, err
	}
	if found, err = s.Desk.Look(c.r.Context(), c.by, draft); err != nil {
		return nil, err
	}
	return Checked{found, heed.Refused(found)}, nil
}

func (s *Server) drafts(c *call) (any, error) { return s.Desk.Drafts(c.r.Context(), c.by) }

func (s *Server) release(c *call) (any, error) {
	var in Act
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return s.Desk.Release(c.r.Context(), c.by, in.What, in.Words)
}

func (s *Server) dropDraft(c *call) (any, error) {
	var in Act
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return s.Desk.DropDraft(c.r.Context(), c.by, in.What)
}

func (s *Server) extract(c *call) (any, error) {
	var in Extract
	if err := c.read(&in); err != nil {
		return nil, err
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	x, err := s.readExtract(in)
	if err != nil {
		return nil, err
	}
	return s.Desk.Extract(c.r.Context(), c.by, l.Index, x, in.Despite, in.Because)
}

// Source is the body of a request about sealed sources. It is never logged.
type Source struct {
	ID         string `json:"id,omitempty"`
	Name       string `json:"name,omitempty"`
	Notes      string `json:"notes,omitempty"`
	Passphrase string `json:"passphrase,omitempty"`
	Reason     string `json:"reason,omitempty"`
	Scope      string `json:"scope,omitempty"`
}

// Unlocked says until when the names are open.
type Unlocked struct {
	Until time.Time `json:"until"`
}

func (c *call) source() (in Source, err error) {
	err = c.read(&in)
	return in, err
}

func (s *Server) beginSources(c *call) (any, error) {
	in, err := c.source()
	if err != nil {
		return nil, err
	}
	return struct{}{}, s.Desk.BeginSources(c.r.Context(), c.by, in.Passphrase)
}

func (s *Server) sources(c *call) (any, error) { return s.Desk.SourceList(c.r.Context(), c.by) }

func (s *Server) addSource(c *call) (any, error) {
	in, err := c.source()
	if err != nil {
		return nil, err
	}
	return s.Desk.AddSource(c.r.Context(), c.by, source.Secret{Name: in.Name, Notes: in.Notes})
}

func (s *Server) unlockSources(c *call) (any, error) {
	in, err := c.source()
	if err != nil {
		return nil, err
	}
	until, err := s.Desk.UnlockSources(c.r.Context(), c.by, in.Passphrase)
	return Unlocked{until}, err
}

func (s *Server) lockSources(c *call) (any, error) {
	return struct{}{}, s.Desk.LockSources(c.r.Context(), c.by)
}

func (s *Server) lookAtSource(c *call) (any, error) {
	in, err := c.source()
	if err != nil {
		return nil, err
	}
	return s.Desk.LookAtSource(c.r.Context(), c.by, in.ID, in.Reason)
}

func (s *Server) sealedHop(c *call) (any, error) {
	in, err := c.source()
	if err != nil {
		return nil, err
	}
	name := in.ID
	if name == "" {
		name = in.Name
	}
	return s.Desk.SealedHop(c.r.Context(), c.by, name, in.Scope)
}
