package frame

// This file finds, drops and fills nulls.

import (
	"fmt"
	"slices"
)

// NullCount returns the number of nulls in a column.
func (f *Frame) NullCount(column string) (int, error) {
	c, err := f.Column(column)
	if err != nil {
		return 0, err
	}
	return c.NullCount(), nil
}

// DropNulls returns the rows without a null in the named columns; in any column, if
// none is named.
func (f *Frame) DropNulls(columns ...string) (*Frame, error) {
	cols, err := f.columns(columns)
	if err != nil {
		return nil, err
	}
	cols = slices.DeleteFunc(slices.Clone(cols), func(c Column) bool { return !c.hasNulls() })
	if len(cols) == 0 {
		return f, nil
	}
	rows := make([]int32, 0, f.rows)
	for i := range f.rows {
		if !slices.ContainsFunc(cols, func(c Column) bool { return c.IsNull(i) }) {
			rows = append(rows, int32(i))
		}
	}
	return f.take(rows), nil
}

// FillNull returns the frame with a value in place of the nulls of the named columns,
// which must be of its kind (an integer also fits floats); if none is named, of all
// columns that are.
func (f *Frame) FillNull(value any, columns ...string) (*Frame, error) {
	v := operand(value)
	l, ok := v.node.(literal)
	if !ok {
		return nil, fmt.Errorf("frame: FillNull needs a string, a number, a bool or a time, not a %T", value)
	}
	named := len(columns) > 0
	cols, err := f.columns(columns)
	if err != nil {
		return nil, err
	}
	out := f.with(slices.Clone(f.cols))
	for _, c := range cols {
		lit := l.vec
		if c.Kind() == Float64 && lit.kind == Int64 {
			lit = vec{kind: Float64, lit: true, floats: lit.asFloats()}
		}
		if c.Kind() != lit.kind {
			if named {
				return nil, fmt.Errorf("frame: column %q is %v; its nulls cannot become %v", c.name, c.Kind(), l.shape())
			}
			continue
		}
		if c.NullCount() > 0 {
			out.cols[f.index(c.name)] = c.filled(lit)
		}
	}
	return out, nil
}

func (c Column) filled(v vec) Column {
	out := newBuilder(c.Kind(), c.Len())
	for k := range c.Len() {
		i := c.at(k)
		null := c.data.null(i)
		switch c.data.Kind {
		case String:
			if null {
				out.string(v.strs[0])
			} else {
				out.string(c.data.text(i))
			}
		case Float64:
			if null {
				out.float(v.floats[0])
			} else {
				out.float(c.data.Floats[i])
			}
		case Bool:
			if null {
				out.bool(v.truth[0] == yes)
			} else {
				out.bool(c.data.bool(i))
			}
		default:
			if null {
				out.int(v.ints[0])
			} else {
				out.int(c.data.Ints[i])
			}
		}
	}
	return out.column(c.name)
}
