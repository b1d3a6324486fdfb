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

func rosterCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "roster",
		Short: "Who is on duty at this desk, who is next, who is on leave and who covers",
		Long: `The roster says who is on duty when. Clocks ring for the person who is on duty in the
role that the policy names; who is on leave is passed over, and who covers is called.
A role without any roster is everybody who holds it. Every change is signed and kept.`,
		Example: `  heed roster add bo --role duty-officer --from 2024-03-07T18:00:00Z --to 2024-03-08T06:00:00Z
  heed roster leave bo --from 2024-03-09T00:00:00Z --to 2024-03-16T00:00:00Z
  heed roster cover ada --for bo --role duty-officer --from … --to …
  heed roster on-duty --at 2024-03-10T03:00:00Z`,
	}
	cmd.AddCommand(rosterShow(f), rosterPut(f, "add", "Put a person on duty"), rosterPut(f, "leave", "Put a person on leave"),
		rosterPut(f, "cover", "Put a person on duty in the place of another"), rosterOff(f), rosterOnDuty(f))
	return cmd
}

func rosterPut(f *flags, verb, short string) *cobra.Command {
	var (
		in       api.Shift
		from, to string
	)
	cmd := &cobra.Command{
		Use:   verb + " PERSON --from TIME --to TIME",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Person = args[0]
			for _, t := range []struct {
				words string
				at    *time.Time
			}{{from, &in.From}, {to, &in.To}} {
				at, err := time.Parse(time.RFC3339, t.words)
				if err != nil {
					return fmt.Errorf("%q: write --from and --to as in 2024-03-07T18:00:00Z", t.words)
				}
				*t.at = at
			}
			var s desk.Slot
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/roster", nil, in, &s)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", s.Handle, slotWords(s))
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&from, "from", "", "when it begins, as in 2024-03-07T18:00:00Z")
	fl.StringVar(&to, "to", "", "when it ends")
	if verb != "leave" {
		fl.StringVar(&in.Role, "role", "duty-officer", "in which role")
	}
	if verb == "cover" {
		fl.StringVar(&in.CoverFor, "for", "", "who is covered for (required)")
		_ = cmd.MarkFlagRequired("for") // the flag exists: it was made above
	}
	return cmd
}

func slotWords(s desk.Slot) string {
	span := s.From.Format("2006-01-02 15:04Z") + " to " + s.To.Format("2006-01-02 15:04Z")
	words := clean(s.Person) + " "
	switch {
	case s.Role == "":
		words += "ON LEAVE"
	case s.CoverFor != "":
		words += "as " + s.Role + ", for " + clean(s.CoverFor)
	default:
		words += "as " + s.Role
	}
	if s.Away {
		words += "  (on leave in this time: not counted then)"
	}
	return span + "  " + words
}

func rosterOff(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "off HANDLE",
		Short: "Take a shift or a leave back; heed roster show names them",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var s desk.Slot
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/roster/off", nil, api.Act{What: args[0]}, &s)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "taken back: %s\n", slotWords(s))
			return nil
		},
	}
}

func rosterShow(f *flags) *cobra.Command {
	var from string
	var days int
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show the roster of the days to come; gaps stand first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := url.Values{"days": {fmt.Sprint(days)}}
			if from != "" {
				q.Set("from", from)
			}
			var p desk.Plan
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/roster", q, nil, &p)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			out := cmd.OutOrStdout()
			for _, g := range p.Gaps {
				fmt.Fprintf(out, "! GAP  nobody is on duty as %s from %s to %s\n", g.Role, g.From.Format("2006-01-02 15:04Z"), g.To.Format("2006-01-02 15:04Z"))
			}
			for _, s := range p.Slots {
				fmt.Fprintf(out, "%s  %s\n", s.Handle, slotWords(s))
			}
			if len(p.Slots) == 0 && len(p.Gaps) == 0 {
				fmt.Fprintln(out, "Nobody is on the roster: clocks ring for everybody who holds the role (heed roster add puts a person on duty).")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "from when on (default: now)")
	cmd.Flags().IntVar(&days, "days", 7, "how many days")
	return cmd
}

func rosterOnDuty(f *flags) *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use:   "on-duty",
		Short: "Say who is on duty now, or at a time, and who is next",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := url.Values{}
			if at != "" {
				q.Set("at", at)
			}
			var list []desk.Watch
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/roster/on-duty", q, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			for _, w := range list {
				printWatch(cmd.OutOrStdout(), w)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "at which time, as in 2024-03-10T03:00:00Z")
	return cmd
}

func printWatch(w io.Writer, v desk.Watch) {
	switch {
	case v.Gap:
		fmt.Fprintf(w, "! %-14s GAP: NOBODY is on duty", v.Role)
	case len(v.Now) == 0:
		fmt.Fprintf(w, "! %-14s nobody holds this role, or all are on leave", v.Role)
	case v.By == "roster":
		fmt.Fprintf(w, "  %-14s %s", v.Role, clean(strings.Join(v.Now, ", ")))
	default:
		fmt.Fprintf(w, "  %-14s no roster; all who hold the role: %s", v.Role, clean(strings.Join(v.Now, ", ")))
	}
	if v.Next != nil {
		fmt.Fprintf(w, "; next %s from %s", clean(v.Next.Person), v.Next.From.Format("2006-01-02 15:04Z"))
	}
	fmt.Fprintln(w)
}

func drillCommand(f *flags) *cobra.Command {
	var (
		in  api.Drill
		all bool
	)
	cmd := &cobra.Command{
		Use:   "drill --name NAME --to-all",
		Short: "Send an exercise notice to everybody, and list the silent",
		Long: `Send an exercise notice that asks for an acknowledgement. It is marked as an exercise
in its data, its headline and its text, and nobody can take the mark off. Contacts that
are no party of the exchange are not reached by it: heed drill report lists them to be
called, and heed directory told notes that they were.`,
		Example: `  heed drill --name 'Spring tide' --to-all
  heed drill report`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all == (len(in.To) > 0) {
				return fmt.Errorf("say either --to-all or --to PARTY")
			}
			var said desk.Said
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/drill", nil, in, &said)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			if said.Waits != nil {
				fmt.Fprintln(cmd.OutOrStdout(), "not sent yet: it waits for a second person (heed drafts)")
				return nil
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s  EXERCISE %s, on its way to %s; heed drill report lists who is silent\n", said.Handle, clean(in.Name), strings.Join(said.To, ", "))
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&in.Name, "name", "", "name of the exercise")
	fl.BoolVar(&all, "to-all", false, "to all parties that the exchange reaches")
	fl.StringSliceVar(&in.To, "to", nil, "to these parties only")
	fl.StringVar(&in.Text, "text", "", "the words, if not the usual ones")
	fl.StringVar((*string)(&in.Precedence), "precedence", string(heed.Routine), "ROUTINE, PRIORITY, IMMEDIATE or FLASH")
	cmd.AddCommand(drillReport(f))
	return cmd
}

func drillReport(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "report [HANDLE]",
		Short: "Say who answered the last drill, who is silent, and who is to be called",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var r desk.DrillReport
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/drill", url.Values{"what": {strings.Join(args, "")}}, nil, &r)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			printDrill(cmd.OutOrStdout(), r)
			return nil
		},
	}
}

func printDrill(w io.Writer, r desk.DrillReport) {
	fmt.Fprintf(w, "%s  EXERCISE %s, begun %s\n", r.Handle, clean(r.Exercise), r.Said.Format("2006-01-02 15:04:05Z"))
	fmt.Fprintf(w, "%d answered, %d silent, %d to call, %d called\n", len(r.Answered), len(r.Silent), len(r.Call), len(r.Called))
	for _, a := range r.Silent {
		words := "no receipt at all"
		if a.Rung != "" {
			words = fmt.Sprintf("%s after %s, and no person has answered", a.Rung, a.After)
		}
		fmt.Fprintf(w, "! SILENT    %-14s %s\n", clean(a.Party), words)
	}
	for _, c := range r.Call {
		fmt.Fprintf(w, "! CALL      %s  %s (tested %s, reachable: %s)\n", clean(c.Name), clean(strings.Join(c.Channels, "; ")), c.Tested, c.Reachable)
	}
	for _, a := range r.Answered {
		fmt.Fprintf(w, "  answered  %-14s %s after %s\n", clean(a.Party), a.Rung, a.After)
	}
	for _, c := range r.Called {
		fmt.Fprintf(w, "  called    %s  %s\n", clean(c.Name), clean(c.Told))
	}
}
