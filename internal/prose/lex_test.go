package prose

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A rule compares words of the lexicon: a word that the lexicon lacks would never match.
func TestRulesCompareKnownWords(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatalf("found %d files: %v", len(files), err)
	}
	compare := regexp.MustCompile(`w\.text [!=]= "([^"]+)"|word\(\d\) == "([^"]+)"|case ("[a-z, "’'-]+):|"([a-z-]+)": +true`)
	word := regexp.MustCompile(`"([a-z’'-]+)"`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || name == "lexicon.go" || name == "party.go" || name == "token.go" || name == "language.go" || name == "statement.go" {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range compare.FindAllStringSubmatch(string(src), -1) {
			for _, w := range word.FindAllStringSubmatch(m[0], -1) {
				if lex().words[w[1]] == nil {
					t.Errorf("%s: a rule speaks of %q, which the lexicon lacks", name, w[1])
				}
			}
		}
	}
}
