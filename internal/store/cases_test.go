package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"heed"
	"heed/internal/store"
)

// Candidates are the open cases of the desk that share most words, of equal ones the newest,
// however many words are asked for.
func candidatesByWords(t *testing.T, e *engine) {
	now := time.UnixMicro(1e15)
	db := e.open(t, func(o *store.Options) { o.Now = func() time.Time { return now } })
	put := func(opened int64, desk heed.PartyID, words string) store.CaseRow {
		t.Helper()
		now = now.Add(time.Second)
		row := store.CaseRow{Desk: desk, ID: heed.ID(fmt.Sprintf("grouping--%d", opened)), State: heed.CaseOpen, Version: 1, Opened: opened, Assessed: -1, Decided: -1, OpenedAt: now}
		err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
			if err := tx.PutCase(row); err != nil {
				return err
			}
			return tx.PutCaseKeys(row, strings.Fields(words))
		})
		if err != nil {
			t.Fatal(err)
		}
		return row
	}
	find := func(n int, keys ...store.Key) (list []int64) {
		t.Helper()
		err := db.View(t.Context(), func(tx *store.Tx) error {
			rows, err := tx.Candidates("identity--d", keys, n)
			for _, r := range rows {
				list = append(list, r.Opened)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	key := func(words string) (list []store.Key) {
		for _, w := range strings.Fields(words) {
			list = append(list, store.Key{Word: w, Weight: 1})
		}
		return list
	}
	check := func(what string, got []int64, want ...int64) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	put(3, "identity--d", "lima church")
	two := put(5, "identity--d", "lima")
	put(7, "identity--d", "church a b c d e f g h i")
	put(9, "identity--other", "lima church")
	check("those that share most", find(6, key("lima church")...), 3, 7, 5)
	check("a word that weighs more", find(6, store.Key{Word: "lima", Weight: 4}, store.Key{Word: "church", Weight: 1}), 3, 5, 7)
	check("no more than asked for", find(1, key("lima church")...), 3)
	check("more words than one statement asks for", find(6, key("lima x1 x2 x3 x4 x5 x6 x7 x8 a b c")...), 7, 5, 3)
	check("nothing shared", find(6, key("nowhere")...))
	check("nothing asked", find(6))
	put(3, "identity--d", "lima") // said again
	check("the newest of equal ones", find(6, key("lima")...), 3, 5)
	if err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error { return tx.DropCaseKeys(two) }); err != nil {
		t.Fatal(err)
	}
	check("closed", find(6, key("lima")...), 3)
	for n := range 40 {
		put(int64(100+n), "identity--d", "port")
	}
	check("of a word that many have, the newest", find(3, key("port")...), 139, 138, 137)
}
