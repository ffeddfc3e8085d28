package session

// This file runs one execute_request from busy to idle.

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/kernel/wire"
)

// burst is how long after a request the others that a front end sent with it
// may take to arrive. "Run all" sends every cell at once; if the first one
// fails at once, the reply waits that long, so that the rest is in the queue
// and can be aborted instead of running on without it.
const burst = 30 * time.Millisecond

// executeRequest is the content of execute_request.
type executeRequest struct {
	Code            *string               `json:"code"`
	Silent          bool                  `json:"silent"`
	StoreHistory    *bool                 `json:"store_history"`
	UserExpressions map[string]expression `json:"user_expressions"`
	AllowStdin      bool                  `json:"allow_stdin"`
	StopOnError     *bool                 `json:"stop_on_error"`
}

// An expression is a value of user_expressions.
type expression string

// executeReply is the content of execute_reply, without the error.
type executeReply struct {
	Status          string         `json:"status"`
	ExecutionCount  int            `json:"execution_count"`
	UserExpressions map[string]any `json:"user_expressions"`
	Payload         []any          `json:"payload"`
}

// failedExecuteReply is the content of execute_reply with an error.
type failedExecuteReply struct {
	executeReply
	errorContent
}

// executeInput is the content of execute_input.
type executeInput struct {
	Code           string `json:"code"`
	ExecutionCount int    `json:"execution_count"`
}

// executeResult is the content of execute_result.
type executeResult struct {
	ExecutionCount int `json:"execution_count"`
	mimeBundle
}

// execute runs one execute_request on the execution goroutine.
func (s *Session) execute(ctx context.Context, j job) {
	ctx = s.running.start(ctx)
	owner, aborted := s.cell(ctx, j, s.out.begin(j.request))
	s.out.finishAs(owner)
	s.running.stop()
	s.abortAll(aborted)
}

// cell runs one cell and replies. Before is what owned output until now. It
// returns what output belongs to from now on, and the requests that the cell's
// error aborts.
//
// A silent cell publishes neither its input nor its result nor an error, does
// not count and aborts nothing. What it prints or displays itself is published
// all the same: the session cannot tell it from what goroutines of earlier
// cells print, and that must not get lost. Those goroutines keep their owner,
// because a front end listens to a silent request no longer than it runs.
func (s *Session) cell(ctx context.Context, j job, before *wire.Message) (owner *wire.Message, aborted []job) {
	m := j.request
	var req executeRequest
	err := decode(m, &req)
	if err == nil && req.Code == nil {
		err = badRequest(m, "field %q is missing", "code")
	}
	if err != nil {
		s.log.Warn("request failed", "type", m.Header.MsgType, "err", err)
		s.reply(m, errorReplyOf(err), nil)
		return before, nil
	}
	owner = m
	if req.Silent {
		owner = before
	}

	started := time.Now()
	code := *req.Code
	if !req.Silent {
		if orElse(req.StoreHistory, true) {
			s.count++
			s.remember(code)
		}
		s.out.own(m, wire.Out{Type: "execute_input", Content: executeInput{code, s.count}})
	} else {
		s.out.own(m)
	}

	out := &cellOutput{session: s, request: m, ctx: ctx, allowInput: req.AllowStdin}
	outcome := s.evaluate(ctx, Cell{Code: code, Count: s.count, Silent: req.Silent}, out)
	reply := executeReply{
		Status:          "ok",
		ExecutionCount:  s.count,
		UserExpressions: map[string]any{},
		Payload:         s.payloads(outcome.Payloads),
	}
	metadata := map[string]any{"started": started.UTC().Format("2006-01-02T15:04:05.000000Z07:00")}

	if outcome.Err == nil {
		if outcome.Result != nil && !req.Silent {
			s.out.publishOutput(wire.Out{
				Type:    "execute_result",
				Content: executeResult{s.count, bundleContent(*outcome.Result)},
			})
		}
		for _, name := range slices.Sorted(maps.Keys(req.UserExpressions)) {
			reply.UserExpressions[name] = s.userExpression(ctx, req.UserExpressions[name])
		}
		s.out.finish()
		s.reply(m, reply, metadata)
		return owner, nil
	}

	failure := errorContentOf(outcome.Err)
	if !req.Silent {
		s.out.publishOutput(wire.Out{Type: "error", Content: failure})
		if orElse(req.StopOnError, true) {
			pause(ctx, time.Until(j.received.Add(burst)))
			aborted = s.queue.takeExecutes()
		}
	}
	reply.Status = "error"
	s.out.finish()
	s.reply(m, failedExecuteReply{reply, failure}, metadata)
	return owner, aborted
}

// evaluate has the evaluator run a cell. A panic in it is the cell's error.
func (s *Session) evaluate(ctx context.Context, c Cell, out Output) (o Outcome) {
	if ctx.Err() != nil {
		return Outcome{Err: &CellError{Name: "interrupted", Message: context.Cause(ctx).Error() + " before it started"}}
	}
	var err error
	defer func() {
		if err != nil {
			o = Outcome{Err: err.(*CellError)}
		}
	}()
	defer recovered(s.log, "a cell", &err)
	return s.opts.Evaluator.Execute(ctx, c, out)
}

// userExpression computes one of the request's user_expressions.
func (s *Session) userExpression(ctx context.Context, expr expression) any {
	var b display.Bundle
	var failed *CellError
	err := func() (err error) {
		defer recovered(s.log, "a user expression", &err)
		b, failed = s.opts.Evaluator.Evaluate(ctx, string(expr))
		return nil
	}()
	switch {
	case err != nil:
		return errorReplyOf(err)
	case failed != nil:
		return errorReplyOf(failed)
	default:
		return struct {
			Status string `json:"status"`
			mimeBundle
		}{"ok", bundleContent(b)}
	}
}

// remember stores a cell in history. A history that cannot be written costs
// the person nothing but the history.
func (s *Session) remember(code string) {
	if strings.TrimSpace(code) == "" {
		return
	}
	if err := s.history.Add(s.count, code); err != nil {
		s.log.Warn("storing history", "err", err)
	}
}

// payloads puts payloads in the form of execute_reply.
func (s *Session) payloads(ps []Payload) []any {
	list := []any{}
	for _, p := range ps {
		switch p.Source {
		case "page":
			list = append(list, struct {
				Source string         `json:"source"`
				Data   map[string]any `json:"data"`
				Start  int            `json:"start"`
			}{p.Source, bundleContent(p.Data).Data, 0})
		case "set_next_input":
			list = append(list, struct {
				Source  string `json:"source"`
				Text    string `json:"text"`
				Replace bool   `json:"replace"`
			}{p.Source, p.Text, false})
		default:
			s.log.Error("payload of unknown source dropped", "source", p.Source)
		}
	}
	return list
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
