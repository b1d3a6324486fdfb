package people

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"heed"
	"heed/internal/store"
)

// Limits on a file of contacts. They hold before anything is stored.
const (
	MaxContactsFile = 4 << 20
	MaxContacts     = 20000
	maxComplaints   = 20
)

// ContactColumns are the columns of a file of contacts. The first line names them, in any
// order; only name must be there.
var ContactColumns = []string{"name", "kind", "place", "country", "lat", "lon", "duty", "languages", "channels", "tested", "reachable", "party"}

// ChannelKinds lists the ways in which a contact is reached.
var ChannelKinds = []string{"phone", "mobile", "mail", "radio", "messenger", "person"}

// CheckContact says what is wrong with a contact, in one sentence. What is not known stays
// unknown: reachable is "unknown" unless somebody says so.
func CheckContact(c *store.Contact, now time.Time) error {
	if c.Reachable == "" {
		c.Reachable = "unknown"
	}
	switch {
	case strings.TrimSpace(c.Name) == "" || c.Name != strings.TrimSpace(c.Name):
		return errors.New("name is missing, or has spaces around it")
	case c.Kind != "" && !heed.ValidName(c.Kind):
		return fmt.Errorf("kind is %q: write it in a-z, 0-9 and the hyphen, such as church or concert-hall", c.Kind)
	case c.Country != "" && (len(c.Country) != 2 || strings.ToUpper(c.Country) != c.Country):
		return fmt.Errorf("country is %q: give two capital letters, such as LK", c.Country)
	case c.Located && !(math.Abs(c.Lat) <= 90 && math.Abs(c.Lon) <= 180):
		return errors.New("lat and lon must be degrees, from -90 to 90 and from -180 to 180")
	case !slices.Contains([]string{"yes", "no", "unknown"}, c.Reachable):
		return fmt.Errorf("reachable is %q: write yes, no or unknown", c.Reachable)
	case c.Tested.After(now.Add(24 * time.Hour)):
		return fmt.Errorf("tested is %s, which is to come", c.Tested.Format(time.DateOnly))
	}
	for _, field := range append([]string{c.Name, c.Place, c.Duty}, c.Channels...) {
		if len(field) > 500 || !utf8.ValidString(field) || strings.ContainsFunc(field, unicode.IsControl) {
			return errors.New("a field has more than 500 bytes, or holds what cannot be printed")
		}
	}
	for _, l := range c.Languages {
		if !heed.ValidLang(l) {
			return fmt.Errorf("language %q: write tags such as en, si or ta", l)
		}
	}
	for _, ch := range c.Channels {
		kind, address, ok := strings.Cut(ch, ":")
		if !ok || !slices.Contains(ChannelKinds, kind) || strings.TrimSpace(address) == "" || strings.Contains(ch, ";") {
			return fmt.Errorf("channel %q: write its kind before it, as in phone:+94 11 000 0000; kinds are %s", ch, strings.Join(ChannelKinds, ", "))
		}
	}
	return nil
}

// ReadContacts reads contacts from CSV. It is strict: every line that cannot be taken is
// named with its number, and then nothing is given. party resolves a party's name.
func ReadContacts(text []byte, now time.Time, party func(string) (heed.PartyID, error)) ([]store.Contact, error) {
	if len(text) > MaxContactsFile {
		return nil, fmt.Errorf("the file has %d bytes; at most %d are taken", len(text), MaxContactsFile)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\uFEFF"))))
	header, err := r.Read()
	if err != nil {
		return nil, errors.New("line 1: the names of the columns are missing: " + strings.Join(ContactColumns, ","))
	}
	if err := checkHeader(header); err != nil {
		return nil, err
	}
	var (
		list  []store.Contact
		wrong []string
		lines = map[string]int{}
	)
	for len(wrong) < maxComplaints {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			wrong = append(wrong, fmt.Sprintf("line %d: %v", broken.Line, broken.Err))
			break // where the next line begins is not known for sure
		}
		line, _ := r.FieldPos(0)
		c, err := readContact(header, row, party)
		if err == nil {
			err = CheckContact(&c, now)
		}
		if first, twice := lines[c.Name]; err == nil && twice {
			err = fmt.Errorf("%q stands on line %d already", c.Name, first)
		}
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("line %d: %v", line, err))
			continue
		}
		lines[c.Name] = line
		if list = append(list, c); len(list) > MaxContacts {
			return nil, fmt.Errorf("line %d: at most %d contacts are taken at once", line, MaxContacts)
		}
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("nothing was stored:\n  %s", strings.Join(wrong, "\n  "))
	}
	return list, nil
}

func checkHeader(header []string) error {
	for i, name := range header {
		switch {
		case !slices.Contains(ContactColumns, name):
			return fmt.Errorf("line 1: there is no column %q; the columns are %s", name, strings.Join(ContactColumns, ","))
		case slices.Contains(header[:i], name):
			return fmt.Errorf("line 1: the column %s stands twice", name)
		}
	}
	if !slices.Contains(header, "name") {
		return errors.New("line 1: the column name is missing")
	}
	if slices.Contains(header, "lat") != slices.Contains(header, "lon") {
		return errors.New("line 1: lat and lon go together")
	}
	return nil
}

func readContact(header, row []string, party func(string) (heed.PartyID, error)) (store.Contact, error) {
	get := func(name string) string {
		if i := slices.Index(header, name); i >= 0 {
			return bare(row[i])
		}
		return ""
	}
	c := store.Contact{Name: get("name"), Kind: get("kind"), Place: get("place"), Country: get("country"), Duty: get("duty"), Reachable: get("reachable")}
	for lang := range strings.FieldsSeq(get("languages")) {
		c.Languages = append(c.Languages, lang)
	}
	for ch := range strings.SplitSeq(get("channels"), ";") {
		if ch = strings.TrimSpace(ch); ch != "" {
			c.Channels = append(c.Channels, ch)
		}
	}
	lat, lon := get("lat"), get("lon")
	if (lat == "") != (lon == "") {
		return c, errors.New("lat and lon go together")
	}
	if lat != "" {
		var err1, err2 error
		c.Lat, err1 = strconv.ParseFloat(lat, 64)
		c.Lon, err2 = strconv.ParseFloat(lon, 64)
		if err1 != nil || err2 != nil {
			return c, fmt.Errorf("lat and lon are %q and %q: write degrees, as in 6.9344", lat, lon)
		}
		c.Located = true
	}
	if day := get("tested"); day != "" {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return c, fmt.Errorf("tested is %q: write a day as in 2024-03-07, or nothing", day)
		}
		c.Tested = t
	}
	if name := get("party"); name != "" {
		id, err := party(name)
		if err != nil {
			return c, err
		}
		c.Party = id
	}
	return c, nil
}

// WriteContacts writes contacts as CSV that [ReadContacts] reads to the same. A cell that a
// spreadsheet would take for a formula gets an apostrophe before it.
func WriteContacts(w io.Writer, list []store.Contact, party func(heed.PartyID) string) error {
	out := csv.NewWriter(w)
	if err := out.Write(ContactColumns); err != nil {
		return err
	}
	for _, c := range list {
		lat, lon, tested, of := "", "", "", ""
		if c.Located {
			lat, lon = strconv.FormatFloat(c.Lat, 'f', -1, 64), strconv.FormatFloat(c.Lon, 'f', -1, 64)
		}
		if !c.Tested.IsZero() {
			tested = c.Tested.UTC().Format(time.DateOnly)
		}
		if c.Party != "" {
			of = party(c.Party)
		}
		row := []string{c.Name, c.Kind, c.Place, c.Country, lat, lon, c.Duty, strings.Join(c.Languages, " "), strings.Join(c.Channels, "; "), tested, c.Reachable, of}
		for i, cell := range row {
			if i != 4 && i != 5 { // numbers stay numbers
				row[i] = guarded(cell)
			}
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

const formulaSigns = "=+-@\t\r"

// guarded keeps a spreadsheet from running a cell; bare takes the guard off again.
func guarded(s string) string {
	if s != "" && strings.ContainsRune(formulaSigns+"'", rune(s[0])) {
		return "'" + s
	}
	return s
}

func bare(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune(formulaSigns+"'", rune(s[1])) {
		return s[1:]
	}
	return s
}
