package interp

// This file makes reflect.Types of the types that a program describes, and
// finds the symbols it names.

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// A Resolver finds the packages' names. Package symbols is one.
type Resolver interface {
	// Func returns the function name of package path. A method that
	// reflection cannot reach is asked for as "T.m" or "(*T).m".
	Func(path, name string) (reflect.Value, bool)
	// Var returns the pointer to the variable name of package path.
	Var(path, name string) (reflect.Value, bool)
	// Type returns the type name of package path; an instance of a
	// generic type has its type arguments in brackets.
	Type(path, name string) (reflect.Type, bool)
	// Instance returns the instance of a generic function.
	Instance(path, name string, typeArgs []string) (reflect.Value, bool)
}

var (
	errorType = reflect.TypeFor[error]()
	anyType   = reflect.TypeFor[any]()
	boolType  = reflect.TypeFor[bool]()
	intType   = reflect.TypeFor[int]()
)

var basicTypes = map[reflect.Kind]reflect.Type{
	reflect.Bool:          boolType,
	reflect.Int:           intType,
	reflect.Int8:          reflect.TypeFor[int8](),
	reflect.Int16:         reflect.TypeFor[int16](),
	reflect.Int32:         reflect.TypeFor[int32](),
	reflect.Int64:         reflect.TypeFor[int64](),
	reflect.Uint:          reflect.TypeFor[uint](),
	reflect.Uint8:         reflect.TypeFor[uint8](),
	reflect.Uint16:        reflect.TypeFor[uint16](),
	reflect.Uint32:        reflect.TypeFor[uint32](),
	reflect.Uint64:        reflect.TypeFor[uint64](),
	reflect.Uintptr:       reflect.TypeFor[uintptr](),
	reflect.Float32:       reflect.TypeFor[float32](),
	reflect.Float64:       reflect.TypeFor[float64](),
	reflect.Complex64:     reflect.TypeFor[complex64](),
	reflect.Complex128:    reflect.TypeFor[complex128](),
	reflect.String:        reflect.TypeFor[string](),
	reflect.UnsafePointer: reflect.TypeFor[unsafe.Pointer](),
	reflect.Interface:     anyType,
}

// A defect is a program that the front end should not have made. It is
// panicked with while compiling and becomes a Failure of kind Internal.
type defect string

func defectf(format string, args ...any) defect {
	return defect(fmt.Sprintf(format, args...))
}

// typ returns the type at index i of the program's types; nil for a tuple.
func (c *compiler) typ(i int) reflect.Type {
	if i < 0 || i >= len(c.p.Types) {
		panic(defectf("type %d of %d", i, len(c.p.Types)))
	}
	if t := c.types[i]; t != nil {
		return t
	}
	d := &c.p.Types[i]
	if d.Tuple {
		return nil
	}
	t := c.makeType(d)
	c.types[i] = t
	return t
}

func (c *compiler) makeType(d *ir.Type) reflect.Type {
	if d.Name != "" {
		if d.Path == "" && d.Name == "error" {
			return errorType
		}
		t, ok := c.m.opts.Resolver.Type(d.Path, d.Name)
		if !ok {
			panic(defectf("type %s.%s is not known", d.Path, d.Name))
		}
		return t
	}
	if t := basicTypes[d.Kind]; t != nil {
		return t
	}
	return canonical(c.composite(d))
}

// composite makes a type without a name.
func (c *compiler) composite(d *ir.Type) reflect.Type {
	switch d.Kind {
	case reflect.Pointer:
		return reflect.PointerTo(c.typ(d.Elem))
	case reflect.Slice:
		return reflect.SliceOf(c.typ(d.Elem))
	case reflect.Array:
		return reflect.ArrayOf(d.Len, c.typ(d.Elem))
	case reflect.Map:
		return reflect.MapOf(c.typ(d.Key), c.typ(d.Elem))
	case reflect.Chan:
		return chanOf(d.Dir, c.typ(d.Elem))
	case reflect.Func:
		return reflect.FuncOf(c.typeList(d.In), c.typeList(d.Out), d.Variadic)
	case reflect.Struct:
		fields := make([]reflect.StructField, len(d.Fields))
		for i, f := range d.Fields {
			fields[i] = reflect.StructField{
				Name: f.Name, PkgPath: f.PkgPath, Type: c.typ(f.Type),
				Tag: reflect.StructTag(f.Tag), Anonymous: f.Embedded,
			}
		}
		return reflect.StructOf(fields)
	}
	panic(defectf("no type of kind %v", d.Kind))
}

// ptrToThis is the offset in a type's descriptor of the offset of the pointer
// type's descriptor, 0 for none.
const ptrToThis = 44

// chanOf is reflect.ChanOf. That makes a new type as a copy of the type chan
// unsafe.Pointer and does not clear what its copy says about the pointer to
// it, which crashes whoever asks for that.
func chanOf(dir reflect.ChanDir, elem reflect.Type) reflect.Type {
	t := reflect.ChanOf(dir, elem)
	model := reflect.TypeFor[chan unsafe.Pointer]()
	own := (*int32)(unsafe.Add(rtype(t), ptrToThis))
	if copied := *(*int32)(unsafe.Add(rtype(model), ptrToThis)); t != model && copied != 0 && *own == copied {
		*own = 0
	}
	return t
}

func (c *compiler) typeList(list []int) []reflect.Type {
	out := make([]reflect.Type, len(list))
	for i, t := range list {
		out[i] = c.typ(t)
	}
	return out
}

// tuple returns the types of the elements of the tuple type at index i; nil
// if it is no tuple.
func (c *compiler) tuple(i int) []reflect.Type {
	if i < 0 || i >= len(c.p.Types) || !c.p.Types[i].Tuple {
		return nil
	}
	return c.typeList(c.p.Types[i].Out)
}

// A symbol is a package's function or variable.
type symbol struct {
	name     string
	v        reflect.Value // the function, or the pointer to the variable
	variable bool
}

// symbol returns the symbol at index i of the program's symbols.
func (c *compiler) symbol(i int) symbol {
	if i < 0 || i >= len(c.p.Symbols) {
		panic(defectf("symbol %d of %d", i, len(c.p.Symbols)))
	}
	s := &c.p.Symbols[i]
	name := s.Path + "." + s.Name
	if len(s.TypeArgs) > 0 {
		if v, ok := c.m.opts.Resolver.Instance(s.Path, s.Name, s.TypeArgs); ok {
			return symbol{name: name, v: v}
		}
		panic(defectf("no instance %s[%s]", name, strings.Join(s.TypeArgs, ",")))
	}
	if f, ok := c.m.overrides[name]; ok {
		return symbol{name: name, v: f}
	}
	if v, ok := c.m.opts.Resolver.Func(s.Path, s.Name); ok {
		return symbol{name: name, v: v}
	}
	if v, ok := c.m.opts.Resolver.Var(s.Path, s.Name); ok {
		return symbol{name: name, v: v, variable: true}
	}
	panic(defectf("symbol %s is not known", name))
}
