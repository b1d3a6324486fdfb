package node_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/heedtest"
	"heed/internal/intake"
	"heed/internal/intake/plain"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/store"
	"heed/verify"
)

var postgres *heedtest.Postgres

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == plain.ChildArg { // started to parse a file
		if err := plain.Child(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	var err error
	if postgres, err = heedtest.StartPostgres(); err != nil {
		fmt.Fprintln(os.Stderr, "SKIPPED: changed rows are found on PostgreSQL:", err)
	}
	code := m.Run()
	if postgres != nil {
		if err := postgres.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

func world() node.World {
	return node.World{Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Beat: 20 * time.Millisecond}
}

// pair is two nodes that know each other, in one process.
type pair struct {
	t        testing.TB
	dir      [2]string
	n        [2]*node.Node
	id       [2]heed.PartyID
	database string
}

func meet(t testing.TB, database string) *pair {
	t.Helper()
	p := &pair{t: t, database: database}
	var cards [2]node.Card
	for i, name := range []string{"coast", "harbour"} {
		p.dir[i] = filepath.Join(t.TempDir(), name)
		b := node.Begin{Name: name, Desks: []node.NewDesk{{Name: name}}, Listen: free(t), Person: "ada", UID: -1}
		if i == 1 {
			b.Database = database
		}
		made, err := node.Init(t.Context(), p.dir[i], b, world())
		if err != nil {
			t.Fatal(err)
		}
		cards[i], p.id[i] = made.Cards[0], made.Cards[0].Party
		p.start(i)
	}
	for i := range p.n {
		c := cards[1-i]
		if _, err := p.n[i].AddParty(t.Context(), p.by(i), c.JSON, c.Fingerprint, ""); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for i := range p.n {
			p.stop(i)
		}
	})
	return p
}

func (p *pair) by(i int) people.Actor { return people.OnMachine("ada", p.id[i]) }

func (p *pair) start(i int) {
	p.t.Helper()
	n, err := node.New(p.t.Context(), p.dir[i], world())
	if err != nil {
		p.t.Fatal(err)
	}
	p.n[i] = n
	if err := n.Start(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pair) stop(i int) {
	if p.n[i] == nil {
		return
	}
	if err := p.n[i].Stop(context.Background()); err != nil {
		p.t.Error(err)
	}
	p.n[i] = nil
}

func free(t testing.TB) string {
	t.Helper()
	l, err := heedtest.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// until polls what another goroutine or node brings about.
func until(t testing.TB, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if so() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

// story sends two warnings from coast to harbour, and takes the first up the ladder.
func (p *pair) story() []desk.Said {
	p.t.Helper()
	ctx := p.t.Context()
	var list []desk.Said
	for i := range 2 {
		said, err := p.n[0].Desk().Warn(ctx, p.by(0), desk.Draft{Headline: fmt.Sprintf("Surge %d", i), Warning: heed.Warning{Handling: heed.Handling{TLP: "TLP:GREEN"}}, To: p.id[1:]})
		if err != nil {
			p.t.Fatal(err)
		}
		list = append(list, said)
	}
	p.idle(0)
	l, err := p.n[1].Desk().Resolve(ctx, p.by(1), string(list[0].ID))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, r := range []heed.Rung{heed.Opened, heed.Acknowledged, heed.Accepted} {
		if _, err := p.n[1].Desk().Climb(ctx, p.by(1), l.Index, r); err != nil {
			p.t.Fatal(err)
		}
	}
	if _, err := p.n[1].Desk().Decide(ctx, p.by(1), l.Index, desk.Verdict{Choice: heed.Act, Code: "corroborated"}); err != nil {
		p.t.Fatal(err)
	}
	p.idle(1)
	return list
}

// readRestricted has texts read that the access log notes; they are under a
// head that the ledger records.
func (p *pair) readRestricted(i int, id heed.ID) {
	p.t.Helper()
	for range 3 {
		if err := p.n[i].Accounts().Reading(p.t.Context(), p.by(i), "show", heed.Ref{ID: id, Version: 1}, heed.Handling{TLP: "TLP:RED"}); err != nil {
			p.t.Fatal(err)
		}
	}
	if err := p.n[i].Accounts().RecordAccess(p.t.Context(), p.id[i:i+1]); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pair) idle(i int) {
	p.t.Helper()
	until(p.t, "the outbox is empty", func() bool {
		open := 1
		err := p.n[i].Store().View(p.t.Context(), func(tx *store.Tx) (err error) { open, _, err = tx.Open(p.id[i]); return err })
		return err == nil && open == 0
	})
}

func (p *pair) records(i int) (list []store.Record) {
	p.t.Helper()
	if err := p.n[i].Store().View(p.t.Context(), func(tx *store.Tx) (err error) { list, err = tx.Records(0, 1000); return err }); err != nil {
		p.t.Fatal(err)
	}
	return list
}

func TestLadderReachesTheSender(t *testing.T) {
	p := meet(t, "")
	said := p.story()
	list, err := p.n[0].Desk().SentList(t.Context(), p.by(0), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		want := 1
		if s.ID == said[0].ID {
			want = len(heed.Rungs)
		}
		if len(s.Ladders) != 1 || len(s.Ladders[0].Rungs) != want {
			t.Errorf("%s: %+v; want %d rungs", s.Handle, s.Ladders, want)
		}
	}
}

// Two nodes that hold one warning have no equal leaf: else a third would learn the audience.
func TestNoEqualLeaves(t *testing.T) {
	p := meet(t, "")
	p.story()
	seen := map[string]bool{}
	shared := 0
	for _, r := range p.records(0) {
		seen[string(r.Entry)] = true
		seen[string(r.Digest[:])] = true
	}
	for _, r := range p.records(1) {
		if seen[string(r.Entry)] {
			t.Errorf("record %d has the same entry at both nodes", r.Index)
		}
		if seen[string(r.Digest[:])] {
			shared++
		}
	}
	if shared < 4 {
		t.Fatalf("only %d statements are at both nodes: the test looks at nothing", shared)
	}
}

// The same statement a hundred times, also after a restart: one record, one receipt.
func TestReplay(t *testing.T) {
	p := meet(t, "")
	said := p.story()
	var objects [][]byte
	for _, r := range p.records(0) {
		if r.ID == said[1].ID || r.Kind == heed.KindDelivery && r.About == said[1].ID {
			b, err := people.Outer(r)
			if err != nil {
				t.Fatal(err)
			}
			objects = append(objects, b)
		}
	}
	if len(objects) != 2 {
		t.Fatalf("%d objects, want the warning and its delivery", len(objects))
	}
	before := len(p.records(1))
	var receipt []byte
	send := func() {
		t.Helper()
		out, err := p.n[1].Intake().Receive(t.Context(), intake.Arrival{Door: "taxii", From: string(p.id[0]), Peer: p.id[0], Desk: p.id[1], Objects: objects})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range out {
			if o.State != intake.Repeated {
				t.Fatalf("%+v", o)
			}
		}
		if receipt == nil {
			receipt = out[1].Receipt
		}
		if len(receipt) == 0 || !bytes.Equal(receipt, out[1].Receipt) {
			t.Fatal("a repeat got another receipt than the first")
		}
	}
	for range 50 {
		send()
	}
	p.stop(1)
	p.start(1)
	for range 50 {
		send()
	}
	if after := len(p.records(1)); after != before {
		t.Errorf("%d records became %d", before, after)
	}
}

// A peer that is down: what is for it is kept, tried again, and shown.
func TestPeerDown(t *testing.T) {
	p := meet(t, "")
	p.stop(1)
	if _, err := p.n[0].Desk().Warn(t.Context(), p.by(0), desk.Draft{Headline: "x", To: p.id[1:],
		Warning: heed.Warning{Precedence: heed.Flash}}); err != nil {
		t.Fatal(err)
	}
	until(t, "a failed try is shown", func() bool {
		list, err := p.n[0].Desk().SentList(t.Context(), p.by(0), 10)
		return err == nil && len(list) == 1 && list[0].Ladders[0].Attempts > 0 && strings.Contains(list[0].Ladders[0].Words, "does not answer")
	})
	p.stop(0)
	p.start(0)
	p.start(1)
	p.idle(0)
	if n := len(p.records(1)); n < 4 {
		t.Errorf("the harbour has %d records: the warning did not come", n)
	}
}

// Whatever row or byte of the ledger's tables is changed or dropped, verify names it.
func TestVerifyFindsEveryChange(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			database, driver := "", "sqlite"
			if engine == "postgres" {
				if postgres == nil {
					t.Skip("SKIPPED: changed rows are found on PostgreSQL: no server")
				}
				database, driver = postgres.Database(t), "pgx"
			}
			p := meet(t, database)
			said := p.story()
			p.readRestricted(1, said[0].ID)
			until(t, "all is under a signed head", func() bool { return strings.Contains(p.n[1].Head(), fmt.Sprintf("\n%d\n", len(p.records(1)))) })
			p.stop(1)
			source := database
			if source == "" {
				source = filepath.Join(p.dir[1], "heed.db")
			}
			db, err := sql.Open(driver, source)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			tamper(t, db, engine, func() (string, []string) {
				r, err := node.Examine(context.Background(), p.dir[1], node.Examination{Views: true})
				if err != nil {
					return "could not look: " + err.Error(), nil
				}
				return r.Last(), r.Wrong
			})
		})
	}
}

// tamper changes each column of each ledger and view table in one row, and drops a row of
// each, one at a time, undoing it after.
func tamper(t *testing.T, db *sql.DB, engine string, verdict func() (string, []string)) {
	t.Helper()
	if last, _ := verdict(); !strings.HasPrefix(last, "ok: ") {
		t.Fatalf("untouched, it says %s", last)
	}
	changes := 0
	for _, table := range []string{"ledger_records", "ledger_tiles", "ledger_heads", "view_statements", "view_deliveries", "view_rungs", "house_access"} {
		for _, row := range rowsOf(t, db, table) {
			for i, col := range row.names {
				if row.values[i] == nil {
					continue
				}
				if !row.set(t, db, engine, table, i, other(row.values[i])) {
					continue // the database itself refuses
				}
				changes++
				if last, wrong := verdict(); !strings.HasPrefix(last, "wrong: ") && !strings.HasPrefix(last, "could not look") {
					t.Errorf("%s.%s changed in row %v: %s %v", table, col, row.values[:2], last, wrong)
				}
				row.restore(t, db, engine, table, i)
			}
		}
	}
	if changes < 100 {
		t.Errorf("only %d changes were tried", changes)
	}
	for _, table := range []string{"ledger_records", "ledger_tiles", "ledger_heads", "view_statements", "view_deliveries", "view_rungs", "house_access"} {
		rows := rowsOf(t, db, table)
		rows[len(rows)-1].remove(t, db, table)
		if last, _ := verdict(); !strings.HasPrefix(last, "wrong: ") {
			t.Errorf("a row of %s dropped: %s", table, last)
		}
		rows[len(rows)-1].insert(t, db, table)
	}
	if last, _ := verdict(); !strings.HasPrefix(last, "ok: ") {
		t.Errorf("put back as it was, it says %s", last)
	}
}

// A verifier in another language, written from docs/formats.md, agrees.
func TestVerifierInAnotherLanguage(t *testing.T) {
	program, err := exec.LookPath("node")
	if err != nil {
		t.Skip("SKIPPED: the verifier in another language: Node.js is not installed")
	}
	p := meet(t, "")
	said := p.story()
	for i := range p.n {
		b, err := p.n[i].Bundle(t.Context(), p.by(i), said[0].ID, api.Bundled{Decisions: true})
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(t.TempDir(), "bundle.json")
		run := func(b []byte) (string, error) {
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(program, filepath.Join("..", "..", "verify", "node", "verify.mjs"), name).CombinedOutput()
			return string(out), err
		}
		if out, err := run(b); err != nil || !strings.HasPrefix(out, "ok: 7 statements") {
			t.Fatalf("%v: %s", err, out)
		}
		for _, member := range []string{`"entry": "heed-entry/1\nkind `, `"body_salt": "`, `"payload": "`, `"sig": "`, `"head": "`, `"log_key": "`} {
			at := bytes.Index(b, []byte(member)) + len(member)
			bad := bytes.Clone(b)
			bad[at] ^= 1
			if out, err := run(bad); err == nil {
				t.Errorf("a byte behind %s changed: %s", member, out)
			}
			if read, err := verify.ReadBundle(bad); err == nil && len(read.Check().Wrong) == 0 {
				t.Errorf("a byte behind %s changed: our own verifier finds nothing wrong", member)
			}
		}
	}
}

// receive brings one object from the coast to the harbour and expects a state.
func (p *pair) receive(i int, outer []byte, want intake.State) {
	p.t.Helper()
	out, err := p.n[i].Intake().Receive(p.t.Context(), intake.Arrival{Door: "taxii", From: string(p.id[1-i]), Peer: p.id[1-i], Desk: p.id[i], Objects: [][]byte{outer}})
	if err != nil || out[0].State != want {
		p.t.Fatalf("%+v, %v; want %s", out, err, want)
	}
}
