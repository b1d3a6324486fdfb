package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Head commits to the first Size leaves of the log that Origin names.
type Head struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// MaxNote is the length up to which a signed head is read.
const MaxNote = 16 << 10

// ErrHead is wrapped by every error of [ParseHead] and [OpenHead].
var ErrHead = errors.New("not a head")

// String is the checkpoint text (C2SP tlog-checkpoint) that is signed: origin, size and
// root, a line each, and no extension lines.
func (h Head) String() string {
	return fmt.Sprintf("%s\n%d\n%s\n", h.Origin, h.Size, base64.StdEncoding.EncodeToString(h.Root[:]))
}

// ParseHead reads the checkpoint text; every other spelling is refused.
func ParseHead(text string) (Head, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Head{}, fmt.Errorf("%w: it must be three lines", ErrHead)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Head{}, fmt.Errorf("%w: size %q", ErrHead, lines[1])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Head{}, fmt.Errorf("%w: root %q", ErrHead, lines[2])
	}
	h := Head{Origin: lines[0], Size: size, Root: tlog.Hash(root)}
	switch {
	case h.Origin == "":
		return Head{}, fmt.Errorf("%w: it names no log", ErrHead)
	case h.String() != text:
		return Head{}, fmt.Errorf("%w: it is not in its canonical spelling", ErrHead)
	case size == 0 && h.Root != EmptyRoot:
		return Head{}, fmt.Errorf("%w: a log of size 0 has the root of nothing", ErrHead)
	}
	return h, nil
}

// Signer signs the heads of one log.
type Signer struct {
	s   note.Signer
	key string
}

// NewSigner signs as origin with key. An origin has no space and no plus sign.
func NewSigner(origin string, key ed25519.PrivateKey) (Signer, error) {
	vkey, err := note.NewEd25519VerifierKey(origin, key.Public().(ed25519.PublicKey))
	if err != nil {
		return Signer{}, fmt.Errorf("ledger: origin %q: %w", origin, err)
	}
	// The text form of a signer key (x/mod sumdb/note): PRIVATE+KEY+name+id+base64(type, seed).
	_, rest, _ := strings.Cut(vkey, "+")
	id, _, _ := strings.Cut(rest, "+")
	skey := "PRIVATE+KEY+" + origin + "+" + id + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, key.Seed()...))
	s, err := note.NewSigner(skey)
	if err != nil {
		return Signer{}, errors.New("ledger: the log key cannot sign as this origin")
	}
	return Signer{s, vkey}, nil
}

// VerifierKey is the text with which others check this log's heads: origin+id+base64.
func (s Signer) VerifierKey() string { return s.key }

// Origin names the log.
func (s Signer) Origin() string { return s.s.Name() }

// Sign gives the head as a signed note. The caller must hold a consistency proof from the
// head signed before: a log never signs two histories.
func (s Signer) Sign(h Head) ([]byte, error) {
	if h.Origin != s.Origin() {
		return nil, fmt.Errorf("ledger: a head of %q is not signed as %q", h.Origin, s.Origin())
	}
	return note.Sign(&note.Note{Text: h.String()}, s.s)
}

// Verifier checks the heads of one log. The zero value checks nothing.
type Verifier struct {
	v   note.Verifier
	key string
}

// NewVerifier reads the text form origin+id+base64.
func NewVerifier(vkey string) (Verifier, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return Verifier{}, errors.New("a log key is written origin+id+base64, and this is not one")
	}
	return Verifier{v, vkey}, nil
}

// Origin names the log; empty for the zero value.
func (v Verifier) Origin() string {
	if v.v == nil {
		return ""
	}
	return v.v.Name()
}

// String is the text form.
func (v Verifier) String() string { return v.key }

// OpenHead reads a signed head and checks the log's signature. Signatures of others are
// passed over.
func OpenHead(signed []byte, v Verifier) (Head, error) {
	if len(signed) > MaxNote {
		return Head{}, fmt.Errorf("%w: longer than %d bytes", ErrHead, MaxNote)
	}
	if v.v == nil {
		return Head{}, fmt.Errorf("%w: no key to check it with", ErrHead)
	}
	n, err := note.Open(signed, note.VerifierList(v.v))
	if err != nil {
		return Head{}, fmt.Errorf("%w: %w", ErrHead, err)
	}
	h, err := ParseHead(n.Text)
	if err == nil && h.Origin != v.Origin() {
		return Head{}, fmt.Errorf("%w: it is of %q, signed by %q", ErrHead, h.Origin, v.Origin())
	}
	return h, err
}

// NewOrigin names a node's log: the node's short name, ".heed/" and the first eight hex
// digits of SHA-256 of its log key, so that two nodes of one name are two logs.
func NewOrigin(name string, key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return name + ".heed/" + hex.EncodeToString(sum[:4])
}

// SuccessorOrigin names the nth log of a node whose first log is first; the first is
// number 1. A successor goes on with the tree of the one before, under another name and the
// same key: a log that signed records which are lost, or two histories, signs no more.
func SuccessorOrigin(first string, n int) string {
	if n <= 1 {
		return first
	}
	return first + "/" + strconv.Itoa(n)
}

// Number says which log of a node an origin names, if its first log is first: 1 for that
// one, 2 and up for its successors; 0 when it is of another node.
func Number(first, origin string) int {
	if first == "" || origin == first {
		return min(len(first), 1)
	}
	rest, ok := strings.CutPrefix(origin, first+"/")
	n, err := strconv.Atoi(rest)
	if !ok || err != nil || n < 2 || SuccessorOrigin(first, n) != origin {
		return 0
	}
	return n
}

// Of gives the verifier for a log of the node whose first log v checks: the same key under
// the name of a successor. The zero Verifier when origin is of another node.
func (v Verifier) Of(origin string) Verifier {
	if origin == v.Origin() {
		return v
	}
	if Number(v.Origin(), origin) == 0 {
		return Verifier{}
	}
	_, rest, _ := strings.Cut(v.key, "+")
	_, blob, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(blob)
	if err != nil || len(raw) != 1+ed25519.PublicKeySize {
		return Verifier{}
	}
	vkey, err := note.NewEd25519VerifierKey(origin, ed25519.PublicKey(raw[1:]))
	if err != nil {
		return Verifier{}
	}
	out, err := NewVerifier(vkey)
	if err != nil {
		return Verifier{}
	}
	return out
}

// OpenAny reads a head that is signed by the log that first checks, or by a successor.
func OpenAny(signed []byte, first Verifier) (Head, error) {
	if len(signed) > MaxNote {
		return Head{}, fmt.Errorf("%w: longer than %d bytes", ErrHead, MaxNote)
	}
	origin, _, _ := strings.Cut(string(signed), "\n")
	v := first.Of(origin)
	if v.v == nil {
		return Head{}, fmt.Errorf("%w: it is of the log %q, not of %q or a successor", ErrHead, origin, first.Origin())
	}
	return OpenHead(signed, v)
}

// CanonicalNote reports whether a signed head is spelled as [Signer.Sign] spells it: one
// signature, and base64 that decodes from no other text.
func CanonicalNote(signed []byte) bool {
	text, sigs, ok := strings.Cut(string(signed), "\n\n")
	if !ok || strings.Count(text, "\n") != 2 {
		return false
	}
	fields := strings.Split(strings.TrimSuffix(sigs, "\n"), " ")
	if len(fields) != 3 || fields[0] != "—" || !strings.HasSuffix(sigs, "\n") || strings.Count(sigs, "\n") != 1 {
		return false
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(fields[2])
	return err == nil && base64.StdEncoding.EncodeToString(raw) == fields[2]
}
