package tsv

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Wide is the most values that get a column each; a file with more is written in the long
// form, one line an item and value.
const Wide = 50

// A Result is what weighing made of a set: for each item the probability of each value.
// Values and P run in parallel; P is nil for values that nobody named (long form).
type Result struct {
	Values []string
	Items  []Weighed
}

// Weighed is one item of a result. In the long form Named holds the values that P belongs
// to; otherwise it is nil and P follows the result's Values.
type Weighed struct {
	Item  string
	Named []string
	P     []float64
}

// Write prints r sorted by item, six decimals.
func Write(w io.Writer, r *Result) error {
	b := bufio.NewWriter(w)
	items := slices.Clone(r.Items)
	slices.SortFunc(items, func(a, b Weighed) int { return strings.Compare(a.Item, b.Item) })
	long := len(r.Values) > Wide
	if long {
		fmt.Fprintln(b, "item\tvalue\tprobability")
	} else {
		fmt.Fprintln(b, "item\t"+strings.Join(r.Values, "\t"))
	}
	for _, it := range items {
		if long {
			for k, v := range it.Named {
				fmt.Fprintf(b, "%s\t%s\t%.6f\n", it.Item, v, it.P[k])
			}
			continue
		}
		b.WriteString(it.Item)
		for _, p := range it.P {
			b.WriteByte('\t')
			b.WriteString(strconv.FormatFloat(p, 'f', 6, 64))
		}
		b.WriteByte('\n')
	}
	return b.Flush()
}

// ReadResult reads what [Write] printed.
func ReadResult(r io.Reader) (*Result, error) {
	rows := lines(r)
	h, _, err := rows.next()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: not even a header; expected “item” and the values", ErrEmpty)
	}
	if err != nil {
		return nil, err
	}
	if len(h) < 2 || h[0] != "item" {
		return nil, fmt.Errorf("line 1: header is %q; expected “item” and the values, as “heed weigh run” writes it", strings.Join(h, " "))
	}
	if slices.Equal(h, []string{"item", "value", "probability"}) {
		return readLong(rows)
	}
	out := &Result{Values: h[1:]}
	seen := map[string]bool{}
	for {
		f, line, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(f) != len(h) {
			return nil, fmt.Errorf("line %d: %d columns, the header has %d", line, len(f), len(h))
		}
		if seen[f[0]] {
			return nil, fmt.Errorf("line %d: item %q stands there twice", line, f[0])
		}
		seen[f[0]] = true
		it := Weighed{Item: f[0]}
		for _, s := range f[1:] {
			p, err := probability(s)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", line, err)
			}
			it.P = append(it.P, p)
		}
		out.Items = append(out.Items, it)
	}
	if len(out.Items) == 0 {
		return nil, ErrEmpty
	}
	return out, nil
}

func readLong(rows *lineReader) (*Result, error) {
	out := &Result{}
	at := map[string]int{}
	values := map[string]bool{}
	for {
		f, line, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(f) != 3 {
			return nil, fmt.Errorf("line %d: expected item, value and probability", line)
		}
		p, err := probability(f[2])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		k, ok := at[f[0]]
		if !ok {
			k = len(out.Items)
			at[f[0]] = k
			out.Items = append(out.Items, Weighed{Item: f[0]})
		}
		out.Items[k].Named = append(out.Items[k].Named, f[1])
		out.Items[k].P = append(out.Items[k].P, p)
		values[f[1]] = true
	}
	for v := range values {
		out.Values = append(out.Values, v)
	}
	slices.Sort(out.Values)
	if len(out.Items) == 0 {
		return nil, ErrEmpty
	}
	return out, nil
}

func probability(s string) (float64, error) {
	p, err := strconv.ParseFloat(s, 64)
	if err != nil || !(p >= 0 && p <= 1) {
		return 0, fmt.Errorf("%q is no probability between 0 and 1", s)
	}
	return p, nil
}

// Binary turns a file whose values are sets of names joined by "+" into 0/1 hypotheses
// “item|name”: one for every name that anyone gave, where at least two sources speak of
// the item. A source says 1 if it gave the name and 0 if it spoke of the item without it.
// A file of plain values comes out the same way, every value being a set of one.
func Binary(c *Claims) (*Claims, error) {
	if c.Kind != Value {
		return nil, errors.New("only a file with the columns “source item value” can be turned into 0/1 hypotheses")
	}
	byItem := map[string][]Claim{}
	var items []string
	for _, r := range c.Rows {
		if byItem[r.Item] == nil {
			items = append(items, r.Item)
		}
		byItem[r.Item] = append(byItem[r.Item], r)
	}
	out := &Claims{Kind: Value}
	for _, item := range items {
		rows := byItem[item]
		sources, names := map[string]bool{}, map[string]bool{}
		for _, r := range rows {
			sources[r.Source] = true
			for _, n := range strings.Split(r.Value, "+") {
				names[n] = true
			}
		}
		if len(sources) < 2 {
			continue
		}
		sorted := make([]string, 0, len(names))
		for n := range names {
			sorted = append(sorted, n)
		}
		slices.Sort(sorted)
		for _, n := range sorted {
			for _, r := range rows {
				said := "0"
				if slices.Contains(strings.Split(r.Value, "+"), n) {
					said = "1"
				}
				out.Rows = append(out.Rows, Claim{Source: r.Source, Item: item + "|" + n, Value: said, Origin: r.Origin})
			}
		}
	}
	if len(out.Rows) == 0 {
		return nil, errors.New("no item has two sources: there is nothing to turn into hypotheses")
	}
	return out, nil
}

// BinaryTruth gives the outcomes of the hypotheses in b whose item has a truth.
func BinaryTruth(b *Claims, truth Truth) Truth {
	out := Truth{}
	for _, r := range b.Rows {
		item, name, ok := cutLast(r.Item)
		if !ok {
			continue
		}
		set, judged := truth[item]
		if !judged {
			continue
		}
		out[r.Item] = "0"
		if slices.Contains(strings.Split(set, "+"), name) {
			out[r.Item] = "1"
		}
	}
	return out
}

func cutLast(s string) (before, after string, ok bool) {
	if i := strings.LastIndexByte(s, '|'); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// WriteClaims prints a value file, with the origin column only where one is declared.
func WriteClaims(w io.Writer, c *Claims) error {
	b := bufio.NewWriter(w)
	origins := slices.ContainsFunc(c.Rows, func(r Claim) bool { return r.Origin != "" })
	fmt.Fprint(b, "source\titem\tvalue")
	if origins {
		fmt.Fprint(b, "\torigin")
	}
	fmt.Fprintln(b)
	for _, r := range c.Rows {
		fmt.Fprintf(b, "%s\t%s\t%s", r.Source, r.Item, r.Value)
		if origins {
			fmt.Fprintf(b, "\t%s", r.Origin)
		}
		fmt.Fprintln(b)
	}
	return b.Flush()
}

// WriteTruth prints outcomes sorted by item.
func WriteTruth(w io.Writer, t Truth) error {
	b := bufio.NewWriter(w)
	items := make([]string, 0, len(t))
	for i := range t {
		items = append(items, i)
	}
	slices.Sort(items)
	fmt.Fprintln(b, "item\tvalue")
	for _, i := range items {
		fmt.Fprintf(b, "%s\t%s\n", i, t[i])
	}
	return b.Flush()
}
