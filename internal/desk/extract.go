package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"heed"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/store"
)

// Extract is a text for other readers, made from a warning of this desk. It becomes a
// warning of its own, with its own handling; that it is an extract is known here and, by
// [heed.PartOf], to those who hold the whole.
type Extract struct {
	Headline string
	Text     string
	Lang     string
	Keep     []string      // fields of the whole that it keeps: heed.ExtractFields; precedence and exercise always
	Handling heed.Handling // what is not stated is as in the whole
	Asked    []string
	To       []heed.PartyID
}

type extractPlan struct {
	Extract
	id         heed.ID
	deliveries []heed.ID
}

// statement makes the first version of the extract.
func (x Extract) statement(desk heed.PartyID, id heed.ID, now time.Time, whole *heed.Statement) (heed.Statement, error) {
	w, err := whole.Warning.Extract(x.Keep)
	if err != nil {
		return heed.Statement{}, fmt.Errorf("%w: %w", ErrNot, err)
	}
	h := &w.Handling
	for _, f := range []struct{ to, from *string }{{&h.TLP, &x.Handling.TLP}, {&h.PAP, &x.Handling.PAP}, {&h.Onward, &x.Handling.Onward},
		{&h.Attribution, &x.Handling.Attribution}, {&h.TellAtRisk, &x.Handling.TellAtRisk}} {
		if *f.from != "" {
			*f.to = *f.from
		}
	}
	h.OriginatorControl = h.OriginatorControl || x.Handling.OriginatorControl
	if len(x.Asked) > 0 {
		w.Asked = x.Asked
	}
	lang := x.Lang
	if lang == "" {
		lang = whole.Lang
	}
	return heed.Statement{ID: id, Author: desk, Version: 1, Kind: heed.KindWarning, Created: now, Modified: now, Lang: lang, Exercise: whole.Exercise,
		Headline: x.Headline, Text: x.Text, Warning: &w}, nil
}

// look runs the checks over an extract. What it withholds on purpose is not missed: only a
// whole needs a basis and an end.
func (x Extract) look(s, whole *heed.Statement, where string) []heed.Finding {
	var out []heed.Finding
	for _, f := range heed.CheckRelease(s, heed.Around{}) {
		if f.Rule == "basis" || f.Rule == "validity" || f.Rule == "duty-ground" {
			continue
		}
		f.Where = where + f.Where
		out = append(out, f)
	}
	if len(heed.Withheld(whole, s)) == 0 && !s.Warning.Handling.Looser(whole.Warning.Handling) {
		out = append(out, heed.Finding{Rule: "extract-whole", Severity: heed.WarnOf, Sentence: "this extract withholds nothing: its readers could get the whole", Where: where + "text"})
	}
	return out
}

// extractLink names the link from an extract to its whole; its versions go with the
// extract's.
func extractLink(desk heed.PartyID, extract heed.ID) heed.ID {
	return people.DerivedID(heed.KindLink, "extract-of", string(desk), string(extract))
}

// sayExtracts records the extracts of a plan, each with its link, which stays here, and its
// deliveries.
func (d *Desk) sayExtracts(tx *store.Tx, by people.Actor, p plan, whole store.Record, ws *heed.Statement, way store.Lane) ([]Said, error) {
	var out []Said
	for _, x := range p.extracts {
		if len(x.To) == 0 {
			return nil, fmt.Errorf("%w: an extract names its readers: an empty audience is nobody", ErrNot)
		}
		s, err := x.statement(by.Desk, x.id, tx.Now(), ws)
		if err != nil {
			return nil, err
		}
		s.Warning.Part = heed.PartOf(whole.Digest, s.ID, s.Version)
		rec, err := d.say(tx, by, s)
		if err != nil {
			return nil, err
		}
		if err := d.linkExtract(tx, by, s, whole.Ref()); err != nil {
			return nil, err
		}
		said := Said{ID: s.ID, Version: 1, Handle: heed.Handle(s.ID), Leaf: rec.Index}
		for i, to := range x.To {
			if err := d.hand(tx, by, rec, s.Exercise, to, s.Warning.Handling, s.Warning.Asked, x.deliveries[i], way); err != nil {
				return nil, err
			}
			said.To = append(said.To, d.Directory.Show(to))
		}
		out = append(out, said)
	}
	return out, nil
}

// linkExtract records what an extract is of. The link is never handed to anybody.
func (d *Desk) linkExtract(tx *store.Tx, by people.Actor, s heed.Statement, whole heed.Ref) error {
	_, err := d.say(tx, by, heed.Statement{
		ID: extractLink(by.Desk, s.ID), Author: by.Desk, Version: s.Version, Kind: heed.KindLink, Created: s.Created, Modified: s.Modified, Exercise: s.Exercise,
		About: []string{string(s.ID), string(whole.ID)}, Headline: fmt.Sprintf("%s is an extract of %s", s.Ref(), whole),
		Text: fmt.Sprintf("%s is an extract of %s", s.Ref(), whole),
		Link: &heed.Link{Act: heed.LinkJoins, Type: heed.ExtractOf, Statement: s.ID, Version: s.Version, Of: whole.ID, OfVersion: whole.Version,
			Why: []string{"a text for other readers"}, Person: by.Person, At: tx.Now()},
	})
	return err
}

// tie draws the part of a warning, or, where it is a new version of an extract, ties it to
// the newest version of its whole.
func (d *Desk) tie(tx *store.Tx, by people.Actor, s *heed.Statement, p plan) error {
	if s.Revoked {
		return nil // said again as it was
	}
	s.Warning.Part = p.part
	if p.old == nil {
		return nil
	}
	link, err := wholeOf(tx, by.Desk, s.ID, p.old.Version)
	if err != nil || link == nil {
		return err
	}
	whole, err := newestOf(tx, by.Desk, link.Of)
	if err != nil {
		return err
	}
	s.Warning.Part = heed.PartOf(whole.Digest, s.ID, s.Version)
	return d.linkExtract(tx, by, *s, whole.Ref())
}

// wholeOf gives the link of an extract to its whole; nil: it is none.
func wholeOf(tx *store.Tx, desk heed.PartyID, extract heed.ID, v heed.Version) (*heed.Link, error) {
	rec, err := tx.Find(desk, desk, extractLink(desk, extract), v)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	obj, err := stix.Recorded(rec.Envelope.Payload)
	if err != nil || obj.Statement == nil {
		return nil, err
	}
	return obj.Statement.Link, nil
}

func newestOf(tx *store.Tx, desk heed.PartyID, id heed.ID) (store.Record, error) {
	recs, err := tx.FindAll(desk, id)
	if err != nil {
		return store.Record{}, err
	}
	recs = slices.DeleteFunc(recs, func(r store.Record) bool { return r.Author != desk })
	if len(recs) == 0 {
		return store.Record{}, store.ErrNotFound
	}
	return slices.MaxFunc(recs, func(a, b store.Record) int { return int(a.Version - b.Version) }), nil
}

// ExtractLine is what the sender sees of an extract: of which version of the whole it is,
// who got it, and what was kept back from them.
type ExtractLine struct {
	Handle   string       `json:"handle"`
	ID       heed.ID      `json:"id"`
	Version  heed.Version `json:"version"`
	Of       heed.Version `json:"of"`    // version of the whole
	Stale    bool         `json:"stale"` // the whole has a newer version, or was taken back
	Revoked  bool         `json:"revoked,omitempty"`
	To       []string     `json:"to"`
	TLP      string       `json:"tlp,omitempty"`
	Withheld []string     `json:"withheld"`
}

// extracts lists the extracts of a warning of the desk, each in its newest version.
func (d *Desk) extracts(tx *store.Tx, by people.Actor, whole heed.ID) ([]ExtractLine, error) {
	links, err := tx.About(by.Desk, whole, heed.KindLink)
	if err != nil {
		return nil, err
	}
	newest := map[heed.ID]*heed.Link{}
	var order []heed.ID
	for _, r := range links {
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil {
			return nil, err
		}
		if obj.Statement == nil || obj.Statement.Link == nil || obj.Statement.Link.Type != heed.ExtractOf || r.Author != by.Desk {
			continue
		}
		l := obj.Statement.Link
		if newest[l.Statement] == nil {
			order = append(order, l.Statement)
		}
		if have := newest[l.Statement]; have == nil || l.Version > have.Version {
			newest[l.Statement] = l
		}
	}
	if len(order) == 0 {
		return nil, nil
	}
	top, err := newestOf(tx, by.Desk, whole)
	if err != nil {
		return nil, err
	}
	var out []ExtractLine
	for _, id := range order {
		line, err := d.extractLine(tx, by, newest[id], top)
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, nil
}

func (d *Desk) extractLine(tx *store.Tx, by people.Actor, l *heed.Link, top store.Record) (ExtractLine, error) {
	line := ExtractLine{Handle: heed.Handle(l.Statement), ID: l.Statement, Of: l.OfVersion, To: []string{}, Withheld: []string{}}
	rec, err := newestOf(tx, by.Desk, l.Statement)
	if err != nil {
		return line, err
	}
	of, err := tx.Find(by.Desk, by.Desk, l.Of, l.OfVersion)
	if err != nil {
		return line, err
	}
	extract, err := stix.Recorded(rec.Envelope.Payload)
	if err != nil {
		return line, err
	}
	whole, err := stix.Recorded(of.Envelope.Payload)
	if err != nil {
		return line, err
	}
	if extract.Statement == nil || whole.Statement == nil {
		return line, nil // erased
	}
	line.Version, line.Revoked, line.TLP = rec.Version, extract.Statement.Revoked, extract.Statement.Warning.Handling.TLP
	line.Stale = !line.Revoked && top.Version > l.OfVersion
	line.Withheld = append(line.Withheld, heed.Withheld(whole.Statement, extract.Statement)...)
	handed, err := tx.About(by.Desk, l.Statement, heed.KindDelivery)
	for _, r := range handed {
		obj, err := stix.Recorded(r.Envelope.Payload)
		if err != nil {
			return line, err
		}
		if to := d.Directory.Show(obj.Statement.Delivery.To); r.Author == by.Desk && !slices.Contains(line.To, to) {
			line.To = append(line.To, to)
		}
	}
	return line, err
}

// stale lists the extracts that a new version of their whole leaves behind.
func (d *Desk) stale(tx *store.Tx, by people.Actor, rec store.Record, s *heed.Statement) ([]ExtractLine, error) {
	if s.Version == 1 {
		return nil, nil
	}
	list, err := d.extracts(tx, by, rec.ID)
	return slices.DeleteFunc(list, func(x ExtractLine) bool { return !x.Stale }), err
}

// Extract says one more text, for other readers, of a warning that this desk has said.
func (d *Desk) Extract(ctx context.Context, by people.Actor, idx int64, x Extract, despite []string, because string) (Said, error) {
	if err := people.Check(by, people.ActWarn, heed.Ref{}, people.Object{Desk: by.Desk}, heed.Handling{}); err != nil {
		return Said{}, err
	}
	if err := d.ready(x.To); err != nil {
		return Said{}, err
	}
	if len(x.To) == 0 {
		return Said{}, fmt.Errorf("%w: an extract names its readers: say with --to who gets it", ErrNot)
	}
	whole, err := d.ownWhole(ctx, by, idx)
	if err != nil {
		return Said{}, err
	}
	p := plan{draft: Draft{Extracts: []Extract{x}, Despite: despite, Because: because}, log: d.Pen.NewID(heed.KindLog),
		extracts: []extractPlan{{Extract: x, id: d.Pen.NewID(heed.KindWarning), deliveries: d.newIDs(heed.KindDelivery, len(x.To))}}}
	if p.policy, err = d.policyOf(ctx, by.Desk); err != nil {
		return Said{}, err
	}
	p.draft.Warning.Precedence = whole.Statement.Warning.Precedence
	if p.found, err = d.lookExtract(ctx, by, whole.Statement, p); err != nil {
		return Said{}, err
	}
	if wait, _ := p.waits(); wait {
		return Said{}, fmt.Errorf("%w: policy asks for a second person: draft the extract with its whole, heed warn --update %s --extract FILE", ErrNot, whole.Record.Ref())
	}
	var said Said
	err = d.Store.Update(ctx, lane(whole.Statement.Warning.Precedence), func(tx *store.Tx) error {
		list, err := d.sayExtracts(tx, by, p, whole.Record, whole.Statement, lane(whole.Statement.Warning.Precedence))
		if err != nil {
			return err
		}
		said = list[0]
		said.Findings = p.found
		if len(despite) == 0 {
			return nil
		}
		return d.remark(tx, by, p.log, heed.Statement{ID: said.ID, Version: 1, Exercise: whole.Statement.Exercise}, heed.Log{Act: "despite", Words: because, Person: by.Person, Rules: despite},
			fmt.Sprintf("%s released %s v1 despite %v: %s", by.Person, said.Handle, despite, because))
	})
	d.done(err)
	return said, err
}

func (d *Desk) lookExtract(ctx context.Context, by people.Actor, whole *heed.Statement, p plan) ([]heed.Finding, error) {
	x := p.extracts[0]
	var found []heed.Finding
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		s, err := x.statement(by.Desk, "", tx.Now(), whole)
		if err != nil {
			return err
		}
		sealed, err := d.lookSealed(tx, by, s.Headline, s.Text)
		found = append(x.look(&s, whole, "extract: "), sealed...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return p.draft.admit(found, p.policy.Release.Warnings == "stop" && !p.urgent())
}

// ownWhole loads the warning that an extract is to be made of. Only its originator makes one:
// to quote somebody else's words, their handling must be kept.
func (d *Desk) ownWhole(ctx context.Context, by people.Actor, idx int64) (people.Loaded, error) {
	var l people.Loaded
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		if l, err = people.Load(tx, idx); err != nil {
			return err
		}
		if err := l.Check(by, people.ActRead); err != nil {
			return err
		}
		switch {
		case l.Record.Author != by.Desk:
			return fmt.Errorf("%w: only the originator makes an extract; ask %s for one", ErrNot, d.Directory.Show(l.Record.Author))
		case l.Statement == nil || l.Statement.Warning == nil:
			return fmt.Errorf("%w: extracts are made of warnings", ErrNot)
		case l.Statement.Revoked:
			return fmt.Errorf("%w: it was taken back", ErrNot)
		}
		link, err := wholeOf(tx, by.Desk, l.Record.ID, l.Record.Version)
		if err == nil && link != nil {
			return fmt.Errorf("%w: it is an extract itself: make another of its whole, %s", ErrNot, heed.Handle(link.Of))
		}
		return err
	})
	return l, err
}

// partOfAnother says that a received warning is an extract of another one that the desk
// holds from the same author, so that nobody counts the two as two voices. It looks among
// the author's newest warnings.
func (d *Desk) partOfAnother(tx *store.Tx, by people.Actor, rec store.Record, s *heed.Statement) (string, error) {
	const among = 500
	if s == nil || s.Warning == nil || s.Warning.Part == "" || rec.Author == "" {
		return "", nil
	}
	lines, err := tx.Received(by.Desk, heed.KindWarning, by.ReadsRed(), 0, among)
	if err != nil {
		return "", err
	}
	for _, l := range lines {
		if l.Author != rec.Author || l.ID == rec.ID {
			continue
		}
		loaded, err := people.Load(tx, l.Index)
		if err != nil {
			return "", err
		}
		if loaded.Check(by, people.ActList) == nil && heed.PartOf(loaded.Record.Digest, rec.ID, rec.Version) == s.Warning.Part {
			return "an extract of " + l.Ref().String() + ", by the same author: one voice, not two", nil
		}
	}
	return "", nil
}
