package place

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func ids(places []Place) string {
	var out []string
	for _, p := range places {
		out = append(out, p.ID)
	}
	return strings.Join(out, " ")
}

func get(t *testing.T, id string) Place {
	t.Helper()
	p, ok := ByID(id)
	if !ok || p.ID != id {
		t.Fatalf("no place has the ID %s", id)
	}
	return p
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Côte d'Ivoire": "cote divoire", "CÔTE D’IVOIRE": "cote divoire", "Sana'a": "sanaa", "U.S.": "us", "St. Petersburg": "st petersburg",
		"Saint-Petersburg": "st petersburg", "Sainte-Foy": "ste foy", "Washington, D.C.": "washington dc", "St.Gallen": "st gallen",
		"  Guinea—Bissau ": "guinea bissau", "Łódź": "lodz", "Ağrı": "agri", "Bəyləqan": "baylaqan", "Москва": "москва", "İzmir": "izmir",
		"": "", "...": "", "a  b": "a b", "ﬁji": "fiji", "Straße": "strasse", "Cote\u0302": "cote",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

// Each name with what Find begins with; "…" allows for more.
func TestFind(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"Sri Lanka", "LK"},
		{"sri lanka", "LK"},
		{"Ivory Coast", "CI"},
		{"Côte d’Ivoire", "CI"},
		{"cote d'ivoire", "CI"},
		{"the Netherlands", "NL"},
		{"U.S.", "US"},
		{"Türkiye", "TR"},
		{"Congo", "CD CG"},
		{"Georgia", "GE US.GA"},
		{"Moskva", "524901"},
		{"Moscow", "524901 RU.48 RU.47 5601538"},
		{"Kiev", "703448"},
		{"Colombo", "1248991 3465927"},
		{"New York", "5128581 US.NY"},
		{"Victoria", "AU.07 …"},
		{"Punjab", "PK.04 IN.23"},
		{"Bombay", "1275339"},
		{"Saint Petersburg", "498817 RU.66 4171563"},
		{"St. Petersburg", "498817 RU.66 4171563"},
		{"Gaza Strip", "PS.GZ"},
		{"West Bank", "PS.WE"},
		{"Crimea", "UA.11"},
		{"the Gulf", "gulf"},
		{"Sahel", "sahel BF.12"},
		{"Donbas", "donbas"},
		{"Kashmir", "kashmir"},
		{"North Caucasus", "north-caucasus"},
		{"Kurdistan", "kurdistan …"},
		{"The Hague", "2747373"},
		{"Utopia Planitia", ""},
		{"", ""},
		{"the", ""},
		{"'.'", ""},
	} {
		got, want := ids(Find(c.name)), c.want
		if start, ok := strings.CutSuffix(want, " …"); ok && strings.HasPrefix(got, start+" ") {
			continue
		}
		if got != want {
			t.Errorf("Find(%q) = %s, want %s", c.name, got, want)
		}
	}
}

func TestPeople(t *testing.T) {
	for name, want := range map[string]string{
		"Russian": "RU", "Sri Lankans": "LK", "DOMINICAN": "DO DM", "Congolese": "CD CG", "burkinabé": "BF", "Korean": "KR KP", "Martian": "", "": "",
	} {
		if got := ids(People(name)); got != want {
			t.Errorf("People(%q) = %s, want %s", name, got, want)
		}
	}
}

func TestContains(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want Answer
	}{
		{"LK", "LK", Yes},
		{"LK", "LK.36", Yes},
		{"LK", "1248991", Yes},       // Colombo
		{"LK.36", "1248991", Yes},    // in the Western Province
		{"LK.29", "1248991", No},     // not in the Central one
		{"BR", "1248991", No},        // this Colombo is not the Brazilian one
		{"1248991", "LK", No},        //
		{"LK.36", "LK", No},          //
		{"LK.36", "LK.29", No},       //
		{"1248991", "524901", No},    // Moscow
		{"LK", "IN", No},             //
		{"524901", "RU.48", Unknown}, // a city that is an area of its own
		{"SG", "1880252", Yes},       // Singapore
		{"1880252", "SG", Unknown},   // a city that is a country
		{"PS", "281133", Yes},        // Gaza
		{"PS.GZ", "281133", Yes},
		{"PS.WE", "281133", No},
		{"IL", "281133", Unknown}, // disputed
		{"EG", "281133", No},
		{"UA", "UA.11", Unknown},
		{"RU", "UA.11", Unknown},
		{"TR", "UA.11", No},
		{"UA", "694423", Unknown}, // Sevastopol
		{"UA.20", "694423", Yes},
		{"UA", "703448", Yes}, // Kyiv
		{"IN", "IN.12", Unknown},
		{"PK", "1255634", Unknown}, // Srinagar
		{"CN", "TW", Unknown},
		{"TW", "CN", No},
		{"CN", "1668341", Unknown}, // Taipei
		{"TW", "1668341", Yes},
		{"US", "PR", Unknown},
		{"FR", "RE", Unknown},
		{"kashmir", "IN.12", Yes},
		{"kashmir", "1255634", Yes},
		{"kashmir", "1273294", Unknown}, // Delhi: in a country that is partly in the region
		{"kashmir", "LK", No},
		{"donbas", "709717", Yes}, // Donetsk
		{"donbas", "703448", No},
		{"UA", "donbas", Unknown},
		{"FR", "donbas", No},
		{"sahel", "ML", Unknown},
		{"sahel", "LK", No},
		{"north-caucasus", "RU.17", Yes},
		{"RU", "north-caucasus", Unknown},
		{"RU.17", "north-caucasus", No},
		{"caucasus", "south-caucasus", Yes},
		{"south-caucasus", "caucasus", No},
		{"europe", "524901", Yes},
		{"asia", "524901", Unknown},
		{"europe", "694423", Yes},  // geography does not ask whose it is
		{"europe", "2988507", Yes}, // Paris
		{"asia", "1642911", Yes},   // Jakarta
		{"africa", "360630", Yes},  // Cairo
		{"asia", "africa", No},
		{"SD", "darfur", Yes},
		{"SD.47", "darfur", No},
		{"darfur", "SD", No},
		{"middle-east", "IQ", Yes},
		{"european-union", "FR", Yes},
		{"kurdistan", "IQ.11", Yes},
		{"kurdistan", "IQ.01", Unknown},
		{"indian-ocean", "LK", Unknown}, // nobody has said what lies in it
		{"asia", "2950159", No},         // Berlin
		{"asia", "323786", Yes},         // Ankara
		{"asia", "745044", Unknown},     // Istanbul lies in two
		{"middle-east", "levant", Unknown},
	} {
		if got := Contains(get(t, c.a), get(t, c.b)); got != c.want {
			t.Errorf("Contains(%s, %s) = %s, want %s", c.a, c.b, got, c.want)
		}
	}
	if got := Contains(get(t, "LK"), Place{Name: "Atlantis", Kind: City, Country: "LK"}); got != Unknown {
		t.Errorf("a place outside the data: %s, want unknown", got)
	}
	if got := Contains(Place{}, Place{}); got != Unknown {
		t.Errorf("two places that are not stated: %s, want unknown", got)
	}
}

// What two places say of each other must fit: if each contains the other they are one, and
// what is in a part is in the whole.
func TestContainsIsAnOrder(t *testing.T) {
	g := world()
	var some []Place
	for i, p := range g.places {
		if p.Kind == Country || p.Kind == Region || i%97 == 0 {
			some = append(some, p)
		}
	}
	for _, a := range some {
		for _, b := range some {
			ab, ba := g.contains(a, b), g.contains(b, a)
			if a.ID != b.ID && ab == Yes && ba == Yes {
				if a.Kind != Region || b.Kind != Region {
					t.Errorf("%s and %s contain each other", a.ID, b.ID)
				}
			}
		}
	}
	for _, c := range some {
		if c.Kind == City && c.Area != "" && c.Country != "" {
			area := g.known(c.Area)
			for _, a := range some {
				if g.contains(a, area) == Yes && g.contains(a, c) != Yes {
					t.Errorf("%s contains %s, and not %s in it", a.ID, area.ID, c.ID)
				}
			}
		}
	}
}

func TestDisputedHasNoCountry(t *testing.T) {
	for _, id := range []string{"UA.11", "694423", "1255634", "281184", "kashmir"} {
		if p := get(t, id); p.Country != "" {
			t.Errorf("%s is filed under %s: disputed belonging is left unknown", p.Name, p.Country)
		}
	}
	if p := get(t, "703448"); p.Country != "UA" {
		t.Errorf("Kyiv is filed under %q", p.Country)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b   string
		km     float64
		within float64
	}{
		{"2643743", "2988507", 344, 3},    // London, Paris
		{"5128581", "2643743", 5570, 15},  // New York, London
		{"1850147", "3448439", 18530, 60}, // Tokyo, São Paulo
		{"1248991", "1248991", 0, 0},
		{"2198148", "4032402", 800, 60}, // Suva, Nuku'alofa: across the 180th meridian
	} {
		a, b := get(t, c.a), get(t, c.b)
		km, ok := Distance(a, b)
		back, _ := Distance(b, a)
		if !ok || math.Abs(km-c.km) > c.within || km != back {
			t.Errorf("%s to %s: %.1f (back %.1f) %t, want %.0f ± %.0f", a.Name, b.Name, km, back, ok, c.km, c.within)
		}
	}
	for _, c := range []struct {
		a, b string
		ok   bool
	}{
		{"LK", "NO", true},         // far apart
		{"RU", "524901", false},    // Moscow lies in Russia
		{"LK", "LK.36", false},     //
		{"1248991", "AQ", false},   // nobody lives there
		{"1248991", "gulf", false}, // no position given
	} {
		if _, ok := Distance(get(t, c.a), get(t, c.b)); ok != c.ok {
			t.Errorf("Distance(%s, %s) known: %t, want %t", c.a, c.b, ok, c.ok)
		}
	}
}

func TestNear(t *testing.T) {
	colombo := get(t, "1248991")
	near := Near(colombo.Lat, colombo.Lon, 15)
	if len(near) < 5 || near[0].ID != colombo.ID {
		t.Fatalf("near Colombo: %s", ids(near))
	}
	last := -1.0
	for _, p := range near {
		km := Arc(colombo.Lat, colombo.Lon, p.Lat, p.Lon)
		if km < last || km > 15 || p.Kind != City {
			t.Errorf("%s: %.1f km after %.1f", p.Name, km, last)
		}
		last = km
	}
	count := 0
	for _, p := range world().places {
		if p.Kind == City && Arc(colombo.Lat, colombo.Lon, p.Lat, p.Lon) <= 15 {
			count++
		}
	}
	if count != len(near) {
		t.Errorf("%d cities near Colombo, %d by counting all", len(near), count)
	}
	if got := Near(-17, 180, 300); !slices.ContainsFunc(got, func(p Place) bool { return p.Country == "FJ" }) {
		t.Errorf("none of Fiji's cities is near the 180th meridian: %s", ids(got))
	}
	for _, bad := range [][3]float64{{math.NaN(), 0, 10}, {0, math.NaN(), 10}, {0, 0, -1}, {0, 0, math.NaN()}} {
		if got := Near(bad[0], bad[1], bad[2]); len(got) != 0 {
			t.Errorf("Near(%v) gives %d cities", bad, len(got))
		}
	}
}

func TestScan(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"The Russian Federation warned U.S. officials", "1-3 RU|4-5 US"},
		{"Sri Lankan police , in Colombo", "0-2 LK people|5-6 1248991"},
		{"Russia's envoy", "0-1 RU"},
		{"Russia 's envoy", "0-1 RU"},
		{"Russia ’s envoy", "0-1 RU"},
		{"the Middle East 's Gulf states", "1-3 middle-east|4-6 gulf-states"},
		{"St . Petersburg and St. Petersburg and Saint Petersburg", "0-3 498817|4-6 498817|7-9 498817"},
		{"Paris , Texas", "0-1 2988507|2-3 US.TX"},
		{"Guinea - Bissau or Guinea-Bissau", "0-3 GW|4-5 GW"},
		{"They told us in turkey", ""}, // with capitals about, a name has one
		{"told us in turkey", "1-2 US common|3-4 TR"},
		{"TOLD US IN TURKEY", "1-2 US common|3-4 TR"},
		{"bombs in colombo", "2-3 1248991"},
		{"Most people in Reading", "0-1 3070291 common|3-4 2639577 common"},
		{"New York City", "0-3 5128581"},
		{"New Yorkers", ""},
		{"North Korea and South Koreans", "0-2 KP|3-5 KR people"},
		{"Côte d'Ivoire , Cote d' Ivoire", "0-2 CI|3-6 CI"},
		{"the UK's and UAE", "1-2 GB|3-4 AE"},
		{"", ""},
		{". , -", ""},
	} {
		var got []string
		for _, m := range Scan(strings.Fields(c.text)) {
			s := strings.Join([]string{itoa(m.From), "-", itoa(m.To), " ", m.Places[0].ID}, "")
			if m.People {
				s += " people"
			}
			if m.Common {
				s += " common"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("Scan(%q)\n got %s\nwant %s", c.text, s, c.want)
		}
	}
}

func itoa(n int) string { return string(rune('0' + n)) }

// The made file and the code must fit: a change of Fold asks for go generate.
func TestData(t *testing.T) {
	g := world()
	count := map[Kind]int{}
	for i, p := range g.places {
		count[p.Kind]++
		if at, ok := g.at(p.ID); !ok || at != i {
			t.Errorf("%s is not found by its ID", p.ID)
		}
		if !slices.ContainsFunc(Find(p.Name), func(q Place) bool { return q.ID == p.ID }) {
			t.Errorf("%s is not found by its name %s", p.ID, p.Name)
		}
		if !utf8.ValidString(p.Name) || p.Name == "" || p.Population < 0 || math.Abs(p.Lat) > 90 || math.Abs(p.Lon) > 180 || p.Reach < 0 {
			t.Errorf("%+v is not sound", p)
		}
		if code := filed(p); p.Kind == City || p.Kind == Area {
			if c, ok := ByID(code); !ok || c.Kind != Country {
				t.Errorf("%s lies in no known country", p.ID)
			}
		}
		if p.Kind == City && !p.Located {
			t.Errorf("%s has no position", p.ID)
		}
		if a := p.Area; a != "" {
			if area, ok := ByID(a); !ok || area.Kind != Area || p.Country != area.Country && g.claims[p.ID] == nil {
				t.Errorf("%s lies in %s, which does not fit", p.ID, a)
			}
		}
	}
	if count[Country] != 250 || count[Area] < 3500 || count[City] < 30_000 || count[Region] < 100 {
		t.Errorf("the data are not whole: %v", count)
	}
	for _, key := range g.names.keys {
		if Fold(key) != key {
			t.Errorf("%q is not folded: run go generate ./internal/place", key)
		}
	}
}

func TestEveryCountryHasPeople(t *testing.T) {
	g := world()
	uninhabited := []string{"BV", "GS", "HM", "IO", "TF", "UM"}
	has := map[string]bool{}
	for _, r := range g.people.refs {
		has[g.places[r].ID] = true
	}
	for _, p := range g.places[:g.areas] {
		if has[p.ID] == slices.Contains(uninhabited, p.ID) {
			t.Errorf("%s (%s): words for its people: %t", p.ID, p.Name, has[p.ID])
		}
	}
}

// A word that is no name would be dead weight, and a sign of a slip.
func TestEveryCommonWordIsAName(t *testing.T) {
	for w := range world().common {
		if len(Find(w))+len(People(w)) == 0 {
			t.Errorf("%q is listed as common, and is no name of a place", w)
		}
	}
}

func TestEveryRegionHasParts(t *testing.T) {
	g := world()
	for _, p := range g.places[g.regions:] {
		if len(g.whole[p.ID])+len(g.partly[p.ID]) == 0 && p.ID != "arctic" && p.ID != "indian-ocean" {
			t.Errorf("%s has no parts: every question about it is unknown", p.ID)
		}
	}
}

func TestSupplementIsStrict(t *testing.T) {
	for _, line := range []string{
		"name", "name LK", "name: Ceylon", "name LK:", "name LK: ;", "name LK: a;;b", "names LK: Ceylon", "name LK x: Ceylon", ": x",
		"region x 1 2: X", "region x 91 0 5: X", "region x 0 181 5: X", "region x 0 0 0: X", "region x a 0 5: X", "region x NaN 0 5: X",
		"common x: y", "name LK: '", "name ZZ: Nowhere", "people 1: One", "whole sahel: ML", "claims LK: ZZ", "claims LK: LK.36",
		"region x: X", "region Sahel: X", "region ab: X", "region abc: A\nregion abc: B",
	} {
		if _, err := load(tiny, line); err == nil {
			t.Errorf("%q is taken", line)
		} else if !strings.HasPrefix(err.Error(), "supplement.txt:") {
			t.Errorf("%q: %v does not name the file", line, err)
		}
	}
	g, err := load(tiny, "# note\n\n name LK: Ceylon; XY \nclaims LK.36: LK; IN\nregion abc 1 2 3: A\nwhole abc: LK.36")
	if err != nil {
		t.Fatal(err)
	}
	if c := g.known("1248991"); c.Country != "" || c.Area != "LK.36" || g.contains(g.known("LK"), c) != Unknown || g.contains(g.known("abc"), c) != Yes {
		t.Errorf("the claim is not kept: %+v", c)
	}
	if !g.capitals["xy"] || len(g.find("ceylon")) != 1 {
		t.Error("the names are not kept")
	}
}

const tiny = "country\tIN\tIndia\t1\t0\t0\t5\ncountry\tLK\tSri Lanka\t9\t0\t0\t5\narea\tLK.36\tWestern\t5\t0\t0\t2\n1248991\tLK.36\tColombo\t4\t69354\t798486\n=colombo\t3\n=india\t0\n"

func TestMadeFileIsStrict(t *testing.T) {
	for _, line := range []string{"x", "1\tLK\tX\t1\t2", "1\tLK\tX\tx\t2\t3", "1\tL\tX\t1\t2\t3", "=a\t99", "=a\t-1", "=a", "=\t0", "=z\t0\n=b\t0", "1\tLK\tX\t1\t2\t3\t4\t5"} {
		if _, err := parse(tiny + line); err == nil {
			t.Errorf("%q is taken", line)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"Moscow", "Côte d'Ivoire", "U.S.", "the Gulf", "Saint-Étienne", "\xff", "  ", "ǅ", "İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key := Fold(s)
		if Fold(key) != key {
			t.Errorf("Fold(%q) = %q, folded again %q", s, key, Fold(key))
		}
		if a, b := ids(Find(s)), ids(Find(key)); a != b {
			t.Errorf("Find(%q) = %s; folded %s", s, a, b)
		}
		People(s)
	})
}

func FuzzScan(f *testing.F) {
	f.Add("The Russian Federation 's U.S. St . Petersburg - New York")
	f.Add("'s s ' - . Russia's's")
	f.Fuzz(func(t *testing.T, s string) {
		tokens := strings.Split(s, " ")
		last := 0
		for _, m := range Scan(tokens) {
			if m.From < last || m.To <= m.From || m.To > len(tokens) || len(m.Places) == 0 {
				t.Fatalf("%+v after %d in %q", m, last, tokens)
			}
			last = m.To
		}
	})
}

func FuzzSupplement(f *testing.F) {
	f.Add("name LK: Ceylon; XY\nclaims LK.36: LK\nregion abc 1 2 3: A\nwhole abc: LK.36")
	f.Fuzz(func(t *testing.T, s string) {
		if g, err := load(tiny, s); err == nil {
			for _, a := range g.places {
				for _, b := range g.places {
					g.contains(a, b)
				}
			}
		}
	})
}

var names = []string{"Moscow", "Côte d'Ivoire", "sri lanka", "Nowhere at all", "St. Petersburg", "New York", "Санкт", "Kurdistan"}

func BenchmarkFind(b *testing.B) {
	world()
	for i := 0; b.Loop(); i++ {
		Find(names[i%len(names)])
	}
}

const report = "A Sri Lankan official said on Tuesday that the police in Colombo had been told of a threat to churches and hotels , and that " +
	"the warning , which came from New Delhi , named people in Kattankudy near Batticaloa . Most of what it said was passed on within " +
	"two days to the State Intelligence Service , though nobody in the Western Province remembered reading it before Sunday . "

func BenchmarkScan(b *testing.B) {
	tokens := strings.Fields(strings.Repeat(report, 20))
	world()
	for b.Loop() {
		Scan(tokens)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(tokens)), "ns/token")
}

func BenchmarkNear(b *testing.B) {
	world()
	for b.Loop() {
		Near(6.93, 79.85, 50)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := load(placesFile, supplementFile); err != nil {
			b.Fatal(err)
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	g, _ := load(placesFile, supplementFile)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB-kept")
	runtime.KeepAlive(g)
}
