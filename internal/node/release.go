package node

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"heed"
)

// unlockedFor is how long the names of sealed sources stay open after the passphrase.
const unlockedFor = 5 * time.Minute

// releaseDue lets out the urgent drafts whose time has come, and closes what was unlocked.
func (n *Node) releaseDue(ctx context.Context) {
	n.every(ctx, n.world.Beat, func() {
		n.sources.Sweep()
		if ok, _ := n.gate.mayAppend(); !ok {
			return
		}
		if err := n.desk.ReleaseDue(ctx); err != nil && ctx.Err() == nil {
			n.world.Log.Error("an urgent draft could not go", "err", err)
		}
	})
}

// originKey reads a desk's secret origin key. It is made once, with the first sealed source:
// another key would mint other tokens for the same sources, and nobody could see that they
// are the same.
func (n *Node) originKey(id heed.PartyID, begin bool) ([]byte, error) {
	p := n.directory.Party(id)
	if p == nil || !p.Own {
		return nil, errors.New("only a desk of this node has an origin key here")
	}
	name := filepath.Join(n.Dir, "keys", n.Config.Name+"-origin-"+p.Name+".key")
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) && begin {
		key := make([]byte, 32)
		if _, err := io.ReadFull(n.world.Rand, key); err != nil {
			return nil, err
		}
		return key, writeFile(name, []byte(base64.StdEncoding.EncodeToString(key)+"\n"))
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the origin key of %s is missing: put its file back into keys/; another key would mint other tokens", p.Name)
	}
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("the origin key of %s is broken: it holds 32 bytes in base64", p.Name)
	}
	return key, nil
}
