package engine

// This file connects the widgets of a session with the front end: what they send
// goes the way of a cell's output, and what the front end sends is taken by a
// program that the worker runs as it runs a cell, so that a function that hears of
// a change can print, fail and be interrupted.

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/netherfield/netherfield/display/widget"
	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/ir"
)

// receiver is the number of the program that takes messages, which is no cell
// of the user's.
const receiver = -1

// receive returns the program that takes a message.
var receive = sync.OnceValues(func() ([]byte, error) {
	front := cell.New(cell.Opts{Packages: Packages()})
	c, err := front.Prepare(receiver, "widget.Receive()")
	if err != nil {
		return nil, err
	}
	return ir.Encode(c.Program), nil
})

// Comm has the session's widgets take a message of the front end, with what hears of
// it. The error is nil, *Failure or says that there is no worker. A message that
// comes after the widget's process has ended is lost with it.
func (e *Engine) Comm(ctx context.Context, m widget.Message, out Output) error {
	program, err := receive()
	if err != nil {
		return err
	}
	x := e.eras.current()
	rep, err := e.do(ctx, order{Kind: orderRun, Program: program, Silent: true, Comm: &m, era: x}, out)
	if errors.Is(err, errStale) {
		return nil
	}
	if rep.Failure != nil {
		rep.Failure.Frames = slices.DeleteFunc(rep.Failure.Frames, func(f Frame) bool { return f.Cell == receiver })
	}
	return first(err, rep)
}

// comms are the comms that a worker has opened.
type comms struct {
	mu  sync.Mutex
	ids []string
}

// note takes note of what the worker sends.
func (c *comms) note(m widget.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch m.Type {
	case widget.Open:
		c.ids = append(c.ids, m.ID)
	case widget.Close:
		c.ids = slices.DeleteFunc(c.ids, func(id string) bool { return id == m.ID })
	}
}

// close closes what a worker has left open.
func (c *comms) close(send func(widget.Message)) {
	c.mu.Lock()
	ids := c.ids
	c.ids = nil
	c.mu.Unlock()
	for _, id := range ids {
		send(widget.Message{Type: widget.Close, ID: id})
	}
}

// A widgetHost is the worker's end.
type widgetHost struct {
	w *worker

	mu      sync.Mutex
	request string
	message widget.Message
}

// serve takes note of what a program runs for.
func (h *widgetHost) serve(o order) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.request = o.Request
	if o.Comm != nil {
		h.message = *o.Comm
	}
}

// Send implements [widget.Host]. It waits until the kernel has taken the message; if
// it cannot any more, the process is about to end.
func (h *widgetHost) Send(m widget.Message) { h.w.ask(report{Kind: reportComm, Comm: &m}) }

// Request implements [widget.Host].
func (h *widgetHost) Request() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.request
}

// Next implements [widget.Host].
func (h *widgetHost) Next() widget.Message {
	h.mu.Lock()
	defer h.mu.Unlock()
	m := h.message
	h.message = widget.Message{}
	return m
}
