package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	"heed"
)

// Backup writes a consistent copy into a new file, while others write.
func (db *DB) Backup(ctx context.Context, name string) error {
	if db.pg {
		return errors.New("store: a PostgreSQL database is backed up with its own tools, such as pg_dump")
	}
	src, err := sql.Open("sqlite", "file:"+(&url.URL{Path: db.opt.URL}).EscapedPath()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	_, err = src.ExecContext(ctx, `VACUUM INTO ?`, name)
	return errors.Join(err, src.Close())
}

// LooksLikeBackup tells a backup from any other file before anything is moved.
func LooksLikeBackup(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 16)
	if _, err := io.ReadFull(f, head); err != nil || !bytes.Equal(head, []byte("SQLite format 3\x00")) {
		return fmt.Errorf("%s is no backup of Heed", name)
	}
	return nil
}

// History gives every record of a desk that is of a statement or about it, as recorded.
func (tx *Tx) History(desk heed.PartyID, id heed.ID) ([]Record, error) {
	own, err := tx.records(`WHERE id = ? AND desk = ? ORDER BY idx`, string(id), string(desk))
	if err != nil {
		return nil, err
	}
	about, err := tx.records(`WHERE about = ? AND desk = ? ORDER BY idx`, string(id), string(desk))
	if err != nil {
		return nil, err
	}
	if len(own) == 0 {
		return nil, ErrNotFound
	}
	return append(own, about...), nil
}
