// Package taxii is the door through which nodes exchange statements: TAXII 2.1, so that any
// TAXII client can read and post, and what Heed adds travels in x_heed_ properties and
// beside the collections, under x-heed/.
//
// Each pair of a desk here and a party elsewhere has one collection on this side: the party
// posts into it what is for the desk, and reads from it what the desk has for the party. A
// 202 that counts an object as a success is given after the commit that recorded it.
package taxii

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"heed"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// MediaType is the content type of every answer (TAXII 2.1, 1.6.8).
const MediaType = "application/taxii+json;version=2.1"

// Limits of one request.
const (
	MaxContent = 16 << 20 // bytes of an envelope (max_content_length)
	MaxObjects = 2000     // in an envelope
	pageMax    = 1000
	pageUsual  = 100
)

// RootPath is where the API root of a desk is: under its short name.
func RootPath(name string) string { return "/heed/" + name + "/" }

// CollectionID is the one collection of a pair, on desk's side.
func CollectionID(desk, peer heed.PartyID) string {
	id := people.DerivedID(heed.KindDelivery, "collection", string(desk), string(peer))
	return strings.TrimPrefix(string(id), "note--")
}

// Server answers peers. Its fields are set once.
type Server struct {
	Store     *store.DB
	Directory *people.Directory
	Intake    *intake.Intake
	Answers   *Answers
	Now       func() time.Time
	Rand      io.Reader
	Log       *slog.Logger
}

// Handler routes what peers may ask.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/taxii2/", s.open(http.MethodGet, s.discovery))
	mux.HandleFunc("/heed/{desk}/{$}", s.open(http.MethodGet, s.root))
	mux.HandleFunc("/heed/{desk}/collections/{$}", s.open(http.MethodGet, s.collections))
	mux.HandleFunc("/heed/{desk}/collections/{id}/{$}", s.open(http.MethodGet, s.collection))
	mux.HandleFunc("GET /heed/{desk}/collections/{id}/objects/{$}", s.open(http.MethodGet, s.objects))
	mux.HandleFunc("POST /heed/{desk}/collections/{id}/objects/{$}", s.open(http.MethodPost, s.add))
	mux.HandleFunc("/heed/{desk}/collections/{id}/objects/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", "GET, POST")
		s.fail(w, http.StatusMethodNotAllowed, "this method is not allowed here")
	})
	mux.HandleFunc("/heed/{desk}/status/{id}/{$}", s.open(http.MethodGet, s.status))
	mux.HandleFunc("/heed/{desk}/x-heed/seen/{$}", s.open(http.MethodGet, s.seen))
	mux.HandleFunc("/heed/{desk}/x-heed/consistency/{$}", s.open(http.MethodGet, s.consistency))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { s.missing(w) })
	return mux
}

// call is one request whose sender is known.
type call struct {
	w     http.ResponseWriter
	r     *http.Request
	peers []*people.Party // the parties that the sender speaks for
	desk  *people.Party   // named in the path
	peer  *people.Party   // the other half of the pair, once a collection is named
}

// open checks who asks before anything else.
func (s *Server) open(method string, next func(*call)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		peers := s.who(r)
		if len(peers) == 0 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="heed"`)
			s.fail(w, http.StatusUnauthorized, "show the TLS key on your card, or the token that this party gave you")
			return
		}
		if r.Method != method {
			w.Header().Set("Allow", method)
			s.fail(w, http.StatusMethodNotAllowed, "this method is not allowed here")
			return
		}
		if !accepts(r.Header.Get("Accept")) {
			s.fail(w, http.StatusNotAcceptable, "the answer is "+MediaType+"; accept that")
			return
		}
		c := &call{w: w, r: r, peers: peers}
		if name := r.PathValue("desk"); name != "" {
			if c.desk, _ = s.Directory.Named(name); c.desk == nil || !c.desk.Own || c.desk.Name != name {
				s.missing(w)
				return
			}
		}
		if id := r.PathValue("id"); id != "" && strings.Contains(r.URL.Path, "/collections/") {
			for _, p := range peers {
				if CollectionID(c.desk.ID, p.ID) == strings.ToLower(id) {
					c.peer = p
				}
			}
			if c.peer == nil || !s.may(c, method) {
				s.missing(w)
				return
			}
		}
		next(c)
	}
}

// may asks whether the peer may use its pair's collection so.
func (s *Server) may(c *call, method string) bool {
	act := people.ActFetch
	if method == http.MethodPost {
		act = people.ActPost
	}
	return people.May(people.PeerActor(c.peer.ID), act, people.Object{Desk: c.desk.ID, With: c.peer.ID}, heed.Handling{}).Allowed
}

// who tells by TLS key or token which parties the sender speaks for.
func (s *Server) who(r *http.Request) []*people.Party {
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		if peers := s.Directory.PeersByTLS(Pin(r.TLS.PeerCertificates[0])); len(peers) > 0 {
			return peers
		}
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		_, token, _ = r.BasicAuth()
	}
	if p := s.Directory.PeerByToken(token); p != nil {
		return []*people.Party{p}
	}
	return nil
}

// accepts reports whether a client that sends this Accept header can read our answers
// (TAXII 2.1, 1.6.8.1; real clients send many spellings).
func accepts(header string) bool {
	if header == "" {
		return true
	}
	for part := range strings.SplitSeq(header, ",") {
		switch t, _, _ := strings.Cut(strings.TrimSpace(part), ";"); strings.ToLower(strings.TrimSpace(t)) {
		case "application/taxii+json", "application/json", "application/*", "*/*":
			return true
		}
	}
	return false
}

func (s *Server) discovery(c *call) {
	if c.r.URL.Path != "/taxii2/" {
		s.missing(c.w)
		return
	}
	d := struct {
		Title    string   `json:"title"`
		Default  string   `json:"default,omitzero"`
		APIRoots []string `json:"api_roots,omitzero"`
	}{Title: "Heed warning exchange"}
	for _, p := range s.Directory.Own() {
		d.APIRoots = append(d.APIRoots, RootPath(p.Name))
	}
	if len(d.APIRoots) > 0 {
		d.Default = d.APIRoots[0]
	}
	s.answer(c.w, http.StatusOK, d)
}

func (s *Server) root(c *call) {
	s.answer(c.w, http.StatusOK, struct {
		Title    string   `json:"title"`
		Versions []string `json:"versions"`
		Max      int      `json:"max_content_length"`
	}{c.desk.Title, []string{MediaType}, MaxContent})
}

type collection struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	CanRead    bool     `json:"can_read"`
	CanWrite   bool     `json:"can_write"`
	MediaTypes []string `json:"media_types"`
}

func describe(desk, peer *people.Party) collection {
	return collection{CollectionID(desk.ID, peer.ID), peer.Name + " and " + desk.Name, true, true, []string{"application/stix+json;version=2.1"}}
}

func (s *Server) collections(c *call) {
	list := struct {
		Collections []collection `json:"collections,omitzero"`
	}{}
	for _, p := range c.peers {
		list.Collections = append(list.Collections, describe(c.desk, p))
	}
	s.answer(c.w, http.StatusOK, list)
}

func (s *Server) collection(c *call) { s.answer(c.w, http.StatusOK, describe(c.desk, c.peer)) }

// objects gives the peer what the desk has for it, oldest first (TAXII 2.1, 5.4).
func (s *Server) objects(c *call) {
	q := c.r.URL.Query()
	after, limit, err := pageOf(q["added_after"], q["limit"], q["next"])
	if err != nil {
		s.fail(c.w, http.StatusBadRequest, err.Error())
		return
	}
	page, err := s.page(c, after, limit)
	if err != nil {
		s.broken(c.w, err)
		return
	}
	first, last := page.first, page.last
	if first.IsZero() { // an empty page: repeat where the poller stands, so that it never goes back
		first, last = after, after
	}
	if !first.IsZero() {
		c.w.Header().Set("X-TAXII-Date-Added-First", stamp(first))
		c.w.Header().Set("X-TAXII-Date-Added-Last", stamp(last))
	}
	s.answer(c.w, http.StatusOK, page)
}

type page struct {
	More        bool             `json:"more,omitzero"`
	Next        string           `json:"next,omitzero"`
	Objects     []jsontext.Value `json:"objects,omitzero"`
	first, last time.Time
}

func (s *Server) page(c *call, after time.Time, limit int) (page, error) {
	var p page
	err := s.Store.View(c.r.Context(), func(tx *store.Tx) error {
		from := after
		if !from.IsZero() {
			from = from.Add(-100 * time.Microsecond) // a notice may begin before the cursor and end after it
		}
		notices, err := tx.Notices(c.desk.ID, c.peer.ID, from, limit+101)
		if err != nil {
			return err
		}
		for _, n := range notices {
			recs, err := outgoing(tx, n)
			if err != nil {
				s.Log.Error("a notice is left out of a page", "notice", n.ID, "err", err)
				continue
			}
			for i, rec := range recs {
				at := n.AddedAt.Add(time.Duration(i) * time.Microsecond)
				if !at.After(after) {
					continue
				}
				if len(p.Objects) == limit {
					p.More, p.Next = true, cursor(p.last)
					return nil
				}
				b, err := people.Outer(rec)
				if err != nil {
					return err
				}
				if p.first.IsZero() {
					p.first = at
				}
				p.last = at
				p.Objects = append(p.Objects, b)
			}
		}
		return nil
	})
	return p, err
}

// outgoing reads the records of a notice, if they are for its receiver.
func outgoing(tx *store.Tx, n store.Notice) ([]store.Record, error) {
	var recs []store.Record
	for _, idx := range n.Records {
		rec, err := tx.Record(idx)
		if err != nil {
			return nil, err
		}
		recs = append(recs, rec)
	}
	return recs, people.Outgoing(n.Desk, n.To, recs)
}

// pageOf reads where a page begins and how long it may be. Each may be given once.
func pageOf(addedAfter, limits, nexts []string) (after time.Time, limit int, err error) {
	limit = pageUsual
	if len(addedAfter) > 1 || len(limits) > 1 || len(nexts) > 1 {
		return after, 0, errors.New("added_after, limit and next may each be given once")
	}
	if len(limits) == 1 {
		if limit, err = strconv.Atoi(limits[0]); err != nil || limit < 1 {
			return after, 0, fmt.Errorf("limit is %q; it must be a whole number above 0", limits[0])
		}
		limit = min(limit, pageMax)
	}
	if len(addedAfter) == 1 {
		if after, err = time.Parse(time.RFC3339Nano, addedAfter[0]); err != nil {
			return after, 0, fmt.Errorf("added_after is %q; it must be a time such as 2024-03-07T08:15:00.000000Z", addedAfter[0])
		}
	}
	if len(nexts) == 1 && nexts[0] != "" {
		raw, err := base64.RawURLEncoding.DecodeString(nexts[0])
		if err != nil || len(raw) != 8 {
			return after, 0, errors.New("next is not one that this server gave")
		}
		after = time.UnixMicro(int64(binary.BigEndian.Uint64(raw)))
	}
	return after.UTC(), limit, nil
}

func cursor(t time.Time) string {
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(t.UnixMicro())))
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// Status is the answer to a POST (TAXII 2.1, 4.3.1), with what Heed adds.
type Status struct {
	ID        string           `json:"id"`
	Status    string           `json:"status"` // complete, pending
	Timestamp string           `json:"request_timestamp"`
	Total     int              `json:"total_count"`
	Success   int              `json:"success_count"`
	Failure   int              `json:"failure_count"`
	Pending   int              `json:"pending_count"`
	Successes []StatusLine     `json:"successes,omitzero"`
	Failures  []StatusLine     `json:"failures,omitzero"`
	Pendings  []StatusLine     `json:"pendings,omitzero"`
	Receipts  []jsontext.Value `json:"x_heed_receipts,omitzero"` // outer forms of the delivered receipts
	Head      string           `json:"x_heed_head,omitzero"`     // the newest signed head of this node's log
}

// StatusLine is one object of a [Status].
type StatusLine struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Message string `json:"message,omitzero"`
}

// add takes an envelope in (TAXII 2.1, 5.5). Ours: each object is judged by itself, and what
// the status says of it is on stable storage before the 202, so a 202 is never an empty
// promise. The status itself is kept in memory and written with the next beat.
func (s *Server) add(c *call) {
	objects, status, err := readEnvelope(c.w, c.r)
	if err != nil {
		s.fail(c.w, status, err.Error())
		return
	}
	outcomes, err := s.Intake.Receive(c.r.Context(), intake.Arrival{Door: "taxii", From: string(c.peer.ID), Peer: c.peer.ID, Desk: c.desk.ID, Objects: objects})
	if err != nil {
		s.broken(c.w, err)
		return
	}
	id, err := uuid.NewRandomFromReader(s.Rand)
	if err != nil {
		s.broken(c.w, err)
		return
	}
	st := s.report(id.String(), outcomes)
	body, err := json.Marshal(st, json.Deterministic(true))
	if err != nil {
		s.broken(c.w, err)
		return
	}
	kept := store.Status{ID: st.ID, Party: c.peer.ID, At: s.Now(), Body: body}
	var receipts [][]byte
	for _, o := range outcomes {
		if o.Receipt != nil {
			receipts, kept.Receipts = append(receipts, o.Receipt), append(kept.Receipts, o.Index)
		}
	}
	s.Answers.add(kept)
	s.write(c.w, http.StatusAccepted, withReceipts(body, receipts, s.Intake.Head()))
}

// withReceipts adds to a status what is never kept with it, because the ledger has it: the
// delivered receipts in their outer forms, and the newest head of this node's log.
func withReceipts(status []byte, receipts [][]byte, head string) []byte {
	b := append(make([]byte, 0, len(status)+2560*len(receipts)+512), status[:len(status)-1]...)
	for i, r := range receipts {
		if i == 0 {
			b = append(b, `,"x_heed_receipts":[`...)
		} else {
			b = append(b, ',')
		}
		b = append(b, r...)
	}
	if len(receipts) > 0 {
		b = append(b, ']')
	}
	if head != "" {
		b = append(b, `,"x_heed_head":`...)
		b, _ = jsontext.AppendQuote(b, head) // a note of our own is good UTF-8
	}
	return append(b, '}')
}

// report puts outcomes into a status, without the receipts.
func (s *Server) report(id string, outcomes []intake.Outcome) Status {
	st := Status{ID: id, Status: "complete", Timestamp: stamp(s.Now()), Total: len(outcomes)}
	for _, o := range outcomes {
		line := StatusLine{ID: o.ID, Version: o.Version, Message: o.Words}
		switch o.State {
		case intake.Recorded, intake.Repeated:
			st.Success++
			st.Successes = append(st.Successes, line)
		case intake.Pending:
			st.Pending++
			st.Pendings, st.Status = append(st.Pendings, line), "pending"
		default:
			st.Failure++
			st.Failures = append(st.Failures, line)
		}
	}
	return st
}

// readEnvelope reads the objects of an envelope without trusting anything in them.
func readEnvelope(w http.ResponseWriter, r *http.Request) (objects [][]byte, status int, err error) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/taxii+json" {
		return nil, http.StatusUnsupportedMediaType, errors.New("post an envelope as " + MediaType)
	}
	if r.Header.Get("Content-Encoding") != "" {
		return nil, http.StatusUnsupportedMediaType, errors.New("compressed bodies are not taken")
	}
	if r.ContentLength > MaxContent {
		return nil, http.StatusRequestEntityTooLarge, fmt.Errorf("the envelope has %d bytes; at most %d are taken (max_content_length)", r.ContentLength, MaxContent)
	}
	var body bytes.Buffer
	body.Grow(int(max(r.ContentLength, 0)) + bytes.MinRead) // at most MaxContent
	_, err = body.ReadFrom(http.MaxBytesReader(w, r.Body, MaxContent))
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return nil, http.StatusRequestEntityTooLarge, fmt.Errorf("the envelope is larger than %d bytes (max_content_length)", MaxContent)
	}
	if err != nil {
		return nil, http.StatusBadRequest, errors.New("the body ended before it was complete")
	}
	if objects, err = split(body.Bytes()); err != nil {
		return nil, http.StatusBadRequest, errors.New("the body is not an envelope: it must be a JSON object with a list of objects")
	}
	switch {
	case len(objects) == 0:
		return nil, http.StatusUnprocessableEntity, errors.New("the envelope holds no objects")
	case len(objects) > MaxObjects:
		return nil, http.StatusUnprocessableEntity, fmt.Errorf("the envelope holds %d objects; at most %d are taken at once", len(objects), MaxObjects)
	}
	return objects, 0, nil
}

// split finds the objects of an envelope. What is in them is not judged here: each is held
// to the strict rules by itself.
func split(body []byte) (objects [][]byte, err error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true))
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '{' {
		return nil, errors.Join(errNoEnvelope, err)
	}
	found := false
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		if name.String() != "objects" {
			if err := dec.SkipValue(); err != nil {
				return nil, err
			}
			continue
		}
		t, err := dec.ReadToken()
		if err != nil || t.Kind() != '[' || found { // two lists: readers would disagree on which counts
			return nil, errors.Join(errNoEnvelope, err)
		}
		for found = true; dec.PeekKind() != ']'; {
			v, err := dec.ReadValue()
			if err != nil {
				return nil, err
			}
			end := dec.InputOffset()
			objects = append(objects, body[end-int64(len(v)):end])
		}
		if _, err := dec.ReadToken(); err != nil {
			return nil, err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	if _, err := dec.ReadToken(); err != io.EOF {
		return nil, errNoEnvelope
	}
	return objects, nil
}

var errNoEnvelope = errors.New("taxii: not an envelope")

func (s *Server) status(c *call) {
	var st store.Status
	var receipts [][]byte
	err := s.Store.View(c.r.Context(), func(tx *store.Tx) (err error) {
		if st, err = s.findStatus(tx, c.r.PathValue("id"), c.peers); err != nil {
			return err
		}
		receipts = nil
		for _, idx := range st.Receipts {
			rec, err := tx.Record(idx)
			if err != nil {
				return err
			}
			r, err := stix.Splice(rec.Receipt.Payload, *rec.Receipt)
			if err != nil {
				return err
			}
			receipts = append(receipts, r)
		}
		return nil
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		s.missing(c.w)
	case err != nil:
		s.broken(c.w, err)
	default:
		s.write(c.w, http.StatusOK, withReceipts(st.Body, receipts, s.Intake.Head()))
	}
}

// findStatus looks among the newest answers and in the store. Only who posted may read it.
func (s *Server) findStatus(tx *store.Tx, id string, peers []*people.Party) (store.Status, error) {
	for _, p := range peers {
		if st, ok := s.Answers.find(id, p.ID); ok {
			return st, nil
		}
		if st, err := tx.Status(id, p.ID); !errors.Is(err, store.ErrNotFound) {
			return st, err
		}
	}
	return store.Status{}, store.ErrNotFound
}

// Seen tells a peer the newest head of its own log that this node holds.
type Seen struct {
	Head string `json:"head,omitzero"` // signed note; left out: none was ever seen
}

func (s *Server) seen(c *call) {
	var out Seen
	err := s.Store.View(c.r.Context(), func(tx *store.Tx) error {
		for _, p := range c.peers {
			h, err := tx.NewestPeerHead(p.Log.Origin())
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			out.Head = string(h.Note)
		}
		return nil
	})
	if err != nil {
		s.broken(c.w, err)
		return
	}
	s.answer(c.w, http.StatusOK, out)
}

// Consistency proves that this node's log of size To extends the one of size From.
type Consistency struct {
	From  int64    `json:"from"`
	To    int64    `json:"to"`
	Proof []string `json:"proof,omitzero"` // base64
}

func (s *Server) consistency(c *call) {
	q := c.r.URL.Query()
	from, err1 := strconv.ParseInt(q.Get("from"), 10, 64)
	to, err2 := strconv.ParseInt(q.Get("to"), 10, 64)
	if err1 != nil || err2 != nil || from < 0 || to < from {
		s.fail(c.w, http.StatusBadRequest, "from and to must be two sizes of this log, the smaller first")
		return
	}
	out := Consistency{From: from, To: to}
	err := s.Store.View(c.r.Context(), func(tx *store.Tx) error {
		// Only sizes that were signed may be asked about: other sizes are nobody's business.
		for _, n := range []int64{from, to} {
			if h, err := tx.SignedHeadFrom(n - 1); err != nil || h.Size != n {
				return store.ErrNotFound
			}
		}
		proof, err := ledger.ProveConsistency(from, to, tx.Tiles())
		for _, h := range proof {
			out.Proof = append(out.Proof, base64.StdEncoding.EncodeToString(h[:]))
		}
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		s.missing(c.w)
	case err != nil:
		s.broken(c.w, err)
	default:
		s.answer(c.w, http.StatusOK, out)
	}
}

func (s *Server) answer(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		s.broken(w, err)
		return
	}
	s.write(w, status, body)
}

func (s *Server) write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", MediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body))) // else a long answer goes out in chunks
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone reads nothing
}

type failure struct {
	Title   string `json:"title"`
	ErrorID string `json:"error_id,omitzero"`
	Status  string `json:"http_status"`
}

func (s *Server) fail(w http.ResponseWriter, status int, title string) {
	body, _ := json.Marshal(failure{Title: title, Status: strconv.Itoa(status)})
	s.write(w, status, body)
}

// missing is the one answer for what does not exist and what may not be seen.
func (s *Server) missing(w http.ResponseWriter) {
	s.fail(w, http.StatusNotFound, "nothing is here")
}

// broken answers an error of ours: nothing was stored, or it is not known whether.
func (s *Server) broken(w http.ResponseWriter, err error) {
	id, _ := uuid.NewRandomFromReader(s.Rand)
	s.Log.Error("request failed", "error_id", id.String(), "err", err)
	body, _ := json.Marshal(failure{Title: "this could not be stored or read now; send it again", ErrorID: id.String(), Status: "503"})
	w.Header().Set("Retry-After", "5")
	s.write(w, http.StatusServiceUnavailable, body)
}
