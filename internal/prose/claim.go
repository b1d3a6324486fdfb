package prose

import (
	"sort"
	"strings"
)

// claim is what somebody says, writes or thinks, while the text is read.
type claim struct {
	id        string
	sent      int
	source    rng
	cue       rng
	more      rng // the rest of a cue that its source or content splits: "quoted X as saying"
	content   []rng
	addressee rng
	hedge     rng
	caveat    rng
	stance    stance
	parent    *claim
	denies    *claim
	same      *claim
	verb      *verb
	anon      bool
	unheard   bool // left out: its speaker is a pronoun in a quotation of nobody's
	relay     bool // "citing Y": the content is that of the claim that cites
	noun      bool // the cue is a noun or an adjective: weaker evidence
}

// findClaims drafts the claims of each sentence, then ties quotations without a cue to the
// claim before them, and claims inside claims to the outer one.
func (d *doc) findClaims() {
	for i := range d.sents {
		d.claimsOf(i, d.sents[i].rng, -1)
	}
	sort.SliceStable(d.claims, func(i, j int) bool { return d.claims[i].cue.a < d.claims[j].cue.a })
	d.carryQuotes()
}

// claimsOf reads one sentence at one depth: quotations that are speech are read as
// sentences of their own.
func (d *doc) claimsOf(si int, s rng, q int32) {
	for i := s.a; i < s.b; i++ {
		t := &d.toks[i]
		if t.open && t.quote >= 0 && t.quote != q && (t.mark == '"' || t.mark == '\'') {
			inner := d.quotes[t.quote]
			if inner.a == i && inner.clause {
				d.claimsOfQuote(si, t.quote, s.b)
				i = min(inner.b, s.b) - 1
				continue
			}
		}
		if c := d.claimAt(i, s); c != nil {
			c.sent = si
			d.claims = append(d.claims, c)
		}
	}
}

// claimsOfQuote reads the sentences of a quotation.
func (d *doc) claimsOfQuote(si int, q int32, end int) {
	in := rng{d.quotes[q].a + 1, min(d.quotes[q].b, end)}
	if !d.quotes[q].goesOn && in.b > in.a && d.toks[in.b-1].close {
		in.b--
	}
	start := in.a
	for i := in.a; i < in.b; i++ {
		m := d.toks[i].mark
		if (m == '.' || m == '!' || m == '?') && d.toks[i].quote == q || i == in.b-1 {
			d.claimsOf(si, rng{start, i + 1}, q)
			start = i + 1
		}
	}
}

// claimAt drafts the claim whose cue's head is token i, if it is one.
func (d *doc) claimAt(i int, s rng) *claim {
	t := &d.toks[i]
	switch {
	case t.w.text == "according" && i+1 < s.b && d.toks[i+1].w.text == "to":
		return d.accordingTo(i, s)
	case t.w.verb != nil && quoting.has(t.w.verb.lemma) && (t.tag == tIng || t.tag == tFin) && i+1 < s.b && d.speaker(i+1, s):
		return d.quotingClaim(i, s)
	case t.w.verb != nil && t.tag == tIng && i-1 > s.a && d.toks[i-1].w.text == "as" && d.toks[i-2].tag == tPart:
		return nil // was quoted as saying: the participle's own claim
	case t.w.verb != nil && t.tag == tIng && i-1 > s.a && d.toks[i-1].w.text == "as":
		return d.quotedSaying(i, s)
	case t.w.text == "put" && t.tag.verbal():
		return d.putAt(i, s)
	case t.tag == tPrep && t.w.text == "in" && i+3 < s.b:
		return d.inTheView(i, s)
	case t.w.verb != nil && (t.tag == tFin || t.tag == tBase || t.tag == tIng || t.tag == tPart):
		return d.verbClaim(i, s)
	case t.tag == tAdv && (t.w.text == "reportedly" || t.w.text == "allegedly"):
		return d.reportedly(i, s)
	case t.is(saying) && t.tag == tNoun:
		return d.nounClaim(i, s)
	case (t.mark == ':' || t.mark == '-' && d.gapBefore(i) && d.gapAfter(i)) && i > s.a:
		return d.colonClaim(i, s)
	case t.is(adj) && t.tag == tAdj && attitude.has(t.w.text):
		return d.attitudeClaim(i, s)
	}
	return nil
}

// quotedSaying drafts Y's claim in "X quoted Y as saying that S".
func (d *doc) quotedSaying(i int, s rng) *claim {
	v := d.toks[i].w.verb
	h := i - 2
	for h >= s.a && i-h < 20 && d.toks[h].kind != punct && !(d.toks[h].tag == tFin && d.toks[h].w.verb != nil) {
		h--
	}
	if h < s.a || d.toks[h].kind == punct || !quoting.has(d.toks[h].w.verb.lemma) || v.frames&fClause == 0 {
		return d.verbClaim(i, s)
	}
	c := &claim{cue: d.groupAt(h, s).rng, more: rng{i - 1, i + 1}, source: d.trim(rng{h + 1, i - 1}), verb: v}
	if start, ok := d.clauseAfter(i+1, s); ok && !c.source.empty() {
		return d.right(c, start, s)
	}
	return nil
}

// putAt drafts "X put the toll at 57": an estimate.
func (d *doc) putAt(i int, s rng) *claim {
	g := d.groupAt(i, s)
	src, ok := d.subjectOf(g.a, s)
	if !ok || g.passive || g.b >= s.b || !d.startsNP(g.b) {
		return nil
	}
	e := d.npEnd(g.b, s, false)
	if e+1 >= s.b || d.toks[e].w.text != "at" || d.toks[e+1].tag != tNum && !d.toks[e+1].open && d.toks[e+1].tag != tAdj {
		return nil
	}
	end := d.npEnd(e+1, s, false)
	if end == e+1 {
		end++
	}
	return &claim{cue: g.rng, more: rng{e, e + 1}, source: src, verb: d.toks[i].w.verb, content: []rng{d.trim(rng{g.b, e}), d.trim(rng{e + 1, end})}}
}

// inTheView drafts "in the view of X, S" and "in its view S".
func (d *doc) inTheView(i int, s rng) *claim {
	c := &claim{noun: true}
	n := &d.toks[i+2]
	switch {
	case d.toks[i+1].w.text == "the" && views.has(n.w.text) && d.toks[i+3].w.text == "of" && i+4 < s.b:
		e := d.npEnd(i+4, s, false)
		c.cue, c.source = rng{i, i + 4}, d.trim(rng{i + 4, e})
	case d.toks[i+1].tag == tPoss && views.has(n.w.text):
		c.cue, c.source, c.more = rng{i, i + 1}, rng{i + 1, i + 2}, rng{i + 2, i + 3}
	default:
		return nil
	}
	end := max(c.cue.b, c.source.b, c.more.b)
	if left := d.trim(rng{d.clauseStart(i, s), i}); i > s.a && d.hasClause(left) {
		c.content = append(c.content, left)
		if end < s.b && d.toks[end].mark == ',' && d.toks[i-1].mark == ',' {
			c.content = append(c.content, d.trim(rng{end + 1, d.contentEnd(end+1, s, true)}))
		}
		return dropEmpty(c)
	}
	if end < s.b {
		c.content = append(c.content, d.trim(rng{end, d.contentEnd(end, s, true)}))
	}
	return dropEmpty(c)
}

var views = newSet(map[string]bool{"view": true, "opinion": true, "words": true, "judgement": true, "judgment": true, "estimation": true})

// verbClaim drafts the claim of a cue verb.
func (d *doc) verbClaim(h int, s rng) *claim {
	v := d.toks[h].w.verb
	if v.frames == 0 {
		if p, ok := phrasal[v.lemma]; ok {
			return d.phrasalClaim(p, h, s)
		}
		return nil
	}
	g := d.groupAt(h, s)
	if d.toks[h].tag == tPart && !g.passive && g.a == h {
		return nil // reduced relative: a book titled, claims made
	}
	c := &claim{cue: g.rng, verb: v, stance: v.stance}
	if !d.aClaim(c, g, s, v) {
		return nil
	}
	if v.frames&fPrep != 0 && g.b < s.b && v.preps[d.toks[g.b].w.text] {
		return d.prepClaim(c, g, s, v)
	}
	if g.passive {
		return d.passiveClaim(c, g, s, v)
	}
	inverted := d.inverted(g, s, v)
	switch {
	case inverted:
		return d.invertedClaim(c, g, s)
	case d.toks[h].tag == tIng || g.to || !g.finite:
		if !d.controller(c, g, s) {
			return nil
		}
	default:
		src, ok := d.subjectOf(g.a, s)
		if !ok {
			return nil
		}
		c.source = src
	}
	if c.cue.b > g.b {
		g.b = c.cue.b
		v = d.toks[g.b-1].w.verb
	}
	if d.weakSource(c) || g.b < s.b && d.otherKind(g.b, s) || d.byForce(c, g, s, v) {
		return nil
	}
	return d.complement(c, g, s, v)
}

// aClaim tells what a verb of saying does not say: "asked not to be named", "calling itself X",
// "refers to X as Y", "said nothing". A refusal to accept is a denial.
func (d *doc) aClaim(c *claim, g group, s rng, v *verb) bool {
	at := func(k int) string {
		if g.b+k < s.b {
			return d.toks[g.b+k].w.text
		}
		return ""
	}
	negated := false
	for i := g.a; i < g.b; i++ {
		negated = negated || d.toks[i].tag == tNeg || d.toks[i].is(neg) || strings.HasSuffix(d.toks[i].w.text, "n't")
	}
	switch v.lemma {
	case "know":
		return !(g.a-2 > s.a && d.letKnow(g.a, s))
	case "ask":
		return !(at(0) == "not" && at(1) == "to" && at(2) == "be")
	case "call", "name", "style":
		return at(0) != "itself" && at(0) != "himself" && at(0) != "herself" && at(0) != "themselves"
	case "say":
		return at(0) != "nothing" && at(0) != "little" && at(0) != "so"
	case "refer":
		e := min(g.b+8, s.b)
		for i := g.b; i < e && d.toks[i].kind != punct; i++ {
			if d.toks[i].w.text == "as" {
				return false
			}
		}
	case "accept":
		if !negated {
			return false
		}
		c.stance = denies
	case "decline", "refuse": // declined to say whether
		if i := g.b + 1; at(0) == "to" && i < s.b && d.toks[i].tag == tBase && d.toks[i].w.verb != nil && d.toks[i].w.verb.frames&fClause != 0 && i+1 < s.b && d.toks[i+1].kind != punct {
			c.cue.b = i + 1
		} else if at(0) == "to" && i < s.b && (d.toks[i].w.verb == nil || d.toks[i].w.verb.frames&fClause == 0) {
			return false // refused to go
		}
	case "cite":
		return !(d.toks[g.head].tag == tIng && g.b < s.b && d.toks[g.b].tag != tSub) // what a warning rests on
	}
	return true
}

// letKnow tells "let X know", which is telling X.
func (d *doc) letKnow(i int, s rng) bool {
	for j := i - 1; j >= s.a && i-j < 8; j-- {
		if d.toks[j].w.text == "let" || d.toks[j].w.text == "lets" || d.toks[j].w.text == "letting" {
			return true
		}
		if t := d.toks[j].tag; !t.nominal() && t != tPoss && t != tPron {
			return false
		}
	}
	return false
}

// phrasal are verbs that doubt or deny only with their particle.
var phrasal = map[string]phrase{"play": {"down", doubts}, "laugh": {"off", doubts}, "brush": {"off", denies}, "shrug": {"off", doubts}, "rule": {"out", denies}}

type phrase struct {
	particle string
	stance   stance
}

// phrasalClaim drafts "X played down the report".
func (d *doc) phrasalClaim(p phrase, h int, s rng) *claim {
	g := d.groupAt(h, s)
	if g.passive || !g.finite || g.b+1 >= s.b || d.toks[g.b].w.text != p.particle || !d.startsNP(g.b+1) {
		return nil
	}
	c := &claim{cue: rng{g.a, g.b + 1}, verb: d.toks[h].w.verb, stance: p.stance}
	src, ok := d.subjectOf(g.a, s)
	if !ok {
		return nil
	}
	c.source = src
	return d.right(c, g.b+1, s)
}

// otherKind tells what is no claim though its verb could make one: "claimed responsibility",
// "claiming the lives of".
func (d *doc) otherKind(i int, s rng) bool {
	for j := i; j < s.b && j < i+3; j++ {
		switch d.toks[j].w.text {
		case "responsibility", "lives", "life":
			return d.toks[i].tag != tSub
		}
	}
	return false
}

// byForce tells verbs of blame that mean a deed here: gunmen attacked a market, a bomb hit a
// bus.
func (d *doc) byForce(c *claim, g group, s rng, v *verb) bool {
	if !byForce.has(v.lemma) {
		return false
	}
	if !c.source.empty() && d.perpetrator(c.source) {
		return true
	}
	e := d.npEnd(g.b, s, false)
	return e > g.b && d.hasClass(rng{g.b, e}, target|placeNoun)
}

var byForce = newSet(map[string]bool{"attack": true, "blast": true, "hit": true, "shoot": true, "fire": true, "strike": true})

// weakSource refuses subjects that cannot speak: there, it with a verb of seeming.
func (d *doc) weakSource(c *claim) bool {
	return !c.source.empty() && c.source.b-c.source.a == 1 && d.toks[c.source.a].w.text == "there"
}

// controller finds who speaks where the cue is a participle or an infinitive: the subject
// of the verb before it.
func (d *doc) controller(c *claim, g group, s rng) bool {
	i := g.a - 1
	if i >= s.a && d.toks[i].tag == tConj {
		i--
	}
	for j := i; j >= s.a && i-j < 60; j-- {
		t := &d.toks[j]
		if t.close && t.mate >= int32(s.a) && int(t.mate) < j {
			if t.mark == '"' {
				j = int(t.mate)
				continue
			}
		}
		if t.tag == tFin || t.tag == tBe || t.tag == tHave || t.tag == tModal || t.tag == tDo {
			k := j
			for k > s.a && (d.toks[k-1].tag.aux() || d.toks[k-1].tag == tAdv || d.toks[k-1].tag == tNeg) {
				k--
			}
			if src, ok := d.subjectOf(k, s); ok {
				c.source = src
				if src.b-src.a == 1 && d.toks[src.a].tag == tRel {
					continue
				}
				return true
			}
			// "…," said X, adding that
			if d.toks[j].w.verb != nil && d.toks[j].w.verb.frames&fClause != 0 && j+1 < s.b && d.startsNP(j+1) {
				c.source = d.trim(rng{j + 1, d.npEnd(j+1, s, true)})
				return !c.source.empty()
			}
			return false
		}
	}
	// "X calling for": a noun phrase right before
	if i >= s.a && d.toks[i].tag.nominal() && d.toks[i].tag != tOwner && d.toks[g.head].tag == tIng && i == g.a-1 {
		c.source = d.trimSubject(rng{d.npStart(i, s), i + 1}, s)
		return !c.source.empty()
	}
	if i > s.a && d.toks[i].mark == ',' && d.toks[i-1].tag.nominal() && d.npStart(i-1, s) == s.a { // "X, citing a study, …"
		c.source = rng{s.a, i}
		return true
	}
	return d.toks[g.head].tag == tIng && g.a > s.a && d.toks[g.a-1].tag != tPrep
}

// inverted tells "…," said X and "…, says X".
func (d *doc) inverted(g group, s rng, v *verb) bool {
	if v.frames&fClause == 0 || !g.finite || g.b >= s.b || g.a == s.a {
		return false
	}
	p := &d.toks[g.a-1]
	if p.kind != punct || p.mark != ',' && !p.close && p.mark != '?' && p.mark != '!' && p.mark != '-' {
		return false
	}
	n := &d.toks[g.b]
	if !d.startsNP(g.b) || n.open || n.w.text == "that" {
		return false
	}
	if p.close && p.mark != '"' && p.mark != '\'' {
		return false
	}
	if !p.close || p.quote >= 0 && !d.quotes[p.quote].clause {
		if _, ok := d.subjectOf(g.a, s); ok && p.mark == ',' {
			return false
		}
	}
	end := d.npEnd(g.b, s, true)
	return end >= s.b || d.toks[end].kind == punct || d.toks[end].tag == tPron && p.close || d.toks[end].tag == tPrep || d.toks[end].tag == tAdv || d.toks[end].tag == tSub || d.toks[end].tag == tIng || d.toks[end].is(weekday|timenoun)
}

func (d *doc) invertedClaim(c *claim, g group, s rng) *claim {
	end := d.npEnd(g.b, s, true)
	if end < s.b && d.toks[end].tag == tPron { // reads a statement it issued
		end = d.nextComma(end, s)
	}
	c.source = d.trim(rng{g.b, end})
	left := d.leftContent(g.a, s)
	if left.empty() {
		return nil
	}
	c.content = append(c.content, left)
	if end < s.b && d.toks[end].mark == ',' {
		if right := d.splitOn(end+1, s); !right.empty() {
			c.content = append(c.content, right)
		}
	}
	return c
}

// splitOn gives the second half of content that the cue interrupts.
func (d *doc) splitOn(from int, s rng) rng {
	if from >= s.b {
		return rng{}
	}
	t := &d.toks[from]
	if t.open && t.mark == '"' {
		return rng{from, min(d.quotes[t.quote].b, s.b)}
	}
	return rng{}
}

// leftContent is what stands before a cue or its subject at i: the quotation that ends
// there, or the clause from the sentence's start.
func (d *doc) leftContent(i int, s rng) rng {
	end := i
	for end > s.a && d.toks[end-1].kind == punct && !d.toks[end-1].close {
		end--
	}
	if end <= s.a {
		return rng{}
	}
	if last := &d.toks[end-1]; last.close && last.quote >= 0 && d.quotes[last.quote].clause && (last.mark == '"' || last.mark == '\'') {
		a := max(d.quotes[last.quote].a, s.a)
		// words before the quotation belong to the content unless they end in a mark
		if a > s.a && d.toks[a-1].kind != punct {
			return rng{d.clauseStart(a, s), end}
		}
		return rng{a, end}
	}
	return rng{d.clauseStart(end, s), end}
}

// clauseStart is the sentence's start, or what follows the last strong mark before i.
func (d *doc) clauseStart(i int, s rng) int {
	a := s.a
	for j := i - 1; j >= s.a; j-- {
		t := &d.toks[j]
		if t.close && t.mate >= int32(s.a) && int(t.mate) < j {
			j = int(t.mate)
			continue
		}
		if t.mark == ';' || t.mark == '(' && t.mate >= int32(i) || t.mark == ':' && j > s.a {
			a = j + 1
			break
		}
	}
	for a < i && (d.toks[a].tag == tConj || d.toks[a].mark == ',') {
		a++
	}
	return a
}

// complement finds the content of a finite or controlled cue.
func (d *doc) complement(c *claim, g group, s rng, v *verb) *claim {
	i := g.b
	if i >= s.b {
		return d.leftOnly(c, s)
	}
	t := &d.toks[i]
	if v.stance == asks && d.startsNP(i) { // asked the Union for aircraft
		if end := d.npEnd(i, s, false); end+1 < s.b && d.toks[end].w.text == "for" && d.toks[end].tag == tPrep {
			if r := d.trim(rng{end, d.threatEnd(end+1, s)}); !r.empty() {
				c.addressee = d.trim(rng{i, end})
				c.content = append(c.content, r)
				return c
			}
		}
	}
	if v.frames&fClause != 0 {
		if left := d.bothSides(c, i, s); left != nil {
			return left
		}
		if start, ok := d.clauseAfter(i, s); ok {
			return d.right(c, start, s)
		}
		if left := d.leftOnly(c, s); left != nil && d.adverbialOnly(i, s, v) {
			return left
		}
	}
	if v.frames&fAddressee != 0 && d.startsNP(i) {
		end := d.npEnd(i, s, false)
		if start, ok := d.clauseAfter(end, s); ok {
			c.addressee = d.trim(rng{i, end})
			return d.right(c, start, s)
		}
		if end < s.b && (d.toks[end].tag == tTo || d.toks[end].tag == tNeg && end+1 < s.b && d.toks[end+1].tag == tTo) {
			c.addressee = d.trim(rng{i, end})
			return d.right(c, end, s)
		}
		if v.frames&(fThing|fCalled) == 0 || end >= s.b || d.toks[end].kind == punct {
			if left := d.leftOnly(c, s); left != nil {
				c.addressee = d.trim(rng{i, end})
				return left
			}
		}
	}
	if t.tag == tTo && (v.lemma == "seem" || v.lemma == "appear") && i+2 < s.b && d.toks[i+1].tag == tBase && d.toks[i+1].w.verb != nil && d.toks[i+1].w.verb.frames&fClause != 0 && !c.source.empty() {
		if start, ok := d.clauseAfter(i+2, s); ok { // the log appears to show that
			c.cue.b, c.hedge = i+2, c.cue
			return d.right(c, start, s)
		}
	}
	if t.tag == tTo && (v.lemma == "seem" || v.lemma == "appear") && !c.source.empty() {
		// "the talks seem to stall": nobody is named who says so
		c.content, c.source = append(c.content, c.source), rng{}
		return d.right(c, i, s)
	}
	if v.frames&(fInfinitive|fClause) != 0 && t.tag == tTo && v.frames&fInfinitive != 0 {
		return d.right(c, i, s)
	}
	if v.frames&(fCalled|fThing) != 0 && (d.startsNP(i) || t.tag == tIng || t.tag == tSub || t.open) && !timeWord(t) {
		return d.right(c, i, s)
	}
	if v.frames&fClause != 0 && d.startsNP(i) && sayings.has(v.lemma) && !d.toks[i].is(weekday|timenoun) && !d.adverbialOnly(i, s, v) {
		return d.right(c, i, s)
	}
	if v.frames&fClause != 0 && t.mark == ':' {
		return c // content may follow in the next paragraph
	}
	return nil
}

// bothSides reads "A," she added, "B": a quotation that its cue cuts in two.
func (d *doc) bothSides(c *claim, i int, s rng) *claim {
	if i+1 >= s.b || d.toks[i].mark != ',' || !d.toks[i+1].open || d.toks[i+1].mark != '"' || c.source.empty() || c.source.a <= s.a+1 {
		return nil
	}
	if p := &d.toks[c.source.a-1]; !p.close || p.mark != '"' || !d.quotes[p.quote].clause {
		return nil
	}
	c.content = append(c.content, d.leftContent(c.source.a, s), d.splitOn(i+1, s))
	return dropEmpty(c)
}

// sayings are verbs of a clause that make a claim of a thing as well: "learned of", "knew" and
// "ruled" do not.
var sayings = newSet(map[string]bool{"say": true, "predict": true, "forecast": true, "estimate": true, "suspect": true, "fear": true, "allege": true, "claim": true, "report": true, "suggest": true, "promise": true, "pledge": true, "announce": true, "confirm": true, "threaten": true, "declare": true})

// clauseAfter tells whether a clause or a quotation follows at i, and where it begins. What
// tells time, place or occasion may stand between the cue and "that".
func (d *doc) clauseAfter(i int, s rng) (int, bool) {
	if i >= s.b {
		return 0, false
	}
	t := &d.toks[i]
	if t.mark == ',' || t.mark == ':' {
		if i+1 < s.b && d.toks[i+1].open && d.toks[i+1].mark == '"' {
			return i + 1, true
		}
		if t.mark == ':' && i+1 < s.b {
			return i + 1, true
		}
		// stated, without any proof, that
		for j := i + 1; j+1 < s.b && j < i+10; j++ {
			if d.toks[j].mark == ',' {
				n := &d.toks[j+1]
				if n.tag == tSub && n.w.text == "that" || n.open && n.mark == '"' && d.toks[i+1].tag == tPrep {
					return j + 1, true
				}
				break
			}
		}
		return 0, false
	}
	if t.tag == tSub && t.w.text != "because" && t.w.text != "while" && t.w.text != "when" && t.w.text != "although" && t.w.text != "though" {
		return i, true
	}
	if t.open && t.mark == '"' {
		return i, true
	}
	if t.tag == tRel && t.w.text == "where" {
		return i, true
	}
	if t.tag == tPrep || t.tag == tAdv || t.is(weekday|timenoun) || t.tag == tDet && i+1 < s.b && d.toks[i+1].is(timenoun) || t.w.text == "last" {
		return d.afterAdverbials(i, s)
	}
	if (d.startsNP(i) || t.tag == tSub) && d.clauseSoon(i, s) {
		return i, true
	}
	return 0, false
}

// afterAdverbials looks past "on Monday in a statement" for "that", a quotation or a clause.
func (d *doc) afterAdverbials(i int, s rng) (int, bool) {
	for j := i; j < s.b && j < i+16; j++ {
		t := &d.toks[j]
		switch {
		case t.tag == tSub && (t.w.text == "that" || t.w.text == "whether" || t.w.text == "how" || t.w.text == "why"):
			return j, true
		case t.open && t.mark == '"' && t.quote >= 0 && d.quotes[t.quote].clause:
			return j, true
		case t.mark == ':' && j+1 < s.b:
			return j + 1, true
		case t.mark == ',' && j+1 < s.b && d.toks[j+1].open && d.toks[j+1].mark == '"':
			return j + 1, true
		case t.kind == punct:
			return 0, false
		case t.tag == tPron && t.is(subj) && j > i && d.toks[j-1].tag != tPrep:
			return j, true
		case t.tag == tFin || t.tag.aux():
			// the clause's subject began after the time: "said Monday the plan is dead"
			for k := i; k < j; k++ {
				if (d.toks[k].is(weekday|timenoun) || timeWord(&d.toks[k])) && k+1 < j && d.startsNP(k+1) {
					return k + 1, true
				}
			}
			if d.toks[i].tag == tAdv || d.toks[i].tag == tPrep && d.toks[i].w.text != "in" {
				return 0, false
			}
			return 0, false
		}
	}
	return 0, false
}

// clauseSoon tells whether a finite verb follows a noun phrase at i.
func (d *doc) clauseSoon(i int, s rng) bool {
	nominal := false
	for j := i; j < s.b && j < i+30; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		switch {
		case t.tag == tFin || t.tag.aux():
			return nominal
		case t.tag == tRel || t.mark == ';' || t.mark == '-' || t.tag == tSub && j > i:
			return false
		case t.mark == ',' && j+1 < s.b && (d.toks[j+1].tag == tIng || d.toks[j+1].tag == tConj):
			return false
		case t.tag.nominal() || t.tag == tPron:
			nominal = true
		}
	}
	return false
}

// adverbialOnly tells whether nothing but time, place and occasion follows a cue.
func (d *doc) adverbialOnly(i int, s rng, v *verb) bool {
	if i >= s.b {
		return true
	}
	t := &d.toks[i]
	if t.kind == punct || t.tag == tPrep || t.tag == tAdv || t.is(weekday|timenoun) || t.tag == tSub || t.tag == tIng || t.w.text == "last" || t.w.text == "this" || t.tag == tConj {
		return true
	}
	return v.frames&fAddressee != 0
}

// leftOnly gives the claim the content that stands before its subject.
func (d *doc) leftOnly(c *claim, s rng) *claim {
	start := c.cue.a
	if !c.source.empty() && c.source.a < start {
		start = c.source.a
	}
	if start <= s.a {
		return d.emptyContent(c, s)
	}
	p := &d.toks[start-1]
	if p.kind != punct || p.mark == '(' || p.open || p.mark == ':' || p.mark == ';' {
		return d.emptyContent(c, s)
	}
	left := d.leftContent(start, s)
	if left.empty() {
		return nil
	}
	if i := c.cue.b; p.mark == ',' && i+1 < s.b && d.toks[i].mark == ',' && d.toks[i+1].tag != tIng && d.toks[i+1].tag != tRel {
		// "Over the years, she said, it changed": the cue stands inside its content
		if right := d.trim(rng{i + 1, d.contentEnd(i+1, s, false)}); d.hasClause(right) && (!d.hasClause(left) || d.toks[left.a].tag == tPrep) {
			c.content = append(c.content, left, right)
			return c
		}
	}
	if p.mark == ',' && !d.hasClause(left) {
		return d.emptyContent(c, s)
	}
	if p.mark == ',' && d.toks[left.a].tag == tPrep && !d.mainClause(left) || d.toks[left.a].tag == tSub && p.mark == ',' && !d.mainClause(left) {
		return nil
	}
	c.content = append(c.content, left)
	// content that goes on after the cue: "A, he said, B"
	i := c.cue.b
	if i < s.b && d.toks[i].mark != ',' {
		for i < s.b && d.toks[i].kind != punct && i < c.cue.b+8 {
			i++
		}
	}
	if i < s.b && d.toks[i].mark == ',' {
		if right := d.splitOn(i+1, s); !right.empty() {
			c.content = append(c.content, right)
		} else if i == c.cue.b && i+1 < s.b && d.toks[i+1].tag != tIng && d.toks[i+1].tag != tRel && d.toks[i+1].tag != tSub && d.toks[i+1].tag != tConj && !p.close {
			c.content = append(c.content, d.trim(rng{i + 1, d.contentEnd(i+1, s, false)}))
		}
	}
	return c
}

// mainClause tells whether a finite verb stands after a comma or outside the clause that a
// subordinator opens.
func (d *doc) mainClause(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if d.toks[i].mark == ',' {
			return d.hasClause(rng{i, r.b})
		}
	}
	return false
}

// emptyContent keeps a claim whose words come in the next sentence: "Cruz continued:".
func (d *doc) emptyContent(c *claim, s rng) *claim { return nil }

// right takes the content that begins at i.
func (d *doc) right(c *claim, i int, s rng) *claim {
	if i >= s.b {
		return nil
	}
	t := &d.toks[i]
	if t.open && t.mark == '"' && t.quote >= 0 && d.quotes[t.quote].clause {
		q := d.quotes[t.quote]
		end := min(q.b, s.b)
		if end >= s.b || d.endsLikeSentence(end) {
			c.content = append(c.content, rng{i, end})
			return c
		}
	}
	end := d.contentEnd(i, s, true)
	if t.tag == tTo || t.tag != tSub && !t.open && !d.clauseSoon(i, s) {
		end = min(end, d.nextClause(i, s)) // "X criticised Y, and Z agreed"
	}
	if c.cue.a > s.a && d.toks[c.cue.a-1].mark == ',' && d.toks[c.cue.b-1].tag == tIng {
		end = min(end, d.asideEnd(i, s)) // "X, citing a study, blamed Y"
	}
	r := d.trim(rng{i, end})
	if r.empty() || d.whenOnly(r) {
		return nil
	}
	c.content = append(c.content, r)
	if c.stance == asserts && !c.addressee.empty() && d.toks[i].tag == tTo {
		c.stance = orders // told them to leave
	}
	return c
}

// whenOnly tells words that only say when: "I said Tuesday", "said it twice".
func (d *doc) whenOnly(r rng) bool {
	if d.toks[r.a].w.text == "it" && r.b-r.a <= 2 && d.toks[r.b-1].tag == tAdv {
		return true
	}
	for i := r.a; i < r.b; i++ {
		if t := &d.toks[i]; !t.is(weekday|timenoun) && !timeWord(t) && t.w.text != "last" && t.w.text != "next" && t.w.text != "this" {
			return false
		}
	}
	return true
}

// nextClause is the comma before "and" or "but" and a clause of its own.
func (d *doc) nextClause(i int, s rng) int {
	for j := i; j+2 < s.b; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		if t.mark == ',' && d.toks[j+1].tag == tConj && d.clauseAhead(j+2, s) {
			return j
		}
	}
	return s.b
}

// asideEnd is the comma that closes an aside when the sentence's verb follows it.
func (d *doc) asideEnd(i int, s rng) int {
	for j := i; j+1 < s.b; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		if t.mark == ',' && (d.toks[j+1].tag == tFin || d.toks[j+1].tag.aux()) {
			return j
		}
	}
	return s.b
}

// endsLikeSentence tells whether a quotation that ends before token end is whole.
func (d *doc) endsLikeSentence(end int) bool {
	m := d.toks[end-2].mark
	return m == '.' || m == ',' || m == '!' || m == '?'
}

// contentEnd is where a content that begins at i ends: at the sentence's end, or before
// another cue of the same speaker, a source in parenthesis, or the bracket around it.
func (d *doc) contentEnd(i int, s rng, cut bool) int {
	for j := i; j < s.b; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		if t.mark == ')' && t.close && int(t.mate) < i || t.mark == ';' {
			return j
		}
		if j+1 >= s.b || j == i {
			continue
		}
		n := &d.toks[j+1]
		if t.mark == ',' && d.attributed(j+1, s) {
			return j
		}
		if t.mark == ',' || t.mark == '-' {
			if n.w.text == "according" || n.w.verb != nil && n.tag == tIng && speaks(n.w.verb) && cut {
				return j
			}
			if n.tag == tConj && j+2 < s.b && d.newCue(j+2, s) {
				return j
			}
			if n.tag == tSub && n.w.text == "although" || n.tag == tConj && n.w.text == "but" {
				return j
			}
		}
		if t.w.text == "according" && n.w.text == "to" {
			return j
		}
		if t.tag == tConj && (t.w.text == "and" || t.w.text == "but") && d.newCue(j+1, s) {
			return j
		}
	}
	return s.b
}

// attributed tells whether "officials said" or "said the mayor" fills the sentence from i: the
// source of what stands before it.
func (d *doc) attributed(i int, s rng) bool {
	if i >= s.b {
		return false
	}
	h := i
	if d.toks[i].tag != tFin {
		if !d.startsNP(i) {
			return false
		}
		h = d.npEnd(i, s, true)
		for h < s.b && (d.toks[h].tag == tAdv || d.toks[h].tag == tHave || d.toks[h].mark == ',') {
			h++
		}
	}
	if h >= s.b || d.toks[h].tag != tFin && d.toks[h].tag != tPart || d.toks[h].w.verb == nil || d.toks[h].w.verb.frames&(fClause|fAddressee) == 0 || !speechVerbs.has(d.toks[h].w.verb.lemma) && d.toks[h].w.verb.lemma != "report" && d.toks[h].w.verb.lemma != "announce" {
		return false
	}
	if h+1 >= s.b {
		return true
	}
	n := &d.toks[h+1]
	if h > i {
		return n.kind == punct && !n.open || n.tag == tPrep || n.is(weekday|timenoun) || n.tag == tAdv || d.toks[h].w.verb.frames&fAddressee != 0
	}
	return d.startsNP(h + 1)
}

// speaks tells the verbs whose participle goes on with the outer speaker's words.
func speaks(v *verb) bool { return v.frames&fClause != 0 && speechVerbs.has(v.lemma) }

var speechVerbs = newSet(map[string]bool{"say": true, "add": true, "note": true, "cite": true, "tell": true, "argue": true, "claim": true, "insist": true, "suggest": true,
	"explain": true, "warn": true, "declare": true, "promise": true, "vow": true, "write": true, "observe": true, "conclude": true, "accuse": true, "stress": true})

// newCue tells whether a finite cue of speech begins at i, joined to an earlier verb.
func (d *doc) newCue(i int, s rng) bool {
	for i < s.b && (d.toks[i].tag == tAdv || d.toks[i].tag == tHave) {
		i++
	}
	if i >= s.b {
		return false
	}
	t := &d.toks[i]
	if t.w.verb != nil && t.tag == tFin && t.is(vPast|vS) && i-2 >= s.a && d.toks[i-2].close && t.w.verb.frames != 0 {
		return true // "…" and called it
	}
	return t.w.verb != nil && t.tag == tFin && t.is(vPast|vS) && t.w.verb.frames&(fClause|fAddressee) != 0 && i+1 < s.b &&
		(d.toks[i+1].tag == tSub || d.toks[i+1].tag == tTo || d.toks[i+1].open || d.toks[i+1].tag == tPron || d.toks[i+1].mark == ',' || d.toks[i+1].tag == tDet)
}
