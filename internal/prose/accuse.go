package prose

// blameIdiom reads the other ways to say who did it: "took credit for", "denied any role in",
// "had nothing to do with", "pointed the finger at", "pinned E on", "the work of", "said it
// carried out E", "claimed the attack", "suspected of E".
func (d *doc) blameIdiom(i, si int, s rng) *blame {
	t := &d.toks[i]
	switch t.w.text {
	case "credit":
		return d.tookCredit(i, s)
	case "involvement", "role", "part", "hand":
		return d.deniedPart(i, s)
	case "nothing", "anything":
		return d.nothingToDo(i, s)
	case "finger":
		return d.pointedAt(i, s)
	case "work":
		return d.workOf(i, s)
	}
	v := t.w.verb
	if v == nil || !t.tag.verbal() {
		return nil
	}
	switch v.lemma {
	case "pin":
		return d.attributed2(i, s, "on")
	case "lay":
		return d.atTheDoor(i, s)
	case "carry", "conduct", "perpetrate", "mount", "stage", "orchestrate", "mastermind", "plan", "order":
		return d.toldDeed(i, si, s)
	case "claim", "admit":
		return d.claimedEvent(i, s)
	case "disown", "repudiate", "disavow":
		return d.disowned(i, s)
	case "boast":
		return d.boasted(i, s)
	case "own":
		return d.ownedUp(i, s)
	case "suspect":
		return d.suspectedOf(i, s)
	}
	return nil
}

func (d *doc) is(i int, s rng, words ...string) bool {
	for k, w := range words {
		if i+k >= s.b || i+k < s.a || d.toks[i+k].w.text != w {
			return false
		}
	}
	return true
}

// verbBefore finds the verb whose object ends at i: an article and adjectives may stand
// between.
func (d *doc) verbBefore(i int, s rng) (int, *verb) {
	h := i - 1
	for h > s.a && (d.toks[h].tag == tDet || d.toks[h].tag == tAdj || d.toks[h].tag == tAdv) {
		h--
	}
	if h < s.a || !d.toks[h].tag.verbal() {
		return h, nil
	}
	return h, d.toks[h].w.verb
}

// tookCredit reads "took credit for E".
func (d *doc) tookCredit(i int, s rng) *blame {
	h, v := d.verbBefore(i, s)
	if v == nil || v.lemma != "take" && v.lemma != "claim" || !d.is(i+1, s, "for") {
		return nil
	}
	g := d.groupAt(h, s)
	return d.sensible(&blame{mode: "claimed", cue: rng{g.a, i + 2}, actor: d.doerOf(g, s), event: d.eventPhrases(i+2, s)})
}

// deniedPart reads "denied any involvement in E", "had no role in E", "denied a part in it".
func (d *doc) deniedPart(i int, s rng) *blame {
	h := i - 1
	no := false
	for h > s.a && (d.toks[h].tag == tDet || d.toks[h].tag == tAdj || d.toks[h].tag == tAdv || d.toks[h].tag == tPoss) {
		no = no || d.toks[h].w.text == "no"
		h--
	}
	if h < s.a || !d.toks[h].tag.verbal() {
		return nil
	}
	having := d.toks[h].tag == tIng && d.toks[h].w.text == "having" || d.toks[h].tag == tHave
	if having && !no && h > s.a { // denied having any role
		h--
	}
	t := &d.toks[h]
	denial := t.w.verb != nil && t.w.verb.denial && t.tag.verbal()
	if !denial && !(having && no) {
		return nil
	}
	g := d.groupAt(h, s)
	b := &blame{mode: "denied", cue: rng{g.a, i + 1}, actor: d.doerOf(g, s), both: denial}
	if d.is(i+1, s, "in") {
		b.cue.b++
		b.event = d.eventPhrases(i+2, s)
	} else if d.toks[i].w.text != "involvement" || i+1 < s.b && d.toks[i+1].kind != punct {
		return nil
	}
	return d.sensible(b)
}

// nothingToDo reads "had nothing to do with E".
func (d *doc) nothingToDo(i int, s rng) *blame {
	if !d.is(i+1, s, "to", "do", "with") || i == s.a {
		return nil
	}
	g := group{rng: rng{i - 1, i}, head: i - 1, finite: d.toks[i-1].tag != tIng}
	h := i - 2
	if d.toks[i-1].w.text == "having" && h >= s.a && d.toks[h].w.verb != nil && d.toks[h].w.verb.denial { // denied having anything
		g = d.groupAt(h, s)
		return d.sensible(&blame{mode: "denied", both: true, cue: rng{g.a, i + 4}, actor: d.doerOf(g, s), event: d.eventPhrases(i+4, s)})
	}
	if d.toks[i-1].tag != tHave || d.toks[i].w.text == "anything" {
		return nil
	}
	return d.sensible(&blame{mode: "denied", cue: rng{i - 1, i + 4}, actor: d.doerOf(g, s), event: d.eventPhrases(i+4, s)})
}

// pointedAt reads "pointed the finger at X".
func (d *doc) pointedAt(i int, s rng) *blame {
	h, v := d.verbBefore(i, s)
	if v == nil || v.lemma != "point" || i+2 >= s.b || !d.is(i+1, s, "at") {
		return nil
	}
	e := d.npEnd(i+2, s, false)
	b := &blame{mode: "blamed", shared: true, cue: rng{d.groupAt(h, s).a, i + 2}, actor: d.trim(rng{i + 2, e})}
	b.event = d.laterFor(e, s)
	return d.sensible(b)
}

// workOf reads "E was the work of X", "called it the work of X".
func (d *doc) workOf(i int, s rng) *blame {
	if i < s.a+2 || i+2 >= s.b || d.toks[i-1].w.text != "the" || d.toks[i+1].w.text != "of" {
		return nil
	}
	b := &blame{mode: "blamed", actor: d.trim(rng{i + 2, d.npEnd(i+2, s, false)})}
	p := &d.toks[i-2]
	switch {
	case p.tag == tBe:
		g := i - 2
		for g > s.a && (d.toks[g-1].tag.aux() || d.toks[g-1].tag == tAdv) {
			g--
		}
		b.cue = rng{g, i + 2}
		if src, ok := d.subjectOf(g, s); ok {
			b.event = []rng{src}
		}
	case p.tag.nominal() || p.tag == tPron:
		b.cue = rng{i - 1, i + 2}
		b.event = []rng{{d.npStart(i-2, s), i - 1}}
	}
	if len(b.event) == 0 || !d.culprit(b.actor) {
		return nil
	}
	return d.sensible(b)
}

// atTheDoor reads "laid E at the door of X".
func (d *doc) atTheDoor(i int, s rng) *blame {
	for j := i + 2; j+4 < s.b && j < i+14; j++ {
		if d.is(j, s, "at", "the", "door", "of") {
			e := d.npEnd(j+4, s, false)
			if t := &d.toks[j+4]; t.open && t.mate > 0 {
				e = int(t.mate) + 1
			}
			return d.sensible(&blame{mode: "blamed", cue: rng{i, j + 4}, event: []rng{d.trim(rng{i + 1, j})}, actor: rng{j + 4, min(e, s.b)}})
		}
	}
	return nil
}

// toldDeed reads "said it had carried out E": the deed's verb in what somebody says. Told by
// the writer it is no statement about who did it.
func (d *doc) toldDeed(i, si int, s rng) *blame {
	g := d.groupAt(i, s)
	e := g.b
	if e < s.b && d.toks[e].w.text == "out" {
		e++
	} else if d.toks[i].w.verb.lemma == "carry" {
		return nil
	}
	if d.unreal(g, s) || !g.finite || d.claimHolding(i, si) == nil {
		return nil
	}
	b := &blame{mode: "blamed", cue: rng{g.a, e}}
	if g.passive {
		if !d.is(e, s, "by") || e+1 >= s.b {
			return nil
		}
		src, ok := d.subjectOf(g.a, s)
		if !ok {
			return nil
		}
		b.event = []rng{src}
		b.actor = d.trim(rng{e + 1, d.npEnd(e+1, s, false)})
	} else {
		b.actor = d.doerOf(g, s)
		b.event = d.eventPhrases(e, s)
	}
	if len(b.event) == 0 || b.actor.empty() || !d.definite(b.event[0]) {
		return nil
	}
	b.mode = d.modeOf(b.actor, i, si)
	return d.sensible(b)
}

// definite tells whether a phrase speaks of one known event: "the attack", "Friday's
// bombing", "it".
func (d *doc) definite(r rng) bool {
	t := &d.toks[r.a]
	switch {
	case t.tag == tDet:
		return definiteWords.has(t.w.text)
	case t.tag == tPron, t.tag == tPoss:
		return true
	}
	for i := r.a; i < r.b; i++ {
		if d.toks[i].tag == tOwner {
			return true
		}
	}
	return false
}

// claimedEvent reads "X claimed the attack", "the attack was claimed by X", "admitted the
// bombing".
func (d *doc) claimedEvent(i int, s rng) *blame {
	g := d.groupAt(i, s)
	b := &blame{mode: "claimed", cue: g.rng}
	by := d.is(g.b, s, "by") && g.b+1 < s.b
	switch {
	case g.passive && by:
		src, ok := d.subjectOf(g.a, s)
		if !ok {
			return nil
		}
		b.event, b.actor = []rng{src}, d.trim(rng{g.b + 1, d.npEnd(g.b+1, s, true)})
		b.cue.b++
	case !g.passive && g.b+2 < s.b && d.toks[g.b].tag == tTo && (d.toks[g.b+1].tag == tHave || d.toks[g.b+1].tag == tBe): // claimed to have directed E
		k := g.b + 1
		for k < s.b && k < g.b+6 && (d.toks[k].tag.verbal() || d.toks[k].tag == tAdv || d.toks[k].w.text == "behind") {
			k++
		}
		b.cue.b, b.event, b.actor = k, d.eventPhrases(k, s), d.doerOf(g, s)
		if len(b.event) == 0 || !d.definite(b.event[0]) {
			return nil
		}
	case d.toks[i].tag == tPart && g.a == i && by && i > s.a && d.toks[i-1].tag.nominal():
		b.event = []rng{d.trimSubject(rng{d.npStart(i-1, s), i}, s)}
		b.actor = d.trim(rng{g.b + 1, d.npEnd(g.b+1, s, false)})
	case !g.passive && g.b < s.b && (d.toks[g.b].tag == tDet || d.toks[g.b].tag.nominal()):
		e := d.npEnd(g.b, s, false)
		if e < s.b && d.toks[e].tag == tFin || !d.definite(rng{g.b, e}) || !d.toks[e-1].is(anyEvent) && !d.hasEventNoun(rng{g.b, e}) {
			return nil
		}
		b.event, b.actor = d.eventPhrases(g.b, s), d.doerOf(g, s)
	default:
		return nil
	}
	if len(b.event) == 0 || !d.hasEventNoun(b.event[0]) {
		return nil
	}
	return d.sensible(b)
}

// disowned reads "disowned the attack".
func (d *doc) disowned(i int, s rng) *blame {
	g := d.groupAt(i, s)
	if g.passive || g.b >= s.b || !d.startsNP(g.b) {
		return nil
	}
	b := &blame{mode: "denied", both: true, cue: g.rng, actor: d.doerOf(g, s), event: d.eventPhrases(g.b, s)}
	if len(b.event) == 0 || !d.definite(b.event[0]) || !d.culprit(b.actor) {
		return nil
	}
	return d.sensible(b)
}

// boasted reads "boasted of E".
func (d *doc) boasted(i int, s rng) *blame {
	g := d.groupAt(i, s)
	if !d.is(g.b, s, "of") && !d.is(g.b, s, "about") {
		return nil
	}
	b := &blame{mode: "claimed", cue: rng{g.a, g.b + 1}, actor: d.doerOf(g, s), event: d.eventPhrases(g.b+1, s)}
	if len(b.event) == 0 {
		return nil
	}
	return d.sensible(b)
}

// ownedUp reads "owned up to E".
func (d *doc) ownedUp(i int, s rng) *blame {
	if !d.is(i+1, s, "up", "to") {
		return nil
	}
	g := d.groupAt(i, s)
	return d.sensible(&blame{mode: "claimed", cue: rng{g.a, i + 3}, actor: d.doerOf(g, s), event: d.eventPhrases(i+3, s)})
}

// suspectedOf reads "X is suspected of E".
func (d *doc) suspectedOf(i int, s rng) *blame {
	g := d.groupAt(i, s)
	if !g.passive || !d.is(g.b, s, "of") {
		return nil
	}
	src, ok := d.subjectOf(g.a, s)
	if !ok {
		return nil
	}
	b := &blame{mode: "blamed", cue: rng{g.a, g.b + 1}, actor: src, event: d.eventPhrases(d.deedObject(g.b+1, s), s)}
	if len(b.event) == 0 {
		return nil
	}
	return d.sensible(b)
}
