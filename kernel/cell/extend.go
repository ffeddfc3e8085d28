package cell

// This file lets a cell add methods to a type of an earlier cell. In Go a type
// has all its methods from the start, so the type is declared anew, with the
// methods it had and those it gets, and with it all that its declaration is
// part of: types that contain it and functions that take it. The session's
// variables keep their memory, which has the same layout, under the new type.

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"strings"
)

// An extension is what a cell must declare anew.
type extension struct {
	// text are the declarations, and a var declaration for each variable.
	text string
	// vars are the variables by name.
	vars map[string]*Name
}

// extend returns what must be declared anew before the cell; nil if nothing
// must.
func (f *Frontend) extend(t *tree) *extension {
	own := declared(t, nil)
	again := map[*Name]bool{}
	for _, d := range t.decls {
		fd, ok := d.(*ast.FuncDecl)
		if !ok || fd.Recv == nil {
			continue
		}
		name := receiverName(fd)
		n := f.names[name]
		if n == nil || own[name] != nil || f.homes[n.Object] == "" || f.has(n, fd, t) {
			continue
		}
		again[n] = true
	}
	if len(again) == 0 {
		return nil
	}
	f.withDependents(again, own)
	var list []*Name
	for n := range again {
		list = append(list, n)
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.Cell != b.Cell {
			return a.Cell < b.Cell
		}
		return a.Object.Pos() < b.Object.Pos()
	})
	x := &extension{vars: map[string]*Name{}}
	var text strings.Builder
	var seen []string
	for _, n := range list {
		g := withoutMethods(n.group, t)
		if !slices.Contains(seen, g) {
			seen = append(seen, g)
			text.WriteString(g + "\n")
		}
	}
	objects := map[types.Object]bool{}
	for n := range again {
		objects[n.Object] = true
	}
	for _, name := range sortedKeys(f.names) {
		n := f.names[name]
		if isVar(n.Object) && own[name] == nil && contains(n.Object.Type(), objects) {
			x.vars[name] = n
			text.WriteString("var " + name + " " + types.TypeString(n.Object.Type(), qualifier) + "\n")
		}
	}
	x.text = text.String()
	return x
}

// has tells whether a type has the method already, with the same text: then
// the declaration is one of those that a cell repeats.
func (f *Frontend) has(n *Name, fd *ast.FuncDecl, t *tree) bool {
	text := t.src[t.offset(fd.Pos()):t.offset(fd.End())]
	return slices.Contains(strings.Split(n.group, groupMark), text)
}

// withoutMethods returns a group's text without the methods that the cell
// declares: it replaces them.
func withoutMethods(text string, t *tree) string {
	parts := strings.Split(text, groupMark)
	keep := parts[:1:1]
	for _, p := range parts[1:] {
		if !t.declaresMethod(p) {
			keep = append(keep, p)
		}
	}
	return strings.Join(keep, "\n")
}

// declaresMethod tells whether the cell declares a method with the receiver
// type and the name of another declaration.
func (t *tree) declaresMethod(text string) bool {
	other, errs := parse(token.NewFileSet(), text)
	if len(errs) > 0 || len(other.decls) != 1 {
		return false
	}
	old, ok := other.decls[0].(*ast.FuncDecl)
	if !ok || old.Recv == nil {
		return false
	}
	for _, d := range t.decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Recv != nil && fd.Name.Name == old.Name.Name && receiverName(fd) == receiverName(old) {
			return true
		}
	}
	return false
}

// withDependents adds the types and functions that mention what is in the set,
// unless the cell declares them itself.
func (f *Frontend) withDependents(set map[*Name]bool, own map[string]*ast.Ident) {
	for changed := true; changed; {
		changed = false
		for name, n := range f.names {
			if set[n] || own[name] != nil || n.group == "" {
				continue
			}
			for other := range set {
				if f.mentionsName(n, other) {
					set[n], changed = true, true
					break
				}
			}
		}
	}
}

// mentionsName tells whether one declaration mentions another. Those of one
// text belong together.
func (f *Frontend) mentionsName(n, other *Name) bool {
	if n.group == other.group {
		return true
	}
	m, ok := n.mentions[other.Object.Name()]
	return ok && (m.object == other.Object || other.ID != 0 && m.id == other.ID)
}

// contains tells whether a type is made of one of the types named by objects.
func contains(t types.Type, objects map[types.Object]bool) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if objects[t.Obj()] {
			return true
		}
		for i := range t.TypeArgs().Len() {
			if contains(t.TypeArgs().At(i), objects) {
				return true
			}
		}
	case *types.Pointer:
		return contains(t.Elem(), objects)
	case *types.Slice:
		return contains(t.Elem(), objects)
	case *types.Array:
		return contains(t.Elem(), objects)
	case *types.Chan:
		return contains(t.Elem(), objects)
	case *types.Map:
		return contains(t.Key(), objects) || contains(t.Elem(), objects)
	case *types.Signature:
		return contains(t.Params(), objects) || contains(t.Results(), objects)
	case *types.Tuple:
		for v := range t.Variables() {
			if contains(v.Type(), objects) {
				return true
			}
		}
	case *types.Struct:
		for v := range t.Fields() {
			if contains(v.Type(), objects) {
				return true
			}
		}
	}
	return false
}
