package people

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"heed"
	"heed/internal/stix"
	"heed/internal/store"
)

// MaxPolicy bounds a policy's text, in bytes, before anything is parsed.
const MaxPolicy = 64 << 10

// Names looks up whom a policy speaks of.
type Names struct {
	Party  func(string) (heed.PartyID, error)
	Person func(string) bool
}

// policyText is a policy as a person writes it: TOML. What it leaves out is the default.
type policyText struct {
	Clocks   map[string]clocksText `toml:"clocks"`
	Parties  map[string]termsText  `toml:"parties"`
	Others   *termsText            `toml:"others"`
	FourEyes struct {
		Acts []string `toml:"acts"`
	} `toml:"four_eyes"`
	Release struct {
		Longest  span   `toml:"longest"`
		Warnings string `toml:"warnings"`
	} `toml:"release"`
	Priors map[string]priorText `toml:"priors"`
	Alarms struct {
		NoDesk *span `toml:"no_desk"`
	} `toml:"alarms"`
	Reasons struct {
		Own   []string  `toml:"own"`
		Words *[]string `toml:"words"`
	} `toml:"reasons"`
}

type clocksText struct {
	Acknowledge span     `toml:"acknowledge"`
	Decide      span     `toml:"decide"`
	Escalate    span     `toml:"escalate"`
	Owner       string   `toml:"owner"`
	Steps       []string `toml:"steps"`
}

type termsText struct {
	Cap     string `toml:"cap"`
	Decided string `toml:"decided"`
}

type priorText struct {
	Value float64        `toml:"value"`
	Owner string         `toml:"owner"`
	Words string         `toml:"words"`
	Date  toml.LocalDate `toml:"date"`
}

// span is a struct so that a bare number, whose unit nobody knows, is refused.
type span struct{ d heed.Duration }

func (s *span) UnmarshalText(b []byte) error { return s.d.UnmarshalText(b) }

// ParsePolicy reads a policy as a person writes it. It is strict: a key that is not known,
// or looks like that of a secret, an owner or party that nobody knows, and anything that
// [heed.Policy.Check] refuses is one sentence with its line. It is pure; text of any kind
// gives a policy that holds, or an error.
func ParsePolicy(text []byte, names Names) (heed.Policy, error) {
	if len(text) > MaxPolicy {
		return heed.Policy{}, fmt.Errorf("the policy has %d bytes; at most %d are taken", len(text), MaxPolicy)
	}
	if !utf8.Valid(text) {
		return heed.Policy{}, errors.New("the policy is not UTF-8 text")
	}
	var all map[string]any
	if err := toml.Unmarshal(text, &all); err != nil {
		return heed.Policy{}, placed(err)
	}
	if err := checkKeys(all, nil); err != nil {
		return heed.Policy{}, err
	}
	var in policyText
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&in); err != nil {
		return heed.Policy{}, placed(err)
	}
	p, err := in.policy(names)
	if err != nil {
		return heed.Policy{}, err
	}
	return p, p.Check()
}

// placed gives an error of the parser its line.
func placed(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		e := strict.Errors[0]
		row, _ := e.Position()
		return fmt.Errorf("line %d: there is no setting %s", row, strings.Join(e.Key(), "."))
	}
	var dec *toml.DecodeError
	if errors.As(err, &dec) {
		row, _ := dec.Position()
		words := strings.TrimPrefix(dec.Error(), "toml: ")
		if strings.HasPrefix(words, "cannot decode TOML") {
			words = "the value is not of the right kind (times are quoted, as in \"10m\")"
		}
		if key := strings.Join(dec.Key(), "."); key != "" {
			words = key + ": " + words
		}
		return fmt.Errorf("line %d: %s", row, words)
	}
	return fmt.Errorf("the policy cannot be read: %w", err)
}

// named are the tables whose keys a person chooses, times the settings that are times.
var (
	named = []string{"parties", "priors"}
	times = []string{"acknowledge", "decide", "escalate", "no_desk"}
)

// checkKeys refuses keys that look like those of secrets, and those spelt with other case
// than they have.
func checkKeys(v any, path []string) error {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			at := append(slices.Clone(path), key)
			chosen := len(path) == 1 && slices.Contains(named, path[0])
			if _, isTable := inner.(map[string]any); chosen && isTable {
				if err := checkKeys(inner, at); err != nil {
					return err
				}
				continue
			}
			if looksSecret(key) {
				return fmt.Errorf("%s looks like a secret, and a policy is logged for good: secrets stand in files or the environment; docs/admin.md names them", strings.Join(at, "."))
			}
			inClocks := len(path) == 1 && path[0] == "clocks"
			if !inClocks && key != strings.ToLower(key) {
				return fmt.Errorf("there is no setting %s: settings are written in lower case", strings.Join(at, "."))
			}
			if _, quoted := inner.(string); !quoted && slices.Contains(times, key) {
				return fmt.Errorf("%s is a time: write it in quotes, as in \"10m\"", strings.Join(at, "."))
			}
			if err := checkKeys(inner, at); err != nil {
				return err
			}
		}
	case []any:
		for _, inner := range v {
			if err := checkKeys(inner, path); err != nil {
				return err
			}
		}
	}
	return nil
}

func looksSecret(key string) bool {
	flat := strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(strings.ToLower(key))
	for _, w := range []string{"password", "passwd", "passphrase", "secret", "token", "credential"} {
		if strings.Contains(flat, w) {
			return true
		}
	}
	return strings.HasSuffix(flat, "key") || strings.HasSuffix(flat, "keys")
}

// policy fills in the defaults and resolves the names.
func (in policyText) policy(names Names) (heed.Policy, error) {
	p := heed.DefaultPolicy()
	set := func(part string) {
		p.Defaults = slices.DeleteFunc(p.Defaults, func(d string) bool { return d == part })
	}
	for row, c := range in.Clocks {
		for _, who := range append([]string{c.Owner}, c.Steps...) {
			if err := names.owner(who); err != nil {
				return p, fmt.Errorf("clocks.%s: %w", row, err)
			}
		}
		p.Clocks[heed.Precedence(row)] = heed.Clocks{Acknowledge: c.Acknowledge.d, Decide: c.Decide.d, Escalate: c.Escalate.d, Owner: c.Owner, Steps: c.Steps}
		set("clocks." + row)
	}
	for name, t := range in.Parties {
		id, err := names.Party(name)
		if err != nil {
			return p, fmt.Errorf("parties.%s: %w", name, err)
		}
		if _, twice := p.Parties[id]; twice {
			return p, fmt.Errorf("parties.%s: this party is named twice", name)
		}
		if p.Parties == nil {
			p.Parties = map[heed.PartyID]heed.Terms{}
		}
		p.Parties[id] = heed.Terms{Cap: heed.Precedence(t.Cap), Decided: t.Decided}
	}
	if o := in.Others; o != nil {
		p.Others = heed.Terms{Cap: heed.Precedence(o.Cap), Decided: o.Decided}
		set("others")
	}
	p.FourEyes = in.FourEyes.Acts
	p.Release = heed.PolicyRelease{Longest: in.Release.Longest.d, Warnings: in.Release.Warnings}
	for kind, v := range in.Priors {
		if p.Priors == nil {
			p.Priors = map[string]heed.Prior{}
		}
		prior := heed.Prior{Value: v.Value, Owner: v.Owner, Words: v.Words}
		if v.Date != (toml.LocalDate{}) {
			prior.Date = v.Date.AsTime(time.UTC)
		}
		p.Priors[kind] = prior
	}
	if in.Alarms.NoDesk != nil {
		p.Alarms.NoDesk = in.Alarms.NoDesk.d
		set("alarms.no_desk")
	}
	p.Reasons.Own = in.Reasons.Own
	if in.Reasons.Words != nil {
		p.Reasons.Words = *in.Reasons.Words
		set("reasons.words")
	}
	return p, nil
}

// owner checks whom a clock rings for. An empty one is left to [heed.Policy.Check].
func (n Names) owner(who string) error {
	person, isPerson := strings.CutPrefix(who, "person:")
	switch {
	case isPerson && !n.Person(person):
		return fmt.Errorf("nobody here is called %q", person)
	case isPerson, who == "", Role(who).Known() && Role(who) != Administrator && Role(who) != Inspector:
		return nil
	}
	return fmt.Errorf("%q answers no clock: name a role such as duty-officer or supervisor, or person:NAME", who)
}

// PolicyID gives the id of a desk's policy: one statement, of which each change is a version.
func PolicyID(desk heed.PartyID) heed.ID { return DerivedID(heed.KindPolicy, string(desk)) }

// PolicyOf gives the policy that a desk has now, and the version that says so. Where none
// was ever set it is [heed.DefaultPolicy], and the version is 0.
func PolicyOf(tx *store.Tx, desk heed.PartyID) (heed.Policy, heed.Version, error) {
	rec, err := tx.Newest(desk, desk, PolicyID(desk))
	if errors.Is(err, store.ErrNotFound) {
		return heed.DefaultPolicy(), 0, nil
	}
	if err != nil {
		return heed.Policy{}, 0, err
	}
	obj, err := stix.Recorded(rec.Envelope.Payload)
	if err != nil || obj.Statement == nil || obj.Statement.Policy == nil {
		return heed.Policy{}, 0, fmt.Errorf("people: the policy at leaf %d cannot be read: %w", rec.Index, err)
	}
	return *obj.Statement.Policy, rec.Version, nil
}

// FormatPolicy writes a policy in the form that [ParsePolicy] reads, defaults marked. show
// gives a party's name.
func FormatPolicy(p heed.Policy, show func(heed.PartyID) string) string {
	var b strings.Builder
	mark := func(part string) string {
		if slices.Contains(p.Defaults, part) {
			return " # default"
		}
		return ""
	}
	for _, row := range heed.ClockRows {
		c := p.Clocks[row]
		fmt.Fprintf(&b, "[clocks.%s]%s\nacknowledge = %q\ndecide = %q\nescalate = %q\nowner = %s\n", row, mark("clocks."+string(row)),
			c.Acknowledge, c.Decide, c.Escalate, quoteTOML(c.Owner))
		writeList(&b, "steps", c.Steps, "")
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "[others]%s\n", mark("others"))
	writeTerms(&b, p.Others)
	for _, id := range sortedKeys(p.Parties) {
		fmt.Fprintf(&b, "[parties.%s]\n", quoteTOML(show(id)))
		writeTerms(&b, p.Parties[id])
	}
	b.WriteString("[four_eyes]\n")
	writeList(&b, "acts", p.FourEyes, "")
	fmt.Fprintf(&b, "\n[release]\nlongest = %q\n", p.Release.Longest)
	if p.Release.Warnings != "" {
		fmt.Fprintf(&b, "warnings = %q\n", p.Release.Warnings)
	}
	fmt.Fprintf(&b, "\n[alarms]\nno_desk = %q%s\n\n[reasons]\n", p.Alarms.NoDesk, mark("alarms.no_desk"))
	writeList(&b, "own", p.Reasons.Own, "")
	writeList(&b, "words", p.Reasons.Words, mark("reasons.words"))
	if len(p.Priors) == 0 {
		b.WriteString("\n# no prior is set, so no percentage is shown anywhere\n")
	}
	for _, kind := range sortedKeys(p.Priors) {
		v := p.Priors[kind]
		fmt.Fprintf(&b, "\n[priors.%s]\nvalue = %v\nowner = %s\nwords = %s\ndate = %s\n", kind, v.Value, quoteTOML(v.Owner), quoteTOML(v.Words), v.Date.Format(time.DateOnly))
	}
	return b.String()
}

func writeTerms(b *strings.Builder, t heed.Terms) {
	if t.Cap != "" {
		fmt.Fprintf(b, "cap = %q\n", t.Cap)
	}
	if t.Decided != "" {
		fmt.Fprintf(b, "decided = %q\n", t.Decided)
	}
	b.WriteByte('\n')
}

func writeList(b *strings.Builder, name string, list []string, mark string) {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = quoteTOML(s)
	}
	fmt.Fprintf(b, "%s = [%s]%s\n", name, strings.Join(quoted, ", "), mark)
}

// quoteTOML writes a basic string (TOML 1.0, String).
func quoteTOML(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, "\\u%04X", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
