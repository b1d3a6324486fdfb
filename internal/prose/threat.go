package prose

import "strings"

// What a warning is about: where its words begin and end, the place where it was to happen, and
// how to tell words of harm from others.

var threatPreps = newSet(map[string]bool{"about": true, "of": true, "regarding": true, "concerning": true, "on": true, "over": true, "against": true, "that": true})

// manners are prepositions of how a warning was passed; they stand before the threat as well.
var manners = newSet(map[string]bool{"by": true, "in": true, "through": true, "via": true, "from": true, "at": true})

// threatFrom looks from token i for "of Z", "about Z", "that Z", "to leave Z", past what tells
// when and how.
func (d *doc) threatFrom(w *warning, i int, s rng) {
	onlyOn, past := 0, 0 // past: behind a time
scan:
	for j := i; j < s.b && j < i+26; j++ {
		t := &d.toks[j]
		if _, e, ok := d.timeAt(j, s); ok && e > j && e < s.b && (t.tag != tSub || d.toks[j+1].is(timenoun)) {
			j, past = e-1, e
			continue
		}
		next := &endToken
		if j+1 < s.b {
			next = &d.toks[j+1]
		}
		switch {
		case (t.w.text == "on" || t.w.text == "over") && t.tag == tPrep:
			if onlyOn == 0 && j+1 < s.b && !d.inDate(j+1) {
				onlyOn = j
			}
		case t.w.text == "that" && (t.tag == tSub || t.tag == tPron && d.clauseAhead(j+1, s)), t.tag == tSub && (t.w.text == "when" || t.w.text == "how" || t.w.text == "what") && w.urges:
			w.threat, w.clause = d.trim(rng{j, d.thatEnd(w, j, s)}), true
			return
		case t.w.text == "for" && w.noun(d) && next.kind != punct && d.startsNP(j+1) && (d.threatAhead(j, rng{s.a, d.threatEnd(j+1, s)}) || next.tag == tName || strongNouns.has(d.toks[max(w.cue.b, w.thing.b)-1].w.text) && !d.speaker(j+1, s) && d.timeEnd(j, s) == j):
			w.threat = d.trim(rng{j + 1, d.threatEnd(j+1, s)})
			return
		case t.tag == tIng && next.w.text == "that" && t.w.verb != nil && t.w.verb.frames&(fClause|fWarn) != 0:
			w.threat, w.clause = d.trim(rng{j + 1, d.thatEnd(w, j+1, s)}), true
			return
		case next.w.text == "what" && (threatPreps.has(t.w.text) || t.w.text == "to") && j+2 < s.b:
			w.threat = d.trim(rng{j + 1, d.contentEnd(j+1, s, true)})
			return
		case t.w.text == "based":
			break scan
		case threatPreps.has(t.w.text) && t.tag != tSub && j+1 < s.b && !next.is(weekday|month) && (d.startsNP(j+1) || next.tag == tIng && j+2 < s.b && d.toks[j+2].tag == tNoun), t.w.text == "against" && j+1 < s.b:
			w.threat = d.trim(rng{j + 1, d.threatEnd(j+1, s)})
			return
		case t.w.text == "to" && t.tag == tPrep && !w.recipient.empty() && !w.urges && j+1 < s.b && d.startsNP(j+1) && !w.noun(d): // alerted the towns to an outbreak
			w.threat = d.trim(rng{j + 1, d.threatEnd(j+1, s)})
			return
		case (t.w.text == "not" && next.tag == tTo || t.tag == tTo) && !w.recipient.empty():
			if w.urges { // told residents to leave
				w.threat, w.clause = d.trim(rng{j, d.thatEnd(w, j, s)}), true
			}
			return
		case !w.noun(d) && (d.toks[j-1].tag != tPrep) && (j == i || j > i && past == j) && t.tag != tPrep && d.startsNP(j) && d.clauseSoon(j, s):
			w.threat, w.clause = d.trim(rng{j, d.thatEnd(w, j, s)}), true
			return
		case t.tag == tPrep && manners.has(t.w.text), t.tag.nominal(), t.tag == tAdv, t.tag == tPoss:
			if d.toks[i].tag != tPrep && d.toks[i].tag != tAdv && onlyOn == 0 && j == i && d.clauseSoon(i, s) && d.startsNP(i) {
				break scan
			}
		case t.mark == ',' || t.kind == punct && !t.open || t.tag == tFin || t.tag.aux() || t.tag == tRel:
			break scan
		}
	}
	if onlyOn > 0 && w.threat.empty() {
		if r := d.trim(rng{onlyOn + 1, d.threatEnd(onlyOn+1, s)}); !w.noun(d) || d.threatens(r) {
			w.threat = r
		}
		return
	}
	if i < s.b && d.toks[i].tag != tPrep && d.toks[i].kind != punct && !w.noun(d) && d.clauseSoon(i, s) && d.startsNP(i) {
		w.threat, w.clause = d.trim(rng{i, d.thatEnd(w, i, s)}), true
	}
}

// noun tells whether the warning's cue is a noun.
func (w *warning) noun(d *doc) bool {
	return d.toks[w.cue.b-1].tag == tNoun || !w.thing.empty()
}

// threatEnd is the end of a threat's noun phrase: what tells when, and on what ground,
// stays out.
func (d *doc) threatEnd(i int, s rng) int {
	for j := i; j < s.b; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < s.b {
			j = int(t.mate)
			continue
		}
		if t.kind == punct && t.mark != '-' && t.tag != tOwner || t.mark == '-' && d.gapBefore(j) {
			return j
		}
		switch t.w.text {
		case "before", "prior", "ahead", "based", "during", "despite", "after", "because", "without", "since", "hours", "days", "weeks", "but", "while", "through", "until":
			return j
		case "on", "in":
			if e := d.npEnd(j+1, s, false); j > i && e > j+1 && d.toks[e-1].is(document) && d.toks[e-1].tag == tNoun && (d.toks[j+1].w.text == "a" || d.toks[j+1].w.text == "an" || d.toks[j+1].tag == tPoss) {
				return j // in a statement
			}
			if j+1 < s.b && (d.toks[j+1].is(weekday|month) || d.toks[j+1].kind == number) {
				if d.dateEnd(j+1, s) > j+1 {
					return j
				}
			}
			if j > i && d.timeEnd(j, s) > j {
				return j
			}
		case "and", "or":
			if d.clauseAhead(j+1, s) || j+1 < s.b && d.toks[j+1].tag == tFin {
				return j
			}
		}
		if j > i && (t.tag == tNum || t.tag == tDet || degrees.has(t.w.text)) && d.counted(j, s) {
			return j
		}
		if (t.tag == tRel || t.tag == tSub || t.w.text == "that" && t.tag != tDet) && j > i {
			return d.threatClause(j, s)
		}
		if (t.tag == tFin || t.tag.aux()) && j > i {
			return j
		}
		if e := d.dateEnd(j, s); e > j && j > i && t.tag != tPrep && d.toks[j-1].w.text != "by" && (t.w.text == "last" || t.w.text == "yesterday" || t.is(weekday)) && !d.toks[e-1].is(anyEvent) {
			if e < s.b && d.toks[e].tag == tOwner {
				continue
			}
			return j
		}
	}
	return s.b
}

// threatClause is the end of a relative clause of a threat that opens at j; j where the clause
// says where the warning came from or what it lacked.
func (d *doc) threatClause(j int, s rng) int {
	if d.toks[j].tag == tSub && d.toks[j].w.text != "that" {
		return j
	}
	e := d.relativeEnd(j, s)
	if d.toks[j].tag == tSub {
		return j
	}
	for k := j; k < e; k++ {
		v := d.toks[k].w.verb
		if v != nil && (gains.has(v.lemma) || v.lemma == "lack" || v.lemma == "base") || d.toks[k].w.text == "according" {
			return j
		}
	}
	verbs := 0
	for k := j + 1; k < e; k++ {
		if d.counted(k, s) && d.toks[k-1].tag != tPrep {
			return k
		}
		if t := &d.toks[k]; t.tag == tFin || t.tag.aux() && !d.toks[k-1].tag.aux() && !(k+1 < e && d.toks[k+1].tag == tPart) || t.tag == tPart && d.toks[k-1].tag.aux() {
			if verbs++; verbs > 1 && d.toks[k-1].tag.nominal() {
				return k // the main clause goes on
			}
		}
	}
	return e
}

// thatEnd is the end of a clause that opens with "that" at i. Behind a noun ("the warning that a
// dam could fail was ignored") the sentence's own verb ends it; so does what tells when the
// warning was given ("three days before the raid").
func (d *doc) thatEnd(w *warning, i int, s rng) int {
	end := d.contentEnd(i, s, true)
	for j := i + 1; j+1 < end; j++ {
		t := &d.toks[j]
		if t.open && t.mate > int32(j) && int(t.mate) < end {
			j = int(t.mate)
			continue
		}
		if t.mark == ',' && d.toks[j+1].tag == tConj && j+2 < end && d.toks[j+1].w.text == "and" && d.startsNP(j+2) && d.clauseAhead(j+2, rng{s.a, end}) {
			return j
		}
		if t.mark == ',' && d.toks[j+1].tag == tConj {
			k := j + 2
			for k < end && d.toks[k].tag == tAdv {
				k++
			}
			if k < end && (d.toks[k].tag == tFin || d.toks[k].tag.aux()) {
				return j // "…, and held to its forecast"
			}
		}
		if d.outerTime(j, end, s) {
			return j
		}
		if t.w.text == "because" || t.mark == ',' && (d.toks[j+1].w.text == "citing" || d.toks[j+1].w.text == "basing") {
			return j
		}
		if t.tag == tConj && d.toks[j+1].tag == tFin && d.toks[j+1].w.verb != nil && (d.toks[j+1].w.verb.frames&fWarn != 0 || d.toks[j+1].w.text == "gave") {
			return j
		}
	}
	if w.noun(d) && w.thing.empty() {
		return d.clauseOfNoun(i, end)
	}
	return end
}

// outerTime tells whether token j opens a time that places the warning and not the threat: it
// counts back from what happened.
func (d *doc) outerTime(j, end int, s rng) bool {
	t := &d.toks[j]
	if d.toks[j-1].tag == tPrep || d.toks[j-1].tag == tDet || degrees.has(d.toks[j-1].w.text) && d.toks[j-1].tag != tMark {
		return false
	}
	if k := d.countEnd(j, rng{s.a, end}); k > j && k < end {
		w := d.toks[k].w.text
		return w == "before" || w == "prior" || w == "ahead" || w == "beforehand" || w == "earlier"
	}
	switch t.w.text {
	case "ahead":
		return d.toks[j+1].w.text == "of"
	case "prior":
		return d.toks[j+1].w.text == "to"
	case "shortly", "just", "hours", "days", "weeks":
		return d.toks[j+1].w.text == "before"
	case "in", "during":
		if e := d.timeWithin(j+1, rng{s.a, end}); e > j+3 {
			for k := j + 1; k < e && k < j+5; k++ {
				if w := d.toks[k].w.text; w == "before" || w == "preceding" || w == "leading" {
					return true
				}
			}
		}
	}
	return false
}

// clauseOfNoun ends a clause that hangs on a noun before the sentence's own verb.
func (d *doc) clauseOfNoun(i, end int) int {
	verb, joint := false, false
	for j := i + 1; j < end; j++ {
		switch t := &d.toks[j]; {
		case t.open && t.mate > int32(j) && int(t.mate) < end:
			verb = verb || t.quote >= 0 && d.quotes[t.quote].clause
			j = int(t.mate)
		case t.mark == ',' && verb && j+1 < end && (d.toks[j+1].tag == tFin || d.toks[j+1].tag.aux()):
			return j
		case t.tag == tFin || t.tag.aux():
			if verb && !joint && !d.toks[j-1].tag.aux() && d.toks[j-1].tag != tAdv && d.toks[j-1].tag != tNeg {
				return j
			}
			verb, joint = true, false
		case t.tag == tConj || t.tag == tSub || t.tag == tRel || t.kind == punct || t.tag == tPron:
			joint = true
		}
	}
	return end
}

// threatAhead tells whether words of harm stand among the next ones.
func (d *doc) threatAhead(i int, s rng) bool {
	for j := i; j < min(i+20, s.b); j++ {
		if d.toks[j].is(anyEvent|imminentWord) || d.toks[j].is(danger) {
			return true
		}
	}
	return false
}

// dangers are harms that may come, of nature, of neglect and of men.
var dangers = set(`threat threats danger dangers risk risks plot plots storm storms flood floods flooding outbreak epidemic tsunami cyclone hurricane typhoon tornado tornadoes famine
eruption landslide landslides mudslide avalanche avalanches surge vulnerability vulnerabilities invasion incursion coup operation wildfire wildfires blizzard earthquake drought heatwave contamination
infection contagion malware ransomware phishing spyware botnet backdoor fraud scam intrusion breach breaches sabotage unrest riot riots stampede spill collapse failure meltdown offensive reprisals kidnappings defects fault`)

// menaces are people and things that a warning is about.
var menaces = set(`gunmen gunman extremists militants jihadists saboteurs intruder intruders hackers attackers terrorists bombers bomber cell cells trouble ammunition explosives waves
leak fire plan plans fighters insurgents rebels assassin assassins convoy strangers suspects suspect movements infiltrators infiltration cracks crack seepage smoke gas fumes water poison detonators
weapons arms rocket rockets drones shooter abduction hostages terror terrorism jihadist suicide vest lorry lorries truck-bomb compromised targets disaster catastrophe catastrophic unsafe dangerous
harm abnormal suspicious violence disruptive danger levee dam reservoir embankment bridge`)

// plots are verbs of meaning harm.
var plots = set(`intend plan plot prepare threaten target conspire stockpile smuggle infiltrate rehearse recruit surveil scout`)

// threatens tells whether words speak of harm: violence, weapons, danger, plans, what may be.
func (d *doc) threatens(r rng) bool {
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		if t.is(anyEvent|weapon|imminentWord|possibleWord) || t.is(danger) || menaces.has(t.w.text) {
			return true
		}
		if v := t.w.verb; v != nil && t.tag.verbal() && (plots.has(v.lemma) || fails.has(v.lemma) || v.act != noAct && v.act != actArrest) {
			return true
		}
	}
	return false
}

// fails are verbs of things that give way.
var fails = set(`collapse burst overflow erupt fail flood breach leak explode crack spill crumble subside`)

// toCome tells whether a noun phrase speaks of harm that may come, not of harm done.
func (d *doc) toCome(r rng) bool {
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		switch {
		case t.is(imminentWord), t.is(possibleWord), aheadWords.has(t.w.text):
			return true
		}
	}
	return false
}

var aheadWords = set(`planned threat threats plot plots risk risks danger dangers plan plans intruder trouble suspicious unusual concrete looming`)

// planned tells whether a clause speaks of harm that somebody means to do or that is under way.
func (d *doc) planned(r rng) bool {
	means := false
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		v := t.w.verb
		if v != nil && t.tag.verbal() && (v.lemma == "intend" || v.lemma == "plan" || v.lemma == "plot" || v.lemma == "prepare") || t.is(imminentWord|possibleWord) || t.tag == tIng && i > r.a && d.toks[i-1].tag == tBe ||
			t.w.text == "about" && i+1 < r.b && d.toks[i+1].w.text == "to" {
			means = true
		}
		if means && (t.is(anyEvent|weapon) || t.is(danger) || menaces.has(t.w.text) || v != nil && (fails.has(v.lemma) || v.act != noAct && v.act != actArrest)) {
			return true
		}
	}
	return false
}

// wherePreps stand before a place.
var wherePreps = set(`in inside on at near within across above below along off around outside against for to into toward towards through throughout over`)

// threatPlace finds where the threat was to happen: what the verb of harm is aimed at, or the last
// "in …" or "on …", with the place that it lies in.
func (d *doc) threatPlace(w *warning) {
	r := w.threat
	from := r.a
	if w.clause { // where the doers sit is not where they strike
		for i := r.a; i < r.b; i++ {
			if t := &d.toks[i]; t.tag == tFin || t.tag.aux() {
				if d.peopleIn(d.subjectWords(rng{r.a, i})) {
					from = i
				}
				break
			}
		}
	}
	best := rng{}
	for i := from; i < r.b; i++ {
		t := &d.toks[i]
		p := rng{}
		switch {
		case t.tag == tPrep && (wherePreps.has(t.w.text) || t.w.text == "from" && w.clause || t.w.text == "after" && d.toks[i-1].w.verb != nil && d.toks[i-1].w.verb.lemma == "go") && i+1 < r.b:
			p = d.placeAt(i+1, r)
			if p.empty() {
				continue
			}
			if (t.w.text == "to" || t.w.text == "for" || t.w.text == "through" || t.w.text == "over") && !d.hasClass(p, target|placeNoun) && !d.hasLand(p) && d.toks[i+1].tag != tName {
				continue
			}
		case t.tag.verbal() && t.w.verb != nil && aims.has(t.w.verb.lemma) && !t.tag.aux():
			k := i + 1
			if k < r.b && d.toks[k].w.text == "up" {
				k++
			}
			if k < r.b {
				p = d.placeAt(k, r)
			}
		}
		if p.empty() {
			continue
		}
		if !best.empty() && p.a >= best.b && p.a-best.b <= 1 { // a shop on the quay, a square in X
			best.b = p.b
			continue
		}
		if best.empty() || !best.covers(p) {
			best = p
		}
	}
	if best.empty() && !w.clause {
		best = d.placeBefore(r)
	}
	if best.empty() && w.clause {
		best = d.endangered(r)
	}
	if e := best.b + 2; !best.empty() && e <= r.b && d.toks[best.b].mark == ',' && d.toks[best.b+1].tag == tName && d.toks[best.b-1].tag == tName && (e == r.b || d.toks[e].kind == punct) {
		best.b = e // Hill Road, Leeds
	}
	if best.b+2 < r.b && !best.empty() && d.toks[best.b].mark == ',' && d.toks[best.b+1].w.text == "where" {
		best.b = d.relativeEnd(best.b+1, r)
	}
	w.place = d.trim(best)
}

// aims are verbs whose object is where harm is to come.
var aims = set(`attack strike hit bomb blow target storm raid ambush burn cut sabotage destroy shell enter reach flood swamp avoid leave travel besiege overrun torch blockade mine`)

// placeAt is the place that the noun phrase at i names, with what lies around it; empty if none.
func (d *doc) placeAt(i int, s rng) rng {
	if d.toks[i].is(timenoun|month|weekday) || d.toks[i].tag == tIng && !(i+1 < s.b && d.toks[i+1].tag == tNoun && strings.Contains(d.low(i), "-")) {
		return rng{}
	}
	e := d.npEnd(i, s, false)
	if e == i {
		return rng{}
	}
	if q := &d.toks[min(e, s.b-1)]; e == i+1 && e < s.b && d.toks[i].tag == tDet && q.open && q.mate > int32(e) && int(q.mate) < s.b && int(q.mate)-e < 8 {
		e = int(q.mate) + 1 // a "busy arcade"
	}
	for e+1 < s.b && (d.toks[e].w.text == "and" && (d.toks[e+1].tag == tDet || d.toks[e+1].tag == tName || d.toks[e+1].tag == tNoun) || d.toks[e].w.text == "or" || d.toks[e].w.text == "of" || d.toks[e].tag == tPart && d.toks[e-1].tag == tNoun || d.toks[e-1].tag == tPart && d.toks[e].w.text == "by") {
		k := d.npEnd(e+1, s, false)
		if d.toks[e].tag != tPart && k == e+1 {
			break
		}
		e = max(k, e+1)
	}
	p := d.trim(rng{i, e})
	if p.empty() || !d.isPlace(p) {
		return rng{}
	}
	for k := p.a; k < p.b; k++ {
		if d.toks[k].is(timenoun) && k == p.b-1 || d.toks[k].is(month) && d.toks[k].capital && p.b-p.a == 1 {
			return rng{}
		}
	}
	return p
}

// placeBefore reads a place that stands as a modifier: "Lisbon tram plot".
func (d *doc) placeBefore(r rng) rng {
	for i := r.a + 1; i < r.b; i++ {
		if !d.toks[i].is(anyEvent) && !d.toks[i].is(danger) {
			continue
		}
		a := i
		for a > r.a && (d.toks[a-1].tag == tName || d.toks[a-1].tag == tNoun && (d.toks[a-1].is(target|placeNoun) || lands.has(d.toks[a-1].w.text))) {
			a--
		}
		if p := (rng{a, i}); !p.empty() && d.toks[p.a].tag == tName && (p.b-p.a > 1 || d.toks[i].is(anyEvent) && p.a == r.a) && !d.hasClass(p, person|body|weapon|adj) && d.trim(p) == p {
			if _, known := d.namingIn(p, func(p *party) bool { return p.kind != "state" }); !known && !d.isAcronymToken(p.a) {
				return p
			}
		}
	}
	return rng{}
}

// endangered is the subject of a clause that is itself a place: "that the north wall was leaning".
func (d *doc) endangered(r rng) rng {
	i := r.a
	if i < r.b && d.toks[i].w.text == "that" {
		i++
	}
	if i >= r.b || !d.startsNP(i) {
		return rng{}
	}
	e := d.npEnd(i, r, false)
	if e >= r.b || e == i || d.toks[e].tag != tFin && !d.toks[e].tag.aux() {
		return rng{}
	}
	if h := &d.toks[e-1]; !moving.has(h.w.text) && (h.is(target|placeNoun) || lands.has(h.w.text)) && !h.is(person|body) {
		return rng{i, e}
	}
	return rng{}
}

// subjectWords leaves "that" out of a clause's first words.
func (d *doc) subjectWords(r rng) rng {
	if !r.empty() && d.toks[r.a].w.text == "that" {
		r.a++
	}
	return r
}

// moving are things that carry people or harm: no places of harm.
var moving = set(`boat boats ship ships vessel vessels vehicle vehicles car cars truck trucks lorry lorries bus buses train trains plane planes aircraft helicopter van motorcycle convoy`)

// peopleIn tells whether a noun phrase is of people: by its head.
func (d *doc) peopleIn(r rng) bool {
	if r.empty() {
		return false
	}
	t := &d.toks[d.headOf(r)]
	if n, ok := d.namingIn(r, nil); ok && n.a <= r.a+1 {
		return n.party.kind != "state" || n.b == r.b
	}
	return t.is(person) || menaces.has(t.w.text) && !t.is(target|placeNoun) && !lands.has(t.w.text) || t.tag == tPron || t.tag == tName && !t.is(target|placeNoun)
}

// isPlace accepts names and words for places.
func (d *doc) isPlace(r rng) bool {
	if n, ok := d.namingIn(r, nil); ok && n.rng.b == r.b {
		return n.party.kind == "state" && !n.party.people[d.nameKey(n.a)]
	}
	if d.toks[r.a].tag == tNoun && d.toks[r.a].w.text == "place" {
		return false // in place
	}
	if r.b-r.a == 1 && d.toks[r.a].tag == tNoun && (d.toks[r.a].w.text == "place" || d.toks[r.a].w.text == "line" || d.toks[r.a].w.text == "court" || d.toks[r.a].w.text == "office") {
		return false // in place
	}
	h := &d.toks[r.b-1]
	if h.is(person) && h.tag == tNoun || h.is(anyEvent) {
		return false
	}
	for i := r.a; i < r.b; i++ {
		if t := &d.toks[i]; t.tag == tName && !t.is(person|month|weekday) || t.is(placeNoun|target) {
			return true
		}
	}
	return d.hasLand(r)
}

// hasLand looks for a word for a stretch of land or water.
func (d *doc) hasLand(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if lands.has(d.toks[i].w.text) {
			return true
		}
	}
	return false
}

var lands = set(`soil territory country region north south east west city cities areas area waters coast coastline border crossing island islands shore shores lake seafront waterfront promenade beach
beaches pier quay wharf stadium arena festival mall malls square park parks compound tunnel tunnels metro subway railway abutment spillway levee dam delta peninsula province valley basin gorge hamlet
hamlets slum camp camps depot depots refinery refineries clinic clinics grid site sites place places venue venues club clubs nightclub zoo shrine shrines concert rally marathon cemetery ferry ferries
hub hubs network networks servers controllers plant dock docks yard outskirts downtown centre mosque mosques convoy side capital`)
