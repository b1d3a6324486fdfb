package weigh

import (
	"math"
	"slices"
)

// An Open answer is the probability of each value that somebody named on an item.
type Open struct {
	Values []int // into the table's values, ascending
	P      []float64
}

// Named answers items whose values mean something only there: names, sets of names. Of each
// voice one thing is learned, how often it is right; when it is not, it is taken to name any
// other of the item's values alike. Estimates and counters follow each other as in [Fitted];
// an outcome in known (by item, −1: unknown) is used only for items later in order. With a
// nil order no outcome is used.
func Named(t *Table, order, known []int) []Open {
	out := make([]Open, len(t.Items))
	for i := range t.Items {
		for _, v := range t.on(i) {
			out[i].Values = append(out[i].Values, int(v.value))
		}
		slices.Sort(out[i].Values)
		out[i].Values = slices.Compact(out[i].Values)
		out[i].P = make([]float64, len(out[i].Values))
		for _, v := range t.on(i) {
			k, _ := slices.BinarySearch(out[i].Values, int(v.value))
			out[i].P[k] += v.weight
		}
		sum := 0.0
		for _, p := range out[i].P {
			sum += p
		}
		for k := range out[i].P {
			out[i].P[k] /= sum
		}
	}
	n := &named{table: t, right: make([]float64, len(t.Voices)), said: make([]float64, len(t.Voices))}
	for range 20 {
		n.count(out)
		for i := range out {
			n.answer(i, &out[i])
		}
	}
	n.count(out)
	if order == nil {
		for i := range out {
			n.answer(i, &out[i])
		}
		return out
	}
	for _, i := range order {
		counted := slices.Clone(out[i].P)
		n.answer(i, &out[i])
		if known[i] < 0 {
			continue
		}
		// What the estimate had taught gives way to what came out.
		for _, v := range t.on(i) {
			k, _ := slices.BinarySearch(out[i].Values, int(v.value))
			n.right[v.voice] -= v.weight * counted[k]
			if int(v.value) == known[i] {
				n.right[v.voice] += v.weight
			}
		}
	}
	return out
}

type named struct {
	table       *Table
	right, said []float64 // by voice
	usual       float64   // how often voices are right
}

func (n *named) count(est []Open) {
	clear(n.right)
	clear(n.said)
	for i := range est {
		for _, v := range n.table.on(i) {
			k, _ := slices.BinarySearch(est[i].Values, int(v.value))
			n.right[v.voice] += v.weight * est[i].P[k]
			n.said[v.voice] += v.weight
		}
	}
	right, said := naive, 1.0
	for w := range n.said {
		if n.said[w] > 0 {
			tells := 1 / (n.said[w] + startWeight)
			right += tells * n.right[w]
			said += tells * n.said[w]
		}
	}
	n.usual = right / said
}

// answer estimates one item. No report is its own witness: a voice's record is taken
// without the item.
func (n *named) answer(i int, a *Open) {
	if len(a.Values) == 0 {
		return
	}
	others := float64(len(a.Values)) // one more than the rest: something nobody named
	voices := 0.0
	terms := make([]float64, len(a.Values))
	for _, v := range n.table.on(i) {
		k, _ := slices.BinarySearch(a.Values, int(v.value))
		right, said := n.right[v.voice]-v.weight*a.P[k], n.said[v.voice]-v.weight
		p := (max(right, 0) + startWeight*n.usual) / (max(said, 0) + startWeight)
		p = max(p, 1/(others+1)) // its word never speaks against what it names
		terms[k] += v.weight * math.Log(p*others/(1-p))
		voices += v.weight
	}
	effect := 1 + max(voices-1, 0)*residual
	for k := range terms {
		a.P[k] = terms[k] / effect
	}
	normalise(a.P)
	for k := range a.P { // the same reserve as everywhere
		a.P[k] *= 1 - reserve
	}
	for _, v := range n.table.on(i) {
		k, _ := slices.BinarySearch(a.Values, int(v.value))
		a.P[k] += reserve * v.weight / voices
	}
}
