package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"heed"
	"heed/internal/api"
)

// toldByTelephone is the basis, in words, of what was heard, unless the person says another.
const toldByTelephone = "told by telephone"

func heardCommand(f *flags) *cobra.Command {
	var in api.Warn
	var readBack, precedence, where string
	cmd := &cobra.Command{
		Use:   "heard [CALLER WORDS]",
		Short: "Take down a warning that came by voice: caller, words, read back or not",
		Long: `Take down a warning that came by voice, while the caller is on the line. Without
arguments three lines are asked for, or read from standard input: who calls, what
they say, and whether it was read back to them. The time is now. It joins a case and
starts a clock like any other; heed warn --heard has every other field.`,
		Example: `  heed heard
  heed heard 'duty line 2' 'Bomb at the east gate tonight' --read-back yes`,
		Args: cobra.MatchAll(cobra.MaximumNArgs(2), func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return errors.New("give the caller and the words, or neither")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				given := readBack
				var err error
				if args, readBack, err = dictate(cmd.InOrStdin(), cmd.ErrOrStderr()); err != nil {
					return err
				}
				if given != "" {
					readBack = given
				}
			}
			at := now().UTC().Truncate(time.Second)
			in.Headline, in.Text = args[1], args[1]
			in.Warning.BasisWords, in.Warning.Precedence = toldByTelephone, heed.Precedence(strings.ToUpper(precedence))
			in.Warning.Came = &heed.Came{How: "voice", Caller: args[0], At: &at, ReadBack: readBack}
			if where != "" {
				in.Warning.Where = &heed.Place{Words: where}
			}
			return sayWarning(cmd, f, in, "")
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&readBack, "read-back", "", "was it read back to the caller: yes, no")
	fl.StringVar(&precedence, "precedence", "", "ROUTINE, PRIORITY, IMMEDIATE or FLASH")
	fl.StringVar(&where, "where", "", "where, in words")
	fl.StringVar(&in.Warning.Handling.TLP, "tlp", "", strings.Join(heed.TLPs, ", "))
	fl.StringSliceVar(&in.To, "to", nil, "who else gets it")
	fl.StringVar(&in.Exercise, "exercise", "", "this is an exercise, and which")
	return cmd
}

// dictate asks for the three lines, with prompts where a person types them.
func dictate(in io.Reader, prompts io.Writer) (said []string, readBack string, err error) {
	file, ok := in.(*os.File)
	terminal := ok && term.IsTerminal(int(file.Fd()))
	lines := bufio.NewScanner(io.LimitReader(in, 64<<10))
	for _, ask := range []string{"who calls? ", "what do they say? ", "read back to them? (yes, no) "} {
		if terminal {
			fmt.Fprint(prompts, ask)
		}
		if !lines.Scan() {
			return nil, "", errors.New("three lines are needed: who calls, what they say, and whether it was read back (yes or no)")
		}
		said = append(said, strings.TrimSpace(lines.Text()))
	}
	switch said[2] {
	case "yes", "no", "":
	case "y":
		said[2] = "yes"
	case "n":
		said[2] = "no"
	default:
		return nil, "", fmt.Errorf("%q: say yes or no, or leave the line empty where you do not know", said[2])
	}
	if said[0] == "" || said[1] == "" {
		return nil, "", errors.New("say who calls and what they say; an unknown caller is \"unknown\"")
	}
	return said[:2], said[2], lines.Err()
}
