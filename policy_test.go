package heed_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"heed"
)

const sea = heed.PartyID("identity--00000000-0000-4000-8000-000000000009")

func TestDefaultPolicyHolds(t *testing.T) {
	p := heed.DefaultPolicy()
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	if len(p.Priors) != 0 {
		t.Errorf("the default policy has priors: %v", p.Priors)
	}
	if !reflect.DeepEqual(p.Clock(""), p.Clocks[heed.Unstated]) {
		t.Error("what was not stated has not the clocks of its own row")
	}
	if _, ok := p.Prior("attack-on-church"); ok {
		t.Error("a prior that nobody set was found")
	}
}

func TestCaps(t *testing.T) {
	p := heed.DefaultPolicy()
	p.Parties = map[heed.PartyID]heed.Terms{sea: {Cap: heed.Priority}}
	for _, c := range []struct{ stated, counts heed.Precedence }{
		{heed.Flash, heed.Priority}, {heed.Immediate, heed.Priority}, {heed.Priority, heed.Priority},
		{heed.Routine, heed.Routine}, {"", ""}, // not stated stays not stated
	} {
		got, capped := p.Capped(sea, c.stated)
		if got != c.counts || capped != (c.stated != c.counts) {
			t.Errorf("%q capped at PRIORITY counts as %q, capped %v", c.stated, got, capped)
		}
	}
	if got, capped := p.Capped(us(1), heed.Flash); got != heed.Flash || capped {
		t.Errorf("a party without a cap was capped: %q", got)
	}
	p.Others.Cap = heed.Routine
	if got, _ := p.Capped(us(1), heed.Flash); got != heed.Routine {
		t.Errorf("the cap of the others does not hold: %q", got)
	}
}

func us(n int) heed.PartyID {
	return heed.PartyID("identity--00000000-0000-4000-8000-00000000000" + string(rune('0'+n)))
}

func TestPolicyRefused(t *testing.T) {
	for _, c := range []struct {
		words  string
		change func(*heed.Policy)
	}{
		{"nobody owns it", func(p *heed.Policy) {
			c := p.Clocks[heed.Flash]
			c.Owner = " "
			p.Clocks[heed.Flash] = c
		}},
		{"clocks.ROUTINE is missing", func(p *heed.Policy) { delete(p.Clocks, heed.Routine) }},
		{"there are clocks for", func(p *heed.Policy) { p.Clocks["SOON"] = p.Clocks[heed.Flash] }},
		{"sooner than acknowledge", func(p *heed.Policy) {
			c := p.Clocks[heed.Flash]
			c.Decide = heed.Duration(time.Minute)
			p.Clocks[heed.Flash] = c
		}},
		{"between 1s and 90d", func(p *heed.Policy) {
			c := p.Clocks[heed.Flash]
			c.Acknowledge = 5
			p.Clocks[heed.Flash] = c
		}},
		{"more than 0 and less than 1", func(p *heed.Policy) {
			p.Priors = map[string]heed.Prior{"x": {Value: 1, Owner: "ada", Words: "w", Date: time.Unix(1, 0)}}
		}},
		{"an owner who stands for it", func(p *heed.Policy) { p.Priors = map[string]heed.Prior{"x": {Value: 0.1, Date: time.Unix(1, 0)}} }},
		{"date is missing", func(p *heed.Policy) { p.Priors = map[string]heed.Prior{"x": {Value: 0.1, Owner: "ada", Words: "w"}} }},
		{"four_eyes.acts is", func(p *heed.Policy) { p.FourEyes = []string{"breathe"} }},
		{"cap is", func(p *heed.Policy) { p.Others.Cap = "SOON" }},
		{"decided is", func(p *heed.Policy) { p.Others.Decided = "words" }},
		{"must begin with own-", func(p *heed.Policy) { p.Reasons.Own = []string{"mine"} }},
		{"is no reason code", func(p *heed.Policy) { p.Reasons.Words = []string{"own-x"} }},
		{"alarms.no_desk", func(p *heed.Policy) { p.Alarms.NoDesk = 0 }},
	} {
		p := heed.DefaultPolicy()
		c.change(&p)
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("expected %q, got %v", c.words, err)
		}
	}
}

func TestNeedsTwo(t *testing.T) {
	p := heed.Policy{FourEyes: []string{"decide:dismiss", "retract"}}
	for act, two := range map[string]bool{"decide:dismiss": true, "decide:act": false, "retract": true, "warn": false, "decide": false} {
		if p.NeedsTwo(act) != two {
			t.Errorf("%s needs two: %v", act, !two)
		}
	}
	if p.FourEyes = []string{"decide"}; !p.NeedsTwo("decide:hold") {
		t.Error("decide does not cover decide:hold")
	}
}

func TestDurations(t *testing.T) {
	for in, out := range map[string]string{"90s": "1m30s", "10m": "10m", "2h": "2h", "24h": "1d", "3d": "3d", "1d12h": "36h", "0s": "0s", "100h30m": "100h30m"} {
		d, err := heed.ParseDuration(in)
		if err != nil || d.String() != out {
			t.Errorf("%s reads as %s, %v", in, d, err)
		}
	}
	for _, bad := range []string{"", "5", "m", "-5m", "+5m", "d", "xd", "5d-1h", "1d2d", "99999d", "1e3h", "NaN"} {
		if d, err := heed.ParseDuration(bad); err == nil {
			t.Errorf("%q was read as %s", bad, d)
		}
	}
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"90s", "10m", "1d12h", "3d", "0s", "d", "9999999h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := heed.ParseDuration(s)
		if err != nil {
			return
		}
		again, err := heed.ParseDuration(d.String())
		if err != nil || again != d {
			t.Errorf("%q reads as %d, which writes %q, which reads as %d, %v", s, d, d, again, err)
		}
	})
}
