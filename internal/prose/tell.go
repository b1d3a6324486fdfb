package prose

import "strings"

// warnAct is a set of ways in which a verb can make a warning.
type warnAct uint16

const (
	wWarn  warnAct = 1 << iota // warn, alert: always
	wTell                      // tell, inform: of a threat
	wCall                      // ring, write: to say that harm is near
	wShout                     // shout that harm is near
	wUrge                      // urge, tell: to leave, not to travel
	wPass                      // pass, send: a note, word, information
	wGet                       // receive, get: a note, word, information
	wFlag                      // flag, report: a danger to somebody
)

var warnActs = map[string]warnAct{
	"warn": wWarn | wUrge, "alert": wWarn, "tip": wWarn, "caution": wWarn | wUrge, "notify": wTell, "forewarn": wWarn, "apprise": wTell,
	"tell": wTell | wUrge, "inform": wTell, "brief": wTell, "advise": wTell | wUrge, "urge": wUrge, "instruct": wUrge, "order": wUrge, "ask": wUrge, "counsel": wUrge,
	"phone": wCall, "ring": wCall, "telephone": wCall, "call": wCall, "contact": wCall, "radio": wCall, "email": wCall, "e-mail": wCall, "text": wCall, "message": wCall, "write": wCall, "cable": wCall, "approach": wCall,
	"shout": wShout, "rouse": wWarn, "address": wPass, "submit": wPass, "hear": wGet, "foretell": wTell, "cry": wShout, "yell": wShout, "scream": wShout,
	"flag": wFlag, "report": wFlag, "signal": wFlag,
	"share": wPass, "pass": wPass, "give": wPass, "relay": wPass, "provide": wPass, "hand": wPass, "convey": wPass, "send": wPass, "transmit": wPass, "forward": wPass, "supply": wPass,
	"issue": wPass, "circulate": wPass, "deliver": wPass, "raise": wPass, "sound": wPass, "publish": wPass, "make": wPass, "communicate": wPass, "offer": wPass, "slip": wPass, "copy": wPass,
	"distribute": wPass, "broadcast": wPass, "bring": wPass, "dispatch": wPass, "put": wPass, "fax": wPass, "wire": wPass, "show": wPass, "lodge": wPass, "release": wPass, "post": wPass,
	"receive": wGet, "get": wGet, "obtain": wGet, "have": wGet,
}

// toldBy drafts what a verb of telling makes: "X warned Y of Z", "Y was told by X that Z", "X rang Y
// to say that Z", "X urged residents to leave".
func (d *doc) toldBy(h int, s rng, acts warnAct) *warning {
	w, i, ok := d.parties(h, s)
	if !ok {
		return nil
	}
	v := d.toks[h].w.verb
	switch {
	case v.lemma == "radio" && d.toks[h].w.text == "radio" && (h == s.a || d.toks[h-1].tag != tTo && d.toks[h-1].tag != tModal):
		return nil
	case v.lemma == "tip" && w.cue.b == h+1 && !(i > w.cue.b && d.toks[i-1].w.text == "off"):
		return nil
	case acts&wCall != 0 && !w.recipient.empty() && isNews(d.toks[w.recipient.b-1].w.text):
		return d.passedOn(h, s)
	case acts&wCall != 0:
		return d.called(w, h, i, s)
	case acts&wShout != 0:
		return d.shoutedOf(w, i, s)
	}
	w.urges = acts&wUrge != 0
	d.threatFrom(w, i, s)
	if w.warner.empty() && !w.threat.empty() && !w.recipient.empty() && w.recipient.b <= w.cue.a {
		d.warnedBy(w, w.threat.b, s)
	}
	if w.urges && w.infinitive(d) {
		if acts&wWarn == 0 && !d.wardsOff(w) {
			return nil
		}
		d.harmBehind(w, s)
		return w
	}
	if w.urges && !w.threat.empty() && d.toks[w.threat.a].tag == tIng { // cautioned them against swimming
		d.harmBehind(w, s)
	}
	if w.clause && d.onTheNews(w.threat) {
		return nil // cautioned that the report was second hand
	}
	if acts&wWarn != 0 {
		return w
	}
	if v.lemma == "advise" && w.recipient.empty() && !w.threat.empty() && d.toks[w.threat.a-1].w.text == "against" && d.hasWord(w.threat, "travel") {
		return w
	}
	if acts&wTell == 0 || !d.toldOfHarm(w, h, s) {
		return nil
	}
	return w
}

// onTheNews tells whether a clause speaks of the knowledge itself and not of harm.
func (d *doc) onTheNews(r rng) bool {
	r = d.subjectWords(r)
	for i := r.a; i < r.b && i < r.a+6; i++ {
		t := &d.toks[i]
		if t.tag == tNoun && isNews(t.w.text) && t.w.text != "call" && t.w.text != "calls" {
			return true
		}
		if t.tag != tDet && t.tag != tAdj && t.tag != tPoss {
			return false
		}
	}
	return false
}

// harmBehind reads why people are asked to keep away: "because of a possible attack" is the threat, and
// "because of information from X" what it rests on.
func (d *doc) harmBehind(w *warning, s rng) {
	for j := w.threat.b; j+2 < s.b && j < w.threat.b+8; j++ {
		k := 0
		switch t := &d.toks[j]; {
		case t.w.text == "because" && d.toks[j+1].w.text == "of", t.w.text == "due" && d.toks[j+1].w.text == "to":
			k = j + 2
		case t.w.text == "citing":
			k = j + 1
		case t.tag == tFin || t.tag.aux() || t.tag == tSub || t.mark == '.' || t.mark == ';':
			return
		}
		if k == 0 {
			continue
		}
		if r := d.trim(rng{k, d.threatEnd(k, s)}); !r.empty() && d.threatens(r) && !d.fromSource(r) {
			w.asked, w.threat, w.clause = w.threat, r, false
		}
		return
	}
}

// fromSource tells knowledge, which a warning rests on, from harm.
func (d *doc) fromSource(r rng) bool {
	h := d.headOf(r)
	return isNews(d.toks[h].w.text) || origins.has(d.toks[h].w.text)
}

// hasWord tells whether a word stands among tokens.
func (d *doc) hasWord(r rng, word string) bool {
	for i := r.a; i < r.b; i++ {
		if d.toks[i].w.text == word {
			return true
		}
	}
	return false
}

// infinitive tells whether the threat is what to do.
func (w *warning) infinitive(d *doc) bool {
	return w.clause && !w.threat.empty() && (d.toks[w.threat.a].tag == tTo || d.toks[w.threat.a].tag == tNeg)
}

// parties reads who tells and who is told around the verb at h, and where the rest begins.
func (d *doc) parties(h int, s rng) (*warning, int, bool) {
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
			w.recipient = d.whoever(src, s)
		}
		return w, d.warnedBy(w, i, s), true
	}
	c := claim{}
	if aux := d.auxBefore(g, s); aux > 0 { // had, on 3 May, told
		if src, ok := d.subjectOf(aux, s); ok {
			w.warner = d.whoever(src, s)
		}
	} else if g.finite {
		if src, ok := d.subjectOf(g.a, s); ok {
			w.warner = d.whoever(src, s)
		} else if d.inverted(g, s, d.toks[h].w.verb) {
			return nil, 0, false
		}
	} else if d.toks[h].tag == tIng && h > s.a && d.toks[h-1].tag == tNoun && d.toks[h-1].is(warnNoun|notice|document) {
		// a leaflet warning of mines: not who speaks before it
		w.cue.a = h - 1
		if a := d.nounStart(h-1, s); a > s.a && d.toks[a-1].tag == tOwner {
			w.warner = d.trimSubject(rng{d.npStart(a-2, s), a - 1}, s)
		}
		d.governed(w, d.nounStart(h-1, s), h-1, s)
	} else if d.toks[h].tag == tIng && g.a > s.a && d.toks[g.a-1].mark == ',' && d.mainSubject(w, h, s) {
		// X asked that Y be moved, cautioning that Z
	} else if d.controller(&c, g, s) {
		w.warner = d.whoever(c.source, s)
	}
	if i < s.b && d.startsNP(i) && !threatPreps.has(d.toks[i].w.text) && !(d.toks[i].tag == tPron && d.clauseSoon(i, s) && d.toks[i].is(subj) && !objectPronoun(&d.toks[i])) {
		if e := d.toldEnd(i, s); d.sayable(rng{i, e}) {
			w.recipient = d.trim(rng{i, e})
			if i = d.pastAside(e, s); i > e+1 {
				w.recipient.b = i - 1
			}
			if i < s.b && d.toks[i].w.text == "off" {
				i++
			}
		}
	}
	return w, i, true
}

// whoever follows "who" and "which" to the party before it, and leaves out "for its part".
func (d *doc) whoever(src, s rng) rng {
	if src.b-src.a == 1 && reflexive.has(d.toks[src.a].w.text) && src.a > s.a && d.toks[src.a-1].tag.aux() { // had itself advised
		if o, ok := d.subjectOf(src.a-1, s); ok {
			src = o
		}
	}
	r := d.antecedent(src, s)
	if r != src {
		for j := r.b - 2; j > r.a; j-- { // a letter to the registry, which
			if t := &d.toks[j]; t.tag == tPrep && (t.w.text == "to" || t.w.text == "from" || t.w.text == "by" || t.w.text == "with") && (d.speaker(j+1, rng{s.a, r.b}) || d.toks[r.b-1].tag == tName) {
				return d.trim(rng{j + 1, r.b})
			}
		}
	}
	if r == src {
		if l := d.listLeft(r, s); l.a < r.a && !(r.a-2 >= s.a && d.toks[r.a-2].mark == ',') {
			if _, _, when := d.timeAt(l.a, s); !when {
				r = l
			}
		}
	}
	if r.a > s.a && d.toks[r.a-1].w.text == "nor" { // neither the warden nor his deputy
		for j := r.a - 2; j >= s.a && r.a-j < 14; j-- {
			if d.toks[j].w.text == "neither" {
				r.a = j
				break
			}
		}
	}
	if r.a-2 >= s.a && d.toks[r.a-1].tag == tPrep && d.nobody(rng{r.a - 2, r.a - 1}) { // nobody at the depot
		r.a -= 2
	}
	if n := r.b - r.a; n > 3 && d.toks[r.b-3].w.text == "for" && d.toks[r.b-2].tag == tPoss && d.toks[r.b-1].w.text == "part" {
		r.b -= 3
	}
	return r
}

// mainSubject takes the subject of the sentence for who warns in a participle behind a comma.
func (d *doc) mainSubject(w *warning, h int, s rng) bool {
	_, src, ok := d.firstVerb(rng{d.clauseStart(h, s), h})
	if ok {
		w.warner = src
	}
	return ok
}

// auxBefore finds the auxiliary that a time between commas parts from its verb; 0 without.
func (d *doc) auxBefore(g group, s rng) int {
	if g.a-3 <= s.a || d.toks[g.a-1].mark != ',' {
		return 0
	}
	for m := g.a - 2; m > s.a && g.a-m < 12; m-- {
		if d.toks[m].mark == ',' {
			if d.toks[m-1].tag == tHave && d.timeEnd(m+1, s) == g.a-1 {
				return m - 1
			}
			return 0
		}
	}
	return 0
}

// pastAside goes past ", but not the ferries," behind the party told.
func (d *doc) pastAside(i int, s rng) int {
	if i+2 >= s.b || d.toks[i].mark != ',' {
		return i
	}
	switch d.toks[i+1].w.text {
	case "though", "but", "although", "including", "if", "and", "or":
		for j := i + 2; j < s.b && j < i+9; j++ {
			if d.toks[j].mark == ',' {
				return j + 1
			}
			if d.toks[j].tag == tFin || d.toks[j].tag.aux() {
				break
			}
		}
	}
	return i
}

// sayable refuses for a party told what opens a clause.
func (d *doc) sayable(r rng) bool { return !r.empty() }

// nounStart is the first adjective or noun of the phrase that ends with token i.
func (d *doc) nounStart(i int, s rng) int {
	for i > s.a {
		switch p := &d.toks[i-1]; {
		case p.tag == tAdj || p.tag == tNoun || p.tag == tNum || p.tag == tName || p.tag == tAdv && pointing.has(p.w.text):
			i--
		case p.close && p.mate >= int32(s.a) && i-int(p.mate) <= 5: // "precise" warning
			i = int(p.mate)
		default:
			return i
		}
	}
	return i
}

// warnedBy reads "by X" behind a passive: how often and when may stand between.
func (d *doc) warnedBy(w *warning, i int, s rng) int {
	for j := i; j+1 < s.b && j < i+12; j++ {
		t := &d.toks[j]
		if _, e, ok := d.timeAt(j, s); ok && e > j && t.w.text != "by" {
			j = e - 1
			continue
		}
		switch {
		case t.w.text == "by":
			if d.toks[j+1].is(timenoun|weekday|month) || d.toks[j+1].tag == tIng || d.toks[j+1].tag == tNum {
				return i
			}
			if d.toks[j+1].w.text == "telephone" || d.toks[j+1].w.text == "phone" || d.toks[j+1].w.text == "e-mail" || d.toks[j+1].w.text == "text" || d.toks[j+1].w.text == "letter" || d.toks[j+1].w.text == "fax" {
				continue
			}
			if n := &d.toks[j+1]; n.tag == tNoun && !n.capital && !n.is(person|body|document) && (j+2 >= s.b || !d.toks[j+2].tag.nominal()) {
				continue // by loudspeaker
			}
			e := d.toldEnd(j+1, s)
			if e+2 < s.b && d.toks[e].w.text == "with" && d.toks[e+1].tag == tDet { // by a man with a lamp
				e = d.npEnd(e+1, s, false)
			}
			w.warner = d.trim(rng{j + 1, e})
			return e
		case t.kind == punct || t.tag == tSub || t.tag == tFin || threatPreps.has(t.w.text) && !d.inDate(j+1):
			return i
		}
	}
	return i
}

// toldEnd is the end of the party told: a preposition that opens the threat ends it.
func (d *doc) toldEnd(i int, s rng) int {
	e := d.npEnd(i, s, false)
	for j := i + 1; j+1 < e; j++ {
		if d.toks[j].tag == tPrep && d.toks[j].w.text == "of" && d.toks[j-1].tag == tName && (d.toks[j+1].tag == tDet || !strings.HasPrefix(d.low(j-1), "republic")) && headKinds[d.low(j-1)] == "" && !d.toks[j-1].is(body) {
			return j
		}
	}
	for k := i + 1; k < e; k++ { // "warned the port two days ahead"
		if (d.toks[k].tag == tNum || d.toks[k].tag == tDet || d.toks[k].is(timenoun) || degrees.has(d.toks[k].w.text)) && d.counted(k, s) {
			return k
		}
		if w := d.toks[k].w.text; w == "late" || w == "early" || w == "shortly" {
			if _, _, ok := d.timeAt(k, s); ok {
				return k
			}
		}
	}
	if e+1 < s.b && (d.toks[e].w.text == "on" || d.toks[e].w.text == "in") && (d.toks[e+1].tag == tDet || d.toks[e+1].tag == tName) && !d.inDate(e+1) {
		// three towns on the Rhine
		if e2 := d.npEnd(e+1, s, false); e2 < s.b && (threatPreps.has(d.toks[e2].w.text) || d.inDate(min(e2+1, s.b-1)) || d.toks[e2].w.text == "to") && !d.toks[e2-1].is(anyEvent) {
			e = e2
		}
	}
	for j := i + 1; j < e; j++ {
		if d.toks[j].is(timenoun) && e < s.b && sides.has(d.toks[e].w.text) { // hours before the blasts
			for j > i+1 && (d.toks[j-1].tag == tNum || d.toks[j-1].tag == tDet || d.toks[j-1].tag == tAdj) {
				j--
			}
			return j
		}
		t := &d.toks[j]
		if t.tag == tPrep && (t.w.text == "of" || t.w.text == "about" || t.w.text == "against") {
			if t.w.text == "of" && (offices.has(d.toks[j-1].w.text) || governs.has(d.toks[j-1].w.text) || headKinds[d.low(j-1)] != "" && d.toks[j+1].tag != tDet || d.toks[j-1].w.text == "head") && !d.threatens(rng{j + 1, min(j+4, e)}) {
				continue
			}
			if t.w.text != "of" || d.toks[j-1].tag == tName || d.toks[j-1].capital || d.toks[j-1].tag == tPron || !d.toks[j+1].capital {
				return j
			}
		}
		if t.tag == tPrep && j+1 < e && d.toks[j+1].is(month|weekday) {
			return j
		}
		if t.tag == tDet && d.toks[j-1].tag != tPrep && d.toks[j-1].tag != tConj && d.toks[j-1].tag != tDet {
			return j // gave guards | a note
		}
	}
	return e
}

// partyEnd is the end of a noun phrase without its prepositional phrases, but with "of", and with
// the body that an officer is in.
func (d *doc) partyEnd(i int, s rng) int {
	e := d.npEnd(i, s, false)
	for j := i + 1; j < e; j++ {
		if t := &d.toks[j]; t.tag == tPrep && t.w.text != "of" && !(j+1 < e && d.toks[j+1].tag == tName && d.toks[j-1].tag == tNoun && (t.w.text == "in" || t.w.text == "at") && !d.toks[j+1].is(month|weekday)) {
			return j
		}
	}
	return e
}

// toldOfHarm tells whether what is told is a threat and whoever is told can act on it: what a court,
// a parliament or a reporter is told is a claim.
func (d *doc) toldOfHarm(w *warning, h int, s rng) bool {
	lemma := d.toks[h].w.verb.lemma
	g := d.groupAt(h, s)
	if w.recipient.empty() || d.isPress(w.recipient) {
		return false
	}
	weak := lemma == "tell" || lemma == "brief"
	if d.negated(g.rng) || d.nobody(w.warner) || d.nobody(w.recipient) { // nobody told us
		return d.onWarnings(w.cue.a) && (w.threat.empty() || d.threatens(w.threat)) && (d.canAct(w.recipient) || d.toks[w.recipient.b-1].tag == tPron || d.nobody(w.recipient))
	}
	if w.threat.empty() {
		// told by whom and when, where the text is about warnings
		if !d.onWarnings(w.cue.a) || !d.canAct(w.recipient) || !weak && lemma != "notify" && lemma != "inform" || lemma == "brief" && d.toks[w.recipient.b-1].is(person) && plural(d, w.recipient.b-1) {
			return false
		}
		d.findWhen(w, s)
		if g.passive {
			return !w.when.empty() || !w.warner.empty() && len(d.warnings) > 0
		}
		return !w.when.empty() && lemma != "tell" && (!g.passive && !w.warner.empty() && !d.clauseSoon(w.recipient.b, s)) && !d.quoteFollows(w.recipient.b, s)
	}
	if !w.clause && !d.threatens(w.threat) {
		return d.onWarnings(w.cue.a) && lemma != "brief" && d.canAct(w.recipient) && d.aboutPrep(w)
	}
	switch {
	case !weak:
		return d.threatens(w.threat)
	case g.passive || d.toks[h].tag == tPart:
		return (d.threatens(w.threat) || d.onWarnings(w.cue.a) && w.clause && d.impending(w.threat) && !d.lookingBack(w.threat)) && (d.canAct(w.recipient) || d.onWarnings(w.cue.a) || d.planned(w.threat))
	case !d.canAct(w.recipient) && !(d.onWarnings(w.cue.a) && d.toks[w.recipient.b-1].tag == tPron):
		return false
	case w.clause:
		return d.planned(w.threat) || d.onWarnings(w.cue.a) && (d.threatens(w.threat) || d.impending(w.threat)) && !d.lookingBack(w.threat)
	}
	return d.toCome(w.threat) || d.onWarnings(w.cue.a) && d.threatens(w.threat)
}

// impending tells whether a clause speaks of what is under way or to come.
func (d *doc) impending(r rng) bool {
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		if t.tag == tIng && i > r.a && d.toks[i-1].tag == tBe || t.tag == tModal && (t.w.text == "would" || t.w.text == "will" || t.w.text == "may" || t.w.text == "might" || t.w.text == "could") {
			return true
		}
		if t.tag == tFin || t.tag == tPart {
			return false
		}
	}
	return false
}

// aboutPrep tells whether the threat follows "of" or "about".
func (d *doc) aboutPrep(w *warning) bool {
	p := d.toks[w.threat.a-1].w.text
	return p == "of" || p == "about"
}

// quoteFollows tells whether a quotation follows token i within a word or two.
func (d *doc) quoteFollows(i int, s rng) bool {
	for j := i; j < s.b && j < i+3; j++ {
		if d.toks[j].open && d.toks[j].mark == '"' || d.toks[j].mark == ':' {
			return true
		}
	}
	return false
}

// lookingBack tells whether a clause speaks of warnings, inquiries and harm already done, not of harm
// to come.
func (d *doc) lookingBack(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if t := &d.toks[i]; t.is(warnNoun|notice) && t.tag == tNoun || t.w.verb != nil && (t.w.verb.frames&fWarn != 0 || t.w.verb.lemma == "kill" || t.w.verb.lemma == "arrest" || t.w.verb.lemma == "die") {
			return true
		}
	}
	return false
}

// negated tells whether a verb group says no.
func (d *doc) negated(g rng) bool {
	for i := g.a; i < g.b; i++ {
		if d.toks[i].tag == tNeg || d.toks[i].is(neg) || d.saysNot(i) {
			return true
		}
	}
	return false
}

// saysNot reads "didn't", "wasn't".
func (d *doc) saysNot(i int) bool {
	w := d.toks[i].w.text
	return len(w) > 3 && d.toks[i].tag.aux() && w[len(w)-1] == 't' && (w[len(w)-2] == '\'' || w[len(w)-2] == 0x99)
}

// nobody tells whether a party is nobody: "no caller", "none of us", "neither ministry".
func (d *doc) nobody(r rng) bool {
	if r.empty() {
		return false
	}
	switch d.toks[r.a].w.text {
	case "nobody", "none", "no", "neither":
		return true
	}
	return false
}

// onWarnings tells whether the text has spoken of a warning before token i, or does so in its words
// for it anywhere.
func (d *doc) onWarnings(i int) bool {
	return len(d.warnings) > 0 || d.warnWords > 0 || d.harmWords > 4
}

// called drafts "X rang Y to say that Z"; without what was said, where the text is about warnings and
// says when.
func (d *doc) called(w *warning, h, i int, s rng) *warning {
	lemma := d.toks[h].w.verb.lemma
	if lemma == "write" {
		if i+1 >= s.b || d.toks[i].w.text != "to" {
			return nil
		}
		e := d.partyEnd(i+1, s)
		w.recipient, i = d.trim(rng{i + 1, e}), e
	}
	if w.recipient.empty() || d.isPress(w.recipient) {
		return nil
	}
	for j := i; j+1 < s.b && j < i+18; j++ {
		if _, e, ok := d.timeAt(j, s); ok && e > j {
			j = e - 1
			continue
		}
		t, n := &d.toks[j], &d.toks[j+1]
		if t.mark == ',' && (d.timeEnd(j+1, s) > j+1 || n.w.text == "about" || n.w.text == "that" || t.tag == tConj) || t.w.text == "and" && d.timeEnd(j+1, s) > j+1 || t.w.text == "again" {
			continue // twice, in March and again in May, about
		}
		if t.w.text == "about" && t.tag == tPrep && d.startsNP(j+1) {
			w.threat = d.trim(rng{j + 1, d.threatEnd(j+1, s)})
			break
		}
		if t.w.text == "that" && t.tag == tSub && lemma != "ring" && lemma != "contact" {
			w.threat, w.clause = d.trim(rng{j, d.thatEnd(w, j, s)}), true
			break
		}
		if t.tag == tTo && n.w.verb != nil && n.w.verb.frames&fWarn != 0 {
			return nil // to warn: the warning's own cue
		}
		if (t.tag == tTo || t.w.text == "and") && n.w.verb != nil && (n.w.verb.lemma == "say" || n.w.verb.lemma == "report" || n.w.verb.lemma == "shout" || n.w.verb.lemma == "tell" && t.tag != tTo || t.tag == tTo && n.w.verb.frames&fClause != 0) {
			k := j + 2
			for k < s.b && k < j+5 && d.toks[k].tag != tSub && (d.toks[k].tag == tPrep || d.toks[k].tag == tAdv) { // to let it be seen that
				k++
			}
			if n.w.verb.lemma == "tell" || n.w.verb.lemma == "shout" && t.tag != tTo {
				return nil // a cue of its own follows
			}
			if t.tag == tTo {
				w.thing = rng{j, k}
			}
			if k < s.b {
				w.threat, w.clause = d.trim(rng{k, d.thatEnd(w, k, s)}), true
			}
			break
		}
		if t.kind == punct || t.tag == tFin || t.tag == tSub && t.w.text != "that" {
			break
		}
	}
	d.afterColon(w, i, s)
	if !w.threat.empty() {
		if !d.threatens(w.threat) && !d.onWarnings(h) {
			return nil
		}
		return w
	}
	g := d.groupAt(h, s)
	if lemma == "call" || lemma == "write" || lemma == "text" || lemma == "cable" || lemma == "approach" || !d.onWarnings(h) || !d.canAct(w.recipient) && !d.toks[w.recipient.b-1].is(person) && d.toks[w.recipient.b-1].tag != tPron && !(g.passive && !w.warner.empty()) {
		if !d.hasItFrom(s) || !d.onWarnings(h) && !d.threatNext(s) {
			return nil
		}
	}
	d.findWhen(w, s)
	if w.when.empty() && !d.nobody(w.warner) && !(g.passive && !w.warner.empty()) {
		return nil
	}
	return w
}

// afterColon takes what stands behind a colon for what was said: "was rung by a cook: lock the doors".
func (d *doc) afterColon(w *warning, i int, s rng) {
	for j := i; w.threat.empty() && j+1 < s.b && j < i+10; j++ {
		if d.toks[j].mark == ':' {
			w.threat, w.clause = d.trim(rng{j + 1, s.b}), true
			return
		}
		if d.toks[j].kind == punct || d.toks[j].tag == tFin {
			return
		}
	}
}

// hasItFrom tells whether the next sentence says what a caller had heard: "She has it from X that Z".
func (d *doc) hasItFrom(s rng) bool {
	n, ok := d.sentenceAfter(s)
	return ok && n.b-n.a > 5 && d.toks[n.a].tag == tPron && d.toks[n.a+1].tag == tHave && d.toks[n.a+2].w.text == "it" && d.toks[n.a+3].w.text == "from"
}

func (d *doc) threatNext(s rng) bool {
	n, ok := d.sentenceAfter(s)
	return ok && d.threatens(n)
}

// shoutedOf drafts "X rode through the lanes shouting that the bank had broken".
func (d *doc) shoutedOf(w *warning, i int, s rng) *warning {
	if i < s.b && (d.toks[i].w.text == "to" || d.toks[i].w.text == "at") && w.recipient.empty() && i+1 < s.b && d.startsNP(i+1) {
		e := d.partyEnd(i+1, s)
		w.recipient, i = d.trim(rng{i + 1, e}), e
	}
	for i < s.b && d.toks[i].tag == tAdv {
		i++
	}
	if i >= s.b || d.toks[i].w.text != "that" || d.toks[i].tag != tSub {
		return nil
	}
	w.threat, w.clause = d.trim(rng{i, d.thatEnd(w, i, s)}), true
	if !d.onWarnings(i) && !d.threatens(w.threat) {
		return nil
	}
	return w
}

// publics are people whom a warning asks to keep out of harm's way.
var publics = set(`residents citizens nationals people visitors travellers travelers tourists holidaymakers villagers families passengers staff workers everyone folks motorists commuters fishermen
sailors ships vessels airlines shoppers students personnel expatriates americans britons ramblers hikers swimmers drivers households farmers guests neighbours neighbors customers inhabitants locals
subjects crews boats skippers them us pilots captains mariners masters boaters climbers patients parents users banks companies firms operators hospitals utilities schools businesses pilgrims worshippers fans spectators those anyone him her me you employees`)

// ways out of harm: what people are asked to do.
var wayOut = set(`leave avoid evacuate flee shelter depart escape beware refrain relocate withdraw run`)

// wardsOff tells whether an infinitive asks people to keep out of harm's way.
func (d *doc) wardsOff(w *warning) bool {
	if w.recipient.empty() {
		return false
	}
	if last := &d.toks[w.recipient.b-1]; (last.w.text == "him" || last.w.text == "her") && d.toks[w.cue.b-1].w.verb != nil && d.toks[w.cue.b-1].w.verb.warns&wTell == 0 {
		return false // ordered him to get out
	}
	if last := &d.toks[w.recipient.b-1]; last.tag == tPron && last.w.text != "them" && last.w.text != "everyone" && last.w.text != "those" && last.w.text != "anyone" && len(d.warnings) == 0 {
		return false // told her to leave
	}
	public := false
	for i := w.recipient.a; i < w.recipient.b; i++ {
		public = public || publics.has(d.low(i)) || d.toks[i].is(placeNoun)
	}
	if !public && !d.canAct(w.recipient) {
		return false
	}
	words := func(i int) (a, b string) {
		if i < w.threat.b {
			a = d.toks[i].w.text
		}
		if i+1 < w.threat.b {
			b = d.toks[i+1].w.text
		}
		return
	}
	not := d.toks[w.threat.a].tag == tNeg
	i := w.threat.a
	for i < w.threat.b && (d.toks[i].tag == tNeg || d.toks[i].tag == tTo || d.toks[i].tag == tAdv) {
		i++
	}
	v, n := words(i)
	if v == "be" {
		for k := i + 1; k < min(i+5, w.threat.b); k++ {
			switch d.toks[k].w.text {
			case "vigilant", "careful", "alert", "cautious", "wary", "watchful", "guard", "lookout":
				return true
			}
		}
		return false
	}
	if not {
		return v == "travel" || v == "go" || v == "approach" || v == "enter" || v == "drink" || v == "gather" || v == "sail" || v == "visit" || v == "use" || v == "return" || v == "swim" || v == "leave" || v == "eat"
	}
	switch v {
	case "stay", "keep", "remain", "steer", "stand":
		return n == "away" || n == "indoors" || n == "inside" || n == "out" || n == "off" || n == "clear" || n == "home" || n == "back" || n == "vigilant" || n == "alert" || n == "at" && v == "stay" || n == "well" || n == "above" || n == "below" || n == "ashore"
	case "get", "move", "head", "go", "come", "climb", "make":
		return n == "out" && v != "come" || n == "away" || n == "off" || n == "to" && d.higher(w) || n == "inland" || n == "ashore" || n == "uphill" || n == "indoors"
	case "take":
		return n == "cover" || n == "shelter" || n == "care" || n == "precautions"
	case "boil":
		return true
	case "protect", "guard", "tighten", "reinforce", "monitor", "watch", "search", "inspect", "look", "close", "evacuate":
		return d.onWarnings(i) && d.canAct(w.recipient)
	}
	if v == "leave" || v == "avoid" {
		return d.onWarnings(i) || d.threatens(w.threat) || v == "avoid" || public
	}
	return wayOut.has(v)
}

// higher tells of "higher ground", "shelters".
func (d *doc) higher(w *warning) bool {
	for i := w.threat.a; i < w.threat.b; i++ {
		switch d.toks[i].w.text {
		case "higher", "high", "ground", "shelter", "shelters", "safety", "cellars", "basements":
			return true
		}
	}
	return false
}

// letKnowOf drafts "X let Y know that Z".
func (d *doc) letKnowOf(h int, s rng) *warning {
	i := h + 1
	if i >= s.b || !d.startsNP(i) {
		return nil
	}
	e := d.npEnd(i, s, false)
	if e+1 >= s.b || d.toks[e].w.text != "know" {
		return nil
	}
	g := d.groupAt(h, s)
	w := &warning{cue: g.rng, thing: rng{e, e + 1}, recipient: d.trim(rng{i, e})}
	if src, ok := d.subjectOf(g.a, s); ok {
		w.warner = src
	}
	d.threatFrom(w, e+1, s)
	if w.threat.empty() || d.isPress(w.recipient) || !d.threatens(w.threat) && !(d.onWarnings(h) && (!w.clause || d.impending(w.threat))) {
		return nil
	}
	w.thing = rng{e, e + 1}
	return w
}

// flagged drafts "X flagged a strange lorry to Y", "X reported the crack to Y".
func (d *doc) flagged(h int, s rng) *warning {
	w := &warning{}
	g := d.groupAt(h, s)
	w.cue = g.rng
	lemma := d.toks[h].w.verb.lemma
	if g.passive {
		src, ok := d.subjectOf(g.a, s)
		if !ok || !d.threatens(src) {
			return nil
		}
		w.threat = src
		if j := d.partiesAfter(w, g.b, s); j == g.b {
			return nil
		}
	} else {
		src, ok := d.subjectOf(g.a, s)
		if !ok || g.b >= s.b || !d.startsNP(g.b) || d.toks[g.b].tag == tPron && (lemma == "report" || len(d.warnings) == 0) {
			return nil
		}
		w.warner = d.antecedent(src, s)
		e := g.b
		for e < s.b && !(d.toks[e].w.text == "to" && d.toks[e].tag == tPrep) && (d.toks[e].kind != punct || d.toks[e].mark == '"' || d.toks[e].mark == '\'') && d.toks[e].tag != tFin && !d.toks[e].tag.aux() && d.toks[e].tag != tSub {
			e++
		}
		if (e >= s.b || d.toks[e].w.text != "to") && lemma == "flag" {
			w.threat = d.trim(rng{g.b, d.threatEnd(g.b, s)})
			if !d.onWarnings(h) || !d.threatens(w.threat) {
				return nil
			}
			return w
		}
		if e+1 >= s.b || d.toks[e].w.text != "to" {
			return nil
		}
		if d.toks[g.b].tag != tPron {
			w.threat = d.trim(rng{g.b, e})
		} else {
			d.scanWhen(w, g.b+1, e, s)
		}
		w.recipient = d.trim(rng{e + 1, d.partyEnd(e+1, s)})
	}
	if lemma == "report" && !w.recipient.empty() && d.canAct(w.recipient) && d.onWarnings(h) && !d.threatens(w.threat) {
		d.findWhen(w, s)
		d.responseAfter(w, w.recipient.b, s)
		if !w.response.empty() || !w.when.empty() {
			return w // reported a light to the base, which did nothing
		}
	}
	if w.recipient.empty() || d.isPress(w.recipient) || !d.threatens(w.threat) && !(lemma == "flag" && d.onWarnings(h)) && !(w.threat.empty() && lemma == "flag") {
		return nil
	}
	if lemma == "report" && !d.onWarnings(h) && !d.toCome(w.threat) {
		return nil
	}
	return w
}

// isPress tells reporters, outlets and assemblies: who tells them gives no warning.
func (d *doc) isPress(r rng) bool {
	if n, ok := d.namingIn(r, nil); ok && n.party.kind == "media" {
		return true
	}
	for i := r.a; i < r.b; i++ {
		if d.toks[i].tag == tOwner && i+1 < r.b { // the newspaper's switchboard
			return d.isPress(rng{i + 1, r.b})
		}
	}
	for i := r.a; i < r.b; i++ {
		if press.has(d.toks[i].w.text) {
			return true
		}
	}
	return false
}

var press = set(`interrogators investigators detectives questioners negotiators interviewer interviewers biographer reporter reporters journalist journalists newspaper magazine court judge i we inquiry inquest tribunal hearing rally crowd radio television tv congress parliament mps lawmakers senators
legislators deputies jury panel conference audience viewers news`)

// canAct tells whether a party told can do something about a threat: an authority, a body, a
// state; no journalists and no court.
func (d *doc) canAct(r rng) bool {
	if d.isPress(r) {
		return false
	}
	if n, ok := d.namingIn(r, nil); ok {
		return n.party.kind != "media"
	}
	if last := &d.toks[r.b-1]; last.tag == tName && r.b-r.a <= 2 && r.a == r.b-1 && !last.is(person) {
		return true // a headline's "Borough"
	}
	for i := r.a; i < r.b; i++ {
		switch t := &d.toks[i]; t.w.text {
		case "agency", "committee", "commission", "channel":
			return false
		default:
			if t.is(body|target) || officials.has(t.w.text) || publics.has(t.w.text) && t.tag != tPron || headKinds[d.low(i)] != "" || offices.has(t.w.text) {
				return true
			}
		}
	}
	return false
}

var officials = set(`sergeant constable lieutenant colonel inspector superintendent general corporal warden ranger rangers marshal prefect customs authorities official officials police officers minister ministers mayor governor officer residents villagers president commander commanders diplomats ambassador director counterpart
counterparts operator manager managers desk clerk guard guards captain chiefs owner wardens clients members colleagues allies partner partners handler dispatcher chief chairman headmaster controller
superiors commissioner administrator wing headquarters secretariat adviser council switchboard hotline helpline line supervisor regulator regulators board`)
