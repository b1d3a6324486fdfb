package prose

// wordSet is a set of words in lower case. Nearly every word of a text is in none of the sets
// that it is looked for in, and its first letter and length tell so most of the time.
type wordSet struct {
	all map[string]bool
	may uint64
}

func bit(w string) uint64 { return 1 << ((uint(w[0])*5 + uint(len(w))) & 63) }

func newSet(all map[string]bool) wordSet {
	s := wordSet{all: all}
	for w := range all {
		s.may |= bit(w)
	}
	return s
}

// set takes its words with white space between them.
func set(words string) wordSet {
	all := map[string]bool{}
	for len(words) > 0 {
		i := 0
		for i < len(words) && words[i] > ' ' {
			i++
		}
		if i > 0 {
			all[words[:i]] = true
		}
		words = words[min(i+1, len(words)):]
	}
	return newSet(all)
}

func (s *wordSet) has(w string) bool { return w != "" && s.may&bit(w) != 0 && s.all[w] }
