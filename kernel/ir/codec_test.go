package ir

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sample() *Program {
	lit := &Func{Name: "cell.func1", Type: 1, Captures: []int{0}, Slots: []Slot{{Name: "x", Type: 0, Escapes: true}},
		HasDefer: true, Body: &Node{Op: Block}}
	return &Program{
		Cell:  7,
		Units: []Unit{{Path: "cell/1f", File: "/tmp/1f.so", Cell: 3, Vars: []UnitVar{{Name: "x", ID: 2, Step: -1, Carries: 1}}, Funcs: []UnitFunc{{Name: "f", ID: 4}}}},
		Body:  "cell/1f", Steps: []int{1, 4},
		Types: []Type{{Kind: reflect.Int}, {Kind: reflect.Func, In: []int{0}, Out: []int{0}, Variadic: true},
			{Path: "time", Name: "Duration"}, {Tuple: true, Out: []int{0, 2}},
			{Kind: reflect.Struct, Fields: []StructField{{Name: "a", PkgPath: "main", Type: 0, Tag: `k:"v"`}}}},
		Symbols: []Symbol{{Path: "slices", Name: "Max", TypeArgs: []string{"[]int", "int"}, Type: 1}},
		Globals: []Variable{{ID: 3, Name: "é", Type: 0}},
		Decls:   []Decl{{Global: 0, Func: lit, New: true}},
		Main: &Func{Name: "cell", Body: &Node{Op: Block, Kids: []*Node{
			{Op: Slice, Kids: []*Node{{Op: Const, S: "-1"}, nil, nil, {Op: FuncLit, Func: lit}}},
			{Op: Bind, Ints: []int{-1, 4}, N: -5, Line: 12},
		}}},
	}
}

func TestDecodeReturnsWhatEncodeWrote(t *testing.T) {
	p := sample()
	got, err := Decode(Encode(p))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(p, got); d != "" {
		t.Error(d)
	}
}

func TestEveryTruncationIsAnError(t *testing.T) {
	b := Encode(sample())
	for i := range b {
		if _, err := Decode(b[:i]); err == nil {
			t.Errorf("the first %d of %d bytes decode without an error", i, len(b))
		}
	}
	if _, err := Decode(append(b, 0)); err == nil {
		t.Error("a byte too many decodes without an error")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Encode(sample()))
	f.Add([]byte{2})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Decode(b)
		if err != nil {
			return
		}
		if _, err := Decode(Encode(p)); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkEncodeDecode(b *testing.B) {
	p := sample()
	for b.Loop() {
		if _, err := Decode(Encode(p)); err != nil {
			b.Fatal(err)
		}
	}
}
