package interp

// This file compiles conversions between numbers, strings, slices and types
// of one form. Conversions to interfaces are in interface.go.

import (
	"reflect"
	"unicode/utf8"
	"unsafe"
)

// convert compiles a conversion of x to type t.
func (b *builder) convert(x *expr, t reflect.Type) *expr {
	if x.r == nil || t == nil {
		panic(defectf("a conversion of %v to %v", x.t, t))
	}
	if x.t == t {
		return x
	}
	from, to := x.t.Kind(), t.Kind()
	e := &expr{t: t, r: repFor(t)}
	elem := func(t reflect.Type) reflect.Kind { return t.Elem().Kind() }
	switch {
	case to == reflect.Interface:
		return b.toInterface(x, t)
	case isNumber(x.t) && isNumber(t):
		e.v = e.r.number(x)
		if x.fixed != nil {
			p := reflect.New(t).UnsafePointer()
			e.r.into(e.v)(nil, p)
			e.fixed, e.v = p, e.r.constant(p)
		}
	case to == reflect.String && isNumber(x.t):
		e.v = stringOfRune(x)
	case to == reflect.String && from == reflect.Slice && elem(x.t) == reflect.Uint8:
		v := typed[slice](x)
		e.v = func(f *frame) string { s := v(f); return string(*(*[]byte)(unsafe.Pointer(&s))) }
	case to == reflect.String && from == reflect.Slice && elem(x.t) == reflect.Int32:
		v := typed[slice](x)
		e.v = func(f *frame) string { s := v(f); return string(*(*[]rune)(unsafe.Pointer(&s))) }
	case from == reflect.String && to == reflect.Slice && elem(t) == reflect.Uint8:
		v := typed[string](x)
		e.v = func(f *frame) slice { s := []byte(v(f)); return *(*slice)(unsafe.Pointer(&s)) }
	case from == reflect.String && to == reflect.Slice && elem(t) == reflect.Int32:
		v := typed[string](x)
		e.v = func(f *frame) slice { s := []rune(v(f)); return *(*slice)(unsafe.Pointer(&s)) }
	case from == reflect.Slice && to == reflect.Array:
		v, n := typed[slice](x), t.Len()
		return b.at(t, loc{mode: computed, addr: func(f *frame) unsafe.Pointer {
			s := v(f)
			if s.len < n {
				conversionPanic(s.len, n)
			}
			if s.p == nil {
				return unsafe.Pointer(&zeroBase)
			}
			return s.p
		}}).value()
	case from == reflect.Slice && to == reflect.Pointer:
		v, n := typed[slice](x), t.Elem().Len()
		e.v = func(f *frame) unsafe.Pointer {
			s := v(f)
			if s.len < n {
				conversionPanic(s.len, n)
			}
			return s.p
		}
	case from == reflect.UnsafePointer && to == reflect.Uintptr:
		v := typed[unsafe.Pointer](x)
		e.v = func(f *frame) uint64 { return uint64(uintptr(v(f))) }
	case from == reflect.Uintptr && to == reflect.UnsafePointer:
		v := typed[uint64](x)
		e.v = func(f *frame) unsafe.Pointer { p := uintptr(v(f)); return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }
	case from == to || to == reflect.UnsafePointer || from == reflect.UnsafePointer:
		// The two types have one form.
		y := *x
		y.t, y.place, y.closure = t, false, nil
		if m, ok := e.r.(repMem); ok {
			y.r = m
		}
		return &y
	}
	if e.v == nil {
		panic(defectf("no conversion of %v to %v", x.t, t))
	}
	return e
}

// zeroBase is where empty arrays are.
var zeroBase [0]byte

// value returns a place as an expression that cannot be assigned to.
func (e *expr) value() *expr {
	e.place = false
	return e
}

func (intRep[T]) number(x *expr) eval {
	switch v := x.v.(type) {
	case func(*frame) float32:
		return func(f *frame) T { return T(v(f)) }
	case func(*frame) float64:
		return func(f *frame) T { return T(v(f)) }
	}
	return fromInteger[T](x)
}

func (floatRep[T]) number(x *expr) eval {
	switch v := x.v.(type) {
	case func(*frame) float32:
		return func(f *frame) T { return T(v(f)) }
	case func(*frame) float64:
		return func(f *frame) T { return T(v(f)) }
	}
	return fromInteger[T](x)
}

func fromInteger[T integer | floating](x *expr) eval {
	switch v := x.v.(type) {
	case func(*frame) T:
		return v
	case func(*frame) int8:
		return func(f *frame) T { return T(v(f)) }
	case func(*frame) int16:
		return func(f *frame) T { return T(v(f)) }
	case func(*frame) int32:
		return func(f *frame) T { return T(v(f)) }
	case func(*frame) int64:
		return func(f *frame) T { return T(v(f)) }
	case func(*frame) uint8:
		return func(f *frame) T { return T(v(f)) }
	case func(*frame) uint16:
		return func(f *frame) T { return T(v(f)) }
	case func(*frame) uint32:
		return func(f *frame) T { return T(v(f)) }
	case func(*frame) uint64:
		return func(f *frame) T { return T(v(f)) }
	}
	return nil
}

func (complexRep[T]) number(x *expr) eval {
	switch v := x.v.(type) {
	case func(*frame) complex64:
		return func(f *frame) T { return T(v(f)) }
	case func(*frame) complex128:
		return func(f *frame) T { return T(v(f)) }
	}
	return nil
}

// stringOfRune converts an integer to the string of that character.
func stringOfRune(x *expr) eval {
	if k := x.t.Kind(); k >= reflect.Uint && k <= reflect.Uintptr {
		v := typed[uint64](widen(x))
		return func(f *frame) string {
			n := v(f)
			if n > utf8.MaxRune {
				n = utf8.RuneError
			}
			return string(rune(n))
		}
	}
	v := typed[int64](widen(x))
	return func(f *frame) string {
		n := v(f)
		if n < 0 || n > utf8.MaxRune {
			n = utf8.RuneError
		}
		return string(rune(n))
	}
}
