package ledger

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// TileHeight is the height of a tile: 256 hashes of 32 bytes, 8 KiB when full.
const TileHeight = 8

const (
	tileWidth = 1 << TileHeight
	hashSize  = tlog.HashSize
)

// TileID names a tile: the hashes of subtrees of 256^Level leaves, 256 to a tile.
type TileID struct {
	Level int
	N     int64
}

// ReadTile gives the bytes of a tile as far as it is filled: a multiple of 32, at most
// 8192. A tile that does not exist yet has none. The caller may not change them.
type ReadTile func(id TileID) ([]byte, error)

// Tree appends leaves. It keeps the right edge of the tree, at most one tile a level, and
// so needs no reads once loaded. Not safe for concurrent use.
type Tree struct {
	size  int64
	edge  []tile // edge[level] is the last tile of its level, perhaps empty
	dirty []tile // tiles filled up since the last Flush
}

type tile struct {
	id     TileID
	hashes []byte
	dirty  bool
}

// Mark is a state of a tree to return to.
type Mark struct {
	size  int64
	edge  []tile
	dirty int
}

// LoadTree reads the right edge of a tree of the given size.
func LoadTree(size int64, read ReadTile) (*Tree, error) {
	t := &Tree{size: size}
	for level, n := 0, size; n > 0 || level == 0; level, n = level+1, n>>TileHeight {
		id := TileID{level, n >> TileHeight}
		want := int(n&(tileWidth-1)) * hashSize
		e := tile{id: id, hashes: make([]byte, 0, tileWidth*hashSize)}
		if want > 0 {
			b, err := read(id)
			if err != nil {
				return nil, err
			}
			if len(b) < want {
				return nil, fmt.Errorf("ledger: tile %d/%d has %d bytes, a tree of %d leaves needs %d", level, id.N, len(b), size, want)
			}
			e.hashes = append(e.hashes, b[:want]...)
		}
		t.edge = append(t.edge, e)
	}
	return t, nil
}

// Size is the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Append adds a leaf and returns its index.
func (t *Tree) Append(leaf []byte) int64 {
	t.push(0, tlog.RecordHash(leaf))
	t.size++
	return t.size - 1
}

// push adds a hash to a level; a full tile's root goes to the level above.
func (t *Tree) push(level int, h tlog.Hash) {
	if level == len(t.edge) {
		t.edge = append(t.edge, tile{id: TileID{Level: level}, hashes: make([]byte, 0, tileWidth*hashSize)})
	}
	e := &t.edge[level]
	e.hashes = append(e.hashes, h[:]...)
	e.dirty = true
	if len(e.hashes) < tileWidth*hashSize {
		return
	}
	full := *e
	t.dirty = append(t.dirty, full)
	t.edge[level] = tile{id: TileID{level, full.id.N + 1}, hashes: make([]byte, 0, tileWidth*hashSize)}
	t.push(level+1, subtree(full.hashes))
}

// subtree is the root over 2^k hashes.
func subtree(hashes []byte) tlog.Hash {
	n := len(hashes) / hashSize
	if n == 1 {
		return tlog.Hash(hashes)
	}
	half := n / 2 * hashSize
	return tlog.NodeHash(subtree(hashes[:half]), subtree(hashes[half:]))
}

// Mark remembers the state, for [Tree.Reset].
func (t *Tree) Mark() Mark {
	return Mark{size: t.size, edge: append([]tile(nil), t.edge...), dirty: len(t.dirty)}
}

// Reset goes back to a state of this tree, before or after which nothing was flushed.
func (t *Tree) Reset(m Mark) {
	t.size, t.dirty = m.size, t.dirty[:m.dirty]
	t.edge = append(t.edge[:0], m.edge...)
}

// Flush hands every tile that changed since the last Flush to write.
func (t *Tree) Flush(write func(id TileID, hashes []byte) error) error {
	for _, d := range t.dirty {
		if err := write(d.id, d.hashes); err != nil {
			return err
		}
	}
	for _, e := range t.edge {
		if e.dirty {
			if err := write(e.id, e.hashes); err != nil {
				return err
			}
		}
	}
	t.Clean()
	return nil
}

// Full hands every tile that became full since the last call or Flush to fn.
func (t *Tree) Full(fn func(id TileID, hashes []byte) error) error {
	for _, d := range t.dirty {
		if err := fn(d.id, d.hashes); err != nil {
			return err
		}
	}
	t.dirty = t.dirty[:0]
	return nil
}

// Edge hands every tile that is begun and not full to fn.
func (t *Tree) Edge(fn func(id TileID, hashes []byte) error) error {
	for _, e := range t.edge {
		if len(e.hashes) > 0 {
			if err := fn(e.id, e.hashes); err != nil {
				return err
			}
		}
	}
	return nil
}

// Clean forgets what changed: the tiles were written.
func (t *Tree) Clean() {
	t.dirty = t.dirty[:0]
	for i := range t.edge {
		t.edge[i].dirty = false
	}
}

// Root is the RFC 6962 root over all leaves. A tree without leaves has the SHA-256 of
// nothing.
func (t *Tree) Root() tlog.Hash {
	if t.size == 0 {
		return EmptyRoot
	}
	// The frontier, smallest subtree first: within a level, the hashes of its last tile
	// split into perfect subtrees from the right.
	var root tlog.Hash
	have := false
	for _, e := range t.edge {
		end := len(e.hashes) / hashSize
		for size := 1; end > 0; size *= 2 {
			if end&size == 0 {
				continue
			}
			h := subtree(e.hashes[(end-size)*hashSize : end*hashSize])
			if have {
				root = tlog.NodeHash(h, root)
			} else {
				root, have = h, true
			}
			end -= size
		}
	}
	return root
}

// EmptyRoot is the root of a tree of size 0: the SHA-256 of the empty string.
var EmptyRoot = tlog.Hash{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
	0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}

// Hashes reads stored hashes (in tlog's numbering) out of tiles.
func Hashes(read ReadTile) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		seen := map[TileID][]byte{}
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			level, n := tlog.SplitStoredHashIndex(index)
			up := level % TileHeight
			id := TileID{level / TileHeight, n << up >> TileHeight}
			b, ok := seen[id]
			if !ok {
				var err error
				if b, err = read(id); err != nil {
					return nil, err
				}
				seen[id] = b
			}
			from := int(n<<up&(tileWidth-1)) * hashSize
			to := from + hashSize<<up
			if to > len(b) {
				return nil, fmt.Errorf("ledger: tile %d/%d ends at byte %d, hash at %d is missing", id.Level, id.N, len(b), from)
			}
			out[i] = subtree(b[from:to])
		}
		return out, nil
	})
}

// The ways in which two heads of one log can fail to be one history.
var (
	ErrForked = errors.New("ledger: two heads of one size differ")
	ErrBehind = errors.New("ledger: the newer head is smaller than the older")
	ErrProof  = errors.New("ledger: the proof does not hold")
)

// RootAt is the root that the tree had at a size.
func RootAt(size int64, read ReadTile) (tlog.Hash, error) {
	if size == 0 {
		return EmptyRoot, nil
	}
	return tlog.TreeHash(size, Hashes(read))
}

// ProveInclusion proves that the leaf at index is in the tree of the given size.
func ProveInclusion(size, index int64, read ReadTile) ([]tlog.Hash, error) {
	if index < 0 || index >= size {
		return nil, fmt.Errorf("ledger: leaf %d is not in a tree of %d", index, size)
	}
	return tlog.ProveRecord(size, index, Hashes(read))
}

// CheckInclusion checks such a proof for a leaf.
func CheckInclusion(h Head, index int64, leaf []byte, proof []tlog.Hash) error {
	if err := tlog.CheckRecord(proof, h.Size, h.Root, index, tlog.RecordHash(leaf)); err != nil {
		return fmt.Errorf("%w: leaf %d in a head of %d", ErrProof, index, h.Size)
	}
	return nil
}

// ProveConsistency proves that the tree of the old size is a prefix of the new one.
func ProveConsistency(old, size int64, read ReadTile) ([]tlog.Hash, error) {
	if old < 0 || old > size {
		return nil, fmt.Errorf("ledger: a tree of %d cannot extend one of %d", size, old)
	}
	if old == 0 || old == size {
		return nil, nil
	}
	return tlog.ProveTree(size, old, Hashes(read))
}

// Extends checks that next is old, or old with more leaves after it.
func Extends(old, next Head, proof []tlog.Hash) error {
	switch {
	case next.Origin != old.Origin:
		return fmt.Errorf("ledger: heads of two logs, %q and %q", old.Origin, next.Origin)
	case next.Size < old.Size:
		return ErrBehind
	case next.Size == old.Size:
		if next.Root != old.Root {
			return ErrForked
		}
		return nil
	case old.Size == 0:
		return nil
	}
	if err := tlog.CheckTree(proof, next.Size, next.Root, old.Size, old.Root); err != nil {
		return fmt.Errorf("%w: from %d to %d", ErrProof, old.Size, next.Size)
	}
	return nil
}

// TileHolds reports whether the level-0 tile that covers leaf index holds the hash of an
// entry's leaf there.
func TileHolds(tile []byte, index int64, entryText []byte) bool {
	from := int(index&(tileWidth-1)) * hashSize
	if from+hashSize > len(tile) {
		return false
	}
	return tlog.Hash(tile[from:from+hashSize]) == tlog.RecordHash(Leaf(entryText))
}
