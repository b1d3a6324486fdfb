package prose

import (
	"embed"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed lexicon/*.txt
var lexiconFiles embed.FS

// class is a set of what a word can be.
type class uint64

const (
	det class = 1 << iota
	poss
	pron
	subj
	rel
	wh
	prep
	conj
	sub
	be
	have
	do
	modal
	neg
	adv
	title
	month
	weekday
	numword
	ordinal
	timenoun
	adj
	vBase
	vS
	vPast
	vPart
	vIng
	noun
	person
	body
	document
	saying
	weapon
	target
	placeNoun
	hedgeWord
	certainWord
	probableWord
	possibleWord
	imminentWord
	evBombing
	evShooting
	evAttack
	evKidnapping
	evArson
	evHijacking
	evCyber
	evArrest
	abbrev
	warnNoun
	misgiving
	opinion
	backward
	disaster
	notice     // carries a warning where the text speaks of one
	casualty   // a key of casualties
	deathWord  // a key of deathNoun
	blameStart // a key of blameWords
	nameStart  // the first word of a party's name
	dateStart  // a word that can begin a date told relatively
	quantWord  // a word of "at least", "more than", "nearly"
	closedWord // a word that tagClosed decides on
	danger     // a key of dangers
)

const (
	anyVerb  = vBase | vS | vPast | vPart | vIng
	anyEvent = evBombing | evShooting | evAttack | evKidnapping | evArson | evHijacking | evCyber | evArrest
)

var classNames = map[string]class{
	"det": det, "poss": poss, "pron": pron, "subj": subj, "rel": rel, "wh": wh, "prep": prep, "conj": conj, "sub": sub,
	"be": be, "have": have, "do": do, "modal": modal, "neg": neg, "adv": adv, "title": title, "month": month, "day": weekday,
	"num": numword, "ord": ordinal, "timenoun": timenoun | noun,
	"person": person | noun, "body": body | noun, "document": document | noun, "saying": saying | noun,
	"weapon": weapon | noun, "target": target | noun, "place": placeNoun | noun, "hedge": hedgeWord,
	"certain": certainWord, "probable": probableWord, "possible": possibleWord, "imminent": imminentWord,
	"bombing": evBombing | noun, "shooting": evShooting | noun, "attack": evAttack | noun, "kidnapping": evKidnapping | noun,
	"arson": evArson | noun, "hijacking": evHijacking | noun, "cyber": evCyber | noun, "arrest": evArrest | noun,
	"thing": noun, "abbrev": abbrev, "misgiving": misgiving | noun, "opinion": opinion | adv, "backward": backward | adv, "disaster": disaster | noun,
}

// frame is a set of complements that a cue verb takes.
type frame uint16

const (
	fClause frame = 1 << iota
	fAddressee
	fThing
	fInfinitive
	fCalled
	fCall    // call for, call on
	fPrep    // with one of the verb's prepositions
	fPassive // is expected to
	fWarn
)

type stance uint8

const (
	asserts stance = iota
	denies
	doubts
	asks
	orders
)

var stanceNames = [...]string{"assert", "deny", "doubt", "ask", "order"}

// verb is what the lexicon knows of a verb, shared by its forms.
type verb struct {
	lemma  string
	frames frame
	stance stance
	denial bool
	act    act     // what it does to somebody, if it is a verb of violence
	warns  warnAct // the ways in which it makes a warning
	blames bool    // a phrase of responsibility can begin with it
	uses   bool    // an act only with a particle, an object or an instrument
	preps  map[string]bool
}

// word is one spelling, in lower case.
type word struct {
	text string
	is   class
	verb *verb
}

type lexicon struct {
	words  map[string]*word
	table  []*word // words by hash, a power of two long: what each word of a text is looked up in
	names  *trie   // parties, by their words in lower case
	states map[string]*party
	groups map[string]*party
	casts  map[string][]string // what a word says of a participant, from evidence.txt
	around map[string][]string // what a word says of the event of its sentence, from there too

	weights map[string]map[string]float64 // of evidence, by what it is evidence for, from weights.txt
}

var lex = sync.OnceValue(func() *lexicon {
	l := &lexicon{words: make(map[string]*word, 1<<14)}
	l.loadClasses(file("function.txt"))
	l.loadClasses(file("nouns.txt"))
	for _, w := range strings.Fields(file("adjectives.txt")) {
		l.word(w).is |= adj
	}
	for w := range compounds {
		l.word(w).is |= numword
	}
	for w := range strongNouns.all {
		l.word(w).is |= warnNoun | noun
	}
	for w := range notes.all {
		l.word(w).is |= notice | noun
	}
	for w := range knowledge.all {
		l.word(w).is |= notice
	}
	for c, list := range map[class][]string{casualty: slices.Collect(maps.Keys(casualties)), deathWord: slices.Collect(maps.Keys(deathNoun.all)), blameStart: slices.Collect(maps.Keys(blameWords.all)), danger: slices.Collect(maps.Keys(dangers.all)),
		dateStart: strings.Fields("early late mid yesterday today tonight tomorrow last this next past a the that"),
		quantWord: strings.Fields("at least most up to more less fewer than about over around nearly almost some roughly approximately")} {
		for _, w := range list {
			l.word(w).is |= c
		}
	}
	l.loadVerbs(file("verbs.txt"))
	l.loadParties(file("parties.txt"))
	l.loadEvidence(file("evidence.txt"))
	l.loadWeights(file("weights.txt"))
	l.word("daily").is |= closedWord
	for _, w := range l.words {
		if w.is&(det|poss|pron|rel|wh|prep|conj|sub|be|have|do|modal|neg|month) != 0 {
			w.is |= closedWord
		}
	}
	l.makeTable()
	return l
})

func (l *lexicon) makeTable() {
	l.table = make([]*word, 1<<16)
	for s, w := range l.words {
		i := hash([]byte(s))
		for ; l.table[i&(1<<16-1)] != nil; i++ {
		}
		l.table[i&(1<<16-1)] = w
	}
}

// hash is FNV-1a.
func hash(b []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range b {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}

// find looks a word up by its letters in lower case.
func (l *lexicon) find(b []byte) *word {
	for i := hash(b); ; i++ {
		if w := l.table[i&(1<<16-1)]; w == nil || w.text == string(b) {
			return w
		}
	}
}

func file(name string) string {
	b, err := lexiconFiles.ReadFile("lexicon/" + name)
	if err != nil {
		panic(err) // embedded: it is there or the program was not built
	}
	return string(b)
}

func (l *lexicon) word(s string) *word {
	w := l.words[s]
	if w == nil {
		w = &word{text: s}
		l.words[s] = w
	}
	return w
}

func (l *lexicon) loadClasses(s string) {
	for line := range strings.Lines(s) {
		name, list, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		c, known := classNames[name]
		if !known {
			panic("prose: lexicon: no class " + name)
		}
		for _, w := range strings.Fields(list) {
			l.word(w).is |= c
		}
	}
}

func (l *lexicon) loadEvidence(s string) {
	l.casts, l.around = map[string][]string{}, map[string][]string{}
	for line := range strings.Lines(s) {
		name, list, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		into := l.casts
		if around, ok := strings.CutPrefix(name, "around "); ok {
			into, name = l.around, around
		}
		for _, w := range strings.Fields(list) {
			into[w] = append(into[w], name)
		}
	}
}

func (l *lexicon) loadWeights(s string) {
	l.weights = map[string]map[string]float64{}
	var section map[string]float64
	for line := range strings.Lines(s) {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		switch {
		case len(f) == 0:
		case strings.HasPrefix(f[0], "["):
			section = map[string]float64{}
			l.weights[strings.Trim(strings.Join(f, " "), "[]")] = section
		default:
			w, err := strconv.Atoi(f[len(f)-1])
			if err != nil {
				panic("prose: lexicon: no weight: " + line)
			}
			section[strings.Join(f[:len(f)-1], " ")] = float64(w) / 10
		}
	}
}

func (l *lexicon) loadVerbs(s string) {
	verbs := map[string]*verb{}
	var frames frame
	var st stance
	var section string
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			section, frames, st = parseSection(line)
			continue
		}
		var v *verb
		for _, item := range strings.Fields(line) {
			if (section == "talk" || section == "call") && prepositions.has(item) && v != nil {
				v.addPrep(item)
				continue
			}
			lemma, past, part := forms(item)
			v = verbs[lemma]
			if v == nil {
				v = &verb{lemma: lemma, act: verbActs[lemma], warns: warnActs[lemma], blames: blameWords.has(lemma), uses: particles.has(lemma)}
				verbs[lemma] = v
			}
			if st != asserts {
				v.stance = st
			}
			v.frames |= frames
			if st == denies {
				v.denial = true
			}
			l.inflect(v, past, part)
		}
	}
	for _, p := range []string{"for", "on", "upon"} {
		verbs["call"].addPrep(p)
	}
}

var prepositions = newSet(map[string]bool{"about": true, "of": true, "out": true, "to": true, "for": true, "on": true, "upon": true, "against": true,
	"with": true, "from": true, "at": true, "in": true, "by": true, "back": true})

func (v *verb) addPrep(p string) {
	if v.preps == nil {
		v.preps = map[string]bool{}
	}
	v.preps[p] = true
	v.frames |= fPrep
}

func parseSection(line string) (string, frame, stance) {
	fields := strings.Fields(strings.Trim(line, "[]"))
	if len(fields) == 1 {
		if fields[0] == "warn" {
			return "warn", fWarn, asserts
		}
		return fields[0], 0, asserts
	}
	var st stance
	for i, n := range stanceNames {
		if n == fields[1] {
			st = stance(i)
		}
	}
	if fields[2] == "talk" || fields[2] == "call" {
		return fields[2], 0, st
	}
	var f frame
	for _, x := range fields[2:] {
		f |= map[string]frame{"C": fClause, "A": fAddressee, "N": fThing, "I": fInfinitive, "X": fCalled, "P": fPassive}[x]
	}
	return "cue", f, st
}

// forms splits lemma/past/participle.
func forms(item string) (lemma, past, part string) {
	p := strings.Split(item, "/")
	lemma = p[0]
	switch len(p) {
	case 1:
	case 2:
		past, part = p[1], p[1]
	default:
		past, part = p[1], p[2]
	}
	return
}

// inflect enters a verb's forms. Without a past of its own the verb is regular, unless its
// irregular forms stand elsewhere in the lexicon.
func (l *lexicon) inflect(v *verb, past, part string) {
	b := v.lemma
	set := func(s string, c class) {
		w := l.word(s)
		w.is |= c
		if w.verb == nil || w.text == b && w.verb.frames == 0 {
			w.verb = v
		}
	}
	last := b[len(b)-1]
	ends := func(suffixes ...string) bool {
		for _, s := range suffixes {
			if strings.HasSuffix(b, s) {
				return true
			}
		}
		return false
	}
	consonantY := last == 'y' && !ends("ay", "ey", "oy", "uy")
	set(b, vBase)
	switch {
	case ends("s", "sh", "ch", "x", "z", "o"):
		set(b+"es", vS)
	case consonantY:
		set(b[:len(b)-1]+"ies", vS)
	default:
		set(b+"s", vS)
	}
	stem := b
	if doubles(b) {
		stem = b + string(last)
	}
	switch {
	case ends("ie"):
		set(b[:len(b)-2]+"ying", vIng)
	case last == 'e' && !ends("ee", "oe", "ye"):
		set(b[:len(b)-1]+"ing", vIng)
	default:
		set(stem+"ing", vIng)
	}
	if past != "" {
		set(past, vPast)
		set(part, vPart)
		return
	}
	if irregulars.has(b) {
		return
	}
	switch {
	case last == 'e':
		set(b+"d", vPast|vPart)
	case consonantY:
		set(b[:len(b)-1]+"ied", vPast|vPart)
	default:
		set(stem+"ed", vPast|vPart)
	}
	if last == 'l' && stem == b && len(b) > 4 && strings.IndexByte("aeo", b[len(b)-2]) >= 0 && strings.IndexByte("aeiou", b[len(b)-3]) < 0 { // travelled, signalled
		set(b+"led", vPast|vPart)
		set(b+"ling", vIng)
	}
}

// irregulars stand with their forms in one section of verbs.txt and bare in others.
var irregulars = newSet(map[string]bool{"say": true, "write": true, "see": true, "find": true, "think": true, "know": true, "forget": true, "seek": true, "choose": true,
	"swear": true, "tell": true, "hear": true, "feel": true, "understand": true, "put": true, "hit": true, "stand": true, "speak": true, "foresee": true,
	"mean": true, "teach": true, "lie": true, "read": true, "shoot": true, "bear": true, "go": true, "do": true})

// doubles tells whether the last consonant is doubled: plan, refer, but not visit.
func doubles(b string) bool {
	if len(b) < 3 {
		return false
	}
	vowel := func(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }
	x, y, z := b[len(b)-3], b[len(b)-2], b[len(b)-1]
	if vowel(z) || strings.IndexByte("wxyh", z) >= 0 || !vowel(y) || vowel(x) {
		return false
	}
	if len(b) <= 4 && !vowel(b[0]) {
		return true // but opened, edited
	}
	switch b {
	case "emit", "refer", "infer", "admit", "commit", "permit", "omit", "regret", "rebut", "occur", "concur", "prefer", "transfer", "propel", "compel", "expel", "abet",
		"rebel", "repel", "patrol", "submit", "quip", "equip", "scrap", "strip", "snap", "drop", "stop", "slam", "deter", "defer", "kidnap":
		return true
	}
	return false
}
