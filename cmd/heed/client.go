package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/term"

	"heed/internal/node"
)

// errNoAnswer means that no node could be asked.
var errNoAnswer = errors.New("the node is not running")

// ask sends a request to the node and reads the JSON answer into out.
func (f *flags) ask(ctx context.Context, method, path string, query url.Values, in, out any) ([]byte, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	res, err := f.open(ctx, method, path, query, body)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("the node broke off its answer: %w", err)
	}
	if out == nil {
		return b, nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return nil, fmt.Errorf("the node's answer cannot be read: %w", err)
	}
	return b, nil
}

// problem is an error that the node put into words.
type problem struct {
	status int
	title  string
	alarm  []string // nothing can be stored there: fills the page
}

func (p problem) Error() string { return p.title }

// open sends a request and gives the answer, if it is a success.
func (f *flags) open(ctx context.Context, method, path string, query url.Values, body io.Reader) (*http.Response, error) {
	if query == nil {
		query = url.Values{}
	}
	if f.as != "" {
		query.Set("as", f.as)
	}
	client, base := f.socket()
	if f.url != "" {
		client, base = http.DefaultClient, strings.TrimSuffix(f.url, "/")
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path+"?"+query.Encode(), body)
	if err != nil {
		return nil, err
	}
	if f.token != "" {
		token, err := os.ReadFile(f.token)
		if err != nil {
			return nil, err
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, f.unreached(err)
	}
	if res.StatusCode != http.StatusOK {
		defer res.Body.Close()
		b, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		var p struct {
			Title string   `json:"title"`
			Alarm []string `json:"alarm"`
		}
		if json.Unmarshal(b, &p) != nil || p.Title == "" {
			p.Title = "the node answers " + res.Status
		}
		return nil, problem{res.StatusCode, p.Title, p.Alarm}
	}
	return res, nil
}

func (f *flags) socket() (*http.Client, string) {
	name := filepath.Join(f.node, node.SocketName)
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "unix", name)
	}}}, "http://node"
}

func (f *flags) unreached(err error) error {
	if f.url != "" {
		return fmt.Errorf("%s does not answer: %w", f.url, err)
	}
	if _, cerr := node.ReadConfig(f.node); cerr != nil {
		return cerr
	}
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("%w: start it with heed serve --node %s", errNoAnswer, f.node)
	}
	return err
}

// printJSON prints an answer as it came.
func printJSON(w io.Writer, b []byte) error {
	_, err := w.Write(append(bytes.TrimRight(b, "\n"), '\n'))
	return err
}

// printValue prints what this program itself knows as JSON.
func printValue(w io.Writer, v any) error {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.Multiline(true))
	if err != nil {
		return err
	}
	return printJSON(w, b)
}

// width is that of the terminal, else 80.
func width() int {
	if n, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && n > 20 {
		return n
	}
	return 80
}

// clean makes outside text safe to print: no control bytes, no marks that reorder it.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F:
			return '\uFFFD'
		}
		return r
	}, s)
}

// fit cuts s to n columns.
func fit(s string, n int) string {
	s = clean(s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	return string(r[:max(n-1, 0)]) + "…"
}

// wrap breaks s into lines of at most n columns, each after indent.
func wrap(s, indent string, n int) string {
	var b strings.Builder
	for para := range strings.SplitSeq(s, "\n") {
		line := indent
		for word := range strings.FieldsSeq(clean(para)) {
			if len(line) > len(indent) && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > n {
				b.WriteString(strings.TrimRight(line, " ") + "\n")
				line = indent
			}
			if len(line) > len(indent) {
				line += " "
			}
			line += word
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func isTerminal() bool { return term.IsTerminal(int(os.Stderr.Fd())) }
