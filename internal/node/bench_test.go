package node_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/bench"
	"heed/internal/envelope"
	"heed/internal/intake"
)

// The way in without HTTP: a sealed warning and its delivery, verified, recorded and
// receipted, from 64 goroutines.
func BenchmarkReceive(b *testing.B) {
	p := meet(b, "")
	key, err := envelope.ReadKeyFile(filepath.Join(p.dir[0], "keys", "coast-party-coast.pem"))
	if err != nil {
		b.Fatal(err)
	}
	s := &bench.Sender{Party: p.id[0], Key: key, Log: "coast.heed/0", To: p.id[1], HTTP: http.DefaultClient}
	parcels := make(chan [][]byte, b.N)
	for i := range b.N {
		m, err := s.Make(i, time.Now())
		if err != nil {
			b.Fatal(err)
		}
		parcels <- m.Objects
	}
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			out, err := p.n[1].Intake().Receive(b.Context(), intake.Arrival{Door: "taxii", From: string(p.id[0]), Peer: p.id[0], Desk: p.id[1], Objects: <-parcels})
			if err != nil || out[0].State != intake.Recorded || !strings.HasPrefix(string(out[1].Receipt), "{") {
				b.Fatal(out, err)
			}
		}
	})
}
