package api_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/heedtest"
	"heed/internal/intake"
	"heed/internal/node"
	"heed/internal/people"
)

// house is a node whose door for the house is the test's own.
type house struct {
	t    *testing.T
	n    *node.Node
	desk heed.PartyID
	url  string
	stop func() // of the door
	log  *logged
}

// logged is a log that may be written and read at once.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func openHouse(t *testing.T, times api.Streams) *house {
	t.Helper()
	listen, err := heedtest.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, log: &logged{}}
	log := slog.New(slog.NewTextHandler(h.log, nil))
	world := node.World{Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler), Beat: 20 * time.Millisecond}
	dir := filepath.Join(t.TempDir(), "n")
	made, err := node.Init(t.Context(), dir, node.Begin{Name: "coast", Desks: []node.NewDesk{{Name: "coast"}}, Listen: listen, Person: "ada", UID: -1}, world)
	if err != nil {
		t.Fatal(err)
	}
	if h.n, err = node.New(t.Context(), dir, world); err != nil {
		t.Fatal(err)
	}
	if err := h.n.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.desk = made.Cards[0].Party
	stopping := make(chan struct{})
	h.stop = sync.OnceFunc(func() { close(stopping) })
	srv := httptest.NewUnstartedServer((&api.Server{Store: h.n.Store(), Directory: h.n.Directory(), Accounts: h.n.Accounts(), Desk: h.n.Desk(), Intake: h.n.Intake(),
		Now: world.Now, Log: log, Stopping: stopping, Streams: times}).Handler())
	srv.Listener = &narrow{srv.Listener}
	srv.Start()
	h.url = srv.URL
	t.Cleanup(func() {
		h.stop()
		srv.Close()
		if err := h.n.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// narrow lets the kernel keep little for who does not read.
type narrow struct{ net.Listener }

func (n *narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
	}
	return c, err
}

// person enters one and gives a token of theirs.
func (h *house) person(name string, roles ...people.Role) string {
	h.t.Helper()
	ctx, a := h.t.Context(), h.n.Accounts()
	link, err := a.Add(ctx, people.OnMachine("ada", h.desk), name, "", roles)
	if err != nil {
		h.t.Fatal(err)
	}
	cookie, err := a.UseLink(ctx, people.Origin{Address: "192.0.2.1"}, link[strings.LastIndexByte(link, '/')+1:])
	if err != nil {
		h.t.Fatal(err)
	}
	c, err := a.BySession(ctx, cookie)
	if err != nil {
		h.t.Fatal(err)
	}
	token, err := a.NewToken(ctx, c, "stream", []people.Scope{people.ScopeRead})
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

func (h *house) warn(headline, tlp string) {
	h.t.Helper()
	if _, err := h.n.Desk().Warn(h.t.Context(), people.OnMachine("ada", h.desk), desk.Draft{Headline: headline, Text: headline,
		Warning: heed.Warning{Handling: heed.Handling{TLP: tlp}}}); err != nil {
		h.t.Fatal(err)
	}
}

// bring records what somebody without Heed handed in, and did not mark: as strict as TLP:RED.
func (h *house) bring(headline string) {
	h.t.Helper()
	raw := fmt.Sprintf(`{"type": "report", "spec_version": "2.1", "id": "report--%s", "created": "2024-03-07T08:00:00.000Z", "modified": "2024-03-07T08:00:00.000Z",
		"published": "2024-03-07T08:00:00Z", "name": %q, "object_refs": ["identity--8f3a0c52-6c7f-4d5e-9a53-0f6d2f4f5b11"]}`, uuid.NewString(), headline)
	out, err := h.n.Intake().Receive(h.t.Context(), intake.Arrival{Door: "take", From: "person:ada", Desk: h.desk, Objects: [][]byte{[]byte(raw)}})
	if err != nil || out[0].State != intake.Recorded {
		h.t.Fatalf("%+v, %v", out, err)
	}
}

// feed is a stream as a subscriber reads it.
type feed struct {
	t     *testing.T
	lines *bufio.Scanner
	last  string // id
	read  strings.Builder
}

func (h *house) follow(token, last string) *feed {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), "GET", h.url+"/api/stream", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", "text/event-stream")
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		h.t.Fatalf("the stream is answered %s", res.Status)
	}
	return &feed{t: h.t, lines: bufio.NewScanner(res.Body), last: last}
}

// line gives the next line that begins so; false: the stream has ended.
func (f *feed) line(prefix string) (string, bool) {
	f.t.Helper()
	for f.lines.Scan() {
		f.read.WriteString(f.lines.Text() + "\n")
		if id, ok := strings.CutPrefix(f.lines.Text(), "id: "); ok {
			f.last = id
		}
		if rest, ok := strings.CutPrefix(f.lines.Text(), prefix); ok {
			return rest, true
		}
	}
	return "", false
}

// next gives the next happening.
func (f *feed) next() desk.Happening {
	f.t.Helper()
	data, ok := f.line("data: ")
	if !ok {
		f.t.Fatalf("the stream ended: %v\n%s", f.lines.Err(), f.read.String())
	}
	var h desk.Happening
	if err := json.Unmarshal([]byte(data), &h); err != nil {
		f.t.Fatal(err)
	}
	return h
}

// until reads on to a happening of a sort.
func (f *feed) until(what string) desk.Happening {
	f.t.Helper()
	for {
		if h := f.next(); h.What == what {
			return h
		}
	}
}

// ends expects that nothing comes any more, and that the connection was closed in order.
func (f *feed) ends() {
	f.t.Helper()
	if data, ok := f.line("data: "); ok || f.lines.Err() != nil {
		f.t.Errorf("after its end comes %q, %v", data, f.lines.Err())
	}
}

// A line on which nothing happens is kept warm, and says from the first where to go on.
func TestStreamBeats(t *testing.T) {
	h := openHouse(t, api.Streams{Beat: 10 * time.Millisecond})
	f := h.follow(h.person("bo", people.DutyOfficer), "")
	for range 3 {
		if _, ok := f.line(": still here"); !ok {
			t.Fatalf("no beat came: %v", f.lines.Err())
		}
	}
	if f.last == "" {
		t.Error("nothing says where it began")
	}
}

// Who was cut off goes on from the last id that it got, also from the one at the beginning;
// the node says that it stops, and closes in order.
func TestStreamGoesOnAfterAStop(t *testing.T) {
	h := openHouse(t, api.Streams{})
	token := h.person("bo", people.DutyOfficer)
	quiet, f := h.follow(token, ""), h.follow(token, "")
	if _, ok := quiet.line("id: "); !ok {
		t.Fatal("no place")
	}
	h.warn("Surge 1", "TLP:GREEN")
	if got := f.until("recorded"); got.Words != "Surge 1" {
		t.Fatalf("%+v", got)
	}
	place, begun := f.last, quiet.last
	h.warn("Surge 2", "TLP:GREEN")
	if got := f.until("recorded"); got.Words != "Surge 2" {
		t.Fatalf("%+v", got)
	}
	h.stop()
	if end := f.until("end"); !strings.Contains(end.Words, "the node stops") {
		t.Errorf("%+v", end)
	}
	f.ends()

	for from, want := range map[string]string{place: "Surge 2", begun: "Surge 1"} {
		again := h.follow(token, from) // the door that stops says all that there is, and then that it stops
		if got := again.until("recorded"); got.Words != want {
			t.Errorf("resumed after %s with %+v, want %s", from, got, want)
		}
		again.until("reset")
		again.until("end")
	}
}

// Roles that change, and tokens that are taken away, count for the next thing that happens:
// what its reader may no longer see does not enter.
func TestStreamEndsWithRoles(t *testing.T) {
	h := openHouse(t, api.Streams{Beat: time.Hour})
	ada := people.OnMachine("ada", h.desk)
	a := h.n.Accounts()
	for name, take := range map[string]func() error{
		"bo": func() error { return a.SetRoles(t.Context(), ada, "bo", []people.Role{people.Liaison}) },
		"cy": func() error { return a.Deactivate(t.Context(), ada, "cy") },
	} {
		token := h.person(name, people.DutyOfficer)
		f := h.follow(token, "")
		h.bring("seen by " + name)
		if got := f.until("recorded"); got.Words != "seen by "+name {
			t.Fatalf("%+v", got)
		}
		if err := take(); err != nil {
			t.Fatal(err)
		}
		h.bring("secret after " + name)
		if end := f.until("end"); end.Words != desk.ErrNoLonger.Error() {
			t.Errorf("%s: %+v", name, end)
		}
		f.ends()
		if strings.Contains(f.read.String(), "secret") {
			t.Errorf("%s has lost its role, and reads %s", name, f.read.String())
		}
		if name == "cy" {
			continue
		}
		again := h.follow(token, f.last)
		again.until("reset")
		if strings.Contains(again.read.String(), "secret after") {
			t.Errorf("%s resumes with less of a role, and reads %s", name, again.read.String())
		}
	}
}

// Who only asks gets lists that are full of what it may see, however much lies between that
// it may not, and by the last place of each all of it.
func TestStreamInPages(t *testing.T) {
	h := openHouse(t, api.Streams{})
	token := h.person("ann", people.Liaison)
	for i := range 200 {
		if i%3 == 0 {
			h.bring(fmt.Sprintf("secret %d", i))
		}
		h.warn(fmt.Sprintf("Surge %d", i), "TLP:GREEN")
	}
	var all []string
	query := "since=2020-01-01"
	for more := true; more; {
		r, err := http.NewRequestWithContext(t.Context(), "GET", h.url+"/api/stream?"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var list []desk.Happening
		err = json.UnmarshalRead(res.Body, &list)
		res.Body.Close()
		if err != nil || len(list) == 0 {
			t.Fatalf("%s: %d, %v", query, len(list), err)
		}
		if more = list[len(list)-1].What != "reset"; more && len(list) != 128 {
			t.Errorf("a list of %d, and there is more", len(list))
		}
		for _, x := range list {
			if x.What == "recorded" {
				all = append(all, x.Words)
			}
			if x.Seq != "" {
				query = "after=" + x.Seq
			}
		}
	}
	if len(all) != 200 || all[0] != "Surge 0" || all[199] != "Surge 199" || strings.Contains(strings.Join(all, " "), "secret") {
		t.Errorf("%d came: %v", len(all), all)
	}
}

// Who takes nothing is dropped, with a word in the log, and holds up nobody; what it missed
// is there when it comes again.
func TestStreamDropsWhoTakesNothing(t *testing.T) {
	h := openHouse(t, api.Streams{Beat: time.Hour, Stall: 50 * time.Millisecond})
	token := h.person("bo", people.DutyOfficer)
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "GET /api/stream?since=2020-01-01 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nAccept: text/event-stream\r\n\r\n", token)
	watching := func() int { n, _ := h.n.Desk().Watching.At(h.desk); return n }
	wait(t, "it is counted as watching", func() bool { return watching() == 1 })
	said := 0
	for ; watching() == 1 && said < 5000; said++ {
		h.warn(fmt.Sprintf("Surge %d %s", said, strings.Repeat("and water ", 25)), "TLP:GREEN")
	}
	wait(t, "it is dropped", func() bool { return watching() == 0 })
	if log := h.log.String(); !strings.Contains(log, "took nothing for too long") || !strings.Contains(log, "person:bo") {
		t.Errorf("the log says %s", log)
	}
	f := h.follow(token, "0.0")
	for i := range said {
		if got := f.until("recorded"); !strings.HasPrefix(got.Words, fmt.Sprintf("Surge %d ", i)) {
			t.Fatalf("%d: %+v", i, got)
		}
	}
}

func wait(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if so() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}
