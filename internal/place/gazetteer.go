package place

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
)

//go:generate go run ./gen

//go:embed places.txt
var placesFile string

//go:embed supplement.txt
var supplementFile string

// world reads the files. They are part of the program and the tests read them, so a fault
// in them is a fault in the program.
var world = sync.OnceValue(func() *gazetteer {
	g, err := load(placesFile, supplementFile)
	if err != nil {
		panic(err)
	}
	return g
})

// A gazetteer holds all places: countries, areas, cities, regions, each sort in order of
// its IDs. Strings are parts of the embedded files.
type gazetteer struct {
	places                 []Place
	areas, cities, regions int // where each sort begins
	names                  index
	more                   index // names of the supplement
	people                 index
	capitals               map[string]bool     // names that are written in capitals only: UK
	common                 map[string]bool     // names that are also common English words or persons' names
	claims                 map[string][]string // who claims a country, an area or a city
	whole, partly          map[string][]string // parts of a region
}

func load(places, supplement string) (*gazetteer, error) {
	g, err := parse(places)
	if err != nil {
		return nil, err
	}
	s, err := parseSupplement(supplement)
	if err != nil {
		return nil, err
	}
	return g, g.add(s)
}

// parse reads the made file, whose form package gen knows.
func parse(text string) (*gazetteer, error) {
	g := &gazetteer{places: make([]Place, 0, 40_000), names: newIndex(90_000)}
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = cutByte(text, '\n')
		ok := true
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '=':
			ok = g.names.line(line[1:], len(g.places))
		default:
			ok = g.place(line)
		}
		if !ok {
			return nil, fmt.Errorf("places.txt:%d: not a place or a name: %.60q", n, line)
		}
	}
	g.regions = len(g.places)
	return g, nil
}

func (g *gazetteer) place(line string) bool {
	var f [7]string
	n, more := 0, true
	for ; more && n < len(f); n++ {
		f[n], line, more = cutByte(line, '\t')
	}
	want := 6
	if f[0] == "country" || f[0] == "area" {
		want = 7
	}
	if more || n != want || len(f[1]) < 2 {
		return false
	}
	ok := true
	num := func(s string) int {
		v, sound := number(s)
		ok = ok && sound
		return v
	}
	p := Place{Population: num(f[3])}
	switch f[0] {
	case "country":
		p.Kind, p.ID, p.Name, p.Country = Country, f[1], f[2], f[1]
	case "area":
		p.Kind, p.ID, p.Name, p.Country = Area, f[1], f[2], f[1][:2]
	default:
		p.Kind, p.ID, p.Name, p.Country = City, f[0], f[2], f[1][:2]
		if len(f[1]) > 2 {
			p.Area = f[1]
		}
	}
	if f[4] != "" {
		p.Located, p.Lat, p.Lon = true, float64(num(f[4]))/1e4, float64(num(f[5]))/1e4
		if p.Kind != City {
			p.Reach = float64(num(f[6]))
		}
	}
	if p.Kind == Country {
		g.areas = len(g.places) + 1
	}
	if p.Kind != City {
		g.cities = len(g.places) + 1
	}
	g.places = append(g.places, p)
	return ok
}

// cutByte is strings.Cut for one byte, and number strconv.Atoi for up to 15 digits: reading
// the file is most of what the first question costs.
func cutByte(s string, c byte) (before, after string, found bool) {
	if i := strings.IndexByte(s, c); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

func number(s string) (int, bool) {
	digits := strings.TrimPrefix(s, "-")
	n := 0
	for i := range len(digits) {
		d := digits[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + int(d)
	}
	if len(digits) < len(s) {
		n = -n
	}
	return n, len(digits) > 0 && len(digits) <= 15
}

// at gives the number of the place of an ID.
func (g *gazetteer) at(id string) (int, bool) {
	lo, hi := g.cities, g.regions
	order := func(p Place, id string) int { // numbers of cities are in order of size
		return cmp.Or(cmp.Compare(len(p.ID), len(id)), cmp.Compare(p.ID, id))
	}
	switch {
	case id == "":
		return 0, false
	case len(id) == 2:
		lo, hi = 0, g.areas
	case id[0] >= 'a':
		lo, hi = g.regions, len(g.places)
		order = func(p Place, id string) int { return cmp.Compare(p.ID, id) }
	case id[0] >= 'A':
		lo, hi = g.areas, g.cities
		order = func(p Place, id string) int { return cmp.Compare(p.ID, id) }
	}
	i, ok := slices.BinarySearchFunc(g.places[lo:hi], id, order)
	return lo + i, ok
}

func (g *gazetteer) find(key string) []int32 {
	a, b := g.names.find(key), g.more.find(key)
	if len(b) == 0 {
		return a
	}
	out := slices.Clone(a)
	for _, i := range b {
		if !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	return out
}

// ranked gives places in the order that Find promises.
func (g *gazetteer) ranked(at []int32) []Place {
	if len(at) == 0 {
		return nil
	}
	out := make([]Place, len(at))
	for i, n := range at {
		out[i] = g.places[n]
	}
	// A city is as large as its namesake area for this purpose, and then comes first.
	size := func(p Place) int {
		for _, a := range out {
			if a.Kind == Area && p.Area == a.ID {
				return max(p.Population, a.Population)
			}
		}
		return p.Population
	}
	slices.SortFunc(out, func(a, b Place) int {
		return cmp.Or(cmp.Compare(min(a.Kind, Area), min(b.Kind, Area)), cmp.Compare(size(b), size(a)),
			cmp.Compare(b.Kind, a.Kind), cmp.Compare(b.Population, a.Population), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// An index finds places by folded names, which stand in order.
type index struct {
	keys   []string
	start  []int32 // refs[start[i]:start[i+1]] bear keys[i]
	refs   []int32
	bucket []int32 // keys[bucket[b]:bucket[b+1]] begin with the two bytes of b
}

type span struct{ lo, hi int }

func newIndex(size int) index {
	return index{keys: make([]string, 0, size), start: make([]int32, 1, size+1), refs: make([]int32, 0, size*5/4),
		bucket: make([]int32, 1, 1<<15)}
}

// two is the bucket of a name.
func two(key string) int {
	b := int(key[0]) << 8
	if len(key) > 1 {
		b |= int(key[1])
	}
	return b
}

// line takes a line of the made file: a name, then the numbers of its places.
func (x *index) line(line string, places int) bool {
	key, rest, _ := cutByte(line, '\t')
	var refs [256]int32
	n := 0
	for rest != "" && n < len(refs) {
		var f string
		f, rest, _ = cutByte(rest, '\t')
		v, ok := number(f)
		if !ok || v < 0 || v >= places {
			return false
		}
		refs[n] = int32(v)
		n++
	}
	return rest == "" && n > 0 && x.append(key, refs[:n])
}

// append adds a name, which must come after those that are in.
func (x *index) append(key string, refs []int32) bool {
	n := int32(len(x.keys))
	if key == "" || n > 0 && x.keys[n-1] >= key {
		return false
	}
	for b := two(key); len(x.bucket) <= b; {
		x.bucket = append(x.bucket, n)
	}
	x.keys = append(x.keys, key)
	x.refs = append(x.refs, refs...)
	x.start = append(x.start, int32(len(x.refs)))
	return true
}

// among gives the names that may be or go on from key.
func (x *index) among(key string) span {
	if key == "" {
		return span{}
	}
	b, s := two(key), span{len(x.keys), len(x.keys)}
	if b < len(x.bucket) {
		s.lo = int(x.bucket[b])
	}
	if b+1 < len(x.bucket) {
		s.hi = int(x.bucket[b+1])
	}
	return s
}

// starting gives the names from the first one on that begins with a word, if there is one.
func (x *index) starting(word string) (s span, ok bool) {
	s = x.among(word)
	i, exact := slices.BinarySearch(x.keys[s.lo:s.hi], word)
	s.lo += i
	return s, exact || s.lo < s.hi && begins(x.keys[s.lo], word)
}

func begins[K string | []byte](key string, words K) bool {
	return len(key) > len(words) && key[len(words)] == ' ' && key[:len(words)] == string(words)
}

func (x *index) find(key string) []int32 {
	s := x.among(key)
	i, ok := slices.BinarySearch(x.keys[s.lo:s.hi], key)
	if !ok {
		return nil
	}
	i += s.lo
	return x.refs[x.start[i]:x.start[i+1]]
}

// longer reports whether a name begins with key and goes on with another word.
func (x *index) longer(s span, key []byte) bool {
	keys := x.keys[s.lo:s.hi]
	i := sort.Search(len(keys), func(i int) bool { return keys[i] > string(key) })
	return i < len(keys) && begins(keys[i], key)
}

// indexOf makes an index of gathered names.
func indexOf(names map[string][]int32) index {
	x := newIndex(len(names))
	keys := make([]string, 0, len(names))
	for k := range names {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		x.append(k, names[k])
	}
	return x
}
