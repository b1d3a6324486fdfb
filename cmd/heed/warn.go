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
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/node"
)

// warnFlags are a warning as people type it; what is empty was not said.
type warnFlags struct {
	in    api.Warn // what needs no reading
	carry string

	who, where, when, whom, scale  string
	whenFrom, whenTo, whenAsOf     string
	scaleAsOf                      string
	place                          heed.Place
	whoNames, whomKinds, whomNames []string
	unknown                        []string
	basis, precedence              string
	likelihood, confidence         string
	grades, via                    []string
	heard, heardAt, readBack       string
	extracts                       []string
	from, until                    string
	duty                           heed.Duty
	waiver                         heed.Waiver
}

func warnCommand(f *flags) *cobra.Command {
	w := &warnFlags{}
	cmd := &cobra.Command{
		Use:   "warn [FILE]",
		Short: "Say a warning, sign it, and send it to those named",
		Long: `Say a warning. Give it by flags, or as a JSON file ("-": standard input) whose
members are headline, text, lang, exercise, to, warning, extracts and quotes; flags
come on top.

What you do not know, say so: --unknown when,whom. What you leave out counts as
not stated, which is something else. Fuzzy words stay as they are; an interval is
kept beside them where they give one: --scale 'at least 144'.

The checks before release are run first (see heed check). What they refuse does not
go; of what they warn you are told, and may say why it goes all the same:
--despite RULE --because WORDS, which is on record. Texts for other readers go with
--extract FILE, each a JSON file with to, headline, text, keep and handling.

When the node does not run or cannot store, --carry FILE still makes the signed
statement, for people to bring; the other side runs heed take FILE.`,
		Example: `  heed warn --to coast --headline 'Surge expected at the harbour mouth' \
    --where 'harbour mouth' --when 'in the night of 3 May' --basis technical \
    --precedence IMMEDIATE --tlp TLP:GREEN --ask 'close the barrier'

  heed warn --to coast --headline 'Caller speaks of an attack' --unknown when \
    --heard 'duty line 2' --heard-at 2024-03-06T21:10:00Z --read-back yes \
    --grade nato-6x6:F6 --via 'a neighbour [human-source]' --via sealed

  heed warn --update K7QM-2RXA warning.json
  heed warn --update K7QM-2RXA --revoke 'the gauge was faulty'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := w.read(args)
			if err != nil {
				return err
			}
			return sayWarning(cmd, f, in, w.carry)
		},
	}
	w.what(cmd.Flags())
	w.how(cmd.Flags())
	w.under(cmd.Flags())
	return cmd
}

// what are the flags for what may happen, and to whom it is said.
func (w *warnFlags) what(fl *pflag.FlagSet) {
	fl.StringSliceVar(&w.in.To, "to", nil, "who gets it: names of parties, as in heed party list")
	fl.StringVar(&w.in.Headline, "headline", "", "one line: what may happen")
	fl.StringVar(&w.in.Text, "text", "", "the full words")
	fl.StringVar(&w.in.Lang, "lang", "", "language of the text, such as en")
	fl.StringVar(&w.in.Exercise, "exercise", "", "this is an exercise, and which; it can never be taken off")
	fl.StringVar(&w.in.Update, "update", "", "handle of the warning that this is a new version of")
	fl.StringVar(&w.in.Revoke, "revoke", "", "take the warning of --update back, and why")
	fl.StringVar(&w.who, "who", "", "who may do harm, in words")
	fl.StringArrayVar(&w.whoNames, "who-name", nil, "a name of theirs; may be given several times")
	fl.StringVar(&w.where, "where", "", "where, in words")
	fl.StringVar(&w.place.Country, "country", "", "country, two letters as in ISO 3166-1: RU")
	fl.StringVar(&w.place.Area, "area", "", "region or district")
	fl.StringVar(&w.place.City, "city", "", "city or town")
	fl.StringVar(&w.place.Site, "site", "", "the place itself: a building, a square")
	fl.StringVar(&w.when, "when", "", "when, in words")
	fl.StringVar(&w.whenFrom, "when-from", "", "earliest that those words can mean, as in 2024-03-08T00:00:00Z")
	fl.StringVar(&w.whenTo, "when-to", "", "latest that they can mean")
	fl.StringVar(&w.whenAsOf, "when-as-of", "", "when those words were said, if not now")
	fl.StringVar(&w.whom, "whom", "", "whom or what it may hit, in words")
	fl.StringArrayVar(&w.whomKinds, "whom-kind", nil, "kind of target, such as church, concert, airport")
	fl.StringArrayVar(&w.whomNames, "whom-name", nil, "a named target")
	fl.StringVar(&w.scale, "scale", "", "how many it may hit: 'at least 144', '20 to 30', 'dozens'")
	fl.StringVar(&w.scaleAsOf, "scale-as-of", "", "as of when that number holds")
	fl.StringSliceVar(&w.unknown, "unknown", nil, "what you do not know: who, where, when, whom, scale, basis")
	fl.StringArrayVar(&w.in.Warning.Asked, "ask", nil, "what you ask of the receiver; may be given several times")
}

// how are the flags for how it was come by, and how good it is held to be.
func (w *warnFlags) how(fl *pflag.FlagSet) {
	fl.StringVar(&w.basis, "basis", "", "how you know: "+join(heed.Bases))
	fl.StringVar(&w.in.Warning.BasisWords, "basis-words", "", "the same in your words")
	fl.StringArrayVar(&w.via, "via", nil, "who told, nearest first, once a hop: 'WORDS [basis]', party:NAME, sealed, sealed:WORDS")
	fl.StringVar(&w.in.Source, "source", "", "sealed source at the end of the chain, by id or name: its origin token goes, nothing else")
	fl.StringVar(&w.in.Scope, "scope", "", "of its origin token: case:NAME or lasting (default: a case of its own)")
	fl.StringSliceVar(&w.in.Quotes, "quote", nil, "handle of a statement that it rests on: its handling is kept; it is not sent along")
	fl.StringArrayVar(&w.grades, "grade", nil, "grade as written, scheme and codes: nato-6x6:B2, europol-4x4:C3, uk-3x5x2:2C")
	fl.StringVar(&w.likelihood, "likelihood", "", "scale and word, as in icd-203:likely (icd-203, stix-wep, stix-dni, own)")
	fl.StringVar(&w.confidence, "confidence", "", "in your judgement, not its likelihood: low, moderate or high")
	fl.StringVar(&w.heard, "heard", "", "it came by voice: who called, as they gave themselves")
	fl.StringVar(&w.heardAt, "heard-at", "", "when the call was, as in 2024-03-06T21:10:00Z")
	fl.StringVar(&w.readBack, "read-back", "", "was it read back to the caller: yes, no")
}

// under are the flags for what the receiver may and must do with it.
func (w *warnFlags) under(fl *pflag.FlagSet) {
	fl.StringVar(&w.precedence, "precedence", "", "ROUTINE, PRIORITY, IMMEDIATE or FLASH")
	h := &w.in.Warning.Handling
	fl.StringVar(&h.TLP, "tlp", "", strings.Join(heed.TLPs, ", "))
	fl.StringVar(&h.PAP, "pap", "", strings.Join(heed.PAPs, ", "))
	fl.StringVar(&h.Onward, "onward", "", "may the receiver pass it on: may, must-not, ask")
	fl.StringVar(&h.Attribution, "attribution", "", "may your name be given: may, must, must-not")
	fl.StringVar(&h.TellAtRisk, "tell-at-risk", "", "may those at risk be told: may, must-not")
	fl.BoolVar(&h.OriginatorControl, "originator-control", false, "onward only with your signed grant")
	fl.StringVar(&w.duty.Ground, "duty", "", "duty to warn: intentional-killing, serious-bodily-injury, kidnapping")
	fl.StringVar(&w.duty.Specific, "duty-specific", "", "why it is held credible and specific")
	fl.StringVar(&w.waiver.Ground, "waiver", "", "why those at risk are not warned: already-aware, insurgency, criminality, endangers-sources, no-reasonable-way")
	fl.StringVar(&w.waiver.Words, "waiver-reason", "", "the same in your words")
	fl.StringVar(&w.waiver.ApprovedBy, "waiver-by", "", "who approved the waiver")
	fl.StringVar(&w.from, "valid-from", "", "when it begins to hold, as in 2024-03-07T00:00:00Z")
	fl.StringVar(&w.until, "valid-until", "", "when it ends, as in 2024-03-09T18:00:00Z")
	fl.StringArrayVar(&w.extracts, "extract", nil, "file with a text for other readers; may be given several times")
	fl.StringSliceVar(&w.in.Despite, "despite", nil, "rule of the checks whose warning you override, with --because")
	fl.StringVar(&w.in.Because, "because", "", "why, for the record")
	fl.StringVar(&w.carry, "carry", "", "also write it to this file, for people to bring; works when the node cannot store")
}

// read makes the warning of a file, if one is given, and the flags on top.
func (w *warnFlags) read(args []string) (api.Warn, error) {
	in := w.in
	if len(args) == 1 {
		in = api.Warn{}
		if err := readJSON(args[0], &in); err != nil {
			return in, err
		}
		overlay(&in, w.in)
	}
	for _, name := range w.extracts {
		var x api.Extract
		if err := readJSON(name, &x); err != nil {
			return in, err
		}
		in.Extracts = append(in.Extracts, x)
	}
	out := &in.Warning
	for _, step := range []func(*heed.Warning) error{w.elements, w.times, w.sayUnknown, w.provenance, w.judgement, w.duties} {
		if err := step(out); err != nil {
			return in, err
		}
	}
	return in, nil
}

// elements fills in who, where, whom and on what scale.
func (w *warnFlags) elements(out *heed.Warning) error {
	if w.who != "" || w.whoNames != nil {
		out.Who = &heed.Actor{Words: w.who, Names: w.whoNames}
	}
	if p := w.place; w.where != "" || p != (heed.Place{}) {
		p.Words, p.Country = w.where, strings.ToUpper(p.Country)
		out.Where = &p
	}
	if w.whom != "" || w.whomKinds != nil || w.whomNames != nil {
		out.Whom = &heed.Target{Words: w.whom, Kinds: w.whomKinds, Names: w.whomNames}
	}
	if w.scale != "" {
		c := heed.ReadCount(w.scale)
		out.Scale = &c
	}
	if w.scaleAsOf != "" {
		if out.Scale == nil {
			return errors.New("--scale-as-of goes with --scale")
		}
		return instant("--scale-as-of", w.scaleAsOf, &out.Scale.AsOf)
	}
	return nil
}

func (w *warnFlags) times(out *heed.Warning) error {
	if w.when != "" || w.whenFrom != "" || w.whenTo != "" || w.whenAsOf != "" {
		t := &heed.Window{Words: w.when}
		if err := errors.Join(instant("--when-from", w.whenFrom, &t.From), instant("--when-to", w.whenTo, &t.To),
			instant("--when-as-of", w.whenAsOf, &t.AsOf)); err != nil {
			return err
		}
		out.When = t
	}
	return errors.Join(instant("--valid-from", w.from, &out.ValidFrom), instant("--valid-until", w.until, &out.ValidUntil))
}

// instant reads a time, if one was given.
func instant(flag, s string, to **time.Time) error {
	if s == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return fmt.Errorf("%s is %q; write it as in 2024-03-09T18:00:00Z", flag, s)
	}
	t = t.UTC()
	*to = &t
	return nil
}

// sayUnknown marks what the author does not know. Words beside it stay.
func (w *warnFlags) sayUnknown(out *heed.Warning) error {
	for _, u := range w.unknown {
		switch u {
		case "who":
			mark(&out.Who).Unknown = true
		case "where":
			mark(&out.Where).Unknown = true
		case "when":
			mark(&out.When).Unknown = true
		case "whom":
			mark(&out.Whom).Unknown = true
		case "scale":
			mark(&out.Scale).Unknown = true
		case "basis":
			out.Basis = heed.BasisUnknown
		default:
			return fmt.Errorf("--unknown takes who, where, when, whom, scale and basis, not %q", u)
		}
	}
	return nil
}

func mark[T any](field **T) *T {
	if *field == nil {
		*field = new(T)
	}
	return *field
}

// provenance fills in basis, chain and how it came in.
func (w *warnFlags) provenance(out *heed.Warning) error {
	if w.basis != "" {
		out.Basis = heed.Basis(w.basis)
	}
	for _, s := range w.via {
		h, err := readHop(s)
		if err != nil {
			return err
		}
		out.Chain = append(out.Chain, h)
	}
	if w.heard == "" && (w.heardAt != "" || w.readBack != "") {
		return errors.New("--heard-at and --read-back go with --heard, which says who called")
	}
	if w.heard != "" {
		out.Came = &heed.Came{How: "voice", Caller: w.heard, ReadBack: w.readBack}
		if out.BasisWords == "" {
			out.BasisWords = toldByTelephone
		}
		return instant("--heard-at", w.heardAt, &out.Came.At)
	}
	return nil
}

// readHop reads one hop as people type it: "WORDS [basis]", "party:NAME", "sealed" or
// "sealed:WORDS". The node puts a party's id for its name.
func readHop(s string) (heed.Hop, error) {
	var h heed.Hop
	words := strings.TrimSpace(s)
	if rest, ok := strings.CutSuffix(words, "]"); ok {
		before, basis, ok := strings.Cut(rest, "[")
		if !ok || strings.ContainsAny(basis, "[]") {
			return h, fmt.Errorf("--via %q: the basis stands behind the words, as in 'a neighbour [human-source]'", s)
		}
		words, h.Basis = strings.TrimSpace(before), heed.Basis(strings.TrimSpace(basis))
	}
	switch name, party := strings.CutPrefix(words, "party:"); {
	case party:
		h.Party = heed.PartyID(name)
	case words == "sealed":
		h.Sealed = true
	case strings.HasPrefix(words, "sealed:"):
		h.Sealed, h.Words = true, strings.TrimSpace(strings.TrimPrefix(words, "sealed:"))
	default:
		h.Words = words
	}
	if !h.Sealed && h.Words == "" && h.Party == "" {
		return h, fmt.Errorf("--via %q says nothing: name who told, or say sealed", s)
	}
	return h, nil
}

// judgement fills in precedence, grades, likelihood and confidence.
func (w *warnFlags) judgement(out *heed.Warning) error {
	if w.precedence != "" {
		out.Precedence = heed.Precedence(strings.ToUpper(w.precedence))
	}
	for _, s := range w.grades {
		g, err := heed.ReadGrade(s)
		if err != nil {
			return err
		}
		out.Grades = append(out.Grades, g)
	}
	if w.likelihood != "" {
		scale, word, ok := strings.Cut(w.likelihood, ":")
		if !ok {
			return errors.New("write the likelihood with its scale, as in icd-203:likely")
		}
		out.Likelihood = &heed.Likelihood{Scale: scale, Word: word}
		if s := heed.ScaleNamed(scale); s != nil {
			if b, ok := s.Band(word); ok {
				out.Likelihood.Low, out.Likelihood.High = &b.Low, &b.High
			}
		}
	}
	if w.confidence != "" {
		out.Confidence = &heed.Confidence{Level: w.confidence}
	}
	return nil
}

func (w *warnFlags) duties(out *heed.Warning) error {
	if w.waiver != (heed.Waiver{}) {
		if w.waiver.Ground == "" {
			return errors.New("--waiver-reason and --waiver-by go with --waiver, which names its ground")
		}
		w.duty.Waiver = &w.waiver
	}
	if w.duty != (heed.Duty{}) {
		out.Duty = &w.duty
	}
	return nil
}

func join[T ~string](list []T) string {
	var s []string
	for _, v := range list {
		s = append(s, string(v))
	}
	return strings.Join(s, ", ")
}

// overlay puts what was given by flags over what a file says.
func overlay(in *api.Warn, flagged api.Warn) {
	h, fh := &in.Warning.Handling, flagged.Warning.Handling
	for _, p := range []struct{ to, from *string }{
		{&in.Headline, &flagged.Headline}, {&in.Text, &flagged.Text}, {&in.Lang, &flagged.Lang}, {&in.Exercise, &flagged.Exercise},
		{&in.Update, &flagged.Update}, {&in.Revoke, &flagged.Revoke}, {&in.Because, &flagged.Because}, {&in.Source, &flagged.Source}, {&in.Scope, &flagged.Scope},
		{&in.Warning.BasisWords, &flagged.Warning.BasisWords},
		{&h.TLP, &fh.TLP}, {&h.PAP, &fh.PAP}, {&h.Onward, &fh.Onward}, {&h.Attribution, &fh.Attribution}, {&h.TellAtRisk, &fh.TellAtRisk},
	} {
		if *p.from != "" {
			*p.to = *p.from
		}
	}
	h.OriginatorControl = h.OriginatorControl || fh.OriginatorControl
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
	unsaid := err != nil && !errors.As(err, &p) // the node is not there, or broke off: whether it recorded is not known
	if carry != "" && (unsaid || p.status == http.StatusServiceUnavailable) {
		handle, serr := node.Carry(f.node, f.as, in, carry, now())
		if serr != nil {
			return fmt.Errorf("%w; and it could not be signed for carrying either: %w", err, serr)
		}
		printAlarm(cmd.ErrOrStderr(), p.alarm, width())
		fmt.Fprintf(cmd.ErrOrStderr(), "heed: %v\n", err)
		if f.json {
			return printValue(cmd.OutOrStdout(), struct {
				Handle   string `json:"handle"`
				File     string `json:"file"`
				Recorded bool   `json:"recorded"`
			}{handle, carry, false})
		}
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
