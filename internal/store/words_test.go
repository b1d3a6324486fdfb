package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"heed/internal/store"
)

func seek(t *testing.T, db *store.DB, s store.Seek) (list []int64) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) (err error) { list, err = tx.Seek(s, 100); return err }); err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	return list
}

func words(s string) []string { return strings.Fields(s) }

// Both engines find the same, in the same order.
func findsWords(t *testing.T, e *engine) {
	db := e.open(t)
	for n := range 4 {
		if _, err := add(t, db, statement(n)); err != nil {
			t.Fatal(err)
		}
	}
	list := []store.Words{
		{Index: 0, Marks: words("#da #kx"), Head: words("surge at the harbour"), Body: words("water rises fast")},
		{Index: 1, Marks: words("#da #ky"), Head: words("calm"), Body: words("the harbour surge is over")},
		{Index: 2, Marks: words("#db #kx"), Head: words("surge at the harbour"), Body: words("взрыв 爆 炸")},
		{Index: 3, Marks: words("#da #kx"), Head: words("surges"), Body: words("harbours a the surge")},
	}
	if err := db.AddWords(t.Context(), 0, 4, list); err != nil {
		t.Fatal(err)
	}
	if err := db.AddWords(t.Context(), 0, 4, list); !errors.Is(err, store.ErrConflict) {
		t.Errorf("added twice: %v", err)
	}
	word := func(s string) store.Sought { return store.Sought{Words: words(s)} }
	for _, c := range []struct {
		name string
		seek store.Seek
		want []int64
	}{
		{"a mark", store.Seek{Marks: [][]string{{"#da"}}}, []int64{3, 1, 0}},
		{"one of two marks, and another", store.Seek{Marks: [][]string{{"#kx", "#ky"}, {"#db"}}}, []int64{2}},
		{"a word", store.Seek{Marks: [][]string{{"#da"}}, Sought: []store.Sought{word("surge")}}, []int64{3, 1, 0}},
		{"a word of the headline", store.Seek{Marks: [][]string{{"#da"}}, Sought: []store.Sought{word("surge")}, Head: true}, []int64{0}},
		{"a phrase", store.Seek{Marks: [][]string{{"#da"}}, Sought: []store.Sought{word("the harbour")}}, []int64{1, 0}},
		{"no phrase across the headline's end", store.Seek{Marks: [][]string{{"#da"}}, Sought: []store.Sought{word("harbour water")}}, nil},
		{"a beginning", store.Seek{Marks: [][]string{{"#da"}}, Sought: []store.Sought{{Words: words("harb"), Begins: true}}}, []int64{3, 1, 0}},
		{"a beginning in the headline", store.Seek{Marks: [][]string{{"#da"}}, Sought: []store.Sought{{Words: words("surg"), Begins: true}}, Head: true}, []int64{3, 0}},
		{"a phrase with a beginning", store.Seek{Marks: [][]string{{"#da"}}, Sought: []store.Sought{{Words: words("the harb"), Begins: true}}}, []int64{1, 0}},
		{"a beginning of nothing", store.Seek{Marks: [][]string{{"#da"}}, Sought: []store.Sought{{Words: words("zzz"), Begins: true}}}, nil},
		{"not a word", store.Seek{Marks: [][]string{{"#da"}}, Sought: []store.Sought{word("surge"), {Words: words("over"), Not: true}}}, []int64{3, 0}},
		{"not a beginning of nothing", store.Seek{Marks: [][]string{{"#da"}}, Sought: []store.Sought{word("surge"), {Words: words("zzz"), Begins: true, Not: true}}}, []int64{3, 1, 0}},
		{"a word or a mark", store.Seek{Sought: []store.Sought{{Words: words("calm"), Mark: "#db"}}}, []int64{2, 1}},
		{"other scripts", store.Seek{Sought: []store.Sought{word("взрыв"), word("爆 炸")}}, []int64{2}},
		{"between leaves", store.Seek{Marks: [][]string{{"#da"}}, From: 1, Before: 3}, []int64{1}},
		{"only what must not be", store.Seek{Sought: []store.Sought{{Words: words("calm"), Not: true}}}, nil},
	} {
		if got := seek(t, db, c.seek); !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v", c.name, got, c.want)
		}
	}
}

// A body that is erased leaves no word behind, neither when it was findable before nor when
// it is erased while it is made so.
func erasedWords(t *testing.T, e *engine) {
	db := e.open(t)
	for n := range 3 {
		if _, err := add(t, db, statement(n)); err != nil {
			t.Fatal(err)
		}
	}
	one := func(idx int64, s string) store.Words {
		return store.Words{Index: idx, Marks: words("#d"), Body: words(s)}
	}
	if err := db.AddWords(t.Context(), 0, 2, []store.Words{one(0, "marigold common"), one(1, "common")}); err != nil {
		t.Fatal(err)
	}
	err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		return errors.Join(tx.Blank(0), tx.DropWords(0), tx.Blank(2), tx.DropWords(2))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.AddWords(t.Context(), 2, 3, []store.Words{one(2, "marigold")}); err != nil {
		t.Fatal(err)
	}
	for _, begins := range []bool{false, true} {
		if got := seek(t, db, store.Seek{Sought: []store.Sought{{Words: words("marigold"), Begins: begins}}}); got != nil {
			t.Errorf("an erased word finds %v", got)
		}
		if got := seek(t, db, store.Seek{Sought: []store.Sought{{Words: words("common"), Begins: begins}}}); !slices.Equal(got, []int64{1}) {
			t.Errorf("a word that another record has finds %v", got)
		}
	}
	if _, err := add(t, db, statement(3)); err != nil {
		t.Fatal(err)
	}
	if err := db.AddWords(t.Context(), 3, 4, []store.Words{one(3, "marigold")}); err != nil {
		t.Fatal(err)
	}
	if got := seek(t, db, store.Seek{Sought: []store.Sought{{Words: words("mari"), Begins: true}}}); !slices.Equal(got, []int64{3}) {
		t.Errorf("a word that was gone and came again: its beginning finds %v", got)
	}
}

// A beginning of more words than are searched one by one finds the same.
func manyBeginnings(t *testing.T, e *engine) {
	db := e.open(t)
	var list []store.Words
	for n := range 400 {
		list = append(list, store.Words{Index: int64(n), Marks: words("#d"), Head: words(fmt.Sprintf("begin%d", n))})
	}
	if err := db.AddWords(t.Context(), 0, 400, list); err != nil {
		t.Fatal(err)
	}
	for with, want := range map[string]int{"begin": 100, "begin1": 100, "begin39": 11, "begin399": 1} {
		for _, head := range []bool{false, true} {
			got := seek(t, db, store.Seek{Marks: [][]string{{"#d"}}, Sought: []store.Sought{{Words: words(with), Begins: true}}, Head: head})
			if len(got) != want || !slices.IsSortedFunc(got, func(a, b int64) int { return int(b - a) }) {
				t.Errorf("%s*: %d found, want %d: %v", with, len(got), want, got)
			}
		}
	}
}

// What several words, marks and exclusions find is what looking through all records finds.
func findsAll(t *testing.T, e *engine) {
	db := e.open(t)
	rng := rand.New(rand.NewPCG(1, 2))
	some := func(n int, format string, of float64) (list []string) { // the first are the most frequent
		for range n {
			list = append(list, fmt.Sprintf(format, int(of*rng.Float64()*rng.Float64())))
		}
		return list
	}
	var list []store.Words
	for n := range 500 {
		list = append(list, store.Words{Index: int64(n), Marks: append(some(2, "#m%d", 6), "#all"), Head: some(4, "w%d", 40), Body: some(12, "w%d", 40)})
	}
	if err := db.AddWords(t.Context(), 0, 500, list); err != nil {
		t.Fatal(err)
	}
	found := 0
	for range 300 {
		s := store.Seek{Head: rng.IntN(3) == 0, Marks: [][]string{{"#all"}}}
		if rng.IntN(3) == 0 {
			s.Marks[0] = some(1, "#m%d", 6)
		}
		if rng.IntN(2) == 0 {
			s.Marks = append(s.Marks, some(2, "#m%d", 6))
		}
		for range 1 + rng.IntN(4) {
			s.Sought = append(s.Sought, store.Sought{Words: some(1+rng.IntN(5)/4, "w%d", 40), Not: len(s.Sought) > 0 && rng.IntN(4) == 0, Begins: rng.IntN(6) == 0})
		}
		var want []int64
		for _, w := range slices.Backward(list) {
			if holds(w, s) && len(want) < 100 {
				want = append(want, w.Index)
			}
		}
		found += len(want)
		if got := seek(t, db, s); !slices.Equal(got, want) {
			t.Errorf("%+v: found %v, want %v", s, got, want)
		}
	}
	if found < 1000 {
		t.Errorf("only %d were to be found: this tests little", found)
	}
}

func holds(w store.Words, s store.Seek) bool {
	row := func(list []string, one store.Sought) bool {
		end := " "
		if one.Begins {
			end = ""
		}
		return strings.Contains(" "+strings.Join(list, " ")+" ", " "+strings.Join(one.Words, " ")+end)
	}
	for _, any := range s.Marks {
		if !slices.ContainsFunc(any, func(m string) bool { return slices.Contains(w.Marks, m) }) {
			return false
		}
	}
	for _, one := range s.Sought {
		has := row(w.Head, one) || (!s.Head || one.Not) && row(w.Body, one)
		if has == one.Not {
			return false
		}
	}
	return true
}
