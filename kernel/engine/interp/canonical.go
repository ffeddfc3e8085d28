package interp

// This file keeps types without a name the same in both tiers. Reflection makes
// such a type if no loaded module has it. A compiled unit that is opened later
// may bring its own, and the runtime does not know that it is the same: an
// interface that holds the one does not hold the other. So the interpreter
// takes a module's type where there is one, as soon as there is one.

import (
	"reflect"
	"unsafe"
)

// typesByString returns the types without a name that the loaded modules have
// under a description, in the order in which the modules were loaded.
//
//go:linkname typesByString reflect.typesByString
func typesByString(s string) []unsafe.Pointer

// canonical returns the type of a loaded module that is identical to t, whose
// components are canonical; t if there is none.
func canonical(t reflect.Type) reflect.Type {
	for _, p := range typesByString(t.String()) {
		if c := typeAt(p); c == t || identical(c, t) {
			return c
		}
	}
	return t
}

// typeAt returns the type with a descriptor.
func typeAt(p unsafe.Pointer) reflect.Type {
	var v any
	*(*unsafe.Pointer)(unsafe.Pointer(&v)) = p
	return reflect.TypeOf(v)
}

// identical tells whether two types without a name have the same components.
func identical(a, b reflect.Type) bool {
	if a.Kind() != b.Kind() || a.Name() != "" {
		return false
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Slice:
		return a.Elem() == b.Elem()
	case reflect.Array:
		return a.Len() == b.Len() && a.Elem() == b.Elem()
	case reflect.Chan:
		return a.ChanDir() == b.ChanDir() && a.Elem() == b.Elem()
	case reflect.Map:
		return a.Key() == b.Key() && a.Elem() == b.Elem()
	case reflect.Func:
		if a.NumIn() != b.NumIn() || a.NumOut() != b.NumOut() || a.IsVariadic() != b.IsVariadic() {
			return false
		}
		for i := range a.NumIn() {
			if a.In(i) != b.In(i) {
				return false
			}
		}
		for i := range a.NumOut() {
			if a.Out(i) != b.Out(i) {
				return false
			}
		}
		return true
	case reflect.Struct:
		if a.NumField() != b.NumField() {
			return false
		}
		for i := range a.NumField() {
			f, g := a.Field(i), b.Field(i)
			if f.Name != g.Name || f.PkgPath != g.PkgPath || f.Type != g.Type || f.Tag != g.Tag || f.Anonymous != g.Anonymous {
				return false
			}
		}
		return true
	}
	return false
}
