package people_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heed"
	"heed/internal/envelope"
	"heed/internal/heedtest"
	"heed/internal/people"
	"heed/internal/store"
)

var postgres *heedtest.Postgres

func TestMain(m *testing.M) {
	var err error
	if postgres, err = heedtest.StartPostgres(); err != nil {
		fmt.Fprintln(os.Stderr, "SKIPPED: accounts on PostgreSQL:", err)
	}
	code := m.Run()
	if postgres != nil {
		if err := postgres.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

const (
	coast   = heed.PartyID("identity--00000000-0000-4000-8000-00000000000a")
	harbour = heed.PartyID("identity--00000000-0000-4000-8000-00000000000b")
	secret  = "four quiet herons wade"
)

// house is a node's persons, with a clock that the test moves.
type house struct {
	*people.Accounts
	t       *testing.T
	mu      sync.Mutex
	now     time.Time
	log     bytes.Buffer
	commits int
	fail    error // of the next commit
}

func (h *house) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

var ada = people.OnMachine("ada", coast)

// onBoth runs a test on both engines.
func onBoth(t *testing.T, test func(*testing.T, *house)) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			url := filepath.Join(t.TempDir(), "heed.db")
			if engine == "postgres" {
				if postgres == nil {
					t.Skip("SKIPPED: accounts on PostgreSQL: no server")
				}
				url = postgres.Database(t)
			}
			test(t, open(t, url))
		})
	}
}

func open(t *testing.T, url string) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 3, 7, 3, 0, 0, 0, time.UTC)}
	db, err := store.Open(t.Context(), store.Options{URL: url, Create: true, Now: h.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler),
		BeforeCommit: func() error { h.commits++; return h.fail }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	keys := map[heed.PartyID]envelope.PrivateKey{}
	for _, desk := range []heed.PartyID{coast, harbour} {
		if keys[desk], err = envelope.NewPrivateKey(rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	h.Accounts = &people.Accounts{Store: db, Pen: &people.Pen{Keys: keys, Rand: rand.Reader}, MayAppend: func() (bool, string) { return true, "" },
		Now: h.Now, Rand: rand.Reader, Log: slog.New(slog.NewTextHandler(&h.log, nil)), Cost: people.Cost{Memory: 64, Passes: 1, Threads: 1},
		DeskURL: "https://desk.example"}
	first := &people.Person{Name: "ada", Active: true, Roles: map[heed.PartyID][]people.Role{coast: {people.Administrator}, harbour: {people.Administrator}}}
	if err := db.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		return errors.Join(tx.PutPerson(store.Person{Name: "ada", UID: 1000, Active: true, Handle: "ada-handle"}), people.Enter(tx, h.Pen, first))
	}); err != nil {
		t.Fatal(err)
	}
	return h
}

func from(address string) people.Origin { return people.Origin{Address: address, Agent: "test"} }

// enter adds a person who signs in by the link and sets a password.
func (h *house) enter(name string, roles ...people.Role) (cookie string) {
	h.t.Helper()
	link, err := h.Add(h.t.Context(), ada, name, "", roles)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.begin(link)
}

func (h *house) begin(link string) string {
	h.t.Helper()
	secretOfLink := link[strings.LastIndexByte(link, '/')+1:]
	cookie, err := h.UseLink(h.t.Context(), from("192.0.2.1"), secretOfLink)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.SetPassword(h.t.Context(), h.who(cookie), from("192.0.2.1"), "", secret); err != nil {
		h.t.Fatal(err)
	}
	return cookie
}

func (h *house) who(cookie string) *people.Caller {
	h.t.Helper()
	c, err := h.BySession(h.t.Context(), cookie)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h *house) mustFail(what string, err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("%s: got %v, want %v", what, err, want)
	}
	if err != nil && strings.Contains(err.Error(), "\n") {
		h.t.Errorf("%s: more than one sentence: %q", what, err)
	}
}

func TestSignInCostsOneHash(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.enter("bo", people.DutyOfficer)
		for _, try := range []struct {
			name, password string
			want           error
			hashes         int64
		}{
			{"bo", secret, nil, 1},
			{" BO ", secret, nil, 1}, // one canonical name
			{"bo", secret + "x", people.ErrWrong, 1},
			{"nobody", secret, people.ErrWrong, 1}, // as dear as a name that is there
			{"ada", secret, people.ErrWrong, 1},    // has no password
			{"b\x00o", secret, people.ErrWrong, 1}, // no name at all
			{"bo", strings.Repeat("x", 5000), people.ErrWrong, 0},
		} {
			before := h.Hashes()
			cookie, err := h.SignIn(ctx, from("192.0.2.7"), try.name, try.password)
			if !errors.Is(err, try.want) || (err == nil) != (cookie != "") {
				t.Errorf("%q: %v", try.name, err)
			}
			if n := h.Hashes() - before; n != try.hashes {
				t.Errorf("%q: %d hashes, want %d", try.name, n, try.hashes)
			}
			if err != nil {
				continue
			}
			before = h.Hashes()
			for range 50 {
				h.who(cookie)
			}
			if n := h.Hashes() - before; n != 0 {
				t.Errorf("50 requests of a session cost %d hashes", n)
			}
		}
		for _, empty := range [][2]string{{"", secret}, {"bo", ""}, {" ", " "}, {"", ""}} {
			if _, err := h.SignIn(ctx, from("192.0.2.7"), empty[0], empty[1]); err == nil || errors.Is(err, people.ErrWrong) && empty[1] == "" {
				t.Errorf("empty %q: %v", empty, err)
			}
		}
	})
}

func TestLinksAreUsedOnceAndEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		link, err := h.Add(ctx, ada, "bo", "", []people.Role{people.Analyst})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(link, "https://desk.example/desk/link/heed_") {
			t.Errorf("link is %q", link)
		}
		token := link[strings.LastIndexByte(link, '/')+1:]
		h.pass(-10 * time.Minute) // a clock that steps harms no link
		if _, err := h.UseLink(ctx, from("192.0.2.1"), token); err != nil {
			t.Fatal(err)
		}
		_, err = h.UseLink(ctx, from("192.0.2.1"), token)
		h.mustFail("a used link", err, people.ErrLink)
		for _, forged := range []string{"", "heed_", token[:len(token)-1], token + "A", strings.ToUpper(token)} {
			_, err := h.UseLink(ctx, from("192.0.2.1"), forged)
			h.mustFail("forged link "+forged, err, people.ErrLink)
		}
		stale, err := h.Link(ctx, ada, "bo", false)
		if err != nil {
			t.Fatal(err)
		}
		h.pass(people.LinkLife + time.Second)
		_, err = h.UseLink(ctx, from("192.0.2.1"), stale[strings.LastIndexByte(stale, '/')+1:])
		h.mustFail("a stale link", err, people.ErrLink)
	})
}

// Deactivation ends sessions, links and tokens in one commit with the row and the roster
// statements of every desk concerned.
func TestDeactivationEndsEverythingAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		cookie := h.enter("bo", people.DutyOfficer)
		if err := h.SetRoles(ctx, people.OnMachine("ada", harbour), "bo", []people.Role{people.Liaison}); err != nil {
			t.Fatal(err)
		}
		token, err := h.NewToken(ctx, h.who(cookie), "laptop", people.Scopes)
		if err != nil {
			t.Fatal(err)
		}
		link, err := h.Link(ctx, ada, "bo", false)
		if err != nil {
			t.Fatal(err)
		}
		before := h.commits
		if err := h.Deactivate(ctx, ada, "bo"); err != nil {
			t.Fatal(err)
		}
		if n := h.commits - before; n != 1 {
			t.Errorf("deactivation took %d commits", n)
		}
		_, err = h.BySession(ctx, cookie)
		h.mustFail("session of who was deactivated", err, people.ErrNobody)
		_, err = h.ByToken(ctx, from("192.0.2.1"), token)
		h.mustFail("token of who was deactivated", err, people.ErrNobody)
		_, err = h.UseLink(ctx, from("192.0.2.1"), link[strings.LastIndexByte(link, '/')+1:])
		h.mustFail("link of who was deactivated", err, people.ErrLink)
		_, err = h.SignIn(ctx, from("192.0.2.1"), "bo", secret)
		h.mustFail("password of who was deactivated", err, people.ErrWrong)
		for _, desk := range []heed.PartyID{coast, harbour} {
			list, err := people.Recorded(ctx, h.Store, desk, "bo")
			if err != nil || len(list) == 0 || list[len(list)-1].Change != "deactivated" || list[len(list)-1].Active {
				t.Errorf("roster at %s: %+v, %v", desk, list, err)
			}
		}
		if err := h.Reactivate(ctx, ada, "bo"); err != nil {
			t.Fatal(err)
		}
		_, err = h.BySession(ctx, cookie)
		h.mustFail("old session after reactivation", err, people.ErrNobody)
		_, err = h.ByToken(ctx, from("192.0.2.1"), token)
		h.mustFail("old token after reactivation", err, people.ErrNobody)
		if _, err := h.SignIn(ctx, from("192.0.2.1"), "bo", secret); err != nil {
			t.Errorf("who was reactivated cannot sign in: %v", err)
		}
	})
}

// What cannot be recorded is not done: neither rows nor sessions change.
func TestChangeAndStatementShareTheirFate(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "heed.db"))
	ctx := t.Context()
	cookie := h.enter("bo", people.DutyOfficer)
	h.Accounts.MayAppend = func() (bool, string) { return false, "it is behind its peers" }
	h.mustFail("deactivation while the ledger is shut", h.Deactivate(ctx, ada, "bo"), people.ErrNotNow)
	h.who(cookie)
	h.Accounts.MayAppend = func() (bool, string) { return true, "" }
	h.Pen.Keys = map[heed.PartyID]envelope.PrivateKey{harbour: h.Pen.Keys[harbour]} // signing fails inside the transaction
	if err := h.Deactivate(ctx, ada, "bo"); err == nil {
		t.Fatal("deactivated without a statement")
	}
	if c := h.who(cookie); !c.Person.Active {
		t.Error("the row changed and the statement did not")
	}
}

func TestRolesHoldAtOnceAndDeskByDesk(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		cookie := h.enter("bo", people.DutyOfficer, people.Liaison, people.DutyOfficer)
		if got := h.who(cookie).At(coast).Roles; !slices.Equal(got, []people.Role{people.DutyOfficer, people.Liaison}) {
			t.Errorf("roles %v", got)
		}
		if got := h.who(cookie).At(harbour).Roles; len(got) != 0 {
			t.Errorf("roles at another desk: %v", got)
		}
		if err := h.SetRoles(ctx, ada, "bo", []people.Role{people.Analyst}); err != nil {
			t.Fatal(err)
		}
		if got := h.who(cookie).At(coast).Roles; !slices.Equal(got, []people.Role{people.Analyst}) {
			t.Errorf("roles after the change: %v", got)
		}
		before := h.commits
		if err := h.SetRoles(ctx, ada, "bo", []people.Role{people.Analyst}); err != nil {
			t.Fatal(err)
		}
		list, err := people.Recorded(ctx, h.Store, coast, "bo")
		if err != nil || len(list) != 2 || list[0].Change != "added" || !slices.Equal(list[1].Roles, []string{"analyst"}) || list[1].By != "ada" {
			t.Errorf("roster: %+v, %v (%d commits)", list, err, h.commits-before)
		}
		if err := h.SetRoles(ctx, ada, "bo", []people.Role{"emperor"}); !errors.Is(err, people.ErrNoSuchRole) {
			t.Errorf("an unknown role: %v", err)
		}
	})
}

func TestEnrolmentNeedsItsRoleScopeAndProof(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "heed.db"))
	for name, by := range map[string]people.Actor{
		"a supervisor":   people.OnMachine("ada", coast, people.Supervisor),
		"no step-up":     {Person: "ada", Desk: coast, Roles: people.Roles, Scopes: people.Scopes},
		"no admin scope": {Person: "ada", Desk: coast, Roles: people.Roles, Scopes: []people.Scope{people.ScopeRead, people.ScopeWrite}, SteppedUp: true},
		"a peer":         people.PeerActor(coast),
		"nobody":         {},
	} {
		var no *people.Refused
		if _, err := h.Add(t.Context(), by, "bo", "", []people.Role{people.Analyst}); !errors.As(err, &no) {
			t.Errorf("%s entered a person: %v", name, err)
		}
	}
	// An administrator of one desk has no say at another.
	h.enter("bo", people.Analyst)
	h.mustFail("another desk's administrator", h.Deactivate(t.Context(), people.OnMachine("ada", harbour), "bo"), people.ErrNoPerson)
	// Nor does the administrator of one desk get into another by way of a person of both.
	carol, err := h.Add(t.Context(), ada, "carol", "", []people.Role{people.Administrator})
	if err != nil {
		t.Fatal(err)
	}
	h.begin(carol)
	both := people.OnMachine("carol", coast, people.Administrator)
	if err := h.SetRoles(t.Context(), people.OnMachine("ada", harbour), "bo", []people.Role{people.Supervisor}); err != nil {
		t.Fatal(err)
	}
	_, err = h.Link(t.Context(), both, "bo", true)
	h.mustFail("a link to another desk", err, people.ErrElsewhere)
	if _, err := h.Link(t.Context(), ada, "bo", false); err != nil {
		t.Errorf("who administers both desks: %v", err)
	}
	if err := h.Deactivate(t.Context(), both, "carol"); err != nil {
		t.Error(err)
	}
	h.mustFail("the last administrator", h.SetRoles(t.Context(), ada, "ada", []people.Role{people.Analyst}), people.ErrLastAdmin)
	h.mustFail("the last administrator", h.Deactivate(t.Context(), ada, "ada"), people.ErrLastAdmin)
	_, err = h.Add(t.Context(), ada, "BO", "", []people.Role{people.Analyst})
	h.mustFail("a name twice, in another spelling", err, people.ErrNameTaken)
}

func TestTokens(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		bo, cy := h.who(h.enter("bo", people.DutyOfficer)), h.who(h.enter("cy", people.DutyOfficer))
		read, err := h.NewToken(ctx, bo, "laptop", []people.Scope{people.ScopeRead})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.NewToken(ctx, bo, "laptop", people.Scopes); err == nil {
			t.Error("two tokens of one name")
		}
		c, err := h.ByToken(ctx, from("192.0.2.1"), read)
		if err != nil || !slices.Equal(c.Scopes, []people.Scope{people.ScopeRead}) || c.SteppedUp || c.Local {
			t.Fatalf("%+v, %v", c, err)
		}
		if people.May(c.At(coast), people.ActWarn, people.Object{}, heed.Handling{}).Allowed {
			t.Error("a token for reading may warn")
		}
		if _, err := h.NewToken(ctx, c, "more", people.Scopes); err == nil {
			t.Error("a token for reading made one for everything")
		}
		all, err := h.NewToken(ctx, bo, "all", people.Scopes)
		if err != nil {
			t.Fatal(err)
		}
		c, _ = h.ByToken(ctx, from("192.0.2.1"), all)
		if people.May(c.At(coast), people.ActRetract, people.Object{Desk: coast, Author: coast}, heed.Handling{}).Allowed {
			t.Error("a token was enough for what needs a step-up")
		}
		for _, bad := range [][]people.Scope{nil, {""}, {"everything"}, {"READ"}, {"read write"}} {
			if _, err := h.NewToken(ctx, bo, "bad", bad); err == nil {
				t.Errorf("scopes %q were taken", bad)
			}
		}
		for _, forged := range []string{"", " ", "heed_", read[:20], read + "A", strings.ToLower(read), "Bearer " + read} {
			_, err := h.ByToken(ctx, from("192.0.2.1"), forged)
			h.mustFail("forged token", err, people.ErrNobody)
		}
		_, err = h.BySession(ctx, read)
		h.mustFail("a token shown as a session", err, people.ErrNobody)
		h.mustFail("another's token", h.DropToken(ctx, cy, "laptop"), people.ErrNoToken)
		if err := h.DropToken(ctx, bo, "laptop"); err != nil {
			t.Fatal(err)
		}
		_, err = h.ByToken(ctx, from("192.0.2.1"), read)
		h.mustFail("a revoked token", err, people.ErrNobody)
	})
}

func TestSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		bo, cy := h.enter("bo", people.DutyOfficer), h.enter("cy", people.DutyOfficer)
		second, err := h.SignIn(ctx, from("192.0.2.9"), "bo", secret)
		if err != nil {
			t.Fatal(err)
		}
		// Swapped ids: nobody ends another's session by naming it.
		h.mustFail("another's session", h.EndSession(ctx, h.who(cy), people.SessionName(*h.who(bo).Session)), people.ErrNoSession)
		if err := h.EndSession(ctx, h.who(bo), people.SessionName(*h.who(second).Session)); err != nil {
			t.Fatal(err)
		}
		_, err = h.BySession(ctx, second)
		h.mustFail("an ended session", err, people.ErrNobody)
		// A new password ends all others.
		second, err = h.SignIn(ctx, from("192.0.2.9"), "bo", secret)
		if err != nil {
			t.Fatal(err)
		}
		h.pass(time.Hour)
		if err := h.SetPassword(ctx, h.who(second), from("192.0.2.9"), "wrong", "five loud gulls circle"); err == nil {
			t.Error("a password was changed without the one before")
		}
		if err := h.SetPassword(ctx, h.who(second), from("192.0.2.9"), "", "five loud gulls circle"); err == nil {
			t.Error("a password was changed without the one before")
		}
		for _, weak := range []string{"short", "aaaaaaaaaaaaaaaa", "123456789012", "bo-bo-bo-bo", strings.Repeat("x", 2000), "abcdefghijklmnop"} {
			if err := h.SetPassword(ctx, h.who(second), from("192.0.2.9"), secret, weak); err == nil {
				t.Errorf("the password %q was taken", weak)
			}
		}
		if err := h.SetPassword(ctx, h.who(second), from("192.0.2.9"), secret, "five loud gulls circle"); err != nil {
			t.Fatal(err)
		}
		_, err = h.BySession(ctx, bo)
		h.mustFail("a session from before the password changed", err, people.ErrNobody)
		// A session ends with the shift, and a clock that steps 10 minutes changes little.
		h.pass(-10 * time.Minute)
		h.who(second)
		h.pass(people.SessionLife - time.Hour)
		if _, err = h.BySession(ctx, second); err != nil {
			t.Error("a session ended early after the clock went back")
		}
		h.pass(10 * time.Minute)
		_, err = h.BySession(ctx, second)
		h.mustFail("a session after its end", err, people.ErrNobody)
		// Signing out ends it, twice is no error.
		if err := errors.Join(h.SignOut(ctx, cy), h.SignOut(ctx, cy)); err != nil {
			t.Error(err)
		}
		_, err = h.BySession(ctx, cy)
		h.mustFail("a session after signing out", err, people.ErrNobody)
	})
}

// Ten thousand wrong tries a minute, on one name from one address, on many names, and on one
// name from everywhere: refused in one sentence, logged once for each thing that ran out,
// hashed only as often as the allowance says, and the owner signs in all the while.
func TestFlood(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.enter("bo", people.DutyOfficer)
		hashes, refused := h.Hashes(), 0
		for i := range 10_000 {
			_, err := h.SignIn(ctx, from("203.0.113.5"), "bo", fmt.Sprintf("wrong guess %d", i))
			var many *people.TooMany
			switch {
			case errors.As(err, &many):
				refused++
			case !errors.Is(err, people.ErrWrong):
				t.Fatalf("try %d: %v", i, err)
			}
			if i%100 == 0 {
				h.pass(600 * time.Millisecond)
			}
		}
		if n := h.Hashes() - hashes; n > 6 || refused < 9990 {
			t.Errorf("10 000 tries on one name from one address: %d hashes, %d refused", n, refused)
		}
		if n := strings.Count(h.log.String(), "too many tries"); n != 1 {
			t.Errorf("logged %d times:\n%s", n, h.log.String())
		}
		h.owner("after a flood on the name", "192.0.2.1")
		h.owner("from a new address", "198.51.100.20")

		h.log.Reset()
		h.owner("from the guesser's own address, before", "203.0.113.6")
		hashes = h.Hashes()
		for i := range 2_000 {
			if _, err := h.SignIn(ctx, from("203.0.113.6"), fmt.Sprintf("name-%d", i), "wrong guess"); err == nil {
				t.Fatal("signed in")
			}
		}
		if n := h.Hashes() - hashes; n > 31 {
			t.Errorf("2 000 tries on many names from one address: %d hashes", n)
		}
		if n := strings.Count(h.log.String(), "too many tries"); n != 1 {
			t.Errorf("logged %d times:\n%s", n, h.log.String())
		}
		h.owner("from the guesser's own address, where she was before", "203.0.113.6")
		for i := range 500 {
			if _, err := h.SignIn(ctx, from(fmt.Sprintf("203.0.%d.%d", i/250, i%250)), "bo", "wrong guess"); !errors.Is(err, people.ErrWrong) {
				t.Fatalf("from address %d: %v", i, err)
			}
		}
		h.owner("while everybody guesses", "192.0.2.1")
		h.owner("from a third address", "198.51.100.21")
		// A right token is never held up by wrong ones from its address.
		token, err := h.NewToken(ctx, h.who(h.owner("again", "192.0.2.1")), "t", people.Scopes)
		if err != nil {
			t.Fatal(err)
		}
		var many *people.TooMany
		for range 100 {
			_, err = h.ByToken(ctx, from("192.0.2.1"), "heed_wrong")
		}
		if !errors.As(err, &many) {
			t.Errorf("100 wrong tokens: %v", err)
		}
		if _, err := h.ByToken(ctx, from("192.0.2.1"), token); err != nil {
			t.Errorf("the right token after 100 wrong ones: %v", err)
		}
	})
}

func (h *house) owner(when, address string) string {
	h.t.Helper()
	cookie, err := h.SignIn(h.t.Context(), from(address), "bo", secret)
	if err != nil {
		h.t.Fatalf("the owner, %s: %v", when, err)
	}
	return cookie
}

// The allowance comes back with time, and a clock that steps by ten minutes in either
// direction neither locks anybody out nor gives a guesser more.
func TestAllowanceAndTheClock(t *testing.T) {
	for _, step := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute, 24 * time.Hour, -24 * time.Hour} {
		t.Run(step.String(), func(t *testing.T) {
			h := open(t, filepath.Join(t.TempDir(), "heed.db"))
			h.enter("bo", people.DutyOfficer)
			guess := func() error {
				_, err := h.SignIn(t.Context(), from("203.0.113.5"), "bo", "wrong guess")
				return err
			}
			var many *people.TooMany
			for errors.Is(guess(), people.ErrWrong) {
			}
			if err := guess(); !errors.As(err, &many) || many.Wait > time.Minute {
				t.Fatalf("after the allowance: %v", err)
			}
			h.pass(step)
			wrong := 0
			for range 20 {
				if errors.Is(guess(), people.ErrWrong) {
					wrong++
				}
			}
			want := 0
			if step > 0 {
				want = 5
			}
			if wrong != want {
				t.Errorf("after a step of %v: %d tries, want %d", step, wrong, want)
			}
			h.pass(61 * time.Second)
			if err := guess(); !errors.Is(err, people.ErrWrong) {
				t.Errorf("a minute later: %v", err)
			}
			h.pass(5 * time.Minute)
			if _, err := h.SignIn(t.Context(), from("203.0.113.5"), "bo", secret); err != nil {
				t.Errorf("the owner, from the same address, five minutes later: %v", err)
			}
		})
	}
}

// A session keeps no step-up longer because a clock went back.
func TestStepUpEnds(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "heed.db"))
	cookie := h.enter("bo", people.DutyOfficer)
	prove := func() {
		if err := h.Store.Update(t.Context(), store.Normal, func(tx *store.Tx) error { return tx.Prove(people.HashToken(cookie), h.Now()) }); err != nil {
			t.Fatal(err)
		}
	}
	if h.who(cookie).SteppedUp {
		t.Error("stepped up without a proof")
	}
	prove()
	if !h.who(cookie).SteppedUp {
		t.Error("not stepped up after a proof")
	}
	h.pass(people.StepUpLife - time.Second)
	if !h.who(cookie).SteppedUp {
		t.Error("the proof ended early")
	}
	h.pass(2 * time.Second)
	if h.who(cookie).SteppedUp {
		t.Error("the proof did not end")
	}
	prove()
	h.pass(-10 * time.Minute)
	if h.who(cookie).SteppedUp {
		t.Error("a clock that went back made a proof last")
	}
}

func TestAddressBelievesProxiesOnly(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.5/32")}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.5:1000", "", "203.0.113.5"},
		{"203.0.113.5:1000", "198.51.100.1", "203.0.113.5"}, // not a proxy: its word counts nothing
		{"127.0.0.1:1000", "198.51.100.1", "198.51.100.1"},
		{"127.0.0.1:1000", "192.0.2.66, 198.51.100.1", "198.51.100.1"}, // what the client itself put in front
		{"127.0.0.1:1000", "192.0.2.66, 198.51.100.1, 10.0.0.5", "198.51.100.1"},
		{"127.0.0.1:1000", "192.0.2.66, nonsense", "127.0.0.1"},
		{"127.0.0.1:1000", "", "127.0.0.1"},
		{"[::ffff:203.0.113.5]:1000", "", "203.0.113.5"},
		{"[2001:db8:1:2:3::4]:1000", "", "2001:db8:1:2::/64"},
		{"@", "198.51.100.1", "local"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		r.Header.Set("X-Real-IP", "192.0.2.99")
		r.Header.Set("Forwarded", "for=192.0.2.98")
		if got := people.Address(r, proxies); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestCanonicalName(t *testing.T) {
	for s, want := range map[string]string{"Ada": "ada", " ada.king ": "ada.king", "a": "a", "a_1-b": "a_1-b",
		"": "", "-a": "", "a-": "", "a b": "", "аda": "", "a\x00b": "", strings.Repeat("a", 41): "", "a/b": ""} {
		if got, err := people.CanonicalName(s); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
}

// Every read of restricted text is a link of its desk's chain, whose head the ledger has.
func TestAccessLog(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		ref := heed.Ref{ID: "report--00000000-0000-4000-8000-000000000001", Version: 1}
		for tlp, noted := range map[string]bool{"TLP:CLEAR": false, "TLP:GREEN": false, "TLP:AMBER": true, "TLP:AMBER+STRICT": true, "TLP:RED": true, "": true, "TLP:PURPLE": true} {
			if people.Restricted(heed.Handling{TLP: tlp}) != noted {
				t.Errorf("reading %q: noted should be %v", tlp, noted)
			}
		}
		read := func(n int) {
			for range n {
				if err := h.Reading(ctx, ada, "show", ref, heed.Handling{TLP: "TLP:RED"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		desks := []heed.PartyID{coast, harbour}
		read(3)
		if err := errors.Join(h.RecordAccess(ctx, desks), h.RecordAccess(ctx, desks)); err != nil {
			t.Fatal(err)
		}
		read(2)
		if err := h.RecordAccess(ctx, desks); err != nil {
			t.Fatal(err)
		}
		read(1)
		heads := map[heed.PartyID]map[int64]heed.Digest{}
		err := h.Store.View(ctx, func(tx *store.Tx) error {
			recs, err := tx.AccessHeads()
			for _, r := range recs {
				n, hash, err := people.AccessIn(r)
				if err != nil {
					return err
				}
				if heads[r.Desk] == nil {
					heads[r.Desk] = map[int64]heed.Digest{}
				}
				heads[r.Desk][n] = hash
			}
			if err != nil {
				return err
			}
			return tx.CheckAccess(heads, func(key, words string) { t.Errorf("%s: %s", key, words) })
		})
		if err != nil || len(heads) != 1 || len(heads[coast]) != 2 || heads[coast][3] == "" || heads[coast][5] == "" {
			t.Errorf("heads %v, %v", heads, err)
		}
		inspector := people.OnMachine("ina", coast, people.Inspector)
		list, err := h.Accesses(ctx, inspector, 10)
		if err != nil || len(list) != 6 || list[0].N != 6 || list[0].Person != "ada" {
			t.Errorf("%+v, %v", list, err)
		}
		var no *people.Refused
		if _, err := h.Accesses(ctx, people.OnMachine("ada", coast, people.Supervisor), 10); !errors.As(err, &no) {
			t.Errorf("a supervisor read the access log: %v", err)
		}
	})
}

// Signing in while being deactivated: whichever comes first, nobody deactivated holds a
// session afterwards.
func TestSignInAgainstDeactivation(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		h.enter("bo", people.DutyOfficer)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				_, _ = h.SignIn(context.WithoutCancel(t.Context()), from(fmt.Sprintf("192.0.2.%d", i)), "bo", secret)
			})
		}
		wg.Go(func() {
			if err := h.Deactivate(context.WithoutCancel(t.Context()), ada, "bo"); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if err := h.Store.View(t.Context(), func(tx *store.Tx) error {
			list, err := tx.Sessions("bo")
			if len(list) > 0 {
				t.Errorf("%d sessions of who was deactivated", len(list))
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
