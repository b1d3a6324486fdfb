package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// PolicySheet is one version of a desk's policy.
type PolicySheet struct {
	Version heed.Version `json:"version"`          // 0: none was ever set, and the defaults hold
	Text    string       `json:"text,omitempty"`   // as a person wrote it
	Whole   string       `json:"whole"`            // what holds, defaults filled in and marked
	Policy  heed.Policy  `json:"policy"`           //
	Person  string       `json:"person,omitempty"` // who set it
	At      time.Time    `json:"at,omitzero"`
	Leaf    int64        `json:"leaf"`
	Again   bool         `json:"again,omitempty"` // it was set to the same text before; nothing changed
}

// SetPolicy makes a text the policy of the actor's desk: a new version of its one policy
// statement. The text that holds already changes nothing.
func (d *Desk) SetPolicy(ctx context.Context, by people.Actor, text string) (PolicySheet, error) {
	if err := d.ready(nil); err != nil {
		return PolicySheet{}, err
	}
	if err := people.Check(by, people.ActSetPolicy, heed.Ref{}, people.Object{}, heed.Handling{}); err != nil {
		return PolicySheet{}, err
	}
	policy, err := people.ParsePolicy([]byte(text), d.names(ctx))
	if err != nil {
		return PolicySheet{}, err
	}
	var sheet PolicySheet
	err = d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		s := heed.Statement{ID: people.PolicyID(by.Desk), Author: by.Desk, Version: 1, Kind: heed.KindPolicy,
			Created: tx.Now(), Modified: tx.Now(), Text: text, Policy: &policy}
		policy.Person, policy.At = by.Person, tx.Now()
		old, err := d.newest(tx, by.Desk, s.ID)
		if err != nil {
			return err
		}
		if old != nil && old.Statement.Text == text {
			sheet, err = d.policySheet(old.Record)
			sheet.Again = true
			return err
		}
		if old != nil {
			follow(&s, old.Statement)
		}
		s.Headline = fmt.Sprintf("policy of %s, v%d", d.Directory.Show(by.Desk), s.Version)
		rec, err := d.say(tx, by, s)
		if err != nil {
			return err
		}
		sheet, err = d.policySheet(rec)
		return err
	})
	d.done(err)
	return sheet, err
}

func (d *Desk) names(ctx context.Context) people.Names {
	return people.Names{
		Party: func(name string) (heed.PartyID, error) {
			p, err := d.Directory.Named(name)
			if err != nil {
				return "", err
			}
			return p.ID, nil
		},
		Person: func(name string) bool {
			p, err := d.Accounts.Person(ctx, name)
			return err == nil && p.Active
		},
	}
}

// recorded is a statement with its record.
type recorded struct {
	Record    store.Record
	Statement *heed.Statement
}

// newest gives the newest version of a statement of a desk's own; nil where there is none.
func (d *Desk) newest(tx *store.Tx, desk heed.PartyID, id heed.ID) (*recorded, error) {
	rec, err := tx.Newest(desk, desk, id)
	if err != nil {
		return nil, notFoundIsNil(err)
	}
	obj, err := stix.Recorded(rec.Envelope.Payload)
	if err != nil || obj.Statement == nil {
		return nil, fmt.Errorf("desk: the statement at leaf %d cannot be read: %w", rec.Index, err)
	}
	return &recorded{rec, obj.Statement}, nil
}

func notFoundIsNil(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// follow makes s the version after old.
func follow(s *heed.Statement, old *heed.Statement) {
	s.Version, s.Created = old.Version+1, old.Created
	if !s.Modified.After(old.Modified) {
		s.Modified = old.Modified.Add(time.Microsecond) // two versions never share one
	}
}

func (d *Desk) policySheet(rec store.Record) (PolicySheet, error) {
	obj, err := stix.Recorded(rec.Envelope.Payload)
	if err != nil || obj.Statement == nil || obj.Statement.Policy == nil {
		return PolicySheet{}, fmt.Errorf("desk: the policy at leaf %d cannot be read: %w", rec.Index, err)
	}
	p := *obj.Statement.Policy
	return PolicySheet{Version: rec.Version, Text: obj.Statement.Text, Whole: people.FormatPolicy(p, d.Directory.Show), Policy: p,
		Person: p.Person, At: p.At, Leaf: rec.Index}, nil
}

// Policy gives a version of a desk's policy; 0 asks for the one that holds now.
func (d *Desk) Policy(ctx context.Context, by people.Actor, v heed.Version) (PolicySheet, error) {
	var sheet PolicySheet
	if err := people.Check(by, people.ActPolicy, heed.Ref{}, people.Object{}, heed.Handling{}); err != nil {
		return sheet, err
	}
	desk := by.Desk
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		id := people.PolicyID(desk)
		rec, err := tx.Newest(desk, desk, id)
		switch {
		case errors.Is(err, store.ErrNotFound) && v == 0:
			p := heed.DefaultPolicy()
			sheet = PolicySheet{Policy: p, Whole: people.FormatPolicy(p, d.Directory.Show), Leaf: -1}
			return nil
		case errors.Is(err, store.ErrNotFound):
			return fmt.Errorf("%w: no policy was ever set here; heed policy show prints the defaults", ErrNot)
		case err != nil:
			return err
		}
		if v != 0 && v != rec.Version {
			newest := rec.Version
			if rec, err = tx.Find(desk, desk, id, v); errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("%w: there is no v%d of the policy; the newest is v%d", ErrNot, v, newest)
			} else if err != nil {
				return err
			}
		}
		sheet, err = d.policySheet(rec)
		return err
	})
	return sheet, err
}

// PolicyHistory gives every version of a desk's policy, oldest first.
func (d *Desk) PolicyHistory(ctx context.Context, by people.Actor) ([]PolicySheet, error) {
	list := []PolicySheet{}
	if err := people.Check(by, people.ActPolicy, heed.Ref{}, people.Object{}, heed.Handling{}); err != nil {
		return nil, err
	}
	desk := by.Desk
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		recs, err := tx.FindAll(desk, people.PolicyID(desk))
		for _, r := range recs {
			sheet, err := d.policySheet(r)
			if err != nil {
				return err
			}
			list = append(list, sheet)
		}
		return err
	})
	return list, err
}
