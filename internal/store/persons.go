package store

import (
	"bytes"
	"errors"
	"time"

	"heed"
)

// personTables hold who acts for the desks of this node and how they prove it. Secrets are
// kept as hashes only. Who was entered before roles existed could do everything, and
// keeps that.
const personTables = `
ALTER TABLE house_persons ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE house_persons ADD COLUMN active BIGINT NOT NULL DEFAULT 1;
ALTER TABLE house_persons ADD COLUMN password TEXT NOT NULL DEFAULT '';
ALTER TABLE house_persons ADD COLUMN handle TEXT NOT NULL DEFAULT '';
CREATE TABLE house_roles (
	person TEXT NOT NULL,
	desk TEXT NOT NULL,
	role TEXT NOT NULL,
	PRIMARY KEY (person, desk, role)
);
INSERT INTO house_roles (person, desk, role) SELECT p.name, d.id, r.role FROM house_persons p
	JOIN house_parties d ON d.own = 1 AND p.parties LIKE '%' || d.id || '%'
	CROSS JOIN (SELECT 'duty-officer' AS role UNION ALL SELECT 'supervisor' UNION ALL SELECT 'liaison' UNION ALL
		SELECT 'source-desk' UNION ALL SELECT 'analyst' UNION ALL SELECT 'administrator') r;
CREATE TABLE house_tokens (
	hash {blob} PRIMARY KEY,         -- SHA-256
	person TEXT NOT NULL,
	name TEXT NOT NULL,
	scopes TEXT NOT NULL,            -- a space between
	made_at BIGINT NOT NULL,
	UNIQUE (person, name)
);
INSERT INTO house_tokens (hash, person, name, scopes, made_at)
	SELECT token_hash, name, 'first', 'read write admin', 0 FROM house_persons WHERE token_hash IS NOT NULL;
ALTER TABLE house_persons DROP COLUMN token_hash;
ALTER TABLE house_persons DROP COLUMN parties;
CREATE TABLE house_sessions (
	hash {blob} PRIMARY KEY,
	person TEXT NOT NULL,
	how TEXT NOT NULL,               -- password, passkey, link, login
	address TEXT NOT NULL,
	agent TEXT NOT NULL,
	began BIGINT NOT NULL,
	ends BIGINT NOT NULL,
	proven BIGINT NOT NULL           -- when last shown to be present by a passkey; 0: not
);
CREATE INDEX house_sessions_person ON house_sessions (person);
CREATE TABLE house_links (
	hash {blob} PRIMARY KEY,
	person TEXT NOT NULL,
	ends BIGINT NOT NULL
);
CREATE TABLE house_passkeys (
	id {blob} PRIMARY KEY,
	person TEXT NOT NULL,
	name TEXT NOT NULL,
	added_at BIGINT NOT NULL,
	credential {blob} NOT NULL
);
CREATE INDEX house_passkeys_person ON house_passkeys (person);
CREATE TABLE house_logins (
	issuer TEXT NOT NULL,
	subject TEXT NOT NULL,
	person TEXT NOT NULL,
	PRIMARY KEY (issuer, subject)
);
CREATE TABLE house_ceremonies (
	hash {blob} PRIMARY KEY,
	kind TEXT NOT NULL,
	ends BIGINT NOT NULL,
	data {blob} NOT NULL
);
CREATE TABLE house_attempts (
	what TEXT PRIMARY KEY,
	free_at BIGINT NOT NULL,         -- when the allowance is whole again
	at BIGINT NOT NULL,              -- of the last change
	told BIGINT NOT NULL             -- 1: that it ran out has been logged
);
CREATE TABLE house_places (
	person TEXT NOT NULL,
	address TEXT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (person, address)
)` + accessTables

// Person acts for desks of this node.
type Person struct {
	Name     string
	Title    string // for people
	UID      int    // -1: no local account
	Active   bool
	Password string // hash with its parameters; empty: none
	Handle   string // under which passkeys know the person
	Roles    map[heed.PartyID][]string
}

// PutPerson adds a person or replaces what is held of one, but for the roles.
func (tx *Tx) PutPerson(p Person) error {
	return tx.exec(`INSERT INTO house_persons (name, title, uid, active, password, handle) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET title = excluded.title, uid = excluded.uid, active = excluded.active,
		password = excluded.password, handle = excluded.handle`, p.Name, p.Title, p.UID, number(p.Active), p.Password, p.Handle)
}

// SetRoles replaces the roles of a person at a desk.
func (tx *Tx) SetRoles(person string, desk heed.PartyID, roles []string) error {
	if err := tx.exec(`DELETE FROM house_roles WHERE person = ? AND desk = ?`, person, string(desk)); err != nil {
		return err
	}
	for _, r := range roles {
		if err := tx.exec(`INSERT INTO house_roles (person, desk, role) VALUES (?, ?, ?)`, person, string(desk), r); err != nil {
			return err
		}
	}
	return nil
}

// Person finds one by name.
func (tx *Tx) Person(name string) (Person, error) { return tx.person(`WHERE name = ?`, name) }

// PersonByUID finds who a local account stands for.
func (tx *Tx) PersonByUID(uid int) (Person, error) {
	return tx.person(`WHERE uid = ? AND uid >= 0 ORDER BY name LIMIT 1`, uid)
}

// PersonByHandle finds whom passkeys know under a handle.
func (tx *Tx) PersonByHandle(handle string) (Person, error) {
	return tx.person(`WHERE handle = ? AND handle <> ''`, handle)
}

func (tx *Tx) person(where string, args ...any) (Person, error) {
	list, err := tx.persons(where, args...)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Person{}, err
	}
	return list[0], nil
}

// Persons lists all, in the order of their names.
func (tx *Tx) Persons() ([]Person, error) { return tx.persons(`ORDER BY name`) }

func (tx *Tx) persons(where string, args ...any) ([]Person, error) {
	var (
		list   []Person
		p      Person
		active int64
	)
	err := tx.each([]any{&p.Name, &p.Title, &p.UID, &active, &p.Password, &p.Handle}, func() error {
		p.Active = active != 0
		list = append(list, p)
		return nil
	}, `SELECT name, title, uid, active, password, handle FROM house_persons `+where, args...)
	for i := range list {
		if err == nil {
			list[i].Roles, err = tx.roles(list[i].Name)
		}
	}
	return list, err
}

func (tx *Tx) roles(person string) (map[heed.PartyID][]string, error) {
	var (
		desk heed.PartyID
		role string
		m    = map[heed.PartyID][]string{}
	)
	err := tx.each([]any{&desk, &role}, func() error {
		m[desk] = append(m[desk], role)
		return nil
	}, `SELECT desk, role FROM house_roles WHERE person = ? ORDER BY desk, role`, person)
	return m, err
}

// Holding lists the active persons who have a role at a desk, in the order of their names.
func (tx *Tx) Holding(desk heed.PartyID, role string) ([]string, error) {
	var (
		list []string
		name string
	)
	err := tx.each([]any{&name}, func() error { list = append(list, name); return nil },
		`SELECT p.name FROM house_roles r JOIN house_persons p ON p.name = r.person WHERE r.desk = ? AND r.role = ? AND p.active = 1 ORDER BY p.name`,
		string(desk), role)
	return list, err
}

// EndAccess ends what a person holds: sessions, links and tokens.
func (tx *Tx) EndAccess(person string) error {
	for _, q := range []string{`DELETE FROM house_sessions WHERE person = ?`, `DELETE FROM house_links WHERE person = ?`, `DELETE FROM house_tokens WHERE person = ?`} {
		if err := tx.exec(q, person); err != nil {
			return err
		}
	}
	return nil
}

// ForgetProofs takes off a person's passkeys and outside logins.
func (tx *Tx) ForgetProofs(person string) error {
	if err := tx.exec(`DELETE FROM house_passkeys WHERE person = ?`, person); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM house_logins WHERE person = ?`, person)
}

// Session is one signed-in browser.
type Session struct {
	Hash    []byte // SHA-256 of what the browser holds
	Person  string
	How     string // password, passkey, link, login
	Address string
	Agent   string
	Began   time.Time
	Ends    time.Time
	Proven  time.Time // when last shown to be present by a passkey; zero: not
}

// AddSession keeps a session.
func (tx *Tx) AddSession(s Session) error {
	return tx.exec(`INSERT INTO house_sessions (hash, person, how, address, agent, began, ends, proven) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		s.Hash, s.Person, s.How, s.Address, s.Agent, s.Began.UnixMicro(), s.Ends.UnixMicro(), zeroMicros(s.Proven))
}

// Session gives the session of an active person, whenever it ends.
func (tx *Tx) Session(hash []byte) (Session, error) {
	list, err := tx.sessions(`WHERE hash = ? AND person IN (SELECT name FROM house_persons WHERE active = 1)`, hash)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Session{}, err
	}
	return list[0], nil
}

// Sessions lists those of a person, newest first.
func (tx *Tx) Sessions(person string) ([]Session, error) {
	return tx.sessions(`WHERE person = ? ORDER BY began DESC`, person)
}

func (tx *Tx) sessions(where string, args ...any) ([]Session, error) {
	var (
		list                []Session
		s                   Session
		began, ends, proven int64
	)
	err := tx.each([]any{&s.Hash, &s.Person, &s.How, &s.Address, &s.Agent, &began, &ends, &proven}, func() error {
		s.Hash = bytes.Clone(s.Hash)
		s.Began, s.Ends, s.Proven = time.UnixMicro(began).UTC(), time.UnixMicro(ends).UTC(), fromMicros(proven)
		list = append(list, s)
		return nil
	}, `SELECT hash, person, how, address, agent, began, ends, proven FROM house_sessions `+where, args...)
	return list, err
}

// Prove notes that the person of a session was shown to be present.
func (tx *Tx) Prove(hash []byte, at time.Time) error {
	return tx.changed(`UPDATE house_sessions SET proven = ? WHERE hash = ?`, at.UnixMicro(), hash)
}

// EndSession forgets one; [ErrNotFound] where there is none.
func (tx *Tx) EndSession(hash []byte) error {
	return tx.changed(`DELETE FROM house_sessions WHERE hash = ?`, hash)
}

// EndOtherSessions forgets all of a person but one.
func (tx *Tx) EndOtherSessions(person string, but []byte) error {
	return tx.exec(`DELETE FROM house_sessions WHERE person = ? AND hash <> ?`, person, notNull(but))
}

// EndAllSessions forgets everybody's sessions and links: those in a backup are not to come
// back with it.
func (tx *Tx) EndAllSessions() error {
	return errors.Join(tx.exec(`DELETE FROM house_sessions`), tx.exec(`DELETE FROM house_links`))
}

// Token stands for a person in a script.
type Token struct {
	Hash   []byte
	Person string
	Name   string
	Scopes string // a space between
	MadeAt time.Time
}

// AddToken keeps a token; a name that the person has given already is [ErrExists].
func (tx *Tx) AddToken(t Token) error {
	n, err := tx.q.exec(tx.ctx, `INSERT INTO house_tokens (hash, person, name, scopes, made_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (person, name) DO NOTHING`,
		t.Hash, t.Person, t.Name, t.Scopes, t.MadeAt.UnixMicro())
	if err == nil && n == 0 {
		return ErrExists
	}
	return err
}

// Token finds the token of an active person.
func (tx *Tx) Token(hash []byte) (Token, error) {
	list, err := tx.tokens(`WHERE hash = ? AND person IN (SELECT name FROM house_persons WHERE active = 1)`, hash)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Token{}, err
	}
	return list[0], nil
}

// Tokens lists those of a person, in the order of their names.
func (tx *Tx) Tokens(person string) ([]Token, error) {
	return tx.tokens(`WHERE person = ? ORDER BY name`, person)
}

func (tx *Tx) tokens(where string, args ...any) ([]Token, error) {
	var (
		list []Token
		t    Token
		made int64
	)
	err := tx.each([]any{&t.Hash, &t.Person, &t.Name, &t.Scopes, &made}, func() error {
		t.Hash, t.MadeAt = bytes.Clone(t.Hash), fromMicros(made)
		list = append(list, t)
		return nil
	}, `SELECT hash, person, name, scopes, made_at FROM house_tokens `+where, args...)
	return list, err
}

// DropToken revokes one; [ErrNotFound] where there is none.
func (tx *Tx) DropToken(person, name string) error {
	return tx.changed(`DELETE FROM house_tokens WHERE person = ? AND name = ?`, person, name)
}

// AddLink keeps a sign-in link.
func (tx *Tx) AddLink(hash []byte, person string, ends time.Time) error {
	return tx.exec(`INSERT INTO house_links (hash, person, ends) VALUES (?, ?, ?)`, hash, person, ends.UnixMicro())
}

// TakeLink uses a link up and says whose it was and until when it was good.
func (tx *Tx) TakeLink(hash []byte) (person string, ends time.Time, err error) {
	var at int64
	err = tx.one([]any{&person, &at}, `DELETE FROM house_links WHERE hash = ? RETURNING person, ends`, hash)
	return person, time.UnixMicro(at).UTC(), err
}

// Passkey is a person's public key, as the library that checks it writes it.
type Passkey struct {
	ID         []byte
	Person     string
	Name       string
	AddedAt    time.Time
	Credential []byte
}

// AddPasskey keeps one; an id that is known already is [ErrExists].
func (tx *Tx) AddPasskey(k Passkey) error {
	n, err := tx.q.exec(tx.ctx, `INSERT INTO house_passkeys (id, person, name, added_at, credential) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		k.ID, k.Person, k.Name, k.AddedAt.UnixMicro(), k.Credential)
	if err == nil && n == 0 {
		return ErrExists
	}
	return err
}

// Passkeys lists those of a person, oldest first.
func (tx *Tx) Passkeys(person string) ([]Passkey, error) {
	var (
		list []Passkey
		k    Passkey
		at   int64
	)
	err := tx.each([]any{&k.ID, &k.Person, &k.Name, &at, &k.Credential}, func() error {
		k.ID, k.Credential, k.AddedAt = bytes.Clone(k.ID), bytes.Clone(k.Credential), fromMicros(at)
		list = append(list, k)
		return nil
	}, `SELECT id, person, name, added_at, credential FROM house_passkeys WHERE person = ? ORDER BY added_at, name`, person)
	return list, err
}

// UsedPasskey keeps what the library noted when a passkey was used.
func (tx *Tx) UsedPasskey(id, credential []byte) error {
	return tx.changed(`UPDATE house_passkeys SET credential = ? WHERE id = ?`, credential, id)
}

// DropPasskey forgets one of a person's; [ErrNotFound] where there is none.
func (tx *Tx) DropPasskey(person string, id []byte) error {
	return tx.changed(`DELETE FROM house_passkeys WHERE person = ? AND id = ?`, person, id)
}

// Login is an account at an outside provider.
type Login struct{ Issuer, Subject, Person string }

// AddLogin joins an outside account to a person; one that is joined already is [ErrExists].
func (tx *Tx) AddLogin(l Login) error {
	n, err := tx.q.exec(tx.ctx, `INSERT INTO house_logins (issuer, subject, person) VALUES (?, ?, ?) ON CONFLICT (issuer, subject) DO NOTHING`, l.Issuer, l.Subject, l.Person)
	if err == nil && n == 0 {
		return ErrExists
	}
	return err
}

// PersonByLogin finds whom an outside account is joined to.
func (tx *Tx) PersonByLogin(issuer, subject string) (Person, error) {
	return tx.person(`WHERE name = (SELECT person FROM house_logins WHERE issuer = ? AND subject = ?)`, issuer, subject)
}

// Logins lists those of a person.
func (tx *Tx) Logins(person string) ([]Login, error) {
	var (
		list []Login
		l    Login
	)
	err := tx.each([]any{&l.Issuer, &l.Subject, &l.Person}, func() error {
		list = append(list, l)
		return nil
	}, `SELECT issuer, subject, person FROM house_logins WHERE person = ? ORDER BY issuer, subject`, person)
	return list, err
}

// DropLogin takes an outside account off a person; [ErrNotFound] where there is none.
func (tx *Tx) DropLogin(l Login) error {
	return tx.changed(`DELETE FROM house_logins WHERE issuer = ? AND subject = ? AND person = ?`, l.Issuer, l.Subject, l.Person)
}

// Ceremony is what is kept between the two steps of a proof: a challenge, or what an outside
// provider is to send back.
type Ceremony struct {
	Hash []byte // of what the browser holds
	Kind string
	Ends time.Time
	Data []byte
}

// PutCeremony keeps one, in place of the one before under its hash.
func (tx *Tx) PutCeremony(c Ceremony) error {
	return tx.exec(`INSERT INTO house_ceremonies (hash, kind, ends, data) VALUES (?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET kind = excluded.kind, ends = excluded.ends, data = excluded.data`, c.Hash, c.Kind, c.Ends.UnixMicro(), c.Data)
}

// TakeCeremony uses one up.
func (tx *Tx) TakeCeremony(hash []byte, kind string) (Ceremony, error) {
	c := Ceremony{Hash: hash, Kind: kind}
	var at int64
	err := tx.one([]any{&at, &c.Data}, `DELETE FROM house_ceremonies WHERE hash = ? AND kind = ? RETURNING ends, data`, hash, kind)
	c.Ends = time.UnixMicro(at).UTC()
	return c, err
}

// Attempts is how much of an allowance is used up.
type Attempts struct {
	FreeAt time.Time // when it is whole again
	At     time.Time // of the last change
	Told   bool      // that it ran out has been logged
}

// Attempts reads an allowance; one that was never used is whole.
func (tx *Tx) Attempts(what string) (Attempts, error) {
	var free, at, told int64
	err := tx.one([]any{&free, &at, &told}, `SELECT free_at, at, told FROM house_attempts WHERE what = ?`, what)
	if errors.Is(err, ErrNotFound) {
		return Attempts{}, nil
	}
	return Attempts{fromMicros(free), fromMicros(at), told != 0}, err
}

// PutAttempts writes an allowance.
func (tx *Tx) PutAttempts(what string, a Attempts) error {
	return tx.exec(`INSERT INTO house_attempts (what, free_at, at, told) VALUES (?, ?, ?, ?)
		ON CONFLICT (what) DO UPDATE SET free_at = excluded.free_at, at = excluded.at, told = excluded.told`,
		what, zeroMicros(a.FreeAt), zeroMicros(a.At), number(a.Told))
}

// NotePlace remembers that a person has signed in from an address.
func (tx *Tx) NotePlace(person, address string, at time.Time) error {
	return tx.exec(`INSERT INTO house_places (person, address, at) VALUES (?, ?, ?) ON CONFLICT (person, address) DO UPDATE SET at = excluded.at`,
		person, address, at.UnixMicro())
}

// KnownPlace reports whether the person has signed in from the address.
func (tx *Tx) KnownPlace(person, address string) (bool, error) {
	var n int64
	err := tx.one([]any{&n}, `SELECT COUNT(*) FROM house_places WHERE person = ? AND address = ?`, person, address)
	return n > 0, err
}

// SweepHouse forgets what has run out: sessions, links and ceremonies that ended, allowances
// that are whole again, and places not signed in from for long.
func (tx *Tx) SweepHouse(now time.Time, places time.Duration) error {
	at := now.UnixMicro()
	for _, q := range []string{`DELETE FROM house_sessions WHERE ends < ?`, `DELETE FROM house_links WHERE ends < ?`,
		`DELETE FROM house_ceremonies WHERE ends < ?`, `DELETE FROM house_attempts WHERE free_at < ?`} {
		if err := tx.exec(q, at); err != nil {
			return err
		}
	}
	return tx.exec(`DELETE FROM house_places WHERE at < ?`, now.Add(-places).UnixMicro())
}

// changed runs a write that must change a row; none is [ErrNotFound].
func (tx *Tx) changed(query string, args ...any) error {
	n, err := tx.q.exec(tx.ctx, query, args...)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// zeroMicros writes a time with 0 for none.
func zeroMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
