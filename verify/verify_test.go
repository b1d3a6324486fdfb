package verify_test

import (
	"testing"

	"heed/verify"
)

func FuzzReadBundle(f *testing.F) {
	f.Add([]byte(`{"format":"heed-bundle/1","log_key":"","head":"","cards":[{}],"records":[{"index":0,"entry":"","body_salt":"","envelope":{},"proof":[]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		bundle, err := verify.ReadBundle(b)
		if err != nil {
			return
		}
		if r := bundle.Check(); len(r.Wrong) == 0 {
			t.Errorf("a bundle that nobody signed passed: %q", b)
		}
	})
}

func FuzzReadCard(f *testing.F) {
	f.Add([]byte(`{"type":"note"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := verify.ReadCard(b); err == nil && !c.Party.Valid() {
			t.Errorf("a card of nobody: %q", b)
		}
	})
}

func FuzzReadParcel(f *testing.F) {
	f.Add([]byte(`{"objects":[{"type":"note"}]}`))
	f.Add([]byte(`{"type":"note","extensions":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := verify.ReadParcel(b)
		if err != nil {
			return
		}
		if r, err := p.Check(); err == nil && len(r.Wrong) == 0 && len(r.Cards) == 0 {
			t.Errorf("a parcel that nobody signed passed: %q", b)
		}
	})
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1234: "1 234", 1234567: "1 234 567"} {
		if got := verify.Thousands(n); got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
	}
}
