package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"heed"
	"heed/internal/desk"
)

func findCommand(f *flags) *cobra.Command {
	q := url.Values{}
	limits := map[string]*string{}
	var limit int
	cmd := &cobra.Command{
		Use:   "find WORDS…",
		Short: "Find what was said: words, parties, places, handles, in everything you may see",
		Long: `Find statements by their words, by parties, places and handles. All words must be
there; small and capital letters and accents make no difference.

  'two words'          both, anywhere
  '"in a row"'         just so
  'explos*'            words that begin so
  'harbour -drill'     not with that
  K7QM-2RXA            that statement, and what is about it

First comes what has all words in its headline, then the rest, the newest first. Of
each statement the newest version that fits is shown. Links and assessments, which say
again what they are about, are found with --kind link and --kind assessment.`,
		Example: `  heed find concert hall --place Russia --since 2024-03-01
  heed find '"surge at the harbour"' --kind warning
  heed find --party coast --kind question`,
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Set("words", strings.Join(args, " "))
			q.Set("limit", fmt.Sprint(limit))
			for name, v := range limits {
				q.Set(name, *v)
			}
			var found desk.Findings
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/find", q, nil, &found)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			printFound(cmd.OutOrStdout(), found, width())
			return nil
		},
	}
	fl := cmd.Flags()
	for name, usage := range map[string]string{
		"party": "said by it, handed in by it, or naming it as a party",
		"kind":  "only this kind: " + join(heed.Kinds),
		"since": "recorded then or later: 2024-03-07, or 2024-03-07T08:15:00Z",
		"until": "recorded then or before; a day counts to its end",
		"place": "there, or in what lies there: Russia, or 'Springfield, US'",
		"case":  "in this case: its handle, or that of a statement in it",
	} {
		limits[name] = new(string)
		fl.StringVar(limits[name], name, "", usage)
	}
	fl.IntVar(&limit, "limit", 20, "how many at most")
	return cmd
}

func printFound(w io.Writer, found desk.Findings, cols int) {
	if len(found.Results) == 0 {
		fmt.Fprintln(w, "Nothing that you may see fits. Fewer words find more; explos* finds what begins so.")
		return
	}
	for _, r := range found.Results {
		headline := highlight(r.Headline, r.HeadMarks)
		if r.Revoked {
			headline = "TAKEN BACK: " + headline
		}
		if r.Exercise != "" && !strings.HasPrefix(headline, heed.ExerciseMark) { // a statement has the mark, a case's name has not
			headline = heed.ExerciseMark + headline
		}
		line := fmt.Sprintf("%s v%d  %s  %s, %s", r.Handle, r.Version, r.At.UTC().Format("2006-01-02 15:04Z"), r.Kind, clean(r.By))
		if r.Newest > 0 {
			line += fmt.Sprintf("  (v%d is newer and does not fit)", r.Newest)
		}
		if r.Case != "" {
			line += "  case " + r.Case
		}
		fmt.Fprintln(w, line)
		fmt.Fprint(w, shown(wrap(headline, "    ", cols)))
		if r.Snippet != "" && r.Snippet != r.Headline {
			fmt.Fprint(w, shown(wrap(highlight(r.Snippet, r.Marks), "    ", cols)))
		}
	}
	if found.More {
		fmt.Fprintln(w, "There is more: give --limit, or narrow it with --kind, --party, --place, --since.")
	}
}

// What stands for the edges of a marked piece until the lines are broken: private
// characters, since no other control survives [clean].
const markOn, markOff = "\ue000", "\ue001"

// highlight marks the pieces of a text that were sought.
func highlight(text string, marks []desk.Span) string {
	var b strings.Builder
	put := func(from, to int) {
		b.WriteString(strings.NewReplacer(markOn, "", markOff, "").Replace(text[from:to]))
	}
	at := 0
	for _, m := range marks {
		if m.From < at || m.To > len(text) {
			continue
		}
		put(at, m.From)
		b.WriteString(markOn)
		put(m.From, m.To)
		b.WriteString(markOff)
		at = m.To
	}
	put(at, len(text))
	return b.String()
}

// shown turns the marks into bold on a terminal, else into brackets.
func shown(lines string) string {
	open, shut := "[", "]"
	if term.IsTerminal(int(os.Stdout.Fd())) {
		open, shut = "\x1b[1m", "\x1b[0m"
	}
	return strings.NewReplacer(markOn, open, markOff, shut).Replace(lines)
}
