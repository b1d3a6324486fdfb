package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"heed"
	"heed/internal/desk"
	"heed/internal/intake"
	"heed/internal/people"
	"heed/internal/store"
)

func (s *Server) status(c *call) (any, error) { return s.Node.Status(c.r.Context()) }

func (s *Server) card(c *call) (any, error) {
	p := s.Directory.Party(c.by.Desk)
	return jsontext.Value(p.Card), nil
}

func (s *Server) parties(c *call) (any, error) {
	list := []Party{}
	for _, p := range s.Directory.Parties() {
		list = append(list, s.Describe(p))
	}
	if c.r.URL.Query().Get("as") != "" || len(c.caller.Person.Desks()) == 1 { // which desk asks is certain
		notes, err := s.Desk.Distrusts(c.r.Context(), c.by)
		if err != nil {
			return nil, err
		}
		for i := range list {
			if note, ok := notes[list[i].ID]; ok {
				list[i].Distrust = &note
			}
		}
	}
	return list, s.seen(c, list)
}

// Describe gives a party as people see it.
func (s *Server) Describe(p *people.Party) Party {
	return Party{Name: p.Name, Title: p.Title, ID: p.ID, Own: p.Own, URL: p.URL, Fingerprint: people.CardFingerprint(p.Card), Token: p.TokenIn != nil, Seen: -1}
}

func (s *Server) seen(c *call, list []Party) error {
	return s.Store.View(c.r.Context(), func(tx *store.Tx) error {
		for i := range list {
			h, err := tx.NewestPeerHead(s.Directory.Party(list[i].ID).Log.Origin())
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			list[i].Seen = h.Size
		}
		return nil
	})
}

// NewParty is the body of a request to add a party.
type NewParty struct {
	Card        jsontext.Value `json:"card"`
	Fingerprint string         `json:"fingerprint"`
	Token       string         `json:"token,omitempty"`
}

func (s *Server) addParty(c *call) (any, error) {
	var in NewParty
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return s.Node.AddParty(c.r.Context(), c.by, in.Card, in.Fingerprint, in.Token)
}

// TokenFor asks for a token that a peer is to show us.
type TokenFor struct {
	Name  string `json:"name"`
	Token string `json:"token,omitempty"`
}

func (s *Server) partyToken(c *call) (any, error) {
	var in TokenFor
	if err := c.read(&in); err != nil {
		return nil, err
	}
	token, err := s.Node.Token(c.r.Context(), in.Name)
	return TokenFor{in.Name, token}, err
}

// Warn is the body of a request to warn.
type Warn struct {
	Update   string       `json:"update,omitempty"` // handle of the warning that this is a new version of
	Revoke   string       `json:"revoke,omitempty"` // why it is taken back
	Headline string       `json:"headline,omitempty"`
	Text     string       `json:"text,omitempty"`
	Lang     string       `json:"lang,omitempty"`
	Exercise string       `json:"exercise,omitempty"`
	Warning  heed.Warning `json:"warning,omitzero"`
	To       []string     `json:"to,omitempty"`
	Extracts []Extract    `json:"extracts,omitempty"` // texts for other readers
	Quotes   []string     `json:"quotes,omitempty"`   // handles of what it rests on, for the checks
	Despite  []string     `json:"despite,omitempty"`  // rules whose warnings are overridden
	Because  string       `json:"because,omitempty"`  // and why
	Source   string       `json:"source,omitempty"`   // a sealed source at the end of the chain; it never leaves
	Scope    string       `json:"scope,omitempty"`    // of its origin token: lasting, or case:NAME
}

func (s *Server) named(names []string) ([]heed.PartyID, error) {
	var ids []heed.PartyID
	for _, n := range names {
		p, err := s.Directory.Named(n)
		if err != nil {
			return nil, err
		}
		ids = append(ids, p.ID)
	}
	return ids, nil
}

// Pass is the body of a request to pass a statement on.
type Pass struct {
	What   string   `json:"what"`
	To     []string `json:"to"`
	AtRisk bool     `json:"at_risk,omitempty"` // they are told as those at risk, or their protectors
	Asked  []string `json:"asked,omitempty"`
}

func (s *Server) pass(c *call) (any, error) {
	var in Pass
	if err := c.read(&in); err != nil {
		return nil, err
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	to, err := s.named(in.To)
	if err != nil {
		return nil, err
	}
	return s.Desk.PassOn(c.r.Context(), c.by, l.Index, desk.Onward{To: to, AtRisk: in.AtRisk, Asked: in.Asked})
}

// take is the same door as that of peers, for what people bring.
func (s *Server) take(c *call) (any, error) {
	var in struct {
		Type    jsontext.Value   `json:"type,omitzero"`
		ID      jsontext.Value   `json:"id,omitzero"`
		Objects []jsontext.Value `json:"objects"`
	}
	if err := c.read(&in); err != nil {
		return nil, fmt.Errorf("the file holds no list of objects: %w", err)
	}
	a := intake.Arrival{Door: "take", From: "person:" + c.by.Person, Desk: c.by.Desk}
	for _, o := range in.Objects {
		a.Objects = append(a.Objects, o)
	}
	outcomes, err := s.Intake.Receive(c.r.Context(), a)
	if err != nil {
		return nil, err
	}
	list := []Taken{}
	for _, o := range outcomes {
		t := Taken{ID: o.ID, Kind: o.Kind, State: string(o.State), Words: o.Words, Receipt: o.Receipt}
		if o.ID != "" {
			t.Handle = heed.Handle(heed.ID(o.ID))
		}
		list = append(list, t)
	}
	return list, nil
}

// Taken is what became of one object that a person brought.
type Taken struct {
	ID      string         `json:"id"`
	Handle  string         `json:"handle,omitempty"`
	Kind    heed.Kind      `json:"kind,omitempty"`
	State   string         `json:"state"`
	Words   string         `json:"words,omitempty"`
	Receipt jsontext.Value `json:"receipt,omitempty"` // to be brought back
}

func (s *Server) inbox(c *call) (any, error) {
	return s.Desk.Inbox(c.r.Context(), c.by, c.number("limit", 50, 500))
}

// Act is the body of a request to act on a statement.
type Act struct {
	What   string      `json:"what"`
	Choice heed.Choice `json:"choice,omitempty"`
	Code   string      `json:"code,omitempty"`
	Words  string      `json:"words,omitempty"`
	Risk   string      `json:"risk,omitempty"` // residual risk accepted, with a decision
}

// show records that a person has it open, then gives the full text. What cannot be
// recorded now is shown all the same, and says so.
func (s *Server) show(c *call) (any, error) {
	var in Act
	if err := c.read(&in); err != nil {
		return nil, err
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	var notes []string
	if l.Author != c.by.Desk && l.Kind == heed.KindWarning && s.opens(c) {
		if _, err := s.Desk.Climb(c.r.Context(), c.by, l.Index, heed.Opened); err != nil {
			notes = append(notes, "that it was opened could not be recorded: "+err.Error())
		}
	}
	sheet, err := s.Desk.Show(c.r.Context(), c.by, l.Index)
	sheet.Notes = append(sheet.Notes, notes...)
	return sheet, err
}

// opens reports whether this person's reading counts as the desk's: an analyst's or an
// inspector's does not.
func (s *Server) opens(c *call) bool {
	return people.May(c.by, people.ActOpen, people.Object{}, heed.Handling{}).Allowed
}

func (s *Server) climb(rung heed.Rung) func(*call) (any, error) {
	return func(c *call) (any, error) {
		var in Act
		if err := c.read(&in); err != nil {
			return nil, err
		}
		l, err := s.line(c, in.What)
		if err != nil {
			return nil, err
		}
		return s.Desk.Climb(c.r.Context(), c.by, l.Index, rung)
	}
}

func (s *Server) decide(c *call) (any, error) {
	var in Act
	if err := c.read(&in); err != nil {
		return nil, err
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	return s.Desk.Decide(c.r.Context(), c.by, l.Index, desk.Verdict{Choice: in.Choice, Code: in.Code, Words: in.Words, Risk: in.Risk})
}

func (s *Server) sent(c *call) (any, error) {
	name := c.r.URL.Query().Get("what")
	if name == "" {
		return s.Desk.SentList(c.r.Context(), c.by, c.number("limit", 20, 200))
	}
	l, err := s.line(c, name)
	if err != nil {
		return nil, err
	}
	one, err := s.Desk.SentOne(c.r.Context(), l)
	return []desk.Sent{one}, err
}

func (s *Server) whoKnew(c *call) (any, error) {
	q := c.r.URL.Query()
	l, err := s.line(c, q.Get("what"))
	if err != nil {
		return nil, err
	}
	var asOf time.Time
	if at := q.Get("at"); at != "" {
		if asOf, err = time.Parse(time.RFC3339, at); err != nil {
			return nil, fmt.Errorf("the time %q must be written as in 2024-03-07T08:15:00Z", at)
		}
	}
	return s.Desk.WhoKnew(c.r.Context(), c.by, l.ID, asOf)
}

func (s *Server) head(*call) (any, error) {
	h := s.Node.Head()
	if h == "" {
		return nil, errors.New("no head has been signed yet; the first comes within a second of the first record")
	}
	return struct {
		Head string `json:"head"`
	}{h}, nil
}

func (s *Server) prove(c *call) (any, error) {
	l, err := s.line(c, c.r.URL.Query().Get("what"))
	if err != nil {
		return nil, err
	}
	return s.Node.Prove(c.r.Context(), c.by, l.Index)
}

func (s *Server) resume(c *call) (any, error) {
	var in Act
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if in.Words == "" {
		return nil, errors.New("say in words why this node may go on without a peer's answer")
	}
	return struct{}{}, s.Node.Resume(c.r.Context(), c.by, in.Words)
}

// Succeeded names the log that begins.
type Succeeded struct {
	Log string `json:"log"`
}

func (s *Server) succeed(c *call) (any, error) {
	var in Act
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if in.Words == "" {
		return nil, errors.New("say in words why this node goes on in a successor log, and what is lost")
	}
	log, err := s.Node.Succeed(c.r.Context(), c.by, in.Words)
	return Succeeded{log}, err
}

func (s *Server) bundle(c *call) (any, error) {
	l, err := s.line(c, c.r.URL.Query().Get("what"))
	if err != nil {
		return nil, err
	}
	with := Bundled{Decisions: c.r.URL.Query().Get("decisions") == "yes"}
	if name := c.r.URL.Query().Get("with"); name != "" {
		p, err := s.Directory.Named(name)
		if err != nil {
			return nil, err
		}
		with.Only = p.ID
	}
	b, err := s.Node.Bundle(c.r.Context(), c.by, l.ID, with)
	if err != nil {
		return nil, err
	}
	_, marking := people.LineObject(l)
	s.noted(c, "bundle", heed.Ref{ID: l.ID, Version: l.Version}, marking)
	c.w.Header().Set("Content-Type", "application/json")
	_, _ = c.w.Write(b)
	return nil, nil
}

// backup streams a copy. An error after the first byte cuts the stream short, which the
// receiver notices by the missing end.
func (s *Server) backup(c *call) (any, error) {
	c.w.Header().Set("Content-Type", "application/octet-stream")
	c.w.Header().Set("Trailer", "X-Heed-Complete")
	if err := s.Node.Backup(c.r.Context(), c.w, c.r.URL.Query().Get("sources") == "yes"); err != nil {
		s.Log.Error("backup failed", "err", err)
		panic(http.ErrAbortHandler)
	}
	c.w.Header().Set("X-Heed-Complete", "yes")
	return nil, nil
}

// statement gives a statement in its outer form, as it travels.
func (s *Server) statement(c *call) (any, error) {
	l, err := s.line(c, c.r.URL.Query().Get("what"))
	if err != nil {
		return nil, err
	}
	var out jsontext.Value
	var loaded people.Loaded
	err = s.Store.View(c.r.Context(), func(tx *store.Tx) error {
		if loaded, err = people.Load(tx, l.Index); err != nil {
			return err
		}
		if err := loaded.Check(c.by, people.ActRead); err != nil {
			return err
		}
		out, err = people.Outer(loaded.Record)
		return err
	})
	if err == nil {
		s.noted(c, "statement", loaded.Record.Ref(), loaded.Handling)
	}
	return out, err
}

// noted writes into the access log that the caller gets a text. That it cannot be written is
// logged and holds nothing back.
func (s *Server) noted(c *call, act string, ref heed.Ref, marking heed.Handling) {
	_ = s.Accounts.Reading(c.r.Context(), c.by, act, ref, marking) // logged there
}

// parcel gives a statement with the deliveries that this desk made of it, for people to
// bring by other means.
func (s *Server) parcel(c *call) (any, error) {
	l, err := s.line(c, c.r.URL.Query().Get("what"))
	if err != nil {
		return nil, err
	}
	out := struct {
		Objects []jsontext.Value `json:"objects"`
	}{}
	var loaded people.Loaded
	err = s.Store.View(c.r.Context(), func(tx *store.Tx) error {
		if loaded, err = people.Load(tx, l.Index); err != nil {
			return err
		}
		if err := loaded.Check(c.by, people.ActRead); err != nil {
			return err
		}
		leaves := []int64{l.Index}
		handovers, err := tx.Handovers(c.by.Desk, l.ID)
		if err != nil {
			return err
		}
		for _, h := range handovers {
			if h.From == c.by.Desk && h.Version == l.Version {
				leaves = append(leaves, h.Index)
			}
		}
		for _, idx := range leaves {
			rec, err := tx.Record(idx)
			if err != nil {
				return err
			}
			b, err := people.Outer(rec)
			if err != nil {
				return err
			}
			out.Objects = append(out.Objects, b)
		}
		return nil
	})
	if err == nil {
		s.noted(c, "parcel", loaded.Record.Ref(), loaded.Handling)
	}
	return &out, err
}

// Consent is the body of a request to ask for wider use, or to grant it.
type Consent struct {
	What   string `json:"what"`             // the statement; for a grant also the question that asks
	Holder string `json:"holder,omitempty"` // of a grant: who may pass it on
	To     string `json:"to,omitempty"`     // to whom
	AtRisk bool   `json:"at_risk,omitempty"`
	Until  string `json:"until,omitempty"`
	Words  string `json:"words,omitempty"`
}

func (s *Server) askRelease(c *call) (any, error) {
	var in Consent
	if err := c.read(&in); err != nil {
		return nil, err
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	to, err := s.Directory.Named(in.To)
	if err != nil {
		return nil, err
	}
	return s.Desk.AskRelease(c.r.Context(), c.by, l.Index, heed.Release{To: to.ID, AtRisk: in.AtRisk}, in.Words)
}

func (s *Server) grant(c *call) (any, error) {
	var in Consent
	if err := c.read(&in); err != nil {
		return nil, err
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	g := desk.Consent{AtRisk: in.AtRisk, Words: in.Words}
	if in.Until != "" {
		t, err := time.Parse(time.RFC3339, in.Until)
		if err != nil {
			return nil, fmt.Errorf("the time %q must be written as in 2024-03-07T08:15:00Z", in.Until)
		}
		t = t.UTC()
		g.Until = &t
	}
	if l.Kind == heed.KindQuestion {
		return s.grantAsked(c, l, g)
	}
	for _, p := range []struct {
		name string
		id   *heed.PartyID
	}{{in.Holder, &g.Holder}, {in.To, &g.To}} {
		party, err := s.Directory.Named(p.name)
		if err != nil {
			return nil, err
		}
		*p.id = party.ID
	}
	return s.Desk.Grant(c.r.Context(), c.by, l.Index, g)
}

// grantAsked grants what a question asks for.
func (s *Server) grantAsked(c *call, l store.Line, g desk.Consent) (any, error) {
	asked, err := s.Desk.Question(c.r.Context(), c.by, l.Index)
	if err != nil {
		return nil, err
	}
	q := asked.Question
	if q.Release == nil {
		return nil, fmt.Errorf("%w: this question asks for no release; answer it in words", desk.ErrNot)
	}
	g.Holder, g.To, g.AtRisk, g.Question = asked.Author, q.Release.To, g.AtRisk || q.Release.AtRisk, asked.ID
	of, err := s.line(c, string(q.Statement))
	if err != nil {
		return nil, err
	}
	return s.Desk.Grant(c.r.Context(), c.by, of.Index, g)
}

func (s *Server) questions(c *call) (any, error) {
	return s.Desk.Questions(c.r.Context(), c.by, c.number("limit", 50, 500))
}
