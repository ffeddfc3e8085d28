package module

// This file adds modules to the session.

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Added says what Get has done.
type Added struct {
	// Module and Version are what was asked for.
	Module, Version string
	// Changes are the other modules that have become part of the session
	// or have changed their version, as "golang.org/x/text v0.3.0" or
	// "golang.org/x/text v0.3.0 => v0.4.0", sorted.
	Changes []string
	// Notes are sentences that the user should read.
	Notes []string
}

// Get adds a module to the session, or changes its version. The query is that
// of go get: the path of a module or of a package in it, with @version, @latest
// or nothing after it. Progress takes lines about downloads; it may be nil.
//
// Get fails with a [Conflict], and changes nothing, if what was asked for
// cannot be imported without another version of a module that the kernel has.
// If only some packages of a module cannot, a note says so.
func (s *Session) Get(ctx context.Context, query string, progress func(line string)) (Added, error) {
	path, version, _ := strings.Cut(query, "@")
	if err := checkQuery(query, path, version); err != nil {
		return Added{}, err
	}
	giveBack, err := s.take(ctx)
	if err != nil {
		return Added{}, err
	}
	defer giveBack()
	if err := s.sync(ctx); err != nil {
		return Added{}, err
	}
	root := strings.TrimSuffix(path, "/...")
	if u, ok := s.near.module(root); ok {
		return Added{}, fmt.Errorf("%s is in the module beside the notebook, %s: it can be imported as it is", root, u.dir)
	}
	if s.own != "" && within(root, s.own) {
		return Added{}, fmt.Errorf("%s is part of the kernel: it can be imported as it is", root)
	}
	undo, err := s.snapshot()
	if err != nil {
		return Added{}, err
	}
	added, err := s.get(ctx, query, root, progress)
	if err != nil {
		undo()
		s.changed()
		return Added{}, err
	}
	s.changed()
	return added, nil
}

func checkQuery(query, path, version string) error {
	switch {
	case path == "" || strings.HasPrefix(path, "-") || strings.ContainsAny(query, " \t\n\\\"'"):
		return fmt.Errorf("%q is not a module: write one as example.com/module or example.com/module@v1.2.3", query)
	case strings.HasPrefix(path, ".") || strings.HasPrefix(path, "/"):
		return fmt.Errorf("%s is a directory: a go.mod or go.work beside the notebook makes its packages importable", path)
	case version == "none":
		return fmt.Errorf("%s: a module cannot be taken away from a session", query)
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return fmt.Errorf("%s is not the path of a module that can be got: its first element is no host name", path)
	}
	return nil
}

// snapshot returns a function that puts go.mod and go.sum back.
func (s *Session) snapshot() (undo func(), err error) {
	mod, err := os.ReadFile(s.modfile())
	if err != nil {
		return nil, fmt.Errorf("session module: %w", err)
	}
	sum, err := os.ReadFile(s.sumfile())
	if err != nil {
		return nil, fmt.Errorf("session module: %w", err)
	}
	return func() {
		if os.WriteFile(s.modfile(), mod, 0o666) != nil || os.WriteFile(s.sumfile(), sum, 0o666) != nil {
			s.near = nil // write them anew
		}
	}, nil
}

// get runs go get and looks at what has become of the pins.
func (s *Session) get(ctx context.Context, query, root string, progress func(string)) (added Added, err error) {
	before, err := s.requirements(ctx)
	if err != nil {
		return added, err
	}
	_, err = s.goCommand(ctx, command{argv: []string{"get", "-modfile=" + s.modfile(), "--", query}, line: func(line string) {
		// What has become of the versions is in Added, and errors are the
		// error's.
		if line, ok := strings.CutPrefix(line, "go: "); ok && progress != nil && isProgress(line) {
			progress(line)
		}
	}})
	if err != nil {
		return added, s.explain(query, err)
	}
	after, err := s.requirements(ctx)
	if err != nil {
		return added, err
	}
	for path, version := range after {
		if within(root, path) && len(path) > len(added.Module) {
			added.Module, added.Version = path, version
		}
	}
	if added.Module == "" {
		return added, fmt.Errorf("%s was got, but no module in the session has that path", query)
	}
	for _, path := range slices.Sorted(maps.Keys(after)) {
		switch {
		case path == added.Module || before[path] == after[path]:
		case before[path] == "":
			added.Changes = append(added.Changes, path+" "+after[path])
		default:
			added.Changes = append(added.Changes, path+" "+before[path]+" => "+after[path])
		}
	}
	if added.Notes, err = s.checkPins(ctx, root, added, after); err != nil {
		return added, err
	}
	s.got[added.Module], s.asked[added.Module] = added.Version, true
	for path, version := range after {
		if before[path] != version {
			s.got[path] = version
		}
	}
	return added, nil
}

func isProgress(line string) bool {
	return strings.HasPrefix(line, "downloading ") || strings.HasPrefix(line, "finding ") || strings.HasPrefix(line, "found ")
}

// checkPins looks for packages that cannot be imported because a pinned module
// has another version in the session module than in the kernel.
func (s *Session) checkPins(ctx context.Context, root string, added Added, after map[string]string) (notes []string, err error) {
	moved := map[string]bool{}
	for path, pin := range s.pins {
		if after[path] == "" || after[path] == pin.Version {
			continue
		}
		if path == added.Module { // what it needs does not matter
			return nil, &Conflict{Module: path, Have: pin.Version, Want: after[path]}
		}
		moved[path] = true
	}
	if len(moved) == 0 {
		return nil, nil
	}
	pattern := root
	if root == added.Module {
		pattern += "/..."
	}
	all, err := s.goList(ctx, "-mod=mod", "-deps", pattern)
	if err != nil {
		return nil, s.explain(root, err)
	}
	byPath := map[string]*listed{}
	for _, p := range all {
		byPath[p.ImportPath] = p
	}
	good, bad := 0, []string{}
	var first *Conflict
	for _, p := range all {
		if p.DepOnly || p.Name == "main" || p.internal() {
			continue
		}
		closure := []*listed{p}
		for _, d := range p.Deps {
			if byPath[d] != nil {
				closure = append(closure, byPath[d])
			}
		}
		c := s.conflict(closure)
		if c == nil {
			good++
			continue
		}
		bad = append(bad, p.ImportPath)
		if first == nil || p.ImportPath == root {
			first = c
		}
	}
	for _, p := range bad {
		if p == root || good == 0 {
			return nil, s.blame(ctx, first, added.Module)
		}
	}
	if len(bad) > 0 {
		c := s.blame(ctx, first, added.Module)
		notes = append(notes, fmt.Sprintf("%s: the kernel was built with %s, %s needs %s; packages that use it cannot be imported: %s",
			c.Module, c.Have, c.By, c.Want, strings.Join(bad, ", ")))
	}
	return notes, nil
}
