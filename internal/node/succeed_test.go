package node_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/node"
	"heed/internal/stix"
	"heed/internal/store"
	"heed/verify"
)

// A copy older than what was signed: nothing is signed, what arrives waits, and a successor
// log, decided by name, records it first. What was given before still verifies.
func TestSuccessor(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			p := meet(t, database(t, engine)) // the harbour's node is the one that falls behind
			backup := filepath.Join(t.TempDir(), "backup")
			if err := p.n[1].Store().Backup(t.Context(), backup, false); err != nil {
				t.Fatal(err)
			}
			said := p.story() // lost at the harbour, kept at the coast
			until(t, "the coast has seen a head that the copy lacks", func() bool {
				p.say("so that a head comes back")
				p.idle(0)
				h, err := p.peerHead(0, 1)
				return err == nil && h.Size > 3
			})
			p.stop(1)
			if _, err := node.Restore(t.Context(), p.dir[1], backup, world()); err != nil {
				t.Fatal(err)
			}
			p.start(1)
			p.refuses()
			late := p.say("in the meantime")
			until(t, "it waits", func() bool { return p.ladder(0, late.ID).State == store.NoticePending })
			if r := p.ladder(0, late.ID).Rungs; len(r) != 0 {
				t.Fatalf("a receipt from a node that may not sign: %v", r)
			}
			before := len(p.records(1))
			if _, err := p.n[1].Succeed(t.Context(), p.by(1), "the disk died"); err != nil {
				t.Fatal(err)
			}
			p.linked(before, late.ID)
			until(t, "what waited is receipted", func() bool { return len(p.ladder(0, late.ID).Rungs) == 1 })
			until(t, "the coast is told", func() bool {
				box, err := p.n[0].Desk().Inbox(t.Context(), p.by(0), 10)
				codes := ""
				for _, a := range box.Alarms {
					codes += a.Code + " "
				}
				return err == nil && codes == "behind successor "
			})
			until(t, "what was acknowledged and lost is fetched from who sent it", func() bool {
				var found []store.Record
				err := p.n[1].Store().View(t.Context(), func(tx *store.Tx) (err error) { found, err = tx.FindAll(p.id[1], said[0].ID); return err })
				return err == nil && len(found) == 1
			})
			p.proven(0, said[0].ID) // receipts of the old log, held by the coast
			p.proven(1, late.ID)    // a head of the new one
			p.stop(1)
			p.start(1) // merely restarted, it goes on in the successor
			again := p.say("afterwards")
			until(t, "it signs on", func() bool { return len(p.ladder(0, again.ID).Rungs) == 1 })
			p.proven(1, again.ID)
			if r, err := node.Examine(t.Context(), p.dir[1], node.Examination{Views: true}); err != nil || len(r.Wrong) > 0 {
				t.Errorf("%v %v", err, r.Wrong)
			}
		})
	}
}

// A node that still has all is refused a successor; so is one that only lacks an answer.
func TestNoSuccessorWithoutABreak(t *testing.T) {
	p := meet(t, "")
	if _, err := p.n[0].Succeed(t.Context(), p.by(0), "because"); err == nil || !strings.Contains(err.Error(), "not stopped") {
		t.Errorf("%v", err)
	}
	backup := filepath.Join(t.TempDir(), "backup")
	if err := p.n[0].Store().Backup(t.Context(), backup, false); err != nil {
		t.Fatal(err)
	}
	p.stop(0)
	p.stop(1)
	if err := os.Remove(filepath.Join(p.dir[0], "head")); err != nil {
		t.Fatal(err)
	}
	if _, err := node.Restore(t.Context(), p.dir[0], backup, world()); err != nil {
		t.Fatal(err)
	}
	p.start(0)
	if _, err := p.n[0].Succeed(t.Context(), p.by(0), "because"); err == nil || !strings.Contains(err.Error(), "resume") {
		t.Errorf("%v", err)
	}
	if err := p.n[0].Resume(t.Context(), p.by(0), "the harbour burnt down"); err != nil {
		t.Fatal(err)
	}
}

func (p *pair) peerHead(at, of int) (h store.PeerHead, err error) {
	first := p.n[at].Directory().Party(p.id[of]).Log.Origin()
	err = p.n[at].Store().View(context.Background(), func(tx *store.Tx) (err error) { h, err = tx.NewestPeerHead(first); return err })
	return h, err
}

func (p *pair) say(headline string) desk.Said {
	p.t.Helper()
	said, err := p.n[0].Desk().Warn(p.t.Context(), p.by(0), desk.Draft{Headline: headline, Warning: heed.Warning{Precedence: heed.Flash}, To: p.id[1:]})
	if err != nil {
		p.t.Fatal(err)
	}
	return said
}

func (p *pair) ladder(i int, id heed.ID) desk.Ladder {
	list, err := p.n[i].Desk().SentList(p.t.Context(), p.by(i), 50)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, s := range list {
		if s.ID == id && len(s.Ladders) == 1 {
			return s.Ladders[0]
		}
	}
	return desk.Ladder{}
}

// refuses expects the harbour to sign nothing and to say why.
func (p *pair) refuses() {
	p.t.Helper()
	st, err := p.n[1].Status(p.t.Context())
	if err != nil || st.Signs || !strings.Contains(st.Why, "older copy") {
		p.t.Fatalf("%+v %v", st, err)
	}
	if err := p.n[1].Resume(p.t.Context(), p.by(1), "please"); err == nil {
		p.t.Fatal("a node behind its peers went on by somebody's word, in the same log")
	}
}

// linked expects the link at a leaf of the harbour's, and what waited right behind it.
func (p *pair) linked(leaf int, waited heed.ID) {
	p.t.Helper()
	recs := p.records(1)
	if len(recs) < leaf+3 {
		p.t.Fatalf("%d records", len(recs))
	}
	obj, err := stix.Parse(recs[leaf].Envelope.Payload)
	if err != nil {
		p.t.Fatal(err)
	}
	l := obj.Statement.Log
	if l == nil || l.Act != heed.Succeed || l.Records != int64(leaf) || l.Log != l.Succeeds+"/2" || l.Person != "ada" || l.Head == "" {
		p.t.Fatalf("no link: %+v", l)
	}
	if recs[leaf+1].ID != waited {
		p.t.Errorf("what waited is not the first record after the link, %s is", recs[leaf+1].Kind)
	}
}

// proven expects a bundle to hold, here and in the other language.
func (p *pair) proven(i int, id heed.ID) {
	p.t.Helper()
	b, err := p.n[i].Bundle(p.t.Context(), p.by(i), id, api.Bundled{Decisions: true})
	if err != nil {
		p.t.Fatal(err)
	}
	bundle, err := verify.ReadBundle(b)
	if err != nil {
		p.t.Fatal(err)
	}
	if r := bundle.Check(); len(r.Wrong) > 0 || len(r.Lines) < 2 {
		p.t.Errorf("%v %v", r.Wrong, r.Lines)
	}
	program, err := exec.LookPath("node")
	if err != nil {
		p.t.Log("SKIPPED: the verifier in another language: Node.js is not installed")
		return
	}
	name := filepath.Join(p.t.TempDir(), "bundle.json")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		p.t.Fatal(err)
	}
	if out, err := exec.Command(program, filepath.Join("..", "..", "verify", "node", "verify.mjs"), name).CombinedOutput(); err != nil || !bytes.HasPrefix(out, []byte("ok: ")) {
		p.t.Errorf("%v: %s", err, out)
	}
}

func engines() []string { return []string{"sqlite", "postgres"} }

func database(t *testing.T, engine string) string {
	t.Helper()
	if engine == "sqlite" {
		return ""
	}
	if postgres == nil {
		t.Skipf("SKIPPED: %s on PostgreSQL: no server", t.Name())
	}
	return postgres.Database(t)
}
