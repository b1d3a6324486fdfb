package prose

import "strings"

// gatherEvents gathers the mentions of events in ordinary text. Old cables in capitals have
// rules of their own ([doc.findEvents]).
func (d *doc) gatherEvents() {
	for si := range d.sents {
		ns := d.incidentsIn(si)
		for _, n := range ns {
			d.outOfBlame(n)
			d.refine(n, d.innerSentence(n.trigger, d.sents[si].rng))
			d.incidents = append(d.incidents, n)
		}
		for _, n := range ns {
			if !d.outcomeOnly(n) {
				d.tell(n)
			}
		}
		for _, n := range ns {
			if d.outcomeOnly(n) {
				d.tellOutcome(n, ns)
			}
		}
	}
}

// outcomes of a deed: what became of people and things. They are an event of their own only
// where no deed is told.
var outcomeVerbs = newSet(map[string]bool{"kill": true, "wound": true, "injure": true, "die": true, "perish": true, "maim": true, "hurt": true, "damage": true, "destroy": true,
	"leave": true, "claim": true, "cost": true, "lose": true, "burn": true, "miss": true, "wreck": true})

func (d *doc) outcomeOnly(n *incident) bool {
	if n.noun {
		return n.soft
	}
	v := d.toks[n.trigger].w.verb
	if v != nil && (n.act == actKill || n.act == actShoot || n.act == actWound) && (d.anyIs(n.agents, &policing) || d.anyIs(n.patients, &culprits)) {
		return true // what became of the attackers
	}
	return v == nil || outcomeVerbs.has(v.lemma)
}

// policing are those who act for the law; culprits those who did a deed.
var policing = newSet(map[string]bool{"police": true, "officers": true, "officer": true, "soldiers": true, "troops": true, "guards": true, "guard": true, "forces": true, "army": true, "marksmen": true, "commandos": true, "gendarmes": true})

var culprits = newSet(map[string]bool{"attackers": true, "attacker": true, "assailants": true, "assailant": true, "gunmen": true, "gunman": true, "bombers": true, "bomber": true, "hijackers": true, "kidnappers": true, "driver": true})

// anyIs tells whether the head of one of the noun phrases is among the words.
func (d *doc) anyIs(rs []rng, words *wordSet) bool {
	for _, r := range rs {
		h := d.head(r, r)
		if !h.empty() && words.has(d.low(h.b-1)) || words.has(d.low(r.b-1)) {
			return true
		}
	}
	return false
}

// tell joins a mention to the event that it speaks of, or begins a new one.
func (d *doc) tell(n *incident) {
	if n.none || n.maybe && !(n.noun && n.definite) || d.inThreat(n) && !n.definite && !d.beforeDeed(n) {
		return
	}
	if n.bare && !n.told && !n.hasDate && (n.country == "" || d.countryOf(n.phrase) == "") && !d.headline(n.sent) {
		return // attacks in general
	}
	if !n.noun && d.toks[n.trigger].tag == tIng && !d.outcomeOnly(n) && !n.hasDate && n.trigger > 0 && !d.toks[n.trigger-1].tag.aux() {
		return // a coalition bombing two countries: what is done, not what happened once
	}
	if n.habit && !n.noun && !d.headline(n.sent) {
		return
	}
	if t := &d.toks[n.trigger]; !n.noun && t.w.verb != nil && uses.has(t.w.verb.lemma) && t.tag == tPart && len(n.agents)+len(n.patients) == 0 && n.trigger > 0 && d.toks[n.trigger-1].tag.nominal() && !n.hasDate {
		return // a rocket fired from the hills: what the weapon did is told elsewhere
	}
	if e := d.goesOn(n); e != nil {
		e.list = append(e.list, n)
		n.event = e
		return
	}
	if e := d.meant(n); e != nil {
		e.add(n)
		return
	}
	if n.maybe || n.soft || n.noun && unbounded.has(d.low(n.trigger)) || n.definite && n.noun && !n.told && !d.headline(n.sent) && d.saysNothing(n) {
		return // "the attack" of which nothing is known
	}
	if !n.hasDate {
		d.refineDate(n, d.innerSentence(n.trigger, d.sents[n.sent].rng), true)
	}
	e := &event{act: n.act}
	e.add(n)
	d.events = append(d.events, e)
}

// goesOn gives the event of another verb of the sentence with the same doers: "ambushed a bus
// and fired mortar rounds".
func (d *doc) goesOn(n *incident) *event {
	if n.noun || len(n.agents) == 0 {
		return nil
	}
	for k := len(d.incidents) - 1; k >= 0 && d.incidents[k].sent >= n.sent; k-- {
		o := d.incidents[k]
		if o != n && o.sent == n.sent && !o.noun && o.event != nil && len(o.agents) > 0 && o.agents[0].a == n.agents[0].a && (o.act == actArrest) == (n.act == actArrest) && (o.act == actKidnap) == (n.act == actKidnap) && (o.act == actCyber) == (n.act == actCyber) {
			return o.event
		}
	}
	return nil
}

// beforeDeed tells whether a threat's words go on to what then happened: "a plot … days before
// a bombing killed 38".
func (d *doc) beforeDeed(n *incident) bool {
	for _, w := range d.warningsOf(n.sent) {
		if !w.threat.holds(n.trigger) {
			continue
		}
		for i := n.trigger - 1; i > w.threat.a && n.trigger-i < 6; i-- {
			if d.toks[i].w.text == "before" || d.toks[i].w.text == "after" {
				return true
			}
		}
	}
	return false
}

// unbounded are nouns of violence that name no single event.
var unbounded = newSet(map[string]bool{"violence": true, "bloodshed": true, "crime": true, "gunfire": true})

// headline tells whether a sentence is the first of a text: it tells the news in the present.
func (d *doc) headline(sent int) bool { return sent == 0 }

// meant is the event that a mention speaks of: the best that agrees with it, of equals the
// one told last.
func (d *doc) meant(n *incident) *event {
	if n.other {
		return nil
	}
	var best *event
	score, need := 0, 4
	back := n.noun && n.definite || d.byWhatWasDone(n)
	if back {
		need = 2
	}
	for k := len(d.events) - 1; k >= 0 && k >= len(d.events)-12; k-- {
		e := d.events[k]
		s := d.agrees(n, e)
		if s < need {
			continue
		}
		if back && (d.saysNothing(n) || !n.noun) { // the one told last
			if s = 100; d.oldNews(e) && !d.pointsBack(n) {
				s = 50 // "the attack" is the news
			}
		}
		if s > score || s == score && best != nil && e.lastToken() > best.lastToken() {
			best, score = e, s
		}
	}
	return best
}

// oldNews tells whether an event lies most of a year or more before the text.
func (d *doc) oldNews(e *event) bool { return d.longBefore(e.date) }

// longBefore tells whether a date lies most of a year or more before the text's own.
func (d *doc) longBefore(t date) bool {
	p := d.published
	return p.known() && t.known() && (t.y < p.y-1 || t.y == p.y-1 && (t.m == 0 || t.m <= p.m))
}

// byWhatWasDone tells of a participle that names people by what was done to them: "those arrested
// in Iran", "the kidnapped engineers".
func (d *doc) byWhatWasDone(n *incident) bool {
	t := &d.toks[n.trigger]
	return !n.noun && (t.tag == tPart || t.tag == tAdj) && !n.hasDate && len(n.agents) == 0 && (n.trigger == 0 || !d.toks[n.trigger-1].tag.aux()) && (len(n.patients) == 0 || d.toks[n.patients[0].a].w.text == "those")
}

// onlyNamed tells whether an event was only spoken of in naming people by it.
func (d *doc) onlyNamed(e *event) bool {
	for _, n := range e.list {
		if !d.byWhatWasDone(n) {
			return false
		}
	}
	return true
}

func (e *event) lastToken() int { return e.list[len(e.list)-1].trigger }

// agrees says how well a mention agrees with an event: 0 when it contradicts it.
func (d *doc) agrees(n *incident, e *event) int {
	if !compatible(n, e) {
		return 0
	}
	score := 0
	if n.act == e.act {
		score++
	}
	if n.country != "" && e.country != "" {
		if n.country != e.country {
			return 0
		}
		score++
	}
	if n.hasDate && !e.date.known() && d.longBefore(n.date.date) && len(e.list) > 0 {
		return 0 // told in passing: not the news
	}
	if n.hasDate && n.date.date.known() && e.date.known() {
		if !sameDate(n.date.date, e.date) {
			return 0
		}
		if n.date.date.d > 0 && e.date.d > 0 {
			score += 2
		}
		score++
	}
	switch share := d.sharedWords(n, e); {
	case d.headline(e.lastSent()) && n.sent <= 3 && n.sent > 0, !n.noun && !d.narrated(e) && !d.oldNews(e):
		score += 3 + 2*min(share, 1) // the news itself, spoken of before it is told
	case share > 0:
		score += 2 * min(share, 2)
	case d.onlyNamed(e) && n.act == e.act:
		score += 2
	case !n.definite && !d.byWhatWasDone(n) && len(n.patients)+len(n.where) > 0 && !d.bareMention(e):
		return 0 // another place, other people
	}
	if n.noun && n.definite || d.byWhatWasDone(n) && n.act == e.act {
		score += 2
	}
	if n.sent-e.lastSent() <= 2 {
		score++
	}
	return score
}

// narrated tells whether an event was told, and not only spoken of as known: "Thursday's
// assault".
func (d *doc) narrated(e *event) bool {
	for _, n := range e.list {
		if !n.noun || !n.definite && !d.headline(n.sent) {
			return true
		}
	}
	return false
}

// compatible tells whether a mention's kind of deed can be the event's.
func compatible(n *incident, e *event) bool {
	generic := func(a act) bool { return a == actAttack || a == actKill || a == actWound || a == actDamage }
	switch {
	case n.act == e.act:
		return true
	case n.act == actArrest || e.act == actArrest:
		return false
	case e.act == actCyber || e.act == actKidnap:
		return n.noun && n.definite && n.act == actAttack
	case n.act == actCyber || n.act == actKidnap:
		return false
	}
	return generic(n.act) || generic(e.act)
}

// bareMention tells whether nothing is known of an event but its kind.
func (d *doc) bareMention(e *event) bool {
	for _, n := range e.list {
		if len(n.patients)+len(n.where) > 0 {
			return false
		}
	}
	return true
}

// sharedWords counts the names and the words for places and people that a mention has in
// common with an event.
func (d *doc) sharedWords(n *incident, e *event) int {
	share := 0
	d.contentWords(n, func(i int) bool {
		w := d.low(i)
		for _, o := range e.list[max(0, len(e.list)-6):] {
			if d.contentWords(o, func(j int) bool { return d.low(j) == w }) {
				share++
				return false
			}
		}
		return false
	})
	return share
}

// anybody are words for people that tell no event from another.
var anybody = newSet(map[string]bool{"people": true, "others": true, "men": true, "women": true, "civilians": true, "persons": true, "children": true})

// contentWords walks the words that tell one event from another until one is the one sought.
func (d *doc) contentWords(n *incident, sought func(int) bool) bool {
	walk := func(r rng) bool {
		for i := r.a; i < r.b; i++ {
			t := &d.toks[i]
			if i != n.trigger && t.kind == letters && (t.tag == tName && !t.is(anyEvent|month|weekday) || t.tag == tNoun && !anybody.has(d.low(i))) && sought(i) {
				return true
			}
		}
		return false
	}
	if n.noun && walk(n.phrase) {
		return true
	}
	for _, r := range n.patients {
		if walk(r) {
			return true
		}
	}
	for _, r := range n.where {
		if !(n.noun && n.phrase.covers(r)) && walk(r) {
			return true
		}
	}
	return false
}

// tellOutcome gives what became of people to the deed of the sentence, else to the event told
// before; with a doer, or a day or place of its own, it is a deed itself.
func (d *doc) tellOutcome(n *incident, ns []*incident) {
	if n.none || n.maybe {
		return
	}
	own := len(n.agents) > 0 && !d.eventAgent(n.agents[0]) && !d.weaponHead(n.agents[0]) && !d.outcomeAgent(n.agents[0]) && !d.anyIs(n.agents, &policing) && !d.anyIs(n.patients, &culprits)
	if !own && len(n.agents) > 0 && !n.habit && d.weaponHead(n.agents[0]) && (d.articleBefore(n.agents[0].a, n.agents[0]) || d.toks[n.agents[0].a].tag == tNum) && !d.wielded(n.agents[0], ns) {
		d.tellWeapon(n)
		return
	}
	var near *incident
	if own && d.toks[n.trigger].tag == tIng && d.sharesEvent(ns) {
		own = false // the flood swept through the valley, killing 33
	}
	for _, o := range ns {
		if o == n || o.event == nil || o.event.act == actArrest || d.outcomeOnly(o) && own {
			continue
		}
		if own && len(o.agents) > 0 && d.low(o.agents[0].b-1) != d.low(n.agents[0].b-1) {
			continue
		}
		if near == nil || abs(o.trigger-n.trigger) < abs(near.trigger-n.trigger) {
			near = o
		}
	}
	if near != nil {
		near.event.list = append(near.event.list, n)
		n.event = near.event
		return
	}
	v := d.toks[n.trigger].w.verb
	if v != nil && own && d.lifeless(n.agents[0]) {
		d.tellMishap(n)
		return
	}
	deed := !n.noun && v != nil && (v.lemma == "kill" || v.lemma == "wound" || v.lemma == "injure" || v.lemma == "destroy")
	if own && deed && !n.habit {
		d.tell(n)
		return
	}
	if n.noun {
		return
	}
	if e := d.eventBefore(n); e != nil {
		e.list = append(e.list, n)
		n.event = e
		return
	}
	if v != nil && v.lemma == "kill" && (n.hasDate || !n.place.empty()) && !n.habit && len(n.patients) > 0 {
		d.tell(n)
	}
}

// sharesEvent tells whether a sentence tells a deed or a disaster.
func (d *doc) sharesEvent(ns []*incident) bool {
	for _, o := range ns {
		if o.event != nil && o.event.act != actArrest && !d.outcomeOnly(o) {
			return true
		}
	}
	return false
}

// wielded tells whether another deed of the sentence has the weapon: "a bomb exploded, killing
// two".
func (d *doc) wielded(r rng, ns []*incident) bool {
	for _, o := range ns {
		for _, w := range o.weapons {
			if o.event != nil && w.a == r.a {
				return true
			}
		}
	}
	return false
}

// headWord is the last word of a noun phrase before its prepositional phrases.
func (d *doc) headWord(r rng) int {
	if r.b-r.a > 2 && d.toks[r.a+1].w.text == "of" && (d.toks[r.a].tag == tPron || d.toks[r.a].tag == tNum) {
		r.a += 2 // one of the two cables
	}
	for i := r.a + 1; i < r.b; i++ {
		if t := &d.toks[i]; t.mark == ',' || t.mark == '(' || t.tag == tPrep || t.tag == tRel || (t.tag == tPart || t.tag == tIng) && d.toks[i-1].tag.nominal() {
			return i - 1
		}
	}
	return r.b - 1
}

func (d *doc) weaponHead(r rng) bool {
	return d.toks[d.headWord(r)].is(weapon) || d.hasClass(r, weapon) && !d.hasClass(r, person|body)
}

// tellWeapon makes the weapon the deed: "a car bomb outside a courthouse killed nine".
func (d *doc) tellWeapon(n *incident) {
	r := n.agents[0]
	if n.place.empty() {
		for i := r.a; i+1 < r.b; i++ { // a car bomb outside a courthouse
			if d.toks[i].tag == tPrep && whereabouts.has(d.toks[i].w.text) && d.toks[i].w.text != "of" {
				n.place = rng{i + 1, r.b}
				n.where = append(n.where, n.place)
				r.b = i
			}
		}
	}
	n.agents = nil
	n.weapons = append(n.weapons, r)
	n.act = actAttack
	if d.explosive(r) {
		n.act = actBomb
	}
	d.tell(n)
}

// lifeless tells whether a doer is a thing that nobody wields: a wave, a collapse.
func (d *doc) lifeless(r rng) bool {
	t := &d.toks[d.headWord(r)]
	return t.tag == tNoun && (t.is(disaster) || mishaps.has(t.w.text)) && !d.hasClass(r, person|body|weapon|anyEvent)
}

// mishaps are nouns for what kills without anybody's deed.
var mishaps = newSet(map[string]bool{"wave": true, "waves": true, "break": true, "collapse": true, "crash": true, "fire": true, "storm": true, "surge": true, "leak": true, "outbreak": true, "accident": true, "breach": true})

// tellMishap makes an event of no kind of violence: "waves reached the town, killing 12".
func (d *doc) tellMishap(n *incident) {
	h := d.headWord(n.agents[0])
	n.phrase = rng{n.agents[0].a, h + 1}
	n.agents, n.act = nil, actOther
	n.patients = nil
	n.trigger = h
	n.noun, n.definite = true, false
	d.tell(n)
}

// outcomeAgent tells whether a doer is no doer: who, it, a number of victims.
func (d *doc) outcomeAgent(r rng) bool {
	if r.b-r.a != 1 {
		return false
	}
	w := d.toks[r.a].w.text
	return w == "which" || w == "that" || w == "it" || w == "this"
}

// eventBefore is the event told in the sentences right before, if the mention does not
// contradict it.
func (d *doc) eventBefore(n *incident) *event {
	for k := len(d.events) - 1; k >= 0 && k >= len(d.events)-4; k-- {
		e := d.events[k]
		if e.act == actArrest || n.sent-e.lastSent() > 5 || n.hasDate && e.date.known() && !sameDate(n.date.date, e.date) {
			continue
		}
		if n.country != "" && e.country != "" && n.country != e.country || !n.place.empty() && !d.bareMention(e) && d.sharedWords(n, e) == 0 {
			continue
		}
		return e
	}
	return nil
}

func abs(n int) int { return max(n, -n) }

// refine mends what the mention's clause says: whose deed, when and where it was, and
// whether it happened at all.
func (d *doc) refine(n *incident, s rng) {
	i := n.phrase.b
	if n.noun && i+1 < s.b && d.toks[i].tag == tRel {
		i++
	}
	if n.noun && i < s.b && d.toks[i].tag == tFin && d.toks[i].is(vPast) && d.toks[i].w.verb != nil {
		v := d.toks[i].w.verb
		n.told = n.told || strikes.has(v.lemma) || outcomeVerbs.has(v.lemma) || v.lemma == "happen" || v.lemma == "occur"
	}
	d.refineDate(n, s, false)
	n.agents = d.cutDates(n.agents, s)
	n.patients = d.cutDates(n.patients, s)
	for i := range n.agents {
		n.agents[i] = d.disguised(d.lastDoer(n.agents[i]), s)
	}
	if len(n.agents) > 0 && !d.outcomeOnly(n) && d.weaponHead(n.agents[0]) {
		n.weapons, n.agents = append(n.weapons, n.agents[0]), nil // a truck packed with explosives demolished a club
		if d.explosive(n.weapons[len(n.weapons)-1]) && (n.act == actAttack || n.act == actDamage) {
			n.act = actBomb
		}
	}
	d.swapVictims(n)
	d.ramming(n, s)
	if n.act == actArrest {
		n.habit = false // police are holding 41 people
	}
	d.reality(n, s)
	if n.noun {
		d.refineNoun(n, s)
	}
	d.refinePlace(n, s)
	for _, p := range n.patients {
		switch d.low(p.a) {
		case "nobody", "no":
			n.none = true
		}
	}
}

// outOfBlame takes the one blamed out of a mention: "pinned the ambush on deserters".
func (d *doc) outOfBlame(n *incident) {
	for k := len(d.blames) - 1; k >= 0 && d.blames[k].sent >= n.sent; k-- {
		b := d.blames[k]
		if b.sent != n.sent || !n.noun || b.actor.a <= n.trigger || b.actor.a > n.phrase.b {
			continue
		}
		for _, e := range b.event {
			if e.holds(n.trigger) {
				n.phrase.b = min(n.phrase.b, max(e.b, n.trigger+1))
				kept := n.patients[:0]
				for _, p := range n.patients {
					if !p.overlaps(b.actor) && p.a < n.phrase.b {
						kept = append(kept, p)
					}
				}
				n.patients = kept
			}
		}
	}
}

// refineDate takes the date nearest to the deed; the day on which somebody told of it is not
// the deed's.
func (d *doc) refineDate(n *incident, s rng, anyhow bool) {
	if x, ok := d.dateIn(n.phrase); ok && !d.toldOn(x.rng, n) {
		n.date, n.hasDate = x, true
		return
	}
	n.hasDate = false
	if n.bare && !anyhow && !n.told || n.noun && n.definite && !anyhow {
		return
	}
	near := 0
	for r := s; ; {
		x, ok := d.dateIn(r)
		if !ok {
			return
		}
		gap := abs(x.a - n.trigger)
		if !d.toldOn(x.rng, n) && d.sameClause(x.rng, n, s) && (!n.hasDate || gap < near) {
			n.date, n.hasDate, near = x, true, gap
		}
		r.a = x.b
	}
}

// sameClause tells whether no other verb stands between a deed and a date, or the date opens
// the sentence.
func (d *doc) sameClause(x rng, n *incident, s rng) bool {
	if x.a-s.a <= 3 {
		return true
	}
	a, b := n.phrase.b, x.a
	if !n.noun {
		a = max(n.trigger+1, min(a, x.a))
	}
	if x.a < n.trigger {
		a, b = x.b, min(n.phrase.a, n.trigger)
		if !n.noun {
			b = d.groupAt(n.trigger, s).a
		}
	}
	for i := a; i < b; i++ {
		t := &d.toks[i]
		if t.tag == tFin && !(n.noun && t.w.verb != nil && (t.w.verb.act != noAct || strikes.has(t.w.verb.lemma))) || t.tag.aux() && !n.noun {
			return false
		}
	}
	return true
}

// toldOn tells whether a date is that of a claim in the sentence and not of what it tells.
func (d *doc) toldOn(x rng, n *incident) bool {
	for i := x.a - 1; i > 0 && x.a-i < 5 && !(n.noun && n.phrase.covers(x)) && d.toks[i].sent == d.toks[x.a].sent && !(x.b < len(d.toks) && d.toks[x.b].tag == tOwner); i-- {
		t := &d.toks[i]
		if t.kind == punct || i == n.trigger {
			break
		}
		if t.tag == tFin && t.w.verb != nil && t.w.verb.act == noAct && speaks(t.w.verb) {
			return true // said on Monday, told reporters on Monday
		}
		if t.tag.verbal() {
			break
		}
	}
	for _, c := range d.claimsIn(n.sent, n.sent) {
		if c.cue.holds(n.trigger) {
			continue
		}
		inside := holdsAny(c, x)
		if holdsAny(c, rng{n.trigger, n.trigger + 1}) && !inside && !n.phrase.covers(x) {
			return true
		}
		end := c.cue.b
		if c.source.a >= end && c.source.a-end <= 1 {
			end = c.source.b
		}
		if !inside && x.a >= end && x.a-end <= 1 && n.trigger < c.cue.a {
			return true
		}
	}
	return false
}

// cutDates takes time expressions out of who and whom: "the night of 3 January armed men".
func (d *doc) cutDates(rs []rng, s rng) []rng {
	kept := rs[:0]
	for _, r := range rs {
		for i := r.a; i < r.b; i++ {
			k := d.dateAround(i)
			if k.empty() {
				continue
			}
			switch {
			case k.b < r.b && (d.onlyFront(rng{r.a, k.a}) || k.a-r.a > 3 && !d.toks[k.b].close && d.toks[k.b].tag.nominal() && d.toks[k.b].tag != tOwner):
				r.a = k.b
				i = r.a - 1
			case k.a > r.a && k.b >= r.b-1 && d.toks[k.a-1].tag == tPrep:
				r.b = k.a - 1
			case k.a <= r.a+1:
				r.a = min(k.b, r.b)
			}
		}
		r = d.trim(r)
		if !r.empty() && d.toks[r.a].tag == tOwner {
			r = rng{}
		}
		if !r.empty() && !(r.b-r.a == 1 && d.toks[r.a].is(timenoun|month|weekday)) {
			kept = append(kept, r)
		}
	}
	return kept
}

// lastDoer cuts a doer to the person at its end where a preposition joins it to what it is told
// of: "the FBI about a student".
func (d *doc) lastDoer(r rng) rng {
	for i := r.b - 2; i > r.a; i-- {
		if t := &d.toks[i]; t.tag == tPrep && (t.w.text == "about" || t.w.text == "against" || t.w.text == "over") && d.hasClass(rng{i + 1, r.b}, person|body) {
			return rng{i + 1, r.b}
		}
	}
	return r
}

// disguised takes the head along that a participle and its phrase describe: "gunmen armed with
// rifles", "men disguised as policemen".
func (d *doc) disguised(r rng, s rng) rng {
	i := r.a - 1
	if i-2 < s.a || d.toks[i].tag != tPrep || !d.toks[i-1].tag.verbal() || d.toks[i-1].tag.aux() || !d.toks[i-1].is(vPart|vIng) || !d.toks[i-2].tag.nominal() || d.toks[i-2].tag == tOwner {
		return r
	}
	if a := d.npStart(i-2, s); a < i-1 && d.hasClass(rng{a, i - 1}, person|body) {
		return d.trimSubject(rng{a, r.b}, s)
	}
	return r
}

// onlyFront tells of tokens before a time expression that belong to it and to nothing behind
// it: a paragraph's number, "on".
func (d *doc) onlyFront(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if t := &d.toks[i]; t.tag != tNum && t.tag != tPrep && t.tag != tDet && t.tag != tAdv && t.kind != punct {
			return false
		}
	}
	return true
}

// dateAround is the time expression that token i stands in.
func (d *doc) dateAround(i int) rng {
	lo, hi := 0, len(d.dateWords)
	for lo < hi {
		mid := (lo + hi) / 2
		if d.dateWords[mid].b <= i {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(d.dateWords) && d.dateWords[lo].holds(i) {
		return d.dateWords[lo]
	}
	return rng{}
}

// rammed reads "drove a truck into the crowd" and "a lorry was driven into the crowd".
func (d *doc) rammed(h int, s rng) (act, int) {
	for i := h + 1; i+1 < s.b && i < h+8; i++ {
		t := &d.toks[i]
		if t.kind == punct || t.tag == tFin {
			break
		}
		if t.w.text == "into" && d.startsNP(i+1) {
			if r := (rng{i + 1, d.npEnd(i+1, s, false)}); d.hasClass(r, person) {
				return actAttack, i + 1
			}
		}
	}
	return noAct, 0
}

// ramming makes the vehicle the weapon and those it was driven into the target.
func (d *doc) ramming(n *incident, s rng) {
	v := d.toks[n.trigger].w.verb
	if n.noun || v == nil || v.lemma != "drive" && v.lemma != "ram" && v.lemma != "plough" && v.lemma != "plow" {
		return
	}
	for i := n.trigger + 1; i+1 < s.b && i < n.trigger+10; i++ {
		if d.toks[i].w.text != "into" {
			continue
		}
		if r := d.trim(rng{n.trigger + 1, i}); !r.empty() {
			n.weapons = append(n.weapons, r)
		} else if len(n.patients) > 0 {
			n.weapons = append(n.weapons, n.patients[0])
		}
		n.patients = []rng{d.trim(rng{i + 1, d.npEnd(i+1, s, false)})}
		return
	}
}

// swapVictims mends "26 people killed" and "a courier detained at the border": a subject
// without object is the victim.
func (d *doc) swapVictims(n *incident) {
	if n.noun || len(n.patients) > 0 || len(n.agents) == 0 || d.toks[n.trigger].tag != tFin {
		return
	}
	if n.act != actKill && n.act != actWound && n.act != actArrest && n.act != actKidnap {
		return
	}
	r := n.agents[0]
	if r.b != n.trigger || !d.toks[r.b-1].is(person) && d.toks[r.b-1].tag != tName {
		return
	}
	for i := r.b - 1; i > r.a; i-- {
		if t := &d.toks[i]; t.tag == tPart || t.tag == tPrep && t.w.text != "of" {
			r.a = i + 1
			break
		}
	}
	n.patients, n.agents = append(n.patients, r), nil
}

// plotNouns are nouns before "to" that tell of a deed not done.
var plotNouns = newSet(map[string]bool{"plot": true, "plots": true, "plan": true, "plans": true, "attempt": true, "attempts": true, "conspiracy": true, "bid": true, "effort": true, "efforts": true})

// wishVerbs are verbs before "to" that tell of a deed not done.
var wishVerbs = newSet(map[string]bool{"plan": true, "intend": true, "want": true, "threaten": true, "prepare": true, "vow": true, "pledge": true, "hope": true, "seek": true, "aim": true,
	"order": true, "instruct": true, "mean": true, "plot": true, "expect": true, "promise": true, "swear": true, "ask": true, "urge": true, "tell": true, "encourage": true,
	"go": true, "use": true, "need": true, "try": true, "attempt": true, "refuse": true, "fail": true, "consider": true, "decide": true, "agree": true, "continue": false})

// reality tells what happened from what was planned, feared, tried or stopped.
func (d *doc) reality(n *incident, s rng) {
	before := n.phrase.a - 1
	if !n.noun {
		g := d.groupAt(n.trigger, s)
		before = g.a - 1
		if !g.to && d.toks[g.a].tag != tTo {
			n.maybe = n.maybe || d.conditional(g.a, s)
			return
		}
		if d.toks[g.a].tag == tTo {
			before = g.a - 1
		}
		for before > s.a && (d.toks[before].kind == punct || d.toks[before].tag == tAdv) {
			before--
		}
	}
	if before < s.a {
		return
	}
	t := &d.toks[before]
	switch {
	case !n.noun && t.tag == tNoun && plotNouns.has(t.w.text):
		n.agents = nil
		switch {
		case d.stopped(before, s):
			n.foiled, n.maybe = true, false
		case t.w.text == "attempt" || t.w.text == "attempts" || t.w.text == "bid":
			n.attempt, n.maybe = true, false
		default:
			n.maybe = true
		}
	case !n.noun && t.w.verb != nil && wishVerbs.has(t.w.verb.lemma):
		switch l := t.w.verb.lemma; {
		case l == "try", l == "attempt", l == "fail" && n.act == actBomb:
			n.attempt, n.maybe = true, false
		case d.brokenUp(before, s):
			n.foiled, n.maybe, n.agents = true, false, nil
		default:
			n.maybe = true
		}
	}
}

// brokenUp tells whether the sentence says before i that those who planned were stopped: "police
// broke up a cell that had planned to".
func (d *doc) brokenUp(i int, s rng) bool {
	for j := i - 1; j >= s.a && i-j < 16; j-- {
		t := &d.toks[j]
		if v := t.w.verb; v != nil && t.tag.verbal() && (foils.has(v.lemma) || v.lemma == "break" && d.is(j+1, s, "up")) {
			return true
		}
		if t.mark == ';' || t.mark == '.' {
			break
		}
	}
	return false
}

// stopVerbs tell of a plan that was stopped.
var stopVerbs = newSet(map[string]bool{"foil": true, "thwart": true, "avert": true, "prevent": true, "disrupt": true, "stop": true, "uncover": true, "intercept": true, "halt": true, "block": true})

// stopped tells whether the plan named at i was stopped, before or behind it.
func (d *doc) stopped(i int, s rng) bool {
	for j := i - 1; j >= s.a && i-j < 6; j-- {
		if v := d.toks[j].w.verb; v != nil && d.toks[j].tag.verbal() {
			return stopVerbs.has(v.lemma)
		}
		if d.toks[j].w.text == "foiled" || d.toks[j].w.text == "thwarted" {
			return true
		}
	}
	for j := i + 1; j < s.b && j < i+30; j++ {
		if v := d.toks[j].w.verb; v != nil && stopVerbs.has(v.lemma) && d.toks[j].tag == tPart && d.groupAt(j, s).passive {
			return true
		}
	}
	return false
}

// conditional tells whether "if", "unless" or "in case" opens the clause before i.
func (d *doc) conditional(i int, s rng) bool {
	for j := i - 1; j >= s.a && i-j < 8; j-- {
		t := &d.toks[j]
		if t.kind == punct || t.tag == tFin {
			return false
		}
		if t.w.text == "if" || t.w.text == "unless" || t.w.text == "whether" {
			return true
		}
	}
	return false
}

// otherWords before a noun tell of another event than the one told last.
var otherWords = newSet(map[string]bool{"similar": true, "another": true, "second": true, "third": true, "separate": true, "other": true, "further": true, "previous": true, "earlier": true,
	"near-identical": true})

// feared are the nouns and verbs before "of an attack", "an attack" that tell of none.
var feared = newSet(map[string]bool{"threat": true, "threats": true, "risk": true, "risks": true, "danger": true, "possibility": true, "plan": true, "plans": true, "fear": true, "fears": true,
	"warning": true, "warnings": true, "likelihood": true, "rumours": true, "rumors": true, "rumor": true, "rumour": true, "prospect": true, "talk": true, "signs": true, "chance": true, "case": true, "event": true})

// refineNoun reads the words around a noun of violence.
func (d *doc) refineNoun(n *incident, s rng) {
	if i := n.phrase.a - 1; i > s.a && (d.toks[i].w.text == "last" || d.low(i) == "latest") && d.toks[i-1].tag == tDet {
		n.phrase.a, n.bare = i-1, false // the last attack on foreigners
	}
	if k := d.dateAround(n.phrase.a); !k.empty() && k.b < n.trigger && (d.toks[k.b].tag == tDet || d.toks[k.b].tag == tNum) {
		n.phrase.a, n.definite, n.bare = k.b, definiteWords.has(d.toks[k.b].w.text), false // on Saturday two explosions
	}
	for i := n.phrase.a; i < n.trigger; i++ {
		t := &d.toks[i]
		w := d.low(i)
		switch {
		case t.tag == tOwner && i > n.phrase.a:
			n.definite, n.bare = true, false // Monday's bombing
		case w == "alleged" || w == "reported" || w == "suspected" || w == "apparent" || w == "presumed":
			n.alleged, n.maybe = true, false
		case otherWords.has(w):
			n.other = true
		case t.w.text == "ransomware" || w == "cyber" || t.w.text == "hacking" || t.w.text == "phishing":
			if n.act == actAttack {
				n.act = actCyber
			}
		}
		if d.explosive(rng{i, i + 1}) && n.act == actAttack || w == "suicide" && n.act == actAttack {
			n.act = actBomb
		}
	}
	if i := n.phrase.a - 1; i >= s.a {
		t := &d.toks[i]
		if t.w.text == "of" && i > s.a && d.toks[i-1].w.text == "one" {
			n.none = true // one of the deadliest attacks: a judgement
		}
		if t.tag == tPrep && i > s.a && feared.has(d.low(i-1)) {
			n.maybe = true
		}
		if v := t.w.verb; v != nil && t.tag.verbal() {
			switch {
			case wishVerbs.has(v.lemma) || v.lemma == "fear" || v.lemma == "anticipate" || v.lemma == "predict" || v.lemma == "avoid":
				n.maybe = true
			case foils.has(v.lemma) && d.groupAt(i, s).to:
				n.maybe = true
			}
		}
	}
	if h := d.head(n.phrase, s); len(n.where) > 0 && len(n.patients) == 0 && h.b > n.trigger {
		if r := n.where[0]; d.toks[d.head(r, s).b-1].is(target|body) && r.a > s.a && d.toks[r.a-1].w.text == "at" {
			n.patients = append(n.patients, r) // the bombing at the bus depot
		}
	}
	d.verbAfterNoun(n, s)
}

// notYet are words for what may come.
var notYet = newSet(map[string]bool{"conceivable": true, "plausible": true, "feasible": true, "inevitable": true, "unlikely": true})

// strikes are verbs by which a blast or a weapon meets its target.
var strikes = newSet(map[string]bool{"tear": true, "rip": true, "hit": true, "strike": true, "rock": true, "shake": true, "target": true, "sweep": true})

// verbAfterNoun reads the verb that a noun of violence is the subject of: "a blast tore
// through a bus", "an attack could come", "an attempt failed", "the attack was foiled".
func (d *doc) verbAfterNoun(n *incident, s rng) {
	i := n.phrase.b
	if i+1 < s.b && d.toks[i].tag == tRel && n.told {
		i++
	}
	modal, passive := false, false
	if n.phrase.a > s.a && d.toks[n.phrase.a-1].tag == tPrep && !n.told {
		return // a man detained over the bombing has told
	}
	for i < s.b && (d.toks[i].tag == tAdv || d.toks[i].tag.aux() || d.toks[i].tag == tNeg || d.toks[i].mark == '"' && i > n.phrase.b) {
		modal = modal || d.toks[i].tag == tModal
		passive = passive || d.toks[i].tag == tBe
		if d.toks[i].tag == tModal && !(i+1 < s.b && d.toks[i+1].tag == tHave) || d.toks[i].tag == tNeg {
			n.maybe = true
		}
		i++
	}
	if i >= s.b {
		return
	}
	t := &d.toks[i]
	v := t.w.verb
	switch {
	case i > n.phrase.b && (t.is(hedgeWord|imminentWord|probableWord) && t.tag == tAdj || notYet.has(d.low(i))):
		n.maybe = true
	case v == nil || !t.tag.verbal():
	case passive && t.tag == tPart && (wishVerbs.has(v.lemma) || v.lemma == "fear"):
		n.maybe = true
	case passive && t.tag == tPart && stopVerbs.has(v.lemma):
		n.foiled = n.foiled || !modal
	case t.tag == tFin && outcomeVerbs.has(v.lemma) && n.place.empty() && len(n.where) == 0:
		m := &incident{trigger: i, phrase: rng{i, i + 1}}
		if p := d.placeAfter(m, s); !p.empty() {
			n.where = append(n.where, p) // a bombing killed 38 people at the station
		}
	case v.lemma == "fail" && t.tag == tFin:
		n.attempt = true
	case strikes.has(v.lemma) && t.tag == tFin && (!n.definite || n.told):
		j := i + 1
		for j < s.b && (d.toks[j].tag == tPrep || d.toks[j].tag == tAdv) {
			j++
		}
		if j < s.b && d.startsNP(j) {
			if r := d.trim(rng{j, d.placeEnd(j, s)}); !r.empty() && d.dateAround(j).empty() {
				n.patients = append(n.patients, r)
			}
		}
	}
}

// refinePlace finds where it happened: "outside a police training centre in Quetta", "at the
// bus depot in Dera Bakhtan, Pakistan".
func (d *doc) refinePlace(n *incident, s rng) {
	if v := d.toks[n.trigger].w.verb; !n.noun && v != nil && (v.lemma == "open" || v.lemma == "fire") && len(n.patients) == 1 {
		p := n.patients[0]
		if p.a > s.a && d.toks[p.a-1].w.text == "at" && !d.hasClass(p, person) && d.isPlace(p) { // opened fire at the station
			n.patients = nil
			n.where = append([]rng{{p.a, d.placeEnd(p.a, s)}}, n.where...)
		}
	}
	n.place = rng{}
	for _, r := range n.where {
		if d.placeLike(r) {
			n.place = d.trim(rng{r.a, max(r.b, d.placeEnd(r.a, s))})
			break
		}
	}
	if n.place.empty() {
		n.place = d.placeAfter(n, s)
	}
	if n.place.empty() && n.noun && len(n.patients) > 0 {
		if p := n.patients[0]; d.toks[p.b-1].is(target|placeNoun) || d.hasClass(d.head(p, s), target|placeNoun) {
			n.place = d.trim(rng{p.a, max(p.b, d.placeEnd(p.a, s))})
			n.patients[0] = n.place
		}
	}
	if n.place.empty() {
		for _, p := range n.patients { // a mosque in Borås
			for i := p.a + 1; i+1 < p.b; i++ {
				if (d.toks[i].w.text == "in" || d.toks[i].w.text == "near") && d.toks[i+1].tag == tName {
					n.place = rng{i + 1, p.b}
					if d.toks[i-1].is(person) && !d.toks[i-1].is(target) {
						n.patients[0].b = i
					}
					break
				}
			}
		}
	}
	if !n.place.empty() {
		n.where = append(n.where, n.place)
		if c := d.countryOf(n.place); c != "" {
			n.country = c
		}
		if !n.noun && n.act == actArrest && len(n.agents)+len(n.patients) == 0 && n.place.a-n.phrase.b == 1 {
			n.phrase.b = n.place.b // arrested in Iran
		}
	}
	if n.country == "" && !n.bare && (!n.noun || !n.definite) {
		n.country = d.countryAt(s)
	}
}

// countryAt is the state that a sentence names as a place: in Mali, across Sudan.
func (d *doc) countryAt(s rng) string {
	for r := s; ; {
		n, ok := d.namingIn(r, func(p *party) bool { return p.kind == "state" })
		if !ok {
			return ""
		}
		i := n.a - 1
		if i >= s.a && (d.toks[i].tag == tDet || d.toks[i].tag == tAdj) {
			i--
		}
		if i >= s.a && !n.party.people[d.nameKey(n.b-1)] && (d.toks[i].w.text == "in" || d.toks[i].w.text == "inside" || d.toks[i].w.text == "across" || d.toks[i].mark == ',' && i > s.a && d.toks[i-1].tag == tName) {
			return n.party.code
		}
		r.a = n.b
	}
}

// countryOfText is the country that a text is about, as far as its names tell: the dateline's,
// else the one state that it names much more than any other.
func (d *doc) countryOfText() string {
	if d.home != "" {
		return d.home
	}
	d.home = "?"
	only := ""
	for _, e := range d.events {
		if e.country != "" && only == "" {
			only = e.country
		} else if e.country != "" && e.country != only {
			only = "?"
		}
	}
	if only != "" && only != "?" {
		d.home = only
		return only
	}
	if c := d.datelineCountry(); c != "" {
		d.home = c
		return c
	}
	names := map[string]int{}
	best, second := "", 0
	for _, n := range d.namings {
		if n.party.kind == "state" && !(n.a > 0 && d.toks[n.a-1].capital && d.toks[n.a-1].tag == tName && d.toks[n.a-1].end+1 == d.toks[n.a].start) {
			names[n.party.code]++ // and not Northern Ireland
		}
	}
	for code, n := range names {
		switch {
		case best == "" || n > names[best] || n == names[best] && code < best:
			if best != "" {
				second = max(second, names[best])
			}
			best = code
		default:
			second = max(second, n)
		}
	}
	if best != "" && names[best] >= 2*second && names[best] >= 2 {
		d.home = best
	}
	return d.home
}

// placeLike refuses what is no place: a document, a time, persons.
func (d *doc) placeLike(r rng) bool {
	if r.empty() || !d.isPlace(r) || !d.dateAround(r.a).empty() || !d.dateAround(r.b-1).empty() {
		return false
	}
	last := &d.toks[d.head(r, r).b-1]
	return !last.is(document|saying|timenoun) || last.is(target|placeNoun)
}

// placeAfter looks for a place behind the deed in its clause.
func (d *doc) placeAfter(n *incident, s rng) rng {
	end := d.groupAt(n.trigger, s).b
	for _, p := range n.patients {
		if p.a > n.trigger {
			end = max(end, p.a)
		}
	}
	for i := end; i+1 < s.b && i < end+22; i++ {
		t := &d.toks[i]
		if t.tag == tFin && d.toks[i-1].tag == tConj && t.w.verb != nil && outcomeVerbs.has(t.w.verb.lemma) {
			continue // killed one and wounded another at a school
		}
		if t.mark == '.' || t.mark == ';' || t.mark == ':' || t.tag == tFin || t.tag == tRel || t.tag == tSub || t.is(saying) && t.tag.verbal() {
			break
		}
		if t.tag == tPrep && (whereabouts.has(t.w.text) || t.w.text == "across") && t.w.text != "of" && t.w.text != "against" && t.w.text != "under" {
			r := d.trim(rng{i + 1, d.placeEnd(i+1, s)})
			if d.placeLike(r) && !d.inPatients(n, r) {
				return r
			}
		}
	}
	return rng{}
}

func (d *doc) inPatients(n *incident, r rng) bool {
	for _, p := range n.patients {
		if p.a == r.a {
			return true
		}
	}
	return false
}

// placeEnd is the end of a place's phrase: what it stands in and the land after a comma go
// along.
func (d *doc) placeEnd(i int, s rng) int {
	e := d.npEnd(i, s, false)
	for k := 0; k < 3 && e+1 < s.b && e > i; k++ {
		t := &d.toks[e]
		if (t.w.text == "in" || t.w.text == "near" || t.w.text == "of" || t.w.text == "outside") && d.dateAround(e+1).empty() && (d.toks[e+1].tag == tName || d.toks[e+1].tag == tDet || d.toks[e+1].tag == tAdj) {
			if e2 := d.npEnd(e+1, s, false); e2 > e+1 && d.placeLike(rng{e + 1, e2}) {
				e = e2
				continue
			}
		}
		if t.mark == ',' && d.toks[e-1].tag == tName && d.toks[e+1].tag == tName && d.dateAround(e+1).empty() {
			e2 := e + 1
			for e2 < s.b && d.toks[e2].tag == tName {
				e2++
			}
			if _, ok := d.namingIn(rng{e + 1, e2}, nil); ok && (e2 >= s.b || d.toks[e2].kind == punct || d.toks[e2].tag == tPrep) {
				e = e2
				continue
			}
		}
		break
	}
	for j := i + 1; j < e; j++ {
		if k := d.dateAround(j); !k.empty() {
			e = k.a
			if e > i+1 && d.toks[e-1].tag == tPrep {
				e--
			}
			break
		}
	}
	return e
}

// triggerPhrase is the head of a mention with its particle: opened fire, blown up.
func (d *doc) triggerPhrase(n *incident) rng {
	r := rng{n.trigger, n.trigger + 1}
	if d.upper || n.noun || r.b >= len(d.toks) || d.toks[r.b].sent != d.toks[n.trigger].sent {
		return r
	}
	switch d.toks[r.b].w.text {
	case "up", "off", "down", "fire", "ablaze", "hostage", "dead":
		r.b++
	}
	return r
}

// datelineCountry is the country that the text's first lines place it in: "QUETTA, Pakistan",
// "Stockholm, 3 March 2022". Lines that name two place it in neither.
func (d *doc) datelineCountry() string {
	if d.placed != "" {
		return strings.TrimPrefix(d.placed, "?")
	}
	d.placed = "?"
	for si := 0; si < len(d.sents) && si < 5; si++ {
		s := d.sents[si].rng
		head := d.toks[s.b-1].mark == '-' || d.toks[s.b-1].mark == ':'
		if !head && (s.b-s.a > 16 || d.hasFinite(s) || d.dateIndex(s) < 0) {
			continue
		}
		only := ""
		for r := s; ; {
			n, ok := d.namingIn(r, func(p *party) bool { return p.kind == "state" })
			if !ok {
				break
			}
			if only != "" && only != n.party.code {
				return ""
			}
			only, r.a = n.party.code, n.b
		}
		if only != "" {
			d.placed = only
			return only
		}
	}
	return ""
}

// dateIndex is the index of the first date of a line, or -1.
func (d *doc) dateIndex(s rng) int {
	if k := d.dateFrom(s.a); k < len(d.dates) && d.dates[k].b <= s.b {
		return k
	}
	return -1
}

// inCustody reads "police are holding 41 people", "was picked up by local authorities".
func (d *doc) inCustody(h int, s rng) (act, int) {
	g := d.groupAt(h, s)
	after := g.b
	if after < s.b && d.toks[after].w.text == "up" {
		after++
	}
	if g.passive {
		e := d.byAgent(&incident{}, after, s)
		src, ok := d.subjectOf(g.a, s)
		if e > after && d.anyIs([]rng{{after + 1, e}}, &custody) || e == after && ok && after > g.b && d.hasClass(src, person) {
			return actArrest, after
		}
		return noAct, 0
	}
	if src, ok := d.subjectOf(g.a, s); ok && d.anyIs([]rng{src}, &custody) && after < s.b && d.startsNP(after) && d.hasClass(rng{after, d.npEnd(after, s, false)}, person) {
		return actArrest, after
	}
	return noAct, 0
}

var custody = newSet(map[string]bool{"police": true, "officers": true, "authorities": true, "agents": true, "detectives": true, "soldiers": true, "troops": true, "prosecutors": true, "forces": true, "gendarmes": true})

// breakages are verbs by which a work gives way or is cut.
var breakages = newSet(map[string]bool{"burst": true, "collapse": true, "fail": true, "rupture": true, "derail": true, "sever": true, "cut": true, "give": true})

var works = newSet(map[string]bool{"dam": true, "dams": true, "dyke": true, "levee": true, "embankment": true, "wall": true, "bridge": true, "building": true, "tower": true, "reservoir": true, "tunnel": true,
	"cable": true, "cables": true, "pipeline": true, "pipelines": true, "train": true, "tram": true, "roof": true, "mine": true})

// gaveWay reads "the dam failed", "a train derailed", "a cable was severed".
func (d *doc) gaveWay(h int, s rng) (act, int) {
	v := d.toks[h].w.verb
	g := d.groupAt(h, s)
	src, ok := d.subjectOf(g.a, s)
	if v.lemma == "give" && !d.is(g.b, s, "way") {
		return noAct, 0
	}
	if !ok || !works.has(d.low(d.headWord(src))) || (v.lemma == "sever" || v.lemma == "cut") != g.passive {
		return noAct, 0
	}
	return actOther, g.b
}

// carriedOff reads "gunmen seized 87 boys", "two soldiers were dragged across the frontier".
func (d *doc) carriedOff(h int, s rng) (act, int) {
	g := d.groupAt(h, s)
	who := rng{}
	if g.passive {
		who, _ = d.subjectOf(g.a, s)
	} else if g.b < s.b && d.startsNP(g.b) {
		who = rng{g.b, d.npEnd(g.b, s, false)}
		if src, ok := d.subjectOf(g.a, s); ok && d.anyIs([]rng{src}, &custody) {
			if d.hasClass(who, person) {
				return actArrest, g.b
			}
			return noAct, 0
		}
	}
	for i := who.a; i < who.b; i++ {
		if craft.has(d.low(i)) {
			return actHijack, g.b
		}
	}
	if who.empty() || !d.hasClass(who, person) {
		return noAct, 0
	}
	return actKidnap, g.b
}

// craft are what is hijacked when it is seized.
var craft = newSet(map[string]bool{"flight": true, "plane": true, "aircraft": true, "airliner": true, "ship": true, "ferry": true, "tanker": true, "vessel": true, "train": true, "helicopter": true})

// cyberVerbs are verbs of intrusion where machines or those who break into them stand beside.
var cyberVerbs = newSet(map[string]bool{"break": true, "penetrate": true, "infiltrate": true, "compromise": true, "disable": true, "shut": true, "cripple": true, "wipe": true, "hit": true,
	"strike": true, "access": true, "breach": true})

var machines = newSet(map[string]bool{"hackers": true, "hacker": true, "intruder": true, "intruders": true, "ransomware": true, "malware": true, "virus": true, "network": true, "networks": true,
	"server": true, "servers": true, "computer": true, "computers": true, "website": true, "websites": true, "database": true})

// intruded reads "hackers broke into the network", "ransomware struck the hospital".
func (d *doc) intruded(h int, s rng) (act, int) {
	v := d.toks[h].w.verb
	g := d.groupAt(h, s)
	after := g.b
	if after < s.b && (d.toks[after].w.text == "into" || d.toks[after].w.text == "down") {
		after++
	}
	src, ok := d.subjectOf(g.a, s)
	obj := rng{}
	if after < s.b && d.startsNP(after) {
		obj = d.trim(rng{after, d.npEnd(after, s, false)})
	}
	if ok && !obj.empty() && (v.lemma == "hit" || v.lemma == "strike") && d.weaponHead(src) {
		if d.explosive(src) {
			return actBomb, after
		}
		return actAttack, after
	}
	doer := ok && d.anyIs([]rng{src}, &machines)
	if doer && (!obj.empty() || v.lemma == "strike") || v.lemma != "shut" && v.lemma != "hit" && v.lemma != "strike" && !obj.empty() && d.anyIs([]rng{obj}, &machines) {
		return actCyber, after
	}
	return noAct, 0
}

// ordinaryAct tells what verbs do in ordinary text that are deeds only with their particles,
// doers or objects. known is false where the verb alone decides.
func (d *doc) ordinaryAct(lemma string, h int, s rng) (a act, after int, known bool) {
	switch lemma {
	case "drive", "ram", "plough", "plow":
		a, after = d.rammed(h, s)
	case "pick", "round":
		if d.is(h+1, s, "up") {
			a, after = d.inCustody(h, s)
		}
	case "mow", "run":
		if d.is(h+1, s, "down") && h+2 < s.b && d.startsNP(h+2) && (lemma == "mow" || d.hasClass(rng{h + 2, d.npEnd(h+2, s, false)}, person)) {
			a, after = actAttack, h+2
		}
	case "seize", "snatch", "drag":
		a, after = d.carriedOff(h, s)
	case "lose":
		if d.toks[min(h+1, s.b-1)].tag == tPoss && (d.is(h+2, s, "lives") || d.is(h+2, s, "life")) {
			a, after = actKill, h+3
		}
	default:
		switch {
		case lemma == "burst" && d.is(h+1, s, "into"):
			if src, ok := d.subjectOf(d.groupAt(h, s).a, s); ok && d.perpetrator(src) {
				a, after = actAttack, h+2
			}
		case breakages.has(lemma):
			a, after = d.gaveWay(h, s)
		case cyberVerbs.has(lemma):
			a, after = d.intruded(h, s)
		default:
			return noAct, 0, false
		}
	}
	return a, after, true
}
