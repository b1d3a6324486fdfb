package prose

import (
	"sort"
	"strings"
)

// link ties the records to each other and finishes what needs all of them.
func (d *doc) link() {
	kept := d.actors[:0]
	for _, a := range d.actors {
		if a.acts && len(a.names) > 0 {
			kept = append(kept, a)
		}
	}
	d.actors = kept
	d.dropRepeated()
	d.relay()
	d.nestClaims()
	d.dropUnheard()
	for i, w := range d.warnings {
		w.claim = d.claimOver(w.cue, w.sent)
		for k := i - 1; k >= 0 && k >= i-40 && !w.passed && !d.another(w); k-- {
			o := d.warnings[k]
			from, to := d.agree(w.warner, o.warner), d.agree(w.recipient, o.recipient)
			if from < 0 || to < 0 || o.passed || from+to == 0 && !w.again {
				continue
			}
			if w.same = o; o.same != nil {
				w.same = o.same
			}
			break
		}
	}
	for _, b := range d.blames {
		b.claim = d.claimOver(b.cue, b.sent)
		for _, c := range d.claimsIn(b.sent, b.sent) {
			if c.cue.overlaps(b.cue) {
				b.claim = c // "X blamed Y": the accusation itself
			}
		}
		for _, c := range d.claimsIn(b.sent, b.sent) {
			b.shared = b.shared || c.cue.overlaps(b.cue)
		}
		for _, r := range b.event {
			b.events = append(b.events, d.eventMeant(r, b.sent))
		}
		if len(b.event) == 0 && !d.upper {
			b.events = append(b.events, d.lastEvent(b.cue.a, b.sent))
		}
	}
	for _, k := range d.counts {
		k.event = d.eventFor(k)
	}
	d.linkClaims()
}

// dropRepeated leaves out claims whose cue makes a warning or a responsibility: a cue
// belongs to one kind only.
func (d *doc) dropRepeated() {
	var taken []rng
	for _, w := range d.warnings {
		taken = append(taken, w.cue)
	}
	for _, b := range d.blames {
		if b.mode != "blamed" && !b.both {
			taken = append(taken, b.cue)
		}
	}
	sort.Slice(taken, func(i, j int) bool { return taken[i].a < taken[j].a })
	kept := d.claims[:0]
	for _, c := range d.claims {
		k := sort.Search(len(taken), func(k int) bool { return taken[k].b > c.cue.a })
		if k < len(taken) && taken[k].overlaps(c.cue) {
			continue
		}
		kept = append(kept, c)
	}
	d.claims = kept
}

// dropUnheard leaves out "I think" and "we want" in a quotation whose speaker was not found:
// who I is, nobody could say.
func (d *doc) dropUnheard() {
	kept := d.claims[:0]
	for _, c := range d.claims {
		q := d.toks[c.cue.a].quote
		if c.parent == nil && q >= 0 && d.quotes[q].clause && c.source.b-c.source.a == 1 {
			switch d.toks[c.source.a].w.text {
			case "i", "we", "you":
				c.unheard = true
				continue
			}
		}
		kept = append(kept, c)
	}
	for _, c := range kept {
		if c.parent != nil && c.parent.unheard {
			c.parent = nil
		}
	}
	d.claims = kept
}

// relay gives "citing Y" the content of the claim of the same sentence that cites, and
// drops it where there is none.
func (d *doc) relay() {
	kept := d.claims[:0]
	for i, c := range d.claims {
		if !c.relay {
			kept = append(kept, c)
			continue
		}
		for _, near := range [2][]*claim{d.claims[max(0, i-4):i], d.claims[i+1 : min(i+5, len(d.claims))]} {
			for k := range near {
				o := near[len(near)-1-k]
				if len(c.content) == 0 && o.relay && len(o.content) > 0 && o.sent == c.sent && o.cue.a < c.cue.a {
					c.content, c.parent = o.content, o // quoting a cable that cites a manager
				}
				if len(c.content) == 0 && o.sent == c.sent && !o.relay && len(o.content) > 0 && !holdsAny(o, c.cue) {
					c.content, c.parent = o.content, o
				}
			}
		}
		if len(c.content) > 0 {
			kept = append(kept, c)
		}
	}
	d.claims = kept
}

// claimsIn gives the claims of the sentences from first to last. Claims stand in the order
// of the text.
func (d *doc) claimsIn(first, last int) []*claim {
	a := sort.Search(len(d.claims), func(i int) bool { return d.claims[i].sent >= first })
	b := sort.Search(len(d.claims), func(i int) bool { return d.claims[i].sent > last })
	return d.claims[a:b]
}

// incidentsOf gives the mentions of events in the sentences from first to last.
func (d *doc) incidentsOf(first, last int) []*incident {
	a := sort.Search(len(d.incidents), func(i int) bool { return d.incidents[i].sent >= first })
	b := sort.Search(len(d.incidents), func(i int) bool { return d.incidents[i].sent > last })
	return d.incidents[a:b]
}

// warningsOf gives the warnings of a sentence.
func (d *doc) warningsOf(sent int) []*warning {
	a := sort.Search(len(d.warnings), func(i int) bool { return d.warnings[i].sent >= sent })
	b := sort.Search(len(d.warnings), func(i int) bool { return d.warnings[i].sent > sent })
	return d.warnings[a:b]
}

// claimOver is the innermost claim whose content holds the tokens.
func (d *doc) claimOver(r rng, sent int) *claim {
	var best *claim
	size := 1 << 30
	for _, c := range d.claimsIn(sent-6, sent) {
		for _, p := range c.content {
			if p.covers(r) && p.b-p.a <= size && (p.b-p.a < size || c.parent == nil) {
				best, size = c, p.b-p.a
			}
		}
	}
	return best
}

// partyOf is the party that a noun phrase names.
func (d *doc) partyOf(r rng) *party {
	if r.empty() {
		return nil
	}
	if n, ok := d.namingIn(r, nil); ok {
		return n.party
	}
	return nil
}

func (d *doc) sameParty(a, b rng) bool {
	if a.empty() || b.empty() {
		return false
	}
	p, q := d.partyOf(a), d.partyOf(b)
	if p != nil || q != nil {
		return p == q
	}
	return strings.EqualFold(d.words(a), d.words(b))
}

// eventAt is the event whose mention stands within tokens.
func (d *doc) eventAt(r rng, sent int) *event {
	for _, n := range d.incidentsOf(sent, sent) {
		if r.holds(n.trigger) && n.event != nil && n.event.kept {
			return n.event
		}
	}
	return nil
}

// eventMeant is the event that a phrase speaks of: its own mention, or the last event told
// before where the phrase only points back ("it", "the incident").
func (d *doc) eventMeant(r rng, sent int) *event {
	if e := d.eventAt(r, sent); e != nil || d.upper {
		return e
	}
	t := &d.toks[r.a]
	if t.tag == tPron || t.tag == tDet && definiteWords.has(t.w.text) {
		return d.lastEvent(r.a, sent)
	}
	return nil
}

// lastEvent is the event told last before token i; arrests aside.
func (d *doc) lastEvent(i, sent int) *event {
	ns := d.incidentsOf(sent-8, sent)
	for k := len(ns) - 1; k >= 0; k-- {
		if n := ns[k]; n.trigger < i && n.event != nil && n.event.kept && n.event.act != actArrest {
			return n.event
		}
	}
	return nil
}

// eventFor is the event of the count's sentence, else the last one before it.
func (d *doc) eventFor(k *count) *event {
	var best *event
	for _, n := range d.incidentsOf(k.sent-2, k.sent) {
		if n.event == nil || !n.event.kept || (n.event.act == actArrest) != (k.what == "arrested") {
			continue
		}
		if n.sent == k.sent {
			return n.event
		}
		best = n.event
	}
	return best
}

// linkClaims finds speakers named before, what a denial denies, hedges and caveats.
func (d *doc) linkClaims() {
	for i, c := range d.claims {
		if len(c.content) == 0 {
			continue
		}
		c.anon = d.anonymous(c.source)
		if o := d.speakerBefore(c, i); o != nil {
			c.anon = o.anon
			if w := d.toks[c.source.a].w.text; c.anon && (w == "he" || w == "she") && o != c.parent {
				if c.same = o; o.same != nil {
					c.same = o.same
				}
			}
		}
		d.hedges(c)
		d.caveat(c)
		if c.anon && !c.source.empty() && c.same == nil {
			c.same = d.sameSpeaker(c, i)
		}
		if c.stance == denies {
			c.denies = d.deniedClaim(c, i)
		}
	}
}

// anonymous tells whether a source is nobody who can be named: no proper name, and no body or
// office that the text singles out ("the army", "the mayor", "its president").
func (d *doc) anonymous(r rng) bool {
	if r.empty() {
		return true
	}
	if d.namesSpeaker(r) {
		return false
	}
	h := d.head(r, r)
	named, definite := false, false
	for i := h.a; i < h.b; i++ {
		t := &d.toks[i]
		if t.tag == tPrep && i > h.a {
			h.b = i
			break
		}
		named = named || t.tag == tName || t.capital && i > h.a
		definite = definite || t.tag == tPoss || t.tag == tOwner || t.w.text == "the"
	}
	if _, ok := d.namingIn(r, nil); ok {
		named = true
	}
	last := &d.toks[h.b-1]
	for i := h.b - 1; i > h.a && (last.tag == tPron || last.tag == tOwner); i-- { // the group itself
		last = &d.toks[i-1]
	}
	switch word := d.low(h.b - 1); {
	case last.tag == tPron && (last.w.text == "one" || last.w.text == "some" || last.w.text == "others" || last.w.text == "two" || last.w.text == "many" || last.w.text == "few"):
		return true
	case last.tag == tPron || last.tag == tRel:
		return false
	case last.is(document):
		return h.b-h.a == 1 && plural(d, h.a) && !last.capital
	case last.w.text == "police", last.is(target|placeNoun) && definite:
		return false
	case last.tag == tName && !last.is(person):
		return false
	case spokes.has(word):
		return h.b-h.a <= 2 && !definite && h.b == r.b
	case last.is(body) || governs.has(word) || headKinds[word] != "":
		return !named && !definite
	case offices.has(word):
		return !definite
	case h.b-h.a >= 1 && last.is(person):
		return true
	}
	return !named
}

// spokes speak for a body; a spokesman of whom no more is said could be anybody's.
var spokes = newSet(map[string]bool{"spokesman": true, "spokeswoman": true, "spokesperson": true})

// offices are held by one person at a time.
var offices = newSet(map[string]bool{"minister": true, "mayor": true, "president": true, "governor": true, "director": true, "chief": true, "head": true, "ambassador": true, "chairman": true,
	"secretary": true, "commissioner": true, "prosecutor": true, "coordinator": true, "commander": true, "premier": true, "chancellor": true, "executive": true, "ombudsman": true,
	"speaker": true, "sheriff": true, "vice-consul": true, "envoy": true})

// speakerBefore is the claim whose speaker a pronoun goes on with: the one before it with a source of
// its own, or for "I" and "we" in a quotation the one who is quoted.
func (d *doc) speakerBefore(c *claim, i int) *claim {
	if c.source.b-c.source.a != 1 || d.toks[c.source.a].tag != tPron {
		return nil
	}
	switch d.toks[c.source.a].w.text {
	case "i", "we":
		return c.parent
	case "he", "she", "it", "they":
	default:
		return nil
	}
	for k := i - 1; k >= 0 && k >= i-12; k-- {
		o := d.claims[k]
		if c.sent-o.sent > 6 {
			return nil
		}
		if !o.source.empty() && d.toks[o.source.a].tag != tPron && d.toks[o.source.a].tag != tRel {
			return o
		}
	}
	return nil
}

// namesSpeaker tells whether a source holds a person's name of two words, also as an
// apposition, or is the name of a body.
func (d *doc) namesSpeaker(r rng) bool {
	run := 0
	for i := r.a; i < r.b; i++ {
		t := &d.toks[i]
		if t.tag == tRel {
			break
		}
		if t.tag == tName && !t.is(body|person|document) || t.is(title) && t.capital {
			if run++; run >= 2 && (i+1 >= r.b || d.toks[i+1].tag != tNoun) && !d.upper {
				return true
			}
			continue
		}
		run = 0
	}
	n, ok := d.namingIn(r, func(p *party) bool { return p.kind != "state" })
	return ok && n.a <= r.a+1 && (n.b == r.b || d.toks[n.b].kind == punct)
}

// hedges marks the words that weaken a content: the cue itself, or words of the content
// that are the source's own.
func (d *doc) hedges(c *claim) {
	if c.verb != nil && beliefs.has(c.verb.lemma) && c.stance == asserts && c.cue.b-c.cue.a <= 2 {
		c.hedge = c.cue
		return
	}
	direct := d.quoteKind(c) == "direct"
	if c.parent != nil || c.stance != asserts {
		return
	}
	for _, p := range c.content {
		for i := p.a; i < p.b; i++ {
			t := &d.toks[i]
			if !t.is(hedgeWord) || t.tag == tName || t.tag == tNoun && t.w.text != "potential" || t.tag == tModal && (i+1 >= p.b || d.toks[i+1].kind == punct) {
				continue
			}
			if !direct && d.warned(i, c.sent) || d.insideOther(c, i) {
				continue
			}
			c.hedge = rng{i, i + 1}
			return
		}
	}
}

// beliefs are verbs that hedge what they tell.
var beliefs = newSet(map[string]bool{"think": true, "believe": true, "suspect": true, "reckon": true, "guess": true, "assume": true, "presume": true})

// attributive tells an adjective before its noun.
func (d *doc) attributive(i int) bool {
	return d.toks[i].tag == tAdj && i+1 < len(d.toks) && (d.toks[i+1].tag == tNoun || d.toks[i+1].tag == tAdj || d.toks[i+1].tag == tName)
}

// warned tells whether token i belongs to a warning's threat.
func (d *doc) warned(i, sent int) bool {
	for _, w := range d.warningsOf(sent) {
		if w.threat.holds(i) {
			return true
		}
	}
	return false
}

// insideOther tells whether token i belongs to a claim inside c.
func (d *doc) insideOther(c *claim, i int) bool {
	for _, o := range d.claimsIn(c.sent, c.sent) {
		if o != c && o.parent == c {
			if o.cue.holds(i) {
				return true
			}
			for _, p := range o.content {
				if p.holds(i) {
					return true
				}
			}
		}
	}
	return false
}

// caveat reads "without supplying any proof" beside the cue.
func (d *doc) caveat(c *claim) {
	s := d.sents[c.sent].rng
	for i := max(s.a, c.cue.a-10); i+1 < min(c.cue.b+10, s.b); i++ {
		if d.toks[i].w.text != "without" {
			continue
		}
		for j := i + 1; j < min(i+7, s.b); j++ {
			switch d.toks[j].w.text {
			case "proof", "evidence", "details", "elaborating", "detail", "basis", "substantiation":
				if i > s.a && d.toks[i-1].mark == ',' && i == c.cue.b+1 || i >= c.cue.b && i <= c.cue.b+1 {
					c.caveat = rng{i, j + 1}
					return
				}
			}
		}
	}
}

var ordinals = map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}

// sameSpeaker ties "the second source" to the second source that spoke.
func (d *doc) sameSpeaker(c *claim, i int) *claim {
	r := c.source
	if d.toks[r.a].w.text != "the" || r.b-r.a > 4 {
		return nil
	}
	kind := d.low(r.b - 1)
	var speakers []*claim
	for _, o := range d.claims[max(0, i-60):i] {
		if o.source.empty() || !o.anon || o.parent != nil || o.same != nil {
			continue
		}
		h := d.head(o.source, o.source)
		found := false
		for k := h.a; k < h.b; k++ {
			w := d.low(k)
			found = found || w == kind || w == kind+"s" && d.toks[h.a].w.text == "one"
		}
		if found {
			speakers = append(speakers, o)
		}
	}
	if len(speakers) == 0 {
		return nil
	}
	for k := r.a; k < r.b; k++ {
		if n := ordinals[d.toks[k].w.text]; n > 0 {
			if n <= len(speakers) {
				return speakers[n-1]
			}
			return nil
		}
	}
	return speakers[len(speakers)-1]
}

// deniedClaim finds the claim that a denial is about: by the party that it names, else the
// last claim of another speaker.
func (d *doc) deniedClaim(c *claim, i int) *claim {
	var want *party
	for _, p := range c.content {
		if n, ok := d.namingIn(p, nil); ok {
			want = n.party
		}
		if d.hasClause(p) {
			return nil // it says itself what is denied
		}
	}
	for k := i - 1; k >= 0 && k >= i-40; k-- {
		o := d.claims[k]
		if o.stance == denies || d.sameParty(o.source, c.source) {
			continue
		}
		if want == nil && o.parent == nil && i-k < 6 || want != nil && d.partyOf(o.source) == want {
			return o
		}
	}
	return nil
}

// quoteKind tells how much of the content stands in quotation marks.
func (d *doc) quoteKind(c *claim) string {
	in, out := 0, 0
	base := int32(-1)
	if c.parent != nil && len(c.content) > 0 {
		base = d.toks[c.content[0].a].quote
		if d.toks[c.content[0].a].open {
			base = d.quotes[base].outer
		}
	}
	for _, p := range c.content {
		for i := p.a; i < p.b; i++ {
			if d.toks[i].kind == punct {
				continue
			}
			if d.toks[i].quote >= 0 && d.toks[i].quote != base {
				in++
			} else {
				out++
			}
		}
	}
	switch {
	case in == 0:
		return "indirect"
	case out == 0:
		return "direct"
	}
	return "mixed"
}

func (d *doc) claimRecord(c *claim) Record {
	r := d.newRecord("claim", 5)
	r.ID = c.id
	d.put(&r, "source", c.source)
	d.put(&r, "cue", c.cue, c.more)
	d.put(&r, "content", c.content...)
	d.put(&r, "addressee", c.addressee)
	d.put(&r, "hedge", c.hedge)
	d.put(&r, "caveat", c.caveat)
	r.set("quote", d.quoteKind(c))
	r.set("stance", stanceNames[c.stance])
	r.set("anon", c.anon)
	if c.parent != nil {
		r.set("parent_ref", c.parent.id)
	}
	if c.denies != nil {
		r.set("denies_ref", c.denies.id)
	}
	if c.same != nil {
		r.set("same_speaker_ref", c.same.id)
	}
	switch {
	case c.hedge.empty():
	case c.hedge == c.cue || c.verb != nil && c.cue.covers(c.hedge):
		r.set("certainty", "probable")
	case !d.attributive(c.hedge.a): // "a possible attack" hedges the attack, not the claim
		if s := d.certainty(c.hedge, ""); s != "" {
			r.set("certainty", s)
		}
	}
	return r
}
