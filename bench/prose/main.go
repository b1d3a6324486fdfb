// Command prose prints the figures of reading: scores of the shared sets by the shared
// scorer, where both are present, and the CPU that reading takes. CPU is this process's own,
// so other work on the machine hardly moves it.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"heed/internal/bench"
	"heed/internal/prose"
)

var figures bench.Figures

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

const shared = "../shared"

func main() {
	out, err := os.MkdirTemp("", "heed-prose-")
	check(err)
	defer os.RemoveAll(out)
	if _, err := os.Stat(filepath.Join(shared, "data/read/seed/docs.jsonl")); err != nil {
		fmt.Println("scores | skipped: shared data absent")
	} else {
		own(out)
		scores(out)
	}
	speed()
	linear()
	check(figures.Print("prose"))
}

// own prints how much of the project's own texts is read whole, kind by kind. There is no goal
// but the floors that the tests hold: rules were made with the reports in view, and none with
// the unseen ones.
func own(out string) {
	for _, set := range []string{"reports", "unseen"} {
		rows := score(out, "internal/prose/testdata/"+set+".", nil, nil)
		for _, kind := range []string{"claim", "warning", "responsibility", "event", "count", "date", "actor"} {
			fmt.Printf("%s, %s: relaxed F1 %.1f\n", set, kind, pick(rows, kind, "record", "relaxed").F1)
		}
	}
}

// row is a line of the scorer's output.
type row struct {
	Kind, Measure, Role string
	F1, P, R            float64
	TP, Pred, Gold      int
}

// score reads a set with the real program and gives the scorer's rows.
func score(out, set string, read, scorer []string) []row {
	docs, gold := set+"docs.jsonl", set+"gold.jsonl"
	pred := filepath.Join(out, "pred.jsonl")
	f, err := os.Create(pred)
	check(err)
	cmd := exec.Command("bin/heed", append([]string{"read", "--docs", docs}, read...)...)
	cmd.Stdout, cmd.Stderr = f, os.Stderr
	check(cmd.Run())
	check(f.Close())
	abs := func(p string) string {
		a, err := filepath.Abs(p)
		check(err)
		return a
	}
	tool := exec.Command("go", append([]string{"run", ".", "-json", "-docs", abs(docs), "-gold", abs(gold), "-pred", abs(pred)}, scorer...)...)
	tool.Dir, tool.Stderr = filepath.Join(shared, "tools/readscore"), os.Stderr
	b, err := tool.Output()
	check(err)
	var rows []row
	sc := bufio.NewScanner(bytes.NewReader(b))
	for sc.Scan() {
		var r row
		check(json.Unmarshal(sc.Bytes(), &r))
		rows = append(rows, r)
	}
	return rows
}

func pick(rows []row, kind, measure, role string) row {
	for _, r := range rows {
		if r.Kind == kind && r.Measure == measure && r.Role == role {
			return r
		}
	}
	return row{}
}

func scores(out string) {
	seed := score(out, shared+"/data/read/seed/", nil, nil)
	figures.AtLeast("seed, claims, relaxed F1", pick(seed, "claim", "record", "relaxed").F1, "", 95)
	for _, kind := range []string{"warning", "responsibility", "event", "count", "date", "actor"} {
		figures.AtLeast("seed, "+kind+", records found", pick(seed, kind, "record", "relaxed").R, "%", 100)
	}
	for _, a := range [][2]string{{"count", "min"}, {"count", "max"}, {"count", "approx"}, {"date", "value"}, {"claim", "denies_ref"}} {
		figures.AtLeast("seed, "+a[0]+" "+a[1]+", right", pick(seed, a[0], "attr", a[1]).F1, "%", 100)
	}
	claims := score(out, shared+"/data/read/polnear/dev.", []string{"--flat"}, []string{"-kind", "claim", "-roles", "source,cue,content"})
	figures.AtLeast("PolNeAR dev, claims, relaxed F1", pick(claims, "claim", "record", "relaxed").F1, "", 48)
	muc := score(out, shared+"/data/read/muc4/dev.", []string{"--templates"}, []string{"-roles", "type,PerpInd,PerpOrg,Target,Victim,Weapon"})
	figures.AtLeast("MUC-4 dev, doc/head F1, six roles", pick(muc, "fill", "doc/head", "ALL").F1, "", 58)
	figures.AtLeast("MUC-4 dev, type F1", pick(muc, "fill", "doc/head", "type").F1, "", 82)
	muc = score(out, shared+"/data/read/muc4/dev.", []string{"--templates"}, nil)
	figures.AtLeast("MUC-4 dev, killed F1", pick(muc, "fill", "doc/head", "killed").F1, "", 60)
}

// article is about 5 KB of the project's own articles.
func article() string {
	b, err := os.ReadFile("internal/prose/testdata/articles.docs.jsonl")
	check(err)
	var text strings.Builder
	for line := range strings.Lines(string(b)) {
		var d struct{ Text string }
		check(json.Unmarshal([]byte(line), &d))
		text.WriteString(d.Text + "\n")
		if text.Len() > 5000 {
			break
		}
	}
	return text.String()[:5000]
}

// speed is the CPU of reading one article, garbage collection included: the best of ten
// rounds, since a round that was disturbed measures the disturbance.
func speed() {
	text := article()
	prose.Read(text) // the lexicon is read once
	best := time.Duration(1 << 62)
	for range 10 {
		const n = 400
		start := bench.CPU()
		for range n {
			prose.Read(text)
		}
		best = min(best, (bench.CPU()-start)/n)
	}
	figures.AtMost("a 5-KB article, CPU", float64(best.Microseconds()), "µs", 600)
}

// linear compares the CPU a byte at 100 times the size with that at 1, over texts made to be
// hard.
func linear() {
	worst, name := 0.0, ""
	for _, h := range []struct{ name, unit string }{
		{"letters without space", "a"}, {"quote marks", "\""}, {"opening quotes", " “he said"}, {"a quote without end", "\"It is so. He said it is so. "},
		{"commas", "Vale, "}, {"brackets", "("}, {"cues", "said that he said that "}, {"attacks", "Guerrillas attacked a bank in Lima on 3 May 1989. "},
		{"warnings", "Iran warned Russia of an attack. "}, {"paragraphs", "\n\n\"It is so"}, {"names", "Islamic State of Iraq and "},
	} {
		small := perByte(strings.Repeat(h.unit, 40_000/len(h.unit)), 10)
		large := perByte(strings.Repeat(h.unit, 4_000_000/len(h.unit)), 1)
		if r := large / small; r > worst {
			worst, name = r, h.name
		}
	}
	figures.AtMost("hard texts: CPU a byte at 4 MB against 40 KB, worst ("+name+")", worst, "×", 3)
}

func perByte(text string, rounds int) float64 {
	start := bench.CPU()
	for range rounds {
		prose.Read(text)
	}
	return float64(bench.CPU()-start) / float64(rounds*len(text))
}
