package stix

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"heed"
)

// The ids of Heed's two extensions. They never change between releases.
const (
	StatementExtension = "extension-definition--d82a01b3-758d-468c-9981-531d2e7790ff"
	CarriageExtension  = "extension-definition--58309425-7a5b-4c60-9d09-087a5b5c47f0"
)

// Object is one STIX 2.1 object as far as Heed reads it.
type Object struct {
	Type      string
	ID        string
	Created   string // as written
	Modified  string // as written
	Author    heed.PartyID
	Name      string
	Text      string
	Statement *heed.Statement // nil: an object without Heed's extension
	Handling  heed.Handling   // of a warning, or as the markings of a foreign object say
}

// VersionText is the object's version as TAXII knows it: modified, else created, else empty.
func (o Object) VersionText() string {
	if o.Modified != "" {
		return o.Modified
	}
	return o.Created
}

// wire is the object as JSON. Its order is the order in which [Compose] writes.
type wire struct {
	Type        string         `json:"type"`
	SpecVersion string         `json:"spec_version,omitzero"`
	ID          string         `json:"id"`
	Author      string         `json:"created_by_ref,omitzero"`
	Created     string         `json:"created,omitzero"`
	Modified    string         `json:"modified,omitzero"`
	Revoked     bool           `json:"revoked,omitzero"`
	Lang        string         `json:"lang,omitzero"`
	Name        string         `json:"name,omitzero"`
	Description string         `json:"description,omitzero"`
	ReportTypes []string       `json:"report_types,omitzero"`
	Published   string         `json:"published,omitzero"`
	Abstract    string         `json:"abstract,omitzero"`
	Content     string         `json:"content,omitzero"`
	ObjectRefs  []string       `json:"object_refs,omitzero"`
	Markings    []string       `json:"object_marking_refs,omitzero"`
	Extensions  wireExtensions `json:"extensions,omitzero"`
}

type wireExtensions struct {
	Incident  *wireIncident  `json:"extension-definition--ef765651-680c-498d-9894-99799f2fa126,omitzero"`
	Statement *wireStatement `json:"extension-definition--d82a01b3-758d-468c-9981-531d2e7790ff,omitzero"`
}

// wireIncident is the incident core extension (draft 2.0): what it requires.
type wireIncident struct {
	ExtensionType string `json:"extension_type"`
	Determination string `json:"determination"`
	Investigation string `json:"investigation_status"`
}

type wireStatement struct {
	ExtensionType string            `json:"extension_type"`
	Kind          heed.Kind         `json:"kind"`
	Version       heed.Version      `json:"version"`
	Reason        string            `json:"reason,omitzero"`
	Exercise      string            `json:"exercise,omitzero"`
	Warning       *heed.Warning     `json:"warning,omitzero"`
	Delivery      *heed.Delivery    `json:"delivery,omitzero"`
	Receipt       *heed.Receipt     `json:"receipt,omitzero"`
	Decision      *heed.Decision    `json:"decision,omitzero"`
	Key           *heed.Key         `json:"key,omitzero"`
	Log           *heed.Log         `json:"log,omitzero"`
	Grant         *heed.Grant       `json:"grant,omitzero"`
	Question      *heed.Question    `json:"question,omitzero"`
	Case          *heed.Case        `json:"case,omitzero"`
	Link          *heed.Link        `json:"link,omitzero"`
	Assessment    *heed.Assessment  `json:"assessment,omitzero"`
	Outcome       *heed.Outcome     `json:"outcome,omitzero"`
	Answer        *heed.Answer      `json:"answer,omitzero"`
	Feedback      *heed.Feedback    `json:"feedback,omitzero"`
	Relation      *heed.Relation    `json:"relation,omitzero"`
	Claim         *heed.Claim       `json:"claim,omitzero"`
	Event         *heed.Event       `json:"event,omitzero"`
	Policy        *heed.Policy      `json:"policy,omitzero"`
	Roster        *heed.Roster      `json:"roster,omitzero"`
	Distrust      *heed.Distrust    `json:"distrust,omitzero"`
	Translation   *heed.Translation `json:"translation,omitzero"`
}

// ErrNotSTIX is wrapped where bytes are sound JSON and no STIX 2.1 object.
var ErrNotSTIX = errors.New("not a STIX 2.1 object")

// Parse reads the signed bytes of a statement, or a plain STIX object. Members it does not
// know are passed over: they stay in the bytes, which are kept. Of an exercise the headline
// and the text come back with their mark, also where the bytes lack it.
func Parse(signed []byte) (Object, error) {
	if err := Check(signed); err != nil {
		return Object{}, err
	}
	return Recorded(signed)
}

// Recorded is [Parse] for bytes that passed [Check] before: in [Cut], or when they were recorded.
func Recorded(signed []byte) (Object, error) {
	var w wire
	if err := json.Unmarshal(signed, &w); err != nil {
		return Object{}, unfit(err)
	}
	o := Object{Type: w.Type, ID: w.ID, Created: w.Created, Modified: w.Modified, Author: heed.PartyID(w.Author), Name: w.Name, Text: w.Description}
	if w.Abstract != "" || w.Content != "" {
		o.Name, o.Text = w.Abstract, w.Content
	}
	if err := w.common(); err != nil {
		return o, err
	}
	if w.Extensions.Statement == nil {
		o.Handling = marked(heed.Handling{}, w.Markings)
		return o, nil
	}
	s, err := w.statement()
	if err != nil {
		return o, err
	}
	o.Statement = s
	if s.Exercise != "" { // nobody gets to see it without the mark, whoever wrote it
		s.Headline, s.Text = heed.MarkExercise(s.Headline), heed.MarkExercise(s.Text)
		o.Name, o.Text = s.Headline, s.Text
	}
	if s.Warning != nil {
		o.Handling = marked(s.Warning.Handling, w.Markings)
	}
	return o, nil
}

// marked adds the markings that an object refers to. The stricter holds; a marking that is
// not one of the well-known ones says something unknown, which counts as the strictest.
func marked(h heed.Handling, refs []string) heed.Handling {
	for _, ref := range refs {
		label, known := labelOf[ref]
		if !known {
			label = oldLabelOf[ref]
		}
		switch {
		case strings.HasPrefix(label, "PAP:"):
			if h.PAP == "" {
				h.PAP = label
			}
			h = h.Narrow(heed.Handling{PAP: label})
		case label == "":
			label = "TLP:RED"
			fallthrough
		default:
			if h.TLP == "" {
				h.TLP = label
			}
			h = h.Narrow(heed.Handling{TLP: label})
		}
	}
	return h
}

// unfit puts an error of decoding into a sentence without Go's type names.
func unfit(err error) error {
	var sem *json.SemanticError
	if errors.As(err, &sem) {
		return broken("type", sem.ByteOffset, "the value at %s is not of the right kind", sem.JSONPointer)
	}
	return broken("json", 0, "it cannot be read: %v", err)
}

// common checks what every STIX object must have (STIX 2.1, 3.2).
func (w *wire) common() error {
	kind, _, ok := strings.Cut(w.ID, "--")
	switch {
	case w.Type == "":
		return fmt.Errorf("%w: type is missing", ErrNotSTIX)
	case !ok || kind != w.Type || !heed.ValidUUIDID(kind, w.ID):
		return fmt.Errorf("%w: id %q must be %s-- and a UUID", ErrNotSTIX, w.ID, w.Type)
	case w.SpecVersion != "" && w.SpecVersion != "2.1":
		return fmt.Errorf("%w: spec_version is %q", ErrNotSTIX, w.SpecVersion)
	}
	for _, t := range []string{w.Created, w.Modified} {
		if t == "" {
			continue
		}
		if _, err := ParseTime(t); err != nil {
			return err
		}
	}
	return nil
}

// ParseTime reads a STIX timestamp: RFC 3339 in UTC, ending in Z.
func ParseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || !strings.HasSuffix(s, "Z") || t.Year() < 1 {
		return time.Time{}, fmt.Errorf("%w: %q is not a time such as 2024-03-07T08:15:00.000Z", ErrNotSTIX, s)
	}
	return t.UTC(), nil
}

// FormatTime writes a time as our own statements have it: UTC to the microsecond.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func (w *wire) statement() (*heed.Statement, error) {
	x := w.Extensions.Statement
	if x.ExtensionType != "property-extension" {
		return nil, errors.New("the statement extension must be of extension_type property-extension")
	}
	if w.Type != x.Kind.STIXType() {
		return nil, fmt.Errorf("a %s is carried by a %s, not by a %s", x.Kind, x.Kind.STIXType(), w.Type)
	}
	if w.SpecVersion == "" || len(w.ObjectRefs) == 0 && w.Type != "incident" {
		return nil, errors.New("spec_version and object_refs must both be given")
	}
	s := &heed.Statement{
		ID: heed.ID(w.ID), Author: heed.PartyID(w.Author), Version: x.Version, Kind: x.Kind,
		Lang: w.Lang, Revoked: w.Revoked, Reason: x.Reason, Exercise: x.Exercise,
		Headline: w.Name, Text: w.Description, About: w.ObjectRefs,
		Warning: x.Warning, Delivery: x.Delivery, Receipt: x.Receipt, Decision: x.Decision, Key: x.Key, Log: x.Log, Grant: x.Grant, Question: x.Question,
		Case: x.Case, Link: x.Link, Assessment: x.Assessment, Outcome: x.Outcome, Answer: x.Answer, Feedback: x.Feedback, Relation: x.Relation, Claim: x.Claim, Event: x.Event,
		Policy: x.Policy, Roster: x.Roster, Distrust: x.Distrust, Translation: x.Translation,
	}
	if w.Type == "note" {
		s.Headline, s.Text = w.Abstract, w.Content
	}
	if w.Created != "" {
		s.Created, _ = ParseTime(w.Created)
	}
	if w.Modified != "" {
		s.Modified, _ = ParseTime(w.Modified)
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	if s.Warning != nil {
		return s, w.checkMarkings(s.Warning.Handling)
	}
	return s, nil
}

// checkMarkings refuses a warning whose STIX markings and handling say different things.
func (w *wire) checkMarkings(h heed.Handling) error {
	for _, ref := range w.Markings {
		if label, ok := labelOf[ref]; ok && label != h.TLP && label != h.PAP {
			return fmt.Errorf("it is marked %s and its handling says %q and %q: say one thing", label, h.TLP, h.PAP)
		}
	}
	return nil
}

// Compose makes the signed bytes of a statement of our own. An exercise is marked in its
// headline and text, which is what tools that know nothing of Heed show.
func Compose(s heed.Statement) ([]byte, error) {
	if len(s.About) == 0 {
		s.About = []string{string(s.Author)}
	}
	if s.Exercise != "" {
		s.Headline, s.Text = heed.MarkExercise(s.Headline), heed.MarkExercise(s.Text)
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	w := wire{
		Type: s.Kind.STIXType(), SpecVersion: "2.1", ID: string(s.ID), Author: string(s.Author),
		Created: FormatTime(s.Created), Modified: FormatTime(s.Modified), Revoked: s.Revoked, Lang: s.Lang, ObjectRefs: s.About,
		Extensions: wireExtensions{Statement: &wireStatement{
			ExtensionType: "property-extension", Kind: s.Kind, Version: s.Version, Reason: s.Reason, Exercise: s.Exercise,
			Warning: s.Warning, Delivery: s.Delivery, Receipt: s.Receipt, Decision: s.Decision, Key: s.Key, Log: s.Log, Grant: s.Grant, Question: s.Question,
			Case: s.Case, Link: s.Link, Assessment: s.Assessment, Outcome: s.Outcome, Answer: s.Answer, Feedback: s.Feedback, Relation: s.Relation, Claim: s.Claim, Event: s.Event,
			Policy: s.Policy, Roster: s.Roster, Distrust: s.Distrust, Translation: s.Translation,
		}},
	}
	switch w.Type {
	case "note":
		w.Abstract, w.Content = s.Headline, s.Text
		if w.Content == "" {
			return nil, fmt.Errorf("a %s needs words that other tools can show", s.Kind)
		}
	case "report":
		w.Name, w.Description, w.Published, w.ReportTypes = s.Headline, s.Text, w.Modified, []string{"threat-report"}
	default:
		w.Name, w.Description = s.Headline, s.Text
	}
	if s.Event != nil {
		w.Extensions.Incident = &wireIncident{"property-extension", s.Event.Determination(), "open"}
	}
	if s.Warning != nil {
		for _, label := range []string{s.Warning.Handling.TLP, s.Warning.Handling.PAP} {
			if label != "" {
				w.Markings = append(w.Markings, markingID[label])
			}
		}
	}
	return json.Marshal(w, json.Deterministic(true))
}

// markingID gives the well-known marking-definition of each TLP 2.0 and PAP label. They
// are built in and cannot be redefined from outside.
var markingID = map[string]string{
	"TLP:CLEAR":        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
	"TLP:GREEN":        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
	"TLP:AMBER":        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
	"TLP:AMBER+STRICT": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
	"TLP:RED":          "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
	"PAP:CLEAR":        "marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92",
	"PAP:GREEN":        "marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9",
	"PAP:AMBER":        "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab",
	"PAP:RED":          "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e",
}

// oldLabelOf reads TLP 1 and the former PAP:WHITE on import; neither is ever written. The id
// counts, whatever name stands beside it.
var oldLabelOf = map[string]string{
	"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:CLEAR",
	"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
	"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
	"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
	"marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730": "PAP:CLEAR",
}

var labelOf = func() map[string]string {
	m := map[string]string{}
	for label, id := range markingID {
		m[id] = label
	}
	return m
}()
