package api

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"heed/internal/desk"
	"heed/internal/people"
)

// readingRoutes are those of the draft tray: what was read from texts and waits for a person.
func (s *Server) readingRoutes() map[string]route {
	return map[string]route{
		"GET /api/readings":          {people.ActDraft, s.readings},
		"GET /api/reading":           {people.ActDraft, s.reading},
		"POST /api/readings":         {people.ActDraft, s.addText},
		"POST /api/readings/file":    {people.ActDraft, s.addFile},
		"GET /api/readings/file":     {people.ActDraft, s.fileBytes},
		"GET /api/readings/files":    {people.ActDraft, s.files},
		"POST /api/readings/warn":    {people.ActWarn, s.warnOn},
		"POST /api/readings/accept":  {people.ActWeigh, s.acceptReadings},
		"POST /api/readings/correct": {people.ActDraft, s.correctReading},
		"POST /api/readings/drop":    {people.ActDraft, s.dropReading},
	}
}

// Text is the body of a request to read a text into the tray: what it says, or the bytes of
// its file. A large file goes to /api/readings/file as it is.
type Text struct {
	Title string `json:"title"` // its name; the ending tells what it is
	Text  string `json:"text,omitempty"`
	Raw   []byte `json:"raw,omitempty"` // instead of text: the bytes of the file
}

// Drafts is the body of what is done to drafts of the tray.
type Drafts struct {
	N       []int64          `json:"n"`
	Seen    *int             `json:"seen,omitempty"` // how many corrections of the one draft the person saw
	Correct *desk.Correction `json:"correct,omitempty"`
}

// WarnOn is the body of a request to warn on an account: a draft of the tray, or one on record.
type WarnOn struct {
	N    int64  `json:"n,omitempty"`
	What string `json:"what,omitempty"` // handle of the account, instead of n
	Warn Warn   `json:"warn,omitzero"`  // what is said otherwise than the account has it, and to whom
}

func (s *Server) readings(c *call) (any, error) {
	q := c.r.URL.Query()
	want := desk.Tray{State: q.Get("state"), Kind: q.Get("kind"), File: q.Get("file"), Limit: c.number("limit", 100, 1000)}
	switch want.State {
	case "all":
		want.State = ""
	case "":
		want.State = "waiting"
	}
	var err error
	if want.After, err = after(c); err != nil {
		return nil, err
	}
	return s.Desk.Readings(c.r.Context(), c.by, want)
}

// after is where a list goes on: the number of the last one that was seen.
func after(c *call) (int64, error) {
	v := c.r.URL.Query().Get("after")
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("a list goes on after a number, not after %q", v)
	}
	return n, nil
}

func (s *Server) reading(c *call) (any, error) {
	n, err := strconv.ParseInt(c.r.URL.Query().Get("n"), 10, 64)
	if err != nil {
		return nil, errors.New("name a draft by its number")
	}
	return s.Desk.Reading(c.r.Context(), c.by, n)
}

func (s *Server) addText(c *call) (any, error) {
	var in Text
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if in.Text != "" && len(in.Raw) > 0 {
		return nil, errors.New("give either text or raw")
	}
	return s.Desk.AddFile(c.r.Context(), c.by, in.Title, append([]byte(in.Text), in.Raw...))
}

// addFile takes a file as it is, as the body. One that is too large is refused unread.
func (s *Server) addFile(c *call) (any, error) {
	name := c.r.URL.Query().Get("name")
	if name == "" {
		return nil, errors.New("name the file: its ending tells what it is, as in ?name=cable.eml")
	}
	if c.r.ContentLength > desk.MaxFile {
		return nil, desk.ErrTooLarge
	}
	raw, err := io.ReadAll(c.r.Body)
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		err = desk.ErrTooLarge
	}
	if err != nil {
		return nil, err
	}
	return s.Desk.AddFile(c.r.Context(), c.by, name, raw)
}

func (s *Server) files(c *call) (any, error) {
	from, err := after(c)
	if err != nil {
		return nil, err
	}
	return s.Desk.Files(c.r.Context(), c.by, from, c.number("limit", 100, 1000))
}

// fileBytes gives a file back as it came, or its words: as an attachment of no type that
// anything opens by itself, since it may be a stranger's page.
func (s *Server) fileBytes(c *call) (any, error) {
	q := c.r.URL.Query()
	f, b, err := s.Desk.FileBytes(c.r.Context(), c.by, q.Get("what"), q.Get("words") == "yes")
	if err != nil {
		return nil, err
	}
	name, kind := path.Base(strings.ReplaceAll(f.Name, `\`, "/")), "application/octet-stream"
	if q.Get("words") == "yes" {
		name, kind = name+".txt", "text/plain; charset=utf-8"
	}
	sum := sha256.Sum256(b)
	h := c.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":") // RFC 9530
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(b) // a caller that has gone reads nothing
	return nil, nil
}

// warnOn says a warning that rests on an account, in the desk's own name as one who relays.
func (s *Server) warnOn(c *call) (any, error) {
	var in WarnOn
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if w := in.Warn; w.Update+w.Revoke+w.Source != "" {
		return nil, errors.New("a warning on an account is a new one, and its sources are those of the account: no update, revoke or source goes with it")
	}
	over, err := s.draft(c, in.Warn)
	if err != nil {
		return nil, err
	}
	if in.What == "" {
		return s.Desk.WarnOnDraft(c.r.Context(), c.by, in.N, over)
	}
	l, err := s.line(c, in.What)
	if err != nil {
		return nil, err
	}
	return s.Desk.WarnOn(c.r.Context(), c.by, l.Index, over)
}

func (s *Server) acceptReadings(c *call) (any, error) {
	var in Drafts
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return s.Desk.AcceptReadings(c.r.Context(), c.by, in.N, in.Seen)
}

// oneDraft reads a body that names exactly one draft.
func (c *call) oneDraft() (in Drafts, err error) {
	if err = c.read(&in); err == nil && len(in.N) != 1 {
		err = errors.New("name one draft by its number")
	}
	return in, err
}

func (s *Server) correctReading(c *call) (any, error) {
	in, err := c.oneDraft()
	if err != nil {
		return nil, err
	}
	if in.Correct == nil {
		return nil, errors.New("say what to correct: give either fields to set or the whole statement")
	}
	if in.Correct.Seen == nil {
		in.Correct.Seen = in.Seen
	}
	return s.Desk.CorrectReading(c.r.Context(), c.by, in.N[0], *in.Correct)
}

func (s *Server) dropReading(c *call) (any, error) {
	in, err := c.oneDraft()
	if err != nil {
		return nil, err
	}
	return s.Desk.DropReading(c.r.Context(), c.by, in.N[0], in.Seen)
}
