// Command spine prints the figures of the spine: CPU for each operation, or ratios inside
// one run, beside a calibration of the same minute. The node under load is the real program
// in a process of its own.
package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"heed"
	"heed/internal/envelope"
	"heed/internal/heedtest"
	"heed/internal/ledger"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/store"
)

// figure is one line of the outcome.
type figure struct {
	Name     string  `json:"name"`
	Measured float64 `json:"measured"`
	Unit     string  `json:"unit"`
	Goal     string  `json:"goal"`
	OK       bool    `json:"ok"`
}

var figures []figure

func report(name string, v float64, unit string, goal float64, atLeast bool) {
	sign, ok := "<=", v <= goal
	if atLeast {
		sign, ok = ">=", v >= goal
	}
	figures = append(figures, figure{name, v, unit, fmt.Sprintf("%s %g %s", sign, goal, unit), ok})
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func main() {
	dir, err := os.MkdirTemp("", "heed-bench-")
	check(err)
	defer os.RemoveAll(dir)
	sync := fdatasync(dir)
	one, both := ed25519Rate()
	fmt.Printf("calibration: fdatasync p50 %v, Ed25519 verify %v on one core, %.0f/s on %d\n", sync, one, both, runtime.GOMAXPROCS(0))
	receipts(dir, sync, both)
	proofs(dir)
	for _, f := range figures {
		verdict := "ok"
		if !f.OK {
			verdict = "short"
		}
		fmt.Printf("%s | %.4g %s | %s | %s\n", f.Name, f.Measured, f.Unit, f.Goal, verdict)
	}
	out, err := json.MarshalIndent(figures, "", "  ")
	check(err)
	check(os.MkdirAll("bench/out", 0o755))
	check(os.WriteFile("bench/out/spine.json", out, 0o644))
}

// fdatasync is the median of writing a page and syncing it.
func fdatasync(dir string) time.Duration {
	f, err := os.Create(filepath.Join(dir, "calibration"))
	check(err)
	defer f.Close()
	page := make([]byte, 4096)
	var took []time.Duration
	for range 300 {
		start := time.Now()
		_, err := f.Write(page)
		check(err)
		check(syscall.Fdatasync(int(f.Fd())))
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// ed25519Rate is the time of one verification on one core, and the rate on all.
func ed25519Rate() (time.Duration, float64) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	check(err)
	msg := make([]byte, 1500)
	sig := ed25519.Sign(key, msg)
	const n = 8000
	start := time.Now()
	for range n {
		ed25519.Verify(pub, msg, sig)
	}
	one := time.Since(start) / n
	var wg sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	start = time.Now()
	for range cores {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range n {
				ed25519.Verify(pub, msg, sig)
			}
		}()
	}
	wg.Wait()
	return one, float64(n*cores) / time.Since(start).Seconds()
}

// receiver is a node in its own process, and a sender that it knows.
type receiver struct {
	dir    string
	cmd    *exec.Cmd
	sender *heedtest.Sender
}

func world() node.World {
	return node.World{Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)}
}

func newReceiver(dir string, args ...string) *receiver {
	ctx := context.Background()
	addr, err := heedtest.FreeAddress()
	check(err)
	r := &receiver{dir: filepath.Join(dir, "r")}
	made, err := node.Init(ctx, r.dir, node.Begin{Name: "r", Desks: []node.NewDesk{{Name: "r"}}, Listen: addr, PlainHTTP: true, Person: "ada", UID: os.Getuid()}, world())
	check(err)
	peerDir := filepath.Join(dir, "s")
	peer, err := node.Init(ctx, peerDir, node.Begin{Name: "s", Desks: []node.NewDesk{{Name: "s"}}, Person: "bo", UID: -1}, world())
	check(err)
	n, err := node.New(ctx, r.dir, world())
	check(err)
	_, err = n.AddParty(ctx, people.OnMachine("ada", made.Cards[0].Party), peer.Cards[0].JSON, peer.Cards[0].Fingerprint, "")
	check(err)
	check(n.Store().Update(ctx, store.Normal, func(tx *store.Tx) error {
		return tx.PutParty(store.Party{ID: peer.Cards[0].Party, Name: "s", Card: peer.Cards[0].JSON, TokenIn: people.HashToken("heed_bench")})
	}))
	check(n.Stop(ctx))
	key, err := envelope.ReadKeyFile(filepath.Join(peerDir, "keys", "s-party-s.pem"))
	check(err)
	r.sender = &heedtest.Sender{Party: peer.Cards[0].Party, Key: key, Log: "s.heed/0", To: made.Cards[0].Party, Root: "http://" + addr + "/heed/r/", Token: "heed_bench",
		HTTP: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 128}}}
	r.cmd = exec.Command("bin/heed", append([]string{"serve", "--node", r.dir}, args...)...)
	out, err := r.cmd.StdoutPipe()
	check(err)
	r.cmd.Stderr = os.Stderr
	check(r.cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	check(err)
	if !strings.Contains(line, "serves at") {
		check(fmt.Errorf("the node says %q", line))
	}
	return r
}

// stop ends the node as a person would.
func (r *receiver) stop() {
	check(r.cmd.Process.Signal(os.Interrupt))
	check(r.cmd.Wait())
}

// cpu is what the node's process has used so far.
func (r *receiver) cpu() time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", r.cmd.Process.Pid))
	check(err)
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+2:]))
	user, err := strconv.Atoi(f[11])
	check(err)
	system, err := strconv.Atoi(f[12])
	check(err)
	return time.Duration(user+system) * 10 * time.Millisecond // ticks of 1/100 s (getconf CLK_TCK)
}

// peak is the largest resident memory so far, in MiB.
func (r *receiver) peak() float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	check(err)
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	check(err)
	return float64(kb) / 1024
}

// load posts n parcels from some clients, one a POST. It returns the CPU and the wall time
// of one, and each latency. The parcels are made beforehand.
func (r *receiver) load(clients, n int) (cpu, wall time.Duration, took []time.Duration) {
	parcels := make([]heedtest.Parcel, n)
	for i := range parcels {
		p, err := r.sender.Make(i, time.Now())
		check(err)
		parcels[i] = p
	}
	took = make([]time.Duration, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	before, start := r.cpu(), time.Now()
	for range clients {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				i := int(next.Add(1) - 1)
				if i >= n {
					return
				}
				began := time.Now()
				_, err := r.sender.Post(parcels[i])
				check(err)
				took[i] = time.Since(began)
			}
		}()
	}
	wg.Wait()
	wall = time.Since(start) / time.Duration(n)
	cpu = (r.cpu() - before) / time.Duration(n)
	slices.Sort(took)
	return cpu, wall, took
}

// receipts measures the way in, and what reads the ledger afterwards.
func receipts(dir string, sync time.Duration, rate float64) {
	single := filepath.Join(dir, "single")
	check(os.Mkdir(single, 0o755))
	alone := newReceiver(single, "--batch", "1")
	alone.load(64, 500)
	cpuAlone, wallAlone, _ := alone.load(64, 3000)
	alone.stop()

	r := newReceiver(dir)
	r.load(64, 1000)
	cpu, wall, _ := r.load(64, 10000)
	_, _, took := r.load(1, 400)
	for range 4 {
		r.load(64, 9650) // up to 100 000 statements
	}
	memory := r.peak()
	r.stop()
	fmt.Printf("one transaction a statement: %v CPU, %v wall; shared: %v CPU, %v wall\n", cpuAlone, wallAlone, cpu, wall)
	report("sealed warning recorded and receipted, 64 clients, server CPU", micro(cpu), "us", 450, false)
	report("the same, ratio to one transaction a statement (throughput)", float64(wallAlone)/float64(wall), "x", 3, true)
	report("one client, p50 in fdatasyncs", float64(took[len(took)/2])/float64(sync), "x", 6, false)
	later := []func(){func() { check2(r, rate) }, func() { rebuild(r) }}
	afterProofs = append(later, func() { report("memory at 100 000 statements, peak", memory, "MiB", 150, false) })
}

// afterProofs are the rows that stand below the proofs.
var afterProofs []func()

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func check2(r *receiver, rate float64) {
	start := time.Now()
	rep, err := node.Examine(context.Background(), r.dir, node.Examination{})
	check(err)
	if len(rep.Wrong) > 0 {
		check(fmt.Errorf("verify: %v", rep.Wrong))
	}
	report("verify of a folder, share of the plain Ed25519 rate", 100*float64(rep.Signatures)/time.Since(start).Seconds()/rate, "%", 70, true)
}

// rebuild measures building all views anew.
func rebuild(r *receiver) {
	db, err := store.Open(context.Background(), store.Options{URL: filepath.Join(r.dir, "heed.db"), Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)})
	check(err)
	defer db.Close()
	var size int64
	check(db.View(context.Background(), func(tx *store.Tx) (err error) { size, err = tx.Size(); return err }))
	before := self()
	check(db.RebuildViews(context.Background()))
	report("rebuild of all views, CPU a statement", micro(self()-before)/float64(size), "us", 150, false)
}

func self() time.Duration {
	var u syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// proofs measures an inclusion proof in a log of a million leaves.
func proofs(dir string) {
	const leaves = 1_000_000
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{URL: filepath.Join(dir, "million.db"), Create: true, Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)})
	check(err)
	defer db.Close()
	for from := 0; from < leaves; from += 5000 {
		check(db.Update(ctx, store.Normal, func(tx *store.Tx) error {
			for i := from; i < from+5000; i++ {
				if _, err := tx.Append(store.New{Desk: "identity--d", ID: heed.ID(fmt.Sprintf("report--%d", i)), Version: 1, Kind: heed.KindWarning, Door: "bench", From: "person:b",
					Envelope: envelope.Envelope{Payload: []byte("{}")}, Carried: "unsealed"}); err != nil {
					return err
				}
			}
			return nil
		}))
		if from%100000 == 0 {
			fmt.Fprintf(os.Stderr, "\rleaves: %d of %d", from, leaves)
		}
	}
	fmt.Fprintln(os.Stderr)
	var took []time.Duration
	for i := range int64(2000) {
		index := i * 499979 % leaves
		start := time.Now()
		check(db.View(ctx, func(tx *store.Tx) error {
			_, err := ledger.ProveInclusion(leaves, index, tx.Tiles())
			return err
		}))
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	report("inclusion proof at 1 000 000 leaves, p50", float64(took[len(took)/2])/float64(time.Millisecond), "ms", 0.5, false)
	for _, row := range afterProofs {
		row()
	}
}
