package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"heed/internal/weigh/batch"
	"heed/internal/weigh/circular"
	"heed/internal/weigh/tsv"
)

func weighCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "weigh",
		Short: "Weigh what many sources say, from tab-separated files",
		Long: `Weigh what many sources say about many items.

A claims file has a header and one row for each report:
  source item value         one of several values
  source item probability   how likely the item is
  source item L1 L2 …       one probability for each level, in order
A last column “origin” may follow: reports of one origin count once. A truth file
has the columns “item value”. “-” reads the standard input.`,
	}
	cmd.AddCommand(weighRunCommand(), weighBinaryCommand(), weighExplainCommand(f), weighScoreCommand(), weighSimulateCommand(f))
	return cmd
}

func weighRunCommand() *cobra.Command {
	var claims, truth, rule string
	cmd := &cobra.Command{
		Use:   "run --claims claims.tsv [--truth truth.tsv] > out.tsv",
		Short: "Give each item the probability of each value",
		Long: `Give each item the probability of each value, one line an item; a file with more
than 50 distinct values gets one line an item and value.

Without --truth nothing is learned from outcomes. With it, an item's outcome is
used only for items that come later: later in the claims file, or, under
--as-of-rule flusight, asked after the outcome was known.`,
		Example: "  heed weigh run --claims claims.tsv --truth truth.tsv > out.tsv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readClaims(cmd, claims)
			if err != nil {
				return err
			}
			var t tsv.Truth
			if truth != "" {
				if t, err = readTruth(cmd, truth); err != nil {
					return err
				}
			} else if rule != "" {
				return errors.New("--as-of-rule says when outcomes may be used: give them with --truth")
			}
			// Choosing the structure of a large set takes seconds, in which nothing is printed.
			if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 && len(c.Rows) > 20_000 {
				fmt.Fprintf(cmd.ErrOrStderr(), "weighing %d reports …\n", len(c.Rows))
			}
			r, err := batch.Run(c, t, batch.Rule(rule))
			if err != nil {
				return err
			}
			return tsv.Write(cmd.OutOrStdout(), r)
		},
	}
	claimsFlag(cmd, &claims)
	cmd.Flags().StringVar(&truth, "truth", "", "file of outcomes to learn from as they become known")
	cmd.Flags().StringVar(&rule, "as-of-rule", "", "when an outcome is known: flusight (default: items follow the file's order)")
	return cmd
}

func weighBinaryCommand() *cobra.Command {
	var claims, truth string
	cmd := &cobra.Command{
		Use:   "binary --claims claims.tsv > binary.tsv",
		Short: "Turn a file of sets of names into 0/1 hypotheses “item|name”",
		Long: `Turn a file whose values are names joined by “+” into 0/1 hypotheses: one for every
name that anyone gave, where at least two sources speak of the item. A source says 1
if it gave the name and 0 if it spoke of the item without it.

With --truth the outcomes of these hypotheses are printed instead of the claims.`,
		Example: "  heed weigh binary --claims claims.tsv > binary.tsv\n  heed weigh binary --claims claims.tsv --truth truth.tsv > binary-truth.tsv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readClaims(cmd, claims)
			if err != nil {
				return err
			}
			b, err := tsv.Binary(c)
			if err != nil {
				return err
			}
			if truth == "" {
				return tsv.WriteClaims(cmd.OutOrStdout(), b)
			}
			t, err := readTruth(cmd, truth)
			if err != nil {
				return err
			}
			return tsv.WriteTruth(cmd.OutOrStdout(), tsv.BinaryTruth(b, t))
		},
	}
	claimsFlag(cmd, &claims)
	cmd.Flags().StringVar(&truth, "truth", "", "print the outcomes of the hypotheses, from this file of outcomes")
	return cmd
}

func weighExplainCommand(f *flags) *cobra.Command {
	var claims, item, value string
	cmd := &cobra.Command{
		Use:   "explain --claims claims.tsv --item ITEM",
		Short: "Say why an item is answered as it is: one sentence and its terms",
		Long: `Say why heed weigh run answers an item as it does when it is given no outcomes: one
sentence and the table of terms. The terms add up: the numbers in brackets sum to the
logarithm of the factor. The prior is how often the value comes out in this file.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readClaims(cmd, claims)
			if err != nil {
				return err
			}
			e, err := batch.Explain(c, item, value)
			if err != nil {
				return err
			}
			if f.json {
				return writeJSON(cmd, e)
			}
			printExplanation(cmd.OutOrStdout(), e)
			return nil
		},
	}
	claimsFlag(cmd, &claims)
	cmd.Flags().StringVar(&item, "item", "", "the item")
	cmd.Flags().StringVar(&value, "value", "", "the value to explain (default: 1, or the likeliest)")
	_ = cmd.MarkFlagRequired("item")
	return cmd
}

func printExplanation(w io.Writer, e *batch.Explanation) {
	fmt.Fprintln(w, e.Sentence)
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	if e.Assessment == nil {
		for _, s := range e.Shares {
			if s.Weight > 0 {
				fmt.Fprintf(t, "%.3f\t%s\t%s\n", s.Weight, s.Source, s.Reason)
			} else {
				fmt.Fprintf(t, "%s\t%s\n", s.Source, s.Reason)
			}
		}
		return
	}
	a := e.Assessment
	prior := math.Log(a.Prior.Value / (1 - a.Prior.Value))
	fmt.Fprintf(t, "%+.3f\tbefore any report\t%s\n", prior, a.Prior.Words)
	for _, s := range a.Terms {
		fmt.Fprintf(t, "%+.3f\t%s\t%s\n", s.Part, s.Label, s.Reason)
	}
	fmt.Fprintf(t, "%+.3f\ttogether\t%.1f %%, before the reserve\n", prior+a.LogOdds, 100**a.Probability)
}

func weighScoreCommand() *cobra.Command {
	var out, truth string
	cmd := &cobra.Command{
		Use:   "score --out out.tsv --truth truth.tsv",
		Short: "Judge a result by what came out, as JSON",
		Long: `Judge a result by what came out: accuracy, F1 of the value 1, log loss (natural, floor
.001), Brier score, ranked probability score (over levels − 1) and expected
calibration error (of the top value, ten equal bins).

Brier: the square of the second value's error where there are two values, summed
over the values where there are more.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := readFile(cmd, out, "--out", tsv.ReadResult)
			if err != nil {
				return err
			}
			t, err := readTruth(cmd, truth)
			if err != nil {
				return err
			}
			s, err := batch.Score(r, t)
			if err != nil {
				return err
			}
			return writeJSON(cmd, s)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "what “heed weigh run” printed")
	cmd.Flags().StringVar(&truth, "truth", "", "file of outcomes")
	_ = cmd.MarkFlagRequired("out")
	_ = cmd.MarkFlagRequired("truth")
	return cmd
}

func weighSimulateCommand(f *flags) *cobra.Command {
	w := circular.World{M: 5, K: 8, Q: .3, Copy: .95, Coverage: .8, Base: .5, Items: 300, Known: 100}
	var seed uint64
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Compare ways to weigh in a world where many voices repeat one origin",
		Long: `Draw a world of circular reporting: m independent sources that are right three times
in four, and k voices that repeat one origin of quality q. Its items are answered by
Heed, by majority, by Dawid–Skene, and by an oracle that knows who repeats whom and
how good everybody is. The first outcomes are known; the others are scored.`,
		Example: "  heed weigh simulate --m 5 --k 8 --q .3 --known 100 --seed 1 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := w.Check(); err != nil {
				return err
			}
			r := rand.New(rand.NewPCG(seed, 0))
			s := w.Draw(r.Float64).Compare()
			if f.json {
				return writeJSON(cmd, struct {
					World  circular.World                      `json:"world"`
					Seed   uint64                              `json:"seed"`
					Scores map[circular.Method]circular.Scores `json:"scores"`
				}{w, seed, s})
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "%-14s %9s %9s\n", "", "accuracy", "log loss")
			for _, m := range []circular.Method{circular.Ours, circular.Majority, circular.DS, circular.Oracle} {
				fmt.Fprintf(out, "%-14s %9.3f %9.3f\n", m, s[m].Accuracy, s[m].LogLoss)
			}
			return nil
		},
	}
	p := cmd.Flags()
	p.IntVar(&w.M, "m", w.M, "independent sources")
	p.IntVar(&w.K, "k", w.K, "voices that repeat one origin")
	p.Float64Var(&w.Q, "q", w.Q, "how often the origin is right")
	p.Float64Var(&w.Copy, "copy", w.Copy, "how often a repeater repeats")
	p.Float64Var(&w.Coverage, "coverage", w.Coverage, "how often a voice speaks of an item")
	p.Float64Var(&w.Base, "base", w.Base, "how many items are true")
	p.IntVar(&w.Items, "items", w.Items, "items")
	p.IntVar(&w.Known, "known", w.Known, "items whose outcome is known from the start")
	p.BoolVar(&w.Declared, "declared", false, "repeated reports declare their origin")
	p.Uint64Var(&seed, "seed", 1, "the same seed draws the same world")
	return cmd
}

func claimsFlag(cmd *cobra.Command, claims *string) {
	cmd.Flags().StringVar(claims, "claims", "", "claims file")
	_ = cmd.MarkFlagRequired("claims")
}

func readClaims(cmd *cobra.Command, name string) (*tsv.Claims, error) {
	return readFile(cmd, name, "--claims", tsv.ReadClaims)
}

func readTruth(cmd *cobra.Command, name string) (tsv.Truth, error) {
	return readFile(cmd, name, "--truth", tsv.ReadTruth)
}

// readFile reads a named file, or the standard input for “-”.
func readFile[T any](cmd *cobra.Command, name, flag string, read func(io.Reader) (T, error)) (T, error) {
	in := cmd.InOrStdin()
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			var none T
			return none, fmt.Errorf("%s: %w", flag, err)
		}
		defer file.Close()
		in = file
	}
	v, err := read(in)
	if err != nil {
		return v, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

func writeJSON(cmd *cobra.Command, v any) error {
	e := json.NewEncoder(cmd.OutOrStdout())
	e.SetIndent("", "  ")
	return e.Encode(v)
}
