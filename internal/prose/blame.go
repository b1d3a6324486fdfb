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
}

// findResponsibility reads "X claimed responsibility for E", "X was behind E", "Y blamed X
// for E", "X denied involvement in E".
func (d *doc) findResponsibility() {
	for si := range d.sents {
		s := d.sents[si].rng
		for i := s.a; i < s.b; i++ {
			if t := &d.toks[i]; t.tag != tNoun && t.tag != tAdj && t.tag != tPrep && t.tag != tPron && t.w.verb == nil || t.w.text == "" || !blameWords[t.w.text] && (t.w.verb == nil || !blameWords[t.w.verb.lemma]) {
				continue
			}
			if b := d.blameAt(i, d.innerSentence(i, s)); b != nil && !b.actor.empty() && d.toks[b.actor.a].w.text != "no" {
				b.sent = si
				d.blames = append(d.blames, b)
			}
		}
	}
}

// blameWords are the words at which a phrase of responsibility can begin.
var blameWords = map[string]bool{"responsibility": true, "responsible": true, "behind": true, "involved": true, "blame": true, "accuse": true, "attribute": true,
	"pin": true, "claim": true, "credit": true, "boast": true, "involvement": true, "part": true, "role": true, "nothing": true, "carry": true, "direct": true, "perpetrate": true, "stage": true}

var claimsIt = map[string]bool{"claim": true, "assert": true, "take": true, "assume": true, "accept": true, "admit": true, "acknowledge": true}

func (d *doc) blameAt(i int, s rng) *blame {
	t := &d.toks[i]
	at := func(k int) string {
		if k < s.b {
			return d.toks[k].w.text
		}
		return ""
	}
	switch {
	case t.w.text == "responsibility" && i > s.a:
		return d.claimedBlame(i, s)
	case t.w.verb != nil && t.w.verb.lemma == "claim" && t.tag.verbal():
		return d.claimedDeed(i, s)
	case t.w.verb != nil && t.w.verb.lemma == "boast" && t.tag.verbal() && at(i+1) == "of",
		t.w.text == "credit" && i > s.a && at(i+1) == "for":
		return d.tookCredit(i, s)
	case t.w.text == "involvement" || t.w.text == "part" || t.w.text == "role" || t.w.text == "nothing":
		return d.deniedPart(i, s)
	case t.w.verb != nil && ownDeeds[t.w.verb.lemma] && t.tag.verbal():
		return d.ownDeed(i, s)
	case (t.w.text == "responsible" || t.w.text == "behind" || t.w.text == "involved") && i > s.a:
		g := i
		for g > s.a && (d.toks[g-1].tag.aux() || d.toks[g-1].tag == tAdv || d.toks[g-1].tag == tNeg) {
			g--
		}
		if g == i || !d.toks[g].tag.aux() && g+1 == i {
			return nil
		}
		j := i
		if t.w.text != "behind" {
			j = i + 1
			if alone := i+1 >= s.b || d.toks[i+1].kind == punct; alone && t.w.text == "responsible" && d.claimOver(rng{i, i + 1}, int(d.toks[i].sent)) != nil {
				if src, ok := d.subjectOf(g, s); ok {
					return &blame{actor: src, cue: rng{g, i + 1}, mode: "blamed"}
				}
			}
			if at(i+1) != "for" && at(i+1) != "in" {
				return nil
			}
		}
		src, ok := d.subjectOf(g, s)
		if !ok {
			return nil
		}
		b := &blame{actor: src, cue: rng{g, j + 1}, mode: "blamed", event: d.eventPhrases(j+1, s)}
		for k := g; k < i; k++ {
			if d.toks[k].tag == tNeg || d.toks[k].w.text == "wasn't" || d.toks[k].w.text == "weren't" {
				b.mode = "denied"
			}
		}
		if len(b.event) == 0 || !d.badThing(b.event[0]) {
			return nil
		}
		return b
	case t.w.verb != nil && (t.w.verb.lemma == "blame" || t.w.verb.lemma == "accuse" || t.w.verb.lemma == "pin") && t.tag != tNoun && t.tag != tAdj:
		return d.blamedOn(i, s)
	case t.w.verb != nil && t.w.verb.lemma == "attribute" && t.tag != tNoun:
		for j := i + 1; j < min(i+20, s.b); j++ {
			if d.toks[j].w.text == "to" {
				ev := d.trim(rng{i + 1, j})
				if d.groupAt(i, s).passive {
					if src, ok := d.subjectOf(d.groupAt(i, s).a, s); ok {
						ev = src
					}
				}
				if ev.empty() || !d.badThing(ev) {
					return nil
				}
				return &blame{actor: d.trim(rng{j + 1, d.npEnd(j+1, s, true)}), cue: rng{i, i + 1}, event: []rng{ev}, mode: "blamed"}
			}
		}
	}
	return nil
}

// claimedDeed reads "X claimed the attack", "that attack was claimed by X" and "claimed to have
// directed the attack".
func (d *doc) claimedDeed(i int, s rng) *blame {
	g := d.groupAt(i, s)
	b := &blame{cue: g.rng, mode: "claimed"}
	src, ok := d.subjectOf(g.a, s)
	switch {
	case !ok || g.b >= s.b:
		return nil
	case g.passive:
		if d.toks[g.b].w.text != "by" || !d.badThing(src) {
			return nil
		}
		b.cue.b, b.event, b.actor = g.b+1, []rng{src}, d.trim(rng{g.b + 1, d.npEnd(g.b+1, s, true)})
		return b
	case d.toks[g.b].tag == tTo && g.b+3 < s.b && d.toks[g.b+1].tag == tHave && d.toks[g.b+2].w.verb != nil && ownDeeds[d.toks[g.b+2].w.verb.lemma]:
		j := g.b + 3
		if d.toks[j].w.text == "out" {
			j++
		}
		b.actor, b.cue.b, b.event = src, j, d.eventPhrases(j, s)
	case d.startsNP(g.b) && !d.clauseSoon(g.b, s) && !d.otherKind(g.b, s):
		b.actor, b.event = src, d.eventPhrases(g.b, s)
		if len(b.event) > 0 && !d.hasEventNoun(b.event[0]) {
			return nil
		}
	default:
		return nil
	}
	if len(b.event) == 0 || !d.badThing(b.event[0]) {
		return nil
	}
	return b
}

// tookCredit reads "took credit for E" and "boasted of E".
func (d *doc) tookCredit(i int, s rng) *blame {
	h := i
	if d.toks[i].w.text == "credit" {
		h = i - 1
		for h > s.a && (d.toks[h].tag == tAdj || d.toks[h].tag == tDet) {
			h--
		}
		if v := d.toks[h].w.verb; v == nil || v.lemma != "take" && v.lemma != "claim" {
			return nil
		}
	}
	g := d.groupAt(h, s)
	src, ok := d.subjectOf(g.a, s)
	b := &blame{actor: src, cue: rng{g.a, i + 2}, mode: "claimed", event: d.eventPhrases(i+2, s)}
	if !ok || g.passive || len(b.event) == 0 || !d.badThing(b.event[0]) {
		return nil
	}
	return b
}

// deniedPart reads "denied any part in E" and "had nothing to do with E".
func (d *doc) deniedPart(i int, s rng) *blame {
	word := func(k int) string {
		if k < s.b {
			return d.toks[k].w.text
		}
		return ""
	}
	h, j := i-1, i+2
	if d.toks[i].w.text == "nothing" {
		if word(i+1) != "to" || word(i+2) != "do" || word(i+3) != "with" {
			return nil
		}
		j = i + 4
	} else if word(i+1) != "in" {
		return nil
	}
	for h > s.a && (d.toks[h].tag == tDet || d.toks[h].tag == tAdj) {
		h--
	}
	if h < s.a || d.toks[i].w.text != "nothing" && (d.toks[h].w.verb == nil || !d.toks[h].w.verb.denial) || d.toks[i].w.text == "nothing" && d.toks[h].tag != tHave {
		return nil
	}
	g := d.groupAt(h, s)
	src, ok := d.subjectOf(g.a, s)
	b := &blame{actor: src, cue: rng{g.a, j}, mode: "denied", event: d.eventPhrases(j, s)}
	if !ok || len(b.event) == 0 || !d.badThing(b.event[0]) {
		return nil
	}
	return b
}

// ownDeeds are verbs with which somebody says that their own people did it.
var ownDeeds = map[string]bool{"carry": true, "direct": true, "perpetrate": true, "stage": true}

// ownDeed reads "its men had carried out the attack" where somebody says so.
func (d *doc) ownDeed(i int, s rng) *blame {
	g := d.groupAt(i, s)
	j := g.b
	if j < s.b && d.toks[j].w.text == "out" {
		j++
	} else if d.toks[i].w.verb.lemma == "carry" {
		return nil
	}
	src, ok := d.subjectOf(g.a, s)
	if !ok || g.passive || !g.finite || d.claimOver(g.rng, int(d.toks[i].sent)) == nil {
		return nil
	}
	own := src.b-src.a == 1 && (d.toks[src.a].w.text == "it" || d.toks[src.a].w.text == "they" || d.toks[src.a].w.text == "we")
	for k := src.a; k < src.b; k++ {
		own = own || d.toks[k].tag == tPoss
	}
	b := &blame{actor: src, cue: rng{g.a, j}, mode: "claimed", event: d.eventPhrases(j, s)}
	if !own || len(b.event) == 0 || !d.badThing(b.event[0]) {
		return nil
	}
	return b
}

// claimedBlame reads "claimed responsibility for", also denied, also passive.
func (d *doc) claimedBlame(i int, s rng) *blame {
	h := i - 1
	for h > s.a && (d.toks[h].tag == tDet || d.toks[h].tag == tAdj) {
		h--
	}
	v := d.toks[h].w.verb
	b := &blame{mode: "claimed"}
	end := i + 1
	if end < s.b && (d.toks[end].w.text == "for" || d.toks[end].w.text == "in") {
		b.event = d.eventPhrases(end+1, s)
		end++
	}
	if v != nil && (claimsIt[v.lemma] || v.denial) && d.toks[h].tag != tNoun {
		g := d.groupAt(h, s)
		b.cue = rng{g.a, end}
		if v.denial {
			b.mode = "denied"
		}
		if src, ok := d.subjectOf(g.a, s); ok && g.finite {
			b.actor = src
		} else if c := (&claim{}); d.controller(c, g, s) {
			b.actor = c.source
		}
		return b
	}
	// responsibility for E was claimed by X
	for j := end; j+1 < s.b; j++ {
		if w := d.toks[j].w.verb; w != nil && claimsIt[w.lemma] && d.toks[j].tag == tPart && d.toks[j+1].w.text == "by" {
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

// blamedOn reads "Y blamed X for E", "Y blamed E on X", "X was blamed for E", "Y accused X
// of E".
func (d *doc) blamedOn(i int, s rng) *blame {
	g := d.groupAt(i, s)
	b := &blame{cue: g.rng, mode: "blamed"}
	if g.passive {
		src, ok := d.subjectOf(g.a, s)
		if !ok || g.b >= s.b || d.toks[g.b].w.text != "for" && d.toks[g.b].w.text != "of" {
			return nil
		}
		b.actor, b.event = src, d.eventPhrases(g.b+1, s)
	} else {
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
		if g.b+1 < s.b && d.toks[g.b].w.text == "on" { // the blasts, which the authorities blamed on X
			src, ok := d.subjectOf(g.a, s)
			if !ok || src.a <= s.a || d.toks[src.a-1].tag != tRel {
				return nil
			}
			b.actor = d.trim(rng{g.b + 1, d.npEnd(g.b+1, s, true)})
			b.event = []rng{d.antecedent(rng{src.a - 1, src.a}, s)}
			return b
		}
		if e >= s.b || obj.empty() {
			return nil
		}
		switch d.toks[e].w.text {
		case "for", "of":
			k := e + 1
			if k < s.b && d.toks[k].tag == tIng { // of carrying out E
				for k < s.b && (d.toks[k].tag == tIng || d.toks[k].tag == tPrep || d.toks[k].w.text == "out") {
					k++
				}
			}
			b.actor, b.event = obj, d.eventPhrases(k, s)
		case "on":
			b.actor, b.event = d.trim(rng{e + 1, d.npEnd(e+1, s, false)}), []rng{obj}
		}
	}
	if len(b.event) == 0 || !d.badThing(b.event[0]) {
		return nil
	}
	return b
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
		if d.toks[i].is(anyEvent) || badWords[d.toks[i].w.text] {
			return true
		}
	}
	return false
}

var badWords = map[string]bool{"death": true, "deaths": true, "incident": true, "incidents": true, "sabotage": true, "outage": true, "leak": true, "crash": true, "fire": true, "disappearance": true, "it": true, "this": true,
	"breach": true, "downing": true, "poisoning": true, "collapse": true, "plot": true, "operation": true, "accident": true}

func (d *doc) blameRecord(b *blame) Record {
	r := newRecord("responsibility", 3)
	d.put(&r, "actor", b.actor)
	d.put(&r, "cue", b.cue)
	d.put(&r, "event", b.event...)
	r.Attrs["mode"] = b.mode
	if len(b.events) > 0 && b.events[0] != nil {
		r.Attrs["event_ref"] = b.events[0].id
	}
	if len(b.events) > 1 && b.events[1] != nil && b.events[1] != b.events[0] {
		r.Attrs["event2_ref"] = b.events[1].id
	}
	if b.claim != nil && (b.mode == "blamed" || b.claim.cue != b.cue) {
		r.Attrs["reported_by_ref"] = b.claim.id
	}
	return r
}
