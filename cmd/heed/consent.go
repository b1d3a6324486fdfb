package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/api"
	"heed/internal/desk"
)

func askReleaseCommand(f *flags) *cobra.Command {
	var in api.Consent
	cmd := &cobra.Command{
		Use:   "ask-release HANDLE [vN] --to PARTY --reason '…'",
		Short: "Ask a warning's author for consent to pass it to somebody",
		Long: `Ask the author of a warning for wider use than its handling allows. The question
travels as a signed statement; the answer is a grant, which lets heed pass go through
for that one receiver.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What = strings.Join(args, " ")
			return f.consent(cmd, "/api/ask-release", in, "asked")
		},
	}
	cmd.Flags().StringVar(&in.To, "to", "", "who is to get it (required)")
	cmd.Flags().BoolVar(&in.AtRisk, "at-risk", false, "they are at risk, or protect those who are")
	cmd.Flags().StringVar(&in.Words, "reason", "", "why they need it")
	_ = cmd.MarkFlagRequired("to") // the flag exists: it was made above
	return cmd
}

func grantCommand(f *flags) *cobra.Command {
	var in api.Consent
	cmd := &cobra.Command{
		Use:   "grant HANDLE",
		Short: "Allow another party to pass a warning of yours to one receiver",
		Long: `Give consent, as a signed statement. HANDLE is a question that asks for it (see
heed questions), or a warning of yours, with --holder and --to.`,
		Example: `  heed grant QZ3M-77AB
  heed grant K7QM-2RXA --holder harbour --to venue --at-risk --until 2026-05-04T00:00:00Z`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What = args[0]
			return f.consent(cmd, "/api/grant", in, "granted")
		},
	}
	cmd.Flags().StringVar(&in.Holder, "holder", "", "who may pass it on")
	cmd.Flags().StringVar(&in.To, "to", "", "to whom")
	cmd.Flags().BoolVar(&in.AtRisk, "at-risk", false, "only as those at risk, or their protectors")
	cmd.Flags().StringVar(&in.Until, "until", "", "when the consent ends, as in 2026-05-04T00:00:00Z")
	cmd.Flags().StringVar(&in.Words, "reason", "", "in your words")
	return cmd
}

func (f *flags) consent(cmd *cobra.Command, path string, in api.Consent, done string) error {
	var said desk.Said
	b, err := f.ask(cmd.Context(), http.MethodPost, path, nil, in, &said)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %s v%d on its way to %s\n", done, said.Handle, said.Version, strings.Join(said.To, ", "))
	return nil
}
