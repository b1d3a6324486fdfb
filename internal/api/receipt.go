package api

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"heed"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// Parcel is a list of statements in their outer forms.
type Parcel struct {
	Objects []jsontext.Value `json:"objects"`
}

// receipt gives one receipt that a party gave for a statement, with the delivery that it
// answers and the cards of both sides; the statement itself only if asked for.
func (s *Server) receipt(c *call) (any, error) {
	q := c.r.URL.Query()
	l, err := s.line(c, q.Get("what"))
	if err != nil {
		return nil, err
	}
	from, err := s.Directory.Named(q.Get("from"))
	if err != nil {
		return nil, fmt.Errorf("say with --from who gave it: %w", err)
	}
	rung := heed.Rung(q.Get("rung"))
	var out Parcel
	err = s.Store.View(c.r.Context(), func(tx *store.Tx) error {
		loaded, err := people.Load(tx, l.Index)
		if err != nil {
			return err
		}
		if err := loaded.Check(c.by, people.ActProve); err != nil {
			return err
		}
		recs, err := tx.History(c.by.Desk, l.ID)
		if err != nil {
			return err
		}
		receipt, outer, err := find(recs, from.ID, rung, l.Version)
		if err != nil {
			return err
		}
		out.Objects = append(out.Objects, outer)
		for _, r := range recs {
			if r.ID == receipt.Delivery && r.Version == receipt.DeliveryVersion || q.Get("words") == "yes" && r.ID == l.ID && r.Version == receipt.Version {
				b, err := people.Outer(r)
				if err != nil {
					return err
				}
				out.Objects = append(out.Objects, b)
			}
		}
		for _, p := range []*people.Party{from, s.Directory.Party(receipt.To)} {
			if p != nil {
				out.Objects = append(out.Objects, p.Card)
			}
		}
		return nil
	})
	return out, err
}

// find picks the newest receipt of a rung that a party gave for a version.
func find(recs []store.Record, from heed.PartyID, rung heed.Rung, version heed.Version) (*heed.Receipt, []byte, error) {
	var (
		found *heed.Receipt
		outer []byte
	)
	for _, r := range recs {
		env := r.Envelope
		if r.Receipt != nil && rung == heed.Delivered && r.Desk == from {
			env = *r.Receipt
		} else if r.Kind != heed.KindReceipt || r.Author != from {
			continue
		}
		obj, err := stix.Recorded(env.Payload)
		if err != nil || obj.Statement == nil || obj.Statement.Receipt == nil {
			return nil, nil, errors.Join(fmt.Errorf("record %d is no receipt", r.Index), err)
		}
		if got := obj.Statement.Receipt; got.Rung == rung && got.Version == version {
			if outer, err = stix.Splice(env.Payload, env); err != nil {
				return nil, nil, err
			}
			found = got
		}
	}
	if found == nil {
		return nil, nil, fmt.Errorf("no receipt %q of that party for this version is here; heed sent shows which came", rung)
	}
	return found, outer, nil
}
