package engine

// This file words the failures that the kernel itself finds.

import (
	"fmt"
	"strings"
)

// lostState is the sentence about what a dead worker takes with it.
const lostState = "All variables and functions of the session are gone; imports are kept. A fresh worker is ready: run the cells you need again."

// deathOf makes the failure of a cell whose worker died.
func deathOf(state, trace string) *Failure {
	f := &Failure{Kind: WorkerDied, Note: lostState, Trace: trace}
	f.Message = "the worker process ended: " + state
	if first := firstLine(trace); first != "" {
		f.Message = first
	}
	return f
}

// firstLine returns the line of a Go trace that says what happened.
func firstLine(trace string) string {
	for line := range strings.Lines(trace) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "panic: ") {
			return line
		}
	}
	return ""
}

func interruption(note string) *Failure {
	return &Failure{Kind: Interrupted, Message: "interrupted", Note: note}
}

// goroutineNote is what the user reads when a goroutine of an earlier cell
// fails.
func goroutineNote(f *Failure) string {
	var b strings.Builder
	fmt.Fprintf(&b, "a goroutine of an earlier cell ended: %s\n", f.Message)
	for _, fr := range f.Frames {
		fmt.Fprintf(&b, "    %s\n", fr)
	}
	return b.String()
}
