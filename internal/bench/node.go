package bench

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/store"
)

// receiver is a node in its own process, and the order for a client that loads it.
type receiver struct {
	program string
	dir     string
	cmd     *exec.Cmd
	order   Order
}

func world() node.World {
	return node.World{Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)}
}

const token = "heed_bench"

// newReceiver makes a node that knows one sender, and starts it.
func newReceiver(ctx context.Context, program, dir string, args ...string) (*receiver, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	r := &receiver{program: program, dir: filepath.Join(dir, "r")}
	made, err := node.Init(ctx, r.dir, node.Begin{Name: "r", Desks: []node.NewDesk{{Name: "r"}}, Listen: addr, PlainHTTP: true, Person: "ada", UID: os.Getuid()}, world())
	if err != nil {
		return nil, err
	}
	peerDir := filepath.Join(dir, "s")
	peer, err := node.Init(ctx, peerDir, node.Begin{Name: "s", Desks: []node.NewDesk{{Name: "s"}}, Person: "bo", UID: -1}, world())
	if err != nil {
		return nil, err
	}
	if err := r.introduce(ctx, made.Cards[0], peer.Cards[0]); err != nil {
		return nil, err
	}
	r.order = Order{Key: filepath.Join(peerDir, "keys", "s-party-s.pem"), Party: peer.Cards[0].Party, To: made.Cards[0].Party, Address: addr, Root: "/heed/r/"}
	return r, r.start(args)
}

// introduce adds the sender's card to the node, and a token for it.
func (r *receiver) introduce(ctx context.Context, own, peer node.Card) error {
	n, err := node.New(ctx, r.dir, world())
	if err != nil {
		return err
	}
	_, err = n.AddParty(ctx, people.OnMachine("ada", own.Party), peer.JSON, peer.Fingerprint, "")
	if err == nil {
		err = n.Store().Update(ctx, store.Normal, func(tx *store.Tx) error {
			return tx.PutParty(store.Party{ID: peer.Party, Name: "s", Card: peer.JSON, TokenIn: people.HashToken(token)})
		})
	}
	return errors.Join(err, n.Stop(ctx))
}

func (r *receiver) start(args []string) error {
	r.cmd = exec.Command(r.program, append([]string{"serve", "--node", r.dir, "--only-receive"}, args...)...)
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := r.cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, "serves at") {
		return errors.Join(fmt.Errorf("the node says %q", line), err, r.stop())
	}
	return nil
}

// stop ends the node as a person would.
func (r *receiver) stop() error {
	return errors.Join(r.cmd.Process.Signal(os.Interrupt), r.cmd.Wait())
}

// cpu is what the node's process has used so far.
func (r *receiver) cpu() (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", r.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+2:]))
	user, err1 := strconv.Atoi(f[11])
	system, err2 := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err1, err2) // ticks of 1/100 s (getconf CLK_TCK)
}

// peak is the largest resident memory so far, in MiB.
func (r *receiver) peak() (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	return float64(kb) / 1024, err
}

// size is how many records the node's ledger has, and whether its views hold all of them.
func (r *receiver) size(ctx context.Context) (size int64, settled bool, err error) {
	db, err := store.Open(ctx, store.Options{URL: filepath.Join(r.dir, "heed.db"), ReadOnly: true, Now: time.Now, Rand: rand.Reader})
	if err != nil {
		return 0, false, err
	}
	defer db.Close()
	err = db.View(ctx, func(tx *store.Tx) error {
		var built, signed int64
		if size, err = tx.Size(); err != nil {
			return err
		}
		if built, err = tx.ViewPosition(); err != nil {
			return err
		}
		if h, ok, err := tx.SignedHead(); err != nil {
			return err
		} else if ok {
			signed = h.Size
		}
		settled = built == size && signed == size
		return nil
	})
	return size, settled, err
}

// settle waits until views and heads have caught up with the ledger: what the node puts
// off belongs to the work as well.
func (r *receiver) settle(ctx context.Context) error {
	for range 600 {
		if _, done, err := r.size(ctx); err != nil || done {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("the node does not catch up with its own ledger")
}

// freeAddress gives a loopback address that nobody listens on at this moment.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
