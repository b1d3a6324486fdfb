package desk

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/store"
)

// Happening is one change, as a subscriber learns of it. Seq names it for whoever resumes:
// it tells when it was recorded and nothing of what else was. Those of the house, which no
// ledger holds, have none, and are not told again.
type Happening struct {
	Seq    string    `json:"seq,omitempty"`
	At     time.Time `json:"at"`
	What   string    `json:"what"` // recorded, a rung, case-opened, assessment, decision, clock-set, alarm, waiting …
	Kind   heed.Kind `json:"kind,omitempty"`
	Handle string    `json:"handle,omitempty"` // of what it is about
	Words  string    `json:"words"`
}

// ErrSeq means that a place in the stream cannot be read.
var ErrSeq = errors.New("this is no place in the stream: give the last one that you got")

// Stream is one subscriber's reading of what happens at a desk. It reads the ledger from a
// position of its own: it waits for nobody and nobody waits for it, and it loses nothing.
// What the subscriber may not see never enters it: that is decided on each loaded object.
// Not safe for concurrent use.
type Stream struct {
	d      *Desk
	by     people.Actor
	next   int64 // leaf
	at     int64 // µs of the last happening
	nth    int   // how many of that time were given
	skip   int   // how many of that time were given before it was resumed
	clock  int64
	alarm  int64
	waited time.Time
}

// Stream begins a subscription after a place in the stream, or after a time, or now.
func (d *Desk) Stream(ctx context.Context, by people.Actor, after string, since time.Time) (*Stream, error) {
	s := &Stream{d: d, by: by}
	if after != "" {
		at, nth, ok := strings.Cut(after, ".")
		var err1, err2 error
		s.at, err1 = strconv.ParseInt(at, 10, 64)
		s.skip, err2 = strconv.Atoi(nth)
		if !ok || err1 != nil || err2 != nil || s.at < 0 || s.skip < 1 {
			return nil, ErrSeq
		}
	}
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		switch {
		case after != "":
			s.next, err = tx.LeafAt(s.at)
		case !since.IsZero():
			s.next, err = tx.LeafAt(since.UnixMicro())
		default:
			s.next, err = tx.Size()
		}
		if err != nil {
			return err
		}
		s.waited = tx.Now()
		if s.clock, err = tx.NewestClock(); err != nil {
			return err
		}
		list, err := alarms(tx, by)
		for _, a := range list {
			s.alarm = max(s.alarm, a.ID)
		}
		return err
	})
	return s, err
}

// streamSlice is how many records are read at once.
const streamSlice = 128

// Next gives what happened since the last call, in order; nothing: call again when the
// ledger has grown. More says that there is more already.
func (s *Stream) Next(ctx context.Context) (list []Happening, more bool, err error) {
	err = s.d.Store.View(ctx, func(tx *store.Tx) error {
		recs, err := tx.Records(s.next, streamSlice)
		if err != nil {
			return err
		}
		for _, r := range recs {
			h, ok, err := s.happened(tx, r)
			if err != nil {
				return err
			}
			if ok {
				list = append(list, h)
			}
			s.next = r.Index + 1
		}
		more = len(recs) == streamSlice
		if more {
			return nil
		}
		house, err := s.house(tx)
		list = append(list, house...)
		return err
	})
	return list, more, err
}

// happened turns a record into what a subscriber learns; false: nothing.
func (s *Stream) happened(tx *store.Tx, r store.Record) (Happening, bool, error) {
	if r.Desk != s.by.Desk || r.Kind == heed.KindDelivery && r.Receipt == nil {
		return Happening{}, false, nil
	}
	l, err := people.LoadRecord(tx, r)
	if err != nil || !people.May(s.by, people.ActList, l.Object, l.Handling).Allowed {
		return Happening{}, false, err
	}
	h := Happening{At: r.RecordedAt, Kind: r.Kind, Handle: heed.Handle(r.ID), Words: l.Headline}
	s.d.tell(&h, l)
	if at := r.RecordedAt.UnixMicro(); at != s.at {
		s.at, s.nth, s.skip = at, 0, 0
	}
	s.nth++
	if s.nth <= s.skip {
		return h, false, nil
	}
	h.Seq = fmt.Sprintf("%d.%d", s.at, s.nth)
	return h, true, nil
}

// tell says what a record means to who watches.
func (d *Desk) tell(h *Happening, l people.Loaded) {
	r, st := l.Record, l.Statement
	h.What = string(r.Kind)
	if r.About != "" {
		h.Handle = heed.Handle(r.About)
	}
	switch {
	case r.Kind == heed.KindDelivery:
		h.What, h.Words = string(heed.Delivered), fmt.Sprintf("delivered here by %s; the receipt is on its way", d.Directory.Show(r.Author))
	case st == nil:
		h.What = "recorded"
	case st.Revoked:
		h.What, h.Words = "retracted", fmt.Sprintf("%s takes it back: %s", d.Directory.Show(r.Author), st.Reason)
	case st.Warning != nil && r.Version > 1:
		h.What = "updated"
	case st.Warning != nil:
		h.What = "recorded"
	case st.Receipt != nil:
		h.What = string(st.Receipt.Rung)
		h.Words = fmt.Sprintf("%s: %s", d.Directory.Show(r.Author), heed.Ref{ID: st.Receipt.Statement, Version: st.Receipt.Version})
	case st.Case != nil:
		h.Handle = heed.Handle(r.ID)
		switch {
		case st.Case.Reopen != nil:
			h.What, h.Words = "case-reopened", st.Case.Name+": "+st.Case.Reopen.Words
		case st.Case.State == heed.CaseClosed:
			h.What = "case-closed"
		case r.Version == 1:
			h.What = "case-opened"
		default:
			h.What = "case-changed"
		}
	case st.Assessment != nil:
		h.Words = st.Assessment.Sentence
	case st.Log != nil && strings.HasPrefix(st.Log.Act, "clock-"):
		h.What, h.Words = "clock-fired", strings.TrimPrefix(st.Log.Act, "clock-")+": "+st.Log.Words
		if len(st.About) > 0 {
			h.Handle = heed.Handle(heed.ID(st.About[0]))
		}
	}
	if st != nil && st.Exercise != "" {
		h.Words = "EXERCISE: " + h.Words
	}
}

// house tells of what the ledger does not hold: clocks that were set, alarms, arrivals that
// wait to be recorded.
func (s *Stream) house(tx *store.Tx) ([]Happening, error) {
	var list []Happening
	clocks, err := tx.ClocksAfter(s.by.Desk, s.clock, streamSlice)
	if err != nil {
		return nil, err
	}
	o, handling := people.CaseObject(s.by.Desk) // clocks are about cases, and warnings in them
	cases := people.May(s.by, people.ActList, o, handling).Allowed
	for _, c := range clocks {
		s.clock = c.ID
		if cases {
			list = append(list, Happening{At: c.SetAt, What: "clock-set", Handle: heed.Handle(c.About),
				Words: fmt.Sprintf("%s by %s: %s", c.What, c.Due.UTC().Format("2006-01-02 15:04:05Z"), c.Owner)})
		}
	}
	found, err := alarms(tx, s.by)
	if err != nil {
		return nil, err
	}
	for _, a := range found {
		if a.ID > s.alarm {
			s.alarm = a.ID
			list = append(list, Happening{At: a.At, What: "alarm", Words: a.Words})
		}
	}
	held, err := s.d.waiting(tx, s.by)
	if err != nil {
		return nil, err
	}
	newest := s.waited
	for _, w := range held {
		if w.Since.After(s.waited) {
			list = append(list, Happening{At: w.Since, What: "waiting", Words: fmt.Sprintf("not recorded, not acknowledged: %s (from %s)", w.Words, w.From)})
			if w.Since.After(newest) {
				newest = w.Since
			}
		}
	}
	s.waited = newest
	return list, nil
}

// Watchers counts who is signed in and watches, desk by desk. The zero value is ready; safe
// for concurrent use.
type Watchers struct {
	mu   sync.Mutex
	now  map[heed.PartyID]int
	left map[heed.PartyID]time.Time
}

// Come counts one more, until the function that it gives is called with the time.
func (w *Watchers) Come(desk heed.PartyID) (leave func(at time.Time)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.now == nil {
		w.now, w.left = map[heed.PartyID]int{}, map[heed.PartyID]time.Time{}
	}
	w.now[desk]++
	return func(at time.Time) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.now[desk]--
		w.left[desk] = at
	}
}

// Seen notes that somebody of a desk asked something at a time, watching or not.
func (w *Watchers) Seen(desk heed.PartyID, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.now == nil {
		w.now, w.left = map[heed.PartyID]int{}, map[heed.PartyID]time.Time{}
	}
	if at.After(w.left[desk]) {
		w.left[desk] = at
	}
}

// At says how many watch for a desk, and, if nobody does, when the last one left or asked something;
// zero: none has come since the node started.
func (w *Watchers) At(desk heed.PartyID) (n int, left time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now[desk], w.left[desk]
}

// NobodyThere raises an alarm for a desk on which clocks run while nobody has followed its
// stream or asked it anything for as long as its policy says. since is when the node
// started. One absence is one alarm.
func (d *Desk) NobodyThere(ctx context.Context, desk heed.PartyID, since time.Time) (words string, err error) {
	n, left := d.Watching.At(desk)
	if left.Before(since) {
		left = since
	}
	if n > 0 {
		return "", nil
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		policy, _, err := people.PolicyOf(tx, desk)
		if err != nil {
			return err
		}
		clocks, err := tx.LiveClocks(desk, 1)
		if err == nil && len(clocks) > 0 && d.Store.Now().Sub(left) > time.Duration(policy.Alarms.NoDesk) {
			words = fmt.Sprintf("nobody has been at the desk since %s, and clocks run: the next is due by %s", left.UTC().Format("2006-01-02 15:04:05Z"), clocks[0].Due.Format("2006-01-02 15:04Z"))
		}
		return err
	})
	if err != nil || words == "" {
		return words, err
	}
	return words, d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		return tx.RaiseAlarm(store.Evidence{Desk: desk, Code: "no-desk", Words: words, First: -1, From: "node", Objects: [][]byte{[]byte(left.UTC().Format(time.RFC3339Nano))}})
	})
}
