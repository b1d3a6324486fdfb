package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
)

func askCommand(f *flags) *cobra.Command {
	var in api.Ask
	cmd := &cobra.Command{
		Use:   "ask HANDLE [vN] --question '…'",
		Short: "Ask the author of a statement about it",
		Long: `Ask the author of a statement something about it. The question travels as a signed
statement; the answer comes back as one, and heed questions shows it. With --due a
clock runs until then, in your name here and for the duty officer there.`,
		Example: `  heed ask K7QM-2RXA --question 'which hall do you mean?' --due 2026-05-03T18:00:00Z`,
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What = strings.Join(args, " ")
			return f.send(cmd, "/api/ask", in, "asked")
		},
	}
	cmd.Flags().StringVar(&in.Words, "question", "", "what you want to know (required)")
	cmd.Flags().StringVar(&in.Due, "due", "", "until when you need the answer, as in 2026-05-03T18:00:00Z")
	_ = cmd.MarkFlagRequired("question") // the flag exists: it was made above
	return cmd
}

func answerCommand(f *flags) *cobra.Command {
	var in api.Ask
	cmd := &cobra.Command{
		Use:   "answer HANDLE --words '…'",
		Short: "Answer a question that another party asked this desk",
		Long: `Answer the question HANDLE (see heed questions), or refuse to, and say why. Consent to
pass something on is given with heed grant.`,
		Example: `  heed answer QZ3M-77AB --words 'the old one, by the river'
  heed answer QZ3M-77AB --refuse --words 'it would name our source'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What = args[0]
			return f.send(cmd, "/api/answer", in, map[bool]string{false: "answered", true: "refused"}[in.Refuse])
		},
	}
	cmd.Flags().StringVar(&in.Words, "words", "", "the answer, or why there is none (required)")
	cmd.Flags().BoolVar(&in.Refuse, "refuse", false, "it will not be answered")
	_ = cmd.MarkFlagRequired("words") // the flag exists: it was made above
	return cmd
}

func feedbackCommand(f *flags) *cobra.Command {
	var in api.Ask
	cmd := &cobra.Command{
		Use:     "feedback HANDLE [vN] " + strings.Join(heed.Feedbacks, "|"),
		Short:   "Tell the author of a warning what it was good for",
		Example: `  heed feedback K7QM-2RXA too-late --words 'the barrier takes an hour to close'`,
		Args:    cobra.RangeArgs(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What, in.Use = strings.Join(args[:len(args)-1], " "), args[len(args)-1]
			return f.send(cmd, "/api/feedback", in, "said")
		},
	}
	cmd.Flags().StringVar(&in.Words, "words", "", "in your words")
	return cmd
}

// send posts something that goes to another party, and says that it is on its way.
func (f *flags) send(cmd *cobra.Command, path string, in any, done string) error {
	var said desk.Said
	b, err := f.ask(cmd.Context(), http.MethodPost, path, nil, in, &said)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %s v%d on its way to %s\n", done, said.Handle, said.Version, strings.Join(said.To, ", "))
	return nil
}

func questionsCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "questions",
		Short: "List what other parties asked this desk, and what it asked them",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []desk.Asked
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/questions", nil, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			printQuestions(cmd.OutOrStdout(), list, width())
			return nil
		},
	}
}

func printQuestions(w io.Writer, list []desk.Asked, cols int) {
	if len(list) == 0 {
		fmt.Fprintln(w, "Nobody has asked this desk anything, and it has asked nobody.")
	}
	for _, q := range list {
		state := "OPEN"
		switch {
		case q.Refused:
			state = "refused"
		case q.Answered:
			state = "answered"
		case q.Overdue:
			state = "OVERDUE"
		}
		who := q.From + " asks"
		if q.Ours {
			who = q.Person + " asks " + q.Of
		}
		fmt.Fprintf(w, "%s  %-8s  %s about %s, %s", q.Handle, state, clean(who), q.About, q.At.Format("2006-01-02 15:04Z"))
		if q.Due != nil {
			fmt.Fprintf(w, ", due %s", q.Due.UTC().Format("2006-01-02 15:04Z"))
		}
		fmt.Fprintln(w)
		what := q.Words
		if q.To != "" {
			what = "may we pass it to " + q.To + "? " + what
		}
		fmt.Fprint(w, wrap(what, "           ", cols))
		if q.Answer != "" {
			fmt.Fprint(w, wrap("answer: "+q.Answer, "           ", cols))
		}
	}
}
