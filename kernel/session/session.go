// Package session is the Jupyter side of one kernel: it takes requests from
// the wire, has an Evaluator run the cells and answers, in version 5.5 of the
// Jupyter messaging protocol. It knows nothing of Go code and nothing of
// sockets.
//
// # Model
//
// Four goroutines serve one session. One reads the shell channel and one the
// control channel; both answer at once whatever needs no running code:
// completion, inspection, history, kernel_info, comms, interrupt. Execute
// requests go into a queue that the execution goroutine works off one at a
// time. The fourth takes input_reply messages from the stdin channel.
//
// Everything published on iopub goes through one ordered publisher, which
// merges adjacent writes to a stream and knows which request owns the output
// that arrives, so that idle really is the last message of a request.
//
// A Session is safe for concurrent use. It owns its Evaluator from New on and
// closes it at the end of Run; the Transport and the History stay the
// caller's.
//
// # Example
//
//	sockets, err := wire.Listen(info, wire.Opts{})
//	…
//	s := session.New(session.Opts{
//		Transport:       sockets,
//		Evaluator:       evaluator,
//		Implementation:  "netherfield",
//		Version:         "0.1.0",
//		LanguageVersion: "1.26",
//	})
//	restart, err := s.Run(ctx)
package session

// This file holds the session's life: options, Run, Interrupt, the end.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netherfield/netherfield/display/widget"
	"github.com/netherfield/netherfield/kernel/wire"
)

// A Transport carries the messages of one kernel; *wire.Sockets is one.
type Transport interface {
	// Shell, Control and Stdin deliver what clients sent on a channel.
	Shell() <-chan *wire.Message
	Control() <-chan *wire.Message
	Stdin() <-chan *wire.Message
	// Reply answers a request on the channel and connection it came from.
	Reply(to *wire.Message, m wire.Out) error
	// Ask sends m on stdin to the client that sent the request.
	Ask(to *wire.Message, m wire.Out) error
	// Publish sends m on iopub with parent's header as its parent; parent
	// may be nil. It blocks while a slow subscriber's queue is full.
	Publish(parent *wire.Message, m wire.Out) error
}

// Opts configures a session. Transport and Evaluator are required.
type Opts struct {
	Transport Transport
	Evaluator Evaluator

	// History stores executed cells; nil keeps them in memory alone. The
	// caller closes it after Run.
	History *History
	// Logger takes what goes wrong; nil discards it.
	Logger *slog.Logger

	// Implementation and Version name the kernel in kernel_info_reply.
	Implementation string
	Version        string
	// LanguageVersion is the version of Go that cells are written in, for
	// example "1.26".
	LanguageVersion string
	// Banner greets in a console.
	Banner string
	// HelpLinks appear in the front end's help menu.
	HelpLinks []HelpLink
	// Ports answers connect_request.
	Ports Ports

	// CommTargets are the comms that a front end may open, by target name.
	CommTargets map[string]CommTarget
}

// A Session serves the clients of one kernel. New makes one.
type Session struct {
	opts    Opts
	log     *slog.Logger
	history *History
	out     *publisher
	queue   *queue
	comms   *comms
	input   *prompter
	meter   *meter
	running running

	// count is the number of the last cell that was stored in history.
	// Only the execution goroutine uses it.
	count int

	started atomic.Bool
	// end takes the first reason to stop.
	end chan ending
}

// An ending says why Run stops.
type ending struct {
	request *wire.Message // the shutdown_request; nil otherwise
	err     error
}

// Reasons why a cell's context ends, as the person at the front end reads
// them.
var (
	errInterrupted = errors.New("the cell was interrupted")
	errCellEnded   = errors.New("the cell that asked has ended")
	errEnding      = errors.New("the kernel is shutting down")
)

// endGrace is how long a running cell may take to stop when the session ends,
// before its evaluator is closed under it. Front ends kill a kernel that takes
// more than about five seconds.
const endGrace = time.Second

// New returns a session that has not started. It panics if Transport or
// Evaluator is nil.
func New(opts Opts) *Session {
	if opts.Transport == nil {
		panic("session: Opts.Transport is nil")
	}
	if opts.Evaluator == nil {
		panic("session: Opts.Evaluator is nil")
	}
	s := &Session{
		opts:    opts,
		log:     opts.Logger,
		history: opts.History,
		queue:   newQueue(),
		input:   newPrompter(),
		meter:   newMeter(),
		end:     make(chan ending, 1),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.history == nil {
		s.history = new(History)
	}
	s.out = newPublisher(opts.Transport, s.log)
	s.comms = newComms(opts.CommTargets, s.out, s.log)
	s.comms.targets[widget.ControlTarget] = CommTarget{InOrder: true, Open: func(c *Comm, _ CommMessage) (CommHandler, error) {
		return programComm{s, c}, nil
	}}
	return s
}

// Run publishes status "starting" and serves the clients until one asks to
// shut down or ctx ends, which is no error. It reports whether the client
// wants a restart. Before it returns it interrupts the running cell, aborts
// the queued ones, closes the evaluator and waits for every goroutine; the
// shutdown_reply goes out last.
//
// The error says that the transport broke, that the evaluator could not be
// closed or that a cell would not stop. Run panics if it is called twice.
func (s *Session) Run(ctx context.Context) (restart bool, err error) {
	if !s.started.CompareAndSwap(false, true) {
		panic("session: Run called twice")
	}
	s.out.starting()

	serving, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	var all sync.WaitGroup
	executed := make(chan struct{})
	all.Go(func() {
		defer close(executed)
		s.work(serving)
	})
	t := s.opts.Transport
	all.Go(func() { s.receive(serving, "shell", t.Shell(), s.dispatch) })
	all.Go(func() { s.receive(serving, "control", t.Control(), s.dispatch) })
	all.Go(func() { s.receive(serving, "stdin", t.Stdin(), s.takeInput) })

	var end ending
	select {
	case <-ctx.Done():
	case end = <-s.end:
	}

	// Everything is stopped before anything is published: publishing may
	// wait for a slow front end, and stopping must not.
	stop(errEnding)
	s.queue.close()
	gone := make(chan struct{})
	go func() {
		all.Wait()
		close(gone)
	}()
	waitFor(executed, endGrace)
	if cerr := s.opts.Evaluator.Close(); cerr != nil {
		s.log.Error("closing the evaluator", "err", cerr)
		end.err = errors.Join(end.err, fmt.Errorf("session: closing the evaluator: %w", cerr))
	}
	if !waitFor(gone, endGrace) {
		end.err = errors.Join(end.err, errors.New("session: a cell or a comm handler is still running after the evaluator was closed"))
	}

	if end.request != nil {
		restart = s.sayGoodbye(end.request)
	}
	s.out.close()
	return restart, end.err
}

// sayGoodbye answers the shutdown_request, on its channel and on iopub for
// the other clients, and reports whether a restart was asked for.
func (s *Session) sayGoodbye(m *wire.Message) (restart bool) {
	s.out.busy(m)
	defer s.out.idle(m)
	var req struct {
		Restart bool `json:"restart"`
	}
	if err := decode(m, &req); err != nil {
		// The kernel ends all the same: a client that cannot spell is
		// no reason to stay.
		s.log.Warn("shutdown_request", "err", err)
	}
	content := shutdownReply{Status: "ok", Restart: req.Restart}
	s.reply(m, content, nil)
	s.out.publish(m, wire.Out{Type: "shutdown_reply", Content: content})
	return req.Restart
}

// shutdownReply is the content of shutdown_reply.
type shutdownReply struct {
	Status  string `json:"status"`
	Restart bool   `json:"restart"`
}

// finish asks Run to end; the first reason counts.
func (s *Session) finish(e ending) {
	select {
	case s.end <- e:
	default:
	}
}

// receive hands the messages of a channel to handle until ctx ends.
func (s *Session) receive(ctx context.Context, name string, ch <-chan *wire.Message, handle func(context.Context, *wire.Message)) {
	for {
		select {
		case <-ctx.Done():
			return
		case m, ok := <-ch:
			if !ok {
				s.finish(ending{err: fmt.Errorf("session: the %s channel closed while the kernel was running", name)})
				return
			}
			if ctx.Err() != nil {
				return
			}
			handle(ctx, m)
		}
	}
}

// waitFor reports whether done closed within d.
func waitFor(done <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}

// Interrupt does what interrupt_request and SIGINT ask for: it stops the
// running cell, if there is one. The first interrupt of a cell cancels the
// context it runs in; a further one, while the same cell still runs, is passed
// on to Evaluator.Interrupt, so that an evaluator can tell that the person
// insists.
func (s *Session) Interrupt() {
	s.running.mu.Lock()
	defer s.running.mu.Unlock()
	switch r := &s.running; {
	case r.ctx == nil:
	case r.ctx.Err() == nil:
		r.cancel(errInterrupted)
	default:
		s.opts.Evaluator.Interrupt()
	}
}

// running is what the execution goroutine does at the moment, as Interrupt
// sees it.
type running struct {
	mu     sync.Mutex
	ctx    context.Context // nil when nothing runs
	cancel context.CancelCauseFunc
}

// start makes the context of one cell. The caller calls stop when it is done.
// While Interrupt is under way, stop waits, so that an interrupt never hits
// the next cell.
func (r *running) start(parent context.Context) context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ctx, r.cancel = context.WithCancelCause(parent)
	return r.ctx
}

// stop ends the context that start made.
func (r *running) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cancel(errCellEnded)
	r.ctx, r.cancel = nil, nil
}
