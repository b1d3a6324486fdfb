package weigh

import (
	"fmt"
	"slices"
	"time"
)

// Says is what a report says about the hypothesis of its case.
type Says uint8

const (
	Unsaid  Says = iota // zero: bears on the case and says neither
	Yes                 // it will happen, or it is so
	No                  // it will not happen, or it is not so
	Silence             // looked where it would have been seen, and reported nothing
)

var saysWords = []string{"unsaid", "yes", "no", "silence"}

// String is the word for it.
func (s Says) String() string { return saysWords[min(int(s), len(saysWords)-1)] }

// MarshalText writes the word.
func (s Says) MarshalText() ([]byte, error) {
	if int(s) >= len(saysWords) {
		return nil, fmt.Errorf("weigh: no report says %d", uint8(s))
	}
	return []byte(saysWords[s]), nil
}

// UnmarshalText reads one of the words and nothing else.
func (s *Says) UnmarshalText(b []byte) error {
	k := slices.Index(saysWords, string(b))
	if k < 0 {
		return fmt.Errorf("weigh: a report says unsaid, yes, no or silence, not %q", b)
	}
	*s = Says(k)
	return nil
}

// Code is a grade as written: scheme, the source's letter, the information's. F, 6, X and an
// empty code are unknown; they are never turned into a number.
type Code struct {
	Scheme      string `json:"scheme,omitzero"`
	Source      string `json:"source,omitzero"`
	Information string `json:"information,omitzero"`
}

// Report is what one source said about one hypothesis. The zero value of a field claims
// nothing: no origin means that the lineage is unknown, not that the source is the origin.
type Report struct {
	ID     string `json:"id"`             // names the report in terms; unique in its case
	Source string `json:"source"`         // whose record it is weighed by
	Label  string `json:"label,omitzero"` // the source in words; empty: Source
	Topic  string `json:"topic,omitzero"` // kind of case
	Grade  Code   `json:"grade,omitzero"`
	Says   Says   `json:"says"`
	// Likelihood is the probability of the hypothesis as the source stated it; nil: it
	// stated none. It then takes the place of Says.
	Likelihood *float64 `json:"likelihood,omitzero"`
	// Covers says that the source declared that it would have seen this. Only then does
	// its silence count.
	Covers bool `json:"covers,omitzero"`

	Origin      string `json:"origin,omitzero"`       // declared origin, or origin token; empty: unknown lineage
	OriginLabel string `json:"origin_label,omitzero"` // the origin in words
	Minter      string `json:"minter,omitzero"`       // who minted the origin token, where Origin is one
	Repeats     string `json:"repeats,omitzero"`      // ID of the report that this one is declared to repeat

	Digest   string   `json:"digest,omitzero"`   // of the text, normalised; equal: the same text
	Shingles []uint64 `json:"shingles,omitzero"` // hashes of the text's overlapping word groups
}

func (r *Report) label() string {
	if r.Label != "" {
		return r.Label
	}
	return r.Source
}

func (r *Report) origin() string {
	if r.OriginLabel != "" {
		return r.OriginLabel
	}
	return r.Origin
}

// Prior is what a desk holds likely before any report, for one kind of case. It is a policy:
// somebody set it, on a day, for a reason. A nil *Prior is unset, and then no percentage
// appears anywhere.
type Prior struct {
	Value float64   `json:"value"` // more than 0 and less than 1
	Owner string    `json:"owner"`
	Words string    `json:"words,omitzero"`
	Date  time.Time `json:"date,omitzero"`
}

// Policy is what a house may decide about weighing. The zero value is the usual.
type Policy struct {
	// Letters overrides how often a source of a grade is taken to be right before it has a
	// record: "nato-6x6 B" to a number from .5 to 1.
	Letters map[string]float64 `json:"letters,omitzero"`
}

// letters are how often a source of a letter is taken to be right, for [startWeight]
// outcomes' worth, until its own record speaks. An unreliable source says nothing (.5); no
// letter turns a word against its speaker. Letters that are not here (F, X, untested) are
// unknown: such a source starts as the population does. Europol's C is "unreliable in most
// instances", far from NATO's C: nothing is mapped by letter.
var letters = map[string]float64{
	"nato-6x6 A": .85, "nato-6x6 B": .75, "nato-6x6 C": .65, "nato-6x6 D": .55, "nato-6x6 E": .5,
	"europol-4x4 A": .85, "europol-4x4 B": .75, "europol-4x4 C": .5,
	"uk-3x5x2 1": .75, "uk-3x5x2 3": .5,
	"uk-5x5x5 A": .85, "uk-5x5x5 B": .75, "uk-5x5x5 C": .65, "uk-5x5x5 D": .5,
}

// doubts are information codes by which the sender itself doubts the item: half is left of
// its weight, or a quarter. Confirmed by others (1) is a link to them and adds nothing: they
// are weighed themselves.
var doubts = map[string]float64{
	"nato-6x6 4": .5, "nato-6x6 5": .25,
	"uk-3x5x2 E": .25, "uk-5x5x5 5": .25,
}

func (p Policy) right(g Code) (float64, bool) {
	key := g.Scheme + " " + g.Source
	if v, ok := p.Letters[key]; ok {
		return min(max(v, .5), .99), true
	}
	v, ok := letters[key]
	return v, ok
}
