package store

import (
	"context"
	"fmt"
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
