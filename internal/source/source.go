// Package source keeps the names of sealed sources.
//
// A name is sealed to its desk's key (HPKE, RFC 9180) when it is entered, and never stored
// otherwise. The private key is wrapped under a passphrase of the source desk (argon2id) and
// is in the process only for the minutes after somebody gave that passphrase: a [Keeper]
// holds it, by the clock that it is given. What stands for a source outside is its origin
// token, minted with a key that is in no database.
//
// No error of this package holds a name or a passphrase. The package has no store.
package source

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/crypto/argon2"

	"heed"
)

// What can be wrong, for callers to tell apart.
var (
	ErrPassphrase = errors.New("this is not the passphrase of the source desk")
	ErrLocked     = errors.New("the names of the sources are locked: heed source unlock")
	ErrTooMany    = errors.New("too many wrong passphrases: wait a minute, then try again")
	ErrWeak       = errors.New("a passphrase has at least 12 letters")
	ErrBroken     = errors.New("a sealed name cannot be opened: it was changed, or sealed to another key")
)

// Secret is what is sealed.
type Secret struct {
	Name  string `json:"name"`
	Notes string `json:"notes,omitzero"`
}

var (
	kem = hpke.DHKEM(ecdh.X25519())
	kdf = hpke.HKDFSHA256()
	box = hpke.AES256GCM()
)

// wrapped is the private key as it is stored. The parameters are those that it was made
// with, so that they can rise later.
type wrapped struct {
	Format  string `json:"format"`
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory"` // KiB
	Threads uint8  `json:"threads"`
	Salt    []byte `json:"salt"`
	Key     []byte `json:"key"`
}

// The cost of a passphrase (RFC 9106, 4: the second recommended choice).
const (
	format      = "heed-source-key/1"
	costTime    = 3
	costMemory  = 64 << 10
	costThreads = 4
)

// NewKey makes a key pair for a desk, its private half wrapped under a passphrase.
func NewKey(rand io.Reader, passphrase string) (public, kept []byte, err error) {
	if len([]rune(strings.TrimSpace(passphrase))) < 12 {
		return nil, nil, ErrWeak
	}
	seed := make([]byte, 48)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, nil, err
	}
	key, err := kem.DeriveKeyPair(seed[:32])
	if err != nil {
		return nil, nil, err
	}
	raw, err := key.Bytes()
	if err != nil {
		return nil, nil, err
	}
	w := wrapped{Format: format, Time: costTime, Memory: costMemory, Threads: costThreads, Salt: seed[32:]}
	aead, err := w.cipher(passphrase)
	if err != nil {
		return nil, nil, err
	}
	w.Key = aead.Seal(nil, make([]byte, aead.NonceSize()), raw, []byte(format)) // the salt is fresh, so its key is used once
	clear(raw)
	kept, err = json.Marshal(w)
	return key.PublicKey().Bytes(), kept, err
}

func (w wrapped) cipher(passphrase string) (cipher.AEAD, error) {
	key := argon2.IDKey([]byte(passphrase), w.Salt, w.Time, w.Memory, w.Threads, 32)
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// unwrap gives the private key; a wrong passphrase and a changed row look alike.
func unwrap(kept []byte, passphrase string) (hpke.PrivateKey, error) {
	var w wrapped
	if err := json.Unmarshal(kept, &w); err != nil || w.Format != format || len(w.Salt) != 16 ||
		w.Time < 1 || w.Time > 20 || w.Memory < 8<<10 || w.Memory > 1<<20 || w.Threads < 1 {
		return nil, errors.New("the key of the source desk is not as this program writes it")
	}
	aead, err := w.cipher(passphrase)
	if err != nil {
		return nil, err
	}
	raw, err := aead.Open(nil, make([]byte, aead.NonceSize()), w.Key, []byte(format))
	if err != nil {
		return nil, ErrPassphrase
	}
	defer clear(raw)
	return kem.NewPrivateKey(raw)
}

// Seal seals a secret of a source to the desk's key. It is bound to the desk and the id, so
// that no row can take another's place.
func Seal(public []byte, desk heed.PartyID, id string, s Secret) ([]byte, error) {
	key, err := kem.NewPublicKey(public)
	if err != nil {
		return nil, errors.New("the key of the source desk is broken")
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return hpke.Seal(key, kdf, box, info(desk, id), text)
}

func info(desk heed.PartyID, id string) []byte {
	return fmt.Appendf(nil, "heed source\n%s\n%s\n", desk, id)
}

// fold writes a name as it is looked up: letters and digits in lower case, one space between
// words.
func fold(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

// Lookup gives the value under which a name is found without being stored: an HMAC under the
// desk's origin key.
func Lookup(originKey []byte, name string) []byte { return lookup(originKey, fold(name)) }

func lookup(originKey []byte, words []string) []byte {
	mac := hmac.New(sha256.New, originKey)
	mac.Write([]byte("heed source name\n" + strings.Join(words, " ")))
	return mac.Sum(nil)
}

// longest is how many words of a text are looked up together.
const longest = 6

// Named reports whether a text holds a name of one of the sources with these lookup values.
func Named(originKey []byte, lookups [][]byte, texts ...string) bool {
	known := map[string]bool{}
	for _, l := range lookups {
		known[string(l)] = true
	}
	if len(known) == 0 {
		return false
	}
	for _, text := range texts {
		words := fold(text)
		for i := range words {
			for n := 1; n <= longest && i+n <= len(words); n++ {
				if known[string(lookup(originKey, words[i:i+n]))] {
					return true
				}
			}
		}
	}
	return false
}

// CheckName says what is wrong with a name, without repeating it.
func CheckName(name string) error {
	switch n := len(fold(name)); {
	case n == 0:
		return errors.New("the name is empty")
	case n > longest || len(name) > 200:
		return fmt.Errorf("a name has at most %d words and 200 letters", longest)
	}
	return nil
}

// Keeper holds unlocked keys for minutes. Safe for concurrent use.
type Keeper struct {
	Now func() time.Time
	For time.Duration // how long a key stays unlocked

	mu    sync.Mutex
	open  map[heed.PartyID]unlocked
	tries map[string]tries
}

type unlocked struct {
	key hpke.PrivateKey
	end time.Time
}

type tries struct {
	n   int
	end time.Time
}

// maxTries is how many wrong passphrases a person has in a minute.
const maxTries = 5

// Unlock opens a desk's names until the time it returns. Wrong passphrases are counted for
// the person who gives them, so that nobody locks out another.
func (k *Keeper) Unlock(desk heed.PartyID, person string, kept []byte, passphrase string) (time.Time, error) {
	if passphrase == "" {
		return time.Time{}, ErrPassphrase
	}
	who := string(desk) + " " + person
	if err := k.attempt(who); err != nil {
		return time.Time{}, err
	}
	key, err := unwrap(kept, passphrase) // slow on purpose, so not under the lock
	if err != nil {
		return time.Time{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.tries, who)
	if k.open == nil {
		k.open = map[heed.PartyID]unlocked{}
	}
	end := k.Now().Add(k.For)
	k.open[desk] = unlocked{key, end}
	return end, nil
}

func (k *Keeper) attempt(who string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.tries == nil {
		k.tries = map[string]tries{}
	}
	t := k.tries[who]
	if !k.Now().Before(t.end) {
		t = tries{end: k.Now().Add(time.Minute)}
	}
	if t.n >= maxTries {
		return ErrTooMany
	}
	t.n++
	k.tries[who] = t
	return nil
}

// Lock forgets a desk's key.
func (k *Keeper) Lock(desk heed.PartyID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.open, desk)
}

// Sweep forgets the keys whose time is over. They open nothing any more by then.
func (k *Keeper) Sweep() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for desk, u := range k.open {
		if !k.Now().Before(u.end) {
			delete(k.open, desk)
		}
	}
}

// Until says until when a desk's names are open; zero: they are locked.
func (k *Keeper) Until(desk heed.PartyID) time.Time {
	k.Sweep()
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.open[desk].end
}

// Open opens a sealed secret, if the desk's names are unlocked.
func (k *Keeper) Open(desk heed.PartyID, id string, sealed []byte) (Secret, error) {
	k.Sweep()
	k.mu.Lock()
	u, ok := k.open[desk]
	k.mu.Unlock()
	if !ok {
		return Secret{}, ErrLocked
	}
	text, err := hpke.Open(u.key, kdf, box, info(desk, id), sealed)
	if err != nil {
		return Secret{}, ErrBroken
	}
	var s Secret
	if json.Unmarshal(text, &s) != nil {
		return Secret{}, ErrBroken
	}
	return s, nil
}
