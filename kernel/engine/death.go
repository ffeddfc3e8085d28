package engine

// This file words the failures that the kernel itself finds.

import (
	"fmt"
	"strings"
	"syscall"
)

// lostState is the sentence about what a dead worker takes with it.
const lostState = "All variables and functions of the session are gone; imports are kept. A fresh worker is ready: run %replay to run the session's cells again."

// An exit is how a worker process ended.
type exit struct {
	code   int
	signal syscall.Signal // 0 if it ended by itself
	// peak is the most memory it had.
	peak int64
	// starved tells that the system has killed a process for want of
	// memory since the worker started.
	starved bool
}

// String returns "exit status 3" or "signal 9 (killed)".
func (x exit) String() string {
	if x.signal != 0 {
		return fmt.Sprintf("signal %d (%s)", int(x.signal), x.signal)
	}
	return fmt.Sprintf("exit status %d", x.code)
}

// message says what happened, for a process that left no trace: what kind of
// end it was, and how it came.
func (x exit) message(l memoryLimit) string {
	if x.signal == 0 {
		return "exit: the cell ended the process with " + x.String()
	}
	s := "killed: the process was ended by " + x.String()
	if x.signal == syscall.SIGKILL && (x.starved || l.ceiling > 0 && x.peak >= l.ceiling/5*4) {
		s += ", most likely by the system because memory ran out"
		if x.peak > 0 && l.ceiling > 0 {
			s += fmt.Sprintf(": it had used up to %s, and %s has %s", amount(x.peak), l.whose, amount(l.ceiling))
		}
	}
	return s
}

// byRuntime tells whether the Go runtime can have ended the process: only then
// are its last words a report of it.
func (x exit) byRuntime() bool { return x.code == 2 || x.signal != 0 && x.signal != syscall.SIGKILL }

// deathOf makes the failure of a cell whose worker died. What is left of its
// last words is for the user to read as it is. If the kernel killed the process
// while that was writing its report, the report is what counts.
func deathOf(x exit, killed bool, words string, l memoryLimit, number func(unit string) int) (f *Failure, rest string) {
	if t, ok := readTrace(words); ok && (killed || x.byRuntime()) {
		f = t.failure(number)
		f.Note = lostState
		if strings.Contains(t.cause, "out of memory") || strings.Contains(t.cause, "cannot allocate memory") {
			f.Note = "The system refused so much memory at once. " + lostState
		}
		return f, t.before
	}
	return &Failure{Kind: WorkerDied, Message: x.message(l), Note: lostState}, words
}

// cellOf returns the number of the cell that a unit was made of; 0 if it has
// none.
func (e *Engine) cellOf(unit string) int {
	n, _ := e.cells.Load(unit)
	number, _ := n.(int)
	return number
}

func interruption(note string) *Failure {
	return &Failure{Kind: Interrupted, Message: "interrupted", Note: note}
}

// goroutineNote is what the user reads when a goroutine of an earlier cell
// fails.
func goroutineNote(f *Failure) string {
	return "a goroutine of an earlier cell ended: " + f.Message + "\n" + framesText(f)
}

// deathNote is what the user reads when the worker dies while no cell runs.
func deathNote(f *Failure) string {
	return "between two cells: " + f.Message + "\n" + framesText(f) + f.Note + "\n"
}

func framesText(f *Failure) string {
	var b strings.Builder
	for _, fr := range f.Frames {
		fmt.Fprintf(&b, "    %s\n", fr)
	}
	return b.String()
}
