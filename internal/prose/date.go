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
	named     bool   // with its day of the week
	clock     string // the time of day told before it: 5:50 p.m. Sunday
}

var months = map[string]int{"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10,
	"november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sept": 9, "sep": 9, "oct": 10, "nov": 11, "dec": 12}

var weekdays = map[string]int{"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6,
	"tues": 2, "weds": 3, "thurs": 4}

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
	if !d.upper {
		d.widenDates()
	}
	if !d.upper {
		d.bareClocks()
	}
	last, told := date{}, date{}
	for i := range d.dates {
		whole := d.dates[i].date.y > 0 && d.dates[i].date.d > 0 && !d.dates[i].published
		d.resolve(&d.dates[i], last, told)
		if whole {
			told = d.dates[i].date
		}
		if d.dates[i].date.known() && !d.dates[i].published {
			last = d.dates[i].date
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
	if ok && n >= 1800 && n <= 2099 {
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
		if n, ok := d.dottedDate(i); ok && !d.upper {
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
					if !d.upper {
						d.timeOfDay(&r)
					}
				}
				if i > 0 && !d.upper && d.toks[i-1].is(weekday) && len(d.toks[i-1].w.text) == 3 {
					r.a = i - 1 // Thu 16 Feb 2023
				}
				return r, true
			}
			if !d.upper {
				if r, ok := d.dayNamed(i, day); ok {
					return r, true
				}
			}
		}
		if y, ok := d.year(i); ok && d.yearStands(i) {
			return dateMention{rng: rng{i, i + 1}, date: date{y, 0, 0}}, true
		}
		if d.upper {
			return dateMention{}, false
		}
		return d.relativeDate(i)
	}
	if c := d.text[t.start]; c >= '0' && c <= '9' && !d.upper {
		if n, ok := d.groupDate(i); ok {
			return n, true
		}
		day, ok := d.day(i)
		if !ok {
			return dateMention{}, false
		}
		if r, ok := d.dayNamed(i, day); ok {
			return r, true
		}
	}
	if t.w.text == "easter" && t.capital && !d.upper {
		return dateMention{rng: rng{i, i + 1}, value: "easter", relative: true}, true
	}
	if w := d.low(i); len(w) > 6 && w[:4] == "mid-" && !d.upper {
		if m := months[w[4:]]; m > 0 {
			r := dateMention{rng: rng{i, i + 1}, date: date{0, m, 0}}
			if y, ok := d.year(i + 1); ok {
				r.date.y, r.b = y, i+2
			}
			return r, true
		}
	}
	if m := d.monthAt(i); m > 0 && (t.tag == tName || t.tag == tNoun || d.upper || t.w.text != "may") {
		return d.monthFirst(i, m)
	}
	return d.relativeDate(i)
}

// dayNamed reads "7th of March", "7th March" and "the 28th" of the month spoken of.
func (d *doc) dayNamed(i, day int) (dateMention, bool) {
	j := i + 1
	if j < len(d.toks) && d.toks[j].w.text == "of" {
		j++
	}
	the := i > 0 && d.toks[i-1].w.text == "the"
	if m := d.monthAt(j); m > 0 {
		r := dateMention{rng: rng{i, j + 1}, date: date{0, m, day}}
		k := j + 1
		if k < len(d.toks) && d.toks[k].mark == ',' {
			k++
		}
		if y, ok := d.year(k); ok {
			r.date.y, r.b = y, k+1
		}
		if the {
			r.a--
		}
		return r, true
	}
	// on 17 and 20 April
	if j == i+1 && j+2 < len(d.toks) && (d.toks[j].w.text == "and" || d.toks[j].w.text == "or" || d.toks[j].w.text == "to" || d.toks[j].mark == '-') {
		if _, ok := d.day(j + 1); ok {
			if m := d.monthAt(j + 2); m > 0 {
				return dateMention{rng: rng{i, i + 1}, date: date{0, m, day}}, true
			}
		}
	}
	if the && d.toks[i].kind == letters && (i+1 >= len(d.toks) || !d.toks[i+1].tag.nominal() && d.toks[i+1].w.text != "of") {
		return dateMention{rng: rng{i - 1, i + 1}, date: date{0, 0, day}, value: "day", relative: true}, true
	}
	return dateMention{}, false
}

// dottedDate reads 22.09.2022, the day first.
func (d *doc) dottedDate(i int) (dateMention, bool) {
	s := d.text[d.toks[i].start:d.toks[i].end]
	if len(s) != 10 || s[2] != '.' || s[5] != '.' {
		return dateMention{}, false
	}
	dd, err1 := strconv.Atoi(s[:2])
	m, err2 := strconv.Atoi(s[3:5])
	y, err3 := strconv.Atoi(s[6:])
	if err1 != nil || err2 != nil || err3 != nil || dd < 1 || dd > 31 || m < 1 || m > 12 || y < 1800 || y > 2100 {
		return dateMention{}, false
	}
	return dateMention{rng: rng{i, i + 1}, date: date{y, m, dd}}, true
}

// groupDate reads the date and time of a message, 221530Z MAY 2017.
func (d *doc) groupDate(i int) (dateMention, bool) {
	s := d.text[d.toks[i].start:d.toks[i].end]
	if len(s) != 7 || s[6] != 'Z' || s[0] < '0' || s[0] > '3' {
		return dateMention{}, false
	}
	n, err := strconv.Atoi(s[:6])
	m := d.monthAt(i + 1)
	y, ok := d.shortYear(i + 2)
	if err != nil || m == 0 || !ok || n/10000 < 1 || n/10000 > 31 || n/100%100 > 23 || n%100 > 59 {
		return dateMention{}, false
	}
	t := date{y, m, n / 10000}
	return dateMention{rng: rng{i, i + 3}, date: t, value: fmt.Sprintf("%sT%02d:%02dZ", t, n/100%100, n%100)}, true
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
	if n := len(d.dates); n > 0 && !d.upper && (p.mark == ',' || p.w.text == "and") && d.dates[n-1].b == i-1 && d.dates[n-1].b-d.dates[n-1].a == 1 && d.dates[n-1].date.m == 0 {
		return true // in 2022, 2023 and 2024
	}
	if p.w.text == "of" && i > 1 && partOfTime.has(d.low(i-2)) {
		return true
	}
	return p.tag == tPrep && p.w.text != "of" || p.is(month) || p.mark == '(' || p.w.text == "early" || p.w.text == "late" || p.w.text == "year" || p.tag == tDet || p.tag == tPoss
}

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
	} else if r.date.d == 0 && i > 1 && d.toks[i-1].tag == tAdj && d.toks[i-2].w.text == "a" {
		return dateMention{}, false // a dry August
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
	clock, end := d.clockAt(j)
	if clock == "" {
		return
	}
	r.b = end
	r.value = r.date.String() + "T" + clock
	if r.b < len(d.toks) {
		if z, ok := zones[d.low(r.b)]; ok {
			r.value += z
			r.b++
		}
	}
}

// clockAt reads 17:57, 5:57 PM and 5 p.m.; it gives the time as HH:MM and where it ends.
func (d *doc) clockAt(j int) (string, int) {
	if j < 0 || j >= len(d.toks) || d.text[d.toks[j].start] < '0' || d.text[d.toks[j].start] > '9' {
		return "", j
	}
	var h, min int
	s := d.text[d.toks[j].start:d.toks[j].end]
	whole, half := false, ""
	if d.toks[j].kind != number { // 11.52pm
		if len(s) < 3 || d.upper {
			return "", j
		}
		if half = lowerASCII(s[len(s)-2:]); half != "pm" && half != "am" {
			return "", j
		}
		s = s[:len(s)-2]
	}
	if n := len(s); n == 5 && s[2] == '.' || n == 4 && s[1] == '.' && (half != "" || d.halfDay(j+1) != "") {
		s = s[:n-3] + ":" + s[n-2:] // 19.40
	}
	hour, minute, colon := strings.Cut(s, ":")
	var err1, err2 error
	if colon {
		h, err1 = strconv.Atoi(hour)
		min, err2 = strconv.Atoi(minute)
	}
	if !colon || err1 != nil || err2 != nil || h > 23 || min > 59 {
		if h, whole = d.num(j); half != "" {
			h, err1 = strconv.Atoi(s)
			whole = err1 == nil
		}
		if min = 0; !whole || h < 1 || h > 12 {
			return "", j
		}
	}
	j++
	if half == "" {
		if half = d.halfDay(j); half != "" {
			j++
		}
	}
	switch half {
	case "pm":
		if h < 12 {
			h += 12
		}
		whole = false
	case "am":
		h %= 12
		whole = false
	}
	if whole {
		return "", j
	}
	return fmt.Sprintf("%02d:%02d", h, min), j
}

// halfDay reads a.m. or p.m. at j.
func (d *doc) halfDay(j int) string {
	if j >= len(d.toks) {
		return ""
	}
	switch strings.Trim(d.low(j), ".") {
	case "pm", "p.m":
		return "pm"
	case "am", "a.m":
		return "am"
	}
	return ""
}

// partOfTime are the words before "of" that narrow a time: the middle of August.
var partOfTime = newSet(map[string]bool{"middle": true, "end": true, "start": true, "beginning": true, "evening": true, "night": true, "morning": true, "afternoon": true,
	"eve": true, "spring": true, "summer": true, "autumn": true, "fall": true, "winter": true, "close": true, "half": true, "fortnight": true})

// widenDates takes along what narrows a time expression: "late August", "the evening of 18
// September", "Thursday evening", "5:50 p.m. Sunday".
func (d *doc) widenDates() {
	for k := range d.dates {
		t := &d.dates[k]
		floor := 0
		if k > 0 {
			floor = d.dates[k-1].b
		}
		_, day := weekdays[t.value]
		if day && t.b < len(d.toks) {
			switch d.toks[t.b].w.text {
			case "morning", "afternoon", "evening", "night":
				t.b++
			}
		}
		if (day || t.date.d > 0 && t.value == "") && !t.published && t.b+1 < len(d.toks) && d.toks[t.b].w.text == "at" {
			if clock, end := d.clockAt(t.b + 1); clock != "" {
				t.clock, t.b = clock, end // Saturday at 03:12
			}
		}
		i := t.a - 1
		if i < floor || t.published {
			continue
		}
		word := func(k int) string {
			if k >= floor {
				return d.low(k)
			}
			return ""
		}
		switch w := word(i); {
		case (w == "early" || w == "late" || w == "mid") && t.date.m > 0 && t.date.d == 0:
			t.a--
		case w == "of" && partOfTime.has(word(i-1)) && word(i-2) == "the" && word(i-1) != "eve":
			t.a -= 3
		case w == "of" && partOfTime.has(word(i-1)) && word(i-3) == "the" && (word(i-2) == "first" || word(i-2) == "second"):
			t.a -= 4
		case w == "on" && (word(i-1) == "late" || word(i-1) == "early" || word(i-1) == "lunchtime" || word(i-1) == "midday") && (day || t.date.d > 0):
			t.a -= 2
		case (w == "a" || w == "an" || w == "every" || w == "each") && day:
			t.value = "" // any such day
		case w == "the" && day:
			t.a--
			t.value = "last " + t.value
		case day || t.date.d > 0 || t.value == "yesterday" || t.value == "today":
			d.clockBefore(t, floor)
		}
	}
}

// bareClocks adds the times of day that stand alone: they are of the day told last.
func (d *doc) bareClocks() {
	var out []dateMention
	k := 0
	for i := 0; i < len(d.toks); i++ {
		for k < len(d.dates) && d.dates[k].b <= i {
			out = append(out, d.dates[k])
			k++
		}
		if k < len(d.dates) && d.dates[k].a <= i {
			i = d.dates[k].b - 1
			continue
		}
		if c := d.text[d.toks[i].start]; c < '0' || c > '9' {
			continue
		}
		clock, end := d.clockAt(i)
		if clock == "" || end == i+1 && d.toks[i].kind == number && (i == 0 || d.toks[i-1].w.text != "at" && d.toks[i-1].w.text != "until") {
			continue
		}
		out = append(out, dateMention{rng: rng{i, end}, value: "same clock", relative: true, clock: clock})
		i = end - 1
	}
	d.dates = append(out, d.dates[k:]...)
}

// clockBefore reads the time of day before a date.
func (d *doc) clockBefore(t *dateMention, floor int) {
	i := t.a
	if i-1 > floor && d.toks[i-1].w.text == "on" {
		i--
	}
	if i-1 < floor {
		return
	}
	switch d.toks[i-1].w.text {
	case "noon":
		t.a, t.clock = i-1, "12:00"
		return
	}
	if s := d.text[d.toks[i-1].start:d.toks[i-1].end]; len(s) == 4 && d.toks[i-1].kind == number { // 0900 today
		if n, err := strconv.Atoi(s); err == nil && n/100 < 24 && n%100 < 60 && (s[0] == '0' || i == t.a) {
			t.a, t.clock = i-1, s[:2]+":"+s[2:]
			return
		}
	}
	for _, n := range []int{2, 1} {
		if i-n < floor {
			continue
		}
		if clock, end := d.clockAt(i - n); clock != "" && end == i {
			t.a, t.clock = i-n, clock
			return
		}
	}
}

// relativeDate reads "last month", "yesterday", "on Monday", "three days ago", "late 2014".
func (d *doc) relativeDate(i int) (dateMention, bool) {
	t := &d.toks[i]
	if t.kind != number && !t.is(dateStart|weekday|numword) {
		return dateMention{}, false
	}
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
		case "week", "month", "year", "weekend", "night", "morning", "evening", "afternoon":
			if s == "past" {
				return dateMention{}, false
			}
			return rel(2, s+" "+n.w.text)
		}
	}
	if t.is(weekday) && len(s) > 3 && (t.capital) {
		if n := next(1); !d.upper && n.capital && n.kind == letters && n.tag == tName && !n.is(month) {
			return dateMention{}, false // the Sunday Ledger
		}
		return rel(1, s)
	}
	if (t.is(numword) || t.kind == number || s == "a") && next(1).is(timenoun) {
		switch next(2).w.text {
		case "ago":
			return rel(3, "ago")
		case "earlier", "later":
			if !d.upper {
				return rel(3, next(2).w.text)
			}
		case "before", "after":
			if k := next(3); !d.upper && k.kind == punct && !k.open {
				return rel(3, map[string]string{"before": "earlier", "after": "later"}[next(2).w.text])
			}
		}
	}
	if (s == "the" || s == "that") && !d.upper {
		return d.anaphoricDate(i)
	}
	return dateMention{}, false
}

// anaphoricDate reads "the next morning", "the day before", "the same night": relative to
// the date told last.
func (d *doc) anaphoricDate(i int) (dateMention, bool) {
	word := func(k int) string {
		if i+k < len(d.toks) {
			return d.toks[i+k].w.text
		}
		return ""
	}
	rel := func(n int, value string) (dateMention, bool) {
		return dateMention{rng: rng{i, i + n}, value: value, relative: true}, true
	}
	which := ""
	switch word(1) {
	case "next", "following":
		which = "later"
	case "previous":
		which = "earlier"
	case "same":
		which = "same"
	case "day":
		if k := &endToken; word(0) == "the" && (word(2) == "before" || word(2) == "after") {
			if i+3 < len(d.toks) {
				k = &d.toks[i+3]
			}
			if k.kind == punct && !k.open || k.tag == tBe || k.tag == tFin || k.tag == tPart {
				return rel(3, map[string]string{"before": "earlier", "after": "later"}[word(2)])
			}
		}
	}
	if word(0) == "that" && word(1) != "same" {
		if w := word(1); w == "day" || w == "night" || w == "evening" || w == "morning" || w == "afternoon" {
			return rel(2, "same")
		}
		return dateMention{}, false
	}
	if which == "" {
		return dateMention{}, false
	}
	switch word(2) {
	case "day", "night", "evening", "morning", "afternoon":
		return rel(3, which)
	case "month", "year":
		if which != "same" {
			return rel(3, which+" "+word(2))
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
		alone := p.b-p.a <= t.b-t.a+6 || d.aloneInLine(t.rng)
		dateline := t.a-p.a <= 7 && t.b < p.b && (d.toks[t.b].mark == '-' || d.toks[t.b].mark == ':') || t.a-p.a <= 7 && t.b < p.b && (d.toks[t.b].mark == '(' || d.toks[t.b].mark == ')')
		if before || alone || dateline {
			t.published = true
			d.published = t.date
			return
		}
		if !d.upper && s.para <= 4 && !d.hasFinite(rng{s.a, t.a}) && (t.b >= s.b-4 || d.inHead(s.rng)) {
			t.published = true // a heading: no verb stands before the date
			d.published = t.date
			return
		}
		if t.named && s.para <= 3 && !d.published.known() {
			d.published = t.date // told as of this day, though it is not the text's own date
		}
	}
}

// hasFinite tells whether a verb that says something stands among tokens.
func (d *doc) hasFinite(r rng) bool {
	for i := r.a; i < r.b; i++ {
		if t := &d.toks[i]; t.tag.aux() || t.tag == tFin && i > r.a+1 && d.toks[i-1].tag != tMark {
			return true
		}
	}
	return false
}

// inHead tells of a line of few words that no full stop ends.
func (d *doc) inHead(s rng) bool {
	return s.b-s.a <= 16 && d.toks[s.b-1].mark != '.' && d.toks[s.b-1].mark != '?'
}

// aloneInLine tells whether a date has its line for itself, but for a word or two before it:
// "Stockholm, 3 March 2022".
func (d *doc) aloneInLine(r rng) bool {
	start, end := d.toks[r.a].start, d.toks[r.b-1].end
	a, b := max(0, start-40), min(len(d.text), end+12)
	before, after := d.text[a:start], d.text[end:b]
	if i := strings.LastIndexByte(before, '\n'); i >= 0 {
		before = before[i+1:]
	} else if a > 0 {
		return false
	}
	if i := strings.IndexByte(after, '\n'); i >= 0 {
		after = after[:i]
	} else if b < len(d.text) {
		return false
	}
	return len(strings.Fields(before)) <= 3 && len(strings.Fields(after)) <= 2
}

// resolve fills in what the document's own date tells.
func (d *doc) resolve(t *dateMention, last, told date) {
	p := d.published
	if t.relative {
		unresolved := t.value
		if t.date = d.resolveRelative(t, p, last); t.value == unresolved {
			t.value = ""
		}
		if t.clock != "" && t.date.d > 0 {
			t.value = t.date.String() + "T" + t.clock
		}
		return
	}
	defer func() {
		if t.clock != "" && t.date.d > 0 && t.value == "" {
			t.value = t.date.String() + "T" + t.clock
		}
	}()
	if t.date.y > 0 {
		return
	}
	if !p.known() {
		t.date.y = last.y // the year of the date named before
		return
	}
	if told.known() && !d.upper && dayNumber(p)-dayNumber(told) > 300 {
		// an account of what lies further back: near the last whole date, its year
		if days := dayNumber(date{told.y, t.date.m, max(t.date.d, 15)}) - dayNumber(told); days > -60 && days < 60 {
			t.date.y = told.y
			return
		}
	}
	t.date.y = p.y
	if t.date.m > p.m+2 || t.date.m == p.m+2 && t.date.d > p.d {
		t.date.y--
	}
}

func (d *doc) resolveRelative(t *dateMention, p, last date) date {
	first, rest, _ := strings.Cut(t.value, " ")
	switch first {
	case "earlier", "later", "same", "day":
		return d.fromLast(t, first, rest, last, p)
	}
	if p.d == 0 {
		return date{}
	}
	day := dayNumber(p)
	switch {
	case t.value == "today" || t.value == "tonight" || first == "this" && (rest == "morning" || rest == "evening" || rest == "afternoon" || rest == "night"):
		return p
	case t.value == "easter":
		if e := easter(p.y); dayNumber(e) >= day || !d.ahead(t) {
			return e
		}
		return easter(p.y + 1)
	case t.value == "yesterday" || t.value == "last night":
		return fromDay(day - 1)
	case t.value == "tomorrow":
		return fromDay(day + 1)
	case t.value == "ago":
		return d.ago(t, p, -1)
	case rest == "weekend" && first == "last":
		return d.weekOf(t, fromDay(day-(day+3)%7-1))
	case rest == "week" && first != "past":
		return d.weekOf(t, fromDay(day+map[string]int{"last": -7, "this": 0, "next": 7}[first]))
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
		if first == "this" && back > 0 && rest != "" {
			return fromDay(day + 7 - back)
		}
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

// weekOf gives a week its ISO name, 2018-W33; the date itself stays as exact as its month.
func (d *doc) weekOf(t *dateMention, p date) date {
	if d.upper {
		return date{}
	}
	day := dayNumber(p)
	thursday := fromDay(day - (day+3)%7 + 3)
	t.value = fmt.Sprintf("%04d-W%02d", thursday.y, (dayNumber(thursday)-dayNumber(date{thursday.y, 1, 1}))/7+1)
	return date{}
}

// easter is the Sunday of the western churches, by the rule of the Gregorian calendar.
func easter(y int) date {
	a, b, c := y%19, y/100, y%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return date{y, n / 31, n%31 + 1}
}

// fromLast resolves what is told relative to the last date: "two days later", "the next
// morning", "the 28th".
func (d *doc) fromLast(t *dateMention, which, unit string, last, p date) date {
	if which == "day" {
		day := t.date.d
		if !last.known() || last.m == 0 {
			last = p
		}
		if !last.known() || last.m == 0 {
			return date{}
		}
		return date{last.y, last.m, day}
	}
	if !last.known() {
		last = p
	}
	sign := map[string]int{"earlier": -1, "later": 1, "same": 0}[which]
	switch {
	case unit == "clock" && last.d > 0:
		return last
	case unit == "clock":
		return p
	case unit != "" && last.m > 0:
		return shift(last, map[int]string{-1: "last", 1: "next"}[sign], unit)
	case unit == "year" && last.known():
		return date{last.y + sign, 0, 0}
	case last.d == 0:
		return date{}
	case d.toks[t.a].tag == tDet || d.toks[t.a].w.text == "the" || d.toks[t.a].w.text == "that":
		return fromDay(dayNumber(last) + sign)
	}
	return d.ago(t, last, sign)
}

// ago counts a number of days, weeks, months or years from p, back or on by sign.
func (d *doc) ago(t *dateMention, p date, sign int) date {
	n := 1
	if v, ok := d.num(t.a); ok {
		n = v
	} else if v := numberWords[d.toks[t.a].w.text]; v > 0 {
		n = v
	}
	if n > 1200 {
		return date{}
	}
	n *= sign
	switch strings.TrimSuffix(d.toks[t.a+1].w.text, "s") {
	case "day", "night":
		return fromDay(dayNumber(p) + n)
	case "week":
		return fromDay(dayNumber(p) + 7*n)
	case "month":
		m := p.y*12 + p.m - 1 + n
		return date{m / 12, m%12 + 1, 0}
	case "year":
		return date{max(p.y+n, 0), 0, 0}
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
	r := d.newRecord("date", 1)
	d.put(&r, "span", t.rng)
	value := t.value
	if value == "" {
		value = t.date.String()
	}
	r.set("value", value)
	if t.published {
		r.set("use", "published")
	}
	return r
}

// dateIn gives the first date within tokens.
func (d *doc) dateIn(r rng) (dateMention, bool) {
	lo, hi := 0, len(d.dates)
	for lo < hi {
		mid := (lo + hi) / 2
		if d.dates[mid].a < r.a {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
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
