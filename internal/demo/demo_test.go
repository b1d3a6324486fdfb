package demo_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/demo"
)

// Both cases run through real nodes, and every proof at the end holds.
func TestReplay(t *testing.T) {
	want := map[string][]string{
		"moscow-2024":    {"ir", "ru", "uk", "us", "us-emb"},
		"sri-lanka-2019": {"cni", "dig", "igp", "in", "mod", "sis"},
	}
	for _, name := range demo.Cases() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var out bytes.Buffer
			if err := demo.Run(t.Context(), demo.Options{Case: name, Dir: dir, Once: true, Out: &out, Rand: rand.Reader, Width: 80}); err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
			list, err := os.ReadDir(dir)
			if err != nil || len(list) != len(want[name]) {
				t.Fatalf("the folder holds %v, %v; want one folder for each of %v", list, err, want[name])
			}
			for i, e := range list {
				if e.Name() != want[name][i] || !e.IsDir() {
					t.Errorf("the folder holds %s, want %s", e.Name(), want[name][i])
				}
				if _, err := os.Stat(filepath.Join(dir, e.Name(), "head")); err != nil {
					t.Error(err)
				}
			}
			if n := strings.Count(out.String(), "ok: "); n != len(list)+1 {
				t.Errorf("%d proofs hold, want one for each node and the bundle", n)
			}
			for _, line := range strings.Split(out.String(), "\n") {
				if len([]rune(line)) > 170 {
					t.Errorf("a line of %d columns: %s", len([]rune(line)), line)
				}
			}
		})
	}
}
