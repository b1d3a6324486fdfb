package node_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"heed"
	"heed/internal/desk"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/store"
)

// TestImportNames: a list is taken into the register once, each claim with its teller; rival ones stand
// side by side; one bad line, and nothing is recorded; many who import at once record nothing twice.
func TestImportNames(t *testing.T) {
	for _, engine := range engines() {
		t.Run(engine, func(t *testing.T) {
			p := meet(t, database(t, engine))
			d, by, ctx := p.n[1].Desk(), p.by(1), t.Context()
			look, err := d.ImportNames(ctx, by, desk.List{BuiltIn: true, Look: true})
			if err != nil || look.New != look.Claims || look.New < 350 {
				t.Fatalf("%+v, %v", look, err)
			}
			size := p.size()
			if first, err := d.ImportNames(ctx, by, desk.List{BuiltIn: true, Limit: 70}); err != nil || first.New != 70 || first.Next != 70 {
				t.Fatalf("%+v, %v", first, err)
			}
			fresh := make([]int, 3)
			var all sync.WaitGroup
			for i := range fresh {
				all.Go(func() {
					got, err := d.ImportNames(ctx, by, desk.List{BuiltIn: true})
					if err != nil {
						t.Error(err)
					}
					if fresh[i] = got.New; got.New+got.Known != got.Claims || got.Next != 0 {
						t.Errorf("%+v", got)
					}
				})
			}
			all.Wait()
			if n := fresh[0] + fresh[1] + fresh[2]; n != look.Claims-70 {
				t.Errorf("%d claims were recorded of %d that were left", n, look.Claims-70)
			}
			if again, err := d.ImportNames(ctx, by, desk.List{BuiltIn: true}); err != nil || again.New != 0 || again.Known != again.Claims {
				t.Errorf("the same list again: %+v, %v", again, err)
			}
			if n := p.size() - size; n != int64(look.Claims) {
				t.Errorf("%d records of %d claims", n, look.Claims)
			}
			size = p.size()
			for name, text := range map[string]string{"bad.csv": "name,alias\nGood,G\n,H\n", "bad.json": "[{\"name\": \"Good\", \"alias\": [\"G\"]},\n{\"nom\": 1}]", "bad.txt": "Good"} {
				if got, err := d.ImportNames(ctx, by, desk.List{Name: name, File: []byte(text)}); !errors.Is(err, desk.ErrNot) || got.New != 0 || name != "bad.txt" && !strings.Contains(err.Error(), "line ") {
					t.Errorf("%s: %+v, %v", name, got, err)
				}
			}
			if p.size() != size {
				t.Error("a list that cannot be taken left records")
			}
			rival := desk.List{Name: "rival.csv", File: []byte("name,part-of,type\nISIS-K,al-Qaeda,wing\n"), Teller: "a rival list"}
			if got, err := d.ImportNames(ctx, by, rival); err != nil || got.New != 1 || got.Teller != "a rival list" {
				t.Errorf("%+v, %v", got, err)
			}
			k, err := d.Register(ctx, by, "isis k")
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []desk.KnownName{{Name: "ISIS-K", Type: "part-of", Of: "Islamic State", Teller: look.Teller, Words: "ISIS-K is listed as armed group"},
				{Name: "ISIS-K", Type: "part-of", Of: "al-Qaeda", Teller: "a rival list", Words: "ISIS-K is listed as wing"}} {
				if !slices.Contains(k.Claims, want) {
					t.Errorf("%+v stands not beside its rivals: %+v", want, k.Claims)
				}
			}
			if _, err := d.ImportNames(ctx, people.OnMachine("cy", p.id[1], people.Liaison), desk.List{BuiltIn: true}); err == nil {
				t.Error("a liaison took in a list")
			}
			p.matchedByList()
			if r, err := node.Examine(ctx, p.dir[1], node.Examination{}); err != nil || len(r.Wrong) > 0 {
				t.Errorf("%v, %v", r.Wrong, err)
			}
		})
	}
}

func (p *pair) size() (n int64) {
	p.t.Helper()
	if err := p.n[1].Store().View(p.t.Context(), func(tx *store.Tx) (err error) { n, err = tx.Size(); return err }); err != nil {
		p.t.Fatal(err)
	}
	return n
}

// matchedByList: a warning that names an alias joins the case of its main name; Islamic State is not
// ISIS-K; and a name of two actors does not join one to the other.
func (p *pair) matchedByList() {
	p.t.Helper()
	warn := func(who, city string) desk.Said {
		return p.warn(heed.Warning{Who: &heed.Actor{Names: []string{who}}, Where: &heed.Place{City: city}, Basis: heed.BasisIntercept}, who+" is said to plan something at "+city)
	}
	why := func(said desk.Said) string { // as its link has it
		for _, m := range p.cased(said.ID).Members {
			if m.ID == said.ID {
				return strings.Join(m.Why, ", ")
			}
		}
		return ""
	}
	main := p.cased(warn("ISIS-K", "Herat").ID)
	if alias := p.cased(warn("Islamic State Khorasan Province", "Herat").ID); alias.ID != main.ID {
		p.t.Errorf("an alias opens a case of its own: %s beside %s", alias.Name, main.Name)
	}
	if whole := why(warn("Daesh", "Herat")); strings.Contains(whole, "same actor") || !strings.Contains(whole, "a part of islamic state") {
		p.t.Errorf("Islamic State and ISIS-K are taken for one, or nothing is said of how they stand to each other: %s", whole)
	}
	homonym := desk.List{Name: "two.csv", File: []byte("name,alias\nAmber Front,ZF; the Ambers\nBlue Front,ZF\n")}
	if _, err := p.n[1].Desk().ImportNames(p.t.Context(), p.by(1), homonym); err != nil {
		p.t.Fatal(err)
	}
	amber := p.cased(warn("Amber Front", "Quito").ID)
	if blue := why(warn("Blue Front", "Quito")); blue == "" || strings.Contains(blue, "same actor") {
		p.t.Errorf("two actors that share a name are taken for one: %s", blue)
	}
	if other := p.cased(warn("the Ambers", "Quito").ID); other.ID != amber.ID {
		p.t.Errorf("the other name opens a case of its own")
	}
	old := p.cased(warn("Red Column", "Lagos").ID)
	if _, err := p.n[1].Desk().Name(p.t.Context(), p.by(1), desk.Naming{Name: "Red Column", Type: "alias", Of: "Crimson League"}); err != nil {
		p.t.Fatal(err)
	}
	league := warn("Crimson League", "Lagos")
	if reason := why(league); p.cased(league.ID).ID != old.ID || !strings.Contains(reason, "same actor: red column") {
		p.t.Errorf("a case that is older than the claim is not found: %s", reason)
	}
}
