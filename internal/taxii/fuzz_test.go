package taxii

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// Whatever is posted, it is read into at least one and at most [MaxObjects] objects, or
// refused with a status of the client's and a sentence.
func FuzzReadEnvelope(f *testing.F) {
	for _, s := range []string{`{"objects":[{}]}`, `{"objects":[]}`, `{"objects":[1,"x",null]}`, `{"more":true,"objects":[{"a":1}]}`, `[]`, `{`, `{"objects":[{}],"objects":[]}`, "{}x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(b))
		r.Header.Set("Content-Type", MediaType)
		objects, status, err := readEnvelope(httptest.NewRecorder(), r)
		switch {
		case err == nil && (len(objects) == 0 || len(objects) > MaxObjects || status != 0):
			t.Errorf("%q: %d objects, status %d", b, len(objects), status)
		case err != nil && (status < 400 || status > 499 || err.Error() == ""):
			t.Errorf("%q: status %d: %v", b, status, err)
		}
	})
}

// A cursor is read back as the instant it was made of; every other text is refused or means
// one instant, and never a page without end.
func FuzzPage(f *testing.F) {
	f.Add("2024-03-07T08:15:00Z", "20", cursor(time.UnixMicro(1)))
	f.Add("", "0", "x")
	f.Fuzz(func(t *testing.T, after, limit, next string) {
		got, n, err := pageOf([]string{after}, []string{limit}, []string{next})
		if err != nil {
			return
		}
		if n < 1 || n > pageMax {
			t.Errorf("limit %q gave %d", limit, n)
		}
		if next == "" {
			return
		}
		if again, _, err := pageOf(nil, nil, []string{cursor(got)}); err != nil || !again.Equal(got) {
			t.Errorf("cursor %q: %v, then %v, %v", next, got, again, err)
		}
	})
}
