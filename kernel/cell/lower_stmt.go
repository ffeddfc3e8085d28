package cell

// This file lowers statements.

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/netherfield/netherfield/kernel/ir"
)

func (l *lowerer) stmts(list []ast.Stmt) (out []*ir.Node) {
	for _, s := range list {
		out = append(out, l.stmt(s)...)
	}
	return out
}

// stmt lowers one statement.
func (l *lowerer) stmt(s ast.Stmt) []*ir.Node {
	line := l.line(s.Pos())
	one := func(n *ir.Node) []*ir.Node {
		n.Line = line
		return []*ir.Node{n}
	}
	switch s := s.(type) {
	case *ast.EmptyStmt:
		return nil
	case *ast.ExprStmt:
		return l.exprStmt(s.X)
	case *ast.AssignStmt:
		return l.assign(s)
	case *ast.IncDecStmt:
		l.uses(CompoundAssign)
		op := ir.Add
		if s.Tok == token.DEC {
			op = ir.Sub
		}
		t := l.info.Types[s.X].Type
		return one(&ir.Node{Op: ir.AssignOp, N: int(op), Kids: []*ir.Node{l.place(s.X), l.one(t, s.Pos())}})
	case *ast.DeclStmt:
		gd := s.Decl.(*ast.GenDecl)
		switch gd.Tok {
		case token.TYPE:
			l.refuse(s.Pos(), "a type declaration")
		case token.VAR:
			var out []*ir.Node
			for _, sp := range gd.Specs {
				out = append(out, l.varSpec(sp.(*ast.ValueSpec))...)
			}
			return out
		}
		return nil
	case *ast.BlockStmt:
		return one(&ir.Node{Op: ir.Block, Kids: l.stmts(s.List)})
	case *ast.IfStmt:
		l.uses(IfStatement)
		return l.withInit(s.Init, s.Pos(), func() *ir.Node {
			n := &ir.Node{Op: ir.If, Line: line, Kids: []*ir.Node{l.cond(s.Cond), l.body(s.Body)}}
			if s.Else != nil {
				n.Kids = append(n.Kids, l.block(l.stmt(s.Else), s.Else.Pos()))
			}
			return n
		})
	case *ast.ForStmt:
		return one(l.forLoop(s, ""))
	case *ast.RangeStmt:
		return l.rangeLoop(s, "")
	case *ast.SwitchStmt:
		return l.switchStmt(s, "")
	case *ast.TypeSwitchStmt:
		return l.typeSwitch(s, "")
	case *ast.SelectStmt:
		return one(l.selectStmt(s, ""))
	case *ast.LabeledStmt:
		return l.labelled(s)
	case *ast.BranchStmt:
		return one(l.branch(s))
	case *ast.ReturnStmt:
		return l.returnStmt(s)
	case *ast.GoStmt:
		l.uses(GoStatement)
		return l.later(ir.Go, s.Call, s.Pos())
	case *ast.DeferStmt:
		l.uses(DeferStatement)
		l.fn.f.HasDefer = true
		return l.later(ir.Defer, s.Call, s.Pos())
	case *ast.SendStmt:
		l.uses(Channels)
		ch := l.info.Types[s.Chan].Type
		return one(&ir.Node{Op: ir.Send, Kids: []*ir.Node{l.expr(s.Chan), l.exprAs(s.Value, elemOf(ch))}})
	}
	l.refuse(s.Pos(), "this statement")
	return nil
}

// inMain tells whether the statement stands outside all functions.
func (l *lowerer) inMain() bool { return l.fn.main }

// one returns the constant 1 of a type.
func (l *lowerer) one(t types.Type, pos token.Pos) *ir.Node {
	text := "1"
	if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&types.IsComplex != 0 {
		text = "1 0"
	}
	return &ir.Node{Op: ir.Const, S: text, Type: l.typ(t, pos), Line: l.line(pos)}
}

func (l *lowerer) body(b *ast.BlockStmt) *ir.Node {
	return &ir.Node{Op: ir.Block, Kids: l.stmts(b.List), Line: l.line(b.Pos())}
}

func (l *lowerer) cond(e ast.Expr) *ir.Node { return l.expr(e) }

// withInit puts an init statement before a statement.
func (l *lowerer) withInit(init ast.Stmt, pos token.Pos, f func() *ir.Node) []*ir.Node {
	var list []*ir.Node
	if init != nil {
		list = l.stmt(init)
	}
	list = append(list, f())
	if len(list) == 1 {
		return list
	}
	return []*ir.Node{{Op: ir.Block, Kids: list, Line: l.line(pos)}}
}

// exprStmt lowers an expression for its effect. Outside functions a trailing
// error is checked.
func (l *lowerer) exprStmt(e ast.Expr) []*ir.Node {
	line := l.line(e.Pos())
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && l.info.Types[call.Fun].IsBuiltin() {
		if n := l.builtinStmt(call); n != nil {
			return []*ir.Node{n}
		}
	}
	n := l.expr(e)
	if !l.inMain() {
		return []*ir.Node{{Op: ir.ExprStmt, Kids: []*ir.Node{n}, Line: line}}
	}
	t := l.info.Types[e].Type
	if isError(t) && isCall(e) {
		l.uses(ErrorLeftOff)
		return []*ir.Node{{Op: ir.CheckErr, Kids: []*ir.Node{n}, Line: line}}
	}
	tuple, ok := t.(*types.Tuple)
	if !ok || tuple.Len() == 0 || !isError(tuple.At(tuple.Len()-1).Type()) {
		return []*ir.Node{{Op: ir.ExprStmt, Kids: []*ir.Node{n}, Line: line}}
	}
	l.uses(ErrorLeftOff)
	return []*ir.Node{{Op: ir.CheckErr, Line: line, Kids: []*ir.Node{l.bindLast(n, tuple, e.Pos())}}}
}

// bindLast returns an expression for the last element of a tuple.
func (l *lowerer) bindLast(n *ir.Node, tuple *types.Tuple, pos token.Pos) *ir.Node {
	k := tuple.Len()
	last := tuple.At(k - 1).Type()
	b := &ir.Node{Op: ir.Bind, Type: l.typ(last, pos), Line: l.line(pos), Ints: make([]int, k)}
	for i := range k - 1 {
		b.Ints[i] = dropSlot
	}
	b.Ints[k-1] = l.temp(last, pos)
	b.Kids = []*ir.Node{n, l.local(b.Ints[k-1], pos)}
	return b
}

// varSpec lowers var names T = values.
func (l *lowerer) varSpec(sp *ast.ValueSpec) []*ir.Node {
	line := l.line(sp.Pos())
	l.uses(Assignment)
	if len(sp.Values) == 0 {
		var out []*ir.Node
		for _, id := range sp.Names {
			obj := l.info.Defs[id]
			if obj == nil || id.Name == "_" {
				continue
			}
			p := l.newPlace(id, obj)
			out = append(out, &ir.Node{Op: ir.Assign, N: 1, Line: line, Kids: []*ir.Node{p, l.zero(obj.Type(), id.Pos())}})
		}
		return out
	}
	var lhs []ast.Expr
	for _, id := range sp.Names {
		lhs = append(lhs, id)
	}
	return l.assignAll(lhs, sp.Values, true, sp.Pos())
}

// zero returns the zero value of a type.
func (l *lowerer) zero(t types.Type, pos token.Pos) *ir.Node {
	n := &ir.Node{Type: l.typ(t, pos), Line: l.line(pos)}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		n.Op, n.S = ir.Const, "0"
		switch {
		case u.Info()&types.IsBoolean != 0:
			n.S = "false"
		case u.Info()&types.IsString != 0:
			n.S = ""
		case u.Info()&types.IsComplex != 0:
			n.S = "0 0"
		case u.Kind() == types.UnsafePointer:
			n.Op, n.S = ir.Nil, ""
		}
	case *types.Struct:
		n.Op = ir.StructLit
	case *types.Array:
		n.Op, n.N = ir.ListLit, int(u.Len())
	default:
		n.Op = ir.Nil
	}
	return n
}

// newPlace returns the place of a variable being declared.
func (l *lowerer) newPlace(id *ast.Ident, obj types.Object) *ir.Node {
	line := l.line(id.Pos())
	if n := l.own[obj]; n != nil {
		g := l.addGlobal(n)
		return &ir.Node{Op: ir.NewGlobal, N: g, Type: l.prog.Globals[g].Type, Line: line}
	}
	s := l.slot(obj)
	return &ir.Node{Op: ir.NewLocal, N: s, Type: l.fn.f.Slots[s].Type, Line: line}
}

// assign lowers =, := and op=.
func (l *lowerer) assign(s *ast.AssignStmt) []*ir.Node {
	switch s.Tok {
	case token.ASSIGN, token.DEFINE:
		return l.assignAll(s.Lhs, s.Rhs, s.Tok == token.DEFINE, s.Pos())
	}
	l.uses(CompoundAssign)
	op := compoundOps[s.Tok]
	t := l.info.Types[s.Lhs[0]].Type
	place := l.place(s.Lhs[0])
	var y *ir.Node
	if op == ir.Shl || op == ir.Shr {
		y = l.count(s.Rhs[0])
	} else {
		y = l.exprAs(s.Rhs[0], t)
	}
	return []*ir.Node{{Op: ir.AssignOp, N: int(op), Line: l.line(s.Pos()), Kids: []*ir.Node{place, y}}}
}

var compoundOps = map[token.Token]ir.Operator{
	token.ADD_ASSIGN: ir.Add, token.SUB_ASSIGN: ir.Sub, token.MUL_ASSIGN: ir.Mul,
	token.QUO_ASSIGN: ir.Quo, token.REM_ASSIGN: ir.Rem, token.AND_ASSIGN: ir.And,
	token.OR_ASSIGN: ir.Or, token.XOR_ASSIGN: ir.Xor, token.SHL_ASSIGN: ir.Shl,
	token.SHR_ASSIGN: ir.Shr, token.AND_NOT_ASSIGN: ir.AndNot,
}

// assignAll lowers an assignment or a declaration with values. The values are
// lowered before the places, as in x := x + 1 the old x is meant.
func (l *lowerer) assignAll(lhs, rhs []ast.Expr, define bool, pos token.Pos) []*ir.Node {
	n := &ir.Node{Op: ir.Assign, N: len(lhs), Line: l.line(pos)}
	var values []*ir.Node
	var froms []types.Type
	tuple := len(rhs) == 1 && len(lhs) > 1
	if tuple {
		l.uses(TupleAssignment)
		v, t := l.tupleValue(rhs[0])
		values = []*ir.Node{v}
		for i := range t.Len() {
			froms = append(froms, t.At(i).Type())
		}
	} else {
		l.uses(Assignment)
		for i, e := range rhs {
			t := l.info.Types[e].Type
			if to := l.targetType(lhs[i], define); to != nil {
				values = append(values, l.exprAs(e, to))
				t = to
			} else {
				t = types.Default(t)
				values = append(values, l.exprAs(e, t))
			}
			froms = append(froms, t)
		}
	}
	for i, e := range lhs {
		n.Kids = append(n.Kids, l.target(e, define, froms[i]))
	}
	n.Kids = append(n.Kids, values...)
	return []*ir.Node{n}
}

// targetType returns the type of an assignment's left side; nil for a blank.
func (l *lowerer) targetType(e ast.Expr, define bool) types.Type {
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		if id.Name == "_" {
			return nil
		}
		if define {
			if obj := l.info.Defs[id]; obj != nil {
				return obj.Type()
			}
		}
		if obj := l.info.Uses[id]; obj != nil {
			return obj.Type()
		}
	}
	return l.info.Types[e].Type
}

// target lowers a left side; from is the type of what a blank takes.
func (l *lowerer) target(e ast.Expr, define bool, from types.Type) *ir.Node {
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		if id.Name == "_" {
			return &ir.Node{Op: ir.Blank, Type: l.typ(from, e.Pos()), Line: l.line(e.Pos())}
		}
		if define {
			if obj := l.info.Defs[id]; obj != nil {
				return l.newPlace(id, obj)
			}
		}
	}
	return l.place(e)
}

// place lowers something that can be assigned to.
func (l *lowerer) place(e ast.Expr) *ir.Node {
	n := l.expr(e)
	if n.Op == ir.Sym {
		l.uses(PackageVariable)
	}
	return n
}

// tupleValue lowers the right side of a, b = x: a call, or one of the forms
// with ok.
func (l *lowerer) tupleValue(e ast.Expr) (*ir.Node, *types.Tuple) {
	e = ast.Unparen(e)
	if t, ok := l.info.Types[e].Type.(*types.Tuple); ok {
		switch x := e.(type) {
		case *ast.IndexExpr:
			l.uses(Indexing)
			m := l.info.Types[x.X].Type.Underlying().(*types.Map)
			return &ir.Node{Op: ir.MapIndexOk, Type: l.typ(t, e.Pos()), Line: l.line(e.Pos()),
				Kids: []*ir.Node{l.expr(x.X), l.exprAs(x.Index, m.Key())}}, t
		case *ast.TypeAssertExpr:
			l.uses(TypeAssertion)
			return &ir.Node{Op: ir.TypeAssertOk, Type: l.typ(t, e.Pos()), Line: l.line(e.Pos()),
				Kids: []*ir.Node{l.expr(x.X)}}, t
		case *ast.UnaryExpr:
			l.uses(Channels)
			return &ir.Node{Op: ir.RecvOk, Type: l.typ(t, e.Pos()), Line: l.line(e.Pos()),
				Kids: []*ir.Node{l.expr(x.X)}}, t
		}
		return l.expr(e), t
	}
	l.refuse(e.Pos(), "this assignment")
	return nil, nil
}

// returnStmt lowers return.
func (l *lowerer) returnStmt(s *ast.ReturnStmt) []*ir.Node {
	n := &ir.Node{Op: ir.Return, Line: l.line(s.Pos())}
	results := l.fn.sig.Results()
	if len(s.Results) == 1 && results.Len() > 1 {
		n.Kids = []*ir.Node{l.expr(s.Results[0])}
		if t, ok := l.info.Types[s.Results[0]].Type.(*types.Tuple); ok && !sameTuple(t, results) {
			n.Kids = l.spread(n.Kids[0], t, results, s.Pos(), func(elems []*ir.Node) []*ir.Node { return elems })
		}
		return []*ir.Node{n}
	}
	for i, e := range s.Results {
		n.Kids = append(n.Kids, l.exprAs(e, results.At(i).Type()))
	}
	return []*ir.Node{n}
}

func sameTuple(a, b *types.Tuple) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i := range a.Len() {
		if !types.Identical(a.At(i).Type(), b.At(i).Type()) {
			return false
		}
	}
	return true
}

// spread takes a tuple apart so that each element can be converted: the
// first of the returned expressions binds all of them.
func (l *lowerer) spread(x *ir.Node, from, to *types.Tuple, pos token.Pos, wrap func([]*ir.Node) []*ir.Node) []*ir.Node {
	slots := make([]int, from.Len())
	elems := make([]*ir.Node, from.Len())
	for i := range slots {
		t := from.At(i).Type()
		slots[i] = l.temp(t, pos)
		elems[i] = l.local(slots[i], pos)
		if i < to.Len() {
			elems[i] = l.convert(elems[i], t, to.At(i).Type(), pos)
		}
	}
	elems = wrap(elems)
	elems[0] = &ir.Node{Op: ir.Bind, Type: elems[0].Type, Line: x.Line, Ints: slots, Kids: []*ir.Node{x, elems[0]}}
	return elems
}

// later lowers go and defer.
func (l *lowerer) later(op ir.Op, call *ast.CallExpr, pos token.Pos) []*ir.Node {
	line := l.line(pos)
	tv := l.info.Types[ast.Unparen(call.Fun)]
	if !tv.IsBuiltin() && !tv.IsType() {
		return []*ir.Node{{Op: op, Kids: []*ir.Node{l.expr(call)}, Line: line}}
	}
	// A builtin has no func value: its arguments are evaluated now and a
	// literal calls it later.
	if id := calleeName(call); id == "recover" {
		l.refuse(pos, "defer recover() without a function around it")
	}
	var out []*ir.Node
	var params []*types.Var
	args := make([]ast.Expr, len(call.Args))
	var values []*ir.Node
	for i, a := range call.Args {
		atv := l.info.Types[a]
		if atv.Value != nil || atv.IsType() || atv.IsNil() {
			args[i] = a
			continue
		}
		t := types.Default(atv.Type)
		v := types.NewVar(a.Pos(), l.pkg, "", t)
		params = append(params, v)
		values = append(values, l.exprAs(a, t))
		id := &ast.Ident{NamePos: a.Pos(), Name: "_"}
		l.info.Uses[id] = v
		l.info.Types[id] = types.TypeAndValue{Type: t}
		args[i] = id
	}
	inner := *call
	inner.Args = args
	l.info.Types[&inner] = l.info.Types[call]
	sig := types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), nil, false)
	f := &ir.Func{Name: l.literalName(), Type: l.typ(sig, pos)}
	l.push(f, sig)
	for _, v := range params {
		l.slot(v)
		f.Params++
	}
	lit := l.pop(l.block(l.exprStmt(&inner), pos))
	fn := &ir.Node{Op: ir.FuncLit, Type: f.Type, Func: lit, Line: line}
	c := &ir.Node{Op: ir.Call, Type: l.typ(types.NewTuple(), pos), Line: line, Kids: append([]*ir.Node{fn}, values...)}
	return append(out, &ir.Node{Op: op, Kids: []*ir.Node{c}, Line: line})
}

func calleeName(call *ast.CallExpr) string {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// elemOf returns the element type of a slice, array, pointer to array, map or
// channel.
func elemOf(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return u.Elem()
	case *types.Array:
		return u.Elem()
	case *types.Map:
		return u.Elem()
	case *types.Chan:
		return u.Elem()
	case *types.Pointer:
		return elemOf(u.Elem())
	}
	return nil
}
