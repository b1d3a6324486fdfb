// Command weigh prints the figures of weighing: how good its answers are on sets whose
// truth is known, beside the best published method for each, and what it costs. Everything
// goes through the code that heed weigh runs, with its one setting.
package main

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"

	"heed/internal/bench"
	"heed/internal/weigh"
	"heed/internal/weigh/batch"
	"heed/internal/weigh/circular"
	"heed/internal/weigh/score"
	"heed/internal/weigh/tsv"
)

var figures bench.Figures

func least(name string, v, goal float64) { figures.AtLeast(name, v, "", goal) }
func most(name string, v, goal float64)  { figures.AtMost(name, v, "", goal) }

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

const data = "../shared/data/weigh"

func main() {
	only := flag.String("only", "", "only the groups whose name matches")
	flag.Parse()
	want := regexp.MustCompile(*only)
	groups := []struct {
		name string
		data bool // needs the shared data
		run  func()
	}{
		{"crowds", true, crowds}, {"flusight", true, flusight}, {"replication", true, replication},
		{"circular", false, circles}, {"cost", true, cost}, {"case", false, oneReport},
	}
	_, err := os.Stat(data)
	for _, g := range groups {
		switch {
		case !want.MatchString(g.name):
		case g.data && err != nil:
			fmt.Printf("%s | skipped: shared data absent\n", g.name)
		default:
			g.run()
		}
	}
	if *only != "" {
		check(figures.Print("")) // a part is no outcome to keep
		return
	}
	check(figures.Print("weigh"))
}

func claims(parts ...string) *tsv.Claims {
	f, err := os.Open(filepath.Join(append([]string{data}, parts...)...))
	check(err)
	defer f.Close()
	c, err := tsv.ReadClaims(f)
	check(err)
	return c
}

func truth(parts ...string) tsv.Truth {
	f, err := os.Open(filepath.Join(append([]string{data}, parts...)...))
	check(err)
	defer f.Close()
	t, err := tsv.ReadTruth(f)
	check(err)
	return t
}

func scored(c *tsv.Claims, learn, t tsv.Truth, rule batch.Rule) score.Report {
	r, err := batch.Run(c, learn, rule)
	check(err)
	s, err := batch.Score(r, t)
	check(err)
	return s
}

// crowds are the sets without outcomes.
func crowds() {
	for _, s := range []struct {
		name                    string
		accuracy, f1, loss, ece float64
	}{
		{"product", .937, .70, .215, .05}, {"rte", .92, 0, .21, .05}, {"zcall", .870, 0, .36, .05},
		{"adult2", .76, 0, .70, 0}, {"book", .895, .91, 0, .08},
	} {
		c, t := claims(s.name, "claims.tsv"), truth(s.name, "truth.tsv")
		if s.name == "book" {
			b, err := tsv.Binary(c)
			check(err)
			c, t = b, tsv.BinaryTruth(b, t)
		}
		r := scored(c, nil, t, batch.InOrder)
		least(s.name+", accuracy", r.Accuracy, s.accuracy)
		if s.f1 > 0 {
			least(s.name+", F1", *r.F1, s.f1)
		}
		if s.loss > 0 {
			most(s.name+", log loss", r.LogLoss, s.loss)
		}
		if s.ece > 0 {
			most(s.name+", ECE", r.ECE, s.ece)
		}
	}
}

// flusight learns online from two seasons, and from one to which repeaters were added.
func flusight() {
	for _, s := range []struct {
		season    string
		rps, rise float64
	}{{"2023", .0611, 0}, {"2024", .1060, .1285}} {
		c, t := claims("flusight", "claims-"+s.season+".tsv"), truth("flusight", "truth-"+s.season+".tsv")
		peer := claims("flusight", "peer-"+s.season+".tsv")
		judged := judgedItems(c, peer, t)
		ours, rise := judge(answers(c, t), judged)
		mean, meanRise := judge(linear(c), judged)
		most("flusight "+s.season+", RPS", ours, s.rps)
		most("flusight "+s.season+", RPS less the linear pool's", ours-mean, 0)
		for _, p := range []string{"FluSight-ensemble", "FluSight-ens_q_cat"} {
			x, y := judge(of(peer, p), judged)
			fmt.Printf("  peer %s: RPS %.4f, rise %.4f\n", p, x, y)
		}
		fmt.Printf("  linear pool: RPS %.4f, rise %.4f\n", mean, meanRise)
		if s.rise > 0 {
			most("flusight "+s.season+", Brier of rise", rise, s.rise)
			for _, k := range []int{10, 30} {
				sum, pool := 0.0, 0.0
				for seed := range 5 {
					more := repeaters(c, k, uint64(seed+1))
					x, _ := judge(answers(more, t), judged)
					y, _ := judge(linear(more), judged)
					sum += (x/ours - 1) / 5
					pool += (y/mean - 1) / 5
				}
				most(fmt.Sprintf("flusight %s + %d repeaters, RPS rises by, %%", s.season, k), 100*sum, map[int]float64{10: .5, 30: 1}[k])
				fmt.Printf("  linear pool: rises by %.1f %%\n", 100*pool)
			}
		}
	}
}

// judgedItems are those that have a truth, both official ensembles, and three sources.
func judgedItems(c, peer *tsv.Claims, t tsv.Truth) map[string]int {
	n, ens := map[string]int{}, map[string]int{}
	for _, r := range c.Rows {
		n[r.Item]++
	}
	for _, r := range peer.Rows {
		if r.Source != "FluSight-baseline_cat" {
			ens[r.Item]++
		}
	}
	out := map[string]int{}
	for item, v := range t {
		if n[item] >= 3 && ens[item] == 2 {
			out[item] = slices.Index(c.Levels, v)
		}
	}
	return out
}

func answers(c *tsv.Claims, t tsv.Truth) map[string][]float64 {
	r, err := batch.Run(c, t, batch.FluSight)
	check(err)
	out := map[string][]float64{}
	for _, it := range r.Items {
		out[it.Item] = it.P
	}
	return out
}

func linear(c *tsv.Claims) map[string][]float64 {
	out, n := map[string][]float64{}, map[string]float64{}
	for _, r := range c.Rows {
		if out[r.Item] == nil {
			out[r.Item] = make([]float64, len(r.P))
		}
		n[r.Item]++
		for k, p := range r.P {
			out[r.Item][k] += p
		}
	}
	for item, p := range out {
		for k := range p {
			p[k] /= n[item]
		}
	}
	return out
}

func of(c *tsv.Claims, source string) map[string][]float64 {
	out := map[string][]float64{}
	for _, r := range c.Rows {
		if r.Source == source {
			out[r.Item] = r.P
		}
	}
	return out
}

func judge(p map[string][]float64, judged map[string]int) (rps, rise float64) {
	for _, item := range sorted(judged) {
		q, v := p[item], judged[item]
		rps += weigh.RPS(q, v)
		came := 0.0
		if v >= 3 {
			came = 1
		}
		rise += (q[3] + q[4] - came) * (q[3] + q[4] - came)
	}
	n := float64(len(judged))
	return rps / n, rise / n
}

func sorted(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// repeaters adds k voices that repeat one source with a little noise.
func repeaters(c *tsv.Claims, k int, seed uint64) *tsv.Claims {
	r := rand.New(rand.NewPCG(seed, 0))
	out := &tsv.Claims{Kind: c.Kind, Levels: c.Levels}
	for _, row := range c.Rows {
		out.Rows = append(out.Rows, row)
		if row.Source != "UGA_flucast-Copycat" {
			continue
		}
		for j := range k {
			p, sum := make([]float64, len(row.P)), 0.0
			for v := range p {
				p[v] = max(0, row.P[v]+.01*r.NormFloat64())
				sum += p[v]
			}
			for v := range p {
				p[v] = math.Round(1000*p[v]/sum) / 1000
			}
			out.Rows = append(out.Rows, tsv.Claim{Source: fmt.Sprintf("repeater%02d", j), Item: row.Item, P: p})
		}
	}
	return out
}

func replication() {
	c, t := claims("replication", "claims.tsv"), truth("replication", "truth.tsv")
	sum := 0.0
	for item, p := range linear(c) {
		x := p[0]
		if t[item] == "1" {
			x = 1 - x
		}
		sum += x * x / float64(len(t))
	}
	fmt.Printf("  mean of all: Brier %.4f\n", sum)
	most("replication, Brier", scored(c, nil, t, batch.InOrder).Brier, sum)
	most("replication with outcomes in order, Brier", scored(c, t, t, batch.InOrder).Brier, .2366)
}

// circles are worlds of circular reporting.
func circles() {
	base := circular.World{M: 5, Copy: .95, Coverage: .8, Base: .5, Items: 300, Known: 100}
	vary := func(name string, change func(*circular.World)) {
		for _, q := range []float64{.6, .3} {
			w := base
			w.K, w.Q = 8, q
			change(&w)
			circle(fmt.Sprintf("%s, q=%g", name, q), w)
		}
	}
	for _, k := range []int{1, 2, 4, 8, 16, 32} {
		vary(fmt.Sprintf("circular k=%d", k), func(w *circular.World) { w.K = k })
	}
	vary("circular m=3", func(w *circular.World) { w.M = 3 })
	vary("circular m=10", func(w *circular.World) { w.M = 10 })
	vary("circular copy=.8", func(w *circular.World) { w.Copy = .8 })
	vary("circular copy=.6", func(w *circular.World) { w.Copy = .6 })
	vary("circular coverage=.5", func(w *circular.World) { w.Coverage = .5 })
	vary("circular coverage=1", func(w *circular.World) { w.Coverage = 1 })
	vary("circular base=.3", func(w *circular.World) { w.Base = .3 })
	vary("circular base=.1", func(w *circular.World) { w.Base = .1 })
	for _, k := range []int{1, 4, 8, 32} {
		vary(fmt.Sprintf("declared, no outcomes, k=%d", k), func(w *circular.World) { w.K, w.Known, w.Declared = k, 0, true })
	}
}

func circle(name string, w circular.World) {
	const seeds = 20
	sum := map[circular.Method]circular.Scores{}
	for seed := range uint64(seeds) {
		r := rand.New(rand.NewPCG(seed+1, 0))
		for m, s := range w.Draw(r.Float64).Compare() {
			t := sum[m]
			t.Accuracy += s.Accuracy / seeds
			t.LogLoss += s.LogLoss / seeds
			sum[m] = t
		}
	}
	ours, oracle := sum[circular.Ours], sum[circular.Oracle]
	most(name+", accuracy under the oracle's", oracle.Accuracy-ours.Accuracy, .02)
	most(name+", log loss over the oracle's", ours.LogLoss-oracle.LogLoss, .05)
	fmt.Printf("  ours %.3f %.3f, oracle %.3f %.3f, Dawid–Skene %.3f %.3f, majority %.3f %.3f\n", ours.Accuracy, ours.LogLoss, oracle.Accuracy, oracle.LogLoss,
		sum[circular.DS].Accuracy, sum[circular.DS].LogLoss, sum[circular.Majority].Accuracy, sum[circular.Majority].LogLoss)
}

func self() float64 { return bench.CPU().Seconds() }

// cost is CPU on one core.
func cost() {
	c := claims("product", "claims.tsv")
	start := self()
	t := weigh.NewTable(batch.Claims(c))
	weigh.FitWith(t, weigh.Settings{Types: 1, Start: 6})
	most("product, one fit, CPU s", self()-start, .1)
	start = self()
	_, err := batch.Run(c, nil, batch.InOrder)
	check(err)
	most("product, choice of structure and answers, CPU s", self()-start, 1.5)
}

// oneReport is the CPU of one more report into a case, weighed with all before it: the
// report is read, compared with the others, and the whole case is assessed again. The case
// grows by a few while it is measured; many cases are begun, so that none is warm.
func oneReport() {
	for _, s := range []struct {
		n, cases int
		goal     float64
	}{{20, 400, 20}, {1000, 20, 1000}} {
		next := func(i int) weigh.Report {
			r := weigh.Report{ID: fmt.Sprint("r", i), Source: fmt.Sprint("s", i%300), Says: weigh.Yes + weigh.Says(i%2)}
			if i%3 == 0 {
				r.Origin = fmt.Sprint("o", i%50)
			}
			for k := range 40 {
				r.Shingles = append(r.Shingles, uint64(i*40+k))
			}
			return r
		}
		const more = 4
		cases := make([]*weigh.Case, s.cases)
		for k := range cases {
			cases[k] = weigh.NewCase(nil, weigh.Policy{})
			for i := range s.n - more/2 {
				cases[k].Add(next(i))
			}
		}
		last := make([]weigh.Report, more)
		for i := range last {
			last[i] = next(s.n + i)
		}
		runtime.GC()
		start := self()
		for _, c := range cases {
			for _, r := range last {
				c.Add(r)
				c.Assess(nil)
			}
		}
		most(fmt.Sprintf("one report into a case of %d, CPU us", s.n), 1e6*(self()-start)/float64(s.cases*more), s.goal)
	}
}
