package people

import (
	"errors"
	"fmt"

	"heed"
	"heed/internal/stix"
	"heed/internal/store"
)

// DistrustID gives the id of a desk's note on a party: one statement, of which each change
// is a version.
func DistrustID(desk, party heed.PartyID) heed.ID {
	return DerivedID(heed.KindDistrust, string(desk), string(party))
}

// DistrustOf gives what a desk notes of a party now; false where there is nothing, or it
// was lifted. It is for the desk's own eyes: what is made of it must not leave the desk.
func DistrustOf(tx *store.Tx, desk, party heed.PartyID) (heed.Distrust, bool, error) {
	rec, err := tx.Newest(desk, desk, DistrustID(desk, party))
	if errors.Is(err, store.ErrNotFound) {
		return heed.Distrust{}, false, nil
	}
	if err != nil {
		return heed.Distrust{}, false, err
	}
	obj, err := stix.Recorded(rec.Envelope.Payload)
	if err != nil || obj.Statement == nil || obj.Statement.Distrust == nil {
		return heed.Distrust{}, false, fmt.Errorf("people: the note at leaf %d cannot be read: %w", rec.Index, err)
	}
	note := *obj.Statement.Distrust
	return note, note.Level != heed.NoDistrust, nil
}
