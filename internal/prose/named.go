package prose

import (
	"strings"
	"unicode/utf8"
)

// headKinds tells what a body is by the last word of its name.
var headKinds = map[string]string{
	"front": "armed-group", "brigade": "armed-group", "brigades": "armed-group", "column": "armed-group", "movement": "armed-group", "militia": "armed-group", "faction": "armed-group",
	"circle": "armed-group", "cell": "armed-group", "gang": "armed-group", "cartel": "armed-group", "avengers": "armed-group", "fighters": "armed-group", "guerrillas": "armed-group",
	"newspaper": "media", "magazine": "media", "radio": "media", "television": "media", "tv": "media", "news": "media", "press": "media", "times": "media", "post": "media",
	"daily": "media", "herald": "media", "courier": "media", "tribune": "media", "chronicle": "media", "gazette": "media", "journal": "media", "channel": "media",
	"company": "company", "corporation": "company", "inc": "company", "ltd": "company", "analytics": "company", "airlines": "company", "airways": "company", "holdings": "company",
	"agency": "agency", "ministry": "agency", "department": "agency", "service": "agency", "services": "agency", "centre": "agency", "center": "agency", "office": "agency",
	"authority": "agency", "bureau": "agency", "directorate": "agency", "commission": "agency", "council": "agency", "command": "agency", "union": "agency", "police": "agency",
	"army": "agency", "navy": "agency", "delegation": "agency", "mission": "agency", "institute": "agency", "trust": "agency", "university": "agency", "observatory": "agency",
	"organization": "agency", "organisation": "agency", "society": "agency", "association": "agency", "committee": "agency", "court": "agency", "board": "agency",
	"gendarmerie": "agency", "guard": "agency", "fund": "agency", "programme": "agency", "program": "agency", "network": "agency", "group": "agency", "administration": "agency",
	"consultancy": "company", "firm": "company", "vendor": "company", "charity": "agency", "outfit": "armed-group", "weekly": "media", "broadcaster": "media",
	"survey": "agency", "intelligence": "agency", "inspectorate": "agency", "coastguard": "agency", "parliament": "agency", "congress": "agency", "senate": "agency",
}

// findBodies gathers parties that the lexicon lacks and that act: bodies by the last word of
// their name ("the Harbour Authority"), others by what else the text calls them.
func (d *doc) findBodies() {
	if d.upper {
		return
	}
	for si := range d.sents {
		s := d.sents[si].rng
		for i := s.a; i < s.b; i++ {
			t := &d.toks[i]
			if t.kind != letters || !t.capital || t.tag != tName && t.tag != tNoun && !(t.tag == tAdj && i > s.a) || t.is(weekday|month) {
				continue
			}
			e := d.nameEnd(i, s)
			r := d.withHead(rng{i, e}, s)
			if kind := d.bodyKind(r, s); kind != "" {
				d.nameBody(r, s, kind)
			}
			i = max(r.b, e) - 1
		}
	}
}

// withHead takes the lower-case words along that say what a name is of: "the Malian
// gendarmerie", "Peru's naval hydrography directorate", "DXRZ radio".
func (d *doc) withHead(r rng, s rng) rng {
	e := r.b
	if e+1 < s.b && d.toks[e].tag == tOwner {
		e++
	}
	for k := e; k < s.b && k < e+4; k++ {
		t := &d.toks[k]
		if t.kind != letters || t.capital || t.tag != tNoun && t.tag != tAdj {
			break
		}
		if kind := headKinds[d.low(k)]; kind != "" && t.tag == tNoun && !governs.has(t.w.text) && (k+1 >= s.b || d.toks[k+1].tag != tNoun && d.toks[k+1].tag != tName) {
			if e > r.b && kind != "agency" || t.w.text == "police" || t.w.text == "army" || t.w.text == "navy" || t.w.text == "group" || t.w.text == "gang" || t.w.text == "cell" || t.w.text == "faction" || t.w.text == "office" || t.w.text == "news" || t.w.text == "intelligence" {
				break
			}
			return rng{r.a, k + 1}
		}
	}
	return r
}

// nameEnd is the end of a run of names that begins at i: "of", "of the" and "for" may join
// two names of one body.
func (d *doc) nameEnd(i int, s rng) int {
	name := func(k int) bool {
		return k < s.b && d.toks[k].kind == letters && d.toks[k].capital && (d.toks[k].tag == tName || d.toks[k].tag == tNoun || d.toks[k].tag == tAdj) && !d.toks[k].is(weekday|month)
	}
	e := i + 1
	for e < s.b {
		switch {
		case name(e):
			e++
		case (d.toks[e].w.text == "of" || d.toks[e].w.text == "for") && headKinds[d.low(e-1)] != "" && name(e+1):
			e += 2
		case (d.toks[e].w.text == "of" || d.toks[e].w.text == "for") && headKinds[d.low(e-1)] != "" && e+1 < s.b && d.toks[e+1].w.text == "the" && name(e+2):
			e += 3
		case d.toks[e].w.text == "and" && headOf(d, i, e) != "" && name(e+1) && name(e-1) && !d.clauseAhead(e+1, rng{e + 1, min(e+4, s.b)}):
			e += 2
		default:
			return e
		}
	}
	return e
}

// headOf gives the head word of a body's name: the last word, or the word before "of".
func headOf(d *doc, a, b int) string {
	for k := a; k < b; k++ {
		if w := d.toks[k].w.text; (w == "of" || w == "for") && k > a {
			return d.low(k - 1)
		}
	}
	return d.low(b - 1)
}

// bodyKind tells what kind of party a name is that no lexicon knows; empty for none.
func (d *doc) bodyKind(r rng, s rng) string {
	if r.b-r.a == 1 && !d.isAcronymToken(r.a) && (r.a == s.a || d.toks[r.a-1].w.text != "the" && d.toks[r.a-1].tag != tNoun) {
		return "" // one name alone says nothing
	}
	if n, ok := d.namingIn(r, nil); ok && n.rng == r {
		return ""
	}
	kind := headKinds[headOf(d, r.a, r.b)]
	first := &d.toks[r.a]
	before := &endToken
	if r.a > s.a {
		before = &d.toks[r.a-1]
	}
	switch {
	case d.shouted(r) || first.is(title) || r.b-r.a <= 2 && d.isAcronymToken(r.b-1) && d.toks[r.b-1].is(title|person|document) || before.w.text == "a" || before.w.text == "an" || before.w.text == "another":
		return ""
	case kind != "" && (r.b-r.a > 1 || before.w.text == "the"):
		return kind
	case before.tag == tNoun && !before.capital && headKinds[d.low(r.a-1)] != "" && !d.isAcronymToken(r.a): // the consultancy Harmattan Risk
		return headKinds[d.low(r.a-1)]
	case r.b-r.a == 1 && d.isAcronymToken(r.a) && !(r.b < s.b && d.toks[r.b].tag == tNoun && !d.toks[r.b].capital) && !first.is(month|weekday) && !commonAcronyms.has(lowerASCII(d.words(r))):
		return "agency"
	case r.b-r.a == 2 && r.b+1 < s.b && d.toks[r.b].mark == '(' && nameCues.has(d.toks[r.b+1].w.text):
		return "armed-group"
	}
	return ""
}

// shouted tells a heading: several words in capitals.
func (d *doc) shouted(r rng) bool {
	return r.b-r.a > 1 && d.words(r) == strings.ToUpper(d.words(r))
}

// commonAcronyms are capitals that name no party.
var commonAcronyms = newSet(map[string]bool{"ngo": true, "ngos": true, "tlp": true, "ref": true, "ceo": true, "usd": true, "gmt": true, "utc": true, "est": true, "edt": true, "ied": true, "ieds": true,
	"suv": true, "gps": true, "dna": true, "faq": true, "question": true, "answer": true, "subject": true, "date": true, "from": true, "info": true, "cc": true, "re": true})

// isAcronymToken tells a word of three to eight capitals; one figure may be among them.
func (d *doc) isAcronymToken(i int) bool {
	t := &d.toks[i]
	s := d.text[t.start:t.end]
	if len(s) < 3 || len(s) > 8 {
		return false
	}
	letters := 0
	for k := range len(s) {
		switch c := s[k]; {
		case c >= 'A' && c <= 'Z':
			letters++
		case c >= 'a' && c <= 'z' || c >= utf8.RuneSelf:
			return false
		}
	}
	return letters >= 3 && letters >= len(s)-1
}

// nameBody adds a name to the body that bears it, or makes a new one.
func (d *doc) nameBody(r rng, s rng, kind string) {
	form := r
	if form.a > s.a && d.toks[form.a-1].w.text == "the" {
		form.a--
	}
	key := d.low(r.b - 1)
	if r.b-r.a > 1 {
		key = strings.ToLower(d.words(r))
	}
	a := d.bodies[key]
	if a == nil {
		a = d.knownBody(r)
	}
	acts := d.standsForParty(r, s) || !d.isAcronymToken(r.a) && d.toks[r.b-1].capital && (r.a == s.a || !placePrep.has(d.toks[form.a-min(1, form.a-s.a)].w.text))
	if a == nil {
		if r.b-r.a == 1 && headKinds[key] != "" && !d.standsForParty(r, s) {
			return // "the Service" of which nothing was said
		}
		a = &actor{kind: kind}
		d.actors = append(d.actors, a)
	}
	d.bodies[key] = a
	d.bodyNames = append(d.bodyNames, r)
	d.addForm(a, form)
	a.acts = a.acts || acts
	d.otherNames(a, r, s)
}

// otherNames reads the names that follow a party's name at once: "(DSS)", ", or DEP,", ", also
// known as X", "(tracked by others as X and Y)".
func (d *doc) otherNames(a *actor, r rng, s rng) {
	if r.b+1 >= s.b {
		return
	}
	t := &d.toks[r.b]
	switch {
	case t.mark == '(' && t.open && int(t.mate) < s.b && int(t.mate)-r.b < 30:
		d.namesWithin(a, rng{r.b + 1, int(t.mate)})
	case t.mark == ',' && nameCues.has(d.toks[r.b+1].w.text) && (d.toks[r.b+1].w.text != "also" || r.b+2 < s.b && (nameCues.has(d.toks[r.b+2].w.text) || d.toks[r.b+2].w.text == "referred")):
		end := d.nextComma(r.b+1, s)
		if d.toks[r.b+1].w.text == "or" && (end >= s.b || end-r.b > 4) {
			return
		}
		d.namesWithin(a, rng{r.b + 1, min(end, r.b+9)})
	}
}

// nameCues open another name.
var nameCues = newSet(map[string]bool{"a.k.a.": true, "aka": true, "hereinafter": true, "or": true, "known": true, "also": true, "called": true, "formerly": true, "tracked": true, "better": true})

// namesWithin adds the names and quoted names of a bracket or an apposition. What stands
// before the first of them is the cue, unless the name opens the bracket.
func (d *doc) namesWithin(a *actor, r rng) {
	first := &d.toks[r.a]
	if !nameCues.has(first.w.text) && d.hasClause(r) {
		return
	}
	if !first.capital && !nameCues.has(first.w.text) && first.mark != '"' || first.is(month|weekday) {
		return
	}
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		form := rng{}
		switch {
		case t.open && t.mark == '"' && int(t.mate) < r.b && int(t.mate)-i <= 6:
			form = rng{i + 1, int(t.mate)}
		case t.kind == letters && t.capital && !t.is(month|weekday):
			form = rng{i, d.nameEnd(i, r)}
			if i == r.a { // (Group for the Support of Islam; …): all of it up to a mark
				for form.b < r.b && d.toks[form.b].kind != punct && !nameCues.has(d.toks[form.b].w.text) && d.toks[r.b-1].capital {
					form.b++
				}
			}
		default:
			continue
		}
		if form.empty() {
			continue
		}
		if i > r.a && a.cue.empty() {
			cue := d.trim(rng{r.a, i})
			if !cue.empty() && nameCues.has(d.toks[cue.a].w.text) {
				a.cue = cue
			}
		}
		if n, ok := d.namingIn(form, nil); ok && n.rng == form && n.party != a.party && d.byParty[n.party] != nil {
			d.mergeInto(a, n.party)
		}
		d.addForm(a, form)
		if a.party == nil && form.b-form.a == 1 {
			d.bodies[d.low(form.a)] = a
		}
		i = form.b
	}
}

// mergeInto makes one actor of a body and the party of the lexicon that it is called.
func (d *doc) mergeInto(a *actor, p *party) {
	o := d.byParty[p]
	if o == a || o.kind == "state" {
		return
	}
	a.kind, a.acts = o.kind, a.acts || o.acts
	for _, n := range o.names {
		if len(a.names) > 0 && n.a > a.names[0].a {
			d.addForm(a, n)
		}
	}
	o.acts, d.byParty[p] = false, a
	o.names = nil
}

// dropInner leaves out parties whose name only stands inside a longer one: the EU in "the EU
// Delegation".
func (d *doc) dropInner() {
	for _, a := range d.actors {
		if a.party == nil || a.kind == "state" {
			continue
		}
		own := false
		for _, n := range a.names {
			own = own || !d.namesBody(n)
		}
		a.acts = a.acts && own
	}
}

// knownBody is the body that a short form names: its acronym, or a part of its name.
func (d *doc) knownBody(r rng) *actor {
	if r.b-r.a == 1 && d.isAcronymToken(r.a) {
		word := d.text[d.toks[r.a].start:d.toks[r.a].end]
		for _, a := range d.actors {
			if len(a.names) > 0 && a.kind != "person" && a.kind != "state" && d.initials(a.names[0]) == word {
				return a
			}
		}
		return nil
	}
	for k := len(d.actors) - 1; k >= 0 && k >= len(d.actors)-60; k-- {
		if a := d.actors[k]; len(a.names) > 0 && a.kind != "person" && a.kind != "state" && (d.partOfName(r, a.names[0]) || r.b-r.a == 1 && a.party != nil && a.party.heads[d.low(r.a)]) {
			return a
		}
	}
	return nil
}

// initials are the first letters of a name's capitals: Department of State Services, DSS.
func (d *doc) initials(r rng) string {
	var b []byte
	for i := r.a; i < r.b; i++ {
		if d.toks[i].capital && d.toks[i].kind == letters && d.toks[i].tag != tDet {
			b = append(b, d.text[d.toks[i].start])
		}
	}
	return string(b)
}

// partOfName tells whether the words of a short form stand in a name, in its order, and end in
// its head word.
func (d *doc) partOfName(short, name rng) bool {
	if short.b-short.a >= name.b-name.a || headOf(d, short.a, short.b) != headOf(d, name.a, name.b) {
		return false
	}
	i := short.a
	for k := name.a; k < name.b && i < short.b; k++ {
		if d.low(k) == d.low(i) {
			i++
		}
	}
	return i == short.b
}

// laterForms adds "the centre", "the service" to the body named last whose name ends so, and
// "the government" to the state named last.
func (d *doc) laterForms() {
	if d.upper {
		return
	}
	seen := map[string]bool{}
	the := d.lex.words["the"]
	var state *actor
	next := 0
	for i := 0; i+1 < len(d.toks); i++ {
		n := &d.toks[i+1]
		if d.toks[i].w != the {
			continue
		}
		for ; next < len(d.namings) && d.namings[next].a <= i; next++ {
			if p := d.namings[next].party; p.kind == "state" && d.byParty[p] != nil && len(d.byParty[p].names) > 0 {
				state = d.byParty[p]
			}
		}
		if n.w.text == "government" && state != nil && !seen["government"] {
			seen["government"] = true
			d.addForm(state, rng{i, i + 2})
		}
		if n.kind != letters || n.capital || n.tag != tNoun || headKinds[d.low(i+1)] == "" || seen[d.low(i+1)] {
			continue
		}
		if i+2 < len(d.toks) && d.toks[i+2].tag == tNoun && d.gapAfter(i+1) {
			continue // the service entrance
		}
		for k := len(d.actors) - 1; k >= 0; k-- {
			a := d.actors[k]
			if len(a.names) == 0 || a.names[0].a > i || a.kind == "person" || a.kind == "state" || headOf(d, a.names[0].a, a.names[0].b) != d.low(i+1) && (a.party == nil || !a.party.heads[d.low(i+1)]) {
				continue
			}
			seen[d.low(i+1)] = true
			d.addForm(a, rng{i, i + 2})
			break
		}
	}
}
