package frame

// This file hands out the values of columns as slices.

import (
	"fmt"
	"math"
	"time"
)

// Strings returns the values of a column as texts, those of other kinds formatted:
// numbers with as few digits as tell them apart, times as RFC 3339 has them. A null
// is "". The texts share the column's memory.
func (f *Frame) Strings(name string) ([]string, error) {
	c, err := f.Column(name)
	if err != nil {
		return nil, err
	}
	return c.strings(), nil
}

// Floats returns the values of a column of numbers or bools (1 and 0). A null is
// NaN.
func (f *Frame) Floats(name string) ([]float64, error) {
	c, err := f.numbers(name, "Floats")
	if err != nil {
		return nil, err
	}
	out := make([]float64, c.Len())
	c.floatsInto(out, 1)
	return out, nil
}

// Ints returns the values of a column of integers or bools (1 and 0), or of floats
// that are whole. A null is an error; see [Frame.FillNull] and [Frame.DropNulls].
func (f *Frame) Ints(name string) ([]int, error) {
	c, err := f.numbers(name, "Ints")
	if err != nil {
		return nil, err
	}
	if err := c.complete("Ints"); err != nil {
		return nil, err
	}
	out := make([]int, c.Len())
	for k := range out {
		i := c.at(k)
		switch c.data.Kind {
		case Int64:
			out[k] = int(c.data.Ints[i])
		case Bool:
			if c.data.bool(i) {
				out[k] = 1
			}
		default:
			x := c.data.Floats[i]
			if x != math.Trunc(x) || x < -1<<63 || x >= 1<<63 {
				return nil, fmt.Errorf("frame: column %q, row %d: %v is no integer", name, k, x)
			}
			out[k] = int(x)
		}
	}
	return out, nil
}

// Bools returns the values of a column of bools. A null is an error; see
// [Frame.FillNull] and [Frame.DropNulls].
func (f *Frame) Bools(name string) ([]bool, error) {
	c, err := f.Column(name)
	if err != nil {
		return nil, err
	}
	if c.Kind() != Bool {
		return nil, fmt.Errorf("frame: column %q is %v, not bool", name, c.Kind())
	}
	if err := c.complete("Bools"); err != nil {
		return nil, err
	}
	out := make([]bool, c.Len())
	for k := range out {
		out[k] = c.data.bool(c.at(k))
	}
	return out, nil
}

// Times returns the values of a column of timestamps, in UTC. A null is the zero
// time.
func (f *Frame) Times(name string) ([]time.Time, error) {
	c, err := f.Column(name)
	if err != nil {
		return nil, err
	}
	if c.Kind() != Timestamp {
		return nil, fmt.Errorf("frame: column %q is %v, not timestamp", name, c.Kind())
	}
	out := make([]time.Time, c.Len())
	for k := range out {
		if i := c.at(k); !c.data.null(i) {
			out[k] = time.UnixMicro(c.data.Ints[i]).UTC()
		}
	}
	return out, nil
}

// complete returns an error if there is a null.
func (c Column) complete(what string) error {
	if c.NullCount() == 0 {
		return nil
	}
	for k := range c.Len() {
		if c.IsNull(k) {
			return fmt.Errorf("frame: column %q, row %d: %s has no null; fill it by FillNull or drop the row by DropNulls", c.name, k, what)
		}
	}
	return nil
}

func (c Column) strings() []string {
	out := make([]string, c.Len())
	if c.Kind() != String {
		for k := range out {
			out[k] = c.format(k)
		}
		return out
	}
	for k := range out {
		if i := c.at(k); !c.data.null(i) {
			out[k] = c.data.text(i)
		}
	}
	return out
}

// floatsInto writes the values of a column of numbers to every step-th element.
func (c Column) floatsInto(out []float64, step int) {
	b := c.data
	n := c.Len()
	switch b.Kind {
	case Float64:
		if c.sel == nil && step == 1 {
			copy(out, b.Floats)
			return
		}
		for k := range n {
			out[k*step] = b.Floats[c.at(k)]
		}
	case Int64:
		for k := range n {
			out[k*step] = float64(b.Ints[c.at(k)])
		}
	case Bool:
		for k := range n {
			out[k*step] = 0
			if b.bool(c.at(k)) {
				out[k*step] = 1
			}
		}
	}
	if b.Valid != nil && b.Kind != Float64 {
		for k := range n {
			if b.null(c.at(k)) {
				out[k*step] = math.NaN()
			}
		}
	}
}

// floats returns the values of a column of numbers, with NaN for nulls, perhaps
// without a copy: they must not be changed.
func (c Column) floats() []float64 {
	if c.data.Kind == Float64 && c.sel == nil {
		return c.data.Floats
	}
	out := make([]float64, c.Len())
	c.floatsInto(out, 1)
	return out
}
