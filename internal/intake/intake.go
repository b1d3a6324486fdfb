// Package intake turns bytes from any door into recorded statements with their receipts.
//
// The order at each door is: size, identity (the door's), signature over the exact bytes,
// parse, check, record. What is parsed is what was verified. A statement, the deliveries
// that came with it, the entries, the head row and the receipts are one transaction; the
// outcome is known only after its commit. While this node may not append, what arrives is
// kept in waiting on stable storage and the outcome is [Pending], which acknowledges
// nothing.
package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"heed"
	"heed/internal/envelope"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// State is what became of one object.
type State string

// The states.
const (
	Recorded State = "recorded" // on stable storage, with its entry and, if delivered to us, its receipt
	Repeated State = "repeated" // known already, byte for byte; the first receipt stands
	Pending  State = "pending"  // kept in waiting; not acknowledged
	Refused  State = "refused"  // not kept
)

// Outcome is what became of one object of an arrival, in the arrival's order.
type Outcome struct {
	ID      string // STIX id, as far as it could be read
	Version string // STIX modified, as far as it could be read
	State   State
	Words   string // one sentence: why refused, or what a person should know
	Kind    heed.Kind
	Index   int64  // leaf in this node's log, when recorded or repeated
	Receipt []byte // outer form of the delivered receipt, for a delivery to us
}

// Arrival is what came through a door in one piece.
type Arrival struct {
	Door    string       // taxii, take, api …
	From    string       // who handed it in: a party's id or person:NAME
	Peer    heed.PartyID // the authenticated party; empty when a person handed it in
	Desk    heed.PartyID // the desk of this node that it came to
	Objects [][]byte
	waited  bool // it comes from waiting: recorded before the gate opens for others
}

// Intake records what arrives. Its fields are set once, before the first call.
type Intake struct {
	Store     *store.DB
	Directory *people.Directory
	Pen       *people.Pen
	MayAppend func() (ok bool, why string)
	// Heads is told of every head that a peer's delivery or receipt carried, after its commit.
	Heads func(party heed.PartyID, note string)
	// Head gives the newest signed head of this node's log, as a note.
	Head func() string
}

// item is one object, read and verified.
type item struct {
	at        int // position in the arrival
	id        string
	version   string
	outer     []byte
	env       envelope.Envelope
	carried   stix.Carried
	object    stix.Object     // what env.Payload says
	statement *heed.Statement // nil: foreign STIX
	author    heed.PartyID    // proven by signature; empty: nobody proved it
	note      string          // something a person should know
}

// unit is what is recorded together: one statement and the deliveries of it.
type unit struct {
	main       *item
	deliveries []*item
}

// Receive records the objects of an arrival and says what became of each. The error is
// for the whole arrival: nothing could be stored (then no outcome holds).
func (in *Intake) Receive(ctx context.Context, a Arrival) ([]Outcome, error) {
	here := in.Store.Coming()
	defer here()
	outcomes := make([]Outcome, len(a.Objects))
	var items []*item
	for i, raw := range a.Objects {
		it, err := in.read(raw)
		it.at = i
		outcomes[i] = Outcome{ID: it.id, Version: it.version}
		if err != nil {
			outcomes[i].State, outcomes[i].Words = Refused, sentence(err)
			continue
		}
		if it.statement != nil {
			outcomes[i].Kind = it.statement.Kind
		}
		items = append(items, it)
	}
	units := in.group(a, items, outcomes)
	here()
	if ok, why := in.MayAppend(); !ok && !a.waited {
		return outcomes, in.wait(ctx, a, units, outcomes, why)
	}
	return outcomes, in.recordAll(ctx, a, units, outcomes)
}

// read cuts, verifies and parses one object. The item has at least its id, where one
// could be read.
func (in *Intake) read(raw []byte) (*item, error) {
	it := &item{outer: raw}
	_, env, how, err := stix.Cut(raw)
	if err != nil {
		it.id, it.version = stix.Name(raw)
		return it, err
	}
	it.env, it.carried = env, how
	if how == stix.Unsealed {
		it.env = envelope.Envelope{Payload: raw}
	} else if err := in.verify(it); err != nil {
		it.id, it.version = stix.Name(raw)
		return it, err
	}
	parse := stix.Recorded // Cut has held these bytes to the strict rules
	if how == stix.Rewritten {
		parse = stix.Parse
	}
	obj, err := parse(it.env.Payload)
	if err != nil {
		it.id, it.version = stix.Name(raw)
		return it, err
	}
	it.object, it.id, it.version = obj, obj.ID, obj.VersionText()
	it.statement = obj.Statement
	switch {
	case it.statement == nil:
		it.author = ""
	case it.author != "" && it.statement.Author != it.author:
		return it, fmt.Errorf("it says it is by %s but is signed by %s", it.statement.Author, in.Directory.Show(it.author))
	case it.author != "" && envelope.PayloadType(it.statement.Kind) != it.env.PayloadType:
		return it, fmt.Errorf("its envelope is for %s but it is a %s", it.env.PayloadType, it.statement.Kind)
	case it.author == "" && it.statement.Kind != heed.KindWarning && it.statement.Kind.Typed():
		return it, fmt.Errorf("a %s counts only under its author's signature, and no key that we hold has signed this one", it.statement.Kind)
	}
	return it, nil
}

// verify finds the party whose pinned key signed the envelope. A seal by keys that we do
// not hold proves nobody: the object is kept as handed in, with its signatures.
func (in *Intake) verify(it *item) error {
	var signer *people.Party
	for _, s := range it.env.Signatures {
		if p := in.Directory.ByKey(s.KeyID); p != nil {
			signer = p
		}
	}
	if signer == nil {
		it.note = "sealed by a key that we do not hold: add its card to know who says so"
		return nil
	}
	if _, err := envelope.Verify(it.env, func(id string) (envelope.PublicKey, bool) {
		p := in.Directory.ByKey(id)
		if p == nil {
			return envelope.PublicKey{}, false
		}
		return p.Key, true
	}); err != nil {
		return fmt.Errorf("the signature of %s does not hold: %w", signer.Name, err)
	}
	it.author = signer.ID
	if it.carried == stix.Rewritten {
		it.note = "a relay rewrote the text around the seal; the sealed words are shown"
	}
	return nil
}

// group puts deliveries with the statements they hand over.
func (in *Intake) group(a Arrival, items []*item, outcomes []Outcome) []*unit {
	var units []*unit
	known := map[heed.Ref]*unit{}
	for _, it := range items {
		if it.statement == nil || it.statement.Delivery == nil {
			u := &unit{main: it}
			units = append(units, u)
			if it.statement != nil {
				known[it.statement.Ref()] = u
			}
		}
	}
	for _, it := range items {
		if it.statement == nil || it.statement.Delivery == nil {
			continue
		}
		d := it.statement.Delivery
		if d.To != a.Desk {
			outcomes[it.at].State = Refused
			outcomes[it.at].Words = fmt.Sprintf("this delivery is for %s, not for %s", in.Directory.Show(d.To), in.Directory.Show(a.Desk))
			continue
		}
		ref := heed.Ref{ID: d.Statement, Version: d.Version}
		u := known[ref]
		if u == nil {
			u = &unit{}
			units, known[ref] = append(units, u), u
		} else if digest(u.main.env.Payload) != d.Digest {
			outcomes[it.at].State = Refused
			outcomes[it.at].Words = "the statement beside this delivery is not the one it names: the digests differ"
			continue
		}
		u.deliveries = append(u.deliveries, it)
	}
	return units
}

// inFlight bounds how many units of one arrival wait for a commit at once.
const inFlight = 128

// recordAll records each unit by itself; units share commits.
func (in *Intake) recordAll(ctx context.Context, a Arrival, units []*unit, outcomes []Outcome) error {
	if len(units) == 1 {
		return in.record(ctx, a, units[0], outcomes)
	}
	var (
		wg    sync.WaitGroup
		slots = make(chan struct{}, inFlight)
		errs  = make([]error, len(units))
	)
	for i, u := range units {
		slots <- struct{}{}
		wg.Add(1)
		go func() {
			defer func() { <-slots; wg.Done() }()
			errs[i] = in.record(ctx, a, u, outcomes)
		}()
	}
	wg.Wait()
	return errors.Join(errs...)
}

// record is the one way in: statement, deliveries and receipts in one transaction.
func (in *Intake) record(ctx context.Context, a Arrival, u *unit, outcomes []Outcome) error {
	ids := make([]heed.ID, len(u.deliveries))
	for i := range ids {
		ids[i] = in.Pen.NewID(heed.KindReceipt)
	}
	var done []Outcome
	err := in.Store.Update(ctx, u.lane(), func(tx *store.Tx) error {
		done = done[:0]
		rec, out, err := in.recordMain(tx, a, u)
		if err != nil {
			return err
		}
		if u.main != nil {
			done = append(done, out)
		}
		for i, d := range u.deliveries {
			out, err := in.recordDelivery(tx, a, rec, d, ids[i])
			if err != nil {
				return err
			}
			done = append(done, out)
		}
		return nil
	})
	var no refusal
	switch {
	case errors.As(err, &no):
		return in.refuse(ctx, a, u, no, outcomes)
	case err != nil:
		return err
	}
	for i, it := range u.items() {
		done[i].ID, done[i].Version, done[i].Kind = outcomes[it.at].ID, outcomes[it.at].Version, outcomes[it.at].Kind
		if done[i].Words == "" {
			done[i].Words = it.note
		}
		outcomes[it.at] = done[i]
	}
	in.after(u)
	return nil
}

func (u *unit) items() []*item {
	if u.main == nil {
		return u.deliveries
	}
	return append([]*item{u.main}, u.deliveries...)
}

// lane lets urgent warnings, and what goes with them, pass the others.
func (u *unit) lane() store.Lane {
	if u.main == nil || u.main.statement == nil {
		return store.Normal
	}
	s := u.main.statement
	if s.Warning != nil && s.Warning.Precedence.Urgent() || s.Receipt != nil {
		return store.Urgent
	}
	return store.Normal
}

// refusal is a reason, for people, why a unit is not recorded; alarm names an alarm to raise.
type refusal struct {
	words string
	alarm string
	first store.Record
}

func (r refusal) Error() string { return r.words }

// recordMain appends the statement, or finds the first record of the same bytes.
func (in *Intake) recordMain(tx *store.Tx, a Arrival, u *unit) (store.Record, Outcome, error) {
	if u.main == nil {
		return in.findDelivered(tx, a, u.deliveries[0].statement.Delivery)
	}
	if s := u.main.statement; s != nil && s.Receipt != nil {
		if err := in.checkReceipt(tx, a, s); err != nil {
			return store.Record{}, Outcome{}, err
		}
	}
	rec, err := tx.Append(in.newRecord(a, u.main))
	switch {
	case errors.Is(err, store.ErrExists):
		return rec, Outcome{State: Repeated, Index: rec.Index}, nil
	case errors.Is(err, store.ErrConflict):
		return rec, Outcome{}, refusal{first: rec, alarm: "two-contents",
			words: fmt.Sprintf("%s is known here with other words: one version can have only one content; both seals are kept as evidence", refOf(u.main))}
	case err != nil:
		return rec, Outcome{}, err
	}
	return rec, Outcome{State: Recorded, Index: rec.Index}, nil
}

// findDelivered finds the statement of a delivery that came without it.
func (in *Intake) findDelivered(tx *store.Tx, a Arrival, d *heed.Delivery) (store.Record, Outcome, error) {
	ref := heed.Ref{ID: d.Statement, Version: d.Version}
	recs, err := tx.FindAll(a.Desk, d.Statement)
	if err != nil {
		return store.Record{}, Outcome{}, err
	}
	for _, rec := range recs {
		if rec.Version == d.Version && hex.EncodeToString(rec.Digest[:]) == string(d.Digest) {
			return rec, Outcome{}, nil
		}
	}
	return store.Record{}, Outcome{}, refusal{words: fmt.Sprintf("this delivery hands over %s, which is neither beside it nor known here: send both together", ref)}
}

func (in *Intake) newRecord(a Arrival, it *item) store.New {
	n := store.New{
		Desk: a.Desk, Author: it.author, ID: heed.ID(it.id), Version: 1, Kind: heed.KindWarning,
		Door: a.Door, From: a.From, Envelope: it.env, Carried: string(it.carried), Read: &it.object,
	}
	if s := it.statement; s != nil {
		n.Version, n.Kind, n.About = s.Version, s.Kind, s.Subject().ID
	} else if t, err := stix.ParseTime(it.version); err == nil {
		n.Version = heed.Version(t.UnixMicro()) // foreign STIX counts its versions by instants
	}
	return n
}

// recordDelivery appends the delivery and signs the delivered receipt that answers it; a
// repeat gives the first receipt again.
func (in *Intake) recordDelivery(tx *store.Tx, a Arrival, rec store.Record, it *item, id heed.ID) (Outcome, error) {
	answer, err := in.Pen.Rung(tx, a.Desk, heed.Delivered, rec, it.statement, id, "")
	if err != nil {
		return Outcome{}, err
	}
	env, err := in.Pen.Seal(answer)
	if err != nil {
		return Outcome{}, err
	}
	n := in.newRecord(a, it)
	n.Receipt, n.Rung = &env, answer.Receipt
	row, err := tx.Append(n)
	state, splice := Recorded, stix.SpliceOwn
	switch {
	case errors.Is(err, store.ErrExists):
		if row.Receipt == nil {
			return Outcome{}, fmt.Errorf("delivery %s is recorded without a receipt", it.id)
		}
		state, splice = Repeated, stix.Splice
	case errors.Is(err, store.ErrConflict):
		return Outcome{}, refusal{first: row, alarm: "two-contents",
			words: fmt.Sprintf("delivery %s is known here with other words; both seals are kept as evidence", refOf(it))}
	case err != nil:
		return Outcome{}, err
	}
	receipt, err := splice(row.Receipt.Payload, *row.Receipt)
	return Outcome{State: state, Index: row.Index, Receipt: receipt}, err
}

// checkReceipt holds a peer's receipt against what we delivered.
func (in *Intake) checkReceipt(tx *store.Tx, a Arrival, s *heed.Statement) error {
	r := s.Receipt
	if r.To != a.Desk {
		return refusal{words: fmt.Sprintf("this receipt is for %s, not for %s", in.Directory.Show(r.To), in.Directory.Show(a.Desk))}
	}
	d, err := tx.Find(a.Desk, a.Desk, r.Delivery, r.DeliveryVersion)
	if errors.Is(err, store.ErrNotFound) {
		return refusal{words: "this receipt answers a delivery that we never made"}
	}
	if err != nil {
		return err
	}
	obj, err := stix.Parse(d.Envelope.Payload)
	if err != nil {
		return err
	}
	made := obj.Statement.Delivery
	switch {
	case made == nil || made.To != s.Author:
		return refusal{alarm: "receipt-by-another", words: "this receipt answers a delivery to somebody else"}
	case made.Statement != r.Statement || made.Version != r.Version || made.Digest != r.Digest:
		return refusal{alarm: "receipt-for-another", words: "this receipt names another statement, version or digest than the delivery it answers"}
	}
	return nil
}

// refuse writes down why a unit was not recorded, and raises the alarm where there is one.
func (in *Intake) refuse(ctx context.Context, a Arrival, u *unit, no refusal, outcomes []Outcome) error {
	for _, it := range u.items() {
		outcomes[it.at].State, outcomes[it.at].Words = Refused, no.words
	}
	if no.alarm == "" {
		return nil
	}
	return in.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		ev := store.Evidence{Desk: a.Desk, Code: no.alarm, Words: no.words, First: no.first.Index, From: a.From}
		for _, it := range u.items() {
			ev.Objects = append(ev.Objects, it.outer)
		}
		return tx.RaiseAlarm(ev)
	})
}

// wait keeps what arrived while this node may not append.
func (in *Intake) wait(ctx context.Context, a Arrival, units []*unit, outcomes []Outcome, why string) error {
	return in.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		for _, u := range units {
			w := store.Waiting{Door: a.Door, From: a.From, Peer: a.Peer, Desk: a.Desk}
			for _, it := range u.items() {
				w.Objects = append(w.Objects, it.outer)
				outcomes[it.at].State, outcomes[it.at].Words = Pending, why
			}
			if err := tx.AddWaiting(w); err != nil {
				return err
			}
		}
		return nil
	})
}

// Drain records what waited, through the same code as a first arrival, also while the gate is
// still closed to what is new: the caller has decided that it may. It stops at the first
// error; what was recorded is gone from waiting.
func (in *Intake) Drain(ctx context.Context) (recorded int, err error) {
	for {
		var batch []store.Waiting
		if err := in.Store.View(ctx, func(tx *store.Tx) (err error) {
			batch, err = tx.Waiting(100)
			return err
		}); err != nil || len(batch) == 0 {
			return recorded, err
		}
		for _, w := range batch {
			if _, err := in.Receive(ctx, Arrival{Door: w.Door, From: w.From, Peer: w.Peer, Desk: w.Desk, Objects: w.Objects, waited: true}); err != nil {
				return recorded, err
			}
			if err := in.Store.Update(ctx, store.Normal, func(tx *store.Tx) error { return tx.DropWaiting(w.ID) }); err != nil {
				return recorded, err
			}
			recorded++
		}
	}
}

// after passes on what others wait for, once the commit is done.
func (in *Intake) after(u *unit) {
	for _, it := range u.items() {
		s := it.statement
		switch {
		case s == nil || it.author == "" || in.Heads == nil:
		case s.Delivery != nil && s.Delivery.Head != "":
			in.Heads(it.author, s.Delivery.Head)
		case s.Receipt != nil && s.Receipt.Head != "":
			in.Heads(it.author, s.Receipt.Head)
		}
	}
}

func refOf(it *item) heed.Ref {
	if it.statement == nil {
		return heed.Ref{ID: heed.ID(it.id), Version: 1}
	}
	return it.statement.Ref()
}

func digest(b []byte) heed.Digest {
	h := sha256.Sum256(b)
	return heed.Digest(hex.EncodeToString(h[:]))
}

// sentence is what a refused sender reads.
func sentence(err error) string {
	var syn *stix.SyntaxError
	if errors.As(err, &syn) {
		return syn.Sentence
	}
	return err.Error()
}
