package prose

import "heed/internal/place"

// countryByPlace finds the country of an event by the cities and areas that its mentions
// name. A name that several countries share counts only if the text names one of them.
func (d *doc) countryByPlace(e *event) string {
	for _, n := range e.list {
		places := append(n.where, n.patients...)
		if !d.upper {
			places = n.where
		}
		for _, r := range places {
			for i := r.a; i < r.b; i++ {
				if d.toks[i].tag != tName || d.upper {
					continue
				}
				end := i + 1
				for end < r.b && d.toks[end].tag == tName {
					end++
				}
				if code := d.onlyCountry(place.Find(d.flat(rng{i, end}))); code != "" && (d.upper || d.namesState(code) || d.datelineCountry() == "") {
					return code
				}
				i = end
			}
		}
	}
	return ""
}

func (d *doc) onlyCountry(found []place.Place) string {
	only, named := "", ""
	for _, p := range found {
		switch {
		case p.Country == "":
			return ""
		case only == "" || only == p.Country:
			only = p.Country
		default:
			only = "?"
		}
		if named == "" && d.namesState(p.Country) {
			named = p.Country
		}
	}
	if only == "?" {
		return named
	}
	return only
}

// namesState tells whether the text names a state, its capital or its people.
func (d *doc) namesState(code string) bool {
	if d.statesNamed == nil {
		d.statesNamed = map[string]bool{}
		for _, n := range d.namings {
			if n.party.kind == "state" {
				d.statesNamed[n.party.code] = true
			}
		}
	}
	return d.statesNamed[code]
}
