package engine

// This file is the language of the control pipe between the kernel and its
// worker: orders go down, reports come up, each stream in gob.

import (
	"encoding/gob"
	"net"
	"sync"
	"time"

	"github.com/netherfield/netherfield/display/widget"
)

type orderKind int

const (
	orderRun       orderKind = iota + 1 // Program: run it; answered by reportDone
	orderInterrupt                      // stop what runs
	orderDrop                           // IDs: forget these session variables
	orderAnswer                         // ID: the answer to a report that wants one
	orderShell                          // Argv: run a program; answered by reportDone
	orderChdir                          // Text: change the working directory; answered by reportDone
	orderSetenv                         // Argv: name, value; answered by reportDone
	orderGetenv                         // answered by reportDone with Lines
	orderDescribe                       // IDs: answered by reportDone with Lines, a short text for each
	orderLimit                          // Bytes: how much memory the worker should use at the most
	orderTrim                           // free memory; answered by reportDone
	orderPing                           // ID: answered by reportPong
)

// An order goes from the kernel to the worker.
type order struct {
	Kind    orderKind
	ID      uint64
	Program []byte
	Silent  bool
	IDs     []int
	Bytes   int64
	Argv    []string
	Text    string
	Error   string
	// Request is what the front end calls that for which a program runs, and
	// Comm the message of the front end that it is to take.
	Request string
	Comm    *widget.Message

	// era is when the order can be carried out, 0 for ever. The kernel
	// keeps it to itself.
	era era
}

type reportKind int

const (
	reportReady     reportKind = iota + 1 // the worker can take orders
	reportDone                            // ID: an order is done
	reportDisplay                         // Data: show a bundle; wants an answer
	reportClear                           // Flag: wait; wants an answer
	reportInput                           // Text: prompt, Flag: password; wants an answer
	reportGoroutine                       // Failure: a goroutine of an earlier cell failed
	reportPong                            // ID: that of an orderPing
	reportComm                            // Comm: send it; wants an answer
)

// A report goes from the worker to the kernel.
type report struct {
	Kind reportKind
	ID   uint64
	// Data is a bundle in JSON: what a cell shows, or its value.
	Data []byte
	Text string
	Flag bool
	// Done is how many top-level statements completed.
	Done    int
	Failure *Failure
	Lines   []string
	Elapsed time.Duration
	Comm    *widget.Message
}

// A pipe is one end of the control pipe. Send may be called by several
// goroutines, receive by one.
type pipe struct {
	conn net.Conn
	mu   sync.Mutex
	enc  *gob.Encoder
	dec  *gob.Decoder
}

func newPipe(c net.Conn) *pipe {
	return &pipe{conn: c, enc: gob.NewEncoder(c), dec: gob.NewDecoder(c)}
}

func (p *pipe) send(v any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.enc.Encode(v)
}

func (p *pipe) receive(v any) error { return p.dec.Decode(v) }

func (p *pipe) close() error { return p.conn.Close() }
