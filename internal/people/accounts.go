package people

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"heed"
	"heed/internal/stix"
	"heed/internal/store"
)

// Person acts for some desks of this node.
type Person struct {
	Name   string
	Title  string                  // for people
	UID    int                     // of the machine's account; -1: none
	Active bool                    // may sign in
	Roles  map[heed.PartyID][]Role // what the person does, desk by desk

	password string
	handle   string
}

// Desks lists the desks at which the person has a role, in the order of their ids.
func (p *Person) Desks() []heed.PartyID { return slices.Sorted(maps.Keys(p.Roles)) }

// HasPassword reports whether a password has been set.
func (p *Person) HasPassword() bool { return p.password != "" }

func readPerson(row store.Person) *Person {
	p := &Person{Name: row.Name, Title: row.Title, UID: row.UID, Active: row.Active, Roles: map[heed.PartyID][]Role{}, password: row.Password, handle: row.Handle}
	for desk, names := range row.Roles {
		for _, n := range names {
			p.Roles[desk] = append(p.Roles[desk], Role(n))
		}
		slices.SortFunc(p.Roles[desk], func(a, b Role) int { return cmp.Compare(slices.Index(Roles, a), slices.Index(Roles, b)) })
	}
	return p
}

// CanonicalName gives the one spelling of a person's name: lower case, 1 to 40 of a-z, 0-9,
// dot, hyphen and underscore, with a letter or digit first and last.
func CanonicalName(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	ok := s != "" && len(s) <= 40
	for i := range len(s) {
		c := s[i]
		alnum := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		ok = ok && (alnum || i > 0 && i < len(s)-1 && strings.IndexByte(".-_", c) >= 0)
	}
	if !ok {
		return "", errors.New("a person's name has 1 to 40 of a-z, 0-9, dot, hyphen and underscore, as in ada or ada.king")
	}
	return s, nil
}

// Accounts knows the persons of this node and how they prove who they are. Its exported
// fields are set once; its methods are safe for concurrent use.
type Accounts struct {
	Store     *store.DB
	Pen       *Pen
	MayAppend func() (ok bool, why string)
	Now       func() time.Time
	Rand      io.Reader
	Log       *slog.Logger
	Cost      Cost   // of a password's hash; zero: [DefaultCost]
	DeskURL   string // how browsers reach the desk: https://desk.example
	OIDC      *OIDC  // an outside provider; nil: none

	queue    hashQueue
	hashes   atomic.Int64
	passkeys lazy[relyingParty]
	provider lazy[provider]
}

// lazy holds a thing that is made when it is first needed, and again until that works.
type lazy[T any] struct {
	mu   sync.Mutex
	made *T
}

func (l *lazy[T]) get(make func() (*T, error)) (*T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made != nil {
		return l.made, nil
	}
	made, err := make()
	if err == nil {
		l.made = made
	}
	return made, err
}

// What can be wrong with a change to the persons.
var (
	ErrNoPerson   = errors.New("no such person")
	ErrLastAdmin  = errors.New("this would leave the desk without an administrator who can sign in: give somebody else the role first")
	ErrNotNow     = errors.New("this node may not write to its ledger now")
	ErrElsewhere  = errors.New("this person acts for another desk as well: only who administers every desk of a person makes ways in for them")
	ErrNameTaken  = errors.New("somebody here has this name already")
	ErrNoSuchRole = fmt.Errorf("a role is one of %s", orList(Roles))
)

// Persons lists all, in the order of their names.
func (a *Accounts) Persons(ctx context.Context) ([]*Person, error) {
	var list []*Person
	err := a.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Persons()
		for _, r := range rows {
			list = append(list, readPerson(r))
		}
		return err
	})
	return list, err
}

// Person finds one by name.
func (a *Accounts) Person(ctx context.Context, name string) (*Person, error) {
	var p *Person
	err := a.Store.View(ctx, func(tx *store.Tx) (err error) { p, err = find(tx, name); return err })
	return p, err
}

func find(tx *store.Tx, name string) (*Person, error) {
	row, err := tx.Person(name)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("%w: %q", ErrNoPerson, name)
	}
	return readPerson(row), err
}

// ActsFor reports whether an active person of this name has a role at a desk.
func ActsFor(tx *store.Tx, name string, desk heed.PartyID) (bool, error) {
	row, err := tx.Person(name)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && row.Active && len(row.Roles[desk]) > 0, err
}

// Add enters a person with roles at the actor's desk, and makes the link with which they sign
// in first. The roster statement, the rows and the link are one commit.
func (a *Accounts) Add(ctx context.Context, by Actor, name, title string, roles []Role) (link string, err error) {
	if err := a.may(by); err != nil {
		return "", err
	}
	if name, err = CanonicalName(name); err != nil {
		return "", err
	}
	if roles, err = inOrder(roles); err != nil {
		return "", err
	}
	if len(roles) == 0 {
		return "", fmt.Errorf("say what %s does here; %w", name, ErrNoSuchRole)
	}
	if len(title) > 200 {
		return "", errors.New("a title has at most 200 bytes")
	}
	secret, handle, err := a.two()
	if err != nil {
		return "", err
	}
	err = a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		if _, err := tx.Person(name); !errors.Is(err, store.ErrNotFound) {
			return cmp.Or(err, ErrNameTaken)
		}
		p := &Person{Name: name, Title: title, UID: -1, Active: true, Roles: map[heed.PartyID][]Role{by.Desk: roles}, handle: handle}
		if err := put(tx, p, by.Desk); err != nil {
			return err
		}
		if err := tx.AddLink(HashToken(secret), name, a.Now().Add(LinkLife)); err != nil {
			return err
		}
		return a.record(tx, by.Desk, p, "added", by.Person)
	})
	return a.linkURL(secret), err
}

// SetRoles replaces what a person does at the actor's desk. It holds from the commit on, also
// for who is signed in.
func (a *Accounts) SetRoles(ctx context.Context, by Actor, name string, roles []Role) error {
	roles, err := inOrder(roles)
	if err != nil {
		return err
	}
	return a.change(ctx, by, name, "roles", func(tx *store.Tx, p *Person) error {
		if slices.Equal(p.Roles[by.Desk], roles) {
			return errUnchanged
		}
		p.Roles[by.Desk] = roles
		return nil
	})
}

// Deactivate ends what a person may do at every desk of this node: sessions, links and tokens
// die in the same commit. The roles stay written for a later return.
func (a *Accounts) Deactivate(ctx context.Context, by Actor, name string) error {
	return a.change(ctx, by, name, "deactivated", func(tx *store.Tx, p *Person) error {
		if !p.Active {
			return errUnchanged
		}
		p.Active = false
		return tx.EndAccess(p.Name)
	})
}

// Reactivate lets a person sign in again. Tokens and sessions from before do not come back.
func (a *Accounts) Reactivate(ctx context.Context, by Actor, name string) error {
	return a.change(ctx, by, name, "reactivated", func(_ *store.Tx, p *Person) error {
		if p.Active {
			return errUnchanged
		}
		p.Active = true
		return nil
	})
}

// Link makes a link with which a person signs in once. With forget, password, passkeys,
// outside logins, sessions and tokens are taken off in the same commit: for who lost them.
func (a *Accounts) Link(ctx context.Context, by Actor, name string, forget bool) (string, error) {
	secret, err := NewSecret(a.Rand)
	if err != nil {
		return "", err
	}
	what := "link"
	if forget {
		what = "forgot"
	}
	err = a.change(ctx, by, name, what, func(tx *store.Tx, p *Person) error {
		if !p.Active {
			return fmt.Errorf("%s is deactivated: reactivate first", p.Name)
		}
		if forget {
			p.password = ""
			if err := errors.Join(tx.EndAccess(p.Name), tx.ForgetProofs(p.Name)); err != nil {
				return err
			}
		}
		return tx.AddLink(HashToken(secret), p.Name, a.Now().Add(LinkLife))
	})
	return a.linkURL(secret), err
}

// JoinLogin joins an account at the outside provider to a person, by issuer and subject.
func (a *Accounts) JoinLogin(ctx context.Context, by Actor, name, subject string) error {
	if a.OIDC == nil {
		return ErrNoProvider
	}
	if subject == "" || len(subject) > 255 {
		return errors.New("name the subject, as the provider writes it: 1 to 255 bytes")
	}
	return a.change(ctx, by, name, "login", func(tx *store.Tx, p *Person) error {
		err := tx.AddLogin(store.Login{Issuer: a.OIDC.Issuer, Subject: subject, Person: p.Name})
		if errors.Is(err, store.ErrExists) {
			return errLoginTaken
		}
		return err
	})
}

var (
	errUnchanged  = errors.New("nothing would change")
	errLoginTaken = errors.New("this outside login is joined to somebody here already")
)

// change loads a person, lets fn change it, and writes row and roster statements in one
// commit. A change that would change nothing is no error and leaves no trace.
func (a *Accounts) change(ctx context.Context, by Actor, name, what string, fn func(*store.Tx, *Person) error) error {
	if err := a.may(by); err != nil {
		return err
	}
	err := a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		p, err := find(tx, name)
		if err != nil {
			return err
		}
		before := maps.Clone(p.Roles)
		if !slices.Contains(p.Desks(), by.Desk) && what != "roles" {
			return fmt.Errorf("%w: %q acts for another desk of this node", ErrNoPerson, name)
		}
		if err := everywhere(tx, by, before, what); err != nil {
			return err
		}
		if err := fn(tx, p); err != nil {
			return err
		}
		if err := put(tx, p, by.Desk); err != nil {
			return err
		}
		if err := a.administered(tx, by.Desk, before); err != nil {
			return err
		}
		for _, desk := range affected(p, before, by.Desk, what) {
			if err := a.record(tx, desk, p, what, by.Person); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// everywhere asks, for what gives a way in as a person, that the actor administers every desk
// at which that person has a role: else the administrator of one party could enter the desk
// of another.
func everywhere(tx *store.Tx, by Actor, roles map[heed.PartyID][]Role, what string) error {
	if what == "roles" || what == "deactivated" {
		return nil
	}
	row, err := tx.Person(by.Person)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	for desk := range roles {
		if !slices.Contains(row.Roles[desk], string(Administrator)) {
			return ErrElsewhere
		}
	}
	return nil
}

// affected lists the desks whose roster changes.
func affected(p *Person, before map[heed.PartyID][]Role, desk heed.PartyID, what string) []heed.PartyID {
	if what == "roles" {
		return []heed.PartyID{desk}
	}
	return slices.Sorted(maps.Keys(before))
}

// administered refuses a change after which nobody could administer a desk.
func (a *Accounts) administered(tx *store.Tx, desk heed.PartyID, before map[heed.PartyID][]Role) error {
	desks := slices.Sorted(maps.Keys(before))
	if !slices.Contains(desks, desk) {
		desks = append(desks, desk)
	}
	rows, err := tx.Persons()
	if err != nil {
		return err
	}
	for _, d := range desks {
		ok := !slices.Contains(before[d], Administrator) // whoever was none leaves no gap
		for _, r := range rows {
			ok = ok || r.Active && slices.Contains(r.Roles[d], string(Administrator))
		}
		if !ok {
			return ErrLastAdmin
		}
	}
	return nil
}

func put(tx *store.Tx, p *Person, desk heed.PartyID) error {
	if err := tx.PutPerson(store.Person{Name: p.Name, Title: p.Title, UID: p.UID, Active: p.Active, Password: p.password, Handle: p.handle}); err != nil {
		return err
	}
	var names []string
	for _, r := range p.Roles[desk] {
		names = append(names, string(r))
	}
	return tx.SetRoles(p.Name, desk, names)
}

// Enter writes the roles of a new person at every desk, and their roster statements.
func Enter(tx *store.Tx, pen *Pen, p *Person) error {
	for _, desk := range p.Desks() {
		var names []string
		for _, r := range p.Roles[desk] {
			names = append(names, string(r))
		}
		if err := errors.Join(tx.SetRoles(p.Name, desk, names), RecordRoster(tx, pen, desk, p, "added", p.Name)); err != nil {
			return err
		}
	}
	return nil
}

// record writes the roster statement of a change: the next version about that person.
func (a *Accounts) record(tx *store.Tx, desk heed.PartyID, p *Person, what, by string) error {
	return RecordRoster(tx, a.Pen, desk, p, what, by)
}

// RecordRoster records, as the next version of a desk's statement about a person, who that
// person is from now on. It belongs into the transaction that changes the rows.
func RecordRoster(tx *store.Tx, pen *Pen, desk heed.PartyID, p *Person, what, by string) error {
	id := DerivedID(heed.KindRoster, string(desk), p.Name)
	old, err := tx.FindAll(desk, id)
	if err != nil {
		return err
	}
	now := tx.Now()
	s := heed.Statement{ID: id, Author: desk, Version: heed.Version(len(old) + 1), Kind: heed.KindRoster, Created: now, Modified: now,
		Headline: "roster: " + p.Name + " " + what, Text: rosterWords(p, desk, what, by),
		Roster: &heed.Roster{Person: p.Name, Title: p.Title, Change: what, Active: p.Active, By: by, At: now}}
	for _, r := range p.Roles[desk] {
		s.Roster.Roles = append(s.Roster.Roles, string(r))
	}
	for _, r := range old {
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil {
			return err
		}
		if o := obj.Statement; o != nil {
			s.Created = old[0].RecordedAt
			if o.Version == 1 {
				s.Created = o.Created
			}
			if !s.Modified.After(o.Modified) {
				s.Modified = o.Modified.Add(time.Microsecond) // two versions never share one
			}
		}
	}
	env, err := pen.Seal(s)
	if err != nil {
		return err
	}
	_, err = tx.Append(store.New{Desk: desk, Author: desk, ID: id, Version: s.Version, Kind: heed.KindRoster,
		Door: "desk", From: "person:" + by, Envelope: env, Carried: string(stix.Own)})
	return err
}

func rosterWords(p *Person, desk heed.PartyID, what, by string) string {
	roles := "no role"
	if list := p.Roles[desk]; len(list) > 0 {
		names := make([]string, len(list))
		for i, r := range list {
			names[i] = string(r)
		}
		roles = strings.Join(names, ", ")
	}
	words := map[string]string{
		"added": "entered " + p.Name, "roles": "changed the roles of " + p.Name, "deactivated": "deactivated " + p.Name,
		"reactivated": "reactivated " + p.Name, "link": "made a sign-in link for " + p.Name,
		"forgot": "took password, passkeys and logins off " + p.Name + " and made a sign-in link", "login": "joined an outside login to " + p.Name,
	}[what]
	return by + " " + words + "; " + p.Name + " has here: " + roles
}

// may asks whether the actor may change persons, and whether the ledger takes it now.
func (a *Accounts) may(by Actor) error {
	if err := Check(by, ActEnrol, heed.Ref{}, Object{}, heed.Handling{}); err != nil {
		return err
	}
	return a.mayAppend()
}

func (a *Accounts) mayAppend() error {
	if ok, why := a.MayAppend(); !ok {
		return fmt.Errorf("%w: %s", ErrNotNow, why)
	}
	return nil
}

// inOrder gives the roles in their usual order, each once.
func inOrder(roles []Role) ([]Role, error) {
	list := slices.Clone(roles)
	for _, r := range list {
		if !r.Known() {
			return nil, fmt.Errorf("%w; %q is none", ErrNoSuchRole, r)
		}
	}
	slices.SortFunc(list, func(a, b Role) int { return cmp.Compare(slices.Index(Roles, a), slices.Index(Roles, b)) })
	return slices.Compact(list), nil
}

// two draws a secret and a passkey handle.
func (a *Accounts) two() (secret, handle string, err error) {
	if secret, err = NewSecret(a.Rand); err != nil {
		return "", "", err
	}
	id, err := uuid.NewRandomFromReader(a.Rand)
	return secret, id.String(), err
}

// Recorded is who a person was at a desk at one time, as the ledger has it.
func Recorded(ctx context.Context, db *store.DB, desk heed.PartyID, name string) ([]heed.Roster, error) {
	var list []heed.Roster
	err := db.View(ctx, func(tx *store.Tx) error {
		recs, err := tx.FindAll(desk, DerivedID(heed.KindRoster, string(desk), name))
		for _, r := range recs {
			obj, err := stix.Recorded(r.Envelope.Payload)
			if err != nil {
				return err
			}
			list = append(list, *obj.Statement.Roster)
		}
		return err
	})
	return list, err
}
