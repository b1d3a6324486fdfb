package people

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Cost is what one password hash takes (argon2id, RFC 9106).
type Cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// DefaultCost is the second recommended option of RFC 9106, section 4: 64 MiB, three
// passes, four lanes.
var DefaultCost = Cost{Memory: 64 << 10, Passes: 3, Threads: 4}

// Bounds on passwords, and on the cost that a stored hash may ask for.
const (
	MinPassword = 12 // characters
	MaxPassword = 1 << 10
	maxMemory   = 1 << 20
	maxPasses   = 16
)

// ErrPassword says what is wrong with a new password.
var ErrPassword = fmt.Errorf("a password has at least %d characters, and at most %d bytes", MinPassword, MaxPassword)

func checkPassword(p, name string) error {
	switch {
	case utf8.RuneCountInString(p) < MinPassword, len(p) > MaxPassword, !utf8.ValidString(p):
		return ErrPassword
	case strings.Count(p, p[:1]) == len(p), strings.Contains(strings.ToLower(p), strings.ToLower(name)) && len(p) < len(name)+MinPassword/2,
		strings.Contains("012345678901234567890123456789", p), strings.Contains("abcdefghijklmnopqrstuvwxyz", strings.ToLower(p)):
		return errors.New("this password would be among the first guesses: take several words that do not belong together")
	}
	return nil
}

// hash makes the stored form of a password: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func (a *Accounts) hash(password string) (string, error) {
	var salt [16]byte
	if _, err := io.ReadFull(a.Rand, salt[:]); err != nil {
		return "", err
	}
	c := a.cost()
	a.hashes.Add(1)
	key := argon2.IDKey([]byte(password), salt[:], c.Passes, c.Memory, c.Threads, 32)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Passes, c.Threads,
		base64.RawStdEncoding.EncodeToString(salt[:]), base64.RawStdEncoding.EncodeToString(key)), nil
}

func (a *Accounts) cost() Cost {
	if a.Cost == (Cost{}) {
		return DefaultCost
	}
	return a.Cost
}

// fits reports whether a password has a stored hash. Where there is none, as much work is
// done: a name that nobody has takes as long as one that somebody has.
func (a *Accounts) fits(password, stored string) (bool, error) {
	c, salt, want := a.cost(), make([]byte, 16), make([]byte, 32)
	if stored != "" {
		var err error
		if c, salt, want, err = parseHash(stored); err != nil {
			return false, err
		}
	}
	a.hashes.Add(1)
	got := argon2.IDKey([]byte(password), salt, c.Passes, c.Memory, c.Threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && stored != "", nil
}

func parseHash(s string) (c Cost, salt, key []byte, err error) {
	var version int
	f := strings.Split(s, "$")
	if len(f) != 6 || f[0] != "" || f[1] != "argon2id" {
		return c, nil, nil, errors.New("people: a stored password hash has an unknown form")
	}
	if _, err := fmt.Sscanf(f[2]+" "+f[3], "v=%d m=%d,t=%d,p=%d", &version, &c.Memory, &c.Passes, &c.Threads); err != nil {
		return c, nil, nil, fmt.Errorf("people: a stored password hash cannot be read: %w", err)
	}
	if version != argon2.Version || c.Memory < 8 || c.Memory > maxMemory || c.Passes < 1 || c.Passes > maxPasses || c.Threads < 1 {
		return c, nil, nil, errors.New("people: a stored password hash asks for what this program does not do")
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(f[4])
	key, err2 := base64.RawStdEncoding.DecodeString(f[5])
	if err := errors.Join(err1, err2); err != nil || len(key) < 16 || len(key) > 64 {
		return c, nil, nil, errors.New("people: a stored password hash cannot be read")
	}
	return c, salt, key, nil
}

// Hashes counts the password hashes computed so far.
func (a *Accounts) Hashes() int64 { return a.hashes.Load() }

// hashQueue bounds how many hashes are computed at once: one for everybody, and one more that
// only those get who have signed in from their address before. A flood from elsewhere
// cannot take that one.
type hashQueue struct {
	once            sync.Once
	common, regular chan struct{}
}

// patience is how long a sign-in waits for its turn.
const patience = 3 * time.Second

// ErrBusy means that too many passwords are being checked at this moment.
var ErrBusy = errors.New("very many people are signing in at this moment: try again in a minute, or use a passkey")

// enter waits for a turn and gives the function that ends it.
func (q *hashQueue) enter(ctx context.Context, regular bool) (func(), error) {
	q.once.Do(func() { q.common, q.regular = make(chan struct{}, 1), make(chan struct{}, 1) })
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	own := q.regular
	if !regular {
		own = nil // a nil channel is never ready
	}
	select {
	case own <- struct{}{}:
		return func() { <-own }, nil
	case q.common <- struct{}{}:
		return func() { <-q.common }, nil
	case <-ctx.Done():
		return nil, ErrBusy
	}
}
