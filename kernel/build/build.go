package build

// This file compiles and links units.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Plugin returns the plugin of the unit with this path, if it is in the cache.
// It needs no toolchain.
func (b *Builder) Plugin(_ context.Context, path string) (file string, ok bool) {
	e, ok := b.store.find(path, needPlugin)
	if !ok {
		return "", false
	}
	return e.pluginFile(), true
}

// Build returns the plugin of a unit, from the cache if it is there. If the
// compiler refuses the source, the error is a [*CompileError]; if a unit that
// it imports must be built first, a [*MissingUnit].
func (b *Builder) Build(ctx context.Context, u Unit) (file string, err error) {
	defer func() { err = b.explainFull(err) }()
	if err := u.check(); err != nil {
		return "", err
	}
	if e, ok := b.built(u.Path); ok {
		return e.pluginFile(), nil
	}
	unlock, err := b.store.lock(ctx, u.Path)
	if err != nil {
		return "", err
	}
	defer unlock()
	if e, ok := b.built(u.Path); ok { // meanwhile, by another
		return e.pluginFile(), nil
	}
	work, remove, err := b.store.workDir()
	if err != nil {
		return "", err
	}
	defer remove()
	needs, err := b.gather(ctx, u)
	if err != nil {
		return "", err
	}
	if err := b.compile(ctx, work, u, needs); err != nil {
		return "", err
	}
	if err := b.link(ctx, work, u, needs); err != nil {
		return "", err
	}
	e, err := b.store.publish(needs.record(u.Path), filepath.Join(work, "unit.a"), filepath.Join(work, "unit.so"))
	if err != nil {
		return "", fmt.Errorf("build: keeping %s: %w", u.Path, err)
	}
	b.store.evict()
	return e.pluginFile(), nil
}

// built returns the entry of a unit if later units can be linked with it.
func (b *Builder) built(path string) (*entry, bool) {
	e, ok := b.store.find(path, needPlugin|needArchive)
	if !ok {
		return nil, false
	}
	for _, name := range e.packages {
		if _, ok := b.store.find(name, needArchive); !ok && strings.Contains(name, "@") {
			return nil, false // only its own caller has that archive
		}
	}
	return e, true
}

// needs are the entries that a unit is linked with, by import path.
type needs struct {
	packages, units map[string]*entry
}

func (n needs) record(path string) record {
	r := record{name: path, units: slices.Sorted(maps.Keys(n.units))}
	for _, e := range n.packages {
		r.packages = append(r.packages, e.name)
	}
	slices.Sort(r.packages)
	return r
}

// gather finds all that a unit needs, or makes it ready.
func (b *Builder) gather(ctx context.Context, u Unit) (needs, error) {
	n := needs{units: map[string]*entry{}}
	own := slices.Clone(u.Needs) // packages of the standard library and the kernel
	others, err := b.adopt(u.Archives)
	if err != nil {
		return n, err
	}
	for _, path := range u.Imports {
		if others[path] == nil {
			own = append(own, path)
		}
	}
	add := func(path string) error {
		if n.units[path] != nil {
			return nil
		}
		unit, ok := b.built(path)
		if !ok {
			return &MissingUnit{path}
		}
		n.units[path] = unit
		for _, name := range unit.packages {
			path := importPath(name)
			if path == name {
				own = append(own, path)
				continue
			}
			e, ok := b.store.find(name, needArchive)
			if !ok {
				return &MissingUnit{unit.name}
			}
			if other := others[path]; other != nil && other.archive != e.archive {
				return fmt.Errorf("%s was compiled with another version of %s than %s: run its cell again", unit.name, path, u.Path)
			}
			others[path] = e
		}
		return nil
	}
	for _, path := range u.Units {
		if err := add(path); err != nil {
			return n, err
		}
		for _, path := range n.units[path].units {
			if err := add(path); err != nil {
				return n, err
			}
		}
	}
	slices.Sort(own)
	own = slices.Compact(own)
	if n.packages, err = b.packages(ctx, own); err != nil {
		return n, err
	}
	maps.Copy(n.packages, others)
	return n, nil
}

// compile makes unit.a in the directory work.
func (b *Builder) compile(ctx context.Context, work string, u Unit, n needs) error {
	t, err := b.tools(ctx)
	if err != nil {
		return err
	}
	direct := map[string]*entry{}
	for _, path := range u.Imports {
		direct[path] = n.packages[path]
	}
	for _, path := range u.Units {
		direct[path] = n.units[path]
	}
	if err := writeConfig(filepath.Join(work, "compile.cfg"), direct); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(work, "unit.go"), u.Source, 0o666); err != nil {
		return err
	}
	argv := []string{filepath.Join(t.tools, "compile"), "-p", u.Path, "-lang", b.host.lang(), "-complete", "-dynlink", "-pack",
		"-trimpath", work + "=>", "-c", strconv.Itoa(min(4, runtime.GOMAXPROCS(0))), "-importcfg", "compile.cfg", "-o", "unit.a"}
	if strings.HasPrefix(b.host.version, "go1.") {
		argv = append(argv, "-goversion", b.host.version)
	}
	if b.host.race() {
		argv = append(argv, "-race")
	}
	_, err = run(ctx, work, environ(t.env, "TMPDIR="+work), append(argv, "unit.go")...)
	var refused *toolError
	var exit *exec.ExitError
	if errors.As(err, &refused) && errors.As(err, &exit) && exit.Exited() && refused.output != "" && !isFull(err) {
		return &CompileError{Path: u.Path, Output: refused.output}
	}
	return err
}

// link makes unit.so from unit.a.
func (b *Builder) link(ctx context.Context, work string, u Unit, n needs) error {
	t, err := b.tools(ctx)
	if err != nil {
		return err
	}
	all := maps.Clone(n.packages)
	maps.Copy(all, n.units)
	if err := writeConfig(filepath.Join(work, "link.cfg"), all); err != nil {
		return err
	}
	argv := []string{filepath.Join(t.tools, "link"), "-buildmode=plugin", "-pluginpath=" + u.Path, "-s", "-w",
		"-tmpdir=" + work, "-importcfg=link.cfg", "-o", "unit.so"}
	argv = append(argv, t.extld...)
	if b.host.race() {
		argv = append(argv, "-race")
	}
	// Collecting garbage does not pay in a process this short.
	env := environ(t.env, "TMPDIR="+work, "GOGC=off", "GOMEMLIMIT=1GiB")
	if _, err := run(ctx, work, env, append(argv, "unit.a")...); err != nil {
		return fmt.Errorf("linking %s: %w", u.Path, err)
	}
	return nil
}

// writeConfig tells a tool where the archives of packages are.
func writeConfig(name string, entries map[string]*entry) error {
	var text bytes.Buffer
	for _, path := range slices.Sorted(maps.Keys(entries)) {
		if entries[path] != nil { // unsafe has none
			fmt.Fprintf(&text, "packagefile %s=%s\n", path, entries[path].archiveFile())
		}
	}
	return os.WriteFile(name, text.Bytes(), 0o666)
}
