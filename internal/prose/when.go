package prose

import "sort"

// Times of warnings: "on 7 March", "days before the blast", "in advance", "within the hour".
// They need not be places on the calendar, so they are more than the dates of the text.

// degrees may stand before a time: "less than a month before", "as early as May".
var degrees = newSet(map[string]bool{"less": true, "than": true, "more": true, "barely": true, "only": true, "just": true, "about": true, "around": true, "shortly": true, "some": true, "nearly": true,
	"almost": true, "at": true, "least": true, "up": true, "as": true, "recently": true, "soon": true, "exactly": true, "early": true, "late": true, "mid": true, "later": true, "immediately": true, "roughly": true,
	"several": true, "over": true, "to": true, "long": true, "well": true, "not": true, "far": true, "even": true})

// moments are adverbs and phrases of one word that tell when a warning came.
var moments = newSet(map[string]bool{"beforehand": true, "overnight": true, "yesterday": true, "tonight": true})

// sides set a time before or after what happened.
var sides = newSet(map[string]bool{"before": true, "after": true, "prior": true, "ahead": true, "earlier": true, "ago": true, "later": true, "beforehand": true, "previously": true})

// timeAt reads the time that begins at token i of sentence s: the words to mark, and where the
// sentence goes on.
func (d *doc) timeAt(i int, s rng) (rng, int, bool) {
	words, e, ok := d.timeOne(i, s)
	for k := 0; ok && k < 2 && e < s.b; k++ {
		j := e
		if d.toks[j].mark == ',' && j+1 < s.b {
			j++
		}
		more, e2, also := d.timeOne(j, s)
		if !also || e2 == e || j > e && !d.counted(j, s) {
			break
		}
		words.b, e = more.b, e2
	}
	return words, e, ok
}

// timeEnd is the end of a time that begins at i, or i.
func (d *doc) timeEnd(i int, s rng) int {
	_, e, _ := d.timeAt(i, s)
	return e
}

// counted tells whether a count of days or hours begins at i.
func (d *doc) counted(i int, s rng) bool {
	k := d.countEnd(i, s)
	return k > i && k < s.b && sides.has(d.toks[k].w.text)
}

// countEnd is the end of "ten days", "a few hours", "hours" at i, or i.
func (d *doc) countEnd(i int, s rng) int {
	k := i
	for k < s.b && k < i+6 && (degrees.has(d.toks[k].w.text) || d.toks[k].tag == tNum || d.toks[k].tag == tAdj || d.toks[k].w.text == "a" || d.toks[k].w.text == "an" || d.toks[k].is(numword) || d.toks[k].tag == tDet && d.toks[k].w.text != "the") {
		k++
	}
	if k < s.b && (d.toks[k].is(timenoun) || spells.has(d.toks[k].w.text)) {
		return k + 1
	}
	return i
}

var spells = newSet(map[string]bool{"moments": true, "seconds": true, "fortnight": true, "weekend": true})

func (d *doc) timeOne(i int, s rng) (rng, int, bool) {
	no := func() (rng, int, bool) { return rng{}, i, false }
	if i >= s.b {
		return no()
	}
	if k := d.countEnd(i, s); k > i && k < s.b {
		next := ""
		if k+1 < s.b {
			next = d.toks[k+1].w.text
		}
		switch w := d.toks[k].w.text; {
		case w == "before" || w == "after" || w == "prior" || w == "ahead":
			e := d.whenEnd(k+1, s)
			return rng{i, e}, e, true
		case w == "earlier" || w == "ago" || w == "later" || w == "beforehand" || w == "previously":
			return rng{i, k + 1}, k + 1, true
		case w == "in" && (next == "advance" || next == "hand"):
			return rng{i, k + 2}, k + 2, true
		}
	}
	j := i
	for j < s.b && j < i+3 && degrees.has(d.toks[j].w.text) && d.toks[j].w.text != "at" && d.toks[j].w.text != "to" {
		j++
	}
	if j >= s.b {
		return no()
	}
	t := &d.toks[j]
	switch w := t.w.text; w {
	case "before", "prior", "ahead", "after":
		if w == "prior" && (j+1 >= s.b || d.toks[j+1].w.text != "to") || w == "ahead" && j+1 < s.b && d.toks[j+1].w.text != "of" && d.toks[j+1].kind != punct {
			return no()
		}
		e := d.whenEnd(j+1, s)
		return rng{i, e}, e, e > j+1 || w == "ahead"
	case "in", "on", "at", "by", "during", "from", "until", "till", "since", "within", "for", "over", "towards", "toward", "late", "early", "around":
		return d.timeAfter(i, j, s)
	}
	if moments.has(t.w.text) {
		return rng{i, j + 1}, j + 1, true
	}
	if e := d.dateEnd(j, s); e > j {
		return rng{i, e}, e, true
	}
	if e := d.timeWithin(j, s); e > j && (d.toks[j].tag == tDet || t.w.text == "that") {
		return rng{i, e}, e, true
	}
	return no()
}

// timeAfter reads a time behind the preposition at j; what bounds the time begins at i.
func (d *doc) timeAfter(i, j int, s rng) (rng, int, bool) {
	w, a := d.toks[j].w.text, i
	if w == "since" || w == "within" || w == "for" || i < j {
		a = i // keeps the word
	} else {
		a = j + 1
	}
	k := j + 1
	if k >= s.b {
		return rng{}, i, false
	}
	if d.toks[k].w.text == "advance" && w == "in" || d.toks[k].w.text == "time" && (w == "in" || w == "at") && false {
		return rng{i, k + 1}, k + 1, true
	}
	if w == "within" || w == "for" {
		if e := d.countEnd(k, s); e > k {
			return rng{i, e}, e, true
		}
		if k+1 < s.b && d.toks[k].w.text == "the" && d.toks[k+1].is(timenoun) {
			return rng{i, k + 2}, k + 2, true
		}
		if w == "for" {
			return rng{}, i, false
		}
	}
	if e := d.timeWithin(k, s); e > k {
		return rng{a, e}, e, true
	}
	for m := k; m < s.b && m < k+4; m++ {
		if e := d.dateEnd(m, s); e > m {
			return rng{a, e}, e, true
		}
		if !degrees.has(d.toks[m].w.text) && d.toks[m].w.text != "on" {
			break
		}
	}
	return rng{}, i, false
}

// timeWithin reads "the hours before the raid", "the eve of the vote", "the next morning", "the
// same night", "the morning", "the day before" at i.
func (d *doc) timeWithin(i int, s rng) int {
	if i+1 >= s.b || d.toks[i].tag != tDet && d.toks[i].tag != tPoss && !(d.toks[i].w.text == "that" && d.toks[i+1].is(timenoun)) {
		return i
	}
	k, which := i+1, false
	for k < s.b && k < i+4 && (d.toks[k].tag == tAdj || d.toks[k].is(ordinal) || d.toks[k].tag == tNum || d.toks[k].is(numword) || d.toks[k].w.text == "same" || d.toks[k].w.text == "very" || d.toks[k].w.text == "following") {
		which = true
		k++
	}
	if k >= s.b || !d.toks[k].is(timenoun) && !partOfTime.has(d.toks[k].w.text) && d.toks[k].w.text != "eve" && d.toks[k].w.text != "run-up" {
		return i
	}
	if k+1 < s.b {
		switch w := d.toks[k+1].w.text; w {
		case "before", "after", "of", "leading", "to", "preceding", "prior":
			if w == "to" && d.toks[k].w.text != "run-up" {
				return k + 1
			}
			if w == "of" && !d.toks[k].is(timenoun) && !partOfTime.has(d.toks[k].w.text) && d.toks[k].w.text != "eve" {
				return i
			}
			return max(k+2, d.whenEnd(k+2, s))
		case "between", "earlier":
			return k + 2
		}
	}
	if which || d.toks[k].w.text != "day" && d.toks[k].w.text != "end" && d.toks[k].w.text != "start" && d.toks[k].w.text != "middle" && d.toks[k].w.text != "beginning" {
		if which || d.toks[k].is(timenoun) || partOfTime.has(d.toks[k].w.text) {
			return k + 1
		}
	}
	return i
}

// dateEnd is the end of a date that begins at i, or i.
func (d *doc) dateEnd(i int, s rng) int {
	for lo := d.dateFrom(i); lo < len(d.dates) && d.dates[lo].a == i; lo++ {
		if t := d.dates[lo]; !t.published && t.b <= s.b {
			return t.b
		}
	}
	t := &d.toks[i]
	if t.kind == number && i+2 < s.b && (d.toks[i+1].w.text == "and" || d.toks[i+1].w.text == "or") && d.toks[i+2].kind == number { // on 3 and 9 May
		if e := d.dateEnd(i+2, s); e > i+3 {
			return e
		}
	}
	if e := d.clockEnd(i, s); e > i {
		return e
	}
	if k := sort.Search(len(d.dateWords), func(k int) bool { return d.dateWords[k].a >= i }); k < len(d.dateWords) && d.dateWords[k].a == i && d.dateWords[k].b <= s.b {
		return d.dateWords[k].b
	}
	if t.is(month) && t.capital && t.tag == tName || t.is(weekday) && t.capital || hours.has(t.w.text) {
		return i + 1
	}
	if t.w.text == "the" && i+1 < s.b && d.toks[i+1].is(weekday) && d.toks[i+1].capital {
		if i+2 < s.b && (d.toks[i+2].w.text == "before" || d.toks[i+2].w.text == "between" || d.toks[i+2].w.text == "after") {
			return i + 3
		}
		return i + 2
	}
	if y, ok := d.year(i); ok && y > 1900 && i > s.a && (d.toks[i-1].tag == tPrep) {
		return i + 1
	}
	return i
}

// clockEnd is the end of a time of day that begins at i: "4 p.m.", "21:30", "5.50 a.m.".
func (d *doc) clockEnd(i int, s rng) int {
	t := &d.toks[i]
	if t.kind != number {
		return i
	}
	if i+1 < s.b {
		switch d.low(i + 1) {
		case "a.m.", "p.m.", "am", "pm", "gmt", "utc", "hrs", "hours", "p.m", "a.m":
			if d.low(i+1) != "hours" || t.end-t.start == 4 {
				return i + 2
			}
		}
	}
	if n := t.end - t.start; (n == 4 || n == 5) && (d.text[t.end-3] == ':' || d.text[t.end-3] == '.' && i > s.a && d.toks[i-1].w.text == "at") {
		return i + 1
	}
	return i
}

var hours = set(`midnight noon dawn dusk midday sunrise nightfall daybreak lunchtime`)

// whenEnd is the end of what a warning came before: a noun phrase or one clause.
func (d *doc) whenEnd(i int, s rng) int {
	verbs := 0
	for j := i; j < s.b; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		switch {
		case t.kind == punct && !(t.mark == '-' && !d.gapBefore(j)) && t.tag != tOwner, t.tag == tSub, t.w.text == "based", t.w.text == "but", t.w.text == "citing", t.w.text == "according", t.w.text == "saying":
			return j
		case t.tag == tTo && j+1 < s.b && d.toks[j+1].w.verb != nil && d.toks[j+1].w.verb.frames&(fClause|fWarn) != 0 && verbs == 0:
			return j // rang before the robbery to say
		case t.tag == tRel:
			verbs = -1
		case t.tag == tFin || t.tag.aux() && !(j > i && d.toks[j-1].tag.aux()):
			if j+1 < s.b && t.tag.aux() && d.toks[j+1].tag == tPart {
				continue // counted at the participle
			}
			if verbs++; verbs > 1 {
				return j
			}
		case t.tag == tPart && j > i && d.toks[j-1].tag.aux():
			verbs++
		case t.tag == tConj && verbs > 0 && j+1 < s.b && (d.toks[j+1].tag == tFin || d.toks[j+1].tag.aux() || d.toks[j+1].tag == tAdv):
			return j
		}
	}
	return s.b
}

// findWhen looks for the time of a warning: behind its parts, between them, before them.
func (d *doc) findWhen(w *warning, s rng) {
	if !w.when.empty() {
		return
	}
	end := w.cue.b
	for _, r := range []rng{w.thing, w.recipient, w.warner, w.threat} {
		if r.a >= s.a && r.b <= s.b {
			end = max(end, r.b)
		}
	}
	if d.scanWhen(w, end, s.b, s) || d.scanWhen(w, w.cue.b, end, s) {
		return
	}
	d.whenBefore(w, s)
}

// scanWhen walks from token i for a time that belongs to the warning's own clause.
func (d *doc) scanWhen(w *warning, i, end int, s rng) bool {
	for j := i; j < end && j < i+24; j++ {
		if w.threat.holds(j) {
			j = w.threat.b - 1
			continue
		}
		if w.recipient.holds(j) {
			j = w.recipient.b - 1
			continue
		}
		if w.response.holds(j) && d.toks[j].w.text == "before" {
			j = w.response.b - 1
			continue
		}
		t := &d.toks[j]
		if words, e, ok := d.timeAt(j, s); ok && !words.overlaps(w.threat) && !words.overlaps(w.recipient) && !words.overlaps(w.warner) {
			w.when = d.trim(words)
			_ = e
			return true
		}
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		switch {
		case t.mark == ',':
			if d.attributed(j+1, s) || j+1 < s.b && (d.toks[j+1].tag == tConj || d.toks[j+1].tag == tIng && d.toks[j+1].w.text != "including" || d.toks[j+1].tag == tRel || d.toks[j+1].tag == tFin || d.toks[j+1].tag.aux()) {
				return false
			}
		case t.kind == punct, t.tag == tFin, t.tag.aux() && j > i, t.tag == tSub, t.tag == tRel, t.tag == tConj && j+1 < s.b && (d.toks[j+1].tag.verbal() || d.clauseAhead(j+1, s)):
			return false
		}
	}
	return false
}

// whenBefore reads a time in front: "Days before the attack, X warned", "On 3 May the bureau
// notified".
func (d *doc) whenBefore(w *warning, s rng) {
	start := w.cue.a
	for _, r := range []rng{w.warner, w.recipient} {
		if !r.empty() && r.b <= w.cue.a && r.a < start && r.a >= s.a {
			start = r.a
		}
	}
	if start == w.cue.a && d.toks[w.cue.b-1].tag == tNoun {
		start = d.nounStart(w.cue.b-1, s)
		if start > s.a && (d.toks[start-1].tag == tDet || d.toks[start-1].tag == tPoss) {
			start--
		}
	}
	if w.warner.b <= w.cue.a && !w.warner.empty() && w.warner.a >= s.a {
		for j := w.warner.b; j < w.cue.a && d.toks[j].tag != tFin && d.toks[j].tag != tConj; j++ { // X had, on 3 May, told Y
			if words, e, ok := d.timeAt(j, s); ok && e <= w.cue.a {
				w.when = d.trim(words)
				return
			}
		}
	}
	for k := start - 1; k >= s.a && start-k < 40; k-- {
		if t := &d.toks[k]; t.close && t.mate >= int32(s.a) && int(t.mate) < k {
			k = int(t.mate)
			continue
		}
		if k > s.a && !(d.toks[k-1].mark == ',' || d.toks[k-1].tag == tConj || d.toks[k-1].tag == tSub || d.toks[k-1].mark == ':' || d.toks[k-1].mark == ';' || d.toks[k-1].mark == '-') && k != s.a {
			continue
		}
		words, e, ok := d.timeAt(k, rng{s.a, start})
		if ok {
			if e < start && d.toks[e].mark == ',' {
				e++
			}
			if e == start {
				w.when = d.trim(words)
				return
			}
		}
		if k > s.a && (d.toks[k-1].mark == ';' || d.toks[k-1].mark == ':') {
			return
		}
		if k == start-1 && d.toks[k].w.text == "when" { // was on 3 May, when X received
			for m := k - 1; m >= s.a && k-m < 9; m-- {
				if words, e, ok := d.timeAt(m, rng{s.a, k}); ok && (e == k || e == k-1) {
					w.when = d.trim(words)
					return
				}
			}
		}
	}
}
