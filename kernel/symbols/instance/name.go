// Package instance names the instances of generic functions and types. A type
// has one name, however the source spells it, so that what the generator of
// the symbol tables wrote is what the front end looks up:
//
//	instance.Name("Sort", []types.Type{bytes, types.Typ[types.Uint8]}) // Sort[[]uint8,uint8]
//
// It is apart from package symbols because the generator cannot import the
// tables that it has yet to write.
package instance

import (
	"go/types"
	"strconv"
	"strings"
)

// TypeName returns the name of a type argument, as [types.TypeString] gives it
// with full package paths, except that aliases stand for their types, byte is
// uint8, rune is int32, and an empty interface is any.
func TypeName(t types.Type) string {
	w := writer{path: packagePath}
	w.write(t)
	return w.String()
}

// Name returns name with the complete list of type arguments, each named as
// [TypeName] names it.
func Name(name string, targs []types.Type) string {
	return NameIn(name, targs, packagePath)
}

// NameIn is Name with path giving the import path of each type's package.
func NameIn(name string, targs []types.Type, path func(*types.TypeName) string) string {
	w := writer{path: path}
	w.WriteString(name)
	w.list(targs)
	return w.String()
}

// TypeNameIn is TypeName with path giving the import path of each type's
// package.
func TypeNameIn(t types.Type, path func(*types.TypeName) string) string {
	w := writer{path: path}
	w.write(t)
	return w.String()
}

func packagePath(obj *types.TypeName) string { return obj.Pkg().Path() }

type writer struct {
	strings.Builder
	path func(*types.TypeName) string
}

func (b *writer) list(targs []types.Type) {
	b.WriteByte('[')
	for i, t := range targs {
		if i > 0 {
			b.WriteByte(',')
		}
		b.write(t)
	}
	b.WriteByte(']')
}

// write appends the name of t. The parts of function, struct and interface
// types keep the spelling of the source; no table has such arguments.
func (b *writer) write(t types.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			b.WriteString("unsafe.Pointer")
			return
		}
		b.WriteString(types.Typ[t.Kind()].Name())
	case *types.Named:
		if t.Obj().Pkg() != nil {
			b.WriteString(b.path(t.Obj()) + ".")
		}
		b.WriteString(t.Obj().Name())
		if t.TypeArgs().Len() > 0 {
			var targs []types.Type
			for arg := range t.TypeArgs().Types() {
				targs = append(targs, arg)
			}
			b.list(targs)
		}
	case *types.Pointer:
		b.WriteByte('*')
		b.write(t.Elem())
	case *types.Slice:
		b.WriteString("[]")
		b.write(t.Elem())
	case *types.Array:
		b.WriteString("[" + strconv.FormatInt(t.Len(), 10) + "]")
		b.write(t.Elem())
	case *types.Chan:
		switch t.Dir() {
		case types.SendOnly:
			b.WriteString("chan<- ")
		case types.RecvOnly:
			b.WriteString("<-chan ")
		default:
			b.WriteString("chan ")
		}
		if inner, ok := types.Unalias(t.Elem()).(*types.Chan); ok && t.Dir() != types.SendOnly && inner.Dir() == types.RecvOnly {
			b.WriteByte('(')
			b.write(inner)
			b.WriteByte(')')
			return
		}
		b.write(t.Elem())
	case *types.Map:
		b.WriteString("map[")
		b.write(t.Key())
		b.WriteByte(']')
		b.write(t.Elem())
	case *types.Interface:
		if t.Empty() {
			b.WriteString("any")
			return
		}
		b.WriteString(types.TypeString(t, nil))
	default:
		b.WriteString(types.TypeString(t, nil))
	}
}
