package store

import "heed"

// ClocksAfter lists at most n clocks of a desk that were set or moved after the one with an
// id, in that order.
func (tx *Tx) ClocksAfter(desk heed.PartyID, id int64, n int) ([]Clock, error) {
	// The desk is compared in a way that no index serves: SQLite would read all clocks of the
	// desk by it, and then sort them.
	return tx.clocks(`WHERE id > ? AND (desk || '') = ? ORDER BY id LIMIT ?`, id, string(desk), n)
}

// NewestClock gives the id of the clock that was set last; 0: none yet.
func (tx *Tx) NewestClock() (int64, error) {
	var id int64
	err := tx.one([]any{&id}, `SELECT COALESCE(MAX(id), 0) FROM house_clocks`)
	return id, err
}
