package interp_test

// This file hands programs to the Machine that no front end should make.

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/netherfield/netherfield/kernel/engine/interp"
	"github.com/netherfield/netherfield/kernel/ir"
)

// Types of the programs built by hand.
const (
	tInt = iota
	tFunc
	tString
	tTuple
	tAny
)

func byHand(stmts ...*ir.Node) *ir.Program {
	return &ir.Program{
		Cell: 1,
		Types: []ir.Type{{Kind: reflect.Int}, {Kind: reflect.Func}, {Kind: reflect.String},
			{Tuple: true, Out: []int{tInt, tInt}}, {Kind: reflect.Interface}},
		Globals: []ir.Variable{{ID: 1, Name: "x", Type: tInt}},
		Main: &ir.Func{Name: "cell", Type: tFunc, Slots: []ir.Slot{{Name: "s", Type: tString}},
			Body: &ir.Node{Op: ir.Block, Kids: stmts}},
	}
}

func integer(s string) *ir.Node { return &ir.Node{Op: ir.Const, Type: tInt, S: s} }

func text(s string) *ir.Node { return &ir.Node{Op: ir.Const, Type: tString, S: s} }

func TestADefectiveProgramIsAFailure(t *testing.T) {
	newX := &ir.Node{Op: ir.NewGlobal, N: 0, Type: tInt}
	for name, p := range map[string]*ir.Program{
		"nil":                 nil,
		"no main":             {},
		"unknown op":          byHand(&ir.Node{Op: 99}),
		"expression as stmt":  byHand(integer("1")),
		"bad constant":        byHand(&ir.Node{Op: ir.ExprStmt, Kids: []*ir.Node{integer("one")}}),
		"missing operand":     byHand(&ir.Node{Op: ir.ExprStmt}),
		"missing kid":         byHand(nil),
		"no such slot":        byHand(&ir.Node{Op: ir.ExprStmt, Kids: []*ir.Node{{Op: ir.Local, N: 7}}}),
		"no such global":      byHand(&ir.Node{Op: ir.ExprStmt, Kids: []*ir.Node{{Op: ir.Global, N: 7}}}),
		"no such type":        byHand(&ir.Node{Op: ir.ExprStmt, Kids: []*ir.Node{{Op: ir.Nil, Type: 70}}}),
		"no such symbol":      byHand(&ir.Node{Op: ir.ExprStmt, Kids: []*ir.Node{{Op: ir.Sym, N: 3}}}),
		"string for int":      byHand(&ir.Node{Op: ir.Assign, N: 1, Kids: []*ir.Node{newX, {Op: ir.StructLit, Type: tString}}}),
		"string plus int":     byHand(&ir.Node{Op: ir.ExprStmt, Kids: []*ir.Node{{Op: ir.Binary, N: int(ir.Add), Type: tInt, Kids: []*ir.Node{integer("1"), text("a")}}}}),
		"call of an int":      byHand(&ir.Node{Op: ir.ExprStmt, Kids: []*ir.Node{{Op: ir.Call, Type: tInt, Kids: []*ir.Node{integer("1")}}}}),
		"index of an int":     byHand(&ir.Node{Op: ir.ExprStmt, Kids: []*ir.Node{{Op: ir.SliceIndex, Type: tInt, Kids: []*ir.Node{integer("1"), integer("1")}}}}),
		"assign to a const":   byHand(&ir.Node{Op: ir.Assign, N: 1, Kids: []*ir.Node{integer("1"), integer("2")}}),
		"tuple of one":        byHand(&ir.Node{Op: ir.ExprStmt, Kids: []*ir.Node{{Op: ir.Nil, Type: tTuple}}}),
		"defer without defer": byHand(&ir.Node{Op: ir.Defer, Kids: []*ir.Node{{Op: ir.Call}}}),
	} {
		m := interp.New(interp.Opts{Resolver: tables{}})
		r := m.Run(p)
		if r.Failure == nil || r.Failure.Kind != interp.Internal || r.Failure.Message == "" {
			t.Errorf("%s: %+v", name, r.Failure)
		}
		m.Close()
	}
}

func TestAFailedLoadLeavesNoVariable(t *testing.T) {
	m := interp.New(interp.Opts{Resolver: tables{}})
	defer m.Close()
	m.Run(byHand(&ir.Node{Op: 99}))
	if _, ok := m.Variable(1); ok {
		t.Error("the variable of a program that was not run exists")
	}
}

// FuzzDefects damages a program in one place. Whatever comes out, loading it
// must end in a program or a failure, not in a crash of the interpreter.
func FuzzDefects(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	s := newSession(f)
	c := s.prepare(`import "fmt"
type_ := map[string][]int{"a": {1, 2}}
func f(a int, b ...string) (n int, err error) {
	defer func() { if r := recover(); r != nil { err = fmt.Errorf("%v", r) } }()
	for i, x := range type_["a"] { if i > a { continue }; n += x }
	switch v := any(b).(type) { case []string: n += len(v); case nil: n-- }
	ch := make(chan struct{ A, B int }, 2)
	select { case ch <- struct{ A, B int }{1, 2}: default: }
	g := func(p *int) func() int { return func() int { *p++; return n } }
	arr := [3]float64{1, 2}
	arr[n%3] /= 2
	return g(&n)() + int(arr[0]), nil
}
f(2, "x")`)
	code := ir.Encode(c.Program)
	f.Fuzz(func(t *testing.T, seed uint64) {
		p, err := ir.Decode(code)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(seed, 1))
		damage(r, p)
		m := interp.New(interp.Opts{Resolver: tables{}, Grace: time.Millisecond})
		interp.Load(m, p)
		m.Close()
	})
}

// damage changes a node of a program.
func damage(r *rand.Rand, p *ir.Program) {
	var nodes []*ir.Node
	var walk func(*ir.Node)
	function := func(fn *ir.Func) {
		if fn != nil {
			walk(fn.Body)
		}
	}
	walk = func(n *ir.Node) {
		if n == nil {
			return
		}
		nodes = append(nodes, n)
		for _, k := range n.Kids {
			walk(k)
		}
		function(n.Func)
	}
	function(p.Main)
	for _, d := range p.Decls {
		function(d.Func)
	}
	n := nodes[r.IntN(len(nodes))]
	switch r.IntN(7) {
	case 0:
		n.Op = ir.Op(r.IntN(220))
	case 1:
		n.Type = r.IntN(len(p.Types)+2) - 1
	case 2:
		n.N = r.IntN(12) - 2
	case 3:
		n.Kids = nil
	case 4:
		if len(n.Kids) > 0 {
			// A leaf, as a program is a tree.
			if k := nodes[r.IntN(len(nodes))]; len(k.Kids) == 0 && k.Func == nil {
				n.Kids[r.IntN(len(n.Kids))] = k
			}
		}
	case 5:
		if len(n.Kids) > 0 {
			n.Kids[r.IntN(len(n.Kids))] = nil
		}
	case 6:
		n.Ints = []int{r.IntN(5) - 1, r.IntN(5)}
		n.Func = nil
	}
}
