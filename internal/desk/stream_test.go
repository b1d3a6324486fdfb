package desk

import (
	"encoding/json"
	"errors"
	"fmt"
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
		if from := b.all(b.stream(officer(), "", began)); len(from) != 200 {
			t.Errorf("since the beginning: %d", len(from))
		}
		for i, h := range whole {
			rest := b.all(b.stream(officer(), h.Seq, time.Time{}))
			if len(rest) != 199-i || len(rest) > 0 && (rest[0].Seq != whole[i+1].Seq || rest[0].Words != whole[i+1].Words) {
				t.Fatalf("after %d (%s): %d came, want %d", i, h.Seq, len(rest), 199-i)
			}
		}
		for _, bad := range []string{"x", "1", "1.x", "-1.1", "1.0", "1.2.3"} {
			if _, err := b.Stream(t.Context(), officer(), bad, time.Time{}); !errors.Is(err, ErrSeq) {
				t.Errorf("%q is a place: %v", bad, err)
			}
		}
	})
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
