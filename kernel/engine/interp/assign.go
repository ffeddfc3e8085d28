package interp

// This file compiles assignments and declarations.

import (
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// A place is the left side of an assignment.
type place struct {
	// before evaluates its operands; nil: there are none, or they are
	// evaluated with the store.
	before stmt
	// store returns the statement that stores a value. It evaluates the
	// value first.
	store func(v *expr) stmt
	e     *expr // what the place holds; nil for a blank and a new variable
}

// place compiles the left side of an assignment. With early, its operands are
// evaluated before the value; changed holds the slots that the same statement
// assigns to.
func (b *builder) place(n *ir.Node, early bool, changed map[int]bool) place {
	switch n.Op {
	case ir.Blank:
		return place{store: func(v *expr) stmt { return b.dropped(v) }}
	case ir.NewLocal:
		s := b.slot(n.N)
		return place{store: func(v *expr) stmt { return b.declare(n.N, b.convert(v, s.t)) }}
	case ir.NewGlobal:
		g := b.global(n.N)
		dst := b.at(g.t, loc{mode: atFixed, p: g.p})
		return place{store: func(v *expr) stmt {
			set := b.assignTo(dst, b.convert(v, g.t))
			return func(f *frame) ctl {
				set(f)
				f.th.group.declare(g)
				return next
			}
		}}
	case ir.MapIndex:
		m, k := b.expr(kid(n, 0)), b.expr(kid(n, 1))
		var before []stmt
		if early {
			m = b.keep(&before, m, n.Kids[0], changed)
			k = b.keep(&before, k, n.Kids[1], changed)
		}
		return place{before: inSequence(before), e: b.lined(n, b.mapIndex(m, k)), store: func(v *expr) stmt {
			return b.mapStore(m, k, b.convert(v, m.t.Elem()))
		}}
	}
	var before []stmt
	e := b.placeExpr(n, early, changed, &before)
	if !e.place {
		panic(defectf("%s cannot be assigned to", describe(n)))
	}
	return place{before: inSequence(before), e: e, store: func(v *expr) stmt { return b.assignTo(e, b.convert(v, e.t)) }}
}

// placeExpr compiles a variable, an element, a field or a dereference; with
// early, before gets what evaluates the operands.
func (b *builder) placeExpr(n *ir.Node, early bool, changed map[int]bool, before *[]stmt) *expr {
	if !early {
		return b.expr(n)
	}
	switch n.Op {
	case ir.Field:
		x := b.placeExpr(kid(n, 0), early, changed, before)
		return b.expr(b.with(n, x))
	case ir.ArrayIndex:
		x := b.placeExpr(kid(n, 0), early, changed, before)
		y := b.keep(before, b.expr(kid(n, 1)), n.Kids[1], changed)
		return b.expr(b.with(n, x, y))
	case ir.SliceIndex:
		x := b.keep(before, b.expr(kid(n, 0)), n.Kids[0], changed)
		y := b.keep(before, b.expr(kid(n, 1)), n.Kids[1], changed)
		return b.expr(b.with(n, x, y))
	case ir.Deref:
		x := b.keep(before, b.expr(kid(n, 0)), n.Kids[0], changed)
		return b.expr(b.with(n, x))
	}
	return b.expr(n)
}

// with returns a copy of n whose kids are compiled already.
func (b *builder) with(n *ir.Node, kids ...*expr) *ir.Node {
	c := *n
	c.Kids = make([]*ir.Node, len(kids))
	for i, e := range kids {
		c.Kids[i] = b.give(e)
	}
	return &c
}

// give returns a node that stands for a compiled expression.
func (b *builder) give(e *expr) *ir.Node {
	n := &ir.Node{Op: ir.Invalid}
	if b.given == nil {
		b.given = map[*ir.Node]*expr{}
	}
	b.given[n] = e
	return n
}

// keep evaluates an operand in before, unless nothing can change it.
func (b *builder) keep(before *[]stmt, e *expr, n *ir.Node, changed map[int]bool) *expr {
	if e.fixed != nil || n.Op == ir.Local && e.isLocal() && !changed[n.N] {
		return e
	}
	tmp := b.tempExpr(e.t)
	*before = append(*before, b.assignTo(tmp, e))
	return tmp
}

// assignTo returns the statement that stores v, of dst's type, at a location.
func (b *builder) assignTo(dst, v *expr) stmt {
	if v.r == nil {
		panic(defectf("no value to assign to a %v", dst.t))
	}
	m, ok := dst.r.(repMem)
	if !ok {
		return dst.r.store(dst.loc, v.v)
	}
	rt, to := m.rt, dst.loc.address()
	if v.loc.mode != nowhere || v.fixed != nil {
		from := b.location(v).address()
		return func(f *frame) ctl {
			p := from(f)
			typedmemmove(rt, to(f), p)
			return next
		}
	}
	w, tmp := v.into(), b.temp(dst.t)
	return func(f *frame) ctl {
		p := f.ptr(tmp)
		w(f, p)
		typedmemmove(rt, to(f), p)
		return next
	}
}

// declare returns the statement that makes the variable of a slot.
func (b *builder) declare(i int, v *expr) stmt {
	s := b.slot(i)
	if v.t != s.t {
		panic(defectf("a %v for slot %d of %s, a %v", v.t, i, b.src.Name, s.t))
	}
	switch s.loc.mode {
	case inBox:
		box, off := s.r.fresh(v.v), s.loc.off
		return func(f *frame) ctl {
			p := box(f)
			*(*unsafe.Pointer)(f.ptr(off)) = p
			return next
		}
	case inFrame:
		return s.r.store(s.loc, v.v)
	}
	panic(defectf("slot %d of %s, a captured one, is declared", i, b.src.Name))
}

// dropped returns the statement that evaluates v for its effects.
func (b *builder) dropped(v *expr) stmt {
	if v.run != nil {
		return v.run
	}
	if v.v == nil {
		panic(defectf("nothing to evaluate"))
	}
	if _, ok := v.r.(repMem); ok && v.loc.mode != nowhere {
		addr := v.loc.address()
		return func(f *frame) ctl { addr(f); return next }
	}
	return v.r.drop(v.v)
}

func (b *builder) assign(n *ir.Node) stmt {
	if n.N < 1 || len(n.Kids) <= n.N {
		panic(defectf("an assignment without both sides: %s", describe(n)))
	}
	places, values := n.Kids[:n.N], n.Kids[n.N:]
	if n.N == 1 && len(values) == 1 {
		var first stmt
		if b.calls(places[0]) {
			// Otherwise the value, which is evaluated first, is
			// all that has calls.
			first = b.hoist(kid(n, 0), values[0])
		}
		v := b.expr(values[0])
		if v.tuple == nil {
			p := b.place(kid(n, 0), b.calls(places[0]), nil)
			return inSequence([]stmt{first, p.before, p.store(v)})
		}
	}
	changed := map[int]bool{}
	for i := range places {
		if k := kid(n, i); k.Op == ir.Local || k.Op == ir.NewLocal {
			changed[k.N] = true
		}
	}
	var run []stmt
	if len(values) == len(places) {
		run = append(run, b.hoist(n.Kids...))
	}
	list := make([]place, len(places))
	for i, k := range places {
		list[i] = b.place(k, true, changed)
		run = append(run, list[i].before)
	}
	if len(values) == 1 {
		v := b.expr(values[0])
		if len(v.tuple) != len(places) {
			panic(defectf("%d values for %d places: %s", len(v.tuple), len(places), describe(n)))
		}
		run = append(run, v.run)
		for i, p := range list {
			run = append(run, p.store(v.tuple[i]))
		}
		return inSequence(run)
	}
	if len(values) != len(places) {
		panic(defectf("%d values for %d places: %s", len(values), len(places), describe(n)))
	}
	exprs := make([]*expr, len(values))
	for i, k := range values {
		exprs[i] = b.expr(k)
	}
	stores := make([]stmt, len(list))
	for i, p := range list {
		stores[i] = p.store(b.keep(&run, exprs[i], values[i], changed))
	}
	return inSequence(append(run, stores...))
}

// assignOp compiles x op= y.
func (b *builder) assignOp(n *ir.Node) stmt {
	op := ir.Operator(n.N)
	x, yNode := kid(n, 0), kid(n, 1)
	first := b.hoist(x, yNode)
	y := b.expr(yNode)
	p := b.place(x, b.calls(x) || x.Op == ir.MapIndex, nil)
	if p.e == nil {
		panic(defectf("%s cannot be changed", describe(x)))
	}
	run := sequence(first, p.before)
	if x.Op == ir.MapIndex {
		return sequence(run, p.store(b.lined(n, b.binary(op, p.e, y, p.e.t))))
	}
	if s := p.e.r.update(op, p.e.loc, y); s != nil {
		return sequence(run, s)
	}
	dst := p.e
	if dst.loc.mode == computed {
		// The address is computed once.
		ptr, addr := b.temp(pointerType), dst.loc.addr
		run = sequence(run, func(f *frame) ctl {
			p := addr(f)
			*(*unsafe.Pointer)(f.ptr(ptr)) = p
			return next
		})
		dst = b.at(dst.t, loc{mode: computed, addr: func(f *frame) unsafe.Pointer {
			return *(*unsafe.Pointer)(f.ptr(ptr))
		}})
	}
	return sequence(run, b.assignTo(dst, b.binary(op, dst, y, dst.t)))
}

func (intRep[T]) update(op ir.Operator, l loc, y *expr) stmt     { return update[T](op, l, y) }
func (floatRep[T]) update(op ir.Operator, l loc, y *expr) stmt   { return update[T](op, l, y) }
func (complexRep[T]) update(op ir.Operator, l loc, y *expr) stmt { return update[T](op, l, y) }

// update compiles the common cases of x op= y.
func update[T numeric](op ir.Operator, l loc, y *expr) stmt {
	if op != ir.Add && op != ir.Sub && op != ir.Mul {
		return nil
	}
	v := typed[T](y)
	off := l.off
	switch {
	case l.mode == inFrame && y.fixed != nil && op != ir.Mul:
		c := *(*T)(y.fixed)
		if op == ir.Sub {
			return func(f *frame) ctl { *(*T)(f.ptr(off)) -= c; return next }
		}
		return func(f *frame) ctl { *(*T)(f.ptr(off)) += c; return next }
	case l.mode == inFrame && y.isLocal() && op == ir.Add:
		from := y.loc.off
		return func(f *frame) ctl { *(*T)(f.ptr(off)) += local[T](f, from); return next }
	case l.mode == inFrame:
		switch op {
		case ir.Add:
			return func(f *frame) ctl { x := v(f); *(*T)(f.ptr(off)) += x; return next }
		case ir.Sub:
			return func(f *frame) ctl { x := v(f); *(*T)(f.ptr(off)) -= x; return next }
		}
		return func(f *frame) ctl { x := v(f); *(*T)(f.ptr(off)) *= x; return next }
	case l.mode == atFixed && y.isLocal() && op == ir.Add:
		p, from := (*T)(l.p), y.loc.off
		return func(f *frame) ctl { *p += local[T](f, from); return next }
	case l.mode == atFixed && y.fixed != nil && op == ir.Add:
		p, c := (*T)(l.p), *(*T)(y.fixed)
		return func(f *frame) ctl { *p += c; return next }
	}
	addr := l.address()
	switch op {
	case ir.Add:
		return func(f *frame) ctl { x := v(f); *(*T)(addr(f)) += x; return next }
	case ir.Sub:
		return func(f *frame) ctl { x := v(f); *(*T)(addr(f)) -= x; return next }
	}
	return func(f *frame) ctl { x := v(f); *(*T)(addr(f)) *= x; return next }
}
