package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"heed/verify"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"heed": main, "crash-client": crashClient, "heed-faulty": faulty})
}

// The stories a duty officer would tell, run with the real program.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			for i := 1; i <= 4; i++ {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					return err
				}
				e.Setenv(fmt.Sprintf("ADDR%d", i), l.Addr().String())
				if err := l.Close(); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"until":   until,
			"meet":    meet,
			"capture": capture,
			"flip":    flip,
			"object":  object,
			"appears": appears,
			"proxy":   proxy,
			"silent":  silent,
			"join":    joinFiles,
			"again":   again,
			"json":    inJSON,
			"absent":  absent,
			"exits":   exits,
			"clock":   setClock,
			"sees":    sees,
		},
	})
}

// until runs a command until its output matches: "until PATTERN heed …". Other processes
// do their part meanwhile, so there is a deadline and nothing else to wait on.
func until(ts *testscript.TestScript, neg bool, args []string) {
	re := regexp.MustCompile(args[0])
	var out []byte
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		cmd := exec.Command("heed", args[2:]...)
		cmd.Dir = ts.Getenv("WORK")
		cmd.Env = append(os.Environ(), "PATH="+ts.Getenv("PATH"), "TESTSCRIPT_COMMAND=heed")
		cmd.Path, _ = exec.LookPath(filepath.Join(strings.Split(ts.Getenv("PATH"), ":")[0], "heed"))
		out, _ = cmd.CombinedOutput()
		if re.Match(out) != neg {
			return
		}
	}
	ts.Fatalf("%v never matched %q; last output:\n%s", args[1:], args[0], out)
}

// meet makes two desks known to each other: "meet FOLDER1 NAME1 FOLDER2 NAME2".
func meet(ts *testscript.TestScript, _ bool, args []string) {
	for _, i := range []int{0, 2} {
		folder, name, other, otherName := args[i], args[i+1], args[(i+2)%4], args[(i+3)%4]
		card := ts.MkAbs(name + ".card")
		ts.Check(ts.Exec("heed", "card", "--node", folder, "--as", name, "-o", card))
		b, err := os.ReadFile(card)
		ts.Check(err)
		c, err := verify.ReadCard(b)
		ts.Check(err)
		ts.Check(ts.Exec("heed", "party", "add", "--node", other, "--as", otherName, card, "--fingerprint", c.Fingerprint))
	}
}

// capture puts what a pattern finds in the last output into a variable.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if m == nil {
		ts.Fatalf("nothing matches %q", args[1])
	}
	ts.Setenv(args[0], m[len(m)-1])
}

// inJSON runs a command with --json and expects one JSON value and nothing else.
func inJSON(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec(args[0], append(args[1:], "--json")...))
	if out := ts.ReadFile("stdout"); !json.Valid([]byte(out)) || strings.TrimSpace(out) == "" {
		ts.Fatalf("%v --json prints %q", args, out)
	}
}

// again adds a party again, with the token that it gave: "again FOLDER OWN CARD TOKEN".
func again(ts *testscript.TestScript, _ bool, args []string) {
	card := ts.MkAbs(args[2])
	c, err := verify.ReadCard([]byte(ts.ReadFile(args[2])))
	ts.Check(err)
	ts.Check(ts.Exec("heed", "party", "add", "--node", args[0], card, "--fingerprint", c.Fingerprint, "--token-file", ts.MkAbs(args[3])))
}

// joinFiles writes the contents of files into another: "join FILE … OUT".
func joinFiles(ts *testscript.TestScript, _ bool, args []string) {
	var b strings.Builder
	for _, name := range args[:len(args)-1] {
		b.WriteString(ts.ReadFile(name))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[len(args)-1]), []byte(b.String()), 0o600))
}

// absent expects that what the first file holds is in none of the others, nor in their logs.
func absent(ts *testscript.TestScript, _ bool, args []string) {
	word := strings.TrimSpace(ts.ReadFile(args[0]))
	if len(word) < 20 {
		ts.Fatalf("%s holds no secret: %q", args[0], word)
	}
	for _, name := range args[1:] {
		for _, end := range []string{"", "-wal"} {
			b, err := os.ReadFile(ts.MkAbs(name) + end)
			if err != nil && !os.IsNotExist(err) {
				ts.Check(err)
			}
			if bytes.Contains(b, []byte(word)) {
				ts.Fatalf("%s holds the secret of %s", name+end, args[0])
			}
		}
	}
}

// appears waits until another process has made a file.
func appears(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
	}
	ts.Fatalf("%s never appeared", args[0])
}

// object takes one object out of a file with a list of them: "object FILE INDEX OUT".
func object(ts *testscript.TestScript, _ bool, args []string) {
	var in struct {
		Objects []json.RawMessage `json:"objects"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &in))
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), in.Objects[n], 0o600))
}

// exits runs a command and expects its exit status: "exits STATUS heed …".
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := (&exec.ExitError{}); errors.As(err, &exit) {
		got = exit.ExitCode()
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("%v exits with %d, %v; want %s", args[1:], got, err, args[0])
	}
}

// flip changes one byte of a file, behind the first match of a text.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	name := ts.MkAbs(args[0])
	b, err := os.ReadFile(name)
	ts.Check(err)
	at := bytes.Index(b, []byte(args[1]))
	if at < 0 {
		ts.Fatalf("%s holds no %q", args[0], args[1])
	}
	at += len(args[1])
	if b[at] == 'A' {
		b[at] = 'B'
	} else {
		b[at] = 'A'
	}
	ts.Check(os.WriteFile(name, b, 0o600))
}
