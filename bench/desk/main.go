// Command desk prints the figures of the desk: finding candidate cases, putting warnings
// into them, clocks, memory. CPU is that of this process, which is the node; memory that of
// the real program on the folder that was filled.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	crand "crypto/rand"

	"github.com/google/uuid"

	"heed"
	"heed/internal/bench"
	"heed/internal/intake"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/place"
	"heed/internal/stix"
	"heed/internal/store"
)

func main() {
	n := flag.Int("n", 100000, "open warnings")
	program := flag.String("heed", "bin/heed", "the program whose memory is measured")
	out := flag.String("out", "", "file for the figures")
	profile := flag.String("profile", "", "file for a CPU profile of the filling")
	steady := flag.String("steady-profile", "", "file for a CPU profile of 100 warnings a second")
	flag.Parse()
	dir, err := os.MkdirTemp("", "heed-bench-desk-")
	check(err)
	defer os.RemoveAll(dir)
	r := &run{ctx: context.Background(), dir: dir, rng: rand.New(rand.NewPCG(1, 2))}
	var o bench.Outcome
	o.Calibration, err = bench.Calibrate(dir)
	check(err)
	r.open()
	small := min(*n/10, 5000)
	r.fill(small)
	few := r.candidates()
	begin(*profile)
	spent := r.fill(*n - small)
	pprof.StopCPUProfile()
	many := r.candidates()
	alone := r.received()
	o.Figures = append(o.Figures,
		bench.AtMost(fmt.Sprintf("finding candidate cases at %d open warnings, CPU", *n), many, "ms", 1),
		bench.AtMost(fmt.Sprintf("the same, against %d", small), many/few, "x", 1.5),
		bench.AtMost("recorded to assessed, clock set, CPU a warning", spent, "ms", 2))
	begin(*steady)
	p99, each := r.steady()
	pprof.StopCPUProfile()
	o.Figures = append(o.Figures,
		bench.AtMost("the same one by one, 100 a second, read on the stream, CPU a warning", each-alone, "ms", 2),
		bench.AtMost("the same, from recorded to on the stream, p99", p99, "ms", 10*o.Calibration.Sync/1000+20))
	check(r.n.Stop(r.ctx))
	o.Figures = append(o.Figures, bench.AtMost("clocks of 10000 that did not fire exactly once, 100 restarts, steps of 10 min", r.clocks(10000, 100), "clocks", 0),
		bench.AtMost(fmt.Sprintf("memory with %d open warnings, peak", *n), r.memory(*program), "MiB", 250))
	fmt.Print(o.Lines())
	if *out != "" {
		b, err := o.JSON()
		check(err)
		check(os.MkdirAll(filepath.Dir(*out), 0o755))
		check(os.WriteFile(*out, b, 0o644))
	}
}

// begin begins a CPU profile; no name: none.
func begin(profile string) {
	if profile != "" {
		f, err := os.Create(profile)
		check(err)
		check(pprof.StartCPUProfile(f))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type run struct {
	ctx  context.Context
	dir  string
	n    *node.Node
	desk heed.PartyID
	rng  *rand.Rand
	last string // id of the last warning
}

func (r *run) world() node.World {
	return node.World{Now: time.Now, Rand: crand.Reader, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), OnlyReceive: true}
}

func (r *run) open() {
	made, err := node.Init(r.ctx, filepath.Join(r.dir, "n"), node.Begin{Name: "n", Desks: []node.NewDesk{{Name: "n"}}, Listen: "127.0.0.1:0", Person: "ada", UID: os.Getuid()}, r.world())
	check(err)
	r.desk = made.Cards[0].Party
	r.n, err = node.New(r.ctx, filepath.Join(r.dir, "n"), r.world())
	check(err)
	check(r.n.Start(r.ctx))
}

// warning draws one: most name a city and a kind of target, some a country only, some
// neither. They are about different things, as far as places allow.
func (r *run) warning() []byte {
	w := heed.Warning{Handling: heed.Handling{TLP: "TLP:GREEN"}, Basis: heed.Bases[r.rng.IntN(len(heed.Bases))], Precedence: heed.Precedences[r.rng.IntN(3)]}
	var cities []place.Place
	for len(cities) == 0 {
		cities = place.Near(r.rng.Float64()*120-55, r.rng.Float64()*360-180, 400)
	}
	city := cities[r.rng.IntN(len(cities))]
	switch r.rng.IntN(10) {
	case 0:
		w.Where = &heed.Place{Country: city.Country}
	case 1:
		w.Where = &heed.Place{Unknown: true}
	default:
		w.Where = &heed.Place{Country: city.Country, City: city.Name}
	}
	if r.rng.IntN(3) > 0 {
		w.Who = &heed.Actor{Names: []string{fmt.Sprintf("group %d", r.rng.IntN(400))}}
	}
	if r.rng.IntN(2) > 0 {
		w.Whom = &heed.Target{Kinds: []string{[]string{"church", "concert", "station", "market", "port", "school"}[r.rng.IntN(6)]}}
	}
	now := time.Now().UTC()
	r.last = "report--" + uuid.New().String()
	words := make([]string, 14)
	for i := range words {
		words[i] = fmt.Sprintf("word%d", r.rng.IntN(5000))
	}
	b, err := stix.Compose(heed.Statement{ID: heed.ID(r.last), Author: heed.PartyID("identity--" + uuid.New().String()), Version: 1, Kind: heed.KindWarning, Created: now, Modified: now,
		Headline: "warning " + words[0], Text: strings.Join(words, " "), Warning: &w})
	check(err)
	return b
}

func (r *run) receive(many int) { r.take(r.compose(many)...) }

func (r *run) take(objects ...[]byte) {
	a := intake.Arrival{Door: "take", From: "person:ada", Desk: r.desk, Objects: objects}
	outcomes, err := r.n.Intake().Receive(r.ctx, a)
	check(err)
	for _, o := range outcomes {
		if o.State != intake.Recorded {
			check(fmt.Errorf("a warning was %s: %s", o.State, o.Words))
		}
	}
}

// fill records warnings and puts them into cases; it gives the CPU, in ms, of the second.
func (r *run) fill(many int) float64 {
	var spent time.Duration
	progress := bench.Progress("warnings in cases", many)
	for at := 0; at < many; at += 500 {
		r.receive(min(500, many-at))
		start := bench.CPU()
		check(r.n.Desk().Follow(r.ctx))
		spent += bench.CPU() - start
		progress(min(at+500, many))
	}
	return spent.Seconds() * 1000 / float64(many)
}

// candidates gives the CPU, in ms, of finding the cases that a fresh warning may belong to:
// the lowest of some rounds, since what else the machine does only adds to it.
func (r *run) candidates() float64 {
	by := people.OnMachine("ada", r.desk)
	var leaves []int64
	for range 200 {
		r.receive(1)
		l, err := r.n.Desk().Resolve(r.ctx, by, r.last)
		check(err)
		leaves = append(leaves, l.Index)
	}
	lowest := time.Duration(math.MaxInt64)
	for range 7 {
		start := bench.CPU()
		for _, idx := range leaves {
			_, err := r.n.Desk().Candidates(r.ctx, by, idx)
			check(err)
		}
		lowest = min(lowest, bench.CPU()-start)
	}
	check(r.n.Desk().Follow(r.ctx))
	return lowest.Seconds() * 1000 / float64(len(leaves))
}

// steadily is how many warnings are sent at 100 a second.
const steadily = 1000

// compose makes warnings beforehand, so that making them is not measured.
func (r *run) compose(many int) [][]byte {
	list := make([][]byte, many)
	for i := range list {
		list[i] = r.warning()
	}
	return list
}

// each sends warnings, one at a time, 100 a second, whether or not the one before is through.
// It gives the CPU of the process for one, in ms, counted when settled has returned.
func (r *run) each(list [][]byte, sent func(), settled func()) float64 {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	start := bench.CPU()
	for _, w := range list {
		<-tick.C
		r.take(w)
		sent()
	}
	settled()
	return (bench.CPU() - start).Seconds() * 1000 / float64(len(list))
}

// received gives the CPU, in ms, of sending and recording a warning: what is no part of what
// the desk makes of it.
func (r *run) received() float64 {
	alone := r.each(r.compose(steadily), func() {}, func() {})
	check(r.n.Desk().Follow(r.ctx))
	return alone
}

// steady sends 100 warnings a second for ten seconds, while the desk follows and a subscriber
// reads the stream. It gives the p99, in ms, from recorded to on the stream, and the CPU for
// one, in ms, that of recording it included.
func (r *run) steady() (p99, each float64) {
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	go r.whenGrown(ctx, func() { _ = r.n.Desk().Follow(ctx) }) // its error shows as a warning that joins no case
	sub, err := r.n.Desk().Stream(ctx, people.OnMachine("ada", r.desk), "", time.Time{})
	check(err)
	seen := make(chan time.Time, steadily)
	go r.whenGrown(ctx, func() {
		for more := true; more && ctx.Err() == nil; {
			list, on, err := sub.Next(ctx)
			if err != nil {
				return // the same
			}
			more = on
			for _, h := range list {
				if h.Kind == heed.KindLink { // in one commit with the assessment and the clock
					seen <- time.Now()
				}
			}
		}
	})
	var took []float64
	recorded := make(chan time.Time, steadily)
	each = r.each(r.compose(steadily), func() { recorded <- time.Now() }, func() {
		for len(took) < steadily {
			select {
			case at := <-seen:
				took = append(took, at.Sub(<-recorded).Seconds()*1000)
			case <-time.After(time.Minute):
				check(fmt.Errorf("a warning joined no case within a minute"))
			}
		}
	})
	slices.Sort(took)
	return took[len(took)*99/100], each
}

// whenGrown calls fn whenever the ledger has grown.
func (r *run) whenGrown(ctx context.Context, fn func()) {
	grown, stop := r.n.Store().Watch()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-grown:
			fn()
		}
	}
}

// clocks sets clocks and lets them run through restarts and steps of the machine's clock. It
// gives how many did not fire exactly once.
func (r *run) clocks(many, restarts int) float64 {
	wall := time.Now().UTC()
	passed := time.Duration(0)
	w := r.world()
	w.Now = func() time.Time { return wall }
	dir := filepath.Join(r.dir, "c")
	made, err := node.Init(r.ctx, dir, node.Begin{Name: "c", Desks: []node.NewDesk{{Name: "c"}}, Listen: "127.0.0.1:0", Person: "ada", UID: -1}, w)
	check(err)
	for run := range restarts + 1 {
		n, err := node.New(r.ctx, dir, w)
		check(err)
		start, base := wall, passed
		n.Desk().Elapsed = func() time.Time { return start.Add(passed - base) }
		if run == 0 {
			check(n.Store().Update(r.ctx, store.Normal, func(tx *store.Tx) error {
				for i := range many {
					c := store.Clock{Desk: made.Cards[0].Party, What: "expire", About: heed.ID(fmt.Sprintf("report--00000000-0000-4000-8000-%012d", i)), Owner: "duty-officer",
						Due: start.Add(time.Duration(r.rng.IntN(restarts*600)) * time.Second)}
					if err := tx.SetClock(c); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		for range 2 {
			d := time.Duration(r.rng.IntN(600)) * time.Second
			if run == restarts {
				d = 48 * time.Hour
			}
			passed += d
			wall = wall.Add(d + time.Duration(r.rng.IntN(1200)-600)*time.Second)
			check(n.Desk().Ring(r.ctx, fmt.Sprint("run ", run)))
		}
		if run == restarts {
			return r.misfired(n, many)
		}
		check(n.Stop(r.ctx))
	}
	return float64(many)
}

// misfired counts by the ledger: each clock that fired is one log statement about one thing.
func (r *run) misfired(n *node.Node, many int) float64 {
	fired := map[string]int{}
	check(n.Store().View(r.ctx, func(tx *store.Tx) error {
		for from := int64(0); ; {
			recs, err := tx.Records(from, 1000)
			if err != nil || len(recs) == 0 {
				return err
			}
			for _, rec := range recs {
				from = rec.Index + 1
				obj, err := stix.Recorded(rec.Envelope.Payload)
				if err != nil {
					return err
				}
				if obj.Statement != nil && obj.Statement.Log != nil {
					fired[obj.Statement.About[0]]++
				}
			}
		}
	}))
	check(n.Stop(r.ctx))
	wrong := many - len(fired)
	for _, times := range fired {
		if times != 1 {
			wrong++
		}
	}
	return float64(wrong)
}

// memory runs the real program on the folder, asks it for its cases, and gives its peak, in MiB.
func (r *run) memory(program string) float64 {
	dir := filepath.Join(r.dir, "n")
	cmd := exec.Command(program, "serve", "--node", dir)
	check(cmd.Start())
	defer func() {
		check(cmd.Process.Signal(syscall.SIGTERM))
		_ = cmd.Wait() // its exit status was asked for above
	}()
	for range 600 {
		if out, err := exec.Command(program, "cases", "--node", dir, "--limit", "500").Output(); err == nil && len(out) > 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	for range 20 {
		_, err := exec.Command(program, "clocks", "--node", dir).Output()
		check(err)
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	check(err)
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			check(err)
			return kb / 1024
		}
	}
	return 0
}
