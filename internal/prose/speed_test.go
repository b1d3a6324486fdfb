package prose

import (
	"fmt"
	"strings"
	"testing"
)

// article is about n bytes of the project's own articles.
func article(t testing.TB, n int) string {
	t.Helper()
	var b strings.Builder
	for b.Len() < n {
		for _, d := range ownArticles(t) {
			b.WriteString(d.Text)
			b.WriteString("\n\n")
			if b.Len() >= n {
				break
			}
		}
	}
	return b.String()
}

// BenchmarkRead reads 5 KB of news.
func BenchmarkRead(b *testing.B) {
	text := article(b, 5000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Read(text)
	}
}

// hostile texts of about n bytes.
var hostile = []struct {
	name string
	make func(n int) string
}{
	{"one word", func(n int) string { return strings.Repeat("a", n) }},
	{"no spaces", func(n int) string { return strings.Repeat("said,", n/5) }},
	{"quote marks", func(n int) string { return strings.Repeat("\"", n) }},
	{"quotes of a word", func(n int) string { return strings.Repeat("\"x\" ", n/4) }},
	{"opening quotes", func(n int) string { return strings.Repeat(" “he said", n/12) }},
	{"single quotes", func(n int) string { return strings.Repeat(" 'x", n/3) }},
	{"a quote that never ends", func(n int) string { return "He said: \"" + strings.Repeat("It is so. He said it is so. ", n/27) }},
	{"brackets", func(n int) string { return strings.Repeat("(", n) }},
	{"commas", func(n int) string { return strings.Repeat("Vale, ", n/6) }},
	{"cues", func(n int) string { return strings.Repeat("said that he said that ", n/23) }},
	{"attacks", func(n int) string { return strings.Repeat("Guerrillas attacked a bank in Lima on 3 May 1989. ", n/50) }},
	{"warnings", func(n int) string { return strings.Repeat("Iran warned Russia of an attack. ", n/33) }},
	{"blank lines", func(n int) string { return strings.Repeat("\n\n\"", n/3) }},
	{"numbers", func(n int) string { return strings.Repeat("12 killed ", n/10) }},
	{"names", func(n int) string { return strings.Repeat("Islamic State of Iraq and ", n/26) }},
}

// BenchmarkHostile reads each hostile text at 1, 10 and 100 times its size: the time a byte
// should stay the same.
func BenchmarkHostile(b *testing.B) {
	for _, h := range hostile {
		for _, size := range []int{20_000, 200_000, 2_000_000} {
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(h.name, " ", "_"), size), func(b *testing.B) {
				text := h.make(size)
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					Read(text)
				}
			})
		}
	}
}

// TestHostile keeps the promises of a reading on hostile texts.
func TestHostile(t *testing.T) {
	for _, h := range hostile {
		text := h.make(30_000)
		check(t, text, Read(text))
		Templates(text)
	}
}
