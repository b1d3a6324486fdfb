package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/store"
)

// Slot is a shift or a leave as people see it.
type Slot struct {
	Handle   string    `json:"handle"`
	Person   string    `json:"person"`
	Role     string    `json:"role,omitempty"` // empty: leave
	CoverFor string    `json:"cover_for,omitempty"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Away     bool      `json:"away,omitempty"` // on duty by the roster, and on leave all the same
}

// Gap is a time in which a role that has a roster has nobody on duty.
type Gap struct {
	Role string    `json:"role"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Watch is who is on duty in a role at a moment.
type Watch struct {
	Role string   `json:"role"`
	Now  []string `json:"now"`            // nobody: a gap, or no roster
	By   string   `json:"by"`             // "roster", or "role" where the role has no roster: all who hold it
	Next *Slot    `json:"next,omitempty"` // who comes on next
	Gap  bool     `json:"gap,omitempty"`  // there is a roster, and nobody on it
}

// Plan is the roster of a desk over a span.
type Plan struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Slots []Slot    `json:"slots"`
	Gaps  []Gap     `json:"gaps"`
}

// PutShift puts a person on duty or on leave: a statement, and the row by which it is
// found. A shift needs a person who holds the role at the desk.
func (d *Desk) PutShift(ctx context.Context, by people.Actor, person string, shift heed.Shift) (Slot, error) {
	if err := mayDirectory(by, people.ActContacts); err != nil {
		return Slot{}, err
	}
	if err := d.ready(nil); err != nil {
		return Slot{}, err
	}
	id := d.Pen.NewID(heed.KindRoster)
	var slot Slot
	err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		if err := d.fitsShift(tx, by.Desk, person, shift); err != nil {
			return err
		}
		r := heed.Roster{Person: person, Change: "on-duty", Active: true, By: by.Person, At: tx.Now(), Shift: &shift}
		if shift.Role == "" {
			r.Change = "leave"
		}
		s := heed.Statement{ID: id, Author: by.Desk, Version: 1, Kind: heed.KindRoster, Created: tx.Now(), Modified: tx.Now(), Roster: &r}
		s.Headline = rosterWords(person, shift)
		s.Text = by.Person + " enters: " + s.Headline
		if _, err := d.say(tx, by, s); err != nil {
			return err
		}
		row := store.Shift{ID: id, Desk: by.Desk, Person: person, Role: shift.Role, CoverFor: shift.CoverFor, From: shift.From, To: shift.To}
		slot = slotOf(row)
		return tx.PutShift(row)
	})
	d.done(err)
	return slot, err
}

func (d *Desk) fitsShift(tx *store.Tx, desk heed.PartyID, person string, shift heed.Shift) error {
	acts, err := people.ActsFor(tx, person, desk)
	if err != nil {
		return err
	}
	if !acts {
		return fmt.Errorf("%w: nobody called %s acts for this desk", ErrNot, person)
	}
	if shift.Role != "" {
		who, err := tx.Holding(desk, shift.Role)
		if err != nil {
			return err
		}
		if !slices.Contains(who, person) {
			return fmt.Errorf("%w: %s does not hold the role %s here", ErrNot, person, shift.Role)
		}
	}
	if shift.CoverFor != "" {
		if acts, err := people.ActsFor(tx, shift.CoverFor, desk); err != nil || !acts {
			return fmt.Errorf("%w: nobody called %s acts for this desk, so there is nobody to cover for", ErrNot, shift.CoverFor)
		}
	}
	return nil
}

func rosterWords(person string, s heed.Shift) string {
	span := s.From.Format("2006-01-02 15:04Z") + " to " + s.To.Format("2006-01-02 15:04Z")
	switch {
	case s.Role == "":
		return fmt.Sprintf("%s is on leave, %s", person, span)
	case s.CoverFor != "":
		return fmt.Sprintf("%s covers for %s as %s, %s", person, s.CoverFor, s.Role, span)
	}
	return fmt.Sprintf("%s is on duty as %s, %s", person, s.Role, span)
}

func slotOf(s store.Shift) Slot {
	return Slot{Handle: heed.Handle(s.ID), Person: s.Person, Role: s.Role, CoverFor: s.CoverFor, From: s.From, To: s.To}
}

// DropShift takes a shift or a leave back, as the next version of its statement.
func (d *Desk) DropShift(ctx context.Context, by people.Actor, handle string) (Slot, error) {
	if err := mayDirectory(by, people.ActContacts); err != nil {
		return Slot{}, err
	}
	line, err := d.Resolve(ctx, by, handle)
	if err != nil {
		return Slot{}, err
	}
	var slot Slot
	err = d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		old, err := d.newest(tx, by.Desk, line.ID)
		if err != nil {
			return err
		}
		if old == nil || old.Statement.Roster == nil || old.Statement.Roster.Shift == nil || old.Statement.Roster.Change == "off" {
			return fmt.Errorf("%w: %s is no shift that stands on the roster", ErrNot, handle)
		}
		r := *old.Statement.Roster
		shift := *r.Shift
		r.Change, r.By, r.At, r.Shift = "off", by.Person, tx.Now(), &shift
		s := heed.Statement{ID: line.ID, Author: by.Desk, Version: 1, Kind: heed.KindRoster, Created: tx.Now(), Modified: tx.Now(), Roster: &r,
			Headline: "taken back: " + rosterWords(r.Person, shift), Text: by.Person + " takes back: " + rosterWords(r.Person, shift)}
		follow(&s, old.Statement)
		if _, err := d.say(tx, by, s); err != nil {
			return err
		}
		slot = slotOf(store.Shift{ID: line.ID, Person: r.Person, Role: shift.Role, CoverFor: shift.CoverFor, From: shift.From, To: shift.To})
		return tx.DropShift(line.ID)
	})
	d.done(err)
	return slot, err
}

// Roster gives the shifts and leaves of a desk over a span, and where a role that has a
// roster has nobody.
func (d *Desk) Roster(ctx context.Context, by people.Actor, from, to time.Time) (Plan, error) {
	plan := Plan{From: from, To: to, Slots: []Slot{}, Gaps: []Gap{}}
	if err := mayDirectory(by, people.ActDirectory); err != nil {
		return plan, err
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		shifts, err := tx.Shifts(by.Desk, from, to)
		if err != nil {
			return err
		}
		for _, s := range shifts {
			slot := slotOf(s)
			slot.Away = s.Role != "" && slices.ContainsFunc(shifts, func(l store.Shift) bool {
				return l.Role == "" && l.Person == s.Person && l.From.Before(s.To) && s.From.Before(l.To)
			})
			plan.Slots = append(plan.Slots, slot)
		}
		for _, role := range people.Roles {
			used, err := tx.Rostered(by.Desk, string(role))
			if err != nil {
				return err
			}
			if used {
				plan.Gaps = append(plan.Gaps, gaps(shifts, string(role), from, to)...)
			}
		}
		return nil
	})
	return plan, err
}

// gaps finds the parts of a span in which nobody of a role is on duty.
func gaps(shifts []store.Shift, role string, from, to time.Time) []Gap {
	edges := []time.Time{from, to}
	for _, s := range shifts {
		for _, t := range []time.Time{s.From, s.To} {
			if t.After(from) && t.Before(to) {
				edges = append(edges, t)
			}
		}
	}
	slices.SortFunc(edges, time.Time.Compare)
	var out []Gap
	for i := 1; i < len(edges); i++ {
		a, b := edges[i-1], edges[i]
		if !b.After(a) || len(present(shifts, role, a)) > 0 {
			continue
		}
		if n := len(out); n > 0 && out[n-1].To.Equal(a) {
			out[n-1].To = b
			continue
		}
		out = append(out, Gap{role, a, b})
	}
	return out
}

// present lists who of a role is on duty at a moment by the roster, less those on leave.
func present(shifts []store.Shift, role string, at time.Time) []string {
	var out []string
	for _, s := range shifts {
		if s.Role == role && covers(s, at) && !away(shifts, s.Person, at) && !slices.Contains(out, s.Person) {
			out = append(out, s.Person)
		}
	}
	return out
}

func covers(s store.Shift, at time.Time) bool { return !s.From.After(at) && s.To.After(at) }

func away(shifts []store.Shift, person string, at time.Time) bool {
	return slices.ContainsFunc(shifts, func(s store.Shift) bool { return s.Role == "" && s.Person == person && covers(s, at) })
}

// OnDuty says, for each role that answers clocks, who is on duty at a moment and who is
// next.
func (d *Desk) OnDuty(ctx context.Context, by people.Actor, at time.Time) ([]Watch, error) {
	list := []Watch{}
	if err := mayDirectory(by, people.ActDirectory); err != nil {
		return nil, err
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		ahead, err := tx.Shifts(by.Desk, at, at.AddDate(0, 1, 0))
		if err != nil {
			return err
		}
		for _, role := range []people.Role{people.DutyOfficer, people.Supervisor, people.Liaison, people.SourceDesk, people.Analyst} {
			w, err := watch(tx, by.Desk, string(role), at)
			if err != nil {
				return err
			}
			for _, s := range ahead {
				if s.Role == w.Role && s.From.After(at) {
					next := slotOf(s)
					w.Next = &next
					break
				}
			}
			list = append(list, w)
		}
		return nil
	})
	return list, err
}

// watch says who is on duty in a role: by its roster where it has one, else everybody who
// holds it; never somebody on leave, or who may not sign in any more.
func watch(tx *store.Tx, desk heed.PartyID, role string, at time.Time) (Watch, error) {
	w := Watch{Role: role, Now: []string{}, By: "role"}
	holders, err := tx.Holding(desk, role)
	if err != nil {
		return w, err
	}
	shifts, err := tx.Shifts(desk, at, at)
	if err != nil {
		return w, err
	}
	rostered, err := tx.Rostered(desk, role)
	if err != nil {
		return w, err
	}
	if rostered {
		w.By = "roster"
		w.Now = append(w.Now, slices.DeleteFunc(present(shifts, role, at), func(p string) bool { return !slices.Contains(holders, p) })...)
		w.Gap = len(w.Now) == 0
		return w, nil
	}
	for _, p := range holders {
		if !away(shifts, p, at) {
			w.Now = append(w.Now, p)
		}
	}
	return w, nil
}

// onDuty names who answers for a step of a policy now: the person on duty by the roster,
// or whoever of the role where it has none; empty when nobody is there. A person on leave
// is not there; who covers for them is.
func (d *Desk) onDuty(tx *store.Tx, desk heed.PartyID, step string) string {
	name, personal := strings.CutPrefix(step, "person:")
	if !personal {
		w, err := watch(tx, desk, step, tx.Now())
		switch {
		case err != nil || len(w.Now) == 0:
			return ""
		case w.By == "roster":
			return "person:" + w.Now[0]
		}
		return step
	}
	if acts, err := people.ActsFor(tx, name, desk); err != nil || !acts {
		return ""
	}
	shifts, err := tx.Shifts(desk, tx.Now(), tx.Now())
	if err != nil || !away(shifts, name, tx.Now()) {
		return step
	}
	for _, s := range shifts {
		if s.CoverFor == name && s.Role != "" && covers(s, tx.Now()) && !away(shifts, s.Person, tx.Now()) {
			return "person:" + s.Person
		}
	}
	return ""
}
