package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// Unfit is the error of a draft that the checks before release do not let out.
type Unfit struct{ Findings []heed.Finding }

func (u *Unfit) Error() string {
	var b strings.Builder
	b.WriteString("not released; change it")
	if !heed.Refused(u.Findings) {
		b.WriteString(", or override each rule with --despite RULE --because WORDS")
	}
	b.WriteString(":")
	for _, f := range u.Findings {
		fmt.Fprintf(&b, "\n  %s: %s", f.Rule, f.Sentence)
	}
	return b.String()
}

// Waits says that a draft is not released.
type Waits struct {
	Words string    `json:"words"`
	Until time.Time `json:"until,omitzero"` // then it goes by itself; zero: never
}

// plan is a draft with all that speaking it needs, drawn before the transaction.
type plan struct {
	draft      Draft
	to         []heed.PartyID
	old        *heed.Statement // the version before; nil: none
	policy     heed.Policy
	found      []heed.Finding // warnings that nobody overrode
	deliveries []heed.ID
	part       string
	log        heed.ID
	extracts   []extractPlan
}

func (p plan) urgent() bool {
	return p.draft.Warning.Precedence.Urgent() || p.draft.Revoke != "" && p.old != nil && p.old.Warning != nil && p.old.Warning.Precedence.Urgent()
}

// acts names all that the draft does, as a policy names it: an update that loosens is both,
// and an extract is a warning of its own.
func (p plan) acts() []string {
	var acts []string
	switch {
	case p.draft.Revoke != "":
		acts = append(acts, "retract")
	case p.old == nil || p.old.Warning == nil:
		acts = append(acts, "warn")
	case p.draft.Warning.Handling.Looser(p.old.Warning.Handling):
		acts = append(acts, "update", "loosen")
	default:
		acts = append(acts, "update")
	}
	if len(p.draft.Extracts) > 0 {
		acts = append(acts, "warn")
	}
	return acts
}

// waits says whether policy lets the draft wait for a second person, and how long at most;
// zero: without an end.
func (p plan) waits() (bool, time.Duration) {
	switch {
	case !slices.ContainsFunc(p.acts(), p.policy.NeedsTwo) || p.urgent() && p.policy.Release.Longest <= 0:
		return false, 0
	case p.urgent():
		return true, time.Duration(p.policy.Release.Longest)
	}
	return true, 0
}

// policyOf gives the policy that the desk has now.
func (d *Desk) policyOf(ctx context.Context, desk heed.PartyID) (heed.Policy, error) {
	var p heed.Policy
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) { p, _, err = people.PolicyOf(tx, desk); return err })
	return p, err
}

// prepare gathers what a draft needs and asks the checks before release.
func (d *Desk) prepare(ctx context.Context, by people.Actor, draft Draft) (plan, error) {
	everyone := slices.Clone(draft.To)
	for _, x := range draft.Extracts {
		everyone = append(everyone, x.To...)
	}
	if err := d.ready(everyone); err != nil {
		return plan{}, err
	}
	p := plan{log: d.Pen.NewID(heed.KindLog)}
	var err error
	if p.to, p.old, err = d.receivers(ctx, by, draft); err != nil {
		return plan{}, err
	}
	if p.policy, err = d.policyOf(ctx, by.Desk); err != nil {
		return plan{}, err
	}
	if err := draft.fits(p.old); err != nil {
		return plan{}, err
	}
	if draft.ID == "" {
		draft.ID = cmp.Or(draft.New, d.Pen.NewID(heed.KindWarning))
	}
	p.draft, p.deliveries = draft, d.newIDs(heed.KindDelivery, len(p.to))
	if p.part, err = d.Pen.Draw(16); err != nil {
		return plan{}, err
	}
	for _, x := range draft.Extracts {
		p.extracts = append(p.extracts, extractPlan{Extract: x, id: d.Pen.NewID(heed.KindWarning), deliveries: d.newIDs(heed.KindDelivery, len(x.To))})
	}
	found, err := d.look(ctx, by, p)
	if err != nil {
		return plan{}, err
	}
	p.found, err = draft.admit(found, p.policy.Release.Warnings == "stop" && !p.urgent())
	return p, err
}

// fits refuses what no version may say after the one before.
func (dr Draft) fits(old *heed.Statement) error {
	if old != nil && old.Exercise == "" && dr.Exercise != "" {
		return fmt.Errorf("%w: it is real, and what is real never becomes an exercise: say a new one", ErrNot)
	}
	if dr.Lang != "" && !heed.ValidLang(dr.Lang) {
		return fmt.Errorf("%w: the language is %q: write a tag such as de, pt-BR or zh-Hant", ErrNot, dr.Lang)
	}
	return nil
}

// admit takes the overridden warnings out of what was found. The error is [Unfit] where what
// is left may not go. Warnings stop what is not urgent, where policy says so.
func (dr Draft) admit(found []heed.Finding, stop bool) ([]heed.Finding, error) {
	if len(dr.Despite) > 0 && strings.TrimSpace(dr.Because) == "" {
		return nil, fmt.Errorf("%w: who overrides a check says why: --because WORDS", ErrNot)
	}
	for _, rule := range dr.Despite {
		i := slices.IndexFunc(found, func(f heed.Finding) bool { return f.Rule == rule })
		switch {
		case i < 0:
			return nil, fmt.Errorf("%w: no check named %q found anything here", ErrNot, rule)
		case found[i].Severity == heed.Refuse:
			return nil, &Unfit{found[i : i+1]}
		}
	}
	left := slices.DeleteFunc(slices.Clone(found), func(f heed.Finding) bool {
		return f.Severity == heed.WarnOf && slices.Contains(dr.Despite, f.Rule)
	})
	if heed.Refused(left) {
		return nil, &Unfit{slices.DeleteFunc(left, func(f heed.Finding) bool { return f.Severity != heed.Refuse })}
	}
	if stop && len(left) > 0 {
		return nil, &Unfit{left}
	}
	return left, nil
}

// Look runs the checks before release over a draft, and releases nothing.
func (d *Desk) Look(ctx context.Context, by people.Actor, draft Draft) ([]heed.Finding, error) {
	if err := people.Check(by, people.ActDraft, heed.Ref{}, people.Object{Desk: by.Desk}, heed.Handling{}); err != nil {
		return nil, err
	}
	return d.look(ctx, by, plan{draft: draft})
}

func (d *Desk) look(ctx context.Context, by people.Actor, p plan) ([]heed.Finding, error) {
	found := []heed.Finding{}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		around, err := d.quoted(tx, by, p.draft.Quotes)
		if err != nil {
			return err
		}
		if label := p.draft.Under; label != "" {
			around.Quoted = append(around.Quoted, heed.Quoted{Name: "a file that says " + label, Handling: heed.Handling{TLP: label}})
		}
		whole := p.draft.statement(by.Desk, p.draft.ID, tx.Now(), p.old)
		found = append(found, heed.CheckRelease(&whole, around)...)
		if whole.Revoked {
			return nil
		}
		texts := []string{whole.Headline, whole.Text}
		for i, x := range p.draft.Extracts {
			s, err := x.statement(by.Desk, "", tx.Now(), &whole)
			if err != nil {
				return err
			}
			texts = append(texts, s.Headline, s.Text)
			found = append(found, x.look(&s, &whole, fmt.Sprintf("extract %d: ", i+1))...)
		}
		sealed, err := d.lookSealed(tx, by, texts...)
		found = append(found, sealed...)
		return err
	})
	return found, err
}

// lookSealed refuses words that name a sealed source.
func (d *Desk) lookSealed(tx *store.Tx, by people.Actor, texts ...string) ([]heed.Finding, error) {
	if !guards(by) {
		return nil, nil
	}
	named, err := d.namesSource(tx, by.Desk, texts...)
	if err != nil || !named {
		return nil, err
	}
	return []heed.Finding{{Rule: "sealed-name", Severity: heed.Refuse, Sentence: "the words name a sealed source of this desk: take the name out", Where: "text"}}, nil
}

// quoted loads what a draft rests on. What the actor may not read is not there.
func (d *Desk) quoted(tx *store.Tx, by people.Actor, leaves []int64) (heed.Around, error) {
	var around heed.Around
	for _, idx := range leaves {
		l, err := people.Load(tx, idx)
		if err != nil {
			return around, err
		}
		if err := l.Check(by, people.ActRead); err != nil {
			return around, err
		}
		q := heed.Quoted{Name: l.Record.Ref().String(), Own: l.Record.Author == by.Desk, Handling: l.Handling}
		if l.Statement != nil && l.Statement.Warning != nil {
			q.Origin = l.Statement.Warning.Origin()
		}
		around.Quoted = append(around.Quoted, q)
	}
	return around, nil
}

// Examine runs the checks over a statement that is recorded here.
func (d *Desk) Examine(ctx context.Context, by people.Actor, idx int64) ([]heed.Finding, error) {
	found := []heed.Finding{}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		l, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		if err := l.Check(by, people.ActRead); err != nil {
			return err
		}
		if l.Statement == nil || l.Statement.Warning == nil {
			return fmt.Errorf("%w: the checks before release are for warnings", ErrNot)
		}
		found = append(found, heed.CheckRelease(l.Statement, heed.Around{})...)
		return nil
	})
	return found, err
}

// speak records a planned draft with its deliveries and extracts, in one transaction with
// what more has to be done.
func (d *Desk) speak(ctx context.Context, by people.Actor, p plan, more func(*store.Tx, heed.Statement) error) (Said, error) {
	way := store.Normal
	if p.urgent() {
		way = store.Urgent
	}
	var said Said
	err := d.Store.Update(ctx, way, func(tx *store.Tx) error {
		s := p.draft.statement(by.Desk, p.draft.ID, tx.Now(), p.old)
		if err := d.tie(tx, by, &s, p); err != nil {
			return err
		}
		rec, err := d.say(tx, by, s)
		if err != nil {
			return err
		}
		said = Said{ID: s.ID, Version: s.Version, Handle: heed.Handle(s.ID), Leaf: rec.Index, Findings: p.found}
		for i, to := range p.to {
			if err := d.hand(tx, by, rec, s.Exercise, to, s.Warning.Handling, p.draft.Asked, p.deliveries[i], way); err != nil {
				return err
			}
			said.To = append(said.To, d.Directory.Show(to))
		}
		if said.Extracts, err = d.sayExtracts(tx, by, p, rec, &s, way); err != nil {
			return err
		}
		if said.Stale, err = d.stale(tx, by, rec, &s); err != nil {
			return err
		}
		if len(p.draft.Despite) > 0 {
			err = d.remark(tx, by, p.log, s, heed.Log{Act: "despite", Words: p.draft.Because, Person: by.Person, Rules: p.draft.Despite},
				fmt.Sprintf("%s released %s despite %s: %s", by.Person, s.Ref(), strings.Join(p.draft.Despite, ", "), p.draft.Because))
		}
		if err == nil && more != nil {
			err = more(tx, s)
		}
		return err
	})
	d.done(err)
	return said, err
}

// remark records that a person, or the clock, did something with a statement of this desk.
func (d *Desk) remark(tx *store.Tx, by people.Actor, id heed.ID, s heed.Statement, l heed.Log, words string) error {
	l.Statement, l.Version, l.At = s.ID, s.Version, tx.Now()
	_, err := d.say(tx, by, heed.Statement{ID: id, Author: by.Desk, Version: 1, Kind: heed.KindLog, Created: tx.Now(), Modified: tx.Now(), Exercise: s.Exercise,
		About: []string{string(s.ID)}, Headline: l.Act + ": " + s.Ref().String(), Text: words, Log: &l})
	return err
}

// hold keeps a draft until a second person releases it.
func (d *Desk) hold(ctx context.Context, by people.Actor, p plan, longest time.Duration) (Said, error) {
	version := heed.Version(1)
	if p.old != nil {
		version = p.old.Version + 1
	}
	body, err := json.Marshal(p.draft)
	if err != nil {
		return Said{}, err
	}
	headline := p.draft.Headline
	if p.draft.Revoke != "" && p.old != nil {
		headline = "retraction: " + p.old.Headline
	}
	var until time.Time
	err = d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		if until = (time.Time{}); longest > 0 {
			until = d.now(tx).Add(longest)
		}
		return tx.AddDraft(store.PendingDraft{ID: p.draft.ID, Version: version, Desk: by.Desk, Person: by.Person, Due: until, Headline: headline, Urgent: p.urgent(), Body: body})
	})
	if errors.Is(err, store.ErrExists) {
		return Said{}, fmt.Errorf("%w: a draft of it waits already: release it or drop it first, heed drafts", ErrNot)
	}
	said := Said{ID: p.draft.ID, Version: version, Handle: heed.Handle(p.draft.ID), Leaf: -1, Findings: p.found,
		Waits: &Waits{Words: "a second person must release it", Until: until}}
	d.done(err)
	return said, err
}

// Drafted is a draft that waits.
type Drafted struct {
	Handle   string       `json:"handle"`
	ID       heed.ID      `json:"id"`
	Version  heed.Version `json:"version"`
	Person   string       `json:"person"` // who drafted it; somebody else releases
	Since    time.Time    `json:"since"`
	Until    time.Time    `json:"until,omitzero"` // then it goes by itself
	Urgent   bool         `json:"urgent"`
	Headline string       `json:"headline"`
	Text     string       `json:"text,omitempty"`
	To       []string     `json:"to,omitempty"`
	Handling string       `json:"handling"`
}

// Drafts lists what waits at the desk for a second person, oldest first.
func (d *Desk) Drafts(ctx context.Context, by people.Actor) (list []Drafted, err error) {
	if err := people.Check(by, people.ActDraft, heed.Ref{}, people.Object{Desk: by.Desk}, heed.Handling{}); err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) (err error) { list, err = d.draftsIn(tx, by); return err })
	return list, err
}

// draftsIn is [Desk.Drafts] in a transaction; nothing for who may not draft.
func (d *Desk) draftsIn(tx *store.Tx, by people.Actor) ([]Drafted, error) {
	list := []Drafted{}
	if !people.May(by, people.ActDraft, people.Object{Desk: by.Desk}, heed.Handling{}).Allowed {
		return list, nil
	}
	rows, err := tx.Drafts(by.Desk)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		var dr Draft
		if err := json.Unmarshal(r.Body, &dr); err != nil {
			return nil, fmt.Errorf("the draft %s: %w", heed.Handle(r.ID), err)
		}
		x := Drafted{Handle: heed.Handle(r.ID), ID: r.ID, Version: r.Version, Person: r.Person, Since: r.At, Until: r.Due, Urgent: r.Urgent,
			Headline: r.Headline, Text: dr.Text, Handling: dr.Warning.Handling.Line()}
		for _, p := range dr.To {
			x.To = append(x.To, d.Directory.Show(p))
		}
		list = append(list, x)
	}
	return list, nil
}

// Release lets out the draft with a handle or id. It takes another person than drafted it.
func (d *Desk) Release(ctx context.Context, by people.Actor, name, words string) (Said, error) {
	row, err := d.drafted(ctx, by.Desk, name)
	if err != nil {
		return Said{}, err
	}
	o := people.Object{Desk: by.Desk, Author: by.Desk, Source: by.Desk}
	if err := people.Check(by, people.ActRelease, heed.Ref{ID: row.ID, Version: row.Version}, o, heed.Handling{}); err != nil {
		return Said{}, err
	}
	if by.Person == row.Person {
		return Said{}, fmt.Errorf("%w: %s drafted it, so somebody else must release it", ErrNot, by.Person)
	}
	return d.letOut(ctx, row, heed.Log{Act: "release", Words: words, Person: by.Person},
		fmt.Sprintf("%s released what %s drafted. %s", by.Person, row.Person, words))
}

// ReleaseDue lets out the urgent drafts that have waited as long as policy lets them. A
// draft that fails stays, and does not hold up the others.
func (d *Desk) ReleaseDue(ctx context.Context) error {
	var due []store.PendingDraft
	if err := d.Store.View(ctx, func(tx *store.Tx) (err error) { due, err = tx.DraftsDue(d.now(tx)); return err }); err != nil {
		return err
	}
	var errs []error
	for _, row := range due {
		_, err := d.letOut(ctx, row, heed.Log{Act: "release-by-clock", Words: "nobody released it in time"},
			fmt.Sprintf("what %s drafted went by itself: it is urgent, and nobody released it by %s", row.Person, row.Due.Format("2006-01-02 15:04:05 UTC")))
		if err != nil && !errors.Is(err, ErrUnknown) {
			errs = append(errs, fmt.Errorf("draft %s: %w", heed.Handle(row.ID), err))
		}
	}
	return errors.Join(errs...)
}

// letOut speaks a draft in the name of who drafted it, and takes it away, in one commit.
func (d *Desk) letOut(ctx context.Context, row store.PendingDraft, l heed.Log, words string) (Said, error) {
	var draft Draft
	if err := json.Unmarshal(row.Body, &draft); err != nil {
		return Said{}, fmt.Errorf("the draft %s: %w", heed.Handle(row.ID), err)
	}
	// Whether it may was asked when it drafted. That words name a source is told to the source
	// desk alone, so nobody learns it from a release.
	roles := slices.DeleteFunc(slices.Clone(people.Roles), func(r people.Role) bool { return r == people.SourceDesk })
	by := people.OnMachine(row.Person, row.Desk, roles...)
	if row.Version == 1 {
		draft.ID = ""
	}
	p, err := d.prepare(ctx, by, draft)
	if err != nil {
		return Said{}, err
	}
	p.draft.ID = row.ID
	id := d.Pen.NewID(heed.KindLog)
	said, err := d.speak(ctx, by, p, func(tx *store.Tx, s heed.Statement) error {
		if err := tx.DropDraft(row.ID); err != nil {
			return err
		}
		return d.remark(tx, by, id, s, l, words)
	})
	if errors.Is(err, store.ErrNotFound) {
		return said, fmt.Errorf("%w: somebody else released or dropped it just now", ErrUnknown)
	}
	return said, err
}

// DropDraft gives a draft up: who drafted it, or who may release it.
func (d *Desk) DropDraft(ctx context.Context, by people.Actor, name string) (Drafted, error) {
	row, err := d.drafted(ctx, by.Desk, name)
	if err != nil {
		return Drafted{}, err
	}
	o := people.Object{Desk: by.Desk, Author: by.Desk, Source: by.Desk}
	ref := heed.Ref{ID: row.ID, Version: row.Version}
	if by.Person != row.Person {
		if err := people.Check(by, people.ActRelease, ref, o, heed.Handling{}); err != nil {
			return Drafted{}, err
		}
	}
	err = d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error { return tx.DropDraft(row.ID) })
	d.done(err)
	return Drafted{Handle: heed.Handle(row.ID), ID: row.ID, Version: row.Version, Person: row.Person, Since: row.At, Headline: row.Headline}, err
}

func (d *Desk) drafted(ctx context.Context, desk heed.PartyID, name string) (store.PendingDraft, error) {
	var rows []store.PendingDraft
	if err := d.Store.View(ctx, func(tx *store.Tx) (err error) { rows, err = tx.Drafts(desk); return err }); err != nil {
		return store.PendingDraft{}, err
	}
	handle, _ := heed.ParseHandle(name)
	for _, r := range rows {
		if string(r.ID) == name || heed.Handle(r.ID) == handle {
			return r, nil
		}
	}
	return store.PendingDraft{}, fmt.Errorf("%w: no draft that waits has it", ErrUnknown)
}

// logsOn gives what this desk noted about a statement.
func logsOn(tx *store.Tx, desk heed.PartyID, id heed.ID) ([]string, error) {
	recs, err := tx.About(desk, id, heed.KindLog)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range recs {
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil {
			return nil, err
		}
		if obj.Statement != nil {
			out = append(out, r.RecordedAt.Format("2006-01-02 15:04:05Z ")+obj.Statement.Text)
		}
	}
	return out, nil
}
