// Command people prints the figures of package people: what signing in costs, and what it
// does not cost afterwards.
package main

import (
	"flag"
	"fmt"
	"os"

	"heed/internal/bench"
)

var figures bench.Figures

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func main() {
	stored := flag.Int("n", 100000, "statements that are stored")
	flag.Parse()
	dir, err := os.MkdirTemp("", "heed-bench-")
	check(err)
	signIn(dir)
	may()
	pages(dir, *stored)
	check(os.RemoveAll(dir))
	check(figures.Print("people"))
}
