package weigh

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// someClaims draws a binary set: sources of several qualities, some items contested.
func someClaims(r *rand.Rand, sources, items int) []Claim {
	var out []Claim
	for i := range items {
		truth := r.IntN(2)
		for s := range sources {
			if r.Float64() < .6 {
				said := truth
				if r.Float64() > .55+.4*float64(s)/float64(sources) {
					said = 1 - truth
				}
				out = append(out, Claim{Source: fmt.Sprintf("s%02d", s), Item: fmt.Sprintf("i%03d", i), Value: fmt.Sprint(said)})
			}
		}
	}
	return out
}

func answers0(claims []Claim) map[string]float64 {
	t := NewTable(claims)
	f := Fitted(t)
	out := map[string]float64{}
	one := slices.Index(t.Values, "1")
	for i, item := range t.Items {
		out[item] = f.Answer(i)[one]
	}
	return out
}

func TestSetInAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	claims := someClaims(r, 8, 60)
	want := answers0(claims)
	r.Shuffle(len(claims), func(i, j int) { claims[i], claims[j] = claims[j], claims[i] })
	for item, p := range answers0(claims) {
		if p != want[item] {
			t.Fatalf("%s: %v in one order, %v in another", item, want[item], p)
		}
	}
}

func TestEqualAnswersOfOneSourceCountOnce(t *testing.T) {
	claims := someClaims(rand.New(rand.NewPCG(2, 2)), 8, 60)
	want := answers0(claims)
	for item, p := range answers0(append(claims, claims[:200]...)) {
		if p != want[item] {
			t.Fatalf("%s: %v, with the rows doubled %v", item, want[item], p)
		}
	}
}

// One more source that says 1 does not make 1 less likely, as long as it has no record that
// speaks against it.
func TestSetMonotone(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 2))
	for range 10 {
		claims := someClaims(r, 8, 60)
		before := answers0(claims)
		after := answers0(append(claims, Claim{Source: "new", Item: "i007", Value: "1"}))
		if after["i007"] < before["i007"]-.01 {
			t.Fatalf("one more yes: %v, then %v", before["i007"], after["i007"])
		}
	}
}

// Declared copies of one report move its item by less than .05 of what one report does.
func TestDeclaredCopiesInASet(t *testing.T) {
	claims := someClaims(rand.New(rand.NewPCG(4, 2)), 8, 60)
	with := func(k int) float64 {
		out := slices.Clone(claims)
		for i := range 60 {
			for c := range k {
				out = append(out, Claim{Source: fmt.Sprint("copy", c), Item: fmt.Sprintf("i%03d", i), Value: "1", Origin: "wire"})
			}
		}
		return logit(answers0(out)["i007"])
	}
	none, one, many := with(0), with(1), with(30)
	if d := math.Abs(many - one); d > .05*max(math.Abs(one-none), .2) {
		t.Errorf("without it %v, one report %v, with thirty copies %v", none, one, many)
	}
}

func TestTermsAddUp(t *testing.T) {
	for _, set := range []Settings{{1, 6, .5}, {2, 6, 0}} {
		tb := NewTable(someClaims(rand.New(rand.NewPCG(5, 2)), 8, 60))
		f := FitWith(tb, set)
		for i := range tb.Items {
			prior, added := f.Terms(i, 1)
			for _, a := range added {
				prior += a
			}
			want := f.Answer(i)[1]
			got := sigmoid(prior)
			got += reserve * (tb.vote(i)[1] - got)
			if math.Abs(got-want) > 1e-9 {
				t.Fatalf("%d types, item %d: terms give %v, the answer is %v", set.Types, i, got, want)
			}
		}
	}
}

// An outcome changes nothing before it.
func TestOnlineUsesNoLaterOutcome(t *testing.T) {
	tb := NewTable(someClaims(rand.New(rand.NewPCG(6, 2)), 8, 80))
	order, truth := make([]int, len(tb.Items)), make([]int, len(tb.Items))
	for i := range order {
		order[i], truth[i] = i, i%2
	}
	want := Online(tb, order, truth)
	for _, cut := range []int{0, 10, 40, 79} {
		other := slices.Clone(truth)
		for i := cut; i < len(other); i++ {
			other[i] = 1 - other[i]
		}
		got := Online(tb, order, other)
		for i := 0; i <= cut; i++ {
			if got[i][1] != want[i][1] {
				t.Fatalf("outcomes from item %d on changed the answer of item %d", cut, i)
			}
		}
	}
}

func someRounds(r *rand.Rand, sources, episodes int) []Round {
	var out []Round
	for e := range episodes {
		for range 1 + r.IntN(4) {
			round := Round{Topic: "t", Episode: e + 1, Truth: r.IntN(3), Known: e + 2}
			for s := range sources {
				p := []float64{r.Float64() + .01, r.Float64() + .01, r.Float64() + .01}
				p[round.Truth] += float64(s) / float64(sources)
				normaliseRow(p)
				round.Forecasts = append(round.Forecasts, Forecast{Source: fmt.Sprint("s", s), P: p})
			}
			out = append(out, round)
		}
	}
	return out
}

// With nothing known, nothing alike and nothing declared, a pool is the plain mean.
func TestPoolBeginsWithTheMean(t *testing.T) {
	rounds := someRounds(rand.New(rand.NewPCG(7, 2)), 6, 1)
	for i, p := range Pool(rounds) {
		mean := make([]float64, 3)
		for _, f := range rounds[i].Forecasts {
			for k := range mean {
				mean[k] += f.P[k] / 6
			}
		}
		for k := range mean {
			if math.Abs(mean[k]-p[k]) > .02 {
				t.Errorf("round %d: %v, the mean is %v", i, p, mean)
			}
		}
	}
}

// An outcome changes no round of an episode before it became known.
func TestPoolUsesNoLaterOutcome(t *testing.T) {
	rounds := someRounds(rand.New(rand.NewPCG(8, 2)), 6, 20)
	want := Pool(rounds)
	other := slices.Clone(rounds)
	for i := range other {
		if other[i].Known > 10 {
			other[i].Truth = (other[i].Truth + 1) % 3
		}
	}
	moved := false
	for i, p := range Pool(other) {
		switch {
		case rounds[i].Episode <= 10 && !slices.Equal(p, want[i]):
			t.Fatalf("episode %d changed by outcomes known from 11 on", rounds[i].Episode)
		case rounds[i].Episode > 10 && !slices.Equal(p, want[i]):
			moved = true
		}
	}
	if !moved {
		t.Error("other outcomes changed nothing at all: nothing is learned")
	}
}

// Undeclared near-copies soon share one vote; declared ones at once.
func TestPoolCopiesShareAVote(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 2))
	for _, origin := range []string{"", "s0"} {
		rounds := someRounds(r, 6, 60)
		for i := range rounds {
			for k := range 20 {
				p := slices.Clone(rounds[i].Forecasts[0].P)
				for v := range p {
					p[v] = max(0, p[v]+.01*r.NormFloat64())
				}
				normaliseRow(p)
				rounds[i].Forecasts = append(rounds[i].Forecasts, Forecast{Source: fmt.Sprint("copy", k), P: p, Origin: origin})
			}
		}
		for i := range rounds {
			rounds[i].Truth = -1
		}
		last := len(rounds) - 1
		sum := 0.0
		for k, s := range Shares(rounds, last) {
			if k == 0 || k >= 6 {
				sum += s.Weight
			}
		}
		if sum > .25 {
			t.Errorf("origin %q: twenty copies and their origin have %.2f of the vote of six", origin, sum)
		}
	}
}

// Whatever a set looks like, answers are probabilities that add up to 1.
func TestOddSets(t *testing.T) {
	many := []Claim{}
	for i := range 100000 {
		many = append(many, Claim{Source: fmt.Sprint(i), Item: "i", Value: fmt.Sprint(i % 3)})
	}
	for name, claims := range map[string][]Claim{
		"one report":       {{Source: "s", Item: "i", Value: "1"}},
		"one value":        {{Source: "s", Item: "i", Value: "1"}, {Source: "t", Item: "j", Value: "1"}},
		"contradiction":    {{Source: "s", Item: "i", Value: "1"}, {Source: "s", Item: "i", Value: "0"}},
		"origin of nobody": {{Source: "s", Item: "i", Value: "1", Origin: "o"}, {Source: "t", Item: "i", Value: "0", Origin: "o"}},
		"a crowd":          many,
	} {
		tb := NewTable(claims)
		f := Fitted(tb)
		order, truth := []int{}, []int{}
		for i := range tb.Items {
			order, truth = append(order, i), append(truth, 0)
		}
		online := Online(tb, order, truth)
		open := Named(tb, order, truth)
		for i := range tb.Items {
			for _, p := range [][]float64{f.Answer(i), online[i], open[i].P} {
				sum := 0.0
				for _, x := range p {
					if !(x >= 0 && x <= 1) {
						t.Fatalf("%s: %v", name, p)
					}
					sum += x
				}
				if math.Abs(sum-1) > 1e-9 {
					t.Fatalf("%s: %v adds up to %v", name, p, sum)
				}
			}
		}
	}
}
