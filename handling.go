package heed

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Ruling is the answer to "may this be done?". Its zero value allows nothing.
type Ruling struct {
	Allowed bool
	Rule    string // the rule that decided, for logs and tests: tlp, onward, role …
	Words   string // why not, for the person who asked; empty when allowed
	// Hidden says that the asker may not even learn that the object exists: the answer is
	// the one for what is missing.
	Hidden bool
}

// Allow is the ruling that something may be done, by a rule.
func Allow(rule string) Ruling { return Ruling{Allowed: true, Rule: rule} }

// Deny is the ruling that something may not be done, by a rule, with the reason in words.
func Deny(rule, format string, args ...any) Ruling {
	return Ruling{Rule: rule, Words: fmt.Sprintf(format, args...)}
}

// rank gives a label's place in its list, least restrictive first. A label that is not
// stated, or not known, is the strictest.
func rank(list []string, label string) int {
	if i := slices.Index(list, label); i >= 0 {
		return i
	}
	return len(list) - 1
}

// StrictestTLP gives the label under which h counts: what is not stated, or not known,
// counts as TLP:RED.
func (h Handling) StrictestTLP() string { return TLPs[rank(TLPs, h.TLP)] }

// orders lists, for each field that is a word, its values from the least restrictive on.
var (
	onwards      = []string{"may", "ask", "must-not"}
	attributions = []string{"may", "must", "must-not"}
	tellings     = []string{"may", "must-not"}
)

// Narrow gives h with the limits of by added: for each field the more restrictive of the
// two holds. A field that by does not state adds no limit; one that h does not state stays
// so, and goes on counting as the strictest. Narrowing never loosens: that takes a new
// version or a [Grant] of the originator.
func (h Handling) Narrow(by Handling) Handling {
	h.TLP = narrowLabel(TLPs, h.TLP, by.TLP)
	h.PAP = narrowLabel(PAPs, h.PAP, by.PAP)
	h.Onward = narrowWord(onwards, h.Onward, by.Onward)
	h.Attribution = narrowWord(attributions, h.Attribution, by.Attribution)
	h.TellAtRisk = narrowWord(tellings, h.TellAtRisk, by.TellAtRisk)
	h.OriginatorControl = h.OriginatorControl || by.OriginatorControl
	return h
}

func narrowLabel(list []string, have, add string) string {
	if have == "" || add == "" || rank(list, add) <= rank(list, have) {
		return have
	}
	return list[rank(list, add)]
}

// narrowWord is for permissions, where a stated limit also narrows what was not stated.
func narrowWord(list []string, have, add string) string {
	switch {
	case add == "":
		return have
	case have == "":
		if add == list[0] {
			return have // somebody else's permission gives none
		}
		return add
	case rank(list, add) > rank(list, have):
		return list[rank(list, add)]
	}
	return have
}

// Looser reports whether h allows anything that old did not.
func (h Handling) Looser(old Handling) bool {
	return rank(TLPs, h.TLP) < rank(TLPs, old.TLP) || rank(PAPs, h.PAP) < rank(PAPs, old.PAP) ||
		permits(onwards, h.Onward) < permits(onwards, old.Onward) ||
		permits(attributions, h.Attribution) < permits(attributions, old.Attribution) ||
		permits(tellings, h.TellAtRisk) < permits(tellings, old.TellAtRisk) ||
		old.OriginatorControl && !h.OriginatorControl
}

// permits orders the values of a permission: given, not stated (so that the label decides),
// and the limits.
func permits(list []string, word string) int {
	switch i := rank(list, word); {
	case word == "":
		return 1
	case i == 0:
		return 0
	default:
		return i + 1
	}
}

// PassOn is a question to a handling: may its holder hand the statement to somebody else?
type PassOn struct {
	To     PartyID
	AtRisk bool    // because To is at risk, or protects those who are: "may I tell the venue?"
	Grants []Grant // of the originator, to this holder, on this statement
	Now    time.Time
}

// May rules on passing a statement on under h, as TLP 2.0, the FIRST IEP fields and its
// originator's grants have it. Every limit must be satisfied: the most restrictive wins. A
// grant for this very receiver satisfies them all, since only the originator can give it.
func (h Handling) May(p PassOn) Ruling {
	if p.To == "" {
		return Deny("empty-audience", "nobody is named to get it: an empty audience is nobody")
	}
	for _, g := range p.Grants {
		if g.Covers(p) {
			return Allow("grant")
		}
	}
	switch {
	case h.OriginatorControl:
		return Deny("originator-control", "its originator keeps control: ask it with heed ask-release")
	case h.Attribution == "must-not":
		return Deny("attribution", "its author must not be named, and its seal names it: warn in your own words, or ask it with heed ask-release")
	case p.AtRisk && h.TellAtRisk == "may":
		return Allow("tell-at-risk")
	case p.AtRisk && h.TellAtRisk == "must-not":
		return Deny("tell-at-risk", "those at risk must not be told from this: ask its originator with heed ask-release")
	case h.Onward == "must-not":
		return Deny("onward", "its handling says that it must not be passed on: ask its originator for wider use with heed ask-release")
	case h.Onward == "ask":
		return Deny("onward", "its handling says to ask first: heed ask-release")
	}
	return h.mayByTLP()
}

// mayByTLP applies TLP 2.0 to handing a statement to another organisation.
func (h Handling) mayByTLP() Ruling {
	const ask = "ask its originator for wider use with heed ask-release"
	switch label := h.StrictestTLP(); label {
	case "TLP:RED":
		if h.TLP == "" {
			return Deny("tlp", "it has no marking, which counts as TLP:RED: for its named receivers only; %s", ask)
		}
		return Deny("tlp", "RED: for its named receivers only; %s", ask)
	case "TLP:AMBER+STRICT":
		return Deny("tlp", "AMBER+STRICT: your organisation only; %s", ask)
	case "TLP:AMBER":
		if h.Onward == "may" {
			return Allow("tlp")
		}
		return Deny("tlp", "AMBER: your organisation and its clients only, and it does not say that it may be passed on; %s", ask)
	default:
		return Allow("tlp") // GREEN: the community, which is whoever has a card here; CLEAR: anybody
	}
}

// Grant is the originator's consent that one holder may hand one statement to one receiver.
// It names one receiver only, so that showing it shows no audience. Signed, it is a
// statement; given to the receiver it shows that the passing on was allowed.
type Grant struct {
	Statement ID      `json:"statement"`
	Version   Version `json:"version,omitzero"` // zero: every version
	Holder    PartyID `json:"holder"`           // who may pass it on
	To        PartyID `json:"to"`               // to whom
	AtRisk    bool    `json:"at_risk,omitzero"` // only as those at risk, or their protectors
	Until     *Time   `json:"until,omitzero"`
	Question  ID      `json:"question,omitzero"` // that it answers
	Words     string  `json:"words,omitzero"`
}

// Covers reports whether the grant allows this passing on.
func (g Grant) Covers(p PassOn) bool {
	return g.To != "" && g.To == p.To && (!g.AtRisk || p.AtRisk) && (g.Until == nil || !p.Now.After(*g.Until))
}

func (g *Grant) check(s *Statement) error {
	switch {
	case g.Statement == "":
		return fmt.Errorf("it names no statement")
	case !g.Holder.Valid() || !g.To.Valid():
		return fmt.Errorf("a grant names one holder and one receiver")
	case g.Holder == s.Author:
		return fmt.Errorf("an originator needs no grant of its own")
	}
	return nil
}

// Question is something one party asks another about a statement. With Release it asks for
// consent to pass the statement on to one receiver.
type Question struct {
	To        PartyID  `json:"to"`
	Statement ID       `json:"statement"`
	Version   Version  `json:"version"`
	Words     string   `json:"words,omitzero"`
	Release   *Release `json:"release,omitzero"`
	Due       *Time    `json:"due,omitzero"`
	Person    string   `json:"person,omitzero"` // who asks, for their own desk
}

// Release is the wider use that a question asks for.
type Release struct {
	To     PartyID `json:"to"`
	AtRisk bool    `json:"at_risk,omitzero"`
}

func (q *Question) check() error {
	switch {
	case !q.To.Valid():
		return fmt.Errorf("a question names the party that it asks")
	case q.Statement == "" || q.Version < 1:
		return fmt.Errorf("it names no statement and version")
	case q.Words == "" && q.Release == nil:
		return fmt.Errorf("it asks nothing: words are missing")
	case q.Release != nil && !q.Release.To.Valid():
		return fmt.Errorf("a release names one receiver")
	}
	return nil
}

// Line gives the handling in one line, as people read it; what is not stated is left out.
func (h Handling) Line() string {
	var parts []string
	for _, p := range []struct{ words, value string }{
		{"", h.TLP}, {"", h.PAP}, {"onward: ", h.Onward}, {"attribution: ", h.Attribution}, {"tell those at risk: ", h.TellAtRisk},
	} {
		if p.value != "" {
			parts = append(parts, p.words+p.value)
		}
	}
	if h.OriginatorControl {
		parts = append(parts, "originator control")
	}
	if h.TLP == "" {
		parts = append(parts, "no TLP stated: counts as TLP:RED")
	}
	return strings.Join(parts, ", ")
}
