package store

import (
	"strings"
	"time"

	"heed"
)

// contactTables hold whom a desk can warn and who of the desk is on duty. Shifts are also
// statements; these rows are for finding them by time.
const contactTables = `
CREATE TABLE house_contacts (
	desk TEXT NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,              -- church, concert-hall, airport …
	place TEXT NOT NULL,             -- in words
	country TEXT NOT NULL,
	located BIGINT NOT NULL,         -- 1: lat and lon say something
	lat DOUBLE PRECISION NOT NULL,
	lon DOUBLE PRECISION NOT NULL,
	duty TEXT NOT NULL,
	languages TEXT NOT NULL,         -- a space between
	channels TEXT NOT NULL,          -- "phone:… ; radio:…"
	tested BIGINT NOT NULL,          -- µs; 0: never, or not known
	reachable TEXT NOT NULL,         -- yes, no, unknown
	party TEXT NOT NULL,             -- '' where it is no party of the exchange
	changed_at BIGINT NOT NULL,
	changed_by TEXT NOT NULL,
	PRIMARY KEY (desk, name)
);
CREATE TABLE house_told (
	desk TEXT NOT NULL,
	contact TEXT NOT NULL,
	statement TEXT NOT NULL,
	at BIGINT NOT NULL,
	channel TEXT NOT NULL,
	person TEXT NOT NULL,
	PRIMARY KEY (desk, statement, contact)
);
CREATE INDEX house_told_at ON house_told (desk, at);
CREATE TABLE house_shifts (
	id TEXT PRIMARY KEY,             -- of the statement
	desk TEXT NOT NULL,
	person TEXT NOT NULL,
	role TEXT NOT NULL,              -- '' for leave
	cover_for TEXT NOT NULL,
	from_at BIGINT NOT NULL,
	to_at BIGINT NOT NULL
);
CREATE INDEX house_shifts_to ON house_shifts (desk, to_at);
`

// Contact is somebody whom a desk can warn: a site, an office, or a party.
type Contact struct {
	Desk      heed.PartyID
	Name      string // unique at the desk
	Kind      string // what sort of target
	Place     string
	Country   string // ISO 3166-1 alpha-2; empty: not stated
	Located   bool
	Lat, Lon  float64
	Duty      string // who answers, and when; in words
	Languages []string
	Channels  []string  // phone:…, mail:…, radio:…
	Tested    time.Time // zero: never, or not known
	Reachable string    // yes, no, unknown
	Party     heed.PartyID
	ChangedAt time.Time // set by PutContact
	ChangedBy string
}

// PutContact adds a contact or replaces the one of that name.
func (tx *Tx) PutContact(c Contact) error {
	return tx.exec(`INSERT INTO house_contacts (desk, name, kind, place, country, located, lat, lon, duty, languages, channels, tested, reachable, party, changed_at, changed_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (desk, name) DO UPDATE SET kind = excluded.kind, place = excluded.place, country = excluded.country, located = excluded.located,
		lat = excluded.lat, lon = excluded.lon, duty = excluded.duty, languages = excluded.languages, channels = excluded.channels, tested = excluded.tested,
		reachable = excluded.reachable, party = excluded.party, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		string(c.Desk), c.Name, c.Kind, c.Place, c.Country, number(c.Located), c.Lat, c.Lon, c.Duty, strings.Join(c.Languages, " "),
		strings.Join(c.Channels, channelBreak), zeroMicros(c.Tested), c.Reachable, string(c.Party), tx.now.UnixMicro(), c.ChangedBy)
}

// channelBreak stands between channels; the rules of contacts keep it out of them.
const channelBreak = "\n"

// Contacts lists those of a desk, in the order of their names.
func (tx *Tx) Contacts(desk heed.PartyID) ([]Contact, error) {
	return tx.contacts(`WHERE desk = ? ORDER BY name`, string(desk))
}

// Contact finds one by name.
func (tx *Tx) Contact(desk heed.PartyID, name string) (Contact, error) {
	list, err := tx.contacts(`WHERE desk = ? AND name = ?`, string(desk), name)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Contact{}, err
	}
	return list[0], nil
}

func (tx *Tx) contacts(where string, args ...any) ([]Contact, error) {
	var (
		list                     []Contact
		c                        Contact
		located, tested, changed int64
		languages, channels      string
	)
	err := tx.each([]any{&c.Desk, &c.Name, &c.Kind, &c.Place, &c.Country, &located, &c.Lat, &c.Lon, &c.Duty, &languages, &channels, &tested, &c.Reachable, &c.Party, &changed, &c.ChangedBy}, func() error {
		c.Located, c.Languages, c.Channels = located != 0, strings.Fields(languages), nil
		if channels != "" {
			c.Channels = strings.Split(channels, channelBreak)
		}
		c.Tested, c.ChangedAt = fromMicros(tested), fromMicros(changed)
		list = append(list, c)
		return nil
	}, `SELECT desk, name, kind, place, country, located, lat, lon, duty, languages, channels, tested, reachable, party, changed_at, changed_by FROM house_contacts `+where, args...)
	return list, err
}

// DropContact forgets one; [ErrNotFound] where there is none.
func (tx *Tx) DropContact(desk heed.PartyID, name string) error {
	n, err := tx.q.exec(tx.ctx, `DELETE FROM house_contacts WHERE desk = ? AND name = ?`, string(desk), name)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// Told is that somebody of a desk told a contact of a statement by other means.
type Told struct {
	Desk      heed.PartyID
	Contact   string
	Statement heed.ID
	At        time.Time // set by PutTold
	Channel   string
	Person    string
}

// PutTold notes it; the first time stays.
func (tx *Tx) PutTold(t Told) error {
	return tx.exec(`INSERT INTO house_told (desk, contact, statement, at, channel, person) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (desk, statement, contact) DO NOTHING`,
		string(t.Desk), t.Contact, string(t.Statement), tx.now.UnixMicro(), t.Channel, t.Person)
}

// ToldOf lists whom a desk told of a statement; an empty id asks for all since a time.
func (tx *Tx) ToldOf(desk heed.PartyID, id heed.ID, since time.Time) ([]Told, error) {
	var (
		list []Told
		t    Told
		at   int64
	)
	where, args := `statement = ?`, []any{string(desk), string(id)}
	if id == "" {
		where, args = `at >= ?`, []any{string(desk), since.UnixMicro()}
	}
	err := tx.each([]any{&t.Desk, &t.Contact, &t.Statement, &at, &t.Channel, &t.Person}, func() error {
		t.At = time.UnixMicro(at).UTC()
		list = append(list, t)
		return nil
	}, `SELECT desk, contact, statement, at, channel, person FROM house_told WHERE desk = ? AND `+where+` ORDER BY at, contact`, args...)
	return list, err
}

// HandedSince lists the parties to which a desk has delivered a warning since a time, the
// views being built.
func (tx *Tx) HandedSince(desk heed.PartyID, since time.Time) ([]heed.PartyID, error) {
	var (
		list []heed.PartyID
		to   heed.PartyID
	)
	err := tx.each([]any{&to}, func() error { list = append(list, to); return nil },
		`SELECT DISTINCT to_party FROM view_deliveries WHERE desk = ? AND from_party = ? AND at >= ? AND id LIKE 'report--%' ORDER BY to_party`, string(desk), string(desk), since.UnixMicro())
	return list, err
}

// Shift is a time for which a person of a desk is on duty, or on leave.
type Shift struct {
	ID       heed.ID // of the statement that says so
	Desk     heed.PartyID
	Person   string
	Role     string // empty: leave
	CoverFor string
	From, To time.Time
}

// PutShift adds one or replaces it.
func (tx *Tx) PutShift(s Shift) error {
	return tx.exec(`INSERT INTO house_shifts (id, desk, person, role, cover_for, from_at, to_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET person = excluded.person, role = excluded.role, cover_for = excluded.cover_for, from_at = excluded.from_at, to_at = excluded.to_at`,
		string(s.ID), string(s.Desk), s.Person, s.Role, s.CoverFor, s.From.UnixMicro(), s.To.UnixMicro())
}

// DropShift forgets one; its statement stays.
func (tx *Tx) DropShift(id heed.ID) error {
	return tx.exec(`DELETE FROM house_shifts WHERE id = ?`, string(id))
}

// Shifts lists those of a desk that touch a span, in the order they begin.
func (tx *Tx) Shifts(desk heed.PartyID, from, to time.Time) ([]Shift, error) {
	return tx.shifts(`WHERE desk = ? AND to_at > ? AND from_at <= ? ORDER BY from_at, person, id`, string(desk), from.UnixMicro(), to.UnixMicro())
}

// Rostered reports whether anybody was ever put on duty in a role at a desk.
func (tx *Tx) Rostered(desk heed.PartyID, role string) (bool, error) {
	list, err := tx.shifts(`WHERE desk = ? AND role = ? LIMIT 1`, string(desk), role)
	return len(list) > 0, err
}

func (tx *Tx) shifts(where string, args ...any) ([]Shift, error) {
	var (
		list     []Shift
		s        Shift
		from, to int64
	)
	err := tx.each([]any{&s.ID, &s.Desk, &s.Person, &s.Role, &s.CoverFor, &from, &to}, func() error {
		s.From, s.To = time.UnixMicro(from).UTC(), time.UnixMicro(to).UTC()
		list = append(list, s)
		return nil
	}, `SELECT id, desk, person, role, cover_for, from_at, to_at FROM house_shifts `+where, args...)
	return list, err
}
