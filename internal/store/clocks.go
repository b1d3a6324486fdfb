package store

import (
	"errors"
	"time"

	"heed"
)

// clockTables replace the place that the first migration left.
const clockTables = `
DROP TABLE house_clocks;
CREATE TABLE house_clocks (
	id {id},
	desk TEXT NOT NULL,
	what TEXT NOT NULL,
	about TEXT NOT NULL,
	owner TEXT NOT NULL,
	step BIGINT NOT NULL,
	set_at BIGINT NOT NULL,
	due BIGINT NOT NULL,
	state TEXT NOT NULL,
	ended_at BIGINT NOT NULL,
	lease_owner TEXT NOT NULL,
	lease_end BIGINT NOT NULL
);
CREATE UNIQUE INDEX house_clocks_live ON house_clocks (desk, what, about) WHERE state = 'live';
CREATE INDEX house_clocks_due ON house_clocks (due) WHERE state = 'live';
CREATE INDEX house_clocks_about ON house_clocks (desk, about);
`

// ClockState says whether a clock runs, and how it ended.
type ClockState string

// The states of a clock.
const (
	ClockLive  ClockState = "live"
	ClockFired ClockState = "fired"
	ClockDone  ClockState = "done" // what it waited for came in time
)

// Clock is a row with a due time: something must be done by then, by its owner. Of one sort
// there is at most one live clock for one thing.
type Clock struct {
	ID      int64        `json:"-"` // it would tell how many were set at other desks
	Desk    heed.PartyID `json:"desk"`
	What    string       `json:"what"`  // acknowledge, decide, escalate, expire, window
	About   heed.ID      `json:"about"` // a warning or a case
	Owner   string       `json:"owner"` // whose it is: person:NAME, or a role where nobody is on duty
	Step    int          `json:"step"`  // of the escalation: 0 is the first owner
	SetAt   time.Time    `json:"set_at"`
	Due     time.Time    `json:"due"`
	State   ClockState   `json:"state"`
	EndedAt time.Time    `json:"ended_at,omitzero"` // zero while it runs
}

// SetClock starts a clock, or moves the one that runs: what runs then has an id of its own,
// above all others, so that who follows them learns of it, and whoever was about to fire the
// old one fires nothing.
func (tx *Tx) SetClock(c Clock) error {
	set := func() (int64, error) {
		return tx.q.exec(tx.ctx, `INSERT INTO house_clocks (desk, what, about, owner, step, set_at, due, state, ended_at, lease_owner, lease_end)
			VALUES (?, ?, ?, ?, ?, ?, ?, 'live', 0, '', 0) ON CONFLICT (desk, what, about) WHERE state = 'live' DO NOTHING`,
			string(c.Desk), c.What, string(c.About), c.Owner, c.Step, tx.now.UnixMicro(), c.Due.UnixMicro())
	}
	if n, err := set(); err != nil || n == 1 {
		return err
	}
	const old = ` WHERE desk = ? AND what = ? AND about = ? AND state = `
	if err := tx.exec(`UPDATE house_clocks SET state = 'moved'`+old+`'live'`, string(c.Desk), c.What, string(c.About)); err != nil {
		return err
	}
	if _, err := set(); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM house_clocks`+old+`'moved'`, string(c.Desk), c.What, string(c.About)) // last: an id that was the newest is never given again
}

// StopClock ends the running clock of a sort: what it waited for has come. None running is
// no error.
func (tx *Tx) StopClock(desk heed.PartyID, what string, about heed.ID) error {
	return tx.exec(`UPDATE house_clocks SET state = 'done', ended_at = ? WHERE desk = ? AND what = ? AND about = ? AND state = 'live'`,
		tx.now.UnixMicro(), string(desk), what, string(about))
}

// StopClocksOf ends every running clock about a case and the statements in it.
func (tx *Tx) StopClocksOf(desk heed.PartyID, id heed.ID) error {
	return tx.exec(`UPDATE house_clocks SET state = 'done', ended_at = ? WHERE desk = ? AND state = 'live' AND (about = ? OR about IN
		(SELECT statement FROM house_members WHERE desk = ? AND case_id = ?))`, tx.now.UnixMicro(), string(desk), string(id), string(desk), string(id))
}

// DueClocks takes at most n running clocks that are due at a time, under a lease: until it
// ends nobody else gets them, after it anybody may.
func (tx *Tx) DueClocks(owner string, at time.Time, lease time.Duration, n int) ([]Clock, error) {
	now := at.UnixMicro()
	list, err := tx.clocks(`WHERE state = 'live' AND due <= ? AND lease_end <= ? ORDER BY due, id LIMIT ?`, now, now, n)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if err := tx.exec(`UPDATE house_clocks SET lease_owner = ?, lease_end = ? WHERE id = ?`, owner, at.Add(lease).UnixMicro(), c.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// FireClock ends a due clock as fired, in one commit with what follows from it. False: it
// was fired or stopped meanwhile, and nothing may follow.
func (tx *Tx) FireClock(id int64) (bool, error) {
	n, err := tx.q.exec(tx.ctx, `UPDATE house_clocks SET state = 'fired', ended_at = ? WHERE id = ? AND state = 'live'`, tx.now.UnixMicro(), id)
	return n == 1, err
}

// NextClock says when the next running clock is due; false: none runs.
func (tx *Tx) NextClock() (time.Time, bool, error) {
	var due int64
	err := tx.one([]any{&due}, `SELECT due FROM house_clocks WHERE state = 'live' ORDER BY due LIMIT 1`)
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, false, nil
	}
	return time.UnixMicro(due).UTC(), err == nil, err
}

// Clocks lists the clocks about a thing, running or ended, as they were set.
func (tx *Tx) Clocks(desk heed.PartyID, about heed.ID) ([]Clock, error) {
	return tx.clocks(`WHERE desk = ? AND about = ? ORDER BY id`, string(desk), string(about))
}

// LiveClocks lists the running clocks of a desk, the next due first.
func (tx *Tx) LiveClocks(desk heed.PartyID, n int) ([]Clock, error) {
	// Compared so that no index serves the desk: SQLite would sort all its running clocks, where
	// the index by due time gives the next ones.
	return tx.clocks(`WHERE (desk || '') = ? AND state = 'live' ORDER BY due, id LIMIT ?`, string(desk), n)
}

func (tx *Tx) clocks(where string, args ...any) ([]Clock, error) {
	var (
		list           []Clock
		c              Clock
		set, due, ends int64
	)
	err := tx.each([]any{&c.ID, &c.Desk, &c.What, &c.About, &c.Owner, &c.Step, &set, &due, &c.State, &ends}, func() error {
		c.SetAt, c.Due, c.EndedAt = time.UnixMicro(set).UTC(), time.UnixMicro(due).UTC(), time.Time{}
		if ends > 0 {
			c.EndedAt = time.UnixMicro(ends).UTC()
		}
		list = append(list, c)
		return nil
	}, `SELECT id, desk, what, about, owner, step, set_at, due, state, ended_at FROM house_clocks `+where, args...)
	return list, err
}

// OpenWithoutClock lists at most n open cases on which no decision stands and for which no
// clock of a sort runs, although somebody waits for the desk: another party said something
// in it, or a clock ran before. Nobody waits for an answer to what a desk said itself.
func (tx *Tx) OpenWithoutClock(what string, n int) ([]CaseRow, error) {
	const clock = `EXISTS (SELECT 1 FROM house_clocks c WHERE c.desk = house_cases.desk AND c.about = house_cases.id AND c.what = ?`
	return tx.cases(`WHERE state = 'open' AND decided < 0 AND NOT `+clock+` AND c.state = 'live')
		AND (`+clock+`) OR EXISTS (SELECT 1 FROM house_members m WHERE m.desk = house_cases.desk AND m.case_id = house_cases.id
		AND m.author <> m.desk AND LENGTH(m.report) > 0)) LIMIT ?`, what, what, n)
}
