package store

import (
	"bytes"
	"time"

	"heed"
)

// readingTables hold the draft tray: what a reader drafted from a text, until a person accepts
// it or drops it.
const readingTables = fileTables + `
CREATE TABLE house_readings (
	id {id},
	desk TEXT NOT NULL,
	digest TEXT NOT NULL,            -- of the words that the spans count in
	position BIGINT NOT NULL,        -- among the drafts of the text, from 0
	title TEXT NOT NULL,
	person TEXT NOT NULL,            -- who handed the text in
	at BIGINT NOT NULL,
	kind TEXT NOT NULL,              -- what accepting records: a type of claim, or event
	drafted {blob} NOT NULL,         -- as the reader drafted it; never changed
	excerpt TEXT NOT NULL,
	corrected {blob} NOT NULL,       -- as a person corrected it last; empty: nobody did
	corrector TEXT NOT NULL,
	corrections BIGINT NOT NULL,     -- how often
	state TEXT NOT NULL,             -- waiting, accepted, dropped
	decider TEXT NOT NULL,
	decided BIGINT NOT NULL,         -- µs; 0: waiting
	statement TEXT NOT NULL,         -- id of what accepting recorded
	leaf BIGINT NOT NULL,            -- its leaf; -1: none
	UNIQUE (desk, digest, position)
);
CREATE INDEX house_readings_state ON house_readings (desk, state, id);
CREATE INDEX house_readings_statement ON house_readings (statement);
CREATE TABLE house_corrections (
	desk TEXT NOT NULL,
	reading BIGINT NOT NULL,
	n BIGINT NOT NULL,               -- from 1
	person TEXT NOT NULL,
	at BIGINT NOT NULL,
	body {blob} NOT NULL,
	PRIMARY KEY (desk, reading, n)
);
`

// States of a reading.
const (
	ReadingWaiting  = "waiting"
	ReadingAccepted = "accepted"
	ReadingDropped  = "dropped"
)

// Reading is one draft in the tray.
type Reading struct {
	ID        int64
	Desk      heed.PartyID
	Digest    heed.Digest
	Position  int
	Title     string
	Person    string
	At        time.Time
	Kind      string // what accepting records: a type of claim, or event
	Drafted   []byte // never changed
	Excerpt   string
	Corrected []byte // the last correction; empty: nobody corrected it
	Corrector string
	// Corrections is how often it was corrected.
	Corrections int
	State       string
	Decider     string
	Decided     time.Time // zero: waiting
	Statement   heed.ID   // what accepting recorded
	Leaf        int64     // its leaf; -1: none
}

// AddReadings keeps drafts of one text. What is there already stays as it is, decided or not:
// the same drafts again change nothing.
func (tx *Tx) AddReadings(list []Reading) error {
	for _, r := range list {
		if err := tx.exec(`INSERT INTO house_readings (desk, digest, position, title, person, at, kind, drafted, excerpt, corrected, corrector, corrections, state, decider, decided, statement, leaf)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?, '', 0, '', -1) ON CONFLICT DO NOTHING`,
			string(r.Desk), string(r.Digest), r.Position, r.Title, r.Person, tx.now.UnixMicro(), r.Kind, r.Drafted, r.Excerpt, []byte{}, ReadingWaiting); err != nil {
			return err
		}
	}
	return nil
}

// ReadingsAsked limits a list of drafts. What is left empty limits nothing.
type ReadingsAsked struct {
	After  int64 // only drafts with a larger number
	State  string
	Kind   string
	Digest heed.Digest // of their text
	Limit  int
}

// Readings lists drafts of a desk, the oldest first.
func (tx *Tx) Readings(desk heed.PartyID, ask ReadingsAsked) ([]Reading, error) {
	return tx.readings(`WHERE desk = ? AND id > ? AND (? = '' OR state = ?) AND (? = '' OR kind = ?) AND (? = '' OR digest = ?) ORDER BY id LIMIT ?`,
		string(desk), ask.After, ask.State, ask.State, ask.Kind, ask.Kind, string(ask.Digest), string(ask.Digest), ask.Limit)
}

// CountReadings counts the drafts of one text, and those of them that wait.
func (tx *Tx) CountReadings(desk heed.PartyID, digest heed.Digest) (all, waiting int, err error) {
	err = tx.one([]any{&all, &waiting}, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0) FROM house_readings WHERE desk = ? AND digest = ?`,
		string(desk), string(digest))
	return all, waiting, err
}

// ReadingsOf lists the drafts of one text, in its order.
func (tx *Tx) ReadingsOf(desk heed.PartyID, digest heed.Digest) ([]Reading, error) {
	return tx.readings(`WHERE desk = ? AND digest = ? ORDER BY position`, string(desk), string(digest))
}

// Reading gives one draft of a desk; none is [ErrNotFound].
func (tx *Tx) Reading(desk heed.PartyID, id int64) (Reading, error) {
	return one(tx.readings(`WHERE desk = ? AND id = ?`, string(desk), id))
}

// ReadingSaid gives the draft that was accepted as a statement; none is [ErrNotFound].
func (tx *Tx) ReadingSaid(desk heed.PartyID, statement heed.ID) (Reading, error) {
	return one(tx.readings(`WHERE desk = ? AND statement = ?`, string(desk), string(statement)))
}

func (tx *Tx) readings(where string, args ...any) ([]Reading, error) {
	var (
		list        []Reading
		r           Reading
		at, decided int64
	)
	err := tx.each([]any{&r.ID, &r.Desk, &r.Digest, &r.Position, &r.Title, &r.Person, &at, &r.Kind, &r.Drafted, &r.Excerpt, &r.Corrected, &r.Corrector,
		&r.Corrections, &r.State, &r.Decider, &decided, &r.Statement, &r.Leaf}, func() error {
		r.At, r.Decided = time.UnixMicro(at).UTC(), time.Time{}
		if decided > 0 {
			r.Decided = time.UnixMicro(decided).UTC()
		}
		r.Drafted, r.Corrected = bytes.Clone(r.Drafted), bytes.Clone(r.Corrected)
		list = append(list, r)
		return nil
	}, `SELECT id, desk, digest, position, title, person, at, kind, drafted, excerpt, corrected, corrector, corrections, state, decider, decided, statement, leaf FROM house_readings `+where, args...)
	return list, err
}

// CorrectReading keeps a correction beside what was drafted and the corrections before it. A
// draft that no longer waits is [ErrConflict].
func (tx *Tx) CorrectReading(desk heed.PartyID, id int64, corrected []byte, person string) error {
	if err := tx.waitingReading(`UPDATE house_readings SET corrected = ?, corrector = ?, corrections = corrections + 1 WHERE desk = ? AND id = ? AND state = 'waiting'`,
		corrected, person, string(desk), id); err != nil {
		return err
	}
	return tx.exec(`INSERT INTO house_corrections (desk, reading, n, person, at, body) SELECT desk, id, corrections, corrector, ?, corrected FROM house_readings WHERE desk = ? AND id = ?`,
		tx.now.UnixMicro(), string(desk), id)
}

// Correction is one correction of a draft.
type Correction struct {
	N      int // from 1
	Person string
	At     time.Time
	Body   []byte
}

// Corrections lists the corrections of a draft, the first one first.
func (tx *Tx) Corrections(desk heed.PartyID, id int64) ([]Correction, error) {
	var (
		list []Correction
		c    Correction
		at   int64
	)
	err := tx.each([]any{&c.N, &c.Person, &at, &c.Body}, func() error {
		c.At, c.Body = time.UnixMicro(at).UTC(), bytes.Clone(c.Body)
		list = append(list, c)
		return nil
	}, `SELECT n, person, at, body FROM house_corrections WHERE desk = ? AND reading = ? ORDER BY n`, string(desk), id)
	return list, err
}

// DecideReading accepts a draft, as the statement at a leaf, or drops it (leaf -1). One that
// no longer waits is [ErrConflict].
func (tx *Tx) DecideReading(desk heed.PartyID, id int64, state, person string, statement heed.ID, leaf int64) error {
	return tx.waitingReading(`UPDATE house_readings SET state = ?, decider = ?, decided = ?, statement = ?, leaf = ? WHERE desk = ? AND id = ? AND state = 'waiting'`,
		state, person, tx.now.UnixMicro(), string(statement), leaf, string(desk), id)
}

func (tx *Tx) waitingReading(query string, args ...any) error {
	n, err := tx.q.exec(tx.ctx, query, args...)
	if err == nil && n == 0 {
		return ErrConflict
	}
	return err
}
