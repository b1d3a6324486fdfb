package heed

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// CaseState is where a case stands.
type CaseState string

// The states of a case.
const (
	CaseOpen   CaseState = "open"
	CaseOnHold CaseState = "on-hold"
	CaseClosed CaseState = "closed"
)

// CaseStates lists them.
var CaseStates = []CaseState{CaseOpen, CaseOnHold, CaseClosed}

// Case is what might happen: the hypothesis that warnings bear on. Each change of it is a
// new version of the case statement; what belongs to it is said by [Link] statements. It is
// its desk's own and is never delivered.
type Case struct {
	Name   string    `json:"name"`
	Class  string    `json:"class,omitzero"` // kind of case: the topic of records and priors; empty: not stated
	State  CaseState `json:"state"`
	Reopen *Reopen   `json:"reopen,omitzero"` // why the decision that stood no longer does
	Into   ID        `json:"into,omitzero"`   // the case that this one was merged into; then it is closed
	Person string    `json:"person,omitzero"` // who said so; empty: the desk's rules
	At     Time      `json:"at"`
}

// The codes for which a decision re-opens by itself.
const (
	ReopenOrigin      = "new-origin"         // an origin not counted before speaks
	ReopenLineage     = "may-be-independent" // of unknown lineage, from another party or on another basis
	ReopenSpecific    = "more-specific"      // time, place or target is said that was not
	ReopenWindow      = "window-nears"
	ReopenRetracted   = "retracted"
	ReopenCorrected   = "corrected" // a version that says less than before, or otherwise
	ReopenByPerson    = "by-a-person"
	ReopenReadmission = "outcome-withdrawn"
)

// Reopens lists them.
var Reopens = []string{ReopenOrigin, ReopenLineage, ReopenSpecific, ReopenWindow, ReopenRetracted, ReopenCorrected, ReopenByPerson, ReopenReadmission}

// Reopen says why a decision no longer stands.
type Reopen struct {
	Decision ID     `json:"decision"`
	Code     string `json:"code"`
	Words    string `json:"words"`
	By       ID     `json:"by,omitzero"` // the statement that did it
}

// The acts of a link.
const (
	LinkJoins  = "joins"
	LinkLeaves = "leaves" // a person split it off
)

// The types of a link: what a statement is to its case, or to the statement it follows.
const (
	SameThreat  = "same-threat"
	Repeats     = "repeats"
	Updates     = "updates"
	FollowsFrom = "follows-from"
	Bears       = "account"    // an account, from an article or a cable, that bears on the case
	ExtractOf   = "extract-of" // a text for other readers, made from a whole; its desk's own knowledge, of no case
)

// LinkTypes lists them.
var LinkTypes = []string{SameThreat, Repeats, Updates, FollowsFrom, Bears}

// Link says that one version of a statement joins a case or leaves it, what it is to the
// case, why, and what is new in it. Of type [ExtractOf] it names no case but the version of
// the whole that the statement is an extract of; such a link is never delivered.
type Link struct {
	Case      ID       `json:"case"`
	Statement ID       `json:"statement"`
	Version   Version  `json:"version"`
	Act       string   `json:"act"`
	Type      string   `json:"type"`
	Of        ID       `json:"of,omitzero"` // the statement that it repeats, updates, follows from or is an extract of
	OfVersion Version  `json:"of_version,omitzero"`
	Why       []string `json:"why,omitzero"`    // one line a reason: "same actor: ISIS-K"
	New       string   `json:"new,omitzero"`    // what is new since the last one, in one line
	Person    string   `json:"person,omitzero"` // who said so; empty: the desk's rules
	At        Time     `json:"at"`
}

// Prior is what a desk holds likely before any report, for a kind of case. Somebody set it.
type Prior struct {
	Value float64 `json:"value"` // more than 0 and less than 1
	Owner string  `json:"owner"`
	Words string  `json:"words,omitzero"`
	Date  Time    `json:"date,omitzero"`
}

// Term is what one report adds to an assessment.
type Term struct {
	Statement ID      `json:"statement"`
	Version   Version `json:"version"`
	Source    string  `json:"source"` // in words
	Origin    string  `json:"origin,omitzero"`
	Novelty   float64 `json:"novelty"`  // share of its weight that counts: 0 for a repeat
	LogOdds   float64 `json:"log_odds"` // what it adds
	Words     string  `json:"words"`    // why so much
}

// Assessment is what weighing yielded for a case at one moment, as it was shown. It is
// never computed again: replay shows what was on the screen.
type Assessment struct {
	Case        ID       `json:"case"`
	Terms       []Term   `json:"terms"`
	LogOdds     float64  `json:"log_odds"`
	Factor      float64  `json:"factor"`
	Origins     int      `json:"origins"` // declared or tokened
	Unknown     int      `json:"unknown"` // reports of unknown lineage, never added to the origins
	Repeats     int      `json:"repeats"`
	Learned     int      `json:"learned"` // resolved cases that the records of the sources rest on
	Prior       *Prior   `json:"prior,omitzero"`
	Probability *float64 `json:"probability,omitzero"` // only with a prior
	Low         *float64 `json:"low,omitzero"`
	High        *float64 `json:"high,omitzero"`
	Sentence    string   `json:"sentence"`
	Would       string   `json:"would,omitzero"` // what would change it most
	At          Time     `json:"at"`
}

// The outcomes of a case.
var Outcomes = []string{"occurred", "prevented", "did-not-occur", "unknowable"}

// Outcome says how a case ended.
type Outcome struct {
	Case    ID     `json:"case"`
	Outcome string `json:"outcome"`
	Words   string `json:"words,omitzero"`
	Event   ID     `json:"event,omitzero"`
	Person  string `json:"person"`
	At      Time   `json:"at"`
}

// Answer answers a question.
type Answer struct {
	To        PartyID `json:"to"`
	Question  ID      `json:"question"`
	Statement ID      `json:"statement"` // that the question was about
	Version   Version `json:"version"`
	Words     string  `json:"words"`
	Refused   bool    `json:"refused,omitzero"` // it will not be answered, or consent is not given
	Person    string  `json:"person,omitzero"`
}

// Feedbacks lists what a receiver may say of a warning's use to it.
var Feedbacks = []string{"useful", "too-late", "too-vague", "known-already", "wrong", "acted-on"}

// Feedback tells the author of a warning what it was good for.
type Feedback struct {
	To        PartyID `json:"to"`
	Statement ID      `json:"statement"`
	Version   Version `json:"version"`
	Use       string  `json:"use"`
	Words     string  `json:"words,omitzero"`
	Person    string  `json:"person,omitzero"`
}

// Relation is a note on how two parties stand to each other, or what speaks for and against
// deception by one. It stands beside an assessment, dated, and never in its sum.
type Relation struct {
	Case    ID        `json:"case,omitzero"` // that it is noted beside; empty: of the desk
	Between [2]string `json:"between"`       // parties or other names
	Words   string    `json:"words"`
	// The checks of deception, each in words; empty: not stated.
	Motive string `json:"motive,omitzero"`
	Access string `json:"access,omitzero"`
	Record string `json:"record,omitzero"`
	Gains  string `json:"gains,omitzero"`
	Person string `json:"person"`
	At     Time   `json:"at"`
}

// Line gives the note and the checks in one line; what is not stated is left out.
func (r *Relation) Line() string {
	line := r.Words
	for _, c := range [][2]string{{"motive", r.Motive}, {"access", r.Access}, {"record", r.Record}, {"who gains", r.Gains}} {
		if c[1] == "" {
			continue
		}
		if line != "" {
			line += "; "
		}
		line += c[0] + ": " + c[1]
	}
	return line
}

func (c *Case) check() error {
	switch {
	case c.Name == "":
		return errors.New("a case has a name")
	case c.At.IsZero():
		return errors.New("at is missing")
	case c.Into != "" && c.State != CaseClosed:
		return errors.New("a case that was merged into another is closed")
	}
	if c.Reopen != nil {
		if err := required("reopen.code", c.Reopen.Code, Reopens); err != nil {
			return err
		}
		if c.Reopen.Words == "" {
			return errors.New("reopen.words is missing: a decision re-opens for a reason in words")
		}
	}
	return required("state", c.State, CaseStates)
}

func (l *Link) check() error {
	switch {
	case l.Type == ExtractOf:
		return l.checkExtract()
	case l.Case == "" || l.Statement == "" || l.Version < 1:
		return errors.New("it names no case, statement and version")
	case l.Statement == l.Of:
		return errors.New("a statement cannot repeat, update or follow from itself")
	case len(l.Why) == 0:
		return errors.New("why is missing: a link says why it was made")
	}
	return errors.Join(required("act", l.Act, []string{LinkJoins, LinkLeaves}), required("type", l.Type, LinkTypes))
}

func (l *Link) checkExtract() error {
	switch {
	case l.Case != "" || l.Statement == "" || l.Version < 1 || l.Of == "" || l.OfVersion < 1:
		return errors.New("of an extract it names the extract, the whole, a version of each, and no case")
	case l.Statement == l.Of:
		return errors.New("a statement is no extract of itself")
	}
	return required("act", l.Act, []string{LinkJoins})
}

func (a *Assessment) check() error {
	switch {
	case a.Case == "":
		return errors.New("it names no case")
	case a.Sentence == "":
		return errors.New("its sentence is missing")
	case a.Prior == nil && (a.Probability != nil || a.Low != nil || a.High != nil):
		return errors.New("a probability stands only where somebody set a prior")
	}
	return nil
}

func (o *Outcome) check() error {
	if o.Case == "" || o.Person == "" {
		return errors.New("an outcome names its case and who says so")
	}
	return required("outcome", o.Outcome, Outcomes)
}

func (a *Answer) check() error {
	if !a.To.Valid() || a.Question == "" || a.Words == "" {
		return errors.New("an answer names the question, who asked, and says something")
	}
	return nil
}

func (f *Feedback) check() error {
	if !f.To.Valid() || f.Statement == "" || f.Version < 1 {
		return errors.New("feedback names the warning and its author")
	}
	return required("use", f.Use, Feedbacks)
}

func (r *Relation) check() error {
	if slices.Contains(r.Between[:], "") || r.Words == "" && r.Motive+r.Access+r.Record+r.Gains == "" || r.Person == "" {
		return errors.New("a relation names two sides, who notes it, and says something")
	}
	return nil
}

// ClaimTypes lists the types of claims.
var ClaimTypes = []string{"account", "said", "responsibility", "attribution", "counter-attribution", "denial", "alias", "part-of"}

// Stances lists how a claim of type said stands to its words.
var Stances = []string{"assert", "doubt", "ask", "order"}

// Named is somebody in words, and the party where it is one of the exchange.
type Named struct {
	Party PartyID `json:"party,omitzero"`
	Words string  `json:"words,omitzero"`
}

// Claim is a typed statement about an event, or about what somebody did. Its author reports
// it; By claims it. Rival claims stand side by side and are never merged.
type Claim struct {
	Type    string   `json:"type"`
	By      Named    `json:"by"`             // who claims it; never its author, unless the author says so
	Chain   []Hop    `json:"chain,omitzero"` // how it reached the author, nearest teller first
	About   string   `json:"about,omitzero"` // the event or statement: an id, or words
	Points  *Actor   `json:"points,omitzero"`
	Stance  string   `json:"stance,omitzero"` // of said
	Words   string   `json:"words,omitzero"`
	Account *Account `json:"account,omitzero"`
	Name    string   `json:"name,omitzero"`  // of alias and part-of: this name …
	Of      string   `json:"of,omitzero"`    // … is another name of, or a part of, that one
	Proof   string   `json:"proof,omitzero"` // shown, stated, none; empty: not stated
	At      *Window  `json:"at,omitzero"`
	Spans   []Span   `json:"spans,omitzero"`
}

// Account is what a claim tells of a warning: who warned whom of what, and what came of it.
// It starts no clock.
type Account struct {
	From     Named    `json:"from"`
	To       Named    `json:"to,omitzero"`
	When     *Window  `json:"when,omitzero"`
	Limits   string   `json:"limits,omitzero"` // "no time, no target"
	Of       *Warning `json:"of,omitzero"`     // what was warned of, as told
	Response string   `json:"response,omitzero"`
}

// Span is where a text says so: bytes From up to, not including, To of the text with this
// digest.
type Span struct {
	Digest Digest `json:"digest"`
	From   int    `json:"from"`
	To     int    `json:"to"`
}

func (c *Claim) check() error {
	if err := errors.Join(required("type", c.Type, ClaimTypes), oneOf("stance", c.Stance, Stances),
		oneOf("proof", c.Proof, []string{"shown", "stated", "none"})); err != nil {
		return err
	}
	switch {
	case c.By == (Named{}):
		return errors.New("by is missing: a claim names who makes it, or says that it is not named")
	case c.Type == "account" && c.Account == nil:
		return errors.New("an account says who warned whom")
	case c.Type == "said" && c.Words == "":
		return errors.New("what was said is missing")
	case (c.Type == "alias" || c.Type == "part-of") && (c.Name == "" || c.Of == "" || c.Name == c.Of):
		return fmt.Errorf("%s names two different names", c.Type)
	}
	return checkSpans(c.Spans)
}

func checkSpans(list []Span) error {
	for _, s := range list {
		if !s.Digest.Valid() || s.From < 0 || s.To < s.From {
			return errors.New("a span names a text by its digest and lies inside it")
		}
	}
	return nil
}

// Event is what happened, was foiled or did not happen.
type Event struct {
	Status string   `json:"status"` // occurred, ongoing, foiled, did-not-occur, undetermined
	Class  string   `json:"class,omitzero"`
	Who    *Actor   `json:"who,omitzero"`
	Where  *Place   `json:"where,omitzero"`
	When   *Window  `json:"when,omitzero"`
	Whom   *Target  `json:"whom,omitzero"`
	Counts []Tally  `json:"counts,omitzero"`
	Chain  []Hop    `json:"chain,omitzero"`
	Spans  []Span   `json:"spans,omitzero"`
	Same   []string `json:"same,omitzero"` // other ids of it
}

// Tally is a count of one sort: killed, wounded, detained. Rival ones stand side by side.
type Tally struct {
	Of  string `json:"of"`
	Is  Count  `json:"is"`
	By  Named  `json:"by,omitzero"`
	Per string `json:"per,omitzero"`
}

// EventStatuses lists them.
var EventStatuses = []string{"occurred", "ongoing", "foiled", "did-not-occur", "undetermined"}

func (e *Event) check() error {
	if err := e.When.check("when"); err != nil {
		return err
	}
	return required("status", e.Status, EventStatuses)
}

// Determination gives the incident core extension's word for a status (draft 2.0): what is
// not settled is suspected.
func (e *Event) Determination() string {
	switch e.Status {
	case "occurred", "ongoing":
		return "confirmed"
	case "foiled":
		return "blocked"
	case "did-not-occur":
		return "false-positive"
	}
	return "suspected"
}

// before compares instants that may not be stated.
func before(a, b *time.Time) bool { return a != nil && b != nil && a.Before(*b) }

// Overlap says how two windows lie to each other: 1 they overlap, -1 they cannot, 0 it is
// not known. An unknown window overlaps everything, weakly; so does one without bounds.
func (t *Window) Overlap(o *Window) int {
	if t == nil || o == nil || t.Unknown || o.Unknown || t.From == nil && t.To == nil || o.From == nil && o.To == nil {
		return 0
	}
	if before(t.To, o.From) || before(o.To, t.From) {
		return -1
	}
	return 1
}
