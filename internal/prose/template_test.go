package prose

import (
	"slices"
	"strings"
	"testing"
)

// news is a cable about an attack, aside one that only speaks of attacks.
const news = `LIMA, 3 MAY 91 (RADIO) -- [TEXT] A POWERFUL BOMB EXPLODED TODAY IN FRONT OF THE
NORLAND EMBASSY IN LIMA AND DESTROYED TWO VEHICLES. A GUARD, PEDRO QUIROZ, WAS KILLED AND THREE
STUDENTS WERE WOUNDED. THE POLICE SAID THAT THE BOMB WAS PLACED BY TWO UNIDENTIFIED MEN OF THE
SHINING PATH.
`

const aside = `HAVANA (CUBA), 3 MAY 91 (RADIO) -- [COMMENTARY] [TEXT] WE SAY THAT FOR YEARS THE
WAVE OF VIOLENCE, OF ATTACKS AND OF MURDERS HAS NOT ENDED. IF OUR ENEMIES WOULD TALK ABOUT PEACE,
THE WAR COULD END.
`

func fills(ts []Template, role string) (out []string) {
	for _, t := range ts {
		for _, e := range t.Fills[role] {
			out = append(out, strings.Join(e, "|"))
		}
	}
	return out
}

func TestTemplatesTellNewsFromTalk(t *testing.T) {
	got := Templates(news)
	for role, want := range map[string]string{"type": "bombing", "Target": "norland embassy", "Victim": "pedro quiroz", "PerpOrg": "shining path", "Weapon": "bomb", "killed": "1", "injured": "3"} {
		if !slices.ContainsFunc(fills(got, role), func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("%s: %q lacks %q", role, fills(got, role), want)
		}
	}
	if n := len(fills(got, "type")); n != 1 {
		t.Errorf("one bombing makes %d templates: %q", n, fills(got, "type"))
	}
	if got := Templates(aside); len(got) != 0 {
		t.Errorf("attacks in general make templates: %q", fills(got, "type"))
	}
}

// The table of weights is read as it is written: each section has a base where it decides, and
// no line is there twice or weighs nothing.
func TestWeights(t *testing.T) {
	for _, section := range []string{"story", "PerpInd", "PerpOrg", "Target", "Victim", "Weapon"} {
		if _, ok := lex().weights[section]["base"]; !ok {
			t.Errorf("[%s] has no base", section)
		}
	}
	seen := map[string]bool{}
	section := ""
	for line := range strings.Lines(file("weights.txt")) {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if strings.HasPrefix(f[0], "[") {
			section = f[0]
			continue
		}
		key := section + " " + strings.Join(f[:len(f)-1], " ")
		if seen[key] || f[len(f)-1] == "0" {
			t.Errorf("%s: twice or nothing", key)
		}
		seen[key] = true
	}
	if len(seen) < 100 {
		t.Errorf("only %d weights", len(seen))
	}
}

// What the lexicon says of words around an event bears a weight, or it is not there.
func TestEvidenceWeighs(t *testing.T) {
	for w, list := range lex().around {
		for _, c := range list {
			if lex().weights["mention"]["with "+c] == 0 {
				t.Errorf("%s: around %s weighs nothing", w, c)
			}
		}
	}
}
