// Package stix reads STIX 2.1 objects strictly and prints back what it read byte for byte.
//
// The signed bytes of a statement are its author's JSON, and the truth: nothing here ever
// re-serialises them. [Parse] reads them, [Compose] makes those of our own statements,
// [Splice] and [Cut] put the envelope into the outer form that travels and take it out
// again. Whatever one reader could take one way and another reader another way is refused.
package stix

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits on one object. They hold before anything is parsed.
const (
	MaxBytes = 1 << 20 // one object in its outer form
	MaxDepth = 64
)

// SyntaxError says why an object is refused, for a person who can act on it.
type SyntaxError struct {
	Rule     string // short name of the rule: duplicate-name, depth, number …
	Offset   int64  // byte at which it was noticed
	Sentence string
}

func (e *SyntaxError) Error() string { return e.Sentence }

func broken(rule string, at int64, format string, args ...any) *SyntaxError {
	return &SyntaxError{Rule: rule, Offset: at, Sentence: fmt.Sprintf(format, args...)}
}

// Check holds b to the strict rules: one JSON value and nothing after it, at most
// [MaxBytes] long and [MaxDepth] deep, good UTF-8 without lone surrogates, no name twice in
// one object, no number that IEEE 754 would change, and no name that differs only by case
// from one that Heed knows.
func Check(b []byte) error {
	return walk(b, nil)
}

// walk checks b and shows every name with its depth and offsets to visit, if there is one.
func walk(b []byte, visit func(dec *jsontext.Decoder, depth int, name string, before int64) error) error {
	if len(b) > MaxBytes {
		return broken("size", MaxBytes, "the object has %d bytes; at most %d are taken", len(b), MaxBytes)
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(b))
	ours := 0                                 // depth of our extension's object, while inside
	var inObject, nameNext [MaxDepth + 1]bool // by depth
	for {
		before := dec.InputOffset()
		tok, err := dec.ReadToken()
		if err == io.EOF {
			return broken("empty", 0, "there is no JSON here")
		}
		if err != nil {
			return explain(err, dec)
		}
		depth, kind := dec.StackDepth(), tok.Kind()
		if depth > MaxDepth {
			return broken("depth", before, "it is nested more than %d deep", MaxDepth)
		}
		isName := kind == '"' && nameNext[depth]
		switch kind {
		case '{', '[':
			inObject[depth], nameNext[depth] = kind == '{', kind == '{'
		default:
			nameNext[depth] = !isName && inObject[depth]
		}
		switch {
		case isName:
			name := tok.String()
			if depth == 1 || ours > 0 {
				if known := strings.ToLower(name); known != name && knownNames[known] {
					return broken("case", before, "the name %q differs only by case from %q: write it %q", name, known, known)
				}
			}
			if depth == 2 && name == StatementExtension {
				ours = 2
			} else if depth == 2 {
				ours = 0
			}
			if visit != nil {
				at := dec.InputOffset()
				if err := visit(dec, depth, name, before); err != nil {
					return err
				}
				nameNext[depth] = dec.InputOffset() > at // it read the value, too
			}
		case kind == '0':
			if !exact(tok.String()) {
				return broken("number", before, "the number %s cannot be held exactly: readers would see different numbers; write it as text", shorten(tok.String()))
			}
		case kind == '}' && depth < ours:
			ours = 0
		}
		if depth == 0 {
			break
		}
	}
	if rest := bytes.TrimLeft(b[dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return broken("trailing", dec.InputOffset(), "after the object, at byte %d, there is more", dec.InputOffset())
	}
	return nil
}

// explain puts a parser's error into words.
func explain(err error, dec *jsontext.Decoder) error {
	at := dec.InputOffset()
	var syn *jsontext.SyntacticError
	if errors.As(err, &syn) {
		at = syn.ByteOffset
	}
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return broken("duplicate-name", at, "a name stands twice in one object, at byte %d: readers would disagree on which counts", at)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return broken("cut-short", at, "the JSON ends too early, at byte %d", at)
	case strings.Contains(err.Error(), "UTF-8") || strings.Contains(err.Error(), "surrogate"):
		return broken("utf-8", at, "the text is not good UTF-8 at byte %d", at)
	}
	return broken("json", at, "this is not JSON, at byte %d", at)
}

// exact reports whether a JSON number survives a reader that keeps it as IEEE 754 double:
// the shortest decimal of the nearest double is the same number.
func exact(s string) bool {
	if len(s) > 40 {
		return false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return false
	}
	short := strconv.FormatFloat(f, 'g', -1, 64)
	if short == s {
		return true
	}
	if e := strings.IndexAny(s, "eE"); e >= 0 && len(s)-e > 6 {
		return false
	}
	a, ok1 := new(big.Rat).SetString(s)
	b, ok2 := new(big.Rat).SetString(short)
	return ok1 && ok2 && a.Cmp(b) == 0
}

func shorten(s string) string {
	if len(s) > 30 {
		return s[:30] + "…"
	}
	return s
}

// knownNames holds, in lower case, the names that a statement may use at the top and in our
// extension: those that STIX has beside ours, and every name that [wire] reads, so that a
// new noun cannot be forgotten here.
var knownNames = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(`labels confidence external_references granular_markings defanged authors`) {
		m[n] = true
	}
	named(reflect.TypeFor[wire](), m, map[reflect.Type]bool{})
	return m
}()

// named gathers the names under which a type is read from JSON.
func named(t reflect.Type, names map[string]bool, seen map[reflect.Type]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] {
		return
	}
	seen[t] = true
	for i := range t.NumField() {
		f := t.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			names[strings.ToLower(name)] = true
		}
		named(f.Type, names, seen)
	}
}
