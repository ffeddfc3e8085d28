package evaluator

// This file words what went wrong, for a person.

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/engine"
	"github.com/netherfield/netherfield/kernel/session"
)

// ANSI colours of a traceback.
const (
	red   = "\x1b[31m"
	bold  = "\x1b[1m"
	faint = "\x1b[2m"
	plain = "\x1b[0m"
)

// explain turns an error of a cell into what the front end shows.
func (ev *Evaluator) explain(number int, err error) *session.CellError {
	if r, ok := asError[*replayError](err); ok {
		e := ev.explain(r.cell.number, r.err)
		e.Traceback = append(e.Traceback, r.remark())
		return e
	}
	if ds, ok := asError[cell.Diagnostics](err); ok {
		return ev.compileError(number, ds)
	}
	if r, ok := asError[*cell.Refusal](err); ok {
		e := ev.compileError(number, cell.Diagnostics{r.Diagnostic})
		e.Name = "cannot run"
		return e
	}
	if f, ok := asError[*engine.Failure](err); ok {
		return ev.failure(f)
	}
	if c, ok := asError[*commandError](err); ok {
		return &session.CellError{Name: "command error", Message: c.msg, Traceback: []string{
			headline("command error", c.msg), faint + place(number, c.line, 0) + plain, quote(c.line, c.source),
		}}
	}
	return &session.CellError{Name: "error", Message: err.Error(), Traceback: []string{headline("error", err.Error())}}
}

func headline(name, msg string) string { return red + bold + name + ": " + plain + red + msg + plain }

// place returns "cell [3]:2:5".
func place(number, line, column int) string {
	s := fmt.Sprintf("cell:%d", line)
	if number > 0 {
		s = fmt.Sprintf("cell [%d]:%d", number, line)
	}
	if column > 0 {
		s += fmt.Sprintf(":%d", column)
	}
	return s
}

// quote returns a source line with its number.
func quote(line int, source string) string {
	return fmt.Sprintf("%s%4d |%s %s", faint, line, plain, expand(source))
}

// expand replaces tabs, so that a caret below stands where it should.
func expand(s string) string { return strings.ReplaceAll(s, "\t", "    ") }

func (ev *Evaluator) compileError(number int, ds cell.Diagnostics) *session.CellError {
	e := &session.CellError{Name: "compile error", Message: ds[0].String()}
	for _, d := range ds {
		msg, more, _ := strings.Cut(d.Message, "\n")
		e.Traceback = append(e.Traceback, bold+place(number, d.Line, d.Column)+": "+plain+red+msg+plain)
		if more != "" {
			e.Traceback = append(e.Traceback, more)
		}
		before := d.Source
		if runes := []rune(d.Source); d.Column-1 <= len(runes) {
			before = string(runes[:d.Column-1])
		}
		e.Traceback = append(e.Traceback, quote(d.Line, d.Source),
			faint+"     |"+plain+strings.Repeat(" ", 1+utf8.RuneCountInString(expand(before)))+red+"^"+plain)
	}
	if n := len(ds); n > 1 {
		e.Message += fmt.Sprintf(" (and %d more)", n-1)
	}
	return e
}

var failureNames = map[engine.FailureKind]string{
	engine.Panicked:    "panic",
	engine.Returned:    "error",
	engine.Interrupted: "interrupted",
	engine.Exited:      "exit",
	engine.OutOfMemory: "out of memory",
	engine.Overflowed:  "stack overflow",
	engine.Internal:    "kernel defect",
}

// sameFrames is how many equal frames in a row are shown before the rest is
// only counted, maxFrames how many frames in all.
const (
	sameFrames = 3
	maxFrames  = 20
)

// frames words a traceback, innermost call first.
func (ev *Evaluator) frames(f *engine.Failure) (lines []string) {
	depth := max(f.Depth, len(f.Frames))
	shown := 0
	for i := 0; i < len(f.Frames); {
		if shown >= maxFrames {
			return append(lines, fmt.Sprintf("%s… %d more calls%s", faint, depth-i, plain))
		}
		fr := f.Frames[i]
		n := 1
		for i+n < len(f.Frames) && f.Frames[i+n] == fr {
			n++
		}
		for range min(n, sameFrames) {
			shown++
			lines = append(lines, bold+fr.String()+plain)
			if src := ev.source(fr.Cell, fr.Line); src != "" {
				lines = append(lines, quote(fr.Line, src))
			}
		}
		if i += n; n > sameFrames {
			if i == len(f.Frames) {
				n += depth - len(f.Frames)
			}
			lines = append(lines, fmt.Sprintf("%s… %d more calls like this%s", faint, n-sameFrames, plain))
		} else if i == len(f.Frames) && depth > len(f.Frames) {
			lines = append(lines, fmt.Sprintf("%s… %d more calls%s", faint, depth-len(f.Frames), plain))
		}
	}
	return lines
}

func (ev *Evaluator) failure(f *engine.Failure) *session.CellError {
	name := failureNames[f.Kind]
	msg := strings.TrimPrefix(f.Message, name+": ")
	if f.Kind == engine.Overflowed {
		msg = fmt.Sprintf("%d calls within one another", max(f.Depth, len(f.Frames)))
	}
	if f.Kind == engine.WorkerDied {
		// Its message says what happened, before the colon.
		var ok bool
		if name, msg, ok = strings.Cut(f.Message, ": "); !ok {
			msg = name
		}
	}
	e := &session.CellError{Name: name, Message: msg}
	head := headline(name, msg)
	if msg == name {
		head = red + bold + name + plain
	}
	if f.Goroutine {
		head += " (in a goroutine)"
	}
	e.Traceback = append([]string{head}, ev.frames(f)...)
	if f.Note != "" {
		e.Traceback = append(e.Traceback, f.Note)
	}
	return e
}
