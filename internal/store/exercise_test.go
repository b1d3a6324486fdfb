package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"heed"
	"heed/internal/envelope"
	"heed/internal/heedtest"
	"heed/internal/ledger"
	"heed/internal/store"
)

var postgres *heedtest.Postgres

func TestMain(m *testing.M) {
	var err error
	if postgres, err = heedtest.StartPostgres(); err != nil {
		fmt.Fprintln(os.Stderr, "SKIPPED: the store exercise on PostgreSQL:", err)
	}
	code := m.Run()
	if postgres != nil {
		if err := postgres.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

// engine opens stores of one kind; url stays the same for reopening.
type engine struct{ url string }

// Every promise of the store, on both engines.
func TestExercise(t *testing.T) {
	promises := []struct {
		name string
		hold func(*testing.T, *engine)
	}{
		{"append gives indexes in order and finds repeats", repeats},
		{"a failed closure undoes only itself", failedClosure},
		{"a panic stays in its closure", panics},
		{"the ledger survives reopening", reopening},
		{"a second writer makes the first one stale", staleWriter},
		{"recorded_at never falls", neverFalls},
		{"a failed commit acknowledges nothing", failedCommit},
		{"concurrent writers share one order without gaps", concurrent},
		{"a lease has an owner and an end", leases},
		{"a clock that moves is another one", movedClock},
		{"dates of notices rise strictly", risingDates},
		{"waiting keeps an arrival once", waitingOnce},
		{"a draft is let out once", draftsOnce},
		{"a text and its drafts are kept once", trayOnce},
		{"a file is kept whole, whatever it is", filesKept},
		{"a backup leaves sealed sources out", sourcesApart},
		{"contacts, who was told, and shifts are kept and found", contacts},
		{"a view cannot write", viewOnly},
		{"a backup taken meanwhile restores on either engine", backups},
		{"a store that is not there is not begun", missing},
		{"words are found, newest first", findsWords},
		{"erased words are not found", erasedWords},
		{"a beginning of many words finds them all", manyBeginnings},
		{"whatever is sought together, all that has it is found", findsAll},
		{"candidates are the cases that share most words", candidatesByWords},
		{"readers take turns and leave nothing open", readersTakeTurns},
		{"more shapes of a question than are kept", manyShapes},
	}
	for _, e := range []string{"sqlite", "postgres"} {
		t.Run(e, func(t *testing.T) {
			if e == "postgres" && postgres == nil {
				t.Skip("SKIPPED: the store exercise on PostgreSQL: no server")
			}
			for _, p := range promises {
				t.Run(p.name, func(t *testing.T) {
					en := &engine{url: filepath.Join(t.TempDir(), "heed.db")}
					if e == "postgres" {
						en.url = postgres.Database(t)
					}
					p.hold(t, en)
				})
			}
		})
	}
}

func (e *engine) open(t *testing.T, change ...func(*store.Options)) *store.DB {
	t.Helper()
	opt := store.Options{URL: e.url, Create: true, Now: time.Now, Rand: rand.Reader}
	for _, c := range change {
		c(&opt)
	}
	db, err := store.Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func statement(n int) store.New {
	return store.New{Desk: "identity--d", Author: "identity--a", ID: heed.ID(fmt.Sprintf("report--%d", n)), Version: 1, Kind: heed.KindWarning,
		Door: "test", From: "person:t", Envelope: envelope.Envelope{Payload: fmt.Appendf(nil, `{"n":%d}`, n)}, Carried: "exact"}
}

func add(t *testing.T, db *store.DB, s store.New) (store.Record, error) {
	t.Helper()
	var rec store.Record
	err := db.Update(context.Background(), store.Normal, func(tx *store.Tx) (err error) { rec, err = tx.Append(s); return err })
	return rec, err
}

func size(t *testing.T, db *store.DB) (n int64) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		if n, err = tx.Size(); err != nil {
			return err
		}
		return tx.Rehash(0, n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func repeats(t *testing.T, e *engine) {
	db := e.open(t)
	for i := range 3 {
		if rec, err := add(t, db, statement(i)); err != nil || rec.Index != int64(i) {
			t.Fatalf("leaf %d, %v; want %d", rec.Index, err, i)
		}
	}
	if rec, err := add(t, db, statement(1)); !errors.Is(err, store.ErrExists) {
		t.Errorf("the same again: %v, leaf %d", err, rec.Index)
	}
	other := statement(1)
	other.Envelope.Payload = []byte(`{"n":"other"}`)
	if _, err := add(t, db, other); !errors.Is(err, store.ErrConflict) {
		t.Errorf("other bytes under one version: %v", err)
	}
	other.Desk = "identity--e"
	if rec, err := add(t, db, other); err != nil || rec.Index != 3 {
		t.Errorf("another desk: leaf %d, %v", rec.Index, err)
	}
	if n := size(t, db); n != 4 {
		t.Errorf("%d leaves, want 4", n)
	}
}

func failedClosure(t *testing.T, e *engine) {
	db := e.open(t)
	gone := errors.New("no")
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			err := db.Update(context.Background(), store.Normal, func(tx *store.Tx) error {
				if _, err := tx.Append(statement(i)); err != nil {
					return err
				}
				if i%2 == 1 {
					return gone
				}
				return nil
			})
			if (i%2 == 1) != errors.Is(err, gone) {
				t.Errorf("closure %d: %v", i, err)
			}
		}()
	}
	wg.Wait()
	if n := size(t, db); n != 20 {
		t.Errorf("%d leaves, want the 20 of the closures that did not fail", n)
	}
}

func panics(t *testing.T, e *engine) {
	db := e.open(t)
	err := db.Update(context.Background(), store.Normal, func(tx *store.Tx) error {
		if _, err := tx.Append(statement(0)); err != nil {
			return err
		}
		panic("bad closure")
	})
	if err == nil || !strings.Contains(err.Error(), "bad closure") {
		t.Errorf("a panic gave %v", err)
	}
	if _, err := add(t, db, statement(1)); err != nil {
		t.Error(err)
	}
	if n := size(t, db); n != 1 {
		t.Errorf("%d leaves, want 1", n)
	}
}

func reopening(t *testing.T, e *engine) {
	db := e.open(t)
	for i := range 600 { // more than two tiles
		if _, err := add(t, db, statement(i)); err != nil {
			t.Fatal(err)
		}
	}
	var before []byte
	root := func(db *store.DB) []byte {
		var h [32]byte
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			r, err := ledger.RootAt(600, tx.Tiles())
			h = r
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return h[:]
	}
	before = root(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(context.Background(), store.Normal, func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrStopped) {
		t.Errorf("a closed store takes writes: %v", err)
	}
	db = e.open(t)
	if string(root(db)) != string(before) {
		t.Error("the root changed over a reopening")
	}
	if rec, err := add(t, db, statement(600)); err != nil || rec.Index != 600 {
		t.Errorf("leaf %d, %v", rec.Index, err)
	}
	size(t, db)
}

func staleWriter(t *testing.T, e *engine) {
	first := e.open(t)
	if _, err := add(t, first, statement(0)); err != nil {
		t.Fatal(err)
	}
	second := e.open(t)
	if _, err := add(t, first, statement(1)); !errors.Is(err, store.ErrStaleWriter) {
		t.Errorf("the first writer went on: %v", err)
	}
	if rec, err := add(t, second, statement(2)); err != nil || rec.Index != 1 {
		t.Errorf("leaf %d, %v", rec.Index, err)
	}
	if _, err := add(t, first, statement(3)); !errors.Is(err, store.ErrStaleWriter) {
		t.Errorf("a stale writer came back: %v", err)
	}
	if n := size(t, second); n != 2 {
		t.Errorf("%d leaves, want 2", n)
	}
}

func neverFalls(t *testing.T, e *engine) {
	now := time.Date(2024, 3, 7, 8, 0, 0, 0, time.UTC)
	clock := func(o *store.Options) { o.Now = func() time.Time { return now } }
	db := e.open(t, clock)
	last := time.Time{}
	for i, step := range []time.Duration{0, time.Hour, -10 * time.Minute, -50 * 365 * 24 * time.Hour, time.Minute} {
		now = now.Add(step)
		rec, err := add(t, db, statement(i))
		if err != nil {
			t.Fatal(err)
		}
		if rec.RecordedAt.Before(last) {
			t.Errorf("recorded_at fell from %v to %v", last, rec.RecordedAt)
		}
		last = rec.RecordedAt
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = e.open(t, clock)
	if rec, err := add(t, db, statement(9)); err != nil || rec.RecordedAt.Before(last) {
		t.Errorf("after a restart: %v, %v, before %v", rec.RecordedAt, err, last)
	}
}

func failedCommit(t *testing.T, e *engine) {
	fail := false
	fatal := 0
	db := e.open(t, func(o *store.Options) {
		o.BeforeCommit = func() error {
			if fail {
				return errors.New("sync failed")
			}
			return nil
		}
		o.Fatal = func(error) { fatal++ }
	})
	if _, err := add(t, db, statement(0)); err != nil {
		t.Fatal(err)
	}
	fail = true
	if _, err := add(t, db, statement(1)); !errors.Is(err, store.ErrUnknownCommit) {
		t.Fatalf("a doubtful commit gave %v", err)
	}
	fail = false
	sqlite := !strings.HasPrefix(e.url, "postgres")
	_, err := add(t, db, statement(2))
	if sqlite && (fatal != 1 || !errors.Is(err, store.ErrUnknownCommit)) {
		t.Errorf("after a failed sync of the own disk the store went on: %v, fatal %d times", err, fatal)
	}
	if !sqlite && err != nil {
		t.Errorf("after a lost connection the store did not come back: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again := e.open(t)
	if _, err := add(t, again, statement(3)); err != nil {
		t.Error(err)
	}
	size(t, again)
}

func concurrent(t *testing.T, e *engine) {
	db := e.open(t)
	const writers, each = 16, 25
	seen := make([]bool, writers*each)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range writers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range each {
				rec, err := add(t, db, statement(w*each+i))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if seen[rec.Index] {
					t.Errorf("leaf %d was given twice", rec.Index)
				}
				seen[rec.Index] = true
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	if n := size(t, db); n != writers*each {
		t.Errorf("%d leaves, want %d", n, writers*each)
	}
}

func leases(t *testing.T, e *engine) {
	now := time.Date(2024, 3, 7, 8, 0, 0, 0, time.UTC)
	db := e.open(t, func(o *store.Options) { o.Now = func() time.Time { return now } })
	update := func(fn func(*store.Tx) error) {
		t.Helper()
		if err := db.Update(context.Background(), store.Normal, fn); err != nil {
			t.Fatal(err)
		}
	}
	claim := func(owner string) (list []store.Notice) {
		update(func(tx *store.Tx) (err error) { list, err = tx.Claim(owner, time.Minute, 10); return err })
		return list
	}
	update(func(tx *store.Tx) error {
		return errors.Join(tx.Due(store.Notice{Desk: "d", To: "a", Lane: store.Normal, Records: []int64{1}}),
			tx.Due(store.Notice{Desk: "d", To: "b", Lane: store.Urgent, Records: []int64{2, 3}}))
	})
	got := claim("one")
	if len(got) != 2 || got[0].To != "b" || len(got[0].Records) != 2 {
		t.Fatalf("claimed %+v; want both, the urgent one first", got)
	}
	if again := claim("two"); len(again) != 0 {
		t.Errorf("a second owner got %d under a live lease", len(again))
	}
	now = now.Add(61 * time.Second)
	if late := claim("two"); len(late) != 2 {
		t.Errorf("after the lease another owner got %d, want 2", len(late))
	}
	settle := func(owner string) (err error) {
		return db.Update(context.Background(), store.Normal, func(tx *store.Tx) error {
			return tx.Settle(got[0].ID, owner, store.NoticeDone, "", now)
		})
	}
	if err := settle("one"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an owner settled what another had taken over: %v", err)
	}
	if err := settle("two"); err != nil {
		t.Error(err)
	}
	now = now.Add(2 * time.Minute)
	if left := claim("three"); len(left) != 1 || left[0].To != "a" {
		t.Errorf("claimed %+v; want only what is not done", left)
	}
}

func risingDates(t *testing.T, e *engine) {
	now := time.Date(2024, 3, 7, 8, 0, 0, 0, time.UTC)
	clock := func(o *store.Options) { o.Now = func() time.Time { return now } }
	db := e.open(t, clock)
	put := func() {
		t.Helper()
		if err := db.Update(context.Background(), store.Normal, func(tx *store.Tx) error {
			return tx.Due(store.Notice{Desk: "d", To: "a", Records: []int64{1, 2}})
		}); err != nil {
			t.Fatal(err)
		}
	}
	put()
	put()
	now = now.Add(-time.Hour)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = e.open(t, clock)
	put()
	var list []store.Notice
	if err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		list, err = tx.Notices("d", "a", time.Time{}, 10)
		return err
	}); err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	for i := 1; i < len(list); i++ {
		if list[i].AddedAt.Sub(list[i-1].AddedAt) < 2*time.Microsecond {
			t.Errorf("notice %d is dated %v after %v: its two objects have no dates of their own", i, list[i].AddedAt, list[i-1].AddedAt)
		}
	}
}

func waitingOnce(t *testing.T, e *engine) {
	db := e.open(t)
	w := store.Waiting{Door: "taxii", From: "identity--a", Peer: "identity--a", Desk: "identity--d", Objects: [][]byte{[]byte(`{}`)}}
	for range 3 {
		if err := db.Update(context.Background(), store.Normal, func(tx *store.Tx) error { return tx.AddWaiting(w) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		list, err := tx.Waiting(10)
		if len(list) != 1 || string(list[0].Objects[0]) != `{}` {
			t.Errorf("waiting holds %+v", list)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func viewOnly(t *testing.T, e *engine) {
	db := e.open(t)
	err := db.View(t.Context(), func(tx *store.Tx) error { _, err := tx.Append(statement(0)); return err })
	if !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("a view appended: %v", err)
	}
}

func missing(t *testing.T, e *engine) {
	opt := store.Options{URL: e.url, Now: time.Now, Rand: rand.Reader}
	if _, err := store.Open(t.Context(), opt); !errors.Is(err, store.ErrMissing) {
		t.Errorf("a store was begun without being asked to: %v", err)
	}
}

func TestDiskFull(t *testing.T) {
	e := &engine{url: filepath.Join(t.TempDir(), "heed.db")}
	db := e.open(t)
	if _, err := add(t, db, statement(0)); err != nil {
		t.Fatal(err)
	}
	if err := db.LimitPages(t.Context(), 80); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 4096)
	var full error
	n := 1
	for ; full == nil && n < 1000; n++ {
		s := statement(n)
		s.Envelope.Payload = []byte(`"` + big + `"`)
		_, full = add(t, db, s)
	}
	if !errors.Is(full, store.ErrFull) {
		t.Fatalf("a full disk gave %v", full)
	}
	have := size(t, db)
	if have != int64(n-1) {
		t.Errorf("%d leaves, %d were acknowledged", have, n-1)
	}
	if err := db.LimitPages(t.Context(), 1<<20); err != nil {
		t.Fatal(err)
	}
	if rec, err := add(t, db, statement(2000)); err != nil || rec.Index != have {
		t.Errorf("with room again: leaf %d, %v", rec.Index, err)
	}
}
