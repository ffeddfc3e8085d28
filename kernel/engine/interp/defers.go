package interp

// This file runs deferred calls, panics and recover.
//
// A function with defers runs in a Go function that has one defer of its own.
// When a panic comes, that one recovers it, runs the interpreted deferred
// calls, and panics with the same value again unless one of them recovered.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// An activation is the state of a function that has defers.
type activation struct {
	calls []pending
	cause *panicking // why the calls run now; nil: the function returns
	done  bool       // the body returned
}

// A panicking is a panic on its way.
type panicking struct {
	value     any
	frames    []Frame // where it began
	recovered bool
	again     bool // it was recovered before and panicked with again
}

// withDefers runs the body of a function that has defers.
func (f *frame) withDefers(body stmt) {
	a := &activation{}
	f.act = a
	defer f.leave()
	body(f)
	a.done = true
}

// leave is deferred: it runs the deferred calls.
func (f *frame) leave() {
	a := f.act
	if !a.done {
		// Nothing to recover: the goroutine exits.
		if v := recover(); v != nil {
			a.cause = f.th.caught(v)
		}
	}
	f.th.top = f
	f.runDefers(a)
	f.act = nil
	if p := a.cause; p != nil {
		f.th.flight = p
		panic(p.value)
	}
}

func (f *frame) runDefers(a *activation) {
	for len(a.calls) > 0 && !f.th.dead {
		p := a.calls[len(a.calls)-1]
		a.calls = a.calls[:len(a.calls)-1]
		f.runDeferred(a, &p)
	}
}

// runDeferred runs one deferred call, which may panic itself.
func (f *frame) runDeferred(a *activation, p *pending) {
	normal := false
	cause := a.cause
	defer func() {
		if normal {
			return
		}
		if v := recover(); v != nil {
			a.cause = f.th.caught(v)
			if cause != nil && sameWords(v, cause.value) {
				// It panics on with what it recovered: the
				// origin is what matters.
				a.cause.frames, a.cause.again = cause.frames, true
			}
			f.th.top = f
			return
		}
		// The goroutine exits; whatever panicked is forgotten.
		a.cause = nil
		f.th.top = f
		f.runDefers(a)
	}()
	if cause != nil && p.c == nil && p.s.sig.t == plainFunc {
		if !f.deferNative(p, cause) {
			cause.recovered = true
		}
	} else {
		p.run(f, cause)
	}
	normal = true
	if cause != nil && cause.recovered {
		a.cause = nil
	}
}

var plainFunc = reflect.TypeFor[func()]()

// deferNative lets a compiled func() that was deferred find the panic with
// its recover, which works only in what Go itself defers. It reports whether
// the panic is still on its way.
func (f *frame) deferNative(p *pending, cause *panicking) (still bool) {
	var other any
	func() {
		defer func() {
			if v := recover(); v != nil {
				still = true
				if !sameWords(v, cause.value) {
					other = v
				}
			}
		}()
		defer cast[func()](p.code)()
		panic(cause.value)
	}()
	if other != nil {
		panic(other)
	}
	return still
}

// recovered is the value of recover(). Only a deferred call finds a panic,
// and only while it runs because of that panic.
func recovered(f *frame) iface {
	p := f.unwind
	if p == nil || p.recovered {
		return iface{}
	}
	p.recovered = true
	return *(*iface)(unsafe.Pointer(&p.value))
}

// caught notes where a panic that was just recovered began.
func (th *thread) caught(v any) *panicking {
	if p := th.flight; p != nil && sameWords(p.value, v) {
		th.flight, th.lost = nil, nil
		return p
	}
	th.flight = nil
	p := &panicking{value: v, frames: th.trace()}
	th.lost = nil
	return p
}

func (b *builder) deferStmt(n *ir.Node) stmt {
	if !b.src.HasDefer {
		panic(defectf("a defer in %s, which has none", b.src.Name))
	}
	s := b.laterCall(n)
	return func(f *frame) ctl {
		p := s.prepare(f, f.th)
		f.act.calls = append(f.act.calls, p)
		return next
	}
}

// laterCall compiles the call of go and defer.
func (b *builder) laterCall(n *ir.Node) *callSite {
	call := kid(n, 0)
	if call.Op != ir.Call {
		panic(defectf("%s defers what is no call", describe(n)))
	}
	b.fn.cost = max(b.fn.cost, b.depth*stackPerNode)
	first := b.hoist(call.Kids...)
	s := b.callSite(call)
	s.first = first
	return s
}

func (b *builder) goStmt(n *ir.Node) stmt {
	s := b.laterCall(n)
	return func(f *frame) ctl {
		m := f.th.m
		th := m.newThread(f.th.group)
		p := s.prepare(f, th)
		if p.c == nil && p.code == nil {
			nilDereference()
		}
		th.start(p)
		return next
	}
}

// checkErr compiles the check of an error at the top level.
func (b *builder) checkErr(n *ir.Node) stmt {
	x := b.expr(kid(n, 0))
	v, empty, line := typed[iface](x), x.t.NumMethod() == 0, n.Line
	return func(f *frame) ctl {
		i := v(f)
		if i.t != nil {
			f.line = line
			f.th.failError(i.value(empty))
		}
		return next
	}
}

// show compiles the display of the cell's value.
func (b *builder) show(n *ir.Node) stmt {
	var list []stmt
	one := func(x *expr) stmt {
		w, t := x.into(), x.t
		return func(f *frame) ctl {
			v := reflect.New(t)
			w(f, v.UnsafePointer())
			f.th.group.show(v.Elem())
			return next
		}
	}
	for i := range n.Kids {
		x := b.expr(kid(n, i))
		if x.tuple != nil {
			list = append(list, x.run)
			for _, y := range x.tuple {
				list = append(list, one(y))
			}
		} else if x.nothing {
			list = append(list, x.run)
		} else {
			list = append(list, one(x))
		}
	}
	if s := inSequence(list); s != nil {
		return s
	}
	return func(*frame) ctl { return next }
}
