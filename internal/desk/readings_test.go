package desk

import (
	"testing"

	"heed"
)

// A field of a draft is set by its path: words as words, numbers as numbers, and nothing that
// the statement does not have.
func TestSetField(t *testing.T) {
	three := int64(3)
	event := Body{Event: &heed.Event{Status: "occurred", Counts: []heed.Tally{{Of: "killed", Is: heed.Count{Min: &three}}}}}
	got, err := event.set("counts.0.is.min", "5")
	if err != nil || *got.Event.Counts[0].Is.Min != 5 || *event.Event.Counts[0].Is.Min != 3 {
		t.Errorf("%+v, %v", got.Event, err)
	}
	if got, err = event.set("event.where.country", "PE"); err != nil || got.Event.Where.Country != "PE" {
		t.Errorf("%+v, %v", got.Event, err)
	}
	claim := Body{Claim: &heed.Claim{Type: "said", By: heed.Named{Words: "a mayor"}, Words: "it is safe"}}
	if got, err = claim.set("words", "42"); err != nil || got.Claim.Words != "42" {
		t.Errorf("%+v, %v", got.Claim, err)
	}
	for _, bad := range [][2]string{{"colour", "red"}, {"words.colour", "red"}, {"", "x"}, {"claim", "x"}, {"by..words", "x"}} {
		if got, err := claim.set(bad[0], bad[1]); err == nil {
			t.Errorf("%s=%s: %+v", bad[0], bad[1], got.Claim)
		}
	}
	for _, bad := range []string{"counts.1.of=x", "counts.-1.of=x", "counts.a.of=x", "counts.0.is.min=many", "claim.words=x", "no value"} {
		c := Correction{Set: []string{bad}}
		if got, err := c.of(Reading{Drafted: event}); err == nil {
			t.Errorf("%s: %+v", bad, got.Event)
		}
	}
	got, err = Correction{Body: &Body{Claim: &heed.Claim{Type: "said", Words: "x", Spans: []heed.Span{{From: 9}}}}}.of(Reading{Drafted: claim})
	if err != nil || len(got.Claim.Spans) != 0 {
		t.Errorf("the spans are not the draft's: %+v, %v", got.Claim, err)
	}
}

// What is kept as words is bounded, cut between characters, and holds no NUL.
func TestFirstRunes(t *testing.T) {
	for in, want := range map[string]string{"été": "été", "étés": "ét…", "a\x00b": "ab"} {
		if got := firstRunes(in, 3); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
