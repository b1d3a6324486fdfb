// Command place prints the figures of package place: CPU and memory of the first use, and
// CPU for each question. The first use is measured in processes of its own.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"heed/internal/bench"
	"heed/internal/place"
)

var figures bench.Figures

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// each gives the least CPU time of one call, over rounds of n calls.
func each(n int, f func()) time.Duration {
	least := time.Duration(1<<63 - 1)
	for range 7 {
		start := bench.CPU()
		for range n {
			f()
		}
		least = min(least, (bench.CPU()-start)/time.Duration(n))
	}
	return least
}

// first asks a first question and prints its CPU in ms and the memory kept in MiB.
func first() {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := bench.CPU()
	place.ByID("LK")
	took := bench.CPU() - start
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
	figures.AtMost("first use, CPU, median of 9 processes", took[len(took)/2], "ms", 30)
	figures.AtMost("memory kept after the first use", kept[len(kept)/2], "MiB", 25)

	names := []string{"Moscow", "Côte d'Ivoire", "sri lanka", "Nowhere at all", "St. Petersburg", "New York"}
	find := each(20_000, func() {
		for _, n := range names {
			place.Find(n)
		}
	})
	figures.AtMost("find a name, CPU", find.Seconds()*1e6/float64(len(names)), "µs", 5)

	sentence := strings.Fields("A Sri Lankan official said on Tuesday that the police in Colombo had been told of a threat to churches , and that the " +
		"warning , which came from New Delhi , named people near Batticaloa . Most of it was passed on within two days .")
	short, long := slices.Repeat(sentence, 10), slices.Repeat(sentence, 1000)
	a := each(1000, func() { place.Scan(short) }).Seconds() / float64(len(short))
	b := each(10, func() { place.Scan(long) }).Seconds() / float64(len(long))
	figures.AtMost("scan a text, CPU a token", b*1e9, "ns", 1000)
	figures.AtMost("scan: a token in a text 100 times as long", b/a, "×", 1.5)

	check(figures.Print("place"))
}
