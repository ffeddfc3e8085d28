package frame

// This file makes columns of one kind of those of another.

import (
	"fmt"
	"math"
)

// Convert returns the frame with the values of a column as of another kind; see
// [Column.To].
func (f *Frame) Convert(column string, kind Kind) (*Frame, error) {
	c, err := f.Column(column)
	if err != nil {
		return nil, err
	}
	if c, err = c.To(kind); err != nil {
		return nil, err
	}
	return f.With(column, c)
}

// To returns the column with its values as of another kind: any as String, as
// [Frame.Strings] formats them; texts as what they say, as [Read] reads them from
// CSV; integers as Float64, and floats that are whole as Int64; bools as the numbers
// 1 and 0, and these as bools; Timestamp as Int64 in microseconds since 1970, and
// back. Null stays null. A value that has no other is the error.
func (c Column) To(kind Kind) (Column, error) {
	if err := c.Err(); err != nil {
		return c, err
	}
	from := c.Kind()
	if from == kind {
		return c, nil
	}
	if kind < String || kind > Timestamp {
		return c, fmt.Errorf("frame: column %q: there is no kind %v", c.name, kind)
	}
	if (from == Timestamp) != (kind == Timestamp) && from != String && kind != String && from != Int64 && kind != Int64 {
		return c, fmt.Errorf("frame: column %q: %v cannot become %v", c.name, from, kind)
	}
	out := newBuilder(kind, c.Len())
	for k := range c.Len() {
		i := c.at(k)
		if c.data.null(i) {
			out.null()
			continue
		}
		ok := true
		switch {
		case kind == String:
			out.string(c.format(k))
		case from == String:
			ok = out.parse(c.data.text(i))
		case kind == Float64 && from == Int64:
			out.float(float64(c.data.Ints[i]))
		case kind == Float64:
			x := 0.0
			if c.data.bool(i) {
				x = 1
			}
			out.float(x)
		case kind == Bool && from == Int64:
			ok = c.data.Ints[i]>>1 == 0
			out.bool(c.data.Ints[i] == 1)
		case kind == Bool:
			ok = c.data.Floats[i] == 0 || c.data.Floats[i] == 1
			out.bool(c.data.Floats[i] == 1)
		case from == Bool:
			x := int64(0)
			if c.data.bool(i) {
				x = 1
			}
			out.int(x)
		case from == Float64:
			x := c.data.Floats[i]
			ok = x == math.Trunc(x) && x >= -1<<63 && x < 1<<63
			out.int(int64(x))
		default:
			out.int(c.data.Ints[i])
		}
		if !ok {
			return c, fmt.Errorf("frame: column %q, row %d: %s is no %v", c.name, k, quoteShort(c.format(k)), kind)
		}
	}
	return out.column(c.name), nil
}
