package weigh

import (
	"hash/fnv"
	"math"
	"slices"
)

// Settings are what a set is read with. They are chosen from the set's reports alone by
// [Choose], the same way for every set.
type Settings struct {
	Types int     `json:"types"` // types of items for each value
	Start float64 `json:"start"` // outcomes that the population counts for in a source
}

// starts are the strengths tried: a source is taken to be much its own (2), as a grade says
// (6), or much like the others (18).
var starts = []float64{2, startWeight, 18}

// foldings is how often the held-out comparison is repeated with other foldings; their
// median decides, so that one lucky cut cannot.
const foldings = 3

// folds is into how many parts the items are cut.
const folds = 4

// sigmas is how many standard errors a richer structure must gain on held-out items.
const sigmas = 3

// mostTypes bounds the search for the number of types.
const mostTypes = 3

// Choose picks the settings whose fit foretells the reports of items it has not seen.
func Choose(t *Table) Settings {
	best := Settings{Types: 1, Start: startWeight}
	if len(t.Items) < 2*folds {
		return best
	}
	top := math.Inf(-1)
	for _, s := range starts {
		sum := 0.0
		for _, l := range heldOut(t, Settings{1, s}, 0) {
			sum += l
		}
		if sum > top {
			best.Start, top = s, sum
		}
	}
	best.Types = chooseTypes(t, best.Start)
	return best
}

// chooseTypes returns the number of types whose fit foretells whole report vectors of
// items it has not seen. No truth is needed. One more type is taken only for a gain that is
// beyond chance by three standard errors.
func chooseTypes(t *Table, start float64) int {
	best := 1
	for types := 2; types <= mostTypes; types++ {
		var gains []float64
		for k := range foldings {
			a := heldOut(t, Settings{best, start}, k)
			b := heldOut(t, Settings{types, start}, k)
			gains = append(gains, standardised(b, a))
		}
		slices.Sort(gains)
		if gains[len(gains)/2] <= sigmas {
			break
		}
		best = types
	}
	return best
}

// standardised is the mean difference of two scores in standard errors.
func standardised(a, b []float64) float64 {
	n, sum, sq := float64(len(a)), 0.0, 0.0
	for i := range a {
		d := a[i] - b[i]
		sum += d
		sq += d * d
	}
	if n < 2 {
		return 0
	}
	mean := sum / n
	v := sq/n - mean*mean
	if v <= 0 {
		return 0
	}
	return mean / math.Sqrt(v/n)
}

// heldOut is the log likelihood of each item's reports under a fit of the other parts.
func heldOut(t *Table, set Settings, folding int) []float64 {
	out := make([]float64, 0, len(t.Items))
	part := make([]int, len(t.Items))
	for i, name := range t.Items {
		part[i] = hash(name, folding) % folds
	}
	for k := range folds {
		rest := t.without(part, k)
		f := fit(rest, set)
		p := make([]float64, len(f.share))
		whole := *f
		whole.table = t
		for i := range t.Items {
			if part[i] != k {
				continue
			}
			whole.weigh(i, p)
			out = append(out, normalise(p))
		}
	}
	return out
}

// without is the table less the items of one part. Voices and values keep their numbers.
func (t *Table) without(part []int, k int) *Table {
	out := &Table{Values: t.Values, Voices: t.Voices, start: []int32{0}}
	for i, name := range t.Items {
		if part[i] == k {
			continue
		}
		out.Items = append(out.Items, name)
		out.votes = append(out.votes, t.on(i)...)
		out.start = append(out.start, int32(len(out.votes)))
	}
	return out
}

// hash spreads names evenly and the same way on every machine. It stands where a die would
// be thrown elsewhere.
func hash(name string, salt int) int {
	h := fnv.New64a()
	h.Write([]byte{byte(salt)})
	h.Write([]byte(name))
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return int(x >> 1)
}

// Fitted chooses the settings of a table and fits it.
func Fitted(t *Table) *Fit { return fit(t, Choose(t)) }

// FitWith fits a table with given settings.
func FitWith(t *Table, s Settings) *Fit { return fit(t, s) }
