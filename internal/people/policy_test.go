package people

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"heed"
)

var known = Names{
	Party: func(s string) (heed.PartyID, error) {
		switch s {
		case "coast":
			return them, nil
		case "key-west", string(third):
			return third, nil
		}
		return "", errors.New("no such party")
	},
	Person: func(s string) bool { return s == "ada" },
}

func show(id heed.PartyID) string {
	return map[heed.PartyID]string{them: "coast", third: "key-west"}[id]
}

const wholePolicy = `# at night
[clocks.FLASH]
acknowledge = "90s"
decide = "5m"
escalate = "1m"
owner = "person:ada"
steps = ["duty-officer", "supervisor"]

[others]
cap = "IMMEDIATE"

[parties.coast]
cap = "PRIORITY"
decided = "choice"

[parties.key-west] # a name like any other
cap = "FLASH"

[four_eyes]
acts = ["decide:dismiss", "retract"]

[priors.attack-on-church]
value = 0.02
owner = "bo \"the elder\""
words = "base rate of 2015 to 2023\nfrom the yearbook"
date = 2024-03-01

[alarms]
no_desk = "3m"

[reasons]
own = ["own-barrier-closed"]
words = []
`

func TestPolicyReads(t *testing.T) {
	p, err := ParsePolicy([]byte(wholePolicy), known)
	if err != nil {
		t.Fatal(err)
	}
	c := p.Clock(heed.Flash)
	if c.Acknowledge != heed.Duration(90*time.Second) || c.Owner != "person:ada" || len(c.Steps) != 2 {
		t.Errorf("clocks: %+v", c)
	}
	if got := p.For(them); got.Cap != heed.Priority || got.Decided != "choice" {
		t.Errorf("terms of coast: %+v", got)
	}
	if got := p.For("identity--x"); got.Cap != heed.Immediate || got.Decided != "when" {
		t.Errorf("terms of the others: %+v", got)
	}
	if v, ok := p.Prior("attack-on-church"); !ok || v.Value != 0.02 || v.Date.Format(time.DateOnly) != "2024-03-01" {
		t.Errorf("prior: %+v", v)
	}
	if want := []string{"clocks.IMMEDIATE", "clocks.PRIORITY", "clocks.ROUTINE", "clocks.unstated"}; !reflect.DeepEqual(p.Defaults, want) {
		t.Errorf("marked as default: %v, expected %v", p.Defaults, want)
	}
	if p.NeedsWords("other") {
		t.Error("an empty list of codes that need words was taken for one that is left out")
	}
}

// What is printed can be set again and comes to the same.
func TestPolicyPrintsWhatItReads(t *testing.T) {
	for _, text := range []string{"", wholePolicy} {
		p, err := ParsePolicy([]byte(text), known)
		if err != nil {
			t.Fatal(err)
		}
		whole := FormatPolicy(p, show)
		if n := strings.Count(whole, "# default"); n != len(p.Defaults) {
			t.Errorf("%d marks for %d defaults:\n%s", n, len(p.Defaults), whole)
		}
		again, err := ParsePolicy([]byte(whole), known)
		if err != nil {
			t.Fatalf("%v in\n%s", err, whole)
		}
		p.Defaults, again.Defaults = nil, nil
		if FormatPolicy(p, show) != FormatPolicy(again, show) {
			t.Errorf("printed:\n%s\nread again:\n%s", whole, FormatPolicy(again, show))
		}
	}
}

func TestPolicyText(t *testing.T) {
	for _, c := range []struct{ text, words string }{
		{"[clocks.FLASH]\nacknowledge = \"1m\"\ndecide = \"2m\"\nescalate = \"1m\"\n", "clocks.FLASH: nobody owns it"},
		{"[clocks.FLASH]\nacknowledge = \"1m\"\ndecide = \"2m\"\nescalate = \"1m\"\nowner = \"\"\n", "clocks.FLASH: nobody owns it"},
		{"[clocks.FLASH]\nowner = \"person:eve\"\n", `nobody here is called "eve"`},
		{"[clocks.FLASH]\nowner = \"administrator\"\n", "answers no clock"},
		{"[clocks.FLASH]\nowner = \"ada\"\n", "or person:NAME"},
		{"[clocks.flash]\nacknowledge = \"1m\"\ndecide = \"2m\"\nescalate = \"1m\"\nowner = \"supervisor\"\n", "there are clocks for"},
		{"\n[clocks.FLASH]\nacknowledge = 5\n", "clocks.FLASH.acknowledge is a time: write it in quotes"},
		{"[clocks.FLASH]\nacknowledge = \"5x\"\n", "line 2: clocks.FLASH.acknowledge: \"5x\" is not a time"},
		{"[alarms]\nno_desks = \"5m\"\n", "line 2: there is no setting alarms.no_desks"},
		{"[Alarms]\nno_desk = \"5m\"\n", "lower case"},
		{"[parties.nobody]\ncap = \"FLASH\"\n", "parties.nobody: no such party"},
		{"[parties.key-west]\n[parties.\"" + string(third) + "\"]\n", "named twice"},
		{"[alarms\n", "line 1: "},
		{"[alarms]\nno_desk = \"5m\"\n[alarms]\n", "line 3: "},
		{"\xff", "not UTF-8"},
		{strings.Repeat("#", MaxPolicy+1), "at most 65536"},
	} {
		if _, err := ParsePolicy([]byte(c.text), known); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%q: expected %q, got %v", c.text, c.words, err)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: more than one sentence: %v", c.text, err)
		}
	}
}

// A key that looks like a secret's is refused wherever it stands.
func TestPolicyHoldsNoSecret(t *testing.T) {
	for _, text := range []string{
		"password = \"x\"\n", "[mail]\nsmtp_password = \"x\"\n", "[parties.coast]\ntoken = \"x\"\n", "[parties]\ntoken = \"x\"\n",
		"[alarms]\napiKey = \"x\"\n", "[others]\npass-phrase = \"x\"\n", "[a.b.c]\nclient_secret = \"x\"\n", "[[x]]\ncredentials = 1\n", "[keys]\n",
	} {
		if _, err := ParsePolicy([]byte(text), known); err == nil || !strings.Contains(err.Error(), "docs/admin.md") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzPolicy(f *testing.F) {
	f.Add(wholePolicy)
	f.Add("")
	f.Add("[clocks.FLASH]\nowner = \"supervisor\"\n")
	f.Add("[priors]\nx = {value = nan}\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePolicy([]byte(text), known)
		if err != nil {
			return
		}
		if err := p.Check(); err != nil {
			t.Fatalf("read, and does not hold: %v", err)
		}
		again, err := ParsePolicy([]byte(FormatPolicy(p, show)), known)
		if err != nil {
			t.Fatalf("%v in\n%s", err, FormatPolicy(p, show))
		}
		p.Defaults, again.Defaults = nil, nil
		if FormatPolicy(again, show) != FormatPolicy(p, show) {
			t.Fatalf("two readings of one policy:\n%s\n%s", FormatPolicy(p, show), FormatPolicy(again, show))
		}
	})
}
