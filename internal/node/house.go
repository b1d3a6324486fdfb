package node

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/envelope"
	"heed/internal/ledger"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
	"heed/verify"
)

// house gives the door of the house what only the node can do.
func (n *Node) house() api.House {
	return api.House{Status: n.Status, AddParty: n.AddParty, Token: n.PartyToken, Head: n.Head,
		Prove: n.Prove, Bundle: n.Bundle, Backup: n.Backup, Resume: n.Resume, Succeed: n.Succeed}
}

// Status says how the node is.
func (n *Node) Status(ctx context.Context) (api.Status, error) {
	st := api.Status{Name: n.Config.Name, Origin: n.origin(), Address: n.Config.URL, Peers: "not yet compared with peers"}
	st.Signs, st.Why = n.gate.mayAppend()
	st.Alarm = n.desk.Alarm()
	n.gate.mu.Lock()
	if n.gate.compared {
		st.Peers = "compared with peers"
	}
	n.gate.mu.Unlock()
	if len(n.directory.Peers()) == 0 {
		st.Peers = "no peers"
	}
	err := n.db.View(ctx, func(tx *store.Tx) error {
		w, err := tx.Waiting(10000)
		if err != nil {
			return err
		}
		st.Waiting = len(w)
		st.Size, err = tx.Size()
		return err
	})
	return st, err
}

// ErrFingerprint means that a card's fingerprint was not typed, or is another one.
var ErrFingerprint = errors.New("the fingerprint does not fit this card; have it read to you on another channel, and type it")

// AddParty takes the card of another party, if the fingerprint that a person typed is its
// own. The card becomes a record; token is what we show that party behind a proxy.
func (n *Node) AddParty(ctx context.Context, by people.Actor, card []byte, fingerprint, token string) (api.Party, error) {
	if err := people.Check(by, people.ActAddParty, heed.Ref{}, people.Object{}, heed.Handling{}); err != nil {
		return api.Party{}, err
	}
	p, digest, err := people.ReadCard(card)
	if err != nil {
		return api.Party{}, err
	}
	if !envelope.SameFingerprint(fingerprint, digest) {
		return api.Party{}, ErrFingerprint
	}
	if old := n.directory.Party(p.ID); old != nil && old.Own {
		return api.Party{}, fmt.Errorf("%s is a desk of this node", p.Name)
	}
	if other, err := n.directory.Named(p.Name); err == nil && other.ID != p.ID {
		return api.Party{}, fmt.Errorf("another party is called %s here already", p.Name)
	}
	if ok, why := n.gate.mayAppend(); !ok {
		return api.Party{}, fmt.Errorf("%w: %s", desk.ErrNotNow, why)
	}
	_, env, _, err := stix.Cut(card)
	if err != nil {
		return api.Party{}, err
	}
	obj, err := stix.Parse(env.Payload)
	if err != nil {
		return api.Party{}, err
	}
	row := store.Party{ID: p.ID, Name: p.Name, Card: card, TokenOut: token}
	if old := n.directory.Party(p.ID); old != nil {
		row.TokenIn = old.TokenIn
		if token == "" {
			row.TokenOut = old.Token
		}
	}
	err = n.db.Update(ctx, store.Normal, func(tx *store.Tx) error {
		_, err := tx.Append(store.New{Desk: by.Desk, Author: p.ID, ID: obj.Statement.ID, Version: obj.Statement.Version, Kind: heed.KindKey,
			Door: "card", From: "person:" + by.Person, Envelope: env, Carried: string(stix.Exact)})
		if err != nil && !errors.Is(err, store.ErrExists) {
			return err
		}
		return tx.PutParty(row)
	})
	if err != nil {
		return api.Party{}, err
	}
	if err := n.directory.Reload(ctx); err != nil {
		return api.Party{}, err
	}
	n.changed()
	return (&api.Server{}).Describe(n.directory.Party(p.ID)), nil
}

// PartyToken makes the token that a peer is to show us, in place of the one before. It is
// returned once and kept only as a hash.
func (n *Node) PartyToken(ctx context.Context, name string) (string, error) {
	p, err := n.directory.Named(name)
	if err != nil {
		return "", err
	}
	if p.Own {
		return "", fmt.Errorf("%s is a desk of this node", name)
	}
	token, err := people.NewSecret(n.world.Rand)
	if err != nil {
		return "", err
	}
	err = n.db.Update(ctx, store.Normal, func(tx *store.Tx) error {
		return tx.PutParty(store.Party{ID: p.ID, Name: p.Name, Card: p.Card, TokenIn: people.HashToken(token), TokenOut: p.Token})
	})
	if err != nil {
		return "", err
	}
	return token, n.directory.Reload(ctx)
}

// covering waits until a signed head covers a leaf: a beat or two.
func (n *Node) covering(ctx context.Context, leaf int64) (ledger.Head, []byte, error) {
	for range 100 {
		if note := n.Head(); note != "" {
			h, err := ledger.OpenAny([]byte(note), n.verifier)
			if err != nil || h.Size > leaf {
				return h, []byte(note), err
			}
		}
		if err := n.beat(ctx); err != nil {
			return ledger.Head{}, nil, err
		}
		if ok, why := n.gate.mayAppend(); !ok {
			return ledger.Head{}, nil, fmt.Errorf("no signed head covers it: %s", why)
		}
	}
	return ledger.Head{}, nil, errors.New("no signed head covers it yet; try again in a moment")
}

// Prove gives the entry of a record and the proof that it is in the newest signed head.
func (n *Node) Prove(ctx context.Context, by people.Actor, idx int64) (api.Proof, error) {
	h, note, err := n.covering(ctx, idx)
	if err != nil {
		return api.Proof{}, err
	}
	out := api.Proof{Index: idx, Head: string(note), Proof: []string{}}
	err = n.db.View(ctx, func(tx *store.Tx) error {
		l, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		if err := l.Check(by, people.ActProve); err != nil {
			return err
		}
		out.Entry = string(l.Record.Entry)
		proof, err := ledger.ProveInclusion(h.Size, idx, tx.Tiles())
		for _, p := range proof {
			out.Proof = append(out.Proof, base64.StdEncoding.EncodeToString(p[:]))
		}
		return err
	})
	return out, err
}

// Bundle makes the file that proves the history of a statement offline: every version, all
// deliveries and receipts, and the cards of those concerned. What else the desk said about
// it, decisions above all, is there as entries only, which prove that and when; opening the
// decisions is a release.
func (n *Node) Bundle(ctx context.Context, by people.Actor, id heed.ID, with api.Bundled) ([]byte, error) {
	if err := n.beat(ctx); err != nil {
		return nil, err
	}
	var b verify.Bundle
	err := n.db.View(ctx, func(tx *store.Tx) error {
		signed, ok, err := tx.SignedHead()
		if err != nil {
			return err
		}
		if !ok {
			return errors.New("no head has been signed yet; try again in a second")
		}
		h, err := ledger.OpenAny(signed.Note, n.verifier)
		if err != nil {
			return err
		}
		b = verify.Bundle{Format: verify.BundleFormat, LogKey: n.verifier.Of(h.Origin).String(), Head: string(signed.Note)}
		recs, err := tx.History(by.Desk, id)
		if err != nil {
			return err
		}
		cards := map[heed.PartyID]bool{}
		for _, r := range recs {
			if r.Index >= h.Size {
				return errors.New("the newest records are not yet covered by a signed head; try again in a second")
			}
			shown, err := bundled(tx, by, r, with)
			if err != nil {
				return err
			}
			if shown == left {
				continue
			}
			if err := n.addRecord(tx, &b, r, h, shown); err != nil {
				return err
			}
			for _, p := range []heed.PartyID{r.Author, r.Desk} {
				if c := n.directory.Party(p); c != nil && !cards[p] {
					cards[p] = true
					b.Cards = append(b.Cards, c.Card)
				}
			}
		}
		return nil
	})
	return b.JSON(), err
}

// showing says how much of a record goes into a bundle.
type showing uint8

const (
	left   showing = iota // nothing: another receiver's
	entry                 // that it is there, of which kind and since when
	opened                // all of it
)

// bundled decides how much of a record a bundle shows.
func bundled(tx *store.Tx, by people.Actor, r store.Record, with api.Bundled) (showing, error) {
	l, err := people.LoadRecord(tx, r)
	if err != nil {
		return left, err
	}
	act := people.ActProve
	switch r.Kind {
	case heed.KindWarning, heed.KindEvent, heed.KindGrant:
	case heed.KindDelivery, heed.KindReceipt:
		if with.Only != "" && !between(l.Statement, with.Only) {
			return left, nil
		}
	case heed.KindDecision, heed.KindDistrust: // the desk's own mind: out only by a person's release
		if act = people.ActRelease; !with.Decisions {
			return entry, nil
		}
	case heed.KindLink, heed.KindLog:
		return left, nil // that there are extracts, or notes, is nobody else's business
	default:
		return entry, nil
	}
	return opened, l.Check(by, act)
}

// between reports whether a delivery or receipt has the party at one end.
func between(s *heed.Statement, p heed.PartyID) bool {
	switch {
	case s == nil:
		return false
	case s.Delivery != nil:
		return s.Author == p || s.Delivery.To == p
	case s.Receipt != nil:
		return s.Author == p || s.Receipt.To == p
	}
	return false
}

func (n *Node) addRecord(tx *store.Tx, b *verify.Bundle, r store.Record, h ledger.Head, shown showing) error {
	out := verify.Record{Index: r.Index, Entry: string(r.Entry)}
	if shown == opened {
		out.BodySalt, out.Envelope, out.Receipt = r.BodySalt, r.Envelope, r.Receipt
	}
	proof, err := ledger.ProveInclusion(h.Size, r.Index, tx.Tiles())
	if err != nil {
		return err
	}
	for _, p := range proof {
		out.Proof = append(out.Proof, p[:])
	}
	b.Records = append(b.Records, out)
	return nil
}

// Backup writes a consistent copy of the database while the node runs. Keys are not in it:
// they stand in the folder beside, and are kept apart. Nor are the sealed names of sources,
// unless they are asked for.
func (n *Node) Backup(ctx context.Context, w io.Writer, sources bool) error {
	dir, err := os.MkdirTemp(n.Dir, ".backup-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "heed.db")
	if err := n.db.Backup(ctx, name, sources); err != nil {
		return err
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// Resume lets a restored node go on although no peer has answered: a person of the desk
// takes the word for it, by name and on record.
func (n *Node) Resume(ctx context.Context, by people.Actor, words string) error {
	if err := people.Check(by, people.ActResume, heed.Ref{}, people.Object{}, heed.Handling{}); err != nil {
		return err
	}
	if ok, _ := n.gate.mayAppend(); ok {
		return errors.New("this node is not stopped: there is nothing to resume")
	}
	if _, why := n.gate.mayAppend(); why != whySilent {
		return fmt.Errorf("this node may not go on in its log by anybody's word: %s (heed ledger succeed begins a successor)", why)
	}
	if err := n.note(ctx, by, "resumed without a peer's answer", by.Person+" lets this node go on after a restore without a peer's answer: "+words,
		func(*store.Tx) (heed.Log, error) { return heed.Log{Act: heed.Resume, Words: words}, nil }); err != nil {
		return err
	}
	n.resume(ctx)
	return nil
}

// note records what a person decided about the log itself.
func (n *Node) note(ctx context.Context, by people.Actor, headline, text string, body func(*store.Tx) (heed.Log, error)) error {
	id := n.pen.NewID(heed.KindLog)
	return n.db.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		log, err := body(tx)
		if err != nil {
			return err
		}
		log.Person, log.At = by.Person, tx.Now()
		env, err := n.pen.Seal(heed.Statement{ID: id, Author: by.Desk, Version: 1, Kind: heed.KindLog, Created: tx.Now(), Modified: tx.Now(),
			Headline: headline, Text: text, Log: &log})
		if err != nil {
			return err
		}
		_, err = tx.Append(store.New{Desk: by.Desk, Author: by.Desk, ID: id, Version: 1, Kind: heed.KindLog, Door: "desk",
			From: "person:" + by.Person, Envelope: env, Carried: string(stix.Own)})
		return err
	})
}

// Restore puts a backup in the place of a stopped node's database. The node then asks its
// peers before it signs; what was there is kept beside, under the name that is returned.
func Restore(ctx context.Context, dir, backup string, w World) (kept string, err error) {
	c, err := ReadConfig(dir)
	if err != nil {
		return "", err
	}
	if err := store.LooksLikeBackup(backup); err != nil {
		return "", err
	}
	name, now := c.databaseURL(dir), w.Now()
	postgres := strings.Contains(name, "://")
	if !postgres && filepath.Dir(name) != filepath.Clean(dir) {
		return "", errors.New("restore works on a node whose database is a file in its folder, or on PostgreSQL")
	}
	if err := writeFile(filepath.Join(dir, restoredName), []byte(now.UTC().Format(time.RFC3339)+"\n")); err != nil {
		return "", err
	}
	if postgres {
		schema, err := store.RestorePostgres(ctx, name, backup, now, w.Progress)
		if schema != "" {
			schema = "in the schema " + schema
		}
		return schema, err
	}
	kept = name + ".before-" + now.UTC().Format("20060102T150405Z")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(name+suffix, kept+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	return kept, copyFile(backup, name)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
