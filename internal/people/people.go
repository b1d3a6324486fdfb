// Package people knows who speaks: the parties with their pinned keys, the persons who
// act for the desks of this node, how a request proves to come from one of them, and what
// each may do ([May]).
//
// A [Directory] is a snapshot in memory of the parties that the store holds. Reads take no
// lock and no query; [Directory.Reload] replaces the snapshot after a change. [Accounts]
// asks the store each time: a session or a role that ended a moment ago is gone.
package people

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"heed"
	"heed/internal/envelope"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/verify"
)

// Party is a party whose card this node holds.
type Party struct {
	ID      heed.PartyID
	Name    string // short: ru-fsb
	Title   string // for people
	Own     bool   // a desk of this node
	Key     envelope.PublicKey
	Log     ledger.Verifier // of its node's log
	TLSPin  string          // sha256:<base64> of its node's TLS key
	URL     string          // API root of its desk
	Card    []byte          // outer form of its key statement
	TokenIn []byte          // SHA-256 of the token it shows us; nil: none
	Token   string          // the token we show it; empty: none
}

// ErrNoParty means that no card is held for a name or id.
var ErrNoParty = errors.New("no such party")

// Directory answers who is who. Safe for concurrent use.
type Directory struct {
	db  *store.DB
	now atomic.Pointer[snapshot]
}

type snapshot struct {
	parties []*Party
	byID    map[heed.PartyID]*Party
	byName  map[string]*Party
	byKey   map[string]*Party // by key id
}

// Open loads the directory from the store.
func Open(ctx context.Context, db *store.DB) (*Directory, error) {
	d := &Directory{db: db}
	return d, d.Reload(ctx)
}

// Reload reads the parties and persons again.
func (d *Directory) Reload(ctx context.Context) error {
	s := &snapshot{byID: map[heed.PartyID]*Party{}, byName: map[string]*Party{}, byKey: map[string]*Party{}}
	err := d.db.View(ctx, func(tx *store.Tx) error {
		parties, err := tx.Parties()
		if err != nil {
			return err
		}
		for _, row := range parties {
			p, err := readParty(row)
			if err != nil {
				return fmt.Errorf("the card of %s: %w", row.Name, err)
			}
			s.add(p)
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.now.Store(s)
	return nil
}

func (s *snapshot) add(p *Party) {
	s.parties = append(s.parties, p)
	s.byID[p.ID], s.byName[p.Name], s.byKey[p.Key.ID()] = p, p, p
}

func readParty(row store.Party) (*Party, error) {
	p, _, err := ReadCard(row.Card)
	if err != nil {
		return nil, err
	}
	p.Own, p.TokenIn, p.Token = row.Own, row.TokenIn, row.TokenOut
	if row.URL != "" {
		p.URL = row.URL
	}
	return p, nil
}

// ReadCard reads a card in its outer form and checks that the key in it signed it. It
// returns the party it describes and the SHA-256 of its signed bytes, of which people
// compare the fingerprint. Nothing is trusted yet: that takes the typed fingerprint.
func ReadCard(card []byte) (*Party, [32]byte, error) {
	c, err := verify.ReadCard(card)
	if err != nil {
		return nil, [32]byte{}, err
	}
	return &Party{ID: c.Party, Name: c.Name, Title: c.Title, Key: c.Key, Log: c.Log, TLSPin: c.TLSKey, URL: c.URL, Card: card}, c.Digest, nil
}

// Parties lists all, in the order of their names.
func (d *Directory) Parties() []*Party {
	list := slices.Clone(d.now.Load().parties)
	slices.SortFunc(list, func(a, b *Party) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Own lists the desks of this node, in the order of their names.
func (d *Directory) Own() []*Party {
	return slices.DeleteFunc(d.Parties(), func(p *Party) bool { return !p.Own })
}

// Peers lists the other parties, in the order of their names.
func (d *Directory) Peers() []*Party {
	return slices.DeleteFunc(d.Parties(), func(p *Party) bool { return p.Own })
}

// Party finds a party by id; nil when its card is not held.
func (d *Directory) Party(id heed.PartyID) *Party { return d.now.Load().byID[id] }

// ByKey finds the party that a key id is pinned to; nil when there is none.
func (d *Directory) ByKey(keyID string) *Party { return d.now.Load().byKey[keyID] }

// Named finds a party by short name or by id.
func (d *Directory) Named(s string) (*Party, error) {
	now := d.now.Load()
	if p := now.byName[s]; p != nil {
		return p, nil
	}
	if p := now.byID[heed.PartyID(s)]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("%w: %q (known: %s)", ErrNoParty, s, d.names())
}

func (d *Directory) names() string {
	var names []string
	for _, p := range d.Parties() {
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		return "none yet"
	}
	return strings.Join(names, ", ")
}

// Show gives a party's short name where its card is held, else its id.
func (d *Directory) Show(id heed.PartyID) string {
	if p := d.Party(id); p != nil {
		return p.Name
	}
	if id == "" {
		return "unsigned"
	}
	return string(id)
}

// PeerByToken finds the peer that shows this token; nil when none does.
func (d *Directory) PeerByToken(token string) *Party {
	h := HashToken(token)
	for _, p := range d.now.Load().parties {
		if token != "" && len(p.TokenIn) == len(h) && subtle.ConstantTimeCompare(p.TokenIn, h) == 1 {
			return p
		}
	}
	return nil
}

// PeersByTLS lists the parties whose node has this TLS key: one node may speak for several.
func (d *Directory) PeersByTLS(pin string) []*Party {
	var list []*Party
	for _, p := range d.now.Load().parties {
		if pin != "" && p.TLSPin == pin && !p.Own {
			list = append(list, p)
		}
	}
	return list
}

// HashToken is how a token is kept: tokens are 256 random bits, so one SHA-256 is enough.
func HashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// CardFingerprint gives the fingerprint of a card that was read before.
func CardFingerprint(card []byte) string {
	_, digest, err := ReadCard(card)
	if err != nil {
		return ""
	}
	return envelope.Fingerprint(digest)
}
