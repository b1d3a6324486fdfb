package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"heed"
)

// Party is a card this node holds, and how it and the party show themselves to each other.
type Party struct {
	ID       heed.PartyID
	Name     string
	Own      bool
	Card     []byte // outer form
	URL      string // where its desk is reached, if not as its card says
	TokenIn  []byte // SHA-256 of the token it shows us
	TokenOut string // the token we show it
}

// PutParty adds a party or replaces what is held of it.
func (tx *Tx) PutParty(p Party) error {
	return tx.exec(`INSERT INTO house_parties (id, name, own, card, url, token_in, token_out) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, own = excluded.own, card = excluded.card, url = excluded.url,
		token_in = excluded.token_in, token_out = excluded.token_out`,
		string(p.ID), p.Name, number(p.Own), p.Card, p.URL, p.TokenIn, p.TokenOut)
}

// Parties lists all, in the order of their names.
func (tx *Tx) Parties() ([]Party, error) {
	var (
		list []Party
		p    Party
		own  int64
	)
	err := tx.each([]any{&p.ID, &p.Name, &own, &p.Card, &p.URL, &p.TokenIn, &p.TokenOut}, func() error {
		p.Own = own != 0
		p.Card, p.TokenIn = bytes.Clone(p.Card), bytes.Clone(p.TokenIn)
		list = append(list, p)
		return nil
	}, `SELECT id, name, own, card, url, token_in, token_out FROM house_parties ORDER BY name`)
	return list, err
}

// NoticeState says how far a notice is.
type NoticeState string

// The states of a notice. Only the last two are ends, and a person sees them.
const (
	NoticeWaiting NoticeState = "waiting" // due, or due again
	NoticePending NoticeState = "pending" // the receiver has it in waiting and acknowledged nothing; sent again
	NoticeDone    NoticeState = "done"    // the receiver recorded it
	NoticeRefused NoticeState = "refused" // the receiver says it cannot take it, and why
)

// Notice is one thing under way to one party: records of ours that go together.
type Notice struct {
	ID        int64
	Desk, To  heed.PartyID
	Lane      Lane
	Records   []int64   // leaf indexes, in the order to send
	AddedAt   time.Time // set by Due; strictly rising, by a microsecond for each record at least
	DueAt     time.Time
	Attempts  int
	LastAt    time.Time // of the last attempt; zero: none yet
	LastWords string    // what came of it
	State     NoticeState
}

// Due puts a notice into the outbox, to be sent at once. It is one commit with what it
// speaks of: if that is stored, so is the notice.
func (tx *Tx) Due(n Notice) error {
	if tx.seq == nil {
		return ErrReadOnly
	}
	first := max(tx.seq.added+1, tx.now.UnixMicro())
	tx.seq.added = first + int64(len(n.Records)) // each object of it has a date of its own
	return tx.exec(`INSERT INTO house_outbox (desk, to_party, lane, records, added_at, due, attempts, last_at, last_words, state, lease_owner, lease_end)
		VALUES (?, ?, ?, ?, ?, ?, 0, 0, '', 'waiting', '', 0)`,
		string(n.Desk), string(n.To), int(n.Lane), joinInts(n.Records), first, tx.now.UnixMicro())
}

const noticeColumns = `id, desk, to_party, lane, records, added_at, due, attempts, last_at, last_words, state`

// Claim takes at most n notices that are due, urgent ones first, under a lease: until it
// ends nobody else gets them, after it anybody may.
func (tx *Tx) Claim(owner string, lease time.Duration, n int) ([]Notice, error) {
	now := tx.now.UnixMicro()
	list, err := tx.notices(`WHERE state IN ('waiting', 'pending') AND due <= ? AND lease_end <= ? ORDER BY lane DESC, due, id LIMIT ?`, now, now, n)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if err := tx.exec(`UPDATE house_outbox SET lease_owner = ?, lease_end = ? WHERE id = ?`, owner, tx.now.Add(lease).UnixMicro(), c.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Settle ends a claim: what came of the attempt, and when to try again if the state is no
// end. A claim that another owner has taken over since is left alone, and [ErrNotFound].
func (tx *Tx) Settle(id int64, owner string, state NoticeState, words string, again time.Time) error {
	rows, err := tx.q.exec(tx.ctx, `UPDATE house_outbox SET state = ?, last_words = ?, last_at = ?, attempts = attempts + 1, due = ?, lease_owner = '', lease_end = 0
		WHERE id = ? AND lease_owner = ?`, string(state), words, tx.now.UnixMicro(), again.UnixMicro(), id, owner)
	if err == nil && rows == 0 {
		return ErrNotFound
	}
	return err
}

// NextDue says when the next notice is due that nobody holds; false: none waits.
func (tx *Tx) NextDue() (time.Time, bool, error) {
	var due *int64
	err := tx.one([]any{&due}, `SELECT MIN(CASE WHEN due > lease_end THEN due ELSE lease_end END) FROM house_outbox WHERE state IN ('waiting', 'pending')`)
	if err != nil || due == nil {
		return time.Time{}, false, err
	}
	return time.UnixMicro(*due).UTC(), true, nil
}

// Notices lists what desk has for a party, after a date and in the order of the dates: the
// collection that this party reads.
func (tx *Tx) Notices(desk, to heed.PartyID, after time.Time, limit int) ([]Notice, error) {
	return tx.notices(`WHERE desk = ? AND to_party = ? AND added_at > ? ORDER BY added_at LIMIT ?`, string(desk), string(to), micros(after), limit)
}

// NoticesOf lists the notices of a desk that carry the record at leaf idx.
func (tx *Tx) NoticesOf(desk heed.PartyID, idx int64) ([]Notice, error) {
	return tx.notices(`WHERE desk = ? AND ' ' || records || ' ' LIKE ? ORDER BY id`, string(desk), "% "+strconv.FormatInt(idx, 10)+" %")
}

// Open counts the notices of a desk that are not at an end, and gives the oldest date.
func (tx *Tx) Open(desk heed.PartyID) (n int, oldest time.Time, err error) {
	var at int64
	err = tx.one([]any{&n, &at}, `SELECT COUNT(*), COALESCE(MIN(added_at), 0) FROM house_outbox WHERE desk = ? AND state IN ('waiting', 'pending')`, string(desk))
	return n, time.UnixMicro(at).UTC(), err
}

func (tx *Tx) notices(where string, args ...any) ([]Notice, error) {
	var (
		list             []Notice
		n                Notice
		records          string
		added, due, last int64
	)
	err := tx.each([]any{&n.ID, &n.Desk, &n.To, &n.Lane, &records, &added, &due, &n.Attempts, &last, &n.LastWords, &n.State}, func() error {
		n.Records = splitInts(records)
		n.AddedAt, n.DueAt, n.LastAt = time.UnixMicro(added).UTC(), time.UnixMicro(due).UTC(), time.Time{}
		if last != 0 {
			n.LastAt = time.UnixMicro(last).UTC()
		}
		list = append(list, n)
		return nil
	}, `SELECT `+noticeColumns+` FROM house_outbox `+where, args...)
	return list, err
}

// Waiting is what arrived while this node could not append: kept, not acknowledged.
type Waiting struct {
	ID      int64
	At      time.Time
	Door    string
	From    string
	Peer    heed.PartyID
	Desk    heed.PartyID
	Objects [][]byte
}

// AddWaiting keeps an arrival. The same objects for the same desk are kept once.
func (tx *Tx) AddWaiting(w Waiting) error {
	objects, err := json.Marshal(w.Objects)
	if err != nil {
		return err
	}
	return tx.exec(`INSERT INTO house_waiting (at, door, handed, peer, desk, objects) SELECT ?, ?, ?, ?, ?, ?
		WHERE NOT EXISTS (SELECT 1 FROM house_waiting WHERE desk = ? AND objects = ?)`,
		tx.now.UnixMicro(), w.Door, w.From, string(w.Peer), string(w.Desk), objects, string(w.Desk), objects)
}

// Waiting lists at most n arrivals, oldest first.
func (tx *Tx) Waiting(n int) ([]Waiting, error) {
	var (
		list    []Waiting
		w       Waiting
		at      int64
		objects []byte
	)
	err := tx.each([]any{&w.ID, &at, &w.Door, &w.From, &w.Peer, &w.Desk, &objects}, func() error {
		w.At, w.Objects = time.UnixMicro(at).UTC(), nil
		if err := json.Unmarshal(objects, &w.Objects); err != nil {
			return fmt.Errorf("house_waiting %d: %w", w.ID, err)
		}
		list = append(list, w)
		return nil
	}, `SELECT id, at, door, handed, peer, desk, objects FROM house_waiting ORDER BY id LIMIT ?`, n)
	return list, err
}

// DropWaiting forgets an arrival that has been recorded.
func (tx *Tx) DropWaiting(id int64) error {
	return tx.exec(`DELETE FROM house_waiting WHERE id = ?`, id)
}

// Evidence is an alarm with the objects that prove it.
type Evidence struct {
	ID      int64        `json:"-"` // it would tell how many other desks have
	At      time.Time    `json:"at"`
	Desk    heed.PartyID `json:"desk,omitempty"` // empty: the whole node
	Code    string       `json:"code"`           // two-contents, fork, receipt-by-another …
	Words   string       `json:"words"`
	First   int64        `json:"first"` // leaf of the record it contradicts; -1: none
	From    string       `json:"from"`
	Objects [][]byte     `json:"objects"`
}

// RaiseAlarm keeps evidence and shows it to the desk. The same evidence again changes
// nothing.
func (tx *Tx) RaiseAlarm(e Evidence) error {
	objects, err := json.Marshal(e.Objects)
	if err != nil {
		return err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%d\n", e.Desk, e.Code, e.First)
	h.Write(objects)
	if len(e.Objects) == 0 {
		fmt.Fprint(h, e.Words)
	}
	return tx.exec(`INSERT INTO house_alarms (at, desk, code, words, first, handed, digest, objects) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (digest) DO NOTHING`, tx.now.UnixMicro(), string(e.Desk), e.Code, e.Words, e.First, e.From, h.Sum(nil), objects)
}

// Alarms lists the alarms of a desk and those of the whole node after the one with an id,
// oldest first.
func (tx *Tx) Alarms(desk heed.PartyID, after int64) ([]Evidence, error) {
	var (
		list    []Evidence
		e       Evidence
		at      int64
		objects []byte
	)
	err := tx.each([]any{&e.ID, &at, &e.Desk, &e.Code, &e.Words, &e.First, &e.From, &objects}, func() error {
		e.At, e.Objects = time.UnixMicro(at).UTC(), nil
		if err := json.Unmarshal(objects, &e.Objects); err != nil {
			return fmt.Errorf("house_alarms %d: %w", e.ID, err)
		}
		list = append(list, e)
		return nil
	}, `SELECT id, at, desk, code, words, first, handed, objects FROM house_alarms WHERE id > ? AND (desk = ? OR desk = '') ORDER BY id`, after, string(desk))
	return list, err
}

// PeerHead is the newest head of a peer's log that this node has seen and could connect
// with the one before.
type PeerHead struct {
	Origin string
	Party  heed.PartyID
	Size   int64
	Note   []byte
	At     time.Time
}

// PeerHead gives what was last seen of a log.
func (tx *Tx) PeerHead(origin string) (PeerHead, error) {
	var (
		h  PeerHead
		at int64
	)
	err := tx.one([]any{&h.Origin, &h.Party, &h.Size, &h.Note, &at}, `SELECT origin, party, size, note, at FROM house_peer_heads WHERE origin = ?`, origin)
	h.At = time.UnixMicro(at).UTC()
	return h, err
}

// PutPeerHead moves the head of a peer's log on; it never goes back.
func (tx *Tx) PutPeerHead(h PeerHead) error {
	return tx.exec(`INSERT INTO house_peer_heads (origin, party, size, note, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (origin) DO UPDATE SET party = excluded.party, size = excluded.size, note = excluded.note, at = excluded.at
		WHERE house_peer_heads.size <= excluded.size`, h.Origin, string(h.Party), h.Size, h.Note, tx.now.UnixMicro())
}

// Status is the answer to a POST, for its poster to read again.
type Status struct {
	ID       string
	Party    heed.PartyID
	At       time.Time
	Body     []byte  // without its receipts
	Receipts []int64 // leaves of the deliveries that they stand on
}

// PutStatuses keeps answers. The same id again changes nothing.
func (tx *Tx) PutStatuses(list []Status) error {
	for _, s := range list {
		if err := tx.exec(`INSERT INTO house_statuses (id, party, at, body, receipts) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			s.ID, string(s.Party), s.At.UnixMicro(), s.Body, joinInts(s.Receipts)); err != nil {
			return err
		}
	}
	return nil
}

// Status gives it to the party that posted, and to nobody else.
func (tx *Tx) Status(id string, party heed.PartyID) (Status, error) {
	st := Status{ID: id, Party: party}
	var receipts string
	err := tx.one([]any{&st.Body, &receipts}, `SELECT body, receipts FROM house_statuses WHERE id = ? AND party = ?`, id, string(party))
	st.Receipts = splitInts(receipts)
	return st, err
}

// DropStatuses forgets the answers given before a time.
func (tx *Tx) DropStatuses(before time.Time) error {
	return tx.exec(`DELETE FROM house_statuses WHERE at < ?`, before.UnixMicro())
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return -1
	}
	return t.UnixMicro()
}

func joinInts(list []int64) string {
	var b strings.Builder
	for i, n := range list {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatInt(n, 10))
	}
	return b.String()
}

func splitInts(s string) []int64 {
	var list []int64
	for _, f := range strings.Fields(s) {
		if n, err := strconv.ParseInt(f, 10, 64); err == nil {
			list = append(list, n)
		}
	}
	return list
}
