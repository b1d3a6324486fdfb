package store

import (
	"bytes"
	"fmt"
	"time"

	"heed"
)

// releaseTables hold what waits to be released, and the sealed names of sources. The latter
// are left out of ordinary backups.
const releaseTables = `
CREATE TABLE house_drafts (
	id TEXT PRIMARY KEY,             -- that the statement will have
	version BIGINT NOT NULL,
	desk TEXT NOT NULL,
	person TEXT NOT NULL,            -- who drafted it
	at BIGINT NOT NULL,
	due BIGINT NOT NULL,             -- µs: then it goes by itself; 0: never
	headline TEXT NOT NULL,
	urgent BIGINT NOT NULL,
	body {blob} NOT NULL
);
CREATE TABLE house_source_keys (
	desk TEXT PRIMARY KEY,
	public {blob} NOT NULL,
	wrapped {blob} NOT NULL,
	at BIGINT NOT NULL,
	person TEXT NOT NULL
);
CREATE TABLE house_sources (
	id TEXT PRIMARY KEY,
	desk TEXT NOT NULL,
	lookup {blob} NOT NULL,          -- HMAC of the folded name under the origin key
	sealed {blob} NOT NULL,
	at BIGINT NOT NULL,
	person TEXT NOT NULL,
	UNIQUE (desk, lookup)
);
`

// apart names the tables that an ordinary backup does not hold.
var apart = []string{"house_source_keys", "house_sources"}

// PendingDraft is a statement that waits to be released.
type PendingDraft struct {
	ID       heed.ID
	Version  heed.Version
	Desk     heed.PartyID
	Person   string
	At       time.Time
	Due      time.Time // then it goes by itself; zero: never
	Headline string
	Urgent   bool
	Body     []byte
}

// AddDraft keeps a draft. One that waits already under this id is [ErrExists].
func (tx *Tx) AddDraft(p PendingDraft) error {
	due := int64(0)
	if !p.Due.IsZero() {
		due = p.Due.UnixMicro()
	}
	n, err := tx.q.exec(tx.ctx, `INSERT INTO house_drafts (id, version, desk, person, at, due, headline, urgent, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`,
		string(p.ID), int64(p.Version), string(p.Desk), p.Person, tx.now.UnixMicro(), due, p.Headline, number(p.Urgent), p.Body)
	if err == nil && n == 0 {
		return ErrExists
	}
	return err
}

// Drafts lists what waits at a desk, oldest first.
func (tx *Tx) Drafts(desk heed.PartyID) ([]PendingDraft, error) {
	return tx.drafts(`WHERE desk = ? ORDER BY at, id`, string(desk))
}

// DraftsDue lists the drafts of all desks that go by themselves by now.
func (tx *Tx) DraftsDue(now time.Time) ([]PendingDraft, error) {
	return tx.drafts(`WHERE due > 0 AND due <= ? ORDER BY due, id`, now.UnixMicro())
}

func (tx *Tx) drafts(where string, args ...any) ([]PendingDraft, error) {
	var (
		list            []PendingDraft
		p               PendingDraft
		at, due, urgent int64
	)
	err := tx.each([]any{&p.ID, &p.Version, &p.Desk, &p.Person, &at, &due, &p.Headline, &urgent, &p.Body}, func() error {
		p.At, p.Due, p.Urgent, p.Body = time.UnixMicro(at).UTC(), time.Time{}, urgent != 0, bytes.Clone(p.Body)
		if due > 0 {
			p.Due = time.UnixMicro(due).UTC()
		}
		list = append(list, p)
		return nil
	}, `SELECT id, version, desk, person, at, due, headline, urgent, body FROM house_drafts `+where, args...)
	return list, err
}

// DropDraft takes a draft away: it was released, or given up. One that is gone already is
// [ErrNotFound], so that of two who release it one does.
func (tx *Tx) DropDraft(id heed.ID) error {
	n, err := tx.q.exec(tx.ctx, `DELETE FROM house_drafts WHERE id = ?`, string(id))
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// SourceKey is the key that a desk's sources are sealed to: the public half, and the private
// one wrapped under a passphrase.
type SourceKey struct {
	Desk    heed.PartyID
	Public  []byte
	Wrapped []byte
	Person  string
}

// PutSourceKey keeps the first key of a desk; a second one is [ErrExists].
func (tx *Tx) PutSourceKey(k SourceKey) error {
	n, err := tx.q.exec(tx.ctx, `INSERT INTO house_source_keys (desk, public, wrapped, at, person) VALUES (?, ?, ?, ?, ?) ON CONFLICT (desk) DO NOTHING`,
		string(k.Desk), k.Public, k.Wrapped, tx.now.UnixMicro(), k.Person)
	if err == nil && n == 0 {
		return ErrExists
	}
	return err
}

// SourceKey gives the key of a desk.
func (tx *Tx) SourceKey(desk heed.PartyID) (SourceKey, error) {
	k := SourceKey{Desk: desk}
	err := tx.one([]any{&k.Public, &k.Wrapped, &k.Person}, `SELECT public, wrapped, person FROM house_source_keys WHERE desk = ?`, string(desk))
	return k, err
}

// Source is one sealed source. Neither row nor error holds its name in clear.
type Source struct {
	ID     string
	Desk   heed.PartyID
	Lookup []byte
	Sealed []byte
	At     time.Time
	Person string
}

// AddSource keeps a source. One with the same name at the desk is [ErrExists].
func (tx *Tx) AddSource(s Source) error {
	n, err := tx.q.exec(tx.ctx, `INSERT INTO house_sources (id, desk, lookup, sealed, at, person) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		s.ID, string(s.Desk), s.Lookup, s.Sealed, tx.now.UnixMicro(), s.Person)
	if err == nil && n == 0 {
		return ErrExists
	}
	return err
}

// Sources lists the sources of a desk, oldest first.
func (tx *Tx) Sources(desk heed.PartyID) ([]Source, error) {
	var (
		list []Source
		s    Source
		at   int64
	)
	err := tx.each([]any{&s.ID, &s.Desk, &s.Lookup, &s.Sealed, &at, &s.Person}, func() error {
		s.At, s.Lookup, s.Sealed = time.UnixMicro(at).UTC(), bytes.Clone(s.Lookup), bytes.Clone(s.Sealed)
		list = append(list, s)
		return nil
	}, `SELECT id, desk, lookup, sealed, at, person FROM house_sources WHERE desk = ? ORDER BY at, id`, string(desk))
	if err != nil {
		return nil, fmt.Errorf("store: the sources cannot be read: %w", err)
	}
	return list, nil
}
