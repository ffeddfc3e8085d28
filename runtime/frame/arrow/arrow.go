// Package arrow exchanges columns with Apache Arrow's Go library, and so with all
// that speaks Arrow: databases, IPC streams, other languages.
//
//	record, err := arrow.Record(data)
//	data, err := arrow.Frame(record)
//
// Columns lie in memory as Arrow's arrays do, so that texts (LargeString), Int64,
// Float64, bools and timestamps in microseconds are shared, not copied, in both
// directions, as far as no rows have been selected and nothing is null among floats;
// so neither side may change them, and an array must not be released while a column
// made of it is in use. It is a package of its own because Arrow's library is heavy
// to link.
package arrow

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/netherfield/netherfield/runtime/frame"
)

// Array returns a column as an array: String as LargeString, Timestamp in microseconds
// of UTC.
func Array(c frame.Column) (arrow.Array, error) {
	if err := c.Err(); err != nil {
		return nil, err
	}
	b := c.Buffers()
	buffers := []*memory.Buffer{nil}
	nulls := 0
	if b.Valid != nil {
		buffers[0] = memory.NewBufferBytes(b.Valid)
		nulls = c.NullCount()
	}
	var t arrow.DataType
	switch b.Kind {
	case frame.String:
		t = arrow.BinaryTypes.LargeString
		buffers = append(buffers, memory.NewBufferBytes(arrow.Int64Traits.CastToBytes(b.Offsets)), memory.NewBufferBytes(b.Bytes))
	case frame.Float64:
		t = arrow.PrimitiveTypes.Float64
		buffers = append(buffers, memory.NewBufferBytes(arrow.Float64Traits.CastToBytes(b.Floats)))
	case frame.Bool:
		t = arrow.FixedWidthTypes.Boolean
		buffers = append(buffers, memory.NewBufferBytes(b.Bytes))
	case frame.Timestamp:
		t = arrow.FixedWidthTypes.Timestamp_us
		buffers = append(buffers, memory.NewBufferBytes(arrow.Int64Traits.CastToBytes(b.Ints)))
	default:
		t = arrow.PrimitiveTypes.Int64
		buffers = append(buffers, memory.NewBufferBytes(arrow.Int64Traits.CastToBytes(b.Ints)))
	}
	data := array.NewData(t, b.Len, buffers, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data), nil
}

// Record returns a frame as a record batch, which must be released.
func Record(f *frame.Frame) (arrow.RecordBatch, error) {
	var fields []arrow.Field
	var arrays []arrow.Array
	defer func() {
		for _, a := range arrays {
			a.Release()
		}
	}()
	for _, name := range f.Columns() {
		c, err := f.Column(name)
		if err != nil {
			return nil, err
		}
		a, err := Array(c)
		if err != nil {
			return nil, err
		}
		arrays = append(arrays, a)
		fields = append(fields, arrow.Field{Name: name, Type: a.DataType(), Nullable: true})
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), arrays, int64(f.NumRows())), nil
}

// Frame returns the columns of a record batch as a frame.
func Frame(r arrow.RecordBatch) (*frame.Frame, error) {
	cols := make([]frame.Column, r.NumCols())
	for i := range cols {
		var err error
		if cols[i], err = Column(r.ColumnName(i), r.Column(i)); err != nil {
			return nil, err
		}
	}
	return frame.New(cols...)
}

// Column returns an array as a column: integers of any size as Int64, floats of any
// size as Float64, dates and timestamps as Timestamp, texts of any layout as String,
// and a dictionary as its values. Others are an error.
func Column(name string, a arrow.Array) (frame.Column, error) {
	n := a.Len()
	b := frame.Buffers{Len: n, Valid: validity(a)}
	var err error
	switch a := a.(type) {
	case *array.Dictionary:
		values, err := Column(name, a.Dictionary())
		if err != nil {
			return frame.Column{}, err
		}
		f, err := frame.New(values)
		if err != nil {
			return frame.Column{}, err
		}
		rows := make([]int, n)
		var nulls []int
		for i := range rows {
			if a.IsNull(i) {
				nulls = append(nulls, i)
			} else {
				rows[i] = a.GetValueIndex(i)
			}
		}
		if len(nulls) == n {
			// There may be no value at all to take.
			return frame.Values(name, make([]any, n)).To(values.Kind())
		}
		taken, err := f.Take(rows)
		if err != nil {
			return frame.Column{}, err
		}
		c, err := taken.Column(name)
		if len(nulls) > 0 {
			c = c.Null(nulls...)
		}
		return c, err
	case *array.LargeString:
		b.Kind, b.Bytes = frame.String, bytesOf(a.Data(), 2)
		b.Offsets = []int64{0}
		if n > 0 {
			b.Offsets = a.ValueOffsets()
		}
	case *array.String, *array.StringView:
		b.Kind = frame.String
		b.Offsets = make([]int64, 1, n+1)
		values := a.(interface{ Value(int) string })
		for i := range n {
			if a.IsValid(i) {
				b.Bytes = append(b.Bytes, values.Value(i)...)
			}
			b.Offsets = append(b.Offsets, int64(len(b.Bytes)))
		}
	case *array.Boolean:
		b.Kind, b.Bytes = frame.Bool, make([]byte, (n+7)/8)
		for i := range n {
			if a.Value(i) {
				b.Bytes[i>>3] |= 1 << (i & 7)
			}
		}
	case *array.Float64:
		b.Kind, b.Floats = frame.Float64, a.Float64Values()
		if b.Valid != nil {
			// A frame writes NaN to the places of nulls.
			b.Floats = append([]float64(nil), b.Floats...)
		}
	case *array.Float32:
		b.Kind, b.Floats = frame.Float64, make([]float64, n)
		for i := range n {
			b.Floats[i] = float64(a.Value(i))
		}
	case *array.Float16:
		b.Kind, b.Floats = frame.Float64, make([]float64, n)
		for i := range n {
			b.Floats[i] = float64(a.Value(i).Float32())
		}
	case *array.Int64:
		b.Kind, b.Ints = frame.Int64, a.Int64Values()
	case *array.Int32:
		b.Kind, b.Ints = frame.Int64, widened(a.Int32Values())
	case *array.Int16:
		b.Kind, b.Ints = frame.Int64, widened(a.Int16Values())
	case *array.Int8:
		b.Kind, b.Ints = frame.Int64, widened(a.Int8Values())
	case *array.Uint32:
		b.Kind, b.Ints = frame.Int64, widened(a.Uint32Values())
	case *array.Uint16:
		b.Kind, b.Ints = frame.Int64, widened(a.Uint16Values())
	case *array.Uint8:
		b.Kind, b.Ints = frame.Int64, widened(a.Uint8Values())
	case *array.Uint64:
		b.Kind, b.Ints = frame.Int64, widened(a.Uint64Values())
		for i, v := range b.Ints {
			if v < 0 && a.IsValid(i) {
				return frame.Column{}, fmt.Errorf("frame: column %q, row %d: %d is more than an int64 can hold", name, i, uint64(v))
			}
		}
	case *array.Date32:
		b.Kind, b.Ints = frame.Timestamp, widened(a.Date32Values())
		err = scale(b.Ints, 24*60*60*1_000_000, a)
	case *array.Date64:
		b.Kind, b.Ints = frame.Timestamp, widened(a.Date64Values())
		err = scale(b.Ints, 1000, a)
	case *array.Timestamp:
		b.Kind = frame.Timestamp
		switch a.DataType().(*arrow.TimestampType).Unit {
		case arrow.Second:
			b.Ints = widened(a.TimestampValues())
			err = scale(b.Ints, 1_000_000, a)
		case arrow.Millisecond:
			b.Ints = widened(a.TimestampValues())
			err = scale(b.Ints, 1000, a)
		case arrow.Microsecond:
			b.Ints = arrow.Int64Traits.CastFromBytes(arrow.TimestampTraits.CastToBytes(a.TimestampValues()))
		default:
			b.Ints = widened(a.TimestampValues())
			for i, v := range b.Ints {
				if b.Ints[i] = v / 1000; v%1000 < 0 {
					b.Ints[i]--
				}
			}
		}
	case *array.Null:
		return frame.Values(name, make([]any, n)), nil
	default:
		return frame.Column{}, fmt.Errorf("frame: column %q is of Arrow's type %v, which frames do not have", name, a.DataType())
	}
	if err != nil {
		return frame.Column{}, fmt.Errorf("frame: column %q: %w", name, err)
	}
	c := frame.FromBuffers(name, b)
	return c, c.Err()
}

// validity returns the bits of what is not null, from the lowest of the first byte on.
func validity(a arrow.Array) []byte {
	if a.NullN() == 0 {
		return nil
	}
	if a.Data().Offset() == 0 {
		return a.NullBitmapBytes()
	}
	out := make([]byte, (a.Len()+7)/8)
	for i := range a.Len() {
		if a.IsValid(i) {
			out[i>>3] |= 1 << (i & 7)
		}
	}
	return out
}

func bytesOf(d arrow.ArrayData, buffer int) []byte {
	if b := d.Buffers()[buffer]; b != nil {
		return b.Bytes()
	}
	return nil
}

func widened[T ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64](values []T) []int64 {
	out := make([]int64, len(values))
	for i, v := range values {
		out[i] = int64(v)
	}
	return out
}

// scale multiplies what is not null.
func scale(values []int64, by int64, a arrow.Array) error {
	for i, v := range values {
		if a.IsNull(i) {
			values[i] = 0
			continue
		}
		if values[i] = v * by; values[i]/by != v {
			return fmt.Errorf("row %d is too far away for a timestamp in microseconds", i)
		}
	}
	return nil
}
