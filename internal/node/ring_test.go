package node_test

import (
	"testing"

	"heed"
	"heed/internal/desk"
	"heed/internal/intake"
	"heed/internal/people"
	"heed/internal/store"
)

// clocksOf gives the states of a warning's clocks of a sort at the harbour, as they were set.
func (p *pair) clocksOf(id heed.ID, what string) (states []store.ClockState) {
	p.t.Helper()
	if err := p.n[1].Store().View(p.t.Context(), func(tx *store.Tx) error {
		list, err := tx.Clocks(p.id[1], id)
		for _, c := range list {
			if c.What == what {
				states = append(states, c.State)
			}
		}
		return err
	}); err != nil {
		p.t.Fatal(err)
	}
	return states
}

// TestAcknowledgeClockEnds: the clock that waits for somebody to see a warning ends with any
// act that shows it was seen, however the warning came.
func TestAcknowledgeClockEnds(t *testing.T) {
	p := meet(t, "")
	n, by := p.n[1], p.by(1)
	w := heed.Warning{Where: &heed.Place{Country: "FR"}, Basis: heed.BasisTechnical, Handling: heed.Handling{TLP: "TLP:GREEN"}}
	leaf := func(id heed.ID) int64 {
		l, err := n.Desk().Resolve(t.Context(), by, string(id))
		if err != nil {
			t.Fatal(err)
		}
		return l.Index
	}
	running := func(id heed.ID, want ...store.ClockState) {
		t.Helper()
		if got := p.clocksOf(id, "acknowledge"); len(got) != len(want) || len(want) > 0 && got[0] != want[0] {
			t.Errorf("its clocks are %v, want %v", got, want)
		}
	}

	decided := p.warn(w, "Water at the gate")
	p.cased(decided.ID)
	running(decided.ID, store.ClockLive)
	p.hold(decided.ID)
	running(decided.ID, store.ClockDone)

	// Not delivered, but brought: nobody gets a receipt, and somebody here has seen it.
	said, err := p.n[0].Desk().Warn(t.Context(), p.by(0), desk.Draft{Headline: "Water at the mill", Text: "Water at the mill", Warning: w})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.n[0].Store().View(t.Context(), func(tx *store.Tx) error {
		rec, err := tx.Record(said.Leaf)
		if err != nil {
			return err
		}
		outer, err := people.Outer(rec)
		p.receive(1, outer, intake.Recorded)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	p.cased(said.ID)
	running(said.ID, store.ClockLive)
	if done, err := n.Desk().Climb(t.Context(), by, leaf(said.ID), heed.Acknowledged); err != nil || done.Leaf != -1 {
		t.Fatalf("%+v, %v", done, err)
	}
	running(said.ID, store.ClockDone)

	// Taken down from a call: who took it down has heard it.
	w.Came = &heed.Came{How: "voice", Caller: "the duty line"}
	heard, err := n.Desk().Warn(t.Context(), by, desk.Draft{Headline: "Snow on the pass", Text: "Snow on the pass", Warning: w})
	if err != nil {
		t.Fatal(err)
	}
	if c := p.cased(heard.ID); c.Due == nil {
		t.Error("nobody has to decide on it")
	}
	running(heard.ID)
}
