package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"heed"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// caseFor loads a case for an act on it.
func (d *Desk) caseFor(tx *store.Tx, by people.Actor, id heed.ID, act people.Act) (store.CaseRow, error) {
	row, err := tx.Case(by.Desk, id)
	if errors.Is(err, store.ErrNotFound) {
		return row, ErrUnknown
	}
	if err != nil {
		return row, err
	}
	o, h := people.CaseObject(row.Desk)
	return row, people.Check(by, act, heed.Ref{ID: id, Version: row.Version}, o, h)
}

// CaseLine is a case in a list.
type CaseLine struct {
	Handle   string         `json:"handle"`
	ID       heed.ID        `json:"id"`
	Name     string         `json:"name"`
	Class    string         `json:"class,omitempty"`
	State    heed.CaseState `json:"state"`
	Exercise string         `json:"exercise,omitempty"`
	Members  int            `json:"members"`
	Decided  bool           `json:"decided"`
	Reopened string         `json:"reopened,omitempty"`
	Sentence string         `json:"sentence,omitempty"`
	Due      *time.Time     `json:"due,omitempty"` // when it is to be decided
	Owner    string         `json:"owner,omitempty"`
	Changed  time.Time      `json:"changed"`
}

// Cases lists at most n cases in a state, the last changed first.
func (d *Desk) Cases(ctx context.Context, by people.Actor, state heed.CaseState, n int) ([]CaseLine, error) {
	list := []CaseLine{}
	if err := people.Check(by, people.ActCases, heed.Ref{}, people.Object{}, heed.Handling{}); err != nil {
		return nil, err
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Cases(by.Desk, state, n)
		if err != nil {
			return err
		}
		for _, row := range rows {
			o, h := people.CaseObject(row.Desk)
			if !people.May(by, people.ActCases, o, h).Allowed {
				continue
			}
			line, err := d.caseLine(tx, row)
			if err != nil {
				return err
			}
			list = append(list, line)
		}
		return nil
	})
	return list, err
}

func (d *Desk) caseLine(tx *store.Tx, row store.CaseRow) (CaseLine, error) {
	l := CaseLine{Handle: heed.Handle(row.ID), ID: row.ID, Name: row.Name, Class: row.Class, State: row.State, Exercise: row.Exercise, Members: row.Members,
		Decided: row.Decided >= 0, Reopened: row.Reopened, Changed: row.ChangedAt}
	a, err := d.assessment(tx, row)
	if err != nil {
		return l, err
	}
	if a != nil {
		l.Sentence = a.Sentence
	}
	c, err := liveClock(tx, row.Desk, clockDecide, row.ID)
	if c != nil {
		l.Due, l.Owner = &c.Due, c.Owner
	}
	return l, err
}

// CaseSheet is a case in full, as of a moment.
type CaseSheet struct {
	CaseLine
	AsOf       time.Time        `json:"as_of,omitzero"`
	Assessment *heed.Assessment `json:"assessment,omitempty"`
	Members    []CaseMember     `json:"statements"`
	Fatigue    []Fatigue        `json:"fatigue"`
	Decisions  []heed.Decision  `json:"decisions"`
	Reopenings []heed.Reopen    `json:"reopenings"`
	Outcome    *heed.Outcome    `json:"outcome,omitempty"`
	Relations  []heed.Relation  `json:"relations"` // beside the assessment, never in its sum
	Clocks     []store.Clock    `json:"clocks"`
}

// CaseMember is a statement in a case.
type CaseMember struct {
	Handle   string       `json:"handle"`
	ID       heed.ID      `json:"id"`
	Version  heed.Version `json:"version"`
	By       string       `json:"by"`
	Headline string       `json:"headline"`
	Type     string       `json:"type"`
	Why      []string     `json:"why"`
	New      string       `json:"new"`
	Left     bool         `json:"left,omitempty"`
	At       time.Time    `json:"at"`
	Person   string       `json:"person,omitempty"` // who linked it; empty: the desk's rules
}

// Fatigue counts what a sender said in a case, and how much of it was new.
type Fatigue struct {
	Party string `json:"party"`
	Said  int    `json:"said"`
	New   int    `json:"new"`
}

// Case gives a case in full; with asOf, as it was recorded up to then. It costs what the
// case costs, and computes nothing again: the assessment is the one that was on the screen.
func (d *Desk) Case(ctx context.Context, by people.Actor, id heed.ID, asOf time.Time) (CaseSheet, error) {
	var sheet CaseSheet
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		row, err := d.caseFor(tx, by, id, people.ActCases)
		if err != nil {
			return err
		}
		sheet = CaseSheet{AsOf: asOf, Members: []CaseMember{}, Fatigue: []Fatigue{}, Decisions: []heed.Decision{}, Reopenings: []heed.Reopen{}, Relations: []heed.Relation{}, Clocks: []store.Clock{}}
		if sheet.CaseLine, err = d.caseLine(tx, row); err != nil {
			return err
		}
		recs, err := d.caseRecords(tx, row, asOf)
		if err != nil {
			return err
		}
		for _, s := range recs {
			if err := d.fold(tx, row, s, &sheet); err != nil {
				return err
			}
		}
		if asOf.IsZero() {
			if sheet.Clocks, err = d.clocksOf(tx, row, sheet); err != nil {
				return err
			}
		} else if sheet.Assessment != nil {
			sheet.Sentence = sheet.Assessment.Sentence
		}
		slices.SortStableFunc(sheet.Decisions, func(a, b heed.Decision) int { return a.At.Compare(b.At) })
		return nil
	})
	return sheet, err
}

// caseRecords reads what the desk said about a case, up to a moment, in order.
func (d *Desk) caseRecords(tx *store.Tx, row store.CaseRow, asOf time.Time) ([]*heed.Statement, error) {
	versions, err := tx.FindAll(row.Desk, row.ID)
	if err != nil {
		return nil, err
	}
	about, err := tx.About(row.Desk, row.ID, heed.KindLink, heed.KindAssessment, heed.KindOutcome, heed.KindRelation)
	if err != nil {
		return nil, err
	}
	recs := append(versions, about...)
	slices.SortFunc(recs, func(a, b store.Record) int { return int(a.Index - b.Index) })
	var list []*heed.Statement
	for _, r := range recs {
		if r.Author != row.Desk || r.Envelope.Payload == nil || !asOf.IsZero() && r.RecordedAt.After(asOf) {
			continue
		}
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil {
			return nil, err
		}
		if obj.Statement != nil {
			list = append(list, obj.Statement)
		}
	}
	return list, nil
}

// fold adds one statement about a case to its sheet.
func (d *Desk) fold(tx *store.Tx, row store.CaseRow, s *heed.Statement, sheet *CaseSheet) error {
	switch {
	case s.Case != nil:
		sheet.Name, sheet.Class, sheet.State = s.Case.Name, s.Case.Class, s.Case.State
		if s.Case.Reopen != nil {
			sheet.Reopenings = append(sheet.Reopenings, *s.Case.Reopen)
		}
	case s.Link != nil:
		return d.foldLink(tx, row, s.Link, sheet)
	case s.Assessment != nil:
		sheet.Assessment = s.Assessment
	case s.Outcome != nil:
		sheet.Outcome = s.Outcome
	case s.Relation != nil:
		sheet.Relations = append(sheet.Relations, *s.Relation)
	}
	return nil
}

func (d *Desk) foldLink(tx *store.Tx, row store.CaseRow, l *heed.Link, sheet *CaseSheet) error {
	m := CaseMember{Handle: heed.Handle(l.Statement), ID: l.Statement, Version: l.Version, Type: l.Type, Why: l.Why, New: l.New, At: l.At, Person: l.Person, Left: l.Act == heed.LinkLeaves}
	recs, err := tx.FindAll(row.Desk, l.Statement)
	if err != nil {
		return err
	}
	for _, r := range recs {
		if r.Version != l.Version {
			continue
		}
		m.By = d.Directory.Show(r.Author)
		if r.Envelope.Payload != nil {
			if obj, err := stix.Recorded(r.Envelope.Payload); err == nil {
				m.Headline = obj.Name
			}
		}
	}
	if m.Left {
		for i := range sheet.Members {
			sheet.Members[i].Left = sheet.Members[i].Left || sheet.Members[i].ID == m.ID
		}
		return nil
	}
	first := !slices.ContainsFunc(sheet.Members, func(o CaseMember) bool { return o.ID == m.ID })
	sheet.Members = append(sheet.Members, m)
	i := slices.IndexFunc(sheet.Fatigue, func(f Fatigue) bool { return f.Party == m.By })
	if i < 0 {
		i, sheet.Fatigue = len(sheet.Fatigue), append(sheet.Fatigue, Fatigue{Party: m.By})
	}
	sheet.Fatigue[i].Said++
	if l.New != "nothing new" {
		sheet.Fatigue[i].New++
	}
	if !first {
		return nil
	}
	return d.foldDecisions(tx, row, l.Statement, sheet)
}

func (d *Desk) foldDecisions(tx *store.Tx, row store.CaseRow, statement heed.ID, sheet *CaseSheet) error {
	recs, err := tx.DecisionsOn(row.Desk, statement)
	if err != nil {
		return err
	}
	for _, r := range recs {
		if r.Author != row.Desk || !sheet.AsOf.IsZero() && r.RecordedAt.After(sheet.AsOf) {
			continue
		}
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil {
			return err
		}
		if obj.Statement != nil && obj.Statement.Decision != nil {
			sheet.Decisions = append(sheet.Decisions, *obj.Statement.Decision)
		}
	}
	return nil
}

func (d *Desk) clocksOf(tx *store.Tx, row store.CaseRow, sheet CaseSheet) ([]store.Clock, error) {
	list, err := tx.Clocks(row.Desk, row.ID)
	if err != nil {
		return nil, err
	}
	seen := map[heed.ID]bool{}
	for _, m := range sheet.Members {
		if seen[m.ID] {
			continue
		}
		seen[m.ID] = true
		more, err := tx.Clocks(row.Desk, m.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// SetCase changes a case's name, kind or state by a person's word.
type SetCase struct {
	Name, Class string         // empty: as it is
	State       heed.CaseState // open or on-hold; empty: as it is
	Why         string         // words, for a re-opening by a person
}

// SetCase records a new version of a case. A new kind weighs it again: sources have a record
// in each kind.
func (d *Desk) SetCase(ctx context.Context, by people.Actor, id heed.ID, set SetCase) error {
	if err := d.ready(nil); err != nil {
		return err
	}
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		row, err := d.caseFor(tx, by, id, people.ActWeigh)
		if err != nil {
			return err
		}
		if row.State == heed.CaseClosed {
			return fmt.Errorf("%w: this case is closed", ErrNot)
		}
		if set.Name != "" {
			row.Name = set.Name
		}
		again := set.Class != "" && set.Class != row.Class
		if set.Class != "" {
			row.Class = set.Class
		}
		var why *heed.Reopen
		if set.State != "" {
			if set.State == heed.CaseOpen && row.Decided >= 0 {
				dec, err := tx.Record(row.Decided)
				if err != nil {
					return err
				}
				why = &heed.Reopen{Decision: dec.ID, Code: heed.ReopenByPerson, Words: by.Person + ": " + set.Why}
				row.Decided, row.Reopened = -1, why.Words
			}
			row.State = set.State
		}
		if err := d.sayCase(tx, by, &row, why); err != nil {
			return err
		}
		if again {
			if _, err := d.assess(tx, by, &row); err != nil {
				return err
			}
		}
		return tx.PutCase(row)
	})
	d.done(err)
	return err
}

// LinkTo puts a statement into a case by a person's word, out of the one it was in.
func (d *Desk) LinkTo(ctx context.Context, by people.Actor, idx int64, to heed.ID, kind, why string) error {
	return d.move(ctx, by, idx, kind, why, func(tx *store.Tx, _ people.Loaded, _ facts) (store.CaseRow, error) {
		row, err := d.caseFor(tx, by, to, people.ActWeigh)
		if err == nil && row.State == heed.CaseClosed {
			err = fmt.Errorf("%w: this case is closed", ErrNot)
		}
		return row, err
	})
}

// Split takes a statement out of its case into one of its own, by a person's word.
func (d *Desk) Split(ctx context.Context, by people.Actor, idx int64, why string) error {
	return d.move(ctx, by, idx, heed.SameThreat, why, func(tx *store.Tx, l people.Loaded, f facts) (store.CaseRow, error) {
		row := store.CaseRow{Desk: by.Desk, ID: people.DerivedID(heed.KindCase, string(by.Desk), string(l.Record.ID), "split", fmt.Sprint(tx.Now().UnixMicro())),
			Name: firstWords(l.Headline), State: heed.CaseOpen, Exercise: f.Exercise, Assessed: -1, Decided: -1, OpenedAt: tx.Now()}
		return row, d.sayCase(tx, by, &row, nil)
	})
}

// move takes a statement from the case that it is in to another, weighs both again, and
// re-opens what had been decided on either.
func (d *Desk) move(ctx context.Context, by people.Actor, idx int64, kind, why string, target func(*store.Tx, people.Loaded, facts) (store.CaseRow, error)) error {
	if err := d.ready(nil); err != nil {
		return err
	}
	if why == "" {
		return fmt.Errorf("%w: say why: a link says why it was made", ErrNot)
	}
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		l, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		if err := l.Check(by, people.ActWeigh); err != nil {
			return err
		}
		old, err := tx.Membership(by.Desk, l.Record.ID)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("%w: it has not joined a case yet; try again in a moment", ErrNot)
		}
		if err != nil {
			return err
		}
		f := factsOf(l.Statement, l.Headline, l.Text)
		if err := d.canonical(tx, by.Desk, &f); err != nil {
			return err
		}
		to, err := target(tx, l, f)
		if err != nil {
			return err
		}
		if to.ID == old.Case {
			return fmt.Errorf("%w: it is in that case already", ErrNot)
		}
		from, err := d.caseFor(tx, by, old.Case, people.ActWeigh)
		if err != nil {
			return err
		}
		if to.Exercise != f.Exercise {
			return fmt.Errorf("%w: an exercise never mixes with what is in earnest", ErrNot)
		}
		return d.moveOne(tx, by, l, f, old, from, to, kind, why)
	})
	d.done(err)
	return err
}

func (d *Desk) moveOne(tx *store.Tx, by people.Actor, l people.Loaded, f facts, m store.Member, from, to store.CaseRow, kind, why string) error {
	leave := heed.Link{Case: from.ID, Statement: m.Statement, Version: m.Version, Act: heed.LinkLeaves, Type: kind, Why: []string{why}, Person: by.Person, At: tx.Now()}
	if err := d.sayLink(tx, by, from, leave); err != nil {
		return err
	}
	m.Case = to.ID
	if err := tx.PutMember(m); err != nil {
		return err
	}
	from.Members--
	to.Members++
	join := leave
	join.Case, join.Act = to.ID, heed.LinkJoins
	if err := d.sayLink(tx, by, to, join); err != nil {
		return err
	}
	for _, row := range []*store.CaseRow{&from, &to} {
		if err := d.settle(tx, by, row, "statements were moved by "+by.Person+": "+why); err != nil {
			return err
		}
	}
	return nil
}

// settle makes a case's facts and words again from its members, weighs it, and
// re-opens what was decided.
func (d *Desk) settle(tx *store.Tx, by people.Actor, row *store.CaseRow, why string) error {
	members, err := tx.Members(row.Desk, row.ID, maxReports)
	if err != nil {
		return err
	}
	var together facts
	for _, m := range members {
		var f facts
		if err := json.Unmarshal(m.Facts, &f); err != nil {
			return err
		}
		together = together.with(f)
	}
	if row.Facts, err = json.Marshal(together, json.Deterministic(true)); err != nil {
		return err
	}
	if err := tx.DropCaseKeys(*row); err != nil {
		return err
	}
	if row.State != heed.CaseClosed {
		if err := tx.PutCaseKeys(*row, together.words()); err != nil {
			return err
		}
	}
	if _, err := d.assess(tx, by, row); err != nil {
		return err
	}
	if row.Decided >= 0 {
		if err := d.reopen(tx, by, row, heed.ReopenByPerson, why, ""); err != nil {
			return err
		}
	}
	return tx.PutCase(*row)
}

// Merge puts every statement of one case into another and closes the first, which then says
// where it went.
func (d *Desk) Merge(ctx context.Context, by people.Actor, from, into heed.ID, why string) error {
	if err := d.ready(nil); err != nil {
		return err
	}
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		a, err := d.caseFor(tx, by, from, people.ActWeigh)
		if err != nil {
			return err
		}
		b, err := d.caseFor(tx, by, into, people.ActWeigh)
		if err != nil {
			return err
		}
		switch {
		case from == into:
			return fmt.Errorf("%w: a case cannot be merged into itself", ErrNot)
		case a.State == heed.CaseClosed || b.State == heed.CaseClosed:
			return fmt.Errorf("%w: a closed case is not merged: what was merged before would go round in a circle", ErrNot)
		case a.Exercise != b.Exercise:
			return fmt.Errorf("%w: an exercise never mixes with what is in earnest", ErrNot)
		case why == "":
			return fmt.Errorf("%w: say why: a link says why it was made", ErrNot)
		}
		return d.mergeRows(tx, by, a, b, why)
	})
	d.done(err)
	return err
}

func (d *Desk) mergeRows(tx *store.Tx, by people.Actor, a, b store.CaseRow, why string) error {
	if err := tx.StopClocksOf(a.Desk, a.ID); err != nil {
		return err
	}
	for {
		members, err := tx.Members(a.Desk, a.ID, maxReports)
		if err != nil {
			return err
		}
		if len(members) == 0 {
			break
		}
		for _, m := range members {
			link := heed.Link{Case: b.ID, Statement: m.Statement, Version: m.Version, Act: heed.LinkJoins, Type: heed.SameThreat,
				Why: []string{"merged from case " + heed.Handle(a.ID), why}, Person: by.Person, At: tx.Now()}
			if err := d.sayLink(tx, by, b, link); err != nil {
				return err
			}
			m.Case = b.ID
			if err := tx.PutMember(m); err != nil {
				return err
			}
			b.Members++
		}
	}
	a.State, a.Members = heed.CaseClosed, 0
	a.Version++
	c := heed.Case{Name: a.Name, Class: a.Class, State: a.State, Into: b.ID, Person: by.Person, At: tx.Now()}
	if _, err := d.say(tx, by, heed.Statement{ID: a.ID, Author: a.Desk, Version: a.Version, Kind: heed.KindCase, Created: a.OpenedAt, Modified: laterFor(tx, a.Version),
		Exercise: a.Exercise, Headline: "case: " + a.Name, Text: fmt.Sprintf("case %s was merged into %s: %s", heed.Handle(a.ID), heed.Handle(b.ID), why), Case: &c}); err != nil {
		return err
	}
	if err := errors.Join(tx.DropCaseKeys(a), tx.PutCase(a)); err != nil {
		return err
	}
	return d.settle(tx, by, &b, "case "+heed.Handle(a.ID)+" was merged into it")
}

// CaseOf gives the case that the statement at a leaf is in.
func (d *Desk) CaseOf(ctx context.Context, by people.Actor, idx int64) (heed.ID, error) {
	var id heed.ID
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		l, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		if err := l.Check(by, people.ActList); err != nil {
			return err
		}
		m, err := tx.Membership(by.Desk, l.Record.ID)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("%w: it has not joined a case", ErrNot)
		}
		id = m.Case
		return err
	})
	return id, err
}
