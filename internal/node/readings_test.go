package node_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"heed/internal/desk"
	"heed/internal/people"
)

// TestTray: what is empty or too large is refused with nothing kept; what is no text, and a text in
// which nothing is drafted, is kept; many who accept one draft at once get one record; a list with a bad
// number records nothing; and another desk sees no draft.
func TestTray(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			p := meet(t, database(t, engine))
			d, by, ctx := p.n[1].Desk(), p.by(1), t.Context()
			for name, bad := range map[string]string{"empty": "", "large": strings.Repeat("a", desk.MaxText+1)} {
				if list, err := d.AddReadings(ctx, by, name, bad); !errors.Is(err, desk.ErrNot) {
					t.Errorf("%s: %+v, %v", name, list, err)
				}
			}
			for _, none := range []string{"\x00\x00\x01", "\xff\xfe\x80", "Пожар в порту."} {
				if list, err := d.AddReadings(ctx, by, "a\x00b", none); err != nil || len(list) != 0 {
					t.Errorf("%q: %+v, %v", none, list, err)
				}
			}
			if list, err := d.AddReadings(ctx, by, "torn \xff", "Norland warned Vale of an attack on the \xff\x00 harbour on Tuesday, officials said."); err != nil {
				t.Errorf("a torn text: %+v, %v", list, err)
			}
			list, err := d.AddReadings(ctx, by, "cable", "Norland warned Vale of a possible attack on the harbour on Tuesday. The mayor said that the port is open.")
			if err != nil || len(list) < 2 {
				t.Fatalf("%+v, %v", list, err)
			}
			if _, err := d.AcceptReadings(ctx, by, []int64{list[1].N, 9999}); !errors.Is(err, desk.ErrNot) {
				t.Errorf("a number that is none: %v", err)
			}
			if r, err := d.Reading(ctx, by, list[1].N); err != nil || r.State != "waiting" {
				t.Errorf("recorded by halves: %+v, %v", r, err)
			}
			leaves := make([]int64, 8)
			var all sync.WaitGroup
			for i := range leaves {
				all.Go(func() {
					got, err := d.AcceptReadings(ctx, by, []int64{list[0].N})
					if err != nil {
						t.Error(err)
						return
					}
					leaves[i] = got[0].Said.Leaf
				})
			}
			all.Wait()
			for _, l := range leaves {
				if l != leaves[0] || l <= 0 {
					t.Errorf("one draft, several records: %v", leaves)
				}
			}
			stranger := people.OnMachine("ada", p.id[0])
			if seen, err := d.Readings(ctx, stranger, "", 10); err != nil || len(seen) != 0 {
				t.Errorf("another desk sees %+v, %v", seen, err)
			}
			if _, err := d.AcceptReadings(ctx, stranger, []int64{list[1].N}); !errors.Is(err, desk.ErrNot) {
				t.Errorf("another desk: %v", err)
			}
		})
	}
}
