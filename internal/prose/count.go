package prose

import (
	"sort"
	"strconv"
	"strings"
)

// count is how many people were killed, wounded, missing, arrested or abducted.
type count struct {
	sent      int
	number    rng
	qualifier rng
	unit      rng
	what      string
	n         int
	upto      int // the upper end of "10 to 12"
	event     *event
}

var numberWords = map[string]int{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
	"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "a": 1, "an": 1}

// compounds are twenty-one to ninety-nine.
var compounds = func() map[string]int {
	out := map[string]int{}
	for tens, t := range numberWords {
		for ones, o := range numberWords {
			if t >= 20 && o > 0 && o < 10 && len(ones) > 2 {
				out[tens+"-"+ones] = t + o
			}
		}
	}
	return out
}()

var vagueWords = set("dozens scores hundreds thousands")

// vague numbers say a least only.
var vague = map[string]int{"dozens": 24, "scores": 40, "hundreds": 200, "thousands": 2000}

// qualifiers: what they do to the number that follows.
var qualifiers = []qualifier{
	{"at least", '>'}, {"no fewer than", '>'}, {"not fewer than", '>'}, {"not less than", '>'}, {"more than", '>'}, {"over", '>'}, {"upwards of", '>'}, {"as many as", '<'}, {"up to", '<'},
	{"at most", '<'}, {"fewer than", '<'}, {"less than", '<'}, {"nearly", 'n'}, {"almost", 'n'}, {"close to", 'n'}, {"about", '~'}, {"around", '~'}, {"some", '~'},
	{"approximately", '~'}, {"roughly", '~'}, {"an estimated", '~'}, {"between", 0},
}

type qualifier struct {
	words string
	kind  byte // > at least, < at most, n nearly, ~ about
}

// qualifierWords are the words of each qualifier.
var qualifierWords = func() [][]string {
	var out [][]string
	for _, q := range qualifiers {
		out = append(out, strings.Fields(q.words))
	}
	return out
}()

// outcome of the verbs and words that say what became of people.
var outcomes = map[string]string{
	"kill": "killed", "murder": "killed", "assassinate": "killed", "slay": "killed", "slaughter": "killed", "massacre": "killed", "execute": "killed", "behead": "killed", "die": "killed", "perish": "killed", "drown": "killed",
	"dead": "killed", "deaths": "killed", "fatalities": "killed", "lives": "killed",
	"wound": "injured", "injure": "injured", "hurt": "injured", "maim": "injured", "hospitalize": "injured", "treat": "injured", "injuries": "injured",
	"miss": "missing", "missing": "missing", "unaccounted": "missing", "disappear": "missing",
	"arrest": "arrested", "detain": "arrested", "apprehend": "arrested", "capture": "arrested",
	"kidnap": "abducted", "abduct": "abducted",
}

func (d *doc) outcomeOf(i int) string {
	t := &d.toks[i]
	if t.w.verb != nil && (t.tag.verbal() || t.tag == tAdj) {
		if o := outcomes[t.w.verb.lemma]; o != "" {
			return o
		}
	}
	switch t.w.text {
	case "dead", "deaths", "fatalities", "lives", "injuries", "missing", "unaccounted", "wounded", "injured", "killed":
		if o := outcomes[t.w.text]; o != "" {
			return o
		}
		switch t.w.text {
		case "wounded", "injured":
			return "injured"
		case "killed":
			return "killed"
		}
	}
	return ""
}

func (d *doc) findCounts() {
	for si := range d.sents {
		s := d.sents[si].rng
		for i := s.a; i < s.b; i++ {
			if t := &d.toks[i]; t.tag != tNum && !(vagueWords.has(t.w.text) && !d.upper && i > s.a && d.outcomeOf(i-1) != "") && !(t.tag == tDet && i+1 < s.b && d.toks[i+1].w.text == "dozen") { // a dozen
				continue
			}
			if k := d.countAt(i, d.innerSentence(i, s)); k != nil {
				k.sent = si
				d.counts = append(d.counts, k)
				i = max(k.number.b, k.unit.b) - 1
			}
		}
	}
}

// numberAt reads a number in figures or words at i and gives its end.
func (d *doc) numberAt(i int, s rng) (n, end int) {
	t := &d.toks[i]
	if t.kind == number {
		v, err := strconv.Atoi(strings.ReplaceAll(d.text[t.start:t.end], ",", ""))
		if err != nil || v > 50_000_000 {
			return 0, i
		}
		return v, i + 1
	}
	if t.w.text == "a" && i+1 < s.b && d.toks[i+1].w.text == "dozen" {
		return 12, i + 2
	}
	if t.w.text == "" || !t.is(numword) {
		return 0, i
	}
	if v := vague[t.w.text]; v > 0 {
		return v, i + 1
	}
	if v := compounds[t.w.text]; v > 0 {
		return v, i + 1
	}
	v := numberWords[t.w.text]
	end = i + 1
	if v == 0 {
		return 0, i
	}
	if end < s.b {
		switch d.toks[end].w.text {
		case "hundred":
			return v * 100, end + 1
		case "thousand":
			return v * 1000, end + 1
		case "dozen":
			return v * 12, end + 1
		}
	}
	return v, end
}

func (d *doc) countAt(i int, s rng) *count {
	n, end := d.numberAt(i, s)
	if end == i || d.inDate(i) || i > s.a && (d.toks[i-1].mark == '$' || d.toks[i-1].kind == number) {
		return nil
	}
	k := &count{number: rng{i, end}, n: n}
	if w := &d.toks[min(end, s.b-1)]; end+1 < s.b && (w.w.text == "to" || w.w.text == "or" || w.w.text == "and" && i > s.a && d.toks[i-1].w.text == "between") {
		if m, e := d.numberAt(end+1, s); e > end+1 && m > n {
			k.upto, k.number.b = m, e
			end = e
		}
	}
	k.qualifier = d.qualifierBefore(i, s)
	if !d.upper && end < s.b && (d.toks[end].w.text == "lives" || d.toks[end].w.text == "life") && i > s.a {
		if at := i - (k.qualifier.b - k.qualifier.a); at > s.a && d.tookLives(at, s) {
			k.unit, k.what = rng{end, end + 1}, "killed"
			return k
		}
	}
	// the unit: "individuals", "of those", "other people"
	j := end
	for j < s.b && (d.toks[j].tag == tAdj && !d.outcomeWord(j) || d.toks[j].tag == tPrep && d.toks[j].w.text == "of" || d.toks[j].tag == tDet || d.toks[j].w.text == "other" || d.toks[j].w.text == "others" || d.nounBeforePerson(j, s)) {
		if d.toks[j].w.text == "others" {
			j++
			break
		}
		j++
	}
	if j < s.b && (d.toks[j].is(person|body) || d.toks[j].tag == tNoun && plural(d, j) && !d.toks[j].is(timenoun|weapon|target|document|saying|placeNoun)) && !d.outcomeWord(j) {
		if j+1 < s.b && d.toks[j+1].tag == tNoun && d.toks[j+1].is(person) && d.toks[j].is(person|body) {
			j++ // police officers
		}
		k.unit = rng{end, j + 1}
		for k.unit.a < j && (d.toks[k.unit.a].w.text == "of" || d.toks[k.unit.a].tag == tDet && (d.upper || k.unit.a == end)) {
			k.unit.a++
		}
		j++
	} else if j > end && d.toks[j-1].w.text == "others" {
		k.unit = rng{end, j}
	} else if j == end && j < s.b && d.toks[j].tag == tName && (d.toks[j].capital && plural(d, j) || d.namesPeople(j)) { // nine Chinese
		k.unit = rng{j, j + 1}
		j++
	} else if n := len(d.counts); j == end+1 && j < s.b && (d.toks[j].w.text == "them" || d.toks[j].w.text == "whom") && n > 0 && d.counts[n-1].number.a >= s.a { // 17 of them critically
		k.unit, k.what = rng{j, j + 1}, d.counts[n-1].what
		return k
	} else if j > end {
		return nil
	}
	if j < s.b && d.toks[j].is(timenoun) || end < s.b && d.toks[end].w.text == "percent" || end < s.b && d.toks[end].mark == '%' {
		return nil
	}
	if k.what = d.outcomeAround(i, j, s, !k.unit.empty()); k.what == "" {
		if k.what = d.outcomeOfDeed(i); k.what == "" {
			return nil
		}
	}
	if k.unit.empty() {
		k.unit = d.numbered(i, s)
	}
	if k.unit.empty() && !d.upper && end < s.b && casualtyNouns.has(d.toks[end].w.text) && !d.leftBehind(i, s) {
		k.unit = rng{end, end + 1} // 18 dead
	}
	return k
}

// tookLives reads "took four lives", "cost at least five lives".
func (d *doc) tookLives(i int, s rng) bool {
	v := d.toks[i-1].w.verb
	return v != nil && d.toks[i-1].tag.verbal() && (v.lemma == "take" || v.lemma == "cost" || v.lemma == "claim")
}

// casualtyNouns are words for people by what became of them, behind a number.
var casualtyNouns = newSet(map[string]bool{"injured": true, "wounded": true})

// leftBehind tells "38 killed and 100 wounded", where the word is a verb's.
func (d *doc) leftBehind(i int, s rng) bool {
	for j := i - 1; j >= s.a && i-j < 12; j-- {
		t := &d.toks[j]
		if t.tag.aux() {
			return true
		}
		if t.kind == punct || t.tag == tFin {
			return false
		}
	}
	return false
}

// outcomeOfDeed gives what became of those whom a deed was done to: "police are holding 41
// people".
func (d *doc) outcomeOfDeed(i int) string {
	if d.upper {
		return ""
	}
	sent := int(d.toks[i].sent)
	for _, n := range d.incidentsOf(sent, sent) {
		what := map[act]string{actKill: "killed", actWound: "injured", actArrest: "arrested", actKidnap: "abducted"}[n.act]
		if v := d.toks[n.trigger].w.verb; what == "" || n.event == nil || v != nil && v.lemma == "execute" {
			continue
		}
		for _, p := range n.patients {
			if p.holds(i) && i <= p.a+2 {
				return what
			}
		}
	}
	return ""
}

// namesPeople tells a people's name.
func (d *doc) namesPeople(i int) bool {
	n, ok := d.namingIn(rng{i, i + 1}, func(p *party) bool { return p.kind == "state" })
	return ok && n.party.people[d.nameKey(i)]
}

func (d *doc) nounBeforePerson(j int, s rng) bool {
	return j+1 < s.b && d.toks[j].tag == tNoun && !d.toks[j].is(person) && d.toks[j+1].is(person) && d.toks[j+1].tag == tNoun
}

func (d *doc) outcomeWord(j int) bool { return d.outcomeOf(j) != "" && !d.toks[j].is(vBase) }

func (d *doc) inDate(i int) bool {
	k := sort.Search(len(d.dateWords), func(k int) bool { return d.dateWords[k].b > i })
	return k < len(d.dateWords) && d.dateWords[k].holds(i)
}

// qualifierBefore gives the words that bound or round the number at i.
func (d *doc) qualifierBefore(i int, s rng) rng {
	for _, words := range qualifierWords {
		a := i - len(words)
		if a < s.a {
			continue
		}
		same := true
		for k, w := range words {
			same = same && d.toks[a+k].w.text == w
		}
		if same {
			return rng{a, i}
		}
	}
	return rng{}
}

// outcomeAround looks for what became of the people between a number at i and unit's end j.
func (d *doc) outcomeAround(i, j int, s rng, unit bool) string {
	// behind: "12 people were killed", "12 dead", "35 people killed"
	from := j
	if j+1 < s.b && d.toks[j].mark == ',' && (d.toks[j+1].w.text == "including" || d.toks[j+1].w.text == "among") { // 19 people, including four children, died
		if from = d.nextComma(j+1, s) + 1; from >= s.b {
			from = j
		}
	}
	if j+2 < s.b && d.toks[j].w.text == "lost" && (d.toks[j+2].w.text == "lives" || d.toks[j+2].w.text == "life") {
		return "killed"
	}
	for k := from; k < min(from+7, s.b); k++ {
		t := &d.toks[k]
		if o := d.outcomeOf(k); o != "" && (t.tag == tPart || t.tag == tAdj || t.tag == tFin && (t.w.verb != nil && (t.w.verb.lemma == "die" || t.w.verb.lemma == "perish" || t.w.verb.lemma == "drown" || t.is(vPart) && k == j)) || t.kind == letters && t.w.verb == nil || t.w.text == "missing") {
			return o
		}
		if t.kind == punct || t.tag == tFin && (t.w.verb == nil || t.w.verb.lemma != "remain") || t.tag == tConj || t.tag == tPrep && t.w.text != "as" {
			break
		}
	}
	if n := len(d.counts); i > s.a && d.toks[i-1].w.text == "including" && n > 0 && d.counts[n-1].number.a >= s.a {
		return d.counts[n-1].what
	}
	if !unit && d.tollOf(i, s) {
		return "killed"
	}
	// before: "killing at least 144", "arrested 35", "claimed the lives of 144", "left 12 dead"
	for k := i - 1; k >= s.a && i-k < 9; k-- {
		t := &d.toks[k]
		if o := d.outcomeOf(k); o != "" {
			if t.tag == tPart && k > s.a && d.groupAt(k, s).passive && d.toks[i].tag != tNum {
				return ""
			}
			return o
		}
		if t.mark == '.' || t.mark == ';' || t.tag == tRel || t.tag == tFin && t.w.text != "left" {
			break
		}
		if t.w.text == "toll" {
			return "killed"
		}
	}
	return ""
}

// numbered is the people of whom "the number of injured at 412" speaks.
func (d *doc) numbered(i int, s rng) rng {
	for k := i - 1; k > s.a && i-k < 6; k-- {
		switch t := &d.toks[k]; t.w.text {
		case "dead", "injured", "wounded", "missing":
			if p := d.toks[k-1].w.text; p == "the" {
				return rng{k - 1, k + 1}
			} else if p == "of" {
				return rng{k, k + 1}
			}
			return rng{}
		}
	}
	return rng{}
}

// tollOf reads "the death toll rose to 57", "put the toll at 12".
func (d *doc) tollOf(i int, s rng) bool {
	for k := i - 1; k >= s.a && i-k < 12; k-- {
		t := &d.toks[k]
		switch {
		case t.w.text == "toll":
			return true
		case t.tag == tNum && !d.inDate(k), t.mark == ';', t.tag == tSub, t.tag == tRel:
			return false
		}
	}
	return false
}

func (d *doc) countRecord(k *count) Record {
	r := d.newRecord("count", 3)
	d.put(&r, "number", k.number)
	d.put(&r, "qualifier", k.qualifier)
	d.put(&r, "unit", k.unit)
	r.set("what", k.what)
	kind := byte(0)
	if !k.qualifier.empty() {
		words := strings.ToLower(d.words(k.qualifier))
		for _, q := range qualifiers {
			if q.words == words {
				kind = q.kind
			}
		}
	}
	set := func(name string, n int) { r.set(name, n) }
	switch {
	case vague[d.low(k.number.a)] > 0:
		set("min", k.n)
	case k.upto > 0:
		set("min", k.n)
		set("max", k.upto)
	case kind == '>':
		set("min", k.n)
	case kind == '<':
		set("max", k.n)
	case kind == 'n':
		set("max", k.n)
		set("approx", k.n)
	case kind == '~':
		set("approx", k.n)
	default:
		set("min", k.n)
		set("max", k.n)
	}
	if k.event != nil {
		r.set("event_ref", k.event.id)
	}
	return r
}
