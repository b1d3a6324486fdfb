package place

import (
	"strings"
	"unicode"
)

// A Match is a name in a text: tokens From up to, not including, To.
type Match struct {
	From, To int
	Places   []Place // as Find or, if People is set, as People gives them
	People   bool    // a word for the people or things of a place: "Russian"
	// Common is set where the name is a common English word too ("Most", "Reading") or one that
	// persons bear ("Jackson"), so that it counts only with another sign that a place is meant.
	Common bool
}

// Scan finds the longest names in a row of tokens (words and punctuation, in any usual way
// of cutting a text), from left to right, without overlaps. A name begins with a capital,
// and an abbreviation has no small letters; in a text all in one case this cannot be asked.
// Punctuation other than a hyphen, or a stop after a short word, ends a name. The cost grows
// with the number of tokens.
func Scan(tokens []string) []Match {
	g := world()
	words, mixed := cut(tokens)
	var out []Match
	var buf []byte
	for i := 0; i < len(words); {
		w := &words[i]
		if !w.opens || mixed && !w.capital {
			i++
			continue
		}
		m, next := g.longest(words, i, mixed, &buf)
		if next == 0 {
			i++
			continue
		}
		out = append(out, m)
		i = next
	}
	return out
}

// A word is a folded word of a token.
type word struct {
	text     string
	owner    string // without a closing 's, or empty
	from, to int    // tokens
	opens    bool   // is the first word of its token
	closes   bool   // is the last
	capital  bool   // its token begins with a capital or a digit
	small    bool   // its token has small letters
	wall     bool   // a name cannot go on into this word
	apart    bool   // the closing 's is a token of its own, the last
}

func cut(tokens []string) (words []word, mixed bool) {
	words = make([]word, 0, len(tokens))
	upper, lower, wall := false, false, true
	for i, t := range tokens {
		key := Fold(t)
		if key == "" {
			soft := strings.Trim(t, "-‐‑–") == "" || t == "." && len(words) > 0 && len(words[len(words)-1].text) <= 3
			wall = wall || !soft
			continue
		}
		if n := len(words); key == "s" && n > 0 && words[n-1].to == i && len(t) > 1 { // 's as a token of its own
			last := &words[n-1]
			last.owner, last.text, last.to, last.apart = last.text, last.text+"s", i+1, true
			continue
		}
		capital, small := shape(t)
		upper, lower = upper || capital, lower || small
		owner := ""
		if o, ok := possessive(t); ok {
			if owner = Fold(o); strings.Contains(owner, " ") {
				owner = owner[strings.LastIndexByte(owner, ' ')+1:]
			}
		}
		for first := true; key != ""; first = false {
			var w string
			w, key, _ = strings.Cut(key, " ")
			words = append(words, word{text: w, from: i, to: i + 1, opens: first, closes: key == "", capital: capital, small: small, wall: wall})
			if key == "" {
				words[len(words)-1].owner = owner
			}
			wall = false
		}
	}
	return words, upper && lower
}

// shape tells whether a token begins with a capital or a digit, and whether it has small
// letters other than a closing s, as in "UAE's".
func shape(t string) (capital, small bool) {
	o, _ := possessive(t)
	for _, r := range o {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			capital = !unicode.IsLower(r)
			break
		}
	}
	return capital, strings.ContainsFunc(o, unicode.IsLower)
}

// longest gives the longest name that begins with words[i], and the word after it; 0 for
// none.
func (g *gazetteer) longest(words []word, i int, mixed bool, buf *[]byte) (m Match, next int) {
	in := [...]*index{&g.names, &g.more, &g.people}
	var open [3]bool
	var spans [3]span
	for k, x := range in {
		spans[k], open[k] = x.starting(words[i].text)
		if o := words[i].owner; o != "" && !open[k] {
			spans[k], open[k] = x.starting(o)
		}
	}
	*buf = (*buf)[:0]
	for j := i; j < len(words) && (open[0] || open[1] || open[2]); j++ {
		w := words[j]
		if j > i {
			if w.wall {
				break
			}
			*buf = append(*buf, ' ')
		}
		stem := len(*buf)
		*buf = append(*buf, w.text...)
		if w.closes {
			key := string(*buf)
			to := w.to
			ok := g.match(&m, key, words[i:j+1], mixed)
			if !ok && w.owner != "" {
				ok = g.match(&m, key[:stem]+w.owner, words[i:j+1], mixed)
				if w.apart {
					to--
				}
			}
			if ok {
				m.From, m.To, next = words[i].from, to, j+1
			}
		}
		for k, x := range in {
			open[k] = open[k] && x.longer(spans[k], *buf)
		}
	}
	return m, next
}

func (g *gazetteer) match(m *Match, key string, words []word, mixed bool) bool {
	abbreviation := len(words) == 1 && g.capitals[key]
	if abbreviation && mixed && words[0].small {
		return false
	}
	at, people := g.find(key), false
	if len(at) == 0 {
		at, people = g.people.find(key), true
	}
	if len(at) == 0 {
		return false
	}
	*m = Match{Places: g.ranked(at), People: people, Common: g.common[key] && !(abbreviation && mixed)}
	return true
}
