// Package prose reads plain text and drafts records that point at their words: who said
// what, who warned whom, what happened, who is held responsible, how many, when, and
// under which names the parties go.
//
// A draft is a proposal for a person at the desk, so it never says more than its spans
// show. The package is pure: the same text gives the same records, without clock, file,
// network or chance. It reads English by rules and a lexicon made by hand; text that it
// takes for another language, or for no language, is marked and left alone. Work and
// memory grow in proportion to the text, whatever the text is.
//
// The kinds of records and their roles are described in docs/reading.md.
package prose

import (
	"sort"
	"strconv"
	"strings"
)

// A Span is a half-open range of bytes of the text. It never cuts a rune.
type Span [2]int

// A Record is one draft.
type Record struct {
	ID    string            // unique in its text
	Kind  string            // claim, warning, event, responsibility, count, date, actor, note, unread
	Spans map[string][]Span // by role; a role that is broken up has several pieces in text order
	Attrs map[string]any    // closed-set values and numbers; a name in _ref holds an ID
}

// MaxText is how much of a text is read; what lies beyond is marked unread.
const MaxText = 4 << 20

// Read drafts the records of a text. It is safe for concurrent use. Text that is not read
// (another language, no words, beyond [MaxText]) is named by records of kind "unread",
// whose attribute reason says why.
func Read(text string) []Record {
	d := parse(text)
	d.findDates()
	d.findNamings()
	d.findClaims()
	d.findActors()
	d.findWarnings()
	d.findResponsibility()
	d.findNamed()
	d.findEvents()
	d.findCounts()
	d.link()
	d.findNotes()
	return d.records()
}

// doc is a text while it is read.
type doc struct {
	text   string
	upper  bool // the text is in capitals: case says nothing
	toks   []token
	paras  []rng // token ranges
	sents  []sentence
	quotes []quote
	unread []unread
	lex    *lexicon // nil where only tokens are wanted

	namings     []naming
	statesNamed map[string]bool
	home        string            // the country that the text is about, "?" where unknown
	bodies      map[string]*actor // parties that the lexicon lacks, by their name
	bodyNames   []rng
	byParty     map[*party]*actor

	published date
	spans     []Span
	dateWords []rng // all time expressions, also those that nothing resolves
	dates     []dateMention
	claims    []*claim
	actors    []*actor
	warnings  []*warning
	warnWords int // how many words speak of warnings by themselves
	blames    []*blame
	events    []*event
	incidents []*incident // in the order of the text
	counts    []*count
	notes     []*note
}

// rng is a half-open range of tokens.
type rng struct{ a, b int }

func (r rng) empty() bool         { return r.b <= r.a }
func (r rng) holds(i int) bool    { return r.a <= i && i < r.b }
func (r rng) covers(o rng) bool   { return r.a <= o.a && o.b <= r.b }
func (r rng) overlaps(o rng) bool { return r.a < o.b && o.a < r.b }

type unread struct {
	span   Span
	reason string
}

// span turns tokens into bytes.
func (d *doc) span(r rng) Span { return Span{d.toks[r.a].start, d.toks[r.b-1].end} }

func (d *doc) words(r rng) string {
	if r.empty() {
		return ""
	}
	s := d.span(r)
	return d.text[s[0]:s[1]]
}

// trim drops commas, stops, dashes and spaces' worth of punctuation at the edges.
func (d *doc) trim(r rng) rng {
	for !r.empty() && d.toks[r.b-1].kind == punct && !d.toks[r.b-1].closes() {
		r.b--
	}
	for !r.empty() && d.toks[r.a].kind == punct && !d.toks[r.a].opens() {
		r.a++
	}
	return r
}

// put adds a role if it has words.
func (d *doc) put(r *Record, role string, pieces ...rng) {
	for _, p := range pieces {
		if p.empty() {
			continue
		}
		if have := r.Spans[role]; have != nil {
			r.Spans[role] = append(have, d.span(p))
			continue
		}
		n := len(d.spans) // spans share arrays: most roles have one piece
		if n == cap(d.spans) {
			d.spans, n = make([]Span, 0, 128), 0
		}
		d.spans = append(d.spans, d.span(p))
		r.Spans[role] = d.spans[n : n+1 : n+1]
	}
}

func newRecord(kind string, roles int) Record {
	return Record{Kind: kind, Spans: make(map[string][]Span, roles), Attrs: make(map[string]any, 4)}
}

// records prints what was found, in the order of kinds and of the text, with ids.
func (d *doc) records() []Record {
	out := make([]Record, 0, len(d.claims)+len(d.warnings)+len(d.blames)+len(d.events)+len(d.counts)+len(d.dates)+len(d.actors)+len(d.notes)+len(d.unread))
	name := func(prefix string, i int) string { return prefix + strconv.Itoa(i+1) }
	for i, c := range d.claims {
		c.id = name("c", i)
	}
	for i, e := range d.events {
		e.id = name("e", i)
	}
	for i, w := range d.warnings {
		w.id = name("w", i)
	}
	for i, a := range d.actors {
		a.id = name("a", i)
	}
	for _, c := range d.claims {
		out = append(out, d.claimRecord(c))
	}
	for _, w := range d.warnings {
		out = append(out, d.warningRecord(w))
	}
	for i, b := range d.blames {
		r := d.blameRecord(b)
		r.ID = name("r", i)
		out = append(out, r)
	}
	for _, e := range d.events {
		out = append(out, d.eventRecord(e))
	}
	for i, k := range d.counts {
		r := d.countRecord(k)
		r.ID = name("k", i)
		out = append(out, r)
	}
	for i, t := range d.dates {
		r := d.dateRecord(t)
		r.ID = name("d", i)
		out = append(out, r)
	}
	for _, a := range d.actors {
		out = append(out, d.actorRecord(a))
	}
	for i, n := range d.notes {
		r := d.noteRecord(n)
		r.ID = name("n", i)
		out = append(out, r)
	}
	for i, u := range d.unread {
		r := newRecord("unread", 1)
		r.ID = name("u", i)
		r.Spans["span"] = []Span{u.span}
		r.Attrs["reason"] = u.reason
		out = append(out, r)
	}
	return out
}

// Flat leaves out the claims that reach us through another claim.
func Flat(records []Record) []Record {
	out := records[:0:0]
	for _, r := range records {
		if _, inner := r.Attrs["parent_ref"]; !inner || r.Kind != "claim" {
			out = append(out, r)
		}
	}
	return out
}

// Text gives the words of a role, its pieces joined by " … ".
func (r Record) Text(text, role string) string {
	var parts []string
	for _, s := range r.Spans[role] {
		parts = append(parts, text[s[0]:s[1]])
	}
	return strings.Join(parts, " … ")
}

// Roles lists the roles of a record in the order of the text.
func (r Record) Roles() []string {
	var out []string
	for role := range r.Spans {
		out = append(out, role)
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := r.Spans[out[i]][0], r.Spans[out[j]][0]
		return a[0] < b[0] || a[0] == b[0] && out[i] < out[j]
	})
	return out
}
