package cell

// This file checks with go/types that units are valid Go, so that the tests of
// the front end need no compiler.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"runtime"
	"testing"
)

// A unitWorld type-checks the units of one session.
type unitWorld struct {
	fset  *token.FileSet
	units map[string]*types.Package
}

func newUnitWorld(t testing.TB) *unitWorld {
	t.Helper()
	w := &unitWorld{fset: token.NewFileSet(), units: map[string]*types.Package{}}
	files, err := filepath.Glob("../guard/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no sources of package guard", err)
	}
	var parsed []*ast.File
	for _, name := range files {
		f, err := parser.ParseFile(w.fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	conf := types.Config{Importer: w}
	w.units[guardPath], err = conf.Check(guardPath, w.fset, parsed, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Import makes unitWorld a types.Importer.
func (w *unitWorld) Import(path string) (*types.Package, error) {
	if p := w.units[path]; p != nil {
		return p, nil
	}
	return packages.Import(path)
}

// check type-checks a unit, and returns the errors with the lines they are in.
func (w *unitWorld) check(u *Unit) (errs []string) {
	f, err := parser.ParseFile(w.fset, "unit.go", u.Source, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	conf := types.Config{Importer: w, GoVersion: goVersion, Sizes: types.SizesFor("gc", runtime.GOARCH),
		Error: func(err error) { errs = append(errs, err.Error()) }}
	pkg, _ := conf.Check(u.Path, w.fset, []*ast.File{f}, nil)
	w.units[u.Path] = pkg
	return errs
}

// fakeUnits says that units can be compiled.
type fakeUnits struct{}

func (fakeUnits) Salt() string         { return "" }
func (fakeUnits) Missing(string) error { return nil }

// newCompilingFrontend returns a front end that can make units.
func newCompilingFrontend() *Frontend {
	return New(Opts{Packages: packages, Commands: commands, Units: fakeUnits{}})
}
