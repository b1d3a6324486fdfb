package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
)

func casesCommand(f *flags) *cobra.Command {
	var state string
	var limit int
	cmd := &cobra.Command{
		Use:   "cases",
		Short: "List the cases: what might happen, and what is due",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []desk.CaseLine
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/cases", url.Values{"state": {state}, "limit": {fmt.Sprint(limit)}}, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			printCases(cmd.OutOrStdout(), list, state, width())
			return nil
		},
	}
	cmd.Flags().StringVar(&state, "state", "open", "open, on-hold or closed")
	cmd.Flags().IntVar(&limit, "limit", 50, "how many at most")
	return cmd
}

func printCases(w io.Writer, list []desk.CaseLine, state string, cols int) {
	if len(list) == 0 {
		fmt.Fprintf(w, "No case is %s.\n", clean(state))
		return
	}
	for _, c := range list {
		name := c.Name
		if c.Exercise != "" {
			name = "EXERCISE: " + name
		}
		due := "decided"
		switch {
		case c.Due != nil:
			due = "decide by " + c.Due.Format("01-02 15:04Z")
		case !c.Decided:
			due = "not decided"
		}
		fmt.Fprintf(w, "%s  %-24s %s\n", c.Handle, due, fit(name, max(cols-37, 20)))
		if c.Reopened != "" {
			fmt.Fprint(w, wrap("RE-OPENED: "+c.Reopened, "           ", cols))
		}
		if c.Sentence != "" {
			fmt.Fprint(w, wrap(c.Sentence, "           ", cols))
		}
	}
}

func caseCommand(f *flags) *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use:   "case HANDLE",
		Short: "Show a case in full; HANDLE is its own, or that of a warning in it",
		Long: `Show a case: its assessment with the terms, what is in it and why, decisions and what
re-opened them, clocks. With --at it is shown as it was recorded up to that moment.`,
		Example: `  heed case QZ3M-77AB
  heed case K7QM-2RXA --at 2024-03-08T09:00:00Z
  heed case set QZ3M-77AB --class attack`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := url.Values{"what": {args[0]}}
			if at != "" {
				q.Set("at", at)
			}
			return f.showCase(cmd, http.MethodGet, "/api/case", q, nil)
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "as of this moment, as in 2024-03-08T09:00:00Z")
	cmd.AddCommand(caseSetCommand(f), caseLinkCommand(f), caseSplitCommand(f), caseMergeCommand(f), caseCandidatesCommand(f), caseRelationCommand(f))
	return cmd
}

// showCase sends a request that answers with a case, and prints it.
func (f *flags) showCase(cmd *cobra.Command, method, path string, q url.Values, in any) error {
	var c desk.CaseSheet
	b, err := f.ask(cmd.Context(), method, path, q, in, &c)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	printCase(cmd.OutOrStdout(), c, width())
	return nil
}

func caseSetCommand(f *flags) *cobra.Command {
	var in api.CaseAct
	var hold, open bool
	cmd := &cobra.Command{
		Use: "set HANDLE", Short: "Name a case, say its kind, put it on hold or open it again", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What = args[0]
			switch {
			case hold:
				in.State = heed.CaseOnHold
			case open:
				in.State = heed.CaseOpen
			}
			return f.showCase(cmd, http.MethodPost, "/api/case", nil, in)
		},
	}
	cmd.Flags().StringVar(&in.Name, "name", "", "what it is called")
	cmd.Flags().StringVar(&in.Class, "class", "", "its kind: sources have a record, and the policy may have a prior, for each")
	cmd.Flags().BoolVar(&hold, "hold", false, "put it on hold")
	cmd.Flags().BoolVar(&open, "open", false, "open it again; a decision that stood no longer does")
	cmd.Flags().StringVar(&in.Words, "reason", "", "why")
	cmd.MarkFlagsMutuallyExclusive("hold", "open")
	return cmd
}

func caseLinkCommand(f *flags) *cobra.Command {
	var in api.CaseAct
	cmd := &cobra.Command{
		Use: "link WARNING CASE --reason '…'", Short: "Put a warning into a case, out of the one it was in", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What, in.Case = args[0], args[1]
			return f.showCase(cmd, http.MethodPost, "/api/case/link", nil, in)
		},
	}
	cmd.Flags().StringVar(&in.Type, "type", heed.SameThreat, strings.Join(heed.LinkTypes, ", "))
	cmd.Flags().StringVar(&in.Words, "reason", "", "why (required)")
	return cmd
}

func caseSplitCommand(f *flags) *cobra.Command {
	var in api.CaseAct
	cmd := &cobra.Command{
		Use: "split WARNING --reason '…'", Short: "Take a warning out of its case into one of its own", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What = args[0]
			return f.showCase(cmd, http.MethodPost, "/api/case/split", nil, in)
		},
	}
	cmd.Flags().StringVar(&in.Words, "reason", "", "why (required)")
	return cmd
}

func caseMergeCommand(f *flags) *cobra.Command {
	var in api.CaseAct
	cmd := &cobra.Command{
		Use: "merge CASE INTO --reason '…'", Short: "Put everything of one case into another and close it", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What, in.Case = args[0], args[1]
			return f.showCase(cmd, http.MethodPost, "/api/case/merge", nil, in)
		},
	}
	cmd.Flags().StringVar(&in.Words, "reason", "", "why (required)")
	return cmd
}

func outcomeCommand(f *flags) *cobra.Command {
	var in api.CaseAct
	cmd := &cobra.Command{
		Use:   "outcome CASE occurred|prevented|did-not-occur|unknowable",
		Short: "Close a case with how it ended; the sources' records are learned from it",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What, in.Outcome = args[0], args[1]
			return f.showCase(cmd, http.MethodPost, "/api/case/outcome", nil, in)
		},
	}
	cmd.Flags().StringVar(&in.Words, "reason", "", "in your words")
	cmd.Flags().StringVar((*string)(&in.Event), "event", "", "id of the event, where one is recorded")
	return cmd
}

func trackCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "track [PARTY]", Short: "Count a party's warnings by what their cases came to", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var list []desk.Track
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/track", url.Values{"party": args}, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "%-16s %6s %6s %6s %11s %11s\n", "PARTY", "SENT", "RIGHT", "WRONG", "UNANSWERED", "UNKNOWABLE")
			for _, t := range list {
				fmt.Fprintf(out, "%-16s %6d %6d %6d %11d %11d\n", fit(t.Party, 16), t.Sent, t.Right, t.Wrong, t.Unanswered, t.Unknowable)
			}
			return nil
		},
	}
}

func nameCommand(f *flags) *cobra.Command {
	var in desk.Naming
	var alias, part string
	cmd := &cobra.Command{
		Use:   "name NAME [--alias OF | --part-of OF]",
		Short: "Show what the register has on a name, or enter who is whose alias or part",
		Long: `Without flags, show every claim in which a name stands, each with its teller, and the
places that bear it. Rival claims stand side by side. With --alias or --part-of, enter a
claim; warnings are matched by it from then on.`,
		Example: `  heed name 'ISIS-K' --alias 'Islamic State Khorasan' --teller us
  heed name 'ISIS-K' --part-of 'Islamic State' --teller 'a wire report of 1 April'
  heed name 'ISIS-K'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Name = args[0]
			switch {
			case alias != "":
				in.Type, in.Of = "alias", alias
			case part != "":
				in.Type, in.Of = "part-of", part
			default:
				return f.showName(cmd, args[0])
			}
			var said desk.Said
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/name", nil, in, &said)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s recorded: %s, %s of %s\n", said.Handle, clean(in.Name), in.Type, clean(in.Of))
			return nil
		},
	}
	cmd.Flags().StringVar(&alias, "alias", "", "another name of the same")
	cmd.Flags().StringVar(&part, "part-of", "", "what it is a part of")
	cmd.Flags().StringVar(&in.Teller, "teller", "", "who says so (default: this desk)")
	cmd.Flags().StringVar(&in.Words, "reason", "", "in words")
	cmd.MarkFlagsMutuallyExclusive("alias", "part-of")
	cmd.AddCommand(nameImportCommand(f))
	return cmd
}

func (f *flags) showName(cmd *cobra.Command, name string) error {
	var k desk.Known
	b, err := f.ask(cmd.Context(), http.MethodGet, "/api/register", url.Values{"name": {name}}, nil, &k)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	out := cmd.OutOrStdout()
	if len(k.Claims)+len(k.Places) == 0 {
		fmt.Fprintf(out, "Nothing is known of %s here (heed name import takes in a list).\n", clean(name))
	}
	for _, c := range k.Claims {
		line := fmt.Sprintf("%s is %s of %s, as told by %s", clean(c.Name), c.Type, clean(c.Of), clean(c.Teller))
		if c.Words != "" {
			line += " (" + clean(c.Words) + ")"
		}
		fmt.Fprintln(out, line)
	}
	for _, p := range k.Places {
		fmt.Fprintf(out, "place  %-9s %-8s %s\n", p.ID, p.Kind, strings.TrimSuffix(p.Name+", "+p.Country, ", "))
	}
	return nil
}

func printCase(w io.Writer, c desk.CaseSheet, cols int) {
	if c.Exercise != "" {
		fmt.Fprint(w, wrap("EXERCISE: "+c.Exercise, "", cols))
	}
	state := string(c.State)
	if !c.AsOf.IsZero() {
		state += ", as of " + c.AsOf.UTC().Format("2006-01-02 15:04Z")
	}
	fmt.Fprint(w, wrap(fmt.Sprintf("%s  %s (%s)", c.Handle, c.Name, state), "", cols))
	if c.Reopened != "" {
		fmt.Fprint(w, wrap("RE-OPENED: "+c.Reopened, "", cols))
	}
	if c.Due != nil {
		fmt.Fprintf(w, "decide by %s, due from %s\n", c.Due.Format("2006-01-02 15:04Z"), c.Owner)
	}
	if c.Outcome != nil {
		fmt.Fprint(w, wrap(fmt.Sprintf("OUTCOME: %s, as %s says. %s", c.Outcome.Outcome, c.Outcome.Person, c.Outcome.Words), "", cols))
	}
	if a := c.Assessment; a != nil {
		fmt.Fprintf(w, "\n%s", wrap(a.Sentence, "", cols))
		for _, t := range a.Terms {
			fmt.Fprint(w, wrap(fmt.Sprintf("%+.1f  %s: %s", t.LogOdds, t.Source, t.Words), "  ", cols))
		}
		if a.Would != "" {
			fmt.Fprint(w, wrap(a.Would, "", cols))
		}
	}
	fmt.Fprintln(w)
	for _, m := range c.Members {
		mark := ""
		if m.Left {
			mark = "LEFT  "
		}
		fmt.Fprint(w, wrap(fmt.Sprintf("%s%s v%d  %s  %s: %s", mark, m.Handle, m.Version, m.At.Format("2006-01-02 15:04Z"), m.By, m.Headline), "", cols))
		fmt.Fprint(w, wrap(fmt.Sprintf("%s: %s. %s", m.Type, strings.Join(m.Why, "; "), m.New), "              ", cols))
	}
	for _, t := range c.Fatigue {
		if t.Said > 2 {
			fmt.Fprintf(w, "%s said %d things here, %d of them new\n", clean(t.Party), t.Said, t.New)
		}
	}
	for _, d := range c.Decisions {
		fmt.Fprint(w, wrap(fmt.Sprintf("DECIDED %s by %s: %s (%s). %s", d.At.Format("2006-01-02 15:04Z"), d.Person, d.Choice, d.Code, d.Words), "", cols))
	}
	for _, r := range c.Reopenings {
		fmt.Fprint(w, wrap(fmt.Sprintf("RE-OPENED (%s): %s", r.Code, r.Words), "", cols))
	}
	for _, r := range c.Relations {
		fmt.Fprint(w, wrap(fmt.Sprintf("NOTE %s, %s: %s and %s: %s", r.At.Format(time.DateOnly), r.Person, r.Between[0], r.Between[1], r.Line()), "", cols))
	}
	for _, k := range c.Clocks {
		fmt.Fprintf(w, "clock  %-11s %-5s due %s, %s\n", k.What, k.State, k.Due.Format("2006-01-02 15:04Z"), clean(k.Owner))
	}
}

func clocksCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "clocks", Short: "List the running clocks: what is due, by when, from whom", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []desk.ClockLine
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/clocks", nil, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			out := cmd.OutOrStdout()
			if len(list) == 0 {
				fmt.Fprintln(out, "No clock runs: nothing waits for this desk.")
			}
			for _, c := range list {
				who := strings.TrimPrefix(c.Owner, "person:")
				fmt.Fprintf(out, "%s  %-11s by %s  %-16s %s\n", c.Handle, c.What, c.Due.Format("2006-01-02 15:04Z"), fit(who, 16), fit(c.Headline, max(width()-64, 12)))
			}
			return nil
		},
	}
}

func handOverCommand(f *flags) *cobra.Command {
	var in api.HandOver
	cmd := &cobra.Command{
		Use:   "hand-over PERSON",
		Short: "Give the desk to the next person, with every open clock listed and on record",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.To = args[0]
			var h desk.Handover
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/hand-over", nil, in, &h)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "%s has the desk now, and %d open clocks:\n", clean(h.To), len(h.Clocks))
			for _, c := range h.Clocks {
				fmt.Fprintf(out, "  %-11s %s by %s\n", c.What, heed.Handle(c.About), c.Due.Format("2006-01-02 15:04Z"))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&in.Words, "note", "", "what the next person should know")
	return cmd
}

func caseCandidatesCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "candidates WARNING", Short: "List the open cases that a warning may belong to, and why", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var list []desk.Candidate
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/candidates", url.Values{"what": args}, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			out := cmd.OutOrStdout()
			if len(list) == 0 {
				fmt.Fprintln(out, "No open case has its actor, place, window or target.")
			}
			for _, c := range list {
				joins := "may belong"
				if c.Joins {
					joins = "fits"
				}
				fmt.Fprintf(out, "%s  %-10s %s\n", c.Handle, joins, fit(c.Name, max(width()-23, 20)))
				fmt.Fprint(out, wrap(strings.Join(c.Why, "; "), "           ", width()))
			}
			return nil
		},
	}
}

func caseRelationCommand(f *flags) *cobra.Command {
	var in api.Relation
	cmd := &cobra.Command{
		Use:   "relation CASE PARTY PARTY --note '…'",
		Short: "Note how two parties stand to each other, or what speaks for deception",
		Long: `Note, dated and by name, how two parties stand to each other, and the checks of a
possible deception: motive, access, record, who gains. The note stands beside the
assessment of the case and never in its sum.`,
		Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What, in.Between = args[0], [2]string{args[1], args[2]}
			var said desk.Said
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/relation", nil, in, &said)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s recorded beside the case\n", said.Handle)
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&in.Words, "note", "", "in your words")
	fl.StringVar(&in.Motive, "motive", "", "why the sender might deceive")
	fl.StringVar(&in.Access, "access", "", "whether it can know what it says")
	fl.StringVar(&in.Record, "record", "", "how it did before")
	fl.StringVar(&in.Gains, "gains", "", "who gains if it is believed")
	return cmd
}
