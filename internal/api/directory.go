package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"heed"
	"heed/internal/desk"
	"heed/internal/people"
	"heed/internal/store"
)

// directoryRoutes are the questions about contacts, rosters and drills, and what a desk
// says beside warnings: translations, and its own notes on parties.
func (s *Server) directoryRoutes() map[string]route {
	return map[string]route{
		"POST /api/distrust":         {people.ActDistrust, s.distrust},
		"POST /api/translate":        {people.ActTranslate, s.translate},
		"GET /api/translations":      {people.ActRead, s.languageContent},
		"GET /api/directory":         {people.ActDirectory, s.near},
		"POST /api/directory":        {people.ActContacts, s.addContact},
		"POST /api/directory/drop":   {people.ActContacts, s.dropContact},
		"POST /api/directory/import": {people.ActContacts, s.importContacts},
		"GET /api/directory/export":  {people.ActDirectory, s.exportContacts},
		"POST /api/directory/test":   {people.ActContacts, s.testContact},
		"POST /api/directory/told":   {people.ActContacts, s.tellContact},
		"GET /api/roster":            {people.ActDirectory, s.roster},
		"POST /api/roster":           {people.ActContacts, s.putShift},
		"POST /api/roster/off":       {people.ActContacts, s.dropShift},
		"GET /api/roster/on-duty":    {people.ActDirectory, s.onDuty},
		"POST /api/drill":            {people.ActDrill, s.drill},
		"GET /api/drill":             {people.ActDrill, s.drillReport},
	}
}

// Contact is the body of a request to add a contact.
type Contact struct {
	Name      string   `json:"name"`
	Kind      string   `json:"kind,omitempty"`
	Place     string   `json:"place,omitempty"`
	Country   string   `json:"country,omitempty"`
	Lat       *float64 `json:"lat,omitempty"`
	Lon       *float64 `json:"lon,omitempty"`
	Duty      string   `json:"duty,omitempty"`
	Languages []string `json:"languages,omitempty"`
	Channels  []string `json:"channels,omitempty"`
	Party     string   `json:"party,omitempty"`
}

func (s *Server) addContact(c *call) (any, error) {
	var in Contact
	if err := c.read(&in); err != nil {
		return nil, err
	}
	out := store.Contact{Name: in.Name, Kind: in.Kind, Place: in.Place, Country: in.Country, Duty: in.Duty, Languages: in.Languages, Channels: in.Channels}
	if (in.Lat == nil) != (in.Lon == nil) {
		return nil, errors.New("lat and lon go together")
	}
	if in.Lat != nil {
		out.Located, out.Lat, out.Lon = true, *in.Lat, *in.Lon
	}
	if in.Party != "" {
		p, err := s.Directory.Named(in.Party)
		if err != nil {
			return nil, err
		}
		out.Party = p.ID
	}
	return in, s.Desk.PutContact(c.r.Context(), c.by, out)
}

func (s *Server) near(c *call) (any, error) {
	q := c.r.URL.Query()
	ask := desk.Search{Place: q.Get("place"), Kind: q.Get("targets")}
	if km := q.Get("km"); km != "" {
		n, err := strconv.ParseFloat(km, 64)
		if err != nil || !(n > 0 && n <= 20100) {
			return nil, fmt.Errorf("%q is no distance: give km, such as 25", km)
		}
		ask.Km = n
	}
	if of := q.Get("of"); of != "" {
		l, err := s.line(c, of)
		if err != nil {
			return nil, err
		}
		ask.Of, ask.OfRef = l.ID, l.Handle
	}
	return s.Desk.Near(c.r.Context(), c.by, ask)
}

// ContactsFile is a file of contacts, as CSV.
type ContactsFile struct {
	CSV   string `json:"csv,omitempty"`
	Count int    `json:"count"`
}

func (s *Server) importContacts(c *call) (any, error) {
	var in ContactsFile
	if err := c.read(&in); err != nil {
		return nil, err
	}
	n, err := s.Desk.ImportContacts(c.r.Context(), c.by, []byte(in.CSV))
	return ContactsFile{Count: n}, err
}

func (s *Server) exportContacts(c *call) (any, error) {
	b, err := s.Desk.ExportContacts(c.r.Context(), c.by)
	if err != nil {
		return nil, err
	}
	c.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	c.w.Header().Set("Content-Disposition", `attachment; filename="contacts.csv"`)
	c.w.Header().Set("X-Content-Type-Options", "nosniff")
	c.w.Header().Set("Cache-Control", "no-store")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(b) // a caller that has gone reads nothing
	return nil, nil
}

// OnContact is the body of a request about one contact.
type OnContact struct {
	Name      string `json:"name"`
	Reachable string `json:"reachable,omitempty"` // of a test: yes or no
	What      string `json:"what,omitempty"`      // the statement that it was told of
	Channel   string `json:"channel,omitempty"`
}

func (s *Server) dropContact(c *call) (any, error) {
	var in OnContact
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return in, s.Desk.DropContact(c.r.Context(), c.by, in.Name)
}

func (s *Server) testContact(c *call) (any, error) {
	var in OnContact
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return in, s.Desk.TestContact(c.r.Context(), c.by, in.Name, in.Reachable)
}

func (s *Server) tellContact(c *call) (any, error) {
	var in OnContact
	if err := c.read(&in); err != nil {
		return nil, err
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	return in, s.Desk.TellContact(c.r.Context(), c.by, in.Name, l.Index, in.Channel)
}

// Shift is the body of a request to put a person on duty or on leave.
type Shift struct {
	Person   string    `json:"person"`
	Role     string    `json:"role,omitempty"` // empty: leave
	CoverFor string    `json:"cover_for,omitempty"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
}

func (s *Server) putShift(c *call) (any, error) {
	var in Shift
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return s.Desk.PutShift(c.r.Context(), c.by, in.Person, heed.Shift{From: in.From.UTC(), To: in.To.UTC(), Role: in.Role, CoverFor: in.CoverFor})
}

func (s *Server) dropShift(c *call) (any, error) {
	var in Act
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return s.Desk.DropShift(c.r.Context(), c.by, in.What)
}

// moment reads a time from the query; usual where there is none.
func (c *call) moment(name string, usual time.Time) (time.Time, error) {
	v := c.r.URL.Query().Get(name)
	if v == "" {
		return usual, nil
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return t, fmt.Errorf("the time %q must be written as in 2024-03-07T08:15:00Z", v)
	}
	return t.UTC(), nil
}

func (s *Server) roster(c *call) (any, error) {
	from, err := c.moment("from", s.Now().UTC())
	if err != nil {
		return nil, err
	}
	return s.Desk.Roster(c.r.Context(), c.by, from, from.AddDate(0, 0, c.number("days", 7, 366)))
}

func (s *Server) onDuty(c *call) (any, error) {
	at, err := c.moment("at", s.Now().UTC())
	if err != nil {
		return nil, err
	}
	return s.Desk.OnDuty(c.r.Context(), c.by, at)
}

// Drill is the body of a request for a drill.
type Drill struct {
	Name       string          `json:"name"`
	Text       string          `json:"text,omitempty"`
	Precedence heed.Precedence `json:"precedence,omitempty"`
	To         []string        `json:"to,omitempty"` // none: everybody that the exchange reaches
}

func (s *Server) drill(c *call) (any, error) {
	var in Drill
	if err := c.read(&in); err != nil {
		return nil, err
	}
	to, err := s.named(in.To)
	if err != nil {
		return nil, err
	}
	return s.Desk.Drill(c.r.Context(), c.by, desk.Exercise{Name: in.Name, Text: in.Text, Precedence: in.Precedence, To: to})
}

func (s *Server) drillReport(c *call) (any, error) {
	return s.Desk.DrillReport(c.r.Context(), c.by, c.r.URL.Query().Get("what"))
}
