package prose

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// sentence is what stands between two full stops outside quotations: a quotation of
// several sentences belongs whole to the sentence that it stands in.
type sentence struct {
	rng
	para int32
}

// quote is a quotation: from its opening mark to its closing one.
type quote struct {
	rng          // both marks included
	outer  int32 // the quotation it stands in, -1 without
	goesOn bool  // no closing mark: the next paragraph opens again
	clause bool  // holds at least a clause, so it is speech and not a word set apart
}

// maxSentence bounds a sentence in tokens, so that work on a sentence is bounded.
const maxSentence = 400

func parse(text string) *doc {
	d := &doc{text: text, lex: lex()}
	read := text
	if len(read) > MaxText {
		end := MaxText
		for end > 0 && !utf8.RuneStart(read[end]) {
			end--
		}
		d.unread = append(d.unread, unread{Span{end, len(text)}, "beyond what is read of one text"})
		read = read[:end]
	}
	d.toks = someTokens(len(read)/5 + 16)
	if !readable(read) {
		if len(read) > 0 {
			d.unread = append(d.unread, unread{wholeRunes(text, len(read)), "not text"})
		}
		return d
	}
	d.upper = inCapitals(read)
	d.paragraphs(read)
	d.matchMarks()
	d.split()
	d.tagAll()
	for i := range d.quotes {
		d.quotes[i].clause = d.speech(rng{d.quotes[i].a + 1, d.quotes[i].b - 1})
	}
	return d
}

// spare holds arrays of tokens of texts that have been read: nothing of them is kept in records.
var spare sync.Pool

// someTokens gives an empty array for at least n tokens.
func someTokens(n int) []token {
	if p, ok := spare.Get().(*[]token); ok && cap(*p) >= n {
		return (*p)[:0]
	}
	return make([]token, 0, n)
}

// done gives the tokens back; the doc is not used after it.
func (d *doc) done() {
	if toks := d.toks; cap(toks) <= 1<<16 {
		spare.Put(&toks)
	}
}

// wholeRunes is the largest span from the start up to n that ends at the border of a rune.
func wholeRunes(text string, n int) Span {
	for n > 0 && n < len(text) && !utf8.RuneStart(text[n]) {
		n--
	}
	return Span{0, n}
}

// readable looks for text at all: no zero bytes, valid UTF-8, hardly any control characters.
func readable(s string) bool {
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		return false
	}
	control := 0
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' {
			control++
		}
	}
	return control*50 <= len(s)
}

// inCapitals tells whether the text is written in capitals, as cables were.
func inCapitals(s string) bool {
	up, low := 0, 0
	for i := range min(len(s), 1000) {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			up++
		case c >= 'a' && c <= 'z':
			low++
		}
	}
	return up > 4*low && up > 20
}

// paragraphs cuts the text at blank lines, or at line ends where no blank line stands, and
// tokenizes what is English.
func (d *doc) paragraphs(s string) {
	blank := strings.Contains(s, "\n\n") || strings.Contains(s, "\n\r\n") || hasBlankLine(s)
	wrapped := !hasLongLine(s)
	start := 0
	flush := func(end int) {
		if strings.TrimSpace(s[start:end]) == "" {
			start = end
			return
		}
		if lang := language(s[start:end]); lang != "" {
			d.skip(start, end, "language: "+lang)
		} else {
			a := len(d.toks)
			d.tokenize(start, end)
			if len(d.toks) > a {
				d.paras = append(d.paras, rng{a, len(d.toks)})
			}
		}
		start = end
	}
	line := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '\n' {
			continue
		}
		ends := !blank && lineEnds(s[line:i])
		line = i + 1
		j := i + 1
		for j < len(s) && (s[j] == ' ' || s[j] == '\t' || s[j] == '\r') {
			j++
		}
		if j < len(s) && s[j] == '\n' || !wrapped || ends {
			flush(i + 1)
		}
	}
	flush(len(s))
}

// hasLongLine tells of a text whose lines are whole paragraphs: each line end ends one.
func hasLongLine(s string) bool {
	for len(s) > 0 {
		i := strings.IndexByte(s, '\n')
		if i < 0 {
			i = len(s) - 1
		}
		if i > 200 {
			return true
		}
		s = s[i+1:]
	}
	return false
}

func hasBlankLine(s string) bool {
	empty := false
	for i := range len(s) {
		switch s[i] {
		case '\n':
			if empty {
				return true
			}
			empty = true
		case ' ', '\t', '\r':
		default:
			empty = false
		}
	}
	return false
}

// lineEnds tells whether a line that is not followed by a blank one ends a paragraph.
func lineEnds(line string) bool {
	line = strings.TrimRight(line, " \t\r")
	if line == "" {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(line)
	return strings.ContainsRune(".!?:\"”'’)", r) || len(line) < 55 || len(line) > 160
}

func (d *doc) skip(from, to int, reason string) {
	part := d.text[from:to]
	from += len(part) - len(strings.TrimLeftFunc(part, unicode.IsSpace))
	to = from + len(strings.TrimSpace(part))
	if n := len(d.unread); n > 0 && d.unread[n-1].reason == reason && strings.TrimSpace(d.text[d.unread[n-1].span[1]:from]) == "" {
		d.unread[n-1].span[1] = to
		return
	}
	d.unread = append(d.unread, unread{Span{from, to}, reason})
}

// matchMarks pairs quotation marks and brackets. A quotation ends at the end of its
// paragraph unless the next one opens with a mark again; brackets stay in a paragraph.
func (d *doc) matchMarks() {
	for p, para := range d.paras {
		double, single := -1, -1
		var stack [16]int
		depth := 0
		for i := para.a; i < para.b; i++ {
			t := &d.toks[i]
			if t.kind != punct {
				continue
			}
			switch t.mark {
			case '(', '[':
				if depth < len(stack) {
					stack[depth] = i
					depth++
				}
			case ')', ']':
				if depth > 0 {
					depth--
					d.pair(stack[depth], i)
				}
			case '"':
				switch {
				case double < 0 && d.opening(i, para):
					double, single = i, -1
				case double >= 0 && !d.surelyOpens(i, para):
					d.pair(double, i)
					d.quotes = append(d.quotes, quote{rng: rng{double, i + 1}, outer: -1})
					double, single = -1, -1
				case double >= 0: // another opens: the earlier one never closed
					double = i
				}
			case '\'':
				switch {
				case single < 0 && d.opening(i, para):
					single = i
				case single >= 0 && d.closing(i, para) && d.closesSingle(i, single):
					d.pair(single, i)
					d.quotes = append(d.quotes, quote{rng: rng{single, i + 1}, outer: -1})
					single = -1
				}
			}
		}
		if double >= 0 {
			goesOn := p+1 < len(d.paras) && d.toks[d.paras[p+1].a].mark == '"'
			if first := double == para.a || d.toks[double-1].kind == punct; goesOn || first && para.b-double > 3 {
				d.toks[double].open = true
				d.toks[double].mate = int32(para.b - 1)
				d.quotes = append(d.quotes, quote{rng: rng{double, para.b}, outer: -1, goesOn: goesOn})
			}
		}
	}
	d.nestQuotes()
}

// nestQuotes orders the quotations by start and notes which stands in which.
func (d *doc) nestQuotes() {
	// inner quotations were added before their outer ones: sort by start, longest first
	sortQuotes(d.quotes)
	var stack []int32
	for i := range d.quotes {
		q := &d.quotes[i]
		for len(stack) > 0 && d.quotes[stack[len(stack)-1]].b <= q.a {
			stack = stack[:len(stack)-1]
		}
		if len(stack) > 0 {
			if q.b > d.quotes[stack[len(stack)-1]].b { // crossing: cut at the outer one's end
				q.b = d.quotes[stack[len(stack)-1]].b
			}
			q.outer = stack[len(stack)-1]
		}
		stack = append(stack, int32(i))
	}
	// innermost quotation of each token, by one sweep
	stack = stack[:0]
	next := 0
	for i := range d.toks {
		for len(stack) > 0 && d.quotes[stack[len(stack)-1]].b <= i {
			stack = stack[:len(stack)-1]
		}
		for next < len(d.quotes) && d.quotes[next].a == i {
			stack = append(stack, int32(next))
			next++
		}
		if len(stack) > 0 {
			d.toks[i].quote = stack[len(stack)-1]
		}
	}
}

func (d *doc) pair(a, b int) {
	d.toks[a].open, d.toks[b].close = true, true
	d.toks[a].mate, d.toks[b].mate = int32(b), int32(a)
}

// gapBefore tells whether white space (or the text's start) stands before a token.
func (d *doc) gapBefore(i int) bool { return i == 0 || d.toks[i-1].end < d.toks[i].start }

func (d *doc) gapAfter(i int) bool { return i+1 >= len(d.toks) || d.toks[i].end < d.toks[i+1].start }

func (d *doc) opening(i int, para rng) bool {
	r, _ := utf8.DecodeRuneInString(d.text[d.toks[i].start:])
	if r == '”' || r == '’' || r == '»' {
		return false
	}
	if r == '“' || r == '‘' || r == '«' || r == '„' {
		return i+1 < para.b
	}
	if i+1 >= para.b || d.gapAfter(i) {
		return false
	}
	return i == para.a || d.gapBefore(i) || d.toks[i-1].kind == punct && d.toks[i-1].mark != '.' && d.toks[i-1].mark != ','
}

// surelyOpens tells of a second opening mark while a quotation is open.
func (d *doc) surelyOpens(i int, para rng) bool {
	r, _ := utf8.DecodeRuneInString(d.text[d.toks[i].start:])
	return r == '“' || i > para.a && d.gapBefore(i) && !d.gapAfter(i) && d.toks[i-1].kind != punct
}

func (d *doc) closing(i int, para rng) bool {
	return i > para.a && !d.gapBefore(i) && (i+1 >= para.b || d.gapAfter(i) || d.toks[i+1].kind == punct)
}

// closesSingle keeps the apostrophe of a plural owner (sources' claim) from closing.
func (d *doc) closesSingle(i, open int) bool {
	before := d.toks[i-1]
	if before.kind == punct {
		return true
	}
	last := d.text[before.end-1] | 0x20
	return last != 's' || i-open <= 8
}

// split cuts paragraphs into sentences.
func (d *doc) split() {
	d.sents = make([]sentence, 0, len(d.toks)/20+4)
	for p, para := range d.paras {
		start := para.a
		flush := func(end int) {
			if end > start {
				for i := start; i < end; i++ {
					d.toks[i].sent = int32(len(d.sents))
				}
				d.sents = append(d.sents, sentence{rng{start, end}, int32(p)})
				start = end
			}
		}
		for i := para.a; i < para.b; i++ {
			if d.endsSentence(i, para) {
				flush(i + 1)
			} else if i-start >= maxSentence-1 {
				flush(i + 1)
			}
		}
		flush(para.b)
	}
}

// endsSentence tells whether a sentence ends after token i.
func (d *doc) endsSentence(i int, para rng) bool {
	t := &d.toks[i]
	if i+1 < para.b && t.kind == letters && d.text[t.end-1] == '.' && (d.low(i) == "a.m." || d.low(i) == "p.m.") {
		return d.toks[i+1].capital && d.toks[i+1].is(det|subj|prep) // until 9 p.m. The gates
	}
	if i+1 >= para.b || t.kind != punct {
		return false
	}
	next := &d.toks[i+1]
	starts := next.capital || next.kind == number || next.mark == '"' && !next.close || next.open
	switch t.mark {
	case '-', ':':
		return d.gapAfter(i) && d.datelineEnd(i, para)
	case '.', '!', '?':
		if t.quote >= 0 || next.close {
			return false
		}
		return starts && d.gapAfter(i)
	case '"', '\'', ')', ']':
		if t.mark == ']' && t.close && d.dateline(i, para) {
			return true
		}
		if !t.close || t.quote >= 0 && d.quotes[t.quote].b != i+1 || !starts {
			return false
		}
		if t.quote >= 0 && d.quotes[t.quote].outer >= 0 {
			return false
		}
		last := d.toks[i-1].mark
		if last == '.' {
			return true
		}
		return (last == '!' || last == '?') && !d.speechTail(i+1, para)
	}
	return false
}

// dateline tells whether the bracket that closes at i ends the head of a cable:
// "BOGOTA, 3 JAN 90 (EFE) -- [TEXT]".
func (d *doc) dateline(i int, para rng) bool {
	if i-para.a > 40 || i+1 < para.b && d.toks[i+1].mark == '[' {
		return false
	}
	for j := para.a; j < i; j++ {
		if d.toks[j].mark == '-' {
			return true
		}
	}
	return false
}

// datelineEnd tells whether the dash or colon at i ends "NAIROBI, 8 August 2022 -".
func (d *doc) datelineEnd(i int, para rng) bool {
	if i-para.a > 14 || i-para.a < 2 || !d.toks[para.a].capital {
		return false
	}
	figures, months := false, false
	for j := para.a; j < i; j++ {
		t := &d.toks[j]
		figures = figures || t.kind == number
		months = months || t.is(month) || t.mark == ')'
		if t.kind == letters && !t.capital && !t.open {
			return false
		}
	}
	return figures && months || d.toks[i-1].mark == ')'
}

// speechTail tells whether "he asked" or "said the mayor" follows a quotation.
func (d *doc) speechTail(i int, para rng) bool {
	for j := i; j < min(i+8, para.b); j++ {
		t := &d.toks[j]
		if t.kind == punct {
			return false
		}
		if t.w.verb != nil && t.w.verb.frames&fClause != 0 && t.is(vPast|vS) {
			return true
		}
		if t.is(be|modal|have|do) || t.is(anyVerb) && !t.is(noun|adj) && !t.capital {
			return false
		}
	}
	return false
}
