package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/store"
)

// all reads a stream to its end.
func (b *bench) all(s *Stream) []Happening {
	b.t.Helper()
	var out []Happening
	for {
		list, more, err := s.Next(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		if out = append(out, list...); !more {
			return out
		}
	}
}

func (b *bench) stream(by people.Actor, after string, since time.Time) *Stream {
	b.t.Helper()
	s, err := b.Stream(b.t.Context(), by, after, since)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// TestStreamResumes: whoever resumes after any place gets exactly what came after it, also
// where many were recorded at one time.
func TestStreamResumes(t *testing.T) {
	onEngines(t, func(t *testing.T, open func() *bench) {
		b := open()
		began := b.now
		live := b.stream(officer(), "", time.Time{})
		for n := range 200 {
			b.still = n%5 != 4 // five at a time
			b.warning(n, coast, fmt.Sprintf("Surge %d", n), "Water.", "TLP:GREEN")
		}
		whole := b.all(live)
		if len(whole) != 200 || whole[7].What != "recorded" || whole[7].Words != "Surge 7" {
			t.Fatalf("%d happenings, the eighth is %+v", len(whole), whole[7])
		}
		if again := b.all(live); again != nil {
			t.Errorf("told twice: %+v", again)
		}
		if from := b.resumed(officer(), "", began); len(from) != 200 {
			t.Errorf("since the beginning: %d", len(from))
		}
		for i, h := range whole {
			rest := b.resumed(officer(), h.Seq, time.Time{})
			if len(rest) != 199-i || len(rest) > 0 && (rest[0].Seq != whole[i+1].Seq || rest[0].Words != whole[i+1].Words) {
				t.Fatalf("after %d (%s): %d came, want %d", i, h.Seq, len(rest), 199-i)
			}
		}
		if first := b.stream(officer(), "", began).Begun(); len(b.resumed(officer(), first, time.Time{})) != 200 {
			t.Errorf("resumed where it began, before anything came: not all is told")
		}
		for _, bad := range []string{"x", "1", "1.x", "-1.1", "1.-1", "1.99999999999", "1.2.3"} {
			if _, err := b.Stream(t.Context(), officer(), bad, time.Time{}); !errors.Is(err, ErrSeq) {
				t.Errorf("%q is a place: %v", bad, err)
			}
		}

		// A place that is not in this ledger is said to be none, and nothing is left out.
		at, _, _ := strings.Cut(whole[50].Seq, ".")
		list := b.all(b.stream(officer(), at+".7", time.Time{}))
		if len(list) != 151 || list[0].Seq != whole[50].Seq || !strings.Contains(list[150].Words, "is not in this ledger") {
			t.Errorf("%d came, the first is %+v, the last %+v", len(list), list[0], list[len(list)-1])
		}
	})
}

// resumed reads all from a place or a time on, to the reset that ends what the ledger holds.
func (b *bench) resumed(by people.Actor, after string, since time.Time) []Happening {
	b.t.Helper()
	list := b.all(b.stream(by, after, since))
	if n := len(list); n == 0 || list[n-1].What != "reset" || list[n-1].Seq != "" {
		b.t.Fatalf("no reset ends what was told to who resumed: %+v", list)
	}
	return list[:len(list)-1]
}

// TestStreamTwoWorlds: what may not be seen changes no byte of a stream.
func TestStreamTwoWorlds(t *testing.T) {
	onEngines(t, func(t *testing.T, open func() *bench) {
		var said []string
		for i := range 2 {
			b := open()
			live := b.stream(liaison(), "", time.Time{})
			for n := range 20 {
				b.still = true
				b.warning(n, coast, fmt.Sprintf("Surge %d", n), "Water.", "TLP:GREEN")
				if i == 1 {
					b.warning(100+n, port, "secret", "secret", "TLP:RED")
					b.narrowed(300 + n)
					b.hiddenCase(n)
					b.hiddenHouse(n)
				}
				b.now = b.now.Add(time.Hour)
			}
			list := b.all(live)
			resumed := b.all(b.stream(liaison(), list[9].Seq, time.Time{}))
			out, _ := json.Marshal([][]Happening{list, resumed})
			said = append(said, string(out))
		}
		if said[0] != said[1] {
			t.Errorf("the stream tells the worlds apart:\n%s\n%s", said[0], said[1])
		}
		if strings.Contains(said[1], "secret") || len(said[1]) < 1000 {
			t.Errorf("the stream says %s", said[1])
		}
	})
}

// hiddenCase opens a case, sets a clock on it and lets that ring.
func (b *bench) hiddenCase(n int) {
	b.t.Helper()
	c := id(heed.KindCase, 500+n)
	b.record(heed.Statement{ID: c, Author: harbour, Kind: heed.KindCase, Headline: "secret", Case: &heed.Case{Name: "secret", State: heed.CaseOpen, At: b.now}})
	b.record(heed.Statement{ID: id(heed.KindLog, 700+n), Author: harbour, Kind: heed.KindLog, Headline: "clock: decide, secret", About: []string{string(c)},
		Log: &heed.Log{Act: "clock-decide", Words: "nobody has done this in time: secret", At: b.now}})
	err := b.Store.Update(b.t.Context(), store.Normal, func(tx *store.Tx) error {
		return tx.SetClock(store.Clock{Desk: harbour, What: "decide", About: c, Owner: "duty-officer", Due: b.now.Add(time.Hour)})
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// hiddenHouse has a secret arrival wait, and raises alarms about what is secret.
func (b *bench) hiddenHouse(n int) {
	b.t.Helper()
	rec := b.warning(900+n, port, "secret", "secret", "TLP:RED")
	err := b.Store.Update(b.t.Context(), store.Normal, func(tx *store.Tx) error {
		return errors.Join(
			tx.AddWaiting(store.Waiting{Desk: harbour, Door: "taxii", From: string(port), Peer: port, Objects: [][]byte{fmt.Appendf(nil, `{"name": "secret %d"}`, n)}}),
			tx.RaiseAlarm(store.Evidence{Desk: harbour, Code: "two-contents", Words: "secret", First: rec.Index, From: string(port)}),
			tx.RaiseAlarm(store.Evidence{Desk: harbour, Code: alarmNoDesk, Words: "clocks run: secret", First: -1, From: fmt.Sprint(n)}))
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// What no ledger holds is told as it happens, a clock that is moved too; and anew to who
// resumes, as it stands then, behind what the ledger holds.
func TestStreamTellsTheHouseAnew(t *testing.T) {
	onEngines(t, func(t *testing.T, open func() *bench) {
		b := open()
		b.still = true
		first := b.warning(1, coast, "Surge", "Water.", "TLP:GREEN")
		live := b.stream(officer(), "", time.Time{})
		began := live.Begun()
		house := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := b.Store.Update(t.Context(), store.Normal, fn); err != nil {
				t.Fatal(err)
			}
		}
		set := func(what string, d time.Duration) {
			t.Helper()
			house(func(tx *store.Tx) error {
				return tx.SetClock(store.Clock{Desk: harbour, What: what, About: first.ID, Owner: "duty-officer", Due: b.now.Add(d)})
			})
		}
		told := func(s *Stream) (out []string) {
			t.Helper()
			for _, h := range b.all(s) {
				words, _, _ := strings.Cut(h.Words, ";")
				out = append(out, h.What+" "+words)
			}
			return out
		}
		expect := func(what string, got []string, want ...string) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Errorf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		set("acknowledge", 4*time.Hour)
		set("decide", 6*time.Hour)
		expect("two clocks are set", told(live), "clock-set acknowledge by 2024-03-07 12:00:00Z: duty-officer", "clock-set decide by 2024-03-07 14:00:00Z: duty-officer")
		set("decide", time.Hour)
		set("decide", 3*time.Hour)
		expect("one is moved twice", told(live), "clock-set decide by 2024-03-07 11:00:00Z: duty-officer")
		set("acknowledge", time.Hour)
		house(func(tx *store.Tx) error {
			return errors.Join(tx.StopClock(harbour, "acknowledge", first.ID), tx.RaiseAlarm(store.Evidence{Desk: harbour, Code: "fork", Words: "two heads", First: -1, From: "test"}),
				tx.AddWaiting(store.Waiting{Desk: harbour, Door: "taxii", From: string(coast), Peer: coast, Objects: [][]byte{[]byte("x")}}))
		})
		list := told(live)
		expect("moved and ended, an alarm, an arrival", list[:2], "clock-set acknowledge by 2024-03-07 09:00:00Z: duty-officer", "alarm two heads")
		if len(list) != 3 || !strings.HasPrefix(list[2], "waiting ") {
			t.Errorf("%q", list)
		}
		if again := told(live); again != nil {
			t.Errorf("told twice: %q", again)
		}

		// It is recorded; another one comes and gets the same row. Somebody was away meanwhile.
		house(func(tx *store.Tx) error {
			rows, err := tx.Waiting(1)
			return errors.Join(err, tx.DropWaiting(rows[0].ID))
		})
		b.warning(2, coast, "Water at the gate", "Water.", "TLP:GREEN")
		b.now = b.now.Add(time.Minute)
		house(func(tx *store.Tx) error {
			return tx.AddWaiting(store.Waiting{Desk: harbour, Door: "taxii", From: string(coast), Peer: coast, Objects: [][]byte{[]byte("y")}})
		})
		if list := told(live); len(list) != 2 || list[0] != "recorded Water at the gate" || !strings.HasPrefix(list[1], "waiting ") {
			t.Errorf("%q", list)
		}
		list = told(b.stream(officer(), began, time.Time{}))
		if len(list) != 6 || !strings.HasPrefix(list[5], "waiting ") { // the beginning is a moment, and both were in it
			t.Fatalf("%q", list)
		}
		expect("resumed", list[:5], "recorded Surge", "recorded Water at the gate", "reset you were away", "clock-set decide by 2024-03-07 11:00:00Z: duty-officer", "alarm two heads")
		if list := told(b.stream(liaison(), began, time.Time{})); slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, "clock") }) || list[2] != "reset you were away" {
			t.Errorf("who may not see cases is told %q", list)
		}
	})
}

// A draft that waits for a second person is told to who may draft, once, and anew to who resumes.
func TestStreamTellsOfDrafts(t *testing.T) {
	onEngines(t, func(t *testing.T, open func() *bench) {
		b := open()
		source := people.OnMachine("kit", harbour, people.SourceDesk)
		live, other := b.stream(officer(), "", time.Time{}), b.stream(source, "", time.Time{})
		if err := b.Store.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
			return tx.AddDraft(store.PendingDraft{ID: id(heed.KindWarning, 1), Version: 1, Desk: harbour, Person: "bo", At: tx.Now(), Headline: "Surge", Body: []byte("{}")})
		}); err != nil {
			t.Fatal(err)
		}
		for i, s := range []*Stream{live, b.stream(officer(), live.Begun(), time.Time{})} {
			list := b.all(s)
			if len(list) != 1+i || list[i].What != "draft" || list[i].Words != "bo waits for a second person: Surge" || b.all(s) != nil {
				t.Errorf("%+v", list)
			}
		}
		if list := b.all(other); list != nil {
			t.Errorf("who may not draft is told %+v", list)
		}
	})
}

// More clocks than are told at once are told all the same; of those that run when somebody
// resumes, the next due, and that there are more.
func TestStreamOfManyClocks(t *testing.T) {
	b := newBench(t, filepath.Join(t.TempDir(), "heed.db"))
	live := b.stream(officer(), "", time.Time{})
	if err := b.Store.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
		for n := range tellAnew + 7 {
			if err := tx.SetClock(store.Clock{Desk: harbour, What: "decide", About: id(heed.KindCase, n), Owner: "duty-officer", Due: b.now.Add(time.Duration(tellAnew+7-n) * time.Minute)}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if list := b.all(live); len(list) != tellAnew+7 {
		t.Errorf("%d clocks were told of %d", len(list), tellAnew+7)
	}
	list := b.all(b.stream(officer(), live.Begun(), time.Time{}))
	if len(list) != tellAnew+1 || !strings.Contains(list[0].Words, "the 1000 next due") || list[1].Handle != heed.Handle(id(heed.KindCase, tellAnew+6)) {
		t.Errorf("%d are told anew: %+v", len(list), list[:2])
	}
}

// Who is not who it was gets nothing of what was recorded meanwhile.
func TestStreamEndsWithItsReader(t *testing.T) {
	b := newBench(t, filepath.Join(t.TempDir(), "heed.db"))
	live := b.stream(officer(), "", time.Time{})
	still := true
	live.Still = func(*store.Tx) (bool, error) { return still, nil }
	b.warning(1, coast, "Surge", "Water.", "TLP:RED")
	if list := b.all(live); len(list) != 1 {
		t.Errorf("%+v", list)
	}
	b.warning(2, coast, "Surge", "Water.", "TLP:RED")
	still = false
	if list, more, err := live.Next(t.Context()); !errors.Is(err, ErrNoLonger) || list != nil || more {
		t.Errorf("%+v, %v, %v", list, more, err)
	}
}

// Who may see cases learns of their clocks.
func TestStreamTellsOfClocks(t *testing.T) {
	onEngines(t, func(t *testing.T, open func() *bench) {
		b := open()
		live := b.stream(officer(), "", time.Time{})
		b.hiddenCase(1)
		var what []string
		for _, h := range b.all(live) {
			what = append(what, h.What+" "+h.Handle)
		}
		handle := heed.Handle(id(heed.KindCase, 501))
		if got, want := strings.Join(what, ", "), fmt.Sprintf("case-opened %s, clock-fired %s, clock-set %s", handle, handle, handle); got != want {
			t.Errorf("the stream tells %s, want %s", got, want)
		}
	})
}

func TestWatchers(t *testing.T) {
	var w Watchers
	at := time.Date(2024, 3, 7, 8, 0, 0, 0, time.UTC)
	first, second := w.Come(harbour), w.Come(harbour)
	first(at)
	if n, _ := w.At(harbour); n != 1 {
		t.Errorf("%d watch", n)
	}
	second(at.Add(time.Minute))
	if n, left := w.At(harbour); n != 0 || !left.Equal(at.Add(time.Minute)) {
		t.Errorf("%d watch, the last left at %v", n, left)
	}
	if n, left := w.At(coast); n != 0 || !left.IsZero() {
		t.Errorf("nobody came, and %d watch since %v", n, left)
	}
}
