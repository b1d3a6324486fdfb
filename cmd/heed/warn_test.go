package main

import (
	"testing"

	"heed"
)

func TestReadHop(t *testing.T) {
	for s, want := range map[string]heed.Hop{
		"a neighbour [human-source]": {Words: "a neighbour", Basis: heed.BasisHumanSource},
		"party:us":                   {Party: "us"},
		"party:us [liaison]":         {Party: "us", Basis: heed.BasisLiaison},
		"sealed":                     {Sealed: true},
		"sealed [intercept]":         {Sealed: true, Basis: heed.BasisIntercept},
		"sealed: a man of the port":  {Sealed: true, Words: "a man of the port"},
		"a wire report of 1 April":   {Words: "a wire report of 1 April"},
	} {
		if got, err := readHop(s); err != nil || got != want {
			t.Errorf("%q: %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", " ", "[liaison]", "x]", "x [a] [b]"} {
		if got, err := readHop(s); err == nil {
			t.Errorf("%q was read as %+v", s, got)
		}
	}
}

func FuzzReadHop(f *testing.F) {
	f.Add("sealed: x [human-source]")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := readHop(s)
		if err == nil && !h.Sealed && h.Words == "" && h.Party == "" {
			t.Errorf("%q is a hop that says nothing", s)
		}
	})
}
