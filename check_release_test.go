package heed_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"heed"
)

// sound is a warning that no rule has anything to say about.
func sound() *heed.Statement {
	until := time.Date(2024, 3, 9, 18, 0, 0, 0, time.UTC)
	return &heed.Statement{Kind: heed.KindWarning, Headline: "Surge expected at the harbour mouth", Text: "We judge it likely (60 %).\nOur confidence is moderate.", Lang: "en",
		Warning: &heed.Warning{Basis: heed.BasisTechnical, Precedence: heed.Priority, ValidUntil: &until, Handling: heed.Handling{TLP: "TLP:AMBER"}, Asked: []string{"close the barrier"}}}
}

func rules(list []heed.Finding) []string {
	out := []string{}
	for _, f := range list {
		out = append(out, string(f.Severity)+" "+f.Rule)
	}
	return out
}

func TestCheckRelease(t *testing.T) {
	num := func(n int) *int { return &n }
	likely := func(scale, word string, low, high *int) func(*heed.Statement) {
		return func(s *heed.Statement) {
			s.Warning.Likelihood = &heed.Likelihood{Scale: scale, Word: word, Low: low, High: high}
		}
	}
	text := func(words string) func(*heed.Statement) { return func(s *heed.Statement) { s.Text = words } }
	grade := func(s *heed.Statement) {
		s.Warning.Grades = []heed.Grade{{Scheme: "nato-6x6", Source: "E", Information: "1"}}
	}
	known := func(s *heed.Statement) {
		w := s.Warning
		w.Whom, w.Where, w.When = &heed.Target{Words: "a concert"}, &heed.Place{Words: "the hall"}, &heed.Window{Words: "tonight"}
		w.Grades = []heed.Grade{{Scheme: "nato-6x6", Source: "B", Information: "2"}}
	}
	for _, c := range []struct {
		name   string
		change func(*heed.Statement)
		quoted []heed.Quoted
		want   string // comma between; empty: nothing found
	}{
		{name: "sound", change: func(*heed.Statement) {}},
		{name: "no precedence", change: func(s *heed.Statement) { s.Warning.Precedence = "" }, want: "warn urgency"},
		{name: "no basis", change: func(s *heed.Statement) { s.Warning.Basis = "" }, want: "warn basis"},
		{name: "basis unknown is stated", change: func(s *heed.Statement) { s.Warning.Basis = heed.BasisUnknown }},
		{name: "no validity", change: func(s *heed.Statement) { s.Warning.ValidUntil = nil }, want: "warn validity"},
		{name: "no handling", change: func(s *heed.Statement) { s.Warning.Handling.TLP = "" }, want: "warn handling"},
		{name: "nothing asked", change: func(s *heed.Statement) { s.Warning.Asked = nil }, want: "warn asked"},
		{name: "confirmed on one origin", change: grade, want: "refuse confirmed-alone"},
		{name: "confirmed by another origin", change: grade, quoted: []heed.Quoted{{Name: "X v1", Handling: heed.Handling{TLP: "TLP:GREEN"}, Origin: "party other"}}},
		{name: "confirmed by the same origin again", change: func(s *heed.Statement) { grade(s); s.Warning.Chain = []heed.Hop{{Words: "a Wire report"}} },
			quoted: []heed.Quoted{{Origin: "words a wire report", Handling: heed.Handling{TLP: "TLP:GREEN"}}}, want: "refuse confirmed-alone"},
		{name: "unknown lineage confirms nothing", change: grade, quoted: []heed.Quoted{{Handling: heed.Handling{TLP: "TLP:GREEN"}}}, want: "refuse confirmed-alone"},
		{name: "Europol 1 is another scheme", change: func(s *heed.Statement) {
			s.Warning.Grades = []heed.Grade{{Scheme: "europol-4x4", Source: "A", Information: "1"}}
		}},
		{name: "retraction", change: func(s *heed.Statement) { s.Revoked = true; s.Warning.Basis = "" }},

		{name: "word of another scale", change: likely("icd-203", "highly likely", nil, nil), want: "refuse likelihood-scale"},
		{name: "own scale has no numbers", change: likely("own", "more than likely", num(3), num(4))},
		{name: "ICD likely 55 to 80", change: likely("icd-203", "Likely", num(55), num(80))},
		{name: "ICD likely at 80 is very likely", change: likely("icd-203", "likely", num(80), num(80)), want: "refuse likelihood-numbers"},
		{name: "ICD very likely at 80", change: likely("icd-203", "very likely", num(80), num(80)), want: ""},
		{name: "ICD likely 60 to 85", change: likely("icd-203", "likely", num(60), num(85)), want: "refuse likelihood-numbers"},
		{name: "DNI likely 55 to 80 is ICD's band", change: likely("stix-dni", "likely", num(55), num(80)), want: "refuse likelihood-numbers"},
		{name: "DNI likely 60 to 79", change: likely("stix-dni", "likely", num(60), num(79))},
		{name: "numbers left out deny nothing", change: likely("icd-203", "unlikely", nil, nil)},
		{name: "only an upper bound", change: likely("icd-203", "unlikely", nil, num(45))},

		{name: "likelihood and confidence in one sentence", change: text("We judge with high confidence that an attack is likely."), want: "warn likelihood-and-confidence"},
		{name: "confidence level behind", change: text("An attack is very likely, confidence: low"), want: "warn likelihood-and-confidence"},
		{name: "two sentences", change: text("An attack is likely. We have high confidence in the report.")},
		{name: "confidence without likelihood", change: text("We have high confidence in the report.")},
		{name: "number against the word", change: text("It is likely (30 %) that the barrier fails."), want: "warn words-and-numbers"},
		{name: "range in words", change: text("It is very likely, 80 to 95 per cent."), want: ""},
		{name: "range too wide", change: text("It is unlikely (20-60%)."), want: "warn words-and-numbers"},
		{name: "by the scale that is named", change: func(s *heed.Statement) { likely("stix-dni", "likely", nil, nil)(s); s.Text = "It is likely (57 %)." }, want: "warn words-and-numbers"},
		{name: "two rows", change: text("It is likely. It is highly improbable that it passes."), want: "warn mixed-scales"},
		{name: "two scales", change: text("It is very likely. It is highly likely."), want: "warn mixed-scales"},
		{name: "remote places are no probability", change: text("A remote village; certain roads are probable.")},
		{name: "other languages are not read", change: func(s *heed.Statement) { s.Lang, s.Text = "de", "likely 3 %, high confidence" }},

		{name: "stricter in the text", change: text("TLP: RED. Not for others."), want: "refuse tlp-in-text"},
		{name: "looser in the text", change: text("This is TLP:GREEN"), want: "warn tlp-in-text"},
		{name: "a looser part", change: text("(TLP:GREEN) The surge comes at night.")},
		{name: "a stricter part", change: text("(TLP:AMBER+STRICT) The gauge is at the mill."), want: "refuse tlp-in-text"},
		{name: "the same label", change: text("tlp:amber")},
		{name: "quoted part is stricter", change: func(*heed.Statement) {}, quoted: []heed.Quoted{{Name: "K7QM-2RXA v1", Handling: heed.Handling{TLP: "TLP:RED"}}}, want: "refuse handling-quoted"},
		{name: "quoted part has no marking", change: func(*heed.Statement) {}, quoted: []heed.Quoted{{Name: "K7QM-2RXA v1"}}, want: "refuse handling-quoted"},
		{name: "own words loosened", change: func(*heed.Statement) {}, quoted: []heed.Quoted{{Own: true, Handling: heed.Handling{TLP: "TLP:RED"}}}, want: "warn handling-quoted"},

		{name: "specific and credible without ground", change: known, want: "warn duty-ground"},
		{name: "with its ground", change: func(s *heed.Statement) { known(s); s.Warning.Duty = &heed.Duty{Ground: "intentional-killing"} }},
		{name: "grade F is not credible", change: func(s *heed.Statement) { known(s); s.Warning.Grades[0].Source = "F" }},
		{name: "when is unknown", change: func(s *heed.Statement) { known(s); s.Warning.When = &heed.Window{Unknown: true} }},
		{name: "waiver without words", change: func(s *heed.Statement) {
			s.Warning.Duty = &heed.Duty{Waiver: &heed.Waiver{Ground: "already-aware", ApprovedBy: "the director"}}
		}, want: "refuse duty-waiver"},
		{name: "empty waiver", change: func(s *heed.Statement) { s.Warning.Duty = &heed.Duty{Waiver: &heed.Waiver{}} }, want: "refuse duty-waiver,refuse duty-waiver,refuse duty-waiver"},
		{name: "whole waiver", change: func(s *heed.Statement) {
			known(s)
			s.Warning.Duty = &heed.Duty{Waiver: &heed.Waiver{Ground: "endangers-sources", Words: "one source could be told by it", ApprovedBy: "the director"}}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := sound()
			c.change(s)
			list := heed.CheckRelease(s, heed.Around{Quoted: c.quoted})
			if got := strings.Join(rules(list), ","); got != c.want {
				t.Errorf("got %q, want %q: %+v", got, c.want, list)
			}
			for _, f := range list {
				if f.Sentence == "" || f.Where == "" {
					t.Errorf("a finding without sentence or place: %+v", f)
				}
			}
		})
	}
}

// ICD 203 bands share their end points; the lower bound is inclusive. The STIX bands are
// others, and are kept apart.
func TestScales(t *testing.T) {
	at := func(scale string, n int) string {
		b, ok := heed.ScaleNamed(scale).At(n)
		if !ok {
			return ""
		}
		return b.Words[0]
	}
	for _, c := range []struct {
		n             int
		icd, wep, dni string
	}{
		{0, "", "impossible", "almost no chance"},
		{1, "almost no chance", "highly unlikely", "almost no chance"},
		{4, "almost no chance", "highly unlikely", "almost no chance"},
		{5, "very unlikely", "highly unlikely", "almost no chance"},
		{19, "very unlikely", "highly unlikely", "very unlikely"},
		{20, "unlikely", "unlikely", "unlikely"},
		{44, "unlikely", "even chance", "roughly even chance"},
		{45, "roughly even chance", "even chance", "roughly even chance"},
		{54, "roughly even chance", "even chance", "roughly even chance"},
		{55, "likely", "even chance", "roughly even chance"},
		{79, "likely", "likely", "likely"},
		{80, "very likely", "highly likely", "very likely"},
		{94, "very likely", "highly likely", "almost certain"},
		{95, "almost certain", "highly likely", "almost certain"},
		{99, "almost certain", "highly likely", "almost certain"},
		{100, "", "certain", "almost certain"},
	} {
		if got := [3]string{at("icd-203", c.n), at("stix-wep", c.n), at("stix-dni", c.n)}; got != [3]string{c.icd, c.wep, c.dni} {
			t.Errorf("%d %%: %q, want %q %q %q", c.n, got, c.icd, c.wep, c.dni)
		}
	}
	for _, s := range heed.Scales {
		for n := range 101 {
			holding := 0
			for _, b := range s.Bands {
				if at, ok := s.At(n); ok && at.Low == b.Low {
					holding++
				}
			}
			if holding > 1 {
				t.Errorf("%s: %d bands hold %d", s.Name, holding, n)
			}
		}
		for i, b := range s.Bands {
			if i > 0 && b.Low < s.Bands[i-1].High || b.Low > b.High {
				t.Errorf("%s: band %d overlaps", s.Name, i)
			}
			for _, w := range b.Words {
				if got, ok := s.Band(strings.ToUpper(w)); !ok || got.Low != b.Low {
					t.Errorf("%s does not find its own %q", s.Name, w)
				}
			}
		}
	}
}

// The rules hold for whatever people write: they never fail, report in one order, and say
// the same twice.
func FuzzCheckRelease(f *testing.F) {
	f.Add("We judge with high confidence that it is likely (30 %). TLP:RED", "likely", 55, 80)
	f.Add("very\u00a0likely; TLP:AMBER + STRICT\n(TLP:GREEN) 100%", "remote", 0, 100)
	f.Fuzz(func(t *testing.T, text, word string, low, high int) {
		for _, scale := range []string{"icd-203", "stix-wep", "stix-dni", "own"} {
			s := sound()
			s.Text, s.Warning.Likelihood = text, &heed.Likelihood{Scale: scale, Word: word, Low: &low, High: &high}
			first := heed.CheckRelease(s, heed.Around{})
			if fmt.Sprint(first) != fmt.Sprint(heed.CheckRelease(s, heed.Around{})) {
				t.Fatal("the same statement got other findings")
			}
			last := 0
			for _, found := range first {
				at := slices.IndexFunc(heed.ReleaseRules, func(r heed.ReleaseRule) bool { return r.ID == found.Rule })
				if at < last {
					t.Fatalf("%s is out of order", found.Rule)
				}
				last = at
			}
		}
	})
}

// The strictest label in words is found, however it is written.
func TestLabelIn(t *testing.T) {
	for words, want := range map[string]string{"": "", "no label; tlp is a word": "", "TLP:GREEN": "TLP:GREEN", "(tlp: white)": "TLP:CLEAR",
		"<b>TLP:AMBER</b> then TLP:Amber + Strict, TLP:CLEAR": "TLP:AMBER+STRICT", "TLP:GREEN TLP:RED TLP:AMBER": "TLP:RED", "TLP:REDDISH": ""} {
		if got := heed.LabelIn(words); got != want {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
}
