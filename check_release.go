package heed

import (
	"fmt"
	"slices"
	"strings"
)

// Severity says what a finding means for the release.
type Severity string

// The severities. What contradicts itself, a standard or another's handling is refused;
// what is missing, or was read out of prose, is a warning that a person may answer.
const (
	Refuse Severity = "refuse"
	WarnOf Severity = "warn"
)

// Finding is what a check before release found: the rule that speaks, one sentence for the
// person who drafts, and where to look.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Sentence string   `json:"sentence"`
	Where    string   `json:"where"`
}

// Quoted is a statement that a draft rests on or quotes: the handling that holds for it
// here, and the origin it goes back to where that is known.
type Quoted struct {
	Name     string // handle and version
	Own      bool   // this desk said it
	Handling Handling
	Origin   string // two quoted statements with one origin have the same; empty: not known
}

// Around is what is known around a draft.
type Around struct {
	Quoted []Quoted
}

// ReleaseRule names a rule of the checks before release and what it obeys.
type ReleaseRule struct {
	ID       string
	Severity Severity
	Clause   string
	check    func(*releaseCheck)
}

// ReleaseRules lists the rules in the order in which they report.
var ReleaseRules = []ReleaseRule{
	{"basis", WarnOf, "how it was come by is stated, or said to be unknown", (*releaseCheck).basis},
	{"validity", WarnOf, "until when it holds is stated", (*releaseCheck).validity},
	{"handling", WarnOf, "TLP 2.0: a label is stated; none counts as TLP:RED", (*releaseCheck).handling},
	{"urgency", WarnOf, "intelligence-dissemination: a precedence is stated", (*releaseCheck).urgency},
	{"asked", WarnOf, "something is asked of the receiver", (*releaseCheck).asked},
	{"confirmed-alone", Refuse, "NATO 6×6: 1 means confirmed by other independent sources", (*releaseCheck).confirmedAlone},
	{"likelihood-scale", Refuse, "the likelihood's word is one of the scale that it names", (*releaseCheck).likelihoodScale},
	{"likelihood-numbers", Refuse, "the likelihood's numbers are within the band of its word on that scale", (*releaseCheck).likelihoodNumbers},
	{"likelihood-and-confidence", WarnOf, "ICD 203: a confidence level and a likelihood are not stated in one sentence", (*releaseCheck).likelihoodAndConfidence},
	{"words-and-numbers", WarnOf, "a probability word in the text and the number beside it say the same", (*releaseCheck).wordsAndNumbers},
	{"mixed-scales", WarnOf, "ICD 203: the words of one row, and of one scale, are used through a product", (*releaseCheck).mixedScales},
	{"tlp-in-text", Refuse, "TLP 2.0: no part is marked more strictly than the whole; one label is meant", (*releaseCheck).tlpInText},
	{"handling-quoted", Refuse, "only the originator loosens: a quoted part keeps its handling", (*releaseCheck).handlingQuoted},
	{"duty-ground", WarnOf, "ICD 191: what is credible and specific has its duty-to-warn ground or its waiver", (*releaseCheck).dutyGround},
	{"duty-waiver", Refuse, "ICD 191: a waiver names its ground, its reason and who approved it", (*releaseCheck).dutyWaiver},
}

// CheckRelease looks at a statement before it is released and says what a careful colleague
// would. It is pure: the same statement and surroundings give the same findings, in the
// order of [ReleaseRules], so that anybody can run it again over the signed bytes. Only
// warnings are looked at; a retraction is never held up.
func CheckRelease(s *Statement, around Around) []Finding {
	if s == nil || s.Warning == nil || s.Revoked {
		return nil
	}
	c := &releaseCheck{s: s, w: s.Warning, around: around}
	if s.Lang == "" || strings.HasPrefix(strings.ToLower(s.Lang), "en") {
		c.sentences = sentences(s.Headline + "\n" + s.Text)
	}
	for _, r := range ReleaseRules {
		c.rule = r
		r.check(c)
	}
	return c.found
}

// Refused reports whether any finding refuses.
func Refused(list []Finding) bool {
	return slices.ContainsFunc(list, func(f Finding) bool { return f.Severity == Refuse })
}

type releaseCheck struct {
	s         *Statement
	w         *Warning
	around    Around
	sentences []string // of the English text; other languages are not read
	rule      ReleaseRule
	found     []Finding
}

func (c *releaseCheck) find(where, format string, args ...any) {
	c.report(c.rule.Severity, where, format, args...)
}

func (c *releaseCheck) report(sev Severity, where, format string, args ...any) {
	c.found = append(c.found, Finding{c.rule.ID, sev, fmt.Sprintf(format, args...), where})
}

func (c *releaseCheck) basis() {
	if c.w.Basis == "" {
		c.find("warning.basis", "it does not say how you know: state the basis, or that it is unknown")
	}
}

func (c *releaseCheck) validity() {
	if c.w.ValidUntil == nil {
		c.find("warning.valid_until", "it does not say until when it holds: a warning without an end is never taken down")
	}
}

func (c *releaseCheck) handling() {
	if c.w.Handling.TLP == "" {
		c.find("warning.handling.tlp", "it has no TLP label, so its readers must treat it as TLP:RED and tell nobody")
	}
}

func (c *releaseCheck) urgency() {
	if c.w.Precedence == "" {
		c.find("warning.precedence", "it states no precedence: how soon its receiver must answer is then left to the receiver's own policy")
	}
}

func (c *releaseCheck) asked() {
	if len(c.w.Asked) == 0 {
		c.find("warning.asked", "it asks nothing of its receiver: say what you want done")
	}
}

// confirmedAlone: 1 needs another origin than the statement's own.
func (c *releaseCheck) confirmedAlone() {
	origins := map[string]bool{chainOrigin(c.w.Chain): true}
	for _, q := range c.around.Quoted {
		if q.Origin != "" {
			origins[q.Origin] = true
		}
	}
	for i, g := range c.w.Grades {
		if g.Scheme == "nato-6x6" && g.Information == "1" && len(origins) < 2 {
			c.find(fmt.Sprintf("warning.grades.%d", i), "grade %s1 says confirmed by other independent sources, and only one origin is known: 2 is the best it can have", g.Source)
		}
	}
}

// chainOrigin names the root of a chain as far as it can be told apart from another.
func chainOrigin(chain []Hop) string {
	if len(chain) == 0 {
		return ""
	}
	return chain[len(chain)-1].origin()
}

func (h Hop) origin() string {
	switch {
	case h.Token != nil:
		return "token " + string(h.Token.Minter) + " " + h.Token.Value
	case h.Party != "":
		return "party " + string(h.Party)
	case h.Words != "" && !h.Sealed:
		return "words " + strings.ToLower(h.Words)
	}
	return ""
}

// Origin names the origin that a warning goes back to, where it is declared or tokened, so
// that two can be told apart; empty: not known.
func (w *Warning) Origin() string { return chainOrigin(w.Chain) }

func (c *releaseCheck) likelihoodScale() {
	l := c.w.Likelihood
	if l == nil {
		return
	}
	scale := ScaleNamed(l.Scale)
	if scale == nil {
		return // own
	}
	if _, ok := scale.Band(l.Word); !ok {
		hint := ""
		for _, other := range Scales {
			if _, ok := other.Band(l.Word); ok {
				hint = "; " + other.Name + " has it"
			}
		}
		c.find("warning.likelihood", "%q is no word of %s, which has %s%s", l.Word, l.Scale, scale.spells(), hint)
	}
}

func (c *releaseCheck) likelihoodNumbers() {
	l := c.w.Likelihood
	if l == nil {
		return
	}
	scale := ScaleNamed(l.Scale)
	if scale == nil {
		return
	}
	if b, ok := scale.Band(l.Word); ok && !scale.holds(b, l.Low, l.High) {
		c.find("warning.likelihood", "on %s %q means %d to %d %%, and the numbers beside it say %s", l.Scale, l.Word, b.Low, b.High, bounds(l.Low, l.High))
	}
}

func bounds(low, high *int) string {
	switch {
	case low == nil:
		return fmt.Sprintf("up to %d %%", *high)
	case high == nil:
		return fmt.Sprintf("%d %% or more", *low)
	case *low == *high:
		return fmt.Sprintf("%d %%", *low)
	}
	return fmt.Sprintf("%d to %d %%", *low, *high)
}

// handlingQuoted: a draft may not allow what the handling of a part forbids. Own words may
// be loosened by their author, who is warned.
func (c *releaseCheck) handlingQuoted() {
	for _, q := range c.around.Quoted {
		if !c.w.Handling.Looser(q.Handling) {
			continue
		}
		sev := Refuse
		if q.Own {
			sev = WarnOf
		}
		c.report(sev, "warning.handling", "it rests on %s, whose handling is stricter (%s): mark it so, or ask its originator with heed ask-release", q.Name, q.Handling.Line())
	}
}

// dutyGround asks for the ground where the fields make the warning specific and credible.
func (c *releaseCheck) dutyGround() {
	d := c.w.Duty
	switch {
	case d != nil && (d.Ground != "" || d.Waiver != nil):
	case d != nil && d.Specific != "":
		c.find("warning.duty", "it is held credible and specific, and names neither the ground of the duty to warn nor a waiver")
	case c.specific() && c.credible():
		c.find("warning.duty", "whom, where and when are known and it is held credible: name the ground of the duty to warn, or who waived it and why")
	}
}

func (c *releaseCheck) specific() bool {
	w := c.w
	return w.Whom != nil && !w.Whom.Unknown && w.Where != nil && !w.Where.Unknown && w.When != nil && !w.When.Unknown
}

// credible never reads a code or a word of one scale by the table of another; what cannot be
// judged is not credible and not incredible.
func (c *releaseCheck) credible() bool {
	for _, g := range c.w.Grades {
		if g.Scheme == "nato-6x6" && strings.Contains("ABC", g.Source) && strings.Contains("12", g.Information) {
			return true
		}
	}
	if l := c.w.Likelihood; l != nil {
		if scale := ScaleNamed(l.Scale); scale != nil {
			b, ok := scale.Band(l.Word)
			return ok && b.Low >= 55
		}
	}
	return false
}

func (c *releaseCheck) dutyWaiver() {
	if c.w.Duty == nil || c.w.Duty.Waiver == nil {
		return
	}
	v := c.w.Duty.Waiver
	for _, f := range []struct{ name, value string }{{"ground", v.Ground}, {"words", v.Words}, {"approved_by", v.ApprovedBy}} {
		if strings.TrimSpace(f.value) == "" {
			c.find("warning.duty.waiver."+f.name, "a waiver of the duty to warn needs its ground, the reason in words, and who approved it: %s is missing", f.name)
		}
	}
}
