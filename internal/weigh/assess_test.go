package weigh

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func pt(x float64) *float64 { return &x }

// someReports draws a case: sources, grades, likelihoods, origins, repeats, texts.
func someReports(r *rand.Rand, n int) []Report {
	out := make([]Report, n)
	for i := range out {
		p := Report{ID: fmt.Sprint("r", i), Source: fmt.Sprint("s", r.IntN(n+2)), Topic: "t", Says: Says(r.IntN(4)), Covers: r.IntN(2) == 0}
		p.Grade = Code{"nato-6x6", string("ABCDEF"[r.IntN(6)]), string("123456"[r.IntN(6)])}
		if r.IntN(4) == 0 {
			p.Likelihood = pt(r.Float64())
		}
		if r.IntN(3) == 0 {
			p.Origin = fmt.Sprint("o", r.IntN(3))
		}
		if r.IntN(6) == 0 {
			p.Minter = fmt.Sprint("m", r.IntN(2))
		}
		if r.IntN(5) == 0 {
			p.Repeats = fmt.Sprint("r", r.IntN(n+1))
		}
		if r.IntN(5) == 0 {
			p.Digest = fmt.Sprint("d", r.IntN(3))
		}
		for range r.IntN(3) {
			p.Shingles = append(p.Shingles, uint64(r.IntN(5)), uint64(r.IntN(5)))
		}
		out[i] = p
	}
	return out
}

// someHistory has learned from cases in which s1 repeats s0, and s2 is nearly always right.
func someHistory(r *rand.Rand) *History {
	h := &History{}
	for k := range 60 {
		truth := r.IntN(2) == 0
		say := func(right float64) Says {
			if (r.Float64() < right) == truth {
				return Yes
			}
			return No
		}
		first := say(.6)
		h.Learn(Resolved{Topic: "t", Episode: fmt.Sprint(k / 2), Occurred: truth, Reports: []Report{
			{ID: "a", Source: "s0", Says: first}, {ID: "b", Source: "s1", Says: first},
			{ID: "c", Source: "s2", Says: say(.95)}, {ID: "d", Source: "s3", Says: say(.6), Likelihood: pt(r.Float64())}}})
	}
	return h
}

func TestOrderDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		h := someHistory(r)
		reports := someReports(r, 1+r.IntN(12))
		want := Assess(reports, h, &Prior{Value: .3}, Policy{})
		for range 3 {
			r.Shuffle(len(reports), func(i, j int) { reports[i], reports[j] = reports[j], reports[i] })
			got := Assess(reports, h, &Prior{Value: .3}, Policy{})
			if math.Abs(*got.Probability-*want.Probability) > 1e-9 || got.Sentence() != want.Sentence() {
				t.Fatalf("another order, another answer:\n%s\n%s", want.Sentence(), got.Sentence())
			}
		}
	}
}

// What everything says of itself adds up: terms to the log odds, and the numbers of the
// sentence to the factor that stands before them.
func TestTheSentenceIsTheComputation(t *testing.T) {
	number := regexp.MustCompile(`[+−]\d+\.\d`)
	factor := regexp.MustCompile(`makes? it ([\d.]+) times (more|less) likely`)
	r := rand.New(rand.NewPCG(2, 1))
	for range 500 {
		a := Assess(someReports(r, r.IntN(30)), someHistory(r), nil, Policy{})
		sum := 0.0
		for _, term := range a.Terms {
			if math.Abs(term.Part-term.Weight*term.Ratio) > 1e-12 {
				t.Fatalf("a term is not weight × ratio: %+v", term)
			}
			sum += term.Part
		}
		if math.Abs(sum-a.LogOdds) > 1e-9 || math.Abs(math.Exp(sum)-a.Factor) > 1e-6*a.Factor {
			t.Fatalf("the terms add up to %v, not %v", sum, a.LogOdds)
		}
		s := a.Sentence()
		if strings.Contains(s, "%") || a.Probability != nil {
			t.Fatalf("a percentage without a prior: %s", s)
		}
		shown := 0.0
		for _, n := range number.FindAllString(s, -1) {
			x, err := strconv.ParseFloat(strings.NewReplacer("+", "", "−", "-").Replace(n), 64)
			if err != nil {
				t.Fatal(err)
			}
			shown += x
		}
		if math.Abs(shown-a.LogOdds) > .0501 {
			t.Fatalf("the sentence adds up to %.2f, the terms to %.2f: %s", shown, a.LogOdds, s)
		}
		if m := factor.FindStringSubmatch(s); m != nil {
			f, _ := strconv.ParseFloat(m[1], 64)
			if m[2] == "less" {
				f = 1 / f
			}
			if math.Abs(math.Log(f)-a.LogOdds) > .16 {
				t.Fatalf("the sentence says %v for %v: %s", f, a.Factor, s)
			}
		}
	}
}

func TestNoReportIsThePrior(t *testing.T) {
	a := Assess(nil, nil, &Prior{Value: .17, Owner: "the duty desk", Date: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}, Policy{})
	if a.LogOdds != 0 || a.Factor != 1 || math.Abs(*a.Probability-.17) > 1e-12 {
		t.Errorf("no report moved the prior: %+v", a)
	}
	if got, want := a.Sentence(), "No report bears on this yet: 17 %, the prior that the duty desk set on 2 January 2026."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, v := range []float64{0, 1, -1, math.NaN()} {
		if Assess(nil, nil, &Prior{Value: v}, Policy{}).Probability != nil {
			t.Errorf("a prior of %v was taken", v)
		}
	}
}

// A report that says yes never makes it less likely, one that says no never more.
func TestMonotone(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for range 2000 {
		var reports []Report
		for i := range r.IntN(80) {
			p := Report{ID: fmt.Sprint("r", i), Source: fmt.Sprint("s", i), Says: Yes + Says(r.IntN(2)),
				Grade: Code{"nato-6x6", string("ABCDEF"[r.IntN(6)]), "6"}}
			if r.IntN(3) == 0 {
				p.Origin = fmt.Sprint("o", i)
			}
			reports = append(reports, p)
		}
		before := Assess(reports, nil, nil, Policy{}).LogOdds
		next := Report{ID: "x", Source: "x", Says: Yes, Grade: Code{"nato-6x6", string("ABCDEF"[r.IntN(6)]), "6"}}
		if after := Assess(append(reports, next), nil, nil, Policy{}).LogOdds; after < before-1e-9 {
			t.Fatalf("a yes of grade %s made it less likely: %v, then %v", next.Grade.Source, before, after)
		}
		next.Says = No
		if after := Assess(append(reports, next), nil, nil, Policy{}).LogOdds; after > before+1e-9 {
			t.Fatalf("a no of grade %s made it more likely: %v, then %v", next.Grade.Source, before, after)
		}
	}
}

// Yes for no and no for yes, without a record, turns the sign and nothing else.
func TestSignSymmetry(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	for range 300 {
		reports := someReports(r, r.IntN(20))
		for i := range reports {
			reports[i].Covers = false
		}
		a := Assess(reports, nil, nil, Policy{})
		for i := range reports {
			switch p := &reports[i]; {
			case p.Likelihood != nil:
				p.Likelihood = pt(1 - *p.Likelihood)
			case p.Says == Yes:
				p.Says = No
			case p.Says == No:
				p.Says = Yes
			}
		}
		if b := Assess(reports, nil, nil, Policy{}); math.Abs(a.LogOdds+b.LogOdds) > 1e-9 {
			t.Fatalf("turned round: %v and %v", a.LogOdds, b.LogOdds)
		}
	}
}

// Declared copies, however many, move the log odds by at most a twentieth of one report.
func TestDeclaredCopiesMoveNothing(t *testing.T) {
	one := []Report{{ID: "a", Source: "wire", Says: Yes, Origin: "wire"}, {ID: "z", Source: "other", Says: Yes, Origin: "other"}}
	for name, copyOf := range map[string]func(int) Report{
		"origin":  func(i int) Report { return Report{Origin: "wire"} },
		"repeats": func(i int) Report { return Report{Repeats: "a"} },
		"chain":   func(i int) Report { return Report{Repeats: []string{"a", fmt.Sprint("c", i-1)}[min(i, 1)]} },
		"same":    func(i int) Report { return Report{Source: "wire"} },
	} {
		reports := slices.Clone(one)
		before := Assess(reports, nil, nil, Policy{})
		for i := range 100 {
			c := copyOf(i)
			c.ID, c.Says = fmt.Sprint("c", i), Yes
			c.Source = or(c.Source, fmt.Sprint("copier", i))
			reports = append(reports, c)
		}
		after := Assess(reports, nil, nil, Policy{})
		if d := math.Abs(after.LogOdds - before.LogOdds); d > .05*before.Terms[0].Ratio {
			t.Errorf("%s: 100 copies moved the log odds by %v", name, d)
		}
		if after.Origins != 2 || after.Repeats != 100 {
			t.Errorf("%s: %d origins, %d repeats", name, after.Origins, after.Repeats)
		}
	}
}

// One text handed round is one voice, also where nobody declares it; but its lineage stays
// unknown, and no origin is counted.
func TestOneTextIsOneVoice(t *testing.T) {
	text := []uint64{1, 2, 3, 4, 5, 6}
	var reports []Report
	for i := range 10 {
		reports = append(reports, Report{ID: fmt.Sprint(i), Source: fmt.Sprint("s", i), Says: Yes, Shingles: append(slices.Clone(text), uint64(100+i))})
	}
	a, one := Assess(reports, nil, nil, Policy{}), Assess(reports[:1], nil, nil, Policy{})
	if a.LogOdds > 1.2*one.LogOdds || a.Origins != 0 || a.Unknown != 10 {
		t.Errorf("ten copies weigh %v, one %v; %d origins, %d unknown", a.LogOdds, one.LogOdds, a.Origins, a.Unknown)
	}
	if !strings.Contains(a.Terms[9].Reason, "the same words as") {
		t.Errorf("the discount is not explained: %s", a.Terms[9].Reason)
	}
}

// A party that mints many tokens makes at most two voices; it still counts their origins,
// for the decision re-opens for a new one.
func TestOnePartyMakesAtMostTwoVoices(t *testing.T) {
	var reports []Report
	for i := range 50 {
		reports = append(reports, Report{ID: fmt.Sprint(i), Source: "east", Says: Yes, Origin: fmt.Sprint("token", i), Minter: "east"})
	}
	a := Assess(reports, nil, nil, Policy{})
	if one := a.Terms[0].Ratio; a.LogOdds > 2*one {
		t.Errorf("fifty tokens of one party weigh %v, one report %v", a.LogOdds, one)
	}
}

// Grades shrink a word toward nothing, never below, and never hide it.
func TestDistrustNeverTurnsAWord(t *testing.T) {
	for key := range letters {
		scheme, letter, _ := strings.Cut(key, " ")
		for _, info := range []string{"", "1", "4", "5", "6", "E"} {
			a := Assess([]Report{{ID: "r", Source: "s", Says: Yes, Grade: Code{scheme, letter, info}}}, nil, nil, Policy{})
			if a.LogOdds < 0 || len(a.Terms) != 1 || a.Unknown != 1 {
				t.Errorf("%s %s%s: %+v", scheme, letter, info, a)
			}
		}
	}
	unknown := Assess([]Report{{ID: "r", Source: "s", Says: Yes}}, nil, nil, Policy{}).LogOdds
	for _, g := range []Code{{"nato-6x6", "F", "6"}, {"europol-4x4", "X", "4"}, {"uk-5x5x5", "E", "4"}, {"none", "", ""}} {
		if got := Assess([]Report{{ID: "r", Source: "s", Says: Yes, Grade: g}}, nil, nil, Policy{}).LogOdds; got != unknown {
			t.Errorf("%v is unknown, not a number: %v, a source without a grade %v", g, got, unknown)
		}
	}
	confirmed := Assess([]Report{{ID: "r", Source: "s", Says: Yes, Grade: Code{"nato-6x6", "B", "1"}}}, nil, nil, Policy{})
	if plain := Assess([]Report{{ID: "r", Source: "s", Says: Yes, Grade: Code{"nato-6x6", "B", ""}}}, nil, nil, Policy{}); confirmed.LogOdds != plain.LogOdds {
		t.Error("“confirmed by others” was counted as a second likelihood")
	}
}

func TestSilenceCountsOnlyWhereCoverageIsDeclared(t *testing.T) {
	silent := Report{ID: "r", Source: "s", Says: Silence}
	if a := Assess([]Report{silent}, nil, nil, Policy{}); a.LogOdds != 0 {
		t.Errorf("silence weighed %v", a.LogOdds)
	}
	silent.Covers = true
	if a := Assess([]Report{silent}, nil, nil, Policy{}); a.LogOdds >= 0 {
		t.Errorf("declared coverage and silence weighed %v", a.LogOdds)
	}
}

// Outcomes teach: a source that proved good weighs more, one that errs with another less,
// and only outcomes can turn a word round.
func TestOutcomesTeach(t *testing.T) {
	h := &History{}
	for i := range 200 {
		truth := i%2 == 0
		say := func(right bool) Says {
			if right == truth {
				return Yes
			}
			return No
		}
		h.Learn(Resolved{Topic: "t", Episode: fmt.Sprint(i), Occurred: truth, Reports: []Report{
			{ID: "a", Source: "good", Says: say(i%10 != 0)},
			{ID: "b", Source: "liar", Says: say(i%10 == 1)},
			{ID: "c", Source: "first", Says: say(i%3 != 0)},
			{ID: "d", Source: "echo", Says: say(i%3 != 0)},
			{ID: "e", Source: "apart", Says: say(i%3 != 1)}}})
	}
	one := func(sources ...string) float64 {
		var rs []Report
		for _, s := range sources {
			rs = append(rs, Report{ID: s, Source: s, Says: Yes, Topic: "t"})
		}
		return Assess(rs, h, nil, Policy{}).LogOdds
	}
	if one("good") < 1 || one("liar") > -1 {
		t.Errorf("good %v, liar %v", one("good"), one("liar"))
	}
	if echo, apart := one("first", "echo"), one("first", "apart"); echo > 1.1*one("first") || apart < 1.4*one("first") {
		t.Errorf("one voice %v, its echo with it %v, another with it %v", one("first"), echo, apart)
	}
	a := Assess([]Report{{ID: "1", Source: "first", Says: Yes, Topic: "t"}, {ID: "2", Source: "echo", Says: Yes, Topic: "t"}}, h, nil, Policy{})
	if r := a.Terms[1].Reason; !strings.Contains(r, "makes the same errors as") {
		t.Errorf("the discount is not explained: %s", r)
	}
}

// An outcome counts once, and outcomes that arrive together are not as many proofs.
func TestEpisodes(t *testing.T) {
	learn := func(episodes func(i int) string) Rates {
		h := &History{}
		for i := range 20 {
			h.Learn(Resolved{Topic: "t", Episode: episodes(i), Occurred: true, Reports: []Report{{ID: "r", Source: "s", Says: Yes}}})
		}
		return h.Rates("s", "t", Code{}, Policy{})
	}
	apart, together := learn(func(int) string { return "" }), learn(func(int) string { return "one week" })
	if apart.Outcomes < 15 || apart.Outcomes > 20 {
		t.Errorf("twenty outcomes apart are worth %v", apart.Outcomes)
	}
	if together.Outcomes > 8 || together.True >= apart.True {
		t.Errorf("twenty outcomes of one week are worth %v (%v), apart %v (%v)", together.Outcomes, together.True, apart.Outcomes, apart.True)
	}
}

func TestHistorySurvivesWriting(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	h := someHistory(r)
	b, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	again := &History{}
	if err := json.Unmarshal(b, again); err != nil {
		t.Fatal(err)
	}
	reports := someReports(r, 12)
	if x, y := Assess(reports, h, nil, Policy{}), Assess(reports, again, nil, Policy{}); !reflect.DeepEqual(x, y) {
		t.Errorf("read back, it answers otherwise:\n%v\n%v", x, y)
	}
}

func TestDesignSentence(t *testing.T) {
	a := Assess([]Report{
		{ID: "1", Source: "north", Label: "North", Says: Yes, Origin: "north", Grade: Code{"nato-6x6", "A", "2"}},
		{ID: "2", Source: "coast", Label: "Coast", Says: Yes, Origin: "coast"},
		{ID: "3", Source: "port", Label: "Port", Says: No, Origin: "port"},
		{ID: "4", Source: "x", Says: Yes, Repeats: "1"}, {ID: "5", Source: "y", Says: Yes, Origin: "north"}, {ID: "6", Source: "z", Says: Yes, Repeats: "4"},
		{ID: "7", Source: "w", Label: "a letter", Says: Yes, Grade: Code{"nato-6x6", "D", "3"}},
	}, nil, &Prior{Value: .17, Owner: "the duty desk", Words: "one in six of such cases"}, Policy{})
	want := "The reports make it 6 times more likely than before them: two origins for (+1.7, +0.6), one against (−0.7); three more repeat the first and were counted once; one is of unknown lineage (+0.1). That is 54 % (17 % to 87 %), up from 17 %, the prior that the duty desk set (one in six of such cases)."
	if got := a.Sentence(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := a.WhatWouldChangeIt(); got != "If what north said is withdrawn: 1.2 times more likely." {
		t.Error(got)
	}
	two := Assess([]Report{{ID: "1", Source: "a", Label: "A", Says: Yes}, {ID: "2", Source: "b", Label: "B", Says: Yes}}, nil, nil, Policy{})
	if got := two.WhatWouldChangeIt(); !strings.HasPrefix(got, "If ") || !strings.Contains(got, "turns out to repeat") {
		t.Error(got)
	}
}

func BenchmarkReportIntoCase(b *testing.B) {
	for _, n := range []int{20, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			h := someHistory(rand.New(rand.NewPCG(1, 1)))
			base := NewCase(h, Policy{})
			next := func(i int) Report {
				r := Report{ID: fmt.Sprint("r", i), Source: fmt.Sprint("s", i%300), Topic: "t", Says: Yes + Says(i%2)}
				if i%3 == 0 {
					r.Origin = fmt.Sprint("o", i%50)
				}
				for k := range 40 {
					r.Shingles = append(r.Shingles, uint64(i*40+k))
				}
				return r
			}
			for i := range n - 1 {
				base.Add(next(i))
			}
			last := next(n)
			b.ResetTimer()
			for range b.N {
				base.Add(last)
				base.Assess(nil)
				base.items = base.items[:n-1]
				base.order = slices.DeleteFunc(base.order, func(i int32) bool { return int(i) == n-1 })
				for _, w := range last.Shingles {
					delete(base.words, w)
				}
			}
		})
	}
}

// Whatever is handed in, the answer is a number, the terms add up, and there is a sentence.
func FuzzAssess(f *testing.F) {
	f.Add([]byte(`[{"id":"a","source":"s","says":"yes","likelihood":1},{"id":"b","source":"t","says":"no","repeats":"c"},{"id":"c","source":"s","says":"yes","repeats":"b","origin":"t"}]`))
	f.Add([]byte(`[{"says":"silence","covers":true,"likelihood":-1},{"says":"unsaid"},{"likelihood":0,"digest":"x"},{"likelihood":1e-300,"digest":"x","shingles":[1,1,2]}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var reports []Report
		if json.Unmarshal(b, &reports) != nil || len(reports) > 200 {
			return
		}
		h := &History{}
		for i := range 3 {
			h.Learn(Resolved{Topic: "t", Reports: reports, Occurred: i > 0})
		}
		a := Assess(reports, h, &Prior{Value: .2}, Policy{})
		sum := 0.0
		for _, term := range a.Terms {
			sum += term.Part
			if !(term.Novelty >= 0 && term.Novelty <= 1 && term.Weight >= 0 && term.Weight <= 1+1e-9) {
				t.Fatalf("a weight outside 0–1: %+v", term)
			}
		}
		if !(math.Abs(sum-a.LogOdds) < 1e-6) || !(*a.Probability >= 0 && *a.Probability <= 1) || len(a.Terms) != len(reports) {
			t.Fatalf("%d terms add up to %v, log odds %v", len(a.Terms), sum, a.LogOdds)
		}
		if a.Sentence() == "" || a.WhatWouldChangeIt() == "" {
			t.Fatal("nothing to say")
		}
		slices.Reverse(reports)
		if z := Assess(reports, h, &Prior{Value: .2}, Policy{}); math.Abs(*z.Probability-*a.Probability) > .01 {
			t.Fatalf("the other way round: %v, then %v", *a.Probability, *z.Probability)
		}
	})
}
