package module

// This file finds doc comments in the source of packages.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// docs holds the doc comments of one package by name: "" for the package,
// "Reader" for a package-level name, "Reader.Read" for a method or field.
type docs struct {
	stamp string
	text  map[string]string
}

// Doc returns the doc comment of a package ("" as name), of a package-level
// name or of "Type.Member", without comment markers; "" if there is none. The
// package has been loaded, or is one of Paths. The doc of a constant or
// variable is its own comment followed by that of the group it is declared in.
func (s *Session) Doc(path, name string) string {
	path = Original(path)
	s.mu.Lock()
	dir, files := "", []string(nil)
	if p := s.loaded[path]; p != nil {
		dir, files = p.Dir, p.GoFiles
	} else if l, ok := s.list.packages[path]; ok {
		dir, files = l.dir, l.files
	}
	known := s.docs[path]
	s.mu.Unlock()
	if dir == "" {
		return ""
	}
	stamp := stampOfDir(dir, nil)
	if known == nil || known.stamp != stamp {
		known = readDocs(dir, files)
		known.stamp = stamp
		s.mu.Lock()
		s.docs[path] = known
		s.mu.Unlock()
	}
	return known.text[name]
}

// readDocs reads the comments of source files, of broken ones as far as they
// go.
func readDocs(dir string, files []string) *docs {
	d := &docs{text: map[string]string{}}
	fset := token.NewFileSet()
	for _, name := range files {
		f, _ := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if f == nil {
			continue
		}
		d.add("", f.Doc.Text())
		for _, decl := range f.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				name := decl.Name.Name
				if decl.Recv != nil && len(decl.Recv.List) > 0 {
					name = typeName(decl.Recv.List[0].Type) + "." + name
				}
				d.add(name, decl.Doc.Text())
			case *ast.GenDecl:
				d.group(decl)
			}
		}
	}
	return d
}

func (d *docs) group(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			d.add(spec.Name.Name, firstText(spec.Doc, decl.Doc, spec.Comment))
			d.members(spec.Name.Name, spec.Type)
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				d.add(name.Name, firstText(spec.Doc, spec.Comment), decl.Doc.Text())
			}
		}
	}
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
		text := firstText(field.Doc, field.Comment)
		for _, name := range field.Names {
			d.add(prefix+"."+name.Name, text)
			d.members(prefix+"."+name.Name, field.Type)
		}
		if len(field.Names) == 0 {
			d.add(prefix+"."+typeName(field.Type), text)
		}
	}
}

// add records the texts that are not empty as the doc of name, paragraphs of
// their own.
func (d *docs) add(name string, texts ...string) {
	for _, t := range texts {
		if t = strings.TrimRight(t, "\n"); t == "" {
			continue
		}
		if d.text[name] != "" {
			t = d.text[name] + "\n\n" + t
		}
		d.text[name] = t
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

// typeName returns the name of the type in a receiver or embedded field.
func typeName(expr ast.Expr) string {
	switch t := expr.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.StarExpr:
		return typeName(t.X)
	case *ast.ParenExpr:
		return typeName(t.X)
	case *ast.IndexExpr:
		return typeName(t.X)
	case *ast.IndexListExpr:
		return typeName(t.X)
	case *ast.SelectorExpr:
		return t.Sel.Name
	}
	return ""
}
