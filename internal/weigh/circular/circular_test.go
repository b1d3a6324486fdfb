package circular

import (
	"math/rand/v2"
	"testing"
)

func draw(w World, seed uint64) map[Method]Scores {
	r := rand.New(rand.NewPCG(seed, 0))
	return w.Draw(r.Float64).Compare()
}

// Sixteen voices that repeat one bad origin fool the vote and Dawid–Skene, and not Heed.
func TestTheEchoDoesNotFool(t *testing.T) {
	for seed := range uint64(3) {
		s := draw(World{M: 5, K: 16, Q: .3, Copy: .95, Coverage: .8, Base: .5, Items: 300, Known: 100}, seed+1)
		if s[Majority].Accuracy > .5 || s[DS].Accuracy > .5 {
			t.Fatalf("the world is no test: %v", s)
		}
		if s[Ours].Accuracy < s[Oracle].Accuracy-.04 || s[Ours].LogLoss > s[Oracle].LogLoss+.1 {
			t.Errorf("seed %d: ours %v, the oracle %v", seed+1, s[Ours], s[Oracle])
		}
	}
}

// Where the repeats are declared, no outcome is needed.
func TestDeclaredOriginsNeedNoOutcomes(t *testing.T) {
	s := draw(World{M: 5, K: 16, Q: .6, Copy: .95, Coverage: .8, Base: .5, Items: 300, Declared: true}, 1)
	if s[Ours].Accuracy < s[Oracle].Accuracy-.04 || s[Ours].LogLoss > s[Oracle].LogLoss+.1 {
		t.Errorf("ours %v, the oracle %v", s[Ours], s[Oracle])
	}
}

func TestSameSeedSameWorld(t *testing.T) {
	w := World{M: 3, K: 2, Q: .6, Copy: .9, Coverage: .8, Base: .5, Items: 50, Known: 20}
	a, b := draw(w, 7), draw(w, 7)
	for m, s := range a {
		if b[m] != s {
			t.Errorf("%s: %v, then %v", m, s, b[m])
		}
	}
}

func TestCheck(t *testing.T) {
	good := World{M: 1, K: 1, Q: .5, Copy: .5, Coverage: .5, Base: .5, Items: 10, Known: 2}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []func(*World){
		func(w *World) { w.M, w.K = 0, 0 }, func(w *World) { w.Q = 1.1 }, func(w *World) { w.Items = 0 },
		func(w *World) { w.Known = 10 }, func(w *World) { w.Coverage = -1 }, func(w *World) { w.Items = 1 << 40 },
	} {
		w := good
		bad(&w)
		if w.Check() == nil {
			t.Errorf("%+v passed", w)
		}
	}
	// The edges are defined too.
	for _, w := range []World{{M: 1, Coverage: 0, Base: 1, Items: 3, Known: 1}, {K: 3, Q: 1, Copy: 1, Coverage: 1, Base: 0, Items: 5}, {M: 2, Coverage: 1, Base: 1, Items: 9, Known: 4}} {
		for m, s := range draw(w, 1) {
			if !(s.LogLoss >= 0 && s.Accuracy >= 0) {
				t.Errorf("%+v: %s %v", w, m, s)
			}
		}
	}
}
