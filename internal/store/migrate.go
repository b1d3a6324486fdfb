package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"heed/internal/ledger"
)

// migrations are run in order, each once, each in a transaction of its own. {blob},
// {id}, {leaf} and {keyed} (rows stand in the order of their key) are what the engines spell
// differently. A migration that was released is
// never changed.
var migrations = []string{`
CREATE TABLE ledger_records (
	log BIGINT NOT NULL,
	idx BIGINT NOT NULL,
	desk TEXT NOT NULL,
	author TEXT NOT NULL,            -- '' where nobody's signature is known
	id TEXT NOT NULL,
	version BIGINT NOT NULL,
	kind TEXT NOT NULL,
	door TEXT NOT NULL,
	handed TEXT NOT NULL,            -- who handed it in
	recorded_at BIGINT NOT NULL,     -- µs
	entry {blob} NOT NULL,
	body_salt {blob},                -- NULL once erased
	signed {blob},                   -- NULL once erased
	digest {blob} NOT NULL,          -- SHA-256 of signed
	payload_type TEXT NOT NULL,      -- '' where unsealed
	signatures {blob} NOT NULL,
	carried TEXT NOT NULL,
	about TEXT NOT NULL,             -- the statement that a delivery, receipt or decision is on
	receipt {blob},                  -- of a delivery: the delivered receipt that answers it
	receipt_signatures {blob},
	PRIMARY KEY (log, idx)
);
CREATE UNIQUE INDEX ledger_records_once ON ledger_records (id, version, desk, author);
CREATE INDEX ledger_records_about ON ledger_records (about, desk, kind) WHERE about <> '';
CREATE TABLE ledger_tiles (
	log BIGINT NOT NULL,
	level BIGINT NOT NULL,
	n BIGINT NOT NULL,
	hashes {blob} NOT NULL,
	PRIMARY KEY (log, level, n)
);
CREATE TABLE ledger_heads (
	log BIGINT NOT NULL,
	size BIGINT NOT NULL,
	prev BIGINT NOT NULL,            -- size of the head signed before; 0: none
	note {blob} NOT NULL,
	PRIMARY KEY (log, size)
);
CREATE TABLE house_head (
	log BIGINT PRIMARY KEY,
	epoch BIGINT NOT NULL,
	size BIGINT NOT NULL,
	root {blob} NOT NULL,
	recorded_at BIGINT NOT NULL
);
CREATE TABLE house_parties (
	id TEXT PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	own BIGINT NOT NULL,
	card {blob} NOT NULL,
	url TEXT NOT NULL,
	token_in {blob},
	token_out TEXT NOT NULL
);
CREATE TABLE house_persons (
	name TEXT PRIMARY KEY,
	uid BIGINT NOT NULL,
	parties TEXT NOT NULL,           -- ids, a space between
	token_hash {blob}
);
CREATE TABLE house_outbox (
	id {id},
	desk TEXT NOT NULL,
	to_party TEXT NOT NULL,
	lane BIGINT NOT NULL,
	records TEXT NOT NULL,           -- leaf indexes, a space between
	added_at BIGINT NOT NULL,        -- µs, strictly rising
	due BIGINT NOT NULL,             -- µs
	attempts BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	last_words TEXT NOT NULL,
	state TEXT NOT NULL,
	lease_owner TEXT NOT NULL,
	lease_end BIGINT NOT NULL
);
CREATE INDEX house_outbox_due ON house_outbox (lane DESC, due) WHERE state IN ('waiting', 'pending');
CREATE UNIQUE INDEX house_outbox_pair ON house_outbox (desk, to_party, added_at);
CREATE TABLE house_waiting (
	id {id},
	at BIGINT NOT NULL,
	door TEXT NOT NULL,
	handed TEXT NOT NULL,
	peer TEXT NOT NULL,
	desk TEXT NOT NULL,
	objects {blob} NOT NULL
);
CREATE TABLE house_alarms (
	id {id},
	at BIGINT NOT NULL,
	desk TEXT NOT NULL,
	code TEXT NOT NULL,
	words TEXT NOT NULL,
	first BIGINT NOT NULL,
	handed TEXT NOT NULL,
	digest {blob} NOT NULL UNIQUE,
	objects {blob} NOT NULL
);
CREATE TABLE house_peer_heads (
	origin TEXT PRIMARY KEY,
	party TEXT NOT NULL,
	size BIGINT NOT NULL,
	note {blob} NOT NULL,
	at BIGINT NOT NULL
);
CREATE TABLE house_clocks (
	id {id},
	desk TEXT NOT NULL,
	what TEXT NOT NULL,
	about TEXT NOT NULL,
	due BIGINT NOT NULL,
	state TEXT NOT NULL,
	lease_owner TEXT NOT NULL,
	lease_end BIGINT NOT NULL
);
CREATE TABLE house_statuses (
	id TEXT PRIMARY KEY,
	party TEXT NOT NULL,
	at BIGINT NOT NULL,
	body {blob} NOT NULL,            -- without its receipts
	receipts TEXT NOT NULL           -- leaves of the deliveries that they stand on
);
CREATE INDEX house_statuses_at ON house_statuses (at);
` + viewTables, caseTables, clockTables, releaseTables, personTables, wordTables, contactTables, readingTables}

// viewTables are dropped and made anew by a rebuild. The positions of the builders stand
// beside them.
const viewTables = `
CREATE TABLE view_position (name TEXT PRIMARY KEY, idx BIGINT NOT NULL);
CREATE TABLE view_statements (
	desk TEXT NOT NULL,
	author TEXT NOT NULL,
	id TEXT NOT NULL,
	version BIGINT NOT NULL,
	kind TEXT NOT NULL,
	idx BIGINT NOT NULL,
	handle TEXT NOT NULL,
	recorded_at BIGINT NOT NULL,
	modified BIGINT NOT NULL,
	headline TEXT NOT NULL,
	precedence TEXT NOT NULL,
	tlp TEXT NOT NULL,
	strict BIGINT NOT NULL,          -- 1: said by another, and TLP:RED or not marked
	exercise TEXT NOT NULL,
	revoked BIGINT NOT NULL,
	handed TEXT NOT NULL,
	carried TEXT NOT NULL,
	PRIMARY KEY (desk, kind, idx)
) {keyed};
CREATE INDEX view_statements_handle ON view_statements (handle, desk);
CREATE INDEX view_statements_open ON view_statements (desk, kind, strict, idx);
CREATE TABLE view_deliveries (
	desk TEXT NOT NULL,
	idx BIGINT NOT NULL,
	delivery TEXT NOT NULL,
	from_party TEXT NOT NULL,
	to_party TEXT NOT NULL,
	id TEXT NOT NULL,
	version BIGINT NOT NULL,
	digest TEXT NOT NULL,
	leaf BIGINT NOT NULL,
	at BIGINT NOT NULL,
	may_tlp TEXT NOT NULL,           -- the label under which it was handed over
	PRIMARY KEY (desk, id, idx)
) {keyed};
CREATE TABLE view_rungs (
	desk TEXT NOT NULL,
	idx BIGINT NOT NULL,
	party TEXT NOT NULL,
	to_party TEXT NOT NULL,
	rung TEXT NOT NULL,
	id TEXT NOT NULL,
	version BIGINT NOT NULL,
	delivery TEXT NOT NULL,
	at BIGINT NOT NULL,
	log TEXT NOT NULL,
	leaf BIGINT NOT NULL,
	person TEXT NOT NULL,
	PRIMARY KEY (desk, id, idx)
) {keyed};
`

// dialect spells a migration for the engine.
func (db *DB) dialect(ddl string) string {
	blob, id, leaf, keyed := "BLOB", "INTEGER PRIMARY KEY", "INTEGER", "WITHOUT ROWID"
	if db.pg {
		blob, id, leaf, keyed = "BYTEA", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "BIGINT", ""
	}
	words := wordsSQLite
	if db.pg {
		words = wordsPostgres
	}
	return strings.NewReplacer("{blob}", blob, "{id}", id, "{leaf}", leaf, "{keyed}", keyed, "{words}", words).Replace(ddl)
}

const migrationsTable = `CREATE TABLE IF NOT EXISTS house_migrations (version BIGINT PRIMARY KEY)`

// migrate runs what was not yet run.
func (db *DB) migrate(ctx context.Context) error {
	if _, err := db.writer.ExecContext(ctx, migrationsTable); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	var have int
	if err := db.writer.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM house_migrations`).Scan(&have); err != nil {
		return err
	}
	if have > len(migrations) {
		return fmt.Errorf("store: the database is at version %d, this program knows %d: use the newer program", have, len(migrations))
	}
	if have == 0 && !db.opt.Create {
		return fmt.Errorf("%w: the database is empty", ErrMissing)
	}
	for v := have; v < len(migrations); v++ {
		if err := db.migrateOne(ctx, v+1, migrations[v]); err != nil {
			return fmt.Errorf("store: migration %d: %w", v+1, err)
		}
	}
	return nil
}

func (db *DB) migrateOne(ctx context.Context, version int, ddl string) error {
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit it does nothing
	if err := db.migrateIn(ctx, tx, version, ddl); err != nil {
		return err
	}
	return tx.Commit()
}

func (db *DB) migrateIn(ctx context.Context, tx *sql.Tx, version int, ddl string) error {
	for _, stmt := range statements(db.dialect(ddl)) {
		if _, err := tx.ExecContext(ctx, stmt); err != nil {
			return fmt.Errorf("%s: %w", strings.SplitN(stmt, "\n", 2)[0], err)
		}
	}
	if version == 1 {
		if _, err := tx.ExecContext(ctx, db.sql(`INSERT INTO house_head (log, epoch, size, root, recorded_at) VALUES (?, 0, 0, ?, 0)`), logNumber, ledger.EmptyRoot[:]); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, db.sql(`INSERT INTO house_migrations (version) VALUES (?)`), version)
	return err
}

// statements splits a migration at its semicolons and drops its comments.
func statements(ddl string) []string {
	var clean strings.Builder
	for line := range strings.Lines(ddl) {
		code, _, comment := strings.Cut(line, "--")
		clean.WriteString(code)
		if comment {
			clean.WriteByte('\n')
		}
	}
	var list []string
	for s := range strings.SplitSeq(clean.String(), ";") {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, s)
		}
	}
	return list
}

// hasTables tells an empty or foreign database from one of ours.
func (db *DB) hasTables(ctx context.Context) error {
	var have int
	if err := db.readers.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM house_migrations`).Scan(&have); err != nil {
		return fmt.Errorf("%w: %w", ErrMissing, err)
	}
	if have != len(migrations) {
		return errors.New("store: the database is of another version than this program; start the node once to bring it up to date")
	}
	return nil
}
