package bench

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"

	"heed"
	"heed/internal/envelope"
	"heed/internal/people"
	"heed/internal/stix"
	"heed/internal/taxii"
)

// Sender is a party without a node: it makes sealed warnings with their deliveries and
// posts them, as fast as it is told to. Safe for concurrent use.
type Sender struct {
	Party heed.PartyID
	Key   envelope.PrivateKey
	Log   string // origin that its deliveries name
	To    heed.PartyID
	Root  string // API root of the receiver: http://…/heed/NAME/
	Token string
	HTTP  *http.Client
}

// Parcel is one warning with its delivery, ready to post.
type Parcel struct {
	Warning  heed.ID
	Delivery heed.ID
	Objects  [][]byte // outer forms
	Body     []byte   // an envelope of them
}

// Make makes a parcel.
func (s *Sender) Make(n int, at time.Time) (Parcel, error) {
	pen := people.Pen{Rand: rand.Reader, Keys: map[heed.PartyID]envelope.PrivateKey{s.Party: s.Key}}
	at = at.UTC().Truncate(time.Microsecond)
	p := Parcel{Warning: pen.NewID(heed.KindWarning), Delivery: pen.NewID(heed.KindDelivery)}
	w, err := pen.Seal(heed.Statement{ID: p.Warning, Author: s.Party, Version: 1, Kind: heed.KindWarning, Created: at, Modified: at, Lang: "en",
		Headline: fmt.Sprintf("Surge %d expected at the harbour mouth", n), Text: "Two gauges rose by half a metre within the hour; the wind has turned to north-west and is rising.",
		Warning: &heed.Warning{Where: &heed.Place{Words: "harbour mouth", Country: "NL"}, When: &heed.Window{Unknown: true}, Basis: heed.BasisTechnical,
			Precedence: heed.Priority, Handling: heed.Handling{TLP: "TLP:GREEN"}, Asked: []string{"close the barrier"}}})
	if err != nil {
		return p, err
	}
	digest := sha256.Sum256(w.Payload)
	d, err := pen.Seal(heed.Statement{ID: p.Delivery, Author: s.Party, Version: 1, Kind: heed.KindDelivery, Created: at, Modified: at,
		Headline: "delivery", Text: "a warning is handed over", About: []string{string(p.Warning)},
		Delivery: &heed.Delivery{To: s.To, Statement: p.Warning, Version: 1, Digest: heed.Digest(hex.EncodeToString(digest[:])), Log: s.Log, Leaf: int64(n), At: at}})
	if err != nil {
		return p, err
	}
	p.Body = []byte(`{"objects":[`)
	for i, env := range []envelope.Envelope{w, d} {
		if i > 0 {
			p.Body = append(p.Body, ',')
		}
		outer, err := stix.Splice(env.Payload, env)
		if err != nil {
			return p, err
		}
		p.Objects = append(p.Objects, outer)
		p.Body = append(p.Body, outer...)
	}
	p.Body = append(p.Body, "]}"...)
	return p, nil
}

// Post sends a parcel. It returns the delivered receipt, as it came, only if the receiver
// counted both objects as successes: then it has acknowledged.
func (s *Sender) Post(p Parcel) ([]byte, error) {
	req, err := http.NewRequest(http.MethodPost, s.Root+"collections/"+taxii.CollectionID(s.To, s.Party)+"/objects/", bytes.NewReader(p.Body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", taxii.MediaType)
	req.Header.Set("Accept", taxii.MediaType)
	req.Header.Set("Authorization", "Bearer "+s.Token)
	res, err := s.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	var st taxii.Status
	if err := json.Unmarshal(b, &st); err != nil || res.StatusCode != http.StatusAccepted {
		return nil, fmt.Errorf("answered %d: %s", res.StatusCode, b)
	}
	if st.Success != 2 || len(st.Receipts) != 1 {
		return nil, errors.New("not acknowledged: " + string(b))
	}
	return st.Receipts[0], nil
}
