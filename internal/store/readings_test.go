package store_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"

	"heed"
	"heed/internal/store"
)

// A text and its drafts are kept once, across a restart; a draft is decided once, corrections
// stand beside what was drafted, and another desk sees none of it.
func trayOnce(t *testing.T, e *engine) {
	db := e.open(t)
	drafts := []store.Reading{{Desk: house, Digest: "d1", Title: "article", Person: "ada", Kind: "account", Position: 0, Drafted: []byte(`{"a":1}`), Excerpt: "Norland"},
		{Desk: house, Digest: "d1", Title: "article", Person: "ada", Kind: "said", Position: 1, Drafted: []byte(`{"b":2}`), Excerpt: "Vale"}}
	for range 2 {
		if err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error { return tx.AddReadings(drafts) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = e.open(t)
	list := readings(t, db, house, "")
	if len(list) != 2 || list[1].Excerpt != "Vale" || string(list[0].Drafted) != `{"a":1}` || list[0].State != store.ReadingWaiting || list[0].Leaf != -1 {
		t.Fatalf("%+v", list)
	}
	one, two := list[0].ID, list[1].ID
	err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		return errors.Join(tx.CorrectReading(house, one, []byte(`{"a":3}`), "cy"), tx.CorrectReading(house, one, []byte(`{"a":2}`), "bo"), tx.DecideReading(house, one, store.ReadingAccepted, "bo", "report--1", 7),
			tx.DecideReading(house, two, store.ReadingDropped, "bo", "", -1), tx.AddReadings(drafts))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, again := range []func(*store.Tx) error{
		func(tx *store.Tx) error { return tx.DecideReading(house, one, store.ReadingDropped, "cy", "", -1) },
		func(tx *store.Tx) error { return tx.CorrectReading(house, one, []byte(`{}`), "cy") },
		func(tx *store.Tx) error {
			return tx.DecideReading("identity--other", two, store.ReadingAccepted, "cy", "report--2", 8)
		},
	} {
		if err := db.Update(t.Context(), store.Normal, again); !errors.Is(err, store.ErrConflict) {
			t.Errorf("decided twice: %v", err)
		}
	}
	list = readings(t, db, house, "")
	if len(list) != 2 || string(list[0].Corrected) != `{"a":2}` || string(list[0].Drafted) != `{"a":1}` || list[0].Corrector != "bo" || list[0].Corrections != 2 || list[0].Leaf != 7 || list[0].Statement != "report--1" {
		t.Errorf("%+v", list)
	}
	if w := readings(t, db, house, store.ReadingWaiting); len(w) != 0 {
		t.Errorf("still waiting: %+v", w)
	}
	if o := readings(t, db, "identity--other", ""); len(o) != 0 {
		t.Errorf("another desk sees %+v", o)
	}
	err = db.View(t.Context(), func(tx *store.Tx) error {
		for _, ask := range []struct {
			ask  store.ReadingsAsked
			want int
		}{{store.ReadingsAsked{Kind: "said", Limit: 9}, 1}, {store.ReadingsAsked{Digest: "d1", Limit: 9}, 2}, {store.ReadingsAsked{Digest: "d2", Limit: 9}, 0},
			{store.ReadingsAsked{After: one, Limit: 9}, 1}, {store.ReadingsAsked{Limit: 1}, 1}, {store.ReadingsAsked{State: store.ReadingDropped, Kind: "account", Limit: 9}, 0}} {
			if got, err := tx.Readings(house, ask.ask); err != nil || len(got) != ask.want {
				t.Errorf("%+v: %d, %v", ask.ask, len(got), err)
			}
		}
		history, err := tx.Corrections(house, one)
		if err != nil || len(history) != 2 || history[0].Person != "cy" || history[1].N != 2 || string(history[1].Body) != `{"a":2}` || history[0].At.IsZero() {
			t.Errorf("%+v, %v", history, err)
		}
		if r, err := tx.ReadingSaid(house, "report--1"); err != nil || r.ID != one {
			t.Errorf("%+v, %v", r, err)
		}
		if all, waiting, err := tx.CountReadings(house, "d1"); err != nil || all != 2 || waiting != 0 {
			t.Errorf("%d of which %d wait, %v", all, waiting, err)
		}
		if _, err := tx.Reading("identity--other", one); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another desk: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A file is kept once, whatever is in it, in parts that come back as they were; words that are
// found later are added, and never taken away, and
// another desk has none of it.
func filesKept(t *testing.T, e *engine) {
	db := e.open(t)
	big := bytes.Repeat([]byte{0, 1, 2, 255}, store.FilePart/4)
	for name, raw := range map[string][]byte{"empty": {}, "zeros": {0, 0, 0}, "big": append(big, big[:7]...)} {
		sum := sha256.Sum256(raw)
		f := store.File{Desk: house, Digest: heed.Digest(hex.EncodeToString(sum[:])), Name: name, Kind: "other", Size: int64(len(raw)), Person: "ada", Unread: "not yet"}
		for range 2 {
			rest := raw
			for part := 0; ; part++ {
				n := min(len(rest), store.FilePart)
				if err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
					return errors.Join(tx.PutBytes(house, f.Digest, part, rest[:n]), tx.PutFile(f))
				}); err != nil {
					t.Fatal(err)
				}
				if rest = rest[n:]; len(rest) == 0 {
					break
				}
			}
		}
		words := f
		words.Words, words.Unread = f.Digest, ""
		later := f
		later.Words = ""
		if err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error { return errors.Join(tx.PutFile(words), tx.PutFile(later)) }); err != nil {
			t.Fatal(err)
		}
		err := db.View(t.Context(), func(tx *store.Tx) error {
			got, err := tx.Bytes(house, f.Digest)
			if err != nil || !bytes.Equal(got, raw) {
				t.Errorf("%s: %d bytes come back, %d went in, %v", name, len(got), len(raw), err)
			}
			if kept, err := tx.File(house, f.Digest); err != nil || kept.Words != f.Digest || kept.Unread != "" || kept.Name != name {
				t.Errorf("%+v, %v", kept, err)
			}
			if like, err := tx.FilesLike(house, string(f.Digest[:8]), 2); err != nil || len(like) != 1 {
				t.Errorf("%+v, %v", like, err)
			}
			if _, err := tx.Bytes("identity--other", f.Digest); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("another desk: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func readings(t *testing.T, db *store.DB, desk heed.PartyID, state string) (list []store.Reading) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		list, err = tx.Readings(desk, store.ReadingsAsked{State: state, Limit: 100})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return list
}
