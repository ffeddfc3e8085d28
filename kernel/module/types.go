package module

// This file reads the types of packages from their archives.

import (
	"bytes"
	"fmt"
	"go/token"
	"go/types"
	"io"
	"os"

	"golang.org/x/tools/go/gcexportdata"
)

// readTypes returns the types of a package. All packages of the session share
// the types of what they mention, and those of the standard library are the
// kernel's own.
func (s *Session) readTypes(p *Package, b *built) (*types.Package, error) {
	s.dropOld(b)
	if t := s.types[p.ID]; t != nil && t.Complete() {
		return t, nil
	}
	data, err := exportData(p.Archives[p.ID])
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", p.Path, err)
	}
	// A first reading, into nothing, tells which packages are mentioned:
	// to have the kernel load all that are imported would take longer.
	first, err := gcexportdata.Read(bytes.NewReader(data), token.NewFileSet(), map[string]*types.Package{}, p.ID)
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", p.Path, err)
	}
	for _, m := range first.Imports() {
		path := m.Path()
		if s.types[path] != nil || b.contents[path] != "" || s.opts.Types == nil {
			continue
		}
		if known, err := s.opts.Types.Import(path); err == nil {
			s.types[path] = known
		}
	}
	t, err := gcexportdata.Read(bytes.NewReader(data), s.fset, s.types, p.ID)
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", p.Path, err)
	}
	return t, nil
}

// dropOld forgets the types of packages whose code has changed under an
// unchanged path, of those that mention them, and of those that are known only
// from what these say of them.
func (s *Session) dropOld(b *built) {
	old := map[string]bool{}
	for id, content := range b.contents {
		if was := s.content[id]; was != "" && was != content {
			old[id] = true
		}
		s.content[id] = content
	}
	for again := len(old) > 0; again; {
		again = false
		for path, t := range s.types {
			for _, m := range t.Imports() {
				if old[m.Path()] && !old[path] {
					old[path], again = true, true
				}
				if old[path] && !m.Complete() && !old[m.Path()] {
					old[m.Path()], again = true, true
				}
			}
		}
	}
	for path := range old {
		delete(s.types, path)
		delete(s.entries, Original(path))
	}
}

// exportData returns the part of an archive that describes types.
func exportData(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	//lint:ignore SA1019 it reads the archives of older toolchains than it is of, and this one is the kernel's own
	r, err := gcexportdata.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
