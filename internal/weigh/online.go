package weigh

import (
	"math"
	"slices"
)

// Online answers the items of a table in the order asked, when outcomes become known as it
// goes. An outcome is used only for items asked later.
//
// Several readings compete: the batch fit, which knows no outcomes, and the counters taken
// from outcomes under a design effect each. Each reading's weight is what it would have
// earned on the outcomes so far, so counters of a few outcomes do not overrule the fit, and
// a fit misled by an echo is dropped as soon as outcomes show it.
//
// order lists the items; truth holds the class of each item (by item, not by order), −1
// where the outcome is not known or may not be used.
func Online(t *Table, order, truth []int) [][]float64 {
	f := Fitted(t)
	o := &online{table: t, counts: make([]float64, len(t.Voices)*len(t.Values)*len(t.Values)),
		base: make([]float64, len(t.Values)), score: make([]float64, 1+len(effects))}
	o.score[0] = math.Log(.5)
	for k := range effects {
		o.score[1+k] = math.Log(.5 / float64(len(effects)))
	}
	out := make([][]float64, len(t.Items))
	looked := 0
	for _, item := range order {
		readings := o.readings(f, item)
		w := slices.Clone(o.score)
		normalise(w)
		p := make([]float64, len(t.Values))
		for k, r := range readings {
			for v := range p {
				p[v] += w[k] * r[v]
			}
		}
		out[item] = p
		if truth[item] < 0 {
			continue
		}
		for k, r := range readings {
			o.score[k] = lately*o.score[k] + math.Log(max(r[truth[item]], 1e-3))
		}
		o.learn(item, truth[item])
		if n := len(o.known); n >= 10 && n >= looked+looked/4 {
			o.rings = rings(o.known, o.rate, len(t.Values))
			looked = n
		}
	}
	return out
}

// effects are the design effects that compete.
var effects = []float64{0, .05, .15, .4}

// lately is what is left of a reading's score after each later outcome: about thirty count.
// What a reading lost before the echo was found, or before a source had a record, says
// little about it now.
const lately = .97

// naive is how often a source nobody has a record of is right, whatever the truth.
const naive = 2. / 3

type online struct {
	table  *Table
	counts []float64 // [(voice*V + truth)*V + value]
	base   []float64
	known  []resolved
	rings  []ring
	score  []float64
}

func (o *online) learn(item, truth int) {
	V := len(o.table.Values)
	votes := o.table.on(item)
	o.known = append(o.known, resolved{votes, int32(truth)})
	o.base[truth]++
	for _, r := range votes {
		o.counts[(int(r.voice)*V+truth)*V+int(r.value)] += r.weight
	}
}

// rate is the posterior mean of how often a voice says value when truth holds.
func (o *online) rate(voice, truth, value int32) float64 {
	V := len(o.table.Values)
	row := o.counts[(int(voice)*V+int(truth))*V:][:V]
	sum := 0.0
	for _, n := range row {
		sum += n
	}
	start := naive
	if V == 1 {
		start = 1
	} else if value != truth {
		start = (1 - naive) / float64(V-1)
	}
	return (row[value] + startWeight*start) / (sum + startWeight)
}

// readings are the competing answers for an item: the fit's, then the counters'.
func (o *online) readings(f *Fit, item int) [][]float64 {
	V := len(o.table.Values)
	out := [][]float64{f.Answer(item)}
	terms := make([]float64, V)
	votes := o.table.on(item)
	voices := 0.0
	left := slices.Clone(votes)
	for k := range o.rings {
		r := &o.rings[k]
		var mine []vote
		left = slices.DeleteFunc(left, func(v vote) bool {
			_, in := slices.BinarySearch(r.members, v.voice)
			if in {
				mine = append(mine, v)
			}
			return in
		})
		if len(mine) == 0 {
			continue
		}
		voices++
		for y := range V {
			terms[y] += r.likelihood(mine, y)
		}
	}
	for _, v := range left {
		voices += v.weight
		for y := range V {
			terms[y] += v.weight * math.Log(o.rate(v.voice, int32(y), v.value))
		}
	}
	total := 0.0
	for _, n := range o.base {
		total += n
	}
	for _, rho := range effects {
		p := make([]float64, V)
		for y := range V {
			p[y] = math.Log((o.base[y]+startWeight/2/float64(V))/(total+startWeight/2)) + terms[y]/(1+max(voices-1, 0)*rho)
		}
		normalise(p)
		out = append(out, p)
	}
	return out
}
