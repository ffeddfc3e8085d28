package engine

// This file offers the generated symbol tables to the front end.

import (
	"go/token"
	"go/types"
	"sync"

	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/symbols"
)

// catalogue is the packages that are linked into the kernel.
type catalogue struct {
	*symbols.Importer

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

func (*catalogue) ByName(name string) []string { return symbols.ByName(name) }
func (*catalogue) Paths() []string             { return symbols.Packages() }
func (*catalogue) Name(path string) string     { return symbols.PackageName(path) }

func (c *catalogue) Doc(path, name string) string {
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
