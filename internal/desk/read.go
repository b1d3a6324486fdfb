package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// Entry is one line of the inbox: the newest version of a warning that was said to a desk.
type Entry struct {
	Handle     string                  `json:"handle"`
	ID         heed.ID                 `json:"id"`
	Version    heed.Version            `json:"version"`
	By         string                  `json:"by"`   // who signed it; "unsigned" where nobody's key is known
	From       string                  `json:"from"` // who handed it in
	Headline   string                  `json:"headline"`
	Precedence heed.Precedence         `json:"precedence,omitempty"`
	TLP        string                  `json:"tlp,omitempty"`
	Exercise   string                  `json:"exercise,omitempty"`
	Revoked    bool                    `json:"revoked,omitempty"`
	Received   time.Time               `json:"received"`
	Rungs      map[heed.Rung]time.Time `json:"rungs"`           // the first of each, by this desk
	Notes      []string                `json:"notes,omitempty"` // what a reader should know: another way, gaps, rewritten
	Leaf       int64                   `json:"leaf"`
}

// Inbox lists at most n warnings, newest first, and says how many arrivals wait to be
// recorded and which alarms stand. Reading the inbox opens nothing.
// What the actor may not know of is left out, and counted nowhere.
func (d *Desk) Inbox(ctx context.Context, by people.Actor, n int) (Box, error) {
	box := Box{Entries: []Entry{}, Alarm: d.Alarm()}
	if err := d.Store.CatchUp(ctx); err != nil {
		return box, err
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		err := newest(by, n, func(before int64, n int) ([]store.Line, error) {
			return tx.Received(by.Desk, heed.KindWarning, by.ReadsRed(), before, n)
		}, func(l store.Line) error {
			e, err := d.entry(tx, by.Desk, l)
			box.Entries = append(box.Entries, e)
			return err
		})
		if err != nil {
			return err
		}
		if box.Alarms, err = alarms(tx, by, 0); err != nil {
			return err
		}
		if box.Drafts, err = d.draftsIn(tx, by); err != nil {
			return err
		}
		box.Waiting, err = d.waiting(tx, by)
		return err
	})
	return box, err
}

// newest gives fn the newest line that the actor may know of, of each of at most n
// statements. page reads more lines, from before a leaf.
func newest(by people.Actor, n int, page func(before int64, n int) ([]store.Line, error), fn func(store.Line) error) error {
	seen := map[heed.ID]bool{}
	for before := int64(0); ; {
		lines, err := page(before, 2*n)
		if err != nil || len(lines) == 0 {
			return err
		}
		for _, l := range lines {
			before = l.Index
			o, h := people.LineObject(l)
			if seen[l.ID] || !people.May(by, people.ActList, o, h).Allowed {
				continue
			}
			if len(seen) == n {
				return nil
			}
			seen[l.ID] = true
			if err := fn(l); err != nil {
				return err
			}
		}
	}
}

// alarms lists what the actor may know of, after the one with an id: an alarm about a record
// is as secret as it; that clocks run is as secret as what they run for.
func alarms(tx *store.Tx, by people.Actor, after int64) ([]store.Evidence, error) {
	list, err := tx.Alarms(by.Desk, after)
	if err != nil {
		return nil, err
	}
	var out []store.Evidence
	for _, a := range list {
		if a.Code == alarmNoDesk && !seesClocks(by) {
			continue
		}
		if a.First >= 0 {
			l, err := people.Load(tx, a.First)
			if err != nil || l.Check(by, people.ActList) != nil {
				continue
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// Box is what the inbox shows.
type Box struct {
	Alarm   []string         `json:"alarm,omitempty"` // fills the page: nothing can be stored; see [Desk.Alarm]
	Entries []Entry          `json:"entries"`
	Waiting []Held           `json:"waiting"`
	Drafts  []Drafted        `json:"drafts,omitempty"` // of this desk, that wait for a second person
	Alarms  []store.Evidence `json:"alarms"`
}

// Held is an arrival kept in waiting: shown, not recorded, not acknowledged.
type Held struct {
	Since time.Time `json:"since"`
	From  string    `json:"from"`
	Words string    `json:"words"` // its headline, or its id

	id int64 // of its row, given again once it is recorded
}

func (d *Desk) waiting(tx *store.Tx, by people.Actor) ([]Held, error) {
	list := []Held{}
	rows, err := tx.Waiting(1000)
	if err != nil {
		return nil, err
	}
	for _, w := range rows {
		if w.Desk != by.Desk {
			continue
		}
		for _, raw := range w.Objects {
			words, _ := stix.Name(raw)
			handling := heed.Handling{} // of what cannot be read: the strictest
			if _, env, how, err := stix.Cut(raw); err == nil {
				if how == stix.Unsealed {
					env.Payload = raw
				}
				if obj, err := stix.Parse(env.Payload); err == nil {
					if obj.Statement != nil && obj.Statement.Kind == heed.KindDelivery {
						continue
					}
					words, handling = obj.Name, obj.Handling
				}
			}
			if !people.May(by, people.ActList, people.Object{Desk: w.Desk, Source: w.Peer}, handling).Allowed {
				continue
			}
			list = append(list, Held{id: w.ID, Since: w.At, From: d.Directory.Show(heed.PartyID(w.From)), Words: words})
		}
	}
	return list, nil
}

// entry gathers what is known of the newest version at leaf l.
func (d *Desk) entry(tx *store.Tx, desk heed.PartyID, l store.Line) (Entry, error) {
	e := Entry{
		Handle: l.Handle, ID: l.ID, Version: l.Version, By: d.Directory.Show(l.Author), From: d.showFrom(l.From), Headline: l.Headline,
		Precedence: l.Precedence, TLP: l.TLP, Exercise: l.Exercise, Revoked: l.Revoked, Received: l.RecordedAt,
		Rungs: map[heed.Rung]time.Time{}, Leaf: l.Index,
	}
	steps, err := tx.Steps(desk, l.ID)
	if err != nil {
		return e, err
	}
	for _, s := range steps {
		if _, have := e.Rungs[s.Rung]; s.Party == desk && s.Version == l.Version && !have {
			e.Rungs[s.Rung] = s.At
		}
	}
	versions, err := tx.Versions(desk, l.ID)
	if err != nil {
		return e, err
	}
	e.Notes = notes(l, versions, len(e.Rungs) == 0)
	if l.Author != desk && l.Precedence.Urgent() {
		policy, _, err := people.PolicyOf(tx, desk)
		if err != nil {
			return e, err
		}
		if p, capped := policy.Capped(l.Author, l.Precedence); capped {
			e.Notes = append(e.Notes, fmt.Sprintf("%s, capped: it counts as %s here", l.Precedence, p))
		}
	}
	return e, nil
}

// notes says in words what sets this statement apart.
func notes(l store.Line, versions []store.Line, anotherWay bool) []string {
	var out []string
	if anotherWay && l.Author != l.Desk {
		out = append(out, "came by another way")
	}
	switch stix.Carried(l.Carried) {
	case stix.Unsealed:
		out = append(out, "unsealed: nobody's signature")
	case stix.Rewritten:
		out = append(out, "a relay rewrote the text around the seal")
	case stix.Exact:
		if l.Author == "" {
			out = append(out, "sealed by a key that we do not hold")
		}
	}
	if l.Author == "" {
		return out
	}
	have := map[heed.Version]bool{}
	for _, v := range versions {
		have[v.Version] = true
	}
	for _, v := range versions {
		switch {
		case v.Version < l.Version && v.Exercise != "" && l.Exercise == "":
			out = append(out, fmt.Sprintf("v%d was an exercise (%s), and this version does not say so: ask its sender", v.Version, v.Exercise))
		case v.Version < l.Version && v.Exercise == "" && l.Exercise != "":
			out = append(out, fmt.Sprintf("v%d was real, and its sender now calls it an exercise: ask", v.Version))
		}
	}
	for v := heed.Version(1); v < l.Version; v++ {
		if !have[v] {
			out = append(out, fmt.Sprintf("v%d never came", v))
		}
	}
	return out
}

func (d *Desk) showFrom(from string) string {
	if p := d.Directory.Party(heed.PartyID(from)); p != nil {
		return p.Name
	}
	return from
}

// Sheet is a statement in full.
type Sheet struct {
	Entry
	Kind      heed.Kind        `json:"kind"`
	Text      string           `json:"text,omitempty"`
	Lang      string           `json:"lang,omitempty"`
	Reason    string           `json:"reason,omitempty"`
	Modified  time.Time        `json:"modified"`
	Warning   *heed.Warning    `json:"warning,omitempty"`
	Holds     heed.Handling    `json:"holds"` // the handling that holds here: the author's, narrowed by who handed it over
	Versions  []heed.Version   `json:"versions"`
	Asked     []string         `json:"asked,omitempty"` // by those who delivered it
	Decisions []heed.Decision  `json:"decisions,omitempty"`
	Alarms    []store.Evidence `json:"alarms,omitempty"`
	Extracts  []ExtractLine    `json:"extracts,omitempty"` // of a warning of ours: who got what instead
	Of        string           `json:"of,omitempty"`       // of an extract of ours: its whole
	Log       []string         `json:"log,omitempty"`      // what this desk noted about it
	// Names gives the short names of the parties that the chain names and whose cards are held.
	Names map[heed.PartyID]string `json:"names,omitempty"`
	// Translations stand beside the original, of whatever version.
	Translations []Translated   `json:"translations,omitempty"`
	Distrust     *heed.Distrust `json:"distrust,omitempty"` // what the reader's own desk notes of the author
}

// Show gives the statement at leaf idx in full, once the access log has it that the actor
// reads it. Who shows it to a person records [heed.Opened] first, with [Desk.Climb].
func (d *Desk) Show(ctx context.Context, by people.Actor, idx int64) (Sheet, error) {
	if err := d.Store.CatchUp(ctx); err != nil {
		return Sheet{}, err
	}
	var sheet Sheet
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		loaded, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		if err := loaded.Check(by, people.ActRead); err != nil {
			return err
		}
		rec := loaded.Record
		sheet.Holds = loaded.Handling
		versions, err := tx.Versions(by.Desk, rec.ID)
		if err != nil {
			return err
		}
		if versions, err = visible(tx, by, versions); err != nil {
			return err
		}
		for _, l := range versions {
			sheet.Versions = append(sheet.Versions, l.Version)
			if l.Index == idx {
				if sheet.Entry, err = d.entry(tx, by.Desk, l); err != nil {
					return err
				}
			}
		}
		if err := sheet.fill(rec); err != nil {
			return err
		}
		return d.around(tx, by, &sheet, rec)
	})
	if err != nil {
		return Sheet{}, err
	}
	if err := d.Accounts.Reading(ctx, by, "show", heed.Ref{ID: sheet.ID, Version: sheet.Version}, sheet.Holds); err != nil {
		sheet.Notes = append(sheet.Notes, err.Error())
	}
	return sheet, nil
}

func (s *Sheet) fill(rec store.Record) error {
	s.Kind = rec.Kind
	if rec.Envelope.Payload == nil {
		s.Text = "(the body was erased; the entry still proves when it came, what it was and by which door)"
		return nil
	}
	obj, err := stix.Recorded(rec.Envelope.Payload)
	if err != nil {
		return err
	}
	s.Text = obj.Text
	if st := obj.Statement; st != nil {
		s.Text, s.Lang, s.Reason, s.Modified, s.Warning = st.Text, st.Lang, st.Reason, st.Modified, st.Warning
	}
	return nil
}

// around adds what was asked with the deliveries, and what this desk decided.
func (d *Desk) around(tx *store.Tx, by people.Actor, sheet *Sheet, rec store.Record) error {
	if sheet.Warning != nil {
		sheet.Names = map[heed.PartyID]string{}
		for _, h := range sheet.Warning.Chain {
			if p := d.Directory.Party(h.Party); p != nil {
				sheet.Names[p.ID] = p.Name
			}
		}
	}
	dels, err := d.deliveriesOf(tx, rec)
	if err != nil {
		return err
	}
	for _, del := range dels {
		sheet.Asked = append(sheet.Asked, del.Delivery.Asked...)
	}
	decisions, err := tx.DecisionsOn(rec.Desk, rec.ID)
	if err != nil {
		return err
	}
	for _, r := range decisions {
		if obj, err := stix.Recorded(r.Envelope.Payload); err == nil && obj.Statement != nil && obj.Statement.Decision != nil {
			sheet.Decisions = append(sheet.Decisions, *obj.Statement.Decision)
		}
	}
	if sheet.Translations, err = d.translations(tx, by, rec); err != nil {
		return err
	}
	if sheet.Distrust, err = noted(tx, by, rec.Author); err != nil {
		return err
	}
	if err := d.kin(tx, by, sheet, rec); err != nil {
		return err
	}
	list, err := alarms(tx, by, 0)
	for _, a := range list {
		if a.First == rec.Index {
			sheet.Alarms = append(sheet.Alarms, a)
		}
	}
	return err
}

// kin adds extracts, the whole of an extract, and what the desk noted.
func (d *Desk) kin(tx *store.Tx, by people.Actor, sheet *Sheet, rec store.Record) (err error) {
	if rec.Author != by.Desk {
		obj, err := stix.Recorded(rec.Envelope.Payload)
		if err != nil {
			return nil // erased, or foreign: it is an extract of nothing
		}
		words, err := d.partOfAnother(tx, by, rec, obj.Statement)
		if words != "" {
			sheet.Notes = append(sheet.Notes, words)
		}
		return err
	}
	if sheet.Extracts, err = d.extracts(tx, by, rec.ID); err != nil {
		return err
	}
	link, err := wholeOf(tx, by.Desk, rec.ID, rec.Version)
	if err != nil {
		return err
	}
	if link != nil {
		sheet.Of = heed.Ref{ID: link.Of, Version: link.OfVersion}.String()
	}
	sheet.Log, err = logsOn(tx, by.Desk, rec.ID)
	return err
}

// Ladder is what one receiver did with one version.
type Ladder struct {
	To        string                  `json:"to"`
	Version   heed.Version            `json:"version"`
	Delivered time.Time               `json:"sent"` // when the delivery was made
	Rungs     map[heed.Rung]time.Time `json:"rungs"`
	State     store.NoticeState       `json:"state"`
	Attempts  int                     `json:"attempts"`
	LastAt    time.Time               `json:"last_at,omitzero"`
	Words     string                  `json:"words,omitempty"`
}

// Sent is one statement of a desk, or passed on by it, with its ladders.
type Sent struct {
	Handle   string          `json:"handle"`
	ID       heed.ID         `json:"id"`
	Version  heed.Version    `json:"version"`
	By       string          `json:"by"`
	Headline string          `json:"headline"`
	Urgency  heed.Precedence `json:"precedence,omitempty"`
	Said     time.Time       `json:"said"`
	Ladders  []Ladder        `json:"ladders"`
	Extracts []ExtractLine   `json:"extracts,omitempty"` // texts that other readers got, and what was kept back
	Of       string          `json:"of,omitempty"`       // it is an extract of this
}

// SentList lists at most n of the warnings that a desk said, newest first.
func (d *Desk) SentList(ctx context.Context, by people.Actor, n int) ([]Sent, error) {
	if err := d.Store.CatchUp(ctx); err != nil {
		return nil, err
	}
	list := []Sent{}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		return newest(by, n, func(before int64, n int) ([]store.Line, error) {
			return tx.Said(by.Desk, heed.KindWarning, before, n)
		}, func(l store.Line) error {
			s, err := d.sent(tx, l)
			list = append(list, s)
			return err
		})
	})
	return list, err
}

// SentOne gives the ladders of one statement.
func (d *Desk) SentOne(ctx context.Context, l store.Line) (Sent, error) {
	var s Sent
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		s, err = d.sent(tx, l)
		return err
	})
	return s, err
}

func (d *Desk) sent(tx *store.Tx, l store.Line) (Sent, error) {
	s := Sent{Handle: l.Handle, ID: l.ID, Version: l.Version, By: d.Directory.Show(l.Author), Headline: l.Headline, Urgency: l.Precedence, Said: l.Modified, Ladders: []Ladder{}}
	handovers, err := tx.Handovers(l.Desk, l.ID)
	if err != nil {
		return s, err
	}
	steps, err := tx.Steps(l.Desk, l.ID)
	if err != nil {
		return s, err
	}
	for _, h := range handovers {
		if h.From != l.Desk {
			continue
		}
		ld := Ladder{To: d.Directory.Show(h.To), Version: h.Version, Delivered: h.At, Rungs: map[heed.Rung]time.Time{}}
		for _, st := range steps {
			if _, have := ld.Rungs[st.Rung]; st.Delivery == h.Delivery && st.Party == h.To && !have {
				ld.Rungs[st.Rung] = st.At
			}
		}
		notices, err := tx.NoticesOf(l.Desk, h.Index)
		if err != nil {
			return s, err
		}
		for _, n := range notices {
			ld.State, ld.Attempts, ld.LastAt, ld.Words = n.State, n.Attempts, n.LastAt, n.LastWords
		}
		s.Ladders = append(s.Ladders, ld)
	}
	if l.Author != l.Desk {
		return s, nil
	}
	if s.Extracts, err = d.extracts(tx, people.Actor{Desk: l.Desk}, l.ID); err != nil {
		return s, err
	}
	link, err := wholeOf(tx, l.Desk, l.ID, l.Version)
	if err == nil && link != nil {
		s.Of = heed.Ref{ID: link.Of, Version: link.OfVersion}.String()
	}
	return s, err
}

// Knew is one line of who knew what when.
type Knew struct {
	At      time.Time    `json:"at"`
	Party   string       `json:"party"`
	Version heed.Version `json:"version"`
	What    string       `json:"what"`  // said, received, delivered, opened …
	Proof   string       `json:"proof"` // what shows it: a leaf here, or a receipt of the party's
	Leaf    int64        `json:"leaf"`  // in this node's log
}

// WhoKnew lists what this desk can show, as of a time, of who knew a statement when. It
// speaks of what is recorded here and of nothing else.
func (d *Desk) WhoKnew(ctx context.Context, by people.Actor, id heed.ID, asOf time.Time) ([]Knew, error) {
	if err := d.Store.CatchUp(ctx); err != nil {
		return nil, err
	}
	list := []Knew{}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		desk := by.Desk
		versions, err := tx.Versions(desk, id)
		if err != nil {
			return err
		}
		for _, l := range versions {
			loaded, err := people.Load(tx, l.Index)
			if err != nil {
				return err
			}
			if err := loaded.Check(by, people.ActProve); err != nil {
				return err
			}
			what, at := "recorded it", l.RecordedAt
			if l.Author == desk {
				what = "said it"
			}
			list = append(list, Knew{At: at, Party: d.Directory.Show(desk), Version: l.Version, What: what, Proof: "our ledger", Leaf: l.Index})
		}
		handovers, err := tx.Handovers(desk, id)
		if err != nil {
			return err
		}
		for _, h := range handovers {
			list = append(list, Knew{At: h.At, Party: d.Directory.Show(h.From), Version: h.Version,
				What: "delivered it to " + d.Directory.Show(h.To), Proof: "delivery signed by " + d.Directory.Show(h.From), Leaf: h.Index})
		}
		steps, err := tx.Steps(desk, id)
		for _, s := range steps {
			list = append(list, Knew{At: s.At, Party: d.Directory.Show(s.Party), Version: s.Version, What: string(s.Rung),
				Proof: "receipt signed by " + d.Directory.Show(s.Party), Leaf: s.Index})
		}
		return err
	})
	if !asOf.IsZero() {
		list = slices.DeleteFunc(list, func(k Knew) bool { return k.At.After(asOf) })
	}
	slices.SortStableFunc(list, func(a, b Knew) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Leaf, b.Leaf)) })
	return list, err
}
