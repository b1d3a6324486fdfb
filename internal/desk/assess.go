package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"heed"
	"heed/internal/people"
	"heed/internal/place"
	"heed/internal/store"
	"heed/internal/weigh"
)

// An assessment reads so many reports of a case at most, and so many of one author: what
// comes after them, in a flood, is shown and counted and weighs nothing. No flood of one
// voice keeps another from being heard.
const (
	maxReports = 1000
	maxVoice   = 20 // on one origin; twice as many on several
)

func microseconds(v heed.Version) time.Duration { return time.Duration(v) * time.Microsecond }

// reportOf turns a warning into what weighing reads of it. Nothing for one that was taken
// back, or that nobody can be held to.
func (d *Desk) reportOf(l people.Loaded, f facts, row store.CaseRow, repeats heed.ID) ([]byte, error) {
	s := l.Statement
	if s != nil && s.Revoked {
		return nil, nil
	}
	r := weigh.Report{ID: string(l.Record.ID), Source: string(l.Record.Author), Label: d.Directory.Show(l.Record.Author), Topic: row.Class, Says: weigh.Yes,
		Repeats: string(repeats), Digest: digestOf(l.Text), Shingles: f.Text}
	if l.Record.Author == "" { // nobody's seal: the record of who handed it in is nobody's either
		r.Source, r.Label = "unsealed, by "+l.Record.From, "unsealed, handed in by "+d.showFrom(l.Record.From)
	}
	if s != nil && s.Claim != nil { // its record is the teller's, not that of who took it down
		r.Source, r.Label = "told of "+place.Fold(tellerName(d, s.Claim.Account.From)), tellerName(d, s.Claim.Account.From)+", as told"
	}
	if r.Repeats == "" {
		r.Repeats = passage(s)
	}
	if w := told(s); w != nil {
		d.lineage(&r, s.Author, w)
		if len(w.Grades) > 0 {
			g := w.Grades[0]
			r.Grade = weigh.Code{Scheme: g.Scheme, Source: g.Source, Information: g.Information}
		}
		if k := w.Likelihood; k != nil && k.Low != nil && k.High != nil {
			p := float64(*k.Low+*k.High) / 200
			r.Likelihood = &p
		}
	}
	return json.Marshal(r, json.Deterministic(true))
}

// lineage says on what origin a report stands: the token or the last named hop of its chain;
// without a chain its author, if it says that it came by it itself. Else it is unknown.
func (d *Desk) lineage(r *weigh.Report, author heed.PartyID, w *heed.Warning) {
	if n := len(w.Chain); n > 0 {
		h := w.Chain[n-1]
		switch {
		case h.Token != nil && d.believed(h.Token.Minter, author, w.Chain):
			r.Origin, r.Minter = "token "+h.Token.Scope+" "+h.Token.Value, string(h.Token.Minter)
			r.OriginLabel = "a source sealed by " + d.Directory.Show(h.Token.Minter)
		case h.Party != "":
			r.Origin = firstHand(h.Party, h.Basis)
			r.OriginLabel = d.Directory.Show(h.Party)
		case h.Words != "" && !h.Sealed:
			r.Origin, r.OriginLabel = "words "+place.Fold(h.Words), h.Words
		}
		return
	}
	if slices.Contains(ownBases, w.Basis) && len(w.Spans) == 0 { // who relays a text is not where it comes from
		r.Origin, r.OriginLabel = firstHand(author, w.Basis), d.Directory.Show(author)+" ("+string(w.Basis)+")"
	}
}

// believed: a token counts only under its originator's signature; somebody else can at most
// hand it on where the originator stands in the chain before it.
func (d *Desk) believed(minter, author heed.PartyID, chain []heed.Hop) bool {
	return minter == author || slices.ContainsFunc(chain, func(h heed.Hop) bool { return h.Party == minter })
}

// firstHand names what a party came by itself, on one basis.
func firstHand(p heed.PartyID, b heed.Basis) string { return "party " + string(p) + " " + string(b) }

// ownBases are those by which an author comes by something itself.
var ownBases = []heed.Basis{heed.BasisInterrogation, heed.BasisHumanSource, heed.BasisIntercept, heed.BasisImagery, heed.BasisTechnical, heed.BasisOwnAnalysis}

func digestOf(text string) string {
	folded := place.Fold(text)
	if folded == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(folded))
	return hex.EncodeToString(sum[:8])
}

// weighAgain assesses a case after a change, records what came out, and re-opens the
// decision that stood, if the ground has shifted.
func (d *Desk) weighAgain(tx *store.Tx, c *change) error {
	var before *heed.Assessment
	decided := c.row.Decided >= 0
	if decided {
		var err error
		if before, err = d.assessment(tx, c.row); err != nil {
			return err
		}
	}
	policy, _, err := people.PolicyOf(tx, c.row.Desk)
	if err != nil {
		return err
	}
	after, err := d.assessUnder(tx, rules(c.row.Desk), policy, &c.row)
	if err != nil {
		return err
	}
	if code, words := shifted(before, after, c); code != "" && decided {
		if err := d.reopen(tx, rules(c.row.Desk), &c.row, code, words, c.by); err != nil {
			return err
		}
	}
	if err := d.setClocks(tx, policy, c); err != nil {
		return err
	}
	return tx.PutCase(c.row)
}

// shifted says whether the ground of a decision moved, and how. Wrong in the safe
// direction: unknown lineage from another party or basis counts, too.
func shifted(before, after *heed.Assessment, c *change) (code, words string) {
	switch {
	case c.retracted != "":
		return heed.ReopenRetracted, c.retracted
	case before != nil && after.Origins > before.Origins:
		return heed.ReopenOrigin, fmt.Sprintf("%s now, %d before", count(after.Origins, "origin"), before.Origins)
	case before != nil && after.Unknown > before.Unknown && c.other:
		return heed.ReopenLineage, "a report of unknown lineage, from another party or on another basis: it may be independent"
	case c.specific != "":
		return heed.ReopenSpecific, "more specific: " + c.specific
	case c.corrected != "":
		return heed.ReopenCorrected, c.corrected
	}
	return "", ""
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// assess weighs a case and records the assessment as its next version.
func (d *Desk) assess(tx *store.Tx, by people.Actor, row *store.CaseRow) (*heed.Assessment, error) {
	policy, _, err := people.PolicyOf(tx, row.Desk)
	if err != nil {
		return nil, err
	}
	return d.assessUnder(tx, by, policy, row)
}

func (d *Desk) assessUnder(tx *store.Tx, by people.Actor, policy heed.Policy, row *store.CaseRow) (*heed.Assessment, error) {
	reports, byID, err := d.reports(tx, *row)
	if err != nil {
		return nil, err
	}
	var prior *weigh.Prior
	set, isSet := policy.Prior(row.Class)
	if isSet {
		prior = &weigh.Prior{Value: set.Value, Owner: set.Owner, Words: set.Words, Date: set.Date}
	}
	learned, err := d.learnedBy(tx, row.Desk)
	if err != nil {
		return nil, err
	}
	w := weigh.Assess(reports, learned, prior, weigh.Policy{})
	a := &heed.Assessment{Case: row.ID, LogOdds: w.LogOdds, Factor: w.Factor, Origins: w.Origins, Unknown: w.Unknown, Repeats: w.Repeats,
		Learned: learned.Cases, Probability: w.Probability, Low: w.Low, High: w.High, Sentence: w.Sentence(), Would: w.WhatWouldChangeIt(), At: tx.Now()}
	if isSet {
		a.Prior = &set
	}
	for _, t := range w.Terms {
		m := byID[t.Report]
		a.Terms = append(a.Terms, heed.Term{Statement: m.Statement, Version: m.Version, Source: t.Label, Origin: t.Origin, Novelty: t.Novelty, LogOdds: t.Part, Words: t.Reason})
	}
	row.AssessedVersion++
	rec, err := d.say(tx, by, heed.Statement{ID: assessmentID(*row), Author: row.Desk, Version: row.AssessedVersion, Kind: heed.KindAssessment,
		Created: row.OpenedAt, Modified: laterFor(tx, row.AssessedVersion), Exercise: row.Exercise, About: []string{string(row.ID)},
		Headline: "assessment of case " + heed.Handle(row.ID), Text: a.Sentence, Assessment: a})
	if err != nil {
		return nil, err
	}
	row.Assessed = rec.Index
	return a, nil
}

func assessmentID(row store.CaseRow) heed.ID {
	return people.DerivedID(heed.KindAssessment, string(row.Desk), string(row.ID))
}

// assessment reads the newest assessment of a case, as it was recorded; nil before the first.
func (d *Desk) assessment(tx *store.Tx, row store.CaseRow) (*heed.Assessment, error) {
	if row.Assessed < 0 {
		return nil, nil
	}
	l, err := people.Load(tx, row.Assessed)
	if err != nil || l.Statement == nil {
		return nil, err
	}
	return l.Statement.Assessment, nil
}

// reopen says that a decision no longer stands, and why.
func (d *Desk) reopen(tx *store.Tx, by people.Actor, row *store.CaseRow, code, words string, because heed.ID) error {
	dec, err := tx.Record(row.Decided)
	if err != nil {
		return err
	}
	row.State, row.Decided, row.Reopened = heed.CaseOpen, -1, words
	return d.sayCase(tx, by, row, &heed.Reopen{Decision: dec.ID, Code: code, Words: words, By: because})
}
