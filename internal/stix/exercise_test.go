package stix_test

import (
	"bytes"
	"testing"
	"time"

	"heed"
	"heed/internal/stix"
)

// An exercise is marked where tools that know nothing of Heed look, and what comes without
// the mark is read with it; the bytes stay what they are.
func TestExerciseIsMarked(t *testing.T) {
	now := time.Unix(1700000000, 0).UTC()
	s := heed.Statement{ID: "report--00000000-0000-4000-8000-000000000001", Author: "identity--00000000-0000-4000-8000-000000000002", Version: 1,
		Kind: heed.KindWarning, Created: now, Modified: now, Headline: "Surge", Text: "Close it.", Exercise: "Spring tide", Warning: &heed.Warning{}}
	signed, err := stix.Compose(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"name":"EXERCISE — Surge"`, `"description":"EXERCISE — Close it."`, `"exercise":"Spring tide"`} {
		if !bytes.Contains(signed, []byte(want)) {
			t.Errorf("no %s in %s", want, signed)
		}
	}
	bare := bytes.ReplaceAll(signed, []byte(heed.ExerciseMark), nil)
	o, err := stix.Parse(bare)
	if err != nil {
		t.Fatal(err)
	}
	if o.Name != "EXERCISE — Surge" || o.Text != "EXERCISE — Close it." || o.Statement.Headline != o.Name || o.Statement.Text != o.Text {
		t.Errorf("read without its mark: %q, %q", o.Name, o.Text)
	}
}

func TestLanguageContent(t *testing.T) {
	now := time.Unix(1700000000, 0).UTC()
	s := &heed.Statement{ID: "report--00000000-0000-4000-8000-000000000001", Kind: heed.KindWarning, Modified: now, Warning: &heed.Warning{Handling: heed.Handling{TLP: "TLP:AMBER"}}}
	b, err := stix.LanguageContent(s, "note--00000000-0000-4000-8000-000000000003", "identity--00000000-0000-4000-8000-000000000002", now, map[string]stix.Content{"de": {Headline: "Flut", Text: "Am Hafen."}})
	if err != nil {
		t.Fatal(err)
	}
	o, err := stix.Parse(b)
	if err != nil || o.Type != "language-content" || o.Statement != nil || o.Handling.TLP != "TLP:AMBER" {
		t.Errorf("%v: %+v", err, o)
	}
	if !bytes.Contains(b, []byte(`"contents":{"de":{"description":"Am Hafen.","name":"Flut"}}`)) {
		t.Errorf("%s", b)
	}
}
