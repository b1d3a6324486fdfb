// Package web is the door for browsers: pages drawn on the server, with their own style and
// script and nothing from elsewhere. Here are the pages with which people sign in and look
// after what they sign in with.
//
// Reading is GET and changes nothing; what changes something is POST, and only from the
// desk's own pages.
package web

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"heed/internal/people"
	"heed/internal/store"
)

// Server answers browsers. Its fields are set once.
type Server struct {
	Accounts  *people.Accounts
	Directory *people.Directory
	Alarm     func() []string // stands first on the pages of who is signed in, line by line; nil: none
	Proxies   []netip.Prefix  // whose word counts for where a request came from
	Now       func() time.Time
	Log       *slog.Logger
}

const maxForm = 64 << 10

//go:embed page
var files embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"time": func(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04 UTC") },
}).ParseFS(files, "page/*.html"))

// Handler routes what a browser may ask, all of it under /desk/.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, fn := range s.open() {
		mux.HandleFunc(pattern, fn)
	}
	for pattern, fn := range s.signedIn() {
		mux.HandleFunc(pattern, s.only(fn))
	}
	mux.HandleFunc("/desk/", func(w http.ResponseWriter, r *http.Request) {
		s.say(w, r, http.StatusNotFound, "There is no such page.")
	})
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.say(w, r, http.StatusForbidden, "This came from another site, so nothing was done: open the desk itself and try again.")
	}))
	return s.strict(cross.Handler(mux))
}

// open lists the pages for everybody.
func (s *Server) open() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /desk/{$}":             s.home,
		"GET /desk/sign-in":         s.signInPage,
		"POST /desk/sign-in":        s.signIn,
		"POST /desk/sign-out":       s.signOut,
		"GET /desk/link/{secret}":   s.linkPage,
		"POST /desk/link":           s.link,
		"POST /desk/passkey/begin":  s.beginPasskey,
		"POST /desk/passkey/finish": s.finishPasskey,
		"POST /desk/login":          s.login,
		"GET /desk/login/back":      s.loginBack,
		"POST /desk/login/finish":   s.finishLogin,
		"GET /desk/style.css":       s.file("page/style.css", "text/css; charset=utf-8"),
		"GET /desk/passkey.js":      s.file("page/passkey.js", "text/javascript; charset=utf-8"),
		"GET /desk/submit.js":       s.file("page/submit.js", "text/javascript; charset=utf-8"),
		"GET /desk/robots.txt":      s.file("page/robots.txt", "text/plain; charset=utf-8"),
		"GET /desk/.well-known/{path}": func(w http.ResponseWriter, r *http.Request) {
			s.say(w, r, http.StatusNotFound, "There is no such page.")
		},
	}
}

// signedIn lists the pages for who is signed in.
func (s *Server) signedIn() map[string]func(*call) error {
	return map[string]func(*call) error{
		"GET /desk/account":          s.account,
		"GET /desk/step-up":          s.stepUpPage,
		"POST /desk/password":        s.password,
		"POST /desk/sessions/end":    s.endSession,
		"POST /desk/tokens":          s.addToken,
		"POST /desk/tokens/revoke":   s.revokeToken,
		"POST /desk/passkeys/begin":  s.beginAdding,
		"POST /desk/passkeys/finish": s.finishAdding,
		"POST /desk/passkeys/remove": s.removePasskey,
		"POST /desk/step-up/begin":   s.beginStepUp,
		"POST /desk/step-up/finish":  s.finishStepUp,
		"POST /desk/logins/join":     s.joinLogin,
		"POST /desk/logins/remove":   s.removeLogin,
	}
}

// strict sets the headers that every answer has: nothing runs or loads but the desk's own,
// nobody frames it, and no address of it leaves with a click.
func (s *Server) strict(next http.Handler) http.Handler {
	u, err := url.Parse(s.Accounts.DeskURL)
	hsts := err == nil && u.Scheme == "https" && u.Hostname() != "localhost"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "+
			"form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self), publickey-credentials-create=(self)")
		h.Set("Cache-Control", "no-store")
		if hsts {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// call is a request of somebody who is signed in.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	caller *people.Caller
}

// only lets those pass who are signed in. A page leads the others to the sign-in page.
func (s *Server) only(fn func(*call) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := s.Accounts.BySession(r.Context(), people.SessionOf(r))
		if err == nil {
			err = fn(&call{w, r, who})
		}
		if errors.Is(err, people.ErrNobody) && r.Method == http.MethodGet {
			http.Redirect(w, r, "/desk/sign-in", http.StatusSeeOther)
			return
		}
		if err != nil {
			s.fail(w, r, err)
		}
	}
}

func (s *Server) origin(r *http.Request) people.Origin { return people.OriginOf(r, s.Proxies) }

// page draws a page whole or not at all.
func (s *Server) page(w http.ResponseWriter, status int, name string, v any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, v); err != nil {
		s.Log.Error("a page could not be drawn", "page", name, "err", err)
		http.Error(w, "The page could not be drawn; the node's log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // a browser that has gone reads nothing
}

// alarm is what stands first on the pages of who is signed in, while nothing can be stored.
func (s *Server) alarm() []string {
	if s.Alarm == nil {
		return nil
	}
	return s.Alarm()
}

// message is a page of one sentence.
type message struct {
	Title, Words string
	SignedIn     bool
}

// say answers with one sentence: as a page, or as JSON to a script of the desk.
func (s *Server) say(w http.ResponseWriter, r *http.Request, status int, words string) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		s.json(w, status, struct {
			Title string `json:"title"`
		}{words})
		return
	}
	title := "That did not work"
	if status == http.StatusNotFound {
		title = "Not here"
	}
	s.page(w, status, "message.html", message{title, words, people.SessionOf(r) != ""})
}

// fail gives an error its status and its sentence. What is not foreseen goes to the log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, words := s.explain(w, err)
	s.say(w, r, status, words)
}

func (s *Server) explain(w http.ResponseWriter, err error) (int, string) {
	status := http.StatusBadRequest
	var many *people.TooMany
	var no *people.Refused
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &many):
		w.Header().Set("Retry-After", strconv.Itoa(int(many.Wait.Seconds())+1))
		status = http.StatusTooManyRequests
	case errors.As(err, &no):
		no.Log(s.Log)
		status = http.StatusForbidden
	case errors.As(err, &big):
		status, err = http.StatusRequestEntityTooLarge, errors.New("this is too large")
	case errors.Is(err, people.ErrNobody), errors.Is(err, people.ErrWrong), errors.Is(err, people.ErrLink), errors.Is(err, people.ErrPasskey), errors.Is(err, people.ErrLogin):
		status = http.StatusUnauthorized
	case errors.Is(err, people.ErrBusy), errors.Is(err, people.ErrNotNow):
		status = http.StatusServiceUnavailable
	case errors.Is(err, store.ErrFull), errors.Is(err, store.ErrStopped), errors.Is(err, store.ErrStaleWriter), errors.Is(err, store.ErrUnknownCommit):
		s.Log.Error("could not write", "err", err)
		status, err = http.StatusServiceUnavailable, errors.New("the node cannot store anything at this moment; its log says why")
	}
	words := err.Error()
	return status, strings.ToUpper(words[:1]) + words[1:] + "."
}

func (s *Server) json(w http.ResponseWriter, status int, v any) {
	b, err := marshal(v)
	if err != nil {
		s.Log.Error("an answer could not be written", "err", err)
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// file serves one of the desk's own files.
func (s *Server) file(name, kind string) http.HandlerFunc {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it is compiled in
	}
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "max-age=300")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	}
}

// begin puts a session into the browser. One that was there ends.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, cookie string) error {
	for _, old := range r.CookiesNamed(people.SessionCookie) {
		if err := s.Accounts.SignOut(r.Context(), old.Value); err != nil {
			return err
		}
	}
	setCookie(w, people.SessionCookie, cookie, http.SameSiteLaxMode, int(people.SessionLife.Seconds()))
	return nil
}

// heldCookie ties the second step of a sign-in to the browser of the first.
const heldCookie = "__Host-heed-step"

func setCookie(w http.ResponseWriter, name, value string, site http.SameSite, age int) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: site, MaxAge: age})
}

// held gives what the first step left in the browser, and takes it out.
func held(w http.ResponseWriter, r *http.Request) string {
	setCookie(w, heldCookie, "", http.SameSiteStrictMode, -1)
	if list := r.CookiesNamed(heldCookie); len(list) == 1 {
		return list[0].Value
	}
	return ""
}

// form reads a posted form; nothing of the address counts.
func form(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	return r.PostForm, nil
}

// body reads what a script of the desk posted.
func body(r *http.Request) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return nil, errors.New("this takes what the desk's own pages send")
	}
	return io.ReadAll(r.Body)
}
