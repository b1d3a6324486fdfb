package heed

import (
	"errors"
	"fmt"
	"time"
)

// Roster says who a person is at the author's desk from now on. Each change is the next
// version of one statement about that person; what it says replaces the version before.
type Roster struct {
	Person string   `json:"person"`
	Title  string   `json:"title,omitzero"` // for people
	Change string   `json:"change"`         // one of Changes
	Roles  []string `json:"roles,omitzero"` // held at this desk; none: the person does nothing here
	Active bool     `json:"active"`         // false: may not sign in
	Shift  *Shift   `json:"shift,omitzero"` // with the changes on-duty, leave and off, and only with them
	By     string   `json:"by"`             // the person who changed it
	At     Time     `json:"at"`
}

// Changes lists what can have changed.
var Changes = []string{
	"added", "roles", "deactivated", "reactivated",
	"link",   // a sign-in link was made: whoever holds it can become this person once
	"forgot", // password, passkeys and outside logins were taken off
	"login",  // an outside login was joined to the person
	"on-duty", "leave",
	"off", // a shift or a leave was taken back
}

// Shift is a time for which a person is on duty, or on leave. Each is a statement of its
// own; taking it back is its next version.
type Shift struct {
	From     Time   `json:"from"`
	To       Time   `json:"to"`
	Role     string `json:"role,omitzero"`      // empty: leave
	CoverFor string `json:"cover_for,omitzero"` // the person who is stood in for
}

func (r *Roster) check() error {
	switch {
	case r.Person == "" || r.By == "":
		return errors.New("person and by must both be given")
	case r.At.IsZero():
		return errors.New("at is missing")
	case !has(Changes, r.Change):
		return fmt.Errorf("change is %q; it must be one of %v", r.Change, Changes)
	}
	if timed := r.Change == "on-duty" || r.Change == "leave" || r.Change == "off"; timed != (r.Shift != nil) {
		return errors.New("a shift goes with the changes on-duty, leave and off, and only with them")
	}
	return r.Shift.check(r)
}

func (s *Shift) check(r *Roster) error {
	switch {
	case s == nil:
		return nil
	case s.From.IsZero() || !s.To.After(s.From):
		return errors.New("a shift begins, and ends after that")
	case s.To.Sub(s.From) > 366*24*time.Hour:
		return errors.New("a shift lasts a year at most")
	case (r.Change == "on-duty") && s.Role == "" || r.Change == "leave" && s.Role != "":
		return errors.New("who is on duty has a role, who is on leave has none")
	case s.CoverFor == r.Person:
		return errors.New("nobody covers for themselves")
	}
	return nil
}
