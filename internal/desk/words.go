package desk

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"heed"
	"heed/internal/store"
)

// token is a folded word of a text, and the bytes of the text that it was made from.
type token struct {
	word     string
	from, to int
}

// The most that is kept of a text, and of a word in it: letters beyond name nothing.
const (
	wordsMax   = 10_000
	lettersMax = 40
)

// tokens cuts a text into folded words: small letters, without accents, digits as they
// stand. An apostrophe joins, but for a closing 's; all other punctuation parts. Scripts
// that put no spaces between words give a word for each character, so that any piece of a
// text in them is a phrase. The same is done to what is searched and to what is sought.
func tokens(text string) []token {
	var list []token
	from := -1
	end := func(to int) {
		if from >= 0 {
			if w := foldWord(text[from:to]); w != "" && len(list) < wordsMax {
				list = append(list, token{w, from, to})
			}
			from = -1
		}
	}
	for i, r := range text {
		switch {
		case unspaced(r):
			end(i)
			from = i
			end(i + len(string(r)))
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r):
			if from < 0 {
				from = i
			}
		case apostrophe(r) && from >= 0:
		default:
			end(i)
		}
	}
	end(len(text))
	return list
}

// unspaced tells the scripts whose words stand without spaces.
func unspaced(r rune) bool {
	return r > 0xE00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) && !unicode.Is(unicode.M, r)
}

func apostrophe(r rune) bool { return strings.ContainsRune("'’‘ʼ`´", r) }

// foldWord folds one word. Marks go where a script writes them on letters that stand without
// them as well; in the scripts of India they are vowels, and stay.
func foldWord(w string) string {
	if plainWord(w) {
		return w[:min(len(w), lettersMax)]
	}
	for _, s := range []string{"'s", "’s", "'S", "’S"} {
		w = strings.TrimSuffix(w, s)
	}
	var b strings.Builder
	bare, n := false, 0
	for _, r := range norm.NFKD.String(w) {
		low := unicode.ToLower(r)
		if plain, ok := whole[low]; ok {
			b.WriteString(plain)
			bare = true
			continue
		}
		if unicode.Is(unicode.M, r) {
			if bare {
				continue
			}
		} else if !unicode.IsLetter(low) && !unicode.IsDigit(low) {
			continue
		} else {
			bare = unicode.In(low, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew)
		}
		if n++; n > lettersMax {
			break
		}
		b.WriteRune(low)
	}
	return norm.NFC.String(b.String())
}

// whole are letters that Unicode does not take apart.
var whole = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ł': "l", 'ı': "i", 'ð': "d", 'þ': "th"}

func plainWord(w string) bool {
	for i := range len(w) {
		if c := w[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func wordsOf(list []token) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.word
	}
	return out
}

// Bounds of what may be asked in one search.
const (
	askMax    = 500 // bytes
	soughtMax = 16
	beginMin  = 3 // letters before a *
)

// ErrQuery is wrapped by every error about what was asked to be found.
var ErrQuery = errors.New("this cannot be searched for")

func unasked(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrQuery, fmt.Sprintf(format, args...))
}

// ParseQuery reads what a person seeks: words that must all be there, "several in a row" in
// quotes, the beginning of a word with a star (explos*), what must not be there with a minus
// (-drill), and handles. It gives one thing sought for each, or says in a sentence what is
// wrong. Nothing asked gives nothing.
func ParseQuery(ask string) ([]store.Sought, error) {
	if len(ask) > askMax {
		return nil, unasked("it is longer than %d letters; fewer words find more", askMax)
	}
	var list []store.Sought
	for rest := strings.TrimSpace(strings.ToValidUTF8(ask, " ")); rest != ""; rest = strings.TrimLeftFunc(rest, unicode.IsSpace) {
		one, after, err := cutAsk(rest)
		if err != nil {
			return nil, err
		}
		rest = after
		if len(one.Words) == 0 && one.Mark == "" {
			continue // punctuation by itself
		}
		if list = append(list, one); len(list) > soughtMax {
			return nil, unasked("more than %d words; fewer find more", soughtMax)
		}
	}
	if len(list) == 0 && strings.TrimSpace(ask) != "" {
		return nil, unasked("there is no word in it, only punctuation")
	}
	if len(list) > 0 && !slices.ContainsFunc(list, func(s store.Sought) bool { return !s.Not }) {
		return nil, unasked("it only says what must not be there; add a word that must")
	}
	return list, nil
}

// cutAsk takes one thing sought from the front of a query.
func cutAsk(s string) (one store.Sought, rest string, err error) {
	if minus := strings.TrimLeft(s, "-"); len(minus) < len(s) && minus != "" && !unicode.IsSpace([]rune(minus)[0]) {
		one.Not, s = true, minus
	}
	var raw string
	quote := ""
	for _, q := range []string{`"`, "“", "”", "„", "«"} {
		if strings.HasPrefix(s, q) {
			quote = q
		}
	}
	if quote != "" {
		s = s[len(quote):]
		end := strings.IndexAny(s, `"“”»`)
		if end < 0 {
			return one, "", unasked("a quote is opened and not closed")
		}
		raw, rest = s[:end], s[end:]
		rest = rest[len(string([]rune(rest)[0])):]
		if tail, ok := strings.CutPrefix(rest, "*"); ok {
			raw, rest = raw+"*", tail
		}
	} else {
		end := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`"“”„«»`, r) })
		if end < 0 {
			end = len(s)
		}
		raw, rest = s[:end], s[end:]
	}
	body, star := strings.CutSuffix(strings.TrimSpace(raw), "*")
	if strings.Contains(body, "*") {
		return one, "", unasked("a star stands only at the end of a word, as in explos*")
	}
	one.Words = wordsOf(tokens(body))
	if star {
		if err := begin(&one, body); err != nil {
			return one, "", err
		}
	}
	if quote == "" && !star {
		one.Mark = named(body)
	}
	return one, rest, nil
}

// begin notes that the last word sought is only begun. Of scripts without spaces every
// character is a word, and a beginning of one is the whole.
func begin(one *store.Sought, body string) error {
	last, n := "", len(one.Words)
	if n > 0 {
		last = one.Words[n-1]
	}
	switch letters := []rune(last); {
	case n == 0:
		return unasked("a star needs the beginning of a word before it, as in explos*")
	case unspaced(letters[0]):
	case len(letters) < beginMin:
		return unasked("%q is too short a beginning: give at least %d letters before the star", body, beginMin)
	default:
		one.Begins = true
	}
	return nil
}

// named gives the mark of the statement that a handle or an id names; else nothing.
func named(s string) string {
	if _, uuid, ok := strings.Cut(s, "--"); ok && len(uuid) == 36 {
		return "#i" + strings.ToLower(strings.ReplaceAll(uuid, "-", ""))
	}
	if h, err := heed.ParseHandle(s); err == nil {
		return handleMark(h)
	}
	return ""
}

func handleMark(h string) string { return "#h" + strings.ToLower(strings.ReplaceAll(h, "-", "")) }
