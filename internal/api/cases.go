package api

import (
	"errors"
	"fmt"
	"time"

	"heed"
	"heed/internal/desk"
	"heed/internal/people"
)

// caseRoutes are those of cases: lists, sheets, and what people do to them.
func (s *Server) caseRoutes() map[string]route {
	return map[string]route{
		"GET /api/cases":         {people.ActCases, s.cases},
		"GET /api/case":          {people.ActCases, s.oneCase},
		"GET /api/candidates":    {people.ActRead, s.candidates},
		"POST /api/case":         {people.ActWeigh, s.setCase},
		"POST /api/case/link":    {people.ActWeigh, s.linkCase},
		"POST /api/case/split":   {people.ActWeigh, s.splitCase},
		"POST /api/case/merge":   {people.ActWeigh, s.mergeCase},
		"POST /api/case/outcome": {people.ActClose, s.outcome},
		"GET /api/clocks":        {people.ActList, s.clocks},
		"POST /api/hand-over":    {people.ActContacts, s.handOver},
		"GET /api/track":         {people.ActCases, s.track},
		"POST /api/relation":     {people.ActWeigh, s.relation},
		"POST /api/name":         {people.ActWeigh, s.name},
		"GET /api/register":      {people.ActList, s.register},

		"POST /api/register/import": {people.ActWeigh, s.importNames},
	}
}

// CaseAct is the body of what is done to a case or to a statement in one.
type CaseAct struct {
	What    string         `json:"what"`              // a case, or a statement
	Case    string         `json:"case,omitempty"`    // the other case
	Name    string         `json:"name,omitempty"`    //
	Class   string         `json:"class,omitempty"`   //
	State   heed.CaseState `json:"state,omitempty"`   //
	Type    string         `json:"type,omitempty"`    // of a link
	Outcome string         `json:"outcome,omitempty"` //
	Event   heed.ID        `json:"event,omitempty"`   //
	Words   string         `json:"words,omitempty"`
}

func (s *Server) cases(c *call) (any, error) {
	state := heed.CaseState(c.r.URL.Query().Get("state"))
	if state == "" {
		state = heed.CaseOpen
	}
	return s.Desk.Cases(c.r.Context(), c.by, state, c.number("limit", 50, 500))
}

// caseID finds the case that a handle means: its own, or that of a statement in it.
func (s *Server) caseID(c *call, name string) (heed.ID, error) {
	l, err := s.line(c, name)
	if err != nil {
		return "", err
	}
	if l.Kind == heed.KindCase {
		return l.ID, nil
	}
	return s.Desk.CaseOf(c.r.Context(), c.by, l.Index)
}

func (s *Server) oneCase(c *call) (any, error) {
	q := c.r.URL.Query()
	id, err := s.caseID(c, q.Get("what"))
	if err != nil {
		return nil, err
	}
	asOf, err := instant(q.Get("at"))
	if err != nil {
		return nil, err
	}
	return s.Desk.Case(c.r.Context(), c.by, id, asOf)
}

// instant reads a time from a query; empty is none.
func instant(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("the time %q must be written as in 2024-03-07T08:15:00Z", s)
	}
	return t, nil
}

// onCase reads the body and the case that it names, does fn, and gives the case as it is then.
func (s *Server) onCase(c *call, fn func(CaseAct, heed.ID) (heed.ID, error)) (any, error) {
	var in CaseAct
	if err := c.read(&in); err != nil {
		return nil, err
	}
	id, err := s.caseID(c, in.What)
	if err != nil {
		return nil, err
	}
	if id, err = fn(in, id); err != nil {
		return nil, err
	}
	return s.Desk.Case(c.r.Context(), c.by, id, time.Time{})
}

func (s *Server) setCase(c *call) (any, error) {
	return s.onCase(c, func(in CaseAct, id heed.ID) (heed.ID, error) {
		if in.State == heed.CaseClosed {
			return id, errors.New("a case is closed with its outcome: heed outcome")
		}
		return id, s.Desk.SetCase(c.r.Context(), c.by, id, desk.SetCase{Name: in.Name, Class: in.Class, State: in.State, Why: in.Words})
	})
}

func (s *Server) mergeCase(c *call) (any, error) {
	return s.onCase(c, func(in CaseAct, id heed.ID) (heed.ID, error) {
		into, err := s.caseID(c, in.Case)
		if err != nil {
			return "", err
		}
		return into, s.Desk.Merge(c.r.Context(), c.by, id, into, in.Words)
	})
}

func (s *Server) outcome(c *call) (any, error) {
	return s.onCase(c, func(in CaseAct, id heed.ID) (heed.ID, error) {
		_, err := s.Desk.Outcome(c.r.Context(), c.by, id, in.Outcome, in.Words, in.Event)
		return id, err
	})
}

func (s *Server) linkCase(c *call) (any, error) { return s.moved(c, true) }

func (s *Server) splitCase(c *call) (any, error) { return s.moved(c, false) }

// moved links a statement to a case, or splits it off into one of its own.
func (s *Server) moved(c *call, link bool) (any, error) {
	var in CaseAct
	if err := c.read(&in); err != nil {
		return nil, err
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	if link {
		to, err := s.caseID(c, in.Case)
		if err != nil {
			return nil, err
		}
		if in.Type == "" {
			in.Type = heed.SameThreat
		}
		err = s.Desk.LinkTo(c.r.Context(), c.by, l.Index, to, in.Type, in.Words)
		if err != nil {
			return nil, err
		}
	} else if err := s.Desk.Split(c.r.Context(), c.by, l.Index, in.Words); err != nil {
		return nil, err
	}
	id, err := s.Desk.CaseOf(c.r.Context(), c.by, l.Index)
	if err != nil {
		return nil, err
	}
	return s.Desk.Case(c.r.Context(), c.by, id, time.Time{})
}

func (s *Server) track(c *call) (any, error) {
	name := c.r.URL.Query().Get("party")
	parties := s.Directory.Peers()
	if name != "" {
		p, err := s.Directory.Named(name)
		if err != nil {
			return nil, err
		}
		parties = []*people.Party{p}
	}
	list := []desk.Track{}
	for _, p := range parties {
		t, err := s.Desk.Track(c.r.Context(), c.by, p.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}

func (s *Server) name(c *call) (any, error) {
	var in desk.Naming
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return s.Desk.Name(c.r.Context(), c.by, in)
}

func (s *Server) register(c *call) (any, error) {
	return s.Desk.Register(c.r.Context(), c.by, c.r.URL.Query().Get("name"))
}

func (s *Server) importNames(c *call) (any, error) {
	var in desk.List
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return s.Desk.ImportNames(c.r.Context(), c.by, in)
}

func (s *Server) clocks(c *call) (any, error) {
	return s.Desk.Clocks(c.r.Context(), c.by, c.number("limit", 200, 10000))
}

// HandOver is the body of a request to give the desk to the next person.
type HandOver struct {
	To    string `json:"to"`
	Words string `json:"words,omitempty"`
}

func (s *Server) handOver(c *call) (any, error) {
	var in HandOver
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return s.Desk.HandOver(c.r.Context(), c.by, in.To, in.Words)
}

func (s *Server) candidates(c *call) (any, error) {
	l, err := s.line(c, c.r.URL.Query().Get("what"))
	if err != nil {
		return nil, err
	}
	return s.Desk.Candidates(c.r.Context(), c.by, l.Index)
}

// Relation is the body of a request to note a relation beside a case.
type Relation struct {
	What    string    `json:"what"` // the case, or a statement in it
	Between [2]string `json:"between"`
	Words   string    `json:"words,omitempty"`
	Motive  string    `json:"motive,omitempty"`
	Access  string    `json:"access,omitempty"`
	Record  string    `json:"record,omitempty"`
	Gains   string    `json:"gains,omitempty"`
}

func (s *Server) relation(c *call) (any, error) {
	var in Relation
	if err := c.read(&in); err != nil {
		return nil, err
	}
	id, err := s.caseID(c, in.What)
	if err != nil {
		return nil, err
	}
	return s.Desk.Relate(c.r.Context(), c.by, heed.Relation{Case: id, Between: in.Between, Words: in.Words, Motive: in.Motive, Access: in.Access, Record: in.Record, Gains: in.Gains})
}
