package ledger_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"

	"heed"
	"heed/internal/ledger"
)

// shelf is where tiles are kept in tests.
type shelf map[ledger.TileID][]byte

func (s shelf) read(id ledger.TileID) ([]byte, error) { return s[id], nil }

func (s shelf) write(id ledger.TileID, b []byte) error {
	s[id] = append([]byte(nil), b...)
	return nil
}

func leaf(i int64) []byte { return ledger.Leaf(fmt.Appendf(nil, "entry %d", i)) }

// grow makes trees of rising sizes, flushed in random batches and loaded again now and
// then, and with batches that are taken back.
func grow(t *testing.T, size int64) shelf {
	t.Helper()
	s := shelf{}
	tree, err := ledger.LoadTree(0, s.read)
	if err != nil {
		t.Fatal(err)
	}
	r := mrand.New(mrand.NewPCG(1, uint64(size)))
	for tree.Size() < size {
		mark := tree.Mark()
		for range r.Int64N(300) {
			tree.Append([]byte("taken back"))
		}
		tree.Reset(mark)
		for n := min(1+r.Int64N(600), size-tree.Size()); n > 0; n-- {
			tree.Append(leaf(tree.Size()))
		}
		if err := tree.Flush(s.write); err != nil {
			t.Fatal(err)
		}
		if r.IntN(3) == 0 {
			root := tree.Root()
			if tree, err = ledger.LoadTree(tree.Size(), s.read); err != nil {
				t.Fatal(err)
			}
			if tree.Root() != root {
				t.Fatalf("at %d the tree that was loaded has another root", tree.Size())
			}
		}
	}
	return s
}

// A second opinion on roots and proofs, at the sizes where tiles begin and end.
func TestAgainstSecondOpinion(t *testing.T) {
	factory := &compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	for _, size := range []int64{1, 2, 3, 7, 255, 256, 257, 511, 512, 513, 1000, 65535, 65536, 65537, 70000} {
		s := grow(t, size)
		rng := factory.NewEmptyRange(0)
		for i := range size {
			if err := rng.Append(rfc6962.DefaultHasher.HashLeaf(leaf(i)), nil); err != nil {
				t.Fatal(err)
			}
		}
		want, err := rng.GetRootHash(nil)
		if err != nil {
			t.Fatal(err)
		}
		root, err := ledger.RootAt(size, s.read)
		if err != nil || string(root[:]) != string(want) {
			t.Fatalf("root of %d: %v, %x want %x", size, err, root, want)
		}
		head := ledger.Head{Origin: "x", Size: size, Root: root}
		r := mrand.New(mrand.NewPCG(2, uint64(size)))
		for range 20 {
			i, old := r.Int64N(size), 1+r.Int64N(size)
			p, err := ledger.ProveInclusion(size, i, s.read)
			if err != nil {
				t.Fatal(err)
			}
			if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(i), uint64(size), rfc6962.DefaultHasher.HashLeaf(leaf(i)), raw(p), want); err != nil {
				t.Errorf("inclusion of %d in %d: %v", i, size, err)
			}
			if err := ledger.CheckInclusion(head, i, leaf(i), p); err != nil {
				t.Error(err)
			}
			if err := ledger.CheckInclusion(head, i, leaf(i+1), p); !errors.Is(err, ledger.ErrProof) {
				t.Errorf("another leaf passed: %v", err)
			}
			extends(t, s, head, old)
		}
	}
}

func raw(p []tlog.Hash) [][]byte {
	out := [][]byte{}
	for i := range p {
		out = append(out, p[i][:])
	}
	return out
}

func extends(t *testing.T, s shelf, head ledger.Head, old int64) {
	t.Helper()
	root, err := ledger.RootAt(old, s.read)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ledger.ProveConsistency(old, head.Size, s.read)
	if err != nil {
		t.Fatal(err)
	}
	before := ledger.Head{Origin: "x", Size: old, Root: root}
	if err := ledger.Extends(before, head, p); err != nil {
		t.Errorf("%d to %d: %v", old, head.Size, err)
	}
	forked := before
	forked.Root[0] ^= 1
	if err := ledger.Extends(forked, head, p); err == nil {
		t.Errorf("a fork at %d passed for %d", old, head.Size)
	}
	if err := ledger.Extends(head, before, nil); old < head.Size && !errors.Is(err, ledger.ErrBehind) {
		t.Errorf("a head went back: %v", err)
	}
}

func entry() ledger.Entry {
	return ledger.Entry{Kind: "warning", Recorded: time.UnixMicro(1711000000000000).UTC(), Door: "taxii", From: "identity--a", Desk: "identity--b",
		Statement: "report--c", Version: 2, Carried: "exact", Body: sha256.Sum256([]byte("b")), Salt: sha256.Sum256([]byte("s"))}
}

func TestEntry(t *testing.T) {
	text := entry().Text()
	got, err := ledger.ParseEntry(text)
	if err != nil || got != entry() {
		t.Fatalf("%+v, %v", got, err)
	}
	if n := len(ledger.Leaf(text)); n != ledger.LeafSize {
		t.Errorf("a leaf has %d bytes", n)
	}
	for _, salt := range [][]byte{nil, make([]byte, 31), make([]byte, 33)} {
		if _, err := ledger.Commit(salt, text); !errors.Is(err, ledger.ErrSalt) {
			t.Errorf("a salt of %d bytes passed", len(salt))
		}
	}
}

// What Check passes is what ParseEntry reads back.
func TestEntryCheck(t *testing.T) {
	for _, change := range []func(e *ledger.Entry, s string){
		func(e *ledger.Entry, s string) { e.Kind = heed.Kind(s) }, func(e *ledger.Entry, s string) { e.Door = s },
		func(e *ledger.Entry, s string) { e.From = s }, func(e *ledger.Entry, s string) { e.Desk = heed.PartyID(s) },
		func(e *ledger.Entry, s string) { e.Statement = heed.ID(s) }, func(e *ledger.Entry, s string) { e.Carried = s },
		func(e *ledger.Entry, s string) { e.Version = heed.Version(len(s) - 1) },
	} {
		for _, s := range []string{"", "a", "é", "a b", "a\nb", "a\x7f", "a\xff", "\uFFFD", "person:ada"} {
			e := entry()
			change(&e, s)
			got, err := ledger.ParseEntry(e.Text())
			if checked := e.Check(); (checked == nil) != (err == nil) || err == nil && got != e {
				t.Errorf("%q: checked %v, parsed %v", e.Text(), checked, err)
			}
		}
	}
}

func FuzzParseEntry(f *testing.F) {
	f.Add(entry().Text())
	f.Add([]byte("heed-entry/1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := ledger.ParseEntry(b); err == nil && string(e.Text()) != string(b) {
			t.Errorf("two spellings of one entry: %q", b)
		}
	})
}

func signer(t testing.TB) (ledger.Signer, ledger.Verifier) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ledger.NewSigner(ledger.NewOrigin("us", key.Public().(ed25519.PublicKey)), key)
	if err != nil {
		t.Fatal(err)
	}
	v, err := ledger.NewVerifier(s.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

func TestHead(t *testing.T) {
	s, v := signer(t)
	_, stranger := signer(t)
	h := ledger.Head{Origin: s.Origin(), Size: 7, Root: tlog.RecordHash([]byte("x"))}
	note, err := s.Sign(h)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ledger.OpenHead(note, v); err != nil || got != h || !ledger.CanonicalNote(note) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := ledger.OpenHead(note, stranger); err == nil {
		t.Error("a stranger's key opened it")
	}
	for i := range note {
		bad := append([]byte(nil), note...)
		bad[i] ^= 1
		if _, err := ledger.OpenHead(bad, v); err == nil && ledger.CanonicalNote(bad) {
			t.Errorf("byte %d changed and nobody noticed: %q", i, bad)
		}
	}
	if _, err := ledger.OpenHead(append(note, strings.Repeat("x", ledger.MaxNote)...), v); err == nil {
		t.Error("a note without end was read")
	}
	if _, err := s.Sign(ledger.Head{Origin: "other"}); err == nil {
		t.Error("it signed for another log")
	}
}

func FuzzParseHead(f *testing.F) {
	f.Add(ledger.Head{Origin: "us.heed/1", Size: 3}.String())
	f.Add("x\n00\n\n")
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := ledger.ParseHead(s); err == nil && h.String() != s {
			t.Errorf("two spellings of one head: %q", s)
		}
	})
}
