package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// Who watches goes on from the last place that it was given, also from that of the beginning,
// whatever came last.
func TestWatchGoesOn(t *testing.T) {
	answers := []string{
		": heed\nid: 5.0\n\n: still here\n\n",
		": heed\nid: 5.0\n\nid: 7.3\nevent: recorded\ndata: {\"seq\":\"7.3\",\"what\":\"recorded\",\"words\":\"Surge\"}\n\nevent: end\ndata: {\"what\":\"end\",\"words\":\"the node stops\"}\n\n",
		": heed\nid: 7.3\n\nevent: reset\ndata: {\"what\":\"reset\",\"words\":\"you were away\"}\n\n",
		"",
	}
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("after"))
		fmt.Fprint(w, answers[len(asked)-1])
	}))
	defer srv.Close()
	var out strings.Builder
	w := watching{f: &flags{url: srv.URL}, out: &out}
	for range answers {
		if err := w.follow(t.Context()); err == nil || !strings.Contains(err.Error(), "the node closed it") {
			t.Fatal(err)
		}
	}
	if want := []string{"", "5.0", "7.3", "7.3"}; !slices.Equal(asked, want) {
		t.Errorf("asked after %q, want %q", asked, want)
	}
	for _, words := range []string{"Surge", "the node stops", "you were away"} {
		if strings.Count(out.String(), words) != 1 {
			t.Errorf("%q is not printed once:\n%s", words, out.String())
		}
	}
}
