package heed

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// PartOf ties an extract to one version of its whole: the first 16 bytes of HMAC-SHA-256
// over the extract's id and version under the SHA-256 of the whole's signed bytes, in
// base32. Who has the whole can compute it; who has not cannot tell it from chance, nor two
// extracts of one whole from extracts of two.
func PartOf(whole [32]byte, extract ID, version Version) string {
	mac := hmac.New(sha256.New, whole[:])
	fmt.Fprintf(mac, "heed extract\n%s\n%d\n", extract, version)
	return handles.EncodeToString(mac.Sum(nil)[:16])
}

// MintToken makes the token that stands for a sealed origin: the same for the same source,
// scope and key, whoever receives it. The key is the minter's secret origin key; source is
// the source's id, never its name.
func MintToken(key []byte, minter PartyID, source, scope string) OriginToken {
	mac := hmac.New(sha256.New, key)
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(source)))
	mac.Write(size[:])
	mac.Write([]byte(source))
	mac.Write([]byte(scope))
	return OriginToken{Minter: minter, Scope: scope, Value: handles.EncodeToString(mac.Sum(nil)[:16])}
}

// ScopeLasting is the scope of a token that is the same for a source whatever it speaks of.
const ScopeLasting = "lasting"

// ValidScope reports whether s is a scope of an origin token: lasting, or case: and the
// originator's name for the case.
func ValidScope(s string) bool {
	name, ok := strings.CutPrefix(s, "case:")
	return s == ScopeLasting || ok && strings.TrimSpace(name) != "" && len(s) <= 200
}

// field is one part of a warning that an extract may keep or leave out.
type field struct {
	name  string
	value func(*Warning) any
	copy  func(to, from *Warning)
}

var fields = []field{
	{"who", func(w *Warning) any { return w.Who }, func(to, from *Warning) { to.Who = from.Who }},
	{"where", func(w *Warning) any { return w.Where }, func(to, from *Warning) { to.Where = from.Where }},
	{"when", func(w *Warning) any { return w.When }, func(to, from *Warning) { to.When = from.When }},
	{"whom", func(w *Warning) any { return w.Whom }, func(to, from *Warning) { to.Whom = from.Whom }},
	{"scale", func(w *Warning) any { return w.Scale }, func(to, from *Warning) { to.Scale = from.Scale }},
	{"basis", func(w *Warning) any {
		return struct {
			basis, words string
			spans        []Span
		}{string(w.Basis), w.BasisWords, w.Spans}
	}, func(to, from *Warning) { to.Basis, to.BasisWords, to.Spans = from.Basis, from.BasisWords, from.Spans }},
	{"chain", func(w *Warning) any { return w.Chain }, func(to, from *Warning) { to.Chain = from.Chain }},
	{"grades", func(w *Warning) any { return w.Grades }, func(to, from *Warning) { to.Grades = from.Grades }},
	{"likelihood", func(w *Warning) any { return w.Likelihood }, func(to, from *Warning) { to.Likelihood = from.Likelihood }},
	{"confidence", func(w *Warning) any { return w.Confidence }, func(to, from *Warning) { to.Confidence = from.Confidence }},
	{"duty", func(w *Warning) any { return w.Duty }, func(to, from *Warning) { to.Duty = from.Duty }},
	{"came", func(w *Warning) any { return w.Came }, func(to, from *Warning) { to.Came = from.Came }},
	{"asked", func(w *Warning) any { return w.Asked }, func(to, from *Warning) { to.Asked = from.Asked }},
	{"validity", func(w *Warning) any {
		if w.ValidFrom == nil && w.ValidUntil == nil {
			return nil
		}
		return [2]any{w.ValidFrom, w.ValidUntil}
	}, func(to, from *Warning) { to.ValidFrom, to.ValidUntil = from.ValidFrom, from.ValidUntil }},
}

// ExtractFields lists what an extract may keep of its whole.
func ExtractFields() []string {
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	return names
}

// Extract gives the fields of a warning that an extract is to keep, and nothing else but its
// precedence and, unless another is set later, its handling. A name that is no field is an
// error: what was to be kept or left out is never guessed.
func (w *Warning) Extract(keep []string) (Warning, error) {
	out := Warning{Precedence: w.Precedence, Handling: w.Handling}
	for _, name := range keep {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if i < 0 {
			return Warning{}, fmt.Errorf("an extract can keep %s; not %q", strings.Join(ExtractFields(), ", "), name)
		}
		fields[i].copy(&out, w)
	}
	return out, nil
}

// Withheld names what the whole says and the extract does not, or says in other words. It is
// for the sender's eyes.
func Withheld(whole, extract *Statement) []string {
	var out []string
	for _, f := range []struct{ name, whole, extract string }{{"headline", whole.Headline, extract.Headline}, {"text", whole.Text, extract.Text}} {
		switch {
		case f.whole == "" || f.whole == f.extract:
		case f.extract == "":
			out = append(out, f.name)
		default:
			out = append(out, f.name+" (other words)")
		}
	}
	if whole.Warning == nil || extract.Warning == nil {
		return out
	}
	for _, f := range fields {
		have, given := f.value(whole.Warning), f.value(extract.Warning)
		switch {
		case zero(have) || reflect.DeepEqual(have, given):
		case zero(given):
			out = append(out, f.name)
		default:
			out = append(out, f.name+" (other words)")
		}
	}
	return out
}

func zero(v any) bool {
	r := reflect.ValueOf(v)
	return !r.IsValid() || r.IsZero() || r.Kind() == reflect.Slice && r.Len() == 0
}
