package heed_test

import (
	"strings"
	"testing"
	"time"

	"heed"
)

func TestTranslationRefused(t *testing.T) {
	good := func() heed.Statement {
		now := time.Unix(1700000000, 0).UTC()
		return heed.Statement{ID: "note--00000000-0000-4000-8000-000000000001", Author: us(1), Version: 1, Kind: heed.KindTranslation, Created: now, Modified: now,
			Lang: "de", Headline: "Seiche erwartet", Text: "Am Hafen.", Translation: &heed.Translation{Statement: "report--x", Version: 1,
				Digest: heed.Digest(strings.Repeat("0", 64)), From: "en", By: "bo", Person: "bo", At: now, Left: []string{"Seiche"}}}
	}
	s := good()
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	if s.Subject().ID != "report--x" {
		t.Error("a translation is not about its original")
	}
	for words, change := range map[string]func(*heed.Statement){
		"lang is missing":                func(s *heed.Statement) { s.Lang = "" },
		"write a tag":                    func(s *heed.Statement) { s.Lang = "d" },
		"in en already":                  func(s *heed.Statement) { s.Lang = "en" },
		"does not stand in the":          func(s *heed.Statement) { s.Translation.Left = []string{"Welle"} },
		"by, person and at":              func(s *heed.Statement) { s.Translation.By = "" },
		"digest":                         func(s *heed.Statement) { s.Translation.Digest = "" },
		"it names no statement":          func(s *heed.Statement) { s.Translation.Version = 0 },
		"a translation without its body": func(s *heed.Statement) { s.Translation = nil },
		"carries the body of a distrust": func(s *heed.Statement) { s.Distrust = &heed.Distrust{} },
	} {
		s := good()
		change(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("expected %q, got %v", words, err)
		}
	}
}

func TestLanguageTags(t *testing.T) {
	for tag, ok := range map[string]bool{"en": true, "pt-BR": true, "zh-Hant-TW": true, "tlh": true, "de-1996": true, "": false, "e": false, "en_GB": false,
		"en-": false, "-en": false, "12": false, "german-language-x": true, "englishxxx": false, "en GB": false} {
		if heed.ValidLang(tag) != ok {
			t.Errorf("%q: %v", tag, !ok)
		}
	}
}

// What stays with its desk says so by its kind, and nothing else does.
func TestStays(t *testing.T) {
	for _, k := range heed.Kinds {
		if want := k == heed.KindDistrust || k == heed.KindPolicy || k == heed.KindRoster; k.Stays() != want {
			t.Errorf("%s stays: %v", k, !want)
		}
	}
}

func TestExerciseMark(t *testing.T) {
	once := heed.MarkExercise("Surge")
	if once != "EXERCISE — Surge" || heed.MarkExercise(once) != once || heed.MarkExercise("") != "" {
		t.Errorf("marked %q, twice %q", once, heed.MarkExercise(once))
	}
}
