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
	"slices"
	"strings"
	"time"
)

// A backup is one SQLite file with the tables of the ledger and the house, whatever engine it
// was taken from; what it holds of views is rebuilt anyway. So either engine restores it.

// Backup writes a consistent copy into a new file, while others write. The sealed names of
// sources are in it only if they are asked for: they are a class of their own.
func (db *DB) Backup(ctx context.Context, name string, sources bool) error {
	if db.pg {
		if err := db.backupPostgres(ctx, name); err != nil || sources {
			return err
		}
		return leaveOut(ctx, name)
	}
	src, err := sql.Open("sqlite", "file:"+(&url.URL{Path: db.opt.URL}).EscapedPath()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	_, err = src.ExecContext(ctx, `VACUUM INTO ?`, name)
	if err := errors.Join(err, src.Close()); err != nil || sources {
		return err
	}
	return leaveOut(ctx, name)
}

// leaveOut empties the tables that stand apart in a copy, and packs it, so that no page
// keeps what was in them.
func leaveOut(ctx context.Context, name string) error {
	dst, err := sql.Open("sqlite", "file:"+(&url.URL{Path: name}).EscapedPath()+"?_pragma=secure_delete(1)")
	if err != nil {
		return err
	}
	for _, t := range apart {
		if _, err := dst.ExecContext(ctx, `DELETE FROM `+t); err != nil {
			return errors.Join(err, dst.Close())
		}
	}
	_, err = dst.ExecContext(ctx, `VACUUM`)
	return errors.Join(err, dst.Close())
}

// backupPostgres copies one consistent state, row by row.
func (db *DB) backupPostgres(ctx context.Context, name string) error {
	out := &DB{opt: db.opt}
	out.opt.URL, out.opt.Create, out.opt.ReadOnly = name, true, false
	if err := out.connect(); err != nil {
		return err
	}
	err := out.migrate(ctx)
	if err == nil {
		err = db.copyAll(ctx, out)
	}
	return errors.Join(err, out.Close())
}

func (db *DB) copyAll(ctx context.Context, out *DB) error {
	from, err := db.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return err
	}
	defer from.Rollback() // it changes nothing
	to, err := out.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer to.Rollback() // after Commit it does nothing
	if err := copyTables(ctx, db, from, out, to, nil); err != nil {
		return err
	}
	return to.Commit()
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
	src, version, err := openBackup(context.Background(), name)
	if err != nil {
		return err
	}
	if version > len(migrations) {
		err = fmt.Errorf("%s is of version %d, this program knows %d: use the newer program", name, version, len(migrations))
	}
	return errors.Join(err, src.Close())
}

// openBackup opens a backup for reading and gives the version of its tables.
func openBackup(ctx context.Context, name string) (*DB, int, error) {
	src := &DB{opt: Options{URL: name, ReadOnly: true, Now: time.Now}}
	if err := src.connect(); err != nil {
		return nil, 0, err
	}
	var version int
	if err := src.readers.QueryRowContext(ctx, `SELECT MAX(version) FROM house_migrations`).Scan(&version); err != nil {
		return nil, 0, errors.Join(fmt.Errorf("%s is no backup of Heed: %w", name, err), src.Close())
	}
	return src, version, nil
}

// RestorePostgres puts a backup in the place of what a PostgreSQL database holds, in one
// transaction. The tables that were there are kept in a schema of their own, whose name it
// returns. No process may be serving from the database; one that does can append no more.
func RestorePostgres(ctx context.Context, address, name string, now time.Time, progress func(table string, rows int64)) (kept string, err error) {
	src, version, err := openBackup(ctx, name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	if version > len(migrations) {
		return "", fmt.Errorf("%s is of version %d, this program knows %d: use the newer program", name, version, len(migrations))
	}
	db := &DB{opt: Options{URL: address, Now: time.Now}, pg: true}
	if err := db.connect(); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	to, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return "", fmt.Errorf("the database cannot be reached: %w", err)
	}
	defer to.Rollback() // after Commit it does nothing
	epoch, kept, err := setAside(ctx, to, now)
	if err != nil {
		return "", err
	}
	if _, err := to.ExecContext(ctx, migrationsTable); err != nil {
		return "", err
	}
	for v := range version {
		if err := db.migrateIn(ctx, to, v+1, migrations[v]); err != nil {
			return "", fmt.Errorf("migration %d: %w", v+1, err)
		}
	}
	from, err := src.readers.BeginTx(ctx, nil)
	if err != nil {
		return "", err
	}
	defer from.Rollback() // it changes nothing
	if err := copyTables(ctx, src, from, db, to, progress); err != nil {
		return "", err
	}
	// Whoever wrote before the restore holds an older epoch than any that comes after it.
	if _, err := to.ExecContext(ctx, `UPDATE house_head SET epoch = GREATEST(epoch, $1)`, epoch+1); err != nil {
		return "", err
	}
	return kept, to.Commit()
}

// setAside moves the tables of a database that is about to be replaced into a schema.
func setAside(ctx context.Context, to *sql.Tx, now time.Time) (epoch int64, schema string, err error) {
	have, err := postgresTables(ctx, to)
	if err != nil || len(have) == 0 {
		return 0, "", err
	}
	if slices.Contains(have, "house_head") {
		if err := to.QueryRowContext(ctx, `SELECT COALESCE(MAX(epoch), 0) FROM house_head`).Scan(&epoch); err != nil {
			return 0, "", err
		}
	}
	schema = "before_" + now.UTC().Format("20060102t150405z")
	if _, err := to.ExecContext(ctx, `CREATE SCHEMA `+schema); err != nil {
		return 0, "", fmt.Errorf("the tables that are there cannot be set aside: %w", err)
	}
	for _, t := range have {
		if _, err := to.ExecContext(ctx, `ALTER TABLE `+t+` SET SCHEMA `+schema); err != nil {
			return 0, "", err
		}
	}
	return epoch, schema, nil
}

func postgresTables(ctx context.Context, tx *sql.Tx) ([]string, error) {
	return names(ctx, tx, `SELECT table_name FROM information_schema.tables
		WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name ~ '^(ledger|house|view)_' ORDER BY table_name`)
}

func sqliteTables(ctx context.Context, tx *sql.Tx) ([]string, error) {
	return names(ctx, tx, `SELECT name FROM sqlite_master WHERE type = 'table' AND (name LIKE 'ledger!_%' ESCAPE '!' OR name LIKE 'house!_%' ESCAPE '!') ORDER BY name`)
}

func names(ctx context.Context, tx *sql.Tx, query string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// copyTables copies every row of the ledger and the house; the tables stand already.
func copyTables(ctx context.Context, src *DB, from *sql.Tx, dst *DB, to *sql.Tx, progress func(string, int64)) error {
	list := sqliteTables
	if src.pg {
		list = postgresTables
	}
	tables, err := list(ctx, from)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if strings.HasPrefix(t, "view_") {
			continue
		}
		if _, err := to.ExecContext(ctx, `DELETE FROM `+t); err != nil {
			return err
		}
		c := copying{ctx: ctx, from: from, to: to, dst: dst, table: t, progress: progress}
		if err := c.run(); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
	}
	return nil
}

// copying copies one table.
type copying struct {
	ctx      context.Context
	from, to *sql.Tx
	dst      *DB
	table    string
	progress func(string, int64)
}

func (c *copying) run() error {
	columns, bytea, err := c.columns()
	if err != nil {
		return err
	}
	// SQLite's driver reads bytes of length 0 as NULL: whether they are is asked beside.
	ask := slices.Clone(columns)
	for i, name := range columns {
		if bytea[i] {
			ask = append(ask, `CASE WHEN `+name+` IS NULL THEN 1 ELSE 0 END`)
		}
	}
	rows, err := c.from.QueryContext(c.ctx, `SELECT `+strings.Join(ask, ", ")+` FROM `+c.table)
	if err != nil {
		return err
	}
	defer rows.Close()
	insert, err := c.to.PrepareContext(c.ctx, c.dst.sql(`INSERT INTO `+c.table+` (`+strings.Join(columns, ", ")+`) VALUES (?`+strings.Repeat(", ?", len(columns)-1)+`)`))
	if err != nil {
		return err
	}
	defer insert.Close()
	values, dest := make([]any, len(ask)), make([]any, len(ask))
	for i := range values {
		dest[i] = &values[i]
	}
	for n := int64(1); rows.Next(); n++ {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if _, err := insert.ExecContext(c.ctx, typed(values, bytea)...); err != nil {
			return err
		}
		if c.progress != nil && n%4096 == 0 {
			c.progress(c.table, n)
		}
	}
	if err := rows.Err(); err != nil || !c.dst.pg || !slices.Contains(columns, "id") {
		return err
	}
	return c.countOn()
}

// typed gives a row's values the types of their columns: SQLite keeps whatever was put in.
func typed(values []any, bytea []bool) []any {
	out, null := make([]any, len(bytea)), values[len(bytea):]
	for i, blob := range bytea {
		out[i] = values[i]
		switch x := values[i].(type) {
		case string:
			if blob {
				out[i] = []byte(x)
			}
		case []byte:
			if !blob {
				out[i] = string(x)
			} else if len(x) == 0 {
				out[i] = nil
			}
		}
		if blob {
			if out[i] == nil && null[0] == int64(0) {
				out[i] = []byte{}
			}
			null = null[1:]
		}
	}
	return out
}

// countOn has PostgreSQL draw its next id after those that were copied.
func (c *copying) countOn() error {
	var sequence *string
	if err := c.to.QueryRowContext(c.ctx, `SELECT pg_get_serial_sequence($1, 'id')`, c.table).Scan(&sequence); err != nil || sequence == nil {
		return err
	}
	_, err := c.to.ExecContext(c.ctx, `SELECT setval($1::regclass, MAX(id)) FROM `+c.table+` HAVING MAX(id) IS NOT NULL`, *sequence)
	return err
}

// columns names the destination's columns and says which of them hold bytes.
func (c *copying) columns() (list []string, bytea []bool, err error) {
	rows, err := c.to.QueryContext(c.ctx, `SELECT * FROM `+c.table+` LIMIT 0`)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, nil, err
	}
	for _, t := range types {
		list = append(list, t.Name())
		bytea = append(bytea, t.DatabaseTypeName() == "BYTEA" || t.DatabaseTypeName() == "BLOB")
	}
	return list, bytea, rows.Err()
}
