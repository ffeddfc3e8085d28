package build

// This file finds the archives of the packages that units import.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Warm makes the archives of packages, and of those that all units need, ready,
// with low priority.
func (b *Builder) Warm(ctx context.Context, imports []string) error {
	_, err := b.packages(patient(ctx), imports)
	return b.explainFull(err)
}

// base returns the packages that all plugins are linked with.
func (b *Builder) base() []string {
	base := []string{"runtime", "runtime/cgo"}
	if b.host.settings["GOARCH"] == "arm" {
		base = append(base, "math")
	}
	if b.host.race() {
		base = append(base, "runtime/race")
	}
	return base
}

// packages returns the entries of packages of the standard library and the
// kernel, of those of base, and of all that they import.
func (b *Builder) packages(ctx context.Context, imports []string) (map[string]*entry, error) {
	roots := append(b.base(), imports...)
	found := map[string]*entry{}
	missing := b.missing(roots, found)
	if len(missing) == 0 {
		return found, nil
	}
	// Only those who want the same wait for each other: a unit that imports
	// little is not held up by much that is warmed.
	unlock, err := b.store.lock(ctx, "go list "+strings.Join(missing, " "))
	if err != nil {
		return nil, err
	}
	defer unlock()
	if missing = b.missing(roots, found); len(missing) == 0 {
		return found, nil
	}
	if err := b.list(ctx, missing); err != nil {
		return nil, err
	}
	if missing := b.missing(roots, found); len(missing) > 0 {
		return nil, fmt.Errorf("build: the go command made no archive of %s", strings.Join(missing, ", "))
	}
	return found, nil
}

// missing adds what is complete to found and returns the roots that are not.
func (b *Builder) missing(roots []string, found map[string]*entry) (missing []string) {
	find := func(name string) *entry {
		if found[name] == nil {
			if e, ok := b.store.find(name, needArchive); ok {
				found[name] = e
			}
		}
		return found[name]
	}
	for _, root := range roots {
		if root == "unsafe" || root == "C" {
			continue
		}
		e := find(root)
		if e == nil || slices.ContainsFunc(e.packages, func(name string) bool { return find(name) == nil }) {
			missing = append(missing, root)
		}
	}
	return missing
}

// list asks the go command for archives, which compiles what was not compiled
// before, and takes them into the cache.
func (b *Builder) list(ctx context.Context, imports []string) error {
	t, err := b.tools(ctx)
	if err != nil {
		return err
	}
	dir, err := b.writeModule()
	if err != nil {
		return fmt.Errorf("build: writing the kernel's packages: %w", err)
	}
	work, remove, err := b.store.workDir()
	if err != nil {
		return err
	}
	defer remove()
	argv := []string{t.goCmd, "list", "-export", "-deps", "-buildmode=plugin", "-trimpath",
		"-buildvcs=false", "-mod=readonly", "-pgo=off", "-json=ImportPath,Export,Deps"}
	argv = append(append(argv, b.host.flags()...), "--")
	argv = append(argv, imports...)
	out, err := run(ctx, dir, environ(t.env, "GOTMPDIR="+work, "TMPDIR="+work), argv...)
	if err != nil {
		return fmt.Errorf("packages that cells import cannot be compiled: %w", err)
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Export string
			Deps               []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("build: reading what the go command lists: %w", err)
		}
		if p.Export == "" {
			continue // unsafe
		}
		if _, ok := b.store.find(p.ImportPath, needArchive); ok {
			continue
		}
		deps := slices.DeleteFunc(p.Deps, func(name string) bool { return name == "unsafe" || name == "C" })
		if _, err := b.store.publish(record{name: p.ImportPath, packages: deps}, p.Export, ""); err != nil {
			return fmt.Errorf("build: keeping the archive of %s: %w", p.ImportPath, err)
		}
	}
}

// writeModule writes the kernel's packages into the cache, and returns the
// directory of a module that sees them as the kernel does.
func (b *Builder) writeModule() (dir string, err error) {
	root, err := b.store.dir()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(root, "src")
	write := func(dir, name string, text []byte) error {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, text) {
			return nil
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return err
		}
		return b.store.writeFile(file, text)
	}
	if b.opts.Sources == nil {
		return dir, write(dir, "go.mod", []byte("module cells\n"))
	}
	err = walkSources(b.opts.Sources, func(name string, text []byte) error { return write(dir, name, text) })
	if err != nil || b.host.main == nil {
		return dir, err
	}
	// A kernel that was installed as path@version has that version in the
	// file names of its packages, and so must these.
	mod, err := fs.ReadFile(b.opts.Sources, "go.mod")
	if err != nil {
		return "", err
	}
	m := b.host.main
	_, rest, _ := bytes.Cut(mod, []byte("module "+m.Path+"\n"))
	mod = fmt.Appendf(nil, "module cells\n%s\nrequire %s %s\nreplace %[2]s => ../src\n", rest, m.Path, m.Version)
	sum, err := fs.ReadFile(b.opts.Sources, "go.sum")
	if err != nil {
		return "", err
	}
	dir = filepath.Join(root, "main")
	return dir, errors.Join(write(dir, "go.mod", mod), write(dir, "go.sum", sum))
}

// writeFile writes a whole file or nothing.
func (s *store) writeFile(name string, text []byte) error {
	work, remove, err := s.workDir()
	if err != nil {
		return err
	}
	defer remove()
	temp := filepath.Join(work, "file")
	if err := os.WriteFile(temp, text, 0o666); err != nil {
		return err
	}
	return os.Rename(temp, name)
}

// adopt takes the archives of packages that are not the kernel's into the
// cache. It returns their entries by import path.
func (b *Builder) adopt(archives map[string]string) (map[string]*entry, error) {
	names := map[string]string{}
	for path, file := range archives {
		if !validPath(path) || strings.Contains(path, "@") {
			return nil, fmt.Errorf("build: %q is no import path", path)
		}
		hash, stamp, err := b.store.hash(file)
		if err != nil {
			return nil, fmt.Errorf("the archive of %s: %w", path, err)
		}
		names[path] = path + "@" + hash
		if e, ok := b.store.find(path, needArchive); ok && e.archive == stamp {
			names[path] = path // the kernel has it too
		}
	}
	adopted := map[string]*entry{}
	for path, name := range names {
		e, ok := b.store.find(name, needArchive)
		if !ok {
			var err error
			if e, err = b.store.publish(record{name: name}, archives[path], ""); err != nil {
				return nil, fmt.Errorf("build: keeping the archive of %s: %w", path, err)
			}
		}
		adopted[path] = e
	}
	return adopted, nil
}
