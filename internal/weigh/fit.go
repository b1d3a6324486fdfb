package weigh

import (
	"math"
	"slices"
)

// startWeight is how many outcomes a grade, or the population, counts for in a source
// without a record. In a batch the strength is learned (see [Choose]); this is its middle.
const startWeight = 6

// agreeing is how many reports must name a value together before it is what a state of the
// world is called: the chance that two reports which agree name c is p(c)²/Σp². One report
// would call every contested state by its loudest guess's share, and many would call it by
// the loudest guess alone; two is the least that can confirm each other.
const agreeing = 2

// residual is the design effect of the batch: how much voices still agree after the types
// and after no report is its own witness. It is applied to the answer, never inside the fit.
const residual = .05

// A Fit is what a table yields: how each voice answers in each state of the world, and how
// common each state is. There are as many states as values, times the number of types of
// items: items of one type share what makes them hard, so that their errors agree. A state
// is not yet a value. What it is called is read from what its reports name ([agreeing]), so
// a state that divides the sources stays divided, and no fit can turn their word round.
type Fit struct {
	table *Table
	share []float64 // how common a state is
	pop   []float64 // [value*Z + state]: how sources in general answer
	rate  []float64 // [(voice*V + value)*Z + state]: how one voice answers
	log   []float64 // logarithms of rate
	count []float64 // like rate: the counters themselves
	start float64   // outcomes that the population counts for in each voice
	post  []float64 // [item*Z + state]
	names []float64 // [value*Z + state]: what a state is called
	out   []bool    // items that are left out; nil: none
}

// fit runs expectation–maximisation from the shares of the plain vote: the class of each
// item is estimated from its reports, then each voice's counters are taken against those
// estimates exactly as against outcomes, and so on until nothing moves.
func fit(t *Table, set Settings) *Fit {
	V := len(t.Values)
	Z := V * set.Types
	f := &Fit{table: t, share: make([]float64, Z), start: set.Start,
		pop:  make([]float64, V*Z),
		rate: make([]float64, len(t.Voices)*V*Z), log: make([]float64, len(t.Voices)*V*Z),
		post: make([]float64, len(t.Items)*Z)}
	f.begin(set.Types)
	for range 60 {
		f.maximise()
		if f.expect() < 1e-3 {
			break
		}
	}
	f.name(set.Doubt)
	return f
}

// begin shares each item out by its vote. With more than one type the items of a class are
// laid out from the most contested to the most agreed and cut into equal parts.
func (f *Fit) begin(types int) {
	t, V, Z := f.table, len(f.table.Values), len(f.share)
	best := make([]int, len(t.Items))
	margin := make([]float64, len(t.Items))
	byClass := make([][]int, V)
	votes := make([][]float64, len(t.Items))
	for i := range t.Items {
		s := t.vote(i)
		votes[i] = s
		for v := range s {
			if s[v] > s[best[i]] {
				best[i] = v
			}
		}
		margin[i] = s[best[i]]
		byClass[best[i]] = append(byClass[best[i]], i)
	}
	for _, items := range byClass {
		slices.SortStableFunc(items, func(a, b int) int {
			if margin[a] != margin[b] {
				if margin[a] < margin[b] {
					return -1
				}
				return 1
			}
			return a - b
		})
		for k, i := range items {
			typ := k * types / len(items)
			for v := range V {
				f.post[i*Z+v*types+typ] = votes[i][v]
			}
		}
	}
}

// vote is the share of each value among the votes on an item, with half a vote spread over
// all of them.
func (t *Table) vote(item int) []float64 {
	V := len(t.Values)
	s := make([]float64, V)
	sum := .5
	for v := range s {
		s[v] = .5 / float64(V)
	}
	for _, r := range t.on(item) {
		s[r.value] += r.weight
		sum += r.weight
	}
	for v := range s {
		s[v] /= sum
	}
	return s
}

// maximise takes every voice's counters against the present estimate of the items.
func (f *Fit) maximise() {
	t, V, Z := f.table, len(f.table.Values), len(f.share)
	for z := range f.share {
		f.share[z] = 1 // one pseudo-item a state
	}
	n := f.rate
	clear(n)
	for i := range t.Items {
		if f.out != nil && f.out[i] {
			continue
		}
		p := f.post[i*Z : i*Z+Z]
		for z := range p {
			f.share[z] += p[z]
		}
		for _, r := range t.on(i) {
			row := n[(int(r.voice)*V+int(r.value))*Z:]
			for z, q := range p {
				row[z] += r.weight * q
			}
		}
	}
	sum := 0.0
	for _, s := range f.share {
		sum += s
	}
	for z := range f.share {
		f.share[z] /= sum
	}
	if f.out == nil {
		f.count = append(f.count[:0], n...)
	}
	f.population(n)
	for w := range t.Voices {
		row := n[w*V*Z : (w+1)*V*Z]
		f.shrink(row)
	}
	for k, r := range f.rate {
		f.log[k] = math.Log(r)
	}
}

// shrink turns the counters of one voice into rates, in place: posterior means that start
// from the population.
func (f *Fit) shrink(row []float64) {
	V, Z := len(f.table.Values), len(f.share)
	for z := range Z {
		total := f.start
		for v := range V {
			total += row[v*Z+z]
		}
		for v := range V {
			row[v*Z+z] = (row[v*Z+z] + f.start*f.pop[v*Z+z]) / total
		}
	}
	f.keepSense(row)
}

// cavity is like weigh, but no report is its own witness: each voice's counters are taken
// without the item itself.
func (f *Fit) cavity(item int, votes []vote, p []float64) {
	V, Z := len(f.table.Values), len(f.share)
	for z := range p {
		p[z] = math.Log(f.share[z])
	}
	own := f.post[item*Z : item*Z+Z]
	row := make([]float64, V*Z)
	for k, r := range votes {
		if k == 0 || votes[k-1].voice != r.voice {
			copy(row, f.count[int(r.voice)*V*Z:])
			for _, s := range votes[k:] {
				if s.voice != r.voice {
					break
				}
				for z, q := range own {
					row[int(s.value)*Z+z] = max(0, row[int(s.value)*Z+z]-s.weight*q)
				}
			}
			f.shrink(row)
		}
		for z := range p {
			p[z] += r.weight * math.Log(row[int(r.value)*Z+z])
		}
	}
}

// population averages how voices answer, each by how much its record tells: a voice with a
// thousand answers counts little more than one with fifty, for sources are counted here,
// not answers; and one that mostly repeats a declared origin counts by the rest.
func (f *Fit) population(n []float64) {
	V, Z := len(f.table.Values), len(f.share)
	clear(f.pop)
	total := make([]float64, Z)
	for w := range f.table.Voices {
		row := n[w*V*Z : (w+1)*V*Z]
		for z := range Z {
			sum := 0.0
			for v := range V {
				sum += row[v*Z+z]
			}
			if sum == 0 {
				continue
			}
			tells := f.table.own[w] / (sum + f.start)
			for v := range V {
				f.pop[v*Z+z] += row[v*Z+z] * tells
			}
			total[z] += sum * tells
		}
	}
	// Beside them stands a source that nobody has a record of ([unheard]).
	for z := range Z {
		for v := range V {
			usual := naive
			if V > 1 && v != z*V/Z {
				usual = (1 - naive) / float64(V-1)
			} else if V == 1 {
				usual = 1
			}
			f.pop[v*Z+z] = (f.pop[v*Z+z] + unheard*usual) / (total[z] + unheard)
		}
	}
}

// unheard is how many sources of which nothing is known stand beside those of a set, so that
// in a set of a few reports they are weighed like sources in general, and no rate is 0.
const unheard = 1

// keepSense holds promise 2: only outcomes may turn a word against its speaker. Where the
// estimate says that a voice names a value less often when it is true than when another
// is, the two rates become one: naming it then says nothing between them.
func (f *Fit) keepSense(row []float64) {
	V, Z := len(f.table.Values), len(f.share)
	T := Z / V
	if T > 1 { // with more types a state is called by what it names
		return
	}
	for v := range V {
		for c := range V {
			if row[v*Z+c] > row[v*Z+v] {
				m := (f.share[c]*row[v*Z+c] + f.share[v]*row[v*Z+v]) / (f.share[c] + f.share[v])
				row[v*Z+c], row[v*Z+v] = m, m
			}
		}
	}
}

// expect estimates every item again and returns the largest change.
func (f *Fit) expect() float64 {
	Z := len(f.share)
	moved := 0.0
	p := make([]float64, Z)
	for i := range f.table.Items {
		if f.out != nil && f.out[i] {
			continue
		}
		f.weigh(i, p)
		normalise(p)
		old := f.post[i*Z : i*Z+Z]
		for z := range p {
			moved = max(moved, math.Abs(p[z]-old[z]))
			old[z] = p[z]
		}
	}
	return moved
}

// weigh writes log share + Σ log rate of every state into p.
func (f *Fit) weigh(item int, p []float64) {
	V, Z := len(f.table.Values), len(f.share)
	for z := range p {
		p[z] = math.Log(f.share[z])
	}
	for _, r := range f.table.on(item) {
		row := f.log[(int(r.voice)*V+int(r.value))*Z:][:Z]
		if r.weight == 1 {
			for z, l := range row {
				p[z] += l
			}
			continue
		}
		for z, l := range row {
			p[z] += r.weight * l
		}
	}
}

// normalise turns logarithms into shares and returns the logarithm of their sum.
func normalise(p []float64) float64 {
	top := slices.Max(p)
	sum := 0.0
	for z := range p {
		p[z] = math.Exp(p[z] - top)
		sum += p[z]
	}
	for z := range p {
		p[z] /= sum
	}
	return top + math.Log(sum)
}

// Terms explains an item for one value: the log odds that the value has in the file, and
// what each vote adds to them, in the order of the table. With one type of items and two
// values these are the log likelihood ratios over the design effect; otherwise they are
// increments, vote after vote. Both add up to the log odds before the reserve.
func (f *Fit) Terms(item, value int) (prior float64, added []float64) {
	votes := f.table.on(item)
	before := logit(f.named(f.partial(item, votes, 0))[value])
	prior = before
	for k := range votes {
		after := logit(f.named(f.partial(item, votes, k+1))[value])
		added = append(added, after-before)
		before = after
	}
	return prior, added
}

// reserve is how much of the answer is the plain vote: about one time in seven the model of
// the sources is wrong, and then their votes are all there is.
const reserve = 1. / 7

// Answer is the probability of each of the table's values for an item. The log ratios of
// its reports are divided by the design effect before they meet the shares of the states.
func (f *Fit) Answer(item int) []float64 {
	p := f.named(f.states(item, f.table.on(item)))
	for v, q := range f.table.vote(item) {
		p[v] += reserve * (q - p[v])
	}
	return p
}

// states is the probability of each state given an item's votes.
func (f *Fit) states(item int, votes []vote) []float64 {
	return f.partial(item, votes, len(votes))
}

// partial is the probability of each state given the first of an item's votes, under the
// design effect of all of them.
func (f *Fit) partial(item int, votes []vote, first int) []float64 {
	p := make([]float64, len(f.share))
	f.cavity(item, votes[:first], p)
	voices := 0.0
	for _, r := range votes {
		voices += r.weight
	}
	effect := 1 + max(voices-1, 0)*residual
	for z := range p {
		l := math.Log(f.share[z])
		p[z] = l + (p[z]-l)/effect
	}
	normalise(p)
	return p
}

// named is the probability of each value, from that of the states.
func (f *Fit) named(states []float64) []float64 {
	V, Z := len(f.table.Values), len(f.share)
	out := make([]float64, V)
	for z, p := range states {
		for v := range V {
			out[v] += p * f.names[v*Z+z]
		}
	}
	return out
}

// name reads what each state is called from what its reports name: the chance that two
// which agree name a value ([agreeing]). A report counts there by how well its source tells
// states apart at all, the mutual information of its answers and the states: what the
// others say in a state is noise.
//
// With one type each a state is its value, if one type is all there is. How far that is in
// doubt is known from the items that were left out ([Choose]); by so much a name is read as
// above, and the rest is the value.
func (f *Fit) name(doubt float64) {
	t, V, Z := f.table, len(f.table.Values), len(f.share)
	f.names = make([]float64, V*Z)
	for w := range t.Voices {
		rate, count := f.rate[w*V*Z:(w+1)*V*Z], f.count[w*V*Z:(w+1)*V*Z]
		tells, n := 0.0, 0.0
		for v := range V {
			usual := 0.0
			for z := range Z {
				usual += f.share[z] * rate[v*Z+z]
				n += count[v*Z+z]
			}
			for z := range Z {
				tells += f.share[z] * rate[v*Z+z] * math.Log(rate[v*Z+z]/usual)
			}
		}
		weight := t.own[w] * max(tells, 0) / (n + f.start)
		for k := range f.names {
			f.names[k] += weight * count[k]
		}
	}
	for z := range Z {
		sum := 0.0
		for v := range V {
			sum += f.names[v*Z+z]
		}
		powers := 0.0
		for v := range V { // an answer's worth of the population, where nobody tells anything
			p := (f.names[v*Z+z] + 1e-6*f.pop[v*Z+z]) / (sum + 1e-6)
			f.names[v*Z+z] = math.Pow(p, agreeing)
			powers += f.names[v*Z+z]
		}
		for v := range V {
			f.names[v*Z+z] /= powers
		}
	}
	if Z > V {
		return
	}
	for v := range V { // one type each
		for z := range V {
			own := 0.0
			if v == z {
				own = 1
			}
			f.names[v*V+z] = own + doubt*(f.names[v*V+z]-own)
		}
	}
}
