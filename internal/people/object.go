package people

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"heed"
	"heed/internal/stix"
	"heed/internal/store"
)

// OnMachine is a person at the machine's own account, for those who run a desk in their own
// process. Without roles it has all of them.
func OnMachine(person string, desk heed.PartyID, roles ...Role) Actor {
	if len(roles) == 0 {
		roles = Roles
	}
	return Actor{Person: person, Desk: desk, Roles: roles, Scopes: Scopes, SteppedUp: true, Local: true}
}

// Loaded is a record with all that decides who may do what with it.
type Loaded struct {
	Record    store.Record
	Statement *heed.Statement // nil: foreign, or erased
	Object    Object
	Handling  heed.Handling // as it holds for this desk
	Headline  string
	Text      string
}

// Check asks [May] for an act on what was loaded.
func (l Loaded) Check(a Actor, act Act) error {
	return Check(a, act, l.Record.Ref(), l.Object, l.Handling)
}

// Load gives the record at a leaf with what decides over it, from the same transaction.
func Load(tx *store.Tx, idx int64) (Loaded, error) {
	rec, err := tx.Record(idx)
	if err != nil {
		return Loaded{}, err
	}
	return LoadRecord(tx, rec)
}

// LoadRecord is [Load] for a record that is there already. The handling that holds is the
// author's, narrowed by every delivery that brought the statement here; what is about
// another statement counts as strictly as that one.
func LoadRecord(tx *store.Tx, rec store.Record) (Loaded, error) {
	l := Loaded{Record: rec, Object: Object{Desk: rec.Desk, Author: rec.Author, Source: rec.Author, Now: tx.Now()}}
	if rec.Envelope.Payload != nil {
		obj, err := stix.Recorded(rec.Envelope.Payload)
		if err != nil {
			return l, err
		}
		l.Statement, l.Handling, l.Headline, l.Text = obj.Statement, obj.Handling, obj.Name, obj.Text
	}
	if l.Statement == nil || l.Statement.Warning != nil {
		return l, l.narrow(tx)
	}
	return l, l.derive(tx)
}

// narrow applies the deliveries that brought the statement, and gathers its author's grants.
func (l *Loaded) narrow(tx *store.Tx) error {
	if l.Record.Author == l.Record.Desk {
		return nil
	}
	about, err := tx.About(l.Record.Desk, l.Record.ID, heed.KindDelivery, heed.KindGrant)
	if err != nil {
		return err
	}
	for _, r := range about {
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil || obj.Statement == nil {
			return cmp.Or(err, errors.New("people: a delivery or grant without its statement"))
		}
		switch s := obj.Statement; {
		case s.Delivery != nil && s.Delivery.To == l.Record.Desk && s.Delivery.Version == l.Record.Version:
			l.Handling = l.Handling.Narrow(s.Delivery.May)
		case s.Grant != nil && !s.Revoked && s.Author == l.Record.Author && s.Grant.Holder == l.Record.Desk &&
			(s.Grant.Version == 0 || s.Grant.Version == l.Record.Version):
			l.Object.Grants = append(l.Object.Grants, *s.Grant)
		}
	}
	return nil
}

// derive takes the handling of what the statement is about. Nothing found counts as nothing
// stated, which is the strictest.
func (l *Loaded) derive(tx *store.Tx) error {
	subject := l.Statement.Subject()
	if l.Statement.Delivery != nil {
		l.Object.With = l.Statement.Delivery.To
	}
	if l.ofCase() {
		return nil
	}
	if subject.ID == "" {
		if l.Record.Author == l.Record.Desk {
			return nil // about the desk itself
		}
		l.Handling = heed.Handling{}
		return nil
	}
	recs, err := tx.FindAll(l.Record.Desk, subject.ID)
	if err != nil || len(recs) == 0 {
		return err
	}
	i := slices.IndexFunc(recs, func(r store.Record) bool { return r.Version == subject.Version })
	of, err := LoadRecord(tx, recs[max(i, 0)])
	l.Handling, l.Object.Source = of.Handling, of.Object.Source
	return err
}

// ofCase gives what belongs to a case of the desk the strictest handling, whatever is in it.
func (l *Loaded) ofCase() bool {
	of := false
	switch l.Record.Kind {
	case heed.KindCase, heed.KindLink, heed.KindAssessment, heed.KindOutcome, heed.KindRelation:
		of = true
	case heed.KindLog: // a clock that rang, about a case or a warning in one
		of = l.Statement.Log != nil && strings.HasPrefix(l.Statement.Log.Act, "clock-")
	}
	if of && l.Record.Author == l.Record.Desk {
		l.Object, l.Handling = CaseObject(l.Record.Desk)
		return true
	}
	return false
}

// CaseObject gives what decides over every case of a desk. A case draws on statements of all
// markings; it is always as secret as the strictest of them may be, so that nobody learns
// from its coming and going that something joined it.
func CaseObject(desk heed.PartyID) (Object, heed.Handling) {
	return Object{Desk: desk, Author: desk}, heed.Handling{}
}

// LineObject gives what decides over a line of a view, without loading its record. It is
// for warnings; anything else is to be loaded.
func LineObject(l store.Line) (Object, heed.Handling) {
	return Object{Desk: l.Desk, Author: l.Author, Source: l.Author}, heed.Handling{TLP: l.TLP}.Narrow(heed.Handling{TLP: l.Limit})
}

// Sees reports whether the actor may learn that a line is there.
func (a Actor) Sees(tx *store.Tx, l store.Line) (bool, error) {
	if l.Kind != heed.KindWarning {
		loaded, err := Load(tx, l.Index)
		return err == nil && May(a, ActList, loaded.Object, loaded.Handling).Allowed, err
	}
	o, h := LineObject(l)
	return May(a, ActList, o, h).Allowed, nil
}

// Outgoing is the last look before bytes leave for a party: each record of a notice must be
// addressed to it, or handed to it by a delivery of the same notice. The error names a leaf
// and no text.
func Outgoing(desk, to heed.PartyID, recs []store.Record) error {
	handed := map[heed.Ref]bool{}
	with := make([]heed.PartyID, len(recs))
	for i, r := range recs {
		if r.Kind != heed.KindDelivery && r.Kind != heed.KindReceipt {
			continue // it names no receiver: a delivery does
		}
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil {
			return fmt.Errorf("record %d: %w", r.Index, err)
		}
		switch s := obj.Statement; {
		case s == nil:
		case s.Delivery != nil:
			with[i] = s.Delivery.To
			handed[heed.Ref{ID: s.Delivery.Statement, Version: s.Delivery.Version}] = s.Delivery.To == to
		case s.Receipt != nil:
			with[i] = s.Receipt.To
		}
	}
	for i, r := range recs {
		if with[i] == "" && handed[r.Ref()] {
			with[i] = to
		}
		if !May(PeerActor(to), ActFetch, Object{Desk: desk, With: with[i]}, heed.Handling{}).Allowed || r.Desk != desk {
			return fmt.Errorf("record %d is not for %s: it stays here", r.Index, to)
		}
	}
	return nil
}
