// Package node runs one node: it is the only place where things meet. [Init] makes the
// folder of a node, [New] and [Node.Start] bring it up, [Node.Stop] ends it in reverse.
package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"heed"
	"heed/internal/api"
	"heed/internal/deliver"
	"heed/internal/desk"
	"heed/internal/envelope"
	"heed/internal/intake"
	"heed/internal/intake/plain"
	"heed/internal/ledger"
	"heed/internal/people"
	"heed/internal/source"
	"heed/internal/store"
	"heed/internal/taxii"
	"heed/internal/web"
)

// World is what a node takes from outside: time, randomness and a place for its log lines.
type World struct {
	Now  func() time.Time
	Rand io.Reader
	Log  *slog.Logger
	Beat time.Duration // between signed heads; zero: one second
	// Batch bounds the writes that share a transaction, for measuring; zero: the store's own.
	Batch int
	// Progress is told of the rows that a restore has copied; may be nil.
	Progress func(table string, rows int64)
	// OnlyReceive leaves the cases alone, for measuring the way in by itself.
	OnlyReceive bool
	// Parse finds the words of a page or a mail, in a process with limits of its own; nil:
	// they are kept and not read.
	Parse func(ctx context.Context, kind plain.Kind, raw []byte) (plain.Text, error)
	// Fatal ends the process when this machine's disk fails to sync.
	Fatal func(error)
}

// Node is one running node.
type Node struct {
	Dir    string
	Config Config
	world  World

	db        *store.DB
	directory *people.Directory
	pen       *people.Pen
	accounts  *people.Accounts
	logKey    envelope.PrivateKey
	signer    atomic.Pointer[ledger.Signer] // of the log as it stands: the first, or a successor
	verifier  ledger.Verifier               // of the first log
	intake    *intake.Intake
	desk      *desk.Desk
	dispatch  *deliver.Dispatcher
	client    *taxii.Client
	answers   taxii.Answers
	sources   *source.Keeper
	gate      gate
	heads     chan seenHead

	servers []*http.Server
	addr    net.Addr
	run     context.Context // ends with Stop
	cancel  context.CancelFunc
	running sync.WaitGroup

	stopping chan struct{} // closed when Stop begins: streams end
	stopOnce sync.Once

	mu   sync.Mutex
	head string // newest signed head, as a note
}

// New opens a node's folder. Nothing listens and nothing is sent until Start.
func New(ctx context.Context, dir string, w World) (*Node, error) {
	if w.Beat == 0 {
		w.Beat = time.Second
	}
	conf, err := ReadConfig(dir)
	if err != nil {
		return nil, err
	}
	n := &Node{Dir: dir, Config: conf, world: w, sources: &source.Keeper{Now: w.Now, For: unlockedFor}, heads: make(chan seenHead, 1024), stopping: make(chan struct{})}
	n.db, err = store.Open(ctx, store.Options{URL: conf.databaseURL(dir), Now: w.Now, Rand: w.Rand, Log: w.Log, Fatal: w.Fatal, Batch: w.Batch})
	if err != nil {
		return nil, err
	}
	if err := n.assemble(ctx); err != nil {
		return nil, errors.Join(err, n.db.Close())
	}
	return n, nil
}

// assemble loads keys and parties and puts the parts together.
func (n *Node) assemble(ctx context.Context) error {
	var err error
	if n.directory, err = people.Open(ctx, n.db); err != nil {
		return err
	}
	keys, err := n.loadKeys()
	if err != nil {
		return err
	}
	n.pen = &people.Pen{Directory: n.directory, Keys: keys, Origin: n.origin, Rand: n.world.Rand}
	outside, err := n.Config.oidc(n.Dir)
	if err != nil {
		return err
	}
	n.accounts = &people.Accounts{Store: n.db, Pen: n.pen, MayAppend: n.gate.mayAppend, Now: n.world.Now, Rand: n.world.Rand, Log: n.world.Log,
		DeskURL: n.Config.deskURL(), OIDC: outside}
	n.intake = &intake.Intake{Store: n.db, Directory: n.directory, Pen: n.pen, MayAppend: n.gate.mayAppend,
		Heads: n.noteHead, Head: n.Head}
	n.desk = &desk.Desk{Store: n.db, Directory: n.directory, Accounts: n.accounts, Pen: n.pen, MayAppend: n.gate.mayAppend, Changed: n.changed, Elapsed: elapsed(n.world.Now),
		Sources: n.sources, OriginKey: n.originKey, Parse: n.world.Parse}
	n.dispatch = &deliver.Dispatcher{Store: n.db, Directory: n.directory, Owner: fmt.Sprintf("%s-%d", n.Config.Name, os.Getpid()),
		Now: n.world.Now, Log: n.world.Log, Send: n.client.Send, Take: n.takeReceipts, Heads: n.noteHead}
	if err := n.loadLog(ctx); err != nil {
		return err
	}
	return n.loadHead(ctx)
}

func (n *Node) loadKeys() (map[heed.PartyID]envelope.PrivateKey, error) {
	keys := map[heed.PartyID]envelope.PrivateKey{}
	var err error
	for _, p := range n.directory.Own() {
		k, err := envelope.ReadKeyFile(n.Config.keyFile(n.Dir, "party-"+p.Name))
		if err != nil {
			return nil, fmt.Errorf("the key of %s: %w", p.Name, err)
		}
		if k.Public().ID() != p.Key.ID() {
			return nil, fmt.Errorf("the key file of %s does not fit its card", p.Name)
		}
		keys[p.ID] = k
	}
	if n.logKey, err = envelope.ReadKeyFile(n.Config.keyFile(n.Dir, "log")); err != nil {
		return nil, fmt.Errorf("the log key: %w", err)
	}
	first, err := ledger.NewSigner(n.Config.Origin, n.logKey.Ed25519())
	if err != nil {
		return nil, err
	}
	if n.verifier, err = ledger.NewVerifier(first.VerifierKey()); err != nil {
		return nil, err
	}
	cert, err := tls.LoadX509KeyPair(n.Config.keyFile(n.Dir, "tls-cert"), n.Config.keyFile(n.Dir, "tls"))
	if err != nil {
		return nil, fmt.Errorf("the TLS key: %w", err)
	}
	n.client = &taxii.Client{Certificate: cert}
	return keys, nil
}

// Start checks the ledger, asks the peers, and then listens and sends.
func (n *Node) Start(ctx context.Context) error {
	if err := n.examine(ctx); err != nil {
		return err
	}
	run, cancel := context.WithCancel(context.Background())
	n.run, n.cancel = run, cancel
	if err := n.listen(); err != nil {
		cancel()
		return err
	}
	if err := n.beat(ctx); err != nil {
		n.world.Log.Error("no head could be signed", "err", err)
	}
	for _, work := range []func(context.Context){
		n.dispatch.Run,
		n.beats,
		n.compareHeads,
		n.askAgain,
		n.buildViews,
		n.keepAnswers,
		n.followCases,
		n.ringClocks,
		n.checkClocks, n.watchChecker, n.watchDesks,
		n.releaseDue,
		n.keepHouse,
		n.indexWords,
	} {
		n.running.Add(1)
		go func() { defer n.running.Done(); work(run) }()
	}
	return nil
}

// Stop ends what Start began, in reverse, and closes the store.
func (n *Node) Stop(ctx context.Context) error {
	var errs []error
	n.stopOnce.Do(func() { close(n.stopping) })
	for _, s := range n.servers {
		errs = append(errs, s.Shutdown(ctx))
	}
	if n.cancel != nil {
		errs = append(errs, n.recordAccess(ctx), n.beat(ctx)) // what was read and said last is signed for, too
		n.cancel()
	}
	n.running.Wait()
	errs = append(errs, n.answers.Write(ctx, n.db))
	return errors.Join(append(errs, n.db.Close())...)
}

// Addr is where peers reach the node.
func (n *Node) Addr() net.Addr { return n.addr }

// Directory gives the parties this node knows.
func (n *Node) Directory() *people.Directory { return n.directory }

// Desk gives the desk of this node, for those who run it in their own process.
func (n *Node) Desk() *desk.Desk { return n.desk }

// Intake gives the way in.
func (n *Node) Intake() *intake.Intake { return n.intake }

// Store gives the store.
func (n *Node) Store() *store.DB { return n.db }

// listen opens the door for peers and, on a socket in the folder, the one for the house.
func (n *Node) listen() error {
	peers := &taxii.Server{Store: n.db, Directory: n.directory, Intake: n.intake, Answers: &n.answers, Now: n.world.Now, Rand: n.world.Rand, Log: n.world.Log}
	proxies, err := n.Config.proxies()
	if err != nil {
		return err
	}
	house := &api.Server{Store: n.db, Directory: n.directory, Accounts: n.accounts, Desk: n.desk, Intake: n.intake, Node: n.house(), Proxies: proxies, Now: n.world.Now, Log: n.world.Log, Stopping: n.stopping}
	mux := http.NewServeMux()
	mux.Handle("/", peers.Handler())
	mux.Handle("/api/", house.Handler())
	desk := &web.Server{Accounts: n.accounts, Directory: n.directory, Alarm: n.desk.Alarm, Proxies: proxies, Now: n.world.Now, Log: n.world.Log}
	mux.Handle("/desk/", desk.Handler())
	l, err := net.Listen("tcp", n.Config.Listen)
	if err != nil {
		return fmt.Errorf("%s cannot be listened on: %w (is another node running there? change \"listen\" in %s)", n.Config.Listen, err, filepath.Join(n.Dir, configName))
	}
	n.addr = l.Addr()
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(n.world.Log.Handler(), slog.LevelDebug), MaxHeaderBytes: 32 << 10}
	if !n.Config.PlainHTTP {
		l = tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{n.client.Certificate},
			ClientAuth: tls.RequestClientCert, NextProtos: []string{"h2", "http/1.1"}})
	}
	n.serve(srv, l)
	return n.listenSocket(house.Handler())
}

func (n *Node) listenSocket(h http.Handler) error {
	name := filepath.Join(n.Dir, SocketName)
	if len(name) > 100 {
		n.world.Log.Warn("the folder's path is too long for a socket; commands need --url and --token-file", "path", name)
		return nil
	}
	_ = os.Remove(name) // left by a node that was killed: the database's epoch tells who may write
	l, err := net.Listen("unix", name)
	if err != nil {
		return fmt.Errorf("the socket %s: %w", name, err)
	}
	if err := os.Chmod(name, 0o600); err != nil {
		return err
	}
	n.serve(&http.Server{Handler: h, ConnContext: api.WithCaller, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(n.world.Log.Handler(), slog.LevelDebug)}, l)
	return nil
}

func (n *Node) serve(srv *http.Server, l net.Listener) {
	n.servers = append(n.servers, srv)
	n.running.Add(1)
	go func() {
		defer n.running.Done()
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			n.world.Log.Error("a door closed by itself", "addr", l.Addr().String(), "err", err)
		}
	}()
}

// changed tells the dispatcher that something may be due.
func (n *Node) changed() { n.dispatch.Wake() }

// statusKept is how long a status can be asked for (TAXII 2.1, 4.3: at least a day).
const statusKept = 48 * time.Hour

// keepAnswers writes the statuses that were given since the last beat, and forgets old ones.
func (n *Node) keepAnswers(ctx context.Context) {
	t := time.NewTicker(n.world.Beat)
	defer t.Stop()
	for beat := 0; ; beat++ {
		if err := n.answers.Write(ctx, n.db); err != nil && ctx.Err() == nil {
			n.world.Log.Warn("statuses could not be kept", "err", err)
		}
		if beat%3600 == 0 {
			before := n.world.Now().Add(-statusKept)
			if err := n.db.Update(ctx, store.Normal, func(tx *store.Tx) error { return tx.DropStatuses(before) }); err != nil && ctx.Err() == nil {
				n.world.Log.Warn("old statuses could not be dropped", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// takeReceipts records the receipts that came with a peer's answer.
func (n *Node) takeReceipts(ctx context.Context, desk, from heed.PartyID, objects [][]byte) error {
	outcomes, err := n.intake.Receive(ctx, intake.Arrival{Door: "answer", From: string(from), Peer: from, Desk: desk, Objects: objects})
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		if o.State == intake.Refused {
			return errors.New(o.Words)
		}
	}
	return nil
}

// Accounts gives the persons of this node.
func (n *Node) Accounts() *people.Accounts { return n.accounts }

// recordAccess records the heads of the access logs that have grown.
func (n *Node) recordAccess(ctx context.Context) error {
	var desks []heed.PartyID
	for _, p := range n.directory.Own() {
		desks = append(desks, p.ID)
	}
	return n.accounts.RecordAccess(ctx, desks)
}

// keepHouse records once an hour who read what, and forgets what has run out.
func (n *Node) keepHouse(ctx context.Context) {
	t := time.NewTicker(time.Hour)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := errors.Join(n.recordAccess(ctx), n.accounts.Sweep(ctx)); err != nil && ctx.Err() == nil {
			n.world.Log.Error("the access log's head could not be recorded", "err", err)
		}
	}
}

// buildViews keeps the views close behind the ledger.
func (n *Node) buildViews(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		if err := n.db.CatchUp(ctx); err != nil && ctx.Err() == nil {
			n.world.Log.Error("the views fell behind", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// followCases puts what was recorded into its cases, as soon as it is.
func (n *Node) followCases(ctx context.Context) {
	if n.world.OnlyReceive {
		return
	}
	grown, stop := n.db.Watch()
	defer stop()
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		if err := n.desk.Follow(ctx); err != nil && ctx.Err() == nil {
			n.world.Log.Error("the cases fell behind", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-grown:
		case <-t.C:
		}
	}
}

// elapsed gives a time that a step of the machine's clock does not move: what the clock said
// at start, and what has passed since.
func elapsed(now func() time.Time) func() time.Time {
	start := now()
	return func() time.Time { return start.Add(now().Sub(start)) }
}

// ringClocks fires what is due, twice a second at the most.
func (n *Node) ringClocks(ctx context.Context) {
	n.every(ctx, 500*time.Millisecond, func() {
		if err := n.desk.Ring(ctx, n.dispatch.Owner); err != nil && ctx.Err() == nil {
			n.world.Log.Error("a clock could not be fired; it will be tried again", "err", err)
		}
	})
}

const (
	checkEvery    = 20 * time.Second // between checks of the clocks
	missesAllowed = 3                // one more is an alarm
)

// checkClocks looks whether everything open has its clock.
func (n *Node) checkClocks(ctx context.Context) {
	n.every(ctx, checkEvery, func() {
		if ok, _ := n.gate.mayAppend(); !ok {
			return
		}
		missing, err := n.desk.CheckClocks(ctx)
		for _, m := range missing {
			n.world.Log.Error("an open case had no clock", "case", heed.Handle(m.About))
		}
		if err != nil && ctx.Err() == nil {
			n.world.Log.Error("the clocks could not be checked", "err", err)
		}
	})
}

// every does something at once and then at each beat until ctx ends. The beats are those of
// the node's clock: what fell due while the machine slept is done when it wakes.
func (n *Node) every(ctx context.Context, beat time.Duration, fn func()) {
	look := min(beat, n.world.Beat)
	t := time.NewTicker(look)
	defer t.Stop()
	passed := elapsed(n.world.Now)
	for last := passed().Add(-beat); ; {
		if now := passed(); now.Sub(last)+look/2 >= beat || now.Before(last) {
			last = now
			fn()
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// watchChecker raises an alarm when the check of the clocks has stopped: what watches over
// everything open is watched itself. It counts its own looks, so that a machine that slept,
// or whose clock was set, is no alarm.
func (n *Node) watchChecker(ctx context.Context) {
	started := n.world.Now()
	var seen int64
	missed := 0
	n.every(ctx, checkEvery, func() {
		checks, last := n.desk.Checked()
		if ok, _ := n.gate.mayAppend(); !ok || checks != seen {
			seen, missed = checks, 0
			return
		}
		if missed++; missed <= missesAllowed {
			return
		}
		if last.IsZero() {
			last = started
		}
		words := "the check of the clocks has not come to its end since " + last.UTC().Format("2006-01-02 15:04:05Z") + ": look at the log of this node"
		n.world.Log.Error(words)
		if err := n.db.Update(ctx, store.Urgent, func(tx *store.Tx) error {
			return tx.RaiseAlarm(store.Evidence{Code: "checker-stopped", Words: words, First: -1, From: "node"})
		}); err != nil && ctx.Err() == nil {
			n.world.Log.Error("the alarm could not be kept", "err", err)
		}
	})
}

// watchDesks raises an alarm for a desk at which nobody is while clocks run.
func (n *Node) watchDesks(ctx context.Context) {
	started := n.world.Now()
	said := map[heed.PartyID]string{}
	n.every(ctx, checkEvery, func() {
		for _, p := range n.directory.Own() {
			words, err := n.desk.NobodyThere(ctx, p.ID, started)
			if err != nil && ctx.Err() == nil {
				n.world.Log.Error("whether anybody is at the desk could not be asked", "err", err)
			}
			if words != "" && words != said[p.ID] {
				n.world.Log.Warn(words, "desk", p.Name)
			}
			said[p.ID] = words
		}
	})
}
