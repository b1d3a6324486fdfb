package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"heed"
)

// wordTables hold what records are found by: folded words, and marks that say whose record
// it is, of which kind, from whom, about which place. {words} stands for what the engines
// build it with: FTS5, or a tsvector with its index.
const wordTables = `{words}`

// SQLite: words come cut and folded, so its tokenizer only parts them at spaces. Small pages
// make long lists quick to skip in; what is deleted leaves no word behind.
const wordsSQLite = `
CREATE VIRTUAL TABLE view_words USING fts5(words, tokenize="ascii tokenchars '#:_^'", columnsize=0);
INSERT INTO view_words (view_words, rank) VALUES ('pgsz', 1000);
INSERT INTO view_words (view_words, rank) VALUES ('secure-delete', 1);
CREATE TABLE view_vocabulary (word TEXT PRIMARY KEY) WITHOUT ROWID;
`

const wordsPostgres = `
CREATE TABLE view_words (idx BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX view_words_words ON view_words USING GIN (words);
`

// headword is how a word of a headline is stored a second time: so those who seek in
// headlines read a list of these, not one of all texts. No word begins with ^.
func headword(w string) string { return "^" + w }

// gap stands between what is no text in a row.
const gap = "#"

// Words is what one record is found by. Words are folded: letters and digits only. Marks
// begin with #, which no word does.
type Words struct {
	Index int64
	Marks []string
	Head  []string // of the headline, in order
	Body  []string // all others, in order
}

// Sought is one thing that a search wants found: a word, several in a row, or a mark.
type Sought struct {
	Words  []string
	Begins bool   // the last of Words is the beginning of a word
	Mark   string // not empty: this mark will do instead
	Not    bool   // it must not be there
}

// Seek is a search. All of it must hold.
type Seek struct {
	Marks        [][]string // of each list, one; the list that leaves out least comes first
	Sought       []Sought
	Head         bool  // what is sought must stand in the headline
	From, Before int64 // leaves: From and later, before Before; 0: to the newest
}

// vocabulary remembers which words are known to be stored, so that each is looked up once.
type vocabulary struct {
	mu    sync.Mutex
	known map[string]bool
	turn  int64 // rises when words may have gone
}

const vocabularyMax = 100_000

// AddWords makes records findable, and moves the position of what was made so from one leaf
// to another, in one commit. Somebody else having moved it: [ErrConflict], and nothing is
// changed.
func (db *DB) AddWords(ctx context.Context, from, to int64, list []Words) error {
	db.vocabulary.mu.Lock()
	turn := db.vocabulary.turn
	fresh := map[string]bool{}
	for _, w := range list {
		for _, word := range slices.Concat(w.Head, w.Body) {
			if !db.pg && !db.vocabulary.known[word] {
				fresh[word] = true
			}
		}
	}
	db.vocabulary.mu.Unlock()
	err := db.Update(ctx, Normal, func(tx *Tx) error {
		if pos, err := tx.WordsPosition(); err != nil || pos != from {
			return errors.Join(err, ErrConflict)
		}
		erased, err := tx.erased(from, to)
		if err != nil {
			return err
		}
		for _, w := range list {
			if erased[w.Index] {
				continue // since it was read
			}
			if err := tx.putWords(w); err != nil {
				return fmt.Errorf("words of record %d: %w", w.Index, err)
			}
		}
		for word := range fresh {
			if err := tx.exec(`INSERT INTO view_vocabulary (word) VALUES (?) ON CONFLICT (word) DO NOTHING`, word); err != nil {
				return err
			}
		}
		return tx.exec(`INSERT INTO view_position (name, idx) VALUES ('words', ?) ON CONFLICT (name) DO UPDATE SET idx = excluded.idx`, to)
	})
	if err == nil {
		db.vocabulary.add(fresh, turn)
	}
	return err
}

// erased lists the records from one leaf up to another whose bodies are gone.
func (tx *Tx) erased(from, to int64) (map[int64]bool, error) {
	gone := map[int64]bool{}
	var idx int64
	err := tx.each([]any{&idx}, func() error {
		gone[idx] = true
		return nil
	}, `SELECT idx FROM ledger_records WHERE log = ? AND idx >= ? AND idx < ? AND signed IS NULL`, logNumber, from, to)
	return gone, err
}

// add notes words as stored, unless some may have gone since.
func (v *vocabulary) add(fresh map[string]bool, turn int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.turn != turn {
		return
	}
	if v.known == nil || len(v.known)+len(fresh) > vocabularyMax {
		v.known = map[string]bool{}
	}
	for w := range fresh {
		v.known[w] = true
	}
}

func (v *vocabulary) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.known, v.turn = nil, v.turn+1
}

// WordsPosition gives how far records were made findable.
func (tx *Tx) WordsPosition() (int64, error) {
	var pos int64
	err := tx.one([]any{&pos}, `SELECT idx FROM view_position WHERE name = 'words'`)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return pos, err
}

func (tx *Tx) putWords(w Words) error {
	if tx.db.pg {
		return tx.exec(`INSERT INTO view_words (idx, words) VALUES (?, ?::tsvector) ON CONFLICT (idx) DO UPDATE SET words = excluded.words`, w.Index, w.vector())
	}
	all := slices.Concat(w.Marks, []string{gap})
	for _, h := range w.Head {
		all = append(all, headword(h))
	}
	all = slices.Concat(all, []string{gap}, w.Head, []string{gap}, w.Body)
	return tx.exec(`INSERT INTO view_words (rowid, words) VALUES (?, ?)`, w.Index, strings.Join(all, " "))
}

// vector writes the words as PostgreSQL keeps them. No phrase reaches from the headline into
// the text.
func (w Words) vector() string {
	at := map[string][]string{}
	pos := 1
	put := func(word string) { at[word] = append(at[word], strconv.Itoa(min(pos, 16383))) }
	for _, word := range w.Head {
		put(word)
		put(headword(word))
		pos++
	}
	pos++ // a gap
	for _, word := range w.Body {
		put(word)
		pos++
	}
	var b strings.Builder
	for _, m := range w.Marks {
		b.WriteString(lexeme(m) + " ")
	}
	for word, list := range at {
		b.WriteString(lexeme(word) + ":" + strings.Join(list[:min(len(list), 255)], ",") + " ")
	}
	return b.String()
}

// lexeme quotes a word for PostgreSQL. It is for words and marks, which hold no quotes; should one do, it breaks nothing.
func lexeme(word string) string {
	return "'" + strings.NewReplacer("'", "''", `\`, `\\`).Replace(word) + "'"
}

// DropWords makes a record unfindable: none of its words stays, unless another record has
// it. It is done with the erasure of a body.
func (tx *Tx) DropWords(idx int64) error {
	if tx.db.pg {
		return tx.exec(`DELETE FROM view_words WHERE idx = ?`, idx)
	}
	tx.db.vocabulary.forget()
	var words string
	err := tx.one([]any{&words}, `SELECT words FROM view_words WHERE rowid = ?`, idx)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := tx.exec(`DELETE FROM view_words WHERE rowid = ?`, idx); err != nil {
		return err
	}
	for _, word := range strings.Fields(words) {
		if word[0] == '#' || word[0] == '^' {
			continue
		}
		var other int64
		err := tx.one([]any{&other}, `SELECT rowid FROM view_words WHERE view_words MATCH ? LIMIT 1`, `"`+word+`"`)
		if errors.Is(err, ErrNotFound) {
			err = tx.exec(`DELETE FROM view_vocabulary WHERE word = ?`, word)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// clearWords empties what records are found by; it is built again from the first record on.
func (tx *Tx) clearWords() error {
	tx.db.vocabulary.forget()
	drop := []string{`DROP TABLE view_words`}
	if !tx.db.pg {
		drop = append(drop, `DROP TABLE view_vocabulary`)
	}
	for _, stmt := range append(drop, statements(tx.db.dialect(wordTables))...) {
		if err := tx.exec(stmt); err != nil {
			return err
		}
	}
	return nil
}

// Seek gives the leaves of at most n records that a search finds, the newest first. What it
// costs grows with the rarest thing sought and with n, hardly with the number of records.
func (tx *Tx) Seek(s Seek, n int) ([]int64, error) {
	if s.Before <= 0 {
		s.Before = 1 << 62
	}
	must, never, err := tx.parts(s)
	if err != nil || len(must) == 0 {
		return nil, err
	}
	if tx.db.pg {
		query := strings.Join(append(must, never...), " & ")
		return tx.leaves(`SELECT idx FROM view_words WHERE words @@ ?::tsquery AND idx >= ? AND idx < ? ORDER BY idx DESC LIMIT ?`, query, s.From, s.Before, n)
	}
	return tx.seekSQLite(s, must, never, n)
}

func (tx *Tx) leaves(query string, args ...any) ([]int64, error) {
	var list []int64
	var idx int64
	err := tx.each([]any{&idx}, func() error {
		list = append(list, idx)
		return nil
	}, query, args...)
	return list, err
}

// parts writes a search in the engine's words: what must be there, the mark that most records
// have last, and what must not. Nothing that must: nothing is found.
func (tx *Tx) parts(s Seek) (must, never []string, err error) {
	or, mark := " OR ", func(m string) string { return `"` + m + `"` }
	if tx.db.pg {
		or, mark = " | ", lexeme
	}
	for _, w := range s.Sought {
		expr, err := tx.sought(w, s.Head && !w.Not)
		if err != nil {
			return nil, nil, err
		}
		if w.Mark != "" {
			expr = append(expr, mark(w.Mark))
		}
		joined := "(" + strings.Join(expr, or) + ")"
		switch {
		case w.Not && len(expr) > 0 && tx.db.pg:
			never = append(never, "!"+joined)
		case w.Not && len(expr) > 0:
			never = append(never, " NOT "+joined)
		case len(expr) > 0:
			must = append(must, joined)
		case !w.Not:
			return nil, nil, nil
		}
	}
	for _, list := range slices.Backward(s.Marks) {
		var any []string
		for _, m := range list {
			any = append(any, mark(m))
		}
		must = append(must, "("+strings.Join(any, or)+")")
	}
	return must, never, nil
}

// seekSQLite has FTS5 find what is rare, and looks through the words of so many records for the
// rest: to be asked about a record of long ago, the list of a mark that most records have must be
// walked from the newest on. Only if many are in vain is FTS5 asked for all of it.
func (tx *Tx) seekSQLite(s Seek, must, never []string, n int) ([]int64, error) {
	const sql = `FROM view_words WHERE view_words MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?`
	all := must
	var list []int64
	if len(s.Marks) > 0 && len(must) > 1 {
		rare, err := tx.rareFirst(must[:len(must)-1])
		if err != nil {
			return nil, err
		}
		query := together(must[:len(must)-1]) + strings.Join(never, "")
		if rare {
			query = must[0]
		}
		looked := 0
		var words string
		err = tx.each([]any{&s.Before, &words}, func() error {
			if looked++; s.holds(strings.Fields(words)) {
				list = append(list, s.Before)
			}
			if len(list) == n {
				return errEnough
			}
			return nil
		}, `SELECT rowid, words `+sql, query, s.From, s.Before, lookMax)
		if errors.Is(err, errEnough) || err == nil && looked < lookMax {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
	}
	rest, err := tx.leaves(`SELECT rowid `+sql, together(all)+strings.Join(never, ""), s.From, s.Before, n-len(list))
	return append(list, rest...), err
}

// errEnough ends a reading of rows.
var errEnough = errors.New("enough")

// holds reports whether a record's words, as they are stored for SQLite, are what is sought.
func (s Seek) holds(stored []string) bool {
	for _, any := range s.Marks {
		if !slices.ContainsFunc(any, func(m string) bool { return slices.Contains(stored, m) }) {
			return false
		}
	}
	for _, w := range s.Sought {
		if w.in(stored, s.Head && !w.Not) == w.Not {
			return false
		}
	}
	return true
}

func (w Sought) in(stored []string, head bool) bool {
	if w.Mark != "" && slices.Contains(stored, w.Mark) {
		return true
	}
	n := len(w.Words)
	for i := 0; n > 0 && i+n <= len(stored); i++ {
		fits := true
		for j := 0; fits && j < n; j++ {
			word := w.Words[j]
			if head {
				word = headword(word)
			}
			fits = stored[i+j] == word || w.Begins && j == n-1 && strings.HasPrefix(stored[i+j], word)
		}
		if fits {
			return true
		}
	}
	return false
}

// together joins what must all be there, for SQLite, by pairs. FTS5 asks all that one AND joins
// where they stand, at every step of any; so joined, a later one is asked only about what those
// before have in common. It would flatten pairs of the same kind, but for a NOT of nothing
// between them.
func together(must []string) string {
	query := must[0]
	for i, m := range must[1:] {
		if i > 0 {
			query = "(" + query + ` NOT "^")`
		}
		query = "(" + query + " AND " + m + ")"
	}
	return query
}

// rareFirst puts what fewer records have before what more have, and reports whether the first
// is on so few that all of them can be looked through.
func (tx *Tx) rareFirst(must []string) (few bool, err error) {
	if len(must) < 2 {
		return false, nil // no need to ask
	}
	reach := make(map[string]int64, len(must))
	for _, m := range must {
		if reach[m], err = tx.reach(m); err != nil {
			return false, err
		}
	}
	slices.SortStableFunc(must, func(a, b string) int { return cmp.Compare(reach[a], reach[b]) })
	return reach[must[0]] < 0, nil
}

// lookMax is how many records are looked through.
const lookMax = 128

// reach gives a leaf of which newer records than it hold something [lookMax] times: the lower,
// the rarer it is; -1: fewer hold it.
func (tx *Tx) reach(expr string) (int64, error) {
	if strings.HasSuffix(expr, "*)") {
		return 1 << 62, nil // of many words: to ask is as dear as to seek
	}
	var idx int64
	err := tx.one([]any{&idx}, `SELECT rowid FROM view_words WHERE view_words MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?`, expr, lookMax-1)
	if errors.Is(err, ErrNotFound) {
		return -1, nil
	}
	return idx, err
}

// beginningsMax is how many words one beginning may stand for and still be searched word by
// word, each from the newest record on. More are searched as the engine does, all records.
const beginningsMax = 256

// sought writes one thing sought: alternatives, of which one must be there.
func (tx *Tx) sought(w Sought, head bool) ([]string, error) {
	if len(w.Words) == 0 {
		return nil, nil
	}
	words := w.Words
	if head {
		words = nil
		for _, word := range w.Words {
			words = append(words, headword(word))
		}
	}
	if tx.db.pg {
		var row []string
		for i, word := range words {
			tail := ""
			if w.Begins && i == len(words)-1 {
				tail = ":*"
			}
			row = append(row, lexeme(word)+tail)
		}
		return []string{"(" + strings.Join(row, " <-> ") + ")"}, nil
	}
	phrase := `"` + strings.Join(words, " ") + `"`
	if !w.Begins {
		return []string{phrase}, nil
	}
	if len(words) > 1 {
		return []string{phrase + " *"}, nil
	}
	list, err := tx.beginnings(w.Words[0], beginningsMax+1)
	if len(list) > beginningsMax {
		return []string{phrase + " *"}, err
	}
	for i, word := range list {
		if head {
			word = headword(word)
		}
		list[i] = `"` + word + `"`
	}
	return list, err
}

func (tx *Tx) beginnings(with string, n int) ([]string, error) {
	var list []string
	var word string
	err := tx.each([]any{&word}, func() error {
		list = append(list, word)
		return nil
	}, `SELECT word FROM view_vocabulary WHERE word >= ? AND word < ? LIMIT ?`, with, with+"\U0010FFFF", n)
	return list, err
}

// LeafAt gives the first leaf recorded at a time or later; the size of the ledger if there is
// none. Times never fall along the leaves.
func (tx *Tx) LeafAt(micro int64) (int64, error) {
	size, err := tx.Size()
	if err != nil {
		return 0, err
	}
	low, high := int64(0), size
	for low < high {
		mid := (low + high) / 2
		var at int64
		if err := tx.one([]any{&at}, `SELECT recorded_at FROM ledger_records WHERE log = ? AND idx = ?`, logNumber, mid); err != nil {
			return 0, err
		}
		if at < micro {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, nil
}

// NewestMembers lists at most n statements of a case, those whose newest version came last first.
func (tx *Tx) NewestMembers(desk heed.PartyID, id heed.ID, n int) ([]heed.ID, error) {
	var list []heed.ID
	var one heed.ID
	err := tx.each([]any{&one}, func() error {
		list = append(list, one)
		return nil
	}, `SELECT statement FROM house_members WHERE desk = ? AND case_id = ? ORDER BY idx DESC LIMIT ?`, string(desk), string(id), n)
	return list, err
}
