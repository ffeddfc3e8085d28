package main

// This file loads packages from their source: file lists come from the go
// command, types from go/types. Function bodies are not checked, so loading
// the whole standard library takes seconds, builds nothing, and works for an
// architecture other than this machine's.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
)

// architectures are the values of GOARCH that the tables must fit. Docs are
// taken from the first.
var architectures = []string{"amd64", "arm64"}

// A source is one package as the go command lists it.
type source struct {
	ImportPath string
	Name       string
	Dir        string
	GoFiles    []string
	ImportMap  map[string]string
	Standard   bool
	Error      *struct{ Err string }
}

// A tree holds every package that is offered for one architecture, and what
// those import.
type tree struct {
	arch    string
	fset    *token.FileSet
	sources map[string]*source
	files   map[string][]*ast.File
	types   map[string]*types.Package
	offered []string // sorted
}

// load lists, parses and type-checks the offered packages for arch.
func load(root, arch string) (*tree, error) {
	t := &tree{
		arch:    arch,
		fset:    token.NewFileSet(),
		sources: map[string]*source{},
		files:   map[string][]*ast.File{},
		types:   map[string]*types.Package{"unsafe": types.Unsafe},
	}
	if err := t.list(root); err != nil {
		return nil, err
	}
	if err := t.parse(); err != nil {
		return nil, err
	}
	for _, path := range t.offered {
		if _, err := t.check(path); err != nil {
			return nil, fmt.Errorf("%s: %w", arch, err)
		}
	}
	return t, nil
}

// list asks the go command for the packages and their files. Cgo is off, so
// that the pure Go files, which declare the same API, are listed.
func (t *tree) list(root string) error {
	args := []string{"list", "-e", "-deps", "-json=ImportPath,Name,Dir,GoFiles,ImportMap,Standard,Error", "std", "builtin", "runtime/cgo"}
	args = append(args, ownPackages...)
	args = append(args, gonumPackages...)
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+t.arch, "CGO_ENABLED=0", "GOEXPERIMENT=", "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list: %v\n%s", err, stderr.Bytes())
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		s := new(source)
		if err := dec.Decode(s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("go list: %v", err)
		}
		if s.ImportPath == "runtime/cgo" {
			// It declares a type in a file that is for cgo only.
			s.GoFiles = append(s.GoFiles, "cgo.go")
		}
		t.sources[s.ImportPath] = s
		if !t.offers(s) {
			continue
		}
		if s.Error != nil {
			return fmt.Errorf("go list: %s: %s", s.ImportPath, s.Error.Err)
		}
		t.offered = append(t.offered, s.ImportPath)
	}
	slices.Sort(t.offered)
	return nil
}

// offers reports whether a cell may import s.
func (t *tree) offers(s *source) bool {
	path := s.ImportPath
	if slices.Contains(ownPackages, path) || slices.Contains(gonumPackages, path) {
		return true
	}
	return s.Standard && excluded[path] == "" && !unlisted[path] && !internal(path)
}

// parse reads the files of every listed package.
func (t *tree) parse() error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		first error
		limit = make(chan struct{}, 4)
	)
	for path, s := range t.sources {
		wg.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			var files []*ast.File
			var err error
			for _, name := range s.GoFiles {
				var f *ast.File
				f, err = parser.ParseFile(t.fset, filepath.Join(s.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
				if err != nil {
					break
				}
				files = append(files, f)
			}
			mu.Lock()
			defer mu.Unlock()
			t.files[path] = files
			if first == nil {
				first = err
			}
		})
	}
	wg.Wait()
	return first
}

// check type-checks one package after what it imports.
func (t *tree) check(path string) (*types.Package, error) {
	if p := t.types[path]; p != nil {
		return p, nil
	}
	s := t.sources[path]
	if s == nil {
		return nil, fmt.Errorf("package %s was not listed", path)
	}
	conf := types.Config{
		IgnoreFuncBodies: true,
		FakeImportC:      true, // in runtime/cgo
		Sizes:            types.SizesFor("gc", t.arch),
		Importer:         mapped{t, s.ImportMap},
	}
	p, err := conf.Check(path, t.fset, t.files[path], nil)
	if err != nil {
		return nil, err
	}
	t.types[path] = p
	return p, nil
}

// mapped is the importer of one package: the standard library's vendored
// packages are imported by paths that only its own import map explains.
type mapped struct {
	tree *tree
	m    map[string]string
}

func (i mapped) Import(path string) (*types.Package, error) {
	if real, ok := i.m[path]; ok {
		path = real
	}
	return i.tree.check(path)
}
