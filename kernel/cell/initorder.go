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

// forward returns the names that var declarations mention before others in the
// same row declare them, and those that do the mentioning, and marks the
// latter as hoisted: they may have no name but _.
func forward(steps []step, where map[string][]int) (names []string) {
	for i, s := range steps {
		if s.decl == nil {
			continue
		}
		end := i
		for end < len(steps) && steps[end].decl != nil {
			end++
		}
		for k, sp := range s.decl.Specs {
			sp := sp.(*ast.ValueSpec)
			for _, e := range sp.Values {
				ast.Inspect(e, func(n ast.Node) bool {
					id, ok := n.(*ast.Ident)
					if !ok {
						return true
					}
					at := where[id.Name]
					later := len(at) > 0 && at[0] > i && at[0] < end
					if later || len(at) > 0 && at[0] == i && declaredAfter(s.decl, k, id.Name) {
						names = append(append(names, id.Name), mentionedIn(s.decl)...)
						steps[i].hoisted = true
					}
					return true
				})
			}
		}
	}
	return names
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
