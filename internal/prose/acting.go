package prose

import "strings"

// What a noun before or in a name says of the one named.
var kindNouns = map[string]string{
	"group": "armed-group", "faction": "armed-group", "militia": "armed-group", "outfit": "armed-group", "gang": "armed-group", "crew": "armed-group", "movement": "armed-group", "sect": "armed-group",
	"persona": "armed-group", "brigade": "armed-group", "brigades": "armed-group", "front": "armed-group", "column": "armed-group", "hawks": "armed-group", "avengers": "armed-group", "jihad": "armed-group",
	"newspaper": "media", "daily": "media", "weekly": "media", "magazine": "media", "paper": "media", "broadcaster": "media", "radio": "media", "television": "media", "tv": "media", "channel": "media",
	"website": "media", "news": "media", "press": "media", "wire": "media", "newswire": "media", "station": "media", "tabloid": "media", "times": "media", "post": "media", "herald": "media", "gazette": "media", "journal": "media",
	"company": "company", "firm": "company", "consultancy": "company", "vendor": "company", "airline": "company", "operator": "company", "contractor": "company", "analytics": "company", "corporation": "company",
	"charity": "agency", "agency": "agency", "service": "agency", "ministry": "agency", "department": "agency", "bureau": "agency", "centre": "agency", "center": "agency", "institute": "agency", "office": "agency",
	"council": "agency", "commission": "agency", "committee": "agency", "authority": "agency", "directorate": "agency", "delegation": "agency", "mission": "agency", "embassy": "agency", "command": "agency",
	"police": "agency", "gendarmerie": "agency", "trust": "agency", "union": "agency", "organization": "agency", "organisation": "agency", "intelligence": "agency", "army": "agency", "navy": "agency",
	"force": "agency", "court": "agency", "tribunal": "agency", "headquarters": "agency", "consulate": "agency", "observatory": "agency", "system": "agency", "wing": "agency", "league": "agency", "board": "agency",
	"university": "agency", "security": "agency", "lines": "company", "studios": "company", "airways": "company", "airlines": "company", "holdings": "company", "industries": "company", "foundation": "agency", "association": "agency", "network": "agency", "administration": "agency", "inspectorate": "agency", "programme": "agency", "program": "agency",
	"services": "", "forces": "", "government": "", "parliament": "",
}

// armedWords in a name's own words tell an armed group whatever else stands there.
var armedWords = newSet(map[string]bool{"brigade": true, "brigades": true, "front": true, "jihad": true, "militia": true, "martyrs": true, "mujahideen": true, "avengers": true, "hawks": true, "liberation": true,
	"resistance": true, "column": true, "battalion": true, "battalions": true, "fighters": true, "insurgents": true})

// findNamed gathers the bodies, groups, outlets and persons that the lexicon of parties does
// not hold but the text names and lets act.
func (d *doc) findNamed() {
	if d.upper {
		return
	}
	d.findPeople()
	f := &finder{d: d, byKey: map[string]*actor{}, acronyms: map[string]*actor{}}
	for _, a := range d.actors {
		for _, n := range a.names {
			f.byKey[f.key(n)] = a
		}
	}
	for si := range d.sents {
		s := d.sents[si].rng
		for i := s.a; i < s.b; i++ {
			if t := &d.toks[i]; t.kind != letters || !t.capital && t.w.text != "the" {
				continue
			}
			if e := f.nameAt(i, s); e > i {
				i = e - 1
			}
		}
	}
	f.acting()
	d.firstUses()
	d.withArticles()
	f.laterForms()
}

type finder struct {
	d        *doc
	byKey    map[string]*actor
	acronyms map[string]*actor
}

func (f *finder) key(r rng) string {
	s := strings.ToLower(f.d.words(r))
	return strings.TrimPrefix(s, "the ")
}

// runEnd is the end of a run of names that opens at i: "Department of State Services".
func (f *finder) runEnd(i int, s rng) int {
	d := f.d
	j := i
	for j < s.b {
		t := &d.toks[j]
		switch {
		case t.kind == letters && t.capital && t.tag != tOwner && !(t.is(month|weekday) && t.tag == tName && len(t.w.text) > 3) && !(j > i && t.tag.verbal() && t.tag != tIng && t.tag != tBase):
			j++
			continue
		case j > i && j+1 < s.b && (t.w.text == "of" || t.w.text == "for") && d.toks[j+1].capital && d.toks[j+1].kind == letters:
			j++
			continue
		case j > i && j+2 < s.b && t.w.text == "of" && d.toks[j+1].w.text == "the" && d.toks[j+2].capital:
			j += 2
			continue
		case j > i && j+1 < s.b && t.kind == letters && !t.capital && d.toks[j+1].capital && d.toks[j+1].kind == letters && strings.Contains(particlesOfNames, " "+d.low(j)+" "):
			j++
			continue
		case j > i && j+1 < s.b && t.w.text == "and" && d.toks[j+1].capital && f.ofBefore(i, j):
			j++
			continue
		}
		break
	}
	for j > i && (d.toks[j-1].tag == tPrep || d.toks[j-1].tag == tDet || d.toks[j-1].tag == tConj) {
		j--
	}
	return j
}

func (f *finder) ofBefore(a, b int) bool {
	for i := a; i < b; i++ {
		if w := f.d.toks[i].w.text; w == "of" || w == "for" {
			return true
		}
	}
	return false
}

// kindOf tells what a run of names names, by its own nouns: "" for none of them.
func (f *finder) kindOf(r rng) string {
	d := f.d
	head := r.b - 1
	kind := ""
	for i := r.a; i < r.b; i++ {
		w := d.low(i)
		if armedWords.has(w) {
			return "armed-group"
		}
		if (d.toks[i].w.text == "of" || d.toks[i].w.text == "for") && head == r.b-1 && i > r.a {
			head = i - 1
		}
	}
	for _, i := range []int{head, r.b - 1} {
		if k, ok := kindNouns[d.low(i)]; ok && kind == "" {
			kind = k
		}
	}
	if kind == "agency" && d.low(head) == "agency" {
		for i := r.a; i < head; i++ {
			if w := d.low(i); w == "news" || w == "press" {
				return "media"
			}
		}
	}
	return kind
}

// nameAt takes the name of a body that opens at i, with its article.
func (f *finder) nameAt(i int, s rng) int {
	d := f.d
	a := i
	if d.toks[i].w.text == "the" {
		a++
	}
	if a >= s.b || !d.toks[a].capital || d.toks[a].kind != letters {
		return i
	}
	e := f.runEnd(a, s)
	if e-a < 2 {
		return max(i, e)
	}
	r := rng{a, e}
	if n, ok := d.namingIn(r, func(p *party) bool { return p.kind != "state" }); ok && (n.rng == r || n.a == r.a && n.b >= r.b-1) {
		f.brackets(f.actorOf(n.party), e, s)
		return e
	}
	if d.hasClass(rng{a, a + 1}, title|person) && d.toks[a].tag == tName && f.kindOf(rng{e - 1, e}) == "" {
		return e
	}
	kind := f.kindOf(r)
	if kind == "" || f.placed(i, s) || d.headlineCase(d.toks[a].sent) {
		return e
	}
	if e < s.b && d.toks[e].tag == tNoun && !d.toks[e].open && d.toks[e].is(person|document|placeNoun|target) && !d.toks[e].is(body) {
		return e // the Security Service report
	}
	if i == a && i > s.a && d.toks[i-1].w.text == "the" {
		i--
	}
	act := f.add(rng{i, e}, kind)
	f.brackets(act, e, s)
	return e
}

// placed tells whether a name stands where a place would.
func (f *finder) placed(i int, s rng) bool {
	if i <= s.a {
		return false
	}
	switch f.d.toks[i-1].w.text {
	case "in", "near", "outside", "inside", "at", "into", "towards":
		return true
	}
	return false
}

// headlineCase tells of a sentence whose words all begin with capitals.
func (d *doc) headlineCase(sent int32) bool {
	s := d.sents[sent].rng
	caps, words := 0, 0
	for i := s.a; i < s.b && i < s.a+30; i++ {
		if t := &d.toks[i]; t.kind == letters && t.end-t.start > 3 {
			words++
			if t.capital {
				caps++
			}
		}
	}
	return words > 3 && caps*10 >= words*8
}

func (f *finder) actorOf(p *party) *actor {
	return f.d.byParty[p]
}

// add gives the actor of a name, a new one if need be.
func (f *finder) add(r rng, kind string) *actor {
	d := f.d
	k := f.key(r)
	a := f.byKey[k]
	if a == nil {
		a = &actor{kind: kind, acts: true}
		f.byKey[k] = a
		d.actors = append(d.actors, a)
	}
	a.acts = true
	d.addForm(a, r)
	return a
}

// brackets takes the other names right behind a name: "(SRA)", ", or DEP,", ", also known as
// ISIS-K,".
func (f *finder) brackets(a *actor, i int, s rng) {
	d := f.d
	if a == nil || i+1 >= s.b {
		return
	}
	if t := &d.toks[i]; t.open && t.mark == '(' && t.mate > int32(i) && int(t.mate) < s.b {
		in := rng{i + 1, int(t.mate)}
		if in.b-in.a <= 4 && !in.empty() && d.toks[in.a].kind == letters && f.allNames(in) {
			f.alias(a, in)
		}
		i = int(t.mate) + 1
	}
	if i+2 < s.b && d.toks[i].mark == ',' {
		j := i + 1
		cue := rng{j, j}
		for j < s.b && j < i+6 && (d.toks[j].tag == tAdv || d.toks[j].tag == tPart || d.toks[j].tag == tFin || d.toks[j].w.text == "as" || d.toks[j].w.text == "or") {
			j++
		}
		cue.b = j
		if cue.empty() || j >= s.b || !(d.toks[j-1].w.text == "as" || d.toks[j-1].w.text == "or" || d.toks[j-1].w.text == "called") {
			return
		}
		if d.toks[j].w.text == "the" {
			j++
		}
		if e := f.runEnd(j, s); e > j && e-j <= 4 && (e >= s.b || d.toks[e].kind == punct) {
			f.alias(a, rng{j, e})
			if d.toks[cue.b-1].w.text != "or" && a.cue.empty() {
				a.cue = cue
			}
		}
	}
}

func (f *finder) allNames(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if t := &f.d.toks[i]; t.kind == letters && !t.capital && t.w.text != "the" && t.tag != tPrep {
			return false
		}
	}
	return true
}

func (f *finder) alias(a *actor, r rng) {
	f.d.addForm(a, r)
	k := f.key(r)
	if o := f.byKey[k]; o == nil {
		f.byKey[k] = a
	} else if o != a && o.party == nil && o.kind != "person" && o.kind != "state" {
		f.absorb(a, o)
		f.byKey[k] = a
	}
	if r.b-r.a == 1 && isAcronym(f.d.words(r)) {
		f.acronyms[k] = a
	}
}

// absorb makes one actor of two that turn out to be the same.
func (f *finder) absorb(a, o *actor) {
	for _, n := range o.names {
		f.d.addForm(a, n)
	}
	a.acts = a.acts || o.acts
	o.names, o.acts = nil, false
}

// acting looks at who speaks, warns, is told and is held responsible.
func (f *finder) acting() {
	d := f.d
	for _, c := range d.claims {
		f.party(c.source, c.sent, "")
		f.party(c.addressee, c.sent, "")
	}
	for _, w := range d.warnings {
		f.party(w.warner, w.sent, "")
		f.party(w.recipient, w.sent, "")
		f.states(w.warner)
		f.states(w.recipient)
	}
	f.calledAnywhere()
	for _, b := range d.blames {
		f.party(b.actor, b.sent, "armed-group")
		f.blamedState(b.actor)
	}
	for _, a := range d.actors {
		if a.acts && len(a.names) > 0 && a.kind != "state" && a.kind != "person" {
			f.before(a)
			f.apposition(a)
			f.outlet(a)
		}
	}
}

// states lets the states named in a list of those who warn or are told act.
func (f *finder) states(r rng) {
	d := f.d
	for ; !r.empty(); r.a++ {
		n, ok := d.namingIn(r, func(p *party) bool { return p.kind == "state" })
		if !ok {
			return
		}
		r.a = n.b - 1
		k := d.nameKey(n.b - 1)
		if n.a > 0 && placePrep.has(d.toks[n.a-1].w.text) || n.b < len(d.toks) && d.toks[n.b].tag.nominal() || n.party.people[k] || n.party.capital[k] {
			continue
		}
		a := f.actorOf(n.party)
		if a == nil || len(a.names) == 0 {
			continue
		}
		if main := d.mainName(a); d.nameKey(a.names[main].b-1) == k && (!a.acts || n.a < a.names[main].a) {
			a.names[main] = n.rng
		}
		a.acts = true
	}
}

// blamedState lets a state that is held responsible act, also by its capital's name.
func (f *finder) blamedState(r rng) {
	d := f.d
	n, ok := d.namingIn(r, func(p *party) bool { return p.kind == "state" })
	if !ok || n.rng != r || n.party.people[d.nameKey(n.b-1)] {
		return
	}
	a := f.actorOf(n.party)
	if a == nil {
		a = &actor{party: n.party, kind: "state", code: n.party.code}
		d.byParty[n.party] = a
		d.actors = append(d.actors, a)
	}
	d.addForm(a, n.rng)
	a.acts = true
}

// calledAnywhere reads "a group named X" wherever it stands.
func (f *finder) calledAnywhere() {
	d := f.d
	for si := range d.sents {
		s := d.sents[si].rng
		for i := s.a + 1; i+1 < s.b; i++ {
			if v := d.toks[i].w.verb; v == nil || !calls.has(v.lemma) || !d.toks[i].tag.verbal() || kindNouns[d.low(i-1)] == "" && d.toks[i-1].tag != tRel || d.toks[i-1].tag != tNoun && d.toks[i-1].tag != tRel {
				continue
			}
			j := i + 1
			for j < s.b && (d.toks[j].w.text == "itself" || d.toks[j].w.text == "the" || d.toks[j].mark == '"') {
				j++
			}
			if e := f.runEnd(j, s); e > j {
				a := i - 1
				if d.toks[a].tag == tRel { // a group that styled itself X
					if a--; a < s.a || kindNouns[d.low(a)] == "" {
						continue
					}
				}
				f.called(rng{d.npStart(a, s), e}, s)
			}
		}
	}
}

// before reads what stands right before a name: "the Dutch intelligence service AIVD", "the
// French weekly Le Signal".
func (f *finder) before(a *actor) {
	d := f.d
	n := a.names[0]
	if n.a == 0 || kindNouns[d.low(n.a-1)] == "" || d.toks[n.a-1].capital || d.toks[n.a-1].sent != d.toks[n.a].sent || d.toks[n.a-1].tag != tNoun || !d.toks[n.a].capital {
		return
	}
	s := d.sents[d.toks[n.a].sent].rng
	r := d.trimSubject(rng{d.npStart(n.a-1, s), n.b}, s)
	for i := r.b - 1; i > r.a; i-- {
		if d.toks[i].tag == tPrep && d.toks[i].w.text != "of" {
			r.a = i + 1
			break
		}
	}
	if r.a < n.a {
		d.addForm(a, r)
	}
}

// outlet tells a news agency from an office by the other words of its names.
func (f *finder) outlet(a *actor) {
	if a.party != nil || a.kind != "agency" {
		return
	}
	for _, n := range a.names {
		for i := n.a; i < n.b; i++ {
			switch f.d.low(i) {
			case "news", "newswire", "press", "radio", "television", "broadcaster", "newspaper", "daily", "weekly", "magazine":
				a.kind = "media"
				return
			}
		}
	}
}

// apposition reads what stands behind a group's name: "a little-known group" is another form
// of it, "a faction of X" says what it is part of.
func (f *finder) apposition(a *actor) {
	d := f.d
	n := a.names[0]
	s := d.sents[d.toks[n.a].sent].rng
	i := n.b
	if i < s.b && d.toks[i].mark == '(' && d.toks[i].mate > int32(i) {
		i = int(d.toks[i].mate) + 1
	}
	if i+2 >= s.b || d.toks[i].mark != ',' || d.toks[i+1].tag != tDet && d.toks[i+1].tag != tPoss && !(d.toks[i+1].tag == tName && i+2 < s.b && d.toks[i+2].tag == tOwner) {
		return
	}
	e := d.npEnd(i+1, s, false)
	for k := 0; k < 2 && e+1 < s.b && d.toks[e].tag == tPrep; k++ {
		e = d.npEnd(e+1, s, false)
	}
	if e > s.b || e <= i+2 || e < s.b && d.toks[e].kind != punct {
		return
	}
	r := d.trim(rng{i + 1, e})
	part, group := false, false
	for k := r.a; k < r.b; k++ {
		switch w := d.low(k); w {
		case "component", "faction", "branch", "affiliate", "arm", "wing", "part":
			part, group = true, true
		default:
			group = group || kindNouns[w] == "armed-group" || w == "offshoot" || a.kind != "armed-group" && kindNouns[w] == a.kind && a.kind == "agency" && k == d.headWord(r)
		}
	}
	if !group {
		return
	}
	if o := f.byKey[f.key(r)]; o != nil && o != a && o.party == nil {
		f.absorb(a, o)
	}
	d.addForm(a, r)
	if a.kind == "armed-group" && part && a.part == nil {
		words := strings.ToLower(d.words(r))
		for _, o := range d.actors[:min(len(d.actors), 200)] {
			if o != a && o.kind == "armed-group" && len(o.names) > 0 && a.part == nil && strings.Contains(words, f.key(o.names[0])) {
				a.part = o
			}
		}
		if a.part != nil {
			a.part.acts = true
		}
	}
}

// party adds the party that a noun phrase names, if the lexicon lacks it.
func (f *finder) party(r rng, sent int, kind string) {
	d := f.d
	if r.empty() {
		return
	}
	s := d.sents[sent].rng
	r = d.head(r, s)
	for i := r.b - 1; i > r.a; i-- { // analysts at the consultancy X
		if d.toks[i].tag == tPrep && d.toks[i].w.text != "of" && i+1 < r.b && kindNouns[d.low(i-1)] == "" {
			r.a = i + 1
			break
		}
	}
	if f.called(r, s) || f.body(r, s) {
		return
	}
	// the last run of names
	e := r.b
	for e > r.a && !(d.toks[e-1].capital && d.toks[e-1].kind == letters && d.toks[e-1].tag == tName) {
		e--
	}
	a := e
	for a > r.a && d.toks[a-1].capital && d.toks[a-1].kind == letters && d.toks[a-1].tag != tDet {
		a--
	}
	if a == e || e < r.b {
		return
	}
	run := rng{a, e}
	if _, ok := d.namingIn(run, nil); ok || d.shouted(run) || d.toks[e-1].is(title|person|document) {
		return
	}
	before := ""
	if a > r.a {
		before = d.low(a - 1)
	}
	if k := kindNouns[before]; k != "" && (k != "armed-group" || kind != "" || d.toks[a-1].tag == tNoun) {
		act := f.add(run, k)
		f.d.addForm(act, rng{r.a, e})
		return
	}
	word := d.words(rng{e - 1, e})
	switch {
	case kindNouns[d.low(a)] == "media" && e-a > 1: // Radio X
		f.add(run, "media")
	case groupPrefix(d.low(a)) || kind != "" && f.groupBehind(e, s):
		f.add(run, "armed-group")
	case kind != "" && d.toks[r.a].tag != tPoss && d.personName(r).empty():
		f.add(r, kind)
	case kind != "" && (r.a < a && d.toks[r.a].w.text == "the" || e-a == 1):
		f.add(r, kind)
	case e-a == 1 && isAcronym(word) && len(word) >= 3 && len(word) <= 8:
		f.acronyms[f.key(run)] = f.add(rng{r.a, e}, "agency")
	}
}

// groupPrefix tells the first words that armed groups bear in several languages.
func groupPrefix(w string) bool {
	w, _, _ = strings.Cut(w, "-")
	return strings.Contains(" jamaat jamaatul jamiyyathul lashkar laskar jaish ansar harakat katiba katibat liwa jund saraya hizb kataib hezb tehrik ", " "+w+" ")
}

// groupBehind tells whether an apposition that says "group" or "faction" follows.
func (f *finder) groupBehind(i int, s rng) bool {
	d := f.d
	if i+2 >= s.b || d.toks[i].mark != ',' || d.toks[i+1].tag != tDet {
		return false
	}
	for k := i + 2; k < s.b && k < i+9 && d.toks[k].kind == letters; k++ {
		switch w := d.low(k); {
		case kindNouns[w] == "armed-group", w == "component", w == "branch", w == "affiliate", w == "arm", w == "wing", w == "offshoot":
			return true
		}
	}
	return false
}

// calls are the verbs that give a name.
var calls = newSet(map[string]bool{"call": true, "name": true, "know": true, "dub": true, "style": true, "sign": true, "title": true})

// called reads "a group called X", "a persona calling itself X".
func (f *finder) called(r rng, s rng) bool {
	d := f.d
	for i := r.a + 1; i+1 < r.b; i++ {
		v := d.toks[i].w.verb
		if v == nil || !calls.has(v.lemma) || !d.toks[i].tag.verbal() {
			continue
		}
		j := i + 1
		for j < r.b && (d.toks[j].w.text == "itself" || d.toks[j].w.text == "themselves" || d.toks[j].w.text == "as" || d.toks[j].mark == '"' || d.toks[j].w.text == "the") {
			j++
		}
		e := f.runEnd(j, rng{r.a, r.b})
		if e <= j {
			return false
		}
		at := i - 1
		if d.toks[at].tag == tRel && at > r.a {
			at--
		}
		kind := kindNouns[d.low(at)]
		if kind == "" {
			if d.toks[at].is(person) {
				kind = "person"
			} else {
				return false
			}
		}
		a := f.byKey[f.key(rng{j, e})]
		if a == nil {
			a = f.add(rng{j, e}, kind)
		}
		a.acts = true
		d.addForm(a, r)
		if a.cue.empty() {
			b := i + 1
			for b < j && d.toks[b].kind != punct && d.toks[b].w.text != "the" {
				b++
			}
			a.cue = rng{i, b}
		}
		return true
	}
	return false
}

// body reads "Iraq's intelligence service", "the Dutch foreign ministry": a body of a state or
// place, told by a name and a common noun.
func (f *finder) body(r rng, s rng) bool {
	d := f.d
	last := r.b - 1
	for i := r.a + 1; i < r.b; i++ { // in Abuja, for the county
		if d.toks[i].tag == tPrep {
			last = i - 1
			break
		}
	}
	if last < r.a+1 || d.toks[last].tag != tNoun || d.toks[last].capital {
		return false
	}
	kind := kindNouns[d.low(last)]
	if kind != "agency" && kind != "media" {
		return false
	}
	named := false
	for i := r.a; i < last; i++ {
		t := &d.toks[i]
		if t.tag == tRel || t.kind == punct && t.tag != tOwner || strings.HasSuffix(d.low(i), "-based") {
			return false
		}
		named = named || t.tag == tName || t.capital && t.tag != tDet && t.tag != tPoss && i > s.a
	}
	if _, ok := d.namingIn(rng{r.a, last}, func(p *party) bool { return p.kind == "state" }); ok {
		named = true
	}
	if n, ok := d.namingIn(rng{r.a, last + 1}, func(p *party) bool { return p.kind != "state" }); ok && n.b > r.a {
		return false
	}
	if !named {
		return false
	}
	f.add(r, kind)
	return true
}

// laterForms ties what is said later to the party meant: acronyms, "the Service", "the
// ministry".
func (f *finder) laterForms() {
	d := f.d
	type place struct {
		at int
		a  *actor
	}
	var first []place // where each actor is named first, in the order of the text
	for _, a := range d.actors {
		if a.acts && len(a.names) > 0 && a.kind != "state" {
			first = append(first, place{a.names[0].b, a})
		}
	}
	if len(first) > 200 {
		first = first[:200]
	}
	seen := map[string]bool{}
	for si := range d.sents {
		s := d.sents[si].rng
		for i := s.a; i < s.b; i++ {
			t := &d.toks[i]
			if t.capital && t.kind == letters {
				if len(f.acronyms) == 0 || t.end-t.start < 2 || d.text[t.start+1] >= 'a' && d.text[t.start+1] <= 'z' {
					continue
				}
				if a := f.acronyms[f.key(rng{i, i + 1})]; a != nil {
					d.addForm(a, rng{i, i + 1})
				}
				continue
			}
			if t.w.text != "the" || i+1 >= s.b {
				continue
			}
			e := i + 1
			for e < s.b && e < i+3 && d.toks[e].tag.nominal() && d.toks[e].tag != tOwner && d.toks[e].kind == letters {
				e++
			}
			if e == i+1 || kindNouns[d.low(e-1)] == "" && !d.toks[e-1].capital {
				continue
			}
			form := strings.ToLower(d.words(rng{i, e}))
			if seen[form] {
				continue
			}
			for k := len(first) - 1; k >= 0; k-- {
				if p := first[k]; p.at <= i && f.shortFor(rng{i + 1, e}, p.a) {
					seen[form] = true
					d.addForm(p.a, rng{i, e})
					break
				}
			}
		}
	}
}

// shortFor tells whether "the X" can mean an actor: the last word of its name, or its kind.
func (f *finder) shortFor(r rng, a *actor) bool {
	d := f.d
	name := a.names[0]
	last := d.low(r.b - 1)
	if r.b-r.a == 1 {
		for i := name.a + 1; i < name.b; i++ {
			if d.low(i) == last && name.b-name.a >= 2 {
				return kindNouns[last] != "" || i == name.b-1 && a.kind == "armed-group"
			}
		}
	}
	if d.toks[r.b-1].capital {
		return false
	}
	switch last {
	case "newspaper", "paper", "daily", "weekly", "magazine", "broadcaster", "station", "channel":
		return a.kind == "media" && a.party == nil
	case "agency":
		return a.kind == "agency" && r.b-r.a == 1 && strings.Contains(f.key(name), "agency")
	}
	return false
}
