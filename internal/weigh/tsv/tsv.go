// Package tsv reads and writes the tab-separated files of weighing: claims, outcomes and
// results. It opens no file; it reads what it is handed.
//
// A claims file starts with a header, which says what kind it is:
//
//	source item value [origin]          one of several values
//	source item probability [origin]    how likely the item is
//	source item L1 L2 … [origin]        one probability for each level, in order
//
// Reading is strict. An error names the line and what was expected there.
package tsv

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Kind says what the sources of a file state.
type Kind uint8

const (
	Unstated    Kind = iota // zero: no file was read
	Value                   // a value
	Probability             // a probability
	Levels                  // a probability for each level
)

// A Claim is one row. Value is set in value files, P in the others (one number in
// probability files, one for each level otherwise). Origin is empty where none is declared.
type Claim struct {
	Source, Item, Value, Origin string
	P                           []float64
}

// Claims is a claims file in the order of its rows.
type Claims struct {
	Kind   Kind
	Levels []string // names of the levels, in the file's order; only in level files
	Rows   []Claim
}

// Truth maps items to what came out.
type Truth map[string]string

// ErrEmpty is the error of a file without a single row under its header.
var ErrEmpty = errors.New("the file holds no rows")

const maxLine = 1 << 20

// levelSlack is how far the levels of one row may be from a sum of 1: three decimals
// each, rounded, and no more.
const levelSlack = .02

// ReadClaims reads a claims file. Rows whose levels sum to 1 within rounding are
// normalised; anything else that is not a probability is an error.
func ReadClaims(r io.Reader) (*Claims, error) {
	rows := lines(r)
	header, _, err := rows.next()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: not even a header; expected “source item value”", ErrEmpty)
	}
	if err != nil {
		return nil, err
	}
	c := &Claims{}
	hasOrigin, err := c.header(header)
	if err != nil {
		return nil, err
	}
	width := len(header)
	for {
		f, line, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(f) != width {
			return nil, fmt.Errorf("line %d: %d columns, the header has %d", line, len(f), width)
		}
		row := Claim{Source: f[0], Item: f[1]}
		if row.Source == "" || row.Item == "" {
			return nil, fmt.Errorf("line %d: source and item must not be empty", line)
		}
		rest := f[2:]
		if hasOrigin {
			row.Origin = rest[len(rest)-1]
			rest = rest[:len(rest)-1]
		}
		if err := c.fill(&row, rest); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		c.Rows = append(c.Rows, row)
	}
	if len(c.Rows) == 0 {
		return nil, ErrEmpty
	}
	return c, nil
}

// header reads the first line and reports whether the last column is the origin.
func (c *Claims) header(h []string) (hasOrigin bool, err error) {
	if len(h) < 3 || h[0] != "source" || h[1] != "item" {
		return false, fmt.Errorf("line 1: header is %q; expected “source item value”, “source item probability” or “source item” and one column per level", strings.Join(h, " "))
	}
	rest := h[2:]
	if rest[len(rest)-1] == "origin" {
		hasOrigin, rest = true, rest[:len(rest)-1]
	}
	seen := map[string]bool{}
	for _, name := range rest {
		if name == "" || seen[name] || name == "origin" {
			return false, fmt.Errorf("line 1: column %q is empty or named twice", name)
		}
		seen[name] = true
	}
	switch {
	case len(rest) == 1 && rest[0] == "value":
		c.Kind = Value
	case len(rest) == 1 && rest[0] == "probability":
		c.Kind = Probability
	case len(rest) >= 2 && !seen["value"] && !seen["probability"]:
		c.Kind, c.Levels = Levels, rest
	default:
		return false, fmt.Errorf("line 1: unknown columns %q after “source item”; expected “value”, “probability” or at least two levels, then perhaps “origin”", strings.Join(rest, " "))
	}
	return hasOrigin, nil
}

func (c *Claims) fill(row *Claim, f []string) error {
	if c.Kind == Value {
		if f[0] == "" {
			return errors.New("the value is empty")
		}
		row.Value = f[0]
		return nil
	}
	row.P = make([]float64, len(f))
	sum := 0.0
	for k, s := range f {
		p, err := strconv.ParseFloat(s, 64)
		if err != nil || !(p >= 0 && p <= 1) {
			return fmt.Errorf("%q is no probability between 0 and 1", s)
		}
		row.P[k] = p
		sum += p
	}
	if c.Kind == Levels {
		if math.Abs(sum-1) > levelSlack {
			return fmt.Errorf("the levels sum to %.3f, not 1", sum)
		}
		for k := range row.P {
			row.P[k] /= sum
		}
	}
	return nil
}

// ReadTruth reads a file with the header “item value”. An item may stand there once.
func ReadTruth(r io.Reader) (Truth, error) {
	rows := lines(r)
	h, _, err := rows.next()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: not even a header; expected “item value”", ErrEmpty)
	}
	if err != nil {
		return nil, err
	}
	if len(h) != 2 || h[0] != "item" || h[1] != "value" {
		return nil, fmt.Errorf("line 1: header is %q; expected “item value”", strings.Join(h, " "))
	}
	t := Truth{}
	for {
		f, line, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(f) != 2 || f[0] == "" || f[1] == "" {
			return nil, fmt.Errorf("line %d: expected an item and its value", line)
		}
		if old, ok := t[f[0]]; ok {
			return nil, fmt.Errorf("line %d: item %q stands there twice (%q and %q)", line, f[0], old, f[1])
		}
		t[f[0]] = f[1]
	}
	if len(t) == 0 {
		return nil, ErrEmpty
	}
	return t, nil
}

type lineReader struct {
	s *bufio.Scanner
	n int
}

func lines(r io.Reader) *lineReader {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), maxLine)
	return &lineReader{s: s}
}

func (l *lineReader) next() (fields []string, line int, err error) {
	if !l.s.Scan() {
		if err := l.s.Err(); err != nil {
			return nil, l.n, fmt.Errorf("line %d: %w", l.n+1, err)
		}
		return nil, l.n, io.EOF
	}
	l.n++
	text := strings.TrimRight(l.s.Text(), "\r")
	if strings.Contains(text, "\r") {
		return nil, l.n, fmt.Errorf("line %d: a carriage return stands within it", l.n)
	}
	return strings.Split(text, "\t"), l.n, nil
}
