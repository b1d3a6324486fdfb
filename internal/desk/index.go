package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"heed"
	"heed/internal/people"
	"heed/internal/place"
	"heed/internal/store"
)

// indexSlice is how many records are made findable in one commit: some 10 ms of the writer.
const indexSlice = 64

// Index makes everything that was recorded findable, up to the last record. What it writes
// is read from the ledger before it waits for the writer. Several callers do no harm.
func (d *Desk) Index(ctx context.Context) error {
	for {
		var from, to int64
		var list []store.Words
		err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
			if from, err = tx.WordsPosition(); err != nil {
				return err
			}
			recs, err := tx.Records(from, indexSlice)
			if err != nil {
				return err
			}
			to = from + int64(len(recs))
			list, err = d.findable(tx, recs)
			return err
		})
		if err != nil || from == to {
			return err
		}
		if err := d.Store.AddWords(ctx, from, to, list); err != nil && !errors.Is(err, store.ErrConflict) {
			return err // a conflict: somebody else was as quick
		}
	}
}

// findable gives what records are found by. Deliveries and receipts are looked up by what
// they are about; a body that was erased is found by nothing.
func (d *Desk) findable(tx *store.Tx, recs []store.Record) ([]store.Words, error) {
	var list []store.Words
	for _, r := range recs {
		if r.Kind == heed.KindDelivery || r.Kind == heed.KindReceipt || r.Envelope.Payload == nil {
			continue
		}
		l, err := people.LoadRecord(tx, r)
		if err != nil {
			return nil, err
		}
		body := d.body(l)
		list = append(list, store.Words{Index: r.Index, Marks: d.marks(l, body),
			Head: wordsOf(tokens(l.Headline)), Body: wordsOf(tokens(strings.Join(body, " \n")))})
	}
	return list, nil
}

// anybody stands for a reader without a role that may read what others marked TLP:RED.
func anybody(desk heed.PartyID) people.Actor {
	return people.Actor{Desk: desk, Roles: []people.Role{people.Liaison}, Scopes: people.Scopes}
}

// deskMark is on the records of a desk of a kind. Without a kind: on all but links and
// assessments, which say again in other words what they are about. Open: every reader may
// see it, as far as was known when it was made findable.
func deskMark(desk heed.PartyID, open bool, kind heed.Kind) string {
	m := "#d" + hexOf(string(desk))[:16]
	if open {
		m += "o"
	}
	if kind != "" {
		m += ":" + string(kind)
	}
	return m
}

func partyMark(p heed.PartyID) string { return "#p" + hexOf(string(p)) }
func idMark(id heed.ID) string        { return "#i" + hexOf(string(id)) }
func aboutMark(id heed.ID) string     { return "#s" + hexOf(string(id)) }
func placeMark(id string) string {
	return "#l" + strings.NewReplacer(".", "_", "-", "_").Replace(strings.ToLower(id))
}

// hexOf gives the 32 digits of an id's UUID.
func hexOf(id string) string {
	_, uuid, _ := strings.Cut(id, "--")
	return strings.Repeat("0", 32-min(32, len(uuid)-strings.Count(uuid, "-"))) + strings.ToLower(strings.ReplaceAll(uuid, "-", ""))
}

// marks says whose a record is, of which kind, from whom and to whom, what it is about, and
// which places it names, with all that these lie in.
func (d *Desk) marks(l people.Loaded, body []string) []string {
	r := l.Record
	var out []string
	put := func(m string) {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	for _, open := range []bool{false, true} {
		if open && !people.May(anybody(r.Desk), people.ActRead, l.Object, l.Handling).Allowed {
			continue
		}
		put(deskMark(r.Desk, open, r.Kind))
		if r.Kind != heed.KindLink && r.Kind != heed.KindAssessment {
			put(deskMark(r.Desk, open, ""))
		}
	}
	put(idMark(r.ID))
	put(handleMark(heed.Handle(r.ID)))
	for _, p := range concerned(l) {
		if p.Valid() {
			put(partyMark(p))
		}
	}
	if r.About != "" {
		put(aboutMark(r.About))
		put(handleMark(heed.Handle(r.About)))
	}
	for _, p := range mentioned(l, body) {
		put(placeMark(p.ID))
		for _, id := range []string{p.Area, p.Country} {
			if id != "" {
				put(placeMark(id))
			}
		}
		for _, region := range regions(p) {
			put(placeMark(region))
		}
	}
	return out
}

// concerned lists who said a record, who handed it in, and whom it names as a party.
func concerned(l people.Loaded) []heed.PartyID {
	list := []heed.PartyID{l.Record.Author, heed.PartyID(l.Record.From)}
	s := l.Statement
	switch {
	case s == nil:
	case s.Warning != nil:
		for _, h := range s.Warning.Chain {
			list = append(list, h.Party)
		}
	case s.Question != nil:
		list = append(list, s.Question.To)
	case s.Answer != nil:
		list = append(list, s.Answer.To)
	case s.Feedback != nil:
		list = append(list, s.Feedback.To)
	case s.Grant != nil:
		list = append(list, s.Grant.Holder, s.Grant.To)
	case s.Claim != nil:
		list = append(list, s.Claim.By.Party)
	}
	return list
}

// mentioned finds the places of a record: those of its fields, and the names in its words.
func mentioned(l people.Loaded, body []string) []place.Place {
	var found []place.Place
	if s := l.Statement; s != nil {
		if w := where(s); w != nil {
			for _, id := range placesOf(w) {
				if p, ok := place.ByID(id); ok {
					found = append(found, p)
				}
			}
		}
	}
	for _, text := range append([]string{l.Headline}, body...) {
		for _, m := range place.Scan(strings.Fields(text)) {
			if !m.People && !m.Common {
				found = choose(found, m.Places)
			}
		}
	}
	return found
}

func where(s *heed.Statement) *heed.Place {
	switch {
	case s.Warning != nil:
		return s.Warning.Where
	case s.Event != nil:
		return s.Event.Where
	}
	return nil
}

// regionsOf remembers, by a place's ID, the regions that it lies in.
var regionsOf sync.Map

// regions lists the regions that a place lies in, by ID.
func regions(p place.Place) []string {
	if list, ok := regionsOf.Load(p.ID); ok {
		return list.([]string)
	}
	var list []string
	for _, r := range place.Regions() {
		if r.ID != p.ID && place.Contains(r, p) == place.Yes {
			list = append(list, r.ID)
		}
	}
	regionsOf.Store(p.ID, list)
	return list
}

// body lists the words of a record beside its headline.
func (d *Desk) body(l people.Loaded) []string {
	list := []string{l.Text}
	for _, p := range concerned(l) {
		if party := d.Directory.Party(p); party != nil {
			list = append(list, party.Name, party.Title)
		}
	}
	s := l.Statement
	if s == nil {
		return list
	}
	list = append(list, s.Reason, s.Exercise)
	switch {
	case s.Warning != nil:
		w := s.Warning
		list = append(append(list, spoken(w.Who, w.Where, w.When, w.Whom, w.Scale)...), w.BasisWords)
		for _, h := range w.Chain {
			list = append(list, h.Words)
		}
		if w.Came != nil {
			list = append(list, w.Came.Caller)
		}
		list = append(list, w.Asked...)
	case s.Event != nil:
		e := s.Event
		list = append(append(list, spoken(e.Who, e.Where, e.When, e.Whom, nil)...), e.Class)
	case s.Claim != nil:
		c := s.Claim
		list = append(list, c.By.Words, c.About, c.Words, c.Name, c.Of)
		list = append(list, spoken(c.Points, nil, c.At, nil, nil)...)
		if a := c.Account; a != nil {
			list = append(list, a.From.Words, a.To.Words, a.Limits, a.Response)
		}
	case s.Relation != nil:
		list = append(list, s.Relation.Between[0], s.Relation.Between[1])
	}
	return list
}

// spoken lists the words of who, where, when, whom and on what scale.
func spoken(who *heed.Actor, at *heed.Place, when *heed.Window, whom *heed.Target, scale *heed.Count) []string {
	var list []string
	if who != nil {
		list = append(append(list, who.Words), who.Names...)
	}
	if at != nil {
		list = append(list, at.Words, at.Site, at.City, at.Area)
		if c, ok := place.ByID(strings.ToUpper(at.Country)); ok {
			list = append(list, c.Name)
		}
	}
	if when != nil {
		list = append(list, when.Words)
	}
	if whom != nil {
		list = append(append(append(list, whom.Words), whom.Kinds...), whom.Names...)
	}
	if scale != nil {
		list = append(list, scale.Words)
	}
	return list
}
