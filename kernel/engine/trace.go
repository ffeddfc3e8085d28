package engine

// This file reads what a dying Go process writes: the cause, and the calls of
// each goroutine.

import (
	"regexp"
	"strconv"
	"strings"
)

// A trace is the report that the Go runtime makes when it ends a process.
type trace struct {
	// before is text that precedes the report and is not part of it.
	before string
	// cause is what happened: "fatal error: …", "panic: …" or "SIG…: …".
	// It has more lines if the text of a panic has.
	cause string
	// inC tells that the process ran C code.
	inC bool
	// goroutines are in the runtime's order: the one that crashed first.
	goroutines []goroutine
}

// A goroutine is one of a trace's.
type goroutine struct {
	// state is "running", "chan receive", …
	state string
	// calls are the innermost first.
	calls []nativeCall
	// elided is how many calls the runtime left out.
	elided int
	// creator is the function with the go statement.
	creator string
}

// A nativeCall is a compiled function that was active.
type nativeCall struct {
	function string // as in "strings.Map" or "cell/5f0c8a1b.(*T).m"
	file     string
	line     int
}

var (
	goroutineHead = regexp.MustCompile(`^goroutine \d+ .*\[(.*)\]:$`)
	elidedCalls   = regexp.MustCompile(`^\.\.\.(\d+) frames elided\.\.\.$`)
	signalCause   = regexp.MustCompile(`^SIG[A-Z0-9+]+: `)
	traceCreator  = regexp.MustCompile(`^created by (.*?)(?: in goroutine \d+)?$`)
	cellType      = regexp.MustCompile(`\bcell/[0-9A-Za-z]+\.`)
)

// readTrace finds the report of a dying Go process in text. It reports false
// if there is none.
func readTrace(text string) (trace, bool) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	cause, calls := causeLine(lines)
	if cause < 0 {
		return trace{}, false
	}
	start := cause
	for start > 0 && isPrelude(lines[start-1]) {
		start--
	}
	var t trace
	if start > 0 {
		t.before = strings.Join(lines[:start], "\n") + "\n"
	}
	t.cause = causeText(lines[start:calls], cause-start)
	for _, l := range lines[cause:calls] {
		if l == "signal arrived during cgo execution" {
			t.inC = true
		}
	}
	t.readGoroutines(lines[calls:])
	return t, true
}

// causeLine returns the line that says why the process ends, and where the
// calls begin after it. Text of the cell can look like either; only a cause
// that calls follow, or that nothing at all follows, is one.
func causeLine(lines []string) (cause, calls int) {
	cause = -1
	for i, l := range lines {
		switch {
		case isCause(l):
			cause = i
		case cause >= 0 && (l == "runtime stack:" || goroutineHead.MatchString(l)):
			return cause, i
		}
	}
	// No calls at all: the runtime had no memory left for them, say.
	if cause >= 0 && strings.HasPrefix(lines[cause], "fatal error: ") && strings.TrimSpace(strings.Join(lines[cause+1:], "")) == "" {
		return cause, len(lines)
	}
	return -1, 0
}

func isCause(line string) bool {
	return strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "panic: ") ||
		strings.HasPrefix(line, "fatal: ") || signalCause.MatchString(line)
}

// isPrelude tells whether a line before the cause belongs to it.
func isPrelude(line string) bool {
	return strings.HasPrefix(line, "runtime: ") || strings.HasPrefix(line, "unexpected fault address ")
}

// causeText returns lines[at] with those that go on with it, and with what the
// runtime said before, in brackets.
func causeText(lines []string, at int) string {
	text := []string{lines[at]}
	for _, l := range lines[at+1:] {
		// The runtime indents what follows the first line of a panic.
		rest, ok := strings.CutPrefix(l, "\t")
		if !ok {
			break
		}
		text = append(text, rest)
	}
	s := plainNames(strings.Join(text, "\n"))
	if at > 0 {
		before := strings.TrimPrefix(lines[0], "runtime: ")
		if what := strings.TrimPrefix(s, "fatal error: "); strings.HasPrefix(before, what) {
			return "fatal error: " + before // "out of memory: cannot allocate …"
		}
		s += " (" + before + ")"
	}
	return s
}

// readGoroutines reads the calls.
func (t *trace) readGoroutines(lines []string) {
	var g *goroutine
	for i, l := range lines {
		if m := goroutineHead.FindStringSubmatch(l); m != nil {
			state, _, _ := strings.Cut(m[1], ",")
			t.goroutines = append(t.goroutines, goroutine{state: state})
			g = &t.goroutines[len(t.goroutines)-1]
			continue
		}
		if l == "" {
			g = nil
		}
		if g == nil {
			continue
		}
		if m := elidedCalls.FindStringSubmatch(l); m != nil {
			g.elided, _ = strconv.Atoi(m[1])
			continue
		}
		if i+1 == len(lines) {
			break
		}
		file, line, ok := placeOf(lines[i+1])
		if !ok {
			continue
		}
		if m := traceCreator.FindStringSubmatch(l); m != nil {
			g.creator = m[1]
			continue
		}
		if open := strings.LastIndexByte(l, '('); open > 0 && strings.HasSuffix(l, ")") {
			g.calls = append(g.calls, nativeCall{function: l[:open], file: file, line: line})
		}
	}
}

// placeOf reads a line such as "\t/cell:7 +0x25 fp=0x3e7 sp=0x3e7 pc=0x47a".
func placeOf(s string) (file string, line int, ok bool) {
	s, ok = strings.CutPrefix(s, "\t")
	if !ok {
		return "", 0, false
	}
	for _, end := range []string{" +0x", " fp=0x"} {
		if i := strings.LastIndex(s, end); i >= 0 {
			s = s[:i]
		}
	}
	colon := strings.LastIndexByte(s, ':')
	if colon < 0 {
		return "", 0, false
	}
	line, err := strconv.Atoi(s[colon+1:])
	if err != nil || line < 0 {
		return "", 0, false
	}
	return s[:colon], line, true
}

// crashed returns the goroutine that ended the process; nil if that is not
// known.
func (t *trace) crashed() *goroutine {
	if len(t.goroutines) == 0 {
		return nil
	}
	switch first := &t.goroutines[0]; {
	case first.state == "running", first.state == "syscall":
		return first
	case strings.HasSuffix(t.cause, "deadlock!"):
		return first // the main one; they all wait
	}
	return nil
}

// maxOverflowFrames is how many calls of an endless recursion are shown.
const maxOverflowFrames = 5

// failure describes the death for the user: only the calls of functions that
// cells declare, and of the packages' functions that those called. number
// tells the cell of a unit.
func (t *trace) failure(number func(unit string) int) *Failure {
	f := &Failure{Kind: WorkerDied, Message: t.cause}
	if t.inC {
		f.Message += " (in C code)"
	}
	g := t.crashed()
	if g == nil {
		return f
	}
	f.Goroutine = g.creator != "" && !ofKernel(g.creator)
	for i, c := range g.calls {
		if unit, name, ok := ofCell(c.function); ok {
			if c.file == "/cell" {
				f.Frames = append(f.Frames, Frame{Cell: number(unit), Line: c.line, Function: name})
			}
		} else if calledByUser(g.calls[i:]) {
			f.Frames = append(f.Frames, Frame{Function: packageFunction(c.function)})
		}
	}
	if g.elided > 0 {
		f.Depth = len(f.Frames) + g.elided
		f.Frames = f.Frames[:min(len(f.Frames), maxOverflowFrames)]
	}
	return f
}

// ofCell takes the function of a unit apart: its import path, and its name as
// the user wrote it.
func ofCell(function string) (unit, name string, ok bool) {
	at := cellType.FindStringIndex(function)
	if at == nil || at[0] != 0 {
		return "", "", false
	}
	unit, name = function[:at[1]-1], function[at[1]:]
	name = strings.ReplaceAll(name, "[...]", "")
	if rest, ok := strings.CutPrefix(name, "ꞑbody"); ok && (rest == "" || rest[0] == '.') {
		name = "cell" + rest // what the interpreter calls a cell's statements
	}
	if rest, ok := strings.CutPrefix(name, "init"); ok && (rest == "" || rest[0] == '.') {
		name = "cell" + rest
	}
	if rest, ok := strings.CutPrefix(name, "glob."); ok {
		name = "cell" + rest
	}
	return unit, plainNames(name), true
}

// plainNames takes away what the kernel adds to the names of cells.
func plainNames(s string) string {
	return strings.NewReplacer("ꞑ", "", "Ꞑ", "").Replace(cellType.ReplaceAllString(s, ""))
}

// kernelPath is the import path that the kernel's packages have in common.
const kernelPath = "github.com/netherfield/netherfield/kernel/"

func ofKernel(function string) bool { return strings.HasPrefix(function, kernelPath) }

// ofMachinery tells whether a function is how Go or the kernel works, rather
// than something that a cell calls.
func ofMachinery(function string) bool {
	if ofKernel(function) || strings.HasPrefix(function, "_cgo") || strings.Contains(function, "._Cfunc_") || !strings.Contains(function, ".") {
		return true
	}
	for _, p := range []string{"runtime.", "runtime/", "internal/", "reflect."} {
		if strings.HasPrefix(function, p) {
			return true
		}
	}
	return false
}

// calledByUser tells whether calls[0] is a package's function that a cell
// calls: a compiled cell, or the interpreter, which does it by reflection.
func calledByUser(calls []nativeCall) bool {
	if ofMachinery(calls[0].function) {
		return false
	}
	for _, c := range calls[1:] {
		if _, _, ok := ofCell(c.function); ok {
			return true
		}
		if strings.HasPrefix(c.function, kernelPath+"engine/interp.") {
			return true
		}
		if !strings.HasPrefix(c.function, "reflect.") && !strings.HasPrefix(c.function, "runtime.") {
			return false
		}
	}
	return false
}

// packageFunction shortens "github.com/a/b.F[...]" to "b.F".
func packageFunction(function string) string {
	function = strings.ReplaceAll(function, "[...]", "")
	return originalFunction(plainNames(function))
}
