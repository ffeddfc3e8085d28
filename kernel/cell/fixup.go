package cell

// This file lets a trailing error be left off outside functions. Where Go
// wants n values and a call gives n and an error, the call is wrapped in a
// generic function that takes the error away: f() becomes must·1(f()). The
// lowering turns must·n into a check that stops the cell.

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
)

const mustPrefix = "must·"

// maxMust is the largest number of values before an error that can be left off.
const maxMust = 8

// mustFuncs returns the functions must·1 … must·maxMust.
func mustFuncs() []types.Object {
	var src strings.Builder
	src.WriteString("package main\n")
	for n := 1; n <= maxMust; n++ {
		var tps, params, results []string
		for i := range n {
			tps = append(tps, fmt.Sprintf("T%d", i))
			params = append(params, fmt.Sprintf("_ T%d", i))
			results = append(results, fmt.Sprintf("T%d", i))
		}
		fmt.Fprintf(&src, "func %s%d[%s any](%s, _ error) (%s) { panic(0) }\n", mustPrefix, n,
			strings.Join(tps, ", "), strings.Join(params, ", "), strings.Join(results, ", "))
	}
	fset := token.NewFileSet()
	// The middle dot is a letter to go/types but not to the scanner.
	file, err := parser.ParseFile(fset, "", strings.ReplaceAll(src.String(), "·", "ǃ"), 0)
	if err != nil {
		panic("cell: " + err.Error())
	}
	for _, d := range file.Decls {
		fd := d.(*ast.FuncDecl)
		fd.Name.Name = strings.ReplaceAll(fd.Name.Name, "ǃ", "·")
	}
	conf := types.Config{IgnoreFuncBodies: true}
	pkg, err := conf.Check("main", fset, []*ast.File{file}, nil)
	if err != nil {
		panic("cell: " + err.Error())
	}
	var out []types.Object
	for n := 1; n <= maxMust; n++ {
		out = append(out, pkg.Scope().Lookup(fmt.Sprintf("%s%d", mustPrefix, n)))
	}
	return out
}

// isMust tells whether a call is one that wrapErrors made.
func isMust(call *ast.CallExpr) bool {
	id, ok := call.Fun.(*ast.Ident)
	return ok && strings.HasPrefix(id.Name, mustPrefix)
}

// extraError returns how many values come before the trailing error of a
// call's result; 0 if it does not end in an error or has nothing before it.
func extraError(info *types.Info, e ast.Expr) int {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || isMust(call) {
		return 0
	}
	tuple, ok := info.Types[call].Type.(*types.Tuple)
	if !ok || tuple.Len() < 2 || tuple.Len()-1 > maxMust {
		return 0
	}
	if !isError(tuple.At(tuple.Len() - 1).Type()) {
		return 0
	}
	return tuple.Len() - 1
}

func isError(t types.Type) bool {
	return t != nil && types.Identical(t, types.Universe.Lookup("error").Type())
}

// wrapErrors wraps, in the top-level statements and outside function
// literals, the calls whose trailing error is one value too many where they
// stand. It reports whether it changed anything; then the cell must be
// checked again, as what depends on those calls has its types only now.
func wrapErrors(stmts []ast.Stmt, info *types.Info) bool {
	changed := false
	wrap := func(e ast.Expr, want int) ast.Expr {
		if extraError(info, e) != want || want == 0 {
			return e
		}
		changed = true
		return &ast.CallExpr{
			Fun:    &ast.Ident{NamePos: e.Pos(), Name: fmt.Sprintf("%s%d", mustPrefix, want)},
			Lparen: e.Pos(), Args: []ast.Expr{e}, Rparen: e.End(),
		}
	}
	for _, s := range stmts {
		astutil.Apply(s, func(c *astutil.Cursor) bool {
			if _, ok := c.Node().(*ast.FuncLit); ok {
				return false
			}
			e, ok := c.Node().(ast.Expr)
			if !ok || extraError(info, e) == 0 {
				return true
			}
			want := 1
			switch p := c.Parent().(type) {
			case *ast.ExprStmt, *ast.GoStmt, *ast.DeferStmt, *ast.ReturnStmt, *ast.ParenExpr:
				return true
			case *ast.AssignStmt:
				if len(p.Rhs) == 1 {
					want = len(p.Lhs)
				}
			case *ast.ValueSpec:
				if len(p.Values) == 1 {
					want = len(p.Names)
				}
			case *ast.CallExpr:
				if c.Name() == "Args" && len(p.Args) == 1 {
					if isMust(p) {
						return true
					}
					want = wantedArgs(info, p, extraError(info, e))
				}
			}
			if w := wrap(e, want); w != e {
				c.Replace(w)
				return false
			}
			return true
		}, nil)
	}
	return changed
}

// wantedArgs tells how many of the n values before the error the call f(g())
// can take: n if only without the error they fit f's parameters, else 0.
func wantedArgs(info *types.Info, call *ast.CallExpr, n int) int {
	tv := info.Types[call.Fun]
	if tv.IsType() || tv.IsBuiltin() {
		if n == 1 {
			return 1
		}
		return 0
	}
	if tv.Type == nil {
		return 0
	}
	sig, ok := tv.Type.Underlying().(*types.Signature)
	if !ok {
		return 0
	}
	params := sig.Params().Len()
	if sig.Variadic() {
		if n+1 >= params-1 && acceptsError(sig, n) {
			return 0 // the error is a fine argument
		}
		if n >= params-1 {
			return n
		}
		return 0
	}
	if params == n {
		return n
	}
	return 0
}

// acceptsError tells whether the n+1st argument of a variadic function may be
// an error.
func acceptsError(sig *types.Signature, n int) bool {
	params := sig.Params()
	i := min(n, params.Len()-1)
	t := params.At(i).Type()
	if i == params.Len()-1 {
		s, ok := t.Underlying().(*types.Slice)
		if !ok {
			return false
		}
		t = s.Elem()
	}
	return types.AssignableTo(types.Universe.Lookup("error").Type(), t)
}

// nameFields gives the values of struct literals their fields' names where the
// literal sets fields, by position, that are not exported and of another
// cell's type. Go lets only the type's own package do so, and each cell has
// its own. It reports whether it changed anything.
func nameFields(c *checked) bool {
	changed := false
	visit := func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok || len(lit.Elts) == 0 || c.info.Types[lit].Type == nil {
			return true
		}
		if _, named := lit.Elts[0].(*ast.KeyValueExpr); named {
			return true
		}
		t := c.info.Types[lit].Type
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok || st.NumFields() != len(lit.Elts) {
			return true
		}
		for f := range st.Fields() {
			if f.Name() == "_" {
				return true
			}
		}
		for f := range st.Fields() {
			if !f.Exported() && f.Pkg() != c.pkg && f.Pkg().Path() == "main" {
				changed = true
			}
		}
		if changed {
			for i, e := range lit.Elts {
				lit.Elts[i] = &ast.KeyValueExpr{Key: &ast.Ident{NamePos: e.Pos(), Name: st.Field(i).Name()}, Colon: e.Pos(), Value: e}
			}
		}
		return true
	}
	for _, d := range c.decls {
		ast.Inspect(d, visit)
	}
	for _, s := range c.stmts {
		ast.Inspect(s, visit)
	}
	return changed
}
