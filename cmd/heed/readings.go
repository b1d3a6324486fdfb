package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"heed/internal/api"
	"heed/internal/desk"
)

// postReading reads a text into the draft tray of the desk.
func postReading(cmd *cobra.Command, f *flags, title, text string) error {
	if len(text) > desk.MaxText {
		return fmt.Errorf("%s is larger than %d MB; nothing was kept", title, desk.MaxText>>20)
	}
	in := api.Text{Title: strings.ToValidUTF8(title, "\uFFFD"), Text: text}
	if !utf8.ValidString(text) {
		in.Text, in.Raw = "", []byte(text)
	}
	if len(text) > 200<<10 {
		fmt.Fprintf(cmd.ErrOrStderr(), "reading %d KB; this takes some seconds\n", len(text)>>10)
	}
	var list []desk.Reading
	b, err := f.ask(cmd.Context(), http.MethodPost, "/api/readings", nil, in, &list)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	printReadings(cmd.OutOrStdout(), list)
	if len(list) == 0 {
		fmt.Fprintln(cmd.OutOrStdout(), "The text was kept; nothing in it was drafted that could be recorded.")
		return nil
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d in the tray; nothing is recorded before somebody accepts (heed drafts accept N).\n", len(list))
	return nil
}

func printReadings(w io.Writer, list []desk.Reading) {
	for _, r := range list {
		state := ""
		if r.State != "waiting" {
			state = " (" + r.State + " by " + r.Decider + ")"
		} else if r.Corrected != nil {
			state = " (corrected by " + r.Corrector + ")"
		}
		fmt.Fprint(w, wrap(fmt.Sprintf("%d %s%s %s", r.N, kindOf(r), state, clean(r.Line)), "", width()))
	}
}

// kindOf says what accepting a draft would record.
func kindOf(r desk.Reading) string {
	if r.Drafted.Claim != nil {
		return r.Drafted.Claim.Type
	}
	return "event"
}

func printReadingWhole(w io.Writer, r desk.Reading) error {
	printReadings(w, []desk.Reading{r})
	fmt.Fprint(w, wrap(fmt.Sprintf("read in %s (draft %s, handed in by %s at %s)", clean(r.Title), r.Draft, r.Person, r.At.Format("2006-01-02 15:04:05Z")), "  ", width()))
	fmt.Fprint(w, wrap("text SHA-256 "+string(r.Digest), "  ", width()))
	fmt.Fprint(w, wrap("words: "+clean(r.Excerpt), "  ", width()))
	parts := []struct {
		name string
		body *desk.Body
	}{{"drafted", &r.Drafted}, {"corrected by " + r.Corrector, r.Corrected}}
	for _, p := range parts {
		if p.body == nil {
			continue
		}
		b, err := jsonBytes(p.body)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  %s:\n", p.name)
		if err := printJSON(w, b); err != nil {
			return err
		}
	}
	if r.Said != nil {
		fmt.Fprintf(w, "  on record as %s (heed case %s shows where it stands)\n", r.Said.Handle, r.Said.Handle)
	}
	return nil
}

func draftsReadCommand(f *flags) *cobra.Command {
	var state string
	var limit int
	cmd := &cobra.Command{
		Use: "read", Short: "List the draft tray: what was read from texts and waits for a person", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []desk.Reading
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/readings", url.Values{"state": {state}, "limit": {fmt.Sprint(limit)}}, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			printReadings(cmd.OutOrStdout(), list)
			if len(list) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "The tray is empty (heed read FILE --draft fills it).")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&state, "state", "waiting", "waiting, accepted, dropped or all")
	cmd.Flags().IntVar(&limit, "limit", 100, "how many at most")
	return cmd
}

// draftNumber reads the number of a draft in the tray.
func draftNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is no number of a draft: heed drafts read lists them", s)
	}
	return n, nil
}

func draftsShowCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "show N", Short: "Show a draft of the tray with its words and what accepting would record", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := draftNumber(args[0]); err != nil {
				return err
			}
			var r desk.Reading
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/reading", url.Values{"n": {args[0]}}, nil, &r)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			return printReadingWhole(cmd.OutOrStdout(), r)
		},
	}
}

func draftsAcceptCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "accept N [N…]", Short: "Record drafts of the tray as claims and events, all or none",
		Long: `Record drafts of the tray as claims and events, all or none. The desk reports what it
read: it is never the one who claims or warned. An account of a warning joins a case as
a report and starts no clock. A draft that was accepted before gives its first record.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var in api.Drafts
			for _, a := range args {
				n, err := draftNumber(a)
				if err != nil {
					return err
				}
				in.N = append(in.N, n)
			}
			var list []desk.Reading
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/readings/accept", nil, in, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			for _, r := range list {
				fmt.Fprint(cmd.OutOrStdout(), wrap(fmt.Sprintf("%d recorded as %s, leaf %d: %s", r.N, r.Said.Handle, r.Said.Leaf, clean(r.Line)), "", width()))
			}
			return nil
		},
	}
}

func draftsCorrectCommand(f *flags) *cobra.Command {
	var file string
	var c desk.Correction
	cmd := &cobra.Command{
		Use: "correct N --set FIELD=VALUE", Short: "Correct a draft of the tray; what the reader drafted is kept beside it",
		Long: `Correct a draft of the tray before it is accepted. What the reader drafted is kept
beside the correction, and what is recorded says that a person corrected it. The spans
stay those of the draft.`,
		Example: `  heed drafts correct 3 --set account.from.words='Norland harbour office' --set words='a flood'
  heed drafts correct 3 --file corrected.json   # {"claim": {…}} or {"event": {…}}`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := draftNumber(args[0])
			if err != nil {
				return err
			}
			if file != "" {
				c.Body = &desk.Body{}
				if err := readJSON(file, c.Body); err != nil {
					return err
				}
			}
			return oneDraftDone(cmd, f, "/api/readings/correct", api.Drafts{N: []int64{n}, Correct: &c}, "corrected; it waits for heed drafts accept")
		},
	}
	cmd.Flags().StringArrayVar(&c.Set, "set", nil, "a field and its value, as in account.from.words=Norland; may be given again")
	cmd.Flags().StringVar(&file, "file", "", "JSON file of the corrected claim or event; - is standard input")
	return cmd
}

func draftsDropCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "drop N", Short: "Drop a draft of the tray; nothing of it is recorded", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := draftNumber(args[0])
			if err != nil {
				return err
			}
			return oneDraftDone(cmd, f, "/api/readings/drop", api.Drafts{N: []int64{n}}, "dropped; nothing of it is recorded")
		},
	}
}

func oneDraftDone(cmd *cobra.Command, f *flags, path string, in api.Drafts, done string) error {
	var r desk.Reading
	b, err := f.ask(cmd.Context(), http.MethodPost, path, nil, in, &r)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	fmt.Fprint(cmd.OutOrStdout(), wrap(fmt.Sprintf("%d %s: %s", r.N, done, clean(r.Line)), "", width()))
	return nil
}
