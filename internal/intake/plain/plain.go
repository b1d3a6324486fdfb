// Package plain turns the bytes of a file into the words that a reader of it could see.
//
// It knows HTML, mail, Markdown and plain text. What surrounds an article (menus, notices,
// lists of other articles) is left out; what stands in the file but could not be seen
// (hidden by style, of no width, marks that turn the direction of writing) is named in
// [Text.Hidden] and, but for plain text, left out. Plain text and Markdown stay as they are,
// byte for byte. PDF and other formats are not read.
//
// HTML and mail come from strangers and go through large parsers: a program calls [InChild],
// which parses in a process of its own. The raw bytes are the caller's and stay as they are.
package plain

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// Kind is a sort of file.
type Kind string

const (
	PlainText Kind = "text"
	Markdown  Kind = "markdown"
	HTML      Kind = "html"
	Mail      Kind = "mail"
	PDF       Kind = "pdf"
	Other     Kind = "other"
)

// Text is what a file says.
type Text struct {
	Kind   Kind     `json:"kind"`
	Text   string   `json:"text"`
	Hidden []Hidden `json:"hidden,omitzero"`
	// Unread says why there is no text: a format that is not read.
	Unread string `json:"unread,omitzero"`
}

// Hidden is something that stands in a file and that its reader could not see.
type Hidden struct {
	Why   string `json:"why"`
	Words string `json:"words,omitzero"` // at most 200 bytes of it
	Times int    `json:"times"`
}

// MaxSize is the largest file that is read.
const MaxSize = 32 << 20

// KindOf tells what a file is, by its name and its first bytes.
func KindOf(name string, raw []byte) Kind {
	head := raw[:min(len(raw), 2048)]
	lower := strings.ToLower(name)
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return PDF
	case strings.HasSuffix(lower, ".eml") || looksLikeMail(head):
		return Mail
	case strings.HasSuffix(lower, ".html") || strings.HasSuffix(lower, ".htm") || strings.HasSuffix(lower, ".xhtml"):
		return HTML
	case strings.HasSuffix(lower, ".md") || strings.HasSuffix(lower, ".markdown"):
		return Markdown
	}
	switch kind := http.DetectContentType(head); {
	case strings.HasPrefix(kind, "text/html"):
		return HTML
	case strings.HasPrefix(kind, "text/"), len(raw) == 0:
		return PlainText
	}
	return Other
}

// looksLikeMail wants a header of mail that nobody writes by hand.
func looksLikeMail(head []byte) bool {
	header, _, _ := bytes.Cut(bytes.ReplaceAll(head, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	found := 0
	for _, name := range []string{"From: ", "Message-ID: ", "Received: ", "MIME-Version: ", "Return-Path: "} {
		if bytes.HasPrefix(header, []byte(name)) || bytes.Contains(header, []byte("\n"+name)) {
			found++
		}
	}
	return found >= 2
}

// Parse reads a file of a kind in this process. Use it for text and Markdown; HTML and mail
// belong into [InChild].
func Parse(kind Kind, raw []byte) (Text, error) {
	if len(raw) > MaxSize {
		return Text{}, fmt.Errorf("the file is larger than %d MB", MaxSize>>20)
	}
	t := Text{Kind: kind}
	var err error
	switch kind {
	case PDF:
		t.Unread = "PDF is kept as it came; its text is not read"
		return t, nil
	case Other:
		t.Unread = "not a text, a page or a mail"
		return t, nil
	case HTML:
		t.Text, err = t.page(raw)
	case Mail:
		t.Text, err = t.mail(raw)
	default: // bytes as they are, so that a span counts in the file
		t.Text = string(raw)
		t.visible(t.Text)
		return t, nil
	}
	if err != nil {
		return Text{}, err
	}
	t.Text = t.visible(t.Text)
	return t, nil
}

// hide names something hidden.
func (t *Text) hide(why, words string) {
	words = strings.Join(strings.Fields(strings.ToValidUTF8(words, "·")), " ")
	if len(words) > 200 {
		words = strings.ToValidUTF8(words[:200], "") + "…"
	}
	for i := range t.Hidden {
		if t.Hidden[i].Why == why && (t.Hidden[i].Words == words || words == "" || len(t.Hidden) > 50) {
			t.Hidden[i].Times++
			return
		}
	}
	t.Hidden = append(t.Hidden, Hidden{Why: why, Words: words, Times: 1})
}

// visible leaves out characters that cannot be seen, and names them.
func (t *Text) visible(s string) string {
	clean := true
	for _, r := range s {
		clean = clean && invisible(r) == ""
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch why := invisible(r); {
		case why == "":
			b.WriteRune(r)
		case r == '\ufeff' && i == 0: // a byte order mark hides nothing
		default:
			t.hide(why, "")
		}
	}
	return b.String()
}

// Unseen names the characters of a text that its reader cannot see.
func Unseen(s string) []Hidden {
	var t Text
	t.visible(s)
	return t.Hidden
}

func invisible(r rune) string {
	switch {
	case r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' || r == '\ufeff' || r == '\u180e' || r == '\u00ad':
		return "characters of no width"
	case r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\u200e' || r == '\u200f' || r == '\u061c':
		return "marks that turn the direction of writing"
	case r >= 0xe0000 && r <= 0xe007f:
		return "tag characters"
	}
	return ""
}

// decode makes UTF-8 of bytes: as they are where they are, else by the charset that they
// name, else byte by byte as in Latin-1.
func decode(raw []byte, charset string) string {
	if utf8.Valid(raw) && !bytes.ContainsRune(raw, 0) {
		return string(raw)
	}
	if s, ok := byCharset(raw, charset); ok {
		return s
	}
	return string(raw) // not text: the reader says so
}
