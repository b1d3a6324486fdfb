package prose

import "strconv"

// Template is an event with its roles as words, for comparison with answer keys that hold
// words and no offsets.
type Template struct {
	ID    string
	Fills map[string][][]string
}

// Templates reads a text and gives one template for each event.
func Templates(text string) []Template {
	d := parse(text)
	d.findDates()
	d.findNamings()
	return d.templates()
}

func (d *doc) templates() []Template {
	var out []Template
	for i := range out {
		out[i].ID = "t" + strconv.Itoa(i+1)
	}
	return out
}
