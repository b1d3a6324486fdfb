package verify

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"heed"
	"heed/internal/envelope"
	"heed/internal/ledger"
	"heed/internal/stix"
)

// Parcel is a file of statements in their outer forms, without a ledger: receipts with the
// cards of both sides, or what somebody carries by hand.
type Parcel struct {
	Objects []jsontext.Value
}

// ErrNotParcel means that a file is neither a list of objects nor a statement.
var ErrNotParcel = errors.New("not a list of statements")

// ReadParcel reads {"objects":[…]}, as heed receipt and heed warn --carry write it, or one
// statement in its outer form.
func ReadParcel(b []byte) (Parcel, error) {
	var p Parcel
	if len(b) > MaxBundle {
		return p, fmt.Errorf("%w: larger than %d bytes", ErrNotParcel, MaxBundle)
	}
	var in struct {
		Type       jsontext.Value   `json:"type"`
		ID         jsontext.Value   `json:"id"`
		Extensions jsontext.Value   `json:"extensions"`
		Objects    []jsontext.Value `json:"objects"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return p, fmt.Errorf("%w: %w", ErrNotParcel, err)
	}
	p.Objects = in.Objects
	if in.Extensions != nil {
		p.Objects = []jsontext.Value{b}
	}
	if len(p.Objects) == 0 {
		return p, fmt.Errorf("%w: it holds none", ErrNotParcel)
	}
	return p, nil
}

// MissingCard means that a signature cannot be looked at: its signer's card is not here.
type MissingCard struct {
	Party heed.PartyID
	What  string
}

func (m *MissingCard) Error() string {
	return fmt.Sprintf("the card of %s, who signed %s, is not here: give its file with --card", m.Party, m.What)
}

// parcel holds what a check of one compares.
type parcel struct {
	report  *Report
	cards   map[heed.PartyID]Card
	read    []read
	digests map[heed.Digest]heed.Ref
}

type read struct {
	s      *heed.Statement
	env    envelope.Envelope
	author heed.PartyID
}

// Check checks every signature by the cards in the parcel and those that are given, and, for
// each receipt, that it is the receiver's own and binds it to one version of one statement.
// The report names what was looked at and what no lone receipt can show. It is an error, and
// no verdict, when the card of a signer is missing.
func (p Parcel) Check(cards ...Card) (Report, error) {
	c := parcel{report: &Report{}, cards: map[heed.PartyID]Card{}, digests: map[heed.Digest]heed.Ref{}}
	for _, card := range cards {
		c.add(card)
	}
	for i, raw := range p.Objects {
		if err := c.open(fmt.Sprintf("object %d", i+1), raw); err != nil {
			return *c.report, err
		}
	}
	if len(c.report.Wrong) > 0 {
		return *c.report, nil
	}
	for _, r := range c.read {
		if err := c.seal(r); err != nil {
			return *c.report, err
		}
	}
	receipts := 0
	for _, r := range c.read {
		if r.s.Receipt != nil {
			receipts++
			c.receipt(r)
		}
		if r.s.Delivery != nil {
			c.delivery(r)
		}
	}
	c.report.Statements = len(c.read) + len(c.cards)
	c.say("not looked at: whether the cards are the right ones (compare the fingerprints on another channel)")
	if receipts > 0 {
		c.say("not looked at: whether the receiver's log holds the leaf that it names (that takes a bundle)")
	}
	return *c.report, nil
}

func (c *parcel) add(card Card) {
	if _, have := c.cards[card.Party]; !have {
		c.report.Cards = append(c.report.Cards, card)
	}
	c.cards[card.Party] = card
}

func (c *parcel) say(format string, args ...any) {
	c.report.Lines = append(c.report.Lines, fmt.Sprintf(format, args...))
}

func (c *parcel) wrong(s *heed.Statement, format string, args ...any) {
	c.report.Wrong = append(c.report.Wrong, fmt.Sprintf("%s %s: %s", s.Kind, s.ID, fmt.Sprintf(format, args...)))
}

// open cuts one object and reads what is sealed in it.
func (c *parcel) open(at string, raw []byte) error {
	_, env, how, err := stix.Cut(raw)
	if err != nil {
		c.report.Wrong = append(c.report.Wrong, at+": "+err.Error())
		return nil
	}
	if how == stix.Unsealed {
		return fmt.Errorf("%s carries no seal: there is nothing to check", at)
	}
	if card, err := OpenCard(env); err == nil {
		c.add(card)
		return nil
	}
	obj, err := stix.Parse(env.Payload)
	if err != nil || obj.Statement == nil {
		c.report.Wrong = append(c.report.Wrong, fmt.Sprintf("%s: what is sealed in it is no statement of Heed: %v", at, err))
		return nil
	}
	if obj.Statement.Kind == heed.KindKey {
		c.wrong(obj.Statement, "this card is not signed by the key in it")
		return nil
	}
	digest := sha256.Sum256(env.Payload)
	c.digests[heed.Digest(hex.EncodeToString(digest[:]))] = obj.Statement.Ref()
	c.read = append(c.read, read{obj.Statement, env, obj.Statement.Author})
	return nil
}

// seal checks the author's signature.
func (c *parcel) seal(r read) error {
	card, ok := c.cards[r.author]
	if !ok {
		return &MissingCard{r.author, fmt.Sprintf("the %s %s", r.s.Kind, r.s.Ref())}
	}
	if err := envelope.VerifyAs(r.env, r.s.Kind, card.Key); err != nil {
		c.wrong(r.s, "the signature of %s does not hold: %v", card.Name, err)
		return nil
	}
	c.say("signed by %s: %s %s, %q", card.Name, r.s.Kind, r.s.Ref(), r.s.Headline)
	return nil
}

// receipt checks what one receipt says against the cards, and against the statement and the
// delivery where they are beside it.
func (c *parcel) receipt(r read) {
	in, by := r.s.Receipt, c.cards[r.author]
	if ledger.Number(by.Log.Origin(), in.Log) == 0 {
		c.wrong(r.s, "it names the log %s, which is not on the card of %s", in.Log, by.Name)
		return
	}
	c.head(r, in, by)
	to := string(in.To)
	if card, ok := c.cards[in.To]; ok {
		to = card.Name
	} else {
		c.say("not looked at: who the sender %s is; its card is not here", in.To)
	}
	c.say("%s says to %s: %s %s at %s, recorded as leaf %d of %s", by.Name, to, heed.Ref{ID: in.Statement, Version: in.Version}, in.Rung,
		in.At.UTC().Format("2006-01-02 15:04:05Z"), in.Leaf, in.Log)
	if ref, ok := c.digests[in.Digest]; !ok {
		c.say("not looked at: the words; the statement with the digest %s… is not beside it", in.Digest[:16])
	} else if ref != (heed.Ref{ID: in.Statement, Version: in.Version}) {
		c.wrong(r.s, "the statement with its digest is %s, not the one it names", ref)
	}
	if in.Rung == heed.Decided {
		c.say("not looked at: which decision it was; its commitment is opened by the receiver only")
	}
	for _, d := range c.read {
		if d.s.ID != in.Delivery || d.s.Version != in.DeliveryVersion {
			continue
		}
		if d.s.Delivery == nil || d.author != in.To || d.s.Delivery.To != r.author || d.s.Delivery.Statement != in.Statement ||
			d.s.Delivery.Version != in.Version || d.s.Delivery.Digest != in.Digest {
			c.wrong(r.s, "it answers another delivery than the one beside it")
		}
		return
	}
	c.say("not looked at: the delivery that it answers; it is not beside it")
}

// head checks the head that a receipt carries: signed by the receiver's log before it.
func (c *parcel) head(r read, in *heed.Receipt, by Card) {
	if in.Head == "" {
		return
	}
	h, err := ledger.OpenAny([]byte(in.Head), by.Log)
	switch {
	case err != nil:
		c.wrong(r.s, "its head is not signed by the log of %s: %v", by.Name, err)
	case in.Rung == heed.Delivered && h.Size > in.Leaf+1:
		c.wrong(r.s, "its head of %d records is newer than the leaf %d that it was given with", h.Size, in.Leaf)
	default:
		c.report.Head = fmt.Sprintf("%s %s", Thousands(h.Size), base64.StdEncoding.EncodeToString(h.Root[:]))
	}
}

func (c *parcel) delivery(d read) {
	if ref, ok := c.digests[d.s.Delivery.Digest]; ok && ref != d.s.Subject() {
		c.wrong(d.s, "the statement with its digest is %s, not the one it hands over", ref)
	}
}
