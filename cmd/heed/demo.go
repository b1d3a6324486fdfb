package main

import (
	"crypto/rand"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"heed/internal/demo"
)

func demoCommand() *cobra.Command {
	o := demo.Options{Rand: rand.Reader}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Replay a case from the public record through real nodes on this machine",
		Long: `Start a node for each party that sends, relays or receives a warning, replay the
case through the real exchange on a fast clock, print the story, and verify every
node. What the record holds and what only Heed would have recorded are told apart.
Every statement is marked as an exercise.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			if o.Dir == "" {
				dir, err := os.MkdirTemp("", "heed-demo-")
				if err != nil {
					return err
				}
				o.Dir = dir
				if o.Once {
					defer os.RemoveAll(dir)
				}
			}
			o.Out, o.Width = cmd.OutOrStdout(), width()
			return demo.Run(ctx, o)
		},
	}
	cmd.Flags().StringVar(&o.Case, "case", "moscow-2024", "which: "+strings.Join(demo.Cases(), ", "))
	cmd.Flags().BoolVar(&o.Once, "once", false, "end after the story instead of staying up; uses free ports")
	cmd.Flags().StringVar(&o.Dir, "dir", "", "folder for the nodes (default: a new one among the temporary files)")
	return cmd
}
