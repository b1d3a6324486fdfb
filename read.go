package heed

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

const countNumber = `(\d{1,3}(?:[ ,]\d{3})+|\d+)`

var countForms = []struct {
	form     *regexp.Regexp
	min, max func(a, b int64) (int64, bool)
}{
	{phrase(`(?:at least|no fewer than|not less than|min\.?|minimum) N(?: [a-z]+)?`), same, none},
	{phrase(`N(?: or more|\+| at least)(?: [a-z]+)?`), same, none},
	{phrase(`(?:more than|over|above) N(?: [a-z]+)?`), above, none},
	{phrase(`(?:at most|up to|no more than|max\.?|maximum) N(?: [a-z]+)?`), none, same},
	{phrase(`N or (?:fewer|less)(?: [a-z]+)?`), none, same},
	{phrase(`(?:fewer than|less than|under|below) N(?: [a-z]+)?`), none, below},
	{phrase(`(?:between )?N(?: ?- ?| ?– ?| to | and )N(?: [a-z]+)?`), same, other},
	{phrase(`(?:exactly )?N(?: [a-z]+)?`), same, same},
}

func phrase(form string) *regexp.Regexp {
	return regexp.MustCompile(`^` + strings.ReplaceAll(form, "N", countNumber) + `$`)
}

func same(a, _ int64) (int64, bool)  { return a, true }
func other(_, b int64) (int64, bool) { return b, true }
func above(a, _ int64) (int64, bool) { return a + 1, true }
func below(a, _ int64) (int64, bool) { return a - 1, true }
func none(_, _ int64) (int64, bool)  { return 0, false }

// ReadCount keeps the words of a count and, where they give one, the interval they mean:
// "at least 144" has a Min and no Max. "About 100", "dozens" and whatever else says no bound
// stay words: no bound is made up.
func ReadCount(words string) Count {
	c := Count{Words: words}
	clean := strings.Join(strings.Fields(strings.ToLower(words)), " ")
	for _, f := range countForms {
		m := f.form.FindStringSubmatch(clean)
		if m == nil {
			continue
		}
		var n [2]int64
		for i, s := range m[1:] {
			v, err := strconv.ParseInt(strings.NewReplacer(" ", "", ",", "").Replace(s), 10, 54) // exact on the wire
			if err != nil {
				return c
			}
			n[i] = v
		}
		if v, ok := f.min(n[0], n[1]); ok {
			c.Min = &v
		}
		if v, ok := f.max(n[0], n[1]); ok {
			c.Max = &v
		}
		if c.Max != nil && (*c.Max < 0 || c.Min != nil && *c.Max < *c.Min) {
			c.Min, c.Max = nil, nil
		}
		return c
	}
	return c
}

// ReadGrade reads a grade as people write it: scheme, colon, the two codes, as in
// nato-6x6:B2. A UK 3x5x2 handling code behind them is not a grade; it belongs to handling.
func ReadGrade(s string) (Grade, error) {
	scheme, codes, ok := strings.Cut(strings.TrimSpace(s), ":")
	if !ok || len(codes) != 2 {
		return Grade{}, fmt.Errorf("grade %q: write the scheme and its two codes, as in nato-6x6:B2", s)
	}
	codes = strings.ToUpper(codes)
	g := Grade{Scheme: strings.ToLower(scheme), Source: codes[:1], Information: codes[1:]}
	return g, g.check()
}
