package prose

// warning is one mention of one party telling another of a threat.
type warning struct {
	id        string
	sent      int
	warner    rng
	cue       rng
	recipient rng
	threat    rng
	when      rng
	place     rng
	basis     rng
	limits    rng
	response  rng
	hedge     rng
	claim     *claim
	same      *warning
	clause    bool // the threat is a clause
	again     bool // says more of a warning told before: "the warning lacked details"
}

// findWarnings drafts one record for each mention.
func (d *doc) findWarnings() {
	for si := range d.sents {
		s := d.sents[si].rng
		for i := s.a; i < s.b; i++ {
			t := &d.toks[i]
			if v := t.w.verb; !t.is(warnNoun) && (v == nil || v.frames&fWarn == 0 && !v.passes) {
				continue
			}
			w := d.warningAt(i, d.innerSentence(i, s))
			if w == nil || !w.again && w.threat.empty() && w.recipient.empty() && w.basis.empty() {
				continue
			}
			w.sent = si
			if !w.again {
				d.warningDetails(w, d.innerSentence(i, s))
			}
			d.warnings = append(d.warnings, w)
			i = max(i, w.cue.b-1)
		}
	}
}

// innerSentence is the part of a sentence that token i stands in: inside its quotation, or
// all of it.
func (d *doc) innerSentence(i int, s rng) rng {
	q := d.toks[i].quote
	for q >= 0 && !d.quotes[q].clause {
		q = d.quotes[q].outer
	}
	if q < 0 {
		return s
	}
	in := rng{d.quotes[q].a + 1, d.quotes[q].b}
	if d.toks[in.b-1].close {
		in.b--
	}
	a, b := in.a, in.b
	for j := i - 1; j >= in.a && i-j < maxSentence; j-- {
		if m := d.toks[j].mark; (m == '.' || m == '?' || m == '!') && d.toks[j].quote == q {
			a = j + 1
			break
		}
	}
	for j := i; j < in.b && j-i < maxSentence; j++ {
		if m := d.toks[j].mark; (m == '.' || m == '?' || m == '!') && d.toks[j].quote == q {
			b = j + 1
			break
		}
	}
	return rng{max(a, i-maxSentence), min(b, i+maxSentence)}
}

func (d *doc) warningAt(i int, s rng) *warning {
	t := &d.toks[i]
	v := t.w.verb
	switch {
	case v != nil && v.frames&fWarn != 0 && (t.tag == tFin || t.tag == tBase || t.tag == tPart || t.tag == tIng):
		if v.lemma == "tip" && (i+1 >= s.b || d.toks[i+1].w.text != "off") && !(i+2 < s.b && d.toks[i+2].w.text == "off") {
			return nil
		}
		if v.lemma == "notify" && !d.threatAhead(i, s) {
			return nil
		}
		return d.warnVerb(i, s)
	case v != nil && v.passes && (t.tag == tFin || t.tag == tPart || t.tag == tIng || t.tag == tBase):
		return d.passedOn(i, s)
	case t.is(warnNoun) && t.tag == tNoun:
		return d.warningNoun(i, s)
	}
	return nil
}

var passes = map[string]bool{"share": true, "pass": true, "give": true, "relay": true, "provide": true, "hand": true, "convey": true, "send": true, "transmit": true,
	"forward": true, "supply": true, "issue": true}

var knowledge = map[string]bool{"information": true, "intelligence": true, "warning": true, "warnings": true, "alert": true, "alerts": true, "details": true, "tip": true, "tips": true, "tip-off": true}

var warningNoun = map[string]bool{"warning": true, "warnings": true, "alert": true, "alerts": true, "tip-off": true, "tip-offs": true}

var threatPreps = map[string]bool{"about": true, "of": true, "regarding": true, "concerning": true, "on": true, "over": true, "against": true, "that": true}

func (d *doc) threatAhead(i int, s rng) bool {
	for j := i; j < min(i+20, s.b); j++ {
		if d.toks[j].is(anyEvent|imminentWord) || dangers[d.toks[j].w.text] {
			return true
		}
	}
	return false
}

var dangers = map[string]bool{"threat": true, "threats": true, "danger": true, "risk": true, "plot": true, "plots": true, "storm": true, "flood": true, "floods": true, "flooding": true,
	"outbreak": true, "tsunami": true, "cyclone": true, "hurricane": true, "typhoon": true, "famine": true, "eruption": true, "landslide": true, "landslides": true, "surge": true, "vulnerability": true, "invasion": true, "coup": true, "operation": true}

// warnVerb drafts "X warned Y of Z", "Y was warned by X that Z", "X's duty to alert Y".
func (d *doc) warnVerb(h int, s rng) *warning {
	g := d.groupAt(h, s)
	w := &warning{cue: g.rng}
	if g.to {
		w.cue.a = h
	}
	i := g.b
	if i < s.b && d.toks[i].w.text == "off" {
		i++
		w.cue.b = i
	}
	if g.passive || d.toks[h].tag == tPart && g.a == h {
		if src, ok := d.subjectOf(g.a, s); ok {
			w.recipient = src
		}
		if i < s.b && d.toks[i].w.text == "by" {
			e := d.toldEnd(i+1, s)
			w.warner = d.trim(rng{i + 1, e})
			i = e
		}
	} else {
		c := claim{}
		if g.finite {
			if src, ok := d.subjectOf(g.a, s); ok {
				w.warner = src
			} else if d.inverted(g, s, d.toks[h].w.verb) {
				return nil
			}
		} else if d.controller(&c, g, s) {
			w.warner = c.source
		}
		if i < s.b && d.startsNP(i) && !threatPreps[d.toks[i].w.text] && !(d.toks[i].tag == tPron && d.clauseSoon(i, s)) {
			e := d.toldEnd(i, s)
			w.recipient = d.trim(rng{i, e})
			i = e
			if i < s.b && d.toks[i].w.text == "off" {
				i++
			}
		}
	}
	d.threatFrom(w, i, s)
	return w
}

// toldEnd is the end of the party told: a preposition that opens the threat ends it.
func (d *doc) toldEnd(i int, s rng) int {
	e := d.npEnd(i, s, false)
	if e+1 < s.b && (d.toks[e].w.text == "on" || d.toks[e].w.text == "in") && (d.toks[e+1].tag == tDet || d.toks[e+1].tag == tName) && !d.inDate(e+1) {
		// three towns on the Rhine
		if e2 := d.npEnd(e+1, s, false); e2 < s.b && (threatPreps[d.toks[e2].w.text] || d.inDate(min(e2+1, s.b-1)) || d.toks[e2].w.text == "to") && !d.toks[e2-1].is(anyEvent) {
			e = e2
		}
	}
	for j := i + 1; j < e; j++ {
		if t := &d.toks[j]; t.tag == tPrep && (t.w.text == "of" || t.w.text == "about" || t.w.text == "against") {
			if t.w.text != "of" || d.toks[j-1].tag == tName || d.toks[j-1].capital || d.toks[j-1].tag == tPron || !d.toks[j+1].capital {
				return j
			}
		}
	}
	return e
}

// partyEnd is the end of a noun phrase without its prepositional phrases, but with "of".
func (d *doc) partyEnd(i int, s rng) int {
	e := d.npEnd(i, s, false)
	for j := i + 1; j < e; j++ {
		if t := &d.toks[j]; t.tag == tPrep && t.w.text != "of" {
			return j
		}
	}
	return e
}

// threatFrom looks from token i for "of Z", "about Z", "that Z", past what tells when.
func (d *doc) threatFrom(w *warning, i int, s rng) {
	onlyOn := 0
	for j := i; j < s.b && j < i+14; j++ {
		t := &d.toks[j]
		if t.w.text == "on" && t.tag == tPrep || t.w.text == "over" && t.tag == tPrep {
			if onlyOn == 0 && j+1 < s.b && !d.inDate(j+1) {
				onlyOn = j
			}
			continue
		}
		if t.tag == tSub && t.w.text == "that" {
			w.threat, w.clause = d.trim(rng{j, d.contentEnd(j, s, true)}), true
			return
		}
		if t.w.text == "based" {
			return
		}
		if threatPreps[t.w.text] && t.tag != tSub && j+1 < s.b && !(d.toks[j+1].is(weekday|month)) && d.startsNP(j+1) || t.w.text == "against" && j+1 < s.b {
			w.threat = d.trim(rng{j + 1, d.threatEnd(j+1, s)})
			return
		}
		if t.w.text == "to" && t.tag == tPrep && !w.recipient.empty() && j+1 < s.b && d.startsNP(j+1) && d.threatAhead(j, rng{s.a, d.threatEnd(j+1, s)}) { // alerted the towns to an outbreak
			w.threat = d.trim(rng{j + 1, d.threatEnd(j+1, s)})
			return
		}
		if t.w.text == "to" && t.tag == tTo && !w.recipient.empty() { // warned residents to leave: what is asked
			return
		}
		if t.mark == ',' || t.kind == punct && !t.open || t.tag == tFin {
			break
		}
	}
	if onlyOn > 0 && w.threat.empty() {
		w.threat = d.trim(rng{onlyOn + 1, d.threatEnd(onlyOn+1, s)})
		return
	}
	if i < s.b && d.toks[i].tag != tPrep && d.clauseSoon(i, s) && d.startsNP(i) {
		w.threat, w.clause = d.trim(rng{i, d.contentEnd(i, s, true)}), true
	}
}

// threatEnd is the end of a threat's noun phrase: what tells when, and on what ground,
// stays out.
func (d *doc) threatEnd(i int, s rng) int {
	for j := i; j < s.b; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		if t.kind == punct && t.mark != '-' || t.mark == '-' && d.gapBefore(j) {
			return j
		}
		switch t.w.text {
		case "before", "prior", "ahead", "based", "during", "despite", "after", "because", "without", "since", "hours", "days", "weeks", "but", "while", "which", "through", "until":
			return j
		case "on", "in":
			if e := d.npEnd(j+1, s, false); j > i && e > j+1 && d.toks[e-1].is(document) && d.toks[e-1].tag == tNoun {
				return j // in a statement
			}
			if j+1 < s.b && (d.toks[j+1].is(weekday|month) || d.toks[j+1].kind == number) {
				if _, ok := d.dateIn(rng{j + 1, min(j+4, s.b)}); ok {
					return j
				}
			}
		case "and", "or":
			if d.clauseAhead(j+1, s) || j+1 < s.b && d.toks[j+1].tag == tFin {
				return j
			}
		}
		if j > i && (t.tag == tNum || t.tag == tDet) && j+2 < s.b && d.toks[j+1].is(timenoun) && timeTail[d.toks[j+2].w.text] {
			return j
		}
		if (t.tag == tRel || t.tag == tSub) && j > i {
			return j
		}
		if (t.tag == tFin || t.tag.aux()) && j > i {
			return j
		}
		if _, ok := d.dateIn(rng{j, min(j+3, s.b)}); ok && j > i && d.toks[j].tag != tPrep && (t.w.text == "last" || t.w.text == "yesterday" || t.is(weekday)) {
			return j
		}
	}
	return s.b
}

var timeTail = map[string]bool{"before": true, "ago": true, "earlier": true, "later": true, "after": true}

// passedOn drafts "X shared information with Y about Z" and "information shared by X".
func (d *doc) passedOn(h int, s rng) *warning {
	g := d.groupAt(h, s)
	w := &warning{}
	i := g.b
	for i < s.b && (d.toks[i].tag == tDet || d.toks[i].tag == tAdj) {
		i++
	}
	if i < s.b && d.toks[i].w.text == "on" {
		i++
	}
	switch {
	case i < s.b && knowledge[d.toks[i].w.text] && !g.passive:
		w.cue = rng{g.a, i + 1}
		if g.to {
			w.cue.a = h
		}
		if src, ok := d.subjectOf(g.a, s); ok {
			w.warner = src
		} else if c := (&claim{}); d.controller(c, g, s) {
			w.warner = c.source
		}
		i++
	case d.toks[h].tag == tPart && g.a == h && h > s.a && knowledge[d.toks[h-1].w.text]:
		w.cue = rng{h - 1, h + 1}
		i = h + 1
	default:
		return nil
	}
	for k := 0; k < 3 && i+1 < s.b; k++ {
		switch d.toks[i].w.text {
		case "by":
			e := d.partyEnd(i+1, s)
			w.warner, i = d.trim(rng{i + 1, e}), e
		case "with", "to":
			e := d.partyEnd(i+1, s)
			w.recipient, i = d.trim(rng{i + 1, e}), e
		default:
			k = 3
		}
	}
	d.threatFrom(w, i, s)
	if warningNoun[d.toks[w.cue.b-1].w.text] || !w.recipient.empty() && !w.threat.empty() {
		return w
	}
	return nil
}

// warningNoun drafts "a warning from X to Y about Z" and "X's warning".
func (d *doc) warningNoun(i int, s rng) *warning {
	w := &warning{cue: rng{i, i + 1}}
	a := i
	for a > s.a && (d.toks[a-1].tag == tAdj || d.toks[a-1].tag == tNoun) {
		a--
	}
	if a > s.a && d.toks[a-1].tag == tOwner && a-1 > s.a {
		w.warner = d.trimSubject(rng{d.npStart(a-2, s), a - 1}, s)
	}
	j := i + 1
	for k := 0; k < 4 && j+1 < s.b; k++ {
		switch d.toks[j].w.text {
		case "from", "by":
			e := d.partyEnd(j+1, s)
			w.warner, j = d.trim(rng{j + 1, e}), e
		case "to":
			e := d.partyEnd(j+1, s)
			w.recipient, j = d.trim(rng{j + 1, e}), e
		default:
			k = 4
		}
	}
	if w.warner.empty() {
		// received a warning, issued a warning
		for k := a - 1; k >= s.a && a-k < 6; k-- {
			t := &d.toks[k]
			if t.w.verb != nil && (t.tag == tFin || t.tag == tPart) {
				src, ok := d.subjectOf(d.groupAt(k, s).a, s)
				switch {
				case !ok:
				case t.w.verb.lemma == "receive" || t.w.verb.lemma == "get" || t.w.verb.lemma == "ignore" || t.w.verb.lemma == "dismiss":
					w.recipient = src
				}
				break
			}
			if t.tag == tFin {
				break
			}
		}
	}
	d.threatFrom(w, j, s)
	if w.threat.empty() && w.warner.empty() && a > s.a && a == i && d.toks[a-1].tag == tDet && definiteWords[d.toks[a-1].w.text] && len(d.warnings) > 0 {
		return d.sameWarning(i, s)
	}
	if w.warner.empty() && w.recipient.empty() || w.threat.empty() {
		return nil
	}
	if w.recipient.empty() {
		d.actingParty(w, s)
	}
	return w
}

// sameWarning reads what a sentence adds to a warning told before: what it rested on, what it
// lacked, what was done with it.
func (d *doc) sameWarning(i int, s rng) *warning {
	w := &warning{cue: rng{i, i + 1}, again: true}
	g := i + 1
	if g < s.b && (d.toks[g].tag == tFin || d.toks[g].tag.aux()) { // the warning rested on, lacked
		d.limitsAfter(w, g, s)
		for j := g; j+2 < s.b && j < g+5 && w.limits.empty(); j++ {
			if v := d.toks[j].w.verb; v != nil && (v.lemma == "rest" || v.lemma == "base" || v.lemma == "rely") && d.toks[j+1].w.text == "on" {
				w.basis = d.trim(rng{j + 2, d.basisEnd(j+2, s)})
				return w
			}
		}
		if !w.limits.empty() {
			return w
		}
		return nil
	}
	h := i - 2 // the verb before "the warning"
	if h < s.a || d.toks[h].w.verb == nil || d.toks[h].tag != tFin && d.toks[h].tag != tPart {
		return nil
	}
	vg := d.groupAt(h, s)
	src, ok := d.subjectOf(vg.a, s)
	if !ok {
		return nil
	}
	switch d.toks[h].w.verb.lemma {
	case "ignore", "dismiss", "heed", "downplay", "disregard", "doubt", "reject", "receive":
		w.recipient = src
		if d.toks[h].w.verb.lemma != "receive" {
			w.response = rng{vg.a, i + 1}
		}
		return w
	case "repeat", "renew", "lift", "withdraw":
		w.warner, w.cue = src, rng{vg.a, i + 1}
		if t, ok := d.dateIn(rng{i + 1, min(i+6, s.b)}); ok {
			w.when = t.rng
		}
		return w
	case "base":
		if i+2 < s.b && d.toks[i+1].w.text == "on" {
			w.warner, w.basis = src, d.trim(rng{i + 2, d.basisEnd(i+2, s)})
			return w
		}
	}
	return nil
}

// actingParty takes the subject of the main clause for the recipient when the warning
// stands in an adverbial before it ("Despite a warning from X, Y played it down").
func (d *doc) actingParty(w *warning, s rng) {
	first := &d.toks[s.a]
	if first.tag != tPrep && first.tag != tSub {
		return
	}
	for j := w.cue.b; j < s.b; j++ {
		t := &d.toks[j]
		if t.tag == tFin && j > w.threat.b {
			g := d.groupAt(j, s)
			if src, ok := d.subjectOf(g.a, s); ok && src.a >= w.threat.b {
				w.recipient = d.head(src, s)
				w.response = d.trim(rng{g.a, d.threatEnd(g.b, s)})
				return
			}
		}
	}
}

// head leaves out what a comma adds to a noun phrase.
func (d *doc) head(r rng, s rng) rng {
	for i := r.a; i < r.b; i++ {
		if d.toks[i].mark == ',' {
			return rng{r.a, i}
		}
	}
	return r
}

// warningDetails adds when, place, basis, limits, response and hedge.
func (d *doc) warningDetails(w *warning, s rng) {
	end := w.cue.b
	for _, r := range []rng{w.threat, w.recipient, w.warner} {
		end = max(end, r.b)
	}
	if w.clause {
		if t, ok := d.dateIn(rng{w.cue.b, w.threat.a}); ok {
			w.when = t.rng
		}
	} else {
		d.whenAfter(w, end, s)
	}
	if w.when.empty() {
		d.whenBefore(w, s)
	}
	if !w.threat.empty() {
		d.threatPlace(w)
		for i := w.threat.a; i < w.threat.b; i++ {
			if d.toks[i].is(hedgeWord) {
				w.hedge = rng{i, i + 1}
				break
			}
		}
	}
	d.basisAfter(w, w.cue.b, s)
	d.limitsAfter(w, end, s)
}

// whenAfter reads "before …", "prior to …", "two days before …", "on 7 March" from token i.
func (d *doc) whenAfter(w *warning, i int, s rng) {
	if i >= s.b {
		return
	}
	j := i
	for j < s.b && j < i+4 && (d.toks[j].tag == tNum || d.toks[j].is(timenoun) || d.toks[j].tag == tDet || d.toks[j].tag == tAdj) {
		j++
	}
	if j >= s.b {
		return
	}
	switch d.toks[j].w.text {
	case "before", "prior", "ahead", "after":
		w.when = d.trim(rng{i, d.whenEnd(j+1, s)})
		return
	}
	between := rng{w.cue.b, min(w.cue.b+6, s.b)}
	if !w.threat.empty() && w.threat.a > w.cue.b {
		between.b = max(between.b, w.threat.a)
	}
	for _, r := range []rng{{i, min(i+5, s.b)}, between} {
		if t, ok := d.dateIn(r); ok && !w.threat.overlaps(t.rng) {
			w.when = t.rng
			return
		}
	}
}

func (d *doc) whenEnd(i int, s rng) int {
	for j := i; j < s.b; j++ {
		t := &d.toks[j]
		if t.kind == punct && !t.open || t.tag == tRel || t.tag == tFin || t.tag.aux() || t.tag == tSub || t.w.text == "based" {
			return j
		}
	}
	return s.b
}

// whenBefore reads a time at the start of the sentence: "Days before the attack, X warned".
func (d *doc) whenBefore(w *warning, s rng) {
	start := w.cue.a
	if !w.warner.empty() && w.warner.a < start {
		start = w.warner.a
	}
	if start <= s.a || d.toks[start-1].mark != ',' {
		return
	}
	lead := d.trim(rng{s.a, start})
	if lead.b-lead.a > 14 {
		return
	}
	for i := lead.a; i < lead.b; i++ {
		switch d.toks[i].w.text {
		case "before", "prior", "ahead", "earlier", "after":
			w.when = lead
			return
		}
	}
	if t, ok := d.dateIn(lead); ok {
		w.when = t.rng
	}
}

// threatPlace takes the last "in …" or "on …" of a threat.
func (d *doc) threatPlace(w *warning) {
	for i := w.threat.b - 1; i > w.threat.a; i-- {
		switch d.toks[i].w.text {
		case "in", "inside", "on", "at", "near", "within", "across":
			if i+1 >= w.threat.b || d.toks[i+1].is(timenoun|month|weekday) || d.toks[i+1].tag == tIng {
				continue
			}
			e := d.npEnd(i+1, w.threat, false)
			if p := d.trim(rng{i + 1, e}); !p.empty() && d.isPlace(p) {
				w.place = p
				return
			}
		}
	}
}

// isPlace accepts names and words for places.
func (d *doc) isPlace(r rng) bool {
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		if t.tag == tName || t.is(placeNoun|target) {
			return true
		}
		switch t.w.text {
		case "soil", "territory", "country", "region", "north", "south", "east", "west", "city", "cities", "areas", "waters":
			return true
		}
	}
	if n, ok := d.namingIn(r, nil); ok {
		return n.party.kind == "state"
	}
	return false
}

// basisAfter reads "based on …", "acquired during …", "obtained from …".
func (d *doc) basisAfter(w *warning, i int, s rng) {
	for j := i; j+1 < s.b; j++ {
		t, n := &d.toks[j], &d.toks[j+1]
		if t.w.text == "based" && n.w.text == "on" || t.w.text == "citing" && j > i {
			k := j + 2
			if t.w.text == "citing" {
				k = j + 1
			}
			w.basis = d.trim(rng{k, d.basisEnd(k, s)})
			return
		}
		if t.w.verb != nil && gains[t.w.verb.lemma] && (t.tag == tPart || t.tag == tFin || t.tag == tAdj) && n.tag == tPrep && (n.w.text == "during" || n.w.text == "from" || n.w.text == "in" || n.w.text == "through" || n.w.text == "by") {
			w.basis = d.trim(rng{j + 2, d.basisEnd(j+2, s)})
			return
		}
	}
}

var gains = map[string]bool{"acquire": true, "obtain": true, "gather": true, "collect": true, "gain": true, "glean": true, "receive": true, "come": true, "derive": true}

func (d *doc) basisEnd(i int, s rng) int {
	for j := i; j < s.b; j++ {
		t := &d.toks[j]
		if t.mark == ',' || t.mark == ';' || t.mark == '.' || t.close && t.mate < int32(i) {
			return j
		}
	}
	return s.b
}

// limitsAfter reads what a warning lacked: "lacked …", "did not specify …", "gave no …".
func (d *doc) limitsAfter(w *warning, i int, s rng) {
	for j := i; j < s.b; j++ {
		t := &d.toks[j]
		v := t.w.verb
		next := &endToken
		if j+1 < s.b {
			next = &d.toks[j+1]
		}
		lacks := v != nil && v.lemma == "lack" && (t.tag == tFin || t.tag == tIng || t.tag == tBase)
		without := t.w.text == "without" && j+2 < s.b && d.detailWord(j+1, s)
		gaveNo := v != nil && (v.lemma == "give" || v.lemma == "contain" || v.lemma == "include" || v.lemma == "provide" || v.lemma == "offer" || v.lemma == "name" || v.lemma == "specify" || v.lemma == "mention" || v.lemma == "identify" || v.lemma == "say") &&
			(next.w.text == "no" && t.tag.verbal() || t.tag == tBase && j > s.a && d.toks[j-1].w.text == "not" || j > s.a && (d.toks[j-1].w.text == "didn't" || d.toks[j-1].w.text == "didn’t"))
		if lacks || without || gaveNo {
			a := j
			if gaveNo {
				a = d.groupAt(j, s).a
			}
			w.limits = d.trim(rng{a, d.basisEnd(j+1, s)})
			return
		}
	}
}

func (d *doc) detailWord(i int, s rng) bool {
	for j := i; j < min(i+5, s.b); j++ {
		switch d.toks[j].w.text {
		case "details", "detail", "specifics", "time", "date", "place", "target", "naming", "specifying":
			return true
		}
	}
	return false
}

func (d *doc) warningRecord(w *warning) Record {
	r := newRecord("warning", 6)
	r.ID = w.id
	for _, x := range []struct {
		role string
		r    rng
	}{{"warner", w.warner}, {"cue", w.cue}, {"recipient", w.recipient}, {"threat", w.threat}, {"when", w.when}, {"place", w.place},
		{"basis", w.basis}, {"limits", w.limits}, {"response", w.response}, {"hedge", w.hedge}} {
		d.put(&r, x.role, x.r)
	}
	r.Attrs["certainty"] = d.certainty(w.hedge, "unstated")
	for i := w.threat.a; i < w.threat.b; i++ {
		if d.toks[i].is(imminentWord) {
			r.Attrs["imminent"] = true
		}
	}
	if w.claim != nil {
		r.Attrs["reported_by_ref"] = w.claim.id
	}
	if w.same != nil {
		r.Attrs["same_as_ref"] = w.same.id
	}
	return r
}

// certainty reads the strength of a hedge.
func (d *doc) certainty(hedge rng, without string) string {
	for i := hedge.a; i < hedge.b; i++ {
		switch {
		case d.toks[i].is(certainWord):
			return "certain"
		case d.toks[i].is(probableWord):
			return "probable"
		case d.toks[i].is(possibleWord):
			return "possible"
		}
	}
	return without
}
