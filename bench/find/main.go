// Command find prints the figures of finding: CPU for one search, by kind of question, in a
// store of so many statements. Words are drawn as words of a language are, a few very often
// and most rarely; a tenth of the statements is for few readers only.
package main

import (
	"context"
	crand "crypto/rand"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"heed"
	"heed/internal/bench"
	"heed/internal/desk"
	"heed/internal/envelope"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

func main() {
	n := flag.Int("n", 100000, "statements")
	database := flag.String("database", "", "an empty database, postgres://… (else a file; CPU then is that of this process only)")
	out := flag.String("out", "", "file for the figures")
	profile := flag.String("profile", "", "file for a CPU profile of the searches")
	flag.Parse()
	dir, err := os.MkdirTemp("", "heed-bench-find-")
	check(err)
	defer os.RemoveAll(dir)
	var o bench.Outcome
	o.Calibration, err = bench.Calibrate(dir)
	check(err)
	if *database == "" {
		*database = filepath.Join(dir, "heed.db")
	}
	r := &run{ctx: context.Background(), rng: rand.New(rand.NewSource(1))}
	r.zipf = rand.NewZipf(r.rng, 1.1, 4, 60000)
	r.open(*database)
	index := r.fill(*n)
	if *profile != "" {
		f, err := os.Create(*profile)
		check(err)
		check(pprof.StartCPUProfile(f))
	}
	dearest, total := "", time.Duration(0)
	most := time.Duration(0)
	for _, q := range r.questions() {
		each := r.ask(q)
		fmt.Fprintf(os.Stderr, "%-44s %8.2f ms\n", q.name, ms(each))
		total += each
		if each > most {
			dearest, most = q.name, each
		}
	}
	pprof.StopCPUProfile()
	o.Figures = append(o.Figures,
		bench.AtMost(fmt.Sprintf("find at %d statements, CPU, all kinds of questions alike", *n), ms(total)/float64(len(r.questions())), "ms", 20),
		bench.AtMost(fmt.Sprintf("find at %d statements, CPU, the dearest kind (%s)", *n, dearest), ms(most), "ms", 20),
		bench.AtMost("making a statement findable, CPU", ms(index), "ms", 0.5))
	fmt.Print(o.Lines())
	if *out != "" {
		b, err := o.JSON()
		check(err)
		check(os.MkdirAll(filepath.Dir(*out), 0o755))
		check(os.WriteFile(*out, b, 0o644))
	}
	check(r.db.Close())
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

const here = heed.PartyID("identity--00000000-0000-4000-8000-00000000000a")

type run struct {
	ctx  context.Context
	db   *store.DB
	desk *desk.Desk
	rng  *rand.Rand
	zipf *rand.Zipf
}

func (r *run) open(database string) {
	var err error
	r.db, err = store.Open(r.ctx, store.Options{URL: database, Create: true, Now: time.Now, Rand: crand.Reader, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	check(err)
	dir, err := people.Open(r.ctx, r.db)
	check(err)
	r.desk = &desk.Desk{Store: r.db, Directory: dir, MayAppend: func() (bool, string) { return true, "" }}
}

// word makes the word of a rank; few letters begin many.
func word(k uint64) string {
	var b strings.Builder
	for i := 0; i < 2 || k > 0; i++ {
		b.WriteByte("bdfghklmnprstvz"[k%15])
		b.WriteByte("aeiou"[(k/15)%5])
		k /= 75
	}
	return b.String() + "n"
}

func (r *run) words(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = word(r.zipf.Uint64())
	}
	return strings.Join(list, " ")
}

var cities = []string{"Moscow", "Colombo", "Brussels", "Ankara", "Mumbai", "Kerman", "Vienna", "Saint Petersburg", "Nairobi", "Lima", "Oslo", "Madrid",
	"Jakarta", "Lagos", "Paris", "Rome", "Tunis", "Beirut", "Manila", "Dhaka", "Toronto", "Chicago", "Santiago", "Tbilisi", "Astana"}

func party(n int) heed.PartyID {
	return heed.PartyID(fmt.Sprintf("identity--00000000-0000-4000-8000-%012d", 100+n))
}

func id(n int) heed.ID { return heed.ID(fmt.Sprintf("report--00000000-0000-4000-8000-%012d", n)) }

// statement makes warning n.
func (r *run) statement(n int) store.New {
	label := "TLP:AMBER"
	if n%10 == 0 {
		label = "TLP:RED"
	}
	at := time.Date(2024, 3, 7, 0, 0, 0, 0, time.UTC)
	raw, err := stix.Compose(heed.Statement{ID: id(n), Author: party(n % 40), Version: 1, Kind: heed.KindWarning, Created: at, Modified: at,
		Headline: r.words(7), Text: r.words(40), Warning: &heed.Warning{Handling: heed.Handling{TLP: label}, Basis: heed.BasisLiaison,
			Who: &heed.Actor{Names: []string{r.words(2)}}, Where: &heed.Place{City: cities[r.rng.Intn(len(cities))]}}})
	check(err)
	return store.New{Desk: here, Author: party(n % 40), ID: id(n), Version: 1, Kind: heed.KindWarning, Door: "bench", From: string(party(n % 40)),
		Envelope: envelope.Envelope{Payload: raw, PayloadType: envelope.PayloadType(heed.KindWarning)}, Carried: "exact"}
}

// fill records n statements and makes them findable; it gives the CPU of the latter for each.
func (r *run) fill(n int) time.Duration {
	var index time.Duration
	progress := bench.Progress("statements", n)
	for from := 0; from < n; {
		to := min(from+10000, n)
		for from < to {
			var list []store.New
			for ; from < to && len(list) < 500; from++ {
				list = append(list, r.statement(from))
			}
			check(r.db.Update(r.ctx, store.Normal, func(tx *store.Tx) error {
				for _, s := range list {
					if _, err := tx.Append(s); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		check(r.db.CatchUp(r.ctx))
		start := bench.CPU()
		check(r.desk.Index(r.ctx))
		index += bench.CPU() - start
		progress(from)
	}
	return index / time.Duration(n)
}

// question is one kind of search, made anew for each time.
type question struct {
	name string
	make func() desk.Wanted
}

func (r *run) questions() []question {
	some := func(from, to int) string { return word(uint64(from + r.rng.Intn(to-from))) }
	q := func(name string, f func() desk.Wanted) question { return question{name, f} }
	words := func(format string, list ...func() string) func() desk.Wanted {
		return func() desk.Wanted {
			var args []any
			for _, f := range list {
				args = append(args, f())
			}
			return desk.Wanted{Words: fmt.Sprintf(format, args...)}
		}
	}
	common, middling, rare := func() string { return some(0, 20) }, func() string { return some(100, 1000) }, func() string { return some(5000, 30000) }
	with := func(f func() desk.Wanted, change func(*desk.Wanted)) func() desk.Wanted {
		return func() desk.Wanted { w := f(); change(&w); return w }
	}
	return []question{
		q("a common word", words("%s", common)),
		q("a rare word", words("%s", rare)),
		q("two common words", words("%s %s", common, common)),
		q("three words", words("%s %s %s", common, middling, middling)),
		q("a common and a rare word", words("%s %s", common, rare)),
		q("two rare words", words("%s %s", rare, rare)),
		q("two common words in a row", words(`"%s %s"`, common, common)),
		q("two middling words in a row", words(`"%s %s"`, middling, middling)),
		q("the beginning of words, three letters", words("%.3s*", middling)),
		q("the beginning of a common word", words("%.4s*", common)),
		q("a word and not another", words("%s -%s", middling, common)),
		q("a word that is nowhere", words("nowherexyz")),
		q("a word at a place", with(words("%s", middling), func(w *desk.Wanted) { w.Place = "Russia" })),
		q("a rare word at a place", with(words("%s", rare), func(w *desk.Wanted) { w.Place = "Sri Lanka" })),
		q("a word from a party", with(words("%s", middling), func(w *desk.Wanted) { w.Party = party(r.rng.Intn(40)) })),
		q("all from a party at a place", func() desk.Wanted { return desk.Wanted{Party: party(r.rng.Intn(40)), Place: "Lima, PE"} }),
		q("a handle", func() desk.Wanted { return desk.Wanted{Words: heed.Handle(id(1 + r.rng.Intn(90000)))} }),
		q("a word since yesterday", with(words("%s", common), func(w *desk.Wanted) { w.Since = time.Now().AddDate(0, 0, -1) })),
	}
}

// ask gives the CPU of one search of a kind: the mean over many, for a reader who may not
// read everything and one who may.
func (r *run) ask(q question) time.Duration {
	readers := []people.Actor{people.OnMachine("ann", here, people.Analyst), people.OnMachine("bo", here)}
	const times = 40
	var list []desk.Wanted
	for range times {
		w := q.make()
		w.Limit = 20
		list = append(list, w)
	}
	list = slices.Clip(list)
	start := bench.CPU()
	for i, w := range list {
		_, err := r.desk.Find(r.ctx, readers[i%2], w)
		check(err)
	}
	return (bench.CPU() - start) / times
}
