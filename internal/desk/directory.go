package desk

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/place"
	"heed/internal/store"
)

// Site is a contact as people see it. What is not known says so.
type Site struct {
	Name      string   `json:"name"`
	Kind      string   `json:"kind,omitempty"`
	Place     string   `json:"place,omitempty"`
	Country   string   `json:"country,omitempty"`
	Lat       *float64 `json:"lat,omitempty"`
	Lon       *float64 `json:"lon,omitempty"`
	Km        *float64 `json:"km,omitempty"` // from the place that was asked for
	Duty      string   `json:"duty,omitempty"`
	Languages []string `json:"languages,omitempty"`
	Channels  []string `json:"channels,omitempty"`
	Tested    string   `json:"tested"`    // "214 days ago", "never, as far as is known"
	Reachable string   `json:"reachable"` // yes, no, unknown
	Party     string   `json:"party,omitempty"`
	Told      string   `json:"told,omitempty"` // when, and how; empty: not
}

// Sites answers a question to the directory.
type Sites struct {
	Sites     []Site `json:"sites"`
	Reachable int    `json:"reachable"`
	Not       int    `json:"not_reachable"`
	Unknown   int    `json:"reachable_unknown"`
	Told      int    `json:"told"`
	Of        string `json:"of"`              // of what they were told
	Unplaced  int    `json:"unplaced"`        // contacts of the kind whose place is not known: they may be near, too
	Near      string `json:"near,omitempty"`  // the place as it was understood
	Other     int    `json:"other,omitempty"` // how many other places bear this name
}

// Search is a question to the directory.
type Search struct {
	Place string  // empty: all
	Km    float64 // around a city; 0: 25
	Kind  string  // of target; empty: all
	Of    heed.ID // the warning that told is asked of; empty: any within a day
	OfRef string  // how to call it
}

// mayDirectory asks for an act on the directory as a whole.
func mayDirectory(by people.Actor, act people.Act) error {
	return people.Check(by, act, heed.Ref{}, people.Object{}, heed.Handling{})
}

// PutContact adds a contact of the actor's desk, or replaces the one of that name.
func (d *Desk) PutContact(ctx context.Context, by people.Actor, c store.Contact) error {
	if err := mayDirectory(by, people.ActContacts); err != nil {
		return err
	}
	if err := people.CheckContact(&c, d.Store.Now()); err != nil {
		return fmt.Errorf("%w: %w", ErrNot, err)
	}
	return d.putContacts(ctx, by, []store.Contact{c})
}

// ImportContacts takes a file of contacts: all of it or nothing. It returns how many.
func (d *Desk) ImportContacts(ctx context.Context, by people.Actor, text []byte) (int, error) {
	if err := mayDirectory(by, people.ActContacts); err != nil {
		return 0, err
	}
	list, err := people.ReadContacts(text, d.Store.Now(), d.names(ctx).Party)
	if err != nil {
		return 0, err
	}
	return len(list), d.putContacts(ctx, by, list)
}

func (d *Desk) putContacts(ctx context.Context, by people.Actor, list []store.Contact) error {
	return d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		for _, c := range list {
			c.Desk, c.ChangedBy = by.Desk, by.Person
			if err := tx.PutContact(c); err != nil {
				return err
			}
		}
		return nil
	})
}

// ExportContacts writes the desk's contacts as CSV.
func (d *Desk) ExportContacts(ctx context.Context, by people.Actor) ([]byte, error) {
	if err := mayDirectory(by, people.ActDirectory); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		list, err := tx.Contacts(by.Desk)
		if err != nil {
			return err
		}
		return people.WriteContacts(&out, list, d.Directory.Show)
	})
	return out.Bytes(), err
}

// DropContact forgets a contact.
func (d *Desk) DropContact(ctx context.Context, by people.Actor, name string) error {
	if err := mayDirectory(by, people.ActContacts); err != nil {
		return err
	}
	return noContact(name, d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error { return tx.DropContact(by.Desk, name) }))
}

func noContact(name string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w: no contact is called %q; heed directory list names them", ErrNot, name)
	}
	return err
}

// TestContact notes that somebody tried to reach a contact now, and whether it answered.
func (d *Desk) TestContact(ctx context.Context, by people.Actor, name, reachable string) error {
	if err := mayDirectory(by, people.ActContacts); err != nil {
		return err
	}
	if reachable != "yes" && reachable != "no" {
		return fmt.Errorf("%w: say with yes or no whether it was reached", ErrNot)
	}
	return noContact(name, d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
		c, err := tx.Contact(by.Desk, name)
		if err != nil {
			return err
		}
		c.Reachable, c.Tested, c.ChangedBy = reachable, tx.Now(), by.Person
		return tx.PutContact(c)
	}))
}

// TellContact notes that a contact was told of the statement at leaf idx by other means.
// The handling must let those at risk be told.
func (d *Desk) TellContact(ctx context.Context, by people.Actor, name string, idx int64, channel string) error {
	if err := mayDirectory(by, people.ActContacts); err != nil {
		return err
	}
	return noContact(name, d.Store.Update(ctx, store.Urgent, func(tx *store.Tx) error {
		c, err := tx.Contact(by.Desk, name)
		if err != nil {
			return err
		}
		l, err := people.Load(tx, idx)
		if err != nil {
			return err
		}
		l.Object.AtRisk, l.Object.To = true, c.Party
		if c.Party == "" {
			l.Object.To = heed.PartyID("contact:" + c.Name) // no party, and somebody all the same
		}
		if err := l.Check(by, people.ActPass); err != nil {
			return err
		}
		return tx.PutTold(store.Told{Desk: by.Desk, Contact: c.Name, Statement: l.Record.ID, Channel: channel, Person: by.Person})
	}))
}

// Near answers who is near a place, who can be reached and who was told.
func (d *Desk) Near(ctx context.Context, by people.Actor, q Search) (Sites, error) {
	out := Sites{Sites: []Site{}, Of: "anything within a day"}
	if err := mayDirectory(by, people.ActDirectory); err != nil {
		return out, err
	}
	if q.Km <= 0 {
		q.Km = 25
	}
	if q.OfRef != "" {
		out.Of = q.OfRef
	}
	var centre *place.Place
	if q.Place != "" {
		found := findPlaces(q.Place, "")
		if len(found) == 0 {
			return out, fmt.Errorf("%w: no place called %q is known here; try a larger one near it, or its country behind it, as in Colombo, LK", ErrNot, q.Place)
		}
		centre, out.Other, out.Near = &found[0], len(found)-1, placeName(found[0])
	}
	if err := d.Store.CatchUp(ctx); err != nil {
		return out, err
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		contacts, err := tx.Contacts(by.Desk)
		if err != nil {
			return err
		}
		told, err := d.told(tx, by, q.Of)
		if err != nil {
			return err
		}
		for _, c := range contacts {
			if q.Kind != "" && c.Kind != q.Kind {
				continue
			}
			within, km := place.Yes, -1.0
			if centre != nil {
				within, km = near(*centre, q.Km, c)
			}
			switch within {
			case place.Yes:
				out.add(d.site(c, km, tx.Now(), told))
			case place.Unknown:
				out.Unplaced++
			}
		}
		return nil
	})
	slices.SortStableFunc(out.Sites, func(a, b Site) int { return cmp.Compare(a.far(), b.far()) })
	return out, err
}

// far orders sites by distance; those whose distance is not known come last.
func (s Site) far() float64 {
	if s.Km == nil {
		return math.Inf(1)
	}
	return *s.Km
}

func (s *Sites) add(site Site) {
	s.Sites = append(s.Sites, site)
	switch site.Reachable {
	case "yes":
		s.Reachable++
	case "no":
		s.Not++
	default:
		s.Unknown++
	}
	if site.Told != "" {
		s.Told++
	}
}

// told gives, by contact's name and by party, when and how each was told.
func (d *Desk) told(tx *store.Tx, by people.Actor, of heed.ID) (map[string]string, error) {
	out := map[string]string{}
	since := tx.Now().Add(-24 * time.Hour)
	list, err := tx.ToldOf(by.Desk, of, since)
	if err != nil {
		return nil, err
	}
	for _, t := range list {
		out[t.Contact] = fmt.Sprintf("%s by %s, %s", t.At.Format("2006-01-02 15:04Z"), t.Person, t.Channel)
	}
	if of == "" {
		parties, err := tx.HandedSince(by.Desk, since)
		for _, p := range parties {
			out[string(p)] = "by the exchange"
		}
		return out, err
	}
	hs, err := tx.Handovers(by.Desk, of)
	for _, h := range hs {
		if h.From == by.Desk {
			out[string(h.To)] = h.At.Format("2006-01-02 15:04Z") + " by the exchange"
		}
	}
	return out, err
}

func (d *Desk) site(c store.Contact, km float64, now time.Time, told map[string]string) Site {
	s := Site{Name: c.Name, Kind: c.Kind, Place: c.Place, Country: c.Country, Duty: c.Duty, Languages: c.Languages, Channels: c.Channels,
		Tested: age(c.Tested, now), Reachable: c.Reachable, Told: told[c.Name]}
	if c.Located {
		s.Lat, s.Lon = &c.Lat, &c.Lon
	}
	if km >= 0 {
		s.Km = &km
	}
	if c.Party != "" {
		s.Party = d.Directory.Show(c.Party)
		if s.Told == "" {
			s.Told = told[string(c.Party)]
		}
	}
	return s
}

// age says how long ago something was, in days.
func age(t, now time.Time) string {
	if t.IsZero() {
		return "never, as far as is known"
	}
	switch days := int(now.Sub(t).Hours() / 24); {
	case days < 1:
		return "today"
	case days == 1:
		return "1 day ago"
	default:
		return fmt.Sprintf("%d days ago", days)
	}
}

// findPlaces gives the places that words can mean, of a country where one is given, here
// or behind a comma: "Colombo, LK".
func findPlaces(words, country string) []place.Place {
	if name, behind, ok := strings.Cut(words, ","); ok {
		words = name
		if c := place.Find(strings.TrimSpace(behind)); len(c) > 0 && c[0].Country != "" {
			country = c[0].Country
		} else {
			country = strings.ToUpper(strings.TrimSpace(behind))
		}
	}
	found := place.Find(strings.TrimSpace(words))
	if country == "" {
		return found
	}
	return slices.DeleteFunc(slices.Clone(found), func(p place.Place) bool { return p.Country != country })
}

func placeName(p place.Place) string {
	if p.Kind == place.Country || p.Country == "" {
		return p.Name
	}
	return p.Name + ", " + p.Country
}

// near says whether a contact is within km of a city, or inside a larger place. Where the
// contact's place is not known, or its name is that of several, the answer is unknown
// unless all of them say the same.
func near(centre place.Place, km float64, c store.Contact) (place.Answer, float64) {
	if c.Located && centre.Kind == place.City && centre.Located {
		far := place.Arc(centre.Lat, centre.Lon, c.Lat, c.Lon)
		if far <= km {
			return place.Yes, far
		}
		return place.No, far
	}
	var spots []place.Place
	if c.Place != "" {
		spots = findPlaces(c.Place, c.Country)
	}
	if c.Located {
		if cities := place.Near(c.Lat, c.Lon, 30); len(cities) > 0 {
			spots = cities[:1] // what lies where its nearest city lies
		}
	}
	if country, ok := place.ByID(c.Country); ok && len(spots) == 0 {
		spots = []place.Place{country}
	}
	answer, first := place.Unknown, true
	for _, p := range spots {
		a := place.Contains(centre, p)
		if p.ID == centre.ID {
			a = place.Yes
		} else if centre.Kind == place.City {
			a = withinKm(centre, p, km)
		}
		if !first && a != answer {
			return place.Unknown, -1
		}
		answer, first = a, false
	}
	if answer == place.Yes && centre.Kind == place.City && len(spots) == 1 && spots[0].Located {
		return answer, place.Arc(centre.Lat, centre.Lon, spots[0].Lat, spots[0].Lon)
	}
	return answer, -1
}

func withinKm(centre, p place.Place, km float64) place.Answer {
	switch far, ok := place.Distance(centre, p); {
	case !ok:
		return place.Unknown
	case far-p.Reach > km:
		return place.No
	case p.Kind == place.City && far <= km:
		return place.Yes
	}
	return place.Unknown
}
