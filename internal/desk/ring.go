package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/store"
)

const (
	ringAtOnce = 64
	ringLease  = 30 * time.Second
)

// Ring fires the clocks that are due, each exactly once: a lease keeps others off it, and
// what follows from it is in one commit with its end. Stopped in between, the lease ends and
// it is fired by whoever comes next: late rather than never.
func (d *Desk) Ring(ctx context.Context, owner string) error {
	for ctx.Err() == nil {
		if ok, _ := d.MayAppend(); !ok {
			return nil
		}
		var due []store.Clock
		err := d.Store.View(ctx, func(tx *store.Tx) error {
			at, some, err := tx.NextClock()
			if err == nil && some && !at.After(d.now(tx)) {
				due = append(due, store.Clock{})
			}
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		if err := d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) (err error) {
			due, err = tx.DueClocks(owner, d.now(tx), ringLease, ringAtOnce)
			return err
		}); err != nil || len(due) == 0 {
			return err
		}
		for _, c := range due {
			if err := d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error { return d.fire(tx, c) }); err != nil {
				return fmt.Errorf("the clock %s about %s: %w", c.What, heed.Handle(c.About), err)
			}
		}
		d.done(nil)
	}
	return ctx.Err()
}

// now is the time by which clocks run: elapsed time within a run, so that a step of the
// machine's clock neither fires nor stops anything.
func (d *Desk) now(tx *store.Tx) time.Time {
	if d.Elapsed == nil {
		return tx.Now()
	}
	return d.Elapsed().UTC().Truncate(time.Microsecond)
}

// fire ends a clock and does what follows.
func (d *Desk) fire(tx *store.Tx, c store.Clock) error {
	mine, err := tx.FireClock(c.ID)
	if err != nil || !mine {
		return err
	}
	switch c.What {
	case clockAcknowledge, clockDecide:
		return d.escalate(tx, c)
	case clockWindow:
		return d.windowNears(tx, c)
	case clockAnswer:
		return d.unanswered(tx, c)
	case clockExpire:
		return d.noteClock(tx, c, "its validity has ended")
	}
	return d.noteClock(tx, c, "it was due")
}

// escalate passes a clock that nobody answered to the next step of the policy. A step with
// nobody in it passes at once. After the last step it goes on ringing there, at longer and
// longer intervals: what is open is never without a clock.
func (d *Desk) escalate(tx *store.Tx, c store.Clock) error {
	row, err := d.clockRow(tx, c)
	if err != nil {
		return err
	}
	steps := append([]string{row.Owner}, row.Steps...)
	next := c
	var passed []string
	for next.Step++; next.Step < len(steps); next.Step++ {
		if next.Owner = d.onDuty(tx, c.Desk, steps[next.Step]); next.Owner != "" {
			break
		}
		passed = append(passed, steps[next.Step])
	}
	again := time.Duration(row.Escalate)
	if next.Step >= len(steps) { // whoever has it keeps it, or who stands in for them
		next.Owner = cmp.Or(d.onDuty(tx, c.Desk, c.Owner), d.owner(tx, c.Desk, row))
		again = min(again<<min(next.Step-len(steps)+1, 10), 24*time.Hour)
	}
	next.Due = d.now(tx).Add(again)
	words := fmt.Sprintf("nobody has done this in time: %s, due from %s; it is due from %s now, by %s", c.What, c.Owner, next.Owner, next.Due.Format("2006-01-02 15:04:05Z"))
	if len(passed) > 0 {
		words += "; nobody is there as " + strings.Join(passed, ", ") + ", which was passed at once"
	}
	if err := d.noteClock(tx, c, words); err != nil {
		return err
	}
	return tx.SetClock(next)
}

// clockRow gives the policy's row for what a clock is about: the most urgent of it, capped.
func (d *Desk) clockRow(tx *store.Tx, c store.Clock) (heed.Clocks, error) {
	policy, _, err := people.PolicyOf(tx, c.Desk)
	if err != nil {
		return heed.Clocks{}, err
	}
	var stated heed.Precedence
	recs, err := tx.FindAll(c.Desk, c.About)
	if c.What == clockDecide && err == nil {
		members, merr := tx.Members(c.Desk, c.About, maxReports)
		if merr != nil {
			return heed.Clocks{}, merr
		}
		recs = nil
		for _, m := range members {
			r, rerr := tx.Record(m.Index)
			if rerr != nil {
				return heed.Clocks{}, rerr
			}
			recs = append(recs, r)
		}
	}
	if err != nil {
		return heed.Clocks{}, err
	}
	for _, r := range recs {
		l, err := people.LoadRecord(tx, r)
		if err != nil {
			return heed.Clocks{}, err
		}
		if l.Statement == nil || l.Statement.Warning == nil || r.Author == r.Desk && l.Statement.Warning.Came == nil {
			continue
		}
		if p, _ := policy.Capped(r.Author, l.Statement.Warning.Precedence); faster(p, stated) {
			stated = p
		}
	}
	return policy.Clock(stated), nil
}

// faster orders precedences; what was not stated is the slowest.
func faster(a, b heed.Precedence) bool {
	place := func(p heed.Precedence) int {
		for i, q := range heed.Precedences {
			if p == q {
				return i
			}
		}
		return -1
	}
	return place(a) > place(b)
}

// windowNears re-opens what was held or dismissed, because it may be about to happen.
func (d *Desk) windowNears(tx *store.Tx, c store.Clock) error {
	row, err := tx.Case(c.Desk, c.About)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil || row.Decided < 0 || row.State == heed.CaseClosed {
		return err
	}
	if err := d.reopen(tx, rules(c.Desk), &row, heed.ReopenWindow, "the window that was warned of is near, and it was not acted on", ""); err != nil {
		return err
	}
	policy, err := d.clockRow(tx, store.Clock{Desk: c.Desk, What: clockDecide, About: c.About})
	if err != nil {
		return err
	}
	if err := tx.SetClock(store.Clock{Desk: c.Desk, What: clockDecide, About: c.About, Owner: d.owner(tx, c.Desk, policy), Due: d.now(tx).Add(time.Duration(policy.Acknowledge))}); err != nil {
		return err
	}
	return tx.PutCase(row)
}

// noteClock records that a clock ran out.
func (d *Desk) noteClock(tx *store.Tx, c store.Clock, words string) error {
	id := people.DerivedID(heed.KindLog, string(c.Desk), "clock", fmt.Sprint(c.ID))
	_, err := d.say(tx, rules(c.Desk), heed.Statement{ID: id, Author: c.Desk, Version: 1, Kind: heed.KindLog, Created: tx.Now(), Modified: tx.Now(),
		About: []string{string(c.About)}, Headline: fmt.Sprintf("clock: %s, %s", c.What, heed.Handle(c.About)), Text: heed.Handle(c.About) + ": " + words,
		Log: &heed.Log{Act: "clock-" + c.What, Words: words, At: tx.Now()}})
	if errors.Is(err, store.ErrExists) {
		err = nil
	}
	return err
}

// owner names whose a clock is first, as the policy and the roster have it.
func (d *Desk) owner(tx *store.Tx, desk heed.PartyID, row heed.Clocks) string {
	for _, step := range append([]string{row.Owner}, row.Steps...) {
		if who := d.onDuty(tx, desk, step); who != "" {
			return who
		}
	}
	return row.Owner // nobody is on duty in any step: it rings for the role all the same
}

// Unowned is something open that no clock runs for: it should never be.
type Unowned struct {
	Desk  heed.PartyID
	What  string
	About heed.ID
}

// CheckClocks looks whether everything that is open has exactly one running clock, sets the
// one that is missing, and raises an alarm for each. A case that cannot be read keeps no
// other from its clock; it is the error. It says when it looked last, for who watches it.
func (d *Desk) CheckClocks(ctx context.Context) ([]Unowned, error) {
	var rows []store.CaseRow
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) { // it reads every open case: no writer waits for that
		rows, err = tx.OpenWithoutClock(clockDecide, 100)
		return err
	})
	var missing []Unowned
	var broken error
	if err == nil && len(rows) > 0 {
		err = d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
			missing, broken = nil, nil
			for _, row := range rows {
				set, err := d.setMissing(tx, row)
				switch {
				case errors.Is(err, errBroken):
					broken = errors.Join(broken, err)
				case err != nil:
					return err
				case set:
					missing = append(missing, Unowned{row.Desk, clockDecide, row.ID})
				}
			}
			return nil
		})
	}
	if err = errors.Join(err, broken); err == nil {
		d.checked.Store(&checked{d.lastCheck().times + 1, d.Store.Now()})
	}
	return missing, err
}

var errBroken = errors.New("it has no clock, and cannot be read")

// setMissing sets the clock of an open case that has none, due at once, and raises an alarm;
// false: it has one by now, or needs none.
func (d *Desk) setMissing(tx *store.Tx, row store.CaseRow) (bool, error) {
	row, err := tx.Case(row.Desk, row.ID)
	if err != nil {
		return false, err
	}
	if live, err := liveClock(tx, row.Desk, clockDecide, row.ID); err != nil || live != nil || row.State != heed.CaseOpen || row.Decided >= 0 {
		return false, err
	}
	policy, err := d.clockRow(tx, store.Clock{Desk: row.Desk, What: clockDecide, About: row.ID})
	if err != nil {
		return false, fmt.Errorf("the case %s: %w: %w", heed.Handle(row.ID), errBroken, err)
	}
	if err := tx.SetClock(store.Clock{Desk: row.Desk, What: clockDecide, About: row.ID, Owner: d.owner(tx, row.Desk, policy), Due: d.now(tx)}); err != nil {
		return false, err
	}
	words := fmt.Sprintf("the open case %s had no clock; it has one now, due at once", heed.Handle(row.ID))
	return true, tx.RaiseAlarm(store.Evidence{Desk: row.Desk, Code: "no-clock", Words: words, First: row.Assessed, From: "checker"})
}

// checked counts the checks that came to their end.
type checked struct {
	times int64
	last  time.Time
}

func (d *Desk) lastCheck() checked {
	if c := d.checked.Load(); c != nil {
		return *c
	}
	return checked{}
}

// Checked says how often [Desk.CheckClocks] came to its end in this run, and when last; zero:
// never.
func (d *Desk) Checked() (times int64, last time.Time) {
	c := d.lastCheck()
	return c.times, c.last
}

// Handover lists what one person leaves to the next.
type Handover struct {
	From   string        `json:"from"`
	To     string        `json:"to"`
	Clocks []store.Clock `json:"clocks"`
}

// HandOver gives every running clock of a desk that is the actor's, or its role's, to
// another person by name, and records the list.
func (d *Desk) HandOver(ctx context.Context, by people.Actor, to, words string) (Handover, error) {
	out := Handover{From: by.Person, To: to, Clocks: []store.Clock{}}
	if err := people.Check(by, people.ActContacts, heed.Ref{}, people.Object{}, heed.Handling{}); err != nil {
		return out, err
	}
	acts := false
	if err := d.Store.View(ctx, func(tx *store.Tx) (err error) { acts, err = people.ActsFor(tx, to, by.Desk); return err }); err != nil {
		return out, err
	}
	if !acts {
		return out, fmt.Errorf("%w: nobody called %s acts for this desk", ErrNot, to)
	}
	if err := d.ready(nil); err != nil {
		return out, err
	}
	id := d.Pen.NewID(heed.KindLog)
	err := d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		list, err := tx.LiveClocks(by.Desk, 10000)
		if err != nil {
			return err
		}
		out.Clocks = out.Clocks[:0]
		var lines []string
		for _, c := range list {
			name, personal := strings.CutPrefix(c.Owner, "person:")
			if personal && name != by.Person {
				continue
			}
			c.Owner = "person:" + to
			if err := tx.SetClock(c); err != nil {
				return err
			}
			out.Clocks = append(out.Clocks, c)
			lines = append(lines, fmt.Sprintf("%s %s by %s", c.What, heed.Handle(c.About), c.Due.Format("2006-01-02 15:04Z")))
		}
		text := fmt.Sprintf("%s hands the desk to %s, with %s: %s. %s", by.Person, to, count(len(lines), "open clock"), strings.Join(lines, "; "), words)
		_, err = d.say(tx, by, heed.Statement{ID: id, Author: by.Desk, Version: 1, Kind: heed.KindLog, Created: tx.Now(), Modified: tx.Now(),
			Headline: "hand-over to " + to, Text: text, Log: &heed.Log{Act: "hand-over", Words: text, Person: by.Person, At: tx.Now()}})
		return err
	})
	d.done(err)
	return out, err
}

// Clocks lists at most n running clocks of a desk, the next due first. What the actor may
// not know of is left out.
func (d *Desk) Clocks(ctx context.Context, by people.Actor, n int) ([]ClockLine, error) {
	list := []ClockLine{}
	if err := people.Check(by, people.ActList, heed.Ref{}, people.Object{}, heed.Handling{}); err != nil {
		return nil, err
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		clocks, err := tx.LiveClocks(by.Desk, n)
		if err != nil {
			return err
		}
		for _, c := range clocks {
			recs, err := tx.FindAll(by.Desk, c.About)
			if err != nil || len(recs) == 0 {
				return err
			}
			l, err := people.LoadRecord(tx, recs[len(recs)-1])
			if err != nil {
				return err
			}
			if l.Check(by, people.ActList) != nil {
				continue
			}
			list = append(list, ClockLine{Clock: c, Handle: heed.Handle(c.About), Headline: l.Headline})
		}
		return nil
	})
	return list, err
}

// ClockLine is a running clock with what it is about.
type ClockLine struct {
	store.Clock
	Handle   string `json:"handle"`
	Headline string `json:"headline"`
}
