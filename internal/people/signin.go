package people

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"heed"
	"heed/internal/store"
)

// What can be wrong with a proof. Each is one sentence for the person who tries.
var (
	ErrWrong     = errors.New("name and password do not fit together")
	ErrLink      = errors.New("this link has been used, has run out, or was never made here: ask your administrator for another")
	ErrNotFresh  = errors.New("sign in again first: this needs a proof of the last minutes that it is you")
	ErrNoSession = errors.New("there is no such session")
	ErrNoToken   = errors.New("you have no token of this name")
)

// NewSecret draws 256 random bits as text: a token, a session, a link.
func NewSecret(rand io.Reader) (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return "", err
	}
	return "heed_" + base64.RawURLEncoding.EncodeToString(b[:]), nil
}

func (a *Accounts) linkURL(secret string) string { return LinkURL(a.DeskURL, secret) }

// LinkURL is where a sign-in link leads.
func LinkURL(desk, secret string) string {
	return strings.TrimSuffix(desk, "/") + "/desk/link/" + secret
}

// SignIn checks a name and a password and begins a session. It costs one hash, whoever is
// named; refused tries cost none. The error is [ErrWrong], [TooMany] or [ErrBusy] where the
// person can do something about it.
func (a *Accounts) SignIn(ctx context.Context, from Origin, name, password string) (cookie string, err error) {
	if strings.TrimSpace(name) == "" || password == "" {
		return "", errors.New("give both your name and your password")
	}
	if len(password) > MaxPassword || len(name) > MaxPassword {
		return "", ErrWrong
	}
	name, bad := CanonicalName(name)
	if bad != nil {
		name = "?" // nobody's; counted and hashed like any other
	}
	person, keys, err := a.checked(ctx, from, name, password)
	if errors.Is(err, ErrWrong) {
		a.Log.Info("a sign-in was refused", "name", person.known(), "from", from.Address)
	}
	if err != nil {
		return "", err
	}
	return a.begin(ctx, from, "password", func(tx *store.Tx) (*Person, error) {
		p, err := find(tx, person.Name)
		if err != nil || p.password != person.password {
			return nil, cmp.Or(err, ErrWrong) // changed while it was checked
		}
		return p, a.giveBack(tx, keys)
	})
}

// checked finds the person whose password it is, and gives the allowances that it drew on.
// Who has signed in from an address before does not share that address's allowance: what
// others there try is not theirs to wait for.
func (a *Accounts) checked(ctx context.Context, from Origin, name, password string) (*Person, map[string]allowance, error) {
	p := &Person{}
	regular := false
	err := a.Store.View(ctx, func(tx *store.Tx) error {
		row, err := tx.Person(name)
		if err == nil && row.Active {
			p = readPerson(row)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		regular, err = tx.KnownPlace(name, from.Address)
		return err
	})
	if err != nil {
		return p, nil, err
	}
	keys := map[string]allowance{"account " + name + " " + from.Address: perAccount}
	if !regular {
		keys["address "+from.Address] = perAddress
	}
	if err := a.try(ctx, keys); err != nil {
		return p, nil, err
	}
	leave, err := a.queue.enter(ctx, regular)
	if err != nil { // not tried, so not counted
		return p, nil, errors.Join(err, a.Store.Update(context.WithoutCancel(ctx), store.Normal, func(tx *store.Tx) error { return a.giveBack(tx, keys) }))
	}
	defer leave()
	ok, err := a.fits(password, p.password)
	if err == nil && !ok {
		err = ErrWrong
	}
	return p, keys, err
}

// known is the name for the log, where people mistype their passwords as names.
func (p *Person) known() string {
	if p.Name == "" {
		return "(nobody here)"
	}
	return p.Name
}

// begin makes a session for the person that who finds in the same transaction. Nobody who
// has been deactivated by then gets one.
func (a *Accounts) begin(ctx context.Context, from Origin, how string, who func(*store.Tx) (*Person, error)) (string, error) {
	cookie, err := NewSecret(a.Rand)
	if err != nil {
		return "", err
	}
	err = a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		p, err := who(tx)
		if err != nil {
			return err
		}
		if !p.Active {
			return ErrWrong
		}
		now := a.Now()
		s := store.Session{Hash: HashToken(cookie), Person: p.Name, How: how, Address: from.Address, Agent: from.Agent, Began: now, Ends: now.Add(SessionLife)}
		if how == "passkey" {
			s.Proven = now
		}
		if err := tx.NotePlace(p.Name, from.Address, now); err != nil {
			return err
		}
		return tx.AddSession(s)
	})
	if err != nil {
		return "", err
	}
	return cookie, nil
}

// UseLink signs in by a one-time link, and uses it up.
func (a *Accounts) UseLink(ctx context.Context, from Origin, secret string) (cookie string, err error) {
	if secret == "" {
		return "", ErrLink
	}
	cookie, err = a.begin(ctx, from, "link", func(tx *store.Tx) (*Person, error) {
		name, ends, err := tx.TakeLink(HashToken(secret))
		if errors.Is(err, store.ErrNotFound) {
			return nil, ErrLink
		}
		if err != nil {
			return nil, err
		}
		p, err := find(tx, name)
		if err == nil && (!p.Active || !a.Now().Before(ends)) {
			err = ErrLink
		}
		return p, err
	})
	if errors.Is(err, ErrLink) {
		return "", a.wrong(ctx, from, err)
	}
	return cookie, err
}

// SignOut ends the session that a browser holds. Ending it again is no error.
func (a *Accounts) SignOut(ctx context.Context, cookie string) error {
	err := a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error { return tx.EndSession(HashToken(cookie)) })
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// SessionName is how people tell sessions apart: the first bytes of what is kept of them.
func SessionName(s store.Session) string { return hex.EncodeToString(s.Hash[:5]) }

// EndSession ends one of the caller's own sessions, or with "others" all but the present one.
func (a *Accounts) EndSession(ctx context.Context, c *Caller, name string) error {
	if err := a.self(c); err != nil {
		return err
	}
	return a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		if name == "others" {
			var own []byte
			if c.Session != nil {
				own = c.Session.Hash
			}
			return tx.EndOtherSessions(c.Person.Name, own)
		}
		list, err := tx.Sessions(c.Person.Name)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(s store.Session) bool { return SessionName(s) == name })
		if i < 0 {
			return ErrNoSession
		}
		return tx.EndSession(list[i].Hash)
	})
}

// SetPassword sets the caller's password, or takes it off when next is empty. Who has one
// shows it, or steps up; who has none must have signed in within the last minutes. Every other
// session of the person ends.
func (a *Accounts) SetPassword(ctx context.Context, c *Caller, from Origin, old, next string) error {
	if err := a.self(c); err != nil {
		return err
	}
	if next != "" {
		if err := checkPassword(next, c.Person.Name); err != nil {
			return err
		}
	}
	if err := a.showsItself(ctx, c, from, old); err != nil {
		return err
	}
	stored := ""
	if next != "" {
		leave, err := a.queue.enter(ctx, true)
		if err != nil {
			return err
		}
		stored, err = a.hash(next)
		leave()
		if err != nil {
			return err
		}
	}
	return a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		row, err := tx.Person(c.Person.Name)
		if err != nil {
			return err
		}
		if row.Password != c.Person.password || !row.Active {
			return ErrNotFresh // changed meanwhile
		}
		row.Password = stored
		if err := tx.PutPerson(row); err != nil {
			return err
		}
		var own []byte
		if c.Session != nil {
			own = c.Session.Hash
		}
		return tx.EndOtherSessions(row.Name, own)
	})
}

// showsItself demands what a change to one's own proofs needs.
func (a *Accounts) showsItself(ctx context.Context, c *Caller, from Origin, old string) error {
	switch {
	case c.SteppedUp, a.firstSteps(c):
		return nil
	case old == "" && c.Person.password != "":
		return errors.New("give your present password as well, or use your passkey first")
	case c.Person.password == "":
		return ErrNotFresh
	}
	_, keys, err := a.checked(ctx, from, c.Person.Name, old)
	if errors.Is(err, ErrWrong) {
		return errors.New("this is not your present password")
	}
	if err != nil {
		return err
	}
	return a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error { return a.giveBack(tx, keys) })
}

// firstSteps reports whether the session began with a link within the last minutes: for
// who sets up an account, or lost what it had.
func (a *Accounts) firstSteps(c *Caller) bool {
	return c.Session != nil && c.Session.How == "link" && within(a.Now(), c.Session.Began, FreshLife)
}

// Token is a token as its owner sees it.
type Token struct {
	Name   string    `json:"name"`
	Scopes []Scope   `json:"scopes"`
	MadeAt time.Time `json:"made_at"`
}

// NewToken makes a token of the caller's, good until revoked. It is returned once and kept as
// a hash. A token cannot make one that may more than itself.
func (a *Accounts) NewToken(ctx context.Context, c *Caller, name string, scopes []Scope) (string, error) {
	if err := a.self(c); err != nil {
		return "", err
	}
	if name == "" || len(name) > 60 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7F }) {
		return "", errors.New("a token needs a name of 1 to 60 bytes that says where it is used, as in laptop")
	}
	if len(scopes) == 0 {
		return "", errors.New("say what the token is for: read, write, admin, or several of them")
	}
	var names []string
	for _, s := range scopes {
		if !slices.Contains(Scopes, s) {
			return "", fmt.Errorf("a scope is read, write or admin; %q is none", s)
		}
		if !slices.Contains(c.Scopes, s) {
			return "", fmt.Errorf("your own token has not the scope %s, so it cannot hand it on", s)
		}
		names = append(names, string(s))
	}
	slices.Sort(names)
	secret, err := NewSecret(a.Rand)
	if err != nil {
		return "", err
	}
	err = a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		if row, err := tx.Person(c.Person.Name); err != nil || !row.Active {
			return cmp.Or(err, ErrNobody)
		}
		return tx.AddToken(store.Token{Hash: HashToken(secret), Person: c.Person.Name, Name: name, Scopes: strings.Join(slices.Compact(names), " "), MadeAt: a.Now()})
	})
	if errors.Is(err, store.ErrExists) {
		return "", fmt.Errorf("you have a token called %s already: revoke it first, or take another name", name)
	}
	if err != nil {
		return "", err
	}
	return secret, nil
}

// Tokens lists the caller's tokens.
func (a *Accounts) Tokens(ctx context.Context, c *Caller) ([]Token, error) {
	var list []Token
	err := a.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Tokens(c.Person.Name)
		for _, r := range rows {
			t := Token{Name: r.Name, MadeAt: r.MadeAt}
			for _, s := range strings.Fields(r.Scopes) {
				t.Scopes = append(t.Scopes, Scope(s))
			}
			list = append(list, t)
		}
		return err
	})
	return list, err
}

// DropToken revokes one of the caller's tokens, from the commit on.
func (a *Accounts) DropToken(ctx context.Context, c *Caller, name string) error {
	if err := a.self(c); err != nil {
		return err
	}
	err := a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error { return tx.DropToken(c.Person.Name, name) })
	if errors.Is(err, store.ErrNotFound) {
		return ErrNoToken
	}
	return err
}

// self asks whether the caller may change what is its own. At which desk makes no difference.
func (a *Accounts) self(c *Caller) error {
	actor := c.At("")
	for _, roles := range c.Person.Roles {
		actor.Roles = append(actor.Roles, roles...)
	}
	return Check(actor, ActSelf, heed.Ref{}, Object{}, heed.Handling{})
}

// Proofs is what a person has to sign in with, and where it is signed in.
type Proofs struct {
	Sessions []store.Session
	Passkeys []store.Passkey
	Logins   []store.Login
	Tokens   []Token
	Here     []byte // hash of the present session
}

// Current reports whether a session of the list is the one that asks.
func (p Proofs) Current(s store.Session) bool { return bytes.Equal(p.Here, s.Hash) }

// Proofs lists the caller's own; of sessions those that have not ended.
func (a *Accounts) Proofs(ctx context.Context, c *Caller) (Proofs, error) {
	var p Proofs
	if c.Session != nil {
		p.Here = c.Session.Hash
	}
	err := a.Store.View(ctx, func(tx *store.Tx) error {
		var errs [3]error
		p.Sessions, errs[0] = tx.Sessions(c.Person.Name)
		p.Passkeys, errs[1] = tx.Passkeys(c.Person.Name)
		p.Logins, errs[2] = tx.Logins(c.Person.Name)
		return errors.Join(errs[:]...)
	})
	if err != nil {
		return p, err
	}
	now := a.Now()
	p.Sessions = slices.DeleteFunc(p.Sessions, func(s store.Session) bool { return !now.Before(s.Ends) })
	p.Tokens, err = a.Tokens(ctx, c)
	return p, err
}

// Sweep forgets sessions, links, challenges and allowances that have run out.
func (a *Accounts) Sweep(ctx context.Context) error {
	return a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error { return tx.SweepHouse(a.Now(), placeLife) })
}
