package api

import (
	"fmt"
	"strconv"

	"heed"
)

// SetPolicy is the body of a request to set the policy.
type SetPolicy struct {
	Text string `json:"text"` // TOML, as a person wrote it
}

func (s *Server) policy(c *call) (any, error) {
	v := 0
	if name := c.r.URL.Query().Get("version"); name != "" {
		n, err := strconv.Atoi(name)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no version: versions count from 1", name)
		}
		v = n
	}
	return s.Desk.Policy(c.r.Context(), c.by, heed.Version(v))
}

func (s *Server) setPolicy(c *call) (any, error) {
	var in SetPolicy
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return s.Desk.SetPolicy(c.r.Context(), c.by, in.Text)
}

func (s *Server) policyHistory(c *call) (any, error) {
	return s.Desk.PolicyHistory(c.r.Context(), c.by)
}
