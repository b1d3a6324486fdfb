package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// Rendering is a text in another language, as a person enters it.
type Rendering struct {
	Lang     string
	Headline string   // empty: the headline is not translated
	Text     string   //
	Left     []string // words left as they are
	By       string   // who translated; empty: the person who enters it
}

// Translated is a translation as people see it, beside its original.
type Translated struct {
	Handle   string       `json:"handle"`
	Of       heed.Version `json:"of"` // the version of the original
	Lang     string       `json:"lang"`
	Headline string       `json:"headline,omitempty"`
	Text     string       `json:"text"`
	Left     []string     `json:"left,omitempty"` // words left untranslated
	By       string       `json:"by"`             // who translated
	Desk     string       `json:"desk"`           // whose statement it is
	Person   string       `json:"person"`         // who entered it
	At       time.Time    `json:"at"`
}

// Translate records a translation of the statement at leaf idx: a statement of its own,
// beside the original, which stays as it is. It is as secret as its original.
func (d *Desk) Translate(ctx context.Context, by people.Actor, idx int64, r Rendering) (Said, error) {
	if err := d.ready(nil); err != nil {
		return Said{}, err
	}
	if strings.TrimSpace(r.Text) == "" {
		return Said{}, fmt.Errorf("%w: the translation has no text", ErrNot)
	}
	id := d.Pen.NewID(heed.KindTranslation)
	var said Said
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		l, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		if err := l.Check(by, people.ActTranslate); err != nil {
			return err
		}
		if l.Record.Kind == heed.KindTranslation {
			return fmt.Errorf("%w: translate the original, %s, not a translation of it", ErrNot, l.Statement.Subject())
		}
		t := heed.Translation{Statement: l.Record.ID, Version: l.Record.Version, Digest: l.Record.DigestHex(), By: r.By, Left: r.Left, Person: by.Person, At: tx.Now()}
		if t.By == "" {
			t.By = by.Person
		}
		if l.Statement != nil {
			t.From = l.Statement.Lang
		}
		rec, err := d.say(tx, by, heed.Statement{ID: id, Author: by.Desk, Version: 1, Kind: heed.KindTranslation, Created: tx.Now(), Modified: tx.Now(),
			Lang: r.Lang, Exercise: exercise(l.Statement), About: []string{string(l.Record.ID)}, Headline: r.Headline, Text: r.Text, Translation: &t})
		said = Said{ID: id, Version: 1, Handle: heed.Handle(id), Leaf: rec.Index}
		return err
	})
	d.done(err)
	return said, err
}

// translations lists those of a statement, in whatever version, that the actor may read.
func (d *Desk) translations(tx *store.Tx, by people.Actor, rec store.Record) ([]Translated, error) {
	recs, err := tx.About(rec.Desk, rec.ID, heed.KindTranslation)
	if err != nil {
		return nil, err
	}
	var list []Translated
	for _, r := range recs {
		l, err := people.LoadRecord(tx, r)
		if err != nil {
			return nil, err
		}
		if l.Statement == nil || l.Check(by, people.ActRead) != nil {
			continue
		}
		s := l.Statement
		list = append(list, Translated{Handle: heed.Handle(r.ID), Of: s.Translation.Version, Lang: s.Lang, Headline: s.Headline, Text: s.Text,
			Left: s.Translation.Left, By: s.Translation.By, Desk: d.Directory.Show(r.Author), Person: s.Translation.Person, At: s.Translation.At})
	}
	return list, nil
}

// LanguageContent gives the translations of the statement at leaf idx as a STIX companion
// object, for tools that know nothing of Heed.
func (d *Desk) LanguageContent(ctx context.Context, by people.Actor, idx int64) ([]byte, error) {
	var out []byte
	var l people.Loaded
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		if l, err = people.Load(tx, idx); err != nil {
			return err
		}
		if err := l.Check(by, people.ActRead); err != nil {
			return err
		}
		list, err := d.translations(tx, by, l.Record)
		if err != nil {
			return err
		}
		contents := map[string]stix.Content{}
		for _, t := range list {
			if t.Of == l.Record.Version {
				contents[t.Lang] = stix.Content{Headline: t.Headline, Text: t.Text} // the last word in a language
			}
		}
		if len(contents) == 0 || l.Statement == nil {
			return fmt.Errorf("%w: there is no translation of %s", ErrNot, l.Record.Ref())
		}
		id := people.DerivedID(heed.KindTranslation, string(by.Desk), string(l.Record.ID), fmt.Sprint(l.Record.Version))
		out, err = stix.LanguageContent(l.Statement, id, by.Desk, tx.Now(), contents)
		return err
	})
	if err != nil {
		return nil, err
	}
	_ = d.Accounts.Reading(ctx, by, "translation", l.Record.Ref(), l.Handling) // logged there, and holds nothing back
	return out, nil
}
