package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"heed"
	"heed/internal/envelope"
	"heed/internal/ledger"
	"heed/internal/stix"
)

// New is a statement to record.
type New struct {
	Desk     heed.PartyID // the desk of this node whose record it is
	Author   heed.PartyID // proven by signature; empty: nobody's
	ID       heed.ID
	Version  heed.Version
	Kind     heed.Kind
	Door     string            // own, taxii, take, card …
	From     string            // who handed it in: a party's id or person:NAME
	Envelope envelope.Envelope // Payload: the signed bytes; no PayloadType: unsealed
	Carried  string            // in what shape it came
	About    heed.ID           // its subject, if it is a delivery, receipt or decision
	// Receipt is the delivered receipt that answers a delivery; it stands on the delivery's
	// own row.
	Receipt *envelope.Envelope
	// Read is what the signed bytes say and Rung what Receipt says, where the caller has just
	// read or written those very bytes. Nil: who needs to know reads the bytes.
	Read *stix.Object
	Rung *heed.Receipt
}

// Record is a statement as this node took it in.
type Record struct {
	New
	Index      int64 // leaf
	RecordedAt time.Time
	Digest     [32]byte // SHA-256 of the signed bytes
	Entry      []byte   // its canonical text in the ledger
	BodySalt   []byte   // nil once erased, as is Envelope.Payload
}

// Ref names the recorded version.
func (r Record) Ref() heed.Ref { return heed.Ref{ID: r.ID, Version: r.Version} }

const recordColumns = `idx, desk, author, id, version, kind, door, handed, recorded_at, entry, body_salt, signed, digest,
	payload_type, signatures, carried, about, receipt, receipt_signatures`

// Append records a statement as the next leaf and returns it with its index. It is durable
// once the enclosing Update returns nil; if that fails, no index was used. The same desk,
// author, id and version again gives the first record and [ErrExists] where the signed
// bytes are equal, [ErrConflict] where they are not.
func (tx *Tx) Append(n New) (Record, error) {
	if tx.tree == nil {
		return Record{}, ErrReadOnly
	}
	var random [64]byte
	if _, err := io.ReadFull(tx.db.opt.Rand, random[:]); err != nil {
		return Record{}, err
	}
	body, err := ledger.Commit(random[:32], n.Envelope.Payload)
	if err != nil {
		return Record{}, err
	}
	sigs := notNull(envelope.FormatSignatures(n.Envelope.Signatures))
	e := ledger.Entry{
		Kind: n.Kind, Recorded: tx.now, Door: n.Door, From: n.From, Desk: n.Desk,
		Statement: n.ID, Version: n.Version, Carried: n.Carried, Seal: ledger.Seal(n.Envelope.PayloadType, sigs), Body: body, Salt: [32]byte(random[32:]),
	}
	if err := e.Check(); err != nil {
		return Record{}, err
	}
	rec := Record{New: n, Index: tx.tree.Size(), RecordedAt: tx.now, Digest: sha256.Sum256(n.Envelope.Payload),
		Entry: e.Text(), BodySalt: bytes.Clone(random[:32])}
	var receipt, receiptSigs []byte
	if n.Receipt != nil {
		receipt, receiptSigs = n.Receipt.Payload, envelope.FormatSignatures(n.Receipt.Signatures)
	}
	rows, err := tx.q.exec(tx.ctx, `INSERT INTO ledger_records (log, idx, desk, author, id, version, kind, door, handed, recorded_at,
		entry, body_salt, signed, digest, payload_type, signatures, carried, about, receipt, receipt_signatures)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id, version, desk, author) DO NOTHING`,
		logNumber, rec.Index, string(n.Desk), string(n.Author), string(n.ID), int64(n.Version), string(n.Kind), n.Door, n.From, tx.now.UnixMicro(),
		rec.Entry, rec.BodySalt, n.Envelope.Payload, rec.Digest[:], n.Envelope.PayloadType, sigs, n.Carried, string(n.About), receipt, receiptSigs)
	if err != nil {
		return Record{}, err
	}
	if rows == 0 {
		return tx.known(n, rec.Digest)
	}
	tx.tree.Append(ledger.Leaf(rec.Entry))
	tx.seq.fresh.add(tx, rec)
	return rec, nil
}

func (tx *Tx) known(n New, digest [32]byte) (Record, error) {
	first, err := tx.Find(n.Desk, n.Author, n.ID, n.Version)
	if err != nil {
		return Record{}, err
	}
	if first.Digest != digest {
		return first, ErrConflict
	}
	return first, ErrExists
}

func notNull(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Find gives the record of one version.
func (tx *Tx) Find(desk, author heed.PartyID, id heed.ID, v heed.Version) (Record, error) {
	return tx.record(`WHERE id = ? AND version = ? AND desk = ? AND author = ?`, string(id), int64(v), string(desk), string(author))
}

// Record gives the record at a leaf.
func (tx *Tx) Record(idx int64) (Record, error) {
	return tx.record(`WHERE log = ? AND idx = ?`, logNumber, idx)
}

// FindAll gives every record of a statement at a desk: all versions, in the order recorded.
func (tx *Tx) FindAll(desk heed.PartyID, id heed.ID) ([]Record, error) {
	return tx.records(`WHERE id = ? AND desk = ? ORDER BY idx`, string(id), string(desk))
}

// Newest gives the highest version of a statement by an author that a desk recorded.
func (tx *Tx) Newest(desk, author heed.PartyID, id heed.ID) (Record, error) {
	return tx.record(`WHERE id = ? AND desk = ? AND author = ? ORDER BY version DESC LIMIT 1`, string(id), string(desk), string(author))
}

// DeliveriesTo gives the records of the deliveries that handed a statement, in whatever
// version, to a desk. Unlike a view it sees all that was committed.
func (tx *Tx) DeliveriesTo(desk heed.PartyID, id heed.ID) ([]Record, error) {
	return tx.records(`WHERE about = ? AND about <> '' AND desk = ? AND kind = 'delivery' AND author <> desk ORDER BY idx`, string(id), string(desk))
}

// About gives the records of a desk on a statement, in whatever version, of these kinds, in
// the order recorded. Unlike a view it sees all that was committed.
func (tx *Tx) About(desk heed.PartyID, id heed.ID, kinds ...heed.Kind) ([]Record, error) {
	marks := strings.Repeat(", ?", len(kinds))
	args := []any{string(id), string(desk)}
	for _, k := range kinds {
		args = append(args, string(k))
	}
	return tx.records(`WHERE about = ? AND about <> '' AND desk = ? AND kind IN (`+strings.TrimPrefix(marks, ", ")+`) ORDER BY idx`, args...)
}

// Cards gives the records of all key statements, as recorded.
func (tx *Tx) Cards() ([]Record, error) {
	return tx.records(`WHERE kind = 'key' ORDER BY idx`)
}

// DecisionsOn gives the records of a desk's decisions on a statement.
func (tx *Tx) DecisionsOn(desk heed.PartyID, id heed.ID) ([]Record, error) {
	return tx.records(`WHERE about = ? AND about <> '' AND desk = ? AND kind = 'decision' ORDER BY idx`, string(id), string(desk))
}

// Records gives at most n records from leaf from on, in order.
func (tx *Tx) Records(from int64, n int) ([]Record, error) {
	return tx.records(`WHERE log = ? AND idx >= ? ORDER BY idx LIMIT ?`, logNumber, from, n)
}

func (tx *Tx) record(where string, args ...any) (Record, error) {
	list, err := tx.records(where, args...)
	if err == nil && len(list) == 0 {
		return Record{}, ErrNotFound
	}
	if err != nil {
		return Record{}, err
	}
	return list[0], nil
}

func (tx *Tx) records(where string, args ...any) ([]Record, error) {
	var list []Record
	rows, err := tx.q.query(tx.ctx, `SELECT `+recordColumns+` FROM ledger_records `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRecord(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

func scanRecord(scan func(...any) error) (Record, error) {
	var (
		r                                 Record
		at                                int64
		digest, sigs, receipt, receiptSig []byte
	)
	err := scan(&r.Index, &r.Desk, &r.Author, &r.ID, &r.Version, &r.Kind, &r.Door, &r.From, &at, &r.Entry, &r.BodySalt,
		&r.Envelope.Payload, &digest, &r.Envelope.PayloadType, &sigs, &r.Carried, &r.About, &receipt, &receiptSig)
	if err != nil {
		return r, err
	}
	r.RecordedAt = time.UnixMicro(at).UTC()
	copy(r.Digest[:], digest)
	if r.Envelope.Signatures, err = envelope.ParseSignatures(sigs); err != nil {
		return r, fmt.Errorf("record %d: %w", r.Index, err)
	}
	if receipt != nil {
		list, err := envelope.ParseSignatures(receiptSig)
		if err != nil {
			return r, fmt.Errorf("record %d: receipt: %w", r.Index, err)
		}
		r.Receipt = &envelope.Envelope{PayloadType: envelope.PayloadType(heed.KindReceipt), Payload: receipt, Signatures: list}
	}
	return r, nil
}

// Size is the number of leaves, those of this transaction included.
func (tx *Tx) Size() (int64, error) {
	if tx.tree != nil {
		return tx.tree.Size(), nil
	}
	var n int64
	err := tx.one([]any{&n}, `SELECT size FROM house_head WHERE log = ?`, logNumber)
	return n, err
}

// readTile reads a tile as it was committed.
func (tx *Tx) readTile(id ledger.TileID) ([]byte, error) {
	var b []byte
	err := tx.one([]any{&b}, `SELECT hashes FROM ledger_tiles WHERE log = ? AND level = ? AND n = ?`, logNumber, id.Level, id.N)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return b, err
}

// Tiles reads the stored hashes, for proofs. In an Update it does not see its own leaves.
func (tx *Tx) Tiles() ledger.ReadTile { return tx.readTile }

// SignedHead gives the newest signed head, also as a note; false before the first.
func (tx *Tx) SignedHead() (SignedHead, bool, error) {
	if tx.seq != nil && tx.seq.head.Note != nil {
		return tx.seq.head, true, nil
	}
	var h SignedHead
	err := tx.one([]any{&h.Size, &h.Note}, `SELECT size, note FROM ledger_heads WHERE log = ? ORDER BY size DESC LIMIT 1`, logNumber)
	if errors.Is(err, ErrNotFound) {
		return SignedHead{}, false, nil
	}
	if err == nil && tx.seq != nil {
		tx.seq.head = h
	}
	return h, err == nil, err
}

// SignedHead is a head as it was signed: the note.
type SignedHead struct {
	Size int64
	Note []byte
}

// AddSignedHead keeps a head that was signed. The caller has checked that it extends the
// one before. The same size again keeps the first.
func (tx *Tx) AddSignedHead(h SignedHead) error {
	if tx.seq == nil {
		return ErrReadOnly
	}
	tx.seq.head = SignedHead{} // read again after the commit
	return tx.exec(`INSERT INTO ledger_heads (log, size, prev, note)
		SELECT ?, ?, COALESCE(MAX(size), 0), ? FROM ledger_heads WHERE log = ? AND size < ? ON CONFLICT (log, size) DO NOTHING`,
		logNumber, h.Size, h.Note, logNumber, h.Size)
}

// SignedHeadFrom gives the smallest signed head that covers a leaf.
func (tx *Tx) SignedHeadFrom(leaf int64) (SignedHead, error) {
	var h SignedHead
	err := tx.one([]any{&h.Size, &h.Note}, `SELECT size, note FROM ledger_heads WHERE log = ? AND size > ? ORDER BY size LIMIT 1`, logNumber, leaf)
	return h, err
}

// Rehash hashes the entries of leaves from up to to again, as they are stored, and compares
// them with the stored hashes. It is done before a head is signed, and at start.
func (tx *Tx) Rehash(from, to int64) error {
	entries, err := tx.entries(from, to)
	if err != nil {
		return err
	}
	if int64(len(entries)) != to-from {
		return fmt.Errorf("store: ledger_records holds %d of the leaves %d to %d", len(entries), from, to-1)
	}
	var tile []byte
	have := int64(-1)
	for i, text := range entries {
		at := from + int64(i)
		if n := at >> ledger.TileHeight; n != have {
			if tile, err = tx.readTile(ledger.TileID{N: n}); err != nil {
				return err
			}
			have = n
		}
		if !ledger.TileHolds(tile, at, text) {
			return fmt.Errorf("store: ledger_records %d does not hash to its leaf", at)
		}
	}
	return nil
}

func (tx *Tx) entries(from, to int64) ([][]byte, error) {
	var (
		list  [][]byte
		entry []byte
	)
	err := tx.each([]any{&entry}, func() error {
		list = append(list, bytes.Clone(entry))
		return nil
	}, `SELECT entry FROM ledger_records WHERE log = ? AND idx >= ? AND idx < ? ORDER BY idx`, logNumber, from, to)
	return list, err
}
