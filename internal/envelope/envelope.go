// Package envelope says who signed what: Ed25519 keys, DSSE envelopes and the text forms
// of both.
//
// What is signed is the exact bytes of a statement, bound to the type of message they
// are, as DSSE lays down: a signature over a warning can never pass for one over a
// receipt. What is parsed must be the payload that [Verify] saw, never a second decode.
// A signature is never an identifier.
package envelope

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"heed"
)

// MaxSignatures is how many signatures one envelope may carry.
const MaxSignatures = 16

// Envelope is a DSSE envelope: a payload, its type, and who signed both.
type Envelope struct {
	PayloadType string      `json:"payloadType"`
	Payload     []byte      `json:"payload"` // base64 (RFC 4648, with padding) in JSON
	Signatures  []Signature `json:"signatures"`
}

// Signature is one signature over an envelope's type and payload.
type Signature struct {
	KeyID string `json:"keyid"`
	Sig   []byte `json:"sig"`
}

// The reasons why an envelope is not believed.
var (
	ErrNoKnownKey   = errors.New("envelope: no signature by a key that we hold")
	ErrBadSignature = errors.New("envelope: a signature by a key that we hold does not fit the bytes")
)

const (
	typePrefix = "application/vnd.heed."
	typeSuffix = "+json"
)

// PayloadType is the type string of a kind's envelopes: "application/vnd.heed.warning+json".
func PayloadType(k heed.Kind) string { return typePrefix + string(k) + typeSuffix }

// KindOf reads the kind from a payload type.
func KindOf(payloadType string) (heed.Kind, bool) {
	rest, ok := strings.CutPrefix(payloadType, typePrefix)
	if !ok {
		return "", false
	}
	name, ok := strings.CutSuffix(rest, typeSuffix)
	k := heed.Kind(name)
	return k, ok && k.Known()
}

// PAE is DSSE's pre-authentication encoding: the bytes that are signed. Lengths count
// bytes, in decimal without leading zeros.
func PAE(payloadType string, payload []byte) []byte {
	b := make([]byte, 0, len(payload)+len(payloadType)+32)
	b = append(b, "DSSEv1 "...)
	b = strconv.AppendInt(b, int64(len(payloadType)), 10)
	b = append(b, ' ')
	b = append(b, payloadType...)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(len(payload)), 10)
	b = append(b, ' ')
	return append(b, payload...)
}

// Sign seals the exact bytes of a statement of the given kind.
func Sign(kind heed.Kind, signed []byte, key PrivateKey) Envelope {
	t := PayloadType(kind)
	return Envelope{PayloadType: t, Payload: signed, Signatures: []Signature{
		{KeyID: key.Public().ID(), Sig: ed25519.Sign(key.k, PAE(t, signed))},
	}}
}

// Verify checks every signature whose key id keys knows. Unknown keys are passed over; a
// known key that fails makes the whole envelope fail, also when another one is good. At
// least one must be known. It returns the kind that the payload type names.
func Verify(e Envelope, keys func(keyID string) (PublicKey, bool)) (heed.Kind, error) {
	kind, ok := KindOf(e.PayloadType)
	if !ok {
		return "", fmt.Errorf("envelope: payload type %q is not one of Heed's", e.PayloadType)
	}
	if len(e.Signatures) > MaxSignatures {
		return "", fmt.Errorf("envelope: %d signatures, more than the %d allowed", len(e.Signatures), MaxSignatures)
	}
	var pae []byte
	good := 0
	for _, s := range e.Signatures {
		key, ok := keys(s.KeyID)
		if !ok {
			continue
		}
		if pae == nil {
			pae = PAE(e.PayloadType, e.Payload)
		}
		if len(s.Sig) != ed25519.SignatureSize || !ed25519.Verify(key.k, pae, s.Sig) {
			return "", ErrBadSignature
		}
		good++
	}
	if good == 0 {
		return "", ErrNoKnownKey
	}
	return kind, nil
}

// VerifyAs checks that key signed e, and that e is of the kind.
func VerifyAs(e Envelope, kind heed.Kind, key PublicKey) error {
	got, err := Verify(e, func(id string) (PublicKey, bool) { return key, id == key.ID() })
	if err == nil && got != kind {
		return fmt.Errorf("envelope: it is for a %s, not for a %s", got, kind)
	}
	return err
}

// JSON gives the standard DSSE JSON form.
func (e Envelope) JSON() []byte {
	b, err := json.Marshal(e, json.Deterministic(true))
	if err != nil {
		panic("envelope: " + err.Error()) // bytes and strings always marshal
	}
	return b
}

// Parse reads the JSON form strictly: no unknown or doubled names, standard base64 with
// padding, at most [MaxSignatures] signatures, nothing after it.
func Parse(b []byte) (Envelope, error) {
	var e Envelope
	if err := json.Unmarshal(b, &e, json.RejectUnknownMembers(true)); err != nil {
		return Envelope{}, fmt.Errorf("envelope: %w", err)
	}
	return e, e.check()
}

func (e Envelope) check() error {
	switch {
	case e.PayloadType == "":
		return errors.New("envelope: payloadType is missing")
	case len(e.Signatures) == 0:
		return errors.New("envelope: it has no signatures")
	case len(e.Signatures) > MaxSignatures:
		return fmt.Errorf("envelope: %d signatures, more than the %d allowed", len(e.Signatures), MaxSignatures)
	}
	for _, s := range e.Signatures {
		if len(s.Sig) != ed25519.SignatureSize {
			return fmt.Errorf("envelope: a signature has %d bytes, Ed25519 has %d", len(s.Sig), ed25519.SignatureSize)
		}
	}
	return nil
}

// ParseSignatures reads the list of signatures as [FormatSignatures] writes it.
func ParseSignatures(b []byte) ([]Signature, error) {
	if len(b) == 0 {
		return nil, nil
	}
	var list []Signature
	if err := json.Unmarshal(b, &list, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("envelope: signatures: %w", err)
	}
	return list, nil
}

// FormatSignatures writes a list of signatures as JSON; none gives no bytes.
func FormatSignatures(list []Signature) []byte {
	if len(list) == 0 {
		return nil
	}
	b := append(make([]byte, 0, 160*len(list)), '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"keyid":`...)
		b, _ = jsontext.AppendQuote(b, s.KeyID)
		b = append(b, `,"sig":"`...)
		b = base64.StdEncoding.AppendEncode(b, s.Sig)
		b = append(b, `"}`...)
	}
	return append(b, ']')
}

// Equal reports whether two envelopes hold the same type and payload.
func Equal(a, b Envelope) bool {
	return a.PayloadType == b.PayloadType && bytes.Equal(a.Payload, b.Payload)
}
