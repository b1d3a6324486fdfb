package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"heed"
	"heed/internal/store"
)

// A reader that gives up in the middle, or panics, leaves nothing open: whoever reads next
// sees what was committed since. More readers than there are connections take turns.
func readersTakeTurns(t *testing.T, e *engine) {
	db := e.open(t)
	size := func(ctx context.Context) (n int64, err error) {
		err = db.View(ctx, func(tx *store.Tx) (err error) { n, err = tx.Size(); return err })
		return n, err
	}
	var wait sync.WaitGroup
	for n := range 12 {
		if _, err := add(t, db, statement(n)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err := db.View(ctx, func(tx *store.Tx) error {
			if _, err := tx.Record(0); err != nil {
				return err
			}
			cancel()
			_, err := tx.Records(0, 100)
			return err
		})
		if err == nil {
			t.Fatal("a query ran although its caller had given up")
		}
		func() {
			defer func() { _ = recover() }()
			_ = db.View(t.Context(), func(tx *store.Tx) error { panic("at once") })
			t.Error("a panic was swallowed")
		}()
		for range 6 {
			wait.Go(func() {
				if got, err := size(t.Context()); err != nil || got < int64(n)+1 {
					t.Errorf("%d leaves are seen, %v; %d were committed", got, err, n+1)
				}
			})
		}
		wait.Wait()
	}
}

// More shapes of a question than a session keeps prepared.
func manyShapes(t *testing.T, e *engine) {
	db := e.open(t)
	if _, err := add(t, db, statement(0)); err != nil {
		t.Fatal(err)
	}
	for n := 1; n < 400; n++ {
		kinds := make([]heed.Kind, n)
		kinds[n-1] = heed.KindWarning
		look := func(tx *store.Tx) error {
			_, found, err := tx.NextOf(0, kinds...)
			if err == nil && !found {
				err = fmt.Errorf("not found among %d kinds", n)
			}
			return err
		}
		if err := db.View(t.Context(), look); err != nil {
			t.Fatal(err)
		}
		if err := db.Update(t.Context(), store.Normal, look); err != nil {
			t.Fatal(err)
		}
	}
}
