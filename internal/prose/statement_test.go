package prose

import (
	"strings"
	"testing"
	"time"

	"heed"
)

func statementsOf(t *testing.T, text string) map[string]Statement {
	t.Helper()
	out := map[string]Statement{}
	for _, s := range Statements(text, Read(text)) {
		if (s.Claim == nil) == (s.Event == nil) {
			t.Errorf("%s is neither a claim nor an event, or both", s.Draft)
		}
		out[s.Draft] = s
	}
	return out
}

func TestStatements(t *testing.T) {
	text := `Published 4 March 2024

"Norland warned Vale on Friday of an attack on the harbour, based on interrogations of two smugglers," an official said, according to a Reuters report. Vale denied the report. Norland blamed the Grey Heron group for the bombing. Gunmen killed at least 12 people in Mombasa on 3 March 2024.`
	got := statementsOf(t, text)
	var account, denial, attribution *heed.Claim
	var event *heed.Event
	for _, s := range got {
		switch {
		case s.Event != nil && s.Event.Status == "occurred" && len(s.Event.Counts) > 0:
			event = s.Event
		case s.Claim == nil:
		case s.Claim.Type == "account":
			account = s.Claim
		case s.Claim.Type == "denial":
			denial = s.Claim
		case s.Claim.Type == "attribution":
			attribution = s.Claim
		}
	}
	switch {
	case account == nil:
		t.Fatal("no account of the warning")
	case account.By.Words == "Norland" || account.Account.From.Words != "Norland" || account.Account.To.Words != "Vale":
		t.Errorf("the account is %+v by %+v", account.Account, account.By)
	case account.Account.Of.Basis != heed.BasisInterrogation || account.Account.Of.Precedence != "":
		t.Errorf("what was warned of: %+v", account.Account.Of)
	case len(account.Chain) < 3 || account.Chain[len(account.Chain)-1].Basis != heed.BasisInterrogation:
		t.Errorf("the chain is %+v", account.Chain)
	case account.Account.When == nil || account.Account.When.From == nil || account.Account.When.From.Format("2006-01-02") != "2024-03-01":
		t.Errorf("when: %+v", account.Account.When)
	}
	if denial == nil || denial.By.Words != "Vale" || denial.Stance != "" {
		t.Errorf("the denial is %+v", denial)
	}
	if attribution == nil || attribution.Points == nil || attribution.By.Words != "Norland" || !strings.Contains(attribution.Points.Words, "Grey Heron") {
		t.Errorf("the attribution is %+v", attribution)
	}
	if event == nil || event.Counts[0].Is.Min == nil || *event.Counts[0].Is.Min != 12 || event.Counts[0].Is.Max != nil {
		t.Errorf("the event is %+v: at least 12 has no upper bound", event)
	}
}

// Every statement of the project's articles is one that the nouns accept, and points at its
// words.
func TestStatementsAreAccepted(t *testing.T) {
	for _, d := range ownArticles(t) {
		for draft, s := range statementsOf(t, d.Text) {
			st := heed.Statement{Author: "identity--3f0d1b0a-93a5-4b8f-9d5f-0c6d1b8f2a11", Version: 1, Headline: "x", Created: time.Unix(0, 0), Modified: time.Unix(0, 0)}
			var spans []heed.Span
			if s.Claim != nil {
				st.Kind, st.Claim, spans = heed.KindClaim, s.Claim, s.Claim.Spans
			} else {
				st.Kind, st.Event, spans = heed.KindEvent, s.Event, s.Event.Spans
			}
			st.ID = heed.ID(st.Kind.STIXType() + "--3f0d1b0a-93a5-4b8f-9d5f-0c6d1b8f2a11")
			if err := st.Check(); err != nil {
				t.Errorf("%s %s: %v", d.Doc, draft, err)
			}
			if len(spans) == 0 {
				t.Errorf("%s %s has no spans", d.Doc, draft)
			}
			for _, x := range spans {
				if !x.Digest.Valid() || x.To > len(d.Text) || x.From >= x.To {
					t.Errorf("%s %s: span %+v", d.Doc, draft, x)
				}
			}
		}
	}
}
