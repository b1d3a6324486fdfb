package heed_test

import (
	"testing"
	"testing/quick"
	"time"

	"heed"
)

// some gives one of the list, or nothing, by a number.
func some(list []string, n uint8) string {
	i := int(n) % (len(list) + 1)
	if i == len(list) {
		return ""
	}
	return list[i]
}

type dice struct{ T, P, O, A, R, C uint8 }

func (d dice) handling() heed.Handling {
	return heed.Handling{TLP: some(heed.TLPs, d.T), PAP: some(heed.PAPs, d.P), Onward: some([]string{"may", "ask", "must-not"}, d.O),
		Attribution: some([]string{"may", "must", "must-not"}, d.A), TellAtRisk: some([]string{"may", "must-not"}, d.R), OriginatorControl: d.C%2 == 1}
}

const (
	asker = heed.PartyID("identity--00000000-0000-4000-8000-000000000002")
	venue = heed.PartyID("identity--00000000-0000-4000-8000-000000000003")
)

// TestNarrowNeverLoosens: whatever is narrowed by whatever, nothing becomes allowed that was
// not, in any order, and narrowing twice changes nothing.
func TestNarrowNeverLoosens(t *testing.T) {
	err := quick.Check(func(a, b dice, atRisk bool) bool {
		h, by := a.handling(), b.handling()
		n := h.Narrow(by)
		ask := heed.PassOn{To: venue, AtRisk: atRisk}
		if n.May(ask).Allowed && !h.May(ask).Allowed || n.Looser(h) {
			return false
		}
		return n.Narrow(by) == n
	}, &quick.Config{MaxCount: 20000})
	if err != nil {
		t.Error(err)
	}
}

func TestPassOn(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	ended := now.Add(-time.Hour)
	for _, c := range []struct {
		h    heed.Handling
		p    heed.PassOn
		rule string
		ok   bool
	}{
		{heed.Handling{}, heed.PassOn{To: venue}, "tlp", false},
		{heed.Handling{TLP: "TLP:CLEAR"}, heed.PassOn{}, "empty-audience", false},
		{heed.Handling{TLP: "TLP:PURPLE"}, heed.PassOn{To: venue}, "tlp", false},
		{heed.Handling{TLP: "TLP:RED", Onward: "may"}, heed.PassOn{To: venue}, "tlp", false},
		{heed.Handling{TLP: "TLP:AMBER+STRICT", Onward: "may"}, heed.PassOn{To: venue}, "tlp", false},
		{heed.Handling{TLP: "TLP:AMBER"}, heed.PassOn{To: venue}, "tlp", false},
		{heed.Handling{TLP: "TLP:AMBER", Onward: "may"}, heed.PassOn{To: venue}, "tlp", true},
		{heed.Handling{TLP: "TLP:GREEN"}, heed.PassOn{To: venue}, "tlp", true},
		{heed.Handling{TLP: "TLP:GREEN", Onward: "ask"}, heed.PassOn{To: venue}, "onward", false},
		{heed.Handling{TLP: "TLP:CLEAR", Onward: "must-not"}, heed.PassOn{To: venue}, "onward", false},
		{heed.Handling{TLP: "TLP:CLEAR", Attribution: "must-not"}, heed.PassOn{To: venue}, "attribution", false},
		{heed.Handling{TLP: "TLP:CLEAR", OriginatorControl: true}, heed.PassOn{To: venue}, "originator-control", false},
		{heed.Handling{TLP: "TLP:RED", TellAtRisk: "may"}, heed.PassOn{To: venue, AtRisk: true}, "tell-at-risk", true},
		{heed.Handling{TLP: "TLP:GREEN", TellAtRisk: "must-not"}, heed.PassOn{To: venue, AtRisk: true}, "tell-at-risk", false},
		{heed.Handling{TLP: "TLP:RED", TellAtRisk: "may", OriginatorControl: true}, heed.PassOn{To: venue, AtRisk: true}, "originator-control", false},
		{heed.Handling{TLP: "TLP:RED", OriginatorControl: true, Attribution: "must-not"},
			heed.PassOn{To: venue, Grants: []heed.Grant{{Holder: asker, To: venue}}, Now: now}, "grant", true},
		{heed.Handling{TLP: "TLP:RED"}, heed.PassOn{To: asker, Grants: []heed.Grant{{Holder: asker, To: venue}}, Now: now}, "tlp", false},
		{heed.Handling{TLP: "TLP:RED"}, heed.PassOn{To: venue, Grants: []heed.Grant{{Holder: asker, To: venue, Until: &ended}}, Now: now}, "tlp", false},
		{heed.Handling{TLP: "TLP:RED"}, heed.PassOn{To: venue, Grants: []heed.Grant{{Holder: asker, To: venue, AtRisk: true}}, Now: now}, "tlp", false},
	} {
		got := c.h.May(c.p)
		if got.Allowed != c.ok || got.Rule != c.rule || got.Allowed != (got.Words == "") {
			t.Errorf("%s to %s (at risk %v): got %+v, want %v by %s", c.h.Line(), c.p.To, c.p.AtRisk, got, c.ok, c.rule)
		}
	}
}

func TestUnknownCountsAsStrictest(t *testing.T) {
	for _, label := range []string{"", "TLP:WHITE", "amber", "TLP:PURPLE"} {
		if got := (heed.Handling{TLP: label}).StrictestTLP(); got != "TLP:RED" {
			t.Errorf("%q counts as %s", label, got)
		}
	}
	for _, label := range heed.TLPs {
		if got := (heed.Handling{TLP: label}).StrictestTLP(); got != label {
			t.Errorf("%s counts as %s", label, got)
		}
	}
	if (heed.Handling{TLP: "TLP:GREEN"}).Looser(heed.Handling{TLP: "TLP:CLEAR"}) || !(heed.Handling{TLP: "TLP:GREEN"}).Looser(heed.Handling{}) {
		t.Error("Looser does not follow the order of the labels")
	}
}
