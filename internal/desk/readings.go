package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"heed"
	"heed/internal/people"
	"heed/internal/prose"
	"heed/internal/store"
)

// The draft tray holds what was read from texts until a person accepts, corrects or drops it.
// Nothing of it is recorded before; and who accepts reports, and is not the author of the act.

// MaxText bounds a text whose drafts are put in the tray, in bytes.
const MaxText = 4 << 20

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
	Decider   string      `json:"decider,omitempty"`
	Decided   time.Time   `json:"decided,omitzero"`
	Said      *Said       `json:"said,omitempty"` // what accepting recorded
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

// AddReadings reads a text and puts what it drafts in the tray; it records nothing. The text is
// kept, whatever it is, also where nothing was drafted. The same text again gives the drafts it has.
func (d *Desk) AddReadings(ctx context.Context, by people.Actor, title, text string) ([]Reading, error) {
	if err := mayTray(by, people.ActDraft); err != nil {
		return nil, err
	}
	if err := d.ready(nil); err != nil {
		return nil, err
	}
	switch {
	case text == "":
		return nil, fmt.Errorf("%w: the text is empty: there is nothing to read", ErrNot)
	case len(text) > MaxText:
		return nil, fmt.Errorf("%w: the text is larger than %d MB; nothing was kept", ErrNot, MaxText>>20)
	}
	if strings.TrimSpace(title) == "" {
		title = "a text without a name"
	}
	sum := sha256.Sum256([]byte(text))
	kept := store.ReadText{Desk: by.Desk, Digest: heed.Digest(hex.EncodeToString(sum[:])), Title: firstRunes(title, 200), Person: by.Person, Raw: []byte(text)}
	var rows []store.Reading
	for i, s := range prose.Statements(text, prose.Read(text)) {
		b, err := json.Marshal(drafted{s.Draft, Body{s.Claim, s.Event}})
		if err != nil {
			return nil, err
		}
		rows = append(rows, store.Reading{Position: i, Drafted: b, Excerpt: stretch(text, Body{s.Claim, s.Event}.spans())})
	}
	return d.keepReadings(ctx, kept, rows)
}

// addAtOnce is how many drafts are kept in one transaction: warnings do not wait for a long text.
const addAtOnce = 250

// keepReadings keeps a text and its drafts, a part at a time; what broke off is taken up again.
// Drafts that are kept already, and were drafted otherwise, stay what they are.
func (d *Desk) keepReadings(ctx context.Context, text store.ReadText, rows []store.Reading) ([]Reading, error) {
	var had []store.Reading
	get := func(tx *store.Tx) (err error) { had, err = tx.ReadingsOf(text.Desk, text.Digest); return err }
	if err := d.Store.View(ctx, get); err != nil {
		return nil, err
	}
	same := len(had) <= len(rows) && slices.EqualFunc(had, rows[:min(len(had), len(rows))], func(a, b store.Reading) bool { return bytes.Equal(a.Drafted, b.Drafted) })
	if !same {
		return shown(had)
	}
	rest := rows[len(had):]
	for first := true; first || len(rest) > 0; first = false {
		n := min(len(rest), addAtOnce)
		if err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error { return tx.AddReadings(text, rest[:n]) }); err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	if err := d.Store.View(ctx, get); err != nil {
		return nil, err
	}
	return shown(had)
}

// Readings lists at most n drafts of the tray in a state, the oldest first; an empty state means all.
func (d *Desk) Readings(ctx context.Context, by people.Actor, state string, n int) (list []Reading, err error) {
	if err := mayTray(by, people.ActDraft); err != nil {
		return nil, err
	}
	if states := []string{"", store.ReadingWaiting, store.ReadingAccepted, store.ReadingDropped}; !slices.Contains(states, state) {
		return nil, fmt.Errorf("%w: a draft is waiting, accepted or dropped, not %q", ErrNot, state)
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Readings(by.Desk, state, n)
		if err != nil {
			return err
		}
		list, err = shown(rows)
		return err
	})
	return list, err
}

// Reading gives one draft of the tray.
func (d *Desk) Reading(ctx context.Context, by people.Actor, n int64) (r Reading, err error) {
	if err := mayTray(by, people.ActDraft); err != nil {
		return r, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) (err error) { r, err = readingIn(tx, by, n); return err })
	return r, err
}

// AcceptReadings records drafts as claims and events, all or none. A draft that was accepted
// before gives its first record again; one that was dropped is [ErrNot].
func (d *Desk) AcceptReadings(ctx context.Context, by people.Actor, list []int64) ([]Reading, error) {
	if err := mayTray(by, people.ActWeigh); err != nil {
		return nil, err
	}
	if err := d.ready(nil); err != nil {
		return nil, err
	}
	if len(list) == 0 || len(list) > maxAccept {
		return nil, fmt.Errorf("%w: name the drafts by their numbers, at most %d at once", ErrNot, maxAccept)
	}
	claims, events := d.newIDs(heed.KindClaim, len(list)), d.newIDs(heed.KindEvent, len(list))
	var out []Reading
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		out = nil
		for i, n := range list {
			r, err := d.accept(tx, by, n, claims[i], events[i])
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

func (d *Desk) accept(tx *store.Tx, by people.Actor, n int64, claim, event heed.ID) (Reading, error) {
	r, err := readingIn(tx, by, n)
	if err != nil || r.State == store.ReadingAccepted {
		return r, err
	}
	if r.State != store.ReadingWaiting {
		return r, fmt.Errorf("%w: draft %d was dropped by %s", ErrNot, n, r.Decider)
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
	return readingIn(tx, by, n)
}

// DropReading takes a draft out of the tray; nothing is recorded. Dropped twice is dropped.
func (d *Desk) DropReading(ctx context.Context, by people.Actor, n int64) (r Reading, err error) {
	if err := mayTray(by, people.ActDraft); err != nil {
		return r, err
	}
	err = d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		if r, err = readingIn(tx, by, n); err != nil || r.State == store.ReadingDropped {
			return err
		}
		if r.State != store.ReadingWaiting {
			return fmt.Errorf("%w: draft %d was accepted and is on record as %s", ErrNot, n, r.Said.Handle)
		}
		if err := tx.DecideReading(by.Desk, n, store.ReadingDropped, by.Person, "", -1); err != nil {
			return err
		}
		r, err = readingIn(tx, by, n)
		return err
	})
	return r, err
}

// Correction is what a person makes of a draft: the body anew, or fields of it.
type Correction struct {
	Body *Body    `json:"body,omitempty"`
	Set  []string `json:"set,omitempty"` // FIELD=VALUE; the field as in account.from.words
}

// CorrectReading keeps a correction beside what the reader drafted, which stays. The spans
// remain those of the draft, a claim stays a claim, and the desk is never made who claims.
func (d *Desk) CorrectReading(ctx context.Context, by people.Actor, n int64, c Correction) (r Reading, err error) {
	if err := mayTray(by, people.ActDraft); err != nil {
		return r, err
	}
	id := d.Pen.NewID
	err = d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		if r, err = readingIn(tx, by, n); err != nil {
			return err
		}
		if r.State != store.ReadingWaiting {
			return fmt.Errorf("%w: draft %d no longer waits: it was %s by %s", ErrNot, n, r.State, r.Decider)
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
		r, err = readingIn(tx, by, n)
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

func readingIn(tx *store.Tx, by people.Actor, n int64) (Reading, error) {
	row, err := tx.Reading(by.Desk, n)
	if errors.Is(err, store.ErrNotFound) {
		return Reading{}, fmt.Errorf("%w: there is no draft %d in the tray", ErrNot, n)
	}
	if err != nil {
		return Reading{}, err
	}
	list, err := shown([]store.Reading{row})
	if err != nil {
		return Reading{}, err
	}
	return list[0], nil
}

func shown(rows []store.Reading) ([]Reading, error) {
	list := []Reading{}
	for _, row := range rows {
		var was drafted
		if err := json.Unmarshal(row.Drafted, &was); err != nil {
			return nil, fmt.Errorf("draft %d of the tray: %w", row.ID, err)
		}
		r := Reading{N: row.ID, Title: row.Title, Digest: row.Digest, Draft: was.Draft, Person: row.Person, At: row.At, State: row.State, Excerpt: row.Excerpt,
			Drafted: was.Body, Corrector: row.Corrector, Decider: row.Decider, Decided: row.Decided}
		if len(row.Corrected) > 0 {
			r.Corrected = &Body{}
			if err := json.Unmarshal(row.Corrected, r.Corrected); err != nil {
				return nil, fmt.Errorf("the correction of draft %d: %w", row.ID, err)
			}
		}
		if r.State == store.ReadingAccepted {
			r.Said = &Said{ID: row.Statement, Version: 1, Handle: heed.Handle(row.Statement), Leaf: row.Leaf}
		}
		r.Line = r.body().line()
		list = append(list, r)
	}
	return list, nil
}
