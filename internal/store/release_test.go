package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"heed"
	"heed/internal/store"
)

const house = heed.PartyID("identity--00000000-0000-4000-8000-0000000000aa")

// A draft waits across a restart, is due when its time has come, and is taken away once.
func draftsOnce(t *testing.T, e *engine) {
	db := e.open(t)
	due := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	p := store.PendingDraft{ID: "report--1", Version: 1, Desk: house, Person: "ada", Due: due, Headline: "Surge", Urgent: true, Body: []byte("{}")}
	if err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error { return tx.AddDraft(p) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error { return tx.AddDraft(p) }); !errors.Is(err, store.ErrExists) {
		t.Errorf("twice: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = e.open(t)
	err := db.View(t.Context(), func(tx *store.Tx) error {
		early, err := tx.DraftsDue(due.Add(-time.Microsecond))
		if err != nil || len(early) != 0 {
			t.Errorf("before its time: %+v, %v", early, err)
		}
		list, err := tx.DraftsDue(due)
		if err != nil || len(list) != 1 || list[0].Person != "ada" || !list[0].Due.Equal(due) || !list[0].Urgent || list[0].Headline != "Surge" {
			t.Errorf("in its time: %+v, %v", list, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []error{nil, store.ErrNotFound} {
		if err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error { return tx.DropDraft(p.ID) }); !errors.Is(err, want) {
			t.Errorf("dropped %d times before: %v", i, err)
		}
	}
}

// An ordinary backup has neither rows nor bytes of sealed sources; the other class has both.
func sourcesApart(t *testing.T, e *engine) {
	db := e.open(t)
	sealed := []byte("sealed bytes of a source that no backup should have")
	err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		if err := tx.PutSourceKey(store.SourceKey{Desk: house, Public: []byte("p"), Wrapped: []byte("wrapped key of the source desk"), Person: "kim"}); err != nil {
			return err
		}
		return tx.AddSource(store.Source{ID: "source--1", Desk: house, Lookup: []byte("l"), Sealed: sealed, Person: "kim"})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		return tx.AddSource(store.Source{ID: "source--2", Desk: house, Lookup: []byte("l"), Sealed: sealed, Person: "kim"})
	})
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("one name twice: %v", err)
	}
	err = db.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		return tx.PutSourceKey(store.SourceKey{Desk: house, Public: []byte("q"), Wrapped: []byte("x")})
	})
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("a second key: %v", err)
	}
	for _, sources := range []bool{false, true} {
		file := filepath.Join(t.TempDir(), "backup")
		if err := db.Backup(t.Context(), file, sources); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range [][]byte{sealed, []byte("wrapped key of the source desk")} {
			if bytes.Contains(b, secret) != sources {
				t.Errorf("with sources %v, the backup holds %q: %v", sources, secret, !sources)
			}
		}
		if err := store.LooksLikeBackup(file); err != nil {
			t.Error(err)
		}
	}
	err = db.View(t.Context(), func(tx *store.Tx) error {
		list, err := tx.Sources(house)
		if err != nil || len(list) != 1 || !bytes.Equal(list[0].Sealed, sealed) {
			t.Errorf("%+v, %v", list, err)
		}
		key, err := tx.SourceKey(house)
		if err != nil || string(key.Public) != "p" {
			t.Errorf("%+v, %v", key, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
