package prose

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode"
)

// ownArticles are twenty articles written for this project, annotated by the rules in
// docs/reading.md: testdata/articles.docs.jsonl and articles.gold.jsonl.
func ownArticles(t testing.TB) []sharedDoc {
	t.Helper()
	return jsonLines[sharedDoc](t, "testdata/articles.docs.jsonl")
}

func jsonLines[T any](t testing.TB, path string) []T {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []T
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<22)
	for sc.Scan() {
		var v T
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

type goldRecord struct {
	Doc, ID, Kind string
	Spans         map[string][]Span
	Attrs         map[string]any
}

// wordsOf is the set of words, by their start, that spans touch.
func wordsOf(text string, spans []Span) map[int]bool {
	set := map[int]bool{}
	for _, s := range spans {
		in := false
		for i, r := range text[s[0]:s[1]] {
			word := unicode.IsLetter(r) || unicode.IsDigit(r)
			if word && !in {
				set[s[0]+i] = true
			}
			in = word
		}
	}
	return set
}

// alike is the share of words that two roles have in common.
func alike(text string, a, b []Span) float64 {
	x, y := wordsOf(text, a), wordsOf(text, b)
	common := 0
	for k := range x {
		if y[k] {
			common++
		}
	}
	if len(x)+len(y) == 0 {
		return 1
	}
	return float64(common) / float64(len(x)+len(y)-common)
}

// found tells whether a record holds what a gold record says: every role of it to at least
// half of its words, the cue aside, and each number, date and mode.
func found(text string, g goldRecord, r Record) bool {
	if g.Kind != r.Kind {
		return false
	}
	for role, spans := range g.Spans {
		if role != "cue" && alike(text, spans, r.At(role)) < 0.5 {
			return false
		}
	}
	for _, name := range []string{"min", "max", "approx", "value", "what", "mode", "stance"} {
		want, has := g.Attrs[name]
		got := r.Attr(name)
		says := got != nil
		if n, ok := got.(int); ok {
			got = float64(n)
		}
		if has != says || has && want != got {
			return false
		}
	}
	return true
}

// The project's own articles and reports: how many of the annotated records the reader finds.
// Floors, not goals: they may only be raised. The articles were written beside the rules, the
// reports by somebody who had not seen them.
func TestOwnArticles(t *testing.T) {
	for _, set := range []struct {
		name  string
		floor map[string]float64
	}{
		{"articles", map[string]float64{"claim": 0.98, "warning": 0.95, "responsibility": 1, "event": 1, "count": 1, "date": 1, "actor": 1}},
		{"reports", map[string]float64{"claim": 0.69, "warning": 0.43, "responsibility": 0.51, "event": 0.30, "count": 0.78, "date": 0.96, "actor": 0.63}},
	} {
		t.Run(set.name, func(t *testing.T) { holdFloors(t, "testdata/"+set.name, set.floor) })
	}
}

func holdFloors(t *testing.T, set string, floor map[string]float64) {
	texts := map[string]string{}
	drafts := map[string][]Record{}
	for _, d := range jsonLines[sharedDoc](t, set+".docs.jsonl") {
		texts[d.Doc] = d.Text
		drafts[d.Doc] = Read(d.Text)
		check(t, d.Text, drafts[d.Doc])
	}
	have, all := map[string]int{}, map[string]int{}
	for _, g := range jsonLines[goldRecord](t, set+".gold.jsonl") {
		if g.Attrs["optional"] == true {
			continue
		}
		all[g.Kind]++
		hit := false
		for _, r := range drafts[g.Doc] {
			hit = hit || found(texts[g.Doc], g, r)
		}
		if hit {
			have[g.Kind]++
		} else {
			var words []string
			for role, spans := range g.Spans {
				words = append(words, role+": "+texts[g.Doc][spans[0][0]:spans[0][1]])
			}
			t.Logf("%s: missed %s %s (%s)", g.Doc, g.Kind, g.ID, strings.Join(words, "; "))
		}
	}
	for kind, n := range all {
		if share := float64(have[kind]) / float64(n); share < floor[kind] {
			t.Errorf("%s: %d of %d found, the floor is %.0f %%", kind, have[kind], n, 100*floor[kind])
		}
	}
}
