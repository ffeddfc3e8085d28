package cell

// This file lets compiled code be stopped and redirected. At each turn of a
// loop, and at the begin of a function that calls others, a unit looks at its
// alert, which is 0 but while a cell is interrupted or after one of the unit's
// functions was declared anew. Goroutines are started through package guard, so
// that a panic in one fails the cell and not the worker.

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// check is the statement that looks.
const check = " if " + alertName + " != 0 { " + guardName + ".Check() };"

// loop edits the body of a loop.
func (w *unitWriter) loop(body *ast.BlockStmt) {
	w.insert(w.offset(body.Lbrace)+1, " if "+alertName+" != 0 {"+w.flush+" "+guardName+".Check() };")
}

// label edits a labelled statement, to which a goto may jump back.
func (w *unitWriter) label(s *ast.LabeledStmt) {
	switch s.Stmt.(type) {
	case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
		// The label must stay with its statement.
		return
	}
	w.insert(w.offset(s.Colon)+1, check)
}

// literal edits a function literal.
func (w *unitWriter) literal(lit *ast.FuncLit) {
	w.walk(lit.Type)
	if !w.leaf(lit.Body) {
		w.insert(w.offset(lit.Body.Lbrace)+1, check)
	}
	w.depth++
	w.walk(lit.Body)
	w.depth--
}

// leaf tells whether a function's body calls no function that could call it
// again. Packages' functions do so only through function values.
func (w *unitWriter) leaf(body *ast.BlockStmt) bool {
	leaf := true
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if !w.callsPackage(n) {
				leaf = false
			}
		}
		return leaf
	})
	return leaf
}

// callsPackage tells whether a call is a conversion, a builtin, or calls a
// function or a method that an imported package declares.
func (b *binding) callsPackage(call *ast.CallExpr) bool {
	tv := b.info.Types[call.Fun]
	if tv.IsType() || tv.IsBuiltin() {
		return true
	}
	var obj types.Object
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		obj = b.info.Uses[f]
	case *ast.SelectorExpr:
		obj = b.info.Uses[f.Sel]
		if sel := b.info.Selections[f]; sel != nil && types.IsInterface(sel.Recv()) {
			return false
		}
	}
	f, ok := obj.(*types.Func)
	return ok && f.Pkg() != nil && f.Pkg().Path() != "main"
}

// declared edits a function or method declaration.
func (w *unitWriter) declared(fd *ast.FuncDecl) {
	if fd.Recv != nil {
		w.walk(fd.Recv)
	}
	obj, _ := w.info.Defs[fd.Name].(*types.Func)
	redirected := false
	switch {
	case obj == nil || fd.Name.Name == "_":
	case fd.Recv == nil && fd.Name.Name == "init":
		w.inits++
		w.swap(fd.Name, fmt.Sprintf("%sinit_%d", unitPrefix, w.inits))
	default:
		w.function(fd.Name, obj)
		redirected = w.own[obj] != nil
	}
	w.walk(fd.Type)
	at := w.offset(fd.Body.Lbrace) + 1
	leaf := w.leaf(fd.Body)
	if redirected {
		there := w.redirect(fd, obj.Signature())
		if leaf {
			w.insert(at, there)
		} else {
			w.insert(at, " if "+alertName+" != 0 {"+there+" "+guardName+".Check() };")
		}
	} else if !leaf {
		w.insert(at, check)
	}
	w.depth++
	w.walk(fd.Body)
	w.depth--
}

// redirect returns the statement that calls the function's successor, if there
// is one. Parameters without a name get one for it.
func (w *unitWriter) redirect(fd *ast.FuncDecl, sig *types.Signature) string {
	succ := newPrefix + fd.Name.Name
	args := ""
	n := 0
	name := func(id *ast.Ident) string {
		n++
		fresh := fmt.Sprintf("%sa%d", unitPrefix, n)
		if id != nil && id.Name != "_" {
			return id.Name
		}
		if id != nil {
			w.swap(id, fresh)
		}
		return fresh
	}
	add := func(s string) {
		if args != "" {
			args += ", "
		}
		args += s
	}
	for _, f := range fd.Type.Params.List {
		if len(f.Names) == 0 {
			fresh := name(nil)
			w.insert(w.offset(f.Type.Pos()), fresh+" ")
			add(fresh)
		}
		for _, id := range f.Names {
			add(name(id))
		}
	}
	if sig.Variadic() {
		args += "..."
	}
	call := succ + "(" + args + ")"
	if sig.Results().Len() == 0 {
		return " if " + succ + " != nil { " + call + "; return };"
	}
	return " if " + succ + " != nil { return " + call + " };"
}

// goStmt edits go f(x).
func (w *unitWriter) goStmt(s *ast.GoStmt) {
	call := s.Call
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		w.insert(w.offset(lit.Body.Lbrace)+1, " defer "+guardName+".Enter()();")
		w.walk(call)
		return
	}
	tv := w.info.Types[call.Fun]
	sig, _ := tv.Type.Underlying().(*types.Signature)
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
		if inst, ok := w.info.Instances[id]; ok {
			sig, _ = inst.Type.(*types.Signature)
		}
	}
	if tv.IsType() || tv.IsBuiltin() || sig == nil || call.Ellipsis.IsValid() || w.spreads(call) {
		// A panic of these ends the worker, and is reported so.
		w.walk(call)
		return
	}
	n := len(call.Args)
	wrapper := guardName + ".GoAny"
	if n <= 4 && !sig.Variadic() && sig.Results().Len() == 0 {
		wrapper = fmt.Sprintf("%s.Go%d%s", guardName, n, w.paramTypes(sig, call.Pos()))
	}
	w.insert(w.offset(call.Fun.Pos()), wrapper+"(")
	w.walk(call.Fun)
	open := w.offset(call.Lparen)
	if n == 0 {
		w.replace(open, open+1, "")
	} else {
		w.replace(open, open+1, ", ")
	}
	for _, a := range call.Args {
		w.walk(a)
	}
}

// spreads tells whether a call's arguments are the results of another.
func (w *unitWriter) spreads(call *ast.CallExpr) bool {
	if len(call.Args) != 1 {
		return false
	}
	_, ok := w.info.Types[call.Args[0]].Type.(*types.Tuple)
	return ok
}

// paramTypes returns a function's parameter types as explicit type arguments:
// an argument may be of another type than its parameter. It is empty if one of
// them has no name here, and the compiler must infer them.
func (w *unitWriter) paramTypes(sig *types.Signature, pos token.Pos) (text string) {
	if sig.Params().Len() == 0 {
		return ""
	}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(unitError); !ok {
				panic(r)
			}
			text = ""
		}
	}()
	for v := range sig.Params().Variables() {
		if text != "" {
			text += ", "
		}
		text += w.spell(v.Type(), pos)
	}
	return "[" + text + "]"
}
