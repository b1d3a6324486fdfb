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
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// Desk acts for the parties of this node. Its fields are set once.
type Desk struct {
	Store     *store.DB
	Directory *people.Directory
	Pen       *people.Pen
	MayAppend func() (ok bool, why string)
	Changed   func() // told after each commit
}

// What can be wrong with an act, for callers to tell apart.
var (
	ErrUnknown   = errors.New("nothing here has this handle")
	ErrAmbiguous = errors.New("two statements share this handle; name one by its full id")
	ErrNotNow    = errors.New("this node may not write to its ledger now")
	ErrNot       = errors.New("this cannot be done")
)

// Actor is who acts: a person for a desk.
type Actor struct {
	Desk   heed.PartyID
	Person string
}

func (a Actor) from() string { return "person:" + a.Person }

// Draft is a warning to be said. ID names the warning that it is a new version of.
type Draft struct {
	ID       heed.ID // empty: a new warning
	Headline string
	Text     string
	Lang     string
	Exercise string
	Revoke   string // not empty: take the warning back, and why
	Warning  heed.Warning
	To       []heed.PartyID // who gets it; a new version also goes to all who got the one before
	Asked    []string
}

// Said is what was recorded.
type Said struct {
	ID      heed.ID      `json:"id"`
	Version heed.Version `json:"version"`
	Handle  string       `json:"handle"`
	Leaf    int64        `json:"leaf"`
	To      []string     `json:"to"`
}

// Warn says a warning, or a new version of one, and makes its deliveries due.
func (d *Desk) Warn(ctx context.Context, by Actor, draft Draft) (Said, error) {
	if err := d.ready(draft.To); err != nil {
		return Said{}, err
	}
	to, old, err := d.receivers(ctx, by, draft)
	if err != nil {
		return Said{}, err
	}
	id := draft.ID
	if id == "" {
		id = d.Pen.NewID(heed.KindWarning)
	}
	deliveries := d.newIDs(heed.KindDelivery, len(to))
	var said Said
	err = d.Store.Update(ctx, lane(draft.Warning.Precedence), func(tx *store.Tx) error {
		s := draft.statement(by.Desk, id, tx.Now(), old)
		rec, err := d.say(tx, by, s)
		if err != nil {
			return err
		}
		said = Said{ID: id, Version: s.Version, Handle: heed.Handle(id), Leaf: rec.Index}
		for i, p := range to {
			if err := d.hand(tx, by, rec, s.Exercise, p, draft.Warning.Handling, draft.Asked, deliveries[i], lane(draft.Warning.Precedence)); err != nil {
				return err
			}
			said.To = append(said.To, d.Directory.Show(p))
		}
		return nil
	})
	d.done(err)
	return said, err
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
		if s.Exercise == "" {
			s.Exercise = old.Exercise // an exercise stays one
		}
		if dr.Revoke != "" {
			s.Revoked, s.Reason = true, dr.Revoke
			s.Headline, s.Text, s.Warning, s.Lang = old.Headline, old.Text, old.Warning, old.Lang
		}
	}
	return s
}

// receivers adds to a new version all who got the one before; it gives that one too.
func (d *Desk) receivers(ctx context.Context, by Actor, draft Draft) ([]heed.PartyID, *heed.Statement, error) {
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
			if r.Author != by.Desk {
				return fmt.Errorf("%w: only its author versions a statement, and this one is by %s", ErrNot, d.Directory.Show(r.Author))
			}
			obj, err := stix.Recorded(r.Envelope.Payload)
			if err != nil {
				return err
			}
			if old == nil || obj.Statement.Version > old.Version {
				old = obj.Statement
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

// PassOn hands somebody else's statement on: its own envelope travels unchanged inside a
// delivery of ours.
func (d *Desk) PassOn(ctx context.Context, by Actor, idx int64, to []heed.PartyID, asked []string) (Said, error) {
	if err := d.ready(to); err != nil {
		return Said{}, err
	}
	ids := d.newIDs(heed.KindDelivery, len(to))
	var said Said
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		rec, s, err := d.read(tx, idx)
		if err != nil {
			return err
		}
		if err := mayPassOn(rec, s); err != nil {
			return err
		}
		said = Said{ID: rec.ID, Version: rec.Version, Handle: heed.Handle(rec.ID), Leaf: rec.Index}
		for i, p := range to {
			if err := d.hand(tx, by, rec, s.Exercise, p, s.Warning.Handling, asked, ids[i], lane(s.Warning.Precedence)); err != nil {
				return err
			}
			said.To = append(said.To, d.Directory.Show(p))
		}
		return nil
	})
	d.done(err)
	return said, err
}

// mayPassOn keeps what its author's handling forbids to pass on. Not stated is the
// strictest.
func mayPassOn(rec store.Record, s *heed.Statement) error {
	if s == nil || s.Warning == nil {
		return fmt.Errorf("%w: only a sealed warning can be passed on with its seal", ErrNot)
	}
	h := s.Warning.Handling
	switch {
	case rec.Author == rec.Desk:
		return nil
	case h.OriginatorControl:
		return fmt.Errorf("%w: its originator keeps control: ask for a grant", ErrNot)
	case h.Onward == "must-not", h.Onward == "ask":
		return fmt.Errorf("%w: its handling says onward: %s", ErrNot, h.Onward)
	case h.TLP == "", h.TLP == "TLP:RED", h.TLP == "TLP:AMBER+STRICT":
		label := h.TLP
		if label == "" {
			label = "no marking, which counts as TLP:RED"
		}
		return fmt.Errorf("%w: %s: your organisation only; ask its author for wider use", ErrNot, label)
	case h.TLP == "TLP:AMBER" && h.Onward != "may":
		return fmt.Errorf("%w: TLP:AMBER: your organisation and its clients only; ask its author for wider use", ErrNot)
	}
	return nil
}

// say seals and records a statement of the actor's desk.
func (d *Desk) say(tx *store.Tx, by Actor, s heed.Statement) (store.Record, error) {
	env, err := d.Pen.Seal(s)
	if err != nil {
		return store.Record{}, err
	}
	return tx.Append(store.New{Desk: by.Desk, Author: s.Author, ID: s.ID, Version: s.Version, Kind: s.Kind,
		Door: "desk", From: by.from(), Envelope: env, Carried: string(stix.Own), About: s.Subject().ID})
}

// hand records a delivery and makes it due.
func (d *Desk) hand(tx *store.Tx, by Actor, rec store.Record, exercise string, to heed.PartyID, may heed.Handling, asked []string, id heed.ID, l store.Lane) error {
	env, err := d.Pen.Delivery(tx, by.Desk, to, rec, exercise, may, asked, id)
	if err != nil {
		return err
	}
	del, err := tx.Append(store.New{Desk: by.Desk, Author: by.Desk, ID: id, Version: 1, Kind: heed.KindDelivery,
		Door: "desk", From: by.from(), Envelope: env, Carried: string(stix.Own), About: rec.ID})
	if err != nil {
		return err
	}
	return tx.Due(store.Notice{Desk: by.Desk, To: to, Lane: l, Records: []int64{rec.Index, del.Index}})
}

// read gives a record with the statement in it; nil where it is foreign or erased.
func (d *Desk) read(tx *store.Tx, idx int64) (store.Record, *heed.Statement, error) {
	rec, err := tx.Record(idx)
	if err != nil || rec.Envelope.Payload == nil {
		return rec, nil, err
	}
	obj, err := stix.Recorded(rec.Envelope.Payload)
	return rec, obj.Statement, err
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
// for a version (none: the newest). It gives the leaf of its record.
func (d *Desk) Resolve(ctx context.Context, desk heed.PartyID, name string) (store.Line, error) {
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
			lines, err = tx.Versions(desk, heed.ID(name))
			return err
		}
		handle, err := heed.ParseHandle(name)
		if err != nil {
			return err
		}
		lines, err = tx.WithHandle(desk, handle)
		return err
	})
	if err != nil {
		return store.Line{}, err
	}
	return d.pick(lines, version)
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
