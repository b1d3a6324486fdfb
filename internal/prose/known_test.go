package prose

import (
	"slices"
	"strings"
	"testing"

	actors "heed/internal/actor"
)

// The list says what it is; every name in it can be claimed, every whole is listed itself; and
// what only stands for a state is no name of one.
func TestKnown(t *testing.T) {
	known, source := Known()
	if len(known) < 500 || !strings.Contains(source, "as of ") || !strings.Contains(source, "Apache-2.0") {
		t.Fatalf("%d parties, %q", len(known), source)
	}
	var names []string
	for _, e := range known {
		names = append(names, e.Name)
	}
	for _, e := range known {
		for _, of := range e.PartOf {
			if !slices.Contains(names, of) {
				t.Errorf("%s is a part of %s, which is not listed", e.Name, of)
			}
		}
		if slices.Contains(append(e.Aliases, e.Name), "Moscow") {
			t.Errorf("Moscow is a name of %s", e.Name)
		}
	}
	claims, without := actors.Claims(known)
	if len(claims) < 350 || without == 0 {
		t.Errorf("%d claims, %d parties of one name", len(claims), without)
	}
	want := actors.Claim{Name: "ISIS-K", PartOf: true, Of: "Islamic State", Words: "ISIS-K is listed as armed group"}
	if !slices.Contains(claims, want) {
		t.Errorf("%+v is not claimed", want)
	}
}
