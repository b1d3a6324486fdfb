package batch

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"heed/internal/weigh"
	"heed/internal/weigh/tsv"
)

// An Explanation says why an item of a file is answered as it is.
type Explanation struct {
	Item     string    `json:"item"`
	Values   []string  `json:"values"`
	Answer   []float64 `json:"answer"` // what Run says, for the values in order
	Sentence string    `json:"sentence"`
	// Assessment holds the terms for the value explained; files of values only.
	Value      string            `json:"value,omitzero"`
	Assessment *weigh.Assessment `json:"assessment,omitzero"`
	// Shares are what the forecasts count for; files of probabilities and levels only.
	Shares []Share `json:"shares,omitzero"`
}

// A Share is one source's part in a pool.
type Share struct {
	Source string    `json:"source"`
	Says   []float64 `json:"says"`
	Weight float64   `json:"weight"`
	Reason string    `json:"reason"`
}

// Explain explains what Run says of an item when it is given no truth. The value explained
// is the one named, else "1" where the values are 0 and 1, else the likeliest.
func Explain(c *tsv.Claims, item, value string) (*Explanation, error) {
	if !slices.ContainsFunc(c.Rows, func(r tsv.Claim) bool { return r.Item == item }) {
		return nil, fmt.Errorf("no report of the claims file speaks of item %q", item)
	}
	r, err := Run(c, nil, InOrder)
	if err != nil {
		return nil, err
	}
	e := &Explanation{Item: item, Values: r.Values}
	for _, it := range r.Items {
		if it.Item == item {
			e.Answer = it.P
			if it.Named != nil {
				e.Values = it.Named
			}
		}
	}
	if value == "" {
		top := 0
		for k, p := range e.Answer {
			if p > e.Answer[top] {
				top = k
			}
		}
		value = e.Values[top]
		if slices.Equal(e.Values, []string{"0", "1"}) {
			value = "1"
		}
	}
	k := slices.Index(e.Values, value)
	if k < 0 {
		return nil, fmt.Errorf("%q is none of the values of item %q: %s", value, item, strings.Join(e.Values, ", "))
	}
	e.Value = value
	switch {
	case c.Kind != tsv.Value:
		e.pooled(c, k)
	case len(r.Values) > tsv.Wide:
		e.named(c, k)
	default:
		e.fitted(c, k)
	}
	return e, nil
}

// fitted explains an answer of the batch fit by its terms.
func (e *Explanation) fitted(c *tsv.Claims, value int) {
	t := weigh.NewTable(Claims(c))
	f := weigh.Fitted(t)
	i, _ := slices.BinarySearch(t.Items, e.Item)
	prior, added := f.Terms(i, value)
	a := &weigh.Assessment{}
	said, declared := map[string]bool{}, map[string]string{}
	for _, r := range c.Rows {
		if r.Item == e.Item && r.Origin != "" {
			declared[r.Source] = r.Origin
		}
	}
	for k, v := range t.On(i) {
		term := weigh.Term{Report: v.Voice, Label: v.Voice, Origin: declared[v.Voice], Novelty: 1, Weight: 1, Ratio: added[k], Part: added[k],
			Reason: "says " + t.Values[v.Value]}
		if term.Says = weigh.No; v.Value == value {
			term.Says = weigh.Yes
		}
		if v.Weight < 1 {
			term.Reason += fmt.Sprintf("; contradicts itself, this counts %.2f", v.Weight)
		}
		if v.Origin != "" {
			term.Report, term.Label, term.Origin = v.Origin, v.Origin, v.Origin
		}
		said[v.Voice] = true
		a.LogOdds += added[k]
		a.Terms = append(a.Terms, term)
		if term.Origin == "" {
			a.Unknown++
		} else {
			a.Origins++
		}
	}
	for _, r := range c.Rows {
		if r.Item == e.Item && r.Origin != "" && !said[r.Source] {
			said[r.Source] = true
			a.Terms = append(a.Terms, weigh.Term{Report: r.Source, Label: r.Source, Origin: r.Origin, Repeats: r.Origin,
				Reason: "counted once: same origin, " + r.Origin})
			a.Repeats++
		}
	}
	sort.SliceStable(a.Terms, func(x, y int) bool { return math.Abs(a.Terms[x].Part) > math.Abs(a.Terms[y].Part) })
	a.Factor = math.Exp(a.LogOdds)
	share := 1 / (1 + math.Exp(-prior))
	p := 1 / (1 + math.Exp(-prior-a.LogOdds))
	a.Prior = &weigh.Prior{Value: share, Owner: "the file", Words: "how often “" + e.Value + "” comes out in it, estimated from its reports"}
	a.Probability = &p
	e.Assessment = a
	e.Sentence = fmt.Sprintf("Item %s, value “%s”. %s With a seventh for the plain vote, in case the model of the sources is wrong: %.0f %%.",
		e.Item, e.Value, a.Sentence(), 100*e.Answer[value])
}

// pooled explains a pool by the shares in it.
func (e *Explanation) pooled(c *tsv.Claims, value int) {
	rounds, items, _, err := rounds(c, nil, InOrder)
	if err != nil {
		return // Run read the same rows
	}
	i := slices.Index(items, e.Item)
	copies := 0.0
	for k, s := range weigh.Shares(rounds, i) {
		f := rounds[i].Forecasts[k]
		reason := "counts as one voice"
		if s.Voices > 1.05 {
			reason = fmt.Sprintf("one of %.1f voices that say nearly the same", s.Voices)
		}
		copies += 1 - 1/s.Voices
		e.Shares = append(e.Shares, Share{f.Source, f.P, s.Weight, reason})
	}
	sort.SliceStable(e.Shares, func(a, b int) bool { return e.Shares[a].Weight > e.Shares[b].Weight })
	e.Sentence = fmt.Sprintf("Item %s: %s gets %.0f %%, the weighted mean of %d forecasts", e.Item, e.Value, 100*e.Answer[value], len(e.Shares))
	if copies >= .5 {
		e.Sentence += fmt.Sprintf("; %.0f of them repeat others and share their vote", copies)
	}
	e.Sentence += "."
}

// named explains an answer among open values: who names what.
func (e *Explanation) named(c *tsv.Claims, value int) {
	n := map[string]int{}
	total := 0
	for _, r := range c.Rows {
		if r.Item == e.Item {
			n[r.Value]++
			total++
			e.Shares = append(e.Shares, Share{Source: r.Source, Reason: "names " + r.Value})
		}
	}
	e.Sentence = fmt.Sprintf("Item %s: %d of %d reports name “%s”; weighed by how often their sources are right that is %.0f %%.",
		e.Item, n[e.Value], total, e.Value, 100*e.Answer[value])
}
