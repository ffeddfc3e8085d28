package parquet

// This file reads and writes Thrift's compact protocol, in which Parquet has its
// metadata. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md

import (
	"encoding/binary"
	"errors"
)

// The types of fields.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
	thriftUUID   = 13
)

var errThrift = errors.New("the metadata is damaged")

// A thriftReader reads from bytes. After an error, which it keeps, it returns zeros.
type thriftReader struct {
	data  []byte
	at    int
	err   error
	depth int
}

func (r *thriftReader) fail() {
	if r.err == nil {
		r.err = errThrift
	}
	r.at = len(r.data)
}

func (r *thriftReader) byte() byte {
	if r.at >= len(r.data) {
		r.fail()
		return 0
	}
	r.at++
	return r.data[r.at-1]
}

func (r *thriftReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data[r.at:])
	if n <= 0 {
		r.fail()
		return 0
	}
	r.at += n
	return v
}

// int reads an integer of 16, 32 or 64 bits.
func (r *thriftReader) int() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

// bytes reads bytes or a text, in place.
func (r *thriftReader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.data)-r.at) {
		r.fail()
		return nil
	}
	r.at += int(n)
	return r.data[r.at-int(n) : r.at]
}

// structure calls field for each field, which reads its value or calls skip; a bool
// has no value but the type thriftTrue or thriftFalse.
func (r *thriftReader) structure(field func(id int, typ byte)) {
	if r.depth++; r.depth > 32 {
		r.fail()
	}
	defer func() { r.depth-- }()
	id := 0
	for r.err == nil {
		b := r.byte()
		typ := b & 15
		if typ == 0 {
			return
		}
		if delta := int(b >> 4); delta != 0 {
			id += delta
		} else {
			id = int(int16(r.int()))
		}
		field(id, typ)
	}
}

// list calls element for each element of a list of the type.
func (r *thriftReader) list(typ byte, element func()) {
	b := r.byte()
	n := uint64(b >> 4)
	if n == 15 {
		n = r.uvarint()
	}
	// Each element has a byte at least.
	if b&15 != typ && n > 0 || n > uint64(len(r.data)-r.at) {
		r.fail()
		return
	}
	for range n {
		if r.err != nil {
			return
		}
		element()
	}
}

// skip passes a value.
func (r *thriftReader) skip(typ byte) {
	if r.depth++; r.depth > 32 {
		r.fail()
	}
	defer func() { r.depth-- }()
	switch typ {
	case thriftTrue, thriftFalse:
	case thriftByte:
		r.byte()
	case thriftI16, thriftI32, thriftI64:
		r.uvarint()
	case thriftDouble:
		r.pass(8)
	case thriftUUID:
		r.pass(16)
	case thriftBinary:
		r.bytes()
	case thriftList, thriftSet:
		b := r.byte()
		n := uint64(b >> 4)
		if n == 15 {
			n = r.uvarint()
		}
		r.elements(n, b&15)
	case thriftMap:
		if n := r.uvarint(); n > 0 {
			b := r.byte()
			for range n {
				if r.err != nil {
					return
				}
				r.elements(1, b>>4)
				r.elements(1, b&15)
			}
		}
	case thriftStruct:
		r.structure(func(_ int, typ byte) { r.skip(typ) })
	default:
		r.fail()
	}
}

// elements passes elements of a list, among which bools have a byte.
func (r *thriftReader) elements(n uint64, typ byte) {
	if n > uint64(len(r.data)-r.at) {
		r.fail()
	}
	for range n {
		if r.err != nil {
			return
		}
		if typ == thriftTrue || typ == thriftFalse {
			r.byte()
		} else {
			r.skip(typ)
		}
	}
}

func (r *thriftReader) pass(n int) {
	if n > len(r.data)-r.at {
		r.fail()
		return
	}
	r.at += n
}

// A thriftWriter appends to bytes.
type thriftWriter struct {
	data []byte
	last []int // field numbers of the structs that are open
}

func (w *thriftWriter) begin() { w.last = append(w.last, 0) }

func (w *thriftWriter) end() {
	w.data = append(w.data, 0)
	w.last = w.last[:len(w.last)-1]
}

func (w *thriftWriter) field(id int, typ byte) {
	last := &w.last[len(w.last)-1]
	w.data = append(w.data, byte(id-*last)<<4|typ) // our numbers are never 15 apart
	*last = id
}

func (w *thriftWriter) varint(v int64) {
	w.data = binary.AppendUvarint(w.data, uint64(v)<<1^uint64(v>>63))
}

func (w *thriftWriter) i32(id int, v int) { w.field(id, thriftI32); w.varint(int64(v)) }

func (w *thriftWriter) i64(id int, v int64) { w.field(id, thriftI64); w.varint(v) }

func (w *thriftWriter) bool(id int, v bool) {
	if v {
		w.field(id, thriftTrue)
	} else {
		w.field(id, thriftFalse)
	}
}

func (w *thriftWriter) text(s string) {
	w.data = binary.AppendUvarint(w.data, uint64(len(s)))
	w.data = append(w.data, s...)
}

func (w *thriftWriter) string(id int, s string) { w.field(id, thriftBinary); w.text(s) }

// list writes the head of a list field of n elements.
func (w *thriftWriter) list(id, n int, typ byte) {
	w.field(id, thriftList)
	if n < 15 {
		w.data = append(w.data, byte(n)<<4|typ)
		return
	}
	w.data = append(w.data, 0xf0|typ)
	w.data = binary.AppendUvarint(w.data, uint64(n))
}

// empty writes a struct field without fields.
func (w *thriftWriter) empty(id int) { w.field(id, thriftStruct); w.data = append(w.data, 0) }
