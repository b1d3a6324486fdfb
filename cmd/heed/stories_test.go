package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/itchyny/gojq"
	"github.com/rogpeppe/go-internal/testscript"

	"heed"
	"heed/internal/demo"
	"heed/internal/heedtest"
)

// The nine cases of the public record, each replayed by the real program: every party is a
// node of its own in a process of its own, everything is done by commands, and one clock,
// which the story moves, is everybody's. What was said is taken from the record; the story
// says in flags what the record says in words only.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/stories", Setup: setRecord, Cmds: clocked})
}

// What only time brings about, with the same clock and without a record: who is rung for, and
// when the node itself calls.
func TestClocked(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/clocked", Cmds: clocked,
		Setup: func(e *testscript.Env) error {
			return setStage(e, &stage{}, time.Date(2024, 3, 7, 8, 0, 0, 0, time.UTC))
		}})
}

// clocked are the commands of scripts on one clock.
var clocked = map[string]func(*testscript.TestScript, bool, []string){
	"parties": parties,
	"happens": happens,
	"passes":  passes,
	"times":   times,
	"sees":    sees,
	"pick":    pick,
	"proves":  proves,
	"logs":    logs,
}

// stage is what a running story knows.
type stage struct {
	record  demo.Case
	clock   string    // file
	at      time.Time // what the clock was set to last
	parties []string
	picked  []string // NAME=VALUE
}

type stageKey struct{}

// setRecord reads the record of the case that a story is named after, and starts its clock an
// hour before the first event.
func setRecord(e *testscript.Env) error {
	name := strings.TrimPrefix(filepath.Base(e.WorkDir), "script-")
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "cases", name+".json"))
	if errors.Is(err, os.ErrNotExist) {
		e.T().Skip(fmt.Sprintf("skipped: shared data absent: %s is not replayed", name))
	}
	if err != nil {
		return err
	}
	s := &stage{}
	if s.record, err = demo.Read(b); err != nil {
		return err
	}
	return setStage(e, s, s.record.Events[0].ReplayAt().Add(-time.Hour))
}

func setStage(e *testscript.Env, s *stage, at time.Time) error {
	s.clock = filepath.Join(e.WorkDir, "clock")
	e.Values[stageKey{}] = s
	e.Setenv(testClockFile, s.clock)
	e.Setenv(testClockKey, "yes")
	return s.set(at)
}

// picked are the variables of the story that questions may use.
func picked(ts *testscript.TestScript) []string {
	if s, ok := ts.Value(stageKey{}).(*stage); ok {
		return s.picked
	}
	return nil
}

func stageOf(ts *testscript.TestScript) *stage { return ts.Value(stageKey{}).(*stage) }

// set moves everybody's clock, which runs on from there.
func (s *stage) set(at time.Time) error {
	if at.Before(s.at) {
		return fmt.Errorf("the clock stands at %s and is not turned back to %s", s.at.Format(time.RFC3339), at.Format(time.RFC3339))
	}
	s.at = at
	return writeClock(s.clock, at)
}

// writeClock puts an instant into a file that holds the clock of tests, from where it runs on.
func writeClock(file string, at time.Time) error {
	line := at.UTC().Format(time.RFC3339Nano) + " " + time.Now().UTC().Format(time.RFC3339Nano) + "\n"
	if err := os.WriteFile(file+".new", []byte(line), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// setClock is the same in a script without a record: "clock FILE INSTANT".
func setClock(ts *testscript.TestScript, _ bool, args []string) {
	at, err := time.Parse(time.RFC3339, args[1])
	ts.Check(err)
	ts.Check(writeClock(ts.MkAbs(args[0]), at))
}

// parties makes a node for each, starts it, and lets each add the cards of all others, with
// the fingerprints that they read out: "parties NAME …".
func parties(ts *testscript.TestScript, _ bool, args []string) {
	s := stageOf(ts)
	fingerprint := map[string]string{}
	for _, name := range args {
		addr, err := heedtest.FreeAddress()
		ts.Check(err)
		ts.Check(ts.Exec("heed", "init", name, "--party", name, "--person", "duty-officer", "--listen", addr, "--json"))
		var made struct {
			Cards []struct{ Fingerprint string }
		}
		ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &made))
		fingerprint[name] = made.Cards[0].Fingerprint
		ts.Check(ts.Exec("heed", "card", "--node", name, "-o", name+".card"))
		serve(ts, name)
	}
	for _, name := range args {
		sees(ts, false, []string{".signs", "heed", "status", "--node", name})
		for _, other := range args {
			if other != name {
				ts.Check(ts.Exec("heed", "party", "add", other+".card", "--node", name, "--fingerprint", fingerprint[other]))
			}
		}
	}
	s.parties = append(s.parties, args...)
}

// serve runs a node until the story ends, and expects it to stop cleanly.
func serve(ts *testscript.TestScript, name string) {
	cmd := program(ts, "serve", "--node", name)
	log, err := os.Create(ts.MkAbs(name + ".log"))
	ts.Check(err)
	cmd.Stdout, cmd.Stderr = log, log
	ts.Check(cmd.Start())
	ts.Defer(func() {
		defer log.Close()
		_ = cmd.Process.Signal(os.Interrupt) // it may have ended by itself, which Wait tells
		kill := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		if err := cmd.Wait(); err != nil {
			ts.Logf("the node of %s: %v", name, err)
			b, _ := os.ReadFile(log.Name())
			ts.Fatalf("%s", b)
		}
	})
}

// program is the real one, with the environment of the story.
func program(ts *testscript.TestScript, args ...string) *exec.Cmd {
	name, err := exec.LookPath(filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], "heed"))
	ts.Check(err)
	cmd := exec.Command(name, args...)
	cmd.Dir = ts.Getenv("WORK")
	cmd.Env = append(os.Environ(), "TESTSCRIPT_COMMAND=heed", testClockFile+"="+ts.Getenv(testClockFile), testClockKey+"="+ts.Getenv(testClockKey))
	return cmd
}

// happens moves the clock to an event of the record and writes what was said there to
// EVENT.json, which heed warn takes: headline, text, that it is an exercise, and the handling,
// of which the record says only whether it was public.
func happens(ts *testscript.TestScript, _ bool, args []string) {
	s := stageOf(ts)
	for _, e := range s.record.Events {
		if e.ID != args[0] {
			continue
		}
		ts.Check(s.set(e.ReplayAt()))
		ts.Logf("%s %s: %s to %s: %s", s.at.Format(time.RFC3339), e.Type, e.From, strings.Join(e.To, ", "), e.Text)
		b, err := json.Marshal(map[string]any{"headline": e.Headline(), "text": e.Text, "lang": "en", "exercise": e.Mark(), "warning": heed.Warning{Handling: e.Handling()}})
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(e.ID+".json"), b, 0o600))
		ts.Setenv("TEXT", e.Text)
		ts.Setenv("EXERCISE", e.Mark())
		return
	}
	ts.Fatalf("the record has no event %s", args[0])
}

// passes lets time go by for everybody: "passes 3m".
func passes(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	s := stageOf(ts)
	ts.Check(s.set(s.at.Add(d)))
}

// logs waits for what a node writes to its log: "logs PATTERN NAME".
func logs(ts *testscript.TestScript, _ bool, args []string) {
	re, err := regexp.Compile(args[0])
	ts.Check(err)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if re.MatchString(ts.ReadFile(args[1] + ".log")) {
			return
		}
	}
	ts.Fatalf("the node of %s never logs %q:\n%s", args[1], args[0], ts.ReadFile(args[1]+".log"))
}

// times does something again and again: "times N heed …".
func times(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	for range n {
		ts.Check(ts.Exec(args[1], args[2:]...))
	}
}

// patience is how long a node may take over what it has to do.
const patience = 20 * time.Second

// sees asks the program again until what it prints as JSON is so: "sees JQ heed …". The nodes
// do their part meanwhile, so there is a deadline and nothing else to wait on. Variables of
// the story are in $ENV.
func sees(ts *testscript.TestScript, neg bool, args []string) {
	q, err := gojq.Parse(args[0])
	ts.Check(err)
	code, err := gojq.Compile(q, gojq.WithEnvironLoader(func() []string { return picked(ts) }))
	ts.Check(err)
	var out []byte
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		cmd := program(ts, append(args[2:], "--json")...)
		var words strings.Builder
		cmd.Stderr = &words
		out, err = cmd.Output()
		if err == nil {
			var holds any
			if err = unpriced(out); err != nil {
				ts.Fatalf("%v: %v\n%s", args[1:], err, out)
			}
			if holds, err = ask(code, out); err == nil && (holds == true) != neg {
				ts.Check(os.WriteFile(ts.MkAbs("seen.json"), out, 0o600))
				return
			}
		}
		if time.Now().After(end) {
			ts.Fatalf("%v never came to %s: %v %s\n%s", args[1:], args[0], err, words.String(), out)
		}
	}
}

// unpriced holds every case that a story looks at to this: no prior is set, and so there is
// an assessment without a percentage.
func unpriced(b []byte) error {
	var c struct {
		Assessment *heed.Assessment `json:"assessment"`
		Statements []json.RawMessage
	}
	if json.Unmarshal(b, &c) != nil || c.Statements == nil {
		return nil // no case
	}
	if a := c.Assessment; a == nil || a.Probability != nil || strings.Contains(a.Sentence, "%") {
		return errors.New("a case without a prior has an assessment, and no percentage")
	}
	return nil
}

// ask runs a question on one JSON value and gives its first answer.
func ask(code *gojq.Code, b []byte) (any, error) {
	var v any
	dec := json.NewDecoder(strings.NewReader(string(b)))
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("it is more than one JSON value")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	got, ok := code.RunWithContext(ctx, v).Next()
	if err, failed := got.(error); failed {
		return nil, err
	}
	if !ok || got == nil {
		return nil, errors.New("it is not there")
	}
	return got, nil
}

// pick puts what is found in the last output into a variable: "pick NAME JQ".
func pick(ts *testscript.TestScript, _ bool, args []string) {
	q, err := gojq.Parse(args[1])
	ts.Check(err)
	code, err := gojq.Compile(q)
	ts.Check(err)
	got, err := ask(code, []byte(ts.ReadFile("stdout")))
	ts.Check(err)
	ts.Setenv(args[0], fmt.Sprint(got))
	s := stageOf(ts)
	s.picked = append(s.picked, fmt.Sprintf("%s=%v", args[0], got))
}

// proves expects that the ledger and the views of every node hold.
func proves(ts *testscript.TestScript, _ bool, _ []string) {
	for _, name := range stageOf(ts).parties {
		ts.Check(ts.Exec("heed", "verify", "--views", name))
		if out := ts.ReadFile("stdout"); !strings.Contains(out, "ok: ") {
			ts.Fatalf("the ledger of %s: %s", name, out)
		}
	}
}
