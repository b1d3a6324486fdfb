package weigh

import (
	"cmp"
	"math"
	"slices"
)

// A Forecast is one source's probabilities for one item, over levels in order; a plain
// probability is two levels (no, yes).
type Forecast struct {
	Source string
	P      []float64
	Origin string // declared origin; empty: unknown
}

// origin is what the forecast stands on: its declared origin, or else its source.
func (f *Forecast) origin() string {
	if f.Origin != "" {
		return f.Origin
	}
	return f.Source
}

// A Round is one item that several sources forecast. Rounds are handed to [Pool] in the
// order in which they were asked.
type Round struct {
	Topic     string // sources have a record in each topic of their own
	Episode   int    // what arrives together: a week, a wave
	Forecasts []Forecast

	// Truth is the level that came out, and from episode Known on it may be used. Known 0
	// or Truth < 0: the outcome is not known.
	Truth, Known int
}

const (
	// near is the distance at which two forecasts are near-identical: a twentieth of all
	// probability differs, what rounding to two decimals and a little noise can do.
	near = .05
	// sure is the probability from which a forecast is too sure for its likeness to
	// another to mean anything: everybody who is sure says the same.
	sure = .9
	// repeats is the chance, before anything was compared, that one of two voices repeats
	// the other. Copying needs strong evidence: a prior of a tenth ruins honest sets.
	repeats = .02
	// learning is what a source's weight loses, as a logarithm, by one episode in which it
	// was plainly worse than the pool; forgetting keeps a record for about twenty episodes.
	// Both are gentle: weights start equal and shrink to equal.
	learning, forgetting = .5, .95
	// few is how many items an episode needs before chance in the items weighs less than
	// what the source is worth: an episode of one item teaches a little, one of fifty much.
	few = 10
	// crowd is how many forecasts on one item are compared pair by pair. In a larger crowd
	// only declared repeats are looked for.
	crowd = 1000
)

// Pool returns for each round the probabilities of its levels: the mean of the forecasts,
// each source weighing by its record and near-copies sharing one vote. Outcomes teach only
// rounds of the episode in which they became known, and later ones. With no outcomes and no
// copies it is the plain mean.
func Pool(rounds []Round) [][]float64 {
	out := make([][]float64, len(rounds))
	pooled(rounds, func(p *pool, i int) { out[i] = p.mean(rounds[i]) })
	return out
}

// A Share is what one forecast counts for in the pool of its round.
type Share struct {
	Weight float64 // the shares of a round add up to 1
	Voices float64 // how many voices it is one of: 1, and the learned chance of each other
	Record float64 // weight by its record alone, 1: no better or worse than the pool
}

// Shares tells what each forecast of one round counts for, in their order.
func Shares(rounds []Round, round int) []Share {
	var out []Share
	pooled(rounds, func(p *pool, i int) {
		if i != round {
			return
		}
		r := rounds[i]
		w, n := p.weights(r), p.voices(r.Forecasts)
		for k, f := range r.Forecasts {
			out = append(out, Share{w[k], n[k], math.Exp(-learning * p.excess(p.id(f.Source), r.Topic))})
		}
	})
	return out
}

// pooled goes through the rounds in the order of their episodes and shows each to answer
// when everything is known that may be known by then, and nothing more.
func pooled(rounds []Round, answer func(p *pool, i int)) {
	p := &pool{sources: map[string]int{}, likeness: map[[2]int]*likeness{}, record: map[voiceTopic]float64{}, near: startWeight * repeats, compared: startWeight}
	order := make([]int, len(rounds))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rounds[a].Episode, rounds[b].Episode) })
	due := map[int][]int{} // rounds by the episode in which their outcome becomes known
	for i, r := range rounds {
		if r.Truth >= 0 && r.Known > 0 {
			due[r.Known] = append(due[r.Known], i)
		}
	}
	waiting := make([]int, 0, len(due))
	for e := range due {
		waiting = append(waiting, e)
	}
	slices.Sort(waiting)
	for lo := 0; lo < len(order); {
		hi := lo
		now := rounds[order[lo]].Episode
		for hi < len(order) && rounds[order[hi]].Episode == now {
			hi++
		}
		p.compare(rounds, order[lo:hi])
		for len(waiting) > 0 && waiting[0] <= now {
			p.learn(rounds, due[waiting[0]])
			waiting = waiting[1:]
		}
		for _, i := range order[lo:hi] {
			answer(p, i)
		}
		lo = hi
	}
}

type voiceTopic struct {
	source int
	topic  string
}

// likeness is how two sources compare: in the episode under way, and what the episodes
// before it are worth as evidence for each of [copyRates].
type likeness struct {
	near, compared float64
	evidence       [len4]float64
}

type pool struct {
	sources  map[string]int
	likeness map[[2]int]*likeness
	record   map[voiceTopic]float64 // by how much worse than the pool, over the episodes
	topics   []string               // met so far, in order

	near, compared float64 // how often voices that are not copies come near each other
}

func (p *pool) id(source string) int {
	k, ok := p.sources[source]
	if !ok {
		k = len(p.sources)
		p.sources[source] = k
	}
	return k
}

// compare notes which sources gave near-identical numbers in one episode. How much that
// says depends on how often voices come near each other by chance, and copies must not pass
// for chance: each voice counts there by what it is worth.
func (p *pool) compare(rounds []Round, episode []int) {
	met := map[[2]int]*likeness{}
	for _, i := range episode {
		fs := rounds[i].Forecasts
		if len(fs) > crowd {
			continue
		}
		w := p.voices(fs)
		for i, a := range fs {
			for j, b := range fs[:i] {
				if slices.Max(a.P) > sure && slices.Max(b.P) > sure || a.origin() == b.origin() {
					continue
				}
				k, l := p.pair(p.id(a.Source), p.id(b.Source))
				met[k] = l
				l.compared++
				p.compared += 1 / (w[i] * w[j])
				if distance(a.P, b.P) <= near {
					l.near++
					p.near += 1 / (w[i] * w[j])
				}
			}
		}
	}
	chance := p.near / p.compared
	for _, l := range met {
		worth := 1 / (1 + (l.compared-1)*alike) // items of one episode are not as many proofs
		for k, c := range copyRates {
			l.evidence[k] += worth * (l.near*math.Log((c+(1-c)*chance)/chance) + (l.compared-l.near)*math.Log(1-c))
		}
		l.near, l.compared = 0, 0
	}
}

func (p *pool) pair(a, b int) ([2]int, *likeness) {
	k := [2]int{min(a, b), max(a, b)}
	l := p.likeness[k]
	if l == nil {
		l = &likeness{}
		p.likeness[k] = l
	}
	return k, l
}

// copying is the learned chance that what one of two sources says repeats the other.
func (p *pool) copying(a, b int) float64 {
	l := p.likeness[[2]int{min(a, b), max(a, b)}]
	if l == nil {
		return 0
	}
	post := [1 + len4]float64{math.Log(1 - repeats)}
	for k := range copyRates {
		post[1+k] = math.Log(repeats/len4) + l.evidence[k]
	}
	normalise(post[:])
	c := 0.0
	for k, rate := range copyRates {
		c += post[1+k] * rate
	}
	return c
}

// voices tells for each forecast of a round how many voices it is one of.
func (p *pool) voices(fs []Forecast) []float64 {
	out := make([]float64, len(fs))
	ids, origins := make([]int, len(fs)), map[string]float64{}
	for i, f := range fs {
		ids[i] = p.id(f.Source)
		origins[f.origin()]++
	}
	for i, f := range fs {
		out[i] += origins[f.origin()]
		if len(fs) > crowd {
			continue
		}
		for j, g := range fs[:i] {
			if f.origin() != g.origin() {
				c := p.copying(ids[i], ids[j])
				out[i] += c
				out[j] += c
			}
		}
	}
	return out
}

// distance is half the sum of absolute differences: how much probability lies elsewhere.
func distance(a, b []float64) float64 {
	d := 0.0
	for k := range a {
		d += math.Abs(a[k] - b[k])
	}
	return d / 2
}

// mean pools one round.
func (p *pool) mean(r Round) []float64 {
	w := p.weights(r)
	out := make([]float64, len(r.Forecasts[0].P))
	for i, f := range r.Forecasts {
		for k, x := range f.P {
			out[k] += w[i] * x
		}
	}
	return out
}

// weights are the shares of a round's forecasts, summing to 1: record times novelty.
func (p *pool) weights(r Round) []float64 {
	w := make([]float64, len(r.Forecasts))
	voices := p.voices(r.Forecasts)
	sum := 0.0
	for i, f := range r.Forecasts {
		w[i] = math.Exp(-learning*p.excess(p.id(f.Source), r.Topic)) / voices[i]
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
	return w
}

// excess is a source's record for a topic: half is what it did in that topic, half what it
// did in all of them, on average.
func (p *pool) excess(source int, topic string) float64 {
	all := 0.0
	for t := range p.topics {
		all += p.record[voiceTopic{source, p.topics[t]}]
	}
	if len(p.topics) == 0 {
		return 0
	}
	return .5*p.record[voiceTopic{source, topic}] + .5*all/float64(len(p.topics))
}

// learn takes the outcomes of rounds that became known together. What counts is the
// episode: however many items a source had in it, its record moves once, by at most 1. It
// moves by the mean of what the source lost beyond the pool, over that loss's own spread: a
// quiet week in which nobody lost much teaches as much as a stormy one, and one bad item
// teaches no more than one item can.
func (p *pool) learn(rounds []Round, known []int) {
	type key struct {
		voiceTopic
		episode int
	}
	type tally struct{ sum, squares, n float64 }
	tallies := map[key]tally{}
	var moved []key // in the order met: the same sum on every machine
	for _, i := range known {
		r := rounds[i]
		w := p.weights(r)
		loss := make([]float64, len(r.Forecasts))
		usual := 0.0
		for k, f := range r.Forecasts {
			loss[k] = RPS(f.P, r.Truth)
			usual += w[k] * loss[k]
		}
		if !slices.Contains(p.topics, r.Topic) {
			p.topics = append(p.topics, r.Topic)
		}
		for k, f := range r.Forecasts {
			at := key{voiceTopic{p.id(f.Source), r.Topic}, r.Episode}
			t, d := tallies[at], loss[k]-usual
			if t.n == 0 {
				moved = append(moved, at)
			}
			tallies[at] = tally{t.sum + d, t.squares + d*d, t.n + 1}
		}
	}
	for at := range p.record {
		p.record[at] *= forgetting
	}
	for _, at := range moved {
		if t := tallies[at]; t.squares > 0 {
			p.record[at.voiceTopic] += t.sum / math.Sqrt(t.n*t.squares) * t.n / (t.n + few)
		}
	}
}

// RPS is the ranked probability score: squared cumulative differences over levels − 1.
func RPS(p []float64, truth int) float64 {
	cum, sum := 0.0, 0.0
	for k := range len(p) - 1 {
		cum += p[k]
		if k == truth {
			cum--
		}
		sum += cum * cum
	}
	return sum / float64(max(len(p)-1, 1))
}
