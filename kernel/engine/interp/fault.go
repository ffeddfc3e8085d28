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

//go:noinline
func indexFault(i int64, n int) { sink(structs(n, n)[i]) }

// sliceFault panics for a slice expression of a slice.
//
//go:noinline
func sliceFault(n, c int, lo, hi, max int64, three bool) {
	s := structs(n, c)
	if three {
		sink(s[lo:hi:max])
	}
	sink(s[lo:hi])
}

// lengthFault panics for a slice expression of a string or an array, whose
// bounds are checked against a length.
//
//go:noinline
func lengthFault(n int, lo, hi, max int64, three bool) {
	if three && (max < 0 || max > int64(n)) {
		var a [1]struct{}
		panicLike(func() { sink(a[:0:sink(2)]) }, max, n)
	}
	if three {
		sliceFault(n, n, lo, hi, max, true)
	}
	// The bounds are checked, the bytes are not looked at.
	s := struct {
		p *byte
		n int
	}{&zeroByte, n}
	str := *(*string)(unsafe.Pointer(&s))
	sink(len(str[lo:hi]))
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
