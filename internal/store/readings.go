package store

import (
	"bytes"
	"errors"
	"time"

	"heed"
)

// readingTables hold the draft tray: what a reader drafted from a text, until a person accepts
// it or drops it. A text is kept once at a desk, as the bytes that its spans count in.
const readingTables = `
CREATE TABLE house_texts (
	desk TEXT NOT NULL,
	digest TEXT NOT NULL,            -- SHA-256 of raw
	title TEXT NOT NULL,
	person TEXT NOT NULL,
	at BIGINT NOT NULL,
	raw {blob} NOT NULL,
	PRIMARY KEY (desk, digest)
);
CREATE TABLE house_readings (
	id {id},
	desk TEXT NOT NULL,
	digest TEXT NOT NULL,
	position BIGINT NOT NULL,        -- among the drafts of the text, from 0
	title TEXT NOT NULL,
	person TEXT NOT NULL,            -- who handed the text in
	at BIGINT NOT NULL,
	drafted {blob} NOT NULL,         -- as the reader drafted it; never changed
	excerpt TEXT NOT NULL,
	corrected {blob} NOT NULL,       -- as a person corrected it; empty: nobody did
	corrector TEXT NOT NULL,
	state TEXT NOT NULL,             -- waiting, accepted, dropped
	decider TEXT NOT NULL,
	decided BIGINT NOT NULL,         -- µs; 0: waiting
	statement TEXT NOT NULL,         -- id of what accepting recorded
	leaf BIGINT NOT NULL,            -- its leaf; -1: none
	UNIQUE (desk, digest, position)
);
`

// States of a reading.
const (
	ReadingWaiting  = "waiting"
	ReadingAccepted = "accepted"
	ReadingDropped  = "dropped"
)

// ReadText is a text that drafts were read from.
type ReadText struct {
	Desk   heed.PartyID
	Digest heed.Digest // of Raw
	Title  string
	Person string
	At     time.Time
	Raw    []byte
}

// Reading is one draft in the tray.
type Reading struct {
	ID        int64
	Desk      heed.PartyID
	Digest    heed.Digest
	Position  int
	Title     string
	Person    string
	At        time.Time
	Drafted   []byte // never changed
	Excerpt   string
	Corrected []byte // empty: nobody corrected it
	Corrector string
	State     string
	Decider   string
	Decided   time.Time // zero: waiting
	Statement heed.ID   // what accepting recorded
	Leaf      int64     // its leaf; -1: none
}

// AddReadings keeps a text and its drafts. What is there already stays as it is, decided or
// not: the same text again changes nothing.
func (tx *Tx) AddReadings(t ReadText, list []Reading) error {
	if err := tx.exec(`INSERT INTO house_texts (desk, digest, title, person, at, raw) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		string(t.Desk), string(t.Digest), t.Title, t.Person, tx.now.UnixMicro(), t.Raw); err != nil {
		return err
	}
	for _, r := range list {
		if err := tx.exec(`INSERT INTO house_readings (desk, digest, position, title, person, at, drafted, excerpt, corrected, corrector, state, decider, decided, statement, leaf)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, '', 0, '', -1) ON CONFLICT DO NOTHING`,
			string(t.Desk), string(t.Digest), r.Position, t.Title, t.Person, tx.now.UnixMicro(), r.Drafted, r.Excerpt, []byte{}, ReadingWaiting); err != nil {
			return err
		}
	}
	return nil
}

// ReadText gives a text by its digest; none is [ErrNotFound].
func (tx *Tx) ReadText(desk heed.PartyID, digest heed.Digest) (ReadText, error) {
	t := ReadText{Desk: desk, Digest: digest}
	var at int64
	err := tx.one([]any{&t.Title, &t.Person, &at, &t.Raw}, `SELECT title, person, at, raw FROM house_texts WHERE desk = ? AND digest = ?`, string(desk), string(digest))
	t.At = time.UnixMicro(at).UTC()
	return t, err
}

// Readings lists at most n drafts of a desk in a state, the oldest first; an empty state means all.
func (tx *Tx) Readings(desk heed.PartyID, state string, n int) ([]Reading, error) {
	return tx.readings(`WHERE desk = ? AND (? = '' OR state = ?) ORDER BY id LIMIT ?`, string(desk), state, state, n)
}

// ReadingsOf lists the drafts of one text, in its order.
func (tx *Tx) ReadingsOf(desk heed.PartyID, digest heed.Digest) ([]Reading, error) {
	return tx.readings(`WHERE desk = ? AND digest = ? ORDER BY position`, string(desk), string(digest))
}

// Reading gives one draft of a desk; none is [ErrNotFound].
func (tx *Tx) Reading(desk heed.PartyID, id int64) (Reading, error) {
	list, err := tx.readings(`WHERE desk = ? AND id = ?`, string(desk), id)
	if err != nil || len(list) == 0 {
		return Reading{}, errors.Join(err, ErrNotFound)
	}
	return list[0], nil
}

func (tx *Tx) readings(where string, args ...any) ([]Reading, error) {
	var (
		list        []Reading
		r           Reading
		at, decided int64
	)
	err := tx.each([]any{&r.ID, &r.Desk, &r.Digest, &r.Position, &r.Title, &r.Person, &at, &r.Drafted, &r.Excerpt, &r.Corrected, &r.Corrector,
		&r.State, &r.Decider, &decided, &r.Statement, &r.Leaf}, func() error {
		r.At, r.Decided = time.UnixMicro(at).UTC(), time.Time{}
		if decided > 0 {
			r.Decided = time.UnixMicro(decided).UTC()
		}
		r.Drafted, r.Corrected = bytes.Clone(r.Drafted), bytes.Clone(r.Corrected)
		list = append(list, r)
		return nil
	}, `SELECT id, desk, digest, position, title, person, at, drafted, excerpt, corrected, corrector, state, decider, decided, statement, leaf FROM house_readings `+where, args...)
	return list, err
}

// CorrectReading keeps a correction beside what was drafted, in place of an earlier one. A
// draft that no longer waits is [ErrConflict].
func (tx *Tx) CorrectReading(desk heed.PartyID, id int64, corrected []byte, person string) error {
	return tx.waitingReading(`UPDATE house_readings SET corrected = ?, corrector = ? WHERE desk = ? AND id = ? AND state = 'waiting'`,
		corrected, person, string(desk), id)
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
