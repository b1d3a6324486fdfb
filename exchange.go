package heed

import (
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Delivery hands one version of a statement to exactly one receiver. The statement's
// own envelope travels beside it, unchanged, also when somebody else wrote it.
type Delivery struct {
	To        PartyID  `json:"to"`
	Statement ID       `json:"statement"`
	Version   Version  `json:"version"`
	Digest    Digest   `json:"digest"` // of the statement's exact signed bytes
	May       Handling `json:"may,omitzero"`
	Asked     []string `json:"asked,omitzero"`
	Log       string   `json:"log"`           // origin of the sender's log
	Leaf      int64    `json:"leaf"`          // where the sender's log has the statement
	Head      string   `json:"head,omitzero"` // newest head (signed note) the sender's node had signed by then
	At        Time     `json:"at"`
}

// Digest is SHA-256 of signed bytes, 64 lower-case hex digits.
type Digest string

// Valid reports whether d has the form of a digest.
func (d Digest) Valid() bool {
	raw, err := hex.DecodeString(string(d))
	return err == nil && len(raw) == 32 && hex.EncodeToString(raw) == string(d)
}

// Time is an instant in UTC to the microsecond, as the ledger keeps it.
type Time = time.Time

// Rung is one of the five things a receiver can attest. Each is a record of its own;
// none is ever derived from another.
type Rung string

// The rungs, in the order of the ladder.
const (
	Delivered    Rung = "delivered"    // recorded here
	Opened       Rung = "opened"       // the full text was shown to a signed-in person
	Acknowledged Rung = "acknowledged" // a person says: understood
	Accepted     Rung = "accepted"     // a person says: we will act on it
	Decided      Rung = "decided"      // a decision was made, and when
)

// Rungs lists them in order.
var Rungs = []Rung{Delivered, Opened, Acknowledged, Accepted, Decided}

// Receipt is one rung, signed by the receiver and bound to one version of one
// statement. A repeat of the statement gets the first receipt again, byte for byte.
type Receipt struct {
	Rung            Rung    `json:"rung"`
	To              PartyID `json:"to"` // who delivered
	Statement       ID      `json:"statement"`
	Version         Version `json:"version"`
	Digest          Digest  `json:"digest"`
	SenderKey       string  `json:"sender_key"` // id of the key that signed the statement
	Delivery        ID      `json:"delivery"`
	DeliveryVersion Version `json:"delivery_version"`
	Log             string  `json:"log"`  // origin of the receiver's log
	Leaf            int64   `json:"leaf"` // where the receiver's log has the statement
	At              Time    `json:"at"`   // when it was recorded (delivered), or when the act was done
	Head            string  `json:"head,omitzero"`
	// Commitment goes with Decided, and only with it: HMAC-SHA-256 over the decision's
	// signed bytes under 32 random bytes that stay with the receiver until release.
	// 64 hex digits, whatever was decided.
	Commitment string `json:"commitment,omitzero"`
}

// Choice is what was decided.
type Choice string

// The choices.
const (
	Act     Choice = "act"
	Inform  Choice = "inform"
	Hold    Choice = "hold"
	Dismiss Choice = "dismiss"
)

// Choices lists them.
var Choices = []Choice{Act, Inform, Hold, Dismiss}

// Reasons lists the reason codes of decisions.
var Reasons = []string{
	"corroborated", "credible-alone", "precaution", "duty-to-warn", "outside-our-remit", "passed-on",
	"awaiting-answer", "too-vague", "window-passed", "already-known", "contradicted", "distrust-of-sender", "other",
}

// Decision is what a person decided on a warning, and why. It stays with its desk; the
// sender learns of it as [Decided].
type Decision struct {
	Statement  ID      `json:"statement"`
	Version    Version `json:"version"`
	Digest     Digest  `json:"digest"`
	Choice     Choice  `json:"choice"`
	Code       string  `json:"code"`
	Words      string  `json:"words,omitzero"`
	Person     string  `json:"person"`
	Case       ID      `json:"case,omitzero"`
	Assessment ID      `json:"assessment,omitzero"` // that it stood on, and which version
	Assessed   Version `json:"assessed,omitzero"`
	Overrules  ID      `json:"overrules,omitzero"` // the decision that stood before
	Second     string  `json:"second,omitzero"`    // the other person who decided the same, where policy asks for two
	Risk       string  `json:"risk,omitzero"`      // the residual risk that the person accepts by name
	At         Time    `json:"at"`
}

// Key is a party's key set: its card. The first is pinned by people who compare its
// fingerprint on another channel; later ones are signed by the one before.
type Key struct {
	Party    PartyID `json:"party"`
	Name     string  `json:"name"`          // short, lower case: ru-fsb
	Title    string  `json:"title"`         // for people: Russian Federal Security Service
	PartyKey string  `json:"party_key"`     // ed25519:<base64>: signs statements
	LogKey   string  `json:"log_key"`       // verifier key of the node's log: origin+id+base64
	TLSKey   string  `json:"tls_key"`       // sha256:<base64> of the node's TLS public key (SPKI)
	URL      string  `json:"url,omitzero"`  // API root of the desk, ending in /
	From     Time    `json:"from,omitzero"` // valid from
}

// Log is what a node notes about itself: that it went on after a restore, that a person
// of the desk took the word for a silent peer, released a draft, looked at a sealed source,
// and the like. It is its desk's own and never delivered.
type Log struct {
	Act       string   `json:"act"`
	Words     string   `json:"words,omitzero"`
	Person    string   `json:"person,omitzero"`
	Statement ID       `json:"statement,omitzero"` // that it is about, with its version
	Version   Version  `json:"version,omitzero"`
	Rules     []string `json:"rules,omitzero"` // of the checks before release, that a person overrode
	At        Time     `json:"at"`
	// With [Succeed] only: the log that begins with this record, the one it goes on from, how
	// many records stand before it, and the head of the log before that this node cannot
	// extend: what that one covers beyond Records, or otherwise, is not here.
	Log      string `json:"log,omitzero"`
	Succeeds string `json:"succeeds,omitzero"`
	Records  int64  `json:"records,omitzero"`
	Head     string `json:"head,omitzero"`
	// With [Access] only: how many reads the desk's access log holds, and the hash of the
	// newest.
	Count int64  `json:"count,omitzero"`
	Hash  Digest `json:"hash,omitzero"`
}

// The acts of a [Log] note that Heed itself reads.
const (
	Resume  = "resume"  // a restored node goes on without a peer's answer
	Succeed = "succeed" // a successor log begins
	Access  = "access"  // the head of the desk's access log
)

func (d *Delivery) check() error {
	switch {
	case !d.To.Valid():
		return fmt.Errorf("to is %q: a delivery names exactly one receiver", d.To)
	case d.Statement == "" || d.Version < 1:
		return errors.New("it names no statement and version")
	case !d.Digest.Valid():
		return errors.New("digest must be SHA-256 in 64 lower-case hex digits")
	case d.Log == "" || d.Leaf < 0:
		return errors.New("log and leaf of the sender are missing")
	case d.At.IsZero():
		return errors.New("at is missing")
	}
	return nil
}

func (r *Receipt) check() error {
	switch {
	case !has(Rungs, r.Rung):
		return fmt.Errorf("rung is %q; it must be one of %v", r.Rung, Rungs)
	case !r.To.Valid():
		return fmt.Errorf("to is %q: a receipt names the party that delivered", r.To)
	case r.Statement == "" || r.Version < 1:
		return errors.New("it names no statement and version")
	case !r.Digest.Valid():
		return errors.New("digest must be SHA-256 in 64 lower-case hex digits")
	case r.Delivery == "" || r.DeliveryVersion < 1:
		return errors.New("it names no delivery")
	case r.Log == "" || r.Leaf < 0:
		return errors.New("log and leaf of the receiver are missing")
	case r.At.IsZero():
		return errors.New("at is missing")
	case (r.Rung == Decided) != (r.Commitment != ""):
		return errors.New("a commitment goes with decided, and only with it")
	case r.Commitment != "" && !Digest(r.Commitment).Valid():
		return errors.New("commitment must be 64 lower-case hex digits")
	}
	return nil
}

func (d *Decision) check() error {
	switch {
	case d.Statement == "" || d.Version < 1:
		return errors.New("it names no statement and version")
	case !d.Digest.Valid():
		return errors.New("digest must be SHA-256 in 64 lower-case hex digits")
	case d.Person == "":
		return errors.New("it names no person")
	case d.At.IsZero():
		return errors.New("at is missing")
	}
	if OwnCode(d.Code) { // one of those that the desk's policy names
		return required("choice", d.Choice, Choices)
	}
	return errors.Join(required("choice", d.Choice, Choices), required("code", d.Code, Reasons))
}

func (k *Key) check(s *Statement) error {
	switch {
	case k.Party != s.Author:
		return errors.New("a key set speaks for its author only")
	case !ValidName(k.Name):
		return fmt.Errorf("name %q: use 1 to 40 of a-z, 0-9 and the hyphen", k.Name)
	case k.PartyKey == "" || k.LogKey == "" || k.TLSKey == "":
		return errors.New("it must hold a party key, a log key and a TLS key")
	}
	return nil
}

func (l *Log) check() error {
	switch {
	case l.Act == "" || l.At.IsZero():
		return errors.New("act and at must both be given")
	case l.Act == Succeed && (l.Log == "" || l.Succeeds == "" || l.Person == "" || l.Words == "" || l.Records < 0):
		return errors.New("a successor names its log, the one before, how many records stand before it, and who decided so and why")
	case l.Act != Succeed && (l.Log != "" || l.Succeeds != "" || l.Records != 0 || l.Head != ""):
		return errors.New("log, succeeds, records and head go with succeed, and only with it")
	}
	if access := l.Act == Access; access != (l.Count > 0) || access != l.Hash.Valid() || !access && l.Hash != "" {
		return errors.New("count and hash go with the act access, and only with it")
	}
	return nil
}

// ValidName reports whether s can be a party's short name: 1 to 40 of a-z, 0-9 and
// the hyphen, which may not come first or last.
func ValidName(s string) bool {
	if s == "" || len(s) > 40 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
