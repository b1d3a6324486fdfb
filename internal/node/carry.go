package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/envelope"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// Carry signs a warning with the key in a node's folder and writes it to a file, for people
// to bring when the node cannot store. Nothing is recorded: the statement stands on its
// seal alone, and comes without a delivery. It needs nothing of the node but its key files
// and, if it can be read, its list of desks.
func Carry(dir, as string, in api.Warn, file string, now time.Time) (handle string, err error) {
	c, err := ReadConfig(dir)
	if err != nil {
		return "", err
	}
	if in.Update != "" {
		return "", errors.New("a new version needs the node, which counts the versions")
	}
	if in.Source != "" || len(in.Extracts) > 0 || len(in.Quotes) > 0 {
		return "", errors.New("sealed sources, extracts and quoted statements need the node: carry a warning without them, or bring the node up")
	}
	p, err := c.ownDesk(dir, as)
	if err != nil {
		return "", err
	}
	key, err := envelope.ReadKeyFile(c.keyFile(dir, "party-"+p.Name))
	if err != nil {
		return "", err
	}
	pen := &people.Pen{Rand: rand.Reader, Keys: map[heed.PartyID]envelope.PrivateKey{p.ID: key}}
	now = now.UTC().Truncate(time.Microsecond)
	w := in.Warning
	s := heed.Statement{ID: pen.NewID(heed.KindWarning), Author: p.ID, Version: 1, Kind: heed.KindWarning, Created: now, Modified: now,
		Lang: in.Lang, Exercise: in.Exercise, Headline: in.Headline, Text: in.Text, Warning: &w}
	if w.Part, err = pen.Draw(16); err != nil {
		return "", err
	}
	if found := heed.CheckRelease(&s, heed.Around{}); heed.Refused(found) {
		return "", &desk.Unfit{Findings: slices.DeleteFunc(found, func(f heed.Finding) bool { return f.Severity != heed.Refuse })}
	}
	env, err := pen.Seal(s)
	if err != nil {
		return "", err
	}
	outer, err := stix.Splice(env.Payload, env)
	if err != nil {
		return "", err
	}
	body := append(append([]byte(`{"objects":[`), outer...), "]}\n"...)
	return heed.Handle(s.ID), os.WriteFile(file, body, 0o600)
}

// CardOf reads the card of a desk from a node's folder, whether or not the node runs.
func CardOf(dir, as string) ([]byte, error) {
	c, err := ReadConfig(dir)
	if err != nil {
		return nil, err
	}
	p, err := c.ownDesk(dir, as)
	return p.Card, err
}

// ownDesk reads from the database which party of this node is meant.
func (c Config) ownDesk(dir, as string) (store.Party, error) {
	db, err := store.Open(context.Background(), store.Options{URL: c.databaseURL(dir), ReadOnly: true, Now: time.Now, Rand: rand.Reader})
	if err != nil {
		return store.Party{}, err
	}
	defer db.Close()
	var own []store.Party
	err = db.View(context.Background(), func(tx *store.Tx) error {
		list, err := tx.Parties()
		for _, p := range list {
			if p.Own && (as == "" || p.Name == as || string(p.ID) == as) {
				own = append(own, p)
			}
		}
		return err
	})
	switch {
	case err != nil:
		return store.Party{}, err
	case len(own) == 0:
		return store.Party{}, fmt.Errorf("%w: %s is no desk of this node", people.ErrNoParty, as)
	case len(own) > 1:
		return store.Party{}, errors.New("this node has several desks; say with --as which one speaks")
	}
	return own[0], nil
}
