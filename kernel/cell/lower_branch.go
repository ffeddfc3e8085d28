package cell

// This file lowers loops, switches, select and the branches out of them.

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/netherfield/netherfield/kernel/ir"
)

// A label is a statement that break or continue can name.
type label struct {
	mark int
	name string
	loop bool
}

// enter opens a statement for break and continue.
func (l *lowerer) enter(name string, loop bool) int {
	l.fn.nextMark++
	l.fn.labels = append(l.fn.labels, label{mark: l.fn.nextMark, name: name, loop: loop})
	return l.fn.nextMark
}

func (l *lowerer) leave() { l.fn.labels = l.fn.labels[:len(l.fn.labels)-1] }

func (l *lowerer) branch(s *ast.BranchStmt) *ir.Node {
	op := ir.Break
	switch s.Tok {
	case token.GOTO:
		l.refuse(s.Pos(), "goto")
	case token.CONTINUE:
		op = ir.Continue
	case token.FALLTHROUGH:
		return &ir.Node{Op: ir.Block} // the Case carries it
	}
	if s.Label != nil {
		l.uses(LabelledBranch)
	}
	for i := len(l.fn.labels) - 1; i >= 0; i-- {
		b := l.fn.labels[i]
		if s.Label != nil && b.name != s.Label.Name || s.Label == nil && op == ir.Continue && !b.loop {
			continue
		}
		return &ir.Node{Op: op, N: b.mark}
	}
	l.refuse(s.Pos(), "a break out of a labelled block")
	return nil
}

func (l *lowerer) labelled(s *ast.LabeledStmt) []*ir.Node {
	name := s.Label.Name
	switch b := s.Stmt.(type) {
	case *ast.ForStmt:
		return []*ir.Node{l.forLoop(b, name)}
	case *ast.RangeStmt:
		return l.rangeLoop(b, name)
	case *ast.SwitchStmt:
		return l.switchStmt(b, name)
	case *ast.TypeSwitchStmt:
		return l.typeSwitch(b, name)
	case *ast.SelectStmt:
		return []*ir.Node{l.selectStmt(b, name)}
	}
	return l.stmt(s.Stmt)
}

func (l *lowerer) forLoop(s *ast.ForStmt, name string) *ir.Node {
	l.uses(ForLoop)
	n := &ir.Node{Op: ir.For, Line: l.line(s.Pos()), Kids: make([]*ir.Node, 4)}
	var vars []int
	if s.Init != nil {
		before := len(l.fn.f.Slots)
		n.Kids[0] = l.block(l.stmt(s.Init), s.Init.Pos())
		if a, ok := s.Init.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
			for _, e := range a.Lhs {
				if obj := l.info.Defs[e.(*ast.Ident)]; obj != nil {
					if slot, ok := l.fn.slots[obj]; ok && slot >= before {
						vars = append(vars, slot)
					}
				}
			}
		}
	}
	n.N = l.enter(name, true)
	if s.Cond != nil {
		n.Kids[1] = l.cond(s.Cond)
	}
	n.Kids[3] = l.body(s.Body)
	l.leave()
	if s.Post != nil {
		n.Kids[2] = l.block(l.stmt(s.Post), s.Post.Pos())
	}
	// Only a variable that outlives its iteration needs a copy of its own.
	for _, v := range vars {
		if l.fn.f.Slots[v].Escapes {
			n.Ints = append(n.Ints, v)
		}
	}
	return n
}

func (l *lowerer) rangeLoop(s *ast.RangeStmt, name string) []*ir.Node {
	l.uses(RangeLoop)
	line := l.line(s.Pos())
	t := l.info.Types[s.X].Type
	define := s.Tok == token.DEFINE
	n := &ir.Node{Line: line}
	var keyType, valueType types.Type
	x := l.expr(s.X)
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if u.Info()&types.IsString != 0 {
			n.Op, keyType, valueType = ir.RangeString, types.Typ[types.Int], types.Universe.Lookup("rune").Type()
			break
		}
		n.Op, keyType = ir.RangeInt, types.Default(t)
		if s.Key != nil {
			if to := l.targetType(s.Key, define); to != nil {
				keyType = to
			}
		}
		x = l.exprAs(s.X, keyType)
	case *types.Slice:
		n.Op, keyType, valueType = ir.RangeSlice, types.Typ[types.Int], u.Elem()
	case *types.Array:
		n.Op, keyType, valueType = ir.RangeArray, types.Typ[types.Int], u.Elem()
	case *types.Pointer:
		n.Op, keyType, valueType = ir.RangeArray, types.Typ[types.Int], elemOf(u)
	case *types.Map:
		n.Op, keyType, valueType = ir.RangeMap, u.Key(), u.Elem()
	case *types.Chan:
		n.Op, keyType = ir.RangeChan, u.Elem()
	case *types.Signature:
		l.uses(RangeFunction)
		n.Op = ir.RangeFunc
		yield := u.Params().At(0).Type().Underlying().(*types.Signature)
		if yield.Params().Len() > 0 {
			keyType = yield.Params().At(0).Type()
		}
		if yield.Params().Len() > 1 {
			valueType = yield.Params().At(1).Type()
		}
	default:
		l.refuse(s.Pos(), "a range over "+types.TypeString(t, qualifier))
	}
	var before []*ir.Node // assignments from the range's own variables, where types differ
	place := func(e ast.Expr, from types.Type) *ir.Node {
		if e == nil || isBlank(e) {
			return nil
		}
		to := l.targetType(e, define)
		if types.Identical(from, to) {
			return l.target(e, define, from)
		}
		tmp := l.temp(from, e.Pos())
		p := l.target(e, define, from)
		before = append(before, &ir.Node{Op: ir.Assign, N: 1, Line: line,
			Kids: []*ir.Node{p, l.convert(l.local(tmp, e.Pos()), from, to, e.Pos())}})
		return &ir.Node{Op: ir.NewLocal, N: tmp, Type: l.fn.f.Slots[tmp].Type, Line: line}
	}
	key, value := place(s.Key, keyType), place(s.Value, valueType)
	n.N = l.enter(name, true)
	body := l.body(s.Body)
	l.leave()
	body.Kids = append(before, body.Kids...)
	switch n.Op {
	case ir.RangeInt:
		n.Kids = []*ir.Node{key, x, body}
	case ir.RangeArray, ir.RangeSlice, ir.RangeString, ir.RangeMap, ir.RangeChan, ir.RangeFunc:
		n.Kids = []*ir.Node{key, value, x, body}
	}
	return []*ir.Node{n}
}

func isBlank(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && id.Name == "_"
}

// clauses lowers the bodies of a switch, whose conditions are given.
func (l *lowerer) clause(body []ast.Stmt, conds []*ir.Node, isDefault bool, pos token.Pos) *ir.Node {
	c := &ir.Node{Op: ir.Case, Line: l.line(pos)}
	if isDefault {
		c.N |= 1
	}
	if k := len(body); k > 0 {
		if b, ok := body[k-1].(*ast.BranchStmt); ok && b.Tok == token.FALLTHROUGH {
			c.N |= 2
		}
	}
	c.Kids = append([]*ir.Node{{Op: ir.Block, Kids: l.stmts(body), Line: c.Line}}, conds...)
	return c
}

func (l *lowerer) switchStmt(s *ast.SwitchStmt, name string) []*ir.Node {
	l.uses(SwitchStatement)
	var tag *ir.Node
	var tagType types.Type
	return l.withInit(s.Init, s.Pos(), func() *ir.Node {
		out := &ir.Node{Op: ir.Block, Line: l.line(s.Pos())}
		if s.Tag != nil {
			tagType = types.Default(l.info.Types[s.Tag].Type)
			x := l.exprAs(s.Tag, tagType)
			slot := l.temp(tagType, s.Tag.Pos())
			out.Kids = append(out.Kids, &ir.Node{Op: ir.Assign, N: 1, Line: out.Line, Kids: []*ir.Node{
				{Op: ir.NewLocal, N: slot, Type: l.fn.f.Slots[slot].Type, Line: out.Line}, x}})
			tag = &ir.Node{Op: ir.Local, N: slot, Type: l.fn.f.Slots[slot].Type, Line: out.Line}
		}
		sw := &ir.Node{Op: ir.Switch, Line: out.Line, N: l.enter(name, false)}
		for _, st := range s.Body.List {
			cc := st.(*ast.CaseClause)
			var conds []*ir.Node
			for _, e := range cc.List {
				if tag == nil {
					conds = append(conds, l.expr(e))
					continue
				}
				x := *tag
				x.Line = l.line(e.Pos())
				conds = append(conds, l.compare(ir.Eq, &x, tagType, nil, nil, l.info.Types[e].Type, e, e.Pos()))
			}
			sw.Kids = append(sw.Kids, l.clause(cc.Body, conds, cc.List == nil, cc.Pos()))
		}
		l.leave()
		out.Kids = append(out.Kids, sw)
		return l.block(out.Kids, s.Pos())
	})
}

func (l *lowerer) typeSwitch(s *ast.TypeSwitchStmt, name string) []*ir.Node {
	l.uses(TypeSwitch)
	var x ast.Expr
	switch a := s.Assign.(type) {
	case *ast.AssignStmt:
		x = a.Rhs[0].(*ast.TypeAssertExpr).X
	case *ast.ExprStmt:
		x = ast.Unparen(a.X).(*ast.TypeAssertExpr).X
	}
	return l.withInit(s.Init, s.Pos(), func() *ir.Node {
		line := l.line(s.Pos())
		t := l.info.Types[x].Type
		slot := l.temp(t, x.Pos())
		typ := l.fn.f.Slots[slot].Type
		set := &ir.Node{Op: ir.Assign, N: 1, Line: line, Kids: []*ir.Node{{Op: ir.NewLocal, N: slot, Type: typ, Line: line}, l.expr(x)}}
		value := func() *ir.Node { return &ir.Node{Op: ir.Local, N: slot, Type: typ, Line: line} }
		sw := &ir.Node{Op: ir.Switch, Line: line, N: l.enter(name, false)}
		for _, st := range s.Body.List {
			cc := st.(*ast.CaseClause)
			var conds []*ir.Node
			var single types.Type
			for _, e := range cc.List {
				is := &ir.Node{Op: ir.TypeIs, N: -1, Type: l.typ(types.Typ[types.Bool], e.Pos()), Line: l.line(e.Pos()), Kids: []*ir.Node{value()}}
				if tv := l.info.Types[e]; !tv.IsNil() {
					is.N = l.typ(tv.Type, e.Pos())
					if len(cc.List) == 1 {
						single = tv.Type
					}
				}
				conds = append(conds, is)
			}
			obj := l.info.Implicits[cc]
			var bind *ir.Node
			if obj != nil {
				v := value()
				if single != nil {
					v = &ir.Node{Op: ir.TypeAssert, Type: l.typ(single, cc.Pos()), Line: l.line(cc.Pos()), Kids: []*ir.Node{v}}
				}
				to := l.slot(obj)
				bind = &ir.Node{Op: ir.Assign, N: 1, Line: l.line(cc.Pos()),
					Kids: []*ir.Node{{Op: ir.NewLocal, N: to, Type: l.fn.f.Slots[to].Type, Line: l.line(cc.Pos())}, v}}
			}
			c := l.clause(cc.Body, conds, cc.List == nil, cc.Pos())
			if bind != nil {
				c.Kids[0].Kids = append([]*ir.Node{bind}, c.Kids[0].Kids...)
			}
			sw.Kids = append(sw.Kids, c)
		}
		l.leave()
		return l.block([]*ir.Node{set, sw}, s.Pos())
	})
}

func (l *lowerer) selectStmt(s *ast.SelectStmt, name string) *ir.Node {
	l.uses(SelectStatement)
	n := &ir.Node{Op: ir.Select, Line: l.line(s.Pos()), N: l.enter(name, false)}
	for _, st := range s.Body.List {
		cc := st.(*ast.CommClause)
		c := &ir.Node{Op: ir.Comm, Line: l.line(cc.Pos())}
		var comm *ir.Node
		if cc.Comm != nil {
			if e, ok := cc.Comm.(*ast.ExprStmt); ok {
				// Not exprStmt: an error received is not an
				// error left off.
				comm = &ir.Node{Op: ir.ExprStmt, Line: c.Line, Kids: []*ir.Node{l.expr(e.X)}}
			} else {
				list := l.stmt(cc.Comm)
				if len(list) != 1 {
					l.refuse(cc.Pos(), "this select case")
				}
				comm = list[0]
			}
		}
		var before []*ir.Node
		if comm != nil && comm.Op == ir.Assign && comm.N == 1 && comm.Kids[1].Op == ir.Convert {
			// The received value has another type than the place: it
			// goes through a variable of its own.
			conv := comm.Kids[1]
			recv := conv.Kids[0]
			l.fn.f.Slots = append(l.fn.f.Slots, ir.Slot{Type: recv.Type})
			tmp := len(l.fn.f.Slots) - 1
			conv.Kids[0] = &ir.Node{Op: ir.Local, N: tmp, Type: recv.Type, Line: c.Line}
			before = append(before, &ir.Node{Op: ir.Assign, N: 1, Line: c.Line, Kids: []*ir.Node{comm.Kids[0], conv}})
			comm = &ir.Node{Op: ir.Assign, N: 1, Line: c.Line, Kids: []*ir.Node{
				{Op: ir.NewLocal, N: tmp, Type: recv.Type, Line: c.Line}, recv}}
		}
		body := &ir.Node{Op: ir.Block, Kids: append(before, l.stmts(cc.Body)...), Line: c.Line}
		c.Kids = []*ir.Node{body, comm}
		n.Kids = append(n.Kids, c)
	}
	l.leave()
	return n
}
