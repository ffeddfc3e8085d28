package session

// This file answers what was executed before: tail, range and search.

import (
	"cmp"
	"context"
	"os"
	"slices"
	"sync"

	"github.com/netherfield/netherfield/kernel/wire"
)

// historyLimit is how many cells are kept.
const historyLimit = 10_000

// defaultTail is how many cells a tail request without a number gets.
const defaultTail = 10

// A History is the cells that were executed, in this session and, if it has a
// file, in earlier and concurrent ones. Sessions are numbered upwards; within
// one, lines are numbered as in the prompt. The zero value is an empty history
// in memory, whose session has the number 1. Its methods may be called by
// several goroutines; kernels that run at the same time share a file.
type History struct {
	mu      sync.Mutex
	path    string   // "" in memory
	file    *os.File // nil in memory and after Close
	session int      // 0 stands for 1
	own     []Entry  // of this session
	damaged int
}

// An Entry is one executed cell.
type Entry struct {
	Session int
	Line    int
	Input   string
}

// Session returns the number of the current session.
func (h *History) Session() int { return max(1, h.session) }

// Damaged returns how many lines of the file are no history. Opening a file
// looks only at how a line begins and ends; the first query decodes it all.
func (h *History) Damaged() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.damaged
}

// Add appends a cell of the current session. The error says that it could not
// be written to the file; in memory it is kept all the same.
func (h *History) Add(line int, input string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := Entry{h.Session(), line, input}
	h.own = append(h.own, e)
	if len(h.own) > 2*historyLimit {
		h.own = slices.Clone(h.own[len(h.own)-historyLimit:])
	}
	return h.save(e)
}

// Tail returns the last n cells, oldest first, across sessions. The error says
// that the file could not be read; the cells of this session come all the
// same. That holds for Range and Search too.
func (h *History) Tail(n int) ([]Entry, error) {
	all, err := h.entries()
	return newest(all, n), err
}

// Range returns the lines from start up to, not including, stop of a session:
// 0 is the current one, -1 the one before it. Negative lines count back from
// the session's end; a stop of 0 is its end.
func (h *History) Range(session, start, stop int) ([]Entry, error) {
	if session <= 0 {
		session += h.Session()
	}
	all, err := h.entries()
	all = slices.DeleteFunc(all, func(e Entry) bool { return e.Session != session })
	end := 1
	if len(all) > 0 {
		end = all[len(all)-1].Line + 1
	}
	if start < 0 {
		start += end
	}
	if stop <= 0 {
		stop += end
	}
	return slices.DeleteFunc(all, func(e Entry) bool { return e.Line < start || e.Line >= stop }), err
}

// Search returns the cells that match a pattern as a whole, oldest first: * is
// any text, ? any code point, [a-z] one of a class. Of more than n it returns the last n; n = 0
// means all. With unique, of equal cells only the last one comes.
func (h *History) Search(pattern string, n int, unique bool) ([]Entry, error) {
	all, err := h.entries()
	found := slices.DeleteFunc(all, func(e Entry) bool { return !globMatch(pattern, e.Input) })
	if unique {
		last := make(map[string]Entry, len(found))
		for _, e := range found {
			last[e.Input] = e
		}
		found = slices.DeleteFunc(found, func(e Entry) bool { return last[e.Input] != e })
	}
	if n > 0 {
		found = newest(found, n)
	}
	return found, err
}

// newest returns the last n entries.
func newest(all []Entry, n int) []Entry {
	return all[max(0, len(all)-max(0, n)):]
}

// entries returns a new slice of everything there is, by session and line.
func (h *History) entries() ([]Entry, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	saved, err := h.load()
	all := slices.DeleteFunc(saved, func(e Entry) bool { return e.Session == h.Session() })
	all = append(all, h.own...)
	slices.SortStableFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Session, b.Session), cmp.Compare(a.Line, b.Line))
	})
	return newest(all, historyLimit), err
}

// historyReply is the content of history_reply.
type historyReply struct {
	Status  string  `json:"status"`
	History [][]any `json:"history"`
}

// historyRequest answers history_request.
func (s *Session) historyRequest(_ context.Context, m *wire.Message) (any, error) {
	var req struct {
		Output  bool   `json:"output"`
		Raw     bool   `json:"raw"` // the same: a cell is stored as it was sent
		Access  string `json:"hist_access_type"`
		Session int    `json:"session"`
		Start   int    `json:"start"`
		Stop    int    `json:"stop"`
		N       *int   `json:"n"`
		Pattern string `json:"pattern"`
		Unique  bool   `json:"unique"`
	}
	if err := decode(m, &req); err != nil {
		return nil, err
	}
	if req.N != nil && *req.N < 0 {
		return nil, badRequest(m, "field %q must not be negative, and is %d", "n", *req.N)
	}
	var found []Entry
	var err error
	switch req.Access {
	case "tail":
		found, err = s.history.Tail(orElse(req.N, defaultTail))
	case "range":
		found, err = s.history.Range(req.Session, req.Start, req.Stop)
	case "search":
		found, err = s.history.Search(req.Pattern, orElse(req.N, 0), req.Unique)
	default:
		return nil, badRequest(m, "field %q must be \"tail\", \"range\" or \"search\", not %q", "hist_access_type", req.Access)
	}
	if err != nil {
		s.log.Warn("reading history", "err", err)
	}
	reply := historyReply{Status: "ok", History: make([][]any, len(found))}
	for i, e := range found {
		var input any = e.Input
		if req.Output {
			input = [2]any{e.Input, nil}
		}
		reply.History[i] = []any{e.Session, e.Line, input}
	}
	return reply, nil
}
