package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"heed"
	"heed/internal/people"
	"heed/internal/place"
	"heed/internal/store"
)

// The register of actors is what claims of the desk say about names: who is another name of
// whom, who is a part of whom, each with its teller. Rival claims stand side by side.

// canonical adds to the actors of a warning the names that the desk's register has them as other
// names of, and what they are said to be parts of. The names as written stay. Other names of
// those are looked for as well, where an open case stands under one: it may be older than the
// claim. A name that is said to be of two actors joins neither to the other.
func (d *Desk) canonical(tx *store.Tx, desk heed.PartyID, f *facts) error {
	var others []string
	for i := 0; i < len(f.Actors) && i < maxActors; i++ { // aliases of aliases, up to a bound
		claims, err := tx.Names(desk, f.Actors[i])
		if err != nil {
			return err
		}
		for _, c := range claims {
			switch {
			case c.Type == "alias" && c.Name == f.Actors[i]:
				f.Actors = add(f.Actors, c.Of)
			case c.Type == "alias":
				others = add(others, c.Name)
			case c.Name == f.Actors[i]:
				f.Parents = add(f.Parents, c.Of)
			}
		}
	}
	words := map[string]string{}
	for _, o := range others[:min(len(others), 4*maxActors)] {
		if !slices.Contains(f.Actors, o) {
			words[f.word("actor "+o)] = o
		}
	}
	have, err := tx.HaveCase(desk, slices.Sorted(maps.Keys(words)))
	if err != nil {
		return err
	}
	for _, w := range have {
		claims, err := tx.Names(desk, words[w])
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(claims, func(c store.NameClaim) bool {
			return c.Type == "alias" && c.Name == words[w] && !slices.Contains(f.Actors, c.Of)
		}) {
			f.others = append(f.others, words[w])
		}
	}
	return nil
}

// maxActors bounds the names under which the actors of one warning are looked for.
const maxActors = 16

// Naming is a claim about names, as a person enters it.
type Naming struct {
	Name   string `json:"name"`
	Type   string `json:"type"` // alias, part-of
	Of     string `json:"of"`
	Teller string `json:"teller,omitempty"` // who says so; empty: the desk itself
	Words  string `json:"words,omitempty"`
}

// Name records that one name is another one's alias or a part of it, as somebody tells. It
// changes how warnings are matched from then on.
func (d *Desk) Name(ctx context.Context, by people.Actor, n Naming) (Said, error) {
	return d.Tell(ctx, by, d.naming(n, d.teller(by, n.Teller)))
}

// Tell records a claim or an event as this desk took it down: what somebody else said or did,
// with its teller and chain, never in the desk's own name. An account of a warning joins a
// case as a report, and starts no clock.
func (d *Desk) Tell(ctx context.Context, by people.Actor, s heed.Statement) (Said, error) {
	if err := d.ready(nil); err != nil {
		return Said{}, err
	}
	if err := people.Check(by, people.ActWeigh, heed.Ref{}, people.Object{Desk: by.Desk, Author: by.Desk, Source: by.Desk}, heed.Handling{}); err != nil {
		return Said{}, err
	}
	switch {
	case s.Claim != nil && s.Event == nil:
		s.Kind = heed.KindClaim
	case s.Event != nil && s.Claim == nil:
		s.Kind = heed.KindEvent
	default:
		return Said{}, fmt.Errorf("%w: only claims and events are told of", ErrNot)
	}
	s.ID = d.Pen.NewID(s.Kind)
	var said Said
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) (err error) { said, err = d.record(tx, by, s); return err })
	d.done(err)
	return said, err
}

// record is [Desk.Tell] in a transaction, of a statement that has its id and kind.
func (d *Desk) record(tx *store.Tx, by people.Actor, s heed.Statement) (Said, error) {
	s.Author, s.Version, s.Created, s.Modified = by.Desk, 1, tx.Now(), tx.Now()
	rec, err := d.say(tx, by, s)
	if err != nil {
		return Said{}, err
	}
	if c := s.Claim; c != nil && c.Name != "" {
		err = tx.PutName(by.Desk, store.NameClaim{Name: place.Fold(c.Name), Type: c.Type, Of: place.Fold(c.Of), Teller: tellerName(d, c.By), Index: rec.Index})
	}
	return Said{ID: s.ID, Version: 1, Handle: heed.Handle(s.ID), Leaf: rec.Index}, err
}

func tellerName(d *Desk, n heed.Named) string {
	if n.Party != "" {
		return d.Directory.Show(n.Party)
	}
	return n.Words
}

// Known is what the register has on a name: each claim with its teller, rival ones side by
// side, and the open cases that bear it.
type Known struct {
	Name   string      `json:"name"`
	Claims []KnownName `json:"claims"`
	Places []KnownAt   `json:"places"`
}

// KnownName is one claim about names.
type KnownName struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Of     string `json:"of"`
	Teller string `json:"teller"`
	Words  string `json:"words,omitempty"` // what the teller says beside
}

// KnownAt is a place that bears a name.
type KnownAt struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Country string `json:"country,omitempty"`
}

// Register answers what is known of a name, of an actor or a place.
func (d *Desk) Register(ctx context.Context, by people.Actor, name string) (Known, error) {
	k := Known{Name: name, Claims: []KnownName{}, Places: []KnownAt{}}
	if err := people.Check(by, people.ActList, heed.Ref{}, people.Object{Desk: by.Desk, Author: by.Desk, Source: by.Desk}, heed.Handling{}); err != nil {
		return k, err
	}
	for _, p := range place.Find(name) {
		k.Places = append(k.Places, KnownAt{ID: p.ID, Kind: p.Kind.String(), Name: p.Name, Country: p.Country})
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		claims, err := tx.Names(by.Desk, place.Fold(name))
		for _, c := range claims {
			k.Claims = append(k.Claims, KnownName{c.Name, c.Type, c.Of, c.Teller, ""})
			if l, err := people.Load(tx, c.Index); err == nil && l.Statement != nil && l.Statement.Claim != nil { // as it was written
				said := l.Statement.Claim
				last := &k.Claims[len(k.Claims)-1]
				last.Name, last.Of, last.Words = said.Name, said.Of, said.Words
			}
		}
		return err
	})
	return k, err
}

// Relate records a note on how two parties stand to each other, or the checks of a possible
// deception, beside a case. It is dated, shown beside the assessment, and never in its sum.
func (d *Desk) Relate(ctx context.Context, by people.Actor, r heed.Relation) (Said, error) {
	if err := d.ready(nil); err != nil {
		return Said{}, err
	}
	id := d.Pen.NewID(heed.KindRelation)
	var said Said
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		row, err := d.caseFor(tx, by, r.Case, people.ActWeigh)
		if err != nil {
			return err
		}
		r.Person, r.At = by.Person, tx.Now()
		rec, err := d.say(tx, by, heed.Statement{ID: id, Author: by.Desk, Version: 1, Kind: heed.KindRelation, Created: tx.Now(), Modified: tx.Now(), Exercise: row.Exercise,
			About: []string{string(row.ID)}, Headline: fmt.Sprintf("%s and %s", r.Between[0], r.Between[1]),
			Text: fmt.Sprintf("%s notes on %s and %s: %s", by.Person, r.Between[0], r.Between[1], r.Line()), Relation: &r})
		said = Said{ID: id, Version: 1, Handle: heed.Handle(id), Leaf: rec.Index}
		return err
	})
	d.done(err)
	return said, err
}
