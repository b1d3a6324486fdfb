package store

import (
	"context"
	"fmt"
	"slices"
)

// LimitPages makes the disk look full once the file has n pages.
func (db *DB) LimitPages(ctx context.Context, n int) error {
	s := db.seq
	return s.do(ctx, Normal, func(tx *Tx) error {
		_, err := s.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", n))
		return err
	})
}

// Blank takes a record's body away, as an erasure does.
func (tx *Tx) Blank(idx int64) error {
	return tx.exec(`UPDATE ledger_records SET signed = NULL, body_salt = NULL WHERE idx = ?`, idx)
}

// OnlyMigrations lets Open stop after n migrations, until the function it gives is called.
func OnlyMigrations(n int) (back func()) {
	all := migrations
	migrations = migrations[:n]
	return func() { migrations = all }
}

// BeforePersons is the number of migrations before persons had roles.
func BeforePersons() int { return slices.Index(migrations, personTables) }

// Exec runs SQL as it stands.
func (db *DB) Exec(ctx context.Context, query string, args ...any) error {
	return db.Update(ctx, Normal, func(tx *Tx) error { return tx.exec(query, args...) })
}
