package engine

// This file gives the interpreter the names of packages and of units.

import (
	"reflect"
	"strings"

	"github.com/netherfield/netherfield/kernel/symbols"
)

// resolver finds what programs name: in the packages linked into the worker,
// and in the units that it has loaded.
type resolver struct{ units *loadedUnits }

func (r resolver) Func(path, name string) (reflect.Value, bool) {
	if isUnit(path) {
		return r.units.function(path, name)
	}
	if v, ok := symbols.Func(path, name); ok {
		return v, true
	}
	return r.units.instance(path, name, nil) // of a module's package
}

func (r resolver) Var(path, name string) (reflect.Value, bool) {
	if isUnit(path) {
		return r.units.variable(path, name)
	}
	return symbols.Var(path, name)
}

func (r resolver) Type(path, name string) (reflect.Type, bool) {
	if !isUnit(path) {
		if t, ok := symbols.Type(path, name); ok {
			return t, true
		}
	}
	return r.units.typ(path, name)
}

func (r resolver) Instance(path, name string, typeArgs []string) (reflect.Value, bool) {
	if !isUnit(path) {
		if v, ok := symbols.Instance(path, name, typeArgs); ok {
			return v, true
		}
	}
	return r.units.instance(path, name, typeArgs)
}

// isUnit tells whether an import path is a compiled unit's.
func isUnit(path string) bool { return strings.HasPrefix(path, "cell/") }

// has tells whether the worker has a function, variable or type.
func has(path, name string, typeArgs []string) bool {
	if len(typeArgs) > 0 {
		if _, ok := symbols.Instance(path, name, typeArgs); ok {
			return true
		}
		_, ok := symbols.Type(path, name+"["+strings.Join(typeArgs, ",")+"]")
		return ok
	}
	if _, ok := symbols.Func(path, name); ok {
		return true
	}
	if _, ok := symbols.Var(path, name); ok {
		return true
	}
	_, ok := symbols.Type(path, name)
	return ok
}
