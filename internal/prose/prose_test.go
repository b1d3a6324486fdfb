package prose

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// check holds what every reading promises: spans inside the text, on the borders of runes,
// not empty; ids used once; references that name a record.
func check(t *testing.T, text string, records []Record) {
	t.Helper()
	seen := map[string]bool{}
	for _, r := range records {
		if r.ID == "" || seen[r.ID] {
			t.Errorf("%s: id %q is missing or used twice", r.Kind, r.ID)
		}
		seen[r.ID] = true
		if len(r.Spans) == 0 {
			t.Errorf("%s %s points at nothing", r.Kind, r.ID)
		}
		for _, x := range r.Spans {
			role := x.Name
			for _, s := range x.Pieces {
				if s[0] < 0 || s[1] > len(text) || s[0] >= s[1] {
					t.Fatalf("%s %s %s: span %v leaves the text of %d bytes", r.Kind, r.ID, role, s, len(text))
				}
				if r.Kind != "unread" && !utf8.ValidString(text[s[0]:s[1]]) {
					t.Errorf("%s %s %s: span %v cuts a rune", r.Kind, r.ID, role, s)
				}
			}
		}
	}
	for _, r := range records {
		for _, x := range r.Attrs {
			name, v := x.Name, x.Value
			if strings.HasSuffix(name, "_ref") && !seen[fmt.Sprint(v)] {
				t.Errorf("%s %s: %s names no record: %v", r.Kind, r.ID, name, v)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"", " ", "\x00\x01", "\xff\xfe", strings.Repeat(`"`, 300), `"It never ends, he said`, strings.Repeat("a", 2000),
		"Vale said on Monday that the dam “may fail”, according to two officials who asked not to be named.",
		"RIVERTON, 3 JAN 90 -- GUERRILLAS OF THE ELN KIDNAPPED TWO ENGINEERS AND BLEW UP A PIPELINE WITH DYNAMITE.",
		"Norland warned Vale of a possible attack on the harbour before 7 March 2024. Vale denied it. The group claimed responsibility for the blasts, which killed at least 12 people.",
		"(((((((((((([[[[[[\"'\"'\"'\"", "—— … ‘’ “” „«»", "El presidente dijo que la situación en la frontera es muy grave para los que viven en el norte del país y que no hay más que hacer por ahora.",
		"last month next Monday 3 days ago 99999999999 2024-13-45 31 February 0000", "X, who Y, who Z, said, said, said: \"said\" said.",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a := Read(s)
		check(t, s, a)
		if b := Read(s); !reflect.DeepEqual(a, b) {
			t.Error("two readings of one text differ")
		}
		for _, m := range Templates(s) {
			if len(m.Fills) == 0 {
				t.Error("a template without anything in it")
			}
		}
	})
}

func TestUnread(t *testing.T) {
	for _, c := range []struct{ name, text, reason string }{
		{"binary", "GIF89a\x00\x01\x02", "not text"},
		{"wrong encoding", "Der B\xfcrgermeister sagte", "not text"},
		{"Spanish", strings.Repeat("El presidente dijo que la situación en la frontera es muy grave para los que viven en el norte del país y que no hay más que hacer. ", 3), "language: es"},
		{"Russian", "Министерство сообщило, что предупреждение было получено заранее.", "language: Cyrillic script"},
	} {
		got := Read(c.text)
		if len(got) != 1 || got[0].Kind != "unread" || got[0].Attr("reason") != c.reason {
			t.Errorf("%s: got %v, want one unread record: %s", c.name, got, c.reason)
			continue
		}
		if s := got[0].At("span")[0]; s[1]-s[0] < len(strings.TrimSpace(c.text)) {
			t.Errorf("%s: span %v leaves out some of the text", c.name, s)
		}
	}
	if got := Read(""); len(got) != 0 {
		t.Errorf("an empty text gives %v", got)
	}
}

// shared reads a file of the data that is kept beside the repository.
func shared(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "read", name))
	if err != nil {
		t.Skip("skipped: shared data absent: " + name)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func lines[T any](t testing.TB, name string) []T {
	t.Helper()
	var out []T
	sc := bufio.NewScanner(shared(t, name))
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		var v T
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

type sharedDoc struct{ Doc, Text string }

// Every document of the shared sets keeps the promises of a reading.
func TestSharedDocuments(t *testing.T) {
	for _, name := range []string{"seed/docs.jsonl", "gum/dev.docs.jsonl", "polnear/dev.docs.jsonl", "muc4/dev.docs.jsonl"} {
		for _, d := range lines[sharedDoc](t, name) {
			check(t, d.Text, Read(d.Text))
		}
	}
}
