package interp

// This file compiles the builtin functions that have values, and print.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

func (b *builder) builtin(n *ir.Node) *expr {
	if n.Op == ir.Append {
		return b.appendExpr(n)
	}
	if n.Op == ir.Recover {
		t := b.typ(n.Type)
		return &expr{t: t, r: repFor(t), v: recovered}
	}
	kids := make([]*expr, len(n.Kids))
	for i := range n.Kids {
		kids[i] = b.expr(kid(n, i))
	}
	var first stmt
	if len(kids) == 1 && kids[0].tuple != nil { // complex(f())
		first, kids = kids[0].run, kids[0].tuple
	}
	if len(kids) < minOperands[n.Op] {
		panic(defectf("operands are missing: %s", describe(n)))
	}
	t := b.typ(n.Type)
	e := &expr{t: t, r: repFor(t)}
	switch n.Op {
	case ir.Len:
		e.v = b.length(n, kids[0], false)
	case ir.Cap:
		e.v = b.length(n, kids[0], true)
	case ir.Copy:
		e.v = b.copySlice(kids[0], kids[1])
	case ir.Make:
		e.v = b.makeExpr(t, kids)
	case ir.New:
		elem := t.Elem()
		if len(kids) > 0 {
			k := b.convert(kids[0], elem)
			e.v = k.r.fresh(k.v)
		} else {
			rt := rtype(elem)
			e.v = func(*frame) unsafe.Pointer { return unsafeNew(rt) }
		}
	case ir.Min, ir.Max:
		e.v = e.r.(extremes).extreme(kids, n.Op == ir.Max)
	case ir.Complex:
		if t.Kind() == reflect.Complex64 {
			x, y := typed[float32](kids[0]), typed[float32](kids[1])
			e.v = func(f *frame) complex64 { re := x(f); return complex(re, y(f)) }
		} else {
			x, y := typed[float64](kids[0]), typed[float64](kids[1])
			e.v = func(f *frame) complex128 { re := x(f); return complex(re, y(f)) }
		}
	case ir.Real, ir.Imag:
		e.v = realOrImag(kids[0], n.Op == ir.Real)
	}
	return afterStmt(first, e)
}

// minOperands are the operands that a builtin function cannot be without.
var minOperands = map[ir.Op]int{
	ir.Len: 1, ir.Cap: 1, ir.Copy: 2, ir.Min: 1, ir.Max: 1, ir.Complex: 2, ir.Real: 1, ir.Imag: 1,
}

// length compiles len(x) and cap(x).
func (b *builder) length(n *ir.Node, x *expr, capacity bool) eval {
	switch x.t.Kind() {
	case reflect.String:
		v := typed[string](x)
		return func(f *frame) int64 { return int64(len(v(f))) }
	case reflect.Slice:
		v := typed[slice](x)
		switch {
		case x.isLocal() && !capacity:
			off := x.loc.off
			return func(f *frame) int64 { return int64((*slice)(f.ptr(off)).len) }
		case capacity:
			return func(f *frame) int64 { return int64(v(f).cap) }
		}
		return func(f *frame) int64 { return int64(v(f).len) }
	case reflect.Map:
		v := typed[unsafe.Pointer](x)
		return func(f *frame) int64 { return int64(len(asMap[int64, int64](v(f)))) }
	case reflect.Chan:
		v := typed[unsafe.Pointer](x)
		return func(f *frame) int64 {
			p := v(f)
			ch := *(*chan struct{})(unsafe.Pointer(&p))
			if capacity {
				return int64(cap(ch))
			}
			return int64(len(ch))
		}
	case reflect.Array:
		n := int64(x.t.Len())
		if x.loc.mode == inFrame || x.fixed != nil {
			return func(*frame) int64 { return n }
		}
		addr := b.location(x).address()
		return func(f *frame) int64 { addr(f); return n }
	case reflect.Pointer:
		v, n := typed[unsafe.Pointer](x), int64(x.t.Elem().Len())
		return func(f *frame) int64 { v(f); return n }
	}
	panic(defectf("the length of a %v: %s", x.t, describe(n)))
}

// appendExpr compiles append(x, y...).
func (b *builder) appendExpr(n *ir.Node) *expr {
	y := kid(n, 1)
	if y.Op == ir.ListLit && y.N == 1 && len(y.Kids) == 1 {
		x, v := b.expr(kid(n, 0)), b.expr(kid(y, 0))
		r := repFor(x.t.Elem())
		return &expr{t: x.t, r: x.r, v: r.appendOne(typed[slice](x), v.v)}
	}
	x, z := b.operands2(n)
	r := repFor(x.t.Elem())
	return &expr{t: x.t, r: x.r, v: r.appendAll(typed[slice](x), typed[slice](z))}
}

func as[T any](s slice) []T { return *(*[]T)(unsafe.Pointer(&s)) }

func of[T any](s []T) slice { return *(*slice)(unsafe.Pointer(&s)) }

func (repOf[T]) appendOne(x func(*frame) slice, v eval) func(*frame) slice {
	value := v.(func(*frame) T)
	return func(f *frame) slice {
		s := as[T](x(f))
		return of(append(s, value(f)))
	}
}

func (repOf[T]) appendAll(x, y func(*frame) slice) func(*frame) slice {
	return func(f *frame) slice {
		s := as[T](x(f))
		return of(append(s, as[T](y(f))...))
	}
}

func (repOf[T]) makeSlice(n, c func(*frame) int64) func(*frame) slice {
	if c == nil {
		return func(f *frame) slice { return of(make([]T, n(f))) }
	}
	return func(f *frame) slice {
		n := n(f)
		return of(make([]T, n, c(f)))
	}
}

func (r repMem) appendOne(x func(*frame) slice, v eval) func(*frame) slice {
	w, t, rt := v.(into), reflect.SliceOf(r.t), r.rt
	size := r.t.Size()
	return func(f *frame) slice {
		s := x(f)
		// The element first: it may read what append overwrites.
		e := unsafeNew(rt)
		w(f, e)
		if s.len == s.cap {
			v := at(t, unsafe.Pointer(&s))
			v.Grow(1)
		}
		s.len++
		typedmemmove(rt, unsafe.Add(s.p, uintptr(s.len-1)*size), e)
		return s
	}
}

func (r repMem) appendAll(x, y func(*frame) slice) func(*frame) slice {
	t := reflect.SliceOf(r.t)
	return func(f *frame) slice {
		s := x(f)
		z := y(f)
		v := reflect.AppendSlice(at(t, unsafe.Pointer(&s)), at(t, unsafe.Pointer(&z)))
		p := reflect.New(t)
		p.Elem().Set(v)
		return *(*slice)(p.UnsafePointer())
	}
}

func (r repMem) makeSlice(n, c func(*frame) int64) func(*frame) slice {
	rt, size := r.rt, int64(max(r.t.Size(), 1))
	if c == nil {
		c = n
	}
	return func(f *frame) slice {
		n := n(f)
		c := c(f)
		const most = 1 << 47 // the runtime's limit on an allocation
		if n < 0 || n > most/size {
			makeSliceFault(-1, -1)
		}
		if c < n || c > most/size {
			makeSliceFault(1, 0)
		}
		return slice{unsafeNewArray(rt, int(c)), int(n), int(c)}
	}
}

// copySlice compiles copy(x, y).
func (b *builder) copySlice(x, y *expr) eval {
	to := typed[slice](x)
	if y.t.Kind() == reflect.String {
		from := typed[string](y)
		return func(f *frame) int64 { s := as[byte](to(f)); return int64(copy(s, from(f))) }
	}
	from, t := typed[slice](y), reflect.SliceOf(x.t.Elem())
	return func(f *frame) int64 {
		d := to(f)
		s := from(f)
		return int64(reflect.Copy(at(t, unsafe.Pointer(&d)), at(t, unsafe.Pointer(&s))))
	}
}

// makeExpr compiles make(t, sizes...).
func (b *builder) makeExpr(t reflect.Type, sizes []*expr) eval {
	size := func(i int) func(*frame) int64 {
		if i < len(sizes) {
			return intOf(sizes[i])
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Slice:
		if len(sizes) == 0 {
			panic(defectf("make([]T) without a length"))
		}
		return repFor(t.Elem()).makeSlice(size(0), size(1))
	case reflect.Map:
		n := size(0)
		if n == nil {
			n = func(*frame) int64 { return 0 }
		}
		return func(f *frame) unsafe.Pointer {
			n := n(f)
			if n < 0 || n > 1<<31 {
				n = 0 // a hint, which the runtime ignores as well
			}
			return reflect.MakeMapWithSize(t, int(n)).UnsafePointer()
		}
	case reflect.Chan:
		n := size(0)
		if n == nil {
			n = func(*frame) int64 { return 0 }
		}
		both := chanOf(reflect.BothDir, t.Elem())
		return func(f *frame) unsafe.Pointer {
			n := n(f)
			if n < 0 {
				sink(make(chan int, n))
			}
			return reflect.MakeChan(both, int(n)).UnsafePointer()
		}
	}
	panic(defectf("make of a %v", t))
}

// extremes are the representations that have min and max.
type extremes interface {
	extreme(kids []*expr, largest bool) eval
}

func (intRep[T]) extreme(kids []*expr, largest bool) eval   { return extreme[T](kids, largest) }
func (floatRep[T]) extreme(kids []*expr, largest bool) eval { return extreme[T](kids, largest) }
func (stringRep) extreme(kids []*expr, largest bool) eval   { return extreme[string](kids, largest) }

func extreme[T ordered](kids []*expr, largest bool) eval {
	v := typed[T](kids[0])
	for _, k := range kids[1:] {
		x, y := v, typed[T](k)
		if largest {
			v = func(f *frame) T { x := x(f); return max(x, y(f)) }
		} else {
			v = func(f *frame) T { x := x(f); return min(x, y(f)) }
		}
	}
	return v
}

func realOrImag(x *expr, re bool) eval {
	switch v := x.v.(type) {
	case func(*frame) complex64:
		if re {
			return func(f *frame) float32 { return real(v(f)) }
		}
		return func(f *frame) float32 { return imag(v(f)) }
	case func(*frame) complex128:
		if re {
			return func(f *frame) float64 { return real(v(f)) }
		}
		return func(f *frame) float64 { return imag(v(f)) }
	}
	panic(defectf("real or imag of a %v", x.t))
}

// print compiles print and println, which are the runtime's.
func (b *builder) print(n *ir.Node) stmt {
	list := []stmt{b.hoist(n.Kids...)}
	kids := make([]*expr, len(n.Kids))
	for i := range n.Kids {
		kids[i] = b.expr(kid(n, i))
	}
	if len(kids) == 1 && kids[0].tuple != nil { // println(f())
		list = append(list, kids[0].run)
		kids = kids[0].tuple
	}
	for i, k := range kids {
		if i > 0 && n.N == 1 {
			list = append(list, func(*frame) ctl { print(" "); return next })
		}
		list = append(list, printer(k))
	}
	if n.N == 1 {
		list = append(list, func(*frame) ctl { println(); return next })
	}
	if s := inSequence(list); s != nil {
		return s
	}
	return func(*frame) ctl { return next }
}

func printer(x *expr) stmt {
	if x.t == nil {
		panic(defectf("nothing to print"))
	}
	switch k := x.t.Kind(); {
	case k >= reflect.Int && k <= reflect.Int64:
		v := typed[int64](widen(x))
		return func(f *frame) ctl { print(v(f)); return next }
	case k >= reflect.Uint && k <= reflect.Uintptr:
		v := typed[uint64](widen(x))
		return func(f *frame) ctl { print(v(f)); return next }
	}
	switch v := x.v.(type) {
	case func(*frame) bool:
		return func(f *frame) ctl { print(v(f)); return next }
	case func(*frame) float32:
		return func(f *frame) ctl { print(v(f)); return next }
	case func(*frame) float64:
		return func(f *frame) ctl { print(v(f)); return next }
	case func(*frame) complex64:
		return func(f *frame) ctl { print(v(f)); return next }
	case func(*frame) complex128:
		return func(f *frame) ctl { print(v(f)); return next }
	case func(*frame) string:
		return func(f *frame) ctl { print(v(f)); return next }
	case func(*frame) unsafe.Pointer:
		return func(f *frame) ctl { print(v(f)); return next }
	case func(*frame) slice:
		return func(f *frame) ctl { print(as[byte](v(f))); return next }
	case func(*frame) iface:
		return func(f *frame) ctl { i := v(f); print(*(*any)(unsafe.Pointer(&i))); return next }
	}
	panic(defectf("print of a %v", x.t))
}
