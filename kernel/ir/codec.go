package ir

// This file is the form in which a Program crosses the pipe between the front
// end and the worker: unsigned and zigzag varints, strings by length.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
)

// codecVersion changes whenever the form or the meaning of an Op does.
const codecVersion = 2

// maxDepth bounds the nesting of nodes in a decoded program.
const maxDepth = 10_000

// Encode returns p in binary form.
func Encode(p *Program) []byte {
	e := encoder{b: make([]byte, 0, 512)}
	e.int(codecVersion)
	e.int(p.Cell)
	e.int(len(p.Units))
	for _, u := range p.Units {
		e.unit(u)
	}
	e.str(p.Body)
	e.ints(p.Steps)
	e.int(len(p.Types))
	for i := range p.Types {
		e.typ(&p.Types[i])
	}
	e.int(len(p.Symbols))
	for _, s := range p.Symbols {
		e.str(s.Path)
		e.str(s.Name)
		e.int(len(s.TypeArgs))
		for _, a := range s.TypeArgs {
			e.str(a)
		}
		e.int(s.Type)
	}
	e.int(len(p.Globals))
	for _, g := range p.Globals {
		e.int(g.ID)
		e.str(g.Name)
		e.int(g.Type)
	}
	e.int(len(p.Decls))
	for _, d := range p.Decls {
		e.int(d.Global)
		e.fun(d.Func)
		e.bool(d.New)
	}
	e.fun(p.Main)
	return e.b
}

type encoder struct{ b []byte }

func (e *encoder) int(n int) { e.b = binary.AppendVarint(e.b, int64(n)) }

func (e *encoder) str(s string) {
	e.int(len(s))
	e.b = append(e.b, s...)
}

func (e *encoder) bool(v bool) {
	if v {
		e.int(1)
	} else {
		e.int(0)
	}
}

func (e *encoder) ints(v []int) {
	e.int(len(v))
	for _, n := range v {
		e.int(n)
	}
}

func (e *encoder) unit(u Unit) {
	e.str(u.Path)
	e.str(u.File)
	e.int(u.Cell)
	e.int(len(u.Vars))
	for _, v := range u.Vars {
		e.str(v.Name)
		e.int(v.ID)
		e.int(v.Step)
		e.int(v.Carries)
	}
	e.int(len(u.Funcs))
	for _, f := range u.Funcs {
		e.str(f.Name)
		e.int(f.ID)
	}
}

func (e *encoder) typ(t *Type) {
	e.int(int(t.Kind))
	e.str(t.Path)
	e.str(t.Name)
	e.bool(t.Tuple)
	e.int(t.Elem)
	e.int(t.Key)
	e.int(t.Len)
	e.int(int(t.Dir))
	e.ints(t.In)
	e.ints(t.Out)
	e.bool(t.Variadic)
	e.int(len(t.Fields))
	for _, f := range t.Fields {
		e.str(f.Name)
		e.str(f.PkgPath)
		e.int(f.Type)
		e.str(f.Tag)
		e.bool(f.Embedded)
	}
}

func (e *encoder) fun(f *Func) {
	e.bool(f != nil)
	if f == nil {
		return
	}
	e.str(f.Name)
	e.int(f.Type)
	e.int(len(f.Slots))
	for _, s := range f.Slots {
		e.str(s.Name)
		e.int(s.Type)
		e.bool(s.Escapes)
	}
	e.ints(f.Captures)
	e.int(f.Params)
	e.int(f.Results)
	e.bool(f.HasDefer)
	e.bool(f.HasRecover)
	e.node(f.Body)
}

// node writes a node; an absent one is an Invalid.
func (e *encoder) node(n *Node) {
	if n == nil {
		e.int(int(Invalid))
		return
	}
	e.int(int(n.Op))
	e.int(n.Type)
	e.int(n.Line)
	e.int(n.N)
	e.str(n.S)
	e.ints(n.Ints)
	e.int(len(n.Kids))
	for _, k := range n.Kids {
		e.node(k)
	}
	e.fun(n.Func)
}

// Decode reads what Encode wrote. It never panics: damaged input is an error.
func Decode(b []byte) (p *Program, err error) {
	d := decoder{b: b}
	defer func() {
		if r := recover(); r != nil {
			bad, ok := r.(badProgram)
			if !ok {
				panic(r)
			}
			p, err = nil, bad.err
		}
	}()
	if v := d.int(); v != codecVersion {
		return nil, fmt.Errorf("ir: program of version %d, this worker reads %d: start the kernel and its worker from one binary", v, codecVersion)
	}
	p = &Program{Cell: d.int()}
	for range d.count() {
		p.Units = append(p.Units, d.unit())
	}
	p.Body, p.Steps = d.str(), d.ints()
	for range d.count() {
		p.Types = append(p.Types, d.typ())
	}
	for range d.count() {
		s := Symbol{Path: d.str(), Name: d.str()}
		for range d.count() {
			s.TypeArgs = append(s.TypeArgs, d.str())
		}
		s.Type = d.int()
		p.Symbols = append(p.Symbols, s)
	}
	for range d.count() {
		p.Globals = append(p.Globals, Variable{ID: d.int(), Name: d.str(), Type: d.int()})
	}
	for range d.count() {
		p.Decls = append(p.Decls, Decl{Global: d.int(), Func: d.fun(), New: d.bool()})
	}
	p.Main = d.fun()
	if len(d.b) > 0 {
		return nil, fmt.Errorf("ir: %d bytes after the program", len(d.b))
	}
	return p, nil
}

type badProgram struct{ err error }

type decoder struct {
	b     []byte
	depth int
}

func (d *decoder) fail(err error) { panic(badProgram{err}) }

func (d *decoder) int() int {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail(errors.New("ir: program cut short"))
	}
	d.b = d.b[n:]
	return int(v)
}

// count reads a length. Whatever is counted takes at least a byte each, so a
// length beyond what is left is a lie.
func (d *decoder) count() int {
	n := d.int()
	if n < 0 || n > len(d.b) {
		d.fail(fmt.Errorf("ir: a length of %d with %d bytes left", n, len(d.b)))
	}
	return n
}

func (d *decoder) str() string {
	n := d.count()
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

func (d *decoder) bool() bool { return d.int() != 0 }

func (d *decoder) ints() []int {
	n := d.count()
	if n == 0 {
		return nil
	}
	v := make([]int, n)
	for i := range v {
		v[i] = d.int()
	}
	return v
}

func (d *decoder) unit() Unit {
	u := Unit{Path: d.str(), File: d.str(), Cell: d.int()}
	for range d.count() {
		u.Vars = append(u.Vars, UnitVar{Name: d.str(), ID: d.int(), Step: d.int(), Carries: d.int()})
	}
	for range d.count() {
		u.Funcs = append(u.Funcs, UnitFunc{Name: d.str(), ID: d.int()})
	}
	return u
}

func (d *decoder) typ() Type {
	t := Type{Kind: reflect.Kind(d.int()), Path: d.str(), Name: d.str(), Tuple: d.bool(),
		Elem: d.int(), Key: d.int(), Len: d.int(), Dir: reflect.ChanDir(d.int()),
		In: d.ints(), Out: d.ints(), Variadic: d.bool()}
	for range d.count() {
		t.Fields = append(t.Fields, StructField{Name: d.str(), PkgPath: d.str(), Type: d.int(), Tag: d.str(), Embedded: d.bool()})
	}
	return t
}

func (d *decoder) fun() *Func {
	if !d.bool() {
		return nil
	}
	f := &Func{Name: d.str(), Type: d.int()}
	for range d.count() {
		f.Slots = append(f.Slots, Slot{Name: d.str(), Type: d.int(), Escapes: d.bool()})
	}
	f.Captures = d.ints()
	f.Params, f.Results = d.int(), d.int()
	f.HasDefer, f.HasRecover = d.bool(), d.bool()
	f.Body = d.node()
	return f
}

func (d *decoder) node() *Node {
	if d.depth++; d.depth > maxDepth {
		d.fail(fmt.Errorf("ir: nodes nested deeper than %d", maxDepth))
	}
	defer func() { d.depth-- }()
	op := Op(d.int())
	if op == Invalid {
		return nil
	}
	n := &Node{Op: op, Type: d.int(), Line: d.int(), N: d.int(), S: d.str(), Ints: d.ints()}
	if k := d.count(); k > 0 {
		n.Kids = make([]*Node, k)
		for i := range n.Kids {
			n.Kids[i] = d.node()
		}
	}
	n.Func = d.fun()
	return n
}
