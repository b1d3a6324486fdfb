package node_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"heed/internal/desk"
	"heed/internal/people"
)

// raw sends a request with a body as it is.
func (c *court) raw(method, path string, q url.Values, body io.Reader, size int64) *http.Response {
	c.t.Helper()
	q.Set("as", "coast")
	req, err := http.NewRequestWithContext(c.t.Context(), method, "http://"+c.n.Addr().String()+path+"?"+q.Encode(), body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.ContentLength = size
	req.Header.Set("Authorization", "Bearer "+c.tokens[people.Analyst])
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { res.Body.Close() })
	return res
}

// endless gives bytes without an end, and counts those that were taken.
type endless struct{ taken int }

func (e *endless) Read(p []byte) (int, error) { e.taken += len(p); return len(p), nil }

// TestFilesOverHTTP: a file comes back byte for byte, as an attachment that nothing opens by itself; one
// that is too large is refused with a status and one sentence, before it is taken; and the
// tray answers with a status that fits.
func TestFilesOverHTTP(t *testing.T) {
	c := hold(t, "")
	page := []byte("<script>alert(1)</script>\x00\xff")
	res := c.raw("POST", "/api/readings/file", url.Values{"name": {"a\"b\r\n/../ü.html"}}, bytes.NewReader(page), int64(len(page)))
	var kept desk.Kept
	if err := json.NewDecoder(res.Body).Decode(&kept); err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res.Status, err)
	}
	if kept.File.Kind != "html" || kept.File.Unread == "" {
		t.Errorf("no parser is here, and the page counts as read: %+v", kept.File)
	}
	res = c.raw("GET", "/api/readings/file", url.Values{"what": {string(kept.File.Digest)}}, nil, 0)
	got, err := io.ReadAll(res.Body)
	if err != nil || !bytes.Equal(got, page) {
		t.Errorf("%q, %v", got, err)
	}
	for name, want := range map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store"} {
		if res.Header.Get(name) != want {
			t.Errorf("%s: %q", name, res.Header.Get(name))
		}
	}
	if d := res.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment; filename") || strings.ContainsAny(d, "\r\n/\\") {
		t.Errorf("Content-Disposition: %q", d)
	}
	for _, size := range []int64{desk.MaxFile + 1, -1} { // said beforehand, or not
		e := &endless{}
		res := c.raw("POST", "/api/readings/file", url.Values{"name": {"large"}}, io.LimitReader(e, 4*desk.MaxFile), size)
		b, _ := io.ReadAll(res.Body)
		if res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(b), "larger than 16 MB; nothing of it was kept") {
			t.Errorf("%s %s", res.Status, b)
		}
		if e.taken > 3*desk.MaxFile {
			t.Errorf("%d bytes were taken of a file that is refused", e.taken)
		}
	}
	for what, want := range map[string]int{"": 403, "999": 403, "ffffffffffff": 403} {
		if res := c.raw("GET", "/api/readings/file", url.Values{"what": {what}}, nil, 0); res.StatusCode != want {
			t.Errorf("%q: %s", what, res.Status)
		}
	}
	for _, path := range []string{"/api/readings", "/api/readings/files"} {
		if res := c.raw("GET", path, url.Values{"after": {"x"}}, nil, 0); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s after x: %s", path, res.Status)
		}
	}
	if res := c.raw("POST", "/api/readings/file", url.Values{}, strings.NewReader("x"), 1); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a file without a name: %s", res.Status)
	}
	text := `{"title": "t", "text": "Norland warned Vale of a strike. The mayor denied it."}`
	if res := c.raw("POST", "/api/readings", url.Values{}, strings.NewReader(text), int64(len(text))); res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
	for _, x := range []struct {
		path, body string
		want       int
	}{
		{"/api/readings/correct", `{"n": [1], "correct": {"set": ["words=a flood"]}}`, 200},
		{"/api/readings/accept", `{"n": [1], "seen": 0}`, 409},
		{"/api/readings/drop", `{"n": [1], "seen": 0}`, 409},
		{"/api/readings/accept", `{"n": [1], "seen": 1}`, 200},
		{"/api/readings/correct", `{"n": [1], "correct": {"set": ["words=a fire"]}}`, 403},
		{"/api/readings/warn", `{"n": 1}`, 403}, // an analyst does not warn
	} {
		if res := c.raw("POST", x.path, url.Values{}, strings.NewReader(x.body), int64(len(x.body))); res.StatusCode != x.want {
			b, _ := io.ReadAll(res.Body)
			t.Errorf("%s %s: %s %s", x.path, x.body, res.Status, b)
		}
	}
}
