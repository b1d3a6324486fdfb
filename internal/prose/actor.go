package prose

import (
	"slices"
	"sort"
	"strings"
)

// actor is a named party with its other names in this text.
type actor struct {
	id    string
	party *party
	names []rng    // each form once, in the order of first use
	forms []string // of names, without their articles
	cue   rng
	base  rng
	acts  bool
	part  *actor
	kind  string
	code  string
}

// findActors gathers the names of each party that acts in the text.
func (d *doc) findActors() {
	byParty := map[*party]*actor{}
	d.byParty = byParty
	for _, n := range d.namings {
		if n.party.kind == "media" && n.b-n.a == 1 && d.insideName(n.rng) {
			continue
		}
		a := byParty[n.party]
		if a == nil {
			a = &actor{party: n.party, kind: n.party.kind, code: n.party.code}
			byParty[n.party] = a
			d.actors = append(d.actors, a)
		}
		d.nameActor(a, n)
	}
	d.bodies = map[string]*actor{}
	d.findBodies()
	d.dropInner()
	d.calledLater(byParty)
	d.laterForms()
	if d.upper {
		d.findPersons()
	}
	for _, a := range d.actors {
		if a.party != nil && a.party.partOf != "" {
			a.part = byParty[d.lex.groups[a.party.partOf]]
		}
	}
}

// firstUses moves each name to where the text uses it first.
func (d *doc) firstUses() {
	type use struct {
		a *actor
		i int
	}
	waiting := map[string][]use{}
	var opens [256]bool // the first bytes of the names looked for
	for _, a := range d.actors {
		if a.kind == "state" {
			continue // the same word as a place names no party
		}
		for i, n := range a.names {
			if t := &d.toks[n.a]; (t.capital || t.w.text == "the") && t.kind == letters && len(waiting[d.low(n.a)]) < 20 {
				waiting[d.low(n.a)] = append(waiting[d.low(n.a)], use{a, i})
				opens[d.text[t.start]] = true
			}
		}
	}
	for i := range d.toks {
		if t := &d.toks[i]; !opens[d.text[t.start]] || t.kind != letters || !t.capital && t.w.text != "the" {
			continue
		}
		low := d.low(i)
		uses := waiting[low]
		if len(uses) == 0 {
			continue
		}
		kept := uses[:0]
		for _, u := range uses {
			n := u.a.names[u.i]
			switch {
			case i >= n.a: // reached: it was the first
			case i+n.b-n.a <= n.a && d.words(rng{i, i + n.b - n.a}) == d.words(n):
				u.a.names[u.i] = rng{i, i + n.b - n.a}
			default:
				kept = append(kept, u)
			}
		}
		waiting[low] = kept
	}
	for _, a := range d.actors {
		if len(a.names) > 2 {
			sort.SliceStable(a.names[1:], func(i, j int) bool { return a.names[1+i].a < a.names[1+j].a })
		}
	}
}

// withArticles puts the article before names that are told with it: the FBI, the United
// States; not where a noun follows ("the Islamic State militant group").
func (d *doc) withArticles() {
	for _, a := range d.actors {
		if a.kind == "person" || len(a.names) == 0 {
			continue
		}
		main := d.mainName(a)
		n := a.names[main]
		if a.party != nil && a.party.capital[d.nameKey(n.b-1)] {
			continue
		}
		if n.a == 0 || d.toks[n.a-1].w.text != "the" || d.toks[n.a-1].sent != d.toks[n.a].sent {
			continue
		}
		if n.b < len(d.toks) {
			if t := &d.toks[n.b]; t.sent == d.toks[n.a].sent && (t.tag.nominal() || t.is(adj|noun)) && t.tag != tOwner && t.kind == letters {
				continue
			}
		}
		a.names[main].a--
	}
}

// insideName tells whether a name is part of a longer one: Dawn in "the Nordic Dawn Circle".
func (d *doc) insideName(r rng) bool {
	same := func(k int) bool {
		return k >= 0 && k < len(d.toks) && d.toks[k].sent == d.toks[r.a].sent && d.toks[k].tag == tName && d.toks[k].capital
	}
	return same(r.a-1) || same(r.b)
}

// nameActor adds a form of a party's name if it stands for the party here.
func (d *doc) nameActor(a *actor, n naming) {
	s := d.sents[d.toks[n.a].sent].rng
	if t := &d.toks[max(s.a, n.a-1)]; n.party.kind == "state" && !d.upper && n.a > s.a+1 && t.kind == letters && t.capital && t.tag == tName && !t.is(month|weekday|title) {
		return // Northern Ireland
	}
	form := n.rng
	key := d.nameKey(n.b - 1)
	switch {
	case n.party.people[key]:
		e := n.b
		for e < s.b && d.toks[e].tag == tNoun && governs.has(d.toks[e].w.text) {
			e++
		}
		if e == n.b || !governs.has(d.low(e-1)) {
			return
		}
		form.b = e
		if form.a > s.a && d.toks[form.a-1].w.text == "the" {
			form.a--
		}
	case n.party.capital[key]:
		if !d.standsForParty(n.rng, s) && !d.owns(n.rng, s) {
			return
		}
	default:
		if form.a > s.a && d.toks[form.a-1].w.text == "the" && (n.party.kind != "state" || len(a.names) == 0) {
			form.a--
		}
		if d.standsForParty(n.rng, s) {
			if !a.acts && len(a.names) > 0 && strings.EqualFold(d.words(a.names[0]), d.words(form)) {
				a.names[0] = form // where it acts, not where it is a place
			}
			a.acts = true
		}
	}
	if n.party.people[key] || n.party.capital[key] {
		a.acts = true
	}
	d.addForm(a, form)
	if n.party.kind != "state" {
		d.otherNames(a, n.rng, s)
	}
	if n.party.kind == "armed-group" || n.party.kind == "media" || n.party.kind == "agency" {
		a.acts = true
		d.groupForms(a, n, s)
	}
}

var governs = newSet(map[string]bool{"government": true, "authorities": true, "authority": true, "administration": true, "regime": true})

// maxForms bounds how many forms of one name are kept.
const maxForms = 60

func (d *doc) addForm(a *actor, form rng) {
	key := strings.TrimPrefix(strings.TrimPrefix(d.words(form), "the "), "The ")
	if governs.has(d.toks[form.b-1].w.text) {
		key = d.words(form)
	}
	if !d.upper {
		key = strings.ToLower(key)
	}
	if form.empty() || len(a.forms) >= maxForms || slices.Contains(a.forms, key) {
		return
	}
	a.forms = append(a.forms, key)
	a.names = append(a.names, form)
}

// groupForms adds "the X militant group" and "also known as".
func (d *doc) groupForms(a *actor, n naming, s rng) {
	e := n.b
	for e < s.b && d.toks[e].tag.nominal() && d.toks[e].tag != tOwner && !d.toks[e].capital && e < n.b+3 {
		e++
	}
	if e > n.b && itself.has(d.toks[e-1].w.text) && n.party.kind == "armed-group" {
		r := rng{n.a, e}
		if r.a > s.a && d.toks[r.a-1].w.text == "the" {
			r.a--
		}
		d.addForm(a, r)
	}
	for i := max(s.a, n.a-5); i < n.a; i++ {
		if (d.toks[i].w.text == "known" || d.toks[i].w.text == "called") && len(a.names) > 1 {
			c := i
			for c > s.a && d.toks[c-1].tag == tAdv {
				c--
			}
			e := i + 1
			if e < n.a && d.toks[e].w.text == "as" {
				e++
			}
			a.cue = rng{c, e}
		}
		if based, ok := d.basedIn(i); ok && d.toks[n.a].sent == d.toks[i].sent {
			a.base = based
		}
	}
}

// itself are nouns that say what a group is; "a TTP faction" is another.
var itself = newSet(map[string]bool{"group": true, "movement": true, "militia": true, "organization": true, "organisation": true, "network": true})

// basedIn reads the place of "Afghanistan-based", inside one token.
func (d *doc) basedIn(i int) (rng, bool) {
	s := d.low(i)
	return rng{i, i + 1}, len(s) > 6 && s[len(s)-6:] == "-based"
}

// owns tells whether a capital's name owns what only a government has: its intentions.
func (d *doc) owns(r rng, s rng) bool {
	return r.b+1 < s.b && d.toks[r.b].tag == tOwner && d.toks[r.b+1].tag.nominal() && !d.toks[r.b+1].capital && !d.toks[r.b+1].is(placeNoun|target)
}

// calledLater ties "the group" and "the news agency" to the last party of the kind that an
// earlier sentence names. Only the first use of each such form counts.
func (d *doc) calledLater(byParty map[*party]*actor) {
	seen := map[string]bool{}
	k := 0
	for si := range d.sents {
		s := d.sents[si].rng
		for k < len(d.namings) && d.namings[k].a < s.a {
			k++
		}
		for i := s.a; i+1 < s.b; i++ {
			if d.toks[i].w.text != "the" {
				continue
			}
			e, kind := i+1, ""
			for e < s.b && e < i+4 && d.toks[e].tag.nominal() && !d.toks[e].capital {
				e++
			}
			for j := i + 1; j < e && kind == ""; j++ {
				switch d.toks[j].w.text {
				case "group", "militants", "organization", "movement":
					kind = "armed-group"
				case "agency":
					if d.toks[j-1].w.text == "news" {
						kind = "media"
					}
				case "newspaper", "broadcaster", "outlet", "channel":
					kind = "media"
				}
				if kind != "" {
					e = j + 1
				}
			}
			form := d.words(rng{i, e})
			if kind == "" || seen[form] {
				continue
			}
			for j := k - 1; j >= 0 && j >= k-40; j-- {
				if p := d.namings[j].party; p.kind == kind && byParty[p] != nil {
					seen[form] = true
					d.addForm(byParty[p], rng{i, e})
					break
				}
			}
		}
	}
}

// standsForParty tells whether a name acts here, and is not only a place.
func (d *doc) standsForParty(r rng, s rng) bool {
	sent := int(d.toks[r.a].sent)
	if r.a > s.a && d.toks[r.a-1].tag == tPrep && placePrep.has(d.toks[r.a-1].w.text) && d.toks[r.a-1].w.text != "of" {
		return false // an official in Nairobi
	}
	for _, c := range d.claimsIn(sent, sent) {
		if !c.source.covers(r) && !c.addressee.covers(r) {
			continue
		}
		if d.upper || (r.a == s.a || !placePrep.has(d.toks[r.a-1].w.text)) && (r.b >= s.b || !d.toks[r.b].tag.nominal() || d.toks[r.b].tag == tOwner) {
			return true
		}
	}
	if r.b < s.b {
		t := &d.toks[r.b]
		if t.tag == tFin || t.tag.aux() || t.tag == tAdv && r.b+1 < s.b && d.toks[r.b+1].tag == tFin {
			return r.a == s.a || !placePrep.has(d.toks[r.a-1].w.text)
		}
	}
	if r.a > s.a {
		i := r.a - 1
		if d.toks[i].tag == tDet {
			i--
		}
		if i >= s.a {
			switch d.toks[i].w.text {
			case "by", "with", "between":
				return true
			case "from":
				return i > s.a && d.toks[i-1].is(warnNoun|notice|saying)
			}
			if v := d.toks[i].w.verb; v != nil && (v.frames&(fWarn|fAddressee) != 0 || v.warns&wPass != 0) && d.toks[i].tag.verbal() {
				return true
			}
		}
	}
	return false
}

var placePrep = newSet(map[string]bool{"in": true, "near": true, "within": true, "inside": true, "of": true, "across": true, "through": true, "into": true, "at": true, "around": true, "outside": true})

// findPersons gathers persons who are sources under a full name and later under the last.
func (d *doc) findPersons() {
	byLast := map[string]*actor{}
	for _, c := range d.claims {
		r := c.source
		if r.empty() || d.upper {
			continue
		}
		name := d.personName(r)
		if name.empty() {
			continue
		}
		if _, ok := d.namingIn(name, nil); ok || d.namesBody(name) {
			continue
		}
		last := d.low(name.b - 1)
		a := byLast[last]
		if a == nil {
			if name.b-name.a < 2 {
				continue
			}
			a = &actor{kind: "person", acts: true}
			byLast[last] = a
			d.actors = append(d.actors, a)
		}
		d.addForm(a, name)
	}
}

// namesBody tells whether tokens are part of a body's name.
func (d *doc) namesBody(r rng) bool {
	k := sort.Search(len(d.bodyNames), func(k int) bool { return d.bodyNames[k].b > r.a })
	return k < len(d.bodyNames) && d.bodyNames[k].overlaps(r)
}

// personName is the run of names in a source that can be a person's: after a title, or two
// names or more that are no words of the lexicon.
func (d *doc) personName(r rng) rng {
	r = d.head(r, r)
	end := r.b
	for end > r.a && d.toks[end-1].tag != tName {
		end--
	}
	a := end
	for a > r.a && d.toks[a-1].tag == tName && !d.toks[a-1].is(title|body|person|document) {
		a--
	}
	for i := a; i < end; i++ {
		if d.toks[i].is(body | document | placeNoun | target | month | weekday) {
			return rng{}
		}
	}
	return rng{a, end}
}

// mainName is the first name in full: of a state its own, not its capital's or its people's.
func (d *doc) mainName(a *actor) int {
	if a.kind != "state" || a.party == nil || d.upper {
		return 0
	}
	for i, n := range a.names {
		if strings.TrimPrefix(strings.ToLower(d.words(n)), "the ") == a.party.nameKey {
			return i
		}
	}
	for i, n := range a.names {
		k := d.nameKey(n.b - 1)
		own := !a.party.capital[k] && !a.party.people[k] && !governs.has(d.low(n.b-1))
		if own && (n.b-n.a > 1 || d.toks[n.a].end-d.toks[n.a].start > 4 || k == a.party.nameKey) {
			return i
		}
	}
	for i, n := range a.names {
		if !a.party.capital[d.nameKey(n.b-1)] {
			return i // the Bosnian authorities before Sarajevo
		}
	}
	return 0
}

func (d *doc) actorRecord(a *actor) Record {
	r := d.newRecord("actor", 3)
	r.ID = a.id
	main := d.mainName(a)
	d.put(&r, "name", a.names[main])
	d.put(&r, "alias", append(append(make([]rng, 0, len(a.names)), a.names[:main]...), a.names[main+1:]...)...)
	d.put(&r, "cue", a.cue)
	if !a.base.empty() {
		s := d.span(a.base)
		s[1] -= len("-based")
		r.Spans = append(r.Spans, Role{"base", []Span{s}})
	}
	r.set("type", a.kind)
	if a.kind == "state" && a.code != "" {
		r.set("code", a.code)
	}
	if a.part != nil && a.part.id != "" {
		r.set("part_of_ref", a.part.id)
	}
	return r
}
