package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"heed"
	"heed/internal/envelope"
	"heed/internal/ledger"
	"heed/internal/node"
	"heed/internal/store"
)

// wayIn measures the way in, and what reads the ledger afterwards.
func wayIn(ctx context.Context, o Options, c *Calibration) (way, after []Figure, err error) {
	o.say("one transaction a statement")
	single := filepath.Join(o.Dir, "single")
	if err := os.Mkdir(single, 0o755); err != nil {
		return nil, nil, err
	}
	alone, err := newReceiver(ctx, o.Program, single, "--batch", "1")
	if err != nil {
		return nil, nil, err
	}
	cpuAlone, wallAlone, err := alone.measure(ctx, 500, 3000)
	if err := errors.Join(err, alone.stop()); err != nil {
		return nil, nil, err
	}
	o.say("shared transactions")
	var args []string
	if o.Profile != "" {
		args = []string{"--cpu-profile", o.Profile}
	}
	r, err := newReceiver(ctx, o.Program, o.Dir, args...)
	if err != nil {
		return nil, nil, err
	}
	cpu, wall, err := r.measure(ctx, 1000, 10000)
	if err != nil {
		return nil, nil, errors.Join(err, r.stop())
	}
	sync, err := fdatasync(o.Dir) // of the same minute
	if err != nil {
		return nil, nil, errors.Join(err, r.stop())
	}
	_, took, err := r.run(1, 400, func() error { return nil })
	if err != nil {
		return nil, nil, errors.Join(err, r.stop())
	}
	c.Notes = append(c.Notes, Note{"server CPU, one transaction a statement", micro(cpuAlone), "us"},
		Note{"wall time of one, one transaction a statement", micro(wallAlone), "us"}, Note{"wall time of one, shared", micro(wall), "us"},
		Note{"one client, p50", micro(median(took.Each)), "us"})
	way = []Figure{
		AtMost("sealed warning recorded and receipted, 64 clients, server CPU", micro(cpu), "us", 450),
		AtLeast("the same, ratio to one transaction a statement (throughput)", float64(wallAlone)/float64(wall), "x", 3),
		AtMost("one client, p50 in fdatasyncs", micro(median(took.Each))/micro(sync), "x", 6),
	}
	if !o.wants("ledger") {
		return way, nil, r.stop()
	}
	after, err = ledgerRows(ctx, o, r, c)
	return way, after, err
}

// measure posts so many parcels for warming up and so many that count, from 64 clients. It
// gives the node's CPU and the wall time of one.
func (r *receiver) measure(ctx context.Context, warm, count int) (cpu, wall time.Duration, err error) {
	settle := func() error { return r.settle(ctx) }
	if _, _, err := r.run(64, warm, settle); err != nil {
		return 0, 0, err
	}
	cpu, took, err := r.run(64, count, settle)
	return cpu, time.Duration(took.Wall / int64(count)), err
}

// ledgerRows fills the ledger up to 100 000 statements, stops the node and reads it.
func ledgerRows(ctx context.Context, o Options, r *receiver, c *Calibration) ([]Figure, error) {
	const statements = 100_000
	size, _, err := r.size(ctx)
	for err == nil && size < statements {
		o.say("filling the ledger: %d of %d statements", size, statements)
		_, _, err = r.run(64, int(min(10000, (statements-size+1)/2)), func() error { return nil })
		if err == nil {
			size, _, err = r.size(ctx)
		}
	}
	if err == nil {
		err = r.settle(ctx)
	}
	var memory float64
	if err == nil {
		memory, err = r.peak()
	}
	if err := errors.Join(err, r.stop()); err != nil {
		return nil, err
	}
	o.say("verify of the folder")
	share, err := verifyShare(ctx, r.dir)
	if err != nil {
		return nil, err
	}
	o.say("rebuild of the views")
	cpu, err := rebuild(ctx, r.dir, size)
	return []Figure{
		AtLeast("verify of a folder, share of the plain Ed25519 rate on all cores", 100*share, "%", 70),
		AtMost("rebuild of all views, CPU a statement", micro(cpu), "us", 150),
		AtMost("memory at 100 000 statements, peak", memory, "MiB", 150),
	}, err
}

// verifyShare is how many signatures a second verify of a folder checks, over the plain
// rate just before and just after.
func verifyShare(ctx context.Context, dir string) (float64, error) {
	_, before, err := ed25519Rate()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	rep, err := node.Examine(ctx, dir, node.Examination{})
	if err != nil {
		return 0, err
	}
	if len(rep.Wrong) > 0 {
		return 0, fmt.Errorf("verify: %v", rep.Wrong)
	}
	took := time.Since(start).Seconds()
	_, after, err := ed25519Rate()
	return float64(rep.Signatures) / took / ((before + after) / 2), err
}

// rebuild is the CPU a statement of building all views anew.
func rebuild(ctx context.Context, dir string, size int64) (time.Duration, error) {
	db, err := store.Open(ctx, store.Options{URL: filepath.Join(dir, "heed.db"), Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, err
	}
	before := self()
	err = db.RebuildViews(ctx)
	cpu := self() - before
	return cpu / time.Duration(size), errors.Join(err, db.Close())
}

// self is the CPU that this process has used so far.
func self() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic("bench: " + err.Error()) // the call takes no argument that could be wrong
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// proofs measures an inclusion proof in a log of a million leaves.
func proofs(ctx context.Context, o Options) ([]Figure, error) {
	const leaves, slice = 1_000_000, 5000
	db, err := store.Open(ctx, store.Options{URL: filepath.Join(o.Dir, "million.db"), Create: true, Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	for from := 0; from < leaves; from += slice {
		if from%100_000 == 0 {
			o.say("a log of a million leaves: %d", from)
		}
		if err := db.Update(ctx, store.Normal, func(tx *store.Tx) error { return fill(tx, from, from+slice) }); err != nil {
			return nil, err
		}
	}
	var took []time.Duration
	for i := range int64(2000) {
		index := i * 499979 % leaves
		start := time.Now()
		err := db.View(ctx, func(tx *store.Tx) error {
			_, err := ledger.ProveInclusion(leaves, index, tx.Tiles())
			return err
		})
		if err != nil {
			return nil, err
		}
		took = append(took, time.Since(start))
	}
	return []Figure{AtMost("inclusion proof at 1 000 000 leaves, p50", micro(median(took))/1000, "ms", 0.5)}, nil
}

// fill appends small records: only their leaves count here.
func fill(tx *store.Tx, from, to int) error {
	for i := from; i < to; i++ {
		_, err := tx.Append(store.New{Desk: "identity--d", ID: heed.ID(fmt.Sprintf("report--%d", i)), Version: 1, Kind: heed.KindWarning, Door: "bench", From: "person:b",
			Envelope: envelope.Envelope{Payload: []byte("{}")}, Carried: "unsealed"})
		if err != nil {
			return err
		}
	}
	return nil
}
