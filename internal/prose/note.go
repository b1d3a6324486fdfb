package prose

// note is what the writer tells in the writer's own name and what is no news: material for
// whoever reads, never evidence. Class background says how things stood before; class
// judgement says what the writer finds, doubts or expects.
type note struct {
	rng
	class string
	event *event // background: the event told in passing
}

// findNotes needs all claims, warnings and events: what a source says is no note.
func (d *doc) findNotes() {
	if d.upper {
		return // cables tell in capitals what sources and writers say alike
	}
	for si := range d.sents {
		s := d.sents[si].rng
		if r, ok := d.backgroundOf(si, s); ok {
			n := &note{rng: r, class: "background"}
			for _, o := range d.incidentsOf(si, si) {
				if e := o.event; n.event == nil && e != nil && e.kept && d.onlyIn(e, si) {
					n.event = e
				}
			}
			d.notes = append(d.notes, n)
		}
		end := s.a // one note for a clause
		for i := s.a; i < s.b; i++ {
			if i < end || !d.toks[i].is(misgiving|opinion|modal|adj) {
				continue
			}
			if r := d.judgementAt(i, s); !r.empty() && d.ownVoice(i, si) {
				d.notes = append(d.notes, &note{rng: r, class: "judgement"})
				end = r.b
			}
		}
	}
}

// ownVoice tells whether token i is the writer's: in no quotation, no claim, no warning and
// no phrase of responsibility.
func (d *doc) ownVoice(i, si int) bool {
	if q := d.toks[i].quote; q >= 0 && d.quotes[q].clause {
		return false
	}
	at := rng{i, i + 1}
	if d.claimOver(at, si) != nil {
		return false
	}
	for _, c := range d.claimsIn(si, si) {
		if c.cue.overlaps(at) || c.source.overlaps(at) {
			return false
		}
	}
	for _, w := range d.warningsOf(si) {
		for _, r := range [...]rng{w.cue, w.warner, w.recipient, w.threat, w.basis, w.limits, w.response} {
			if r.overlaps(at) {
				return false
			}
		}
	}
	return true
}

// onlyIn tells whether all mentions of an event stand in one sentence.
func (d *doc) onlyIn(e *event, si int) bool {
	for _, n := range e.list {
		if n.sent != si {
			return false
		}
	}
	return true
}

// backgroundOf tells whether a sentence looks back: a year or more before the text's own
// date, or by its words ("formerly", "since 2009", "for decades").
func (d *doc) backgroundOf(si int, s rng) (rng, bool) {
	if !d.hasClause(s) {
		return rng{}, false
	}
	old := -1
	for i := s.a; i < s.b; i++ {
		if t := &d.toks[i]; t.is(backward) || t.is(timenoun) && d.spanOfYears(i, s) {
			old = i
			break
		}
	}
	for k := d.dateFrom(s.a); k < len(d.dates) && d.dates[k].b <= s.b; k++ {
		t := &d.dates[k]
		if !t.date.known() || t.published {
			continue
		}
		if !d.published.known() || t.date.y > d.published.y-1 || t.date.y == d.published.y-1 && (t.date.m == 0 || t.date.m > d.published.m) {
			return rng{}, false // news
		}
		if old < 0 {
			old = t.a
		}
	}
	if old < 0 || !d.ownVoice(old, si) || len(d.warningsOf(si)) > 0 {
		return rng{}, false
	}
	for _, c := range d.claimsIn(si, si) {
		if c.parent == nil && !c.noun {
			return rng{}, false // somebody tells it
		}
	}
	return d.trim(s), true
}

// spanOfYears reads "for years", "in two decades", "over the past decade".
func (d *doc) spanOfYears(i int, s rng) bool {
	switch d.toks[i].w.text {
	case "year", "years", "decade", "decades", "century":
	default:
		return false
	}
	for j := i - 1; j >= s.a && i-j < 5; j-- {
		switch t := &d.toks[j]; {
		case t.tag == tPrep:
			return t.w.text == "for" || t.w.text == "over" || t.w.text == "during" || t.w.text == "throughout" || t.w.text == "in" && i > j+1
		case t.tag != tAdj && t.tag != tNum && t.tag != tDet:
			return false
		}
	}
	return false
}

// stirs are verbs that lead to what people feel about a thing.
var stirs = newSet(map[string]bool{"raise": true, "prompt": true, "spark": true, "fuel": true, "stir": true, "cast": true, "cause": true, "trigger": true, "deepen": true,
	"heighten": true, "renew": true, "provoke": true, "draw": true, "add": true, "feed": true, "revive": true})

// judgementAt gives the clause that token i makes the writer's judgement: "has prompted
// concerns about …", "could strain …", "is likely to …", "it remains unclear whether …".
func (d *doc) judgementAt(i int, s rng) rng {
	t := &d.toks[i]
	switch {
	case t.is(misgiving) && t.tag == tNoun:
		for j := i - 1; j >= s.a && i-j < 6; j-- {
			if v := d.toks[j].w.verb; v != nil && d.toks[j].tag.verbal() {
				if !stirs.has(v.lemma) {
					return rng{}
				}
				g := d.groupAt(j, s)
				if src, ok := d.subjectOf(g.a, s); ok && d.speaker(src.a, s) {
					return rng{} // somebody raised them
				}
				return d.trim(rng{g.a, d.contentEnd(i, s, true)})
			}
		}
		for j := i + 1; j < s.b && j < i+6; j++ { // questions have been raised
			if v := d.toks[j].w.verb; v != nil && stirs.has(v.lemma) && d.toks[j].tag == tPart && d.groupAt(j, s).passive {
				return d.trim(rng{d.npStart(i, s), d.contentEnd(j, s, true)})
			}
		}
	case t.is(opinion) && (t.tag == tAdv || t.tag == tAdj):
		return d.clauseAround(i, s)
	case t.tag == tModal && (t.w.text == "may" || t.w.text == "might" || t.w.text == "could" || t.w.text == "should"):
		if d.mainVerb(i, s) {
			return d.clauseAround(i, s)
		}
	case t.tag == tAdj && (t.w.text == "likely" || t.w.text == "unlikely") && i > s.a && d.toks[i-1].tag == tBe && i+1 < s.b && d.toks[i+1].tag == tTo:
		return d.clauseAround(i, s)
	}
	return rng{}
}

// mainVerb tells whether the modal at i stands in a main clause that states something of
// somebody else: no question, no relative clause, not "we could".
func (d *doc) mainVerb(i int, s rng) bool {
	if d.toks[s.b-1].mark == '?' || i+1 >= s.b || d.toks[i+1].tag == tNeg || d.toks[i].capital {
		return false
	}
	src, ok := d.subjectOf(i, s)
	if !ok || src.b-src.a == 1 && (d.toks[src.a].tag == tPron && !d.toks[src.a].is(subj) || firstPerson.has(d.toks[src.a].w.text)) {
		return false
	}
	for j := src.a; j >= s.a; j-- {
		switch t := &d.toks[j]; {
		case t.tag == tRel || t.tag == tSub || t.w.text == "so" || t.w.text == "neither":
			return false
		case t.kind == punct && j < src.a:
			return true
		}
	}
	return true
}

var firstPerson = newSet(map[string]bool{"i": true, "we": true, "you": true, "one": true})

// clauseAround is the clause that token i stands in, with its subject.
func (d *doc) clauseAround(i int, s rng) rng {
	return d.trim(rng{d.clauseStart(i, s), d.contentEnd(i, s, true)})
}

func (d *doc) noteRecord(n *note) Record {
	r := d.newRecord("note", 1)
	d.put(&r, "span", n.rng)
	r.set("class", n.class)
	if n.event != nil {
		r.set("event_ref", n.event.id)
	}
	return r
}
