package node_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"io"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/node"
	"heed/internal/people"
)

// TestTwoWorlds: a node is asked everything that a reader may ask, then gets statements that
// this reader may not see, and is asked again. Every byte of the answers is the same, apart
// from what the threat model excepts: heads, proofs and sizes of the log, salts, dates.
func TestTwoWorlds(t *testing.T) {
	c := hold(t, "")
	peers := []string{c.third, c.second}
	roles := []people.Role{people.Liaison, people.SourceDesk, people.Administrator}
	before := c.world(peers, roles)
	c.secrets()
	if err := c.n.Desk().Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := c.world(peers, roles)
	if len(before) != len(after) || len(before) < 60 {
		t.Fatalf("%d answers before, %d after", len(before), len(after))
	}
	for what, was := range before {
		if now := after[what]; now != was {
			t.Errorf("%s tells the worlds apart:\n%s\n%s", what, diff(was, now), diff(now, was))
		}
	}
	t.Logf("%d answers, byte for byte the same", len(before))
}

// secrets are what neither these peers nor these roles may learn of: what a peer marked RED
// or did not mark, at this desk, and anything at another desk. One of them has the very
// words, place and target of what they do see.
func (c *court) secrets() {
	c.t.Helper()
	peer, from := c.peer()
	defer peer.Stop(c.t.Context())
	other, err := c.n.Directory().Named("other")
	if err != nil {
		c.t.Fatal(err)
	}
	for _, x := range []struct {
		to  heed.PartyID
		tlp string
	}{{c.by.Desk, "TLP:RED"}, {c.by.Desk, ""}, {other.ID, "TLP:CLEAR"}, {other.ID, "TLP:RED"}} {
		w := heed.Warning{Basis: heed.BasisTechnical, Handling: heed.Handling{TLP: x.tlp}, Asked: []string{"look"}}
		said, err := peer.Desk().Warn(c.t.Context(), people.OnMachine("bo", from), desk.Draft{Headline: "the words of a peer", Warning: w, To: []heed.PartyID{x.to}})
		if err != nil {
			c.t.Fatal(err)
		}
		c.bring(peer, from, x.to, said)
	}
}

// peer opens the peer's node again.
func (c *court) peer() (*node.Node, heed.PartyID) {
	c.t.Helper()
	n, err := node.New(c.t.Context(), c.peerDir, world())
	if err != nil {
		c.t.Fatal(err)
	}
	p, err := n.Directory().Named("peer")
	if err != nil {
		c.t.Fatal(err)
	}
	return n, p.ID
}

// excepted are the answers that speak of the log itself.
var excepted = map[string]bool{"GET /api/ledger/head": true, "GET /api/backup": true, "GET /api/access": true}

// volatile are the parts of an answer that the threat model excepts.
var volatile = regexp.MustCompile(`"(size|seen|head|due|Due|waiting|last_used|used|x_heed_head|proof|at)":\s*("[^"]*"|-?\d+|\[[^\]]*\])|"(from|to)":\s*"\d{4}-[^"]*"`)

// world asks everything, as every reader.
func (c *court) world(peers []string, roles []people.Role) map[string]string {
	c.t.Helper()
	answers := map[string]string{}
	for _, role := range roles {
		for pattern := range api.Routes() {
			if !strings.HasPrefix(pattern, "GET ") || excepted[pattern] {
				continue
			}
			a, object := about[pattern]
			if !object {
				q := url.Values{}
				if pattern == "GET /api/stream" {
					q.Set("since", "2020-01-01")
				}
				_, _, body := c.ask(c.tokens[role], pattern, q, nil)
				answers[string(role)+" "+pattern] = volatile.ReplaceAllString(body, "")
				continue
			}
			if a.field == "" || pattern == "GET /api/ledger/prove" || pattern == "GET /api/bundle" { // they are proofs
				continue
			}
			for _, th := range c.things {
				_, _, body := c.about(c.tokens[role], pattern, a, th)
				answers[string(role)+" "+pattern+" "+th.handle] = volatile.ReplaceAllString(body, "")
			}
		}
	}
	for i, token := range peers {
		for _, path := range []string{"/taxii2/", "/heed/coast/", "/heed/other/", "/heed/coast/collections/", "/heed/other/collections/", "/heed/nobody/",
			c.pair("peer", "coast") + "objects/", c.pair("third", "coast") + "objects/?limit=1", c.pair("third", "coast") + "objects/", c.pair("peer", "other") + "objects/", "/heed/coast/status/x/"} {
			if i == 1 && strings.Contains(path, "/collections/") && strings.HasSuffix(path, "objects/") && path != c.pair("third", "coast")+"objects/" {
				continue // what the peer itself sent is answered with receipts: its own to see
			}
			answers[token[:12]+path] = c.get(token, path)
		}
	}
	return answers
}

// get asks the door of peers, and keeps status, headers and body.
func (c *court) get(token, path string) string {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, "http://"+c.n.Addr().String()+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	res.Header.Del("Date")
	var b strings.Builder
	b.WriteString(res.Status + "\n")
	if err := res.Header.Write(&b); err != nil {
		c.t.Fatal(err)
	}
	if _, err := io.Copy(&b, res.Body); err != nil {
		c.t.Fatal(err)
	}
	return volatile.ReplaceAllString(b.String(), "")
}

// diff gives the lines that stand in one answer and not in the other.
func diff(a, b string) string {
	var out []string
	for line := range strings.Lines(a) {
		if !strings.Contains(b, line) && len(out) < 6 {
			out = append(out, "  "+strings.TrimSpace(line))
		}
	}
	return strings.Join(out, "\n")
}
