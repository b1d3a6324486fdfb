package store

import (
	"fmt"

	"heed"
	"heed/internal/ledger"
	"heed/internal/stix"
)

// Link is the record with which a successor log begins. The tree goes on; from this leaf on
// its heads are signed under the successor's name.
type Link struct {
	Leaf int64
	Log  heed.Log
}

// Links gives the links of this node's logs, in order. Without any the first log stands.
func (tx *Tx) Links() ([]Link, error) {
	recs, err := tx.records(`WHERE kind = 'log' AND author = desk ORDER BY idx`)
	if err != nil {
		return nil, err
	}
	var list []Link
	for _, r := range recs {
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", r.Index, err)
		}
		if s := obj.Statement; s != nil && s.Log != nil && s.Log.Act == heed.Succeed {
			list = append(list, Link{r.Index, *s.Log})
		}
	}
	return list, nil
}

// LogAt names the log that a leaf was appended to, of a node whose first log is first.
func LogAt(first string, links []Link, leaf int64) string {
	origin := first
	for _, l := range links {
		if l.Leaf <= leaf {
			origin = l.Log.Log
		}
	}
	return origin
}

// NewestPeerHead gives what was last seen of a party's logs: of its first, or of the newest
// successor that a head was seen of.
func (tx *Tx) NewestPeerHead(first string) (PeerHead, error) {
	var origins []string
	var origin string
	err := tx.each([]any{&origin}, func() error { origins = append(origins, origin); return nil },
		`SELECT origin FROM house_peer_heads WHERE origin LIKE ?`, first+"%")
	if err != nil {
		return PeerHead{}, err
	}
	newest := 0
	for _, o := range origins {
		newest = max(newest, ledger.Number(first, o))
	}
	if newest == 0 {
		return PeerHead{}, ErrNotFound
	}
	return tx.PeerHead(ledger.SuccessorOrigin(first, newest))
}
