package cell

// This file writes a unit's declarations and, where they are compiled too, the
// cell's statements.

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// decl edits a declaration.
func (w *unitWriter) decl(d ast.Decl) {
	if fd, ok := d.(*ast.FuncDecl); ok {
		w.declared(fd)
		return
	}
	w.walk(d)
}

// statements writes the cell's statements. After each the worker learns that
// it is complete. Inits, the calls of the cell's init functions, come when the
// variables that are declared first have their values.
func (w *unitWriter) statements(out *strings.Builder, inits string) {
	for i, s := range w.steps {
		if s.decl == nil {
			out.WriteString(inits)
			inits = ""
		}
		last := i == len(w.steps)-1 && s.stmt == w.shown()
		switch {
		case s.decl != nil:
			w.variables(out, s.decl)
		case last && w.showStep(out, s.stmt):
		default:
			w.statement(out, s.stmt)
		}
		fmt.Fprintf(out, "%s.Step(%d)\n", guardName, i+1)
	}
	out.WriteString(inits)
}

// variables writes a var statement: assignments to session variables.
func (w *unitWriter) variables(out *strings.Builder, d *ast.GenDecl) {
	for _, sp := range d.Specs {
		sp := sp.(*ast.ValueSpec)
		var places []string
		blank := true
		for _, id := range sp.Names {
			place := "_"
			if obj := w.info.Defs[id]; obj != nil && id.Name != "_" {
				blank = false
				place = "*" + w.pointer(w.own[obj], id.Pos())
			}
			places = append(places, place)
		}
		fmt.Fprintf(out, "//line /cell:%d\n", w.line(sp.Pos()))
		switch {
		case len(sp.Values) == 0:
			for i, id := range sp.Names {
				t := w.info.Defs[id]
				if places[i] == "_" || incomplete(t.Type()) {
					continue // such memory is not Go's to copy
				}
				fmt.Fprintf(out, "%s = *new(%s);", places[i], w.spell(t.Type(), id.Pos()))
			}
			out.WriteByte('\n')
		case blank && sp.Type != nil:
			// The type is needed: the value may be nil.
			w.walk(sp.Type)
			w.walkAll(sp.Values)
			fmt.Fprintf(out, "var %s %s = %s\n", strings.Join(places, ", "), w.part(sp.Type), w.parts(sp.Values))
		default:
			w.walkAll(sp.Values)
			// Several lines stay several lines.
			fmt.Fprintf(out, "%s = %s\n", strings.Join(places, ", "), w.parts(sp.Values))
		}
	}
}

func (w *unitWriter) walkAll(list []ast.Expr) {
	for _, e := range list {
		w.walk(e)
	}
}

// part returns the edited text of a node, parts that of a list of expressions
// with what is between them.
func (w *unitWriter) part(n ast.Node) string {
	return w.edited(w.src, w.offset(n.Pos()), w.offset(n.End()))
}

func (w *unitWriter) parts(list []ast.Expr) string {
	return w.edited(w.src, w.offset(list[0].Pos()), w.offset(list[len(list)-1].End()))
}

// statement writes a statement whose value is not shown.
func (w *unitWriter) statement(out *strings.Builder, s ast.Stmt) {
	switch s := s.(type) {
	case *ast.EmptyStmt:
		return
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			w.define(out, s)
			return
		}
		if isShowing(s) { // what a semicolon hides
			w.walkAll(s.Rhs)
			fmt.Fprintf(out, "//line /cell:%d\n%s_ = %s\n", w.line(s.Pos()), strings.Repeat("_, ", len(s.Rhs)-1), w.parts(s.Rhs))
			return
		}
	case *ast.ForStmt, *ast.RangeStmt:
		if w.quietly(out, s) {
			return
		}
	case *ast.DeclStmt: // const and type are declarations; here it is empty
	}
	w.walk(s)
	w.chunk(out, s.Pos(), s.End())
}

// define writes x := e at the top level: the variables are the session's.
func (w *unitWriter) define(out *strings.Builder, s *ast.AssignStmt) {
	var places []string
	for _, l := range s.Lhs {
		id, ok := l.(*ast.Ident)
		if !ok || id.Name == "_" {
			places = append(places, "_")
			continue
		}
		obj := w.info.Defs[id]
		if obj == nil {
			obj = w.info.Uses[id]
		}
		places = append(places, "*"+w.pointer(w.variable(obj), id.Pos()))
	}
	w.walkAll(s.Rhs)
	fmt.Fprintf(out, "//line /cell:%d\n%s = %s\n", w.line(s.Pos()), strings.Join(places, ", "), w.parts(s.Rhs))
}

// leftOff edits a call that stands as a statement outside functions and
// returns an error.
func (w *unitWriter) leftOff(s *ast.ExprStmt) bool {
	if w.depth > 0 || !isCall(s.X) {
		return false
	}
	must := w.mustFor(w.info.Types[s.X].Type)
	if must == "" {
		return false
	}
	w.insert(w.offset(s.X.Pos()), must+"(")
	w.walk(s.X)
	w.insert(w.offset(s.X.End()), ")")
	return true
}

// mustFor returns the function that checks the error at the end of a call's
// results; "" if there is none.
func (w *unitWriter) mustFor(t types.Type) string {
	if isError(t) {
		return guardName + ".Must0"
	}
	tuple, ok := t.(*types.Tuple)
	if !ok || tuple.Len() == 0 || tuple.Len() > maxMust+1 || !isError(tuple.At(tuple.Len()-1).Type()) {
		return ""
	}
	return fmt.Sprintf("%s.Must%d", guardName, tuple.Len()-1)
}

// showStep writes the last statement if it has a value to show.
func (w *unitWriter) showStep(out *strings.Builder, s ast.Stmt) bool {
	sh := w.showing(s)
	if sh == nil {
		return false
	}
	w.walkAll(sh.exprs)
	w.results = sh.names()
	var names, shows []string
	for i := range sh.types {
		name := fmt.Sprintf("%sv%d", unitPrefix, i+1)
		names = append(names, name)
		if i < sh.shown {
			shows = append(shows, "&"+name)
		}
	}
	fmt.Fprintf(out, "//line /cell:%d\n{ %s := %s\n", w.line(sh.exprs[0].Pos()), strings.Join(names, ", "), w.parts(sh.exprs))
	if sh.shown < len(names) {
		fmt.Fprintf(out, "%s.Must0(%s)\n", guardName, names[len(names)-1])
	}
	fmt.Fprintf(out, "%s.Show(%s) }\n", guardName, strings.Join(shows, ", "))
	return true
}
