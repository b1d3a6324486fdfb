package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
)

func takeCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "take FILE",
		Short: "Take in statements that somebody brought as a file",
		Long: `Take in a file that heed warn --carry wrote, or any STIX 2.1 bundle. It is the same
door as that of peers: the same checks, the same receipts.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var in jsontext.Value
			if err := readJSON(args[0], &in); err != nil {
				return err
			}
			var list []api.Taken
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/take", nil, in, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			refused := false
			for _, t := range list {
				fmt.Fprintf(cmd.OutOrStdout(), "%-9s  %-8s  %s", t.Handle, t.State, t.Kind)
				if t.Words != "" {
					fmt.Fprintf(cmd.OutOrStdout(), "  (%s)", clean(t.Words))
				}
				fmt.Fprintln(cmd.OutOrStdout())
				refused = refused || t.State == "refused"
			}
			if refused {
				return exitCode(1)
			}
			return nil
		},
	}
}

func inboxCommand(f *flags) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:   "inbox",
		Short: "List the warnings that others sent; opens none of them",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var box desk.Box
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/inbox", url.Values{"limit": {fmt.Sprint(limit)}}, nil, &box)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			printInbox(cmd.OutOrStdout(), box, width())
			return nil
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 50, "how many at most")
	return cmd
}

// rungMarks shows the ladder in five letters: what is done stands, what is not is a dot.
func rungMarks(rungs map[heed.Rung]time.Time) string {
	out := make([]byte, len(heed.Rungs))
	for i, r := range heed.Rungs {
		out[i] = '.'
		if _, ok := rungs[r]; ok {
			out[i] = "doacD"[i]
		}
	}
	return string(out)
}

func printInbox(w io.Writer, box desk.Box, cols int) {
	printAlarm(w, box.Alarm, cols)
	for _, a := range box.Alarms {
		fmt.Fprint(w, wrap("ALARM "+a.At.Format("2006-01-02 15:04Z")+" "+a.Words, "! ", cols))
	}
	for _, h := range box.Waiting {
		fmt.Fprint(w, wrap(fmt.Sprintf("WAITING since %s, not recorded, not acknowledged: %s (from %s)", h.Since.Format("2006-01-02 15:04Z"), h.Words, h.From), "~ ", cols))
	}
	for _, d := range box.Drafts {
		fmt.Fprint(w, wrap("DRAFT "+draftWords(d), "> ", cols))
	}
	if len(box.Entries) == 0 {
		fmt.Fprintln(w, "The inbox is empty: no warning has been recorded here.")
		return
	}
	const line = "%-13s %-10s %-12s %-5s %s"
	narrow := cols < 100 // the headline is what matters: on a line of its own, whole
	if head := fmt.Sprintf(line, "HANDLE", "URGENCY", "SIGNED BY", "RUNGS", "RECEIVED"); narrow {
		fmt.Fprintln(w, head)
	} else {
		fmt.Fprintf(w, "%-55s %s\n", head, "HEADLINE")
	}
	for _, e := range box.Entries {
		headline := e.Headline
		if e.Revoked {
			headline = "TAKEN BACK: " + headline
		}
		urgency := string(e.Precedence)
		if urgency == "" {
			urgency = "not stated"
		}
		row := fmt.Sprintf(line, fmt.Sprintf("%s v%d", e.Handle, e.Version), fit(urgency, 10), fit(e.By, 12), rungMarks(e.Rungs), stamp(e.Received, box.Entries[0].Received))
		if narrow {
			fmt.Fprintln(w, row)
			fmt.Fprint(w, wrap(headline, "              ", cols))
		} else {
			fmt.Fprintf(w, "%-55s %s\n", row, fit(headline, cols-56))
		}
		for _, n := range e.Notes {
			fmt.Fprint(w, wrap(n, "              ", cols))
		}
	}
	fmt.Fprintln(w, "rungs: d delivered  o opened  a acknowledged  c accepted  D decided; times are UTC")
}

// stamp is the day and the minute; of another year than the newest, the day with its year.
func stamp(t, newest time.Time) string {
	if t.Year() != newest.Year() {
		return t.Format("2006-01-02")
	}
	return t.Format("01-02 15:04")
}

func showCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "show HANDLE [vN]",
		Short: "Show a statement in full; its sender gets a receipt that it was opened",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var s desk.Sheet
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/show", nil, api.Act{What: strings.Join(args, " ")}, &s)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			printSheet(cmd.OutOrStdout(), s, width())
			return nil
		},
	}
}

func actCommand(f *flags, use, short, path, done string) *cobra.Command {
	return &cobra.Command{
		Use: use + " HANDLE [vN]", Short: short, Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.act(cmd, path, done, api.Act{What: strings.Join(args, " ")})
		},
	}
}

func (f *flags) act(cmd *cobra.Command, path, done string, in api.Act) error {
	var d desk.Done
	b, err := f.ask(cmd.Context(), http.MethodPost, path, nil, in, &d)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	out := cmd.OutOrStdout()
	if d.Waits {
		done = "waits, nothing is decided yet"
	}
	fmt.Fprintf(out, "%s v%d %s", d.Handle, d.Version, done)
	if d.Again {
		fmt.Fprint(out, " before; the first record stands")
	}
	if len(d.To) > 0 {
		fmt.Fprintf(out, "; receipt to %s", strings.Join(d.To, ", "))
	}
	if d.Words != "" {
		fmt.Fprintf(out, "; %s", d.Words)
	}
	fmt.Fprintln(out)
	return nil
}

func ackCommand(f *flags) *cobra.Command {
	return actCommand(f, "ack", "Acknowledge: you have understood it", "/api/ack", "acknowledged")
}

func acceptCommand(f *flags) *cobra.Command {
	return actCommand(f, "accept", "Accept: you will act on it", "/api/accept", "accepted")
}

func decideCommand(f *flags) *cobra.Command {
	var code, words, risk string
	cmd := &cobra.Command{
		Use:   "decide HANDLE [vN] act|inform|hold|dismiss",
		Short: "Decide on a warning, with a reason; the sender learns that and when, not which",
		Example: `  heed decide K7QM-2RXA act --code corroborated --reason 'two gauges agree'
  heed decide K7QM-2RXA dismiss --code too-vague --reason 'no time, no place'`,
		Args: cobra.RangeArgs(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			choice := args[len(args)-1]
			return f.act(cmd, "/api/decide", "decided: "+choice, api.Act{What: strings.Join(args[:len(args)-1], " "), Choice: heed.Choice(choice), Code: code, Words: words, Risk: risk})
		},
	}
	cmd.Flags().StringVar(&code, "code", "other", "reason code: "+strings.Join(heed.Reasons, ", "))
	cmd.Flags().StringVar(&words, "reason", "", "the reason in your words")
	cmd.Flags().StringVar(&risk, "accept-risk", "", "the residual risk that you accept, by name")
	return cmd
}

func passCommand(f *flags) *cobra.Command {
	var in api.Pass
	cmd := &cobra.Command{
		Use:   "pass HANDLE [vN] --to PARTY",
		Short: "Pass somebody else's warning on, under its own seal",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What = strings.Join(args, " ")
			var said desk.Said
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/pass", nil, in, &said)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s v%d on its way to %s\n", said.Handle, said.Version, strings.Join(said.To, ", "))
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&in.To, "to", nil, "who gets it")
	cmd.Flags().BoolVar(&in.AtRisk, "at-risk", false, "they are told because they are at risk, or protect those who are")
	cmd.Flags().StringArrayVar(&in.Asked, "ask", nil, "what you ask of the receiver")
	return cmd
}

func sentCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "sent [HANDLE [vN]]",
		Short: "Show how far what you sent has come, rung by rung",
		Args:  cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := url.Values{}
			if len(args) > 0 {
				q.Set("what", strings.Join(args, " "))
			}
			var list []desk.Sent
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/sent", q, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			printSent(cmd.OutOrStdout(), list, width())
			return nil
		},
	}
}
