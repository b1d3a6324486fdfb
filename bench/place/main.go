// Command place prints the figures of package place: CPU and memory of the first use, and
// CPU for each question. The first use is measured in processes of its own.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"heed/internal/place"
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

// each gives the least CPU time of one call, over rounds of n calls.
func each(n int, f func()) time.Duration {
	least := time.Duration(1<<63 - 1)
	for range 7 {
		start := cpu()
		for range n {
			f()
		}
		least = min(least, (cpu()-start)/time.Duration(n))
	}
	return least
}

// first asks a first question and prints its CPU in ms and the memory kept in MiB.
func first() {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := cpu()
	place.ByID("LK")
	took := cpu() - start
	runtime.GC()
	runtime.ReadMemStats(&after)
	fmt.Println(took.Seconds()*1e3, float64(after.HeapAlloc-before.HeapAlloc)/(1<<20))
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "first" {
		first()
		return
	}
	self, err := os.Executable()
	check(err)
	var took, kept []float64
	for range 9 {
		out, err := exec.Command(self, "first").Output()
		check(err)
		var ms, mib float64
		_, err = fmt.Sscan(string(out), &ms, &mib)
		check(err)
		took, kept = append(took, ms), append(kept, mib)
	}
	slices.Sort(took)
	slices.Sort(kept)
	report("first use, CPU, median of 9 processes", took[len(took)/2], "ms", 30)
	report("memory kept after the first use", kept[len(kept)/2], "MiB", 25)

	names := []string{"Moscow", "Côte d'Ivoire", "sri lanka", "Nowhere at all", "St. Petersburg", "New York"}
	find := each(20_000, func() {
		for _, n := range names {
			place.Find(n)
		}
	})
	report("find a name, CPU", find.Seconds()*1e6/float64(len(names)), "µs", 5)

	sentence := strings.Fields("A Sri Lankan official said on Tuesday that the police in Colombo had been told of a threat to churches , and that the " +
		"warning , which came from New Delhi , named people near Batticaloa . Most of it was passed on within two days .")
	short, long := slices.Repeat(sentence, 10), slices.Repeat(sentence, 1000)
	a := each(1000, func() { place.Scan(short) }).Seconds() / float64(len(short))
	b := each(10, func() { place.Scan(long) }).Seconds() / float64(len(long))
	report("scan a text, CPU a token", b*1e9, "ns", 1000)
	report("scan: a token in a text 100 times as long", b/a, "×", 1.5)

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
	check(os.WriteFile("bench/out/place.json", out, 0o644))
}
