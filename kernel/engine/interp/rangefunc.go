package interp

// This file compiles loops over functions. The body becomes a function that
// the iterator calls; it runs in the frame of the function around it, so that
// return, defer and branches in it mean what they say there.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// An iteration is one execution of a loop over a function.
type iteration struct {
	f     *frame // of the function around the loop
	state rangeState
	out   ctl // how control left the body for good
}

// A rangeState says what a call of the body means.
type rangeState int

const (
	rangeReady     rangeState = iota
	rangeBody                 // the body runs, or has panicked
	rangeDone                 // the body returned false
	rangeExhausted            // the loop is over
)

func (b *builder) rangeFunc(n *ir.Node) stmt {
	key, value, xn, body := rangeKids(n)
	x := b.expr(xn)
	if x.t == nil || x.t.Kind() != reflect.Func || x.t.NumIn() != 1 || x.t.In(0).Kind() != reflect.Func {
		panic(defectf("a range over a %v as a function", x.t))
	}
	sig := b.m.signature(x.t.In(0))
	if len(sig.params) > 2 || len(sig.results) != 1 || sig.results[0].t.Kind() != reflect.Bool {
		panic(defectf("a range over a %v", x.t))
	}
	fn := &function{
		m: b.m, id: b.m.newFunctionID(), name: b.src.Name, cell: b.p.Cell, sig: sig,
		cost: stackPerCall + (b.depth+1)*stackPerNode,
	}
	l := layout{size: headerSize, pointers: make([]bool, headerSize/wordSize)}
	for _, p := range sig.params {
		l.add(p.t)
	}
	l.align()
	result := l.add(boolType)
	l.align()
	fn.block = b.m.blocks.of(l.pointers[headerSize/wordSize:], true)
	for i := int(headerSize / wordSize); i < len(l.pointers); i++ {
		if l.pointers[i] {
			fn.clear = append(fn.clear, uintptr(i)*wordSize)
		}
	}

	// Where the body finds what it is called with.
	type move struct {
		rt       unsafe.Pointer
		from, to uintptr
	}
	var moves []move
	var sets []stmt
	for i, k := range []*ir.Node{key, value} {
		if k == nil {
			continue
		}
		if i >= len(sig.params) {
			panic(defectf("a range over %v with %d values", x.t, i+1))
		}
		t := sig.params[i].t
		to, set := b.receive(k, t)
		moves = append(moves, move{rtype(t), headerSize + sig.params[i].off, to})
		sets = append(sets, set)
	}
	set := inSequence(sets)
	loop := b.loop(n, body)
	fn.run = func(nf *frame) {
		it := (*iteration)(nf.env)
		if it.state != rangeReady {
			rangeFault(it.state)
		}
		it.state = rangeBody
		f := it.f
		th, room, stop := f.th, f.room, f.stop
		f.th, f.room, f.stop = nf.th, nf.room, nf.stop
		nf.th.top = f
		entered := f.entered
		f.entered = entered || nf.entered
		for _, m := range moves {
			typedmemmove(m.rt, f.ptr(m.to), nf.ptr(m.from))
		}
		if set != nil {
			set(f)
		}
		c := loop.body(f)
		f.th, f.room, f.stop = th, room, stop
		f.entered = entered
		more := c == next || c == loop.again
		if more {
			it.state = rangeReady
		} else {
			it.state = rangeDone
			if c != loop.brk {
				it.out = c
			}
		}
		*(*bool)(nf.ptr(result)) = more
	}

	ptr := b.temp(pointerType)
	s := &callSite{sig: b.m.signature(x.t), fn: typed[unsafe.Pointer](x), closure: x.closure, line: b.line}
	s.args = []filler{{w: func(f *frame, p unsafe.Pointer) {
		it := &iteration{f: f}
		*(*unsafe.Pointer)(f.ptr(ptr)) = unsafe.Pointer(it)
		*(*unsafe.Pointer)(p) = sig.funcValue(&closure{fn: fn, env: unsafe.Pointer(it)})
	}}}
	b.fn.cost = max(b.fn.cost, b.depth*stackPerNode)
	return atLine(b.line, func(f *frame) ctl {
		_, callee := s.invoke(f)
		if callee != nil {
			callee.release()
		}
		it := (*iteration)(*(*unsafe.Pointer)(f.ptr(ptr)))
		if it.state == rangeBody {
			missingPanic()
		}
		it.state = rangeExhausted
		return it.out
	})
}

// rangeFault raises the runtime's panic for a body that is called when it
// must not be.
func rangeFault(s rangeState) {
	switch s {
	case rangeDone:
		for range func(yield func() bool) { yield(); yield() } {
			break
		}
	case rangeExhausted:
		var late func() bool
		for range func(yield func() bool) { late = yield } {
		}
		late()
	case rangeBody:
		for range func(yield func() bool) { caughtFrom(func() { yield() }); yield() } {
			panic("body")
		}
	}
}

// missingPanic raises the runtime's panic for an iterator that recovered a
// panic of the body.
func missingPanic() {
	for range func(yield func() bool) { caughtFrom(func() { yield() }) } {
		panic("body")
	}
}
