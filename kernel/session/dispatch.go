package session

// This file takes each request to its handler and its answer back.

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/netherfield/netherfield/kernel/wire"
)

// A handler answers one request with the content of its reply.
type handler func(ctx context.Context, m *wire.Message) (content any, err error)

// handler returns what answers a message type at once, beside a running cell;
// nil for none.
func (s *Session) handler(msgType string) handler {
	switch msgType {
	case "kernel_info_request":
		return s.kernelInfo
	case "connect_request":
		return s.connect
	case "usage_request":
		return s.usage
	case "complete_request":
		return s.complete
	case "inspect_request":
		return s.inspect
	case "is_complete_request":
		return s.isComplete
	case "history_request":
		return s.historyRequest
	case "comm_info_request":
		return s.comms.info
	case "interrupt_request":
		return s.interrupted
	}
	return nil
}

// dispatch takes a message of the shell or control channel. Both channels
// know the same messages; what differs is that a client reads the two
// independently.
func (s *Session) dispatch(ctx context.Context, m *wire.Message) {
	switch t := m.Header.MsgType; t {
	case "execute_request":
		s.enqueue(job{request: m, received: time.Now(), run: s.execute})
	case "comm_open", "comm_msg", "comm_close":
		if s.comms.wantsQueue(m) {
			s.enqueue(job{request: m, received: time.Now(), run: s.commInOrder})
			return
		}
		s.beside(m, func() { s.comm(ctx, m) })
	case "shutdown_request":
		s.finish(ending{request: m})
	case "interrupt_request":
		// Busy may have to wait for a slow front end; the cell must not.
		s.Interrupt()
		s.answer(ctx, m)
	default:
		s.answer(ctx, m)
	}
}

// answer handles a request beside the execution goroutine.
func (s *Session) answer(ctx context.Context, m *wire.Message) {
	s.beside(m, func() {
		content, err := s.handle(ctx, m)
		if !strings.HasSuffix(m.Header.MsgType, requestSuffix) {
			if err != nil {
				s.log.Warn("message dropped", "type", m.Header.MsgType, "err", err)
			}
			return
		}
		if err != nil {
			s.log.Warn("request failed", "type", m.Header.MsgType, "err", err)
			content = errorReplyOf(err)
		}
		s.reply(m, content, nil)
	})
}

// beside puts busy and idle around f.
func (s *Session) beside(m *wire.Message, f func()) {
	s.out.busy(m)
	defer s.out.idle(m)
	f()
}

// handle calls the handler of m; a panic in it becomes an error.
func (s *Session) handle(ctx context.Context, m *wire.Message) (content any, err error) {
	h := s.handler(m.Header.MsgType)
	if h == nil {
		return nil, &CellError{
			Name:    "unknown request",
			Message: fmt.Sprintf("this kernel does not know the message type %q", m.Header.MsgType),
		}
	}
	defer recovered(s.log, m.Header.MsgType, &err)
	return h(ctx, m)
}

// recovered, deferred, turns a panic into an error and a log line.
func recovered(log *slog.Logger, where string, err *error) {
	r := recover()
	if r == nil {
		return
	}
	log.Error("panic", "in", where, "value", fmt.Sprint(r), "stack", string(debug.Stack()))
	*err = &CellError{
		Name:    "internal error",
		Message: fmt.Sprintf("the kernel failed while it handled %s: %v; please report this", where, r),
	}
}

// interrupted answers an interrupt_request; dispatch has done what it asks.
func (s *Session) interrupted(context.Context, *wire.Message) (any, error) {
	return okReply{Status: "ok"}, nil
}

const requestSuffix = "_request"

// reply sends content as the reply to the request m.
func (s *Session) reply(m *wire.Message, content, metadata any) {
	out := wire.Out{
		Type:     strings.TrimSuffix(m.Header.MsgType, requestSuffix) + "_reply",
		Content:  content,
		Metadata: metadata,
	}
	if err := s.opts.Transport.Reply(m, out); err != nil {
		s.log.Warn("replying", "type", out.Type, "err", err)
	}
}
