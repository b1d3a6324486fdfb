package tsv

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestReadClaimsRefuses(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"nothing":        {"", "not even a header"},
		"no rows":        {"source\titem\tvalue\n", "no rows"},
		"unknown column": {"source\titem\tcolour\nd\ta\tb\n", "unknown columns"},
		"other header":   {"who\twhat\n", "header is"},
		"named twice":    {"source\titem\ta\ta\n", "named twice"},
		"too few":        {"source\titem\tvalue\ns\ti\n", "line 2: 2 columns, the header has 3"},
		"above one":      {"source\titem\tprobability\ns\ti\t1.5\n", "no probability between 0 and 1"},
		"not a number":   {"source\titem\tprobability\ns\ti\tNaN\n", "no probability between 0 and 1"},
		"levels":         {"source\titem\tlow\thigh\ns\ti\t.5\t.9\n", "sum to 1.400"},
		"no source":      {"source\titem\tvalue\n\ti\t1\n", "must not be empty"},
		"no value":       {"source\titem\tvalue\ns\ti\t\n", "the value is empty"},
	} {
		if _, err := ReadClaims(strings.NewReader(c.in)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, expected %q", name, err, c.want)
		}
	}
	if _, err := ReadClaims(strings.NewReader("source\titem\tvalue\n")); !errors.Is(err, ErrEmpty) {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := ReadTruth(strings.NewReader("item\tvalue\na\t1\na\t0\n")); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("two truths of one item: %v", err)
	}
}

func TestBinary(t *testing.T) {
	c, err := ReadClaims(strings.NewReader("source\titem\tvalue\ns\tb1\tann+bob\nt\tb1\tbob\ns\tb2\tcid\n"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Binary(c)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteClaims(&out, b); err != nil {
		t.Fatal(err)
	}
	want := "source\titem\tvalue\ns\tb1|ann\t1\nt\tb1|ann\t0\ns\tb1|bob\t1\nt\tb1|bob\t1\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	if got := BinaryTruth(b, Truth{"b1": "bob"}); !reflect.DeepEqual(got, Truth{"b1|ann": "0", "b1|bob": "1"}) {
		t.Errorf("truth: %v", got)
	}
}

// What is read is whole: values are named, probabilities are probabilities, and what is
// written of it reads the same.
func FuzzReadClaims(f *testing.F) {
	f.Add("source\titem\tvalue\torigin\ns\ti\t1\to\n")
	f.Add("source\titem\tprobability\ns\ti\t.25\r\n")
	f.Add("source\titem\tlow\thigh\torigin\ns\ti\t.2\t.8\t\n")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ReadClaims(strings.NewReader(s))
		if err != nil {
			return
		}
		for _, r := range c.Rows {
			for _, p := range r.P {
				if !(p >= 0 && p <= 1) {
					t.Fatalf("read %v", r)
				}
			}
			if c.Kind == Value && r.Value == "" || r.Source == "" || r.Item == "" {
				t.Fatalf("read %+v", r)
			}
		}
		if c.Kind != Value {
			return
		}
		var b bytes.Buffer
		if err := WriteClaims(&b, c); err != nil {
			t.Fatal(err)
		}
		again, err := ReadClaims(&b)
		if err != nil || !reflect.DeepEqual(again.Rows, c.Rows) {
			t.Fatalf("written and read: %v %v, first %v", again, err, c)
		}
	})
}

// A result that reads is written and read as itself.
func FuzzReadResult(f *testing.F) {
	f.Add("item\t0\t1\na\t0.250000\t0.750000\n")
	f.Add("item\tvalue\tprobability\na\tx\t1.000000\n")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ReadResult(strings.NewReader(s))
		if err != nil || len(r.Values) > Wide || r.Items[0].Named != nil {
			return
		}
		var b bytes.Buffer
		if err := Write(&b, r); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadResult(&b); err != nil || len(again.Items) != len(r.Items) {
			t.Fatalf("written and read: %v, first %v", err, r)
		}
	})
}
