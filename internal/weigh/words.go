package weigh

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Sentence is what the officer reads. The numbers in it are the computation: those in
// brackets add up to the logarithm of the factor. A percentage stands in it only where
// somebody set a prior.
func (a *Assessment) Sentence() string {
	if len(a.Terms) == 0 {
		if a.Prior == nil {
			return "No report bears on this yet."
		}
		return "No report bears on this yet: " + percent(a.Prior.Value) + ", the prior that " + a.Prior.set() + "."
	}
	parts := tenths(a.Terms)
	groups := [4]group{}
	silent := 0
	for i, t := range a.Terms {
		switch {
		case t.Repeats != "":
		case t.Novelty == 0:
			silent++
		default:
			k := 0
			if t.Part < 0 || t.Part == 0 && (t.Says == No || t.Says == Silence) {
				k = 1
			}
			if t.Origin == "" {
				k += 2
			}
			groups[k].numbers = append(groups[k].numbers, parts[i])
		}
	}
	var sides, says []string
	for k, direction := range []string{"for", "against"} {
		if n := len(groups[k].numbers); n > 0 {
			noun := ""
			if len(sides) == 0 {
				noun = " " + plural("origin", n)
			}
			sides = append(sides, words(n)+noun+" "+direction+" "+groups[k].brackets())
		}
	}
	if len(sides) > 0 {
		says = append(says, strings.Join(sides, ", "))
	}
	if a.Repeats > 0 {
		says = append(says, a.repeating())
	}
	pro, con := &groups[2], &groups[3]
	switch n := len(pro.numbers) + len(con.numbers); {
	case n == 0:
	case len(pro.numbers) > 0 && len(con.numbers) > 0:
		says = append(says, fmt.Sprintf("%s are of unknown lineage, %s for %s, %s against %s", words(n),
			words(len(pro.numbers)), pro.brackets(), words(len(con.numbers)), con.brackets()))
	default:
		g := group{append(pro.numbers, con.numbers...)}
		says = append(says, fmt.Sprintf("%s %s of unknown lineage %s", words(n), verb(n, "is", "are"), g.brackets()))
	}
	if silent > 0 {
		says = append(says, fmt.Sprintf("%s %s neither way", words(silent), verb(silent, "speaks", "speak")))
	}
	head := "The reports make it " + times(a.LogOdds) + " them"
	if len(a.Terms) == 1 {
		head = "The one report makes it " + times(a.LogOdds) + " it"
	}
	return head + ": " + strings.Join(says, "; ") + "." + a.withPrior()
}

// group is a run of contributions, in tenths.
type group struct{ numbers []int }

// shown is how many contributions are printed one by one.
const shown = 5

func (g *group) brackets() string {
	var out []string
	rest := 0
	for i, n := range g.numbers {
		if i >= shown && len(g.numbers) > shown+1 {
			rest += n
			continue
		}
		out = append(out, signed(n))
	}
	s := strings.Join(out, ", ")
	if k := len(g.numbers) - shown; k > 1 {
		s += fmt.Sprintf(" and %d more %s", k, signed(rest))
	}
	return "(" + s + ")"
}

func signed(tenths int) string {
	sign := "+"
	if tenths < 0 {
		sign, tenths = "−", -tenths
	}
	return fmt.Sprintf("%s%d.%d", sign, tenths/10, tenths%10)
}

// tenths rounds contributions so that they still add up to their rounded sum: what is lost
// in rounding goes to the terms that lost most.
func tenths(ts []Term) []int {
	out := make([]int, len(ts))
	order := make([]int, len(ts))
	sum, got := 0.0, 0
	for i, t := range ts {
		out[i], order[i] = int(math.Floor(10*t.Part)), i
		sum += 10 * t.Part
		got += out[i]
	}
	left := func(i int) float64 { return 10*ts[i].Part - math.Floor(10*ts[i].Part) }
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := left(a), left(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	for k := range min(max(int(math.Round(sum))-got, 0), len(order)) {
		out[order[k]]++
	}
	return out
}

// repeating says who repeats whom: how many, and the one where it is one.
func (a *Assessment) repeating() string {
	of := map[string]bool{}
	first := ""
	for _, t := range a.Terms {
		if t.Repeats != "" {
			of[t.Repeats] = true
		} else if first == "" {
			first = t.Report
		}
	}
	whom := "others"
	if len(of) == 1 {
		whom = "one of these"
		if of[first] {
			whom = "the first"
		}
	}
	return fmt.Sprintf("%s more %s %s and %s counted once", words(a.Repeats), verb(a.Repeats, "repeats", "repeat"), whom, verb(a.Repeats, "was", "were"))
}

// times puts a factor in words.
func times(logOdds float64) string {
	f := math.Exp(math.Abs(logOdds))
	more := "more"
	if logOdds < 0 {
		more = "less"
	}
	switch {
	case f < 1.05:
		return "about as likely as before"
	case f < 3:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") + " times " + more + " likely than before"
	case f < 100:
		return fmt.Sprintf("%.0f times %s likely than before", f, more)
	case f < 1e6:
		n := math.Pow(10, math.Floor(math.Log10(f))-1)
		return fmt.Sprintf("%.0f times %s likely than before", math.Round(f/n)*n, more)
	}
	return "more than a million times " + more + " likely than before"
}

// withPrior is the sentence's second half: the percentage, and whose prior it rests on.
func (a *Assessment) withPrior() string {
	if a.Prior == nil || a.Probability == nil {
		return ""
	}
	within := ""
	if a.Low != nil && a.High != nil {
		within = fmt.Sprintf(" (%s to %s)", percent(*a.Low), percent(*a.High))
	}
	return fmt.Sprintf(" That is %s%s, %s %s, the prior that %s.", percent(*a.Probability), within,
		direction(*a.Probability, a.Prior.Value), percent(a.Prior.Value), a.Prior.set())
}

// set says who set a prior, when, and why.
func (p *Prior) set() string {
	s := or(p.Owner, "somebody") + " set"
	if !p.Date.IsZero() {
		s += " on " + p.Date.Format("2 January 2006")
	}
	if p.Words != "" {
		s += " (" + p.Words + ")"
	}
	return s
}

func direction(now, before float64) string {
	switch {
	case now > before+.005:
		return "up from"
	case now < before-.005:
		return "down from"
	}
	return "unmoved from"
}

func percent(p float64) string {
	switch {
	case p < .01:
		return "under 1 %"
	case p > .99:
		return "over 99 %"
	}
	return fmt.Sprintf("%.0f %%", 100*p)
}

// WhatWouldChangeIt names what would move the assessment most: a report of unknown lineage
// that turns out to repeat a counted one, or an origin whose word is withdrawn.
func (a *Assessment) WhatWouldChangeIt() string {
	best, words, most := 0.0, "", 0.0
	for i, t := range a.Terms {
		if t.Repeats != "" || t.Part == 0 {
			continue
		}
		if i >= 32 { // the terms are sorted: what is further down moves less
			break
		}
		without := a.without(i)
		if d := math.Abs(without - a.LogOdds); d > most+1e-12 {
			j := a.partner(i)
			switch {
			case t.Origin == "" && j >= 0:
				words = fmt.Sprintf("If %s turns out to repeat %s", t.Label, a.Terms[j].Label)
			case t.Origin != "":
				words = fmt.Sprintf("If what %s said is withdrawn", t.Origin)
			default:
				words = fmt.Sprintf("If %s withdraws its report", t.Label)
			}
			best, most = without, d
		}
	}
	if words == "" {
		return "Any report that says yes or no would change it: none does yet."
	}
	return words + ": " + strings.TrimSuffix(times(best), " than before") + "."
}

// partner is the weightiest other term on the side of term i; −1: there is none.
func (a *Assessment) partner(i int) int {
	for j, t := range a.Terms {
		if j != i && t.Repeats == "" && t.Part*a.Terms[i].Part > 0 {
			return j
		}
	}
	return -1
}

// without is the log odds less one term, the others taking the places that it leaves.
func (a *Assessment) without(gone int) float64 {
	var left []Term
	for i, t := range a.Terms {
		if i != gone && t.Novelty > 0 {
			left = append(left, t)
		}
	}
	slices.SortStableFunc(left, func(x, y Term) int {
		switch x, y := math.Abs(x.Ratio), math.Abs(y.Ratio); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	sum := 0.0
	var n [2]float64
	for _, t := range left {
		k := 0
		if t.Ratio > 0 {
			k = 1
		}
		sum += (voicesWorth(n[k]+t.Novelty, a.Effect) - voicesWorth(n[k], a.Effect)) * t.Ratio
		n[k] += t.Novelty
	}
	return sum
}

// reason says why a voice counts as it does, without a percentage.
func (v *voice) reason(vs []voice) string {
	switch {
	case !v.says && v.Says == Silence:
		return "silent, and it never declared that it would have seen this"
	case !v.says:
		return "says neither yes nor no"
	case v.leader >= 0:
		l := &vs[v.leader]
		switch {
		case v.Repeats != "":
			return "counted once: repeats " + l.label()
		case v.Origin != "" && v.Origin == l.Source:
			return "counted once: has it from " + l.label()
		case v.Origin != "":
			return "counted once: same origin, " + v.origin()
		}
		return "counted once: " + l.label() + " said it already"
	}
	s := v.words
	if v.whose >= 0 {
		s += "; counts " + hundredths(v.novelty) + ": " + v.why + " " + vs[v.whose].label()
	} else if v.novelty < .9 {
		s += "; counts " + hundredths(v.novelty) + ": one of many of unknown lineage"
	}
	return s
}

func hundredths(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }

// worth says what a source's word is worth, and from what that is known.
func (it *item) worth() string {
	if !it.says {
		return ""
	}
	n, s := it.rates.Outcomes, ""
	switch worth := times(it.ratio); {
	case n >= .5 && math.Abs(it.ratio) < .05:
		s = fmt.Sprintf("its word says nothing here, by a record worth %.0f outcomes", math.Max(n, 1))
	case n >= .5:
		s = fmt.Sprintf("its word makes it %s, by a record worth %.0f outcomes", worth, math.Max(n, 1))
	case it.known && math.Abs(it.ratio) < .05:
		s = fmt.Sprintf("no record yet; graded %s (%s): says nothing until it has one", it.Grade.Source, it.Grade.Scheme)
	case it.known:
		s = fmt.Sprintf("no record yet; graded %s (%s): %s", it.Grade.Source, it.Grade.Scheme, worth)
	default:
		s = "no record yet; weighed like sources in general: " + worth
	}
	if d, ok := doubts[it.Grade.Scheme+" "+it.Grade.Information]; ok {
		s += "; its sender doubts this item (" + it.Grade.Information + "): " + map[float64]string{.5: "half", .25: "a quarter"}[d] + " is left"
	}
	if it.Says == Silence {
		s += "; silent where it would have seen it"
	}
	return s
}

var small = []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

func words(n int) string {
	if n < len(small) {
		return small[n]
	}
	return fmt.Sprint(n)
}

func plural(s string, n int) string {
	if n == 1 {
		return s
	}
	return s + "s"
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func or(s, usual string) string {
	if s == "" {
		return usual
	}
	return s
}
