package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	mrand "math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"heed"
	"heed/internal/bench"
	"heed/internal/envelope"
	"heed/internal/heedtest"
	"heed/internal/ledger"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

var kills = flag.Int("n", 50, "how often TestCrash kills the node, on each engine")

// clientConfig is what the client process of a crash trial is given.
type clientConfig struct {
	Key, Acked, Root, Token, Log string
	Party, To                    heed.PartyID
}

// crashClient posts warnings from eight connections until its input ends, and writes down
// each that was acknowledged.
func crashClient() {
	var c clientConfig
	in := bufio.NewReader(os.Stdin)
	line, _ := in.ReadBytes('\n')
	must(json.Unmarshal(line, &c))
	key, err := envelope.ReadKeyFile(c.Key)
	must(err)
	acked, err := os.OpenFile(c.Acked, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	must(err)
	s := &bench.Sender{Party: c.Party, Key: key, Log: c.Log, To: c.To, Root: c.Root, Token: c.Token, HTTP: &http.Client{Timeout: 5 * time.Second}}
	done := make(chan struct{})
	go func() { _, _ = in.ReadByte(); close(done) }()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := 0; ; n++ {
				select {
				case <-done:
					return
				default:
				}
				p, err := s.Make(n, time.Now())
				must(err)
				receipt, err := s.Post(p)
				if err != nil {
					time.Sleep(5 * time.Millisecond) // the node is down, as it should be at times
					continue
				}
				mu.Lock()
				fmt.Fprintf(acked, "%s %s %s\n", p.Warning, p.Delivery, base64.StdEncoding.EncodeToString(receipt))
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	must(acked.Close())
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// A node that is killed at any moment has kept whatever it had acknowledged: entry, receipt
// and proof.
func TestCrash(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			database := ""
			if engine == "postgres" {
				pg, err := heedtest.StartPostgres()
				if err != nil {
					t.Skip("SKIPPED: crash trials on PostgreSQL: ", err)
				}
				defer pg.Stop()
				database = pg.Database(t)
			}
			crash(t, database)
		})
	}
}

// trial is one node that is killed again and again.
type trial struct {
	t    *testing.T
	dir  string
	to   heed.PartyID
	conf clientConfig
	url  string
}

func crash(t *testing.T, database string) {
	tr := prepare(t, database)
	client := exec.Command("crash-client")
	client.Stderr = os.Stderr
	in, err := client.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := json.Marshal(tr.conf)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
	r := mrand.New(mrand.NewPCG(uint64(time.Now().UnixNano()), 1))
	for k := range *kills {
		serve := tr.serve()
		time.Sleep(time.Duration(20+r.IntN(120)) * time.Millisecond) // the moment of the kill, by chance
		if err := serve.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = serve.Wait() // it was killed
		tr.look(k)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := client.Wait(); err != nil {
		t.Error(err)
	}
	acked := tr.look(*kills)
	if acked < *kills {
		t.Errorf("only %d statements were acknowledged in %d lives: the trial tries nothing", acked, *kills)
	}
	report, err := node.Examine(context.Background(), tr.dir, node.Examination{Views: true})
	if err != nil || len(report.Wrong) > 0 {
		t.Errorf("%v: %v", err, report.Wrong)
	}
	t.Logf("%d kills, %d acknowledged statements, all there; %s", *kills, acked, report.Last())
}

// prepare makes a receiver behind plain HTTP and a sender that it knows.
func prepare(t *testing.T, database string) *trial {
	t.Helper()
	addr, err := heedtest.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	tr := &trial{t: t, dir: filepath.Join(t.TempDir(), "r"), url: database}
	w := node.World{Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)}
	made, err := node.Init(t.Context(), tr.dir, node.Begin{Name: "r", Desks: []node.NewDesk{{Name: "r"}}, Listen: addr, PlainHTTP: true, Person: "ada", UID: os.Getuid(), Database: database}, w)
	if err != nil {
		t.Fatal(err)
	}
	peerDir := filepath.Join(t.TempDir(), "s")
	peer, err := node.Init(t.Context(), peerDir, node.Begin{Name: "s", Desks: []node.NewDesk{{Name: "s"}}, Person: "bo", UID: -1}, w)
	if err != nil {
		t.Fatal(err)
	}
	tr.to = made.Cards[0].Party
	tr.conf = clientConfig{Key: filepath.Join(peerDir, "keys", "s-party-s.pem"), Acked: filepath.Join(t.TempDir(), "acked"),
		Root: "http://" + addr + "/heed/r/", Token: "heed_test", Log: "s.heed/0", Party: peer.Cards[0].Party, To: tr.to}
	n, err := node.New(t.Context(), tr.dir, w)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.AddParty(t.Context(), people.OnMachine("ada", tr.to), peer.Cards[0].JSON, peer.Cards[0].Fingerprint, ""); err != nil {
		t.Fatal(err)
	}
	if err := n.Store().Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		return tx.PutParty(store.Party{ID: tr.conf.Party, Name: "s", Card: peer.Cards[0].JSON, TokenIn: people.HashToken(tr.conf.Token)})
	}); err != nil {
		t.Fatal(err)
	}
	if err := n.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	return tr
}

// serve starts the real program and waits until it answers.
func (tr *trial) serve() *exec.Cmd {
	tr.t.Helper()
	cmd := exec.Command("heed", "serve", "--node", tr.dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		tr.t.Fatal(err)
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		tr.t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, "serves at") {
		tr.t.Fatalf("the node did not come up: %q %v\n%s", line, err, log.String())
	}
	return cmd
}

// look finds everything that was acknowledged so far, in the database as the kill left it.
func (tr *trial) look(kill int) int {
	tr.t.Helper()
	b, err := os.ReadFile(tr.conf.Acked)
	if err != nil && !os.IsNotExist(err) {
		tr.t.Fatal(err)
	}
	url := tr.url
	if url == "" {
		url = filepath.Join(tr.dir, "heed.db")
	}
	db, err := store.Open(tr.t.Context(), store.Options{URL: url, ReadOnly: true, Now: time.Now, Rand: rand.Reader})
	if err != nil {
		tr.t.Fatal(err)
	}
	defer db.Close()
	n := 0
	err = db.View(tr.t.Context(), func(tx *store.Tx) error {
		size, err := tx.Size()
		if err != nil {
			return err
		}
		root, err := ledger.RootAt(size, tx.Tiles())
		if err != nil {
			return err
		}
		head := ledger.Head{Size: size, Root: root}
		for line := range strings.Lines(string(b)) {
			f := strings.Fields(line)
			if len(f) != 3 {
				return fmt.Errorf("the list of what was acknowledged has a line %q", line)
			}
			if err := tr.kept(tx, head, heed.ID(f[0]), heed.ID(f[1]), f[2]); err != nil {
				return fmt.Errorf("after kill %d, %s: %w", kill, f[0], err)
			}
			n++
		}
		return nil
	})
	if err != nil {
		tr.t.Fatal(err)
	}
	return n
}

// kept checks that one acknowledged statement has its entry, its receipt, byte for byte,
// and its proof.
func (tr *trial) kept(tx *store.Tx, head ledger.Head, warning, delivery heed.ID, receipt string) error {
	for _, id := range []heed.ID{warning, delivery} {
		rec, err := tx.Find(tr.to, tr.conf.Party, id, 1)
		if err != nil {
			return err
		}
		proof, err := ledger.ProveInclusion(head.Size, rec.Index, tx.Tiles())
		if err != nil {
			return err
		}
		if err := ledger.CheckInclusion(head, rec.Index, ledger.Leaf(rec.Entry), proof); err != nil {
			return err
		}
		if id == warning {
			continue
		}
		if rec.Receipt == nil {
			return fmt.Errorf("its receipt is gone")
		}
		outer, err := stix.Splice(rec.Receipt.Payload, *rec.Receipt)
		if err != nil {
			return err
		}
		if base64.StdEncoding.EncodeToString(outer) != receipt {
			return fmt.Errorf("its receipt is another one")
		}
	}
	return nil
}
