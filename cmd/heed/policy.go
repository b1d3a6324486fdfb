package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/people"
)

func policyCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "How this desk works: its clocks, caps, four eyes, priors and alarms, as a text",
		Long: `The policy of a desk is a text in TOML. Each change is signed and logged, so that what
held at any time can be shown. What the text leaves out is the default, marked as such.
It holds no secrets.`,
		Example: `  heed policy show > policy.toml    # what holds now, to begin from
  heed policy set policy.toml
  heed policy history
  heed policy diff v1 v2`,
	}
	cmd.AddCommand(policyShow(f), policySet(f), policyHistory(f), policyDiff(f))
	return cmd
}

// policyAt fetches a version as people write it, "v2" or "2"; empty is the newest.
func (f *flags) policyAt(cmd *cobra.Command, version string) (desk.PolicySheet, []byte, error) {
	q := url.Values{}
	if v := strings.TrimPrefix(version, "v"); v != "" {
		q.Set("version", v)
	}
	var p desk.PolicySheet
	b, err := f.ask(cmd.Context(), http.MethodGet, "/api/policy", q, nil, &p)
	return p, b, err
}

func policyShow(f *flags) *cobra.Command {
	var written bool
	cmd := &cobra.Command{
		Use:   "show [vN]",
		Short: "Print the policy that holds, or an older version; defaults are marked",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, b, err := f.policyAt(cmd, strings.Join(args, ""))
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			if written && p.Version > 0 {
				fmt.Fprint(cmd.OutOrStdout(), printable(p.Text))
				return nil
			}
			printPolicy(cmd.OutOrStdout(), p)
			return nil
		},
	}
	cmd.Flags().BoolVar(&written, "as-written", false, "print the text as it was written, comments and all")
	return cmd
}

// printable keeps the lines of a text and drops what a terminal would obey.
func printable(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = clean(l)
	}
	return strings.Join(lines, "\n")
}

func printPolicy(w io.Writer, p desk.PolicySheet) {
	if p.Version == 0 {
		fmt.Fprintln(w, "# no policy was ever set here: these are the defaults of the program")
	} else {
		fmt.Fprintf(w, "# policy v%d, set by %s at %s\n", p.Version, clean(p.Person), p.At.Format("2006-01-02 15:04 UTC"))
	}
	fmt.Fprintln(w)
	fmt.Fprint(w, printable(p.Whole))
}

func policySet(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "set FILE",
		Short: `Set the policy from a file ("-": standard input) and show what changes`,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readText(args[0], people.MaxPolicy)
			if err != nil {
				return err
			}
			old, _, err := f.policyAt(cmd, "")
			if err != nil {
				return err
			}
			var p desk.PolicySheet
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/policy", nil, api.SetPolicy{Text: text}, &p)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			if p.Again {
				fmt.Fprintf(cmd.OutOrStdout(), "nothing changes: this is policy v%d already\n", p.Version)
				return nil
			}
			fmt.Fprintf(cmd.OutOrStdout(), "policy v%d holds from now on\n", p.Version)
			printDiff(cmd.OutOrStdout(), policyName(old), old.Whole, policyName(p), p.Whole)
			return nil
		},
	}
}

// readText reads a file of at most limit bytes; "-" is standard input.
func readText(name string, limit int64) (string, error) {
	r := io.Reader(os.Stdin)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer file.Close()
		r = file
	}
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s has more than %d bytes", name, limit)
	}
	return string(b), err
}

func policyName(p desk.PolicySheet) string {
	if p.Version == 0 {
		return "defaults"
	}
	return fmt.Sprintf("v%d", p.Version)
}

func printDiff(w io.Writer, oldName, old, newName, text string) {
	if old == text {
		fmt.Fprintf(w, "%s and %s say the same\n", oldName, newName)
		return
	}
	_, body, _ := strings.Cut(string(diff.Diff(oldName, []byte(old), newName, []byte(text))), "\n")
	fmt.Fprint(w, printable(body))
}

func policyHistory(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "history",
		Short: "List every version of the policy: who set it, and when",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []desk.PolicySheet
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/policy/history", nil, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			if len(list) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "No policy was ever set here: the defaults hold (heed policy show).")
			}
			for _, p := range list {
				fmt.Fprintf(cmd.OutOrStdout(), "v%-3d %s  set by %s  (leaf %d)\n", p.Version, p.At.Format("2006-01-02 15:04:05 UTC"), clean(p.Person), p.Leaf)
			}
			return nil
		},
	}
}

func policyDiff(f *flags) *cobra.Command {
	var written bool
	cmd := &cobra.Command{
		Use:   "diff [vN [vM]]",
		Short: "Show what changed between two versions; without any, between the last two",
		Args:  cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var list []desk.PolicySheet
			if _, err := f.ask(cmd.Context(), http.MethodGet, "/api/policy/history", nil, nil, &list); err != nil {
				return err
			}
			if len(list) < 2 && len(args) == 0 {
				return errors.New("there is nothing to compare: heed policy history lists the versions")
			}
			if len(args) == 0 {
				args = []string{policyName(list[len(list)-2])}
			}
			a, _, err := f.policyAt(cmd, args[0])
			if err != nil {
				return err
			}
			b, _, err := f.policyAt(cmd, strings.Join(args[1:], ""))
			if err != nil {
				return err
			}
			if written {
				a.Whole, b.Whole = a.Text, b.Text
			}
			printDiff(cmd.OutOrStdout(), policyName(a), a.Whole, policyName(b), b.Whole)
			return nil
		},
	}
	cmd.Flags().BoolVar(&written, "as-written", false, "compare the texts as they were written, not what they come to")
	return cmd
}
