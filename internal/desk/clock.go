package desk

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"heed"
	"heed/internal/people"
	"heed/internal/store"
)

// The sorts of clocks.
const (
	clockAcknowledge = "acknowledge" // about a warning
	clockDecide      = "decide"      // about a case
	clockWindow      = "window"      // about a case: its window nears, and what was held or dismissed re-opens
	clockAnswer      = "answer"      // about a question: until it is answered
	clockExpire      = "expire"      // about a warning: its validity ends
)

// deadline says until when a case is to be decided, and why so soon: from the row of the
// policy, sooner when the window begins before, or when much is known.
func deadline(row heed.Clocks, f facts, now time.Time) (time.Time, string) {
	due, why := now.Add(time.Duration(row.Decide)), "by the policy"
	if f.specificity() >= 6 {
		due, why = now.Add(time.Duration(row.Decide)/2), "half the policy's time: it is specific"
	}
	if f.Window == nil || f.Window.From == nil {
		return due, why
	}
	if left := f.Window.From.Sub(now); left > 0 && now.Add(left/2).Before(due) {
		due, why = now.Add(max(left/2, time.Minute)), fmt.Sprintf("half of what is left: its window begins in %s", left.Round(time.Minute))
	}
	return due, why
}

// setClocks sets what a change of a case makes due: an answer to each warning that came, and a
// decision, if none stands.
func (d *Desk) setClocks(tx *store.Tx, policy heed.Policy, c *change) error {
	if len(c.received) == 0 || c.row.State == heed.CaseClosed {
		return nil // nobody waits for this desk
	}
	var f facts
	if err := json.Unmarshal(c.row.Facts, &f); err != nil {
		return err
	}
	var soonest store.Clock
	for _, got := range c.received {
		p, _ := policy.Capped(got.Author, got.Precedence)
		row := policy.Clock(p)
		owner := d.owner(tx, c.row.Desk, row)
		if err := d.setReceived(tx, c.row.Desk, got, row, owner); err != nil {
			return err
		}
		if due, _ := deadline(row, f, d.now(tx)); soonest.About == "" || due.Before(soonest.Due) {
			soonest = store.Clock{Desk: c.row.Desk, What: clockDecide, About: c.row.ID, Owner: owner, Due: due}
		}
	}
	if c.row.Decided >= 0 {
		return nil
	}
	if live, err := liveClock(tx, c.row.Desk, clockDecide, c.row.ID); err != nil || live != nil && !soonest.Due.Before(live.Due) {
		return err // more of the same never gives more time
	}
	return tx.SetClock(soonest)
}

// setReceived sets the clocks of one warning that came: until it is acknowledged, and until it
// is valid no more.
func (d *Desk) setReceived(tx *store.Tx, desk heed.PartyID, got *received, row heed.Clocks, owner string) error {
	if got.revoked {
		return nil
	}
	if !got.acknowledged {
		if err := tx.SetClock(store.Clock{Desk: desk, What: clockAcknowledge, About: got.ID, Owner: owner, Due: d.now(tx).Add(time.Duration(row.Acknowledge))}); err != nil {
			return err
		}
	}
	if got.ValidUntil == nil || !got.ValidUntil.After(d.now(tx)) {
		return nil
	}
	return tx.SetClock(store.Clock{Desk: desk, What: clockExpire, About: got.ID, Owner: owner, Due: *got.ValidUntil})
}

func liveClock(tx *store.Tx, desk heed.PartyID, what string, about heed.ID) (*store.Clock, error) {
	list, err := tx.Clocks(desk, about)
	for i, c := range list {
		if c.What == what && c.State == store.ClockLive {
			return &list[i], err
		}
	}
	return nil, err
}

// watchWindow sets the clock that re-opens what was held or dismissed when its window nears:
// when two thirds of the time to it have passed, and an hour before at the latest.
func (d *Desk) watchWindow(tx *store.Tx, row store.CaseRow) error {
	var f facts
	if err := json.Unmarshal(row.Facts, &f); err != nil {
		return err
	}
	if f.Window == nil || f.Window.From == nil || !f.Window.From.After(d.now(tx)) {
		return nil
	}
	left := f.Window.From.Sub(d.now(tx))
	due := d.now(tx).Add(left * 2 / 3)
	if hour := f.Window.From.Add(-time.Hour); hour.After(d.now(tx)) && hour.Before(due) {
		due = hour
	}
	policy, _, err := people.PolicyOf(tx, row.Desk)
	if err != nil {
		return err
	}
	return tx.SetClock(store.Clock{Desk: row.Desk, What: clockWindow, About: row.ID, Owner: d.owner(tx, row.Desk, policy.Clock("")), Due: due})
}
