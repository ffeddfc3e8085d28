package cell

// This file lists what may stand after a dot: the members of a package, the
// fields and methods of a type.

import (
	"go/types"
	"strings"
)

// A catalogue remembers what completion found out about packages, which do
// not change.
type catalogue struct {
	members    map[*types.Package][]Match
	deprecated map[string]bool // by "path name"
}

// collectPackage adds the exported members of a package.
func (f *Frontend) collectPackage(l *list, pkg *types.Package) {
	members, ok := f.known.members[pkg]
	if !ok {
		scope := pkg.Scope()
		for _, name := range scope.Names() {
			if obj := scope.Lookup(name); obj.Exported() {
				members = append(members, matchOf(obj))
			}
		}
		if f.known.members == nil {
			f.known.members = map[*types.Package][]Match{}
		}
		f.known.members[pkg] = members
	}
	for _, m := range members {
		if l.wants(m.Text) {
			l.addRanked(m, groupImported, f.isDeprecated(pkg.Path(), m.Text))
		}
	}
}

// isDeprecated tells whether the doc of a name advises against it.
func (f *Frontend) isDeprecated(path, name string) bool {
	key := path + " " + name
	old, ok := f.known.deprecated[key]
	if !ok {
		doc := f.pkgs.Doc(path, name)
		old = strings.HasPrefix(doc, "Deprecated:") || strings.Contains(doc, "\n\nDeprecated:")
		if f.known.deprecated == nil {
			f.known.deprecated = map[string]bool{}
		}
		f.known.deprecated[key] = old
	}
	return old
}

// collectMembers adds the fields and methods that may be selected from a value
// of type t, or from the type itself.
func (f *Frontend) collectMembers(l *list, t types.Type, isType, addressable bool) {
	for _, m := range memberNames(t) {
		if !l.wants(m.name) {
			continue
		}
		obj, index, _ := types.LookupFieldOrMethod(t, addressable, m.pkg, m.name)
		if obj == nil || !visible(obj) {
			continue
		}
		if _, field := obj.(*types.Var); field && isType {
			continue
		}
		group := groupField
		if len(index) > 1 {
			group = groupPromoted
		}
		path, name := memberDoc(t, obj, index)
		l.addRanked(matchOf(obj), group, path != "" && f.isDeprecated(path, name))
	}
}

type memberName struct {
	name string
	pkg  *types.Package
}

// memberNames returns the names of t's fields and methods, those of embedded
// types too; some may be hidden by others.
func memberNames(t types.Type) (names []memberName) {
	seen := map[string]bool{}
	add := func(obj types.Object) {
		if id := obj.Id(); !seen[id] {
			seen[id] = true
			names = append(names, memberName{obj.Name(), obj.Pkg()})
		}
	}
	visited := map[*types.TypeName]bool{}
	todo := []types.Type{t}
	for len(todo) > 0 {
		t := types.Unalias(todo[0])
		todo = todo[1:]
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		if n, ok := t.(*types.Named); ok {
			if visited[n.Obj()] {
				continue
			}
			visited[n.Obj()] = true
			for i := range n.NumMethods() {
				add(n.Method(i))
			}
		}
		switch u := t.Underlying().(type) {
		case *types.Pointer: // type P *T
			todo = append(todo, u)
		case *types.Struct:
			for i := range u.NumFields() {
				fd := u.Field(i)
				add(fd)
				if fd.Embedded() {
					todo = append(todo, fd.Type())
				}
			}
		case *types.Interface:
			for i := range u.NumMethods() {
				add(u.Method(i))
			}
		}
	}
	return names
}

// memberDoc returns the package and the name, "Type.Member", under which the
// doc of a field or method of t stands; "" if it has none of its own.
func memberDoc(t types.Type, obj types.Object, index []int) (path, name string) {
	if obj.Pkg() == nil {
		return "", ""
	}
	if fn, ok := obj.(*types.Func); ok {
		recv := fn.Signature().Recv()
		if recv == nil {
			return "", ""
		}
		if owner := namedOf(recv.Type()); owner != nil {
			return obj.Pkg().Path(), owner.Obj().Name() + "." + obj.Name()
		}
		return "", ""
	}
	owner := ""
	for i, k := range index {
		if n := namedOf(t); n != nil {
			owner = n.Obj().Name()
		}
		s, ok := deref(t).Underlying().(*types.Struct)
		if !ok || k >= s.NumFields() {
			return "", ""
		}
		if i == len(index)-1 {
			break
		}
		fd := s.Field(k)
		owner, t = owner+"."+fd.Name(), fd.Type()
	}
	if owner == "" {
		return "", ""
	}
	return obj.Pkg().Path(), owner + "." + obj.Name()
}

// deref returns what a pointer points to, and any other type itself.
func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// namedOf returns the named type that t is or points to; nil if none.
func namedOf(t types.Type) *types.Named {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, _ := t.(*types.Named)
	return n
}
