// Package circular is the world of circular reporting: a few independent sources, and many
// voices that repeat one origin. It draws such worlds, and holds the methods that weighing
// is compared with there: the vote, Dawid–Skene, and an oracle that knows who repeats whom
// and how good everybody is.
//
// Chance is handed in. The same world and the same numbers give the same claims.
package circular

import (
	"fmt"
	"math"

	"heed/internal/weigh"
)

// A World says how claims come about. Each item is true with probability Base. M sources
// are right with probability [Accuracy]. One origin, right with probability Q, is repeated
// by K voices: each says what the origin said with probability Copy and otherwise judges
// for itself, right with probability Q. Every voice speaks of an item with probability
// Coverage. The outcomes of the first Known items become known before the others are asked.
type World struct {
	M        int     `json:"m"`
	K        int     `json:"k"`
	Q        float64 `json:"q"`
	Copy     float64 `json:"copy"`
	Coverage float64 `json:"coverage"`
	Base     float64 `json:"base"`
	Items    int     `json:"items"`
	Known    int     `json:"known"`
	Declared bool    `json:"declared"` // repeated reports declare their origin
}

// Check says in one sentence what is wrong with a world.
func (w World) Check() error {
	for _, n := range []struct {
		name     string
		n, least int
	}{{"m", w.M, 0}, {"k", w.K, 0}, {"items", w.Items, 1}, {"known", w.Known, 0}} {
		if n.n < n.least || n.n > 1_000_000 {
			return fmt.Errorf("%s is %d; it must be from %d to 1000000", n.name, n.n, n.least)
		}
	}
	for _, p := range []struct {
		name string
		p    float64
	}{{"q", w.Q}, {"copy", w.Copy}, {"coverage", w.Coverage}, {"base", w.Base}} {
		if !(p.p >= 0 && p.p <= 1) {
			return fmt.Errorf("%s is %v; it must be from 0 to 1", p.name, p.p)
		}
	}
	switch {
	case w.M+w.K == 0:
		return fmt.Errorf("m and k are both 0: nobody speaks")
	case w.Known >= w.Items:
		return fmt.Errorf("known is %d of %d items: none is left to score", w.Known, w.Items)
	case float64(w.M+w.K)*float64(w.Items) > 5e7:
		return fmt.Errorf("%d voices and %d items are more than 50 million reports", w.M+w.K, w.Items)
	}
	return nil
}

// Accuracy is how often an independent source is right.
const Accuracy = .75

// A Draw is one world that came about.
type Draw struct {
	World
	Truth  []int   // by item
	Votes  [][]int // [item][voice]: 0, 1, or −1 for silence; independent voices first
	copied [][]bool
}

// Draw lets the world happen once. uniform returns numbers in [0, 1).
func (w World) Draw(uniform func() float64) *Draw {
	d := &Draw{World: w}
	hit := func(truth int, p float64) int {
		if uniform() < p {
			return truth
		}
		return 1 - truth
	}
	for range w.Items {
		truth := 0
		if uniform() < w.Base {
			truth = 1
		}
		origin := hit(truth, w.Q)
		row, copied := make([]int, w.M+w.K), make([]bool, w.M+w.K)
		for v := range row {
			speaks, copies := uniform() < w.Coverage, uniform() < w.Copy
			said := hit(truth, Accuracy)
			if v >= w.M {
				said = hit(truth, w.Q)
				if copies {
					said, copied[v] = origin, true
				}
			}
			row[v] = -1
			if speaks {
				row[v] = said
			}
		}
		d.Truth, d.Votes, d.copied = append(d.Truth, truth), append(d.Votes, row), append(d.copied, copied)
	}
	return d
}

// Claims are the draw's reports.
func (d *Draw) Claims() []weigh.Claim {
	var out []weigh.Claim
	for i, row := range d.Votes {
		for v, said := range row {
			if said < 0 {
				continue
			}
			c := weigh.Claim{Source: fmt.Sprintf("s%03d", v), Item: name(i), Value: fmt.Sprint(said)}
			if d.Declared && d.copied[i][v] {
				c.Origin = "origin"
			}
			out = append(out, c)
		}
	}
	return out
}

func name(item int) string { return fmt.Sprintf("i%06d", item) }

// Method names one way to answer.
type Method string

const (
	Ours     Method = "heed"
	Majority Method = "majority"
	DS       Method = "dawid-skene"
	Oracle   Method = "oracle"
)

// Scores are accuracy and log loss (natural, floor .001) over the items whose outcomes were
// not known.
type Scores struct {
	Accuracy float64 `json:"accuracy"`
	LogLoss  float64 `json:"log_loss"`
}

// Compare answers the draw by every method.
func (d *Draw) Compare() map[Method]Scores {
	return map[Method]Scores{
		Ours: d.score(d.ours()), Majority: d.score(d.majority()),
		DS: d.score(d.dawidSkene()), Oracle: d.score(d.oracle()),
	}
}

func (d *Draw) score(p []float64) Scores {
	var s Scores
	n := 0.0
	for i := d.Known; i < d.Items; i++ {
		n++
		q := p[i]
		if d.Truth[i] == 0 {
			q = 1 - q
		}
		switch {
		case q > .5:
			s.Accuracy++
		case q == .5:
			s.Accuracy += .5
		}
		s.LogLoss -= math.Log(max(q, .001))
	}
	if n > 0 {
		s.Accuracy /= n
		s.LogLoss /= n
	}
	return s
}

// ours weighs the claims as the command does.
func (d *Draw) ours() []float64 {
	t := weigh.NewTable(d.Claims())
	at := map[string]int{}
	for i, item := range t.Items {
		at[item] = i
	}
	var order, which []int
	truth := make([]int, len(t.Items))
	for i := range d.Items {
		k, spoken := at[name(i)]
		if !spoken {
			continue
		}
		order, which = append(order, k), append(which, i)
		truth[k] = -1
		if i < d.Known {
			truth[k] = indexOf(t.Values, fmt.Sprint(d.Truth[i]))
		}
	}
	out := make([]float64, d.Items)
	for i := range out {
		out[i] = .5
	}
	one := indexOf(t.Values, "1")
	if len(order) == 0 || one < 0 {
		return out
	}
	var answers [][]float64
	if d.Known > 0 {
		answers = weigh.Online(t, order, truth)
	} else {
		f := weigh.Fitted(t)
		answers = make([][]float64, len(t.Items))
		for _, k := range order {
			answers[k] = f.Answer(k)
		}
	}
	for j, k := range order {
		out[which[j]] = answers[k][one]
	}
	return out
}

func indexOf(values []string, v string) int {
	for i, x := range values {
		if x == v {
			return i
		}
	}
	return -1
}

func (d *Draw) majority() []float64 {
	out := make([]float64, d.Items)
	for i, row := range d.Votes {
		n := [2]float64{1, 1}
		for _, v := range row {
			if v >= 0 {
				n[v]++
			}
		}
		out[i] = n[1] / (n[0] + n[1])
	}
	return out
}

// dawidSkene is the method of 1979 with one pseudo-count a cell. It keeps the known
// outcomes fixed.
func (d *Draw) dawidSkene() []float64 {
	n := d.M + d.K
	p := d.majority()
	for range 50 {
		for i := range d.Known {
			p[i] = float64(d.Truth[i])
		}
		base := 1.0
		yes := make([][2]float64, n) // says 1 when 0, when 1
		all := make([][2]float64, n)
		for v := range all {
			yes[v], all[v] = [2]float64{1, 1}, [2]float64{2, 2}
		}
		for i, row := range d.Votes {
			base += p[i]
			for v, said := range row {
				if said < 0 {
					continue
				}
				all[v][0] += 1 - p[i]
				all[v][1] += p[i]
				yes[v][0] += float64(said) * (1 - p[i])
				yes[v][1] += float64(said) * p[i]
			}
		}
		base /= float64(d.Items) + 2
		for i, row := range d.Votes {
			l := math.Log(base / (1 - base))
			for v, said := range row {
				if said >= 0 {
					l += ratio(said, yes[v][1]/all[v][1], yes[v][0]/all[v][0])
				}
			}
			p[i] = 1 / (1 + math.Exp(-l))
		}
	}
	return p
}

// ratio is the log likelihood ratio of saying 1 with probability a if true and b if not.
func ratio(said int, a, b float64) float64 {
	if said == 1 {
		return math.Log(a / b)
	}
	return math.Log((1 - a) / (1 - b))
}

// oracle knows the structure and every rate; it sums over what the origin may have said.
// With declared origins it also knows which reports are copies.
func (d *Draw) oracle() []float64 {
	out := make([]float64, d.Items)
	own := func(said, truth int, q float64) float64 {
		if said == truth {
			return q
		}
		return 1 - q
	}
	for i, row := range d.Votes {
		var l [2]float64
		for truth := range 2 {
			l[truth] = math.Log([2]float64{1 - d.Base, d.Base}[truth])
			for _, said := range row[:d.M] {
				if said >= 0 {
					l[truth] += math.Log(own(said, truth, Accuracy))
				}
			}
			sum := 0.0
			for origin := range 2 {
				p := own(origin, truth, d.Q)
				for v := d.M; v < len(row); v++ {
					said := row[v]
					if said < 0 {
						continue
					}
					copied := 0.0
					if said == origin {
						copied = 1
					}
					switch {
					case !d.Declared:
						p *= d.Copy*copied + (1-d.Copy)*own(said, truth, d.Q)
					case d.copied[i][v]:
						p *= copied
					default:
						p *= own(said, truth, d.Q)
					}
				}
				sum += p
			}
			l[truth] += math.Log(max(sum, 1e-300))
		}
		out[i] = 1 / (1 + math.Exp(l[0]-l[1]))
	}
	return out
}
