package heed

import (
	"fmt"
	"slices"
	"strings"
)

// Band is one step of a scale of probability words: the words for it, one for each row of
// the scale, and its range in per cent.
type Band struct {
	Low, High int
	Words     []string
}

// Scale is a scale of probability words. The same word can mean different ranges on two
// scales, so none is ever read by another's table.
type Scale struct {
	Name  string
	Bands []Band // from the least probable on
	// Shared says that neighbouring bands share an end point; it then belongs to the upper
	// band, whose lower bound is inclusive.
	Shared bool
}

// Scales holds the scales whose words have numbers: ICD 203, and the WEP and DNI scales of
// STIX 2.1, appendix A. The fourth, "own", is its author's and has none.
var Scales = []Scale{
	{Name: "icd-203", Shared: true, Bands: []Band{
		{1, 5, []string{"almost no chance", "remote"}},
		{5, 20, []string{"very unlikely", "highly improbable"}},
		{20, 45, []string{"unlikely", "improbable"}},
		{45, 55, []string{"roughly even chance", "roughly even odds"}},
		{55, 80, []string{"likely", "probable"}},
		{80, 95, []string{"very likely", "highly probable"}},
		{95, 99, []string{"almost certain", "nearly certain"}},
	}},
	{Name: "stix-wep", Bands: []Band{
		{0, 0, []string{"impossible"}},
		{1, 19, []string{"highly unlikely", "almost certainly not"}},
		{20, 39, []string{"unlikely", "probably not"}},
		{40, 59, []string{"even chance"}},
		{60, 79, []string{"likely", "probable"}},
		{80, 99, []string{"highly likely", "almost certain"}},
		{100, 100, []string{"certain"}},
	}},
	{Name: "stix-dni", Bands: []Band{
		{0, 9, []string{"almost no chance", "remote"}},
		{10, 19, []string{"very unlikely", "highly improbable"}},
		{20, 39, []string{"unlikely", "improbable"}},
		{40, 59, []string{"roughly even chance", "roughly even odds"}},
		{60, 79, []string{"likely", "probable"}},
		{80, 89, []string{"very likely", "highly probable"}},
		{90, 100, []string{"almost certain", "nearly certain"}},
	}},
}

// ScaleNamed finds a scale; nil for "own" and for what is not known.
func ScaleNamed(name string) *Scale {
	i := slices.IndexFunc(Scales, func(s Scale) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return &Scales[i]
}

// Band finds the band of a word, in any case; false: the word is not of this scale.
func (s *Scale) Band(word string) (Band, bool) {
	for _, b := range s.Bands {
		if slices.Contains(b.Words, strings.ToLower(strings.TrimSpace(word))) {
			return b, true
		}
	}
	return Band{}, false
}

// At finds the one band that a whole percentage falls into; false: the scale has no word
// for it, as ICD 203 has none for 0 and for 100.
func (s *Scale) At(percent int) (Band, bool) {
	for i := len(s.Bands) - 1; i >= 0; i-- { // from above: a shared end point is the upper band's
		if b := s.Bands[i]; percent >= b.Low && percent <= b.High {
			return b, true
		}
	}
	return Band{}, false
}

// holds reports whether numbers are within a band of the scale. A bound that is nil is not
// stated, and denies nothing.
func (s *Scale) holds(b Band, low, high *int) bool {
	in := func(n int) bool { at, ok := s.At(n); return ok && at.Low == b.Low }
	switch {
	case low == nil && high == nil:
		return true
	case low == nil || high == nil:
		one := low
		if one == nil {
			one = high
		}
		return in(*one) || one == high && *high == b.High
	case *low == *high:
		return in(*low)
	}
	return in(*low) && *high <= b.High && *high > *low
}

// spells lists the words of a scale and its numbers, for an error.
func (s *Scale) spells() string {
	var out []string
	for _, b := range s.Bands {
		out = append(out, fmt.Sprintf("%s %d–%d", strings.Join(b.Words, "/"), b.Low, b.High))
	}
	return strings.Join(out, ", ")
}
