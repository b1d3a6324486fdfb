package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"heed"
	"heed/internal/people"
	"heed/internal/place"
	"heed/internal/stix"
	"heed/internal/store"
	"heed/internal/weigh"
)

// followAtOnce is how many records a pass of the follower takes up at most: some 10 ms of the
// writer.
const followAtOnce = 8

// followed are the kinds that the desk has to do something with.
var followed = []heed.Kind{heed.KindWarning, heed.KindClaim, heed.KindQuestion, heed.KindAnswer, heed.KindGrant}

// position names the follower of cases.
const position = "cases"

// Follow reads the ledger on from where it stood: every warning recorded since joins an open
// case or opens one, is weighed, and sets clocks. The way in never waits for it; what it
// made is in one commit with how far it has read, so a stop in between repeats nothing.
func (d *Desk) Follow(ctx context.Context) error {
	for ctx.Err() == nil {
		if ok, _ := d.MayAppend(); !ok {
			return nil
		}
		behind, err := d.behind(ctx)
		if err != nil || !behind {
			return err
		}
		var through int64
		err = d.Store.Update(ctx, store.Normal, func(tx *store.Tx) (err error) {
			through, err = d.follow(tx)
			return err
		})
		if err != nil {
			return err
		}
		d.scanned.Store(through)
		d.done(nil)
	}
	return ctx.Err()
}

// behind reports whether there is anything to do. No commit is spent on saying that there is
// not.
func (d *Desk) behind(ctx context.Context) (next bool, err error) {
	size, from := d.Store.Size(), d.scanned.Load()
	if from >= size {
		return false, nil
	}
	err = d.Store.View(ctx, func(tx *store.Tx) (err error) {
		if from == 0 {
			if from, err = tx.Position(position); err != nil {
				return err
			}
		}
		_, next, err = tx.NextOf(from, followed...)
		return err
	})
	if err == nil && !next {
		d.scanned.Store(size)
	}
	return next, err
}

// follow is one pass. It says up to which leaf there is nothing more to do.
func (d *Desk) follow(tx *store.Tx) (through int64, err error) {
	pos, err := tx.Position(position)
	if err != nil {
		return 0, err
	}
	recs, err := tx.RecordsOf(max(pos, d.scanned.Load()), followAtOnce, followed...)
	if err != nil {
		return 0, err
	}
	if len(recs) == 0 {
		return tx.Size()
	}
	changed := &touched{}
	for _, r := range recs {
		if err := d.asked(tx, r); err != nil {
			return 0, fmt.Errorf("desk: the clock of the question at record %d: %w", r.Index, err)
		}
		if r.Kind != heed.KindWarning && r.Kind != heed.KindClaim || r.Envelope.Payload == nil {
			continue
		}
		if err := d.joinOne(tx, r, changed); err != nil {
			return 0, fmt.Errorf("desk: record %d joins no case: %w", r.Index, err)
		}
	}
	for _, c := range changed.list {
		if err := d.weighAgain(tx, c); err != nil {
			return 0, err
		}
	}
	through = recs[len(recs)-1].Index + 1
	if err := tx.SetPosition(position, through); err != nil || len(recs) == followAtOnce {
		return through, err
	}
	return tx.Size() // nothing else was there, and what was said here needs nothing done
}

// touched gathers what a pass did to cases, so that each is weighed once.
type touched struct{ list []*change }

// change is what happened to one case in a pass.
type change struct {
	row       store.CaseRow
	specific  string // why it became more specific; empty: it did not
	retracted string
	corrected string
	by        heed.ID // the last statement that did it
	other     bool    // it came from another party, or on another basis, than those there
	received  []*received
}

// received is a warning of a pass that somebody else said to the desk.
type received struct {
	ID                    heed.ID
	Author                heed.PartyID
	Precedence            heed.Precedence
	ValidUntil            *heed.Time
	acknowledged, revoked bool
}

// receivedOf gives what a desk is asked to answer: what others said, and what was told to it
// by voice.
func (d *Desk) receivedOf(tx *store.Tx, l people.Loaded) (*received, error) {
	r := l.Record
	var w heed.Warning
	if l.Statement != nil && l.Statement.Warning != nil {
		w = *l.Statement.Warning
	}
	if r.Kind == heed.KindClaim || r.Author == r.Desk && (w.Came == nil || w.Came.How != "voice") {
		return nil, nil
	}
	got := &received{ID: r.ID, Author: r.Author, Precedence: w.Precedence, ValidUntil: w.ValidUntil, revoked: l.Statement != nil && l.Statement.Revoked,
		acknowledged: r.Author == r.Desk} // who took a call down has heard it
	answers, err := tx.About(r.Desk, r.ID, heed.KindReceipt)
	if err != nil {
		return nil, err
	}
	for _, a := range answers {
		obj, err := stix.Recorded(a.Envelope.Payload)
		if err != nil {
			return nil, err
		}
		if s := obj.Statement; s != nil && s.Author == r.Desk && s.Receipt.Version == r.Version && (s.Receipt.Rung == heed.Acknowledged || s.Receipt.Rung == heed.Decided) {
			got.acknowledged = true
		}
	}
	return got, nil
}

func (t *touched) of(row store.CaseRow) *change {
	for _, c := range t.list {
		if c.row.ID == row.ID && c.row.Desk == row.Desk {
			return c
		}
	}
	c := &change{row: row}
	t.list = append(t.list, c)
	return c
}

// joinOne puts one version of a warning into its case.
func (d *Desk) joinOne(tx *store.Tx, r store.Record, changed *touched) error {
	l, err := people.LoadRecord(tx, r)
	if err != nil {
		return err
	}
	if r.Kind == heed.KindClaim && (l.Statement == nil || l.Statement.Claim.Account == nil || r.Author != r.Desk) {
		return nil // only accounts of warnings, as this desk took them down, bear on a case
	}
	f := factsOf(l.Statement, l.Headline, l.Text)
	if err := d.canonical(tx, r.Desk, &f); err != nil {
		return err
	}
	old, err := tx.Membership(r.Desk, r.ID)
	switch {
	case err == nil:
		return d.rejoin(tx, l, f, old, changed)
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	row, why, err := d.find(tx, r, f)
	if err != nil {
		return err
	}
	if row.ID == "" {
		if row, err = d.openCase(tx, l, f); err != nil {
			return err
		}
		why = []string{"opens this case: no open case has its actor, place, window or target"}
	}
	kind := heed.SameThreat
	if r.Kind == heed.KindClaim {
		kind = heed.Bears
	}
	return d.enter(tx, l, f, changed.of(row), kind, "", why)
}

// find gives the open case that a warning belongs to, and why; none: the zero row.
func (d *Desk) find(tx *store.Tx, r store.Record, f facts) (store.CaseRow, []string, error) {
	rows, err := tx.Candidates(r.Desk, f.keys(), candidates)
	if err != nil {
		return store.CaseRow{}, nil, err
	}
	var best store.CaseRow
	var reasons []string
	top := 0.0
	for _, row := range rows {
		var have facts
		if err := json.Unmarshal(row.Facts, &have); err != nil {
			return best, nil, fmt.Errorf("the facts of case %s: %w", row.ID, err)
		}
		if score, why := fits(have, f); score > top {
			best, reasons, top = row, why, score
		}
	}
	if top < joinsAt {
		return store.CaseRow{}, nil, nil
	}
	return best, reasons, nil
}

// Candidate is a case that a warning may belong to.
type Candidate struct {
	CaseLine
	Score float64  `json:"score"`
	Why   []string `json:"why"`
	Joins bool     `json:"joins"` // it would join by itself
}

// Candidates lists the open cases that a warning may belong to, the likeliest first, and
// what speaks for each, whatever case it is in.
func (d *Desk) Candidates(ctx context.Context, by people.Actor, idx int64) ([]Candidate, error) {
	list := []Candidate{}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		l, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		if err := l.Check(by, people.ActRead); err != nil {
			return err
		}
		f := factsOf(l.Statement, l.Headline, l.Text)
		if err := d.canonical(tx, by.Desk, &f); err != nil {
			return err
		}
		rows, err := tx.Candidates(by.Desk, f.keys(), candidates)
		if err != nil {
			return err
		}
		for _, row := range rows {
			var have facts
			if err := json.Unmarshal(row.Facts, &have); err != nil {
				return err
			}
			o, h := people.CaseObject(row.Desk)
			score, why := fits(have, f)
			if score <= 0 || !people.May(by, people.ActList, o, h).Allowed {
				continue
			}
			list = append(list, Candidate{CaseLine: CaseLine{Handle: heed.Handle(row.ID), ID: row.ID, Name: row.Name, State: row.State, Members: row.Members}, Score: score, Why: why, Joins: score >= joinsAt})
		}
		slices.SortStableFunc(list, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
		return nil
	})
	return list, err
}

const (
	candidates = 6   // cases that are looked at closely
	joinsAt    = 2.5 // the least that joins by itself: a token, the words, or more than one sign
)

// fits says how much speaks for a warning being about what a case is about, and what. Below
// zero they cannot be.
func fits(have, f facts) (float64, []string) {
	if have.Exercise != f.Exercise {
		return -1, nil // an exercise never mixes with what is in earnest
	}
	var why []string
	score := 0.0
	say := func(weight float64, format string, args ...any) {
		score += weight
		why = append(why, fmt.Sprintf(format, args...))
	}
	if t := common(have.Tokens, f.Tokens); t != "" {
		say(3, "same sealed origin")
	}
	if p := common(have.Passages, f.Passages); p != "" {
		say(3, "the same passage of a text that was read")
	}
	if a := common(have.Actors, slices.Concat(f.others, f.Actors)); a != "" {
		say(2, "same actor: %s", a)
	}
	if p := common(have.Parents, f.Actors); p != "" {
		say(1, "the case's actor is said to be a part of %s", p)
	} else if p := common(f.Parents, have.Actors); p != "" {
		say(1, "its actor is said to be a part of %s", p)
	}
	switch id, answer := nearest(have.Places, f.Places); answer {
	case place.Yes:
		p, _ := place.ByID(id)
		weight := map[place.Kind]float64{place.City: 1.75, place.Area: 1.25}[p.Kind]
		say(max(weight, 1), "same place: %s", p.Name)
	case place.No:
		if score < 3 {
			return -1, nil
		}
		say(-1, "though at another place")
	}
	if s := common(have.Sites, f.Sites); s != "" {
		say(2, "same site: %s", s)
	}
	if k := common(have.Kinds, f.Kinds); k != "" {
		say(1, "same kind of target: %s", k)
	}
	if t := common(have.Targets, f.Targets); t != "" {
		say(1, "same target: %s", t)
	}
	switch have.Window.Overlap(f.Window) {
	case 1:
		say(1, "the windows overlap")
	case -1:
		say(-1.5, "though the windows do not overlap")
	}
	if score >= 1 { // what is not known fits everything, weakly, where something fits at all
		for _, u := range []struct {
			unknown bool
			what    string
		}{{len(have.Actors) == 0 || len(f.Actors) == 0, "actor"}, {len(have.Places) == 0 || len(f.Places) == 0, "place"},
			{have.Window.Overlap(f.Window) == 0, "time"}, {len(have.Kinds)+len(have.Targets) == 0 || len(f.Kinds)+len(f.Targets) == 0, "target"}} {
			if u.unknown {
				say(.5, "%s not known to both", u.what)
			}
		}
	}
	if a := alike(have.Text, f.Text); a >= .5 {
		say(2.5, "nearly the same words")
	}
	return score, why
}

func common(a, b []string) string {
	for _, v := range a {
		if slices.Contains(b, v) {
			return v
		}
	}
	return ""
}

// nearest compares places: yes, and the smaller one, where one lies in the other; no, only
// where all are known to be apart; else it is not known.
func nearest(a, b []string) (string, place.Answer) {
	answer := place.No
	if len(a) == 0 || len(b) == 0 {
		answer = place.Unknown
	}
	best := place.Place{}
	for _, x := range a {
		for _, y := range b {
			p, okp := place.ByID(x)
			q, okq := place.ByID(y)
			if !okp || !okq {
				answer = place.Unknown
				continue
			}
			in, of := place.Contains(p, q), place.Contains(q, p)
			switch {
			case in == place.Yes && q.Kind >= best.Kind:
				best = p // what both agree on is the larger one
			case of == place.Yes && p.Kind >= best.Kind:
				best = q
			case in == place.Unknown || of == place.Unknown:
				answer = place.Unknown
			}
		}
	}
	if best.ID != "" {
		return best.ID, place.Yes
	}
	return "", answer
}

// openCase begins a case for a warning.
func (d *Desk) openCase(tx *store.Tx, l people.Loaded, f facts) (store.CaseRow, error) {
	r := l.Record
	row := store.CaseRow{Desk: r.Desk, ID: people.DerivedID(heed.KindCase, string(r.Desk), string(r.ID)), Name: firstWords(l.Headline), State: heed.CaseOpen,
		Exercise: f.Exercise, Assessed: -1, Decided: -1, OpenedAt: tx.Now()}
	return row, d.sayCase(tx, rules(r.Desk), &row, nil)
}

// rules is who acts where nobody pressed anything: the desk's rules.
func rules(desk heed.PartyID) people.Actor { return people.Actor{Desk: desk} }

// sayCase records the next version of a case and counts it in its row.
func (d *Desk) sayCase(tx *store.Tx, by people.Actor, row *store.CaseRow, why *heed.Reopen) error {
	row.Version++
	c := heed.Case{Name: row.Name, Class: row.Class, State: row.State, Reopen: why, Person: by.Person, At: tx.Now()}
	text := fmt.Sprintf("case %s is %s: %s", heed.Handle(row.ID), row.State, row.Name)
	if why != nil {
		text += ". Re-opened: " + why.Words
	}
	rec, err := d.say(tx, by, heed.Statement{ID: row.ID, Author: row.Desk, Version: row.Version, Kind: heed.KindCase, Created: row.OpenedAt,
		Modified: laterFor(tx, row.Version), Exercise: row.Exercise, Headline: "case: " + row.Name, Text: text, Case: &c})
	if row.Version == 1 {
		row.Opened = rec.Index
	}
	return err
}

// laterFor gives the time of a version so that two versions never share one, also when one
// transaction makes several.
func laterFor(tx *store.Tx, v heed.Version) heed.Time { return tx.Now().Add(microseconds(v)) }

// enter records the link of a new member and what it adds to the case.
func (d *Desk) enter(tx *store.Tx, l people.Loaded, f facts, c *change, kind string, of heed.ID, why []string) error {
	var have facts
	if len(c.row.Facts) > 0 {
		if err := json.Unmarshal(c.row.Facts, &have); err != nil {
			return err
		}
	}
	line, more := news(have, f)
	if c.row.Members == 0 {
		line, more = "the first of this case", false
	}
	if line == "nothing new" && kind == heed.SameThreat && c.row.Members > 0 && alike(have.Text, f.Text) >= .5 {
		kind = heed.Repeats
	}
	if more {
		c.specific = line
	}
	m := store.Member{Desk: l.Record.Desk, Statement: l.Record.ID, Case: c.row.ID, Version: l.Record.Version, Index: l.Record.Index, Author: l.Record.Author}
	var err error
	if m.Facts, err = json.Marshal(f, json.Deterministic(true)); err != nil {
		return err
	}
	if m.Report, err = d.reportOf(l, f, c.row, of); err != nil {
		return err
	}
	if flood, err := floods(tx, m, c.row.Members); err != nil {
		return err
	} else if flood {
		m.Report = nil
		why = append(why, fmt.Sprintf("after %d of one author on one origin, more are counted and bear no weight", maxVoice))
	}
	f.Voices = []string{voice(l, f)}
	c.other = !slices.Contains(have.Voices, f.Voices[0])
	if err := tx.PutMember(m); err != nil {
		return err
	}
	c.row.Members++
	return d.note(tx, l, have, f, c, heed.Link{Type: kind, Of: of, Why: why, New: line})
}

// floods reports whether a statement is one too many of its author in its case: on an origin
// that this author spoke from before, or on however many. The case has so many members already.
func floods(tx *store.Tx, m store.Member, members int) (bool, error) {
	if len(m.Report) == 0 || members < maxVoice {
		return false, nil
	}
	said, err := tx.Voice(m.Desk, m.Case, m.Author, 2*maxVoice)
	if err != nil || len(said) < maxVoice {
		return false, err
	}
	origin := func(report []byte) (string, error) {
		var r weigh.Report
		err := json.Unmarshal(report, &r)
		return r.Origin, err
	}
	mine, err := origin(m.Report)
	if err != nil {
		return false, err
	}
	for _, o := range said {
		theirs, err := origin(o.Report)
		if err != nil || theirs == mine {
			return err == nil, err
		}
	}
	return len(said) == 2*maxVoice, nil
}

// rejoin takes a further version of a statement that is in a case already.
func (d *Desk) rejoin(tx *store.Tx, l people.Loaded, f facts, old store.Member, changed *touched) error {
	if l.Record.Version <= old.Version && l.Record.Author == old.Author {
		return nil // an older version that came late replaces nothing
	}
	row, err := tx.Case(old.Desk, old.Case)
	if err != nil {
		return err
	}
	var was, have facts
	if err := errors.Join(json.Unmarshal(old.Facts, &was), json.Unmarshal(row.Facts, &have)); err != nil {
		return err
	}
	c := changed.of(row)
	line, more := news(was, f)
	switch {
	case l.Statement != nil && l.Statement.Revoked:
		line = "taken back: " + l.Statement.Reason
		c.retracted = line
	case more:
		c.specific = line
	case f.specificity() < was.specificity():
		line = "says less than before; " + line
		c.corrected = line
	}
	old.Version, old.Index = l.Record.Version, l.Record.Index
	if old.Facts, err = json.Marshal(f, json.Deterministic(true)); err != nil {
		return err
	}
	if old.Report, err = d.reportOf(l, f, c.row, ""); err != nil {
		return err
	}
	if err := tx.PutMember(old); err != nil {
		return err
	}
	return d.note(tx, l, have, f, c, heed.Link{Type: heed.Updates, Of: "", Why: []string{"a new version of a statement in this case"}, New: line})
}

// note records a link, adds what was said to the case's facts, and makes it findable under
// the words of it.
func (d *Desk) note(tx *store.Tx, l people.Loaded, have, said facts, c *change, link heed.Link) error {
	r := l.Record
	c.by = r.ID
	got, err := d.receivedOf(tx, l)
	if err != nil {
		return err
	}
	if got != nil {
		c.received = append(c.received, got)
	}
	if c.row.Facts, err = json.Marshal(have.with(said), json.Deterministic(true)); err != nil {
		return err
	}
	link.Case, link.Statement, link.Version, link.Act, link.At = c.row.ID, r.ID, r.Version, heed.LinkJoins, tx.Now()
	if err := d.sayLink(tx, rules(r.Desk), c.row, link); err != nil {
		return err
	}
	return errors.Join(tx.PutCase(c.row), tx.PutCaseKeys(c.row, said.words()))
}

// sayLink records a link. Its id follows from what it links, so that doing it again finds
// the first.
func (d *Desk) sayLink(tx *store.Tx, by people.Actor, row store.CaseRow, link heed.Link) error {
	id := people.DerivedID(heed.KindLink, string(row.Desk), string(link.Case), string(link.Statement), fmt.Sprint(link.Version), link.Act, fmt.Sprint(row.Version, row.Members), by.Person)
	_, err := d.say(tx, by, heed.Statement{ID: id, Author: row.Desk, Version: 1, Kind: heed.KindLink, Created: tx.Now(), Modified: tx.Now(), Exercise: row.Exercise,
		About: []string{string(link.Statement)}, Headline: fmt.Sprintf("%s %s case %s", heed.Ref{ID: link.Statement, Version: link.Version}, link.Act, heed.Handle(row.ID)),
		Text: fmt.Sprintf("%s: %s. %s", link.Type, strings.Join(link.Why, ", "), link.New), Link: &link})
	if errors.Is(err, store.ErrExists) {
		err = nil
	}
	return err
}

// voice names who speaks, on what basis.
func voice(l people.Loaded, f facts) string {
	return string(l.Record.Author) + " " + strings.Join(f.Bases, " ")
}

func firstWords(headline string) string {
	if r := []rune(headline); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	if headline == "" {
		return "without a headline"
	}
	return headline
}
