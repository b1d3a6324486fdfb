package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heed/internal/store"
)

// allowance is how many wrong tries are free, and how soon one comes back.
type allowance struct {
	tries int
	every time.Duration
}

// Every secret check is limited by account and by address. The account's allowance counts per
// address, so that wrong tries from elsewhere never lock out its owner; what bounds a
// guesser with many addresses is each address's own allowance and the turn at the hash.
var (
	perAccount = allowance{5, time.Minute}
	perAddress = allowance{30, 6 * time.Second}
	// beginnings are challenges asked for without being signed in: each is a row for minutes.
	beginnings = allowance{60, time.Second}
)

// TooMany means that an allowance is used up.
type TooMany struct{ Wait time.Duration }

func (e *TooMany) Error() string {
	if e.Wait <= time.Minute {
		return "too many tries from your address: wait a minute and try again"
	}
	return fmt.Sprintf("too many tries from your address: wait %d minutes and try again", int((e.Wait+time.Minute-1)/time.Minute))
}

// left says whether a try is free. A clock that went back by d moves the whole allowance back
// by d: nobody waits for the clock, and nobody gains by it.
func (al allowance) left(s store.Attempts, now time.Time) (store.Attempts, time.Duration) {
	if back := s.At.Sub(now); back > 0 {
		s.At, s.FreeAt = now, s.FreeAt.Add(-back)
	}
	whole := al.every * time.Duration(al.tries)
	if s.FreeAt.Before(now) {
		s = store.Attempts{FreeAt: now, At: now}
	}
	return s, s.FreeAt.Add(al.every).Sub(now.Add(whole))
}

// try takes one try out of each allowance, or none and says how long to wait. What ran out is
// logged once, until it has been whole again.
func (a *Accounts) try(ctx context.Context, keys map[string]allowance) error {
	wait, told, err := a.wait(ctx, keys)
	if err != nil {
		return err
	}
	if wait > 0 && told {
		return &TooMany{wait} // nothing to write: a flood costs a look each
	}
	ran := ""
	err = a.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		wait, ran = 0, ""
		now := a.Now()
		for key, al := range keys {
			was, err := tx.Attempts(key)
			if err != nil {
				return err
			}
			s, w := al.left(was, now)
			if w <= 0 {
				continue
			}
			wait = max(wait, w)
			if !s.Told {
				s.Told, ran = true, key
			}
			if s != was {
				if err := tx.PutAttempts(key, s); err != nil {
					return err
				}
			}
		}
		if wait > 0 {
			return nil
		}
		return a.take(tx, keys, now)
	})
	if err != nil {
		return err
	}
	if ran != "" {
		a.Log.Warn("too many tries; more are refused unlogged until the allowance is whole again", "what", ran)
	}
	if wait > 0 {
		return &TooMany{wait}
	}
	return nil
}

func (a *Accounts) take(tx *store.Tx, keys map[string]allowance, now time.Time) error {
	for key, al := range keys {
		s, err := tx.Attempts(key)
		if err != nil {
			return err
		}
		s, _ = al.left(s, now)
		s.FreeAt, s.At = s.FreeAt.Add(al.every), now
		if err := tx.PutAttempts(key, s); err != nil {
			return err
		}
	}
	return nil
}

// wait looks without writing.
func (a *Accounts) wait(ctx context.Context, keys map[string]allowance) (wait time.Duration, told bool, err error) {
	now := a.Now()
	told = true
	err = a.Store.View(ctx, func(tx *store.Tx) error {
		for key, al := range keys {
			was, err := tx.Attempts(key)
			if err != nil {
				return err
			}
			if s, w := al.left(was, now); w > 0 {
				wait, told = max(wait, w), told && s == was && s.Told
			}
		}
		return nil
	})
	return wait, told, err
}

// giveBack returns a try after a success.
func (a *Accounts) giveBack(tx *store.Tx, keys map[string]allowance) error {
	for key, al := range keys {
		s, err := tx.Attempts(key)
		if err != nil {
			return err
		}
		s.FreeAt = s.FreeAt.Add(-al.every)
		if err := tx.PutAttempts(key, s); err != nil {
			return err
		}
	}
	return nil
}

// wrong counts a wrong secret of 256 bits against its address and gives the error to answer:
// err, or [TooMany]. Right ones are never held up: such a secret is not found by trying.
func (a *Accounts) wrong(ctx context.Context, from Origin, err error) error {
	var many *TooMany
	if limit := a.try(ctx, map[string]allowance{"address " + from.Address: perAddress}); errors.As(limit, &many) {
		return many
	}
	a.Log.Info("a secret was refused", "why", err, "from", from.Address)
	return err
}
