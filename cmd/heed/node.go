package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"heed/internal/api"
	"heed/internal/intake/plain"
	"heed/internal/node"
	"heed/verify"
)

// world is what this program hands to a node: a clock, randomness and a log.
func world(level slog.Level) node.World {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	return node.World{Now: now, Rand: rand.Reader, Log: log, Parse: parser(), Fatal: func(err error) {
		log.Error("the disk failed to sync; the process ends so that nothing is acknowledged that is not kept", "err", err)
		os.Exit(3)
	}}
}

// parser finds the words of pages and mails in a process of this same program, at most two at
// a time: each may take a GiB for a while. Nil where the program does not know its own file.
func parser() func(context.Context, plain.Kind, []byte) (plain.Text, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil
	}
	slots := make(chan struct{}, 2)
	return func(ctx context.Context, kind plain.Kind, raw []byte) (plain.Text, error) {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
			return plain.InChild(ctx, exe, kind, raw)
		case <-ctx.Done():
			return plain.Text{}, ctx.Err()
		}
	}
}

func parsesAlone(ctx context.Context) bool {
	exe, err := os.Executable()
	return err == nil && plain.Alone(ctx, exe)
}

func initCommand(f *flags) *cobra.Command {
	b := node.Begin{UID: os.Getuid()}
	var desks []string
	cmd := &cobra.Command{
		Use:   "init DIR --party NAME[=TITLE] --person NAME",
		Short: "Make a node in a new folder",
		Example: `  heed init coast --party coast='Coast guard, northern desk' --person ada
  heed init ru --party ru --party ru-fsb --person ivan --listen 127.0.0.1:8471`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, d := range desks {
				name, title, _ := strings.Cut(d, "=")
				b.Desks = append(b.Desks, node.NewDesk{Name: name, Title: title})
			}
			if b.Name == "" && len(b.Desks) > 0 {
				b.Name = b.Desks[0].Name
			}
			made, err := node.Init(cmd.Context(), args[0], b, world(slog.LevelWarn))
			if err != nil {
				return err
			}
			if f.json {
				out, err := json.Marshal(made, jsontext.Multiline(true))
				if err != nil {
					return err
				}
				return printJSON(cmd.OutOrStdout(), out)
			}
			out := cmd.OutOrStdout()
			for _, c := range made.Cards {
				fmt.Fprintf(out, "party        %s (%s)\nfingerprint  %s\n", c.Name, c.Party, c.Fingerprint)
			}
			person := fmt.Sprintf("%s, who is here %s; further people: heed person add", made.Person, listRoles(made.Roles))
			fmt.Fprint(out, "person       ", strings.TrimLeft(wrap(person, "             ", width()), " "))
			fmt.Fprintf(out, "token        %s\n             stands for %s in scripts; shown once, kept as a hash\n", made.Token, made.Person)
			fmt.Fprintf(out, "sign in      %s\n             good once, within a day; there is no password until you set one\n", made.Link)
			fmt.Fprintf(out, "next         heed serve --node %s\n", args[0])
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringSliceVar(&desks, "party", nil, "party that the node hosts, with its title; may be given several times")
	fl.StringVar(&b.Name, "name", "", "name of the node, for its log and keys (default: the first party)")
	fl.StringVar(&b.Person, "person", "", "who acts here: the account you run this with stands for this person")
	fl.StringVar(&b.Listen, "listen", "127.0.0.1:8470", "address on which peers reach it")
	fl.StringVar(&b.URL, "public-url", "", "how peers reach it from outside (default: https:// and --listen)")
	fl.StringVar(&b.Database, "database", "", "file in the folder, or postgres://… (default heed.db)")
	fl.BoolVar(&b.PlainHTTP, "plain-http", false, "leave TLS to a proxy in front; peers then need tokens")
	return cmd
}

func serveCommand(f *flags) *cobra.Command {
	var verbose, onlyReceive bool
	var batch int
	var profile string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the node until interrupted",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			level := slog.LevelInfo
			if verbose {
				level = slog.LevelDebug
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			collectLess()
			w := world(level)
			if w.Parse != nil && !parsesAlone(ctx) {
				w.Log.Warn("this system gives no process without a network: pages and mails are parsed in one with the other limits")
			}
			w.Batch, w.OnlyReceive = batch, onlyReceive
			if profile != "" {
				out, err := os.Create(profile)
				if err != nil {
					return err
				}
				defer out.Close()
				if err := pprof.StartCPUProfile(out); err != nil {
					return err
				}
				defer pprof.StopCPUProfile()
			}
			n, err := node.New(ctx, f.node, w)
			if err != nil {
				return err
			}
			if err := n.Start(ctx); err != nil {
				return errors.Join(err, n.Stop(context.Background()))
			}
			if file, on := onTestClock(); on {
				fmt.Fprintf(cmd.ErrOrStderr(), "TEST CLOCK: NO TIME THAT THIS NODE SIGNS IS TRUE. It runs on the clock of %s, which says %s.\n", file, now().Format(time.RFC3339))
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s serves at %s; stop it with Ctrl-C\n", n.Config.Name, n.Addr())
			<-ctx.Done()
			end, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			return n.Stop(end)
		},
	}
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "log more")
	cmd.Flags().IntVar(&batch, "batch", 0, "writes that share a transaction at most, for measuring")
	cmd.Flags().StringVar(&profile, "cpu-profile", "", "file for a CPU profile, for measuring")
	cmd.Flags().BoolVar(&onlyReceive, "only-receive", false, "leave cases alone, for measuring the way in by itself")
	for _, name := range []string{"batch", "cpu-profile", "only-receive"} {
		_ = cmd.Flags().MarkHidden(name) // the flag exists: it was made above
	}
	return cmd
}

// collectLess lets the heap of a node grow to three times what is live before it is
// collected: what is live is small, and most of what a warning needs is gone with it. Above
// 96 MiB Go collects as usual and more. GOGC and GOMEMLIMIT, where set, say it instead.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(96 << 20)
	}
}

func statusCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Say how the node is", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var st api.Status
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/status", nil, nil, &st)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			out := cmd.OutOrStdout()
			printAlarm(out, st.Alarm, width())
			fmt.Fprintf(out, "node     %s at %s\nlog      %s, %s records, %s\n", st.Name, st.Address, st.Origin, verify.Thousands(st.Size), st.Peers)
			if st.Signs {
				fmt.Fprintln(out, "signs    yes")
			} else {
				fmt.Fprint(out, "signs    ", strings.TrimLeft(wrap("NO: "+st.Why, "         ", width()), " "))
			}
			if st.Waiting > 0 {
				fmt.Fprintf(out, "waiting  %d arrivals are kept and not yet recorded\n", st.Waiting)
			}
			return nil
		},
	}
}

func cardCommand(f *flags) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "card",
		Short: "Write the card that other parties add, and print its fingerprint",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/card", nil, nil, nil)
			if errors.Is(err, errNoAnswer) {
				b, err = node.CardOf(f.node, f.as) // a card is no secret, and stands in the folder
			}
			if err != nil {
				return err
			}
			c, err := verify.ReadCard(b)
			if err != nil {
				return err
			}
			if f.json && file == "" {
				return printJSON(cmd.OutOrStdout(), b)
			}
			if file == "" {
				file = c.Name + ".card.json"
			}
			if err := os.WriteFile(file, b, 0o644); err != nil {
				return err
			}
			if f.json {
				return printValue(cmd.OutOrStdout(), written{file})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "card         %s, of %s (%s)\nfingerprint  %s\n             read it to the other side on another channel; they type it\n", file, c.Name, c.Title, c.Fingerprint)
			return nil
		},
	}
	cmd.Flags().StringVarP(&file, "out", "o", "", "file to write (default NAME.card.json)")
	return cmd
}

func partyCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{Use: "party", Short: "Add and list the parties that this node knows"}
	cmd.AddCommand(partyAddCommand(f), partyListCommand(f), partyTokenCommand(f))
	return cmd
}

func partyAddCommand(f *flags) *cobra.Command {
	var fingerprint, tokenFile string
	cmd := &cobra.Command{
		Use:   "add CARD --fingerprint '…'",
		Short: "Add a party by its card; type the fingerprint that was read to you",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			card, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			in := api.NewParty{Card: card, Fingerprint: fingerprint}
			if tokenFile != "" {
				token, err := os.ReadFile(tokenFile)
				if err != nil {
					return err
				}
				in.Token = strings.TrimSpace(string(token))
			}
			var p api.Party
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/parties", nil, in, &p)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s (%s) is known here now, at %s\n", p.Name, clean(p.Title), p.URL)
			return nil
		},
	}
	cmd.Flags().StringVar(&fingerprint, "fingerprint", "", "eight groups of four, as read to you on another channel (required)")
	cmd.Flags().StringVar(&tokenFile, "token-file", "", "file with the token that this party gave you, where a proxy ends its TLS")
	return cmd
}

func partyListCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the parties", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []api.Party
			b, err := f.ask(cmd.Context(), http.MethodGet, "/api/parties", nil, nil, &list)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			for _, p := range list {
				kind := "peer"
				if p.Own {
					kind = "desk"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%-14s %s  %s  %s\n", p.Name, kind, p.Fingerprint, fit(p.Title, max(width()-64, 10)))
				if d := p.Distrust; d != nil {
					fmt.Fprint(cmd.OutOrStdout(), wrap(distrustWords(*d), strings.Repeat(" ", 15), width()))
				}
			}
			return nil
		},
	}
}

func partyTokenCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "token NAME",
		Short: "Make the token that a party shows this node, where a proxy ends TLS; shown once",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var t api.TokenFor
			b, err := f.ask(cmd.Context(), http.MethodPost, "/api/parties/token", nil, api.TokenFor{Name: args[0]}, &t)
			if err != nil {
				return err
			}
			if f.json {
				return printJSON(cmd.OutOrStdout(), b)
			}
			fmt.Fprintln(cmd.OutOrStdout(), t.Token)
			fmt.Fprintf(cmd.ErrOrStderr(), "give it to %s on a channel you trust; it is kept here only as a hash\n", t.Name)
			return nil
		},
	}
}

func backupCommand(f *flags) *cobra.Command {
	var sources bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a consistent copy of the running node's database; keys are not in it",
		Long: `Write a consistent copy of the running node's database. Keys are not in it. Nor are
the sealed names of sources, unless --sources asks for them: keep such a copy apart.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := url.Values{}
			if sources {
				q.Set("sources", "yes")
			}
			res, err := f.open(cmd.Context(), http.MethodGet, "/api/backup", q, nil)
			if err != nil {
				return err
			}
			defer res.Body.Close()
			n, err := saveWhole(args[0], res)
			if err != nil {
				return err
			}
			if f.json {
				return printValue(cmd.OutOrStdout(), written{args[0]})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s written, %s bytes; keep the folder's keys apart from it\n", args[0], verify.Thousands(n))
			return nil
		},
	}
	cmd.Flags().BoolVar(&sources, "sources", false, "with the sealed names of sources")
	return cmd
}

// saveWhole writes an answer to a new file, which is there only if all of it came.
func saveWhole(name string, res *http.Response) (int64, error) {
	if _, err := os.Stat(name); err == nil {
		return 0, fmt.Errorf("%s is there already", name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".backup-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	n, err := io.Copy(f, res.Body)
	if err == nil && res.Trailer.Get("X-Heed-Complete") != "yes" {
		err = errors.New("the backup was cut short; nothing is kept of it")
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, err
	}
	return n, os.Rename(f.Name(), name)
}

func restoreCommand(f *flags) *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of a stopped node's database",
		Long: `Put a backup in the place of the database of a node that is stopped. The database
that was there is kept beside. The node then asks its peers before it signs
anything: until one has answered, what arrives is kept in waiting.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := f.ask(cmd.Context(), http.MethodGet, "/api/status", nil, nil, nil); err == nil {
				return errors.New("the node is running: stop it first")
			}
			w := world(slog.LevelWarn)
			if isTerminal() {
				w.Progress = func(table string, rows int64) {
					fmt.Fprintf(cmd.ErrOrStderr(), "\r%-24s %s rows", table, verify.Thousands(rows))
				}
			}
			kept, err := node.Restore(cmd.Context(), f.node, args[0], w)
			if err != nil {
				return err
			}
			if f.json {
				return printValue(cmd.OutOrStdout(), struct {
					Kept string `json:"kept"` // where what was there before is
				}{kept})
			}
			fmt.Fprint(cmd.OutOrStdout(), "restored")
			if kept != "" {
				fmt.Fprintf(cmd.OutOrStdout(), "; what was there before is kept: %s", kept)
			}
			fmt.Fprintln(cmd.OutOrStdout(), "\nstart the node with heed serve: it signs once a peer has answered")
			return nil
		},
	}
}
