package api

import "heed/internal/people"

// Routes gives every route with the act that it is.
func Routes() map[string]people.Act {
	out := map[string]people.Act{}
	for _, group := range (&Server{}).groups() {
		for pattern, r := range group {
			out[pattern] = r.act
		}
	}
	return out
}
