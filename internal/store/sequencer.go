package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"heed/internal/ledger"
)

// A batch ends at so many closures, or after so long. It waits for others only while it is
// younger than lingerTime.
const (
	batchMax   = 512
	batchTime  = 20 * time.Millisecond
	lingerTime = 3 * time.Millisecond
)

// sequencer gathers what waits into one transaction, and gives the order. One goroutine
// runs it; only that one touches conn, tree and the fields beside them.
type sequencer struct {
	queues [2]chan *job  // by lane
	grown  chan struct{} // asks for a checkpoint
	quit   chan struct{}
	ended  chan struct{}
	once   sync.Once

	session
	tree   *ledger.Tree
	size   int64      // leaves committed
	moved  int64      // leaves at the last checkpoint
	last   time.Time  // recorded_at never falls below
	head   SignedHead // newest signed head; empty: read it
	added  int64      // newest date of a notice, µs
	wrote  bool       // the closure that runs may have changed something
	fresh  fresh      // what the newest records add to the views
	broken error      // why no more is taken
}

// noticeSpan is more microseconds than a notice has objects.
const noticeSpan = 100

// job is one closure that waits for its commit.
type job struct {
	ctx  context.Context
	fn   func(*Tx) error
	err  error
	done chan error
}

func newSequencer(ctx context.Context, db *DB) (*sequencer, error) {
	s := &sequencer{session: session{db: db}, grown: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{})}
	for i := range s.queues {
		s.queues[i] = make(chan *job, batchMax)
	}
	if err := s.reconnect(ctx); err != nil {
		return nil, err
	}
	// Taking the epoch is also the barrier write: after it, what is read was committed.
	if err := s.takeEpoch(ctx); err != nil {
		return nil, err
	}
	return s, s.load(ctx)
}

// reconnect gets a fresh connection, and forgets what was prepared on the old one.
func (s *sequencer) reconnect(ctx context.Context) error {
	s.forget()
	if s.conn != nil {
		s.conn.Close()
	}
	var err error
	s.conn, err = s.db.writer.Conn(ctx)
	return err
}

func (s *sequencer) takeEpoch(ctx context.Context) error {
	if _, err := s.exec(ctx, `UPDATE house_head SET epoch = epoch + 1 WHERE log = ?`, logNumber); err != nil {
		return err
	}
	return s.row(ctx, `SELECT epoch FROM house_head WHERE log = ?`, logNumber).Scan(&s.db.epoch)
}

// load reads where the ledger stands.
func (s *sequencer) load(ctx context.Context) error {
	var size, last int64
	if err := s.row(ctx, `SELECT size, recorded_at FROM house_head WHERE log = ?`, logNumber).Scan(&size, &last); err != nil {
		return err
	}
	if err := s.row(ctx, `SELECT COALESCE(MAX(added_at), 0) FROM house_outbox`).Scan(&s.added); err != nil {
		return err
	}
	s.added += noticeSpan // past the dates of its objects
	tx := &Tx{ctx: ctx, db: s.db, q: s}
	tree, err := ledger.LoadTree(size, tx.readTile)
	if err != nil {
		return err
	}
	s.head, s.fresh = SignedHead{}, fresh{}
	s.tree, s.size, s.last = tree, size, time.UnixMicro(last).UTC()
	s.db.leaves.Store(size)
	return nil
}

// do queues a closure and waits for its commit.
func (s *sequencer) do(ctx context.Context, lane Lane, fn func(*Tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan error, 1)}
	select {
	case <-s.quit:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	case s.queues[lane] <- j:
	}
	select {
	case err := <-j.done:
		return err
	case <-s.ended:
		select {
		case err := <-j.done:
			return err
		default:
			return ErrStopped
		}
	}
}

func (s *sequencer) close() {
	s.once.Do(func() { close(s.quit) })
	<-s.ended
}

// run commits batch after batch until closed.
func (s *sequencer) run() {
	defer close(s.ended)
	defer s.conn.Close()
	for {
		first := s.next()
		if first == nil {
			return
		}
		s.batch(first)
	}
}

// next waits for a job, an urgent one first; nil when closed.
func (s *sequencer) next() *job {
	select {
	case j := <-s.queues[Urgent]:
		return j
	default:
	}
	select {
	case j := <-s.queues[Urgent]:
		return j
	case j := <-s.queues[Normal]:
		return j
	case <-s.quit:
		return nil
	}
}

// more takes a waiting job, an urgent one first; nil when none waits.
func (s *sequencer) more() *job {
	select {
	case j := <-s.queues[Urgent]:
		return j
	default:
	}
	select {
	case j := <-s.queues[Urgent]:
		return j
	case j := <-s.queues[Normal]:
		return j
	default:
		return nil
	}
}

// linger waits a moment for a write that is on its way, see [DB.Coming]: one commit for many
// costs less than many commits. Nothing waits when nobody comes.
func (s *sequencer) linger(started time.Time) *job {
	left := lingerTime - time.Since(started)
	if left <= 0 || s.db.coming.Load() == 0 {
		return nil
	}
	t := time.NewTimer(left)
	defer t.Stop()
	select {
	case j := <-s.queues[Urgent]:
		return j
	case j := <-s.queues[Normal]:
		return j
	case <-t.C:
		return nil
	case <-s.quit:
		return nil
	}
}

// batch runs one transaction. Crash points: before COMMIT returns nothing was promised to
// anybody; after it everything is durable, and whoever asks again finds it.
func (s *sequencer) batch(first *job) {
	var jobs []*job
	err := s.broken
	if err == nil {
		jobs, err = s.fill(first)
	} else {
		jobs = []*job{first}
	}
	if err == nil {
		err = s.commit()
	}
	if err != nil {
		err = s.fail(err)
	}
	for _, j := range jobs {
		if err != nil && j.err == nil {
			j.err = err
		}
		j.done <- j.err
	}
}

// errUncertain marks an error that leaves open whether the commit took place.
var errUncertain = errors.New("commit")

// fill begins the transaction and runs every closure that waits. Hardly any fails, so they
// run one after the other without savepoints. When one fails that may have written, the
// batch is undone and run again, now each closure in a savepoint: what it says fails alone.
func (s *sequencer) fill(first *job) ([]*job, error) {
	jobs := []*job{first}
	tx := &Tx{db: s.db, q: s, tree: s.tree, seq: s, now: s.clock()}
	start := s.mark()
	if err := s.begin(); err != nil {
		return jobs, err
	}
	careful := false
	for j, started := first, time.Now(); ; {
		if err := s.runOne(tx, j, careful); errors.Is(err, errUndo) {
			careful = true
			if err := s.again(tx, jobs, start); err != nil {
				return jobs, err
			}
		} else if err != nil {
			return jobs, err
		}
		if len(jobs) >= s.batchMax() || time.Since(started) > batchTime {
			return jobs, s.seal(tx)
		}
		if j = s.more(); j == nil {
			j = s.linger(started)
		}
		if j == nil {
			return jobs, s.seal(tx)
		}
		jobs = append(jobs, j)
	}
}

func (s *sequencer) begin() error {
	s.trim()
	begin := "BEGIN IMMEDIATE"
	if s.db.pg {
		begin = "BEGIN"
	}
	_, err := s.exec(context.Background(), begin)
	return err
}

// again undoes the transaction and runs its closures once more, each in a savepoint.
func (s *sequencer) again(tx *Tx, jobs []*job, start mark) error {
	if _, err := s.exec(context.Background(), "ROLLBACK"); err != nil {
		return err
	}
	s.reset(start)
	if err := s.begin(); err != nil {
		return err
	}
	for _, j := range jobs {
		if err := s.runOne(tx, j, true); err != nil {
			return err
		}
	}
	return nil
}

// mark is what a transaction has made of the ledger so far, to return to.
type mark struct {
	tree  ledger.Mark
	added int64
	fresh int
}

func (s *sequencer) mark() mark { return mark{s.tree.Mark(), s.added, len(s.fresh.rows)} }

func (s *sequencer) reset(m mark) {
	s.tree.Reset(m.tree)
	s.added = m.added
	s.fresh.rows = s.fresh.rows[:m.fresh]
	s.head = SignedHead{} // read again
}

func (s *sequencer) batchMax() int {
	if s.db.opt.Batch > 0 {
		return s.db.opt.Batch
	}
	return batchMax
}

// clock gives the batch its time: it never falls. A leap backwards is marked in the log.
func (s *sequencer) clock() time.Time {
	now := s.db.opt.Now().UTC().Truncate(time.Microsecond)
	if now.Before(s.last) {
		if s.last.Sub(now) > time.Second {
			s.db.opt.Log.Warn("the clock went back; recorded_at stands still until it has caught up", "by", s.last.Sub(now))
		}
		return s.last
	}
	return now
}

// errUndo says that a closure failed which may have written, and had no savepoint.
var errUndo = errors.New("undo the batch")

// runOne runs a closure. Its own failure stays with it; an error of the engine is returned
// and ends the batch. Without a savepoint a failure is undone by [sequencer.again], unless
// nothing was written: then there is nothing to undo.
func (s *sequencer) runOne(tx *Tx, j *job, careful bool) error {
	if j.err = j.ctx.Err(); j.err != nil {
		return nil
	}
	ctx := context.Background()
	if careful {
		if _, err := s.exec(ctx, "SAVEPOINT one"); err != nil {
			return err
		}
	}
	start := s.mark()
	s.wrote, tx.ctx = false, ctx
	j.err = contained(tx, j.fn)
	switch {
	case full(j.err): // the engine may have undone the others too: the whole batch fails
		err := j.err
		j.err = nil
		s.reset(start)
		return err
	case j.err == nil && !careful:
		return nil
	case j.err == nil:
		_, err := s.exec(ctx, "RELEASE SAVEPOINT one")
		return err
	case !careful && !s.wrote && !s.db.pg: // PostgreSQL goes no further after an error of its own
		s.reset(start)
		return nil
	case !careful:
		return errUndo
	}
	s.reset(start)
	if _, err := s.exec(ctx, "ROLLBACK TO SAVEPOINT one"); err != nil {
		return err
	}
	_, err := s.exec(ctx, "RELEASE SAVEPOINT one")
	return err
}

// contained turns a panic into an error: one bad closure does not take the others down.
func contained(tx *Tx, fn func(*Tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("store: a write panicked: %v", r)
		}
	}()
	return fn(tx)
}

// seal writes the tiles that changed and moves the head row, by compare-and-swap on the
// epoch and size that this writer believes in.
func (s *sequencer) seal(tx *Tx) error {
	ctx := context.Background()
	if s.tree.Size() == s.size {
		n, err := s.exec(ctx, `UPDATE house_head SET epoch = epoch WHERE log = ? AND epoch = ? AND size = ?`, logNumber, s.db.epoch, s.size)
		return moved(n, err)
	}
	err := s.tree.Flush(func(id ledger.TileID, hashes []byte) error {
		_, err := s.exec(ctx, `INSERT INTO ledger_tiles (log, level, n, hashes) VALUES (?, ?, ?, ?)
			ON CONFLICT (log, level, n) DO UPDATE SET hashes = excluded.hashes`, logNumber, id.Level, id.N, hashes)
		return err
	})
	if err != nil {
		return err
	}
	root := s.tree.Root()
	n, err := s.exec(ctx, `UPDATE house_head SET size = ?, root = ?, recorded_at = ? WHERE log = ? AND epoch = ? AND size = ?`,
		s.tree.Size(), root[:], tx.now.UnixMicro(), logNumber, s.db.epoch, s.size)
	if err := moved(n, err); err != nil {
		return err
	}
	s.last = tx.now
	return nil
}

func moved(rows int64, err error) error {
	if err == nil && rows == 0 {
		return ErrStaleWriter
	}
	return err
}

// commit makes the batch durable.
func (s *sequencer) commit() error {
	if hook := s.db.opt.BeforeCommit; hook != nil {
		if err := hook(); err != nil {
			return fmt.Errorf("%w: %w", errUncertain, err)
		}
	}
	if _, err := s.exec(context.Background(), "COMMIT"); err != nil {
		return fmt.Errorf("%w: %w", errUncertain, err)
	}
	if n := s.tree.Size(); n != s.size {
		s.size = n
		s.db.leaves.Store(n)
		s.db.watch.tell()
	}
	s.fresh.committed()
	if s.size-s.moved >= checkpointEach {
		s.moved = s.size
		select {
		case s.grown <- struct{}{}:
		default: // one is under way
		}
	}
	return nil
}

// fail undoes the batch and says what its callers may believe. Nothing is acknowledged.
func (s *sequencer) fail(err error) error {
	ctx := context.Background()
	if s.broken != nil {
		return s.broken
	}
	_, rollback := s.exec(ctx, "ROLLBACK")
	switch {
	case errors.Is(err, ErrStaleWriter):
		s.broken = ErrStaleWriter
		s.db.opt.Log.Error(ErrStaleWriter.Error())
		return s.broken
	case full(err):
		err = ErrFull
	case errors.Is(err, errUncertain):
		s.db.opt.Log.Error("a commit failed; whether it took place is unknown", "err", err)
		if !s.db.pg {
			return s.broke(err)
		}
		err = fmt.Errorf("%w: %w", ErrUnknownCommit, err)
	}
	if s.db.pg && rollback != nil || errors.Is(err, ErrUnknownCommit) {
		if again := s.reconnect(ctx); again != nil {
			return errors.Join(err, again)
		}
		if again := s.barrier(ctx); again != nil {
			return errors.Join(err, again)
		}
	}
	if again := s.load(ctx); again != nil {
		return errors.Join(err, again)
	}
	return err
}

// broke stops the writer after this machine's disk failed to sync.
func (s *sequencer) broke(err error) error {
	s.broken = fmt.Errorf("%w: %w", ErrUnknownCommit, err)
	if s.db.opt.Fatal != nil {
		s.db.opt.Fatal(s.broken)
	}
	return s.broken
}

// failedSync is the same for a sync that failed beside the writer.
func (s *sequencer) failedSync(err error) {
	s.db.opt.Log.Error("SQLite's log could not be moved into its file", "err", err)
	_ = s.do(context.Background(), Urgent, func(*Tx) error { return s.broke(err) }) // it stops the writer; a closed one has
}

// barrier is one durable write after a lost connection: what is read after it was
// committed before. It also notices a successor.
func (s *sequencer) barrier(ctx context.Context) error {
	n, err := s.exec(ctx, `UPDATE house_head SET epoch = epoch WHERE log = ? AND epoch = ?`, logNumber, s.db.epoch)
	if err := moved(n, err); err != nil {
		if errors.Is(err, ErrStaleWriter) {
			s.broken = err
		}
		return err
	}
	return nil
}

// full reports whether an engine says that it has no room.
func full(err error) bool {
	return err != nil && (errors.Is(err, ErrFull) || strings.Contains(err.Error(), "database or disk is full") ||
		strings.Contains(err.Error(), "SQLSTATE 53100"))
}

func (s *sequencer) exec(ctx context.Context, q string, args ...any) (int64, error) {
	st, err := s.prepared(ctx, q)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		s.wrote = true
		return 0, err
	}
	n, err := res.RowsAffected()
	s.wrote = s.wrote || n > 0 || err != nil
	return n, err
}
