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
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A Span is a half-open range of bytes of the text. It never cuts a rune.
type Span [2]int

// A Record is one draft.
type Record struct {
	ID    string // unique in its text
	Kind  string // claim, warning, event, responsibility, count, date, actor, note, unread
	Spans []Role
	Attrs []Attr
}

// A Role is a part of a record: what it is called, and where it stands. A role that is broken
// up has several pieces in text order.
type Role struct {
	Name   string
	Pieces []Span
}

// An Attr is what a record says beside its words: a string of a closed set, a number or a bool.
// A name in _ref holds an ID.
type Attr struct {
	Name  string
	Value any
}

// At gives the pieces of a role; nil where the record lacks it.
func (r Record) At(role string) []Span {
	for _, x := range r.Spans {
		if x.Name == role {
			return x.Pieces
		}
	}
	return nil
}

// Attr gives the value of an attribute; nil where the record lacks it.
func (r Record) Attr(name string) any {
	for _, x := range r.Attrs {
		if x.Name == name {
			return x.Value
		}
	}
	return nil
}

func (r *Record) set(name string, v any) { r.Attrs = append(r.Attrs, Attr{name, v}) }

// MaxText is how much of a text is read; what lies beyond is marked unread.
const MaxText = 4 << 20

// Read drafts the records of a text. It is safe for concurrent use. Text that is not read
// (another language, no words, beyond [MaxText]) is named by records of kind "unread",
// whose attribute reason says why.
func Read(text string) []Record {
	d := parse(text)
	defer d.done()
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
	placed      string            // the country of the dateline, "?" where unknown
	bodies      map[string]*actor // parties that the lexicon lacks, by their name
	bodyNames   []rng
	byParty     map[*party]*actor

	published date
	spans     []Span // with roles and attrs: arrays that records share
	roles     []Role
	attrs     []Attr
	dateWords []rng // all time expressions, also those that nothing resolves
	dates     []dateMention
	claims    []*claim
	actors    []*actor
	warnings  []*warning
	warnWords int // how many words speak of warnings by themselves
	harmWords int // and of harm
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

// put adds a role if it has words. A role is put once.
func (d *doc) put(r *Record, role string, pieces ...rng) {
	n := len(d.spans) // the records of a text share arrays
	if n+len(pieces) > cap(d.spans) {
		d.spans, n = make([]Span, 0, max(128, len(pieces))), 0
	}
	for _, p := range pieces {
		if !p.empty() {
			d.spans = append(d.spans, d.span(p))
		}
	}
	if end := len(d.spans); end > n {
		r.Spans = append(r.Spans, Role{role, d.spans[n:end:end]})
	}
}

// newRecord makes room for a record's roles and attributes in arrays that records share.
func (d *doc) newRecord(kind string, roles int) Record {
	const attrs = 8
	if len(d.roles)+roles > cap(d.roles) {
		d.roles = make([]Role, 0, 128)
	}
	if len(d.attrs)+attrs > cap(d.attrs) {
		d.attrs = make([]Attr, 0, 256)
	}
	n, m := len(d.roles), len(d.attrs)
	d.roles, d.attrs = d.roles[:n+roles], d.attrs[:m+attrs]
	return Record{Kind: kind, Spans: d.roles[n : n : n+roles], Attrs: d.attrs[m : m : m+attrs]}
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
		r := d.newRecord("unread", 1)
		r.ID = name("u", i)
		r.Spans = append(r.Spans, Role{"span", []Span{u.span}})
		r.set("reason", u.reason)
		out = append(out, r)
	}
	return out
}

// Flat leaves out the claims that reach us through another claim.
func Flat(records []Record) []Record {
	out := records[:0:0]
	for _, r := range records {
		if r.Attr("parent_ref") == nil || r.Kind != "claim" {
			out = append(out, r)
		}
	}
	return out
}

// Text gives the words of a role, its pieces joined by " … ".
func (r Record) Text(text, role string) string {
	var parts []string
	for _, s := range r.At(role) {
		parts = append(parts, text[s[0]:s[1]])
	}
	return strings.Join(parts, " … ")
}

// Roles lists the roles of a record in the order of the text.
func (r Record) Roles() []string {
	list := slices.SortedFunc(slices.Values(r.Spans), func(a, b Role) int {
		return cmp.Or(cmp.Compare(a.Pieces[0][0], b.Pieces[0][0]), cmp.Compare(a.Name, b.Name))
	})
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = x.Name
	}
	return out
}
