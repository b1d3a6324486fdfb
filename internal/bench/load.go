package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"heed"
	"heed/internal/envelope"
	"heed/internal/taxii"
)

// Order tells a client process what to post, and where to.
type Order struct {
	Key     string       `json:"key"` // file of the sender's key
	Party   heed.PartyID `json:"party"`
	To      heed.PartyID `json:"to"`
	Address string       `json:"address"`
	Root    string       `json:"root"`
	Clients int          `json:"clients"`
	Number  int          `json:"number"` // of parcels, one a POST
}

// Took is what the client saw.
type Took struct {
	Wall int64   `json:"wall"` // ns from the first POST to the last answer
	Each []int64 `json:"each"` // latencies, ns
}

// run lets a client process carry out an order, and gives the node's CPU for one parcel,
// with all that the node does later on.
func (r *receiver) run(clients, number int, settle func() error) (cpu time.Duration, took Took, err error) {
	order := r.order
	order.Clients, order.Number = clients, number
	in, err := json.Marshal(order)
	if err != nil {
		return 0, took, err
	}
	cmd := exec.Command(r.program, "bench", "load")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return 0, took, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, took, err
	}
	if err := cmd.Start(); err != nil {
		return 0, took, err
	}
	out := bufio.NewReader(stdout)
	if _, err := stdin.Write(append(in, '\n')); err != nil {
		return 0, took, err
	}
	if line, err := out.ReadString('\n'); line != "ready\n" { // the parcels are made
		return 0, took, errors.Join(fmt.Errorf("the client says %q", line), err, cmd.Wait())
	}
	before, err := r.cpu()
	if err != nil {
		return 0, took, err
	}
	if _, err := stdin.Write([]byte("go\n")); err != nil {
		return 0, took, err
	}
	answer, err := io.ReadAll(out)
	if err := errors.Join(err, cmd.Wait()); err != nil {
		return 0, took, fmt.Errorf("the client: %w", err)
	}
	if err := errors.Join(json.Unmarshal(answer, &took), settle()); err != nil {
		return 0, took, err
	}
	after, err := r.cpu()
	return (after - before) / time.Duration(number), took, err
}

// Load is the client process: it reads an order, makes the parcels, says that it is ready,
// and posts them once it is told to.
func Load(in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return err
	}
	var o Order
	if err := json.Unmarshal(line, &o); err != nil {
		return err
	}
	requests, err := o.requests()
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "ready")
	if _, err := lines.ReadBytes('\n'); err != nil {
		return err
	}
	took, err := o.post(requests)
	if err != nil {
		return err
	}
	return json.MarshalWrite(out, took)
}

// requests makes every POST, ready to be written to a connection: the client should cost
// little beside the node.
func (o Order) requests() ([][]byte, error) {
	key, err := envelope.ReadKeyFile(o.Key)
	if err != nil {
		return nil, err
	}
	s := &Sender{Party: o.Party, Key: key, Log: "s.heed/0", To: o.To}
	list := make([][]byte, o.Number)
	for i := range list {
		p, err := s.Make(i, time.Now())
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		fmt.Fprintf(&b, "POST %scollections/%s/objects/ HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
			o.Root, taxii.CollectionID(o.To, o.Party), o.Address, token, taxii.MediaType, taxii.MediaType, len(p.Body))
		b.Write(p.Body)
		list[i] = b.Bytes()
	}
	return list, nil
}

// post sends the requests from as many connections as there are clients.
func (o Order) post(requests [][]byte) (Took, error) {
	took := Took{Each: make([]int64, len(requests))}
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, o.Clients)
	start := time.Now()
	for c := range o.Clients {
		wg.Go(func() {
			conn, err := net.Dial("tcp", o.Address)
			if err != nil {
				errs[c] = err
				return
			}
			defer conn.Close()
			answers := bufio.NewReader(conn)
			for {
				i := int(next.Add(1) - 1)
				if i >= len(requests) {
					return
				}
				began := time.Now()
				if errs[c] = exchange(conn, answers, requests[i]); errs[c] != nil {
					return
				}
				took.Each[i] = time.Since(began).Nanoseconds()
			}
		})
	}
	wg.Wait()
	took.Wall = time.Since(start).Nanoseconds()
	return took, errors.Join(errs...)
}

// exchange posts one parcel and looks whether both objects were recorded and the delivered
// receipt came back.
func exchange(conn net.Conn, answers *bufio.Reader, request []byte) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	status, body, err := answer(answers)
	if err != nil {
		return err
	}
	if status != strconv.Itoa(http.StatusAccepted) || !bytes.Contains(body, []byte(`"success_count":2,`)) || !bytes.Contains(body, []byte(`"x_heed_receipts":[{`)) {
		return fmt.Errorf("answered %s: %s", status, body)
	}
	return nil
}

// answer reads an answer as far as it is needed: its status and its body.
func answer(r *bufio.Reader) (status string, body []byte, err error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return "", nil, err
	}
	if fields := bytes.Fields(line); len(fields) > 1 {
		status = string(fields[1])
	}
	length := -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return status, nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if name, value, _ := bytes.Cut(line, []byte(":")); bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return status, nil, err
			}
		}
	}
	if length < 0 {
		return status, nil, errors.New("the answer does not say how long it is")
	}
	body = make([]byte, length)
	_, err = io.ReadFull(r, body)
	return status, body, err
}
