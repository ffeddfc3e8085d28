package cell

import (
	"slices"
	"testing"
)

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		src  string
		want []string
	}{
		{"a; b\nc", []string{"a;", "b", "c"}},
		{"for i := 0; i < 3; i++ { f(); g() }; h()", []string{"for i := 0; i < 3; i++ { f(); g() };", "h()"}},
		{"for ;; { }\nx", []string{"for ;; { }", "x"}},
		{"if v := f(); v { } else if w := g(); w { }; x", []string{"if v := f(); v { } else if w := g(); w { };", "x"}},
		{"switch v := f(); v { }; x", []string{"switch v := f(); v { };", "x"}},
		{"if f := func() bool { return true }; f() { }; x", []string{"if f := func() bool { return true }; f() { };", "x"}},
		{"for _, v := range []struct{}{}; x", []string{"for _, v := range []struct{}{};", "x"}},
		{"outer: for i := 0; i < 3; { }; x", []string{"outer: for i := 0; i < 3; { };", "x"}},
		{"f := func() { for { } }; x", []string{"f := func() { for { } };", "x"}},
		{"if x\ny; z", []string{"if x", "y;", "z"}},
		{"type T struct { a int; b int }; var t T", []string{"type T struct { a int; b int };", "var t T"}},
	} {
		var got []string
		for _, it := range cut(tt.src).items {
			got = append(got, tt.src[it.start:it.end])
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q:\ngot  %q\nwant %q", tt.src, got, tt.want)
		}
	}
}
