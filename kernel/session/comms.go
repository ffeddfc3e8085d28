package session

// This file holds comms: two-way connections between something in the front
// end, such as a widget, and its counterpart in the kernel.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"

	"github.com/google/uuid"

	"github.com/netherfield/netherfield/kernel/wire"
)

// A CommTarget says what happens when a front end opens a comm to it.
type CommTarget struct {
	// Open makes the kernel's end of a comm. An error refuses it. It may
	// send on the comm already.
	Open func(c *Comm, m CommMessage) (CommHandler, error)
	// InOrder puts the comm's messages in the queue of cells, so that they
	// are handled after the cells that were sent before them and never
	// while one runs. Without it they are handled at once.
	InOrder bool
}

// A CommHandler is the kernel's end of one comm. Its methods are called one
// at a time. A panic in one is logged and costs only that message.
type CommHandler interface {
	// Message takes what the front end sent. The context ends when the session
	// does; in the queue of cells also when the person interrupts.
	Message(ctx context.Context, m CommMessage)
	// Closed says that the front end closed the comm; nothing follows.
	Closed(ctx context.Context, m CommMessage)
}

// A CommMessage is what one side of a comm sends to the other. Data and
// Metadata must encode as JSON objects; nil is an empty one. In received
// messages they are json.RawMessage.
type CommMessage struct {
	Data     any
	Metadata any
	Buffers  [][]byte
}

// A Comm is an open connection to something in the front end.
type Comm struct {
	comms   *comms
	id      string
	target  string
	inOrder bool
	handler CommHandler

	turn sync.Mutex // held while a message is handled

	mu     sync.Mutex
	parent *wire.Message // the message being handled; nil for none
	closed bool
}

// ID returns the comm's unique name, which both sides share.
func (c *Comm) ID() string { return c.id }

// Target returns the name of the target that the comm was opened to.
func (c *Comm) Target() string { return c.target }

// commContent is the content of comm_open, comm_msg and comm_close.
type commContent struct {
	CommID       string  `json:"comm_id"`
	TargetName   *string `json:"target_name,omitempty"`
	TargetModule *string `json:"target_module,omitempty"`
	Data         any     `json:"data"`
}

// Send sends a message to the front end. It does nothing once the comm is
// closed.
func (c *Comm) Send(m CommMessage) {
	c.mu.Lock()
	parent, closed := c.parent, c.closed
	c.mu.Unlock()
	if !closed {
		c.comms.publish(parent, "comm_msg", commContent{CommID: c.id}, m)
	}
}

// Close closes the comm from the kernel's side. Closing twice does nothing.
func (c *Comm) Close(m CommMessage) {
	if parent, ok := c.end(); ok {
		c.comms.forget(c)
		c.comms.publish(parent, "comm_close", commContent{CommID: c.id}, m)
	}
}

// end marks the comm closed. It reports false if it was closed before.
func (c *Comm) end() (parent *wire.Message, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ok = !c.closed
	c.closed = true
	return c.parent, ok
}

// handling sets the message that what the comm sends answers; nil for none.
func (c *Comm) handling(m *wire.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parent = m
}

// comms are the open comms of a session.
type comms struct {
	out     *publisher
	log     *slog.Logger
	targets map[string]CommTarget

	mu   sync.Mutex
	open map[string]*Comm
}

func newComms(targets map[string]CommTarget, out *publisher, log *slog.Logger) *comms {
	cs := &comms{out: out, log: log, targets: make(map[string]CommTarget), open: make(map[string]*Comm)}
	maps.Copy(cs.targets, targets)
	return cs
}

// OpenComm opens a comm from the kernel's side to a target that the front end
// knows. The handler takes the front end's messages, at once or, if inOrder is
// set, in the queue of cells.
func (s *Session) OpenComm(target string, inOrder bool, h CommHandler, m CommMessage) *Comm {
	c := &Comm{comms: s.comms, id: uuid.NewString(), target: target, inOrder: inOrder, handler: h}
	s.comms.remember(c)
	s.comms.publish(nil, "comm_open", commContent{CommID: c.id, TargetName: &target}, m)
	return c
}

// publish sends a comm message on iopub; without a parent it belongs to what
// owns output.
func (cs *comms) publish(parent *wire.Message, msgType string, content commContent, m CommMessage) {
	content.Data = m.Data
	if content.Data == nil {
		content.Data = struct{}{}
	}
	out := wire.Out{Type: msgType, Content: content, Metadata: m.Metadata, Buffers: m.Buffers}
	if parent == nil {
		cs.out.publishOutput(out)
		return
	}
	cs.out.publish(parent, out)
}

func (cs *comms) remember(c *Comm) (ok bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.open[c.id] != nil {
		return false
	}
	cs.open[c.id] = c
	return true
}

func (cs *comms) forget(c *Comm) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.open, c.id)
}

func (cs *comms) find(id string) *Comm {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.open[id]
}

// A commRequest is the content of a comm message from the front end.
type commRequest struct {
	CommID     string          `json:"comm_id"`
	TargetName string          `json:"target_name"`
	Data       json.RawMessage `json:"data"`
}

// received decodes a comm message.
func received(m *wire.Message) (req commRequest, msg CommMessage, err error) {
	if err = decode(m, &req); err == nil && req.CommID == "" {
		err = badRequest(m, "field %q is missing", "comm_id")
	}
	if len(req.Data) == 0 || string(req.Data) == "null" {
		req.Data = json.RawMessage("{}")
	}
	msg = CommMessage{Data: req.Data, Metadata: json.RawMessage("{}"), Buffers: m.Buffers}
	if len(m.Metadata) > 0 {
		msg.Metadata = m.Metadata
	}
	return req, msg, err
}

// wantsQueue tells whether a comm message is to be handled in the order of
// the cells.
func (cs *comms) wantsQueue(m *wire.Message) bool {
	req, _, err := received(m)
	if err != nil {
		return false
	}
	if m.Header.MsgType == "comm_open" {
		return cs.targets[req.TargetName].InOrder
	}
	c := cs.find(req.CommID)
	return c != nil && c.inOrder
}

// commInOrder handles a comm message on the execution goroutine.
func (s *Session) commInOrder(ctx context.Context, j job) {
	ctx = s.running.start(ctx)
	before := s.out.begin(j.request)
	s.out.own(j.request)
	s.comm(ctx, j.request)
	s.out.finishAs(before)
	s.running.stop()
}

// comm handles comm_open, comm_msg and comm_close. They have no reply, so
// what is wrong with one goes to the log.
func (s *Session) comm(ctx context.Context, m *wire.Message) {
	req, msg, err := received(m)
	if err == nil {
		err = s.comms.handle(ctx, m, req, msg)
	}
	if err != nil {
		s.log.Warn("comm message failed", "type", m.Header.MsgType, "comm", req.CommID, "err", err)
	}
}

func (cs *comms) handle(ctx context.Context, m *wire.Message, req commRequest, msg CommMessage) error {
	if m.Header.MsgType == "comm_open" {
		return cs.accept(m, req, msg)
	}
	c := cs.find(req.CommID)
	switch {
	case c == nil && m.Header.MsgType == "comm_msg":
		cs.refuse(m, req.CommID)
		return errors.New("no such comm is open")
	case c == nil:
		return nil // both sides closed it at the same time
	case m.Header.MsgType == "comm_msg":
		return c.take(m, func() { c.handler.Message(ctx, msg) })
	default:
		cs.forget(c)
		c.end()
		return c.take(m, func() { c.handler.Closed(ctx, msg) })
	}
}

// accept opens a comm to a target of the kernel.
func (cs *comms) accept(m *wire.Message, req commRequest, msg CommMessage) error {
	target, ok := cs.targets[req.TargetName]
	if !ok {
		cs.refuse(m, req.CommID)
		return fmt.Errorf("no comm target is named %q", req.TargetName)
	}
	c := &Comm{comms: cs, id: req.CommID, target: req.TargetName, inOrder: target.InOrder}
	var refused error
	err := c.take(m, func() {
		// Within the comm's turn, so that a message that follows on the
		// other channel waits for the handler.
		if !cs.remember(c) {
			refused = errOpenAlready
			return
		}
		c.handler, refused = target.Open(c, msg)
		if refused == nil && c.handler == nil {
			refused = errors.New("the target returned no handler")
		}
	})
	if err == nil {
		err = refused
	}
	if err == errOpenAlready {
		return err // that one stays as it is
	}
	if err != nil {
		c.handling(m)
		c.Close(CommMessage{})
	}
	return err
}

// refuse tells the front end that a comm it believes in does not exist here.
func (cs *comms) refuse(m *wire.Message, id string) {
	cs.publish(m, "comm_close", commContent{CommID: id}, CommMessage{})
}

// take handles one message of the comm; a panic becomes an error.
func (c *Comm) take(m *wire.Message, f func()) (err error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	c.handling(m)
	defer c.handling(nil)
	defer recovered(c.comms.log, m.Header.MsgType, &err)
	f()
	return nil
}

var errOpenAlready = errors.New("a comm of this id is open already")

// commInfoReply is the content of comm_info_reply.
type commInfoReply struct {
	Status string              `json:"status"`
	Comms  map[string]commInfo `json:"comms"`
}

type commInfo struct {
	TargetName string `json:"target_name"`
}

// info answers comm_info_request: the open comms, all or those of one target.
func (cs *comms) info(_ context.Context, m *wire.Message) (any, error) {
	var req struct {
		TargetName *string `json:"target_name"`
	}
	if err := decode(m, &req); err != nil {
		return nil, err
	}
	cs.mu.Lock()
	defer cs.mu.Unlock()
	reply := commInfoReply{"ok", map[string]commInfo{}}
	for id, c := range cs.open {
		if req.TargetName == nil || *req.TargetName == c.target {
			reply.Comms[id] = commInfo{c.target}
		}
	}
	return reply, nil
}
