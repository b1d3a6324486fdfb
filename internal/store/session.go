package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"sync"
)

// statementsMax is how many prepared statements a session keeps: most of what is asked comes
// in few shapes.
const statementsMax = 160

// session is a connection with the statements that were prepared on it: to prepare one costs
// more than to run it. Not safe for concurrent use; nor may a query run inside the same query.
type session struct {
	db    *DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// prepared gives the statement for a query, prepared once a connection.
func (s *session) prepared(ctx context.Context, q string) (*sql.Stmt, error) {
	if st := s.stmts[q]; st != nil {
		return st, nil
	}
	st, err := s.conn.PrepareContext(ctx, s.db.sql(q))
	if err != nil {
		return nil, err
	}
	s.stmts[q] = st
	return st, nil
}

// trim forgets all statements when they have become many. It is for between transactions,
// when none of them is in use.
func (s *session) trim() {
	if len(s.stmts) > statementsMax {
		s.forget()
	}
}

func (s *session) forget() {
	for _, st := range s.stmts {
		st.Close()
	}
	s.stmts = map[string]*sql.Stmt{}
}

func (s *session) query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	st, err := s.prepared(ctx, q)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

func (s *session) row(ctx context.Context, q string, args ...any) *sql.Row {
	st, err := s.prepared(ctx, q)
	if err != nil {
		return s.conn.QueryRowContext(ctx, s.db.sql(q), args...) // gives the same error on Scan
	}
	return st.QueryRowContext(ctx, args...)
}

// run executes what begins or ends a transaction. No caller's haste leaves one open.
func (s *session) run(stmt string) error {
	st, err := s.prepared(context.Background(), stmt)
	if err == nil {
		_, err = st.ExecContext(context.Background())
	}
	return err
}

// reads is where a session runs queries only.
type reads struct{ *session }

func (reads) exec(context.Context, string, ...any) (int64, error) { return 0, ErrReadOnly }

// pool holds the sessions that are read on, the one that was used last on top: its pages are
// in memory.
type pool struct {
	free chan struct{} // a token for each session that may be in use
	mu   sync.Mutex
	idle []*session
}

func (p *pool) take(ctx context.Context, db *DB) (*session, error) {
	select {
	case p.free <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.idle); n > 0 {
		s := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return s, nil
	}
	conn, err := db.readers.Conn(ctx)
	if err != nil {
		<-p.free
		return nil, err
	}
	return &session{db: db, conn: conn, stmts: map[string]*sql.Stmt{}}, nil
}

// give takes a session back; one that is broken is closed.
func (p *pool) give(s *session, broken bool) {
	p.mu.Lock()
	if broken {
		s.forget()
		_ = s.conn.Raw(func(any) error { return driver.ErrBadConn }) // closes it for good
	} else {
		s.trim()
		p.idle = append(p.idle, s)
	}
	p.mu.Unlock()
	<-p.free
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.idle {
		s.forget()
		s.conn.Close()
	}
	p.idle = nil
}

// bound keeps SQLite from preparing a statement anew whenever it is run with a bound limit:
// it would look at the number to choose its plan. A sum it does not look at.
func bound(q string) string { return strings.ReplaceAll(q, "LIMIT ?", "LIMIT ? + 0") }
