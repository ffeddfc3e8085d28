package cell

import (
	"errors"
	"strings"
	"testing"
)

// noCompiler has some units all the same.
type noCompiler map[string]bool

func (noCompiler) Salt() string { return "" }
func (n noCompiler) Missing(path string) error {
	if n[path] {
		return nil
	}
	return errors.New("there is no gcc")
}

func TestWithoutACompilerWhatCanBeIsInterpreted(t *testing.T) {
	const loop = "func sum(n int) (s int) {\n\tfor i := range n {\n\t\ts += i\n\t}\n\treturn s\n}"
	willing := newCompilingFrontend()
	preferred, err := willing.Prepare(1, loop)
	if err != nil || preferred.Unit == nil {
		t.Fatalf("%v, %v", preferred, err)
	}
	units := noCompiler{}
	f := New(Opts{Packages: packages, Units: units})
	for src, want := range map[string]string{
		loop:                                   "",
		"for i := range 100_000_000 { _ = i }": "",
		"1 + 1":                                "",
		"x := 1\ntype T int":                   "2:6: a type declaration needs the compiler: there is no gcc",
		"x := 1\nx++\ngoto end\nend:\nx--":     "goto needs the compiler: there is no gcc",
	} {
		c, err := f.Prepare(1, src)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", src, err)
		case want == "" && c.Unit != nil:
			t.Errorf("%s: is to be compiled", src)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want %s", src, err, want)
		}
	}
	if c, _ := f.Prepare(1, loop); !strings.Contains(c.Why, "it would be compiled, but there is no gcc") {
		t.Errorf("why: %s", c.Why)
	}
	if _, err := f.PrepareIn(Compiled, 1, "1 + 1"); err == nil || !strings.Contains(err.Error(), "this cell needs the compiler: there is no gcc") {
		t.Errorf("got %v", err)
	}
	// What was compiled elsewhere is as good as ever.
	units[preferred.Unit.Path] = true
	if c, err := f.Prepare(1, loop); err != nil || c.Unit == nil || c.Unit.Path != preferred.Unit.Path {
		t.Errorf("got %v, %v", c, err)
	}
}
