package web

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"heed/internal/people"
)

// accountPage is all that account.html may use.
type accountPage struct {
	Name, Title string
	Desks       []deskRoles
	SteppedUp   bool
	Until       time.Time // when that ends
	Password    bool      // has one
	OldPassword bool      // must show it to change it
	Passkeys    []passkey
	CanPasskeys bool
	Provider    string
	Logins      []login
	Tokens      []token
	Sessions    []session
	Others      bool

	Alarm []string // nothing can be stored
	Words string   // what was wrong, or done
	Good  bool     // it was done
	Made  string   // a token, shown once
}

type deskRoles struct {
	Name, Title string
	Roles       string
}

type passkey struct {
	ID, Name string
	Added    time.Time
}

type login struct{ Issuer, Subject string }

type token struct {
	Name, Scopes string
	Made         time.Time
}

type session struct {
	ID, How, Address, Agent string
	Began, Ends             time.Time
	Here                    bool
}

var howWords = map[string]string{"password": "by password", "passkey": "by passkey", "link": "by a one-time link", "login": "by the outside login"}

func (s *Server) account(c *call) error { return s.show(c, http.StatusOK, accountPage{}) }

// show draws the account page, with words about what was just tried.
func (s *Server) show(c *call, status int, p accountPage) error {
	proofs, err := s.Accounts.Proofs(c.r.Context(), c.caller)
	if err != nil {
		return err
	}
	who := c.caller.Person
	p.Name, p.Title, p.SteppedUp, p.Password = who.Name, who.Title, c.caller.SteppedUp, who.HasPassword()
	p.Alarm = s.alarm()
	p.Until = c.caller.Session.Proven.Add(people.StepUpLife)
	p.OldPassword = p.Password && !p.SteppedUp
	p.CanPasskeys = s.Accounts.HasPasskeys()
	if s.Accounts.OIDC != nil {
		p.Provider = s.Accounts.OIDC.Name
	}
	for _, desk := range who.Desks() {
		d := deskRoles{Name: s.Directory.Show(desk), Roles: roleWords(who.Roles[desk])}
		if party := s.Directory.Party(desk); party != nil {
			d.Title = party.Title
		}
		p.Desks = append(p.Desks, d)
	}
	for _, k := range proofs.Passkeys {
		p.Passkeys = append(p.Passkeys, passkey{hex.EncodeToString(k.ID), k.Name, k.AddedAt})
	}
	for _, l := range proofs.Logins {
		p.Logins = append(p.Logins, login{l.Issuer, l.Subject})
	}
	for _, t := range proofs.Tokens {
		var names []string
		for _, sc := range t.Scopes {
			names = append(names, string(sc))
		}
		p.Tokens = append(p.Tokens, token{t.Name, strings.Join(names, ", "), t.MadeAt})
	}
	for _, x := range proofs.Sessions {
		p.Sessions = append(p.Sessions, session{people.SessionName(x), howWords[x.How], x.Address, agentWords(x.Agent), x.Began, x.Ends, proofs.Current(x)})
	}
	p.Others = len(p.Sessions) > 1
	s.page(c.w, status, "account.html", p)
	return nil
}

func roleWords(roles []people.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = strings.ReplaceAll(string(r), "-", " ")
	}
	return strings.Join(names, ", ")
}

// agentWords names a browser as its owner would; what is not known is shown as it came.
func agentWords(agent string) string {
	for _, known := range [][2]string{{"Edg/", "Edge"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, known[0]) {
			for _, system := range []string{"Windows", "Android", "iPhone", "iPad", "Macintosh", "Linux"} {
				if strings.Contains(agent, system) {
					return known[1] + " on " + strings.Replace(system, "Macintosh", "Mac", 1)
				}
			}
			return known[1]
		}
	}
	if agent == "" {
		return "a program that gives no name"
	}
	return agent
}

// after draws the account page again after something was tried.
func (s *Server) after(c *call, err error, done string) error {
	if err == nil {
		fresh, ferr := s.Accounts.BySession(c.r.Context(), people.SessionOf(c.r))
		if ferr != nil {
			return ferr // it was this session that ended
		}
		c.caller = fresh
		return s.show(c, http.StatusOK, accountPage{Words: done, Good: true})
	}
	status, words := s.explain(c.w, err)
	return s.show(c, status, accountPage{Words: words})
}

func (s *Server) password(c *call) error {
	f, err := form(c.r)
	if err != nil {
		return err
	}
	next := f.Get("new")
	if next == "" && f.Get("off") == "" {
		return s.show(c, http.StatusBadRequest, accountPage{Words: "Give the new password: at least twelve characters."})
	}
	err = s.Accounts.SetPassword(c.r.Context(), c.caller, s.origin(c.r), f.Get("old"), next)
	return s.after(c, err, "Your password is set. Every other session of yours has ended.")
}

func (s *Server) endSession(c *call) error {
	f, err := form(c.r)
	if err != nil {
		return err
	}
	err = s.Accounts.EndSession(c.r.Context(), c.caller, f.Get("id"))
	return s.after(c, err, "It has ended.")
}

func (s *Server) addToken(c *call) error {
	f, err := form(c.r)
	if err != nil {
		return err
	}
	var scopes []people.Scope
	for _, sc := range f["scope"] {
		scopes = append(scopes, people.Scope(sc))
	}
	name := strings.TrimSpace(f.Get("name"))
	made, err := s.Accounts.NewToken(c.r.Context(), c.caller, name, scopes)
	if err != nil {
		return s.after(c, err, "")
	}
	return s.show(c, http.StatusOK, accountPage{Words: "The token " + name + " is made. It is shown once: copy it now into a file that only you can read.", Good: true, Made: made})
}

func (s *Server) revokeToken(c *call) error {
	f, err := form(c.r)
	if err != nil {
		return err
	}
	err = s.Accounts.DropToken(c.r.Context(), c.caller, f.Get("name"))
	return s.after(c, err, "The token has ended.")
}

func (s *Server) removePasskey(c *call) error {
	f, err := form(c.r)
	if err != nil {
		return err
	}
	id, err := hex.DecodeString(f.Get("id"))
	if err == nil {
		err = s.Accounts.DropPasskey(c.r.Context(), c.caller, id)
	}
	return s.after(c, err, "The passkey is taken off.")
}

func (s *Server) removeLogin(c *call) error {
	f, err := form(c.r)
	if err != nil {
		return err
	}
	err = s.Accounts.DropLogin(c.r.Context(), c.caller, f.Get("issuer"), f.Get("subject"))
	return s.after(c, err, "The outside login is taken off.")
}

func (s *Server) stepUpPage(c *call) error {
	proofs, err := s.Accounts.Proofs(c.r.Context(), c.caller)
	if err != nil {
		return err
	}
	s.page(c.w, http.StatusOK, "step-up.html", struct {
		Name     string
		Passkeys []string
		Ready    bool
		Until    time.Time
		Alarm    []string
	}{c.caller.Person.Name, slices.Clip(proofs.PasskeyNames()), c.caller.SteppedUp, c.caller.Session.Proven.Add(people.StepUpLife), s.alarm()})
	return nil
}

func (s *Server) beginStepUp(c *call) error {
	options, err := s.Accounts.BeginStepUp(c.r.Context(), c.caller)
	if err == nil {
		s.json(c.w, http.StatusOK, options)
	}
	return err
}

func (s *Server) finishStepUp(c *call) error {
	answer, err := body(c.r)
	if err == nil {
		err = s.Accounts.FinishStepUp(c.r.Context(), c.caller, s.origin(c.r), answer)
	}
	if err == nil {
		s.json(c.w, http.StatusOK, struct{}{})
	}
	return err
}

func (s *Server) beginAdding(c *call) error {
	options, err := s.Accounts.BeginPasskey(c.r.Context(), c.caller)
	if err == nil {
		s.json(c.w, http.StatusOK, options)
	}
	return err
}

func (s *Server) finishAdding(c *call) error {
	raw, err := body(c.r)
	if err != nil {
		return err
	}
	var in struct {
		Name       string         `json:"name"`
		Credential jsontext.Value `json:"credential"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return people.ErrPasskey
	}
	if err := s.Accounts.FinishPasskey(c.r.Context(), c.caller, strings.TrimSpace(in.Name), in.Credential); err != nil {
		return err
	}
	s.json(c.w, http.StatusOK, struct{}{})
	return nil
}
