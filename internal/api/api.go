// Package api is the door of the house: what the people of a node and their scripts ask of
// it, as JSON over HTTP. On the socket in the node's folder the caller is known by the
// account the kernel names; elsewhere by a bearer token or a browser's session. Every error is one sentence.
package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sys/unix"

	"heed"
	"heed/internal/desk"
	"heed/internal/intake"
	"heed/internal/people"
	"heed/internal/source"
	"heed/internal/store"
)

// House is what only the node as a whole can do.
type House struct {
	Status   func(ctx context.Context) (Status, error)
	AddParty func(ctx context.Context, by people.Actor, card []byte, fingerprint, token string) (Party, error)
	Token    func(ctx context.Context, name string) (string, error)
	Head     func() string
	Prove    func(ctx context.Context, by people.Actor, idx int64) (Proof, error)
	Bundle   func(ctx context.Context, by people.Actor, id heed.ID, with Bundled) ([]byte, error)
	Backup   func(ctx context.Context, w io.Writer, sources bool) error
	Resume   func(ctx context.Context, by people.Actor, words string) error
	Succeed  func(ctx context.Context, by people.Actor, words string) (log string, err error)
}

// Bundled says what a bundle holds beside the statement's versions, its deliveries and its
// receipts.
type Bundled struct {
	Only      heed.PartyID // leave out the deliveries and receipts of other receivers; empty: of none
	Decisions bool         // open the desk's decisions; else only their entries are in it
}

// Status is how the node is.
type Status struct {
	Name    string `json:"name"`
	Origin  string `json:"origin"`
	Size    int64  `json:"size"`
	Signs   bool   `json:"signs"`         // may append and sign
	Why     string `json:"why,omitempty"` // why not
	Peers   string `json:"peers"`         // compared with peers, or not yet
	Waiting int    `json:"waiting"`
	Address string `json:"address"`
	// Alarm fills the page: nothing can be stored, why, and what to do meanwhile.
	Alarm []string `json:"alarm,omitempty"`
}

// Party is a party as people see it.
type Party struct {
	Name        string       `json:"name"`
	Title       string       `json:"title"`
	ID          heed.PartyID `json:"id"`
	Own         bool         `json:"own"`
	URL         string       `json:"url"`
	Fingerprint string       `json:"fingerprint"`
	Token       bool         `json:"token"` // it shows us a token
	Seen        int64        `json:"seen"`  // size of the newest head seen of its log; -1: none
	// Distrust is what the asking desk notes of it; nobody else is shown that.
	Distrust *heed.Distrust `json:"distrust,omitempty"`
}

// Proof shows that a record is in this node's log.
type Proof struct {
	Index int64    `json:"index"`
	Entry string   `json:"entry"`
	Proof []string `json:"proof"` // base64, to the head
	Head  string   `json:"head"`  // signed note
}

// Server answers the house. Its fields are set once.
type Server struct {
	Store     *store.DB
	Directory *people.Directory
	Accounts  *people.Accounts
	Desk      *desk.Desk
	Intake    *intake.Intake
	Node      House
	Proxies   []netip.Prefix // whose word counts for where a request came from
	Now       func() time.Time
	Log       *slog.Logger
	Stopping  <-chan struct{} // closed when the node stops: streams end; nil: never
	Streams   Streams
}

const maxBody = 16 << 20

// Handler routes what the house may ask. Reading is GET and changes nothing; what writes,
// also that somebody has opened a statement, is POST.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, group := range s.groups() {
		for pattern, r := range group {
			mux.HandleFunc(pattern, s.open(r))
		}
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusNotFound, Problem{Title: "nothing is here"})
	})
	return http.NewCrossOriginProtection().Handler(mux) // a browser's session may be shown
}

// route is one question of the house, and the act it is. An act on the node is decided at
// the door; one on a statement by the stage, on the statement that it loaded.
type route struct {
	act people.Act
	fn  func(*call) (any, error)
}

// Routes gives every route with the act that it is, for the test that holds each to the
// table of who may what.
func Routes() map[string]people.Act {
	all := map[string]people.Act{}
	for _, group := range (&Server{}).groups() {
		for pattern, r := range group {
			all[pattern] = r.act
		}
	}
	return all
}

// groups lists all routes; each group stands beside what serves it.
func (s *Server) groups() []map[string]route {
	return []map[string]route{
		s.routes(),
		s.caseRoutes(),
		s.personRoutes(),
		s.directoryRoutes(),
		s.findRoutes(),
		s.streamRoutes(),
		s.askRoutes(),
		s.readingRoutes(),
	}
}

func (s *Server) routes() map[string]route {
	return map[string]route{
		"GET /api/status":           {people.ActStatus, s.status},
		"GET /api/card":             {people.ActParties, s.card},
		"GET /api/parties":          {people.ActParties, s.parties},
		"POST /api/parties":         {people.ActAddParty, s.addParty},
		"POST /api/parties/token":   {people.ActAddParty, s.partyToken},
		"POST /api/warn":            {people.ActWarn, s.warn},
		"POST /api/pass":            {people.ActPass, s.pass},
		"POST /api/take":            {people.ActTake, s.take},
		"GET /api/inbox":            {people.ActList, s.inbox},
		"POST /api/show":            {people.ActRead, s.show},
		"POST /api/ack":             {people.ActAcknowledge, s.climb(heed.Acknowledged)},
		"POST /api/accept":          {people.ActAccept, s.climb(heed.Accepted)},
		"POST /api/decide":          {people.ActDecide, s.decide},
		"GET /api/sent":             {people.ActList, s.sent},
		"GET /api/who-knew":         {people.ActProve, s.whoKnew},
		"GET /api/ledger/head":      {people.ActStatus, s.head},
		"GET /api/ledger/prove":     {people.ActProve, s.prove},
		"POST /api/ledger/resume":   {people.ActResume, s.resume},
		"POST /api/ledger/succeed":  {people.ActResume, s.succeed},
		"GET /api/bundle":           {people.ActProve, s.bundle},
		"GET /api/receipt":          {people.ActProve, s.receipt},
		"GET /api/backup":           {people.ActBackup, s.backup},
		"GET /api/statement":        {people.ActRead, s.statement},
		"GET /api/statement/parcel": {people.ActRead, s.parcel},
		"POST /api/ask-release":     {people.ActAsk, s.askRelease},
		"POST /api/grant":           {people.ActGrant, s.grant},
		"GET /api/questions":        {people.ActList, s.questions},
		"GET /api/policy":           {people.ActPolicy, s.policy},
		"POST /api/policy":          {people.ActSetPolicy, s.setPolicy},
		"GET /api/policy/history":   {people.ActPolicy, s.policyHistory},
		"POST /api/check":           {people.ActDraft, s.check},
		"GET /api/drafts":           {people.ActDraft, s.drafts},
		"POST /api/drafts/drop":     {people.ActDraft, s.dropDraft},
		"POST /api/release":         {people.ActRelease, s.release},
		"POST /api/extract":         {people.ActWarn, s.extract},
		"POST /api/sources/key":     {people.ActSource, s.beginSources},
		"GET /api/sources":          {people.ActSource, s.sources},
		"POST /api/sources":         {people.ActSource, s.addSource},
		"POST /api/sources/unlock":  {people.ActLook, s.unlockSources},
		"POST /api/sources/lock":    {people.ActSource, s.lockSources},
		"POST /api/sources/look":    {people.ActLook, s.lookAtSource},
		"POST /api/sources/token":   {people.ActSource, s.sealedHop},
	}
}

// Problem is the body of every error.
type Problem struct {
	Title    string         `json:"title"`
	Rule     string         `json:"rule,omitempty"`     // that did not allow it
	Findings []heed.Finding `json:"findings,omitempty"` // of the checks before release
	Alarm    []string       `json:"alarm,omitempty"`    // nothing can be stored: fills the page
}

// call is one request whose person is known.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	caller *people.Caller
	by     people.Actor
}

type callerKey struct{}

// WithCaller is the ConnContext of a server on a unix socket: it asks the kernel who calls.
func WithCaller(ctx context.Context, c net.Conn) context.Context {
	uc, ok := c.(*net.UnixConn)
	if !ok {
		return ctx
	}
	raw, err := uc.SyscallConn()
	if err != nil {
		return ctx
	}
	uid := -1
	_ = raw.Control(func(fd uintptr) {
		if cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			uid = int(cred.Uid)
		}
	})
	return context.WithValue(ctx, callerKey{}, uid)
}

// open finds out who calls and for which desk, before anything else.
func (s *Server) open(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{w: w, r: r}
		var err error
		if c.caller, err = s.identify(r); err != nil {
			s.fail(w, err)
			return
		}
		desk, err := s.choose(c)
		if err != nil {
			reply(w, http.StatusBadRequest, Problem{Title: err.Error()})
			return
		}
		c.by = c.caller.At(desk)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if err := s.atDoor(c, rt.act); err != nil {
			s.fail(w, err)
			return
		}
		s.Desk.Watching.Seen(c.by.Desk, s.Now())
		out, err := rt.fn(c)
		if err != nil {
			s.fail(w, err)
			return
		}
		if out != nil {
			reply(w, http.StatusOK, out)
		}
	}
}

// atDoor asks whether the person may do this to anything at all, before a body is read.
// For an act on a statement the stage asks again, with the statement.
func (s *Server) atDoor(c *call, act people.Act) error {
	return people.Check(c.by, act, heed.Ref{}, people.Object{}, heed.Handling{})
}

// ofNode are the questions that no desk needs to be named for.
var ofNode = map[string]bool{"/api/status": true, "/api/backup": true, "/api/ledger/head": true, "/api/parties": true, "/api/parties/token": true}

// identify finds out who calls. A token that is shown counts alone, right or wrong: it never
// falls back on the socket or a session. Each is shown once or not at all.
func (s *Server) identify(r *http.Request) (*people.Caller, error) {
	ctx := r.Context()
	if shown := r.Header.Values("Authorization"); len(shown) > 0 {
		scheme, token, _ := strings.Cut(shown[0], " ")
		if len(shown) > 1 || !strings.EqualFold(scheme, "Bearer") {
			return nil, people.ErrNobody
		}
		return s.Accounts.ByToken(ctx, people.OriginOf(r, s.Proxies), strings.TrimSpace(token))
	}
	if uid, ok := ctx.Value(callerKey{}).(int); ok {
		return s.Accounts.ByUID(ctx, uid)
	}
	return s.Accounts.BySession(ctx, people.SessionOf(r))
}

// proof is what a request that was identified shows, to be looked at again.
func (s *Server) proof(r *http.Request) people.Proof {
	if shown := r.Header.Get("Authorization"); shown != "" {
		_, token, _ := strings.Cut(shown, " ")
		return s.Accounts.OfToken(strings.TrimSpace(token))
	}
	if uid, ok := r.Context().Value(callerKey{}).(int); ok {
		return s.Accounts.OfUID(uid)
	}
	return s.Accounts.OfSession(people.SessionOf(r))
}

// choose takes the desk that the caller names, or the only one it acts for.
func (s *Server) choose(c *call) (heed.PartyID, error) {
	desks := c.caller.Person.Desks()
	name := c.r.URL.Query().Get("as")
	switch {
	case name == "" && len(desks) == 0:
		return "", errors.New(c.caller.Person.Name + " has no role at any desk of this node: ask your administrator")
	case name == "" && (len(desks) == 1 || ofNode[c.r.URL.Path]):
		return desks[0], nil
	case name == "":
		return "", errors.New("this node has several desks; say with --as which one speaks")
	}
	p, err := s.Directory.Named(name)
	if err != nil {
		return "", err
	}
	if !p.Own || !slices.Contains(desks, p.ID) {
		return "", errors.New(c.caller.Person.Name + " does not act for " + name)
	}
	return p.ID, nil
}

// fail gives an error its status. What is not foreseen is ours, and goes to the log.
func (s *Server) fail(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	var big *http.MaxBytesError
	var no *people.Refused
	var unfit *desk.Unfit
	var many *people.TooMany
	switch {
	case errors.As(err, &no):
		no.Log(s.Log)
		if status = http.StatusForbidden; no.Ruling.Hidden {
			status, err = http.StatusNotFound, desk.ErrUnknown
		} else {
			reply(w, status, Problem{Title: err.Error(), Rule: no.Ruling.Rule})
			return
		}
	case errors.As(err, &unfit):
		reply(w, http.StatusUnprocessableEntity, Problem{Title: err.Error(), Findings: unfit.Findings})
		return
	case errors.Is(err, source.ErrTooMany):
		status = http.StatusTooManyRequests
	case errors.Is(err, source.ErrLocked), errors.Is(err, source.ErrPassphrase):
		status = http.StatusForbidden
	case errors.Is(err, people.ErrNobody):
		w.Header().Set("WWW-Authenticate", `Bearer realm="heed"`)
		status = http.StatusUnauthorized
	case errors.As(err, &many):
		w.Header().Set("Retry-After", strconv.Itoa(int(many.Wait.Seconds())+1))
		status = http.StatusTooManyRequests
	case errors.Is(err, people.ErrElsewhere):
		status = http.StatusForbidden
	case errors.Is(err, people.ErrNoPerson):
		status = http.StatusNotFound
	case errors.Is(err, people.ErrNameTaken), errors.Is(err, people.ErrLastAdmin):
		status = http.StatusConflict
	case errors.Is(err, desk.ErrUnknown), errors.Is(err, store.ErrNotFound):
		status, err = http.StatusNotFound, desk.ErrUnknown
	case errors.Is(err, desk.ErrAmbiguous), errors.Is(err, desk.ErrMeanwhile):
		status = http.StatusConflict
	case errors.Is(err, desk.ErrNot):
		status = http.StatusForbidden
	case errors.As(err, &big), errors.Is(err, desk.ErrTooLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, desk.ErrNotNow), errors.Is(err, people.ErrNotNow), errors.Is(err, store.ErrFull), errors.Is(err, store.ErrStopped),
		errors.Is(err, store.ErrStaleWriter), errors.Is(err, store.ErrUnknownCommit):
		status = http.StatusServiceUnavailable
		s.Log.Error("could not write", "err", err)
		reply(w, status, Problem{Title: err.Error(), Alarm: s.Desk.Alarm()})
		return
	}
	reply(w, status, Problem{Title: err.Error()})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.MarshalWrite(w, v, json.Deterministic(true), jsontext.Multiline(true)) // a caller that has gone reads nothing
}

// read reads a body strictly.
func (c *call) read(v any) error {
	err := json.UnmarshalRead(c.r.Body, v, json.RejectUnknownMembers(true))
	var sem *json.SemanticError
	if errors.As(err, &sem) {
		return errors.New("the request cannot be read at " + string(sem.JSONPointer))
	}
	return err
}

// number reads a count from the query, within bounds.
func (c *call) number(name string, usual, limit int) int {
	n, err := strconv.Atoi(c.r.URL.Query().Get(name))
	if err != nil || n < 1 {
		return usual
	}
	return min(n, limit)
}

// line finds the statement that the query names.
func (s *Server) line(c *call, name string) (store.Line, error) {
	if name == "" {
		return store.Line{}, errors.New("name a statement by its handle, as in K7QM-2RXA")
	}
	return s.Desk.Resolve(c.r.Context(), c.by, name)
}
