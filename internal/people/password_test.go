package people

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
)

// Whatever stands in the column, it is read, or refused in words; and what is read asks for
// no more than this program does.
func FuzzParseHash(f *testing.F) {
	a := &Accounts{Rand: rand.Reader, Cost: Cost{Memory: 64, Passes: 1, Threads: 1}}
	made, err := a.hash("four quiet herons wade")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(made)
	f.Add("$argon2id$v=19$m=65536,t=3,p=4$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=4294967295,t=4294967295,p=255$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2i$v=19$m=64,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		c, _, key, err := parseHash(s)
		if err == nil && (c.Memory > maxMemory || c.Passes > maxPasses || c.Passes < 1 || c.Threads < 1 || len(key) < 16 || !strings.HasPrefix(s, "$argon2id$v=19$")) {
			t.Errorf("%q is read as %+v", s, c)
		}
	})
}

func TestPasswordsFitTheirHash(t *testing.T) {
	a := &Accounts{Rand: rand.Reader, Cost: Cost{Memory: 64, Passes: 1, Threads: 1}}
	one, err := a.hash("four quiet herons wade")
	if err != nil {
		t.Fatal(err)
	}
	two, err := a.hash("four quiet herons wade")
	if err != nil || one == two {
		t.Errorf("one salt for two hashes (%v)", err)
	}
	a.Cost = Cost{Memory: 128, Passes: 2, Threads: 2} // a stored hash keeps its own cost
	for password, want := range map[string]bool{"four quiet herons wade": true, "four quiet herons wade ": false, "": false, "Four quiet herons wade": false} {
		if ok, err := a.fits(password, one); ok != want || err != nil {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
	if ok, _ := a.fits("", ""); ok {
		t.Error("an empty password fits no hash at all")
	}
	if strings.Count(one, "$") != 5 || !strings.HasPrefix(one, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("stored as %q", one)
	}
}

// While strangers hold the common place at the hash, who is known at an address has one kept.
func TestRegularsHaveAPlace(t *testing.T) {
	var q hashQueue
	leave, err := q.enter(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := q.enter(gone, false); !errors.Is(err, ErrBusy) {
		t.Errorf("a second stranger at once: %v", err)
	}
	own, err := q.enter(t.Context(), true)
	if err != nil {
		t.Fatalf("a regular: %v", err)
	}
	own()
	leave()
	if leave, err = q.enter(t.Context(), false); err != nil {
		t.Errorf("a stranger afterwards: %v", err)
	}
	leave()
}
