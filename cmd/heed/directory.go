package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/people"
)

func directoryCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "directory",
		Short: "Whom this desk can warn: sites and offices by place, and whether they can be reached",
		Long: `The directory holds the contacts of a desk: churches, concert halls, airports, offices;
where they are, who answers there, in which languages, by which channels, when that was
last tested and what came of it. What nobody knows stays unknown.`,
		Example: `  heed directory near Colombo --targets church --of K7QM-2RXA
  heed directory import contacts.csv
  heed directory test 'Kirche St. Anna' --reachable yes
  heed directory told 'Kirche St. Anna' K7QM-2RXA --channel phone`,
	}
	cmd.AddCommand(directoryNear(f), directoryList(f), directoryAdd(f), directoryDrop(f), directoryImport(f), directoryExport(f), directoryTest(f), directoryTold(f))
	return cmd
}

func directoryNear(f *flags) *cobra.Command {
	var km, kind, of string
	cmd := &cobra.Command{
		Use:   "near PLACE",
		Short: "Count and list who is near a place, who can be reached, and who was told",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.sites(cmd, url.Values{"place": {args[0]}, "km": {km}, "targets": {kind}, "of": {of}})
		},
	}
	cmd.Flags().StringVar(&km, "km", "25", "how far around a city")
	cmd.Flags().StringVar(&kind, "targets", "", "only this kind, such as church")
	cmd.Flags().StringVar(&of, "of", "", "handle of the warning that they may have been told of; without it: anything within a day")
	return cmd
}

func directoryList(f *flags) *cobra.Command {
	var kind, of string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List all contacts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.sites(cmd, url.Values{"targets": {kind}, "of": {of}})
		},
	}
	cmd.Flags().StringVar(&kind, "targets", "", "only this kind, such as church")
	cmd.Flags().StringVar(&of, "of", "", "handle of the warning that they may have been told of; without it: anything within a day")
	return cmd
}

func (f *flags) sites(cmd *cobra.Command, q url.Values) error {
	for k := range q {
		if q.Get(k) == "" {
			q.Del(k)
		}
	}
	var s desk.Sites
	b, err := f.ask(cmd.Context(), http.MethodGet, "/api/directory", q, nil, &s)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	printSites(cmd.OutOrStdout(), s, width())
	return nil
}

func printSites(w io.Writer, s desk.Sites, cols int) {
	if s.Near != "" {
		fmt.Fprintf(w, "near %s", clean(s.Near))
		if s.Other > 0 {
			fmt.Fprintf(w, " (%d other places have this name: write the country behind it, as in Colombo, LK)", s.Other)
		}
		fmt.Fprintln(w)
	}
	parts := []string{fmt.Sprintf("%d sites", len(s.Sites)), fmt.Sprintf("%d reachable", s.Reachable), fmt.Sprintf("%d told", s.Told)}
	fmt.Fprintf(w, "%s of %s\n", strings.Join(parts, ", "), clean(s.Of))
	if s.Not > 0 || s.Unknown > 0 {
		fmt.Fprintf(w, "! %d do not answer, of %d nobody knows\n", s.Not, s.Unknown)
	}
	if s.Unplaced > 0 {
		fmt.Fprintf(w, "! %d more of this kind stand at places that are not known, and may be near\n", s.Unplaced)
	}
	if len(s.Sites) == 0 {
		fmt.Fprintln(w, "no contact is in the directory here: heed directory add, or heed directory import FILE.csv")
	}
	for _, c := range s.Sites {
		far := ""
		if c.Km != nil {
			far = fmt.Sprintf("%.0f km", *c.Km)
		}
		fmt.Fprintf(w, "%s  %s\n", clean(c.Name), clean(strings.Join(nonempty(c.Kind, c.Place, c.Country, far), ", ")))
		told := "not told"
		if c.Told != "" {
			told = "told " + c.Told
		}
		fmt.Fprint(w, wrap(fmt.Sprintf("reachable: %s; tested %s; %s", c.Reachable, c.Tested, told), "    ", cols))
		if line := strings.Join(nonempty(c.Duty, strings.Join(c.Languages, " "), strings.Join(c.Channels, "; "), say("party", c.Party)), " | "); line != "" {
			fmt.Fprint(w, wrap(line, "    ", cols))
		}
	}
}

func directoryAdd(f *flags) *cobra.Command {
	var (
		in       api.Contact
		lat, lon float64
	)
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Add a contact, or replace the one of that name",
		Example: `  heed directory add 'Church of St. Anna' --kind church --place Colombo --country LK \
    --channel 'phone:+94 11 000 0000' --lang si --lang en --duty 'sacristan, 6 to 20 h'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Name = args[0]
			if cmd.Flags().Changed("lat") {
				in.Lat = &lat
			}
			if cmd.Flags().Changed("lon") {
				in.Lon = &lon
			}
			return f.contact(cmd, "/api/directory", in, clean(in.Name)+" is in the directory")
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&in.Kind, "kind", "", "what it is: church, concert-hall, airport, police …")
	fl.StringVar(&in.Place, "place", "", "where, by name")
	fl.StringVar(&in.Country, "country", "", "two letters, such as LK")
	fl.Float64Var(&lat, "lat", 0, "latitude in degrees")
	fl.Float64Var(&lon, "lon", 0, "longitude in degrees")
	fl.StringVar(&in.Duty, "duty", "", "who answers, and when")
	fl.StringSliceVar(&in.Languages, "lang", nil, "language spoken there; may be given several times")
	fl.StringArrayVar(&in.Channels, "channel", nil, "kind and address, as in phone:+94 11 000 0000; kinds are "+strings.Join(people.ChannelKinds, ", "))
	fl.StringVar(&in.Party, "party", "", "the party of the exchange that it is, if it is one")
	return cmd
}

// contact sends one change and says what is done.
func (f *flags) contact(cmd *cobra.Command, path string, in any, done string) error {
	b, err := f.ask(cmd.Context(), http.MethodPost, path, nil, in, nil)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	fmt.Fprintln(cmd.OutOrStdout(), done)
	return nil
}

func directoryDrop(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "drop NAME",
		Short: "Take a contact out of the directory",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.contact(cmd, "/api/directory/drop", api.OnContact{Name: args[0]}, clean(args[0])+" is out of the directory")
		},
	}
}

func directoryImport(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE.csv",
		Short: "Take in contacts from CSV: all of the file, or nothing",
		Long: `Take in contacts from CSV. The first line names the columns:
` + strings.Join(people.ContactColumns, ",") + `
Only name must be there. Languages stand with spaces between, channels with semicolons,
tested is a day as in 2024-03-07, reachable is yes, no or unknown. A contact whose name
is known is replaced; none is dropped. One line that cannot be taken, and nothing is
stored; each such line is named by its number.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readText(args[0], people.MaxContactsFile)
			if err != nil {
				return err
			}
			var n api.ContactsFile
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/directory/import", nil, api.ContactsFile{CSV: text}, &n)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d contacts taken in\n", n.Count)
			return nil
		},
	}
}

func directoryExport(f *flags) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write all contacts as CSV that import takes; formulas are made harmless",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/directory/export", nil, nil, nil)
			if err != nil {
				return err
			}
			if out == "" {
				_, err = cmd.OutOrStdout().Write(b)
				return err
			}
			return os.WriteFile(out, b, 0o600)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "file to write (default: standard output)")
	return cmd
}

func directoryTest(f *flags) *cobra.Command {
	var reachable string
	cmd := &cobra.Command{
		Use:   "test NAME --reachable yes|no",
		Short: "Note that you tried to reach a contact just now, and whether it answered",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if reachable == "" {
				return errors.New("say with --reachable yes or no whether it answered")
			}
			return f.contact(cmd, "/api/directory/test", api.OnContact{Name: args[0], Reachable: reachable}, clean(args[0])+" tested now; reachable: "+clean(reachable))
		},
	}
	cmd.Flags().StringVar(&reachable, "reachable", "", "yes or no")
	return cmd
}

func directoryTold(f *flags) *cobra.Command {
	var in api.OnContact
	cmd := &cobra.Command{
		Use:   "told NAME HANDLE --channel phone",
		Short: "Note that a contact was told of a warning by other means",
		Long: `Note that a contact was told of a warning by phone, radio or in person. The warning's
handling is asked first: who may not be told, may not be told by phone either.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Name, in.What = args[0], args[1]
			return f.contact(cmd, "/api/directory/told", in, clean(in.Name)+" was told of "+clean(in.What))
		},
	}
	cmd.Flags().StringVar(&in.Channel, "channel", "phone", "how: "+strings.Join(people.ChannelKinds, ", "))
	return cmd
}
