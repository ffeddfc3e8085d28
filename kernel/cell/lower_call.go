package cell

// This file lowers calls, conversions and builtin functions.

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/netherfield/netherfield/kernel/ir"
)

func (l *lowerer) call(e *ast.CallExpr) *ir.Node {
	if isMust(e) {
		return l.mustCall(e)
	}
	tv := l.info.Types[e.Fun]
	switch {
	case tv.IsType():
		l.uses(Conversion)
		return l.conversion(e, tv.Type)
	case tv.IsBuiltin():
		return l.builtin(e)
	}
	sig := tv.Type.Underlying().(*types.Signature)
	if id, ok := ast.Unparen(e.Fun).(*ast.Ident); ok {
		if inst, ok := l.info.Instances[id]; ok {
			sig = inst.Type.(*types.Signature)
		}
	}
	fn := l.expr(e.Fun)
	switch fn.Op {
	case ir.Method:
		l.uses(MethodCall)
	case ir.Sym:
		l.uses(PackageCall)
	default:
		l.uses(FunctionCall)
	}
	n := &ir.Node{Op: ir.Call, Line: l.line(e.Lparen), Kids: []*ir.Node{fn}}
	switch sig.Results().Len() {
	case 0:
		n.Type = l.typ(types.NewTuple(), e.Pos())
	case 1:
		n.Type = l.typ(sig.Results().At(0).Type(), e.Pos())
	default:
		n.Type = l.typ(sig.Results(), e.Pos())
	}
	n.Kids = append(n.Kids, l.args(e, sig)...)
	return n
}

// args lowers a call's arguments so that they match the parameters one to
// one.
func (l *lowerer) args(e *ast.CallExpr, sig *types.Signature) []*ir.Node {
	params := sig.Params()
	k := params.Len()
	if len(e.Args) == 1 {
		if t, ok := l.info.Types[e.Args[0]].Type.(*types.Tuple); ok { // f(g())
			return l.spreadArgs(e, t, sig)
		}
	}
	var out []*ir.Node
	fixed := k
	if sig.Variadic() {
		fixed--
	}
	for i := range fixed {
		out = append(out, l.exprAs(e.Args[i], params.At(i).Type()))
	}
	if !sig.Variadic() {
		return out
	}
	last := params.At(k - 1).Type()
	if e.Ellipsis.IsValid() {
		return append(out, l.exprAs(e.Args[fixed], last))
	}
	var rest []*ir.Node
	for _, a := range e.Args[fixed:] {
		rest = append(rest, l.exprAs(a, elemOf(last)))
	}
	return append(out, l.pack(rest, last, e.Pos()))
}

// pack makes the slice of a variadic parameter; nil if there is nothing in it.
func (l *lowerer) pack(elems []*ir.Node, t types.Type, pos token.Pos) *ir.Node {
	n := &ir.Node{Op: ir.Nil, Type: l.typ(t, pos), Line: l.line(pos)}
	if len(elems) > 0 {
		n.Op, n.N, n.Kids = ir.ListLit, len(elems), elems
		for i := range elems {
			n.Ints = append(n.Ints, i)
		}
	}
	return n
}

// spreadArgs lowers the arguments of f(g()) for a g with several results.
func (l *lowerer) spreadArgs(e *ast.CallExpr, t *types.Tuple, sig *types.Signature) []*ir.Node {
	var want []*types.Var
	params := sig.Params()
	for i := range t.Len() {
		switch {
		case sig.Variadic() && i >= params.Len()-1:
			want = append(want, types.NewVar(token.NoPos, nil, "", elemOf(params.At(params.Len()-1).Type())))
		default:
			want = append(want, params.At(i))
		}
	}
	x := l.expr(e.Args[0])
	return l.spread(x, t, types.NewTuple(want...), e.Pos(), func(elems []*ir.Node) []*ir.Node {
		if !sig.Variadic() {
			return elems
		}
		fixed := params.Len() - 1
		return append(elems[:fixed:fixed], l.pack(elems[fixed:], params.At(fixed).Type(), e.Pos()))
	})
}

// mustCall lowers must·n(f()): the values of f, whose error stops the cell.
func (l *lowerer) mustCall(e *ast.CallExpr) *ir.Node {
	l.uses(ErrorLeftOff)
	tuple := l.info.Types[e.Args[0]].Type.(*types.Tuple)
	x := l.expr(e.Args[0])
	k := tuple.Len() - 1
	b := &ir.Node{Op: ir.Bind, Line: x.Line, Ints: make([]int, k+1), Kids: []*ir.Node{x}}
	for i := range b.Ints {
		b.Ints[i] = l.temp(tuple.At(i).Type(), e.Pos())
	}
	var values []*types.Var
	for i := range k {
		values = append(values, types.NewVar(token.NoPos, nil, "", tuple.At(i).Type()))
	}
	b.Type = l.typ(types.NewTuple(values...), e.Pos())
	if k == 1 {
		b.Type = l.typ(tuple.At(0).Type(), e.Pos())
	}
	must := &ir.Node{Op: ir.Must, Type: b.Type, Line: x.Line, Kids: []*ir.Node{l.local(b.Ints[k], e.Pos())}}
	for i := range k {
		must.Kids = append(must.Kids, l.local(b.Ints[i], e.Pos()))
	}
	b.Kids = append(b.Kids, must)
	return b
}

// conversion lowers T(x).
func (l *lowerer) conversion(e *ast.CallExpr, to types.Type) *ir.Node {
	x := e.Args[0]
	tv := l.info.Types[x]
	if tv.IsNil() {
		return &ir.Node{Op: ir.Nil, Type: l.typ(to, e.Pos()), Line: l.line(e.Pos())}
	}
	from := types.Default(tv.Type)
	if isUnsafe(to) || isUnsafe(from) {
		l.refuse(e.Pos(), "unsafe.Pointer")
	}
	n := l.expr(x)
	if types.Identical(from, to) && tv.Value == nil {
		if b, ok := to.Underlying().(*types.Basic); !ok || b.Info()&(types.IsFloat|types.IsComplex) == 0 {
			return n
		}
	}
	return &ir.Node{Op: ir.Convert, Type: l.typ(to, e.Pos()), Line: l.line(e.Pos()), Kids: []*ir.Node{n}}
}

func isUnsafe(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.UnsafePointer
}

// builtinName returns the name of the builtin a call calls.
func (l *lowerer) builtinName(e *ast.CallExpr) string {
	switch f := ast.Unparen(e.Fun).(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return "unsafe." + f.Sel.Name
	}
	return ""
}

// builtin lowers a builtin function that has a value.
func (l *lowerer) builtin(e *ast.CallExpr) *ir.Node {
	l.uses(Builtins)
	if len(e.Args) == 1 {
		if _, several := l.info.Types[e.Args[0]].Type.(*types.Tuple); several && l.builtinName(e) != "complex" {
			l.refuse(e.Pos(), l.builtinName(e)+" of a call with several results")
		}
	}
	t := types.Default(l.info.Types[e].Type)
	n := &ir.Node{Line: l.line(e.Pos())}
	if t != nil {
		n.Type = l.typ(t, e.Pos())
	}
	arg := func(i int) types.Type { return l.info.Types[e.Args[i]].Type }
	all := func() {
		for _, a := range e.Args {
			n.Kids = append(n.Kids, l.exprAs(a, t))
		}
	}
	switch name := l.builtinName(e); name {
	case "len", "cap":
		n.Op = ir.Len
		if name == "cap" {
			n.Op = ir.Cap
		}
		n.Kids = []*ir.Node{l.expr(e.Args[0])}
	case "append":
		n.Op = ir.Append
		s := l.exprAs(e.Args[0], t)
		switch {
		case e.Ellipsis.IsValid() && l.info.Types[e.Args[1]].IsNil():
			return s
		case e.Ellipsis.IsValid() && !types.IsInterface(arg(1)) && isString(arg(1)):
			y := l.expr(e.Args[1])
			n.Kids = []*ir.Node{s, {Op: ir.Convert, Type: n.Type, Line: n.Line, Kids: []*ir.Node{y}}}
		case e.Ellipsis.IsValid():
			n.Kids = []*ir.Node{s, l.convert(l.expr(e.Args[1]), arg(1), t, e.Pos())}
		default:
			var elems []*ir.Node
			for _, a := range e.Args[1:] {
				elems = append(elems, l.exprAs(a, elemOf(t)))
			}
			n.Kids = []*ir.Node{s, l.pack(elems, t, e.Pos())}
		}
	case "copy":
		n.Op = ir.Copy
		n.Kids = []*ir.Node{l.expr(e.Args[0]), l.expr(e.Args[1])}
	case "make":
		n.Op = ir.Make
		for _, a := range e.Args[1:] {
			if at := l.info.Types[a]; isUntyped(at.Type) {
				n.Kids = append(n.Kids, l.exprAs(a, types.Typ[types.Int]))
			} else {
				n.Kids = append(n.Kids, l.expr(a))
			}
		}
	case "new":
		n.Op = ir.New
		if tv := l.info.Types[e.Args[0]]; !tv.IsType() {
			elem := t.Underlying().(*types.Pointer).Elem()
			n.Kids = []*ir.Node{l.exprAs(e.Args[0], elem)}
		}
	case "min", "max":
		n.Op = ir.Min
		if name == "max" {
			n.Op = ir.Max
		}
		all()
	case "complex":
		n.Op = ir.Complex
		part := types.Typ[types.Float64]
		if t.Underlying().(*types.Basic).Kind() == types.Complex64 {
			part = types.Typ[types.Float32]
		}
		for i, a := range e.Args {
			if isUntyped(arg(i)) {
				n.Kids = append(n.Kids, l.exprAs(a, part))
			} else {
				n.Kids = append(n.Kids, l.expr(a))
			}
		}
	case "real", "imag":
		n.Op = ir.Real
		if name == "imag" {
			n.Op = ir.Imag
		}
		n.Kids = []*ir.Node{l.expr(e.Args[0])}
	case "recover":
		l.uses(PanicRecover)
		n.Op = ir.Recover
		l.fn.f.HasRecover = true
	default:
		l.refuse(e.Pos(), name)
	}
	return n
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// builtinStmt lowers a builtin that stands as a statement and has no value;
// nil if it is another.
func (l *lowerer) builtinStmt(e *ast.CallExpr) *ir.Node {
	n := &ir.Node{Line: l.line(e.Pos())}
	switch name := l.builtinName(e); name {
	case "panic":
		l.uses(PanicRecover)
		n.Op = ir.Panic
		any := types.NewInterfaceType(nil, nil)
		if l.info.Types[e.Args[0]].IsNil() {
			n.Kids = []*ir.Node{{Op: ir.Nil, Type: l.typ(any, e.Pos()), Line: n.Line}}
		} else {
			n.Kids = []*ir.Node{l.exprAs(e.Args[0], any)}
		}
		return n
	case "print", "println":
		n.Op = ir.Print
		if name == "println" {
			n.N = 1
		}
		for _, a := range e.Args {
			n.Kids = append(n.Kids, l.expr(a))
		}
	case "delete":
		n.Op = ir.Delete
		m := l.info.Types[e.Args[0]].Type.Underlying().(*types.Map)
		n.Kids = []*ir.Node{l.expr(e.Args[0]), l.exprAs(e.Args[1], m.Key())}
	case "clear":
		n.Op = ir.Clear
		n.Kids = []*ir.Node{l.expr(e.Args[0])}
	case "close":
		n.Op = ir.Close
		l.uses(Channels)
		n.Kids = []*ir.Node{l.expr(e.Args[0])}
	default:
		return nil
	}
	l.uses(Builtins)
	return n
}
