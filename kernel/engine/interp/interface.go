package interp

// This file compiles conversions to interfaces and the tests of what an
// interface holds.

import (
	"reflect"
	"runtime"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// toInterface compiles the conversion of x to interface type t.
func (b *builder) toInterface(x *expr, t reflect.Type) *expr {
	e := &expr{t: t, r: repFor(t)}
	if x.t.Kind() == reflect.Interface {
		e.v = b.m.interfaceToInterface(x, t)
		return e
	}
	head := b.m.head(x.t, t)
	if head == nil {
		panic(defectf("%v does not implement %v", x.t, t))
	}
	if x.fixed != nil {
		// Nobody changes what an interface points to: one box will do.
		v := iface{t: head, d: x.fixed}
		if direct(x.t) {
			v.d = *(*unsafe.Pointer)(x.fixed)
		}
		e.fixed = unsafe.Pointer(&v)
		e.v = func(*frame) iface { return v }
		return e
	}
	if direct(x.t) {
		word, ok := x.v.(func(*frame) unsafe.Pointer)
		if !ok { // a struct or an array of one pointer
			addr := b.location(x).address()
			word = func(f *frame) unsafe.Pointer { return *(*unsafe.Pointer)(addr(f)) }
		}
		e.v = func(f *frame) iface { return iface{head, word(f)} }
		return e
	}
	box := x.r.fresh(x.v)
	switch v := x.v.(type) {
	case func(*frame) int64:
		box = smallBox(v)
	case func(*frame) uint8:
		box = func(f *frame) unsafe.Pointer { return unsafe.Pointer(&smallInts[v(f)]) }
	}
	e.v = func(f *frame) iface { return iface{head, box(f)} }
	return e
}

// smallInts are the boxes of the integers that are worth having ready.
var smallInts = func() (t [256]uint64) {
	for i := range t {
		t[i] = uint64(i)
	}
	return t
}()

func smallBox(v func(*frame) int64) func(*frame) unsafe.Pointer {
	return func(f *frame) unsafe.Pointer {
		n := v(f)
		if uint64(n) < uint64(len(smallInts)) {
			return unsafe.Pointer(&smallInts[n])
		}
		p := new(int64)
		*p = n
		return unsafe.Pointer(p)
	}
}

// A headKey is a concrete type and an interface type.
type headKey struct{ concrete, iface reflect.Type }

// head returns the first word of interface values of type t that hold a value
// of a concrete type; nil if that does not implement t.
func (m *Machine) head(concrete, t reflect.Type) unsafe.Pointer {
	if t.NumMethod() == 0 {
		return rtype(concrete)
	}
	k := headKey{concrete, t}
	if h, ok := m.heads.Load(k); ok {
		return h.(unsafe.Pointer)
	}
	var h unsafe.Pointer
	if concrete.Implements(t) {
		v := reflect.New(t)
		v.Elem().Set(reflect.Zero(concrete))
		h = *(*unsafe.Pointer)(v.UnsafePointer())
	}
	m.heads.Store(k, h)
	return h
}

// interfaceToInterface compiles the conversion of an interface to one that it
// implements.
func (m *Machine) interfaceToInterface(x *expr, t reflect.Type) func(*frame) iface {
	v, empty := typed[iface](x), x.t.NumMethod() == 0
	if t.NumMethod() == 0 {
		return func(f *frame) iface {
			i := v(f)
			i.t = i.typ(empty)
			return i
		}
	}
	return func(f *frame) iface {
		i := v(f)
		if i.t == nil {
			return i
		}
		i.t = m.head(typeOf(i.typ(empty)), t)
		return i
	}
}

// A typeCase finds values of type to in interface values of type from.
type typeCase struct {
	from, to reflect.Type
	empty    bool // from has no methods
	rt       unsafe.Pointer
	m        *Machine
}

// holds tells whether i holds a value of the type; if that is an interface,
// head is the first word of i as a value of it.
func (c *typeCase) holds(i iface) (head unsafe.Pointer, ok bool) {
	t := i.typ(c.empty)
	if c.to.Kind() != reflect.Interface {
		return t, t == c.rt
	}
	if t == nil {
		return nil, false
	}
	h := c.m.head(typeOf(t), c.to)
	return h, h != nil
}

// fail panics as the runtime does when i does not hold a value of the type.
func (c *typeCase) fail(i iface) {
	t := i.typ(c.empty)
	missing := ""
	if c.to.Kind() == reflect.Interface && t != nil {
		missing = missingMethod(typeOf(t), c.to)
	}
	e := &assertionError{iface: rtype(c.from), concrete: t, asserted: rtype(c.to), missing: missing}
	if c.to.Kind() == reflect.Interface && t == nil {
		e.iface = nil
	}
	panic((*runtime.TypeAssertionError)(unsafe.Pointer(e)))
}

// An assertionError has the fields of a runtime.TypeAssertionError, which can
// only be made by the runtime.
type assertionError struct {
	iface, concrete, asserted unsafe.Pointer
	missing                   string
}

// missingMethod returns the first method of interface t that concrete lacks.
func missingMethod(concrete, t reflect.Type) string {
	for i := range t.NumMethod() {
		want := t.Method(i)
		have, ok := concrete.MethodByName(want.Name)
		if !ok || !sameMethod(have.Type, want.Type) {
			return want.Name
		}
	}
	return ""
}

// sameMethod tells whether a method, whose type has the receiver as its first
// parameter, is of an interface's method type.
func sameMethod(have, want reflect.Type) bool {
	if have.NumIn() != want.NumIn()+1 || have.NumOut() != want.NumOut() || have.IsVariadic() != want.IsVariadic() {
		return false
	}
	for i := range want.NumIn() {
		if have.In(i+1) != want.In(i) {
			return false
		}
	}
	for i := range want.NumOut() {
		if have.Out(i) != want.Out(i) {
			return false
		}
	}
	return true
}

// assertion prepares x.(t). It returns the interface value's eval and, for
// what it holds, an into.
func (b *builder) assertion(x *expr, t reflect.Type) (c *typeCase, v func(*frame) iface) {
	if x.t == nil || x.t.Kind() != reflect.Interface || t == nil {
		panic(defectf("a type assertion of %v to %v", x.t, t))
	}
	return &typeCase{x.t, t, x.t.NumMethod() == 0, rtype(t), b.m}, typed[iface](x)
}

func (b *builder) typeAssert(x *expr, t reflect.Type) *expr {
	c, v := b.assertion(x, t)
	e := &expr{t: t, r: repFor(t)}
	switch {
	case t.Kind() == reflect.Interface:
		e.v = func(f *frame) iface {
			i := v(f)
			h, ok := c.holds(i)
			if !ok {
				c.fail(i)
			}
			return iface{h, i.d}
		}
	case direct(t) && e.r == rep(wordRep{}):
		e.v = func(f *frame) unsafe.Pointer {
			i := v(f)
			if i.typ(c.empty) != c.rt {
				c.fail(i)
			}
			return i.d
		}
	case direct(t):
		e.v = func(f *frame, p unsafe.Pointer) {
			i := v(f)
			if i.typ(c.empty) != c.rt {
				c.fail(i)
			}
			*(*unsafe.Pointer)(p) = i.d
		}
	default:
		e = b.at(t, loc{mode: computed, addr: func(f *frame) unsafe.Pointer {
			i := v(f)
			if i.typ(c.empty) != c.rt {
				c.fail(i)
			}
			return i.d
		}}).value()
	}
	return e
}

func (b *builder) typeAssertOk(x *expr, types []reflect.Type) *expr {
	if len(types) != 2 {
		panic(defectf("a type assertion with ok has %d values", len(types)))
	}
	t := types[0]
	c, v := b.assertion(x, t)
	val, ok := b.tempExpr(t), b.tempExpr(types[1])
	p, q := val.loc.off, ok.loc.off
	rt, isDirect := rtype(t), direct(t)
	e := &expr{tuple: []*expr{val, ok}}
	e.run = func(f *frame) ctl {
		i := v(f)
		head, ok := c.holds(i)
		to := f.ptr(p)
		*(*bool)(f.ptr(q)) = ok
		switch {
		case !ok:
			typedmemclr(rt, to)
		case c.to.Kind() == reflect.Interface:
			*(*iface)(to) = iface{head, i.d}
		case isDirect:
			*(*unsafe.Pointer)(to) = i.d
		default:
			typedmemmove(rt, to, i.d)
		}
		return next
	}
	return e
}

func (b *builder) typeIs(n *ir.Node) *expr {
	x := b.expr(kid(n, 0))
	t := b.typ(n.Type)
	e := &expr{t: t, r: repFor(t)}
	if n.N < 0 {
		v := typed[iface](x)
		e.v = func(f *frame) bool { return v(f).t == nil }
		return e
	}
	c, v := b.assertion(x, b.typ(n.N))
	e.v = func(f *frame) bool {
		_, ok := c.holds(v(f))
		return ok
	}
	return e
}
