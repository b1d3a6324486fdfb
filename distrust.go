package heed

import (
	"errors"
	"fmt"
	"strings"
)

// Distrust says how far a desk distrusts a party, and why. It is the desk's own: never
// sent, shown to nobody else, and it hides nothing. What it changes is how a report
// weighs and what reason is asked for. Each change is the next version of one statement.
type Distrust struct {
	Party  PartyID `json:"party"`
	Level  string  `json:"level"`  // one of DistrustLevels
	Reason string  `json:"reason"` // also for lifting it
	Person string  `json:"person"`
	At     Time    `json:"at"`
}

// NoDistrust is the level of one that was lifted.
const NoDistrust = "none"

// DistrustLevels lists the levels, in words; none is a number.
var DistrustLevels = []string{NoDistrust, "some", "strong", "full"}

func (d *Distrust) check(s *Statement) error {
	switch {
	case !d.Party.Valid():
		return errors.New("it names no party")
	case d.Party == s.Author:
		return errors.New("nobody notes distrust of their own desk")
	case strings.TrimSpace(d.Reason) == "":
		return errors.New("say why: a reason is missing")
	case d.Person == "" || d.At.IsZero():
		return errors.New("person and at must both be given")
	}
	return required("level", d.Level, DistrustLevels)
}

// Stays reports whether statements of this kind never leave the desk that says them.
func (k Kind) Stays() bool { return k == KindDistrust || k == KindPolicy || k == KindRoster }

// Translation is the words of one version of a statement in another language. It stands
// beside the original and never takes its place; the statement's own headline and text
// hold it, its lang names the language. Several by several people stand side by side.
type Translation struct {
	Statement ID       `json:"statement"`
	Version   Version  `json:"version"`
	Digest    Digest   `json:"digest"`        // of the original's signed bytes
	From      string   `json:"from,omitzero"` // the original's language; empty: not stated
	By        string   `json:"by"`            // who translated, in words: a person, a bureau, a machine by its name
	Left      []string `json:"left,omitzero"` // words left as they are, each found in the text
	Person    string   `json:"person"`        // who entered it
	At        Time     `json:"at"`
}

func (t *Translation) check(s *Statement) error {
	switch {
	case t.Statement == "" || t.Version < 1:
		return errors.New("it names no statement and version")
	case !t.Digest.Valid():
		return errors.New("digest must be SHA-256 in 64 lower-case hex digits")
	case s.Lang == "":
		return errors.New("lang is missing: say into which language")
	case !ValidLang(s.Lang):
		return fmt.Errorf("lang is %q: write a tag such as de, pt-BR or zh-Hant", s.Lang)
	case s.Lang == t.From:
		return fmt.Errorf("the original is in %s already", t.From)
	case t.By == "" || t.Person == "" || t.At.IsZero():
		return errors.New("by, person and at must all be given")
	}
	for _, w := range t.Left {
		if strings.TrimSpace(w) == "" || !strings.Contains(s.Text, w) && !strings.Contains(s.Headline, w) {
			return fmt.Errorf("%q is said to be left untranslated and does not stand in the translation", w)
		}
	}
	return nil
}

// ValidLang reports whether s has the form of an RFC 5646 tag: a language of two to eight
// letters, then subtags of one to eight letters and digits.
func ValidLang(s string) bool {
	for i, part := range strings.Split(s, "-") {
		if len(part) > 8 || part == "" || i == 0 && len(part) < 2 {
			return false
		}
		for _, c := range []byte(part) {
			letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
			if !letter && (i == 0 || c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

// ExerciseMark stands before the headline and the text of everything that is an exercise.
const ExerciseMark = "EXERCISE — "

// MarkExercise puts the mark before words that have it not yet. Empty words stay so.
func MarkExercise(words string) string {
	if words == "" || strings.HasPrefix(words, ExerciseMark) {
		return words
	}
	return ExerciseMark + words
}
