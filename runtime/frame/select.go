package frame

// This file selects rows and columns by number and name.

import (
	"fmt"
	"slices"
)

// Select returns the frame of the named columns, in the order of the names.
func (f *Frame) Select(names ...string) (*Frame, error) {
	cols := make([]Column, len(names))
	for i, name := range names {
		c, err := f.Column(name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("frame: column %q is selected twice", name)
		}
		cols[i] = c
	}
	return f.with(cols), nil
}

// Drop returns the frame without the named columns.
func (f *Frame) Drop(names ...string) (*Frame, error) {
	cols := slices.Clone(f.cols)
	for _, name := range names {
		if !f.Has(name) {
			return nil, f.unknown(name)
		}
		cols = slices.DeleteFunc(cols, func(c Column) bool { return c.name == name })
	}
	return f.with(cols), nil
}

// Rename returns the frame with another name for a column.
func (f *Frame) Rename(from, to string) (*Frame, error) {
	i := f.index(from)
	switch {
	case i < 0:
		return nil, f.unknown(from)
	case from != to && f.Has(to):
		return nil, fmt.Errorf("frame: column %q cannot become %q: there is such a column", from, to)
	}
	cols := slices.Clone(f.cols)
	cols[i].name = to
	return f.with(cols), nil
}

// With returns the frame with a column more, or with another one in place of that of
// the same name. Values are what [Values] takes, one for each row, or an [Expr],
// which is computed for each row.
func (f *Frame) With(name string, values any) (*Frame, error) {
	var c Column
	if e, ok := values.(Expr); ok {
		v, err := f.eval(e)
		if err != nil {
			return nil, err
		}
		c = v.column(name, f.rows)
	} else {
		c = Values(name, values)
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if c.Len() != f.rows && (f.rows > 0 || len(f.cols) > 0) {
		return nil, fmt.Errorf("frame: column %q has %d values for %d rows", name, c.Len(), f.rows)
	}
	out := &Frame{c.Len(), slices.Clone(f.cols)}
	if i := f.index(name); i >= 0 {
		out.cols[i] = c
	} else {
		out.cols = append(out.cols, c)
	}
	return out, nil
}

// Head returns the first n rows, or all if there are less.
func (f *Frame) Head(n int) (*Frame, error) {
	if n < 0 {
		return nil, fmt.Errorf("frame: Head of %d rows", n)
	}
	return f.part(0, min(n, f.rows)), nil
}

// Tail returns the last n rows, or all if there are less.
func (f *Frame) Tail(n int) (*Frame, error) {
	if n < 0 {
		return nil, fmt.Errorf("frame: Tail of %d rows", n)
	}
	return f.part(f.rows-min(n, f.rows), f.rows), nil
}

// Slice returns the rows from number lo, counted from 0, up to and without hi.
func (f *Frame) Slice(lo, hi int) (*Frame, error) {
	if lo < 0 || hi < lo || hi > f.rows {
		return nil, fmt.Errorf("frame: rows %d to %d of %d", lo, hi, f.rows)
	}
	return f.part(lo, hi), nil
}

func (f *Frame) part(lo, hi int) *Frame {
	if lo == 0 && hi == f.rows {
		return f
	}
	rows := make([]int32, hi-lo)
	for i := range rows {
		rows[i] = int32(lo + i)
	}
	return f.take(rows)
}

// Take returns the rows of the given numbers, counted from 0, in their order; a row
// may come more than once.
func (f *Frame) Take(rows []int) (*Frame, error) {
	sel := make([]int32, len(rows))
	for k, i := range rows {
		if i < 0 || i >= f.rows {
			return nil, fmt.Errorf("frame: row %d of %d", i, f.rows)
		}
		sel[k] = int32(i)
	}
	return f.take(sel), nil
}

// take selects rows that there are. Columns that shared a selection share the new
// one.
func (f *Frame) take(rows []int32) *Frame {
	out := &Frame{len(rows), slices.Clone(f.cols)}
	var from, to []int32 // the last selection that was composed
	for i := range out.cols {
		c := &out.cols[i]
		switch {
		case c.sel == nil:
			c.sel = rows
		case to != nil && len(c.sel) == len(from) && (len(from) == 0 || &c.sel[0] == &from[0]):
			c.sel = to
		default:
			from, to = c.sel, make([]int32, len(rows))
			for k, i := range rows {
				to[k] = from[i]
			}
			c.sel = to
		}
	}
	return out
}
