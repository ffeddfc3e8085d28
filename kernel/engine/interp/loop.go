package interp

// This file compiles loops, except those over maps, channels and functions.
// Every loop looks at the stop flag before it goes back.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// A loop is what all loops share.
type loop struct {
	body       stmt
	brk, again ctl
	line       int // where an interrupted loop is shown to have stopped
}

func (b *builder) loop(n, body *ir.Node) loop {
	return loop{b.stmt(body), breakTo(n.N), continueTo(n.N), n.Line}
}

// step runs the body once. With done, the loop is over and c is how control
// leaves it.
func (l *loop) step(f *frame) (c ctl, done bool) {
	switch c := l.body(f); c {
	case next, l.again:
	case l.brk:
		return next, true
	default:
		return c, true
	}
	if f.stop.Load() != 0 {
		f.line = l.line
		f.th.halt()
	}
	return next, false
}

func (b *builder) forLoop(n *ir.Node) stmt {
	if len(n.Kids) != 4 {
		panic(defectf("a loop with %d parts: %s", len(n.Kids), describe(n)))
	}
	var init, post stmt
	if n.Kids[0] != nil {
		init = b.stmt(n.Kids[0])
	}
	cond := func(*frame) bool { return true }
	if n.Kids[1] != nil {
		cond = b.cond(n.Kids[1])
	}
	l := b.loop(n, kid(n, 3))
	if n.Kids[2] != nil {
		post = b.stmt(n.Kids[2])
	}
	for _, k := range n.Ints {
		if s := b.slot(k); s.loc.mode == inBox {
			post = sequence(b.renew(s), post)
		}
	}
	if post == nil {
		post = func(*frame) ctl { return next }
	}
	body, brk, again, line := l.body, l.brk, l.again, l.line
	return func(f *frame) ctl {
		if init != nil {
			init(f)
		}
		for cond(f) {
			if c := body(f); c != next {
				if c == brk {
					return next
				}
				if c != again {
					return c
				}
			}
			post(f)
			if f.stop.Load() != 0 {
				f.line = line
				f.th.halt()
			}
		}
		return next
	}
}

// renew gives the next iteration a loop variable of its own.
func (b *builder) renew(s slot) stmt {
	rt, off := rtype(s.t), s.loc.off
	return func(f *frame) ctl {
		p := unsafeNew(rt)
		typedmemmove(rt, p, *(*unsafe.Pointer)(f.ptr(off)))
		*(*unsafe.Pointer)(f.ptr(off)) = p
		return next
	}
}

// setPlace returns what stores the value of a temporary in the place n; nil
// for no place.
func (b *builder) setPlace(n *ir.Node, tmp *expr) stmt {
	if n == nil {
		return nil
	}
	return b.place(n, false, nil).store(tmp)
}

// receive returns the offset in the frame where a loop puts a value of type t
// for the place n, and what stores it in the place; nil if it is there then.
func (b *builder) receive(n *ir.Node, t reflect.Type) (off uintptr, set stmt) {
	if n != nil && n.Op == ir.NewLocal {
		if s := b.slot(n.N); s.t == t && s.loc.mode == inFrame {
			return s.loc.off, nil
		}
	}
	tmp := b.tempExpr(t)
	return tmp.loc.off, b.setPlace(n, tmp)
}

// rangeKids returns the parts of a range statement.
func rangeKids(n *ir.Node) (key, value, x, body *ir.Node) {
	if len(n.Kids) != 4 {
		panic(defectf("a range with %d parts: %s", len(n.Kids), describe(n)))
	}
	return n.Kids[0], n.Kids[1], kid(n, 2), kid(n, 3)
}

func (b *builder) rangeInt(n *ir.Node) stmt {
	if len(n.Kids) != 3 {
		panic(defectf("a range with %d parts: %s", len(n.Kids), describe(n)))
	}
	limit := b.expr(kid(n, 1))
	if k := limit.t.Kind(); k < reflect.Int || k > reflect.Uintptr {
		panic(defectf("a range over a %v", limit.t))
	}
	tmp, set := b.receive(n.Kids[0], limit.t)
	l := b.loop(n, kid(n, 2))
	return limit.r.(interface {
		count(limit *expr, tmp uintptr, set stmt, l loop) stmt
	}).count(limit, tmp, set, l)
}

func (intRep[T]) count(limit *expr, tmp uintptr, set stmt, l loop) stmt {
	n := typed[T](limit)
	if set == nil {
		set = func(*frame) ctl { return next }
	}
	body, brk, again, line := l.body, l.brk, l.again, l.line
	return func(f *frame) ctl {
		for i, end := T(0), n(f); i < end; i++ {
			*(*T)(f.ptr(tmp)) = i
			set(f)
			if c := body(f); c != next {
				if c == brk {
					return next
				}
				if c != again {
					return c
				}
			}
			if f.stop.Load() != 0 {
				f.line = line
				f.th.halt()
			}
		}
		return next
	}
}

func (b *builder) rangeSlice(n *ir.Node) stmt {
	key, value, xn, body := rangeKids(n)
	x := b.expr(xn)
	if x.t == nil || x.t.Kind() != reflect.Slice {
		panic(defectf("a range over a %v as a slice", x.t))
	}
	v := typed[slice](x)
	if b.line > 0 && !b.quietNode(xn) {
		inner, line := v, b.line
		v = func(f *frame) slice { f.line = line; return inner(f) }
	}
	set := b.setElement(key, value, x.t.Elem())
	l := b.loop(n, body)
	return func(f *frame) ctl {
		s := v(f)
		for i := range s.len {
			if set != nil {
				set(f, i, s.p)
			}
			if c, done := l.step(f); done {
				return c
			}
		}
		return next
	}
}

// setElement returns what stores the index and the element of a list at p.
func (b *builder) setElement(key, value *ir.Node, elem reflect.Type) func(f *frame, i int, p unsafe.Pointer) {
	if !simplePlace(value) {
		return b.setElementTogether(key, value, elem)
	}
	kOff, setKey := b.receive(key, intType)
	if value == nil {
		if key == nil {
			return nil
		}
		return func(f *frame, i int, _ unsafe.Pointer) {
			*(*int)(f.ptr(kOff)) = i
			if setKey != nil {
				setKey(f)
			}
		}
	}
	// The list's elements are read through their address.
	size := elem.Size()
	ptr := b.temp(pointerType)
	setValue := b.setPlace(value, b.at(elem, loc{mode: computed, addr: func(f *frame) unsafe.Pointer {
		return *(*unsafe.Pointer)(f.ptr(ptr))
	}}))
	return func(f *frame, i int, p unsafe.Pointer) {
		*(*int)(f.ptr(kOff)) = i
		if setKey != nil {
			setKey(f)
		}
		*(*unsafe.Pointer)(f.ptr(ptr)) = unsafe.Add(p, uintptr(i)*size)
		setValue(f)
	}
}

// simplePlace tells whether storing in a place has nothing to evaluate, so
// that it does not matter that the key has been stored before.
func simplePlace(n *ir.Node) bool {
	if n == nil {
		return true
	}
	switch n.Op {
	case ir.NewLocal, ir.NewGlobal, ir.Local, ir.Global, ir.Blank:
		return true
	}
	return false
}

// pair returns what assigns two values in the frame to two places at once, as
// in for i, x[i] = range y.
func (b *builder) pair(key, value *ir.Node, k, v *expr) stmt {
	n := &ir.Node{Op: ir.Assign, N: 2, Line: b.line, Kids: []*ir.Node{
		key, value, b.give(k.value()), b.give(v.value()),
	}}
	if key == nil {
		n.Kids[0] = &ir.Node{Op: ir.Blank}
	}
	return b.assign(n)
}

func (b *builder) setElementTogether(key, value *ir.Node, elem reflect.Type) func(f *frame, i int, p unsafe.Pointer) {
	k, v := b.tempExpr(intType), b.tempExpr(elem)
	kOff, vOff, size, rt := k.loc.off, v.loc.off, elem.Size(), rtype(elem)
	set := b.pair(key, value, k, v)
	return func(f *frame, i int, p unsafe.Pointer) {
		*(*int)(f.ptr(kOff)) = i
		typedmemmove(rt, f.ptr(vOff), unsafe.Add(p, uintptr(i)*size))
		set(f)
	}
}

// receiveTwo is receive for a key and a value.
func (b *builder) receiveTwo(key, value *ir.Node, kt, vt reflect.Type) (kOff, vOff uintptr, set stmt) {
	if !simplePlace(value) {
		k, v := b.tempExpr(kt), b.tempExpr(vt)
		return k.loc.off, v.loc.off, b.pair(key, value, k, v)
	}
	kOff, setKey := b.receive(key, kt)
	vOff, setValue := b.receive(value, vt)
	return kOff, vOff, sequence(setKey, setValue)
}

func (b *builder) rangeArray(n *ir.Node) stmt {
	key, value, xn, body := rangeKids(n)
	x := b.expr(xn)
	t := x.t
	var base func(*frame) unsafe.Pointer
	switch {
	case t.Kind() == reflect.Pointer:
		t = t.Elem()
		v := typed[unsafe.Pointer](x)
		base = func(f *frame) unsafe.Pointer {
			p := v(f)
			if p == nil && value != nil && t.Len() > 0 {
				nilDereference()
			}
			return p
		}
	case value == nil:
		base = func(*frame) unsafe.Pointer { return nil }
		if b.calls(xn) {
			base = b.location(x).address()
		}
	default:
		// A copy of its own: a loop in a nested function or in another
		// iteration may run at the same time.
		w, rt := x.into(), rtype(t)
		base = func(f *frame) unsafe.Pointer {
			p := unsafeNew(rt)
			w(f, p)
			return p
		}
	}
	if t.Kind() != reflect.Array {
		panic(defectf("a range over a %v as an array", x.t))
	}
	if b.line > 0 && !b.quietNode(xn) {
		inner, line := base, b.line
		base = func(f *frame) unsafe.Pointer { f.line = line; return inner(f) }
	}
	count := t.Len()
	set := b.setElement(key, value, t.Elem())
	l := b.loop(n, body)
	return func(f *frame) ctl {
		p := base(f)
		for i := range count {
			if set != nil {
				set(f, i, p)
			}
			if c, done := l.step(f); done {
				return c
			}
		}
		return next
	}
}

func (b *builder) rangeString(n *ir.Node) stmt {
	key, value, xn, body := rangeKids(n)
	v := typed[string](b.expr(xn))
	kOff, rOff, set := b.receiveTwo(key, value, intType, basicTypes[reflect.Int32])
	l := b.loop(n, body)
	line := b.line
	return func(f *frame) ctl {
		f.line = line
		for i, c := range v(f) {
			*(*int)(f.ptr(kOff)) = i
			*(*rune)(f.ptr(rOff)) = c
			if set != nil {
				set(f)
			}
			if c, done := l.step(f); done {
				return c
			}
		}
		return next
	}
}
