package cell

// This file lowers expressions.

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"

	"github.com/netherfield/netherfield/kernel/ir"
)

// exprAs lowers e and converts it to a type as an assignment would.
func (l *lowerer) exprAs(e ast.Expr, to types.Type) *ir.Node {
	tv := l.info.Types[e]
	if tv.IsNil() {
		return &ir.Node{Op: ir.Nil, Type: l.typ(to, e.Pos()), Line: l.line(e.Pos())}
	}
	from := tv.Type
	if b, ok := from.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		if tv.Value != nil && !types.IsInterface(to) {
			return l.constant(tv.Value, to, e.Pos())
		}
		from = types.Default(from)
		if !types.IsInterface(to) {
			from = to // an untyped bool takes the type it is used as
		}
	}
	return l.convert(l.expr(e), from, to, e.Pos())
}

// convert makes an implicit conversion explicit.
func (l *lowerer) convert(n *ir.Node, from, to types.Type, pos token.Pos) *ir.Node {
	if types.Identical(from, to) {
		return n
	}
	if types.IsInterface(to) {
		l.uses(InterfaceValue)
	}
	return &ir.Node{Op: ir.Convert, Type: l.typ(to, pos), Line: l.line(pos), Kids: []*ir.Node{n}}
}

// constant lowers a constant of a type.
func (l *lowerer) constant(v constant.Value, t types.Type, pos token.Pos) *ir.Node {
	t = types.Default(t)
	n := &ir.Node{Op: ir.Const, Type: l.typ(t, pos), Line: l.line(pos)}
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		l.refuse(pos, "a constant of type "+types.TypeString(t, qualifier))
	}
	switch info := b.Info(); {
	case info&types.IsBoolean != 0:
		n.S = strconv.FormatBool(constant.BoolVal(v))
	case info&types.IsString != 0:
		n.S = constant.StringVal(v)
	case info&types.IsInteger != 0:
		n.S = constant.ToInt(v).ExactString()
	case info&types.IsFloat != 0:
		n.S = floatText(constant.ToFloat(v), b.Kind() == types.Float32)
	case info&types.IsComplex != 0:
		c := constant.ToComplex(v)
		single := b.Kind() == types.Complex64
		n.S = floatText(constant.Real(c), single) + " " + floatText(constant.Imag(c), single)
	case b.Kind() == types.UnsafePointer:
		l.refuse(pos, "unsafe.Pointer")
	}
	return n
}

// floatText writes a constant rounded once to its type.
func floatText(v constant.Value, single bool) string {
	if single {
		f, _ := constant.Float32Val(v)
		return strconv.FormatFloat(float64(f), 'x', -1, 32)
	}
	f, _ := constant.Float64Val(v)
	return strconv.FormatFloat(f, 'x', -1, 64)
}

// expr lowers an expression to a node of its own type.
func (l *lowerer) expr(e ast.Expr) *ir.Node {
	tv := l.info.Types[e]
	if tv.Value != nil {
		return l.constant(tv.Value, tv.Type, e.Pos())
	}
	node := func(op ir.Op, kids ...*ir.Node) *ir.Node {
		n := &ir.Node{Op: op, Line: l.line(e.Pos()), Kids: kids}
		if tv.Type != nil {
			n.Type = l.typ(tv.Type, e.Pos())
		}
		return n
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return l.expr(e.X)
	case *ast.Ident:
		return l.ident(e)
	case *ast.BasicLit:
		// Constant, therefore handled.
	case *ast.FuncLit:
		l.uses(FunctionLiteral)
		sig := tv.Type.Underlying().(*types.Signature)
		f := l.function(l.literalName(), sig, e.Type, e.Body)
		n := node(ir.FuncLit)
		n.Func = f
		return n
	case *ast.CompositeLit:
		return l.composite(e)
	case *ast.SelectorExpr:
		return l.selector(e)
	case *ast.IndexExpr:
		return l.index(e)
	case *ast.IndexListExpr:
		return l.instance(e.X)
	case *ast.SliceExpr:
		l.uses(Slicing)
		n := node(ir.Slice)
		x := l.info.Types[e.X].Type
		if _, ok := x.Underlying().(*types.Array); ok {
			n.Kids = append(n.Kids, l.address(l.expr(e.X), x, e.X.Pos()))
		} else {
			n.Kids = append(n.Kids, l.expr(e.X))
		}
		for _, i := range []ast.Expr{e.Low, e.High, e.Max} {
			if i == nil {
				n.Kids = append(n.Kids, nil)
			} else {
				n.Kids = append(n.Kids, l.expr(i))
			}
		}
		return n
	case *ast.TypeAssertExpr:
		l.uses(TypeAssertion)
		return node(ir.TypeAssert, l.expr(e.X))
	case *ast.CallExpr:
		return l.call(e)
	case *ast.StarExpr:
		l.uses(Pointers)
		return node(ir.Deref, l.expr(e.X))
	case *ast.UnaryExpr:
		switch e.Op {
		case token.AND:
			l.uses(Pointers)
			x := ast.Unparen(e.X)
			if _, ok := x.(*ast.StarExpr); ok {
				// &*p is p, but panics if that is nil.
				return node(ir.Addr, l.expr(x))
			}
			return l.address(l.expr(x), l.info.Types[e.X].Type, e.Pos())
		case token.ARROW:
			l.uses(Channels)
			return node(ir.Recv, l.expr(e.X))
		case token.ADD:
			return l.exprAs(e.X, tv.Type)
		}
		l.uses(Arithmetic)
		n := node(ir.Unary, l.exprAs(e.X, types.Default(tv.Type)))
		n.N = int(map[token.Token]ir.Operator{token.SUB: ir.Sub, token.NOT: ir.Not, token.XOR: ir.Xor}[e.Op])
		return n
	case *ast.BinaryExpr:
		return l.binary(e)
	}
	l.refuse(e.Pos(), fmt.Sprintf("this expression (%T)", e))
	return nil
}

// address returns &x of an addressable x or a composite literal.
func (l *lowerer) address(x *ir.Node, t types.Type, pos token.Pos) *ir.Node {
	if x.Op == ir.Deref {
		return x.Kids[0]
	}
	for root := x; ; root = root.Kids[0] {
		if root.Op == ir.Local {
			l.fn.escape(root.N)
			break
		}
		if root.Op != ir.Field && root.Op != ir.ArrayIndex {
			break
		}
	}
	return &ir.Node{Op: ir.Addr, Type: l.typ(types.NewPointer(t), pos), Line: l.line(pos), Kids: []*ir.Node{x}}
}

// literalName names the next function literal as the compiler would.
func (l *lowerer) literalName() string {
	l.fn.literals++
	return fmt.Sprintf("%s.func%d", l.fn.f.Name, l.fn.literals)
}

// ident lowers a name.
func (l *lowerer) ident(id *ast.Ident) *ir.Node {
	obj := l.info.Uses[id]
	if obj == nil {
		obj = l.info.Defs[id]
	}
	line := l.line(id.Pos())
	switch obj := obj.(type) {
	case *types.Nil:
		return &ir.Node{Op: ir.Nil, Type: l.typ(l.info.Types[id].Type, id.Pos()), Line: line}
	case *types.Const:
		return l.constant(obj.Val(), l.info.Types[id].Type, id.Pos())
	case *types.Var, *types.Func:
		if s, ok := l.fn.find(obj); ok {
			return l.local(s, id.Pos())
		}
		if g, ok := l.global(obj); ok {
			return &ir.Node{Op: ir.Global, N: g, Type: l.prog.Globals[g].Type, Line: line}
		}
		if _, generic := l.info.Instances[id]; obj.Pkg() != nil && (generic || obj.Pkg().Path() != "main") {
			return l.symbol(id, obj) // a generic function or a dot import
		}
	}
	l.refuse(id.Pos(), "the name "+id.Name)
	return nil
}

// symbol lowers a function or variable of a package, or an instance of a
// generic function.
func (l *lowerer) symbol(id *ast.Ident, obj types.Object) *ir.Node {
	sym := ir.Symbol{Path: l.home(obj), Name: obj.Name()}
	t := obj.Type()
	inst, generic := l.info.Instances[id]
	if generic {
		l.uses(GenericInstance)
		t = inst.Type
		sym.TypeArgs = l.typeArgs(inst.TypeArgs)
	}
	switch {
	case obj.Pkg().Path() != "main" && l.f.pkgs.Has(sym.Path, sym.Name, sym.TypeArgs):
	case generic:
		l.want(want{obj, inst.TypeArgs}, id.Pos())
	case isFunc(obj) && l.ofModule(obj):
		l.want(want{obj, nil}, id.Pos())
	default:
		l.refuse(id.Pos(), obj.Pkg().Name()+"."+obj.Name())
	}
	key := fmt.Sprint(sym.Path, ".", sym.Name, sym.TypeArgs)
	i, ok := l.symbols[key]
	if !ok {
		sym.Type = l.typ(t, id.Pos())
		i = len(l.prog.Symbols)
		l.prog.Symbols = append(l.prog.Symbols, sym)
		l.symbols[key] = i
	}
	return &ir.Node{Op: ir.Sym, N: i, Type: l.prog.Symbols[i].Type, Line: l.line(id.Pos())}
}

func isFunc(obj types.Object) bool {
	_, ok := obj.(*types.Func)
	return ok
}

// instance lowers an explicit instance of a generic function.
func (l *lowerer) instance(fun ast.Expr) *ir.Node {
	switch x := ast.Unparen(fun).(type) {
	case *ast.SelectorExpr:
		if obj := l.info.Uses[x.Sel]; obj != nil && obj.Pkg() != nil {
			return l.symbol(x.Sel, obj)
		}
	case *ast.Ident:
		if obj := l.info.Uses[x]; obj != nil && obj.Pkg() != nil {
			return l.symbol(x, obj)
		}
	}
	l.refuse(fun.Pos(), "an instance of a generic function")
	return nil
}

// selector lowers x.f: a package's symbol, a field, a method.
func (l *lowerer) selector(e *ast.SelectorExpr) *ir.Node {
	sel := l.info.Selections[e]
	if sel == nil {
		obj := l.info.Uses[e.Sel]
		switch obj := obj.(type) {
		case *types.Var, *types.Func:
			return l.symbol(e.Sel, obj)
		}
		l.refuse(e.Pos(), "the name "+e.Sel.Name)
	}
	switch sel.Kind() {
	case types.FieldVal:
		l.uses(FieldSelection)
		n, _ := l.path(l.expr(e.X), sel.Recv(), sel.Index(), e.Pos())
		return n
	case types.MethodVal:
		l.uses(MethodValue)
		return &ir.Node{Op: ir.Method, S: methodName(sel.Obj()), Line: l.line(e.Sel.Pos()),
			Type: l.typ(sel.Type(), e.Pos()), Kids: []*ir.Node{l.receiver(e, sel)}}
	case types.MethodExpr:
		l.uses(MethodExpression)
		return &ir.Node{Op: ir.MethodOf, S: methodName(sel.Obj()), Line: l.line(e.Sel.Pos()),
			Type: l.typ(sel.Type(), e.Pos()), N: l.typ(sel.Recv(), e.Pos())}
	}
	l.refuse(e.Pos(), "this selector")
	return nil
}

// methodName returns the name that a method has in the worker: cells' methods
// are all exported.
func methodName(obj types.Object) string {
	if !obj.Exported() && obj.Pkg() != nil && obj.Pkg().Path() == "main" {
		return exportPrefix + obj.Name()
	}
	return obj.Name()
}

// path follows field indices from x, dereferencing pointers on the way.
func (l *lowerer) path(x *ir.Node, t types.Type, index []int, pos token.Pos) (*ir.Node, types.Type) {
	for _, i := range index {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
			x = &ir.Node{Op: ir.Deref, Type: l.typ(t, pos), Line: l.line(pos), Kids: []*ir.Node{x}}
		}
		f := t.Underlying().(*types.Struct).Field(i)
		if !f.Exported() && f.Pkg().Path() != "main" {
			l.refuse(pos, "an embedded field that is not exported")
		}
		t = f.Type()
		x = &ir.Node{Op: ir.Field, N: i, Type: l.typ(t, pos), Line: l.line(pos), Kids: []*ir.Node{x}}
	}
	return x, t
}

// receiver lowers the operand of a method selection to a value whose method
// set has the method.
func (l *lowerer) receiver(e *ast.SelectorExpr, sel *types.Selection) *ir.Node {
	x, t := l.expr(e.X), sel.Recv()
	if _, named := types.Unalias(t).(*types.Named); !named {
		if p, ok := t.Underlying().(*types.Pointer); !ok || !isNamed(p.Elem()) {
			if !types.IsInterface(t) { // a struct type without a name
				x, t = l.path(x, t, sel.Index()[:len(sel.Index())-1], e.Pos())
			}
		}
	}
	name := sel.Obj()
	if types.NewMethodSet(t).Lookup(name.Pkg(), name.Name()) != nil {
		return x
	}
	// A method with a pointer receiver, of something addressable.
	l.uses(Pointers)
	return l.address(x, t, e.X.Pos())
}

func isNamed(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.Named)
	return ok
}

// index lowers x[i], which may be an instance of a generic function.
func (l *lowerer) index(e *ast.IndexExpr) *ir.Node {
	t := l.info.Types[e.X].Type
	if _, ok := t.Underlying().(*types.Signature); ok {
		return l.instance(e.X)
	}
	l.uses(Indexing)
	n := &ir.Node{Line: l.line(e.Pos())}
	x := l.expr(e.X)
	switch u := t.Underlying().(type) {
	case *types.Map:
		n.Op, n.Type = ir.MapIndex, l.typ(u.Elem(), e.Pos())
		n.Kids = []*ir.Node{x, l.exprAs(e.Index, u.Key())}
		return n
	case *types.Slice:
		n.Op, n.Type = ir.SliceIndex, l.typ(u.Elem(), e.Pos())
	case *types.Array:
		n.Op, n.Type = ir.ArrayIndex, l.typ(u.Elem(), e.Pos())
	case *types.Pointer:
		a := u.Elem()
		x = &ir.Node{Op: ir.Deref, Type: l.typ(a, e.Pos()), Line: n.Line, Kids: []*ir.Node{x}}
		n.Op, n.Type = ir.ArrayIndex, l.typ(elemOf(a), e.Pos())
	case *types.Basic:
		n.Op, n.Type = ir.StringIndex, l.typ(types.Universe.Lookup("byte").Type(), e.Pos())
	default:
		l.refuse(e.Pos(), "indexing "+types.TypeString(t, qualifier))
	}
	n.Kids = []*ir.Node{x, l.expr(e.Index)}
	return n
}

// composite lowers a composite literal.
func (l *lowerer) composite(e *ast.CompositeLit) *ir.Node {
	l.uses(CompositeLiteral)
	t := l.info.Types[e].Type
	if p, ok := t.Underlying().(*types.Pointer); ok { // an elided &T{…}
		return l.address(l.compositeOf(e, p.Elem()), p.Elem(), e.Pos())
	}
	return l.compositeOf(e, t)
}

func (l *lowerer) compositeOf(e *ast.CompositeLit, t types.Type) *ir.Node {
	n := &ir.Node{Type: l.typ(t, e.Pos()), Line: l.line(e.Pos())}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		n.Op = ir.StructLit
		for i, el := range e.Elts {
			if kv, ok := el.(*ast.KeyValueExpr); ok {
				for j := range u.NumFields() {
					if u.Field(j).Name() == kv.Key.(*ast.Ident).Name {
						i = j
					}
				}
				el = kv.Value
			}
			n.Ints = append(n.Ints, i)
			n.Kids = append(n.Kids, l.element(el, u.Field(i).Type()))
		}
	case *types.Slice, *types.Array:
		n.Op = ir.ListLit
		next, length := 0, 0
		for _, el := range e.Elts {
			if kv, ok := el.(*ast.KeyValueExpr); ok {
				k, _ := constant.Int64Val(constant.ToInt(l.info.Types[kv.Key].Value))
				next, el = int(k), kv.Value
			}
			n.Ints = append(n.Ints, next)
			n.Kids = append(n.Kids, l.element(el, elemOf(t)))
			next++
			length = max(length, next)
		}
		n.N = length
		if a, ok := u.(*types.Array); ok {
			n.N = int(a.Len())
		}
	case *types.Map:
		n.Op = ir.MapLit
		for _, el := range e.Elts {
			kv := el.(*ast.KeyValueExpr)
			n.Kids = append(n.Kids, l.element(kv.Key, u.Key()), l.element(kv.Value, u.Elem()))
		}
	}
	return n
}

// element lowers an element of a composite literal, whose type may be left
// off.
func (l *lowerer) element(e ast.Expr, t types.Type) *ir.Node {
	if c, ok := e.(*ast.CompositeLit); ok && c.Type == nil {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			return l.address(l.compositeOf(c, p.Elem()), p.Elem(), c.Pos())
		}
		return l.compositeOf(c, t)
	}
	return l.exprAs(e, t)
}

var binaryOps = map[token.Token]ir.Operator{
	token.ADD: ir.Add, token.SUB: ir.Sub, token.MUL: ir.Mul, token.QUO: ir.Quo,
	token.REM: ir.Rem, token.AND: ir.And, token.OR: ir.Or, token.XOR: ir.Xor,
	token.SHL: ir.Shl, token.SHR: ir.Shr, token.AND_NOT: ir.AndNot,
	token.EQL: ir.Eq, token.NEQ: ir.Ne, token.LSS: ir.Lt, token.LEQ: ir.Le,
	token.GTR: ir.Gt, token.GEQ: ir.Ge,
}

func (l *lowerer) binary(e *ast.BinaryExpr) *ir.Node {
	t := types.Default(l.info.Types[e].Type)
	switch e.Op {
	case token.LAND, token.LOR:
		l.uses(Logic)
		op := ir.AndAnd
		if e.Op == token.LOR {
			op = ir.OrOr
		}
		return &ir.Node{Op: op, Type: l.typ(t, e.Pos()), Line: l.line(e.OpPos),
			Kids: []*ir.Node{l.exprAs(e.X, t), l.exprAs(e.Y, t)}}
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		n := l.compare(binaryOps[e.Op], nil, l.info.Types[e.X].Type, e.X, t, l.info.Types[e.Y].Type, e.Y, e.OpPos)
		return n
	case token.SHL, token.SHR:
		l.uses(Arithmetic)
		return &ir.Node{Op: ir.Binary, N: int(binaryOps[e.Op]), Type: l.typ(t, e.Pos()), Line: l.line(e.OpPos),
			Kids: []*ir.Node{l.exprAs(e.X, t), l.count(e.Y)}}
	}
	l.uses(Arithmetic)
	return &ir.Node{Op: ir.Binary, N: int(binaryOps[e.Op]), Type: l.typ(t, e.Pos()), Line: l.line(e.OpPos),
		Kids: []*ir.Node{l.exprAs(e.X, t), l.exprAs(e.Y, t)}}
}

// count lowers the count of a shift; an untyped constant may be written as a
// float.
func (l *lowerer) count(e ast.Expr) *ir.Node {
	if tv := l.info.Types[e]; tv.Value != nil && isUntyped(tv.Type) {
		return l.constant(tv.Value, types.Typ[types.Uint], e.Pos())
	}
	return l.expr(e)
}

// compare lowers a comparison. The left operand is an expression or, for a
// switch, a node. Both sides are brought to one type: the interface, if one of
// them is one.
func (l *lowerer) compare(op ir.Operator, x *ir.Node, xt types.Type, xe ast.Expr, result, yt types.Type, ye ast.Expr, pos token.Pos) *ir.Node {
	l.uses(Comparison)
	if result == nil {
		result = types.Typ[types.Bool]
	}
	common := xt
	switch {
	case isUntyped(xt) && isUntyped(yt):
		common = types.Default(yt)
		if isNilType(yt) {
			common = types.Default(xt)
		}
	case isUntyped(xt):
		common = yt
	case isUntyped(yt):
	case types.IsInterface(yt) && !types.IsInterface(xt):
		common = yt
	case types.IsInterface(xt) && types.IsInterface(yt) && !types.AssignableTo(yt, xt):
		common = yt
	case !types.IsInterface(xt) && !types.IsInterface(yt) && !isNamed(xt) && isNamed(yt) && types.AssignableTo(xt, yt):
		common = yt
	}
	if x == nil {
		x = l.exprAs(xe, common)
	} else {
		x = l.convert(x, types.Default(xt), common, pos)
	}
	return &ir.Node{Op: ir.Binary, N: int(op), Type: l.typ(result, pos), Line: l.line(pos),
		Kids: []*ir.Node{x, l.exprAs(ye, common)}}
}

func isUntyped(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&types.IsUntyped != 0
}

func isNilType(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Kind() == types.UntypedNil
}
