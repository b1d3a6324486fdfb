package node_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/intake"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/store"
	"heed/internal/taxii"
)

// agreed is one row of the table that people agreed on (people/testdata/may.txt).
type agreed struct {
	roles, scope, whose string
	more                []string
}

func table(t *testing.T) map[people.Act]agreed {
	t.Helper()
	raw, err := os.ReadFile("../people/testdata/may.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[people.Act]agreed{}
	for line := range strings.Lines(string(raw)) {
		if f := strings.Fields(line); len(f) >= 4 && f[0] != "#" {
			rows[people.Act(f[0])] = agreed{f[1], f[2], f[3], f[4:]}
		}
	}
	return rows
}

var letters = map[people.Role]string{people.DutyOfficer: "D", people.Supervisor: "S", people.Liaison: "L", people.SourceDesk: "K",
	people.Analyst: "A", people.Inspector: "I", people.Administrator: "M"}

// asks says how a route is asked about a statement: the name of the field that holds its
// handle, and what else the body needs. A route that is about no statement has no field.
type asks struct {
	field string
	more  map[string]any
}

// about lists the routes that are about one statement. Every other route must stand in
// ofHouse: a new route that stands in neither fails the test.
var about = map[string]asks{
	"POST /api/show":            {field: "what"},
	"POST /api/ack":             {field: "what"},
	"POST /api/accept":          {field: "what"},
	"POST /api/decide":          {field: "what", more: map[string]any{"choice": "hold", "code": "too-vague", "words": "a test"}},
	"POST /api/pass":            {field: "what", more: map[string]any{"to": []string{"third"}}},
	"GET /api/who-knew":         {field: "what"},
	"GET /api/ledger/prove":     {field: "what"},
	"GET /api/bundle":           {field: "what"},
	"GET /api/statement":        {field: "what"},
	"GET /api/statement/parcel": {field: "what"},
	"POST /api/ask-release":     {field: "what", more: map[string]any{"to": "third"}},
	"POST /api/ask":             {field: "what", more: map[string]any{"words": "a test"}},
	"POST /api/feedback":        {field: "what", more: map[string]any{"use": "useful"}},
	"GET /api/case":             {field: "what"},
	"GET /api/candidates":       {field: "what"},
	"POST /api/relation":        {field: "what", more: map[string]any{"between": []string{"a", "b"}, "words": "a test"}},
	"GET /api/translations":     {field: "what"},
	"POST /api/translate":       {field: "what", more: map[string]any{"lang": "de", "text": "Worte"}},
}

var ofHouse = []string{
	"GET /api/status", "GET /api/card", "GET /api/parties", "POST /api/parties", "POST /api/parties/token", "POST /api/warn", "POST /api/take",
	"GET /api/inbox", "GET /api/sent", "GET /api/ledger/head", "POST /api/ledger/resume", "POST /api/ledger/succeed", "GET /api/backup",
	"GET /api/receipt", "POST /api/grant", "GET /api/questions", "GET /api/policy", "POST /api/policy", "GET /api/policy/history",
	"POST /api/check", "GET /api/drafts", "POST /api/drafts/drop", "POST /api/release", "POST /api/extract", "POST /api/sources/key",
	"GET /api/sources", "POST /api/sources", "POST /api/sources/unlock", "POST /api/sources/lock", "POST /api/sources/look", "POST /api/sources/token",
	"GET /api/cases", "POST /api/case", "POST /api/case/link", "POST /api/case/split", "POST /api/case/merge", "POST /api/case/outcome",
	"GET /api/readings", "GET /api/reading", "POST /api/readings", "POST /api/readings/accept", "POST /api/readings/correct", "POST /api/readings/drop",
	"POST /api/readings/file", "GET /api/readings/file", "GET /api/readings/files", "POST /api/readings/warn",
	"GET /api/find", "GET /api/stream", "POST /api/answer", "POST /api/distrust",
	"GET /api/track", "POST /api/name", "GET /api/register", "POST /api/register/import", "GET /api/clocks", "POST /api/hand-over",
	"GET /api/directory", "POST /api/directory", "POST /api/directory/drop", "POST /api/directory/import", "GET /api/directory/export", "POST /api/directory/test",
	"POST /api/directory/told", "GET /api/roster", "POST /api/roster", "POST /api/roster/off", "GET /api/roster/on-duty", "POST /api/drill", "GET /api/drill",
	"GET /api/persons", "POST /api/persons", "POST /api/persons/roles", "POST /api/persons/deactivate", "POST /api/persons/reactivate",
	"POST /api/persons/link", "POST /api/persons/login", "GET /api/me", "GET /api/tokens", "POST /api/tokens", "POST /api/tokens/revoke", "GET /api/access",
}

// court is a node with a person for each role, and statements of all markings: its own
// desk's, a peer's, and another desk's.
type court struct {
	t       *testing.T
	n       *node.Node
	by      people.Actor
	tokens  map[people.Role]string // all scopes
	narrow  map[people.Role]string // read only
	things  []thing
	third   string // token of another party
	second  string // token of the peer
	peerDir string
}

type thing struct {
	handle, tlp, whose string // own, others, another desk's, nobody's
}

func hold(t *testing.T, database string) *court {
	t.Helper()
	dir := t.TempDir()
	made, err := node.Init(t.Context(), filepath.Join(dir, "n"), node.Begin{Name: "n", Desks: []node.NewDesk{{Name: "coast"}, {Name: "other"}}, Listen: free(t), PlainHTTP: true, Person: "root", UID: -1, Database: database}, world())
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.New(t.Context(), filepath.Join(dir, "n"), world())
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	c := &court{t: t, n: n, by: people.OnMachine("root", made.Cards[0].Party), tokens: map[people.Role]string{}, narrow: map[people.Role]string{}}
	c.people()
	c.statements(dir, made.Cards[1].Party)
	return c
}

// people enters one person a role, with a token for everything and one for reading.
func (c *court) people() {
	c.t.Helper()
	for _, r := range people.Roles {
		name := "p-" + string(r)
		if _, err := c.n.Accounts().Add(c.t.Context(), c.by, name, "", []people.Role{r}); err != nil {
			c.t.Fatal(err)
		}
		p, err := c.n.Accounts().Person(c.t.Context(), name)
		if err != nil {
			c.t.Fatal(err)
		}
		who := &people.Caller{Person: p, Scopes: people.Scopes, SteppedUp: true, Local: true}
		if c.tokens[r], err = c.n.Accounts().NewToken(c.t.Context(), who, "all", people.Scopes); err != nil {
			c.t.Fatal(err)
		}
		if c.narrow[r], err = c.n.Accounts().NewToken(c.t.Context(), who, "read", []people.Scope{people.ScopeRead}); err != nil {
			c.t.Fatal(err)
		}
	}
}

// statements records what the cells are about: with every marking one of the desk's own, one
// of a peer's, and one at another desk of the node.
func (c *court) statements(dir string, other heed.PartyID) {
	c.t.Helper()
	made, err := node.Init(c.t.Context(), filepath.Join(dir, "peer"), node.Begin{Name: "peer", Desks: []node.NewDesk{{Name: "peer"}, {Name: "third"}}, Listen: free(c.t), PlainHTTP: true, Person: "bo", UID: -1}, world())
	if err != nil {
		c.t.Fatal(err)
	}
	c.peerDir = filepath.Join(dir, "peer")
	peer, err := node.New(c.t.Context(), c.peerDir, world())
	if err != nil {
		c.t.Fatal(err)
	}
	defer peer.Stop(c.t.Context())
	for _, card := range made.Cards {
		if _, err := c.n.AddParty(c.t.Context(), c.by, card.JSON, card.Fingerprint, ""); err != nil {
			c.t.Fatal(err)
		}
	}
	if c.second, err = c.n.PartyToken(c.t.Context(), "peer"); err != nil {
		c.t.Fatal(err)
	}
	if c.third, err = c.n.PartyToken(c.t.Context(), "third"); err != nil {
		c.t.Fatal(err)
	}
	for _, d := range c.n.Directory().Own() {
		if _, err := peer.AddParty(c.t.Context(), people.OnMachine("bo", made.Cards[0].Party), d.Card, people.CardFingerprint(d.Card), ""); err != nil {
			c.t.Fatal(err)
		}
	}
	for _, tlp := range append(slices.Clone(heed.TLPs), "") {
		w := heed.Warning{Basis: heed.BasisTechnical, Handling: heed.Handling{TLP: tlp}, Asked: []string{"look"}}
		own, err := c.n.Desk().Warn(c.t.Context(), c.by, desk.Draft{Headline: "own " + tlp, Warning: w})
		if err != nil {
			c.t.Fatal(err)
		}
		c.things = append(c.things, thing{string(own.ID), tlp, "own"})
		for _, to := range []heed.PartyID{c.by.Desk, other} {
			said, err := peer.Desk().Warn(c.t.Context(), people.OnMachine("bo", made.Cards[0].Party), desk.Draft{Headline: "the words of a peer", Warning: w, To: []heed.PartyID{to}})
			if err != nil {
				c.t.Fatal(err)
			}
			c.bring(peer, made.Cards[0].Party, to, said)
			whose := "others"
			if to == other {
				whose = "another desk's"
			}
			c.things = append(c.things, thing{string(said.ID), tlp, whose})
		}
	}
	c.things = append(c.things, thing{"report--00000000-0000-4000-8000-00000000dead", "TLP:CLEAR", "nobody's"})
	if err := c.n.Desk().Follow(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
}

// bring hands what the peer said in at the door of peers.
func (c *court) bring(peer *node.Node, from, to heed.PartyID, said desk.Said) {
	c.t.Helper()
	a := intake.Arrival{Door: "taxii", From: string(from), Peer: from, Desk: to}
	if err := peer.Store().View(c.t.Context(), func(tx *store.Tx) error {
		recs, err := tx.FindAll(from, said.ID)
		if err != nil {
			return err
		}
		handed, err := tx.About(from, said.ID, heed.KindDelivery)
		for _, r := range append(recs, handed...) {
			b, err := people.Outer(r)
			if err != nil {
				return err
			}
			a.Objects = append(a.Objects, b)
		}
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
	outcomes, err := c.n.Intake().Receive(c.t.Context(), a)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, o := range outcomes {
		if o.State != intake.Recorded {
			c.t.Fatalf("%+v", o)
		}
	}
}

// ask sends one request with a token and gives the status, the rule that refused, and the body.
func (c *court) ask(token, pattern string, query url.Values, body any) (int, string, string) {
	c.t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	b, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	query.Set("as", "coast")
	req, err := http.NewRequestWithContext(c.t.Context(), method, "http://"+c.n.Addr().String()+path+"?"+query.Encode(), bytes.NewReader(b))
	if err != nil {
		c.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil && pattern != "GET /api/backup" {
		c.t.Fatal(err)
	}
	var p api.Problem
	_ = json.Unmarshal(raw, &p) // an answer that is no problem has no rule
	return res.StatusCode, p.Rule, string(raw)
}

func (c *court) about(token, pattern string, a asks, th thing) (int, string, string) {
	q := url.Values{}
	if strings.HasPrefix(pattern, "GET ") {
		q.Set(a.field, th.handle)
		return c.ask(token, pattern, q, nil)
	}
	body := maps.Clone(a.more)
	if body == nil {
		body = map[string]any{}
	}
	body[a.field] = th.handle
	return c.ask(token, pattern, q, body)
}

// verdict is what the table has for a cell: allowed, refused, or hidden.
func verdict(a agreed, role people.Role, scopes string, th thing) string {
	letter := letters[role]
	switch {
	case !strings.Contains(a.roles, letter), scopes == "read" && a.scope != "read", slices.Contains(a.more, "step-up"), slices.Contains(a.more, "local"):
		return "refused" // a token is never a proof of presence, nor the machine itself
	case th.whose == "": // of the house
		return "allowed"
	case th.whose == "another desk's", th.whose == "nobody's":
		return "hidden"
	}
	red := th.tlp == "TLP:RED" || th.tlp == ""
	switch {
	case th.whose == "others" && red && !strings.Contains("DSAI", letter):
		return "hidden"
	case a.whose == "own" && th.whose != "own", a.whose == "others" && th.whose == "own":
		return "refused"
	case slices.Contains(a.more, "hands") && th.whose == "others" && th.tlp != "TLP:GREEN" && th.tlp != "TLP:CLEAR":
		return "refused"
	}
	return "allowed"
}

func told(status int, rule string) string {
	switch {
	case status == http.StatusUnauthorized:
		return "nobody"
	case status == http.StatusNotFound:
		return "hidden"
	case status == http.StatusForbidden && rule != "":
		return "refused"
	}
	return "allowed" // whatever then came of it
}

// TestHouseMatrix asks every route of the house, in every role, with and without the scope,
// about statements of every marking: own, a peer's, another desk's, and one that is not
// there. What is hidden is told in the very words of what is missing.
func TestHouseMatrix(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			database := ""
			if engine == "postgres" {
				if postgres == nil {
					t.Skip("SKIPPED: the matrix on PostgreSQL: no server")
				}
				database = postgres.Database(t)
			}
			c := hold(t, database)
			rows := table(t)
			cells := 0
			for pattern, act := range api.Routes() {
				a, object := about[pattern]
				if !object && !slices.Contains(ofHouse, pattern) {
					t.Errorf("%s stands in no list of this test: say whether it is about a statement", pattern)
					continue
				}
				if status, _, _ := c.ask("", pattern, url.Values{}, nil); status != http.StatusUnauthorized {
					t.Errorf("%s without credentials: %d", pattern, status)
				}
				for _, token := range []string{c.second, "heed_" + strings.Repeat("A", 43)} { // many of them are slowed as well
					if status, _, _ := c.ask(token, pattern, url.Values{}, nil); status != http.StatusUnauthorized && status != http.StatusTooManyRequests {
						t.Errorf("%s with another party's token, or a forged one: %d", pattern, status)
					}
				}
				things := []thing{{}}
				if object {
					things = c.things
				}
				for _, role := range people.Roles {
					for scopes, token := range map[string]string{"all": c.tokens[role], "read": c.narrow[role]} {
						for _, th := range things {
							cells++
							var status int
							var rule, body string
							if object {
								status, rule, body = c.about(token, pattern, a, th)
							} else { // past the door, what is posted stops at the body
								status, rule, body = c.ask(token, pattern, url.Values{}, map[string]any{"no such field": 1})
							}
							want := verdict(rows[act], role, scopes, th)
							if got := told(status, rule); got != want {
								t.Errorf("%s as %s (%s) on %s %q: %s (%d %s %s), want %s", pattern, role, scopes, th.whose, th.tlp, got, status, rule, strings.TrimSpace(body[:min(len(body), 200)]), want)
							}
							if status == http.StatusNotFound && body != missing {
								t.Errorf("%s: what is hidden is told as %q, what is missing as %q", pattern, body, missing)
							}
						}
					}
				}
			}
			t.Logf("%d cells over %d routes, each with an expected answer", cells, len(api.Routes()))
			c.peers()
		})
	}
}

const missing = "{\n\t\"title\": \"nothing here has this handle\"\n}"

// pair is the path of the collection of a peer at a desk.
func (c *court) pair(peer, desk string) string {
	c.t.Helper()
	p, err := c.n.Directory().Named(peer)
	if err != nil {
		c.t.Fatal(err)
	}
	d, err := c.n.Directory().Named(desk)
	if err != nil {
		c.t.Fatal(err)
	}
	return "/heed/" + desk + "/collections/" + taxii.CollectionID(d.ID, p.ID) + "/"
}

// peers holds the door of peers: each reads and posts its own pair's collection; to another
// party, and to nobody, it is not there.
func (c *court) peers() {
	c.t.Helper()
	pair := func(name string) string { return c.pair(name, "coast") }
	for _, x := range []struct {
		token, path string
		want        int
	}{
		{c.second, pair("peer"), 200}, {c.second, pair("peer") + "objects/", 200}, {c.second, pair("third"), 404}, {c.second, pair("third") + "objects/", 404},
		{c.third, pair("third") + "objects/", 200}, {c.third, pair("peer") + "objects/", 404}, {"", pair("peer") + "objects/", 401},
		{c.tokens[people.Supervisor], pair("peer") + "objects/", 401}, {c.second, "/heed/other/collections/" + strings.Repeat("0", 36) + "/", 404},
	} {
		req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, "http://"+c.n.Addr().String()+x.path, nil)
		if err != nil {
			c.t.Fatal(err)
		}
		if x.token != "" {
			req.Header.Set("Authorization", "Bearer "+x.token)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			c.t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != x.want {
			c.t.Errorf("%s: %d, want %d", x.path, res.StatusCode, x.want)
		}
	}
}
