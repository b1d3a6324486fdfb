package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/api"
	"heed/internal/desk"
)

func whoKnewCommand(f *flags) *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use:   "who-knew HANDLE",
		Short: "List who knew a statement, when, and what shows it",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var list []desk.Knew
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/who-knew", url.Values{"what": {strings.Join(args, " ")}, "at": {at}}, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			out := cmd.OutOrStdout()
			for _, k := range list {
				fmt.Fprintf(out, "%s  %-12s v%d %-24s %s, leaf %d\n", k.At.Format("2006-01-02 15:04:05.000Z"), fit(k.Party, 12), k.Version, fit(k.What, 24), k.Proof, k.Leaf)
			}
			if len(list) == 0 {
				fmt.Fprintln(out, "Nothing was known here by then.")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "only what was known by then, as in 2024-03-07T08:15:00Z")
	return cmd
}

func ledgerCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{Use: "ledger", Short: "Show the head of this node's log, prove records, resume after a restore"}
	var words string
	head := &cobra.Command{
		Use: "head", Short: "Print the newest signed head", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var h struct {
				Head string `json:"head"`
			}
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/ledger/head", nil, nil, &h)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprint(cmd.OutOrStdout(), h.Head)
			return nil
		},
	}
	prove := &cobra.Command{
		Use: "prove HANDLE", Short: "Print the entry of a statement and the proof that it is in the log", Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var p api.Proof
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/ledger/prove", url.Values{"what": {strings.Join(args, " ")}}, nil, &p)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "leaf %d\n\n%s\nproof\n%s\n\n%s", p.Index, p.Entry, strings.Join(p.Proof, "\n"), p.Head)
			return nil
		},
	}
	resume := &cobra.Command{
		Use: "resume --reason '…'", Short: "Let a restored node go on without a peer's answer, by your name and on record", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/ledger/resume", nil, api.Act{Words: words}, nil)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintln(cmd.OutOrStdout(), "the node goes on; that you said so is on record")
			return nil
		},
	}
	resume.Flags().StringVar(&words, "reason", "", "why it may go on")
	cmd.AddCommand(head, prove, resume, succeedCommand(f))
	return cmd
}

func succeedCommand(f *flags) *cobra.Command {
	var words string
	cmd := &cobra.Command{
		Use:   "succeed --reason '…'",
		Short: "Begin a successor log where this one has signed what its ledger does not hold",
		Long: `Begin a successor log, by your name and on record. This is the way on for a node
whose log has signed more, or something else, than its database holds: a backup
older than the last signed head, or two histories. First look for a newer copy.

The tree goes on under another name. What the old log signed up to here is still
proven to be its beginning; receipts given before still verify. What waited is
recorded first; what peers had sent since the copy was made is asked for again.
Every peer's desk is told and keeps the heads of both logs.`,
		Example: `  heed ledger succeed --reason 'the disk of 3 May died; the backup of 2 May is all there is'`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var s api.Succeeded
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/ledger/succeed", nil, api.Act{Words: words}, &s)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "the log goes on as %s; that you said so is its first record, what waited comes next\n", s.Log)
			return nil
		},
	}
	cmd.Flags().StringVar(&words, "reason", "", "why, and what is lost (required)")
	return cmd
}

func bundleCommand(f *flags) *cobra.Command {
	var file, with string
	var decisions bool
	cmd := &cobra.Command{
		Use:   "bundle HANDLE",
		Short: "Write a file that proves the history of a statement offline",
		Long: `Write a file that proves the history of a statement offline: its versions, every
delivery and receipt, and that decisions were made, when. The decisions themselves
are kept back unless --decisions releases them. With --with the file names no other
receiver than that party.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			what := strings.Join(args, " ")
			q := url.Values{"what": {what}}
			if with != "" {
				q.Set("with", with)
			}
			if decisions {
				q.Set("decisions", "yes")
			}
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/bundle", q, nil, nil)
			if err != nil {
				return err
			}
			if file == "" {
				file = strings.ReplaceAll(what, " ", "-") + ".bundle.json"
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
	cmd.Flags().StringVarP(&file, "out", "o", "", "file to write (default HANDLE.bundle.json)")
	cmd.Flags().StringVar(&with, "with", "", "leave out the deliveries and receipts of all other parties")
	cmd.Flags().BoolVar(&decisions, "decisions", false, "release the decisions, with their reasons; for a note of distrust, its text")
	return cmd
}
