package module

// This file reads the go.mod or go.work beside the notebook.

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// nearby is what the user's files say.
type nearby struct {
	// file is the go.work, or the go.mod if there is none; "" if there is
	// neither.
	file    string
	modules []userModule
	// replaces are those of the go.work, which come first, and of all
	// modules. Directories are absolute.
	replaces []replacement
	excludes []moduleVersion
	sums     []string // go.sum files
	// stamps tell what the files that were read or looked for were like.
	stamps map[string]string
}

// A userModule is a module that is a directory of the user's.
type userModule struct {
	dir  string
	file goMod
}

type moduleVersion struct{ Path, Version string }

type requirement struct {
	Path, Version string
	Indirect      bool
}

type replacement struct {
	Old, New moduleVersion
	from     string // the file that says it
}

// goMod is a go.mod as "go mod edit -json" writes it.
type goMod struct {
	Module  moduleVersion
	Go      string
	Require []requirement
	Exclude []moduleVersion
	Replace []replacement
}

// goWork is a go.work as "go work edit -json" writes it.
type goWork struct {
	Use     []struct{ DiskPath string }
	Replace []replacement
}

// stampOf tells a file as it is from what it will be after a change.
func stampOf(file string) string {
	info, err := os.Stat(file)
	if err != nil {
		return ""
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano(), info.Mode())
}

// look notes that the file matters and reports whether it exists.
func (n *nearby) look(file string) bool {
	n.stamps[file] = stampOf(file)
	return n.stamps[file] != ""
}

// current reports whether the files are still as they were.
func (n *nearby) current() bool {
	if n == nil {
		return false
	}
	for file, stamp := range n.stamps {
		if stampOf(file) != stamp {
			return false
		}
	}
	return true
}

// findUp returns the file of this name in dir or the next parent that has one.
func (n *nearby) findUp(dir, name string) string {
	for {
		if file := filepath.Join(dir, name); n.look(file) {
			return file
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// readNearby reads what is beside the notebook. If there is an error, what it
// returns still tells when to try again.
func (s *Session) readNearby(ctx context.Context) (*nearby, error) {
	n := &nearby{stamps: map[string]string{}}
	if s.opts.Dir == "" {
		return n, nil
	}
	file, isWork := n.find(s.opts.Dir)
	switch {
	case isWork:
		return n, s.readWork(ctx, n, file)
	case file != "":
		n.file = file
		return n, s.readModule(ctx, n, file)
	}
	return n, nil
}

// find returns the go.work of dir, or its go.mod if there is none; "" if there
// is neither.
func (n *nearby) find(dir string) (file string, isWork bool) {
	work := os.Getenv("GOWORK")
	switch work {
	case "":
		work = n.findUp(dir, "go.work")
	case "off":
		work = ""
	}
	if work != "" {
		return work, true
	}
	return n.findUp(dir, "go.mod"), false
}

// Beside returns the go.work or go.mod that a Session honours whose Opts.Dir is
// dir, an absolute path; "" if there is none.
func Beside(dir string) string {
	file, _ := (&nearby{stamps: map[string]string{}}).find(dir)
	return file
}

func (s *Session) readWork(ctx context.Context, n *nearby, file string) error {
	n.file = file
	n.look(file)
	n.look(file + ".sum")
	var w goWork
	if err := s.parse(ctx, "work", file, &w); err != nil {
		return err
	}
	n.replaces = absolute(w.Replace, file)
	n.sums = append(n.sums, file+".sum")
	for _, u := range w.Use {
		dir := u.DiskPath
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(filepath.Dir(file), filepath.FromSlash(dir))
		}
		mod := filepath.Join(dir, "go.mod")
		if !n.look(mod) {
			return fmt.Errorf("%s uses %s, which has no go.mod: mend its use line", file, u.DiskPath)
		}
		if err := s.readModule(ctx, n, mod); err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) readModule(ctx context.Context, n *nearby, file string) error {
	n.look(file)
	m := userModule{dir: filepath.Dir(file)}
	if err := s.parse(ctx, "mod", file, &m.file); err != nil {
		return err
	}
	if m.file.Module.Path == "" {
		return fmt.Errorf("%s has no module line: go mod init writes one", file)
	}
	if m.file.Module.Path == kernelPath {
		// The notebook is in the kernel's own source. The packages that
		// the kernel was built with win.
		return nil
	}
	for _, other := range n.modules {
		if other.file.Module.Path == m.file.Module.Path {
			return fmt.Errorf("%s uses two directories with a module %s, %s and %s", n.file, m.file.Module.Path, other.dir, m.dir)
		}
	}
	sum := filepath.Join(m.dir, "go.sum")
	n.look(sum)
	n.sums = append(n.sums, sum)
	n.modules = append(n.modules, m)
	n.excludes = append(n.excludes, m.file.Exclude...)
	for _, r := range absolute(m.file.Replace, file) {
		known := false
		for _, other := range n.replaces {
			if other.Old != r.Old {
				continue
			}
			known = true
			if other.New != r.New && filepath.Base(other.from) != "go.work" {
				return fmt.Errorf("%s replaces %s by %s and %s by %s: a replace line in %s decides",
					other.from, r.Old.Path, other.New.Path, file, r.New.Path, n.file)
			}
		}
		if !known {
			n.replaces = append(n.replaces, r)
		}
	}
	return nil
}

// absolute returns replacements with absolute directories.
func absolute(list []replacement, file string) []replacement {
	out := make([]replacement, len(list))
	for i, r := range list {
		if r.New.Version == "" && !filepath.IsAbs(r.New.Path) {
			r.New.Path = filepath.Join(filepath.Dir(file), filepath.FromSlash(r.New.Path))
		}
		r.from = file
		out[i] = r
	}
	return out
}

// parse has the go command read a go.mod or go.work.
func (s *Session) parse(ctx context.Context, kind, file string, into any) error {
	out, err := s.goCommand(ctx, command{dir: s.dir, argv: []string{kind, "edit", "-json", file}})
	if err != nil {
		if tool, ok := asError[*toolError](err); ok {
			return fmt.Errorf("%s", oneLine(tool.output))
		}
		return err
	}
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// where returns the import path that the notebook's directory has in the
// user's modules: what is internal there may be imported.
func (n *nearby) where(dir string) string {
	for _, m := range n.modules {
		if rel, err := filepath.Rel(m.dir, dir); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return path.Join(m.file.Module.Path, filepath.ToSlash(rel))
		}
	}
	return ""
}

// module returns the user's module that has the package, if it is in one.
func (n *nearby) module(importPath string) (best userModule, ok bool) {
	for _, m := range n.modules {
		if within(importPath, m.file.Module.Path) && len(m.file.Module.Path) >= len(best.file.Module.Path) {
			best, ok = m, true
		}
	}
	return best, ok
}

// within reports whether the path is in the tree of root.
func within(p, root string) bool {
	return p == root || strings.HasPrefix(p, root+"/")
}
