package main

// This file collects the doc comments of everything that a cell can name.

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// docEntries returns the docs of every offered package, of unsafe, and of
// builtin, which describes the predeclared names.
func docEntries(t *tree) map[string][]byte {
	entries := map[string][]byte{}
	for _, path := range slices.Concat(t.offered, []string{"unsafe", "builtin"}) {
		d := docs{text: map[string]string{}, predeclared: path == "builtin"}
		if p := t.types[path]; p != nil {
			d.reachable = reachableTypes(p)
		}
		for _, f := range t.files[path] {
			d.file(f)
		}
		entries[path] = d.encode()
	}
	return entries
}

// docs gathers the doc comments of one package by name: "" for the package,
// "Reader" for a package-level name, "Reader.Read" for a method or field.
type docs struct {
	text map[string]string
	// reachable holds the unexported types that the API leads to. Their
	// exported methods and fields can be used through embedding.
	reachable map[string]bool
	// predeclared is set for package builtin, whose names are all offered.
	predeclared bool
}

// encode writes NUL, name, 1, text for each name, sorted.
func (d *docs) encode() []byte {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(d.text)) {
		text := d.text[name]
		if strings.ContainsAny(text, "\x00\x01") {
			panic("a doc comment contains a separator: " + name)
		}
		b.WriteString("\x00" + name + "\x01" + text)
	}
	return b.Bytes()
}

// add records the texts that are not empty as the doc of name, paragraphs of
// their own.
func (d *docs) add(name string, texts ...string) {
	var parts []string
	if old := d.text[name]; old != "" {
		parts = append(parts, old)
	}
	for _, t := range texts {
		if t = strings.TrimRight(t, "\n"); t != "" {
			parts = append(parts, t)
		}
	}
	if len(parts) > 0 {
		d.text[name] = strings.Join(parts, "\n\n")
	}
}

func (d *docs) file(f *ast.File) {
	d.add("", f.Doc.Text())
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			d.function(decl)
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					d.typeSpec(decl, spec)
				case *ast.ValueSpec:
					d.value(decl, spec)
				}
			}
		}
	}
}

func (d *docs) function(decl *ast.FuncDecl) {
	name := decl.Name.Name
	if decl.Recv == nil {
		if d.offered(name) {
			d.add(name, decl.Doc.Text())
		}
		return
	}
	if !token.IsExported(name) {
		return
	}
	if recv := receiver(decl.Recv.List[0].Type); d.usable(recv) {
		d.add(recv+"."+name, decl.Doc.Text())
	}
}

// offered reports whether a cell can use the package-level name.
func (d *docs) offered(name string) bool { return token.IsExported(name) || d.predeclared }

// usable reports whether the members of the type called name can be used.
func (d *docs) usable(name string) bool { return d.offered(name) || d.reachable[name] }

func (d *docs) typeSpec(decl *ast.GenDecl, spec *ast.TypeSpec) {
	name := spec.Name.Name
	if !d.usable(name) {
		return
	}
	d.add(name, firstText(spec.Doc, decl.Doc, spec.Comment))
	d.members(name, spec.Type)
}

// members adds the fields of a struct and the methods of an interface.
func (d *docs) members(prefix string, expr ast.Expr) {
	var list *ast.FieldList
	switch t := expr.(type) {
	case *ast.StructType:
		list = t.Fields
	case *ast.InterfaceType:
		list = t.Methods
	case *ast.StarExpr:
		d.members(prefix, t.X)
	case *ast.ArrayType:
		d.members(prefix, t.Elt)
	}
	if list == nil {
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			if name.IsExported() {
				d.add(prefix+"."+name.Name, firstText(field.Doc, field.Comment))
				d.members(prefix+"."+name.Name, field.Type)
			}
		}
		if _, ok := expr.(*ast.StructType); ok && len(field.Names) == 0 {
			if name := receiver(field.Type); token.IsExported(name) {
				d.add(prefix+"."+name, firstText(field.Doc, field.Comment))
			}
		}
	}
}

// value adds constants or variables: what is said of each, then what is said
// of their group.
func (d *docs) value(decl *ast.GenDecl, spec *ast.ValueSpec) {
	own := firstText(spec.Doc, spec.Comment)
	for _, name := range spec.Names {
		if d.offered(name.Name) {
			d.add(name.Name, own, decl.Doc.Text())
		}
	}
}

// firstText returns the text of the first comment that has one.
func firstText(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if text := g.Text(); text != "" {
			return text
		}
	}
	return ""
}

// receiver returns the name of the type in a receiver or embedded field.
func receiver(expr ast.Expr) string {
	switch t := expr.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.ParenExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.SelectorExpr:
		return t.Sel.Name
	}
	return ""
}

// reachableTypes returns the names of the unexported types of pkg that its API
// leads to.
func reachableTypes(pkg *types.Package) map[string]bool {
	found := map[string]bool{}
	w := newWalker(func(named *types.Named) {
		if obj := named.Obj(); obj.Pkg() == pkg && !obj.Exported() {
			found[obj.Name()] = true
		}
	})
	w.pkg(pkg)
	return found
}
