package main

import "github.com/spf13/cobra"

func readCommand() *cobra.Command {
	return &cobra.Command{Use: "read", Short: "Read plain text into drafts that point at their words"}
}
