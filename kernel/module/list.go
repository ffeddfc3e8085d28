package module

// This file asks the go command about packages.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// listed is a package as "go list -json" writes it.
type listed struct {
	ImportPath, Name, Dir     string
	Export, BuildID           string
	Standard, DepOnly         bool
	Module                    *listedModule
	GoFiles, CgoFiles         []string
	CFiles, CXXFiles, MFiles  []string
	HFiles, FFiles, SFiles    []string
	SwigFiles, SwigCXXFiles   []string
	SysoFiles                 []string
	IgnoredGoFiles            []string
	TestGoFiles, XTestGoFiles []string
	EmbedPatterns, EmbedFiles []string
	Imports, Deps             []string
	Error                     *listError
}

type listedModule struct {
	Path, Version  string
	Main           bool
	Dir, GoVersion string
	Replace        *listedModule
}

type listError struct {
	ImportStack []string
	Pos, Err    string
}

const listFields = "-json=ImportPath,Name,Dir,Export,BuildID,Standard,DepOnly,Module," +
	"GoFiles,CgoFiles,CFiles,CXXFiles,MFiles,HFiles,FFiles,SFiles,SwigFiles,SwigCXXFiles,SysoFiles," +
	"IgnoredGoFiles,TestGoFiles,XTestGoFiles,EmbedPatterns,EmbedFiles,Imports,Deps,Error"

// goList runs go list on the session module. The error of a package is in the
// package.
func (s *Session) goList(ctx context.Context, args ...string) ([]*listed, error) {
	return s.goListEnv(ctx, nil, args...)
}

func (s *Session) goListEnv(ctx context.Context, env []string, args ...string) ([]*listed, error) {
	t, err := s.tools(ctx)
	if err != nil {
		return nil, err
	}
	argv := append([]string{"list", "-e", "-modfile=" + s.modfile(), "-trimpath", listFields}, t.Flags...)
	out, err := s.goCommand(ctx, command{argv: append(argv, args...), env: env})
	if err != nil {
		return nil, err
	}
	var all []*listed
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		p := new(listed)
		switch err := dec.Decode(p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, p)
	}
}

// local reports whether the package is in a directory of the user's, where it
// may change.
func (p *listed) local() bool {
	return p.Module != nil && p.Module.Replace != nil && p.Module.Replace.Version == ""
}

// pure reports whether the package is all Go.
func (p *listed) pure() bool {
	return len(p.CgoFiles)+len(p.CFiles)+len(p.CXXFiles)+len(p.MFiles)+len(p.FFiles)+len(p.SFiles)+
		len(p.SwigFiles)+len(p.SwigCXXFiles)+len(p.SysoFiles) == 0
}

// internal reports whether the package is for the tree it is in only.
func (p *listed) internal() bool { return isInternal(p.ImportPath) }

func isInternal(path string) bool {
	return path == "internal" || strings.HasPrefix(path, "internal/") ||
		strings.HasSuffix(path, "/internal") || strings.Contains(path, "/internal/")
}

// visible reports whether code at the import path from may import path: what
// stands before the last element "internal" must be a tree that from is in.
func visible(path, from string) bool {
	i := -1
	switch {
	case strings.HasSuffix(path, "/internal"):
		i = len(path) - len("/internal")
	case strings.LastIndex(path, "/internal/") >= 0:
		i = strings.LastIndex(path, "/internal/")
	case path == "internal" || strings.HasPrefix(path, "internal/"):
		i = 0
	default:
		return true
	}
	return from != "" && i > 0 && within(from, path[:i])
}

// stale reports whether what the go command says means that go.mod or go.sum
// are not complete.
func stale(message string) bool {
	for _, mark := range []string{"updates to go.mod needed", "missing go.sum entry", "go.mod file indicates", "go mod tidy", "go mod download"} {
		if strings.Contains(message, mark) {
			return true
		}
	}
	return false
}

// resolve lists a package and all that it needs, dependencies first. It
// completes go.mod and go.sum where needed. The go command would then also add
// a module for a package that is in none: it is only asked to when a module that
// is required looks as if it had the package.
func (s *Session) resolve(ctx context.Context, path string) ([]*listed, error) {
	all, err := s.goList(ctx, "-mod=readonly", "-deps", "--", path)
	incomplete := slices.ContainsFunc(all, func(p *listed) bool { return p.Error != nil && stale(p.Error.Err) })
	if tool, ok := asError[*toolError](err); ok {
		incomplete = stale(tool.output)
	}
	if !incomplete {
		return all, err
	}
	known := false
	if u, ok := s.near.module(path); ok {
		rel := strings.TrimPrefix(path[len(u.file.Module.Path):], "/")
		known = stampOf(filepath.Join(u.dir, filepath.FromSlash(rel))) != ""
	} else {
		required, err := s.requirements(ctx)
		if err != nil {
			return nil, err
		}
		for m := range required {
			known = known || within(path, m)
		}
	}
	if !known {
		return nil, s.unknown(ctx, path, "")
	}
	return s.goList(ctx, "-mod=mod", "-deps", "--", path)
}
