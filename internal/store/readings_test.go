package store_test

import (
	"errors"
	"testing"

	"heed"
	"heed/internal/store"
)

// A text and its drafts are kept once, across a restart; a draft is decided once, a correction
// stands beside what was drafted, and another desk sees none of it.
func trayOnce(t *testing.T, e *engine) {
	db := e.open(t)
	text := store.ReadText{Desk: house, Digest: "d1", Title: "article", Person: "ada", Raw: []byte("Norland warned Vale.")}
	drafts := []store.Reading{{Position: 0, Drafted: []byte(`{"a":1}`), Excerpt: "Norland"}, {Position: 1, Drafted: []byte(`{"b":2}`), Excerpt: "Vale"}}
	for range 2 {
		if err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error { return tx.AddReadings(text, drafts) }); err != nil {
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
		return errors.Join(tx.CorrectReading(house, one, []byte(`{"a":2}`), "bo"), tx.DecideReading(house, one, store.ReadingAccepted, "bo", "report--1", 7),
			tx.DecideReading(house, two, store.ReadingDropped, "bo", "", -1), tx.AddReadings(text, drafts))
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
	if len(list) != 2 || string(list[0].Corrected) != `{"a":2}` || string(list[0].Drafted) != `{"a":1}` || list[0].Corrector != "bo" || list[0].Leaf != 7 || list[0].Statement != "report--1" {
		t.Errorf("%+v", list)
	}
	if w := readings(t, db, house, store.ReadingWaiting); len(w) != 0 {
		t.Errorf("still waiting: %+v", w)
	}
	if o := readings(t, db, "identity--other", ""); len(o) != 0 {
		t.Errorf("another desk sees %+v", o)
	}
	err = db.View(t.Context(), func(tx *store.Tx) error {
		kept, err := tx.ReadText(house, "d1")
		if err != nil || string(kept.Raw) != string(text.Raw) || kept.Title != "article" {
			t.Errorf("%+v, %v", kept, err)
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

func readings(t *testing.T, db *store.DB, desk heed.PartyID, state string) (list []store.Reading) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) (err error) { list, err = tx.Readings(desk, state, 100); return err }); err != nil {
		t.Fatal(err)
	}
	return list
}
