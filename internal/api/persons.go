package api

import (
	"errors"
	"slices"

	"heed"
	"heed/internal/people"
)

// personRoutes are the questions about persons and what they sign in with.
func (s *Server) personRoutes() map[string]route {
	return map[string]route{
		"GET /api/persons":             {people.ActPersons, s.persons},
		"POST /api/persons":            {people.ActEnrol, s.addPerson},
		"POST /api/persons/roles":      {people.ActEnrol, s.setRoles},
		"POST /api/persons/deactivate": {people.ActEnrol, s.deactivate},
		"POST /api/persons/reactivate": {people.ActEnrol, s.reactivate},
		"POST /api/persons/link":       {people.ActEnrol, s.link},
		"POST /api/persons/login":      {people.ActEnrol, s.joinLogin},
		"GET /api/me":                  {people.ActStatus, s.me},
		"GET /api/tokens":              {people.ActSelf, s.tokens},
		"POST /api/tokens":             {people.ActSelf, s.addToken},
		"POST /api/tokens/revoke":      {people.ActSelf, s.revokeToken},
		"GET /api/access":              {people.ActInspect, s.accesses},
	}
}

// Person is a person as the administrator of a desk sees one.
type Person struct {
	Name   string        `json:"name"`
	Title  string        `json:"title,omitempty"`
	Active bool          `json:"active"`
	Roles  []people.Role `json:"roles"` // at the desk that asks
}

// persons lists who has a role at the desk, or had one and none anywhere else.
func (s *Server) persons(c *call) (any, error) {
	all, err := s.Accounts.Persons(c.r.Context())
	list := []Person{}
	for _, p := range all {
		roles := p.Roles[c.by.Desk]
		if len(roles) == 0 && len(p.Roles) > 0 {
			continue // acts for other desks only
		}
		list = append(list, Person{p.Name, p.Title, p.Active, slices.Concat([]people.Role{}, roles)})
	}
	return list, err
}

// NewPerson is the body of a request about one person.
type NewPerson struct {
	Name    string        `json:"name"`
	Title   string        `json:"title,omitempty"`
	Roles   []people.Role `json:"roles,omitempty"`
	Forget  bool          `json:"forget,omitempty"`  // with a link: take off what the person signs in with
	Subject string        `json:"subject,omitempty"` // of an outside login
}

// Link is the answer that holds a sign-in link: it is shown once.
type Link struct {
	Name string `json:"name"`
	Link string `json:"link"`
}

func (s *Server) addPerson(c *call) (any, error) {
	var in NewPerson
	if err := c.read(&in); err != nil {
		return nil, err
	}
	link, err := s.Accounts.Add(c.r.Context(), c.by, in.Name, in.Title, in.Roles)
	return Link{in.Name, link}, err
}

func (s *Server) setRoles(c *call) (any, error) {
	var in NewPerson
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return struct{}{}, s.Accounts.SetRoles(c.r.Context(), c.by, in.Name, in.Roles)
}

func (s *Server) deactivate(c *call) (any, error) {
	var in NewPerson
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return struct{}{}, s.Accounts.Deactivate(c.r.Context(), c.by, in.Name)
}

func (s *Server) reactivate(c *call) (any, error) {
	var in NewPerson
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return struct{}{}, s.Accounts.Reactivate(c.r.Context(), c.by, in.Name)
}

func (s *Server) link(c *call) (any, error) {
	var in NewPerson
	if err := c.read(&in); err != nil {
		return nil, err
	}
	link, err := s.Accounts.Link(c.r.Context(), c.by, in.Name, in.Forget)
	return Link{in.Name, link}, err
}

func (s *Server) joinLogin(c *call) (any, error) {
	var in NewPerson
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return struct{}{}, s.Accounts.JoinLogin(c.r.Context(), c.by, in.Name, in.Subject)
}

// Me is who asks, and what may be asked.
type Me struct {
	Name      string         `json:"name"`
	Desk      heed.PartyID   `json:"desk"`
	Roles     []people.Role  `json:"roles"`
	Scopes    []people.Scope `json:"scopes"`
	SteppedUp bool           `json:"stepped_up"`
	Local     bool           `json:"local"`
}

func (s *Server) me(c *call) (any, error) {
	return Me{c.by.Person, c.by.Desk, c.by.Roles, c.by.Scopes, c.by.SteppedUp, c.by.Local}, nil
}

func (s *Server) tokens(c *call) (any, error) {
	list, err := s.Accounts.Tokens(c.r.Context(), c.caller)
	return slices.Concat([]people.Token{}, list), err
}

// NewToken is the body of a request to make or revoke a token, and the answer with it.
type NewToken struct {
	Name   string         `json:"name"`
	Scopes []people.Scope `json:"scopes,omitempty"`
	Token  string         `json:"token,omitempty"` // shown once
}

func (s *Server) addToken(c *call) (any, error) {
	var in NewToken
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if in.Token != "" {
		return nil, errors.New("a token is drawn here, not brought")
	}
	var err error
	in.Token, err = s.Accounts.NewToken(c.r.Context(), c.caller, in.Name, in.Scopes)
	return in, err
}

func (s *Server) revokeToken(c *call) (any, error) {
	var in NewToken
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return struct{}{}, s.Accounts.DropToken(c.r.Context(), c.caller, in.Name)
}

func (s *Server) accesses(c *call) (any, error) {
	return s.Accounts.Accesses(c.r.Context(), c.by, c.number("limit", 100, 1000))
}
