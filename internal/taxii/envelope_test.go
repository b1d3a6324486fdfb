package taxii

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Whatever the JSON library takes for an envelope is split into the same objects, and what
// is split is one for a reader that lets the last of two names count, too.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{`{"objects":[{"a":1}, [2] ,"x"]}`, `{"more":true,"objects":[]}`, `{"objects":[1],"objects":[2]}`, `{"objects":{}}`,
		`{"objects":[1]} x`, `{"objects":[1,]}`, `{"objects":null}`, `{"Objects":[1]}`, `[]`, ``, `{"objects":[{"a":1,"a":2}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := split(body)
		var want struct {
			Objects []jsontext.Value `json:"objects"`
		}
		strict := json.Unmarshal(body, &want)
		if err != nil {
			if strict == nil && len(want.Objects) > 0 {
				t.Errorf("%q is an envelope, and is refused: %v", body, err)
			}
			return
		}
		if json.Unmarshal(body, &want, jsontext.AllowDuplicateNames(true)) != nil || len(got) != len(want.Objects) {
			t.Fatalf("%q is split into %d objects, and has %d", body, len(got), len(want.Objects))
		}
		for i, o := range got {
			if !bytes.Equal(o, want.Objects[i]) {
				t.Errorf("%q: object %d is %q", body, i, o)
			}
		}
	})
}
