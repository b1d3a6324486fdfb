package node

import (
	"context"
	"time"
)

// indexWords makes what was recorded findable, soon after it was. Who searches does not wait
// for it: a search makes the rest findable first.
func (n *Node) indexWords(ctx context.Context) {
	if n.world.OnlyReceive {
		return
	}
	n.every(ctx, time.Second, func() {
		if err := n.desk.Index(ctx); err != nil && ctx.Err() == nil {
			n.world.Log.Error("what can be found fell behind", "err", err)
		}
	})
}
