package bench

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/term"
)

// Progress gives a function that tells on standard error how much of a long piece of work is
// done: on a terminal in one line that is written anew, elsewhere a line each tenth.
func Progress(what string, all int) func(done int) {
	terminal := term.IsTerminal(int(os.Stderr.Fd()))
	began := time.Now()
	said, tenth := began, 0
	return func(done int) {
		line := fmt.Sprintf("%d of %d %s, %v", done, all, what, time.Since(began).Round(time.Second))
		switch now := done * 10 / max(all, 1); {
		case terminal && done >= all:
			fmt.Fprintf(os.Stderr, "\r%s\n", line)
		case terminal && time.Since(said) > time.Second:
			said = time.Now()
			fmt.Fprintf(os.Stderr, "\r%s ", line)
		case !terminal && now > tenth:
			tenth = now
			fmt.Fprintln(os.Stderr, line)
		}
	}
}
