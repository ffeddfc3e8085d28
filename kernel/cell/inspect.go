package cell

// This file answers inspection: it finds the name that is asked about.

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// Inspect describes the name at byte offset cursor of code or just before it;
// where there is none, the function whose call the cursor is in. Detail 1 asks
// for the source of what cells declare and for the whole doc of a package. It
// reports false if there is nothing to say. It may be called while a cell
// runs.
func (f *Frontend) Inspect(code string, cursor, detail int) (Description, bool) {
	cursor = onRune(code, cursor)
	text, cmds := f.mask(code)
	for _, c := range cmds {
		if c.start <= cursor && cursor < c.arg || c.argument != TakesGo && c.start <= cursor && cursor <= c.end {
			return f.describeCommand(c.name)
		}
	}
	p := placeOf(text, cursor)
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.kind == inImportPath {
		path, _, _ := strings.Cut(text[p.start:lineEnd(text, p.start)], `"`)
		return f.describePackage(strings.Trim(path, "`"), detail)
	}
	if p.start < p.end {
		if d, ok := f.inspectName(text, p, detail); ok {
			return d, true
		}
	}
	for _, fun := range calls(p.before) {
		if d, ok := f.inspectName(text, fun, detail); ok {
			return d, true
		}
	}
	return Description{}, false
}

// describeCommand describes a line or cell command.
func (f *Frontend) describeCommand(name string) (Description, bool) {
	for _, c := range f.commands {
		if c.Name == name {
			return Description{Signature: name, Doc: name + " " + c.Doc + ".", plain: true}, true
		}
	}
	return Description{}, false
}

// calls returns the places of the names before the open parentheses that the
// tokens end in, the innermost first, and then that of a call that ends right
// there.
func calls(toks []lexeme) (out []place) {
	name := func(i int) {
		if i >= 0 && toks[i].tok == token.RBRACK { // f[T](
			i = opening(toks, i) - 1
		}
		if i >= 0 && toks[i].tok == token.IDENT {
			out = append(out, place{start: toks[i].start, end: toks[i].end, before: toks[:i]})
		}
	}
	for i := len(toks) - 1; i >= 0; i-- {
		switch toks[i].tok {
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if i = opening(toks, i); i < 0 {
				return out
			}
		case token.LPAREN:
			name(i - 1)
		case token.LBRACE:
			// Beyond is the statement around a block, or the type of a
			// literal, which is what one asks about there.
			name(i - 1)
			return out
		}
	}
	if n := len(toks); n > 0 && toks[n-1].tok == token.RPAREN {
		if i := opening(toks, n-1); i >= 0 {
			name(i - 1)
		}
	}
	return out
}

// opening returns the index of the bracket that the one at i closes; -1 if
// there is none.
func opening(toks []lexeme, i int) int {
	depth := 0
	for ; i >= 0; i-- {
		switch toks[i].tok {
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth++
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth--
		}
		if depth == 0 {
			return i
		}
	}
	return -1
}

// inspectName describes the name at a place.
func (f *Frontend) inspectName(text string, p place, detail int) (Description, bool) {
	name := text[p.start:p.end]
	if doc := keywords[name]; doc != "" {
		return Description{Signature: name, Doc: doc, plain: true}, true
	}
	v := f.look(text, p, name)
	if v != nil {
		if d, ok := f.describeIdent(v, detail); ok {
			return d, true
		}
		if sel, ok := v.parent(0).(*ast.SelectorExpr); ok && sel.Sel == v.ident {
			return Description{}, false // of something unknown
		}
	}
	// The checker does not know the name: it may stand alone, or where no
	// reading of the cell makes sense of it.
	if n := len(p.before); n > 0 && p.before[n-1].tok == token.PERIOD {
		return Description{}, false
	}
	if n := f.names[name]; n != nil {
		return f.describeObject(n.Object, nil, detail), true
	}
	if path := f.imports[name]; path != "" {
		return f.describePackage(path, detail)
	}
	if obj := types.Universe.Lookup(name); obj != nil {
		return f.describeObject(obj, nil, detail), true
	}
	if paths := f.pkgs.ByName(name); len(paths) > 0 {
		return f.describePackage(paths[0], detail)
	}
	return Description{}, false
}

// describeIdent describes what the view's identifier denotes.
func (f *Frontend) describeIdent(v *view, detail int) (Description, bool) {
	obj := v.info.Uses[v.ident]
	if obj == nil {
		obj = v.info.Defs[v.ident]
	}
	switch obj := obj.(type) {
	case nil:
		return f.describeSymbolic(v, detail)
	case *types.PkgName:
		return f.describePackage(obj.Imported().Path(), detail)
	case *types.Var:
		if obj.Type() == types.Typ[types.Invalid] {
			return Description{}, false
		}
	}
	return f.describeObject(obj, v, detail), true
}

// describeSymbolic describes the x of switch x := y.(type), which is another
// variable in each case, and the name of a written import.
func (f *Frontend) describeSymbolic(v *view, detail int) (Description, bool) {
	switch p := v.parent(0).(type) {
	case *ast.AssignStmt:
		if _, ok := v.parent(1).(*ast.TypeSwitchStmt); ok && len(p.Rhs) == 1 {
			if a, ok := p.Rhs[0].(*ast.TypeAssertExpr); ok {
				if t := v.info.TypeOf(a.X); t != nil {
					return Description{Signature: "var " + v.ident.Name + " " + types.TypeString(t, qualifier), Notes: []string{"has the type of the case inside each case"}}, true
				}
			}
		}
	case *ast.ImportSpec:
		if path, err := strconv.Unquote(p.Path.Value); err == nil {
			return f.describePackage(path, detail)
		}
	}
	return Description{}, false
}
