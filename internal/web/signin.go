package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"heed/internal/people"
)

func marshal(v any) ([]byte, error) { return json.Marshal(v, jsontext.AllowInvalidUTF8(false)) }

// signInForm is all that sign-in.html may use.
type signInForm struct {
	Name     string // as typed before
	Words    string // what was wrong
	Passkeys bool
	Provider string // name of the outside login; empty: none
}

func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	to := "/desk/account"
	if _, err := s.Accounts.BySession(r.Context(), people.SessionOf(r)); err != nil {
		to = "/desk/sign-in"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (s *Server) signInForm() signInForm {
	f := signInForm{Passkeys: s.Accounts.HasPasskeys()}
	if s.Accounts.OIDC != nil {
		f.Provider = s.Accounts.OIDC.Name
	}
	return f
}

func (s *Server) signInPage(w http.ResponseWriter, _ *http.Request) {
	s.page(w, http.StatusOK, "sign-in.html", s.signInForm())
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	f, err := form(r)
	var cookie string
	if err == nil {
		cookie, err = s.Accounts.SignIn(r.Context(), s.origin(r), f.Get("name"), f.Get("password"))
	}
	if err == nil {
		err = s.begin(w, r, cookie)
	}
	if err == nil {
		http.Redirect(w, r, "/desk/", http.StatusSeeOther)
		return
	}
	page := s.signInForm()
	status, words := s.explain(w, err)
	page.Words, page.Name = words, f.Get("name")
	if len(page.Name) > 60 {
		page.Name = ""
	}
	s.page(w, status, "sign-in.html", page)
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) {
	for _, c := range r.CookiesNamed(people.SessionCookie) {
		if err := s.Accounts.SignOut(r.Context(), c.Value); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	setCookie(w, people.SessionCookie, "", http.SameSiteLaxMode, -1)
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	http.Redirect(w, r, "/desk/sign-in", http.StatusSeeOther)
}

// linkPage shows one button. It says nothing of whether the link is good and uses nothing up:
// mail scanners follow links.
func (s *Server) linkPage(w http.ResponseWriter, r *http.Request) {
	s.page(w, http.StatusOK, "link.html", struct{ Secret string }{r.PathValue("secret")})
}

func (s *Server) link(w http.ResponseWriter, r *http.Request) {
	f, err := form(r)
	var cookie string
	if err == nil {
		cookie, err = s.Accounts.UseLink(r.Context(), s.origin(r), f.Get("secret"))
	}
	if err == nil {
		err = s.begin(w, r, cookie)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/desk/account", http.StatusSeeOther)
}

func (s *Server) beginPasskey(w http.ResponseWriter, r *http.Request) {
	options, step, err := s.Accounts.BeginPasskeySignIn(r.Context(), s.origin(r))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	setCookie(w, heldCookie, step, http.SameSiteStrictMode, 300)
	s.json(w, http.StatusOK, options)
}

func (s *Server) finishPasskey(w http.ResponseWriter, r *http.Request) {
	answer, err := body(r)
	var cookie string
	if err == nil {
		cookie, err = s.Accounts.FinishPasskeySignIn(r.Context(), s.origin(r), held(w, r), answer)
	}
	if err == nil {
		err = s.begin(w, r, cookie)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.json(w, http.StatusOK, struct{}{})
}

// login leads to the outside provider. A form may not be answered with a redirect to another
// site (form-action 'self'), so the page refreshes itself there, and has a link.
func (s *Server) login(w http.ResponseWriter, r *http.Request) { s.leave(w, r, nil) }

func (s *Server) joinLogin(c *call) error {
	s.leave(c.w, c.r, c.caller)
	return nil
}

func (s *Server) leave(w http.ResponseWriter, r *http.Request, c *people.Caller) {
	address, step, err := s.Accounts.BeginLogin(r.Context(), c, s.origin(r))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	setCookie(w, heldCookie, step, http.SameSiteStrictMode, 300)
	w.Header().Set("Refresh", "0; url="+address)
	u, _ := url.Parse(address)
	s.page(w, http.StatusOK, "leave.html", struct{ Name, Host, Address string }{s.Accounts.OIDC.Name, u.Host, address})
}

// loginBack is where the provider sends the browser. It changes nothing: the page posts what
// came to finishLogin, by itself or by its button.
func (s *Server) loginBack(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("error") != "" || q.Get("code") == "" {
		s.fail(w, r, errors.New("the outside login was broken off there: begin again"))
		return
	}
	s.page(w, http.StatusOK, "back.html", struct{ State, Code, Issuer string }{q.Get("state"), q.Get("code"), q.Get("iss")})
}

func (s *Server) finishLogin(w http.ResponseWriter, r *http.Request) {
	f, err := form(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	ctx := r.Context()
	caller, err := s.Accounts.BySession(ctx, people.SessionOf(r))
	if err != nil && !errors.Is(err, people.ErrNobody) {
		s.fail(w, r, err)
		return
	}
	cookie, err := s.Accounts.FinishLogin(ctx, caller, s.origin(r), held(w, r), f.Get("state"), f.Get("code"), f.Get("issuer"))
	if err == nil && cookie != "" {
		err = s.begin(w, r, cookie)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/desk/account", http.StatusSeeOther)
}
