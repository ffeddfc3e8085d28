package cell

// This file holds the session's names: what earlier cells declared and
// imported, and how a cell that ran adds to it.

import (
	"go/ast"
	"go/types"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/netherfield/netherfield/kernel/ir"
)

// Packages tells a Frontend about the packages that cells may import.
type Packages interface {
	types.Importer
	// ByName returns the import paths of the packages with a name, best
	// first.
	ByName(name string) []string
	// Paths returns all import paths, sorted.
	Paths() []string
	// Name returns the name of the package at path.
	Name(path string) string
	// Has tells whether the worker has the function, variable or type,
	// an instance of a generic one if there are type arguments.
	Has(path, name string, typeArgs []string) bool
	// Doc returns the doc comment of a package ("" as name), of a
	// package-level name or of "Type.Member". The predeclared names are
	// in package "builtin". A completion list asks for many names of one
	// package in a row.
	Doc(path, name string) string
}

// Opts configures a Frontend.
type Opts struct {
	// Packages must be set.
	Packages Packages
	// Commands are the line and cell commands, for completion and for
	// telling what in a cell is Go.
	Commands []Command
	// Dir returns the directory that relative paths in commands are
	// relative to; nil is the process's own.
	Dir func() string
	// Units is what cells that cannot be interpreted are compiled with; nil
	// if they cannot be compiled.
	Units Units
}

// Units is the compiler of units, as far as the front end must know it.
type Units interface {
	// Salt returns what decides, beside its source, what a unit is: the
	// versions of all tools and packages.
	Salt() string
	// Missing returns nil if the unit of a path is there or can be
	// compiled, or why not and what to do.
	Missing(path string) error
}

// A Frontend knows the names of one session. Its methods may be called by
// several goroutines: completion and inspection do not wait for a running
// cell.
type Frontend struct {
	mu      sync.Mutex
	pkgs    Packages
	names   map[string]*Name
	imports map[string]string // imports by the name cells use: name -> path
	dots    []string          // paths of dot imports
	nextID  int
	sizes   types.Sizes
	must    []types.Object

	units    Units
	commands []Command
	dir      func() string
	known    catalogue

	// homes tells which unit declares a type or a generic function, fields
	// which type a field that is not exported. bound says to which session
	// variables a unit that the worker has is bound.
	homes  map[types.Object]string
	fields map[*types.Var]*types.TypeName
	bound  map[string]string
	// made are the instances that units have made, by their keys.
	made   map[string]bool
	sorted []*Name // names by name; nil after a change
}

// A Name is something that a cell declared at the top level.
type Name struct {
	// Object is its go/types object: *types.Var, *types.Func, *types.Const
	// or *types.TypeName.
	Object types.Object
	// ID is the session variable that holds it, for variables and
	// functions; otherwise 0.
	ID int
	// Cell is the number of the cell that declared it.
	Cell int
	// Doc is the comment above its declaration and Source the
	// declaration's text, for functions, types and constants.
	Doc, Source string

	// group is the text of the declaration, of a type with its methods, and
	// mentions what the names in it mean.
	group    string
	mentions map[string]meaning

	carries int // the ID of the variable whose memory this one has; 0: its own
	step    int // the top-level statement that sets it; -1: set before all
	// match is how completion shows it, once it has.
	match Match
}

// New returns a Frontend without names.
func New(opts Opts) *Frontend {
	if opts.Packages == nil {
		panic("cell: Opts.Packages is nil")
	}
	f := &Frontend{pkgs: opts.Packages, sizes: types.SizesFor("gc", runtime.GOARCH), nextID: 1,
		commands: opts.Commands, dir: opts.Dir, units: opts.Units}
	f.must = mustFuncs()
	f.clear()
	return f
}

func (f *Frontend) clear() {
	f.names, f.sorted = map[string]*Name{}, nil
	f.imports = map[string]string{}
	f.dots = nil
	f.forgetUnits()
}

func (f *Frontend) forgetUnits() {
	f.homes, f.fields = map[types.Object]string{}, map[*types.Var]*types.TypeName{}
	f.bound, f.made = map[string]string{}, map[string]bool{}
}

// salt returns what decides, beside its source, what a unit is.
func (f *Frontend) salt() string {
	if f.units == nil {
		return ""
	}
	return f.units.Salt()
}

// Reset forgets all names and imports.
func (f *Frontend) Reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clear()
}

// Forget drops all names but keeps the imports: the worker that held the
// values is gone.
func (f *Frontend) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.names, f.sorted = map[string]*Name{}, nil
	f.forgetUnits()
}

// Names returns the session's names, sorted.
func (f *Frontend) Names() []Name {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]Name, 0, len(f.names))
	for _, n := range f.names {
		out = append(out, *n)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Object.Name() < out[j].Object.Name() })
	return out
}

// Lookup returns the session's name, and whether there is one.
func (f *Frontend) Lookup(name string) (Name, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := f.names[name]; n != nil {
		return *n, true
	}
	return Name{}, false
}

// A Cell is a cell that may run.
type Cell struct {
	// Number is the cell's prompt number.
	Number int
	// Program is what the worker runs.
	Program *ir.Program
	// Results are the types of the values that Program shows, as Go
	// writes them.
	Results []string
	// Notes are remarks for the user, for example that callers of a
	// redefined function keep the old one.
	Notes []string
	// Trust lists the constructs the cell uses.
	Trust []Construct

	// Unit is what must be compiled before Program can run; nil if Program
	// is all interpreted. The engine fills in the File of Program's unit.
	Unit *Unit
	// Why says in a few words what decided between the tiers.
	Why string

	names   []*Name
	imports map[string]string
	dots    []string
	homes   map[types.Object]string
	bound   string
	makes   []string
	// need is where the cell has what makes it need its unit, and what.
	need Diagnostic
}

// Empty tells that there is nothing to run.
func (c *Cell) Empty() bool {
	return c.Unit == nil && len(c.Program.Main.Body.Kids) == 0 && len(c.Program.Decls) == 0
}

// OnlyDeclares tells that the cell is a unit of declarations: running it has no
// effect but that its names are there.
func (c *Cell) OnlyDeclares() bool {
	return c.Unit != nil && !c.Unit.Body && len(c.Program.Main.Body.Kids) == 0
}

// Declares returns the names the cell declares, in the order of the text.
func (c *Cell) Declares() []string {
	var out []string
	for _, n := range c.names {
		out = append(out, n.Object.Name())
	}
	return out
}

// Commit makes the names of a cell that ran known to later cells. Done is the
// number of top-level statements that the worker completed: names whose
// statement did not complete are left out, and keep their earlier meaning.
// It returns the session variables that no name refers to any more.
func (f *Frontend) Commit(c *Cell, done int) (dropped []int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sorted = nil
	f.settle(c)
	for name, path := range c.imports {
		f.imports[name] = path
		if old := f.names[name]; old != nil {
			delete(f.names, name)
			if old.ID != 0 {
				dropped = append(dropped, old.ID)
			}
		}
	}
	for _, path := range c.dots {
		if !slices.Contains(f.dots, path) {
			f.dots = append(f.dots, path)
		}
	}
	for _, n := range c.names {
		if n.step >= done {
			continue
		}
		name := n.Object.Name()
		if old := f.names[name]; old != nil && old.ID != 0 && old.ID != n.ID {
			dropped = append(dropped, old.ID)
		}
		f.names[name] = n
		delete(f.imports, name)
	}
	return dropped
}

// Withdraw takes back the names that Commit made known for a cell whose unit
// could not be had.
func (f *Frontend) Withdraw(c *Cell) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sorted = nil
	for _, n := range c.names {
		if f.names[n.Object.Name()] == n {
			delete(f.names, n.Object.Name())
		}
	}
	for obj := range c.homes {
		delete(f.homes, obj)
	}
	if c.Unit != nil {
		delete(f.bound, c.Unit.Path)
	}
	for _, key := range c.makes {
		delete(f.made, strings.ReplaceAll(key, selfPath, c.Unit.Path))
	}
}

// settle remembers what of a cell lives in its unit, which the worker has now.
func (f *Frontend) settle(c *Cell) {
	if c.Unit == nil {
		return
	}
	f.bound[c.Unit.Path] = c.bound
	for _, key := range c.makes {
		f.made[strings.ReplaceAll(key, selfPath, c.Unit.Path)] = true
	}
	for obj, path := range c.homes {
		f.homes[obj] = path
		tn, ok := obj.(*types.TypeName)
		if !ok || tn.IsAlias() {
			continue
		}
		if st, ok := tn.Type().Underlying().(*types.Struct); ok {
			for v := range st.Fields() {
				if _, known := f.fields[v]; !known {
					f.fields[v] = tn
				}
			}
		}
	}
}

// newID returns an unused session-variable number.
func (f *Frontend) newID() int {
	f.nextID++
	return f.nextID - 1
}

// identifiers returns the names that stand in a cell's syntax as plain
// identifiers, and for those that stand before a dot, what is selected.
func identifiers(t *tree) (plain map[string]bool, selected map[string]map[string]bool) {
	plain = map[string]bool{}
	selected = map[string]map[string]bool{}
	visit := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			plain[n.Name] = true
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok {
				if selected[id.Name] == nil {
					selected[id.Name] = map[string]bool{}
				}
				selected[id.Name][n.Sel.Name] = true
			}
		}
		return true
	}
	for _, d := range t.decls {
		ast.Inspect(d, visit)
	}
	for _, s := range t.stmts {
		ast.Inspect(s, visit)
	}
	return plain, selected
}

// version returns what tells apart the contents that a package path may have
// in the life of a session: "" for those that come with the kernel.
func (f *Frontend) version(path string) string {
	if v, ok := f.pkgs.(interface{ Version(path string) string }); ok {
		return v.Version(path)
	}
	return ""
}
