package main

import "github.com/spf13/cobra"

func weighCommand() *cobra.Command {
	return &cobra.Command{Use: "weigh", Short: "Weigh what several sources say about one question"}
}
