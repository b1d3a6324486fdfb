package taxii

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"golang.org/x/mod/sumdb/tlog"

	"heed/internal/deliver"
	"heed/internal/people"
	"heed/internal/store"
)

// Pin is how a card names a TLS key: SHA-256 of the certificate's public key (SPKI).
func Pin(cert *x509.Certificate) string {
	h := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return "sha256:" + base64.StdEncoding.EncodeToString(h[:])
}

// Client speaks to the nodes of other parties. Both sides' keys are pinned to the cards; no
// certificate authority has a say. Safe for concurrent use.
type Client struct {
	Certificate tls.Certificate
	mu          sync.Mutex
	byPin       map[string]*http.Client
}

// ErrPin means that the other side has another TLS key than its card says.
var ErrPin = errors.New("its TLS key is not the one on its card")

func (c *Client) to(p *people.Party) *http.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := p.TLSPin + " " + strconv.FormatBool(p.Token != "")
	if h := c.byPin[key]; h != nil {
		return h
	}
	if c.byPin == nil {
		c.byPin = map[string]*http.Client{}
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{c.Certificate}}
	if p.Token == "" { // else a proxy ends TLS with a certificate of its own, checked the usual way
		pin := p.TLSPin
		conf.InsecureSkipVerify = true // the pin below is stricter
		conf.VerifyConnection = func(cs tls.ConnectionState) error {
			if len(cs.PeerCertificates) == 0 || Pin(cs.PeerCertificates[0]) != pin {
				return ErrPin
			}
			return nil
		}
	}
	h := &http.Client{
		Transport: &http.Transport{TLSClientConfig: conf, Proxy: nil, MaxIdleConnsPerHost: 8, IdleConnTimeout: 90 * time.Second,
			DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext, ResponseHeaderTimeout: 25 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("it redirects, which is not followed") },
	}
	c.byPin[key] = h
	return h
}

const maxAnswer = 32 << 20

// do sends a request and reads the whole answer.
func (c *Client) do(ctx context.Context, p *people.Party, method, path string, body []byte) (int, []byte, error) {
	if p.URL == "" {
		return 0, nil, fmt.Errorf("the card of %s has no address", p.Name)
	}
	u, err := url.Parse(p.URL)
	if err != nil || u.Scheme != "https" && (u.Scheme != "http" || p.Token == "") {
		return 0, nil, fmt.Errorf("the address of %s must be https (plain http only with a token)", p.Name)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.URL+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Accept", MediaType)
	if body != nil {
		req.Header.Set("Content-Type", MediaType)
	}
	if p.Token != "" {
		req.Header.Set("Authorization", "Bearer "+p.Token)
	}
	res, err := c.to(p).Do(req)
	if err != nil {
		if errors.Is(err, ErrPin) {
			return 0, nil, fmt.Errorf("%s: %w", p.Name, ErrPin)
		}
		return 0, nil, fmt.Errorf("%s does not answer: %w", p.Name, unwrapURL(err))
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("%s broke off its answer: %w", p.Name, err)
	}
	return res.StatusCode, b, nil
}

// unwrapURL drops the address that net/http repeats in front of every error.
func unwrapURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// Send posts objects into the collection of the pair, and reads what became of them.
func (c *Client) Send(ctx context.Context, from, to *people.Party, objects [][]byte) (deliver.Answer, error) {
	body := append([]byte(`{"objects":[`), bytes.Join(objects, []byte(","))...)
	body = append(body, "]}"...)
	status, b, err := c.do(ctx, to, http.MethodPost, "collections/"+CollectionID(to.ID, from.ID)+"/objects/", body)
	if err != nil {
		return deliver.Answer{}, err
	}
	if status != http.StatusAccepted {
		return deliver.Answer{}, fmt.Errorf("%s answers %d: %s", to.Name, status, title(b))
	}
	var st Status
	if err := json.Unmarshal(b, &st); err != nil {
		return deliver.Answer{}, fmt.Errorf("%s answers with what is no status", to.Name)
	}
	a := deliver.Answer{Head: st.Head}
	for _, r := range st.Receipts {
		a.Receipts = append(a.Receipts, r)
	}
	switch {
	case st.Failure > 0 && len(st.Failures) > 0:
		a.State, a.Words = store.NoticeRefused, st.Failures[0].Message
	case st.Pending > 0:
		a.State, a.Words = store.NoticePending, "it keeps this in waiting and has acknowledged nothing"
		if len(st.Pendings) > 0 && st.Pendings[0].Message != "" {
			a.Words += ": " + st.Pendings[0].Message
		}
	case st.Success == len(objects):
		a.State = store.NoticeDone
	default:
		return deliver.Answer{}, fmt.Errorf("%s answers with counts that do not fit: %d of %d", to.Name, st.Success, len(objects))
	}
	return a, nil
}

// Objects reads what a peer has for a desk of ours, added after a date, page by page, and
// hands each page to fn.
func (c *Client) Objects(ctx context.Context, ours, peer *people.Party, after time.Time, fn func(objects [][]byte) error) error {
	path := "collections/" + CollectionID(peer.ID, ours.ID) + "/objects/?limit=100&added_after=" + url.QueryEscape(stamp(after))
	for next := ""; ; {
		var p page
		if err := c.get(ctx, peer, path+"&next="+url.QueryEscape(next), &p); err != nil {
			return err
		}
		var objects [][]byte
		for _, o := range p.Objects {
			objects = append(objects, o)
		}
		if len(objects) > 0 {
			if err := fn(objects); err != nil {
				return err
			}
		}
		if !p.More || p.Next == "" || p.Next == next {
			return nil
		}
		next = p.Next
	}
}

// Seen asks a peer for the newest head of our log that it holds; empty: it holds none.
func (c *Client) Seen(ctx context.Context, to *people.Party) (string, error) {
	var out Seen
	err := c.get(ctx, to, "x-heed/seen/", &out)
	return out.Head, err
}

// ErrNoProof means that a peer answers, and has no proof between two sizes of its log.
var ErrNoProof = errors.New("it has no proof between these sizes of its log")

var errMissing = errors.New("nothing is there")

// Consistency asks a peer to prove that its log of size next extends the one of size old.
func (c *Client) Consistency(ctx context.Context, to *people.Party, old, next int64) ([]tlog.Hash, error) {
	var out Consistency
	err := c.get(ctx, to, fmt.Sprintf("x-heed/consistency/?from=%d&to=%d", old, next), &out)
	if errors.Is(err, errMissing) {
		return nil, fmt.Errorf("%s: %w", to.Name, ErrNoProof)
	}
	if err != nil {
		return nil, err
	}
	if out.From != old || out.To != next {
		return nil, ErrNoProof
	}
	var proof []tlog.Hash
	for _, s := range out.Proof {
		raw, err := base64.StdEncoding.DecodeString(s)
		if err != nil || len(raw) != tlog.HashSize {
			return nil, errors.New("its proof is not made of hashes")
		}
		proof = append(proof, tlog.Hash(raw))
	}
	return proof, nil
}

func (c *Client) get(ctx context.Context, to *people.Party, path string, v any) error {
	status, b, err := c.do(ctx, to, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if status == http.StatusNotFound {
		return fmt.Errorf("%s answers 404: %w", to.Name, errMissing)
	}
	if status != http.StatusOK {
		return fmt.Errorf("%s answers %d: %s", to.Name, status, title(b))
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s answers with what cannot be read", to.Name)
	}
	return nil
}

// title reads the sentence of an error body.
func title(b []byte) string {
	var f failure
	if json.Unmarshal(b, &f) != nil || f.Title == "" {
		return "no reason given"
	}
	return f.Title
}
