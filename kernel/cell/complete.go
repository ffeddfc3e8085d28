package cell

// This file answers completion: it finds out what kind of thing is being
// written at the cursor and asks the file for that kind.

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Completion lists what may replace code[Start:End].
type Completion struct {
	// Start and End are byte offsets.
	Start, End int
	// Matches come best first, each Text once.
	Matches []Match
}

// A Match is one item of a completion list.
type Match struct {
	// Text replaces the completed range.
	Text string
	// Kind is "function", "method", "field", "variable", "constant",
	// "type", "package", "keyword", "label", "command" or "path".
	Kind string
	// Signature is shown beside the text: the signature of a function,
	// the type of a value, the import path of a package.
	Signature string
}

// marker stands for the unfinished name while a cell is checked. No one
// writes that letter in a name.
const marker = "ǃ"

// Complete lists what may stand at byte offset cursor of code: members after
// a dot, import paths in an import, field names in a literal, else the names
// in scope, packages that need no import among them. It may be called while a
// cell runs.
func (f *Frontend) Complete(code string, cursor int) Completion {
	cursor = onRune(code, cursor)
	text, cmds := f.mask(code)
	for _, c := range cmds {
		if done, ok := f.completeCommand(code, c, cursor); ok {
			return done
		}
	}
	p := placeOf(text, cursor)
	switch p.kind {
	case inText:
		return Completion{Start: cursor, End: cursor}
	case inImportPath:
		return f.completePath(text, p, cursor)
	}
	l := &list{prefix: text[p.start:cursor]}
	f.mu.Lock()
	defer f.mu.Unlock()
	if v := f.look(text, p, marker); v != nil {
		f.collect(l, v)
	} else {
		f.collectNames(l, &view{checked: &checked{tree: &tree{}}, step: -1})
	}
	return Completion{Start: p.start, End: cursor, Matches: l.sorted()}
}

// onRune returns the offset nearest to off, not above it, where a character
// of code begins or code ends.
func onRune(code string, off int) int {
	off = max(0, min(off, len(code)))
	for off > 0 && off < len(code) && !utf8.RuneStart(code[off]) {
		off--
	}
	return off
}

// collect adds what may stand at the view's identifier.
func (f *Frontend) collect(l *list, v *view) {
	switch p := v.parent(0).(type) {
	case *ast.SelectorExpr:
		if p.Sel == v.ident {
			f.collectSelected(l, v, p.X)
			return
		}
	case *ast.BranchStmt:
		for _, n := range v.path {
			if s, ok := n.(*ast.LabeledStmt); ok {
				l.add(Match{s.Label.Name, "label", ""}, groupLocal)
			}
		}
		return
	case *ast.CompositeLit:
		if p.Type != v.ident {
			collectFields(l, v, p)
		}
	case *ast.KeyValueExpr:
		lit, ok := v.parent(1).(*ast.CompositeLit)
		if ok && p.Key == v.ident && collectFields(l, v, lit) {
			return
		}
	case *ast.ValueSpec:
		for _, n := range p.Names {
			if n == v.ident {
				return // a new name: nothing can know it
			}
		}
	case *ast.TypeSpec:
		if p.Name == v.ident {
			return
		}
	case *ast.FuncDecl:
		if p.Name == v.ident {
			return
		}
	}
	f.collectNames(l, v)
}

// collectSelected adds what may stand after the dot behind x.
func (f *Frontend) collectSelected(l *list, v *view, x ast.Expr) {
	if id, ok := x.(*ast.Ident); ok {
		if pn, ok := v.info.Uses[id].(*types.PkgName); ok {
			f.collectPackage(l, pn.Imported())
			if !v.wrote(pn.Imported().Path()) && f.imports[id.Name] == "" {
				// The checker took the first of several packages.
				for _, p := range f.pkgs.ByName(id.Name) {
					if pkg, err := f.pkgs.Import(p); err == nil && pkg != pn.Imported() {
						f.collectPackage(l, pkg)
					}
				}
			}
			return
		}
	}
	if tv, ok := v.info.Types[x]; ok && tv.Type != nil {
		f.collectMembers(l, tv.Type, tv.IsType(), tv.Addressable())
	}
}

// collectFields adds the fields of a struct that a composite literal does not
// set yet. It reports false if the literal is not one of a struct.
func collectFields(l *list, v *view, lit *ast.CompositeLit) bool {
	t := v.info.TypeOf(lit)
	if t == nil {
		return false
	}
	if p, ok := t.Underlying().(*types.Pointer); ok { // []*T{{…}}
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	set := map[string]bool{}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok {
				set[id.Name] = true
			}
		}
	}
	for i := range s.NumFields() {
		if fd := s.Field(i); visible(fd) && !set[fd.Name()] && l.wants(fd.Name()) {
			l.add(matchOf(fd), groupField)
		}
	}
	return true
}

// visible tells whether a cell may name the object.
func visible(obj types.Object) bool {
	return obj.Exported() || obj.Pkg() == nil || obj.Pkg().Path() == "main"
}

// completePath lists the packages whose path begins with what stands in an
// import's string before the cursor.
func (f *Frontend) completePath(text string, p place, cursor int) Completion {
	l := &list{prefix: text[p.start:cursor]}
	for _, path := range f.pkgs.Paths() {
		if l.wants(path) {
			l.add(Match{path, "package", "package " + f.pkgs.Name(path)}, groupImported)
		}
	}
	return Completion{Start: p.start, End: cursor, Matches: l.sorted()}
}

// matchOf describes an object in a completion list.
func matchOf(obj types.Object) Match {
	m := Match{Text: obj.Name(), Kind: "variable"}
	switch obj := obj.(type) {
	case *types.Var:
		if obj.IsField() {
			m.Kind = "field"
		}
	case *types.Func:
		m.Kind = "function"
		if obj.Signature().Recv() != nil {
			m.Kind = "method"
		}
	case *types.Const:
		m.Kind = "constant"
	case *types.TypeName:
		m.Kind = "type"
	case *types.PkgName:
		m.Kind = "package"
		m.Signature = strconv.Quote(obj.Imported().Path())
		return m
	case *types.Builtin:
		m.Kind = "function"
		m.Signature = strings.TrimPrefix(builtinSignatures[obj.Name()], "func "+obj.Name())
		return m
	case *types.Nil:
		m.Kind = "constant"
		return m
	}
	m.Signature = strings.ReplaceAll(typeOf(obj), marker, "_")
	return m
}

// typeOf writes an object's type for a completion list.
func typeOf(obj types.Object) string {
	t := obj.Type()
	if t == nil || t == types.Typ[types.Invalid] {
		return ""
	}
	switch obj := obj.(type) {
	case *types.TypeName:
		switch u := t.Underlying().(type) {
		case *types.Struct:
			return "struct"
		case *types.Interface:
			return "interface"
		case *types.Basic:
			return u.Name()
		default:
			return types.TypeString(u, qualifier)
		}
	case *types.Const:
		name := types.TypeString(t, qualifier)
		if val := obj.Val().String(); len(val) <= 40 {
			return name + " = " + val
		}
		return name
	}
	return types.TypeString(t, qualifier)
}

// A place is what stands at the cursor.
type place struct {
	kind       placeKind
	start, end int // of the name at the cursor, empty if there is none
	before     []lexeme
}

type placeKind int

const (
	_ placeKind = iota // in code
	// inText is inside a string, a character, a number or a comment.
	inText
	inImportPath
)

// A lexeme is a token and where it stands.
type lexeme struct {
	tok        token.Token
	start, end int
	implied    bool // a semicolon that nobody wrote
}
