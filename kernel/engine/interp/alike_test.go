package interp

import (
	"reflect"
	"testing"
)

func TestStructTypesOfTwoPackagesAreAlike(t *testing.T) {
	field := func(name, pkg string) reflect.Type {
		return reflect.StructOf([]reflect.StructField{{Name: name, PkgPath: pkg, Type: reflect.TypeFor[int]()}})
	}
	a, b := reflect.SliceOf(field("x", "main")), reflect.SliceOf(field("x", "cell/1"))
	if a == b || !alike(a, b) {
		t.Errorf("%v of two packages are not alike", a)
	}
	if alike(a, reflect.SliceOf(field("y", "main"))) {
		t.Error("types with other fields are alike")
	}
	if alike(reflect.TypeFor[[]int](), reflect.TypeFor[[]uint]()) {
		t.Error("[]int and []uint are alike")
	}
}
