package weigh

import (
	"cmp"
	"math"
	"slices"
)

// An Assessment is what weighing makes of the reports of one case at one moment. It is plain
// data: the terms add up to LogOdds, and everything it says of itself is computed from them.
type Assessment struct {
	Terms   []Term  `json:"terms"`    // the weightiest first, repeats last; every report has one
	LogOdds float64 `json:"log_odds"` // sum of the contributions
	Factor  float64 `json:"factor"`   // how many times more likely than before the reports: exp(LogOdds)
	Effect  float64 `json:"effect"`   // design effect: how much voices agree beyond their lineage

	Origins int `json:"origins"` // declared or tokened, each counted once
	For     int `json:"for"`     // origins that speak for
	Against int `json:"against"` // origins that speak against
	Unknown int `json:"unknown"` // reports of unknown lineage; never added to the origins
	Repeats int `json:"repeats"` // reports that repeat another one here

	Prior *Prior `json:"prior,omitzero"`
	// Probability and its range (four times in five) stand there only where a prior is set.
	Probability *float64 `json:"probability,omitzero"`
	Low         *float64 `json:"low,omitzero"`
	High        *float64 `json:"high,omitzero"`
}

// A Term is one report's part. Contribution = Weight × Ratio, and the contributions of all
// terms add up to the assessment's log odds.
type Term struct {
	Report  string  `json:"report"`
	Label   string  `json:"label"`
	Says    Says    `json:"says"`
	Ratio   float64 `json:"ratio"`   // log likelihood ratio of what it says, by its source's record
	Novelty float64 `json:"novelty"` // 1: new; 0: said already
	Weight  float64 `json:"weight"`  // novelty less what voices share anyway
	Part    float64 `json:"contribution"`
	Origin  string  `json:"origin,omitzero"`  // declared origin in words; empty: unknown lineage
	Repeats string  `json:"repeats,omitzero"` // the report that was counted in its place
	Reason  string  `json:"reason"`
}

// Assess weighs the reports of one case. The result is the same for any order of them.
// A nil history has learned nothing; a nil prior, or one that is no probability between 0
// and 1, yields a factor and no percentage.
func Assess(reports []Report, history *History, prior *Prior, policy Policy) Assessment {
	c := NewCase(history, policy)
	for _, r := range reports {
		c.Add(r)
	}
	return c.Assess(prior)
}

// A Case holds the reports of one hypothesis, each read once against the history as it was
// then. Adding one looks at no other case. Not safe for concurrent use.
type Case struct {
	history *History
	policy  Policy
	items   []item
	order   []int32 // the items, strongest first
	digests map[string][]int32
	words   map[uint64][]int32
}

type item struct {
	Report
	ratio    float64 // of one whole report of this source
	variance float64 // of ratio, from how few outcomes it rests on
	rates    Rates
	known    bool // the letter is a known one
	says     bool
	words    string // what the source's word is worth
	alike    []link // by text, to reports added before
}

// link is a chance that the item repeats another.
type link struct {
	to   int32
	copy float64
}

const (
	// sameText is the chance that two reports with the same words, or nearly, have one
	// origin. Independent writers share a word group now and then, never half of them.
	sameText = .97
	// oneParty is the chance that two origins known only by the word of one party are one:
	// tokens it minted, or origins it named. Halving each further one means that no party
	// can make more than two voices by itself.
	oneParty = .5
	// mostGroups is how many word groups of a text are compared: those with the least
	// hashes, a fair sample that is the same for every text (Broder's bottom sketch).
	mostGroups = 16
)

// NewCase returns an empty case. A nil history has learned nothing.
func NewCase(history *History, policy Policy) *Case {
	if history == nil {
		history = &History{}
	}
	if history.suspects == nil {
		history.index()
	}
	return &Case{history: history, policy: policy}
}

// Add takes one report in. A report with the ID of an earlier one is kept beside it; the
// caller hands in the last version of each.
func (c *Case) Add(r Report) {
	it := item{Report: r, rates: c.history.Rates(r.Source, r.Topic, r.Grade, c.policy)}
	_, it.known = c.policy.right(r.Grade)
	yes, says := r.yes()
	it.says = says
	if says {
		if r.Likelihood != nil {
			if s := c.history.Stated[r.Source]; s != nil {
				yes = sigmoid(s.Slope*logit(yes) + s.Offset)
			}
		}
		t, f := it.rates.True, it.rates.False
		a, b := yes*t+(1-yes)*(1-t), yes*f+(1-yes)*(1-f)
		it.ratio = math.Log(a / b)
		turn := (2*yes - 1) * (2*yes - 1)
		it.variance = turn * (t*(1-t)/(a*a*it.rates.NTrue) + f*(1-f)/(b*b*it.rates.NFalse))
		if d, ok := doubts[r.Grade.Scheme+" "+r.Grade.Information]; ok {
			it.ratio *= d
			it.variance *= d * d
		}
	}
	it.words = it.worth()
	c.compare(&it)
	k, _ := slices.BinarySearchFunc(c.order, &it, func(i int32, it *item) int {
		o := &c.items[i]
		return strongest(o.ratio, it.ratio, &o.Report, &it.Report)
	})
	c.order = slices.Insert(c.order, k, int32(len(c.items)))
	c.items = append(c.items, it)
}

// strongest is the order in which reports are counted: by the weight of what they say, then
// by name.
func strongest(a, b float64, ra, rb *Report) int {
	if x, y := math.Abs(a), math.Abs(b); x != y {
		return cmp.Compare(y, x)
	}
	return compareReports(ra, rb)
}

// yes is how far the report says yes, and whether it says anything.
func (r *Report) yes() (float64, bool) {
	if r.Likelihood != nil && *r.Likelihood >= 0 && *r.Likelihood <= 1 {
		return *r.Likelihood, true
	}
	switch {
	case r.Says == Yes:
		return 1, true
	case r.Says == No, r.Says == Silence && r.Covers:
		return 0, true
	}
	return .5, false
}

// compare finds the earlier reports whose text is the same or nearly so.
func (c *Case) compare(it *item) {
	k := int32(len(c.items))
	if it.Digest != "" {
		for _, j := range c.digests[it.Digest] {
			it.alike = append(it.alike, link{j, sameText})
		}
		if c.digests == nil {
			c.digests = map[string][]int32{}
		}
		c.digests[it.Digest] = append(c.digests[it.Digest], k)
	}
	if len(it.Shingles) == 0 {
		return
	}
	if c.words == nil {
		c.words = map[uint64][]int32{}
	}
	groups := slices.Clone(it.Shingles)
	slices.Sort(groups)
	groups = slices.Compact(groups)
	groups = groups[:min(len(groups), mostGroups)]
	var shared map[int32]int
	for _, g := range groups {
		at := c.words[g]
		if len(at) > 0 && shared == nil {
			shared = map[int32]int{}
		}
		for _, j := range at {
			shared[j]++
		}
		c.words[g] = append(at, k)
	}
	for j, n := range shared {
		if n > 1 && 2*n >= min(len(groups), len(c.items[j].Shingles)) {
			it.alike = append(it.alike, link{j, sameText})
		}
	}
	slices.SortFunc(it.alike, func(a, b link) int { return cmp.Compare(a.to, b.to) })
}

// A voice is an item with its place in the count.
type voice struct {
	*item
	at      int
	ratio   float64 // with the source's share
	novelty float64
	leader  int // ≥ 0: counted there
	why     string
	whose   int // the voice that most of the discount is owed to; −1: none
}

func (v *voice) side() int {
	switch {
	case v.ratio > 0:
		return 1
	case v.ratio < 0:
		return 0
	}
	if yes, _ := v.yes(); yes < .5 {
		return 0
	}
	return 1
}

// voices puts the reports in the order in which they are counted, whatever the order in
// which they came: the strongest first. Each then counts for what is new in it after those
// before it on its side.
func (c *Case) voices() []voice {
	vs := make([]voice, len(c.items))
	for k, i := range c.order {
		vs[k] = voice{item: &c.items[i], at: int(i), ratio: c.items[i].ratio, leader: -1, whose: -1}
	}
	if c.share(vs) {
		slices.SortFunc(vs, func(a, b voice) int { return strongest(a.ratio, b.ratio, &a.Report, &b.Report) })
	}
	c.lead(vs)
	c.discount(vs)
	return vs
}

// share splits the weight of a source that contradicts itself, and tells whether one did.
func (c *Case) share(vs []voice) (split bool) {
	if len(vs) < 2 {
		return false
	}
	said := make(map[string]uint8, len(vs))
	for i := range vs {
		if vs[i].says && vs[i].Origin == "" {
			said[vs[i].Source] |= 1 << vs[i].side()
		}
	}
	for i := range vs {
		if vs[i].Origin == "" && said[vs[i].Source] == 3 {
			vs[i].ratio /= 2
			split = true
		}
	}
	return split
}

// lead finds the reports that repeat another by declaration: they name it, they name one
// origin, or one source says the same twice. All that hang together are one voice on each
// side. Counted is a report that the others name as what they repeat, else the strongest.
func (c *Case) lead(vs []voice) {
	group := make([]int, len(vs)) // union–find; the strongest is the root
	for i := range group {
		group[i] = i
	}
	find := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	first := make(map[string]int, 2*len(vs))
	named, told := make(map[string]bool), false
	join := func(key string, i int) {
		if j, ok := first[key]; ok {
			a, b := find(i), find(j)
			group[max(a, b)] = min(a, b)
			return
		}
		first[key] = i
	}
	for i := range vs {
		if !vs[i].says {
			continue
		}
		v := &vs[i]
		if v.Origin != "" {
			join(v.Origin, i)
			named[v.Origin] = true
		} else {
			join(v.Source, i)
		}
		if v.Repeats != "" {
			join("report\x00"+v.Repeats, i)
			named["report\x00"+v.Repeats] = true
			told = true
		}
	}
	if told {
		for i := range vs {
			if vs[i].says && named["report\x00"+vs[i].ID] {
				join("report\x00"+vs[i].ID, i)
			}
		}
	}
	leaders := make([][2]int, len(vs)) // by group and side, from 1
	original := func(v *voice) bool {
		return v.Repeats == "" && (told && named["report\x00"+v.ID] || named[v.Source] && (v.Origin == "" || v.Origin == v.Source))
	}
	for pass := range 2 {
		for i := range vs {
			l := &leaders[find(i)][vs[i].side()]
			if *l == 0 && vs[i].says && (pass == 1 || original(&vs[i])) {
				*l = 1 + i
			}
		}
	}
	for i := range vs {
		if j := leaders[find(i)][vs[i].side()] - 1; vs[i].says && j != i {
			vs[i].leader = j
		}
	}
}

// discount gives each counted voice what is new in it: the chance that it repeats none of
// the voices before it on its side. Two voices of declared origin are taken to be two,
// unless one party vouches for both; where the lineage of either is unknown, the learned
// chance of copying counts; texts and shared errors raise it.
func (c *Case) discount(vs []voice) {
	place := make([]int, len(vs)) // of item at
	for i := range vs {
		place[vs[i].at] = i
	}
	var alike map[int][]link // by the later of two in this order
	for i := range vs {
		if alike == nil && len(vs[i].alike) > 0 {
			alike = map[int][]link{}
		}
		for _, l := range vs[i].alike {
			j := place[l.to]
			alike[max(i, j)] = append(alike[max(i, j)], link{int32(min(i, j)), l.copy})
		}
	}
	var side [2]earlier
	for i := range vs {
		v := &vs[i]
		if !v.says || v.leader >= 0 {
			continue
		}
		e := &side[v.side()]
		if e.source == nil {
			*e = earlier{source: map[string]int{}, party: map[voucher][]int{}}
		}
		c.novelty(vs, i, e, alike[i])
		e.all++
		if v.Origin == "" {
			e.unknown++
		}
		if len(c.history.suspects) > 0 {
			e.source[v.Source] = i
		}
		for _, p := range v.vouchers() {
			if at := e.party[p]; p.name != "" && len(at) < 40 { // beyond that nothing is left to halve
				e.party[p] = append(at, i)
			}
		}
	}
}

// earlier are the voices counted before one, on its side.
type earlier struct {
	all, unknown int
	source       map[string]int
	party        map[voucher][]int
}

// voucher is a party whose word alone makes an origin one of its own: who minted its token,
// or who reports it.
type voucher struct {
	minted bool
	name   string
}

// vouchers are those of a voice; an empty name vouches for nothing.
func (v *voice) vouchers() [2]voucher {
	if v.Origin == "" {
		return [2]voucher{}
	}
	return [2]voucher{{true, v.Minter}, {false, v.Source}}
}

func (c *Case) novelty(vs []voice, i int, e *earlier, alike []link) {
	v := &vs[i]
	plain := e.all
	if v.Origin != "" {
		plain = e.unknown
	}
	var special []doubt
	note := func(j int, p float64, why string) {
		if vs[j].leader >= 0 || vs[j].side() != v.side() {
			return
		}
		for k := range special {
			if special[k].of == j {
				if p > special[k].copy {
					special[k] = doubt{j, p, why}
				}
				return
			}
		}
		special = append(special, doubt{j, p, why})
	}
	for _, l := range alike {
		note(int(l.to), l.copy, "the same words as")
	}
	for _, p := range v.vouchers() {
		if p.name == "" {
			continue
		}
		for _, j := range e.party[p] {
			note(j, oneParty, "vouched for by one party, as is")
		}
	}
	if partners := c.history.suspects[v.Source]; len(partners) > 0 {
		for s, p := range partners {
			if j, ok := e.source[s]; ok && j < i && !(v.Origin != "" && vs[j].Origin != "") {
				note(j, p, "makes the same errors as")
			}
		}
	}
	left, most := 0.0, 0.0
	slices.SortFunc(special, func(a, b doubt) int { return a.of - b.of })
	for _, l := range special {
		left += math.Log(1 - l.copy)
		if v.Origin == "" || vs[l.of].Origin == "" {
			plain--
		}
		if l.copy > most {
			most, v.whose, v.why = l.copy, l.of, l.why
		}
	}
	v.novelty = math.Exp(left + float64(max(plain, 0))*logAlone)
}

// logAlone is the logarithm of the chance that a voice of unknown lineage does not repeat
// one other.
var logAlone = math.Log(1 - repeats)

// doubt is the chance that two voices are one, and why it is thought so.
type doubt struct {
	of   int
	copy float64
	why  string
}

// voicesWorth is what n voices on one side are worth under a design effect, in voices:
// n / (1 + (n − 1)·rho). It rises with n, ever more slowly, so another voice on a side never
// weakens that side.
func voicesWorth(n, rho float64) float64 { return n / (1 + max(n-1, 0)*rho) }

// weights gives each voice its share: what the voices up to it are worth less what those
// before it are. Strongest first, so the sum of weight × ratio can only grow with a voice.
func weights(vs []voice, rho float64) []float64 {
	out := make([]float64, len(vs))
	var n [2]float64
	for i := range vs {
		if vs[i].novelty == 0 {
			continue
		}
		s := &n[vs[i].side()]
		out[i] = voicesWorth(*s+vs[i].novelty, rho) - voicesWorth(*s, rho)
		*s += vs[i].novelty
	}
	return out
}

// logOdds is what the case would come to under a design effect.
func (c *Case) logOdds(rho float64) float64 {
	vs := c.voices()
	sum := 0.0
	for i, w := range weights(vs, rho) {
		sum += w * vs[i].ratio
	}
	return sum
}

// Assess weighs the case as it stands.
func (c *Case) Assess(prior *Prior) Assessment {
	vs := c.voices()
	a := Assessment{Terms: make([]Term, 0, len(vs)), Effect: c.history.effect(c.topic())}
	ws := weights(vs, a.Effect)
	order := make([]int, len(vs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		if x, y := vs[i].leader >= 0, vs[j].leader >= 0; x != y {
			if x {
				return 1
			}
			return -1
		}
		if x, y := math.Abs(ws[i]*vs[i].ratio), math.Abs(ws[j]*vs[j].ratio); x != y {
			return cmp.Compare(y, x)
		}
		return i - j
	})
	variance := 0.0
	for _, i := range order {
		v := &vs[i]
		t := Term{Report: v.ID, Label: v.label(), Says: v.Says, Ratio: v.ratio, Novelty: v.novelty,
			Weight: ws[i], Part: ws[i] * v.ratio, Origin: v.origin(), Reason: v.reason(vs)}
		if v.leader >= 0 {
			t.Repeats = vs[v.leader].ID
			a.Repeats++
		}
		variance += ws[i] * ws[i] * v.variance
		a.LogOdds += t.Part
		a.Terms = append(a.Terms, t)
	}
	a.count(vs)
	a.Factor = math.Exp(a.LogOdds)
	if prior != nil && prior.Value > 0 && prior.Value < 1 {
		p := *prior
		a.Prior = &p
		at := func(z float64) *float64 {
			x := sigmoid(logit(p.Value) + a.LogOdds + z*math.Sqrt(variance))
			return &x
		}
		a.Probability, a.Low, a.High = at(0), at(-fourInFive), at(fourInFive)
	}
	return a
}

// fourInFive is the number of standard deviations that hold four cases in five.
const fourInFive = 1.2816

func (c *Case) topic() string {
	topic := ""
	for i := range c.items {
		if t := c.items[i].Topic; topic == "" || t != "" && t < topic {
			topic = t
		}
	}
	return topic
}

// count counts origins: declared ones only. What speaks on both sides is one origin.
func (a *Assessment) count(vs []voice) {
	seen := map[string]uint8{}
	for i := range vs {
		v := &vs[i]
		switch {
		case !v.says || v.leader >= 0:
		case v.Origin == "":
			a.Unknown++
		default:
			bit := uint8(1) << v.side()
			if seen[v.Origin] == 0 {
				a.Origins++
			}
			if seen[v.Origin]&bit == 0 {
				if bit == 2 {
					a.For++
				} else {
					a.Against++
				}
			}
			seen[v.Origin] |= bit
		}
	}
}

// compareReports is the order among reports that are worth the same: by name.
func compareReports(a, b *Report) int {
	if a.ID != b.ID {
		return cmp.Compare(a.ID, b.ID)
	}
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Origin, b.Origin),
		cmp.Compare(a.Says, b.Says), cmp.Compare(a.Digest, b.Digest))
}
