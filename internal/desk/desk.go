// Package desk is where people act: they warn, open, acknowledge, accept, decide and pass
// on. Every act is one transaction: the statement, its entry, the receipts that follow from
// it and what is due next.
//
// The rungs are separate records. None is derived from another: a decision to act accepts
// nothing, and opening acknowledges nothing.
package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"heed"
	"heed/internal/intake/plain"
	"heed/internal/people"
	"heed/internal/source"
	"heed/internal/stix"
	"heed/internal/store"
)

// Desk acts for the parties of this node. Its fields are set once.
type Desk struct {
	Store     *store.DB
	Directory *people.Directory
	Accounts  *people.Accounts // keeps the access log
	Pen       *people.Pen
	MayAppend func() (ok bool, why string)
	Changed   func()         // told after each commit
	Sources   *source.Keeper // nil: none are kept here
	OriginKey func(desk heed.PartyID, begin bool) ([]byte, error)

	// Parse finds the words of a page or a mail, in a process with limits; nil: they are kept
	// and not read. It is called by many at once.
	Parse func(ctx context.Context, kind plain.Kind, raw []byte) (plain.Text, error)

	// Elapsed is a time that never steps within a run, by which clocks run; nil: the
	// store's own.
	Elapsed func() time.Time

	checked  atomic.Pointer[checked] // nil: the clocks were not checked yet
	scanned  atomic.Int64            // up to here the ledger holds no warning that is in no case
	Watching Watchers                // who is signed in and follows the stream
}

// What can be wrong with an act, for callers to tell apart.
var (
	ErrUnknown   = errors.New("nothing here has this handle")
	ErrAmbiguous = errors.New("two statements share this handle; name one by its full id")
	ErrNotNow    = people.ErrNotNow
	ErrNot       = errors.New("this cannot be done")
	ErrMeanwhile = errors.New("somebody else was first")
)

// Draft is a warning to be said. ID names the warning that it is a new version of.
type Draft struct {
	ID       heed.ID // empty: a new warning
	New      heed.ID // of a new one, where its id follows from what it is made from; empty: drawn
	Headline string
	Text     string
	Lang     string
	Exercise string
	Revoke   string // not empty: take the warning back, and why
	Warning  heed.Warning
	To       []heed.PartyID // who gets it; a new version also goes to all who got the one before
	Asked    []string
	Extracts []Extract // texts for other readers, said with it
	Quotes   []int64   // leaves of what it rests on, for the checks; they stay here
	Under    string    // TLP label of the file that it rests on; empty: none
	Despite  []string  // rules whose warnings a person overrides
	Because  string    // and why
}

// Said is what was recorded.
type Said struct {
	ID      heed.ID      `json:"id"`
	Version heed.Version `json:"version"`
	Handle  string       `json:"handle"`
	Leaf    int64        `json:"leaf"`
	To      []string     `json:"to"`
	Again   bool         `json:"again,omitzero"` // it had been said before; the first stands

	Findings []heed.Finding `json:"findings,omitempty"` // warnings of the checks that nobody answered
	Waits    *Waits         `json:"waits,omitempty"`    // not released, not recorded: a second person is needed
	Extracts []Said         `json:"extracts,omitempty"`
	Stale    []ExtractLine  `json:"stale,omitempty"` // extracts that are of an older version now
}

// Warn says a warning, or a new version of one, and makes its deliveries due. The checks
// before release are asked first: what they refuse is an [Unfit]. Where policy asks for a
// second person the draft waits, and nothing is recorded yet.
func (d *Desk) Warn(ctx context.Context, by people.Actor, draft Draft) (Said, error) {
	if draft.ID == "" {
		if err := people.Check(by, people.ActWarn, heed.Ref{}, people.Object{Desk: by.Desk}, heed.Handling{}); err != nil {
			return Said{}, err
		}
	}
	p, err := d.prepare(ctx, by, draft)
	if err != nil {
		return Said{}, err
	}
	if wait, longest := p.waits(); wait {
		return d.hold(ctx, by, p, longest)
	}
	return d.speak(ctx, by, p, nil)
}

// statement makes the next version of what the draft says.
func (dr Draft) statement(desk heed.PartyID, id heed.ID, now time.Time, old *heed.Statement) heed.Statement {
	w := dr.Warning
	s := heed.Statement{
		ID: id, Author: desk, Version: 1, Kind: heed.KindWarning, Created: now, Modified: now, Lang: dr.Lang,
		Headline: dr.Headline, Text: dr.Text, Exercise: dr.Exercise, Warning: &w,
	}
	if old != nil {
		s.Version, s.Created = old.Version+1, old.Created
		if !s.Modified.After(old.Modified) {
			s.Modified = old.Modified.Add(time.Microsecond) // two versions never share one
		}
		s.Exercise = old.Exercise // an exercise stays one, and that one
		if dr.Revoke != "" {
			s.Revoked, s.Reason = true, dr.Revoke
			s.Headline, s.Text, s.Warning, s.Lang = old.Headline, old.Text, old.Warning, old.Lang
		}
	}
	return s
}

// act says what a new version is to the one before: taking back and allowing more are acts
// of their own.
func (dr Draft) act(old people.Loaded) people.Act {
	switch {
	case dr.Revoke != "":
		return people.ActRetract
	case old.Record.Author == old.Record.Desk && dr.Warning.Handling.Looser(old.Handling):
		return people.ActLoosen
	}
	return people.ActUpdate
}

// receivers adds to a new version all who got the one before; it gives that one too.
func (d *Desk) receivers(ctx context.Context, by people.Actor, draft Draft) ([]heed.PartyID, *heed.Statement, error) {
	to := unique(draft.To)
	if draft.ID == "" {
		return to, nil, nil
	}
	if err := d.Store.CatchUp(ctx); err != nil {
		return nil, nil, err
	}
	var old *heed.Statement
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		recs, err := tx.FindAll(by.Desk, draft.ID)
		if err != nil {
			return err
		}
		for _, r := range recs {
			l, err := people.LoadRecord(tx, r)
			if err != nil {
				return err
			}
			if err := l.Check(by, draft.act(l)); err != nil {
				return err
			}
			if l.Statement != nil && (old == nil || l.Statement.Version > old.Version) {
				old = l.Statement
			}
		}
		if old == nil {
			return ErrUnknown
		}
		if old.Revoked {
			return fmt.Errorf("%w: it was taken back; a retraction is the last version", ErrNot)
		}
		hs, err := tx.Handovers(by.Desk, draft.ID)
		for _, h := range hs {
			if h.From == by.Desk {
				to = append(to, h.To)
			}
		}
		return err
	})
	return unique(to), old, err
}

// Onward says to whom a statement is passed on.
type Onward struct {
	To     []heed.PartyID
	AtRisk bool // they are told because they are at risk, or protect those who are
	Asked  []string
}

// PassOn hands somebody else's statement on: its own envelope travels unchanged inside a
// delivery of ours, under the handling that holds here. A grant that allowed it goes along.
func (d *Desk) PassOn(ctx context.Context, by people.Actor, idx int64, on Onward) (Said, error) {
	if err := d.ready(on.To); err != nil {
		return Said{}, err
	}
	if len(on.To) == 0 {
		return Said{}, fmt.Errorf("%w: nobody is named to get it: an empty audience is nobody", ErrNot)
	}
	ids := d.newIDs(heed.KindDelivery, 2*len(on.To))
	var said Said
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		l, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		said = Said{ID: l.Record.ID, Version: l.Record.Version, Handle: heed.Handle(l.Record.ID), Leaf: l.Record.Index}
		for i, p := range on.To {
			l.Object.To, l.Object.AtRisk = p, on.AtRisk
			if err := l.Check(by, people.ActPass); err != nil {
				return err
			}
			if l.Statement == nil || l.Statement.Warning == nil {
				return fmt.Errorf("%w: only a sealed warning can be passed on with its seal", ErrNot)
			}
			way := lane(l.Statement.Warning.Precedence)
			if err := d.hand(tx, by, l.Record, l.Statement.Exercise, p, l.Handling, on.Asked, ids[2*i], way); err != nil {
				return err
			}
			if err := d.showGrant(tx, by, l, p, ids[2*i+1], way); err != nil {
				return err
			}
			said.To = append(said.To, d.Directory.Show(p))
		}
		return nil
	})
	d.done(err)
	return said, err
}

// say seals and records a statement of the actor's desk.
func (d *Desk) say(tx *store.Tx, by people.Actor, s heed.Statement) (store.Record, error) {
	env, err := d.Pen.Seal(s)
	if err != nil {
		return store.Record{}, err
	}
	return tx.Append(store.New{Desk: by.Desk, Author: s.Author, ID: s.ID, Version: s.Version, Kind: s.Kind,
		Door: "desk", From: by.From(), Envelope: env, Carried: string(stix.Own), About: s.Subject().ID})
}

// hand records a delivery and makes it due.
func (d *Desk) hand(tx *store.Tx, by people.Actor, rec store.Record, exercise string, to heed.PartyID, may heed.Handling, asked []string, id heed.ID, l store.Lane) error {
	env, err := d.Pen.Delivery(tx, by.Desk, to, rec, exercise, may, asked, id)
	if err != nil {
		return err
	}
	del, err := tx.Append(store.New{Desk: by.Desk, Author: by.Desk, ID: id, Version: 1, Kind: heed.KindDelivery,
		Door: "desk", From: by.From(), Envelope: env, Carried: string(stix.Own), About: rec.ID})
	if err != nil {
		return err
	}
	return tx.Due(store.Notice{Desk: by.Desk, To: to, Lane: l, Records: []int64{rec.Index, del.Index}})
}

func (d *Desk) newIDs(k heed.Kind, n int) []heed.ID {
	ids := make([]heed.ID, n)
	for i := range ids {
		ids[i] = d.Pen.NewID(k)
	}
	return ids
}

// ready says whether anything may be written, and whether all receivers are known.
func (d *Desk) ready(to []heed.PartyID) error {
	if ok, why := d.MayAppend(); !ok {
		return fmt.Errorf("%w: %s", ErrNotNow, why)
	}
	for _, p := range to {
		if d.Directory.Party(p) == nil {
			return fmt.Errorf("%w: %s", people.ErrNoParty, p)
		}
	}
	return nil
}

func (d *Desk) done(err error) {
	if err == nil && d.Changed != nil {
		d.Changed()
	}
}

// lane lets what is urgent pass.
func lane(p heed.Precedence) store.Lane {
	if p.Urgent() {
		return store.Urgent
	}
	return store.Normal
}

func unique(list []heed.PartyID) []heed.PartyID {
	var out []heed.PartyID
	for _, p := range list {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// Resolve finds the statement that a person means by a handle or an id, with "v2" behind it
// for a version (none: the newest). It gives the leaf of its record. What the actor may not
// know of is not there.
func (d *Desk) Resolve(ctx context.Context, by people.Actor, name string) (store.Line, error) {
	if err := d.Store.CatchUp(ctx); err != nil {
		return store.Line{}, err
	}
	name, version, err := splitVersion(name)
	if err != nil {
		return store.Line{}, err
	}
	var lines []store.Line
	err = d.Store.View(ctx, func(tx *store.Tx) (err error) {
		if strings.Contains(name, "--") {
			lines, err = tx.Versions(by.Desk, heed.ID(name))
		} else {
			var handle string
			if handle, err = heed.ParseHandle(name); err != nil {
				return err
			}
			lines, err = tx.WithHandle(by.Desk, handle)
		}
		if err != nil {
			return err
		}
		lines, err = visible(tx, by, lines)
		return err
	})
	if err != nil {
		return store.Line{}, err
	}
	return d.pick(lines, version)
}

// visible leaves out the lines that the actor may not know of.
func visible(tx *store.Tx, by people.Actor, lines []store.Line) ([]store.Line, error) {
	var out []store.Line
	for _, l := range lines {
		sees, err := by.Sees(tx, l)
		if err != nil {
			return nil, err
		}
		if sees {
			out = append(out, l)
		}
	}
	return out, nil
}

// pick takes the version asked for, or the newest, of the one statement that is meant.
func (d *Desk) pick(lines []store.Line, version heed.Version) (store.Line, error) {
	var found *store.Line
	for i, l := range lines {
		if l.ID != lines[0].ID {
			return store.Line{}, fmt.Errorf("%w:\n  %s by %s: %s\n  %s by %s: %s", ErrAmbiguous,
				lines[0].ID, d.Directory.Show(lines[0].Author), lines[0].Headline, l.ID, d.Directory.Show(l.Author), l.Headline)
		}
		if version != 0 && l.Version != version {
			continue
		}
		if found == nil || l.Version > found.Version || l.Version == found.Version && found.Author == "" {
			found = &lines[i]
		}
	}
	if found == nil {
		return store.Line{}, ErrUnknown
	}
	return *found, nil
}

func splitVersion(name string) (string, heed.Version, error) {
	name = strings.TrimSpace(name)
	i := strings.LastIndexByte(name, ' ')
	if i < 0 {
		return name, 0, nil
	}
	rest, ok := strings.CutPrefix(name[i+1:], "v")
	v, err := strconv.Atoi(rest)
	if !ok || err != nil || v < 1 {
		return "", 0, fmt.Errorf("%q: behind a handle may stand a version, as in K7QM-2RXA v2", name)
	}
	return strings.TrimSpace(name[:i]), heed.Version(v), nil
}
