package prose

import "strings"

// findPeople gathers persons told by name in ordinary text: those who speak, and those named
// behind a title or beside a role. What they are called besides is an alias: their last name,
// "Defence Minister X", "a spokesman for Y".
func (d *doc) findPeople() {
	p := &people{d: d, byLast: map[string]*actor{}}
	for _, c := range d.claims {
		p.in(c.source)
		p.in(c.addressee)
	}
	for _, w := range d.warnings {
		p.in(w.warner)
		p.in(w.recipient)
	}
	for si := range d.sents {
		s := d.sents[si].rng
		if d.headlineCase(int32(si)) {
			continue
		}
		for i := s.a; i+1 < s.b; i++ {
			t := &d.toks[i]
			if t.kind != letters || !t.is(title|person) || t.capital && !t.is(title) || t.is(body|document) || !d.nameStart(i+1) {
				if t.mark == ',' && d.nameStart(i+1) && i > s.a && d.roleEnd(i-1) {
					p.add(d.fullName(i+1, s))
				}
				continue
			}
			if r := d.fullName(i+1, s); r.b-r.a >= 2 {
				p.add(r)
				i = r.b - 1
			}
		}
	}
	for _, a := range p.found {
		d.rolesOf(a)
	}
}

type people struct {
	d      *doc
	byLast map[string]*actor
	found  []*actor
}

// in adds the person that a noun phrase names.
func (p *people) in(r rng) {
	if r.empty() {
		return
	}
	d := p.d
	name := d.personName(r)
	if name.empty() {
		return
	}
	for i := r.a; i < name.a; i++ { // nurses at the X hospital, a spokesman for X
		if t := &d.toks[i]; t.tag == tPrep || t.tag == tRel {
			return
		}
	}
	if name.b < r.b && d.toks[name.b].kind != punct || name.a > r.a && kindNouns[d.low(name.a-1)] != "" && !d.toks[name.a-1].is(title) {
		return
	}
	if name.b < len(d.toks) && d.toks[name.b].kind == letters && kindNouns[d.low(name.b)] != "" && d.toks[name.b].tag == tNoun {
		return
	}
	p.add(name)
}

func (p *people) add(name rng) {
	d := p.d
	if name.empty() {
		return
	}
	if _, ok := d.namingIn(name, nil); ok || kindNouns[d.low(name.b-1)] != "" || kindNouns[d.low(name.a)] != "" || d.namesBody(name) {
		return
	}
	last := d.low(name.b - 1)
	a := p.byLast[last]
	if a == nil {
		if name.b-name.a < 2 {
			return
		}
		a = &actor{kind: "person", acts: true}
		p.byLast[last] = a
		p.found = append(p.found, a)
		d.actors = append(d.actors, a)
	}
	d.addForm(a, name)
}

// nameStart tells whether a person's name can open at i.
func (d *doc) nameStart(i int) bool {
	if i >= len(d.toks) {
		return false
	}
	t := &d.toks[i]
	return t.kind == letters && t.capital && t.tag == tName && !t.is(title|body|document|month|weekday|placeNoun|target)
}

// fullName is the run of two names or more at i, with "van", "de", "al-".
func (d *doc) fullName(i int, s rng) rng {
	j := i
	for j < s.b && j < i+6 {
		switch t := &d.toks[j]; {
		case d.nameStart(j) && !t.is(person):
			j++
			continue
		case j > i && j+1 < s.b && t.kind == letters && !t.capital && strings.Contains(particlesOfNames, " "+d.low(j)+" ") && d.nameStart(j+1):
			j++
			continue
		}
		break
	}
	if j-i < 2 || j < s.b && d.toks[j].kind == letters && d.toks[j].tag == tNoun && kindNouns[d.low(j)] != "" {
		return rng{}
	}
	return rng{i, j}
}

// particlesOfNames stand inside persons' names without a capital.
const particlesOfNames = " van von de der del della di da dos bin ibn al el la ben do du des les le "

// roleEnd tells whether a person's role ends at i: "The Dutch justice minister".
func (d *doc) roleEnd(i int) bool {
	t := &d.toks[i]
	return t.kind == letters && t.is(person|title) && !t.capital && t.tag == tNoun
}

// rolesOf adds what stands beside a person's full name: a title before it, a role before or
// behind a comma.
func (d *doc) rolesOf(a *actor) {
	n := a.names[0]
	s := d.sents[d.toks[n.a].sent].rng
	i := n.a
	role := false
	for i > s.a && n.a-i < 7 {
		t := &d.toks[i-1]
		if t.kind != letters || t.tag != tNoun && t.tag != tName && t.tag != tAdj || t.is(month|weekday) {
			break
		}
		role = role || t.is(title|person)
		i--
	}
	if i < n.a && role {
		if i > s.a && (d.toks[i-1].tag == tOwner || d.toks[i-1].tag == tDet || d.toks[i-1].tag == tPoss) {
			i = d.npStart(i, s)
			for i < n.a && d.toks[i].tag == tPrep {
				i++
			}
		}
		d.addForm(a, rng{i, n.b})
	}
	if n.a-1 > s.a && d.toks[n.a-1].mark == ',' && d.roleEnd(n.a-2) {
		d.addForm(a, d.trimSubject(rng{d.npStart(n.a-2, s), n.a - 1}, s))
	}
	if n.b+1 < s.b && d.toks[n.b].mark == ',' {
		first := &d.toks[n.b+1]
		if first.tag != tDet && first.tag != tPoss && first.tag != tNoun && first.tag != tName && first.tag != tAdj {
			return
		}
		e := d.appositionEnd(n.b, s)
		r := d.trim(rng{n.b + 1, e})
		if e <= n.b || r.empty() {
			return
		}
		head := d.npEnd(r.a, s, false)
		for k := r.a; k < min(head, r.b); k++ {
			if d.toks[k].tag == tPrep {
				head = k
				break
			}
		}
		if head > r.a && d.toks[head-1].is(person|title) {
			d.addForm(a, r)
		}
	}
}
