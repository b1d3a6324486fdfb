package actor

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

const asCSV = "\uFEFFname,alias,type,part-of,code\nNorthern Front,NF; Front of the North,armed-group,The League,\n\"Vale, Ministry of\",MoV,agency,Vale,VA\nNobody,,,,\n"

const asJSON = `[
 {"name": "Northern Front", "alias": ["NF", "Front of the North"], "type": "armed-group", "part-of": ["The League"]},
 {"name": "Vale, Ministry of",
  "alias": ["MoV"], "type": "agency", "part-of": ["Vale"], "code": "VA"},
 {"name": "Nobody"}
]`

// The same list as CSV and as JSON says the same, line for line.
func TestForms(t *testing.T) {
	want := []Claim{
		{Line: 2, Name: "NF", Of: "Northern Front", Words: "Northern Front is listed as armed-group"},
		{Line: 2, Name: "Front of the North", Of: "Northern Front", Words: "Northern Front is listed as armed-group"},
		{Line: 2, Name: "Northern Front", PartOf: true, Of: "The League", Words: "Northern Front is listed as armed-group"},
		{Line: 3, Name: "MoV", Of: "Vale, Ministry of", Words: "Vale, Ministry of is listed as agency, code VA"},
		{Line: 3, Name: "Vale, Ministry of", PartOf: true, Of: "Vale", Words: "Vale, Ministry of is listed as agency, code VA"},
	}
	for name, text := range map[string]string{"a.csv": asCSV, "b.JSON": asJSON} {
		list, err := Read(name, []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, without := Claims(list); !reflect.DeepEqual(got, want) || without != 1 {
			t.Errorf("%s: %d without, %+v", name, without, got)
		}
	}
}

const bundled = `{"type": "bundle", "id": "bundle--1", "objects": [
 {"type": "identity", "id": "identity--1", "name": "A list keeper", "identity_class": "organization"},
 {"type": "threat-actor", "id": "threat-actor--1", "name": "Northern Front", "aliases": ["NF", "northern FRONT"], "created_by_ref": "identity--1"},
 {"type": "intrusion-set", "id": "intrusion-set--1", "name": "Front Unit 9", "created_by_ref": "identity--2"},
 {"type": "malware", "id": "malware--1", "name": "passed over"},
 {"type": "threat-actor", "id": "threat-actor--2", "name": "Taken back", "aliases": ["TB"], "revoked": true},
 {"type": "location", "id": "location--1", "name": "North Vale", "country": "VA", "aliases": ["NV"]},
 {"type": "relationship", "id": "relationship--1", "relationship_type": "part-of", "source_ref": "intrusion-set--1", "target_ref": "threat-actor--1"},
 {"type": "relationship", "id": "relationship--2", "relationship_type": "uses", "source_ref": "intrusion-set--1", "target_ref": "malware--1"}
]}`

// Of a STIX bundle the actors are taken, with who created each; what is revoked or no actor is
// passed over.
func TestBundle(t *testing.T) {
	list, err := Read("x.json", []byte(bundled))
	if err != nil {
		t.Fatal(err)
	}
	got, without := Claims(list)
	want := []Claim{
		{Line: 3, Name: "NF", Of: "Northern Front", Teller: "A list keeper", Words: "Northern Front is listed as threat-actor"},
		{Line: 4, Name: "Front Unit 9", PartOf: true, Of: "Northern Front", Words: "Front Unit 9 is listed as intrusion-set"},
		{Line: 7, Name: "NV", Of: "North Vale", Words: "North Vale is listed as location, code VA"},
	}
	if !reflect.DeepEqual(got, want) || without != 1 {
		t.Errorf("%d without, %+v", without, got)
	}
}

// One line that cannot be taken, and nothing is: each is named by its number.
func TestBadLines(t *testing.T) {
	long := strings.Repeat("x", maxName+1)
	for _, x := range []struct{ name, text, says string }{
		{"a.csv", "", "line 1: the names of the columns are missing"},
		{"a.csv", "name,colour\n", `line 1: there is no column "colour"`},
		{"a.csv", "name,name\n", "line 1: the column name stands twice"},
		{"a.csv", "alias\nx\n", "line 1: the column name is missing"},
		{"a.csv", "name,alias\nA,B\n,C\n", "line 3: it has no name"},
		{"a.csv", "name,alias\nA,B\n\n\nC\n", "line 5: wrong number of fields"},
		{"a.csv", "name,alias\nA,\"B\nC", "line 3: "},
		{"a.csv", "name,alias\nA,…\n", `line 2: "…" is no name`},
		{"a.csv", "name\n" + long + "\n", "line 2: a name has more than 200"},
		{"a.csv", "name\na\u202eb\n", "cannot be seen"},
		{"a.csv", "name,part-of\nA,a\n", `line 2: "A" is said to be a part of itself`},
		{"a.csv", "name,part-of\nA,B\nB,C\nC,A\n", `line 2: "A" is said to be a part of itself, over`},
		{"a.csv", "name,part-of\n,x\n…,y\nA,A\n", "line 4"},
		{"a.csv", "name\n\xff\n", "not in UTF-8"},
		{"a.txt", "A", "no list that is known here"},
		{"a.json", "[\n{\"name\": \"A\"},\n{\"name\": \"B\", \"nom\": 1}]", "line 3: nom is not as it should be"},
		{"a.json", "[\n{\"name\": \"A\",\n \"alias\": \"B\"}]", "line 2: alias is not as it should be"},
		{"a.json", "[\n{\"name\": \"A\", \"name\": \"B\"}]", "line 2"},
		{"a.json", "[{\"name\": \"A\"}\n] 1", "line 2: something stands behind"},
		{"a.json", "[{\"name\": \"A\"},\n", "it is not sound JSON"},
		{"a.json", "\n1", "line 2: a list is expected"},
		{"a.json", "{\"type\": \"report\"}", `its type is "report"`},
		{"a.json", "{\"type\": \"bundle\",\n\"objects\": 1}", "line 2: a list is expected"},
		{"a.json", "{\"type\": \"bundle\", \"objects\": [\n{\"type\": \"threat-actor\", \"id\": \"x\"}]}", "line 2: it has no name"},
		{"a.json", "{\"type\": \"bundle\", \"objects\": [\n1]}", "line 2: it is no STIX object"},
		{"a.json", "{\"type\": \"bundle\", \"objects\": [\n{\"type\": \"relationship\", \"id\": \"r\", \"relationship_type\": \"part-of\"}]}", "line 2: the relationship r joins"},
		{"a.json", "{\"type\": \"bundle\", \"objects\": [", "it is not sound JSON"},
		{"a.csv", strings.Repeat("x", MaxList+1), "at most"},
		{"a.csv", "name\n" + strings.Repeat("A\n", MaxEntries+1), fmt.Sprintf("line %d: at most", MaxEntries+2)},
	} {
		list, err := Read(x.name, []byte(x.text))
		if err == nil || !strings.Contains(err.Error(), x.says) || list != nil {
			t.Errorf("%.60q: %d entries, %v; want %q", x.text, len(list), err, x.says)
		}
	}
}

// No list makes the reader fail otherwise than with a sentence; what it gives is bounded and
// can be told of.
func FuzzRead(f *testing.F) {
	for _, s := range []string{asCSV, asJSON, bundled, "[", "{}", "[{}]", "name\n\"", `{"type":"bundle","objects":[{"type":"identity","name":"a","aliases":["b"]}]}`} {
		f.Add(true, s)
		f.Add(false, s)
	}
	f.Fuzz(func(t *testing.T, comma bool, s string) {
		name := "x.json"
		if comma {
			name = "x.csv"
		}
		list, err := Read(name, []byte(s))
		if err != nil {
			if list != nil {
				t.Fatal("an error and a list")
			}
			return
		}
		claims, _ := Claims(list)
		for _, c := range claims {
			if c.Name == "" || c.Of == "" || c.Name == c.Of || checkName(c.Name) != nil || checkName(c.Of) != nil || c.Line < 1 {
				t.Fatalf("%+v", c)
			}
		}
	})
}
