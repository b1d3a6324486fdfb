package node_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"heed"
	"heed/internal/desk"
	"heed/internal/intake"
	"heed/internal/node"
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

// breakCase puts an open case without a clock there, in which another party is said to have
// said something that cannot be read.
func breakCase(t *testing.T, n *node.Node, desk heed.PartyID) store.CaseRow {
	t.Helper()
	row := store.CaseRow{Desk: desk, ID: "note--00000000-0000-4000-8000-00000000dead", Name: "broken", State: heed.CaseOpen, Version: 1, Assessed: -1, Decided: -1, OpenedAt: n.Store().Now()}
	if err := n.Store().Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		return errors.Join(tx.PutCase(row), tx.PutMember(store.Member{Desk: desk, Statement: "report--00000000-0000-4000-8000-00000000dead", Case: row.ID,
			Version: 1, Index: 1 << 40, Author: "identity--00000000-0000-4000-8000-00000000dead", Facts: []byte("{}"), Report: []byte("{}")}))
	}); err != nil {
		t.Fatal(err)
	}
	return row
}

// TestCheckerIsChecked: the check of the clocks goes on whatever the machine's clock does;
// when it no longer comes to its end, that is an alarm, one for one stop, also on the stream.
func TestCheckerIsChecked(t *testing.T) {
	c := &clockwork{}
	c.wall.Store(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	w := world()
	w.Now, w.Beat = c.now, 5*time.Millisecond
	dir := filepath.Join(t.TempDir(), "n")
	made, err := node.Init(t.Context(), dir, node.Begin{Name: "n", Desks: []node.NewDesk{{Name: "n"}}, Listen: free(t), Person: "ada", UID: -1}, w)
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.New(t.Context(), dir, w)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	desk, by := made.Cards[0].Party, people.OnMachine("ada", made.Cards[0].Party)
	alarms := func() (words []string) {
		box, err := n.Desk().Inbox(t.Context(), by, 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range box.Alarms {
			words = append(words, a.Code)
		}
		return words
	}
	checked := func(pass time.Duration) {
		t.Helper()
		was, _ := n.Desk().Checked()
		c.pass(pass)
		until(t, "the clocks are checked", func() bool { now, _ := n.Desk().Checked(); return now > was })
	}
	for range 12 {
		checked(20 * time.Second)
	}
	checked(8 * time.Hour) // it slept
	if got := alarms(); got != nil {
		t.Fatalf("all is well, and there are alarms: %v", got)
	}

	stream, err := n.Desk().Stream(t.Context(), by, "", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	row := breakCase(t, n, desk)
	until(t, "the checker stopped, and that is an alarm", func() bool { c.pass(20 * time.Second); return len(alarms()) > 0 })
	for range 20 {
		c.pass(20 * time.Second)
	}
	if list, _, err := stream.Next(t.Context()); err != nil || len(list) != 1 || list[0].What != "alarm" {
		t.Errorf("the stream tells %+v, %v", list, err)
	}
	row.State = heed.CaseClosed
	if err := n.Store().Update(t.Context(), store.Normal, func(tx *store.Tx) error { return tx.PutCase(row) }); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		checked(20 * time.Second)
	}
	if got := alarms(); len(got) != 1 || got[0] != "checker-stopped" {
		t.Errorf("one stop is %v", got)
	}
}

// TestCheckerReachesAll: neither what is broken nor any number of cases in which a desk speaks
// alone keeps the checker from what has lost its clock.
func TestCheckerReachesAll(t *testing.T) {
	p := meet(t, "")
	n := p.n[1]
	c := p.cased(p.warn(heed.Warning{Where: &heed.Place{Country: "FR"}, Basis: heed.BasisTechnical}, "Water at the gate").ID)
	heard, err := n.Desk().Warn(t.Context(), p.by(1), desk.Draft{Headline: "Snow on the pass", Text: "Snow on the pass", Warning: heed.Warning{
		Handling: heed.Handling{TLP: "TLP:GREEN"}, Came: &heed.Came{How: "voice", Caller: "the duty line"}}})
	if err != nil {
		t.Fatal(err)
	}
	call := p.cased(heard.ID)
	breakCase(t, n, p.id[1])
	if err := n.Store().Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		for i := range 150 {
			if err := tx.PutCase(store.CaseRow{Desk: p.id[1], ID: heed.ID(fmt.Sprintf("note--00000000-0000-4000-8000-%012d", i)), Name: "our own", State: heed.CaseOpen,
				Version: 1, Assessed: -1, Decided: -1, OpenedAt: tx.Now()}); err != nil {
				return err
			}
		}
		return errors.Join(tx.StopClock(p.id[1], "decide", c.ID), tx.StopClock(p.id[1], "decide", call.ID))
	}); err != nil {
		t.Fatal(err)
	}
	missing, err := n.Desk().CheckClocks(t.Context())
	if err == nil || len(missing) != 2 {
		t.Errorf("two lost their clocks, and one cannot be read: %v, %v", missing, err)
	}
	for _, id := range []heed.ID{c.ID, call.ID} {
		if got := p.clocksOf(id, "decide"); len(got) != 2 || got[0] != store.ClockDone || got[1] != store.ClockLive {
			t.Errorf("the clocks of %s are %v", id, got)
		}
	}
}
