// Package bench measures the way of a warning through a node: CPU for each operation, or
// ratios inside one run, beside a calibration of the same minute. The node under load is
// the real program in a process of its own, and so is the client that loads it.
package bench

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Figure is one row of the outcome.
type Figure struct {
	Name     string  `json:"name"`
	Measured float64 `json:"measured"`
	Unit     string  `json:"unit"`
	Goal     string  `json:"goal"`
	OK       bool    `json:"ok"`
}

// AtMost is a figure that should not be above its goal.
func AtMost(name string, v float64, unit string, goal float64) Figure {
	return Figure{name, v, unit, fmt.Sprintf("<= %g %s", goal, unit), v <= goal}
}

// AtLeast is a figure that should not be below its goal.
func AtLeast(name string, v float64, unit string, goal float64) Figure {
	return Figure{name, v, unit, fmt.Sprintf(">= %g %s", goal, unit), v >= goal}
}

// String is the row: name | measured | goal | ok or short.
func (f Figure) String() string {
	verdict := "ok"
	if !f.OK {
		verdict = "short"
	}
	return fmt.Sprintf("%s | %s | %s | %s", f.Name, strings.TrimSpace(fmt.Sprintf("%.4g %s", f.Measured, f.Unit)), strings.TrimSpace(f.Goal), verdict)
}

// Calibration is what this machine did in the minute of the run.
type Calibration struct {
	Sync   float64 `json:"fdatasync_us"`   // p50 of writing a page and syncing it
	Verify float64 `json:"verify_us"`      // one Ed25519 verification, one core
	Rate   float64 `json:"verify_per_s"`   // Ed25519 verifications a second, all cores
	Cores  int     `json:"cores"`          // GOMAXPROCS
	Notes  []Note  `json:"notes,omitzero"` // what belongs to no row
}

// Note is a number beside the rows.
type Note struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// Outcome is what one run measured.
type Outcome struct {
	Calibration Calibration `json:"calibration"`
	Figures     []Figure    `json:"figures"`
}

// JSON is the outcome for programs.
func (o Outcome) JSON() ([]byte, error) {
	b, err := json.Marshal(o, jsontext.Multiline(true))
	return append(b, '\n'), err
}

// Lines is the outcome for people: the calibration, then a line for each row.
func (o Outcome) Lines() string {
	var b strings.Builder
	c := o.Calibration
	fmt.Fprintf(&b, "calibration: fdatasync p50 %.0f us, Ed25519 verify %.1f us on one core, %.0f/s on %d\n", c.Sync, c.Verify, c.Rate, c.Cores)
	for _, n := range c.Notes {
		fmt.Fprintf(&b, "%s: %.4g %s\n", n.Name, n.Value, n.Unit)
	}
	for _, f := range o.Figures {
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

// Options say how to measure.
type Options struct {
	Program  string    // the heed program that is measured
	Dir      string    // an empty folder on the disk that is measured
	Progress io.Writer // what is being done
	Rows     []string  // which groups of rows: receipts, proofs, ledger; none: all
	Profile  string    // file for a CPU profile of the node under load; empty: none
}

func (o Options) wants(group string) bool { return len(o.Rows) == 0 || slices.Contains(o.Rows, group) }

func (o Options) say(format string, args ...any) { fmt.Fprintf(o.Progress, format+"\n", args...) }

// Receipts measures the receipt path and what stands on it, row by row in this order: the
// server's CPU for one warning, the same against one transaction a statement, one client's
// latency, an inclusion proof, verify of a folder, a rebuild of the views, memory.
func Receipts(ctx context.Context, o Options) (Outcome, error) {
	var out Outcome
	var err error
	if out.Calibration, err = Calibrate(o.Dir); err != nil {
		return out, err
	}
	var way, proof, after []Figure
	if o.wants("receipts") {
		if way, after, err = wayIn(ctx, o, &out.Calibration); err != nil {
			return out, err
		}
	}
	if o.wants("proofs") {
		if proof, err = proofs(ctx, o); err != nil {
			return out, err
		}
	}
	out.Figures = slices.Concat(way, proof, after)
	return out, nil
}

// Calibrate measures the machine beside whose figures others stand.
func Calibrate(dir string) (Calibration, error) {
	c := Calibration{Cores: runtime.GOMAXPROCS(0)}
	sync, err := fdatasync(dir)
	if err != nil {
		return c, err
	}
	c.Sync = micro(sync)
	one, rate, err := ed25519Rate()
	c.Verify, c.Rate = micro(one), rate
	return c, err
}

// fdatasync is the median of writing a page and syncing it.
func fdatasync(dir string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(dir, "calibration"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	page := make([]byte, 4096)
	var took []time.Duration
	for range 300 {
		start := time.Now()
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return 0, err
		}
		took = append(took, time.Since(start))
	}
	return median(took), nil
}

// ed25519Rate is the time of one verification on one core, and the rate on all.
func ed25519Rate() (time.Duration, float64, error) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return 0, 0, err
	}
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
		wg.Go(func() {
			for range n {
				ed25519.Verify(pub, msg, sig)
			}
		})
	}
	wg.Wait()
	return one, float64(n*cores) / time.Since(start).Seconds(), nil
}

func median[T ~int64](took []T) time.Duration {
	slices.Sort(took)
	return time.Duration(took[len(took)/2])
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
