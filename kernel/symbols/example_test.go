package symbols_test

import (
	"fmt"
	"go/token"
	"go/types"
	"reflect"

	"github.com/netherfield/netherfield/kernel/symbols"
)

func ExampleFunc() {
	f, ok := symbols.Func("strings", "ToUpper")
	fmt.Println(f.Type(), ok)
	fmt.Println(f.Call([]reflect.Value{reflect.ValueOf("go")})[0])
	// Output:
	// func(string) string true
	// GO
}

func ExampleVar() {
	v, ok := symbols.Var("os", "Args")
	fmt.Println(v.Type(), ok)
	// Output: *[]string true
}

func ExampleType() {
	t, ok := symbols.Type("net/http", "Header")
	fmt.Println(t, t.Kind(), ok)
	t, ok = symbols.Type("encoding/binary", "bigEndian")
	fmt.Println(t, t.Kind(), ok)
	// Output:
	// http.Header map true
	// binary.bigEndian struct true
}

func ExampleInstance() {
	f, ok := symbols.Instance("slices", "Max", []string{"[]int", "int"})
	fmt.Println(f.Type(), ok)
	fmt.Println(f.Call([]reflect.Value{reflect.ValueOf([]int{1, 3, 2})})[0])
	// Output:
	// func([]int) int true
	// 3
}

func ExampleInstanceName() {
	runes := types.NewSlice(types.Universe.Lookup("rune").Type())
	name := symbols.InstanceName("Sort", []types.Type{runes, types.Typ[types.Rune]})
	_, ok := symbols.Func("slices", name)
	fmt.Println(name, ok)
	// Output: Sort[[]int32,int32] true
}

func ExampleImporter() {
	imp := symbols.NewImporter(token.NewFileSet())
	pkg, err := imp.Import("math")
	fmt.Println(pkg.Scope().Lookup("MaxInt8"), err)
	_, err = imp.Import("rand")
	fmt.Println(err)
	// Output:
	// const math.MaxInt8 untyped int <nil>
	// package rand is not in std; did you mean "math/rand/v2", "math/rand" or "crypto/rand"?
}

func ExampleDoc() {
	fmt.Println(symbols.Doc("io", "EOF")[:52])
	fmt.Println(symbols.Doc("strings", "Builder.Len"))
	// Output:
	// EOF is the error returned by Read when no more input
	// Len returns the number of accumulated bytes; b.Len() == len(b.String()).
}

func ExampleDocs() {
	docs := symbols.DocsOf("net/http")
	fmt.Println(docs.Doc("StatusOK"))
	// Output:
	// RFC 9110, 15.3.1
	//
	// HTTP status codes as registered with IANA.
	// See: https://www.iana.org/assignments/http-status-codes/http-status-codes.xhtml
}

func ExampleByName() {
	fmt.Println(symbols.ByName("template"))
	fmt.Println(symbols.PackageName("math/rand/v2"))
	// Output:
	// [text/template html/template]
	// rand
}
