package cell

// This file ties the names that a cell declares to session variables.

import (
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
	"strings"
)

// A binding is a checked cell whose names have their session variables.
type binding struct {
	*checked
	f      *Frontend
	number int
	// funcs are the functions that others call through a session variable:
	// all but methods, generic ones, init and _.
	funcs []*ast.FuncDecl
	// fresh tells which of them have a session variable of their own, not
	// that of the function they replace.
	fresh map[*ast.FuncDecl]bool
	// native is the first declaration that only a compiled unit can hold,
	// and what it is; nil if there is none.
	native     ast.Node
	nativeKind string
	init       bool // there is a func init
	// own are the cell's own variables and functions.
	own map[types.Object]*Name
	// names is what the cell declares, in the order of the text.
	names []*Name
	notes []string
}

// bind gives the names of a checked cell their session variables.
func (f *Frontend) bind(number int, c *checked) *binding {
	b := &binding{checked: c, f: f, number: number, fresh: map[*ast.FuncDecl]bool{}, own: map[types.Object]*Name{}}
	for _, d := range c.decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			b.bindFunc(d)
		case *ast.GenDecl:
			for _, sp := range d.Specs {
				b.bindSpec(d, sp)
			}
		}
	}
	b.bindCarried()
	b.bindVars()
	b.noteGroups()
	return b
}

// needs notes that a declaration cannot be interpreted.
func (b *binding) needs(n ast.Node, what string) {
	if b.native == nil {
		b.native, b.nativeKind = n, what
	}
}

// bindSpec takes up a type or a constant.
func (b *binding) bindSpec(d *ast.GenDecl, sp ast.Spec) {
	var ids []*ast.Ident
	doc := ""
	switch sp := sp.(type) {
	case *ast.TypeSpec:
		b.needs(sp, "a type declaration")
		ids = []*ast.Ident{sp.Name}
		doc = firstText(sp.Doc, sp.Comment, d.Doc)
	case *ast.ValueSpec:
		ids = sp.Names
		doc = firstText(sp.Doc, sp.Comment, d.Doc)
	}
	for _, id := range ids {
		if obj := b.info.Defs[id]; obj != nil && id.Name != "_" {
			b.names = append(b.names, &Name{Object: obj, Cell: b.number, step: -1, Doc: doc, Source: b.text(d)})
		}
	}
}

// bindFunc gives a declared function its session variable: that of the
// function it replaces if the signature is the same, so that whoever calls
// the old one calls the new one from now on.
func (b *binding) bindFunc(fd *ast.FuncDecl) {
	obj, _ := b.info.Defs[fd.Name].(*types.Func)
	switch {
	case fd.Recv != nil:
		b.needs(fd, "a method declaration")
		return
	case fd.Name.Name == "init":
		b.needs(fd, "func init")
		b.init = true
		return
	case fd.Name.Name == "_" || obj == nil:
		return
	}
	name := &Name{Object: obj, Cell: b.number, step: -1, Doc: fd.Doc.Text(), Source: b.text(fd)}
	b.names = append(b.names, name)
	if fd.Type.TypeParams != nil {
		b.needs(fd, "a generic function declaration")
		return
	}
	b.funcs = append(b.funcs, fd)
	b.fresh[fd] = true
	if old := b.f.names[obj.Name()]; old != nil && old.ID != 0 {
		if of, ok := old.Object.(*types.Func); ok {
			if types.Identical(of.Type(), obj.Type()) {
				name.ID = old.ID
				delete(b.fresh, fd)
			} else {
				b.notes = append(b.notes, fmt.Sprintf(
					"%s now has the signature %s; functions of earlier cells keep calling the one of cell %d.",
					obj.Name(), strings.TrimPrefix(types.TypeString(obj.Type(), qualifier), "func"), old.Cell))
			}
		}
	}
	if name.ID == 0 {
		name.ID = b.f.newID()
	}
	b.own[obj] = name
}

// bindCarried gives the variables that get a new type a session variable each,
// with the memory of the old one.
func (b *binding) bindCarried() {
	for _, s := range b.carried {
		for _, id := range s.names() {
			obj := b.info.Defs[id]
			old := b.extension.vars[id.Name]
			n := &Name{Object: obj, ID: b.f.newID(), Cell: old.Cell, Doc: old.Doc, step: -1, carries: old.ID}
			b.own[obj] = n
			b.names = append(b.names, n)
		}
	}
}

// bindVars gives every variable of the top level its session variable.
func (b *binding) bindVars() {
	byName := map[string]*Name{}
	for i, s := range b.steps {
		doc := ""
		if s.decl != nil {
			doc = s.decl.Doc.Text()
		}
		for _, id := range s.names() {
			obj, ok := b.info.Defs[id].(*types.Var)
			if !ok || id.Name == "_" {
				continue
			}
			if prev := byName[id.Name]; prev != nil && types.Identical(prev.Object.Type(), obj.Type()) {
				// a, err := …; b, err := … with the first err
				// hoisted: one variable, as in a Go function.
				b.own[obj] = prev
				continue
			}
			n := &Name{
				// Later cells see a package variable.
				Object: types.NewVar(obj.Pos(), b.pkg, obj.Name(), obj.Type()),
				Cell:   b.number, Doc: doc, step: i,
			}
			if v := b.f.names[id.Name]; v != nil && isVar(v.Object) && types.Identical(v.Object.Type(), obj.Type()) {
				// Functions of earlier cells see the new value, as
				// in every notebook.
				n.ID = v.ID
			} else {
				n.ID = b.f.newID()
			}
			byName[id.Name] = n
			b.own[obj] = n
			b.names = append(b.names, n)
		}
	}
}

func isVar(obj types.Object) bool {
	_, ok := obj.(*types.Var)
	return ok
}

// variable returns the name whose session variable holds obj, of this cell or
// an earlier one; nil if there is none.
func (b *binding) variable(obj types.Object) *Name {
	if n := b.own[obj]; n != nil {
		return n
	}
	if n := b.used[obj]; n != nil && n.ID != 0 {
		return n
	}
	return nil
}

// writtenImports returns the imports that later cells keep: those the cell
// writes. What it uses without an import later cells find anew, as theirs may
// be another package of that name.
func (b *binding) writtenImports() map[string]string {
	written := map[string]bool{}
	for _, sp := range b.tree.imports {
		if p, err := strconv.Unquote(sp.Path.Value); err == nil {
			written[p] = true
		}
	}
	out := map[string]string{}
	for name, p := range b.checked.imports {
		if written[p] {
			out[name] = p
		}
	}
	return out
}

// text returns the source of a node.
func (b *binding) text(n ast.Node) string {
	return b.src[b.offset(n.Pos()):b.offset(n.End())]
}

// cell returns the Cell, without a program.
func (b *binding) cell() *Cell {
	return &Cell{Number: b.number, Notes: b.notes, names: b.names, imports: b.writtenImports(), dots: b.dots}
}
