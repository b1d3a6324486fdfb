package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"heed"
	"heed/internal/intake/plain"
	"heed/internal/people"
	"heed/internal/prose"
	"heed/internal/store"
)

// Files are kept as they came, whatever becomes of reading them; beside them the words that
// were found, in which the spans of drafts count.

// MaxFile bounds a file that is kept, in bytes.
const MaxFile = 16 << 20

// MaxText bounds the words that drafts are read from, in bytes. A larger text is kept, not read.
const MaxText = 4 << 20

// ErrTooLarge is what is told before anything of it is looked at.
var ErrTooLarge = fmt.Errorf("the file is larger than %d MB; nothing of it was kept", MaxFile>>20)

// brokeOff is why a file is not read whose reading came to no end.
const brokeOff = "its reading broke off; hand it in again"

// File is a file as it was handed in, without its bytes.
type File struct {
	N       int64          `json:"n"` // lists go on after it
	Digest  heed.Digest    `json:"digest"`
	Name    string         `json:"name"`
	Kind    string         `json:"kind"` // text, markdown, html, mail, pdf, other
	Size    int64          `json:"size"`
	Person  string         `json:"person"` // who handed it in
	At      time.Time      `json:"at"`
	Words   heed.Digest    `json:"words,omitempty"`  // of the words found in it; spans count in them
	Unread  string         `json:"unread,omitempty"` // why it, or a part of it, is not read
	Unseen  []plain.Hidden `json:"unseen,omitempty"` // what its reader could not see
	Drafts  int            `json:"drafts"`
	Waiting int            `json:"waiting"` // of the drafts
}

// Kept is what became of a file: it is kept always; drafts were read from it where it is read.
type Kept struct {
	File   File      `json:"file"`
	Drafts []Reading `json:"drafts"`
}

// AddFile keeps a file as it came and puts what is drafted from its words in the tray; it
// records nothing. The bytes are kept before anybody looks into them, so also where they are
// not read, or reading them fails or is stopped by its limits: [File.Unread] says why. The
// same file again gives the drafts it has. One that is too large is [ErrTooLarge].
func (d *Desk) AddFile(ctx context.Context, by people.Actor, name string, raw []byte) (Kept, error) {
	if err := mayTray(by, people.ActDraft); err != nil {
		return Kept{}, err
	}
	if err := d.ready(nil); err != nil {
		return Kept{}, err
	}
	if len(raw) > MaxFile {
		return Kept{}, ErrTooLarge
	}
	if name = firstRunes(name, 200); strings.TrimSpace(name) == "" {
		name = "a text without a name"
	}
	f := store.File{Desk: by.Desk, Digest: digest(raw), Name: name, Kind: string(plain.KindOf(name, raw)), Size: int64(len(raw)), Person: by.Person, Unread: brokeOff}
	var words string
	var records []prose.Record
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		had, err := tx.File(by.Desk, f.Digest)
		if errors.Is(err, store.ErrNotFound) || err == nil && had.Words == "" {
			return nil
		}
		if err != nil {
			return err
		}
		f = had
		b, err := tx.Bytes(by.Desk, had.Words)
		words = string(b)
		return err
	})
	switch {
	case err != nil:
	case f.Words == "":
		words, records, err = d.readFile(ctx, &f, raw)
	default:
		records = prose.Read(words)
	}
	if err != nil {
		return Kept{}, err
	}
	return d.draftFrom(ctx, by, f, words, prose.Statements(words, records))
}

// readFile keeps the bytes, then looks for the words in them, keeps those, and reads them.
func (d *Desk) readFile(ctx context.Context, f *store.File, raw []byte) (string, []prose.Record, error) {
	if err := d.keepBytes(ctx, *f, f.Digest, raw); err != nil {
		return "", nil, err
	}
	t, err := d.wordsOf(ctx, plain.Kind(f.Kind), raw)
	if ctx.Err() != nil {
		return "", nil, ctx.Err() // whoever waited for it has gone: the file is kept, and says so
	}
	if err != nil {
		t.Unread = strings.TrimPrefix(err.Error(), "the file was not read: ")
	}
	if len(t.Hidden) > 0 {
		if f.Unseen, err = json.Marshal(t.Hidden); err != nil {
			return "", nil, err
		}
	}
	switch {
	case t.Unread == "" && strings.TrimSpace(t.Text) == "":
		t.Unread = "it is empty: there is nothing to read"
	case t.Unread == "" && len(t.Text) > MaxText:
		t.Unread = fmt.Sprintf("its words are larger than %d MB", MaxText>>20)
	}
	if f.Unread = t.Unread; t.Unread != "" {
		return "", nil, d.keepBytes(ctx, *f, "", nil)
	}
	records := prose.Read(t.Text)
	f.Words, f.Unread = digest([]byte(t.Text)), passedOver(records)
	return t.Text, records, d.keepBytes(ctx, *f, f.Words, []byte(t.Text))
}

// wordsOf finds the words of a file: of a page and a mail in a process of its own.
func (d *Desk) wordsOf(ctx context.Context, kind plain.Kind, raw []byte) (plain.Text, error) {
	switch {
	case kind != plain.HTML && kind != plain.Mail:
		return plain.Parse(kind, raw)
	case d.Parse == nil:
		return plain.Text{}, errors.New("this node parses no pages and mails")
	}
	return d.Parse(ctx, kind, raw)
}

// passedOver says what of a text the reader did not read; empty: nothing.
func passedOver(records []prose.Record) string {
	var why []string
	for _, r := range records {
		if reason, _ := r.Attr("reason").(string); r.Kind == "unread" && !slices.Contains(why, reason) {
			why = append(why, reason)
		}
	}
	switch {
	case len(why) == 0:
		return ""
	case slices.ContainsFunc(records, func(r prose.Record) bool { return r.Kind != "unread" }):
		return "in part: " + strings.Join(why, ", ")
	}
	return strings.Join(why, ", ")
}

// keepBytes keeps bytes a part at a time, if there are any, and tells of their file with the
// last one.
func (d *Desk) keepBytes(ctx context.Context, f store.File, sum heed.Digest, b []byte) error {
	for part := 0; ; part++ {
		n := min(len(b), store.FilePart)
		err := d.Store.Update(ctx, store.Normal, func(tx *store.Tx) error {
			if sum != "" {
				if err := tx.PutBytes(f.Desk, sum, part, b[:n]); err != nil {
					return err
				}
			}
			if n < len(b) {
				return nil
			}
			return tx.PutFile(f)
		})
		if b = b[n:]; err != nil || len(b) == 0 {
			return err
		}
	}
}

// draftFrom puts what was drafted from the words of a file in the tray.
func (d *Desk) draftFrom(ctx context.Context, by people.Actor, f store.File, words string, made []prose.Statement) (k Kept, err error) {
	k.Drafts = []Reading{}
	if f.Words != "" {
		var rows []store.Reading
		for i, s := range made {
			body := Body{s.Claim, s.Event}
			b, err := json.Marshal(drafted{s.Draft, body})
			if err != nil {
				return k, err
			}
			rows = append(rows, store.Reading{Desk: by.Desk, Digest: f.Words, Position: i, Title: f.Name, Person: by.Person, Kind: body.kind(), Drafted: b, Excerpt: stretch(words, body.spans())})
		}
		if k.Drafts, err = d.keepReadings(ctx, by.Desk, f.Words, rows); err != nil {
			return k, err
		}
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		kept, err := tx.File(by.Desk, f.Digest)
		if err != nil {
			return err
		}
		k.File, err = fileIn(tx, kept)
		return err
	})
	return k, err
}

// Files lists at most n files that were handed in, the oldest first, after one.
func (d *Desk) Files(ctx context.Context, by people.Actor, after int64, n int) ([]File, error) {
	if err := mayTray(by, people.ActDraft); err != nil {
		return nil, err
	}
	list := []File{}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Files(by.Desk, after, n)
		if err != nil {
			return err
		}
		for _, row := range rows {
			f, err := fileIn(tx, row)
			if err != nil {
				return err
			}
			list = append(list, f)
		}
		return nil
	})
	return list, err
}

// FileBytes gives a file as it came, or the words that were found in it. It is named by a
// draft read from it, by its digest or the first eight digits of it, or by its name.
func (d *Desk) FileBytes(ctx context.Context, by people.Actor, what string, words bool) (f File, b []byte, err error) {
	if err := mayTray(by, people.ActDraft); err != nil {
		return f, nil, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		row, err := fileNamed(tx, by, what)
		if err != nil {
			return err
		}
		if f, err = fileIn(tx, row); err != nil {
			return err
		}
		sum := f.Digest
		if words {
			sum = f.Words
		}
		if sum == "" {
			return fmt.Errorf("%w: %q is not read: %s", ErrNot, f.Name, f.Unread)
		}
		b, err = tx.Bytes(by.Desk, sum)
		return err
	})
	if err == nil { // nobody marked it, so it counts as restricted; what cannot be noted is logged
		_ = d.Accounts.Reading(ctx, by, people.ReadFile, heed.Ref{ID: heed.ID(f.Digest)}, heed.Handling{})
	}
	return f, b, err
}

// fileNamed finds the file that a person means.
func fileNamed(tx *store.Tx, by people.Actor, what string) (store.File, error) {
	var list []store.File
	n, err := strconv.ParseInt(what, 10, 64)
	switch {
	case err == nil && len(what) < shortDigest:
		r, err := readingIn(tx, by, n)
		if err != nil {
			return store.File{}, err
		}
		if list, err = tx.FilesOf(by.Desk, r.Digest); err != nil {
			return store.File{}, err
		}
		list = list[:min(len(list), 1)] // others of them say the same words
	case len(what) >= shortDigest && strings.Trim(what, "0123456789abcdef") == "":
		list, err = tx.FilesLike(by.Desk, what, 2)
	default:
		list, err = tx.FilesCalled(by.Desk, what, 2)
	}
	switch {
	case err != nil:
		return store.File{}, err
	case len(list) == 0:
		return store.File{}, fmt.Errorf("%w: no file %q is kept: heed drafts files lists them", ErrNot, what)
	case len(list) > 1:
		return store.File{}, fmt.Errorf("%w: two files are meant by %q: give the digest of one, heed drafts files", ErrNot, what)
	}
	return list[0], nil
}

// shortDigest is how many digits of a digest name a file.
const shortDigest = 8

func fileIn(tx *store.Tx, row store.File) (File, error) {
	f := File{N: row.ID, Digest: row.Digest, Name: row.Name, Kind: row.Kind, Size: row.Size, Person: row.Person, At: row.At, Words: row.Words, Unread: row.Unread}
	if len(row.Unseen) > 0 {
		if err := json.Unmarshal(row.Unseen, &f.Unseen); err != nil {
			return f, fmt.Errorf("what is unseen in the file %s: %w", f.Digest, err)
		}
	}
	var err error
	if f.Words != "" {
		f.Drafts, f.Waiting, err = tx.CountReadings(row.Desk, row.Words)
	}
	return f, err
}

func digest(b []byte) heed.Digest {
	sum := sha256.Sum256(b)
	return heed.Digest(hex.EncodeToString(sum[:]))
}
