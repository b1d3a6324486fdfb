package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"heed"
	"heed/internal/people"
	"heed/internal/place"
	"heed/internal/store"
)

// Wanted is what is to be found. What is left empty limits nothing; something must be asked.
type Wanted struct {
	Words        string       // see [ParseQuery]
	Party        heed.PartyID // said it, handed it in, or is named in it as a party
	Kind         heed.Kind    // empty: all but links and assessments
	Since, Until time.Time    // when it was recorded here
	Place        string       // or what lies in it: "Russia", "Springfield, US"
	Case         heed.ID      // belongs to it, or is about it
	Limit        int
}

// Found is a statement that was found: the newest version that fits, of those that the
// reader may read.
type Found struct {
	Handle    string       `json:"handle"`
	ID        heed.ID      `json:"id"`
	Version   heed.Version `json:"version"`
	Newest    heed.Version `json:"newest,omitempty"` // a newer version does not fit, and is this
	Kind      heed.Kind    `json:"kind"`
	By        string       `json:"by"`
	At        time.Time    `json:"at"` // recorded here
	Headline  string       `json:"headline"`
	HeadMarks []Span       `json:"headline_marks,omitempty"`
	Snippet   string       `json:"snippet,omitempty"` // of its text, around what was sought
	Marks     []Span       `json:"marks,omitempty"`   // in the snippet
	Exercise  string       `json:"exercise,omitempty"`
	Revoked   bool         `json:"revoked,omitempty"`
	Case      string       `json:"case,omitempty"` // handle of the case that it is in
}

// Span is a piece of a text: bytes From up to, not including, To.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Findings is what a search gives. More says that there is more than was asked for; how
// much is not counted.
type Findings struct {
	Results []Found `json:"results"`
	More    bool    `json:"more"`
}

// caseStatements bounds how much of a case is searched: its newest statements.
const caseStatements = 2000

// Find gives what fits and may be read: first what has all that is sought in its headline,
// or is named by its handle, then the rest, each the newest first. Nothing in the order, the
// number or the words depends on what the reader may not see.
func (d *Desk) Find(ctx context.Context, by people.Actor, want Wanted) (Findings, error) {
	out := Findings{Results: []Found{}}
	sought, err := ParseQuery(want.Words)
	if err != nil {
		return out, err
	}
	if len(sought) == 0 && want.Party == "" && want.Kind == "" && want.Place == "" && want.Case == "" && want.Since.IsZero() && want.Until.IsZero() {
		return out, unasked("give a word, or a limit such as --kind warning")
	}
	if !want.Since.IsZero() && !want.Until.IsZero() && want.Until.Before(want.Since) {
		return out, unasked("it ends before it begins: look at --since and --until")
	}
	if err := errors.Join(d.Store.CatchUp(ctx), d.Index(ctx)); err != nil {
		return out, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		f := finding{d: d, tx: tx, by: by, sought: sought, limit: want.Limit, seen: map[heed.ID]bool{}, out: &out}
		if err := f.limits(want); err != nil {
			return err
		}
		if len(sought) > 0 {
			if full, err := f.tier(true); full || err != nil {
				return err
			}
		}
		_, err := f.tier(false)
		return err
	})
	return out, err
}

// finding is one search under way.
type finding struct {
	d      *Desk
	tx     *store.Tx
	by     people.Actor
	sought []store.Sought
	seek   store.Seek
	ofCase [][]string // marks of a case's statements, in pieces; empty: no case was named
	limit  int
	seen   map[heed.ID]bool
	out    *Findings
}

// beyond is a leaf that no ledger reaches.
const beyond = 1 << 61

// limits turns the limits of a search into marks and leaves. What the reader may not see is
// left out here, before anything is counted.
func (f *finding) limits(want Wanted) error {
	f.seek = store.Seek{Sought: f.sought}
	if want.Kind != "" && !want.Kind.Known() {
		return unasked("there is no kind %q; known are %v", want.Kind, heed.Kinds)
	}
	f.seek.Marks = [][]string{{deskMark(f.by.Desk, !f.by.ReadsRed(), want.Kind)}}
	if want.Party != "" {
		f.seek.Marks = append(f.seek.Marks, []string{partyMark(want.Party)})
	}
	if want.Place != "" {
		marks, err := placeMarks(want.Place)
		if err != nil {
			return err
		}
		f.seek.Marks = append(f.seek.Marks, marks)
	}
	var err error
	if !want.Since.IsZero() {
		if f.seek.From, err = f.tx.LeafAt(want.Since.UnixMicro()); err != nil {
			return err
		}
	}
	if !want.Until.IsZero() {
		if f.seek.Before, err = f.tx.LeafAt(want.Until.UnixMicro() + 1); err != nil {
			return err
		}
		if f.seek.Before == 0 {
			f.seek.From = beyond // before the first record there is nothing
		}
	}
	if want.Case != "" {
		return f.caseMarks(want)
	}
	return nil
}

// placeMarks gives the marks of all places that bear a name; after a comma may stand where.
func placeMarks(name string) ([]string, error) {
	name, in, narrowed := strings.Cut(name, ",")
	var marks []string
	around := place.Find(in)
	if c, ok := place.ByID(strings.ToUpper(strings.TrimSpace(in))); ok {
		around = append(around, c)
	}
	for _, p := range place.Find(name) {
		if !narrowed || slices.ContainsFunc(around, func(a place.Place) bool { return place.Contains(a, p) == place.Yes }) {
			marks = append(marks, placeMark(p.ID))
		}
	}
	if len(marks) == 0 {
		return nil, unasked("no place called %q is known here; search for the word itself", strings.TrimSpace(name))
	}
	return marks, nil
}

// caseMarks limits a search to a case: its statements, what is about them, and its own.
func (f *finding) caseMarks(want Wanted) error {
	row, err := f.d.caseFor(f.tx, f.by, want.Case, people.ActList)
	if err != nil {
		return err
	}
	ids, err := f.tx.NewestMembers(f.by.Desk, row.ID, caseStatements)
	if err != nil {
		return err
	}
	for piece := range slices.Chunk(append([]heed.ID{row.ID}, ids...), 100) {
		var marks []string
		for _, id := range piece {
			marks = append(marks, idMark(id), aboutMark(id))
		}
		f.ofCase = append(f.ofCase, marks)
	}
	return nil
}

// page gives at most n leaves that fit, from before a leaf, the newest first.
func (f *finding) page(seek store.Seek, n int) ([]int64, error) {
	if len(f.ofCase) == 0 {
		return f.tx.Seek(seek, n)
	}
	var list []int64
	for _, marks := range f.ofCase {
		s := seek
		s.Marks = append(slices.Clone(s.Marks), marks)
		some, err := f.tx.Seek(s, n)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	slices.SortFunc(list, func(a, b int64) int { return cmp.Compare(b, a) })
	list = slices.Compact(list)
	return list[:min(len(list), n)], nil
}

// tier adds what fits, of one tier, until there is enough.
func (f *finding) tier(head bool) (full bool, err error) {
	seek := f.seek
	seek.Head = head
	for n := 2 * (f.limit + 1); ; n = min(2*n, 1000) {
		page, err := f.page(seek, n)
		if err != nil || len(page) == 0 {
			return false, err
		}
		for _, idx := range page {
			if seek.Before = idx; idx == 0 {
				seek.From = beyond // nothing is older
			}
			full, err := f.take(idx)
			if full || err != nil {
				return full, err
			}
		}
	}
}

// take adds one record, if the reader may read it.
func (f *finding) take(idx int64) (full bool, err error) {
	rec, err := f.tx.Record(idx)
	if err != nil || f.seen[rec.ID] || rec.Envelope.Payload == nil {
		return false, err
	}
	l, err := people.LoadRecord(f.tx, rec)
	if err != nil || !people.May(f.by, people.ActRead, l.Object, l.Handling).Allowed {
		return false, err
	}
	if len(f.out.Results) == f.limit {
		f.out.More = true
		return true, nil
	}
	f.seen[rec.ID] = true
	found := Found{Handle: heed.Handle(rec.ID), ID: rec.ID, Version: rec.Version, Kind: rec.Kind, By: f.d.Directory.Show(rec.Author), At: rec.RecordedAt, Headline: l.Headline}
	if l.Statement != nil {
		found.Exercise, found.Revoked = l.Statement.Exercise, l.Statement.Revoked
	}
	_, found.HeadMarks = excerpt(l.Headline, f.sought, len(l.Headline))
	found.Snippet, found.Marks = excerpt(l.Text, f.sought, excerptBytes)
	if err := f.around(&found); err != nil {
		return false, err
	}
	f.out.Results = append(f.out.Results, found)
	return false, nil
}

// around adds the newest version that the reader may see, and the case.
func (f *finding) around(found *Found) error {
	versions, err := f.tx.Versions(f.by.Desk, found.ID)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if v.Version <= max(found.Version, found.Newest) {
			continue
		}
		sees, err := f.by.Sees(f.tx, v)
		if err != nil {
			return err
		}
		if sees {
			found.Newest = v.Version
		}
	}
	m, err := f.tx.Membership(f.by.Desk, found.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	row, err := f.d.caseFor(f.tx, f.by, m.Case, people.ActList)
	var no *people.Refused
	if errors.As(err, &no) {
		return nil
	}
	found.Case = heed.Handle(row.ID)
	return err
}

// excerptBytes is about how long a snippet is.
const excerptBytes = 220

// excerpt cuts the piece of a text that holds most of what was sought, and marks it there.
// Without any of it, the text's beginning.
func excerpt(text string, sought []store.Sought, size int) (string, []Span) {
	hits := hitsIn(tokens(text), sought)
	best, most := 0, 0
	for i, h := range hits {
		kinds := map[int]bool{}
		for _, o := range hits[i:] {
			if o.To-h.From > size*3/4 {
				break
			}
			kinds[o.what] = true
		}
		if len(kinds) > most {
			best, most = h.From, len(kinds)
		}
	}
	from, to := window(text, best, size)
	out := strings.ReplaceAll(text[from:to], "\n", " ")
	shift := -from
	if from > 0 {
		out, shift = "…"+out, shift+len("…")
	}
	if to < len(text) {
		out += "…"
	}
	var marks []Span
	for _, h := range hits {
		switch {
		case h.From < from || h.To > to:
		case len(marks) > 0 && h.From+shift <= marks[len(marks)-1].To:
			marks[len(marks)-1].To = max(marks[len(marks)-1].To, h.To+shift)
		default:
			marks = append(marks, Span{h.From + shift, h.To + shift})
		}
	}
	return out, marks
}

// window chooses the bytes around a place in a text, at the edges of words where there are any.
func window(text string, at, size int) (from, to int) {
	if len(text) <= size {
		return 0, len(text)
	}
	if from = at - size/4; from <= 0 {
		from = 0
	} else if i := strings.IndexByte(text[from:at], ' '); i >= 0 {
		from += i + 1
	}
	if to = from + size; to >= len(text) {
		to = len(text)
	} else if i := strings.LastIndexByte(text[at:to], ' '); i > 0 {
		to = at + i
	}
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	return from, to
}

// hit is a place in a text where one of the things sought stands.
type hit struct {
	Span
	what int
}

func hitsIn(list []token, sought []store.Sought) []hit {
	var hits []hit
	for i := range list {
		for k, s := range sought {
			n := len(s.Words)
			if s.Not || n == 0 || i+n > len(list) {
				continue
			}
			fits := true
			for j, w := range s.Words {
				have := list[i+j].word
				fits = fits && (have == w || s.Begins && j == n-1 && strings.HasPrefix(have, w))
			}
			if fits {
				hits = append(hits, hit{Span{list[i].from, list[i+n-1].to}, k})
			}
		}
	}
	return hits
}
