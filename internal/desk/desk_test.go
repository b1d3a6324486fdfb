package desk

import (
	"fmt"
	"testing"
)

// What people type behind a handle is a version, or it is refused.
func FuzzSplitVersion(f *testing.F) {
	f.Add("K7QM-2RXA v2")
	f.Add("report--x  v0")
	f.Fuzz(func(t *testing.T, s string) {
		name, v, err := splitVersion(s)
		if err != nil {
			return
		}
		if v < 0 {
			t.Errorf("%q gave version %d", s, v)
		}
		if v > 0 {
			if again, w, err := splitVersion(fmt.Sprintf("%s v%d", name, v)); err != nil || again != name || w != v {
				t.Errorf("%q: %q v%d, then %q v%d, %v", s, name, v, again, w, err)
			}
		}
	})
}
