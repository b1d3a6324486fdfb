package desk

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"heed"
	"heed/internal/place"
	"heed/internal/store"
)

// facts are what a warning says, in the form in which warnings are compared: folded names,
// places by their ids, the window. What is unknown or not said is empty. Together, those of
// its members are what a case is about.
type facts struct {
	Actors   []string     `json:"actors,omitzero"`
	Parents  []string     `json:"parents,omitzero"` // what the actors are said to be parts of
	Places   []string     `json:"places,omitzero"`  // ids of package place, the smallest named
	Sites    []string     `json:"sites,omitzero"`
	Kinds    []string     `json:"kinds,omitzero"` // of targets
	Targets  []string     `json:"targets,omitzero"`
	Window   *heed.Window `json:"window,omitzero"`
	Scale    bool         `json:"scale,omitzero"`
	Bases    []string     `json:"bases,omitzero"`
	Voices   []string     `json:"voices,omitzero"`   // of a case: who spoke, on what basis
	Tokens   []string     `json:"tokens,omitzero"`   // of sealed origins
	Passages []string     `json:"passages,omitzero"` // of texts that were read
	Exercise string       `json:"exercise,omitzero"`
	Text     []uint64     `json:"text,omitzero"` // hashes of word groups, the smallest

	others []string // other names of the actors, under which open cases stand; for looking only
}

// wordGroups bounds how many hashes of a text are kept: enough to tell near-copies.
const wordGroups = 48

// factsOf reads a statement. A foreign object has its text only.
func factsOf(s *heed.Statement, headline, text string) facts {
	f := facts{Text: shingles(headline + " " + text)}
	w := told(s)
	if w == nil {
		return f
	}
	f.Exercise, f.Bases = heed.ExerciseName(s.Exercise), add(nil, string(w.Basis))
	if w.Who != nil {
		for _, n := range append(slices.Clone(w.Who.Names), w.Who.Words) {
			f.Actors = add(f.Actors, place.Fold(n))
		}
	}
	if w.Where != nil {
		f.Places, f.Sites = placesOf(w.Where), add(nil, place.Fold(w.Where.Site))
	}
	if w.Whom != nil {
		for _, k := range w.Whom.Kinds {
			f.Kinds = add(f.Kinds, singular(place.Fold(k)))
		}
		for _, n := range append(slices.Clone(w.Whom.Names), w.Whom.Words) {
			f.Targets = add(f.Targets, place.Fold(n))
		}
	}
	if w.When != nil && !w.When.Unknown && (w.When.From != nil || w.When.To != nil || w.When.Words != "") {
		f.Window = w.When
	}
	f.Scale = w.Scale != nil && !w.Scale.Unknown
	f.Passages = add(nil, passage(s))
	for _, h := range w.Chain {
		if h.Token != nil {
			f.Tokens = add(f.Tokens, string(h.Token.Minter)+" "+h.Token.Scope+" "+h.Token.Value)
		}
	}
	return f
}

// told gives what a statement warns of: its own warning, or the one that an account tells of,
// with the chain by which it was told.
func told(s *heed.Statement) *heed.Warning {
	switch {
	case s == nil:
		return nil
	case s.Warning != nil:
		return s.Warning
	case s.Claim == nil || s.Claim.Account == nil:
		return nil
	}
	var w heed.Warning
	if s.Claim.Account.Of != nil {
		w = *s.Claim.Account.Of
	}
	if len(w.Chain) == 0 {
		w.Chain = s.Claim.Chain
	}
	return &w
}

// placesOf finds the places that the fields and words name. Of an ambiguous name only what
// lies in a country named beside it counts, else the first, as people mean it.
func placesOf(w *heed.Place) []string {
	var found []place.Place
	if c, ok := place.ByID(strings.ToUpper(w.Country)); ok {
		found = append(found, c)
	}
	for _, name := range []string{w.Area, w.City} {
		if name != "" {
			found = choose(found, place.Find(name))
		}
	}
	for _, m := range place.Scan(strings.Fields(w.Words)) {
		if !m.People && !m.Common {
			found = choose(found, m.Places)
		}
	}
	var ids []string
	for _, p := range found {
		ids = add(ids, p.ID)
	}
	return smallest(ids)
}

// smallest leaves out the places in which another one of the list lies: a country said
// beside its city adds nothing, and would let every other city of it fit.
func smallest(ids []string) []string {
	if len(ids) < 2 {
		return ids
	}
	var list []place.Place
	for _, id := range ids {
		if p, ok := place.ByID(id); ok {
			list = append(list, p)
		}
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		p, ok := place.ByID(id)
		return ok && slices.ContainsFunc(list, func(o place.Place) bool { return o.ID != id && place.Contains(p, o) == place.Yes })
	})
}

func choose(have, named []place.Place) []place.Place {
	if len(named) == 0 {
		return have
	}
	for _, p := range named {
		for _, h := range have {
			if place.Contains(h, p) == place.Yes {
				return append(have, p)
			}
		}
	}
	if len(have) > 0 && have[0].Kind == place.Country && named[0].Kind != place.Country {
		return have // it lies elsewhere than the country said: another place of that name
	}
	return append(have, named[0])
}

// keys lists the words under which the facts make a case findable, and are looked for.
func (f facts) keys() []store.Key {
	var keys []store.Key
	put := func(weight int, word string) { keys = append(keys, store.Key{Word: f.word(word), Weight: weight}) }
	for _, t := range f.Tokens {
		put(8, "token "+t)
	}
	for _, p := range f.Passages {
		put(8, p)
	}
	for _, a := range slices.Concat(f.others, f.Actors) {
		put(4, "actor "+a)
	}
	for _, a := range f.Parents {
		put(2, "actor "+a)
	}
	for _, id := range f.Places {
		p, ok := place.ByID(id)
		put(4, "place "+id)
		if ok && p.Area != "" {
			put(2, "place "+p.Area)
		}
		if ok && p.Country != "" && p.Country != id {
			put(1, "place "+p.Country)
		}
	}
	for _, s := range f.Sites {
		put(4, "site "+s)
	}
	for _, k := range f.Kinds {
		put(1, "kind "+k)
	}
	for _, t := range f.Text[:min(len(f.Text), 4)] { // near-copies share their smallest hashes
		put(1, fmt.Sprintf("text %x", t))
	}
	return keys
}

// word is how a word stands in the index of cases.
func (f facts) word(w string) string {
	if f.Exercise != "" {
		return "exercise " + f.Exercise + ": " + w // never found by what is in earnest
	}
	return w
}

// words gives the keys under which the facts make a case findable, without their weights.
func (f facts) words() []string {
	var list []string
	f.others = nil
	for _, k := range f.keys() {
		list = add(list, k.Word)
	}
	return list
}

// with adds what another statement of the case says. Nothing is overwritten: rival facts
// stand side by side.
func (f facts) with(o facts) facts {
	f.Actors, f.Places, f.Sites = union(f.Actors, o.Actors), smallest(union(f.Places, o.Places)), union(f.Sites, o.Sites)
	f.Parents, f.Bases, f.Voices = union(f.Parents, o.Parents), union(f.Bases, o.Bases), union(f.Voices, o.Voices)
	f.Kinds, f.Targets, f.Tokens = union(f.Kinds, o.Kinds), union(f.Targets, o.Targets), union(f.Tokens, o.Tokens)
	f.Passages = union(f.Passages, o.Passages)
	f.Window = hull(f.Window, o.Window)
	f.Scale = f.Scale || o.Scale
	f.Exercise = cmp.Or(f.Exercise, o.Exercise)
	if len(o.Text) > 0 {
		f.Text = o.Text // of the last one: near-copies come soon after each other
	}
	return f
}

// hull is the window that holds both; an unknown one adds nothing.
func hull(a, b *heed.Window) *heed.Window {
	switch {
	case a == nil:
		return b
	case b == nil || a.Overlap(b) == 0:
		return a
	}
	h := *a
	if h.From != nil && (b.From == nil || b.From.Before(*h.From)) {
		h.From = b.From
	}
	if h.To != nil && (b.To == nil || b.To.After(*h.To)) {
		h.To = b.To
	}
	return &h
}

// specificity counts what of who, where, when, whom and scale is said. A city says more
// than a country, an interval more than words.
func (f facts) specificity() int {
	n := 0
	if len(f.Actors) > 0 {
		n++
	}
	if len(f.Places) > 0 {
		n++
		if slices.ContainsFunc(f.Places, func(id string) bool { p, ok := place.ByID(id); return ok && p.Kind == place.City }) {
			n++
		}
	}
	if len(f.Sites)+len(f.Targets) > 0 {
		n++
	}
	if len(f.Kinds) > 0 {
		n++
	}
	if f.Window != nil {
		n++
	}
	if f.Scale {
		n++
	}
	return n
}

// news says in one line what now adds to what was known, and whether that makes the picture
// more specific.
func news(was, now facts) (line string, more bool) {
	var added []string
	part := func(name string, old, new []string) {
		var fresh []string
		for _, v := range new {
			if !slices.Contains(old, v) {
				fresh = append(fresh, v)
			}
		}
		if len(fresh) > 0 {
			added = append(added, name+" ("+strings.Join(fresh, ", ")+")")
		}
	}
	part("who", was.Actors, now.Actors)
	part("where", names(was.Places), names(now.Places))
	part("site", was.Sites, now.Sites)
	part("whom", append(slices.Clone(was.Kinds), was.Targets...), append(slices.Clone(now.Kinds), now.Targets...))
	if now.Window != nil && (was.Window == nil || !sameWindow(was.Window, now.Window)) {
		added = append(added, "when ("+windowWords(now.Window)+")")
	}
	if now.Scale && !was.Scale {
		added = append(added, "scale")
	}
	part("basis", was.Bases, now.Bases)
	if len(added) == 0 {
		return "nothing new", false
	}
	return "new: " + strings.Join(added, ", "), was.with(now).specificity() > was.specificity()
}

func names(ids []string) []string {
	var list []string
	for _, id := range ids {
		if p, ok := place.ByID(id); ok {
			id = p.Name
		}
		list = append(list, id)
	}
	return list
}

func sameWindow(a, b *heed.Window) bool {
	same := func(x, y *time.Time) bool { return x == nil && y == nil || x != nil && y != nil && x.Equal(*y) }
	return same(a.From, b.From) && same(a.To, b.To) && (a.From != nil || a.To != nil || a.Words == b.Words)
}

func windowWords(w *heed.Window) string {
	if w.Words != "" {
		return w.Words
	}
	from, to := "open", "open"
	if w.From != nil {
		from = w.From.UTC().Format("2006-01-02 15:04Z")
	}
	if w.To != nil {
		to = w.To.UTC().Format("2006-01-02 15:04Z")
	}
	return from + " to " + to
}

// shingles hashes a text's overlapping groups of three words and keeps the smallest.
func shingles(text string) []uint64 {
	words := strings.Fields(place.Fold(text))
	var list []uint64
	for i := range words {
		if i+3 > len(words) && i > 0 {
			break
		}
		h := fnv.New64a()
		for _, w := range words[i:min(i+3, len(words))] {
			h.Write([]byte(w))
			h.Write([]byte{' '})
		}
		list = append(list, h.Sum64())
	}
	slices.Sort(list)
	list = slices.Compact(list)
	return list[:min(len(list), wordGroups)]
}

// alike is the share of word groups that two texts have in common, of those they have.
func alike(a, b []uint64) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	common := 0
	for _, h := range a {
		if _, ok := slices.BinarySearch(b, h); ok {
			common++
		}
	}
	return float64(common) / float64(len(a)+len(b)-common)
}

// add puts a folded name into a list, once.
func add(list []string, name string) []string {
	if name == "" || slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, v := range b {
		out = add(out, v)
	}
	return out
}

// singular drops an English plural ending, so that "concerts" is "concert".
func singular(w string) string {
	switch {
	case strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"), strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "xes"):
		return strings.TrimSuffix(w, "es")
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return strings.TrimSuffix(w, "ies") + "y"
	case strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss"):
		return strings.TrimSuffix(w, "s")
	}
	return w
}
