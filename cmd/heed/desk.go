package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/node"
)

func warnCommand(f *flags) *cobra.Command {
	var (
		in                     api.Warn
		carry, until           string
		who, where, when, whom string
		likelihood, confidence string
		basis, precedence      string
		duty, waiver           string
		waived, approved       string
		unknown, extracts      []string
	)
	cmd := &cobra.Command{
		Use:   "warn [FILE]",
		Short: "Say a warning, sign it, and send it to those named",
		Long: `Say a warning. Give it by flags, or as a JSON file ("-": standard input) whose
members are headline, text, lang, exercise, to, warning, extracts and quotes; flags
come on top.

What you do not know, say so: --unknown when,whom. What you leave out counts as
not stated, which is something else.

The checks before release are run first (see heed check). What they refuse does not
go; of what they warn you are told, and may say why it goes all the same:
--despite RULE --because WORDS, which is on record. Texts for other readers go with
--extract FILE, each a JSON file with to, headline, text, keep and handling.`,
		Example: `  heed warn --to coast --headline 'Surge expected at the harbour mouth' \
    --where 'harbour mouth' --when 'in the night of 3 May' --basis technical \
    --precedence IMMEDIATE --tlp TLP:GREEN --ask 'close the barrier'
  heed warn --update K7QM-2RXA warning.json
  heed warn --update K7QM-2RXA --revoke 'the gauge was faulty'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			flagged := in
			if len(args) == 1 {
				if err := readJSON(args[0], &in); err != nil {
					return err
				}
				overlay(&in, flagged)
			}
			w := &in.Warning
			set(&w.Who, who, func(s string) *heed.Actor { return &heed.Actor{Words: s} })
			set(&w.Where, where, func(s string) *heed.Place { return &heed.Place{Words: s} })
			set(&w.When, when, func(s string) *heed.Window { return &heed.Window{Words: s} })
			set(&w.Whom, whom, func(s string) *heed.Target { return &heed.Target{Words: s} })
			if err := sayUnknown(w, unknown); err != nil {
				return err
			}
			if basis != "" {
				w.Basis = heed.Basis(basis)
			}
			if precedence != "" {
				w.Precedence = heed.Precedence(strings.ToUpper(precedence))
			}
			if likelihood != "" {
				scale, word, ok := strings.Cut(likelihood, ":")
				if !ok {
					return errors.New("write the likelihood with its scale, as in icd-203:likely")
				}
				w.Likelihood = &heed.Likelihood{Scale: scale, Word: word}
			}
			if confidence != "" {
				w.Confidence = &heed.Confidence{Level: confidence}
			}
			if until != "" {
				t, err := time.Parse(time.RFC3339, until)
				if err != nil {
					return fmt.Errorf("--valid-until must be written as in 2024-03-09T18:00:00Z")
				}
				t = t.UTC()
				w.ValidUntil = &t
			}
			if duty != "" || waiver != "" {
				w.Duty = &heed.Duty{Ground: duty}
				if waiver != "" {
					w.Duty.Waiver = &heed.Waiver{Ground: waiver, Words: waived, ApprovedBy: approved}
				}
			}
			for _, name := range extracts {
				var x api.Extract
				if err := readJSON(name, &x); err != nil {
					return err
				}
				in.Extracts = append(in.Extracts, x)
			}
			return sayWarning(cmd, f, in, carry)
		},
	}
	fl := cmd.Flags()
	fl.StringSliceVar(&in.To, "to", nil, "who gets it: names of parties, as in heed party list")
	fl.StringVar(&in.Headline, "headline", "", "one line: what may happen")
	fl.StringVar(&in.Text, "text", "", "the full words")
	fl.StringVar(&in.Lang, "lang", "", "language of the text, such as en")
	fl.StringVar(&in.Exercise, "exercise", "", "this is an exercise, and which; it can never be taken off")
	fl.StringVar(&in.Update, "update", "", "handle of the warning that this is a new version of")
	fl.StringVar(&in.Revoke, "revoke", "", "take the warning of --update back, and why")
	fl.StringVar(&who, "who", "", "who may do harm, in words")
	fl.StringVar(&where, "where", "", "where, in words")
	fl.StringVar(&when, "when", "", "when, in words")
	fl.StringVar(&whom, "whom", "", "whom or what it may hit, in words")
	fl.StringSliceVar(&unknown, "unknown", nil, "what you do not know: who, where, when, whom, scale, basis")
	fl.StringVar(&basis, "basis", "", "how you know: "+join(heed.Bases))
	fl.StringVar(&likelihood, "likelihood", "", "scale and word, as in icd-203:likely")
	fl.StringVar(&confidence, "confidence", "", "low, moderate or high")
	fl.StringVar(&precedence, "precedence", "", "ROUTINE, PRIORITY, IMMEDIATE or FLASH")
	fl.StringVar(&in.Warning.Handling.TLP, "tlp", "", strings.Join(heed.TLPs, ", "))
	fl.StringVar(&in.Warning.Handling.PAP, "pap", "", strings.Join(heed.PAPs, ", "))
	fl.StringVar(&in.Warning.Handling.Onward, "onward", "", "may the receiver pass it on: may, must-not, ask")
	fl.StringVar(&in.Warning.Handling.Attribution, "attribution", "", "may your name be given: may, must, must-not")
	fl.StringVar(&in.Warning.Handling.TellAtRisk, "tell-at-risk", "", "may those at risk be told: may, must-not")
	fl.StringArrayVar(&in.Warning.Asked, "ask", nil, "what you ask of the receiver; may be given several times")
	fl.StringVar(&until, "valid-until", "", "when it ends, as in 2024-03-09T18:00:00Z")
	fl.StringVar(&duty, "duty", "", "ground of the duty to warn: intentional-killing, serious-bodily-injury, kidnapping")
	fl.StringVar(&waiver, "waiver", "", "ground on which those at risk are not warned: already-aware, insurgency, criminality, endangers-sources, no-reasonable-way")
	fl.StringVar(&waived, "waiver-reason", "", "the reason of --waiver in words")
	fl.StringVar(&approved, "waiver-by", "", "who approved --waiver")
	fl.StringArrayVar(&extracts, "extract", nil, "file with a text for other readers; may be given several times")
	fl.StringSliceVar(&in.Quotes, "quote", nil, "handle of a statement that it rests on: its handling is kept; it is not sent along")
	fl.StringSliceVar(&in.Despite, "despite", nil, "rule of the checks whose warning you override, with --because")
	fl.StringVar(&in.Because, "because", "", "why, for the record")
	fl.StringVar(&in.Source, "source", "", "sealed source at the end of the chain, by id or name: its origin token goes, nothing else")
	fl.StringVar(&in.Scope, "scope", "", "of its origin token: case:NAME or lasting (default: a case of its own)")
	fl.StringVar(&carry, "carry", "", "also write it to this file, for people to bring; works when the node cannot store")
	return cmd
}

func join[T ~string](list []T) string {
	var s []string
	for _, v := range list {
		s = append(s, string(v))
	}
	return strings.Join(s, ", ")
}

func set[T any](field **T, words string, made func(string) *T) {
	if words != "" {
		*field = made(words)
	}
}

func sayUnknown(w *heed.Warning, list []string) error {
	for _, u := range list {
		switch u {
		case "who":
			w.Who = &heed.Actor{Unknown: true}
		case "where":
			w.Where = &heed.Place{Unknown: true}
		case "when":
			w.When = &heed.Window{Unknown: true}
		case "whom":
			w.Whom = &heed.Target{Unknown: true}
		case "scale":
			w.Scale = &heed.Count{Unknown: true}
		case "basis":
			w.Basis = heed.BasisUnknown
		default:
			return fmt.Errorf("--unknown takes who, where, when, whom, scale and basis, not %q", u)
		}
	}
	return nil
}

// overlay puts what was given by flags over what a file says.
func overlay(in *api.Warn, flagged api.Warn) {
	for _, p := range []struct{ to, from *string }{
		{&in.Headline, &flagged.Headline}, {&in.Text, &flagged.Text}, {&in.Lang, &flagged.Lang}, {&in.Exercise, &flagged.Exercise},
		{&in.Update, &flagged.Update}, {&in.Revoke, &flagged.Revoke}, {&in.Because, &flagged.Because}, {&in.Source, &flagged.Source}, {&in.Scope, &flagged.Scope},
		{&in.Warning.Handling.TLP, &flagged.Warning.Handling.TLP}, {&in.Warning.Handling.PAP, &flagged.Warning.Handling.PAP},
		{&in.Warning.Handling.Onward, &flagged.Warning.Handling.Onward}, {&in.Warning.Handling.Attribution, &flagged.Warning.Handling.Attribution},
		{&in.Warning.Handling.TellAtRisk, &flagged.Warning.Handling.TellAtRisk},
	} {
		if *p.from != "" {
			*p.to = *p.from
		}
	}
	in.To = append(in.To, flagged.To...)
	in.Quotes = append(in.Quotes, flagged.Quotes...)
	in.Despite = append(in.Despite, flagged.Despite...)
	in.Warning.Asked = append(in.Warning.Asked, flagged.Warning.Asked...)
}

func readJSON(name string, v any) error {
	var b []byte
	var err error
	if name == "-" {
		b, err = io.ReadAll(io.LimitReader(os.Stdin, 2<<20))
	} else {
		b, err = os.ReadFile(name)
	}
	if err != nil {
		return err
	}
	// A slice from a flag must not be filled by the file as well.
	if w, ok := v.(*api.Warn); ok {
		*w = api.Warn{}
	}
	if err := json.Unmarshal(b, v, json.RejectUnknownMembers(true)); err != nil {
		var sem *json.SemanticError
		if errors.As(err, &sem) {
			return fmt.Errorf("%s: at %s: %w", name, sem.JSONPointer, sem.Err)
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// sayWarning has the node say it. With --carry it is also written to a file; if the node
// cannot store it, the statement is signed here and only the file holds it.
func sayWarning(cmd *cobra.Command, f *flags, in api.Warn, carry string) error {
	var said desk.Said
	b, err := f.ask(cmd.Context(), http.MethodPost, "/api/warn", nil, in, &said)
	var p problem
	if carry != "" && (errors.Is(err, errNoAnswer) || errors.As(err, &p) && p.status == http.StatusServiceUnavailable) {
		handle, serr := node.Carry(f.node, f.as, in, carry, time.Now())
		if serr != nil {
			return fmt.Errorf("%w; and it could not be signed for carrying either: %w", err, serr)
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "heed: %v\n", err)
		fmt.Fprintf(cmd.OutOrStdout(), "%s v1 is signed and in %s, and NOT recorded here: bring the file; the other side runs heed take %s\n", handle, carry, carry)
		return nil
	}
	if err != nil {
		return err
	}
	if carry != "" {
		parcel, err := f.ask(cmd.Context(), http.MethodGet, "/api/statement/parcel", url.Values{"what": {string(said.ID)}}, nil, nil)
		if err != nil {
			return err
		}
		if err := os.WriteFile(carry, parcel, 0o600); err != nil {
			return err
		}
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	printSaid(cmd, said, carry)
	return nil
}

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
	for _, a := range box.Alarms {
		fmt.Fprint(w, wrap("ALARM "+a.At.Format("2006-01-02 15:04Z")+" "+a.Words, "! ", cols))
	}
	for _, h := range box.Waiting {
		fmt.Fprint(w, wrap(fmt.Sprintf("WAITING since %s, not recorded, not acknowledged: %s (from %s)", h.Since.Format("2006-01-02 15:04Z"), h.Words, h.From), "~ ", cols))
	}
	if len(box.Entries) == 0 {
		fmt.Fprintln(w, "The inbox is empty: no warning has been recorded here.")
		return
	}
	fmt.Fprintf(w, "%-13s %-9s %-12s %-5s %-16s %s\n", "HANDLE", "URGENCY", "SIGNED BY", "RUNGS", "RECEIVED", "HEADLINE")
	for _, e := range box.Entries {
		headline := e.Headline
		if e.Revoked {
			headline = "TAKEN BACK: " + headline
		}
		if e.Exercise != "" {
			headline = "EXERCISE: " + headline
		}
		urgency := string(e.Precedence)
		if urgency == "" {
			urgency = "not stated"
		}
		fmt.Fprintf(w, "%-13s %-9s %-12s %-5s %-16s %s\n", fmt.Sprintf("%s v%d", e.Handle, e.Version), fit(urgency, 9), fit(e.By, 12), rungMarks(e.Rungs),
			e.Received.Format("2006-01-02 15:04"), fit(headline, max(cols-61, 12)))
		for _, n := range e.Notes {
			fmt.Fprint(w, wrap(n, "              ", cols))
		}
	}
	fmt.Fprintln(w, "rungs: d delivered  o opened  a acknowledged  c accepted  D decided; times are UTC")
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
