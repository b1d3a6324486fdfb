package node_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"heed"
	"heed/internal/desk"
	"heed/internal/intake/plain"
	"heed/internal/node"
	"heed/internal/people"
)

// read hands a text in and gives its drafts.
func read(t testing.TB, d *desk.Desk, by people.Actor, name, text string) []desk.Reading {
	t.Helper()
	kept, err := d.AddFile(t.Context(), by, name, []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return kept.Drafts
}

const cable = "Norland warned Vale of a possible attack on the harbour on Tuesday. The mayor said that the port is open."

// TestTray: many who accept one draft at once get one record; a list with a bad number records nothing;
// what somebody corrected meanwhile is not acted on unseen; and another desk sees no draft.
func TestTray(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			p := meet(t, database(t, engine))
			d, by, ctx := p.n[1].Desk(), p.by(1), t.Context()
			list := read(t, d, by, "cable", cable)
			if len(list) < 2 {
				t.Fatalf("%+v", list)
			}
			if _, err := d.AcceptReadings(ctx, by, []int64{list[1].N, 9999}, nil); !errors.Is(err, desk.ErrNot) {
				t.Errorf("a number that is none: %v", err)
			}
			if r, err := d.Reading(ctx, by, list[1].N); err != nil || r.State != "waiting" {
				t.Errorf("recorded by halves: %+v, %v", r, err)
			}
			old := 0
			if _, err := d.CorrectReading(ctx, by, list[1].N, desk.Correction{Set: []string{"words=it is open"}, Seen: &old}); err != nil {
				t.Error(err)
			}
			for name, do := range map[string]func() error{
				"correct": func() error {
					_, err := d.CorrectReading(ctx, by, list[1].N, desk.Correction{Set: []string{"words=it is shut"}, Seen: &old})
					return err
				},
				"accept": func() error { _, err := d.AcceptReadings(ctx, by, []int64{list[1].N}, &old); return err },
				"drop":   func() error { _, err := d.DropReading(ctx, by, list[1].N, &old); return err },
			} {
				if err := do(); !errors.Is(err, desk.ErrMeanwhile) || !strings.Contains(err.Error(), "ada corrected draft") {
					t.Errorf("%s what was corrected since: %v", name, err)
				}
			}
			p.twoCorrect(list[1].N)
			leaves := make([]int64, 8)
			var all sync.WaitGroup
			for i := range leaves {
				all.Go(func() {
					got, err := d.AcceptReadings(ctx, by, []int64{list[0].N}, nil)
					if err != nil {
						t.Error(err)
						return
					}
					leaves[i] = got[0].Said.Leaf
				})
			}
			all.Wait()
			for _, l := range leaves {
				if l != leaves[0] || l <= 0 {
					t.Errorf("one draft, several records: %v", leaves)
				}
			}
			stranger := people.OnMachine("ada", p.id[0])
			if seen, err := d.Readings(ctx, stranger, desk.Tray{Limit: 10}); err != nil || len(seen) != 0 {
				t.Errorf("another desk sees %+v, %v", seen, err)
			}
			if _, err := d.AcceptReadings(ctx, stranger, []int64{list[1].N}, nil); !errors.Is(err, desk.ErrNot) {
				t.Errorf("another desk: %v", err)
			}
		})
	}
}

// twoCorrect has many people correct different fields of one draft at once: each holds, and each
// stands in the history.
func (p *pair) twoCorrect(n int64) {
	p.t.Helper()
	d, by := p.n[1].Desk(), p.by(1)
	fields := []string{"about=a", "proof=none", "stance=doubt", "by.words=b"}
	var all sync.WaitGroup
	for _, f := range fields {
		all.Go(func() {
			if _, err := d.CorrectReading(p.t.Context(), by, n, desk.Correction{Set: []string{f}}); err != nil {
				p.t.Errorf("%s: %v", f, err)
			}
		})
	}
	all.Wait()
	r, err := d.Reading(p.t.Context(), by, n)
	if err != nil {
		p.t.Fatal(err)
	}
	c := r.Corrected.Claim
	if c.About != "a" || c.Proof != "none" || c.Stance != "doubt" || c.By.Words != "b" || c.Words != "it is open" {
		p.t.Errorf("a correction was lost: %+v", c)
	}
	if len(r.History) != 1+len(fields) || r.Corrections != len(r.History) || r.History[0].Claim.Words != "it is open" || r.History[0].Person != "ada" || r.History[0].At.IsZero() {
		p.t.Errorf("%+v", r.History)
	}
}

// TestTrayPages: the tray is listed page by page, and by state, kind and file.
func TestTrayPages(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			p := meet(t, database(t, engine))
			d, by, ctx := p.n[1].Desk(), p.by(1), t.Context()
			var want []int64
			for _, name := range []string{"one.txt", "two.txt", "three.txt"} {
				for _, r := range read(t, d, by, name, name+" says: "+cable) {
					want = append(want, r.N)
				}
			}
			if _, err := d.DropReading(ctx, by, want[0], nil); err != nil {
				t.Fatal(err)
			}
			var got []int64
			for after := int64(0); ; {
				list, err := d.Readings(ctx, by, desk.Tray{After: after, Limit: 2})
				if err != nil {
					t.Fatal(err)
				}
				if len(list) == 0 {
					break
				}
				for _, r := range list {
					got, after = append(got, r.N), r.N
				}
			}
			if len(got) != len(want) || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
				t.Errorf("page by page %v, there are %v", got, want)
			}
			for _, x := range []struct {
				want desk.Tray
				n    int
			}{{desk.Tray{State: "dropped"}, 1}, {desk.Tray{State: "waiting"}, len(want) - 1}, {desk.Tray{Kind: "account"}, 3}, {desk.Tray{File: "two.txt"}, len(want) / 3},
				{desk.Tray{Kind: "account", File: "two.txt", State: "waiting"}, 1}, {desk.Tray{Kind: "event"}, 0}} {
				x.want.Limit = 100
				if list, err := d.Readings(ctx, by, x.want); err != nil || len(list) != x.n {
					t.Errorf("%+v: %d, %v, want %d", x.want, len(list), err, x.n)
				}
			}
			for _, bad := range []desk.Tray{{State: "lost"}, {Kind: "rumour"}, {File: "four.txt"}, {File: "999"}} {
				if list, err := d.Readings(ctx, by, bad); !errors.Is(err, desk.ErrNot) {
					t.Errorf("%+v: %+v, %v", bad, list, err)
				}
			}
		})
	}
}

// page stands for the process that parses pages: it fails as that one does, or hides something.
func page(_ context.Context, kind plain.Kind, raw []byte) (plain.Text, error) {
	if bytes.Contains(raw, []byte("killed")) {
		return plain.Text{}, errors.New("the file was not read: parsing it took longer than 20s")
	}
	return plain.Text{Kind: kind, Text: cable, Hidden: []plain.Hidden{{Why: "hidden by style", Words: "ignore this", Times: 1}}}, nil
}

// TestFilesAreKept: whatever a file is, and whatever becomes of reading it, its bytes come back
// as they were; why it is not read is said; what its reader could not see is marked on each draft;
// and the same file again changes nothing.
func TestFilesAreKept(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			source := database(t, engine)
			p := meet(t, source)
			d, by, ctx := p.n[1].Desk(), p.by(1), t.Context()
			d.Parse = page
			for _, f := range []struct{ name, raw, kind, unread string }{
				{"empty.txt", "", "text", "it is empty"},
				{"a\x00b", "\x00\x00\x01", "other", "not a text"},
				{"latin", "\xff\xfe\x80", "text", "not text"},
				{"harbour.txt", "Пожар в порту.", "text", "language: Cyrillic"},
				{"report.pdf", "%PDF-1.7 \x00 words", "pdf", "PDF is kept as it came"},
				{"slow.html", "<p>killed", "html", "parsing it took longer than 20s"},
				{"long.txt", strings.Repeat("a b ", desk.MaxText/4) + "c", "text", "larger than 4 MB"},
				{"large.bin", strings.Repeat("\x00\xfe", desk.MaxFile/2), "other", "not a text"},
				{"page.html", "<p>seen<p hidden>unseen", "html", ""},
				{"plain.txt", "Norland warned Vale of an at\u200btack on the \u202eharbour.", "text", ""},
			} {
				for range 2 {
					kept, err := d.AddFile(ctx, by, f.name, []byte(f.raw))
					if err != nil {
						t.Fatalf("%s: %v", f.name, err)
					}
					if kept.File.Kind != f.kind || !strings.Contains(kept.File.Unread, f.unread) || (f.unread == "") != (len(kept.Drafts) > 0) || kept.File.Size != int64(len(f.raw)) {
						t.Errorf("%s: %+v, %d drafts", f.name, kept.File, len(kept.Drafts))
					}
					for _, r := range kept.Drafts {
						if !r.UnseenInFile || (f.name == "plain.txt") != (len(r.UnseenHere) > 0) {
							t.Errorf("%s: what is unseen is not marked: %+v", f.name, r)
						}
					}
					got, b, err := d.FileBytes(ctx, by, string(kept.File.Digest), false)
					if err != nil || string(b) != f.raw || got.Digest != kept.File.Digest {
						t.Errorf("%s: %d bytes come back of %d, %v", f.name, len(b), len(f.raw), err)
					}
				}
			}
			files, err := d.Files(ctx, by, 0, 100)
			if err != nil || len(files) != 10 {
				t.Errorf("%d files, %v", len(files), err)
			}
			if _, err := d.AddFile(ctx, by, "larger", make([]byte, desk.MaxFile+1)); !errors.Is(err, desk.ErrTooLarge) {
				t.Errorf("too large: %v", err)
			}
			if again, err := d.Files(ctx, by, 0, 100); err != nil || len(again) != 10 {
				t.Errorf("something of a refused file was kept: %d files, %v", len(again), err)
			}
			for _, none := range []string{"ffffffff", "999", "no such name", ""} {
				if _, _, err := d.FileBytes(ctx, by, none, false); !errors.Is(err, desk.ErrNot) {
					t.Errorf("%q: %v", none, err)
				}
			}
			if _, _, err := d.FileBytes(ctx, by, "report.pdf", true); !errors.Is(err, desk.ErrNot) {
				t.Errorf("the words of what is not read: %v", err)
			}
			if _, _, err := d.FileBytes(ctx, people.OnMachine("ada", p.id[0]), string(files[0].Digest), false); !errors.Is(err, desk.ErrNot) {
				t.Errorf("another desk: %v", err)
			}
			p.readLater()
			p.filesRestored(source)
		})
	}
}

// TestParserDies: a page on which its parser dies by its limits is kept all the same, and one that it
// reads is read, in a process of its own.
func TestParserDies(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := meet(t, "")
	d, by, ctx := p.n[1].Desk(), p.by(1), t.Context()
	d.Parse = func(ctx context.Context, kind plain.Kind, raw []byte) (plain.Text, error) {
		return plain.InChild(ctx, exe, kind, raw)
	}
	deep := strings.Repeat("<div>", 20000) + "<p>" + cable
	kept, err := d.AddFile(ctx, by, "deep.html", []byte(deep))
	if err != nil || kept.File.Unread == "" || kept.File.Words != "" || len(kept.Drafts) != 0 {
		t.Errorf("%+v, %v", kept.File, err)
	}
	if _, b, err := d.FileBytes(ctx, by, "deep.html", false); err != nil || string(b) != deep {
		t.Errorf("%d bytes come back of %d, %v", len(b), len(deep), err)
	}
	kept, err = d.AddFile(ctx, by, "flat.html", []byte("<p>"+cable+"<p hidden>unseen words"))
	if err != nil || kept.File.Unread != "" || len(kept.Drafts) == 0 || !kept.Drafts[0].UnseenInFile {
		t.Errorf("%+v, %v", kept, err)
	}
}

// readLater: a page whose parser failed is read when it comes again and the parser does not.
func (p *pair) readLater() {
	p.t.Helper()
	d, by := p.n[1].Desk(), p.by(1)
	d.Parse = func(ctx context.Context, k plain.Kind, _ []byte) (plain.Text, error) { return page(ctx, k, nil) }
	kept, err := d.AddFile(p.t.Context(), by, "slow.html", []byte("<p>killed"))
	if err != nil || kept.File.Unread != "" || len(kept.Drafts) == 0 {
		p.t.Errorf("%+v, %v", kept.File, err)
	}
	ctx, cancel := context.WithCancel(p.t.Context())
	d.Parse = func(context.Context, plain.Kind, []byte) (plain.Text, error) {
		cancel()
		return plain.Text{}, ctx.Err()
	}
	if _, err := d.AddFile(ctx, by, "gone.html", []byte("<p>gone")); !errors.Is(err, context.Canceled) {
		p.t.Errorf("whoever handed it in has gone: %v", err)
	}
	f, b, err := d.FileBytes(p.t.Context(), by, "gone.html", false)
	if err != nil || string(b) != "<p>gone" || !strings.Contains(f.Unread, "broke off") {
		p.t.Errorf("%+v %q %v", f, b, err)
	}
}

// filesRestored: a backup carries the files; a byte that is changed, or a part that is lost, is found.
func (p *pair) filesRestored(source string) {
	p.t.Helper()
	backup := filepath.Join(p.t.TempDir(), "backup")
	if err := p.n[1].Store().Backup(p.t.Context(), backup, false); err != nil {
		p.t.Fatal(err)
	}
	p.stop(1)
	if _, err := node.Restore(p.t.Context(), p.dir[1], backup, world()); err != nil {
		p.t.Fatal(err)
	}
	p.start(1)
	if _, b, err := p.n[1].Desk().FileBytes(p.t.Context(), p.by(1), "large.bin", false); err != nil || len(b) != desk.MaxFile {
		p.t.Errorf("restored: %d bytes, %v", len(b), err)
	}
	p.stop(1)
	driver := "pgx"
	if source == "" {
		driver, source = "sqlite", filepath.Join(p.dir[1], "heed.db")
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	wrong := func() string {
		r, err := node.Examine(context.Background(), p.dir[1], node.Examination{})
		if err != nil {
			p.t.Fatal(err)
		}
		older := func(w string) bool { return strings.HasPrefix(w, "ledger_heads") } // the backup is older than what was signed since
		return strings.Join(slices.DeleteFunc(r.Wrong, older), "\n")
	}
	if w := wrong(); w != "" {
		p.t.Fatalf("nothing was changed: %s", w)
	}
	for _, change := range []struct{ statement, named string }{
		{`UPDATE house_files SET size = size + 1 WHERE name = 'report.pdf'`, "house_files"},
		{`UPDATE house_bytes SET bytes = (SELECT bytes FROM house_bytes WHERE part = 3 LIMIT 1) WHERE part = 2 AND bytes <> (SELECT bytes FROM house_bytes WHERE part = 3 LIMIT 1)`, ""},
		{`UPDATE house_bytes SET part = 30 WHERE part = 3`, "part 3 is missing"},
		{`DELETE FROM house_bytes WHERE digest IN (SELECT words FROM house_files WHERE name = 'page.html')`, "the text that its drafts count in is missing"},
		{`DELETE FROM house_bytes WHERE digest IN (SELECT digest FROM house_files WHERE name = 'report.pdf')`, "its bytes are missing"},
		{`UPDATE house_bytes SET bytes = (SELECT bytes FROM house_bytes WHERE part = 30 LIMIT 1) WHERE digest IN (SELECT digest FROM house_files WHERE name = 'slow.html')`, "no longer what came"},
	} {
		if _, err := db.Exec(change.statement); err != nil {
			p.t.Fatal(err)
		}
		if w := wrong(); !strings.Contains(w, change.named) || change.named == "" && w == "" {
			p.t.Errorf("%s: %q", change.statement, w)
		}
	}
}

// account gives the first account of a warning among drafts.
func account(t testing.TB, list []desk.Reading) desk.Reading {
	t.Helper()
	for _, r := range list {
		if c := r.Drafted.Claim; c != nil && c.Account != nil {
			return r
		}
	}
	t.Fatalf("no account was drafted: %+v", list)
	return desk.Reading{}
}

// TestWarnOn: who warns on an account that was read says a warning of its own, as who relays it:
// its words, place and chain are the account's, what it rests on is in it; account and warning
// are one origin and one voice, also where the text names nobody; pressed again, it is said once.
func TestWarnOn(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			p := meet(t, database(t, engine))
			d, by, ctx := p.n[1].Desk(), p.by(1), t.Context()
			green := heed.Warning{Handling: heed.Handling{TLP: "TLP:GREEN"}}
			for name, text := range map[string]string{
				"named":    "Norland warned Vale of a possible attack on the harbour of Ankara, two officials said.",
				"nameless": "Vale had been warned of a possible attack on the stations of Lima.",
			} {
				r := account(t, read(t, d, by, name, text))
				done, err := d.AcceptReadings(ctx, by, []int64{r.N}, nil)
				if err != nil {
					t.Fatal(err)
				}
				before := p.cased(done[0].Said.ID)
				for _, basis := range []heed.Basis{heed.BasisIntercept, heed.BasisOwnAnalysis} {
					if _, err := d.WarnOnDraft(ctx, by, r.N, desk.Draft{Warning: heed.Warning{Basis: basis}}); !errors.Is(err, desk.ErrNot) {
						t.Errorf("%s: the house says that it came by it through %s itself: %v", name, basis, err)
					}
				}
				said, err := d.WarnOnDraft(ctx, by, r.N, desk.Draft{Warning: green})
				if err != nil || said.Again {
					t.Fatalf("%+v, %v", said, err)
				}
				after := p.cased(said.ID)
				a, b := after.Assessment, before.Assessment
				if after.ID != before.ID || len(a.Terms) != 2 || a.Origins != b.Origins || a.Unknown != b.Unknown || a.Repeats != 1 || a.LogOdds > b.LogOdds+.01 {
					t.Errorf("%s: the house became a second voice: %+v before, %+v after", name, b, a)
				}
				sheet, err := d.Show(ctx, by, said.Leaf)
				if err != nil {
					t.Fatal(err)
				}
				w := sheet.Warning
				if len(w.Spans) == 0 || w.Spans[0].Digest != r.Digest || w.Basis != "" || !strings.Contains(w.BasisWords, "told by reading") ||
					!strings.Contains(sheet.Text, string(r.Digest)) || !strings.Contains(sheet.Text, "does not come from there") || w.Likelihood != nil && w.Likelihood.Low != nil {
					t.Errorf("%s: %+v\n%s", name, w, sheet.Text)
				}
				for _, again := range []func() (desk.Said, error){
					func() (desk.Said, error) { return d.WarnOnDraft(ctx, by, r.N, desk.Draft{}) },
					func() (desk.Said, error) { return d.WarnOn(ctx, by, done[0].Said.Leaf, desk.Draft{}) },
				} {
					if x, err := again(); err != nil || !x.Again || x.ID != said.ID || x.Leaf != said.Leaf {
						t.Errorf("%s again: %+v, %v", name, x, err)
					}
				}
				if _, err := d.WarnOnDraft(ctx, by, r.N, desk.Draft{To: []heed.PartyID{p.id[0]}}); !errors.Is(err, desk.ErrNot) || !strings.Contains(err.Error(), "heed warn --update") {
					t.Errorf("%s: somebody seems to get what does not go: %v", name, err)
				}
				if r, err = d.Reading(ctx, by, r.N); err != nil || r.Warned == nil || r.Warned.ID != said.ID || r.State != "accepted" {
					t.Errorf("%s: %+v, %v", name, r.Warned, err)
				}
			}
			p.labelled()
			p.pressedAtOnce()
			p.warnedFromAfar()
			p.twoToWarn()
		})
	}
}

// labelled: what a file says of its handling holds for the warning that rests on it, also where the
// label stands outside of the words that were read.
func (p *pair) labelled() {
	p.t.Helper()
	d, by := p.n[1].Desk(), p.by(1)
	d.Parse = func(_ context.Context, kind plain.Kind, _ []byte) (plain.Text, error) {
		return plain.Text{Kind: kind, Text: "Norland warned Vale of a strike on the docks of Porto."}, nil
	}
	r := account(p.t, read(p.t, d, by, "banner.html", "<nav>tlp: Amber+Strict</nav><p>Norland warned Vale of a strike on the docks of Porto."))
	for _, tlp := range []string{"TLP:CLEAR", "TLP:AMBER", "TLP:RED"} {
		goes := tlp == "TLP:RED"
		over := desk.Draft{Warning: heed.Warning{Handling: heed.Handling{TLP: tlp}}}
		_, err := d.WarnOnDraft(p.t.Context(), by, r.N, over)
		var unfit *desk.Unfit
		if goes && err != nil || !goes && (!errors.As(err, &unfit) || unfit.Findings[0].Rule != "handling-quoted") {
			p.t.Errorf("%s on a file that says TLP:AMBER+STRICT: %v", tlp, err)
		}
	}
}

// pressedAtOnce: many press for one draft at once, and one warning is said.
func (p *pair) pressedAtOnce() {
	p.t.Helper()
	d, by := p.n[1].Desk(), p.by(1)
	r := account(p.t, read(p.t, d, by, "both", "Norland warned Vale of a strike on the mills of Quito."))
	said := make([]desk.Said, 8)
	var all sync.WaitGroup
	for i := range said {
		all.Go(func() {
			var err error
			if said[i], err = d.WarnOnDraft(p.t.Context(), by, r.N, desk.Draft{}); err != nil {
				p.t.Error(err)
			}
		})
	}
	all.Wait()
	first := 0
	for _, s := range said {
		if s.ID != said[0].ID || s.Leaf != said[0].Leaf {
			p.t.Errorf("one press, two warnings: %+v", s)
		}
		if !s.Again {
			first++
		}
	}
	if first != 1 {
		p.t.Errorf("%d of 8 are told that they said it", first)
	}
	for _, x := range read(p.t, d, by, "both", "Norland warned Vale of a strike on the mills of Quito. The mayor said that the mills are safe.") {
		if x.Drafted.Claim.Account == nil {
			if _, err := d.WarnOnDraft(p.t.Context(), by, x.N, desk.Draft{}); !errors.Is(err, desk.ErrNot) {
				p.t.Errorf("warned on what is no account: %v", err)
			}
		}
	}
}

// warnedFromAfar: at who gets it a clock starts, which the account did not do; and the receiver's own
// reading of the same text adds no origin.
func (p *pair) warnedFromAfar() {
	p.t.Helper()
	const text = "Norland had warned Vale of an attack on the airport of Nairobi, three officials said."
	d, by := p.n[0].Desk(), p.by(0)
	r := account(p.t, read(p.t, d, by, "afar", text))
	said, err := d.WarnOnDraft(p.t.Context(), by, r.N, desk.Draft{To: []heed.PartyID{p.id[1]}, Warning: heed.Warning{Precedence: heed.Immediate, Handling: heed.Handling{TLP: "TLP:GREEN"}}})
	if err != nil {
		p.t.Fatal(err)
	}
	c := p.cased(said.ID)
	clocks := 0
	for _, k := range c.Clocks {
		if k.About == said.ID || k.About == c.ID {
			clocks++
		}
	}
	if clocks == 0 || c.Assessment.Origins != 1 {
		p.t.Errorf("%d clocks, %+v", clocks, c.Assessment)
	}
	own := account(p.t, read(p.t, p.n[1].Desk(), p.by(1), "afar", text))
	done, err := p.n[1].Desk().AcceptReadings(p.t.Context(), p.by(1), []int64{own.N}, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if after := p.cased(done[0].Said.ID); after.ID != c.ID || after.Assessment.Origins != 1 || after.Assessment.Unknown != c.Assessment.Unknown {
		p.t.Errorf("one text, two origins: %+v", after.Assessment)
	}
}

// twoToWarn: where policy asks for two persons, a warning on an account waits for the second one
// as any other, and is the one warning on it then.
func (p *pair) twoToWarn() {
	p.t.Helper()
	d, by, ctx := p.n[1].Desk(), p.by(1), p.t.Context()
	if _, err := d.SetPolicy(ctx, by, "[four_eyes]\nacts = [\"warn\"]\n"); err != nil {
		p.t.Fatal(err)
	}
	r := account(p.t, read(p.t, d, by, "two", "Norland warned Vale of a raid on the market of Sofia."))
	first, err := d.WarnOnDraft(ctx, by, r.N, desk.Draft{To: []heed.PartyID{p.id[0]}})
	if err != nil || first.Waits == nil {
		p.t.Fatalf("one person said what takes two: %+v, %v", first, err)
	}
	if _, err := d.WarnOnDraft(ctx, by, r.N, desk.Draft{}); !errors.Is(err, desk.ErrNot) || !strings.Contains(err.Error(), "waits already") {
		p.t.Errorf("pressed again while it waits: %v", err)
	}
	said, err := d.Release(ctx, people.OnMachine("bo", p.id[1]), first.Handle, "read it too")
	if err != nil || said.ID != first.ID || len(said.To) != 1 {
		p.t.Fatalf("%+v, %v", said, err)
	}
	again, err := d.WarnOnDraft(ctx, by, r.N, desk.Draft{})
	if err != nil || !again.Again || again.ID != first.ID {
		p.t.Errorf("%+v, %v", again, err)
	}
}
