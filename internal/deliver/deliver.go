// Package deliver carries notices out: at least once, on from a durable outbox, urgent ones
// first, until the receiver's own receipt is recorded here or the receiver refuses.
//
// A notice is claimed under a lease, sent, and settled. Stopped after the claim: the lease
// ends and it is sent again. Stopped after the sending: it is sent again with the same ids,
// and the receiver answers with its first receipt. A double notice is a nuisance, a missed
// one a failure.
package deliver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/store"
)

// Answer is what a receiver said to one notice.
type Answer struct {
	State    store.NoticeState // done, pending or refused
	Words    string
	Receipts [][]byte // outer forms
	Head     string   // the newest signed head of the receiver's log; empty: it gave none
}

// Dispatcher works the outbox. Its fields are set once, before Run.
type Dispatcher struct {
	Store     *store.DB
	Directory *people.Directory
	Owner     string // of the leases: this process
	Now       func() time.Time
	Log       *slog.Logger
	// Send carries objects to a desk of a peer and brings its answer. An error means that
	// nothing is known of what the peer did.
	Send func(ctx context.Context, from, to *people.Party, objects [][]byte) (Answer, error)
	// Take records the receipts that came with an answer.
	Take func(ctx context.Context, desk heed.PartyID, from heed.PartyID, objects [][]byte) error
	// Heads is told of every head that came with an answer. It never blocks; may be nil.
	Heads func(from heed.PartyID, note string)

	wake  chan struct{}
	once  sync.Once
	mu    sync.Mutex
	quiet map[heed.PartyID]silence
}

// silence remembers a peer that did not answer, so that its notices do not keep the others'
// places while it is away.
type silence struct {
	fails int
	until time.Time
	words string
}

const (
	atOnce   = 32               // notices under way
	lease    = 60 * time.Second // longer than any sending may take
	sendTime = 30 * time.Second
)

func (d *Dispatcher) init() {
	d.once.Do(func() { d.wake, d.quiet = make(chan struct{}, 1), map[heed.PartyID]silence{} })
}

// Wake says that something may be due.
func (d *Dispatcher) Wake() {
	d.init()
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, and returns when nothing is under way any more.
func (d *Dispatcher) Run(ctx context.Context) {
	d.init()
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, atOnce)
	for ctx.Err() == nil {
		free := cap(slots) - len(slots)
		claimed := d.claim(ctx, free)
		for _, n := range claimed {
			slots <- struct{}{}
			wg.Add(1)
			go func() {
				defer func() { <-slots; wg.Done(); d.Wake() }()
				d.carry(ctx, n)
			}()
		}
		if len(claimed) == 0 {
			d.sleep(ctx)
		}
	}
}

// claim takes what is due.
func (d *Dispatcher) claim(ctx context.Context, n int) []store.Notice {
	if n == 0 {
		return nil
	}
	due := false
	if err := d.Store.View(ctx, func(tx *store.Tx) error {
		at, some, err := tx.NextDue()
		due = some && !at.After(d.Now())
		return err
	}); err != nil || !due {
		return nil
	}
	var list []store.Notice
	err := d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) (err error) {
		list, err = tx.Claim(d.Owner, lease, n)
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			d.Log.Error("the outbox cannot be read", "err", err)
		}
		return nil
	}
	return list
}

// look is how long the outbox may stay unread: the machine may have slept, or its clock have
// been set, and what was far off be due.
const look = time.Second

// sleep waits until something is due, or was woken for.
func (d *Dispatcher) sleep(ctx context.Context) {
	wait := look
	_ = d.Store.View(ctx, func(tx *store.Tx) error { // on an error it looks again soon
		if at, some, err := tx.NextDue(); err == nil && some {
			wait = min(max(at.Sub(d.Now()), 50*time.Millisecond), look)
		}
		return nil
	})
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-d.wake:
	case <-t.C:
	}
}

// carry sends one notice, new or resumed alike, and settles it.
func (d *Dispatcher) carry(ctx context.Context, n store.Notice) {
	answer, err := d.attempt(ctx, n)
	if ctx.Err() != nil {
		return // the lease ends by itself
	}
	again := d.Now()
	switch {
	case err != nil:
		answer = Answer{State: store.NoticeWaiting, Words: err.Error()}
		again = d.failed(n, err)
	case answer.State == store.NoticePending:
		again = again.Add(backoff(n))
	case answer.State == store.NoticeWaiting:
		again = again.Add(backoff(n))
	}
	err = d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		return tx.Settle(n.ID, d.Owner, answer.State, answer.Words, again)
	})
	if err != nil && ctx.Err() == nil {
		d.Log.Error("a notice could not be settled; it will be sent again", "notice", n.ID, "err", err)
	}
}

// errQuiet wraps the reason why a peer is not tried now.
var errQuiet = errors.New("waits with the others for this party")

func (d *Dispatcher) attempt(ctx context.Context, n store.Notice) (Answer, error) {
	from, to := d.Directory.Party(n.Desk), d.Directory.Party(n.To)
	if from == nil || to == nil {
		return Answer{}, fmt.Errorf("no card of %s is held", n.To)
	}
	if s := d.silent(n.To); s.fails > 1 && d.Now().Before(s.until) {
		return Answer{}, fmt.Errorf("%w: %s", errQuiet, s.words)
	}
	objects, delivery, err := d.pack(ctx, n)
	if err != nil {
		return Answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	answer, err := d.Send(ctx, from, to, objects)
	if err != nil {
		return Answer{}, err
	}
	d.spoke(n.To)
	if answer.Head != "" && d.Heads != nil {
		d.Heads(n.To, answer.Head)
	}
	if len(answer.Receipts) > 0 {
		if err := d.Take(ctx, n.Desk, n.To, answer.Receipts); err != nil {
			return Answer{}, fmt.Errorf("it answered, but its receipt cannot be taken: %w", err)
		}
	}
	if answer.State == store.NoticeDone && delivery && len(answer.Receipts) == 0 {
		return Answer{State: store.NoticeWaiting, Words: "it says that it has it, but gives no receipt"}, nil
	}
	return answer, nil
}

// pack reads the records of a notice in their outer forms.
func (d *Dispatcher) pack(ctx context.Context, n store.Notice) (objects [][]byte, delivery bool, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		var recs []store.Record
		for _, idx := range n.Records {
			rec, err := tx.Record(idx)
			if err != nil {
				return err
			}
			if rec.Envelope.Payload == nil {
				return fmt.Errorf("record %d was erased", idx)
			}
			b, err := people.Outer(rec)
			if err != nil {
				return err
			}
			delivery = delivery || rec.Kind == heed.KindDelivery
			objects, recs = append(objects, b), append(recs, rec)
		}
		return people.Outgoing(n.Desk, n.To, recs)
	})
	return objects, delivery, err
}

func (d *Dispatcher) silent(p heed.PartyID) silence {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.quiet[p]
}

func (d *Dispatcher) spoke(p heed.PartyID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.quiet, p)
}

// failed notes a failure and says when to try again.
func (d *Dispatcher) failed(n store.Notice, err error) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.quiet[n.To]
	if errors.Is(err, errQuiet) {
		return s.until
	}
	s.fails++
	s.words = err.Error()
	s.until = d.Now().Add(min(backoff(n), time.Second<<min(s.fails, 5)))
	d.quiet[n.To] = s
	return d.Now().Add(backoff(n))
}

// backoff doubles from one second: to at most half a minute for an urgent notice, five
// minutes for another.
func backoff(n store.Notice) time.Duration {
	limit := 5 * time.Minute
	if n.Lane == store.Urgent {
		limit = 30 * time.Second
	}
	return min(time.Second<<min(n.Attempts, 9), limit)
}
