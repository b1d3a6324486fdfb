package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Figures are rows of a bench that needs no calibration.
type Figures []Figure

// AtMost adds a figure that should not be above its goal.
func (f *Figures) AtMost(name string, v float64, unit string, goal float64) {
	*f = append(*f, AtMost(name, v, unit, goal))
}

// AtLeast adds a figure that should not be below its goal.
func (f *Figures) AtLeast(name string, v float64, unit string, goal float64) {
	*f = append(*f, AtLeast(name, v, unit, goal))
}

// Print prints the rows, and keeps them in bench/out/NAME.json for programs if a name is
// given.
func (f Figures) Print(name string) error {
	for _, row := range f {
		fmt.Println(row)
	}
	if name == "" {
		return nil
	}
	b, err := json.Marshal(f, jsontext.Multiline(true))
	if err != nil {
		return err
	}
	file := filepath.Join("bench", "out", name+".json")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}

// CPU is what this process has used so far.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it fails on bad arguments only
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
