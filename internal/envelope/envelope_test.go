package envelope_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"heed"
	"heed/internal/envelope"
)

func key(t testing.TB) envelope.PrivateKey {
	t.Helper()
	k, err := envelope.NewPrivateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func one(k envelope.PrivateKey) func(string) (envelope.PublicKey, bool) {
	return func(id string) (envelope.PublicKey, bool) { return k.Public(), id == k.Public().ID() }
}

func TestVerify(t *testing.T) {
	k, stranger := key(t), key(t)
	e := envelope.Sign(heed.KindWarning, []byte(`{"a":1}`), k)
	if kind, err := envelope.Verify(e, one(k)); err != nil || kind != heed.KindWarning {
		t.Fatal(kind, err)
	}
	if _, err := envelope.Verify(e, one(stranger)); !errors.Is(err, envelope.ErrNoKnownKey) {
		t.Errorf("a stranger's key: %v", err)
	}
	if err := envelope.VerifyAs(e, heed.KindReceipt, k.Public()); err == nil {
		t.Error("a warning passed for a receipt")
	}
	other := e
	other.PayloadType = envelope.PayloadType(heed.KindReceipt)
	if _, err := envelope.Verify(other, one(k)); !errors.Is(err, envelope.ErrBadSignature) {
		t.Errorf("another type: %v", err)
	}
	both := e
	both.Signatures = append([]envelope.Signature{{KeyID: stranger.Public().ID(), Sig: e.Signatures[0].Sig}}, e.Signatures...)
	if _, err := envelope.Verify(both, func(id string) (envelope.PublicKey, bool) {
		if id == k.Public().ID() {
			return k.Public(), true
		}
		return stranger.Public(), true
	}); !errors.Is(err, envelope.ErrBadSignature) {
		t.Errorf("a known key that fails beside a good one: %v", err)
	}
}

// No mutation of an envelope is accepted as saying anything else.
func TestMutations(t *testing.T) {
	k := key(t)
	e := envelope.Sign(heed.KindWarning, []byte(`{"name":"surge","n":[1,2,3]}`), k)
	good := e.JSON()
	r := mrand.New(mrand.NewPCG(5, 6))
	accepted := 0
	for range 50_000 {
		bad := bytes.Clone(good)
		for range 1 + r.IntN(3) {
			switch i := r.IntN(len(bad)); r.IntN(3) {
			case 0:
				bad[i] ^= 1 << r.IntN(8)
			case 1:
				bad = append(bad[:i], bad[min(i+1+r.IntN(4), len(bad)):]...)
			default:
				bad = append(bad[:i], append([]byte{byte(r.IntN(256))}, bad[i:]...)...)
			}
		}
		m, err := envelope.Parse(bad)
		if err != nil {
			continue
		}
		if _, err := envelope.Verify(m, one(k)); err != nil {
			continue
		}
		if !envelope.Equal(m, e) {
			t.Fatalf("accepted: %s", bad)
		}
		accepted++
	}
	if accepted > 500 {
		t.Errorf("%d mutations changed nothing: the test mutates too little", accepted)
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	for _, s := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000", "0100000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "00",
	} {
		raw, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := envelope.NewPublicKey(raw); err == nil {
			t.Errorf("%s was taken", s)
		}
	}
	k := key(t).Public()
	if got, err := envelope.ParsePublicKey(k.String()); err != nil || got.ID() != k.ID() {
		t.Error(got, err)
	}
}

func TestKeyFile(t *testing.T) {
	k := key(t)
	name := filepath.Join(t.TempDir(), "k.pem")
	if err := k.WriteFile(name); err != nil {
		t.Fatal(err)
	}
	if err := k.WriteFile(name); err == nil {
		t.Error("a key file was replaced")
	}
	if got, err := envelope.ReadKeyFile(name); err != nil || got.Public().ID() != k.Public().ID() {
		t.Error(err)
	}
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := envelope.ReadKeyFile(name); err == nil {
		t.Error("a key that others can read was taken")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(envelope.Sign(heed.KindWarning, []byte(`{}`), key(f)).JSON())
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := envelope.Parse(b)
		if err != nil {
			return
		}
		again, err := envelope.Parse(e.JSON())
		if err != nil || !envelope.Equal(e, again) {
			t.Errorf("%q: %v", b, err)
		}
	})
}

func FuzzParseSignatures(f *testing.F) {
	f.Add([]byte(`[{"keyid":"a","sig":"AA=="}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := envelope.ParseSignatures(b)
		if err != nil {
			return
		}
		again, err := envelope.ParseSignatures(envelope.FormatSignatures(list))
		if err != nil || len(again) != len(list) {
			t.Errorf("%q: %v", b, err)
		}
	})
}
