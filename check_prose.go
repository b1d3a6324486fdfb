package heed

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The checks in this file read English prose. They can be wrong, so that, with one
// exception, they only warn: a label in the text that is stricter than the marking.

// word is one probability word as prose has it, and the scales and rows it belongs to.
type word struct {
	text   string
	scales []string
	row    int // of ICD 203; -1: the word is not in it
}

// common are words of the scales that prose uses for other things as well.
var common = []string{"remote", "certain", "impossible"}

var words = func() []word {
	byText := map[string]*word{}
	for _, s := range Scales {
		for _, b := range s.Bands {
			for row, text := range b.Words {
				if slices.Contains(common, text) {
					continue
				}
				w := byText[text]
				if w == nil {
					w = &word{text: text, row: -1}
					byText[text] = w
				}
				w.scales = append(w.scales, s.Name)
				if s.Name == "icd-203" {
					w.row = row
				}
			}
		}
	}
	var list []word
	for _, w := range byText {
		list = append(list, *w)
	}
	slices.SortFunc(list, func(a, b word) int { // the longest first: "very likely" before "likely"
		if len(a.text) != len(b.text) {
			return len(b.text) - len(a.text)
		}
		return strings.Compare(a.text, b.text)
	})
	return list
}()

var anyWord = func() *regexp.Regexp {
	var alt []string
	for _, w := range words {
		alt = append(alt, strings.ReplaceAll(regexp.QuoteMeta(w.text), " ", `\s+`))
	}
	return regexp.MustCompile(`(?i)\b(?:` + strings.Join(alt, "|") + `)\b`)
}()

func wordsIn(s string) []word {
	var list []word
	for _, m := range anyWord.FindAllString(s, -1) {
		text := strings.Join(strings.Fields(strings.ToLower(m)), " ")
		if i := slices.IndexFunc(words, func(w word) bool { return w.text == text }); i >= 0 {
			list = append(list, words[i])
		}
	}
	return list
}

var ends = regexp.MustCompile(`[.!?;]["')\]]*\s+|\n+`)

// sentences splits prose roughly: at a full stop, a question or exclamation mark, a
// semicolon or the end of a line.
func sentences(text string) []string {
	var list []string
	for _, s := range ends.Split(text, -1) {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, s)
		}
	}
	return list
}

var confidence = regexp.MustCompile(`(?i)\b(?:low|moderate|medium|high)(?:\s+\w+)?\s+confidence\b|\bconfidence\b(?:\s+level)?\s*(?:is|of|:)?\s*(?:low|moderate|medium|high)\b`)

func (c *releaseCheck) likelihoodAndConfidence() {
	for _, s := range c.sentences {
		if said := confidence.FindString(s); said != "" {
			if w := wordsIn(s); len(w) > 0 {
				c.find(quote(s), "one sentence says %q and %q: say how likely it is and how sure you are apart", w[0].text, strings.ToLower(said))
			}
		}
	}
}

var percentages = regexp.MustCompile(`(?i)\b(\d{1,3})(?:\s*(?:%|per\s?cent)?\s*(?:-|–|to|and)\s*(\d{1,3}))?\s*(?:%|per\s?cent\b)`)

// wordsAndNumbers looks at sentences with one probability word and one number in per cent.
func (c *releaseCheck) wordsAndNumbers() {
	for _, s := range c.sentences {
		found, nums := wordsIn(s), percentages.FindAllStringSubmatch(s, -1)
		if len(found) != 1 || len(nums) != 1 {
			continue
		}
		low, _ := strconv.Atoi(nums[0][1]) // three digits at most
		high := low
		if nums[0][2] != "" {
			high, _ = strconv.Atoi(nums[0][2])
		}
		scale := c.scaleOf(found[0])
		b, _ := scale.Band(found[0].text)
		if !scale.holds(b, &low, &high) {
			c.find(quote(s), "on %s %q means %d to %d %%, and the text says %s", scale.Name, found[0].text, b.Low, b.High, bounds(&low, &high))
		}
	}
}

// scaleOf is the scale that the draft names, if it has the word, else the first that has it.
func (c *releaseCheck) scaleOf(w word) *Scale {
	if l := c.w.Likelihood; l != nil && slices.Contains(w.scales, l.Scale) {
		return ScaleNamed(l.Scale)
	}
	return ScaleNamed(w.scales[0])
}

// mixedScales reports one pair of words that no single row, or no single scale, has.
func (c *releaseCheck) mixedScales() {
	var used []word
	for _, s := range c.sentences {
		used = append(used, wordsIn(s)...)
	}
	for _, b := range used {
		if l := c.w.Likelihood; l != nil && ScaleNamed(l.Scale) != nil && !slices.Contains(b.scales, l.Scale) {
			c.find("text", "%q is no word of %s, the scale of the likelihood: keep to one scale", b.text, l.Scale)
			return
		}
		for _, a := range used {
			switch {
			case !slices.ContainsFunc(a.scales, func(s string) bool { return slices.Contains(b.scales, s) }):
				c.find("text", "%q is of %s and %q of %s: keep to one scale", a.text, a.scales[0], b.text, b.scales[0])
				return
			case a.row >= 0 && b.row >= 0 && a.row != b.row:
				c.find("text", "%q and %q are of the two rows of words: keep to one row", a.text, b.text)
				return
			}
		}
	}
}

var labels = regexp.MustCompile(`(?i)([(\[]\s*)?\bTLP\s*:\s*(CLEAR|WHITE|GREEN|AMBER\s*\+\s*STRICT|AMBER|RED)\b`)

// tlpOf spells a label that was found in words as [TLPs] does.
func tlpOf(found string) string {
	return "TLP:" + strings.ReplaceAll(strings.Join(strings.Fields(strings.ToUpper(found)), ""), "WHITE", "CLEAR")
}

// LabelIn gives the strictest TLP label that stands in words; empty: none does.
func LabelIn(words string) string {
	strictest := ""
	for _, m := range labels.FindAllStringSubmatch(words, -1) {
		if l := tlpOf(m[2]); strictest == "" || rank(TLPs, l) > rank(TLPs, strictest) {
			strictest = l
		}
	}
	return strictest
}

// tlpInText compares labels in the words with the marking. Stricter in the text is refused:
// one of the two is a slip, and the looser one would count. A part in brackets may be looser.
func (c *releaseCheck) tlpInText() {
	have := c.w.Handling
	reported := map[string]bool{}
	for _, m := range labels.FindAllStringSubmatch(c.s.Headline+"\n"+c.s.Text, -1) {
		label := tlpOf(m[2])
		marked := have.TLP
		if marked == "" {
			marked = "none"
		}
		stricter := rank(TLPs, label) > rank(TLPs, have.TLP)
		switch {
		case label == have.TLP || reported[label]:
		case stricter:
			c.find("text", "the text says %s and the marking is %s: the whole is at least as strict as its strictest part", label, marked)
		case m[1] == "":
			c.report(WarnOf, "text", "the text says %s and the marking is %s: say one thing", label, marked)
		}
		reported[label] = reported[label] || label != have.TLP && (stricter || m[1] == "")
	}
}

// quote names a place in the text by its first words.
func quote(s string) string {
	r := []rune(s)
	if len(r) > 60 {
		return fmt.Sprintf("text: %q", string(r[:59])+"…")
	}
	return fmt.Sprintf("text: %q", s)
}
