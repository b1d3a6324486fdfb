package node_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heed"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/store"
	"heed/internal/taxii"
)

// A canary is planted in one place and may be found on some surfaces only. Surfaces are
// named "NODE what": the database, the log lines, a backup, the folder, each question of the
// house, each TAXII page as a peer sees it; and "A>B": every byte from one node to another.
type canary struct {
	name string
	text string
	may  func(surface string) bool
}

// on allows surfaces that begin with one of the words.
func on(begins ...string) func(string) bool {
	return func(s string) bool {
		return slices.ContainsFunc(begins, func(b string) bool { return strings.HasPrefix(s, b) })
	}
}

// except allows what another does, without the surfaces that begin with one of the words.
func except(may func(string) bool, begins ...string) func(string) bool {
	return func(s string) bool { return may(s) && !on(begins...)(s) }
}

// The cast: coast warns quillhaven of all it knows and gives ospreynine an extract;
// quillhaven passes the warning on to heron. Neither audience knows of the other.
var cast = []string{"coast", "quillhaven", "ospreynine", "heron"}

func canaries(ids map[string]heed.PartyID) []canary {
	house := on("coast db", "coast api", "coast backup")
	there := func(nodes ...string) func(string) bool {
		return except(on(nodes...), "coast log", "quillhaven log", "heron log", "coast taxii as ospreynine", "coast taxii as a")
	}
	return []canary{
		{"source's name", "Zyxwork Pellucid", on("coast api POST /api/sources/look")},
		{"source's notes", "Brackenmoor", on("coast api POST /api/sources/look")},
		{"passphrase", "wolkenstein unlocks it", on()},
		{"reason of a look", "Pemberley asked", house},
		{"reason of an override", "Netherfield knows", house},
		{"draft that waits", "Farthingale", house},
		{"text of the whole", "Underhillgate", there("coast ", "coast>quillhaven", "quillhaven", "heron")},
		{"audience: who has the whole", "quillhaven", except(on("coast", "quillhaven", "heron"), "coast>ospreynine", "coast taxii as ospreynine")},
		{"its id", string(ids["quillhaven"]), except(on("coast", "quillhaven", "heron"), "coast>ospreynine", "coast taxii as ospreynine")},
		{"audience: who has the extract", "ospreynine", except(on("coast", "ospreynine"), "coast>quillhaven", "coast taxii as quillhaven")},
		{"its id", string(ids["ospreynine"]), except(on("coast", "ospreynine"), "coast>quillhaven", "coast taxii as quillhaven")},
		{"reason of a distrust", "Thornfield", except(on("quillhaven db", "quillhaven api", "quillhaven backup"), "quillhaven api GET /api/bundle")},
		{"reason of a decision", "Mistwhisper", except(on("quillhaven db", "quillhaven api", "quillhaven backup"), "quillhaven api GET /api/bundle", "quillhaven api GET /api/receipt")},
	}
}

// aviary is four nodes with everything around them recorded.
type aviary struct {
	t        *testing.T
	n        map[string]*node.Node
	id       map[string]heed.PartyID
	dir      map[string]string
	database map[string]string
	token    map[string]string // "peer@node": the token that the peer shows

	mu       sync.Mutex
	surfaces map[string]*bytes.Buffer
	asked    map[string]bool // patterns of doors that were used
}

func (a *aviary) surface(name string) io.Writer { return recorder{a, name} }

type recorder struct {
	a    *aviary
	name string
}

func (r recorder) Write(b []byte) (int, error) {
	r.a.mu.Lock()
	defer r.a.mu.Unlock()
	if r.a.surfaces[r.name] == nil {
		r.a.surfaces[r.name] = &bytes.Buffer{}
	}
	return r.a.surfaces[r.name].Write(b)
}

func newAviary(t *testing.T, engine string) *aviary {
	a := &aviary{t: t, n: map[string]*node.Node{}, id: map[string]heed.PartyID{}, dir: map[string]string{}, database: map[string]string{}, token: map[string]string{},
		surfaces: map[string]*bytes.Buffer{}, asked: map[string]bool{}}
	short, err := os.MkdirTemp("/tmp", "aviary-") // a socket's path may have 100 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	cards, addr := map[string]node.Card{}, map[string]string{}
	for _, name := range cast {
		a.dir[name], a.database[name], addr[name] = filepath.Join(short, name), database(t, engine), free(t)
		w := node.World{Now: time.Now, Rand: rand.Reader, Beat: 20 * time.Millisecond,
			Log: slog.New(slog.NewTextHandler(a.surface(name+" log"), &slog.HandlerOptions{Level: slog.LevelDebug}))}
		made, err := node.Init(t.Context(), a.dir[name], node.Begin{Name: name, Desks: []node.NewDesk{{Name: name}}, Listen: addr[name], PlainHTTP: true,
			Person: "ada", UID: os.Getuid(), Database: a.database[name]}, w)
		if err != nil {
			t.Fatal(err)
		}
		cards[name], a.id[name] = made.Cards[0], made.Cards[0].Party
		n, err := node.New(t.Context(), a.dir[name], w)
		if err != nil {
			t.Fatal(err)
		}
		a.n[name] = n
		if err := n.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(a.stop)
	for _, pair := range [][2]string{{"coast", "quillhaven"}, {"coast", "ospreynine"}, {"quillhaven", "heron"}} {
		for i := range pair {
			a.introduce(pair[i], pair[1-i], cards[pair[1-i]], addr[pair[1-i]])
		}
		for i := range pair {
			a.token[pair[1-i]+"@"+pair[i]] = a.give(pair[i], pair[1-i])
		}
	}
	return a
}

// introduce makes a party known to a node, by way of a tap that records both directions.
func (a *aviary) introduce(at, other string, card node.Card, addr string) {
	a.t.Helper()
	by := people.OnMachine("ada", a.id[at])
	if _, err := a.n[at].AddParty(a.t.Context(), by, card.JSON, card.Fingerprint, ""); err != nil {
		a.t.Fatal(err)
	}
	tap := a.tap(at+">"+other, other+">"+at, addr)
	if err := a.n[at].Store().Update(a.t.Context(), store.Normal, func(tx *store.Tx) error {
		return tx.PutParty(store.Party{ID: a.id[other], Name: other, Card: card.JSON, URL: "http://" + tap + "/heed/" + other + "/"})
	}); err != nil {
		a.t.Fatal(err)
	}
	if err := a.n[at].Directory().Reload(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
}

// give makes the token that other shows at a node, and hands it to other.
func (a *aviary) give(at, other string) string {
	a.t.Helper()
	token := "heed_" + rand.Text()
	for _, side := range []struct {
		at, of  string
		in, out bool
	}{{at, other, true, false}, {other, at, false, true}} {
		p := a.n[side.at].Directory().Party(a.id[side.of])
		row := store.Party{ID: p.ID, Name: p.Name, Card: p.Card, URL: p.URL, TokenIn: p.TokenIn, TokenOut: p.Token}
		if side.in {
			row.TokenIn = people.HashToken(token)
		} else {
			row.TokenOut = token
		}
		if err := a.n[side.at].Store().Update(a.t.Context(), store.Normal, func(tx *store.Tx) error { return tx.PutParty(row) }); err != nil {
			a.t.Fatal(err)
		}
		if err := a.n[side.at].Directory().Reload(a.t.Context()); err != nil {
			a.t.Fatal(err)
		}
	}
	return token
}

// tap listens, passes on to addr, and records what goes there and what comes back.
func (a *aviary) tap(there, back, addr string) string {
	a.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", addr)
			if err != nil {
				c.Close()
				continue
			}
			go func() { _, _ = io.Copy(io.MultiWriter(to, a.surface(there)), c); to.Close() }()
			go func() { _, _ = io.Copy(io.MultiWriter(c, a.surface(back)), to); c.Close() }()
		}
	}()
	return l.Addr().String()
}

func (a *aviary) stop() {
	for _, n := range a.n {
		if err := n.Stop(context.Background()); err != nil {
			a.t.Error(err)
		}
	}
	a.n = nil
}

// ask asks a node's house, on its socket, and records the answer.
func (a *aviary) ask(at, pattern string, query url.Values, body any) map[string]any {
	a.t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			a.t.Fatal(err)
		}
		in = bytes.NewReader(raw)
	}
	socket := filepath.Join(a.dir[at], node.SocketName)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	req, err := http.NewRequestWithContext(a.t.Context(), method, "http://node"+path+"?"+query.Encode(), in)
	if err != nil {
		a.t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	a.mu.Lock()
	a.asked[pattern] = true
	a.mu.Unlock()
	fmt.Fprintf(a.surface(at+" api "+pattern), "%d %v\n%s\n", res.StatusCode, res.Header, raw)
	out := map[string]any{"status": res.StatusCode}
	var m map[string]any
	if json.Unmarshal(raw, &m) == nil {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

// done is ask, for what must succeed.
func (a *aviary) done(at, pattern string, body any) map[string]any {
	a.t.Helper()
	out := a.ask(at, pattern, nil, body)
	if out["status"] != http.StatusOK {
		a.t.Fatalf("%s at %s: %v", pattern, at, out)
	}
	return out
}

// fails is ask, for what must not.
func (a *aviary) fails(at, pattern string, body any) {
	a.t.Helper()
	if out := a.ask(at, pattern, nil, body); out["status"].(int) < 400 {
		a.t.Fatalf("%s at %s: %v", pattern, at, out)
	}
}

type obj = map[string]any

// TestCanaries plants unique names as source, audience and reason, drives everything that a
// node does with a warning, and looks for each of them on every surface.
func TestCanaries(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			a := newAviary(t, engine)
			a.sources()
			whole := a.story()
			a.everything(whole)
			a.pages()
			a.backups()
			a.drafts()
			a.stop()
			a.rest()
			a.look()
		})
	}
}

// sources seals a source and makes every mistake that repeats its name.
func (a *aviary) sources() {
	const name, notes, pass = "Zyxwork Pellucid", "Brackenmoor", "wolkenstein unlocks it"
	a.fails("coast", "POST /api/sources", obj{"name": name})
	a.done("coast", "POST /api/sources/key", obj{"passphrase": pass})
	id := a.done("coast", "POST /api/sources", obj{"name": name, "notes": notes})["id"]
	a.fails("coast", "POST /api/sources", obj{"name": name})
	a.fails("coast", "POST /api/sources", `{"name": "`+name+`", "nmae": 1}`)
	a.fails("coast", "POST /api/sources", `{"name": "`+name+`"`)
	a.fails("coast", "POST /api/sources", `{"name": ["`+name+`"]}`)
	a.fails("coast", "POST /api/sources/unlock", obj{"passphrase": pass + "!"})
	a.fails("coast", "POST /api/sources/look", obj{"id": id, "reason": "Pemberley asked"})
	a.done("coast", "POST /api/sources/unlock", obj{"passphrase": pass})
	a.fails("coast", "POST /api/sources/look", obj{"id": id, "reason": "for " + name})
	if out := a.done("coast", "POST /api/sources/look", obj{"id": id, "reason": "Pemberley asked"}); out["name"] != name {
		a.t.Fatalf("the look shows %v", out)
	}
	a.done("coast", "POST /api/sources/lock", obj{})
	a.done("coast", "POST /api/sources/token", obj{"name": name, "scope": "lasting"})
	a.fails("coast", "POST /api/sources/token", obj{"name": name + "s"})
	a.fails("coast", "POST /api/sources/token", obj{"name": name, "scope": "case:" + name})
	a.fails("coast", "POST /api/warn", obj{"headline": "As " + name + " told us", "to": []string{"quillhaven"}})
	a.fails("coast", "POST /api/warn", obj{"headline": "x", "source": name + "s", "to": []string{"quillhaven"}})
	a.ask("coast", "POST /api/check", nil, obj{"warn": obj{"headline": "As " + name + " told us"}})
}

// story sends the warning and its extract, and takes it up the ladder and on to heron.
func (a *aviary) story() (handle string) {
	warning := obj{"basis": "human-source", "valid_until": "2030-01-01T00:00:00Z", "handling": obj{"tlp": "TLP:GREEN"}, "precedence": "IMMEDIATE"}
	said := a.done("coast", "POST /api/warn", obj{"headline": "Surge at Underhillgate", "text": "The gate at Underhillgate is old.", "to": []string{"quillhaven"}, "warning": warning,
		"source": "Zyxwork Pellucid", "scope": "case:surge", "despite": []string{"asked"}, "because": "Netherfield knows",
		"extracts": []obj{{"headline": "Close the barrier", "to": []string{"ospreynine"}, "keep": []string{"validity", "chain"}, "asked": []string{"close it"}}}})
	handle = said["handle"].(string)
	extract := said["extracts"].([]any)[0].(obj)["handle"].(string)
	a.arrives("quillhaven", handle)
	a.arrives("ospreynine", extract)
	for _, x := range []struct{ at, what string }{{"quillhaven", handle}, {"ospreynine", extract}} {
		a.done(x.at, "POST /api/show", obj{"what": x.what})
		a.done(x.at, "POST /api/ack", obj{"what": x.what})
		a.done(x.at, "POST /api/accept", obj{"what": x.what})
	}
	a.done("quillhaven", "POST /api/distrust", obj{"party": "coast", "level": "some", "reason": "Thornfield"})
	a.done("quillhaven", "POST /api/decide", obj{"what": handle, "choice": "dismiss", "code": "distrust-of-sender", "words": "Mistwhisper"})
	a.done("quillhaven", "POST /api/pass", obj{"what": handle, "to": []string{"heron"}})
	a.arrives("heron", handle)
	a.done("heron", "POST /api/show", obj{"what": handle})
	a.done("quillhaven", "POST /api/ask-release", obj{"what": handle, "to": "heron", "words": "may we?"})
	a.done("coast", "POST /api/extract", obj{"what": handle, "to": []string{"ospreynine"}, "headline": "Keep boats in", "keep": []string{"validity"}, "asked": []string{"keep boats in"}})
	a.done("coast", "POST /api/warn", obj{"update": handle, "headline": "Surge at Underhillgate, 2 m", "warning": warning, "source": "Zyxwork Pellucid", "scope": "case:surge"})
	a.done("coast", "POST /api/grant", obj{"what": handle, "holder": "quillhaven", "to": "quillhaven"})
	a.idle()
	return handle
}

func (a *aviary) arrives(at, handle string) {
	a.t.Helper()
	until(a.t, handle+" at "+at, func() bool {
		_, err := a.n[at].Desk().Resolve(a.t.Context(), people.OnMachine("ada", a.id[at]), handle)
		return err == nil
	})
}

func (a *aviary) idle() {
	for _, name := range cast {
		until(a.t, "the outbox of "+name+" is empty", func() bool {
			open := 1
			err := a.n[name].Store().View(a.t.Context(), func(tx *store.Tx) (err error) { open, _, err = tx.Open(a.id[name]); return err })
			return err == nil && open == 0
		})
	}
}

// everything asks every question of every house, also with nonsense.
func (a *aviary) everything(handle string) {
	for _, door := range doors(a.t) {
		if door.how != "house" {
			continue
		}
		for _, at := range cast {
			for _, what := range []string{handle, "AAAA-AAAA", ""} {
				if strings.HasPrefix(door.pattern, "GET ") {
					a.ask(at, door.pattern, url.Values{"what": {what}}, nil)
				} else {
					a.ask(at, door.pattern, nil, "{}")
				}
			}
		}
	}
	for _, at := range []string{"coast", "quillhaven"} {
		if out := a.ask(at, "GET /api/bundle", url.Values{"what": {handle}}, nil); out["format"] == nil {
			a.t.Fatalf("no bundle at %s: %v", at, out)
		}
	}
}

// pages reads every TAXII page of coast as each of its peers, and what is not theirs.
func (a *aviary) pages() {
	for _, peer := range []string{"quillhaven", "ospreynine"} {
		base := "http://" + a.n["coast"].Addr().String()
		for _, of := range []string{"quillhaven", "ospreynine"} {
			for _, door := range doors(a.t) {
				if door.how != "taxii" {
					continue
				}
				path := strings.NewReplacer("{desk}", "coast", "{id}", taxii.CollectionID(a.id["coast"], a.id[of]), "{$}", "").Replace(door.pattern)
				method, path, ok := strings.Cut(path, " ")
				if !ok {
					method, path = http.MethodGet, method
				}
				a.page(peer, method, base+path, door.pattern)
				a.page(peer, method, base+path+"?from=0&to=1&limit=1000", door.pattern)
			}
		}
	}
	for _, door := range doors(a.t) {
		if door.how == "page" {
			method, path, ok := strings.Cut(door.pattern, " ")
			if !ok {
				method, path = http.MethodGet, door.pattern
			}
			path = strings.NewReplacer("{secret}", "x", "{path}", "x", "{$}", "").Replace(path)
			a.page("a stranger", method, "http://"+a.n["coast"].Addr().String()+path, door.pattern)
		}
	}
}

func (a *aviary) page(peer, method, address, pattern string) {
	a.t.Helper()
	body := io.Reader(nil)
	if method == http.MethodPost {
		body = strings.NewReader(`{"objects":[{"type":"note","id":"x"}]}`)
	}
	req, err := http.NewRequestWithContext(a.t.Context(), method, address, body)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.token[peer+"@coast"])
	if strings.HasPrefix(peer, "a ") {
		req.Header.Del("Authorization")
	}
	req.Header.Set("Accept", taxii.MediaType)
	req.Header.Set("Content-Type", taxii.MediaType)
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	a.mu.Lock()
	a.asked[pattern] = true
	a.mu.Unlock()
	fmt.Fprintf(a.surface("coast taxii as "+peer), "%s %s: %d %v\n%s\n", method, address, res.StatusCode, res.Header, raw)
}

// backups takes both classes of backup and opens them.
func (a *aviary) backups() {
	for _, name := range cast {
		for _, sources := range []bool{false, true} {
			file := filepath.Join(a.t.TempDir(), "backup")
			if err := a.n[name].Store().Backup(a.t.Context(), file, sources); err != nil {
				a.t.Fatal(err)
			}
			surface := fmt.Sprintf("%s backup with sources %v", name, sources)
			a.file(surface, file)
			a.dump(surface, "sqlite", file)
			if rows := count(a.t, file, "house_sources") + count(a.t, file, "house_source_keys"); name == "coast" && (rows > 0) != sources {
				a.t.Errorf("%s has %d rows of sealed sources", surface, rows)
			}
		}
	}
}

// drafts leaves a draft waiting.
func (a *aviary) drafts() {
	a.done("coast", "POST /api/policy", obj{"text": "[four_eyes]\nacts = [\"warn\"]\n"})
	said := a.done("coast", "POST /api/warn", obj{"headline": "Farthingale", "to": []string{"quillhaven", "ospreynine"}, "source": "Zyxwork Pellucid"})
	a.fails("coast", "POST /api/release", obj{"what": said["handle"]})
	a.ask("coast", "GET /api/drafts", nil, nil)
	a.ask("coast", "GET /api/inbox", nil, nil)
	a.ask("coast", "GET /api/sent", nil, nil)
	a.idle()
}

// rest reads what lies there once the nodes have stopped: databases and folders.
func (a *aviary) rest() {
	for _, name := range cast {
		if a.database[name] == "" {
			a.dump(name+" db", "sqlite", filepath.Join(a.dir[name], "heed.db"))
		} else {
			a.dump(name+" db", "pgx", a.database[name])
		}
		err := filepath.WalkDir(a.dir[name], func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if strings.HasPrefix(d.Name(), "heed.db") {
				a.file(name+" db", path)
			} else if d.Type().IsRegular() {
				a.file(name+" folder", path)
			}
			return nil
		})
		if err != nil {
			a.t.Fatal(err)
		}
	}
}

func (a *aviary) file(surface, path string) {
	a.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		a.t.Fatal(err)
	}
	_, _ = a.surface(surface).Write(b)
}

// dump writes every row of every table to a surface.
func (a *aviary) dump(surface, driver, source string) {
	a.t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		a.t.Fatal(err)
	}
	defer db.Close()
	list := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if driver == "pgx" {
		list = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	var tables []string
	rows, err := db.Query(list)
	if err != nil {
		a.t.Fatal(err)
	}
	for rows.Next() {
		var t string
		if err := rows.Scan(&t); err != nil {
			a.t.Fatal(err)
		}
		tables = append(tables, t)
	}
	rows.Close()
	if len(tables) < 15 {
		a.t.Fatalf("%s has only %d tables", surface, len(tables))
	}
	for _, t := range tables {
		a.dumpTable(surface, db, t)
	}
}

func (a *aviary) dumpTable(surface string, db *sql.DB, table string) {
	a.t.Helper()
	rows, err := db.Query(`SELECT * FROM ` + table)
	if err != nil {
		a.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		a.t.Fatal(err)
	}
	for rows.Next() {
		values, dest := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			a.t.Fatal(err)
		}
		for _, v := range values {
			fmt.Fprintf(a.surface(surface), "%s\n", v)
		}
	}
	if err := rows.Err(); err != nil {
		a.t.Fatal(err)
	}
}

func count(t *testing.T, file, table string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(`SELECT COUNT(*) FROM ` + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// look searches every surface for every canary, in the clear and in the encodings that
// travel. A canary that is nowhere at all was not planted, and fails too.
func (a *aviary) look() {
	for _, c := range canaries(a.id) {
		found := 0
		for name, b := range a.surfaces {
			if !sings(b.Bytes(), c.text) {
				continue
			}
			found++
			if !c.may(name) {
				a.t.Errorf("%s %q is on %q", c.name, c.text, name)
			}
		}
		if found == 0 && c.name != "passphrase" {
			a.t.Errorf("%s %q is nowhere: it was not planted", c.name, c.text)
		}
	}
	for _, door := range doors(a.t) {
		if !a.asked[door.pattern] && door.how != "none" {
			a.t.Errorf("the door %q was never used: the canaries say nothing of it", door.pattern)
		}
	}
	for _, want := range []string{"coast log", "coast>quillhaven", "quillhaven>coast", "coast>ospreynine", "ospreynine>coast", "quillhaven>heron", "coast folder", "heron db"} {
		if a.surfaces[want] == nil || a.surfaces[want].Len() == 0 {
			a.t.Errorf("nothing was recorded on %q: the canaries say nothing of it", want)
		}
	}
}

// sings reports whether a text is in the bytes: in any case, in hex, or in base64 at any
// alignment.
func sings(b []byte, text string) bool {
	lower := bytes.ToLower(b)
	if bytes.Contains(lower, []byte(strings.ToLower(text))) || bytes.Contains(lower, []byte(hex.EncodeToString([]byte(text)))) ||
		bytes.Contains(b, []byte(url.QueryEscape(text))) {
		return true
	}
	for shift := range 3 {
		whole := base64.StdEncoding.EncodeToString(append(make([]byte, shift), text...))
		from, to := (shift*8+5)/6, len(text+"xx"[:shift])*8/6 // the letters that the text alone decides
		for _, enc := range []string{whole[from:to], strings.NewReplacer("+", "-", "/", "_").Replace(whole[from:to])} {
			if bytes.Contains(b, []byte(enc)) {
				return true
			}
		}
	}
	return false
}

func TestSings(t *testing.T) {
	text := "Zyxwork Pellucid"
	for pad := range 4 {
		b := append(bytes.Repeat([]byte("~"), pad), text+"?more"...)
		for _, enc := range []string{base64.StdEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b), hex.EncodeToString(b), strings.ToUpper(string(b))} {
			if !sings([]byte(enc), text) {
				t.Errorf("not found in %q", enc)
			}
		}
	}
	if sings([]byte("Zyxwork, Pellucid"), text) {
		t.Error("found where it is not")
	}
}

// door is one pattern that a door answers, and how the canaries are looked for behind it.
type door struct{ pattern, how string }

// doors reads testdata/doors.txt.
func doors(t *testing.T) []door {
	t.Helper()
	raw, err := os.ReadFile("testdata/doors.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []door
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		how, pattern, ok := strings.Cut(line, " ")
		if !ok || !slices.Contains([]string{"house", "taxii", "page", "none"}, how) {
			t.Fatalf("doors.txt: %q", line)
		}
		pattern, _, _ = strings.Cut(strings.TrimSpace(pattern), " # ")
		list = append(list, door{strings.TrimSpace(pattern), how})
	}
	return list
}

var patterns = regexp.MustCompile(`(?:HandleFunc\(|Handle\(|^\s*)"((?:(?:GET|POST|PUT|PATCH|DELETE) )?/[^"]*)"(?:,|:\s)`)

// Every pattern that a door answers is in testdata/doors.txt: a new one is not looked behind
// until it is written there.
func TestEveryDoorIsListed(t *testing.T) {
	listed := map[string]bool{}
	for _, d := range doors(t) {
		listed[d.pattern] = true
	}
	houses := map[string]bool{"api": true, "taxii": true, "web": true, "node": true}
	found := map[string]bool{}
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pkg := filepath.Base(filepath.Dir(name))
		if !houses[pkg] && bytes.Contains(src, []byte("http.NewServeMux(")) && pkg != "bench" {
			t.Errorf("%s opens a door: name the package here and its patterns in testdata/doors.txt", name)
		}
		if pkg == "node" || !houses[pkg] {
			continue
		}
		for line := range strings.Lines(string(src)) {
			if m := patterns.FindStringSubmatch(line); m != nil {
				found[m[1]] = true
				if !listed[m[1]] {
					t.Errorf("%s answers %q: write it into testdata/doors.txt, and how the canaries are looked for behind it", name, m[1])
				}
			}
		}
	}
	for p := range listed {
		if !found[p] {
			t.Errorf("doors.txt has %q, which no door answers", p)
		}
	}
	if len(found) < 40 {
		t.Errorf("only %d patterns found: the test looks in the wrong place", len(found))
	}
}
