package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
)

// completer offers what can stand at a place of the command line.
type completer = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective)

// complete gives every command that takes a handle, a party or a fixed word its completion.
// The node is asked, in the name of whoever types; where it does not answer nothing is offered.
func (f *flags) complete(cmd *cobra.Command) {
	words := map[string][]string{
		"precedence": texts(heed.Precedences), "tlp": heed.TLPs, "pap": heed.PAPs, "basis": texts(heed.Bases), "rung": texts(heed.Rungs),
		"code": heed.Reasons, "read-back": {"yes", "no"}, "confidence": {"low", "moderate", "high"},
		"onward": {"may", "must-not", "ask"}, "attribution": {"may", "must", "must-not"}, "tell-at-risk": {"may", "must-not"},
		"unknown": {"who", "where", "when", "whom", "scale", "basis"},
	}
	for name, list := range words {
		offer(cmd, name, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			return within(list, typed), cobra.ShellCompDirectiveNoFileComp
		})
	}
	for _, name := range []string{"to", "from", "with"} {
		offer(cmd, name, f.parties(func(api.Party) bool { return true }))
	}
	offer(cmd, "as", f.parties(func(p api.Party) bool { return p.Own }))
	offer(cmd, "update", f.handles)
	if cmd.ValidArgsFunction == nil && strings.Contains(cmd.Use, "HANDLE") {
		cmd.ValidArgsFunction = f.handles
	}
	if cmd.CommandPath() == "heed party token" {
		cmd.ValidArgsFunction = f.parties(func(p api.Party) bool { return !p.Own })
	}
	for _, c := range cmd.Commands() {
		f.complete(c)
	}
}

func offer(cmd *cobra.Command, flag string, c completer) {
	if cmd.LocalNonPersistentFlags().Lookup(flag) != nil || cmd.PersistentFlags().Lookup(flag) != nil {
		_ = cmd.RegisterFlagCompletionFunc(flag, c) // the flag exists, and one that has a completion keeps it
	}
}

func texts[T ~string](list []T) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

// within keeps what goes on from what was typed, in either case of letters.
func within(list []string, typed string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !strings.HasPrefix(strings.ToLower(s), strings.ToLower(typed)) })
}

// handles offers the statements in the inbox and those sent, with their headlines. It opens
// none.
func (f *flags) handles(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 && !strings.Contains(cmd.Use, "HANDLE…") {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var (
		list []string
		box  desk.Box
		sent []desk.Sent
	)
	if _, err := f.ask(cmd.Context(), http.MethodGet, "/api/inbox", url.Values{"limit": {"100"}}, nil, &box); err == nil {
		for _, e := range box.Entries {
			list = append(list, fmt.Sprintf("%s\t%s: %s", e.Handle, e.By, clean(e.Headline)))
		}
	}
	if _, err := f.ask(cmd.Context(), http.MethodGet, "/api/sent", url.Values{"limit": {"100"}}, nil, &sent); err == nil {
		for _, s := range sent {
			list = append(list, fmt.Sprintf("%s\tours: %s", s.Handle, clean(s.Headline)))
		}
	}
	return within(list, typed), cobra.ShellCompDirectiveNoFileComp
}

func (f *flags) parties(which func(api.Party) bool) completer {
	return func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		var known []api.Party
		if _, err := f.ask(cmd.Context(), http.MethodGet, "/api/parties", nil, nil, &known); err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		before, last := "", typed
		if i := strings.LastIndexByte(typed, ','); i >= 0 {
			before, last = typed[:i+1], typed[i+1:]
		}
		var list []string
		for _, p := range known {
			if which(p) && strings.HasPrefix(p.Name, last) {
				list = append(list, fmt.Sprintf("%s%s\t%s", before, p.Name, clean(p.Title)))
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}
