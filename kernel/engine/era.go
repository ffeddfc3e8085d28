package engine

// This file keeps the session's names and the worker that holds their values
// together. A worker can end at any moment; a cell that was planned for its
// names must not reach the next worker, and must not leave names behind that no
// worker knows.

import (
	"context"
	"errors"
	"sync"

	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/ir"
)

// An era is the time between two moments at which all names were forgotten.
// Its number is positive.
type era uint64

// errStale tells that all names were forgotten since a cell was planned.
var errStale = errors.New("the worker has changed since the cell was planned")

// eras count the eras of one session.
type eras struct {
	mu  sync.Mutex
	now era
}

func (s *eras) current() era {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// end ends an era with what forgets its names.
func (s *eras) end(forget func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now++
	forget()
}

// in calls f, which ends no era, if the era still lasts, and reports whether it
// does.
func (s *eras) in(x era, f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == x {
		f()
	}
	return s.now == x
}

// commit makes the names of a cell known whose statements before done were
// completed in an era. If the era is over, they are gone already.
func (e *Engine) commit(x era, c *cell.Cell, done int) {
	var dropped []int
	e.eras.in(x, func() { dropped = e.front.Commit(c, done) })
	if len(dropped) > 0 {
		e.drop(dropped)
	}
}

// runProgram has the worker of an era run a cell. The error is errStale if it
// is gone.
func (e *Engine) runProgram(ctx context.Context, x era, c *cell.Cell, out Output) (report, error) {
	return e.do(ctx, order{Kind: orderRun, Program: ir.Encode(c.Program), era: x}, out)
}
