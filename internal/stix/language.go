package stix

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"heed"
)

// Content is the words of an object in one language.
type Content struct{ Headline, Text string }

// LanguageContent makes the STIX companion (7.1) that shows tools without Heed the
// translations of a statement: language to words. It carries no envelope and is never read
// back; the signed statements are the translations. It is marked as its original is.
func LanguageContent(of *heed.Statement, id heed.ID, by heed.PartyID, at time.Time, contents map[string]Content) ([]byte, error) {
	headline, text := "name", "description"
	if of.Kind.STIXType() == "note" {
		headline, text = "abstract", "content"
	}
	_, uuid, _ := strings.Cut(string(id), "--")
	w := wireLanguage{Type: "language-content", SpecVersion: "2.1", ID: "language-content--" + uuid, Author: string(by), Created: FormatTime(at), Modified: FormatTime(at),
		Ref: string(of.ID), RefModified: FormatTime(of.Modified), Contents: map[string]map[string]string{}}
	for lang, c := range contents {
		w.Contents[lang] = map[string]string{text: c.Text}
		if c.Headline != "" {
			w.Contents[lang][headline] = c.Headline
		}
	}
	if of.Warning != nil {
		for _, label := range []string{of.Warning.Handling.TLP, of.Warning.Handling.PAP} {
			if label != "" {
				w.Markings = append(w.Markings, markingID[label])
			}
		}
	}
	return json.Marshal(w, json.Deterministic(true))
}

type wireLanguage struct {
	Type        string                       `json:"type"`
	SpecVersion string                       `json:"spec_version"`
	ID          string                       `json:"id"`
	Author      string                       `json:"created_by_ref"`
	Created     string                       `json:"created"`
	Modified    string                       `json:"modified"`
	Ref         string                       `json:"object_ref"`
	RefModified string                       `json:"object_modified"`
	Contents    map[string]map[string]string `json:"contents"`
	Markings    []string                     `json:"object_marking_refs,omitzero"`
}
