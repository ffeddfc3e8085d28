package interp

// This file compiles channel operations. One that blocks waits for the
// cell's stop as well.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

func asChan[T any](p unsafe.Pointer) chan T { return *(*chan T)(unsafe.Pointer(&p)) }

func (repOf[T]) recv(ch func(*frame) unsafe.Pointer, _ reflect.Type) func(*frame, unsafe.Pointer) bool {
	return func(f *frame, to unsafe.Pointer) (ok bool) {
		c := asChan[T](ch(f))
		var v T
		select {
		case v, ok = <-c:
		default:
			select {
			case v, ok = <-c:
			case <-f.th.stopped():
				f.th.halt()
			}
		}
		*(*T)(to) = v
		return ok
	}
}

func (repOf[T]) send(ch func(*frame) unsafe.Pointer, v eval, _ reflect.Type) stmt {
	value := v.(func(*frame) T)
	return func(f *frame) ctl {
		c := asChan[T](ch(f))
		x := value(f)
		select {
		case c <- x:
		default:
			select {
			case c <- x:
			case <-f.th.stopped():
				f.th.halt()
			}
		}
		return next
	}
}

func (r repMem) recv(ch func(*frame) unsafe.Pointer, t reflect.Type) func(*frame, unsafe.Pointer) bool {
	return func(f *frame, to unsafe.Pointer) bool {
		c := ch(f)
		v, ok := f.th.choose(reflect.SelectCase{Dir: reflect.SelectRecv, Chan: at(t, unsafe.Pointer(&c))})
		at(r.t, to).Set(v)
		return ok
	}
}

func (r repMem) send(ch func(*frame) unsafe.Pointer, v eval, t reflect.Type) stmt {
	w := v.(into)
	return func(f *frame) ctl {
		c := ch(f)
		x := reflect.New(r.t)
		w(f, x.UnsafePointer())
		f.th.choose(reflect.SelectCase{Dir: reflect.SelectSend, Chan: at(t, unsafe.Pointer(&c)), Send: x.Elem()})
		return next
	}
}

// choose waits until a channel operation or a stop is possible.
func (th *thread) choose(c reflect.SelectCase) (reflect.Value, bool) {
	stop := reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(th.stopped())}
	i, v, ok := reflect.Select([]reflect.SelectCase{c, stop})
	if i == 1 {
		th.halt()
	}
	return v, ok
}

func (b *builder) chanWord(x *expr) func(*frame) unsafe.Pointer {
	if x.t == nil || x.t.Kind() != reflect.Chan {
		panic(defectf("a %v where a channel is wanted", x.t))
	}
	return typed[unsafe.Pointer](x)
}

func (b *builder) recv(x *expr) *expr {
	t := x.t.Elem()
	r := repFor(t)
	get := r.recv(b.chanWord(x), x.t)
	return &expr{t: t, r: r, v: r.from(func(f *frame, p unsafe.Pointer) { get(f, p) }, b.temp(t))}
}

func (b *builder) recvOk(x *expr) *expr {
	t := x.t.Elem()
	val, ok := b.tempExpr(t), b.tempExpr(boolType)
	get := repFor(t).recv(b.chanWord(x), x.t)
	p, q := val.loc.off, ok.loc.off
	return &expr{tuple: []*expr{val, ok}, run: func(f *frame) ctl {
		ok := get(f, f.ptr(p))
		*(*bool)(f.ptr(q)) = ok
		return next
	}}
}

func (b *builder) send(n *ir.Node) stmt {
	first := b.hoist(n.Kids...)
	x, y := b.operands2(n)
	return sequence(first, repFor(x.t.Elem()).send(b.chanWord(x), y.v, x.t))
}

func (b *builder) rangeChan(n *ir.Node) stmt {
	key, value, xn, body := rangeKids(n)
	if value != nil {
		panic(defectf("a range over a channel with two values: %s", describe(n)))
	}
	x := b.expr(xn)
	elem, line := x.t.Elem(), b.line
	// The channel is evaluated once.
	ch := b.tempExpr(x.t)
	first := b.assignTo(ch, x)
	get := repFor(elem).recv(b.chanWord(ch), x.t)
	off, set := b.receive(key, elem)
	l := b.loop(n, body)
	return atLine(line, func(f *frame) ctl {
		first(f)
		for {
			f.line = line
			if !get(f, f.ptr(off)) {
				return next
			}
			if set != nil {
				set(f)
			}
			if c, done := l.step(f); done {
				return c
			}
		}
	})
}

// A comm is a case of a select.
type comm struct {
	dir   reflect.SelectDir
	t     reflect.Type // of the channel
	ch    func(*frame) unsafe.Pointer
	value func(*frame) reflect.Value // to be sent
	to    uintptr                    // of the received value in the frame
	ok    uintptr
	set   stmt // stores what was received
	body  stmt
}

func (b *builder) selectStmt(n *ir.Node) stmt {
	var comms []comm
	hasDefault := false
	for i := range n.Kids {
		k := kid(n, i)
		if k.Op != ir.Comm || len(k.Kids) == 0 {
			panic(defectf("%s in a select", describe(k)))
		}
		c := comm{dir: reflect.SelectDefault}
		if len(k.Kids) > 1 && k.Kids[1] != nil {
			c = b.comm(k.Kids[1])
		} else {
			hasDefault = true
		}
		c.body = b.stmt(kid(k, 0))
		comms = append(comms, c)
	}
	line, brk := b.line, breakTo(n.N)
	return func(f *frame) ctl {
		f.line = line
		cases := make([]reflect.SelectCase, len(comms), len(comms)+1)
		for i := range comms {
			c := &comms[i]
			cases[i].Dir = c.dir
			if c.ch != nil {
				p := c.ch(f)
				cases[i].Chan = at(c.t, unsafe.Pointer(&p))
			}
			if c.value != nil {
				cases[i].Send = c.value(f)
			}
		}
		if !hasDefault {
			cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(f.th.stopped())})
		}
		i, v, ok := reflect.Select(cases)
		if i == len(comms) {
			f.th.halt()
		}
		c := &comms[i]
		if c.dir == reflect.SelectRecv {
			at(c.t.Elem(), f.ptr(c.to)).Set(v)
			*(*bool)(f.ptr(c.ok)) = ok
			if c.set != nil {
				c.set(f)
			}
		}
		if r := c.body(f); r != brk {
			return r
		}
		return next
	}
}

// comm compiles the communication of a case.
func (b *builder) comm(n *ir.Node) comm {
	if n.Op == ir.Send {
		x, y := b.operands2(n)
		t, w := y.t, y.into()
		return comm{dir: reflect.SelectSend, t: x.t, ch: b.chanWord(x), value: func(f *frame) reflect.Value {
			v := reflect.New(t)
			w(f, v.UnsafePointer())
			return v.Elem()
		}}
	}
	var recv *ir.Node
	if len(n.Kids) > 0 {
		recv = n.Kids[len(n.Kids)-1]
	}
	if recv == nil || recv.Op != ir.Recv && recv.Op != ir.RecvOk {
		panic(defectf("no communication: %s", describe(n)))
	}
	x := b.expr(kid(recv, 0))
	c := comm{dir: reflect.SelectRecv, t: x.t, ch: b.chanWord(x)}
	val, ok := b.tempExpr(x.t.Elem()), b.tempExpr(boolType)
	c.to, c.ok = val.loc.off, ok.loc.off
	if n.Op == ir.ExprStmt {
		return c
	}
	given := val
	if recv.Op == ir.RecvOk {
		given = &expr{tuple: []*expr{val, ok}}
	}
	b.giveAs(recv, given)
	c.set = b.stmt(n)
	return c
}
