package cell

// This file describes packages and objects: their declarations, where they
// are declared, and their docs.

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/doc"
	"go/parser"
	"go/token"
	"go/types"
	"sort"
	"strings"
)

// describePackage describes the package at path; in detail 0 only the first
// paragraph of its doc.
func (f *Frontend) describePackage(path string, detail int) (Description, bool) {
	pkg, err := f.pkgs.Import(path)
	if err != nil {
		return Description{}, false
	}
	d := Description{
		Signature: fmt.Sprintf("package %s // import %q", pkg.Name(), path),
		Doc:       f.pkgs.Doc(path, ""),
		pkg:       pkg,
	}
	if detail == 0 {
		d.Doc, _, _ = strings.Cut(d.Doc, "\n\n")
	}
	return d, true
}

// describeObject describes an object that v mentions, or without v one of the
// session.
func (f *Frontend) describeObject(obj types.Object, v *view, detail int) Description {
	d := Description{Signature: declarationOf(obj), pkg: obj.Pkg()}
	switch {
	case obj.Pkg() == nil:
		d.Doc = f.pkgs.Doc("builtin", obj.Name())
		if _, ok := obj.(*types.Func); ok { // the method of error
			d.Doc = f.pkgs.Doc("builtin", "error."+obj.Name())
		}
	case obj.Pkg().Path() == "main":
		f.describeOwn(&d, obj, v, detail)
	default:
		path, name := obj.Pkg().Path(), obj.Name()
		if isMember(obj) {
			path, name = memberAt(obj, v)
		}
		if path != "" {
			d.Doc = f.pkgs.Doc(path, name)
		}
	}
	if tn, ok := obj.(*types.TypeName); ok {
		d.Methods = methodsOf(tn)
	}
	if _, ok := obj.(*types.Var); ok && (d.Doc == "" || !isMember(obj)) {
		// What a variable of a type is for is said there.
		if n := namedOf(obj.Type()); n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() != "main" {
			if s := new(doc.Package).Synopsis(f.pkgs.Doc(n.Obj().Pkg().Path(), n.Obj().Name())); s != "" {
				d.Notes = append(d.Notes, types.TypeString(n.Obj().Type(), qualifier)+": "+s)
			}
		}
	}
	return d
}

// isMember tells whether an object is a field or a method.
func isMember(obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.Var:
		return obj.IsField()
	case *types.Func:
		return obj.Signature().Recv() != nil
	}
	return false
}

// memberAt returns where the doc of the field or method stands that v's
// identifier denotes.
func memberAt(obj types.Object, v *view) (path, name string) {
	if _, ok := obj.(*types.Func); ok {
		return memberDoc(nil, obj, nil)
	}
	if v == nil {
		return "", ""
	}
	var t types.Type
	switch p := v.parent(0).(type) {
	case *ast.SelectorExpr:
		if s := v.info.Selections[p]; s != nil {
			return memberDoc(s.Recv(), obj, s.Index())
		}
	case *ast.KeyValueExpr:
		if lit, ok := v.parent(1).(*ast.CompositeLit); ok {
			t = v.info.TypeOf(lit)
		}
	case *ast.Field: // in the type's declaration
		for i := range v.path {
			if sp, ok := v.parent(i).(*ast.TypeSpec); ok {
				return "main", sp.Name.Name + "." + obj.Name()
			}
		}
	}
	if t == nil {
		return "", ""
	}
	if s, ok := deref(t).Underlying().(*types.Struct); ok {
		for i := range s.NumFields() {
			if s.Field(i) == obj {
				return memberDoc(t, obj, []int{i})
			}
		}
	}
	return "", ""
}

// describeOwn adds what is known of something that a cell declares.
func (f *Frontend) describeOwn(d *Description, obj types.Object, v *view, detail int) {
	source := ""
	if isMember(obj) {
		_, name := memberAt(obj, v)
		owner, _, _ := strings.Cut(name, ".")
		if text := f.sourceOf(owner, v); text != "" {
			d.Doc = memberComment(text, obj.Name())
		}
		return
	}
	n := f.names[obj.Name()]
	if n == nil || n.Object != obj {
		n = nil
	}
	if v != nil {
		if n = v.used[obj]; n == nil {
			var local bool
			if d.Doc, source, local = commentAt(v, obj); !local {
				d.Notes = append(d.Notes, "declared in this cell")
			}
		}
	}
	if n != nil {
		d.Doc, source = n.Doc, n.Source
		if n.Cell > 0 {
			d.Notes = append(d.Notes, fmt.Sprintf("declared in cell [%d]", n.Cell))
		}
	}
	if detail > 0 {
		d.Source = source
	}
}

// sourceOf returns the declaration of a type of this cell or the session.
func (f *Frontend) sourceOf(name string, v *view) string {
	if v != nil {
		if id := declared(v.tree, nil)[name]; id != nil {
			_, text, _ := commentAt(v, v.info.Defs[id])
			return text
		}
	}
	if n := f.names[name]; n != nil {
		return n.Source
	}
	return ""
}

// commentAt returns the comment and the text of the declaration of an object
// of the view's cell, and whether it is local to a function or block.
func commentAt(v *view, obj types.Object) (comment, source string, local bool) {
	if obj == nil {
		return "", "", false
	}
	text := func(n ast.Node) string {
		start := v.offset(n.Pos())
		return v.src[start:max(start, v.offset(n.End()))] // of a broken statement
	}
	for _, decl := range v.decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Name.Pos() == obj.Pos() {
				return decl.Doc.Text(), text(decl), false
			}
		case *ast.GenDecl:
			for _, sp := range decl.Specs {
				switch sp := sp.(type) {
				case *ast.TypeSpec:
					if sp.Name.Pos() == obj.Pos() {
						return firstText(sp.Doc, sp.Comment, decl.Doc), text(decl), false
					}
				case *ast.ValueSpec:
					for _, id := range sp.Names {
						if id.Pos() == obj.Pos() {
							return firstText(sp.Doc, sp.Comment, decl.Doc), text(decl), false
						}
					}
				}
			}
		}
	}
	for _, s := range v.steps {
		for _, id := range s.names() {
			if id.Pos() == obj.Pos() {
				if s.decl != nil {
					comment = s.decl.Doc.Text()
				}
				return comment, text(s.stmt), false
			}
		}
	}
	return "", "", true
}

func firstText(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if s := g.Text(); s != "" {
			return s
		}
	}
	return ""
}

// memberComment returns the comment of a field or an interface's method in a
// type declaration.
func memberComment(source, name string) (comment string) {
	file, _ := parser.ParseFile(token.NewFileSet(), "", "package main\n"+source, parser.ParseComments|parser.SkipObjectResolution)
	if file == nil {
		return ""
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if fd, ok := n.(*ast.Field); ok && comment == "" {
			for _, id := range fd.Names {
				if id.Name == name {
					comment = firstText(fd.Doc, fd.Comment)
				}
			}
		}
		return true
	})
	return comment
}

// declarationOf writes an object as it is declared.
func declarationOf(obj types.Object) string {
	name := obj.Name()
	if obj.Pkg() != nil && obj.Pkg().Path() != "main" && !isMember(obj) && obj.Parent() == obj.Pkg().Scope() {
		name = obj.Pkg().Name() + "." + name
	}
	switch obj := obj.(type) {
	case *types.Builtin:
		if s := builtinSignatures[obj.Name()]; s != "" {
			return s
		}
		return "func unsafe." + obj.Name()
	case *types.Nil:
		return "var nil Type"
	case *types.Func:
		return funcDeclaration(obj, name)
	case *types.Const:
		s := "const " + name
		if b, ok := obj.Type().(*types.Basic); !ok || b.Info()&types.IsUntyped == 0 {
			s += " " + types.TypeString(obj.Type(), qualifier)
		}
		return s + " = " + constantText(obj)
	case *types.TypeName:
		return typeDeclaration(obj, name)
	case *types.Var:
		kind := "var"
		if obj.IsField() {
			kind = "field"
		}
		return kind + " " + name + " " + types.TypeString(obj.Type(), qualifier)
	case *types.Label:
		return "label " + name
	}
	return types.ObjectString(obj, qualifier)
}

// constantText writes a constant's value, long ones shortened, a character
// also as such.
func constantText(c *types.Const) string {
	s := c.Val().String()
	if b, ok := c.Type().Underlying().(*types.Basic); ok && (b.Kind() == types.UntypedRune || b.Kind() == types.Int32 && c.Type() == types.Universe.Lookup("rune").Type()) {
		if r, exact := constant.Int64Val(c.Val()); exact && r >= 0 && r <= 0x10ffff {
			s = fmt.Sprintf("%q", rune(r))
		}
	}
	return s
}

func funcDeclaration(fn *types.Func, name string) string {
	var b strings.Builder
	b.WriteString("func ")
	sig := fn.Signature()
	if recv := sig.Recv(); recv != nil {
		b.WriteByte('(')
		if n := recv.Name(); n != "" && n != "_" {
			b.WriteString(n + " ")
		}
		b.WriteString(types.TypeString(recv.Type(), qualifier))
		b.WriteString(") ")
	}
	b.WriteString(name)
	b.WriteString(strings.TrimPrefix(types.TypeString(sig, qualifier), "func"))
	return b.String()
}

// typeDeclaration writes a type as a Go file would, without the fields that a
// cell cannot name.
func typeDeclaration(tn *types.TypeName, name string) string {
	if tn.Pkg() == nil {
		switch name {
		case "any":
			return "type any = interface{}"
		case "byte":
			return "type byte = uint8"
		case "rune":
			return "type rune = int32"
		}
		if _, ok := tn.Type().(*types.Basic); ok {
			return "type " + name
		}
	}
	if _, ok := tn.Type().(*types.TypeParam); ok {
		return "type " + name + " " + types.TypeString(tn.Type().Underlying(), qualifier)
	}
	if a, ok := tn.Type().(*types.Alias); ok {
		return "type " + name + " = " + types.TypeString(a.Rhs(), qualifier)
	}
	if n, ok := tn.Type().(*types.Named); ok && n.TypeParams().Len() > 0 {
		name = types.TypeString(n, qualifier)
	}
	var b strings.Builder
	b.WriteString("type " + name + " ")
	switch u := tn.Type().Underlying().(type) {
	case *types.Struct:
		b.WriteString("struct {")
		hidden := false
		for i := range u.NumFields() {
			fd := u.Field(i)
			if !visible(fd) {
				hidden = true
				continue
			}
			b.WriteString("\n\t")
			if !fd.Embedded() {
				b.WriteString(fd.Name() + " ")
			}
			b.WriteString(types.TypeString(fd.Type(), qualifier))
		}
		if hidden {
			b.WriteString("\n\t// and fields that are not exported")
		}
		b.WriteString(closing(u.NumFields()))
	case *types.Interface:
		b.WriteString("interface {")
		for i := range u.NumEmbeddeds() {
			b.WriteString("\n\t" + types.TypeString(u.EmbeddedType(i), qualifier))
		}
		hidden := false
		for i := range u.NumExplicitMethods() {
			m := u.ExplicitMethod(i)
			if !visible(m) {
				hidden = true
				continue
			}
			b.WriteString("\n\t" + m.Name() + strings.TrimPrefix(types.TypeString(m.Type(), qualifier), "func"))
		}
		if hidden {
			b.WriteString("\n\t// and methods that are not exported")
		}
		b.WriteString(closing(u.NumEmbeddeds() + u.NumExplicitMethods()))
	default:
		b.WriteString(types.TypeString(u, qualifier))
	}
	return b.String()
}

func closing(members int) string {
	if members == 0 {
		return "}"
	}
	return "\n}"
}

// methodsOf returns the declarations of a type's methods, sorted by name.
func methodsOf(tn *types.TypeName) (out []string) {
	n, ok := types.Unalias(tn.Type()).(*types.Named)
	if !ok {
		return nil
	}
	var fns []*types.Func
	for i := range n.NumMethods() {
		if m := n.Method(i); visible(m) {
			fns = append(fns, m)
		}
	}
	sort.Slice(fns, func(i, j int) bool { return fns[i].Name() < fns[j].Name() })
	for _, m := range fns {
		out = append(out, funcDeclaration(m, m.Name()))
	}
	return out
}
