package prose

import (
	"cmp"
	"slices"
	"strings"
)

// mention is an incident as a story's, with what it shows for or against being news of an
// attack.
type mention struct {
	n        *incident
	kind     string
	cast     []*entity // victims and targets
	weapons  []*entity
	features []string
	weight   float64
}

// mentions reads the incidents of a text, each with its kind.
func (d *doc) mentions() []*mention {
	var out []*mention
	lastBomb := -10
	for si := range d.sents {
		incidents := d.incidentsIn(si)
		for _, n := range incidents {
			if n.act == actArrest {
				continue
			}
			kind := d.storyKind(n, incidents)
			if kind == "" {
				continue
			}
			if kind == "bombing" {
				lastBomb = si
			} else if kind == "attack" && outcome(n) && si-lastBomb <= 2 {
				kind = "bombing" // its dead and its damage, told in a sentence of their own
			}
			m := &mention{n: n, kind: kind}
			d.participants(m)
			d.describe(m)
			m.weight = d.weigh("mention", m.features)
			out = append(out, m)
		}
	}
	return out
}

// describe names what a mention shows. The names stand in lexicon/weights.txt.
func (d *doc) describe(m *mention) {
	n := m.n
	add := func(yes bool, f string) {
		if yes {
			m.features = append(m.features, f)
		}
	}
	para := d.sents[n.sent].para
	switch {
	case n.sent <= 3 && para == 0:
		add(true, "lead")
	case para == 0:
		add(true, "first")
	}
	switch {
	case !n.noun:
		add(true, "verb")
	case n.bare:
		add(true, "bare noun")
	case n.definite:
		add(true, "definite noun")
	}
	add(true, actWord(n.act))
	add(n.habit, "habit")
	add(d.inSpeech(n.trigger), "quoted")
	add(d.longAgo(n), "long ago")
	add(d.onlyCombatants(n), "combatants")
	add(d.inCombat(n), "combat")
	if n.hasDate && n.date.date.known() && d.published.known() {
		age := dayNumber(d.published) - dayNumber(date{n.date.date.y, max(n.date.date.m, 1), max(n.date.date.d, 1)})
		add(age >= -1 && age <= 3, "days")
		add(age > 3 && age <= 60, "weeks")
		add(age > 60, "months")
	}
	d.describeCast(m, add)
	d.describeSentence(m, add)
	d.describeForm(m, add)
}

// describeForm looks at the verb or noun itself and what stands before it.
func (d *doc) describeForm(m *mention, add func(bool, string)) {
	n := m.n
	s := d.sents[n.sent].rng
	t := &d.toks[n.trigger]
	if t.w.verb != nil && !n.noun {
		add(true, "word "+t.w.verb.lemma)
	} else {
		add(true, "word "+strings.TrimSuffix(t.w.text, "s"))
	}
	if !n.noun {
		had, has, was := false, false, false
		for i := n.phrase.a; i < n.trigger; i++ {
			w := d.toks[i].w.text
			had = had || w == "had"
			has = has || w == "has" || w == "have"
			was = was || w == "was" || w == "were" || w == "been"
		}
		add(had, "pluperfect")
		add(has, "perfect")
		add(was, "passive")
	}
	for i := max(s.a, n.trigger-6); i < n.trigger; i++ {
		switch w := d.toks[i].w.text; w {
		case "after", "before", "when", "recent", "who", "which", "that", "reported", "not", "no":
			add(true, "behind "+w)
		}
	}
	for i := n.trigger; i+1 < min(s.b, n.trigger+18); i++ {
		if w := d.toks[i].w.text; w == "in" || w == "at" || w == "near" || w == "outside" {
			if d.toks[i+1].tag == tName || d.nameWord(i+1) {
				add(true, "at a name")
				break
			}
		}
	}
}

// describeCast looks at who takes part.
func (d *doc) describeCast(m *mention, add func(bool, string)) {
	named, counted, one, target, several := false, false, false, false, false
	for _, e := range m.cast {
		switch {
		case e.guessed:
		case e.role == "Target" && e.particular:
			target = true
		case !e.particular:
			several = true
		case e.name != "":
			named = true
		case e.n > 1:
			counted = true
		default:
			one = true
		}
	}
	add(named, "named victim")
	add(counted, "counted victims")
	add(one, "one victim")
	add(several, "plural only")
	add(target, "target")
	add(len(m.cast) == 0, "nobody")
	add(len(m.weapons) > 0, "weapon")
	org, ind := false, false
	for _, r := range m.n.agents {
		for _, p := range d.parts(r) {
			_, ok := d.namingIn(p, func(q *party) bool { return q.kind == "armed-group" })
			org = org || ok
			ind = ind || !ok && d.perpetrator(p)
		}
	}
	add(org, "group agent")
	add(len(m.n.agents) > 0 && !org && !ind, "other agent")
	seen := map[string]bool{}
	look := func(rs []rng, as string) {
		for _, r := range rs {
			for i := r.a; i < r.b; i++ {
				for _, c := range d.lex.casts[d.low(i)] {
					if f := as + " " + c; !seen[f] {
						seen[f] = true
						add(true, f)
					}
				}
			}
		}
	}
	look(m.n.patients, "of")
	look(m.n.agents, "by")
	look(m.n.where, "at")
}

// describeSentence looks at the words around a mention.
func (d *doc) describeSentence(m *mention, add func(bool, string)) {
	s := d.sents[m.n.sent].rng
	seen := map[string]bool{}
	for i := s.a; i < s.b; i++ {
		for _, c := range d.lex.around[d.low(i)] {
			add(!seen[c], "with "+c)
			seen[c] = true
		}
	}
}

// inSpeech tells whether a token stands in a quotation that holds a clause.
func (d *doc) inSpeech(i int) bool {
	for q := d.toks[i].quote; q >= 0; q = d.quotes[q].outer {
		if d.quotes[q].clause {
			return true
		}
	}
	return false
}

// genre tells what sort of text a cable says it is, in the brackets before its first words, and
// whether it is about other countries.
func (d *doc) genre() []string {
	var out []string
	head := d.text[:min(len(d.text), 500)]
	for _, g := range [][2]string{{"[COMMENTARY]", "comment"}, {"[EDITORIAL", "comment"}, {"[ARTICLE", "comment"}, {"CLANDESTINE", "clandestine"},
		{"[CONTINUED]", "continued"}, {"[EXCERPT", "excerpt"}} {
		if strings.Contains(head, g[0]) {
			out = append(out, g[1])
		}
	}
	nine, other := 0, 0 // the nine are the countries that the answer keys are about
	for _, n := range d.namings {
		switch n.party.code {
		case "AR", "BO", "CL", "CO", "EC", "SV", "GT", "HN", "PE":
			nine++
		default:
			if n.party.kind == "state" {
				other++
			}
		}
	}
	if other > nine {
		out = append(out, "other states")
	}
	return out
}

// participants reads who is in a mention.
func (d *doc) participants(m *mention) {
	n := m.n
	for _, r := range n.patients {
		for _, p := range d.parts(r) {
			if e := d.patient(n, p); e != nil {
				m.cast = append(m.cast, e)
			}
		}
	}
	if n.act == actBomb || n.act == actArson {
		for _, r := range n.where {
			for _, p := range d.parts(r) {
				if e := d.entityOf(p); e != nil && e.role == aTarget && !d.combatant(p) {
					e.role = "Target"
					m.cast = append(m.cast, e)
				}
			}
		}
	}
	for _, r := range append(d.weaponsNear(n), n.weapons...) {
		for _, p := range d.parts(r) {
			if e := d.entityOf(p); e != nil && e.role == aWeapon {
				e.role = "Weapon"
				m.weapons = append(m.weapons, e)
			}
		}
	}
}

// patient is one to whom something was done, nil where it is none.
func (d *doc) patient(n *incident, p rng) *entity {
	e := d.entityOf(p)
	if e == nil || d.combatant(p) {
		return nil
	}
	if e.role == "" && (e.name == "" || n.act == actKill || n.act == actKidnap || n.act == actWound) {
		e.role = d.byAct(n, p, e)
		e.guessed = true
	}
	if e.role == aPerson && (n.act == actAttack && (!n.noun || e.name == "") || d.inCombat(n) && e.name == "") {
		return nil
	}
	switch e.role {
	case aPerson:
		e.role = "Victim"
		e.killed = n.act == actKill
		e.injured = n.act == actWound
	case aTarget:
		e.role = "Target"
	case aBody:
		if n.act != actBomb && !(n.act == actAttack && n.noun) {
			return nil
		}
		e.role = "Target"
	default:
		return nil
	}
	return e
}

// weigh adds up the weights of what is shown.
func (d *doc) weigh(of string, shown []string) float64 {
	var sum float64
	for _, f := range shown {
		sum += d.lex.weights[of][f]
	}
	return sum
}

// told is a kind of attack that a text tells of, with its mentions and their weight.
type told struct {
	kind     string
	mentions []*mention
	weight   float64
}

// tellings gathers mentions by kind and weighs each kind: its best mention counts whole, the
// next ones a third as much as the one before.
func (d *doc) tellings() []*told {
	var list []*told
	at := map[string]*told{}
	for _, m := range d.mentions() {
		t := at[m.kind]
		if t == nil {
			t = &told{kind: m.kind}
			at[m.kind] = t
			list = append(list, t)
		}
		t.mentions = append(t.mentions, m)
	}
	text := []string{"base"}
	for _, g := range d.genre() {
		text = append(text, "text "+g)
	}
	if len(list) > 1 {
		text = append(text, "other kind")
	}
	for _, t := range list {
		t.weight = d.weigh("story", append(text, "kind "+t.kind))
		if t.kind == "attack" && at["bombing"] != nil {
			t.weight += d.lex.weights["story"]["attack beside bombing"]
		}
		share := 1.0
		for _, m := range heaviest(t.mentions, 4) {
			t.weight += share * m.weight
			share /= 3
		}
	}
	return list
}

// heaviest gives the n mentions with the greatest weight.
func heaviest(list []*mention, n int) []*mention {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b *mention) int { return cmp.Compare(b.weight, a.weight) })
	return sorted[:min(n, len(sorted))]
}
