package ir

// This file describes Go types so that a process without the type checker can
// build them by reflection.

import "reflect"

// A Type describes a Go type. Component types are indices into
// Program.Types. A type that has a name refers to it and nothing else.
type Type struct {
	// Kind is the reflect.Kind of an unnamed type, or of a predeclared
	// one (bool … string, unsafe.Pointer); Invalid for a named type and
	// for a Tuple.
	Kind reflect.Kind
	// Path and Name are set for a named type: the import path ("" for
	// the predeclared error) and the name, with complete type arguments in
	// brackets for an instance of a generic type, as in "Seq[int]".
	Path, Name string
	// Tuple marks the type of several values; Out lists them.
	Tuple bool

	Elem, Key int
	Len       int
	Dir       reflect.ChanDir
	In, Out   []int
	Variadic  bool
	Fields    []StructField
	// The only interface type without a name is any: Kind Interface.
}

// A StructField is a field of a struct type.
type StructField struct {
	Name string
	// PkgPath qualifies an unexported name.
	PkgPath  string
	Type     int
	Tag      string
	Embedded bool
}
