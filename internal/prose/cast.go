package prose

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// candidate is a phrase that may name one of a story's participants, with all places where
// the text has it and what these show.
type candidate struct {
	*entity
	spots  []spot
	weight float64
}

// spot is where a candidate stands and what it shows there.
type spot struct {
	at     rng
	shows  []string
	weight float64
}

// casting gathers the candidates of one text.
type casting struct {
	d      *doc
	list   []*candidate
	best   map[int]float64 // by sentence: the weight of its best mention in a story that is told
	atMost float64
	told   map[int][]*mention // by sentence
}

// cast gives the participants of each kind of attack that a text tells of: the candidates
// whose weight is more than 0. One that stands in no sentence of theirs goes to the first.
func (d *doc) cast(kept []*told) [][]*entity {
	var all []*mention
	heaviest := map[int]int{} // by sentence: the told kind with its heaviest mention
	weight := map[int]float64{}
	for i, t := range kept {
		all = append(all, t.mentions...)
		for _, m := range t.mentions {
			if w, ok := weight[m.n.sent]; !ok || m.weight > w {
				weight[m.n.sent], heaviest[m.n.sent] = m.weight, i
			}
		}
	}
	out := make([][]*entity, len(kept))
	named := false
	var chosen []*candidate
	for _, c := range d.candidates(all) {
		if c.weight = d.weighCandidate(c); c.weight > 0 {
			chosen = append(chosen, c)
			named = named || c.role == "Victim" && c.name != ""
		}
	}
	for _, c := range chosen {
		best := &c.spots[0]
		if c.role == "Victim" && named && c.name == "" && c.n == 1 && onlyDefinite(c) {
			continue // the deputy: one who is named
		}
		i := heaviest[int(d.toks[best.at.a].sent)]
		out[i] = append(out[i], c.entity)
	}
	return out
}

// onlyDefinite tells of a candidate that the text speaks of as known wherever it does.
func onlyDefinite(c *candidate) bool {
	for _, s := range c.spots {
		if !slices.Contains(s.shows, "definite") {
			return false
		}
	}
	return true
}

// weighCandidate adds up what a candidate's places show: the best one whole, the next ones a
// third as much as the one before.
func (d *doc) weighCandidate(c *candidate) float64 {
	for i := range c.spots {
		c.spots[i].weight = d.weigh(c.role, c.spots[i].shows)
	}
	slices.SortStableFunc(c.spots, func(a, b spot) int { return cmp.Compare(b.weight, a.weight) })
	sum := d.weigh(c.role, []string{"base"})
	if len(c.spots) > 1 {
		sum += d.weigh(c.role, []string{"twice"})
	}
	if len(c.spots) > 3 {
		sum += d.weigh(c.role, []string{"four times"})
	}
	share := 1.0
	for _, s := range c.spots[:min(4, len(c.spots))] {
		sum += share * s.weight
		share /= 3
	}
	return sum
}

func (d *doc) candidates(told []*mention) []*candidate {
	c := &casting{d: d, best: map[int]float64{}, told: map[int][]*mention{}}
	c.atMost = math.Inf(-1)
	for _, m := range told {
		if w, ok := c.best[m.n.sent]; !ok || m.weight > w {
			c.best[m.n.sent] = m.weight
		}
		c.atMost = max(c.atMost, m.weight)
		c.told[m.n.sent] = append(c.told[m.n.sent], m)
	}
	for _, m := range told {
		for _, e := range m.cast {
			c.add(e, e.at, m.n.sent, append([]string{"patient"}, c.inMention(m)...))
		}
		for _, e := range m.weapons {
			c.add(e, e.at, m.n.sent, append([]string{"near"}, c.inMention(m)...))
		}
		for _, r := range m.n.agents {
			for _, p := range d.parts(r) {
				for _, e := range d.agentsIn(p) {
					c.add(e, p, m.n.sent, append([]string{"agent"}, c.inMention(m)...))
				}
			}
		}
	}
	c.fromBlame()
	for si := range d.sents {
		c.fromPhrases(si)
	}
	c.lists()
	return c.list
}

// inMention tells of the mention that a candidate takes part in.
func (c *casting) inMention(m *mention) []string {
	var out []string
	out = append(out, actWord(m.n.act))
	if m.n.noun {
		out = append(out, "of a noun")
	} else {
		out = append(out, "of a verb")
	}
	for _, f := range m.features {
		if slices.Contains(carried, f) {
			out = append(out, f)
		}
	}
	out = append(out, level("mention", m.weight, c.atMost))
	return out
}

// carried are what a mention shows of itself that also tells of its participants.
var carried = []string{"quoted", "habit", "combatants", "combat", "long ago", "bare noun", "passive"}

// level puts a mention's weight beside that of the text's heaviest.
func level(of string, w, most float64) string {
	switch {
	case w >= most-0.5:
		return of + " best"
	case w > most-1.5:
		return of + " good"
	case w > most-3:
		return of + " fair"
	}
	return of + " poor"
}

// fromBlame adds those whom the text holds responsible.
func (c *casting) fromBlame() {
	d := c.d
	d.findResponsibility()
	for _, b := range d.blames {
		for _, p := range d.parts(b.actor) {
			for _, e := range d.agentsIn(p) {
				c.add(e, p, b.sent, []string{"blame " + b.mode})
			}
		}
	}
	for _, p := range d.doers() {
		for _, q := range d.parts(p.rng) {
			for _, e := range d.agentsIn(q) {
				c.add(e, q, int(d.toks[q.a].sent), []string{p.how})
			}
		}
	}
}

// fromPhrases adds the noun phrases of a sentence that may be participants by their head.
func (c *casting) fromPhrases(si int) {
	d := c.d
	s := d.sents[si].rng
	last := rng{-1, -1}
	for i := s.a; i < s.b; i++ {
		t := &d.toks[i]
		if !(t.tag.nominal() || t.tag == tPoss) || i > s.a && (d.toks[i-1].tag.nominal() && d.toks[i-1].tag != tOwner && t.tag != tDet || d.toks[i-1].tag == tPoss) {
			continue
		}
		e := d.npEnd(i, s, false)
		r := d.trim(rng{i, e})
		if r.empty() {
			continue
		}
		if i > s.a && d.toks[i-1].mark == ',' && last.b == i-1 && d.renames(last, r) {
			continue // a taxi driver, after his name
		}
		last = r
		for _, p := range d.parts(r)[:1] {
			x := d.entityOf(p)
			if x != nil {
				switch x.role {
				case aPerson:
					if x.name != "" || x.particular {
						v := *x
						v.role = "Victim"
						c.add(&v, p, si, []string{"loose"})
					}
				case aTarget:
					v := *x
					v.role = "Target"
					c.add(&v, p, si, []string{"loose"})
				case aWeapon:
					v := *x
					v.role = "Weapon"
					c.add(&v, p, si, []string{"loose"})
				}
			}
			for _, e := range d.agentsIn(p) {
				c.add(e, p, si, []string{"loose"})
			}
		}
	}
}

// agentsIn gives whom a phrase names as doers: persons, and the organisation they belong to.
func (d *doc) agentsIn(p rng) []*entity {
	var out []*entity
	named := false
	for r := p; ; {
		n, ok := d.namingIn(r, func(q *party) bool { return q.kind == "armed-group" })
		if !ok {
			break
		}
		named = true
		e := d.orgEntity(n.party)
		e.group, e.belongs = true, n.a > p.a
		out = append(out, e)
		r.a = n.b
	}
	e := d.entityOf(p)
	if e == nil {
		return out
	}
	switch e.role {
	case aPerson:
		e.role = "PerpInd"
		out = append(out, e)
		for i := p.a; i+1 < p.b && !named; i++ { // soldiers of the army
			if d.toks[i].w.text == "of" {
				if of := d.entityOf(rng{i + 1, p.b}); of != nil && of.role == aBody {
					of.role, of.belongs = "PerpOrg", true
					out = append(out, of)
				}
				break
			}
		}
	case aBody:
		if !named {
			e.role = "PerpOrg"
			out = append(out, e)
		}
	}
	return out
}

// add enters a candidate with what its place shows, joined to an equal one.
func (c *casting) add(e *entity, at rng, si int, shows []string) {
	d := c.d
	var x *candidate
	for _, o := range c.list[max(0, len(c.list)-500):] { // a bounded number, so that work stays in proportion
		if o.role == e.role && same(o.entity, e) {
			x = o
			break
		}
	}
	if x == nil {
		x = &candidate{entity: e}
		c.list = append(c.list, x)
	} else if x.entity != e {
		x.entity.join(e)
	}
	if shows[0] == "loose" {
		for _, o := range x.spots {
			if o.at.overlaps(at) {
				return // already there with its part in an event
			}
		}
	}
	shows = append(shows, d.form(e, at))
	shows = append(shows, d.category(at, e)...)
	if e.guessed {
		shows = append(shows, "guessed")
	}
	if e.belongs {
		shows = append(shows, "belongs")
	}
	w, ok := c.best[si]
	in := "outside"
	if ok {
		in = level("beside", w, c.atMost)
	} else if w, ok := c.best[si-1]; ok {
		in = level("behind", w, c.atMost)
	} else if w, ok := c.best[si+1]; ok {
		in = level("before", w, c.atMost)
	}
	if shows[0] == "loose" {
		shows = append(shows, in)
		shows = append(shows, c.nearest(at, si)...)
	}
	if d.sents[si].para == 0 {
		shows = append(shows, "in first")
	}
	shows = append(shows, d.surroundings(at, si)...)
	x.spots = append(x.spots, spot{at: at, shows: shows})
}

// nearest tells of the act that stands nearest to a phrase in its sentence.
func (c *casting) nearest(at rng, si int) []string {
	var best *mention
	dist := 13
	before := false
	for _, m := range c.told[si] {
		n := m.n.trigger - at.b + 1
		b := false
		if m.n.trigger < at.a {
			n, b = at.a-m.n.trigger, true
		}
		if n < dist {
			dist, best, before = n, m, b
		}
	}
	if best == nil {
		return nil
	}
	how := "ahead of "
	if before {
		how = "later than "
	}
	near := "near"
	if dist > 5 {
		near = "nearby"
	}
	return []string{how + actWord(best.n.act), near}
}

func actWord(a act) string {
	return [...]string{"", "act attack", "act kill", "act wound", "act kidnap", "act bomb", "act shoot", "act arson", "act damage", "", "", "", "act rob"}[a]
}

// lists marks the members of a list that begins with a participant of an event.
func (c *casting) lists() {
	d := c.d
	type end struct {
		x *candidate
		s *spot
	}
	ends := map[int]end{}
	var starts []end
	for _, x := range c.list {
		for i := range x.spots {
			s := &x.spots[i]
			if prev, ok := ends[s.at.b]; !ok || s.shows[0] != "loose" && prev.s.shows[0] == "loose" {
				ends[s.at.b] = end{x, s}
			}
			starts = append(starts, end{x, s})
		}
	}
	slices.SortStableFunc(starts, func(a, b end) int { return cmp.Compare(a.s.at.a, b.s.at.a) })
	for _, e := range starts {
		if e.s.shows[0] != "loose" {
			continue
		}
		s := d.sents[d.toks[e.s.at.a].sent]
		i := e.s.at.a
		for i > s.a && (d.toks[i-1].mark == ',' || d.toks[i-1].mark == ';' || d.toks[i-1].tag == tConj || d.toks[i-1].kind == number || d.toks[i-1].w.text == "including") {
			i--
		}
		if i == e.s.at.a {
			continue
		}
		if o, ok := ends[i]; ok && o.x.role == e.x.role {
			if o.s.shows[0] != "loose" {
				e.s.shows = append(e.s.shows, "listed", "listed "+o.s.shows[0])
			} else if slices.Contains(o.s.shows, "listed") {
				e.s.shows = append(e.s.shows, "listed")
			}
		}
	}
}

// surroundings are the words before and after a phrase that tell its part.
func (d *doc) surroundings(at rng, si int) []string {
	s := d.sents[si].rng
	var out []string
	if p := at.a - 1; p >= s.a {
		switch d.toks[p].tag {
		case tPrep:
			out = append(out, "after "+d.toks[p].w.text)
			if p > s.a && (d.toks[p-1].is(anyEvent) || d.toks[p-1].w.verb != nil && d.toks[p-1].w.verb.act != noAct) {
				out = append(out, "after an act "+d.toks[p].w.text)
			}
		case tFin, tPart, tIng:
			if d.toks[p].w.verb != nil {
				out = append(out, "object of "+d.toks[p].w.verb.lemma)
				if d.toks[p].w.verb.act != noAct {
					out = append(out, "object of an act")
				}
			}
		}
	}
	e := at.b
	for e < s.b && (d.toks[e].tag.aux() || d.toks[e].tag == tAdv || timeWord(&d.toks[e])) {
		e++
	}
	if e < s.b && d.toks[e].w.verb != nil && d.toks[e].tag.verbal() {
		out = append(out, "subject of "+d.toks[e].w.verb.lemma)
		if d.toks[e].w.verb.act != noAct {
			out = append(out, "subject of an act")
		}
	}
	return out
}

// form tells how a phrase is put: named, counted, single, definite or plural.
func (d *doc) form(e *entity, at rng) string {
	switch {
	case e.name != "":
		return "named"
	case e.definite:
		return "definite"
	case e.n > 1:
		return "counted"
	case e.n == 1:
		return "single"
	case e.particular:
		return "particular"
	}
	return "plural"
}

// category looks the words of a phrase up in lexicon/casts.txt: its head and what stands
// before it.
func (d *doc) category(at rng, e *entity) []string {
	var out []string
	known := false
	for i := at.a; i < at.b; i++ {
		if d.toks[i].tag == tPrep {
			break
		}
		w := d.low(i)
		for _, c := range d.lex.casts[w] {
			known = true
			if w == e.head {
				out = append(out, "is "+c)
			} else {
				out = append(out, "with "+c)
			}
		}
	}
	if e.group {
		return append(out, "is group")
	}
	if !known {
		out = append(out, "is other")
	}
	return out
}

// same tells whether two entities of one role are one.
func same(o, e *entity) bool {
	if o.role == "Victim" && o.name == "" && e.name == "" && (o.hasStem(e.head) || e.hasStem(o.head)) {
		return true // the six Jesuits, the Jesuit priests
	}
	if o.role == "Weapon" && generalBomb.has(o.head) && generalBomb.has(e.head) {
		return true
	}
	if o.role == "PerpInd" && (rebels.has(o.head) && rebels.has(e.head) || strangers.has(o.head) && strangers.has(e.head)) {
		return true
	}
	return sameName(e, o) || e.name == "" && (o.head == e.head || o.head == e.head+"s" || e.head == o.head+"s") || contains(o.words, e.words[0]) || e.role == "Victim" && e.n > 2 && e.n == o.n && e.name == "" && o.name == ""
}

// hasStem tells whether the words before an entity's head hold a word, be it in singular or
// plural.
func (o *entity) hasStem(head string) bool {
	stem := strings.TrimSuffix(head, "s")
	for _, w := range strings.Fields(o.words[0]) {
		if len(stem) > 3 && strings.TrimSuffix(w, "s") == stem {
			return true
		}
	}
	return false
}

func (o *entity) join(e *entity) {
	for _, w := range e.words {
		if !contains(o.words, w) {
			o.words = append(o.words, w)
		}
	}
	o.killed, o.injured = o.killed || e.killed, o.injured || e.injured
	if o.n == 0 {
		o.n = e.n
	}
}

// doer is a phrase for somebody who did it, and how the text says so.
type doer struct {
	rng
	how string
}

// doers reads "perpetrated by X", "X was accused of murder", "the involvement of X in".
func (d *doc) doers() []doer {
	var out []doer
	for i := range d.toks {
		v := d.toks[i].w.verb
		sent := d.sents[d.toks[i].sent].rng
		w := d.toks[i].w.text
		switch {
		case w == "involvement" || w == "participation" || w == "responsibility" || w == "role":
			if i+2 < sent.b && d.toks[i+1].w.text == "of" {
				e := d.partyEnd(i+2, sent)
				if e < sent.b && d.toks[e].w.text == "in" && d.crimeAhead(e, sent) {
					out = append(out, doer{d.trim(rng{i + 2, e}), "involved"})
				}
			}
			continue
		case w == "unknown" || w == "armed" || slices.Contains(d.lex.casts[w], "stranger"):
			e := i + 1
			for e < sent.b && e < i+3 && d.toks[e].tag == tAdj {
				e++
			}
			if e >= sent.b || !strangers.has(d.toks[e].w.text) {
				continue
			}
			if e+1 < sent.b && (d.toks[e+1].tag == tFin || d.toks[e+1].tag == tRel || d.toks[e+1].tag == tIng || d.toks[e+1].tag == tHave) || i > sent.a && (d.toks[i-1].w.text == "by" || i-1 > sent.a && d.toks[i-2].w.text == "by") {
				out = append(out, doer{rng{i, e + 1}, "stranger acts"})
			}
			continue
		}
		if v == nil || d.toks[i].tag == tNoun {
			continue
		}
		switch {
		case perpetrates.has(v.lemma) && (v.lemma != "carry" || d.crimeBefore(i, sent)):
			n := &incident{}
			d.byAgent(n, i+1, sent)
			for _, r := range n.agents {
				out = append(out, doer{r, "perpetrated by"})
			}
		case v.lemma == "blame" && d.toks[i].tag == tFin:
			if e := d.partyEnd(i+1, sent); e > i+1 {
				out = append(out, doer{d.trim(rng{i + 1, e}), "blamed"})
			}
		case implicates.has(v.lemma) && d.toks[i].tag == tPart && d.crimeAhead(i+1, sent):
			g := d.groupAt(i, sent)
			if !g.passive {
				continue
			}
			n := &incident{}
			n.passive(d, g, i, sent)
			for _, r := range n.patients {
				out = append(out, doer{r, "implicated"})
			}
		}
	}
	return out
}

// words that speak of the same bomb, the same insurgents of one text
var generalBomb = newSet(map[string]bool{"bomb": true, "bombs": true, "device": true, "devices": true, "explosive": true, "explosives": true, "charge": true, "charges": true})

var rebels = newSet(map[string]bool{"guerrillas": true, "rebels": true, "terrorists": true, "subversives": true, "insurgents": true})
