package prose

import (
	"strings"
	"testing"
)

// What the writer tells of earlier times or finds in the writer's own name is a note; what
// somebody else says, and the news, is none.
func TestNotes(t *testing.T) {
	const day = "12 May 2023\n\n"
	for _, c := range []struct{ text, class, words string }{
		{"The outage has raised doubts about the readiness of the port authority.", "judgement", "has raised doubts about the readiness of the port authority"},
		{"Questions have been raised about the state of the dam.", "judgement", "Questions have been raised about the state of the dam"},
		{"The loss of the bridge could slow the relief convoys for weeks.", "judgement", "could slow the relief convoys"},
		{"Unfortunately, the gauge stood too far from the river.", "judgement", "the gauge stood too far"},
		{"The ministry is unlikely to publish the file.", "judgement", "unlikely to publish"},
		{"The group emerged in the delta in 2009 and once held three districts.", "background", "The group emerged in the delta in 2009"},
		{"Formerly a fishing village, Harrow became a naval base.", "background", "Formerly a fishing village"},
		{"For decades the two services have worked in one building.", "background", "For decades"},
		{"A storm surge killed 40 people on the island in 1998.", "background", "in 1998"},
		{"The mayor raised doubts about the readiness of the port authority.", "", ""},
		{"Engineers said the loss of the bridge could slow the convoys.", "", ""},
		{"\"The group could come back,\" said Anna Lind, who teaches at Vale.", "", ""},
		{"Norland warned Vale that the dam could fail.", "", ""},
		{"Officials say the group emerged in the delta in 2009.", "", ""},
		{"Gunmen attacked the market on Monday.", "", ""},
		{"Could the dam fail?", "", ""},
	} {
		var got []Record
		for _, r := range Read(day + c.text) {
			if r.Kind == "note" {
				got = append(got, r)
			}
		}
		switch {
		case c.class == "" && len(got) > 0:
			t.Errorf("%q: drafted as %v", c.text, got[0].Attrs)
		case c.class == "":
		case len(got) != 1 || got[0].Attr("class") != c.class || !strings.Contains(got[0].Text(day+c.text, "span"), c.words):
			t.Errorf("%q: got %v, want one %s: %q", c.text, got, c.class, c.words)
		}
	}
}

// An event told in passing is named by its note; accepting what a text drafts never records
// a note.
func TestNotesAreNoEvidence(t *testing.T) {
	text := "12 May 2023\n\nGunmen killed two guards in Mombasa on Monday. In 1998 a bombing in Nairobi killed more than 200 people. The attack has prompted fears about the elections."
	records := Read(text)
	old := ""
	for _, r := range records {
		if r.Kind == "event" && r.Attr("date") == "1998" {
			old = r.ID
		}
	}
	named := 0
	for _, r := range records {
		if r.Kind != "note" {
			continue
		}
		if r.Attr("event_ref") != nil {
			named++
			if old == "" || r.Attr("event_ref") != old {
				t.Errorf("the note is on event %v, want %q", r.Attr("event_ref"), old)
			}
		}
		for _, s := range Statements(text, records) {
			if s.Draft == r.ID {
				t.Errorf("accepting the note %s would record %+v", r.ID, s)
			}
			if s.Claim != nil && strings.Contains(s.Claim.Words, "fears") {
				t.Errorf("the writer's judgement became a claim: %+v", s.Claim)
			}
		}
	}
	if named != 1 {
		t.Errorf("%d notes name an event, want 1", named)
	}
}
