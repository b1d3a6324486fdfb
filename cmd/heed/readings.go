package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
)

// postFile hands a file to the desk, which keeps it as it came and drafts from its words.
func postFile(cmd *cobra.Command, f *flags, name string, in io.Reader) error {
	raw, err := io.ReadAll(io.LimitReader(in, desk.MaxFile+1))
	if err != nil {
		return err
	}
	if len(raw) > desk.MaxFile {
		return fmt.Errorf("%s: %w", name, desk.ErrTooLarge)
	}
	if len(raw) > 200<<10 {
		fmt.Fprintf(cmd.ErrOrStderr(), "reading %d KB; this takes some seconds\n", len(raw)>>10)
	}
	q := url.Values{"name": {strings.ToValidUTF8(filepath.Base(name), "\uFFFD")}}
	res, err := f.open(cmd.Context(), http.MethodPost, "/api/readings/file", q, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("the node broke off its answer: %w", err)
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	var kept desk.Kept
	if err := json.Unmarshal(b, &kept); err != nil {
		return fmt.Errorf("the node's answer cannot be read: %w", err)
	}
	out := cmd.OutOrStdout()
	printReadings(out, kept.Drafts)
	fmt.Fprint(out, wrap(fileWords(kept.File), "", width()))
	printUnseen(out, kept.File)
	switch {
	case kept.File.Unread != "" && len(kept.Drafts) == 0: // said above
	case len(kept.Drafts) == 0:
		fmt.Fprintln(out, "Nothing in it was drafted that could be recorded.")
	default:
		fmt.Fprintf(out, "%d in the tray; nothing is recorded before somebody accepts (heed drafts accept N).\n", len(kept.Drafts))
	}
	return nil
}

// fileWords says a kept file in one line.
func fileWords(f desk.File) string {
	s := fmt.Sprintf("%s  %s, %s, %d bytes, kept as it came", f.Digest[:12], clean(f.Name), f.Kind, f.Size)
	if part, some := strings.CutPrefix(f.Unread, "in part: "); some {
		s += "; not read in part: " + clean(part)
	} else if f.Unread != "" {
		s += "; NOT READ: " + clean(f.Unread)
	}
	return s
}

// printUnseen names what stands in a file and its reader could not see.
func printUnseen(w io.Writer, f desk.File) {
	for _, h := range f.Unseen {
		fmt.Fprint(w, wrap(fmt.Sprintf("UNSEEN in the file: %s (%d×) %s", h.Why, h.Times, clean(h.Words)), "  ", width()))
	}
}

func printReadings(w io.Writer, list []desk.Reading) {
	for _, r := range list {
		state := ""
		if r.State != "waiting" {
			state = " (" + r.State + " by " + r.Decider + ")"
		} else if r.Corrected != nil {
			state = " (corrected by " + r.Corrector + ")"
		}
		if r.Warned != nil {
			state += " (warned on: " + r.Warned.Handle + ")"
		}
		if len(r.UnseenHere) > 0 {
			state += " (UNSEEN marks in its words)"
		} else if r.UnseenInFile {
			state += " (UNSEEN parts in its file)"
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
	for _, file := range r.Files {
		fmt.Fprint(w, wrap("file "+fileWords(file), "  ", width()))
		printUnseen(w, file)
	}
	for _, h := range r.UnseenHere {
		fmt.Fprint(w, wrap(fmt.Sprintf("UNSEEN in these very words: %s (%d×)", h.Why, h.Times), "  ", width()))
	}
	type said struct {
		name string
		body desk.Body
	}
	parts := []said{{"drafted", r.Drafted}}
	for _, c := range r.History {
		parts = append(parts, said{"corrected by " + c.Person + " at " + c.At.Format("2006-01-02 15:04:05Z"), c.Body})
	}
	for _, p := range parts {
		list, spans, err := fieldsOf(p.body)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  %s:\n", p.name)
		for _, f := range list {
			fmt.Fprint(w, wrap(f, "    ", width()))
		}
		if spans != "" {
			fmt.Fprint(w, wrap("its words stand at bytes "+spans, "    ", width()))
		}
	}
	if r.Said != nil {
		fmt.Fprintf(w, "  on record as %s (heed case %s shows where it stands)\n", r.Said.Handle, r.Said.Handle)
	}
	if r.Warned != nil {
		fmt.Fprintf(w, "  warned on: %s (heed sent %s)\n", r.Warned.Handle, r.Warned.Handle)
	}
	return nil
}

// fieldsOf lists what a draft would record as FIELD=VALUE, as heed drafts correct --set
// takes it, and the bytes of its spans.
func fieldsOf(body desk.Body) (list []string, spans string, err error) {
	b, err := json.Marshal(body, json.Deterministic(true))
	if err != nil {
		return nil, "", err
	}
	dec := jsontext.NewDecoder(bytes.NewReader(b))
	for {
		tok, err := dec.ReadToken()
		if err == io.EOF {
			return list, spans, nil
		}
		if err != nil {
			return nil, "", err
		}
		if in, n := dec.StackIndex(dec.StackDepth()); in == '{' && n%2 == 1 || strings.ContainsRune("{}[]", rune(tok.Kind())) {
			continue // the name of a member, or a bracket
		}
		_, field, _ := strings.Cut(strings.ReplaceAll(string(dec.StackPointer())[1:], "/", "."), ".")
		part, of, _ := strings.Cut(field, ".")
		switch {
		case part != "spans":
			list = append(list, field+"="+clean(tok.String()))
		case strings.HasSuffix(of, ".from") && spans == "":
			spans = tok.String()
		case strings.HasSuffix(of, ".from"):
			spans += ", " + tok.String()
		case strings.HasSuffix(of, ".to"):
			spans += "-" + tok.String()
		}
	}
}

func draftsReadCommand(f *flags) *cobra.Command {
	var state, kind, file string
	var limit int
	var after int64
	cmd := &cobra.Command{
		Use: "read", Aliases: []string{"list"}, Short: "List the draft tray: what was read from texts and waits for a person",
		Example: `  heed drafts read --kind account
  heed drafts read --file cable.eml --state all
  heed drafts read --after 100`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := url.Values{"state": {state}, "kind": {kind}, "file": {file}, "after": {fmt.Sprint(after)}, "limit": {fmt.Sprint(limit)}}
			var list []desk.Reading
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/readings", q, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			out := cmd.OutOrStdout()
			printReadings(out, list)
			switch {
			case len(list) > 0 && len(list) == limit:
				fmt.Fprintf(out, "There may be more: --after %d.\n", list[len(list)-1].N)
			case len(list) > 0:
			case after > 0:
				fmt.Fprintf(out, "No more after %d.\n", after)
			case kind != "" || file != "" || state != "waiting":
				fmt.Fprintln(out, "No draft of the tray is so (heed drafts read --state all lists everything).")
			default:
				fmt.Fprintln(out, "The tray is empty (heed read FILE --draft fills it).")
			}
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&state, "state", "waiting", "waiting, accepted, dropped or all")
	fl.StringVar(&kind, "kind", "", "event, "+strings.Join(heed.ClaimTypes[:6], ", "))
	fl.StringVar(&file, "file", "", "of one file: its name, its digest, or a draft read from it")
	fl.IntVar(&limit, "limit", 100, "how many at most, up to 1000")
	fl.Int64Var(&after, "after", 0, "only those after this number")
	return cmd
}

func draftsFilesCommand(f *flags) *cobra.Command {
	var limit int
	var after int64
	cmd := &cobra.Command{
		Use: "files", Short: "List the files that were handed in to be read, also those that are not read", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []desk.File
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/readings/files", url.Values{"after": {fmt.Sprint(after)}, "limit": {fmt.Sprint(limit)}}, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			out := cmd.OutOrStdout()
			for _, x := range list {
				fmt.Fprint(out, wrap(fileWords(x), "", width()))
				fmt.Fprintf(out, "  from %s at %s; %d drafts, %d waiting\n", clean(x.Person), x.At.Format("2006-01-02 15:04:05Z"), x.Drafts, x.Waiting)
				printUnseen(out, x)
			}
			switch {
			case len(list) == 0 && after == 0:
				fmt.Fprintln(out, "No file is kept (heed read FILE --draft keeps one).")
			case len(list) == 0:
				fmt.Fprintf(out, "No more after %d.\n", after)
			case len(list) == limit:
				fmt.Fprintf(out, "There may be more: --after %d.\n", list[len(list)-1].N)
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 100, "how many at most, up to 1000")
	cmd.Flags().Int64Var(&after, "after", 0, "only those after this number, as a list gives it")
	return cmd
}

func draftsFileCommand(f *flags) *cobra.Command {
	var to string
	var words bool
	cmd := &cobra.Command{
		Use:   "file N|NAME|DIGEST [-o FILE]",
		Short: "Give back a file as it came, or the words that were found in it",
		Long: `Give back a file that was handed in with heed read --draft, byte for byte, whether it was
read or not. Name it by a draft that was read from it, by its name, or by eight digits
or more of its SHA-256 (heed drafts files lists them). --words gives the words that were
found in it instead: the spans of drafts count in them.

It is a stranger's file: its bytes are never printed to a terminal. The digest of what
comes is checked.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			terminal := to == "" && term.IsTerminal(int(os.Stdout.Fd()))
			if terminal && !words {
				return errors.New("the bytes of a file are not printed to a terminal: give -o FILE, or --words")
			}
			q := url.Values{"what": {args[0]}}
			if words {
				q.Set("words", "yes")
			}
			res, err := f.open(cmd.Context(), http.MethodGet, "/api/readings/file", q, nil)
			if err != nil {
				return err
			}
			defer res.Body.Close()
			b, err := io.ReadAll(res.Body)
			sum := sha256.Sum256(b)
			if err != nil || res.Header.Get("Content-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" {
				return errors.Join(errors.New("the file came broken; nothing was written"), err)
			}
			if terminal {
				for line := range strings.Lines(string(b)) {
					fmt.Fprintln(cmd.OutOrStdout(), clean(strings.TrimRight(line, "\n")))
				}
				return nil
			}
			if to == "" {
				_, err = cmd.OutOrStdout().Write(b)
				return err
			}
			if err := writeNew(to, b); err != nil {
				return err
			}
			if f.json {
				return printValue(cmd.OutOrStdout(), struct {
					File   string `json:"file"`
					Size   int    `json:"size"`
					SHA256 string `json:"sha256"`
				}{to, len(b), hex.EncodeToString(sum[:])})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d bytes, SHA-256 %x\n", to, len(b), sum)
			return nil
		},
	}
	cmd.Flags().StringVarP(&to, "output", "o", "", "file to write; it must not be there yet")
	cmd.Flags().BoolVar(&words, "words", false, "the words that were found in it, not its bytes")
	return cmd
}

// writeNew writes a file that must not be there yet.
func writeNew(name string, b []byte) error {
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already; nothing was written", name)
	}
	if err != nil {
		return err
	}
	_, err = out.Write(b)
	return errors.Join(err, out.Close())
}

func draftsWarnCommand(f *flags) *cobra.Command {
	w := &warnFlags{}
	cmd := &cobra.Command{
		Use:   "warn N|HANDLE [FILE] [--to PARTY]",
		Short: "Warn on an account that was read: say it as a warning of your own, as who relays it",
		Long: `Say a warning that rests on an account: a draft of the tray, or one that was accepted
and is on record. By itself an account starts no clock anywhere; this does, at those
who get the warning.

The warning is filled from the account: what was warned of, where, how sure it was said
to be, and the chain of those who told. Your desk is its author and says that it relays:
the origin stays the end of the chain, and is counted once. Flags, or a FILE as for heed
warn, say what is to be said otherwise. The checks before release, and policy, hold as
for heed warn. The draft stays in the tray, marked as warned on; the same again says
nothing twice.`,
		Example: `  heed drafts warn 3 --to coast --precedence PRIORITY --tlp TLP:GREEN
  heed drafts warn 3 --to coast --headline 'Attack on the harbour spoken of' --unknown when
  heed drafts warn K7QM-2RXA --to coast`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			over, err := w.read(args[1:])
			if err != nil {
				return err
			}
			if w.carry != "" {
				return errors.New("--carry goes with heed warn")
			}
			in := api.WarnOn{Warn: over}
			if n, err := strconv.ParseInt(args[0], 10, 64); err == nil {
				in.N = n
			} else {
				in.What = args[0]
			}
			var said desk.Said
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/readings/warn", nil, in, &said)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			if said.Again {
				to := "nobody"
				if len(said.To) > 0 {
					to = strings.Join(said.To, ", ")
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s was warned on before: %s v%d went to %s; nothing is sent again\n", clean(args[0]), said.Handle, said.Version, to)
				return nil
			}
			printSaid(cmd, said, "")
			return nil
		},
	}
	w.what(cmd.Flags())
	w.how(cmd.Flags())
	w.under(cmd.Flags())
	for _, name := range []string{"update", "revoke", "source", "scope", "carry"} { // not of a warning on an account
		_ = cmd.Flags().MarkHidden(name) // the flag exists: it was made above
	}
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
	var seen int
	cmd := &cobra.Command{
		Use: "accept N [N…]", Short: "Record drafts of the tray as claims and events, all or none",
		Long: `Record drafts of the tray as claims and events, all or none. The desk reports what it
read: it is never the one who claims or warned. An account of a warning joins a case as
a report and starts no clock. A draft that was accepted before gives its first record.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := api.Drafts{Seen: whenSet(cmd, "seen", &seen)}
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
	seenFlag(cmd, &seen)
	return cmd
}

// seenFlag lets a person say what of a draft they saw, so that two who act at once on one
// draft do not act on what they did not see.
func seenFlag(cmd *cobra.Command, seen *int) {
	cmd.Flags().IntVar(seen, "seen", 0, "how many corrections you saw; refused where there were others since")
}

func whenSet[T any](cmd *cobra.Command, flag string, v *T) *T {
	if !cmd.Flags().Changed(flag) {
		return nil
	}
	return v
}

func draftsCorrectCommand(f *flags) *cobra.Command {
	var file string
	var seen int
	var c desk.Correction
	cmd := &cobra.Command{
		Use: "correct N --set FIELD=VALUE", Short: "Correct a draft of the tray; what the reader drafted is kept beside it",
		Long: `Correct a draft of the tray before it is accepted. What the reader drafted is kept
beside every correction, and what is recorded says that a person corrected it. The spans
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
			c.Seen = whenSet(cmd, "seen", &seen)
			return oneDraftDone(cmd, f, "/api/readings/correct", api.Drafts{N: []int64{n}, Correct: &c}, "corrected; it waits for heed drafts accept")
		},
	}
	seenFlag(cmd, &seen)
	cmd.Flags().StringArrayVar(&c.Set, "set", nil, "a field and its value, as in account.from.words=Norland; may be given again")
	cmd.Flags().StringVar(&file, "file", "", "JSON file of the corrected claim or event; - is standard input")
	return cmd
}

func draftsDropCommand(f *flags) *cobra.Command {
	var seen int
	cmd := &cobra.Command{
		Use: "drop N", Short: "Drop a draft of the tray; nothing of it is recorded", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := draftNumber(args[0])
			if err != nil {
				return err
			}
			return oneDraftDone(cmd, f, "/api/readings/drop", api.Drafts{N: []int64{n}, Seen: whenSet(cmd, "seen", &seen)}, "dropped; nothing of it is recorded")
		},
	}
	seenFlag(cmd, &seen)
	return cmd
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
