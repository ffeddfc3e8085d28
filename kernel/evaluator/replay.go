package evaluator

// This file runs the session's cells again: what %replay does, and the record
// that it works from.

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/kernel/engine"
	"github.com/netherfield/netherfield/kernel/session"
)

// An execution is a cell that ran to its end without an error.
type execution struct {
	number int // in tracebacks; 0 for none
	code   string
	// pieces are those that make the session's state.
	pieces []piece
}

// String returns "cell [3]".
func (x execution) String() string {
	if x.number == 0 {
		return "a cell without a number"
	}
	return fmt.Sprintf("cell [%d]", x.number)
}

// A record is the session so far: the successful executions, oldest first.
type record struct {
	executions []execution
}

// add takes a cell whose pieces succeeded, unless none of them made state.
func (r *record) add(number int, code string, pieces []piece) {
	if len(pieces) == 0 {
		return
	}
	r.executions = append(r.executions, execution{number: number, code: code, pieces: pieces})
}

// makesState tells whether a piece is part of what the session is, rather than
// something it did to files or showed.
func (p piece) makesState() bool {
	if p.command == nil {
		return true
	}
	switch p.command.name {
	case "%cd", "%get", "%time", "%%time", "%%compile", "%%interpret":
		return true
	case "%env":
		return strings.ContainsAny(p.text, "= ")
	}
	return false
}

// within returns the executions whose numbers are in one of the ranges; all of
// them if there are no ranges.
func (r *record) within(ranges []span) (chosen []execution, err error) {
	if len(ranges) == 0 {
		return slices.Clone(r.executions), nil
	}
	for _, s := range ranges {
		if !slices.ContainsFunc(r.executions, func(x execution) bool { return x.in(s) }) {
			return nil, fmt.Errorf("there is nothing to run again in %s: %%replay list shows what there is", s)
		}
	}
	for _, x := range r.executions {
		if slices.ContainsFunc(ranges, x.in) {
			chosen = append(chosen, x)
		}
	}
	return chosen, nil
}

// A span is a range of cell numbers, its ends included.
type span struct{ first, last int }

// in tells whether a cell has a number in the range.
func (x execution) in(s span) bool { return x.number >= s.first && x.number <= s.last && x.number > 0 }

func (s span) String() string {
	if s.first == s.last {
		return strconv.Itoa(s.first)
	}
	return fmt.Sprintf("%d-%d", s.first, s.last)
}

var errSpan = errors.New("it wants the numbers of cells, such as 3-7 or 2 4 6-9")

// parseSpans reads "3-7", "2 4 6-9" or "2, 4".
func parseSpans(text string) (spans []span, err error) {
	for _, f := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		first, last, ranged := strings.Cut(f, "-")
		if !ranged {
			last = first
		}
		a, err1 := strconv.Atoi(first)
		b, err2 := strconv.Atoi(last)
		if err1 != nil || err2 != nil || a < 1 || b < a {
			return nil, errSpan
		}
		spans = append(spans, span{a, b})
	}
	return spans, nil
}

// numbers words the numbers of executions: "1-4, 7".
func numbers(list []execution) string {
	var spans []string
	var open span
	flush := func() {
		if open.first > 0 {
			spans = append(spans, open.String())
		}
		open = span{}
	}
	for _, x := range list {
		switch {
		case x.number == 0:
			flush()
			spans = append(spans, "one without a number")
		case open.first > 0 && x.number == open.last+1:
			open.last = x.number
		default:
			flush()
			open = span{x.number, x.number}
		}
	}
	flush()
	return strings.Join(spans, ", ")
}

// A replayError is why %replay stopped.
type replayError struct {
	cell execution
	err  error
	left []execution // what it did not come to
}

func (e *replayError) Error() string { return e.cell.String() + ": " + e.err.Error() }

// remark says how far %replay came.
func (e *replayError) remark() string {
	s := "%replay stopped at " + e.cell.String()
	if len(e.left) > 0 {
		s += "; not run: " + numbers(e.left)
	}
	return s + "."
}

// replay is %replay.
func (k *call) replay(p piece) error {
	what, rest, _ := strings.Cut(p.text, " ")
	list := what == "list"
	if !list {
		rest = p.text
	}
	spans, err := parseSpans(rest)
	if err != nil {
		return misuse(p, err.Error())
	}
	chosen, err := k.ev.record.within(spans)
	if err != nil {
		return commandFailed(p, err)
	}
	if list {
		b := replayList(chosen)
		k.value = &b
		return nil
	}
	for i, x := range chosen {
		if err := k.again(x); err != nil {
			return &replayError{cell: x, err: err, left: chosen[i+1:]}
		}
	}
	switch len(chosen) {
	case 0:
		k.print("There is nothing to run again.\n")
		return nil
	case 1:
		k.print("Ran 1 cell again: %s.\n", numbers(chosen))
	default:
		k.print("Ran %d cells again: %s.\n", len(chosen), numbers(chosen))
	}
	return nil
}

// again runs an execution once more. What it prints is shown, its value is not:
// it was shown before and is no part of the session's state.
func (k *call) again(x execution) error {
	sub := &call{ev: k.ev, ctx: k.ctx, cell: session.Cell{Code: x.code}, number: x.number, out: k.out}
	for _, p := range x.pieces {
		if k.ctx.Err() != nil {
			return &engine.Failure{Kind: engine.Interrupted, Message: "interrupted"}
		}
		if err := sub.piece(p); err != nil {
			return err
		}
	}
	return nil
}

// replayList shows what %replay would run.
func replayList(list []execution) display.Bundle {
	if len(list) == 0 {
		return display.Text("There is nothing to run again yet.")
	}
	var b strings.Builder
	for _, x := range list {
		head := "[-]"
		if x.number > 0 {
			head = fmt.Sprintf("[%d]", x.number)
		}
		line, more, _ := strings.Cut(strings.TrimSpace(x.code), "\n")
		const width = 70
		if r := []rune(line); len(r) > width {
			line = string(r[:width]) + "…"
		} else if more != "" {
			line += " …"
		}
		fmt.Fprintf(&b, "%5s %s\n", head, line)
	}
	return display.Text(strings.TrimRight(b.String(), "\n"))
}
