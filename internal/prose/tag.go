package prose

// tag is what a word is in its sentence.
type tag uint8

const (
	tNoun tag = iota
	tName
	tAdj
	tDet
	tPoss
	tPron
	tNum
	tOwner // 's of an owner
	tPrep
	tConj
	tSub // that, because, if: opens a clause
	tRel
	tAdv
	tTo
	tFin  // finite verb
	tBase // infinitive
	tIng
	tPart // participle, passive or perfect
	tBe
	tHave
	tDo
	tModal
	tNeg
	tMark
)

// nominal tags may stand inside a noun phrase.
func (t tag) nominal() bool { return t <= tOwner && t != tPron }

func (t tag) aux() bool { return t == tBe || t == tHave || t == tDo || t == tModal }

// verbal tags belong to a verb group.
func (t tag) verbal() bool { return t >= tFin && t <= tModal }

func (d *doc) tagAll() {
	for _, s := range d.sents {
		for i := s.a; i < s.b; i++ {
			d.toks[i].tag = d.tagOne(i, s.rng)
		}
		d.retag(s.rng)
	}
}

// tagOne decides by the word, the word before and the word after.
func (d *doc) tagOne(i int, s rng) tag {
	t := &d.toks[i]
	switch {
	case t.kind == punct:
		if d.ownersMark(i, s) {
			return tOwner
		}
		return tMark
	case t.kind == number:
		return tNum
	}
	var prev tag = tMark
	if i > s.a {
		prev = d.toks[i-1].tag
	}
	w := t.w
	if w.text == "'s" {
		return d.tagS(i, s)
	}
	if closed, ok := d.tagClosed(i, s, prev); ok {
		return closed
	}
	if w.is&numword != 0 && !d.upper && t.capital && !d.nameNext(i, s) && w.is&(month|weekday) == 0 && i > s.a && prev == tMark {
		return tNum // (vi) Twenty-one persons
	}
	name := t.capital && !d.upper && i > s.a && d.toks[i-1].mark != '"'
	if name && !(w.is&anyVerb != 0 && w.is&noun == 0 && prev != tName && prev != tDet && false) {
		if w.is&(month|weekday) != 0 || w.is&anyVerb == 0 || prev == tName || prev == tDet || prev == tPrep || d.nameNext(i, s) {
			return tName
		}
	}
	if w.is&anyVerb != 0 {
		return d.tagVerb(i, s, prev)
	}
	switch {
	case w.is&numword != 0:
		return tNum
	case w.is&adj != 0 && w.is&noun == 0:
		return tAdj
	case w.is&ordinal != 0 && (prev == tDet || prev == tPoss || prev == tOwner):
		return tAdj
	case w.is&adv != 0 && w.is&noun == 0:
		return tAdv
	case t.capital && !d.upper && w.is&(noun|adj) == noun && w.text == "" && !(i == s.a && plural(d, i) && !d.nameNext(i, s) && i+1 < s.b && d.toks[i+1].w.text != "'s"):
		return tName
	case w.is&ordinal != 0:
		return tAdj
	}
	return tNoun
}

func (d *doc) nameNext(i int, s rng) bool {
	return i+1 < s.b && d.toks[i+1].capital && d.toks[i+1].kind == letters
}

// tagS tells the owner's 's from "is" and "has".
func (d *doc) tagS(i int, s rng) tag {
	if i > s.a && d.toks[i-1].is(subj|wh|rel) && !d.toks[i-1].is(noun) || i > s.a && d.toks[i-1].w.text == "there" {
		return tBe
	}
	return tOwner
}

// ownersMark tells the apostrophe of a plural owner: the engineers' employer.
func (d *doc) ownersMark(i int, s rng) bool {
	t := &d.toks[i]
	return t.mark == '\'' && t.mate < 0 && i > s.a && i+1 < s.b && !d.gapBefore(i) && d.gapAfter(i) && d.toks[i-1].kind == letters && d.text[d.toks[i-1].end-1]|0x20 == 's'
}

// quantity tells the words that bound a number: at least 12, more than 100, as many as 9.
func (d *doc) quantity(i int, s rng) bool {
	word := func(k int) string {
		if k >= s.a && k < s.b {
			return d.toks[k].w.text
		}
		return ""
	}
	numeral := func(k int) bool {
		return k < s.b && (d.toks[k].kind == number || d.toks[k].is(numword)) && word(k) != "one"
	}
	switch word(i) {
	case "at":
		return (word(i+1) == "least" || word(i+1) == "most") && numeral(i+2)
	case "least", "most":
		return word(i-1) == "at" && numeral(i+1)
	case "up":
		return word(i+1) == "to" && numeral(i+2)
	case "to":
		return word(i-1) == "up" && numeral(i+1)
	case "more", "less", "fewer":
		return word(i+1) == "than" && numeral(i+2)
	case "than":
		return numeral(i+1) && (word(i-1) == "more" || word(i-1) == "less" || word(i-1) == "fewer")
	case "about", "over", "around", "nearly", "almost", "some", "roughly", "approximately":
		return numeral(i + 1)
	}
	return false
}

// tagClosed handles the closed classes.
func (d *doc) tagClosed(i int, s rng, prev tag) (tag, bool) {
	t := &d.toks[i]
	w := t.w
	if t.is(quantWord) && d.quantity(i, s) {
		return tAdj, true
	}
	if !t.is(closedWord) {
		return 0, false
	}
	if tag, ok := d.tagByWord(i, s, prev); ok || w.text == "" {
		return tag, ok
	}
	switch {
	case w.is&modal != 0:
		return tModal, true
	case w.is&be != 0:
		return tBe, true
	case w.is&have != 0:
		return tHave, true
	case w.is&do != 0:
		return tDo, true
	case w.is&neg != 0:
		return tNeg, true
	case w.is&det != 0:
		return tDet, true
	case w.is&poss != 0:
		return tPoss, true
	case w.is&pron != 0:
		return tPron, true
	case w.is&conj != 0:
		return tConj, true
	case w.is&prep != 0 && !(w.is&anyVerb != 0 && (prev == tPron || prev == tTo)):
		return tPrep, true
	}
	return 0, false
}

// tagByWord decides on single words of the closed classes.
func (d *doc) tagByWord(i int, s rng, prev tag) (tag, bool) {
	t := &d.toks[i]
	w := t.w
	next := func() *token {
		if i+1 < s.b {
			return &d.toks[i+1]
		}
		return &endToken
	}
	switch w.text {
	case "":
		return 0, false
	case "to":
		return d.tagTo(i, s), true
	case "that":
		return d.tagThat(i, s, prev), true
	case "her", "his":
		n := next()
		if n.kind == punct || n.is(det|prep|pron|sub|modal|be) {
			return tPron, true
		}
		return tPoss, true
	case "like", "including", "following", "concerning", "regarding":
		if prev == tPron || prev == tTo || prev == tModal || prev == tBe && w.text != "like" {
			return 0, false
		}
		return tPrep, true
	case "who", "which", "whom", "whose", "where":
		return tRel, true
	case "what", "why", "how", "whether", "if", "because", "although", "while", "whereas", "unless", "when", "though":
		return tSub, true
	case "as", "after", "before", "since", "until", "once":
		if w.text == "since" && prev == tHave && next().is(vPart) {
			return tAdv, true // have since detained
		}
		return tPrep, true
	case "daily":
		if i > s.a && (prev == tDet || prev == tName || prev == tAdj) && next().capital {
			return tNoun, true // the daily X
		}
	case "one":
		if n := next(); n.is(person) && n.tagGuessNoun() {
			return tNum, true // one person
		}
	case "may":
		if t.capital && (next().kind == number || !d.upper && i > s.a && d.toks[i-1].kind != punct) {
			return tName, true
		}
	case "march":
		if t.capital && !d.upper {
			return tName, true
		}
	case "us":
		if t.capital && !d.upper && d.text[t.start+1] == 'S' {
			return tName, true
		}
	case "does", "do", "did":
		return tDo, true
	}
	return classTag(w, prev)
}

// classTag gives a word of a closed class its tag.
func classTag(w *word, prev tag) (tag, bool) {
	return 0, false
}

var endToken = token{kind: punct, mark: '.', tag: tMark, w: &nothing}

// tagTo tells the infinitive's "to" from the preposition.
func (d *doc) tagTo(i int, s rng) tag {
	if i+1 >= s.b {
		return tPrep
	}
	n := &d.toks[i+1]
	if n.is(vBase|be|have|do|neg) || n.is(adv) && !n.is(noun) {
		return tTo
	}
	if n.w.text == "" && n.kind == letters && !n.capital && i+2 < s.b && d.toks[i+2].is(det|poss) {
		return tTo // a verb that the lexicon lacks
	}
	return tPrep
}

// tagThat tells the conjunction, the relative pronoun and the demonstrative.
func (d *doc) tagThat(i int, s rng, prev tag) tag {
	if i+1 >= s.b {
		return tPron
	}
	n := &d.toks[i+1]
	if i > s.a {
		p := &d.toks[i-1]
		if p.tag.nominal() && p.tag != tOwner && (n.is(be|have|do|modal) || n.is(vPast|vS) && !n.is(noun)) && !p.is(saying|document) {
			return tRel
		}
		if p.w.verb != nil || p.is(saying) || p.tag == tName || p.tag == tPron || p.kind == punct {
			if n.is(be | modal) {
				return tPron
			}
			return tSub
		}
		if p.tag.nominal() {
			return tSub
		}
	}
	if n.is(be|modal|have) || n.kind == punct {
		return tPron
	}
	if n.is(noun) && !n.is(pron|det) && !n.capital && (prev == tPrep || prev == tMark) {
		return tDet
	}
	return tSub
}

// tagVerb decides whether a word that may be a verb is one here.
func (d *doc) tagVerb(i int, s rng, prev tag) tag {
	t := &d.toks[i]
	w := t.w
	canNoun := w.is&(noun|adj) != 0 || w.is&(vBase|vS) != 0 && w.is&(vPast|vPart) == 0
	back := prev
	if prev == tAdv || prev == tNeg {
		for j := i - 1; j >= s.a && (d.toks[j].tag == tAdv || d.toks[j].tag == tNeg); j-- {
			if j > s.a {
				back = d.toks[j-1].tag
			} else {
				back = tMark
			}
		}
	}
	switch back {
	case tTo, tModal, tDo:
		if w.is&vBase != 0 {
			return tBase
		}
	case tBe:
		if w.is&vIng != 0 {
			return tIng
		}
		if w.is&vPart != 0 {
			return tPart
		}
		if canNoun {
			if w.is&adj != 0 {
				return tAdj
			}
			return tNoun
		}
	case tHave:
		if w.is&vPart != 0 {
			return tPart
		}
	}
	if w.is&vIng != 0 {
		if prev == tDet || prev == tPoss || prev == tAdj || prev == tOwner {
			if w.is&noun != 0 {
				return tNoun
			}
			if i+1 < s.b && d.toks[i+1].tagGuessNoun() && d.toks[i+1].kind == letters && prev != tAdj {
				return tAdj // a shopping centre
			}
			if prev == tDet && (d.toks[i-1].w.text == "a" || d.toks[i-1].w.text == "an" || d.toks[i-1].w.text == "the") {
				return tNoun // the hearing
			}
		}
		if w.is&anyEvent != 0 && !d.upper && prev != tTo && d.deedNoun(i, s) {
			return tNoun // a suicide bombing killed 38
		}
		return tIng
	}
	if w.is&(vPast|vPart) != 0 && w.is&(vBase|vS) == 0 {
		return d.tagPast(i, s, prev, back)
	}
	return d.tagPresent(i, s, prev, back)
}

// deedNoun tells by the next word whether "bombing" or "killing" is a noun: no object follows.
func (d *doc) deedNoun(i int, s rng) bool {
	if i+1 >= s.b {
		return true
	}
	n := &d.toks[i+1]
	if i > s.a && d.toks[i-1].kind == punct && n.kind != punct {
		return n.w.text == "of" || n.w.text == "by"
	}
	switch {
	case n.kind == punct:
		return true
	case n.kind == number || n.capital || n.is(det|poss|pron|numword|adj) || d.quantity(i+1, s):
		return false
	case n.is(prep):
		switch n.w.text {
		case "of", "in", "at", "on", "near", "outside", "by", "inside", "against", "that":
			return true
		}
		return false
	}
	return n.is(be|have|do|modal) || n.is(vPast|vS) && !n.is(noun)
}

// tagPast decides on forms in -ed and their like.
func (d *doc) tagPast(i int, s rng, prev, back tag) tag {
	t := &d.toks[i]
	if prev == tDet || prev == tPoss || prev == tOwner || prev == tAdj && i+1 < s.b && d.toks[i+1].tagGuessNoun() {
		return tAdj
	}
	if prev == tNum && !d.upper && t.is(vPast) && i-2 >= s.a && (d.toks[i-2].tag == tPrep || d.toks[i-2].is(month)) {
		return tFin // a man of 29 opened fire
	}
	if prev == tPrep || prev == tNum {
		return tAdj
	}
	if t.is(vPast) {
		if i+1 < s.b && d.toks[i+1].w.text == "by" && back.nominal() {
			return tPart
		}
		return tFin
	}
	return tPart
}

func (t *token) tagGuessNoun() bool { return t.is(noun) || t.w.text == "" && t.kind == letters }

// tagPresent decides on base forms and forms in -s, most of which are nouns too.
func (d *doc) tagPresent(i int, s rng, prev, back tag) tag {
	t := &d.toks[i]
	w := t.w
	next := &endToken
	if i+1 < s.b {
		next = &d.toks[i+1]
	}
	past := w.is&vPast != 0 // put, cut, read, hit
	if w.is&adv != 0 && (back.nominal() || back == tPron || back == tFin) {
		return tAdv
	}
	switch back {
	case tDet, tPoss, tAdj, tPrep, tNum, tOwner:
		return tNoun
	case tPron:
		if i > s.a && !d.toks[i-1].is(subj) && prev != tAdv && w.is&noun != 0 {
			return tNoun
		}
		return tFin
	case tRel:
		return tFin
	case tTo, tModal:
		return tBase
	}
	opens := next.w.text == "that" || next.is(det|poss|pron) || next.mark == '"' || next.is(wh) || next.w.text == "to" || next.w.text == "not"
	if back == tConj && i-2 >= s.a {
		switch before := d.toks[i-2].tag; {
		case before.nominal() && !opens:
			return tNoun
		}
	}
	if back.nominal() {
		if w.is&vS != 0 && w.verb != nil && w.verb.frames&fClause != 0 && next.capital && next.kind == letters && d.verbWithin(i+2, s) {
			return tFin // a colonel claims Norland had
		}
		if w.is&vS != 0 || past {
			if opens || w.is&noun == 0 {
				return tFin
			}
			return tNoun
		}
		// a plural subject: sources say, polls show
		if i > s.a && plural(d, i-1) && (opens || w.is&noun == 0) {
			return tFin
		}
		if w.is&noun == 0 && opens {
			return tFin
		}
		return tNoun
	}
	if w.is&vS != 0 && w.verb != nil && w.verb.frames != 0 && prev == tMark && i > s.a && d.toks[i-1].mark == ',' && (next.w.text == "that" || next.w.text == "to") {
		return tFin // "X, a trader, claims to"
	}
	if w.is&noun == 0 && (w.is&vBase != 0) && prev != tMark {
		return tBase
	}
	if w.is&noun != 0 {
		return tNoun
	}
	if w.is&vS != 0 || past && prev == tMark {
		return tFin
	}
	return tBase
}

// verbWithin looks for a finite verb among the next words of a clause.
func (d *doc) verbWithin(i int, s rng) bool {
	for end := min(i+14, s.b); i < end; i++ {
		t := &d.toks[i]
		if t.kind == punct {
			return false
		}
		if t.is(be|have|modal|do) || t.is(vPast) && !t.is(noun) {
			return true
		}
	}
	return false
}

func plural(d *doc, i int) bool {
	t := &d.toks[i]
	c := d.text[t.end-1] | 0x20
	return t.kind == letters && (c == 's' || t.is(person) && (t.w.text == "people" || t.w.text == "men" || t.w.text == "women" || t.w.text == "police"))
}

// retag mends what only the rest of the sentence shows: a past form after a noun is a
// participle when another finite verb follows in the same clause without a joint.
func (d *doc) retag(s rng) {
	if s.b-s.a > 3 {
		// "Shipping companies were warned", "Aid groups said"
		t, n := &d.toks[s.a], &d.toks[s.a+1]
		if (t.tag == tBase || t.tag == tIng) && t.capital && n.tag == tNoun && !n.capital && plural(d, s.a+1) && (d.toks[s.a+2].tag == tFin || d.toks[s.a+2].tag.aux()) {
			t.tag = tNoun
		}
	}
	for i := s.a; i < s.b; i++ {
		t := &d.toks[i]
		if t.tag == tFin && t.is(vPart) && i > s.a && d.toks[i-1].tag.nominal() && d.leftOver(i, s) {
			t.tag = tPart
			continue
		}
		if t.tag != tFin || !t.is(vPart) || i == s.a || !d.toks[i-1].tag.nominal() {
			continue
		}
		if d.reduced(i, s) || i+1 < s.b && d.toks[i+1].tag == tFin && d.toks[i+1].w.verb != nil && d.toks[i+1].w.verb.frames&fClause != 0 { // the agency concerned says
			t.tag = tPart
			continue
		}
		if t.w.verb != nil && t.w.verb.frames&fClause != 0 {
			continue
		}
		if i+1 < s.b && (d.toks[i+1].tag == tPrep || d.toks[i+1].tag == tAdv) && d.toks[i+1].w.text != "into" {
			for j := i + 1; j < s.b && j < i+15; j++ {
				u := &d.toks[j]
				if u.kind == punct || u.tag == tConj || u.tag == tSub || u.tag == tRel || u.tag == tPron {
					break
				}
				if u.tag == tFin || u.tag.aux() {
					t.tag = tPart
					break
				}
			}
		}
	}
}

// reduced tells a participle that tells more of the noun before it: "a person briefed on the
// matter", "said in a statement posted on Telegram that".
func (d *doc) reduced(i int, s rng) bool {
	if i+1 >= s.b || d.toks[i+1].tag != tPrep || d.toks[i].w.verb == nil {
		return false
	}
	if v := d.toks[i].w.verb; v.frames&fAddressee != 0 && v.frames&fClause == 0 {
		return true // told somebody, or told of something
	}
	inPhrase := false
	for j := i - 1; j >= s.a && i-j < 12; j-- {
		switch t := &d.toks[j]; {
		case t.tag.nominal() || t.tag == tPoss:
		case t.tag == tPrep:
			inPhrase = true
		case t.tag == tFin:
			return inPhrase
		default:
			return false
		}
	}
	return false
}

// leftOver tells a participle whose auxiliary stands earlier ("were killed and 30 wounded")
// or that names ("a group called X").
func (d *doc) leftOver(i int, s rng) bool {
	t := &d.toks[i]
	if t.w.verb == nil {
		return false
	}
	next := &endToken
	if i+1 < s.b {
		next = &d.toks[i+1]
	}
	if t.w.text == "called" || t.w.text == "named" || t.w.text == "titled" || t.w.text == "dubbed" {
		return d.toks[i-1].tag == tNoun && next.tag == tName && d.articleBefore(i-1, s)
	}
	if outcomes[t.w.verb.lemma] == "" || t.w.verb.lemma == "die" || t.w.verb.lemma == "perish" || t.w.verb.lemma == "miss" || t.w.verb.lemma == "disappear" {
		return false
	}
	if next.tag.nominal() || next.tag == tPoss || next.tag == tPron || next.open {
		return false
	}
	for j := i - 1; j >= s.a && i-j < 12; j-- {
		if d.toks[j].tag == tConj || d.toks[j].mark == ',' {
			return j > s.a && d.toks[j-1].tag == tPart || d.toks[i-1].tag == tNum
		}
	}
	return false
}

// articleBefore tells whether "a" or "an" opens the noun phrase that ends at i.
func (d *doc) articleBefore(i int, s rng) bool {
	for ; i >= s.a && d.toks[i].tag.nominal(); i-- {
		if w := d.toks[i].w.text; w == "a" || w == "an" {
			return true
		}
	}
	return false
}

// hasClause looks for a finite verb.
func (d *doc) hasClause(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if t := d.toks[i].tag; t == tFin || t.aux() {
			return true
		}
	}
	return false
}

// speech tells whether a quotation is speech and not a word or two set apart: it has a
// finite verb, some length, or the mark of an exclamation.
func (d *doc) speech(r rng) bool {
	if d.hasClause(r) {
		return true
	}
	n := 0
	for i := r.a; i < r.b; i++ {
		if d.toks[i].tag != tMark {
			n++
		}
	}
	return n >= 6 || n >= 1 && (d.toks[r.b-1].mark == '!' || d.toks[r.b-1].mark == '?')
}
