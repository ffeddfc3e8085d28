package interp

// This file compiles functions: it gives the slots their memory and puts the
// parts of a call together.

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// A compiler compiles one program.
type compiler struct {
	m       *Machine
	p       *ir.Program
	types   []reflect.Type
	globals []*variable
}

// A builder compiles one function.
type builder struct {
	*compiler
	src    *ir.Func
	fn     *function
	layout layout // of the frame
	slots  []slot
	depth  int // nesting of nodes
	line   int // of the statement being compiled
	given  map[*ir.Node]*expr
}

// A slot is a local variable.
type slot struct {
	t   reflect.Type
	r   rep
	loc loc
}

// maxInFrame is the size in bytes above which a local variable gets memory of
// its own.
const maxInFrame = 1 << 10

// An expr is a compiled expression.
type expr struct {
	t reflect.Type
	r rep
	v eval
	// loc is where the value lies, if it need not be computed; place tells
	// that it may be assigned to.
	loc   loc
	place bool
	// fixed is the memory of a constant.
	fixed unsafe.Pointer
	// tuple holds the elements of a tuple, which are in the frame after
	// run. It stands instead of all of the above.
	tuple []*expr
	run   stmt
	// closure returns the closure of a function literal.
	closure func(*frame) *closure
	nothing bool // a call without results: only run is set
}

// typed returns the eval of an expression as a function of its type.
func typed[T any](e *expr) func(*frame) T {
	v, ok := e.v.(func(*frame) T)
	if !ok {
		panic(defectf("a %v where a %v is wanted", e.t, reflect.TypeFor[T]()))
	}
	return v
}

// into returns what writes the expression's value to memory.
func (e *expr) into() into {
	if e.v == nil {
		panic(defectf("no value where one is wanted"))
	}
	return e.r.into(e.v)
}

// stackPerNode and stackPerCall bound the bytes of stack that a level of
// nested nodes and an interpreted call take. A test measures them.
const (
	stackPerNode = 160
	stackPerCall = 480
)

// function compiles a function.
func (c *compiler) function(src *ir.Func) *function {
	return c.functionWith(src, func(b *builder) stmt { return b.stmt(src.Body) })
}

// functionWith compiles a function whose statements body compiles.
func (c *compiler) functionWith(src *ir.Func, body func(*builder) stmt) *function {
	t := c.typ(src.Type)
	if t == nil || t.Kind() != reflect.Func {
		panic(defectf("function %s: its type is %v", src.Name, t))
	}
	b := &builder{
		compiler: c, src: src, line: -1,
		fn:     &function{m: c.m, id: c.m.newFunctionID(), name: src.Name, cell: c.p.Cell, sig: c.m.signature(t)},
		layout: layout{size: headerSize, pointers: make([]bool, headerSize/wordSize)},
	}
	b.declareSlots()
	b.fn.body = body(b)
	b.finish()
	return b.fn
}

// declareSlots gives every slot its place.
func (b *builder) declareSlots() {
	src, sig := b.src, b.fn.sig
	captures, values := len(src.Captures), src.Params+src.Results
	if captures+values > len(src.Slots) || src.Params != len(sig.params) || src.Results != len(sig.results) {
		panic(defectf("function %s of type %v has %d slots, %d of them captured, %d parameters and %d results",
			src.Name, sig.t, len(src.Slots), captures, src.Params, src.Results))
	}
	// Arguments and results lie where callers of the func type expect them.
	for _, p := range sig.params {
		b.layout.add(p.t)
	}
	b.layout.align()
	for _, r := range sig.results {
		b.layout.add(r.t)
	}
	b.layout.align()

	escapes := addressTaken(src)
	b.slots = make([]slot, len(src.Slots))
	for i := range src.Slots {
		t := b.typ(src.Slots[i].Type)
		if t == nil {
			panic(defectf("slot %d of %s is a tuple", i, src.Name))
		}
		s := slot{t: t, r: repFor(t)}
		boxed := src.Slots[i].Escapes || escapes[i]
		switch k := i - captures; {
		case i < captures:
			s.loc = loc{mode: inCapture, off: uintptr(i) * wordSize}
		case k < values && !boxed:
			s.loc = loc{mode: inFrame, off: sig.slot(k)}
		case boxed || t.Size() > maxInFrame:
			s.loc = loc{mode: inBox, off: b.layout.add(pointerType)}
		default:
			s.loc = loc{mode: inFrame, off: b.layout.add(t)}
		}
		b.slots[i] = s
	}
}

var pointerType = reflect.TypeFor[unsafe.Pointer]()

// addressTaken returns the slots whose address an expression takes.
func addressTaken(src *ir.Func) map[int]bool {
	var taken map[int]bool
	var walk func(*ir.Node)
	walk = func(n *ir.Node) {
		if n == nil {
			return
		}
		if n.Op == ir.Addr && len(n.Kids) > 0 {
			x := n.Kids[0]
			for x != nil && (x.Op == ir.Field || x.Op == ir.ArrayIndex) && len(x.Kids) > 0 {
				x = x.Kids[0]
			}
			if x != nil && x.Op == ir.Local {
				if taken == nil {
					taken = map[int]bool{}
				}
				taken[x.N] = true
			}
		}
		for _, k := range n.Kids {
			walk(k)
		}
	}
	walk(src.Body)
	return taken
}

// temp reserves memory in the frame for a value of type t.
func (b *builder) temp(t reflect.Type) uintptr { return b.layout.add(t) }

// tempExpr returns memory in the frame as an expression.
func (b *builder) tempExpr(t reflect.Type) *expr {
	return b.at(t, loc{mode: inFrame, off: b.temp(t)})
}

// at returns the expression for what lies at a location.
func (b *builder) at(t reflect.Type, l loc) *expr {
	r := repFor(t)
	return &expr{t: t, r: r, v: r.load(l), loc: l, place: true}
}

// finish builds what surrounds the body in a call.
func (b *builder) finish() {
	fn := b.fn
	b.layout.align()
	for i := int(headerSize / wordSize); i < len(b.layout.pointers); i++ {
		if b.layout.pointers[i] {
			fn.clear = append(fn.clear, uintptr(i)*wordSize)
		}
	}
	for _, r := range fn.sig.results {
		for off := r.off &^ (wordSize - 1); off < r.off+r.t.Size(); off += wordSize {
			if !b.layout.pointers[(headerSize+off)/wordSize] {
				fn.zero = append(fn.zero, headerSize+off)
			}
		}
	}
	fn.block = b.m.blocks.of(b.layout.pointers[headerSize/wordSize:], true)
	fn.cost += stackPerCall

	body := fn.body
	run := func(f *frame) { body(f) }
	if b.src.HasDefer {
		run = func(f *frame) { f.withDefers(body) }
	}
	before, after := b.boxValues()
	switch {
	case before != nil && after != nil:
		inner := run
		run = func(f *frame) { before(f); inner(f); after(f) }
	case before != nil:
		inner := run
		run = func(f *frame) { before(f); inner(f) }
	}
	fn.run = run
}

// boxValues returns what moves escaping parameters and results to memory of
// their own when a call begins, and results back when it ends.
func (b *builder) boxValues() (before, after func(*frame)) {
	type box struct {
		rt        unsafe.Pointer
		from, ptr uintptr
		result    bool
	}
	var boxes []box
	captures := len(b.src.Captures)
	for k := range b.src.Params + b.src.Results {
		s := b.slots[captures+k]
		if s.loc.mode == inBox {
			boxes = append(boxes, box{rtype(s.t), b.fn.sig.slot(k), s.loc.off, k >= b.src.Params})
		}
	}
	if boxes == nil {
		return nil, nil
	}
	before = func(f *frame) {
		for i := range boxes {
			x := &boxes[i]
			p := unsafeNew(x.rt)
			if !x.result {
				typedmemmove(x.rt, p, f.ptr(x.from))
			}
			*(*unsafe.Pointer)(f.ptr(x.ptr)) = p
		}
	}
	for i := range boxes {
		if boxes[i].result {
			after = func(f *frame) {
				for i := range boxes {
					if x := &boxes[i]; x.result {
						typedmemmove(x.rt, f.ptr(x.from), *(*unsafe.Pointer)(f.ptr(x.ptr)))
					}
				}
			}
			break
		}
	}
	return before, after
}

// slot returns the slot at index i.
func (b *builder) slot(i int) slot {
	if i < 0 || i >= len(b.slots) {
		panic(defectf("slot %d of %d", i, len(b.slots)))
	}
	return b.slots[i]
}

// global returns the session variable at index i of the program's globals.
func (c *compiler) global(i int) *variable {
	if i < 0 || i >= len(c.globals) {
		panic(defectf("session variable %d of %d", i, len(c.globals)))
	}
	return c.globals[i]
}

// kid returns a child of a node that must be there.
func kid(n *ir.Node, i int) *ir.Node {
	if i >= len(n.Kids) || n.Kids[i] == nil {
		panic(defectf("op %d at line %d has no operand %d", n.Op, n.Line, i))
	}
	return n.Kids[i]
}

// describe says which node a panic of the compiler is about.
func describe(n *ir.Node) string {
	return fmt.Sprintf("op %d (type %d, n %d, %d kids) at line %d", n.Op, n.Type, n.N, len(n.Kids), n.Line)
}
