package prose

import (
	"strings"
	"unicode/utf8"
)

// party is one line of the lexicon of parties.
type party struct {
	kind    string // state, armed-group, agency, media
	code    string // ISO, where it has one
	base    string
	name    string
	partOf  string
	capital map[string]bool // spellings that are the capital's: they stand for the government
	people  map[string]bool // spellings of the people's name
	nameKey string          // the name in lower case
	heads   map[string]bool // words of its names that say what it is: "bureau"
}

// trie finds the parties by their words.
type trie struct {
	next    map[string]*trie
	party   *party
	acronym bool // the spelling is all capitals in the lexicon and must be so in the text
}

func (t *trie) add(spelling string, p *party) {
	n := t
	for _, w := range splitName(spelling) {
		if n.next == nil {
			n.next = map[string]*trie{}
		}
		m := n.next[w]
		if m == nil {
			m = &trie{}
			n.next[w] = m
		}
		n = m
	}
	if n.party == nil {
		n.party = p
		n.acronym = isAcronym(spelling)
	}
}

func isAcronym(s string) bool {
	return s == strings.ToUpper(s) && utf8.RuneCountInString(s) <= 8 && !strings.Contains(s, " ")
}

// splitName cuts a name as the tokenizer does.
func splitName(s string) []string {
	d := &doc{text: s}
	d.tokenize(0, len(s))
	var out []string
	for i := range d.toks {
		out = append(out, strings.ToLower(d.text[d.toks[i].start:d.toks[i].end]))
	}
	return out
}

func list(s string) []string {
	var out []string
	for _, x := range strings.Split(s, ";") {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}

func (l *lexicon) loadParties(s string) {
	l.names = &trie{}
	l.states = map[string]*party{}
	l.groups = map[string]*party{}
	for line := range strings.Lines(s) {
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) < 4 || strings.HasPrefix(line, "#") {
			continue
		}
		p := &party{kind: f[0], name: f[2], nameKey: strings.ToLower(f[2])}
		spellings := append([]string{p.name}, list(f[3])...)
		switch f[0] {
		case "state":
			p.code = f[1]
			p.capital, p.people = map[string]bool{}, map[string]bool{}
			for _, c := range list(f[4]) {
				p.capital[strings.ToLower(c)] = true
			}
			for _, c := range list(f[5]) {
				p.people[strings.ToLower(c)] = true
			}
			spellings = append(append(spellings, list(f[4])...), list(f[5])...)
			l.states[p.code] = p
		case "group":
			p.kind, p.base, p.partOf = "armed-group", f[1], f[4]
			l.groups[p.name] = p
		case "agency":
			p.code = f[1]
		case "outlet":
			p.kind, p.code = "media", f[1]
		}
		for _, sp := range spellings {
			l.names.add(sp, p)
			if w := l.words[splitName(sp)[0]]; w != nil {
				w.is |= nameStart
			}
			for _, w := range splitName(sp) {
				if p.kind == "agency" && headKinds[w] != "" {
					if p.heads == nil {
						p.heads = map[string]bool{}
					}
					p.heads[w] = true
				}
			}
		}
	}
}

// naming is a party's name where it stands.
type naming struct {
	rng
	party *party
}

// ordinary words that are also acronyms of parties: not taken from a text in capitals.
var wordAcronyms = newSet(map[string]bool{"us": true, "who": true, "mit": true, "raw": true, "pet": true, "au": true, "ap": true, "un": true, "das": true, "isi": true,
	"let": true, "adf": true, "eta": true, "mir": true, "sana": true, "mena": true, "tak": true, "dw": true, "rt": true, "nia": true, "cni": true, "hur": true})

// findNamings walks the text once and looks every name up.
func (d *doc) findNamings() {
	root := d.lex.names
	for i := 0; i < len(d.toks); i++ {
		t := &d.toks[i]
		if t.kind == punct || !t.capital && t.kind == letters && !strings.HasPrefix(d.text[t.start:t.end], "al-") || t.w.text != "" && t.w.is&nameStart == 0 {
			continue
		}
		n, j := root, i
		var best *trie
		bestEnd := i
		for j < len(d.toks) && j < i+9 && n.next != nil {
			u := &d.toks[j]
			m := d.nextWord(n, j)
			if m == nil {
				break
			}
			n = m
			j++
			if n.party != nil && d.spelled(n, u, i, j) {
				best, bestEnd = n, j
			}
		}
		if best != nil {
			d.namings = append(d.namings, naming{rng{i, bestEnd}, best.party})
			i = bestEnd - 1
		}
	}
}

// nextWord follows a token in the trie of names.
func (d *doc) nextWord(n *trie, i int) *trie {
	t := &d.toks[i]
	s := d.text[t.start:t.end]
	if t.w.text != "" && len(t.w.text) == len(s) {
		return n.next[t.w.text]
	}
	if len(s) > 40 {
		return nil
	}
	for k := range len(s) {
		if s[k] >= utf8.RuneSelf {
			return n.next[strings.ToLower(s)]
		}
	}
	var b [40]byte
	return n.next[string(lowerInto(b[:0], s))]
}

// nameKey is a token's text in lower case, with its stops: U.S. differs from us.
func (d *doc) nameKey(i int) string {
	t := &d.toks[i]
	s := d.text[t.start:t.end]
	if t.w.text != "" && len(t.w.text) == len(s) {
		return t.w.text
	}
	if len(s) > 40 {
		return ""
	}
	for k := range len(s) {
		if s[k] >= utf8.RuneSelf {
			return strings.ToLower(s)
		}
	}
	return lowerASCII(s)
}

// spelled checks an acronym's capitals and the last word's capital.
func (d *doc) spelled(n *trie, last *token, from, to int) bool {
	if n.acronym && to == from+1 {
		s := d.text[last.start:last.end]
		if s != strings.ToUpper(s) {
			return false
		}
		return !d.upper || !wordAcronyms.has(strings.ToLower(s))
	}
	return d.upper || last.capital || last.kind != letters || to > from+1 || strings.HasPrefix(d.text[last.start:last.end], "al-")
}

// namingIn gives the first name of a party within tokens that passes the test.
func (d *doc) namingIn(r rng, want func(*party) bool) (naming, bool) {
	lo, hi := 0, len(d.namings)
	for lo < hi {
		mid := (lo + hi) / 2
		if d.namings[mid].a < r.a {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for ; lo < len(d.namings) && d.namings[lo].b <= r.b; lo++ {
		if want == nil || want(d.namings[lo].party) {
			return d.namings[lo], true
		}
	}
	return naming{}, false
}
