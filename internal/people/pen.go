package people

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/google/uuid"

	"heed"
	"heed/internal/envelope"
	"heed/internal/ledger"
	"heed/internal/stix"
	"heed/internal/store"
)

// Pen writes and signs for the desks of this node. Its fields are set once.
type Pen struct {
	Directory *Directory
	Keys      map[heed.PartyID]envelope.PrivateKey // of the own desks
	Origin    func() string                        // of this node's log as it stands
	Rand      io.Reader
}

// NewID draws a fresh statement id.
func (p *Pen) NewID(k heed.Kind) heed.ID {
	id, err := uuid.NewRandomFromReader(p.Rand)
	if err != nil {
		panic("people: no randomness: " + err.Error()) // nothing can be signed without
	}
	return heed.ID(k.STIXType() + "--" + id.String())
}

// Draw gives n fresh random bytes in base32.
func (p *Pen) Draw(n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(p.Rand, b); err != nil {
		return "", err
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b), nil
}

// namespace is Heed's own, for ids that follow from what they are about (RFC 9562, 5.5).
var namespace = uuid.MustParse("6f0c1b52-8a44-4f57-9d0a-5b1f3f6f2c11")

// DerivedID gives the one id for a rung that answers a delivery, or another act that can
// be done once: doing it again finds the first.
func DerivedID(k heed.Kind, parts ...string) heed.ID {
	h := sha256.New()
	for _, s := range parts {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return heed.ID(k.STIXType() + "--" + uuid.NewSHA1(namespace, h.Sum(nil)).String())
}

// Seal composes and signs a statement of one of the own desks.
func (p *Pen) Seal(s heed.Statement) (envelope.Envelope, error) {
	key, ok := p.Keys[s.Author]
	if !ok {
		return envelope.Envelope{}, fmt.Errorf("%s is no desk of this node", p.Directory.Show(s.Author))
	}
	signed, err := stix.Compose(s)
	if err != nil {
		return envelope.Envelope{}, err
	}
	return envelope.Sign(s.Kind, signed, key), nil
}

// Receipt composes and signs one rung: desk answers delivery d of the statement in rec.
func (p *Pen) Receipt(tx *store.Tx, desk heed.PartyID, rung heed.Rung, rec store.Record, d *heed.Statement, id heed.ID, commitment string) (envelope.Envelope, error) {
	s, err := p.Rung(tx, desk, rung, rec, d, id, commitment)
	if err != nil {
		return envelope.Envelope{}, err
	}
	return p.Seal(s)
}

// Rung is the statement that [Pen.Receipt] signs.
func (p *Pen) Rung(tx *store.Tx, desk heed.PartyID, rung heed.Rung, rec store.Record, d *heed.Statement, id heed.ID, commitment string) (heed.Statement, error) {
	head, _, err := tx.SignedHead()
	if err != nil {
		return heed.Statement{}, err
	}
	at := tx.Now()
	if rung == heed.Delivered {
		at = rec.RecordedAt
	}
	key := ""
	if len(rec.Envelope.Signatures) > 0 {
		key = rec.Envelope.Signatures[0].KeyID
	}
	return heed.Statement{
		ID: id, Author: desk, Version: 1, Kind: heed.KindReceipt, Created: tx.Now(), Modified: tx.Now(),
		Exercise: d.Exercise, About: []string{string(rec.ID)},
		Headline: fmt.Sprintf("%s: %s", rung, rec.Ref()),
		Text:     fmt.Sprintf("%s: %s %s at %s", p.Directory.Show(desk), rec.Ref(), rung, at.UTC().Format("2006-01-02 15:04:05 UTC")),
		Receipt: &heed.Receipt{
			Rung: rung, To: d.Author, Statement: rec.ID, Version: rec.Version, Digest: rec.DigestHex(), SenderKey: key,
			Delivery: d.ID, DeliveryVersion: d.Version, Log: p.Origin(), Leaf: rec.Index, At: at,
			Head: string(head.Note), Commitment: commitment,
		},
	}, nil
}

// Delivery composes and signs the handing over of rec from desk to one receiver. What stays
// with its desk is never handed over.
func (p *Pen) Delivery(tx *store.Tx, desk, to heed.PartyID, rec store.Record, exercise string, may heed.Handling, asked []string, id heed.ID) (envelope.Envelope, error) {
	if rec.Kind.Stays() {
		return envelope.Envelope{}, fmt.Errorf("people: a %s stays with its desk", rec.Kind)
	}
	head, _, err := tx.SignedHead()
	if err != nil {
		return envelope.Envelope{}, err
	}
	now := tx.Now()
	return p.Seal(heed.Statement{
		ID: id, Author: desk, Version: 1, Kind: heed.KindDelivery, Created: now, Modified: now,
		Exercise: exercise, About: []string{string(rec.ID)},
		Headline: fmt.Sprintf("delivery: %s", rec.Ref()),
		Text:     fmt.Sprintf("%s hands %s to %s", p.Directory.Show(desk), rec.Ref(), p.Directory.Show(to)),
		Delivery: &heed.Delivery{
			To: to, Statement: rec.ID, Version: rec.Version, Digest: rec.DigestHex(), May: may, Asked: asked,
			Log: p.Origin(), Leaf: rec.Index, Head: string(head.Note), At: now,
		},
	})
}

// Commitment is what a decided receipt carries: the decision's own body commitment. Opened
// by its salt and signed bytes, it shows which decision it was.
func Commitment(rec store.Record) (string, error) {
	c, err := ledger.Commit(rec.BodySalt, rec.Envelope.Payload)
	return hex.EncodeToString(c[:]), err
}

// Outer gives a record as it travels: sealed with its envelope spliced in, or as it came.
func Outer(r store.Record) ([]byte, error) {
	if r.Envelope.PayloadType == "" {
		return r.Envelope.Payload, nil
	}
	return stix.Splice(r.Envelope.Payload, r.Envelope)
}
