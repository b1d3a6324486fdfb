package node_test

import (
	"strings"
	"testing"
	"time"

	"heed"
	"heed/internal/desk"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/store"
)

// cased waits until the harbour has a warning in a case, and gives it.
func (p *pair) cased(id heed.ID) desk.CaseSheet {
	p.t.Helper()
	var sheet desk.CaseSheet
	until(p.t, "it joins a case", func() bool {
		l, err := p.n[1].Desk().Resolve(p.t.Context(), p.by(1), string(id))
		if err != nil {
			return false
		}
		cid, err := p.n[1].Desk().CaseOf(p.t.Context(), p.by(1), l.Index)
		if err != nil {
			return false
		}
		if sheet, err = p.n[1].Desk().Case(p.t.Context(), p.by(1), cid, time.Time{}); err != nil {
			p.t.Fatal(err)
		}
		return true
	})
	return sheet
}

func (p *pair) warn(w heed.Warning, headline string) desk.Said {
	p.t.Helper()
	if w.Handling.TLP == "" {
		w.Handling.TLP = "TLP:GREEN"
	}
	said, err := p.n[0].Desk().Warn(p.t.Context(), p.by(0), desk.Draft{Headline: headline, Text: headline, Warning: w, To: []heed.PartyID{p.id[1]}})
	if err != nil {
		p.t.Fatal(err)
	}
	return said
}

// TestDismissalReopens: a warning is dismissed for want of trust; a second origin, vague, of
// another basis, joins the same case, and the dismissal re-opens by itself.
func TestDismissalReopens(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			database := ""
			if engine == "postgres" {
				if postgres == nil {
					t.Skip("SKIPPED: cases on PostgreSQL: no server")
				}
				database = postgres.Database(t)
			}
			p := meet(t, database)
			first := p.warn(heed.Warning{Who: &heed.Actor{Names: []string{"ISIS-K"}}, Where: &heed.Place{Country: "RU", City: "Moscow"},
				Whom: &heed.Target{Kinds: []string{"concerts"}}, Basis: heed.BasisIntercept, Precedence: heed.Immediate}, "Large gatherings and concerts in Moscow")
			c := p.cased(first.ID)
			if c.Assessment == nil || c.Assessment.Origins != 1 || c.Assessment.Probability != nil || strings.Contains(c.Assessment.Sentence, "%") {
				t.Fatalf("one origin, and no percentage without a prior: %+v", c.Assessment)
			}
			if c.Due == nil {
				t.Fatal("nothing says by when it is to be decided")
			}
			l, err := p.n[1].Desk().Resolve(t.Context(), p.by(1), string(first.ID))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.n[1].Desk().Decide(t.Context(), p.by(1), l.Index, desk.Verdict{Choice: heed.Dismiss, Code: "distrust-of-sender", Words: "they want to frighten us"}); err != nil {
				t.Fatal(err)
			}
			if c = p.cased(first.ID); !c.Decided || c.Due != nil {
				t.Fatalf("a decision stands and nothing is due: %+v", c.CaseLine)
			}
			second := p.warn(heed.Warning{Who: &heed.Actor{Names: []string{"ISIS-K"}}, Where: &heed.Place{Country: "RU"}, When: &heed.Window{Unknown: true},
				Whom: &heed.Target{Unknown: true}, Basis: heed.BasisInterrogation}, "A big operation is being prepared")
			c2 := p.cased(second.ID)
			if c2.ID != c.ID {
				t.Fatalf("the second joined another case: %v", c2.Members)
			}
			if c2.Decided || len(c2.Reopenings) != 1 || c2.Reopenings[0].Code != heed.ReopenOrigin || c2.Assessment.Origins != 2 {
				t.Fatalf("the dismissal did not re-open for a second origin: %+v %+v", c2.CaseLine, c2.Reopenings)
			}
			if c2.Due == nil {
				t.Error("re-opened, and nothing is due")
			}
			other := p.warn(heed.Warning{Who: &heed.Actor{Names: []string{"ISIS-K"}}, Where: &heed.Place{Country: "IR", City: "Kerman"}, Basis: heed.BasisIntercept}, "A memorial in Kerman")
			if p.cased(other.ID).ID == c.ID {
				t.Error("a warning for another country joined the case")
			}
			if _, err := p.n[1].Desk().Outcome(t.Context(), p.by(1), c.ID, "occurred", "", ""); err != nil {
				t.Fatal(err)
			}
			track, err := p.n[1].Desk().Track(t.Context(), p.by(1), p.id[0])
			if err != nil || track.Right != 1 || track.Sent != 3 {
				t.Errorf("%+v, %v", track, err)
			}
			r, err := node.Examine(t.Context(), p.dir[1], node.Examination{Views: true})
			if err != nil || len(r.Wrong) > 0 {
				t.Errorf("verify: %v, %v", r.Wrong, err)
			}
		})
	}
}

// TestRepeatsAreCollapsed: the same again, word for word, is shown as a repeat, adds no
// origin and re-opens nothing.
func TestRepeatsAreCollapsed(t *testing.T) {
	p := meet(t, "")
	w := heed.Warning{Where: &heed.Place{Country: "TR", City: "Ankara"}, Whom: &heed.Target{Kinds: []string{"stations"}}, Basis: heed.BasisHumanSource}
	first := p.warn(w, "An attack on stations in Ankara is being prepared by a cell")
	c := p.cased(first.ID)
	l, err := p.n[1].Desk().Resolve(t.Context(), p.by(1), string(first.ID))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.n[1].Desk().Decide(t.Context(), p.by(1), l.Index, desk.Verdict{Choice: heed.Hold, Code: "too-vague"}); err != nil {
		t.Fatal(err)
	}
	var last desk.Said
	for range 5 {
		last = p.warn(w, "An attack on stations in Ankara is being prepared by a cell")
	}
	again := p.cased(last.ID)
	if again.ID != c.ID || !again.Decided || again.Assessment.Origins != 1 {
		t.Fatalf("a repeat re-opened or counted: %+v %+v", again.CaseLine, again.Assessment)
	}
	if f := again.Fatigue[0]; f.Said != 6 || f.New != 1 {
		t.Errorf("fatigue: %+v %+v", f, again.Members)
	}
}

// TestCasesKeepMarkings: a case is not there for who may not read TLP:RED, in no list and
// under no handle; nor is what is derived from it.
func TestCasesKeepMarkings(t *testing.T) {
	p := meet(t, "")
	said := p.warn(heed.Warning{Where: &heed.Place{Country: "FR", City: "Lyon"}, Handling: heed.Handling{TLP: "TLP:RED"}}, "For you alone")
	c := p.cased(said.ID)
	analyst := people.OnMachine("eve", p.id[1], people.Liaison)
	list, err := p.n[1].Desk().Cases(t.Context(), analyst, heed.CaseOpen, 10)
	if err == nil || len(list) != 0 {
		t.Errorf("a liaison sees %v", list)
	}
	for _, name := range []string{string(c.ID), c.Handle, string(said.ID)} {
		if _, err := p.n[1].Desk().Resolve(t.Context(), analyst, name); err == nil {
			t.Errorf("a liaison finds %s", name)
		}
	}
	if err := p.n[1].Store().View(t.Context(), func(tx *store.Tx) error {
		recs, err := tx.About(p.id[1], c.ID, heed.KindLink, heed.KindAssessment)
		for _, r := range recs {
			if _, err := p.n[1].Desk().Show(t.Context(), analyst, r.Index); err == nil {
				t.Errorf("a liaison reads the %s of it", r.Kind)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestFourEyesOnDecisions: where policy asks for two persons, the first one's word decides
// nothing, and the same person twice is one person.
func TestFourEyesOnDecisions(t *testing.T) {
	p := meet(t, "")
	if _, err := p.n[1].Desk().SetPolicy(t.Context(), p.by(1), "[four_eyes]\nacts = [\"decide:act\"]\n"); err != nil {
		t.Fatal(err)
	}
	said := p.warn(heed.Warning{Where: &heed.Place{Country: "FR"}, Basis: heed.BasisTechnical}, "Water at the gate")
	c := p.cased(said.ID)
	l, err := p.n[1].Desk().Resolve(t.Context(), p.by(1), string(c.ID))
	if err != nil {
		t.Fatal(err)
	}
	act := desk.Verdict{Choice: heed.Act, Code: "precaution", Words: "close it"}
	for range 2 {
		done, err := p.n[1].Desk().Decide(t.Context(), p.by(1), l.Index, act)
		if err != nil || !done.Waits || p.cased(said.ID).Decided {
			t.Fatalf("one person decided what takes two: %+v, %v", done, err)
		}
	}
	second := people.OnMachine("bo", p.id[1])
	done, err := p.n[1].Desk().Decide(t.Context(), second, l.Index, act)
	if err != nil || done.Waits {
		t.Fatal(done, err)
	}
	c = p.cased(said.ID)
	if !c.Decided || len(c.Decisions) != 1 || c.Decisions[0].Second != "ada" || c.Decisions[0].Person != "bo" {
		t.Errorf("%+v", c.Decisions)
	}
}

// TestAccountsJoinCases: what was read in an article about a warning joins a case as a
// report, by its chain; it starts no clock.
func TestAccountsJoinCases(t *testing.T) {
	p := meet(t, "")
	n, by := p.n[1], p.by(1)
	said := p.warn(heed.Warning{Who: &heed.Actor{Names: []string{"ISIS-K"}}, Where: &heed.Place{Country: "RU", City: "Moscow"}, Basis: heed.BasisIntercept}, "Concerts in Moscow")
	c := p.cased(said.ID)
	first, err := n.Desk().Tell(t.Context(), by, heed.Statement{Headline: "Iran told Russia", Text: "Iran told Russia of a big operation, three sources say.",
		Claim: &heed.Claim{Type: "account", By: heed.Named{Words: "three sources"}, Chain: []heed.Hop{{Words: "a wire report of 1 April"}, {Words: "detainees"}},
			Account: &heed.Account{From: heed.Named{Words: "Iran"}, To: heed.Named{Words: "Russia"}, Limits: "no time, no target",
				Of: &heed.Warning{Who: &heed.Actor{Names: []string{"ISIS-K"}}, Where: &heed.Place{Country: "RU"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	after := p.cased(first.ID)
	if after.ID != c.ID {
		t.Fatalf("the account joined another case: %+v", after.Members)
	}
	if after.Assessment.Origins != 2 || len(after.Assessment.Terms) != 2 {
		t.Errorf("%+v", after.Assessment)
	}
	for _, k := range after.Clocks {
		if k.About == first.ID {
			t.Errorf("an account started the clock %s", k.What)
		}
	}
}

// TestFloodKeepsNobodyOut: however often one voice says it, a second origin is weighed.
func TestFloodKeepsNobodyOut(t *testing.T) {
	p := meet(t, "")
	w := heed.Warning{Where: &heed.Place{Country: "TR", City: "Ankara"}, Whom: &heed.Target{Kinds: []string{"station"}}, Basis: heed.BasisHumanSource}
	for range 40 {
		p.warn(w, "An attack on stations in Ankara is being prepared by a cell")
	}
	w.Basis = heed.BasisIntercept
	last := p.warn(w, "Calls speak of the stations of Ankara")
	c := p.cased(last.ID)
	if len(c.Members) != 41 {
		t.Fatalf("%d statements in the case, want all 41", len(c.Members))
	}
	if n := len(c.Assessment.Terms); n != 21 || c.Assessment.Origins != 2 {
		t.Errorf("%d terms of one author on %d origins, want 20 of the first and the second basis", n, c.Assessment.Origins)
	}
	said, err := p.n[1].Desk().Warn(t.Context(), p.by(1), desk.Draft{Headline: "Our own imagery shows it at stations in Ankara", Warning: heed.Warning{
		Where: w.Where, Whom: w.Whom, Basis: heed.BasisImagery, Handling: heed.Handling{TLP: "TLP:GREEN"}}})
	if err != nil {
		t.Fatal(err)
	}
	if c := p.cased(said.ID); c.Assessment.Origins != 3 {
		t.Errorf("a second party is %d origins after a flood of one voice", c.Assessment.Origins)
	}
}

// TestNobodyThere: clocks run and nobody is at the desk: after the policy's time there is an
// alarm, one for one absence; while somebody follows the stream there is none.
func TestNobodyThere(t *testing.T) {
	p := meet(t, "")
	said := p.warn(heed.Warning{Where: &heed.Place{Country: "FR"}, Basis: heed.BasisTechnical}, "Water at the gate")
	p.cased(said.ID)
	d := p.n[1].Desk()
	long := time.Now().Add(-time.Hour)
	leave := d.Watching.Come(p.id[1])
	if words, err := d.NobodyThere(t.Context(), p.id[1], long); words != "" || err != nil {
		t.Errorf("somebody follows the stream: %q, %v", words, err)
	}
	leave(long)
	for range 2 {
		if words, err := d.NobodyThere(t.Context(), p.id[1], long); words == "" || err != nil {
			t.Errorf("nobody is there for an hour, and it says %q, %v", words, err)
		}
	}
	alarms := func() (n int) {
		box, err := d.Inbox(t.Context(), p.by(1), 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range box.Alarms {
			if a.Code == "no-desk" {
				n++
			}
		}
		return n
	}
	if n := alarms(); n != 1 {
		t.Errorf("one absence is %d alarms", n)
	}
	d.Watching.Seen(p.id[1], time.Now())
	if words, err := d.NobodyThere(t.Context(), p.id[1], long); words != "" || err != nil {
		t.Errorf("somebody has just asked: %q, %v", words, err)
	}
}

// TestQuestionFallsDue: a question that is not answered in time is overdue at both ends, its
// clock is on record, and a late answer still ends it.
func TestQuestionFallsDue(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			database := ""
			if engine == "postgres" {
				if postgres == nil {
					t.Skip("SKIPPED: questions that fall due on PostgreSQL: no server")
				}
				database = postgres.Database(t)
			}
			p := meet(t, database)
			said := p.warn(heed.Warning{Where: &heed.Place{Country: "FR"}, Basis: heed.BasisTechnical}, "Water at the gate")
			p.cased(said.ID)
			l, err := p.n[1].Desk().Resolve(t.Context(), p.by(1), string(said.ID))
			if err != nil {
				t.Fatal(err)
			}
			due := time.Now().Add(400 * time.Millisecond).UTC()
			asked, err := p.n[1].Desk().Ask(t.Context(), p.by(1), l.Index, "which gate?", &due)
			if err != nil {
				t.Fatal(err)
			}
			var open desk.Asked
			until(t, "the question is overdue where it was asked", func() bool {
				list, err := p.n[0].Desk().Questions(t.Context(), p.by(0), 5)
				if err != nil {
					t.Fatal(err)
				}
				for _, q := range list {
					if q.ID == asked.ID {
						open = q
					}
				}
				return open.Overdue
			})
			q, err := p.n[0].Desk().Resolve(t.Context(), p.by(0), string(asked.ID))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.n[0].Desk().Answer(t.Context(), p.by(0), q.Index, "the eastern one", false); err != nil {
				t.Fatal(err)
			}
			until(t, "the answer ends it at both ends", func() bool {
				list, err := p.n[0].Desk().Questions(t.Context(), p.by(0), 5)
				if err != nil || len(list) != 1 || !list[0].Answered {
					return false
				}
				running := 0
				for i := range p.n {
					if err := p.n[i].Store().View(t.Context(), func(tx *store.Tx) error {
						clocks, err := tx.Clocks(p.id[i], asked.ID)
						for _, c := range clocks {
							if c.State == store.ClockLive {
								running++
							}
						}
						return err
					}); err != nil {
						t.Fatal(err)
					}
				}
				return running == 0
			})
		})
	}
}

// hold decides to wait on a warning at the harbour.
func (p *pair) hold(id heed.ID) {
	p.t.Helper()
	l, err := p.n[1].Desk().Resolve(p.t.Context(), p.by(1), string(id))
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.n[1].Desk().Decide(p.t.Context(), p.by(1), l.Index, desk.Verdict{Choice: heed.Hold, Code: "too-vague"}); err != nil {
		p.t.Fatal(err)
	}
}

// TestRetractionReopens: what was decided on a warning that is then taken back is asked again.
func TestRetractionReopens(t *testing.T) {
	p := meet(t, "")
	said := p.warn(heed.Warning{Where: &heed.Place{Country: "FR"}, Basis: heed.BasisTechnical}, "Water at the gate")
	p.cased(said.ID)
	p.hold(said.ID)
	if _, err := p.n[0].Desk().Warn(t.Context(), p.by(0), desk.Draft{ID: said.ID, Revoke: "the gauge was faulty"}); err != nil {
		t.Fatal(err)
	}
	until(t, "the retraction re-opens it", func() bool {
		c := p.cased(said.ID)
		return !c.Decided && len(c.Reopenings) == 1 && c.Reopenings[0].Code == heed.ReopenRetracted && len(c.Assessment.Terms) == 0
	})
}

// TestNearWindowReopens: what was held re-opens when its window is near, with a clock; a
// decision to act does not.
func TestNearWindowReopens(t *testing.T) {
	for _, choice := range []heed.Choice{heed.Hold, heed.Act} {
		p := meet(t, "")
		from := time.Now().Add(30 * time.Hour).UTC()
		said := p.warn(heed.Warning{Where: &heed.Place{Country: "FR"}, When: &heed.Window{Words: "tomorrow", From: &from}, Basis: heed.BasisTechnical}, "Water at the gate")
		p.cased(said.ID)
		d := p.n[1].Desk()
		l, err := d.Resolve(t.Context(), p.by(1), string(said.ID))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Decide(t.Context(), p.by(1), l.Index, desk.Verdict{Choice: choice, Code: "precaution"}); err != nil {
			t.Fatal(err)
		}
		c := p.cased(said.ID)
		p.stop(1)
		n, err := node.New(t.Context(), p.dir[1], world())
		if err != nil {
			t.Fatal(err)
		}
		p.n[1] = n
		n.Desk().Elapsed = func() time.Time { return from.Add(-90 * time.Minute) }
		if err := n.Desk().Ring(t.Context(), "test"); err != nil {
			t.Fatal(err)
		}
		after, err := n.Desk().Case(t.Context(), p.by(1), c.ID, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		reopened := len(after.Reopenings) == 1 && after.Reopenings[0].Code == heed.ReopenWindow && after.Due != nil
		if reopened != (choice == heed.Hold) || after.Decided == reopened {
			t.Errorf("decided to %s, window near: %+v %+v", choice, after.CaseLine, after.Reopenings)
		}
	}
}

// TestExercisesStayApart: an exercise joins no case in earnest and none of another exercise,
// whatever it says, and no person can put it there.
func TestExercisesStayApart(t *testing.T) {
	p := meet(t, "")
	w := heed.Warning{Where: &heed.Place{Country: "FR", City: "Lyon"}, Whom: &heed.Target{Kinds: []string{"station"}}, Basis: heed.BasisTechnical, Handling: heed.Handling{TLP: "TLP:GREEN"}}
	earnest := p.cased(p.warn(w, "Water at the station of Lyon").ID)
	seen := map[heed.ID]bool{earnest.ID: true}
	for _, name := range []string{"drill 1", "drill 2", "drill 1, event 2"} {
		said, err := p.n[0].Desk().Warn(t.Context(), p.by(0), desk.Draft{Headline: "Water at the station of Lyon", Text: "Water at the station of Lyon", Exercise: name, Warning: w, To: []heed.PartyID{p.id[1]}})
		if err != nil {
			t.Fatal(err)
		}
		c := p.cased(said.ID)
		if seen[c.ID] != (name == "drill 1, event 2") {
			t.Errorf("%s is in the case of %q", name, c.Exercise)
		}
		seen[c.ID] = true
		l, err := p.n[1].Desk().Resolve(t.Context(), p.by(1), string(said.ID))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.n[1].Desk().LinkTo(t.Context(), p.by(1), l.Index, earnest.ID, heed.SameThreat, "a mistake"); err == nil {
			t.Errorf("%s was put into a case in earnest", name)
		}
	}
}

// looked reports whether the clocks were checked in this run.
func looked(n *node.Node) bool { times, last := n.Desk().Checked(); return times > 0 && !last.IsZero() }

// TestCheckerFindsWhatHasNoClock: an open case without its clock gets one, due at once, and
// an alarm; when all is well the check says nothing.
func TestCheckerFindsWhatHasNoClock(t *testing.T) {
	p := meet(t, "")
	c := p.cased(p.warn(heed.Warning{Where: &heed.Place{Country: "FR"}, Basis: heed.BasisTechnical}, "Water at the gate").ID)
	n := p.n[1]
	if missing, err := n.Desk().CheckClocks(t.Context()); err != nil || len(missing) != 0 || !looked(n) {
		t.Fatalf("all has its clock: %v, %v", missing, err)
	}
	if err := n.Store().Update(t.Context(), store.Normal, func(tx *store.Tx) error { return tx.StopClock(p.id[1], "decide", c.ID) }); err != nil {
		t.Fatal(err)
	}
	missing, err := n.Desk().CheckClocks(t.Context())
	if err != nil || len(missing) != 1 || missing[0].About != c.ID {
		t.Fatalf("the case lost its clock, and the check says %v, %v", missing, err)
	}
	if again, err := n.Desk().Case(t.Context(), p.by(1), c.ID, time.Time{}); err != nil || again.Due == nil {
		t.Errorf("it has none still: %+v, %v", again.CaseLine, err)
	}
	box, err := n.Desk().Inbox(t.Context(), p.by(1), 5)
	if err != nil || len(box.Alarms) != 1 || box.Alarms[0].Code != "no-clock" {
		t.Errorf("alarms: %+v, %v", box.Alarms, err)
	}
}

// TestMergesMakeNoCircle: a case goes into another once, with all that is in it, and nothing
// goes round; a note beside a case changes no sum.
func TestMergesMakeNoCircle(t *testing.T) {
	p := meet(t, "")
	d, by := p.n[1].Desk(), p.by(1)
	a := p.cased(p.warn(heed.Warning{Where: &heed.Place{Country: "FR", City: "Lyon"}, Basis: heed.BasisTechnical}, "Water in the town").ID)
	b := p.cased(p.warn(heed.Warning{Where: &heed.Place{Country: "IT", City: "Turin"}, Basis: heed.BasisIntercept}, "Snow on the pass").ID)
	if a.ID == b.ID {
		t.Fatal("two towns are one case")
	}
	if err := d.Merge(t.Context(), by, a.ID, a.ID, "a mistake"); err == nil {
		t.Error("a case was merged into itself")
	}
	if err := d.Merge(t.Context(), by, a.ID, b.ID, ""); err == nil {
		t.Error("merged for no reason")
	}
	if err := d.Merge(t.Context(), by, a.ID, b.ID, "one storm"); err != nil {
		t.Fatal(err)
	}
	if err := d.Merge(t.Context(), by, b.ID, a.ID, "back again"); err == nil {
		t.Error("merged round in a circle")
	}
	one, err := d.Case(t.Context(), by, b.ID, time.Time{})
	if err != nil || len(one.Members) != 2 || one.Assessment.Origins != 2 {
		t.Fatalf("%+v, %v", one, err)
	}
	if _, err := d.Relate(t.Context(), by, heed.Relation{Case: b.ID, Between: [2]string{"coast", "port"}, Words: "rivals", Gains: "the port"}); err != nil {
		t.Fatal(err)
	}
	after, err := d.Case(t.Context(), by, b.ID, time.Time{})
	if err != nil || len(after.Relations) != 1 || after.Assessment.LogOdds != one.Assessment.LogOdds {
		t.Errorf("%+v, %v", after.Relations, err)
	}
}

// TestPrecedenceIsCapped: a party's every message may be FLASH; it counts as the policy says,
// its own word stays shown, and so does that it was capped.
func TestPrecedenceIsCapped(t *testing.T) {
	p := meet(t, "")
	if _, err := p.n[1].Desk().SetPolicy(t.Context(), p.by(1), "[parties.coast]\ncap = \"ROUTINE\"\n"); err != nil {
		t.Fatal(err)
	}
	c := p.cased(p.warn(heed.Warning{Where: &heed.Place{Country: "FR"}, Basis: heed.BasisTechnical, Precedence: heed.Flash}, "Water at the gate").ID)
	if c.Due == nil || time.Until(*c.Due) < 12*time.Hour {
		t.Errorf("a capped FLASH is to be decided by %v", c.Due)
	}
	box, err := p.n[1].Desk().Inbox(t.Context(), p.by(1), 5)
	if err != nil || box.Entries[0].Precedence != heed.Flash || !strings.Contains(strings.Join(box.Entries[0].Notes, " "), "FLASH, capped: it counts as ROUTINE here") {
		t.Errorf("%+v, %v", box.Entries, err)
	}
}
