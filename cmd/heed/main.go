// Command heed runs a node of the warning exchange and is the hand tool of the
// people who use one.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"heed/internal/intake/plain"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == plain.ChildArg {
		if err := plain.Child(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	err := chooseClock()
	if err == nil {
		err = root().Execute()
	}
	var code exitCode
	switch {
	case errors.As(err, &code):
		os.Exit(int(code))
	case err != nil:
		var p problem
		if errors.As(err, &p) {
			printAlarm(os.Stderr, p.alarm, width())
		}
		fmt.Fprintln(os.Stderr, "heed: "+err.Error())
		os.Exit(1)
	}
}

// exitCode ends the program with a status after everything has been said.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// flags that every command has.
type flags struct {
	node  string // folder
	url   string
	token string // file
	as    string
	json  bool
}

// root lists every command; each stands in a file of its own name or group.
func root() *cobra.Command {
	f := &flags{}
	cmd := &cobra.Command{
		Use:   "heed",
		Short: "A warning exchange for parties who do not fully trust each other",
		Long: `Heed takes warnings in, answers with signed receipts, and can prove afterwards
who knew what, when, and what they did.

A node lives in a folder: make one with heed init, run it with heed serve, and
speak to it from the same folder with the other commands.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; %s -h lists what there is", err, c.CommandPath())
	})
	p := cmd.PersistentFlags()
	p.StringVar(&f.node, "node", envOr("HEED_NODE", "."), "folder of the node (or set HEED_NODE)")
	p.StringVar(&f.url, "url", os.Getenv("HEED_URL"), "address of a node elsewhere, with --token-file (or HEED_URL)")
	p.StringVar(&f.token, "token-file", os.Getenv("HEED_TOKEN_FILE"), "file with your token (or HEED_TOKEN_FILE)")
	p.StringVar(&f.as, "as", "", "party that you speak for, where the node has several desks")
	p.BoolVar(&f.json, "json", false, "print JSON")
	for _, g := range groups(f) {
		cmd.AddGroup(&cobra.Group{ID: g.title, Title: g.title + ":"})
		for _, c := range g.commands {
			c.GroupID = g.title
			cmd.AddCommand(c)
		}
	}
	f.complete(cmd)
	return cmd
}

// group is a heading of the help, and what stands under it.
type group struct {
	title    string
	commands []*cobra.Command
}

func groups(f *flags) []group {
	return []group{
		{"At the desk", []*cobra.Command{inboxCommand(f), showCommand(f), ackCommand(f), acceptCommand(f), decideCommand(f), casesCommand(f), caseCommand(f),
			outcomeCommand(f), clocksCommand(f), handOverCommand(f), findCommand(f), watchCommand(f), distrustCommand(f), trackCommand(f), nameCommand(f)}},
		{"Saying and passing on", []*cobra.Command{warnCommand(f), heardCommand(f), takeCommand(f), passCommand(f), sentCommand(f), askCommand(f), questionsCommand(f),
			answerCommand(f), feedbackCommand(f), askReleaseCommand(f), grantCommand(f), translateCommand(f)}},
		{"Before release", []*cobra.Command{checkCommand(f), draftsCommand(f), releaseCommand(f), extractCommand(f), sourceCommand(f)}},
		{"Whom to reach", []*cobra.Command{directoryCommand(f), rosterCommand(f), drillCommand(f)}},
		{"Running a node", []*cobra.Command{initCommand(f), serveCommand(f), statusCommand(f), cardCommand(f), partyCommand(f), personCommand(f), tokenCommand(f),
			policyCommand(f), backupCommand(f), restoreCommand(f)}},
		{"Proving", []*cobra.Command{whoKnewCommand(f), ledgerCommand(f), bundleCommand(f), receiptCommand(f), verifyCommand(f), accessCommand(f)}},
		{"Tools", []*cobra.Command{readCommand(f), weighCommand(f), demoCommand(), benchCommand()}},
	}
}

func envOr(name, usual string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return usual
}
