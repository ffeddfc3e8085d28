package cell

// This file holds what the front end says of a cell it cannot accept.

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// A Diagnostic is one error with its place in the cell.
type Diagnostic struct {
	// Line and Column count from 1; Column counts Unicode code points.
	Line, Column int
	// Source is the line itself.
	Source string
	// Message is the error as the Go compiler words it.
	Message string

	offset int
}

// String returns line:column: message.
func (d Diagnostic) String() string {
	return fmt.Sprintf("%d:%d: %s", d.Line, d.Column, d.Message)
}

// Diagnostics are all the errors of a cell, in the order of their places.
type Diagnostics []Diagnostic

// Error returns the errors, a line each.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

// A Refusal says that a valid cell has a construct that this kernel cannot
// run yet.
type Refusal struct {
	Diagnostic
}

// Error returns line:column: message.
func (r *Refusal) Error() string { return r.Diagnostic.String() }

// diagnose makes the diagnostic for byte offset off of src.
func diagnose(src string, off int, msg string) Diagnostic {
	off = max(0, min(off, len(src)))
	start := strings.LastIndexByte(src[:off], '\n') + 1
	line := src[start:]
	if end := strings.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	return Diagnostic{
		Line:    1 + strings.Count(src[:off], "\n"),
		Column:  1 + utf8.RuneCountInString(src[start:off]),
		Source:  strings.TrimRight(line, "\r"),
		Message: msg,
		offset:  off,
	}
}

// tidy sorts by place and drops repetitions: the same message at the same
// place, and all but the first syntax error of a line.
func (ds Diagnostics) tidy() Diagnostics {
	sort.SliceStable(ds, func(i, j int) bool { return ds[i].offset < ds[j].offset })
	var out Diagnostics
	for _, d := range ds {
		if n := len(out); n > 0 {
			prev := out[n-1]
			if prev.offset == d.offset && prev.Message == d.Message {
				continue
			}
			if prev.Line == d.Line && strings.HasPrefix(prev.Message, "syntax error") {
				continue
			}
		}
		out = append(out, d)
	}
	return out
}
