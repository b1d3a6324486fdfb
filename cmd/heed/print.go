package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"heed"
	"heed/internal/desk"
)

// printSheet prints a statement in full, for a terminal of cols columns.
func printSheet(w io.Writer, s desk.Sheet, cols int) {
	line := func(label, value string) {
		if value == "" {
			return
		}
		text := wrap(value, strings.Repeat(" ", 16), cols)
		fmt.Fprintf(w, "%-16s%s", label, strings.TrimPrefix(text, strings.Repeat(" ", 16)))
	}
	if s.Exercise != "" {
		fmt.Fprintf(w, "EXERCISE  %s\n", clean(s.Exercise))
	}
	if s.Revoked {
		fmt.Fprintf(w, "TAKEN BACK  %s\n", clean(s.Reason))
	}
	fmt.Fprint(w, wrap(s.Headline, "", cols))
	fmt.Fprintln(w)
	line("handle", fmt.Sprintf("%s v%d", s.Handle, s.Version))
	line("signed by", s.By)
	line("handed in by", s.From)
	if s.Distrust != nil {
		line("our own note", distrustWords(*s.Distrust))
	}
	for _, n := range s.Notes {
		line("note", n)
	}
	for _, a := range s.Alarms {
		line("ALARM", a.Words)
	}
	line("received", s.Received.Format("2006-01-02 15:04:05 UTC"))
	if s.Warning != nil {
		printWarning(line, *s.Warning, s.Names)
	}
	for _, a := range s.Asked {
		line("asked of us", a)
	}
	if s.Text != "" {
		lang := s.Lang
		if lang == "" {
			lang = "not stated"
		}
		line("language", lang)
		fmt.Fprintf(w, "\n%s\n", wrap(s.Text, "", cols))
	}
	if s.Of != "" {
		line("extract of", s.Of)
	}
	for _, x := range s.Extracts {
		line("extract", extractWords(x))
	}
	for _, l := range s.Log {
		line("log", l)
	}
	printTranslations(w, s, cols)
	if s.Kind == heed.KindWarning && s.By != "" {
		line("our rungs", rungWords(s.Rungs))
	}
	for _, d := range s.Decisions {
		line("decision", fmt.Sprintf("%s v%d: %s (%s) by %s, %s. %s", heed.Handle(d.Statement), d.Version, d.Choice, d.Code, d.Person, d.At.Format("2006-01-02 15:04 UTC"), d.Words))
	}
}

// printAlarm fills the page: nothing can be stored at this node.
func printAlarm(w io.Writer, lines []string, cols int) {
	if len(lines) == 0 {
		return
	}
	bar := strings.Repeat("!", cols)
	fmt.Fprintln(w, bar)
	for _, l := range lines {
		fmt.Fprint(w, "!!\n", wrap(l, "!!  ", cols))
	}
	fmt.Fprint(w, "!!\n", bar, "\n")
}

// printWarning prints the fields: what is unknown says so, what was left out says so too.
func printWarning(line func(label, value string), v heed.Warning, names map[heed.PartyID]string) {
	stated := func(label, value string) {
		if value == "" {
			value = "not stated"
		}
		line(label, value)
	}
	stated("precedence", string(v.Precedence))
	stated("who", field(v.Who != nil && v.Who.Unknown, func() []string { return append([]string{v.Who.Words}, v.Who.Names...) }, v.Who == nil))
	stated("where", field(v.Where != nil && v.Where.Unknown, func() []string {
		return []string{v.Where.Words, v.Where.Site, v.Where.City, v.Where.Area, v.Where.Country}
	}, v.Where == nil))
	stated("when", field(v.When != nil && v.When.Unknown, func() []string { return []string{v.When.Words, span(v.When.From, v.When.To)} }, v.When == nil))
	stated("whom", field(v.Whom != nil && v.Whom.Unknown, func() []string {
		return append(append([]string{v.Whom.Words}, v.Whom.Kinds...), v.Whom.Names...)
	}, v.Whom == nil))
	stated("scale", field(v.Scale != nil && v.Scale.Unknown, func() []string { return []string{v.Scale.Words, bounds(v.Scale)} }, v.Scale == nil))
	stated("basis", strings.Trim(string(v.Basis)+"; "+v.BasisWords, "; "))
	if len(v.Spans) > 0 {
		line("rests on", fmt.Sprintf("the text with SHA-256 %s…, %d passages from byte %d on; its author relays it", v.Spans[0].Digest[:12], len(v.Spans), v.Spans[0].From))
	}
	for i, h := range v.Chain {
		line(fmt.Sprintf("told by (%d)", i+1), hop(h, names))
	}
	for _, g := range v.Grades {
		line("grade", fmt.Sprintf("%s%s (%s)%s", g.Source, g.Information, g.Scheme, by(g.By)))
	}
	if l := v.Likelihood; l != nil {
		line("likelihood", l.Word+" ("+l.Scale+")"+percent(l))
	} else {
		line("likelihood", "not stated")
	}
	if v.Confidence != nil {
		line("confidence", v.Confidence.Level)
	} else {
		line("confidence", "not stated")
	}
	h := v.Handling
	stated("handling", strings.Join(nonempty(h.TLP, h.PAP, say("onward", h.Onward), say("attribution", h.Attribution), say("tell those at risk", h.TellAtRisk),
		map[bool]string{true: "originator keeps control"}[h.OriginatorControl]), ", "))
	if v.ValidUntil != nil || v.ValidFrom != nil {
		line("valid", span(v.ValidFrom, v.ValidUntil))
	}
	if v.Came != nil {
		line("came in", strings.Join(nonempty("by "+v.Came.How, say("caller", v.Came.Caller), say("at", span(v.Came.At, v.Came.At)), say("read back", orUnstated(v.Came.ReadBack))), ", "))
	}
	if v.Duty != nil {
		line("duty to warn", strings.Join(nonempty(v.Duty.Ground, v.Duty.Specific), ": "))
		if w := v.Duty.Waiver; w != nil {
			line("waived", strings.Join(nonempty(w.Ground, w.Words, say("approved by", w.ApprovedBy)), ", "))
		}
	}
}

func field(unknown bool, parts func() []string, missing bool) string {
	switch {
	case missing:
		return ""
	case unknown:
		return strings.Join(nonempty("unknown", strings.Join(nonempty(parts()...), ", ")), ": ")
	}
	return strings.Join(nonempty(parts()...), ", ")
}

func nonempty(list ...string) []string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func say(label, v string) string {
	if v == "" {
		return ""
	}
	return label + ": " + v
}

func orUnstated(s string) string {
	if s == "" {
		return "not stated"
	}
	return s
}

func by(s string) string {
	if s == "" {
		return ""
	}
	return " by " + s
}

func span(from, to *time.Time) string {
	const f = "2006-01-02 15:04Z"
	switch {
	case from == nil && to == nil:
		return ""
	case from != nil && to != nil && from.Equal(*to):
		return from.UTC().Format(f)
	case from == nil:
		return "until " + to.UTC().Format(f)
	case to == nil:
		return "from " + from.UTC().Format(f)
	}
	return from.UTC().Format(f) + " to " + to.UTC().Format(f)
}

func bounds(c *heed.Count) string {
	switch {
	case c.Min != nil && c.Max != nil && *c.Min == *c.Max:
		return fmt.Sprint(*c.Min)
	case c.Min != nil && c.Max != nil:
		return fmt.Sprintf("%d to %d", *c.Min, *c.Max)
	case c.Min != nil:
		return fmt.Sprintf("%d or more", *c.Min)
	case c.Max != nil:
		return fmt.Sprintf("%d or fewer", *c.Max)
	}
	return ""
}

func percent(l *heed.Likelihood) string {
	if l.Low == nil || l.High == nil {
		return ""
	}
	return fmt.Sprintf(", its range %d to %d %%", *l.Low, *l.High)
}

func hop(h heed.Hop, names map[heed.PartyID]string) string {
	who := h.Words
	if h.Party != "" {
		who = names[h.Party]
		if who == "" {
			who = string(h.Party)
		}
		who = strings.Join(nonempty(who, h.Words), ", ")
	}
	if h.Sealed {
		who = strings.Join(nonempty("sealed", who), ": ")
	}
	if h.Token != nil {
		who += " (origin token " + h.Token.Value[:8] + "…, " + h.Token.Scope + ")"
	}
	return strings.Join(nonempty(who, string(h.Basis)), ", ")
}

func rungWords(rungs map[heed.Rung]time.Time) string {
	var out []string
	for _, r := range heed.Rungs {
		if t, ok := rungs[r]; ok {
			out = append(out, fmt.Sprintf("%s %s", r, t.UTC().Format("15:04:05")))
		}
	}
	if len(out) == 0 {
		return "none: no delivery of it was made to us"
	}
	return strings.Join(out, ", ")
}

// printSent prints the ladders.
func printSent(w io.Writer, list []desk.Sent, cols int) {
	if len(list) == 0 {
		fmt.Fprintln(w, "Nothing was sent yet: heed warn says a warning.")
		return
	}
	for _, s := range list {
		fmt.Fprint(w, wrap(fmt.Sprintf("%s v%d  %s  %s", s.Handle, s.Version, s.Said.Format("2006-01-02 15:04Z"), s.Headline), "", cols))
		if len(s.Ladders) == 0 && len(s.Extracts) == 0 {
			fmt.Fprintln(w, "  nobody was named to get it")
		}
		if s.Of != "" {
			fmt.Fprintf(w, "  an extract of %s\n", s.Of)
		}
		for _, x := range s.Extracts {
			fmt.Fprint(w, wrap("extract "+extractWords(x), "  ", cols))
		}
		for _, l := range s.Ladders {
			fmt.Fprintf(w, "  %-14s v%d %s  %s\n", fit(l.To, 14), l.Version, rungMarks(l.Rungs), ladderWords(l))
		}
	}
	fmt.Fprintln(w, "rungs: d delivered  o opened  a acknowledged  c accepted  D decided; times are UTC")
}

// extractWords says in one line what an extract is to its whole.
func extractWords(x desk.ExtractLine) string {
	words := fmt.Sprintf("%s v%d, of v%d, to %s", x.Handle, x.Version, x.Of, strings.Join(x.To, ", "))
	if x.TLP != "" {
		words += ", " + x.TLP
	}
	switch {
	case x.Revoked:
		words += "; taken back"
	case x.Stale:
		words += "; STALE: the whole has changed since"
	}
	if len(x.Withheld) > 0 {
		words += "; withheld: " + strings.Join(x.Withheld, ", ")
	}
	return words
}

func ladderWords(l desk.Ladder) string {
	var last string
	for _, r := range heed.Rungs {
		if t, ok := l.Rungs[r]; ok {
			last = fmt.Sprintf("%s %s", r, t.UTC().Format("2006-01-02 15:04:05"))
		}
	}
	if last != "" {
		return last
	}
	s := fmt.Sprintf("no receipt since %s", l.Delivered.UTC().Format("2006-01-02 15:04:05"))
	if l.Attempts > 0 {
		s += fmt.Sprintf("; %d tries", l.Attempts)
	}
	if l.Words != "" {
		s += "; " + clean(l.Words)
	}
	return s
}
