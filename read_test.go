package heed_test

import (
	"testing"

	"heed"
)

func TestReadCount(t *testing.T) {
	n := func(v int64) *int64 { return &v }
	for words, want := range map[string]struct{ min, max *int64 }{
		"at least 144":                     {n(144), nil},
		"At least 1,440 dead":              {n(1440), nil},
		"144 or more":                      {n(144), nil},
		"100+":                             {n(100), nil},
		"more than 100":                    {n(101), nil},
		"at most 5":                        {nil, n(5)},
		"up to 30 people":                  {nil, n(30)},
		"fewer than 10":                    {nil, n(9)},
		"between 20 and 30":                {n(20), n(30)},
		"20-30":                            {n(20), n(30)},
		"20 to 30 wounded":                 {n(20), n(30)},
		"7":                                {n(7), n(7)},
		"about 100":                        {nil, nil},
		"dozens":                           {nil, nil},
		"30 to 20":                         {nil, nil},
		"less than 0":                      {nil, nil},
		"":                                 {nil, nil},
		"at least 99999999999999999999999": {nil, nil},
	} {
		got := heed.ReadCount(words)
		if got.Words != words || !same(got.Min, want.min) || !same(got.Max, want.max) || got.Unknown {
			t.Errorf("%q: %v %v", words, show(got.Min), show(got.Max))
		}
	}
}

func same(a, b *int64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

func show(p *int64) any {
	if p == nil {
		return "none"
	}
	return *p
}

func FuzzReadCount(f *testing.F) {
	for _, s := range []string{"at least 144", "20-30", "9 999 to 1", "fewer than 0", "more than 9007199254740991"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := heed.ReadCount(s)
		if c.Words != s || c.Min != nil && (*c.Min < 0 || *c.Min > 1<<53) || c.Max != nil && (*c.Max < 0 || *c.Max > 1<<53) ||
			c.Min != nil && c.Max != nil && *c.Max < *c.Min {
			t.Errorf("%q: %v %v", s, show(c.Min), show(c.Max))
		}
	})
}

func TestReadGrade(t *testing.T) {
	for s, want := range map[string]heed.Grade{
		"nato-6x6:B2":    {Scheme: "nato-6x6", Source: "B", Information: "2"},
		"NATO-6x6:f6":    {Scheme: "nato-6x6", Source: "F", Information: "6"},
		"europol-4x4:X4": {Scheme: "europol-4x4", Source: "X", Information: "4"},
		"uk-3x5x2:2C":    {Scheme: "uk-3x5x2", Source: "2", Information: "C"},
	} {
		if got, err := heed.ReadGrade(s); err != nil || got != want {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "B2", "nato-6x6", "nato-6x6:B", "nato-6x6:G2", "nato-6x6:B22", "mine:A1", "uk-3x5x2:2CP"} {
		if g, err := heed.ReadGrade(s); err == nil {
			t.Errorf("%q was read as %v", s, g)
		}
	}
}

func FuzzReadGrade(f *testing.F) {
	f.Add("nato-6x6:B2")
	f.Fuzz(func(t *testing.T, s string) {
		if g, err := heed.ReadGrade(s); err == nil && len(heed.Schemes[g.Scheme][0]) == 0 {
			t.Errorf("%q: a scheme that is not known: %v", s, g)
		}
	})
}

func FuzzParseHandle(f *testing.F) {
	f.Add("K7QM-2RXA")
	f.Add("k7qm 2rxa")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := heed.ParseHandle(s)
		if err != nil {
			return
		}
		if again, err := heed.ParseHandle(h); err != nil || again != h || len(h) != 9 {
			t.Errorf("%q is read as %q, and that as %q, %v", s, h, again, err)
		}
	})
}
