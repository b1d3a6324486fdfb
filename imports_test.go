package heed_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The layers, from the top down: a package may import those of lower layers only. Doors do
// not import doors, stages neither stages nor doors.
var layers = [][]string{
	{"cmd/heed"},
	{"internal/demo", "internal/bench"},
	{"internal/node"},
	{"internal/taxii", "internal/api", "internal/web"},
	{"internal/intake", "internal/desk", "internal/deliver", "internal/review"},
	{"internal/people"},
	{"internal/store"},
	{"verify"},
	{"internal/stix"},
	{"internal/weigh/batch", "internal/weigh/circular"},
	{"internal/weigh/tsv", "internal/weigh/score"},
	{"internal/envelope", "internal/ledger", "internal/weigh", "internal/prose", "internal/source"},
	{"internal/actor"},
	{"internal/place", "internal/intake/plain"},
	{"."},
}

func TestImportRules(t *testing.T) {
	level := map[string]int{}
	for i, l := range layers {
		for _, p := range l {
			level[p] = i
		}
	}
	for pkg, imports := range packages(t) {
		own, known := level[pkg]
		for _, imp := range imports {
			ours := imp == "heed" || strings.HasPrefix(imp, "heed/")
			if !ours {
				checkOutside(t, pkg, imp)
				continue
			}
			target := strings.TrimPrefix(strings.TrimPrefix(imp, "heed"), "/")
			if target == "" {
				target = "."
			}
			if other, ok := level[target]; known && ok && other <= own {
				t.Errorf("%s imports %s: arrows point down only", pkg, target)
			}
		}
	}
}

// checkOutside holds the pure packages, the drivers and the configuration to their places.
func checkOutside(t *testing.T, pkg, imp string) {
	if pkg == "." && strings.Contains(strings.Split(imp, "/")[0], ".") {
		t.Errorf("heed imports %s: the nouns need only the standard library", imp)
	}
	pure := []string{".", "internal/weigh", "internal/prose", "internal/actor", "internal/place", "internal/stix", "internal/ledger"}
	if slices.Contains(pure, pkg) && slices.Contains([]string{"os", "net", "net/http", "crypto/rand", "math/rand", "math/rand/v2", "database/sql"}, imp) {
		t.Errorf("%s imports %s: it takes no clock, network, file or randomness", pkg, imp)
	}
	if (imp == "database/sql" || strings.Contains(imp, "modernc.org/sqlite") || strings.Contains(imp, "jackc/pgx")) && pkg != "internal/store" {
		t.Errorf("%s imports %s: only store speaks SQL", pkg, imp)
	}
}

// packages gives, for each package of the module, what its files other than tests import.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "testdata" || path == "bench") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			out[filepath.Dir(path)] = append(out[filepath.Dir(path)], strings.Trim(i.Path.Value, `"`))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 10 {
		t.Fatalf("found only %d packages: the test looks in the wrong place", len(out))
	}
	return out
}

// No pure package asks for the time by itself.
func TestPureTakesNoClock(t *testing.T) {
	for _, dir := range []string{".", "internal/weigh", "internal/prose", "internal/actor", "internal/place", "internal/stix", "internal/ledger"} {
		files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(src), "time.Now(") || strings.Contains(string(src), "time.Since(") {
				t.Errorf("%s asks for the time", name)
			}
		}
	}
}
