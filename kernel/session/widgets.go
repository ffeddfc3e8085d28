package session

// This file connects the comms of the program's widgets with the evaluator.

import (
	"context"
	"encoding/json"

	"github.com/netherfield/netherfield/display/widget"
	"github.com/netherfield/netherfield/kernel/wire"
)

// Comm implements [Output].
func (o *cellOutput) Comm(m widget.Message) {
	comms, content := o.session.comms, CommMessage{Buffers: m.Buffers}
	if m.Data != nil {
		content.Data = m.Data
	}
	if m.Metadata != nil {
		content.Metadata = m.Metadata
	}
	if m.Type == widget.Open {
		c := &Comm{comms: comms, id: m.ID, target: m.Target, inOrder: true}
		c.handler = programComm{o.session, c}
		if comms.remember(c) {
			comms.publish(nil, "comm_open", commContent{CommID: c.id, TargetName: &c.target}, content)
		}
		return
	}
	c := comms.find(m.ID)
	switch {
	case c == nil: // the front end has closed it meanwhile
	case m.Type == widget.Close:
		c.Close(content)
	default:
		c.Send(content)
	}
}

// Request implements [Output].
func (o *cellOutput) Request() string { return o.request.Header.MsgID }

// A programComm is a comm whose counterpart is in the program that cells made.
type programComm struct {
	session *Session
	comm    *Comm
}

var _ CommHandler = programComm{}

// Message implements [CommHandler].
func (p programComm) Message(ctx context.Context, m CommMessage) { p.pass(ctx, widget.Tell, m) }

// Closed implements [CommHandler].
func (p programComm) Closed(ctx context.Context, m CommMessage) { p.pass(ctx, widget.Close, m) }

// pass has the program take a message. What goes wrong belongs to the output of the
// message, as the error of a cell does.
func (p programComm) pass(ctx context.Context, kind widget.MessageType, m CommMessage) {
	p.comm.mu.Lock()
	request := p.comm.parent
	p.comm.mu.Unlock()
	data, _ := m.Data.(json.RawMessage)
	msg := widget.Message{Type: kind, ID: p.comm.id, Data: data, Buffers: m.Buffers}
	err := p.session.opts.Evaluator.Comm(ctx, msg, &cellOutput{session: p.session, request: request, ctx: ctx})
	if err != nil {
		p.session.out.publishOutput(wire.Out{Type: "error", Content: errorContentOf(err)})
	}
}
