package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"heed"
	"heed/internal/intake/plain"
	"heed/internal/people"
	"heed/internal/store"
)

// The draft tray holds what was read from texts until a person accepts, corrects or drops it.
// Nothing of it is recorded before; and who accepts reports, and is not the author of the act.

// maxAccept bounds how many drafts are accepted at once.
const maxAccept = 1000

// Body is what accepting a draft records: one of the two is set.
type Body struct {
	Claim *heed.Claim `json:"claim,omitempty"`
	Event *heed.Event `json:"event,omitempty"`
}

// drafted is a draft as it is kept.
type drafted struct {
	Draft string `json:"draft"` // its id among the drafts of the text
	Body
}

// Reading is a draft in the tray.
type Reading struct {
	N         int64       `json:"n"`
	Title     string      `json:"title"`
	Digest    heed.Digest `json:"digest"` // of the text that the spans count in
	Draft     string      `json:"draft"`
	Person    string      `json:"person"` // who handed the text in
	At        time.Time   `json:"at"`
	State     string      `json:"state"` // waiting, accepted, dropped
	Line      string      `json:"line"`  // what accepting says, in one line
	Excerpt   string      `json:"excerpt"`
	Drafted   Body        `json:"drafted"`
	Corrected *Body       `json:"corrected,omitempty"`
	Corrector string      `json:"corrector,omitempty"`
	// Corrections is how often it was corrected; who acts on it may say how many were seen.
	Corrections int         `json:"corrections,omitzero"`
	History     []Corrected `json:"history,omitempty"` // on its own sheet: every correction, the first one first
	Files       []File      `json:"files,omitempty"`   // on its own sheet: those that say its words
	// UnseenInFile says that the file holds what its reader could not see; UnseenHere names
	// what of it stands in the very words of the draft.
	UnseenInFile bool           `json:"unseen_in_file,omitzero"`
	UnseenHere   []plain.Hidden `json:"unseen_here,omitempty"`
	Decider      string         `json:"decider,omitempty"`
	Decided      time.Time      `json:"decided,omitzero"`
	Said         *Said          `json:"said,omitempty"`   // what accepting recorded
	Warned       *Said          `json:"warned,omitempty"` // of an account: the warning that this desk said on it
}

// Corrected is one correction of a draft: what it then said, who said so, and when.
type Corrected struct {
	Person string    `json:"person"`
	At     time.Time `json:"at"`
	Body
}

// body is what accepting records: as corrected, where a person did.
func (r Reading) body() Body {
	if r.Corrected != nil {
		return *r.Corrected
	}
	return r.Drafted
}

func mayTray(by people.Actor, act people.Act) error {
	return people.Check(by, act, heed.Ref{}, people.Object{Desk: by.Desk, Author: by.Desk, Source: by.Desk}, heed.Handling{})
}

// addAtOnce is how many drafts are kept in one transaction: warnings do not wait for a long text.
const addAtOnce = 250

// keepReadings keeps the drafts of a text, a part at a time; what broke off is taken up again.
// Drafts that are kept already, and were drafted otherwise, stay what they are.
func (d *Desk) keepReadings(ctx context.Context, desk heed.PartyID, text heed.Digest, rows []store.Reading) ([]Reading, error) {
	var had []store.Reading
	get := func(tx *store.Tx) (err error) { had, err = tx.ReadingsOf(desk, text); return err }
	if err := d.Store.View(ctx, get); err != nil {
		return nil, err
	}
	same := len(had) <= len(rows) && slices.EqualFunc(had, rows[:min(len(had), len(rows))], func(a, b store.Reading) bool { return bytes.Equal(a.Drafted, b.Drafted) })
	for rest := rows[min(len(had), len(rows)):]; same && len(rest) > 0; {
		n := min(len(rest), addAtOnce)
		if err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error { return tx.AddReadings(rest[:n]) }); err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	var list []Reading
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		err := get(tx)
		if err == nil {
			list, err = d.shown(tx, had)
		}
		return err
	})
	return list, err
}

// Tray limits a list of drafts. What is left empty limits nothing.
type Tray struct {
	After int64  // only drafts with a larger number
	State string // waiting, accepted, dropped
	Kind  string // what accepting records: a type of claim, or event
	File  string // of one file, named as in [Desk.FileBytes]
	Limit int
}

// Readings lists drafts of the tray, the oldest first.
func (d *Desk) Readings(ctx context.Context, by people.Actor, want Tray) (list []Reading, err error) {
	if err := mayTray(by, people.ActDraft); err != nil {
		return nil, err
	}
	if states := []string{"", store.ReadingWaiting, store.ReadingAccepted, store.ReadingDropped}; !slices.Contains(states, want.State) {
		return nil, fmt.Errorf("%w: a draft is waiting, accepted or dropped, not %q", ErrNot, want.State)
	}
	if kinds := append([]string{"", "event"}, heed.ClaimTypes...); !slices.Contains(kinds, want.Kind) {
		return nil, fmt.Errorf("%w: no draft is of the kind %q; there are %s", ErrNot, want.Kind, strings.Join(kinds[1:], ", "))
	}
	ask := store.ReadingsAsked{After: want.After, State: want.State, Kind: want.Kind, Limit: want.Limit}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		if want.File != "" {
			f, err := fileNamed(tx, by, want.File)
			if err != nil {
				return err
			}
			if ask.Digest = f.Words; f.Words == "" {
				list = []Reading{}
				return nil
			}
		}
		rows, err := tx.Readings(by.Desk, ask)
		if err != nil {
			return err
		}
		list, err = d.shown(tx, rows)
		return err
	})
	return list, err
}

// Reading gives one draft of the tray, with the corrections of it and the files that say its words.
func (d *Desk) Reading(ctx context.Context, by people.Actor, n int64) (r Reading, err error) {
	if err := mayTray(by, people.ActDraft); err != nil {
		return r, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		row, err := readingIn(tx, by, n)
		if err != nil {
			return err
		}
		list, err := d.shown(tx, []store.Reading{row})
		if err != nil {
			return err
		}
		r = list[0]
		return r.fill(tx, by.Desk)
	})
	return r, err
}

// fill adds what only the sheet of one draft shows.
func (r *Reading) fill(tx *store.Tx, desk heed.PartyID) error {
	rows, err := tx.Corrections(desk, r.N)
	if err != nil {
		return err
	}
	for _, c := range rows {
		x := Corrected{Person: c.Person, At: c.At}
		if err := json.Unmarshal(c.Body, &x.Body); err != nil {
			return fmt.Errorf("correction %d of draft %d: %w", c.N, r.N, err)
		}
		r.History = append(r.History, x)
	}
	files, err := tx.FilesOf(desk, r.Digest)
	for _, row := range files {
		f, err := fileIn(tx, row)
		if err != nil {
			return err
		}
		r.Files = append(r.Files, f)
	}
	return err
}

// meanwhile is the error where a person looked at a draft before another one corrected it. seen
// is how many corrections the person saw; nil: it does not say.
func meanwhile(row store.Reading, seen *int) error {
	if seen == nil || *seen == row.Corrections {
		return nil
	}
	return fmt.Errorf("%w: %s corrected draft %d since you looked at it: look again, heed drafts show %d", ErrMeanwhile, row.Corrector, row.ID, row.ID)
}

// AcceptReadings records drafts as claims and events, all or none. A draft that was accepted
// before gives its first record again; one that was dropped is [ErrNot]. Where seen says how
// many corrections of the one draft the person saw, and there are others, it is [ErrMeanwhile].
func (d *Desk) AcceptReadings(ctx context.Context, by people.Actor, list []int64, seen *int) ([]Reading, error) {
	if err := mayTray(by, people.ActWeigh); err != nil {
		return nil, err
	}
	if err := d.ready(nil); err != nil {
		return nil, err
	}
	if len(list) == 0 || len(list) > maxAccept {
		return nil, fmt.Errorf("%w: name the drafts by their numbers, at most %d at once", ErrNot, maxAccept)
	}
	if seen != nil && len(list) > 1 {
		return nil, fmt.Errorf("%w: what was seen is said of one draft at a time", ErrNot)
	}
	claims, events := d.newIDs(heed.KindClaim, len(list)), d.newIDs(heed.KindEvent, len(list))
	var out []Reading
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		out = nil
		for i, n := range list {
			r, err := d.accept(tx, by, n, seen, claims[i], events[i])
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	d.done(err)
	return out, err
}

func (d *Desk) accept(tx *store.Tx, by people.Actor, n int64, seen *int, claim, event heed.ID) (Reading, error) {
	row, err := readingIn(tx, by, n)
	if err != nil {
		return Reading{}, err
	}
	switch row.State {
	case store.ReadingAccepted:
		return d.readingShown(tx, by, n)
	case store.ReadingDropped:
		return Reading{}, fmt.Errorf("%w: draft %d was dropped by %s", ErrNot, n, row.Decider)
	}
	if err := meanwhile(row, seen); err != nil {
		return Reading{}, err
	}
	r, err := d.readingShown(tx, by, n)
	if err != nil {
		return r, err
	}
	s := r.statement(by.Person)
	if s.ID = claim; s.Kind == heed.KindEvent {
		s.ID = event
	}
	said, err := d.record(tx, by, s)
	if err != nil {
		return r, fmt.Errorf("draft %d: %w", n, err)
	}
	if err := tx.DecideReading(by.Desk, n, store.ReadingAccepted, by.Person, said.ID, said.Leaf); err != nil {
		return r, err
	}
	return d.readingShown(tx, by, n)
}

// DropReading takes a draft out of the tray; nothing is recorded. Dropped twice is dropped. seen
// is as in [Desk.AcceptReadings].
func (d *Desk) DropReading(ctx context.Context, by people.Actor, n int64, seen *int) (r Reading, err error) {
	if err := mayTray(by, people.ActDraft); err != nil {
		return r, err
	}
	err = d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		row, err := readingIn(tx, by, n)
		if err != nil {
			return err
		}
		switch row.State {
		case store.ReadingAccepted:
			return fmt.Errorf("%w: draft %d was accepted by %s and is on record as %s", ErrNot, n, row.Decider, heed.Handle(row.Statement))
		case store.ReadingWaiting:
			if err := meanwhile(row, seen); err != nil {
				return err
			}
			if err := tx.DecideReading(by.Desk, n, store.ReadingDropped, by.Person, "", -1); err != nil {
				return err
			}
		}
		r, err = d.readingShown(tx, by, n)
		return err
	})
	return r, err
}

// Correction is what a person makes of a draft: the body anew, or fields of it.
type Correction struct {
	Body *Body    `json:"body,omitempty"`
	Set  []string `json:"set,omitempty"` // FIELD=VALUE; the field as in account.from.words
	Seen *int     `json:"seen,omitzero"` // how many corrections the person saw; others since: [ErrMeanwhile]
}

// CorrectReading keeps a correction beside what the reader drafted and the corrections before,
// which all stay. The spans remain those of the draft, a claim stays a claim, and the desk is
// never made who claims. Fields are set in what holds then, so two people who set different
// ones both do.
func (d *Desk) CorrectReading(ctx context.Context, by people.Actor, n int64, c Correction) (r Reading, err error) {
	if err := mayTray(by, people.ActDraft); err != nil {
		return r, err
	}
	id := d.Pen.NewID
	err = d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		row, err := readingIn(tx, by, n)
		if err != nil {
			return err
		}
		if row.State != store.ReadingWaiting {
			return fmt.Errorf("%w: draft %d no longer waits: it was %s by %s", ErrNot, n, row.State, row.Decider)
		}
		if err := meanwhile(row, c.Seen); err != nil {
			return err
		}
		if r, err = d.readingShown(tx, by, n); err != nil {
			return err
		}
		body, err := c.of(r)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNot, err)
		}
		if body.Claim != nil && body.Claim.By.Party == by.Desk {
			return fmt.Errorf("%w: who accepts a draft reports; the desk is not who claims", ErrNot)
		}
		r.Corrected, r.Corrector = &body, by.Person
		s := r.statement(by.Person)
		s.ID, s.Author, s.Version, s.Created, s.Modified = id(s.Kind), by.Desk, 1, tx.Now(), tx.Now()
		if err := s.Check(); err != nil {
			return fmt.Errorf("%w: the corrected draft does not hold: %w", ErrNot, err)
		}
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		if err := tx.CorrectReading(by.Desk, n, b, by.Person); err != nil {
			return err
		}
		r, err = d.readingShown(tx, by, n)
		return err
	})
	return r, err
}

// of applies the correction to what a draft says now.
func (c Correction) of(r Reading) (Body, error) {
	body := r.body()
	switch {
	case c.Body != nil && len(c.Set) > 0, c.Body == nil && len(c.Set) == 0:
		return body, errors.New("give either fields to set or the whole statement")
	case c.Body != nil:
		body = *c.Body
	}
	for _, one := range c.Set {
		field, value, ok := strings.Cut(one, "=")
		if !ok || field == "" {
			return body, fmt.Errorf("%q must be written as FIELD=VALUE, as in account.from.words=Norland", one)
		}
		var err error
		if body, err = body.set(field, value); err != nil {
			return body, err
		}
	}
	switch was := r.Drafted; {
	case (body.Claim != nil) == (body.Event != nil), (body.Claim != nil) != (was.Claim != nil):
		return body, errors.New("a claim stays a claim and an event an event: drop the draft instead")
	case body.Claim != nil:
		body.Claim.Spans = was.Claim.Spans
	default:
		body.Event.Spans = was.Event.Spans
	}
	return body, nil
}

// set gives the body with one field changed. A value that is no text where none may stand is
// read as JSON: a number, a list.
func (b Body) set(field, value string) (Body, error) {
	path := strings.Split(field, ".")
	if path[0] != "claim" && path[0] != "event" {
		top := "claim"
		if b.Event != nil {
			top = "event"
		}
		path = append([]string{top}, path...)
	}
	values := []any{value}
	var other any
	if json.Unmarshal([]byte(value), &other) == nil {
		values = append(values, other)
	}
	err := errors.New("it is empty")
	for _, v := range values {
		raw, e := json.Marshal(b)
		var tree map[string]any
		if e = errors.Join(e, json.Unmarshal(raw, &tree)); e != nil {
			return b, e
		}
		if e := put(tree, path, v); e != nil {
			return b, fmt.Errorf("%s: %w", field, e)
		}
		if raw, e = json.Marshal(tree); e != nil {
			return b, e
		}
		var out Body
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err = dec.Decode(&out); err == nil {
			return out, nil
		}
	}
	return b, fmt.Errorf("%s cannot be set to %q: %w", field, value, err)
}

// put sets what a path leads to; what is missing on the way is made.
func put(at any, path []string, v any) error {
	for i, name := range path {
		last := i == len(path)-1
		switch x := at.(type) {
		case map[string]any:
			if last {
				x[name] = v
				return nil
			}
			if x[name] == nil {
				x[name] = map[string]any{}
			}
			at = x[name]
		case []any:
			n, err := strconv.Atoi(name)
			if err != nil || n < 0 || n >= len(x) {
				return fmt.Errorf("there is no entry %q", name)
			}
			if last {
				x[n] = v
				return nil
			}
			at = x[n]
		default:
			return fmt.Errorf("there is no field %q below words", name)
		}
	}
	return nil
}

// statement is what accepting says. Its words tell where it was read and who corrected it.
func (r Reading) statement(person string) heed.Statement {
	b := r.body()
	s := heed.Statement{Kind: heed.KindClaim, Claim: b.Claim, Event: b.Event, Headline: b.line()}
	if b.Event != nil {
		s.Kind = heed.KindEvent
	}
	s.Text = fmt.Sprintf("Read in %q: %s\nAccepted by %s from draft %d of the reader; the text's SHA-256 is %s.", r.Title, r.Excerpt, person, r.N, r.Digest)
	if r.Corrected != nil {
		s.Text += fmt.Sprintf("\n%s corrected it; the reader had drafted: %s", r.Corrector, r.Drafted.line())
	}
	return s
}

// kind names what accepting records: the type of the claim, or event.
func (b Body) kind() string {
	if b.Claim != nil {
		return b.Claim.Type
	}
	return "event"
}

func (b Body) spans() []heed.Span {
	if b.Claim != nil {
		return b.Claim.Spans
	}
	return b.Event.Spans
}

// line says a body in one line.
func (b Body) line() string {
	var s string
	switch c := b.Claim; {
	case c == nil:
		s = b.Event.Class + ", " + b.Event.Status
		if p := b.Event.Where; p != nil {
			s += ", " + strings.TrimSpace(p.Words+" "+p.Country)
		}
		if t := b.Event.When; t != nil && t.Words != "" {
			s += ", " + t.Words
		}
		for _, c := range b.Event.Counts {
			if c.Is.Words != "" {
				s += "; " + c.Of + ": " + c.Is.Words
			}
		}
	case c.Account != nil:
		to := c.Account.To.Words
		if to == "" {
			to = "a receiver not named"
		}
		s = fmt.Sprintf("%s warned %s: %s", c.Account.From.Words, to, c.Words)
	case c.Points != nil:
		s = fmt.Sprintf("%s of %s for %s, as told by %s", c.Type, c.Points.Words, c.About, c.By.Words)
	case c.Type == "denial":
		s = fmt.Sprintf("%s denied: %s", c.By.Words, c.About)
	default:
		s = fmt.Sprintf("%s said: %s", c.By.Words, c.Words)
	}
	return firstRunes(strings.Join(strings.Fields(s), " "), 200)
}

// stretch is the text from the first to the last byte that a draft rests on.
func stretch(text string, spans []heed.Span) string {
	from, to := len(text), 0
	for _, s := range spans {
		from, to = min(from, s.From), max(to, s.To)
	}
	if from >= to {
		return ""
	}
	return firstRunes(strings.Join(strings.Fields(text[from:to]), " "), 600)
}

// firstRunes cuts what is too long, and shows that it did. NUL, which not every engine keeps in
// words, is left out, and what is not UTF-8 shows as such.
func firstRunes(s string, n int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

func readingIn(tx *store.Tx, by people.Actor, n int64) (store.Reading, error) {
	row, err := tx.Reading(by.Desk, n)
	if errors.Is(err, store.ErrNotFound) {
		return row, fmt.Errorf("%w: there is no draft %d in the tray", ErrNot, n)
	}
	return row, err
}

func (d *Desk) readingShown(tx *store.Tx, by people.Actor, n int64) (Reading, error) {
	row, err := readingIn(tx, by, n)
	if err != nil {
		return Reading{}, err
	}
	list, err := d.shown(tx, []store.Reading{row})
	if err != nil {
		return Reading{}, err
	}
	return list[0], nil
}

// shown gives rows as people see them.
func (d *Desk) shown(tx *store.Tx, rows []store.Reading) ([]Reading, error) {
	list := []Reading{}
	unseen := map[heed.Digest][]plain.Hidden{} // of the files that say the words
	for _, row := range rows {
		var was drafted
		if err := json.Unmarshal(row.Drafted, &was); err != nil {
			return nil, fmt.Errorf("draft %d of the tray: %w", row.ID, err)
		}
		r := Reading{N: row.ID, Title: row.Title, Digest: row.Digest, Draft: was.Draft, Person: row.Person, At: row.At, State: row.State, Excerpt: row.Excerpt,
			Drafted: was.Body, Corrector: row.Corrector, Corrections: row.Corrections, Decider: row.Decider, Decided: row.Decided}
		if len(row.Corrected) > 0 {
			r.Corrected = &Body{}
			if err := json.Unmarshal(row.Corrected, r.Corrected); err != nil {
				return nil, fmt.Errorf("the correction of draft %d: %w", row.ID, err)
			}
		}
		if r.State == store.ReadingAccepted {
			r.Said = &Said{ID: row.Statement, Version: 1, Handle: heed.Handle(row.Statement), Leaf: row.Leaf}
		}
		if c := r.body().Claim; c != nil && c.Account != nil {
			first, err := tx.Find(row.Desk, row.Desk, onAccount(row.Desk, c, ""), 1)
			if err == nil {
				r.Warned = &Said{ID: first.ID, Version: 1, Handle: heed.Handle(first.ID), Leaf: first.Index}
			} else if !errors.Is(err, store.ErrNotFound) {
				return nil, err
			}
		}
		r.Line = r.body().line()
		in, known := unseen[row.Digest]
		if !known {
			files, err := tx.FilesOf(row.Desk, row.Digest)
			if err != nil {
				return nil, err
			}
			for _, f := range files {
				if len(f.Unseen) == 0 {
					continue
				}
				if err := json.Unmarshal(f.Unseen, &in); err != nil {
					return nil, fmt.Errorf("what is unseen in the file %s: %w", f.Digest, err)
				}
				break
			}
			unseen[row.Digest] = in
		}
		r.UnseenInFile, r.UnseenHere = len(in) > 0, plain.Unseen(row.Excerpt)
		list = append(list, r)
	}
	return list, nil
}
