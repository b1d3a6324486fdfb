package heed

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Policy is how a desk wants to work: its clocks, whom it lets raise them, which acts need
// two persons, what it takes to be usual. It is logged as a statement whose text is what a
// person wrote; this body is what that text came to, defaults filled in. Each change is the
// next version. It holds no secrets.
type Policy struct {
	// Clocks has a row for each precedence, and one for [Unstated].
	Clocks  map[Precedence]Clocks `json:"clocks"`
	Parties map[PartyID]Terms     `json:"parties,omitzero"` // what differs for one party
	Others  Terms                 `json:"others,omitzero"`  // what holds for every other
	// FourEyes lists the acts that need a second person.
	FourEyes []string      `json:"four_eyes,omitzero"`
	Release  PolicyRelease `json:"release,omitzero"`
	// Priors gives, for a kind of case, how usual it is before any report. It ships empty.
	Priors  map[string]Prior `json:"priors,omitzero"`
	Alarms  Alarms           `json:"alarms,omitzero"`
	Reasons PolicyReasons    `json:"reasons,omitzero"`
	// Defaults names the parts that nobody set: they are the program's own.
	Defaults []string `json:"defaults,omitzero"`
	Person   string   `json:"person,omitzero"` // who set it
	At       Time     `json:"at,omitzero"`
}

// Unstated names, in a policy, the precedence that a sender did not state.
const Unstated Precedence = "unstated"

// Clocks are the times within which a warning is answered, and by whom.
type Clocks struct {
	Acknowledge Duration `json:"acknowledge"`
	Decide      Duration `json:"decide"`
	Escalate    Duration `json:"escalate"` // from one step to the next while nobody answers
	// Owner is whose clock it is first: a role, or person:NAME. Never empty.
	Owner string   `json:"owner"`
	Steps []string `json:"steps,omitzero"` // who is called next, in this order
}

// Terms are what a desk grants a sender.
type Terms struct {
	// Cap is the highest precedence that its word alone can set; empty: no cap. The
	// sender's own word stays shown.
	Cap Precedence `json:"cap,omitzero"`
	// Decided says what goes along with a decided receipt: "when", and nothing else, or
	// "choice" as well. Reason code and words go only by a person's release.
	Decided string `json:"decided,omitzero"`
}

// Alarms say when the node itself calls.
type Alarms struct {
	NoDesk Duration `json:"no_desk,omitzero"` // no signed-in desk has been connected for so long
}

// PolicyRelease says how what a desk says goes out.
type PolicyRelease struct {
	// Longest is how long an urgent warning may wait for the second person of FourEyes; then
	// it goes by itself. Zero: an urgent one does not wait at all.
	Longest Duration `json:"longest,omitzero"`
	// Warnings says what a warning of the checks before release does to what is not urgent:
	// "tell", also when left out, or "stop" until a person overrides it with words.
	Warnings string `json:"warnings,omitzero"`
}

func (r PolicyRelease) check() error {
	if r.Longest < 0 || r.Longest > longest {
		return fmt.Errorf("release.longest is %s: give at most 90d", r.Longest)
	}
	return oneOf("release.warnings", r.Warnings, []string{"tell", "stop"})
}

// PolicyReasons says which reason codes a desk has beside [Reasons], and which of all need
// words.
type PolicyReasons struct {
	Own   []string `json:"own,omitzero"` // each begins with "own-"
	Words []string `json:"words,omitzero"`
}

// TwoPersons lists the acts that a policy may put under four eyes; "decide" covers every
// choice.
var TwoPersons = []string{
	"warn", "update", "retract", "loosen", "pass", "grant", "release", "close",
	"decide", "decide:act", "decide:inform", "decide:hold", "decide:dismiss",
}

// DefaultPolicy is what holds where no policy was ever set. Every part of it is marked as
// default.
func DefaultPolicy() Policy {
	rows := func(ack, decide, escalate time.Duration) Clocks {
		return Clocks{Duration(ack), Duration(decide), Duration(escalate), "duty-officer", []string{"supervisor"}}
	}
	p := Policy{
		Clocks: map[Precedence]Clocks{
			Flash:     rows(2*time.Minute, 10*time.Minute, 2*time.Minute),
			Immediate: rows(10*time.Minute, 30*time.Minute, 5*time.Minute),
			Priority:  rows(time.Hour, 4*time.Hour, 30*time.Minute),
			Routine:   rows(8*time.Hour, 24*time.Hour, 4*time.Hour),
			Unstated:  rows(time.Hour, 4*time.Hour, 30*time.Minute),
		},
		Others:  Terms{Decided: "when"},
		Alarms:  Alarms{NoDesk: Duration(5 * time.Minute)},
		Reasons: PolicyReasons{Words: []string{"distrust-of-sender", "other"}},
	}
	for _, row := range ClockRows {
		p.Defaults = append(p.Defaults, "clocks."+string(row))
	}
	p.Defaults = append(p.Defaults, "others", "alarms.no_desk", "reasons.words")
	return p
}

// ClockRows lists the rows of a policy's clocks, fastest first.
var ClockRows = []Precedence{Flash, Immediate, Priority, Routine, Unstated}

// Clock gives the clocks for a precedence as its sender stated it; empty is not stated.
func (p Policy) Clock(stated Precedence) Clocks {
	if stated == "" {
		stated = Unstated
	}
	return p.Clocks[stated]
}

// For gives the terms of a party: its own where the policy names it, and what holds for
// the others in what its own leave out.
func (p Policy) For(party PartyID) Terms {
	t := p.Parties[party]
	if t.Cap == "" {
		t.Cap = p.Others.Cap
	}
	if t.Decided == "" {
		t.Decided = p.Others.Decided
	}
	if t.Decided == "" {
		t.Decided = "when"
	}
	return t
}

// Capped gives the precedence that counts here for what a party stated, and whether that
// is less than it stated. What was not stated stays so.
func (p Policy) Capped(party PartyID, stated Precedence) (Precedence, bool) {
	limit := p.For(party).Cap
	if stated == "" || limit == "" || slices.Index(Precedences, stated) <= slices.Index(Precedences, limit) {
		return stated, false
	}
	return limit, true
}

// Prior gives the prior for a kind of case; false where nobody set one.
func (p Policy) Prior(kind string) (Prior, bool) {
	v, ok := p.Priors[kind]
	return v, ok
}

// NeedsTwo reports whether an act needs a second person. For a decision it is asked with
// its choice, as in "decide:act".
func (p Policy) NeedsTwo(act string) bool {
	general, _, _ := strings.Cut(act, ":")
	return has(p.FourEyes, act) || has(p.FourEyes, general)
}

// Codes lists the reason codes that a desk may give.
func (p Policy) Codes() []string { return append(slices.Clone(Reasons), p.Reasons.Own...) }

// NeedsWords reports whether a decision with this code must give words as well.
func (p Policy) NeedsWords(code string) bool { return has(p.Reasons.Words, code) }

// OwnCode reports whether a reason code has the form of a desk's own.
func OwnCode(code string) bool { return strings.HasPrefix(code, "own-") && ValidName(code) }

// Check says what is wrong with the policy, in one sentence, or nothing.
func (p *Policy) Check() error {
	for _, row := range ClockRows {
		c, ok := p.Clocks[row]
		if !ok {
			return fmt.Errorf("clocks.%s is missing: every precedence has its clocks", row)
		}
		if err := c.check(); err != nil {
			return fmt.Errorf("clocks.%s: %w", row, err)
		}
	}
	for row := range p.Clocks {
		if !has(ClockRows, row) {
			return fmt.Errorf("clocks.%s: there are clocks for %v", row, ClockRows)
		}
	}
	for id, t := range p.Parties {
		if !id.Valid() {
			return fmt.Errorf("parties: %q is not a party's id", id)
		}
		if err := t.check(); err != nil {
			return fmt.Errorf("parties: %s: %w", id, err)
		}
	}
	if err := p.Others.check(); err != nil {
		return fmt.Errorf("others: %w", err)
	}
	for _, act := range p.FourEyes {
		if err := required("four_eyes.acts", act, TwoPersons); err != nil {
			return err
		}
	}
	if err := p.Release.check(); err != nil {
		return err
	}
	for kind, v := range p.Priors {
		if !ValidName(kind) {
			return fmt.Errorf("priors: %q: name a kind of case in a-z, 0-9 and the hyphen, such as attack-on-church", kind)
		}
		if err := v.check(); err != nil {
			return fmt.Errorf("priors.%s: %w", kind, err)
		}
	}
	if p.Alarms.NoDesk < Duration(time.Minute) || p.Alarms.NoDesk > longest {
		return fmt.Errorf("alarms.no_desk is %s: give between 1m and 90d", p.Alarms.NoDesk)
	}
	return p.Reasons.check()
}

// longest bounds what a policy may wait for.
const longest = Duration(90 * 24 * time.Hour)

func (c Clocks) check() error {
	if strings.TrimSpace(c.Owner) == "" {
		return errors.New("nobody owns it: give owner, a role or person:NAME, so that the clock rings for somebody")
	}
	for _, f := range []struct {
		name string
		d    Duration
	}{{"acknowledge", c.Acknowledge}, {"decide", c.Decide}, {"escalate", c.Escalate}} {
		if f.d < Duration(time.Second) || f.d > longest {
			return fmt.Errorf("%s is %s: give a time between 1s and 90d, such as 10m", f.name, f.d)
		}
	}
	if c.Decide < c.Acknowledge {
		return fmt.Errorf("decide (%s) is sooner than acknowledge (%s)", c.Decide, c.Acknowledge)
	}
	for _, s := range c.Steps {
		if strings.TrimSpace(s) == "" {
			return errors.New("steps holds an empty name")
		}
	}
	return nil
}

func (t Terms) check() error {
	return errors.Join(oneOf("cap", t.Cap, Precedences), oneOf("decided", t.Decided, []string{"when", "choice"}))
}

func (v Prior) check() error {
	switch {
	case !(v.Value > 0 && v.Value < 1):
		return errors.New("value must be more than 0 and less than 1")
	case v.Owner == "" || v.Words == "":
		return errors.New("a prior needs an owner who stands for it, and words on what it rests")
	case v.Date.IsZero():
		return errors.New("date is missing: since when it holds, as in 2024-03-07")
	}
	return nil
}

func (r PolicyReasons) check() error {
	for _, c := range r.Own {
		if !OwnCode(c) {
			return fmt.Errorf("reasons.own: %q must begin with own- and go on in a-z, 0-9 and the hyphen", c)
		}
	}
	for _, c := range r.Words {
		if !has(Reasons, c) && !has(r.Own, c) {
			return fmt.Errorf("reasons.words: %q is no reason code; there are %v and those of reasons.own", c, Reasons)
		}
	}
	return nil
}

// Duration is a span of time as people write it: "90s", "10m", "2h", "3d", or several of
// these with the largest first, "1d12h".
type Duration time.Duration

// String gives the shortest form: "10m", "36h", "3d".
func (d Duration) String() string {
	if d == 0 {
		return "0s"
	}
	if day := Duration(24 * time.Hour); d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// ParseDuration reads what [Duration.String] writes, and a count of days before the rest.
func ParseDuration(s string) (Duration, error) {
	bad := fmt.Errorf("%q is not a time such as 90s, 10m, 2h or 3d", s)
	days, rest, ok := strings.Cut(s, "d")
	if !ok {
		days, rest = "", s
	}
	var d time.Duration
	if ok {
		n := 0
		for _, c := range []byte(days) {
			if c < '0' || c > '9' || n > 3650 {
				return 0, bad
			}
			n = 10*n + int(c-'0')
		}
		if days == "" || n > 36500 {
			return 0, bad
		}
		d = time.Duration(n) * 24 * time.Hour
	}
	if rest != "" {
		r, err := time.ParseDuration(rest)
		if err != nil || r < 0 || rest[0] == '+' || rest[0] == '-' || r > 36500*24*time.Hour {
			return 0, bad
		}
		d += r
	}
	if !ok && rest == "" {
		return 0, bad
	}
	return Duration(d), nil
}

// MarshalText writes the form of [Duration.String].
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads with [ParseDuration].
func (d *Duration) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDuration(string(b))
	return err
}
