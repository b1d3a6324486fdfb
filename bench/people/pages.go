package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"heed"
	"heed/internal/bench"
	"heed/internal/desk"
	"heed/internal/envelope"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// may prints what one question to the table costs.
func may() {
	a := people.Actor{Person: "ada", Desk: "a", Roles: []people.Role{people.SourceDesk, people.Liaison}, Scopes: people.Scopes}
	o := people.Object{Desk: "a", Author: "b", Source: "b", To: "c", Now: time.Unix(0, 0)}
	r := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			if !people.May(a, people.ActPass, o, heed.Handling{TLP: "TLP:AMBER", Onward: "may"}).Allowed {
				b.Fatal("refused")
			}
		}
	})
	figures.AtMost("one question to may", float64(r.NsPerOp())/1000, "us", 2)
}

// shelf is a node with what pages are read from.
type shelf struct {
	n    *node.Node
	desk heed.PartyID
	peer heed.PartyID
}

// pages prints what it costs that a page is filtered, for a person and for a peer, and
// whether that stays flat with what is stored.
func pages(dir string, stored int) {
	s := open(filepath.Join(dir, "pages"))
	s.fill(1000)
	few, ratio := s.inbox()
	fewPeer, _ := s.collection()
	figures.AtMost("a page of 100 for a person who may not read all, against the page unfiltered, 1000 stored", ratio, "x", 1.3)
	s.fill(stored - 1000)
	many, ratio := s.inbox()
	manyPeer, peerRatio := s.collection()
	figures.AtMost(fmt.Sprintf("the same, %d stored", stored), ratio, "x", 1.3)
	figures.AtMost(fmt.Sprintf("a page of 100 for a peer, against the page unfiltered, %d stored", stored), peerRatio, "x", 1.3)
	figures.AtMost("a person's page, against that at 1000", many/few, "x", 1.5)
	figures.AtMost("a peer's page, against that at 1000", manyPeer/fewPeer, "x", 1.5)
	check(s.n.Stop(context.Background()))
}

func open(dir string) *shelf {
	w := node.World{Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), OnlyReceive: true}
	ctx := context.Background()
	made, err := node.Init(ctx, filepath.Join(dir, "n"), node.Begin{Name: "n", Desks: []node.NewDesk{{Name: "n"}}, Listen: "127.0.0.1:0", Person: "ada", UID: os.Getuid()}, w)
	check(err)
	other, err := node.Init(ctx, filepath.Join(dir, "p"), node.Begin{Name: "p", Desks: []node.NewDesk{{Name: "p"}}, Person: "bo", UID: -1}, w)
	check(err)
	n, err := node.New(ctx, filepath.Join(dir, "n"), w)
	check(err)
	s := &shelf{n: n, desk: made.Cards[0].Party, peer: other.Cards[0].Party}
	by := people.OnMachine("ada", s.desk)
	_, err = n.AddParty(ctx, by, other.Cards[0].JSON, other.Cards[0].Fingerprint, "")
	check(err)
	for i := range 60 { // each is two objects of the peer's collection
		_, err := n.Desk().Warn(ctx, by, desk.Draft{Headline: fmt.Sprint("warning ", i), Text: "The words of a warning.", To: []heed.PartyID{s.peer},
			Warning: heed.Warning{Basis: heed.BasisTechnical, Handling: heed.Handling{TLP: "TLP:GREEN"}, Asked: []string{"look"}}})
		check(err)
	}
	return s
}

// fill records warnings of a stranger, two in three of them not for everybody.
func (s *shelf) fill(many int) {
	ctx := context.Background()
	progress := bench.Progress("statements stored", many)
	for at := 0; at < many; at += 500 {
		check(s.n.Store().Update(ctx, store.Normal, func(tx *store.Tx) error {
			for i := range min(500, many-at) {
				id := heed.ID("report--" + uuid.NewString())
				signed, err := stix.Compose(heed.Statement{ID: id, Author: "identity--11111111-1111-4111-8111-111111111111", Version: 1, Kind: heed.KindWarning, Created: tx.Now(), Modified: tx.Now(), Headline: fmt.Sprint("warning ", at+i),
					Text: "The words of a warning.", Warning: &heed.Warning{Handling: heed.Handling{TLP: []string{"TLP:GREEN", "TLP:RED", ""}[i%3]}}})
				if err != nil {
					return err
				}
				if _, err := tx.Append(store.New{Desk: s.desk, ID: id, Version: 1, Kind: heed.KindWarning, Door: "take", From: "person:ada", Carried: string(stix.Unsealed),
					Envelope: envelope.Envelope{Payload: signed}}); err != nil {
					return err
				}
			}
			return nil
		}))
		progress(min(at+500, many))
	}
	check(s.n.Store().CatchUp(ctx))
}

const page = 100

// inbox gives the CPU, in us, of a person's page, and its ratio to the same page read
// without asking.
func (s *shelf) inbox() (us, ratio float64) {
	by := people.OnMachine("lee", s.desk, people.Liaison)
	filtered := s.each(func(tx *store.Tx) {
		lines, err := tx.Received(s.desk, heed.KindWarning, by.ReadsRed(), 0, page)
		check(err)
		shown := 0
		for _, l := range lines {
			o, h := people.LineObject(l)
			if people.May(by, people.ActList, o, h).Allowed {
				shown++
			}
		}
		if shown != page {
			check(fmt.Errorf("a page of %d", shown))
		}
	})
	plain := s.each(func(tx *store.Tx) {
		lines, err := tx.Received(s.desk, heed.KindWarning, true, 0, page)
		check(err)
		if len(lines) != page {
			check(fmt.Errorf("a page of %d", len(lines)))
		}
	})
	return filtered, filtered / plain
}

// collection does the same for what the desk has for a peer.
func (s *shelf) collection() (us, ratio float64) {
	read := func(tx *store.Tx, look bool) {
		notices, err := tx.Notices(s.desk, s.peer, time.Time{}, page/2)
		check(err)
		objects := 0
		for _, n := range notices {
			var recs []store.Record
			for _, idx := range n.Records {
				r, err := tx.Record(idx)
				check(err)
				recs = append(recs, r)
			}
			if look {
				check(people.Outgoing(n.Desk, n.To, recs))
			}
			for _, r := range recs {
				_, err := people.Outer(r)
				check(err)
				objects++
			}
		}
		if objects != page {
			check(fmt.Errorf("a page of %d", objects))
		}
	}
	filtered := s.each(func(tx *store.Tx) { read(tx, true) })
	plain := s.each(func(tx *store.Tx) { read(tx, false) })
	return filtered, filtered / plain
}

// each gives the least CPU, in us, of one view, over rounds.
func (s *shelf) each(fn func(*store.Tx)) float64 {
	least := time.Duration(1<<63 - 1)
	for range 9 {
		start := bench.CPU()
		for range 20 {
			check(s.n.Store().View(context.Background(), func(tx *store.Tx) error { fn(tx); return nil }))
		}
		least = min(least, (bench.CPU()-start)/20)
	}
	return float64(least.Nanoseconds()) / 1000
}
