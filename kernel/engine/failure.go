package engine

// This file says how a cell can fail while it runs.

import (
	"fmt"
	"strings"

	"github.com/netherfield/netherfield/kernel/engine/interp"
)

// A FailureKind tells why a cell failed.
type FailureKind int

// The ways a running cell fails.
const (
	Panicked    FailureKind = iota + 1 // a panic that nobody recovered
	Returned                           // an error left off at the top level
	Interrupted                        // the user stopped it
	Exited                             // os.Exit or log.Fatal
	Overflowed                         // the stack
	WorkerDied                         // the process that ran it is gone, and the session's variables with it
	Internal                           // a defect of the kernel
	OutOfMemory                        // the cell was stopped at the memory limit
)

// A Failure is why a cell failed while it ran.
type Failure struct {
	Kind FailureKind
	// Message is one line or more, as Go prints a panic or an error. That
	// of WorkerDied begins with what happened and ": ", as in "fatal error:
	// concurrent map writes".
	Message string
	// Note is a remark for the user, for example that a call goes on in
	// the background.
	Note string
	// Frames are the user's functions that were active, innermost first.
	Frames []Frame
	// Depth is the number of active functions if Frames leaves some out.
	Depth int
	// Goroutine tells that the failure was in a goroutine the cell
	// started, not in its own statements.
	Goroutine bool
}

// A Frame is a place in a cell, or, with Line 0, a compiled function.
type Frame struct {
	Cell     int
	Line     int
	Function string
}

// Error returns the message.
func (f *Failure) Error() string { return f.Message }

// String returns "cell [7] line 3 in f".
func (f Frame) String() string {
	if f.Line == 0 {
		return f.Function
	}
	s := fmt.Sprintf("cell line %d", f.Line)
	if f.Cell > 0 {
		s = fmt.Sprintf("cell [%d] line %d", f.Cell, f.Line)
	}
	if f.Function != "" && f.Function != "cell" && !strings.HasPrefix(f.Function, "cell.func") {
		s += " in " + f.Function
	}
	return s
}

// failureOf turns what the interpreter says of a failure into what crosses
// the pipe.
func failureOf(f *interp.Failure) *Failure {
	if f == nil {
		return nil
	}
	out := &Failure{Message: f.Message, Note: f.Note}
	switch f.Kind {
	case interp.Panic:
		out.Kind = Panicked
	case interp.GoroutinePanic:
		out.Kind, out.Goroutine = Panicked, true
	case interp.Error:
		out.Kind = Returned
	case interp.Interrupted:
		out.Kind = Interrupted
	case interp.Exit:
		out.Kind = Exited
	case interp.StackOverflow:
		out.Kind = Overflowed
	default:
		out.Kind = Internal
	}
	for _, fr := range f.Frames {
		out.Frames = append(out.Frames, Frame{Cell: fr.Cell, Line: fr.Line, Function: originalFunction(fr.Func)})
	}
	if f.Depth > len(f.Frames) {
		out.Depth = f.Depth
	}
	return out
}
