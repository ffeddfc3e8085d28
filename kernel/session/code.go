package session

// This file answers questions about code: completion, inspection, is_complete.

import (
	"context"

	"github.com/netherfield/netherfield/kernel/wire"
)

// codeRequest is what the requests about a place in code share.
type codeRequest struct {
	Code      *string `json:"code"`
	CursorPos *int    `json:"cursor_pos"`
}

// place returns the code and the byte offset of the cursor. Without a cursor
// it is the end of the code.
func (r codeRequest) place(m *wire.Message) (code string, cursor int, err error) {
	if r.Code == nil {
		return "", 0, badRequest(m, "field %q is missing", "code")
	}
	if r.CursorPos == nil {
		return *r.Code, len(*r.Code), nil
	}
	return *r.Code, byteOffset(*r.Code, *r.CursorPos), nil
}

// typedMatch is one item of the completion list as JupyterLab reads it.
type typedMatch struct {
	Start     int    `json:"start"`
	End       int    `json:"end"`
	Text      string `json:"text"`
	Type      string `json:"type"`
	Signature string `json:"signature"`
}

type completeReply struct {
	Status      string           `json:"status"`
	Matches     []string         `json:"matches"`
	CursorStart int              `json:"cursor_start"`
	CursorEnd   int              `json:"cursor_end"`
	Metadata    completeMetadata `json:"metadata"`
}

type completeMetadata struct {
	Types []typedMatch `json:"_jupyter_types_experimental"`
}

// complete answers complete_request.
func (s *Session) complete(_ context.Context, m *wire.Message) (any, error) {
	var req codeRequest
	if err := decode(m, &req); err != nil {
		return nil, err
	}
	code, cursor, err := req.place(m)
	if err != nil {
		return nil, err
	}
	c := s.opts.Evaluator.Complete(code, cursor)
	reply := completeReply{
		Status:      "ok",
		Matches:     make([]string, len(c.Matches)),
		CursorStart: codePoint(code, c.Start),
		CursorEnd:   codePoint(code, c.End),
		Metadata:    completeMetadata{make([]typedMatch, len(c.Matches))},
	}
	for i, match := range c.Matches {
		reply.Matches[i] = match.Text
		reply.Metadata.Types[i] = typedMatch{
			Start:     reply.CursorStart,
			End:       reply.CursorEnd,
			Text:      match.Text,
			Type:      match.Kind,
			Signature: match.Signature,
		}
	}
	return reply, nil
}

type inspectReply struct {
	Status string `json:"status"`
	Found  bool   `json:"found"`
	mimeBundle
}

// inspect answers inspect_request.
func (s *Session) inspect(_ context.Context, m *wire.Message) (any, error) {
	var req struct {
		codeRequest
		DetailLevel int `json:"detail_level"`
	}
	if err := decode(m, &req); err != nil {
		return nil, err
	}
	code, cursor, err := req.place(m)
	if err != nil {
		return nil, err
	}
	b, found := s.opts.Evaluator.Inspect(code, cursor, req.DetailLevel)
	return inspectReply{"ok", found, bundleContent(b)}, nil
}

type isCompleteReply struct {
	Status string  `json:"status"`
	Indent *string `json:"indent,omitempty"`
}

// isComplete answers is_complete_request. Only an incomplete cell has an
// indent, and then also an empty one counts.
func (s *Session) isComplete(_ context.Context, m *wire.Message) (any, error) {
	var req codeRequest
	if err := decode(m, &req); err != nil {
		return nil, err
	}
	code, _, err := req.place(m)
	if err != nil {
		return nil, err
	}
	c := s.opts.Evaluator.IsComplete(code)
	reply := isCompleteReply{Status: c.Status}
	if c.Status == "incomplete" {
		reply.Indent = &c.Indent
	}
	return reply, nil
}
