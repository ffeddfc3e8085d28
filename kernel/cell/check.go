package cell

// This file type-checks a cell with go/types: one new package per cell,
// always with path "main", in which the objects of earlier cells that the cell
// mentions and does not declare anew stand beside its own.

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// goVersion is the language version of cells.
const goVersion = "go1.26"

// A checked cell is a tree with its types.
type checked struct {
	*tree
	info *types.Info
	pkg  *types.Package
	// steps are the top-level statements in the order they run.
	steps []step
	// imports are the imports the cell uses or declares: name -> path.
	imports map[string]string
	dots    []string
	// used are the session's names that stand in the checked package.
	used map[types.Object]*Name
	// carried are the variables of earlier cells that get a new type.
	carried []step
	// repeats are names that the cell declares just as they are.
	repeats []string
}

// A step is a top-level statement. One that declares variables which the
// cell's functions mention is checked as a package-level declaration, so that
// they see it; spec is that declaration then.
type step struct {
	stmt ast.Stmt
	// decl holds the variable declaration: of a var statement, or the
	// hoisted form of a := statement; nil for others.
	decl *ast.GenDecl
	// hoisted tells that decl was checked at package level.
	hoisted bool
}

// names returns the identifiers that the step declares at the top level.
func (s step) names() (ids []*ast.Ident) {
	if s.decl != nil {
		for _, sp := range s.decl.Specs {
			ids = append(ids, sp.(*ast.ValueSpec).Names...)
		}
		return ids
	}
	if a, ok := s.stmt.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
		for _, l := range a.Lhs {
			if id, ok := l.(*ast.Ident); ok {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// stepsOf classifies the statements of a tree and decides which of them are
// hoisted.
func stepsOf(t *tree) []step {
	var steps []step
	where := map[string][]int{} // name -> steps that declare it
	for i, st := range t.stmts {
		s := step{stmt: st}
		if ds, ok := st.(*ast.DeclStmt); ok {
			if gd, ok := ds.Decl.(*ast.GenDecl); ok && gd.Tok == token.VAR {
				s.decl = gd
			}
		}
		if s.decl != nil && t.extension != nil && t.offset(st.Pos()) < t.shiftBytes {
			s.hoisted = true
		}
		steps = append(steps, s)
		for _, id := range s.names() {
			where[id.Name] = append(where[id.Name], i)
		}
	}
	// What the declarations mention must be hoisted, and so must what the
	// hoisted statements mention in turn.
	var todo []string
	for _, id := range t.free {
		todo = append(todo, id.Name)
	}
	todo = append(todo, forward(steps, where)...)
	seen := map[string]bool{}
	for len(todo) > 0 {
		name := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[name] || name == "_" || len(where[name]) == 0 {
			continue
		}
		seen[name] = true
		s := &steps[where[name][0]]
		if s.hoisted {
			continue
		}
		s.hoisted = true
		if a, ok := s.stmt.(*ast.AssignStmt); ok {
			spec := &ast.ValueSpec{Values: a.Rhs}
			for _, l := range a.Lhs {
				id, ok := l.(*ast.Ident)
				if !ok {
					s.hoisted = false // the checker says what is wrong with it
					break
				}
				spec.Names = append(spec.Names, id)
			}
			if !s.hoisted {
				continue
			}
			s.decl = &ast.GenDecl{TokPos: a.Pos(), Tok: token.VAR, Specs: []ast.Spec{spec}}
		}
		todo = append(todo, mentionedIn(s.decl)...)
	}
	return steps
}

// declared returns the names that a cell declares at package level: what its
// declarations declare and what is hoisted. A name that an ordinary statement
// declares is not among them: until that statement, it means what it meant in
// earlier cells, as in x := x + 1.
func declared(t *tree, steps []step) map[string]*ast.Ident {
	out := map[string]*ast.Ident{}
	for _, d := range t.decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				out[d.Name.Name] = d.Name
			}
		case *ast.GenDecl:
			for _, sp := range d.Specs {
				switch sp := sp.(type) {
				case *ast.TypeSpec:
					out[sp.Name.Name] = sp.Name
				case *ast.ValueSpec:
					for _, id := range sp.Names {
						out[id.Name] = id
					}
				}
			}
		}
	}
	for _, s := range steps {
		if s.hoisted {
			for _, id := range s.names() {
				out[id.Name] = id
			}
		}
	}
	delete(out, "_")
	return out
}

// check type-checks t. The caller holds f.mu.
func (f *Frontend) check(t *tree) (*checked, Diagnostics) {
	c := &checked{tree: t, steps: stepsOf(t), imports: map[string]string{}}
	own := declared(t, c.steps)
	plain, selected := identifiers(t)
	specs, errs := f.importsFor(c, own, plain, selected)
	if len(errs) > 0 {
		return c, errs
	}
	for _, d := range t.decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Body == nil {
			errs = append(errs, t.diagnose(fd.Name.Pos(), "missing function body"))
		}
	}
	if len(errs) > 0 {
		return c, errs
	}
	f.keepApart(t, own)
	showLast(c)
	for pass := 0; ; pass++ {
		errs = f.checkOnce(c, own, plain, specs)
		if c.repeats == nil {
			if same := f.unchanged(c); len(same) > 0 {
				c.leaveOut(same)
				own = declared(t, c.steps)
				continue
			}
		}
		if len(errs) == 0 || pass > len(t.stmts)+8 {
			break
		}
		again := wrapErrors(t.stmts, c.info)
		if wrapShown(c, errs) || nameFields(c) {
			again = true
		}
		if !again {
			break
		}
	}
	if len(errs) == 0 {
		c.initOrder()
	}
	if t.extension != nil {
		n := 0
		for n < len(c.steps) && t.offset(c.steps[n].stmt.Pos()) < t.shiftBytes {
			n++
		}
		c.carried, c.steps = c.steps[:n], c.steps[n:]
		c.stmts = c.stmts[n:]
	}
	return c, errs.tidy()
}

// keepApart puts the right side of type b a in parentheses if an earlier cell
// declares a: the checker looks for cycles along such names and takes those in
// the package's scope to be declared by the files it checks.
func (f *Frontend) keepApart(t *tree, own map[string]*ast.Ident) {
	for _, d := range t.decls {
		gd, ok := d.(*ast.GenDecl)
		if !ok || gd.Tok != token.TYPE {
			continue
		}
		for _, sp := range gd.Specs {
			sp := sp.(*ast.TypeSpec)
			if id, ok := sp.Type.(*ast.Ident); ok && own[id.Name] == nil && f.names[id.Name] != nil {
				sp.Type = &ast.ParenExpr{Lparen: id.Pos(), X: id, Rparen: id.End()}
			}
		}
	}
}

// importsFor returns the import specs of the cell's file: those it writes,
// those of earlier cells that it mentions, and those of known packages that it
// uses without an import.
func (f *Frontend) importsFor(c *checked, own map[string]*ast.Ident, plain map[string]bool, selected map[string]map[string]bool) (specs []*ast.ImportSpec, errs Diagnostics) {
	taken := map[string]bool{}
	for _, sp := range c.tree.imports {
		p, err := strconv.Unquote(sp.Path.Value)
		if err != nil {
			continue // a syntax error, said already
		}
		if p == "C" {
			errs = append(errs, c.diagnose(sp.Path.Pos(), `import "C": cgo is not available in cells; build a package with cgo and import that`))
			continue
		}
		if _, err := f.pkgs.Import(p); err != nil {
			errs = append(errs, c.diagnose(sp.Path.Pos(), err.Error()))
			continue
		}
		name := ""
		if sp.Name != nil {
			name = sp.Name.Name
		}
		switch name {
		case "_":
		case ".":
			c.dots = append(c.dots, p)
		case "":
			name = f.pkgs.Name(p)
			fallthrough
		default:
			taken[name] = true
			c.imports[name] = p
		}
		specs = append(specs, sp)
	}
	add := func(name, p string) {
		taken[name] = true
		specs = append(specs, &ast.ImportSpec{
			Name: &ast.Ident{Name: name},
			Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(p)},
		})
	}
	for name, p := range f.imports {
		if plain[name] && own[name] == nil && !taken[name] {
			add(name, p)
		}
	}
	for _, p := range f.dots {
		if !slices.Contains(c.dots, p) { // the cell is run again, perhaps
			add(".", p)
		}
	}
	for name, sels := range selected {
		if taken[name] || own[name] != nil || f.names[name] != nil || types.Universe.Lookup(name) != nil {
			continue
		}
		if p := f.autoImport(name, sels); p != "" {
			c.imports[name] = p
			add(name, p)
		}
	}
	return specs, errs
}

// autoImport returns the first package with the name that has all of sels, or
// one of them; "" if there is none.
func (f *Frontend) autoImport(name string, sels map[string]bool) string {
	some := ""
	for _, p := range f.pkgs.ByName(name) {
		pkg, err := f.pkgs.Import(p)
		if err != nil {
			continue
		}
		n := 0
		for s := range sels {
			if pkg.Scope().Lookup(s) != nil {
				n++
			}
		}
		if n == len(sels) {
			return p
		}
		if some == "" && n > 0 {
			some = p
		}
	}
	if some == "" {
		// A package used with a misspelt name: the error then says what
		// is undefined in it.
		if ps := f.pkgs.ByName(name); len(ps) > 0 {
			some = ps[0]
		}
	}
	return some
}

// showLast makes the last statement one that Go accepts if it is an
// expression whose value is to be shown.
func showLast(c *checked) {
	s := c.shown()
	if s == nil {
		return
	}
	if e, ok := s.(*ast.ExprStmt); ok {
		if _, call := ast.Unparen(e.X).(*ast.CallExpr); !call {
			c.replaceLast(showing(e.X))
		}
	}
}

// showing returns _ = e, which gives e the type it has on its own, or the same
// for several expressions.
func showing(list ...ast.Expr) ast.Stmt {
	pos := list[0].Pos()
	s := &ast.AssignStmt{TokPos: pos, Tok: token.ASSIGN, Rhs: list}
	for range list {
		s.Lhs = append(s.Lhs, &ast.Ident{NamePos: pos, Name: "_"})
	}
	return s
}

// wrapShown does the same for a last statement of which the checker has said
// that its value is not used: a call of a builtin or a conversion.
func wrapShown(c *checked, errs Diagnostics) bool {
	e, ok := c.shown().(*ast.ExprStmt)
	if !ok {
		return false
	}
	for _, d := range errs {
		if strings.HasSuffix(d.Message, " is not used") && d.offset >= c.offset(e.Pos()) && d.offset < c.offset(e.End()) {
			c.replaceLast(showing(e.X))
			return true
		}
	}
	return false
}

// shown returns the statement whose value the cell shows; nil if none.
func (c *checked) shown() ast.Stmt {
	if len(c.stmts) == 0 || !c.lastIsStmt {
		return nil
	}
	return c.stmts[len(c.stmts)-1]
}

func (c *checked) replaceLast(s ast.Stmt) {
	c.stmts[len(c.stmts)-1] = s
	c.steps[len(c.steps)-1].stmt = s
}

// checkOnce runs go/types over the cell.
func (f *Frontend) checkOnce(c *checked, own map[string]*ast.Ident, plain map[string]bool, specs []*ast.ImportSpec) (errs Diagnostics) {
	c.pkg = types.NewPackage("main", "main")
	c.used = map[types.Object]*Name{}
	scope := c.pkg.Scope()
	for name := range plain {
		if n := f.names[name]; n != nil && own[name] == nil && c.imports[name] == "" {
			scope.Insert(n.Object)
			c.used[n.Object] = n
		}
	}
	for _, m := range f.must {
		scope.Insert(m)
	}
	file := &ast.File{Name: ast.NewIdent("main")}
	imp := &ast.GenDecl{Tok: token.IMPORT, Lparen: 1}
	written := map[token.Pos]bool{}
	for _, sp := range specs {
		imp.Specs = append(imp.Specs, sp)
		file.Imports = append(file.Imports, sp)
		written[sp.Pos()] = true
	}
	file.Decls = append(file.Decls, imp)
	file.Decls = append(file.Decls, c.decls...)
	body := &ast.BlockStmt{}
	top := map[int]bool{} // offsets of names declared at the top level
	for _, s := range c.steps {
		for _, id := range s.names() {
			top[c.offset(id.Pos())] = true
		}
		if s.hoisted {
			file.Decls = append(file.Decls, s.decl)
		} else {
			body.List = append(body.List, s.stmt)
		}
	}
	if n := len(c.stmts); n > 0 {
		body.Lbrace, body.Rbrace = c.stmts[0].Pos(), c.stmts[n-1].End()
		file.FileStart, file.FileEnd = body.Lbrace, body.Rbrace
	}
	file.Decls = append(file.Decls, &ast.FuncDecl{
		Name: ast.NewIdent("_"),
		Type: &ast.FuncType{Params: &ast.FieldList{}},
		Body: body,
	})
	c.info = &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Instances:  map[*ast.Ident]types.Instance{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Implicits:  map[ast.Node]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
		Scopes:     map[ast.Node]*types.Scope{},
	}
	var detail bool // the previous error may be continued by a tab line
	conf := types.Config{
		Importer:  f.pkgs,
		GoVersion: goVersion,
		Sizes:     f.sizes,
		Error: func(err error) {
			te, ok := err.(types.Error)
			if !ok {
				errs = append(errs, c.diagnoseAt(0, err.Error()))
				return
			}
			msg := te.Msg
			if strings.HasPrefix(msg, "\t") { // "other declaration of …"
				if detail {
					at := c.diagnose(te.Pos, msg[1:])
					errs[len(errs)-1].Message += "\n\t" + at.String()
				}
				return
			}
			detail = false // a dropped error drops its continuation
			off := c.offset(te.Pos)
			if strings.HasSuffix(msg, "imported and not used") || strings.Contains(msg, "imported as") && strings.HasSuffix(msg, "and not used") {
				return
			}
			if strings.HasPrefix(msg, "declared and not used") && top[off] {
				return
			}
			errs = append(errs, c.diagnoseAt(off, sayIt(msg)))
			detail = true
		},
	}
	types.NewChecker(&conf, c.fset, c.pkg, c.info).Files([]*ast.File{file})
	return errs
}
