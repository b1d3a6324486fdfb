package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"heed/internal/bench"
	"heed/internal/node"
	"heed/internal/people"
)

// signIn counts password hashes: one for a sign-in, whoever is named and whether it fits; none
// for what follows it or is refused by its allowance.
func signIn(dir string) {
	ctx := context.Background()
	world := node.World{Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)}
	folder := filepath.Join(dir, "n")
	made, err := node.Init(ctx, folder, node.Begin{Name: "n", Desks: []node.NewDesk{{Name: "n"}}, Person: "ada", UID: -1}, world)
	check(err)
	n, err := node.New(ctx, folder, world)
	check(err)
	defer n.Store().Close()
	a, here := n.Accounts(), people.Origin{Address: "192.0.2.1"}
	cookie, err := a.UseLink(ctx, here, made.Link[strings.LastIndexByte(made.Link, '/')+1:])
	check(err)
	const word = "four quiet herons wade"
	check(a.SetPassword(ctx, caller(ctx, a, cookie), here, "", word))

	const times = 20
	before, start := a.Hashes(), bench.CPU()
	for range times {
		cookie, err = a.SignIn(ctx, here, "ada", word)
		check(err)
	}
	fmt.Printf("a sign-in with a password: %v CPU (argon2id, %d MiB, %d passes, %d lanes)\n", ((bench.CPU() - start) / times).Round(time.Microsecond),
		people.DefaultCost.Memory>>10, people.DefaultCost.Passes, people.DefaultCost.Threads)
	figures.AtMost("password hashes a sign-in", float64(a.Hashes()-before)/times, "hashes", 1)

	before = a.Hashes()
	for i, name := range []string{"ada", "nobody"} {
		_, err := a.SignIn(ctx, people.Origin{Address: fmt.Sprintf("192.0.2.%d", 10+i)}, name, "wrong wrong wrong")
		if !errors.Is(err, people.ErrWrong) {
			check(fmt.Errorf("signed in with a wrong password: %v", err))
		}
	}
	figures.AtMost("password hashes a wrong try, name known or not", float64(a.Hashes()-before)/2, "hashes", 1)

	const requests = 20000
	before, start = a.Hashes(), bench.CPU()
	for range requests {
		caller(ctx, a, cookie)
	}
	fmt.Printf("a later request, session and roles read from the store: %v CPU\n", ((bench.CPU() - start) / requests).Round(time.Microsecond))
	figures.AtMost(fmt.Sprintf("password hashes in %d later requests", requests), float64(a.Hashes()-before), "hashes", 0)

	const flood = 10000
	before, start = a.Hashes(), bench.CPU()
	refused := 0
	for range flood {
		var many *people.TooMany
		if _, err := a.SignIn(ctx, people.Origin{Address: "203.0.113.5"}, "ada", "wrong wrong wrong"); errors.As(err, &many) {
			refused++
		}
	}
	fmt.Printf("a refused try: %v CPU\n", ((bench.CPU() - start) / flood).Round(time.Microsecond))
	figures.AtMost("password hashes in 10 000 tries from one address", float64(a.Hashes()-before), "hashes", 10)
	_, err = a.SignIn(ctx, people.Origin{Address: "198.51.100.1"}, "ada", word)
	check(err) // the owner, from a new address, during all this
}

func caller(ctx context.Context, a *people.Accounts, cookie string) *people.Caller {
	c, err := a.BySession(ctx, cookie)
	check(err)
	return c
}
