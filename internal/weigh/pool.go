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
	// learning is what a source loses, as a logarithm, by one episode in which it was worse
	// than the pool by as much as the pool usually loses; forgetting keeps a record for
	// about twenty episodes. Both are gentle: weights start equal and shrink to equal.
	learning, forgetting = .5, .95
	// few is how many items an episode needs before chance in the items weighs less than
	// what the source is worth: an episode of one item teaches a little, one of fifty much.
	few = 10
)

// Pool returns for each round the probabilities of its levels: the mean of the forecasts,
// each source weighing by its record and near-copies sharing one vote. Outcomes teach only
// rounds of the episode in which they became known, and later ones. With no outcomes and no
// copies it is the plain mean.
func Pool(rounds []Round) [][]float64 {
	p := &pool{sources: map[string]int{}, likeness: map[[2]int]*likeness{}, record: map[voiceTopic]float64{}}
	out := make([][]float64, len(rounds))
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
			p.compare(rounds[order[hi]].Forecasts)
			hi++
		}
		for len(waiting) > 0 && waiting[0] <= now {
			p.learn(rounds, due[waiting[0]])
			waiting = waiting[1:]
		}
		for _, i := range order[lo:hi] {
			out[i] = p.mean(rounds[i])
		}
		lo = hi
	}
	return out
}

type voiceTopic struct {
	source int
	topic  string
}

type likeness struct{ near, compared float64 }

type pool struct {
	sources  map[string]int
	likeness map[[2]int]*likeness
	record   map[voiceTopic]float64 // excess loss, in units of what the pool usually loses
	topics   []string               // met so far, in order
}

func (p *pool) id(source string) int {
	k, ok := p.sources[source]
	if !ok {
		k = len(p.sources)
		p.sources[source] = k
	}
	return k
}

// compare notes which sources gave near-identical numbers on one item.
func (p *pool) compare(fs []Forecast) {
	for i, a := range fs {
		for _, b := range fs[:i] {
			if slices.Max(a.P) > sure && slices.Max(b.P) > sure {
				continue
			}
			l := p.pair(p.id(a.Source), p.id(b.Source))
			l.compared++
			if distance(a.P, b.P) <= near {
				l.near++
			}
		}
	}
}

func (p *pool) pair(a, b int) *likeness {
	k := [2]int{min(a, b), max(a, b)}
	l := p.likeness[k]
	if l == nil {
		l = &likeness{}
		p.likeness[k] = l
	}
	return l
}

// copying is the learned chance that one of two sources repeats the other.
func (p *pool) copying(a, b int) float64 {
	l := p.likeness[[2]int{min(a, b), max(a, b)}]
	if l == nil {
		return repeats
	}
	return (l.near + startWeight*repeats) / (l.compared + startWeight)
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
	sum := 0.0
	for i, f := range r.Forecasts {
		a := p.id(f.Source)
		voices := 1.0 // how many voices a is one of
		for j, g := range r.Forecasts {
			switch b := p.id(g.Source); {
			case i == j:
			case a == b, f.Origin != "" && f.Origin == g.Origin:
				voices++
			default:
				voices += p.copying(a, b)
			}
		}
		w[i] = 1 / voices
		w[i] *= math.Exp(-learning * p.excess(a, r.Topic))
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
// episode: however many items a source had in it, its record moves once.
func (p *pool) learn(rounds []Round, known []int) {
	type key struct {
		voiceTopic
		episode int
	}
	sum, n := map[key]float64{}, map[key]float64{}
	total, items := map[string]float64{}, map[string]float64{}
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
		total[r.Topic] += usual
		items[r.Topic]++
		for k, f := range r.Forecasts {
			at := key{voiceTopic{p.id(f.Source), r.Topic}, r.Episode}
			sum[at] += loss[k] - usual
			n[at]++
		}
	}
	for at := range p.record {
		p.record[at] *= forgetting
	}
	for at, s := range sum {
		usual := total[at.topic] / items[at.topic]
		if usual > 0 {
			p.record[at.voiceTopic] += s / usual / (n[at] + few)
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
