package plain

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"

	"golang.org/x/net/html/charset"
)

// maxParts bounds the parts of one mail, attachments of attachments included.
const maxParts = 200

// mail gives who wrote it, when, the subject and the words of a mail: its plain text, or its
// HTML where it has no plain text. Attachments are named, not read.
func (t *Text) mail(raw []byte) (string, error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return "", fmt.Errorf("not a mail: %w", err)
	}
	words := mime.WordDecoder{CharsetReader: charset.NewReaderLabel}
	var b strings.Builder
	for _, name := range []string{"From", "Date", "Subject"} {
		v := m.Header.Get(name)
		if d, err := words.DecodeHeader(v); err == nil {
			v = d
		}
		if v = strings.Join(strings.Fields(v), " "); v == "" {
			continue
		}
		if name == "Date" {
			if at, err := mail.ParseDate(v); err == nil {
				v = at.Format("2 January 2006")
			}
			name = "Sent"
		}
		b.WriteString(name + ": " + v + "\n\n")
	}
	parts := 0
	plainText, page, err := t.parts(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body, &parts, 0)
	if err != nil {
		return "", err
	}
	switch {
	case strings.TrimSpace(plainText) != "":
		b.WriteString(plainText)
	case page != "":
		text, err := t.page([]byte(page))
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// parts walks a mail's parts and gives its plain text and its HTML.
func (t *Text) parts(contentType, encoding string, body io.Reader, n *int, depth int) (text, page string, err error) {
	if *n++; *n > maxParts || depth > 20 {
		return "", "", errors.New("the mail has too many parts")
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind, params = "text/plain", nil
	}
	if strings.HasPrefix(kind, "multipart/") {
		r := multipart.NewReader(body, params["boundary"])
		for {
			p, err := r.NextRawPart()
			if err != nil {
				return text, page, nil // the end, or a part that is broken off: what came before counts
			}
			if p.FileName() != "" {
				t.hide("attachment, not read", p.FileName())
				continue
			}
			a, h, err := t.parts(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, n, depth+1)
			if err != nil {
				return "", "", err
			}
			if a != "" && text != "" && kind != "multipart/alternative" {
				a = text + "\n\n" + a
			}
			if a != "" {
				text = a
			}
			if h != "" {
				page = h
			}
		}
	}
	switch strings.ToLower(encoding) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	raw, _ := io.ReadAll(io.LimitReader(body, MaxSize)) // a part broken off counts as far as it goes
	switch kind {
	case "text/plain":
		return strings.ReplaceAll(decode(raw, params["charset"]), "\r\n", "\n"), "", nil
	case "text/html":
		return "", decode(raw, params["charset"]), nil
	}
	t.hide("part, not read", kind)
	return "", "", nil
}
