// Package heed holds the nouns of the warning exchange and their rules.
//
// A [Statement] is anything a party says and signs. The kinds with a body of
// their own here are the [Warning], the [Delivery] that hands one to exactly one
// receiver, the [Receipt] that answers it, the [Decision] taken on it, the [Key]
// set (a party's card) and the [Log] note a node writes about itself. Every
// other [Kind] has its name reserved and is carried unread.
//
// Unknown is a value: a field that its author does not know says so, a field that
// its author left out says nothing, and neither is ever turned into a number.
//
// The package knows no wire, no clock, no store and no randomness.
package heed

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"
)

// PartyID names a party: a STIX identity id, "identity--" and a UUID. It is what
// created_by_ref holds; never a display name.
type PartyID string

// ID names a statement, the same in all its versions: a STIX id, "report--",
// "incident--" or "note--" and a UUID.
type ID string

// Version counts a statement's versions from 1. Its author counts; the number is
// inside the signed bytes. Zero is no version.
type Version int

// Kind says what sort of statement it is.
type Kind string

// The kinds of statements.
const (
	KindWarning     Kind = "warning"
	KindDelivery    Kind = "delivery"
	KindReceipt     Kind = "receipt"
	KindDecision    Kind = "decision"
	KindQuestion    Kind = "question"
	KindAnswer      Kind = "answer"
	KindFeedback    Kind = "feedback"
	KindGrade       Kind = "grade"
	KindLink        Kind = "link"
	KindAssessment  Kind = "assessment"
	KindEvent       Kind = "event"
	KindClaim       Kind = "claim"
	KindHypothesis  Kind = "hypothesis"
	KindOutcome     Kind = "outcome"
	KindGrant       Kind = "grant"
	KindDistrust    Kind = "distrust"
	KindKey         Kind = "key"
	KindErasure     Kind = "erasure"
	KindPolicy      Kind = "policy"
	KindCase        Kind = "case"
	KindRoster      Kind = "roster"
	KindRelation    Kind = "relation"
	KindTranslation Kind = "translation"
	KindMatrix      Kind = "matrix"
	KindLog         Kind = "log"
)

// Kinds lists every kind, in the order of the documents.
var Kinds = []Kind{
	KindWarning, KindDelivery, KindReceipt, KindDecision, KindQuestion, KindAnswer,
	KindFeedback, KindGrade, KindLink, KindAssessment, KindEvent, KindClaim,
	KindHypothesis, KindOutcome, KindGrant, KindDistrust, KindKey, KindErasure,
	KindPolicy, KindCase, KindRoster, KindRelation, KindTranslation, KindMatrix, KindLog,
}

// Known reports whether k is one of [Kinds].
func (k Kind) Known() bool { return has(Kinds, k) }

// STIXType is the STIX 2.1 object type that carries statements of this kind: a
// warning is a report, an event an incident, everything else a note.
func (k Kind) STIXType() string {
	switch k {
	case KindWarning:
		return "report"
	case KindEvent:
		return "incident"
	}
	return "note"
}

// Ref names one version of a statement.
type Ref struct {
	ID      ID
	Version Version
}

// String gives the handle and the version, as people write it: "K7QM-2RXA v2".
func (r Ref) String() string { return fmt.Sprintf("%s v%d", Handle(r.ID), r.Version) }

// Statement is what a party said, read from its signed bytes. It is immutable: a
// change is a new version, a retraction the last one.
type Statement struct {
	ID       ID
	Author   PartyID // created_by_ref: whose key signed it
	Version  Version
	Kind     Kind
	Created  time.Time
	Modified time.Time // rises with Version; two versions never share one
	Lang     string    // RFC 5646; empty: not stated
	Revoked  bool      // the last version: the author takes it back
	Reason   string    // why it was taken back; required when Revoked
	Exercise string    // not empty: an exercise, and which; can never be taken off
	Headline string    // what a reader sees first
	Text     string    // the full words
	About    []string  // STIX ids it is about (object_refs); never empty on the wire

	// Exactly the member that Kind names is set, where it has a type here.
	Warning     *Warning
	Delivery    *Delivery
	Receipt     *Receipt
	Decision    *Decision
	Key         *Key
	Log         *Log
	Grant       *Grant
	Question    *Question
	Case        *Case
	Link        *Link
	Assessment  *Assessment
	Outcome     *Outcome
	Answer      *Answer
	Feedback    *Feedback
	Relation    *Relation
	Claim       *Claim
	Event       *Event
	Policy      *Policy
	Roster      *Roster
	Distrust    *Distrust
	Translation *Translation
}

// Subject is what a statement is about: the statement that a delivery hands over, a receipt
// answers, a decision is taken on, a grant opens, a question or its answer is about, a
// translation is of; the case of a link, an assessment or an outcome. The zero Ref for other
// kinds.
func (s *Statement) Subject() Ref {
	switch {
	case s.Delivery != nil:
		return Ref{s.Delivery.Statement, s.Delivery.Version}
	case s.Receipt != nil:
		return Ref{s.Receipt.Statement, s.Receipt.Version}
	case s.Decision != nil:
		return Ref{s.Decision.Statement, s.Decision.Version}
	case s.Grant != nil:
		return Ref{s.Grant.Statement, s.Grant.Version}
	case s.Question != nil:
		return Ref{s.Question.Statement, s.Question.Version}
	case s.Answer != nil:
		return Ref{s.Answer.Statement, s.Answer.Version}
	case s.Feedback != nil:
		return Ref{s.Feedback.Statement, s.Feedback.Version}
	case s.Link != nil && s.Link.Type == ExtractOf:
		return Ref{s.Link.Of, s.Link.OfVersion}
	case s.Link != nil:
		return Ref{ID: s.Link.Case}
	case s.Log != nil:
		return Ref{s.Log.Statement, s.Log.Version}
	case s.Assessment != nil:
		return Ref{ID: s.Assessment.Case}
	case s.Outcome != nil:
		return Ref{ID: s.Outcome.Case}
	case s.Relation != nil:
		return Ref{ID: s.Relation.Case}
	case s.Translation != nil:
		return Ref{s.Translation.Statement, s.Translation.Version}
	}
	return Ref{}
}

// ExerciseName gives which exercise a flag names: what stands before its first comma. What
// follows is about the one statement. Statements of one exercise belong together; with what
// is in earnest they never mix.
func ExerciseName(flag string) string {
	name, _, _ := strings.Cut(flag, ",")
	return strings.TrimSpace(name)
}

// Ref names this version.
func (s *Statement) Ref() Ref { return Ref{s.ID, s.Version} }

// handles is RFC 4648 base32: no 0, 1 or 8, which are misheard and misread.
var handles = base32.StdEncoding.WithPadding(base32.NoPadding)

// Handle gives the eight letters under which people speak of a statement, such as
// "K7QM-2RXA": the first five bytes of SHA-256 of its id. The same at every party.
// A name, never evidence: two statements may share one.
func Handle(id ID) string {
	sum := sha256.Sum256([]byte(id))
	s := handles.EncodeToString(sum[:5])
	return s[:4] + "-" + s[4:]
}

// ParseHandle reads a handle as people type it: any case, with or without the
// hyphen, 0 for O, 1 for I and 8 for B. It returns the form that [Handle] gives.
func ParseHandle(s string) (string, error) {
	clean := strings.NewReplacer("-", "", " ", "", "0", "O", "1", "I", "8", "B").Replace(strings.ToUpper(s))
	if len(clean) != 8 {
		return "", fmt.Errorf("%q is not a handle: a handle has eight letters, as in K7QM-2RXA", s)
	}
	if _, err := handles.DecodeString(clean); err != nil {
		return "", fmt.Errorf("%q is not a handle: it may hold the letters A-Z and the digits 2-7", s)
	}
	return clean[:4] + "-" + clean[4:], nil
}

// ValidUUIDID reports whether s is "prefix--" and a lower-case UUID.
func ValidUUIDID(prefix, s string) bool {
	rest, ok := strings.CutPrefix(s, prefix+"--")
	if !ok || len(rest) != 36 {
		return false
	}
	for i := range len(rest) {
		c := rest[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'f':
		default:
			return false
		}
	}
	return true
}

// Valid reports whether p has the form of a party's id.
func (p PartyID) Valid() bool { return ValidUUIDID("identity", string(p)) }

// Check says what is wrong with the statement, in one sentence, or nothing.
// It covers what every kind shares and the body that goes with the kind.
func (s *Statement) Check() error {
	switch {
	case !s.Kind.Known():
		return fmt.Errorf("kind %q is not one that Heed knows", s.Kind)
	case !ValidUUIDID(s.Kind.STIXType(), string(s.ID)):
		return fmt.Errorf("id %q of a %s must be %s-- and a UUID in lower case", s.ID, s.Kind, s.Kind.STIXType())
	case !s.Author.Valid():
		return fmt.Errorf("author %q must be identity-- and a UUID in lower case", s.Author)
	case s.Version < 1:
		return fmt.Errorf("version %d: an author counts versions from 1", s.Version)
	case s.Created.IsZero() || s.Modified.IsZero():
		return errors.New("created and modified must both be given")
	case s.Modified.Before(s.Created):
		return errors.New("modified is before created")
	case s.Version == 1 && s.Revoked:
		return errors.New("version 1 cannot be a retraction: there is nothing yet to take back")
	case s.Revoked && s.Reason == "":
		return errors.New("a retraction must say why: reason is missing")
	}
	return s.checkBody()
}

func (s *Statement) checkBody() error {
	bodies := []struct {
		kind  Kind
		given bool
		check func() error
	}{
		{KindWarning, s.Warning != nil, func() error { return s.Warning.check(s) }},
		{KindDelivery, s.Delivery != nil, func() error { return s.Delivery.check() }},
		{KindReceipt, s.Receipt != nil, func() error { return s.Receipt.check() }},
		{KindDecision, s.Decision != nil, func() error { return s.Decision.check() }},
		{KindKey, s.Key != nil, func() error { return s.Key.check(s) }},
		{KindLog, s.Log != nil, func() error { return s.Log.check() }},
		{KindGrant, s.Grant != nil, func() error { return s.Grant.check(s) }},
		{KindQuestion, s.Question != nil, func() error { return s.Question.check() }},
		{KindCase, s.Case != nil, func() error { return s.Case.check() }},
		{KindLink, s.Link != nil, func() error { return s.Link.check() }},
		{KindAssessment, s.Assessment != nil, func() error { return s.Assessment.check() }},
		{KindOutcome, s.Outcome != nil, func() error { return s.Outcome.check() }},
		{KindAnswer, s.Answer != nil, func() error { return s.Answer.check() }},
		{KindFeedback, s.Feedback != nil, func() error { return s.Feedback.check() }},
		{KindRelation, s.Relation != nil, func() error { return s.Relation.check() }},
		{KindClaim, s.Claim != nil, func() error { return s.Claim.check() }},
		{KindEvent, s.Event != nil, func() error { return s.Event.check() }},
		{KindPolicy, s.Policy != nil, func() error { return s.Policy.Check() }},
		{KindRoster, s.Roster != nil, func() error { return s.Roster.check() }},
		{KindDistrust, s.Distrust != nil, func() error { return s.Distrust.check(s) }},
		{KindTranslation, s.Translation != nil, func() error { return s.Translation.check(s) }},
	}
	for _, b := range bodies {
		switch {
		case b.given && b.kind != s.Kind:
			return fmt.Errorf("a %s carries the body of a %s", s.Kind, b.kind)
		case !b.given && b.kind == s.Kind:
			return fmt.Errorf("a %s without its body", s.Kind)
		case b.given:
			if err := b.check(); err != nil {
				return fmt.Errorf("%s: %w", s.Kind, err)
			}
		}
	}
	return nil
}

// Typed reports whether the kind has a body with a type here.
func (k Kind) Typed() bool {
	switch k {
	case KindWarning, KindDelivery, KindReceipt, KindDecision, KindKey, KindLog, KindGrant, KindQuestion,
		KindCase, KindLink, KindAssessment, KindOutcome, KindAnswer, KindFeedback, KindRelation, KindClaim, KindEvent,
		KindPolicy, KindRoster, KindDistrust, KindTranslation:
		return true
	}
	return false
}

func has[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}
