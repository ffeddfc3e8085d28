package session

// This file asks the person at the front end for a line of input.

import (
	"context"
	"errors"
	"sync"

	"github.com/netherfield/netherfield/kernel/wire"
)

// inputRequest is the content of input_request.
type inputRequest struct {
	Prompt   string `json:"prompt"`
	Password bool   `json:"password"`
}

// A prompter matches input_reply messages to the one prompt that may be open.
type prompter struct {
	// slot holds a token while a prompt is open.
	slot chan struct{}

	mu     sync.Mutex
	client string // whose reply is awaited
	answer chan *wire.Message
}

func newPrompter() *prompter {
	return &prompter{slot: make(chan struct{}, 1)}
}

// Input implements [Output]. Prompts of several goroutines come one after the
// other.
func (o *cellOutput) Input(ctx context.Context, prompt string, password bool) (string, error) {
	if !o.allowInput {
		return "", errors.New("this front end does not allow input (allow_stdin is false): run the cell in one that does, or read from somewhere else")
	}
	p := o.session.input
	select {
	case p.slot <- struct{}{}:
		defer func() { <-p.slot }()
	case <-ctx.Done():
		return "", noInput(ctx)
	case <-o.ctx.Done():
		return "", noInput(o.ctx)
	}
	// Several cases may have been ready.
	for _, c := range []context.Context{ctx, o.ctx} {
		if c.Err() != nil {
			return "", noInput(c)
		}
	}

	answer := p.open(o.request.Header.Session)
	defer p.close()
	o.session.out.flush()
	err := o.session.opts.Transport.Ask(o.request, wire.Out{
		Type:    "input_request",
		Content: inputRequest{prompt, password},
	})
	if err != nil {
		return "", inputError{err}
	}
	select {
	case m := <-answer:
		return answered(m)
	case <-ctx.Done():
		return "", noInput(ctx)
	case <-o.ctx.Done():
		return "", noInput(o.ctx)
	}
}

// An inputError says why there is no input.
type inputError struct{ cause error }

func (e inputError) Error() string { return "no input: " + e.cause.Error() }
func (e inputError) Unwrap() error { return e.cause }

// noInput returns the error for a prompt whose context ended.
func noInput(ctx context.Context) error { return inputError{context.Cause(ctx)} }

// answered returns the line that an input_reply holds.
func answered(m *wire.Message) (string, error) {
	var reply struct {
		Status string  `json:"status"`
		Value  *string `json:"value"`
		Evalue string  `json:"evalue"`
	}
	switch err := decode(m, &reply); {
	case err != nil:
		return "", inputError{err}
	case reply.Status == "error":
		return "", inputError{errors.New("the front end answered with an error: " + reply.Evalue)}
	case reply.Value == nil:
		return "", inputError{badRequest(m, "field %q is missing", "value")}
	}
	return *reply.Value, nil
}

// open begins to wait for a reply of a client.
func (p *prompter) open(client string) <-chan *wire.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.client = client
	p.answer = make(chan *wire.Message, 1)
	return p.answer
}

// close stops waiting.
func (p *prompter) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.client, p.answer = "", nil
}

// deliver hands over a reply. It reports false if nobody waits for it.
func (p *prompter) deliver(m *wire.Message) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answer == nil || m.Header.Session != p.client {
		return false
	}
	p.answer <- m // has room: the first reply ends the wait
	p.answer = nil
	return true
}

// takeInput takes a message of the stdin channel.
func (s *Session) takeInput(_ context.Context, m *wire.Message) {
	if m.Header.MsgType != "input_reply" || !s.input.deliver(m) {
		s.log.Warn("message on stdin dropped: no prompt is open for it", "type", m.Header.MsgType)
	}
}
