package place

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A supplement is the hand-written file, read but not yet joined to the data.
type supplement struct {
	lines []entry
}

type entry struct {
	line     int
	verb     string
	subject  string
	position [3]float64 // of a region: latitude, longitude, reach
	located  bool
	items    []string
}

// parseSupplement reads lines of the form
//
//	name ID: NAME; NAME         other names of a place
//	people ID: WORD; WORD       words for people and things from there
//	claims ID: CODE; CODE       states of which nothing is said whether it lies in them
//	region ID LAT LON KM: NAME  a region, its first name and others; or region ID: NAME
//	whole ID: ID; ID            places that lie in a region altogether
//	partly ID: ID; ID           places that lie in it in part, or by some people's count
//	common: WORD; WORD          names that are also common English words, or that persons bear
//
// Empty lines and lines that begin with # say nothing. Anything else is an error.
func parseSupplement(text string) (supplement, error) {
	var s supplement
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		e, err := parseEntry(line)
		if err != nil {
			return supplement{}, fmt.Errorf("supplement.txt:%d: %w", n+1, err)
		}
		e.line = n + 1
		s.lines = append(s.lines, e)
	}
	return s, nil
}

func parseEntry(line string) (entry, error) {
	head, list, ok := strings.Cut(line, ":")
	f := strings.Fields(head)
	if !ok || len(f) == 0 {
		return entry{}, fmt.Errorf("no colon after the subject")
	}
	e := entry{verb: f[0]}
	switch {
	case e.verb == "common" && len(f) == 1:
	case e.verb == "region" && len(f) == 5:
		for i := range e.position {
			v, err := strconv.ParseFloat(f[2+i], 64)
			if limit := [3]float64{90, 180, 20_100}[i]; err != nil || !(v >= -limit && v <= limit) || i == 2 && v <= 0 {
				return entry{}, fmt.Errorf("%s is no latitude, longitude or reach", f[2+i])
			}
			e.position[i] = v
		}
		e.subject, e.located = f[1], true
	case slices.Contains([]string{"name", "people", "claims", "region", "whole", "partly"}, e.verb) && len(f) == 2:
		e.subject = f[1]
	default:
		return entry{}, fmt.Errorf("%q is not a line of this file", head)
	}
	for item := range strings.SplitSeq(list, ";") {
		item = strings.TrimSpace(item)
		if item == "" || Fold(item) == "" {
			return entry{}, fmt.Errorf("an empty item")
		}
		e.items = append(e.items, item)
	}
	return e, nil
}

// add joins a supplement to the data. Every ID must be known.
func (g *gazetteer) add(s supplement) error {
	g.capitals, g.common = map[string]bool{}, map[string]bool{}
	g.claims, g.whole, g.partly = map[string][]string{}, map[string][]string{}, map[string][]string{}
	if err := g.addRegions(s); err != nil {
		return err
	}
	names, people := map[string][]int32{}, map[string][]int32{}
	for _, e := range s.lines {
		at, known := g.at(e.subject)
		if !known && e.verb != "common" {
			return fmt.Errorf("supplement.txt:%d: no place has the ID %s", e.line, e.subject)
		}
		switch e.verb {
		case "name", "region":
			g.note(names, at, e.items)
		case "people":
			g.note(people, at, e.items)
		case "common":
			for _, w := range e.items {
				g.common[Fold(w)] = true
			}
		default:
			for _, id := range e.items {
				if _, ok := g.at(id); !ok || e.verb == "claims" && len(id) != 2 {
					return fmt.Errorf("supplement.txt:%d: no place for this has the ID %s", e.line, id)
				}
			}
			into := map[string]map[string][]string{"claims": g.claims, "whole": g.whole, "partly": g.partly}[e.verb]
			into[e.subject] = append(into[e.subject], e.items...)
		}
	}
	g.more, g.people = indexOf(names), indexOf(people)
	for i := range g.places { // what is disputed has no country here
		if p := &g.places[i]; p.Kind != Country && (g.claims[p.ID] != nil || p.Area != "" && g.claims[p.Area] != nil) {
			p.Country = ""
		}
	}
	return nil
}

func (g *gazetteer) addRegions(s supplement) error {
	for _, e := range s.lines {
		if e.verb != "region" {
			continue
		}
		if len(e.subject) < 3 || strings.ContainsFunc(e.subject, func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') }) {
			return fmt.Errorf("supplement.txt:%d: %s is no ID of a region: lower-case letters", e.line, e.subject)
		}
		g.places = append(g.places, Place{ID: e.subject, Kind: Region, Name: e.items[0], Located: e.located,
			Lat: e.position[0], Lon: e.position[1], Reach: e.position[2]})
	}
	slices.SortFunc(g.places[g.regions:], func(a, b Place) int { return strings.Compare(a.ID, b.ID) })
	for i := g.regions + 1; i < len(g.places); i++ {
		if g.places[i].ID == g.places[i-1].ID {
			return fmt.Errorf("supplement.txt: two regions have the ID %s", g.places[i].ID)
		}
	}
	return nil
}

// note adds names of a place. A short one without a small letter is an abbreviation.
func (g *gazetteer) note(into map[string][]int32, at int, names []string) {
	for _, n := range names {
		key := Fold(n)
		if len(key) <= 4 && !strings.ContainsFunc(n, unicode.IsLower) {
			g.capitals[key] = true
		}
		if !slices.Contains(into[key], int32(at)) {
			into[key] = append(into[key], int32(at))
		}
	}
}
