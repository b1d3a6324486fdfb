package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"heed"
	"heed/internal/actor"
	"heed/internal/people"
	"heed/internal/place"
	"heed/internal/prose"
	"heed/internal/store"
)

// List is a list of known actors to be taken into the register: the built-in one, or a file.
type List struct {
	BuiltIn bool   `json:"built_in,omitzero"`
	Name    string `json:"name,omitzero"` // of the file; its ending tells what it is
	File    []byte `json:"file,omitzero"`
	Teller  string `json:"teller,omitzero"` // who says so, where the file does not tell; empty: this desk
	Look    bool   `json:"look,omitzero"`   // only look what it would add
	From    int    `json:"from,omitzero"`   // go on at this claim
	Limit   int    `json:"limit,omitzero"`  // at most so many claims; 0: all
}

// Listed is what came of a list.
type Listed struct {
	Names   int    `json:"names"`   // entries of the list
	Without int    `json:"without"` // entries of which nothing is claimed: one name, part of nothing
	Claims  int    `json:"claims"`  // claims of the whole list
	New     int    `json:"new"`     // of those that were looked at: recorded, or to be recorded
	Known   int    `json:"known"`   // on record already
	Next    int    `json:"next"`    // where to go on; 0: the list is done
	Teller  string `json:"teller"`  // who says so
}

// importAtOnce is how many claims share a transaction: warnings do not wait for a long list.
const importAtOnce = 50

// ImportNames records what a list says of names, each a claim with its teller. A list is read
// whole before anything is recorded, so one that cannot be taken adds nothing. What is on record
// is passed over: the same list again, or the rest of one that broke off, adds nothing twice.
// Claims of different tellers stand side by side, also where they contradict each other.
func (d *Desk) ImportNames(ctx context.Context, by people.Actor, in List) (Listed, error) {
	if err := people.Check(by, people.ActWeigh, heed.Ref{}, people.Object{Desk: by.Desk, Author: by.Desk, Source: by.Desk}, heed.Handling{}); err != nil {
		return Listed{}, err
	}
	if err := d.ready(nil); err != nil {
		return Listed{}, err
	}
	list, teller, err := in.read()
	if err != nil {
		return Listed{}, fmt.Errorf("%w: %w", ErrNot, err)
	}
	claims, without := actor.Claims(list)
	usual := d.teller(by, teller)
	out := Listed{Names: len(list), Without: without, Claims: len(claims), Teller: tellerName(d, usual)}
	end := len(claims)
	if in.Limit > 0 {
		end = min(end, max(in.From, 0)+in.Limit)
	}
	for at := max(in.From, 0); at < end; {
		some := claims[at:min(at+importAtOnce, end)]
		if err := d.importSome(ctx, by, some, usual, in.Look, &out); err != nil {
			return out, err
		}
		at += len(some)
	}
	if end < len(claims) {
		out.Next = end
	}
	if out.New > 0 && !in.Look {
		d.done(nil)
	}
	return out, nil
}

func (l List) read() (list []actor.Entry, teller string, err error) {
	switch {
	case l.BuiltIn && (len(l.File) > 0 || l.Teller != ""):
		return nil, "", errors.New("the built-in list has no file, and its teller is itself")
	case l.BuiltIn:
		list, teller = prose.Known()
		return list, teller, nil
	}
	list, err = actor.Read(l.Name, l.File)
	return list, l.Teller, err
}

// importSome records those of the claims that are not on record.
func (d *Desk) importSome(ctx context.Context, by people.Actor, claims []actor.Claim, usual heed.Named, look bool, out *Listed) error {
	fresh, known := 0, 0
	do := func(tx *store.Tx) error {
		fresh, known = 0, 0
		for _, c := range claims {
			n := Naming{Name: c.Name, Type: "alias", Of: c.Of, Words: c.Words}
			if c.PartOf {
				n.Type = "part-of"
			}
			teller := usual
			if c.Teller != "" {
				teller = d.teller(by, c.Teller)
			}
			have, err := onRecord(tx, by.Desk, n, tellerName(d, teller))
			if err != nil {
				return err
			}
			if have {
				known++
				continue
			}
			if fresh++; look {
				continue
			}
			s := d.naming(n, teller)
			s.Kind, s.ID = heed.KindClaim, people.DerivedID(heed.KindClaim, string(by.Desk), n.Type, place.Fold(n.Name), place.Fold(n.Of), tellerName(d, teller))
			if _, err := d.record(tx, by, s); err != nil {
				return fmt.Errorf("line %d: %w", c.Line, err)
			}
		}
		return nil
	}
	var err error
	if look {
		err = d.Store.View(ctx, do)
	} else {
		err = d.Store.Update(ctx, store.Normal, do)
	}
	out.New, out.Known = out.New+fresh, out.Known+known
	return err
}

// onRecord tells whether a teller's claim about two names is on record, in whatever letters.
func onRecord(tx *store.Tx, desk heed.PartyID, n Naming, teller string) (bool, error) {
	claims, err := tx.Names(desk, place.Fold(n.Name))
	for _, c := range claims {
		if c.Name == place.Fold(n.Name) && c.Type == n.Type && c.Of == place.Fold(n.Of) && c.Teller == teller {
			return true, err
		}
	}
	return false, err
}

// teller is who makes a claim, as a person names it; empty: the desk itself.
func (d *Desk) teller(by people.Actor, name string) heed.Named {
	if name == "" {
		return heed.Named{Party: by.Desk}
	}
	n := heed.Named{Words: name}
	if p, err := d.Directory.Named(name); err == nil {
		n.Party = p.ID
	}
	return n
}

// naming is the statement of a claim about names.
func (d *Desk) naming(n Naming, teller heed.Named) heed.Statement {
	return heed.Statement{Headline: fmt.Sprintf("%s: %s of %s", n.Name, n.Type, n.Of),
		Text:  strings.TrimSpace(fmt.Sprintf("%s is %s of %s, as told by %s. %s", n.Name, n.Type, n.Of, tellerName(d, teller), n.Words)),
		Claim: &heed.Claim{Type: n.Type, By: teller, Name: n.Name, Of: n.Of, Words: n.Words}}
}
