// Package verify is what an outsider needs to check a card, a receipt or a bundle: offline,
// without a store, and without trust in the node that made the file.
//
// A [Bundle] proves a history: each statement is signed by the party on its card, its entry
// commits to its signed bytes, the entry's leaf is in the head that the log signed, and each
// receipt binds the receiver to one version of one statement. What a bundle cannot prove is
// that a statement is true, or that a card is the right one: that takes its fingerprint,
// compared on another channel.
package verify

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/mod/sumdb/tlog"

	"heed"
	"heed/internal/envelope"
	"heed/internal/ledger"
	"heed/internal/stix"
)

// Card is a party's card, read and found to be signed by the key in it.
type Card struct {
	Party       heed.PartyID
	Name        string
	Title       string
	Key         envelope.PublicKey
	Log         ledger.Verifier
	TLSKey      string
	URL         string
	Digest      [32]byte // SHA-256 of its signed bytes
	Fingerprint string   // what people compare
}

// has reports whether a log is that of the card, or a successor of it: the same key under
// the name of the first and a number.
func (c Card) has(log ledger.Verifier) bool {
	return log.Origin() != "" && c.Log.Of(log.Origin()).String() == log.String()
}

// ReadCard reads a card in its outer form. It trusts nobody: compare the fingerprint.
func ReadCard(card []byte) (Card, error) {
	_, env, how, err := stix.Cut(card)
	if err != nil {
		return Card{}, err
	}
	if how == stix.Unsealed {
		return Card{}, errors.New("this is not a card: it carries no signature")
	}
	return OpenCard(env)
}

// OpenCard reads the card in an envelope, as a ledger keeps it.
func OpenCard(env envelope.Envelope) (Card, error) {
	obj, err := stix.Parse(env.Payload)
	if err != nil {
		return Card{}, err
	}
	if obj.Statement == nil || obj.Statement.Key == nil {
		return Card{}, errors.New("this is not a card: it is no key statement")
	}
	k := obj.Statement.Key
	key, err := envelope.ParsePublicKey(k.PartyKey)
	if err != nil {
		return Card{}, fmt.Errorf("its party key: %w", err)
	}
	log, err := ledger.NewVerifier(k.LogKey)
	if err != nil {
		return Card{}, fmt.Errorf("its log key: %w", err)
	}
	if err := envelope.VerifyAs(env, heed.KindKey, key); err != nil {
		return Card{}, fmt.Errorf("the card is not signed by the key in it: %w", err)
	}
	digest := sha256.Sum256(env.Payload)
	return Card{Party: k.Party, Name: k.Name, Title: k.Title, Key: key, Log: log, TLSKey: k.TLSKey, URL: k.URL,
		Digest: digest, Fingerprint: envelope.Fingerprint(digest)}, nil
}

// BundleFormat is the first member of every bundle.
const BundleFormat = "heed-bundle/1"

// MaxBundle is the size up to which a bundle is read.
const MaxBundle = 256 << 20

// Bundle is a history that proves itself.
type Bundle struct {
	Format  string           `json:"format"`
	LogKey  string           `json:"log_key"` // verifier key of the log: origin+id+base64
	Head    string           `json:"head"`    // signed note
	Cards   []jsontext.Value `json:"cards"`   // outer forms
	Records []Record         `json:"records"`
}

// Record is one record of the log, opened.
type Record struct {
	Index    int64              `json:"index"`
	Entry    string             `json:"entry"`
	BodySalt []byte             `json:"body_salt"` // base64, 32 bytes; empty, as is the envelope: kept back
	Envelope envelope.Envelope  `json:"envelope"`  // payloadType "" and no signatures: unsealed
	Receipt  *envelope.Envelope `json:"receipt,omitzero"`
	Proof    [][]byte           `json:"proof"` // base64, inclusion in the head (RFC 6962)
}

// JSON is the file.
func (b Bundle) JSON() []byte {
	out, err := json.Marshal(b, json.Deterministic(true), jsontext.Multiline(true))
	if err != nil {
		panic("verify: " + err.Error()) // strings and bytes always marshal; cards were checked
	}
	return append(out, '\n')
}

// Report says what was checked.
type Report struct {
	Statements int
	Signatures int64    // verified in a node's folder
	Head       string   // "1234 <root>"
	Lines      []string // one a record, for people
	Wrong      []string // what does not hold; none: all does
	Cards      []Card
}

// Last is the last line of what heed verify prints.
func (r Report) Last() string {
	if len(r.Wrong) > 0 {
		return "wrong: " + r.Wrong[0]
	}
	head := r.Head
	if head == "" {
		head = "none"
	}
	return fmt.Sprintf("ok: %s statements, head %s", Thousands(int64(r.Statements)), head)
}

// Thousands writes a count with spaces between its groups of three.
func Thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// ErrNotBundle means that a file is not a bundle at all.
var ErrNotBundle = errors.New("not a bundle")

// ReadBundle reads a file strictly: no unknown or doubled names, nothing after it.
func ReadBundle(b []byte) (Bundle, error) {
	var out Bundle
	if len(b) > MaxBundle {
		return out, fmt.Errorf("%w: larger than %d bytes", ErrNotBundle, MaxBundle)
	}
	if err := json.Unmarshal(b, &out, json.RejectUnknownMembers(true)); err != nil {
		return out, fmt.Errorf("%w: %w", ErrNotBundle, err)
	}
	if out.Format != BundleFormat {
		return out, fmt.Errorf("%w: its format is %q, this program reads %s", ErrNotBundle, out.Format, BundleFormat)
	}
	return out, nil
}

// check holds what one bundle's records are compared with.
type check struct {
	b       Bundle
	head    ledger.Head
	log     ledger.Verifier
	report  *Report
	byKey   map[string]Card
	byParty map[heed.PartyID]Card
	digests map[heed.Ref][]known // statements in the bundle
	commits map[string]bool      // commitments of the decisions in the bundle
}

type known struct {
	digest heed.Digest
	index  int64
	author heed.PartyID
}

// Check checks everything a bundle claims.
func (b Bundle) Check() Report {
	r := Report{}
	c := check{b: b, report: &r, byKey: map[string]Card{}, byParty: map[heed.PartyID]Card{}, digests: map[heed.Ref][]known{}, commits: map[string]bool{}}
	for i, raw := range b.Cards {
		card, err := ReadCard(raw)
		if err != nil {
			c.wrong("card %d: %v", i+1, err)
			continue
		}
		c.byKey[card.Key.ID()], c.byParty[card.Party] = card, card
		r.Cards = append(r.Cards, card)
	}
	if !c.openHead() {
		return r
	}
	statements := make([]*heed.Statement, len(b.Records))
	for i, rec := range b.Records {
		statements[i] = c.record(rec)
	}
	for i, s := range statements {
		if s != nil {
			c.bind(b.Records[i], s)
		}
	}
	r.Statements = len(b.Records)
	return r
}

func (c *check) wrong(format string, args ...any) {
	c.report.Wrong = append(c.report.Wrong, fmt.Sprintf(format, args...))
}

// openHead checks the head and that its log belongs to a party whose card is here.
func (c *check) openHead() bool {
	v, err := ledger.NewVerifier(c.b.LogKey)
	if err != nil {
		c.wrong("bundle log_key: %v", err)
		return false
	}
	if !slices.ContainsFunc(c.report.Cards, func(card Card) bool { return card.has(v) }) {
		c.wrong("bundle log_key: no card in the bundle has this log, nor one that it succeeds")
		return false
	}
	c.log = v
	if c.head, err = ledger.OpenHead([]byte(c.b.Head), v); err != nil {
		c.wrong("bundle head: %v", err)
		return false
	}
	c.report.Head = fmt.Sprintf("%s %s", Thousands(c.head.Size), base64.StdEncoding.EncodeToString(c.head.Root[:]))
	return true
}

// record checks one record by itself: proof, commitment, signature, and that the entry
// speaks of this statement.
func (c *check) record(rec Record) *heed.Statement {
	at := fmt.Sprintf("record %d", rec.Index)
	e, err := ledger.ParseEntry([]byte(rec.Entry))
	if err != nil {
		c.wrong("%s: %v", at, err)
		return nil
	}
	var proof []tlog.Hash
	for _, p := range rec.Proof {
		if len(p) != tlog.HashSize {
			c.wrong("%s: its proof is not made of hashes", at)
			return nil
		}
		proof = append(proof, tlog.Hash(p))
	}
	if err := ledger.CheckInclusion(c.head, rec.Index, ledger.Leaf([]byte(rec.Entry)), proof); err != nil {
		c.wrong("%s: its entry is not in the head: %v", at, err)
		return nil
	}
	if len(rec.BodySalt) == 0 && len(rec.Envelope.Payload) == 0 {
		return c.keptBack(rec, e)
	}
	commit, err := ledger.Commit(rec.BodySalt, rec.Envelope.Payload)
	if err != nil || commit != e.Body {
		c.wrong("%s: its entry does not commit to these signed bytes", at)
		return nil
	}
	if ledger.Seal(rec.Envelope.PayloadType, envelope.FormatSignatures(rec.Envelope.Signatures)) != e.Seal {
		c.wrong("%s: its entry does not commit to this seal", at)
		return nil
	}
	s, author, err := c.statement(rec)
	if err != nil {
		c.wrong("%s: %v", at, err)
		return nil
	}
	digest := sha256.Sum256(rec.Envelope.Payload)
	ref := heed.Ref{ID: e.Statement, Version: e.Version}
	c.digests[ref] = append(c.digests[ref], known{heed.Digest(hex.EncodeToString(digest[:])), rec.Index, author})
	if s == nil {
		c.report.Lines = append(c.report.Lines, fmt.Sprintf("%6d  %s  %-10s unsealed, handed in by %s", rec.Index, stamp(e), e.Kind, e.From))
		return nil
	}
	if s.ID != e.Statement || s.Version != e.Version || s.Kind != e.Kind {
		c.wrong("%s: its entry speaks of another statement, version or kind", at)
		return nil
	}
	if s.Decision != nil {
		c.commits[hex.EncodeToString(commit[:])] = true
	}
	c.report.Lines = append(c.report.Lines, fmt.Sprintf("%6d  %s  %-10s %s by %s: %s", rec.Index, stamp(e), s.Kind, s.Ref(), c.name(author), s.Headline))
	return s
}

// keptBack takes a record of which only the entry is shown: it proves that a statement of
// this kind was recorded then. A decision's entry commits to it, as a decided receipt does.
func (c *check) keptBack(rec Record, e ledger.Entry) *heed.Statement {
	if rec.Receipt != nil {
		c.wrong("record %d: it is kept back and has a receipt all the same", rec.Index)
		return nil
	}
	if e.Kind == heed.KindDecision {
		c.commits[hex.EncodeToString(e.Body[:])] = true
	}
	c.report.Lines = append(c.report.Lines, fmt.Sprintf("%6d  %s  %-10s kept back by its desk", rec.Index, stamp(e), e.Kind))
	return nil
}

func stamp(e ledger.Entry) string { return e.Recorded.Format("2006-01-02 15:04:05Z") }

func (c *check) name(p heed.PartyID) string {
	if card, ok := c.byParty[p]; ok {
		return card.Name
	}
	if p == "" {
		return "nobody known"
	}
	return string(p)
}

// statement checks the seal and reads what is in it.
func (c *check) statement(rec Record) (*heed.Statement, heed.PartyID, error) {
	obj, err := stix.Parse(rec.Envelope.Payload)
	if err != nil {
		return nil, "", err
	}
	if rec.Envelope.PayloadType == "" || obj.Statement == nil {
		return nil, "", nil
	}
	card, ok := c.byParty[obj.Statement.Author]
	if !ok {
		return nil, "", fmt.Errorf("the card of its author %s is not in the bundle", obj.Statement.Author)
	}
	if err := envelope.VerifyAs(rec.Envelope, obj.Statement.Kind, card.Key); err != nil {
		return nil, "", fmt.Errorf("the signature of %s does not hold: %w", card.Name, err)
	}
	return obj.Statement, obj.Statement.Author, nil
}

// bind checks what a delivery, receipt or decision says of the others.
func (c *check) bind(rec Record, s *heed.Statement) {
	at := fmt.Sprintf("record %d", rec.Index)
	switch {
	case s.Delivery != nil:
		c.holds(at, s.Ref(), heed.Ref{ID: s.Delivery.Statement, Version: s.Delivery.Version}, s.Delivery.Digest)
		if rec.Receipt != nil {
			c.delivered(at, rec, s)
		}
	case s.Receipt != nil:
		c.receipt(at, s)
	case s.Decision != nil:
		c.holds(at, s.Ref(), heed.Ref{ID: s.Decision.Statement, Version: s.Decision.Version}, s.Decision.Digest)
	}
}

// holds checks that a digest is that of a statement in the bundle.
func (c *check) holds(at string, who, ref heed.Ref, digest heed.Digest) {
	for _, k := range c.digests[ref] {
		if k.digest == digest {
			return
		}
	}
	c.wrong("%s: %s speaks of %s with a digest that no record here has", at, who, ref)
}

// delivered checks the delivered receipt on a delivery's record.
func (c *check) delivered(at string, rec Record, d *heed.Statement) {
	card, ok := c.byParty[d.Delivery.To]
	if !ok {
		c.wrong("%s: the card of the receiver is not in the bundle", at)
		return
	}
	obj, err := stix.Parse(rec.Receipt.Payload)
	if err == nil && (obj.Statement == nil || obj.Statement.Receipt == nil) {
		err = errors.New("it is no receipt")
	}
	if err == nil {
		err = envelope.VerifyAs(*rec.Receipt, heed.KindReceipt, card.Key)
	}
	if err != nil {
		c.wrong("%s: its receipt: %v", at, err)
		return
	}
	r := obj.Statement.Receipt
	if r.Rung != heed.Delivered || r.Delivery != d.ID || r.To != d.Author || r.Statement != d.Delivery.Statement ||
		r.Version != d.Delivery.Version || r.Digest != d.Delivery.Digest || obj.Statement.Author != d.Delivery.To {
		c.wrong("%s: its receipt answers something else", at)
		return
	}
	c.report.Lines = append(c.report.Lines, fmt.Sprintf("%6d  %s  %-10s %s by %s", rec.Index, r.At.Format("2006-01-02 15:04:05Z"), r.Rung, heed.Ref{ID: r.Statement, Version: r.Version}, card.Name))
}

// receipt checks a receipt that is a record of its own.
func (c *check) receipt(at string, s *heed.Statement) {
	r := s.Receipt
	c.holds(at, s.Ref(), heed.Ref{ID: r.Statement, Version: r.Version}, r.Digest)
	card := c.byParty[s.Author]
	if ledger.Number(card.Log.Origin(), r.Log) == 0 {
		c.wrong("%s: the receipt names a log that is not on the card of %s", at, card.Name)
	}
	own := card.has(c.log) // then the decision is in this log, and in the bundle
	if r.Rung == heed.Decided && own && !c.commits[r.Commitment] {
		c.wrong("%s: no decision in the bundle opens its commitment", at)
	}
}
