package prose

// event is something that happened, with all its mentions.
type event struct {
	id      string
	main    *incident
	list    []*incident
	act     act
	country string
	date    date
	status  string
	number  int // twin bombings: 2
	shots   bool
	kept    bool // concrete enough to be a draft
}

// findEvents gathers the mentions of each event.
func (d *doc) findEvents() {
	if !d.upper {
		d.gatherEvents()
	}
	for si := range d.sents {
		if !d.upper {
			break
		}
		for _, n := range d.incidentsIn(si) {
			d.incidents = append(d.incidents, n)
			d.place(n)
		}
	}
	kept := d.events[:0]
	for _, e := range d.events {
		if d.concrete(e) {
			e.kept = true
			kept = append(kept, e)
		}
	}
	d.events = kept
	last := ""
	for _, e := range d.events {
		d.settle(e)
		if e.country == "" && (e.act == actArrest || len(e.list) == 1) {
			e.country = last // told on, so it happened there too
		}
		last = e.country
	}
	for _, e := range d.events {
		if e.country == "" && !d.upper {
			if c := d.countryOfText(); c != "?" {
				e.country = c
			}
		}
	}
}

// place joins a mention to the event it speaks of, or begins a new one.
func (d *doc) place(n *incident) {
	if v := d.toks[n.trigger].w.verb; !n.noun && v != nil && (v.lemma == "die" || v.lemma == "perish") && d.inSentence(n) == nil {
		return // a death without a deed
	}
	if n.bare && !n.hasDate && n.country == "" && len(n.patients) == 0 && !n.told {
		return // attacks in general
	}
	if len(n.patients) > 0 && nobody.has(d.toks[n.patients[0].a].w.text) {
		return // no one was hurt
	}
	if n.maybe && !n.definite || d.inThreat(n) && !n.definite {
		return
	}
	if !n.noun && (n.act == actKill || n.act == actWound || n.act == actDamage) {
		if len(n.agents) > 0 && d.eventAgent(n.agents[0]) || len(n.agents) == 0 && len(n.patients) == 0 {
			return // "the bombings … which killed": an outcome of another event
		}
		if e := d.outcomeOfEvent(n); e != nil && len(n.agents) == 0 {
			e.list = append(e.list, n)
			n.event = e
			return
		}
	}
	// the newest events first; a bounded number, so that work stays in proportion
	var best *event
	score := 0
	for k := len(d.events) - 1; k >= 0 && k >= len(d.events)-12; k-- {
		e := d.events[k]
		s := d.fits(n, e)
		if s > 0 && d.pointsBack(n) {
			best = e
			break
		}
		if best != nil && s > 0 && n.definite && d.old(best) != d.old(e) {
			if d.old(best) { // "the attack" is the news, not what was told in passing
				best, score = e, s
			}
			continue
		}
		if s > score || s == score && s > 0 && n.definite && best != nil && e.lastSent() > best.lastSent() {
			best, score = e, s
		}
	}
	if best == nil {
		if n.soft || n.definite && n.noun && !n.told && d.saysNothing(n) {
			return // "the attack" of which nothing is known
		}
		best = &event{act: n.act}
		d.events = append(d.events, best)
	}
	best.add(n)
}

// old tells whether an event lies a year or more before the text's own date.
func (d *doc) old(e *event) bool {
	return d.published.known() && e.date.known() && (e.date.y < d.published.y-1 || e.date.y == d.published.y-1 && e.date.m > 0 && e.date.m <= d.published.m)
}

// pointsBack tells of "this attack" and "these attacks": the last event fits best.
func (d *doc) pointsBack(n *incident) bool {
	w := d.toks[n.phrase.a].w.text
	return n.noun && (w == "this" || w == "these" || !d.upper && (w == "that" || w == "those"))
}

func (e *event) lastSent() int { return e.list[len(e.list)-1].sent }

// eventAgent tells whether the doer is itself an event or a weapon.
func (d *doc) eventAgent(r rng) bool {
	last := &d.toks[r.b-1]
	if last.tag == tRel && (last.w.text == "which" || last.w.text == "that") {
		return true
	}
	return d.hasEventNoun(r) || last.is(weapon|disaster)
}

func (d *doc) inSentence(n *incident) *event {
	for k := len(d.events) - 1; k >= 0 && k >= len(d.events)-4; k-- {
		if e := d.events[k]; e.lastSent() == n.sent && e.act != actArrest {
			return e
		}
	}
	return nil
}

var nobody = newSet(map[string]bool{"no": true, "nobody": true, "none": true})

// outcomeOfEvent is the event that people were hurt in: that of the sentence, else the last
// one before it that its date and country do not contradict.
func (d *doc) outcomeOfEvent(n *incident) *event {
	if e := d.inSentence(n); e != nil {
		return e
	}
	for k := len(d.events) - 1; k >= 0 && k >= len(d.events)-4; k-- {
		e := d.events[k]
		if e.act == actArrest || e.act == actCyber || n.sent-e.lastSent() > 6 {
			continue
		}
		if n.hasDate && n.date.date.known() && (!e.date.known() || !sameDate(n.date.date, e.date)) || n.country != "" && e.country != "" && n.country != e.country {
			return nil
		}
		return e
	}
	return nil
}

// saysNothing tells whether a mention says nothing but its noun.
func (d *doc) saysNothing(n *incident) bool {
	return len(n.where) == 0 && !n.hasDate && len(n.patients) == 0 && len(n.agents) == 0 && n.country == ""
}

func (d *doc) inThreat(n *incident) bool {
	for _, w := range d.warningsOf(n.sent) {
		if w.threat.holds(n.trigger) {
			return true
		}
	}
	return false
}

// fits says how well a mention agrees with an event: 0 when it contradicts it.
func (d *doc) fits(n *incident, e *event) int {
	if (n.act == actOther) != (e.act == actOther) && n.act != actKill && n.act != actWound || n.act == actOther && d.toks[n.trigger].w != d.toks[e.list[0].trigger].w && e.list[0].noun {
		return 0
	}
	if (n.act == actArrest) != (e.act == actArrest) || (n.act == actCyber) != (e.act == actCyber) {
		return 0
	}
	generic := func(a act) bool { return a == actAttack || a == actKill || a == actWound || a == actDamage }
	if n.act != e.act && !generic(n.act) && !generic(e.act) {
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
		score += 2
	}
	if n.hasDate && n.date.date.known() && e.date.known() {
		if !sameDate(n.date.date, e.date) {
			return 0
		}
		score += 3
	}
	if n.definite {
		score += 2
		if n.sent-e.lastSent() <= 2 && d.toks[n.phrase.a].w.text != "the" { // these attacks
			score += 2
		}
		if len(e.list) > 2 {
			score++
		}
	}
	if d.samePatient(n, e) {
		score += 2
	}
	if score < 3 && !(score == 2 && n.noun && n.definite && d.saysNothing(n)) { // "the attack"
		return 0
	}
	return score
}

// sameDate tells whether one date is the other, told less exactly.
func sameDate(a, b date) bool {
	return a.y == b.y && (a.m == b.m || a.m == 0 || b.m == 0) && (a.d == b.d || a.d == 0 || b.d == 0)
}

func (d *doc) samePatient(n *incident, e *event) bool {
	for _, p := range n.patients {
		for _, o := range e.list[max(0, len(e.list)-8):] {
			for _, q := range o.patients {
				if d.low(p.b-1) == d.low(q.b-1) {
					return true
				}
			}
		}
	}
	return false
}

func (e *event) add(n *incident) {
	n.event = e
	e.list = append(e.list, n)
	if e.country == "" {
		e.country = n.country
	}
	if n.hasDate && (!e.date.known() || e.date.d == 0 && n.date.date.d > 0 || e.date.m == 0 && n.date.date.m > 0) {
		e.date = n.date.date
	}
	generic := e.act == actAttack || e.act == actKill || e.act == actWound
	if generic && n.act != actAttack && n.act != actKill && n.act != actWound && n.act != actDamage {
		e.act = n.act
	}
}

// concrete drops what is only spoken of in general: a bare plural, an infinitive.
func (d *doc) concrete(e *event) bool {
	for _, n := range e.list {
		if n.hasDate && n.date.date.known() || n.definite || !n.noun && (len(n.agents) > 0 || len(n.patients) > 0) {
			return true
		}
		if n.country != "" && d.countryOf(n.phrase) != "" {
			return true
		}
		if n.noun && d.toks[n.phrase.a].tag == tDet && (len(n.where) > 0 || len(n.patients) > 0) {
			return true
		}
	}
	return false
}

// settle picks the fullest mention and what follows from all of them.
func (d *doc) settle(e *event) {
	best := -1
	for _, n := range e.list {
		full := len(n.agents) + len(n.patients) + len(n.weapons)
		if !d.upper && d.outcomeOnly(n) && n != e.list[0] {
			continue
		}
		if n.hasDate {
			full += 2
		}
		if !d.upper && !d.headline(n.sent) && len(e.list) > 1 && d.headline(e.list[0].sent) {
			full++ // the text itself before its headline
		}
		if !n.place.empty() {
			full += 2
		}
		if !n.noun && (n.act == actKill || n.act == actWound || n.act == actDamage) && len(n.agents) == 0 {
			full -= 3 // what came of it, not the deed
		}
		if e.main == nil || full > best {
			best, e.main = full, n
		}
	}
	if e.country == "" {
		e.country = d.countryByPlace(e)
	}
	e.status = "happened"
	for _, n := range e.list {
		if !d.upper && d.outcomeOnly(n) && n != e.main {
			continue
		}
		if n.attempt {
			e.status = "failed"
		}
		if n.alleged && e.status == "happened" {
			e.status = "alleged"
		}
		if v := d.toks[n.trigger].w.verb; !d.upper && !n.noun && v != nil && (v.act == actShoot || v.lemma == "gun") {
			e.shots = true
		}
		if n.foiled {
			e.status = "foiled"
		}
		for _, w := range n.weapons {
			if d.hasClass(w, weapon) && !d.explosive(w) && (d.upper || d.gun(w)) {
				e.shots = true
			}
		}
		for i := n.phrase.a; i < n.phrase.b; i++ {
			switch d.toks[i].w.text {
			case "twin", "double":
				e.number = 2
			case "foiled", "thwarted", "averted":
				e.status = "foiled"
			}
		}
		for _, a := range n.agents {
			if w := d.low(a.b - 1); w == "gunmen" || w == "gunman" {
				e.shots = true
			}
		}
	}
	if e.act == actAttack || e.act == actKill {
		if e.shots {
			e.act = actShoot
		}
	}
}

// gun tells guns from knives and lorries.
func (d *doc) gun(r rng) bool {
	for i := r.a; i < r.b; i++ {
		switch d.low(i) {
		case "gun", "guns", "rifle", "rifles", "pistol", "pistols", "revolver", "shotgun", "machinegun", "machineguns", "firearm", "firearms", "bullets", "automatic", "ak-47", "ak-47s", "weapons":
			return true
		}
	}
	return false
}

// explosive tells bombs from guns.
func (d *doc) explosive(r rng) bool {
	for i := r.a; i < r.b; i++ {
		switch d.toks[i].w.text {
		case "bomb", "bombs", "car-bomb", "carbomb", "dynamite", "explosive", "explosives", "mine", "mines", "tnt", "device", "devices", "charge", "charges", "ied", "ieds", "truck-bomb", "c-4", "booby-trap", "booby-traps", "firebomb", "firebombs":
			return true
		}
	}
	return false
}

// placeWithin is the place that a target's noun phrase ends in: "a mosque in Borås".
func (d *doc) placeWithin(r rng) rng {
	for i := r.b - 1; i > r.a; i-- {
		if t := &d.toks[i]; t.tag == tPrep && (t.w.text == "in" || t.w.text == "at" || t.w.text == "near" || t.w.text == "outside") && i+1 < r.b && d.isPlace(rng{i + 1, r.b}) {
			return rng{i + 1, r.b}
		}
	}
	return rng{}
}

func (d *doc) eventRecord(e *event) Record {
	r := d.newRecord("event", 6)
	r.ID = e.id
	n := e.main
	d.put(&r, "trigger", d.triggerPhrase(n))
	if n.hasDate {
		d.put(&r, "date", n.date.rng)
	}
	place := n.place
	if place.empty() && len(n.patients) > 0 && n.act != actArrest {
		place = d.placeWithin(d.head(n.patients[0], d.sents[n.sent].rng))
	}
	d.put(&r, "place", place)
	if len(n.agents) > 0 && !d.eventAgent(n.agents[0]) {
		d.put(&r, "perpetrator", n.agents[0])
	}
	if len(n.patients) > 0 {
		d.put(&r, "target", d.head(n.patients[0], d.sents[n.sent].rng))
	}
	if len(n.weapons) > 0 {
		d.put(&r, "weapon", n.weapons[0])
	}
	var mentions []rng
	for _, o := range e.list {
		if o != n && (o.noun || o.act == actArrest) {
			mentions = append(mentions, o.phrase)
		}
	}
	d.put(&r, "mention", mentions...)
	kind := actNames[e.act]
	if e.act == actRob {
		kind = "other"
	}
	r.set("type", kind)
	r.set("status", e.status)
	if e.date.known() {
		r.set("date", e.date.String())
	}
	if e.country != "" {
		r.set("country", e.country)
	}
	if e.number > 1 {
		r.set("count", e.number)
	}
	return r
}
