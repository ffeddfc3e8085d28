package module

// This file loads packages for cells.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Package is a package that a cell may import. It does not change.
type Package struct {
	// Path is the import path that cells write, ID the one that the
	// compiler and Types have. They differ for the user's own packages.
	Path, ID string
	Name     string
	Types    *types.Package
	// Archives holds the archive files of the package and of all that it
	// needs, also by way of others, by ID. The standard library and the
	// kernel's own packages are not there but in Needs, by import path.
	Archives map[string]string
	Needs    []string
	// Hash is the identity of all the code in Archives.
	Hash string
	// Dir and GoFiles tell where the source is.
	Dir     string
	GoFiles []string

	contents map[string]string // by ID: identity of each archive
}

// entry is a loaded package and what it depends on.
type entry struct {
	pkg *Package
	// stamps are those of the user's directories.
	stamps map[string]string
	embeds map[string][]string
}

// Load returns a package, as its files are now. It starts processes only if
// something has changed since the last time.
//
// The error is an [UnknownImport] if there is no such package, a [Conflict] if
// it needs another version of a module that the kernel has, a [BuildError] if
// it does not compile, an [InUse] if the worker has it with other code, or a
// [NotImportable].
func (s *Session) Load(ctx context.Context, path string) (*Package, error) {
	path = Original(path)
	giveBack, err := s.take(ctx)
	if err != nil {
		return nil, err
	}
	defer giveBack()
	trouble := s.sync(ctx)
	if trouble != nil && s.near == nil {
		return nil, trouble
	}
	if e := s.entries[path]; e != nil && e.fresh() {
		if err := s.loadable(e.pkg); err != nil {
			return nil, err
		}
		return e.pkg, nil
	}
	var e *entry
	if err = s.refuse(path); err == nil {
		e, err = s.load(ctx, path)
	}
	if _, unknown := asError[*UnknownImport](err); unknown && trouble != nil {
		return nil, trouble
	}
	if err != nil {
		return nil, err
	}
	s.entries[path] = e
	s.mu.Lock()
	s.loaded[path] = e.pkg
	s.mu.Unlock()
	if err := s.loadable(e.pkg); err != nil {
		return nil, err
	}
	return e.pkg, nil
}

// Loaded returns what the last successful Load of the path has returned, if
// there was one. It does not wait.
func (s *Session) Loaded(path string) (*Package, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.loaded[Original(path)]
	return p, ok
}

// Changed returns the packages that are loaded and whose files, or the files
// of what they need, have changed since, sorted.
func (s *Session) Changed(ctx context.Context) ([]string, error) {
	giveBack, err := s.take(ctx)
	if err != nil {
		return nil, err
	}
	defer giveBack()
	s.mu.Lock()
	paths := slices.Sorted(maps.Keys(s.loaded))
	s.mu.Unlock()
	if !s.near.current() {
		return paths, nil
	}
	return slices.DeleteFunc(paths, func(path string) bool {
		e := s.entries[path]
		return e != nil && e.fresh()
	}), nil
}

// Opened tells that a worker has the package's code, and that of all it needs.
func (s *Session) Opened(p *Package) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(s.opened, p.contents)
}

// Restarted tells that a new worker has nothing loaded.
func (s *Session) Restarted() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.opened)
}

// loadable compares a package with what the worker has.
func (s *Session) loadable(p *Package) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(p.contents)) {
		if had := s.opened[id]; had != "" && had != p.contents[id] {
			return &InUse{Path: Original(id)}
		}
	}
	return nil
}

var idSuffix = regexp.MustCompile(`~[0-9a-f]{16}\b`)

// Original returns the text, an import path or whatever mentions some, with the
// paths that the user writes in place of IDs.
func Original(text string) string {
	if !strings.Contains(text, "~") {
		return text
	}
	return idSuffix.ReplaceAllString(text, "")
}

// refuse returns an error for what need not be looked for.
func (s *Session) refuse(path string) error {
	first, _, _ := strings.Cut(path, "/")
	switch {
	case path == "" || strings.HasPrefix(path, "-") || strings.ContainsAny(path, " \t\n@\\\"'") || strings.Contains(path, "..."):
		return &NotImportable{path, "that is no import path"}
	case path == "C":
		return &NotImportable{path, "a cell cannot use cgo; a package with cgo can be imported"}
	case strings.HasPrefix(path, ".") || strings.HasPrefix(path, "/"):
		return &NotImportable{path, "a cell imports a package by its full import path"}
	}
	here := ""
	if s.near != nil && s.opts.Dir != "" {
		here = s.near.where(s.opts.Dir)
	}
	if !visible(path, here) {
		return &NotImportable{path, "it is internal to another module or directory"}
	}
	if _, ours := s.near.module(path); !ours && !strings.Contains(first, ".") {
		for _, r := range s.near.replaces {
			if within(path, r.Old.Path) {
				return nil
			}
		}
		return &UnknownImport{Path: path}
	}
	return nil
}

// load lists, builds and reads a package.
func (s *Session) load(ctx context.Context, path string) (*entry, error) {
	all, err := s.resolve(ctx, path)
	if err != nil {
		return nil, s.explainList(path, err)
	}
	var target *listed
	for _, p := range all {
		if p.ImportPath == path {
			target = p
		}
	}
	if target == nil {
		return nil, &UnknownImport{Path: path, Module: suggest(path)}
	}
	if target.Standard {
		return nil, &NotImportable{path, "it belongs to the standard library, of which the kernel does not offer it"}
	}
	if err := s.check(ctx, target, all); err != nil {
		return nil, err
	}
	if c := s.conflict(all); c != nil {
		return nil, s.blame(ctx, c, modulePath(target))
	}
	e := &entry{stamps: map[string]string{}, embeds: map[string][]string{}}
	for _, p := range all {
		if p.local() {
			e.stamps[p.Dir] = stampOfDir(p.Dir, p.EmbedFiles)
			e.embeds[p.Dir] = p.EmbedFiles
		}
	}
	b, err := s.build(ctx, all)
	if err != nil {
		return nil, err
	}
	e.pkg = &Package{Path: path, ID: b.ids[path], Name: target.Name, Dir: target.Dir, GoFiles: target.GoFiles,
		Archives: b.archives, Needs: b.needs, contents: b.contents}
	e.pkg.GoFiles = append(e.pkg.GoFiles, target.CgoFiles...)
	sum := sha256.New()
	for _, id := range slices.Sorted(maps.Keys(b.contents)) {
		fmt.Fprintf(sum, "%s %s\n", id, b.contents[id])
	}
	e.pkg.Hash = hex.EncodeToString(sum.Sum(nil))
	if e.pkg.Types, err = s.readTypes(e.pkg, b); err != nil {
		return nil, err
	}
	return e, nil
}

func modulePath(p *listed) string {
	if p.Module == nil {
		return ""
	}
	return p.Module.Path
}

var (
	noModule  = regexp.MustCompile(`^(?:no required module provides package|cannot find module providing package) (\S+?)[;:]`)
	notInStd  = regexp.MustCompile(`^package (\S+) is not in std`)
	notInside = regexp.MustCompile(`^module \S+ found(?: \(.*\))?, but does not contain package (\S+)`)
)

// unknown returns the error for a package that is not there.
func (s *Session) unknown(ctx context.Context, path, by string) error {
	if u, ok := s.near.module(path); ok {
		reason := fmt.Sprintf("there is no such directory in %s, the module %s", u.dir, u.file.Module.Path)
		if by != "" {
			return &BuildError{Path: by, Output: fmt.Sprintf("it imports %s, but %s", path, reason)}
		}
		return &NotImportable{path, reason}
	}
	if s.own != "" && within(path, s.own) {
		return &NotImportable{path, "it is not among the packages of the kernel that cells may import"}
	}
	e := &UnknownImport{Path: path, By: by, Module: suggest(path)}
	all, err := s.requirements(ctx)
	if err != nil {
		return err
	}
	best := ""
	for m := range all {
		if within(path, m) && len(m) > len(best) {
			best = m
		}
	}
	if best != "" {
		e.In, e.Module = best+"@"+all[best], path
	}
	return e
}

// check refuses a package that cannot be imported, or built.
func (s *Session) check(ctx context.Context, target *listed, all []*listed) error {
	for _, p := range all {
		if p.Error == nil {
			continue
		}
		by := ""
		if p != target {
			if by = importerOf(p, all); by == "" {
				by = target.ImportPath
			}
		}
		said := strings.TrimSpace(p.Error.Err)
		for _, e := range []*regexp.Regexp{noModule, notInStd, notInside} {
			if m := e.FindStringSubmatch(said); m != nil {
				return s.unknown(ctx, m[1], by)
			}
		}
		reason := oneLine(said)
		switch {
		case strings.Contains(said, "build constraints exclude all Go files"):
			reason = "build constraints exclude all its Go files here: " + strings.Join(p.IgnoredGoFiles, ", ")
		case len(p.GoFiles)+len(p.CgoFiles) == 0 && len(p.TestGoFiles)+len(p.XTestGoFiles) > 0:
			reason = "it has only tests"
		case strings.Contains(said, "no Go files in"), strings.Contains(said, "no non-test Go files"):
			reason = "it has no Go files"
		}
		if by != "" {
			return &BuildError{Path: target.ImportPath, Output: fmt.Sprintf("%s imports %s: %s", by, p.ImportPath, reason)}
		}
		if p.Error.Pos != "" {
			return &BuildError{Path: target.ImportPath, Output: p.Error.Pos + ": " + reason}
		}
		return &NotImportable{target.ImportPath, reason}
	}
	if target.Name == "main" {
		return &NotImportable{target.ImportPath, "it is a program (package main)"}
	}
	if len(target.GoFiles)+len(target.CgoFiles) == 0 {
		if len(target.TestGoFiles)+len(target.XTestGoFiles) > 0 {
			return &NotImportable{target.ImportPath, "it has only tests"}
		}
		return &NotImportable{target.ImportPath, "it has no Go files"}
	}
	return nil
}

// importerOf returns a package that imports p.
func importerOf(p *listed, all []*listed) string {
	for _, q := range all {
		if slices.Contains(q.Imports, p.ImportPath) {
			return q.ImportPath
		}
	}
	return ""
}

// explainList words the failure of a go list.
func (s *Session) explainList(path string, err error) error {
	tool, ok := asError[*toolError](err)
	if !ok {
		return err
	}
	if m := needsGo.FindStringSubmatch(tool.output); m != nil {
		return fmt.Errorf("package %s: a module here needs Go %s, and this kernel was built with Go %s: %s", path, m[1], m[2], oneLine(tool.output))
	}
	return s.explain("package "+path, err)
}

// fresh reports whether all is as it was when the package was loaded.
func (e *entry) fresh() bool {
	for dir, stamp := range e.stamps {
		if stampOfDir(dir, e.embeds[dir]) != stamp {
			return false
		}
	}
	for _, file := range e.pkg.Archives {
		if _, err := os.Stat(file); err != nil {
			return false // go clean -cache
		}
	}
	return true
}

// Files of these kinds make up a package; of others only the names matter, for
// they may match an embed pattern.
var sourceKinds = []string{".go", ".s", ".S", ".sx", ".c", ".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx", ".m", ".f", ".F", ".for", ".f90", ".swig", ".swigcxx", ".syso"}

// stampOfDir tells a package's directory as it is from what it will be after a
// change.
func stampOfDir(dir string, embeds []string) string {
	sum := sha256.New()
	list, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	for _, d := range list {
		fmt.Fprintf(sum, "%q\n", d.Name())
		if slices.Contains(sourceKinds, filepath.Ext(d.Name())) {
			fmt.Fprintf(sum, "%s\n", stampOf(filepath.Join(dir, d.Name())))
		}
	}
	for _, name := range embeds {
		file := filepath.Join(dir, filepath.FromSlash(name))
		fmt.Fprintf(sum, "%q %s\n", name, stampOf(file))
		if parent := filepath.Dir(file); parent != dir {
			fmt.Fprintf(sum, "%s\n", stampOf(parent))
		}
	}
	return string(sum.Sum(nil))
}
