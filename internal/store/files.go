package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"heed"
)

// fileTables hold what was handed in to be read: the bytes as they came and the words that
// were found in them, each under its own digest.
const fileTables = `
CREATE TABLE house_bytes (
	desk TEXT NOT NULL,
	digest TEXT NOT NULL,            -- SHA-256 of all parts together
	part BIGINT NOT NULL,            -- from 0
	bytes {blob} NOT NULL,
	PRIMARY KEY (desk, digest, part)
);
CREATE TABLE house_files (
	id {id},
	desk TEXT NOT NULL,
	digest TEXT NOT NULL,            -- SHA-256 of the bytes as they came
	name TEXT NOT NULL,
	kind TEXT NOT NULL,              -- text, markdown, html, mail, pdf, other
	size BIGINT NOT NULL,
	person TEXT NOT NULL,            -- who handed it in
	at BIGINT NOT NULL,
	words TEXT NOT NULL,             -- SHA-256 of the words, in which spans count; empty: none
	unread TEXT NOT NULL,            -- why it, or a part of it, is not read
	unseen {blob} NOT NULL,          -- what its reader could not see, as JSON; empty: nothing
	UNIQUE (desk, digest)
);
CREATE INDEX house_files_words ON house_files (desk, words);
`

// FilePart is how much of a file one row holds, and one transaction writes: warnings do not
// wait for a large file.
const FilePart = 1 << 20

// File is a file as it was handed in, without its bytes.
type File struct {
	ID     int64
	Desk   heed.PartyID
	Digest heed.Digest // of its bytes
	Name   string
	Kind   string
	Size   int64
	Person string
	At     time.Time
	Words  heed.Digest // of the words found in it; empty: none
	Unread string
	Unseen []byte
}

// PutBytes keeps one part, counted from 0, of what has a digest; one that is there stays.
// The parts are at most [FilePart] long.
func (tx *Tx) PutBytes(desk heed.PartyID, digest heed.Digest, part int, b []byte) error {
	return tx.exec(`INSERT INTO house_bytes (desk, digest, part, bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, string(desk), string(digest), part, b)
}

// Bytes gives what has a digest, whole; none is [ErrNotFound]. What is no longer what came is
// an error.
func (tx *Tx) Bytes(desk heed.PartyID, digest heed.Digest) ([]byte, error) {
	var whole, part []byte
	n, next := int64(0), int64(0)
	if err := tx.each([]any{&n, &part}, func() error {
		if n != next {
			return fmt.Errorf("store: part %d of the file %s is missing", next, digest)
		}
		next++
		whole = append(whole, part...)
		return nil
	}, `SELECT part, bytes FROM house_bytes WHERE desk = ? AND digest = ? ORDER BY part`, string(desk), string(digest)); err != nil {
		return nil, err
	}
	if next == 0 {
		return nil, ErrNotFound
	}
	if sum := sha256.Sum256(whole); hex.EncodeToString(sum[:]) != string(digest) {
		return nil, fmt.Errorf("store: the file %s is no longer what came: its digest is another one", digest)
	}
	return whole, nil
}

// PutFile tells of a file whose bytes are kept. One that was told of stays as it is, but that
// words may be found in it later.
func (tx *Tx) PutFile(f File) error {
	if f.Unseen == nil {
		f.Unseen = []byte{}
	}
	return tx.exec(`INSERT INTO house_files (desk, digest, name, kind, size, person, at, words, unread, unseen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (desk, digest) DO UPDATE SET words = excluded.words, unread = excluded.unread, unseen = excluded.unseen, kind = excluded.kind WHERE house_files.words = ''`,
		string(f.Desk), string(f.Digest), f.Name, f.Kind, f.Size, f.Person, tx.now.UnixMicro(), string(f.Words), f.Unread, f.Unseen)
}

// File gives a file by its digest; none is [ErrNotFound].
func (tx *Tx) File(desk heed.PartyID, digest heed.Digest) (File, error) {
	return one(tx.files(`WHERE desk = ? AND digest = ?`, string(desk), string(digest)))
}

// FilesLike lists at most n files whose digest begins so.
func (tx *Tx) FilesLike(desk heed.PartyID, beginning string, n int) ([]File, error) {
	return tx.files(`WHERE desk = ? AND digest >= ? AND digest < ? ORDER BY digest LIMIT ?`, string(desk), beginning, beginning+"g", n) // after every hex digit
}

// FilesCalled lists at most n files of a name, the newest first.
func (tx *Tx) FilesCalled(desk heed.PartyID, name string, n int) ([]File, error) {
	return tx.files(`WHERE desk = ? AND name = ? ORDER BY id DESC LIMIT ?`, string(desk), name, n)
}

// FilesOf lists the files in which these words were found, the oldest first.
func (tx *Tx) FilesOf(desk heed.PartyID, words heed.Digest) ([]File, error) {
	return tx.files(`WHERE desk = ? AND words = ? ORDER BY id`, string(desk), string(words))
}

// Files lists at most n files of a desk after one, the oldest first.
func (tx *Tx) Files(desk heed.PartyID, after int64, n int) ([]File, error) {
	return tx.files(`WHERE desk = ? AND id > ? ORDER BY id LIMIT ?`, string(desk), after, n)
}

func (tx *Tx) files(where string, args ...any) ([]File, error) {
	var (
		list []File
		f    File
		at   int64
	)
	err := tx.each([]any{&f.ID, &f.Desk, &f.Digest, &f.Name, &f.Kind, &f.Size, &f.Person, &at, &f.Words, &f.Unread, &f.Unseen}, func() error {
		f.At, f.Unseen = time.UnixMicro(at).UTC(), bytes.Clone(f.Unseen)
		list = append(list, f)
		return nil
	}, `SELECT id, desk, digest, name, kind, size, person, at, words, unread, unseen FROM house_files `+where, args...)
	return list, err
}

// one gives the first of a list; an empty one is [ErrNotFound].
func one[T any](list []T, err error) (T, error) {
	var none T
	if err != nil {
		return none, err
	}
	if len(list) == 0 {
		return none, ErrNotFound
	}
	return list[0], nil
}

// files checks that every file, and every text that drafts count in, is what came.
func (c *checker) files(tx *Tx) error {
	sum, size, next := sha256.New(), int64(0), int64(0)
	var desk, digest, lastDesk, lastDigest string
	have := map[[2]string]int64{}
	done := func() {
		if lastDigest == "" {
			return
		}
		if hex.EncodeToString(sum.Sum(nil)) != lastDigest {
			c.wrong("house_bytes", lastDigest, "the bytes are no longer what came: their digest is another one")
		}
		have[[2]string{lastDesk, lastDigest}] = size
	}
	var part int64
	var b []byte
	if err := tx.each([]any{&desk, &digest, &part, &b}, func() error {
		if desk != lastDesk || digest != lastDigest {
			done()
			sum.Reset()
			size, next, lastDesk, lastDigest = 0, 0, desk, digest
		}
		if part != next {
			c.wrong("house_bytes", digest, "part %d is missing", next)
		}
		next = part + 1
		size += int64(len(b))
		sum.Write(b)
		return nil
	}, `SELECT desk, digest, part, bytes FROM house_bytes ORDER BY desk, digest, part`); err != nil {
		return err
	}
	done()
	list, err := tx.files(`ORDER BY id`)
	if err != nil {
		return err
	}
	for _, f := range list {
		switch n, ok := have[[2]string{string(f.Desk), string(f.Digest)}]; {
		case !ok:
			c.wrong("house_files", f.Digest, "its bytes are missing")
		case n != f.Size:
			c.wrong("house_files", f.Digest, "it says %d bytes; there are %d", f.Size, n)
		}
		if _, ok := have[[2]string{string(f.Desk), string(f.Words)}]; f.Words != "" && !ok {
			c.wrong("house_files", f.Digest, "the words that were found in it are missing")
		}
	}
	return tx.each([]any{&desk, &digest}, func() error {
		if _, ok := have[[2]string{desk, digest}]; !ok {
			c.wrong("house_readings", digest, "the text that its drafts count in is missing")
		}
		return nil
	}, `SELECT DISTINCT desk, digest FROM house_readings`)
}
