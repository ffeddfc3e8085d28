package interp

// This file finds out where the main flow of a cell that does not stop is.

import (
	"runtime"
	"strconv"
	"strings"
)

// blockedIn returns the name of the package's function that the main flow
// called and that does not return, and the calls of units below it, as far as
// they can be found.
func (th *thread) blockedIn() (name string, calls []Frame) {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	prefix := goroutinePrefix + strconv.FormatUint(th.goroutine.Load(), 10) + " "
	for stack := range strings.SplitSeq(string(buf), "\n\n") {
		if strings.HasPrefix(stack, prefix) {
			return th.m.mainFlow(stack)
		}
	}
	return "", nil
}

const goroutinePrefix = "goroutine "

// goroutineID is the number that stack traces give this goroutine. Those of
// earlier cells that were left behind are told from it by that only: the
// numbers do not grow with time.
func goroutineID() uint64 {
	var buf [64]byte
	text := strings.TrimPrefix(string(buf[:runtime.Stack(buf[:], false)]), goroutinePrefix)
	number, _, _ := strings.Cut(text, " ")
	id, _ := strconv.ParseUint(number, 10, 64)
	return id
}

// mainFlow does this for the main flow's stack.
func (m *Machine) mainFlow(stack string) (name string, calls []Frame) {
	lines := strings.Split(stack, "\n")[1:]
	for i, line := range lines {
		if line == "" || line[0] == '\t' {
			continue
		}
		if strings.HasPrefix(line, interpPath) {
			break
		}
		if open := strings.LastIndexByte(line, '('); open > 0 {
			line = line[:open]
		}
		if path, function, ok := unitFunction(line); ok {
			if i+1 < len(lines) {
				if n, ok := unitLine(lines[i+1]); ok && len(calls) < MaxFrames {
					calls = append(calls, Frame{Cell: m.cellOf(path), Line: n, Func: function})
				}
			}
		} else if len(calls) == 0 && !machinery(line) && !strings.HasPrefix(line, "sync.runtime_") {
			name = line
		}
	}
	return name, calls
}

// unitLine reads a line such as "\t/cell:7 +0x25".
func unitLine(s string) (int, bool) {
	s, ok := strings.CutPrefix(s, "\t"+unitFile+":")
	if !ok {
		return 0, false
	}
	s, _, _ = strings.Cut(s, " ")
	n, err := strconv.Atoi(s)
	return n, err == nil
}
