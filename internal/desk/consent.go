package desk

import (
	"context"
	"fmt"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// AskRelease asks the author of a statement for consent to hand it to one receiver. The
// question travels as a statement; the answer is a grant.
func (d *Desk) AskRelease(ctx context.Context, by people.Actor, idx int64, r heed.Release, words string) (Said, error) {
	if err := d.ready([]heed.PartyID{r.To}); err != nil {
		return Said{}, err
	}
	id, deliveries := d.Pen.NewID(heed.KindQuestion), d.newIDs(heed.KindDelivery, 1)
	var said Said
	err := d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		l, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		if err := l.Check(by, people.ActAsk); err != nil {
			return err
		}
		if d.Directory.Party(l.Record.Author) == nil {
			return fmt.Errorf("%w: nobody's key has signed it, so there is nobody to ask", ErrNot)
		}
		q := heed.Question{To: l.Record.Author, Statement: l.Record.ID, Version: l.Record.Version, Words: words, Release: &r, Person: by.Person}
		said, err = d.sayTo(tx, by, l.Record.Author, deliveries[0], heed.Statement{
			ID: id, Author: by.Desk, Version: 1, Kind: heed.KindQuestion, Created: tx.Now(), Modified: tx.Now(), Exercise: exercise(l.Statement),
			About: []string{string(l.Record.ID)}, Headline: fmt.Sprintf("may we pass %s to %s?", l.Record.Ref(), d.Directory.Show(r.To)),
			Text:     fmt.Sprintf("%s asks to pass %s to %s. %s", d.Directory.Show(by.Desk), l.Record.Ref(), d.Directory.Show(r.To), words),
			Question: &q,
		})
		return err
	})
	d.done(err)
	return said, err
}

// Consent is what a grant gives.
type Consent struct {
	Holder, To heed.PartyID
	AtRisk     bool
	Until      *time.Time
	Words      string
	Question   heed.ID // that it answers
}

// Grant allows a holder to hand a statement of this desk to one receiver. It goes to the
// holder, who shows it when passing the statement on.
func (d *Desk) Grant(ctx context.Context, by people.Actor, idx int64, c Consent) (Said, error) {
	if err := d.ready([]heed.PartyID{c.Holder}); err != nil {
		return Said{}, err
	}
	id, deliveries := d.Pen.NewID(heed.KindGrant), d.newIDs(heed.KindDelivery, 1)
	var said Said
	err := d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		l, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		if err := l.Check(by, people.ActGrant); err != nil {
			return err
		}
		g := heed.Grant{Statement: l.Record.ID, Holder: c.Holder, To: c.To, AtRisk: c.AtRisk, Until: c.Until, Question: c.Question, Words: c.Words}
		said, err = d.sayTo(tx, by, c.Holder, deliveries[0], heed.Statement{
			ID: id, Author: by.Desk, Version: 1, Kind: heed.KindGrant, Created: tx.Now(), Modified: tx.Now(), Exercise: exercise(l.Statement),
			About: []string{string(l.Record.ID)}, Headline: fmt.Sprintf("%s may pass %s to %s", d.Directory.Show(c.Holder), heed.Handle(l.Record.ID), d.Directory.Show(c.To)),
			Text:  fmt.Sprintf("%s allows %s to pass %s to %s. %s", d.Directory.Show(by.Desk), d.Directory.Show(c.Holder), heed.Handle(l.Record.ID), d.Directory.Show(c.To), c.Words),
			Grant: &g,
		})
		return err
	})
	d.done(err)
	return said, err
}

// sayTo records a statement and makes it due to one receiver.
func (d *Desk) sayTo(tx *store.Tx, by people.Actor, to heed.PartyID, delivery heed.ID, s heed.Statement) (Said, error) {
	rec, err := d.say(tx, by, s)
	if err != nil {
		return Said{}, err
	}
	said := Said{ID: s.ID, Version: s.Version, Handle: heed.Handle(s.ID), Leaf: rec.Index, To: []string{d.Directory.Show(to)}}
	return said, d.hand(tx, by, rec, s.Exercise, to, heed.Handling{}, nil, delivery, store.Urgent)
}

// showGrant hands the grant that allowed a passing on to the receiver, who can then see
// that it was allowed.
func (d *Desk) showGrant(tx *store.Tx, by people.Actor, l people.Loaded, to heed.PartyID, id heed.ID, way store.Lane) error {
	recs, err := tx.About(by.Desk, l.Record.ID, heed.KindGrant)
	if err != nil {
		return err
	}
	ask := heed.PassOn{To: to, AtRisk: l.Object.AtRisk, Now: tx.Now()}
	for _, r := range recs {
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil {
			return err
		}
		if s := obj.Statement; s != nil && s.Grant != nil && s.Author == l.Record.Author && s.Grant.Covers(ask) {
			return d.hand(tx, by, r, s.Exercise, to, heed.Handling{}, nil, id, way)
		}
	}
	return nil
}

// Question gives the question at a leaf, for who answers it.
func (d *Desk) Question(ctx context.Context, by people.Actor, idx int64) (*heed.Statement, error) {
	var s *heed.Statement
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		l, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		if err := l.Check(by, people.ActRead); err != nil {
			return err
		}
		if s = l.Statement; s == nil || s.Question == nil {
			return fmt.Errorf("%w: this is no question", ErrNot)
		}
		return nil
	})
	return s, err
}

func exercise(s *heed.Statement) string {
	if s == nil {
		return ""
	}
	return s.Exercise
}
