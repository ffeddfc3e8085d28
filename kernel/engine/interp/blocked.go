package interp

// This file finds out where the main flow of a cell that does not stop is.

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
)

// blockedIn returns the name of the package's function that the main flow
// called and that does not return, and the calls of units below it, as far as
// they can be found.
func (m *Machine) blockedIn() (name string, calls []Frame) {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	latest := 0
	for _, g := range strings.Split(string(buf), "\n\n") {
		var id int
		if _, err := fmt.Sscanf(g, "goroutine %d ", &id); err != nil || id < latest {
			continue
		}
		if n, c := m.mainFlow(g); n != "" || len(c) > 0 {
			name, calls, latest = n, c, id
		}
	}
	return name, calls
}

// mainFlow does this for a goroutine's stack, if it is that of a main flow.
func (m *Machine) mainFlow(stack string) (name string, calls []Frame) {
	if !strings.Contains(stack, interpPath+"(*thread).runMain") {
		return "", nil
	}
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
