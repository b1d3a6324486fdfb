package main

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/actor"
	"heed/internal/desk"
)

func nameImportCommand(f *flags) *cobra.Command {
	var in desk.List
	cmd := &cobra.Command{
		Use:   "import FILE | --built-in",
		Short: "Take a list of known actors into the register, each claim with its teller",
		Long: `Take a list of known actors into the register: who goes under which other names, and is
a part of what. Each is a claim of its own, with who says so; rival ones stand side by
side and none replaces another. What is on record is passed over, so the same list again
adds nothing. A line that cannot be taken is named by its number, and then nothing of
the list is recorded.

FILE is CSV (.csv) with the columns ` + strings.Join(actor.Columns, ",") + `, of which only name
must be there, several aliases with semicolons between them; or JSON (.json), a list of
objects with the same members, alias and part-of as lists; or a STIX 2.1 bundle (.json),
of which identities, threat actors, intrusion sets, locations and relationships of the
type part-of are taken, as told by who created them.

--built-in takes the list that heed read knows parties by: states, armed groups, agencies
and outlets. A name that one list gives to two actors joins neither to the other.`,
		Example: `  heed name import --built-in --look
  heed name import actors.csv --teller 'the joint list of May'
  heed name ISKP`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if in.BuiltIn == (len(args) == 1) {
				return errors.New("give either a FILE or --built-in")
			}
			if len(args) == 1 {
				text, err := readText(args[0], actor.MaxList)
				if err != nil {
					return err
				}
				in.Name, in.File = filepath.Base(args[0]), []byte(text)
			}
			return importNames(cmd, f, in)
		},
	}
	cmd.Flags().BoolVar(&in.BuiltIn, "built-in", false, "the list that is built into Heed")
	cmd.Flags().BoolVar(&in.Look, "look", false, "only say what it would add")
	cmd.Flags().StringVar(&in.Teller, "teller", "", "who says so, where the file does not tell (default: this desk)")
	return cmd
}

// importNames takes a list in a part at a time, and says how far it is.
func importNames(cmd *cobra.Command, f *flags, in desk.List) error {
	var all desk.Listed
	for in.Limit = 500; ; {
		var n desk.Listed
		if _, err := f.ask(cmd.Context(), http.MethodPost, "/api/register/import", nil, in, &n); err != nil {
			if in.From > 0 {
				return fmt.Errorf("after %d of %d claims: %w (the same again goes on from there)", in.From, all.Claims, err)
			}
			return err
		}
		n.New, n.Known = n.New+all.New, n.Known+all.Known
		if all = n; n.Next == 0 {
			break
		}
		in.From = n.Next
		fmt.Fprintf(cmd.ErrOrStderr(), "%d of %d claims\n", n.Next, n.Claims)
	}
	if f.json {
		return printValue(cmd.OutOrStdout(), all)
	}
	did := "recorded"
	if in.Look {
		did = "would be recorded"
	}
	fmt.Fprint(cmd.OutOrStdout(), wrap(fmt.Sprintf("%d claims about %d names, as told by %s: %d %s, %d on record already.", all.Claims, all.Names, clean(all.Teller), all.New, did, all.Known), "", width()))
	if all.Without > 0 {
		fmt.Fprint(cmd.OutOrStdout(), wrap(fmt.Sprintf("Of %d names nothing is claimed: they have no other name and are a part of nothing.", all.Without), "", width()))
	}
	return nil
}
