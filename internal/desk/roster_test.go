package desk

import (
	"reflect"
	"testing"
	"time"

	"heed/internal/place"
	"heed/internal/store"
)

func hour(h int) time.Time { return time.Date(2024, 3, 7, h, 0, 0, 0, time.UTC) }

// A leave takes its person off the roster, who covers stands in, and what is left is a gap.
func TestGaps(t *testing.T) {
	shifts := []store.Shift{
		{Person: "bo", Role: "duty-officer", From: hour(0), To: hour(8)},
		{Person: "ada", Role: "duty-officer", From: hour(8), To: hour(16)},
		{Person: "cy", Role: "supervisor", From: hour(0), To: hour(24)},
		{Person: "bo", From: hour(2), To: hour(6)}, // leave
		{Person: "cy", Role: "duty-officer", CoverFor: "bo", From: hour(2), To: hour(4)},
	}
	want := []Gap{{"duty-officer", hour(4), hour(6)}, {"duty-officer", hour(16), hour(24)}}
	if got := gaps(shifts, "duty-officer", hour(0), hour(24)); !reflect.DeepEqual(got, want) {
		t.Errorf("gaps %v, expected %v", got, want)
	}
	if got := gaps(shifts, "supervisor", hour(0), hour(24)); got != nil {
		t.Errorf("gaps where there is none: %v", got)
	}
	if got := gaps(nil, "supervisor", hour(0), hour(24)); !reflect.DeepEqual(got, []Gap{{"supervisor", hour(0), hour(24)}}) {
		t.Errorf("an empty roster is %v", got)
	}
	for h, who := range map[int][]string{1: {"bo"}, 2: {"cy"}, 5: nil, 6: {"bo"}, 8: {"ada"}, 16: nil} {
		if got := present(shifts, "duty-officer", hour(h)); !reflect.DeepEqual(got, who) {
			t.Errorf("at %d: %v, expected %v", h, got, who)
		}
	}
}

// A place that is not known is not far away: it is not known.
func TestNear(t *testing.T) {
	colombo, lanka := findPlaces("Colombo, LK", "")[0], findPlaces("Sri Lanka", "")[0]
	for _, c := range []struct {
		words  string
		centre place.Place
		km     float64
		site   store.Contact
		want   place.Answer
	}{
		{"by coordinates, near", colombo, 25, store.Contact{Located: true, Lat: 6.94, Lon: 79.86}, place.Yes},
		{"by coordinates, far", colombo, 25, store.Contact{Located: true, Lat: 51.5, Lon: -0.1}, place.No},
		{"by name, in its country", colombo, 25, store.Contact{Place: "Colombo", Country: "LK"}, place.Yes},
		{"another city of the country", colombo, 25, store.Contact{Place: "Jaffna", Country: "LK"}, place.No},
		{"no place at all", colombo, 25, store.Contact{}, place.Unknown},
		{"a place nobody knows", colombo, 25, store.Contact{Place: "Behind the old mill"}, place.Unknown},
		{"only the country", colombo, 25, store.Contact{Country: "LK"}, place.Unknown},
		{"a city in a country", lanka, 25, store.Contact{Place: "Jaffna", Country: "LK"}, place.Yes},
		{"coordinates in a country", lanka, 25, store.Contact{Located: true, Lat: 6.94, Lon: 79.86}, place.Yes},
		{"the country itself", lanka, 25, store.Contact{Country: "LK"}, place.Yes},
		{"another country", lanka, 25, store.Contact{Country: "FR"}, place.No},
	} {
		if got, _ := near(c.centre, c.km, c.site); got != c.want {
			t.Errorf("%s: %v, expected %v", c.words, got, c.want)
		}
	}
}

func TestAge(t *testing.T) {
	for words, at := range map[string]time.Time{"never, as far as is known": {}, "today": hour(1), "1 day ago": hour(1).AddDate(0, 0, -1), "214 days ago": hour(1).AddDate(0, 0, -214)} {
		if got := age(at, hour(2)); got != words {
			t.Errorf("%v is %q, expected %q", at, got, words)
		}
	}
}
