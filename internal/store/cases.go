package store

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"heed"
)

// caseTables are the desk's picture of its cases: what a list and a search for candidates
// need. All of it follows from link, case, assessment, decision and outcome statements;
// the ledger is the truth.
const caseTables = `
CREATE TABLE house_positions (name TEXT PRIMARY KEY, idx BIGINT NOT NULL);
CREATE TABLE house_cases (
	opened {leaf} PRIMARY KEY,        -- leaf of its first statement
	desk TEXT NOT NULL,
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	class TEXT NOT NULL,
	state TEXT NOT NULL,
	exercise TEXT NOT NULL,
	version BIGINT NOT NULL,          -- of the case statement
	assessed_version BIGINT NOT NULL, -- of its assessment; 0: none yet
	assessed BIGINT NOT NULL,         -- leaf of its newest assessment; -1: none
	decided BIGINT NOT NULL,          -- leaf of the decision that stands; -1: none
	reopened TEXT NOT NULL,           -- why the one before no longer does
	facts {blob} NOT NULL,            -- what its members say, together
	members BIGINT NOT NULL,
	opened_at BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	UNIQUE (desk, id)
);
CREATE INDEX house_cases_state ON house_cases (desk, state, changed_at);
CREATE TABLE house_case_keys (
	opened BIGINT NOT NULL,           -- of the case
	word BIGINT NOT NULL,             -- hash of the desk and a word
	at BIGINT NOT NULL,
	PRIMARY KEY (opened, word)
) {keyed};
CREATE INDEX house_case_keys_word ON house_case_keys (word, at, opened);
CREATE TABLE house_members (
	desk TEXT NOT NULL,
	statement TEXT NOT NULL,
	case_id TEXT NOT NULL,
	version BIGINT NOT NULL,
	idx BIGINT NOT NULL,              -- leaf of the newest version
	author TEXT NOT NULL,
	facts {blob} NOT NULL,
	report {blob} NOT NULL,           -- what weighing reads of it; empty: it bears no weight
	repeats BIGINT NOT NULL,          -- further ones that said the same and are only counted
	PRIMARY KEY (desk, statement)
);
CREATE INDEX house_members_case ON house_members (desk, case_id, idx);
CREATE INDEX house_members_author ON house_members (desk, author, case_id, idx);
CREATE TABLE house_history (desk TEXT PRIMARY KEY, idx BIGINT NOT NULL, body {blob} NOT NULL);
CREATE TABLE house_names (
	desk TEXT NOT NULL,
	name TEXT NOT NULL,
	type TEXT NOT NULL,               -- alias, part-of
	of TEXT NOT NULL,
	teller TEXT NOT NULL,
	idx BIGINT NOT NULL,              -- leaf of the claim
	PRIMARY KEY (desk, idx)
);
CREATE INDEX house_names_name ON house_names (desk, name, idx);
CREATE INDEX house_names_of ON house_names (desk, of, idx);
`

// CaseRow is a case as a desk's list shows it.
type CaseRow struct {
	Desk                     heed.PartyID
	ID                       heed.ID
	Name, Class              string
	State                    heed.CaseState
	Exercise                 string
	Version, AssessedVersion heed.Version
	Opened                   int64 // leaf of its first statement
	Assessed, Decided        int64 // leaves; -1: none
	Reopened                 string
	Facts                    []byte
	Members                  int
	OpenedAt, ChangedAt      time.Time
}

const caseColumns = `opened, desk, id, name, class, state, exercise, version, assessed_version, assessed, decided, reopened, facts, members, opened_at, changed_at`

// PutCase writes a case's row; ChangedAt becomes the transaction's time.
func (tx *Tx) PutCase(c CaseRow) error {
	n, err := tx.q.exec(tx.ctx, `UPDATE house_cases SET name = ?, class = ?, state = ?, version = ?, assessed_version = ?, assessed = ?, decided = ?,
		reopened = ?, facts = ?, members = ?, changed_at = ? WHERE opened = ?`,
		c.Name, c.Class, string(c.State), int64(c.Version), int64(c.AssessedVersion), c.Assessed, c.Decided,
		c.Reopened, notNull(c.Facts), c.Members, tx.now.UnixMicro(), c.Opened)
	if err != nil || n > 0 {
		return err
	}
	return tx.exec(`INSERT INTO house_cases (`+caseColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.Opened, string(c.Desk), string(c.ID), c.Name, c.Class, string(c.State), c.Exercise, int64(c.Version), int64(c.AssessedVersion), c.Assessed, c.Decided,
		c.Reopened, notNull(c.Facts), c.Members, c.OpenedAt.UnixMicro(), tx.now.UnixMicro())
}

// Case gives a case's row.
func (tx *Tx) Case(desk heed.PartyID, id heed.ID) (CaseRow, error) {
	list, err := tx.cases(`WHERE desk = ? AND id = ?`, string(desk), string(id))
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return CaseRow{}, err
	}
	return list[0], nil
}

// Cases lists at most n cases of a desk in a state, the last changed first.
func (tx *Tx) Cases(desk heed.PartyID, state heed.CaseState, n int) ([]CaseRow, error) {
	return tx.cases(`WHERE desk = ? AND state = ? ORDER BY changed_at DESC, id LIMIT ?`, string(desk), string(state), n)
}

func (tx *Tx) cases(where string, args ...any) ([]CaseRow, error) {
	var (
		list            []CaseRow
		c               CaseRow
		opened, changed int64
	)
	err := tx.each([]any{&c.Opened, &c.Desk, &c.ID, &c.Name, &c.Class, &c.State, &c.Exercise, &c.Version, &c.AssessedVersion, &c.Assessed, &c.Decided, &c.Reopened,
		&c.Facts, &c.Members, &opened, &changed}, func() error {
		c.OpenedAt, c.ChangedAt = time.UnixMicro(opened).UTC(), time.UnixMicro(changed).UTC()
		c.Facts = bytes.Clone(c.Facts)
		list = append(list, c)
		return nil
	}, `SELECT `+caseColumns+` FROM house_cases `+where, args...)
	return list, err
}

// keyOf is what stands for a word of a desk. Should two words share one, a case that does
// not fit is looked at closely and left.
func keyOf(desk heed.PartyID, word string) int64 {
	sum := sha256.Sum256([]byte(string(desk) + " " + word))
	return int64(binary.BigEndian.Uint64(sum[:]))
}

// PutCaseKeys makes an open case findable under words, as the newest of each. Its row is there.
func (tx *Tx) PutCaseKeys(c CaseRow, words []string) error {
	for _, w := range words {
		if err := tx.exec(`INSERT INTO house_case_keys (opened, word, at) VALUES (?, ?, ?) ON CONFLICT (opened, word) DO UPDATE SET at = excluded.at`,
			c.Opened, keyOf(c.Desk, w), tx.now.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

// DropCaseKeys makes a case no candidate any more.
func (tx *Tx) DropCaseKeys(c CaseRow) error {
	return tx.exec(`DELETE FROM house_case_keys WHERE opened = ?`, c.Opened)
}

// Key is a word under which candidates are looked for, and how much it says.
type Key struct {
	Word   string
	Weight int
}

// keyDepth bounds how many cases one word brings: the newest. It keeps the search flat.
const keyDepth = 12

// keysAtOnce is how many words one statement asks for. A last statement that is not full asks
// for its first word again, without weight: so there is one statement to prepare.
const keysAtOnce = 8

// candidatesOf asks for the newest cases of some words.
var candidatesOf = func() string {
	var parts []string
	for i := range keysAtOnce {
		parts = append(parts, fmt.Sprintf(`SELECT CAST(? AS BIGINT) AS w, opened, at FROM (SELECT opened, at FROM house_case_keys WHERE word = ? ORDER BY at DESC, opened DESC LIMIT %d) k%d`, keyDepth, i))
	}
	return strings.Join(parts, ` UNION ALL `)
}()

// Candidates lists at most n open cases that share words, those that share most first; of
// equal ones the newest.
func (tx *Tx) Candidates(desk heed.PartyID, keys []Key, n int) ([]CaseRow, error) {
	type hit struct{ opened, weight, at int64 }
	hits := map[int64]*hit{}
	for some := range slices.Chunk(keys, keysAtOnce) {
		var args []any
		for _, k := range some {
			args = append(args, k.Weight, keyOf(desk, k.Word))
		}
		for len(args) < 2*keysAtOnce {
			args = append(args, 0, args[1])
		}
		var one hit
		err := tx.each([]any{&one.weight, &one.opened, &one.at}, func() error {
			h := hits[one.opened]
			if h == nil {
				h = &hit{opened: one.opened}
				hits[one.opened] = h
			}
			h.weight, h.at = h.weight+one.weight, max(h.at, one.at)
			return nil
		}, candidatesOf, args...)
		if err != nil {
			return nil, err
		}
	}
	list := slices.SortedFunc(maps.Values(hits), func(a, b *hit) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(b.at, a.at), cmp.Compare(b.opened, a.opened))
	})
	if list = list[:min(len(list), n)]; len(list) == 0 {
		return nil, nil
	}
	var args []any
	for i := range n { // as many as may be asked for: one statement to prepare
		args = append(args, list[min(i, len(list)-1)].opened)
	}
	rows, err := tx.cases(`WHERE opened IN (?`+strings.Repeat(`, ?`, n-1)+`)`, args...)
	rows = slices.DeleteFunc(rows, func(c CaseRow) bool { return c.Desk != desk })
	slices.SortFunc(rows, func(a, b CaseRow) int {
		place := func(c CaseRow) int { return slices.IndexFunc(list, func(h *hit) bool { return h.opened == c.Opened }) }
		return place(a) - place(b)
	})
	return rows, err
}

// wordsAtOnce is how many words [Tx.HaveCase] asks for in one statement.
const wordsAtOnce = 16

// HaveCase gives those of some words under which an open case stands.
func (tx *Tx) HaveCase(desk heed.PartyID, words []string) ([]string, error) {
	var have []string
	for some := range slices.Chunk(words, wordsAtOnce) {
		byKey, args := map[int64]string{}, []any{}
		for _, w := range some {
			k := keyOf(desk, w)
			byKey[k], args = w, append(args, k)
		}
		for len(args) < wordsAtOnce {
			args = append(args, args[0])
		}
		var k int64
		if err := tx.each([]any{&k}, func() error { have = append(have, byKey[k]); return nil },
			`SELECT DISTINCT word FROM house_case_keys WHERE word IN (?`+strings.Repeat(`, ?`, wordsAtOnce-1)+`)`, args...); err != nil {
			return nil, err
		}
	}
	return have, nil
}

// Member is a statement in a case.
type Member struct {
	Desk      heed.PartyID
	Statement heed.ID
	Case      heed.ID
	Version   heed.Version
	Index     int64
	Author    heed.PartyID
	Facts     []byte
	Report    []byte
	Repeats   int
}

const memberColumns = `desk, statement, case_id, version, idx, author, facts, report, repeats`

// PutMember puts a statement into a case, or moves it there: it is in one at a time.
func (tx *Tx) PutMember(m Member) error {
	return tx.exec(`INSERT INTO house_members (`+memberColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (desk, statement) DO UPDATE SET case_id = excluded.case_id, version = excluded.version, idx = excluded.idx, author = excluded.author,
		facts = excluded.facts, report = excluded.report, repeats = excluded.repeats`,
		string(m.Desk), string(m.Statement), string(m.Case), int64(m.Version), m.Index, string(m.Author), notNull(m.Facts), notNull(m.Report), m.Repeats)
}

// Membership gives a statement's place in a case.
func (tx *Tx) Membership(desk heed.PartyID, statement heed.ID) (Member, error) {
	list, err := tx.members(`WHERE desk = ? AND statement = ?`, string(desk), string(statement))
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Member{}, err
	}
	return list[0], nil
}

// Members lists at most n members of a case, as they came.
func (tx *Tx) Members(desk heed.PartyID, id heed.ID, n int) ([]Member, error) {
	return tx.members(`WHERE desk = ? AND case_id = ? ORDER BY idx LIMIT ?`, string(desk), string(id), n)
}

// Reporting lists at most n members of a case that bear weight, as they came.
func (tx *Tx) Reporting(desk heed.PartyID, id heed.ID, n int) ([]Member, error) {
	return tx.members(`WHERE desk = ? AND case_id = ? AND LENGTH(report) > 0 ORDER BY idx LIMIT ?`, string(desk), string(id), n)
}

// Voice lists at most n members of a case by one author that bear weight, as they came.
func (tx *Tx) Voice(desk heed.PartyID, id heed.ID, author heed.PartyID, n int) ([]Member, error) {
	return tx.members(`WHERE desk = ? AND case_id = ? AND author = ? AND LENGTH(report) > 0 ORDER BY idx LIMIT ?`, string(desk), string(id), string(author), n)
}

func (tx *Tx) members(where string, args ...any) ([]Member, error) {
	var (
		list []Member
		m    Member
	)
	err := tx.each([]any{&m.Desk, &m.Statement, &m.Case, &m.Version, &m.Index, &m.Author, &m.Facts, &m.Report, &m.Repeats}, func() error {
		m.Facts, m.Report = bytes.Clone(m.Facts), bytes.Clone(m.Report)
		list = append(list, m)
		return nil
	}, `SELECT `+memberColumns+` FROM house_members `+where, args...)
	return list, err
}

// Position gives how far a follower of the ledger has read; none: 0.
func (tx *Tx) Position(name string) (int64, error) {
	var pos int64
	err := tx.one([]any{&pos}, `SELECT idx FROM house_positions WHERE name = ?`, name)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return pos, err
}

// SetPosition moves it, in one commit with what was made of what was read.
func (tx *Tx) SetPosition(name string, pos int64) error {
	return tx.exec(`INSERT INTO house_positions (name, idx) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET idx = excluded.idx`, name, pos)
}

// LearnedHistory gives what was learned from outcomes by a desk, and the leaf of the last one; nil
// before the first.
func (tx *Tx) LearnedHistory(desk heed.PartyID) (idx int64, body []byte, err error) {
	err = tx.one([]any{&idx, &body}, `SELECT idx, body FROM house_history WHERE desk = ?`, string(desk))
	if errors.Is(err, ErrNotFound) {
		return -1, nil, nil
	}
	return idx, body, err
}

// PutHistory keeps it, with the leaf of the outcome that taught it last.
func (tx *Tx) PutHistory(desk heed.PartyID, idx int64, body []byte) error {
	return tx.exec(`INSERT INTO house_history (desk, idx, body) VALUES (?, ?, ?) ON CONFLICT (desk) DO UPDATE SET idx = excluded.idx, body = excluded.body`, string(desk), idx, body)
}

// NameClaim says that one name is another one's alias, or a part of it, as somebody told.
type NameClaim struct {
	Name, Type, Of, Teller string
	Index                  int64
}

// PutName makes a claim about names findable.
func (tx *Tx) PutName(desk heed.PartyID, n NameClaim) error {
	return tx.exec(`INSERT INTO house_names (desk, name, type, of, teller, idx) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (desk, idx) DO NOTHING`,
		string(desk), n.Name, n.Type, n.Of, n.Teller, n.Index)
}

// Names lists the claims in which a name stands, on either side, as recorded.
func (tx *Tx) Names(desk heed.PartyID, name string) ([]NameClaim, error) {
	var list []NameClaim
	var n NameClaim
	err := tx.each([]any{&n.Name, &n.Type, &n.Of, &n.Teller, &n.Index}, func() error {
		list = append(list, n)
		return nil
	}, `SELECT name, type, of, teller, idx FROM house_names WHERE desk = ? AND name = ? UNION ALL SELECT name, type, of, teller, idx FROM house_names WHERE desk = ? AND of = ? ORDER BY idx`,
		string(desk), name, string(desk), name)
	return list, err
}

// MembersBy counts the statements of an author that are in cases of a desk.
func (tx *Tx) MembersBy(desk, author heed.PartyID) (int, error) {
	var n int
	err := tx.one([]any{&n}, `SELECT COUNT(*) FROM house_members WHERE desk = ? AND author = ?`, string(desk), string(author))
	return n, err
}

// RecordsOf gives at most n records of some kinds from a leaf on, in order. It reads on from
// there: call it with the leaf that was reached before.
func (tx *Tx) RecordsOf(from int64, n int, kinds ...heed.Kind) ([]Record, error) {
	args := []any{logNumber, from}
	for _, k := range kinds {
		args = append(args, string(k))
	}
	return tx.records(`WHERE log = ? AND idx >= ? AND kind IN (?`+strings.Repeat(", ?", len(kinds)-1)+`) ORDER BY idx LIMIT ?`, append(args, n)...)
}

// NextOf finds the first record of some kinds from a leaf on. It reads on from there: call
// it with the leaf that was reached before.
func (tx *Tx) NextOf(from int64, kinds ...heed.Kind) (int64, bool, error) {
	args := []any{logNumber, from}
	for _, k := range kinds {
		args = append(args, string(k))
	}
	var idx int64
	err := tx.one([]any{&idx}, `SELECT idx FROM ledger_records WHERE log = ? AND idx >= ? AND kind IN (?`+strings.Repeat(", ?", len(kinds)-1)+`) ORDER BY idx LIMIT 1`, args...)
	if errors.Is(err, ErrNotFound) {
		return 0, false, nil
	}
	return idx, err == nil, err
}
