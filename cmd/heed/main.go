// Command heed runs a node of the warning exchange and is the hand tool of the
// people who use one.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	if err := root().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "heed: "+err.Error())
		os.Exit(1)
	}
}

// root lists every command; each stands in a file of its own name.
func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "heed",
		Short:         "A warning exchange for parties who do not fully trust each other",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.AddCommand(weighCommand(), readCommand())
	return cmd
}
