package wire

// This file is one listening socket: it accepts connections, performs their
// handshakes, keeps the list of peers and takes leave of them.

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A role is what an endpoint does with its peers. Its methods are called from
// the connection's reading goroutine.
type role interface {
	// join is called before anything is read, leave after the last.
	join(c *conn)
	leave(c *conn)
	// message takes a message. An error ends the connection.
	message(c *conn, frames [][]byte) error
	// command takes a command other than PING. An error ends the connection.
	command(c *conn, name string, body []byte) error
}

// An endpoint is one bound socket.
type endpoint struct {
	name   string   // for people: "shell"
	socket string   // ZMTP socket type
	peers  []string // socket types it talks to
	limit  int64    // bytes of one incoming message
	budget *budget  // for unfinished messages of strangers
	role   role
	opts   Opts
	count  *counters

	listener net.Listener
	file     string          // of an ipc socket
	closing  <-chan struct{} // closed when no more messages are taken
	work     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	open   map[*conn]bool // true after the handshake
	joined atomic.Pointer[[]*conn]
}

// bind opens the endpoint's listener and returns its real port.
func (e *endpoint) bind(info ConnectionInfo, port int) (int, error) {
	var err error
	if info.Transport == "ipc" {
		port, err = e.bindPath(info, port)
	} else {
		network, address := info.address(port)
		if e.listener, err = net.Listen(network, address); err == nil {
			port = e.listener.Addr().(*net.TCPAddr).Port
		}
	}
	if err == nil {
		return port, nil
	}
	advice := "check field \"ip\" of the connection file"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		advice = "another process has it; choose another port, or 0 for any free one"
	case errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM):
		advice = "choose a port or folder that this user may use"
	case info.Transport == "ipc" && errors.Is(err, syscall.EINVAL):
		advice = "the path is too long for a socket; choose a shorter \"ip\" in the connection file"
	case info.Transport == "ipc":
		advice = "check that the folder in field \"ip\" of the connection file exists"
	}
	return 0, fmt.Errorf("wire: %s socket (field %q): %w; %s", e.name, e.field(), err, advice)
}

// field is the endpoint's port in the connection file.
func (e *endpoint) field() string {
	if e.name == "heartbeat" {
		return "hb_port"
	}
	return e.name + "_port"
}

// bindPath listens on the ipc socket for port; port 0 takes the first number
// whose file does not exist. A file left behind by a dead kernel is replaced.
func (e *endpoint) bindPath(info ConnectionInfo, port int) (int, error) {
	if port != 0 {
		_, path := info.address(port)
		if stale(path) {
			os.Remove(path)
		}
		return port, e.listenPath(path)
	}
	for port = 1; ; port++ {
		_, path := info.address(port)
		err := e.listenPath(path)
		if !errors.Is(err, syscall.EADDRINUSE) {
			return port, err
		}
	}
}

func (e *endpoint) listenPath(path string) error {
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	e.listener = listener
	if path[0] == '@' { // an abstract name has no file
		return nil
	}
	// The listener would remove the path that it was given, which means
	// another file once the process has changed its folder.
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	if e.file, err = filepath.Abs(path); err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		e.unbind()
	}
	return err
}

// unbind closes the listener and removes an ipc socket's file.
func (e *endpoint) unbind() {
	e.listener.Close()
	if e.file != "" {
		os.Remove(e.file)
	}
}

// stale tells whether path is a socket on which nobody listens.
func stale(path string) bool {
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != os.ModeSocket {
		return false
	}
	nc, err := net.Dial("unix", path)
	if err == nil {
		nc.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// serve starts accepting.
func (e *endpoint) serve() {
	e.work.Go(e.accept)
}

func (e *endpoint) accept() {
	const shortest, longest = time.Millisecond, time.Second
	pause := shortest
	for {
		nc, err := e.listener.Accept()
		switch {
		case err == nil:
			pause = shortest
			e.admit(nc)
			continue
		case errors.Is(err, net.ErrClosed):
			return
		}
		// Out of descriptors, say: that may pass.
		e.opts.Logger.Warn("cannot accept a connection", "socket", e.name, "error", err)
		select {
		case <-time.After(pause):
			pause = min(2*pause, longest)
		case <-e.closing:
			return
		}
	}
}

// admit starts a connection's goroutine unless there are too many.
func (e *endpoint) admit(nc net.Conn) {
	c := &conn{end: e, nc: nc}
	c.out = newOutbox(e.opts.QueueBytes, e.opts.Stall, func() {
		e.count.event(&e.count.slowPeers, "disconnecting a peer that does not read", c.args()...)
		c.close()
	})
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		nc.Close()
		return
	}
	if len(e.open) >= e.opts.MaxConns {
		e.count.event(&e.count.overLimit, "refusing a connection over the limit", "socket", e.name, "limit", e.opts.MaxConns)
		nc.Close()
		return
	}
	e.open[c] = false
	e.work.Go(c.run)
}

// enter puts a connection on the list of peers after its handshake. It reports
// false if the endpoint has been closed meanwhile.
func (e *endpoint) enter(c *conn) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return false
	}
	e.open[c] = true
	e.list()
	e.count.connections.Add(1)
	return true
}

// exit forgets a connection.
func (e *endpoint) exit(c *conn) {
	e.mu.Lock()
	defer e.mu.Unlock()
	entered := e.open[c]
	delete(e.open, c)
	if entered {
		e.list()
		e.count.connections.Add(-1)
	}
}

// list makes the list of peers anew. e.mu is held.
func (e *endpoint) list() {
	joined := make([]*conn, 0, len(e.open))
	for c, ok := range e.open {
		if ok {
			joined = append(joined, c)
		}
	}
	e.joined.Store(&joined)
}

// conns returns the connections that are past the handshake.
func (e *endpoint) conns() []*conn {
	if p := e.joined.Load(); p != nil {
		return *p
	}
	return nil
}

// shut stops accepting connections and messages and lets every connection
// drain. The connections end as their peers have got everything.
func (e *endpoint) shut() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	e.unbind()
	for c, entered := range e.open {
		if entered {
			c.out.drain()
		} else {
			c.close()
		}
	}
}

// cut ends all connections at once and returns how many had packets waiting.
func (e *endpoint) cut() (behind int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for c := range e.open {
		if c.out.waiting() > 0 {
			behind++
		}
		c.close()
	}
	return behind
}

// autoIdentity makes a routing identity for a peer that brought none. Like
// libzmq's it starts with a zero byte, which peers may not use.
func autoIdentity(n uint64) string { return "\x00" + strconv.FormatUint(n, 36) }
