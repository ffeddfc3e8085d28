package interp

// This file compiles index and slice expressions.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// intOf returns the eval of an index of any integer type as an int64. One of
// an unsigned type that does not fit becomes negative, and so out of range.
func intOf(x *expr) func(*frame) int64 {
	w := widen(x)
	if v, ok := w.v.(func(*frame) int64); ok {
		return v
	}
	v := typed[uint64](w)
	return func(f *frame) int64 { return int64(v(f)) }
}

// isUnsigned tells whether the type of an index is unsigned.
func isUnsigned(x *expr) bool {
	return x.t != nil && x.t.Kind() >= reflect.Uint && x.t.Kind() <= reflect.Uintptr
}

// index compiles x[y] of a slice, an array or a string.
func (b *builder) index(n *ir.Node) *expr {
	x, y := b.operands2(n)
	if x.t == nil {
		panic(defectf("nothing to index: %s", describe(n)))
	}
	switch {
	case n.Op == ir.StringIndex && x.t.Kind() == reflect.String:
		s, i, unsigned := typed[string](x), intOf(y), isUnsigned(y)
		t := b.typ(n.Type)
		return &expr{t: t, r: repFor(t), v: func(f *frame) uint8 {
			s, i := s(f), i(f)
			if uint64(i) >= uint64(len(s)) {
				indexFault(i, len(s), unsigned)
			}
			return s[i]
		}}
	case n.Op == ir.SliceIndex && x.t.Kind() == reflect.Slice:
		return b.sliceIndex(x, y)
	case n.Op == ir.ArrayIndex && x.t.Kind() == reflect.Array:
		return b.arrayIndex(x, y)
	}
	panic(defectf("indexing a %v: %s", x.t, describe(n)))
}

func (b *builder) sliceIndex(x, y *expr) *expr {
	t := x.t.Elem()
	r, size := repFor(t), t.Size()
	s, i, unsigned := typed[slice](x), intOf(y), isUnsigned(y)
	xOff, iOff := x.loc.off, y.loc.off
	e := &expr{t: t, r: r, place: true}
	both := x.isLocal() && y.isLocal() && y.r == rep(intRep[int64]{})
	e.v = r.element(s, i, unsigned, both, xOff, iOff)
	if both {
		e.loc = loc{mode: computed, addr: func(f *frame) unsafe.Pointer {
			s, i := (*slice)(f.ptr(xOff)), local[int64](f, iOff)
			if uint64(i) >= uint64(s.len) {
				indexFault(i, s.len, false)
			}
			return unsafe.Add(s.p, uintptr(i)*size)
		}}
		return e
	}
	e.loc = loc{mode: computed, addr: func(f *frame) unsafe.Pointer {
		s, i := s(f), i(f)
		if uint64(i) >= uint64(s.len) {
			indexFault(i, s.len, unsigned)
		}
		return unsafe.Add(s.p, uintptr(i)*size)
	}}
	return e
}

func (repOf[T]) element(x func(*frame) slice, i func(*frame) int64, unsigned, both bool, xOff, iOff uintptr) eval {
	var v T
	size := unsafe.Sizeof(v)
	if both {
		return func(f *frame) T {
			s, i := (*slice)(f.ptr(xOff)), local[int64](f, iOff)
			if uint64(i) >= uint64(s.len) {
				indexFault(i, s.len, false)
			}
			return *(*T)(unsafe.Add(s.p, uintptr(i)*size))
		}
	}
	return func(f *frame) T {
		s, i := x(f), i(f)
		if uint64(i) >= uint64(s.len) {
			indexFault(i, s.len, unsigned)
		}
		return *(*T)(unsafe.Add(s.p, uintptr(i)*size))
	}
}

func (r repMem) element(x func(*frame) slice, i func(*frame) int64, unsigned, _ bool, _, _ uintptr) eval {
	rt, size := r.rt, r.t.Size()
	return func(f *frame, p unsafe.Pointer) {
		s, i := x(f), i(f)
		if uint64(i) >= uint64(s.len) {
			indexFault(i, s.len, unsigned)
		}
		typedmemmove(rt, p, unsafe.Add(s.p, uintptr(i)*size))
	}
}

func (b *builder) arrayIndex(x, y *expr) *expr {
	t, n := x.t.Elem(), x.t.Len()
	size := t.Size()
	if y.fixed != nil {
		if c := int(intOf(y)(nil)); c >= 0 && c < n {
			return b.part(x, t, uintptr(c)*size)
		}
	}
	l, place, i, unsigned := x.loc, x.place, intOf(y), isUnsigned(y)
	if l.mode == nowhere {
		l, place = b.spill(x), false
	}
	base := l.address()
	e := b.at(t, loc{mode: computed, addr: func(f *frame) unsafe.Pointer {
		p := base(f)
		i := i(f)
		if uint64(i) >= uint64(n) {
			indexFault(i, n, unsigned)
		}
		return unsafe.Add(p, uintptr(i)*size)
	}})
	e.place = place
	return e
}

// sliceExpr compiles x[lo:hi:max].
func (b *builder) sliceExpr(n *ir.Node) *expr {
	nodes := n.Kids
	list := make([]*expr, len(nodes))
	for i, k := range nodes {
		if k != nil {
			list[i] = b.expr(k)
		} else {
			list[i] = &expr{}
		}
	}
	x := list[0]
	bound := func(i int) func(*frame) int64 {
		if i < len(nodes) && nodes[i] != nil {
			return intOf(list[i])
		}
		return nil
	}
	lo, hi, max := bound(1), bound(2), bound(3)
	unsigned := new([3]bool)
	for i := range list[1:] {
		unsigned[i] = isUnsigned(list[i+1])
	}
	if lo == nil {
		lo = func(*frame) int64 { return 0 }
	}
	t := b.typ(n.Type)
	e := &expr{t: t, r: repFor(t)}
	switch x.t.Kind() {
	case reflect.String:
		v := typed[string](x)
		e.v = func(f *frame) string {
			s, i := v(f), lo(f)
			j := int64(len(s))
			if hi != nil {
				j = hi(f)
			}
			if uint64(j) > uint64(len(s)) || uint64(i) > uint64(j) {
				lengthFault(len(s), bounds{i, j, int64(len(s)), false, unsigned})
			}
			return s[i:j]
		}
	case reflect.Slice:
		v, size := typed[slice](x), x.t.Elem().Size()
		e.v = func(f *frame) slice {
			s, i := v(f), lo(f)
			j, k := int64(s.len), int64(s.cap)
			if hi != nil {
				j = hi(f)
			}
			if max != nil {
				k = max(f)
			}
			if uint64(k) > uint64(s.cap) || uint64(j) > uint64(k) || uint64(i) > uint64(j) {
				sliceFault(s.len, s.cap, bounds{i, j, k, max != nil, unsigned})
			}
			return s.cut(i, j, k, size)
		}
	case reflect.Pointer:
		v, size, n := typed[unsafe.Pointer](x), x.t.Elem().Elem().Size(), x.t.Elem().Len()
		e.v = func(f *frame) slice {
			p, i := v(f), lo(f)
			j, k := int64(n), int64(n)
			if hi != nil {
				j = hi(f)
			}
			if max != nil {
				k = max(f)
			}
			if p == nil {
				nilDereference()
			}
			if uint64(k) > uint64(n) || uint64(j) > uint64(k) || uint64(i) > uint64(j) {
				lengthFault(n, bounds{i, j, k, max != nil, unsigned})
			}
			return slice{p, n, n}.cut(i, j, k, size)
		}
	default:
		panic(defectf("slicing a %v", x.t))
	}
	return e
}

// cut returns s[i:j:k]. Like the compiler it does not let an empty slice
// point behind its memory.
func (s slice) cut(i, j, k int64, size uintptr) slice {
	if k > i {
		s.p = unsafe.Add(s.p, uintptr(i)*size)
	}
	s.len, s.cap = int(j-i), int(k-i)
	return s
}
