package prose

// warning is one mention of one party telling another of a threat.
type warning struct {
	id        string
	sent      int
	warner    rng
	cue       rng
	thing     rng // the rest of a cue that the party told splits: "gave Moscow information"
	recipient rng
	threat    rng
	when      rng
	place     rng
	basis     rng
	limits    rng
	response  rng
	hedge     rng
	asked     rng // what people are asked to do, where the threat is told beside it
	claim     *claim
	same      *warning
	clause    bool // the threat is a clause
	again     bool // says more of a warning told before: "the warning lacked details"
	urges     bool // what is told may be what to do: "told residents to leave"
	shared    bool // a noun's own clause shows it passing: "information shared by X"
	passed    bool // "relayed it to Y": the warning told just before
	relative  bool // the party told is what a relative clause hangs on: "guards, who got the note"
	mentions  bool // the threat is what the note mentions
	passive   bool // while a predicate is read: its last verb was a passive
	after     rng  // the subject of a later sentence whose verb is this warning's response
}

// findWarnings drafts one record for each mention.
func (d *doc) findWarnings() {
	d.countWarnWords()
	for si := range d.sents {
		s := d.sents[si].rng
		for i := s.a; i < s.b; i++ {
			t := &d.toks[i]
			if v := t.w.verb; !t.is(warnNoun|notice) && (v == nil || v.warns == 0 && v.lemma != "let") || d.drafted(i, si) {
				continue
			}
			in := d.innerSentence(i, s)
			w := d.warningAt(i, in)
			if w == nil {
				continue
			}
			w.sent = si
			d.details(w, in)
			if w.threat.empty() && w.recipient.empty() && w.basis.empty() && w.limits.empty() && w.response.empty() && (w.warner.empty() && !w.shared || w.when.empty() && !w.shared) {
				continue
			}
			d.aftermath(w, in)
			d.warnings = append(d.warnings, w)
			i = max(i, w.cue.b-1)
		}
	}
}

// countWarnWords counts the words that speak of warnings by themselves, so that a note or a call can be
// told from others.
func (d *doc) countWarnWords() {
	for i := range d.toks {
		t := &d.toks[i]
		if t.is(warnNoun) || t.w.verb != nil && t.w.verb.frames&fWarn != 0 && t.tag.verbal() {
			d.warnWords++
		}
		if t.is(anyEvent|weapon|disaster) || t.is(danger) {
			d.harmWords++
		}
	}
}

// drafted tells whether token i belongs to a warning of its sentence, or one whose aftermath it is.
func (d *doc) drafted(i, si int) bool {
	for k := len(d.warnings) - 1; k >= 0 && k >= len(d.warnings)-4; k-- {
		if w := d.warnings[k]; w.sent >= si-4 && (w.cue.holds(i) || w.thing.holds(i) || w.after.holds(i) || d.toks[i].tag == tNoun && (w.basis.holds(i) || w.limits.holds(i) || w.response.holds(i))) {
			return true
		}
	}
	return false
}

// warningAt drafts the warning whose cue is token i, if it is one.
func (d *doc) warningAt(i int, s rng) *warning {
	t := &d.toks[i]
	v := t.w.verb
	if t.tag == tIng && t.is(warnNoun) && i > s.a && (d.toks[i-1].close && d.toks[i-1].mark == '"' && i+1 < s.b && d.toks[i+1].tag != tSub || d.toks[i-1].is(danger) || d.toks[i-1].tag == tAdj && d.toks[i-1].w.text != "") && d.toks[i-1].tag != tTo && (i+1 >= s.b || d.toks[i+1].w.text != "that" && d.toks[i+1].w.text != "of") {
		t.tag = tNoun // a tsunami warning
	}
	if v != nil && t.tag.verbal() && !(t.tag.aux() && v.warns&wGet == 0) {
		switch {
		case v.lemma == "let":
			return d.letKnowOf(i, s)
		case v.warns&(wWarn|wTell|wCall|wShout|wUrge) != 0:
			return d.toldBy(i, s, v.warns)
		case v.warns&wPass != 0:
			return d.passedOn(i, s)
		case v.warns&wGet != 0:
			return d.received(i, s)
		case v.warns&wFlag != 0:
			return d.flagged(i, s)
		}
		return nil
	}
	if t.tag == tNoun && t.is(warnNoun|notice) {
		return d.noticeAt(i, s)
	}
	return nil
}

// innerSentence is the part of a sentence that token i stands in: inside its quotation, or
// all of it.
func (d *doc) innerSentence(i int, s rng) rng {
	q := d.toks[i].quote
	for q >= 0 && !d.quotes[q].clause {
		q = d.quotes[q].outer
	}
	if q < 0 {
		return s
	}
	in := rng{d.quotes[q].a + 1, d.quotes[q].b}
	if d.toks[in.b-1].close {
		in.b--
	}
	a, b := in.a, in.b
	for j := i - 1; j >= in.a && i-j < maxSentence; j-- {
		if m := d.toks[j].mark; (m == '.' || m == '?' || m == '!') && d.toks[j].quote == q {
			a = j + 1
			break
		}
	}
	for j := i; j < in.b && j-i < maxSentence; j++ {
		if m := d.toks[j].mark; (m == '.' || m == '?' || m == '!') && d.toks[j].quote == q {
			b = j + 1
			break
		}
	}
	return rng{max(a, i-maxSentence), min(b, i+maxSentence)}
}

func (d *doc) warningRecord(w *warning) Record {
	r := d.newRecord("warning", 6)
	r.ID = w.id
	d.put(&r, "cue", w.cue, w.thing)
	for _, x := range []struct {
		role string
		r    rng
	}{{"warner", w.warner}, {"recipient", w.recipient}, {"threat", w.threat}, {"when", w.when}, {"place", w.place},
		{"basis", w.basis}, {"limits", w.limits}, {"response", w.response}, {"hedge", w.hedge}} {
		d.put(&r, x.role, x.r)
	}
	r.set("certainty", d.certainty(w.hedge, "unstated"))
	for i := w.threat.a; i < w.threat.b; i++ {
		if d.toks[i].is(imminentWord) {
			r.set("imminent", true)
		}
	}
	if w.claim != nil {
		r.set("reported_by_ref", w.claim.id)
	}
	if w.same != nil {
		r.set("same_as_ref", w.same.id)
	}
	return r
}

// certainty reads the strength of a hedge.
func (d *doc) certainty(hedge rng, without string) string {
	for i := hedge.a; i < hedge.b; i++ {
		switch {
		case d.toks[i].is(certainWord):
			return "certain"
		case d.toks[i].is(probableWord):
			return "probable"
		case d.toks[i].is(possibleWord):
			return "possible"
		}
	}
	return without
}
