package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"

	"heed"
	"heed/internal/envelope"
	"heed/internal/ledger"
	"heed/internal/stix"
)

// CheckOptions say what [Check] is to look at.
type CheckOptions struct {
	Log      ledger.Verifier // of this node's first log
	Newest   ledger.Head     // the head kept beside the database; no Origin: none is
	Views    bool            // also every row of every view
	Key      func(heed.PartyID) (envelope.PublicKey, bool)
	Progress func(done, total int64) // may be nil
}

// CheckReport is what a check found.
type CheckReport struct {
	Statements int64
	Signatures int64 // how many were verified
	Root       string
	Wrong      []string // "<table> <key>: <sentence>"
}

// maxWrong is how many findings are named; a database that is wrong all over needs no more.
const maxWrong = 100

// Check reads every row of the ledger tables, and every file that is kept, in one consistent
// view, also while the node runs, and names each row that is changed, missing or too many. It writes nothing. Memory
// stays flat however large the ledger is.
func Check(ctx context.Context, db *DB, opt CheckOptions) (CheckReport, error) {
	c := &checker{opt: opt}
	err := db.View(ctx, func(tx *Tx) error {
		if err := c.ledger(tx); err != nil {
			return err
		}
		if err := c.files(tx); err != nil {
			return err
		}
		if opt.Views {
			return c.views(tx)
		}
		return nil
	})
	return c.report, err
}

type checker struct {
	opt    CheckOptions
	mu     sync.Mutex
	report CheckReport
	tree   *ledger.Tree
	heads  []SignedHead // still to come, smallest first
	links  []Link       // of successor logs
}

func (c *checker) wrong(table string, key any, format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.report.Wrong) < maxWrong {
		c.report.Wrong = append(c.report.Wrong, fmt.Sprintf("%s %v: %s", table, key, fmt.Sprintf(format, args...)))
	}
}

// raw is a row as it is stored, nothing parsed.
type raw struct {
	idx, version, at                                     int64
	desk, author, id, kind, door, from, payload, carried string
	about                                                string
	entry, salt, signed, digest, sigs, receipt, rsigs    []byte
}

const checkSlice = 256

// ledger checks records, tiles, heads and the head row against each other.
func (c *checker) ledger(tx *Tx) error {
	var size int64
	var root []byte
	if err := tx.one([]any{&size, &root}, `SELECT size, root FROM house_head WHERE log = ?`, logNumber); err != nil {
		return err
	}
	if err := c.loadLinks(tx); err != nil {
		return err
	}
	if err := c.loadHeads(tx); err != nil {
		return err
	}
	var err error
	if c.tree, err = ledger.LoadTree(0, nil); err != nil {
		return err
	}
	if err := c.records(tx, size); err != nil {
		return err
	}
	if err := c.tree.Edge(c.tile(tx)); err != nil {
		return err
	}
	var tiles, want int64
	if err := tx.one([]any{&tiles}, `SELECT COUNT(*) FROM ledger_tiles`); err != nil {
		return err
	}
	for n := c.tree.Size(); n > 0; n >>= ledger.TileHeight {
		want += (n + (1 << ledger.TileHeight) - 1) >> ledger.TileHeight
	}
	if tiles != want {
		c.wrong("ledger_tiles", "all", "there are %d rows; %d records make %d", tiles, c.tree.Size(), want)
	}
	for _, h := range c.heads {
		c.wrong("ledger_heads", h.Size, "it covers more records than there are (%d)", c.tree.Size())
	}
	got := c.tree.Root()
	c.report.Root = base64.StdEncoding.EncodeToString(got[:])
	c.report.Statements = c.tree.Size()
	if size != c.tree.Size() {
		c.wrong("house_head", logNumber, "it says %d records; there are %d", size, c.tree.Size())
	} else if !bytes.Equal(root, got[:]) {
		c.wrong("house_head", logNumber, "its root is not that of the records")
	}
	return nil
}

// loadLinks reads where successor logs begin. Each goes on from the one before.
func (c *checker) loadLinks(tx *Tx) (err error) {
	if c.links, err = tx.Links(); err != nil {
		c.wrong("ledger_records", "all", "the links of the logs cannot be read: %v", err)
		return nil
	}
	first := c.opt.Log.Origin()
	before := first
	for _, l := range c.links {
		if l.Log.Succeeds != before || ledger.Number(first, l.Log.Log) <= ledger.Number(first, before) || l.Log.Records != l.Leaf {
			c.wrong("ledger_records", l.Leaf, "it does not begin a log that goes on from %s here", before)
		}
		before = l.Log.Log
	}
	return nil
}

// loadHeads reads the signed heads. Each names the one before, and the newest must be at
// least the one kept beside the database.
func (c *checker) loadHeads(tx *Tx) error {
	var h SignedHead
	var log, prev, last int64
	err := tx.each([]any{&log, &h.Size, &prev, &h.Note}, func() error {
		if log != logNumber || prev != last {
			c.wrong("ledger_heads", h.Size, "it follows the head of %d, which is not the one before it (%d)", prev, last)
		}
		last = h.Size
		c.heads = append(c.heads, SignedHead{h.Size, bytes.Clone(h.Note)})
		return nil
	}, `SELECT log, size, prev, note FROM ledger_heads ORDER BY log, size`)
	first := c.opt.Log.Origin()
	beside, now := ledger.Number(first, c.opt.Newest.Origin), ledger.Number(first, LogAt(first, c.links, math.MaxInt64))
	if beside > now || beside == now && last < c.opt.Newest.Size {
		c.wrong("ledger_heads", c.opt.Newest.Size, "it is missing: the head kept beside the database is newer than all here")
	}
	return err
}

// records streams the rows to as many workers as there are cores and grows the tree.
func (c *checker) records(tx *Tx, total int64) error {
	work := make(chan []raw)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for rows := range work {
				for i := range rows {
					c.record(&rows[i])
				}
			}
		}()
	}
	defer wg.Wait()
	defer close(work)
	next := int64(0)
	for last := int64(math.MinInt64); ; {
		rows, err := tx.rawAfter(last)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		last = rows[len(rows)-1].idx
		for i := range rows {
			if err := c.place(&rows[i], &next, total); err != nil {
				return err
			}
		}
		work <- rows
		if c.opt.Progress != nil {
			c.opt.Progress(next, total)
		}
		if err := c.tree.Full(c.tile(tx)); err != nil {
			return err
		}
		if c.enough() {
			return nil
		}
	}
	for ; next < total && !c.enough(); next++ {
		c.wrong("ledger_records", next, "it is missing")
	}
	var strays int64
	if err := tx.one([]any{&strays}, `SELECT COUNT(*) FROM ledger_records WHERE log <> ?`, logNumber); err != nil {
		return err
	}
	if strays > 0 {
		c.wrong("ledger_records", "all", "%d rows are of a log that this node does not have", strays)
	}
	return nil
}

// place gives a row its leaf in the tree that is grown beside.
func (c *checker) place(r *raw, next *int64, total int64) error {
	for ; *next < r.idx && *next < total && !c.enough(); *next++ {
		c.wrong("ledger_records", *next, "it is missing")
	}
	if r.idx != *next {
		c.wrong("ledger_records", r.idx, "it stands where no record can be")
		return nil
	}
	*next++
	c.tree.Append(ledger.Leaf(r.entry))
	return c.head()
}

// rawAfter reads the next slice of rows. It is read whole before anything else is asked on
// the same connection.
func (tx *Tx) rawAfter(idx int64) ([]raw, error) {
	var rows []raw
	var r raw
	err := tx.each([]any{&r.idx, &r.desk, &r.author, &r.id, &r.version, &r.kind, &r.door, &r.from, &r.at, &r.entry, &r.salt, &r.signed,
		&r.digest, &r.payload, &r.sigs, &r.carried, &r.about, &r.receipt, &r.rsigs}, func() error {
		rows = append(rows, r.clone())
		return nil
	}, `SELECT `+recordColumns+` FROM ledger_records WHERE log = ? AND idx > ? ORDER BY idx LIMIT ?`, logNumber, idx, checkSlice)
	return rows, err
}

func (c *checker) enough() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.report.Wrong) >= maxWrong
}

func (r raw) clone() raw {
	for _, b := range []*[]byte{&r.entry, &r.salt, &r.signed, &r.digest, &r.sigs, &r.receipt, &r.rsigs} {
		*b = bytes.Clone(*b)
	}
	return r
}

// head checks the signed heads of the size that the tree has now.
func (c *checker) head() error {
	for len(c.heads) > 0 && c.heads[0].Size <= c.tree.Size() {
		h := c.heads[0]
		c.heads = c.heads[1:]
		origin := LogAt(c.opt.Log.Origin(), c.links, h.Size-1)
		got, err := ledger.OpenHead(h.Note, c.opt.Log.Of(origin))
		root := c.tree.Root()
		switch {
		case h.Size < c.tree.Size():
			c.wrong("ledger_heads", h.Size, "no head can have this size")
		case err != nil:
			c.wrong("ledger_heads", h.Size, "%v", err)
		case got.Size != h.Size || got.Root != root:
			c.wrong("ledger_heads", h.Size, "it is not the head of these records")
		case c.opt.Newest.Origin == origin && c.opt.Newest.Size == h.Size && c.opt.Newest.Root != root:
			c.wrong("ledger_heads", h.Size, "the head kept beside the database is of another history")
		case !ledger.CanonicalNote(h.Note):
			c.wrong("ledger_heads", h.Size, "its note is not as this node writes it")
		}
	}
	return nil
}

// tile compares a tile that the records make with the stored one.
func (c *checker) tile(tx *Tx) func(id ledger.TileID, hashes []byte) error {
	return func(id ledger.TileID, hashes []byte) error {
		stored, err := tx.readTile(id)
		if err == nil && !bytes.Equal(stored, hashes) {
			c.wrong("ledger_tiles", fmt.Sprintf("%d/%d", id.Level, id.N), "it does not hold the hashes of the records")
		}
		return err
	}
}

// record checks one row by itself.
func (c *checker) record(r *raw) {
	if err := c.examine(r); err != nil {
		c.wrong("ledger_records", r.idx, "%v", err)
	}
}

func (c *checker) examine(r *raw) error {
	e, err := ledger.ParseEntry(r.entry)
	if err != nil {
		return err
	}
	switch {
	case string(e.Kind) != r.kind:
		return errors.New("kind is not what its entry says")
	case e.Recorded.UnixMicro() != r.at:
		return errors.New("recorded_at is not what its entry says")
	case e.Door != r.door, e.From != r.from, string(e.Desk) != r.desk, e.Carried != r.carried:
		return errors.New("door, handed, desk or carried is not what its entry says")
	case string(e.Statement) != r.id || int64(e.Version) != r.version:
		return errors.New("id or version is not what its entry says")
	case e.Seal != ledger.Seal(r.payload, r.sigs):
		return errors.New("payload_type or signatures are not what its entry commits to")
	}
	digest := sha256.Sum256(r.signed)
	if !bytes.Equal(digest[:], r.digest) {
		return errors.New("digest is not that of the signed bytes")
	}
	if commit, err := ledger.Commit(r.salt, r.signed); err != nil || commit != e.Body {
		return errors.New("its entry does not commit to these signed bytes")
	}
	if err := c.seal(r, e); err != nil {
		return err
	}
	return c.subject(r, e)
}

// seal checks the author's signature. Nobody's needs none.
func (c *checker) seal(r *raw, e ledger.Entry) error {
	if r.author == "" {
		return nil
	}
	sigs, err := envelope.ParseSignatures(r.sigs)
	if err != nil {
		return err
	}
	key, ok := c.opt.Key(heed.PartyID(r.author))
	if !ok {
		return fmt.Errorf("no card of its author %s is recorded", r.author)
	}
	c.count()
	if err := envelope.VerifyAs(envelope.Envelope{PayloadType: r.payload, Payload: r.signed, Signatures: sigs}, e.Kind, key); err != nil {
		return fmt.Errorf("the signature of its author does not hold: %w", err)
	}
	if !bytes.Contains(r.signed, []byte(r.author)) {
		return errors.New("author is not who its signed bytes say")
	}
	return nil
}

func (c *checker) count() {
	c.mu.Lock()
	c.report.Signatures++
	c.mu.Unlock()
}

// subject checks what a delivery, receipt or decision is about, and the delivered receipt.
func (c *checker) subject(r *raw, e ledger.Entry) error {
	var s *heed.Statement
	switch e.Kind {
	case heed.KindWarning, heed.KindKey, heed.KindEvent: // about nothing else
	default:
		obj, err := stix.Recorded(r.signed)
		if err != nil {
			return err
		}
		s = obj.Statement
	}
	about := ""
	if s != nil {
		about = string(s.Subject().ID)
	}
	if r.about != about {
		return errors.New("about is not what its signed bytes say")
	}
	if s == nil || s.Delivery == nil || string(s.Delivery.To) != r.desk {
		if r.receipt != nil || r.rsigs != nil {
			return errors.New("it carries a receipt that it cannot have")
		}
		return nil
	}
	if r.receipt == nil {
		return errors.New("the delivered receipt is missing")
	}
	return c.delivered(r, s)
}

func (c *checker) delivered(r *raw, d *heed.Statement) error {
	sigs, err := envelope.ParseSignatures(r.rsigs)
	if err != nil || !bytes.Equal(envelope.FormatSignatures(sigs), r.rsigs) {
		return errors.New("the signatures of its receipt are not as this node writes them")
	}
	key, ok := c.opt.Key(heed.PartyID(r.desk))
	if !ok {
		return errors.New("no card of its desk is recorded")
	}
	c.count()
	env := envelope.Envelope{PayloadType: envelope.PayloadType(heed.KindReceipt), Payload: r.receipt, Signatures: sigs}
	if err := envelope.VerifyAs(env, heed.KindReceipt, key); err != nil {
		return fmt.Errorf("the delivered receipt: %w", err)
	}
	obj, err := stix.Recorded(r.receipt)
	if err != nil || obj.Statement == nil || obj.Statement.Receipt == nil {
		return errors.New("the delivered receipt cannot be read")
	}
	got := obj.Statement.Receipt
	if got.Delivery != d.ID || got.DeliveryVersion != d.Version || got.Statement != d.Delivery.Statement || got.Version != d.Delivery.Version ||
		got.Digest != d.Delivery.Digest || got.Rung != heed.Delivered || got.Log != LogAt(c.opt.Log.Origin(), c.links, r.idx) || got.Leaf >= r.idx && got.Leaf != r.idx-1 {
		return errors.New("the delivered receipt answers something else")
	}
	return nil
}

// views builds every view row again, beside, and compares.
func (c *checker) views(tx *Tx) error {
	pos, err := tx.ViewPosition()
	if err != nil {
		return err
	}
	beside := &collector{rows: map[string]int64{}, tx: tx, c: c}
	again := &Tx{ctx: tx.ctx, db: tx.db, q: beside, now: tx.now}
	for from := int64(0); from < pos; from += checkSlice {
		records, err := tx.Records(from, int(min(checkSlice, pos-from)))
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := again.project(r); err != nil {
				c.wrong("view_statements", r.Index, "it cannot be rebuilt: %v", err)
			}
		}
		if len(c.report.Wrong) >= maxWrong {
			return nil
		}
	}
	for _, t := range viewNames {
		if t == "view_position" {
			continue
		}
		var n int64
		if err := tx.one([]any{&n}, `SELECT COUNT(*) FROM `+t); err != nil {
			return err
		}
		if n != beside.rows[t] {
			c.wrong(t, "all", "there are %d rows; the ledger makes %d", n, beside.rows[t])
		}
	}
	var rows int64
	if err := tx.one([]any{&rows}, `SELECT COUNT(*) FROM view_position WHERE name = 'views'`); err != nil {
		return err
	}
	if size, err := tx.Size(); err != nil || pos > size {
		c.wrong("view_position", "views", "it is beyond the last record")
	}
	return nil
}

// collector takes the rows that a rebuild would write and looks each up among the stored.
type collector struct {
	reading
	tx   *Tx
	c    *checker
	rows map[string]int64
}

func (k *collector) exec(ctx context.Context, query string, args ...any) (int64, error) {
	rest := strings.TrimPrefix(query, "INSERT INTO ")
	table, rest, _ := strings.Cut(rest, " ")
	columns, _, _ := strings.Cut(strings.TrimPrefix(rest, "("), ")")
	k.rows[table]++
	names := strings.Split(columns, ", ")
	where := make([]string, 0, len(names))
	var key any
	for i, n := range names {
		where = append(where, n+" = ?")
		if n == "idx" {
			key = args[i]
		}
	}
	var n int64
	err := k.tx.one([]any{&n}, `SELECT COUNT(*) FROM `+table+` WHERE `+strings.Join(where, " AND "), args...)
	if err == nil && n != 1 {
		k.c.wrong(table, key, "it is not what the ledger makes of record %v", key)
	}
	return 1, err
}
