package taxii

import (
	"context"
	"errors"
	"sync"

	"heed"
	"heed/internal/store"
)

// Answers are the newest statuses, until they are written with the next beat of the node. A
// crash loses only these last answers, which their posters have: what they speak of was
// committed before they were given. Safe for concurrent use. The zero value is ready.
type Answers struct {
	mu   sync.Mutex
	list []store.Status
}

// answersMax bounds what is held. When the store takes no more, the oldest are forgotten.
const answersMax = 1 << 14

// add keeps an answer.
func (a *Answers) add(s store.Status) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.list) == answersMax {
		a.list = a.list[answersMax/4:]
	}
	a.list = append(a.list, s)
}

// find gives an answer to the party that posted, and to nobody else.
func (a *Answers) find(id string, party heed.PartyID) (store.Status, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.list {
		if s.ID == id && s.Party == party {
			return s, true
		}
	}
	return store.Status{}, false
}

// answersSlice is how many are written in one transaction: some milliseconds of the writer.
const answersSlice = 256

// Write writes what there is. Only one may write at a time.
func (a *Answers) Write(ctx context.Context, db *store.DB) error {
	for {
		a.mu.Lock()
		some := a.list[:min(answersSlice, len(a.list))]
		a.mu.Unlock()
		if len(some) == 0 {
			return nil
		}
		err := db.Update(ctx, store.Normal, func(tx *store.Tx) error { return tx.PutStatuses(some) })
		if err != nil && !errors.Is(err, store.ErrUnknownCommit) {
			return err
		}
		a.drop(some[len(some)-1].ID)
	}
}

// drop forgets the answers up to this one.
func (a *Answers) drop(last string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, s := range a.list {
		if s.ID == last {
			a.list = a.list[i+1:]
			return
		}
	}
}
