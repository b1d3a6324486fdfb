// Package place knows the countries, the first-order areas and the larger cities of the
// world, and some regions that warnings speak of.
//
// It answers by what its two files say: places.txt, made from GeoNames data, and
// supplement.txt, written by hand. What they leave open is answered with [Unknown]; so is
// what states dispute. Names are often shared: all places of a name are given, none is
// chosen. The files are read at first use. All functions may be called at the same time.
package place

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A Kind is the sort of a place.
type Kind uint8

const (
	Unstated Kind = iota
	Country       // has an ISO 3166-1 code, or XK
	Region        // a part of the world without a code of its own: Sahel, Donbas
	Area          // a first-order part of a country
	City
)

func (k Kind) String() string {
	return [...]string{"unstated", "country", "region", "area", "city"}[min(k, City)]
}

// A Place is one entry of the data. Places with one ID are equal.
type Place struct {
	// ID is stable: a country's is its ISO 3166-1 code in two letters (LK), an area's is
	// GeoNames' code for it (LK.36), a city's its GeoNames number (1248991), and a region's a
	// word in lower case (sahel).
	ID      string
	Kind    Kind
	Name    string
	Country string // ISO 3166-1 code; empty: none, several, or disputed
	Area    string // ID of the area that a city lies in; empty: not known

	// Lat and Lon say something only if Located is set. For all but cities they are the
	// middle of the people there, and Reach is how far in km the farthest of them live.
	Lat, Lon float64
	Located  bool
	Reach    float64

	Population int // 0: not known
}

// An Answer is yes, no or, as the zero value, not known.
type Answer uint8

const (
	Unknown Answer = iota
	Yes
	No
)

func (a Answer) String() string { return [...]string{"unknown", "yes", "no"}[min(a, No)] }

// ByID gives the place of an ID.
func ByID(id string) (Place, bool) {
	g := world()
	if i, ok := g.at(id); ok {
		return g.places[i], true
	}
	return Place{}, false
}

// Find gives all places that bear a name, which may be written with or without accents,
// capitals and punctuation, in English or in another language with Latin letters.
// Countries come first, then regions, then areas and cities by population; a city that
// gave its name to its area comes before it.
func Find(name string) []Place {
	g, key := world(), Fold(name)
	found := g.find(key)
	if rest, ok := strings.CutPrefix(key, "the "); ok && len(found) == 0 {
		found = g.find(rest)
	}
	return g.ranked(found)
}

// People gives the countries and areas of a word for people or things from there: "Russian",
// "Sri Lankans". Dominican has two.
func People(name string) []Place {
	g := world()
	return g.ranked(g.people.find(Fold(name)))
}

// Near gives the cities within km of a point, the nearest first.
func Near(lat, lon, km float64) []Place {
	type hit struct {
		place Place
		km    float64
	}
	var hits []hit
	g := world()
	for _, p := range g.places[g.cities:g.regions] {
		if math.Abs(p.Lat-lat)*kmPerDegree > km+1 {
			continue
		}
		if d := Arc(lat, lon, p.Lat, p.Lon); d <= km {
			hits = append(hits, hit{p, d})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.km, b.km), cmp.Compare(a.place.ID, b.place.ID))
	})
	out := make([]Place, len(hits))
	for i, h := range hits {
		out[i] = h.place
	}
	return out
}

// Distance gives the great-circle distance in km between two cities, or between the
// middles of larger places. It is not known, and ok is false, where a position is not
// known and where the places are so large that they may touch: the distance between
// their middles says nothing then.
func Distance(a, b Place) (km float64, ok bool) {
	if !a.Located || !b.Located {
		return 0, false
	}
	if a.ID == b.ID && a.Kind == City {
		return 0, true
	}
	km = Arc(a.Lat, a.Lon, b.Lat, b.Lon)
	return km, a.Reach+b.Reach == 0 || km > a.Reach+b.Reach
}

const (
	earth       = 6371.0088 // mean radius in km
	kmPerDegree = earth * math.Pi / 180
)

// Arc gives the great-circle distance in km between two points in degrees, on a sphere.
func Arc(lat1, lon1, lat2, lon2 float64) float64 {
	const r = math.Pi / 180
	p, l := math.Sin((lat2-lat1)*r/2), math.Sin((lon2-lon1)*r/2)
	return 2 * earth * math.Asin(math.Sqrt(min(1, p*p+math.Cos(lat1*r)*math.Cos(lat2*r)*l*l)))
}

// Regions gives the regions of the data, by ID.
func Regions() []Place {
	g := world()
	return slices.Clone(g.places[g.regions:])
}
