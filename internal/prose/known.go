package prose

import (
	"strings"

	actors "heed/internal/actor"
)

// Known gives the parties that the reader knows by name, as a list that a desk may take into
// its register: states, armed groups with what they are part of, agencies of states, outlets.
// source says which list it is, of which day, under which licence. Words that stand for a state in a
// sentence only (its capital, its people) are no names of it and are left out.
func Known() (known []actors.Entry, source string) {
	states := map[string]string{}
	for line := range strings.Lines(file("parties.txt")) {
		if day, ok := strings.CutPrefix(line, "# As of "); ok {
			source = "the list of parties built into Heed, as of " + strings.TrimSpace(day) + " (Apache-2.0)"
		}
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) < 4 || strings.HasPrefix(line, "#") {
			continue
		}
		e := actors.Entry{Name: f[2], Aliases: list(f[3]), Type: f[0]}
		switch f[0] {
		case "state":
			e.Code = f[1]
			states[f[1]] = e.Name
		case "group":
			e.Type, e.PartOf = "armed group", list(f[4])
		case "agency":
			if of := states[f[1]]; of != "" {
				e.PartOf = []string{of}
			}
		case "outlet":
			e.Type, e.Code = "media", f[1]
		}
		known = append(known, e)
	}
	return known, source
}
