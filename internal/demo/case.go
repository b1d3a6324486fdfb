// Package demo replays a case from the public record through real nodes on a fast clock:
// a node for each party that sends, relays or receives a warning, real statements, real
// receipts over the real exchange, and the proofs at the end.
//
// What the record holds and what only the replay adds are printed apart. Every statement
// carries the exercise flag, the event it is from, and how certain that event is.
package demo

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"heed"
)

//go:embed cases/*.json
var files embed.FS

// Case is a timeline of the public record (heed-case/1).
type Case struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
	Parties []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Role string `json:"role"`
	} `json:"parties"`
	Sources []struct {
		ID        string `json:"id"`
		Publisher string `json:"publisher"`
		Date      string `json:"date"`
	} `json:"sources"`
	Events []Event `json:"events"`
}

// Event is one event of a case.
type Event struct {
	ID          string            `json:"id"`
	At          string            `json:"at"`
	End         string            `json:"end"`
	Precision   string            `json:"precision"`
	Type        string            `json:"type"`
	From        string            `json:"from"`
	To          []string          `json:"to"`
	Visibility  string            `json:"visibility"`
	Basis       string            `json:"basis"`
	Specificity map[string]string `json:"specificity"`
	ReplyTo     string            `json:"reply_to"`
	Text        string            `json:"text"`
	Sources     []string          `json:"sources"`
	Certainty   string            `json:"certainty"`
}

// Cases names the cases that are built in.
func Cases() []string {
	list, _ := files.ReadDir("cases")
	var names []string
	for _, f := range list {
		names = append(names, strings.TrimSuffix(f.Name(), ".json"))
	}
	return names
}

// Load reads a case that is built in.
func Load(name string) (Case, error) {
	var c Case
	b, err := files.ReadFile("cases/" + name + ".json")
	if err != nil {
		return c, fmt.Errorf("there is no case %q; there are %s", name, strings.Join(Cases(), ", "))
	}
	return Read(b)
}

// Read reads a case and puts its events in the order of the replay.
func Read(b []byte) (Case, error) {
	var c Case
	if err := json.Unmarshal(b, &c); err != nil {
		return c, err
	}
	slices.SortStableFunc(c.Events, func(a, b Event) int { return a.ReplayAt().Compare(b.ReplayAt()) })
	return c, nil
}

// time reads a date or time of the record, and the end of the period that it begins.
func (e Event) time() (from, to time.Time) {
	for _, f := range []struct {
		layout string
		next   func(time.Time) time.Time
	}{
		{time.RFC3339, func(t time.Time) time.Time { return t.Add(time.Minute) }},
		{"2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
		{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
		{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
	} {
		if t, err := time.Parse(f.layout, e.At); err == nil {
			return t.UTC(), f.next(t).UTC()
		}
	}
	return time.Time{}, time.Time{}
}

// ReplayAt is when the replay lets an event happen. An event that the record dates only to
// a month, with an end, is replayed two days before that end.
func (e Event) ReplayAt() time.Time {
	from, _ := e.time()
	if e.Precision == "month" && e.End != "" && e.warns() {
		if end, err := time.Parse("2006-01-02", e.End); err == nil {
			return end.AddDate(0, 0, -2)
		}
	}
	if e.Precision == "day" {
		return from.Add(9 * time.Hour)
	}
	return from
}

// warns reports whether the event is a warning on its way. A receipt in the record is the
// sending, seen from the other end.
func (e Event) warns() bool {
	return slices.Contains([]string{"warning-sent", "warning-received", "warning-public", "warning-relayed"}, e.Type)
}

// hosts says which parties get a node, and which desks stand on each: a receiving service
// of a party that has a node is a second desk of it.
func (c Case) hosts() map[string][]string {
	in, receives := map[string]bool{}, map[string]bool{}
	for _, e := range c.Events {
		if !e.warns() {
			continue
		}
		in[e.From] = true
		for _, to := range e.To {
			in[to], receives[to] = true, true
		}
	}
	hosts := map[string][]string{}
	for _, p := range c.Parties {
		if !in[p.ID] {
			continue
		}
		host := p.ID
		for other := range in {
			if receives[p.ID] && strings.HasPrefix(p.ID, other+"-") {
				host = other
			}
		}
		hosts[host] = append(hosts[host], p.ID)
	}
	return hosts
}

func (c Case) name(id string) string {
	for _, p := range c.Parties {
		if p.ID == id {
			return p.Name
		}
	}
	return id
}

func (c Case) publishers(ids []string) string {
	var out []string
	for _, s := range c.Sources {
		if slices.Contains(ids, s.ID) {
			out = append(out, s.Publisher+" "+s.Date)
		}
	}
	return strings.Join(out, "; ")
}

// Mark is the exercise flag of everything that is said for an event.
func (e Event) Mark() string {
	return fmt.Sprintf("reconstruction from the public record, event %s, certainty %s", e.ID, e.Certainty)
}

// warning turns an event into a warning, and adds nothing to the record: what it does not
// say is left unsaid, what it says was not given is unknown.
func (e Event) warning() heed.Warning {
	w := heed.Warning{BasisWords: e.Basis, Handling: e.Handling()}
	switch {
	case strings.HasPrefix(e.Basis, "intercept"):
		w.Basis = heed.BasisIntercept
	case strings.HasPrefix(e.Basis, "interrogation"):
		w.Basis = heed.BasisInterrogation
	}
	s := e.Specificity
	if s == nil {
		return w
	}
	w.Who = &heed.Actor{Unknown: s["actor"] == "none", Words: said(s["actor"])}
	w.Whom = &heed.Target{Unknown: s["target"] == "none", Words: said(s["target"])}
	w.Where = &heed.Place{Unknown: s["place"] == "none", Words: said(s["place"])}
	w.When = &heed.Window{Unknown: s["time"] == "none", Words: said(s["time"])}
	w.Scale = &heed.Count{Unknown: s["scale"] == "none", Words: said(s["scale"])}
	return w
}

// Handling is what the replay puts on what was said: the record knows only private and public.
func (e Event) Handling() heed.Handling {
	if e.Visibility == "public" {
		return heed.Handling{TLP: "TLP:CLEAR", Onward: "may"}
	}
	return heed.Handling{TLP: "TLP:GREEN", Onward: "may"}
}

// said words how specific the record is about a part.
func said(v string) string {
	switch v {
	case "none", "":
		return ""
	case "named":
		return "named (see the text)"
	case "type":
		return "kind only (see the text)"
	case "city", "country", "place":
		return v + " (see the text)"
	case "disputed":
		return "disputed on the public record"
	}
	return v
}

// Headline is the first sentence of the record's text.
func (e Event) Headline() string {
	s, _, _ := strings.Cut(e.Text, ". ")
	if r := []rune(s); len(r) > 110 {
		s = string(r[:109]) + "…"
	}
	return s
}
