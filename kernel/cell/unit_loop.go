package cell

// This file makes top-level loops as fast as those of a function. A session
// variable is reached through a pointer, and a sum that is loaded and stored at
// each turn costs four times the addition. So a loop that can do nothing behind
// its variables' back works on copies, which the compiler keeps in registers,
// and stores each new value as it is made: after a panic or an interrupt the
// variables are as they should be.

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"sort"
	"strings"
)

// localPrefix begins the names of the copies.
const localPrefix = unitPrefix + "l_"

// pure are packages whose functions change nothing but their results. Those
// that are given a function call it, and count as any other.
var pure = map[string]bool{"math": true, "math/bits": true, "math/cmplx": true, "strings": true, "bytes": true, "unicode": true, "unicode/utf8": true, "strconv": true}

// A quietLoop is what the check of a loop finds.
type quietLoop struct {
	w      *unitWriter
	quiet  bool
	calm   bool                // nothing in it can panic
	vars   map[*Name]bool      // session variables that have a copy
	listed map[ast.Stmt]bool   // statements that others can follow
	fixed  map[*ast.Ident]bool // names in places that keep the pointer
}

// copies returns the session variables of a loop that it can work on copies
// of, sorted; none if the loop is not quiet. Calm tells that nothing in it can
// panic.
func (w *unitWriter) copies(s ast.Stmt) (list []*Name, calm bool) {
	q := &quietLoop{w: w, quiet: true, calm: true, vars: map[*Name]bool{}, listed: map[ast.Stmt]bool{}, fixed: map[*ast.Ident]bool{}}
	ast.Inspect(s, q.visit)
	if !q.quiet {
		return nil, false
	}
	for id := range q.fixed {
		if n := w.sessionVar(id); n != nil {
			delete(q.vars, n)
		}
	}
	for n := range q.vars {
		list = append(list, n)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list, q.calm
}

// sessionVar returns the session variable that a name stands for.
func (w *unitWriter) sessionVar(id *ast.Ident) *Name {
	obj := w.info.Uses[id]
	if v, ok := obj.(*types.Var); ok && !v.IsField() {
		return w.variable(v)
	}
	return nil
}

func (q *quietLoop) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncLit, *ast.GoStmt, *ast.DeferStmt, *ast.SendStmt, *ast.SelectStmt, *ast.StarExpr, *ast.LabeledStmt, *ast.ReturnStmt:
		q.quiet = false
	case *ast.BranchStmt:
		q.quiet = q.quiet && n.Label == nil && n.Tok != token.GOTO
	case *ast.UnaryExpr:
		if n.Op == token.AND || n.Op == token.ARROW {
			q.quiet = false
		}
	case *ast.SelectorExpr:
		if sel := q.w.info.Selections[n]; sel != nil && (sel.Kind() != types.FieldVal || sel.Indirect()) {
			q.quiet = false
		}
	case *ast.IndexExpr, *ast.SliceExpr, *ast.TypeAssertExpr, *ast.CompositeLit:
		q.calm = false
	case *ast.BinaryExpr:
		q.calm = q.calm && q.total(n.Op, n.Y)
	case *ast.CallExpr:
		q.quiet = q.quiet && q.harmless(n)
		q.calm = q.calm && q.cannotPanic(n)
	case *ast.BlockStmt:
		q.list(n.List)
	case *ast.CaseClause:
		q.list(n.Body)
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			q.keep(n.Key)
			q.keep(n.Value)
		}
		if t := q.w.info.Types[n.X].Type; t != nil {
			switch t.Underlying().(type) {
			case *types.Chan, *types.Signature:
				q.quiet = false
			}
		}
	case *ast.AssignStmt:
		if len(n.Rhs) == 1 {
			q.calm = q.calm && q.total(n.Tok, n.Rhs[0])
		}
		if !q.listed[n] {
			for _, l := range n.Lhs {
				q.keep(l)
			}
		}
	case *ast.IncDecStmt:
		if !q.listed[n] {
			q.keep(n.X)
		}
	case *ast.Ident:
		if v := q.w.sessionVar(n); v != nil && copyable(v.Object.Type()) {
			q.vars[v] = true
		}
	}
	return q.quiet
}

func (q *quietLoop) list(stmts []ast.Stmt) {
	for _, s := range stmts {
		q.listed[s] = true
	}
}

// keep notes that a place is set where no store can follow.
func (q *quietLoop) keep(e ast.Expr) {
	if id, ok := e.(*ast.Ident); ok {
		q.fixed[id] = true
	}
}

// total tells whether an operator has a value for all operands, of which y is
// the second.
func (q *quietLoop) total(op token.Token, y ast.Expr) bool {
	tv := q.w.info.Types[y]
	switch op {
	case token.QUO, token.REM, token.QUO_ASSIGN, token.REM_ASSIGN:
		return tv.Value != nil || tv.Type != nil && !isInteger(tv.Type)
	case token.SHL, token.SHR, token.SHL_ASSIGN, token.SHR_ASSIGN:
		b, ok := tv.Type.Underlying().(*types.Basic)
		return tv.Value != nil || ok && b.Info()&types.IsUnsigned != 0
	case token.EQL, token.NEQ:
		return tv.Type == nil || !types.IsInterface(tv.Type)
	}
	return true
}

// cannotPanic tells whether a harmless call has a value for all arguments.
func (q *quietLoop) cannotPanic(call *ast.CallExpr) bool {
	tv := q.w.info.Types[call.Fun]
	switch {
	case tv.IsType():
		_, basic := tv.Type.Underlying().(*types.Basic)
		return basic
	case tv.IsBuiltin():
		name := q.w.builtin(call)
		return name == "len" || name == "cap" || name == "min" || name == "max"
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	return ok && q.w.info.Uses[sel.Sel].Pkg().Path() == "math"
}

// harmless tells whether a call is a conversion, one of most builtins, or of a
// function that changes nothing.
func (q *quietLoop) harmless(call *ast.CallExpr) bool {
	tv := q.w.info.Types[call.Fun]
	switch {
	case tv.IsType():
		return true
	case tv.IsBuiltin():
		name := q.w.builtin(call)
		return name != "recover" && name != "panic" && name != "close" && !strings.HasPrefix(name, "unsafe.")
	case isMust(call) || !q.w.callsPackage(call):
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || q.w.info.Selections[sel] != nil {
		return false
	}
	f, ok := q.w.info.Uses[sel.Sel].(*types.Func)
	if !ok || f.Pkg() == nil || !pure[f.Pkg().Path()] {
		return false
	}
	for v := range f.Signature().Params().Variables() {
		switch v.Type().Underlying().(type) {
		case *types.Signature, *types.Interface, *types.Pointer:
			return false
		}
	}
	return true
}

// builtin returns the name of the builtin that a call calls.
func (w *unitWriter) builtin(call *ast.CallExpr) string {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return "unsafe." + f.Sel.Name
	}
	return ""
}

// copyable tells whether a variable of the type gains from a copy and cannot
// be changed but by its name: numbers, strings and slices without methods.
func copyable(t types.Type) bool {
	if _, named := types.Unalias(t).(*types.Named); named {
		return false
	}
	switch t.Underlying().(type) {
	case *types.Basic, *types.Slice:
		return true
	}
	return false
}

// quietly writes a loop that works on copies. It reports whether there is
// anything to copy.
func (w *unitWriter) quietly(out *strings.Builder, s ast.Stmt) bool {
	list, calm := w.copies(s)
	if len(list) == 0 {
		return false
	}
	w.locals = map[int]string{}
	out.WriteString("{\n")
	for _, n := range list {
		p := w.pointer(n, s.Pos())
		w.locals[n.ID] = localPrefix + strings.TrimPrefix(p, varPrefix)
		fmt.Fprintf(out, "%s := *%s\n_ = %s\n", w.locals[n.ID], p, w.locals[n.ID])
		if calm {
			w.flush += " *" + p + " = " + w.locals[n.ID] + ";"
		}
	}
	w.walk(s)
	w.chunk(out, s.Pos(), s.End())
	out.WriteString(w.flush + "}\n")
	w.locals, w.flush = nil, ""
	return true
}

// store makes an assignment in a quiet loop reach the variables too.
func (w *unitWriter) store(s ast.Stmt, places ...ast.Expr) {
	text := ""
	if w.flush != "" {
		return // the loop stores all before it stops
	}
	for _, e := range places {
		id, ok := ast.Unparen(e).(*ast.Ident)
		if !ok {
			continue
		}
		if n := w.sessionVar(id); n != nil && w.locals[n.ID] != "" {
			text += "; *" + w.pointer(n, id.Pos()) + " = " + w.locals[n.ID]
		}
	}
	if text != "" {
		w.insert(w.offset(s.End()), text)
	}
}
