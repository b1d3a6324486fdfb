package api_test

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"heed"
	"heed/internal/api"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/store"
)

// Every route is an act of the one table; one without a row fails. Without credentials, with
// those of another door, of another party's person, and of one without a role, it gives
// nothing away: the answer is the same on every route.
func TestEveryRouteAsksFirst(t *testing.T) {
	for pattern, act := range api.Routes() {
		if !slices.Contains(people.Acts(), act) {
			t.Errorf("%s is the act %q, which no rule has", pattern, act)
		}
	}
	world := node.World{Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)}
	dir := filepath.Join(t.TempDir(), "n")
	made, err := node.Init(t.Context(), dir, node.Begin{Name: "coast", Desks: []node.NewDesk{{Name: "coast"}, {Name: "north"}}, Person: "ada", UID: os.Getuid()}, world)
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.New(t.Context(), dir, world)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Store().Close() })
	tokens := persons(t, n, people.OnMachine("ada", made.Cards[0].Party))
	house := (&api.Server{Store: n.Store(), Directory: n.Directory(), Accounts: n.Accounts(), Desk: n.Desk(), Intake: n.Intake(), Now: world.Now, Log: world.Log}).Handler()
	asked := 0
	ask := func(pattern, token, query string) (int, string) {
		method, path, _ := strings.Cut(pattern, " ")
		r := httptest.NewRequest(method, path+query, strings.NewReader("{}"))
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		asked++ // each from an address of its own: wrong tokens are counted by address
		r.RemoteAddr = fmt.Sprintf("192.0.%d.%d:1000", asked/200, asked%200)
		w := httptest.NewRecorder()
		house.ServeHTTP(w, r)
		b, _ := io.ReadAll(w.Body)
		return w.Code, string(b)
	}
	for pattern, act := range api.Routes() {
		for who, want := range map[string]int{"": http.StatusUnauthorized, "heed_forged": http.StatusUnauthorized, tokens["peer"]: http.StatusUnauthorized,
			tokens["deactivated"]: http.StatusUnauthorized, tokens["unscoped"]: http.StatusForbidden} {
			if status, body := ask(pattern, who, ""); status != want {
				t.Errorf("%s by %q: %d %s", pattern, who, status, body)
			}
		}
		if status, body := ask(pattern, tokens["analyst"], "?as=north"); status != http.StatusBadRequest && status != http.StatusForbidden {
			t.Errorf("%s for another party's desk: %d %s", pattern, status, body)
		}
		// Reading alone says nothing and changes nobody.
		reading := people.Actor{Person: "analyst", Desk: made.Cards[0].Party, Roles: []people.Role{people.Analyst}, Scopes: []people.Scope{people.ScopeRead}}
		if people.May(reading, act, people.Object{}, heed.Handling{}).Allowed {
			continue
		}
		if status, body := ask(pattern, tokens["analyst"], ""); status != http.StatusForbidden {
			t.Errorf("%s by a reading token of an analyst: %d %s", pattern, status, body)
		}
	}
}

// persons enters one of each sort, and gives their tokens.
func persons(t *testing.T, n *node.Node, ada people.Actor) map[string]string {
	t.Helper()
	ctx, a := t.Context(), n.Accounts()
	a.Cost = people.Cost{Memory: 64, Passes: 1, Threads: 1}
	tokens := map[string]string{"peer": "heed_a-peer's"}
	for name, scopes := range map[string][]people.Scope{"analyst": {people.ScopeRead}, "deactivated": people.Scopes, "unscoped": nil} {
		link, err := a.Add(ctx, ada, name, "", []people.Role{people.Analyst})
		if err != nil {
			t.Fatal(err)
		}
		cookie, err := a.UseLink(ctx, people.Origin{Address: "192.0.2.1"}, link[strings.LastIndexByte(link, '/')+1:])
		if err != nil {
			t.Fatal(err)
		}
		c, err := a.BySession(ctx, cookie)
		if err != nil {
			t.Fatal(err)
		}
		if scopes == nil { // no door makes such a token
			tokens[name] = "heed_unscoped"
			err = n.Store().Update(ctx, store.Normal, func(tx *store.Tx) error {
				return tx.AddToken(store.Token{Hash: people.HashToken("heed_unscoped"), Person: name, Name: "x"})
			})
		} else {
			tokens[name], err = a.NewToken(ctx, c, "x", scopes)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Deactivate(ctx, ada, "deactivated"); err != nil {
		t.Fatal(err)
	}
	return tokens
}
