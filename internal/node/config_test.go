package node

import (
	"bytes"
	"testing"
)

// What is read as a node.json is written back as the same, and names a node.
func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"name":"coast","origin":"coast.heed/00","listen":"127.0.0.1:1","url":"https://x/","database":"heed.db"}`))
	f.Add([]byte(`{"name":"coast","name":"x"}`))
	f.Add([]byte(`{"nome":"coast"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parseConfig(b)
		if err != nil {
			return
		}
		text, err := c.text()
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseConfig(text)
		if err != nil {
			t.Fatalf("%q is %+v, which cannot be read again: %v", b, c, err)
		}
		if second, err := again.text(); err != nil || !bytes.Equal(second, text) {
			t.Errorf("%q is %q, then %q, %v", b, text, second, err)
		}
	})
}
