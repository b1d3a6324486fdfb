package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"heed"
	"heed/internal/people"
	"heed/internal/store"
	"heed/internal/weigh"
)

// Outcome closes a case: how it ended, as a person of the desk says. From it the records of
// the sources are learned; unknowable teaches nothing.
func (d *Desk) Outcome(ctx context.Context, by people.Actor, id heed.ID, outcome, words string, event heed.ID) (Said, error) {
	if err := d.ready(nil); err != nil {
		return Said{}, err
	}
	var said Said
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		row, err := d.caseFor(tx, by, id, people.ActClose)
		if err != nil {
			return err
		}
		if row.State == heed.CaseClosed {
			return fmt.Errorf("%w: this case is closed", ErrNot)
		}
		oid := people.DerivedID(heed.KindOutcome, string(row.Desk), string(row.ID), fmt.Sprint(row.Version))
		rec, err := d.say(tx, by, heed.Statement{ID: oid, Author: row.Desk, Version: 1, Kind: heed.KindOutcome, Created: tx.Now(), Modified: tx.Now(),
			Exercise: row.Exercise, About: []string{string(row.ID)}, Headline: fmt.Sprintf("case %s: %s", heed.Handle(row.ID), outcome),
			Text:    fmt.Sprintf("%s says that case %s ended so: %s. %s", by.Person, heed.Handle(row.ID), outcome, words),
			Outcome: &heed.Outcome{Case: row.ID, Outcome: outcome, Words: words, Event: event, Person: by.Person, At: tx.Now()}})
		if err != nil {
			return err
		}
		said = Said{ID: oid, Version: 1, Handle: heed.Handle(oid), Leaf: rec.Index}
		if err := d.learn(tx, row, outcome, rec.Index); err != nil {
			return err
		}
		row.State = heed.CaseClosed
		if err := d.sayCase(tx, by, &row, nil); err != nil {
			return err
		}
		if err := tx.StopClocksOf(row.Desk, row.ID); err != nil {
			return err
		}
		return errors.Join(tx.DropCaseKeys(row), tx.PutCase(row))
	})
	d.done(err)
	return said, err
}

// learn teaches the desk's history what a case came to. A harm that was prevented had been
// warned of rightly. An exercise teaches nothing.
func (d *Desk) learn(tx *store.Tx, row store.CaseRow, outcome string, idx int64) error {
	if outcome == "unknowable" || row.Exercise != "" {
		return nil
	}
	learned, err := d.learnedBy(tx, row.Desk)
	if err != nil {
		return err
	}
	reports, _, err := d.reports(tx, row)
	if err != nil {
		return err
	}
	year, week := tx.Now().ISOWeek()
	learned.Learn(weigh.Resolved{Topic: row.Class, Episode: fmt.Sprintf("%d week %d", year, week), Reports: reports, Occurred: outcome != "did-not-occur"})
	body, err := json.Marshal(learned, json.Deterministic(true))
	if err != nil {
		return err
	}
	return tx.PutHistory(row.Desk, idx, body)
}

// learnedBy gives what a desk has learned from outcomes, to read or to add to.
func (d *Desk) learnedBy(tx *store.Tx, desk heed.PartyID) (*weigh.History, error) {
	_, body, err := tx.LearnedHistory(desk)
	h := &weigh.History{}
	if err != nil || body == nil {
		return h, err
	}
	return h, json.Unmarshal(body, h)
}

// reports reads what weighing is given of a case, and whose each is.
func (d *Desk) reports(tx *store.Tx, row store.CaseRow) ([]weigh.Report, map[string]store.Member, error) {
	members, err := tx.Reporting(row.Desk, row.ID, maxReports)
	if err != nil {
		return nil, nil, err
	}
	var list []weigh.Report
	of := map[string]store.Member{}
	for _, m := range members {
		var r weigh.Report
		if err := json.Unmarshal(m.Report, &r); err != nil {
			return nil, nil, fmt.Errorf("the report of %s: %w", m.Statement, err)
		}
		r.Topic = row.Class
		of[r.ID] = m
		list = append(list, r)
	}
	return list, of, nil
}

// Track is what became of a party's warnings at a desk.
type Track struct {
	Party      string `json:"party"`
	Sent       int    `json:"sent"` // statements of it in cases
	Right      int    `json:"right"`
	Wrong      int    `json:"wrong"`
	Unanswered int    `json:"unanswered"` // cases of it that ended without a decision
	Unknowable int    `json:"unknowable"`
}

// Track counts a party's warnings by what their cases came to.
func (d *Desk) Track(ctx context.Context, by people.Actor, party heed.PartyID) (Track, error) {
	t := Track{Party: d.Directory.Show(party)}
	o, h := people.CaseObject(by.Desk)
	if err := people.Check(by, people.ActCases, heed.Ref{}, o, h); err != nil {
		return t, err
	}
	if err := d.Store.CatchUp(ctx); err != nil {
		return t, err
	}
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		if t.Sent, err = tx.MembersBy(by.Desk, party); err != nil {
			return err
		}
		for before := int64(0); ; {
			lines, err := tx.Said(by.Desk, heed.KindOutcome, before, 100)
			if err != nil || len(lines) == 0 {
				return err
			}
			for _, line := range lines {
				before = line.Index
				if err := d.trackOne(tx, by, party, line, &t); err != nil {
					return err
				}
			}
		}
	})
	return t, err
}

func (d *Desk) trackOne(tx *store.Tx, by people.Actor, party heed.PartyID, line store.Line, t *Track) error {
	l, err := people.Load(tx, line.Index)
	if err != nil || l.Statement == nil || l.Statement.Outcome == nil || l.Check(by, people.ActRead) != nil {
		return err
	}
	o := l.Statement.Outcome
	members, err := tx.Members(by.Desk, o.Case, maxReports)
	if err != nil || !slices.ContainsFunc(members, func(m store.Member) bool { return m.Author == party }) {
		return err
	}
	row, err := tx.Case(by.Desk, o.Case)
	if err != nil {
		return err
	}
	if row.Decided < 0 {
		t.Unanswered++
	}
	switch o.Outcome {
	case "unknowable":
		t.Unknowable++
	case "did-not-occur":
		t.Wrong++
	default:
		t.Right++
	}
	return nil
}
