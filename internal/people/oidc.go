package people

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"heed/internal/store"
)

// OIDC is an outside provider of sign-in (OpenID Connect): authorization code with PKCE.
type OIDC struct {
	Name     string // as people see it
	Issuer   string
	ClientID string
	Secret   string
}

// What can be wrong with an outside login.
var (
	ErrNoProvider = errors.New("this node has no outside login: see oidc in docs/admin.md")
	ErrLogin      = errors.New("the outside login was not accepted: begin again")
)

// Unlinked means that nobody here has joined an outside account. It names issuer and
// subject for the administrator, who can join them.
type Unlinked struct{ Issuer, Subject string }

func (e *Unlinked) Error() string {
	return fmt.Sprintf("this outside login belongs to nobody here: give your administrator the subject %q of %s", e.Subject, e.Issuer)
}

// provider is what discovery found.
type provider struct {
	oauth  oauth2.Config
	verify *oidc.IDTokenVerifier
	client *http.Client
}

// outward is how the provider is asked: no proxy variables, no redirects, little time and
// few bytes.
func outward() *http.Client {
	t := &http.Transport{Proxy: nil, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 10 * time.Second, MaxResponseHeaderBytes: 64 << 10}
	return &http.Client{Timeout: 15 * time.Second, Transport: capped{t}, CheckRedirect: func(*http.Request, []*http.Request) error {
		return errors.New("the provider redirects where it must answer")
	}}
}

type capped struct{ next http.RoundTripper }

func (c capped) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := c.next.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, 1<<20), res.Body}
	}
	return res, err
}

func (a *Accounts) outside(ctx context.Context) (*provider, error) {
	if a.OIDC == nil {
		return nil, ErrNoProvider
	}
	p, err := a.provider.get(func() (*provider, error) {
		p := &provider{client: outward()}
		// Kept for as long as the process runs, so not bound to one request.
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), a.OIDC.Issuer)
		if err != nil {
			return nil, err
		}
		p.oauth = oauth2.Config{ClientID: a.OIDC.ClientID, ClientSecret: a.OIDC.Secret, Endpoint: found.Endpoint(),
			RedirectURL: strings.TrimSuffix(a.DeskURL, "/") + "/desk/login/back", Scopes: []string{oidc.ScopeOpenID}}
		p.verify = found.Verifier(&oidc.Config{ClientID: a.OIDC.ClientID, Now: a.Now})
		return p, nil
	})
	if err != nil && !errors.Is(err, ErrNoProvider) {
		a.Log.Error("the outside login does not answer", "issuer", a.OIDC.Issuer, "err", err)
		return nil, fmt.Errorf("%s does not answer at this moment: use your password or a passkey", a.OIDC.Name)
	}
	return p, err
}

// passage is what is kept while a person is at the provider.
type passage struct {
	State, Nonce, Verifier string
	Join                   string // the person who joins the account, if one is signed in for that
}

// BeginLogin gives the address at the provider to go to, and what the browser is to hold
// meanwhile. With a caller, the account is to be joined to that person, who must have signed
// in within the last minutes.
func (a *Accounts) BeginLogin(ctx context.Context, c *Caller, from Origin) (address, held string, err error) {
	if err := a.try(ctx, map[string]allowance{"begin " + from.Address: beginnings}); err != nil {
		return "", "", err
	}
	p, err := a.outside(ctx)
	if err != nil {
		return "", "", err
	}
	w := passage{Verifier: oauth2.GenerateVerifier()}
	if c != nil {
		if err := a.self(c); err != nil {
			return "", "", err
		}
		if c.Session == nil || !c.SteppedUp && !within(a.Now(), c.Session.Began, FreshLife) {
			return "", "", ErrNotFresh
		}
		w.Join = c.Person.Name
	}
	for _, s := range []*string{&held, &w.State, &w.Nonce} {
		if *s, err = NewSecret(a.Rand); err != nil {
			return "", "", err
		}
	}
	address = p.oauth.AuthCodeURL(w.State, oidc.Nonce(w.Nonce), oauth2.S256ChallengeOption(w.Verifier))
	return address, held, a.keep(ctx, HashToken(held), "login", w)
}

// FinishLogin takes what the provider sent back. It signs in the person to whom the account is
// joined by issuer and subject, never by an e-mail address, or joins it to the caller; then
// no session begins and cookie is empty.
func (a *Accounts) FinishLogin(ctx context.Context, c *Caller, from Origin, held, state, code, issuer string) (cookie string, err error) {
	p, err := a.outside(ctx)
	if err != nil {
		return "", err
	}
	if held == "" || state == "" || code == "" {
		return "", ErrLogin // before the provider is asked
	}
	var w passage
	if err := a.fetch(ctx, HashToken(held), "login", &w); err != nil {
		return "", err
	}
	if subtle.ConstantTimeCompare([]byte(state), []byte(w.State)) != 1 || issuer != "" && issuer != a.OIDC.Issuer { // RFC 9207
		return "", a.wrong(ctx, from, ErrLogin)
	}
	subject, err := a.subject(ctx, p, code, w)
	if err != nil {
		a.Log.Warn("an outside login was not accepted", "issuer", a.OIDC.Issuer, "err", err)
		return "", a.wrong(ctx, from, ErrLogin)
	}
	if w.Join != "" {
		return "", a.join(ctx, c, w.Join, subject)
	}
	return a.begin(ctx, from, "login", func(tx *store.Tx) (*Person, error) {
		row, err := tx.PersonByLogin(a.OIDC.Issuer, subject)
		if errors.Is(err, store.ErrNotFound) || err == nil && !row.Active {
			return nil, &Unlinked{a.OIDC.Issuer, subject}
		}
		return readPerson(row), err
	})
}

// subject exchanges the code and checks the token it gives.
func (a *Accounts) subject(ctx context.Context, p *provider, code string, w passage) (string, error) {
	ctx = oidc.ClientContext(ctx, p.client)
	tokens, err := p.oauth.Exchange(ctx, code, oauth2.VerifierOption(w.Verifier))
	if err != nil {
		return "", err
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return "", errors.New("the provider gave no ID token")
	}
	id, err := p.verify.Verify(ctx, raw)
	if err != nil {
		return "", err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(w.Nonce)) != 1 {
		return "", errors.New("the ID token answers another request")
	}
	if id.Subject == "" {
		return "", errors.New("the ID token names no subject")
	}
	return id.Subject, nil
}

// join joins an outside account to the person who is signed in, if it is still the one who
// began.
func (a *Accounts) join(ctx context.Context, c *Caller, name, subject string) error {
	if c == nil || c.Person.Name != name {
		return ErrNobody
	}
	if err := a.mayAppend(); err != nil {
		return err
	}
	return a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		p, err := find(tx, name)
		if err != nil {
			return err
		}
		if !p.Active {
			return ErrNobody
		}
		err = tx.AddLogin(store.Login{Issuer: a.OIDC.Issuer, Subject: subject, Person: name})
		if errors.Is(err, store.ErrExists) {
			return errLoginTaken
		}
		if err != nil {
			return err
		}
		for _, desk := range p.Desks() {
			if err := a.record(tx, desk, p, "login", name); err != nil {
				return err
			}
		}
		return nil
	})
}

// DropLogin takes an outside account off the caller.
func (a *Accounts) DropLogin(ctx context.Context, c *Caller, issuer, subject string) error {
	if err := a.self(c); err != nil {
		return err
	}
	return a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		return tx.DropLogin(store.Login{Issuer: issuer, Subject: subject, Person: c.Person.Name})
	})
}
