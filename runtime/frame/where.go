package frame

// This file keeps the rows that meet a condition, and goes through rows.

import (
	"fmt"
	"iter"
	"time"
)

// Where returns the rows for which the condition is true.
func (f *Frame) Where(condition Expr) (*Frame, error) {
	mask, err := f.mask(condition)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, t := range mask {
		n += int(t & yes)
	}
	if n == f.rows {
		return f, nil
	}
	// Written without a branch: what to keep is often hard to predict.
	rows := make([]int32, n+1)
	k := 0
	for i, t := range mask {
		rows[k] = int32(i)
		k += int(t & yes)
	}
	return f.take(rows[:n:n]), nil
}

// Filter returns the rows for which keep is true. A column that keep asks for and
// that is not there, or is of another kind, is the error.
func (f *Frame) Filter(keep func(Row) bool) (out *Frame, err error) {
	defer func() {
		if v := recover(); v != nil {
			e, ok := v.(rowError)
			if !ok {
				panic(v)
			}
			out, err = nil, e.error
		}
	}()
	rows := make([]int32, 0, f.rows)
	for i := range f.rows {
		if keep(Row{f, i}) {
			rows = append(rows, int32(i))
		}
	}
	return f.take(rows), nil
}

// Rows goes through the rows, with their numbers from 0.
func (f *Frame) Rows() iter.Seq2[int, Row] {
	return func(yield func(int, Row) bool) {
		for i := range f.rows {
			if !yield(i, Row{f, i}) {
				return
			}
		}
	}
}

// A Row is one row of a frame. Its methods panic if there is no such column or if
// it is of another kind, but in [Frame.Filter], which makes an error of it; test
// with [Frame.Has] and [Frame.Schema] where names are not known.
type Row struct {
	f *Frame
	i int
}

// A rowError is what a row's methods panic with.
type rowError struct{ error }

func (e rowError) Unwrap() error { return e.error }

// Row returns row i. It is an error if there is none.
func (f *Frame) Row(i int) (Row, error) {
	if i < 0 || i >= f.rows {
		return Row{}, fmt.Errorf("frame: row %d of %d", i, f.rows)
	}
	return Row{f, i}, nil
}

// Index returns the number of the row.
func (r Row) Index() int { return r.i }

// column finds the buffers and the place in them.
func (r Row) column(name string) (*Buffers, int) {
	k := r.f.index(name)
	if k < 0 {
		panic(rowError{r.f.unknown(name)})
	}
	c := &r.f.cols[k]
	return c.data, c.at(r.i)
}

func (r Row) wrong(name string, b *Buffers, want string) {
	panic(rowError{fmt.Errorf("frame: column %q is %v, not %s", name, b.Kind, want)})
}

// String returns a value as text, as [Frame.Strings] does.
func (r Row) String(name string) string {
	b, i := r.column(name)
	if b.Kind == String {
		if b.null(i) {
			return ""
		}
		return b.text(i)
	}
	return r.f.cols[r.f.index(name)].format(r.i)
}

// Float returns a number, or a bool as 1 or 0; null is NaN.
func (r Row) Float(name string) float64 {
	b, i := r.column(name)
	switch {
	case !b.Kind.numeric():
		r.wrong(name, b, "a number")
	case b.Kind == Float64:
		return b.Floats[i]
	}
	var x [1]float64
	Column{data: b, sel: []int32{int32(i)}}.floatsInto(x[:], 1)
	return x[0]
}

// Int returns an integer; null is 0.
func (r Row) Int(name string) int {
	b, i := r.column(name)
	if b.Kind != Int64 {
		r.wrong(name, b, "int64")
	}
	if b.null(i) {
		return 0
	}
	return int(b.Ints[i])
}

// Bool returns a bool; null is false.
func (r Row) Bool(name string) bool {
	b, i := r.column(name)
	if b.Kind != Bool {
		r.wrong(name, b, "bool")
	}
	return !b.null(i) && b.bool(i)
}

// Time returns a timestamp, in UTC; null is the zero time.
func (r Row) Time(name string) time.Time {
	b, i := r.column(name)
	if b.Kind != Timestamp {
		r.wrong(name, b, "timestamp")
	}
	if b.null(i) {
		return time.Time{}
	}
	return time.UnixMicro(b.Ints[i]).UTC()
}

// IsNull tells whether a value is null.
func (r Row) IsNull(name string) bool {
	b, i := r.column(name)
	return b.null(i)
}
