// Package ledger keeps one node's records in an append-only Merkle log (RFC 6962).
//
// An [Entry] is the line a record has in the ledger: a short canonical text that commits
// to the record's bytes without showing them. Its leaf shows nothing at all. A [Head]
// commits to every leaf before it, so whoever holds two heads can tell whether one
// extends the other. The package does no I/O: it reads hashes through [ReadTile] and says
// which tiles an append changed.
package ledger

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"heed"
)

// Entry is a record's line in the ledger.
type Entry struct {
	Kind      heed.Kind
	Recorded  time.Time // to the microsecond, UTC
	Door      string
	From      string // who handed it in: a party's id or person:NAME
	Desk      heed.PartyID
	Statement heed.ID
	Version   heed.Version
	Carried   string   // in what shape it came: exact, rewritten, unsealed, own
	Seal      [32]byte // SHA-256 of payload type, newline and the list of signatures, as kept
	Body      [32]byte // HMAC-SHA-256 of the signed bytes under the body salt
	Salt      [32]byte // the entry's own random bytes: equal statements have unequal leaves
}

const entryFormat = "heed-entry/1"

// LeafSize is the length of a leaf.
const LeafSize = 33

// ErrEntry is wrapped by every error of [ParseEntry].
var ErrEntry = errors.New("not a ledger entry")

// Text gives the canonical text, the only spelling of the entry.
func (e Entry) Text() []byte {
	b := make([]byte, 0, 540)
	line := func(name, value string) {
		b = append(b, name...)
		b = append(b, ' ')
		b = append(b, value...)
		b = append(b, '\n')
	}
	b = append(b, entryFormat+"\n"...)
	line("kind", string(e.Kind))
	line("recorded", strconv.FormatInt(e.Recorded.UnixMicro(), 10))
	line("door", e.Door)
	line("from", e.From)
	line("desk", string(e.Desk))
	line("statement", string(e.Statement))
	line("version", strconv.Itoa(int(e.Version)))
	line("carried", e.Carried)
	line("seal", hex.EncodeToString(e.Seal[:]))
	line("body", hex.EncodeToString(e.Body[:]))
	line("salt", hex.EncodeToString(e.Salt[:]))
	return b
}

// Check reports what [ParseEntry] would refuse in the text of e.
func (e Entry) Check() error {
	for _, f := range []struct{ name, value string }{{"kind", string(e.Kind)}, {"door", e.Door}, {"from", e.From}, {"desk", string(e.Desk)},
		{"statement", string(e.Statement)}, {"carried", e.Carried}} {
		if !plain(f.value) {
			return fmt.Errorf("%w: %q is empty or holds a space or control character", ErrEntry, f.name)
		}
	}
	if e.Version < 1 {
		return fmt.Errorf("%w: version %d", ErrEntry, e.Version)
	}
	return nil
}

// ParseEntry reads the canonical text; every other spelling is refused.
func ParseEntry(text []byte) (Entry, error) {
	var e Entry
	rest, ok := strings.CutPrefix(string(text), entryFormat+"\n")
	if !ok {
		return e, fmt.Errorf("%w: it does not begin with %s", ErrEntry, entryFormat)
	}
	names := []string{"kind", "recorded", "door", "from", "desk", "statement", "version", "carried", "seal", "body", "salt"}
	values := make([]string, len(names))
	for i, name := range names {
		line, after, ok := strings.Cut(rest, "\n")
		if !ok {
			return e, fmt.Errorf("%w: line %q is missing", ErrEntry, name)
		}
		values[i], ok = strings.CutPrefix(line, name+" ")
		if !ok {
			return e, fmt.Errorf("%w: line %d should be %q", ErrEntry, i+2, name)
		}
		if !plain(values[i]) {
			return e, fmt.Errorf("%w: %q is empty or holds a space or control character", ErrEntry, name)
		}
		rest = after
	}
	micros, err := strconv.ParseInt(values[1], 10, 64)
	if err != nil {
		return e, fmt.Errorf("%w: recorded: %w", ErrEntry, err)
	}
	version, err := strconv.Atoi(values[6])
	if err != nil || version < 1 {
		return e, fmt.Errorf("%w: version %q", ErrEntry, values[6])
	}
	e = Entry{Kind: heed.Kind(values[0]), Recorded: time.UnixMicro(micros).UTC(), Door: values[2], From: values[3],
		Desk: heed.PartyID(values[4]), Statement: heed.ID(values[5]), Version: heed.Version(version), Carried: values[7]}
	for i, to := range [][]byte{e.Seal[:], e.Body[:], e.Salt[:]} {
		if _, err := hex.Decode(to, padTo(values[8+i], 64)); err != nil {
			return e, fmt.Errorf("%w: %s: %w", ErrEntry, names[8+i], err)
		}
	}
	if !bytes.Equal(e.Text(), text) {
		return e, fmt.Errorf("%w: it is not in its canonical spelling", ErrEntry)
	}
	return e, nil
}

// padTo makes hex of a wrong length fail to decode instead of overrunning.
func padTo(s string, n int) []byte {
	if len(s) != n {
		return []byte("!")
	}
	return []byte(s)
}

func plain(s string) bool {
	for _, r := range s {
		if r <= ' ' || r == 0x7f || r == '\uFFFD' {
			return false
		}
	}
	return s != ""
}

// Leaf is what the tree holds for an entry: 0x01 and SHA-256 of its text, nothing else.
func Leaf(entryText []byte) []byte {
	h := sha256.Sum256(entryText)
	return append([]byte{0x01}, h[:]...)
}

// Seal is what an entry holds of an envelope's type and signatures.
func Seal(payloadType string, signatures []byte) [32]byte {
	h := sha256.New()
	h.Write([]byte(payloadType + "\n"))
	h.Write(signatures)
	return [32]byte(h.Sum(nil))
}

// ErrSalt refuses a salt that is not 32 bytes: HMAC would pad a shorter one silently.
var ErrSalt = errors.New("a salt has exactly 32 bytes")

// Commit is the commitment to a statement's signed bytes under a salt of 32 bytes. It
// stands in the entry as body; opened, with the salt, it is also the commitment that a
// decided receipt carries.
func Commit(salt, signed []byte) (c [32]byte, err error) {
	if len(salt) != 32 {
		return c, ErrSalt
	}
	mac := hmac.New(sha256.New, salt)
	mac.Write(signed)
	mac.Sum(c[:0])
	return c, nil
}
