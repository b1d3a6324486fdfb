package web_test

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"heed/internal/api"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/web"
)

// clock is a clock that the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// desk is a node's desk for browsers, with the house door beside it, on a loopback server.
type desk struct {
	*clock
	t        *testing.T
	n        *node.Node
	accounts *people.Accounts
	srv      *httptest.Server
	link     string // of ada, who has every role
	token    string
	act      people.Actor // ada at the machine
	alarm    []string
}

// open makes a node and serves its desk. Chromium wants http://localhost; everything else
// speaks TLS.
func open(t *testing.T, change ...func(*people.Accounts)) *desk {
	t.Helper()
	d := &desk{t: t, clock: &clock{now: time.Now().UTC().Truncate(time.Second)}}
	dir := filepath.Join(t.TempDir(), "n")
	world := node.World{Now: d.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)}
	made, err := node.Init(t.Context(), dir, node.Begin{Name: "coast", Desks: []node.NewDesk{{Name: "coast", Title: "Coast guard, northern desk"}}, Person: "ada", UID: os.Getuid()}, world)
	if err != nil {
		t.Fatal(err)
	}
	d.link, d.token, d.act = made.Link[strings.LastIndexByte(made.Link, '/')+1:], made.Token, people.OnMachine("ada", made.Cards[0].Party)
	if d.n, err = node.New(t.Context(), dir, world); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.n.Store().Close() })
	d.accounts = d.n.Accounts()
	d.accounts.Cost = people.Cost{Memory: 64, Passes: 1, Threads: 1}
	mux := http.NewServeMux()
	var desks http.Handler
	mux.HandleFunc("/desk/", func(w http.ResponseWriter, r *http.Request) { desks.ServeHTTP(w, r) })
	house := &api.Server{Store: d.n.Store(), Directory: d.n.Directory(), Accounts: d.accounts, Desk: d.n.Desk(), Intake: d.n.Intake(), Now: d.Now, Log: world.Log}
	mux.Handle("/api/", house.Handler())
	d.srv = httptest.NewUnstartedServer(mux)
	plain := len(change) > 0 && strings.HasPrefix(t.Name(), "TestPasskeys")
	if plain {
		d.srv.Start()
		_, port, _ := strings.Cut(strings.TrimPrefix(d.srv.URL, "http://"), ":")
		d.accounts.DeskURL = "http://localhost:" + port
	} else {
		d.srv.StartTLS()
		d.accounts.DeskURL = d.srv.URL
	}
	t.Cleanup(d.srv.Close)
	for _, fn := range change {
		fn(d.accounts)
	}
	desks = (&web.Server{Accounts: d.accounts, Directory: d.n.Directory(), Alarm: func() []string { return d.alarm }, Now: d.Now, Log: world.Log}).Handler()
	return d
}

// browser is a client that keeps cookies and follows nothing by itself.
type browser struct {
	*http.Client
	d *desk
}

func (d *desk) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	c := *d.srv.Client()
	c.Jar, c.CheckRedirect = jar, func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{&c, d}
}

// page is what came back.
type page struct {
	*http.Response
	text string
}

func (b *browser) do(r *http.Request) page {
	b.d.t.Helper()
	res, err := b.Do(r)
	if err != nil {
		b.d.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.d.t.Fatal(err)
	}
	return page{res, string(text)}
}

func (b *browser) get(path string) page {
	b.d.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.d.srv.URL+path, nil)
	if err != nil {
		b.d.t.Fatal(err)
	}
	return b.do(r)
}

func (b *browser) post(path string, form url.Values, header ...string) page {
	b.d.t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.d.srv.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return b.do(r)
}

func (b *browser) session() string {
	u, _ := url.Parse(b.d.srv.URL)
	for _, c := range b.Jar.Cookies(u) {
		if c.Name == people.SessionCookie {
			return c.Value
		}
	}
	return ""
}

// enter signs ada in by her link.
func (d *desk) enter() *browser {
	d.t.Helper()
	b := d.browser()
	if p := b.post("/desk/link", url.Values{"secret": {d.link}}); p.StatusCode != http.StatusSeeOther || b.session() == "" {
		d.t.Fatalf("the link gives %d: %s", p.StatusCode, p.text)
	}
	return b
}

// Every answer is as strict as the next: pages, files, errors, refusals, redirects.
func TestStrictHeaders(t *testing.T) {
	d := open(t)
	b := d.enter()
	for _, p := range []page{b.get("/desk/"), b.get("/desk/sign-in"), b.get("/desk/account"), b.get("/desk/step-up"), b.get("/desk/nothing"), b.get("/desk/link/x"),
		b.get("/desk/login/back?code=x&state=y"), b.get("/desk/login/back?error=x"), b.get("/desk/style.css"), b.get("/desk/passkey.js"), d.browser().get("/desk/account"),
		b.post("/desk/sign-in", url.Values{"name": {"x"}}), b.post("/desk/password", nil), b.post("/desk/sign-out", nil, "Sec-Fetch-Site", "cross-site"), b.post("/desk/login", nil)} {
		h := p.Header
		name := p.Request.Method + " " + p.Request.URL.Path
		csp := h.Get("Content-Security-Policy")
		for _, must := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, must) {
				t.Errorf("%s: the policy lacks %s: %q", name, must, csp)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") || strings.Contains(csp, "*") {
			t.Errorf("%s: the policy is loose: %q", name, csp)
		}
		for key, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
			"X-Frame-Options": "DENY", "Strict-Transport-Security": "max-age=31536000"} {
			if h.Get(key) != want {
				t.Errorf("%s: %s is %q", name, key, h.Get(key))
			}
		}
		for _, c := range p.Cookies() {
			if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite == http.SameSiteNoneMode || c.SameSite == 0 {
				t.Errorf("%s: cookie %+v", name, c)
			}
		}
		// The policy runs no inline style or script; none is there, and nothing from elsewhere.
		if bad := regexp.MustCompile(`(?i)<style|style=|<script>|\son[a-z]+=|src="(?:https?:)?//|javascript:`).FindString(p.text); bad != "" {
			t.Errorf("%s: the page holds %q", name, bad)
		}
	}
	plain := open(t, func(a *people.Accounts) { a.DeskURL = "http://localhost:8470" })
	if h := plain.browser().get("/desk/sign-in").Header.Get("Strict-Transport-Security"); h != "" {
		t.Errorf("without TLS, HSTS is %q", h)
	}
}

// What came from another site changes nothing, whatever the method and the path.
func TestCrossOrigin(t *testing.T) {
	d := open(t)
	b := d.enter()
	posts := []string{"/desk/sign-in", "/desk/sign-out", "/desk/link", "/desk/password", "/desk/tokens", "/desk/tokens/revoke", "/desk/sessions/end", "/desk/passkeys/begin",
		"/desk/passkeys/finish", "/desk/passkeys/remove", "/desk/step-up/begin", "/desk/step-up/finish", "/desk/passkey/begin", "/desk/passkey/finish", "/desk/login",
		"/desk/login/finish", "/desk/logins/join", "/desk/logins/remove", "/api/tokens", "/api/warn", "/api/persons"}
	for _, path := range posts {
		for _, h := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
			{"Sec-Fetch-Site", "", "Origin", "null"}, {"Sec-Fetch-Site", "cross-site", "Origin", d.srv.URL}} {
			if p := b.post(path, url.Values{"name": {"evil"}, "scope": {"admin"}, "new": {"a password from elsewhere"}}, h...); p.StatusCode != http.StatusForbidden {
				t.Errorf("POST %s with %v: %d", path, h, p.StatusCode)
			}
		}
		// No state changes on GET: the same paths answer, and do nothing.
		if p := b.get(path + "?name=evil&scope=admin&new=a+password+from+elsewhere"); p.StatusCode < 300 && path != "/desk/sign-in" && path != "/api/tokens" && path != "/api/persons" {
			t.Errorf("GET %s: %d", path, p.StatusCode)
		}
	}
	if _, err := d.accounts.BySession(t.Context(), b.session()); err != nil {
		t.Errorf("the session ended: %v", err)
	}
	c, err := d.accounts.BySession(t.Context(), b.session())
	if err != nil || c.Person.HasPassword() {
		t.Errorf("a password was set from elsewhere (%v)", err)
	}
	if list, err := d.accounts.Tokens(t.Context(), c); err != nil || len(list) != 1 {
		t.Errorf("tokens: %+v, %v", list, err)
	}
}

// While nothing can be stored, that stands first on the pages of who is signed in, and says
// nothing to anybody else.
func TestAlarmOnPages(t *testing.T) {
	d := open(t)
	b := d.enter()
	for _, alarm := range [][]string{nil, {"NOTHING CAN BE STORED HERE: <no> room", "To warn others now: heed warn --carry FILE"}} {
		d.alarm = alarm
		for _, path := range []string{"/desk/account", "/desk/step-up"} {
			p := b.get(path)
			at := strings.Index(p.text, "NOTHING CAN BE STORED HERE: &lt;no&gt; room")
			if shown := at > 0 && at < strings.Index(p.text, "<main") && strings.Contains(p.text, "heed warn --carry FILE"); p.StatusCode != http.StatusOK || shown != (alarm != nil) {
				t.Errorf("%s: %d, the alarm is shown: %v\n%s", path, p.StatusCode, shown, p.text)
			}
		}
		if p := d.browser().get("/desk/sign-in"); strings.Contains(p.text, "NOTHING CAN BE STORED") {
			t.Error("anybody is told of this node's disk")
		}
	}
}

func TestSignInAndOut(t *testing.T) {
	d := open(t)
	const word = "four quiet herons wade"
	// A link's page uses nothing up, however often a mail scanner follows it.
	b := d.browser()
	for range 3 {
		if p := b.get("/desk/link/" + d.link); p.StatusCode != http.StatusOK || !strings.Contains(p.text, d.link) || len(p.Cookies()) > 0 {
			t.Fatalf("the page of a link: %d", p.StatusCode)
		}
	}
	b = d.enter()
	if p := d.browser().post("/desk/link", url.Values{"secret": {d.link}}); p.StatusCode != http.StatusUnauthorized || !strings.Contains(p.text, "has been used") {
		t.Errorf("the link a second time: %d %s", p.StatusCode, p.text)
	}
	if p := b.get("/desk/account"); p.StatusCode != http.StatusOK || !strings.Contains(p.text, "duty officer, supervisor, liaison") || !strings.Contains(p.text, "Coast guard, northern desk") {
		t.Errorf("account: %d\n%s", p.StatusCode, p.text)
	}
	if p := b.post("/desk/password", url.Values{"new": {"short"}}); p.StatusCode != http.StatusBadRequest || !strings.Contains(p.text, "at least 12 characters") {
		t.Errorf("a short password: %d", p.StatusCode)
	}
	if p := b.post("/desk/password", url.Values{"new": {word}}); p.StatusCode != http.StatusOK || !strings.Contains(p.text, "Your password is set") {
		t.Errorf("a good password: %d\n%s", p.StatusCode, p.text)
	}
	first := b.session()
	if p := b.post("/desk/sign-out", nil); p.StatusCode != http.StatusSeeOther || b.session() != "" {
		t.Errorf("sign-out: %d, still %q", p.StatusCode, b.session())
	}
	if _, err := d.accounts.BySession(t.Context(), first); err == nil {
		t.Error("the session goes on after sign-out")
	}
	if p := b.get("/desk/account"); p.StatusCode != http.StatusSeeOther || p.Header.Get("Location") != "/desk/sign-in" {
		t.Errorf("a page without a session: %d to %q", p.StatusCode, p.Header.Get("Location"))
	}
	for form, want := range map[string]string{"name=ada&password=wrong+wrong+wrong": "do not fit together", "name=ada&password=": "both your name", "name=&password=x": "both your name",
		"name=nobody&password=" + url.QueryEscape(word): "do not fit together", "name=%3Cscript%3E&password=x": "do not fit together"} {
		v, _ := url.ParseQuery(form)
		p := b.post("/desk/sign-in", v)
		if p.StatusCode < 400 || !strings.Contains(p.text, want) || b.session() != "" || strings.Contains(p.text, "<script>") {
			t.Errorf("%s: %d\n%s", form, p.StatusCode, p.text)
		}
	}
	// A password in the address counts nothing.
	if p := b.post("/desk/sign-in?name=ada&password="+url.QueryEscape(word), nil); p.StatusCode != http.StatusBadRequest {
		t.Errorf("credentials in the address: %d", p.StatusCode)
	}
	p := b.post("/desk/sign-in", url.Values{"name": {"Ada"}, "password": {word}})
	if p.StatusCode != http.StatusSeeOther || b.session() == "" || b.session() == first {
		t.Errorf("the right password: %d", p.StatusCode)
	}
	// Signing in again ends the session that was there, and takes none that was put in.
	second := b.session()
	b.post("/desk/sign-in", url.Values{"name": {"ada"}, "password": {word}})
	if _, err := d.accounts.BySession(t.Context(), second); err == nil || b.session() == second {
		t.Error("the session before goes on")
	}
	if p := b.post("/desk/sign-in", url.Values{"name": {strings.Repeat("x", 100_000)}}); p.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 100 kB: %d", p.StatusCode)
	}
}

func TestTokensAndSessionsOnPages(t *testing.T) {
	d := open(t)
	b := d.enter()
	p := b.post("/desk/tokens", url.Values{"name": {"laptop"}, "scope": {"read"}})
	token := regexp.MustCompile(`data-made>(heed_[A-Za-z0-9_-]{43})<`).FindStringSubmatch(p.text)
	if token == nil {
		t.Fatalf("no token on the page:\n%s", p.text)
	}
	if p := b.get("/desk/account"); strings.Contains(p.text, token[1]) || !strings.Contains(p.text, "laptop") {
		t.Error("the token is shown again, or not listed")
	}
	ask := func(method, path string, header ...string) int {
		r, _ := http.NewRequest(method, d.srv.URL+path, strings.NewReader("{}"))
		for i := 0; i < len(header); i += 2 {
			r.Header.Add(header[i], header[i+1])
		}
		return d.browser().do(r).StatusCode
	}
	session := people.SessionCookie + "=" + b.session()
	for name, c := range map[string]struct {
		status int
		method string
		path   string
		header []string
	}{
		"a token":                          {200, "GET", "/api/inbox", []string{"Authorization", "Bearer " + token[1]}},
		"a session":                        {200, "GET", "/api/inbox", []string{"Cookie", session}},
		"nothing":                          {401, "GET", "/api/inbox", nil},
		"a wrong token beside a session":   {401, "GET", "/api/inbox", []string{"Authorization", "Bearer heed_wrong", "Cookie", session}},
		"two tokens":                       {401, "GET", "/api/inbox", []string{"Authorization", "Bearer " + token[1], "Authorization", "Bearer " + token[1]}},
		"an empty token beside a session":  {401, "GET", "/api/inbox", []string{"Authorization", "Bearer ", "Cookie", session}},
		"another scheme":                   {401, "GET", "/api/inbox", []string{"Authorization", "Basic " + token[1], "Cookie", session}},
		"two sessions":                     {401, "GET", "/api/inbox", []string{"Cookie", session, "Cookie", session}},
		"a session under another name":     {401, "GET", "/api/inbox", []string{"Cookie", "heed=" + b.session()}},
		"the session as a token":           {401, "GET", "/api/inbox", []string{"Authorization", "Bearer " + b.session()}},
		"the token as a session":           {401, "GET", "/api/inbox", []string{"Cookie", people.SessionCookie + "=" + token[1]}},
		"a reading token that warns":       {403, "POST", "/api/warn", []string{"Authorization", "Bearer " + token[1]}},
		"a reading token that enrols":      {403, "POST", "/api/persons", []string{"Authorization", "Bearer " + token[1]}},
		"a session that enrols unproven":   {403, "POST", "/api/persons", []string{"Cookie", session, "Sec-Fetch-Site", "same-origin"}},
		"every scope, and no proof":        {403, "POST", "/api/persons", []string{"Authorization", "Bearer " + d.token}},
		"a backup from elsewhere":          {403, "GET", "/api/backup", []string{"Authorization", "Bearer " + d.token}},
		"who says to be local by a header": {401, "GET", "/api/inbox", []string{"X-Forwarded-For", "127.0.0.1", "X-Real-IP", "127.0.0.1", "X-Remote-User", "ada"}},
	} {
		if got := ask(c.method, c.path, c.header...); got != c.status {
			t.Errorf("%s: %d, want %d", name, got, c.status)
		}
	}
	if p := b.post("/desk/tokens/revoke", url.Values{"name": {"laptop"}}); p.StatusCode != http.StatusOK {
		t.Errorf("revoke: %d", p.StatusCode)
	}
	if got := ask("GET", "/api/inbox", "Authorization", "Bearer "+token[1]); got != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", got)
	}
	// Deactivated in the middle of things: the very next request is nobody's.
	if _, err := d.accounts.Add(t.Context(), d.act, "eve", "", []people.Role{people.Administrator}); err != nil {
		t.Fatal(err)
	}
	if err := d.accounts.Deactivate(t.Context(), d.act, "ada"); err != nil {
		t.Fatal(err)
	}
	if got := ask("GET", "/api/inbox", "Cookie", session); got != http.StatusUnauthorized {
		t.Errorf("a session of who was deactivated: %d", got)
	}
	if p := b.get("/desk/account"); p.StatusCode != http.StatusSeeOther {
		t.Errorf("a page of who was deactivated: %d", p.StatusCode)
	}
}

// A flood at the door is answered in one sentence, with the time to wait.
func TestFloodAtTheDoor(t *testing.T) {
	d := open(t)
	b := d.browser()
	var last page
	for range 50 {
		last = b.post("/desk/sign-in", url.Values{"name": {"ada"}, "password": {"wrong wrong wrong"}}, "X-Forwarded-For", "198.51.100.77")
	}
	if last.StatusCode != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" || !strings.Contains(last.text, "too many tries") && !strings.Contains(last.text, "Too many tries") {
		t.Errorf("%d, Retry-After %q\n%s", last.StatusCode, last.Header.Get("Retry-After"), last.text)
	}
	d.pass(time.Minute + time.Second)
	if p := b.post("/desk/sign-in", url.Values{"name": {"ada"}, "password": {"wrong wrong wrong"}}); p.StatusCode != http.StatusUnauthorized {
		t.Errorf("a minute later: %d", p.StatusCode)
	}
}
