package plain

import (
	"bytes"
	"strings"

	readability "codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

func byCharset(raw []byte, label string) (string, bool) {
	e, _, certain := charset.DetermineEncoding(raw, "text/plain; charset="+label)
	if label == "" && !certain && bytes.ContainsRune(raw, 0) {
		return "", false
	}
	b, err := e.NewDecoder().Bytes(raw)
	return string(b), err == nil
}

// page gives the article of an HTML page: its title and its paragraphs.
func (t *Text) page(raw []byte) (string, error) {
	r, err := charset.NewReader(bytes.NewReader(raw), "text/html")
	if err != nil {
		return "", err
	}
	doc, err := html.Parse(r)
	if err != nil {
		return "", err
	}
	t.dropHidden(doc, 0)
	article, err := readability.FromDocument(doc, nil)
	var b strings.Builder
	if err == nil && article.Node != nil {
		if title := strings.TrimSpace(article.Title()); title != "" {
			b.WriteString(title + "\n\n")
		}
		blocks(&b, article.Node, 0)
	} else {
		blocks(&b, doc, 0) // no article in it: all that can be seen
	}
	return tidy(b.String()), nil
}

// maxDepth bounds how deep elements are followed.
const maxDepth = 400

// dropHidden takes out what a reader of the page cannot see.
func (t *Text) dropHidden(n *html.Node, depth int) {
	var next *html.Node
	for c := n.FirstChild; c != nil; c = next {
		next = c.NextSibling
		if c.Type == html.CommentNode {
			n.RemoveChild(c)
			continue
		}
		if c.Type != html.ElementNode {
			continue
		}
		if why := hiddenBy(c); why != "" {
			if words := wordsOf(c, 0); words != "" {
				t.hide(why, words)
			}
			n.RemoveChild(c)
			continue
		}
		if depth < maxDepth {
			t.dropHidden(c, depth+1)
		} else {
			n.RemoveChild(c)
		}
	}
}

func hiddenBy(n *html.Node) string {
	switch n.Data {
	case "script", "style", "template", "noscript", "head", "title", "meta", "link":
		return ""
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return "hidden by its attribute"
		case "style":
			s := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			for _, x := range []string{"display:none", "visibility:hidden", "font-size:0", "opacity:0;", "left:-9999", "text-indent:-9999", "max-height:0", "clip:rect(0"} {
				if strings.Contains(s+";", x) {
					return "hidden by style"
				}
			}
		}
	}
	return ""
}

func wordsOf(n *html.Node, depth int) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	if n.Data == "script" || n.Data == "style" || depth > maxDepth {
		return ""
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil && b.Len() < 4096; c = c.NextSibling {
		b.WriteString(wordsOf(c, depth+1))
		b.WriteByte(' ')
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// blocks writes the text of elements, a blank line between blocks.
func blocks(b *strings.Builder, n *html.Node, depth int) {
	if depth > maxDepth {
		return
	}
	switch n.Type {
	case html.TextNode:
		text := strings.Join(strings.Fields(n.Data), " ")
		if text == "" {
			if n.Data != "" && b.Len() > 0 {
				b.WriteByte(' ')
			}
			return
		}
		if n.Data[0] <= ' ' {
			b.WriteByte(' ')
		}
		b.WriteString(text)
		if n.Data[len(n.Data)-1] <= ' ' {
			b.WriteByte(' ')
		}
		return
	case html.ElementNode:
		switch n.Data {
		case "script", "style", "template", "noscript", "head", "nav", "form", "button", "select", "textarea", "svg", "iframe":
			return
		case "br":
			b.WriteByte('\n')
			return
		}
	}
	block := n.Type == html.ElementNode && blockElements[n.Data]
	if block {
		b.WriteString("\n\n")
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		blocks(b, c, depth+1)
	}
	if block {
		b.WriteString("\n\n")
	}
}

var blockElements = map[string]bool{"p": true, "div": true, "section": true, "article": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true,
	"li": true, "ul": true, "ol": true, "blockquote": true, "pre": true, "table": true, "tr": true, "header": true, "footer": true, "main": true, "figure": true, "figcaption": true, "hr": true}

// tidy joins spaces and leaves one blank line between paragraphs.
func tidy(s string) string {
	var out []string
	blank := true
	for line := range strings.Lines(s) {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" {
			if !blank {
				out = append(out, "")
			}
			blank = true
			continue
		}
		out = append(out, line)
		blank = false
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n") + "\n"
}
