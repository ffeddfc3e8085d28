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
	"strings"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/netherfield/netherfield/kernel/ir"
	"github.com/netherfield/netherfield/kernel/symbols/instance"
)

// Prepare parses, checks and lowers a cell. The error is Diagnostics if Go
// would not compile the cell, and a *Refusal if it has a construct that this
// kernel cannot run yet. Nothing of the session changes.
func (f *Frontend) Prepare(number int, src string) (c *Cell, err error) {
	return f.PrepareIn(AnyTier, number, src)
}

// PrepareIn is Prepare with a choice of the tier that the cell is to run in.
func (f *Frontend) PrepareIn(tier Tier, number int, src string) (c *Cell, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer func() {
		// A defect of ours must cost a cell, not the session.
		if r := recover(); r != nil {
			c, err = nil, fmt.Errorf("the kernel has a defect that this cell shows: %v; please report it with the cell", r)
		}
	}()
	return f.prepare(tier, number, src)
}

// prepare chooses among the ways to run a cell one that is possible.
func (f *Frontend) prepare(tier Tier, number int, src string) (*Cell, error) {
	c, err := f.prepareFor(tier, number, src, f.units != nil)
	if err != nil {
		return nil, err
	}
	missing := f.missing(c)
	if missing != nil && f.units != nil && tier == AnyTier {
		why := missing.Error()
		if c, err = f.prepareFor(tier, number, src, false); err != nil {
			return nil, err
		}
		if missing = f.missing(c); c.Unit == nil {
			c.Why = "it would be compiled, but " + why
		}
	}
	if missing != nil {
		c.need.Message += " needs the compiler: " + missing.Error()
		return nil, &Refusal{c.need}
	}
	return c, nil
}

// prepareFor is prepare for a session that is willing to compile more than it
// must, or is not.
func (f *Frontend) prepareFor(tier Tier, number int, src string, willing bool) (*Cell, error) {
	t, errs := parse(token.NewFileSet(), src)
	if len(errs) > 0 {
		return nil, errs
	}
	if x := f.extend(t); x != nil {
		t, errs = parse(token.NewFileSet(), x.text+src)
		if len(errs) > 0 {
			return nil, fmt.Errorf("the kernel cannot declare anew what the type with new methods is part of: %w", errs)
		}
		t.extension, t.shiftBytes, t.shiftLines = x, len(x.text), strings.Count(x.text, "\n")
	}
	c, errs := f.check(t)
	if len(errs) > 0 {
		return nil, errs
	}
	return f.bind(number, c).plan(tier, willing)
}

// A lowerer holds what the lowering of one cell gathers.
type lowerer struct {
	*binding
	prog    *ir.Program
	types   typeutil.Map // types.Type -> index
	symbols map[string]int
	globals map[int]int // by ID
	trust   map[Construct]bool
	fn      *function
	results []string
	// native tells that the cell's declarations are compiled; wants are
	// the instances that a unit must make.
	native bool
	wants  map[string]want
}

// refuse ends the lowering; Prepare returns the Refusal.
func (l *lowerer) refuse(pos token.Pos, what string) {
	panic(&Refusal{l.diagnose(pos, what)})
}

func (l *lowerer) uses(c Construct) { l.trust[c] = true }

// lower makes the program of a cell; the error is a *Refusal. With native, the
// cell's declarations are compiled and only its statements lowered. Wants are
// the instances that must be compiled for them.
func (b *binding) lower(native bool) (cell *Cell, wants []want, err error) {
	l := &lowerer{
		binding: b,
		prog:    &ir.Program{Cell: b.number},
		symbols: map[string]int{},
		globals: map[int]int{},
		trust:   map[Construct]bool{},
		native:  native,
		wants:   map[string]want{},
	}
	defer func() {
		if r := recover(); r != nil {
			ref, ok := r.(*Refusal)
			if !ok {
				panic(r)
			}
			cell, wants, err = nil, nil, ref
		}
	}()
	if !native && b.native != nil {
		l.refuse(b.native.Pos(), b.nativeKind)
	}
	funcs := b.funcs
	if native {
		funcs = nil
	}
	for _, fd := range funcs {
		l.uses(FunctionDecl)
		g := l.addGlobal(b.own[b.info.Defs[fd.Name]])
		l.prog.Decls = append(l.prog.Decls, ir.Decl{Global: g, New: b.fresh[fd]})
	}
	for i, fd := range funcs {
		obj := b.info.Defs[fd.Name].(*types.Func)
		l.prog.Decls[i].Func = l.function(fd.Name.Name, obj.Signature(), fd.Type, fd.Body)
	}
	l.prog.Main = l.main()
	cell = b.cell()
	cell.Program, cell.Results = l.prog, l.results
	for _, k := range Trusted {
		if l.trust[k] {
			cell.Trust = append(cell.Trust, k)
		}
	}
	for _, key := range sortedKeys(l.wants) {
		wants = append(wants, l.wants[key])
	}
	return cell, wants, nil
}

// addGlobal adds a session variable to the program.
func (l *lowerer) addGlobal(n *Name) int {
	if g, ok := l.globals[n.ID]; ok {
		return g
	}
	obj := n.Object
	g := len(l.prog.Globals)
	l.prog.Globals = append(l.prog.Globals, ir.Variable{ID: n.ID, Name: obj.Name(), Type: l.typ(obj.Type(), obj.Pos())})
	l.globals[n.ID] = g
	return g
}

// global returns the index of a session variable that an earlier cell
// declared, or this one.
func (l *lowerer) global(obj types.Object) (int, bool) {
	if n := l.variable(obj); n != nil {
		return l.addGlobal(n), true
	}
	return 0, false
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
	sh := l.showing(s)
	switch {
	case sh == nil:
		return nil
	case len(sh.exprs) < len(sh.types):
		return l.showTuple(sh)
	}
	n := &ir.Node{Op: ir.Show, Line: l.line(sh.exprs[0].Pos())}
	for i, e := range sh.exprs {
		n.Kids = append(n.Kids, l.exprAs(e, sh.types[i]))
	}
	l.results = sh.names()
	return n
}

// showTuple shows the values of a call with several results.
func (l *lowerer) showTuple(sh *shownValues) *ir.Node {
	e := sh.exprs[0]
	line := l.line(e.Pos())
	n := len(sh.types)
	var list []*ir.Node
	show := &ir.Node{Op: ir.Show, Line: line}
	assign := &ir.Node{Op: ir.Assign, Line: line, N: n}
	for i, t := range sh.types {
		slot := l.temp(t, e.Pos())
		v := l.local(slot, e.Pos())
		assign.Kids = append(assign.Kids, &ir.Node{Op: ir.NewLocal, N: slot, Type: l.fn.f.Slots[slot].Type, Line: line})
		if i < sh.shown {
			show.Kids = append(show.Kids, v)
		} else {
			l.uses(ErrorLeftOff)
			list = append(list, &ir.Node{Op: ir.CheckErr, Line: line, Kids: []*ir.Node{v}})
		}
	}
	assign.Kids = append(assign.Kids, l.expr(e))
	l.results = sh.names()
	return l.block(append(append([]*ir.Node{assign}, list...), show), e.Pos())
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
	if obj.Parent() != obj.Pkg().Scope() && l.used[obj] == nil && l.f.homes[obj] == "" {
		l.refuse(pos, "the type "+obj.Name()+", declared inside a function,")
	}
	d := ir.Type{Path: l.home(obj), Name: obj.Name()}
	args := l.typeArgs(t.TypeArgs())
	if len(args) > 0 {
		d.Name += "[" + strings.Join(args, ",") + "]"
	}
	switch {
	case obj.Pkg().Path() == "main":
		if incomplete(t) {
			l.refuse(pos, "the type "+obj.Name()+", an incomplete C type,")
		}
		if len(args) > 0 {
			l.want(want{obj, t.TypeArgs()}, pos)
		} else if l.f.homes[obj] == "" && !l.native {
			l.refuse(pos, "the type "+obj.Name())
		}
	case l.f.pkgs.Has(obj.Pkg().Path(), obj.Name(), args):
	case len(args) > 0 || l.ofModule(obj):
		l.want(want{obj, t.TypeArgs()}, pos)
	default:
		l.refuse(pos, "the type "+types.TypeString(t, qualifier))
	}
	return d
}

// incomplete tells whether a struct type has an incomplete C type in it, which
// reflection cannot make values of.
func incomplete(t types.Type) bool {
	if named, ok := types.Unalias(t).(*types.Named); ok {
		if p := named.Obj().Pkg(); p != nil && p.Path() == "runtime/cgo" && named.Obj().Name() == "Incomplete" {
			return true
		}
	}
	if st, ok := t.Underlying().(*types.Struct); ok {
		for f := range st.Fields() {
			if incomplete(f.Type()) {
				return true
			}
		}
	}
	return false
}

// home returns the import path of the package that declares obj: for what
// cells declare, the unit's.
func (b *binding) home(obj types.Object) string {
	if path := b.f.homes[obj]; path != "" {
		return path
	}
	if obj.Pkg().Path() == "main" {
		return selfPath
	}
	return obj.Pkg().Path()
}

// typeArgs names type arguments as the worker knows them.
func (b *binding) typeArgs(list *types.TypeList) []string {
	var args []string
	for i := range list.Len() {
		args = append(args, instance.TypeNameIn(list.At(i), func(obj *types.TypeName) string { return b.home(obj) }))
	}
	return args
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
