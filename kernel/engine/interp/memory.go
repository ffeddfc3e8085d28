package interp

// This file is the interpreter's view of raw memory: the words of slices and
// interfaces, and copying and allocating values of types known only at run
// time. It takes from the runtime what reflect takes from it.

import (
	"reflect"
	"unsafe"
)

//go:linkname typedmemmove reflect.typedmemmove
//go:noescape
func typedmemmove(t, dst, src unsafe.Pointer)

//go:linkname typedmemclr reflect.typedmemclr
//go:noescape
func typedmemclr(t, p unsafe.Pointer)

//go:linkname unsafeNew reflect.unsafe_New
func unsafeNew(t unsafe.Pointer) unsafe.Pointer

//go:linkname unsafeNewArray reflect.unsafe_NewArray
func unsafeNewArray(t unsafe.Pointer, n int) unsafe.Pointer

//go:linkname profLabel runtime/pprof.runtime_getProfLabel
func profLabel() unsafe.Pointer

// getg returns the address of the running goroutine's descriptor. It
// identifies the goroutine as long as that goroutine lives.
func getg() uintptr

// A slice has the words of a slice of any element type.
type slice struct {
	p        unsafe.Pointer
	len, cap int
}

// An iface has the words of an interface value: t is the type of an empty
// interface and the method table of any other.
type iface struct {
	t, d unsafe.Pointer
}

const wordSize = unsafe.Sizeof(uintptr(0))

// funTable is the offset of the first method in a method table, itabType that
// of the dynamic type.
const (
	itabType = wordSize
	funTable = 3 * wordSize
)

// rtype returns the runtime's descriptor of t.
func rtype(t reflect.Type) unsafe.Pointer {
	return (*iface)(unsafe.Pointer(&t)).d
}

// typeOf returns the type whose descriptor is rt.
func typeOf(rt unsafe.Pointer) reflect.Type {
	e := iface{t: rt}
	return reflect.TypeOf(*(*any)(unsafe.Pointer(&e)))
}

// at returns the variable of type t at p.
func at(t reflect.Type, p unsafe.Pointer) reflect.Value {
	return reflect.NewAt(t, p).Elem()
}

// copyOf returns a new variable of type t with the value at p.
func copyOf(t reflect.Type, p unsafe.Pointer) reflect.Value {
	v := reflect.New(t)
	typedmemmove(rtype(t), v.UnsafePointer(), p)
	return v.Elem()
}

// funcWord returns the word that a variable of func type holds for v.
func funcWord(v reflect.Value) unsafe.Pointer {
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return *(*unsafe.Pointer)(p.UnsafePointer())
}

// direct tells whether an interface holds a value of type t in its data word
// instead of pointing to it.
func direct(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	case reflect.Struct, reflect.Array:
		// The compiler alone knows its rule for aggregates; the data
		// word of a zero value tells: nil, or the address of memory.
		v := reflect.New(t).Elem().Interface()
		return (*iface)(unsafe.Pointer(&v)).d == nil
	}
	return false
}

// sameWords tells whether two interface values are the same words. Unlike ==
// it never panics.
func sameWords(a, b any) bool {
	return *(*iface)(unsafe.Pointer(&a)) == *(*iface)(unsafe.Pointer(&b))
}

// equalAt compares two values of type rt as == does, with its panics.
func equalAt(rt unsafe.Pointer, isDirect bool, p, q unsafe.Pointer) bool {
	a, b := iface{rt, p}, iface{rt, q}
	if isDirect {
		a.d, b.d = *(*unsafe.Pointer)(p), *(*unsafe.Pointer)(q)
	}
	return *(*any)(unsafe.Pointer(&a)) == *(*any)(unsafe.Pointer(&b))
}
