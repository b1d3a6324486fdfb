package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"heed"
	"heed/internal/envelope"
	"heed/internal/heedtest"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

var postgres *heedtest.Postgres

func TestMain(m *testing.M) {
	var err error
	if postgres, err = heedtest.StartPostgres(); err != nil {
		fmt.Fprintln(os.Stderr, "SKIPPED: finding on PostgreSQL:", err)
	}
	code := m.Run()
	if postgres != nil {
		if err := postgres.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

func onEngines(t *testing.T, run func(t *testing.T, open func() *bench)) {
	for _, e := range []string{"sqlite", "postgres"} {
		t.Run(e, func(t *testing.T) {
			if e == "postgres" && postgres == nil {
				t.Skip("SKIPPED: finding on PostgreSQL: no server")
			}
			run(t, func() *bench {
				url := filepath.Join(t.TempDir(), "heed.db")
				if e == "postgres" {
					url = postgres.Database(t)
				}
				return newBench(t, url)
			})
		})
	}
}

const (
	harbour = heed.PartyID("identity--00000000-0000-4000-8000-00000000000a")
	coast   = heed.PartyID("identity--00000000-0000-4000-8000-00000000000b")
	port    = heed.PartyID("identity--00000000-0000-4000-8000-00000000000c")
)

// bench is a desk over a store, whose time stands still until it is moved.
type bench struct {
	*Desk
	t     *testing.T
	now   time.Time
	still bool // no time passes with what is recorded
}

type zeros struct{ n byte }

func (z *zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = z.n
	}
	z.n++
	return len(p), nil
}

func newBench(t *testing.T, url string) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2024, 3, 7, 8, 0, 0, 0, time.UTC)}
	db, err := store.Open(t.Context(), store.Options{URL: url, Create: true, Now: func() time.Time { return b.now }, Rand: &zeros{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	dir, err := people.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	b.Desk = &Desk{Store: db, Directory: dir, MayAppend: func() (bool, string) { return true, "" }}
	return b
}

// id gives the id of statement n.
func id(kind heed.Kind, n int) heed.ID {
	return heed.ID(fmt.Sprintf("%s--00000000-0000-4000-8000-%012d", kind.STIXType(), n))
}

// record records a statement at the harbour, unsigned but of its author.
func (b *bench) record(s heed.Statement) store.Record {
	b.t.Helper()
	if s.Version == 0 {
		s.Version = 1
	}
	s.Created = time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	s.Modified = s.Created.Add(time.Duration(s.Version) * time.Second)
	if s.Text == "" {
		s.Text = s.Headline
	}
	raw, err := stix.Compose(s)
	if err != nil {
		b.t.Fatal(err)
	}
	var rec store.Record
	err = b.Store.Update(b.t.Context(), store.Normal, func(tx *store.Tx) (err error) {
		rec, err = tx.Append(store.New{Desk: harbour, Author: s.Author, ID: s.ID, Version: s.Version, Kind: s.Kind, Door: "test", From: string(s.Author),
			Envelope: envelope.Envelope{Payload: raw, PayloadType: envelope.PayloadType(s.Kind)}, Carried: "exact", About: s.Subject().ID})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	if !b.still {
		b.now = b.now.Add(time.Hour)
	}
	return rec
}

func (b *bench) warning(n int, by heed.PartyID, headline, text, tlp string, change ...func(*heed.Statement)) store.Record {
	s := heed.Statement{ID: id(heed.KindWarning, n), Author: by, Kind: heed.KindWarning, Headline: headline, Text: text,
		Warning: &heed.Warning{Handling: heed.Handling{TLP: tlp}}}
	for _, c := range change {
		c(&s)
	}
	return b.record(s)
}

func officer() people.Actor { return people.OnMachine("bo", harbour) }
func liaison() people.Actor { return people.OnMachine("ann", harbour, people.Liaison) }

func (b *bench) found(by people.Actor, want Wanted) []string {
	b.t.Helper()
	if want.Limit == 0 {
		want.Limit = 20
	}
	f, err := b.Find(b.t.Context(), by, want)
	if err != nil {
		b.t.Fatalf("%+v: %v", want, err)
	}
	list := []string{}
	for _, r := range f.Results {
		list = append(list, fmt.Sprintf("%s v%d", strings.TrimLeft(string(r.ID[len(r.ID)-12:]), "0"), r.Version))
	}
	return list
}

func TestFind(t *testing.T) {
	onEngines(t, func(t *testing.T, open func() *bench) {
		b := open()
		in := func(country, area, city string) func(*heed.Statement) {
			return func(s *heed.Statement) { s.Warning.Where = &heed.Place{Country: country, Area: area, City: city} }
		}
		b.warning(1, coast, "Surge at the harbour", "The water rises in the night. El Niño is blamed.", "TLP:GREEN")
		b.warning(2, coast, "Calm", "No surge at the harbour is expected; explosives were found.", "TLP:GREEN")
		b.warning(3, port, "Threat to large gatherings", "A concert hall may be a target.", "TLP:AMBER", in("RU", "", "Moscow"))
		b.warning(4, port, "Угроза взрыва", "Ёлка на площади. Explosion near 北京火车站 feared.", "TLP:CLEAR", func(s *heed.Statement) { s.Exercise = "spring" })
		b.warning(5, harbour, "Our own word on the surge", "In Colombo, and in St Petersburg.", "")
		b.record(heed.Statement{ID: id(heed.KindQuestion, 6), Author: coast, Kind: heed.KindQuestion, Headline: "which hall?", Text: "which hall do you mean?",
			Question: &heed.Question{To: harbour, Statement: id(heed.KindWarning, 3), Version: 1, Words: "which hall do you mean?"}})
		b.warning(1, coast, "Surge at the harbour", "Over.", "TLP:GREEN", func(s *heed.Statement) { s.Version = 2 })

		handle := heed.Handle(id(heed.KindWarning, 3))
		for _, c := range []struct {
			want Wanted
			ids  []string
		}{
			{Wanted{Words: "surge"}, []string{"1 v2", "5 v1", "2 v1"}}, // of headlines first, the newest first
			{Wanted{Words: "SURGE harbour"}, []string{"1 v2", "2 v1"}},
			{Wanted{Words: "water"}, []string{"1 v1"}}, // only the older version has it
			{Wanted{Words: "el nino"}, []string{"1 v1"}},
			{Wanted{Words: `"el niño is"`}, []string{"1 v1"}},
			{Wanted{Words: `"niño el"`}, nil},
			{Wanted{Words: "explos*"}, []string{"4 v1", "2 v1"}},
			{Wanted{Words: "harbour -explosives"}, []string{"1 v2"}},
			{Wanted{Words: "взрыва елка"}, []string{"4 v1"}},
			{Wanted{Words: "火车"}, []string{"4 v1"}},
			{Wanted{Words: "车火"}, nil},
			{Wanted{Words: handle}, []string{"6 v1", "3 v1"}}, // and what is about it
			{Wanted{Words: strings.ToLower(strings.ReplaceAll(handle, "-", ""))}, []string{"6 v1", "3 v1"}},
			{Wanted{Words: string(id(heed.KindWarning, 3))}, []string{"3 v1"}},
			{Wanted{Words: "hall", Kind: heed.KindQuestion}, []string{"6 v1"}},
			{Wanted{Words: "hall", Party: port}, []string{"3 v1"}},
			{Wanted{Party: coast}, []string{"1 v2", "6 v1", "2 v1"}},
			{Wanted{Place: "Russia"}, []string{"5 v1", "3 v1"}},
			{Wanted{Place: "Moscow, Russia"}, []string{"3 v1"}},
			{Wanted{Place: "Sri Lanka"}, []string{"5 v1"}},
			{Wanted{Words: "surge", Since: b.now.Add(-time.Hour), Until: b.now}, []string{"1 v2"}},
			{Wanted{Words: "surge", Until: time.Date(2024, 3, 7, 9, 0, 0, 0, time.UTC)}, []string{"1 v1", "2 v1"}},
			{Wanted{Words: "surge", Until: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}, nil},
			{Wanted{Words: "surge", Since: b.now.Add(time.Hour)}, nil},
			{Wanted{Words: "nothinghasthis"}, nil},
		} {
			if got := b.found(officer(), c.want); !slices.Equal(got, c.ids) && len(got)+len(c.ids) > 0 {
				t.Errorf("%+v\nfound %v, want %v", c.want, got, c.ids)
			}
		}
		for _, want := range []Wanted{{}, {Kind: "rumour"}, {Place: "Nowhere at all"}, {Words: `"open`}, {Words: "surge", Since: b.now, Until: b.now.Add(-time.Hour)}} {
			if _, err := b.Find(t.Context(), officer(), want); !errors.Is(err, ErrQuery) {
				t.Errorf("%+v: %v; want a sentence", want, err)
			}
		}
		f, err := b.Find(t.Context(), officer(), Wanted{Words: "el nino", Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		r := f.Results[0]
		if r.Newest != 2 || r.By != string(coast) || r.Snippet[r.Marks[0].From:r.Marks[0].To] != "El" || r.Snippet[r.Marks[1].From:r.Marks[1].To] != "Niño" {
			t.Errorf("the result says %+v", r)
		}
		f, err = b.Find(t.Context(), officer(), Wanted{Words: "взрыва", Limit: 1})
		if err != nil || f.Results[0].Exercise != "spring" || len(f.Results[0].HeadMarks) != 1 {
			t.Errorf("an exercise says %+v, %v", f.Results, err)
		}
		if f, err = b.Find(t.Context(), officer(), Wanted{Words: "surge", Limit: 2}); err != nil || len(f.Results) != 2 || !f.More {
			t.Errorf("two of three: %d, more %v, %v", len(f.Results), f.More, err)
		}
		if f, err = b.Find(t.Context(), officer(), Wanted{Words: "surge", Limit: 3}); err != nil || len(f.Results) != 3 || f.More {
			t.Errorf("three of three: %d, more %v, %v", len(f.Results), f.More, err)
		}
		before, _ := json.Marshal(f)
		if err := b.Store.RebuildViews(t.Context()); err != nil {
			t.Fatal(err)
		}
		f, err = b.Find(t.Context(), officer(), Wanted{Words: "surge", Limit: 3})
		if after, _ := json.Marshal(f); err != nil || string(after) != string(before) {
			t.Errorf("after a rebuild: %v\n%s\nbefore:\n%s", err, after, before)
		}
	})
}

// TestFindTwoWorlds: what a reader may not see changes nothing of what it finds, not a byte,
// whatever is asked.
func TestFindTwoWorlds(t *testing.T) {
	onEngines(t, func(t *testing.T, open func() *bench) {
		var worlds []*bench
		for i := range 2 {
			b := open()
			for n := range 30 {
				at := b.now
				b.warning(n, coast, fmt.Sprintf("Surge %d at the harbour", n), "Water in Colombo.", "TLP:GREEN")
				if i == 1 { // between them, what a liaison may not see
					b.now = at
					b.warning(100+n, port, fmt.Sprintf("Surge secret%d", n), "Water in Colombo; surging.", "TLP:RED")
					b.now = at
					b.warning(200+n, port, "Surge unmarked", "Water in Colombo; surging.", "")
					b.now = at
					b.narrowed(300 + n)
				}
				b.now = at.Add(time.Hour)
			}
			worlds = append(worlds, b)
		}
		for _, want := range []Wanted{
			{Words: "surge"}, {Words: "surge", Limit: 5}, {Words: "sur*", Limit: 30}, {Words: "surging"}, {Words: "secret*"}, {Words: "secret3"}, {Words: "unmarked"},
			{Party: port}, {Place: "Sri Lanka", Limit: 29}, {Place: "Sri Lanka", Limit: 30}, {Kind: heed.KindWarning, Limit: 7}, {Words: "water -surging", Limit: 10},
			{Words: heed.Handle(id(heed.KindWarning, 101))}, {Words: string(id(heed.KindWarning, 202))}, {Words: `"at the harbour"`, Since: worlds[0].now.Add(-5*time.Hour - time.Minute)},
		} {
			var said []string
			for _, b := range worlds {
				if want.Limit == 0 {
					want.Limit = 20
				}
				f, err := b.Find(t.Context(), liaison(), want)
				out, _ := json.Marshal(f)
				said = append(said, fmt.Sprintf("%s %v", out, err))
			}
			if said[0] != said[1] {
				t.Errorf("%+v tells the worlds apart:\n%s\n%s", want, said[0], said[1])
			}
		}
		if got := worlds[1].found(officer(), Wanted{Words: "surging", Limit: 100}); len(got) != 90 {
			t.Errorf("who may see them finds %d of the 90 that were hidden", len(got))
		}
	})
}

// narrowed records a warning that its author marked green, and that was handed over as RED.
func (b *bench) narrowed(n int) {
	rec := b.warning(n, port, "Surge narrowed", "Water in Colombo; surging.", "TLP:GREEN")
	b.record(heed.Statement{ID: id(heed.KindDelivery, n), Author: port, Kind: heed.KindDelivery, Headline: "delivery", Text: "delivery",
		Delivery: &heed.Delivery{To: harbour, Statement: rec.ID, Version: 1, Digest: rec.DigestHex(), May: heed.Handling{TLP: "TLP:RED"}, Log: "port/0", Leaf: 1, At: b.now}})
}

func TestFindInCase(t *testing.T) {
	onEngines(t, func(t *testing.T, open func() *bench) {
		b := open()
		b.warning(1, coast, "Surge at the harbour", "", "TLP:GREEN")
		b.warning(2, coast, "Surge at the airport", "", "TLP:GREEN")
		row := store.CaseRow{Desk: harbour, ID: id(heed.KindCase, 9), Name: "surge", State: heed.CaseOpen, Version: 1, Assessed: -1, Decided: -1, OpenedAt: b.now}
		err := b.Store.Update(t.Context(), store.Normal, func(tx *store.Tx) error {
			return errors.Join(tx.PutCase(row), tx.PutMember(store.Member{Desk: harbour, Statement: id(heed.KindWarning, 1), Case: row.ID, Version: 1, Author: coast}))
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := b.found(officer(), Wanted{Words: "surge", Case: row.ID}); !slices.Equal(got, []string{"1 v1"}) {
			t.Errorf("in the case: %v", got)
		}
		var errs []string
		for _, c := range []heed.ID{row.ID, id(heed.KindCase, 8)} {
			_, err := b.Find(t.Context(), liaison(), Wanted{Words: "surge", Case: c, Limit: 5})
			var no *people.Refused
			if errors.As(err, &no) && no.Ruling.Hidden {
				err = ErrUnknown // as the door says it
			}
			errs = append(errs, fmt.Sprint(err))
		}
		if errs[0] != errs[1] || errs[0] != ErrUnknown.Error() {
			t.Errorf("a hidden case says %q, one that is not there %q", errs[0], errs[1])
		}
		if f, err := b.Find(t.Context(), liaison(), Wanted{Words: "surge", Limit: 5}); err != nil || len(f.Results) != 2 || f.Results[0].Case+f.Results[1].Case != "" {
			t.Errorf("a hidden case is named: %+v, %v", f, err)
		}
	})
}

func TestParseQuery(t *testing.T) {
	for ask, want := range map[string]string{
		`surge "at the harbour" -calm explo* ""`: "[{[surge]  } {[at the harbour]  } {[calm]  not} {[explo] begins }]",
		`“in a row”*`:                            "[{[in a row] begins }]",
		`AK-47`:                                  "[{[ak 47]  }]",
		`O'Brien's U.S.`:                         "[{[obrien]  } {[u s]  }]",
		`火车 火*`:                                  "[{[火 车]  } {[火]  }]",
		``:                                       "[]",
		`k7qm-2rxa`:                              "[{[k7qm 2rxa] #hk7qm2rxa }]",
	} {
		got, err := ParseQuery(ask)
		if err != nil {
			t.Errorf("%s: %v", ask, err)
		}
		var list []string
		for _, s := range got {
			begins, not := map[bool]string{true: "begins"}[s.Begins], map[bool]string{true: "not"}[s.Not]
			list = append(list, fmt.Sprintf("{%v %s %s}", s.Words, s.Mark+begins, not))
		}
		if have := "[" + strings.Join(list, " ") + "]"; have != want {
			t.Errorf("%s: %s, want %s", ask, have, want)
		}
	}
	for ask, says := range map[string]string{
		`"open`:                       "opened and not closed",
		`*`:                           "needs the beginning",
		`ex*`:                         "at least 3 letters",
		`ex*plosive`:                  "only at the end",
		`-calm`:                       "only says what must not",
		`...`:                         "only punctuation",
		strings.Repeat("word ", 17):   "more than 16 words",
		strings.Repeat("x", askMax+1): "longer than 500",
	} {
		if got, err := ParseQuery(ask); !errors.Is(err, ErrQuery) || !strings.Contains(err.Error(), says) {
			t.Errorf("%.40s: %v, %v; want an error with %q", ask, got, err, says)
		}
	}
}

// Whatever is asked: a sentence, or a search that both engines can run.
func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{`surge "at the" -x* 火*`, "'\\\"*", "a AND b NOT (c) NEAR/2 {head} : ^x", "k7qm-2rxa", "й* ñandú", "\xff\x00"} {
		f.Add(s)
	}
	b := &bench{t: nil}
	db, err := store.Open(f.Context(), store.Options{URL: filepath.Join(f.TempDir(), "heed.db"), Create: true, Now: func() time.Time { return time.Unix(0, 0) }, Rand: &zeros{}})
	if err != nil {
		f.Fatal(err)
	}
	defer db.Close()
	b.Desk = &Desk{Store: db}
	if err := db.AddWords(f.Context(), 0, 1, []store.Words{{Marks: []string{"#d"}, Head: []string{"surge"}, Body: []string{"harbour"}}}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, ask string) {
		sought, err := ParseQuery(ask)
		if err != nil {
			if !errors.Is(err, ErrQuery) {
				t.Fatal(err)
			}
			return
		}
		if len(sought) > soughtMax {
			t.Fatalf("%d things sought", len(sought))
		}
		for _, s := range sought {
			for _, w := range s.Words {
				if again := wordsOf(tokens(w)); len(again) != 1 || again[0] != w {
					t.Errorf("%q folds again to %q", w, again)
				}
			}
		}
		for _, head := range []bool{false, true} {
			if err := db.View(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Seek(store.Seek{Marks: [][]string{{"#d"}}, Sought: sought, Head: head}, 10)
				return err
			}); err != nil {
				t.Fatalf("%q: %v", ask, err)
			}
		}
		if text, marks := excerpt(ask, sought, 40); len(marks) > 0 && marks[len(marks)-1].To > len(text) {
			t.Errorf("%q: marks %v reach beyond %q", ask, marks, text)
		}
	})
}

func TestExcerpt(t *testing.T) {
	sought, err := ParseQuery("surge harbour")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("Nothing to say here. A surge somewhere else. ", 20) + "Then the SURGE reached the Harbour’s mouth. " + strings.Repeat("And so on. ", 40)
	text, marks := excerpt(long, sought, 120)
	var marked []string
	for _, m := range marks {
		marked = append(marked, text[m.From:m.To])
	}
	if !slices.Contains(marked, "SURGE") || !slices.Contains(marked, "Harbour’s") || len(text) > 140 || !strings.HasPrefix(text, "…") || !strings.HasSuffix(text, "…") {
		t.Errorf("%q marks %q", text, marked)
	}
	if text, marks := excerpt("short", sought, 120); text != "short" || marks != nil {
		t.Errorf("%q %v", text, marks)
	}
}
