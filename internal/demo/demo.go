package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"heed"
	"heed/internal/api"
	"heed/internal/desk"
	"heed/internal/node"
	"heed/internal/people"
	"heed/internal/store"
	"heed/internal/taxii"
	"heed/verify"
)

// Options say how to replay.
type Options struct {
	Case  string
	Dir   string // must be empty or new
	Once  bool   // free ports; end after the story
	Out   io.Writer
	Rand  io.Reader
	Width int
}

// firstPort is where the nodes of a demo that stays up begin to listen.
const firstPort = 8501

// clock is the case's: it jumps from event to event, and runs on in between.
type clock struct {
	mu   sync.Mutex
	base time.Time
	from time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base.Add(time.Since(c.from))
}

func (c *clock) jump(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.base.Add(time.Since(c.from)); to.After(now) {
		c.base, c.from = to, time.Now()
	}
}

// stage is a running replay.
type stage struct {
	Options
	c      Case
	clock  clock
	nodes  map[string]*node.Node // by host
	host   map[string]string     // party -> host
	ids    map[string]heed.PartyID
	warned map[string]desk.Said // event -> what was said for it
	public string               // the newest public warning's event
}

const officer = "duty-officer"

// Run replays a case and prints the story. Without Once it returns when ctx ends.
func Run(ctx context.Context, o Options) error {
	c, err := Load(o.Case)
	if err != nil {
		return err
	}
	s := newStage(o, c)
	defer s.stop()
	if err := s.raise(ctx); err != nil {
		return err
	}
	if err := s.story(ctx); err != nil {
		return err
	}
	if err := s.prove(ctx); err != nil {
		return err
	}
	if o.Once {
		return nil
	}
	s.invite()
	<-ctx.Done()
	return nil
}

func newStage(o Options, c Case) *stage {
	s := &stage{Options: o, c: c, nodes: map[string]*node.Node{}, host: map[string]string{}, ids: map[string]heed.PartyID{}, warned: map[string]desk.Said{}}
	s.clock.base, s.clock.from = c.Events[0].ReplayAt().Add(-time.Hour), time.Now()
	return s
}

func (s *stage) say(format string, args ...any) { fmt.Fprintf(s.Out, format+"\n", args...) }

// para prints a text in the columns that the terminal has.
func (s *stage) para(label, text string) {
	const indent = 14
	line := fmt.Sprintf("%-*s", indent, label)
	n := 0
	for _, w := range strings.Fields(text) {
		if n > 0 && indent+n+1+len([]rune(w)) > s.Width {
			s.say("%s", line)
			line, n = strings.Repeat(" ", indent), 0
		}
		if n > 0 {
			line, n = line+" ", n+1
		}
		line, n = line+w, n+len([]rune(w))
	}
	s.say("%s", line)
}

// raise makes and starts the nodes and makes all desks known to each other.
func (s *stage) raise(ctx context.Context) error {
	hosts := s.c.hosts()
	s.say("%s", s.c.Title)
	s.para("", s.c.Summary)
	s.say("")
	cards := map[string][]node.Card{}
	for i, host := range slices.Sorted(maps.Keys(hosts)) {
		n, made, err := s.raiseOne(ctx, host, hosts[host], i)
		if err != nil {
			return fmt.Errorf("the node of %s: %w", host, err)
		}
		s.nodes[host], cards[host] = n, made
		s.say("node          %-8s at %s, desks: %s", host, n.Config.URL, strings.Join(hosts[host], ", "))
	}
	for host, n := range s.nodes {
		for other, made := range cards {
			if other == host {
				continue
			}
			for _, card := range made {
				if _, err := n.AddParty(ctx, people.OnMachine(officer, s.ids[hosts[host][0]]), card.JSON, card.Fingerprint, ""); err != nil {
					return err
				}
			}
		}
	}
	s.say("\nEvery statement below is an exercise: a reconstruction from the public record. The")
	s.say("record holds no handling: the replay marks private warnings TLP:GREEN, public ones CLEAR.")
	return nil
}

func (s *stage) raiseOne(ctx context.Context, host string, desks []string, i int) (*node.Node, []node.Card, error) {
	addr := fmt.Sprintf("127.0.0.1:%d", firstPort+i)
	if s.Once {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, err
		}
		addr = l.Addr().String()
		if err := l.Close(); err != nil {
			return nil, nil, err
		}
	}
	begin := node.Begin{Name: "demo-" + host, Listen: addr, Person: officer, UID: os.Getuid()}
	for _, d := range desks {
		begin.Desks = append(begin.Desks, node.NewDesk{Name: d, Title: s.c.name(d)})
	}
	w := node.World{Now: s.clock.now, Rand: s.Rand, Beat: 200 * time.Millisecond,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))}
	dir := filepath.Join(s.Dir, host)
	made, err := node.Init(ctx, dir, begin, w)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range made.Cards {
		s.ids[c.Name], s.host[c.Name] = c.Party, host
	}
	n, err := node.New(ctx, dir, w)
	if err != nil {
		return nil, nil, err
	}
	if err := n.Start(ctx); err != nil {
		return nil, nil, errors.Join(err, n.Stop(ctx))
	}
	return n, made.Cards, nil
}

func (s *stage) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for host, n := range s.nodes {
		if err := n.Stop(ctx); err != nil {
			s.say("%s did not stop cleanly: %v", host, err)
		}
	}
}

// story lets the events happen in their order.
func (s *stage) story(ctx context.Context) error {
	for _, e := range s.c.Events {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.clock.jump(e.ReplayAt())
		s.say("")
		when := e.At
		if e.Precision == "month" {
			when += " (no day known)"
		}
		s.say("%-13s %s: %s", e.ID+" "+e.Type, when, s.route(e))
		s.para("  record", fmt.Sprintf("%s [certainty %s; %s]", e.Text, e.Certainty, s.c.publishers(e.Sources)))
		var err error
		switch {
		case e.Type == "warning-relayed":
			err = s.relay(ctx, e)
		case e.warns():
			err = s.warn(ctx, e, s.receivers(e))
		case e.Type == "acknowledgement", e.Type == "dismissal":
			err = s.answer(ctx, e)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.ID, err)
		}
	}
	return nil
}

func (s *stage) route(e Event) string {
	r := s.c.name(e.From)
	if len(e.To) > 0 {
		var to []string
		for _, t := range e.To {
			to = append(to, s.c.name(t))
		}
		r += " to " + strings.Join(to, ", ")
	}
	if e.Visibility != "" {
		r = strings.TrimSpace(r + " (" + e.Visibility + ")")
	}
	return r
}

// receivers are those that the record names; a public warning reaches every other node.
func (s *stage) receivers(e Event) []string {
	if len(e.To) > 0 || e.Visibility != "public" {
		return e.To
	}
	var all []string
	for p := range s.host {
		if s.host[p] != s.host[e.From] {
			all = append(all, p)
		}
	}
	slices.Sort(all)
	return all
}

func (s *stage) actor(party string) (*node.Node, people.Actor) {
	return s.nodes[s.host[party]], people.OnMachine(officer, s.ids[party])
}

func (s *stage) party(names []string) []heed.PartyID {
	var ids []heed.PartyID
	for _, n := range names {
		ids = append(ids, s.ids[n])
	}
	return ids
}

func (s *stage) warn(ctx context.Context, e Event, to []string) error {
	if s.host[e.From] == "" {
		s.para("  replay", "the record names no sender: told here, not replayed")
		return nil
	}
	n, by := s.actor(e.From)
	w := e.warning()
	said, err := n.Desk().Warn(ctx, by, desk.Draft{Headline: e.Headline(), Text: e.Text, Lang: "en", Exercise: e.Mark(), Warning: w, To: s.party(to)})
	if err != nil {
		return err
	}
	s.warned[e.ID] = said
	if e.Visibility == "public" {
		s.public = e.ID
	}
	s.para("  unknown", unknown(e.warning()))
	return s.follow(ctx, n, by, said, to)
}

// unknown lists what a warning does not say.
func unknown(w heed.Warning) string {
	var no, not []string
	for _, f := range []struct {
		name           string
		absent, unsaid bool
	}{
		{"who", w.Who != nil && w.Who.Unknown, w.Who == nil}, {"where", w.Where != nil && w.Where.Unknown, w.Where == nil},
		{"when", w.When != nil && w.When.Unknown, w.When == nil}, {"whom", w.Whom != nil && w.Whom.Unknown, w.Whom == nil},
		{"scale", w.Scale != nil && w.Scale.Unknown, w.Scale == nil}, {"basis", false, w.Basis == ""},
	} {
		switch {
		case f.absent:
			no = append(no, f.name)
		case f.unsaid:
			not = append(not, f.name)
		}
	}
	out := "nothing"
	if len(no) > 0 {
		out = strings.Join(no, ", ")
	}
	if len(not) > 0 {
		out += "; not stated: " + strings.Join(not, ", ")
	}
	return out
}

// relay passes the newest warning that the relayer holds on, under its own seal.
func (s *stage) relay(ctx context.Context, e Event) error {
	n, by := s.actor(e.From)
	to := s.receivers(e)
	box, err := n.Desk().Inbox(ctx, by, 1)
	if err != nil {
		return err
	}
	if len(box.Entries) == 0 || len(to) == 0 {
		s.para("  replay", "nothing to pass on through the exchange: the record names no receiver that is a party here")
		return nil
	}
	newest := box.Entries[0]
	to = slices.DeleteFunc(to, func(p string) bool { return p == newest.By }) // its author has it
	said, err := n.Desk().PassOn(ctx, by, newest.Leaf, desk.Onward{To: s.party(to)})
	if err != nil {
		return err
	}
	s.warned[e.ID] = said
	s.para("  relayed", fmt.Sprintf("%s v%d by %s, under its own seal: one origin, however often it is told", newest.Handle, newest.Version, newest.By))
	return s.follow(ctx, n, by, said, to)
}

// follow waits until the receivers' own receipts are here, lets each open what it got, and
// prints what that adds to the record.
func (s *stage) follow(ctx context.Context, n *node.Node, by people.Actor, said desk.Said, to []string) error {
	for _, p := range to {
		if err := s.arrived(ctx, p, said.ID); err != nil {
			return err
		}
		rn, rb := s.actor(p)
		l, err := rn.Desk().Resolve(ctx, rb, string(said.ID))
		if err != nil {
			return err
		}
		if _, err := rn.Desk().Climb(ctx, rb, l.Index, heed.Opened); err != nil {
			return err
		}
	}
	if len(to) > 0 {
		s.para("  Heed adds", fmt.Sprintf("what Heed would have recorded: %s v%d, leaf %d of %s; delivered and opened receipts by %s", said.Handle, said.Version, said.Leaf, s.host[nameOf(s.ids, by.Desk)], strings.Join(to, ", ")))
	}
	return s.drained(ctx)
}

func nameOf(ids map[string]heed.PartyID, id heed.PartyID) string {
	for name, p := range ids {
		if p == id {
			return name
		}
	}
	return ""
}

// patience is how long one step of a replay may take.
const patience = 20 * time.Second

// until asks again until it is so: other nodes do their part meanwhile.
func until(ctx context.Context, what string, so func() (bool, error)) error {
	end := time.Now().Add(patience)
	t := time.NewTicker(5 * time.Millisecond)
	defer t.Stop()
	for {
		ok, err := so()
		if ok || err != nil {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s took longer than %s", what, patience)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}

func (s *stage) arrived(ctx context.Context, party string, id heed.ID) error {
	n, by := s.actor(party)
	return until(ctx, "delivery to "+party, func() (bool, error) {
		found := false
		err := n.Store().View(ctx, func(tx *store.Tx) error {
			recs, err := tx.FindAll(by.Desk, id)
			found = len(recs) > 0
			return err
		})
		return found, err
	})
}

// drained waits until every outbox is empty.
func (s *stage) drained(ctx context.Context) error {
	return until(ctx, "the exchange of receipts", func() (bool, error) {
		open := 0
		for party := range s.host {
			n, by := s.actor(party)
			if err := n.Store().View(ctx, func(tx *store.Tx) error {
				k, _, err := tx.Open(by.Desk)
				open += k
				return err
			}); err != nil {
				return false, err
			}
		}
		return open == 0, nil
	})
}

// answer is what a receiver is on record to have said about a warning.
func (s *stage) answer(ctx context.Context, e Event) error {
	said, ok := s.warned[e.ReplyTo]
	if !ok || s.host[e.From] == "" {
		s.para("  replay", "said by one who received no warning of its own: told here, not replayed")
		return nil
	}
	n, by := s.actor(e.From)
	l, err := n.Desk().Resolve(ctx, by, string(said.ID))
	if errors.Is(err, desk.ErrUnknown) {
		s.para("  replay", "the record shows no delivery of it to this desk: told here, not replayed")
		return nil
	}
	if err != nil {
		return err
	}
	if e.Type == "acknowledgement" {
		if _, err := n.Desk().Climb(ctx, by, l.Index, heed.Acknowledged); err != nil {
			return err
		}
		s.para("  replay", fmt.Sprintf("%s acknowledges %s v%d", e.From, l.Handle, l.Version))
		return s.drained(ctx)
	}
	if _, err := n.Desk().Decide(ctx, by, l.Index, desk.Verdict{Choice: heed.Dismiss, Code: "distrust-of-sender", Words: e.Text}); err != nil {
		return err
	}
	s.para("  replay", fmt.Sprintf("%s decides on %s v%d: dismiss, distrust-of-sender; the sender learns that it was decided, and when, not which", e.From, l.Handle, l.Version))
	return s.drained(ctx)
}

// prove verifies every node and one bundle, and shows who knew.
func (s *stage) prove(ctx context.Context) error {
	s.say("\nWhat can be proved")
	first := s.firstWarning()
	n, by := s.actor(first.From)
	said := s.warned[first.ID]
	knew, err := n.Desk().WhoKnew(ctx, by, said.ID, time.Time{})
	if err != nil {
		return err
	}
	s.say("\nwho knew %s v%d, by the ledger of %s:", said.Handle, said.Version, first.From)
	for _, k := range knew {
		s.say("  %s  %-8s %-22s %s", k.At.Format("2006-01-02 15:04:05Z"), k.Party, k.What, k.Proof)
	}
	b, err := n.Bundle(ctx, by, said.ID, api.Bundled{Decisions: true})
	if err != nil {
		return err
	}
	name := filepath.Join(s.Dir, first.From, said.Handle+".bundle.json")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		return err
	}
	bundle, err := verify.ReadBundle(b)
	if err != nil {
		return err
	}
	report := bundle.Check()
	s.say("\nbundle %s\n  %s", name, report.Last())
	wrong := len(report.Wrong)
	for _, host := range slices.Sorted(maps.Keys(s.nodes)) {
		report, err := node.Examine(ctx, filepath.Join(s.Dir, host), node.Examination{Views: true})
		if err != nil {
			return err
		}
		s.say("node %-8s %s", host, report.Last())
		wrong += len(report.Wrong)
	}
	if wrong > 0 {
		return errors.New("a proof does not hold")
	}
	return nil
}

func (s *stage) firstWarning() Event {
	for _, e := range s.c.Events {
		if _, ok := s.warned[e.ID]; ok && len(s.warned[e.ID].To) > 0 {
			return e
		}
	}
	return Event{}
}

// invite says what to try while the nodes stay up.
func (s *stage) invite() {
	first := s.firstWarning()
	to := first.From
	if r := s.receivers(first); len(r) > 0 {
		to = r[0]
	}
	h := s.warned[first.ID].Handle
	s.say("\nThe nodes stay up until Ctrl-C:")
	for _, host := range slices.Sorted(maps.Keys(s.nodes)) {
		s.say("  %-8s %s%s", host, s.nodes[host].Config.URL, taxii.RootPath(host))
	}
	s.say("\nTry, in another terminal:")
	s.say("  bin/heed inbox --node %s --as %s", filepath.Join(s.Dir, s.host[to]), to)
	s.say("  bin/heed show %s --node %s --as %s", h, filepath.Join(s.Dir, s.host[to]), to)
	s.say("  bin/heed who-knew %s --node %s --as %s", h, filepath.Join(s.Dir, s.host[first.From]), first.From)
}
