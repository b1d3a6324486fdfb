package prose

// A group is a verb with its auxiliaries, negation and adverbs.
type group struct {
	rng
	head    int
	passive bool
	finite  bool
	to      bool // an infinitive
}

// groupAt gives the verb group whose head is token h of sentence s.
func (d *doc) groupAt(h int, s rng) group {
	g := group{rng: rng{h, h + 1}, head: h}
	headTag := d.toks[h].tag
	g.finite = headTag == tFin
	sawBe := false
	for i := h - 1; i >= s.a; i-- {
		t := &d.toks[i]
		switch {
		case t.tag == tAdv && !timeWord(t) && (i == s.a || d.toks[i-1].kind != punct || true) && !sentenceAdverb(t):
			if !d.adverbBelongs(i, s) {
				goto done
			}
			g.a = i
		case t.tag == tNeg:
			g.a = i
		case t.tag.aux() && headTag != tFin:
			sawBe = sawBe || t.tag == tBe
			g.finite = g.finite || t.w.text != "being" && t.w.text != "been" && t.w.text != "having" && t.w.text != "be"
			g.a = i
		case t.tag == tTo:
			g.a, g.to = i, true
			if i > s.a && d.toks[i-1].tag != tFin {
				goto done
			}
			goto done
		default:
			goto done
		}
	}
done:
	g.passive = sawBe && headTag == tPart
	return g
}

func timeWord(t *token) bool {
	switch t.w.text {
	case "today", "yesterday", "tomorrow", "tonight", "here", "there", "now", "however", "meanwhile", "instead":
		return true
	}
	return false
}

func sentenceAdverb(t *token) bool {
	switch t.w.text {
	case "however", "meanwhile", "nevertheless", "nonetheless", "moreover", "so", "then":
		return true
	}
	return false
}

// adverbBelongs keeps an adverb at the start of a sentence or after a mark out of the group
// unless something of the group stands before it.
func (d *doc) adverbBelongs(i int, s rng) bool { return i > s.a && d.toks[i-1].kind != punct }

// npStart walks left from the last word of a noun phrase to its first.
func (d *doc) npStart(last int, s rng) int {
	i := last
	if d.toks[i].tag == tPron && !objectPronoun(&d.toks[i]) {
		return i
	}
	for i > s.a {
		p := &d.toks[i-1]
		switch {
		case p.close && p.mate >= 0 && int(p.mate) >= s.a && (p.mark == ')' || p.mark == ']'):
			if int(p.mate) == s.a || d.toks[i].tag == tDet || d.toks[i].tag == tPoss || !d.toks[p.mate-1].tag.nominal() {
				return i
			}
			i = int(p.mate)
		case p.close && p.mate >= 0 && int(p.mate) > s.a && i-int(p.mate) <= 8 && (d.toks[p.mate-1].tag.nominal() || d.toks[p.mate-1].tag == tPoss):
			i = int(p.mate) // a word set apart by quotation marks
		case (d.toks[i].tag == tDet || d.toks[i].tag == tPoss) && (p.tag == tNoun || p.tag == tName || p.tag == tNum):
			return i // an article opens a phrase of its own
		case p.tag.nominal() || p.tag == tPoss:
			i--
		case p.tag == tPrep && i-1 > s.a && d.attaches(i-1):
			i--
		case (p.tag == tPart || p.tag == tIng) && i-1 > s.a && d.toks[i-2].tag.nominal() && d.toks[i-2].tag != tOwner:
			i--
		case p.tag == tConj && (p.w.text == "and" || p.w.text == "or") && i-1 > s.a && d.joinsNames(i-1):
			i--
		case p.tag == tPron && d.toks[i].w.text == "of" && partPronoun.has(p.w.text): // one of them
			i--
		case p.tag == tPron && objectPronoun(p) && i-1 > s.a && d.toks[i-2].tag == tPrep:
			i--
		case p.tag == tAdv && i-1 > s.a && d.toks[i].tag == tAdj && d.toks[i-2].tag.nominal():
			i--
		default:
			return i
		}
	}
	return i
}

var partPronoun = newSet(map[string]bool{"one": true, "others": true, "those": true, "everyone": true})

func objectPronoun(t *token) bool {
	switch t.w.text {
	case "him", "her", "them", "us", "me", "it", "one", "others", "those", "everyone", "everybody", "nobody", "someone", "himself", "itself", "themselves":
		return true
	}
	return false
}

// attaches tells whether the preposition at i hangs on the noun before it.
func (d *doc) attaches(i int) bool {
	p, before := &d.toks[i], &d.toks[i-1]
	switch p.w.text {
	case "after", "before", "since", "until", "as", "because", "than", "during", "despite", "though":
		return false
	}
	if before.close && before.mark != '"' && before.mark != '\'' {
		return true
	}
	if before.tag == tAdj {
		return true // familiar with
	}
	if before.tag == tPron {
		return before.w.text != "it" && before.w.text != "he" && before.w.text != "she" && before.w.text != "they"
	}
	return before.tag.nominal() && before.tag != tOwner && !(before.is(weekday|month|timenoun) && p.w.text != "of") || before.tag == tPart || before.tag == tIng
}

// joinsNames tells whether "and" at i joins two noun phrases.
func (d *doc) joinsNames(i int) bool {
	b, a := &d.toks[i-1], &d.toks[i+1]
	return b.tag.nominal() && b.tag != tOwner && (a.tag.nominal() || a.tag == tPoss)
}

// npEnd walks right from the first word of a noun phrase past its last one. With full it
// takes appositions and relative clauses along.
func (d *doc) npEnd(first int, s rng, full bool) int {
	i := first
	head := false // a noun was seen
	for i < s.b {
		t := &d.toks[i]
		switch {
		case t.open && t.mate >= 0 && int(t.mate) < s.b && (t.mark == '(' || t.mark == '['):
			if !head {
				return i
			}
			i = int(t.mate) + 1
			continue
		case t.open && t.mate >= 0 && int(t.mate) < s.b && int(t.mate)-i <= 8 && (t.quote < 0 || !d.quotes[t.quote].clause):
			head = true
			i = int(t.mate) + 1
			continue
		case t.tag == tDet || t.tag == tPoss:
			if head && d.toks[i-1].tag != tPrep && d.toks[i-1].tag != tConj && d.toks[i-1].tag != tDet {
				return i
			}
		case t.tag.nominal():
			head = head || t.tag != tAdj
		case t.tag == tPron:
			if i > first && d.toks[i-1].tag != tPrep {
				return i
			}
			head = true
		case t.tag == tAdv:
			if head && !(i+1 < s.b && d.toks[i+1].tag == tAdj && d.toks[i-1].tag == tDet) {
				return i
			}
		case t.tag == tPrep && head && i+1 < s.b && d.attaches(i) && d.attachesRight(i, full) && d.startsNP(i+1):
		case t.tag == tConj && head && i+1 < s.b && (t.w.text == "and" || t.w.text == "or") && d.joinsNames(i) && !d.clauseAhead(i+1, s):
		case (t.tag == tPart || t.tag == tIng && full) && head && full && i+1 < s.b && d.toks[i+1].kind != punct:
		case t.tag == tRel && full && head:
			return d.relativeEnd(i, s)
		case t.mark == ',' && full && head:
			if j := d.appositionEnd(i, s); j > i {
				return j
			}
			return i
		default:
			return i
		}
		i++
	}
	return i
}

// attachesRight keeps what tells time or occasion out of a short noun phrase.
func (d *doc) attachesRight(i int, full bool) bool {
	if full {
		return !d.toks[i+1].is(weekday|month) || d.toks[i].w.text == "of"
	}
	switch d.toks[i].w.text {
	case "of":
		return true
	case "in", "for", "at", "from", "with":
		return d.toks[i+1].tag == tName && !d.toks[i+1].is(weekday|month)
	}
	return false
}

func (d *doc) startsNP(i int) bool {
	t := &d.toks[i]
	return t.tag.nominal() || t.tag == tPoss || t.tag == tPron || t.open
}

// clauseAhead tells whether a noun phrase at i is the subject of a verb.
func (d *doc) clauseAhead(i int, s rng) bool {
	for j := i; j < s.b && j < i+12; j++ {
		t := &d.toks[j]
		if t.tag == tFin || t.tag.aux() {
			return true
		}
		if !t.tag.nominal() && t.tag != tPoss && t.tag != tPrep && t.tag != tAdv && t.tag != tPron {
			return false
		}
	}
	return false
}

// relativeEnd gives the end of a relative clause that opens at i: the next comma outside
// brackets after its verb, or the sentence's end.
func (d *doc) relativeEnd(i int, s rng) int {
	for j := i + 1; j < s.b; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		if t.kind == punct && (t.mark == ',' || t.mark == ';' || t.mark == '.' || t.mark == '-' || t.mark == ':' || t.mark == ')' || t.mark == '"') {
			return j
		}
	}
	return s.b
}

// appositionEnd tells where an apposition or a relative clause that follows the comma at i
// ends; i when none does.
func (d *doc) appositionEnd(i int, s rng) int {
	if i+1 >= s.b {
		return i
	}
	n := &d.toks[i+1]
	if n.tag == tRel {
		return d.relativeEnd(i+1, s)
	}
	if n.tag == tNum { // an age
		return d.nextComma(i+1, s)
	}
	if n.tag == tDet || n.tag == tPoss || n.is(title|person|body) || n.tag == tAdj || n.tag == tName || n.tag == tNoun {
		end := d.npEnd(i+1, s, false)
		for end < s.b && (d.toks[end].tag == tPrep || d.toks[end].tag == tPart) && end+1 < s.b {
			e := d.npEnd(end+1, s, false)
			if e == end+1 {
				break
			}
			end = e
		}
		if end < s.b && (d.toks[end].tag == tRel) {
			end = d.relativeEnd(end, s)
		}
		if end >= s.b || d.toks[end].kind == punct && d.toks[end].mark != '-' {
			return end
		}
	}
	return i
}

func (d *doc) nextComma(i int, s rng) int {
	for j := i; j < s.b; j++ {
		if d.toks[j].kind == punct && !d.toks[j].open {
			return j
		}
	}
	return s.b
}

// subjectOf gives the noun phrase that is the subject of the verb group starting at g, and
// whether there is one.
func (d *doc) subjectOf(g int, s rng) (rng, bool) {
	i := g - 1
	for i >= s.a && (d.toks[i].tag == tAdv || d.toks[i].tag == tNeg) {
		i--
	}
	if i < s.a {
		return rng{}, false
	}
	t := &d.toks[i]
	switch {
	case t.tag == tRel:
		return rng{i, i + 1}, true
	case t.mark == ',' || t.mark == '-':
		return d.subjectBeforeComma(i, s)
	case t.tag == tConj:
		return d.sharedSubject(i, s)
	case t.tag == tPron:
		if objectPronoun(t) && !t.is(subj) && i > s.a && d.toks[i-1].tag == tFin {
			return d.subjectWithClause(i, s)
		}
		a := i
		if reflexive.has(t.w.text) && i > s.a && d.toks[i-1].tag.nominal() { // the group itself
			return rng{d.npStart(i-1, s), i + 1}, true
		}
		if t.w.text == "one" || t.w.text == "others" || t.w.text == "those" {
			a = d.npStart(i, s)
		}
		return rng{a, i + 1}, true
	case t.tag == tPart && i > s.a && d.toks[i-1].tag.nominal() && i == g-1: // the agency concerned
		r := d.trimSubject(rng{d.npStart(i-1, s), i + 1}, s)
		return r, !r.empty()
	case t.close && (t.mark == ')' || t.mark == ']') && t.mate > int32(s.a):
		a := d.npStart(int(t.mate)-1, s)
		return d.trimSubject(rng{a, i + 1}, s), true
	case t.close && t.quote >= 0 && !d.quotes[t.quote].clause && t.mate >= int32(s.a):
		if a := d.callsItself(int(t.mate), s); a >= 0 {
			return d.trimSubject(rng{a, i + 1}, s), true
		}
		return d.trimSubject(rng{d.npStart(i+1, s), i + 1}, s), true
	case t.tag.nominal() && t.tag != tOwner:
		a := d.npStart(i, s)
		if a > s.a {
			if r, ok := d.subjectWithClause(a, s); ok {
				return rng{r.a, i + 1}, true
			}
		}
		r := d.trimSubject(rng{a, i + 1}, s)
		return r, !r.empty()
	}
	return rng{}, false
}

// callsItself gives the start of "a group calling itself" and "a man known as" before the name
// at i, or -1.
func (d *doc) callsItself(i int, s rng) int {
	j := i - 1
	if j > s.a && (d.toks[j].w.text == "itself" || d.toks[j].w.text == "themselves" || d.toks[j].w.text == "as") {
		j--
	}
	if j <= s.a || d.toks[j].tag != tIng && d.toks[j].tag != tPart && d.toks[j].tag != tFin || d.toks[j].w.verb == nil || d.toks[j].w.verb.lemma != "call" && d.toks[j].w.verb.lemma != "know" && d.toks[j].w.verb.lemma != "name" {
		return -1
	}
	if !d.toks[j-1].tag.nominal() || d.toks[j-1].tag == tOwner {
		return -1
	}
	return d.npStart(j-1, s)
}

var reflexive = newSet(map[string]bool{"itself": true, "himself": true, "herself": true, "themselves": true})

// subjectWithClause handles a subject that ends in a relative clause without commas: "those
// who know him". from is a token inside the clause.
func (d *doc) subjectWithClause(from int, s rng) (rng, bool) {
	i := from - 1
	deep := i >= s.a && d.inClause(i) // the phrase stands inside the clause, not after it
	verb := false
	for i >= s.a && from-i < 30 && (d.toks[i].tag.verbal() || d.toks[i].tag == tAdv || d.toks[i].tag == tTo || d.toks[i].tag == tPrep ||
		deep && d.toks[i].tag != tRel && d.toks[i].kind != punct) {
		verb = verb || d.toks[i].tag == tFin || d.toks[i].tag.aux()
		i--
	}
	if i == from-1 || i <= s.a || !verb || d.toks[i].tag != tRel || !d.toks[i-1].tag.nominal() && d.toks[i-1].tag != tPron {
		return rng{}, false
	}
	a := d.npStart(i-1, s)
	return rng{a, from}, true
}

// inClause tells whether the word at i governs the noun phrase behind it: a preposition, or a
// verb that no clause follows.
func (d *doc) inClause(i int) bool {
	t := &d.toks[i]
	return t.tag == tPrep || t.tag.verbal() && t.w.verb != nil && t.w.verb.frames&fClause == 0
}

// subjectBeforeComma handles "X, an official, said" and "X, who knows, said".
func (d *doc) subjectBeforeComma(comma int, s rng) (rng, bool) {
	for j := comma - 1; j > s.a && comma-j < 45; j-- {
		t := &d.toks[j]
		if t.close && t.mate > int32(s.a) && int(t.mate) < j {
			if t.mark == '"' && d.quotes[t.quote].clause {
				return rng{}, false
			}
			j = int(t.mate)
			continue
		}
		if t.mark == ';' || t.mark == ':' || t.mark == '"' {
			return rng{}, false
		}
		if t.mark != d.toks[comma].mark {
			continue
		}
		b := &d.toks[j-1]
		if !(b.tag.nominal() && b.tag != tOwner || b.close || b.tag == tPron) || !d.parenthesis(j+1, comma) {
			if d.toks[comma].mark == '-' {
				return rng{}, false
			}
			continue
		}
		last := j - 1
		if b.close && b.mark == '"' {
			continue
		}
		a := d.npStart(last, s)
		end := comma
		if d.toks[j+1].tag == tIng { // "Moscow, harboring distrust, …": the participle says what it did
			end = j
		}
		r := d.trimSubject(rng{a, end}, s)
		if r.empty() || r.a >= j {
			return rng{}, false
		}
		return r, true
	}
	return rng{}, false
}

// parenthesis tells whether tokens between two commas are an apposition, a relative clause
// or a participle's phrase.
func (d *doc) parenthesis(a, b int) bool {
	if b <= a {
		return false
	}
	first := &d.toks[a]
	if first.tag == tPrep && d.toks[a+1].tag == tRel && a+1 < b {
		return true // to whom she wrote
	}
	switch {
	case first.tag == tRel || first.tag == tIng || first.tag == tPart || first.tag == tNum:
		return true
	case first.tag == tPrep && (first.w.text == "of" || first.w.text == "in" || first.w.text == "for" || first.w.text == "at" || first.w.text == "with" || first.w.text == "like" || first.w.text == "from" || first.w.text == "as" || first.w.text == "including"):
	case first.tag.nominal() || first.tag == tPoss || first.tag == tAdv || first.tag == tConj:
	default:
		return false
	}
	verb := false
	for i := a; i < b; i++ {
		t := d.toks[i].tag
		if t == tRel {
			return true
		}
		verb = verb || t.aux() || t == tFin && !(first.tag == tPrep && d.toks[i].is(vPart)) // in a letter dated 3 May
	}
	return !verb
}

// sharedSubject finds the subject of the verb that "and" joins to this one.
func (d *doc) sharedSubject(and int, s rng) (rng, bool) {
	from := and - 1
	if from < s.a {
		return rng{}, false
	}
	if d.toks[from].close && d.toks[from].mark == '"' { // said that it was "safe" and questioned
		for k := from; k > s.a && from-k < 40; k-- {
			if d.toks[k].tag == tSub && d.toks[k].w.text == "that" {
				from = k
				break
			}
		}
	}
	for i := from; i >= s.a && and-i < 40; i-- {
		t := &d.toks[i]
		if t.close && t.mate >= int32(s.a) && int(t.mate) < i {
			i = int(t.mate)
			continue
		}
		if t.tag == tFin || t.tag.aux() {
			g := i
			for g > s.a && (d.toks[g-1].tag == tAdv || d.toks[g-1].tag.aux() || d.toks[g-1].tag == tNeg) {
				g--
			}
			if g <= s.a || d.toks[g-1].tag == tConj {
				continue
			}
			r, ok := d.subjectOf(g, s)
			if ok && d.toks[r.a].tag != tRel {
				return r, true
			}
			if ok && d.toks[r.a].tag == tRel {
				return r, true
			}
		}
		if t.mark == ';' {
			break
		}
	}
	return rng{}, false
}

// trimSubject drops joints and adverbials that stand before a subject.
func (d *doc) trimSubject(r rng, s rng) rng {
	for !r.empty() {
		t := &d.toks[r.a]
		switch {
		case t.tag == tConj || t.tag == tSub || t.tag == tAdv || t.kind == punct && !t.open || t.tag == tOwner:
			r.a++
		case t.tag == tPrep:
			r.a++
		case t.is(weekday) && r.a+1 < r.b && d.toks[r.a+1].tag != tOwner && r.a > s.a && d.toks[r.a-1].tag == tPrep:
			r.a++
		case (t.w.text == "last" || t.w.text == "this" || t.w.text == "that") && r.a+1 < r.b && d.toks[r.a+1].is(timenoun):
			r.a += 2
		default:
			return r
		}
	}
	return r
}
