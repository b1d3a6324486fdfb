package heed_test

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// The reasons stand in CONTRIBUTING.md.
func TestMinimumVersions(t *testing.T) {
	b, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", b, nil)
	if err != nil {
		t.Fatal(err)
	}
	least := map[string]string{"modernc.org/sqlite": "v1.60.1", "github.com/jackc/pgx/v5": "v5.7.0", "golang.org/x/mod": "v0.20.0"}
	for _, r := range mod.Require {
		want, ok := least[r.Mod.Path]
		if !ok {
			continue
		}
		delete(least, r.Mod.Path)
		if semver.Compare(r.Mod.Version, want) < 0 {
			t.Errorf("%s %s is older than %s", r.Mod.Path, r.Mod.Version, want)
		}
		if r.Mod.Path == "modernc.org/sqlite" && r.Mod.Version != want {
			t.Errorf("%s must be %s exactly, not %s", r.Mod.Path, want, r.Mod.Version)
		}
	}
	for path := range least {
		t.Errorf("%s is not required at all", path)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil || !strings.Contains(string(readme), "make demo") || !strings.Contains(string(readme), "make test") {
		t.Error("the README does not name make demo and make test")
	}
}
