package batch

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/weigh/tsv"
)

func read(t testing.TB, s string) *tsv.Claims {
	t.Helper()
	c, err := tsv.ReadClaims(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func printed(t testing.TB, c *tsv.Claims, truth tsv.Truth, rule Rule) string {
	t.Helper()
	r, err := Run(c, truth, rule)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := tsv.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestForms(t *testing.T) {
	out := printed(t, read(t, "source\titem\tvalue\ns\tb\tyes\nt\tb\tno\ns\ta\tyes\n"), nil, InOrder)
	if !strings.HasPrefix(out, "item\tno\tyes\na\t0.") || strings.Count(out, "\n") != 3 {
		t.Errorf("values: %q", out)
	}
	if out := printed(t, read(t, "source\titem\tprobability\ns\ta\t.25\nt\ta\t.75\n"), nil, InOrder); out != "item\t0\t1\na\t0.500000\t0.500000\n" {
		t.Errorf("probabilities: %q", out)
	}
	if out := printed(t, read(t, "source\titem\tz\ta\ns\ti\t.25\t.75\n"), nil, InOrder); out != "item\tz\ta\ni\t0.250000\t0.750000\n" {
		t.Errorf("levels keep their order: %q", out)
	}
	var open strings.Builder
	open.WriteString("source\titem\tvalue\n")
	for i := range 60 {
		fmt.Fprintf(&open, "s\ti%02d\tname%02d\n", i, i)
	}
	if out := printed(t, read(t, open.String()), nil, InOrder); !strings.HasPrefix(out, "item\tvalue\tprobability\ni00\tname00\t1.000000\n") {
		t.Errorf("open values: %q", out)
	}
}

// The rule of FluSight: an outcome is used from date + 7·horizon + 7 days on.
func TestFluSightRule(t *testing.T) {
	var b strings.Builder
	b.WriteString("source\titem\tlow\thigh\n")
	truth := tsv.Truth{}
	for week := range 6 {
		for place := range 20 {
			item := fmt.Sprintf("2024-01-%02d|%02d|1", 1+5*week, place)
			fmt.Fprintf(&b, "good\t%s\t.1\t.9\nbad\t%s\t.8\t.2\n", item, item)
			truth[item] = "high"
		}
	}
	c := read(t, b.String())
	r, err := Run(c, truth, FluSight)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range r.Items {
		learned := math.Abs(it.P[1]-.55) > 1e-9
		// The first outcome is known on 1 + 14 = 15 January.
		if day := it.Item[8:10]; learned != (day >= "15") {
			t.Errorf("%s: %v", it.Item, it.P)
		}
	}
	for _, bad := range []string{"2024-01-01|01", "2024-13-01|01|1", "2024-01-01|01|soon", "2024-01-01|01|-1"} {
		if _, err := Run(read(t, "source\titem\tlow\thigh\ns\t"+bad+"\t.5\t.5\n"), truth, FluSight); err == nil {
			t.Errorf("item %q was taken", bad)
		}
	}
}

func TestRefusals(t *testing.T) {
	c := read(t, "source\titem\tvalue\ns\ta\t1\nt\ta\t0\n")
	if _, err := Run(c, tsv.Truth{"z": "1"}, InOrder); err == nil || !strings.Contains(err.Error(), "of one set") {
		t.Errorf("a truth of another set: %v", err)
	}
	if _, err := Run(c, nil, "soon"); err == nil || !strings.Contains(err.Error(), "flusight") {
		t.Errorf("an unknown rule: %v", err)
	}
	if _, err := Explain(c, "z", ""); err == nil || !strings.Contains(err.Error(), "no report") {
		t.Errorf("an item without reports: %v", err)
	}
	if _, err := Explain(c, "a", "7"); err == nil || !strings.Contains(err.Error(), "none of the values") {
		t.Errorf("a value of nobody: %v", err)
	}
	r, err := Run(c, nil, InOrder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Score(r, tsv.Truth{"z": "1"}); err == nil {
		t.Error("a truth of another set was scored")
	}
}

// The terms of an explanation and its answer are one computation.
func TestExplain(t *testing.T) {
	var b strings.Builder
	b.WriteString("source\titem\tvalue\torigin\n")
	for i := range 40 {
		for s := range 5 {
			fmt.Fprintf(&b, "s%d\ti%02d\t%d\t\n", s, i, (i+i*s/7)%2)
		}
		fmt.Fprintf(&b, "x\ti%02d\t%d\twire\ny\ti%02d\t%d\twire\n", i, i%2, i, i%2)
	}
	e, err := Explain(read(t, b.String()), "i07", "")
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, term := range e.Assessment.Terms {
		sum += term.Part
	}
	if math.Abs(sum-e.Assessment.LogOdds) > 1e-9 || e.Value != "1" {
		t.Errorf("%+v", e)
	}
	for _, want := range []string{"one origin for", "one more repeats", "five are of unknown lineage", "With a seventh for the plain vote"} {
		if !strings.Contains(e.Sentence, want) && !strings.Contains(e.Sentence, strings.Replace(want, "one more repeats", "two more repeat", 1)) {
			t.Errorf("%q is not in: %s", want, e.Sentence)
		}
	}
}

// FuzzRun: whatever reads is answered, with probabilities that add up to 1.
func FuzzRun(f *testing.F) {
	f.Add("source\titem\tvalue\torigin\ns\ti\t1\to\nt\ti\t0\t\nt\tj\t0\ts\n")
	f.Add("source\titem\tprobability\ns\ti\t.25\nt\ti\t0\n")
	f.Add("source\titem\tlow\thigh\ns\ti\t.2\t.8\ns\ti\t0\t1\n")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := tsv.ReadClaims(strings.NewReader(s))
		if err != nil || len(c.Rows) > 100 {
			return
		}
		truth := tsv.Truth{}
		for i, r := range c.Rows {
			truth[r.Item] = []string{r.Value, "1", "low"}[min(int(c.Kind)-1, 2)]
			if i%3 == 0 {
				delete(truth, r.Item)
			}
		}
		for _, known := range []tsv.Truth{nil, truth} {
			r, err := Run(c, known, InOrder)
			if err != nil {
				continue
			}
			for _, it := range r.Items {
				sum := 0.0
				for _, p := range it.P {
					if !(p >= 0 && p <= 1+1e-9) {
						t.Fatalf("%s: %v", it.Item, it.P)
					}
					sum += p
				}
				if math.Abs(sum-1) > 1e-6 {
					t.Fatalf("%s: %v", it.Item, it.P)
				}
			}
		}
		if _, err := Explain(c, c.Rows[0].Item, ""); err != nil {
			t.Fatal(err)
		}
	})
}

// On real sets the answers stay where they were measured, within what a changed structure
// may move. The figures themselves are printed by make bench-weigh.
func TestRealSets(t *testing.T) {
	const data = "../../../../shared/data/weigh"
	if _, err := os.Stat(data); err != nil {
		t.Skip("skipped: shared data absent")
	}
	for name, least := range map[string]float64{"rte": .92, "product": .93} {
		f, err := os.Open(filepath.Join(data, name, "claims.tsv"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		c, err := tsv.ReadClaims(f)
		if err != nil {
			t.Fatal(err)
		}
		g, err := os.Open(filepath.Join(data, name, "truth.tsv"))
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		truth, err := tsv.ReadTruth(g)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Run(c, nil, InOrder)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Score(r, truth)
		if err != nil {
			t.Fatal(err)
		}
		if s.Accuracy < least {
			t.Errorf("%s: accuracy %.4f", name, s.Accuracy)
		}
	}
}
