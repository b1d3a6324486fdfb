package desk

import (
	"context"
	"fmt"

	"heed"
	"heed/internal/people"
	"heed/internal/store"
)

// SetDistrust notes how far the actor's desk distrusts a party, and why; the level none
// lifts it. It is a new version of the desk's one statement on that party. It goes to
// nobody, and hides nothing.
func (d *Desk) SetDistrust(ctx context.Context, by people.Actor, party heed.PartyID, level, reason string) (heed.Distrust, error) {
	if err := d.ready([]heed.PartyID{party}); err != nil {
		return heed.Distrust{}, err
	}
	if err := people.Check(by, people.ActDistrust, heed.Ref{}, people.Object{}, heed.Handling{}); err != nil {
		return heed.Distrust{}, err
	}
	var note heed.Distrust
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		note = heed.Distrust{Party: party, Level: level, Reason: reason, Person: by.Person, At: tx.Now()}
		s := heed.Statement{ID: people.DistrustID(by.Desk, party), Author: by.Desk, Version: 1, Kind: heed.KindDistrust, Created: tx.Now(), Modified: tx.Now(),
			Headline: fmt.Sprintf("distrust of %s: %s", d.Directory.Show(party), level),
			Text:     fmt.Sprintf("%s notes distrust of %s: %s. %s", by.Person, d.Directory.Show(party), level, reason), Distrust: &note}
		old, err := d.newest(tx, by.Desk, s.ID)
		if err != nil {
			return err
		}
		if old == nil && level == heed.NoDistrust {
			return fmt.Errorf("%w: no distrust of %s is noted, so there is none to lift", ErrNot, d.Directory.Show(party))
		}
		if old != nil {
			follow(&s, old.Statement)
		}
		_, err = d.say(tx, by, s)
		return err
	})
	d.done(err)
	return note, err
}

// Distrusts gives what the actor's desk notes now, by party; nothing where the actor may not
// read it. A note that was lifted is left out.
func (d *Desk) Distrusts(ctx context.Context, by people.Actor) (map[heed.PartyID]heed.Distrust, error) {
	list := map[heed.PartyID]heed.Distrust{}
	if !people.May(by, people.ActDistrust, people.Object{}, heed.Handling{}).Allowed {
		return list, nil
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		for _, p := range d.Directory.Parties() {
			note, ok, err := people.DistrustOf(tx, by.Desk, p.ID)
			if err != nil {
				return err
			}
			if ok {
				list[p.ID] = note
			}
		}
		return nil
	})
	return list, err
}

// noted gives what the actor's desk notes of a party, where the actor may read that.
func noted(tx *store.Tx, by people.Actor, party heed.PartyID) (*heed.Distrust, error) {
	note, ok, err := people.DistrustOf(tx, by.Desk, party)
	if err != nil || !ok || !people.May(by, people.ActDistrust, people.Object{}, heed.Handling{}).Allowed {
		return nil, err
	}
	return &note, nil
}
