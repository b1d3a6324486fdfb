package prose

import (
	"fmt"
	"strconv"
	"strings"
)

// date is a day of the calendar, as exact as it is known: month and day may be 0.
type date struct{ y, m, d int }

func (t date) known() bool { return t.y > 0 }

func (t date) String() string {
	switch {
	case t.y == 0:
		return ""
	case t.m == 0:
		return fmt.Sprintf("%04d", t.y)
	case t.d == 0:
		return fmt.Sprintf("%04d-%02d", t.y, t.m)
	}
	b := [10]byte{byte('0' + t.y/1000%10), byte('0' + t.y/100%10), byte('0' + t.y/10%10), byte('0' + t.y%10), '-', byte('0' + t.m/10), byte('0' + t.m%10), '-', byte('0' + t.d/10), byte('0' + t.d%10)}
	return string(b[:])
}

// dateMention is a time expression that places something on the calendar.
type dateMention struct {
	rng
	date      date
	value     string // where it says more than date: a time, a half year, "before"
	published bool
	relative  bool
	named     bool // with its day of the week
	after     bool // counts from the date named before: "two days earlier"
	clock     string
}

var months = map[string]int{"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10,
	"november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sept": 9, "sep": 9, "oct": 10, "nov": 11, "dec": 12}

var weekdays = map[string]int{"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6,
	"sun": 0, "mon": 1, "tue": 2, "wed": 3, "weds": 3, "thu": 4, "fri": 5, "sat": 6}

// findDates looks for the document's own date first, since the relative ones need it.
func (d *doc) findDates() {
	for i := 0; i < len(d.toks); i++ {
		if t, ok := d.dateAt(i); ok {
			d.dates = append(d.dates, t)
			i = t.b - 1
		}
	}
	d.joinWeekdays()
	d.findPublished()
	last, told := date{}, -2 // told is the paragraph of the last date with a year of its own
	for i := range d.dates {
		t := &d.dates[i]
		para := int(d.sents[d.toks[t.a].sent].para)
		d.clockBefore(t)
		own := t.date.y > 0
		if !own && t.date.m > 0 && last.m > 0 && last.y < d.published.y && para-told <= 1 {
			t.date.y, own = nearestYear(t.date, last), true
		}
		if t.after && i > 0 && d.dates[i-1].published {
			d.resolve(t, date{}) // "two days later", and nothing told since the text's own date
		} else {
			d.resolve(t, last)
		}
		d.widen(t)
		if t.date.known() {
			last = t.date
		}
		if own && t.date.m > 0 && !t.published {
			told = para
		}
	}
	for _, t := range d.dates {
		d.dateWords = append(d.dateWords, t.rng)
	}
	kept := d.dates[:0]
	for _, t := range d.dates {
		if t.date.known() || t.value != "" {
			kept = append(kept, t)
		}
	}
	d.dates = kept
}

// nearestYear dates a day or month without a year by the date told just before: an account of
// an earlier year stays in its time.
func nearestYear(t, last date) int {
	switch n := t.m - last.m; {
	case n > 6:
		return last.y - 1
	case n < -6:
		return last.y + 1
	}
	return last.y
}

// joinWeekdays makes one mention of "Wednesday, 10 May 2023".
func (d *doc) joinWeekdays() {
	kept := d.dates[:0]
	for _, t := range d.dates {
		if n := len(kept); n > 0 && !t.relative && t.date.d > 0 && kept[n-1].relative {
			if _, ok := weekdays[kept[n-1].value]; ok && (kept[n-1].b == t.a || kept[n-1].b+1 == t.a && d.toks[kept[n-1].b].mark == ',') {
				t.a, t.named = kept[n-1].a, true
				kept[n-1] = t
				continue
			}
		}
		kept = append(kept, t)
	}
	d.dates = kept
}

func (d *doc) num(i int) (int, bool) {
	if i < 0 || i >= len(d.toks) || d.toks[i].kind != number {
		return 0, false
	}
	t := &d.toks[i]
	s := d.text[t.start:t.end]
	if len(s) > 4 {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// day reads 1 to 31, also as 1st, 2nd.
func (d *doc) day(i int) (int, bool) {
	if n, ok := d.num(i); ok {
		return n, n >= 1 && n <= 31
	}
	if i < 0 || i >= len(d.toks) {
		return 0, false
	}
	s := d.low(i)
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if t, ok := strings.CutSuffix(s, suffix); ok && len(t) <= 2 {
			if n, err := strconv.Atoi(t); err == nil {
				return n, n >= 1 && n <= 31
			}
		}
	}
	return 0, false
}

func (d *doc) year(i int) (int, bool) {
	n, ok := d.num(i)
	if ok && n >= 1800 && n <= 2200 {
		return n, true
	}
	return 0, false
}

// shortYear also takes two figures, as cables write them: 3 JAN 90.
func (d *doc) shortYear(i int) (int, bool) {
	if y, ok := d.year(i); ok {
		return y, true
	}
	n, ok := d.num(i)
	if ok && d.toks[i].end-d.toks[i].start == 2 && n >= 50 {
		return 1900 + n, true
	}
	return 0, false
}

func (d *doc) monthAt(i int) int {
	if i < 0 || i >= len(d.toks) || !d.toks[i].is(month) || !d.toks[i].capital {
		return 0
	}
	m := months[d.toks[i].w.text]
	if (m == 5 || m == 3) && d.upper { // MAY and MARCH in capitals need a number beside them
		if _, before := d.day(i - 1); !before {
			if _, after := d.day(i + 1); !after {
				return 0
			}
		}
	}
	return m
}

func (d *doc) dateAt(i int) (dateMention, bool) {
	t := &d.toks[i]
	if t.kind == number {
		if n, ok := d.isoDate(i); ok {
			return n, true
		}
		if day, ok := d.day(i); ok {
			if m := d.monthAt(i + 1); m > 0 {
				r := dateMention{rng: rng{i, i + 2}, date: date{0, m, day}}
				j := i + 2
				if j < len(d.toks) && d.toks[j].mark == ',' {
					j++
				}
				if y, ok := d.shortYear(j); ok {
					r.date.y, r.b = y, j+1
					d.timeOfDay(&r)
				}
				return r, true
			}
		}
		if y, ok := d.year(i); ok && d.yearStands(i) {
			return dateMention{rng: rng{i, i + 1}, date: date{y, 0, 0}}, true
		}
		return dateMention{}, false
	}
	if m := d.monthAt(i); m > 0 && (t.tag == tName || t.tag == tNoun || d.upper || t.w.text != "may" || i > 0 && d.toks[i-1].tag == tPrep) {
		return d.monthFirst(i, m)
	}
	return d.relativeDate(i)
}

// isoDate reads 2024-03-22, which the tokenizer keeps as one number.
func (d *doc) isoDate(i int) (dateMention, bool) {
	var y, m, dd int
	s := d.text[d.toks[i].start:d.toks[i].end]
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return dateMention{}, false
	}
	if n, err := fmt.Sscanf(s, "%4d-%2d-%2d", &y, &m, &dd); err != nil || n != 3 || m < 1 || m > 12 || dd < 1 || dd > 31 {
		return dateMention{}, false
	}
	return dateMention{rng: rng{i, i + 1}, date: date{y, m, dd}}, true
}

// yearStands keeps numbers that look like years but count things from being years.
func (d *doc) yearStands(i int) bool {
	if i == 0 {
		return false
	}
	p := &d.toks[i-1]
	if i+1 < len(d.toks) {
		n := &d.toks[i+1]
		if n.tag == tNoun && n.kind == letters && !n.is(timenoun) && n.start == d.toks[i].end+1 && !n.is(body|document) && p.tag == tPrep && plural(d, i+1) {
			return false
		}
	}
	if p.w.text == "of" {
		return i > 1 && (seasons[d.toks[i-2].w.text] || d.toks[i-2].is(month))
	}
	return p.tag == tPrep || p.is(month) || p.mark == '(' || p.w.text == "early" || p.w.text == "late" || p.w.text == "year" || p.tag == tDet || p.tag == tPoss
}

// seasons are the parts of a year that "of" and its number follow.
var seasons = map[string]bool{"spring": true, "summer": true, "autumn": true, "winter": true, "fall": true, "end": true, "start": true, "beginning": true, "middle": true,
	"half": true, "quarter": true, "part": true, "months": true, "weeks": true}

// monthFirst reads "March 22, 2024", "March 2024", "March", and a time of day behind.
func (d *doc) monthFirst(i, m int) (dateMention, bool) {
	r := dateMention{rng: rng{i, i + 1}, date: date{0, m, 0}}
	j := i + 1
	if day, ok := d.day(j); ok {
		r.date.d = day
		j++
		r.b = j
	}
	k := j
	if k < len(d.toks) && d.toks[k].mark == ',' && r.date.d > 0 {
		k++
	}
	if y, ok := d.year(k); ok {
		r.date.y, r.b = y, k+1
	} else if r.date.d == 0 && d.upper {
		return dateMention{}, false
	}
	if r.date.y > 0 && r.date.d > 0 {
		d.timeOfDay(&r)
	}
	return r, true
}

var zones = map[string]string{"ist": "+05:30", "gmt": "+00:00", "utc": "+00:00", "est": "-05:00", "edt": "-04:00", "cst": "-06:00", "cdt": "-05:00", "mst": "-07:00",
	"pst": "-08:00", "pdt": "-07:00", "bst": "+01:00", "cet": "+01:00", "cest": "+02:00", "eet": "+02:00", "msk": "+03:00", "jst": "+09:00", "hkt": "+08:00", "aest": "+10:00"}

// timeOfDay takes ", 5:57 PM IST" along.
func (d *doc) timeOfDay(r *dateMention) {
	j := r.b
	if j < len(d.toks) && (d.toks[j].mark == ',' || d.toks[j].mark == ';' || d.low(j) == "at") {
		j++
	}
	if j >= len(d.toks) || d.toks[j].kind != number {
		return
	}
	h, min, ok := clock(d.text[d.toks[j].start:d.toks[j].end])
	if !ok {
		return
	}
	r.b = j + 1
	if r.b < len(d.toks) {
		switch strings.Trim(d.low(r.b), ".") {
		case "pm", "p.m":
			if h < 12 {
				h += 12
			}
			r.b++
		case "am", "a.m":
			h %= 12
			r.b++
		}
	}
	r.value = fmt.Sprintf("%sT%02d:%02d", r.date, h, min)
	if r.b < len(d.toks) {
		if z, ok := zones[d.low(r.b)]; ok {
			r.value += z
			r.b++
		}
	}
}

// clock reads 5:57 and 19.40.
func clock(s string) (h, min int, ok bool) {
	i := strings.IndexAny(s, ":.")
	if i < 1 || i > 2 || len(s) != i+3 {
		return 0, 0, false
	}
	h, err := strconv.Atoi(s[:i])
	min, err2 := strconv.Atoi(s[i+1:])
	return h, min, err == nil && err2 == nil && h < 24 && min < 60
}

// clockBefore takes "5:50 p.m." and "18:40 on" before a day along.
func (d *doc) clockBefore(t *dateMention) {
	k := t.a - 1
	if k >= 0 && d.toks[k].w.text == "on" {
		k--
	}
	if k < 0 || t.clock != "" || strings.Contains(t.value, "T") {
		return
	}
	half := strings.Trim(d.low(k), ".")
	switch half {
	case "noon":
		t.a, t.clock = k, "T12:00"
		return
	case "am", "a.m", "pm", "p.m":
		k--
	default:
		half = ""
	}
	if k < 0 || d.toks[k].kind != number {
		return
	}
	s := d.text[d.toks[k].start:d.toks[k].end]
	h, min, ok := clock(s)
	if !ok && half != "" {
		n, err := strconv.Atoi(s)
		h, min, ok = n, 0, err == nil && n >= 1 && n <= 12
	}
	if !ok {
		return
	}
	if half == "pm" || half == "p.m" {
		h = h%12 + 12
	} else if half != "" {
		h %= 12
	}
	t.a, t.clock = k, fmt.Sprintf("T%02d:%02d", h, min)
}

// widen takes what makes a time expression whole along: "the night of 4 May", "Friday evening".
func (d *doc) widen(t *dateMention) {
	if t.a >= 3 && d.toks[t.a-1].w.text == "of" && partsOfTime[d.toks[t.a-2].w.text] {
		a := t.a - 2
		if d.toks[a-1].tag == tAdj && a >= 2 {
			a--
		}
		if d.toks[a-1].tag == tDet {
			t.a = a - 1
		}
	}
	if _, ok := weekdays[d.toks[t.b-1].w.text]; ok && t.b < len(d.toks) && partsOfTime[d.toks[t.b].w.text] {
		t.b++
	}
}

var partsOfTime = map[string]bool{"night": true, "evening": true, "morning": true, "afternoon": true, "hours": true, "middle": true, "end": true, "beginning": true, "start": true}

// relativeDate reads "last month", "yesterday", "on Monday", "three days ago", "late 2014".
func (d *doc) relativeDate(i int) (dateMention, bool) {
	t := &d.toks[i]
	s := t.w.text
	next := func(k int) *token {
		if i+k < len(d.toks) {
			return &d.toks[i+k]
		}
		return &endToken
	}
	rel := func(n int, value string) (dateMention, bool) {
		return dateMention{rng: rng{i, i + n}, value: value, relative: true}, true
	}
	switch s {
	case "early", "late", "mid":
		if y, ok := d.year(i + 1); ok {
			half := "H1"
			if s == "late" {
				half = "H2"
			}
			r := dateMention{rng: rng{i, i + 2}, date: date{y, 0, 0}}
			if s != "mid" {
				r.value = fmt.Sprintf("%d-%s", y, half)
			}
			return r, true
		}
	case "yesterday", "today", "tonight", "tomorrow":
		return rel(1, s)
	case "last", "this", "next", "past":
		n := next(1)
		if n.is(weekday) || n.is(month) && n.capital {
			return rel(2, s+" "+n.w.text)
		}
		switch n.w.text {
		case "week":
			if s != "past" {
				return rel(2, weekOf)
			}
		case "month", "year", "weekend", "night", "morning", "evening", "afternoon":
			if s == "past" {
				return dateMention{}, false
			}
			return rel(2, s+" "+n.w.text)
		}
	}
	if t.is(weekday) && t.capital && (len(s) > 3 || next(1).kind == number || s == "weds") {
		return rel(1, s)
	}
	if (t.is(numword) || t.kind == number || s == "a") && next(1).is(timenoun) && next(2).w.text == "ago" {
		return rel(3, "ago")
	}
	return d.countedFromLast(i)
}

// countedFromLast reads "two days earlier", "the next morning", "the day before", "the 28th".
func (d *doc) countedFromLast(i int) (dateMention, bool) {
	if i+2 >= len(d.toks) {
		return dateMention{}, false
	}
	t, n, m := &d.toks[i], &d.toks[i+1], &d.toks[i+2]
	from := func(b int, value string) (dateMention, bool) {
		return dateMention{rng: rng{i, i + b}, value: value, relative: true, after: true}, true
	}
	day := func(w *token) bool {
		switch w.w.text {
		case "day", "morning", "evening", "night", "afternoon":
			return true
		}
		return false
	}
	switch {
	case (t.is(numword) || t.kind == number) && (n.w.text == "days" || n.w.text == "day" || n.w.text == "weeks" || n.w.text == "week") && (m.w.text == "earlier" || m.w.text == "later"):
		return from(3, m.w.text)
	case t.w.text == "the" && (n.w.text == "next" || n.w.text == "following") && day(m):
		return from(3, "next")
	case t.w.text == "the" && n.w.text == "previous" && day(m):
		return from(3, "previous")
	case t.w.text == "the" && n.kind == letters:
		if k, ok := d.day(i + 1); ok && m.kind == punct {
			return dateMention{rng: rng{i, i + 2}, date: date{0, 0, k}}, true
		}
	}
	return dateMention{}, false
}

// findPublished picks the document's own date: beside "published", in the dateline, or the
// first full date of the first lines that stands alone.
func (d *doc) findPublished() {
	for k := range d.dates {
		t := &d.dates[k]
		if t.relative || t.date.y == 0 || t.date.d == 0 {
			continue
		}
		s := d.sents[d.toks[t.a].sent]
		if int(d.toks[t.a].sent) > 12 {
			return
		}
		before := false
		for i := s.a; i < t.a; i++ {
			switch d.low(i) {
			case "published", "updated", "posted", "issued", "date", "sent":
				before = true
			}
		}
		p := d.paras[s.para]
		alone := p.b-p.a <= t.b-t.a+6 || d.ownLine(t.rng)
		dateline := t.a-p.a <= 7 && t.b < p.b && (d.toks[t.b].mark == '-' || d.toks[t.b].mark == ':') || t.a-p.a <= 7 && t.b < p.b && (d.toks[t.b].mark == '(' || d.toks[t.b].mark == ')')
		if before || alone || dateline {
			t.published = true
			d.published = t.date
			return
		}
		if t.named && s.para <= 3 && !d.published.known() {
			d.published = t.date // told as of this day, though it is not the text's own date
		}
	}
}

// ownLine tells whether a date stands on a line of few words that is no end of a sentence.
func (d *doc) ownLine(r rng) bool {
	from, to := d.toks[r.a].start, d.toks[r.b-1].end
	for from > 0 && d.toks[r.a].start-from < 60 && d.text[from-1] != '\n' {
		from--
	}
	for to < len(d.text) && to-d.toks[r.b-1].end < 60 && d.text[to] != '\n' {
		to++
	}
	line := strings.TrimSpace(d.text[from:to])
	if from > 0 && d.text[from-1] != '\n' || to < len(d.text) && d.text[to] != '\n' || line == "" || strings.HasSuffix(line, ".") {
		return false
	}
	first := line[0]
	return first >= '0' && first <= '9' || first >= 'A' && first <= 'Z'
}

// resolve fills in what the document's own date tells.
func (d *doc) resolve(t *dateMention, last date) {
	p := d.published
	if t.relative {
		if t.value == weekOf {
			t.value = isoWeek(p, d.toks[t.a].w.text)
			return
		}
		if t.after {
			t.date, t.value = d.fromLast(t, last), ""
			return
		}
		clock := t.clock
		t.date, t.value = d.resolveRelative(t, p), ""
		t.addClock(clock)
		return
	}
	defer func() { t.addClock(t.clock) }()
	if t.date.y > 0 {
		return
	}
	if t.date.m == 0 && t.date.d > 0 { // the 28th
		if t.date.y, t.date.m = last.y, last.m; last.m == 0 {
			t.date = date{}
		}
		return
	}
	if !p.known() {
		t.date.y = last.y // the year of the date named before
		return
	}
	t.date.y = p.y
	if t.date.m > p.m+2 || t.date.m == p.m+2 && t.date.d > p.d {
		t.date.y--
	}
}

// addClock adds a time of day to a day.
func (t *dateMention) addClock(clock string) {
	if clock != "" && t.date.d > 0 && t.value == "" {
		t.value = t.date.String() + clock
	}
}

// weekOf stands for "last week" until the document's own date is known.
const weekOf = "week"

// isoWeek is the week before, of or after a day: ISO 8601, 2018-W33.
func isoWeek(p date, which string) string {
	if p.d == 0 {
		return ""
	}
	n := map[string]int{"last": -7, "next": 7}[which]
	day := dayNumber(p) + n
	thursday := day - (day+3)%7 + 3 // 1970-01-01 was a Thursday
	y := fromDay(thursday).y
	return fmt.Sprintf("%d-W%02d", y, (thursday-dayNumber(date{y, 1, 1}))/7+1)
}

// fromLast resolves "two days earlier" and "the next morning" against the date named before.
func (d *doc) fromLast(t *dateMention, last date) date {
	if last.d == 0 {
		return date{}
	}
	day := dayNumber(last)
	switch t.value {
	case "next":
		return fromDay(day + 1)
	case "previous":
		return fromDay(day - 1)
	}
	n, ok := d.num(t.a)
	if !ok {
		n = numberWords[d.toks[t.a].w.text]
	}
	if n == 0 {
		return date{}
	}
	if strings.TrimSuffix(d.toks[t.a+1].w.text, "s") == "week" {
		n *= 7
	}
	if t.value == "earlier" {
		n = -n
	}
	return fromDay(day + n)
}

func (d *doc) resolveRelative(t *dateMention, p date) date {
	if p.d == 0 {
		return date{}
	}
	first, rest, _ := strings.Cut(t.value, " ")
	day := dayNumber(p)
	switch {
	case t.value == "today" || t.value == "tonight" || first == "this" && (rest == "morning" || rest == "evening" || rest == "afternoon" || rest == "night"):
		return p
	case t.value == "yesterday" || t.value == "last night":
		return fromDay(day - 1)
	case t.value == "tomorrow":
		return fromDay(day + 1)
	case t.value == "ago":
		return d.ago(t, p)
	case rest == "month" || rest == "year":
		return shift(p, first, rest)
	case months[rest] > 0:
		y := p.y
		if first == "last" && months[rest] >= p.m {
			y--
		}
		if first == "next" && months[rest] <= p.m {
			y++
		}
		return date{y, months[rest], 0}
	}
	name := rest
	if name == "" {
		name = first
	}
	if w, ok := weekdays[name]; ok {
		back := (((day+4)%7 - w) + 7) % 7
		if first == "next" || back > 0 && first == name && d.ahead(t) {
			return fromDay(day + 7 - back)
		}
		if back == 0 && first == "last" {
			back = 7
		}
		return fromDay(day - back)
	}
	return date{}
}

// ahead tells whether a day of the week stands in a clause about what may come.
func (d *doc) ahead(t *dateMention) bool {
	s := d.sents[d.toks[t.a].sent].rng
	for i := t.a - 1; i >= s.a && t.a-i < 18; i-- {
		u := &d.toks[i]
		switch {
		case u.tag == tModal && u.w.text != "can" && u.w.text != "did":
			return true
		case u.tag == tFin || u.mark == ';':
			return false
		case u.tag == tHave || u.tag == tBe || u.tag == tDo:
			if i == s.a || d.toks[i-1].tag != tModal {
				return false
			}
		}
	}
	return false
}

func shift(p date, which, unit string) date {
	n := map[string]int{"last": -1, "this": 0, "next": 1}[which]
	if unit == "year" {
		return date{p.y + n, 0, 0}
	}
	m := p.m - 1 + n
	return date{p.y + (m+12)/12 - 1, (m+12)%12 + 1, 0}
}

func (d *doc) ago(t *dateMention, p date) date {
	n := 1
	if v, ok := d.num(t.a); ok {
		n = v
	} else if v := numberWords[d.toks[t.a].w.text]; v > 0 {
		n = v
	}
	switch strings.TrimSuffix(d.toks[t.a+1].w.text, "s") {
	case "day":
		return fromDay(dayNumber(p) - n)
	case "week":
		return fromDay(dayNumber(p) - 7*n)
	case "month":
		if n > 1200 {
			return date{}
		}
		m := p.y*12 + p.m - 1 - n
		return date{m / 12, m%12 + 1, 0}
	case "year":
		return date{max(p.y-n, 0), 0, 0}
	case "decade":
		return date{max(p.y-10*n, 0), 0, 0}
	}
	return date{}
}

// dayNumber counts days from 1970-01-01 in the Gregorian calendar.
func dayNumber(t date) int {
	y, m := t.y, t.m
	if m <= 2 {
		y--
		m += 12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + t.d - 719469
}

func fromDay(n int) date {
	n += 719468
	era := n / 146097
	doe := n - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	t := date{yoe + era*400, mp + 3, doy - (153*mp+2)/5 + 1}
	if t.m > 12 {
		t.m -= 12
		t.y++
	}
	return t
}

func (d *doc) dateRecord(t dateMention) Record {
	r := newRecord("date", 1)
	d.put(&r, "span", t.rng)
	value := t.value
	if value == "" {
		value = t.date.String()
	}
	r.Attrs["value"] = value
	if t.published {
		r.Attrs["use"] = "published"
	}
	return r
}

// dateIn gives the first date within tokens.
func (d *doc) dateIn(r rng) (dateMention, bool) {
	lo := d.dateFrom(r.a)
	if lo < len(d.dates) && d.dates[lo].b <= r.b && !d.dates[lo].published {
		return d.dates[lo], true
	}
	return dateMention{}, false
}

// dateFrom is the index of the first date that begins at token i or later.
func (d *doc) dateFrom(i int) int {
	lo, hi := 0, len(d.dates)
	for lo < hi {
		mid := (lo + hi) / 2
		if d.dates[mid].a < i {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
