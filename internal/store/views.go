package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"heed"
	"heed/internal/stix"
)

// A slice of building the views ends after so many records, or so long.
const (
	viewSlice = 512
	viewTime  = 10 * time.Millisecond
)

// CatchUp builds the views up to the last record, in slices through the same queue as
// every other write. Several callers share the work.
// While nothing can be stored the views stay as they are and reading goes on: see
// [DB.Trouble].
func (db *DB) CatchUp(ctx context.Context) error {
	db.viewing.Lock()
	defer db.viewing.Unlock()
	for {
		behind := true
		err := db.View(ctx, func(tx *Tx) error {
			pos, err := tx.ViewPosition()
			if err != nil {
				return err
			}
			size, err := tx.Size()
			behind = pos < size
			return err
		})
		if err != nil || !behind {
			return err
		}
		if err := db.Update(ctx, Normal, (*Tx).buildViews); err != nil {
			if cannotStore(err) {
				return nil
			}
			return err
		}
	}
}

// RebuildViews drops what the views hold and builds them from the ledger.
func (db *DB) RebuildViews(ctx context.Context) error {
	err := db.Update(ctx, Normal, func(tx *Tx) error {
		tx.seq.fresh.forget = true
		for _, t := range viewNames {
			if err := tx.exec(`DELETE FROM ` + t); err != nil {
				return err
			}
		}
		return tx.clearWords()
	})
	if err != nil {
		return err
	}
	return db.CatchUp(ctx)
}

var viewNames = []string{"view_position", "view_statements", "view_deliveries", "view_rungs"}

// ViewPosition is the leaf up to which the views are built.
func (tx *Tx) ViewPosition() (int64, error) {
	var pos int64
	err := tx.one([]any{&pos}, `SELECT idx FROM view_position WHERE name = 'views'`)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return pos, err
}

// buildViews writes the rows of the next slice of records.
func (tx *Tx) buildViews() error {
	pos, err := tx.ViewPosition()
	if err != nil {
		return err
	}
	start, first := time.Now(), pos
	for pos-first < viewSlice && time.Since(start) < viewTime {
		n, err := tx.buildSome(pos)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		pos += n
	}
	tx.seq.fresh.built = pos
	return tx.exec(`INSERT INTO view_position (name, idx) VALUES ('views', ?) ON CONFLICT (name) DO UPDATE SET idx = excluded.idx`, pos)
}

// viewRead is how many records are read at once where they must be read.
const viewRead = 32

// buildSome writes the rows of some records from pos on, and says of how many.
func (tx *Tx) buildSome(pos int64) (int64, error) {
	if rows, ok := tx.seq.fresh.at(pos); ok {
		for _, r := range rows {
			if err := tx.exec(r.query, r.args...); err != nil {
				return 0, fmt.Errorf("views of record %d: %w", pos, err)
			}
		}
		return 1, nil
	}
	records, err := tx.Records(pos, viewRead)
	for _, r := range records {
		if err := tx.project(r); err != nil {
			return 0, fmt.Errorf("views of record %d: %w", r.Index, err)
		}
	}
	return int64(len(records)), err
}

// fresh holds what the newest records add to the views, as it was known when they were
// appended: the builder, who comes just behind, need not read and parse them again. What
// is not here is read from the ledger, and gives the same rows.
type fresh struct {
	from   int64     // leaf of the first
	rows   [][]write // by record; nil: read it
	built  int64     // those below are in the views
	forget bool      // drop all of them
}

// freshMax is how many records are held.
const freshMax = 4096

// write is one statement to execute. As a querier of [Tx.project] it collects them.
type write struct {
	query string
	args  []any
}

type writes struct {
	reading
	list []write
}

func (w *writes) exec(_ context.Context, query string, args ...any) (int64, error) {
	w.list = append(w.list, write{query, args})
	return 1, nil
}

// add takes a record that was just appended.
func (f *fresh) add(tx *Tx, r Record) {
	if len(f.rows) == 0 {
		f.from = r.Index
	}
	var list []write
	if r.Read != nil && (r.Receipt == nil || r.Rung != nil) {
		w := &writes{list: make([]write, 0, 2)}
		if err := (&Tx{ctx: tx.ctx, db: tx.db, q: w, now: tx.now}).project(r); err == nil {
			list = w.list
		}
	}
	f.rows = append(f.rows, list)
}

// committed drops what is in the views, and the oldest where there are too many: a builder
// that far behind reads.
func (f *fresh) committed() {
	drop := max(f.built-f.from, int64(len(f.rows)-freshMax), 0)
	if f.forget || drop >= int64(len(f.rows)) {
		*f = fresh{}
		return
	}
	if drop > freshMax/4 { // seldom, because what is left moves
		f.rows = append([][]write(nil), f.rows[drop:]...)
		f.from += drop
	}
}

// at gives what a record adds.
func (f *fresh) at(idx int64) ([]write, bool) {
	n := idx - f.from
	if n < 0 || n >= int64(len(f.rows)) || f.rows[n] == nil {
		return nil, false
	}
	return f.rows[n], true
}

// project writes what one record adds to the views: a pure function of the record.
func (tx *Tx) project(r Record) error {
	obj, rung, err := r.read()
	if err != nil {
		return err
	}
	var s heed.Statement // of an erased or foreign body only what the row holds
	if obj.Statement != nil {
		s = *obj.Statement
	} else {
		s.Modified, _ = stix.ParseTime(obj.VersionText())
	}
	if r.Kind != heed.KindDelivery && r.Kind != heed.KindReceipt { // those have views of their own
		if err := tx.projectStatement(r, s, obj.Name, obj.Handling.TLP); err != nil {
			return err
		}
	}
	switch {
	case s.Delivery != nil:
		if err := tx.projectDelivery(r, s.Delivery); err != nil {
			return err
		}
	case s.Receipt != nil:
		return tx.projectRung(r, r.Author, s.Receipt)
	}
	if rung == nil {
		return nil
	}
	return tx.projectRung(r, r.Desk, rung)
}

// read gives what the signed bytes say, and the receipt on the row, parsed unless that was
// done before. Of an erased body there is nothing to say.
func (r Record) read() (obj stix.Object, rung *heed.Receipt, err error) {
	switch {
	case r.Read != nil:
		obj = *r.Read
	case r.Envelope.Payload != nil:
		if obj, err = stix.Recorded(r.Envelope.Payload); err != nil {
			return obj, nil, err
		}
	}
	if r.Receipt == nil || r.Rung != nil {
		return obj, r.Rung, nil
	}
	answer, err := stix.Recorded(r.Receipt.Payload)
	if err != nil || answer.Statement == nil || answer.Statement.Receipt == nil {
		return obj, nil, fmt.Errorf("its receipt cannot be read: %w", err)
	}
	return obj, answer.Statement.Receipt, nil
}

func (tx *Tx) projectStatement(r Record, s heed.Statement, headline, tlp string) error {
	var precedence string
	if s.Warning != nil {
		precedence = string(s.Warning.Precedence)
	}
	strict := r.Author != r.Desk && heed.Handling{TLP: tlp}.StrictestTLP() == "TLP:RED"
	var modified int64
	if !s.Modified.IsZero() {
		modified = s.Modified.UnixMicro()
	}
	return tx.exec(`INSERT INTO view_statements (desk, author, id, version, kind, idx, handle, recorded_at, modified, headline, precedence, tlp, strict, exercise, revoked, handed, carried)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(r.Desk), string(r.Author), string(r.ID), int64(r.Version), string(r.Kind), r.Index, heed.Handle(r.ID), r.RecordedAt.UnixMicro(),
		modified, headline, precedence, tlp, number(strict), s.Exercise, number(s.Revoked), r.From, r.Carried)
}

func (tx *Tx) projectDelivery(r Record, d *heed.Delivery) error {
	return tx.exec(`INSERT INTO view_deliveries (desk, idx, delivery, from_party, to_party, id, version, digest, leaf, at, may_tlp)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(r.Desk), r.Index, string(r.ID), string(r.Author), string(d.To), string(d.Statement), int64(d.Version), string(d.Digest), d.Leaf, d.At.UnixMicro(), d.May.TLP)
}

func (tx *Tx) projectRung(r Record, party heed.PartyID, c *heed.Receipt) error {
	person := ""
	if r.Author == r.Desk {
		person = r.From
	}
	return tx.exec(`INSERT INTO view_rungs (desk, idx, party, to_party, rung, id, version, delivery, at, log, leaf, person)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(r.Desk), r.Index, string(party), string(c.To), string(c.Rung), string(c.Statement), int64(c.Version), string(c.Delivery),
		c.At.UnixMicro(), c.Log, c.Leaf, person)
}

// Line is one row of the view of statements; deliveries and receipts have views of their own.
type Line struct {
	Desk       heed.PartyID
	Author     heed.PartyID
	ID         heed.ID
	Version    heed.Version
	Kind       heed.Kind
	Index      int64
	Handle     string
	RecordedAt time.Time
	Modified   time.Time
	Headline   string
	Precedence heed.Precedence
	TLP        string
	Limit      string // the strictest label under which it was handed to the desk; empty: none
	Exercise   string
	Revoked    bool
	From       string
	Carried    string
}

// Ref names the version.
func (l Line) Ref() heed.Ref { return heed.Ref{ID: l.ID, Version: l.Version} }

const lineColumns = `desk, author, id, version, kind, idx, handle, recorded_at, modified, headline, precedence, tlp, exercise, revoked, handed, carried,
	(SELECT COALESCE(MAX(CASE may_tlp WHEN 'TLP:RED' THEN 5 WHEN 'TLP:AMBER+STRICT' THEN 4 WHEN 'TLP:AMBER' THEN 3 WHEN 'TLP:GREEN' THEN 2 WHEN 'TLP:CLEAR' THEN 1 ELSE 0 END), 0)
		FROM view_deliveries d WHERE d.desk = view_statements.desk AND d.id = view_statements.id AND d.version = view_statements.version AND d.to_party = d.desk)`

func (tx *Tx) lines(where string, args ...any) ([]Line, error) {
	var (
		list                        []Line
		l                           Line
		at, modified, revoke, limit int64
	)
	err := tx.each([]any{&l.Desk, &l.Author, &l.ID, &l.Version, &l.Kind, &l.Index, &l.Handle, &at, &modified, &l.Headline, &l.Precedence,
		&l.TLP, &l.Exercise, &revoke, &l.From, &l.Carried, &limit}, func() error {
		l.Limit = ""
		if limit > 0 {
			l.Limit = heed.TLPs[limit-1]
		}
		l.RecordedAt, l.Modified, l.Revoked = time.UnixMicro(at).UTC(), time.UnixMicro(modified).UTC(), revoke != 0
		list = append(list, l)
		return nil
	}, `SELECT `+lineColumns+` FROM view_statements `+where, args...)
	return list, err
}

// Received lists at most n statements of a kind that others said to a desk, all versions,
// newest first, from before leaf before (0: from the newest). Without red it leaves out
// what is marked TLP:RED, or not marked, at the cost of what it gives.
func (tx *Tx) Received(desk heed.PartyID, kind heed.Kind, red bool, before int64, n int) ([]Line, error) {
	if before <= 0 {
		before = 1 << 62
	}
	if !red {
		return tx.lines(`WHERE desk = ? AND kind = ? AND strict = 0 AND author <> desk AND idx < ? ORDER BY idx DESC LIMIT ?`, string(desk), string(kind), before, n)
	}
	return tx.lines(`WHERE desk = ? AND kind = ? AND author <> desk AND idx < ? ORDER BY idx DESC LIMIT ?`, string(desk), string(kind), before, n)
}

// Said lists at most n statements of a kind that a desk said itself, newest first.
func (tx *Tx) Said(desk heed.PartyID, kind heed.Kind, before int64, n int) ([]Line, error) {
	if before <= 0 {
		before = 1 << 62
	}
	return tx.lines(`WHERE desk = ? AND kind = ? AND author = desk AND idx < ? ORDER BY idx DESC LIMIT ?`, string(desk), string(kind), before, n)
}

// byHandle looks a handle up by its index. The desk is written so that no engine takes its
// index instead, and reads all that the desk has.
const byHandle = `WHERE handle = ? AND desk || '' = ?`

// Versions lists what a desk has of a statement, in the order recorded.
func (tx *Tx) Versions(desk heed.PartyID, id heed.ID) ([]Line, error) {
	return tx.lines(byHandle+` AND id = ? ORDER BY idx`, heed.Handle(id), string(desk), string(id))
}

// WithHandle lists every version of every statement of a desk that has this handle.
func (tx *Tx) WithHandle(desk heed.PartyID, handle string) ([]Line, error) {
	return tx.lines(byHandle+` ORDER BY idx`, handle, string(desk))
}

// Handover is one row of the view of deliveries: made by a desk, or to it.
type Handover struct {
	Index     int64 // leaf of the delivery's record
	Delivery  heed.ID
	From, To  heed.PartyID
	Statement heed.ID
	Version   heed.Version
	Digest    string
	Leaf      int64 // of the statement in the log of From
	At        time.Time
}

// Handovers lists the deliveries of a statement that a desk made or got, as recorded.
func (tx *Tx) Handovers(desk heed.PartyID, id heed.ID) ([]Handover, error) {
	var (
		list []Handover
		h    Handover
		at   int64
	)
	err := tx.each([]any{&h.Index, &h.Delivery, &h.From, &h.To, &h.Statement, &h.Version, &h.Digest, &h.Leaf, &at}, func() error {
		h.At = time.UnixMicro(at).UTC()
		list = append(list, h)
		return nil
	}, `SELECT idx, delivery, from_party, to_party, id, version, digest, leaf, at FROM view_deliveries WHERE desk = ? AND id = ? ORDER BY idx`, string(desk), string(id))
	return list, err
}

// Step is one row of the view of rungs: one receipt, given by a desk or got by it.
type Step struct {
	Index     int64 // leaf of the record that holds the receipt
	Party, To heed.PartyID
	Rung      heed.Rung
	Statement heed.ID
	Version   heed.Version
	Delivery  heed.ID
	At        time.Time
	Log       string
	Leaf      int64
	Person    string // of our own desk; empty for others
}

// Steps lists the receipts for a statement at a desk, as recorded.
func (tx *Tx) Steps(desk heed.PartyID, id heed.ID) ([]Step, error) {
	var (
		list []Step
		s    Step
		at   int64
	)
	err := tx.each([]any{&s.Index, &s.Party, &s.To, &s.Rung, &s.Statement, &s.Version, &s.Delivery, &at, &s.Log, &s.Leaf, &s.Person}, func() error {
		s.At = time.UnixMicro(at).UTC()
		list = append(list, s)
		return nil
	}, `SELECT idx, party, to_party, rung, id, version, delivery, at, log, leaf, person FROM view_rungs WHERE desk = ? AND id = ? ORDER BY idx`, string(desk), string(id))
	return list, err
}

// DigestHex writes a record's digest as deliveries and receipts carry it.
func (r Record) DigestHex() heed.Digest { return heed.Digest(hex.EncodeToString(r.Digest[:])) }
