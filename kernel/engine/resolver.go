package engine

// This file gives the interpreter the generated symbol tables.

import (
	"reflect"
	"strings"

	"github.com/netherfield/netherfield/kernel/symbols"
)

// resolver finds what programs name in the packages linked into the worker.
type resolver struct{}

func (resolver) Func(path, name string) (reflect.Value, bool) { return symbols.Func(path, name) }
func (resolver) Var(path, name string) (reflect.Value, bool)  { return symbols.Var(path, name) }
func (resolver) Type(path, name string) (reflect.Type, bool)  { return symbols.Type(path, name) }

func (resolver) Instance(path, name string, typeArgs []string) (reflect.Value, bool) {
	return symbols.Instance(path, name, typeArgs)
}

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
