package weigh

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// A Claim is one row of a claims file: a source gives one of several values to an item.
type Claim struct {
	Source, Item, Value string
	// Origin is the declared origin of the claim. Empty means that nobody declared one,
	// which is not the same as "its own": lineage is then unknown.
	Origin string
}

// A Table holds the claims of a set in the form that [Fit] reads: one voice has at most
// one vote on an item. Rows may come in any order; the table is the same.
type Table struct {
	Values []string // distinct values, bytewise
	Items  []string // distinct items, bytewise
	Voices []string // sources, and origins that spoke on more than one item

	own   []float64 // share of what a voice says that is its own, not an origin's
	start []int32   // start[i]:start[i+1] are the votes on item i
	votes []vote
}

type vote struct {
	voice, value int32
	weight       float64 // 1, or a share where one voice said several things
}

// NewTable gathers claims. Equal answers of one source on one item count once;
// contradicting ones share its weight. Claims on one item that declare one origin are one
// vote: the origin's own if it is a source here or spoke on more than one item, for then it
// has a record of its own, and otherwise that of the source with the longest record here.
func NewTable(claims []Claim) *Table {
	t := &Table{}
	claims = slices.Clone(claims)
	slices.SortFunc(claims, compareClaims)
	claims = slices.CompactFunc(claims, func(a, b Claim) bool { return compareClaims(a, b) == 0 })

	values, items := map[string]int32{}, map[string]int32{}
	said := map[string]int{}    // claims of a source
	span := map[string]int{}    // items of an origin
	last := map[string]string{} // last item seen for an origin
	for _, c := range claims {  // sorted by item
		values[c.Value], items[c.Item] = 0, 0
		said[c.Source]++
		if c.Origin != "" && last[c.Origin] != "i"+c.Item {
			last[c.Origin] = "i" + c.Item
			span[c.Origin]++
		}
	}
	t.Values, t.Items = index(values), index(items)

	voices := map[string]int32{}
	var ballots [][]ballot
	for lo := 0; lo < len(claims); {
		hi := lo
		for hi < len(claims) && claims[hi].Item == claims[lo].Item {
			hi++
		}
		leader := map[string]string{}
		for _, c := range claims[lo:hi] {
			if l, ok := leader[c.Origin]; !ok || said[c.Source] > said[l] {
				leader[c.Origin] = c.Source
			}
		}
		at := map[string]int{}
		var row []ballot
		for _, c := range claims[lo:hi] {
			voice := c.Source
			if c.Origin != "" {
				voice = leader[c.Origin]
				switch {
				case said[c.Origin] > 0: // the origin is itself a source here
					voice = c.Origin
				case span[c.Origin] > 1:
					voice = originVoice + c.Origin
				}
			}
			k, ok := at[voice]
			if !ok {
				k = len(row)
				at[voice] = k
				row = append(row, ballot{voice, map[int32]float64{}})
				voices[voice] = 0
			}
			row[k].values[values[c.Value]]++
		}
		ballots = append(ballots, row)
		lo = hi
	}
	t.Voices = index(voices)

	t.cast(ballots, voices, said)
	return t
}

// ballot is what one voice said on one item, with how often it said it.
type ballot struct {
	voice  string
	values map[int32]float64
}

// cast turns ballots into votes, item by item, and counts how much of each voice is its own.
func (t *Table) cast(ballots [][]ballot, voices map[string]int32, said map[string]int) {
	t.own = make([]float64, len(t.Voices))
	t.start = make([]int32, 1, len(t.Items)+1)
	for _, row := range ballots {
		slices.SortFunc(row, func(a, b ballot) int { return cmp.Compare(a.voice, b.voice) })
		for _, b := range row {
			sum := 0.0
			for _, n := range b.values {
				sum += n
			}
			for _, v := range slices.Sorted(maps.Keys(b.values)) {
				t.votes = append(t.votes, vote{voices[b.voice], v, b.values[v] / sum})
				t.own[voices[b.voice]] += b.values[v]
			}
		}
		t.start = append(t.start, int32(len(t.votes)))
	}
	for w, name := range t.Voices {
		if n := said[name]; n > 0 {
			t.own[w] = min(1, t.own[w]/float64(n))
		} else {
			t.own[w] = 1
		}
	}
}

func compareClaims(a, b Claim) int {
	return cmp.Or(cmp.Compare(a.Item, b.Item), cmp.Compare(a.Source, b.Source),
		cmp.Compare(a.Value, b.Value), cmp.Compare(a.Origin, b.Origin))
}

// index numbers the keys of m bytewise and returns them in that order.
func index(m map[string]int32) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for i, k := range keys {
		m[k] = int32(i)
	}
	return keys
}

func (t *Table) on(item int) []vote { return t.votes[t.start[item]:t.start[item+1]] }

// A Vote is one voice's word on an item. Voice is the source, or the declared origin that
// spoke on several items, and then Origin is set.
type Vote struct {
	Voice, Origin string
	Value         int     // into the table's values
	Weight        float64 // 1, or a share where the voice said several things
}

// On lists the votes on an item.
func (t *Table) On(item int) []Vote {
	var out []Vote
	for _, v := range t.on(item) {
		name := t.Voices[v.voice]
		origin, _ := strings.CutPrefix(name, originVoice)
		if origin == name {
			origin = ""
		}
		out = append(out, Vote{name, origin, int(v.value), v.weight})
	}
	return out
}

// originVoice begins the name of a voice that is an origin, so that no source of the same
// name is taken for it.
const originVoice = "origin\x00"
