package cell

// This file lists the names that may stand alone: locals, the cell's own, the
// session's, packages, what the language predeclares, and keywords.

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// collectNames adds the names in scope at the view's identifier.
func (f *Frontend) collectNames(l *list, v *view) {
	if l.prefix == "" {
		l.grow(len(f.names) + 128)
	}
	collectLocals(l, v)
	collectOwn(l, v)
	if f.sorted == nil {
		f.sorted = slices.SortedFunc(maps.Values(f.names), func(a, b *Name) int {
			return strings.Compare(a.Object.Name(), b.Object.Name())
		})
	}
	for _, n := range f.sorted {
		if l.wants(n.Object.Name()) {
			if n.match.Text == "" {
				n.match = matchOf(n.Object)
			}
			l.add(n.match, groupSession)
		}
	}
	for _, m := range []map[string]string{v.imports, f.imports} {
		for name, path := range m {
			if l.wants(name) {
				l.add(Match{name, "package", strconv.Quote(path)}, groupImported)
			}
		}
	}
	for _, paths := range [][]string{v.dots, f.dots} {
		for _, path := range paths {
			if pkg, err := f.pkgs.Import(path); err == nil {
				f.collectPackage(l, pkg)
			}
		}
	}
	for _, name := range types.Universe.Names() {
		if l.wants(name) {
			l.add(matchOf(types.Universe.Lookup(name)), groupUniverse)
		}
	}
	collectKeywords(l, v)
	if l.prefix == "" {
		return // all known packages would bury the rest
	}
	for _, path := range f.pkgs.Paths() {
		name := f.pkgs.Name(path)
		if !l.wants(name) {
			continue
		}
		if paths := f.pkgs.ByName(name); len(paths) > 0 { // what there is can change meanwhile
			l.add(Match{name, "package", strconv.Quote(paths[0]) + " (auto-import)"}, groupKnown)
		}
	}
}

// collectLocals adds what the functions and blocks around the identifier
// declare above it, the innermost first.
func collectLocals(l *list, v *view) {
	for i := range v.path {
		n := v.parent(i)
		switch fn := n.(type) {
		case *ast.FuncDecl:
			n = fn.Type
		case *ast.FuncLit:
			n = fn.Type
		}
		scope := v.info.Scopes[n]
		if scope == nil {
			continue
		}
		for _, name := range scope.Names() {
			if !l.wants(name) {
				continue
			}
			if s, obj := scope.LookupParent(name, v.ident.Pos()); s == scope {
				l.add(matchOf(obj), groupLocal)
			}
		}
	}
}

// collectOwn adds what the cell itself declares at the top level. A statement
// sees what those above it declare; a function sees all.
func collectOwn(l *list, v *view) {
	add := func(id *ast.Ident) {
		if !l.wants(id.Name) {
			return
		}
		if obj := v.info.Defs[id]; obj != nil {
			l.add(matchOf(obj), groupCell)
		}
	}
	for i, s := range v.steps {
		if v.step >= 0 && i >= v.step {
			break
		}
		for _, id := range s.names() {
			add(id)
		}
	}
	for _, id := range declared(v.tree, nil) {
		add(id)
	}
}

// collectKeywords adds the keywords that may begin a statement, or an
// expression where the identifier stands in one.
func collectKeywords(l *list, v *view) {
	inExpression := false
	if v.ident != nil {
		_, inStatement := v.parent(0).(*ast.ExprStmt)
		inExpression = !inStatement
	}
	for tok := token.BREAK; tok <= token.VAR; tok++ {
		switch tok {
		case token.PACKAGE:
			continue
		case token.CHAN, token.FUNC, token.INTERFACE, token.MAP, token.RANGE, token.STRUCT:
		default:
			if inExpression {
				continue
			}
		}
		l.add(Match{tok.String(), "keyword", ""}, groupKeyword)
	}
}
