package heed

import (
	"errors"
	"fmt"
	"time"
)

// Warning is a statement that harm may come. Who, where, when, whom and on what
// scale may each be unknown, said as such, or left unsaid (nil).
type Warning struct {
	Who   *Actor  `json:"who,omitzero"`
	Where *Place  `json:"where,omitzero"`
	When  *Window `json:"when,omitzero"`
	Whom  *Target `json:"whom,omitzero"`
	Scale *Count  `json:"scale,omitzero"`

	Basis      Basis       `json:"basis,omitzero"`       // how its author came by it
	BasisWords string      `json:"basis_words,omitzero"` // the author's own words for it
	Chain      []Hop       `json:"chain,omitzero"`       // nearest teller first, origin last
	Grades     []Grade     `json:"grades,omitzero"`
	Likelihood *Likelihood `json:"likelihood,omitzero"`
	Confidence *Confidence `json:"confidence,omitzero"`
	Precedence Precedence  `json:"precedence,omitzero"`
	Handling   Handling    `json:"handling,omitzero"`
	Duty       *Duty       `json:"duty,omitzero"`
	Came       *Came       `json:"came,omitzero"`
	Asked      []string    `json:"asked,omitzero"` // what is asked of the receiver, one line each
	ValidFrom  *time.Time  `json:"valid_from,omitzero"`
	ValidUntil *time.Time  `json:"valid_until,omitzero"`

	// Part is 16 bytes in base32. In an extract they are [PartOf] its whole, which shows the
	// tie to those who hold the whole and to nobody else; in every other warning they are
	// drawn by chance, so that their being there says nothing.
	Part string `json:"part,omitzero"`

	// Spans are where a text says so, of a warning that rests on one that was read. Its author
	// relays; the origin is the end of the chain.
	Spans []Span `json:"spans,omitzero"`
}

// Actor is who may do harm.
type Actor struct {
	Unknown bool     `json:"unknown,omitzero"`
	Words   string   `json:"words,omitzero"`
	Names   []string `json:"names,omitzero"`
}

// Place is where harm may come.
type Place struct {
	Unknown bool   `json:"unknown,omitzero"`
	Words   string `json:"words,omitzero"`
	Country string `json:"country,omitzero"` // ISO 3166-1 alpha-2
	Area    string `json:"area,omitzero"`
	City    string `json:"city,omitzero"`
	Site    string `json:"site,omitzero"`
}

// Window is a time that may be fuzzy: the words as they were said, the interval they
// can mean, and the date on which they were said. An end that is nil is open.
type Window struct {
	Unknown bool       `json:"unknown,omitzero"`
	Words   string     `json:"words,omitzero"`
	From    *time.Time `json:"from,omitzero"`
	To      *time.Time `json:"to,omitzero"`
	AsOf    *time.Time `json:"as_of,omitzero"`
}

// Target is whom or what harm may come to.
type Target struct {
	Unknown bool     `json:"unknown,omitzero"`
	Words   string   `json:"words,omitzero"`
	Kinds   []string `json:"kinds,omitzero"` // church, concert, airport …
	Names   []string `json:"names,omitzero"`
}

// Count is a number that may be fuzzy: "at least 144" has a Min and no Max.
type Count struct {
	Unknown bool       `json:"unknown,omitzero"`
	Words   string     `json:"words,omitzero"`
	Min     *int64     `json:"min,omitzero"`
	Max     *int64     `json:"max,omitzero"`
	AsOf    *time.Time `json:"as_of,omitzero"`
}

// Basis is how something was come by. Empty: not stated.
type Basis string

// The bases.
const (
	BasisInterrogation Basis = "interrogation"
	BasisHumanSource   Basis = "human-source"
	BasisIntercept     Basis = "intercept"
	BasisImagery       Basis = "imagery"
	BasisOpenSource    Basis = "open-source"
	BasisLiaison       Basis = "liaison"
	BasisTechnical     Basis = "technical"
	BasisOwnAnalysis   Basis = "own-analysis"
	BasisUnknown       Basis = "unknown" // the author says that it does not know
)

// Bases lists every basis.
var Bases = []Basis{BasisInterrogation, BasisHumanSource, BasisIntercept, BasisImagery, BasisOpenSource,
	BasisLiaison, BasisTechnical, BasisOwnAnalysis, BasisUnknown}

// Hop is one step of a chain: who told. A sealed hop keeps the name back; a sealed
// origin carries a token instead, the same for every receiver.
type Hop struct {
	Party  PartyID      `json:"party,omitzero"` // where the teller is a party of the exchange
	Words  string       `json:"words,omitzero"` // where not: "a wire report of 1 April"
	Basis  Basis        `json:"basis,omitzero"`
	At     *Window      `json:"at,omitzero"`
	Sealed bool         `json:"sealed,omitzero"`
	Token  *OriginToken `json:"token,omitzero"`
}

// OriginToken stands for a sealed origin: the first 16 bytes of HMAC-SHA-256 (the
// originator's secret origin key, length of the source id as 4 bytes, source id,
// scope), in base32. Believed only under its originator's signature.
type OriginToken struct {
	Minter PartyID `json:"minter"`
	Scope  string  `json:"scope"` // "lasting", or "case:" and the originator's name for the case
	Value  string  `json:"value"` // 26 characters, RFC 4648 base32 without padding
}

// Grade is an evaluation kept as written: the scheme and its two codes. F, 6, X and
// the like mean unknown; no code is ever turned into a number here.
type Grade struct {
	Scheme      string `json:"scheme"`      // nato-6x6, europol-4x4, uk-3x5x2, uk-5x5x5
	Source      string `json:"source"`      // the source's reliability
	Information string `json:"information"` // this item's credibility
	By          string `json:"by,omitzero"` // who graded, where not the author
}

// Schemes gives, for every grading scheme, its source and its information codes.
var Schemes = map[string][2]string{
	"nato-6x6":    {"ABCDEF", "123456"},
	"europol-4x4": {"ABCX", "1234"},
	"uk-3x5x2":    {"123", "ABCDE"},
	"uk-5x5x5":    {"ABCDE", "12345"},
}

// Likelihood is how probable the author holds the harm to be: the word used, the
// scale it is from, and that scale's range in per cent. Apart from confidence.
type Likelihood struct {
	Word  string `json:"word"`
	Scale string `json:"scale"` // icd-203, stix-wep, stix-dni, own
	Low   *int   `json:"low,omitzero"`
	High  *int   `json:"high,omitzero"`
}

// Confidence is how sure the author is of its own judgement. Never a probability.
type Confidence struct {
	Level string `json:"level"` // low, moderate, high
	Words string `json:"words,omitzero"`
}

// Precedence is the sender's wish for speed. Empty: not stated.
type Precedence string

// The precedences, slowest first.
const (
	Routine   Precedence = "ROUTINE"
	Priority  Precedence = "PRIORITY"
	Immediate Precedence = "IMMEDIATE"
	Flash     Precedence = "FLASH"
)

// Precedences lists them, slowest first.
var Precedences = []Precedence{Routine, Priority, Immediate, Flash}

// Urgent reports whether the precedence is IMMEDIATE or FLASH.
func (p Precedence) Urgent() bool { return p == Immediate || p == Flash }

// Handling is what a receiver may do with a statement. What is empty was not stated.
type Handling struct {
	TLP               string `json:"tlp,omitzero"`                // TLP:CLEAR … TLP:RED (TLP 2.0)
	PAP               string `json:"pap,omitzero"`                // PAP:CLEAR … PAP:RED
	Onward            string `json:"onward,omitzero"`             // may, must-not, ask
	Attribution       string `json:"attribution,omitzero"`        // may, must, must-not
	TellAtRisk        string `json:"tell_at_risk,omitzero"`       // may, must-not: "may I tell the venue?"
	OriginatorControl bool   `json:"originator_control,omitzero"` // onward only with the originator's signed grant
}

// TLPs and PAPs list the labels, least restrictive first.
var (
	TLPs = []string{"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"}
	PAPs = []string{"PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED"}
)

// Duty is the ground for a duty-to-warn notice and, where there is one, its waiver
// (ICD 191).
type Duty struct {
	Ground   string  `json:"ground,omitzero"`   // intentional-killing, serious-bodily-injury, kidnapping
	Specific string  `json:"specific,omitzero"` // why it is held credible and specific
	Waiver   *Waiver `json:"waiver,omitzero"`
}

// Waiver says why those at risk were not warned, and who approved that.
type Waiver struct {
	Ground     string `json:"ground"` // already-aware, insurgency, criminality, endangers-sources, no-reasonable-way
	Words      string `json:"words,omitzero"`
	ApprovedBy string `json:"approved_by"`
}

// Came says how the warning came in to its author.
type Came struct {
	How      string     `json:"how"` // written, voice
	Caller   string     `json:"caller,omitzero"`
	At       *time.Time `json:"at,omitzero"`
	ReadBack string     `json:"read_back,omitzero"` // yes, no; empty: not stated
}

func (w *Warning) check(s *Statement) error {
	if s.Headline == "" {
		return errors.New("a headline is missing: say in one line what may happen")
	}
	if err := w.checkWords(); err != nil {
		return err
	}
	if err := w.checkInside(); err != nil {
		return err
	}
	if raw, err := handles.DecodeString(w.Part); w.Part != "" && (err != nil || len(raw) != 16) {
		return errors.New("part is not 16 bytes in base32")
	}
	if w.ValidFrom != nil && w.ValidUntil != nil && w.ValidUntil.Before(*w.ValidFrom) {
		return errors.New("valid_until is before valid_from")
	}
	if err := checkSpans(w.Spans); err != nil {
		return err
	}
	for i, h := range w.Chain {
		if err := h.check(); err != nil {
			return fmt.Errorf("hop %d of the chain: %w", i+1, err)
		}
	}
	for _, g := range w.Grades {
		if err := g.check(); err != nil {
			return err
		}
	}
	return nil
}

// checkWords holds every enumerated field to its list.
func (w *Warning) checkWords() error {
	h := w.Handling
	fields := []error{
		oneOf("basis", w.Basis, Bases),
		oneOf("precedence", w.Precedence, Precedences),
		oneOf("handling.tlp", h.TLP, TLPs),
		oneOf("handling.pap", h.PAP, PAPs),
		oneOf("handling.onward", h.Onward, []string{"may", "must-not", "ask"}),
		oneOf("handling.attribution", h.Attribution, []string{"may", "must", "must-not"}),
		oneOf("handling.tell_at_risk", h.TellAtRisk, []string{"may", "must-not"}),
	}
	if c := w.Came; c != nil {
		fields = append(fields, required("came.how", c.How, []string{"written", "voice"}),
			oneOf("came.read_back", c.ReadBack, []string{"yes", "no"}))
	}
	if c := w.Confidence; c != nil {
		fields = append(fields, required("confidence.level", c.Level, []string{"low", "moderate", "high"}))
	}
	if d := w.Duty; d != nil {
		fields = append(fields, oneOf("duty.ground", d.Ground, []string{"intentional-killing", "serious-bodily-injury", "kidnapping"}))
		if v := d.Waiver; v != nil {
			fields = append(fields, required("duty.waiver.ground", v.Ground,
				[]string{"already-aware", "insurgency", "criminality", "endangers-sources", "no-reasonable-way"}))
			if v.ApprovedBy == "" {
				fields = append(fields, errors.New("duty.waiver.approved_by is missing: a waiver names who approved it"))
			}
		}
	}
	return errors.Join(fields...)
}

// checkInside looks at fields whose parts can contradict each other.
func (w *Warning) checkInside() error {
	switch {
	case w.Who != nil && w.Who.Unknown && len(w.Who.Names) > 0:
		return errors.New("who is said to be unknown and is named as well")
	case w.Where != nil && w.Where.Unknown && (w.Where.Country+w.Where.Area+w.Where.City+w.Where.Site != ""):
		return errors.New("where is said to be unknown and is given as well")
	case w.Whom != nil && w.Whom.Unknown && len(w.Whom.Names)+len(w.Whom.Kinds) > 0:
		return errors.New("whom is said to be unknown and is given as well")
	}
	if err := w.When.check("when"); err != nil {
		return err
	}
	if c := w.Scale; c != nil {
		switch {
		case c.Unknown && (c.Min != nil || c.Max != nil):
			return errors.New("scale is said to be unknown and has a number as well")
		case c.Min != nil && *c.Min < 0, c.Max != nil && *c.Max < 0:
			return errors.New("scale has a number below zero")
		case c.Min != nil && c.Max != nil && *c.Max < *c.Min:
			return errors.New("scale has a max below its min")
		}
	}
	if l := w.Likelihood; l != nil {
		if l.Word == "" {
			return errors.New("likelihood has no word: keep the word that was used")
		}
		if err := required("likelihood.scale", l.Scale, []string{"icd-203", "stix-wep", "stix-dni", "own"}); err != nil {
			return err
		}
		for _, n := range []*int{l.Low, l.High} {
			if n != nil && (*n < 0 || *n > 100) {
				return errors.New("likelihood has a bound outside 0 to 100")
			}
		}
		if l.Low != nil && l.High != nil && *l.High < *l.Low {
			return errors.New("likelihood has a high bound below its low one")
		}
	}
	return nil
}

func (t *Window) check(name string) error {
	switch {
	case t == nil:
		return nil
	case t.Unknown && (t.From != nil || t.To != nil):
		return fmt.Errorf("%s is said to be unknown and has an interval as well", name)
	case t.From != nil && t.To != nil && t.To.Before(*t.From):
		return fmt.Errorf("%s ends before it begins", name)
	}
	return nil
}

func (h Hop) check() error {
	if err := oneOf("basis", h.Basis, Bases); err != nil {
		return err
	}
	if h.Party != "" && !h.Party.Valid() {
		return fmt.Errorf("party %q must be identity-- and a UUID in lower case", h.Party)
	}
	if h.Sealed && h.Party != "" {
		return errors.New("it is sealed and names a party as well")
	}
	if t := h.Token; t != nil {
		if !t.Minter.Valid() {
			return errors.New("its origin token names no minter")
		}
		if raw, err := handles.DecodeString(t.Value); err != nil || len(raw) != 16 {
			return errors.New("its origin token is not 16 bytes in base32")
		}
		if t.Scope == "" {
			return errors.New("its origin token has no scope")
		}
	}
	return h.At.check("its time")
}

func (g Grade) check() error {
	codes, ok := Schemes[g.Scheme]
	if !ok {
		return fmt.Errorf("grading scheme %q is not known; known are europol-4x4, nato-6x6, uk-3x5x2, uk-5x5x5", g.Scheme)
	}
	for i, c := range []string{g.Source, g.Information} {
		if len(c) != 1 || !containsByte(codes[i], c[0]) {
			return fmt.Errorf("grade %q is not a code of %s, which has %s", c, g.Scheme, codes[i])
		}
	}
	return nil
}

func containsByte(s string, c byte) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}

func oneOf[T ~string](field string, v T, list []T) error {
	if v == "" || has(list, v) {
		return nil
	}
	return fmt.Errorf("%s is %q; it may be one of %v, or be left out", field, v, list)
}

func required[T ~string](field string, v T, list []T) error {
	if v == "" {
		return fmt.Errorf("%s is missing; it must be one of %v", field, list)
	}
	return oneOf(field, v, list)
}
