package interp

// This file compiles comparisons of what is not a number, string or bool.

import (
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// compareMem compares structs and arrays.
func (b *builder) compareMem(r repMem, op ir.Operator, x, y *expr) func(*frame) bool {
	rt, isDirect := r.rt, r.direct
	p, q := b.location(x).address(), b.location(y).address()
	switch op {
	case ir.Eq:
		return func(f *frame) bool { p := p(f); return equalAt(rt, isDirect, p, q(f)) }
	case ir.Ne:
		return func(f *frame) bool { p := p(f); return !equalAt(rt, isDirect, p, q(f)) }
	}
	return nil
}

func (repMem) compare(ir.Operator, *expr, *expr) func(*frame) bool { return nil }

// A slice can only be compared with nil.
func (sliceRep) compare(op ir.Operator, x, y *expr) func(*frame) bool {
	v := typed[slice](x)
	if x.fixed != nil {
		v = typed[slice](y)
	}
	switch op {
	case ir.Eq:
		return func(f *frame) bool { return v(f).p == nil }
	case ir.Ne:
		return func(f *frame) bool { return v(f).p != nil }
	}
	return nil
}

func (r ifaceRep) compare(op ir.Operator, x, y *expr) func(*frame) bool {
	if x.fixed != nil {
		x, y = y, x
	}
	v, w := typed[iface](x), typed[iface](y)
	isNil := y.fixed != nil && (*iface)(y.fixed).t == nil
	empty := r.empty
	switch {
	case op == ir.Eq && isNil:
		return func(f *frame) bool { return v(f).t == nil }
	case op == ir.Ne && isNil:
		return func(f *frame) bool { return v(f).t != nil }
	case op == ir.Eq:
		return func(f *frame) bool { a := v(f); return a.value(empty) == w(f).value(empty) }
	case op == ir.Ne:
		return func(f *frame) bool { a := v(f); return a.value(empty) != w(f).value(empty) }
	}
	return nil
}

// typ returns the dynamic type of an interface value; nil if it is nil.
func (i iface) typ(empty bool) unsafe.Pointer {
	if empty || i.t == nil {
		return i.t
	}
	return *(*unsafe.Pointer)(unsafe.Add(i.t, itabType))
}

// value returns an interface value as an any.
func (i iface) value(empty bool) any {
	i.t = i.typ(empty)
	return *(*any)(unsafe.Pointer(&i))
}
