package envelope_test

import (
	"strings"
	"testing"

	"heed/internal/envelope"
)

// A public key has one spelling.
func FuzzParsePublicKey(f *testing.F) {
	f.Add(key(f).Public().String())
	f.Add("ed25519:AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		if k, err := envelope.ParsePublicKey(s); err == nil && k.String() != s {
			t.Errorf("two spellings of one key: %q and %q", s, k)
		}
	})
}

// A typed fingerprint fits only its digest, however it is spaced.
func FuzzSameFingerprint(f *testing.F) {
	digest := [32]byte{1, 2, 3}
	f.Add(envelope.Fingerprint(digest))
	f.Add("")
	f.Add("0102")
	f.Fuzz(func(t *testing.T, typed string) {
		if !envelope.SameFingerprint(typed, digest) {
			return
		}
		plain := strings.ToLower(strings.Map(func(r rune) rune {
			if r == ' ' || r == '-' || r == ':' || r == '\t' || r == '\n' {
				return -1
			}
			return r
		}, typed))
		if plain != strings.ReplaceAll(envelope.Fingerprint(digest), " ", "") {
			t.Errorf("%q fits", typed)
		}
	})
}
