package store_test

import (
	"testing"
	"time"

	"heed"
	"heed/internal/store"
)

// movedClock: a clock that is moved is told as set, once, and whoever held a lease on the one
// before fires nothing.
func movedClock(t *testing.T, e *engine) {
	db := e.open(t)
	const desk, about = heed.PartyID("identity--00000000-0000-4000-8000-00000000000a"), heed.ID("report--00000000-0000-4000-8000-000000000001")
	update := func(fn func(tx *store.Tx) error) {
		t.Helper()
		if err := db.Update(t.Context(), store.Normal, fn); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	set := func(due time.Time) {
		t.Helper()
		update(func(tx *store.Tx) error {
			return tx.SetClock(store.Clock{Desk: desk, What: "decide", About: about, Owner: "duty-officer", Due: due})
		})
	}
	seen := int64(0)
	news := func() (list []store.Clock) {
		t.Helper()
		update(func(tx *store.Tx) (err error) { list, err = tx.ClocksAfter(desk, seen, 10); return err })
		for _, c := range list {
			seen = c.ID
		}
		return list
	}
	set(now)
	if list := news(); len(list) != 1 {
		t.Fatalf("a clock was set: %+v", list)
	}
	var due []store.Clock
	update(func(tx *store.Tx) (err error) { due, err = tx.DueClocks("a", now, time.Minute, 10); return err })
	if len(due) != 1 {
		t.Fatalf("%+v is due", due)
	}
	set(now.Add(time.Hour))
	if list := news(); len(list) != 1 || list[0].Due.UnixMicro() != now.Add(time.Hour).UnixMicro() || list[0].State != store.ClockLive {
		t.Errorf("it was moved, and those who follow are told %+v", list)
	}
	update(func(tx *store.Tx) error {
		if mine, err := tx.FireClock(due[0].ID); err != nil || mine {
			t.Errorf("it was moved, and fired all the same: %v", err)
		}
		list, err := tx.Clocks(desk, about)
		if len(list) != 1 {
			t.Errorf("one clock is %d: %+v", len(list), list)
		}
		return err
	})
	if list := news(); list != nil {
		t.Errorf("told again: %+v", list)
	}
}
