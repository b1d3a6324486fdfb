package main

import (
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// proxy ends TLS at one address and speaks plain HTTP to a node at another, as a reverse
// proxy of a house does: "proxy ADDRESS NODE CERTIFICATE". The certificate is written to a
// file; who trusts it says so in SSL_CERT_FILE.
func proxy(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", args[0])
	ts.Check(err)
	srv := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: args[1]}))
	ts.Check(srv.Listener.Close())
	srv.Listener = l
	srv.StartTLS()
	ts.Defer(srv.Close)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600))
}

// silent listens at an address, takes whatever is sent, and never answers: "silent ADDRESS".
func silent(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", args[0])
	ts.Check(err)
	end := make(chan struct{})
	srv := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-end:
		case <-r.Context().Done():
		}
	})}
	go func() { _ = srv.Serve(l) }() // ends with Close
	ts.Defer(func() { close(end); ts.Check(srv.Close()) })
}
