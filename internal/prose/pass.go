package prose

// What is passed on and received: notes, word, information. The noun tells how much it takes to
// make it a warning.

// strongNouns are warnings by themselves.
var strongNouns = set(`warning warnings alert alerts tip-off tip-offs forewarning heads-up advisory advisories`)

// notes are pieces that carry a warning where the text speaks of one, or names its threat.
var notes = set(`tip tips note notes notice notices notification notifications message messages bulletin bulletins memo memos cable cables circular circulars fax faxes letter letters call calls
e-mail e-mails email emails telegram telegrams dispatch dispatches communication communications nudge signal signals follow-up briefing briefings lead leads memorandum phone-call text texts`)

// knowledge is what is known; they make a warning with a party told and a threat.
var knowledge = set(`information intelligence details word gist summary report reports list lists names file dossier findings assessment evidence data concern concerns paper record alarm nothing something
anything same suspicions transcript recordings`)

func isNews(word string) bool { return strongNouns.has(word) || notes.has(word) || knowledge.has(word) }

// thingAt finds the noun of knowledge that is the object of a verb that ends before i: 0 without
// one. A party told may stand before it.
func (d *doc) thingAt(i int, s rng) int {
	for j := i; j < s.b && j < i+9; j++ {
		t := &d.toks[j]
		switch {
		case (t.tag == tNoun || t.tag == tPron || t.tag == tDet && t.w.text == "same" || t.tag == tAdj && t.w.text == "same") && isNews(t.w.text):
			if j+1 < s.b && d.toks[j+1].tag == tNoun && d.gapAfter(j) && !d.toks[j+1].is(timenoun) && !(d.toks[j+1].is(document) || isNews(d.toks[j+1].w.text)) || j+1 < s.b && d.toks[j+1].tag == tNoun && isNews(d.toks[j+1].w.text) {
				continue
			}
			return j
		case j > i && d.toks[j-1].w.text == "same" && len(d.warnings) > 0 && t.tag == tNoun && (j+1 >= s.b || d.toks[j+1].tag != tNoun):
			return j
		case t.tag.nominal() || t.tag == tPoss || t.tag == tPron || t.w.text == "on" || t.w.text == "over" || t.w.text == "out" || t.w.text == "of" && j > i || t.mark == '"' || t.tag == tAdv:
		default:
			return 0
		}
	}
	return 0
}

// passedOn drafts "X shared information with Y about Z", "X gave Y a warning", "Y was given a
// note by X", "word was passed to Y".
func (d *doc) passedOn(h int, s rng) *warning {
	g := d.groupAt(h, s)
	w := &warning{}
	i := 0
	what := d.thingAt(g.b, s)
	subject := rng{}
	passive := g.passive || d.toks[h].tag == tPart && g.a == h
	if passive {
		if src, ok := d.subjectOf(g.a, s); ok {
			subject = src
		}
	}
	word := ""
	switch {
	case what > 0 && passive && g.passive: // Y was given a note
		w.cue, w.thing, w.recipient, i = g.rng, rng{what, what + 1}, d.whoever(subject, s), what+1
		w.relative = w.recipient.b < subject.a
		d.adjectiveParty(w, g.b, what)
		word = d.toks[what].w.text
	case what > 0 && !passive:
		w.cue, w.thing = g.rng, rng{what, what + 1}
		if g.to {
			w.cue.a = h
		}
		if src, ok := d.subjectOf(g.a, s); ok {
			w.warner = d.whoever(src, s)
		} else if c := (&claim{}); d.controller(c, g, s) {
			w.warner = d.whoever(c.source, s)
		}
		if w.recipient = d.indirect(g.b, what, s); w.recipient.empty() {
			w.cue, w.thing = rng{w.cue.a, what + 1}, rng{}
		}
		i = what + 1
		word = d.toks[what].w.text
	case passive && g.passive && !subject.empty() && d.newsIn(subject) > 0:
		return nil // the noun's own reading has it
	case !passive:
		return d.passedIt(h, g, s)
	default:
		return nil
	}
	i = d.partiesAfter(w, i, s)
	d.threatFrom(w, i, s)
	d.partiesInThreat(w, s)
	if w.threat.empty() && strongNouns.has(word) {
		d.kindOfThreat(w, what)
	}
	if !d.passes(w, word, h, s) {
		return nil
	}
	w.shared = word == "word"
	return w
}

// passes tells whether what was passed makes a warning.
func (d *doc) passes(w *warning, word string, h int, s rng) bool {
	lemma := d.toks[h].w.verb.lemma
	known := d.onWarnings(h)
	if d.isPress(w.recipient) && !w.recipient.empty() {
		return false
	}
	if word == "alarm" && (lemma == "raise" || lemma == "sound") {
		return known || d.threatens(w.threat)
	}
	light := lemma == "make" || lemma == "have" || lemma == "raise" || lemma == "put" || lemma == "show" || lemma == "offer" || lemma == "bring" || lemma == "post" || lemma == "release" || lemma == "publish" || lemma == "deliver"
	switch {
	case strongNouns.has(word):
		return !w.recipient.empty() || !w.threat.empty() || known && !light
	case notes.has(word):
		if word == "tip" || word == "tips" || word == "notification" {
			return !w.recipient.empty() && (known || d.threatens(w.threat))
		}
		if !light && known && !w.threat.empty() && (lemma == "issue" || lemma == "circulate" || d.threatens(w.threat)) && !w.clause {
			return true
		}
		return !w.recipient.empty() && (known && (!light || d.threatens(w.threat)) || !w.threat.empty() && d.threatens(w.threat))
	}
	if light {
		return !w.recipient.empty() && !w.threat.empty() && d.threatens(w.threat)
	}
	if lists.has(word) && len(d.warnings) > 0 && d.canAct(w.recipient) {
		return true
	}
	if word == "nothing" || word == "anything" || word == "something" || word == "same" {
		return len(d.warnings) > 0 && !w.recipient.empty()
	}
	return !w.recipient.empty() && !w.threat.empty() && (d.threatens(w.threat) || (word == "information" || word == "intelligence" || word == "word") && known) ||
		known && !w.recipient.empty() && (word == "information" && !d.toks[h].is(vS) || word == "gist" || word == "word" || word == "intelligence" || word == "summary") ||
		known && word == "word" && (!w.threat.empty() || len(d.warnings) > 0 && !w.warner.empty() && (lemma == "send" || lemma == "pass" || lemma == "give"))
}

var lists = set(`list lists names details file dossier`)

// newsIn finds the head noun of knowledge in a noun phrase: 0 without.
func (d *doc) newsIn(r rng) int {
	for i := r.a; i < r.b; i++ {
		if t := &d.toks[i]; t.tag == tPrep || t.mark == ',' {
			return 0
		} else if isNews(t.w.text) && (t.tag == tNoun || t.tag == tPron) && !(i+1 < r.b && d.toks[i+1].tag == tNoun) {
			return i
		}
	}
	return 0
}

// passedIt drafts "He relayed this to Y", "The office shared it with Y", where "it" is a warning told just before.
func (d *doc) passedIt(h int, g group, s rng) *warning {
	i := g.b
	if i < s.b && (d.toks[i].w.text == "on" || d.toks[i].w.text == "along") {
		i++
	}
	if i >= s.b {
		return nil
	}
	lemma := d.toks[h].w.verb.lemma
	if lemma != "share" && lemma != "pass" && lemma != "relay" && lemma != "forward" && lemma != "convey" && lemma != "send" && lemma != "transmit" && lemma != "circulate" && lemma != "hand" && lemma != "communicate" && lemma != "copy" && lemma != "fax" && lemma != "wire" {
		return nil
	}
	t := &d.toks[i]
	it := t.w.text == "it" || t.w.text == "this" || t.w.text == "that" || t.w.text == "them"
	if !it || len(d.warnings) == 0 || int(t.sent)-d.warnings[len(d.warnings)-1].sent > 4 {
		return nil
	}
	w := &warning{cue: g.rng, passed: true}
	if g.to {
		w.cue.a = h
	}
	if src, ok := d.subjectOf(g.a, s); ok {
		w.warner = d.whoever(src, s)
	} else if c := (&claim{}); d.controller(c, g, s) {
		w.warner = d.whoever(c.source, s)
	}
	j := i + 1
	for k := j; k+1 < s.b && k < j+8; k++ {
		x := &d.toks[k]
		if x.tag == tPrep && (x.w.text == "to" || x.w.text == "with") && d.startsNP(k+1) {
			w.recipient = d.trim(rng{k + 1, d.partyEnd(k+1, s)})
			break
		}
		if x.kind == punct || x.tag == tFin || x.tag == tConj {
			break
		}
	}
	if w.recipient.empty() || d.isPress(w.recipient) {
		return nil
	}
	w.threat = rng{i, i + 1}
	return w
}

// received drafts "Y received from X a report that Z", "Y got the same message".
func (d *doc) received(h int, s rng) *warning {
	g := d.groupAt(h, s)
	if g.passive || d.toks[h].tag == tPart && g.a == h {
		return nil
	}
	lemma := d.toks[h].w.verb.lemma
	i := g.b
	w := &warning{cue: g.rng}
	from := d.partiesAfter(w, i, s) // received from X a report
	what := d.thingAt(from, s)
	if what == 0 {
		return nil
	}
	w.thing = rng{what, what + 1}
	word := d.toks[what].w.text
	if src, ok := d.subjectOf(g.a, s); ok {
		w.recipient = d.whoever(src, s)
		w.relative = w.recipient != src
	} else if c := (&claim{}); d.controller(c, g, s) {
		w.recipient = d.antecedent(c.source, s)
	} else {
		return nil
	}
	d.adjectiveParty(w, from, what)
	for k := what; k > from; k-- {
		if d.toks[k].tag == tOwner && k-1 > from {
			w.warner = d.trimSubject(rng{d.npStart(k-1, rng{from, k}), k}, s)
		}
	}
	j := d.partiesAfter(w, what+1, s)
	d.threatFrom(w, j, s)
	d.partiesInThreat(w, s)
	d.whoSaid(w, j, s)
	if w.threat.empty() && strongNouns.has(word) {
		d.kindOfThreat(w, what)
	}
	known := d.onWarnings(h)
	if lemma == "obtain" && w.warner.empty() {
		return nil
	}
	if what > 0 && d.toks[what-1].w.text == "same" && len(d.warnings) > 0 {
		return w
	}
	switch {
	case lemma == "hear":
		return nil
	case lemma == "have" && (w.warner.empty() || !strongNouns.has(word)):
		if !strongNouns.has(word) || !known {
			return nil
		}
	case strongNouns.has(word):
	case word == "nothing" || word == "something" || word == "anything" || word == "same":
		if len(d.warnings) == 0 {
			return nil
		}
	case notes.has(word):
		if !known && !d.threatens(w.threat) || (word == "call" || word == "calls" || word == "letter" || word == "letters") && w.threat.empty() && len(d.warnings) == 0 {
			return nil
		}
	case !d.threatens(w.threat) && !(known && !w.warner.empty() && !w.threat.empty()) && !(known && (word == "information" || word == "intelligence")):
		return nil
	}
	return w
}

// whoSaid reads the threat in "a call from a woman who said that Z".
func (d *doc) whoSaid(w *warning, i int, s rng) {
	if !w.threat.empty() || i+2 >= s.b || d.toks[i].tag != tRel || w.warner.b != i {
		return
	}
	if v := d.toks[i+1].w.verb; d.toks[i+1].tag == tFin && v != nil && speechVerbs.has(v.lemma) {
		w.threat, w.clause = d.trim(rng{i + 2, d.thatEnd(w, i+2, s)}), true
	}
}

// adjectiveParty takes "US", "Indian", "American" before the noun at what for who warns.
func (d *doc) adjectiveParty(w *warning, from, what int) {
	if !w.warner.empty() || what <= from {
		return
	}
	a := what
	for a > from && (d.toks[a-1].tag == tAdj || d.toks[a-1].tag == tNoun || d.toks[a-1].tag == tName || d.toks[a-1].is(ordinal)) {
		a--
	}
	n, ok := d.namingIn(rng{a, what}, func(p *party) bool { return p.kind != "media" })
	if ok {
		w.warner = n.rng
	}
}

// kindOfThreat takes "tsunami" in "a tsunami warning" for the threat.
func (d *doc) kindOfThreat(w *warning, what int) {
	a := what
	if p := &d.toks[max(what-1, 0)]; what > 0 && p.tag == tNoun && p.sent == d.toks[what].sent && !p.is(person|body|document|timenoun|adj) && !dull.has(p.w.text) && p.kind == letters && (p.w.text != "" || !p.capital) {
		a = what - 1
	}
	for a > 0 && (d.toks[a-1].is(danger) || menaces.has(d.toks[a-1].w.text) || d.toks[a-1].is(anyEvent|weapon)) && d.toks[a-1].tag != tDet && d.toks[a-1].kind != punct && d.toks[a-1].sent == d.toks[what].sent {
		a--
	}
	if a < what {
		w.threat = rng{a, what}
	}
}

var dull = set(`security emergency text phone telephone press travel news radio red final written health service tip second first amber orange yellow police government army intelligence`)

// indirect is the party told between a verb and what is passed: "gave Moscow information".
func (d *doc) indirect(i, what int, s rng) rng {
	b := what
	for b > i && (d.toks[b-1].tag == tAdj || d.toks[b-1].tag == tDet || d.toks[b-1].tag == tPoss || d.toks[b-1].tag == tNoun && !d.toks[b-1].is(person|body) && (b < 2 || !d.toks[b-1].capital)) {
		b--
	}
	for b > i && d.toks[b-1].kind == punct {
		b--
	}
	r := d.trim(rng{i, b})
	if r.empty() {
		return rng{}
	}
	if d.toks[r.a].tag == tDet && r.b-r.a == 1 {
		return rng{}
	}
	if last := &d.toks[r.b-1]; last.tag == tName || last.is(person|body) || last.tag == tPron {
		return r
	}
	return rng{}
}

// partiesAfter reads "by X", "from X", "with Y" and "to Y" from token i. When and how may stand
// between.
func (d *doc) partiesAfter(w *warning, i int, s rng) int {
	at := i
	if at+2 < s.b && d.toks[at].mark == ',' { // a call, on 3 May, from X
		if words, e, ok := d.timeAt(at+1, s); ok && e+1 < s.b && d.toks[e].mark == ',' && parties.has(d.toks[e+1].w.text) {
			w.when, at = d.trim(words), e+1
		}
	}
	if at+1 < s.b && d.toks[at].w.text == "of" { // a letter of 3 May from X
		if e := d.dateEnd(at+1, s); e > at+1 {
			words, e2, ok := d.timeAt(at+1, s)
			if !ok {
				words, e2 = rng{at + 1, e}, e
			}
			w.when, at = d.trim(words), e2
		}
	}
	for k := 0; k < 6 && at+1 < s.b; k++ {
		if _, e, ok := d.timeAt(at, s); ok && e > at && d.toks[at].w.text != "by" {
			at = e
			continue
		}
		to := &w.recipient
		switch d.toks[at].w.text {
		case "by", "from":
			to = &w.warner
		case "with", "to":
		case "on", "over", "along", "out", "up", "down":
			if d.toks[at].tag == tPrep && d.startsNP(at+1) && !d.toks[at+1].is(prep) {
				return i
			}
			at++
			i = at
			continue
		case "in":
			if d.toks[at+1].w.text == "by" { // phoned in by
				at++
				continue
			}
			if w2 := d.toks[at+1].w.text; w2 == "person" || w2 == "writing" || w2 == "confidence" || w2 == "private" || w2 == "detail" {
				at += 2
				continue
			}
			return i
		default:
			if d.toks[at].tag == tAdv || d.toks[at].tag == tPart && passWords.has(d.toks[at].w.text) {
				at++
				continue
			}
			return i
		}
		if d.toks[at+1].w.text == "telephone" || d.toks[at+1].w.text == "phone" || d.toks[at+1].w.text == "e-mail" || d.toks[at+1].w.text == "fax" || d.toks[at+1].w.text == "text" || d.toks[at+1].w.text == "ordinary" {
			at = d.npEnd(at+1, s, false)
			continue
		}
		if d.toks[at+1].tag == tIng || d.toks[at].tag == tTo || !to.empty() || !d.startsNP(at+1) {
			return i
		}
		e := d.partyEnd(at+1, s)
		*to, i = d.trim(rng{at + 1, e}), e
		if e+1 < s.b && d.toks[e].mark == ',' {
			if a := d.appositionEnd(e, s); a > e && a-e < 14 && d.apposes(e+1, a) {
				to.b, i = a, a
				if i < s.b && d.toks[i].mark == ',' {
					i++
				}
			}
		}
		at = i
	}
	return i
}

var parties = newSet(map[string]bool{"from": true, "to": true, "by": true})

// apposes tells whether tokens stand for the party before the comma: an article and no verb, or
// an acronym.
func (d *doc) apposes(a, b int) bool {
	if d.hasClause(rng{a, b}) {
		return false
	}
	return d.toks[a].tag == tPoss || d.toks[a].w.text == "the" || d.toks[a].w.text == "a" || d.toks[a].w.text == "an" || b-a == 1 && d.isAcronymToken(a) || d.toks[a].tag == tName && a+2 < b && d.toks[a+1].tag == tOwner
}

var passWords = set(`phoned called sent passed given raised issued shared relayed handed conveyed received delivered transmitted forwarded supplied made circulated provided published`)

// partiesInThreat cuts "to Y" and "from X" off a threat's end: "about a robbery from a dock
// worker", "on a plot to Vale".
func (d *doc) partiesInThreat(w *warning, s rng) {
	for j := w.threat.a + 1; j+1 < w.threat.b && !w.clause; j++ {
		t := &d.toks[j]
		if t.tag != tPrep || t.w.text != "to" && t.w.text != "from" && !(t.w.text == "with" && d.toks[w.cue.b-1].w.text == "alarm") || !d.speaker(j+1, s) && d.toks[j+1].tag != tName {
			continue
		}
		r := d.trim(rng{j + 1, d.partyEnd(j+1, s)})
		switch {
		case t.w.text != "from" && w.recipient.empty() && !d.toks[j-1].is(anyEvent) && !d.toks[j-1].is(danger):
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
