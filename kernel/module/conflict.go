package module

// This file compares the versions that packages are built with to those of the
// kernel.

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// A Conflict says that a module which the kernel itself has is wanted in
// another version. One process cannot have both.
type Conflict struct {
	Module string
	// Have is the kernel's version, Want the other.
	Have, Want string
	// Package is the package that would come from the other version; ""
	// if the module itself was asked for.
	Package string
	// By is the module that needs it, with its version, or the file that
	// does; "" if it was asked for.
	By string
	// Dir is the directory that replaces the module, if one does.
	Dir string
}

func (c *Conflict) Error() string {
	head := fmt.Sprintf("%s: the kernel was built with %s, ", c.Module, c.Have)
	anew := fmt.Sprintf("build the kernel anew, after go get %s@%s in its source", c.Module, c.Want)
	by, _, isModule := strings.Cut(c.By, "@")
	switch {
	case c.Dir != "":
		return head + fmt.Sprintf("%s has %s in its place; packages that use it cannot be imported: remove the replacement, or build the kernel with it too", cmp.Or(c.By, "this session"), c.Dir)
	case c.By == "":
		return head + fmt.Sprintf("%s was asked for; its packages can be imported as the kernel has them, or %s", c.Want, anew)
	case !isModule:
		return head + fmt.Sprintf("%s needs %s; packages that use it cannot be imported: go get %s@%s there, or %s", c.By, c.Want, c.Module, c.Have, anew)
	}
	return head + fmt.Sprintf("%s needs %s; get another version of it (!go list -m -versions %s shows them), or %s", c.By, c.Want, by, anew)
}

// conflict returns the first package that comes from another version of a
// module than the kernel has, or nil.
func (s *Session) conflict(packages []*listed) *Conflict {
	for _, p := range packages {
		m := p.Module
		if m == nil {
			continue
		}
		pin := s.pins[m.Path]
		if pin == nil {
			continue
		}
		c := &Conflict{Module: m.Path, Have: pin.Version, Want: m.Version, Package: p.ImportPath}
		if pin.Replace != nil {
			c.Have = pin.Replace.Version
		}
		switch {
		case m.Replace == nil && pin.Replace == nil:
			if m.Version == pin.Version {
				continue
			}
		case m.Replace != nil && m.Replace.Version == "":
			c.Dir = m.Replace.Path
			if c.Have == "" { // both are directories
				continue
			}
		case m.Replace != nil && pin.Replace != nil:
			if m.Replace.Path == pin.Replace.Path && m.Replace.Version == pin.Replace.Version {
				continue
			}
			c.Want = m.Replace.Path + " " + m.Replace.Version
		case m.Replace != nil:
			c.Want = m.Replace.Path + " " + m.Replace.Version
		}
		return c
	}
	return nil
}

// blame finds who needs the version.
func (s *Session) blame(ctx context.Context, c *Conflict, asked string) *Conflict {
	for _, r := range s.near.replaces {
		if r.Old.Path == c.Module && (r.New.Path == c.Dir || c.Dir == "" && r.New.Version != "") {
			c.By = r.from
			return c
		}
	}
	for _, u := range s.near.modules {
		if u.file.Module.Path == c.Module && u.dir == c.Dir {
			c.By = s.near.file
			return c
		}
	}
	out, err := s.goTool(ctx, "mod", "graph", "-modfile="+s.modfile())
	if err != nil {
		return c
	}
	var by []string
	for line := range strings.Lines(string(out)) {
		from, to, ok := strings.Cut(strings.TrimSpace(line), " ")
		if ok && to == c.Module+"@"+c.Want && strings.Contains(from, "@") {
			by = append(by, from)
		}
	}
	if len(by) == 0 {
		return c
	}
	slices.Sort(by)
	c.By = by[0]
	for _, b := range by {
		if path, _, _ := strings.Cut(b, "@"); asked != "" && within(asked, path) {
			c.By = b
		}
	}
	path, _, _ := strings.Cut(c.By, "@")
	if u, ok := s.near.module(path); ok && u.file.Module.Path == path {
		c.By = u.dir + "/go.mod"
	}
	return c
}
