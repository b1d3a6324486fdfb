package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/source"
	"heed/internal/store"
)

// Names of sealed sources come in by AddSource and go out by LookAtSource, and are in no
// other call, error, statement or log line. A source's id is no secret outside the desk's
// own ledger, and stands in no statement that leaves it: its token does.

// BeginSources makes the key that the desk's sources are sealed to, under a passphrase that
// nobody can recover, and the desk's secret origin key.
func (d *Desk) BeginSources(ctx context.Context, by people.Actor, passphrase string) error {
	if err := d.maySources(by, people.ActSource); err != nil {
		return err
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		_, err := tx.SourceKey(by.Desk)
		return err
	})
	if err == nil {
		return fmt.Errorf("%w: this desk keeps sealed sources already", ErrNot)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	public, kept, err := source.NewKey(d.Pen.Rand, passphrase)
	if err != nil {
		return err
	}
	if _, err := d.OriginKey(by.Desk, true); err != nil {
		return err
	}
	id := d.Pen.NewID(heed.KindLog)
	err = d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		if err := tx.PutSourceKey(store.SourceKey{Desk: by.Desk, Public: public, Wrapped: kept, Person: by.Person}); err != nil {
			return err
		}
		return d.noteSource(tx, by, id, "source-key", "made the key that sealed sources are sealed to", "")
	})
	d.done(err)
	return err
}

// SourceLine is a sealed source as everybody of the source desk sees it: without its name.
type SourceLine struct {
	ID     string    `json:"id"`
	Since  time.Time `json:"since"`
	Person string    `json:"person"` // who entered it
	Name   string    `json:"name,omitempty"`
	Notes  string    `json:"notes,omitempty"`
}

// AddSource seals a source. Its name is not in the answer either.
func (d *Desk) AddSource(ctx context.Context, by people.Actor, s source.Secret) (SourceLine, error) {
	if err := d.maySources(by, people.ActSource); err != nil {
		return SourceLine{}, err
	}
	if err := source.CheckName(s.Name); err != nil {
		return SourceLine{}, err
	}
	origin, err := d.OriginKey(by.Desk, false)
	if err != nil {
		return SourceLine{}, err
	}
	key, err := d.sourceKey(ctx, by.Desk)
	if err != nil {
		return SourceLine{}, err
	}
	line := SourceLine{ID: "source--" + strings.TrimPrefix(string(d.Pen.NewID(heed.KindLog)), "note--"), Person: by.Person}
	sealed, err := source.Seal(key.Public, by.Desk, line.ID, s)
	if err != nil {
		return SourceLine{}, err
	}
	id := d.Pen.NewID(heed.KindLog)
	err = d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		line.Since = tx.Now()
		if err := tx.AddSource(store.Source{ID: line.ID, Desk: by.Desk, Lookup: source.Lookup(origin, s.Name), Sealed: sealed, Person: by.Person}); err != nil {
			return err
		}
		return d.noteSource(tx, by, id, "source-add", "sealed "+line.ID, "")
	})
	if errors.Is(err, store.ErrExists) {
		return SourceLine{}, fmt.Errorf("%w: this source is sealed here already", ErrNot)
	}
	d.done(err)
	return line, err
}

// SourceList lists the desk's sealed sources, without their names.
func (d *Desk) SourceList(ctx context.Context, by people.Actor) ([]SourceLine, error) {
	list := []SourceLine{}
	if err := d.maySources(by, people.ActSource); err != nil {
		return nil, err
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Sources(by.Desk)
		for _, r := range rows {
			list = append(list, SourceLine{ID: r.ID, Since: r.At, Person: r.Person})
		}
		return err
	})
	return list, err
}

// UnlockSources opens the desk's names for some minutes, until the time it returns.
func (d *Desk) UnlockSources(ctx context.Context, by people.Actor, passphrase string) (time.Time, error) {
	if err := d.maySources(by, people.ActLook); err != nil {
		return time.Time{}, err
	}
	key, err := d.sourceKey(ctx, by.Desk)
	if err != nil {
		return time.Time{}, err
	}
	return d.Sources.Unlock(by.Desk, by.Person, key.Wrapped, passphrase)
}

// LockSources closes them again.
func (d *Desk) LockSources(_ context.Context, by people.Actor) error {
	if err := d.maySources(by, people.ActSource); err != nil {
		return err
	}
	d.Sources.Lock(by.Desk)
	return nil
}

// LookAtSource gives the name of a sealed source, if the names are unlocked. That this
// person looked, when and why is on record before the name is given.
func (d *Desk) LookAtSource(ctx context.Context, by people.Actor, id, why string) (SourceLine, error) {
	if err := d.maySources(by, people.ActLook); err != nil {
		return SourceLine{}, err
	}
	if strings.TrimSpace(why) == "" {
		return SourceLine{}, fmt.Errorf("%w: who looks at a source says why: --reason", ErrNot)
	}
	row, err := d.sourceByID(ctx, by.Desk, id)
	if err != nil {
		return SourceLine{}, err
	}
	s, err := d.Sources.Open(by.Desk, row.ID, row.Sealed)
	if err != nil {
		return SourceLine{}, err
	}
	note := d.Pen.NewID(heed.KindLog)
	err = d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		named, err := d.namesSource(tx, by.Desk, why)
		if err != nil {
			return err
		}
		if named {
			return fmt.Errorf("%w: the reason names a source, and it goes on record: leave the name out", ErrNot)
		}
		return d.noteSource(tx, by, note, "source-look", "looked at "+row.ID, why)
	})
	d.done(err)
	if err != nil {
		return SourceLine{}, err
	}
	return SourceLine{ID: row.ID, Since: row.At, Person: row.Person, Name: s.Name, Notes: s.Notes}, nil
}

// SealedHop makes the end of a chain that stands for a sealed source: a sealed hop with its
// origin token. The source is named by its id or by its name. Without a scope the token is
// for a case of its own, so that it can be compared with nothing else.
func (d *Desk) SealedHop(ctx context.Context, by people.Actor, name, scope string) (heed.Hop, error) {
	if err := d.maySources(by, people.ActSource); err != nil {
		return heed.Hop{}, err
	}
	if scope == "" {
		once, err := d.Pen.Draw(5)
		if err != nil {
			return heed.Hop{}, err
		}
		scope = "case:" + strings.ToLower(once)
	}
	if !heed.ValidScope(scope) {
		return heed.Hop{}, fmt.Errorf("%w: the scope of a token is lasting, or case: and your name for the case", ErrNot)
	}
	origin, err := d.OriginKey(by.Desk, false)
	if err != nil {
		return heed.Hop{}, err
	}
	var id string
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Sources(by.Desk)
		if err != nil {
			return err
		}
		want := string(source.Lookup(origin, name))
		for _, r := range rows {
			if r.ID == name || string(r.Lookup) == want {
				id = r.ID
			}
		}
		if id == "" {
			return errNoSource
		}
		named, err := d.namesSource(tx, by.Desk, scope)
		if named {
			return fmt.Errorf("%w: the scope names a source, and it travels: call the case something else", ErrNot)
		}
		return err
	})
	if err != nil {
		return heed.Hop{}, err
	}
	token := heed.MintToken(origin, by.Desk, id, scope)
	return heed.Hop{Sealed: true, Token: &token}, nil
}

// errNoSource repeats nothing of what was asked for.
var errNoSource = fmt.Errorf("%w: no sealed source of this desk is meant by that", ErrNot)

func (d *Desk) maySources(by people.Actor, act people.Act) error {
	if err := people.Check(by, act, heed.Ref{}, people.Object{Desk: by.Desk, Author: by.Desk, Source: by.Desk}, heed.Handling{}); err != nil {
		return err
	}
	if d.Sources == nil || d.OriginKey == nil {
		return fmt.Errorf("%w: this node keeps no sealed sources", ErrNot)
	}
	return d.ready(nil)
}

func (d *Desk) sourceKey(ctx context.Context, desk heed.PartyID) (store.SourceKey, error) {
	var key store.SourceKey
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) { key, err = tx.SourceKey(desk); return err })
	if errors.Is(err, store.ErrNotFound) {
		return key, fmt.Errorf("%w: this desk keeps no sealed sources yet: heed source init", ErrNot)
	}
	return key, err
}

func (d *Desk) sourceByID(ctx context.Context, desk heed.PartyID, id string) (store.Source, error) {
	var found store.Source
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Sources(desk)
		for _, r := range rows {
			if r.ID == id {
				found = r
			}
		}
		return err
	})
	if err == nil && found.ID == "" {
		err = errNoSource
	}
	return found, err
}

// namesSource reports whether words hold the name of a sealed source of the desk.
func (d *Desk) namesSource(tx *store.Tx, desk heed.PartyID, texts ...string) (bool, error) {
	if d.OriginKey == nil {
		return false, nil
	}
	rows, err := tx.Sources(desk)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	origin, err := d.OriginKey(desk, false)
	if err != nil {
		return false, err
	}
	var known [][]byte
	for _, r := range rows {
		known = append(known, r.Lookup)
	}
	return source.Named(origin, known, texts...), nil
}

// guards reports whether the checks may tell this person that words name a sealed source:
// to anybody else that would confirm a guess.
func guards(by people.Actor) bool {
	return people.May(by, people.ActSource, people.Object{}, heed.Handling{}).Allowed
}

// noteSource records an act of the source desk. Neither words nor reason holds a name.
func (d *Desk) noteSource(tx *store.Tx, by people.Actor, id heed.ID, act, words, why string) error {
	text := by.Person + " " + words
	if why != "" {
		text += ": " + why
	}
	_, err := d.say(tx, by, heed.Statement{ID: id, Author: by.Desk, Version: 1, Kind: heed.KindLog, Created: tx.Now(), Modified: tx.Now(),
		Headline: act, Text: text, Log: &heed.Log{Act: act, Words: why, Person: by.Person, At: tx.Now()}})
	return err
}
