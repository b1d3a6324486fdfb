package people

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"heed"
	"heed/internal/store"
)

var today = time.Date(2024, 3, 7, 12, 0, 0, 0, time.UTC)

func partyName(id heed.PartyID) string { return map[heed.PartyID]string{them: "coast"}[id] }

// What is exported is imported to the same, also where a spreadsheet would run it.
func TestContactsRoundTrip(t *testing.T) {
	list := []store.Contact{
		{Name: "Church of St. Anna", Kind: "church", Place: "Colombo", Country: "LK", Located: true, Lat: -6.9344, Lon: 79.8428, Duty: "sacristan, \"6 to 20 h\"",
			Languages: []string{"si", "ta", "en"}, Channels: []string{"phone:+94 11 000 0000", "radio:VHF 16"}, Tested: time.Date(2023, 8, 6, 0, 0, 0, 0, time.UTC), Reachable: "no", Party: them},
		{Name: "=HYPERLINK(\"http://x\")", Duty: "@sum", Place: "-1+1", Reachable: "unknown"},
		{Name: "'t Hooft Hall", Duty: "'=x", Reachable: "yes"},
		{Name: "''", Reachable: "unknown"},
		{Name: "Zürich, 東京; hall", Reachable: "unknown"},
	}
	var out bytes.Buffer
	if err := WriteContacts(&out, list, partyName); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		for _, sign := range []string{"=", "@", "+"} {
			if strings.HasPrefix(line, sign) || strings.Contains(line, ","+sign) || strings.Contains(line, ",\""+sign) {
				t.Errorf("a cell begins with %s: %s", sign, line)
			}
		}
	}
	again, err := ReadContacts(out.Bytes(), today, known.Party)
	if err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if !reflect.DeepEqual(again, list) {
		t.Errorf("came back as\n%+v, not\n%+v", again, list)
	}
}

func TestContactsRefused(t *testing.T) {
	for _, c := range []struct{ text, words string }{
		{"", "line 1: the names of the columns"},
		{"name,shoe\n", `line 1: there is no column "shoe"`},
		{"name,name\n", "stands twice"},
		{"kind\n", "column name is missing"},
		{"name,lat\n", "lat and lon go together"},
		{"name\n\"\"\n", "line 2: name is missing"},
		{"name\na\nb\na\n", `line 4: "a" stands on line 2 already`},
		{"name,kind\na,church\nb,Big Church\n", "line 3: kind is"},
		{"name,kind\na,church\nb\n", "line 3: wrong number of fields"},
		{"name,kind\n\"a\nb,x\n", "line "},
		{"name,country\na,lka\n", "line 2: country"},
		{"name,lat,lon\na,6.9,\n", "line 2: lat and lon go together"},
		{"name,lat,lon\na,91,0\n", "line 2: lat and lon must be degrees"},
		{"name,lat,lon\na,NaN,0\n", "line 2: lat and lon must be degrees"},
		{"name,lat,lon\na,6°,0\n", "write degrees"},
		{"name,tested\na,yesterday\n", "line 2: tested is"},
		{"name,tested\na,2025-01-01\n", "which is to come"},
		{"name,reachable\na,perhaps\n", "write yes, no or unknown"},
		{"name,channels\na,fax:12\n", "line 2: channel"},
		{"name,channels\na,phone:\n", "line 2: channel"},
		{"name,languages\na,english_GB\n", "line 2: language"},
		{"name,party\na,eve\n", "line 2: no such party"},
		{"name\n" + strings.Repeat("x", 600) + "\n", "line 2: a field"},
		{strings.Repeat("x", MaxContactsFile+1), "at most 4194304"},
	} {
		list, err := ReadContacts([]byte(c.text), today, known.Party)
		if err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%.40q: expected %q, got %v", c.text, c.words, err)
		}
		if list != nil {
			t.Errorf("%.40q: %d contacts came with the error", c.text, len(list))
		}
	}
	_, err := ReadContacts([]byte("name,kind\nA,x y\nb,church\nC,X\n"), today, known.Party)
	if err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "line 4") {
		t.Errorf("not every wrong line is named: %v", err)
	}
}

func FuzzContacts(f *testing.F) {
	f.Add("name,kind,lat,lon,channels\na,church,6.9,79.8,phone:1; radio:2\n")
	f.Add("\uFEFFname,duty\n'=1,\"'a\nb\"\n")
	f.Add("name\n''''\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ReadContacts([]byte(text), today, known.Party)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := WriteContacts(&out, list, show); err != nil {
			t.Fatal(err)
		}
		again, err := ReadContacts(out.Bytes(), today, known.Party)
		if err != nil {
			t.Fatalf("%v in\n%s", err, out.String())
		}
		if len(list) > 0 && !reflect.DeepEqual(again, list) {
			t.Fatalf("%q came back as\n%+v, not\n%+v", text, again, list)
		}
	})
}
