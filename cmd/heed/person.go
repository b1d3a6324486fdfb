package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/api"
	"heed/internal/people"
)

func personCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "person",
		Short: "Enter persons, give roles, make sign-in links, deactivate",
		Long: `Say who acts for a desk of this node, and as what. Every change is also a signed
statement in the ledger, in the same commit. It takes the role administrator, and
holds from that moment on, also for who is signed in.

The roles: ` + listRoles(people.Roles) + `.`,
	}
	cmd.AddCommand(personAddCommand(f), personListCommand(f), personRoleCommand(f), personActiveCommand(f, "deactivate"),
		personActiveCommand(f, "reactivate"), personLinkCommand(f), personLoginCommand(f))
	return cmd
}

func personAddCommand(f *flags) *cobra.Command {
	var roles []string
	var title string
	cmd := &cobra.Command{
		Use:     "add NAME --role ROLE[,ROLE…]",
		Short:   "Enter a person; prints the link with which they sign in first",
		Example: "  heed person add bo --title 'Bo Adler' --role duty-officer,liaison",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.link(cmd, "/api/persons", api.NewPerson{Name: args[0], Title: title, Roles: asRoles(roles)})
		},
	}
	cmd.Flags().StringSliceVar(&roles, "role", nil, "what the person does here; may be given several times (required)")
	cmd.Flags().StringVar(&title, "title", "", "the person's name as people read it")
	_ = cmd.MarkFlagRequired("role") // the flag exists: it was made above
	return cmd
}

func personListCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the persons of a desk with their roles", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []api.Person
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/persons", nil, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			for _, p := range list {
				what := listRoles(p.Roles)
				if len(p.Roles) == 0 {
					what = "no role"
				}
				if !p.Active {
					what = "DEACTIVATED (" + what + ")"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%-14s %s\n", p.Name, fit(what, max(width()-15, 20)))
			}
			return nil
		},
	}
}

func personRoleCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:     "role NAME [ROLE…]",
		Short:   "Set what a person does at a desk; without roles the person does nothing there",
		Example: "  heed person role bo supervisor inspector",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := api.NewPerson{Name: args[0], Roles: asRoles(args[1:])}
			if err := f.post(cmd, "/api/persons/roles", in); err != nil || f.json {
				return err
			}
			what := listRoles(in.Roles)
			if what == "" {
				what = "nothing"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is here from now on: %s\n", in.Name, what)
			return nil
		},
	}
}

func personActiveCommand(f *flags, verb string) *cobra.Command {
	short := "End what a person may do: sessions, links and tokens die at once"
	done := "%s may not sign in any more; sessions, links and tokens have ended\n"
	if verb == "reactivate" {
		short = "Let a deactivated person sign in again, with the roles from before"
		done = "%s may sign in again; old sessions and tokens do not come back\n"
	}
	return &cobra.Command{
		Use: verb + " NAME", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.post(cmd, "/api/persons/"+verb, api.NewPerson{Name: args[0]}); err != nil || f.json {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), done, args[0])
			return nil
		},
	}
}

func personLinkCommand(f *flags) *cobra.Command {
	var forget bool
	cmd := &cobra.Command{
		Use:   "link NAME",
		Short: "Make a link with which a person signs in, once, within a day",
		Long: `Make a link with which a person signs in, once, within a day. With --forget, what the
person signs in with (password, passkeys, outside logins), all sessions and all tokens are
taken off first: for somebody who has lost them. That you made the link is recorded.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.link(cmd, "/api/persons/link", api.NewPerson{Name: args[0], Forget: forget})
		},
	}
	cmd.Flags().BoolVar(&forget, "forget", false, "take password, passkeys, outside logins, sessions and tokens off")
	return cmd
}

func personLoginCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "login NAME SUBJECT",
		Short: "Join an account at the outside provider to a person, by its subject",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.post(cmd, "/api/persons/login", api.NewPerson{Name: args[0], Subject: args[1]}); err != nil || f.json {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s may sign in from outside as %s\n", args[0], clean(args[1]))
			return nil
		},
	}
}

// link posts and prints the sign-in link of the answer.
func (f *flags) link(cmd *cobra.Command, path string, in api.NewPerson) error {
	var out api.Link
	b, err := f.ask(cmd.Context(), http.MethodPost, path, nil, in, &out)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	fmt.Fprintln(cmd.OutOrStdout(), out.Link)
	fmt.Fprintf(cmd.ErrOrStderr(), "give it to %s on a channel you trust: whoever has it becomes %s, once, within a day\n", in.Name, in.Name)
	return nil
}

// post sends what has an empty answer.
func (f *flags) post(cmd *cobra.Command, path string, in any) error {
	b, err := f.ask(cmd.Context(), http.MethodPost, path, nil, in, nil)
	if err == nil && f.json {
		return printJSON(cmd.OutOrStdout(), b)
	}
	return err
}

func tokenCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Make, list and revoke your own tokens for scripts",
		Long: `Tokens stand for you in scripts and on other machines (--url with --token-file). Each has
a name and scopes, and is good until you revoke it or are deactivated. A token is
never enough for what needs a fresh proof that it is you: releasing, taking back,
keys and roles.`,
	}
	var scopes []string
	add := &cobra.Command{
		Use: "add NAME --scope read[,write,admin]", Short: "Make a token; it is shown once", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := api.NewToken{Name: args[0]}
			for _, s := range scopes {
				in.Scopes = append(in.Scopes, people.Scope(s))
			}
			var out api.NewToken
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/tokens", nil, in, &out)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintln(cmd.OutOrStdout(), out.Token)
			fmt.Fprintln(cmd.ErrOrStderr(), "keep it in a file that only you can read; it is kept here only as a hash")
			return nil
		},
	}
	add.Flags().StringSliceVar(&scopes, "scope", []string{"read"}, "what it is for: read, write, admin")
	list := &cobra.Command{
		Use: "list", Short: "List your tokens", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []people.Token
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/tokens", nil, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			for _, t := range list {
				var names []string
				for _, s := range t.Scopes {
					names = append(names, string(s))
				}
				made := "before names were kept"
				if !t.MadeAt.IsZero() {
					made = t.MadeAt.Format("2006-01-02 15:04 UTC")
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%-20s %-18s %s\n", fit(t.Name, 20), strings.Join(names, ", "), made)
			}
			if len(list) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "You have no tokens; make one with heed token add.")
			}
			return nil
		},
	}
	revoke := &cobra.Command{
		Use: "revoke NAME", Short: "End one of your tokens at once", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.post(cmd, "/api/tokens/revoke", api.NewToken{Name: args[0]}); err != nil || f.json {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s has ended\n", clean(args[0]))
			return nil
		},
	}
	cmd.AddCommand(add, list, revoke)
	return cmd
}

func accessCommand(f *flags) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:   "access",
		Short: "List who read what of restricted text, newest first; for inspectors",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []people.Read
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/access", url.Values{"limit": {strconv.Itoa(limit)}}, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			for _, r := range list {
				fmt.Fprintf(cmd.OutOrStdout(), "%6d  %s  %-12s %-6s %-9s %s\n", r.N, r.At.Format("2006-01-02 15:04:05 UTC"), fit(r.Person, 12), r.Door, r.Act, r.What)
			}
			if len(list) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "Nobody has read restricted text here yet.")
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 100, "lines at most")
	return cmd
}

func asRoles(names []string) []people.Role {
	list := []people.Role{}
	for _, n := range names {
		list = append(list, people.Role(n))
	}
	return list
}

func listRoles(roles []people.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}
