package frame

// This file makes columns of whatever slices a user has.

import (
	"fmt"
	"math"
	"reflect"
	"time"
)

// Values returns a column of a slice of any type that has a kind: strings,
// integers, floats, bools and time.Time, types made of them, pointers to them
// (nil is null), or any, where nil is null and all others must be of one kind
// (whole numbers and others together are Float64). A Column keeps its values and
// takes the name. What cannot be a column becomes the error of whatever takes it.
func Values(name string, values any) Column {
	switch v := values.(type) {
	case Column:
		return v.As(name)
	case []string:
		return Strings(name, v)
	case []float64:
		return Floats(name, v)
	case []int:
		return Ints(name, v)
	case []int64:
		return Ints(name, v)
	case []int32:
		return Ints(name, v)
	case []bool:
		return Bools(name, v)
	case []time.Time:
		return Times(name, v)
	case []any:
		return mixed(name, v)
	}
	v := reflect.ValueOf(values)
	if !v.IsValid() || v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return failed(name, "its values cannot be a %T; they are a slice, such as []string or []float64, or a Column", values)
	}
	elem := v.Type().Elem()
	pointers := elem.Kind() == reflect.Pointer
	if pointers {
		elem = elem.Elem()
	}
	kind := kindOf(elem)
	if kind == 0 {
		return failed(name, "its values cannot be a %T; they are strings, numbers, bools or times, or pointers to them", values)
	}
	b := newBuilder(kind, v.Len())
	for i := range v.Len() {
		x := v.Index(i)
		if pointers {
			if x.IsNil() {
				b.null()
				continue
			}
			x = x.Elem()
		}
		if err := b.reflected(x); err != nil {
			return failed(name, "row %d: %w", i, err)
		}
	}
	return b.column(name)
}

// timeType is found by identity: other structs are no times.
var timeType = reflect.TypeFor[time.Time]()

// kindOf returns the kind of columns that hold values of a type, or 0.
func kindOf(t reflect.Type) Kind {
	switch t.Kind() {
	case reflect.String:
		return String
	case reflect.Float32, reflect.Float64:
		return Float64
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return Int64
	case reflect.Bool:
		return Bool
	case reflect.Struct:
		if t == timeType {
			return Timestamp
		}
	}
	return 0
}

// A builder collects the values of a column.
type builder struct {
	Buffers
}

func newBuilder(kind Kind, capacity int) *builder {
	b := &builder{Buffers{Kind: kind}}
	switch kind {
	case String:
		b.Offsets = append(make([]int64, 0, capacity+1), 0)
	case Float64:
		b.Floats = make([]float64, 0, capacity)
	case Bool:
		b.Bytes = make([]byte, 0, (capacity+7)/8)
	default:
		b.Ints = make([]int64, 0, capacity)
	}
	return b
}

// next counts one more value, which is not null.
func (b *builder) next() {
	if b.Valid != nil {
		b.Valid = appendBit(b.Valid, b.Len, true)
	}
	b.Len++
}

func (b *builder) string(s string) {
	b.Bytes = append(b.Bytes, s...)
	b.Offsets = append(b.Offsets, int64(len(b.Bytes)))
	b.next()
}

func (b *builder) float(x float64) { b.Floats = append(b.Floats, x); b.next() }

func (b *builder) int(x int64) { b.Ints = append(b.Ints, x); b.next() }

func (b *builder) bool(x bool) { b.Bytes = appendBit(b.Bytes, b.Len, x); b.next() }

// null appends a null.
func (b *builder) null() {
	if b.Valid == nil {
		b.Valid = ones(b.Len)
	}
	b.Valid = appendBit(b.Valid, b.Len, false)
	switch b.Kind {
	case String:
		b.Offsets = append(b.Offsets, int64(len(b.Bytes)))
	case Float64:
		b.Floats = append(b.Floats, math.NaN())
	case Bool:
		b.Bytes = appendBit(b.Bytes, b.Len, false)
	default:
		b.Ints = append(b.Ints, 0)
	}
	b.Len++
}

// appendBit appends to a bitmap of n bits.
func appendBit(m []byte, n int, x bool) []byte {
	if n%8 == 0 {
		m = append(m, 0)
	}
	if x {
		setBit(m, n)
	}
	return m
}

// reflected appends a value of a type that kindOf knows.
func (b *builder) reflected(x reflect.Value) error {
	switch b.Kind {
	case String:
		b.string(x.String())
	case Float64:
		b.float(x.Float())
	case Bool:
		b.bool(x.Bool())
	case Timestamp:
		if t := x.Interface().(time.Time); t.IsZero() {
			b.null()
		} else {
			b.int(t.UnixMicro())
		}
	default:
		if x.CanInt() {
			b.int(x.Int())
		} else if u := x.Uint(); u <= math.MaxInt64 {
			b.int(int64(u))
		} else {
			return fmt.Errorf("%d is more than an int64 can hold", u)
		}
	}
	return nil
}

func (b *builder) column(name string) Column { return newColumn(name, &b.Buffers) }

// mixed makes a column of values whose kind is found by looking at them.
func mixed(name string, values []any) Column {
	kind := Kind(0)
	at := 0
	for i, v := range values {
		if v == nil {
			continue
		}
		t := reflect.TypeOf(v)
		k := kindOf(t)
		switch {
		case k == 0:
			return failed(name, "row %d: a %T cannot be a value", i, v)
		case kind == 0:
			kind, at = k, i
		case kind == k:
		case kind == Int64 && k == Float64 || kind == Float64 && k == Int64:
			kind = Float64
		default:
			return failed(name, "row %d is %v, row %d is %v; a column has one kind", at, kind, i, k)
		}
	}
	if kind == 0 {
		kind = Float64 // nothing but nulls
	}
	b := newBuilder(kind, len(values))
	for i, v := range values {
		x := reflect.ValueOf(v)
		switch {
		case v == nil:
			b.null()
		case kind == Float64 && x.CanInt():
			b.float(float64(x.Int()))
		case kind == Float64 && x.CanUint():
			b.float(float64(x.Uint()))
		default:
			if err := b.reflected(x); err != nil {
				return failed(name, "row %d: %w", i, err)
			}
		}
	}
	return b.column(name)
}
