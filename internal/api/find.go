package api

import (
	"fmt"
	"time"

	"heed"
	"heed/internal/desk"
	"heed/internal/people"
)

// findRoutes are those of finding.
func (s *Server) findRoutes() map[string]route {
	return map[string]route{
		"GET /api/find": {people.ActList, s.find},
	}
}

// find gives what fits and may be read. What is asked stands in the query: words, party,
// kind, since, until, place, case, limit.
func (s *Server) find(c *call) (any, error) {
	q := c.r.URL.Query()
	want := desk.Wanted{Words: q.Get("words"), Kind: heed.Kind(q.Get("kind")), Place: q.Get("place"), Limit: c.number("limit", 20, 200)}
	if name := q.Get("party"); name != "" {
		p, err := s.Directory.Named(name)
		if err != nil {
			return nil, err
		}
		want.Party = p.ID
	}
	if name := q.Get("case"); name != "" {
		id, err := s.caseID(c, name)
		if err != nil {
			return nil, err
		}
		want.Case = id
	}
	var err error
	if want.Since, err = dayOrInstant(q.Get("since"), false); err != nil {
		return nil, err
	}
	if want.Until, err = dayOrInstant(q.Get("until"), true); err != nil {
		return nil, err
	}
	return s.Desk.Find(c.r.Context(), c.by, want)
}

// dayOrInstant reads a time or a day in UTC; a day that ends something counts to its end.
func dayOrInstant(s string, end bool) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		if end {
			t = t.AddDate(0, 0, 1).Add(-time.Microsecond)
		}
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("the time %q must be written as in 2024-03-07 or 2024-03-07T08:15:00Z", s)
	}
	return t, nil
}
