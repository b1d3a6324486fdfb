// Package batch weighs whole files: it hands a claims file to the model that its kind calls
// for and gives back one line an item. It opens no file.
package batch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"heed/internal/weigh"
	"heed/internal/weigh/score"
	"heed/internal/weigh/tsv"
)

// Rule says when an outcome may be used.
type Rule string

// The rules.
const (
	// InOrder: an outcome is used only for items that come later, by first appearance.
	InOrder Rule = ""
	// FluSight: items are date|place|horizon in weeks. The outcome may be used from date +
	// 7·horizon + 7 days on; what has one date is one episode, each horizon a topic.
	FluSight Rule = "flusight"
)

// Run weighs a file. Without truth nothing is learned from outcomes.
func Run(c *tsv.Claims, truth tsv.Truth, rule Rule) (*tsv.Result, error) {
	if rule != InOrder && rule != FluSight {
		return nil, fmt.Errorf("no rule is called %q; there is “flusight”, and none (items in their order)", rule)
	}
	if c.Kind != tsv.Value {
		return pool(c, truth, rule)
	}
	if rule == FluSight {
		return nil, fmt.Errorf("the rule “flusight” is for files with one column per level")
	}
	t := weigh.NewTable(Claims(c))
	if len(t.Values) > tsv.Wide {
		return open(c, t, truth)
	}
	out := &tsv.Result{Values: t.Values}
	answers, err := answer(c, t, truth)
	if err != nil {
		return nil, err
	}
	for i, item := range t.Items {
		out.Items = append(out.Items, tsv.Weighed{Item: item, P: answers[i]})
	}
	return out, nil
}

// Claims are the rows of a value file as weighing takes them.
func Claims(c *tsv.Claims) []weigh.Claim {
	out := make([]weigh.Claim, len(c.Rows))
	for i, r := range c.Rows {
		out[i] = weigh.Claim{Source: r.Source, Item: r.Item, Value: r.Value, Origin: r.Origin}
	}
	return out
}

func answer(c *tsv.Claims, t *weigh.Table, truth tsv.Truth) ([][]float64, error) {
	if truth == nil {
		f := weigh.Fitted(t)
		out := make([][]float64, len(t.Items))
		for i := range t.Items {
			out[i] = f.Answer(i)
		}
		return out, nil
	}
	order, known, err := inOrder(c, t, truth)
	if err != nil {
		return nil, err
	}
	return weigh.Online(t, order, known), nil
}

// inOrder lists a table's items by first appearance, and the class of each (−1: unknown).
func inOrder(c *tsv.Claims, t *weigh.Table, truth tsv.Truth) (order, known []int, err error) {
	at := map[string]int{}
	for i, item := range t.Items {
		at[item] = i
	}
	known = make([]int, len(t.Items))
	seen := make([]bool, len(t.Items))
	used := 0
	for _, r := range c.Rows {
		i := at[r.Item]
		if seen[i] {
			continue
		}
		seen[i] = true
		order = append(order, i)
		known[i] = -1
		if v, ok := truth[r.Item]; ok {
			used++
			if k, found := slices.BinarySearch(t.Values, v); found {
				known[i] = k
			}
		}
	}
	if used == 0 {
		return nil, nil, fmt.Errorf("no item of the truth file is in the claims file: are they of one set?")
	}
	return order, known, nil
}

// pool weighs a file of probabilities or levels.
func pool(c *tsv.Claims, truth tsv.Truth, rule Rule) (*tsv.Result, error) {
	rounds, items, levels, err := rounds(c, truth, rule)
	if err != nil {
		return nil, err
	}
	if truth != nil && !slices.ContainsFunc(rounds, func(r weigh.Round) bool { return r.Truth >= 0 }) {
		return nil, fmt.Errorf("no outcome of the truth file fits the claims file: are they of one set? Its values must be %s", strings.Join(levels, ", "))
	}
	out := &tsv.Result{Values: levels}
	for i, p := range weigh.Pool(rounds) {
		out.Items = append(out.Items, tsv.Weighed{Item: items[i], P: p})
	}
	return out, nil
}

// rounds gathers the forecasts of each item, by first appearance.
func rounds(c *tsv.Claims, truth tsv.Truth, rule Rule) (rounds []weigh.Round, items, levels []string, err error) {
	levels = c.Levels
	if c.Kind == tsv.Probability {
		levels = []string{"0", "1"}
	}
	at := map[string]int{}
	for _, r := range c.Rows {
		i, ok := at[r.Item]
		if !ok {
			i = len(rounds)
			at[r.Item] = i
			round, err := asked(r.Item, i, levels, truth, rule)
			if err != nil {
				return nil, nil, nil, err
			}
			rounds, items = append(rounds, round), append(items, r.Item)
		}
		p := r.P
		if c.Kind == tsv.Probability {
			p = []float64{1 - r.P[0], r.P[0]}
		}
		rounds[i].Forecasts = append(rounds[i].Forecasts, weigh.Forecast{Source: r.Source, P: p, Origin: r.Origin})
	}
	return rounds, items, levels, nil
}

// asked begins the round of an item: when it was asked, and from when its outcome is known.
func asked(item string, place int, levels []string, truth tsv.Truth, rule Rule) (weigh.Round, error) {
	r := weigh.Round{Episode: 1 + place, Truth: -1}
	horizon := 0
	if rule == FluSight {
		part := strings.Split(item, "|")
		if len(part) != 3 {
			return r, fmt.Errorf("item %q: the rule “flusight” reads date|place|horizon", item)
		}
		day, err := time.Parse(time.DateOnly, part[0])
		if err != nil {
			return r, fmt.Errorf("item %q: %q is no date (2006-01-02)", item, part[0])
		}
		horizon, err = strconv.Atoi(part[2])
		if err != nil || horizon < 0 || horizon > 520 {
			return r, fmt.Errorf("item %q: %q is no horizon in weeks", item, part[2])
		}
		r.Topic = part[2]
		r.Episode = int(day.Unix() / (24 * 60 * 60))
		horizon = 7*horizon + 7 - 1
	}
	if v, ok := truth[item]; ok {
		r.Truth = slices.Index(levels, v)
		r.Known = r.Episode + 1 + horizon
	}
	return r, nil
}

// Score judges a result by what came out. An item without a forecast is counted as missing
// and not scored; a value that has no probability has none.
func Score(r *tsv.Result, truth tsv.Truth) (score.Report, error) {
	var fs []score.Forecast
	missing := len(truth)
	binary := slices.Contains(r.Values, "1")
	for _, v := range truth {
		binary = binary || v == "1"
	}
	values := slices.Clone(r.Values)
	for _, it := range r.Items {
		v, ok := truth[it.Item]
		if !ok {
			continue
		}
		missing--
		p, named := it.P, values
		if it.Named != nil {
			named = it.Named
		}
		f := score.Forecast{P: slices.Clone(p), Truth: slices.Index(named, v)}
		if f.Truth < 0 { // nobody named it
			f.Truth = len(f.P)
			f.P = append(f.P, 0)
		}
		fs = append(fs, f)
	}
	if len(fs) == 0 {
		return score.Report{}, fmt.Errorf("no item of the truth file has a forecast: are they of one set?")
	}
	one := -1
	if binary {
		one = slices.Index(values, "1")
	}
	rep := score.Of(fs, one)
	rep.Missing = missing
	return rep, nil
}
