package interp

// This file compiles the operators of numbers, strings and booleans. The
// operands of most operations in a loop are a local variable and another or a
// constant; those forms read the frame themselves.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

func (b *builder) binaryNode(n *ir.Node) *expr {
	op := ir.Operator(n.N)
	if op == ir.Add {
		if t := b.typ(n.Type); t.Kind() == reflect.String {
			return b.concat(n, t)
		}
	}
	x, y := b.operands2(n)
	e := b.binary(op, x, y, b.typ(n.Type))
	if op == ir.Quo || op == ir.Rem || op == ir.Shl || op == ir.Shr || x.r == nil || !isNumber(x.t) {
		return b.lined(n, e)
	}
	return e
}

// isNumber tells whether values of t are numbers.
func isNumber(t reflect.Type) bool {
	return t.Kind() >= reflect.Int && t.Kind() <= reflect.Complex128
}

// binary compiles x op y; t is the type of the result.
func (b *builder) binary(op ir.Operator, x, y *expr, t reflect.Type) *expr {
	if x.r == nil || y.r == nil {
		panic(defectf("operator %d without operands", op))
	}
	e := &expr{t: t, r: repFor(t)}
	switch op {
	case ir.Eq, ir.Ne, ir.Lt, ir.Le, ir.Gt, ir.Ge:
		if m, ok := x.r.(repMem); ok {
			e.v = b.compareMem(m, op, x, y)
		} else if v := x.r.compare(op, x, y); v != nil {
			e.v = v
		}
	default:
		if v := x.r.binary(op, x, y); v != nil {
			e.v = v
		}
	}
	if e.v == nil {
		panic(defectf("operator %d of %v", op, x.t))
	}
	return e
}

func (b *builder) unaryNode(n *ir.Node) *expr {
	x := b.expr(kid(n, 0))
	if x.r == nil {
		panic(defectf("no operand: %s", describe(n)))
	}
	v := x.r.unary(ir.Operator(n.N), x)
	if v == nil {
		panic(defectf("operator %d of %v", n.N, x.t))
	}
	return &expr{t: x.t, r: x.r, v: v}
}

// A form is what is known of the operands of an operation.
type form int

const (
	anyAny     form = iota
	localLocal      // both in the frame
	localConst      // a variable in the frame and a constant
	anyConst
	anyLocal
	localAny
)

// operands are the operands of an operation on Ts.
type operands[T any] struct {
	form form
	x, y func(*frame) T
	p, q uintptr // of local operands
	c    T       // the constant
}

func operandsOf[T any](x, y *expr) operands[T] {
	o := operands[T]{x: typed[T](x), y: typed[T](y)}
	xl, yl := x.loc.mode == inFrame, y.loc.mode == inFrame
	o.p, o.q = x.loc.off, y.loc.off
	if y.fixed != nil {
		o.c = *(*T)(y.fixed)
	}
	switch {
	case xl && yl:
		o.form = localLocal
	case xl && y.fixed != nil:
		o.form = localConst
	case y.fixed != nil:
		o.form = anyConst
	case yl:
		o.form = anyLocal
	case xl:
		o.form = localAny
	}
	return o
}

// local reads a T at an offset of the frame.
func local[T any](f *frame, off uintptr) T { return *(*T)(unsafe.Add(unsafe.Pointer(f), off)) }

type ordered interface{ integer | floating | ~string }

type numeric interface{ integer | floating | complexes }

func add[T integer | floating | complexes | ~string](o operands[T]) func(*frame) T {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) T { return local[T](f, p) + local[T](f, q) }
	case localConst:
		return func(f *frame) T { return local[T](f, p) + c }
	case anyConst:
		return func(f *frame) T { return x(f) + c }
	case anyLocal:
		return func(f *frame) T { return x(f) + local[T](f, q) }
	}
	return func(f *frame) T { return x(f) + y(f) }
}

func sub[T numeric](o operands[T]) func(*frame) T {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) T { return local[T](f, p) - local[T](f, q) }
	case localConst:
		return func(f *frame) T { return local[T](f, p) - c }
	case anyConst:
		return func(f *frame) T { return x(f) - c }
	case anyLocal:
		return func(f *frame) T { return x(f) - local[T](f, q) }
	}
	return func(f *frame) T { return x(f) - y(f) }
}

func mul[T numeric](o operands[T]) func(*frame) T {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) T { return local[T](f, p) * local[T](f, q) }
	case localConst:
		return func(f *frame) T { return local[T](f, p) * c }
	case anyConst:
		return func(f *frame) T { return x(f) * c }
	case anyLocal:
		return func(f *frame) T { return x(f) * local[T](f, q) }
	}
	return func(f *frame) T { return x(f) * y(f) }
}

func quo[T numeric](o operands[T]) func(*frame) T {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) T { return local[T](f, p) / local[T](f, q) }
	case localConst:
		return func(f *frame) T { return local[T](f, p) / c }
	case anyConst:
		return func(f *frame) T { return x(f) / c }
	}
	return func(f *frame) T { return x(f) / y(f) }
}

func rem[T integer](o operands[T]) func(*frame) T {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) T { return local[T](f, p) % local[T](f, q) }
	case localConst:
		return func(f *frame) T { return local[T](f, p) % c }
	case anyConst:
		return func(f *frame) T { return x(f) % c }
	}
	return func(f *frame) T { return x(f) % y(f) }
}

func and[T integer](o operands[T]) func(*frame) T {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) T { return local[T](f, p) & local[T](f, q) }
	case localConst:
		return func(f *frame) T { return local[T](f, p) & c }
	case anyConst:
		return func(f *frame) T { return x(f) & c }
	}
	return func(f *frame) T { return x(f) & y(f) }
}

func or[T integer](o operands[T]) func(*frame) T {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) T { return local[T](f, p) | local[T](f, q) }
	case localConst:
		return func(f *frame) T { return local[T](f, p) | c }
	case anyConst:
		return func(f *frame) T { return x(f) | c }
	}
	return func(f *frame) T { return x(f) | y(f) }
}

func xor[T integer](o operands[T]) func(*frame) T {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) T { return local[T](f, p) ^ local[T](f, q) }
	case localConst:
		return func(f *frame) T { return local[T](f, p) ^ c }
	case anyConst:
		return func(f *frame) T { return x(f) ^ c }
	}
	return func(f *frame) T { return x(f) ^ y(f) }
}

func andNot[T integer](o operands[T]) func(*frame) T {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) T { return local[T](f, p) &^ local[T](f, q) }
	case localConst:
		return func(f *frame) T { return local[T](f, p) &^ c }
	case anyConst:
		return func(f *frame) T { return x(f) &^ c }
	}
	return func(f *frame) T { return x(f) &^ y(f) }
}

func eq[T comparable](o operands[T]) func(*frame) bool {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) bool { return local[T](f, p) == local[T](f, q) }
	case localConst:
		return func(f *frame) bool { return local[T](f, p) == c }
	case anyConst:
		return func(f *frame) bool { return x(f) == c }
	case anyLocal:
		return func(f *frame) bool { return x(f) == local[T](f, q) }
	}
	return func(f *frame) bool { return x(f) == y(f) }
}

func ne[T comparable](o operands[T]) func(*frame) bool {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) bool { return local[T](f, p) != local[T](f, q) }
	case localConst:
		return func(f *frame) bool { return local[T](f, p) != c }
	case anyConst:
		return func(f *frame) bool { return x(f) != c }
	case anyLocal:
		return func(f *frame) bool { return x(f) != local[T](f, q) }
	}
	return func(f *frame) bool { return x(f) != y(f) }
}

func lt[T ordered](o operands[T]) func(*frame) bool {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) bool { return local[T](f, p) < local[T](f, q) }
	case localConst:
		return func(f *frame) bool { return local[T](f, p) < c }
	case anyConst:
		return func(f *frame) bool { return x(f) < c }
	case anyLocal:
		return func(f *frame) bool { return x(f) < local[T](f, q) }
	}
	return func(f *frame) bool { return x(f) < y(f) }
}

func le[T ordered](o operands[T]) func(*frame) bool {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) bool { return local[T](f, p) <= local[T](f, q) }
	case localConst:
		return func(f *frame) bool { return local[T](f, p) <= c }
	case anyConst:
		return func(f *frame) bool { return x(f) <= c }
	case anyLocal:
		return func(f *frame) bool { return x(f) <= local[T](f, q) }
	}
	return func(f *frame) bool { return x(f) <= y(f) }
}

func gt[T ordered](o operands[T]) func(*frame) bool {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) bool { return local[T](f, p) > local[T](f, q) }
	case localConst:
		return func(f *frame) bool { return local[T](f, p) > c }
	case anyConst:
		return func(f *frame) bool { return x(f) > c }
	case anyLocal:
		return func(f *frame) bool { return x(f) > local[T](f, q) }
	}
	return func(f *frame) bool { return x(f) > y(f) }
}

func ge[T ordered](o operands[T]) func(*frame) bool {
	x, y, p, q, c := o.x, o.y, o.p, o.q, o.c
	switch o.form {
	case localLocal:
		return func(f *frame) bool { return local[T](f, p) >= local[T](f, q) }
	case localConst:
		return func(f *frame) bool { return local[T](f, p) >= c }
	case anyConst:
		return func(f *frame) bool { return x(f) >= c }
	case anyLocal:
		return func(f *frame) bool { return x(f) >= local[T](f, q) }
	}
	return func(f *frame) bool { return x(f) >= y(f) }
}

func orders[T ordered](op ir.Operator, x, y *expr) func(*frame) bool {
	o := operandsOf[T](x, y)
	switch op {
	case ir.Lt:
		return lt(o)
	case ir.Le:
		return le(o)
	case ir.Gt:
		return gt(o)
	case ir.Ge:
		return ge(o)
	}
	return equals[T](op, x, y)
}

func equals[T comparable](op ir.Operator, x, y *expr) func(*frame) bool {
	switch op {
	case ir.Eq:
		return eq(operandsOf[T](x, y))
	case ir.Ne:
		return ne(operandsOf[T](x, y))
	}
	return nil
}

func (intRep[T]) compare(op ir.Operator, x, y *expr) func(*frame) bool   { return orders[T](op, x, y) }
func (floatRep[T]) compare(op ir.Operator, x, y *expr) func(*frame) bool { return orders[T](op, x, y) }
func (stringRep) compare(op ir.Operator, x, y *expr) func(*frame) bool {
	return orders[string](op, x, y)
}
func (boolRep) compare(op ir.Operator, x, y *expr) func(*frame) bool { return equals[bool](op, x, y) }
func (wordRep) compare(op ir.Operator, x, y *expr) func(*frame) bool {
	return equals[unsafe.Pointer](op, x, y)
}
func (complexRep[T]) compare(op ir.Operator, x, y *expr) func(*frame) bool {
	return equals[T](op, x, y)
}

func (intRep[T]) binary(op ir.Operator, x, y *expr) eval {
	switch op {
	case ir.Shl, ir.Shr:
		return shift[T](op, x, y)
	}
	o := operandsOf[T](x, y)
	switch op {
	case ir.Add:
		return add(o)
	case ir.Sub:
		return sub(o)
	case ir.Mul:
		return mul(o)
	case ir.Quo:
		return quo(o)
	case ir.Rem:
		return rem(o)
	case ir.And:
		return and(o)
	case ir.Or:
		return or(o)
	case ir.Xor:
		return xor(o)
	case ir.AndNot:
		return andNot(o)
	}
	return nil
}

func (floatRep[T]) binary(op ir.Operator, x, y *expr) eval   { return arithmetic[T](op, x, y) }
func (complexRep[T]) binary(op ir.Operator, x, y *expr) eval { return arithmetic[T](op, x, y) }

func arithmetic[T floating | complexes](op ir.Operator, x, y *expr) eval {
	o := operandsOf[T](x, y)
	switch op {
	case ir.Add:
		return add(o)
	case ir.Sub:
		return sub(o)
	case ir.Mul:
		return mul(o)
	case ir.Quo:
		return quo(o)
	}
	return nil
}

func (stringRep) binary(op ir.Operator, x, y *expr) eval {
	if op == ir.Add {
		return add(operandsOf[string](x, y))
	}
	return nil
}

// shift compiles x << y and x >> y. The count has a type of its own; a
// negative one panics.
func shift[T integer](op ir.Operator, x, y *expr) eval {
	v := typed[T](x)
	if y.fixed != nil && y.t.Kind() <= reflect.Int64 {
		c := at(y.t, y.fixed).Int()
		switch {
		case c < 0:
		case op == ir.Shl:
			return func(f *frame) T { return v(f) << uint(c) }
		default:
			return func(f *frame) T { return v(f) >> uint(c) }
		}
	}
	if k := y.t.Kind(); k >= reflect.Int && k <= reflect.Int64 {
		n := typed[int64](widen(y))
		if op == ir.Shl {
			return func(f *frame) T { return v(f) << n(f) }
		}
		return func(f *frame) T { return v(f) >> n(f) }
	}
	n := typed[uint64](widen(y))
	if op == ir.Shl {
		return func(f *frame) T { return v(f) << n(f) }
	}
	return func(f *frame) T { return v(f) >> n(f) }
}

// widen returns an integer expression as an int64 or a uint64.
func widen(x *expr) *expr {
	var r rep
	switch k := x.t.Kind(); {
	case k >= reflect.Int && k <= reflect.Int64:
		r = intRep[int64]{}
	case k >= reflect.Uint && k <= reflect.Uintptr:
		r = intRep[uint64]{}
	default:
		panic(defectf("a %v where an integer is wanted", x.t))
	}
	e := *x
	if e.v = r.number(x); e.v == nil {
		panic(defectf("a %v where an integer is wanted", x.t))
	}
	e.r = r
	return &e
}

func (intRep[T]) unary(op ir.Operator, x *expr) eval {
	v := typed[T](x)
	switch op {
	case ir.Sub:
		return func(f *frame) T { return -v(f) }
	case ir.Xor:
		return func(f *frame) T { return ^v(f) }
	}
	return nil
}

func (floatRep[T]) unary(op ir.Operator, x *expr) eval   { return negate[T](op, x) }
func (complexRep[T]) unary(op ir.Operator, x *expr) eval { return negate[T](op, x) }

func negate[T floating | complexes](op ir.Operator, x *expr) eval {
	v := typed[T](x)
	if op == ir.Sub {
		return func(f *frame) T { return -v(f) }
	}
	return nil
}

func (boolRep) unary(op ir.Operator, x *expr) eval {
	v := typed[bool](x)
	if op == ir.Not {
		return func(f *frame) bool { return !v(f) }
	}
	return nil
}

// concat compiles a sum of strings, all of it at once as the compiler does.
func (b *builder) concat(n *ir.Node, t reflect.Type) *expr {
	var nodes []*ir.Node
	var flatten func(*ir.Node)
	flatten = func(k *ir.Node) {
		if k != nil && k.Op == ir.Binary && ir.Operator(k.N) == ir.Add && len(k.Kids) == 2 {
			flatten(k.Kids[0])
			flatten(k.Kids[1])
			return
		}
		nodes = append(nodes, k)
	}
	flatten(n)
	parts := make([]func(*frame) string, len(nodes))
	list := make([]*expr, len(nodes))
	for i, k := range nodes {
		list[i] = b.expr(k)
	}
	for i, e := range list {
		parts[i] = typed[string](e)
	}
	e := &expr{t: t, r: repFor(t)}
	switch len(parts) {
	case 2:
		e.v = add(operandsOf[string](list[0], list[1]))
	case 3:
		x, y, z := parts[0], parts[1], parts[2]
		e.v = func(f *frame) string { return x(f) + y(f) + z(f) }
	default:
		e.v = func(f *frame) string {
			var few [8]string
			all := few[:0]
			size := 0
			for _, p := range parts {
				s := p(f)
				size += len(s)
				all = append(all, s)
			}
			buf := make([]byte, 0, size)
			for _, s := range all {
				buf = append(buf, s...)
			}
			return unsafe.String(unsafe.SliceData(buf), len(buf))
		}
	}
	return e
}
