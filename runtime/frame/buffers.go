package frame

// This file defines how a column's values lie in memory.

import (
	"fmt"
	"math"
	"unicode/utf8"
	"unsafe"
)

// Buffers are the values of a column in the layout of Apache Arrow's arrays, so
// that they can be shared with whatever reads or writes those, without a copy.
// Fields that the kind does not need are nil. What a null's place holds means
// nothing, but that a string's is within Bytes; a Float64's is NaN.
type Buffers struct {
	Kind    Kind
	Len     int
	Valid   []byte    // a bit a value, from the lowest, not set for nulls; nil if there are none
	Offsets []int64   // String: value i is Bytes[Offsets[i]:Offsets[i+1]]; Len+1 of them
	Bytes   []byte    // String: the texts; Bool: a bit a value, from the lowest
	Floats  []float64 // Float64
	Ints    []int64   // Int64, Timestamp (microseconds since 1970 in UTC)
}

// maxRows is the largest number of rows: selections have 32 bits a row.
const maxRows = math.MaxInt32

// check makes sure that nothing reaches beyond the buffers, that each NaN is null
// and that each null number is NaN.
func (b *Buffers) check() error {
	n := b.Len
	if n < 0 || n > maxRows {
		return fmt.Errorf("%d values; there can be up to %d", n, maxRows)
	}
	if b.Valid != nil {
		if len(b.Valid) < (n+7)/8 {
			return fmt.Errorf("%d bytes of valid bits for %d values", len(b.Valid), n)
		}
		if countBits(b.Valid, n) == n {
			b.Valid = nil
		}
	}
	switch b.Kind {
	case String:
		if len(b.Offsets) != n+1 || b.Offsets[0] < 0 || b.Offsets[n] > int64(len(b.Bytes)) {
			return fmt.Errorf("the offsets do not fit %d strings in %d bytes", n, len(b.Bytes))
		}
		for i := range n {
			if b.Offsets[i] > b.Offsets[i+1] {
				return fmt.Errorf("string %d ends before it begins", i)
			}
		}
	case Bool:
		if len(b.Bytes) < (n+7)/8 {
			return fmt.Errorf("%d bytes for %d bits", len(b.Bytes), n)
		}
	case Int64, Timestamp:
		if len(b.Ints) != n {
			return fmt.Errorf("%d integers for %d values", len(b.Ints), n)
		}
	case Float64:
		if len(b.Floats) != n {
			return fmt.Errorf("%d floats for %d values", len(b.Floats), n)
		}
		shared := true // Valid is not ours to change
		for i, x := range b.Floats {
			if x != x && (b.Valid == nil || bit(b.Valid, i)) {
				if shared {
					valid := ones(n)
					if b.Valid != nil {
						copy(valid, b.Valid)
					}
					b.Valid, shared = valid, false
				}
				clearBit(b.Valid, i)
			}
		}
		if b.Valid != nil {
			for i := range b.Floats {
				if !bit(b.Valid, i) {
					b.Floats[i] = math.NaN()
				}
			}
		}
	default:
		return fmt.Errorf("there is no kind %v", b.Kind)
	}
	return nil
}

func (b *Buffers) null(i int) bool { return b.Valid != nil && !bit(b.Valid, i) }

// text returns string i, which shares the bytes.
func (b *Buffers) text(i int) string {
	lo, hi := b.Offsets[i], b.Offsets[i+1]
	return unsafe.String(unsafe.SliceData(b.Bytes[lo:hi]), hi-lo)
}

func (b *Buffers) bool(i int) bool { return bit(b.Bytes, i) }

// gather returns the values of the given rows, in their order.
func (b *Buffers) gather(rows []int32) *Buffers {
	n := len(rows)
	out := &Buffers{Kind: b.Kind, Len: n}
	if b.Valid != nil {
		valid := bitmap(n)
		nulls := false
		for k, i := range rows {
			if bit(b.Valid, int(i)) {
				setBit(valid, k)
			} else {
				nulls = true
			}
		}
		if nulls {
			out.Valid = valid
		}
	}
	switch b.Kind {
	case String:
		out.Offsets = make([]int64, n+1)
		size := int64(0)
		for k, i := range rows {
			size += b.Offsets[i+1] - b.Offsets[i]
			out.Offsets[k+1] = size
		}
		out.Bytes = make([]byte, size)
		for k, i := range rows {
			copy(out.Bytes[out.Offsets[k]:], b.Bytes[b.Offsets[i]:b.Offsets[i+1]])
		}
	case Bool:
		out.Bytes = bitmap(n)
		for k, i := range rows {
			if bit(b.Bytes, int(i)) {
				setBit(out.Bytes, k)
			}
		}
	case Float64:
		out.Floats = make([]float64, n)
		for k, i := range rows {
			out.Floats[k] = b.Floats[i]
		}
	default:
		out.Ints = make([]int64, n)
		for k, i := range rows {
			out.Ints[k] = b.Ints[i]
		}
	}
	return out
}

// invalidUTF8 returns the first of the strings that is not valid UTF-8, or -1.
func (b *Buffers) invalidUTF8() int {
	if b.Kind != String || b.Len == 0 {
		return -1
	}
	if utf8.Valid(b.Bytes[b.Offsets[0]:b.Offsets[b.Len]]) {
		// All of it is valid, but a string may still begin within a character.
		for i := range b.Len {
			if o := b.Offsets[i]; o < int64(len(b.Bytes)) && b.Offsets[i+1] > o && !utf8.RuneStart(b.Bytes[o]) {
				return i
			}
		}
		// One that ends within a character leaves the next, or a null's
		// place that is not empty, to begin within it.
		if b.Valid == nil {
			return -1
		}
	}
	for i := range b.Len {
		if !b.null(i) && !utf8.ValidString(b.text(i)) {
			return i
		}
	}
	return -1
}
