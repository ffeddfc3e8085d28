package interp

// This file keeps the order of evaluation. Go fixes it for calls, receive
// operations and the like, which happen from left to right. What else is read
// in the same expression, a variable, an element, a field, the compiler reads
// after all of them, and programs show it: in x + f(), an f that changes x
// changes the sum. Which operations are done in order and which are late is
// as in the compiler's own pass (cmd/compile/internal/walk/order.go).

import (
	"reflect"

	"github.com/netherfield/netherfield/kernel/ir"
)

// An operand is a part of an expression, as to its order.
type operand struct {
	n     *ir.Node
	calls bool // it runs other code
	late  bool // it is read after the calls
}

// hoist evaluates, in the statement it returns, those operations in the nodes
// that must not happen when the nodes are evaluated from left to right,
// because something late stands before them. It is called before the nodes
// are compiled. The statement is nil if their order needs no help.
func (b *builder) hoist(nodes ...*ir.Node) stmt {
	some := false
	for _, n := range nodes {
		some = some || b.calls(n)
	}
	if !some {
		return nil
	}
	var list []operand
	for _, n := range nodes {
		list = b.operands(list, n)
	}
	last, needed := -1, false
	for i, o := range list {
		if o.calls {
			last = i
		}
	}
	for _, o := range list[:last+1] {
		needed = needed || o.late
	}
	if !needed {
		return nil
	}
	var run []stmt
	for _, o := range list[:last+1] {
		if o.late {
			continue
		}
		e := b.expr(o.n)
		if e.v == nil || e.fixed != nil {
			continue
		}
		tmp := b.tempExpr(e.t)
		run = append(run, b.assignTo(tmp, e))
		b.giveAs(o.n, tmp.value())
	}
	return inSequence(run)
}

// giveAs makes e the compiled form of n.
func (b *builder) giveAs(n *ir.Node, e *expr) {
	if b.given == nil {
		b.given = map[*ir.Node]*expr{}
	}
	b.given[n] = e
}

// hoistKids is hoist for the operands of an expression.
func (b *builder) hoistKids(n *ir.Node) stmt {
	switch n.Op {
	case ir.Binary, ir.Call, ir.ListLit, ir.StructLit, ir.SliceIndex, ir.ArrayIndex, ir.StringIndex,
		ir.MapIndex, ir.MapIndexOk, ir.Slice, ir.Append, ir.Copy, ir.Make, ir.Min, ir.Max, ir.Complex:
		if n.Op == ir.Binary && b.comparesMemory(n) {
			return b.hoist(&ir.Node{Op: ir.Block, Kids: []*ir.Node{n}})
		}
		return b.hoist(n.Kids...)
	}
	return nil
}

// comparesMemory tells whether n compares structs or arrays, which are copied
// in order.
func (b *builder) comparesMemory(n *ir.Node) bool {
	if n.Op != ir.Binary || len(n.Kids) != 2 || n.Kids[0] == nil || b.given[n.Kids[0]] != nil {
		return false
	}
	switch n.Kids[0].Op {
	case ir.Invalid:
		return false
	}
	t := b.typ(n.Kids[0].Type)
	return t != nil && (t.Kind() == reflect.Struct || t.Kind() == reflect.Array)
}

// operands appends the operands in n to a list.
func (b *builder) operands(list []operand, n *ir.Node) []operand {
	if n == nil || b.given[n] != nil {
		return list
	}
	inOrder := func(n *ir.Node) {
		if n != nil && b.given[n] == nil {
			list = append(list, operand{n: n, calls: b.calls(n)})
		}
	}
	switch n.Op {
	case ir.Call, ir.Recv, ir.AndAnd, ir.OrOr, ir.Append, ir.Slice, ir.Len, ir.Cap, ir.Complex, ir.Real, ir.Imag,
		ir.Copy, ir.Make, ir.Min, ir.Max, ir.New, ir.Recover, ir.MapLit, ir.Bind, ir.Must:
		inOrder(n)
		return list
	case ir.TypeAssert:
		if t := b.typ(n.Type); t == nil || !direct(t) {
			inOrder(n)
			return list
		}
	case ir.Convert:
		x := kid(n, 0)
		to, from := b.typ(n.Type), b.typ(x.Type)
		switch {
		case to == nil || from == nil:
		case to.Kind() == reflect.Interface && from.Kind() != reflect.Interface && !boxedLate(from),
			to.Kind() == reflect.Array:
			if x.Op != ir.Const {
				inOrder(x)
				return list
			}
		case to.Kind() == reflect.Slice && from.Kind() == reflect.String:
			inOrder(n)
			return list
		}
	case ir.Binary:
		if b.comparesMemory(n) {
			inOrder(n.Kids[0])
			inOrder(n.Kids[1])
			return list
		}
	case ir.FuncLit:
		return list
	case ir.Local:
		if m := b.slot(n.N).loc.mode; m == inBox || m == inCapture {
			list = append(list, operand{n: n, late: true})
		}
		return list
	case ir.Global:
		if !b.global(n.N).function {
			list = append(list, operand{n: n, late: true})
		}
		return list
	case ir.Sym:
		if b.symbol(n.N).variable {
			list = append(list, operand{n: n, late: true})
		}
		return list
	}
	for _, k := range n.Kids {
		list = b.operands(list, k)
	}
	switch n.Op {
	case ir.Deref, ir.SliceIndex, ir.MapIndex:
		list = append(list, operand{n: n, late: true})
	}
	return list
}

// boxedLate tells whether the compiler reads a value of type t only when it
// makes an interface of it, instead of copying it beforehand.
func boxedLate(t reflect.Type) bool {
	for t.Kind() == reflect.Struct && t.NumField() == 1 || t.Kind() == reflect.Array && t.Len() == 1 {
		if t.Kind() == reflect.Struct {
			t = t.Field(0).Type
		} else {
			t = t.Elem()
		}
	}
	switch t.Kind() {
	case reflect.String, reflect.Slice:
		return true
	case reflect.Bool, reflect.Int8, reflect.Uint8, reflect.Complex128, reflect.Interface:
		return false
	}
	return isNumber(t)
}

// calls tells whether evaluating n may run other code of the program.
func (b *builder) calls(n *ir.Node) bool {
	if n == nil || b.given[n] != nil {
		return false
	}
	switch n.Op {
	case ir.Call, ir.Recv, ir.RecvOk:
		return true
	case ir.FuncLit, ir.Const, ir.Local, ir.Global:
		return false
	}
	for _, k := range n.Kids {
		if b.calls(k) {
			return true
		}
	}
	return false
}

// isLocal tells whether the expression is a variable in the frame.
func (e *expr) isLocal() bool { return e.loc.mode == inFrame }
