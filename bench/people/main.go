// Command people prints the figures of package people: what signing in costs, and what it
// does not cost afterwards.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"syscall"
	"time"
)

// figure is one line of the outcome.
type figure struct {
	Name     string  `json:"name"`
	Measured float64 `json:"measured"`
	Unit     string  `json:"unit"`
	Goal     string  `json:"goal"`
	OK       bool    `json:"ok"`
}

var figures []figure

func report(name string, v float64, unit string, goal float64) {
	figures = append(figures, figure{name, v, unit, fmt.Sprintf("<= %g %s", goal, unit), v <= goal})
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// cpu is what this process has used so far.
func cpu() time.Duration {
	var u syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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
	for _, f := range figures {
		verdict := "ok"
		if !f.OK {
			verdict = "short"
		}
		fmt.Printf("%s | %.4g %s | %s | %s\n", f.Name, f.Measured, f.Unit, f.Goal, verdict)
	}
	out, err := json.MarshalIndent(figures, "", "  ")
	check(err)
	check(os.MkdirAll("bench/out", 0o755))
	check(os.WriteFile("bench/out/people.json", out, 0o644))
}
