package symbols

// This file gives the type checker the packages that a cell imports.

import (
	"bytes"
	_ "embed" // for the archives
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/gcexportdata"
)

//go:embed export.zip
var exportZip string

var exports = archive{data: &exportZip}

// An Importer loads packages for the type checker from embedded export data,
// each on first use, and returns the same package ever after. It implements
// [types.Importer].
//
// Several goroutines may import at once, also while others check code against
// packages imported before: loading a package adds nothing to one that Import
// has returned, because the data of a package describes all of other packages
// that its API reaches.
type Importer struct {
	fset *token.FileSet

	mu sync.Mutex
	// seen holds the packages loaded and those that they mention. The
	// latter are incomplete until they are imported themselves.
	seen map[string]*types.Package
}

// NewImporter returns an importer that has loaded nothing. Objects of its
// packages have no position in fset, which gcexportdata wants nevertheless.
func NewImporter(fset *token.FileSet) *Importer {
	return &Importer{fset: fset, seen: map[string]*types.Package{"unsafe": types.Unsafe}}
}

// Import returns the package of an import path. The error for a path that a
// cell may not import says why and what may be imported instead.
func (i *Importer) Import(path string) (*types.Package, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if p := i.seen[path]; p != nil && p.Complete() {
		return p, nil
	}
	if lookup(path) == nil {
		return nil, refuse(path)
	}
	data, err := exports.read(path)
	if err != nil {
		return nil, fmt.Errorf("package %s: embedded export data: %w", path, err)
	}
	return gcexportdata.Read(bytes.NewReader(data), i.fset, i.seen, path)
}

// refuse returns the error for a path that is not offered.
func refuse(path string) error {
	for _, e := range excluded {
		if e.path == path {
			return fmt.Errorf("package %s may not be imported by a cell: %s", path, e.reason)
		}
	}
	first, _, _ := strings.Cut(path, "/")
	elems := strings.Split(path, "/")
	switch {
	case path == "":
		return errors.New("invalid import path (empty string)")
	case path == "C":
		return fmt.Errorf(`import "C": a cell cannot use cgo`)
	case strings.HasPrefix(path, "./") || strings.HasPrefix(path, "../"):
		return fmt.Errorf("%s is a relative path: a cell imports a package by its full import path", path)
	case slices.Contains(elems, "internal") || first == "vendor":
		return fmt.Errorf("use of internal package %s not allowed", path)
	}
	hint := "a cell may import the standard library and packages of " + modules() + "; Tab after import \" lists them"
	if similar := ByName(elems[len(elems)-1]); len(similar) > 0 {
		hint = "did you mean " + quoted(similar) + "?"
	}
	if strings.Contains(first, ".") {
		return fmt.Errorf("package %s is not part of this kernel; %s", path, hint)
	}
	return fmt.Errorf("package %s is not in std; %s", path, hint)
}

// modules names the modules of the packages outside the standard library: the
// first three elements of their paths.
func modules() string {
	var names []string
	for _, p := range packages {
		if standard(p.path) {
			continue
		}
		elems := strings.SplitN(p.path, "/", 4)
		name := strings.Join(elems[:min(len(elems), 3)], "/")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " and ")
}

// standard reports whether path is one of the standard library's.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func quoted(paths []string) string {
	var b strings.Builder
	for i, p := range paths {
		switch {
		case i > 0 && i == len(paths)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", p)
	}
	return b.String()
}

// Excluded tells whether a path is one that no cell may import, from wherever
// it might come.
func Excluded(path string) bool {
	return path == "" || path == "C" || strings.HasPrefix(path, ".") ||
		slices.ContainsFunc(excluded, func(e exclusion) bool { return e.path == path })
}
