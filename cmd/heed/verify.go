package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/node"
	"heed/verify"
)

func verifyCommand(f *flags) *cobra.Command {
	var (
		opt   node.Examination
		cards []string
	)
	cmd := &cobra.Command{
		Use:   "verify PATH",
		Short: "Check a bundle, a receipt, a card, or a node's folder: offline, without trust in its maker",
		Long: `Check a bundle, a receipt, a card, or the folder of a node, which may be running.
Nothing is written and nobody is asked.

A receipt alone is checked by the cards of both sides, which stand in its file or
are given with --card: who signed it, for whom, on which version of which statement,
when. That the receiver's log holds it takes a bundle; the output says what could
not be looked at.

The last line is "ok: COUNT statements, head SIZE ROOT" or "wrong: TABLE KEY: why".
The exit status is 0 for ok, 1 for wrong, 2 if it could not be looked at.`,
		Example: `  heed verify coast                    a node's folder: every row of its ledger
  heed verify --views coast            and every row that is built from it
  heed verify K7QM-2RXA.bundle.json
  heed verify receipt.json --card coast.card.json --card harbour.card.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return couldNot(errors.New("name one file or folder to check"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := examine(cmd, args[0], opt, cards)
			return finish(cmd, f.json, report, err)
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return couldNot(err) })
	cmd.Flags().BoolVar(&opt.Views, "views", false, "also rebuild every view beside and compare")
	cmd.Flags().StringVar(&opt.Database, "database", "", "postgres://… of the node, if not as its folder says")
	cmd.Flags().StringArrayVar(&cards, "card", nil, "file with a party's card; may be given several times")
	return cmd
}

// couldNot says why nothing could be looked at, and ends with 2.
func couldNot(err error) error {
	fmt.Fprintln(os.Stderr, "heed: "+err.Error())
	return exitCode(2)
}

// examine looks at whatever stands at a path.
func examine(cmd *cobra.Command, path string, opt node.Examination, cards []string) (verify.Report, error) {
	info, err := os.Stat(path)
	if err != nil {
		return verify.Report{}, err
	}
	if info.IsDir() {
		if isTerminal() {
			opt.Progress = func(done, total int64) {
				fmt.Fprintf(cmd.ErrOrStderr(), "\r%s of %s", verify.Thousands(done), verify.Thousands(total))
				if done == total {
					fmt.Fprint(cmd.ErrOrStderr(), "\r\033[K")
				}
			}
		}
		return node.Examine(cmd.Context(), path, opt)
	}
	if info.Size() > verify.MaxBundle {
		return verify.Report{}, fmt.Errorf("%s is larger than %s bytes", path, verify.Thousands(verify.MaxBundle))
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return verify.Report{}, err
	}
	bundle, err := verify.ReadBundle(b)
	if err == nil {
		return bundle.Check(), nil
	}
	parcel, perr := verify.ReadParcel(b)
	if perr != nil {
		return verify.Report{}, fmt.Errorf("%s is no bundle, receipt or card: %w; %w", path, err, perr)
	}
	var known []verify.Card
	for _, name := range cards {
		b, err := os.ReadFile(name)
		if err != nil {
			return verify.Report{}, err
		}
		c, err := verify.ReadCard(b)
		if err != nil {
			return verify.Report{}, fmt.Errorf("%s: %w", name, err)
		}
		known = append(known, c)
	}
	return parcel.Check(known...)
}

// finish prints a report; its last line is the verdict.
func finish(cmd *cobra.Command, asJSON bool, r verify.Report, err error) error {
	if err != nil {
		return couldNot(err)
	}
	out := cmd.OutOrStdout()
	if asJSON {
		if err := printValue(out, findings(r)); err != nil {
			return err
		}
	} else {
		for _, c := range r.Cards {
			fmt.Fprintf(out, "card    %-14s %s\n", c.Name, c.Fingerprint)
		}
		for _, l := range r.Lines {
			fmt.Fprintln(out, clean(l))
		}
		for _, w := range r.Wrong {
			fmt.Fprintln(out, "wrong: "+clean(w))
		}
		if len(r.Wrong) == 0 {
			fmt.Fprintln(out, r.Last())
		}
	}
	if len(r.Wrong) > 0 {
		return exitCode(1)
	}
	return nil
}

// verdict is a report as scripts read it.
type verdict struct {
	OK         bool              `json:"ok"`
	Statements int               `json:"statements"`
	Head       string            `json:"head,omitzero"` // size and root
	Lines      []string          `json:"lines,omitzero"`
	Wrong      []string          `json:"wrong,omitzero"`
	Cards      map[string]string `json:"cards,omitzero"` // fingerprints by name
}

func findings(r verify.Report) verdict {
	v := verdict{OK: len(r.Wrong) == 0, Statements: r.Statements, Head: r.Head, Lines: r.Lines, Wrong: r.Wrong}
	for _, c := range r.Cards {
		if v.Cards == nil {
			v.Cards = map[string]string{}
		}
		v.Cards[c.Name] = c.Fingerprint
	}
	return v
}

func receiptCommand(f *flags) *cobra.Command {
	var (
		file, rung, from string
		words            bool
	)
	cmd := &cobra.Command{
		Use:   "receipt HANDLE [vN] --from PARTY",
		Short: "Write a receipt with the cards of both sides, for anybody to check offline",
		Long: `Write one receipt that a party gave for a statement, with the delivery that it
answers and the cards of both sides. The statement's own words are left out unless
--words adds them. Anybody can check the file with heed verify.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := url.Values{"what": {strings.Join(args, " ")}, "from": {from}, "rung": {rung}}
			if words {
				q.Set("words", "yes")
			}
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/receipt", q, nil, nil)
			if err != nil {
				return err
			}
			if f.json && file == "" {
				return printJSON(cmd.OutOrStdout(), b)
			}
			if file == "" {
				file = strings.Join(args, "-") + "." + from + "." + rung + ".json"
			}
			if err := os.WriteFile(file, b, 0o600); err != nil {
				return err
			}
			if f.json {
				return printValue(cmd.OutOrStdout(), written{file})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s written; anybody can check it with heed verify %s\n", file, file)
			return nil
		},
	}
	cmd.Flags().StringVarP(&file, "out", "o", "", "file to write (default HANDLE.PARTY.RUNG.json)")
	cmd.Flags().StringVar(&from, "from", "", "party that gave it (required)")
	cmd.Flags().StringVar(&rung, "rung", "delivered", "which: delivered, opened, acknowledged, accepted, decided")
	cmd.Flags().BoolVar(&words, "words", false, "add the statement itself")
	return cmd
}

// written names the file that a command wrote.
type written struct {
	File string `json:"file"`
}
