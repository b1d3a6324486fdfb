package prose

// accordingTo drafts "X, according to Y" and "according to Y, X".
func (d *doc) accordingTo(i int, s rng) *claim {
	c := &claim{cue: rng{i, i + 2}}
	if i+2 >= s.b {
		return nil
	}
	end := d.npEnd(i+2, s, true)
	// "a report quoting three sources": the participle opens another claim
	for j := i + 2; j < end; j++ {
		if d.toks[j].tag == tIng && d.toks[j].w.verb != nil && quoting.has(d.toks[j].w.verb.lemma) && !d.toks[j-1].tag.aux() {
			end = j
		}
	}
	c.source = d.trim(rng{i + 2, end})
	if c.source.empty() {
		return nil
	}
	if i > s.a && d.toks[i-1].tag != tConj {
		a := d.clauseStart(i, s)
		left := d.trim(rng{a, i})
		if !left.empty() && d.hasClause(left) {
			c.content = append(c.content, left)
			if end < s.b && d.toks[end].mark == ',' && d.toks[i-1].mark == ',' && !d.sentenceDone(left) {
				c.content = append(c.content, d.trim(rng{end + 1, d.contentEnd(end+1, s, true)}))
			}
			return c
		}
		if !left.empty() && end < s.b && d.toks[end].mark == ',' && d.toks[i-1].mark == ',' {
			c.content = append(c.content, left, d.trim(rng{end + 1, d.contentEnd(end+1, s, true)}))
			return dropEmpty(c)
		}
		if !left.empty() && (end >= s.b || d.toks[end].mark != ',') {
			c.content = append(c.content, left)
			return c
		}
	}
	if end < s.b {
		c.content = append(c.content, d.trim(rng{end, d.contentEnd(end, s, true)}))
	}
	return dropEmpty(c)
}

// speaker tells whether a noun phrase at i is one that speaks: a person, a body, a document,
// an outlet.
func (d *doc) speaker(i int, s rng) bool {
	e := d.npEnd(i, s, false)
	if e == i {
		return false
	}
	last := &d.toks[e-1]
	if last.is(person|body|document) && last.tag == tNoun {
		return true
	}
	if _, ok := d.namingIn(rng{i, e}, func(p *party) bool { return p.kind != "state" }); ok {
		return true
	}
	for j := i; j < e; j++ {
		if d.toks[j].is(person) && d.toks[j].tag == tNoun {
			return true
		}
	}
	return false
}

// quotingClaim drafts Y's claim in "X, citing Y, said Z": its content is X's.
func (d *doc) quotingClaim(i int, s rng) *claim {
	c := &claim{cue: rng{i, i + 1}, relay: true}
	c.source = d.trim(rng{i + 1, d.npEnd(i+1, s, true)})
	if c.source.empty() {
		return nil
	}
	return c
}

var quoting = newSet(map[string]bool{"quote": true, "cite": true})

// sentenceDone tells whether a clause before ", according to X," is whole: it has its verb.
func (d *doc) sentenceDone(r rng) bool { return d.hasClause(r) }

func dropEmpty(c *claim) *claim {
	kept := c.content[:0]
	for _, r := range c.content {
		if !r.empty() {
			kept = append(kept, r)
		}
	}
	if c.content = kept; len(kept) == 0 {
		return nil
	}
	return c
}

// reportedly drafts a claim without a source: the adverb is the cue, its clause the content.
func (d *doc) reportedly(i int, s rng) *claim {
	c := &claim{cue: rng{i, i + 1}}
	a := d.clauseStart(i, s)
	if src, ok := d.subjectOf(i, s); ok {
		a = src.a
	}
	if a < i {
		c.content = append(c.content, d.trim(rng{a, i}))
	}
	c.content = append(c.content, d.trim(rng{i + 1, d.contentEnd(i+1, s, true)}))
	return dropEmpty(c)
}

// prepClaim drafts cues that take a preposition: called for X, referred to X.
func (d *doc) prepClaim(c *claim, g group, s rng, v *verb) *claim {
	c.cue.b = g.b + 1
	if g.passive {
		return nil
	}
	if g.finite && d.toks[g.head].tag != tIng {
		src, ok := d.subjectOf(g.a, s)
		if !ok {
			return nil
		}
		c.source = src
	} else if !d.controller(c, g, s) {
		return nil
	}
	if c.cue.b < s.b && d.toks[c.cue.b].tag == tSub || d.toks[g.b].w.text == "out" {
		if start, ok := d.clauseAfter(c.cue.b, s); ok {
			return d.right(c, start, s)
		}
		if d.toks[g.b].w.text == "out" {
			return d.leftOnly(c, s)
		}
	}
	return d.right(c, c.cue.b, s)
}

// passiveClaim drafts "X is expected to Y", "X was told that", "X was asked about Y", "X
// was accused by Y".
func (d *doc) passiveClaim(c *claim, g group, s rng, v *verb) *claim {
	subject, ok := d.subjectOf(g.a, s)
	if !ok || g.b >= s.b {
		return nil
	}
	next := &d.toks[g.b]
	switch {
	case next.tag == tSub && subject.b-subject.a == 1 && d.toks[subject.a].w.text == "it": // it was reported that
		return d.right(c, g.b, s)
	case next.w.text == "as" && g.b+1 < s.b && d.toks[g.b+1].tag == tIng && d.toks[g.b+1].w.verb != nil && d.toks[g.b+1].w.verb.frames&fClause != 0:
		c.cue.b = g.b + 2 // was quoted as saying
		c.source = subject
		if start, ok := d.clauseAfter(c.cue.b, s); ok {
			return d.right(c, start, s)
		}
		return d.leftOnly(c, s)
	case next.tag == tTo && v.frames&fPassive != 0:
		c.content = append(c.content, subject, d.trim(rng{g.b, d.contentEnd(g.b, s, true)}))
		return c
	case v.frames&fAddressee != 0 && (next.tag == tSub || next.tag == tTo):
		c.addressee = subject
		return d.right(c, g.b, s)
	case next.w.text == "by":
		end := d.npEnd(g.b+1, s, true)
		c.source = d.trim(rng{g.b + 1, end})
		if v.frames&fAddressee != 0 && end < s.b { // were told by X to leave
			for j := end; j < s.b && j < end+4; j++ {
				if d.toks[j].tag == tTo || d.toks[j].tag == tSub && d.toks[j].w.text == "that" {
					c.addressee = subject
					return d.right(c, j, s)
				}
			}
		}
		c.content = append(c.content, subject)
		if c.source.empty() || byForce.has(v.lemma) && (d.perpetrator(c.source) || d.hasClass(c.source, weapon) || d.hasClass(subject, target|person)) {
			return nil
		}
		return c
	case v.frames&fCalled != 0 && (d.startsNP(g.b) || next.w.text == "as"):
		c.content = append(c.content, subject, d.trim(rng{g.b, d.contentEnd(g.b, s, true)}))
		return c
	}
	return nil
}

// nounClaim drafts "X's claim that S", "the report that S", "his support for X".
func (d *doc) nounClaim(i int, s rng) *claim {
	if i+1 >= s.b {
		return nil
	}
	next := &d.toks[i+1]
	c := &claim{cue: rng{i, i + 1}, noun: true}
	owner := rng{}
	a := i
	for a > s.a && (d.toks[a-1].tag == tAdj || d.toks[a-1].tag == tNoun) {
		a--
	}
	if a > s.a {
		switch p := &d.toks[a-1]; {
		case p.tag == tPoss:
			owner = rng{a - 1, a}
		case p.tag == tOwner && a-1 > s.a:
			owner = d.trimSubject(rng{d.npStart(a-2, s), a}, s)
		}
	}
	c.source = owner
	switch {
	case next.tag == tSub && next.w.text == "that":
		c.cue.a = a
		return d.right(c, i+1, s)
	case owner.empty() && unowned.has(d.toks[i].w.text) && next.w.text == "of" && i+2 < s.b:
		if r := d.trim(rng{i + 1, d.threatEnd(i+2, s)}); !r.empty() { // rumours of an attack
			c.cue.a = a
			c.content = append(c.content, r)
			return c
		}
	case !owner.empty() && (next.tag == tTo || next.tag == tPrep && nounPreps.has(next.w.text)):
		c.cue = rng{a, i + 2}
		if next.tag == tTo {
			c.cue.b--
		}
		end := d.npEnd(c.cue.b, s, true)
		if next.tag == tTo {
			end = d.contentEnd(c.cue.b, s, true)
		}
		r := d.trim(rng{c.cue.b, end})
		if r.empty() {
			return nil
		}
		c.content = append(c.content, r)
		return c
	}
	return nil
}

// unowned are nouns for what is said by nobody in particular.
var unowned = newSet(map[string]bool{"rumour": true, "rumours": true, "rumor": true, "rumors": true, "allegations": true})

var nounPreps = newSet(map[string]bool{"for": true, "of": true, "about": true, "on": true, "against": true, "over": true})

// colonClaim drafts a speaker and a colon: a headline's ": Report", a transcript's "COOPER:".
func (d *doc) colonClaim(i int, s rng) *claim {
	if i+1 >= s.b || !d.gapAfter(i) || headers.has(d.low(i-1)) {
		return nil
	}
	c := &claim{cue: rng{i, i + 1}}
	last := rng{i + 1, s.b}
	for !last.empty() && d.toks[last.b-1].kind == punct {
		last.b--
	}
	if n := last.b - last.a; n >= 1 && n <= 4 && i-s.a >= 4 && d.hasClause(rng{s.a, i}) && d.sourceWords(last) {
		c.source = last
		c.content = append(c.content, rng{s.a, i})
		return c
	}
	if d.toks[i].mark != ':' {
		return nil
	}
	// a speaker of a few words before the colon, words after it
	speaker := rng{s.a, i}
	if n := i - s.a; n > 6 || d.hasClause(speaker) || d.toks[s.a].kind != letters || !d.speakerWords(speaker) {
		return nil
	}
	end := s.b
	r := rng{i + 1, end}
	if r.b-r.a < 3 {
		return nil
	}
	c.source = d.trim(speaker)
	c.content = append(c.content, r)
	return c
}

// headers open the lines of a message's head.
var headers = newSet(map[string]bool{"from": true, "to": true, "sent": true, "subject": true, "subj": true, "re": true, "fw": true, "cc": true, "date": true, "info": true})

// sourceWords tells whether a headline's tail names a source.
func (d *doc) sourceWords(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if d.toks[i].is(document | person | body) {
			return true
		}
	}
	return false
}

// speakerWords tells whether words before a colon name a speaker: a name, or capitals.
func (d *doc) speakerWords(r rng) bool {
	if d.upper {
		return false
	}
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		if t.kind == letters && !t.capital && t.tag != tPrep && t.tag != tDet && t.tag != tOwner {
			return false
		}
	}
	last := &d.toks[r.b-1]
	return last.tag == tName && (d.toks[r.a].tag == tName || d.toks[r.a].is(title|person) || r.b-r.a == 1 || last.is(person|title))
}

var attitude = newSet(map[string]bool{"eager": true, "confident": true, "optimistic": true, "pessimistic": true, "skeptical": true, "sceptical": true, "critical": true,
	"supportive": true, "aware": true, "unaware": true, "concerned": true, "worried": true, "afraid": true, "proud": true, "hopeful": true, "doubtful": true,
	"convinced": true, "adamant": true, "wary": true, "sure": true, "certain": true, "willing": true, "ready": true, "reluctant": true, "hesitant": true,
	"disappointed": true, "surprised": true, "angry": true, "unhappy": true, "glad": true})

// attitudeClaim drafts "X is confident that S", "X is eager to Y".
func (d *doc) attitudeClaim(i int, s rng) *claim {
	if i+1 >= s.b || i == s.a {
		return nil
	}
	g := i
	for g > s.a && (d.toks[g-1].tag == tAdv || d.toks[g-1].tag.aux() || d.toks[g-1].tag == tNeg) {
		g--
	}
	if g == i {
		return nil
	}
	next := &d.toks[i+1]
	if next.tag != tTo && !(next.tag == tSub && next.w.text == "that") && !(next.tag == tPrep && (next.w.text == "of" || next.w.text == "about")) {
		return nil
	}
	src, ok := d.subjectOf(g, s)
	if !ok {
		return nil
	}
	c := &claim{cue: rng{g, i + 1}, source: src, noun: true}
	start := i + 1
	if next.tag == tPrep {
		c.cue.b, start = i+2, i+2
	}
	return d.right(c, start, s)
}

// carryQuotes ties a quotation that stands alone to the claim before it.
func (d *doc) carryQuotes() {
	last := map[int]*claim{} // by sentence: the last claim whose content is a quotation or open
	for _, c := range d.claims {
		if c.parent == nil && d.canCarry(c) {
			last[c.sent] = c
		}
	}
	var open *claim
	for i := range d.sents {
		s := d.sents[i]
		if c := last[i]; c != nil {
			open = c
			continue
		}
		if open == nil {
			continue
		}
		if i > 0 && d.sents[i].para > d.sents[open.sent].para+4 {
			open = nil
			continue
		}
		if r := d.allQuote(s.rng); !r.empty() && len(open.content) < 12 {
			open.content = append(open.content, r)
			continue
		}
		open = nil
	}
}

// canCarry tells whether a claim's words can go on in a quotation that follows.
func (d *doc) canCarry(c *claim) bool {
	if q := d.toks[c.cue.a].quote; q >= 0 && d.quotes[q].clause {
		return false // said inside the quotation
	}
	if len(c.content) == 0 || c.verb == nil && d.toks[c.cue.a].w.text != "according" {
		return false
	}
	if c.verb != nil && c.verb.frames&fClause == 0 && c.verb.frames&fAddressee == 0 {
		return false
	}
	return true
}

// allQuote gives the quotation that fills a sentence, if one does.
func (d *doc) allQuote(s rng) rng {
	t := &d.toks[s.a]
	if t.mark != '"' || t.quote < 0 {
		return rng{}
	}
	q := d.quotes[t.quote]
	if q.a != s.a || q.b < s.b-1 {
		return rng{}
	}
	return rng{s.a, min(q.b, s.b)}
}

// nestClaims finds for each claim the innermost other one whose content holds its cue.
func (d *doc) nestClaims() {
	// claims of one sentence are few; a quotation carried on belongs to the claim's sentence
	for start := 0; start < len(d.claims); {
		end := start + 1
		for end < len(d.claims) && end-start < 200 && d.claims[end].sent == d.claims[start].sent {
			end++
		}
		d.nestAmong(d.claims[start:end], d.claims[max(0, start-40):start])
		start = end
	}
}

func (d *doc) nestAmong(cs, earlier []*claim) {
	for _, c := range cs {
		if c.relay {
			continue
		}
		best := 1 << 30
		for _, lists := range [2][]*claim{cs, earlier} {
			for _, o := range lists {
				if o == c || o.relay {
					continue
				}
				for _, piece := range o.content {
					if piece.covers(c.cue) && piece.b-piece.a < best && !holdsAny(c, o.cue) {
						best = piece.b - piece.a
						c.parent = o
					}
				}
			}
		}
	}
}

func holdsAny(c *claim, r rng) bool {
	for _, p := range c.content {
		if p.covers(r) {
			return true
		}
	}
	return false
}
