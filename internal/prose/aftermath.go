package prose

// What a warning rested on, what it lacked and what was done with it: in its own sentence, and in
// the one or two behind it.

// details adds when, place, hedge, basis, limits and response from the warning's own sentence.
func (d *doc) details(w *warning, s rng) {
	d.findWhen(w, s)
	end := w.cue.b
	for _, r := range []rng{w.threat, w.recipient, w.warner} {
		end = max(end, r.b)
	}
	if !w.threat.empty() {
		d.threatPlace(w)
		d.findHedge(w)
		if w.place.empty() && !w.asked.empty() {
			o := warning{threat: w.asked, clause: true}
			d.threatPlace(&o)
			w.place = o.place
		}
	}
	if w.basis.empty() {
		d.basisAfter(w, w.cue.b, s)
	}
	if w.limits.empty() && !w.noun(d) {
		d.limitsAfter(w, end, s)
	}
	if w.response.empty() {
		d.responseAfter(w, end, s)
	}
}

// findHedge marks the first word of a threat that weakens it, or the odds that it gives.
func (d *doc) findHedge(w *warning) {
	for i := w.threat.a; i < w.threat.b; i++ {
		t := &d.toks[i]
		switch {
		case t.is(hedgeWord) && t.tag != tName:
			w.hedge = rng{i, i + 1}
			return
		case t.w.text == "possibility" || t.w.text == "likelihood" || t.w.text == "probability" || t.w.text == "chance" && i > w.threat.a:
			a := i
			for a > w.threat.a && (d.toks[a-1].tag == tNum || d.toks[a-1].tag == tAdj || d.toks[a-1].w.text == "than" || d.toks[a-1].w.text == "even" || d.toks[a-1].w.text == "percent" || d.toks[a-1].w.text == "cent" || d.toks[a-1].w.text == "per") {
				a--
			}
			w.hedge = rng{a, i + 1}
			return
		}
	}
}

// basisAfter reads "based on …", "acquired during …", "citing …" from token i.
func (d *doc) basisAfter(w *warning, i int, s rng) {
	reported := false
	for j := i; j+1 < s.b; j++ {
		t, n := &d.toks[j], &d.toks[j+1]
		if w.threat.holds(j) && w.clause {
			j = w.threat.b - 1
			continue
		}
		if t.open && t.mark == '"' && t.mate > int32(j) && int(t.mate) < s.b && d.quotes[t.quote].clause {
			j = int(t.mate)
			continue
		}
		if t.tag == tFin && t.w.verb != nil && t.w.verb.frames&fClause != 0 && !w.threat.holds(j) {
			reported = true
		}
		k := 0
		switch {
		case t.w.text == "based" && (n.w.text == "on" || n.w.text == "upon"):
			k = j + 2
		case t.w.text == "citing" && !reported && j > i:
			k = j + 1
		case t.w.text == "basing" && !reported:
			for k = j + 1; k < s.b && k < j+6 && d.toks[k].w.text != "on"; k++ {
			}
			k++
		case t.w.text == "because" && n.w.text == "of" && j+2 < s.b && d.toks[j+2].tag != tPron, t.w.text == "thanks" && n.w.text == "to" && j > i:
			k = j + 2
		case t.w.text == "on" && n.w.text == "the" && j+3 < s.b && (d.toks[j+2].w.text == "strength" || d.toks[j+2].w.text == "basis") && d.toks[j+3].w.text == "of":
			k = j + 4
		case t.w.verb != nil && gains.has(t.w.verb.lemma) && (t.tag == tPart || t.tag == tFin || t.tag == tAdj) && n.tag == tPrep && (n.w.text == "during" || n.w.text == "from" || n.w.text == "in" || n.w.text == "through" || n.w.text == "by") && !reported:
			if t.tag == tFin && !d.relSubject(j, s) || n.w.text == "in" && d.inDate(j+2) || n.w.text == "by" && !w.noun(d) || n.w.text == "from" && t.w.verb.lemma == "receive" {
				continue
			}
			k = j + 2
		}
		if k > 0 && k < s.b && !w.threat.holds(k) {
			w.basis = d.trim(rng{k, d.basisEnd(k, s)})
			return
		}
	}
}

// relSubject tells whether the verb at h has a relative pronoun or the warning for its subject.
func (d *doc) relSubject(h int, s rng) bool {
	src, ok := d.subjectOf(h, s)
	return ok && d.warns(src)
}

var gains = set(`acquire obtain gather collect gain glean receive derive extract intercept`)

// basisAt reads "rested on …", "was based on …", "came from …" at the verb h.
func (d *doc) basisAt(h int, s rng) (rng, bool) {
	v := d.toks[h].w.verb
	if v == nil || h+2 >= s.b {
		return rng{}, false
	}
	k := h + 1
	for k < s.b && (d.toks[k].tag == tAdv || k < h+4 && (d.toks[k].w.text == "solely" || d.toks[k].w.text == "largely")) {
		k++
	}
	if k+1 >= s.b {
		return rng{}, false
	}
	p := d.toks[k].w.text
	switch v.lemma {
	case "rest", "rely", "depend", "draw", "base", "build", "hinge", "lean", "ground":
		if p != "on" && p != "upon" && !(p == "from" && v.lemma == "draw") && !(p == "around" && v.lemma == "build") {
			return rng{}, false
		}
	case "come", "derive", "stem", "originate", "arise", "emerge", "obtain", "glean", "gather", "acquire", "extract":
		if p != "from" && p != "during" && p != "through" {
			return rng{}, false
		}
		if v.lemma == "come" && (d.toks[k+1].tag == tName || d.speaker(k+1, s) && !sourceThings(d, k+1, s)) {
			return rng{}, false
		}
	default:
		return rng{}, false
	}
	e := d.predicateEnd(k+1, s)
	for j := k + 2; j+1 < e; j++ {
		if d.toks[j].tag == tConj && (d.toks[j+1].tag == tFin || d.toks[j+1].tag.aux()) {
			e = j
		}
	}
	r := d.trim(rng{k + 1, e})
	return r, !r.empty()
}

// sourceThings tells whether a noun phrase at i is a source of knowledge and not a party: an
// informant, a detainee, an intercept.
func sourceThings(d *doc, i int, s rng) bool {
	e := d.npEnd(i, s, false)
	for k := i; k < e; k++ {
		if origins.has(d.toks[k].w.text) {
			return true
		}
	}
	return false
}

var origins = set(`source sources informant informants informer detainee detainees prisoner prisoners intercept intercepts defector defectors interrogation interrogations conversation conversations courier
suspect suspects caller walk-in agent smuggler smugglers satellite chatter imagery wiretap wiretaps documents phone`)

func (d *doc) basisEnd(i int, s rng) int {
	for j := i; j < s.b; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		if t.mark == ',' || t.mark == ';' || t.mark == '.' || t.close && t.mate < int32(i) || t.tag == tConj && t.w.text == "but" {
			return j
		}
		if t.tag == tConj && j+1 < s.b && (d.toks[j+1].tag == tFin || d.toks[j+1].tag.aux()) && !d.hasClause(rng{i, j}) {
			return j
		}
	}
	return s.b
}

// limitsAfter reads what a warning lacked in the rest of its sentence: "lacked …", "did not specify …", "without naming …".
func (d *doc) limitsAfter(w *warning, i int, s rng) {
	for j := i; j < s.b; j++ {
		t := &d.toks[j]
		if t.w.text == "without" && j+2 < s.b && d.detailWord(j+1, s) {
			w.limits = d.trim(rng{j, d.basisEnd(j+1, s)})
			return
		}
		if (t.tag.verbal() || t.tag == tBe) && t.tag != tIng || t.w.text == "lacking" {
			if r, ok := d.limitAt(j, s); ok {
				if src, has := d.subjectOf(r.a, s); has && src.a >= i && !d.warns(src) {
					continue // whoever else did not say
				}
				w.limits = r
				return
			}
		}
	}
}

// warns tells whether a subject stands for the warning: it, which, the note.
func (d *doc) warns(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if t := &d.toks[i]; isNews(t.w.text) || t.tag == tRel || t.w.text == "it" {
			return true
		}
	}
	return false
}

func (d *doc) detailWord(i int, s rng) bool {
	for j := i; j < min(i+5, s.b); j++ {
		switch d.toks[j].w.text {
		case "details", "detail", "specifics", "time", "date", "place", "target", "naming", "specifying", "specific", "giving", "saying":
			return true
		}
	}
	return false
}

// limitAt reads "lacked …", "gave no …", "did not name …", "was too vague" at the verb h: the verb's
// group and what follows.
func (d *doc) limitAt(h int, s rng) (rng, bool) {
	t := &d.toks[h]
	if h+1 >= s.b {
		return rng{}, false
	}
	next := &d.toks[h+1]
	span := func(a int) (rng, bool) {
		r := d.trim(rng{a, d.predicateEnd(h+1, s)})
		return r, !r.empty()
	}
	if t.tag == tBe {
		a := h
		for a > s.a && (d.toks[a-1].tag.aux() || d.toks[a-1].tag == tNeg || d.toks[a-1].tag == tAdv) {
			a--
		}
		for k := h + 1; k < s.b && k < h+6; k++ {
			u := &d.toks[k]
			if imprecise.has(u.w.text) || d.negated(rng{a, k}) && exact.has(u.w.text) {
				return span(a)
			}
			if u.kind == punct && !u.open || u.tag == tPrep || u.tag == tDet && u.w.text != "no" || u.tag == tPart {
				break
			}
		}
		return rng{}, false
	}
	v := t.w.verb
	if v == nil {
		return rng{}, false
	}
	g := d.groupAt(h, s)
	switch {
	case v.lemma == "lack" || v.lemma == "omit":
		return span(g.a)
	case v.lemma == "fail" && next.tag == tTo && h+2 < s.b && d.toks[h+2].w.verb != nil && tellsMore.has(d.toks[h+2].w.verb.lemma):
		return span(g.a)
	case !tellsMore.has(v.lemma):
		return rng{}, false
	case g.passive:
		return rng{}, false
	case d.negated(g.rng):
		return span(g.a)
	}
	for e, j := d.predicateEnd(h+1, s), h+1; j+1 < s.b && j <= e; j++ { // named the street but not the day
		if d.toks[j].w.text == "but" && (d.toks[j+1].tag == tNeg || d.toks[j+1].w.text == "no") && v.lemma != "say" {
			return d.trim(rng{g.a, d.predicateEnd(j+1, s)}), true
		}
	}
	switch next.w.text {
	case "no", "neither", "none", "nothing", "little", "few":
		return span(g.a)
	case "only":
		if v.lemma != "say" {
			return span(g.a)
		}
	}
	return rng{}, false
}

// tellsMore are verbs by which a warning says what it knows; with a no they are its limits.
var tellsMore = set(`give contain include provide offer name specify mention identify say carry bear state indicate list have describe set make supply disclose spell pinpoint point detail`)

var imprecise = set(`vague general generic thin sketchy unspecific imprecise illegible incomplete uncorroborated unconfirmed ambiguous unclear garbled stale unsigned undated nonspecific non-specific brief
cryptic outdated unreliable unverified second-hand partial untested unusable unreadable anonymous`)

var exact = set(`specific precise actionable clear detailed exact complete enough signed dated`)

// responseAfter reads what the sentence itself says was done: by its subject, the party told ("was
// told of the plot but did not act"), or by the party told in a clause of its own ("to the registry, which
// passed it on").
func (d *doc) responseAfter(w *warning, i int, s rng) {
	if w.recipient.empty() {
		for j := i; j+1 < s.b && j < i+16; j++ {
			if d.toks[j].mark == ',' && d.toks[j+1].w.text == "but" {
				if g, src, ok := d.firstVerb(rng{j + 2, s.b}); ok && src.a == j+2 && !d.warns(src) {
					d.reacted(w, g, src, s, true)
				}
				return
			}
		}
		return
	}
	if w.recipient.b < s.b && w.recipient.a > w.cue.a && w.recipient.b+2 < s.b && d.toks[w.recipient.b].mark == ',' && d.toks[w.recipient.b+1].tag == tRel {
		k := w.recipient.b + 2
		if d.toks[k].tag == tFin || d.toks[k].tag.aux() {
			w.response = d.trim(rng{k, d.predicateEnd(k, s)})
		}
		return
	}
	if w.relative { // guards, who got the note, shut the gate
		for j := i; j+1 < s.b; j++ {
			if d.toks[j].mark == ',' && (d.toks[j+1].tag == tFin || d.toks[j+1].tag.aux()) {
				w.response = d.trim(rng{j + 1, d.predicateEnd(j+2, s)})
				return
			}
		}
		return
	}
	subject := w.recipient.a < w.cue.a
	for j := i; j+1 < s.b; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		if t.mark == ';' || t.tag == tFin || t.tag.aux() || t.tag == tRel {
			return
		}
		if t.tag != tConj || t.w.text != "but" && t.w.text != "and" {
			continue
		}
		k := j + 1
		for k < s.b && (d.toks[k].tag == tAdv || d.toks[k].tag == tNeg) {
			k++
		}
		if k >= s.b {
			return
		}
		if !subject && d.toks[k].w.verb != nil && d.toks[k].tag == tFin && d.noAnswer(k, s) { // and got no reply
			w.response = d.trim(rng{k, d.predicateEnd(k+1, s)})
			return
		}
		if d.toks[k].w.text == "that" && k+2 < s.b && d.toks[k+1].tag == tPron && d.couldBe(rng{k + 1, k + 2}, w) && (d.toks[k+2].tag == tFin || d.toks[k+2].tag.aux()) { // and that she had shrugged
			w.response = d.trim(rng{k + 2, d.predicateEnd(k+3, s)})
			return
		}
		if !subject && d.toks[k].tag == tBe && k+1 < s.b && d.toks[k+1].tag == tPart && d.toks[k+1].w.verb != nil && replies.has(d.toks[k+1].w.verb.lemma) {
			w.response = d.trim(rng{k, d.predicateEnd(k+1, s)}) // she briefed the board and was told to be quiet
			return
		}
		if v := d.toks[k].w.verb; subject && v != nil && d.toks[k].tag == tFin && speechVerbs.has(v.lemma) && !replies.has(v.lemma) {
			return // but says that: a claim
		}
		if subject && (d.toks[k].tag == tFin || d.toks[k].tag.aux()) {
			w.response = d.trim(rng{j + 1, d.predicateEnd(k+1, s)})
			return
		}
		if g, src, ok := d.firstVerb(rng{k, s.b}); ok && src.a == k && !d.warns(src) {
			if d.reacted(w, g, src, s, true) {
				return
			}
		}
		if g, src, ok := d.firstVerb(rng{k, s.b}); ok && d.warns(src) {
			d.fate(w, g, src, s)
			return
		}
	}
}

// noAnswer reads "heard nothing", "got no reply".
func (d *doc) noAnswer(k int, s rng) bool {
	v := d.toks[k].w.verb.lemma
	if v != "hear" && v != "get" && v != "receive" && v != "meet" || k+1 >= s.b {
		return false
	}
	switch d.toks[k+1].w.text {
	case "nothing", "no", "little":
		return true
	}
	return false
}

// fate reads what became of the warning itself: "but the news never left the building".
func (d *doc) fate(w *warning, g group, src rng, s rng) {
	v := d.toks[g.head].w.verb
	if v == nil {
		return
	}
	if r, ok := d.limitAt(g.head, s); ok && w.limits.empty() {
		w.limits = r
		return
	}
	if disposals.has(v.lemma) || v.lemma == "get" || v.lemma == "go" || v.lemma == "reach" || v.lemma == "fall" || d.negated(g.rng) {
		w.response = d.trim(rng{g.a, d.predicateEnd(g.b, s)})
		w.after = src
	}
}

// sentenceAfter is the sentence behind s, in the same quotation where s stands in one.
func (d *doc) sentenceAfter(s rng) (rng, bool) {
	i := s.b
	for i < len(d.toks) && d.toks[i].close {
		i++
	}
	if i >= len(d.toks) {
		return rng{}, false
	}
	q := d.toks[s.a].quote
	for q >= 0 && !d.quotes[q].clause {
		q = d.quotes[q].outer
	}
	if q >= 0 && i < d.quotes[q].b {
		return d.innerSentence(i, d.sents[d.toks[i].sent].rng), true
	}
	si := int(d.toks[i].sent)
	if si == int(d.toks[s.a].sent) {
		si++
	} else if d.toks[i].open && d.toks[i].quote >= 0 && d.quotes[d.toks[i].quote].clause && i+1 < len(d.toks) {
		return d.innerSentence(i+1, d.sents[si].rng), true
	}
	if si >= len(d.sents) {
		return rng{}, false
	}
	n := d.sents[si].rng
	return rng{n.a, min(n.b, n.a+maxSentence)}, true
}

// firstVerb finds a sentence's first verb with a subject that is no relative pronoun.
func (d *doc) firstVerb(n rng) (group, rng, bool) {
	for j := n.a; j < n.b && j < n.a+40; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < n.b && t.mark == '"' {
			j = int(t.mate)
			continue
		}
		if t.mark == ';' || t.mark == ':' {
			return group{}, rng{}, false
		}
		if t.tag != tFin && !t.tag.aux() {
			continue
		}
		src, ok := d.subjectOf(j, n)
		if !ok || src.b-src.a == 1 && d.toks[src.a].tag == tRel {
			continue
		}
		h := j
		for h < n.b && (d.toks[h].tag.aux() || d.toks[h].tag == tAdv || d.toks[h].tag == tNeg) {
			h++
		}
		if h >= n.b || !d.toks[h].tag.verbal() {
			h = j
		}
		g := d.groupAt(h, n)
		g.a = min(g.a, j)
		if h == j && t.tag == tBe {
			g.b = h + 1
		}
		return g, src, true
	}
	return group{}, rng{}, false
}

// aftermath reads the one or two sentences behind a warning for what they add to it.
func (d *doc) aftermath(w *warning, s rng) {
	for k := 0; k < 3; k++ {
		n, ok := d.sentenceAfter(s)
		if !ok || n.b-n.a < 2 {
			return
		}
		g, src, ok := d.firstVerb(n)
		if !ok {
			return
		}
		samePara := d.sents[d.toks[n.a].sent].para == d.sents[d.toks[s.a].sent].para
		if v := d.toks[g.head].w.verb; v != nil && v.warns&(wWarn|wCall) != 0 {
			return
		}
		if !d.adds(w, g, src, n, samePara) && !samePara {
			return
		}
		s = n
	}
}

// adds reads a sentence with the verb group g and the subject src; it tells whether the sentence goes
// on with the warning.
func (d *doc) adds(w *warning, g group, src, n rng, samePara bool) bool {
	pron := src.b-src.a == 1 && d.toks[src.a].tag == tPron
	word := d.toks[src.a].w.text
	if v := d.toks[g.head].w.verb; samePara && d.nobody(src) && v != nil && tellsMore.has(v.lemma) && w.limits.empty() { // nobody said where
		w.limits = d.trim(rng{src.a, d.predicateEnd(g.b, n)})
		return true
	}
	if pron && (word == "it" || word == "this") && samePara || pron && (word == "we" || word == "i" || word == "he" || word == "she") && (d.sameWords(src, w.warner) || d.mayBe(src, w.warner)) || d.likeParty(src, w.warner) && samePara {
		found := false
		for j := g.head; j < n.b; j++ {
			t := &d.toks[j]
			if !t.tag.verbal() || t.tag == tIng {
				continue
			}
			if r, ok := d.limitAt(j, n); ok && w.limits.empty() {
				w.limits, found = r, true
				break
			}
			if v := t.w.verb; v != nil && w.threat.empty() && pron && word == "it" && j+1 < n.b && (v.lemma == "concern" || v.lemma == "mention" || v.lemma == "describe") && d.startsNP(j+1) && t.tag == tFin {
				w.threat, found = d.trim(rng{j + 1, d.threatEnd(j+1, n)}), true
				break
			}
			if r, ok := d.basisAt(j, n); ok && w.basis.empty() && pron && word == "it" {
				w.basis, found = r, true
				break
			}
		}
		if found {
			return true
		}
		if has := d.hadItFrom(w, g, n); has {
			return true
		}
	}
	if w.response.empty() && d.reacted(w, g, src, n, samePara) {
		return true
	}
	return false
}

// hadItFrom reads "He had it from a porter".
func (d *doc) hadItFrom(w *warning, g group, n rng) bool {
	i := g.b
	if i+2 >= n.b || d.toks[g.head].tag != tHave && (d.toks[g.head].w.verb == nil || d.toks[g.head].w.verb.lemma != "hear") {
		return false
	}
	if d.toks[i].w.text != "it" && d.toks[i].w.text != "this" || d.toks[i+1].w.text != "from" {
		return false
	}
	e := d.partyEnd(i+2, n)
	w.basis = d.trim(rng{i + 2, e})
	if e < n.b && d.toks[e].w.text == "that" && w.threat.empty() {
		w.threat, w.clause = d.trim(rng{e, d.thatEnd(w, e, n)}), true
		d.threatPlace(w)
		d.findHedge(w)
	}
	return true
}

// mayBe tells whether he or she can stand for a party: one person.
func (d *doc) mayBe(src, p rng) bool {
	if p.empty() || d.toks[src.a].w.text != "he" && d.toks[src.a].w.text != "she" {
		return false
	}
	h := d.headOf(p)
	t := &d.toks[h]
	return (t.is(person) || offices.has(t.w.text) || t.tag == tName) && !plural(d, h)
}

// sameWords tells whether two phrases are the same pronoun.
func (d *doc) sameWords(a, b rng) bool {
	return !b.empty() && d.words(a) != "" && d.low(a.a) == d.low(b.a) && a.b-a.a == 1 && b.b-b.a == 1
}

// likeParty tells whether a subject names the party again: by its last word, or as another name of
// the same state or body.
func (d *doc) likeParty(src, p rng) bool {
	if src.empty() || p.empty() || d.toks[src.a].tag == tPron {
		return false
	}
	if d.sameParty(src, p) {
		return true
	}
	last := d.low(d.headOf(src))
	for i := p.a; i < p.b; i++ {
		if d.toks[i].kind == letters && d.low(i) == last && (d.toks[i].tag == tNoun || d.toks[i].tag == tName) {
			return true
		}
	}
	return d.partyWithin(src, p)
}

// headOf is the head of a noun phrase: its last word before a preposition or a comma.
func (d *doc) headOf(r rng) int {
	h := r.a
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		if i > r.a && (t.tag == tPrep || t.mark == ',' || t.tag == tRel || t.open) {
			break
		}
		h = i
	}
	return h
}

// partyWithin tells whether the party that src names is one of those that p names.
func (d *doc) partyWithin(src, p rng) bool {
	want := d.partyOf(src)
	if want == nil {
		return false
	}
	_, ok := d.namingIn(p, func(x *party) bool { return x == want })
	return ok
}

// reacted reads what the party told did: "The clerk filed the call", "They let her go",
// "Security was tightened".
func (d *doc) reacted(w *warning, g group, src, n rng, samePara bool) bool {
	t := &d.toks[g.head]
	v := t.w.verb
	if v == nil {
		return false
	}
	e := d.predicateEnd(max(g.b, g.head+1), n)
	word := d.low(d.headOf(src))
	pron := src.b-src.a == 1 && d.toks[src.a].tag == tPron
	switch {
	case g.passive && d.warns(src) && samePara && !pron:
		if !disposals.has(v.lemma) && !(d.negated(g.rng) && v.warns&wPass != 0) && !d.disposed(rng{g.a, e}) {
			return false
		}
		w.after = src
	case !g.passive && d.warns(src) && enables.has(v.lemma) && samePara && !pron:
		o := warning{recipient: w.recipient}
		if d.enabled(&o, g, n) == g.head || o.response.empty() {
			return false
		}
		w.response = o.response
		return true
	case !g.passive && samePara && measures.has(v.lemma) && g.b < n.b && d.startsNP(g.b) && !(w.noun(d) && w.recipient.empty()) && !d.likeParty(src, w.warner) && !d.sameWords(src, w.warner) && !d.warns(src) && (!pron || !d.mayBe(src, w.warner)):
	case g.passive && samePara && guards.has(word) && secures.has(v.lemma):
		w.response = d.trim(rng{src.a, e})
		return true
	case g.passive && !(v.lemma == "tell" || v.lemma == "promise" || v.lemma == "order" || v.lemma == "put"):
		return false
	case !w.recipient.empty() && d.likeParty(src, w.recipient):
		if v.stance != asserts && !reacts.has(v.lemma) && !replies.has(v.lemma) || v.warns&wWarn != 0 || v.frames&fClause != 0 && !replies.has(v.lemma) && !reacts.has(v.lemma) || v.frames&fClause != 0 && g.b < n.b && d.toks[g.b].w.text == "that" && !replies.has(v.lemma) || !samePara && !reacts.has(v.lemma) {
			return false
		}
	case samePara && someOf.has(d.toks[src.a].w.text) && !w.recipient.empty() && plural(d, d.headOf(w.recipient)) && (reacts.has(v.lemma) || replies.has(v.lemma)):
	case pron && samePara && d.toks[src.a].w.text != "it" && d.couldBe(src, w):
		if !reacts.has(v.lemma) && !replies.has(v.lemma) {
			return false
		}
	case pron && d.toks[src.a].w.text == "it" && samePara && d.couldBe(src, w):
		if !reacts.has(v.lemma) {
			return false
		}
	case !pron && samePara && responders.has(word) && definiteWords.has(d.toks[src.a].w.text) && !d.likeParty(src, w.warner):
		if !reacts.has(v.lemma) && !replies.has(v.lemma) {
			return false
		}
		if w.recipient.empty() {
			w.recipient = src
		}
	default:
		return false
	}
	for j := g.b; v.lemma == "tell" && !g.passive && j < n.b && j < g.b+5; j++ {
		if d.toks[j].tag == tSub {
			return false // tells us that
		}
	}
	if g.b < n.b && !g.passive && (v.lemma == "tell" || v.lemma == "ask") && d.isPress(rng{g.b, min(g.b+3, n.b)}) {
		return false
	}
	if disregards.has(v.lemma) && d.hasClass(rng{g.b, e}, warnNoun) {
		return false // a mention of its own
	}
	w.response = d.trim(rng{g.a, e})
	return !w.response.empty()
}

// disposed tells whether one of several participles says what was done: "was read and put by".
func (d *doc) disposed(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if v := d.toks[i].w.verb; v != nil && d.toks[i].is(vPart) && disposals.has(v.lemma) {
			return true
		}
	}
	return false
}

// couldBe tells whether a pronoun can stand for the party told rather than for who told it.
func (d *doc) couldBe(src rng, w *warning) bool {
	if w.recipient.empty() {
		return false
	}
	last := &d.toks[d.headOf(w.recipient)]
	many := plural(d, d.headOf(w.recipient)) || last.is(body) || last.tag == tName
	self := last.tag == tPron
	switch d.toks[src.a].w.text {
	case "they":
		return many || last.w.text == "them" || last.w.text == "police"
	case "he", "she":
		return last.is(person) && !many || last.w.text == "her" || last.w.text == "him" || offices.has(last.w.text)
	case "it":
		return !self && !last.is(person)
	case "we", "i":
		return last.w.text == "us" || last.w.text == "me" || d.toks[w.recipient.a].w.text == "our" || last.w.text == "ours" || d.toks[w.recipient.a].w.text == "my"
	}
	return false
}

// someOf are words for some of those who were told.
var someOf = set(`one another several some others both neither none few many most two three`)

// measures are steps that only a warning explains.
var measures = set(`cancel evacuate double close suspend tighten deploy halt postpone raid shelve ignore dismiss divert reinforce relocate cordon seal move clear search delete scramble reroute ground`)

var guards = set(`security guards patrols beaches area station building village villages bridge airport terminal road roads checkpoints alert level flights leave staff residents people families hotels
schools ferries trains services convoys event concert match market embassy consulate mission`)

var secures = set(`tighten double close evacuate clear reinforce cancel suspend seal cordon raise step move halt stop warn send call shut postpone search increase withdraw relocate`)

var responders = set(`police authorities officials commander commanders officer officers desk operator ministry minister mayor governor director guard guards manager captain handler clerk army agency chief
centre center council government command supervisor superiors superintendent headquarters office company board`)

// reacts are deeds that answer a warning, or leave it unanswered.
var reacts = set(`raid evacuate close clear order tighten double deploy send search arrest detain log file dismiss ignore shelve act respond refer set put suspend cancel postpone take underestimate
discard forward pass share move lower raise reinforce thank check seal cordon escort write do play laugh brush shrug wave sit rate treat disregard fail decline refuse mobilise mobilize increase draw
withdraw mark step stop halt shut call downgrade record register acknowledge overlook hang bin throw leave keep look investigate monitor promise assign station warn alert circulate convene meet summon
believe doubt heed shift stand block ban restrict inspect judge consider assume mistake save make activate open`)

var replies = set(`reply answer respond thank refuse advise ask acknowledge tell promise insist laugh order`)
