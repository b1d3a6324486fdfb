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
	// Doubt is the chance that one type of items is not all there is, where one was chosen.
	Doubt float64 `json:"doubt"`
}

// starts are the strengths tried: a source is taken to be much its own (2), as a grade says
// (6), or much like the others (18).
var starts = []float64{2, startWeight, 18}

const (
	// foldings is how often the held-out comparison is repeated with other cuts, so that no
	// lucky one decides.
	foldings = 3
	// folds is into how many parts the items are cut.
	folds = 4
	// sigmas is how many standard errors more than one type must gain on held-out items.
	sigmas = 3
	// mostTypes bounds the search for the number of types.
	mostTypes = 5
	// settle is how often counters and estimates follow each other after some items were
	// taken out of a fit that had settled with them.
	settle = 6
)

// Choose picks the settings whose fit foretells whole report vectors of items that it has
// not seen. No truth is needed. More than one type is taken only where that foretells
// better beyond chance; how many then, by the usual rule of one standard error: the fewest
// that are as good as the best.
func Choose(t *Table) Settings {
	one := tried{set: Settings{1, startWeight, .5}}
	if len(t.Items) < 2*folds {
		return one.set
	}
	one = bestOf(t, 1, starts)
	two := bestOf(t, 2, []float64{one.set.Start})
	if z := standardised(two.items, one.items); z <= sigmas {
		// Equal foretelling speaks for the simpler, by the same rule of one standard error.
		one.set.Doubt = math.Erfc(-(z-1)/math.Sqrt2) / 2
		return one.set
	}
	var more []tried
	best := 0
	for types := 2; types <= mostTypes; types++ {
		more = append(more, bestOf(t, types, starts))
		if k := len(more) - 1; more[k].sum > more[best].sum {
			best = k
		} else if k > best {
			break
		}
	}
	for _, m := range more[:best] {
		if standardised(more[best].items, m.items) <= 1 {
			return m.set
		}
	}
	return more[best].set
}

// tried is what settings foretold: the log likelihood of each item's reports, and the sum.
type tried struct {
	set   Settings
	items []float64
	sum   float64
}

func bestOf(t *Table, types int, starts []float64) tried {
	best := tried{sum: math.Inf(-1)}
	for _, s := range starts {
		one := tried{set: Settings{Types: types, Start: s}}
		one.items = heldOut(t, one.set)
		for _, l := range one.items {
			one.sum += l
		}
		if one.sum > best.sum {
			best = one
		}
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

// heldOut is the log likelihood of each item's reports under a fit of the other parts, on
// average over the foldings. Each fit starts where the whole one settled, so that what is
// compared are the settings and not the luck of a start.
func heldOut(t *Table, set Settings) []float64 {
	whole := fit(t, set)
	out := make([]float64, len(t.Items))
	p := make([]float64, len(whole.share))
	f := *whole
	f.rate, f.log = slices.Clone(whole.rate), slices.Clone(whole.log)
	f.pop, f.share = slices.Clone(whole.pop), slices.Clone(whole.share)
	f.post, f.count = slices.Clone(whole.post), nil
	f.out = make([]bool, len(t.Items))
	for folding := range foldings {
		for part := range folds {
			for i, name := range t.Items {
				f.out[i] = hash(name, folding)%folds == part
			}
			copy(f.post, whole.post)
			for range settle {
				f.maximise()
				f.expect()
			}
			f.maximise()
			for i := range t.Items {
				if f.out[i] {
					f.weigh(i, p)
					out[i] += normalise(p) / foldings
				}
			}
		}
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
