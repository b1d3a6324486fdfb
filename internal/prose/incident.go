package prose

// act is what a verb or a noun of violence does.
type act uint8

const (
	noAct act = iota
	actAttack
	actKill
	actWound
	actKidnap
	actBomb
	actShoot
	actArson
	actDamage
	actHijack
	actCyber
	actArrest
	actRob
	actOther // a disaster: nobody's deed
)

var actNames = map[act]string{actAttack: "attack", actKill: "attack", actWound: "attack", actKidnap: "kidnapping", actBomb: "bombing", actShoot: "shooting",
	actArson: "arson", actDamage: "attack", actHijack: "hijacking", actCyber: "cyber", actArrest: "arrest", actRob: "robbery", actOther: "other"}

var verbActs = map[string]act{
	"kill": actKill, "murder": actKill, "assassinate": actKill, "slay": actKill, "slaughter": actKill, "massacre": actKill, "execute": actKill, "behead": actKill, "gun": actKill,
	"die": actKill, "perish": actKill, "strangle": actKill, "machinegun": actKill, "riddle": actKill,
	"wound": actWound, "injure": actWound, "maim": actWound, "torture": actWound,
	"kidnap": actKidnap, "abduct": actKidnap,
	"bomb": actBomb, "dynamite": actBomb, "detonate": actBomb, "bombard": actAttack,
	"shoot": actShoot, "machine-gun": actShoot,
	"burn": actArson, "torch": actArson, "ignite": actArson,
	"attack": actAttack, "raid": actAttack, "storm": actAttack, "ambush": actAttack, "assault": actAttack, "strafe": actAttack, "stab": actAttack, "harass": actAttack,
	"destroy": actDamage, "damage": actDamage, "wreck": actDamage, "ransack": actDamage, "sabotage": actDamage, "vandalize": actDamage, "blast": actBomb, "demolish": actDamage,
	"hijack": actHijack, "hack": actCyber, "breach": actCyber, "encrypt": actCyber, "deface": actCyber,
	"arrest": actArrest, "detain": actArrest, "apprehend": actArrest, "rob": actRob, "loot": actRob,
}

func nounAct(t *token) act {
	switch w := t.w; {
	case w.is&evBombing != 0:
		return actBomb
	case w.is&evShooting != 0:
		return actShoot
	case w.is&evKidnapping != 0:
		return actKidnap
	case w.is&evArson != 0:
		return actArson
	case w.is&evHijacking != 0:
		return actHijack
	case w.is&evCyber != 0:
		return actCyber
	case w.is&evArrest != 0:
		return actArrest
	case w.is&disaster != 0:
		return actOther
	case w.is&deathWord != 0:
		return actKill
	case w.is&evAttack != 0:
		switch w.text {
		case "murder", "murders", "killing", "killings", "assassination", "assassinations", "massacre", "massacres", "slaying", "execution", "executions", "beheading":
			return actKill
		}
		return actAttack
	}
	return noAct
}

// incident is one mention of an event with its roles.
type incident struct {
	sent     int
	trigger  int
	phrase   rng
	act      act
	noun     bool
	agents   []rng
	patients []rng
	weapons  []rng
	place    rng
	where    []rng // all places it names
	date     dateMention
	hasDate  bool
	country  string
	definite bool
	bare     bool // a noun without article, owner or name before it
	habit    bool // told in the present: what somebody does, not what happened once
	maybe    bool // feared, planned, denied or asked about
	attempt  bool
	foiled   bool
	told     bool // the sentence says what it did: "the blast killed 12"
	soft     bool // a death: violent only if the text says so elsewhere
	none     bool // nobody was hurt
	other    bool // "a similar attack": not the one told before
	alleged  bool
	event    *event
}

// incidentsIn reads the mentions of a sentence.
func (d *doc) incidentsIn(si int) []*incident {
	s := d.sents[si].rng
	var out []*incident
	for i := s.a; i < s.b; i++ {
		t := &d.toks[i]
		if t.kind != letters {
			continue
		}
		if t.is(casualty) && i+2 < s.b && d.toks[i+1].tag == tBe && d.startsNP(i+2) {
			if n := d.casualtyList(i, d.innerSentence(i, s), casualties[t.w.text]); n != nil {
				n.sent, n.trigger = si, i
				d.circumstances(n, d.innerSentence(i, s))
				out = append(out, n)
				continue
			}
		}
		if v := t.w.verb; v != nil && v.act == noAct && !v.uses && !t.is(anyEvent|weapon|disaster|deathWord) || v == nil && !t.is(anyEvent|disaster|deathWord) {
			continue
		}
		var n *incident
		in := d.innerSentence(i, s)
		switch {
		case t.tag == tNoun || t.tag == tName && t.is(anyEvent):
			if a := nounAct(t); a != noAct {
				n = d.nounIncident(i, in, a)
			}
		case t.w.verb != nil && (t.tag.verbal() || t.tag == tAdj && i > in.a && d.toks[i-1].w.text == "those"):
			if a, after := d.verbAct(i, in); a != noAct {
				n = d.verbIncident(i, after, in, a)
			}
		}
		if n != nil {
			n.sent, n.trigger = si, i
			d.circumstances(n, in)
			out = append(out, n)
		}
	}
	return out
}

// casualties are words for people by what became of them.
var casualties = map[string]act{"injured": actWound, "wounded": actWound, "dead": actKill, "killed": actKill, "fatalities": actKill, "kidnapped": actKidnap, "murdered": actKill}

// casualtyList reads "the injured were A, B and C" and "those kidnapped are A and B".
func (d *doc) casualtyList(i int, s rng, a act) *incident {
	if i == s.a || i+2 >= s.b {
		return nil
	}
	switch p := &d.toks[i-1]; {
	case p.w.text == "the" || p.w.text == "those":
	case p.tag == tBe && i-2 >= s.a && d.toks[i-2].w.text == "who":
	default:
		return nil
	}
	n := &incident{act: a, phrase: rng{i - 1, i + 1}}
	e := d.npEnd(i+2, s, false)
	r := d.trim(rng{i + 2, e})
	if r.empty() {
		return nil
	}
	n.patients = append(n.patients, r)
	n.listRight(d, e, s)
	return n
}

// verbIncident reads who did what to whom around a verb.
func (d *doc) verbIncident(h, after int, s rng, a act) *incident {
	n := &incident{act: a}
	g := d.groupAt(h, s)
	after = max(after, g.b)
	lemma := d.toks[h].w.verb.lemma
	n.phrase = rng{g.a, h + 1}
	switch {
	case lemma == "go" || lemma == "die" || lemma == "lose" || lemma == "perish" || lemma == "explode" || lemma == "burn" && !g.passive && after < s.b && !d.startsNP(after):
		if src, ok := d.subjectOf(g.a, s); ok {
			n.addSubject(d, src, s, lemma == "explode" || lemma == "go")
		}
	case g.passive || d.toks[h].tag == tPart && g.a == h || d.toks[h].tag == tAdj:
		n.passive(d, g, h, s)
		after = d.byAgent(n, after, s)
	case d.toks[h].tag == tPart: // has killed
		n.active(d, g, s)
		after = n.objects(d, after, s)
	default:
		n.active(d, g, s)
		after = n.objects(d, after, s)
	}
	n.phrase.b = max(after, n.phrase.b)
	if d.toks[h].tag == tPart && !g.passive || d.toks[h].tag == tAdj {
		n.phrase.b = d.phraseEnd(n.phrase.b, s)
	}
	if uses.has(lemma) {
		n.wield(d)
	}
	d.instruments(n, after, s)
	for _, a := range n.agents {
		if w := d.low(a.b - 1); n.act == actKill && (w == "bomber" || w == "bombers") {
			n.act = actBomb
		}
	}
	n.maybe = d.unreal(g, s)
	n.habit = d.habitual(g, h)
	return n
}

// hostageAhead looks for "hostage" in the clause after a verb.
func (d *doc) hostageAhead(h int, s rng) bool {
	for i := h + 1; i < min(h+9, s.b) && d.toks[i].kind != punct && d.toks[i].tag != tFin; i++ {
		if w := d.toks[i].w.text; w == "hostage" || w == "hostages" {
			return true
		}
	}
	return false
}

// particles are verbs that are acts only with a particle, an object or an instrument.
var particles = newSet(map[string]bool{"claim": true, "cost": true, "blow": true, "go": true, "set": true, "open": true, "fire": true, "leave": true, "take": true, "hold": true, "throw": true, "hurl": true, "lob": true,
	"collapse": true, "fail": true, "rupture": true, "derail": true, "sever": true, "cut": true, "give": true, "round": true, "mow": true, "run": true, "pick": true, "seize": true, "snatch": true, "drag": true, "burst": true, "break": true, "penetrate": true, "infiltrate": true, "compromise": true, "disable": true, "shut": true, "cripple": true, "wipe": true, "hit": true, "strike": true, "access": true, "drive": true, "ram": true, "plough": true, "plow": true, "lose": true, "toss": true, "place": true, "plant": true, "launch": true, "explode": true, "detonate": true, "activate": true})

// deathNoun are nouns that an incident's act is read from, besides the nouns of violence.
var deathNoun = newSet(map[string]bool{"death": true, "deaths": true, "disappearance": true})

// verbAct tells what a verb does, with its particles: blow up, set fire to, open fire on.
// The second value is where its object begins.
func (d *doc) verbAct(h int, s rng) (act, int) {
	lemma := d.toks[h].w.verb.lemma
	word := func(k int) string {
		if h+k < s.b {
			return d.toks[h+k].w.text
		}
		return ""
	}
	if a, after, known := d.particleAct(lemma, h, s, word); known {
		return a, after
	}
	switch lemma {
	case "leave":
		for k := 1; k < 9 && h+k < s.b; k++ {
			switch w := word(k); {
			case w == "dead":
				return actKill, h + 1
			case w == "injured" || w == "wounded":
				return actWound, h + 1
			}
			if d.toks[h+k].kind == punct {
				break
			}
		}
	case "take", "hold":
		if d.hostageAhead(h, s) {
			return actKidnap, h + 1
		}
		if !d.upper {
			return d.inCustody(h, s)
		}
		return noAct, 0
	case "fire":
		if w := word(1); w == "on" || w == "at" || w == "upon" || w == "against" {
			return actShoot, h + 2
		}
	case "shoot":
		if word(1) == "to" && word(2) == "death" || word(1) == "dead" {
			return actKill, h + 1
		}
	}
	if uses.has(lemma) {
		return d.useAct(h, s), h + 1
	}
	if !d.upper {
		if a, after, known := d.ordinaryAct(lemma, h, s); known {
			return a, after
		}
	}
	return d.toks[h].w.verb.act, h + 1
}

// particleAct reads verbs that are acts only with the words behind them: blow up, set fire to.
func (d *doc) particleAct(lemma string, h int, s rng, word func(int) string) (act, int, bool) {
	switch lemma {
	case "claim", "cost":
		if word(1) == "the" && (word(2) == "lives" || word(2) == "life") && word(3) == "of" {
			return actKill, h + 4, true
		}
		return noAct, 0, true
	case "gun":
		if word(1) == "down" {
			return actKill, h + 2, true
		}
		return noAct, 0, true
	case "blow":
		if word(1) == "up" {
			return actBomb, h + 2, true
		}
		if (word(1) == "themselves" || word(1) == "himself" || word(1) == "herself") && word(2) == "up" {
			return actBomb, h + 3, true
		}
		return noAct, 0, true
	case "go":
		if word(1) == "off" {
			return actBomb, h + 2, true
		}
		return noAct, 0, true
	case "set":
		switch {
		case word(1) == "fire" && word(2) == "to":
			return actArson, h + 3, true
		case word(1) == "on" && word(2) == "fire", word(1) == "off":
			if word(1) == "off" {
				return actBomb, h + 2, true
			}
			return actArson, h + 3, true
		case word(1) == "ablaze":
			return actArson, h + 2, true
		}
		if d.onFire(h, s) {
			return actArson, h + 1, true
		}
		return noAct, 0, true
	case "open":
		if word(1) == "fire" {
			return actShoot, h + 2, true
		}
		return noAct, 0, true
	}
	return noAct, 0, false
}

// onFire reads "set two trucks on fire".
func (d *doc) onFire(h int, s rng) bool {
	for i := h + 2; i < min(h+12, s.b-1) && d.toks[i].kind != punct; i++ {
		if w := d.toks[i].w.text; w == "on" && d.toks[i+1].w.text == "fire" || w == "ablaze" {
			return true
		}
	}
	return false
}

var uses = newSet(map[string]bool{"throw": true, "hurl": true, "lob": true, "toss": true, "place": true, "plant": true, "launch": true, "fire": true, "explode": true, "detonate": true, "activate": true, "leave": true})

// useAct tells what the use of a weapon is: a bombing with explosives, else an attack.
func (d *doc) useAct(h int, s rng) act {
	lemma := d.toks[h].w.verb.lemma
	near := rng{max(s.a, h-10), min(h+8, s.b)}
	for i := near.a; i < near.b; i++ {
		if i > h && d.toks[i].tag == tPrep {
			break
		}
		if !d.toks[i].is(weapon) || i < h && d.toks[h].tag == tFin && lemma != "explode" && !d.groupAt(h, s).passive {
			continue
		}
		if d.explosive(rng{i, i + 1}) || lemma == "explode" || lemma == "detonate" {
			return actBomb
		}
		return actAttack
	}
	if lemma == "explode" || lemma == "detonate" {
		return actBomb
	}
	return noAct
}

// wield moves what is thrown or planted from the patients to the weapons.
func (n *incident) wield(d *doc) {
	kept := n.patients[:0]
	for _, p := range n.patients {
		if d.hasClass(p, weapon) {
			n.weapons = append(n.weapons, p)
		} else {
			kept = append(kept, p)
		}
	}
	n.patients = kept
}

// habitual tells a present tense: "the rebels attack villages", "is killing civilians".
func (d *doc) habitual(g group, h int) bool {
	t := &d.toks[h]
	if t.tag == tFin {
		return !t.is(vPast)
	}
	for i := g.a; i < h; i++ {
		switch d.toks[i].w.text {
		case "is", "are", "am", "will", "would", "do", "does":
			return t.tag == tIng || d.toks[i].tag == tModal || d.toks[i].tag == tDo
		}
	}
	return false
}

func (n *incident) addSubject(d *doc, src rng, s rng, weapon bool) {
	if weapon {
		n.weapons = append(n.weapons, d.head(src, s))
		return
	}
	n.patients = append(n.patients, src)
}

func (n *incident) active(d *doc, g group, s rng) {
	if g.finite {
		src, ok := d.subjectOf(g.a, s)
		if !ok && g.a > s.a && d.toks[g.a-1].mark == ',' {
			src, ok = d.sharedSubject(g.a-1, s) // seized the town, burned the market
		}
		if ok {
			n.agents = append(n.agents, d.antecedent(src, s))
		}
		return
	}
	c := &claim{}
	if d.controller(c, g, s) && !c.source.empty() {
		n.agents = append(n.agents, d.antecedent(c.source, s))
	}
}

// antecedent follows "who" and "which" to the noun phrase before them.
func (d *doc) antecedent(r rng, s rng) rng {
	if r.b-r.a != 1 || d.toks[r.a].tag != tRel || r.a <= s.a {
		return r
	}
	i := r.a - 1
	if d.toks[i].mark == ',' && i > s.a {
		i--
	}
	if !d.toks[i].tag.nominal() && !d.toks[i].close {
		return r
	}
	return d.trimSubject(rng{d.npStart(i, s), i + 1}, s)
}

func (n *incident) passive(d *doc, g group, h int, s rng) {
	if g.passive {
		if src, ok := d.subjectOf(g.a, s); ok {
			n.patients = append(n.patients, d.listLeft(d.antecedent(src, s), s))
		}
		return
	}
	i := g.a - 1
	if i > s.a && d.toks[i].mark == ',' && g.b < s.b && (d.toks[g.b].tag == tPrep || d.toks[g.b].tag == tNum || d.toks[g.b].tag == tAdv) {
		i-- // "two engineers, kidnapped on Monday"
	}
	if i >= s.a && (d.toks[i].tag.nominal() && d.toks[i].tag != tOwner || d.toks[i].tag == tPron) {
		r := rng{i, i + 1}
		if d.toks[i].w.text != "those" {
			r = d.listLeft(d.trimSubject(rng{d.npStart(i, s), i + 1}, s), s)
		}
		if !r.empty() {
			n.patients = append(n.patients, r)
			n.phrase.a = r.a
		}
	}
}

// phraseEnd takes the nouns and prepositional phrases that follow a participle along.
func (d *doc) phraseEnd(i int, s rng) int {
	for i < s.b && d.toks[i].tag.nominal() {
		i++
	}
	for k := 0; k < 4 && i+1 < s.b && d.toks[i].tag == tPrep && d.startsNP(i+1); k++ {
		e := d.npEnd(i+1, s, false)
		if e == i+1 {
			break
		}
		i = e
	}
	return i
}

// listLeft takes the earlier members of a list along: "A, B and C" where C was found.
func (d *doc) listLeft(r rng, s rng) rng {
	and := r.a > s.a && d.toks[r.a-1].tag == tConj && d.toks[r.a-1].w.text == "and"
	for i := r.a; i < r.b; i++ {
		and = and || d.toks[i].tag == tConj && d.toks[i].w.text == "and"
	}
	if !and {
		return r
	}
	a := r.a
	for k := 0; k < 20; k++ {
		i := a - 1
		for i >= s.a && (d.toks[i].tag == tConj || d.toks[i].mark == ',' || d.toks[i].mark == ';') {
			i--
		}
		if i == a-1 || i < s.a || !d.toks[i].tag.nominal() || d.toks[i].tag == tOwner {
			break
		}
		b := d.npStart(i, s)
		if b > s.a && (d.toks[b-1].tag == tPrep || d.toks[b-1].tag == tSub) {
			break
		}
		a = b
	}
	return rng{a, r.b}
}

// byAgent reads "by X" after a participle; time and place may stand between.
func (d *doc) byAgent(n *incident, i int, s rng) int {
	for j := i; j < s.b && j < i+14; j++ {
		t := &d.toks[j]
		if t.w.text == "by" && j+1 < s.b && d.toks[j+1].tag != tIng && !d.toks[j+1].is(timenoun) {
			e := d.npEnd(j+1, s, false)
			if r := d.trim(rng{j + 1, e}); !r.empty() {
				n.agents = append(n.agents, r)
				return e
			}
		}
		if t.kind == punct && t.mark != ',' || t.tag == tFin || t.tag == tConj && j+1 < s.b && d.toks[j+1].tag.verbal() || t.tag == tRel {
			break
		}
	}
	return i
}

// objects reads the noun phrase after an active verb.
func (n *incident) objects(d *doc, i int, s rng) int {
	if i < s.b && d.toks[i].tag == tPrep && (d.toks[i].w.text == "at" || d.toks[i].w.text == "on" || d.toks[i].w.text == "against") && (n.act == actShoot || n.act == actAttack) {
		i++
	}
	for i < s.b && (d.toks[i].tag == tAdv || timeWord(&d.toks[i]) || d.toks[i].is(weekday)) {
		i++
	}
	if i >= s.b || !d.startsNP(i) {
		return i
	}
	e := d.npEnd(i, s, false)
	if r := d.trim(rng{i, e}); !r.empty() {
		n.patients = append(n.patients, r)
		e = n.listRight(d, e, s)
	}
	return e
}

// listRight takes the later members of a list along, and those named after "including":
// "killed A, B and C".
func (n *incident) listRight(d *doc, e int, s rng) int {
	for k := 0; k < 25 && e+1 < s.b; k++ {
		i := e
		for i+1 < s.b && (d.toks[i].mark == ',' || d.toks[i].mark == ';' || d.toks[i].tag == tConj || d.toks[i].w.text == "including" || d.toks[i].kind == number && i > e) {
			i++
		}
		if i == e || !d.startsNP(i) || d.clauseAhead(i, s) {
			break
		}
		e2 := d.npEnd(i, s, false)
		r := d.trim(rng{i, e2})
		if r.empty() || e2 == i {
			break
		}
		if i == e+1 && d.toks[e].mark == ',' && len(n.patients) > 0 && d.renames(n.patients[len(n.patients)-1], r) {
			e = e2
			continue
		}
		n.patients = append(n.patients, r)
		e = e2
	}
	return e
}

// instruments reads "with X", "using X", "by means of X" in the rest of the clause.
func (d *doc) instruments(n *incident, i int, s rng) {
	for j := i; j+1 < s.b && j < i+30; j++ {
		t := &d.toks[j]
		if t.mark == '.' || t.mark == ';' {
			break
		}
		if t.w.text == "with" || t.w.text == "using" || t.w.text == "by" {
			e := d.npEnd(j+1, s, false)
			if r := d.trim(rng{j + 1, e}); !r.empty() && d.hasClass(r, weapon) {
				n.weapons = append(n.weapons, r)
			}
		}
	}
}

func (d *doc) hasClass(r rng, c class) bool {
	for i := r.a; i < r.b; i++ {
		if d.toks[i].is(c) {
			return true
		}
	}
	return false
}

// unreal tells whether a verb group speaks of what did not happen or is only feared.
func (d *doc) unreal(g group, s rng) bool {
	for i := g.a; i < g.b; i++ {
		t := &d.toks[i]
		switch {
		case t.tag == tNeg, t.tag == tModal && !(i+1 < g.b && d.toks[i+1].tag == tHave), t.is(neg):
			return true
		case t.is(hedgeWord) && !(t.tag == tModal && i+1 < g.b && d.toks[i+1].tag == tHave) && t.w.text != "reportedly" && t.w.text != "allegedly":
			return true
		}
	}
	if g.to && g.a > s.a {
		switch d.toks[g.a-1].w.text {
		case "plans", "planned", "plan", "threatened", "wants", "want", "wanted", "intend", "intended", "going", "prepare", "able", "order", "ordered", "trying", "tried", "attempted", "attempt", "used":
			return true
		}
	}
	return false
}

// nounIncident reads "the murder of X by Y", "an attack on X", "Y's attack".
func (d *doc) nounIncident(h int, s rng, a act) *incident {
	n := &incident{act: a, noun: true, soft: !d.toks[h].is(anyEvent) && (d.upper || !d.toks[h].is(disaster))}
	if h+1 < s.b && d.toks[h+1].tag == tNoun && !d.toks[h+1].is(timenoun) && d.toks[h+1].is(noun) && d.toks[h+1].start-d.toks[h].end <= 1 {
		switch d.toks[h+1].w.text {
		case "attempt", "attempts", "attack", "attacks", "campaign", "scene", "spree":
		default:
			return nil // attack helicopter, murder trial: no event of its own
		}
	}
	if d.toks[h].w.text == "siege" && (d.upper || h > s.a && d.toks[h-1].w.text == "of") {
		return nil // a state of siege
	}
	start := h
	for start > s.a && (d.upper || d.toks[start].tag != tDet) && (d.toks[start-1].tag.nominal() || d.toks[start-1].tag == tPoss || d.toks[start-1].mark == '\'' || d.toks[start-1].tag == tPart) {
		start--
	}
	if start < h {
		first := &d.toks[start]
		n.definite = first.tag == tPoss || first.tag == tDet && definiteWords.has(first.w.text) || first.tag == tName && !d.upper
		for i := start; i < h; i++ {
			t := &d.toks[i]
			if t.is(hedgeWord|imminentWord) || t.w.text == "future" || t.w.text == "planned" || t.w.text == "no" || t.w.text == "any" {
				n.maybe = true
			}
			if t.w.text == "attempted" || t.w.text == "failed" || t.w.text == "foiled" || t.w.text == "thwarted" {
				n.attempt = true
			}
			if t.tag == tOwner && i > start && !d.inDate(i-1) {
				if owner := d.trimSubject(rng{start, i}, s); !owner.empty() {
					if a == actKill || a == actKidnap || a == actArrest {
						n.patients = append(n.patients, owner)
					} else {
						n.agents = append(n.agents, owner)
					}
				}
			}
			if t.tag == tNoun && t.is(person) && i == h-1 && a == actAttack && t.w.text != "terrorist" && t.w.text != "criminal" && t.w.text != "subversive" {
				n.agents = append(n.agents, rng{i, i + 1}) // a guerrilla attack
			}
			if t.is(weapon) && t.tag == tNoun {
				n.weapons = append(n.weapons, rng{i, i + 1})
			}
		}
	}
	for start < h && d.toks[start].w.text == "both" {
		start++
	}
	n.bare = !n.definite && (start == h || d.toks[start].tag != tDet && d.toks[start].tag != tNum)
	n.phrase = rng{start, h + 1}
	d.nounRoles(n, h, s)
	if g := n.phrase.b; g < s.b && d.toks[g].tag == tFin && d.toks[g].w.verb != nil && (outcomes[d.toks[g].w.verb.lemma] != "" || d.toks[g].w.verb.lemma == "leave") {
		n.told = true
	}
	d.supportVerb(n, s)
	d.doneBy(n, s)
	return n
}

var definiteWords = newSet(map[string]bool{"the": true, "this": true, "that": true, "these": true, "those": true, "both": true})

// nounRoles reads the prepositional phrases after a noun of violence.
func (d *doc) nounRoles(n *incident, h int, s rng) {
	i := h + 1
	if i < s.b && (d.toks[i].w.text == "attempt" || d.toks[i].w.text == "attempts") {
		n.attempt = true
		i++
	}
	for k := 0; k < 6 && i+1 < s.b; k++ {
		t := &d.toks[i]
		if x, ok := d.dateIn(rng{i, min(i+5, s.b)}); ok && (x.a == i || x.a == i+1 && t.tag == tPrep) {
			i = x.b
			n.phrase.b = i
			continue
		}
		if t.tag != tPrep {
			break
		}
		e := d.npEnd(i+1, s, false)
		e = d.beforeEvent(i+1, e)
		if last := &d.toks[e-1]; last.is(document) && !last.is(target|placeNoun) {
			break // in a statement
		}
		r := d.trim(rng{i + 1, e})
		if r.empty() {
			break
		}
		switch t.w.text {
		case "of", "on", "against":
			if !d.upper && !d.dateAround(i+1).empty() {
				return // on 2 October
			}
			if !d.upper && t.w.text == "on" && len(n.patients)+len(n.where) > 0 && d.toks[r.b-1].tag == tName {
				n.where = append(n.where, r) // at a guest house on the island
				break
			}
			n.patients = append(n.patients, r)
			e = n.listRight(d, e, s)
		case "by":
			if d.toks[i+1].tag != tIng {
				n.agents = append(n.agents, r)
			}
		case "with":
			if d.hasClass(r, weapon) {
				n.weapons = append(n.weapons, r)
			}
		case "in", "at", "near", "inside", "outside", "within", "under", "opposite", "beneath":
			if !d.upper && d.hasClass(r, timenoun) {
				break // in two decades
			}
			if !d.upper && !d.placeLike(r) {
				return // in advance
			}
			n.where = append(n.where, r)
		default:
			return
		}
		i = e
		if i < s.b && d.toks[i].mark == ',' && i+1 < s.b { // Kerman, Iran
			if x, ok := d.namingIn(rng{i + 1, min(i+4, s.b)}, nil); ok && x.a == i+1 && d.isState(x) && len(n.where) > 0 {
				n.where[len(n.where)-1].b = x.b
				i = x.b
			}
		}
		n.phrase.b = i
	}
	d.instruments(n, i, s)
}

// beforeEvent cuts a noun phrase at an "and" that joins another event to it.
func (d *doc) beforeEvent(a, b int) int {
	for j := a + 1; j < b; j++ {
		if d.toks[j].tag == tConj && d.hasEventNoun(rng{j, b}) {
			return j
		}
	}
	return b
}

// isState tells a country's own name from its capital's and its people's.
func (d *doc) isState(n naming) bool {
	key := d.nameKey(n.b - 1)
	return n.party.kind == "state" && !n.party.capital[key] && !n.party.people[key]
}

// supportVerb takes the subject of "carried out", "unleashed", "launched" for the agent.
func (d *doc) supportVerb(n *incident, s rng) {
	i := n.phrase.a - 1
	for i > s.a && (d.toks[i].w.text == "out" || d.toks[i].tag == tAdv) {
		i--
	}
	if i >= s.a && d.toks[i].w.verb != nil && foils.has(d.toks[i].w.verb.lemma) && d.toks[i].tag.verbal() {
		n.foiled = true
		return
	}
	if i < s.a || d.toks[i].w.verb == nil || !supports.has(d.toks[i].w.verb.lemma) || !d.toks[i].tag.verbal() {
		return
	}
	g := d.groupAt(i, s)
	if g.passive || len(n.agents) > 0 {
		return
	}
	n.maybe = n.maybe || d.unreal(g, s)
	n.active(d, g, s)
}

// doneBy reads "the attack staged tonight by X" and "the attack was carried out by X".
func (d *doc) doneBy(n *incident, s rng) {
	i := n.phrase.b
	for i < s.b && (d.toks[i].tag.aux() || d.toks[i].tag == tAdv) {
		i++
	}
	if i < s.b && d.toks[i].tag == tPart && len(n.agents) == 0 {
		e := d.byAgent(n, i+1, s)
		for e < s.b && e < i+20 && d.toks[e].kind != punct && d.toks[e].tag != tFin {
			if w := d.toks[e].w.text; (w == "against" || w == "on") && e+1 < s.b && len(n.patients) == 0 && !d.toks[e+1].is(weekday|month) && d.toks[e+1].kind != number {
				end := d.npEnd(e+1, s, false)
				if r := d.trim(rng{e + 1, end}); !r.empty() {
					n.patients = append(n.patients, r)
					n.listRight(d, end, s)
				}
				break
			}
			e++
		}
	}
}

var foils = newSet(map[string]bool{"foil": true, "thwart": true, "avert": true, "prevent": true, "disrupt": true})

var supports = newSet(map[string]bool{"unleash": true, "carry": true, "launch": true, "stage": true, "mount": true, "commit": true, "conduct": true, "perpetrate": true, "make": true, "execute": true})

// circumstances adds date, place and country from the mention's sentence.
func (d *doc) circumstances(n *incident, s rng) {
	if t, ok := d.dateIn(n.phrase); ok {
		n.date, n.hasDate = t, true
	} else if t, ok := d.dateIn(s); ok && !n.bare && (!n.noun || !n.definite) {
		n.date, n.hasDate = t, true
	}
	if d.upper && (!n.noun || len(n.where) == 0) {
		end := s.b
		for i := n.phrase.b; i+1 < end && i < n.phrase.b+25; i++ {
			t := &d.toks[i]
			if t.mark == '.' || t.mark == ';' || t.tag == tFin || t.tag == tRel {
				break
			}
			if t.tag == tPrep && whereabouts.has(t.w.text) && !d.toks[i+1].is(timenoun|month|weekday) {
				e := d.npEnd(i+1, s, false)
				if r := d.trim(rng{i + 1, e}); !r.empty() && d.isPlace(r) && !d.inDate(i+1) {
					n.where = append(n.where, r)
				}
			}
		}
	}
	for _, r := range n.where {
		if d.isPlace(r) && n.place.empty() {
			n.place = r
		}
	}
	n.country = d.countryOf(rng{n.phrase.a, max(n.phrase.b, n.place.b)})
	if n.country == "" && !n.bare && (!n.noun || !n.definite) && d.upper {
		n.country = d.countryOf(s)
	}
	for _, a := range n.agents {
		if p := d.partyOf(a); p != nil && n.country == "" && n.act == actArrest {
			n.country = p.code
		}
	}
}

var whereabouts = newSet(map[string]bool{"in": true, "at": true, "near": true, "inside": true, "outside": true, "under": true, "opposite": true, "beneath": true, "against": true, "on": true, "of": true})

// countryOf gives the code of the first state named as a place within tokens.
func (d *doc) countryOf(r rng) string {
	for {
		n, ok := d.namingIn(r, func(p *party) bool { return p.kind == "state" })
		if !ok {
			return ""
		}
		word := d.nameKey(n.b - 1)
		if !n.party.people[word] {
			return n.party.code
		}
		r.a = n.b
	}
}
