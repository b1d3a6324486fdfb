package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"heed"
	"heed/internal/intake/plain"
	"heed/internal/prose"
)

// maxInput bounds what heed read takes of one file or one line.
const maxInput = 256 << 20

func readCommand(f *flags) *cobra.Command {
	var o readOptions
	cmd := &cobra.Command{
		Use:   "read [FILE]",
		Short: "Draft records from a text: who warned whom, who said what, what happened",
		Long: `Read a text and print drafts: claims (who says what), warnings (who warned whom of
what), responsibility, events, counts, dates and actors, and notes: background and the
writer's own judgements, which are material and never recorded. Each points at the
words it rests on. A draft is a proposal; nothing is recorded. --draft keeps the file as it
came, up to 16 MB and whatever it is, and puts what could be recorded in the draft tray of the
desk (heed drafts read; heed drafts file gives the file back).

A web page (HTML) or a mail (.eml) is turned into its words first, in a process with
limits of its own; what stands in it unseen is named. PDF is not read.

Without FILE the text comes from standard input. With --docs FILE holds one document
a line, as {"doc": "name", "text": "…"}, and the drafts are printed as JSON lines in
the documents' order.`,
		Example: `  heed read cable.txt
  heed read --jsonl cable.txt
  heed read --draft cable.txt
  heed read --docs docs.jsonl > drafts.jsonl`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.draft && (o.docs != "" || o.jsonl || o.flat || o.statements || o.templates) {
				return errors.New("--draft takes one text and none of the flags that print")
			}
			in, name, err := openInput(cmd, args, &o)
			if err != nil {
				return err
			}
			defer in.Close()
			out := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16)
			defer out.Flush()
			if o.docs != "" {
				if err := readDocs(out, in, o); err != nil {
					out.Flush()
					return fmt.Errorf("%s: %w", name, err)
				}
				return nil
			}
			if o.draft {
				return postFile(cmd, f, name, in)
			}
			text, err := wordsOfFile(cmd, in, name)
			if err != nil || text == nil {
				return err
			}
			if o.jsonl || o.templates || o.statements {
				return printDrafts(out, "", text.Text, o)
			}
			if text.Kind == plain.HTML || text.Kind == plain.Mail {
				for line := range strings.Lines(text.Text) { // the bytes below count in this text
					fmt.Fprintln(out, clean(strings.TrimRight(line, "\n")))
				}
				fmt.Fprintln(out, strings.Repeat("-", 40))
			}
			printReading(out, text.Text, prose.Read(text.Text), colours())
			return nil
		},
	}
	fl := cmd.Flags()
	fl.BoolVar(&o.jsonl, "jsonl", false, "print one JSON record a line, with byte offsets")
	fl.StringVar(&o.docs, "docs", "", "a file of documents, one JSON object a line; - is standard input")
	fl.BoolVar(&o.flat, "flat", false, "leave out claims that reach us through another claim")
	fl.BoolVar(&o.statements, "statements", false, "print what accepting each draft would record: claims and events")
	fl.BoolVar(&o.draft, "draft", false, "put what could be recorded in the draft tray of the desk")
	fl.BoolVar(&o.templates, "templates", false, "print one record an event, with its roles as words")
	return cmd
}

// wordsOfFile turns a file into its words. It says what stands in it unseen; nil without an error
// means a file that is not read, which has been said.
func wordsOfFile(cmd *cobra.Command, in io.Reader, name string) (*plain.Text, error) {
	b, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxInput {
		return nil, fmt.Errorf("%s is larger than %d MB; nothing was read", name, maxInput>>20)
	}
	var t plain.Text
	switch kind := plain.KindOf(name, b); kind {
	case plain.HTML, plain.Mail:
		exe, err := os.Executable()
		if err != nil {
			return nil, err
		}
		if !plain.Alone(cmd.Context(), exe) {
			fmt.Fprintln(cmd.ErrOrStderr(), "note: this system gives no process without a network; the file is parsed in one with the other limits")
		}
		if t, err = plain.InChild(cmd.Context(), exe, kind, b); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	case plain.PDF:
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: a PDF is not read; hand in its words as text\n", name)
		return nil, nil
	default: // text in whatever encoding: what is none is marked unread
		t = plain.Text{Kind: plain.PlainText, Text: string(b)}
		if len(b) <= plain.MaxSize {
			if t, err = plain.Parse(plain.PlainText, b); err != nil {
				return nil, err
			}
		}
	}
	for _, h := range t.Hidden {
		fmt.Fprintf(cmd.ErrOrStderr(), "unseen in the file: %s (%d×) %s\n", h.Why, h.Times, clean(h.Words))
	}
	return &t, nil
}

type readOptions struct {
	jsonl, flat, templates, statements, draft bool
	docs                                      string
}

func openInput(cmd *cobra.Command, args []string, o *readOptions) (io.ReadCloser, string, error) {
	path := o.docs
	if path == "" && len(args) > 0 {
		path = args[0]
	} else if len(args) > 0 {
		return nil, "", errors.New("give either FILE or --docs FILE, not both")
	}
	if path == "" || path == "-" {
		return io.NopCloser(cmd.InOrStdin()), "standard input", nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	return f, path, nil
}

// document is a line of --docs.
type document struct {
	Doc  string `json:"doc"`
	Text string `json:"text"`
}

// readDocs prints the drafts of each document, and stops at the first line that is none.
func readDocs(out *bufio.Writer, in io.Reader, o readOptions) error {
	r := bufio.NewReaderSize(in, 1<<20)
	for n := 1; ; n++ {
		line, err := readLine(r)
		if err != nil && err != io.EOF {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if s := strings.TrimSpace(string(line)); s != "" {
			var d document
			if e := json.Unmarshal([]byte(s), &d); e != nil {
				return fmt.Errorf("line %d cannot be read as a document: %w", n, e)
			}
			if d.Doc == "" {
				return fmt.Errorf("line %d has no \"doc\": every document needs a name", n)
			}
			if e := printDrafts(out, d.Doc, d.Text, o); e != nil {
				return e
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

// readLine reads one line of at most maxInput bytes.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxInput {
			return nil, fmt.Errorf("is longer than %d MB", maxInput>>20)
		}
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

// draft is a record as it is printed.
type draft struct {
	Doc   string                  `json:"doc,omitzero"`
	ID    string                  `json:"id"`
	Kind  string                  `json:"kind"`
	Spans map[string][]prose.Span `json:"spans,omitzero"`
	Text  map[string][]string     `json:"text,omitzero"`
	Attrs map[string]any          `json:"attrs,omitzero"`
	Fills map[string][][]string   `json:"fills,omitzero"`
}

func printDrafts(out *bufio.Writer, doc, text string, o readOptions) error {
	if o.statements {
		return printStatements(out, doc, text)
	}
	var list []draft
	if o.templates {
		for _, t := range prose.Templates(text) {
			list = append(list, draft{Doc: doc, ID: t.ID, Kind: "template", Fills: t.Fills})
		}
	} else {
		records := prose.Read(text)
		if o.flat {
			records = prose.Flat(records)
		}
		for _, r := range records {
			d := draft{Doc: doc, ID: r.ID, Kind: r.Kind, Spans: map[string][]prose.Span{}, Attrs: attrsOf(r), Text: map[string][]string{}}
			for _, x := range r.Spans {
				d.Spans[x.Name] = x.Pieces
				for _, s := range x.Pieces {
					d.Text[x.Name] = append(d.Text[x.Name], text[s[0]:s[1]])
				}
			}
			if r.Kind == "unread" { // the span may be large, or no text at all
				d.Text = nil
			}
			list = append(list, d)
		}
	}
	for _, d := range list {
		b, err := json.Marshal(d, json.Deterministic(true))
		if err != nil {
			return err
		}
		if _, err := out.Write(append(b, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// printStatements prints the body that accepting each draft would record, one a line.
func printStatements(out *bufio.Writer, doc, text string) error {
	for _, s := range prose.Statements(text, prose.Read(text)) {
		b, err := json.Marshal(struct {
			Doc   string      `json:"doc,omitzero"`
			Draft string      `json:"draft"`
			Claim *heed.Claim `json:"claim,omitzero"`
			Event *heed.Event `json:"event,omitzero"`
		}{doc, s.Draft, s.Claim, s.Event}, json.Deterministic(true))
		if err != nil {
			return err
		}
		if _, err := out.Write(append(b, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// colours tells whether standard output is a terminal that may be coloured.
func colours() bool {
	return term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

var kindColours = map[string]string{"claim": "36", "warning": "1;31", "responsibility": "35", "event": "33", "count": "32", "date": "34", "actor": "1", "note": "90", "unread": "90"}

// printReading prints drafts for people, grouped by kind, each role with its bytes.
func printReading(out *bufio.Writer, text string, records []prose.Record, colour bool) {
	if len(records) == 0 {
		if strings.TrimSpace(text) == "" {
			fmt.Fprintln(out, "The text is empty: there is nothing to read.")
		} else {
			fmt.Fprintln(out, "Nothing was drafted: no claim, warning, event, count, date or party was found.")
		}
		return
	}
	paint := func(kind, s string) string {
		if !colour {
			return s
		}
		return "\x1b[" + kindColours[kind] + "m" + s + "\x1b[0m"
	}
	for _, r := range records {
		what := attrWords(r)
		if r.Kind == "note" {
			what += "  (material, not evidence)"
		}
		fmt.Fprintf(out, "%s %s%s\n", paint(r.Kind, r.ID), paint(r.Kind, r.Kind), what)
		for _, role := range r.Roles() {
			for _, s := range r.At(role) {
				fmt.Fprintf(out, "    %-11s %s  [%d:%d]\n", role, oneLine(text[s[0]:s[1]], r.Kind == "unread"), s[0], s[1])
			}
		}
	}
	if len(records) == 1 {
		fmt.Fprint(out, "\n1 draft. It is a proposal: check it against its words.\n")
		return
	}
	fmt.Fprintf(out, "\n%d drafts. Each is a proposal: check it against its words.\n", len(records))
}

func attrsOf(r prose.Record) map[string]any {
	m := map[string]any{}
	for _, a := range r.Attrs {
		m[a.Name] = a.Value
	}
	return m
}

// attrWords prints attributes in the order of their names.
func attrWords(r prose.Record) string {
	b, err := json.Marshal(attrsOf(r), json.Deterministic(true))
	if err != nil || len(r.Attrs) == 0 {
		return ""
	}
	return "  " + strings.NewReplacer(`"`, "", "{", "", "}", "", ":", " ", ",", ", ").Replace(string(b))
}

// oneLine prints words safely on one line, shortened in the middle.
func oneLine(s string, unread bool) string {
	if unread && len(s) > 60 {
		s = s[:60]
	}
	s = clean(strings.Join(strings.Fields(strings.ToValidUTF8(s, "·")), " "))
	if n := utf8.RuneCountInString(s); n > 240 {
		r := []rune(s)
		s = string(r[:150]) + " … " + string(r[n-80:])
	}
	return s
}
