package interp

// This file compiles function literals, method values and method expressions.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// funcLit compiles a function literal.
func (b *builder) funcLit(n *ir.Node) *expr {
	if n.Func == nil {
		panic(defectf("a function literal without a function: %s", describe(n)))
	}
	fn := b.function(n.Func)
	make := b.capture(fn, n.Func.Captures)
	sig := fn.sig
	return &expr{
		t: sig.t, r: wordRep{}, closure: make,
		v: func(f *frame) unsafe.Pointer { return sig.funcValue(make(f)) },
	}
}

// capture returns what makes a closure of fn over variables of the function
// being compiled.
func (b *builder) capture(fn *function, slots []int) func(*frame) *closure {
	if len(slots) == 0 {
		c := &closure{fn: fn}
		return func(*frame) *closure { return c }
	}
	type source struct {
		off      uintptr
		captured bool
	}
	from := make([]source, len(slots))
	for i, k := range slots {
		switch l := b.slot(k).loc; l.mode {
		case inBox:
			from[i] = source{off: l.off}
		case inCapture:
			from[i] = source{off: l.off, captured: true}
		default:
			panic(defectf("%s captures slot %d of %s, which does not escape", fn.name, k, b.src.Name))
		}
	}
	return func(f *frame) *closure {
		caps := make([]unsafe.Pointer, len(from))
		for i, s := range from {
			if s.captured {
				caps[i] = *(*unsafe.Pointer)(unsafe.Add(f.caps, s.off))
			} else {
				caps[i] = *(*unsafe.Pointer)(f.ptr(s.off))
			}
		}
		return &closure{fn: fn, caps: unsafe.Pointer(unsafe.SliceData(caps))}
	}
}

// methodValue compiles x.M.
func (b *builder) methodValue(n *ir.Node) *expr {
	x := b.expr(kid(n, 0))
	t := b.typ(n.Type)
	e := &expr{t: t, r: repFor(t)}
	if x.t.Kind() != reflect.Interface {
		if _, ok := x.t.MethodByName(n.S); !ok {
			e.v = b.unexportedValue(x, n.S, t)
			return e
		}
	}
	read := b.location(x).address()
	isInterface := x.t.Kind() == reflect.Interface
	e.v = func(f *frame) unsafe.Pointer {
		// A copy, as the method value keeps the receiver.
		v := copyOf(x.t, read(f))
		if isInterface && v.IsNil() {
			nilDereference()
		}
		return funcWord(v.MethodByName(n.S))
	}
	return e
}

// unexportedValue makes a method value of a method that reflection does not
// reach.
func (b *builder) unexportedValue(x *expr, name string, t reflect.Type) func(*frame) unsafe.Pointer {
	fn := b.m.methodFunc(x.t, name)
	read := b.location(x).address()
	return func(f *frame) unsafe.Pointer {
		recv := copyOf(x.t, read(f))
		return funcWord(reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
			return callAll(fn, append([]reflect.Value{recv}, args...))
		}))
	}
}

func callAll(fn reflect.Value, args []reflect.Value) []reflect.Value {
	if fn.Type().IsVariadic() {
		return fn.CallSlice(args)
	}
	return fn.Call(args)
}

// methodExpr compiles T.M.
func (b *builder) methodExpr(n *ir.Node) *expr {
	recv, t := b.typ(n.N), b.typ(n.Type)
	if recv.Kind() != reflect.Interface {
		return constantExpr(b.m.methodFunc(recv, n.S).Convert(t))
	}
	return constantExpr(reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
		if args[0].IsNil() {
			nilDereference()
		}
		return callAll(args[0].MethodByName(n.S), args[1:])
	}))
}
