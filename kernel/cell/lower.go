package cell

// This file turns a checked cell into an ir.Program: the cell as a whole, its
// types, its names, and the functions around the statements.

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/netherfield/netherfield/kernel/ir"
	"github.com/netherfield/netherfield/kernel/symbols/instance"
)

// Prepare parses, checks and lowers a cell. The error is Diagnostics if Go
// would not compile the cell, and a *Refusal if it has a construct that this
// kernel cannot run yet. Nothing of the session changes.
func (f *Frontend) Prepare(number int, src string) (c *Cell, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer func() {
		// A defect of ours must cost a cell, not the session.
		if r := recover(); r != nil {
			c, err = nil, fmt.Errorf("the kernel has a defect that this cell shows: %v; please report it with the cell", r)
		}
	}()
	return f.prepare(number, src)
}

func (f *Frontend) prepare(number int, src string) (*Cell, error) {
	t, errs := parse(token.NewFileSet(), src)
	if len(errs) > 0 {
		return nil, errs
	}
	c, errs := f.check(t)
	if len(errs) > 0 {
		return nil, errs
	}
	return f.lower(number, c)
}

// A lowerer holds what the lowering of one cell gathers.
type lowerer struct {
	*checked
	f       *Frontend
	prog    *ir.Program
	types   typeutil.Map // types.Type -> index
	symbols map[string]int
	globals map[types.Object]int
	trust   map[Construct]bool
	fn      *function
	top     map[types.Object]bool // objects of top-level := and var
	names   []*Name
	notes   []string
	results []string
}

// refuse ends the lowering; Prepare returns the Refusal.
func (l *lowerer) refuse(pos token.Pos, what string) {
	d := l.diagnose(pos, what+refusalTail)
	panic(&Refusal{d})
}

func (l *lowerer) uses(c Construct) { l.trust[c] = true }

// lower makes the program of a checked cell.
func (f *Frontend) lower(number int, c *checked) (cell *Cell, err error) {
	l := &lowerer{
		checked: c, f: f,
		prog:    &ir.Program{Cell: number},
		symbols: map[string]int{},
		globals: map[types.Object]int{},
		trust:   map[Construct]bool{},
		top:     map[types.Object]bool{},
	}
	defer func() {
		if r := recover(); r != nil {
			ref, ok := r.(*Refusal)
			if !ok {
				panic(r)
			}
			cell, err = nil, ref
		}
	}()
	funcs := l.declare()
	for _, fd := range funcs {
		l.uses(FunctionDecl)
		obj := c.info.Defs[fd.Name].(*types.Func)
		g, fresh := l.bindFunc(obj, fd)
		l.prog.Decls = append(l.prog.Decls, ir.Decl{Global: g, New: fresh})
	}
	l.bindVars()
	for i, fd := range funcs {
		obj := c.info.Defs[fd.Name].(*types.Func)
		l.prog.Decls[i].Func = l.function(fd.Name.Name, obj.Signature(), fd.Type, fd.Body)
	}
	l.prog.Main = l.main()
	cell = &Cell{
		Number: number, Program: l.prog, Results: l.results, Notes: l.notes,
		names: l.names, imports: l.writtenImports(), dots: c.dots,
	}
	for _, k := range Trusted {
		if l.trust[k] {
			cell.Trust = append(cell.Trust, k)
		}
	}
	return cell, nil
}

// declare takes up the cell's declarations and returns its functions.
func (l *lowerer) declare() (funcs []*ast.FuncDecl) {
	for _, d := range l.decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			switch {
			case d.Recv != nil:
				l.refuse(d.Pos(), "a method declaration")
			case d.Type.TypeParams != nil:
				l.refuse(d.Pos(), "a generic function declaration")
			case d.Name.Name == "_":
				continue
			}
			funcs = append(funcs, d)
		case *ast.GenDecl:
			for _, sp := range d.Specs {
				switch sp := sp.(type) {
				case *ast.TypeSpec:
					l.refuse(sp.Pos(), "a type declaration")
				case *ast.ValueSpec:
					for _, id := range sp.Names {
						obj := l.info.Defs[id]
						if id.Name == "_" || obj == nil {
							continue
						}
						l.names = append(l.names, &Name{
							Object: obj, Cell: l.prog.Cell, step: -1,
							Doc: specDoc(d, sp), Source: l.text(d),
						})
					}
				}
			}
		}
	}
	return funcs
}

// bindFunc gives a declared function its session variable: that of the
// function it replaces if the signature is the same, so that whoever calls
// the old one calls the new one from now on.
func (l *lowerer) bindFunc(obj *types.Func, fd *ast.FuncDecl) (global int, fresh bool) {
	name := &Name{Object: obj, Cell: l.prog.Cell, step: -1, Doc: fd.Doc.Text(), Source: l.text(fd)}
	fresh = true
	if old := l.f.names[obj.Name()]; old != nil {
		if of, ok := old.Object.(*types.Func); ok {
			if types.Identical(of.Type(), obj.Type()) {
				name.ID, fresh = old.ID, false
			} else {
				l.notes = append(l.notes, fmt.Sprintf(
					"%s now has the signature %s; functions of earlier cells keep calling the one of cell %d.",
					obj.Name(), strings.TrimPrefix(types.TypeString(obj.Type(), qualifier), "func"), old.Cell))
			}
		}
	}
	if fresh {
		name.ID = l.f.newID()
	}
	l.names = append(l.names, name)
	return l.addGlobal(obj, name.ID), fresh
}

// bindVars gives every variable of the top level its session variable.
func (l *lowerer) bindVars() {
	byName := map[string]types.Object{}
	for i, s := range l.steps {
		doc := ""
		if s.decl != nil {
			doc = s.decl.Doc.Text()
		}
		for _, id := range s.names() {
			obj, ok := l.info.Defs[id].(*types.Var)
			if !ok || id.Name == "_" {
				continue
			}
			l.top[obj] = true
			if prev := byName[id.Name]; prev != nil && types.Identical(prev.Type(), obj.Type()) {
				// a, err := …; b, err := … with the first err
				// hoisted: one variable, as in a Go function.
				l.globals[obj] = l.globals[prev]
				continue
			}
			n := &Name{
				// Later cells see a package variable.
				Object: types.NewVar(obj.Pos(), l.pkg, obj.Name(), obj.Type()),
				Cell:   l.prog.Cell, Doc: doc, step: i,
			}
			if v := l.f.names[id.Name]; v != nil && isVar(v.Object) && types.Identical(v.Object.Type(), obj.Type()) {
				// Functions of earlier cells see the new value, as
				// in every notebook.
				n.ID = v.ID
			} else {
				n.ID = l.f.newID()
			}
			byName[id.Name] = obj
			l.names = append(l.names, n)
			l.addGlobal(obj, n.ID)
		}
	}
}

func isVar(obj types.Object) bool {
	_, ok := obj.(*types.Var)
	return ok
}

func (l *lowerer) addGlobal(obj types.Object, id int) int {
	g := len(l.prog.Globals)
	l.prog.Globals = append(l.prog.Globals, ir.Variable{ID: id, Name: obj.Name(), Type: l.typ(obj.Type(), obj.Pos())})
	l.globals[obj] = g
	return g
}

// global returns the index of a session variable that an earlier cell
// declared, or this one.
func (l *lowerer) global(obj types.Object) (int, bool) {
	if g, ok := l.globals[obj]; ok {
		return g, true
	}
	if n := l.used[obj]; n != nil && n.ID != 0 {
		return l.addGlobal(obj, n.ID), true
	}
	return 0, false
}

// writtenImports returns the imports that later cells keep: those the cell
// writes. What it uses without an import later cells find anew, as theirs may
// be another package of that name.
func (l *lowerer) writtenImports() map[string]string {
	written := map[string]bool{}
	for _, sp := range l.tree.imports {
		if p, err := strconv.Unquote(sp.Path.Value); err == nil {
			written[p] = true
		}
	}
	out := map[string]string{}
	for name, p := range l.checked.imports {
		if written[p] {
			out[name] = p
		}
	}
	return out
}

// text returns the source of a node.
func (l *lowerer) text(n ast.Node) string {
	return l.src[l.offset(n.Pos()):l.offset(n.End())]
}

func specDoc(d *ast.GenDecl, sp *ast.ValueSpec) string {
	if s := sp.Doc.Text(); s != "" {
		return s
	}
	if s := sp.Comment.Text(); s != "" {
		return s
	}
	return d.Doc.Text()
}

// main lowers the statements.
func (l *lowerer) main() *ir.Func {
	sig := types.NewSignatureType(nil, nil, nil, nil, nil, false)
	l.push(&ir.Func{Name: "cell", Type: l.typ(sig, token.NoPos)}, sig)
	l.fn.main = true
	body := &ir.Node{Op: ir.Block}
	for i, s := range l.steps {
		shown := s.stmt == l.shown()
		body.Kids = append(body.Kids, l.step(s, shown && i == len(l.steps)-1))
	}
	return l.pop(body)
}

// step lowers a top-level statement to one node.
func (l *lowerer) step(s step, last bool) *ir.Node {
	if s.decl != nil {
		var list []*ir.Node
		for _, sp := range s.decl.Specs {
			list = append(list, l.varSpec(sp.(*ast.ValueSpec))...)
		}
		return l.block(list, s.stmt.Pos())
	}
	if last {
		if n := l.show(s.stmt); n != nil {
			return n
		}
	}
	return l.block(l.stmt(s.stmt), s.stmt.Pos())
}

// show lowers the last statement if it has a value to be shown.
func (l *lowerer) show(s ast.Stmt) *ir.Node {
	var e ast.Expr
	switch s := s.(type) {
	case *ast.ExprStmt:
		e = s.X
	case *ast.AssignStmt:
		if !isShowing(s) {
			return nil
		}
		if len(s.Rhs) > 1 {
			return l.showList(s.Rhs)
		}
		e = s.Rhs[0]
	default:
		return nil
	}
	t := l.info.Types[e].Type
	line := l.line(e.Pos())
	tuple, several := t.(*types.Tuple)
	switch {
	case t == nil || several && tuple.Len() == 0:
		return nil // a call without a value
	case several:
		return l.showTuple(e, tuple, line)
	case l.hideLast && isError(t):
		return nil // the ordinary statement checks the error
	case l.hideLast:
		return &ir.Node{Op: ir.ExprStmt, Line: line, Kids: []*ir.Node{l.expr(e)}}
	case isError(t) && isCall(e):
		return nil
	}
	l.results = append(l.results, types.TypeString(t, qualifier))
	return &ir.Node{Op: ir.Show, Line: line, Kids: []*ir.Node{l.exprAs(e, types.Default(t))}}
}

func isCall(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok
}

// isShowing tells whether a statement is one that showing made.
func isShowing(s *ast.AssignStmt) bool {
	id, ok := s.Lhs[0].(*ast.Ident)
	return ok && s.Tok == token.ASSIGN && id.Name == "_" && id.Pos() == s.TokPos && s.TokPos == s.Rhs[0].Pos()
}

// showList shows several expressions.
func (l *lowerer) showList(list []ast.Expr) *ir.Node {
	if l.hideLast {
		return nil
	}
	n := &ir.Node{Op: ir.Show, Line: l.line(list[0].Pos())}
	for _, e := range list {
		t := types.Default(l.info.Types[e].Type)
		l.results = append(l.results, types.TypeString(t, qualifier))
		n.Kids = append(n.Kids, l.exprAs(e, t))
	}
	return n
}

// showTuple shows all values of a call but a trailing error, which is
// checked.
func (l *lowerer) showTuple(e ast.Expr, tuple *types.Tuple, line int) *ir.Node {
	n := tuple.Len()
	checked := isError(tuple.At(n - 1).Type())
	if checked && l.onlyReports(e, tuple) || l.hideLast {
		return nil // the ordinary statement checks the error
	}
	var list []*ir.Node
	slots := make([]int, n)
	show := &ir.Node{Op: ir.Show, Line: line}
	for i := range n {
		slots[i] = l.temp(tuple.At(i).Type(), e.Pos())
		v := l.local(slots[i], e.Pos())
		if i == n-1 && checked {
			l.uses(ErrorLeftOff)
			list = append(list, &ir.Node{Op: ir.CheckErr, Line: line, Kids: []*ir.Node{v}})
		} else {
			l.results = append(l.results, types.TypeString(tuple.At(i).Type(), qualifier))
			show.Kids = append(show.Kids, v)
		}
	}
	assign := &ir.Node{Op: ir.Assign, Line: line, N: n}
	for _, s := range slots {
		assign.Kids = append(assign.Kids, &ir.Node{Op: ir.NewLocal, N: s, Type: l.fn.f.Slots[s].Type, Line: line})
	}
	assign.Kids = append(assign.Kids, l.expr(e))
	list = append([]*ir.Node{assign}, append(list, show)...)
	return l.block(list, e.Pos())
}

// onlyReports tells whether a call's value is only how much it wrote, as that
// of fmt.Println: an int and an error from a function named for writing.
func (l *lowerer) onlyReports(e ast.Expr, tuple *types.Tuple) bool {
	if tuple.Len() != 2 {
		return false
	}
	if b, ok := tuple.At(0).Type().(*types.Basic); !ok || b.Kind() != types.Int && b.Kind() != types.Int64 {
		return false
	}
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	name := ""
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		name = fun.Sel.Name
	case *ast.Ident:
		name = fun.Name
	}
	for _, p := range []string{"Print", "Fprint", "Write", "Copy"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// typ returns the index of a type in the program.
func (l *lowerer) typ(t types.Type, pos token.Pos) int {
	t = types.Default(types.Unalias(t))
	if i, ok := l.types.At(t).(int); ok {
		return i
	}
	// A composite type takes its place after its components; only named
	// types recur, and those stop the walk.
	d := l.describe(t, pos)
	i := len(l.prog.Types)
	l.prog.Types = append(l.prog.Types, d)
	l.types.Set(t, i)
	return i
}

func (l *lowerer) describe(t types.Type, pos token.Pos) ir.Type {
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UntypedNil {
			return ir.Type{Kind: reflect.Interface}
		}
		return ir.Type{Kind: basicKinds[t.Kind()]}
	case *types.Named:
		return l.describeNamed(t, pos)
	case *types.Pointer:
		return ir.Type{Kind: reflect.Pointer, Elem: l.typ(t.Elem(), pos)}
	case *types.Slice:
		return ir.Type{Kind: reflect.Slice, Elem: l.typ(t.Elem(), pos)}
	case *types.Array:
		return ir.Type{Kind: reflect.Array, Elem: l.typ(t.Elem(), pos), Len: int(t.Len())}
	case *types.Map:
		return ir.Type{Kind: reflect.Map, Key: l.typ(t.Key(), pos), Elem: l.typ(t.Elem(), pos)}
	case *types.Chan:
		dir := map[types.ChanDir]reflect.ChanDir{types.SendRecv: reflect.BothDir, types.SendOnly: reflect.SendDir, types.RecvOnly: reflect.RecvDir}
		return ir.Type{Kind: reflect.Chan, Elem: l.typ(t.Elem(), pos), Dir: dir[t.Dir()]}
	case *types.Signature:
		return ir.Type{Kind: reflect.Func, In: l.tuple(t.Params(), pos), Out: l.tuple(t.Results(), pos), Variadic: t.Variadic()}
	case *types.Tuple:
		return ir.Type{Tuple: true, Out: l.tuple(t, pos)}
	case *types.Struct:
		d := ir.Type{Kind: reflect.Struct}
		for i := range t.NumFields() {
			v := t.Field(i)
			sf := ir.StructField{Name: v.Name(), Type: l.typ(v.Type(), pos), Tag: t.Tag(i), Embedded: v.Embedded()}
			if !v.Exported() {
				sf.PkgPath = v.Pkg().Path()
			}
			if v.Embedded() && !v.Exported() {
				l.refuse(pos, "a struct type without a name that embeds "+types.TypeString(v.Type(), qualifier))
			}
			if v.Embedded() && types.NewMethodSet(v.Type()).Len()+types.NewMethodSet(types.NewPointer(v.Type())).Len() > 0 {
				l.refuse(pos, "a struct type without a name that embeds "+types.TypeString(v.Type(), qualifier))
			}
			d.Fields = append(d.Fields, sf)
		}
		return d
	case *types.Interface:
		if t.NumMethods() > 0 || !t.IsMethodSet() {
			l.refuse(pos, "the interface type "+types.TypeString(t, qualifier))
		}
		return ir.Type{Kind: reflect.Interface}
	}
	l.refuse(pos, "the type "+types.TypeString(t, qualifier))
	panic("unreachable")
}

func (l *lowerer) describeNamed(t *types.Named, pos token.Pos) ir.Type {
	obj := t.Obj()
	if obj.Pkg() == nil { // error
		return ir.Type{Name: obj.Name()}
	}
	var args []string
	for i := range t.TypeArgs().Len() {
		args = append(args, instance.TypeName(t.TypeArgs().At(i)))
	}
	name := obj.Name()
	if len(args) > 0 {
		name += "[" + strings.Join(args, ",") + "]"
	}
	if obj.Pkg().Path() == "main" || obj.Parent() != obj.Pkg().Scope() {
		l.refuse(pos, "the type "+obj.Name())
	}
	if !l.f.pkgs.Has(obj.Pkg().Path(), obj.Name(), args) {
		l.refuse(pos, "the type "+types.TypeString(t, qualifier))
	}
	return ir.Type{Path: obj.Pkg().Path(), Name: name}
}

func (l *lowerer) tuple(t *types.Tuple, pos token.Pos) []int {
	var out []int
	for i := range t.Len() {
		out = append(out, l.typ(t.At(i).Type(), pos))
	}
	return out
}

var basicKinds = map[types.BasicKind]reflect.Kind{
	types.Bool: reflect.Bool, types.Int: reflect.Int, types.Int8: reflect.Int8,
	types.Int16: reflect.Int16, types.Int32: reflect.Int32, types.Int64: reflect.Int64,
	types.Uint: reflect.Uint, types.Uint8: reflect.Uint8, types.Uint16: reflect.Uint16,
	types.Uint32: reflect.Uint32, types.Uint64: reflect.Uint64, types.Uintptr: reflect.Uintptr,
	types.Float32: reflect.Float32, types.Float64: reflect.Float64,
	types.Complex64: reflect.Complex64, types.Complex128: reflect.Complex128,
	types.String: reflect.String, types.UnsafePointer: reflect.UnsafePointer,
}

// qualifier writes package names, and nothing for the cells' own.
func qualifier(p *types.Package) string {
	if p.Path() == "main" {
		return ""
	}
	return p.Name()
}

// A function is the function being lowered, with its slots. While it is being
// lowered, a captured variable has a negative number, -1 for the first, and
// every other slot its place after the captures.
type function struct {
	outer    *function
	f        *ir.Func
	sig      *types.Signature
	slots    map[types.Object]int
	captures []ir.Slot
	from     []int // the slots of outer that the captures share
	literals int
	labels   []label
	nextMark int
	main     bool
	closures []*ir.Func // literals whose Captures refer to this function's slots
}

// push begins a function.
func (l *lowerer) push(f *ir.Func, sig *types.Signature) {
	l.fn = &function{outer: l.fn, f: f, sig: sig, slots: map[types.Object]int{}}
}

// pop ends it: captures get the first slot numbers.
func (l *lowerer) pop(body *ir.Node) *ir.Func {
	fn := l.fn
	n := len(fn.captures)
	final := func(slot int) int {
		if slot < 0 {
			return -slot - 1
		}
		return slot + n
	}
	var walk func(*ir.Node)
	walk = func(d *ir.Node) {
		if d == nil {
			return
		}
		switch d.Op {
		case ir.Local, ir.NewLocal:
			d.N = final(d.N)
		case ir.For:
			for i := range d.Ints {
				d.Ints[i] = final(d.Ints[i])
			}
		case ir.Bind:
			for i := range d.Ints {
				if d.Ints[i] != dropSlot {
					d.Ints[i] = final(d.Ints[i])
				} else {
					d.Ints[i] = -1
				}
			}
		}
		for _, k := range d.Kids {
			walk(k)
		}
	}
	walk(body)
	for _, lit := range fn.closures {
		for i := range lit.Captures {
			lit.Captures[i] = final(lit.Captures[i])
		}
	}
	fn.f.Slots = append(slices.Clone(fn.captures), fn.f.Slots...)
	fn.f.Captures = fn.from
	fn.f.Body = body
	l.fn = fn.outer
	if l.fn != nil {
		l.fn.closures = append(l.fn.closures, fn.f)
	}
	return fn.f
}

// dropSlot marks a value that Bind drops, until pop.
const dropSlot = -1 << 30

// function lowers a declared function or a literal.
func (l *lowerer) function(name string, sig *types.Signature, ft *ast.FuncType, body *ast.BlockStmt) *ir.Func {
	f := &ir.Func{Name: name, Type: l.typ(sig, ft.Pos())}
	l.push(f, sig)
	if sig.Variadic() {
		l.uses(Variadic)
	}
	for i := range sig.Params().Len() {
		v := sig.Params().At(i)
		l.slot(v)
		f.Params++
	}
	for i := range sig.Results().Len() {
		v := sig.Results().At(i)
		if v.Name() != "" {
			l.uses(NamedResults)
		}
		l.slot(v)
		f.Results++
	}
	return l.pop(l.block(l.stmts(body.List), body.Pos()))
}

// slot makes a slot for a local variable.
func (l *lowerer) slot(v types.Object) int {
	s := l.addSlot(v.Name(), v.Type(), v.Pos())
	l.fn.slots[v] = s
	return s
}

// temp makes a slot without a name.
func (l *lowerer) temp(t types.Type, pos token.Pos) int { return l.addSlot("", t, pos) }

func (l *lowerer) addSlot(name string, t types.Type, pos token.Pos) int {
	l.fn.f.Slots = append(l.fn.f.Slots, ir.Slot{Name: name, Type: l.typ(t, pos)})
	return len(l.fn.f.Slots) - 1
}

// find returns the slot of a local variable in a function, and captures it
// from the functions around if it is theirs.
func (fn *function) find(v types.Object) (int, bool) {
	if fn == nil {
		return 0, false
	}
	if s, ok := fn.slots[v]; ok {
		return s, true
	}
	outer, ok := fn.outer.find(v)
	if !ok {
		return 0, false
	}
	fn.outer.escape(outer)
	s := fn.outer.at(outer)
	s.Escapes = true
	fn.captures = append(fn.captures, s)
	fn.from = append(fn.from, outer)
	n := -len(fn.captures)
	fn.slots[v] = n
	return n, true
}

func (fn *function) at(slot int) ir.Slot {
	if slot < 0 {
		return fn.captures[-slot-1]
	}
	return fn.f.Slots[slot]
}

// escape marks a variable that outlives an execution of its declaration.
func (fn *function) escape(slot int) {
	if slot >= 0 {
		fn.f.Slots[slot].Escapes = true
	}
}

// local returns the node that reads a slot.
func (l *lowerer) local(slot int, pos token.Pos) *ir.Node {
	return &ir.Node{Op: ir.Local, N: slot, Type: l.fn.at(slot).Type, Line: l.line(pos)}
}

// block makes one node of several statements.
func (l *lowerer) block(list []*ir.Node, pos token.Pos) *ir.Node {
	if len(list) == 1 {
		return list[0]
	}
	return &ir.Node{Op: ir.Block, Kids: list, Line: l.line(pos)}
}
