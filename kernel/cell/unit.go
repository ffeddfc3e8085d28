package cell

// This file makes units: the Go packages that cells become which are compiled
// instead of interpreted (see package guard). A unit has the cell's own text,
// with changes in the places where cells differ from Go files:
//
//   - a session variable x is reached through a pointer, (*ꞑv_x), which the
//     worker sets;
//   - a method that is not exported has another name, Ꞑarea for area, so that
//     other cells' types, which live in other units, can have it too;
//   - fields that are not exported are reached from other units through
//     accessors (unit_field.go);
//   - loops and functions look whether they are to stop (unit_stop.go).
//
// Names that begin with ꞑ or Ꞑ are the kernel's. Every other line is the user's,
// under its number in the cell.

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/netherfield/netherfield/kernel/ir"
)

// A Unit is the source of a package that must be compiled before its cell can
// run.
type Unit struct {
	// Path is its import path, a hash of all that it is made of.
	Path string
	// Source is its only file. The user's lines are those of the file
	// "/cell", with their numbers in the cell.
	Source []byte
	// Imports are the packages it imports, Units the paths of earlier
	// units it imports; both are sorted.
	Imports, Units []string
	// Body tells that the cell's statements are compiled too.
	Body bool
}

// guardPath is the package that units call.
const guardPath = "github.com/netherfield/netherfield/kernel/guard"

// The kernel's names in units. The first letter of those that other units use
// is a capital.
const (
	unitPrefix   = "ꞑ" // before the names below, and functions that would be exported
	exportPrefix = "Ꞑ" // before methods and generic functions that other units use
	varPrefix    = "ꞑv_"
	newPrefix    = "ꞑr_"
	typePrefix   = "Ꞑt_"
	fieldPrefix  = "Ꞑf_"
	guardName    = "ꞑguard"
	alertName    = "ꞑalert"
	bodyName     = "ꞑbody"
	// selfPath stands for the unit's own path while its hash is not known.
	selfPath = "cell/·"
)

// NamePrefixes is a regular expression for what begins the kernel's names, and
// NameLead is in all of them.
const (
	NamePrefixes = "[Ꞑꞑ]"
	NameLead     = "\xea\x9e" // of both letters in UTF-8
)

// PlainName returns a name as the user wrote it, without what units add.
func PlainName(s string) string {
	s = strings.ReplaceAll(s, exportPrefix, "")
	return strings.ReplaceAll(s, unitPrefix, "")
}

// A unitWriter writes one unit.
type unitWriter struct {
	*binding
	edits
	body bool // the statements are part of it

	packages map[string]string // import path -> the name in the unit, for what the kernel's text mentions
	written  map[string]string // name -> import path, for what the user's text mentions
	dotted   map[string]bool   // paths of dot imports that the text needs
	units    map[string]string // path of an earlier unit -> its name
	pointers map[int]pointer   // session variables by ID
	taken    map[string]bool   // names of pointers
	locals   map[int]string    // copies of session variables, by ID, in a quiet loop
	flush    string            // stores the copies in a loop that cannot panic
	aliases  map[string]string // user's name -> what it stands for
	instance map[string]string // key of guard.Unit.Instances -> expression
	shapes   map[string]string // key of guard.Unit.Types -> type
	results  []string
	inits    int
	makes    []string // keys of instances
	depth    int      // of function literals and declarations around; 0: top level
}

// A pointer is the unit's variable that holds a session variable's address.
type pointer struct {
	name, typ string
	step      int
	carries   int
}

// unitError ends the writing of a unit.
type unitError struct{ Diagnostic }

func (w *unitWriter) fail(pos token.Pos, format string, args ...any) {
	panic(unitError{w.diagnose(pos, fmt.Sprintf(format, args...))})
}

// compile makes the unit of a cell, with its statements or without them.
// Instances are what interpreted statements want of generic functions and
// types.
func (b *binding) compile(body bool, wants []want) (u *Unit, cell *Cell, err error) {
	w := &unitWriter{
		binding: b, body: body,
		packages: map[string]string{}, written: map[string]string{}, dotted: map[string]bool{},
		units: map[string]string{}, pointers: map[int]pointer{}, taken: map[string]bool{},
		aliases: map[string]string{}, instance: map[string]string{}, shapes: map[string]string{},
	}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(unitError)
			if !ok {
				panic(r)
			}
			u, cell, err = nil, nil, &Refusal{e.Diagnostic}
		}
	}()
	source := w.unit(wants)
	u = &Unit{Body: body}
	for path := range w.packages {
		u.Imports = append(u.Imports, path)
	}
	for _, path := range w.written {
		u.Imports = append(u.Imports, path)
	}
	for path := range w.dotted {
		u.Imports = append(u.Imports, path)
	}
	u.Imports = append(append(u.Imports, guardPath), w.blank()...)
	sort.Strings(u.Imports)
	u.Imports = slices.Compact(u.Imports)
	for path := range w.units {
		u.Units = append(u.Units, path)
	}
	sort.Strings(u.Units)

	cell = b.cell()
	cell.Results = w.results
	info := ir.Unit{Cell: b.number}
	binds := ""
	for id, p := range w.pointers {
		info.Vars = append(info.Vars, ir.UnitVar{Name: strings.TrimPrefix(p.name, varPrefix), ID: id, Step: p.step, Carries: p.carries})
	}
	sort.Slice(info.Vars, func(i, j int) bool { return info.Vars[i].Name < info.Vars[j].Name })
	for _, v := range info.Vars {
		binds += fmt.Sprint(v.Name, "=", v.ID, " ")
	}
	for _, fd := range b.funcs {
		n := b.own[b.info.Defs[fd.Name]]
		info.Funcs = append(info.Funcs, ir.UnitFunc{Name: fd.Name.Name, ID: n.ID})
		binds += fmt.Sprint(fd.Name.Name, "=", n.ID, " ")
	}
	// One copy of a unit has one set of variables.
	for copies := 1; ; copies++ {
		text := source
		if copies > 1 {
			text += fmt.Sprintf("\n// copy %d\n", copies)
		}
		h := sha256.New()
		h.Write([]byte(b.f.salt()))
		for _, path := range u.Imports {
			h.Write([]byte(path + "=" + b.f.version(path) + "\n"))
		}
		h.Write([]byte(text))
		u.Path = "cell/" + hex.EncodeToString(h.Sum(nil)[:12])
		if bound, ok := b.f.bound[u.Path]; !ok || bound == binds {
			u.Source = []byte(strings.ReplaceAll(text, selfPath, u.Path))
			break
		}
	}
	info.Path = u.Path
	cell.bound, cell.makes = binds, w.makes
	cell.Unit = u
	cell.homes = w.homes(u.Path)
	cell.Program = &ir.Program{Cell: b.number, Units: []ir.Unit{info}}
	if body {
		cell.Program.Body = u.Path
		for _, s := range b.steps {
			cell.Program.Steps = append(cell.Program.Steps, b.line(s.stmt.Pos()))
		}
	}
	return u, cell, nil
}

// unit returns the unit's text.
func (w *unitWriter) unit(wants []want) string {
	var decls, inits strings.Builder
	for _, d := range w.decls {
		if gd, ok := d.(*ast.GenDecl); ok && gd.Tok == token.IMPORT {
			continue
		}
		w.decl(d)
		start := d.Pos()
		if doc := docOf(d); doc != nil {
			start = doc.Pos()
		}
		w.chunk(&decls, start, d.End())
		decls.WriteByte('\n')
	}
	for i := range w.inits {
		fmt.Fprintf(&inits, "\t%sinit_%d()\n", unitPrefix, i+1)
	}
	if w.body {
		fmt.Fprintf(&decls, "//line /generated:1\nfunc %s() {\n", bodyName)
		w.statements(&decls, inits.String())
		decls.WriteString("\n}\n")
	} else if w.inits > 0 {
		fmt.Fprintf(&decls, "//line /generated:1\nfunc %s() {\n%s}\n", bodyName, inits.String())
	}
	for _, x := range wants {
		w.want(x)
	}
	for _, n := range w.names {
		if n.carries != 0 {
			w.pointer(n, token.NoPos)
		}
	}
	own := w.ownDecls()

	var out strings.Builder
	out.WriteString("//line /generated:1\npackage main\n\nimport (\n")
	fmt.Fprintf(&out, "\t%s %q\n", guardName, guardPath)
	for _, path := range sortedKeys(w.packages) {
		fmt.Fprintf(&out, "\t%s %q\n", w.packages[path], path)
	}
	for _, name := range sortedKeys(w.written) {
		fmt.Fprintf(&out, "\t%s %q\n", name, w.written[name])
	}
	for _, path := range sortedKeys(w.dotted) {
		fmt.Fprintf(&out, "\t. %q\n", path)
	}
	for _, path := range w.blank() {
		fmt.Fprintf(&out, "\t_ %q\n", path)
	}
	for _, path := range sortedKeys(w.units) {
		fmt.Fprintf(&out, "\t%s %q\n", w.units[path], path)
	}
	out.WriteString(")\n\n")
	for _, name := range sortedKeys(w.aliases) {
		fmt.Fprintf(&out, "type %s = %s\n", name, w.aliases[name])
	}
	ids := make([]int, 0, len(w.pointers))
	for id := range w.pointers {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int) int { return strings.Compare(w.pointers[a].name, w.pointers[b].name) })
	for _, id := range ids {
		fmt.Fprintf(&out, "var %s *%s\n", w.pointers[id].name, w.pointers[id].typ)
	}
	out.WriteString(own)
	fmt.Fprintf(&out, "\nvar %s uint32\n\nfunc main() {}\n\nfunc init() {\n\t%s.Register(%q, &%s.Unit{\n", alertName, guardName, selfPath, guardName)
	fmt.Fprintf(&out, "\t\tAlert: &%s,\n", alertName)
	table := func(field string, rows []string) {
		if len(rows) > 0 {
			fmt.Fprintf(&out, "\t\t%s: map[string]interface{}{\n%s\t\t},\n", field, strings.Join(rows, ""))
		}
	}
	row := func(key, value string) string { return fmt.Sprintf("\t\t\t%q: %s,\n", key, value) }
	var vars, funcs, redirects, types, instances []string
	for _, id := range ids {
		p := w.pointers[id].name
		vars = append(vars, row(strings.TrimPrefix(p, varPrefix), "&"+p))
	}
	for _, fd := range w.funcs {
		funcs = append(funcs, row(fd.Name.Name, w.funcName(fd.Name.Name)))
		redirects = append(redirects, row(fd.Name.Name, "&"+newPrefix+fd.Name.Name))
	}
	for _, name := range sortedKeys(w.shapes) {
		types = append(types, row(name, "(*"+w.shapes[name]+")(nil)"))
	}
	for _, name := range sortedKeys(w.instance) {
		instances = append(instances, row(name, w.instance[name]))
	}
	table("Vars", vars)
	table("Funcs", funcs)
	table("Redirects", redirects)
	table("Types", types)
	table("Instances", instances)
	if w.body || w.inits > 0 {
		fmt.Fprintf(&out, "\t\tBody: %s,\n", bodyName)
	}
	out.WriteString("\t})\n}\n\n")
	out.WriteString(decls.String())
	return out.String()
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func docOf(d ast.Decl) *ast.CommentGroup {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}

// chunk writes the edited text of a range under its line number. The comment
// that a directive such as //go:noinline is stays above its function.
func (w *unitWriter) chunk(out *strings.Builder, from, to token.Pos) {
	if line := w.line(from); line > 0 {
		fmt.Fprintf(out, "//line /cell:%d\n", line)
	} else {
		out.WriteString("//line /earlier:1\n")
	}
	fmt.Fprintf(out, "%s\n", w.edited(w.src, w.offset(from), w.offset(to)))
}

// blank returns the paths that the cell imports for their effect.
func (w *unitWriter) blank() (paths []string) {
	for _, sp := range w.tree.imports {
		if p, err := strconv.Unquote(sp.Path.Value); err == nil && sp.Name != nil && sp.Name.Name == "_" {
			if pkg, err := w.f.pkgs.Import(p); err == nil {
				p = pkg.Path() // an edition of a package of the user's
			}
			paths = append(paths, p)
		}
	}
	sort.Strings(paths)
	return slices.Compact(paths)
}

// ownDecls returns what the unit declares beside the user's text: redirects,
// aliases of types and accessors of fields that are not exported.
func (w *unitWriter) ownDecls() string {
	var out strings.Builder
	for _, fd := range w.funcs {
		fmt.Fprintf(&out, "var %s%s %s\n", newPrefix, fd.Name.Name, w.spell(w.info.Defs[fd.Name].Type(), fd.Pos()))
	}
	var accessors strings.Builder
	for _, n := range w.names {
		obj, ok := n.Object.(*types.TypeName)
		if !ok {
			continue
		}
		generic := typeParamsOf(obj)
		if !obj.Exported() {
			fmt.Fprintf(&out, "type %s%s%s = %s%s\n", typePrefix, obj.Name(), w.spellTypeParams(generic), obj.Name(), typeArgsText(generic))
		}
		if generic.Len() == 0 && !isConstraint(obj.Type()) {
			w.shapes[obj.Name()] = obj.Name()
		}
		if !obj.IsAlias() {
			w.accessors(&accessors, obj)
		}
	}
	if accessors.Len() > 0 {
		out.WriteString(accessors.String())
	}
	return out.String()
}

// isConstraint tells whether a type is an interface that no variable can have.
func isConstraint(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && !i.IsMethodSet()
}

// typeParamsOf returns the parameters of a generic type or alias; nil if it is
// none.
func typeParamsOf(obj *types.TypeName) *types.TypeParamList {
	switch t := obj.Type().(type) {
	case *types.Named:
		return t.TypeParams()
	case *types.Alias:
		return t.TypeParams()
	}
	return nil
}

// homes returns what of the cell lives in the unit.
func (w *unitWriter) homes(path string) map[types.Object]string {
	out := map[types.Object]string{}
	for _, n := range w.names {
		switch obj := n.Object.(type) {
		case *types.TypeName:
			out[obj] = path
		case *types.Func:
			if obj.Signature().TypeParams() != nil {
				out[obj] = path
			}
		}
	}
	return out
}
