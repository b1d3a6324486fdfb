package prose

// warning is one mention of one party telling another of a threat.
type warning struct {
	id        string
	sent      int
	warner    rng
	cue       rng
	thing     rng // what is passed, where the party told stands between: "gave Moscow information"
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
	bare      bool // "raised the alarm": a warning though nothing more is told
	again     bool // says more of a warning told before: "the warning lacked details"
}

// findWarnings drafts one record for each mention.
func (d *doc) findWarnings() {
	for si := range d.sents {
		s := d.sents[si].rng
		d.itSays(si, s)
		for i := s.a; i < s.b; i++ {
			t := &d.toks[i]
			if v := t.w.verb; !t.is(warnNoun) && !(t.is(document) && noteNouns[t.w.text]) && (v == nil || v.frames&fWarn == 0 && !v.passes && !v.tells && !v.hints) {
				continue
			}
			w := d.warningAt(i, d.innerSentence(i, s))
			if w == nil {
				continue
			}
			w.sent = si
			if !w.again {
				d.warningDetails(w, d.innerSentence(i, s))
			}
			if !w.again && !w.bare && w.threat.empty() && w.recipient.empty() && w.basis.empty() {
				continue
			}
			d.warnings = append(d.warnings, w)
			i = max(i, w.cue.b-1)
		}
	}
}

// itSays reads "It named no day" and "It relied on an informant" right after a warning.
func (d *doc) itSays(si int, s rng) {
	if len(d.warnings) == 0 || d.toks[s.a].w.text != "it" || s.b-s.a < 3 {
		return
	}
	w := d.warnings[len(d.warnings)-1]
	if w.sent != si-1 {
		return
	}
	if w.limits.empty() {
		d.limitsAfter(w, s.a+1, s)
	}
	if v := d.toks[s.a+1].w.verb; w.basis.empty() && v != nil && (v.lemma == "rely" || v.lemma == "rest" || v.lemma == "draw") && d.toks[s.a+2].w.text == "on" {
		w.basis = d.trim(rng{s.a + 3, d.basisEnd(s.a+3, s)})
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
		if v.lemma == "notify" && !d.threatAhead(i, s) && len(d.warnings) == 0 {
			return nil
		}
		return d.warnVerb(i, s)
	case v != nil && v.passes && (t.tag == tFin || t.tag == tPart || t.tag == tIng || t.tag == tBase):
		return d.passedOn(i, s)
	case v != nil && v.tells && (t.tag == tFin || t.tag == tPart || t.tag == tIng || t.tag == tBase):
		return d.toldOfThreat(i, s)
	case v != nil && rings[v.lemma]:
		return d.rangToSay(i, s)
	case v != nil && phrases[v.lemma]:
		return d.warnPhrase(i, s)
	case t.is(warnNoun) && t.tag == tNoun:
		return d.warningNoun(i, s)
	case t.tag == tNoun && noteNouns[t.w.text]:
		return d.noteAgain(i, s)
	}
	return nil
}

var rings = map[string]bool{"phone": true, "ring": true, "call": true, "telephone": true, "email": true}

var phrases = map[string]bool{"put": true, "let": true, "raise": true, "sound": true}

// rangToSay drafts "X phoned Y to say that the dam could fail".
func (d *doc) rangToSay(h int, s rng) *warning {
	g := d.groupAt(h, s)
	src, ok := d.subjectOf(g.a, s)
	if !ok || g.passive || g.b >= s.b || !d.startsNP(g.b) {
		return nil
	}
	e := d.npEnd(g.b, s, false)
	if e+2 >= s.b || d.toks[e].w.text != "to" || d.toks[e+1].w.text != "say" && d.toks[e+1].w.text != "warn" {
		return nil
	}
	w := &warning{warner: src, cue: g.rng, thing: rng{e, e + 2}, recipient: d.trim(rng{g.b, e}), clause: true}
	start, ok := d.clauseAfter(e+2, s)
	if w.threat = d.trim(rng{start, d.contentEnd(start, s, true)}); !ok || !d.threatens(w.threat) {
		return nil
	}
	return w
}

// warnPhrase drafts "X let Y know that S", "Y was put on notice that S", "X raised the alarm".
func (d *doc) warnPhrase(h int, s rng) *warning {
	g := d.groupAt(h, s)
	word := func(k int) string {
		if k < s.b {
			return d.toks[k].w.text
		}
		return ""
	}
	src, ok := d.subjectOf(g.a, s)
	if !ok {
		return nil
	}
	w := &warning{cue: g.rng}
	i := g.b
	switch lemma := d.toks[h].w.verb.lemma; {
	case lemma == "put" && g.passive && word(i) == "on" && (word(i+1) == "notice" || word(i+1) == "alert"):
		w.recipient, w.cue.b = src, i+2
		i = d.warnedBy(w, i+2, s)
	case lemma == "let" && !g.passive && i < s.b && d.startsNP(i):
		e := d.npEnd(i, s, false)
		if word(e) != "know" {
			return nil
		}
		w.warner, w.recipient, w.thing = src, d.trim(rng{i, e}), rng{e, e + 1}
		i = e + 1
	case (lemma == "raise" || lemma == "sound") && !g.passive && word(i) == "the" && (word(i+1) == "alarm" || word(i+1) == "alert"):
		w.warner, w.cue.b = src, i+2
		i += 2
	default:
		return nil
	}
	d.threatFrom(w, i, s)
	if w.threat.empty() && len(d.warnings) == 0 || w.clause && w.thing != (rng{}) && !d.threatens(w.threat) && !d.canAct(w.recipient) {
		return nil
	}
	w.bare = w.threat.empty()
	return w
}

// noteNouns are nouns for a warning that was told before.
var noteNouns = map[string]bool{"note": true, "message": true, "notice": true, "bulletin": true, "call": true, "letter": true, "memo": true, "notification": true, "heads-up": true}

// noteAgain reads "the note named no place" where a warning was told before.
func (d *doc) noteAgain(i int, s rng) *warning {
	if len(d.warnings) == 0 || i == s.a || i+1 < s.b && d.toks[i+1].tag == tNoun || int(d.toks[i].sent)-d.warnings[len(d.warnings)-1].sent > 8 {
		return nil
	}
	h := i - 1
	for h > s.a && d.toks[h].tag == tAdj {
		h--
	}
	p := &d.toks[h]
	if p.w.text != "the" && p.w.text != "this" && p.w.text != "that" && p.tag != tOwner && p.tag != tPoss {
		return nil
	}
	w := d.sameWarning(i, s)
	if w != nil && p.tag == tOwner && h-1 >= s.a {
		w.warner = d.trimSubject(rng{d.npStart(h-1, s), h}, s)
	}
	return w
}

var passes = map[string]bool{"share": true, "pass": true, "give": true, "relay": true, "provide": true, "hand": true, "convey": true, "send": true, "transmit": true,
	"forward": true, "supply": true, "issue": true}

// weakKnowledge are things passed on that make a warning only with a threat in them.
var weakKnowledge = map[string]bool{"word": true, "gist": true, "note": true, "message": true, "heads-up": true, "notice": true, "summary": true, "memo": true, "bulletin": true, "report": true, "reports": true, "list": true}

var knowledge = map[string]bool{"information": true, "intelligence": true, "warning": true, "warnings": true, "alert": true, "alerts": true, "details": true, "tip": true, "tips": true, "tip-off": true}

var warningNoun = map[string]bool{"warning": true, "warnings": true, "alert": true, "alerts": true, "tip-off": true, "tip-offs": true, "advisory": true, "advisories": true,
	"tip": true, "tips": true, "forewarning": true}

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
		i = d.warnedBy(w, i, s)
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

// warnedBy reads "by X" behind a passive: how often and when may stand between.
func (d *doc) warnedBy(w *warning, i int, s rng) int {
	for j := i; j+1 < s.b && j < i+8; j++ {
		t := &d.toks[j]
		switch {
		case t.w.text == "by":
			e := d.toldEnd(j+1, s)
			if d.toks[j+1].is(timenoun|weekday|month) || d.toks[j+1].tag == tIng || d.toks[j+1].tag == tNum {
				return i
			}
			w.warner = d.trim(rng{j + 1, e})
			return e
		case t.kind == punct || t.tag == tSub || t.tag == tFin || threatPreps[t.w.text] && !d.inDate(j+1):
			return i
		}
	}
	return i
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
		if d.toks[j].is(timenoun) && e < s.b && timeTail[d.toks[e].w.text] { // hours before the blasts
			for j > i+1 && (d.toks[j-1].tag == tNum || d.toks[j-1].tag == tDet || d.toks[j-1].tag == tAdj) {
				j--
			}
			return j
		}
		if t := &d.toks[j]; t.tag == tPrep && (t.w.text == "of" || t.w.text == "about" || t.w.text == "against") {
			if t.w.text == "of" && (offices[d.low(j-1)] || headKinds[d.low(j-1)] != "" || officials[d.toks[j-1].w.text]) && !d.threatens(rng{j + 1, min(j+6, s.b)}) {
				continue // the head of state
			}
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
		if t.w.text == "on" && t.tag == tPrep || t.w.text == "over" && t.tag == tPrep && !d.toks[j-1].tag.verbal() {
			if onlyOn == 0 && j+1 < s.b && !d.inDate(j+1) {
				onlyOn = j
			}
			continue
		}
		if t.tag == tSub && t.w.text == "that" {
			w.threat, w.clause = d.trim(rng{j, d.thatEnd(w, j, s)}), true
			return
		}
		if t.w.text == "for" && j+1 < s.b && d.toks[w.cue.b-1].is(warnNoun) && d.startsNP(j+1) && d.threatAhead(j, rng{s.a, d.threatEnd(j+1, s)}) {
			w.threat = d.trim(rng{j + 1, d.threatEnd(j+1, s)})
			return
		}
		if t.w.text == "based" {
			return
		}
		if threatPreps[t.w.text] && t.tag != tSub && j+1 < s.b && !(d.toks[j+1].is(weekday|month)) && d.startsNP(j+1) || t.w.text == "against" && j+1 < s.b {
			w.threat = d.trim(rng{j + 1, d.threatEnd(j+1, s)})
			return
		}
		if t.w.text == "to" && t.tag == tPrep && !w.recipient.empty() && j+1 < s.b && d.startsNP(j+1) && (d.threatAhead(j, rng{s.a, d.threatEnd(j+1, s)}) || d.threatens(rng{j + 1, d.threatEnd(j+1, s)}) || d.toks[w.cue.b-1].w.verb != nil && d.toks[w.cue.b-1].w.verb.lemma == "alert") { // alerted the towns to an outbreak
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
			if j+1 < s.b && d.toks[j+1].w.text == "advance" {
				return j
			}
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
		if _, ok := d.dateIn(rng{j, min(j+3, s.b)}); ok && j > i && d.toks[j].tag != tPrep && d.toks[j-1].w.text != "by" && (t.w.text == "last" || t.w.text == "yesterday" || t.is(weekday)) {
			return j
		}
	}
	return s.b
}

// thatEnd is the end of a clause that opens with "that" at i. Behind a noun ("the warning that a
// dam could fail was ignored") the sentence's own verb ends it.
func (d *doc) thatEnd(w *warning, i int, s rng) int {
	end := d.contentEnd(i, s, true)
	if !d.toks[w.cue.b-1].is(warnNoun) || d.toks[w.cue.b-1].tag != tNoun {
		return end
	}
	verb, joint := false, false
	for j := i + 1; j < end; j++ {
		switch t := &d.toks[j]; {
		case t.tag == tFin || t.tag.aux():
			if verb && !joint && !d.toks[j-1].tag.aux() && d.toks[j-1].tag != tAdv && d.toks[j-1].tag != tNeg {
				return j
			}
			verb, joint = true, false
		case t.tag == tConj || t.tag == tSub || t.tag == tRel || t.kind == punct || t.tag == tPron:
			joint = true
		}
	}
	return end
}

var timeTail = map[string]bool{"ahead": true, "before": true, "ago": true, "earlier": true, "later": true, "after": true}

// passedOn drafts "X shared information with Y about Z", "X gave Y a warning", "Y was given a
// warning by X", "a warning was sent to Y", "information shared by X".
func (d *doc) passedOn(h int, s rng) *warning {
	g := d.groupAt(h, s)
	w := &warning{}
	i := g.b
	what := d.knowledgeAt(g.b, s)
	subject, ok := rng{}, false
	if g.passive {
		subject, ok = d.subjectOf(g.a, s)
	}
	switch {
	case what > 0 && g.passive:
		w.cue, w.recipient, i = rng{g.a, what + 1}, subject, what+1
	case what > 0:
		w.cue = rng{g.a, what + 1}
		if g.to {
			w.cue.a = h
		}
		if src, ok := d.subjectOf(g.a, s); ok {
			w.warner = src
		} else if c := (&claim{}); d.controller(c, g, s) {
			w.warner = c.source
		}
		if w.recipient = d.indirect(g.b, what, s); !w.recipient.empty() {
			w.cue.b, w.thing = g.b, rng{what, what + 1}
		}
		i = what + 1
	case ok && d.hasKnowledge(subject) && d.toks[subject.a].w.text == "the":
		return nil // a warning told before
	case ok && d.hasKnowledge(subject):
		w.cue = g.rng
		if knowledge[d.toks[g.a-1].w.text] {
			w.cue.a--
		}
		d.threatFrom(w, d.knowledgeAt(subject.a, rng{s.a, g.a})+1, rng{s.a, g.a})
	case d.toks[h].tag == tPart && g.a == h && h > s.a && knowledge[d.toks[h-1].w.text]:
		w.cue = rng{h - 1, h + 1}
		i = h + 1
	default:
		return nil
	}
	i = d.partiesAfter(w, i, s)
	if w.threat.empty() {
		d.threatFrom(w, i, s)
	}
	d.partiesInThreat(w, s)
	last := d.toks[max(w.cue.b, w.thing.b)-1].w.text
	if (weakKnowledge[last] || ok && !d.hasKnown(subject)) && !d.threatens(w.threat) {
		return nil
	}
	if warnsItself(last) || g.passive && d.hasWarnNoun(subject) && !w.recipient.empty() || !w.recipient.empty() && !w.threat.empty() {
		return w
	}
	return nil
}

// warnsItself tells the nouns that are a warning whoever is told, and of whatever.
func warnsItself(word string) bool { return warningNoun[word] && word != "tip" && word != "tips" }

// knowledgeAt finds the noun of knowledge that is the object of a verb that ends before i: 0
// without one. A party told may stand before it.
func (d *doc) knowledgeAt(i int, s rng) int {
	for j := i; j < s.b && j < i+8; j++ {
		t := &d.toks[j]
		switch {
		case t.tag == tNoun && (knowledge[t.w.text] || weakKnowledge[t.w.text]):
			if j+1 < s.b && d.toks[j+1].tag == tNoun && !d.toks[j+1].is(document|timenoun) {
				continue
			}
			return j
		case t.tag.nominal() || t.tag == tPoss || t.tag == tPron || t.w.text == "on" || t.mark == '\'':
		default:
			return 0
		}
	}
	return 0
}

func (d *doc) hasKnowledge(r rng) bool {
	return !r.empty() && (d.knowledgeAt(r.a, r) > 0 || d.hasKnown(r) || weakKnowledge[d.toks[r.a].w.text])
}

// hasKnown looks for a noun of knowledge that needs no threat beside it.
func (d *doc) hasKnown(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if knowledge[d.toks[i].w.text] {
			return true
		}
	}
	return false
}

// threatens tells whether words speak of harm: violence, weapons, danger, plans, what may be.
func (d *doc) threatens(r rng) bool {
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		if t.is(anyEvent|weapon|imminentWord|possibleWord) || t.w.text == "about" && i+1 < r.b && d.toks[i+1].tag == tTo || dangers[t.w.text] || menaces[t.w.text] {
			return true
		}
		if v := t.w.verb; v != nil && t.tag.verbal() && (plots[v.lemma] || v.act != noAct && v.act != actArrest) {
			return true
		}
	}
	return false
}

var plots = map[string]bool{"intend": true, "plan": true, "plot": true, "prepare": true, "threaten": true, "target": true, "conspire": true}

// menaces are people and things that a warning is about.
var menaces = map[string]bool{"gunmen": true, "gunman": true, "extremists": true, "militants": true, "saboteurs": true, "intruder": true, "intruders": true, "hackers": true, "attackers": true, "terrorists": true, "bombers": true, "bomber": true,
	"cell": true, "cells": true, "trouble": true, "sabotage": true, "ammunition": true, "explosives": true, "waves": true, "collapse": true, "leak": true, "fire": true, "plan": true, "plans": true}

func (d *doc) hasWarnNoun(r rng) bool { return !r.empty() && d.hasClass(r, warnNoun) }

// indirect is the party told between a verb and what is passed: "gave Moscow information".
func (d *doc) indirect(i, what int, s rng) rng {
	b := what
	for b > i && (d.toks[b-1].tag == tAdj || d.toks[b-1].tag == tDet || d.toks[b-1].tag == tPoss || d.toks[b-1].tag == tNum || d.toks[b-1].tag == tOwner || d.toks[b-1].mark == '\'' || d.toks[b-1].tag == tNoun && !d.toks[b-1].is(person|body)) {
		b--
	}
	r := d.trim(rng{i, b})
	if r.empty() {
		return rng{}
	}
	if last := &d.toks[r.b-1]; last.tag == tName || last.is(person|body) || last.tag == tPron {
		return r
	}
	return rng{}
}

// partiesAfter reads "by X", "from X", "with Y" and "to Y" from token i.
func (d *doc) partiesAfter(w *warning, i int, s rng) int {
	for k := 0; k < 3 && i+1 < s.b; k++ {
		to := &w.recipient
		switch d.toks[i].w.text {
		case "by", "from":
			to = &w.warner
		case "with", "to":
		default:
			return i
		}
		if d.toks[i+1].tag == tIng || d.toks[i+1].tag == tNum || !to.empty() {
			return i
		}
		e := d.partyEnd(i+1, s)
		*to, i = d.trim(rng{i + 1, e}), e
	}
	return i
}

// partiesInThreat cuts "to Y" and "from X" off a threat's end: "about a robbery from a dock
// worker", "on a plot to Vale".
func (d *doc) partiesInThreat(w *warning, s rng) {
	for j := w.threat.a + 1; j+1 < w.threat.b && !w.clause; j++ {
		t := &d.toks[j]
		if t.tag != tPrep || t.w.text != "to" && t.w.text != "from" || !d.speaker(j+1, s) && d.toks[j+1].tag != tName {
			continue
		}
		r := d.trim(rng{j + 1, d.partyEnd(j+1, s)})
		switch {
		case t.w.text == "to" && w.recipient.empty() && !d.toks[j-1].is(anyEvent) && !dangers[d.toks[j-1].w.text]:
			w.recipient = r
		case t.w.text == "from" && w.warner.empty() && d.speaker(j+1, s):
			w.warner = r
		default:
			continue
		}
		w.threat = d.trim(rng{w.threat.a, j})
		return
	}
}

// tells are verbs of telling that make a warning when what is told is a threat.
var tells = map[string]bool{"tell": true, "inform": true, "brief": true, "advise": true}

// toldOfThreat drafts "X told Y of a plot", "Y was informed of the risk", "X told the embassy
// that two men intended to attack": telling those who can act of what is to come.
func (d *doc) toldOfThreat(h int, s rng) *warning {
	g := d.groupAt(h, s)
	w := &warning{cue: g.rng}
	i := g.b
	if g.passive {
		src, ok := d.subjectOf(g.a, s)
		if !ok {
			return nil
		}
		w.recipient = src
		i = d.warnedBy(w, i, s)
	} else {
		src, ok := d.subjectOf(g.a, s)
		if !ok || i >= s.b || !d.startsNP(i) || d.toks[i].tag == tPron && d.clauseSoon(i, s) {
			return nil
		}
		e := d.toldEnd(i, s)
		w.warner, w.recipient = src, d.trim(rng{i, e})
		i = e
	}
	d.threatFrom(w, i, s)
	lemma := d.toks[h].w.verb.lemma
	switch {
	case w.recipient.empty() || d.isPress(w.recipient):
		return nil
	case w.threat.empty():
		if lemma != "inform" || len(d.warnings) == 0 || !d.canAct(w.recipient) || i < s.b && (d.toks[i].tag == tSub || d.toks[i].w.text == "about" || d.toks[i].w.text == "of") {
			return nil
		}
	case lemma == "inform" || lemma == "advise":
		if w.clause && !d.threatens(w.threat) || !w.clause && !d.toCome(w.threat) && !d.threatens(w.threat) {
			return nil
		}
	case !d.canAct(w.recipient):
		return nil
	case g.passive:
		if !d.threatens(w.threat) {
			return nil
		}
	case w.clause && !d.planned(w.threat), !w.clause && !d.toCome(w.threat):
		return nil
	}
	return w
}

// isPress tells reporters and outlets: who tells them gives no warning.
func (d *doc) isPress(r rng) bool {
	if n, ok := d.namingIn(r, nil); ok && n.party.kind == "media" {
		return true
	}
	for i := r.a; i < r.b; i++ {
		switch d.toks[i].w.text {
		case "reporter", "reporters", "journalist", "journalists", "newspaper", "magazine", "court", "judge", "i", "we", "me", "us":
			return true
		}
	}
	return false
}

// canAct tells whether a party told can do something about a threat: an authority, a body, a
// state; no journalists and no court.
func (d *doc) canAct(r rng) bool {
	if n, ok := d.namingIn(r, nil); ok {
		return n.party.kind != "media"
	}
	if last := &d.toks[r.b-1]; last.tag == tName && r.b-r.a <= 2 && r.a == r.b-1 {
		return true // a headline's "Borough"
	}
	for i := r.a; i < r.b; i++ {
		switch t := &d.toks[i]; t.w.text {
		case "reporter", "reporters", "journalist", "journalists", "newspaper", "magazine", "court", "judge", "agency", "committee", "congress", "parliament", "commission", "station", "channel":
			return false
		default:
			if t.is(body|target) || officials[t.w.text] || headKinds[d.low(i)] != "" || offices[t.w.text] {
				return true
			}
		}
	}
	return false
}

var officials = map[string]bool{"authorities": true, "official": true, "officials": true, "police": true, "officers": true, "minister": true, "ministers": true, "mayor": true, "governor": true,
	"officer": true, "residents": true, "villagers": true, "president": true, "commander": true, "commanders": true, "diplomats": true, "ambassador": true, "director": true,
	"operator": true, "manager": true, "managers": true, "desk": true, "clerk": true, "guard": true, "guards": true, "captain": true, "chiefs": true, "owner": true, "wardens": true, "clients": true, "members": true, "colleagues": true, "allies": true}

// toCome tells whether a noun phrase speaks of harm that may come, not of harm done.
func (d *doc) toCome(r rng) bool {
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		switch {
		case t.is(imminentWord), t.is(possibleWord), t.w.text == "planned", t.w.text == "threat", t.w.text == "threats", t.w.text == "plot", t.w.text == "plots", t.w.text == "risk", t.w.text == "risks", t.w.text == "danger":
			return true
		}
	}
	return false
}

// planned tells whether a clause speaks of violence that somebody means to do.
func (d *doc) planned(r rng) bool {
	means := false
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		if v := t.w.verb; v != nil && t.tag.verbal() && (v.lemma == "intend" || v.lemma == "plan" || v.lemma == "plot" || v.lemma == "prepare") || t.is(imminentWord) {
			means = true
		} else if means && (t.is(anyEvent) || v != nil && v.act != noAct && v.act != actArrest) {
			return true
		}
	}
	return false
}

// warningNoun drafts "a warning from X to Y about Z" and "X's warning".
func (d *doc) warningNoun(i int, s rng) *warning {
	if i+1 < s.b && d.toks[i+1].tag == tNoun && !d.toks[i+1].is(timenoun) && d.gapAfter(i) {
		return nil // warning system, alert level
	}
	w := &warning{cue: rng{i, i + 1}}
	a := i
	for a > s.a && (d.toks[a-1].tag == tAdj || d.toks[a-1].tag == tNoun) {
		a--
	}
	if a > s.a && d.toks[a-1].tag == tOwner && a-1 > s.a {
		w.warner = d.trimSubject(rng{d.npStart(a-2, s), a - 1}, s)
	}
	j := d.partiesAfter(w, i+1, s)
	d.receivedBy(w, a, s)
	d.threatFrom(w, j, s)
	d.partiesInThreat(w, s)
	if w.threat.empty() && w.warner.empty() && a > s.a && d.toks[a-1].tag == tDet && definiteWords[d.toks[a-1].w.text] {
		return d.sameWarning(i, s)
	}
	if !warnsItself(d.toks[i].w.text) && w.recipient.empty() || w.warner.empty() && w.recipient.empty() || w.threat.empty() && (w.response.empty() || w.warner.empty()) {
		return nil
	}
	if w.clause {
		d.doneWith(w, w.threat.b, s)
	} else if w.response.empty() {
		d.doneWith(w, max(j, w.threat.b), s)
	}
	if w.recipient.empty() {
		d.actingParty(w, s)
	}
	return w
}

var disregards = map[string]bool{"ignore": true, "dismiss": true, "heed": true, "downplay": true, "disregard": true, "doubt": true, "reject": true, "overlook": true, "miss": true}

// receivedBy takes the subject of "received a warning", "ignored a warning" for the
// recipient. a is the noun phrase's first adjective or noun.
func (d *doc) receivedBy(w *warning, a int, s rng) {
	for k := a - 1; k >= s.a && a-k < 6; k-- {
		t := &d.toks[k]
		if t.kind == punct || t.tag == tPrep {
			return
		}
		if t.w.verb == nil || t.tag != tFin && t.tag != tPart && t.tag != tIng {
			continue
		}
		g := d.groupAt(k, s)
		src, ok := d.subjectOf(g.a, s)
		if !ok && !g.finite && g.a > s.a+1 && d.toks[g.a-1].w.text == "of" { // accused Y of ignoring
			src, ok = d.trimSubject(rng{d.npStart(g.a-2, s), g.a - 1}, s), true
		}
		if ok && !src.empty() && !g.passive && w.recipient.empty() && (t.w.verb.lemma == "receive" || t.w.verb.lemma == "get" || disregards[t.w.verb.lemma]) {
			w.recipient = src
			if disregards[t.w.verb.lemma] {
				w.response = rng{g.a, w.cue.b}
			}
		}
		return
	}
}

// doneWith reads what was done with a warning where the sentence goes on with a passive: "…
// was ignored by the ministry", "… was passed to the police".
func (d *doc) doneWith(w *warning, i int, s rng) {
	for i < s.b && d.toks[i].mark == ',' {
		i++
	}
	h := i
	for h < s.b && (d.toks[h].tag.aux() || d.toks[h].tag == tAdv || d.toks[h].tag == tNeg) {
		h++
	}
	if h == i || h >= s.b || d.toks[h].tag != tPart || d.toks[h].w.verb == nil {
		return
	}
	d.passiveOf(w, rng{i, h + 1}, s)
}

// passiveOf reads the parties of a passive whose subject is the warning.
func (d *doc) passiveOf(w *warning, g rng, s rng) {
	v := d.toks[g.b-1].w.verb
	by, to := rng{}, rng{}
	for j := g.b; j+1 < s.b && j < g.b+24 && (d.toks[j].kind != punct || d.toks[j].mark == ',' || d.toks[j].mark == '(' || d.toks[j].mark == ')' || d.toks[j].mark == '&') && !d.toks[j].tag.aux() && d.toks[j].tag != tFin; j++ {
		switch d.toks[j].w.text {
		case "by":
			if by.empty() && !d.inDate(j+1) {
				by = d.trim(rng{j + 1, d.partyEnd(j+1, s)})
			}
		case "to", "with":
			if to.empty() && d.toks[j].tag == tPrep {
				to = d.trim(rng{j + 1, d.partyEnd(j+1, s)})
			}
		}
	}
	switch {
	case disregards[v.lemma]:
		w.response = g
		if w.recipient.empty() {
			w.recipient = by
		}
	case v.passes || v.lemma == "deliver" || v.lemma == "repeat" || v.lemma == "make":
		if w.warner.empty() {
			w.warner = by
		}
		if w.recipient.empty() {
			w.recipient = to
		}
	}
}

// sameWarning reads what a sentence adds to a warning told before: who gave and who got it,
// what it rested on, what it lacked, what was done with it.
func (d *doc) sameWarning(i int, s rng) *warning {
	w := &warning{cue: rng{i, i + 1}, again: true}
	g := i + 1
	if g+1 < s.b && d.toks[g].mark == ',' && d.toks[g+1].tag == tRel {
		d.cameFrom(w, g+2, s)
		if g = d.relativeEnd(g+1, s); g < s.b {
			g++
		}
	}
	if g+1 < s.b && d.toks[g].mark == ',' { // , dated 29 April,
		if e := d.nextComma(g+1, s); e+1 < s.b && e-g < 12 && (d.toks[e+1].tag == tFin || d.toks[e+1].tag.aux()) {
			g = e + 1
		}
	}
	if g < s.b && (d.toks[g].tag == tFin || d.toks[g].tag.aux()) { // the warning rested on, lacked
		d.limitsAfter(w, g, s)
		d.cameFrom(w, g, s)
		for j := g; j+2 < s.b && j < g+5 && w.limits.empty(); j++ {
			if v := d.toks[j].w.verb; v != nil && (v.lemma == "rest" || v.lemma == "base" || v.lemma == "rely" || v.lemma == "draw") && d.toks[j+1].w.text == "on" {
				w.basis = d.trim(rng{j + 2, d.basisEnd(j+2, s)})
			}
		}
		for j := g; j < s.b; j++ {
			if d.toks[j].tag == tPart && d.toks[j].w.verb != nil && d.groupAt(j, s).passive {
				d.passiveOf(w, d.groupAt(j, s).rng, s)
			}
		}
		if w.limits.empty() && w.basis.empty() && w.response.empty() && (w.warner.empty() && w.recipient.empty()) || len(d.warnings) == 0 && (w.warner.empty() || w.recipient.empty()) {
			return nil
		}
		if t, ok := d.dateIn(rng{g, s.b}); ok && w.limits.empty() && w.basis.empty() {
			w.when = t.rng
		}
		return w
	}
	if len(d.warnings) == 0 {
		return nil
	}
	return d.warningObject(w, i, s)
}

// cameFrom reads "came from X" behind a warning.
func (d *doc) cameFrom(w *warning, i int, s rng) {
	for j := i; j+2 < s.b && j < i+4; j++ {
		if v := d.toks[j].w.verb; v != nil && v.lemma == "come" && d.toks[j+1].w.text == "from" && (d.speaker(j+2, s) || d.toks[j+2].tag == tName) {
			w.warner = d.trim(rng{j + 2, d.partyEnd(j+2, s)})
			return
		}
	}
}

// warningObject reads "ignored the warning", "repeated the warning", "acting on the tip, police
// closed the bridge".
func (d *doc) warningObject(w *warning, i int, s rng) *warning {
	if h := i - 3; h >= s.a && d.toks[i-2].w.text == "on" && d.toks[h].w.verb != nil && d.toks[h].w.verb.lemma == "act" && i+1 < s.b {
		j := i + 1
		for j < s.b && d.toks[j].tag != tFin {
			j++
		}
		if j < s.b {
			vg := d.groupAt(j, s)
			if src, ok := d.subjectOf(vg.a, s); ok && src.a > i {
				w.recipient, w.response = src, d.trim(rng{vg.a, d.threatEnd(vg.b, s)})
				return w
			}
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
	switch lemma := d.toks[h].w.verb.lemma; {
	case disregards[lemma]:
		w.recipient, w.response = src, rng{vg.a, i + 1}
		return w
	case lemma == "receive":
		w.recipient = src
		return w
	case lemma == "repeat" || lemma == "renew" || lemma == "lift" || lemma == "withdraw":
		w.warner, w.cue = src, rng{vg.a, i + 1}
		if t, ok := d.dateIn(rng{i + 1, min(i+6, s.b)}); ok {
			w.when = t.rng
		}
		return w
	case lemma == "base" && i+2 < s.b && d.toks[i+1].w.text == "on":
		w.warner, w.basis = src, d.trim(rng{i + 2, d.basisEnd(i+2, s)})
		return w
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
		d.whenInClause(w)
	} else {
		d.whenAfter(w, end, s)
	}
	if w.when.empty() {
		d.whenBefore(w, s)
	}
	if !w.threat.empty() {
		d.threatPlace(w)
		if w.place.empty() {
			d.targetPlace(w)
		}
		for i := w.threat.a; i < w.threat.b; i++ {
			if d.toks[i].is(hedgeWord) {
				w.hedge = rng{i, i + 1}
				break
			}
		}
	}
	d.basisAfter(w, w.cue.b, s)
	d.limitsAfter(w, end, s)
	if w.response.empty() && !w.recipient.empty() && w.recipient.a < w.cue.a {
		d.recipientDid(w, end, s)
	}
}

// recipientDid reads what the sentence says of its subject, the party told, after the
// warning: "was told of the plot but did not act".
func (d *doc) recipientDid(w *warning, i int, s rng) {
	for j := i; j+1 < s.b; j++ {
		t := &d.toks[j]
		if t.mark == ';' || t.tag == tFin || t.tag.aux() || t.tag == tRel {
			return
		}
		if t.tag == tConj && (t.w.text == "but" || t.w.text == "and") {
			k := j + 1
			for k < s.b && (d.toks[k].tag == tAdv || d.toks[k].tag == tNeg) {
				k++
			}
			if k < s.b && (d.toks[k].tag == tFin || d.toks[k].tag.aux()) {
				w.response = d.trim(rng{j + 1, d.threatEnd(k+1, s)})
				return
			}
		}
	}
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
	case "earlier", "ago":
		if j > i {
			w.when = rng{i, j + 1}
			return
		}
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

// whenInClause cuts "ten days before a blast killed 17" off the end of a clause: it says when
// the warning was given.
func (d *doc) whenInClause(w *warning) {
	for i := w.threat.a + 2; i+2 < w.threat.b; i++ {
		if w := d.toks[i].w.text; w != "before" || !d.toks[i-1].is(timenoun) {
			continue
		}
		a := i - 1
		for a > w.threat.a+1 && (d.toks[a-1].tag == tNum || d.toks[a-1].tag == tDet && !definiteWords[d.toks[a-1].w.text] || quantifies[d.toks[a-1].w.text]) {
			a--
		}
		if d.toks[a].tag == tDet && definiteWords[d.toks[a].w.text] {
			return
		}
		if d.hasClause(rng{w.threat.a, a}) && w.when.empty() {
			w.when = d.trim(rng{a, w.threat.b})
			w.threat = d.trim(rng{w.threat.a, a})
		}
		return
	}
}

var quantifies = map[string]bool{"less": true, "more": true, "than": true, "barely": true, "just": true, "only": true, "some": true, "about": true, "several": true, "few": true, "nearly": true, "almost": true}

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
		case "in", "inside", "on", "at", "near", "within", "across", "above", "below", "along", "off", "around", "outside":
			if i+1 >= w.threat.b || d.toks[i+1].is(timenoun|month|weekday) || d.toks[i+1].tag == tIng || i > w.threat.a && d.toks[i].w.text == "on" && d.toks[i-1].is(anyEvent) && !d.hasLand(rng{i + 1, w.threat.b}) {
				continue // an attack on a church
			}
			e := d.npEnd(i+1, w.threat, false)
			if p := d.trim(rng{i + 1, e}); !p.empty() && d.isPlace(p) {
				if aside := d.toks[i].w.text; (aside == "above" || aside == "below" || aside == "along" || aside == "off" || aside == "around" || aside == "outside") && (p.b-p.a > 2 || d.toks[p.b-1].tag != tName) {
					continue // below the gauge
				}
				if k := i - 1; k > w.threat.a && (d.toks[k].is(placeNoun) || d.hasLand(rng{k, k + 1})) { // the coast near Chittagong
					p.a = max(d.npStart(k, w.threat), w.threat.a)
				}
				w.place = p
				return
			}
		}
	}
}

// targetPlace takes what is to be struck for the place: "attacks on ports", "to strike
// Istanbul's railway".
func (d *doc) targetPlace(w *warning) {
	for i := w.threat.a; i+1 < w.threat.b; i++ {
		t := &d.toks[i]
		strikes := t.tag.verbal() && t.w.verb != nil && (t.w.verb.act == actAttack || t.w.verb.act == actBomb || t.w.verb.act == actDamage || t.w.verb.lemma == "strike" || t.w.verb.lemma == "hit" || t.w.verb.lemma == "target")
		if on := (t.w.text == "on" || t.w.text == "against") && i > w.threat.a && d.toks[i-1].is(anyEvent); !on && !strikes {
			continue
		}
		if !d.startsNP(i + 1) {
			continue
		}
		r := d.trim(rng{i + 1, d.npEnd(i+1, w.threat, false)})
		if !r.empty() && (d.hasClass(r, target|placeNoun) || strikes && d.toks[r.b-1].tag == tName) {
			w.place = r
			return
		}
	}
}

// isPlace accepts names and words for places.
func (d *doc) isPlace(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if t := &d.toks[i]; t.tag == tName || t.is(placeNoun|target) {
			return true
		}
	}
	if d.hasLand(r) {
		return true
	}
	if n, ok := d.namingIn(r, nil); ok {
		return n.party.kind == "state"
	}
	return false
}

// hasLand looks for a word for a stretch of land or water.
func (d *doc) hasLand(r rng) bool {
	for i := r.a; i < r.b; i++ {
		switch d.toks[i].w.text {
		case "soil", "territory", "country", "region", "north", "south", "east", "west", "city", "cities", "areas", "waters", "coast", "border":
			return true
		}
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
			((next.w.text == "no" || next.w.text == "neither" || next.w.text == "none") && t.tag.verbal() || t.tag == tBase && j > s.a && d.toks[j-1].w.text == "not" || j > s.a && (d.toks[j-1].w.text == "didn't" || d.toks[j-1].w.text == "didn’t"))
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
	d.put(&r, "cue", w.cue, w.thing)
	for _, x := range []struct {
		role string
		r    rng
	}{{"warner", w.warner}, {"recipient", w.recipient}, {"threat", w.threat}, {"when", w.when}, {"place", w.place},
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
