package prose

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Template is an event with its roles as words, for comparison with answer keys that hold
// words and no offsets. Each entity is a list of the ways the text speaks of it.
type Template struct {
	ID    string
	Fills map[string][][]string
}

// Templates reads a text and gives one template for each event.
func Templates(text string) []Template {
	d := parse(text)
	defer d.done()
	d.findDates()
	d.findNamings()
	return d.templates()
}

func (d *doc) templates() []Template {
	var kept []*told
	for _, t := range d.tellings() {
		if t.weight > 0 {
			kept = append(kept, t)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	cast := d.cast(kept)
	var out []Template
	for i, t := range kept {
		fills := map[string][][]string{"type": {{t.kind}}}
		numbers := map[string]map[int]bool{"killed": {}, "injured": {}}
		for _, e := range cast[i] {
			fills[e.role] = append(fills[e.role], e.words)
			if e.role == "Victim" && e.n > 0 {
				if e.killed {
					numbers["killed"][e.n] = true
				}
				if e.injured {
					numbers["injured"][e.n] = true
				}
			}
		}
		for role, set := range numbers {
			for _, n := range slices.Sorted(maps.Keys(set)) {
				fills[role] = append(fills[role], []string{strconv.Itoa(n)})
			}
		}
		out = append(out, Template{ID: "t" + strconv.Itoa(i+1), Fills: fills})
	}
	return out
}

// entity is one participant in the words of the text.
type entity struct {
	role    string
	words   []string // in lower case; the first is the fullest
	head    string
	name    string // the last word of a proper name
	killed  bool
	injured bool
	n       int // how many, 0 unknown
	// particular: named, counted, single or definite, not people in general
	particular bool
	definite   bool
	guessed    bool // what it is was told by what was done to it
	group      bool // an armed group by its name
	belongs    bool // named as that of somebody: soldiers of the army
	at         rng
}

// what an entity is, before its part in the event is known.
const (
	aPerson = "person"
	aTarget = "target"
	aWeapon = "weapon"
	aBody   = "body"
)

// outcome tells a mention that says what became of people or things, and not by whom.
func outcome(n *incident) bool {
	return len(n.agents) == 0 && !n.noun && (n.act == actKill || n.act == actWound || n.act == actDamage)
}

var perpetrates = newSet(map[string]bool{"perpetrate": true, "commit": true, "stage": true, "mastermind": true, "carry": true})

var implicates = newSet(map[string]bool{"implicate": true, "accuse": true, "charge": true, "involve": true, "suspect": true, "blame": true})

// crimeBefore looks for a noun of violence shortly before "carried out".
func (d *doc) crimeBefore(i int, s rng) bool {
	for j := i - 1; j >= s.a && i-j < 20; j-- {
		if w := d.toks[j].w.text; d.toks[j].is(anyEvent) || w == "action" || w == "actions" {
			return true
		}
	}
	return false
}

// crimeAhead looks for "in the murder", "of killing" after a verb of blame.
func (d *doc) crimeAhead(i int, s rng) bool {
	for j := i; j < min(i+9, s.b); j++ {
		t := &d.toks[j]
		if t.mark == '.' || t.mark == ',' {
			return false
		}
		if a := nounAct(t); t.tag == tNoun && a != noAct && a != actArrest || t.w.verb != nil && t.tag == tIng && (verbActs[t.w.verb.lemma] == actKill || verbActs[t.w.verb.lemma] == actKidnap || verbActs[t.w.verb.lemma] == actBomb) {
			return true
		}
	}
	return false
}

var strangers = newSet(map[string]bool{"men": true, "man": true, "individuals": true, "individual": true, "persons": true, "person": true, "people": true, "subjects": true, "gunmen": true, "assailants": true, "youths": true, "attackers": true, "group": true})

var insurgents = newSet(map[string]bool{"guerrillas": true, "rebels": true, "terrorists": true, "subversives": true, "commandos": true, "insurgents": true, "guerrilla": true, "column": true, "members": true})

// perpetrator tells a noun phrase that can only be of those who attack.
func (d *doc) perpetrator(p rng) bool {
	for i := p.a; i < p.b; i++ {
		if d.toks[i].tag == tPrep {
			break
		}
		if w := d.toks[i].w.text; w == "unidentified" || w == "hooded" || w == "masked" || w == "armed" && i+1 < p.b && d.toks[i+1].is(person) || insurgents.has(w) || w == "terrorist" || w == "gunmen" || w == "gunman" || w == "traffickers" || w == "assassins" || w == "extremists" {
			return true
		}
	}
	_, ok := d.namingIn(p, func(q *party) bool { return q.kind == "armed-group" })
	return ok
}

// orgEntity is an armed group under all the names that the text gives it.
func (d *doc) orgEntity(p *party) *entity {
	e := &entity{role: "PerpOrg", words: []string{strings.ToLower(p.name)}, head: p.name}
	for _, n := range d.namings {
		if w := strings.ToLower(d.flat(n.rng)); n.party == p && !contains(e.words, w) {
			e.words = append(e.words, w)
		}
	}
	return e
}

// longAgo tells of an incident that the text dates in an earlier year: background.
func (d *doc) longAgo(n *incident) bool {
	if !d.published.known() {
		return false
	}
	s := d.innerSentence(n.trigger, d.sents[n.sent].rng)
	for i := max(s.a, n.phrase.a-25); i < min(s.b, n.phrase.b+8); i++ {
		if i > n.phrase.b && d.toks[i].mark == ',' {
			break
		}
		if t, ok := d.dateIn(rng{i, min(i+6, s.b)}); ok && t.a == i && t.date.known() {
			if dayNumber(d.published)-dayNumber(date{t.date.y, max(t.date.m, 1), max(t.date.d, 1)}) > 400 {
				return true
			}
		}
		if d.toks[i].is(timenoun) && (d.toks[i].w.text == "years" || d.toks[i].w.text == "decade" || d.toks[i].w.text == "decades") && (i+1 < s.b && d.toks[i+1].w.text == "ago" || i > s.a && d.toks[i-1].tag == tNum && i > s.a+1 && (d.toks[i-2].w.text == "last" || d.toks[i-2].w.text == "past" || d.toks[i-2].w.text == "of")) {
			return true
		}
	}
	return false
}

// onlyCombatants tells of fighting between armed forces, which is no attack on civilians.
func (d *doc) onlyCombatants(n *incident) bool {
	if len(n.patients) == 0 {
		return false
	}
	for _, r := range n.patients {
		for _, p := range d.parts(r) {
			if !d.combatant(p) {
				return false
			}
		}
	}
	return true
}

// storyKind is the type of an incident, told by its verb, its weapon and its neighbours.
func (d *doc) storyKind(n *incident, around []*incident) string {
	switch n.act {
	case actKidnap:
		return "kidnapping"
	case actBomb:
		if d.fromTheAir(n) {
			return "attack" // of armed forces, not with a bomb left somewhere
		}
		return "bombing"
	case actArson:
		return "arson"
	case actRob:
		return "robbery"
	case actHijack, actCyber, actOther:
		return ""
	}
	if n.act == actKill && n.noun && d.toks[n.trigger].w.text == "disappearance" {
		return "kidnapping"
	}
	for _, w := range append(d.weaponsNear(n), append(n.weapons, n.agents...)...) {
		if d.blast(n, w) {
			return "bombing"
		}
	}
	if outcome(n) && !murders.has(d.toks[n.trigger].w.verb.lemma) {
		for _, o := range around {
			if o != n && o.act == actBomb && !o.maybe && !d.fromTheAir(o) {
				return "bombing"
			}
		}
	}
	return "attack"
}

// inCombat tells a sentence about fighting or an accident, whose dead are nobody's victims
// unless they are named.
func (d *doc) inCombat(n *incident) bool {
	s := d.sents[n.sent].rng
	for i := s.a; i < s.b; i++ {
		switch d.toks[i].w.text {
		case "clash", "clashes", "combat", "fighting", "battle", "skirmish", "accident", "earthquake", "crashed", "clashed":
			return true
		}
	}
	return false
}

// murders are verbs of killing one by one.
var murders = newSet(map[string]bool{"murder": true, "assassinate": true, "execute": true, "gun": true})

// blast tells weapons that explode where they are left or thrown.
func (d *doc) blast(n *incident, w rng) bool {
	if d.explosive(w) || d.hasClass(w, evBombing) {
		return true
	}
	if last := d.toks[w.b-1].w.text; last != "grenade" && last != "grenades" {
		return false
	}
	v := d.toks[n.trigger].w.verb
	return !n.noun && v != nil && uses.has(v.lemma) && v.lemma != "fire" && v.lemma != "launch"
}

// fromTheAir tells of bombing by aircraft or armed forces.
func (d *doc) fromTheAir(n *incident) bool {
	if v := d.toks[n.trigger].w.verb; v == nil || v.lemma != "bomb" {
		return false
	}
	for _, r := range append(n.agents, n.weapons...) {
		for i := r.a; i < r.b; i++ {
			switch d.toks[i].w.text {
			case "army", "military", "planes", "plane", "aircraft", "helicopters", "forces", "force", "air":
				return true
			}
		}
	}
	return false
}

// byAct sorts what the lexicon does not know by what was done to it: who is killed or
// kidnapped is a person, what is blown up or burnt is a thing.
func (d *doc) byAct(n *incident, p rng, e *entity) string {
	last := &d.toks[d.head(p, p).b-1]
	if e.definite || last.is(anyEvent|saying|document|placeNoun|weapon) || last.tag != tNoun && last.tag != tName {
		return ""
	}
	switch n.act {
	case actKill, actWound, actKidnap:
		if e.n == 0 && e.name == "" {
			return ""
		}
		return aPerson
	case actBomb, actArson:
		return aTarget
	case actDamage:
		if e.n > 0 {
			return aTarget
		}
	}
	return ""
}

// weaponsNear gives the weapons that the clauses around an incident speak of.
func (d *doc) weaponsNear(n *incident) []rng {
	s := d.innerSentence(n.trigger, d.sents[n.sent].rng)
	var out []rng
	for i := s.a; i < s.b; i++ {
		t := &d.toks[i]
		if !t.is(weapon) || t.is(target) || t.tag != tNoun && t.tag != tName || t.is(evAttack) {
			continue
		}
		if i+1 < s.b && (d.toks[i+1].is(weapon) || d.toks[i+1].is(person) && d.toks[i+1].tag == tNoun) {
			continue
		}
		a := i
		for a > s.a && d.toks[a-1].tag.nominal() && d.toks[a-1].tag != tOwner {
			a--
		}
		switch d.toks[i].w.text {
		case "weapons", "weapon", "charge", "charges", "device", "devices", "launcher", "launchers", "mines", "poison", "post", "posts":
			if !d.hasClass(rng{a, i}, weapon) {
				continue
			}
		}
		if !d.seized(rng{a, i + 1}, s) {
			out = append(out, rng{a, i + 1})
		}
	}
	return out
}

// seized tells of weapons that were found, not used.
func (d *doc) seized(r rng, s rng) bool {
	for i := max(s.a, r.a-8); i < min(s.b, r.b+8); i++ {
		if v := d.toks[i].w.verb; v != nil && finds.has(v.lemma) {
			return true
		}
	}
	return false
}

var finds = newSet(map[string]bool{"seize": true, "confiscate": true, "find": true, "discover": true, "capture": true, "recover": true, "defuse": true, "deactivate": true, "steal": true})

// sameName tells whether the last name of one stands in the name of the other.
func sameName(a, b *entity) bool {
	if a.name == "" || b.name == "" {
		return false
	}
	return a.name == b.name || len(a.name) > 3 && strings.Contains(" "+b.words[0]+" ", " "+a.name+" ") || len(b.name) > 3 && strings.Contains(" "+a.words[0]+" ", " "+b.name+" ")
}

func contains(list []string, w string) bool {
	for _, x := range list {
		if x == w {
			return true
		}
	}
	return false
}

// flat gives words on one line.
func (d *doc) flat(r rng) string { return strings.Join(strings.Fields(d.words(r)), " ") }

// parts splits a list of noun phrases: "A, B and C". What renames the name before it stays
// with it.
func (d *doc) parts(r rng) []rng {
	var out []rng
	a := r.a
	renaming := false
	flush := func(i int, and bool) {
		p := d.trim(rng{a, i})
		a = i + 1
		if p.empty() {
			return
		}
		if n := len(out); n > 0 && (!and || renaming) && d.renames(out[n-1], p) {
			out[n-1].b, renaming = p.b, true
			return
		}
		renaming = false
		out = append(out, p)
	}
	and := false
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		if t.open && t.mate > int32(i) && int(t.mate) < r.b {
			i = int(t.mate)
			continue
		}
		if t.tag == tConj && t.w.text == "and" || t.mark == ',' || t.mark == ';' {
			if t.mark == ',' && i+1 < r.b && d.toks[i+1].kind == number {
				continue // an age
			}
			flush(i, and)
			and = t.mark != ','
		}
	}
	flush(r.b, and)
	return out
}

// renames tells whether the second phrase says what the person named by the first one is:
// "Ana Vega, a judge".
func (d *doc) renames(name, r rng) bool {
	if d.toks[r.a].tag == tPoss {
		return false
	}
	named := false
	for i := name.a; i < name.b && d.toks[i].mark != ','; i++ {
		named = d.nameWord(i)
	}
	end := r.a
	for end < r.b && d.toks[end].tag != tPrep && d.toks[end].kind != punct && d.toks[end].tag != tRel && d.toks[end].tag != tPart {
		end++
	}
	if !named || end == r.a || d.nameWord(end-1) && d.toks[r.a].tag != tDet {
		return false
	}
	if d.nameWord(end - 1) {
		return !plural(d, end-1)
	}
	return d.toks[end-1].is(person|title) && !plural(d, end-1)
}

// nameWord tells a word that can only be a name.
func (d *doc) nameWord(i int) bool {
	t := &d.toks[i]
	if t.kind != letters {
		return false
	}
	if d.upper {
		return t.w.text == "" && t.w.is&(adv|adj|vPast|vIng) == 0
	}
	return t.tag == tName && !t.is(person|body|title)
}

// entityOf reads one noun phrase: what sort of thing it is, and under which words.
func (d *doc) entityOf(r rng) *entity {
	a := r.a
	e := &entity{at: r}
	if n, end := d.numberAt(a, r); end > a {
		e.n = n
		a = end
	}
	for a < r.b && (d.toks[a].tag == tDet || d.toks[a].tag == tPoss || d.toks[a].kind == punct && !d.toks[a].open) {
		switch d.toks[a].w.text {
		case "a", "an":
			e.n = 1
		case "the", "both", "this", "these", "those":
			e.definite = true
		}
		a++
	}
	// the head ends before the first preposition or bracket
	end := a
	for end < r.b && d.toks[end].tag != tPrep && (d.toks[end].kind != punct || d.toks[end].open && d.toks[end].mate < int32(r.b)) && d.toks[end].tag != tPart && d.toks[end].tag != tRel && d.toks[end].tag != tIng {
		if d.toks[end].kind == punct {
			if end == a || int(d.toks[end].mate)+1 >= r.b {
				break
			}
			end = int(d.toks[end].mate)
		}
		end++
	}
	if end == a {
		return nil
	}
	last := &d.toks[end-1]
	if last.tag == tPron && !partPronoun.has(last.w.text) || last.kind != letters && !last.is(noun) || last.is(timenoun|month|weekday) {
		return nil
	}
	if (last.w.text == "bodies" || last.w.text == "body" || last.tag == tNum || last.w.text == "number") && end+1 < r.b && d.toks[end].w.text == "of" { // the bodies of two men
		return d.entityOf(rng{end + 1, r.b})
	}
	if crowds.has(last.w.text) && end+1 < r.b && d.toks[end].w.text == "of" { // a group of men
		if of := d.entityOf(rng{end + 1, r.b}); of != nil && of.role == aPerson {
			of.words = append(of.words, strings.ToLower(d.flat(rng{a, end})))
			return of
		}
	}
	// a proper name at the end of the head
	name := end
	for name > a && d.nameWord(name-1) {
		name--
	}
	add := func(x rng) {
		if w := strings.ToLower(d.flat(x)); w != "" && !contains(e.words, w) {
			e.words = append(e.words, w)
		}
	}
	if end-name >= 1 && name < end && (name == a || d.toks[name-1].is(title|person|noun) || d.toks[name-1].tag == tAdj) {
		add(rng{name, end})
		e.name = strings.ToLower(d.words(rng{end - 1, end}))
	}
	add(rng{a, end})
	if end < r.b && d.toks[end].w.text == "of" {
		add(rng{a, r.b})
	}
	e.head = strings.ToLower(d.words(rng{end - 1, end}))
	e.role = d.roleOf(a, name, end, r)
	e.particular = e.n > 0 || e.name != "" || !plural(d, end-1) || a > r.a && !masses.has(last.w.text) || d.holdsName(rng{a, r.b})
	if masses.has(last.w.text) && e.n == 0 {
		e.particular = false
	}
	if e.role == aPerson && e.n == 0 && !plural(d, end-1) {
		e.n = 1
	}
	if _, ok := d.namingIn(rng{a, end}, func(q *party) bool { return q.kind == "armed-group" || q.kind == "agency" }); ok && e.role != aWeapon && !(last.is(person)) {
		e.role = aBody
	}
	return e
}

// holdsName tells whether a noun phrase has a word that can only be a name.
func (d *doc) holdsName(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if d.nameWord(i) && d.toks[i].end-d.toks[i].start > 2 {
			return true
		}
	}
	return false
}

// roleOf sorts a head: person, target, weapon or org.
func (d *doc) roleOf(a, name, end int, r rng) string {
	last := &d.toks[end-1]
	switch {
	case last.is(weapon) && !last.is(target):
		return aWeapon
	case last.is(person) && last.tag != tName:
		return aPerson
	case last.is(target):
		return aTarget
	case crowds.has(last.w.text):
		return aPerson
	case last.is(body):
		return aBody
	case last.is(anyEvent | placeNoun | saying | document):
		return ""
	}
	if name < end {
		for i := a; i < name; i++ {
			if d.toks[i].is(title | person) {
				return aPerson
			}
		}
		if end-name >= 2 {
			if n, ok := d.namingIn(rng{a, end}, nil); ok && n.party.kind == "state" {
				return ""
			}
			return aPerson
		}
	}
	return ""
}

// crowds are words for several persons together.
var crowds = newSet(map[string]bool{"group": true, "groups": true, "column": true, "columns": true, "gang": true, "gangs": true, "band": true, "bands": true, "squad": true, "squads": true, "cell": true, "unit": true, "units": true,
	"commando": true, "commandos": true, "patrol": true, "patrols": true, "contingent": true, "mob": true})

// masses are people in general unless they are counted.
var masses = newSet(map[string]bool{"people": true, "population": true, "populations": true, "civilians": true, "citizens": true, "masses": true, "children": true, "women": true, "youth": true, "nationals": true})

// combatant tells armed forces and what is theirs from civilians.
func (d *doc) combatant(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if d.toks[i].tag == tPrep {
			break
		}
		if armed.has(d.toks[i].w.text) {
			return true
		}
	}
	return false
}

var armed = newSet(map[string]bool{"soldier": true, "soldiers": true, "guerrilla": true, "guerrillas": true, "rebel": true, "rebels": true, "subversive": true, "subversives": true,
	"terrorist": true, "terrorists": true, "troops": true, "insurgents": true, "extremist": true, "extremists": true, "combatants": true, "fighters": true, "army": true,
	"military": true, "battalion": true, "brigade": true, "enemy": true, "positions": true, "garrison": true, "armored": true, "infantry": true, "convoy": true, "attacker": true, "attackers": true, "assailant": true, "assailants": true})
