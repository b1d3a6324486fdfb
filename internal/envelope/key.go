package envelope

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// PublicKey is an Ed25519 public key that was checked to be sound. The zero value
// verifies nothing.
type PublicKey struct{ k ed25519.PublicKey }

// PrivateKey signs. It never prints itself.
type PrivateKey struct{ k ed25519.PrivateKey }

const keyPrefix = "ed25519:"

// NewPublicKey takes 32 raw bytes. It refuses points of low order and encodings that are
// not canonical: under such keys one signature can fit many messages.
func NewPublicKey(raw []byte) (PublicKey, error) {
	if len(raw) != ed25519.PublicKeySize {
		return PublicKey{}, fmt.Errorf("a public key has %d bytes, this has %d", ed25519.PublicKeySize, len(raw))
	}
	if !canonical(raw) {
		return PublicKey{}, errors.New("this public key is not written in its one canonical form")
	}
	if lowOrder[hex.EncodeToString(raw)] {
		return PublicKey{}, errors.New("this public key is a point of low order, under which anything verifies")
	}
	return PublicKey{append(ed25519.PublicKey(nil), raw...)}, nil
}

// lowOrder holds the canonical encodings of the points of order 1, 2, 4 and 8, with either
// sign bit (RFC 8032, section 5.1; the list is that of the small torsion subgroup).
var lowOrder = map[string]bool{
	"0100000000000000000000000000000000000000000000000000000000000000": true,
	"0100000000000000000000000000000000000000000000000000000000000080": true,
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": true,
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff": true,
	"0000000000000000000000000000000000000000000000000000000000000000": true,
	"0000000000000000000000000000000000000000000000000000000000000080": true,
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05": true,
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85": true,
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a": true,
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa": true,
}

// canonical reports whether the y coordinate is below the field prime 2^255 - 19.
func canonical(raw []byte) bool {
	if raw[31]&0x7f != 0x7f || raw[0] < 0xed {
		return true
	}
	for _, b := range raw[1:31] {
		if b != 0xff {
			return true
		}
	}
	return false
}

// ParsePublicKey reads the text form, "ed25519:" and standard base64.
func ParsePublicKey(s string) (PublicKey, error) {
	rest, ok := strings.CutPrefix(s, keyPrefix)
	if !ok {
		return PublicKey{}, fmt.Errorf("a public key is written %s and base64", keyPrefix)
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(rest)
	if err != nil || base64.StdEncoding.EncodeToString(raw) != rest { // the decoder passes over line ends
		return PublicKey{}, errors.New("a public key is not good base64")
	}
	return NewPublicKey(raw)
}

// String gives the text form that [ParsePublicKey] reads.
func (p PublicKey) String() string { return keyPrefix + base64.StdEncoding.EncodeToString(p.k) }

// Raw gives the 32 bytes.
func (p PublicKey) Raw() []byte { return append([]byte(nil), p.k...) }

// ID names the key in envelopes: the first 16 bytes of SHA-256 of its raw bytes, in hex.
func (p PublicKey) ID() string {
	h := sha256.Sum256(p.k)
	return hex.EncodeToString(h[:16])
}

// NewPrivateKey draws a key from rand.
func NewPrivateKey(rand io.Reader) (PrivateKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return PrivateKey{}, err
	}
	return PrivateKey{ed25519.NewKeyFromSeed(seed)}, nil
}

// Public is the key's other half.
func (p PrivateKey) Public() PublicKey {
	return PublicKey{p.k.Public().(ed25519.PublicKey)}
}

// Ed25519 gives the key to libraries that sign with it.
func (p PrivateKey) Ed25519() ed25519.PrivateKey { return p.k }

// String never shows the key.
func (p PrivateKey) String() string { return "private key of " + p.Public().ID() }

// GoString never shows the key.
func (p PrivateKey) GoString() string { return p.String() }

// WriteFile keeps the key as PKCS #8 in a new file that only its owner can read. It never
// replaces a file.
func (p PrivateKey) WriteFile(name string) error {
	der, err := x509.MarshalPKCS8PrivateKey(p.k)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return errors.Join(err, f.Sync(), f.Close())
}

// ReadKeyFile reads a key that [PrivateKey.WriteFile] wrote. It refuses a file that others
// can read.
func ReadKeyFile(name string) (PrivateKey, error) {
	info, err := os.Stat(name)
	if err != nil {
		return PrivateKey{}, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return PrivateKey{}, fmt.Errorf("%s can be read by others (mode %04o): run chmod 600 on it, and think about who may have seen the key", name, info.Mode().Perm())
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return PrivateKey{}, err
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return PrivateKey{}, fmt.Errorf("%s holds no PEM block", name)
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("%s: %w", name, err)
	}
	ed, ok := k.(ed25519.PrivateKey)
	if !ok {
		return PrivateKey{}, fmt.Errorf("%s holds no Ed25519 key", name)
	}
	return PrivateKey{ed}, nil
}

// Fingerprint gives the first 128 bits of a digest in eight groups of four hex digits, for
// people to compare on another channel.
func Fingerprint(digest [32]byte) string {
	s := hex.EncodeToString(digest[:16])
	var groups []string
	for i := 0; i < len(s); i += 4 {
		groups = append(groups, s[i:i+4])
	}
	return strings.Join(groups, " ")
}

// SameFingerprint compares a typed fingerprint with that of a digest. Spaces, colons,
// hyphens and case do not matter; every digit does.
func SameFingerprint(typed string, digest [32]byte) bool {
	fold := strings.NewReplacer(" ", "", ":", "", "-", "").Replace(strings.ToLower(typed))
	return fold == hex.EncodeToString(digest[:16])
}
