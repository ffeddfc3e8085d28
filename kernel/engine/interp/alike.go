package interp

// This file compares types that stand in different packages. A struct type
// without a name is another one in each compiled unit if it has fields that
// are not exported, and another one again in the interpreter, but it is one to
// the user.

import "reflect"

// alike tells whether two types differ at most in the packages of struct types
// without a name, so that they can share memory.
func alike(a, b reflect.Type) bool {
	if a == b {
		return true
	}
	if a.Kind() != b.Kind() || a.Name() != "" || b.Name() != "" || a.Size() != b.Size() {
		return false
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Slice:
		return alike(a.Elem(), b.Elem())
	case reflect.Array:
		return a.Len() == b.Len() && alike(a.Elem(), b.Elem())
	case reflect.Chan:
		return a.ChanDir() == b.ChanDir() && alike(a.Elem(), b.Elem())
	case reflect.Map:
		return alike(a.Key(), b.Key()) && alike(a.Elem(), b.Elem())
	case reflect.Func:
		if a.NumIn() != b.NumIn() || a.NumOut() != b.NumOut() || a.IsVariadic() != b.IsVariadic() {
			return false
		}
		for i := range a.NumIn() {
			if !alike(a.In(i), b.In(i)) {
				return false
			}
		}
		for i := range a.NumOut() {
			if !alike(a.Out(i), b.Out(i)) {
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
			if f.Name != g.Name || f.Tag != g.Tag || f.Anonymous != g.Anonymous || f.Offset != g.Offset || !alike(f.Type, g.Type) {
				return false
			}
		}
		return true
	}
	return false
}
