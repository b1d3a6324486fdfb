package store

import "heed"

// History gives every record of a desk that is of a statement or about it, as recorded.
func (tx *Tx) History(desk heed.PartyID, id heed.ID) ([]Record, error) {
	own, err := tx.records(`WHERE id = ? AND desk = ? ORDER BY idx`, string(id), string(desk))
	if err != nil {
		return nil, err
	}
	about, err := tx.records(`WHERE about = ? AND about <> '' AND desk = ? ORDER BY idx`, string(id), string(desk))
	if err != nil {
		return nil, err
	}
	if len(own) == 0 {
		return nil, ErrNotFound
	}
	return append(own, about...), nil
}
