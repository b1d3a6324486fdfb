package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Every command explains itself: -h ends well, says what the command does in one line and how
// it is called, and every flag has a sentence.
func TestHelp(t *testing.T) {
	count := 0
	each(root(), func(path []string, c *cobra.Command) {
		count++
		r := root()
		var out, errs bytes.Buffer
		r.SetOut(&out)
		r.SetErr(&errs)
		r.SetArgs(append(path, "-h"))
		if err := r.Execute(); err != nil || errs.Len() > 0 {
			t.Errorf("%v -h: %v %s", path, err, errs.String())
		}
		if !strings.Contains(out.String(), "Usage:") || c.Short == "" {
			t.Errorf("%v -h does not say what it is or how it is called", path)
		}
		for _, line := range strings.Split(out.String(), "\n") {
			if fields := strings.Fields(line); len(fields) > 0 && strings.HasPrefix(fields[0], "--") && len(fields) < 3 {
				t.Errorf("%v -h: a flag without a sentence: %s", path, line)
			}
		}
	})
	if count < 30 {
		t.Errorf("only %d commands were asked", count)
	}
}

func each(c *cobra.Command, fn func(path []string, c *cobra.Command)) {
	var walk func(path []string, c *cobra.Command)
	walk = func(path []string, c *cobra.Command) {
		fn(path, c)
		for _, sub := range c.Commands() {
			walk(append(append([]string{}, path...), sub.Name()), sub)
		}
	}
	walk(nil, c)
}
