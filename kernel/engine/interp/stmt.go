package interp

// This file compiles statements: it holds the table of the ops, and blocks,
// if, switch and return.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// stmt compiles a statement. What it does to the line of the frame is seen in
// tracebacks, so it sets it if it can panic.
func (b *builder) stmt(n *ir.Node) stmt {
	if n == nil {
		panic(defectf("a statement is missing in %s", b.src.Name))
	}
	b.depth++
	old := b.line
	if n.Line > 0 {
		b.line = n.Line
	}
	s := b.plainStmt(n)
	b.line = old
	b.depth--
	return s
}

func (b *builder) plainStmt(n *ir.Node) stmt {
	switch n.Op {
	case ir.Block:
		return b.block(n.Kids)
	case ir.If:
		return b.ifStmt(n)
	case ir.For:
		return b.forLoop(n)
	case ir.RangeInt:
		return b.rangeInt(n)
	case ir.RangeSlice:
		return b.rangeSlice(n)
	case ir.RangeArray:
		return b.rangeArray(n)
	case ir.RangeString:
		return b.rangeString(n)
	case ir.RangeMap:
		return b.rangeMap(n)
	case ir.RangeChan:
		return b.rangeChan(n)
	case ir.RangeFunc:
		return b.rangeFunc(n)
	case ir.Switch:
		return b.switchStmt(n)
	case ir.Select:
		return b.selectStmt(n)
	case ir.Break:
		c := breakTo(n.N)
		return func(*frame) ctl { return c }
	case ir.Continue:
		c := continueTo(n.N)
		return func(*frame) ctl { return c }
	}
	s := b.simpleStmt(n)
	if b.quietNode(n) {
		return s
	}
	return atLine(n.Line, s)
}

// atLine returns s, executed with a line in the frame.
func atLine(line int, s stmt) stmt {
	if line <= 0 {
		return s
	}
	return func(f *frame) ctl {
		f.line = line
		return s(f)
	}
}

// simpleStmt compiles a statement without statements in it.
func (b *builder) simpleStmt(n *ir.Node) stmt {
	switch n.Op {
	case ir.ExprStmt:
		return b.dropped(b.expr(kid(n, 0)))
	case ir.Assign:
		return b.assign(n)
	case ir.AssignOp:
		return b.assignOp(n)
	case ir.Return:
		return b.returnStmt(n)
	case ir.Go:
		return b.goStmt(n)
	case ir.Defer:
		return b.deferStmt(n)
	case ir.Send:
		return b.send(n)
	case ir.Delete:
		first := b.hoist(n.Kids...)
		m, k := b.operands2(n)
		return sequence(first, b.mapDelete(m, k))
	case ir.Clear:
		x := b.expr(kid(n, 0))
		read, t := b.location(x).address(), x.t
		return func(f *frame) ctl { at(t, read(f)).Clear(); return next }
	case ir.Close:
		x := b.expr(kid(n, 0))
		if x.t.Kind() != reflect.Chan {
			panic(defectf("closing a %v", x.t))
		}
		v := typed[unsafe.Pointer](x)
		return func(f *frame) ctl {
			p := v(f)
			close(*(*chan struct{})(unsafe.Pointer(&p)))
			return next
		}
	case ir.Panic:
		v := typed[iface](b.expr(kid(n, 0)))
		return func(f *frame) ctl {
			i := v(f)
			panic(*(*any)(unsafe.Pointer(&i)))
		}
	case ir.Print:
		return b.print(n)
	case ir.CheckErr:
		return b.checkErr(n)
	case ir.Show:
		return b.show(n)
	}
	panic(defectf("%s is no statement", describe(n)))
}

// quietNode tells whether a node can panic only in calls, which set the line
// themselves.
func (b *builder) quietNode(n *ir.Node) bool {
	if n == nil {
		return true
	}
	switch n.Op {
	case ir.Const, ir.Nil, ir.Local, ir.Global, ir.Sym, ir.Blank, ir.NewLocal, ir.NewGlobal, ir.FuncLit:
		return true
	case ir.Binary, ir.AssignOp:
		switch ir.Operator(n.N) {
		case ir.Quo, ir.Rem, ir.Shl, ir.Shr:
			return false
		}
		if t := b.typ(kid(n, 0).Type); t == nil || !isNumber(t) && t.Kind() != reflect.String && t.Kind() != reflect.Bool {
			return false
		}
	case ir.Convert:
		if t := b.typ(n.Type); t == nil || t.Kind() == reflect.Array || t.Kind() == reflect.Pointer {
			return false
		}
	case ir.Method:
		return b.quietNode(kid(n, 0))
	case ir.ExprStmt, ir.Assign, ir.Return, ir.Field, ir.Unary, ir.AndAnd, ir.OrOr, ir.Call, ir.Len,
		ir.Cap, ir.StructLit, ir.ListLit, ir.Bind, ir.Real, ir.Imag, ir.Complex, ir.Min, ir.Max, ir.Append:
	default:
		return false
	}
	for _, k := range n.Kids {
		if !b.quietNode(k) {
			return false
		}
	}
	return true
}

// cond compiles a condition. It is evaluated when statements of other lines
// have run.
func (b *builder) cond(n *ir.Node) func(*frame) bool {
	v := typed[bool](b.expr(n))
	if line := b.line; line > 0 && !b.quietNode(n) {
		return func(f *frame) bool {
			f.line = line
			return v(f)
		}
	}
	return v
}

func (b *builder) block(kids []*ir.Node) stmt {
	list := make([]stmt, len(kids))
	for i, k := range kids {
		list[i] = b.stmt(k)
	}
	if s := inSequence(list); s != nil {
		return s
	}
	return func(*frame) ctl { return next }
}

func (b *builder) ifStmt(n *ir.Node) stmt {
	cond, then := b.cond(kid(n, 0)), b.stmt(kid(n, 1))
	if len(n.Kids) < 3 || n.Kids[2] == nil {
		return func(f *frame) ctl {
			if cond(f) {
				return then(f)
			}
			return next
		}
	}
	other := b.stmt(n.Kids[2])
	return func(f *frame) ctl {
		if cond(f) {
			return then(f)
		}
		return other(f)
	}
}

func (b *builder) returnStmt(n *ir.Node) stmt {
	results := b.fn.sig.results
	if len(n.Kids) == 0 || len(results) == 0 {
		return func(*frame) ctl { return leave }
	}
	first := len(b.src.Captures) + b.src.Params
	place := func(i int) *expr {
		s := b.slot(first + i)
		return &expr{t: s.t, r: s.r, v: s.r.load(s.loc), loc: s.loc, place: true}
	}
	run := []stmt{b.hoist(n.Kids...)}
	exprs := make([]*expr, len(n.Kids))
	for i := range n.Kids {
		exprs[i] = b.expr(kid(n, i))
	}
	switch {
	case len(exprs) == 1 && exprs[0].tuple != nil:
		run, exprs = append(run, exprs[0].run), exprs[0].tuple
	case len(exprs) > 1:
		// A later value may read a result that an earlier one sets.
		for i, e := range exprs {
			if e.fixed == nil {
				tmp := b.tempExpr(e.t)
				run = append(run, b.assignTo(tmp, e))
				exprs[i] = tmp
			}
		}
	}
	if len(exprs) != len(results) {
		panic(defectf("%d values for %d results: %s", len(exprs), len(results), describe(n)))
	}
	for i, e := range exprs {
		run = append(run, b.assignTo(place(i), b.convert(e, results[i].t)))
	}
	set := inSequence(run)
	if len(results) == 1 && exprs[0].run == nil && run[0] == nil && len(run) == 2 && results[0].t.Kind() == reflect.Int && b.slot(first).loc.mode == inFrame {
		v, off := typed[int64](exprs[0]), b.slot(first).loc.off
		return func(f *frame) ctl {
			*(*int64)(f.ptr(off)) = v(f)
			return leave
		}
	}
	return func(f *frame) ctl {
		set(f)
		return leave
	}
}

// A clause is a case of a switch.
type clause struct {
	conds []func(*frame) bool
	body  stmt
	falls bool
}

func (b *builder) switchStmt(n *ir.Node) stmt {
	var clauses []clause
	other := -1
	for i := range n.Kids {
		k := kid(n, i)
		if k.Op != ir.Case {
			panic(defectf("%s in a switch", describe(k)))
		}
		if k.N&1 != 0 {
			other = len(clauses)
		}
		c := clause{body: b.stmt(kid(k, 0)), falls: k.N&2 != 0}
		for j := 1; j < len(k.Kids); j++ {
			old := b.line
			if l := k.Kids[j].Line; l > 0 {
				b.line = l
			}
			c.conds = append(c.conds, b.cond(kid(k, j)))
			b.line = old
		}
		clauses = append(clauses, c)
	}
	brk := breakTo(n.N)
	return func(f *frame) ctl {
		chosen := other
	search:
		for i := range clauses {
			for _, c := range clauses[i].conds {
				if c(f) {
					chosen = i
					break search
				}
			}
		}
		for chosen >= 0 && chosen < len(clauses) {
			switch c := clauses[chosen].body(f); {
			case c == brk:
				return next
			case c != next:
				return c
			}
			if !clauses[chosen].falls {
				break
			}
			chosen++
		}
		return next
	}
}
