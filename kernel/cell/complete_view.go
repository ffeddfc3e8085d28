package cell

// This file reads a cell that is still being written, with attention to one
// identifier in it.

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// A view is a checked cell, errors and all, and one identifier in it.
type view struct {
	*checked
	ident *ast.Ident
	// path are the nodes around the identifier, the top-level one first.
	path []ast.Node
	// step is the index of the statement that holds the identifier; -1 if
	// a declaration holds it.
	step int
}

// parent returns the nth node around the identifier, or nil.
func (v *view) parent(n int) ast.Node {
	if i := len(v.path) - 1 - n; i >= 0 {
		return v.path[i]
	}
	return nil
}

// wrote tells whether the cell itself imports path.
func (v *view) wrote(path string) bool {
	for _, sp := range v.tree.imports {
		if p, err := strconv.Unquote(sp.Path.Value); err == nil && p == path {
			return true
		}
	}
	return false
}

// look reads src with name in the place of the name at p, and checks it. It
// returns nil if no reading makes sense of the name. The caller holds f.mu.
func (f *Frontend) look(src string, p place, name string) *view {
	upto := src[:p.start] + name
	for _, text := range readings(src, p, upto) {
		sp := cut(text)
		if n := len(sp.open); n > 0 {
			var b strings.Builder
			b.WriteString(text)
			if strings.Contains(text[strings.LastIndexByte(text, '\n')+1:], "//") {
				b.WriteByte('\n')
			}
			for _, open := range slices.Backward(sp.open) {
				b.WriteString(closes(open).String())
			}
			text = b.String()
			sp = cut(text)
		}
		t := parseAnyway(token.NewFileSet(), text, sp)
		if v := locate(t, p.start, name); v != nil {
			v.checked = f.checkAnyway(t)
			return v
		}
	}
	return nil
}

// readings returns the texts in which the name at p may have a meaning, best
// first: the cell as it stands; the cell up to the cursor, as a statement that
// is complete in one way or another; the line with the cursor alone.
func readings(src string, p place, upto string) []string {
	line := strings.LastIndexByte(src[:p.start], '\n') + 1
	alone := strings.Repeat(" ", chain(src, p)) + upto[chain(src, p):]
	return []string{
		upto + src[p.end:],
		upto,
		upto + "()",
		upto + " {}",
		upto + ";;{}",
		upto + "; true {}",
		strings.Repeat(" ", line) + upto[line:],
		alone,
	}
}

// chain returns where the operand begins that ends in the name at p: the a of
// a.b(c).name.
func chain(src string, p place) int {
	toks := p.before
	start := p.start
	for i := len(toks) - 1; i >= 0; {
		if toks[i].tok != token.PERIOD {
			break
		}
		i--
		for i >= 0 && (toks[i].tok == token.RPAREN || toks[i].tok == token.RBRACK) {
			depth := 0
			for ; i >= 0; i-- {
				switch toks[i].tok {
				case token.RPAREN, token.RBRACK, token.RBRACE:
					depth++
				case token.LPAREN, token.LBRACK, token.LBRACE:
					depth--
				}
				if depth == 0 {
					start = toks[i].start
					i--
					break
				}
			}
		}
		if i < 0 || !isName(toks[i].tok) && toks[i].tok != token.STRING {
			break
		}
		start = toks[i].start
		i--
	}
	return start
}

// locate finds the identifier called name at byte offset off.
func locate(t *tree, off int, name string) *view {
	var stack []ast.Node
	var found *view
	visit := func(n ast.Node) bool {
		if found != nil {
			return false
		}
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		if id, ok := n.(*ast.Ident); ok && id.Name == name && id.NamePos.IsValid() && t.offset(id.NamePos) == off {
			found = &view{ident: id, path: slices.Clone(stack), step: -1}
			return false
		}
		stack = append(stack, n)
		return true
	}
	for _, d := range t.decls {
		if ast.Inspect(d, visit); found != nil {
			return found
		}
	}
	for i, s := range t.stmts {
		if ast.Inspect(s, visit); found != nil {
			found.step = i
			return found
		}
		stack = stack[:0]
	}
	return nil
}

// checkAnyway type-checks a cell that may be full of errors. The caller holds
// f.mu.
func (f *Frontend) checkAnyway(t *tree) *checked {
	c := &checked{tree: t, steps: stepsOf(t), imports: map[string]string{}}
	own := declared(t, c.steps)
	plain, selected := identifiers(t)
	specs, _ := f.importsFor(c, own, plain, selected)
	// Errors left off in a chain, each inside the next, take a pass each.
	for range 4 {
		errs := f.checkOnce(c, own, plain, specs)
		if len(errs) == 0 || !wrapErrors(t.stmts, c.info) {
			break
		}
	}
	return c
}
