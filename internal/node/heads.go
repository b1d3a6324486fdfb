package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"heed"
	"heed/internal/ledger"
	"heed/internal/people"
	"heed/internal/store"
	"heed/internal/taxii"
)

// gate says whether this node may append to its ledger. Closed, what arrives goes to
// waiting and no head is signed.
type gate struct {
	mu       sync.Mutex
	why      string // not empty: closed, and why
	head     string // not empty: closed because of this head of ours, which this ledger cannot extend
	compared bool   // some peer has answered since the start
}

func (g *gate) mayAppend() (bool, string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.why == "", g.why
}

func (g *gate) close(why string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.why = why
}

func (g *gate) open() (was string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	was, g.why, g.head = g.why, "", ""
	return was
}

const (
	headName     = "head"     // the last signed head, beside the database
	restoredName = "restored" // there while a restored node has not yet compared itself
)

const (
	whySilent = "this node was restored from a backup and no peer has answered yet: it keeps what arrives in waiting"
	rehashBy  = 4096
)

// loadHead reads the newest signed head from the store.
func (n *Node) loadHead(ctx context.Context) error {
	return n.db.View(ctx, func(tx *store.Tx) error {
		h, ok, err := tx.SignedHead()
		if ok {
			n.setHead(string(h.Note))
		}
		return err
	})
}

// Head is the newest signed head of this node's log, as a note; empty before the first.
func (n *Node) Head() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.head
}

func (n *Node) setHead(note string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.head = note
}

// examine decides, before anything is signed, whether this node may go on: every leaf is
// hashed again, the head kept outside the database and those that peers hold are compared.
func (n *Node) examine(ctx context.Context) error {
	if err := n.rehash(ctx); err != nil {
		return fmt.Errorf("the ledger does not hold together; run heed verify on this folder: %w", err)
	}
	note, err := os.ReadFile(filepath.Join(n.Dir, headName))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if len(note) > 0 {
		if why := n.behind(ctx, string(note)); why != "" {
			n.shut("the last head that this node signed, kept beside the database, "+why, string(note))
			return nil
		}
	}
	restored := n.wasRestored()
	if restored {
		n.gate.close(whySilent)
		// Who was signed in when the backup was made is not signed in now.
		if err := n.db.Update(ctx, store.Normal, func(tx *store.Tx) error { return tx.EndAllSessions() }); err != nil {
			return err
		}
	}
	answered := n.askPeers(ctx)
	if restored && len(n.directory.Peers()) == 0 {
		answered = true // a node without peers signs
	}
	n.settle(ctx, answered)
	if ok, _ := n.gate.mayAppend(); ok {
		n.drain(ctx) // left by a stop between being let go on and having recorded it all
	}
	return nil
}

func (n *Node) wasRestored() bool {
	_, err := os.Stat(filepath.Join(n.Dir, restoredName))
	return err == nil
}

// shut closes the gate for good, because of a head of ours that the ledger does not extend:
// only people can say how to go on.
func (n *Node) shut(why, head string) {
	n.gate.mu.Lock()
	n.gate.why = why + "; this node signs nothing and keeps what arrives in waiting"
	if n.logNumber(head) >= n.logNumber(n.gate.head) {
		n.gate.head = head
	}
	n.gate.mu.Unlock()
	n.world.Log.Error("this node may not sign", "why", why)
}

// rehash hashes every stored entry again, in slices.
func (n *Node) rehash(ctx context.Context) error {
	var size int64
	err := n.db.View(ctx, func(tx *store.Tx) (err error) { size, err = tx.Size(); return err })
	for from := int64(0); err == nil && from < size; from += rehashBy {
		err = n.db.View(ctx, func(tx *store.Tx) error { return tx.Rehash(from, min(from+rehashBy, size)) })
	}
	return err
}

// behind compares a head of our own log with the ledger. Empty: the ledger extends it, or
// has a successor to the log that it is of.
func (n *Node) behind(ctx context.Context, note string) (why string) {
	h, err := ledger.OpenAny([]byte(note), n.verifier)
	if err != nil {
		return "cannot be read: " + err.Error()
	}
	first := n.verifier.Origin()
	switch its, now := ledger.Number(first, h.Origin), ledger.Number(first, n.origin()); {
	case its > now:
		return fmt.Sprintf("is of the log %s, which this database has not begun: it is an older copy", h.Origin)
	case its < now:
		return ""
	}
	err = n.db.View(ctx, func(tx *store.Tx) error {
		size, err := tx.Size()
		if err != nil {
			return err
		}
		if size < h.Size {
			why = fmt.Sprintf("has %d records and this database has %d: it is an older copy", h.Size, size)
			return nil
		}
		root, err := ledger.RootAt(h.Size, tx.Tiles())
		if err == nil && root != h.Root {
			why = fmt.Sprintf("has other records up to %d than this database: two histories", h.Size)
		}
		return err
	})
	if err != nil {
		return "cannot be compared: " + err.Error()
	}
	return why
}

// askPeers asks every peer for the newest head of our log that it holds. It reports
// whether any answered, and shuts the gate if one holds more than we have.
func (n *Node) askPeers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	type reply struct {
		peer *people.Party
		note string
		err  error
	}
	replies := make(chan reply)
	peers := n.directory.Peers()
	for _, p := range peers {
		go func() {
			note, err := n.client.Seen(ctx, p)
			replies <- reply{p, note, err}
		}()
	}
	answered := false
	for range peers {
		r := <-replies
		if r.err != nil {
			n.world.Log.Info("peer not reached", "peer", r.peer.Name, "err", r.err)
			continue
		}
		answered = true
		if r.note == "" {
			continue
		}
		if why := n.behind(ctx, r.note); why != "" {
			n.shut("the newest head of ours that "+r.peer.Name+" holds "+why, r.note)
		}
	}
	return answered
}

// settle draws the conclusion from having asked the peers.
func (n *Node) settle(ctx context.Context, answered bool) {
	if !answered {
		return
	}
	n.gate.mu.Lock()
	n.gate.compared = true
	silent := n.gate.why == whySilent
	n.gate.mu.Unlock()
	if !silent {
		return
	}
	n.resume(ctx)
}

// resume records what waited, before anything else, and opens the gate of a restored node.
func (n *Node) resume(ctx context.Context) {
	n.drain(ctx)
	n.gate.open()
	n.drain(ctx) // what came in between
	if err := os.Remove(filepath.Join(n.Dir, restoredName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		n.world.Log.Error("the mark of the restore could not be removed", "err", err)
	}
	n.changed()
}

// drain records what waited, in the order in which it came.
func (n *Node) drain(ctx context.Context) {
	if recorded, err := n.intake.Drain(ctx); err != nil {
		n.world.Log.Error("not all that waited could be recorded", "recorded", recorded, "err", err)
	} else if recorded > 0 {
		n.world.Log.Info("what waited is recorded", "arrivals", recorded)
	}
}

// askAgain asks the peers until one has answered.
func (n *Node) askAgain(ctx context.Context) {
	for wait := 2 * time.Second; ; wait = min(2*wait, time.Minute) {
		n.gate.mu.Lock()
		done := n.gate.compared
		n.gate.mu.Unlock()
		if done {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if len(n.directory.Peers()) == 0 {
			wait = time.Second // until the first one is added
			continue
		}
		n.settle(ctx, n.askPeers(ctx))
	}
}

// beats signs a head on a fixed beat while there are new leaves.
func (n *Node) beats(ctx context.Context) {
	t := time.NewTicker(n.world.Beat)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := n.beat(ctx); err != nil && ctx.Err() == nil {
			n.world.Log.Error("no head could be signed", "err", err)
		}
	}
}

// beat signs a head over all that is committed, if it is more than the last one covers.
// Before signing, the new leaves are hashed again and the new tree is shown to extend the
// old one. Stopped after signing: the same head is signed again, byte for byte.
func (n *Node) beat(ctx context.Context) error {
	if ok, _ := n.gate.mayAppend(); !ok {
		return nil
	}
	return n.signHead(ctx)
}

func (n *Node) signHead(ctx context.Context) error {
	var next ledger.Head
	signer := n.signer.Load()
	grown := false
	err := n.db.View(ctx, func(tx *store.Tx) error {
		size, err := tx.Size()
		if err != nil {
			return err
		}
		last, have, err := tx.SignedHead()
		if err != nil || have && size <= last.Size || size == 0 {
			return err
		}
		old := ledger.Head{Root: ledger.EmptyRoot}
		if have {
			if old, err = ledger.OpenAny(last.Note, n.verifier); err != nil {
				return err
			}
		}
		old.Origin = signer.Origin() // the tree goes on under a successor's name
		if err := tx.Rehash(old.Size, size); err != nil {
			return err
		}
		root, err := ledger.RootAt(size, tx.Tiles())
		if err != nil {
			return err
		}
		next = ledger.Head{Origin: signer.Origin(), Size: size, Root: root}
		proof, err := ledger.ProveConsistency(old.Size, size, tx.Tiles())
		if err != nil {
			return err
		}
		grown = true
		return ledger.Extends(old, next, proof)
	})
	if err != nil || !grown {
		return err
	}
	note, err := signer.Sign(next)
	if err != nil {
		return err
	}
	if err := n.db.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		return tx.AddSignedHead(store.SignedHead{Size: next.Size, Note: note})
	}); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(n.Dir, headName), note); err != nil {
		return err
	}
	n.setHead(string(note))
	return nil
}

// writeFile replaces a file as one step, on stable storage.
func writeFile(name string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// seenHead is a head that travelled with a delivery or receipt.
type seenHead struct {
	party heed.PartyID
	note  string
}

// noteHead puts a peer's head up for comparing. It never blocks the way in: when too many
// wait, the next delivery brings a newer one.
func (n *Node) noteHead(party heed.PartyID, note string) {
	select {
	case n.heads <- seenHead{party, note}:
	default:
	}
}

func (n *Node) compareHeads(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case h := <-n.heads:
			if err := n.compare(ctx, h); err != nil && ctx.Err() == nil {
				n.world.Log.Warn("a peer's head is not yet compared", "peer", n.directory.Show(h.party), "err", err)
			}
		}
	}
}

// compare holds a peer's head against the last one seen of its log. One that extends it
// takes its place; one that does not is refused and kept as evidence.
func (n *Node) compare(ctx context.Context, seen seenHead) error {
	p := n.directory.Party(seen.party)
	if p == nil {
		return nil
	}
	next, err := ledger.OpenAny([]byte(seen.note), p.Log)
	if err != nil {
		return n.alarm(ctx, p, "head-unsigned", fmt.Sprintf("%s sent a head that its log key has not signed", p.Name), seen.note)
	}
	var last store.PeerHead
	err = n.db.View(ctx, func(tx *store.Tx) (err error) {
		if last, err = tx.PeerHead(next.Origin); errors.Is(err, store.ErrNotFound) {
			last, err = tx.NewestPeerHead(p.Log.Origin())
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return n.keep(ctx, p, next, seen.note)
	}
	if err != nil {
		return err
	}
	old, err := ledger.OpenAny(last.Note, p.Log)
	if err != nil {
		return err
	}
	if old.Origin != next.Origin {
		return n.succession(ctx, p, old, next, last.Note, []byte(seen.note))
	}
	late := old.Size > next.Size
	if late {
		old, next = next, old // an older head that came late must fit as well
	}
	proof, err := n.proof(ctx, p, old, next)
	if errors.Is(err, taxii.ErrNoProof) {
		if n.succeeded(ctx, p, next.Origin) {
			return nil // that log ended in a break that the desk was told of
		}
		if late {
			return n.alarm(ctx, p, "behind", fmt.Sprintf("the node of %s answers with a head of %d records and does not know the one of %d that it signed: it fell behind, as after a restored backup, and may lack what we told it",
				p.Name, old.Size, next.Size), string(last.Note), seen.note)
		}
		return n.alarm(ctx, p, "no-proof", fmt.Sprintf("%s cannot show that its heads of %d and %d records, both signed by it, belong to one log", p.Name, old.Size, next.Size),
			string(last.Note), seen.note)
	}
	if err != nil {
		return err
	}
	if err := ledger.Extends(old, next, proof); err != nil {
		return n.alarm(ctx, p, "fork", fmt.Sprintf("%s shows two histories: heads of %d and %d records do not belong to one log", p.Name, old.Size, next.Size),
			string(last.Note), seen.note)
	}
	if next.Size == last.Size {
		return nil
	}
	return n.keep(ctx, p, next, seen.note)
}

func (n *Node) proof(ctx context.Context, p *people.Party, old, next ledger.Head) ([]tlog.Hash, error) {
	if old.Size == next.Size || old.Size == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return n.client.Consistency(ctx, p, old.Size, next.Size)
}

func (n *Node) keep(ctx context.Context, p *people.Party, h ledger.Head, note string) error {
	return n.db.Update(ctx, store.Normal, func(tx *store.Tx) error {
		return tx.PutPeerHead(store.PeerHead{Origin: h.Origin, Party: p.ID, Size: h.Size, Note: []byte(note)})
	})
}

func (n *Node) alarm(ctx context.Context, p *people.Party, code, words string, notes ...string) error {
	n.world.Log.Error("alarm", "code", code, "words", words)
	ev := store.Evidence{Code: code, Words: words, First: -1, From: string(p.ID)}
	for _, s := range notes {
		ev.Objects = append(ev.Objects, []byte(s))
	}
	return n.db.Update(ctx, store.Urgent, func(tx *store.Tx) error { return tx.RaiseAlarm(ev) })
}
