package interp

// This file keeps the order of evaluation. Go fixes it for calls, receive
// operations and the like, which happen from left to right; the compiler reads
// plain variables, elements and fields after the calls of the same expression,
// and programs have come to see that: in x + f(), an f that changes x changes
// the sum.

import (
	"github.com/netherfield/netherfield/kernel/ir"
)

// inOrder returns the operands, whose nodes are given, so that evaluating
// them from left to right has the compiler's order.
func (b *builder) inOrder(nodes []*ir.Node, list []*expr) []*expr {
	last := -1
	for i, n := range nodes {
		if calls(n) {
			last = i
		}
	}
	first := -1
	for i := 0; i < last; i++ {
		if list[i].v != nil && b.late(nodes[i]) {
			first = i
			break
		}
	}
	if first < 0 {
		return list
	}
	// What is not read late goes to temporary variables, before the first
	// operand that is.
	out := make([]*expr, len(list))
	copy(out, list)
	var run []stmt
	for i := first; i <= last; i++ {
		if e := list[i]; e.v != nil && e.fixed == nil && !b.late(nodes[i]) && !e.isLocal() {
			tmp := b.tempExpr(e.t)
			run = append(run, b.assignTo(tmp, e))
			tmp.place = false
			out[i] = tmp
		}
	}
	if s := inSequence(run); s != nil {
		out[first] = afterStmt(s, list[first])
	}
	return out
}

// isLocal tells whether the expression is a variable in the frame.
func (e *expr) isLocal() bool { return e.loc.mode == inFrame }

// calls tells whether evaluating n may run other code of the program.
func calls(n *ir.Node) bool {
	if n == nil {
		return false
	}
	switch n.Op {
	case ir.Call, ir.Recv, ir.RecvOk:
		return true
	case ir.FuncLit:
		return false
	}
	for _, k := range n.Kids {
		if calls(k) {
			return true
		}
	}
	return false
}

// late tells whether the compiler evaluates n after the calls of the
// expression around it and might then find another value.
func (b *builder) late(n *ir.Node) bool {
	if n == nil {
		return false
	}
	switch n.Op {
	case ir.Global:
		return true
	case ir.Sym:
		return b.symbol(n.N).variable
	case ir.Local:
		m := b.slot(n.N).loc.mode
		return m == inBox || m == inCapture
	case ir.Deref, ir.SliceIndex, ir.ArrayIndex, ir.StringIndex, ir.Field, ir.Binary, ir.Unary, ir.Len, ir.Cap, ir.Real, ir.Imag:
		late := n.Op == ir.Deref || n.Op == ir.SliceIndex
		for _, k := range n.Kids {
			if calls(k) {
				return false
			}
			late = late || b.late(k)
		}
		return late
	}
	return false
}
