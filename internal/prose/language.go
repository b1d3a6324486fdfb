package prose

import (
	"sort"
	"strings"
	"unicode"
)

func sortQuotes(q []quote) {
	sort.Slice(q, func(i, j int) bool { return q[i].a < q[j].a || q[i].a == q[j].a && q[i].b > q[j].b })
}

// common words tell languages apart; a word that two languages share counts for neither.
var commonWords = func() map[string]string {
	lists := map[string]string{
		"en": "the of and to in that is was for with on by as at from have has had are were been not this which said their his they will would about after but an it he she who its be",
		"es": "el la los las una que del para por con su como pero más fue este esta según dijo han sido también sobre entre y",
		"fr": "le les des une est dans que qui pour par sur avec plus pas sont été cette ont selon du ce et aux mais",
		"de": "der die das und den dem ein eine ist nicht mit von auf für sich des im auch nach wurde bei einer sie zu",
		"it": "il gli che della dei per con una sono è nel alla più anche del dalla questo stato ha non di",
		"pt": "o os as uma que do da em para com não por mais foi dos são pelo pela também segundo ao",
		"nl": "het een van en dat niet zijn voor met aan ook werd bij naar wordt deze door te",
		"tr": "ve bir bu için ile olarak olan daha gibi kadar sonra çok ise",
		"id": "yang dan di dengan untuk dari pada ini itu adalah tidak akan oleh",
		"pl": "w na z do że się nie jest to przez oraz jak dla po od został",
	}
	m := map[string]string{}
	for lang, words := range lists {
		for _, w := range strings.Fields(words) {
			if _, twice := m[w]; twice {
				m[w] = ""
			} else {
				m[w] = lang
			}
		}
	}
	return m
}()

// language names a paragraph's language where it is surely not English: another script, or
// another language's common words. Short paragraphs are taken for English.
func language(s string) string {
	latin, other, words := 0, 0, 0
	counts := map[string]int{}
	var buf [24]byte
	n, ascii := 0, true
	limit := min(len(s), 4000)
	for i, r := range s {
		if i > limit {
			break
		}
		if unicode.IsLetter(r) {
			if r < 0x250 || r >= 0x1e00 && r < 0x1f00 {
				latin++
			} else {
				other++
			}
			if n < len(buf)-4 {
				n += copy(buf[n:], string(unicode.ToLower(r)))
			} else {
				ascii = false
			}
			continue
		}
		if n > 0 {
			words++
			if ascii {
				if lang := commonWords[string(buf[:n])]; lang != "" {
					counts[lang]++
				}
			}
		}
		n, ascii = 0, true
	}
	if other > 3*latin && other > 10 {
		return script(s[:limit])
	}
	if words < 12 {
		return ""
	}
	best, top := "", 0
	for lang, c := range counts {
		if c > top || c == top && lang < best {
			best, top = lang, c
		}
	}
	if best != "en" && top >= 3 && top > 2*counts["en"] && top*12 >= words {
		return best
	}
	return ""
}

func script(s string) string {
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Cyrillic, r):
			return "Cyrillic script"
		case unicode.Is(unicode.Arabic, r):
			return "Arabic script"
		case unicode.Is(unicode.Hebrew, r):
			return "Hebrew script"
		case unicode.Is(unicode.Han, r), unicode.Is(unicode.Hiragana, r), unicode.Is(unicode.Katakana, r):
			return "East Asian script"
		case unicode.Is(unicode.Hangul, r):
			return "Korean script"
		case unicode.Is(unicode.Greek, r):
			return "Greek script"
		case unicode.Is(unicode.Devanagari, r):
			return "Devanagari script"
		}
	}
	return "another script"
}
