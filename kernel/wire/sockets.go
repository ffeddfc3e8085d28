package wire

// This file binds the five sockets together: opening, sending, closing.

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// linger is the longest that Close waits for peers to take what is queued.
const linger = time.Second

// Opts tunes a Sockets. The zero value means the defaults.
type Opts struct {
	// Session is the kernel's session id; by default a random one.
	Session string
	// Logger gets what is worth knowing about peers; by default nobody does.
	Logger *slog.Logger
	// MaxMessage bounds the bytes of one received message; it also bounds
	// what the unfinished messages of all peers that have not sent a
	// correctly signed one yet may hold together. Default 512 MiB.
	MaxMessage int64
	// MaxConns bounds the connections of each socket. Default 512.
	MaxConns int
	// QueueBytes bounds each connection's outgoing queue. Default 64 MiB.
	QueueBytes int
	// Handshake is the time that a new connection has to say who it is.
	// Default 5 s.
	Handshake time.Duration
	// Stall is the time after which a peer that is over QueueBytes and
	// does not read is disconnected. Default 10 s.
	Stall time.Duration
	// AskWait is how long Ask waits for a client's stdin socket. Default 2 s.
	AskWait time.Duration
}

// withDefaults fills what is zero. It panics at negative values.
func (o Opts) withDefaults() Opts {
	if o.MaxMessage < 0 || o.MaxConns < 0 || o.QueueBytes < 0 || o.Handshake < 0 || o.Stall < 0 || o.AskWait < 0 {
		panic("wire: negative value in Opts")
	}
	if o.Session == "" {
		o.Session = rand.Text()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	orDefault(&o.MaxMessage, 512<<20)
	orDefault(&o.MaxConns, 512)
	orDefault(&o.QueueBytes, 64<<20)
	orDefault(&o.Handshake, 5*time.Second)
	orDefault(&o.Stall, 10*time.Second)
	orDefault(&o.AskWait, 2*time.Second)
	return o
}

func orDefault[T comparable](p *T, value T) {
	var zero T
	if *p == zero {
		*p = value
	}
}

// ErrDisconnected is what Reply and Ask return, wrapped, if the client is not
// connected any more, or not yet.
var ErrDisconnected = errors.New("the client is not connected")

// ErrClosed is what sending returns, wrapped, after Close.
var ErrClosed = errors.New("the sockets are closed")

// Sockets are the five sockets of one kernel.
type Sockets struct {
	info   ConnectionInfo
	opts   Opts
	count  *counters
	encode *encoder

	shell, control, stdin *router
	iopub                 *publisher
	ends                  []*endpoint

	closing  chan struct{}
	closer   sync.Once
	closeErr error
}

// Listen opens the five sockets that info describes. On an error none is open.
// If the connection file has no key, the logger gets a warning.
func Listen(info ConnectionInfo, opts Opts) (*Sockets, error) {
	if err := info.check(); err != nil {
		return nil, fmt.Errorf("wire: connection info: %w", err)
	}
	opts = opts.withDefaults()
	s := &Sockets{
		info:    info.withDefaults(),
		opts:    opts,
		count:   &counters{logger: opts.Logger},
		closing: make(chan struct{}),
	}
	if info.Key == "" {
		opts.Logger.Warn("the connection file has no key: anybody who can connect can run code")
	}
	sign := newSigner(info.Key)
	s.encode = newEncoder(sign, opts.Session)
	strangers := &budget{limit: opts.MaxMessage}
	clients := []string{"DEALER", "REQ", "ROUTER"}
	newRouter := func(channel Channel) *router {
		return &router{
			channel: channel,
			sign:    sign,
			count:   s.count,
			closing: s.closing,
			in:      make(chan *Message, inbox),
			peers:   map[string]*conn{},
		}
	}
	s.shell, s.control, s.stdin = newRouter(Shell), newRouter(Control), newRouter(Stdin)
	s.iopub = &publisher{encode: s.encode}
	type part struct {
		name   string
		port   *int
		role   role
		socket string
		peers  []string
		limit  int64
	}
	parts := []part{
		{"shell", &s.info.ShellPort, s.shell, "ROUTER", clients, opts.MaxMessage},
		{"control", &s.info.ControlPort, s.control, "ROUTER", clients, opts.MaxMessage},
		{"stdin", &s.info.StdinPort, s.stdin, "ROUTER", clients, opts.MaxMessage},
		{"iopub", &s.info.IOPubPort, s.iopub, "XPUB", []string{"SUB", "XSUB"}, maxCommand},
		{"heartbeat", &s.info.HBPort, echo{}, "REP", []string{"REQ", "DEALER"}, heartbeatLimit},
	}
	// Given ports first, so that a free one that is picked is not one of them.
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(min(1, *b.port), min(1, *a.port)) })
	for _, part := range parts {
		e := &endpoint{
			name: part.name, socket: part.socket, peers: part.peers,
			limit: part.limit, budget: strangers, role: part.role,
			opts: opts, count: s.count,
			closing: s.closing,
			open:    map[*conn]bool{},
		}
		port, err := e.bind(s.info, *part.port)
		if err != nil {
			s.Close(context.Background())
			return nil, err
		}
		*part.port = port
		s.ends = append(s.ends, e)
		if part.name == "iopub" {
			s.iopub.end = e
		}
	}
	for _, e := range s.ends {
		e.serve()
	}
	return s, nil
}

// Info returns the connection info with the real ports.
func (s *Sockets) Info() ConnectionInfo { return s.info }

// Session returns the session id in the headers of all messages sent.
func (s *Sockets) Session() string { return s.opts.Session }

// Shell returns the channel of messages received on shell. Close closes it.
func (s *Sockets) Shell() <-chan *Message { return s.shell.in }

// Control returns the channel of messages received on control. Close closes it.
func (s *Sockets) Control() <-chan *Message { return s.control.in }

// Stdin returns the channel of messages received on stdin. Close closes it.
func (s *Sockets) Stdin() <-chan *Message { return s.stdin.in }

// Stats returns what has been counted so far.
func (s *Sockets) Stats() Stats { return s.count.stats() }

// Reply sends m to the client that sent `to`, on the same channel. If the
// client has connected anew with the same routing identity, m goes to the new
// connection. It waits only while the client is over [Opts.QueueBytes]. It
// fails with [ErrDisconnected] if the client is gone, and if m does not marshal.
func (s *Sockets) Reply(to *Message, m Out) error {
	r := s.router(to, "Reply")
	packet, err := s.encode.encode(to.route, "", to.RawHeader, m)
	if err != nil {
		return err
	}
	if r.send(to.identity, packet) {
		return nil
	}
	return s.gone("reply with "+m.Type, to.Channel)
}

// Ask sends m on stdin to the client that sent `to`, usually a shell request.
// It waits a little for a client whose stdin socket is not connected yet, and
// fails with [ErrDisconnected] if that does not happen.
func (s *Sockets) Ask(to *Message, m Out) error {
	s.router(to, "Ask")
	if to.anonymous {
		return fmt.Errorf("wire: ask with %s on stdin: %w: it has no routing identity by which to find its stdin socket; set one on the client's sockets", m.Type, ErrDisconnected)
	}
	packet, err := s.encode.encode(to.route, "", to.RawHeader, m)
	if err != nil {
		return err
	}
	s.stdin.await(to.identity, s.opts.AskWait)
	if s.stdin.send(to.identity, packet) {
		return nil
	}
	return s.gone("ask with "+m.Type, Stdin)
}

// router returns the router that received m.
func (s *Sockets) router(m *Message, method string) *router {
	if m == nil || m.identity == "" {
		panic("wire: " + method + " to a message that was not received")
	}
	return [...]*router{Shell: s.shell, Control: s.control, Stdin: s.stdin}[m.Channel]
}

// gone tells why nobody got a message.
func (s *Sockets) gone(what string, channel Channel) error {
	select {
	case <-s.closing:
		return fmt.Errorf("wire: %s on %s: %w", what, channel, ErrClosed)
	default:
		return fmt.Errorf("wire: %s on %s: %w; it has to connect again with the same routing identity", what, channel, ErrDisconnected)
	}
}

// Publish sends m to all iopub subscribers, as a child of parent, which may be
// nil. Its topic is kernel.SESSION.TYPE. It waits only while a subscriber is
// over [Opts.QueueBytes], after the others have got theirs. It fails if m does
// not marshal, and with [ErrClosed].
func (s *Sockets) Publish(parent *Message, m Out) error {
	var header []byte
	if parent != nil {
		header = parent.RawHeader
	}
	topic := s.encode.topic + m.Type
	packet, err := s.encode.encode(nil, topic, header, m)
	if err != nil {
		return err
	}
	select {
	case <-s.closing:
		return fmt.Errorf("wire: publish %s: %w", m.Type, ErrClosed)
	default:
	}
	s.iopub.publish(topic, packet)
	return nil
}

// Close stops receiving, lets the peers take what is queued until ctx ends,
// but at most a second, and closes all sockets. When it returns, no goroutine,
// descriptor or ipc file is left and the message channels are closed. It may
// be called again, and then waits for the same end. Its error says that peers
// were disconnected before they had everything.
func (s *Sockets) Close(ctx context.Context) error {
	s.closer.Do(func() { s.closeErr = s.close(ctx) })
	return s.closeErr
}

func (s *Sockets) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, linger)
	defer cancel()
	close(s.closing)
	for _, e := range s.ends {
		e.shut()
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, e := range s.ends {
			e.work.Wait()
		}
	}()
	behind := 0
	select {
	case <-done:
	case <-ctx.Done():
		for _, e := range s.ends {
			behind += e.cut()
		}
		<-done
	}
	for _, r := range []*router{s.shell, s.control, s.stdin} {
		close(r.in)
	}
	if behind > 0 {
		return fmt.Errorf("wire: close: %d connections ended before the peer had read everything", behind)
	}
	return nil
}
