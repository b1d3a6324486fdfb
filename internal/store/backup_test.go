package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"heed/internal/store"
)

// A backup is consistent while others write, and both engines restore what either wrote.
func backups(t *testing.T, e *engine) {
	db := e.open(t)
	fill(t, db)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := 1000; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := add(t, db, statement(i)); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	file := filepath.Join(t.TempDir(), "backup")
	err := db.Backup(t.Context(), file, false)
	close(stop)
	<-done
	if err != nil {
		t.Fatal(err)
	}
	if err := store.LooksLikeBackup(file); err != nil {
		t.Fatal(err)
	}
	first := restored(t, file)
	defer first.Close()
	want := dump(t, first)
	if n := size(t, first); n < 20 {
		t.Fatalf("%d records: the backup holds too little to say anything", n)
	}
	if postgres == nil {
		t.Skip("SKIPPED: restoring into PostgreSQL: no server")
	}
	url := postgres.Database(t)
	if _, err := store.RestorePostgres(t.Context(), url, file, time.Now(), nil); err != nil {
		t.Fatal(err)
	}
	again := &engine{url: url}
	second := again.open(t)
	if got := dump(t, second); got != want {
		t.Errorf("restored into PostgreSQL:\n%s\nwant\n%s", got, want)
	}
	if _, err := add(t, second, statement(5000)); err != nil {
		t.Fatal(err)
	}
	if err := second.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		return tx.AddWaiting(store.Waiting{Door: "t", Desk: "identity--d", Objects: [][]byte{[]byte("new")}})
	}); err != nil {
		t.Errorf("an id was drawn that is there already: %v", err)
	}
	if err := second.CatchUp(t.Context()); err == nil {
		t.Error("these payloads are no statements: a view was built of what?")
	}
	back := filepath.Join(t.TempDir(), "back")
	if err := second.Backup(t.Context(), back, false); err != nil {
		t.Fatal(err)
	}
	third := restored(t, back)
	defer third.Close()
	if got, want := dump(t, third), dump(t, second); got != want {
		t.Errorf("back again from PostgreSQL:\n%s\nwant\n%s", got, want)
	}
	stale(t, url, file, second)
}

// stale restores over a database that somebody still writes to: that one may append no more,
// and the tables that were there are kept.
func stale(t *testing.T, url, file string, old *store.DB) {
	t.Helper()
	kept, err := store.RestorePostgres(t.Context(), url, file, time.Now(), nil)
	if err != nil || !strings.HasPrefix(kept, "before_") {
		t.Fatalf("%q %v", kept, err)
	}
	if _, err := add(t, old, statement(6000)); err == nil {
		t.Error("whoever wrote before the restore could append after it")
	}
}

func fill(t *testing.T, db *store.DB) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if _, err := add(t, db, statement(i)); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	err := db.Update(context.Background(), store.Normal, func(tx *store.Tx) error {
		for i := range 3 {
			if err := tx.AddWaiting(store.Waiting{Door: "t", From: "x", Desk: "identity--d", Objects: [][]byte{{}, []byte(fmt.Sprint(i))}}); err != nil {
				return err
			}
		}
		if err := tx.PutParty(store.Party{ID: "identity--p", Name: "p", Card: []byte{}, TokenIn: nil}); err != nil {
			return err
		}
		return tx.AddSignedHead(store.SignedHead{Size: 20, Note: []byte("a note\n\n— x y\n")})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// restored opens a copy of a backup as a store.
func restored(t *testing.T, file string) *store.DB {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "heed.db")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	e := &engine{url: name}
	return e.open(t)
}

// dump writes down what the store gives back of everything that fill put in.
func dump(t *testing.T, db *store.DB) string {
	t.Helper()
	var b bytes.Buffer
	err := db.View(t.Context(), func(tx *store.Tx) error {
		recs, err := tx.Records(0, 1<<20)
		if err != nil {
			return err
		}
		for _, r := range recs {
			fmt.Fprintf(&b, "%d %s %d %q %x %x %q %v\n", r.Index, r.ID, r.RecordedAt.UnixMicro(), r.Entry, r.BodySalt, r.Digest, r.Envelope.Payload, r.Receipt == nil)
		}
		waiting, err := tx.Waiting(100)
		if err != nil {
			return err
		}
		head, _, err := tx.SignedHead()
		if err != nil {
			return err
		}
		parties, err := tx.Parties()
		fmt.Fprintf(&b, "%v %q %v\n", waiting, head.Note, parties)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
