package node_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"heed"
	"heed/internal/desk"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/source"
	"heed/internal/store"
)

// bothEngines runs a test on both.
func bothEngines(t *testing.T, fn func(t *testing.T, database string)) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) { fn(t, database(t, engine)) })
	}
}

func draft(headline string, p heed.Precedence, to ...heed.PartyID) desk.Draft {
	until := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	return desk.Draft{Headline: headline, Text: "Two gauges rose by half a metre.", Lang: "en", To: to, Warning: heed.Warning{Precedence: p, Basis: heed.BasisTechnical,
		Handling: heed.Handling{TLP: "TLP:AMBER"}, Asked: []string{"close the barrier"}, ValidUntil: &until}}
}

// A draft waits for a second person, who is another; an urgent one never longer than policy
// says.
func TestFourEyes(t *testing.T) {
	bothEngines(t, func(t *testing.T, database string) {
		p := meet(t, database)
		ctx, d := t.Context(), p.n[1].Desk()
		ada, bo := people.OnMachine("ada", p.id[1]), people.OnMachine("bo", p.id[1])
		officer := people.OnMachine("cy", p.id[1], people.DutyOfficer)
		if _, err := d.SetPolicy(ctx, ada, "[four_eyes]\nacts = [\"warn\", \"retract\"]\n[release]\nlongest = \"10m\"\n"); err != nil {
			t.Fatal(err)
		}
		before := len(p.records(1))
		said, err := d.Warn(ctx, ada, draft("Surge", heed.Routine, p.id[0]))
		if err != nil || said.Waits == nil || !said.Waits.Until.IsZero() {
			t.Fatalf("%+v, %v: want it to wait without an end", said, err)
		}
		if n := len(p.records(1)); n != before {
			t.Fatalf("%d records were made by a draft", n-before)
		}
		if _, err := d.Release(ctx, ada, said.Handle, ""); !errors.Is(err, desk.ErrNot) {
			t.Errorf("its own drafter released it: %v", err)
		}
		var refused *people.Refused
		if _, err := d.Release(ctx, officer, said.Handle, ""); !errors.As(err, &refused) || refused.Ruling.Rule != "role" {
			t.Errorf("a duty officer released it: %v", err)
		}
		stale := bo
		stale.SteppedUp, stale.Local = false, false
		if _, err := d.Release(ctx, stale, said.Handle, ""); !errors.As(err, &refused) || refused.Ruling.Rule != "step-up" {
			t.Errorf("released without a fresh proof: %v", err)
		}
		p.stop(1)
		p.start(1)
		d = p.n[1].Desk()
		list, err := d.Drafts(ctx, bo)
		if err != nil || len(list) != 1 || list[0].Person != "ada" || list[0].Headline != "Surge" {
			t.Fatalf("after a restart %+v, %v", list, err)
		}
		out, err := d.Release(ctx, bo, said.Handle, "I read it")
		if err != nil || out.ID != said.ID || out.Version != 1 {
			t.Fatalf("%+v, %v", out, err)
		}
		if _, err := d.Release(ctx, bo, said.Handle, ""); !errors.Is(err, desk.ErrUnknown) {
			t.Errorf("released twice: %v", err)
		}
		sheet, err := d.Show(ctx, bo, out.Leaf)
		if err != nil || len(sheet.Log) != 1 || !strings.Contains(sheet.Log[0], "bo released what ada drafted. I read it") || sheet.From != "person:ada" {
			t.Errorf("%+v, %v", sheet.Log, err)
		}
		p.idle(1)
		if _, err := p.n[0].Desk().Resolve(ctx, p.by(0), string(out.ID)); err != nil {
			t.Errorf("it did not reach its receiver: %v", err)
		}
		if again, err := d.Warn(ctx, ada, desk.Draft{ID: out.ID, Revoke: "the gauge was faulty"}); err != nil || again.Waits == nil {
			t.Errorf("a retraction under four eyes: %+v, %v", again, err)
		}
		for _, policy := range []string{`"warn"`, `"loosen"`, `"update"`} {
			if _, err := d.SetPolicy(ctx, ada, "[four_eyes]\nacts = ["+policy+"]\n"); err != nil {
				t.Fatal(err)
			}
			next := draft("Surge, 2 m", heed.Routine)
			next.ID, next.Warning.Handling.TLP = out.ID, "TLP:GREEN"
			if policy == `"warn"` {
				next.Warning.Handling.TLP = "TLP:AMBER"
				next.Extracts = []desk.Extract{{Headline: "Keep boats in", Asked: []string{"keep boats in"}, To: p.id[:1]}}
			}
			if _, err := d.DropDraft(ctx, ada, said.Handle); err != nil {
				t.Fatal(err)
			}
			if held, err := d.Warn(ctx, ada, next); err != nil || held.Waits == nil {
				t.Errorf("with %s under four eyes: %+v, %v", policy, held, err)
			}
		}
		if _, err := d.SetPolicy(ctx, ada, "[four_eyes]\nacts = [\"warn\", \"retract\"]\n[release]\nlongest = \"10m\"\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := d.DropDraft(ctx, officer, said.Handle); !errors.As(err, &refused) {
			t.Errorf("an officer dropped another's draft: %v", err)
		}
		if _, err := d.DropDraft(ctx, ada, said.Handle); err != nil {
			t.Error(err)
		}
		p.urgentGoes(ada)
	})
}

// urgentGoes drafts an urgent warning and lets its time pass.
func (p *pair) urgentGoes(ada people.Actor) {
	p.t.Helper()
	t, ctx := p.t, p.t.Context()
	now := time.Now()
	p.stop(1)
	n, err := node.New(ctx, p.dir[1], world()) // not started: only this test's clock lets it go
	if err != nil {
		t.Fatal(err)
	}
	d := n.Desk()
	d.Elapsed = func() time.Time { return now }
	said, err := d.Warn(ctx, ada, draft("Surge now", heed.Flash, p.id[0]))
	if err != nil || said.Waits == nil || !said.Waits.Until.Equal(now.Add(10*time.Minute).UTC().Truncate(time.Microsecond)) {
		t.Fatalf("%+v, %v: want it to wait ten minutes", said, err)
	}
	for _, step := range []struct {
		pass time.Duration
		gone bool
	}{{10*time.Minute - time.Second, false}, {time.Second, true}, {time.Hour, true}} {
		now = now.Add(step.pass)
		if err := d.ReleaseDue(ctx); err != nil {
			t.Fatal(err)
		}
		list, err := d.Drafts(ctx, ada)
		if err != nil || (len(list) == 0) != step.gone {
			t.Fatalf("after %s more: %+v, %v", step.pass, list, err)
		}
	}
	l, err := d.Resolve(ctx, ada, string(said.ID))
	if err != nil || l.Version != 1 {
		t.Fatal(l, err)
	}
	sheet, err := d.Show(ctx, ada, l.Index)
	if err != nil || len(sheet.Log) != 1 || !strings.Contains(sheet.Log[0], "went by itself") {
		t.Errorf("%+v, %v", sheet.Log, err)
	}
	if err := n.Stop(ctx); err != nil {
		t.Error(err)
	}
	p.start(1)
	p.idle(1)
	if _, err := p.n[0].Desk().Resolve(ctx, p.by(0), string(said.ID)); err != nil {
		t.Errorf("the urgent one did not reach its receiver: %v", err)
	}
	if _, err := p.n[1].Desk().SetPolicy(ctx, ada, "[four_eyes]\nacts = [\"warn\"]\n"); err != nil {
		t.Fatal(err)
	}
	if said, err := p.n[1].Desk().Warn(ctx, ada, draft("Surge at once", heed.Flash, p.id[0])); err != nil || said.Waits != nil {
		t.Errorf("without a longest wait an urgent one waits: %+v, %v", said, err)
	}
}

// What policy makes of warnings of the checks; refusals stand above it.
func TestChecksAtRelease(t *testing.T) {
	p := meet(t, "")
	ctx, d, ada := t.Context(), p.n[1].Desk(), p.by(1)
	unasked := draft("Surge", heed.Routine, p.id[0])
	unasked.Warning.Asked = nil
	said, err := d.Warn(ctx, ada, unasked)
	if err != nil || len(said.Findings) != 1 || said.Findings[0].Rule != "asked" {
		t.Fatalf("%+v, %v: want it to go and to be told", said, err)
	}
	if _, err := d.SetPolicy(ctx, ada, "[release]\nwarnings = \"stop\"\n"); err != nil {
		t.Fatal(err)
	}
	var unfit *desk.Unfit
	if _, err := d.Warn(ctx, ada, unasked); !errors.As(err, &unfit) || unfit.Findings[0].Rule != "asked" {
		t.Errorf("a stopping warning: %v", err)
	}
	urgent := unasked
	urgent.Warning.Precedence = heed.Immediate
	if said, err := d.Warn(ctx, ada, urgent); err != nil || len(said.Findings) != 1 {
		t.Errorf("an urgent one is held by a warning: %+v, %v", said, err)
	}
	unasked.Despite, unasked.Because = []string{"asked"}, "they know"
	if said, err := d.Warn(ctx, ada, unasked); err != nil || len(said.Findings) != 0 {
		t.Errorf("overridden: %+v, %v", said, err)
	}
	l, err := p.n[0].Desk().Warn(ctx, p.by(0), desk.Draft{Headline: "For you", To: p.id[1:], Warning: heed.Warning{Handling: heed.Handling{TLP: "TLP:RED"}}})
	if err != nil {
		t.Fatal(err)
	}
	p.idle(0)
	line, err := d.Resolve(ctx, ada, string(l.ID))
	if err != nil {
		t.Fatal(err)
	}
	resting := draft("What we heard", heed.Routine, p.id[0])
	resting.Quotes = []int64{line.Index}
	if _, err := d.Warn(ctx, ada, resting); !errors.As(err, &unfit) || unfit.Findings[0].Rule != "handling-quoted" {
		t.Errorf("looser than what it rests on: %v", err)
	}
	liaison := people.OnMachine("an", p.id[1], people.Liaison)
	if _, err := d.Look(ctx, liaison, resting); err == nil {
		t.Error("a liaison looked at what is marked TLP:RED by way of a check")
	}
}

// Texts for several readers: each gets its own, nobody is told of the others, and whoever
// holds the whole can tell whose extract one is.
func TestExtracts(t *testing.T) {
	p := meet(t, "")
	ctx, d, ada := t.Context(), p.n[1].Desk(), p.by(1)
	dr := draft("Surge at the mill", heed.Immediate)
	dr.Extracts = []desk.Extract{
		{Headline: "Close the barrier", Text: "High water.", Keep: []string{"asked", "validity"}, Handling: heed.Handling{TLP: "TLP:GREEN"}, To: p.id[:1]},
		{Headline: "Keep boats in", Keep: []string{"validity"}, Asked: []string{"keep boats in"}, To: p.id[:1]},
	}
	said, err := d.Warn(ctx, ada, dr)
	if err != nil || len(said.Extracts) != 2 {
		t.Fatalf("%+v, %v", said, err)
	}
	p.idle(1)
	for _, r := range p.records(0) {
		for _, word := range []string{"mill", string(said.ID), "extract", "gauges"} {
			if strings.Contains(string(r.Envelope.Payload), word) {
				t.Errorf("the reader of an extract has %q in a %s", word, r.Kind)
			}
		}
	}
	whole, parts := p.record(1, said.ID), map[string]bool{}
	for _, x := range said.Extracts {
		s := p.statement(0, x.ID)
		if s.Warning.Part != heed.PartOf(whole.Digest, x.ID, 1) {
			t.Errorf("%s cannot be told by who holds the whole", x.Handle)
		}
		if s.Warning.Basis != "" || s.Warning.Precedence != heed.Immediate {
			t.Errorf("%s keeps what it was not told to, or lost its precedence: %+v", x.Handle, s.Warning)
		}
		parts[s.Warning.Part] = true
	}
	if other := p.statement(1, said.ID).Warning.Part; len(parts) != 2 || other == "" || parts[other] {
		t.Error("a whole can be told from an extract, or two extracts from each other, by their parts")
	}
	sent, err := d.SentOne(ctx, p.line(1, said.ID))
	if err != nil || len(sent.Extracts) != 2 || !slices.Contains(sent.Extracts[1].Withheld, "basis") || !slices.Equal(sent.Extracts[0].To, []string{"coast"}) {
		t.Errorf("%+v, %v", sent.Extracts, err)
	}
	next := draft("Surge at the mill, 2 m", heed.Immediate)
	next.ID = said.ID
	newer, err := d.Warn(ctx, ada, next)
	if err != nil || len(newer.Stale) != 2 {
		t.Errorf("%+v, %v: want two stale extracts", newer.Stale, err)
	}
	if _, err := p.n[0].Desk().Extract(ctx, p.by(0), p.line(0, said.Extracts[0].ID).Index, desk.Extract{Headline: "x", To: p.id[1:]}, nil, ""); !errors.Is(err, desk.ErrNot) {
		t.Errorf("somebody else made an extract: %v", err)
	}
	if _, err := d.Extract(ctx, ada, p.line(1, said.Extracts[0].ID).Index, desk.Extract{Headline: "x", To: p.id[:1]}, nil, ""); !errors.Is(err, desk.ErrNot) {
		t.Errorf("an extract of an extract: %v", err)
	}
	if _, err := d.Extract(ctx, ada, p.line(1, said.ID).Index, desk.Extract{Headline: "x", Keep: []string{"everything"}, To: p.id[:1]}, nil, ""); err == nil {
		t.Error("a field that is none was kept")
	}
}

// The tokens of a source are the same for one scope, differ between scopes, and only the
// source desk makes them or looks.
func TestSealedSources(t *testing.T) {
	bothEngines(t, func(t *testing.T, database string) {
		p := meet(t, database)
		ctx, d := t.Context(), p.n[1].Desk()
		kim := people.OnMachine("kim", p.id[1], people.SourceDesk)
		if err := d.BeginSources(ctx, kim, "correct horse battery"); err != nil {
			t.Fatal(err)
		}
		if err := d.BeginSources(ctx, kim, "another horse battery"); !errors.Is(err, desk.ErrNot) {
			t.Errorf("a second key took the place of the first: %v", err)
		}
		line, err := d.AddSource(ctx, kim, source.Secret{Name: "Vesper Lynd"})
		if err != nil || line.Name != "" {
			t.Fatalf("%+v, %v", line, err)
		}
		if _, err := d.AddSource(ctx, kim, source.Secret{Name: "vesper  LYND"}); !errors.Is(err, desk.ErrNot) {
			t.Errorf("one source twice would have two tokens: %v", err)
		}
		var tokens []string
		for _, scope := range []string{"case:a", "case:a", "case:b", heed.ScopeLasting, "", ""} {
			for _, name := range []string{line.ID, "VESPER-lynd"} {
				hop, err := d.SealedHop(ctx, kim, name, scope)
				if err != nil || !hop.Sealed || hop.Token.Minter != p.id[1] {
					t.Fatalf("%+v, %v", hop, err)
				}
				tokens = append(tokens, hop.Token.Value)
			}
		}
		if tokens[0] != tokens[1] || tokens[0] != tokens[2] || tokens[0] != tokens[3] {
			t.Error("one source and one case have two tokens")
		}
		slices.Sort(tokens)
		if n := len(slices.Compact(tokens)); n != 7 {
			t.Errorf("%d different tokens of 7", n)
		}
		if err := p.n[1].Store().View(ctx, func(tx *store.Tx) error {
			if rows, err := tx.Sources(p.id[0]); err != nil || len(rows) != 0 {
				t.Error("another desk's sources")
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, role := range []people.Role{people.DutyOfficer, people.Supervisor, people.Liaison, people.Analyst, people.Inspector, people.Administrator} {
			by := people.OnMachine("x", p.id[1], role)
			_, err1 := d.SealedHop(ctx, by, line.ID, "")
			_, err2 := d.UnlockSources(ctx, by, "correct horse battery")
			_, err3 := d.LookAtSource(ctx, by, line.ID, "why not")
			_, err4 := d.SourceList(ctx, by)
			if err1 == nil || err2 == nil || err3 == nil || err4 == nil {
				t.Errorf("the role %s reached a sealed source: %v, %v, %v, %v", role, err1, err2, err3, err4)
			}
		}
		if _, err := d.LookAtSource(ctx, kim, line.ID, "to call"); !errors.Is(err, source.ErrLocked) {
			t.Errorf("locked: %v", err)
		}
		if _, err := d.UnlockSources(ctx, kim, "correct horse battery"); err != nil {
			t.Fatal(err)
		}
		before := len(p.records(1))
		if _, err := d.LookAtSource(ctx, kim, line.ID, "because Vesper Lynd called"); !errors.Is(err, desk.ErrNot) || len(p.records(1)) != before {
			t.Errorf("a reason that names the source: %v", err)
		}
		seen, err := d.LookAtSource(ctx, kim, line.ID, "to call")
		if err != nil || seen.Name != "Vesper Lynd" {
			t.Fatalf("%+v, %v", seen, err)
		}
		last := p.records(1)[before]
		s := p.statement(1, last.ID)
		if s.Log == nil || s.Log.Act != "source-look" || s.Log.Person != "kim" || s.Log.Words != "to call" || !strings.Contains(s.Text, line.ID) {
			t.Errorf("the look is on record as %+v", s)
		}
		analyst := people.OnMachine("an", p.id[1], people.Analyst)
		dr := draft("As Vesper Lynd said", heed.Routine, p.id[0])
		if found, err := d.Look(ctx, analyst, dr); err != nil || len(found) != 0 {
			t.Errorf("an analyst can find out by guessing who is a source: %+v, %v", found, err)
		}
		if found, err := d.Look(ctx, kim, dr); err == nil && len(found) != 1 {
			t.Errorf("the source desk is not told: %+v, %v", found, err)
		}
	})
}

// record gives the newest record of a statement at a node.
func (p *pair) record(i int, id heed.ID) store.Record {
	p.t.Helper()
	list := slices.DeleteFunc(p.records(i), func(r store.Record) bool { return r.ID != id })
	if len(list) == 0 {
		p.t.Fatalf("%s is not there", id)
	}
	return list[len(list)-1]
}

func (p *pair) statement(i int, id heed.ID) *heed.Statement {
	p.t.Helper()
	var s *heed.Statement
	idx := p.record(i, id).Index
	if err := p.n[i].Store().View(p.t.Context(), func(tx *store.Tx) error {
		l, err := people.Load(tx, idx)
		s = l.Statement
		return err
	}); err != nil || s == nil {
		p.t.Fatalf("%s cannot be read: %v", id, err)
	}
	return s
}

func (p *pair) line(i int, id heed.ID) store.Line {
	p.t.Helper()
	l, err := p.n[i].Desk().Resolve(p.t.Context(), p.by(i), string(id))
	if err != nil {
		p.t.Fatal(err)
	}
	return l
}
