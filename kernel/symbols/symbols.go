// Package symbols holds every package that a cell may import: its exported
// functions, variables and types as values for the interpreter, its export
// data for the type checker, and its documentation for completion and hover.
// No Go toolchain is needed at run time.
//
// The model: package gen reads the standard library, a few packages of gonum
// and our own, and writes one table per package, a slice that the compiler
// lays out in the binary, so that a process pays nothing for the tables it
// does not look into. Constants are not in the tables, because their values
// are in the export data; neither are methods and fields, which package
// reflect finds. Tables and export data come from one reading of the sources,
// and a test compares the type of every name.
//
//	f, _ := symbols.Func("strings", "ToUpper")
//	out := f.Call([]reflect.Value{reflect.ValueOf("go")}) // "GO"
//
//	fset := token.NewFileSet()
//	pkg, err := symbols.NewImporter(fset).Import("net/http")
//
// Everything here may be used by several goroutines at once.
package symbols

//go:generate go run github.com/netherfield/netherfield/kernel/symbols/gen

// This file looks names up in the tables.

import (
	"go/token"
	"go/types"
	"reflect"
	"sort"
	"strings"

	"github.com/netherfield/netherfield/kernel/symbols/instance"
)

// A pkg is a package that a cell may import.
type pkg struct {
	path, name string
	symbols    *[]symbol // sorted by name
}

// A symbol is one exported name of a package. Its value is a function, a
// pointer to a variable, or for a type T the nil pointer (*T)(nil).
type symbol struct {
	name  string
	value any
}

// An exclusion is a package that exists but may not be imported.
type exclusion struct{ path, reason string }

// Func returns the exported function name of package path.
func Func(path, name string) (reflect.Value, bool) {
	v, ok := find(path, name)
	if !ok || v.Kind() != reflect.Func {
		return reflect.Value{}, false
	}
	return v, true
}

// Var returns the pointer to the exported variable name of package path.
func Var(path, name string) (reflect.Value, bool) {
	v, ok := find(path, name)
	if !ok || v.Kind() != reflect.Pointer || v.IsNil() {
		return reflect.Value{}, false
	}
	return v, true
}

// Type returns the exported type name of package path. A generic type is
// found by its name with type arguments as [InstanceName] writes it, among the
// instances for common arguments and those that APIs mention. An unexported
// type is found if the API leads to it, as encoding/binary's variable BigEndian
// leads to bigEndian; that is a search and not a look-up.
func Type(path, name string) (reflect.Type, bool) {
	v, ok := find(path, name)
	if !ok && !token.IsExported(name) {
		return hiddenType(path, name)
	}
	if !ok || v.Kind() != reflect.Pointer || !v.IsNil() {
		return nil, false
	}
	return v.Type().Elem(), true
}

// Instance returns the instance of a generic function with the given type
// arguments, all of them, named as [instance.TypeName] names them; [Type]
// finds instances of types. The tables hold the instances for common arguments
// alone: int, float64, string and a few more.
func Instance(path, name string, targs []string) (reflect.Value, bool) {
	return Func(path, name+"["+strings.Join(targs, ",")+"]")
}

// InstanceName returns the name under which [Func] and [Type] find an
// instance: the name and the complete list of type arguments,
// "Keys[map[string]int,string,int]". Types are named as [types.TypeString]
// names them with full package paths, except that a type has one name however
// the source spells it: byte is uint8, an alias is its type.
func InstanceName(name string, targs []types.Type) string { return instance.Name(name, targs) }

// Packages returns the import paths of all packages that a cell may import,
// sorted. The package unsafe is among them although it has no table.
func Packages() []string {
	paths := make([]string, 0, len(packages)+1)
	for _, p := range packages {
		paths = append(paths, p.path)
	}
	i := sort.SearchStrings(paths, "unsafe")
	paths = append(paths, "")
	copy(paths[i+1:], paths[i:])
	paths[i] = "unsafe"
	return paths
}

// PackageName returns the name that package path declares, "rand" for
// "math/rand/v2", or "" if a cell may not import path.
func PackageName(path string) string {
	if path == "unsafe" {
		return "unsafe"
	}
	if p := lookup(path); p != nil {
		return p.name
	}
	return ""
}

// lookup returns the package of path, or nil.
func lookup(path string) *pkg {
	i := sort.Search(len(packages), func(i int) bool { return packages[i].path >= path })
	if i == len(packages) || packages[i].path != path {
		return nil
	}
	return &packages[i]
}

// find returns the value of a symbol.
func find(path, name string) (reflect.Value, bool) {
	p := lookup(path)
	if p == nil {
		return reflect.Value{}, false
	}
	table := *p.symbols
	i, ok := sort.Find(len(table), func(i int) int { return strings.Compare(name, table[i].name) })
	if !ok {
		return reflect.Value{}, false
	}
	return reflect.ValueOf(table[i].value), true
}
