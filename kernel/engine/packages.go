package engine

// This file offers the packages that cells may import to the front end: those
// of the generated symbol tables, and those of modules.

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"

	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/module"
	"github.com/netherfield/netherfield/kernel/symbols"
)

// catalogue is the packages that are linked into the kernel, and those of
// modules.
type catalogue struct {
	*symbols.Importer
	modules *modules // nil: none

	// The docs that were unpacked last: a completion list asks for all
	// names of one package in a row.
	mu   sync.Mutex
	path string
	docs symbols.Docs
}

// Packages returns the packages that cells may import: those that are linked
// into this program.
func Packages() cell.Packages {
	return &catalogue{Importer: symbols.NewImporter(token.NewFileSet())}
}

// newCatalogue returns the packages that the cells of an engine may import.
func newCatalogue(ctx context.Context, b Builder, dir func() string) *catalogue {
	host := symbols.NewImporter(token.NewFileSet())
	return &catalogue{Importer: host, modules: newModules(b, host, dir, ctx)}
}

// Import makes catalogue a types.Importer. What the kernel has comes first.
func (c *catalogue) Import(path string) (*types.Package, error) {
	p, err := c.Importer.Import(path)
	if err == nil || c.modules == nil || symbols.Excluded(path) {
		return p, err
	}
	m, merr := c.modules.find(path)
	var unknown *module.UnknownImport
	var off *unavailableError
	switch {
	case merr == nil:
		return m.Types, nil
	case errors.As(merr, &unknown) && unknown.Path == path && unknown.Module == "":
		return nil, err // the kernel knows more about a name without a dot
	case errors.As(merr, &off) && !strings.Contains(path, "."):
		return nil, err
	case errors.As(merr, &off):
		return nil, fmt.Errorf("%w; and there is no compiler for other modules: %w", err, merr)
	}
	return nil, merr
}

func (c *catalogue) ByName(name string) []string {
	paths := symbols.ByName(name)
	s := c.modules.opened()
	if len(paths) == 0 {
		s = c.modules.listed()
	}
	if s != nil {
		paths = append(slices.Clone(paths), s.ByName(name)...)
	}
	return paths
}

func (c *catalogue) Paths() []string {
	paths := symbols.Packages()
	if s := c.modules.listed(); s != nil {
		paths = slices.Concat(paths, s.Paths())
		slices.Sort(paths)
		paths = slices.Compact(paths)
	}
	return paths
}

func (c *catalogue) Name(path string) string {
	if name := symbols.PackageName(path); name != "" {
		return name
	}
	if s := c.modules.opened(); s != nil {
		return s.Name(path)
	}
	return ""
}

// Version tells editions of a module's package apart.
func (c *catalogue) Version(path string) string {
	if p := c.modules.edition(path); p != nil {
		return p.Hash
	}
	return ""
}

func (c *catalogue) Doc(path, name string) string {
	if s := c.modules.opened(); s != nil && symbols.PackageName(path) == "" {
		return s.Doc(path, name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if path != c.path {
		c.path, c.docs = path, symbols.DocsOf(path)
	}
	return c.docs.Doc(name)
}

func (*catalogue) Has(path, name string, typeArgs []string) bool {
	return has(path, name, typeArgs)
}

var _ types.Importer = (*catalogue)(nil)
