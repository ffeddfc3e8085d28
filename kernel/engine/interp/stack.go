package interp

// This file reads the Go stack of the running goroutine for the calls of
// compiled units, and puts them and the interpreter's calls into one order.
//
// A stack is made of levels. A level begins where compiled code calls an
// interpreted function, or with the goroutine; in it come first interpreted
// calls, then compiled ones. The interpreter knows its own calls by its
// frames, of which those that begin a level are marked, so both kinds are
// joined by counting levels.

import (
	"runtime"
	"strings"
)

// A goStack is what there is on a Go stack, the innermost first.
type goStack struct {
	// levels holds the calls of units, level by level.
	levels [][]Frame
	// callee is the package's function that the innermost call made.
	callee string
	user   int // calls of units
}

// A goCall is what one address on the stack means.
type goCall struct {
	what  string // of this package: the function's name
	user  bool
	frame Frame
	name  string // of a package's function
}

// nearStack is how much of a Go stack is read for a traceback.
const nearStack = 1 << 10

// goStack reads the stack of the caller. Unless the whole of it is wanted, it
// reads no more than a traceback shows.
//
//go:noinline
func (th *thread) goStack(whole bool) *goStack {
	s := &goStack{levels: [][]Frame{nil}}
	if !th.m.units.some.Load() && th.lost == nil {
		return s // all calls are the interpreter's
	}
	pcs := make([]uintptr, nearStack)
	n := runtime.Callers(2, pcs)
	for n == len(pcs) && (whole || th.lost != nil) {
		pcs = make([]uintptr, 4*len(pcs))
		n = runtime.Callers(2, pcs)
	}
	known := map[uintptr][]goCall{} // recursion has few addresses
	dead := 0
	previous := ""
	for _, pc := range pcs[:n] {
		calls, ok := known[pc]
		if !ok {
			calls = th.m.goCalls(pc)
			known[pc] = calls
		}
		for i := range calls {
			c := &calls[i]
			switch c.what {
			case "(*frame).leave":
				// It has recovered the panic of what lies below it,
				// unless it does so just now.
				if previous != "(*thread).caught" {
					dead++
				}
			case "(*frame).withDefers":
				dead = max(dead-1, 0)
			case "(*thread).callback":
				if dead == 0 {
					s.levels = append(s.levels, nil)
				}
			}
			previous = c.what
			if dead > 0 {
				continue
			}
			if c.user {
				if last := len(s.levels) - 1; len(s.levels[last]) < MaxFrames {
					s.levels[last] = append(s.levels[last], c.frame)
				}
				s.user++
			} else if s.user == 0 && c.name != "" && len(s.levels) == 1 {
				s.callee = c.name
			}
		}
	}
	return s
}

// goCalls says what an address on the stack means: several calls, if functions
// are inlined there.
func (m *Machine) goCalls(pc uintptr) (list []goCall) {
	frames := runtime.CallersFrames([]uintptr{pc})
	for {
		f, more := frames.Next()
		if name, ok := strings.CutPrefix(f.Function, interpPath); ok {
			list = append(list, goCall{what: name, name: standsFor[name]})
		} else if path, name, ok := unitFunction(f.Function); ok {
			if f.File == unitFile {
				list = append(list, goCall{user: true, frame: Frame{Cell: m.cellOf(path), Line: f.Line, Func: name}})
			}
		} else if !machinery(f.Function) {
			list = append(list, goCall{name: packageFunction(f.Function)})
		}
		if !more {
			return list
		}
	}
}

// unitFile is the file that the users' lines in units are of.
const unitFile = "/cell"

// unitFunction takes the name of a unit's function apart: the unit's path and
// the name as the user knows it.
func unitFunction(function string) (path, name string, ok bool) {
	rest, ok := strings.CutPrefix(function, unitPath)
	if !ok {
		return "", "", false
	}
	hash, name, ok := strings.Cut(rest, ".")
	if !ok {
		return "", "", false
	}
	name = strings.ReplaceAll(name, "[...]", "")
	for _, body := range []string{"ꞑbody", "init", "glob."} {
		if after, ok := strings.CutPrefix(name, body); ok && (after == "" || after[0] == '.') {
			name = "cell" + after
		}
	}
	if strings.HasPrefix(name, "ꞑinit_") {
		name = "init"
	}
	return unitPath + hash, plain(name), true
}

// machinery tells whether a function is how Go or the kernel works, rather
// than something that a cell calls.
func machinery(function string) bool {
	for _, p := range []string{"runtime.", "runtime/", "internal/", "reflect.", kernelPath} {
		if strings.HasPrefix(function, p) {
			return true
		}
	}
	return !strings.Contains(function, ".")
}

// packageFunction shortens "github.com/a/b.F[...]" to "b.F".
func packageFunction(function string) string {
	function = strings.ReplaceAll(function, "[...]", "")
	return function[strings.LastIndexByte(function, '/')+1:]
}

// trace returns the thread's calls, the innermost first, at most MaxFrames of
// them.
func (th *thread) trace() []Frame {
	list, _ := th.traceOf(th.goStack(false))
	return list
}

func (th *thread) traceOf(s *goStack) (list []Frame, units bool) {
	switch {
	case len(s.levels[0]) > 0 && s.callee != "":
		list = append(list, Frame{Func: s.callee})
	case len(s.levels[0]) == 0 && th.native != "":
		list = append(list, Frame{Func: plain(th.native)})
	}
	full := func() bool { return len(list) >= MaxFrames }
	f, level := th.origin(s)
	for i, calls := range s.levels {
		for _, c := range calls {
			if !full() {
				list = append(list, c)
			}
		}
		at := level
		for ; f != nil && f.fn != nil && !full() && at == level; f = f.parent {
			list = append(list, Frame{Cell: f.fn.cell, Func: f.fn.name, Line: f.line})
			// The last level has the rest: the stack may be longer.
			if f.entered && i < len(s.levels)-1 {
				level--
			}
		}
	}
	return list, s.user > 0
}

// depth returns the number of the thread's calls.
func (th *thread) depth() int {
	s := th.goStack(true)
	n := s.user
	for f, _ := th.origin(s); f != nil && f.fn != nil; f = f.parent {
		n++
	}
	return n
}

// A loss is interpreted calls that a panic left for compiled code, which
// called them, to recover.
type loss struct {
	top   *frame
	level int   // of the innermost call
	inner *loss // what came before by way of other compiled code
}

// origin returns the innermost interpreted call at the origin of what happens,
// and its level: of a panic on its way through compiled code, or of the calls
// being made.
func (th *thread) origin(s *goStack) (f *frame, level int) {
	f, level = th.top, th.level
	for l := th.lost; l != nil && l.level < len(s.levels); l = l.inner {
		// It is on the Go stack still, so nobody has recovered.
		f, level = l.top, l.level
	}
	return f, level
}
