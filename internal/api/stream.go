package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"heed/internal/desk"
	"heed/internal/people"
	"heed/internal/store"
)

// streamRoutes are those of streams.
func (s *Server) streamRoutes() map[string]route {
	return map[string]route{
		"GET /api/stream": {people.ActList, s.stream},
	}
}

// Streams are the times of streams; zero: the usual ones.
type Streams struct {
	Beat  time.Duration // between comments, so that both sides notice a dead line: 15 s
	Stall time.Duration // a subscriber that takes nothing for so long is dropped: 20 s
}

// stream sends what happens at a desk as server-sent events, until the caller goes, stops
// reading, or may not read any more. Last-Event-ID, or the query's after, resumes without a
// loss; since begins at a time; neither: now. Both are told by a reset that clocks, alarms
// and what waits follow as they stand. Who does not accept server-sent events, nor
// asks with follow=yes, gets the next of what there is, as a list.
func (s *Server) stream(c *call) (any, error) {
	q := c.r.URL.Query()
	after := c.r.Header.Get("Last-Event-ID")
	if after == "" {
		after = q.Get("after")
	}
	since, err := dayOrInstant(q.Get("since"), false)
	if err != nil {
		return nil, err
	}
	sub, err := s.Desk.Stream(c.r.Context(), c.by, after, since)
	if err != nil {
		return nil, err
	}
	if c.r.Header.Get("Accept") != "text/event-stream" && q.Get("follow") != "yes" {
		return page(c.r.Context(), sub)
	}
	grown, stop := s.Store.Watch()
	defer stop()
	leave := s.Desk.Watching.Come(c.by.Desk)
	defer func() { leave(s.Now()) }()
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	line := &line{w: c.w, ctl: http.NewResponseController(c.w), stall: cmp.Or(s.Streams.Stall, 20*time.Second)}
	_ = line.ctl.SetReadDeadline(time.Time{}) // it is to stay open; what does not know of deadlines has none
	// An id of its own, without data: who breaks off before anything happened resumes here.
	if err := line.write(": heed\nid: " + sub.Begun() + "\n\n"); err != nil {
		return nil, nil
	}
	s.feed(c, sub, grown, line)
	return nil, nil
}

// pageOf is how many of those that the ledger holds are in a list at most.
const pageOf = 128

// page gives who only asks the next of what there is, by what it may see: where a list ends
// tells nothing of what lies between.
func page(ctx context.Context, sub *desk.Stream) ([]desk.Happening, error) {
	list := []desk.Happening{}
	for more := true; more; {
		var next []desk.Happening
		var err error
		if next, more, err = sub.Next(ctx); err != nil {
			return nil, err
		}
		for _, h := range next {
			if h.Seq != "" && len(list) == pageOf {
				return list, nil
			}
			list = append(list, h)
		}
	}
	return list, nil
}

// feed writes until something ends it, and says what, if it still can. Who subscribes is
// looked at again with all that is read for it.
func (s *Server) feed(c *call, sub *desk.Stream, grown <-chan struct{}, line *line) {
	proof := s.proof(c.r)
	sub.Still = func(tx *store.Tx) (bool, error) { return still(tx, proof, c.by) }
	beat, look := time.NewTicker(cmp.Or(s.Streams.Beat, 15*time.Second)), time.NewTicker(time.Second)
	defer beat.Stop()
	defer look.Stop()
	end := func(words string) {
		_ = line.event("", "end", desk.Happening{At: s.Now(), What: "end", Words: words}) // who has gone reads nothing
	}
	for {
		list, more, err := sub.Next(c.r.Context())
		switch {
		case errors.Is(err, desk.ErrNoLonger):
			end(err.Error())
			return
		case errors.Is(err, context.Canceled):
			return
		case err != nil:
			s.Log.Error("a stream ended", "err", err)
			end("the stream broke off here; go on from the last event")
			return
		}
		for _, h := range list {
			if err := line.event(h.Seq, h.What, h); err != nil {
				s.Log.Warn("a subscriber took nothing for too long, or went, and was dropped; it can go on from its last event", "who", c.by.From(), "err", err)
				return
			}
		}
		if more {
			continue
		}
		select {
		case <-c.r.Context().Done():
			return
		case <-s.Stopping:
			end("the node stops; go on from the last event when it is back")
			return
		case <-grown:
		case <-look.C:
		case <-beat.C:
			if err := line.write(": still here\n\n"); err != nil {
				return
			}
		}
	}
}

// still reports whether a subscriber is who it was, with the same roles.
func still(tx *store.Tx, proof people.Proof, was people.Actor) (bool, error) {
	again, err := proof(tx)
	if errors.Is(err, people.ErrNobody) || errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	now := again.At(was.Desk)
	return now.Person == was.Person && slices.Equal(now.Roles, was.Roles) && slices.Equal(now.Scopes, was.Scopes), nil
}

// line is a connection that is written to under a deadline.
type line struct {
	w     http.ResponseWriter
	ctl   *http.ResponseController
	stall time.Duration
}

func (l *line) event(id, name string, h desk.Happening) error {
	b, err := json.Marshal(h, json.Deterministic(true))
	if err != nil {
		return err
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	return l.write(fmt.Sprintf("%sevent: %s\ndata: %s\n\n", id, name, b))
}

func (l *line) write(s string) error {
	_ = l.ctl.SetWriteDeadline(time.Now().Add(l.stall))
	if _, err := l.w.Write([]byte(s)); err != nil {
		return err
	}
	return l.ctl.Flush()
}
