package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"heed"
)

// accessTables hold the access log: who read what, of restricted text. Each desk has a chain
// of its own, so that none learns how much another reads.
const accessTables = `;
CREATE TABLE house_access (
	desk TEXT NOT NULL,
	n BIGINT NOT NULL,               -- from 1, without gaps
	at BIGINT NOT NULL,
	person TEXT NOT NULL,
	door TEXT NOT NULL,
	act TEXT NOT NULL,
	id TEXT NOT NULL,
	version BIGINT NOT NULL,
	hash {blob} NOT NULL,            -- over the row and the hash before
	PRIMARY KEY (desk, n)
);
`

// Access is one read of restricted text.
type Access struct {
	Desk    heed.PartyID
	N       int64 // from 1, without gaps
	At      time.Time
	Person  string
	Door    string // socket, net
	Act     string // show, statement, bundle …
	ID      heed.ID
	Version heed.Version
	Hash    [32]byte
}

// chain gives the hash of a row that follows one with the hash prev: SHA-256 over prev in hex
// and the fields, each on a line of its own. No field can hold a newline.
func (a Access) chain(prev [32]byte) [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "heed-access/1\n%s\n%s\n%d\n%d\n%s\n%s\n%s\n%s\n%d\n",
		hex.EncodeToString(prev[:]), a.Desk, a.N, a.At.UnixMicro(), quoted(a.Person), quoted(a.Door), quoted(a.Act), a.ID, a.Version))
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

// LogAccess adds a read to the desk's chain. Desk, person, door, act, id and version are the
// caller's; the rest is set here.
func (tx *Tx) LogAccess(a Access) error {
	head, err := tx.AccessHead(a.Desk)
	if err != nil {
		return err
	}
	a.N, a.At = head.N+1, tx.now
	a.Hash = a.chain(head.Hash)
	return tx.exec(`INSERT INTO house_access (desk, n, at, person, door, act, id, version, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(a.Desk), a.N, a.At.UnixMicro(), a.Person, a.Door, a.Act, string(a.ID), int64(a.Version), a.Hash[:])
}

// AccessHead gives the newest read of a desk's chain; the zero Access where there is none.
func (tx *Tx) AccessHead(desk heed.PartyID) (Access, error) {
	list, err := tx.accesses(`WHERE desk = ? ORDER BY n DESC LIMIT 1`, string(desk))
	if err != nil || len(list) == 0 {
		return Access{}, err
	}
	return list[0], nil
}

// Accesses gives at most n reads of a desk, newest first.
func (tx *Tx) Accesses(desk heed.PartyID, n int) ([]Access, error) {
	return tx.accesses(`WHERE desk = ? ORDER BY n DESC LIMIT ?`, string(desk), n)
}

func (tx *Tx) accesses(where string, args ...any) ([]Access, error) {
	var list []Access
	err := tx.eachAccess(func(a Access) error { list = append(list, a); return nil }, where, args...)
	return list, err
}

func (tx *Tx) eachAccess(fn func(Access) error, where string, args ...any) error {
	var (
		a    Access
		at   int64
		hash []byte
	)
	return tx.each([]any{&a.Desk, &a.N, &at, &a.Person, &a.Door, &a.Act, &a.ID, &a.Version, &hash}, func() error {
		if len(hash) != 32 {
			return fmt.Errorf("house_access %s %d: its hash has %d bytes", a.Desk, a.N, len(hash))
		}
		a.At, a.Hash = time.UnixMicro(at).UTC(), [32]byte(hash)
		return fn(a)
	}, `SELECT desk, n, at, person, door, act, id, version, hash FROM house_access `+where, args...)
}

// LastAccessHead gives the record of the desk's newest statement on its access log.
func (tx *Tx) LastAccessHead(desk heed.PartyID) (Record, error) {
	return tx.record(`WHERE desk = ? AND author = ? AND kind = 'log' AND door = ? ORDER BY idx DESC LIMIT 1`, string(desk), string(desk), AccessDoor)
}

// AccessHeads gives the records of all statements on access logs, of every desk.
func (tx *Tx) AccessHeads() ([]Record, error) {
	return tx.records(`WHERE kind = 'log' AND door = ? ORDER BY idx`, AccessDoor)
}

// AccessDoor is the door of records that give the head of an access log.
const AccessDoor = "access"

// CheckAccess holds every chain of reads to itself and to the heads that the ledger records.
// heads gives those of a desk, by count. What is read after the newest recorded head is held
// by the chain alone. It names each row that is changed, missing or too many.
func (tx *Tx) CheckAccess(heads map[heed.PartyID]map[int64]heed.Digest, wrong func(key, words string)) error {
	var last Access
	seen := map[heed.PartyID]int64{}
	err := tx.eachAccess(func(a Access) error {
		if a.Desk != last.Desk {
			last = Access{Desk: a.Desk}
		}
		key := fmt.Sprintf("%s %d", a.Desk, a.N)
		if a.N != last.N+1 {
			wrong(key, fmt.Sprintf("it follows number %d: reads in between are missing", last.N))
		} else if a.chain(last.Hash) != a.Hash {
			wrong(key, "its hash is not over this row and the one before")
		}
		if want, ok := heads[a.Desk][a.N]; ok && want != heed.Digest(hex.EncodeToString(a.Hash[:])) {
			wrong(key, "it is not what the ledger recorded of it")
		}
		last, seen[a.Desk] = a, a.N
		return nil
	}, `ORDER BY desk, n`)
	if err != nil {
		return err
	}
	for desk, counts := range heads {
		for n := range counts {
			if n > seen[desk] {
				wrong(fmt.Sprintf("%s %d", desk, n), fmt.Sprintf("the ledger recorded %d reads and %d are here: the end was cut off", n, seen[desk]))
			}
		}
	}
	return nil
}
