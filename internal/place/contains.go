package place

import "slices"

// Contains tells whether b lies in a. A place contains itself; a country its areas and
// cities, an area its cities, a region its parts. The answer is unknown for places that
// are not in the data, where states dispute it, where a territory's belonging depends on
// how one counts, and where the data are too coarse: a city near another may be a part of
// it.
func Contains(a, b Place) Answer {
	g := world()
	i, ok := g.at(a.ID)
	j, ok2 := g.at(b.ID)
	if !ok || !ok2 {
		return Unknown
	}
	return g.contains(g.places[i], g.places[j])
}

func (g *gazetteer) contains(a, b Place) Answer {
	switch {
	case a.ID == b.ID:
		return Yes
	case a.Kind == Region:
		return g.regionContains(a, b)
	case b.Kind == Region:
		return g.containsRegion(a, b)
	case a.Kind == Country:
		return g.countryContains(a, b)
	case a.Kind == Area:
		return areaContains(a, b)
	}
	return cityContains(a, b)
}

func (g *gazetteer) countryContains(a, b Place) Answer {
	for _, id := range []string{b.ID, b.Area} {
		if claims := g.claims[id]; claims != nil && b.Kind != Country {
			if slices.Contains(claims, a.ID) {
				return Unknown
			}
			return No
		}
	}
	switch {
	case b.Country == a.ID:
		return Yes
	case slices.Contains(g.claims[b.Country], a.ID):
		return Unknown
	}
	return No
}

func areaContains(a, b Place) Answer {
	switch {
	case b.Kind == City && b.Area == a.ID:
		return Yes
	case b.Kind == City && b.Area == "" && b.Country == a.Country:
		return Unknown // the data do not say in which area it lies
	}
	return No
}

// parts is how far from its middle another city may be a part of a city.
const parts = 100 // km

func cityContains(a, b Place) Answer {
	switch {
	case b.Kind == City && a.Country == b.Country && Arc(a.Lat, a.Lon, b.Lat, b.Lon) <= parts:
		return Unknown
	case b.Kind == Area && a.Area == b.ID:
		return Unknown // some cities are an area of their own
	case b.Kind == Country && a.Country == b.ID && Arc(a.Lat, a.Lon, b.Lat, b.Lon) <= parts && b.Reach <= parts:
		return Unknown // and some are a country
	}
	return No
}

// regionContains: a region contains what lies in a place that is wholly in it, and may
// contain what lies in one that is partly in it.
func (g *gazetteer) regionContains(a, b Place) Answer {
	if len(g.whole[a.ID])+len(g.partly[a.ID]) == 0 {
		return Unknown
	}
	out := No
	for _, id := range g.whole[a.ID] {
		if b.Kind != Region && filed(b) == id {
			return Yes
		}
		switch g.contains(g.known(id), b) {
		case Yes:
			return Yes
		case Unknown:
			out = Unknown
		}
	}
	for _, id := range g.partly[a.ID] {
		if g.contains(g.known(id), b) != No {
			out = Unknown
		}
	}
	if b.Kind == Region {
		return g.regionsContain(a, b)
	}
	return out
}

// filed is the country under which the data file a place. A region is geography: whose a
// place in it is, does not matter there.
func filed(p Place) string {
	switch {
	case p.Kind == Area:
		return p.ID[:2]
	case p.Area != "":
		return p.Area[:2]
	}
	return p.Country
}

// regionsContain: a region contains another one if it contains all its parts, and does not
// if it lacks one that is wholly in the other.
func (g *gazetteer) regionsContain(a, b Place) Answer {
	out := Yes
	for _, id := range g.whole[b.ID] {
		switch g.contains(a, g.known(id)) {
		case No:
			return No
		case Unknown:
			out = Unknown
		}
	}
	for _, id := range g.partly[b.ID] {
		if g.contains(a, g.known(id)) != Yes {
			out = Unknown
		}
	}
	if len(g.whole[b.ID])+len(g.partly[b.ID]) == 0 {
		return Unknown
	}
	return out
}

// containsRegion: a place contains a region if it contains all its parts.
func (g *gazetteer) containsRegion(a, b Place) Answer {
	all, none := true, true
	for _, id := range slices.Concat(g.whole[b.ID], g.partly[b.ID]) {
		in := g.contains(a, g.known(id))
		if in == No && slices.Contains(g.whole[b.ID], id) {
			return No
		}
		all, none = all && in == Yes, none && in == No && g.contains(g.known(id), a) == No
	}
	switch {
	case all && !none:
		return Yes
	case none && !all:
		return No
	}
	return Unknown
}

func (g *gazetteer) known(id string) Place {
	i, _ := g.at(id)
	return g.places[i]
}
