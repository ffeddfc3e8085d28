package interp

// This file says how values are represented while they are computed. A value
// of a type with up to three words travels in registers, as the result of a
// func(*frame) T, where T is one of eighteen types that stand for all types of
// the same form: int64 for int and time.Duration, slice for every slice type.
// Structs and arrays do not travel: they are written where they are wanted, by
// a func(*frame, unsafe.Pointer).

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// An eval is a func(*frame) T or a func(*frame, unsafe.Pointer), which
// depends on the rep.
type eval any

// An into writes a value to memory.
type into = func(*frame, unsafe.Pointer)

// A rep is a representation of values.
type rep interface {
	// load returns the eval of what is at a location.
	load(l loc) eval
	// store returns the statement that stores v at a location, which is
	// computed after v.
	store(l loc, v eval) stmt
	// constant returns the eval of the value at p, which does not change.
	constant(p unsafe.Pointer) eval
	// into returns what writes v to memory.
	into(v eval) into
	// from returns the eval of what w writes. Memory for it is at offset
	// tmp of the frame.
	from(w into, tmp uintptr) eval
	// fresh returns new memory with the value v.
	fresh(v eval) func(*frame) unsafe.Pointer
	// drop returns the statement that evaluates v for its effects.
	drop(v eval) stmt
	// call returns the eval of a call's result.
	call(c *callSite) eval
	// element returns the eval of the element i of slice x. Offsets of x
	// and i in the frame are given if both are there.
	element(x func(*frame) slice, i func(*frame) int64, unsigned, both bool, xOff, iOff uintptr) eval
	// appendOne and appendAll return append(x, v) and append(x, y...).
	appendOne(x func(*frame) slice, v eval) func(*frame) slice
	appendAll(x, y func(*frame) slice) func(*frame) slice
	// makeSlice returns make([]T, n, c); without c, its capacity is n.
	makeSlice(n, c func(*frame) int64) func(*frame) slice
	// update returns the statement that stores x op y at the location of x;
	// nil: it has to be made of a load and a store.
	update(op ir.Operator, l loc, y *expr) stmt
	// recv and send are the channel operations.
	recv(ch func(*frame) unsafe.Pointer, t reflect.Type) func(*frame, unsafe.Pointer) bool
	send(ch func(*frame) unsafe.Pointer, v eval, t reflect.Type) stmt
	// lined evaluates v with another line in the frame.
	lined(v eval, line, old int) eval
	// following evaluates v after a statement has run.
	following(run stmt, v eval) eval
	// binary, compare and unary are the operators; nil: there is none.
	binary(op ir.Operator, x, y *expr) eval
	compare(op ir.Operator, x, y *expr) func(*frame) bool
	unary(op ir.Operator, x *expr) eval
	// number returns the eval of x, another number, converted.
	number(x *expr) eval
}

// repOf is the representation of the types that have the form of T.
type repOf[T any] struct{}

// repMem is the representation of structs and arrays.
type repMem struct {
	t      reflect.Type
	rt     unsafe.Pointer
	direct bool
}

// The number representations add their operators to repOf.
type (
	intRep[T integer]       struct{ repOf[T] }
	floatRep[T floating]    struct{ repOf[T] }
	complexRep[T complexes] struct{ repOf[T] }
	boolRep                 struct{ repOf[bool] }
	stringRep               struct{ repOf[string] }
	wordRep                 struct{ repOf[unsafe.Pointer] } // pointers, maps, channels, functions
	sliceRep                struct{ repOf[slice] }
	ifaceRep                struct {
		repOf[iface]
		empty bool // the type is an interface without methods
	}
)

type integer interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

type floating interface{ float32 | float64 }

type complexes interface{ complex64 | complex128 }

// kindReps are the representations of the kinds that need no type.
var kindReps = map[reflect.Kind]rep{
	reflect.Bool:          boolRep{},
	reflect.Int:           intRep[int64]{},
	reflect.Int8:          intRep[int8]{},
	reflect.Int16:         intRep[int16]{},
	reflect.Int32:         intRep[int32]{},
	reflect.Int64:         intRep[int64]{},
	reflect.Uint:          intRep[uint64]{},
	reflect.Uint8:         intRep[uint8]{},
	reflect.Uint16:        intRep[uint16]{},
	reflect.Uint32:        intRep[uint32]{},
	reflect.Uint64:        intRep[uint64]{},
	reflect.Uintptr:       intRep[uint64]{},
	reflect.Float32:       floatRep[float32]{},
	reflect.Float64:       floatRep[float64]{},
	reflect.Complex64:     complexRep[complex64]{},
	reflect.Complex128:    complexRep[complex128]{},
	reflect.String:        stringRep{},
	reflect.Slice:         sliceRep{},
	reflect.Pointer:       wordRep{},
	reflect.Map:           wordRep{},
	reflect.Chan:          wordRep{},
	reflect.Func:          wordRep{},
	reflect.UnsafePointer: wordRep{},
}

// repFor returns the representation of a type.
func repFor(t reflect.Type) rep {
	if r := kindReps[t.Kind()]; r != nil {
		return r
	}
	if t.Kind() == reflect.Interface {
		return ifaceRep{empty: t.NumMethod() == 0}
	}
	return repMem{t: t, rt: rtype(t), direct: direct(t)}
}

// A loc is where a value lies in memory.
type loc struct {
	mode mode
	off  uintptr                     // inFrame, inBox, inCapture
	sub  uintptr                     // inBox, inCapture: offset in the variable
	p    unsafe.Pointer              // atFixed
	addr func(*frame) unsafe.Pointer // computed
}

type mode int

const (
	nowhere   mode = iota
	inFrame        // at an offset of the frame
	inBox          // the frame has its address
	inCapture      // the closure has its address
	atFixed        // at one address for ever
	computed       // at an address to be computed
)

// address returns what computes the location's address.
func (l loc) address() func(*frame) unsafe.Pointer {
	off, sub, p := l.off, l.sub, l.p
	switch l.mode {
	case inFrame:
		return func(f *frame) unsafe.Pointer { return f.ptr(off) }
	case inBox:
		return func(f *frame) unsafe.Pointer { return unsafe.Add(*(*unsafe.Pointer)(f.ptr(off)), sub) }
	case inCapture:
		return func(f *frame) unsafe.Pointer { return unsafe.Add(*(*unsafe.Pointer)(unsafe.Add(f.caps, off)), sub) }
	case atFixed:
		return func(*frame) unsafe.Pointer { return p }
	}
	return l.addr
}

// field returns the location of what lies off bytes into a value at l.
func (l loc) field(off uintptr) loc {
	switch l.mode {
	case inFrame:
		l.off += off
	case inBox, inCapture:
		l.sub += off
	case atFixed:
		l.p = unsafe.Add(l.p, off)
	case computed:
		if addr := l.addr; off != 0 {
			l.addr = func(f *frame) unsafe.Pointer { return unsafe.Add(addr(f), off) }
		}
	}
	return l
}

func (repOf[T]) load(l loc) eval {
	off, sub := l.off, l.sub
	switch l.mode {
	case inFrame:
		return func(f *frame) T { return *(*T)(f.ptr(off)) }
	case inBox:
		return func(f *frame) T { return *(*T)(unsafe.Add(*(*unsafe.Pointer)(f.ptr(off)), sub)) }
	case inCapture:
		return func(f *frame) T {
			return *(*T)(unsafe.Add(*(*unsafe.Pointer)(unsafe.Add(f.caps, off)), sub))
		}
	case atFixed:
		p := (*T)(l.p)
		return func(*frame) T { return *p }
	}
	addr := l.addr
	return func(f *frame) T { return *(*T)(addr(f)) }
}

func (repOf[T]) store(l loc, v eval) stmt {
	off, sub := l.off, l.sub
	fn := v.(func(*frame) T)
	switch l.mode {
	case inFrame:
		return func(f *frame) ctl { *(*T)(f.ptr(off)) = fn(f); return next }
	case inBox:
		return func(f *frame) ctl {
			x := fn(f)
			*(*T)(unsafe.Add(*(*unsafe.Pointer)(f.ptr(off)), sub)) = x
			return next
		}
	case inCapture:
		return func(f *frame) ctl {
			x := fn(f)
			*(*T)(unsafe.Add(*(*unsafe.Pointer)(unsafe.Add(f.caps, off)), sub)) = x
			return next
		}
	case atFixed:
		p := (*T)(l.p)
		return func(f *frame) ctl { *p = fn(f); return next }
	}
	addr := l.addr
	return func(f *frame) ctl {
		x := fn(f)
		*(*T)(addr(f)) = x
		return next
	}
}

func (repOf[T]) constant(p unsafe.Pointer) eval {
	x := *(*T)(p)
	return func(*frame) T { return x }
}

func (repOf[T]) into(v eval) into {
	fn := v.(func(*frame) T)
	return func(f *frame, p unsafe.Pointer) {
		x := fn(f)
		*(*T)(p) = x
	}
}

func (repOf[T]) from(w into, tmp uintptr) eval {
	return func(f *frame) T {
		p := f.ptr(tmp)
		w(f, p)
		return *(*T)(p)
	}
}

func (repOf[T]) fresh(v eval) func(*frame) unsafe.Pointer {
	fn := v.(func(*frame) T)
	return func(f *frame) unsafe.Pointer {
		x := fn(f)
		p := new(T)
		*p = x
		return unsafe.Pointer(p)
	}
}

func (repOf[T]) drop(v eval) stmt {
	fn := v.(func(*frame) T)
	return func(f *frame) ctl { fn(f); return next }
}

func (repOf[T]) binary(ir.Operator, *expr, *expr) eval               { return nil }
func (repOf[T]) compare(ir.Operator, *expr, *expr) func(*frame) bool { return nil }
func (repOf[T]) unary(ir.Operator, *expr) eval                       { return nil }
func (repOf[T]) update(ir.Operator, loc, *expr) stmt                 { return nil }
func (repOf[T]) number(*expr) eval                                   { return nil }

func (r repMem) load(l loc) eval {
	rt, addr := r.rt, l.address()
	return func(f *frame, p unsafe.Pointer) { typedmemmove(rt, p, addr(f)) }
}

// store writes in place: the caller has seen to it that v does not read what
// it overwrites.
func (r repMem) store(l loc, v eval) stmt {
	w, addr := v.(into), l.address()
	return func(f *frame) ctl {
		w(f, addr(f))
		return next
	}
}

func (r repMem) constant(p unsafe.Pointer) eval {
	rt := r.rt
	return func(_ *frame, to unsafe.Pointer) { typedmemmove(rt, to, p) }
}

func (r repMem) into(v eval) into { return v.(into) }

func (r repMem) from(w into, _ uintptr) eval { return w }

func (r repMem) fresh(v eval) func(*frame) unsafe.Pointer {
	w, rt := v.(into), r.rt
	return func(f *frame) unsafe.Pointer {
		p := unsafeNew(rt)
		w(f, p)
		return p
	}
}

func (r repMem) drop(v eval) stmt {
	w, rt := v.(into), r.rt
	return func(f *frame) ctl {
		w(f, unsafeNew(rt))
		return next
	}
}

func (repMem) binary(ir.Operator, *expr, *expr) eval { return nil }
func (repMem) unary(ir.Operator, *expr) eval         { return nil }
func (repMem) update(ir.Operator, loc, *expr) stmt   { return nil }
func (repMem) number(*expr) eval                     { return nil }
