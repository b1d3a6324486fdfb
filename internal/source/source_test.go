package source

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"heed"
)

const desk = heed.PartyID("identity--00000000-0000-4000-8000-000000000001")

func TestSealedUntilUnlocked(t *testing.T) {
	public, kept, err := NewKey(rand.Reader, "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := Seal(public, desk, "source--1", Secret{Name: "Vesper Lynd", Notes: "the gardener"})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{sealed, kept, public} {
		if bytes.Contains(b, []byte("Vesper")) || bytes.Contains(b, []byte("horse")) {
			t.Fatal("what is stored holds a name or the passphrase")
		}
	}
	now := time.Date(2026, 1, 1, 3, 0, 0, 0, time.UTC)
	k := &Keeper{Now: func() time.Time { return now }, For: 5 * time.Minute}
	if _, err := k.Open(desk, "source--1", sealed); !errors.Is(err, ErrLocked) {
		t.Fatalf("locked, it says %v", err)
	}
	end, err := k.Unlock(desk, "kim", kept, "correct horse battery")
	if err != nil || !end.Equal(now.Add(5*time.Minute)) {
		t.Fatalf("%v, %v", end, err)
	}
	s, err := k.Open(desk, "source--1", sealed)
	if err != nil || s.Name != "Vesper Lynd" || s.Notes != "the gardener" {
		t.Fatalf("%+v, %v", s, err)
	}
	if _, err := k.Open(desk, "source--2", sealed); !errors.Is(err, ErrBroken) {
		t.Errorf("a row in another's place: %v", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := k.Open(desk, "source--1", bad); !errors.Is(err, ErrBroken) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	now = end
	if _, err := k.Open(desk, "source--1", sealed); !errors.Is(err, ErrLocked) {
		t.Errorf("after its minutes it says %v", err)
	}
	if len(k.open) != 0 {
		t.Error("the key is still in memory after its minutes")
	}
	if _, err := k.Unlock(desk, "kim", kept, "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	k.Lock(desk)
	if _, err := k.Open(desk, "source--1", sealed); !errors.Is(err, ErrLocked) {
		t.Errorf("locked by hand it says %v", err)
	}
}

func TestWrongPassphrases(t *testing.T) {
	if _, _, err := NewKey(rand.Reader, "too short"); !errors.Is(err, ErrWeak) {
		t.Errorf("a short passphrase: %v", err)
	}
	_, kept, err := NewKey(rand.Reader, "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 1, 3, 0, 0, 0, time.UTC)
	k := &Keeper{Now: func() time.Time { return now }, For: time.Minute}
	for i := range maxTries {
		if _, err := k.Unlock(desk, "kim", kept, "wrong horse battery"); !errors.Is(err, ErrPassphrase) {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	if _, err := k.Unlock(desk, "kim", kept, "correct horse battery"); !errors.Is(err, ErrTooMany) {
		t.Errorf("after %d wrong ones: %v", maxTries, err)
	}
	if _, err := k.Unlock(desk, "lee", kept, "correct horse battery"); err != nil {
		t.Errorf("kim's mistakes lock lee out: %v", err)
	}
	now = now.Add(time.Minute)
	if _, err := k.Unlock(desk, "kim", kept, "correct horse battery"); err != nil {
		t.Errorf("a minute later: %v", err)
	}
	if _, err := k.Unlock(desk, "kim", kept, ""); !errors.Is(err, ErrPassphrase) {
		t.Errorf("an empty passphrase: %v", err)
	}
	for _, bad := range []string{"", "{}", strings.Replace(string(kept), `"memory":65536`, `"memory":4294967295`, 1)} {
		if _, err := k.Unlock(desk, "kim", []byte(bad), "correct horse battery"); err == nil {
			t.Errorf("a broken row %q is taken", bad)
		}
	}
}

func TestNamed(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	known := [][]byte{Lookup(key, "Vesper  LYND"), Lookup(key, "GOLDFINCH")}
	for text, want := range map[string]bool{
		"As vesper lynd told us":  true,
		"(Vesper-Lynd's report)":  true,
		"vesper was here, lynd":   false,
		"goldfinch, twice":        true,
		"goldfinches":             false,
		"":                        false,
		"Vesper\n\nLynd said so.": true,
	} {
		if Named(key, known, text) != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
	if Named([]byte("another key of 32 bytes.........."), known, "goldfinch") {
		t.Error("found under another key")
	}
}
