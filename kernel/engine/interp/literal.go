package interp

// This file compiles composite literals.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

func (b *builder) literal(n *ir.Node) *expr {
	t := b.typ(n.Type)
	if t == nil {
		panic(defectf("a literal of a tuple type: %s", describe(n)))
	}
	if n.Op == ir.MapLit && t.Kind() == reflect.Map && len(n.Kids)%2 == 0 {
		return b.mapLit(t, n)
	}
	kids := make([]*expr, len(n.Kids))
	for i := range n.Kids {
		kids[i] = b.expr(kid(n, i))
	}
	switch {
	case n.Op == ir.StructLit && t.Kind() == reflect.Struct && len(n.Ints) == len(kids):
		return b.structLit(t, n.Ints, kids)
	case n.Op == ir.ListLit && t.Kind() == reflect.Array && len(n.Ints) == len(kids):
		return b.arrayLit(t, n.Ints, kids)
	case n.Op == ir.ListLit && t.Kind() == reflect.Slice && len(n.Ints) == len(kids):
		return b.sliceLit(t, n, kids)
	}
	panic(defectf("a literal of type %v: %s", t, describe(n)))
}

// A filler writes the parts of a literal.
type filler struct {
	w   into
	off uintptr
}

func (b *builder) structLit(t reflect.Type, fields []int, kids []*expr) *expr {
	var fill []filler
	named := 0
	for i, k := range fields {
		if k < 0 || k >= t.NumField() {
			panic(defectf("no field %d in %v", k, t))
		}
		if t.Field(k).Name == "_" { // stays zero
			fill = append(fill, filler{intoNowhere(kids[i]), 0})
			continue
		}
		fill = append(fill, filler{kids[i].into(), t.Field(k).Offset})
		named++
	}
	return aggregate(t, fill, named < t.NumField())
}

// intoNowhere evaluates x for its effects.
func intoNowhere(x *expr) into {
	w, rt := x.into(), rtype(x.t)
	return func(f *frame, _ unsafe.Pointer) { w(f, unsafeNew(rt)) }
}

func (b *builder) arrayLit(t reflect.Type, elems []int, kids []*expr) *expr {
	var fill []filler
	for i, k := range elems {
		if k < 0 || k >= t.Len() {
			panic(defectf("no element %d in %v", k, t))
		}
		fill = append(fill, filler{kids[i].into(), uintptr(k) * t.Elem().Size()})
	}
	return aggregate(t, fill, len(elems) < t.Len())
}

// aggregate returns the struct or array whose parts fill writes; with clear,
// there are others, which are zero.
func aggregate(t reflect.Type, fill []filler, clear bool) *expr {
	e := &expr{t: t, r: repFor(t)}
	rt := rtype(t)
	if len(fill) == 0 {
		e.fixed = reflect.New(t).UnsafePointer()
		e.v = e.r.constant(e.fixed)
		return e
	}
	e.v = func(f *frame, p unsafe.Pointer) {
		if clear {
			typedmemclr(rt, p)
		}
		for i := range fill {
			fill[i].w(f, unsafe.Add(p, fill[i].off))
		}
	}
	return e
}

func (b *builder) sliceLit(t reflect.Type, n *ir.Node, kids []*expr) *expr {
	elem := t.Elem()
	rt, size, count := rtype(elem), elem.Size(), n.N
	var fill []filler
	for i, k := range n.Ints {
		if k < 0 || k >= count {
			panic(defectf("no element %d in a %v of %d", k, t, count))
		}
		fill = append(fill, filler{kids[i].into(), uintptr(k) * size})
	}
	return &expr{t: t, r: repFor(t), v: func(f *frame) slice {
		p := unsafeNewArray(rt, count)
		for i := range fill {
			fill[i].w(f, unsafe.Add(p, fill[i].off))
		}
		return slice{p, count, count}
	}}
}

// mapLit sets one element after the other.
func (b *builder) mapLit(t reflect.Type, node *ir.Node) *expr {
	tmp := b.tempExpr(t)
	m := typed[unsafe.Pointer](tmp)
	off, n := tmp.loc.off, len(node.Kids)/2
	var list []stmt
	for i := 0; i < len(node.Kids); i += 2 {
		list = append(list, b.hoist(node.Kids[i:i+2]...))
		key, value := kid(node, i), kid(node, i+1)
		k := b.expr(key)
		if b.calls(key) {
			k = b.keep(&list, k, key, nil)
		}
		list = append(list, b.mapStore(tmp, k, b.expr(value)))
	}
	run := inSequence(list)
	return &expr{t: t, r: repFor(t), v: func(f *frame) unsafe.Pointer {
		*(*unsafe.Pointer)(f.ptr(off)) = reflect.MakeMapWithSize(t, n).UnsafePointer()
		if run != nil {
			run(f)
		}
		return m(f)
	}}
}
