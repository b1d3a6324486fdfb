package desk

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
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
// ledger holds, have none: whoever resumes is told of them as they stand then.
type Happening struct {
	Seq    string    `json:"seq,omitempty"`
	At     time.Time `json:"at"`
	What   string    `json:"what"` // recorded, a rung, case-opened, assessment, decision, clock-set, alarm, waiting, draft, reset, end …
	Kind   heed.Kind `json:"kind,omitempty"`
	Handle string    `json:"handle,omitempty"` // of what it is about
	Words  string    `json:"words"`
}

var (
	// ErrSeq means that a place in the stream cannot be read.
	ErrSeq = errors.New("this is no place in the stream: give the last one that you got")
	// ErrNoLonger means that a subscriber is not who it was.
	ErrNoLonger = errors.New("you are signed out, or your roles have changed: begin again, or sign in")
)

// Stream is one subscriber's reading of what happens at a desk. It reads the ledger from a
// position of its own: it waits for nobody and nobody waits for it, and it loses nothing.
// What the subscriber may not see never enters it: that is decided on each loaded object, and
// who the subscriber is, in the same look at the store.
//
// Whoever resumes is first told what the ledger holds since, and then that the house is told
// anew, and how it stands: clocks, alarms, drafts, what waits. Not safe for concurrent use.
type Stream struct {
	// Still says whether the subscriber is who it was, with the roles it had; nil: always.
	Still func(*store.Tx) (bool, error)

	d      *Desk
	by     people.Actor
	begun  string // the place at which it begins
	next   int64  // leaf
	reset  string // that the house is to be told anew, and why; empty: it was
	clock  int64  // id of the last one told
	alarm  int64
	waited map[int64]time.Time   // what waits and was told, by the ids of its rows
	drafts map[heed.ID]time.Time // those that wait for a second person and were told
}

// Stream begins a subscription after a place in the stream, or after a time, or now.
func (d *Desk) Stream(ctx context.Context, by people.Actor, after string, since time.Time) (*Stream, error) {
	s := &Stream{d: d, by: by, begun: after, waited: map[int64]time.Time{}}
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		switch {
		case after != "":
			return s.resume(tx, after)
		case !since.IsZero():
			s.begun, s.reset = fmt.Sprintf("%d.0", since.UnixMicro()), "you began in the past"
			s.next, err = tx.LeafAt(since.UnixMicro())
			return err
		}
		s.begun = fmt.Sprintf("%d.0", tx.Now().UnixMicro())
		if s.next, err = tx.Size(); err != nil {
			return err
		}
		if s.clock, err = tx.NewestClock(); err != nil {
			return err
		}
		_, _, err = s.house(tx) // what there is now is no change
		return err
	})
	return s, err
}

// Begun is the place at which the stream begins: whoever resumes there loses nothing.
func (s *Stream) Begun() string { return s.begun }

// resume finds the record of a place. Where there is none, as after a restored backup, or at
// the beginning of a moment, it begins with that moment: told twice rather than never.
func (s *Stream) resume(tx *store.Tx, after string) error {
	micro, key, _ := strings.Cut(after, ".")
	at, err1 := strconv.ParseInt(micro, 10, 64)
	want, err2 := strconv.ParseUint(key, 10, 32)
	if err1 != nil || err2 != nil || at < 0 {
		return ErrSeq
	}
	s.reset = "you were away"
	var err error
	if s.next, err = tx.LeafAt(at); err != nil || want == 0 {
		return err
	}
	for i := s.next; ; {
		recs, err := tx.Records(i, streamSlice)
		if err != nil {
			return err
		}
		for _, r := range recs {
			if i = r.Index + 1; r.RecordedAt.UnixMicro() != at {
				recs = nil
				break
			}
			if r.Desk == s.by.Desk && placeKey(r) == want {
				s.next = i
				return nil
			}
		}
		if len(recs) < streamSlice {
			s.reset = "the place that you gave is not in this ledger: forget what you have"
			return nil
		}
	}
}

// placeKey tells the records of one moment apart, by nothing but what they are.
func placeKey(r store.Record) uint64 {
	h := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", r.ID, r.Version, r.Author))
	return uint64(max(binary.BigEndian.Uint32(h[:4]), 1))
}

// streamSlice is how many records are read at once.
const streamSlice = 128

// Next gives what happened since the last call, in order; nothing: call again when the
// ledger has grown. More says that there is more already.
func (s *Stream) Next(ctx context.Context) (list []Happening, more bool, err error) {
	err = s.d.Store.View(ctx, func(tx *store.Tx) error {
		if s.Still != nil {
			if ok, err := s.Still(tx); err != nil {
				return err
			} else if !ok {
				return ErrNoLonger
			}
		}
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
		if more = len(recs) == streamSlice; more {
			return nil
		}
		var house []Happening
		house, more, err = s.house(tx)
		list = append(list, house...)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return list, more, nil
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
	h := Happening{Seq: fmt.Sprintf("%d.%d", r.RecordedAt.UnixMicro(), placeKey(r)), At: r.RecordedAt, Kind: r.Kind, Handle: heed.Handle(r.ID), Words: l.Headline}
	s.d.tell(&h, l)
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

// house tells of what the ledger does not hold: clocks that were set or moved, alarms,
// arrivals that wait to be recorded, drafts that wait for a second person; where it is told
// anew, all of it that there is.
func (s *Stream) house(tx *store.Tx) (list []Happening, more bool, err error) {
	clocks, rest, err := s.clocks(tx)
	if err != nil {
		return nil, false, err
	}
	if s.reset != "" {
		words := s.reset + "; of clocks, alarms, drafts and what waits no place is kept, so forget those that you have: they follow as they stand now"
		if rest {
			rest = false
			words += fmt.Sprintf(", of the clocks the %d next due (heed clocks lists all)", len(clocks))
		}
		list = append(list, Happening{At: tx.Now(), What: "reset", Words: words})
		s.reset = ""
	}
	for _, c := range clocks {
		list = append(list, Happening{At: c.SetAt, What: "clock-set", Handle: heed.Handle(c.About),
			Words: fmt.Sprintf("%s by %s: %s", c.What, c.Due.UTC().Format("2006-01-02 15:04:05Z"), c.Owner)})
	}
	found, err := alarms(tx, s.by, s.alarm)
	if err != nil {
		return nil, false, err
	}
	for _, a := range found {
		s.alarm = a.ID
		list = append(list, Happening{At: a.At, What: "alarm", Words: a.Words})
	}
	held, err := s.d.waiting(tx, s.by)
	if err != nil {
		return nil, false, err
	}
	told := s.waited
	s.waited = map[int64]time.Time{}
	for _, w := range held {
		if s.waited[w.id] = w.Since; !told[w.id].Equal(w.Since) {
			list = append(list, Happening{At: w.Since, What: "waiting", Words: fmt.Sprintf("not recorded, not acknowledged: %s (from %s)", w.Words, w.From)})
		}
	}
	drafts, err := s.d.draftsIn(tx, s.by)
	if err != nil {
		return nil, false, err
	}
	known := s.drafts
	s.drafts = map[heed.ID]time.Time{}
	for _, x := range drafts {
		if s.drafts[x.ID] = x.Since; !known[x.ID].Equal(x.Since) {
			list = append(list, Happening{At: x.Since, What: "draft", Handle: x.Handle, Words: fmt.Sprintf("%s waits for a second person: %s", x.Person, x.Headline)})
		}
	}
	return list, rest, nil
}

// tellAnew bounds the running clocks that are told to who resumes.
const tellAnew = 1000

// clocks gives those that were set since the last look; or, where the house is told anew,
// those that run, the next due first; and whether there are more.
func (s *Stream) clocks(tx *store.Tx) (list []store.Clock, rest bool, err error) {
	if !seesClocks(s.by) {
		return nil, false, nil
	}
	if s.reset == "" {
		if list, err = tx.ClocksAfter(s.by.Desk, s.clock, streamSlice); len(list) > 0 {
			s.clock = list[len(list)-1].ID
		}
		return list, len(list) == streamSlice, err
	}
	if s.clock, err = tx.NewestClock(); err != nil {
		return nil, false, err
	}
	list, err = tx.LiveClocks(s.by.Desk, tellAnew+1)
	return list[:min(len(list), tellAnew)], len(list) > tellAnew, err
}

// seesClocks reports whether an actor may know of clocks: they are about cases, and about
// warnings in them.
func seesClocks(by people.Actor) bool {
	o, handling := people.CaseObject(by.Desk)
	return people.May(by, people.ActList, o, handling).Allowed
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

const alarmNoDesk = "no-desk"

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
		return tx.RaiseAlarm(store.Evidence{Desk: desk, Code: alarmNoDesk, Words: words, First: -1, From: "node", Objects: [][]byte{[]byte(left.UTC().Format(time.RFC3339Nano))}})
	})
}
