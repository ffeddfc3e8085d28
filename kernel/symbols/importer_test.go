package symbols

import (
	"go/token"
	"go/types"
	"strings"
	"sync"
	"testing"
)

func TestEveryPackageImports(t *testing.T) {
	imp := NewImporter(token.NewFileSet())
	for _, path := range Packages() {
		p, err := imp.Import(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if !p.Complete() || p.Path() != path || p.Name() != PackageName(path) {
			t.Errorf("%s: got %s %q, complete %v", path, p.Name(), p.Path(), p.Complete())
		}
		again, err := imp.Import(path)
		if err != nil || again != p {
			t.Errorf("%s: the second import gives another package", path)
		}
	}
}

// Whoever checks code against a package sees no change when others are
// loaded, in whatever order: this is what makes the importer safe to share.
func TestLoadedPackagesNeverGrow(t *testing.T) {
	imp := NewImporter(token.NewFileSet())
	paths := Packages()
	names := map[string]string{}
	for i := len(paths) - 1; i >= 0; i-- {
		p, err := imp.Import(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		names[paths[i]] = strings.Join(p.Scope().Names(), " ")
	}
	for _, path := range paths {
		p, _ := imp.Import(path)
		if now := strings.Join(p.Scope().Names(), " "); now != names[path] {
			t.Errorf("%s changed after it was loaded:\n%s\n%s", path, names[path], now)
		}
	}
}

func TestImporterIsSafeForConcurrentUse(t *testing.T) {
	imp := NewImporter(token.NewFileSet())
	paths := Packages()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range paths {
				path := paths[(i*(2*g+1)+g*40)%len(paths)]
				p, err := imp.Import(path)
				if err != nil {
					t.Errorf("%s: %v", path, err)
					return
				}
				for _, name := range p.Scope().Names() {
					obj := p.Scope().Lookup(name)
					_ = types.ObjectString(obj, nil)
					types.NewMethodSet(obj.Type())
				}
			}
		})
	}
	wg.Wait()
}

func TestPackagesShareTheirTypes(t *testing.T) {
	imp := NewImporter(token.NewFileSet())
	http, err := imp.Import("net/http")
	if err != nil {
		t.Fatal(err)
	}
	io, err := imp.Import("io")
	if err != nil {
		t.Fatal(err)
	}
	field, _, _ := types.LookupFieldOrMethod(http.Scope().Lookup("Response").Type(), true, http, "Body")
	if want := io.Scope().Lookup("ReadCloser").Type(); !types.Identical(field.Type(), want) {
		t.Errorf("net/http.Response.Body is %v, not %v", field.Type(), want)
	}
}

func TestImportErrorsSayWhatToDo(t *testing.T) {
	imp := NewImporter(token.NewFileSet())
	for _, tt := range []struct{ path, want string }{
		{"foo/bar", "package foo/bar is not in std; a cell may import the standard library and packages of github.com/netherfield/netherfield and gonum.org/v1/gonum; "},
		{"rand", `package rand is not in std; did you mean "math/rand/v2", "math/rand" or "crypto/rand"?`},
		{"gonum/mat", `package gonum/mat is not in std; did you mean "gonum.org/v1/gonum/mat"?`},
		{"github.com/x/y", "package github.com/x/y is not part of this kernel; a cell may import the standard library and packages of "},
		{"expvar", "package expvar may not be imported by a cell: importing it publishes "},
		{"net/http/internal", "use of internal package net/http/internal not allowed"},
		{"vendor/golang.org/x/net/idna", "use of internal package vendor/golang.org/x/net/idna not allowed"},
		{"C", `import "C": a cell cannot use cgo`},
		{"./lib", "./lib is a relative path: a cell imports a package by its full import path"},
		{"", "invalid import path (empty string)"},
	} {
		p, err := imp.Import(tt.path)
		if p != nil || err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("import %q: got %v, want %s…", tt.path, err, tt.want)
		}
	}
}

func TestExportDataHoldsNoPathOfAMachine(t *testing.T) {
	for _, path := range Packages() {
		if path == "unsafe" {
			continue
		}
		data, err := exports.read(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range []string{"/usr/", "/root/", "/home/", "/pkg/mod/", "/src/"} {
			if strings.Contains(string(data), folder) {
				t.Errorf("%s: the export data contains %q", path, folder)
			}
		}
	}
}

func BenchmarkImport(b *testing.B) {
	for _, path := range []string{"fmt", "net/http", "gonum.org/v1/gonum/mat"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				if _, err := NewImporter(token.NewFileSet()).Import(path); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			imp := NewImporter(token.NewFileSet())
			for _, path := range Packages() {
				if _, err := imp.Import(path); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
