package frame

// This file defines columns.

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// A Column is a name and values of one kind, some of which may be null. It does
// not change; operations share its values. The zero Column is none: a frame does
// not take it.
type Column struct {
	name string
	data *Buffers
	sel  []int32 // the rows of data, in their order; nil for all of them
	err  error   // what was wrong with the values
}

// Strings returns a column of texts.
func Strings(name string, values []string) Column {
	size := 0
	for _, s := range values {
		size += len(s)
	}
	b := &Buffers{Kind: String, Len: len(values), Offsets: make([]int64, len(values)+1), Bytes: make([]byte, 0, size)}
	for i, s := range values {
		b.Bytes = append(b.Bytes, s...)
		b.Offsets[i+1] = int64(len(b.Bytes))
	}
	return newColumn(name, b)
}

// Floats returns a column of numbers. NaN is null.
func Floats(name string, values []float64) Column {
	return newColumn(name, &Buffers{Kind: Float64, Len: len(values), Floats: append(make([]float64, 0, len(values)), values...)})
}

// Ints returns a column of whole numbers.
func Ints[T ~int | ~int64 | ~int32](name string, values []T) Column {
	b := &Buffers{Kind: Int64, Len: len(values), Ints: make([]int64, len(values))}
	for i, v := range values {
		b.Ints[i] = int64(v)
	}
	return newColumn(name, b)
}

// Bools returns a column of truth values.
func Bools(name string, values []bool) Column {
	b := &Buffers{Kind: Bool, Len: len(values), Bytes: bitmap(len(values))}
	for i, v := range values {
		if v {
			setBit(b.Bytes, i)
		}
	}
	return newColumn(name, b)
}

// Times returns a column of moments, cut to microseconds. The zero time is null.
func Times(name string, values []time.Time) Column {
	b := &Buffers{Kind: Timestamp, Len: len(values), Ints: make([]int64, len(values))}
	for i, t := range values {
		if t.IsZero() {
			b.setNull(i)
		} else {
			b.Ints[i] = t.UnixMicro()
		}
	}
	return newColumn(name, b)
}

// FromBuffers returns a column of the values in b, which it takes over: they must
// not be changed any more. It makes NaN null and null numbers NaN. What is wrong
// with b becomes the error of whatever takes the column.
func FromBuffers(name string, b Buffers) Column { return newColumn(name, &b) }

func newColumn(name string, b *Buffers) Column {
	if err := b.check(); err != nil {
		return Column{name: name, err: fmt.Errorf("frame: column %q: %w", name, err)}
	}
	return Column{name: name, data: b}
}

// failed returns a column that carries an error to whatever takes it.
func failed(name, format string, args ...any) Column {
	return Column{name: name, err: fmt.Errorf("frame: column %q: %w", name, fmt.Errorf(format, args...))}
}

func (b *Buffers) setNull(i int) {
	if b.Valid == nil {
		b.Valid = ones(b.Len)
	}
	clearBit(b.Valid, i)
}

// Err returns what was wrong with the values the column was made of, or nil.
func (c Column) Err() error {
	if c.err == nil && c.data == nil {
		return fmt.Errorf("frame: column %q has no values; make it by Strings, Floats, Ints, Bools, Times or Values", c.name)
	}
	return c.err
}

// Name returns the column's name.
func (c Column) Name() string { return c.name }

// As returns the column with another name.
func (c Column) As(name string) Column {
	c.name = name
	return c
}

// Kind returns the kind of the values.
func (c Column) Kind() Kind {
	if c.data == nil {
		return 0
	}
	return c.data.Kind
}

// Len returns the number of values, nulls included.
func (c Column) Len() int {
	switch {
	case c.sel != nil:
		return len(c.sel)
	case c.data == nil:
		return 0
	}
	return c.data.Len
}

// at returns the row of data that value i is in.
func (c Column) at(i int) int {
	if c.sel != nil {
		return int(c.sel[i])
	}
	return i
}

// IsNull tells whether value i is null.
func (c Column) IsNull(i int) bool { return c.data.null(c.at(i)) }

// hasNulls is a quick test: false means that there are none.
func (c Column) hasNulls() bool { return c.data != nil && c.data.Valid != nil }

// NullCount returns the number of nulls.
func (c Column) NullCount() int {
	if !c.hasNulls() {
		return 0
	}
	if c.sel == nil {
		return c.data.Len - countBits(c.data.Valid, c.data.Len)
	}
	n := 0
	for _, i := range c.sel {
		if c.data.null(int(i)) {
			n++
		}
	}
	return n
}

// Null returns the column with the values of the given rows null. A row that is
// not there becomes the error of whatever takes the column.
func (c Column) Null(rows ...int) Column {
	if c.Err() != nil {
		return c
	}
	b := c.Buffers()
	valid := ones(b.Len)
	if b.Valid != nil {
		copy(valid, b.Valid)
	}
	for _, i := range rows {
		if i < 0 || i >= b.Len {
			return failed(c.name, "row %d cannot be null: there are %d", i, b.Len)
		}
		clearBit(valid, i)
	}
	b.Valid = valid
	if b.Kind == Float64 {
		b.Floats = append([]float64(nil), b.Floats...)
	}
	return newColumn(c.name, &b)
}

// Buffers returns the values in Arrow's layout, which must not be changed. There
// is no copy unless rows have been selected.
func (c Column) Buffers() Buffers {
	if c.data == nil {
		return Buffers{}
	}
	return *c.compact().data
}

// compact returns the column with its selection carried out.
func (c Column) compact() Column {
	if c.sel == nil {
		return c
	}
	return Column{name: c.name, data: c.data.gather(c.sel)}
}

// format returns value i as text; a null is "".
func (c Column) format(i int) string {
	i = c.at(i)
	b := c.data
	if b.null(i) {
		return ""
	}
	switch b.Kind {
	case String:
		return b.text(i)
	case Float64:
		return formatFloat(b.Floats[i])
	case Int64:
		return strconv.FormatInt(b.Ints[i], 10)
	case Bool:
		return strconv.FormatBool(b.bool(i))
	default:
		return formatTime(b.Ints[i])
	}
}

// Value returns value i: a string, float64, int, bool or time.Time, or nil if it
// is null. It panics if there is no value i.
func (c Column) Value(i int) any {
	i = c.at(i)
	b := c.data
	if b.null(i) {
		return nil
	}
	switch b.Kind {
	case String:
		return b.text(i)
	case Float64:
		return b.Floats[i]
	case Int64:
		return int(b.Ints[i])
	case Bool:
		return b.bool(i)
	default:
		return time.UnixMicro(b.Ints[i]).UTC()
	}
}

func formatFloat(x float64) string {
	if a := math.Abs(x); a != 0 && (a < 1e-5 || a >= 1e16) {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// timeLayout writes a time of UTC with as many digits of the second as it needs.
const timeLayout = "2006-01-02T15:04:05.999999Z07:00"

func formatTime(us int64) string { return time.UnixMicro(us).UTC().Format(timeLayout) }
