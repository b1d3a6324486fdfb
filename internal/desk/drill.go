package desk

import (
	"context"
	"fmt"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/store"
)

// Exercise is a drill as a person orders it.
type Exercise struct {
	Name       string
	Text       string          // empty: a usual text
	Precedence heed.Precedence // empty: ROUTINE
	To         []heed.PartyID  // none: everybody that the exchange reaches
}

// Answered is how far one receiver of a drill has come.
type Answered struct {
	Party  string    `json:"party"`
	Rung   heed.Rung `json:"rung,omitempty"` // the highest; empty: no receipt at all
	At     time.Time `json:"at,omitzero"`
	After  string    `json:"after,omitempty"` // since the drill began
	Silent bool      `json:"silent"`          // no person there has acknowledged it
}

// DrillReport says who answered a drill, who is silent, and who has to be called.
type DrillReport struct {
	Handle   string     `json:"handle"`
	Exercise string     `json:"exercise"`
	Said     time.Time  `json:"said"`
	Answered []Answered `json:"answered"`
	Silent   []Answered `json:"silent"`
	Call     []Site     `json:"call"`   // contacts that the exchange does not reach, and nobody has told yet
	Called   []Site     `json:"called"` // those that somebody has told
}

// Drill sends an exercise notice, asking for an acknowledgement, to all parties that the
// exchange reaches. Contacts that are no party are in the report, to be called.
func (d *Desk) Drill(ctx context.Context, by people.Actor, e Exercise) (Said, error) {
	if err := mayDirectory(by, people.ActDrill); err != nil {
		return Said{}, err
	}
	if e.Name == "" {
		return Said{}, fmt.Errorf("%w: name the drill, so that nobody takes it for another", ErrNot)
	}
	if e.Text == "" {
		e.Text = "This is an exercise. Nothing has happened. Please acknowledge this notice as you would a real warning."
	}
	if e.Precedence == "" {
		e.Precedence = heed.Routine
	}
	if len(e.To) == 0 {
		for _, p := range d.Directory.Parties() {
			if p.ID != by.Desk {
				e.To = append(e.To, p.ID)
			}
		}
	}
	if len(e.To) == 0 {
		return Said{}, fmt.Errorf("%w: the exchange reaches nobody from here: add parties with heed party add", ErrNot)
	}
	until := d.Store.Now().UTC().Truncate(time.Microsecond).Add(24 * time.Hour)
	ask := []string{"acknowledge this exercise notice"}
	return d.Warn(ctx, by, Draft{Headline: "drill: " + e.Name, Text: e.Text, Lang: "en", Exercise: e.Name, To: e.To, Asked: ask,
		Warning: heed.Warning{Basis: heed.BasisOwnAnalysis, Precedence: e.Precedence, Handling: heed.Handling{TLP: "TLP:GREEN"}, Asked: ask, ValidUntil: &until,
			Who: &heed.Actor{Words: "nobody: an exercise"}, Where: &heed.Place{Words: "nowhere: an exercise"}, When: &heed.Window{Words: "never: an exercise"},
			Whom: &heed.Target{Words: "nobody: an exercise"}, Scale: &heed.Count{Words: "none: an exercise"}}})
}

// DrillReport says how far a drill is; empty asks for the last one.
func (d *Desk) DrillReport(ctx context.Context, by people.Actor, name string) (DrillReport, error) {
	if err := mayDirectory(by, people.ActDrill); err != nil {
		return DrillReport{}, err
	}
	l, err := d.drill(ctx, by, name)
	if err != nil {
		return DrillReport{}, err
	}
	sent, err := d.SentOne(ctx, l)
	if err != nil {
		return DrillReport{}, err
	}
	r := DrillReport{Handle: l.Handle, Exercise: l.Exercise, Said: sent.Said, Answered: []Answered{}, Silent: []Answered{}, Call: []Site{}, Called: []Site{}}
	for _, ladder := range sent.Ladders {
		a := Answered{Party: ladder.To, Silent: true}
		for _, rung := range heed.Rungs {
			if at, ok := ladder.Rungs[rung]; ok {
				a.Rung, a.At, a.After = rung, at, at.Sub(sent.Said).Round(time.Second).String()
				a.Silent = a.Silent && (rung == heed.Delivered || rung == heed.Opened)
			}
		}
		if a.Silent {
			r.Silent = append(r.Silent, a)
		} else {
			r.Answered = append(r.Answered, a)
		}
	}
	sites, err := d.Near(ctx, by, Search{Of: l.ID})
	for _, s := range sites.Sites {
		switch {
		case s.Party != "":
		case s.Told != "":
			r.Called = append(r.Called, s)
		default:
			r.Call = append(r.Call, s)
		}
	}
	return r, err
}

// drill finds the drill that is meant: an exercise that this desk said.
func (d *Desk) drill(ctx context.Context, by people.Actor, name string) (store.Line, error) {
	if name != "" {
		l, err := d.Resolve(ctx, by, name)
		if err == nil && (l.Author != by.Desk || l.Exercise == "") {
			err = fmt.Errorf("%w: %s is no exercise of this desk", ErrNot, name)
		}
		return l, err
	}
	if err := d.Store.CatchUp(ctx); err != nil {
		return store.Line{}, err
	}
	var found store.Line
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		for before := int64(0); ; {
			lines, err := tx.Said(by.Desk, heed.KindWarning, before, 100)
			if err != nil || len(lines) == 0 {
				return err
			}
			for _, l := range lines {
				if before = l.Index; l.Exercise != "" {
					found = l
					return nil
				}
			}
		}
	})
	if err == nil && found.ID == "" {
		err = fmt.Errorf("%w: there has been no drill yet: heed drill --name … --to-all begins one", ErrNot)
	}
	return found, err
}
