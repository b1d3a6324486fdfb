package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// Ask asks the author of a statement something about it. The question travels as a statement
// of its own. With due, a clock of the person who asks runs until then.
func (d *Desk) Ask(ctx context.Context, by people.Actor, idx int64, words string, due *time.Time) (Said, error) {
	if err := d.ready(nil); err != nil {
		return Said{}, err
	}
	id, deliveries := d.Pen.NewID(heed.KindQuestion), d.newIDs(heed.KindDelivery, 1)
	var said Said
	err := d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		l, to, err := d.answerable(tx, by, idx, people.ActAsk)
		if err != nil {
			return err
		}
		if due != nil && !due.After(tx.Now()) {
			return fmt.Errorf("%w: the answer is due at a time that has passed", ErrNot)
		}
		said, err = d.sayTo(tx, by, to, deliveries[0], heed.Statement{
			ID: id, Author: by.Desk, Version: 1, Kind: heed.KindQuestion, Created: tx.Now(), Modified: tx.Now(), Exercise: exercise(l.Statement),
			About: []string{string(l.Record.ID)}, Headline: fmt.Sprintf("a question about %s", l.Record.Ref()),
			Text:     fmt.Sprintf("%s asks about %s: %s", d.Directory.Show(by.Desk), l.Record.Ref(), words),
			Question: &heed.Question{To: to, Statement: l.Record.ID, Version: l.Record.Version, Words: words, Due: due, Person: by.Person},
		})
		if err != nil || due == nil {
			return err
		}
		return tx.SetClock(store.Clock{Desk: by.Desk, What: clockAnswer, About: id, Owner: by.From(), Due: *due})
	})
	d.done(err)
	return said, err
}

// answerable loads a statement that somebody else said and can be written to about.
func (d *Desk) answerable(tx *store.Tx, by people.Actor, idx int64, act people.Act) (people.Loaded, heed.PartyID, error) {
	l, err := people.Load(tx, idx)
	if err != nil {
		return l, "", err
	}
	if err := l.Check(by, act); err != nil {
		return l, "", err
	}
	if d.Directory.Party(l.Record.Author) == nil {
		return l, "", fmt.Errorf("%w: nobody's key has signed it, so there is nobody to write to", ErrNot)
	}
	return l, l.Record.Author, nil
}

// Answer answers the question at a leaf, or refuses to. It goes to who asked.
func (d *Desk) Answer(ctx context.Context, by people.Actor, idx int64, words string, refused bool) (Said, error) {
	if err := d.ready(nil); err != nil {
		return Said{}, err
	}
	id, deliveries := d.Pen.NewID(heed.KindAnswer), d.newIDs(heed.KindDelivery, 1)
	var said Said
	err := d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		l, to, err := d.answerable(tx, by, idx, people.ActAnswer)
		if err != nil {
			return err
		}
		if l.Statement == nil || l.Statement.Question == nil || l.Statement.Question.To != by.Desk {
			return fmt.Errorf("%w: this is no question to this desk; heed questions lists them", ErrNot)
		}
		q, verb := l.Statement.Question, "answers"
		if refused {
			verb = "will not answer"
		}
		said, err = d.sayTo(tx, by, to, deliveries[0], heed.Statement{
			ID: id, Author: by.Desk, Version: 1, Kind: heed.KindAnswer, Created: tx.Now(), Modified: tx.Now(), Exercise: l.Statement.Exercise,
			About: []string{string(q.Statement)}, Headline: fmt.Sprintf("%s %s the question %s", d.Directory.Show(by.Desk), verb, heed.Handle(l.Record.ID)),
			Text:   fmt.Sprintf("%s %s the question %s about %s: %s", d.Directory.Show(by.Desk), verb, heed.Handle(l.Record.ID), heed.Ref{ID: q.Statement, Version: q.Version}, words),
			Answer: &heed.Answer{To: to, Question: l.Record.ID, Statement: q.Statement, Version: q.Version, Words: words, Refused: refused, Person: by.Person},
		})
		if err != nil {
			return err
		}
		return tx.StopClock(by.Desk, clockAnswer, l.Record.ID)
	})
	d.done(err)
	return said, err
}

// Feedback tells the author of the warning at a leaf what it was good for.
func (d *Desk) Feedback(ctx context.Context, by people.Actor, idx int64, use, words string) (Said, error) {
	if err := d.ready(nil); err != nil {
		return Said{}, err
	}
	if !slices.Contains(heed.Feedbacks, use) {
		return Said{}, fmt.Errorf("%w: feedback is one of %v, not %q", ErrNot, heed.Feedbacks, use)
	}
	id, deliveries := d.Pen.NewID(heed.KindFeedback), d.newIDs(heed.KindDelivery, 1)
	var said Said
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		l, to, err := d.answerable(tx, by, idx, people.ActFeedback)
		if err != nil {
			return err
		}
		if l.Record.Kind != heed.KindWarning {
			return fmt.Errorf("%w: feedback is given on warnings, and this is a %s", ErrNot, l.Record.Kind)
		}
		said, err = d.sayTo(tx, by, to, deliveries[0], heed.Statement{
			ID: id, Author: by.Desk, Version: 1, Kind: heed.KindFeedback, Created: tx.Now(), Modified: tx.Now(), Exercise: exercise(l.Statement),
			About: []string{string(l.Record.ID)}, Headline: fmt.Sprintf("feedback on %s: %s", l.Record.Ref(), use),
			Text:     fmt.Sprintf("%s says of %s: %s. %s", d.Directory.Show(by.Desk), l.Record.Ref(), use, words),
			Feedback: &heed.Feedback{To: to, Statement: l.Record.ID, Version: l.Record.Version, Use: use, Words: words, Person: by.Person},
		})
		return err
	})
	d.done(err)
	return said, err
}

// asked starts the clock of a question that came to a desk with a due time: it is its
// policy's owner's, until it is answered. An answer that came ends the clock of who asked.
func (d *Desk) asked(tx *store.Tx, r store.Record) error {
	switch r.Kind {
	case heed.KindQuestion, heed.KindAnswer, heed.KindGrant:
		if r.Author == r.Desk || r.Envelope.Payload == nil {
			return nil
		}
	default:
		return nil
	}
	obj, err := stix.Recorded(r.Envelope.Payload)
	if err != nil || obj.Statement == nil {
		return err
	}
	if s := obj.Statement; s.Question == nil {
		question := heed.ID("")
		switch {
		case s.Answer != nil:
			question = s.Answer.Question
		case s.Grant != nil:
			question = s.Grant.Question
		}
		if first, err := answered(tx, r.Desk, question, r.About); err != nil || first == nil {
			return err
		}
		return tx.StopClock(r.Desk, clockAnswer, question)
	}
	q := obj.Statement.Question
	if q.To != r.Desk || q.Due == nil || !q.Due.After(tx.Now()) {
		return nil
	}
	done, err := answered(tx, r.Desk, r.ID, q.Statement)
	if err != nil || done != nil {
		return err
	}
	policy, _, err := people.PolicyOf(tx, r.Desk)
	if err != nil {
		return err
	}
	return tx.SetClock(store.Clock{Desk: r.Desk, What: clockAnswer, About: r.ID, Owner: policy.Clock("").Owner, Due: *q.Due})
}

// unanswered ends the clock of a question: in words, if no answer has come.
func (d *Desk) unanswered(tx *store.Tx, c store.Clock) error {
	recs, err := tx.FindAll(c.Desk, c.About)
	if err != nil || len(recs) == 0 || recs[0].Envelope.Payload == nil {
		return err
	}
	obj, err := stix.Recorded(recs[0].Envelope.Payload)
	if err != nil || obj.Statement == nil || obj.Statement.Question == nil {
		return err
	}
	done, err := answered(tx, c.Desk, c.About, obj.Statement.Question.Statement)
	if err != nil || done != nil {
		return err
	}
	return d.noteClock(tx, c, fmt.Sprintf("the question of %s to %s was not answered in time", d.Directory.Show(obj.Statement.Author), d.Directory.Show(obj.Statement.Question.To)))
}

// Asked is a question to this desk, or of this desk.
type Asked struct {
	Handle    string     `json:"handle"` // of the question
	ID        heed.ID    `json:"id"`
	Ours      bool       `json:"ours,omitempty"` // this desk asked it
	From      string     `json:"from"`
	Of        string     `json:"of"`           // who is asked
	About     string     `json:"about"`        // handle and version
	To        string     `json:"to,omitempty"` // of a release: who is to get it
	AtRisk    bool       `json:"at_risk,omitempty"`
	Words     string     `json:"words,omitempty"`
	At        time.Time  `json:"at"`
	Due       *time.Time `json:"due,omitempty"`
	Person    string     `json:"person,omitempty"` // who asks
	Answered  bool       `json:"answered"`
	Overdue   bool       `json:"overdue,omitempty"` // not answered by its due time
	Refused   bool       `json:"refused,omitempty"`
	Answer    string     `json:"answer,omitempty"`
	Statement heed.ID    `json:"statement"`
}

// Questions lists what other parties asked this desk, then what it asked others, each the
// newest first. One that was not answered by its due time says so.
func (d *Desk) Questions(ctx context.Context, by people.Actor, n int) ([]Asked, error) {
	list := []Asked{}
	if err := d.Store.CatchUp(ctx); err != nil {
		return nil, err
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		theirs, err := tx.Received(by.Desk, heed.KindQuestion, true, 0, n)
		if err != nil {
			return err
		}
		ours, err := tx.Said(by.Desk, heed.KindQuestion, 0, n)
		if err != nil {
			return err
		}
		for _, line := range append(theirs, ours...) {
			l, err := people.Load(tx, line.Index)
			if err != nil {
				return err
			}
			if l.Statement == nil || l.Statement.Question == nil || l.Check(by, people.ActRead) != nil {
				continue
			}
			a, err := d.question(tx, l)
			if err != nil {
				return err
			}
			list = append(list, a)
		}
		return nil
	})
	return list, err
}

func (d *Desk) question(tx *store.Tx, l people.Loaded) (Asked, error) {
	r, q := l.Record, l.Statement.Question
	a := Asked{Handle: heed.Handle(r.ID), ID: r.ID, Ours: r.Author == r.Desk, From: d.Directory.Show(r.Author), Of: d.Directory.Show(q.To), Words: q.Words, At: r.RecordedAt,
		Due: q.Due, Person: q.Person, Statement: q.Statement, About: heed.Ref{ID: q.Statement, Version: q.Version}.String()}
	if q.Release != nil {
		a.To, a.AtRisk = d.Directory.Show(q.Release.To), q.Release.AtRisk
	}
	s, err := answered(tx, r.Desk, r.ID, q.Statement)
	if err != nil {
		return a, err
	}
	switch {
	case s == nil:
		a.Overdue = q.Due != nil && tx.Now().After(*q.Due)
	case s.Answer != nil:
		a.Answered, a.Refused, a.Answer = true, s.Answer.Refused, s.Answer.Words
	default:
		a.Answered, a.Answer = true, s.Text
	}
	return a, nil
}

// answered gives the first statement that answers a question: an answer, or a grant; nil
// while there is none. Only who was asked can answer.
func answered(tx *store.Tx, desk heed.PartyID, question, about heed.ID) (*heed.Statement, error) {
	recs, err := tx.About(desk, about, heed.KindGrant, heed.KindAnswer)
	if err != nil {
		return nil, err
	}
	var asked *heed.Statement
	for _, r := range recs {
		if r.Envelope.Payload == nil {
			continue
		}
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil {
			return nil, err
		}
		s := obj.Statement
		if s == nil || !(s.Grant != nil && s.Grant.Question == question || s.Answer != nil && s.Answer.Question == question) {
			continue
		}
		if asked == nil {
			if asked, err = questionOf(tx, desk, question); err != nil || asked == nil {
				return nil, err
			}
		}
		if s.Author == asked.Question.To {
			return s, nil
		}
	}
	return nil, nil
}

func questionOf(tx *store.Tx, desk heed.PartyID, id heed.ID) (*heed.Statement, error) {
	recs, err := tx.FindAll(desk, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (len(recs) == 0 || recs[0].Envelope.Payload == nil) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	obj, err := stix.Recorded(recs[0].Envelope.Payload)
	if err != nil || obj.Statement == nil || obj.Statement.Question == nil {
		return nil, err
	}
	return obj.Statement, nil
}
