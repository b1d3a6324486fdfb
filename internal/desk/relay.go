package desk

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"heed"
	"heed/internal/people"
	"heed/internal/store"
)

// A warning can be made from an account that was read: the desk then says it in its own name,
// as one who relays. Where it comes from stays at the end of the chain, so that origins are
// counted, and not voices.

// WarnOnDraft says a warning that rests on an account in the tray, under all the rules of
// [Desk.Warn]. What over leaves empty is filled from the account. The draft stays as it is,
// and shows that it was warned on. Said again, the first stands and nothing is sent.
func (d *Desk) WarnOnDraft(ctx context.Context, by people.Actor, n int64, over Draft) (Said, error) {
	r, err := d.Reading(ctx, by, n)
	if err != nil {
		return Said{}, err
	}
	c := r.body().Claim
	if c == nil || c.Account == nil {
		return Said{}, fmt.Errorf("%w: draft %d is no account of a warning but of the kind %s: only accounts are warned on", ErrNot, n, r.body().kind())
	}
	if r.State == store.ReadingDropped {
		return Said{}, fmt.Errorf("%w: draft %d was dropped by %s", ErrNot, n, r.Decider)
	}
	words := fmt.Sprintf("Read in %q: %s", r.Title, r.Excerpt)
	if r.Corrected != nil {
		words += fmt.Sprintf("\n%s corrected what the reader had drafted: %s", r.Corrector, r.Drafted.line())
	}
	return d.warnOn(ctx, by, onAccount(by.Desk, c, ""), d.fromAccount(by, c, fmt.Sprintf("told by reading %q", r.Title), words), over)
}

// WarnOn is [Desk.WarnOnDraft] for an account that this desk has on record, at a leaf.
func (d *Desk) WarnOn(ctx context.Context, by people.Actor, idx int64, over Draft) (Said, error) {
	var l people.Loaded
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		if l, err = people.Load(tx, idx); err == nil {
			err = l.Check(by, people.ActRead)
		}
		return err
	})
	if err != nil {
		return Said{}, err
	}
	s := l.Statement
	if s == nil || s.Claim == nil || s.Claim.Account == nil || s.Author != by.Desk {
		return Said{}, fmt.Errorf("%w: only an account of a warning that this desk took down is warned on", ErrNot)
	}
	return d.warnOn(ctx, by, onAccount(by.Desk, s.Claim, s.ID), d.fromAccount(by, s.Claim, "told in the account "+s.Ref().String(), s.Text), over)
}

// onAccount is the id of the warning that a desk says on an account. A draft and the claim that
// accepting it records share their spans, so they have one warning.
func onAccount(desk heed.PartyID, c *heed.Claim, id heed.ID) heed.ID {
	parts := []string{string(desk), "on", string(id)}
	if len(c.Spans) > 0 {
		parts = parts[:2]
	}
	for _, s := range c.Spans {
		parts = append(parts, fmt.Sprintf("%s %d %d", s.Digest, s.From, s.To))
	}
	return people.DerivedID(heed.KindWarning, parts...)
}

// fromAccount is the warning that an account tells of, as the desk relays it. How the desk came
// by it is the reading, and on what the warning is told to rest stands in the chain.
func (d *Desk) fromAccount(by people.Actor, c *heed.Claim, basis, words string) Draft {
	var w heed.Warning
	if c.Account.Of != nil {
		w = *c.Account.Of
	}
	if w.Chain == nil {
		w.Chain = c.Chain
	}
	w.Chain = slices.Clone(w.Chain)
	for i, h := range w.Chain {
		if h.At == nil && h.Words == c.Account.From.Words && h.Words != "" {
			w.Chain[i].At = c.Account.When
		}
	}
	w.Basis, w.BasisWords, w.Spans = "", basis, c.Spans
	line := Body{Claim: c}.line()
	text := []string{fmt.Sprintf("%s relays this; it does not come from there.", d.Directory.Show(by.Desk)), words, "As told: " + line}
	for _, x := range [][2]string{{"Its limits, as told: ", c.Account.Limits}, {"What the receiver did, as told: ", c.Account.Response}} {
		if x[1] != "" {
			text = append(text, x[0]+x[1])
		}
	}
	if len(c.Spans) > 0 {
		from, to := c.Spans[0].From, c.Spans[0].To
		for _, s := range c.Spans {
			from, to = min(from, s.From), max(to, s.To)
		}
		text = append(text, fmt.Sprintf("It rests on bytes %d to %d of the text with the SHA-256 %s.", from, to, c.Spans[0].Digest))
	}
	return Draft{Headline: line, Text: strings.Join(text, "\n"), Warning: w}
}

func (d *Desk) warnOn(ctx context.Context, by people.Actor, id heed.ID, draft, over Draft) (Said, error) {
	if slices.Contains(ownBases, over.Warning.Basis) {
		return Said{}, fmt.Errorf("%w: it rests on a text that was read, so its basis is not %s of your own: leave the basis out, or say another warning with heed warn", ErrNot, over.Warning.Basis)
	}
	draft = draft.under(over)
	draft.New = id
	var err error
	if draft.Under, err = d.labelOf(ctx, by.Desk, draft.Warning.Spans); err != nil {
		return Said{}, err
	}
	if said, err := d.saidOn(ctx, by, draft); err != nil || said.Again {
		return said, err
	}
	said, err := d.Warn(ctx, by, draft)
	if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrConflict) { // somebody else pressed it meanwhile
		return d.saidOn(ctx, by, draft)
	}
	return said, err
}

// labelOf gives the strictest TLP label in the files that say the words under some spans: the
// whole of them, since a label stands at the top of a page or in a banner that is left out of
// its words. Empty: none, or the words were never kept here.
func (d *Desk) labelOf(ctx context.Context, desk heed.PartyID, spans []heed.Span) (label string, err error) {
	if len(spans) == 0 {
		return "", nil
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		files, err := tx.FilesOf(desk, spans[0].Digest)
		if err != nil {
			return err
		}
		all := []heed.Digest{spans[0].Digest}
		for _, f := range files {
			all = append(all, f.Digest)
		}
		var text strings.Builder
		for _, sum := range all {
			b, err := tx.Bytes(desk, sum)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			text.Write(b)
			text.WriteByte('\n')
		}
		label = heed.LabelIn(text.String())
		return nil
	})
	return label, err
}

// saidOn gives the warning that was said on an account before, if one was. That it is to go to
// somebody who did not get it is refused: nobody shall believe that it went.
func (d *Desk) saidOn(ctx context.Context, by people.Actor, draft Draft) (said Said, err error) {
	if err := people.Check(by, people.ActWarn, heed.Ref{}, people.Object{Desk: by.Desk}, heed.Handling{}); err != nil {
		return said, err
	}
	if err := d.Store.CatchUp(ctx); err != nil {
		return said, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		first, err := tx.Find(by.Desk, by.Desk, draft.New, 1)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		said = Said{ID: first.ID, Version: 1, Handle: heed.Handle(first.ID), Leaf: first.Index, Again: true}
		handed, err := tx.Handovers(by.Desk, first.ID)
		if err != nil {
			return err
		}
		var got []heed.PartyID
		for _, h := range handed {
			if h.From == by.Desk && !slices.Contains(got, h.To) {
				got = append(got, h.To)
				said.To = append(said.To, d.Directory.Show(h.To))
			}
		}
		for _, p := range draft.To {
			if !slices.Contains(got, p) {
				return fmt.Errorf("%w: it was warned on already, as %s, which did not go to %s: a new version of it does, heed warn --update %s", ErrNot, said.Handle, d.Directory.Show(p), said.Handle)
			}
		}
		return nil
	})
	return said, err
}

// under gives the draft with everything that over says on top.
func (dr Draft) under(over Draft) Draft {
	w := dr.Warning
	to, from := reflect.ValueOf(&w).Elem(), reflect.ValueOf(over.Warning)
	for i := range from.NumField() {
		if f := from.Field(i); !f.IsZero() {
			to.Field(i).Set(f)
		}
	}
	if over.Headline == "" {
		over.Headline = dr.Headline
	}
	if over.Text == "" {
		over.Text = dr.Text
	}
	over.Warning = w
	over.Warning.Spans = dr.Warning.Spans // what it rests on is not a matter of words
	return over
}

// passage names the words that a statement rests on, where it was read: two statements on the
// same words are one voice, whoever says them.
func passage(s *heed.Statement) string {
	var spans []heed.Span
	switch {
	case s == nil:
	case s.Warning != nil:
		spans = s.Warning.Spans
	case s.Claim != nil:
		spans = s.Claim.Spans
	}
	if len(spans) == 0 {
		return ""
	}
	from, to := spans[0].From, spans[0].To
	for _, x := range spans {
		from, to = min(from, x.From), max(to, x.To)
	}
	return fmt.Sprintf("passage %s %d %d", spans[0].Digest, from, to)
}
