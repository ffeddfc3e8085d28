package cell

// This file holds the instances of generic functions and types that
// interpreted statements need and that no table has: a unit makes them, once
// in the life of a worker.

import (
	"go/token"
	"go/types"
	"strings"

	"github.com/netherfield/netherfield/kernel/symbols/instance"
)

// A want is an instance to be made: of a generic function, or of the generic
// type that a *types.TypeName names. Without type arguments it is a function or
// type of a module's package, which the interpreter cannot find elsewhere.
type want struct {
	obj  types.Object
	args *types.TypeList
}

// key returns the name under which the worker finds an instance.
func (b *binding) key(x want) string {
	var args []types.Type
	for i := range x.args.Len() {
		args = append(args, x.args.At(i))
	}
	if len(args) == 0 {
		return b.home(x.obj) + "." + x.obj.Name()
	}
	return b.home(x.obj) + "." + instance.NameIn(x.obj.Name(), args, func(obj *types.TypeName) string { return b.home(obj) })
}

// want asks for an instance, unless an earlier unit has made it.
func (l *lowerer) want(x want, pos token.Pos) {
	for i := range x.args.Len() {
		if containsParam(x.args.At(i)) {
			l.refuse(pos, "the type parameter "+types.TypeString(x.args.At(i), qualifier))
		}
	}
	if key := l.key(x); !l.f.made[key] {
		l.wants[key] = x
	}
}

// ofModule tells whether an object is what a module's package exports, for all
// to use.
func (b *binding) ofModule(obj types.Object) bool {
	return obj.Exported() && obj.Parent() == obj.Pkg().Scope() && b.f.version(obj.Pkg().Path()) != ""
}

// containsParam tells whether a type is, or is an element of, a type
// parameter.
func containsParam(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Named:
		for i := range t.TypeArgs().Len() {
			if containsParam(t.TypeArgs().At(i)) {
				return true
			}
		}
	case interface{ Elem() types.Type }:
		return containsParam(t.Elem())
	}
	return false
}

// want writes an instance into the unit.
func (w *unitWriter) want(x want) {
	var args []string
	for i := range x.args.Len() {
		args = append(args, w.spell(x.args.At(i), token.NoPos))
	}
	list := ""
	if len(args) > 0 {
		list = "[" + strings.Join(args, ", ") + "]"
	}
	key := w.key(x)
	w.makes = append(w.makes, key)
	switch obj := x.obj.(type) {
	case *types.TypeName:
		w.shapes[key] = w.namedText(obj, token.NoPos) + list
	case *types.Func:
		w.instance[key] = w.genericText(obj) + list
	}
}

// genericText returns the name of a generic function.
func (w *unitWriter) genericText(obj *types.Func) string {
	if obj.Pkg().Path() != "main" {
		return w.packageName(obj.Pkg().Path()) + "." + obj.Name()
	}
	name := genericName(obj.Name())
	if path, ok := w.f.homes[obj]; ok {
		return w.unitName(path) + "." + name
	}
	return name
}
