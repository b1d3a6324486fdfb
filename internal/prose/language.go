package prose

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
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
// another language's common words. Short paragraphs are taken for English. The start of a
// paragraph decides.
func language(s string) string {
	const enough = 300
	latin, other, words, en := 0, 0, 0, 0
	var others map[string]int
	var buf [24]byte
	n, long := 0, false
	for i := 0; i < min(len(s), enough); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			if c |= 0x20; c >= 'a' && c <= 'z' {
				latin++
				if n < len(buf) {
					buf[n] = c
					n++
				} else {
					long = true
				}
				continue
			}
		} else {
			r, size := utf8.DecodeRuneInString(s[i:])
			i += size
			if unicode.IsLetter(r) {
				if r < 0x250 || r >= 0x1e00 && r < 0x1f00 {
					latin++
				} else {
					other++
				}
				if n+utf8.UTFMax <= len(buf) {
					n += utf8.EncodeRune(buf[n:], unicode.ToLower(r))
				} else {
					long = true
				}
				continue
			}
		}
		if n > 0 {
			words++
			if n <= 6 && !long {
				switch lang := commonWords[string(buf[:n])]; lang {
				case "":
				case "en":
					if en++; en >= 6 && others == nil && other == 0 {
						return "" // surely English
					}
				default:
					if others == nil {
						others = map[string]int{}
					}
					others[lang]++
				}
			}
		}
		n, long = 0, false
	}
	if other > 3*latin && other > 10 {
		return script(s[:min(len(s), 4*enough)])
	}
	best, top := "", 0
	for lang, c := range others {
		if c > top || c == top && lang < best {
			best, top = lang, c
		}
	}
	if words >= 12 && top >= 3 && top > 2*en && top*12 >= words {
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
