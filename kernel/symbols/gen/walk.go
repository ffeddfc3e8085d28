package main

// This file walks the types that a package's API leads to.

import (
	"go/token"
	"go/types"
)

// A walker visits the named types that a package's exported names lead to
// through what a cell can use: parameters, results, elements, exported
// fields, embedded fields and exported methods. It does not look into the
// types of other packages.
type walker struct {
	home  *types.Package
	seen  map[types.Type]bool
	visit func(*types.Named)
}

func newWalker(visit func(*types.Named)) *walker {
	return &walker{seen: map[types.Type]bool{}, visit: visit}
}

func (w *walker) pkg(p *types.Package) {
	w.home = p
	for _, name := range p.Scope().Names() {
		if token.IsExported(name) {
			w.typ(p.Scope().Lookup(name).Type())
		}
	}
}

func (w *walker) typ(t types.Type) {
	if t == nil || w.seen[t] {
		return
	}
	w.seen[t] = true
	switch t := t.(type) {
	case *types.Alias:
		w.typ(types.Unalias(t))
	case *types.Named:
		w.visit(t)
		if t.Obj().Pkg() != w.home {
			return
		}
		for m := range t.Methods() {
			if m.Exported() {
				w.typ(m.Type())
			}
		}
		w.typ(t.Underlying())
	case *types.Pointer:
		w.typ(t.Elem())
	case *types.Slice:
		w.typ(t.Elem())
	case *types.Array:
		w.typ(t.Elem())
	case *types.Chan:
		w.typ(t.Elem())
	case *types.Map:
		w.typ(t.Key())
		w.typ(t.Elem())
	case *types.Signature:
		w.typ(t.Params())
		w.typ(t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			w.typ(v.Type())
		}
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() || f.Embedded() {
				w.typ(f.Type())
			}
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			w.typ(m.Type())
		}
		for e := range t.EmbeddedTypes() {
			w.typ(e)
		}
	}
}
