package instance

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

func TestATypeHasOneName(t *testing.T) {
	const src = `package p
type Row[K comparable, V any] struct{ key K; value V }
type Text = []byte
type Pair[T comparable] = Row[T, T]
var (
	a []byte
	b []uint8
	c Text
	d map[rune]interface{}
	e *[3]error
	f chan (<-chan byte)
	g chan<- <-chan any
	h Row[string, []Text]
	i Pair[rune]
	j interface{ Len() int }
)`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := new(types.Config).Check("example.com/p", fset, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"a": "F[[]uint8]",
		"b": "F[[]uint8]",
		"c": "F[[]uint8]",
		"d": "F[map[int32]any]",
		"e": "F[*[3]error]",
		"f": "F[chan (<-chan uint8)]",
		"g": "F[chan<- <-chan any]",
		"h": "F[example.com/p.Row[string,[][]uint8]]",
		"i": "F[example.com/p.Row[int32,int32]]",
		"j": "F[interface{Len() int}]",
	} {
		typ := pkg.Scope().Lookup(name).Type()
		if got := Name("F", []types.Type{typ}); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		if got := "F[" + TypeName(typ) + "]"; got != want {
			t.Errorf("%s: the type's name makes %s, want %s", name, got, want)
		}
	}
	if got := Name("F", []types.Type{types.Typ[types.Int], types.Typ[types.String]}); got != "F[int,string]" {
		t.Errorf("got %s", got)
	}
}
