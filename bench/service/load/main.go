// Command load sends requests to a service and says how it was answered.
//
// With -rate the load is open: requests are due at times that do not depend on the
// answers, at random (Poisson) with that mean rate, and each one's latency counts from
// when it was due, not from when a connection was free to send it. So a service that
// stops for a second is charged with all the requests of that second. Without -rate each
// connection sends its next request when the last is answered, which finds the most that
// the service can do.
//
// The bodies are lines of a file, which are sent in turn. The last line of the output is
// JSON.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	log.SetFlags(0)
	var l load
	flag.StringVar(&l.address, "address", "127.0.0.1:8080", "host and port of the service")
	path := flag.String("path", "/predict", "the path")
	kind := flag.String("type", "application/x-www-form-urlencoded", "the bodies' media type")
	bodies := flag.String("bodies", "", "a file with a body a line")
	flag.Float64Var(&l.rate, "rate", 0, "requests a second; 0 is as many as are answered")
	flag.DurationVar(&l.duration, "duration", 10*time.Second, "how long")
	flag.DurationVar(&l.warm, "warm", time.Second, "how long before that, which does not count")
	flag.IntVar(&l.connections, "connections", 32, "connections")
	flag.Parse()
	file, err := os.ReadFile(*bodies)
	if err != nil {
		log.Fatal(err)
	}
	for line := range bytes.Lines(file) {
		line = bytes.TrimSpace(line)
		var b bytes.Buffer
		fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", *path, l.address, *kind, len(line), line)
		l.requests = append(l.requests, b.Bytes())
	}
	if len(l.requests) == 0 {
		log.Fatalf("%s has no bodies", *bodies)
	}
	json.NewEncoder(os.Stdout).Encode(l.run())
}

// A load is what is sent.
type load struct {
	address        string
	requests       [][]byte
	rate           float64
	duration, warm time.Duration
	connections    int

	start time.Time
	due   []time.Duration // after start; for an open load
	turns chan int        // those of due whose time has come
	next  atomic.Int64    // else
}

// A result is how it was answered.
type result struct {
	Seconds    float64        `json:"seconds"`
	Sent       int            `json:"sent"`
	Statuses   map[string]int `json:"statuses"`
	Goodput    float64        `json:"goodput"` // answers with 200 a second
	Errors     int            `json:"errors"`  // requests without an answer
	LastError  string         `json:"last_error,omitempty"`
	RetryAfter int            `json:"retry_after"` // answers that say when to come again
	// Latencies of answers with 200, in seconds.
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
}

// An outcome is what one connection has seen.
type outcome struct {
	latencies  []time.Duration
	statuses   map[int]int
	errors     int
	last       error
	retryAfter int
	sent       int
}

func (l *load) run() result {
	if l.rate > 0 {
		r := rand.New(rand.NewPCG(1, 2))
		end := (l.warm + l.duration).Seconds()
		for t := r.ExpFloat64() / l.rate; t < end; t += r.ExpFloat64() / l.rate {
			l.due = append(l.due, time.Duration(t*1e9))
		}
	}
	l.start = time.Now()
	if l.rate > 0 {
		l.turns = make(chan int, len(l.due)) // never full, so that nobody is late for another
		go l.pace()
	}
	outcomes := make([]outcome, l.connections)
	var all sync.WaitGroup
	for i := range outcomes {
		all.Go(func() { outcomes[i] = l.connection() })
	}
	all.Wait()
	res := result{Seconds: l.duration.Seconds(), Statuses: map[string]int{}}
	if took := time.Since(l.start) - l.warm; took > l.duration {
		res.Seconds = took.Seconds() // the answers took longer than the questions
	}
	var latencies []time.Duration
	for _, o := range outcomes {
		latencies = append(latencies, o.latencies...)
		for status, n := range o.statuses {
			res.Statuses[strconv.Itoa(status)] += n
		}
		res.Errors += o.errors
		res.Sent += o.sent
		res.RetryAfter += o.retryAfter
		if o.last != nil {
			res.LastError = o.last.Error()
		}
	}
	slices.Sort(latencies)
	res.Goodput = float64(len(latencies)) / res.Seconds
	at := func(q float64) float64 {
		if len(latencies) == 0 {
			return 0
		}
		return latencies[min(len(latencies)-1, int(q*float64(len(latencies))))].Seconds()
	}
	res.P50, res.P90, res.P99, res.P999, res.Max = at(.5), at(.9), at(.99), at(.999), at(1)
	return res
}

// pace puts requests into turns when they are due. It sleeps by the system's own clock:
// that of Go's runtime is up to a millisecond late when there is nothing else to do.
func (l *load) pace() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	for n, due := range l.due {
		if wait := due - time.Since(l.start); wait > 0 {
			t := unix.NsecToTimespec(int64(wait))
			unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &t, nil)
		}
		l.turns <- n
	}
	close(l.turns)
}

// turn waits for the next request; there is none if it reports false.
func (l *load) turn() (n int, due time.Duration, ok bool) {
	if l.rate > 0 {
		if n, ok = <-l.turns; ok {
			due = l.due[n]
		}
		return n, due, ok
	}
	due = time.Since(l.start)
	return int(l.next.Add(1)) - 1, due, due < l.warm+l.duration
}

// connection sends requests over one connection, and over another if that breaks.
func (l *load) connection() (o outcome) {
	o.statuses = map[int]int{}
	var conn net.Conn
	var in *bufio.Reader
	defer func() {
		if conn != nil {
			conn.Close()
		}
	}()
	for {
		n, due, ok := l.turn()
		if !ok {
			return o
		}
		counts := due >= l.warm
		if counts {
			o.sent++
		}
		status, again, err := 0, false, error(nil)
		if conn == nil {
			if conn, err = net.Dial("tcp", l.address); err == nil {
				in = bufio.NewReaderSize(conn, 16<<10)
			}
		}
		keep := false
		if err == nil {
			status, keep, again, err = exchange(conn, in, l.requests[n%len(l.requests)])
		}
		if conn != nil && (err != nil || !keep) {
			conn.Close()
			conn = nil
		}
		if !counts {
			continue
		}
		switch {
		case err != nil:
			o.errors++
			o.last = err
			continue
		case status == 200:
			o.latencies = append(o.latencies, time.Since(l.start)-due)
		}
		o.statuses[status]++
		if again {
			o.retryAfter++
		}
	}
}

// exchange sends a request and reads the answer, of which it keeps the status. It knows
// as much of HTTP as it needs to take little of the machine from the service.
func exchange(conn net.Conn, in *bufio.Reader, request []byte) (status int, keep, retryAfter bool, err error) {
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := conn.Write(request); err != nil {
		return 0, false, false, err
	}
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, false, false, err
	}
	if len(line) < 12 {
		return 0, false, false, fmt.Errorf("an answer begins with %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, false, false, err
	}
	keep = bytes.HasPrefix(line, []byte("HTTP/1.1"))
	length := -1
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, false, false, err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, false, false, err
			}
		case bytes.EqualFold(name, []byte("Connection")):
			keep = keep && !bytes.EqualFold(value, []byte("close"))
		case bytes.EqualFold(name, []byte("Retry-After")):
			retryAfter = true
		}
	}
	if length < 0 {
		_, err = io.Copy(io.Discard, in) // until it is closed
		return status, false, retryAfter, err
	}
	_, err = in.Discard(length)
	return status, keep, retryAfter, err
}
