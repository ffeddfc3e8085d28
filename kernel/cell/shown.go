package cell

// This file decides which values a cell shows.

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// shownValues are what the last statement of a cell shows.
type shownValues struct {
	// exprs are one call with several results, or an expression for each
	// value.
	exprs []ast.Expr
	// types are those of the values. The first of them, shown in number,
	// are shown; an error after them is checked.
	types []types.Type
	shown int
}

// showing returns what the last statement shows; nil if it shows nothing.
func (c *checked) showing(s ast.Stmt) *shownValues {
	var exprs []ast.Expr
	switch s := s.(type) {
	case *ast.ExprStmt:
		exprs = []ast.Expr{s.X}
	case *ast.AssignStmt:
		if !isShowing(s) {
			return nil
		}
		exprs = s.Rhs
	}
	if len(exprs) == 0 || c.hideLast {
		return nil
	}
	sh := &shownValues{exprs: exprs, shown: len(exprs)}
	for _, e := range exprs {
		t := c.info.Types[e].Type
		tuple, several := t.(*types.Tuple)
		switch {
		case t == nil || several && tuple.Len() == 0:
			return nil // a call without a value
		case len(exprs) == 1 && isError(t) && isCall(e):
			return nil // the ordinary statement checks the error
		case !several:
			sh.types = append(sh.types, types.Default(t))
			continue
		}
		checked := isError(tuple.At(tuple.Len() - 1).Type())
		if checked && onlyReports(e, tuple) {
			return nil
		}
		for v := range tuple.Variables() {
			sh.types = append(sh.types, v.Type())
		}
		sh.shown = tuple.Len()
		if checked {
			sh.shown--
		}
	}
	return sh
}

// names returns the types of the values that are shown.
func (sh *shownValues) names() []string {
	var out []string
	for _, t := range sh.types[:sh.shown] {
		out = append(out, types.TypeString(t, qualifier))
	}
	return out
}

func isCall(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok
}

// isShowing tells whether a statement is one that showing made.
func isShowing(s *ast.AssignStmt) bool {
	id, ok := s.Lhs[0].(*ast.Ident)
	return ok && s.Tok == token.ASSIGN && id.Name == "_" && id.Pos() == s.TokPos && s.TokPos == s.Rhs[0].Pos()
}

// onlyReports tells whether a call's value is only how much it wrote, as that
// of fmt.Println: an int and an error from a function named for writing.
func onlyReports(e ast.Expr, tuple *types.Tuple) bool {
	if tuple.Len() != 2 {
		return false
	}
	if b, ok := tuple.At(0).Type().(*types.Basic); !ok || b.Kind() != types.Int && b.Kind() != types.Int64 {
		return false
	}
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	name := ""
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		name = fun.Sel.Name
	case *ast.Ident:
		name = fun.Name
	}
	for _, p := range []string{"Print", "Fprint", "Write", "Copy"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}
