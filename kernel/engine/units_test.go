package engine

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/netherfield/netherfield/kernel/ir"
)

// The session variables of the units in testdata/units.
const (
	idTotal = iota + 1
	idShapes
	idArea2
	idTwice
	idApply
	idBoom
	idKeep
	idWay
	idCount
	idDone
	idLate
	idCall
	idFree
)

func (w *workbench) a1(cell int) ir.Unit {
	return ir.Unit{
		Path: w.l.paths["a1"], File: w.l.files["a1"], Cell: cell,
		Vars: []ir.UnitVar{{Name: "total", ID: idTotal, Step: 0}, {Name: "shapes", ID: idShapes, Step: 1}},
		Funcs: []ir.UnitFunc{
			{Name: "area2", ID: idArea2}, {Name: "twice", ID: idTwice}, {Name: "apply", ID: idApply},
			{Name: "boom", ID: idBoom}, {Name: "keep", ID: idKeep},
		},
	}
}

func (w *workbench) b2(cell int) ir.Unit {
	return ir.Unit{
		Path: w.l.paths["b2"], File: w.l.files["b2"], Cell: cell,
		Vars: []ir.UnitVar{
			{Name: "total", ID: idTotal, Step: -1}, {Name: "twice", ID: idTwice, Step: -1}, {Name: "shapes", ID: idShapes, Step: -1},
		},
		Funcs: []ir.UnitFunc{{Name: "area2", ID: idArea2}},
	}
}

func (w *workbench) c3(cell int) ir.Unit {
	return ir.Unit{
		Path: w.l.paths["c3"], File: w.l.files["c3"], Cell: cell,
		Vars: []ir.UnitVar{
			{Name: "way", ID: idWay, Step: -1}, {Name: "count", ID: idCount, Step: -1}, {Name: "done", ID: idDone, Step: -1},
			{Name: "late", ID: idLate, Step: -1}, {Name: "call", ID: idCall, Step: -1},
		},
	}
}

// first runs the first cell.
func (w *workbench) first() string {
	w.t.Helper()
	return w.shows(w.compiled(w.a1(1), 70, 71, 71))
}

// choose sets the variables of c3.
func (w *workbench) choose(way string, count int) {
	w.t.Helper()
	s := w.script(2)
	s.define("way", idWay, s.string(way))
	s.define("count", idCount, s.int(fmt.Sprint(count)))
	s.define("done", idDone, s.int("0"))
	s.define("late", idLate, s.int("0"))
	if w.callType == nil {
		i := s.basic(reflect.Int)
		s.define("call", idCall, &ir.Node{Op: ir.Nil, Type: s.fn([]int{i}, i)})
	}
	if f := w.run(s.Program).Failure; f != nil {
		w.t.Fatal(f.Message)
	}
}

// way runs c3 as cell 5.
func (w *workbench) way(way string) *Failure {
	w.t.Helper()
	w.choose(way, 0)
	return w.run(w.compiled(w.c3(5), 60, 61)).Failure
}

// startWay does not wait for the end.
func (w *workbench) startWay(way string) {
	w.t.Helper()
	w.choose(way, 0)
	w.start(w.compiled(w.c3(5), 60, 61))
}

// number returns an int variable of the session.
func (w *workbench) number(name string, id int) string {
	w.t.Helper()
	s := w.script(90)
	s.show(s.global(name, id, s.basic(reflect.Int)))
	return w.shows(s.Program)
}

// places writes frames as "cell:line function".
func places(f *Failure) string {
	var list []string
	for _, fr := range f.Frames {
		if fr.Line == 0 {
			list = append(list, fr.Function)
		} else {
			list = append(list, fmt.Sprintf("%d:%d %s", fr.Cell, fr.Line, fr.Function))
		}
	}
	return strings.Join(list, ", ")
}

func TestUnitsShareVariablesWithInterpretedCells(t *testing.T) {
	w := newWorkbench(t)
	if got := w.first(); got != "Square{point: point{x: 1, y: 2}, Side: 3}\n4" {
		t.Error(got)
	}
	if got := w.number("total", idTotal); got != "4" {
		t.Error(got)
	}
	s := w.script(2)
	s.do(&ir.Node{Op: ir.AssignOp, N: int(ir.Add), Kids: []*ir.Node{s.global("total", idTotal, s.basic(reflect.Int)), s.int("1")}})
	w.shows(s.Program)
	// total is 5: twice(5) is 2*(2*25)² by area2 of the first cell, or 5+1+1
	// by that of the second; and a square of 9.
	if got := w.shows(w.compiled(w.b2(3), 5, 5)); got != "16" {
		t.Error(got)
	}
	if got := w.number("total", idTotal); got != "7" {
		t.Error(got)
	}
}

// twice returns twice(2), called by an interpreted cell.
func (w *workbench) twice() string {
	w.t.Helper()
	s := w.script(91)
	i := s.basic(reflect.Int)
	s.show(call(i, 1, s.global("twice", idTwice, s.fn([]int{i}, i)), s.int("2")))
	return w.shows(s.Program)
}

func TestUnitsCallAFunctionThatWasDeclaredAnew(t *testing.T) {
	w := newWorkbench(t)
	w.first()
	if got := w.twice(); got != "128" {
		t.Fatal(got)
	}
	w.shows(w.compiled(w.b2(3), 5, 5))
	if got := w.twice(); got != "4" {
		t.Errorf("declared anew by a unit: %s", got)
	}
	s := w.script(4)
	i := s.basic(reflect.Int)
	area2 := s.global("area2", idArea2, s.fn([]int{i}, i))
	s.Decls = []ir.Decl{{Global: area2.N, Func: &ir.Func{
		Name: "area2", Type: area2.Type, Slots: []ir.Slot{{Name: "n", Type: i}, {Type: i}}, Params: 1, Results: 1,
		Body: &ir.Node{Op: ir.Block, Kids: []*ir.Node{{Op: ir.Return, Kids: []*ir.Node{
			{Op: ir.Binary, N: int(ir.Mul), Type: i, Kids: []*ir.Node{{Op: ir.Local, Type: i}, s.int("10")}},
		}}}},
	}}}
	s.show(call(i, 1, area2, s.int("1")))
	if got := w.shows(s.Program); got != "10" {
		t.Errorf("the interpreted function itself: %s", got)
	}
	if got := w.twice(); got != "200" {
		t.Errorf("declared anew by an interpreted cell: %s", got)
	}
	// An interrupt's alert and its end leave the redirection alone.
	w.startWay("spin")
	time.Sleep(20 * time.Millisecond)
	w.interrupt()
	w.end()
	if got := w.twice(); got != "200" {
		t.Errorf("after an interrupt: %s", got)
	}
	// A later cell needs the first unit, but does not declare its functions.
	s = w.script(5)
	s.use(w.a1(1))
	s.show(s.int("1"))
	w.shows(s.Program)
	if got := w.twice(); got != "200" {
		t.Errorf("after a cell that needs the unit: %s", got)
	}
	w.shows(w.compiled(w.a1(6), 70, 71, 71))
	if got := w.twice(); got != "128" {
		t.Errorf("when the first cell has run again: %s", got)
	}
}

func TestACompiledCellKeepsWhatItsCompletedStatementsDeclared(t *testing.T) {
	w := newWorkbench(t)
	w.choose("custom", 0)
	u := w.c3(2)
	u.Vars[2] = ir.UnitVar{Name: "done", ID: idFree, Step: 0}
	u.Vars[3] = ir.UnitVar{Name: "late", ID: idFree + 1, Step: 1}
	r := w.run(w.compiled(u, 60, 61))
	if r.Failure == nil || r.Done != 1 {
		t.Errorf("%+v", r)
	}
	w.nextID++
	w.p.pipe.send(order{Kind: orderDescribe, ID: w.nextID, IDs: []int{idFree, idFree + 1}})
	if got := w.end().Lines; len(got) != 2 || got[0] != "0" || got[1] != "" {
		t.Errorf("%q", got)
	}
}

func TestAProgramThatDoesNotFitItsUnitIsRefused(t *testing.T) {
	w := newWorkbench(t)
	w.first()
	broken := func(name, want string, p *ir.Program) {
		f := w.fails(p)
		if f.Kind != Internal || !strings.Contains(f.Message, want) {
			t.Errorf("%s: %d %s", name, f.Kind, f.Message)
		}
	}
	u := w.a1(2)
	u.Vars[0].ID = idShapes
	broken("a variable of another type", "is a []main.Shape, not a int", w.compiled(u))
	u = w.a1(2)
	u.Vars[0].Name = "none"
	broken("no such variable", "has no variable none", w.compiled(u))
	u = w.a1(2)
	u.Funcs[0].Name = "none"
	broken("no such function", "has no function none", w.compiled(u))
	p := w.compiled(w.a1(2))
	p.Body = "cell/0123"
	broken("no such body", "no unit of the program has the statements of cell/0123", p)
	broken("no such file", "/nowhere/x.so", w.compiled(ir.Unit{Path: "cell/0123", File: "/nowhere/x.so"}))
	broken("another unit", "is not cell/0123; remove the cached files in ", w.compiled(ir.Unit{Path: "cell/0123", File: w.l.files["d4"]}))
	garbage := t.TempDir() + "/x.so"
	if err := os.WriteFile(garbage, []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken("garbage", "cannot be loaded", w.compiled(ir.Unit{Path: "cell/0123", File: garbage}))
	if got := w.twice(); got != "128" {
		t.Error(got)
	}
}

func TestFailuresInUnitsSayWhere(t *testing.T) {
	w := newWorkbench(t)
	for _, c := range []struct {
		way     string
		kind    FailureKind
		message string
		places  string
		done    string
	}{
		{"index", Panicked, "runtime error: index out of range [5] with length 1", "5:63 cell.func1, 5:32 nested, 5:63 cell", "1"},
		{"nil", Panicked, "runtime error: invalid memory address or nil pointer dereference", "5:4 (*tree).Depth, 5:4 (*tree).Depth, 5:65 cell", "0"},
		{"custom", Panicked, "oops 3", "5:67 cell", "0"},
		{"flag", Panicked, "main.flag(true)", "5:69 cell", "0"},
		{"again", Panicked, "oops 7", "5:43 again.func1, 5:45 again, 5:71 cell", "0"},
		{"package", Panicked, "strings: negative Repeat count", "strings.Repeat, 5:73 cell", "0"},
		{"convert", Panicked, "interface conversion: main.oops is not interface { Area() int }: missing method Area", "5:76 cell", "0"},
		{"left off", Returned, "left off", "5:78 cell", "0"},
		{"goexit", Exited, "runtime.Goexit called", "", "1"},
		{"exit", Exited, "os.Exit(3) called", "os.Exit, 5:84 cell", "0"},
		{"fatal", Exited, "os.Exit(1) called", "log.Fatal, 5:87 cell", "0"},
	} {
		f := w.way(c.way)
		if f == nil {
			t.Errorf("%s: no failure", c.way)
			continue
		}
		if f.Kind != c.kind || f.Message != c.message || places(f) != c.places {
			t.Errorf("%s: %d %s\n%s\nwant %d %s\n%s", c.way, f.Kind, f.Message, places(f), c.kind, c.message, c.places)
		}
		if got := w.number("done", idDone); got != c.done {
			t.Errorf("%s: %s deferred calls ran, want %s", c.way, got, c.done)
		}
	}
	if !strings.Contains(w.errors(), "that was it\n") {
		t.Errorf("stderr has %q", w.errors())
	}
	if f := w.way("deep"); f.Depth != 1002 || len(f.Frames) != 64 || !strings.HasPrefix(places(f), "5:52 deep, 5:54 deep, 5:54 deep, ") {
		t.Errorf("deep: %d %s", f.Depth, places(f))
	}
}

// headStart tries something that depends on how far a cell gets in some time, with more
// time until it succeeds: a busy machine may take long to get there.
func (w *workbench) headStart(try func(start time.Duration) bool) bool {
	for start := 50 * time.Millisecond; start < 20*time.Second; start *= 4 {
		if try(start) {
			return true
		}
	}
	return false
}

func TestAnInterruptStopsCompiledCode(t *testing.T) {
	w := newWorkbench(t)
	for _, c := range []struct{ way, note, places, done string }{
		{"spin", "", "5:23 spin, 5:32 nested, 5:100 cell", "1"},
		{"sleep", "", "time.Sleep, 5:102 cell", "0"},
		{"goroutines", "", "5:23 spin, 5:119 cell", "4"},
		{"blocked", "sync.(*WaitGroup).Wait did not return and was left behind", "5:112 cell", "0"},
		{"channel", "the cell's main flow was left behind", "5:114 cell", "0"},
		{"handler stop", "", "5:23 spin, 5:165 cell", "1"},
	} {
		var f *Failure
		var took time.Duration
		w.headStart(func(start time.Duration) bool {
			w.startWay(c.way)
			time.Sleep(start)
			at := time.Now()
			w.interrupt()
			f = w.end().Failure
			took = time.Since(at)
			return f != nil && places(f) == c.places
		})
		if f == nil || f.Kind != Interrupted || f.Note != c.note || places(f) != c.places {
			t.Errorf("%s: %+v\n%s\nwant %s", c.way, f, places(f), c.places)
		}
		if took > 20*time.Second {
			t.Errorf("%s: it took %v", c.way, took)
		}
		if got := w.number("done", idDone); got != c.done {
			t.Errorf("%s: %s deferred calls ran, want %s", c.way, got, c.done)
		}
	}
	// What was left behind keeps the alert raised, and harms nobody.
	if f := w.way("custom"); f.Message != "oops 3" {
		t.Errorf("%+v", f)
	}
}

func TestASecondInterruptStopsDeferredCalls(t *testing.T) {
	w := newWorkbench(t)
	if !w.headStart(func(start time.Duration) bool {
		w.startWay("stubborn")
		time.Sleep(start)
		w.interrupt()
		select {
		case <-w.reports:
			return false
		case <-time.After(100 * time.Millisecond):
			return true
		}
	}) {
		t.Fatal("the deferred call was not run")
	}
	w.interrupt()
	if f := w.end().Failure; f == nil || f.Kind != Interrupted {
		t.Errorf("%+v", f)
	}
}

func TestGoroutinesOfUnitsOutliveTheirCell(t *testing.T) {
	w := newWorkbench(t)
	if f := w.way("background"); f != nil {
		t.Fatal(f)
	}
	// Another cell is interrupted: this goroutine goes on.
	s := w.script(6)
	s.define("way", idWay, s.string("spin"))
	w.shows(s.Program)
	w.start(w.compiled(w.c3(5), 60, 61))
	time.Sleep(30 * time.Millisecond)
	w.interrupt()
	w.end()
	before := w.number("late", idLate)
	if !w.headStart(func(start time.Duration) bool {
		time.Sleep(start)
		return w.number("late", idLate) != before
	}) {
		t.Errorf("it stands at %s", before)
	}
	if f := w.way("late panic"); f != nil {
		t.Fatal(f)
	}
	for range 100 {
		if len(w.lateFailures()) > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if late := w.lateFailures(); len(late) != 1 || late[0].Message != "late" || !late[0].Goroutine || !strings.HasPrefix(places(late[0]), "5:") {
		t.Errorf("%+v", late)
	}
}

func TestAPanicOfAGoroutineFailsTheCell(t *testing.T) {
	w := newWorkbench(t)
	f := w.way("goroutine panic")
	if f == nil || f.Kind != Panicked || !f.Goroutine || f.Message != "in goroutine" || !strings.HasPrefix(places(f), "5:122 cell.") {
		t.Errorf("%+v", f)
	}
	if f := w.way("any"); f != nil || w.number("done", idDone) != "3" {
		t.Errorf("%+v", f)
	}
	if f := w.way("handler"); f != nil || w.printed() != "true\n" {
		t.Errorf("%+v", f)
	}
}

// squareOf returns Square{point{x, y}, side} of the first cell.
func (s *script) squareOf(x, y, side string) *ir.Node {
	point, square := s.named(s.w.l.paths["a1"], "point"), s.named(s.w.l.paths["a1"], "Square")
	p := &ir.Node{Op: ir.StructLit, Type: point, Ints: []int{0, 1}, Kids: []*ir.Node{s.int(x), s.int(y)}}
	return &ir.Node{Op: ir.StructLit, Type: square, Ints: []int{0, 1}, Kids: []*ir.Node{p, s.int(side)}}
}

func method(t int, x *ir.Node, name string) *ir.Node {
	return &ir.Node{Op: ir.Method, Type: t, S: name, Kids: []*ir.Node{x}}
}

func TestInterpretedCellsUseTheTypesOfUnits(t *testing.T) {
	w := newWorkbench(t)
	w.first()
	a1 := w.l.paths["a1"]
	s := w.script(2)
	s.use(w.a1(1))
	i, str, b, anyT := s.basic(reflect.Int), s.basic(reflect.String), s.basic(reflect.Bool), s.basic(reflect.Interface)
	square, shape, pair := s.named(a1, "Square"), s.named(a1, "Shape"), s.named(a1, "Pair[int,"+a1+".Square]")
	intFn, strFn := s.fn(nil, i), s.fn(nil, str)

	sq := s.define("sq", idFree, s.squareOf("1", "2", "5"))
	sh := s.define("sh", idFree+1, s.convert(s.squareOf("3", "4", "6"), shape))
	var empty *ir.Node = s.define("none", idFree+2, &ir.Node{Op: ir.Nil, Type: shape})
	addr := &ir.Node{Op: ir.Addr, Type: s.pointer(square), Kids: []*ir.Node{sq}}
	point := s.named(a1, "point")
	promoted := method(strFn, &ir.Node{Op: ir.Field, N: 0, Type: point, Kids: []*ir.Node{sq}}, "ꞐName")
	s.do(&ir.Node{Op: ir.ExprStmt, Kids: []*ir.Node{call(s.typ(ir.Type{Tuple: true}), 4, method(s.fn([]int{i}), addr, "Grow"), s.int("2"))}})
	eq := func(x, y *ir.Node) *ir.Node {
		return &ir.Node{Op: ir.Binary, N: int(ir.Eq), Type: b, Kids: []*ir.Node{x, y}}
	}
	is := func(x *ir.Node, t int) *ir.Node {
		return &ir.Node{Op: ir.TypeIs, N: t, Type: b, Kids: []*ir.Node{x}}
	}
	mapType := s.typ(ir.Type{Kind: reflect.Map, Key: square, Elem: str})
	key := s.define("m", idFree+3, &ir.Node{Op: ir.MapLit, Type: mapType, Kids: []*ir.Node{s.squareOf("1", "2", "7"), s.string("seven")}})
	value := s.define("area", idFree+4, method(intFn, sh, "ꞐArea"))
	slice := s.typ(ir.Type{Kind: reflect.Slice, Elem: square})
	squares := &ir.Node{Op: ir.ListLit, Type: slice, N: 2, Ints: []int{0, 1}, Kids: []*ir.Node{s.squareOf("0", "0", "1"), s.squareOf("1", "2", "7")}}
	s.Symbols = []ir.Symbol{
		{Path: "slices", Name: "Index", TypeArgs: []string{"[]" + a1 + ".Square", a1 + ".Square"}, Type: s.fn([]int{slice, square}, i)},
		{Path: a1, Name: "First", TypeArgs: []string{"int", a1 + ".Square"}, Type: s.fn([]int{pair}, i)},
	}
	named := s.named(a1, "Named")
	s.show(
		call(i, 8, method(intFn, sq, "ꞐArea")), // 49
		call(i, 8, method(intFn, sh, "ꞐArea")), // 36
		call(str, 8, method(strFn, sh, "ꞐName")),
		call(str, 8, promoted),
		call(i, 8, value), // 36
		eq(sq, s.squareOf("1", "2", "7")),
		eq(sh, s.convert(s.squareOf("3", "4", "6"), shape)),
		is(s.convert(sh, anyT), square),
		is(s.convert(sq, anyT), shape),
		is(s.convert(s.int("1"), anyT), shape),
		is(empty, -1),
		&ir.Node{Op: ir.MapIndex, Type: str, Kids: []*ir.Node{key, sq}},
		call(i, 8, &ir.Node{Op: ir.Sym, N: 0, Type: s.Symbols[0].Type}, squares, sq),
		call(i, 8, &ir.Node{Op: ir.Sym, N: 1, Type: s.Symbols[1].Type},
			&ir.Node{Op: ir.StructLit, Type: pair, Ints: []int{0, 1}, Kids: []*ir.Node{s.int("11"), sq}}),
		s.convert(s.convert(s.string("text"), named), anyT),
	)
	want := "49 36 at 3,4 at 1,2 36 true true true true false true seven 1 11 <text>"
	if got := strings.Join(strings.Split(w.shows(s.Program), "\n"), " "); strings.ReplaceAll(got, `"`, "") != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestFailuresOfUnitsInInterpretedCellsAreWordedAsGoDoes(t *testing.T) {
	w := newWorkbench(t)
	w.first()
	a1 := w.l.paths["a1"]
	for _, c := range []struct {
		name, message, places string
		build                 func(s *script) *ir.Node
	}{
		{"a method's panic", "side 105 of main.Square", "1:20 (*Square).Grow, 7:2 cell", func(s *script) *ir.Node {
			sq := s.define("sq", idFree, s.squareOf("1", "2", "5"))
			addr := &ir.Node{Op: ir.Addr, Type: s.pointer(sq.Type), Kids: []*ir.Node{sq}}
			return call(s.typ(ir.Type{Tuple: true}), 2, method(s.fn([]int{s.basic(reflect.Int)}), addr, "Grow"), s.int("100"))
		}},
		{"a missing method", "interface conversion: main.Named is not main.Shape: missing method Area", "7:1 cell", func(s *script) *ir.Node {
			named := s.convert(s.convert(s.string("x"), s.named(a1, "Named")), s.basic(reflect.Interface))
			return &ir.Node{Op: ir.TypeAssert, Type: s.named(a1, "Shape"), Kids: []*ir.Node{named}}
		}},
		{"a nil pointer", "runtime error: invalid memory address or nil pointer dereference", "1:18 (*Square).Grow, 7:1 cell", func(s *script) *ir.Node {
			null := &ir.Node{Op: ir.Nil, Type: s.pointer(s.named(a1, "Square"))}
			return call(s.typ(ir.Type{Tuple: true}), 1, method(s.fn([]int{s.basic(reflect.Int)}), null, "Grow"), s.int("100"))
		}},
		{"a nil interface", "runtime error: invalid memory address or nil pointer dereference", "7:1 cell", func(s *script) *ir.Node {
			null := &ir.Node{Op: ir.Nil, Type: s.named(a1, "Shape")}
			return call(s.basic(reflect.Int), 1, method(s.fn(nil, s.basic(reflect.Int)), null, "ꞐArea"))
		}},
	} {
		s := w.script(7)
		s.use(w.a1(1))
		s.do(&ir.Node{Op: ir.ExprStmt, Kids: []*ir.Node{c.build(s)}})
		f := w.fails(s.Program)
		if f.Kind != Panicked || f.Message != c.message || places(f) != c.places {
			t.Errorf("%s: %d %s\n%s\nwant %s\n%s", c.name, f.Kind, f.Message, places(f), c.message, c.places)
		}
	}
}

// literal returns func(n int) int { return f(n) }.
func (s *script) literal(line int, f *ir.Node) *ir.Node {
	i := s.basic(reflect.Int)
	t := s.fn([]int{i}, i)
	return &ir.Node{Op: ir.FuncLit, Type: t, Line: line, Func: &ir.Func{
		Name: "cell.func1", Type: t, Slots: []ir.Slot{{Name: "n", Type: i}, {Type: i}}, Params: 1, Results: 1,
		Body: &ir.Node{Op: ir.Block, Line: line, Kids: []*ir.Node{{Op: ir.Return, Line: line, Kids: []*ir.Node{
			call(i, line, f, &ir.Node{Op: ir.Local, Type: i, Line: line}),
		}}}},
	}}
}

func TestMixedStacksAreToldInOrder(t *testing.T) {
	w := newWorkbench(t)
	w.first()
	s := w.script(8)
	i := s.basic(reflect.Int)
	fn := s.fn([]int{i}, i)
	boom := s.global("boom", idBoom, fn)
	apply := s.global("apply", idApply, s.fn([]int{fn, i}, i))
	inner := s.literal(10, boom)
	s.do(&ir.Node{Op: ir.ExprStmt, Kids: []*ir.Node{call(i, 1, apply, inner, s.int("9"))}})
	f := w.fails(s.Program)
	if want := "1:64 boom, 8:10 cell.func1, 1:58 apply, 8:1 cell"; places(f) != want || f.Message != "runtime error: index out of range [9] with length 3" {
		t.Errorf("%s\n%s\nwant %s", f.Message, places(f), want)
	}

	// The same below a compiled cell.
	w.choose("call", 9)
	s = w.script(9)
	i = s.basic(reflect.Int)
	fn = s.fn([]int{i}, i)
	s.define("call", idCall, s.literal(20, s.global("boom", idBoom, fn)))
	w.shows(s.Program)
	f = w.run(w.compiled(w.c3(5), 60, 61)).Failure
	if want := "1:64 boom, 9:20 cell.func1, 5:160 cell"; f == nil || places(f) != want {
		t.Errorf("%s\nwant %s", places(f), want)
	}
	// Compiled code recovers what an interpreted function panics with, and
	// panics itself later.
	s = w.script(10)
	s.define("way", idWay, s.string("kept"))
	w.shows(s.Program)
	f = w.run(w.compiled(w.c3(5), 60, 61)).Failure
	if f == nil || f.Message != "after" || places(f) != "5:170 cell" {
		t.Errorf("%+v\n%s", f, places(f))
	}
}

func TestTheWorkerDiesOfWhatNobodyCanRecover(t *testing.T) {
	for _, way := range []string{"timer", "overflow"} {
		w := newWorkbench(t)
		w.startWay(way)
		select {
		case r, ok := <-w.reports:
			if ok {
				t.Errorf("%s: %+v", way, r)
			}
		case <-time.After(20 * time.Second):
			t.Fatal(way)
		}
		<-w.p.ended
		want := map[string]string{"timer": "panic: timer", "overflow": "fatal error: stack overflow"}[way]
		if !strings.Contains(w.errors(), want) || !strings.Contains(w.errors(), "\t/cell:") {
			t.Errorf("%s: %s", way, w.errors())
		}
	}
}
