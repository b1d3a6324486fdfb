package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"heed"
	"heed/internal/envelope"
	"heed/internal/store"
)

func open(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: filepath.Join(t.TempDir(), "heed.db"), Create: true, Now: time.Now, Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestSmoke(t *testing.T) {
	db := open(t)
	n := store.New{Desk: "identity--1", ID: "report--1", Version: 1, Kind: heed.KindWarning, Door: "own", From: "person:x",
		Envelope: envelope.Envelope{Payload: []byte(`{}`)}, Carried: "own"}
	var rec store.Record
	err := db.Update(context.Background(), store.Normal, func(tx *store.Tx) (err error) { rec, err = tx.Append(n); return err })
	if err != nil || rec.Index != 0 {
		t.Fatal(rec, err)
	}
	err = db.Update(context.Background(), store.Normal, func(tx *store.Tx) (err error) { rec, err = tx.Append(n); return err })
	if !errors.Is(err, store.ErrExists) {
		t.Fatal(err)
	}
	if err := db.View(t.Context(), func(tx *store.Tx) error { return tx.Rehash(0, 1) }); err != nil {
		t.Fatal(err)
	}
}
