package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"heed/internal/desk"
)

// watchAgain is how long the command waits before it asks a node again that has gone.
const watchAgain = 2 * time.Second

func watchCommand(f *flags) *cobra.Command {
	var since, after string
	var n int
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Print every change at the desk as it happens, until interrupted",
		Long: `Print what happens at the desk, one line a change: what is recorded, every rung, cases
that open, change and re-open, assessments, decisions, clocks, alarms, what waits. What
you may not see is not in it.

When the node goes away, it waits and goes on where it was: nothing of the ledger is
missed. Then a line "reset" says that clocks, alarms and what waits follow as they
stand now. --after takes the seq of the last line that you had (see --json).`,
		Example: `  heed watch
  heed watch --json --since 2024-03-07T08:00:00Z`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			w := watching{f: f, out: cmd.OutOrStdout(), after: after, since: since, left: n}
			for {
				err := w.follow(ctx)
				var p problem
				switch {
				case ctx.Err() != nil || errors.Is(err, errWatched):
					return nil
				case errors.As(err, &p) && p.status != http.StatusServiceUnavailable, !w.begun && err != nil:
					return err
				}
				fmt.Fprintf(cmd.ErrOrStderr(), "heed: the stream broke off (%v); asking again\n", err)
				select {
				case <-ctx.Done():
					return nil
				case <-time.After(watchAgain):
				}
			}
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&since, "since", "", "begin then: 2024-03-07, or 2024-03-07T08:15:00Z (default: now)")
	fl.StringVar(&after, "after", "", "begin after the change with this seq")
	fl.IntVarP(&n, "count", "n", 0, "end after so many changes")
	return cmd
}

// errWatched ends a watch that has seen as many changes as were asked for.
var errWatched = errors.New("enough")

// watching is one subscription, over as many connections as it takes.
type watching struct {
	f            *flags
	out          io.Writer
	after, since string
	left         int // changes still to print; 0 at the start: no end
	begun        bool
}

// follow reads one connection to its end.
func (w *watching) follow(ctx context.Context) error {
	q := url.Values{"follow": {"yes"}}
	if w.after != "" {
		q.Set("after", w.after)
	} else if w.since != "" {
		q.Set("since", w.since)
	}
	res, err := w.f.open(ctx, http.MethodGet, "/api/stream", q, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	w.begun = true
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		if place, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			w.after = place // also the one at which it begins: what happens while the node is away is not missed
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var h desk.Happening
		if err := json.Unmarshal([]byte(data), &h); err != nil {
			return fmt.Errorf("the stream cannot be read: %w", err)
		}
		if err := w.print(h, data); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return errors.New("the node closed it")
}

func (w *watching) print(h desk.Happening, data string) error {
	if w.f.json {
		fmt.Fprintln(w.out, data)
	} else {
		fmt.Fprintf(w.out, "%s  %-13s %-9s  %s\n", h.At.UTC().Format("2006-01-02 15:04:05Z"), h.What, h.Handle, clean(h.Words))
	}
	if w.left > 0 {
		if w.left--; w.left == 0 {
			return errWatched
		}
	}
	return nil
}
