package wire

// This file is one connection: its handshake, its reading goroutine, and how
// it ends.

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A conn is a connection to one peer of an endpoint.
type conn struct {
	end *endpoint
	nc  net.Conn
	out *outbox

	identity  string // routing identity, set by the handshake
	anonymous bool   // the peer brought no identity
	reader    frameReader
	ttl       time.Duration // silence after which the peer wants to be disconnected; 0: none

	topics topics // of a subscriber

	closing sync.Once
}

// run is the connection's life.
func (c *conn) run() {
	e := c.end
	defer e.exit(c)
	defer c.close()
	// A mistake in decoding may cost this connection, but never the
	// kernel's process, which holds the person's work.
	defer func() {
		if fault := recover(); fault != nil {
			e.count.event(&e.count.faults, "mistake in package wire; please report it",
				append(c.args(), "fault", fault, "stack", string(debug.Stack()))...)
		}
	}()
	c.reader = frameReader{r: bufio.NewReaderSize(patient{c}, 16<<10), limit: e.limit, budget: e.budget}
	defer c.reader.release()
	c.nc.SetDeadline(time.Now().Add(e.opts.Handshake))
	hs, err := shake(c.reader.r, c.nc, e.socket, e.peers)
	if err != nil {
		// Who hangs up without a word has only looked whether the port is open.
		if !c.stopping() && !hungUp(err) {
			e.count.event(&e.count.badHandshake, "refusing a connection", append(c.args(), "error", err)...)
		}
		return
	}
	c.nc.SetDeadline(time.Time{})
	c.identity = hs.identity
	if !e.enter(c) {
		return
	}
	e.role.join(c)
	defer e.role.leave(c)
	e.work.Go(c.write)
	c.judge(c.read())
	if c.stopping() {
		// Closing a connection with unread bytes makes the system throw
		// away what it has not delivered yet. So read, until the peer
		// has seen that everything was sent and hangs up, or time is up.
		io.Copy(io.Discard, c.reader.r)
	}
}

// write empties the outbox until the connection ends.
func (c *conn) write() {
	if err := c.out.run(c.nc); err != nil {
		c.close()
		return
	}
	if half, ok := c.nc.(interface{ CloseWrite() error }); ok {
		half.CloseWrite() // drained; the reader waits for the peer to see it
	}
}

// errStop ends reading because the endpoint is closing.
var errStop = errors.New("closing")

// read takes the peer's messages and commands until there are no more.
func (c *conn) read() error {
	for {
		frames, command, err := c.reader.next()
		if err != nil {
			return err
		}
		if c.stopping() {
			return errStop
		}
		if command != nil {
			err = c.command(command)
		} else {
			err = c.end.role.message(c, frames)
		}
		if err != nil {
			return err
		}
	}
}

// command handles a command of any socket and passes on the rest.
func (c *conn) command(frame []byte) error {
	name, body, err := splitCommand(frame)
	if err != nil {
		return err
	}
	switch name {
	case "PING": // two bytes of time to live in tenths of a second, up to 16 of context
		if len(body) < 2 {
			return errors.New("PING without a time to live")
		}
		c.ttl = time.Duration(binary.BigEndian.Uint16(body)) * (time.Second / 10)
		return c.out.put(single(appendCommand(nil, "PONG", body[2:min(len(body), 18)])))
	case "ERROR":
		return fmt.Errorf("peer reports an error: %q", body)
	}
	return c.end.role.command(c, name, body)
}

// judge counts why reading ended.
func (c *conn) judge(err error) {
	e := c.end
	_, system := errors.AsType[*net.OpError](err)
	switch {
	case c.stopping(), system, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errClosed):
	case errors.Is(err, errTooBig), errors.Is(err, errBudget):
		e.count.event(&e.count.oversized, "disconnecting a peer with a too large message", append(c.args(), "error", err)...)
	default:
		e.count.event(&e.count.unframed, "disconnecting a peer that breaks the protocol", append(c.args(), "error", err)...)
	}
}

// hungUp tells whether err means that the peer ended the connection.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// stopping tells whether the endpoint is closing.
func (c *conn) stopping() bool {
	select {
	case <-c.end.closing:
		return true
	default:
		return false
	}
}

// close ends the connection at once.
func (c *conn) close() {
	c.closing.Do(func() {
		c.out.close()
		c.nc.Close()
	})
}

// args names the connection in the log.
func (c *conn) args() []any {
	peer := c.nc.RemoteAddr().String()
	if strings.Trim(peer, "@") == "" { // a client's end of an ipc socket has no name
		peer = "local"
	}
	return []any{"socket", c.end.name, "peer", peer}
}

// patient reads from the connection and, if the peer asked for it, gives up
// after its time to live without a byte.
type patient struct{ c *conn }

func (p patient) Read(b []byte) (int, error) {
	if p.c.ttl > 0 {
		p.c.nc.SetReadDeadline(time.Now().Add(p.c.ttl))
	}
	return p.c.nc.Read(b)
}
