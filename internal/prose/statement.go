package prose

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"heed"
)

// Statement is what accepting a draft would record: one of Claim and Event is set.
type Statement struct {
	Draft string // the draft's ID
	Claim *heed.Claim
	Event *heed.Event
}

// Statements gives, for each draft that can be accepted, the body of the statement. Whoever
// accepts it reports; never is it made the author of the act: By says who claims, and a text
// that names nobody is itself the one who does. Drafts of counts, dates and actors are
// fields of the others. Every statement carries its spans and the text's digest.
func Statements(text string, records []Record) []Statement {
	sum := sha256.Sum256([]byte(text))
	m := &maker{text: text, digest: heed.Digest(hex.EncodeToString(sum[:])), byID: map[string]Record{}, all: records}
	for _, r := range records {
		m.byID[r.ID] = r
	}
	var out []Statement
	for _, r := range records {
		switch r.Kind {
		case "claim":
			out = append(out, Statement{Draft: r.ID, Claim: m.said(r)})
		case "warning":
			out = append(out, Statement{Draft: r.ID, Claim: m.account(r)})
		case "responsibility":
			out = append(out, Statement{Draft: r.ID, Claim: m.responsibility(r)})
		case "event":
			out = append(out, Statement{Draft: r.ID, Event: m.event(r)})
		}
	}
	return out
}

type maker struct {
	text   string
	digest heed.Digest
	byID   map[string]Record
	all    []Record
}

// words of a role on one line.
func (m *maker) words(r Record, role string) string {
	return strings.Join(strings.Fields(r.Text(m.text, role)), " ")
}

func (m *maker) spans(r Record) []heed.Span {
	var out []heed.Span
	for _, role := range r.Roles() {
		for _, s := range r.At(role) {
			out = append(out, heed.Span{Digest: m.digest, From: s[0], To: s[1]})
		}
	}
	return out
}

func (m *maker) ref(r Record, name string) (Record, bool) {
	id, ok := r.Attr(name).(string)
	if !ok {
		return Record{}, false
	}
	found, ok := m.byID[id]
	return found, ok
}

// source says who makes a claim: its source, or the text where none is named.
func (m *maker) source(claim Record) heed.Named {
	if w := m.words(claim, "source"); w != "" {
		return heed.Named{Words: w}
	}
	return heed.Named{Words: "the text; it names no source"}
}

// chain tells how a claim reached the text: nearest teller first, its own source last.
func (m *maker) chain(claim Record) []heed.Hop {
	var up []heed.Hop
	seen := map[string]bool{}
	for ok := true; ok && !seen[claim.ID]; claim, ok = m.ref(claim, "parent_ref") {
		seen[claim.ID] = true
		if w := m.words(claim, "source"); w != "" {
			up = append(up, heed.Hop{Words: w})
		}
	}
	for i, j := 0, len(up)-1; i < j; i, j = i+1, j-1 {
		up[i], up[j] = up[j], up[i]
	}
	return up
}

func (m *maker) said(r Record) *heed.Claim {
	c := &heed.Claim{Type: "said", By: m.source(r), Chain: m.chain(r), Words: m.words(r, "content"), Spans: m.spans(r)}
	switch stance, _ := r.Attr("stance").(string); stance {
	case "deny":
		c.Type, c.About = "denial", c.Words
	default:
		c.Stance = stance
	}
	if m.words(r, "caveat") != "" {
		c.Proof = "none"
	}
	return c
}

// account is what a text tells of a warning. It starts no clock.
func (m *maker) account(r Record) *heed.Claim {
	c := &heed.Claim{Type: "account", By: heed.Named{Words: "the text; it names no source"}, Spans: m.spans(r)}
	if told, ok := m.ref(r, "reported_by_ref"); ok {
		c.By, c.Chain = m.source(told), m.chain(told)
	}
	from := heed.Named{Words: m.words(r, "warner")}
	if from.Words == "" {
		from.Words = "not named"
	} else {
		c.Chain = append(c.Chain, heed.Hop{Words: from.Words})
	}
	w := &heed.Warning{}
	if basis := m.words(r, "basis"); basis != "" {
		w.BasisWords, w.Basis = basis, basisOf(basis)
		c.Chain = append(c.Chain, heed.Hop{Words: basis, Basis: w.Basis}) // the origin, as told
	}
	if place := m.words(r, "place"); place != "" {
		w.Where = &heed.Place{Words: place}
	}
	if hedge := m.words(r, "hedge"); hedge != "" {
		w.Likelihood = &heed.Likelihood{Word: hedge, Scale: "own"} // as worded: no number is made of it
	}
	c.Words = m.words(r, "threat")
	c.Account = &heed.Account{From: from, To: heed.Named{Words: m.words(r, "recipient")}, When: m.window(r, "when"), Limits: m.words(r, "limits"),
		Of: w, Response: m.words(r, "response")}
	return c
}

// basisOf sorts words for how something was come by; empty where they do not say.
func basisOf(words string) heed.Basis {
	low := strings.ToLower(words)
	for _, b := range []struct {
		word  string
		basis heed.Basis
	}{{"interrogat", heed.BasisInterrogation}, {"intercept", heed.BasisIntercept}, {"chatter", heed.BasisIntercept},
		{"satellite", heed.BasisImagery}, {"image", heed.BasisImagery}, {"photograph", heed.BasisImagery}, {"informant", heed.BasisHumanSource}, {"gauge", heed.BasisTechnical}, {"sensor", heed.BasisTechnical}} {
		if strings.Contains(low, b.word) {
			return b.basis
		}
	}
	return ""
}

func (m *maker) responsibility(r Record) *heed.Claim {
	actor := m.words(r, "actor")
	c := &heed.Claim{By: heed.Named{Words: actor}, About: m.words(r, "event"), Spans: m.spans(r)}
	switch r.Attr("mode") {
	case "denied":
		c.Type = "denial"
	case "blamed":
		c.Type, c.By, c.Points = "attribution", heed.Named{Words: "the text; it names no source"}, &heed.Actor{Words: actor}
		if told, ok := m.ref(r, "reported_by_ref"); ok {
			c.By, c.Chain = m.source(told), m.chain(told)
		}
	default:
		c.Type, c.Points = "responsibility", &heed.Actor{Words: actor}
	}
	return c
}

var eventStatus = map[string]string{"happened": "occurred", "foiled": "foiled"}

func (m *maker) event(r Record) *heed.Event {
	e := &heed.Event{Status: "undetermined", Spans: m.spans(r)}
	if s := eventStatus[fmt.Sprint(r.Attr("status"))]; s != "" {
		e.Status = s
	}
	e.Class, _ = r.Attr("type").(string)
	if w := m.words(r, "perpetrator"); w != "" {
		e.Who = &heed.Actor{Words: w}
	}
	country, _ := r.Attr("country").(string)
	if w := m.words(r, "place"); w != "" || country != "" {
		e.Where = &heed.Place{Words: w, Country: country}
	}
	if w := m.words(r, "target"); w != "" {
		e.Whom = &heed.Target{Words: w}
	}
	if v, ok := r.Attr("date").(string); ok {
		e.When = isoWindow(m.words(r, "date"), v)
	}
	for _, k := range m.all {
		if k.Kind == "count" && k.Attr("event_ref") == r.ID {
			e.Counts = append(e.Counts, m.tally(k))
		}
	}
	return e
}

// tally keeps a bound a bound.
func (m *maker) tally(k Record) heed.Tally {
	t := heed.Tally{Of: fmt.Sprint(k.Attr("what"))}
	words := []string{m.words(k, "qualifier"), m.words(k, "number"), m.words(k, "unit")}
	t.Is.Words = strings.Join(strings.Fields(strings.Join(words, " ")), " ")
	for name, to := range map[string]**int64{"min": &t.Is.Min, "max": &t.Is.Max} {
		if n, ok := k.Attr(name).(int); ok {
			v := int64(n)
			*to = &v
		}
	}
	return t
}

// window gives the words of a role, and the interval where a date in them is known.
func (m *maker) window(r Record, role string) *heed.Window {
	spans := r.At(role)
	if len(spans) == 0 {
		return nil
	}
	value := ""
	for _, d := range m.all {
		if s := d.At("span"); d.Kind == "date" && len(s) > 0 && s[0] == spans[0] {
			value, _ = d.Attr("value").(string) // "before the attack last month" is no date
		}
	}
	return isoWindow(m.words(r, role), value)
}

// isoWindow is the interval that a day, month or year covers, in UTC.
func isoWindow(words, value string) *heed.Window {
	w := &heed.Window{Words: words}
	for _, f := range []struct {
		layout              string
		years, months, days int
	}{{"2006-01-02", 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if from, err := time.Parse(f.layout, value); err == nil {
			to := from.AddDate(f.years, f.months, f.days).Add(-time.Second)
			w.From, w.To = &from, &to
			return w
		}
	}
	return w
}
