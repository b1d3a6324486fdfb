package weigh

import (
	"cmp"
	"math"
	"slices"
)

// A resolved item is what voices said about it, and what came out.
type resolved struct {
	votes []vote
	truth int32
}

// copyRates are how often a repeater may repeat; each is as likely as the others.
var copyRates = []float64{.5, .7, .9, .97}

// ring is a set of voices found to repeat one origin. What the origin itself said is not
// seen; it is summed over: a member said what the origin said, or (not copying) its own.
type ring struct {
	members []int32
	copied  float64   // how often a member repeats the origin
	origin  []float64 // [truth*V + value]: what the origin says
	own     []float64 // [truth*V + value]: what a member says on its own
}

// rings finds voices that repeat one another, from resolved items alone. Agreeing on the
// truth says little, for that is what good sources do; sharing an error that each makes
// rarely says much. Every pair starts at a chance of one in fifty ([repeats]); sets are
// merged while the evidence summed over the pairs between them is for copying, so that one
// chance pair does not chain two honest sets together.
func rings(known []resolved, rate func(voice, truth, value int32) float64, values int) []ring {
	pairs := pairOdds(known, rate)
	ids := map[int32]bool{}
	for k, odds := range pairs {
		if odds > 0 {
			ids[k[0]], ids[k[1]] = true, true
		}
	}
	sets := make([][]int32, 0, len(ids))
	for id := range ids {
		sets = append(sets, []int32{id})
	}
	slices.SortFunc(sets, func(a, b []int32) int { return cmp.Compare(a[0], b[0]) })
	sets = merge(sets, pairs)
	var out []ring
	for _, s := range sets {
		if len(s) > 1 {
			slices.Sort(s)
			r := ring{members: s}
			r.fit(known, rate, values)
			out = append(out, r)
		}
	}
	return out
}

// pairOdds is the log odds that one of two voices copies, for every pair that answered a
// resolved item together.
func pairOdds(known []resolved, rate func(voice, truth, value int32) float64) map[[2]int32]float64 {
	type tally [len4]float64
	sums := map[[2]int32]*tally{}
	for _, it := range known {
		if len(it.votes) > crowd {
			continue
		}
		for i, a := range it.votes {
			for _, b := range it.votes[:i] {
				if a.voice == b.voice || a.weight < 1 || b.weight < 1 {
					continue
				}
				k := [2]int32{b.voice, a.voice}
				t := sums[k]
				if t == nil {
					t = &tally{}
					sums[k] = t
				}
				if a.value != b.value {
					for c, copied := range copyRates {
						t[c] += math.Log(1 - copied)
					}
					continue
				}
				// The commoner of the two habits: it makes agreeing least remarkable.
				p := max(rate(a.voice, it.truth, a.value), rate(b.voice, it.truth, b.value))
				for c, copied := range copyRates {
					t[c] += math.Log((copied + (1-copied)*p) / p)
				}
			}
		}
	}
	prior := math.Log(repeats / (1 - repeats))
	out := make(map[[2]int32]float64, len(sums))
	for k, t := range sums {
		l := t[:]
		top := slices.Max(l)
		sum := 0.0
		for _, x := range l {
			sum += math.Exp(x-top) / len4
		}
		out[k] = prior + top + math.Log(sum)
	}
	return out
}

const len4 = 4 // copyRates

// merge joins the two sets with the most evidence between them until none has any.
func merge(sets [][]int32, pairs map[[2]int32]float64) [][]int32 {
	n := len(sets)
	between := make([][]float64, n)
	for i := range sets {
		between[i] = make([]float64, n)
		for j := range sets {
			if i != j {
				a, b := sets[i][0], sets[j][0]
				odds, met := pairs[[2]int32{min(a, b), max(a, b)}]
				if met {
					between[i][j] = odds
				}
			}
		}
	}
	for {
		bi, bj, best := -1, -1, 0.0
		for i := range sets {
			for j := range i {
				if sets[i] != nil && sets[j] != nil && between[i][j] > best {
					bi, bj, best = i, j, between[i][j]
				}
			}
		}
		if bi < 0 {
			break
		}
		sets[bj] = append(sets[bj], sets[bi]...)
		sets[bi] = nil
		for k := range sets {
			between[bj][k] += between[bi][k]
			between[k][bj] += between[k][bi]
		}
	}
	return slices.DeleteFunc(sets, func(s []int32) bool { return s == nil })
}

// fit learns what the origin of a ring says and how faithfully it is repeated.
func (r *ring) fit(known []resolved, rate func(voice, truth, value int32) float64, V int) {
	r.copied = .9
	r.origin, r.own = make([]float64, V*V), make([]float64, V*V)
	for y := range V {
		for v := range V {
			for _, m := range r.members {
				r.origin[y*V+v] += rate(m, int32(y), int32(v)) / float64(len(r.members))
			}
		}
	}
	prior := slices.Clone(r.origin)
	copy(r.own, r.origin)
	member := map[int32]bool{}
	for _, m := range r.members {
		member[m] = true
	}
	var cases []resolved
	for _, it := range known {
		c := resolved{truth: it.truth}
		for _, v := range it.votes {
			if member[v.voice] {
				c.votes = append(c.votes, v)
			}
		}
		if len(c.votes) > 0 {
			cases = append(cases, c)
		}
	}
	for range 30 {
		copied, votes := .9*startWeight, float64(startWeight)
		origin, own := make([]float64, V*V), make([]float64, V*V)
		for k := range prior {
			origin[k], own[k] = 2*prior[k], startWeight*prior[k]
		}
		for _, c := range cases {
			q := r.said(c.votes, int(c.truth))
			for o := range V {
				origin[int(c.truth)*V+o] += q[o]
				for _, v := range c.votes {
					votes += q[o] * v.weight
					mine := (1 - r.copied) * r.own[int(c.truth)*V+int(v.value)]
					if int(v.value) == o {
						share := r.copied / (r.copied + mine)
						copied += q[o] * v.weight * share
						own[int(c.truth)*V+o] += q[o] * v.weight * (1 - share)
					} else {
						own[int(c.truth)*V+int(v.value)] += q[o] * v.weight
					}
				}
			}
		}
		r.copied = copied / votes
		for y := range V {
			normaliseRow(origin[y*V : y*V+V])
			normaliseRow(own[y*V : y*V+V])
		}
		r.origin, r.own = origin, own
	}
}

func normaliseRow(p []float64) {
	sum := 0.0
	for _, x := range p {
		sum += x
	}
	for k := range p {
		p[k] /= sum
	}
}

// said is what the origin said, given its members' votes and the truth.
func (r *ring) said(votes []vote, truth int) []float64 {
	q := r.logs(votes, truth)
	normalise(q)
	return q
}

// logs is log P(origin said o, votes | truth) for each o.
func (r *ring) logs(votes []vote, truth int) []float64 {
	V := int(math.Sqrt(float64(len(r.origin))))
	q := make([]float64, V)
	for o := range V {
		q[o] = math.Log(r.origin[truth*V+o])
		for _, v := range votes {
			p := (1 - r.copied) * r.own[truth*V+int(v.value)]
			if int(v.value) == o {
				p += r.copied
			}
			q[o] += v.weight * math.Log(p)
		}
	}
	return q
}

// likelihood is log P(votes | truth), the origin summed out: the one term of a ring.
func (r *ring) likelihood(votes []vote, truth int) float64 {
	return normalise(r.logs(votes, truth))
}
