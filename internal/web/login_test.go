package web_test

import (
	"bufio"
	"html"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"heed/internal/heedtest"
	"heed/internal/people"
)

// provider starts the OpenID Connect provider of testdata/oidc on loopback; where it is not
// installed, the test says what is not held.
func provider(t *testing.T, d *desk) *people.OIDC {
	t.Helper()
	program, err := exec.LookPath("node")
	if _, missing := os.Stat("testdata/oidc/node_modules/oidc-provider"); err != nil || missing != nil {
		t.Skip("SKIPPED: sign-in by an outside provider: oidc-provider is not installed (npm ci in internal/web/testdata/oidc)")
	}
	address, err := heedtest.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	const secret = "a secret of the tests only, long enough"
	cmd := exec.Command(program, "provider.mjs", port, d.srv.URL+"/desk/login/back", secret)
	cmd.Dir = filepath.Join("testdata", "oidc")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "ready" {
	}
	go func() {
		for lines.Scan() { // it may say more; nobody listens
		}
	}()
	return &people.OIDC{Name: "House login", Issuer: "http://localhost:" + port, ClientID: "heed", Secret: secret}
}

// at is a person at the provider: a browser with cookies of its own there.
type at struct {
	t *testing.T
	*http.Client
}

func atProvider(t *testing.T) *at {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &at{t, &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.Path, "/desk/") {
			return http.ErrUseLastResponse // back at the desk: another browser asks there
		}
		return nil
	}}}
}

var action = regexp.MustCompile(`<form[^>]*action="([^"]+)"`)

// through signs in as login at the provider and consents; it gives where that leads.
func (a *at) through(address, login string) string {
	a.t.Helper()
	res, err := a.Get(address)
	for range 4 {
		if err != nil {
			a.t.Fatal(err)
		}
		if to := res.Header.Get("Location"); strings.Contains(to, "/desk/login/back") {
			res.Body.Close()
			return to
		}
		p := readAll(a.t, res)
		m := action.FindStringSubmatch(p)
		if m == nil {
			a.t.Fatalf("the provider shows no form:\n%s", p)
		}
		form := url.Values{"prompt": {"login"}, "login": {login}, "password": {"any"}}
		if !strings.Contains(p, `name="login"`) {
			form = url.Values{"prompt": {"consent"}}
		}
		res, err = a.PostForm(html.UnescapeString(m[1]), form)
	}
	a.t.Fatal("the provider does not come to an end")
	return ""
}

func readAll(t *testing.T, res *http.Response) string {
	t.Helper()
	defer res.Body.Close()
	var b strings.Builder
	if _, err := bufio.NewReader(res.Body).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	leave  = regexp.MustCompile(`href="([^"]+)"[^>]*data-leave`)
	hidden = regexp.MustCompile(`name="(state|code|issuer)" value="([^"]*)"`)
)

// begin asks the desk for the way to the provider.
func (b *browser) begin(path string) string {
	b.d.t.Helper()
	p := b.post(path, nil)
	m := leave.FindStringSubmatch(p.text)
	if m == nil {
		b.d.t.Fatalf("%s: %d\n%s", path, p.StatusCode, p.text)
	}
	return html.UnescapeString(m[1])
}

// back opens the page that the provider leads to, and gives what it would post.
func (b *browser) back(to string) url.Values {
	b.d.t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		b.d.t.Fatal(err)
	}
	p := b.get(u.RequestURI())
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(p.text, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	if p.StatusCode != http.StatusOK || form.Get("code") == "" {
		b.d.t.Fatalf("%s: %d\n%s", to, p.StatusCode, p.text)
	}
	return form
}

// Sign-in by an outside provider: code with PKCE, joined by issuer and subject.
func TestOutsideLogin(t *testing.T) {
	d := open(t)
	d.accounts.OIDC = provider(t, d)
	ada := d.enter()

	// A stranger is told which subject to have joined, and gets no session.
	b, there := d.browser(), atProvider(t)
	address := b.begin("/desk/login")
	q, _ := url.Parse(address)
	for key, want := range map[string]string{"response_type": "code", "code_challenge_method": "S256", "client_id": "heed", "scope": "openid", "redirect_uri": d.srv.URL + "/desk/login/back"} {
		if q.Query().Get(key) != want {
			t.Errorf("%s is %q", key, q.Query().Get(key))
		}
	}
	if len(q.Query().Get("code_challenge")) != 43 || q.Query().Get("nonce") == "" || q.Query().Get("state") == "" {
		t.Errorf("the request lacks its challenge, nonce or state: %s", address)
	}
	form := b.back(there.through(address, "ada@provider.example"))
	if p := b.post("/desk/login/finish", form); p.StatusCode < 400 || !strings.Contains(p.text, "ada@provider.example") || b.session() != "" {
		t.Errorf("a stranger: %d\n%s", p.StatusCode, p.text)
	}

	// Ada joins her account; then it signs her in, wherever she is.
	form = ada.back(atProvider(t).through(ada.begin("/desk/logins/join"), "ada@provider.example"))
	if p := ada.post("/desk/login/finish", form); p.StatusCode != http.StatusSeeOther {
		t.Fatalf("join: %d\n%s", p.StatusCode, p.text)
	}
	if p := ada.get("/desk/account"); !strings.Contains(p.text, "ada@provider.example") {
		t.Error("the account does not list the login")
	}
	list, err := people.Recorded(t.Context(), d.n.Store(), d.act.Desk, "ada")
	if err != nil || list[len(list)-1].Change != "login" {
		t.Errorf("the roster has %+v, %v", list, err)
	}
	b = d.browser()
	form = b.back(there.through(b.begin("/desk/login"), "ada@provider.example"))
	step := form // as it was good once
	if p := b.post("/desk/login/finish", form); p.StatusCode != http.StatusSeeOther || b.session() == "" {
		t.Fatalf("sign-in: %d\n%s", p.StatusCode, p.text)
	}
	if c, err := d.accounts.BySession(t.Context(), b.session()); err != nil || c.Person.Name != "ada" || c.SteppedUp {
		t.Errorf("%+v, %v", c, err)
	}
	d.refuses(t, there, step)
}

// refuses holds what must not sign anybody in, and what must all the same.
func (d *desk) refuses(t *testing.T, there *at, step url.Values) {
	refused := func(what string, b *browser, form url.Values) {
		t.Helper()
		if p := b.post("/desk/login/finish", form); p.StatusCode < 400 || b.session() != "" {
			t.Errorf("%s: %d", what, p.StatusCode)
		}
	}
	refused("the same answer again, in another browser", d.browser(), step)
	// Another person's account is another subject, whatever its address says.
	b := d.browser()
	refused("another subject", b, b.back(atProvider(t).through(b.begin("/desk/login"), "ADA@provider.example")))
	// Somebody else's answer put into this browser: its state belongs to another passage.
	b, other := d.browser(), d.browser()
	b.begin("/desk/login")
	refused("another browser's answer", b, other.back(there.through(other.begin("/desk/login"), "ada@provider.example")))
	// Forged, empty, stale, and of another issuer.
	for what, change := range map[string]func(url.Values){
		"a forged state": func(v url.Values) { v.Set("state", "heed_forged") }, "an empty state": func(v url.Values) { v.Set("state", "") },
		"a forged code": func(v url.Values) { v.Set("code", "forged") }, "an empty code": func(v url.Values) { v.Set("code", "") },
		"another issuer": func(v url.Values) { v.Set("issuer", "https://evil.example") },
		"ten minutes":    func(url.Values) { d.pass(10 * time.Minute) },
	} {
		b := d.browser()
		form := b.back(there.through(b.begin("/desk/login"), "ada@provider.example"))
		change(form)
		refused(what, b, form)
	}
	// A clock that is ten minutes off harms nobody.
	for _, step := range []time.Duration{10 * time.Minute, -20 * time.Minute} {
		d.pass(step)
		b := d.browser()
		if p := b.post("/desk/login/finish", b.back(there.through(b.begin("/desk/login"), "ada@provider.example"))); p.StatusCode != http.StatusSeeOther {
			t.Errorf("with the clock off by %v: %d\n%s", step, p.StatusCode, p.text)
		}
	}
	// Who is deactivated has no way in by it.
	if _, err := d.accounts.Add(t.Context(), d.act, "eve", "", []people.Role{people.Administrator}); err != nil {
		t.Fatal(err)
	}
	if err := d.accounts.Deactivate(t.Context(), d.act, "ada"); err != nil {
		t.Fatal(err)
	}
	b = d.browser()
	refused("who was deactivated", b, b.back(there.through(b.begin("/desk/login"), "ada@provider.example")))
}

// A provider that does not answer is said to, and the page stays.
func TestOutsideLoginThatDoesNotAnswer(t *testing.T) {
	d := open(t)
	address, err := heedtest.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	d.accounts.OIDC = &people.OIDC{Name: "House login", Issuer: "http://" + address, ClientID: "heed", Secret: "x"}
	if p := d.browser().post("/desk/login", nil); p.StatusCode < 400 || !strings.Contains(p.text, "House login does not answer") {
		t.Errorf("%d\n%s", p.StatusCode, p.text)
	}
	if p := d.browser().get("/desk/sign-in"); !strings.Contains(p.text, "Sign in with House login") {
		t.Error("the sign-in page does not offer it")
	}
}
