package node_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"heed"
	"heed/internal/desk"
	"heed/internal/envelope"
	"heed/internal/ledger"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// stand puts a stub in the place of the harbour's node, in the eyes of the coast's.
func (p *pair) stand(h http.HandlerFunc) {
	p.t.Helper()
	p.stop(1)
	srv := httptest.NewServer(h)
	p.t.Cleanup(srv.Close)
	harbour := p.n[0].Directory().Party(p.id[1])
	if err := p.n[0].Store().Update(context.Background(), store.Normal, func(tx *store.Tx) error {
		return tx.PutParty(store.Party{ID: harbour.ID, Name: harbour.Name, Card: harbour.Card, URL: srv.URL + "/", TokenOut: "heed_stub"})
	}); err != nil {
		p.t.Fatal(err)
	}
	if err := p.n[0].Directory().Reload(context.Background()); err != nil {
		p.t.Fatal(err)
	}
}

// Whatever a peer answers, the statement is kept and what came of it is shown; nothing but
// the peer's own receipt counts as delivered.
func TestPeersThatMisbehave(t *testing.T) {
	status := func(success, failure, pending int, more string) string {
		return fmt.Sprintf(`{"id":"x","status":"complete","request_timestamp":"x","total_count":2,"success_count":%d,"failure_count":%d,"pending_count":%d%s}`, success, failure, pending, more)
	}
	for name, c := range map[string]struct {
		code  int
		body  string
		state store.NoticeState
		words string
	}{
		"fails":                {500, `<html>oops</html>`, store.NoticeWaiting, "answers 500"},
		"talks garbage":        {202, `<html>hello</html>`, store.NoticeWaiting, "no status"},
		"does not know us":     {401, `{"title":"who are you"}`, store.NoticeWaiting, "who are you"},
		"miscounts":            {202, status(1, 0, 0, ""), store.NoticeWaiting, "do not fit"},
		"never receipts":       {202, status(2, 0, 0, ""), store.NoticeWaiting, "gives no receipt"},
		"only keeps it":        {202, status(0, 0, 2, ""), store.NoticePending, "acknowledged nothing"},
		"refuses":              {202, status(0, 2, 0, `,"failures":[{"id":"a","version":"b","message":"not today"}]`), store.NoticeRefused, "not today"},
		"forges a receipt":     {202, status(2, 0, 0, `,"x_heed_receipts":[{"type":"note"}]`), store.NoticeWaiting, "receipt cannot be taken"},
		"redirects elsewhere":  {307, ``, store.NoticeWaiting, "answers 307"},
		"answers without end ": {202, strings.Repeat(" ", 1<<20), store.NoticeWaiting, "no status"},
	} {
		t.Run(name, func(t *testing.T) {
			p := meet(t, "")
			p.stand(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.code)
				fmt.Fprint(w, c.body)
			})
			if _, err := p.n[0].Desk().Warn(t.Context(), p.by(0), desk.Draft{Headline: "x", To: p.id[1:]}); err != nil {
				t.Fatal(err)
			}
			var got desk.Ladder
			until(t, "what came of it is shown", func() bool {
				list, err := p.n[0].Desk().SentList(t.Context(), p.by(0), 10)
				if err != nil || len(list) != 1 || list[0].Ladders[0].Attempts == 0 {
					return false
				}
				got = list[0].Ladders[0]
				return true
			})
			if got.State != c.state || !strings.Contains(got.Words, c.words) {
				t.Errorf("state %s, words %q; want %s, %q", got.State, got.Words, c.state, c.words)
			}
			if len(got.Rungs) != 0 {
				t.Errorf("rungs without a receipt: %v", got.Rungs)
			}
		})
	}
}

// Two contents under one version: the second is refused, and both seals are evidence.
func TestTwoContents(t *testing.T) {
	p := meet(t, "")
	said := p.story()
	key, err := envelope.ReadKeyFile(filepath.Join(p.dir[0], "keys", "coast-party-coast.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pen := &people.Pen{Keys: map[heed.PartyID]envelope.PrivateKey{p.id[0]: key}}
	var first *heed.Statement
	for _, r := range p.records(0) {
		if r.ID == said[0].ID {
			obj, err := stix.Parse(r.Envelope.Payload)
			if err != nil {
				t.Fatal(err)
			}
			first = obj.Statement
		}
	}
	lie := *first
	lie.Headline = "No surge"
	env, err := pen.Seal(lie)
	if err != nil {
		t.Fatal(err)
	}
	outer, err := stix.Splice(env.Payload, env)
	if err != nil {
		t.Fatal(err)
	}
	p.receive(1, outer, "refused")
	box, err := p.n[1].Desk().Inbox(t.Context(), p.by(1), 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(box.Alarms) != 1 || box.Alarms[0].Code != "two-contents" || len(box.Alarms[0].Objects) != 1 {
		t.Fatalf("alarms: %+v", box.Alarms)
	}
	for _, e := range box.Entries {
		if e.Headline == "No surge" {
			t.Error("the second content took the place of the first")
		}
	}
}

// A peer that shows two histories: the head is refused and kept as evidence, the warning is
// recorded all the same.
func TestForkedPeer(t *testing.T) {
	p := meet(t, "")
	p.story()
	coast := p.n[1].Directory().Party(p.id[0])
	var last store.PeerHead
	until(t, "the coast's head is known at the harbour", func() bool {
		err := p.n[1].Store().View(t.Context(), func(tx *store.Tx) (err error) { last, err = tx.PeerHead(coast.Log.Origin()); return err })
		return err == nil && last.Size > 0
	})
	log, err := envelope.ReadKeyFile(filepath.Join(p.dir[0], "keys", "coast-log.pem"))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ledger.NewSigner(coast.Log.Origin(), log.Ed25519())
	if err != nil {
		t.Fatal(err)
	}
	note, err := signer.Sign(ledger.Head{Origin: coast.Log.Origin(), Size: last.Size, Root: tlog.RecordHash([]byte("another history"))})
	if err != nil {
		t.Fatal(err)
	}
	key, err := envelope.ReadKeyFile(filepath.Join(p.dir[0], "keys", "coast-party-coast.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pen := &people.Pen{Keys: map[heed.PartyID]envelope.PrivateKey{p.id[0]: key}}
	var forged heed.Statement
	for _, r := range p.records(0) {
		if r.Kind == heed.KindDelivery {
			obj, err := stix.Parse(r.Envelope.Payload)
			if err != nil {
				t.Fatal(err)
			}
			forged = *obj.Statement
		}
	}
	forged.ID = "note--00000000-0000-4000-8000-00000000f0f0"
	body := *forged.Delivery
	body.Head = string(note)
	forged.Delivery = &body
	env, err := pen.Seal(forged)
	if err != nil {
		t.Fatal(err)
	}
	outer, err := stix.Splice(env.Payload, env)
	if err != nil {
		t.Fatal(err)
	}
	p.receive(1, outer, "recorded")
	until(t, "the fork is an alarm with both heads", func() bool {
		box, err := p.n[1].Desk().Inbox(t.Context(), p.by(1), 10)
		return err == nil && len(box.Alarms) == 1 && box.Alarms[0].Code == "fork" && len(box.Alarms[0].Objects) == 2
	})
}

// Another TLS key than the card's is not spoken to.
func TestPinnedKey(t *testing.T) {
	p := meet(t, "")
	p.stop(1)
	thief := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the thief was spoken to") }))
	thief.StartTLS()
	defer thief.Close()
	harbour := p.n[0].Directory().Party(p.id[1])
	if err := p.n[0].Store().Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		return tx.PutParty(store.Party{ID: harbour.ID, Name: harbour.Name, Card: harbour.Card, URL: thief.URL + "/"})
	}); err != nil {
		t.Fatal(err)
	}
	if err := p.n[0].Directory().Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.n[0].Desk().Warn(t.Context(), p.by(0), desk.Draft{Headline: "x", To: p.id[1:]}); err != nil {
		t.Fatal(err)
	}
	until(t, "the wrong key is named", func() bool {
		list, err := p.n[0].Desk().SentList(t.Context(), p.by(0), 10)
		return err == nil && strings.Contains(list[0].Ladders[0].Words, "TLS key")
	})
	if _, err := os.Stat(filepath.Join(p.dir[0], "head")); err != nil {
		t.Error(err)
	}
}
