package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// now is the clock of this program: the machine's, but in tests.
var now = time.Now

// The variables with which tests move the clock of every process of theirs at once.
const (
	testClockFile = "HEED_TEST_CLOCK" // its file: what the clock said, and when it said so by the machine's
	testClockKey  = "HEED_TESTING"    // "yes": this is a test, and the first may count
)

// onTestClock says whose clock this is, where it is not the machine's.
func onTestClock() (file string, on bool) {
	file = os.Getenv(testClockFile)
	return file, file != ""
}

// chooseClock takes the clock of tests, where one is given. Nothing that such a process
// signs says when it was: so it is refused unless a second variable says that this is a
// test, and a node says it at start.
func chooseClock() error {
	file, on := onTestClock()
	if !on {
		return nil
	}
	if os.Getenv(testClockKey) != "yes" {
		return fmt.Errorf("%s is set: a clock for tests only, on which every time that is signed would be wrong. Unset it", testClockFile)
	}
	if _, err := readTestClock(file); err != nil {
		return err
	}
	now = func() time.Time {
		t, err := readTestClock(file)
		if err != nil {
			fmt.Fprintln(os.Stderr, "heed: "+err.Error())
			os.Exit(1)
		}
		return t
	}
	return nil
}

// readTestClock reads two instants, as in "2024-03-07T08:15:00Z 2026-11-24T21:45:00.5Z": at
// the second by the machine's clock, this one said the first, and it runs on from there.
func readTestClock(file string) (time.Time, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return time.Time{}, fmt.Errorf("the clock for tests cannot be read: %w", err)
	}
	said, when, _ := strings.Cut(strings.TrimSpace(string(b)), " ")
	t, err1 := time.Parse(time.RFC3339Nano, said)
	base, err2 := time.Parse(time.RFC3339Nano, when)
	if err := errors.Join(err1, err2); err != nil {
		return time.Time{}, fmt.Errorf("the clock for tests in %s is %q: %w", file, b, err)
	}
	return t.Add(time.Since(base)).UTC(), nil
}
