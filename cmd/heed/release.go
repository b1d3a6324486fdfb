package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/node"
)

// printSaid says what became of a warning: recorded and on its way, or waiting; and what the
// checks, or a new version, leave to do.
func printSaid(cmd *cobra.Command, said desk.Said, carry string) {
	out := cmd.OutOrStdout()
	switch {
	case said.Waits != nil:
		fmt.Fprintf(out, "%s v%d is NOT sent: %s (heed release %s)", said.Handle, said.Version, said.Waits.Words, said.Handle)
		if !said.Waits.Until.IsZero() {
			fmt.Fprintf(out, "; it goes by itself at %s", said.Waits.Until.Format("15:04:05 UTC"))
		}
	case len(said.To) > 0:
		fmt.Fprintf(out, "%s v%d recorded, on its way to %s (follow it with heed sent %s)", said.Handle, said.Version, strings.Join(said.To, ", "), said.Handle)
	default:
		fmt.Fprintf(out, "%s v%d recorded; nobody was named to get it", said.Handle, said.Version)
	}
	if carry != "" {
		fmt.Fprintf(out, "; also in %s", carry)
	}
	fmt.Fprintln(out)
	for _, x := range said.Extracts {
		fmt.Fprintf(out, "%s v%d, an extract, on its way to %s\n", x.Handle, x.Version, strings.Join(x.To, ", "))
	}
	for _, f := range said.Findings {
		fmt.Fprint(cmd.ErrOrStderr(), "warned  ", strings.TrimLeft(wrap(f.Rule+": "+f.Sentence, "        ", width()), " "))
	}
	for _, x := range said.Stale {
		fmt.Fprint(cmd.ErrOrStderr(), wrap("extract "+extractWords(x)+" (heed warn --update "+x.Handle+")", "stale   ", width()))
	}
}

func checkCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE|HANDLE [vN]",
		Short: "Look at a warning as a careful colleague would, before it is released",
		Long: `Run the checks before release over a file as heed warn takes it ("-": standard
input), or over a warning that is here. Nothing is recorded or sent. A file is also
checked when the node is down, but for what it quotes.

The rules, and what heed warn does with what they find:

` + ruleList() + `
The exit status is 1 if anything is refused.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := api.Check{What: strings.Join(args, " ")}
			if _, err := os.Stat(args[0]); args[0] == "-" || len(args) == 1 && err == nil {
				in.What, in.Warn = "", &api.Warn{}
				if err := readJSON(args[0], in.Warn); err != nil {
					return err
				}
			}
			var res api.Checked
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/check", nil, in, &res)
			switch {
			case in.Warn != nil && (errors.Is(err, errNoAnswer) || errors.Is(err, node.ErrNoNode)):
				s := heed.Statement{Kind: heed.KindWarning, Headline: in.Warn.Headline, Text: in.Warn.Text, Lang: in.Warn.Lang, Warning: &in.Warn.Warning}
				res.Findings = heed.CheckRelease(&s, heed.Around{})
				res.Refused = heed.Refused(res.Findings)
				fmt.Fprintln(cmd.ErrOrStderr(), "heed: no node answers: only the file itself was looked at")
				if f.json {
					if b, err = jsonBytes(res); err != nil {
						return err
					}
				}
			case err != nil:
				return err
			}
			if f.json {
				if err := printJSON(cmd.OutOrStdout(), b); err != nil {
					return err
				}
			} else {
				printFindings(cmd, res.Findings)
			}
			if res.Refused {
				return exitCode(1)
			}
			return nil
		},
	}
}

func printFindings(cmd *cobra.Command, list []heed.Finding) {
	out := cmd.OutOrStdout()
	for _, x := range list {
		verdict := "warned "
		if x.Severity == heed.Refuse {
			verdict = "REFUSED"
		}
		fmt.Fprintf(out, "%s %s (%s)\n", verdict, x.Rule, clean(x.Where))
		fmt.Fprint(out, wrap(x.Sentence, "        ", width()))
	}
	if len(list) == 0 {
		fmt.Fprintln(out, "ok: no rule has anything to say")
	}
}

func ruleList() string {
	var b strings.Builder
	for _, r := range append(heed.ReleaseRules, heed.ReleaseRule{ID: "sealed-name", Severity: heed.Refuse, Clause: "the words do not name a sealed source (told to the source desk only)"}) {
		fmt.Fprintf(&b, "  %-26s %-7s %s\n", r.ID, r.Severity, r.Clause)
	}
	return b.String()
}

func extractCommand(f *flags) *cobra.Command {
	var in api.Extract
	cmd := &cobra.Command{
		Use:   "extract HANDLE [vN] --to PARTY --headline '…'",
		Short: "Say another text of your own warning, for readers who may not have the whole",
		Long: `Say an extract of a warning of yours: a warning of its own, with its own id and
handling, for readers who may not have the whole. It keeps what you name with --keep,
its precedence and its exercise mark, and nothing else. Its readers cannot tell it from
a whole; those who hold the whole can tell whose extract it is. heed sent HANDLE of the
whole lists what is withheld from whom, and which extracts have become stale.`,
		Example: `  heed extract K7QM-2RXA --to venue --tlp TLP:GREEN --keep when,asked \
    --headline 'Close the hall tonight' --text 'We hold a threat to the hall credible.'`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What = strings.Join(args, " ")
			var said desk.Said
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/extract", nil, in, &said)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			printSaid(cmd, said, "")
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringSliceVar(&in.To, "to", nil, "who gets it")
	fl.StringVar(&in.Headline, "headline", "", "one line: what may happen")
	fl.StringVar(&in.Text, "text", "", "the words for these readers")
	fl.StringVar(&in.Lang, "lang", "", "language of the text; as the whole's when left out")
	fl.StringSliceVar(&in.Keep, "keep", []string{"asked", "validity"}, "what it keeps of the whole: "+strings.Join(heed.ExtractFields(), ", "))
	fl.StringVar(&in.Handling.TLP, "tlp", "", "its own label; as the whole's when left out")
	fl.StringVar(&in.Handling.PAP, "pap", "", "its own PAP label")
	fl.StringVar(&in.Handling.Onward, "onward", "", "may the receiver pass it on: may, must-not, ask")
	fl.StringVar(&in.Handling.Attribution, "attribution", "", "may your name be given: may, must, must-not")
	fl.StringVar(&in.Handling.TellAtRisk, "tell-at-risk", "", "may those at risk be told: may, must-not")
	fl.StringArrayVar(&in.Asked, "ask", nil, "what you ask of these receivers")
	fl.StringSliceVar(&in.Despite, "despite", nil, "rule of the checks whose warning you override, with --because")
	fl.StringVar(&in.Because, "because", "", "why, for the record")
	return cmd
}

func draftsCommand(f *flags) *cobra.Command {
	var drop string
	cmd := &cobra.Command{
		Use: "drafts", Short: "List the drafts that wait for a second person and those read from texts, or drop one",
		Long: `List the drafts of warnings that wait for a second person (--drop HANDLE gives one up),
and the draft tray: what heed read FILE --draft read from texts. The commands below are
for the tray. With --json only the former are listed; heed drafts read --json lists the tray.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if drop != "" {
				var d desk.Drafted
				b, err := f.ask(cmd.Context(), http.MethodPost, "/api/drafts/drop", nil, api.Act{What: drop}, &d)
				if err != nil || f.json {
					return errors.Join(err, printJSON(cmd.OutOrStdout(), b))
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s v%d dropped; nothing of it was sent\n", d.Handle, d.Version)
				return nil
			}
			var list []desk.Drafted
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/drafts", nil, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			out := cmd.OutOrStdout()
			for _, d := range list {
				fmt.Fprint(out, wrap(draftWords(d), "", width()))
				fmt.Fprint(out, wrap(fmt.Sprintf("to %s; %s", strings.Join(d.To, ", "), d.Handling), "  ", width()))
				if d.Text != "" {
					fmt.Fprint(out, wrap(d.Text, "  ", width()))
				}
			}
			if len(list) == 0 {
				fmt.Fprintln(out, "No draft waits.")
			}
			var tray []desk.Reading
			if _, err := f.ask(cmd.Context(), http.MethodGet, "/api/readings", nil, nil, &tray); err != nil {
				return err
			}
			if len(tray) > 0 {
				fmt.Fprintln(out, "\nRead from texts (heed drafts show N, accept N, correct N, drop N, warn N):")
				printReadings(out, tray)
				if len(tray) == 100 {
					fmt.Fprintf(out, "There may be more: heed drafts read --after %d\n", tray[len(tray)-1].N)
				}
			}
			return nil
		},
	}
	cmd.AddCommand(draftsReadCommand(f), draftsShowCommand(f), draftsAcceptCommand(f), draftsCorrectCommand(f), draftsDropCommand(f),
		draftsWarnCommand(f), draftsFilesCommand(f), draftsFileCommand(f))
	cmd.Flags().StringVar(&drop, "drop", "", "handle of a draft to give up")
	return cmd
}

// draftWords says who waits for whom since when.
func draftWords(d desk.Drafted) string {
	until := "until somebody else releases it (heed release " + d.Handle + ")"
	if !d.Until.IsZero() {
		until = "urgent: goes by itself at " + d.Until.Format("15:04:05 UTC")
	}
	return fmt.Sprintf("%s v%d by %s, waits since %s, %s: %s", d.Handle, d.Version, d.Person, d.Since.Format("2006-01-02 15:04:05Z"), until, d.Headline)
}

func releaseCommand(f *flags) *cobra.Command {
	var words string
	cmd := &cobra.Command{
		Use: "release HANDLE", Short: "Release what somebody else drafted, where policy asks for a second person", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var said desk.Said
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/release", nil, api.Act{What: args[0], Words: words}, &said)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			printSaid(cmd, said, "")
			return nil
		},
	}
	cmd.Flags().StringVar(&words, "reason", "", "words for the record")
	return cmd
}
