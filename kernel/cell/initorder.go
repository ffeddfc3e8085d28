package cell

// This file lets var declarations that follow one another mention each other
// in any order, as in a Go file: then they are initialised in the order of
// their dependencies, and otherwise in that of the text.

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// forward hoists the rows of var declarations in which one mentions what a
// later one declares, and returns all the names in them.
func forward(steps []step, where map[string][]int) (names []string) {
	for i := 0; i < len(steps); i++ {
		end := i
		for end < len(steps) && steps[end].decl != nil {
			end++
		}
		row := steps[i:end]
		found := false
		for k := range row {
			found = found || looksAhead(row, i, k, where)
		}
		for k := range row {
			if found {
				row[k].hoisted = true
				names = append(names, mentionedIn(row[k].decl)...)
			}
		}
		i = max(i, end-1)
	}
	return names
}

// looksAhead tells whether the kth declaration of a row that begins at step i
// mentions what is declared after it in the row.
func looksAhead(row []step, i, k int, where map[string][]int) bool {
	for n, sp := range row[k].decl.Specs {
		for _, e := range sp.(*ast.ValueSpec).Values {
			for _, name := range mentionedIn(e) {
				at := where[name]
				if len(at) > 0 && (at[0] > i+k && at[0] < i+len(row) || at[0] == i+k && declaredAfter(row[k].decl, n, name)) {
					return true
				}
			}
		}
	}
	return false
}

// mentionedIn returns all names in a declaration.
func mentionedIn(d ast.Node) (names []string) {
	ast.Inspect(d, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names = append(names, id.Name)
		}
		return true
	})
	return names
}

// declaredAfter tells whether a spec after the kth declares a name.
func declaredAfter(d *ast.GenDecl, k int, name string) bool {
	for _, sp := range d.Specs[k+1:] {
		for _, id := range sp.(*ast.ValueSpec).Names {
			if id.Name == name {
				return true
			}
		}
	}
	return false
}

// initOrder puts the hoisted variables of each row of var declarations into
// the order in which Go initialises them.
func (c *checked) initOrder() {
	rank := map[types.Object]int{}
	for i, init := range c.info.InitOrder {
		for _, v := range init.Lhs {
			rank[v] = i + 1
		}
	}
	isRow := func(s step) bool {
		_, stmt := s.stmt.(*ast.DeclStmt)
		return s.decl != nil && s.hoisted && stmt
	}
	for i := 0; i < len(c.steps); i++ {
		end := i
		for end < len(c.steps) && isRow(c.steps[end]) {
			end++
		}
		var specs []*ast.ValueSpec
		for _, s := range c.steps[i:end] {
			for _, sp := range s.decl.Specs {
				specs = append(specs, sp.(*ast.ValueSpec))
			}
		}
		rankOf := func(sp *ast.ValueSpec) int {
			last := 0
			for _, id := range sp.Names {
				last = max(last, rank[c.info.Defs[id]])
			}
			return last
		}
		byRank := func(a, b *ast.ValueSpec) int { return rankOf(a) - rankOf(b) }
		if len(specs) > 1 && !slices.IsSortedFunc(specs, byRank) {
			slices.SortStableFunc(specs, byRank)
			var row []step
			var stmts []ast.Stmt
			for _, sp := range specs {
				d := &ast.GenDecl{TokPos: sp.Pos(), Tok: token.VAR, Specs: []ast.Spec{sp}}
				s := step{stmt: &ast.DeclStmt{Decl: d}, decl: d, hoisted: true}
				row, stmts = append(row, s), append(stmts, s.stmt)
			}
			c.steps = slices.Concat(c.steps[:i], row, c.steps[end:])
			c.stmts = slices.Concat(c.stmts[:i], stmts, c.stmts[end:])
			end = i + len(row)
		}
		i = max(i, end-1)
	}
}
