package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"heed"
	"heed/internal/envelope"
	"heed/internal/ledger"
	"heed/internal/people"
	"heed/internal/store"
	"heed/verify"
)

// Examination says how to look at a node's folder.
type Examination struct {
	Database string // where it is, if not as the folder says
	Views    bool
	Progress func(done, total int64)
}

// Examine checks a node's folder offline: it reads the database and nothing else of the
// node, trusts no key file, and works while the node runs. The keys are those on the cards
// that the ledger itself records.
func Examine(ctx context.Context, dir string, x Examination) (verify.Report, error) {
	c, err := ReadConfig(dir)
	if err != nil {
		return verify.Report{}, err
	}
	url := c.databaseURL(dir)
	if x.Database != "" {
		url = x.Database
	}
	db, err := store.Open(ctx, store.Options{URL: url, ReadOnly: true, Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return verify.Report{}, err
	}
	defer db.Close()
	keys, log, err := recordedKeys(ctx, db, c.Origin)
	if err != nil {
		return verify.Report{}, err
	}
	newest, err := headBeside(dir, log)
	if err != nil {
		return verify.Report{}, err
	}
	found, err := store.Check(ctx, db, store.CheckOptions{Log: log, Newest: newest, Views: x.Views, Progress: x.Progress,
		Key: func(p heed.PartyID) (envelope.PublicKey, bool) { k, ok := keys[p]; return k, ok }})
	if err != nil {
		return verify.Report{}, err
	}
	if err := checkAccess(ctx, db, &found); err != nil {
		return verify.Report{}, err
	}
	return verify.Report{Statements: int(found.Statements), Signatures: found.Signatures, Wrong: found.Wrong, Head: fmt.Sprintf("%s %s", verify.Thousands(found.Statements), found.Root)}, nil
}

// checkAccess holds the access logs of the desks to the heads that the ledger records.
func checkAccess(ctx context.Context, db *store.DB, found *store.CheckReport) error {
	return db.View(ctx, func(tx *store.Tx) error {
		recs, err := tx.AccessHeads()
		if err != nil {
			return err
		}
		heads := map[heed.PartyID]map[int64]heed.Digest{}
		for _, r := range recs {
			count, hash, err := people.AccessIn(r)
			if err != nil {
				continue // the check of its row says what is wrong with it
			}
			if heads[r.Desk] == nil {
				heads[r.Desk] = map[int64]heed.Digest{}
			}
			heads[r.Desk][count] = hash
		}
		return tx.CheckAccess(heads, func(key, words string) {
			if len(found.Wrong) < 100 {
				found.Wrong = append(found.Wrong, "house_access "+key+": "+words)
			}
		})
	})
}

// headBeside reads the last signed head that is kept outside the database. A running node
// writes it just after the database, so it is never the newer one. The zero Head: none is.
func headBeside(dir string, log ledger.Verifier) (ledger.Head, error) {
	note, err := os.ReadFile(filepath.Join(dir, headName))
	if errors.Is(err, os.ErrNotExist) {
		return ledger.Head{}, nil
	}
	if err != nil {
		return ledger.Head{}, err
	}
	h, err := ledger.OpenAny(note, log)
	if err != nil {
		return h, fmt.Errorf("the head kept beside the database: %w", err)
	}
	return h, nil
}

// recordedKeys reads the cards in the ledger. A party's card must be signed by the key in
// it; the log's key is on the cards of the node's own desks.
func recordedKeys(ctx context.Context, db *store.DB, origin string) (map[heed.PartyID]envelope.PublicKey, ledger.Verifier, error) {
	keys := map[heed.PartyID]envelope.PublicKey{}
	var log ledger.Verifier
	err := db.View(ctx, func(tx *store.Tx) error {
		cards, err := tx.Cards()
		if err != nil {
			return err
		}
		for _, r := range cards {
			card, err := verify.OpenCard(r.Envelope)
			if err != nil {
				continue // the check of its row says what is wrong with it
			}
			keys[card.Party] = card.Key
			if card.Log.Origin() == origin {
				log = card.Log
			}
		}
		return nil
	})
	if err == nil && log.Origin() == "" {
		err = errors.New("the ledger holds no card with the key of this node's log")
	}
	return keys, log, err
}
