// Package store keeps what a node hears, says and decides, and what it has to do next.
// It holds the only SQL, for SQLite and PostgreSQL alike.
//
// There is one way to write: [DB.Update] takes a closure, runs it with what others want to
// write at that moment in one transaction, and returns after the commit is on stable
// storage. The failure of a closure undoes only itself. A closure may run again, so it
// touches nothing but its [Tx] and variables that it sets anew.
//
// Tables are of three sorts, told by their names: ledger_ is the truth about what was
// heard, said and decided; view_ is rebuilt from it, byte-equal; house_ is what the house
// needs and no evidence. They share one database because a commit is one.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver
	_ "modernc.org/sqlite"             // the SQLite driver

	"heed/internal/ledger"
)

// What can go wrong, for callers to tell apart.
var (
	ErrNotFound      = errors.New("store: not found")
	ErrExists        = errors.New("store: recorded already, byte for byte")
	ErrConflict      = errors.New("store: recorded already with other bytes under the same version")
	ErrStaleWriter   = errors.New("store: another process writes to this ledger; this one must stop")
	ErrUnknownCommit = errors.New("store: the connection was lost during a commit; look again whether it took place")
	ErrFull          = errors.New("store: no room left on the disk; nothing was stored")
	ErrReadOnly      = errors.New("store: opened for reading only")
	ErrStopped       = errors.New("store: closed")
	ErrMissing       = errors.New("store: there is no database here")
)

// Options say what to open and hand in what the store may not take by itself.
type Options struct {
	URL      string           // a file, or postgres://…
	Create   bool             // else the database must exist: a mistyped path begins no empty ledger
	ReadOnly bool             // no epoch is taken, nothing written; works beside a running node
	Now      func() time.Time // never nil
	Rand     io.Reader        // never nil
	Log      *slog.Logger     // nil: slog.Default()
	Batch    int              // closures to a transaction at most; 0: 512. For measuring only
	// Fatal is called when this machine's disk failed to sync: what was being committed is
	// unknown, and a retry could report as kept what is not. It should end the process. Nil:
	// the store only stops.
	Fatal func(error)
	// BeforeCommit is called before each commit and may fail it; for tests of faults.
	BeforeCommit func() error
}

// logNumber leaves the place for successor logs; the first log of a node is 1.
const logNumber = 1

// DB is an open store. Safe for concurrent use.
type DB struct {
	opt     Options
	pg      bool
	writer  *sql.DB // one connection
	readers *sql.DB
	pool    pool // SQLite: sessions of readers
	epoch   int64
	seq     *sequencer
	rebind  sync.Map // SQL with ? -> SQL of the engine
	watch   watchers
	viewing sync.Mutex
	trouble atomic.Pointer[error]
	coming  atomic.Int64 // writes that are on their way
	leaves  atomic.Int64 // committed by this writer

	checkpointer *sql.DB       // SQLite: one connection
	checkpointed chan struct{} // closed when none is under way any more

	vocabulary vocabulary
}

// Open opens a store and brings its tables up to date. A writer takes the next epoch:
// whoever held the one before can no longer append.
func Open(ctx context.Context, opt Options) (*DB, error) {
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	db := &DB{opt: opt, pg: strings.HasPrefix(opt.URL, "postgres://") || strings.HasPrefix(opt.URL, "postgresql://")}
	if err := db.connect(); err != nil {
		return nil, err
	}
	if opt.ReadOnly {
		if err := db.hasTables(ctx); err != nil {
			return nil, errors.Join(err, db.Close())
		}
		return db, nil
	}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	seq, err := newSequencer(ctx, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	db.seq = seq
	go seq.run()
	if !db.pg {
		db.checkpointed = make(chan struct{})
		go db.checkpoints()
	}
	return db, nil
}

// connect opens the pools. Writing has one connection: the sequencer's.
func (db *DB) connect() error {
	if db.pg {
		return db.connectPostgres()
	}
	if _, err := os.Stat(db.opt.URL); err != nil && !db.opt.Create {
		return fmt.Errorf("%w: %s", ErrMissing, db.opt.URL)
	}
	dsn := func(more string) string {
		return "file:" + (&url.URL{Path: db.opt.URL}).EscapedPath() + "?_pragma=busy_timeout(10000)" + more
	}
	var err error
	if !db.opt.ReadOnly {
		if db.writer, err = sql.Open("sqlite", dsn("&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-16000)&_pragma=wal_autocheckpoint(16000)&_pragma=temp_store(MEMORY)")); err != nil {
			return err
		}
		db.writer.SetMaxOpenConns(1)
		if err := db.writer.Ping(); err != nil {
			return fmt.Errorf("store: %s: %w", db.opt.URL, err)
		}
		if db.checkpointer, err = sql.Open("sqlite", dsn("&_pragma=synchronous(FULL)&_pragma=cache_size(-200)")); err != nil {
			return err
		}
		db.checkpointer.SetMaxOpenConns(1)
	}
	if db.readers, err = sql.Open("sqlite", dsn("&_pragma=query_only(1)&_pragma=cache_size(-4000)")); err != nil {
		return err
	}
	db.readers.SetMaxOpenConns(readersMax + 1) // one for a backup, beside the sessions
	db.readers.SetMaxIdleConns(readersMax + 1)
	db.pool.free = make(chan struct{}, readersMax)
	return nil
}

// readersMax is how many may read a SQLite file at once.
const readersMax = 4

func (db *DB) connectPostgres() error {
	var err error
	if db.readers, err = sql.Open("pgx", db.opt.URL); err != nil {
		return err
	}
	db.readers.SetMaxOpenConns(8)
	if db.opt.ReadOnly {
		return nil
	}
	if db.writer, err = sql.Open("pgx", db.opt.URL); err != nil {
		return err
	}
	db.writer.SetMaxOpenConns(1)
	return nil
}

// checkpointEach is after how many records the log of a SQLite file is moved into it.
const checkpointEach = 2048

// checkpoints moves what was committed from SQLite's log into the file, beside the writer
// and on a connection of its own. The later, the more writes of one page become one; and
// no commit waits for it, unless the log has become so long (wal_autocheckpoint) that the
// writer does what is left.
func (db *DB) checkpoints() {
	defer close(db.checkpointed)
	for {
		select {
		case <-db.seq.ended:
			return
		case <-db.seq.grown:
		}
		_, err := db.checkpointer.Exec(`PRAGMA wal_checkpoint(PASSIVE)`)
		switch {
		case err == nil:
		case full(err): // the log keeps what is committed
			db.opt.Log.Warn("SQLite's log cannot be moved into its file: the disk is full", "err", err)
		default:
			db.seq.failedSync(err)
		}
	}
}

// Size is the number of leaves that were committed, as the writer knows without asking the
// database; 0 where the store is read only.
func (db *DB) Size() int64 { return db.leaves.Load() }

// Now is the time that was handed in.
func (db *DB) Now() time.Time { return db.opt.Now() }

// Close waits for what is being committed and closes the connections. Updates that still
// wait get [ErrStopped].
func (db *DB) Close() error {
	var errs []error
	if db.seq != nil {
		db.seq.close()
		if !db.pg {
			<-db.checkpointed
		}
	}
	if db.checkpointer != nil {
		errs = append(errs, db.checkpointer.Close())
	}
	if db.writer != nil {
		errs = append(errs, db.writer.Close())
	}
	db.pool.close()
	if db.readers != nil {
		errs = append(errs, db.readers.Close())
	}
	return errors.Join(errs...)
}

// Lane says which of two queues a write waits in.
type Lane uint8

// The lanes. Urgent passes Normal, always.
const (
	Normal Lane = iota
	Urgent
)

// Update runs fn in a transaction and returns after its commit. What fn appended, changed
// and made due is on stable storage if and only if Update returns nil. fn may be run more
// than once. With [ErrUnknownCommit] it is not known whether it was stored: look again.
func (db *DB) Update(ctx context.Context, lane Lane, fn func(*Tx) error) error {
	if db.seq == nil {
		return ErrReadOnly
	}
	err := db.seq.do(ctx, lane, fn)
	switch {
	case err == nil:
		db.trouble.Store(nil)
	case cannotStore(err):
		db.trouble.Store(&err)
	}
	return err
}

// Trouble says why nothing can be stored, as the last write found; nil while all is well.
func (db *DB) Trouble() error {
	if err := db.trouble.Load(); err != nil {
		return *err
	}
	return nil
}

// cannotStore tells trouble with the engine or its disk from what is wrong with one write.
func cannotStore(err error) bool {
	return errors.Is(err, ErrFull) || errors.Is(err, ErrUnknownCommit) || errors.Is(err, ErrStaleWriter)
}

// Coming says that a write is on its way: whoever verifies and parses what it will then
// record. A commit under way waits a moment for it. The returned function takes it back;
// it is called just before the Update, or once there will be none, and may be called again.
func (db *DB) Coming() (here func()) {
	db.coming.Add(1)
	return sync.OnceFunc(func() { db.coming.Add(-1) })
}

// View runs fn on one consistent state. fn may not write.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	if !db.pg {
		return db.viewSession(ctx, fn)
	}
	tx, err := db.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: db.pg, Isolation: db.isolation()})
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer tx.Rollback() // a view changes nothing
	return fn(&Tx{ctx: ctx, db: db, q: reading{tx, db}, now: db.opt.Now().UTC().Truncate(time.Microsecond)})
}

// viewSession is View on SQLite, where statements stay prepared.
func (db *DB) viewSession(ctx context.Context, fn func(*Tx) error) (err error) {
	s, err := db.pool.take(ctx, db)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	broken := true
	defer func() { db.pool.give(s, broken) }() // also when fn panics
	if err := s.run("BEGIN"); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	err = fn(&Tx{ctx: ctx, db: db, q: reads{s}, now: db.opt.Now().UTC().Truncate(time.Microsecond)})
	broken = s.run("ROLLBACK") != nil // a view changes nothing
	return err
}

func (db *DB) isolation() sql.IsolationLevel {
	if db.pg {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

// querier runs SQL of the store's dialect-free form.
type querier interface {
	exec(ctx context.Context, query string, args ...any) (int64, error)
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	row(ctx context.Context, query string, args ...any) *sql.Row
}

// reading runs queries of a view.
type reading struct {
	tx *sql.Tx
	db *DB
}

func (r reading) exec(context.Context, string, ...any) (int64, error) { return 0, ErrReadOnly }

func (r reading) query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	return r.tx.QueryContext(ctx, r.db.sql(q), args...)
}

func (r reading) row(ctx context.Context, q string, args ...any) *sql.Row {
	return r.tx.QueryRowContext(ctx, r.db.sql(q), args...)
}

// sql turns ? into $1, $2 … where the engine wants that.
func (db *DB) sql(q string) string {
	if !db.pg {
		return bound(q)
	}
	if s, ok := db.rebind.Load(q); ok {
		return s.(string)
	}
	var b strings.Builder
	n := 0
	for _, r := range q {
		if r == '?' {
			n++
			fmt.Fprintf(&b, "$%d", n)
		} else {
			b.WriteRune(r)
		}
	}
	db.rebind.Store(q, b.String())
	return b.String()
}

// Tx is one transaction, for the time of one closure. Not safe for concurrent use.
type Tx struct {
	ctx  context.Context
	db   *DB
	q    querier
	now  time.Time
	tree *ledger.Tree // nil in a view
	seq  *sequencer
}

// Now is the time of the transaction, to the microsecond in UTC. In an Update it never
// falls from one commit to the next.
func (tx *Tx) Now() time.Time { return tx.now }

func (tx *Tx) exec(query string, args ...any) error {
	_, err := tx.q.exec(tx.ctx, query, args...)
	return err
}

// one scans a single row; none is [ErrNotFound].
func (tx *Tx) one(dest []any, query string, args ...any) error {
	err := tx.q.row(tx.ctx, query, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// each scans every row into dest and calls fn after each.
func (tx *Tx) each(dest []any, fn func() error, query string, args ...any) error {
	rows, err := tx.q.query(tx.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if err := fn(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// watchers are told when the ledger has grown.
type watchers struct {
	mu   sync.Mutex
	list map[chan struct{}]bool
}

// Watch gives a channel on which a token waits whenever records were committed since the
// last one was taken. Stop ends it. Nobody who is slow holds a commit up.
func (db *DB) Watch() (grown <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	db.watch.mu.Lock()
	defer db.watch.mu.Unlock()
	if db.watch.list == nil {
		db.watch.list = map[chan struct{}]bool{}
	}
	db.watch.list[c] = true
	return c, func() {
		db.watch.mu.Lock()
		defer db.watch.mu.Unlock()
		delete(db.watch.list, c)
	}
}

func (w *watchers) tell() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.list {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
