package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heed"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/people"
	"heed/internal/store"
	"heed/internal/taxii"
)

// loadLog makes the signer of the log as it stands: the first, or the newest successor.
func (n *Node) loadLog(ctx context.Context) error {
	origin := n.verifier.Origin()
	err := n.db.View(ctx, func(tx *store.Tx) error {
		links, err := tx.Links()
		if err == nil && len(links) > 0 {
			origin = links[len(links)-1].Log.Log
		}
		return err
	})
	if err != nil {
		return err
	}
	return n.signAs(origin)
}

func (n *Node) signAs(origin string) error {
	s, err := ledger.NewSigner(origin, n.logKey.Ed25519())
	if err == nil {
		n.signer.Store(&s)
	}
	return err
}

// logNumber says which log of this node signed a head; 0: none of its logs did.
func (n *Node) logNumber(note string) int {
	h, err := ledger.OpenAny([]byte(note), n.verifier)
	if err != nil {
		return 0
	}
	return ledger.Number(n.verifier.Origin(), h.Origin)
}

// succeeded reports whether a head of a later log of the peer is known.
func (n *Node) succeeded(ctx context.Context, p *people.Party, origin string) bool {
	var newest store.PeerHead
	err := n.db.View(ctx, func(tx *store.Tx) (err error) { newest, err = tx.NewestPeerHead(p.Log.Origin()); return err })
	return err == nil && ledger.Number(p.Log.Origin(), newest.Origin) > ledger.Number(p.Log.Origin(), origin)
}

// origin names this node's log as it stands.
func (n *Node) origin() string { return n.signer.Load().Origin() }

// Succeed begins a successor log, by a person's name and on record, when this node's log has
// signed what its ledger does not hold. The tree goes on under another name, so whatever the
// old log signed up to here is still proven to be its beginning, and what it signed beyond
// stays with those who hold it. The link is the first record; what waited comes next, and
// only then anything new. Stopped anywhere in between, a start goes on from there.
func (n *Node) Succeed(ctx context.Context, by people.Actor, words string) (string, error) {
	ok, why := n.gate.mayAppend()
	switch {
	case ok:
		return "", errors.New("this node is not stopped: its log needs no successor")
	case why == whySilent:
		return "", fmt.Errorf("%s; nothing is known to be lost, so no successor is begun: heed ledger resume lets it go on", why)
	}
	n.gate.mu.Lock()
	head := n.gate.head
	n.gate.mu.Unlock()
	first, old := n.verifier.Origin(), n.origin()
	// A name that was signed under is never used again.
	origin := ledger.SuccessorOrigin(first, 1+max(ledger.Number(first, old), n.logNumber(head)))
	err := n.note(ctx, by, "a successor log begins: "+origin, fmt.Sprintf("%s lets this node go on in %s after %s: %s", by.Person, origin, old, words),
		func(tx *store.Tx) (heed.Log, error) {
			size, err := tx.Size()
			return heed.Log{Act: heed.Succeed, Words: words, Log: origin, Succeeds: old, Records: size, Head: head}, err
		})
	if err != nil {
		return "", err
	}
	if err := n.signAs(origin); err != nil {
		return "", err
	}
	if err := n.signHead(ctx); err != nil {
		return "", err
	}
	n.resume(ctx)
	n.running.Add(1)
	go func() { defer n.running.Done(); n.fetchLost(n.run) }()
	return origin, nil
}

// lookBack is how far before its last record a node that lost some asks its peers for what
// they had sent: their dates are those of their clocks.
const lookBack = 24 * time.Hour

// fetchLost asks every peer for what it had sent to the desks of this node since the copy was
// made, so that warnings which were acknowledged and then lost are before the desk again.
// What is here already is a repeat and changes nothing.
func (n *Node) fetchLost(ctx context.Context) {
	var last time.Time
	err := n.db.View(ctx, func(tx *store.Tx) error {
		size, err := tx.Size()
		if err != nil {
			return err
		}
		links, err := tx.Links()
		if err != nil || len(links) == 0 {
			return err
		}
		rec, err := tx.Record(min(max(links[len(links)-1].Leaf-1, 0), size-1))
		last = rec.RecordedAt
		return err
	})
	if err != nil {
		n.world.Log.Error("what was lost cannot be asked for", "err", err)
		return
	}
	for _, ours := range n.directory.Own() {
		for _, peer := range n.directory.Peers() {
			fetched := 0
			err := n.client.Objects(ctx, ours, peer, last.Add(-lookBack), func(objects [][]byte) error {
				out, err := n.intake.Receive(ctx, intake.Arrival{Door: "taxii", From: string(peer.ID), Peer: peer.ID, Desk: ours.ID, Objects: objects})
				for _, o := range out {
					if o.State == intake.Recorded {
						fetched++
					}
				}
				return err
			})
			n.world.Log.Info("asked again for what was lost", "peer", peer.Name, "desk", ours.Name, "recorded", fetched, "err", err)
		}
	}
}

// succession judges the first head of a peer's successor log: whether it keeps what was seen
// of the log before. Either way the desk is told and both heads are kept.
func (n *Node) succession(ctx context.Context, p *people.Party, old, next ledger.Head, oldNote, nextNote []byte) error {
	first := p.Log.Origin()
	if ledger.Number(first, next.Origin) < ledger.Number(first, old.Origin) {
		return nil // a head of the log before, come late
	}
	shown := false
	if next.Size >= old.Size {
		proof, err := n.proof(ctx, p, old, next)
		if err != nil && !errors.Is(err, taxii.ErrNoProof) {
			return err
		}
		same := old
		same.Origin = next.Origin
		shown = err == nil && ledger.Extends(same, next, proof) == nil
	}
	words := fmt.Sprintf("%s goes on in a successor log, %s, which keeps all %d records that we had seen a head of", p.Name, next.Origin, old.Size)
	if !shown {
		words = fmt.Sprintf("%s goes on in a successor log, %s, and does not show that it keeps the %d records that we had seen a head of: what it signed before still counts; ask what is lost",
			p.Name, next.Origin, old.Size)
	}
	if err := n.alarm(ctx, p, "successor", words, string(oldNote), string(nextNote)); err != nil {
		return err
	}
	return n.keep(ctx, p, next, string(nextNote))
}
