package prose

// Warnings told by a noun: "a warning from X to Y about Z", "the note gave neither street nor hour",
// "a second alert went to an old address". Each mention that adds something is a record.

// agree compares who warned, or who was told, in two mentions: 1 the same, -1 another, 0 where a mention
// does not name one.
func (d *doc) agree(a, b rng) int {
	switch {
	case a.empty() || b.empty() || d.nobody(a) || d.nobody(b) || d.toks[d.headOf(a)].tag == tPron || d.toks[d.headOf(b)].tag == tPron || d.toks[a.a].tag == tPoss || d.toks[b.a].tag == tPoss:
		return 0
	case d.sameParty(a, b) || d.likeParty(a, b) || d.likeParty(b, a):
		return 1
	}
	return -1
}

// another tells "a second alert", "another note" from a warning told before.
func (d *doc) another(w *warning) bool {
	for i := w.cue.a - 3; i <= w.cue.a; i++ {
		if i >= 0 && d.toks[i].sent == d.toks[w.cue.a].sent {
			switch d.toks[i].w.text {
			case "second", "third", "another", "further", "separate", "earlier", "similar", "new":
				return true
			}
		}
	}
	return false
}

// pointing words tell one of several.
var pointing = set(`the this that these those both either same first second third fourth final last latest earlier previous only such another further`)

// noticeAt drafts what a noun for a warning, or for what carries one, makes.
func (d *doc) noticeAt(i int, s rng) *warning {
	word := d.toks[i].w.text
	if i+1 < s.b && (d.toks[i+1].tag == tNoun || d.toks[i+1].tag == tName) && !d.toks[i+1].is(timenoun) && d.gapAfter(i) && !(d.toks[i+1].is(vPart) && passWords.has(d.toks[i+1].w.text)) {
		return nil // warning system, alert level
	}
	strong, note := strongNouns.has(word), notes.has(word)
	if !strong && !note && !(knowledge.has(word) && (word == "information" || word == "intelligence" || word == "report" || word == "word" || word == "details" || word == "summary" || word == "gist" || word == "concerns" || word == "suspicions")) {
		return nil
	}
	w := &warning{cue: rng{i, i + 1}}
	a := d.nounStart(i, s)
	definite := d.owner(w, a, i, s)
	d.adjectiveParty(w, a, i)
	if d.newsVerbBefore(a, s) || a > s.a && d.toks[a-1].w.text == "by" && !plural(d, i) { // by text message
		return nil
	}
	j := i + 1
	if j < s.b && d.toks[j].tag.verbal() && passWords.has(d.toks[j].w.text) && d.toks[j].w.text != "made" && d.reducedAt(j, s) {
		w.cue.b, w.shared = j+1, true
		j++
	}
	j = d.partiesAfter(w, j, s)
	if !d.basedOn(a, s) {
		d.threatFrom(w, j, s)
	}
	if !strong && !w.clause && !w.threat.empty() && !d.threatens(w.threat) && !w.mentions && !(w.shared && d.onWarnings(i)) {
		w.threat = rng{} // a note on taxes
	}
	d.partiesInThreat(w, s)
	if w.threat.empty() && strong {
		d.kindOfThreat(w, i)
	}
	if w.threat.a >= i && !w.threat.empty() {
		j = max(j, w.threat.b)
	}
	d.predicateOf(w, j, s)
	d.governed(w, a, i, s)
	if !d.accepts(w, i, definite, s) {
		return nil
	}
	if w.recipient.empty() && w.response.empty() && (strong || note) {
		d.actingParty(w, s)
	}
	return w
}

// owner reads whose warning it is, and tells whether the phrase points at one.
func (d *doc) owner(w *warning, a, i int, s rng) bool {
	definite := false
	for k := a; k < i; k++ {
		definite = definite || pointing.has(d.toks[k].w.text)
	}
	if a > s.a {
		switch p := &d.toks[a-1]; {
		case p.tag == tOwner && a-1 > s.a:
			w.warner = d.trimSubject(rng{d.npStart(a-2, s), a - 1}, s)
			definite = true
		case p.tag == tPoss:
			w.warner = rng{a - 1, a}
			definite = true
		case p.tag == tDet:
			definite = definite || pointing.has(p.w.text)
		}
	}
	return definite
}

// newsVerbBefore tells whether a verb of passing or receiving governs the noun: the verb's own
// reading has looked at it.
func (d *doc) newsVerbBefore(a int, s rng) bool {
	for k := a - 1; k >= s.a && a-k < 4; k-- {
		t := &d.toks[k]
		if t.w.verb != nil && t.tag.verbal() && !t.tag.aux() {
			return t.w.verb.warns&(wPass|wGet) != 0 && t.w.verb.lemma != "make"
		}
		if t.tag != tDet && t.tag != tOwner && t.tag != tPoss && !t.tag.nominal() {
			return false
		}
	}
	return false
}

// reducedAt tells whether the participle at j tells more of the noun before it: another finite verb
// follows, or a preposition and no object.
func (d *doc) reducedAt(j int, s rng) bool {
	return j+1 < s.b && (d.toks[j+1].tag == tPrep || d.toks[j+1].tag == tAdv || d.toks[j+1].tag == tFin || d.toks[j+1].tag.aux())
}

// predicateOf finds and reads what the sentence says of the warning from token i: its verb, and the
// clauses and times that stand before it.
func (d *doc) predicateOf(w *warning, i int, s rng) {
	for j := i; j < s.b && j < i+40; j++ {
		t := &d.toks[j]
		if words, e, ok := d.timeAt(j, s); ok && e > j {
			if w.when.empty() {
				w.when = d.trim(words)
			}
			j = e - 1
			continue
		}
		switch {
		case t.w.text == "dated" && j+1 < s.b:
			if e := d.dateEnd(j+1, s); e > j+1 {
				w.when = rng{j + 1, e}
				j = e - 1
			}
		case t.tag == tFin && passWords.has(t.w.text) && j > s.a && d.toks[j-1].mark == ',' && j+1 < s.b && d.toks[j+1].tag == tPrep:
			w.shared = true
			if k := d.partiesAfter(w, j+1, s); k > j+1 {
				j = k - 1
			}
		case t.tag == tFin || t.tag.aux():
			d.predicate(w, j, s)
			return
		case t.tag == tRel:
			e, had := d.relativeEnd(j, s), w.response
			d.predicate(w, j+1, rng{s.a, e})
			if had.empty() && j-2 >= s.a && d.toks[j-1].w.text == "of" && d.nobody(rng{j - 2, j - 1}) && !w.response.empty() {
				w.response.a = j - 2 // none of which was kept
			}
			j = e - 1
		case t.tag == tPart && passWords.has(t.w.text):
			if k := d.partiesAfter(w, j+1, s); k > j+1 {
				j = k - 1
			}
		case t.open && t.mate > int32(j) && int(t.mate) < s.b:
			if v := d.toks[j+1].tag; v != tFin && !v.aux() {
				j = int(t.mate)
			}
		case t.tag == tIng && j > i && w.threat.empty() && j+1 < s.b && d.toks[j+1].w.text == "that":
			w.threat, w.clause = d.trim(rng{j + 1, d.thatEnd(w, j+1, s)}), true
			j = max(j, w.threat.b-1)
		case t.mark == ';' || t.mark == ':' || t.mark == '.' || t.mark == '-', t.tag == tSub, t.tag == tConj && !(j+1 < s.b && (d.toks[j+1].tag == tPart || d.toks[j+1].tag == tIng || d.toks[j+1].tag == tNoun || d.toks[j+1].tag == tName || d.toks[j+1].tag == tFin)):
			return
		}
	}
}

// predicate reads the verbs that have the warning for their subject, from token i.
func (d *doc) predicate(w *warning, i int, s rng) {
	for j := i; j < s.b; j++ {
		t := &d.toks[j]
		switch {
		case t.mark == ';' || t.mark == ':' || t.mark == '-', t.tag == tRel, t.mark == ',' && d.attributed(j+1, s), t.tag == tSub && j > i:
			return
		case t.tag == tConj && j+1 < s.b && !d.toks[j+1].tag.verbal() && d.toks[j+1].tag != tAdv && d.toks[j+1].tag != tNeg && d.clauseAhead(j+1, s):
			return
		case t.open && j > s.a && d.toks[j-1].tag == tBe && t.mate > int32(j) && int(t.mate) < s.b && w.response.empty(): // had been "seen and put by"
			if k := j + 1; d.toks[k].w.verb != nil && disposals.has(d.toks[k].w.verb.lemma) {
				a := j
				for a > s.a && d.toks[a-1].tag.aux() {
					a--
				}
				w.response = rng{a, int(t.mate) + 1}
				return
			}
		case t.tag == tFin, t.tag == tPart && j > s.a && (d.toks[j-1].tag.aux() || d.toks[j-1].tag == tAdv || d.toks[j-1].tag == tNeg || d.toks[j-1].kind == punct || d.toks[j-1].tag == tConj),
			t.tag == tBase && j > s.a && (d.toks[j-1].tag.aux() || d.toks[j-1].tag == tAdv || d.toks[j-1].tag == tNeg),
			t.tag == tBe && j+1 < s.b && (d.toks[j+1].tag == tAdj || d.toks[j+1].tag == tAdv || d.toks[j+1].tag == tNoun || d.toks[j+1].open):
			if e := d.says(w, j, s); e > j {
				j = e - 1
			}
		}
	}
}

// says reads one verb whose subject is the warning and returns where to go on.
func (d *doc) says(w *warning, h int, s rng) int {
	if r, ok := d.limitAt(h, s); ok {
		if w.limits.empty() {
			w.limits = r
		}
		return r.b
	}
	if r, ok := d.basisAt(h, s); ok {
		if w.basis.empty() {
			w.basis = r
		}
		return r.b
	}
	v := d.toks[h].w.verb
	if v == nil || d.toks[h].tag == tBe {
		return h
	}
	g := d.groupAt(h, s)
	passive := g.passive || d.toks[h].tag == tPart && w.passive
	w.passive = passive
	if passive {
		return d.saysPassive(w, g, s)
	}
	if g.b >= s.b {
		return h
	}
	return d.saysActive(w, g, s)
}

// saysActive reads an active verb whose subject is the warning: where it went, what it spoke of, what it
// let somebody do.
func (d *doc) saysActive(w *warning, g group, s rng) int {
	h, v := g.head, d.toks[g.head].w.verb
	next := d.toks[g.b].w.text
	switch {
	case enables.has(v.lemma):
		return d.enabled(w, g, s)
	case (v.lemma == "say" || v.lemma == "state") && (next == "that" || d.clauseSoon(g.b, s)) && w.threat.empty():
		r := d.trim(rng{g.b, d.contentEnd(g.b, s, true)})
		if d.threatens(r) {
			w.threat, w.clause, w.mentions = r, true, true
			return r.b
		}
		return h
	case idles.has(v.lemma):
		w.response = d.trim(rng{g.a, d.predicateEnd(g.b, s)})
		return w.response.b
	case (v.lemma == "go" || v.lemma == "get") && (next == "unanswered" || next == "unheeded" || next == "unread" || next == "no" || next == "nowhere" || next == "astray"):
		w.response = d.trim(rng{g.a, d.predicateEnd(g.b, s)})
	case v.lemma == "go" && next == "to" && d.startsNP(g.b+1), v.lemma == "reach" && d.startsNP(g.b) && !d.nobody(rng{g.b, g.b + 1}):
		if w.recipient.empty() {
			k := g.b
			if next == "to" {
				k++
			}
			e := d.npEnd(k, s, false)
			if e < s.b && d.toks[e].tag == tPron && d.clauseAhead(e, s) { // a desk nobody sat at
				e = d.predicateEnd(e, s)
			}
			for m := k + 1; m < e; m++ {
				if d.toks[m].is(weekday|month) && d.toks[m].capital {
					e = m
				}
			}
			w.recipient = d.trim(rng{k, e})
			w.shared = true
			e = max(e, d.partiesAfter(w, e, s))
			for m := e; m+3 < s.b && m < e+10; m++ { // by way of Y
				if d.toks[m].w.text == "way" && d.toks[m-1].w.text == "by" && d.toks[m+1].w.text == "of" || d.toks[m].w.text == "through" && m+1 < s.b && d.toks[m+1].tag == tName {
					k := m + 1
					if d.toks[m].w.text == "way" {
						k++
					}
					if w.warner.empty() {
						w.warner = d.trim(rng{k, d.npEnd(k, s, false)})
					}
					break
				}
			}
			return e
		}
	case v.lemma == "come" && next == "from" && g.b+1 < s.b:
		if d.speaker(g.b+1, s) || d.toks[g.b+1].tag == tName {
			w.warner = d.trim(rng{g.b + 1, d.partyEnd(g.b+1, s)})
			return w.warner.b
		}
	case v.lemma == "mention" || v.lemma == "concern" || v.lemma == "describe" || (v.lemma == "speak" || v.lemma == "refer" || v.lemma == "point") && (next == "of" || next == "to"):
		k := g.b
		if next == "of" || next == "to" {
			k++
		}
		if w.threat.empty() && k < s.b && (d.startsNP(k) || d.toks[k].open) {
			w.threat, w.mentions = d.trim(rng{k, d.threatEnd(k, s)}), true
			if e := d.predicateEnd(k, s); e < s.b && d.toks[e].mark == ',' && e+1 < s.b && d.toks[e+1].tag == tNeg { // "a depot", not a school
				w.limits = d.trim(rng{g.a, d.nextComma(e+1, s)})
			}
			return max(k, w.threat.b)
		}
	}
	return h
}

// saysPassive reads a passive whose subject is the warning: who passed it to whom, or what was done with it.
func (d *doc) saysPassive(w *warning, g group, s rng) int {
	v := d.toks[g.head].w.verb
	switch {
	case v.warns&wPass != 0 && !d.negated(g.rng):
		if g.a == w.cue.b {
			w.cue.b = g.b
		}
		w.shared = true
		e := d.partiesAfter(w, g.b, s)
		if w.when.empty() {
			d.scanWhen(w, e, s.b, s)
		}
		return e
	case (v.lemma == "receive" || v.lemma == "read" && g.b < s.b && d.toks[g.b].w.text == "by") && !d.negated(g.rng):
		j := g.b
		if j+1 < s.b && d.toks[j].w.text == "by" {
			w.recipient = d.trim(rng{j + 1, d.partyEnd(j+1, s)})
		}
		return j
	case disposals.has(v.lemma) || v.warns&wPass != 0 || disregards.has(v.lemma):
		e := d.predicateEnd(g.b, s)
		for j := g.b; j+1 < e; j++ {
			if d.toks[j].w.text == "by" && d.toks[j+1].tag != tIng && w.recipient.empty() && !d.toks[j+1].is(timenoun|weekday|month) {
				w.recipient = d.trim(rng{j + 1, d.partyEnd(j+1, s)})
				if w.recipient.b >= e {
					e = j
				}
				break
			}
			if (d.toks[j].w.text == "at" || d.toks[j].w.text == "in") && v.lemma == "discuss" && w.recipient.empty() {
				for k := j + 1; k+1 < e; k++ {
					if d.toks[k].w.text == "of" {
						w.recipient = d.trim(rng{k + 1, d.npEnd(k+1, s, false)})
						break
					}
				}
			}
		}
		if w.response.empty() {
			w.response = d.trim(rng{g.a, e})
		} else {
			w.response.b = d.trim(rng{g.a, e}).b
		}
		return e
	}
	return g.head
}

// idles are verbs of a warning that nobody took up.
var idles = set(`sit lie languish linger gather vanish`)

// enables are verbs of what a warning let somebody do.
var enables = set(`enable help allow lead prompt let`)

// enabled reads "helped police to break up a gang that meant to strike": who was told, what they
// did, and with it the threat.
func (d *doc) enabled(w *warning, g group, s rng) int {
	if !d.startsNP(g.b) || d.toks[g.b].tag == tIng {
		return g.head
	}
	e := d.npEnd(g.b, s, false)
	if d.toks[g.head].w.verb.lemma == "lead" && e < s.b && d.toks[e].w.text == "to" && d.toks[e].tag == tPrep && w.recipient.empty() {
		w.recipient = d.trim(rng{g.b, e})
		return e
	}
	if e+1 >= s.b || d.toks[e].tag != tTo && d.toks[e].tag != tBase {
		return g.head
	}
	h := e
	if d.toks[e].tag == tTo {
		h++
	}
	if w.recipient.empty() {
		w.recipient = d.trim(rng{g.b, e})
	}
	end := d.predicateEnd(h+1, s)
	w.response = d.trim(rng{h, end})
	k := h + 1
	if k < s.b && (d.toks[k].w.text == "up" || d.toks[k].w.text == "off") {
		k++
	}
	if w.threat.empty() && k < end && d.startsNP(k) {
		if r := d.trim(rng{k, d.threatEnd(k, rng{s.a, end})}); !r.empty() && d.threatens(r) {
			w.threat = r
		}
	}
	return end
}

// basedOn tells whether the noun phrase at a is what somebody bases on something: "it based the alert on".
func (d *doc) basedOn(a int, s rng) bool {
	for k := a - 1; k >= s.a && a-k < 3; k-- {
		if v := d.toks[k].w.verb; v != nil && v.lemma == "base" {
			return true
		}
	}
	return false
}

// accused finds who did it in "accusing X of having ignored".
func (d *doc) accused(g int, s rng) rng {
	if g-1 <= s.a || d.toks[g-1].w.text != "of" && d.toks[g-1].w.text != "for" {
		return rng{}
	}
	for h := g - 2; h >= s.a && g-h < 12; h-- {
		if v := d.toks[h].w.verb; v != nil && d.toks[h].tag.verbal() && !d.toks[h].tag.aux() {
			if v.lemma == "accuse" || v.lemma == "criticise" || v.lemma == "criticize" || v.lemma == "blame" || v.lemma == "fault" {
				return d.trim(rng{h + 1, g - 1})
			}
			return rng{}
		}
	}
	return rng{}
}

// disposals are what is done with a warning that is put away, graded or acted on.
var disposals = set(`log record mark file shelve ignore dismiss grade classify rate class treat discard disregard overlook bury discuss answer forget doubt reject take act read investigate follow
heed circulate delete lose misread mistake misfile archive close downgrade question deem judge consider assess regard play bin throw acknowledge verify translate escalate turn brush handle note stamp
label rescind lift withdraw cancel open pursue`)

var disregards = set(`ignore dismiss heed downplay disregard doubt reject overlook miss shelve discard shrug bury forget`)

// predicateEnd is the end of what a verb says: lists go on over commas, attributions and new clauses
// do not.
func (d *doc) predicateEnd(i int, s rng) int {
	for j := i; j < s.b; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		switch {
		case t.tag == tOwner:
		case t.mark == ';' || t.mark == ':' || t.mark == '.' || t.mark == '-' && d.gapBefore(j) || t.close && t.mate < int32(i):
			return j
		case t.mark == ',':
			if !d.listGoesOn(j, s) {
				return j
			}
		case t.w.text == "before" && j > i && j+1 < s.b && d.clauseAhead(j+1, s), t.w.text == "because", t.w.text == "although", t.w.text == "while", t.w.text == "since" && j+1 < s.b && d.clauseAhead(j+1, s):
			return j
		case t.tag == tConj && j > i && j+1 < s.b && !d.toks[j+1].tag.verbal() && d.toks[j+1].tag != tNeg && !(d.toks[j+1].tag == tAdv) && d.clauseAhead(j+1, s) && d.toks[j-1].mark == ',':
			return j
		case t.tag == tConj && t.w.text == "but" && !(j+2 < s.b && d.toks[j+1].tag == tNeg && (d.toks[j+2].tag == tPart || d.toks[j+2].tag == tFin)), t.tag == tConj && j+1 < s.b && d.toks[j+1].tag == tSub && d.toks[j+1].w.text == "that":
			return j
		}
	}
	return s.b
}

// listGoesOn tells whether a comma parts the members of a list: the next ones have no verb of
// their own and end with "and".
func (d *doc) listGoesOn(comma int, s rng) bool {
	for j := comma + 1; j < s.b && j < comma+22; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		switch {
		case t.tag == tConj && (t.w.text == "and" || t.w.text == "or" || t.w.text == "nor"):
			return j > comma+1 || j+1 < s.b && (d.toks[j+1].tag == tPart || d.toks[j+1].tag == tSub || d.toks[j+1].is(wh) || d.toks[j+1].tag == tRel)
		case t.tag == tFin && t.is(vPart) && j+1 < s.b && (d.toks[j+1].tag == tConj || d.toks[j+1].mark == ','):
		case t.tag == tFin || t.tag.aux() || t.tag == tRel || t.tag == tSub || t.tag == tIng || t.w.text == "according":
			return t.tag == tIng && j == comma+1 && (t.w.text == "referring" || t.w.text == "giving" || t.w.text == "naming")
		case t.kind == punct && t.mark != ',':
			return false
		}
	}
	return false
}

// governed reads the verb or preposition that the warning is the object of: "ignored the warning",
// "lifted the alert", "did nothing about calls".
func (d *doc) governed(w *warning, a, i int, s rng) {
	k := a - 1
	for k >= s.a && (d.toks[k].tag == tDet || d.toks[k].tag == tPoss || d.toks[k].tag == tOwner || !w.warner.empty() && w.warner.holds(k)) {
		k--
	}
	if k < s.a {
		return
	}
	t := &d.toks[k]
	if t.tag == tPrep && (t.w.text == "on" || t.w.text == "to" || t.w.text == "down" || t.w.text == "off" || t.w.text == "aside" || t.w.text == "with" || t.w.text == "up") || t.tag == tAdv && (t.w.text == "aside" || t.w.text == "down" || t.w.text == "off" || t.w.text == "up") {
		d.actedOn(w, k, i, s)
		return
	}
	if t.tag == tPrep && t.w.text == "of" && k-1 > s.a && manyOf.has(d.toks[k-1].w.text) { // did nothing about a string of calls
		d.governed(w, d.nounStart(k-1, s), i, s)
		return
	}
	if t.tag == tPrep && (t.w.text == "after" || t.w.text == "following" || t.w.text == "on" || t.w.text == "to" && k > s.a && d.toks[k-1].w.text == "thanks") && d.foiledAfter(w, k, s) {
		return
	}
	if t.tag == tPrep && t.w.text == "for" {
		d.thankedFor(w, k, s)
		return
	}
	if t.tag == tHave {
		d.hadNone(w, k, i, s)
		return
	}
	if t.w.verb == nil || !t.tag.verbal() || t.tag.aux() {
		return
	}
	g := d.groupAt(k, s)
	if g.passive {
		return
	}
	src, ok := d.subjectOf(g.a, s)
	if c := (&claim{}); !ok || !g.finite {
		if !d.controller(c, g, s) {
			return
		}
		src = c.source
	}
	src = d.antecedent(src, s)
	if a := d.accused(g.a, s); !a.empty() {
		src = a
	}
	switch lemma := t.w.verb.lemma; {
	case disregards.has(lemma):
		w.recipient, w.response = src, d.trim(rng{g.a, i + 1})
		if i+1 < s.b && d.toks[i+1].w.text == "as" {
			w.response = d.trim(rng{g.a, d.predicateEnd(i+1, s)})
		}
	case disposals.has(lemma) && lemma != "read" && lemma != "acknowledge" && lemma != "note" && lemma != "discuss" && lemma != "act" && lemma != "take" && lemma != "answer" && lemma != "handle" && lemma != "translate" && lemma != "verify":
		w.recipient, w.response = src, d.trim(rng{g.a, d.predicateEnd(i+1, s)})
	case lemma == "acknowledge" || lemma == "read" || lemma == "study":
		if w.recipient.empty() {
			w.recipient = src
		}
	case lemma == "repeat" || lemma == "renew" || lemma == "lift" || lemma == "withdraw" || lemma == "cancel" || lemma == "rescind" || lemma == "extend" || lemma == "reissue" || lemma == "make":
		if w.warner.empty() {
			w.warner = src
		}
		w.shared = true
	case lemma == "base" && i+2 < s.b && d.toks[i+1].w.text == "on":
		w.warner, w.basis = src, d.trim(rng{i + 2, d.basisEnd(i+2, s)})
	}
}

var manyOf = set(`string series number dozen flurry spate stream couple succession list`)

// averts are verbs by which harm does not come.
var averts = set(`foil thwart avert prevent stop catch disrupt abort defuse intercept scupper head arrest seize save break rescue find`)

// foiledAfter reads "the plot was foiled after a call from X", "police foiled it after a tip": what the
// harm was, who was told and what was done. k is the preposition before the noun.
func (d *doc) foiledAfter(w *warning, k int, s rng) bool {
	for h := k - 1; h >= s.a && k-h < 24; h-- {
		t := &d.toks[h]
		if t.mark == ';' || t.mark == ':' || t.tag == tRel || t.tag == tSub {
			return false
		}
		if t.w.verb == nil || !t.tag.verbal() || t.tag.aux() || t.tag == tBase || t.tag == tIng {
			continue
		}
		v := t.w.verb
		if !averts.has(v.lemma) || v.lemma == "break" && (h+1 >= s.b || d.toks[h+1].w.text != "up") {
			return false
		}
		g := d.groupAt(h, s)
		src, ok := d.subjectOf(g.a, s)
		if !ok {
			return false
		}
		end := k
		if d.toks[end-1].w.text == "thanks" {
			end--
		}
		w.response = d.trim(rng{g.a, end})
		if g.passive || t.tag == tPart || d.threatens(src) && !d.peopleIn(src) {
			if d.threatens(src) {
				w.threat = src
			}
			return true
		}
		w.recipient = d.antecedent(src, s)
		if g.b < end && d.startsNP(g.b) {
			if r := d.trim(rng{g.b, d.threatEnd(g.b, rng{s.a, end})}); d.threatens(r) {
				w.threat = r
			}
		}
		return true
	}
	return false
}

// leftLying tells whether a report was put away or acted on: to question one is a claim.
func (d *doc) leftLying(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if v := d.toks[i].w.verb; v != nil {
			switch v.lemma {
			case "sit", "act", "file", "log", "shelve", "bury", "archive", "mark":
				return true
			}
		}
	}
	return false
}

// thankedFor reads "X thanked Y for the alert".
func (d *doc) thankedFor(w *warning, k int, s rng) {
	for h := k - 1; h >= s.a && k-h < 9; h-- {
		v := d.toks[h].w.verb
		if v == nil || !d.toks[h].tag.verbal() && !(d.toks[h].is(vS) && v.lemma == "thank") {
			continue
		}
		if v.lemma != "thank" && v.lemma != "credit" && v.lemma != "praise" {
			return
		}
		g := d.groupAt(h, s)
		if src, ok := d.subjectOf(g.a, s); ok && !g.passive {
			w.recipient = d.antecedent(src, s)
			if w.warner.empty() {
				w.warner = d.trim(rng{h + 1, k})
			}
			w.shared = true
		}
		return
	}
}

// hadNone reads "it had no precise warning": what it lacked where a word says so.
func (d *doc) hadNone(w *warning, k, i int, s rng) {
	g := d.groupAt(k, s)
	src, ok := d.subjectOf(g.a, s)
	if !ok || !strongNouns.has(d.toks[i].w.text) {
		return
	}
	w.recipient, w.shared = d.antecedent(src, s), true
	if k+1 < i && d.toks[k+1].w.text == "no" && i > k+2 {
		w.limits = rng{k + 1, i + 1}
	}
}

// actedOn reads "acting on the tip, police closed the bridge", "did nothing about the calls",
// "shrugged off our memo", "played down the warning".
func (d *doc) actedOn(w *warning, k, i int, s rng) {
	h := k - 1
	for h >= s.a && k-h < 5 && !(d.toks[h].w.verb != nil && d.toks[h].tag.verbal() && !d.toks[h].tag.aux()) {
		if d.toks[h].kind == punct {
			return
		}
		h--
	}
	if h < s.a || d.toks[h].w.verb == nil || !d.toks[h].tag.verbal() {
		return
	}
	lemma, g := d.toks[h].w.verb.lemma, d.groupAt(h, s)
	switch {
	case lemma == "act" && d.toks[h].tag == tIng && h <= s.a+2 || lemma == "respond" && d.toks[h].tag == tIng && h == s.a:
		for j := i + 1; j < s.b; j++ {
			if d.toks[j].tag == tFin || d.toks[j].tag.aux() {
				if src, ok := d.subjectOf(j, s); ok && src.a > i {
					w.recipient, w.response = src, d.trim(rng{j, d.threatEnd(j+1, s)})
				}
				return
			}
		}
	case lemma == "act", lemma == "take" && k-h > 1, lemma == "play", lemma == "laugh", lemma == "shrug", lemma == "brush", lemma == "wave", lemma == "follow", lemma == "sit", lemma == "put" && d.toks[k].w.text == "aside", lemma == "respond", lemma == "do":
		src, ok := d.subjectOf(g.a, s)
		if !ok {
			return
		}
		w.recipient, w.response = d.antecedent(src, s), d.trim(rng{g.a, k + 1})
		if d.toks[k].tag == tPrep && (lemma == "act" || lemma == "take" || lemma == "follow" || lemma == "respond" || lemma == "do") {
			w.response = d.trim(rng{g.a, k})
		}
	}
}

// accepts tells whether a noun's mention is a record: it says who warned or who was told of what, or
// adds to a warning told before.
func (d *doc) accepts(w *warning, i int, definite bool, s rng) bool {
	word := d.toks[i].w.text
	adds := !w.limits.empty() || !w.basis.empty() || !w.response.empty()
	party := !w.warner.empty() || !w.recipient.empty()
	told := len(d.warnings) > 0 && int(d.toks[i].sent)-d.warnings[len(d.warnings)-1].sent <= 12
	if d.isPress(w.recipient) && !w.recipient.empty() {
		return false
	}
	w.again = told && (definite || w.threat.empty())
	switch {
	case strongNouns.has(word):
		if word == "alert" && d.toks[i].tag != tNoun {
			return false
		}
		return !w.threat.empty() && party || adds && (definite || party) && (told || d.warnWords > 1 || d.onWarnings(i) && party) || !w.recipient.empty() && (!w.warner.empty() || w.shared || told) || told && w.shared && party ||
			told && !w.warner.empty() && !w.when.empty() && w.warner.a != i || told && w.shared && definite && !w.when.empty() || adds && w.recipient.a != w.recipient.b && d.warnWords > 1
	case notes.has(word):
		common := word == "call" || word == "calls" || word == "letter" || word == "letters" || word == "signal" || word == "signals" || word == "lead" || word == "leads" || word == "text" || word == "texts" || word == "cable" || word == "e-mail" || word == "email"
		if !w.threat.empty() && party && d.threatens(w.threat) {
			return !common || d.onWarnings(i) || adds
		}
		if told && w.mentions && (definite || word == "follow-up") {
			return true
		}
		if common && !definite || common && plural(d, i) {
			return told && adds || d.onWarnings(i) && (told || !w.when.empty()) && !w.warner.empty() && !w.recipient.empty() || d.warnWords > 0 && !w.response.empty() && !w.recipient.empty()
		}
		return told && (adds || !w.recipient.empty() || w.shared && definite && !w.when.empty() || !w.warner.empty() && (w.shared || !w.when.empty() || d.toks[i-1].tag != tOwner && !definite)) || d.onWarnings(i) && (adds && party || !w.warner.empty() && !w.recipient.empty())
	}
	if word == "report" || word == "word" {
		return word == "report" && told && definite && !w.response.empty() && !w.recipient.empty() && d.leftLying(w.response) || word == "report" && w.shared && !w.recipient.empty() && d.onWarnings(i) && (!w.warner.empty() || !w.threat.empty())
	}
	if w.shared {
		return party && (!w.threat.empty() && d.threatens(w.threat) || told || d.warnWords > 0 && !w.recipient.empty())
	}
	return told && definite && (!w.limits.empty() || !w.basis.empty()) || told && !w.basis.empty()
}

// actingParty takes the subject of the main clause for the recipient when the warning
// stands in an adverbial before it ("Despite a warning from X, Y played it down").
func (d *doc) actingParty(w *warning, s rng) {
	first := &d.toks[s.a]
	if first.tag != tPrep && first.tag != tSub || w.cue.a-s.a > 8 {
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
