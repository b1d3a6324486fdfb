package stix_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	mrand "math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"heed"
	"heed/internal/envelope"
	"heed/internal/stix"
)

const (
	party = "identity--00000000-0000-4000-8000-000000000001"
	other = "identity--00000000-0000-4000-8000-000000000002"
	id    = "report--00000000-0000-4000-8000-000000000003"
)

var at = time.Date(2024, 3, 7, 8, 15, 0, 123456000, time.UTC)

func warning() heed.Statement {
	return heed.Statement{ID: id, Author: party, Version: 1, Kind: heed.KindWarning, Created: at, Modified: at, Lang: "en",
		Headline: "Surge <expected> \u2028 “soon”", Text: "Zürich 東京", About: []string{party},
		Warning: &heed.Warning{When: &heed.Window{Unknown: true}, Basis: heed.BasisIntercept, Precedence: heed.Flash,
			Handling: heed.Handling{TLP: "TLP:AMBER+STRICT", PAP: "PAP:RED", OriginatorControl: true}}}
}

func TestRoundTrip(t *testing.T) {
	r := mrand.New(mrand.NewPCG(3, 4))
	for range 300 {
		s := random(r)
		b, err := stix.Compose(s)
		if err != nil {
			t.Fatalf("%+v: %v", s, err)
		}
		o, err := stix.Parse(b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if s.Exercise != "" { // the one thing that composing adds
			s.Headline, s.Text = heed.MarkExercise(s.Headline), heed.MarkExercise(s.Text)
		}
		if !reflect.DeepEqual(*o.Statement, s) {
			t.Fatalf("came back as\n%+v, not\n%+v", *o.Statement, s)
		}
	}
}

// random makes a statement whose parts are each there or not, by chance.
func random(r *mrand.Rand) heed.Statement {
	s := warning()
	w := heed.Warning{}
	maybe := func() bool { return r.IntN(2) == 0 }
	words := func() string { return []string{"a", "\"q\" \\ /", "line\nline", "\u00e9\U0001F30A", "<&>"}[r.IntN(5)] }
	if maybe() {
		w.Who = &heed.Actor{Words: words(), Names: []string{words(), words()}}
	}
	if maybe() {
		w.Where = &heed.Place{Unknown: true, Words: words()}
	}
	if maybe() {
		to := at.Add(time.Duration(r.IntN(1e9)) * time.Microsecond)
		w.When = &heed.Window{Words: words(), From: &s.Created, To: &to}
	}
	if maybe() {
		n := r.Int64N(1 << 50)
		w.Scale = &heed.Count{Words: "at least", Min: &n}
	}
	if maybe() {
		w.Chain = []heed.Hop{{Sealed: true, Words: words(), Token: &heed.OriginToken{Minter: party, Scope: "lasting", Value: "MFRGGZDFMZTWQ2LKNNWG23TPOA"}}}
	}
	if maybe() {
		w.Grades = []heed.Grade{{Scheme: "nato-6x6", Source: "F", Information: "6"}}
	}
	if maybe() {
		low := r.IntN(50)
		w.Likelihood = &heed.Likelihood{Word: words(), Scale: "icd-203", Low: &low}
	}
	if maybe() {
		w.Handling = heed.Handling{TLP: heed.TLPs[r.IntN(len(heed.TLPs))], TellAtRisk: "may"}
	}
	if maybe() {
		s.Version, s.Revoked, s.Reason = 2, true, words()
	}
	if maybe() {
		s.Exercise = words()
	}
	s.Headline, s.Text, s.Warning = words(), words(), &w
	return s
}

func TestStrictRules(t *testing.T) {
	good, err := stix.Compose(warning())
	if err != nil {
		t.Fatal(err)
	}
	replace := func(old, new string) []byte {
		if !bytes.Contains(good, []byte(old)) {
			t.Fatalf("nothing to replace: %s", old)
		}
		return bytes.Replace(good, []byte(old), []byte(new), 1)
	}
	for rule, bad := range map[string][]byte{
		"duplicate-name": replace(`"type":"report"`, `"type":"report","type":"note"`),
		"case":           replace(`"lang":"en"`, `"lang":"en","Name":"x"`),
		"case ":          replace(`"basis":"intercept"`, `"basis":"intercept","Precedence":"FLASH"`),
		"utf-8":          replace("Zürich", "Z\xffrich"),
		"utf-8 ":         replace("Zürich", `Z\ud800rich`),
		"number":         replace(`"version":1`, `"version":1,"x":9007199254740993`),
		"number ":        replace(`"version":1`, `"version":1,"x":1e999`),
		"depth":          replace(`"version":1`, `"version":1,"x":`+strings.Repeat("[", 70)+strings.Repeat("]", 70)),
		"trailing":       append(bytes.Clone(good), " {}"...),
		"size":           append(bytes.Clone(good), bytes.Repeat([]byte(" "), stix.MaxBytes)...),
		"cut-short":      good[:len(good)-1],
		"empty":          {},
		"json":           []byte("{]"),
	} {
		_, err := stix.Parse(bad)
		var syn *stix.SyntaxError
		if !errors.As(err, &syn) || syn.Rule != strings.TrimSpace(rule) || len(syn.Sentence) < 15 {
			t.Errorf("%s: got %v", rule, err)
		}
	}
	for _, fine := range []string{`0.1`, `-2.5e3`, `9007199254740992`, `1E2`, `100`} {
		if err := stix.Check([]byte(`{"x":` + fine + `}`)); err != nil {
			t.Errorf("%s: %v", fine, err)
		}
	}
	for _, bad := range [][]byte{
		replace(`"type":"report"`, `"type":"note"`), replace(`"kind":"warning"`, `"kind":"receipt"`), replace(`"version":1`, `"version":0`),
		replace(party, other[:20]), replace(`"FLASH"`, `"SOON"`), replace("TLP:AMBER+STRICT", "TLP:CLEAR"), replace(`"version":1`, `"version":1,"log":{"act":"x"}`),
	} {
		if o, err := stix.Parse(bad); err == nil {
			t.Errorf("passed: %s as %+v", bad, o)
		}
	}
}

func sealed(t testing.TB, s heed.Statement) ([]byte, envelope.Envelope) {
	t.Helper()
	key, err := envelope.NewPrivateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b, err := stix.Compose(s)
	if err != nil {
		t.Fatal(err)
	}
	env := envelope.Sign(s.Kind, b, key)
	outer, err := stix.Splice(b, env)
	if err != nil {
		t.Fatal(err)
	}
	if own, err := stix.SpliceOwn(b, env); err != nil || !bytes.Equal(own, outer) {
		t.Errorf("spliced as our own: %s, %v", own, err)
	}
	return outer, env
}

func TestCarriage(t *testing.T) {
	outer, env := sealed(t, warning())
	rest, got, how, err := stix.Cut(outer)
	if err != nil || how != stix.Exact || !bytes.Equal(rest, env.Payload) || !reflect.DeepEqual(got, env) {
		t.Fatalf("%s, %v", how, err)
	}
	// A relay that parses and prints: other order, other spaces, the same values.
	var v map[string]any
	if err := json.Unmarshal(outer, &v); err != nil {
		t.Fatal(err)
	}
	for _, indent := range []string{"", "  "} {
		again, err := json.MarshalIndent(v, "", indent)
		if err != nil {
			t.Fatal(err)
		}
		if _, got, how, err := stix.Cut(again); err != nil || how != stix.Rewritten || !bytes.Equal(got.Payload, env.Payload) {
			t.Errorf("rewritten by a relay: %s, %v", how, err)
		}
	}
	v["name"] = "No surge"
	again, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, how, err := stix.Cut(again); how != stix.Altered || !errors.Is(err, stix.ErrAltered) {
		t.Errorf("altered text: %s, %v", how, err)
	}
	plain, err := stix.Compose(warning())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, how, err := stix.Cut(plain); how != stix.Unsealed || err != nil {
		t.Errorf("unsealed: %s, %v", how, err)
	}
}

func FuzzParse(f *testing.F) {
	b, err := stix.Compose(warning())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"type":"indicator","id":"indicator--00000000-0000-4000-8000-000000000003"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := stix.Parse(b)
		if err != nil || o.Statement == nil {
			return
		}
		again, err := stix.Compose(*o.Statement)
		if err != nil {
			return // a kind whose body is not typed, or words that only foreign tools leave out
		}
		p, err := stix.Parse(again)
		if err != nil {
			t.Fatalf("what it composes it does not parse: %s: %v", again, err)
		}
		if p.Statement.ID != o.Statement.ID || p.Statement.Version != o.Statement.Version || p.Statement.Author != o.Statement.Author {
			t.Errorf("%+v became %+v", o.Statement, p.Statement)
		}
	})
}

func FuzzCut(f *testing.F) {
	outer, _ := sealed(f, warning())
	f.Add(outer)
	f.Fuzz(func(t *testing.T, b []byte) {
		rest, env, how, err := stix.Cut(b)
		if err != nil || how != stix.Exact {
			return
		}
		if err := stix.Check(env.Payload); err != nil {
			t.Fatalf("what was cut exactly breaks the rules: %v", err)
		}
		again, err := stix.Splice(rest, env)
		if err != nil {
			t.Fatalf("what was cut exactly cannot be spliced: %v", err)
		}
		if _, e2, how, err := stix.Cut(again); err != nil || how != stix.Exact || !bytes.Equal(e2.Payload, env.Payload) {
			t.Errorf("%s, %v", how, err)
		}
	})
}

func FuzzCanonical(f *testing.F) {
	f.Add([]byte(`{"b":1,"a":[1e2,"x"]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := stix.Canonical(b)
		if err != nil {
			return
		}
		if d, err := stix.Canonical(c); err != nil || !bytes.Equal(c, d) {
			t.Errorf("%q is canonical and becomes %q, %v", c, d, err)
		}
	})
}

func BenchmarkCutParse(b *testing.B) {
	outer, _ := sealed(b, warning())
	b.SetBytes(int64(len(outer)))
	for b.Loop() {
		_, env, _, err := stix.Cut(outer)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := stix.Parse(env.Payload); err != nil {
			b.Fatal(err)
		}
	}
}
