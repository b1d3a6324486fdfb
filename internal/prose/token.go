package prose

import (
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	letters tokenKind = iota
	number
	punct
)

// token is a word, a number or a mark.
type token struct {
	start, end int
	w          *word // never nil
	kind       tokenKind
	capital    bool
	mark       byte // for marks: one of . , ; : ! ? - ( ) " ' and '"' with opens/closes below
	open       bool // a mark that opens (quote or bracket) and has a mate
	close      bool
	mate       int32 // index of the other mark, -1 without
	sent       int32
	quote      int32 // innermost quotation, -1 without
	tag        tag
}

func (t *token) opens() bool     { return t.open }
func (t *token) closes() bool    { return t.close }
func (t *token) is(c class) bool { return t.w.is&c != 0 }

// markOf tells what a mark stands for.
func markOf(r rune) byte {
	switch r {
	case '"', '“', '”', '„', '«', '»':
		return '"'
	case '\'', '‘', '’', '‚', '`':
		return '\''
	case '—', '–', '―':
		return '-'
	case '…':
		return '.'
	}
	if r < utf8.RuneSelf {
		return byte(r)
	}
	return '*'
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// tokenize cuts text[from:to] into tokens and appends them.
func (d *doc) tokenize(from, to int) {
	text := d.text
	for i := from; i < to; {
		c := text[i]
		if c <= ' ' {
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:to])
		}
		switch {
		case unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b':
			i += size
		case isWordRune(r):
			i = d.word(i, to)
		case (c == '\'' || r == '’') && i > from && d.clitic(i, size, to):
			i = d.toks[len(d.toks)-1].end
		default:
			end := i + size
			if (c == '\'' || c == '`') && end < to && text[end] == c { // '' and `` are double quotes
				end++
				d.add(token{start: i, end: end, kind: punct, mark: '"'})
			} else {
				if c == '-' {
					for end < to && text[end] == '-' {
						end++
					}
				}
				if c == '.' {
					for end < to && text[end] == '.' {
						end++
					}
				}
				d.add(token{start: i, end: end, kind: punct, mark: markOf(r)})
			}
			i = end
		}
	}
}

func (d *doc) add(t token) {
	if n := len(d.toks); t.kind == punct && n > 2 && d.toks[n-1].mark == t.mark && d.toks[n-2].mark == t.mark && d.toks[n-1].kind == punct && d.toks[n-1].end == t.start && d.toks[n-2].end == d.toks[n-1].start {
		d.toks[n-1].end = t.end // a long row of one mark is one token
		return
	}
	t.mate, t.quote = -1, -1
	if t.w == nil {
		t.w = &nothing
	}
	d.toks = append(d.toks, t)
}

var nothing word

// word takes a run of letters and digits with what may stand inside: hyphens, the stops of
// abbreviations, the separators of numbers, apostrophes of contractions.
func (d *doc) word(i, to int) int {
	text, start := d.text, i
	digits, others := true, false
	for i < to {
		c := text[i]
		if c < utf8.RuneSelf {
			switch {
			case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
				digits = false
				i++
				continue
			case c >= '0' && c <= '9':
				others = true
				i++
				continue
			case i+1 >= to:
			case (c == '-' || c == '&' || c == '@') && isWordByte(text[i+1]) && i > start:
				if c == '-' && text[i+1] == '-' {
					break
				}
				digits = digits && c != '@'
				i++
				continue
			case (c == '.' || c == ',' || c == ':') && digits && others && text[i+1] >= '0' && text[i+1] <= '9':
				i++
				continue
			case c == '.' && i-start == 1 && isLetterByte(text[i+1]) && i+2 < to && text[i+2] == '.': // U.S.
				i = acronym(text, i, to)
				d.addWord(start, i, false)
				return i
			}
			break
		}
		r, size := utf8.DecodeRuneInString(text[i:to])
		if !isWordRune(r) {
			break
		}
		digits = false
		i += size
	}
	if i < to && text[i] == '.' && i-start <= 5 && (abbreviation(text[start:i]) || i-start == 1 && text[start] >= 'A' && text[start] <= 'Z') {
		i++
	}
	if j := contraction(text, start, i, to); j > i {
		i = j
	}
	d.addWord(start, i, digits && others)
	return i
}

func isLetterByte(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isWordByte(c byte) bool   { return isLetterByte(c) || c >= '0' && c <= '9' || c >= utf8.RuneSelf }

func acronym(text string, i, to int) int {
	for i+1 < to && text[i] == '.' && isLetterByte(text[i+1]) {
		i += 2
	}
	if i < to && text[i] == '.' {
		i++
	}
	return i
}

// contraction joins n't: don't, isn’t. Other clitics are tokens of their own.
func contraction(text string, start, i, to int) int {
	if i-start < 2 || text[i-1]|0x20 != 'n' {
		return i
	}
	r, size := utf8.DecodeRuneInString(text[i:to])
	if (r == '\'' || r == '’') && i+size < to && text[i+size]|0x20 == 't' && (i+size+1 >= to || !isWordByte(text[i+size+1])) {
		return i + size + 1
	}
	return i
}

// clitic adds 's, 're, 've, 'll, 'd, 'm after a word.
func (d *doc) clitic(i, size, to int) bool {
	text := d.text
	if len(d.toks) == 0 || d.toks[len(d.toks)-1].end != i || d.toks[len(d.toks)-1].kind == punct {
		return false
	}
	j := i + size
	for j < to && isLetterByte(text[j]) {
		j++
	}
	var w *word
	switch s := text[i+size : j]; {
	case equalFold(s, "s"):
		w = clitics["s"]
	case equalFold(s, "re"), equalFold(s, "m"):
		w = clitics["re"]
	case equalFold(s, "ve"):
		w = clitics["ve"]
	case equalFold(s, "ll"), equalFold(s, "d"):
		w = clitics["ll"]
	default:
		return false
	}
	d.add(token{start: i, end: j, kind: letters, w: w})
	return true
}

var clitics = map[string]*word{
	"s": {text: "'s", is: be | closedWord}, "re": {text: "'re", is: be | closedWord}, "ve": {text: "'ve", is: have | closedWord}, "ll": {text: "'ll", is: modal | closedWord},
}

func equalFold(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range len(s) {
		if s[i]|0x20 != lower[i] {
			return false
		}
	}
	return true
}

func abbreviation(s string) bool {
	switch lowerASCII(s) {
	case "mr", "mrs", "ms", "dr", "sen", "rep", "gov", "gen", "col", "lt", "maj", "capt", "sgt", "adm", "st", "jan", "feb", "mar", "apr", "aug", "sept", "sep", "oct",
		"nov", "dec", "jr", "sr", "inc", "corp", "co", "no", "vs", "prof", "rev", "hon", "pres", "cmdr", "cpl", "brig", "d-n", "etc", "dept", "r-s", "p":
		return s != "no" && s != "p" && s != "NO" && s != "co"
	}
	return false
}

func lowerASCII(s string) string {
	if !anyCapital(s) {
		return s
	}
	var b [48]byte
	if len(s) > len(b) {
		return ""
	}
	return string(lowerInto(b[:0], s))
}

func anyCapital(s string) bool {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return true
		}
	}
	return false
}

func lowerInto(b []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		b = append(b, c)
	}
	return b
}

func (d *doc) addWord(start, end int, isNumber bool) {
	s := d.text[start:end]
	t := token{start: start, end: end, kind: letters}
	if isNumber {
		t.kind = number
	}
	r, _ := utf8.DecodeRuneInString(s)
	t.capital = unicode.IsUpper(r)
	if len(s) <= 40 && d.lex != nil {
		var b [40]byte
		low := lowerInto(b[:0], s)
		if n := len(low); n > 2 && low[n-1] == '.' && low[n-3] != '.' {
			low = low[:n-1]
		}
		t.w = d.lex.find(low)
	}
	if t.w == nil {
		t.w = guess(s)
	}
	d.add(t)
}

var (
	guessAdv  = &word{is: adv}
	guessPast = &word{is: vPast | vPart | adj}
	guessIng  = &word{is: vIng | noun}
	guessAdj  = &word{is: adj}
	guessNoun = &word{is: noun}
)

// guess gives a word that the lexicon lacks a class by its ending.
func guess(s string) *word {
	ends := func(suffix string) bool {
		return len(s) > len(suffix)+2 && equalFold(s[len(s)-len(suffix):], suffix)
	}
	switch {
	case ends("ly"):
		return guessAdv
	case ends("ed"):
		return guessPast
	case ends("ing"):
		return guessIng
	case ends("ous"), ends("ive"), ends("able"), ends("ible"), ends("ful"), ends("less"), ends("ical"), ends("-based"), ends("ish"):
		return guessAdj
	}
	return guessNoun
}

// low gives a token's letters in lower case.
func (d *doc) low(i int) string {
	t := &d.toks[i]
	if t.w.text != "" {
		return t.w.text
	}
	s := d.text[t.start:t.end]
	if len(s) > 48 {
		return s
	}
	return lowerASCII(s)
}
