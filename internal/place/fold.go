package place

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters that Unicode does not take apart into a base and a mark.
var letters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th",
	'ħ': "h", 'ı': "i", 'ŋ': "ng", 'ə': "a", 'ǝ': "a", 'ŧ': "t", 'ĸ': "k", 'ɓ': "b", 'ɗ': "d", 'ƙ': "k",
}

// Fold gives the form under which names are compared: lower case, without accents, words
// of letters and digits with one space between them. Apostrophes vanish ("Sana'a" is
// sanaa), stops vanish inside abbreviations ("U.S." is us) and part words elsewhere, and
// so does all other punctuation; "Saint" is st. Fold of a folded name is itself.
func Fold(name string) string {
	if !plain(name) {
		name = flatten(name)
	}
	if !strings.Contains(name, "saint") {
		return name
	}
	words := strings.Split(name, " ")
	for i, w := range words {
		if w == "saint" || w == "sainte" {
			words[i] = "st" + w[len("saint"):]
		}
	}
	return strings.Join(words, " ")
}

// flatten does what Fold promises, but for Saint.
func flatten(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	run := 0     // letters since the last break or stop
	gap := false // a break is due before the next letter
	put := func(s string) {
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteString(s)
		run++
	}
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(name, " ")) {
		low := unicode.ToLower(r)
		switch s, special := letters[low]; {
		case special:
			put(s)
		case unicode.Is(unicode.M, r) || apostrophe(r):
		case r == '.' && run == 1:
			run = 0
		case unicode.IsLetter(low) || unicode.IsDigit(low):
			put(string(low))
		default:
			gap, run = true, 0
		}
	}
	return b.String()
}

// plain reports whether a name is in folded form already, as most words of a text are.
func plain(s string) bool {
	if s == "" || s[0] == ' ' || s[len(s)-1] == ' ' {
		return s == ""
	}
	for i := range len(s) {
		c := s[i]
		if c == ' ' && s[i-1] == ' ' || c != ' ' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func apostrophe(r rune) bool {
	switch r {
	case '\'', '’', '‘', '`', '´', 'ʻ', 'ʼ', 'ʹ', 'ʾ', 'ʿ', '′', '‛':
		return true
	}
	return false
}

// possessive parts a word from a closing 's.
func possessive(word string) (owner string, ok bool) {
	s, ok := strings.CutSuffix(word, "s")
	if !ok {
		return word, false
	}
	r, n := utf8.DecodeLastRuneInString(s)
	if !apostrophe(r) {
		return word, false
	}
	return s[:len(s)-n], true
}
