package cell

// This file parses the items of a cell. Imports, declarations and statements
// are parsed apart, each from a copy of the cell in which everything else is
// blank, so that every position is that of the cell plus a constant.

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// A lead comes before the cell's text in what the parser sees. All have one
// length and are a line of their own, so that a comment in the cell's first
// line is the doc of what follows it.
const (
	leadDecl = "package main;         \n"
	leadStmt = "package main;func _(){\n"
	leadList = "package main; var _=f(\n"
)

// A tree is a parsed cell.
type tree struct {
	src     string
	fset    *token.FileSet
	imports []*ast.ImportSpec
	decls   []ast.Decl
	// free are the identifiers of decls that decls do not declare.
	free []*ast.Ident
	// stmts are the top-level statements, in order.
	stmts []ast.Stmt
	// hideLast tells that the last item ends in a semicolon.
	hideLast bool
	// lastIsStmt tells that the last item is a statement.
	lastIsStmt bool
	// extension, if there is one, is what src begins with, before the
	// cell's own text: shift bytes and lines.
	extension              *extension
	shiftBytes, shiftLines int
	comments               []*ast.CommentGroup
}

// offset returns the byte offset in the cell of a position.
func (t *tree) offset(pos token.Pos) int {
	f := t.fset.File(pos)
	if f == nil {
		return 0
	}
	return max(0, min(f.Offset(pos)-len(leadDecl), len(t.src)))
}

// line returns the line in the cell of a position, from 1; 0 if it is not in
// the cell's own text.
func (t *tree) line(pos token.Pos) int {
	f := t.fset.File(pos)
	if f == nil {
		return 0
	}
	return max(0, f.Line(pos)-1-t.shiftLines) // without the lead's
}

func (t *tree) diagnose(pos token.Pos, msg string) Diagnostic {
	return t.diagnoseAt(t.offset(pos), msg)
}

// diagnoseAt makes the diagnostic for an offset in src.
func (t *tree) diagnoseAt(off int, msg string) Diagnostic {
	if t.shiftBytes > 0 && off < t.shiftBytes {
		d := diagnose(t.src, off, msg)
		return Diagnostic{Line: 1, Column: 1, Source: d.Source,
			Message: "a method added to a type declares anew what uses the type, and that fails: " + msg}
	}
	d := diagnose(t.src[t.shiftBytes:], off-t.shiftBytes, msg)
	d.offset = off
	return d
}

// parse returns the tree of src, and every syntax error. With errors the tree
// holds what could be read.
func parse(fset *token.FileSet, src string) (*tree, Diagnostics) {
	return parseItems(fset, src, cut(src), explain)
}

// parseAnyway returns the tree of as much of src as can be read, for
// questions about a cell that is still being written.
func parseAnyway(fset *token.FileSet, src string, sp split) *tree {
	t, _ := parseItems(fset, src, sp, func(string, []item, itemKind) Diagnostics { return nil })
	return t
}

// parseItems parses the items that src is cut into; explain finds the errors
// of one kind of items once they are known to have some.
func parseItems(fset *token.FileSet, src string, sp split, explain func(string, []item, itemKind) Diagnostics) (*tree, Diagnostics) {
	t := &tree{src: src, fset: fset}
	if n := len(sp.items); n > 0 {
		last := sp.items[n-1]
		t.hideLast = last.hidden
		t.lastIsStmt = last.kind == statement
	}
	errs := sp.errs
	if sp.crossed && len(errs) == 1 || len(sp.open) > 0 && errs == nil {
		// The parser knows best where the missing bracket belongs.
		crossed := errs
		errs = nil
		for _, kind := range []itemKind{importItem, declaration, statement} {
			errs = append(errs, explain(src, sp.items, kind)...)
		}
		if errs == nil && sp.crossed {
			errs = crossed
		} else if errs == nil {
			errs = append(errs, diagnose(src, len(src), "syntax error: unexpected EOF, expected "+closes(sp.open[len(sp.open)-1]).String()))
		}
	}
	broken := errs != nil // then the parser's errors are only echoes
	read := func(kind itemKind, mode parser.Mode) *ast.File {
		lead, tail := leadDecl, ""
		if kind == statement {
			lead, tail = leadStmt, "\n}"
		}
		f, err := parser.ParseFile(fset, "", lead+keep(src, sp.items, kind)+tail, mode|parser.AllErrors|parser.ParseComments)
		if err != nil && !broken {
			found := explain(src, sp.items, kind)
			if found == nil { // an error only in company: take the parser's word
				found = fromParser(src, len(src), err)
			}
			errs = append(errs, found...)
		}
		if f != nil {
			t.comments = append(t.comments, f.Comments...)
		}
		return f
	}
	list := listShown(fset, src, sp)
	if list != nil {
		sp.items = slices.Clone(sp.items)
		sp.items[len(sp.items)-1].kind = listItem
	}
	has := map[itemKind]bool{}
	for _, it := range sp.items {
		has[it.kind] = true
	}
	if has[importItem] {
		if f := read(importItem, parser.SkipObjectResolution); f != nil {
			t.imports = f.Imports
		}
	}
	if has[declaration] {
		// Object resolution finds the free identifiers.
		if f := read(declaration, 0); f != nil {
			t.decls = f.Decls
			t.free = f.Unresolved
		}
	}
	if has[statement] {
		if f := read(statement, parser.SkipObjectResolution); f != nil && len(f.Decls) > 0 {
			if fd, ok := f.Decls[0].(*ast.FuncDecl); ok && fd.Body != nil {
				t.stmts = fd.Body.List
			}
		}
	}
	if list != nil {
		t.stmts = append(t.stmts, list)
	}
	return t, errs.tidy()
}

// listShown parses a last item such as "x, y", which is no statement of Go but
// shows both values. It returns nil if the item is something else.
func listShown(fset *token.FileSet, src string, sp split) ast.Stmt {
	if len(sp.items) == 0 || len(sp.open) > 0 {
		return nil
	}
	last := sp.items[len(sp.items)-1]
	text := strings.TrimRight(src[last.start:last.end], "; \t\n")
	if last.kind != statement || !strings.Contains(text, ",") {
		return nil
	}
	before := []byte(src[:last.start])
	blank(before)
	f, err := parser.ParseFile(fset, "", leadList+string(before)+text+")", parser.SkipObjectResolution)
	if err != nil || len(f.Decls) != 1 {
		return nil
	}
	decl, ok := f.Decls[0].(*ast.GenDecl)
	if !ok {
		return nil
	}
	call, ok := decl.Specs[0].(*ast.ValueSpec).Values[0].(*ast.CallExpr)
	if !ok || len(call.Args) < 2 || call.Ellipsis.IsValid() {
		return nil
	}
	return showing(call.Args...)
}

// keep returns src with all items but those of one kind blanked out, and
// comments outside items kept.
func keep(src string, items []item, kind itemKind) string {
	b := []byte(src)
	for _, it := range items {
		if it.kind == kind {
			continue
		}
		blank(b[it.start:it.end])
	}
	return string(b)
}

// explain parses each item of a kind alone and returns the first error of
// each, so that one error does not drag others behind it.
func explain(src string, items []item, kind itemKind) (errs Diagnostics) {
	for _, it := range items {
		if it.kind != kind {
			continue
		}
		lead, tail := leadDecl, ""
		if kind == statement {
			lead, tail = leadStmt, "\n}"
		}
		before := []byte(src[:it.start])
		blank(before)
		text := lead + string(before) + src[it.start:it.end] + tail
		if _, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution); err != nil {
			if ds := fromParser(src, it.end, err); len(ds) > 0 {
				errs = append(errs, ds[0])
			}
		}
	}
	return errs
}

// fromParser returns the diagnostics of a parser's error. What stands at end
// or later is not the user's.
func fromParser(src string, end int, err error) (ds Diagnostics) {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return Diagnostics{diagnose(src, 0, "syntax error: "+err.Error())}
	}
	for _, e := range list {
		ds = append(ds, syntax(src, e.Pos.Offset-len(leadDecl), end, e.Msg))
	}
	return ds
}
