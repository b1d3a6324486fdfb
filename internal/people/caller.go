package people

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"heed"
	"heed/internal/store"
)

// Caller is who asks, once that is proven, and by what.
type Caller struct {
	Person    *Person
	Scopes    []Scope
	SteppedUp bool
	Local     bool           // on the socket in the node's folder
	Session   *store.Session // nil: by a token, or on the socket
}

// At is the caller as an actor for one desk; without a role there, May allows nothing.
func (c *Caller) At(desk heed.PartyID) Actor {
	return Actor{Person: c.Person.Name, Desk: desk, Roles: c.Person.Roles[desk], Scopes: c.Scopes, SteppedUp: c.SteppedUp, Local: c.Local}
}

// Origin is where a request came from: for limits, and for the list of sessions.
type Origin struct {
	Address string // as [Address] gives it
	Agent   string
}

// Address gives the address that limits count by: that of the connection, or, where the
// connection comes from one of the proxies, the last one that the proxies themselves wrote
// down. What anybody else puts into a header changes nothing. IPv6 counts by its /64.
func Address(r *http.Request, proxies []netip.Prefix) string {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "local"
	}
	addr := from.Addr().Unmap()
	list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(list) - 1; i >= 0 && trusted(addr, proxies); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(list[i]))
		if err != nil {
			break
		}
		addr = next.Unmap().WithZone("")
	}
	if addr.Is6() {
		p, _ := addr.Prefix(64)
		return p.String()
	}
	return addr.String()
}

func trusted(a netip.Addr, proxies []netip.Prefix) bool {
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// OriginOf is where a request came from.
func OriginOf(r *http.Request, proxies []netip.Prefix) Origin {
	agent := r.UserAgent()
	if len(agent) > 200 {
		agent = agent[:200]
	}
	return Origin{Address(r, proxies), strings.ToValidUTF8(agent, "")}
}

// SessionCookie holds the session of a browser. The prefix makes browsers keep it to this
// host, over TLS, and out of reach of neighbours.
const SessionCookie = "__Host-heed"

// SessionOf gives what a browser holds as its session; nothing where it shows several.
func SessionOf(r *http.Request) string {
	if list := r.CookiesNamed(SessionCookie); len(list) == 1 {
		return list[0].Value
	}
	return ""
}

// Life and freshness of proofs.
const (
	SessionLife = 12 * time.Hour   // a long shift
	StepUpLife  = 5 * time.Minute  // how long a passkey's proof stands
	FreshLife   = 10 * time.Minute // how long a sign-in is fresh enough for a first passkey or a new password
	LinkLife    = 24 * time.Hour
	placeLife   = 90 * 24 * time.Hour
	slack       = 2 * time.Second // by which a clock may seem to step back unnoticed
)

// within reports whether less than d has passed since t. A clock that went back has not made
// anything younger: what lies ahead of now is not within.
func within(now, t time.Time, d time.Duration) bool {
	since := now.Sub(t)
	return !t.IsZero() && since < d && since >= -slack
}

// Proof is what shows who asks: it finds the caller in the store, as of that look.
type Proof func(*store.Tx) (*Caller, error)

// OfUID is the proof of the machine's own account, on the socket in the node's folder.
func (a *Accounts) OfUID(uid int) Proof {
	return func(tx *store.Tx) (*Caller, error) {
		row, err := tx.PersonByUID(uid)
		if err != nil || !row.Active {
			return nil, errors.Join(ErrNobody, err)
		}
		return &Caller{Person: readPerson(row), Scopes: Scopes, SteppedUp: true, Local: true}, nil
	}
}

// ByUID is the caller on the socket in the node's folder: the machine's own account.
func (a *Accounts) ByUID(ctx context.Context, uid int) (*Caller, error) {
	return a.caller(ctx, a.OfUID(uid))
}

// OfToken is the proof of a token.
func (a *Accounts) OfToken(token string) Proof {
	return func(tx *store.Tx) (*Caller, error) {
		t, err := tx.Token(HashToken(token))
		if err != nil {
			return nil, err
		}
		row, err := tx.Person(t.Person)
		if err != nil {
			return nil, err
		}
		c := &Caller{Person: readPerson(row)}
		for _, s := range strings.Fields(t.Scopes) {
			c.Scopes = append(c.Scopes, Scope(s))
		}
		return c, nil
	}
}

// ByToken is the caller who shows a token. A wrong one is counted against the address.
func (a *Accounts) ByToken(ctx context.Context, from Origin, token string) (*Caller, error) {
	if token == "" {
		return nil, ErrNobody
	}
	c, err := a.caller(ctx, a.OfToken(token))
	if errors.Is(err, ErrNobody) {
		return nil, a.wrong(ctx, from, err)
	}
	return c, err
}

// OfSession is the proof of a browser's session.
func (a *Accounts) OfSession(cookie string) Proof {
	return func(tx *store.Tx) (*Caller, error) {
		s, err := tx.Session(HashToken(cookie))
		if err != nil {
			return nil, err
		}
		now := a.Now()
		if !now.Before(s.Ends) {
			return nil, ErrNobody
		}
		row, err := tx.Person(s.Person)
		if err != nil {
			return nil, err
		}
		return &Caller{Person: readPerson(row), Scopes: Scopes, SteppedUp: within(now, s.Proven, StepUpLife), Session: &s}, nil
	}
}

// BySession is the caller whose browser holds a session.
func (a *Accounts) BySession(ctx context.Context, cookie string) (*Caller, error) {
	if cookie == "" {
		return nil, ErrNobody
	}
	return a.caller(ctx, a.OfSession(cookie))
}

// ErrNobody means that a request does not prove to come from anybody here.
var ErrNobody = errors.New("you are not signed in here, or no longer: sign in, or show a token of yours")

func (a *Accounts) caller(ctx context.Context, fn func(*store.Tx) (*Caller, error)) (*Caller, error) {
	var c *Caller
	err := a.Store.View(ctx, func(tx *store.Tx) (err error) { c, err = fn(tx); return err })
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNobody
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}
