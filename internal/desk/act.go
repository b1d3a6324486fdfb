package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"heed"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// Done is what came of an act on a statement.
type Done struct {
	ID      heed.ID      `json:"id"`
	Version heed.Version `json:"version"`
	Handle  string       `json:"handle"`
	Rung    heed.Rung    `json:"rung"`
	Leaf    int64        `json:"leaf"`            // of the receipt's, or the decision's, record
	Again   bool         `json:"again,omitempty"` // it had been done before; the first record stands
	To      []string     `json:"to,omitempty"`    // who gets the receipt
	Words   string       `json:"words,omitempty"`
	Waits   bool         `json:"waits,omitempty"` // nothing was decided yet: a second person must
}

// Climb records one rung for the statement at leaf idx, for every delivery of it to the
// desk, and makes the receipts due to those who delivered. The same rung again gives the
// first record.
func (d *Desk) Climb(ctx context.Context, by people.Actor, idx int64, rung heed.Rung) (Done, error) {
	if err := d.ready(nil); err != nil {
		return Done{}, err
	}
	var done Done
	err := d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		l, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		if err := l.Check(by, climbs[rung]); err != nil {
			return err
		}
		rec := l.Record
		if rec.Kind != heed.KindWarning {
			return fmt.Errorf("%w: only warnings are answered, and this is a %s", ErrNot, rec.Kind)
		}
		done = Done{ID: rec.ID, Version: rec.Version, Handle: heed.Handle(rec.ID), Rung: rung, Leaf: -1}
		deliveries, err := d.deliveriesOf(tx, rec)
		if err != nil {
			return err
		}
		if len(deliveries) == 0 {
			done.Words = "it came by another way than a delivery to us, so no receipt goes to anybody"
			if rung == heed.Acknowledged { // somebody here has seen it all the same
				return tx.StopClock(by.Desk, clockAcknowledge, rec.ID)
			}
			return nil
		}
		for _, del := range deliveries {
			id := people.DerivedID(heed.KindReceipt, string(del.ID), string(rung))
			if err := d.answer(tx, by, rec, del, rung, id, "", &done); err != nil {
				return err
			}
		}
		return nil
	})
	d.done(err)
	return done, err
}

// climbs names the act that each rung is. Delivered is the node's own, decided follows
// from a decision.
var climbs = map[heed.Rung]people.Act{
	heed.Opened: people.ActOpen, heed.Acknowledged: people.ActAcknowledge, heed.Accepted: people.ActAccept,
}

// answer records one receipt and makes it due.
func (d *Desk) answer(tx *store.Tx, by people.Actor, rec store.Record, del *heed.Statement, rung heed.Rung, id heed.ID, commitment string, done *Done) error {
	done.To = append(done.To, d.Directory.Show(del.Author))
	first, err := tx.Find(by.Desk, by.Desk, id, 1)
	if err == nil {
		done.Again, done.Leaf = true, first.Index
		return nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	env, err := d.Pen.Receipt(tx, by.Desk, rung, rec, del, id, commitment)
	if err != nil {
		return err
	}
	r, err := tx.Append(store.New{Desk: by.Desk, Author: by.Desk, ID: id, Version: 1, Kind: heed.KindReceipt,
		Door: "desk", From: by.From(), Envelope: env, Carried: string(stix.Own), About: rec.ID})
	if err != nil {
		return err
	}
	done.Leaf = r.Index
	if rung == heed.Acknowledged {
		if err := tx.StopClock(by.Desk, clockAcknowledge, rec.ID); err != nil {
			return err
		}
	}
	return tx.Due(store.Notice{Desk: by.Desk, To: del.Author, Lane: store.Urgent, Records: []int64{r.Index}})
}

// deliveriesOf gives the deliveries of this very version to the desk.
func (d *Desk) deliveriesOf(tx *store.Tx, rec store.Record) ([]*heed.Statement, error) {
	list, err := tx.DeliveriesTo(rec.Desk, rec.ID)
	if err != nil {
		return nil, err
	}
	var out []*heed.Statement
	for _, r := range list {
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil {
			return nil, err
		}
		if s := obj.Statement; s != nil && s.Delivery != nil && s.Delivery.Version == rec.Version && s.Delivery.Digest == rec.DigestHex() {
			out = append(out, s)
		}
	}
	return out, nil
}

// Verdict is a decision as a person makes it.
type Verdict struct {
	Choice heed.Choice
	Code   string
	Words  string
	Risk   string // residual risk accepted, in words
}

// Decide records a decision on the warning at leaf idx, or on every warning of the case at
// it, and makes a decided receipt due to those who delivered them. The receipt says that and
// when, and commits to the decision without showing it.
func (d *Desk) Decide(ctx context.Context, by people.Actor, idx int64, v Verdict) (Done, error) {
	if err := d.ready(nil); err != nil {
		return Done{}, err
	}
	id := d.Pen.NewID(heed.KindDecision)
	var done Done
	err := d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		subjects, row, err := d.decidable(tx, by, idx)
		if err != nil {
			return err
		}
		if err := v.fits(tx, by, row); err != nil {
			return err
		}
		rec, s := subjects[0].Record, subjects[0].Statement
		second, waits, err := d.second(tx, by, rec, row, v, id)
		if err != nil {
			return err
		}
		if waits {
			done = Done{ID: rec.ID, Version: rec.Version, Handle: heed.Handle(rec.ID), Leaf: -1, Waits: true,
				Words: "policy asks for two persons: another one must decide the same"}
			return nil
		}
		dec, err := d.say(tx, by, heed.Statement{
			ID: id, Author: by.Desk, Version: 1, Kind: heed.KindDecision, Created: tx.Now(), Modified: tx.Now(),
			Exercise: s.Exercise, About: []string{string(rec.ID)},
			Headline: fmt.Sprintf("%s: %s", v.Choice, rec.Ref()),
			Text:     fmt.Sprintf("%s decided to %s on %s: %s. %s", by.Person, v.Choice, rec.Ref(), v.Code, v.Words),
			Decision: &heed.Decision{Statement: rec.ID, Version: rec.Version, Digest: rec.DigestHex(), Choice: v.Choice, Code: v.Code, Words: v.Words,
				Person: by.Person, Case: row.ID, Assessment: stoodOn(row), Assessed: row.AssessedVersion, Overrules: standing(tx, row), Second: second, Risk: v.Risk, At: tx.Now()},
		})
		if err != nil {
			return err
		}
		done = Done{ID: rec.ID, Version: rec.Version, Handle: heed.Handle(rec.ID), Rung: heed.Decided, Leaf: dec.Index}
		commitment, err := people.Commitment(dec)
		if err != nil {
			return err
		}
		for _, l := range subjects {
			if err := tx.StopClock(by.Desk, clockAcknowledge, l.Record.ID); err != nil { // who decides on it has seen it
				return err
			}
			deliveries, err := d.deliveriesOf(tx, l.Record)
			if err != nil {
				return err
			}
			for _, del := range deliveries {
				rid := people.DerivedID(heed.KindReceipt, string(del.ID), string(heed.Decided), string(id))
				if err := d.answer(tx, by, l.Record, del, heed.Decided, rid, commitment, &done); err != nil {
					return err
				}
			}
		}
		done.Leaf, done.To = dec.Index, slices.Compact(slices.Sorted(slices.Values(done.To)))
		return d.decided(tx, row, dec, v.Choice)
	})
	d.done(err)
	return done, err
}

// second holds a decision to four eyes, where policy asks for them: the first person's word is
// on record and decides nothing; another person's word for the same then decides.
func (d *Desk) second(tx *store.Tx, by people.Actor, rec store.Record, row store.CaseRow, v Verdict, id heed.ID) (person string, waits bool, err error) {
	policy, _, err := people.PolicyOf(tx, by.Desk)
	act := "decide:" + string(v.Choice)
	if err != nil || !policy.NeedsTwo(act) {
		return "", false, err
	}
	logs, err := tx.About(by.Desk, rec.ID, heed.KindLog)
	if err != nil {
		return "", false, err
	}
	for _, r := range slices.Backward(logs) {
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil {
			return "", false, err
		}
		l := obj.Statement.Log
		if l.Act == act && l.Person != by.Person && r.Index > max(row.Decided, row.Assessed) {
			return l.Person, false, nil // on the same picture: a change of it asks both again
		}
	}
	words := fmt.Sprintf("%s would decide to %s on %s: %s. %s", by.Person, v.Choice, rec.Ref(), v.Code, v.Words)
	_, err = d.say(tx, by, heed.Statement{ID: people.DerivedID(heed.KindLog, string(id)), Author: by.Desk, Version: 1, Kind: heed.KindLog, Created: tx.Now(), Modified: tx.Now(),
		About: []string{string(rec.ID)}, Headline: "waits for a second person: " + rec.Ref().String(), Text: words,
		Log: &heed.Log{Act: act, Words: words, Person: by.Person, Statement: rec.ID, Version: rec.Version, At: tx.Now()}})
	return "", true, err
}

// decidable loads the warnings that a decision is on, the newest first, and their case.
func (d *Desk) decidable(tx *store.Tx, by people.Actor, idx int64) ([]people.Loaded, store.CaseRow, error) {
	l, err := people.Load(tx, idx)
	if err != nil {
		return nil, store.CaseRow{}, err
	}
	if err := l.Check(by, people.ActDecide); err != nil {
		return nil, store.CaseRow{}, err
	}
	if l.Record.Kind == heed.KindCase {
		return d.decidableCase(tx, by, l.Record.ID)
	}
	if l.Statement == nil || l.Statement.Kind != heed.KindWarning {
		return nil, store.CaseRow{}, fmt.Errorf("%w: decisions are taken on sealed warnings, and on cases", ErrNot)
	}
	row, err := d.caseOf(tx, l.Record)
	return []people.Loaded{l}, row, err
}

func (d *Desk) decidableCase(tx *store.Tx, by people.Actor, id heed.ID) ([]people.Loaded, store.CaseRow, error) {
	row, err := tx.Case(by.Desk, id)
	if err != nil {
		return nil, row, err
	}
	if row.State == heed.CaseClosed {
		return nil, row, fmt.Errorf("%w: this case is closed", ErrNot)
	}
	members, err := tx.Members(by.Desk, id, maxReports)
	if err != nil {
		return nil, row, err
	}
	var list []people.Loaded
	for _, m := range slices.Backward(members) {
		l, err := people.Load(tx, m.Index)
		if err != nil {
			return nil, row, err
		}
		if l.Statement != nil && l.Check(by, people.ActDecide) == nil {
			list = append(list, l)
		}
	}
	if len(list) == 0 {
		return nil, row, fmt.Errorf("%w: the case holds no sealed warning", ErrNot)
	}
	return list, row, nil
}

// standing names the decision that a new one overrules.
func standing(tx *store.Tx, row store.CaseRow) heed.ID {
	if row.ID == "" || row.Decided < 0 {
		return ""
	}
	rec, err := tx.Record(row.Decided)
	if err != nil {
		return ""
	}
	return rec.ID
}

// fits holds a verdict to the desk's policy, and to the decision that stands: to overrule
// one takes a reason in words and, where another person took it, a supervisor.
func (v Verdict) fits(tx *store.Tx, by people.Actor, row store.CaseRow) error {
	policy, _, err := people.PolicyOf(tx, by.Desk)
	if err != nil {
		return err
	}
	stands := ""
	if row.ID != "" && row.Decided >= 0 {
		rec, err := tx.Record(row.Decided)
		if err != nil {
			return err
		}
		stands = strings.TrimPrefix(rec.From, "person:")
	}
	switch {
	case !slices.Contains(heed.Choices, v.Choice):
		return fmt.Errorf("%w: choice is %q; it must be one of %v", ErrNot, v.Choice, heed.Choices)
	case stands != "" && strings.TrimSpace(v.Words) == "":
		return fmt.Errorf("%w: a decision of %s stands: to overrule it, say why with --reason", ErrNot, stands)
	case stands != "" && stands != by.Person && !slices.Contains(by.Roles, people.Supervisor):
		return fmt.Errorf("%w: a decision of %s stands, and only a supervisor overrules another person", ErrNot, stands)
	case heed.OwnCode(v.Code) && !slices.Contains(policy.Reasons.Own, v.Code):
		return fmt.Errorf("%w: %q is no reason code of this desk: its policy has %v beside %v", ErrNot, v.Code, policy.Reasons.Own, heed.Reasons)
	case policy.NeedsWords(v.Code) && strings.TrimSpace(v.Words) == "":
		return fmt.Errorf("%w: the code %s needs a reason in words: give --reason", ErrNot, v.Code)
	}
	return nil
}

// caseOf gives the case that a statement is in; the zero row before it has joined one.
func (d *Desk) caseOf(tx *store.Tx, rec store.Record) (store.CaseRow, error) {
	m, err := tx.Membership(rec.Desk, rec.ID)
	if errors.Is(err, store.ErrNotFound) {
		return store.CaseRow{}, nil
	}
	if err != nil {
		return store.CaseRow{}, err
	}
	return tx.Case(rec.Desk, m.Case)
}

// stoodOn names the assessment that a decision stands on; none before the first.
func stoodOn(row store.CaseRow) heed.ID {
	if row.AssessedVersion == 0 {
		return ""
	}
	return assessmentID(row)
}

// decided notes in a case that a decision stands, and what may still shake it.
func (d *Desk) decided(tx *store.Tx, row store.CaseRow, dec store.Record, choice heed.Choice) error {
	if row.ID == "" {
		return nil
	}
	row.Decided, row.Reopened = dec.Index, ""
	if err := tx.StopClock(row.Desk, clockDecide, row.ID); err != nil {
		return err
	}
	if choice == heed.Hold || choice == heed.Dismiss {
		if err := d.watchWindow(tx, row); err != nil {
			return err
		}
	}
	return tx.PutCase(row)
}
