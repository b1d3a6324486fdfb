package plain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Limits of the child.
const (
	childTime   = 20 * time.Second
	childCPU    = 15       // seconds
	childMemory = 1 << 30  // bytes
	childOutput = 96 << 20 // bytes
)

// ChildArg is the first argument of a program that was started by [InChild]: it must call
// [Child] and exit.
const ChildArg = "parse-in-child"

// InChild parses a file in a process of its own, with limits on time, memory and files and,
// where the system allows, without a network. program is the path of a program that calls
// [Child] when its first argument is [ChildArg].
func InChild(ctx context.Context, program string, kind Kind, raw []byte) (Text, error) {
	if len(raw) > MaxSize {
		return Text{}, fmt.Errorf("the file is larger than %d MB", MaxSize>>20)
	}
	ctx, cancel := context.WithTimeout(ctx, childTime)
	defer cancel()
	out, said, err := run(ctx, program, kind, raw, true)
	var start *os.PathError
	if errors.As(err, &start) { // the system gives no process without a network
		out, said, err = run(ctx, program, kind, raw, false)
	}
	switch {
	case ctx.Err() != nil:
		return Text{}, fmt.Errorf("the file was not read: parsing it took longer than %v", childTime)
	case err != nil:
		return Text{}, fmt.Errorf("the file was not read: %s", cause(said, err))
	}
	var t Text
	if err := json.Unmarshal(out, &t); err != nil {
		return Text{}, fmt.Errorf("the file was not read: its parser gave no answer: %w", err)
	}
	return t, nil
}

func cause(said string, err error) string {
	if line, _, _ := strings.Cut(strings.TrimSpace(said), "\n"); line != "" && len(line) < 300 {
		return line
	}
	return err.Error()
}

func run(ctx context.Context, program string, kind Kind, raw []byte, alone bool) (out []byte, said string, err error) {
	cmd := exec.CommandContext(ctx, program, ChildArg, string(kind))
	cmd.Env = []string{"GOMAXPROCS=2"}
	cmd.Dir = os.TempDir()
	cmd.Stdin = bytes.NewReader(raw)
	if alone {
		cmd.SysProcAttr = withoutNetwork()
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &limited{w: &stdout, left: childOutput}, &limited{w: &stderr, left: 64 << 10}
	err = cmd.Run()
	return stdout.Bytes(), stderr.String(), err
}

// limited takes so many bytes and no more.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.left {
		return 0, errors.New("the answer is too large")
	}
	l.left -= len(p)
	return l.w.Write(p)
}

// Child is the other half of [InChild]: it parses standard input and prints the text.
func Child(args []string) error {
	if len(args) != 1 {
		return errors.New("started without a kind of file")
	}
	if err := limitSelf(); err != nil {
		return err
	}
	raw, err := io.ReadAll(io.LimitReader(os.Stdin, MaxSize+1))
	if err != nil {
		return err
	}
	t, err := Parse(Kind(args[0]), raw)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(t)
}

// Alone tells whether this system gives a process without a network; program is as in
// [InChild]. Programs say so at their start.
func Alone(ctx context.Context, program string) bool {
	_, _, err := run(ctx, program, PlainText, []byte("x"), true)
	return err == nil
}
