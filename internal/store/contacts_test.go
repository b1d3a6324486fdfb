package store_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"heed/internal/store"
)

// contacts: one name is one contact of a desk; a failed import leaves none; shifts are found by the span they touch.
func contacts(t *testing.T, e *engine) {
	db := e.open(t)
	write := func(fn func(*store.Tx) error) error { return db.Update(context.Background(), store.Normal, fn) }
	c := store.Contact{Desk: "identity--d", Name: "St. Anna", Kind: "church", Place: "Colombo", Country: "LK", Located: true, Lat: 6.9344, Lon: -79.5, Duty: "sacristan",
		Languages: []string{"si", "en"}, Channels: []string{"phone:+94 11", "radio:VHF 16"}, Tested: time.UnixMicro(1700000000000000).UTC(), Reachable: "yes", Party: "identity--p", ChangedBy: "bo"}
	bare := store.Contact{Desk: "identity--d", Name: "Unknown hall", Reachable: "unknown", ChangedBy: "bo"}
	broken := errors.New("line 3")
	if err := write(func(tx *store.Tx) error {
		if err := tx.PutContact(c); err != nil {
			return err
		}
		return broken
	}); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	list := func() (list []store.Contact) {
		t.Helper()
		if err := db.View(t.Context(), func(tx *store.Tx) (err error) { list, err = tx.Contacts("identity--d"); return err }); err != nil {
			t.Fatal(err)
		}
		for i := range list {
			if list[i].ChangedAt.IsZero() {
				t.Error("no date of its change")
			}
			list[i].ChangedAt = time.Time{}
		}
		return list
	}
	if got := list(); len(got) != 0 {
		t.Fatalf("a failed import left %v", got)
	}
	other := c
	other.Desk = "identity--e"
	if err := write(func(tx *store.Tx) error {
		return errors.Join(tx.PutContact(c), tx.PutContact(bare), tx.PutContact(other), tx.PutContact(c),
			tx.PutTold(store.Told{Desk: c.Desk, Contact: c.Name, Statement: "report--1", Channel: "phone", Person: "bo"}),
			tx.PutTold(store.Told{Desk: c.Desk, Contact: c.Name, Statement: "report--1", Channel: "radio", Person: "ada"}))
	}); err != nil {
		t.Fatal(err)
	}
	if got := list(); len(got) != 2 {
		t.Errorf("came back as %+v", got)
	} else if got[0].Lat != c.Lat || !reflect.DeepEqual(got[0], c) || !got[0].Tested.Equal(c.Tested) || !got[1].Tested.IsZero() || got[1].Located {
		t.Errorf("came back as %+v", got)
	}
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		told, err := tx.ToldOf(c.Desk, "report--1", time.Time{})
		if len(told) != 1 || told[0].Channel != "phone" {
			t.Errorf("told: %+v", told)
		}
		since, err2 := tx.ToldOf(c.Desk, "", time.Now().Add(time.Hour))
		if len(since) != 0 {
			t.Errorf("told in time to come: %+v", since)
		}
		return errors.Join(err, err2)
	}); err != nil {
		t.Fatal(err)
	}
	if err := write(func(tx *store.Tx) error { return tx.DropContact(c.Desk, "nobody") }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("dropping nobody: %v", err)
	}
	shifts(t, db)
}

func shifts(t *testing.T, db *store.DB) {
	at := func(h int) time.Time { return time.Date(2024, 3, 7, h, 0, 0, 0, time.UTC) }
	a := store.Shift{ID: "note--1", Desk: "identity--d", Person: "bo", Role: "duty-officer", From: at(0), To: at(8)}
	b := store.Shift{ID: "note--2", Desk: "identity--d", Person: "ada", Role: "duty-officer", CoverFor: "bo", From: at(8), To: at(16)}
	if err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		return errors.Join(tx.PutShift(b), tx.PutShift(a))
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		for _, c := range []struct {
			from, to int
			want     []store.Shift
		}{{0, 24, []store.Shift{a, b}}, {0, 7, []store.Shift{a}}, {8, 8, []store.Shift{b}}, {16, 20, nil}} {
			got, err := tx.Shifts("identity--d", at(c.from), at(c.to))
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%d to %d: %v, %v", c.from, c.to, got, err)
			}
		}
		used, err := tx.Rostered("identity--d", "supervisor")
		if used || err != nil {
			t.Errorf("a role without a roster: %v, %v", used, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
