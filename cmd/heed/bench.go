package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"heed/internal/bench"
)

func benchCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "bench", Short: "Measure this program on this machine"}
	cmd.AddCommand(benchReceiptsCommand(), benchLoadCommand())
	return cmd
}

func benchReceiptsCommand() *cobra.Command {
	var o bench.Options
	var lines bool
	var file, dir string
	cmd := &cobra.Command{
		Use:   "receipts",
		Short: "Measure the way of a warning to its receipt, and what stands on it; prints JSON",
		Long: `Measure, on nodes of their own in a new folder that is removed afterwards: the CPU
for a sealed warning recorded and receipted under 64 clients, the gain from shared
commits, one client's latency, an inclusion proof at a million leaves, verify of a
folder, a rebuild of all views, and memory. It takes some minutes and both the disk
and the processors for itself. The figures are CPU for each operation, or ratios
inside one run, beside a calibration of the same minute.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.Program, err = os.Executable(); err != nil {
				return err
			}
			if o.Dir, err = os.MkdirTemp(dir, "heed-bench-"); err != nil {
				return err
			}
			defer os.RemoveAll(o.Dir)
			o.Progress = cmd.ErrOrStderr()
			out, err := bench.Receipts(cmd.Context(), o)
			if err != nil {
				return err
			}
			b, err := out.JSON()
			if err != nil {
				return err
			}
			if file != "" {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					return err
				}
				if err := os.WriteFile(file, b, 0o644); err != nil {
					return err
				}
			}
			if lines {
				b = []byte(out.Lines())
			}
			_, err = cmd.OutOrStdout().Write(b)
			return err
		},
	}
	cmd.Flags().BoolVar(&lines, "lines", false, "print a line for each figure instead: name | measured | goal | ok or short")
	cmd.Flags().StringVarP(&file, "out", "o", "", "also write the JSON to this file")
	cmd.Flags().StringVar(&dir, "dir", "", "folder on the disk to measure (default: where temporary files go)")
	cmd.Flags().StringSliceVar(&o.Rows, "rows", nil, "only these groups of figures: receipts, ledger (with receipts), proofs")
	cmd.Flags().StringVar(&o.Profile, "cpu-profile", "", "file for a CPU profile of the node under load")
	return cmd
}

// benchLoadCommand is the client of the measurement, in a process of its own.
func benchLoadCommand() *cobra.Command {
	return &cobra.Command{
		Use: "load", Short: "Post as told on standard input", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := bench.Load(cmd.InOrStdin(), cmd.OutOrStdout()); err != nil {
				return fmt.Errorf("load: %w", err)
			}
			return nil
		},
	}
}
