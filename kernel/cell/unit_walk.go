package cell

// This file goes through a cell's syntax and marks what must read differently
// in a unit.

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// walk edits a piece of syntax.
func (w *unitWriter) walk(n ast.Node) {
	if n == nil {
		return
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			w.ident(n)
		case *ast.SelectorExpr:
			w.selector(n)
			return false
		case *ast.CompositeLit:
			return !w.composite(n, token.NoPos)
		case *ast.UnaryExpr:
			if lit, ok := ast.Unparen(n.X).(*ast.CompositeLit); ok && n.Op == token.AND {
				return !w.composite(lit, n.OpPos)
			}
		case *ast.CallExpr:
			if isMust(n) {
				w.insert(w.offset(n.Pos()), guardName+".Must"+strings.TrimPrefix(n.Fun.(*ast.Ident).Name, mustPrefix)+"(")
				w.walk(n.Args[0])
				w.insert(w.offset(n.Args[0].End()), ")")
				return false
			}
			return !w.replaced(n)
		case *ast.ExprStmt:
			return !w.leftOff(n)
		case *ast.GoStmt:
			w.goStmt(n)
			return false
		case *ast.AssignStmt:
			if w.locals != nil && n.Tok != token.DEFINE {
				w.walkAll(n.Lhs)
				w.walkAll(n.Rhs)
				w.store(n, n.Lhs...)
				return false
			}
		case *ast.IncDecStmt:
			if w.locals != nil {
				w.walk(n.X)
				w.store(n, n.X)
				return false
			}
		case *ast.ForStmt:
			w.loop(n.Body)
		case *ast.RangeStmt:
			w.loop(n.Body)
		case *ast.LabeledStmt:
			w.label(n)
		case *ast.FuncLit:
			w.literal(n)
			return false
		}
		return true
	})
}

// swap replaces the text of a node.
func (w *unitWriter) swap(n ast.Node, text string) {
	w.replace(w.offset(n.Pos()), w.offset(n.End()), text)
}

// ident edits a name.
func (w *unitWriter) ident(id *ast.Ident) {
	obj := w.info.Uses[id]
	if obj == nil {
		obj = w.info.Defs[id]
	}
	if obj == nil || obj.Pkg() == nil {
		return
	}
	if p, ok := obj.(*types.PkgName); ok {
		w.written[id.Name] = p.Imported().Path()
		return
	}
	if obj.Pkg().Path() != "main" {
		if v, ok := obj.(*types.Var); ok && v.IsField() {
			return
		}
		if f, ok := obj.(*types.Func); ok && f.Signature().Recv() != nil {
			return
		}
		w.dotted[obj.Pkg().Path()] = true
		return
	}
	switch obj := obj.(type) {
	case *types.Var:
		if n := w.variable(obj); n != nil && !obj.IsField() && w.locals[n.ID] != "" {
			w.swap(id, w.locals[n.ID])
		} else if n != nil && !obj.IsField() {
			w.swap(id, "(*"+w.pointer(n, id.Pos())+")")
		}
	case *types.Func:
		w.function(id, obj)
	case *types.TypeName:
		w.typeName(id, obj)
	case *types.Const:
		if w.used[obj] != nil {
			w.swap(id, w.constant(obj, id.Pos()))
		}
	}
}

// function edits the name of a function or method.
func (w *unitWriter) function(id *ast.Ident, obj *types.Func) {
	obj = obj.Origin()
	sig := obj.Signature()
	switch {
	case sig.Recv() != nil:
		if !obj.Exported() {
			w.swap(id, exportPrefix+id.Name)
		}
	case sig.TypeParams() != nil:
		name := genericName(obj.Name())
		if path, ok := w.f.homes[obj]; ok {
			name = w.unitName(path) + "." + name
		}
		if name != id.Name {
			w.swap(id, name)
		}
	case w.own[obj] != nil:
		if name := w.funcName(id.Name); name != id.Name {
			w.swap(id, name)
		}
	default:
		if n := w.variable(obj); n != nil {
			w.swap(id, "(*"+w.pointer(n, id.Pos())+")")
		}
	}
}

// genericName returns the name of a generic function in units. Others must
// see it.
func genericName(name string) string {
	if ast.IsExported(name) {
		return name
	}
	return exportPrefix + name
}

// funcName returns the name of a declared function in its unit: what a
// program's main package exports, plugins register by name, and all units of a
// worker would share one table for it.
func (w *unitWriter) funcName(name string) string {
	if name == "main" || ast.IsExported(name) {
		return unitPrefix + name
	}
	return name
}

// typeName edits the name of a type that an earlier unit declares.
func (w *unitWriter) typeName(id *ast.Ident, obj *types.TypeName) {
	path, ok := w.f.homes[obj]
	if !ok {
		return
	}
	name := w.unitName(path) + "."
	if obj.Exported() {
		w.swap(id, name+obj.Name())
		return
	}
	// An alias of the same name, so that a field that embeds the type has
	// the type's name.
	params := typeParamsOf(obj)
	w.aliases[obj.Name()+w.spellTypeParams(params)] = name + typePrefix + obj.Name() + typeArgsText(params)
}

// unitName returns the name under which the unit imports an earlier one.
func (w *unitWriter) unitName(path string) string {
	if w.units[path] == "" {
		// Named after its hash, so that a unit's text does not depend on
		// the order in which it mentions others.
		w.units[path] = unitPrefix + "u_" + strings.TrimPrefix(path, "cell/")[:8]
	}
	return w.units[path]
}

// pointer returns the unit's pointer to a session variable.
func (w *unitWriter) pointer(n *Name, pos token.Pos) string {
	if p, ok := w.pointers[n.ID]; ok {
		return p.name
	}
	p := pointer{name: varPrefix + n.Object.Name(), typ: w.spell(n.Object.Type(), pos), step: -1, carries: n.carries}
	for w.taken[p.name] {
		p.name += "_"
	}
	if n.Cell == w.number && w.declares(n) {
		p.step = n.step
	}
	w.taken[p.name] = true
	w.pointers[n.ID] = p
	return p.name
}

// declares tells whether the cell declares a name.
func (b *binding) declares(n *Name) bool {
	for _, x := range b.names {
		if x == n {
			return true
		}
	}
	return false
}

// replaced edits a call of a package function that would or could end the
// worker, or keep a cell from being interrupted. It reports whether the call is one.
func (w *unitWriter) replaced(call *ast.CallExpr) bool {
	e, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := w.info.Uses[e.Sel].(*types.Func)
	if !ok || f.Pkg() == nil || f.Signature().Recv() != nil {
		return false
	}
	before, after := "", ")"
	switch f.Pkg().Path() + "." + f.Name() {
	case "time.AfterFunc":
		w.walk(call.Fun)
		w.walk(call.Args[0])
		if len(call.Args) == 2 {
			w.insert(w.offset(call.Args[1].Pos()), guardName+".Func(")
			w.walk(call.Args[1])
			w.insert(w.offset(call.Args[1].End()), ")")
		}
		return true
	case "os.Exit":
		before, after = "Exit", ""
	case "time.Sleep":
		// A constant may be written as a float.
		before = "Sleep(int64"
	case "log.Fatal":
		before = "Fatal(" + w.packageName("fmt") + ".Sprint"
	case "log.Fatalf":
		before = "Fatal(" + w.packageName("fmt") + ".Sprintf"
	case "log.Fatalln":
		before = "Fatal(" + w.packageName("fmt") + ".Sprintln"
	default:
		return false
	}
	w.swap(call.Fun, guardName+"."+before)
	for _, a := range call.Args {
		w.walk(a)
	}
	w.insert(w.offset(call.End()), after)
	return true
}

// selector edits x.f.
func (w *unitWriter) selector(e *ast.SelectorExpr) {
	sel := w.info.Selections[e]
	if sel == nil { // a name of a package
		id, ok := e.X.(*ast.Ident)
		if !ok {
			return
		}
		w.ident(id)
		return
	}
	obj := sel.Obj()
	if f, ok := obj.(*types.Func); ok {
		w.walk(e.X)
		if !f.Exported() && f.Pkg() != nil && f.Pkg().Path() == "main" {
			w.swap(e.Sel, exportPrefix+e.Sel.Name)
		}
		return
	}
	w.field(e, sel)
}
