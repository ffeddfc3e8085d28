package session

// This file holds the contract between a session and whatever runs its cells.

import (
	"context"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/display/widget"
)

// An Evaluator runs the cells of one session and answers questions about
// code. Execute, Evaluate and Comm are called by one goroutine at a time; the other
// methods may be called at any time, also while a cell runs.
type Evaluator interface {
	// Execute runs one cell and returns when the cell and all its output,
	// including what child processes still had in their pipes, are done.
	// Cancelling ctx interrupts the cell.
	Execute(ctx context.Context, cell Cell, out Output) Outcome
	// Evaluate computes one expression for user_expressions, without
	// output and without touching the session's names.
	Evaluate(ctx context.Context, expr string) (display.Bundle, *CellError)
	// Comm has the program take a message of a comm that its widgets opened, or
	// of one by which a front end asks for all widgets. Cancelling ctx interrupts
	// what hears of it.
	Comm(ctx context.Context, m widget.Message, out Output) *CellError
	// Interrupt stops the running cell, if there is one.
	Interrupt()
	// Complete lists what may stand at byte offset cursor of code.
	Complete(code string, cursor int) Completion
	// Inspect describes the name at byte offset cursor of code. Detail 1
	// asks for the source too. It reports false if there is nothing to say.
	Inspect(code string, cursor, detail int) (display.Bundle, bool)
	// IsComplete tells whether code can be run as it stands.
	IsComplete(code string) Completeness
	// Status tells how the evaluator is doing.
	Status() Status
	// Close ends the evaluator and everything it started.
	Close() error
}

// A Status is how an evaluator is doing, for status bars. It goes into usage_reply.
type Status struct {
	// Tier is how the last Go cell ran, "interpreted" or "compiled", and Why the reason; ""
	// before the first one.
	Tier string `json:"tier"`
	Why  string `json:"why"`
	// Compiler is why cells cannot be compiled; "" if they can.
	Compiler string `json:"compiler"`
	// Memory is what the process that runs the cells has, in bytes, and MemoryLimit what it
	// may have, 0 without a limit.
	Memory      int64 `json:"memory"`
	MemoryLimit int64 `json:"memory_limit"`
	// Cache is what compiled cells take on disk, in bytes, and CacheLimit what they may take.
	Cache      int64 `json:"cache"`
	CacheLimit int64 `json:"cache_limit"`
}

// A Cell is one execute_request as the evaluator sees it.
type Cell struct {
	// Code is the cell's text.
	Code string
	// Count is the number shown in the prompt, In[Count].
	Count int
	// Silent asks for no result; the evaluator need not build one.
	Silent bool
}

// An Output takes what a cell shows while it runs. Its methods may be called
// by several goroutines; each call is in order with the others of its caller.
type Output interface {
	// Stream appends text to "stdout" or "stderr".
	Stream(name string, text []byte)
	// Display shows a bundle; a non-empty displayID lets a later call
	// with update replace every display of that id.
	Display(b display.Bundle, displayID string, update bool)
	// Clear removes the cell's output, at once or, with wait, when the
	// next output arrives.
	Clear(wait bool)
	// Input asks the person at the front end for a line. It fails if the
	// front end does not allow it or the cell is interrupted.
	Input(ctx context.Context, prompt string, password bool) (string, error)
	// Comm sends a message of a comm that the program opens, talks on or closes.
	Comm(m widget.Message)
	// Request returns the id of the request that runs.
	Request() string
}

// An Outcome is how a cell ended.
type Outcome struct {
	// Result is the value of the cell's last expression; nil for none.
	Result *display.Bundle
	// Err is why the cell failed; nil if it did not.
	Err *CellError
	// Payloads are shown apart from the output, for example in a pager.
	Payloads []Payload
}

// A CellError is what a failing cell reports.
type CellError struct {
	// Name is the kind of error, for example "compile error".
	Name string
	// Message is the error in one line.
	Message string
	// Traceback holds the lines a person reads; it may carry ANSI colours.
	Traceback []string
}

// Error returns the name and the message.
func (e *CellError) Error() string { return e.Name + ": " + e.Message }

// A Payload asks the front end for something beside showing output.
type Payload struct {
	// Source is "page" for text in a pager or "set_next_input" for the
	// text of a new cell.
	Source string
	// Data is what a "page" payload shows.
	Data display.Bundle
	// Text is the text of a "set_next_input" payload.
	Text string
}

// A Completion lists what may replace Code[Start:End] of a complete request.
type Completion struct {
	// Start and End are byte offsets into the request's code.
	Start, End int
	Matches    []Match
}

// A Match is one item of a completion list.
type Match struct {
	// Text replaces the completed range.
	Text string
	// Kind is what the front end draws an icon for: "function", "method",
	// "field", "variable", "constant", "type", "package", "keyword",
	// "command" or "path".
	Kind string
	// Signature is the type or signature shown beside the text.
	Signature string
}

// Completeness answers an is_complete_request.
type Completeness struct {
	// Status is "complete", "incomplete" or "invalid".
	Status string
	// Indent is what an incomplete cell's next line should begin with.
	Indent string
}
