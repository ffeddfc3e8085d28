package interp

// This file compiles expressions: it holds the table of the ops and those that
// read variables.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// expr compiles an expression.
func (b *builder) expr(n *ir.Node) *expr {
	if n == nil {
		panic(defectf("an expression is missing in %s", b.src.Name))
	}
	if e := b.given[n]; e != nil {
		return e
	}
	b.depth++
	defer func() { b.depth-- }()
	first := b.hoistKids(n)
	return afterStmt(first, b.node(n))
}

// node compiles an expression whose operands need no more ordering.
func (b *builder) node(n *ir.Node) *expr {
	switch n.Op {
	case ir.Const:
		return b.constant(n)
	case ir.Nil:
		return constantExpr(reflect.Zero(b.typ(n.Type)))
	case ir.Local:
		s := b.slot(n.N)
		return &expr{t: s.t, r: s.r, v: s.r.load(s.loc), loc: s.loc, place: true}
	case ir.Global:
		v := b.global(n.N)
		return b.at(v.t, loc{mode: atFixed, p: v.p})
	case ir.Sym:
		return b.symbolExpr(n)
	case ir.Binary:
		return b.binaryNode(n)
	case ir.Unary:
		return b.unaryNode(n)
	case ir.AndAnd:
		return b.logic(n, func(x, y func(*frame) bool) func(*frame) bool {
			return func(f *frame) bool { return x(f) && y(f) }
		})
	case ir.OrOr:
		return b.logic(n, func(x, y func(*frame) bool) func(*frame) bool {
			return func(f *frame) bool { return x(f) || y(f) }
		})
	case ir.Convert:
		return b.lined(n, b.convert(b.expr(kid(n, 0)), b.typ(n.Type)))
	case ir.Call:
		return b.callNode(n)
	case ir.Method:
		return b.lined(n, b.methodValue(n))
	case ir.MethodOf:
		return b.methodExpr(n)
	case ir.Field:
		return b.field(n)
	case ir.Deref:
		return b.lined(n, b.deref(b.expr(kid(n, 0))))
	case ir.Addr:
		return b.address(n)
	case ir.SliceIndex, ir.ArrayIndex, ir.StringIndex:
		return b.lined(n, b.index(n))
	case ir.MapIndex:
		m, k := b.operands2(n)
		return b.lined(n, b.mapIndex(m, k))
	case ir.MapIndexOk:
		m, k := b.operands2(n)
		return b.mapIndexOk(m, k)
	case ir.Slice:
		return b.lined(n, b.sliceExpr(n))
	case ir.TypeAssert:
		return b.lined(n, b.typeAssert(b.expr(kid(n, 0)), b.typ(n.Type)))
	case ir.TypeAssertOk:
		return b.typeAssertOk(b.expr(kid(n, 0)), b.tuple(n.Type))
	case ir.TypeIs:
		return b.typeIs(n)
	case ir.Recv:
		return b.recv(b.expr(kid(n, 0)))
	case ir.RecvOk:
		return b.recvOk(b.expr(kid(n, 0)))
	case ir.StructLit, ir.ListLit, ir.MapLit:
		return b.literal(n)
	case ir.FuncLit:
		return b.funcLit(n)
	case ir.Bind:
		return b.bind(n)
	case ir.Must:
		return b.must(n)
	case ir.Len, ir.Cap, ir.Append, ir.Copy, ir.Make, ir.New, ir.Min, ir.Max,
		ir.Complex, ir.Real, ir.Imag, ir.Recover:
		return b.lined(n, b.builtin(n))
	}
	panic(defectf("%s is no expression", describe(n)))
}

// lined makes the line of a node that can panic known while it is evaluated,
// if it is not that of its statement.
func (b *builder) lined(n *ir.Node, e *expr) *expr {
	if b.line >= 0 && n.Line > 0 && n.Line != b.line && e.v != nil {
		e.v = e.r.lined(e.v, n.Line, b.line)
		e.fixed = nil
		if e.loc.mode == computed {
			addr, line, old := e.loc.addr, n.Line, b.line
			e.loc.addr = func(f *frame) unsafe.Pointer {
				f.line = line
				p := addr(f)
				f.line = old
				return p
			}
		}
	}
	return e
}

func (r repOf[T]) lined(v eval, line, old int) eval {
	fn := v.(func(*frame) T)
	return func(f *frame) T {
		f.line = line
		x := fn(f)
		f.line = old
		return x
	}
}

func (r repMem) lined(v eval, line, old int) eval {
	w := v.(into)
	return func(f *frame, p unsafe.Pointer) {
		f.line = line
		w(f, p)
		f.line = old
	}
}

// operands2 compiles both operands of a node.
func (b *builder) operands2(n *ir.Node) (x, y *expr) {
	x = b.expr(kid(n, 0))
	return x, b.expr(kid(n, 1))
}

// constantExpr returns the expression of a value that does not change.
func constantExpr(v reflect.Value) *expr {
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	r := repFor(v.Type())
	return &expr{t: v.Type(), r: r, v: r.constant(p.UnsafePointer()), fixed: p.UnsafePointer()}
}

func (b *builder) constant(n *ir.Node) *expr {
	v, err := ir.ParseConst(b.typ(n.Type), n.S)
	if err != nil {
		panic(defect(err.Error()))
	}
	return constantExpr(v)
}

func (b *builder) symbolExpr(n *ir.Node) *expr {
	s := b.symbol(n.N)
	if s.variable {
		return b.at(s.v.Type().Elem(), loc{mode: atFixed, p: s.v.UnsafePointer()})
	}
	return constantExpr(s.v)
}

func (b *builder) logic(n *ir.Node, join func(x, y func(*frame) bool) func(*frame) bool) *expr {
	x, y := b.expr(kid(n, 0)), b.expr(kid(n, 1))
	t := b.typ(n.Type)
	return &expr{t: t, r: repFor(t), v: join(typed[bool](x), typed[bool](y))}
}

// field compiles x.f of a struct.
func (b *builder) field(n *ir.Node) *expr {
	x := b.expr(kid(n, 0))
	if x.t == nil || x.t.Kind() != reflect.Struct || n.N < 0 || n.N >= x.t.NumField() {
		panic(defectf("no field %d in %v", n.N, x.t))
	}
	sf := x.t.Field(n.N)
	return b.part(x, sf.Type, sf.Offset)
}

// part returns the part of type t at an offset of x, a struct or an array.
func (b *builder) part(x *expr, t reflect.Type, off uintptr) *expr {
	l, place := x.loc, x.place
	if l.mode == nowhere {
		l, place = b.spill(x), false
	}
	e := b.at(t, l.field(off))
	e.place = place
	return e
}

// spill returns a location that holds the value of x once its address has
// been computed.
func (b *builder) spill(x *expr) loc {
	if x.fixed != nil {
		return loc{mode: atFixed, p: x.fixed}
	}
	w, tmp := x.into(), b.temp(x.t)
	return loc{mode: computed, addr: func(f *frame) unsafe.Pointer {
		p := f.ptr(tmp)
		w(f, p)
		return p
	}}
}

// location returns where the value of x can be read.
func (b *builder) location(x *expr) loc {
	if x.loc.mode != nowhere {
		return x.loc
	}
	return b.spill(x)
}

// deref compiles *x.
func (b *builder) deref(x *expr) *expr {
	p := typed[unsafe.Pointer](x)
	l := loc{mode: computed}
	if x.loc.mode == inFrame {
		off := x.loc.off
		l.addr = func(f *frame) unsafe.Pointer {
			p := *(*unsafe.Pointer)(f.ptr(off))
			if p == nil {
				nilDereference()
			}
			return p
		}
	} else {
		l.addr = func(f *frame) unsafe.Pointer {
			p := p(f)
			if p == nil {
				nilDereference()
			}
			return p
		}
	}
	return b.at(x.t.Elem(), l)
}

// address compiles &x.
func (b *builder) address(n *ir.Node) *expr {
	t := b.typ(n.Type)
	k := kid(n, 0)
	x := b.expr(k)
	if x.place {
		if x.loc.mode == inFrame {
			panic(defectf("the address of a variable that does not escape is taken: %s", describe(n)))
		}
		return b.lined(n, &expr{t: t, r: repFor(t), v: x.loc.address()})
	}
	return &expr{t: t, r: repFor(t), v: x.r.fresh(x.v)}
}

// bind compiles a tuple stored in slots, with the value that follows.
func (b *builder) bind(n *ir.Node) *expr {
	x := b.expr(kid(n, 0))
	if len(x.tuple) != len(n.Ints) {
		panic(defectf("%d values for %d slots: %s", len(x.tuple), len(n.Ints), describe(n)))
	}
	run := []stmt{x.run}
	for i, k := range n.Ints {
		if k >= 0 {
			run = append(run, b.declare(k, x.tuple[i]))
		}
	}
	return afterStmt(inSequence(run), b.expr(kid(n, 1)))
}

// afterStmt returns e, evaluated after a statement has run; nil stands for
// none.
func afterStmt(run stmt, e *expr) *expr {
	if run == nil {
		return e
	}
	if e.run != nil || e.tuple != nil {
		e.run = sequence(run, e.run)
		return e
	}
	out := &expr{t: e.t, r: e.r, v: e.r.following(run, e.v), place: e.place}
	if e.loc.mode != nowhere {
		addr := e.loc.address()
		out.loc = loc{mode: computed, addr: func(f *frame) unsafe.Pointer {
			run(f)
			return addr(f)
		}}
	}
	return out
}

func (repOf[T]) following(run stmt, v eval) eval {
	fn := v.(func(*frame) T)
	return func(f *frame) T {
		run(f)
		return fn(f)
	}
}

func (repMem) following(run stmt, v eval) eval {
	w := v.(into)
	return func(f *frame, p unsafe.Pointer) {
		run(f)
		w(f, p)
	}
}

// sequence returns two statements as one; nil stands for none.
func sequence(s, t stmt) stmt { return inSequence([]stmt{s, t}) }

// inSequence returns statements as one; nil ones do not count. The result is
// nil if there is none.
func inSequence(list []stmt) stmt {
	n := 0
	all := make([]stmt, 0, len(list))
	for _, s := range list {
		if s != nil {
			all = append(all, s)
			n++
		}
	}
	switch n {
	case 0:
		return nil
	case 1:
		return all[0]
	case 2:
		s, t := all[0], all[1]
		return func(f *frame) ctl {
			if c := s(f); c != next {
				return c
			}
			return t(f)
		}
	case 3:
		s, t, u := all[0], all[1], all[2]
		return func(f *frame) ctl {
			if c := s(f); c != next {
				return c
			}
			if c := t(f); c != next {
				return c
			}
			return u(f)
		}
	}
	return func(f *frame) ctl {
		for _, s := range all {
			if c := s(f); c != next {
				return c
			}
		}
		return next
	}
}

// must compiles values that count only if an error is nil.
func (b *builder) must(n *ir.Node) *expr {
	check := b.checkErr(n)
	switch len(n.Kids) {
	case 1:
		return &expr{nothing: true, run: check}
	case 2:
		return afterStmt(check, b.expr(n.Kids[1]))
	}
	e := &expr{}
	run := []stmt{check}
	for _, k := range n.Kids[1:] {
		x := b.expr(k)
		tmp := b.tempExpr(x.t)
		run = append(run, b.assignTo(tmp, x))
		e.tuple = append(e.tuple, tmp)
	}
	e.run = inSequence(run)
	return e
}
