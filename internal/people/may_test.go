package people

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"heed"
)

// expected reads testdata/may.txt: the table as people agreed on it, a line an act. It is
// written by hand and says the same as the rules in another form, so that neither changes
// alone.
func expected(t *testing.T) map[Act]expectation {
	t.Helper()
	raw, err := os.ReadFile("testdata/may.txt")
	if err != nil {
		t.Fatal(err)
	}
	letters := map[byte]Role{'D': DutyOfficer, 'S': Supervisor, 'L': Liaison, 'K': SourceDesk, 'A': Analyst, 'I': Inspector, 'M': Administrator}
	table := map[Act]expectation{}
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		if len(f) < 4 {
			t.Fatalf("may.txt: %q has too few columns", line)
		}
		e := expectation{scope: Scope(f[2]), whose: f[3], more: f[4:]}
		for _, c := range []byte(strings.Trim(f[1], "-")) {
			e.roles = append(e.roles, letters[c])
		}
		table[Act(f[0])] = e
	}
	return table
}

type expectation struct {
	roles []Role
	scope Scope
	whose string // own, others, either, node, peer
	more  []string
}

const (
	us    = heed.PartyID("identity--00000000-0000-4000-8000-000000000001")
	them  = heed.PartyID("identity--00000000-0000-4000-8000-000000000002")
	third = heed.PartyID("identity--00000000-0000-4000-8000-000000000003")
)

// answer says what the table of expectations has for one cell, by its own reasoning.
func (e expectation) answer(a Actor, o Object, tlp string) (allowed, hidden bool) {
	if (e.whose == "peer") != a.Peer {
		return false, true
	}
	if a.Peer {
		return o.With == a.Desk, o.With != a.Desk
	}
	if o.Desk != "" && o.Desk != a.Desk {
		return false, true
	}
	reads := map[Role]bool{DutyOfficer: true, Supervisor: true, Liaison: true, SourceDesk: true, Analyst: true, Inspector: true}
	if o.Source != o.Desk && (tlp == "" || tlp == "TLP:RED" || tlp == "TLP:PURPLE") {
		reads = map[Role]bool{DutyOfficer: true, Supervisor: true, Analyst: true, Inspector: true}
	}
	role := a.Roles[0]
	if o.Desk != "" && slices.Contains(e.more, "text") && !reads[role] {
		return false, true
	}
	mine := o.Author == o.Desk
	switch {
	case !slices.Contains(a.Scopes, e.scope), !slices.Contains(e.roles, role),
		e.whose == "own" && !mine, e.whose == "others" && o.Desk != "" && mine,
		slices.Contains(e.more, "step-up") && !a.SteppedUp, slices.Contains(e.more, "local") && !a.Local:
		return false, false
	}
	if slices.Contains(e.more, "hands") && !mine {
		return tlp == "TLP:GREEN" || tlp == "TLP:CLEAR", false
	}
	return true, false
}

// TestMatrix holds every role × act × marking × (own, a peer's, another desk's) × scope ×
// proof to the table of expectations; an act without a row fails.
func TestMatrix(t *testing.T) {
	table := expected(t)
	cells := 0
	for act := range table {
		if !slices.Contains(Acts(), act) {
			t.Errorf("may.txt has %s, which no rule has", act)
		}
	}
	for _, act := range Acts() {
		e, ok := table[act]
		if !ok {
			t.Errorf("%s has no row in testdata/may.txt", act)
			continue
		}
		for _, a := range actors() {
			for _, o := range objects(e.whose == "node") {
				for _, tlp := range append(slices.Clone(heed.TLPs), "", "TLP:PURPLE") {
					cells++
					got := May(a, act, o, heed.Handling{TLP: tlp})
					allowed, hidden := e.answer(a, o, tlp)
					if got.Allowed != allowed || got.Hidden != hidden {
						t.Fatalf("%s by %v (scopes %v, stepped up %v) on %+v marked %q: got %+v, expected allowed %v, hidden %v",
							act, a, a.Scopes, a.SteppedUp, o, tlp, got, allowed, hidden)
					}
					if !got.Allowed && (got.Words == "" || got.Rule == "") {
						t.Errorf("%s is refused without words or rule: %+v", act, got)
					}
				}
			}
		}
	}
	t.Logf("%d cells, each with an expected answer", cells)
}

func actors() []Actor {
	list := []Actor{PeerActor(them), PeerActor(third), PeerActor("")}
	for _, r := range append(slices.Clone(Roles), "nobody") {
		for _, scopes := range [][]Scope{nil, {ScopeRead}, {ScopeWrite}, {ScopeAdmin}, Scopes} {
			for _, proof := range []int{0, 1, 2} {
				list = append(list, Actor{Person: "ada", Desk: us, Roles: []Role{r}, Scopes: scopes, SteppedUp: proof > 0, Local: proof > 1})
			}
		}
	}
	return list
}

func objects(ofNode bool) []Object {
	if ofNode {
		return []Object{{}}
	}
	return []Object{
		{Desk: us, Author: us, Source: us, With: them, To: third},
		{Desk: us, Author: them, Source: them, With: them, To: third},
		{Desk: us, Author: us, Source: them, With: them, To: third}, // a decision on what another said
		{Desk: us, Author: "", With: third, To: third},              // handed in without a seal
		{Desk: third, Author: them, Source: them, With: them, To: us},
	}
}

func TestSeveralRolesAdd(t *testing.T) {
	a := Actor{Person: "ada", Desk: us, Roles: []Role{Administrator, Analyst}, Scopes: Scopes}
	if r := May(a, ActRead, Object{Desk: us, Author: them, Source: them}, heed.Handling{TLP: "TLP:GREEN"}); !r.Allowed {
		t.Errorf("an administrator who is an analyst as well may not read: %+v", r)
	}
	if r := May(a, ActBackup, Object{}, heed.Handling{}); r.Allowed {
		t.Error("a backup was given away from the machine")
	}
}

func BenchmarkMay(b *testing.B) {
	a := Actor{Person: "ada", Desk: us, Roles: []Role{SourceDesk, Liaison}, Scopes: Scopes}
	o := Object{Desk: us, Author: them, To: third, Now: time.Unix(0, 0)}
	h := heed.Handling{TLP: "TLP:AMBER", Onward: "may"}
	b.ReportAllocs()
	for b.Loop() {
		if !May(a, ActPass, o, h).Allowed {
			b.Fatal("refused")
		}
	}
}
