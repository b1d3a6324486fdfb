// Package actor reads lists of known actors: under which other names each goes, and what it
// is said to be a part of. What a list says are claims, each with who makes it; the package
// joins nothing and settles nothing.
//
// Lists come as CSV, as JSON or as a STIX 2.1 bundle. They are taken whole or not at all: an
// error names each line that cannot be taken. The package is pure.
package actor

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"heed/internal/place"
)

// Limits on a list. They hold before anything is parsed, or as soon as it can be told.
const (
	MaxList    = 8 << 20 // bytes
	MaxEntries = 20000
	maxNames   = 200 // of one entry
	maxName    = 200 // characters
	maxWrong   = 20  // lines that are complained of
)

// Entry is one actor of a list, as the list has it.
type Entry struct {
	Line    int // where it begins, from 1; 0: in no file
	Name    string
	Aliases []string
	PartOf  []string
	Type    string // state, armed-group …, in the list's own words
	Code    string // such as a country's, as the list has it
	Teller  string // who says so, where the list tells; empty: whoever gave the list
}

// Claim is one thing that a list says about two names.
type Claim struct {
	Line   int
	Name   string
	PartOf bool // Name is a part of Of; else it is another name of it
	Of     string
	Teller string
	Words  string // what else the list says of the actor: type and code
}

// Claims gives what entries claim, in their order, and how many of them claim nothing because
// they have one name and are a part of nothing. What is the same name in other letters is no
// claim.
func Claims(list []Entry) (claims []Claim, without int) {
	for _, e := range list {
		c := Claim{Line: e.Line, Teller: e.Teller, Words: e.words()}
		before := len(claims)
		said := []string{place.Fold(e.Name)}
		for _, a := range e.Aliases {
			if f := place.Fold(a); !slices.Contains(said, f) {
				said = append(said, f)
				c.Name, c.Of = a, e.Name
				claims = append(claims, c)
			}
		}
		c.PartOf = true
		for _, of := range e.PartOf {
			c.Name, c.Of = e.Name, of
			claims = append(claims, c)
		}
		if len(claims) == before {
			without++
		}
	}
	return claims, without
}

func (e Entry) words() string {
	var s []string
	if e.Type != "" {
		s = append(s, e.Name+" is listed as "+e.Type)
	}
	if e.Code != "" {
		s = append(s, "code "+e.Code)
	}
	return strings.Join(s, ", ")
}

// Read reads a list by the ending of its name: .csv, .json. A JSON file that is a STIX bundle
// is read as one.
func Read(name string, b []byte) ([]Entry, error) {
	if len(b) > MaxList {
		return nil, fmt.Errorf("the list has %d bytes; at most %d are taken", len(b), MaxList)
	}
	if !utf8.Valid(b) {
		return nil, errors.New("the list is not in UTF-8")
	}
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	r := &reader{}
	switch lower := strings.ToLower(name); {
	case strings.HasSuffix(lower, ".csv"):
		r.csv(b)
	case strings.HasSuffix(lower, ".json") && isObject(b):
		r.bundle(b)
	case strings.HasSuffix(lower, ".json"):
		r.json(b)
	default:
		return nil, fmt.Errorf("%q is no list that is known here: its name ends in .csv or .json", name)
	}
	r.circles()
	if len(r.wrong) > 0 {
		return nil, fmt.Errorf("nothing was stored:\n  %s", strings.Join(r.wrong, "\n  "))
	}
	return r.list, nil
}

func isObject(b []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n"), []byte("{")) }

// reader gathers entries and complaints.
type reader struct {
	list  []Entry
	wrong []string
}

// complain names a line that cannot be taken; it tells whether more is worth saying.
func (r *reader) complain(line int, format string, args ...any) bool {
	if len(r.wrong) < maxWrong {
		r.wrong = append(r.wrong, fmt.Sprintf("line %d: %s", line, fmt.Sprintf(format, args...)))
	}
	return len(r.wrong) < maxWrong
}

// add takes an entry, if it can be taken; it tells whether to read on.
func (r *reader) add(e Entry) bool {
	e.Name, e.Type, e.Code = strings.TrimSpace(e.Name), strings.TrimSpace(e.Type), strings.TrimSpace(e.Code)
	if e.Name == "" {
		return r.complain(e.Line, "it has no name")
	}
	if len(e.Aliases)+len(e.PartOf) > maxNames {
		return r.complain(e.Line, "%q has more than %d names", e.Name, maxNames)
	}
	for _, n := range append(append([]string{e.Name}, e.Aliases...), e.PartOf...) {
		if err := checkName(n); err != nil {
			return r.complain(e.Line, "%v", err)
		}
	}
	if err := errors.Join(checkWords(e.Type), checkWords(e.Code)); err != nil {
		return r.complain(e.Line, "%v", err)
	}
	for _, of := range e.PartOf {
		if place.Fold(of) == place.Fold(e.Name) {
			return r.complain(e.Line, "%q is said to be a part of itself", e.Name)
		}
	}
	if len(r.list) == MaxEntries {
		r.complain(e.Line, "at most %d entries are taken at once", MaxEntries)
		return false
	}
	r.list = append(r.list, e)
	return true
}

func checkName(n string) error {
	if place.Fold(n) == "" {
		return fmt.Errorf("%q is no name: it has no letter and no digit", n)
	}
	return checkWords(n)
}

func checkWords(s string) error {
	switch {
	case utf8.RuneCountInString(s) > maxName:
		return fmt.Errorf("a name has more than %d characters", maxName)
	case strings.ContainsFunc(s, func(c rune) bool {
		return unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) || c == utf8.RuneError
	}):
		return fmt.Errorf("%q holds characters that cannot be seen", s)
	}
	return nil
}

// circles complains of entries that a list makes parts of themselves, over others.
func (r *reader) circles() {
	up := map[string][]string{}
	for _, e := range r.list {
		for _, of := range e.PartOf {
			up[place.Fold(e.Name)] = append(up[place.Fold(e.Name)], place.Fold(of))
		}
	}
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(n string) bool
	visit = func(n string) (circle bool) {
		if state[n] != 0 {
			return state[n] == open
		}
		state[n] = open
		for _, of := range up[n] {
			circle = visit(of) || circle
		}
		state[n] = done
		return circle
	}
	for _, e := range r.list {
		if len(e.PartOf) > 0 && visit(place.Fold(e.Name)) && !r.complain(e.Line, "%q is said to be a part of itself, over what it is a part of", e.Name) {
			return
		}
	}
}

// split cuts a cell at its semicolons.
func split(cell string) []string {
	var out []string
	for s := range strings.SplitSeq(cell, ";") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
