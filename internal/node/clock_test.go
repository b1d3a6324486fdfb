package node_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"heed"
	"heed/internal/node"
	"heed/internal/store"
)

// clockwork is a machine whose clock can be stepped: wall is what it says, and passed what
// really went by.
type clockwork struct{ wall, passed atomic.Int64 }

func (c *clockwork) now() time.Time { return time.Unix(0, c.wall.Load()).UTC() }

func (c *clockwork) pass(d time.Duration) {
	c.wall.Add(int64(d))
	c.passed.Add(int64(d))
}

func (c *clockwork) step(d time.Duration) { c.wall.Add(int64(d)) }

// Each clock fires exactly once, whatever the machine does: the node restarts, its clock is
// stepped back and forth. Within a run nothing fires before its time has really passed.
func TestClocksFireOnce(t *testing.T) {
	const clocks, restarts = 300, 25
	rng := rand.New(rand.NewPCG(7, 7))
	c := &clockwork{}
	c.wall.Store(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	w := world()
	w.Now = c.now
	dir := filepath.Join(t.TempDir(), "n")
	made, err := node.Init(t.Context(), dir, node.Begin{Name: "n", Desks: []node.NewDesk{{Name: "n"}}, Listen: free(t), Person: "ada", UID: -1}, w)
	if err != nil {
		t.Fatal(err)
	}
	desk := made.Cards[0].Party
	fired := map[string]int{}
	for run := range restarts {
		n, err := node.New(t.Context(), dir, w)
		if err != nil {
			t.Fatal(err)
		}
		start, base := c.now(), c.passed.Load()
		n.Desk().Elapsed = func() time.Time { return start.Add(time.Duration(c.passed.Load() - base)) }
		if run == 0 {
			set(t, n, desk, clocks, n.Desk().Elapsed())
		}
		for range 4 {
			c.pass(time.Duration(rng.IntN(300)) * time.Second)
			if rng.IntN(2) == 0 {
				c.step(time.Duration(rng.IntN(1200)-600) * time.Second)
			}
			before := n.Desk().Elapsed()
			if err := n.Desk().Ring(t.Context(), fmt.Sprint("run ", run)); err != nil {
				t.Fatal(err)
			}
			for about, due := range newly(t, n, desk, fired) {
				if due.After(before) {
					t.Errorf("%s fired %s early", about, due.Sub(before))
				}
			}
		}
		if err := n.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	c.pass(24 * time.Hour)
	n, err := node.New(t.Context(), dir, w)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Stop(t.Context())
	if err := n.Desk().Ring(t.Context(), "last"); err != nil {
		t.Fatal(err)
	}
	newly(t, n, desk, fired)
	if len(fired) != clocks {
		t.Errorf("%d of %d clocks fired", len(fired), clocks)
	}
	for about, times := range fired {
		if times != 1 {
			t.Errorf("%s fired %d times", about, times)
		}
	}
}

func clockID(i int) heed.ID {
	return heed.ID(fmt.Sprintf("report--00000000-0000-4000-8000-%012d", i))
}

func set(t *testing.T, n *node.Node, desk heed.PartyID, many int, now time.Time) {
	t.Helper()
	if err := n.Store().Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		for i := range many {
			if err := tx.SetClock(store.Clock{Desk: desk, What: "expire", About: clockID(i), Owner: "duty-officer", Due: now.Add(time.Duration(i*30) * time.Second)}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// newly counts the log statements of clocks that fired since it was last asked, and says
// when each had been due. It reads what was recorded, not what the clocks' rows say.
func newly(t *testing.T, n *node.Node, desk heed.PartyID, fired map[string]int) map[heed.ID]time.Time {
	t.Helper()
	due := map[heed.ID]time.Time{}
	counted := map[string]int{}
	if err := n.Store().View(t.Context(), func(tx *store.Tx) error {
		recs, err := tx.Records(0, 1<<20)
		if err != nil {
			return err
		}
		for _, r := range recs {
			if r.Kind == heed.KindLog {
				counted[string(r.ID)]++
			}
		}
		for i := range 300 {
			clocks, err := tx.Clocks(desk, clockID(i))
			if err != nil {
				return err
			}
			for _, c := range clocks {
				if c.State == store.ClockFired && fired[string(c.About)] == 0 {
					due[c.About] = c.Due
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for about := range due {
		fired[string(about)]++
	}
	total := 0
	for _, k := range counted {
		total += k
	}
	if total != len(fired) {
		t.Errorf("%d clocks fired, %d were recorded", len(fired), total)
	}
	return due
}
