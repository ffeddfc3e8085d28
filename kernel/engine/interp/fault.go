package interp

// This file raises the runtime's own panics, by doing what the runtime panics
// for.

import (
	"reflect"
	"unsafe"
)

// sink keeps the compiler from removing what is done for its panic alone.
func sink[T any](v T) T { return v }

//go:noinline
func nilDereference() {
	var p *int
	sink(*p)
}

// structs returns a slice of any length and capacity, which takes no memory.
func structs(n, c int) []struct{} { return make([]struct{}, n, c) }

// indexFault panics for an index i, whose type is unsigned if it says so.
//
//go:noinline
func indexFault(i int64, n int, unsigned bool) {
	if unsigned {
		sink(structs(n, n)[uint64(i)])
	}
	sink(structs(n, n)[i])
}

// bounds are the operands of a slice expression. A value of an unsigned type
// that is too large for an int64 is negative here.
type bounds struct {
	lo, hi, max int64
	three       bool // max is given
	unsigned    *[3]bool
}

// wrong returns the operand that is out of range, the first in the order of
// the runtime's checks, for a slice, string or array of capacity c.
func (b bounds) wrong(c int) int {
	switch {
	case b.three && uint64(b.max) > uint64(c):
		return 2
	case uint64(b.hi) > uint64(b.max):
		return 1
	}
	return 0
}

// sliceFault panics for a slice expression of a slice.
//
//go:noinline
func sliceFault(n, c int, b bounds) {
	s := structs(n, c)
	which := b.wrong(c)
	switch unsigned := b.unsigned[which]; {
	case b.three && which == 2 && unsigned:
		sink(s[0:0:uint64(b.max)])
	case b.three && which == 1 && unsigned:
		sink(s[0:uint64(b.hi):b.max])
	case b.three && unsigned:
		sink(s[uint64(b.lo):b.hi:b.max])
	case b.three:
		sink(s[b.lo:b.hi:b.max])
	case which == 1 && unsigned:
		sink(s[0:uint64(b.hi)])
	case unsigned:
		sink(s[uint64(b.lo):b.hi])
	}
	sink(s[b.lo:b.hi])
}

// lengthFault panics for a slice expression of a string or an array, whose
// bounds are checked against a length.
//
//go:noinline
func lengthFault(n int, b bounds) {
	which := b.wrong(n)
	unsigned := b.unsigned[which]
	if b.three && which == 2 {
		var a [1]struct{}
		switch {
		case unsigned && b.max < 0:
			panicLike(func() { sink(a[:0:uint64(b.max)]) }, b.max, n)
		case b.max < 0:
			sink(a[:0:b.max])
		}
		panicLike(func() { sink(a[:0:sink(2)]) }, b.max, n)
	}
	if b.three {
		sliceFault(n, n, b)
	}
	// The bounds are checked, the bytes are not looked at.
	s := struct {
		p *byte
		n int
	}{&zeroByte, n}
	str := *(*string)(unsafe.Pointer(&s))
	switch {
	case which == 1 && unsigned:
		sink(len(str[0:uint64(b.hi)]))
	case unsigned:
		sink(len(str[uint64(b.lo):b.hi]))
	}
	sink(len(str[b.lo:b.hi]))
}

var zeroByte byte

// conversionPanic panics for the conversion of a slice of length have to an
// array of length want.
//
//go:noinline
func conversionPanic(have, want int) {
	panicLike(func() { sink([1]struct{}(structs(sink(0), 0))) }, int64(want), have)
}

// panicLike panics with the bounds error that f panics with, but about x and
// y. The runtime has no other way to such an error for arrays of any length.
func panicLike(f func(), x int64, y int) {
	v := caughtFrom(f)
	e := reflect.New(reflect.TypeOf(v))
	e.Elem().Set(reflect.ValueOf(v))
	words := (*struct {
		x int64
		y int
	})(e.UnsafePointer())
	words.x, words.y = x, y
	panic(e.Elem().Interface())
}

func caughtFrom(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

//go:noinline
func makeSliceFault(n, c int64) { sink(make([]byte, n, c)) }
