package session

// This file orders everything that goes out on iopub: stream text before the
// message that follows it, and status messages around each request.

import (
	"log/slog"
	"sync"
	"time"

	"github.com/netherfield/netherfield/kernel/wire"
)

// streamDelay is how long text may wait for more of its kind.
const streamDelay = 25 * time.Millisecond

// A publisher is the one door to iopub. Its lock is held while a message is
// handed to the transport, so a writer waits as long as a slow subscriber does
// and pending text never grows beyond streamLimit.
type publisher struct {
	transport Transport
	log       *slog.Logger

	mu   sync.Mutex
	text coalescer
	// owner is the request that output belongs to; it stays set after
	// the request is done, for output of goroutines that go on.
	owner *wire.Message
	// current is the request on the execution goroutine; nil for none.
	current *wire.Message
	timer   *time.Timer
	armed   bool
	closed  bool
}

func newPublisher(t Transport, log *slog.Logger) *publisher {
	return &publisher{transport: t, log: log}
}

// status is the content of a status message.
type status struct {
	ExecutionState string `json:"execution_state"`
}

// streamContent is the content of a stream message.
type streamContent struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// starting publishes that the kernel came up.
func (p *publisher) starting() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state(nil, "starting")
}

// begin marks m as the request on the execution goroutine and publishes busy.
// Output belongs to whom it did, who is returned, until m owns it.
func (p *publisher) begin(m *wire.Message) (before *wire.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.flush(p.stream)
	p.current = m
	p.state(m, "busy")
	return p.owner
}

// own makes m the owner of output, which begins with first: goroutines of
// earlier cells may print at any time, but not before a cell's input is shown.
func (p *publisher) own(m *wire.Message, first ...wire.Out) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.finish(p.stream)
	p.owner = m
	for _, out := range first {
		p.send(m, out)
	}
}

// finishAs publishes what text is left and idle for the request that begin
// marked. Later output belongs to owner.
func (p *publisher) finishAs(owner *wire.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.finish(p.stream)
	m := p.current
	p.current, p.owner = nil, owner
	p.state(m, "idle")
}

// busy publishes that work on m began, beside the execution goroutine.
func (p *publisher) busy(m *wire.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.flush(p.stream)
	p.state(m, "busy")
}

// idle publishes that work on m is done. Front ends show the last status they
// saw, whatever it belongs to, so a running cell says busy once more.
func (p *publisher) idle(m *wire.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.flush(p.stream)
	p.state(m, "idle")
	if p.current != nil {
		p.state(p.current, "busy")
	}
}

// publish sends a message after the text written before it.
func (p *publisher) publish(parent *wire.Message, m wire.Out) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.flush(p.stream)
	p.send(parent, m)
}

// publishOutput sends a message that belongs to the owner of output.
func (p *publisher) publishOutput(m wire.Out) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.flush(p.stream)
	p.send(p.owner, m)
}

// write adds text to a stream.
func (p *publisher) write(name string, text []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(text) == 0 {
		return
	}
	p.text.add(name, text, p.stream)
	if len(p.text.buf) == 0 || p.armed {
		return
	}
	p.armed = true
	if p.timer == nil {
		p.timer = time.AfterFunc(streamDelay, p.expire)
	} else {
		p.timer.Reset(streamDelay)
	}
}

// expire flushes text that waited long enough.
func (p *publisher) expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = false
	if !p.closed {
		p.text.flush(p.stream)
	}
}

// finish sends everything written so far: the request is about to be answered.
func (p *publisher) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.finish(p.stream)
}

// flush sends pending text now.
func (p *publisher) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.flush(p.stream)
}

// close sends what is left; later output is dropped.
func (p *publisher) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.finish(p.stream)
	p.closed = true
	if p.timer != nil {
		p.timer.Stop()
	}
}

// stream, state and send are called with the lock held.

func (p *publisher) stream(name, text string) {
	p.send(p.owner, wire.Out{Type: "stream", Content: streamContent{name, text}})
}

func (p *publisher) state(m *wire.Message, state string) {
	p.send(m, wire.Out{Type: "status", Content: status{state}})
}

func (p *publisher) send(parent *wire.Message, m wire.Out) {
	if p.closed {
		return
	}
	if err := p.transport.Publish(parent, m); err != nil {
		p.log.Warn("publishing", "type", m.Type, "err", err)
	}
}
