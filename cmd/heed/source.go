package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
)

func jsonBytes(v any) ([]byte, error) {
	return json.Marshal(v, json.Deterministic(true), jsontext.Multiline(true))
}

// secret reads a secret from a file, a terminal without echo, or a pipe; never from the
// command line, which others on the machine can see.
func secret(cmd *cobra.Command, file, ask string) (string, error) {
	if file != "" {
		b, err := os.ReadFile(file)
		return strings.TrimRight(string(b), "\r\n"), err
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		fmt.Fprint(cmd.ErrOrStderr(), ask+": ")
		b, err := term.ReadPassword(int(os.Stdin.Fd()))
		fmt.Fprintln(cmd.ErrOrStderr())
		return string(b), err
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if line != "" {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

func sourceCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "source",
		Short: "Keep the names of sealed sources, and mint the tokens that stand for them",
		Long: `The name of a sealed source is sealed to the source desk's key. It is opened by the
desk's passphrase for five minutes, and each look is on record. Outside stands the
origin token: the same for every receiver, so that two parties see that they stand on
one source, and no more. Only the role source-desk may do any of this.

Names and passphrases are asked for, or read from a file; they are never arguments.`,
	}
	cmd.AddCommand(sourceInit(f), sourceAdd(f), sourceList(f), sourceUnlock(f), sourceLock(f), sourceLook(f), sourceToken(f))
	return cmd
}

func sourceInit(f *flags) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "init", Short: "Make the desk's key for sealed sources, under a passphrase", Args: cobra.NoArgs,
		Long: `Make the key that names are sealed to and the secret origin key. Nobody can recover the
passphrase. Keep a copy of the origin key file in the node's folder keys/: without it the
same source gets another token.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			pass, err := secret(cmd, file, "a passphrase for the source desk, of 12 letters at least")
			if err != nil {
				return err
			}
			if _, err := f.ask(cmd.Context(), http.MethodPost, "/api/sources/key", nil, api.Source{Passphrase: pass}, nil); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "the source desk can seal names now; whoever forgets the passphrase loses them")
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "passphrase-file", "", "file that holds the passphrase")
	return cmd
}

func sourceAdd(f *flags) *cobra.Command {
	var file, notes string
	cmd := &cobra.Command{
		Use: "add", Short: "Seal the name of a source", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			name, err := secret(cmd, file, "name of the source (not shown)")
			if err != nil {
				return err
			}
			in := api.Source{Name: name}
			if notes != "" {
				if in.Notes, err = secret(cmd, notes, ""); err != nil {
					return err
				}
			}
			var line desk.SourceLine
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/sources", nil, in, &line)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s sealed; heed warn --source %s puts its token into a chain\n", line.ID, line.ID)
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "name-file", "", "file that holds the name")
	cmd.Flags().StringVar(&notes, "notes-file", "", "file with notes to seal with it")
	return cmd
}

func sourceList(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the sealed sources, without their names", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []desk.SourceLine
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/sources", nil, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			for _, s := range list {
				fmt.Fprintf(cmd.OutOrStdout(), "%s  sealed %s by %s\n", s.ID, s.Since.Format("2006-01-02 15:04Z"), clean(s.Person))
			}
			if len(list) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "No source is sealed here: heed source add seals one.")
			}
			return nil
		},
	}
}

func (f *flags) unlock(cmd *cobra.Command, file string) (api.Unlocked, error) {
	var u api.Unlocked
	pass, err := secret(cmd, file, "passphrase of the source desk")
	if err != nil {
		return u, err
	}
	_, err = f.ask(cmd.Context(), http.MethodPost, "/api/sources/unlock", nil, api.Source{Passphrase: pass}, &u)
	return u, err
}

func sourceUnlock(f *flags) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "unlock", Short: "Open the names for five minutes", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			u, err := f.unlock(cmd, file)
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "open until %s; heed source lock closes them\n", u.Until.Format("15:04:05 UTC"))
			}
			return err
		},
	}
	cmd.Flags().StringVar(&file, "passphrase-file", "", "file that holds the passphrase")
	return cmd
}

func sourceLock(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "lock", Short: "Close the names", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := f.ask(cmd.Context(), http.MethodPost, "/api/sources/lock", nil, struct{}{}, nil)
			if err == nil {
				fmt.Fprintln(cmd.OutOrStdout(), "locked")
			}
			return err
		},
	}
}

func sourceLook(f *flags) *cobra.Command {
	var file, why string
	cmd := &cobra.Command{
		Use: "look ID --reason '…'", Short: "Show the name of a sealed source; that you looked is on record", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if file != "" {
				if _, err := f.unlock(cmd, file); err != nil {
					return err
				}
			}
			var line desk.SourceLine
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/sources/look", nil, api.Source{ID: args[0], Reason: why}, &line)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", line.ID, clean(line.Name))
			if line.Notes != "" {
				fmt.Fprint(cmd.OutOrStdout(), wrap(line.Notes, "  ", width()))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&why, "reason", "", "why you look; it goes on record")
	cmd.Flags().StringVar(&file, "passphrase-file", "", "file that holds the passphrase, to unlock first")
	return cmd
}

func sourceToken(f *flags) *cobra.Command {
	var scope, file string
	cmd := &cobra.Command{
		Use: "token [ID]", Short: "Mint the sealed hop of a source, for the chain of a warning", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := api.Source{Scope: scope}
			switch {
			case len(args) == 1:
				in.ID = args[0]
			case file != "":
				name, err := secret(cmd, file, "")
				if err != nil {
					return err
				}
				in.Name = name
			default:
				return errors.New("name the source by its id, or by --name-file")
			}
			var hop heed.Hop
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/sources/token", nil, in, &hop)
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), b)
		},
	}
	cmd.Flags().StringVar(&scope, "scope", "", "case:NAME, the same for everything you say of this case, or lasting (default: a case of its own)")
	cmd.Flags().StringVar(&file, "name-file", "", "file that holds the name")
	return cmd
}
