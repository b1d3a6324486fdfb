package prose

import (
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
	d.findDates()
	d.findNamings()
	return d.templates()
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
}

// what an entity is, before its part in the event is known.
const (
	aPerson = "person"
	aTarget = "target"
	aWeapon = "weapon"
	aBody   = "body"
)

// story is an event while its template is filled.
type story struct {
	kind     string
	entities []*entity
	sents    map[int]bool // those with a particular mention
	deed     bool         // some mention is more than an outcome
	strength int          // mentions that tell of a particular event
}

func (d *doc) templates() []Template {
	stories := d.stories()
	var out []Template
	for _, s := range stories {
		t := Template{Fills: map[string][][]string{"type": {{s.kind}}}}
		numbers := map[string]map[int]bool{"killed": {}, "injured": {}}
		for _, e := range s.entities {
			t.Fills[e.role] = append(t.Fills[e.role], e.words)
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
			for n := range set {
				t.Fills[role] = append(t.Fills[role], []string{strconv.Itoa(n)})
			}
		}
		t.ID = "t" + strconv.Itoa(len(out)+1)
		out = append(out, t)
	}
	return out
}

// stories gathers the incidents of a text by kind of event.
func (d *doc) stories() []*story {
	var list []*story
	at := map[string]*story{}
	get := func(kind string) *story {
		s := at[kind]
		if s == nil {
			s = &story{kind: kind, sents: map[int]bool{}}
			at[kind] = s
			list = append(list, s)
		}
		return s
	}
	lastBomb := -10
	for si := range d.sents {
		incidents := d.incidentsIn(si)
		for _, n := range incidents {
			if n.maybe || n.habit || n.act == actArrest || d.longAgo(n) || d.onlyCombatants(n) {
				continue
			}
			kind := d.storyKind(n, incidents)
			if kind == "" {
				continue
			}
			if kind == "bombing" {
				lastBomb = si
			} else if kind == "attack" && outcome(n) && si-lastBomb <= 2 {
				kind = "bombing" // its dead and its damage, told in a sentence of their own
			}
			d.cast(get(kind), n)
		}
	}
	joinOutcomes(at["bombing"], at["attack"])
	kept := list[:0]
	for _, s := range list {
		if s.strength > 0 {
			kept = append(kept, s)
		}
	}
	if len(kept) > 0 {
		d.castBlamed(kept[0])
	}
	return kept
}

// joinOutcomes gives a bombing the dead and the damage that no mention gives another cause.
func joinOutcomes(bombing, attack *story) {
	if bombing == nil || attack == nil || bombing.strength == 0 || attack.deed {
		return
	}
	for _, e := range attack.entities {
		bombing.add(e)
	}
	attack.strength = 0
}

// outcome tells a mention that says what became of people or things, and not by whom.
func outcome(n *incident) bool {
	return len(n.agents) == 0 && !n.noun && (n.act == actKill || n.act == actWound || n.act == actDamage)
}

// castBlamed adds those whom the text holds responsible, and the organisation of guerrillas
// where the text names only one.
func (d *doc) castBlamed(s *story) {
	d.findResponsibility()
	for _, b := range d.blames {
		if b.mode != "denied" {
			for _, p := range d.parts(b.actor) {
				d.castAgent(s, p)
			}
		}
	}
	for si := range d.sents {
		for _, n := range d.incidentsIn(si) {
			if n.maybe || n.habit || n.act == actArrest || d.onlyCombatants(n) || d.longAgo(n) {
				continue
			}
			for _, r := range n.agents {
				for _, p := range d.parts(r) {
					if d.perpetrator(p) {
						d.castAgent(s, p)
					}
				}
			}
		}
	}
	d.castStrangers(s)
	d.castDoers(s)
	d.castInvolved(s)
	if !s.has("PerpOrg") {
		d.castMostNamed(s)
	}
}

// castMostNamed adds the armed group that the text names most, where nobody else is held
// responsible by name and insurgents are, or it stands in a sentence about the event.
func (d *doc) castMostNamed(s *story) {
	times := map[*party]int{}
	var most *party
	insurgent := false
	for _, e := range s.entities {
		insurgent = insurgent || e.role == "PerpInd" && insurgents[e.head]
	}
	for _, n := range d.namings {
		if n.party.kind == "armed-group" && (insurgent || s.sents[int(d.toks[n.a].sent)]) {
			times[n.party]++
			if most == nil || times[n.party] > times[most] {
				most = n.party
			}
		}
	}
	if most != nil {
		s.add(d.orgEntity(most))
	}
}

// castDoers adds those by whom something was perpetrated, and those accused of it.
func (d *doc) castDoers(s *story) {
	for i := range d.toks {
		v := d.toks[i].w.verb
		if v == nil || d.toks[i].tag == tNoun {
			continue
		}
		sent := d.sents[d.toks[i].sent].rng
		switch {
		case perpetrates[v.lemma] && (v.lemma != "carry" || d.crimeBefore(i, sent)):
			n := &incident{}
			d.byAgent(n, i+1, sent)
			for _, r := range n.agents {
				for _, p := range d.parts(r) {
					d.castAgent(s, p)
				}
			}
		case v.lemma == "blame" && d.toks[i].tag == tFin:
			if e := d.partyEnd(i+1, sent); e > i+1 {
				d.castAgent(s, d.trim(rng{i + 1, e}))
			}
		case implicates[v.lemma] && d.toks[i].tag == tPart && d.crimeAhead(i+1, sent):
			g := d.groupAt(i, sent)
			if !g.passive {
				continue
			}
			n := &incident{}
			n.passive(d, g, i, sent)
			for _, r := range n.patients {
				for _, p := range d.parts(r) {
					d.castAgent(s, p)
				}
			}
		}
	}
}

var perpetrates = map[string]bool{"perpetrate": true, "commit": true, "stage": true, "mastermind": true, "carry": true}

var implicates = map[string]bool{"implicate": true, "accuse": true, "charge": true, "involve": true, "suspect": true, "blame": true}

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

// castInvolved adds X of "the involvement of X in the murder".
func (d *doc) castInvolved(s *story) {
	for i := range d.toks {
		switch d.toks[i].w.text {
		case "involvement", "participation", "responsibility", "role":
		default:
			continue
		}
		sent := d.sents[d.toks[i].sent].rng
		if i+2 < sent.b && d.toks[i+1].w.text == "of" {
			e := d.partyEnd(i+2, sent)
			if e < sent.b && d.toks[e].w.text == "in" && d.crimeAhead(e, sent) {
				d.castAgent(s, d.trim(rng{i + 2, e}))
			}
		}
	}
}

// castStrangers adds "unidentified men" and "armed individuals" that act anywhere in a text
// about an attack.
func (d *doc) castStrangers(s *story) {
	for i := range d.toks {
		w := d.toks[i].w.text
		if w != "unidentified" && w != "hooded" && w != "masked" && w != "armed" && w != "unknown" {
			continue
		}
		sent := d.sents[d.toks[i].sent].rng
		e := i + 1
		for e < sent.b && e < i+3 && d.toks[e].tag == tAdj {
			e++
		}
		if e >= sent.b || !strangers[d.toks[e].w.text] {
			continue
		}
		acts := e+1 < sent.b && (d.toks[e+1].tag == tFin || d.toks[e+1].tag == tRel || d.toks[e+1].tag == tIng || d.toks[e+1].tag == tHave) || i > sent.a && (d.toks[i-1].w.text == "by" || i-1 > sent.a && d.toks[i-2].w.text == "by")
		if acts {
			d.castAgent(s, rng{i, e + 1})
		}
	}
}

var strangers = map[string]bool{"men": true, "man": true, "individuals": true, "individual": true, "persons": true, "person": true, "people": true, "subjects": true, "gunmen": true, "assailants": true, "youths": true, "attackers": true, "group": true}

var insurgents = map[string]bool{"guerrillas": true, "rebels": true, "terrorists": true, "subversives": true, "commandos": true, "insurgents": true, "guerrilla": true, "column": true, "members": true}

// perpetrator tells a noun phrase that can only be of those who attack.
func (d *doc) perpetrator(p rng) bool {
	for i := p.a; i < p.b; i++ {
		if d.toks[i].tag == tPrep {
			break
		}
		if w := d.toks[i].w.text; w == "unidentified" || w == "hooded" || w == "masked" || w == "armed" && i+1 < p.b && d.toks[i+1].is(person) || insurgents[w] || w == "terrorist" || w == "gunmen" || w == "gunman" || w == "traffickers" || w == "assassins" || w == "extremists" {
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
		return "bombing"
	case actArson:
		return "arson"
	case actRob:
		return "robbery"
	case actHijack, actCyber, actOther:
		return ""
	}
	for _, w := range append(n.weapons, n.agents...) {
		if d.explosive(w) || d.hasClass(w, evBombing) {
			return "bombing"
		}
	}
	for _, o := range around {
		if o != n && o.act == actBomb && !o.maybe && (n.act == actKill || n.act == actWound || n.act == actDamage) {
			return "bombing"
		}
	}
	return "attack"
}

// cast adds an incident's participants to a story, if it tells of a particular event: one
// with a victim, target or weapon that is named, counted or single.
func (d *doc) cast(s *story, n *incident) {
	var list []*entity
	particular := false
	for _, r := range n.patients {
		for _, p := range d.parts(r) {
			e := d.entityOf(p)
			if e == nil || d.combatant(p) {
				continue
			}
			if e.role == "" && (e.name == "" || n.act == actKill || n.act == actKidnap || n.act == actWound) {
				e.role = d.byAct(n, p, e)
			}
			if e.role == aPerson && (n.act == actAttack && (!n.noun || e.name == "") || d.inCombat(n) && e.name == "") {
				continue
			}
			switch e.role {
			case aPerson:
				e.role = "Victim"
				e.killed = n.act == actKill
				e.injured = n.act == actWound
			case aTarget:
				e.role = "Target"
			case aBody:
				if n.act != actBomb && !(n.act == actAttack && n.noun) {
					continue
				}
				e.role = "Target"
			default:
				continue
			}
			if !e.particular {
				continue
			}
			particular = true
			list = append(list, e)
		}
	}
	if n.act == actBomb || n.act == actArson {
		for _, r := range n.where {
			for _, p := range d.parts(r) {
				if e := d.entityOf(p); e != nil && e.role == aTarget && !d.combatant(p) {
					e.role = "Target"
					list = append(list, e)
					particular = true
				}
			}
		}
	}
	var weapons []*entity
	for _, r := range append(d.weaponsNear(n), n.weapons...) {
		for _, p := range d.parts(r) {
			if e := d.entityOf(p); e != nil && e.role == aWeapon {
				e.role = "Weapon"
				weapons = append(weapons, e)
				particular = particular || n.act == actBomb && e.particular && !n.noun
			}
		}
	}
	if !particular {
		return
	}
	s.strength++
	s.sents[n.sent] = true
	s.deed = s.deed || !outcome(n)
	for _, e := range append(list, weapons...) {
		if e.role == "Victim" && e.definite && e.name == "" && e.n == 0 && s.has("Victim") {
			continue // the priests: those already named
		}
		s.add(e)
	}
	for _, r := range n.agents {
		for _, p := range d.parts(r) {
			d.castAgent(s, p)
		}
	}
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
		if v := d.toks[i].w.verb; v != nil && finds[v.lemma] {
			return true
		}
	}
	return false
}

var finds = map[string]bool{"seize": true, "confiscate": true, "find": true, "discover": true, "capture": true, "recover": true, "defuse": true, "deactivate": true, "steal": true}

// castAgent adds who did it: persons and the organisation that they belong to.
func (d *doc) castAgent(s *story, p rng) {
	for r := p; ; {
		n, ok := d.namingIn(r, func(q *party) bool { return q.kind == "armed-group" })
		if !ok {
			break
		}
		s.add(d.orgEntity(n.party))
		r.a = n.b
	}
	e := d.entityOf(p)
	if e == nil {
		return
	}
	switch e.role {
	case aPerson:
		if lawful[e.head] {
			return
		}
		e.role = "PerpInd"
		s.add(e)
		for i := p.a; i+1 < p.b; i++ { // soldiers of the army
			if d.toks[i].w.text == "of" {
				if of := d.entityOf(rng{i + 1, p.b}); of != nil && of.role == aBody {
					if _, named := d.namingIn(p, func(q *party) bool { return q.kind == "armed-group" }); !named {
						of.role = "PerpOrg"
						s.add(of)
					}
				}
				break
			}
		}
	case aBody:
		switch e.head {
		case "police", "forces", "government", "court", "ministry":
			if e.head != "forces" || !d.hasWord(p, "armed") {
				return
			}
		}
		if _, named := d.namingIn(p, func(q *party) bool { return q.kind == "armed-group" }); !named {
			e.role = "PerpOrg"
			s.add(e)
		}
	}
}

func (s *story) has(role string) bool {
	for _, e := range s.entities {
		if e.role == role {
			return true
		}
	}
	return false
}

func (d *doc) hasWord(r rng, w string) bool {
	for i := r.a; i < r.b; i++ {
		if d.toks[i].w.text == w {
			return true
		}
	}
	return false
}

// add merges an entity with one of the same role and name or head.
func (s *story) add(e *entity) {
	for _, o := range s.entities {
		if o.role != e.role {
			continue
		}
		if sameName(e, o) || e.name == "" && (o.head == e.head || o.head == e.head+"s" || e.head == o.head+"s") || contains(o.words, e.words[0]) || e.role == "Victim" && e.n > 2 && e.n == o.n && e.name == "" && o.name == "" {
			for _, w := range e.words {
				if !contains(o.words, w) {
					o.words = append(o.words, w)
				}
			}
			o.killed, o.injured = o.killed || e.killed, o.injured || e.injured
			if o.n == 0 {
				o.n = e.n
			}
			return
		}
	}
	s.entities = append(s.entities, e)
}

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
	e := &entity{}
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
	if last.tag == tPron && !partPronoun[last.w.text] || last.kind != letters && !last.is(noun) || last.is(timenoun|month|weekday) {
		return nil
	}
	if (last.w.text == "bodies" || last.w.text == "body" || last.tag == tNum || last.w.text == "number") && end+1 < r.b && d.toks[end].w.text == "of" { // the bodies of two men
		return d.entityOf(rng{end + 1, r.b})
	}
	if crowds[last.w.text] && end+1 < r.b && d.toks[end].w.text == "of" { // a group of men
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
	e.particular = e.n > 0 || e.name != "" || !plural(d, end-1) || a > r.a && !masses[last.w.text] || d.holdsName(rng{a, r.b})
	if masses[last.w.text] && e.n == 0 {
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
	case crowds[last.w.text]:
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
var crowds = map[string]bool{"group": true, "groups": true, "column": true, "columns": true, "gang": true, "gangs": true, "band": true, "bands": true, "squad": true, "squads": true, "cell": true, "unit": true, "units": true,
	"commando": true, "commandos": true, "patrol": true, "patrols": true, "contingent": true, "mob": true}

// lawful are those who fight attackers more often than they attack.
var lawful = map[string]bool{"police": true, "policemen": true, "authorities": true, "agents": true, "officials": true, "spokesman": true, "spokesmen": true}

// masses are people in general unless they are counted.
var masses = map[string]bool{"people": true, "population": true, "populations": true, "civilians": true, "citizens": true, "masses": true, "children": true, "women": true, "youth": true, "nationals": true}

// combatant tells armed forces and what is theirs from civilians.
func (d *doc) combatant(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if d.toks[i].tag == tPrep {
			break
		}
		if armed[d.toks[i].w.text] {
			return true
		}
	}
	return false
}

var armed = map[string]bool{"soldier": true, "soldiers": true, "guerrilla": true, "guerrillas": true, "rebel": true, "rebels": true, "subversive": true, "subversives": true,
	"terrorist": true, "terrorists": true, "troops": true, "insurgents": true, "extremist": true, "extremists": true, "combatants": true, "fighters": true, "army": true,
	"military": true, "battalion": true, "brigade": true, "enemy": true, "positions": true, "garrison": true, "armored": true, "infantry": true, "convoy": true, "attacker": true, "attackers": true, "assailant": true, "assailants": true}
