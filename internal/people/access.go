package people

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"heed"
	"heed/internal/stix"
	"heed/internal/store"
)

// Restricted reports whether reading a text marked so is noted: everything but what anybody
// in the community may see. What is not marked counts as the strictest.
func Restricted(marking heed.Handling) bool {
	switch marking.StrictestTLP() {
	case "TLP:CLEAR", "TLP:GREEN":
		return false
	}
	return true
}

// Reading notes in the desk's access log that the actor reads restricted text. It returns
// after the commit: what is shown afterwards has been noted. That it could not be noted keeps
// a warning from nobody; it is logged, and the error is for a note beside the text.
func (a *Accounts) Reading(ctx context.Context, by Actor, act string, ref heed.Ref, marking heed.Handling) error {
	if !Restricted(marking) {
		return nil
	}
	door := "net"
	if by.Local {
		door = "socket"
	}
	err := a.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		return tx.LogAccess(store.Access{Desk: by.Desk, Person: by.Person, Door: door, Act: act, ID: ref.ID, Version: ref.Version})
	})
	if err != nil {
		a.Log.Error("a read could not be noted in the access log", "who", by.From(), "object", string(ref.ID), "err", err)
		return fmt.Errorf("that you read it could not be noted in the access log: %w", err)
	}
	return nil
}

// RecordAccess records, for every desk whose access log has grown since, its head as a
// statement of the desk: from then on nothing before it can be changed unseen. The node
// calls it hourly.
func (a *Accounts) RecordAccess(ctx context.Context, desks []heed.PartyID) error {
	if a.mayAppend() != nil {
		return nil // recorded when the node may append again
	}
	var errs []error
	for _, desk := range desks {
		id := a.Pen.NewID(heed.KindLog)
		errs = append(errs, a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error { return a.recordAccess(tx, desk, id) }))
	}
	return errors.Join(errs...)
}

func (a *Accounts) recordAccess(tx *store.Tx, desk heed.PartyID, id heed.ID) error {
	head, err := tx.AccessHead(desk)
	if err != nil || head.N == 0 {
		return err
	}
	last, err := tx.LastAccessHead(desk)
	if err == nil {
		if n, _, err := AccessIn(last); err != nil || n >= head.N {
			return err
		}
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	now := tx.Now()
	env, err := a.Pen.Seal(heed.Statement{ID: id, Author: desk, Version: 1, Kind: heed.KindLog, Created: now, Modified: now,
		Headline: "access log", Text: fmt.Sprintf("The access log of this desk holds %d reads; its newest hash is %x.", head.N, head.Hash),
		Log: &heed.Log{Act: heed.Access, At: now, Count: head.N, Hash: heed.Digest(hex.EncodeToString(head.Hash[:]))}})
	if err != nil {
		return err
	}
	_, err = tx.Append(store.New{Desk: desk, Author: desk, ID: id, Version: 1, Kind: heed.KindLog, Door: store.AccessDoor,
		From: "node", Envelope: env, Carried: string(stix.Own)})
	return err
}

// AccessIn reads the head of an access log out of its record.
func AccessIn(r store.Record) (count int64, hash heed.Digest, err error) {
	obj, err := stix.Recorded(r.Envelope.Payload)
	if err != nil {
		return 0, "", err
	}
	if obj.Statement == nil || obj.Statement.Log == nil || obj.Statement.Log.Act != heed.Access {
		return 0, "", fmt.Errorf("record %d is no head of an access log", r.Index)
	}
	return obj.Statement.Log.Count, obj.Statement.Log.Hash, nil
}

// ReadFile is the act of reading a file that was handed in; its line names the file's digest.
const ReadFile = "file"

// Read is one line of the access log as people see it.
type Read struct {
	N      int64     `json:"n"`
	At     time.Time `json:"at"`
	Person string    `json:"person"`
	Door   string    `json:"door"`
	Act    string    `json:"act"`
	What   string    `json:"what"` // handle and version; of a file its digest
	ID     heed.ID   `json:"id"`
}

// Accesses lists the newest reads of the actor's desk: for the inspector.
func (a *Accounts) Accesses(ctx context.Context, by Actor, n int) ([]Read, error) {
	if err := Check(by, ActInspect, heed.Ref{}, Object{}, heed.Handling{}); err != nil {
		return nil, err
	}
	list := []Read{}
	err := a.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Accesses(by.Desk, n)
		for _, r := range rows {
			what := heed.Ref{ID: r.ID, Version: r.Version}.String()
			if r.Act == ReadFile {
				what = string(r.ID[:min(12, len(r.ID))])
			}
			list = append(list, Read{r.N, r.At, r.Person, r.Door, r.Act, what, r.ID})
		}
		return err
	})
	return list, err
}
