package weigh

import (
	"fmt"
	"math"
	"slices"
)

// A History is what has been learned from resolved cases, and from nothing else: two
// counters for each source (said yes when it was true, when it was not), by topic and
// overall; for each pair of sources how their errors agree; and for each topic how much
// reports agree beyond that. It is plain data: written as JSON and read back it answers the
// same. The zero value has learned nothing. Not safe for concurrent use.
type History struct {
	Population Record                        `json:"population"`
	Sources    map[string]*Record            `json:"sources,omitzero"`
	Topics     map[string]map[string]*Record `json:"topics,omitzero"` // topic, source
	Stated     map[string]*Stated            `json:"stated,omitzero"` // by source
	Pairs      map[string]map[string]*Pair   `json:"pairs,omitzero"`  // first source < second
	Effects    map[string]*Effect            `json:"effects,omitzero"`
	Cases      int                           `json:"cases"`

	// suspects are the pairs whose evidence speaks for copying, both ways round.
	suspects map[string]map[string]float64
}

// Record counts what a source said when the hypothesis came out true and when it did not.
// Outcomes that arrive together are one episode: they share what misled everybody, so they
// count under a design effect, and the record before them fades a little.
type Record struct {
	Closed  Counts `json:"closed"`
	Open    Counts `json:"open"` // of the episode under way
	Episode string `json:"episode,omitzero"`
}

// Counts are [came out][said]: index 1 is yes.
type Counts [2][2]float64

// fading is what is left of a record after each later episode: about fifty of them are
// remembered, so that a source that changes is seen to.
const fading = .98

// alike is how much two outcomes of one episode are the same outcome.
const alike = .1

func (r *Record) add(episode string, truth int, yes, weight float64) {
	if episode != r.Episode {
		r.Closed = r.counts(fading)
		r.Open, r.Episode = Counts{}, episode
	}
	r.Open[truth][1] += weight * yes
	r.Open[truth][0] += weight * (1 - yes)
}

// counts are the outcomes that the record is worth.
func (r *Record) counts(kept float64) Counts {
	c, n := r.Open, 0.0
	for _, row := range c {
		n += row[0] + row[1]
	}
	effect := 1 + max(n-1, 0)*alike
	for t := range c {
		for s := range c[t] {
			c[t][s] = r.Closed[t][s]*kept + c[t][s]/effect
		}
	}
	return c
}

// Stated recalibrates the likelihoods that a source states: slope × logit + offset. Both
// start at what takes the source at its word, (1, 0).
type Stated struct {
	Slope     float64       `json:"slope"`
	Offset    float64       `json:"offset"`
	Precision [2][2]float64 `json:"precision"`
}

// wordHolds is the precision with which a stated likelihood is taken at its word: slopes
// from a half to one and a half are ordinary.
const wordHolds = 4

func newStated() *Stated {
	return &Stated{Slope: 1, Precision: [2][2]float64{{wordHolds, 0}, {0, wordHolds}}}
}

// learn takes one Newton step of logistic regression from the present estimate.
func (s *Stated) learn(p float64, truth int) {
	x := logit(p)
	m := sigmoid(s.Slope*x + s.Offset)
	h := max(m*(1-m), 1e-3)
	s.Precision[0][0] += h * x * x
	s.Precision[0][1] += h * x
	s.Precision[1][0] += h * x
	s.Precision[1][1] += h
	det := s.Precision[0][0]*s.Precision[1][1] - s.Precision[0][1]*s.Precision[1][0]
	e := float64(truth) - m
	s.Slope += e * (x*s.Precision[1][1] - s.Precision[0][1]) / det
	s.Offset += e * (s.Precision[0][0] - x*s.Precision[1][0]) / det
}

// Pair is the evidence that one of two sources repeats the other, as the log likelihood of
// each of [copyRates] against independence.
type Pair struct {
	Evidence [len4]float64 `json:"evidence"`
	Errors   int           `json:"errors"` // made together
	Cases    int           `json:"cases"`  // spoken of together
}

// copying is the chance that one of the two repeats the other.
func (p *Pair) copying() float64 {
	if p == nil || p.Errors == 0 {
		return repeats
	}
	top := slices.Max(p.Evidence[:])
	sum := 0.0
	for _, x := range p.Evidence {
		sum += math.Exp(x-top) / len4
	}
	return sigmoid(logit(repeats) + top + math.Log(sum))
}

// Effect is how much the reports of one topic agree beyond what was discounted: the log
// score that each of [deskEffects] has earned on resolved cases.
type Effect struct {
	Score [len4]float64 `json:"score"`
	Came  [2]float64    `json:"came"` // outcomes: no, yes
}

// deskEffects are the design effects that compete for a topic, and how likely each is
// before any outcome: about a tenth on average, which is what sources who read the same
// papers show.
var (
	deskEffects  = [len4]float64{0, .05, .15, .4}
	effectStarts = [len4]float64{.25, .35, .3, .1}
)

func (h *History) effect(topic string) float64 {
	w := [len4]float64{}
	e := h.Effects[topic]
	for k := range w {
		w[k] = math.Log(effectStarts[k])
		if e != nil {
			w[k] += e.Score[k]
		}
	}
	normalise(w[:])
	mean := 0.0
	for k, p := range w {
		mean += p * deskEffects[k]
	}
	return mean
}

// Rates are how often a source says yes when it is true and when it is not, and how many
// outcomes (with those it started from) each rests on.
type Rates struct {
	True, False   float64
	NTrue, NFalse float64
	Outcomes      float64 // of its own
}

// Rates gives a source's posterior means for a topic: its record there starts from its
// record overall, that one from its letter, and without a letter from the population.
func (h *History) Rates(source, topic string, letter Code, policy Policy) Rates {
	start := [2]float64{1 - naive, naive} // says yes when: false, true
	if v, ok := policy.right(letter); ok {
		start = [2]float64{1 - v, v}
	} else {
		h.Population.counts(1).shrink(&start)
	}
	r := Rates{NTrue: startWeight, NFalse: startWeight}
	var here Counts // in this topic; elsewhere is the rest, so that no outcome counts twice
	if rec := h.Topics[topic][source]; rec != nil {
		here = rec.counts(1)
	}
	if rec := h.Sources[source]; rec != nil {
		elsewhere := rec.counts(1)
		for t := range elsewhere {
			for s := range elsewhere[t] {
				elsewhere[t][s] = max(0, elsewhere[t][s]-here[t][s])
			}
		}
		for _, c := range []Counts{elsewhere, here} {
			n := c.shrink(&start)
			r.NFalse, r.NTrue = r.NFalse+n[0], r.NTrue+n[1]
			r.Outcomes += n[0] + n[1]
		}
	}
	r.False, r.True = start[0], start[1]
	return r
}

// shrink turns the rates that a record starts from into its posterior means, in place, and
// returns how many outcomes it holds.
func (c Counts) shrink(rate *[2]float64) (n [2]float64) {
	for t := range c {
		n[t] = c[t][0] + c[t][1]
		rate[t] = (c[t][1] + startWeight*rate[t]) / (n[t] + startWeight)
	}
	return n
}

// A Resolved is a case whose outcome is known.
type Resolved struct {
	Topic    string
	Episode  string // outcomes that arrive together; empty: one of its own
	Reports  []Report
	Occurred bool
	Policy   Policy
}

// Learn takes one resolved case. It costs the case's reports and their pairs; nothing else
// is looked at. Reports in any order teach the same.
func (h *History) Learn(c Resolved) {
	h.init()
	truth := 0
	if c.Occurred {
		truth = 1
	}
	if c.Episode == "" {
		c.Episode = fmt.Sprint("case ", h.Cases)
	}
	h.learnEffect(c, truth)
	said := answers(c.Reports)
	rates := make([]Rates, len(said))
	for i, a := range said {
		rates[i] = h.Rates(a.source, c.Topic, a.grade, c.Policy)
	}
	for i, a := range said {
		for j := range i {
			if related(&a, &said[j]) {
				continue
			}
			h.pair(a, said[j], rates[i], rates[j], truth)
		}
	}
	for _, a := range said {
		rec := h.record(a.source, c.Topic)
		// What a source adds to the population falls with what it has told already:
		// sources are counted there, not answers.
		n := rec[0].counts(1)
		told := n[0][0] + n[0][1] + n[1][0] + n[1][1]
		h.Population.add(c.Episode, truth, a.yes, startWeight/(startWeight+told))
		rec[0].add(c.Episode, truth, a.yes, 1)
		rec[1].add(c.Episode, truth, a.yes, 1)
		if a.stated != nil {
			if h.Stated[a.source] == nil {
				h.Stated[a.source] = newStated()
			}
			h.Stated[a.source].learn(*a.stated, truth)
		}
	}
	h.Cases++
}

func (h *History) init() {
	if h.Sources == nil {
		h.Sources = map[string]*Record{}
		h.Topics = map[string]map[string]*Record{}
		h.Stated = map[string]*Stated{}
		h.Pairs = map[string]map[string]*Pair{}
		h.Effects = map[string]*Effect{}
	}
}

func (h *History) record(source, topic string) [2]*Record {
	if h.Sources[source] == nil {
		h.Sources[source] = &Record{}
	}
	if h.Topics[topic] == nil {
		h.Topics[topic] = map[string]*Record{}
	}
	if h.Topics[topic][source] == nil {
		h.Topics[topic][source] = &Record{}
	}
	return [2]*Record{h.Sources[source], h.Topics[topic][source]}
}

// learnEffect scores each design effect by what the case's assessment would have been worth
// under it, from the share of cases of this topic that came true so far.
func (h *History) learnEffect(c Resolved, truth int) {
	e := h.Effects[c.Topic]
	if e == nil {
		e = &Effect{}
		h.Effects[c.Topic] = e
	}
	base := logit((e.Came[1] + 1) / (e.Came[0] + e.Came[1] + 2))
	k := NewCase(h, c.Policy)
	for _, r := range c.Reports {
		r.Topic = c.Topic
		k.Add(r)
	}
	for i, rho := range deskEffects {
		p := sigmoid(base + k.logOdds(rho))
		if truth == 0 {
			p = 1 - p
		}
		e.Score[i] += math.Log(max(p, 1e-3))
	}
	e.Came[truth]++
}

// pair takes one case on which two sources spoke, both of them surely enough to have
// erred or not. Agreeing on the truth says nothing, for that is what good sources do; an
// error that both make, each rarely, says much; an error of one alone speaks against.
func (h *History) pair(a, b answer, ra, rb Rates, truth int) {
	if math.Abs(a.yes-.5) < .25 || math.Abs(b.yes-.5) < .25 {
		return
	}
	if a.source > b.source {
		a, b, ra, rb = b, a, rb, ra
	}
	if h.Pairs[a.source] == nil {
		h.Pairs[a.source] = map[string]*Pair{}
	}
	p := h.Pairs[a.source][b.source]
	if p == nil {
		p = &Pair{}
		h.Pairs[a.source][b.source] = p
	}
	p.Cases++
	erred := [2]bool{(a.yes > .5) != (truth == 1), (b.yes > .5) != (truth == 1)}
	switch {
	case erred[0] && erred[1]:
		p.Errors++
		q := max(ra.errs(truth), rb.errs(truth)) // the commoner habit: agreeing is least remarkable
		for k, c := range copyRates {
			p.Evidence[k] += math.Log((c + (1-c)*q) / q)
		}
	case erred[0] != erred[1]:
		for k, c := range copyRates {
			p.Evidence[k] += math.Log(1 - c)
		}
	}
	h.suspect(a.source, b.source, p)
}

func (r Rates) errs(truth int) float64 {
	if truth == 1 {
		return 1 - r.True
	}
	return r.False
}

// suspect keeps the list of pairs that stand out, so that a case need not ask for each.
func (h *History) suspect(a, b string, p *Pair) {
	if h.suspects == nil {
		h.index()
		return
	}
	c := p.copying()
	for _, k := range [2][2]string{{a, b}, {b, a}} {
		if c <= repeats {
			delete(h.suspects[k[0]], k[1])
			continue
		}
		if h.suspects[k[0]] == nil {
			h.suspects[k[0]] = map[string]float64{}
		}
		h.suspects[k[0]][k[1]] = c
	}
}

// index builds the list of suspect pairs, once after a history was read back.
func (h *History) index() {
	h.suspects = map[string]map[string]float64{}
	for a, row := range h.Pairs {
		for b, p := range row {
			h.suspect(a, b, p)
		}
	}
}

// An answer is what one source said on one case, all its reports together.
type answer struct {
	source, origin, id, repeats string
	grade                       Code
	yes                         float64 // share of yes in what it said
	stated                      *float64
}

// answers gathers the reports of each source that said yes or no; contradicting ones share.
func answers(reports []Report) []answer {
	var out []answer
	n := map[string]int{}
	at := map[string]int{}
	sorted := slices.Clone(reports)
	slices.SortFunc(sorted, func(a, b Report) int { return compareReports(&a, &b) })
	for i := range sorted {
		r := &sorted[i]
		yes, says := r.yes()
		if !says {
			continue
		}
		k, ok := at[r.Source]
		if !ok {
			at[r.Source] = len(out)
			n[r.Source] = 1
			out = append(out, answer{r.Source, r.Origin, r.ID, r.Repeats, r.Grade, yes, r.Likelihood})
			continue
		}
		n[r.Source]++
		out[k].yes += (yes - out[k].yes) / float64(n[r.Source])
	}
	return out
}

// related reports whether two answers were declared to be one, so that their agreeing
// proves no hidden copying.
func related(a, b *answer) bool {
	return a.origin != "" && a.origin == b.origin || a.origin == b.source || b.origin == a.source ||
		a.repeats != "" && (a.repeats == b.id || a.repeats == b.repeats) || b.repeats != "" && b.repeats == a.id
}

func logit(p float64) float64 {
	p = min(max(p, 1e-6), 1-1e-6)
	return math.Log(p / (1 - p))
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
