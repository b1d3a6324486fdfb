package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
)

func translateCommand(f *flags) *cobra.Command {
	var (
		in       api.Translate
		file     string
		language bool
	)
	cmd := &cobra.Command{
		Use:   "translate HANDLE [vN] --lang de --text '…'",
		Short: "Set a translation beside a statement; the original stays as it is",
		Long: `Set a translation beside a statement. It is a statement of its own, with the name of
who translated, and as secret as its original. heed show prints the original first,
then its translations. Words left as they are, names or words that nobody could
translate, are named with --left and flagged to every reader.`,
		Example: `  heed translate K7QM-2RXA --lang de --headline 'Sturmflut erwartet' \
    --text 'An der Hafenmündung wird ein seiche erwartet.' --left seiche
  heed translate K7QM-2RXA --stix     # the translations as STIX language-content`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.What = strings.Join(args, " ")
			if language {
				b, err := f.ask(cmd.Context(), http.MethodGet, "/api/translations", url.Values{"what": {in.What}}, nil, nil)
				if err != nil {
					return err
				}
				return printJSON(cmd.OutOrStdout(), b)
			}
			if file != "" {
				text, err := readText(file, 1<<20)
				if err != nil {
					return err
				}
				in.Text = text
			}
			if in.Lang == "" || in.Text == "" {
				return errors.New("give the language with --lang and the words with --text or --text-file")
			}
			var said desk.Said
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/translate", nil, in, &said)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s recorded: a translation of %s into %s\n", said.Handle, clean(in.What), in.Lang)
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&in.Lang, "lang", "", "into which language, such as de or zh-Hant")
	fl.StringVar(&in.Headline, "headline", "", "the headline in that language")
	fl.StringVar(&in.Text, "text", "", "the words in that language")
	fl.StringVar(&file, "text-file", "", `file with the words ("-": standard input)`)
	fl.StringArrayVar(&in.Left, "left", nil, "a word left as it is; may be given several times")
	fl.StringVar(&in.By, "by", "", "who translated, if not you: a bureau, or a machine by its name")
	fl.BoolVar(&language, "stix", false, "print the translations that are there as a STIX language-content object")
	return cmd
}

// printTranslations prints what stands beside the original.
func printTranslations(w io.Writer, s desk.Sheet, cols int) {
	fresh := false
	for _, t := range s.Translations {
		title := fmt.Sprintf("TRANSLATION into %s by %s, entered by %s (%s) %s  %s", t.Lang, t.By, t.Person, t.Desk, t.At.Format("2006-01-02 15:04Z"), t.Handle)
		if t.Of != s.Version {
			title += fmt.Sprintf("  OF v%d, NOT OF THIS VERSION", t.Of)
		}
		fmt.Fprint(w, wrap(title, "", cols))
		if len(t.Left) > 0 {
			fmt.Fprint(w, wrap("UNTRANSLATED: "+strings.Join(t.Left, ", "), "! ", cols))
		}
		if t.Headline != "" {
			fmt.Fprint(w, wrap(t.Headline, "  ", cols))
		}
		fmt.Fprintf(w, "%s\n", wrap(t.Text, "  ", cols))
		fresh = fresh || t.Of == s.Version
	}
	if len(s.Translations) > 0 && !fresh {
		fmt.Fprintf(w, "v%d has no translation yet\n", s.Version)
	}
}

func distrustCommand(f *flags) *cobra.Command {
	var (
		in   api.Distrust
		lift bool
	)
	cmd := &cobra.Command{
		Use:   "distrust PARTY --level some|strong|full --reason '…'",
		Short: "Note, for your own desk only, how far you distrust a party",
		Long: `Note how far your desk distrusts a party, and why. The note is signed and kept, shown to
your own desk in heed party list and heed show, and sent to nobody. It never hides a
warning: it changes what stands beside it and what reason you are asked for, and
never what it weighs.`,
		Example: `  heed distrust coast --level some --reason 'two false alarms in May'
  heed distrust coast --lift --reason 'both were explained'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Party = args[0]
			if lift {
				if in.Level != "" {
					return errors.New("--lift and --level exclude each other")
				}
				in.Level = heed.NoDistrust
			}
			var note heed.Distrust
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/distrust", nil, in, &note)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			if lift {
				fmt.Fprintf(cmd.OutOrStdout(), "the distrust of %s is lifted; the notes before stay on record\n", args[0])
				return nil
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", args[0], distrustWords(note))
			return nil
		},
	}
	cmd.Flags().StringVar(&in.Level, "level", "", strings.Join(heed.DistrustLevels[1:], ", "))
	cmd.Flags().StringVar(&in.Reason, "reason", "", "why")
	cmd.Flags().BoolVar(&lift, "lift", false, "take the note back, with a reason")
	return cmd
}

func distrustWords(d heed.Distrust) string {
	return fmt.Sprintf("distrust: %s, since %s by %s: %s", d.Level, d.At.Format("2006-01-02"), d.Person, d.Reason)
}
