package node

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"heed"
	"heed/internal/envelope"
	"heed/internal/ledger"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
	"heed/internal/taxii"
)

const configName = "node.json"

// SocketName is the socket in a node's folder on which its commands speak to it.
const SocketName = "heed.sock"

// Config is a node's node.json.
type Config struct {
	// Name is the node's own, for its log and its key files.
	Name string `json:"name"`
	// Origin names the node's log. It never changes.
	Origin string `json:"origin"`
	// Listen is the address on which peers reach the node: host:port.
	Listen string `json:"listen"`
	// URL is how peers reach it from outside; the cards are made from it.
	URL string `json:"url"`
	// Database is a file in the node's folder, or a postgres:// address.
	Database string `json:"database"`
	// PlainHTTP leaves TLS to a proxy in front. Peers then show tokens instead of keys.
	PlainHTTP bool `json:"plain_http,omitzero"`
	// DeskURL is how browsers reach the desk, if not as URL says: https://desk.example. Its
	// host is what passkeys are bound to, and must be a name.
	DeskURL string `json:"desk_url,omitzero"`
	// Proxies are the addresses or prefixes whose word counts for where a request came from
	// (X-Forwarded-For). Nobody else's does.
	Proxies []string `json:"proxies,omitzero"`
	// OIDC is an outside provider of sign-in.
	OIDC *OIDC `json:"oidc,omitzero"`
}

// OIDC is an OpenID Connect provider. Its client secret stands in a file of the folder or in
// the environment (HEED_OIDC_SECRET), never here.
type OIDC struct {
	Name       string `json:"name"` // as people see it: House login
	Issuer     string `json:"issuer"`
	ClientID   string `json:"client_id"`
	SecretFile string `json:"secret_file,omitzero"`
}

// ErrNoNode means that a folder holds no node.
var ErrNoNode = errors.New("there is no node in this folder")

// ReadConfig reads a node's node.json; names it does not know are errors.
func ReadConfig(dir string) (Config, error) {
	var c Config
	b, err := os.ReadFile(filepath.Join(dir, configName))
	if errors.Is(err, os.ErrNotExist) {
		return c, fmt.Errorf("%w: %s (make one with heed init, or name another with --node)", ErrNoNode, dir)
	}
	if err != nil {
		return c, err
	}
	if c, err = parseConfig(b); err != nil {
		return c, fmt.Errorf("%s: %w", filepath.Join(dir, configName), err)
	}
	return c, nil
}

// parseConfig reads a node.json strictly: no unknown or doubled names, and nothing left out
// that a node cannot do without.
func parseConfig(b []byte) (Config, error) {
	var c Config
	if err := json.Unmarshal(b, &c, json.RejectUnknownMembers(true)); err != nil {
		return c, err
	}
	switch {
	case !heed.ValidName(c.Name):
		return c, fmt.Errorf("name is %q; use 1 to 40 of a-z, 0-9 and the hyphen", c.Name)
	case c.Origin == "" || c.Listen == "" || c.URL == "" || c.Database == "":
		return c, errors.New("origin, listen, url and database must all be given")
	}
	return c, nil
}

func (c Config) text() ([]byte, error) {
	b, err := json.Marshal(c, jsontext.Multiline(true))
	return append(b, '\n'), err
}

func (c Config) write(dir string) error {
	b, err := c.text()
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, configName), b)
}

func (c Config) databaseURL(dir string) string {
	if strings.Contains(c.Database, "://") {
		return c.Database
	}
	return filepath.Join(dir, c.Database)
}

// deskURL is how browsers reach the desk. A loopback address stands for localhost, a name:
// passkeys need one.
func (c Config) deskURL() string {
	if c.DeskURL != "" {
		return strings.TrimSuffix(c.DeskURL, "/")
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return c.URL
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.IsLoopback() {
		u.Host = "localhost:" + u.Port()
	}
	return strings.TrimSuffix(u.Scheme+"://"+u.Host, ":")
}

// proxies reads the list of those whose word counts.
func (c Config) proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, s := range c.Proxies {
		p, err := netip.ParsePrefix(s)
		if ip, aerr := netip.ParseAddr(s); aerr == nil {
			p, err = ip.Prefix(ip.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("proxies in %s: %q is no address and no prefix", configName, s)
		}
		list = append(list, p)
	}
	return list, nil
}

// oidc gives the outside provider with its secret; nil where there is none.
func (c Config) oidc(dir string) (*people.OIDC, error) {
	if c.OIDC == nil {
		return nil, nil
	}
	secret := os.Getenv("HEED_OIDC_SECRET")
	if c.OIDC.SecretFile != "" {
		name := c.OIDC.SecretFile
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("the secret of the outside login: %w", err)
		}
		secret = strings.TrimSpace(string(b))
	}
	u, err := url.Parse(c.OIDC.Issuer)
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")
	switch {
	case secret == "":
		return nil, errors.New("the secret of the outside login is empty: put it into oidc.secret_file or HEED_OIDC_SECRET")
	case err != nil, u.Host == "", u.Scheme != "https" && !(local && u.Scheme == "http"):
		return nil, fmt.Errorf("oidc.issuer in %s must be an https:// address, and is %q", configName, c.OIDC.Issuer)
	case c.OIDC.ClientID == "":
		return nil, fmt.Errorf("oidc.client_id in %s is empty", configName)
	}
	o := &people.OIDC{Name: c.OIDC.Name, Issuer: c.OIDC.Issuer, ClientID: c.OIDC.ClientID, Secret: secret}
	if o.Name == "" {
		o.Name = u.Hostname()
	}
	return o, nil
}

func (c Config) keyFile(dir, what string) string {
	return filepath.Join(dir, "keys", c.Name+"-"+what+".pem")
}

// Begin says what node to make.
type Begin struct {
	Name      string // of the node
	Desks     []NewDesk
	Listen    string
	URL       string // empty: https:// and Listen
	Database  string // empty: heed.db in the folder
	PlainHTTP bool
	Person    string
	UID       int
}

// NewDesk is a party that the node is to host.
type NewDesk struct{ Name, Title string }

// Made is what [Init] made.
type Made struct {
	Person string        // in the one spelling of the name
	Token  string        // stands for the person; shown once
	Link   string        // with which the person signs in at the desk, once
	Roles  []people.Role // that the person has at each desk
	Cards  []Card
}

// firstRoles are what the first person does: a small node has one person.
var firstRoles = []people.Role{people.DutyOfficer, people.Supervisor, people.Liaison, people.SourceDesk, people.Analyst, people.Administrator}

// Card is a card with what people compare of it.
type Card struct {
	Name        string       `json:"name"`
	Party       heed.PartyID `json:"party"`
	Fingerprint string       `json:"fingerprint"`
	JSON        []byte       `json:"-"`
}

// Init makes a node in a folder that must be empty or new.
func Init(ctx context.Context, dir string, b Begin, w World) (Made, error) {
	if err := b.check(); err != nil {
		return Made{}, err
	}
	if err := emptyFolder(dir); err != nil {
		return Made{}, err
	}
	c := Config{Name: b.Name, Listen: b.Listen, URL: b.URL, Database: b.Database, PlainHTTP: b.PlainHTTP}
	if b.PlainHTTP {
		c.Proxies = []string{"127.0.0.1", "::1"}
	}
	signer, pin, err := c.makeKeys(dir, w)
	if err != nil {
		return Made{}, err
	}
	c.Origin = signer.Origin()
	db, err := store.Open(ctx, store.Options{URL: c.databaseURL(dir), Create: true, Now: w.Now, Rand: w.Rand, Log: w.Log})
	if err != nil {
		return Made{}, err
	}
	defer db.Close()
	made, err := c.fill(ctx, db, dir, b, signer, pin, w)
	if err != nil {
		return Made{}, err
	}
	return made, c.write(dir)
}

func (b *Begin) check() error {
	if !heed.ValidName(b.Name) {
		return fmt.Errorf("the node's name %q: use 1 to 40 of a-z, 0-9 and the hyphen", b.Name)
	}
	if len(b.Desks) == 0 {
		return errors.New("a node hosts at least one party")
	}
	for _, d := range b.Desks {
		if !heed.ValidName(d.Name) {
			return fmt.Errorf("the party's name %q: use 1 to 40 of a-z, 0-9 and the hyphen", d.Name)
		}
	}
	if b.Person == "" {
		return errors.New("name the person who acts here: --person NAME")
	}
	var err error
	if b.Person, err = people.CanonicalName(b.Person); err != nil {
		return err
	}
	if b.Listen == "" {
		b.Listen = "127.0.0.1:8470"
	}
	if b.URL == "" {
		b.URL = "https://" + b.Listen
		if b.PlainHTTP {
			b.URL = "http://" + b.Listen
		}
	}
	if b.Database == "" {
		b.Database = "heed.db"
	}
	return nil
}

func emptyFolder(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir), 0o700); err != nil {
		return err
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(list) > 0 {
		return fmt.Errorf("%s is not empty: a node begins in a folder of its own", dir)
	}
	return os.Mkdir(filepath.Join(dir, "keys"), 0o700)
}

// makeKeys draws the log key and the TLS key. Party keys are drawn with their desks.
func (c Config) makeKeys(dir string, w World) (ledger.Signer, string, error) {
	log, err := envelope.NewPrivateKey(w.Rand)
	if err != nil {
		return ledger.Signer{}, "", err
	}
	if err := log.WriteFile(c.keyFile(dir, "log")); err != nil {
		return ledger.Signer{}, "", err
	}
	signer, err := ledger.NewSigner(ledger.NewOrigin(c.Name, log.Public().Raw()), log.Ed25519())
	if err != nil {
		return signer, "", err
	}
	pin, err := c.makeTLS(dir, w)
	return signer, pin, err
}

// makeTLS makes a P-256 key with a certificate of its own: browsers take no Ed25519 ones.
func (c Config) makeTLS(dir string, w World) (pin string, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), w.Rand)
	if err != nil {
		return "", err
	}
	now := w.Now()
	der, err := x509.CreateCertificate(w.Rand, &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: c.Name}, DNSNames: []string{c.Name, "localhost"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(20, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
	}, &x509.Certificate{Subject: pkix.Name{CommonName: c.Name}}, key.Public(), key)
	if err != nil {
		return "", err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return "", err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	files := []struct {
		name string
		b    *pem.Block
	}{{c.keyFile(dir, "tls"), &pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}}, {c.keyFile(dir, "tls-cert"), &pem.Block{Type: "CERTIFICATE", Bytes: der}}}
	for _, f := range files {
		if err := os.WriteFile(f.name, pem.EncodeToMemory(f.b), 0o600); err != nil {
			return "", err
		}
	}
	return taxii.Pin(cert), nil
}

// fill records the cards of the desks and enters the first person.
func (c Config) fill(ctx context.Context, db *store.DB, dir string, b Begin, signer ledger.Signer, pin string, w World) (Made, error) {
	var made Made
	var secrets [2]string
	for i := range secrets {
		var err error
		if secrets[i], err = people.NewSecret(w.Rand); err != nil {
			return made, err
		}
	}
	handle, err := uuid.NewRandomFromReader(w.Rand)
	if err != nil {
		return made, err
	}
	made.Person, made.Token, made.Link, made.Roles = b.Person, secrets[0], people.LinkURL(c.deskURL(), secrets[1]), firstRoles
	person := &people.Person{Name: b.Person, UID: b.UID, Active: true, Roles: map[heed.PartyID][]people.Role{}}
	pen := &people.Pen{Keys: map[heed.PartyID]envelope.PrivateKey{}, Rand: w.Rand}
	type fresh struct {
		row store.Party
		env envelope.Envelope
		id  heed.ID
	}
	var desks []fresh
	for _, d := range b.Desks {
		key, err := envelope.NewPrivateKey(w.Rand)
		if err != nil {
			return made, err
		}
		if err := key.WriteFile(c.keyFile(dir, "party-"+d.Name)); err != nil {
			return made, err
		}
		s, env, err := newCard(d, key, signer.VerifierKey(), pin, strings.TrimSuffix(b.URL, "/")+taxii.RootPath(d.Name), w)
		if err != nil {
			return made, err
		}
		card, err := stix.Splice(env.Payload, env)
		if err != nil {
			return made, err
		}
		_, digest, err := people.ReadCard(card)
		if err != nil {
			return made, err
		}
		desks = append(desks, fresh{store.Party{ID: s.Author, Name: d.Name, Own: true, Card: card}, env, s.ID})
		person.Roles[s.Author], pen.Keys[s.Author] = firstRoles, key
		made.Cards = append(made.Cards, Card{Name: d.Name, Party: s.Author, Fingerprint: envelope.Fingerprint(digest), JSON: card})
	}
	err = db.Update(ctx, store.Normal, func(tx *store.Tx) error {
		for _, d := range desks {
			if _, err := tx.Append(store.New{Desk: d.row.ID, Author: d.row.ID, ID: d.id, Version: 1, Kind: heed.KindKey,
				Door: "init", From: "person:" + b.Person, Envelope: d.env, Carried: string(stix.Own)}); err != nil {
				return err
			}
			if err := tx.PutParty(d.row); err != nil {
				return err
			}
		}
		if err := tx.PutPerson(store.Person{Name: b.Person, UID: b.UID, Active: true, Handle: handle.String()}); err != nil {
			return err
		}
		return errors.Join(people.Enter(tx, pen, person), tx.AddLink(people.HashToken(secrets[1]), b.Person, w.Now().Add(people.LinkLife)),
			tx.AddToken(store.Token{Hash: people.HashToken(secrets[0]), Person: b.Person, Name: "init", Scopes: "admin read write", MadeAt: w.Now()}))
	})
	return made, err
}

// newCard makes the first key statement of a party.
func newCard(d NewDesk, key envelope.PrivateKey, logKey, pin, url string, w World) (heed.Statement, envelope.Envelope, error) {
	id, err := uuid.NewRandomFromReader(w.Rand)
	if err != nil {
		return heed.Statement{}, envelope.Envelope{}, err
	}
	noteID, err := uuid.NewRandomFromReader(w.Rand)
	if err != nil {
		return heed.Statement{}, envelope.Envelope{}, err
	}
	title := d.Title
	if title == "" {
		title = d.Name
	}
	party := heed.PartyID("identity--" + id.String())
	now := w.Now().UTC().Truncate(time.Microsecond)
	s := heed.Statement{
		ID: heed.ID("note--" + noteID.String()), Author: party, Version: 1, Kind: heed.KindKey, Created: now, Modified: now,
		Headline: "card of " + title, Text: "The keys with which " + title + " speaks.", About: []string{string(party)},
		Key: &heed.Key{Party: party, Name: d.Name, Title: title, PartyKey: key.Public().String(), LogKey: logKey, TLSKey: pin, URL: url, From: now},
	}
	signed, err := stix.Compose(s)
	if err != nil {
		return s, envelope.Envelope{}, err
	}
	return s, envelope.Sign(heed.KindKey, signed, key), nil
}
