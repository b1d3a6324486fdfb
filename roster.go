package heed

import (
	"errors"
	"fmt"
)

// Roster says who a person is at the author's desk from now on. Each change is the next
// version of one statement about that person; what it says replaces the version before.
type Roster struct {
	Person string   `json:"person"`
	Title  string   `json:"title,omitzero"` // for people
	Change string   `json:"change"`         // one of Changes
	Roles  []string `json:"roles,omitzero"` // held at this desk; none: the person does nothing here
	Active bool     `json:"active"`         // false: may not sign in
	By     string   `json:"by"`             // the person who changed it
	At     Time     `json:"at"`
}

// Changes lists what can have changed.
var Changes = []string{
	"added", "roles", "deactivated", "reactivated",
	"link",   // a sign-in link was made: whoever holds it can become this person once
	"forgot", // password, passkeys and outside logins were taken off
	"login",  // an outside login was joined to the person
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
	return nil
}
