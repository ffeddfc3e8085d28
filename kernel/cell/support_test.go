package cell

import (
	"go/token"
	"strings"
	"sync"
	"testing"

	"github.com/netherfield/netherfield/kernel/symbols"
)

// A catalog offers the packages of kernel/symbols to the tests; the kernel's
// own is in package engine.
type catalog struct {
	*symbols.Importer

	mu   sync.Mutex
	path string
	docs symbols.Docs
}

func (*catalog) ByName(name string) []string { return symbols.ByName(name) }
func (*catalog) Paths() []string             { return symbols.Packages() }
func (*catalog) Name(path string) string     { return symbols.PackageName(path) }

func (c *catalog) Doc(path, name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if path != c.path {
		c.path, c.docs = path, symbols.DocsOf(path)
	}
	return c.docs.Doc(name)
}

func (*catalog) Has(path, name string, typeArgs []string) bool {
	if len(typeArgs) > 0 {
		if _, ok := symbols.Instance(path, name, typeArgs); ok {
			return true
		}
		name += "[" + strings.Join(typeArgs, ",") + "]"
	}
	_, isFunc := symbols.Func(path, name)
	_, isVar := symbols.Var(path, name)
	_, isType := symbols.Type(path, name)
	return isFunc || isVar || isType
}

// packages is shared by the tests, as loading export data is most of the work.
var packages = &catalog{Importer: symbols.NewImporter(token.NewFileSet())}

// commands are like those of the kernel.
var commands = []Command{
	{"%cd", "changes the working directory", TakesPath},
	{"%time", "measures a statement", TakesGo},
	{"%type", "shows a type", TakesGo},
	{"%vars", "lists the variables", TakesText},
	{"%%bash", "runs a shell script", TakesText},
	{"%%time", "measures the cell", TakesGo},
	{"%%writefile", "writes the cell to a file", TakesPath},
}

// newFrontend returns a front end for which the cells have run.
func newFrontend(t testing.TB, cells ...string) *Frontend {
	t.Helper()
	f := New(Opts{Packages: packages, Commands: commands})
	for i, src := range cells {
		c, err := f.Prepare(i+1, src)
		if err != nil {
			t.Fatalf("cell %d: %v\n%s", i+1, err, src)
		}
		f.Commit(c, len(src))
	}
	return f
}

// atMark returns code without its cursor mark, and where that stood.
func atMark(t testing.TB, code string) (string, int) {
	t.Helper()
	before, after, ok := strings.Cut(code, "¦")
	if !ok {
		t.Fatalf("no cursor mark in %q", code)
	}
	return before + after, len(before)
}
