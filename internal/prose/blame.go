package prose

// blame says who did it, according to whom.
type blame struct {
	sent   int
	actor  rng
	cue    rng
	event  []rng
	mode   string
	claim  *claim
	events []*event
	both   bool // its claim stays: a denial of a part in it, an accusation
	shared bool // the cue is the claim's
}

// findResponsibility reads "X claimed responsibility for E", "X was behind E", "Y blamed X
// for E", "X denied involvement in E", "X said it carried out E".
func (d *doc) findResponsibility() {
	for si := range d.sents {
		s := d.sents[si].rng
		for i := s.a; i < s.b; i++ {
			if t := &d.toks[i]; !t.is(blameStart) && (t.w.verb == nil || !t.w.verb.blames) || t.tag != tNoun && t.tag != tAdj && t.tag != tPrep && t.w.verb == nil && t.w.text != "nothing" && t.w.text != "anything" {
				continue
			}
			b := d.blameAt(i, si, d.innerSentence(i, s))
			if b == nil || b.actor.empty() || !d.upper && d.noneOf(b.actor) || d.toks[b.actor.a].w.text == "no" || d.toks[b.actor.a].w.text == "nobody" {
				continue
			}
			if n := len(d.blames); n > 0 && d.blames[n-1].sent == si && d.blames[n-1].cue.overlaps(b.cue) {
				continue
			}
			b.sent = si
			if v := d.toks[i].w.verb; b.mode == "blamed" && v != nil && accusing.has(v.lemma) {
				b.shared = true // the accusation is a claim: the cue is its own
			}
			if !d.upper {
				b.actor = d.wholeParty(b.actor, s)
			}
			d.blames = append(d.blames, b)
		}
	}
}

// accusing are verbs whose phrase is a claim of its own.
var accusing = newSet(map[string]bool{"blame": true, "accuse": true, "attribute": true, "pin": true, "lay": true, "ascribe": true})

// noneOf tells of "X at no stage": it did not.
func (d *doc) noneOf(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if w := d.toks[i].w.text; w == "no" || w == "nobody" || (w == "who" || w == "what") && r.b-r.a == 1 && (i == 0 || d.toks[i-1].sent != d.toks[i].sent) {
			return true
		}
	}
	return false
}

// wholeParty takes the bracket and the apposition that follow a party along.
func (d *doc) wholeParty(r rng, s rng) rng {
	if r.b < s.b && d.toks[r.b].mark == '(' && d.toks[r.b].mate > int32(r.b) && int(d.toks[r.b].mate) < s.b {
		return rng{r.a, int(d.toks[r.b].mate) + 1}
	}
	if r.b+1 < s.b && (d.toks[r.b].w.text == "called" || d.toks[r.b].w.text == "named") && (d.toks[r.b+1].capital || d.toks[r.b+1].mark == '"') {
		return d.trim(rng{r.a, d.npEnd(r.b+1, s, false)})
	}
	if r.b+1 < s.b && d.toks[r.b].mark == ',' && d.toks[r.b+1].tag == tDet && d.toks[r.b-1].tag.nominal() {
		if e := d.npEnd(r.b+1, s, false); e >= s.b || d.toks[e].kind == punct {
			return d.trim(rng{r.a, min(e, s.b)})
		}
	}
	return r
}

// blameWords are the words at which a phrase of responsibility can begin.
var blameWords = newSet(map[string]bool{"responsibility": true, "responsible": true, "behind": true, "involved": true, "blame": true, "accuse": true, "attribute": true, "ascribe": true,
	"credit": true, "involvement": true, "role": true, "part": true, "hand": true, "nothing": true, "anything": true, "finger": true, "pin": true, "work": true,
	"carry": true, "conduct": true, "perpetrate": true, "mount": true, "stage": true, "orchestrate": true, "mastermind": true, "plan": true, "order": true, "claim": true,
	"boast": true, "disown": true, "repudiate": true, "disavow": true, "own": true, "lay": true, "suspect": true, "admit": true})

var claimsIt = newSet(map[string]bool{"claim": true, "assert": true, "take": true, "assume": true, "accept": true, "admit": true, "acknowledge": true})

func (d *doc) blameAt(i, si int, s rng) *blame {
	t := &d.toks[i]
	switch {
	case t.w.text == "responsibility" && i > s.a:
		return d.claimedBlame(i, s)
	case (t.w.text == "responsible" || t.w.text == "behind" || t.w.text == "involved") && i > s.a:
		return d.wasBehind(i, si, s)
	case t.w.verb != nil && (t.w.verb.lemma == "blame" || t.w.verb.lemma == "accuse") && t.tag != tNoun && t.tag != tAdj:
		return d.blamedOn(i, si, s)
	case t.w.verb != nil && (t.w.verb.lemma == "attribute" || t.w.verb.lemma == "ascribe") && t.tag != tNoun:
		return d.attributed2(i, s, "to")
	case d.upper:
		return nil
	}
	return d.blameIdiom(i, si, s)
}

// wasBehind reads "X was responsible for E", "X was behind E", "X was involved in E", and
// "held X responsible for E".
func (d *doc) wasBehind(i, si int, s rng) *blame {
	t := &d.toks[i]
	at := func(k int) string {
		if k < s.b {
			return d.toks[k].w.text
		}
		return ""
	}
	g := i
	for g > s.a && (d.toks[g-1].tag.aux() || d.toks[g-1].tag == tAdv || d.toks[g-1].tag == tNeg) {
		g--
	}
	j := i
	if t.w.text != "behind" && (at(i+1) == "for" || at(i+1) == "in") {
		j = i + 1
	}
	if g == i || !d.toks[g].tag.aux() && g+1 == i {
		if d.upper || t.w.text != "responsible" {
			return nil
		}
		return d.heldResponsible(i, j, s)
	}
	if t.w.text != "behind" && j == i && (d.upper || d.claimHolding(i, si) == nil) {
		return nil
	}
	src, ok := d.subjectOf(g, s)
	if !ok {
		return nil
	}
	b := &blame{actor: src, cue: rng{g, j + 1}, mode: "blamed"}
	if j > i || t.w.text == "behind" {
		b.event = d.eventPhrases(j+1, s)
		if len(b.event) == 0 || !d.badThing(b.event[0]) {
			return nil
		}
	} else if t.w.text == "involved" || j+1 < s.b && d.toks[j+1].kind != punct && d.toks[j+1].tag != tConj {
		return nil
	}
	for k := g; k < i; k++ {
		if d.toks[k].tag == tNeg || d.toks[k].w.text == "wasn't" || d.toks[k].w.text == "weren't" {
			b.mode = "denied"
		}
	}
	if !d.upper && b.mode == "blamed" {
		b.mode = d.modeOf(src, i, si)
	}
	return b
}

// modeOf tells a deed that the teller tells of itself from one that it denies and one that it
// tells of another.
func (d *doc) modeOf(src rng, i, si int) string {
	own, denied := d.ownDeed(src, i, si)
	switch {
	case own && denied:
		return "denied"
	case own:
		return "claimed"
	}
	return "blamed"
}

// heldResponsible reads "Y held X responsible for E".
func (d *doc) heldResponsible(i, j int, s rng) *blame {
	for h := i - 1; h >= s.a && i-h < 14; h-- {
		t := &d.toks[h]
		if t.w.verb != nil && t.w.verb.lemma == "hold" && t.tag.verbal() {
			b := &blame{actor: d.trim(rng{h + 1, i}), cue: rng{h, h + 1}, mode: "blamed"}
			if j > i {
				b.event = d.eventPhrases(j+1, s)
			}
			return d.sensible(b)
		}
		if t.kind == punct && !t.open && !t.close {
			break
		}
	}
	return nil
}

// sensible keeps a phrase of blame that names a bad thing, or none.
func (d *doc) sensible(b *blame) *blame {
	if b.actor.empty() || len(b.event) > 0 && !d.badThing(b.event[0]) {
		return nil
	}
	return b
}

// claimHolding is the claim whose content holds token i.
func (d *doc) claimHolding(i, si int) *claim {
	for _, c := range d.claimsIn(si, si) {
		if holdsAny(c, rng{i, i + 1}) && !c.cue.holds(i) {
			return c
		}
	}
	return nil
}

// ownDeed tells whether the subject of a deed told at i is the teller ("it", "two of its
// fighters" in what a party says), and whether it denies the deed.
func (d *doc) ownDeed(src rng, i, si int) (own, denied bool) {
	var c *claim
	for _, o := range d.claimsIn(si, si) {
		if holdsAny(o, rng{i, i + 1}) && !o.cue.holds(i) && (c == nil || o.cue.a > c.cue.a) && (o.stance == asserts || o.stance == denies) {
			c = o
		}
	}
	if c == nil || c.source.empty() {
		return false, false
	}
	denied = c.stance == denies
	if src.b-src.a == 1 {
		switch d.toks[src.a].w.text {
		case "it", "we", "i":
			return true, denied
		case "they":
			p := d.partyOf(c.source)
			return !d.hasClass(c.source, title) && p != nil && p.kind == "armed-group", denied
		}
	}
	for k := src.a; k < src.b && k < src.a+4; k++ {
		switch d.toks[k].w.text {
		case "its", "our", "their":
			return true, denied
		}
	}
	return false, false
}

// attributed2 reads "Y attributed E to X", "pinned E on X", "E was attributed to X".
func (d *doc) attributed2(i int, s rng, prep string) *blame {
	for j := i + 1; j < min(i+20, s.b); j++ {
		if d.toks[j].w.text != prep {
			continue
		}
		ev := d.trim(rng{i + 1, j})
		if e := d.npEnd(i+1, s, false); !d.upper && e > i+1 && e < j && d.toks[e].mark == ',' {
			ev = d.trim(rng{i + 1, e}) // the campaign, with low confidence, to
		}
		if g := d.groupAt(i, s); g.passive || ev.empty() {
			src, ok := d.subjectOf(g.a, s)
			if !ok {
				return nil
			}
			ev = src
		}
		if ev.empty() || !d.badThing(ev) {
			return nil
		}
		return &blame{actor: d.partyAt(j+1, s), cue: rng{i, i + 1}, event: []rng{ev}, mode: "blamed"}
	}
	return nil
}

// partyAt is the party whose phrase opens at i; its name may stand in quotation marks.
func (d *doc) partyAt(i int, s rng) rng {
	if i >= s.b {
		return rng{}
	}
	if t := &d.toks[i]; t.open && t.mate > int32(i) && int(t.mate) < s.b {
		return rng{i, int(t.mate) + 1}
	}
	return d.trim(rng{i, d.npEnd(i, s, false)})
}

// claimedBlame reads "claimed responsibility for", also denied, also passive.
func (d *doc) claimedBlame(i int, s rng) *blame {
	h := i - 1
	for h > s.a && (d.toks[h].tag == tDet || d.toks[h].tag == tAdj || d.toks[h].tag == tAdv) {
		h--
	}
	v := d.toks[h].w.verb
	b := &blame{mode: "claimed"}
	end := i + 1
	if end < s.b && (d.toks[end].w.text == "for" || d.toks[end].w.text == "in" && d.upper) {
		b.event = d.eventPhrases(end+1, s)
		end++
	} else if !d.upper {
		b.event = d.laterFor(end, s)
	}
	if v != nil && (claimsIt.has(v.lemma) || v.denial) && d.toks[h].tag != tNoun {
		g := d.groupAt(h, s)
		b.cue = rng{g.a, end}
		if v.denial {
			b.mode = "denied"
		}
		b.actor = d.doerOf(g, s)
		return b
	}
	// responsibility for E was claimed by X
	for j := end; j+1 < s.b; j++ {
		if w := d.toks[j].w.verb; w != nil && claimsIt.has(w.lemma) && d.toks[j].tag == tPart && d.toks[j+1].w.text == "by" {
			b.cue = rng{i, end}
			b.actor = d.trim(rng{j + 2, d.npEnd(j+2, s, true)})
			for k, e := range b.event {
				b.event[k].b = min(e.b, d.groupAt(j, s).a)
			}
			return b
		}
	}
	return nil
}

// doerOf is who does what a verb group says.
func (d *doc) doerOf(g group, s rng) rng {
	if g.finite {
		src, _ := d.subjectOf(g.a, s)
		return src
	}
	c := &claim{}
	d.controller(c, g, s)
	return c.source
}

// laterFor reads the event behind when and how: "responsibility in a statement on Friday for
// the attack".
func (d *doc) laterFor(i int, s rng) []rng {
	for j := i; j < s.b && j < i+12; j++ {
		t := &d.toks[j]
		if t.kind == punct || t.tag == tFin || t.tag == tRel || t.tag == tSub {
			return nil
		}
		if t.w.text == "for" {
			if ev := d.eventPhrases(j+1, s); len(ev) > 0 && d.badThing(ev[0]) {
				return ev
			}
		}
	}
	return nil
}

// blamedOn reads "Y blamed X for E", "Y blamed E on X", "X was blamed for E", "Y accused X
// of E", "E was blamed on X", and "Y blamed X" after an event.
func (d *doc) blamedOn(i, si int, s rng) *blame {
	g := d.groupAt(i, s)
	b := &blame{cue: g.rng, mode: "blamed"}
	if g.passive {
		src, ok := d.subjectOf(g.a, s)
		if !ok || g.b >= s.b {
			return nil
		}
		switch d.toks[g.b].w.text {
		case "for", "of":
			b.actor, b.event = src, d.eventPhrases(d.deedObject(g.b+1, s), s)
		case "on":
			if d.upper || g.b+1 >= s.b || d.inDate(g.b+1) {
				return nil
			}
			b.actor, b.event = d.trim(rng{g.b + 1, d.npEnd(g.b+1, s, false)}), []rng{src}
		default:
			return nil
		}
	} else if ev := d.relativeObject(g, s); !ev.empty() {
		b.actor, b.event = d.trim(rng{g.b + 1, d.npEnd(g.b+1, s, false)}), []rng{ev}
	} else if !d.blamedObject(b, g, s) {
		if d.upper || d.toks[i].w.verb.lemma != "blame" || g.b >= s.b || !d.startsNP(g.b) {
			return nil
		}
		b.event = nil
		if b.actor = d.trim(rng{g.b, d.npEnd(g.b, s, false)}); !d.culprit(b.actor) {
			return nil
		}
		return b
	}
	if len(b.event) == 0 || !d.badThing(b.event[0]) {
		return nil
	}
	return b
}

// relativeObject gives the event of "the blasts, which the authorities have blamed on X".
func (d *doc) relativeObject(g group, s rng) rng {
	if d.upper || !d.is(g.b, s, "on") || g.b+1 >= s.b || d.inDate(g.b+1) {
		return rng{}
	}
	for i := g.a - 1; i > s.a && g.a-i < 9; i-- {
		if t := &d.toks[i]; t.tag == tRel {
			if r := d.antecedent(rng{i, i + 1}, s); r.b <= i {
				return r
			}
			return rng{}
		} else if t.kind == punct || t.tag == tFin {
			return rng{}
		}
	}
	return rng{}
}

// deedObject skips what stands between "of" and the event: "carrying out", "being behind",
// "having ordered", "a role in".
func (d *doc) deedObject(k int, s rng) int {
	if k < s.b && d.toks[k].tag == tIng {
		for k < s.b && (d.toks[k].tag == tIng || d.toks[k].tag == tPrep || d.toks[k].tag == tPart || d.toks[k].tag.aux() || d.toks[k].w.text == "out") {
			k++
		}
	}
	if k+2 < s.b && !d.upper {
		for j := k; j < k+4 && j+1 < s.b; j++ {
			if d.toks[j].is(anyEvent) {
				break
			}
			if w := d.toks[j].w.text; (w == "involvement" || w == "role" || w == "part" || w == "complicity" || w == "participation") && d.toks[j+1].w.text == "in" {
				return j + 2
			}
		}
	}
	return k
}

// blamedObject reads what follows an active "blamed" or "accused".
func (d *doc) blamedObject(b *blame, g group, s rng) bool {
	e := d.toldEnd(g.b, s)
	for j := g.b + 1; j < min(max(e, g.b+10), s.b); j++ {
		if d.toks[j].kind == punct || d.toks[j].tag == tFin {
			break
		}
		if w := d.toks[j].w.text; w == "for" || w == "of" && d.toks[j-1].tag == tName {
			e = j
			break
		}
	}
	obj := d.trim(rng{g.b, e})
	if e >= s.b || obj.empty() {
		return false
	}
	switch d.toks[e].w.text {
	case "for", "of":
		b.actor, b.event = obj, d.eventPhrases(d.deedObject(e+1, s), s)
	case "on":
		b.actor, b.event = d.trim(rng{e + 1, d.npEnd(e+1, s, false)}), []rng{obj}
	}
	return len(b.event) > 0
}

// culprit tells whether a noun phrase can have done a deed: a party, a name, persons.
func (d *doc) culprit(r rng) bool {
	if r.empty() || d.badThing(r) {
		return false
	}
	if d.partyOf(r) != nil || d.hasClass(r, person|body) {
		return true
	}
	return d.toks[r.b-1].tag == tName
}

// eventPhrases reads the event from token i: two where "both … and …" or "and" joins them.
func (d *doc) eventPhrases(i int, s rng) []rng {
	if i < s.b && (d.toks[i].w.text == "both") {
		i++
	}
	end := d.threatEnd(i, s)
	// a date belongs to the event: "in Kerman, Iran on January 3"
	for end < s.b && end > i {
		t := &d.toks[end]
		if t.mark == ',' && end+1 < s.b && d.toks[end+1].tag == tName && end > i && d.toks[end-1].tag == tName {
			if n, ok := d.namingIn(rng{end + 1, min(end+4, s.b)}, nil); ok && d.isState(n) {
				end = d.threatEnd(end+1, s)
				continue
			}
		}
		if (t.w.text == "on" || t.w.text == "in") && end+1 < s.b {
			if x, ok := d.dateIn(rng{end + 1, min(end+6, s.b)}); ok && x.a <= end+2 {
				end = x.b
				continue
			}
		}
		break
	}
	r := d.trim(rng{i, min(end, s.b)})
	if r.empty() {
		return nil
	}
	for j := r.a + 1; j < r.b-1; j++ {
		if d.toks[j].w.text == "and" && d.hasEventNoun(rng{r.a, j}) && d.hasEventNoun(rng{j + 1, r.b}) {
			return []rng{d.trim(rng{r.a, j}), d.trim(rng{j + 1, r.b})}
		}
	}
	return []rng{r}
}

func (d *doc) hasEventNoun(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if d.toks[i].is(anyEvent) {
			return true
		}
	}
	return false
}

// badThing tells whether words speak of an attack or a like event.
func (d *doc) badThing(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if d.toks[i].is(anyEvent) || badWords.has(d.toks[i].w.text) {
			return true
		}
	}
	return false
}

var badWords = newSet(map[string]bool{"death": true, "deaths": true, "incident": true, "incidents": true, "sabotage": true, "outage": true, "leak": true, "crash": true, "fire": true, "disappearance": true, "it": true, "this": true,
	"break-in": true, "break-ins": true, "campaign": true, "damage": true, "derailment": true, "deed": true, "defacement": true, "them": true, "siege": true, "bomb": true, "breach": true, "downing": true, "poisoning": true, "collapse": true, "plot": true, "operation": true, "accident": true})

func (d *doc) blameRecord(b *blame) Record {
	r := d.newRecord("responsibility", 3)
	d.put(&r, "actor", b.actor)
	if !b.shared {
		d.put(&r, "cue", b.cue)
	}
	d.put(&r, "event", b.event...)
	r.set("mode", b.mode)
	if len(b.events) > 0 && b.events[0] != nil {
		r.set("event_ref", b.events[0].id)
	}
	if len(b.events) > 1 && b.events[1] != nil && b.events[1] != b.events[0] {
		r.set("event2_ref", b.events[1].id)
	}
	if b.claim != nil {
		r.set("reported_by_ref", b.claim.id)
	}
	return r
}
