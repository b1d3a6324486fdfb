package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"heed/internal/store"
)

// What can be wrong with a passkey.
var (
	ErrPasskey  = errors.New("this passkey was not accepted: try again, or use another way to sign in")
	ErrNoName   = errors.New("passkeys need the desk to be reached under a host name: set desk_url in node.json, as in https://desk.example")
	ErrNoKeyYet = errors.New("you have no passkey here yet: add one under your account first")
	ErrTooLate  = errors.New("that took too long: begin again")
)

// ceremonyLife is how long the two steps of a proof may take.
const ceremonyLife = 5 * time.Minute

// relyingParty is this node as passkeys know it (WebAuthn, section 4).
type relyingParty struct{ *webauthn.WebAuthn }

func (a *Accounts) rp() (*relyingParty, error) {
	return a.passkeys.get(func() (*relyingParty, error) {
		u, err := url.Parse(a.DeskURL)
		if err != nil || u.Hostname() == "" {
			return nil, ErrNoName
		}
		if _, err := netip.ParseAddr(u.Hostname()); err == nil {
			return nil, ErrNoName // an address is no relying party id
		}
		required := true
		w, err := webauthn.New(&webauthn.Config{
			RPID: u.Hostname(), RPDisplayName: "Heed at " + u.Hostname(), RPOrigins: []string{u.Scheme + "://" + u.Host},
			AttestationPreference: protocol.PreferNoAttestation,
			AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired,
				RequireResidentKey: &required, UserVerification: protocol.VerificationRequired},
		})
		return &relyingParty{w}, err
	})
}

// HasPasskeys reports whether passkeys can work at the desk's address.
func (a *Accounts) HasPasskeys() bool { _, err := a.rp(); return err == nil }

// holder is a person as the library sees one.
type holder struct {
	*Person
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.handle) }
func (h holder) WebAuthnName() string                       { return h.Name }
func (h holder) WebAuthnDisplayName() string                { return h.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func holding(tx *store.Tx, p *Person) (holder, error) {
	rows, err := tx.Passkeys(p.Name)
	h := holder{Person: p}
	for _, r := range rows {
		var c webauthn.Credential
		if err := json.Unmarshal(r.Credential, &c); err != nil {
			return h, fmt.Errorf("a passkey of %s cannot be read: %w", p.Name, err)
		}
		h.keys = append(h.keys, c)
	}
	return h, err
}

func (a *Accounts) holder(ctx context.Context, p *Person) (holder, error) {
	var h holder
	err := a.Store.View(ctx, func(tx *store.Tx) (err error) { h, err = holding(tx, p); return err })
	return h, err
}

// keep puts a challenge aside under what the browser holds.
func (a *Accounts) keep(ctx context.Context, held []byte, kind string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		return tx.PutCeremony(store.Ceremony{Hash: held, Kind: kind, Ends: a.Now().Add(ceremonyLife), Data: raw})
	})
}

// fetch uses a challenge up.
func (a *Accounts) fetch(ctx context.Context, held []byte, kind string, data any) error {
	var c store.Ceremony
	err := a.Store.Update(ctx, store.Normal, func(tx *store.Tx) (err error) { c, err = tx.TakeCeremony(held, kind); return err })
	if errors.Is(err, store.ErrNotFound) || err == nil && !a.Now().Before(c.Ends) {
		return ErrTooLate
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(c.Data, data)
}

// underSession is the key of a challenge that belongs to a session and a purpose.
func underSession(c *Caller, kind string) []byte {
	return HashToken(kind + " " + string(c.Session.Hash))
}

// BeginPasskey gives the options for a browser to make a passkey. A first one needs a
// sign-in of the last minutes, a further one the step-up by one that is there: who
// steals a session cannot add their own.
func (a *Accounts) BeginPasskey(ctx context.Context, c *Caller) (options any, err error) {
	w, h, err := a.mayAdd(ctx, c)
	if err != nil {
		return nil, err
	}
	var known []protocol.CredentialDescriptor
	for i := range h.keys {
		known = append(known, h.keys[i].Descriptor())
	}
	made, data, err := w.BeginRegistration(h, webauthn.WithExclusions(known))
	if err != nil {
		return nil, err
	}
	return made, a.keep(ctx, underSession(c, "add"), "add", data)
}

func (a *Accounts) mayAdd(ctx context.Context, c *Caller) (*relyingParty, holder, error) {
	w, err := a.rp()
	if err != nil {
		return nil, holder{}, err
	}
	if c.Session == nil {
		return nil, holder{}, ErrNobody
	}
	if err := a.self(c); err != nil {
		return nil, holder{}, err
	}
	h, err := a.holder(ctx, c.Person)
	if err != nil {
		return nil, h, err
	}
	if len(h.keys) > 0 && !c.SteppedUp {
		return nil, h, errors.New("use a passkey that you have here first: then you may add another")
	}
	if len(h.keys) == 0 && !within(a.Now(), c.Session.Began, FreshLife) {
		return nil, h, ErrNotFresh
	}
	return w, h, nil
}

// FinishPasskey keeps the passkey that a browser made.
func (a *Accounts) FinishPasskey(ctx context.Context, c *Caller, name string, answer []byte) error {
	if name == "" || len(name) > 60 {
		return errors.New("give the passkey a name of 1 to 60 bytes, as in blue key")
	}
	w, h, err := a.mayAdd(ctx, c)
	if err != nil {
		return err
	}
	var data webauthn.SessionData
	if err := a.fetch(ctx, underSession(c, "add"), "add", &data); err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return a.badKey(err)
	}
	key, err := w.CreateCredential(h, data, parsed)
	if err != nil {
		return a.badKey(err)
	}
	raw, err := json.Marshal(key)
	if err != nil {
		return err
	}
	return a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		if _, err := tx.Session(c.Session.Hash); err != nil { // ended meanwhile, or deactivated
			return ErrNobody
		}
		err := tx.AddPasskey(store.Passkey{ID: key.ID, Person: c.Person.Name, Name: name, AddedAt: a.Now(), Credential: raw})
		if errors.Is(err, store.ErrExists) {
			return errors.New("this passkey is in use here already")
		}
		if err != nil {
			return err
		}
		return tx.Prove(c.Session.Hash, a.Now())
	})
}

// badKey hides what a library says from who tries, and logs it.
func (a *Accounts) badKey(err error) error {
	var detail *protocol.Error
	if errors.As(err, &detail) {
		a.Log.Info("a passkey was not accepted", "why", detail.Details, "more", detail.DevInfo)
	}
	return ErrPasskey
}

// DropPasskey takes one of the caller's passkeys off; that needs the step-up.
func (a *Accounts) DropPasskey(ctx context.Context, c *Caller, id []byte) error {
	if err := a.self(c); err != nil {
		return err
	}
	if !c.SteppedUp {
		return errors.New("use a passkey first: taking one off needs a fresh proof that it is you")
	}
	err := a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error { return tx.DropPasskey(c.Person.Name, id) })
	if errors.Is(err, store.ErrNotFound) {
		return ErrNoKeyYet
	}
	return err
}

// BeginStepUp gives the options for a browser to prove that the session's person is there.
func (a *Accounts) BeginStepUp(ctx context.Context, c *Caller) (options any, err error) {
	w, err := a.rp()
	if err != nil {
		return nil, err
	}
	if c.Session == nil {
		return nil, ErrNobody
	}
	h, err := a.holder(ctx, c.Person)
	if err != nil {
		return nil, err
	}
	if len(h.keys) == 0 {
		return nil, ErrNoKeyYet
	}
	made, data, err := w.BeginLogin(h)
	if err != nil {
		return nil, err
	}
	return made, a.keep(ctx, underSession(c, "step-up"), "step-up", data)
}

// FinishStepUp checks the proof and marks the session: it stands for [StepUpLife].
func (a *Accounts) FinishStepUp(ctx context.Context, c *Caller, from Origin, answer []byte) error {
	w, err := a.rp()
	if err != nil {
		return err
	}
	if c.Session == nil {
		return ErrNobody
	}
	var data webauthn.SessionData
	if err := a.fetch(ctx, underSession(c, "step-up"), "step-up", &data); err != nil {
		return err
	}
	h, err := a.holder(ctx, c.Person)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return a.wrong(ctx, from, a.badKey(err))
	}
	key, err := w.ValidateLogin(h, data, parsed)
	if err != nil {
		return a.wrong(ctx, from, a.badKey(err))
	}
	return a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		if err := a.used(tx, key); err != nil {
			return err
		}
		if err := tx.Prove(c.Session.Hash, a.Now()); err != nil {
			return ErrNobody // the session ended meanwhile
		}
		return nil
	})
}

// used keeps the counter that tells copies of a key; one that went back is refused.
func (a *Accounts) used(tx *store.Tx, key *webauthn.Credential) error {
	if key.Authenticator.CloneWarning {
		return errors.New("this passkey seems to have been copied: it is refused; tell your administrator")
	}
	raw, err := json.Marshal(key)
	if err != nil {
		return err
	}
	if err := tx.UsedPasskey(key.ID, raw); errors.Is(err, store.ErrNotFound) {
		return ErrPasskey // taken off meanwhile
	} else if err != nil {
		return err
	}
	return nil
}

// BeginPasskeySignIn gives the options for signing in by a passkey, and what the browser is to
// hold until then.
func (a *Accounts) BeginPasskeySignIn(ctx context.Context, from Origin) (options any, held string, err error) {
	w, err := a.rp()
	if err != nil {
		return nil, "", err
	}
	if err := a.try(ctx, map[string]allowance{"begin " + from.Address: beginnings}); err != nil {
		return nil, "", err
	}
	if held, err = NewSecret(a.Rand); err != nil {
		return nil, "", err
	}
	made, data, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", err
	}
	return made, held, a.keep(ctx, HashToken(held), "passkey", data)
}

// FinishPasskeySignIn begins a session for whose passkey it is. The session is stepped up.
func (a *Accounts) FinishPasskeySignIn(ctx context.Context, from Origin, held string, answer []byte) (cookie string, err error) {
	w, err := a.rp()
	if err != nil {
		return "", err
	}
	var data webauthn.SessionData
	if err := a.fetch(ctx, HashToken(held), "passkey", &data); err != nil {
		return "", err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return "", a.wrong(ctx, from, a.badKey(err))
	}
	var who holder
	_, key, err := w.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		err := a.Store.View(ctx, func(tx *store.Tx) error {
			row, err := tx.PersonByHandle(string(handle))
			if err != nil {
				return err
			}
			who, err = holding(tx, readPerson(row))
			return err
		})
		return who, err
	}, data, parsed)
	if err != nil {
		return "", a.wrong(ctx, from, a.badKey(err))
	}
	return a.begin(ctx, from, "passkey", func(tx *store.Tx) (*Person, error) {
		if err := a.used(tx, key); err != nil {
			return nil, err
		}
		p, err := find(tx, who.Name)
		if err == nil && !p.Active {
			err = ErrPasskey
		}
		return p, err
	})
}

// PasskeyNames lists what the caller's passkeys are called, for pages.
func (p Proofs) PasskeyNames() []string {
	var names []string
	for _, k := range p.Passkeys {
		names = append(names, k.Name)
	}
	return slices.Clip(names)
}
