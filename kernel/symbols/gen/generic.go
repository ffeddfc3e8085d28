package main

// This file chooses the instances of generic functions and types. Compiled
// code cannot be instantiated at run time, so the tables hold instances for
// the type arguments that notebooks use most; which of them fit follows from
// the constraints.

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/netherfield/netherfield/kernel/symbols/instance"
)

// candidates are the type arguments to try.
type candidates struct {
	// wide is for the type parameter of a function that has one.
	wide []types.Type
	// firsts, keys and seconds are for two parameters: any first type, a
	// first type that must be comparable, which is nearly always a map's
	// key, and the second.
	firsts, keys, seconds []types.Type
	// named are the types of the standard library that have methods, for
	// constraints that ask for some.
	named []types.Type
	// stages are the steps of pipelines, for our own functions that return one.
	stages []types.Type
	// mentioned are the instances of generic types that APIs mention, such
	// as iter.Seq[reflect.Value], by the generic type.
	mentioned map[*types.TypeName][][]types.Type
}

// newCandidates returns the candidates, whose named types are t's own.
func newCandidates(t *tree) *candidates {
	typ := func(k types.BasicKind) types.Type { return types.Typ[k] }
	universe := func(name string) types.Type { return types.Universe.Lookup(name).Type() }
	std := func(path, name string) types.Type { return t.types[path].Scope().Lookup(name).Type() }
	any := universe("any")
	c := &candidates{
		wide: []types.Type{
			typ(types.Int), typ(types.Float64), typ(types.String), typ(types.Bool),
			typ(types.Uint8), typ(types.Int32), typ(types.Int64), typ(types.Float32),
			any, std("time", "Duration"), std("time", "Time"),
			// Rows: of a CSV file, of a matrix, of a JSON document.
			types.NewSlice(typ(types.String)), types.NewSlice(typ(types.Int)), types.NewSlice(typ(types.Float64)),
			types.NewMap(typ(types.String), any),
		},
		firsts: []types.Type{typ(types.Int), typ(types.Float64), typ(types.String)},
		keys:   []types.Type{typ(types.String), typ(types.Int)},
		seconds: []types.Type{
			typ(types.Int), typ(types.Float64), typ(types.String), typ(types.Bool), any, universe("error"),
			types.NewSlice(typ(types.String)), types.NewSlice(typ(types.Int)), types.NewSlice(typ(types.Float64)),
		},
	}
	c.mentioned = mentionedInstances(t)
	for _, path := range t.offered {
		scope := t.types[path].Scope()
		if slices.Contains(ownPackages, path) {
			c.stages = append(c.stages, stagesOf(scope)...)
		}
		if !t.sources[path].Standard {
			continue
		}
		for _, name := range scope.Names() {
			obj, ok := scope.Lookup(name).(*types.TypeName)
			if !ok || !obj.Exported() || obj.IsAlias() || !usableType(obj) {
				continue
			}
			c.named = append(c.named, obj.Type())
			if !types.IsInterface(obj.Type()) {
				c.named = append(c.named, types.NewPointer(obj.Type()))
			}
		}
	}
	return c
}

// stagesOf returns the pointers to what can be kept in an artefact.
func stagesOf(scope *types.Scope) (stages []types.Type) {
	for _, name := range scope.Names() {
		obj, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || !obj.Exported() || obj.IsAlias() || types.IsInterface(obj.Type()) {
			continue
		}
		ptr := types.NewPointer(obj.Type())
		if types.NewMethodSet(ptr).Lookup(nil, "SetState") != nil {
			stages = append(stages, ptr)
		}
	}
	return stages
}

// instances returns the table entries for the generic functions and types of
// pkg.
func (c *candidates) instances(pkg *types.Package, imports map[string]string) []symbol {
	var out []symbol
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		obj := scope.Lookup(name)
		if !token.IsExported(name) {
			continue
		}
		var params *types.TypeParamList
		before, after := "p."+name+"[", "]"
		switch obj := obj.(type) {
		case *types.Func:
			params = obj.Signature().TypeParams()
		case *types.TypeName:
			if named, ok := obj.Type().(*types.Named); ok && !isConstraint(named) {
				params = named.TypeParams()
				before, after = "(*"+before, after+")(nil)"
			}
		}
		if params.Len() == 0 {
			continue
		}
		lists := c.arguments(params)
		if obj, ok := obj.(*types.TypeName); ok {
			lists = append(lists, c.mentioned[obj]...)
		}
		if slices.Contains(ownPackages, pkg.Path()) && params.Len() == 1 {
			for _, t := range c.stages {
				// What a package does not import it does not hand out.
				if slices.Contains(pkg.Imports(), t.(*types.Pointer).Elem().(*types.Named).Obj().Pkg()) {
					lists = append(lists, []types.Type{t})
				}
			}
		}
		have := map[string]bool{}
		for _, targs := range lists {
			full := instance.Name(name, targs)
			if have[full] {
				continue
			}
			have[full] = true
			if _, err := types.Instantiate(nil, obj.Type(), targs, true); err != nil {
				continue
			}
			out = append(out, symbol{
				name: full,
				expr: before + expressions(targs, pkg, imports) + after,
			})
		}
	}
	return out
}

func isConstraint(t *types.Named) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && !i.IsMethodSet()
}

// arguments returns the lists of type arguments to try for params: candidates
// for those that are free, and what follows from them for those that are
// bound by a constraint such as ~[]E.
func (c *candidates) arguments(params *types.TypeParamList) [][]types.Type {
	var free []*types.TypeParam
	for p := range params.TypeParams() {
		if boundTo(p) == nil {
			free = append(free, p)
		}
	}
	var out [][]types.Type
	for _, choice := range c.choices(free) {
		chosen := map[*types.TypeParam]types.Type{}
		for i, p := range free {
			chosen[p] = choice[i]
		}
		var targs []types.Type
		for p := range params.TypeParams() {
			targ := chosen[p]
			if targ == nil {
				targ = substitute(boundTo(p), chosen)
			}
			targs = append(targs, targ)
		}
		out = append(out, targs)
	}
	return out
}

// choices returns the candidates for the free type parameters.
func (c *candidates) choices(free []*types.TypeParam) [][]types.Type {
	var out [][]types.Type
	switch {
	case len(free) == 1 && free[0].Constraint().Underlying().(*types.Interface).NumMethods() > 0:
		for _, t := range c.named {
			out = append(out, []types.Type{t})
		}
		// A pointer to a type whose own methods suffice satisfies too,
		// but is not what one writes.
		constraint := free[0].Constraint().Underlying().(*types.Interface)
		out = slices.DeleteFunc(out, func(choice []types.Type) bool {
			ptr, ok := choice[0].(*types.Pointer)
			return ok && types.Satisfies(ptr.Elem(), constraint)
		})
	case len(free) == 1:
		for _, t := range c.wide {
			out = append(out, []types.Type{t})
		}
	case len(free) == 2 || len(free) == 3:
		firsts := c.firsts
		if free[0].Constraint().Underlying().(*types.Interface).IsComparable() {
			firsts = c.keys
		}
		for _, first := range firsts {
			for _, second := range c.seconds {
				choice := []types.Type{first, second}
				if len(free) == 3 {
					choice = append(choice, second)
				}
				out = append(out, choice)
			}
		}
	}
	return out
}

// boundTo returns the T of a constraint ~T that fixes p by other parameters,
// or nil.
func boundTo(p *types.TypeParam) types.Type {
	i := p.Constraint().Underlying().(*types.Interface)
	if i.NumEmbeddeds() != 1 {
		return nil
	}
	u, ok := i.EmbeddedType(0).(*types.Union)
	if !ok || u.Len() != 1 {
		return nil
	}
	return u.Term(0).Type()
}

// substitute replaces the type parameters in t, which is made of slices, maps
// and type parameters.
func substitute(t types.Type, chosen map[*types.TypeParam]types.Type) types.Type {
	switch t := t.(type) {
	case *types.TypeParam:
		return chosen[t]
	case *types.Slice:
		return types.NewSlice(substitute(t.Elem(), chosen))
	case *types.Map:
		return types.NewMap(substitute(t.Key(), chosen), substitute(t.Elem(), chosen))
	}
	return t
}

// expressions writes type arguments as Go source of the table of a package and
// adds the other packages that it mentions to imports, from path to name.
func expressions(targs []types.Type, of *types.Package, imports map[string]string) string {
	var parts []string
	for _, t := range targs {
		parts = append(parts, types.TypeString(t, func(p *types.Package) string {
			if p.Path() == of.Path() {
				return "p"
			}
			name := strings.Join(strings.FieldsFunc(p.Path(), notAlphanumeric), "_")
			imports[p.Path()] = name
			return name
		}))
	}
	return strings.Join(parts, ", ")
}

// mentionedInstances collects the instances of generic types in the API of
// the offered packages whose type arguments can be written in Go source.
func mentionedInstances(t *tree) map[*types.TypeName][][]types.Type {
	out := map[*types.TypeName][][]types.Type{}
	for _, path := range t.offered {
		w := newWalker(func(named *types.Named) {
			var targs []types.Type
			for targ := range named.TypeArgs().Types() {
				if !t.writable(targ) {
					return
				}
				targs = append(targs, targ)
			}
			if len(targs) > 0 {
				out[named.Obj()] = append(out[named.Obj()], targs)
			}
		})
		w.pkg(t.types[path])
	}
	return out
}

// writable reports whether a table can mention the type: it is made of
// exported types of offered packages.
func (t *tree) writable(typ types.Type) bool {
	switch typ := types.Unalias(typ).(type) {
	case *types.Basic:
		return true
	case *types.Named:
		p := typ.Obj().Pkg()
		return p == nil || typ.Obj().Exported() && typ.TypeParams() == nil && slices.Contains(t.offered, p.Path())
	case *types.Pointer:
		return t.writable(typ.Elem())
	case *types.Slice:
		return t.writable(typ.Elem())
	case *types.Array:
		return t.writable(typ.Elem())
	case *types.Map:
		return t.writable(typ.Key()) && t.writable(typ.Elem())
	case *types.Interface:
		return typ.Empty()
	}
	return false
}
