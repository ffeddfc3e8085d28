package interp

// This file compiles calls: of interpreted functions, of compiled ones and of
// methods, and what go and defer keep of a call until it runs.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// A callSite is a compiled call. Exactly one of closure, fn, code and recv
// says what is called.
type callSite struct {
	sig  *signature
	name string // of compiled code, for tracebacks
	line int
	args []filler
	// first is evaluated before everything else of a call to be prepared.
	first stmt

	closure func(*frame) *closure       // a function literal
	fn      func(*frame) unsafe.Pointer // a function value
	code    unsafe.Pointer              // a compiled function
	recv    func(*frame) iface          // the method at offset method of an interface's table
	method  uintptr

	exprs  []*expr // the arguments
	mem    uintptr // the block for arguments and results of compiled code
	hasMem bool
}

func (b *builder) callNode(n *ir.Node) *expr {
	s := b.callSite(n)
	b.fn.cost = max(b.fn.cost, b.depth*stackPerNode)
	switch results := s.sig.results; len(results) {
	case 0:
		return &expr{nothing: true, run: s.runStmt()}
	case 1:
		r := repFor(results[0].t)
		return &expr{t: results[0].t, r: r, v: r.call(s)}
	default:
		return b.tupleCall(s)
	}
}

// callSite compiles the operands of a call.
func (b *builder) callSite(n *ir.Node) *callSite {
	s := &callSite{line: n.Line}
	fn := kid(n, 0)
	nodes := n.Kids[1:]
	var recv *expr
	switch {
	case fn.Op == ir.Method:
		recv = b.methodSite(s, fn)
	case fn.Op == ir.Sym && !b.symbol(fn.N).variable:
		sym := b.symbol(fn.N)
		s.sig, s.name, s.code = b.m.signature(sym.v.Type()), sym.name, funcWord(sym.v)
	default:
		e := b.expr(fn)
		if e.t == nil || e.t.Kind() != reflect.Func {
			panic(defectf("a call of a %v: %s", e.t, describe(n)))
		}
		s.sig, s.closure, s.fn = b.m.signature(e.t), e.closure, typed[unsafe.Pointer](e)
	}
	exprs := make([]*expr, len(nodes))
	for i := range nodes {
		exprs[i] = b.expr(kid(n, i+1))
	}
	if recv != nil {
		exprs = append([]*expr{recv}, exprs...)
	}
	params := s.sig.params
	if s.recv != nil {
		params = params[1:] // the receiver comes with the interface
	}
	if len(exprs) != len(params) {
		panic(defectf("%d arguments for %v: %s", len(exprs), s.sig.t, describe(n)))
	}
	for i, e := range exprs {
		if e.t != params[i].t {
			panic(defectf("argument %d of type %v for %v: %s", i, e.t, s.sig.t, describe(n)))
		}
		s.args = append(s.args, filler{e.into(), params[i].off})
	}
	s.exprs = exprs
	if s.code != nil || s.recv != nil {
		s.mem, s.hasMem = b.blockFor(s.sig), true
	}
	return s
}

// blockFor reserves a block for a signature in the frame.
func (b *builder) blockFor(sig *signature) uintptr {
	b.layout.align()
	base := b.layout.size
	for _, p := range sig.params {
		b.layout.add(p.t)
	}
	b.layout.align()
	for _, r := range sig.results {
		b.layout.add(r.t)
	}
	b.layout.align()
	return base
}

// methodSite makes s a call of the method value n and returns the receiver,
// if that is an argument.
func (b *builder) methodSite(s *callSite, n *ir.Node) *expr {
	x := b.expr(kid(n, 0))
	if x.t == nil {
		panic(defectf("a method of nothing: %s", describe(n)))
	}
	if x.t.Kind() != reflect.Interface {
		fn := b.m.methodFunc(x.t, n.S)
		s.sig, s.code, s.name = b.m.signature(fn.Type()), funcWord(fn), methodName(x.t, n.S)
		return x
	}
	s.sig, s.method = b.m.interfaceMethod(x.t, n.S)
	s.recv, s.name = typed[iface](x), methodName(x.t, n.S)
	return nil
}

func methodName(t reflect.Type, name string) string {
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		return "(" + t.String() + ")." + name
	}
	return t.String() + "." + name
}

// A methodKey names a method.
type methodKey struct {
	t    reflect.Type
	name string
}

// methodFunc returns a method of a concrete type as a function whose first
// parameter is the receiver.
func (m *Machine) methodFunc(t reflect.Type, name string) reflect.Value {
	k := methodKey{t, name}
	if v, ok := m.methods.Load(k); ok {
		return v.(reflect.Value)
	}
	var fn reflect.Value
	if method, ok := t.MethodByName(name); ok {
		fn = method.Func
	} else {
		// Reflection does not reach unexported methods.
		base, in := t, t.Name()
		if t.Kind() == reflect.Pointer {
			base = t.Elem()
			in = "(*" + base.Name() + ")"
		}
		if fn, ok = m.opts.Resolver.Func(base.PkgPath(), in+"."+name); !ok {
			panic(defectf("%v has no method %s", t, name))
		}
	}
	m.methods.Store(k, fn)
	return fn
}

// interfaceMethod returns the signature of an interface's method, with the
// receiver's word as the first parameter, and its offset in the method table.
func (m *Machine) interfaceMethod(t reflect.Type, name string) (*signature, uintptr) {
	for i := range t.NumMethod() {
		if method := t.Method(i); method.Name == name {
			in := []reflect.Type{pointerType}
			for j := range method.Type.NumIn() {
				in = append(in, method.Type.In(j))
			}
			var out []reflect.Type
			for j := range method.Type.NumOut() {
				out = append(out, method.Type.Out(j))
			}
			ft := reflect.FuncOf(in, out, method.Type.IsVariadic())
			return m.signature(ft), funTable + uintptr(i)*wordSize
		}
	}
	panic(defectf("%v has no method %s", t, name))
}

// invoke makes the call. It returns the block with the results and, if the
// callee is interpreted, its frame, to be released when they are read.
func (s *callSite) invoke(f *frame) (mem unsafe.Pointer, callee *frame) {
	var c *closure
	var code unsafe.Pointer
	switch {
	case s.fn == nil:
	case s.closure != nil:
		c = s.closure(f)
	default:
		code = s.fn(f)
		if code != nil {
			c = s.sig.closure(code)
		}
	}
	if c != nil {
		callee = c.fn.frame(f.th)
		mem = callee.ptr(headerSize)
		for i := range s.args {
			s.args[i].w(f, unsafe.Add(mem, s.args[i].off))
		}
		f.line = s.line
		callee.call(c, f, f.room)
		return mem, callee
	}
	if s.hasMem {
		mem = f.ptr(s.mem)
	} else {
		mem = unsafeNew(s.sig.block)
	}
	code = s.arguments(f, mem, code)
	s.native(f, code, mem)
	return mem, nil
}

// arguments evaluates the arguments of a call of compiled code and returns
// the function word.
func (s *callSite) arguments(f *frame, mem, code unsafe.Pointer) unsafe.Pointer {
	switch {
	case s.code != nil:
		code = s.code
	case s.recv != nil:
		i := s.recv(f)
		if i.t != nil {
			code = unsafe.Add(i.t, s.method)
		}
		*(*unsafe.Pointer)(mem) = i.d
	}
	for i := range s.args {
		s.args[i].w(f, unsafe.Add(mem, s.args[i].off))
	}
	return code
}

// native calls compiled code.
func (s *callSite) native(f *frame, code, mem unsafe.Pointer) {
	f.line = s.line
	if code == nil {
		nilDereference()
	}
	f.th.native = s.name
	s.sig.native(code, mem)
	s.returned(f)
}

// returned comes after compiled code has returned.
func (s *callSite) returned(f *frame) {
	th := f.th
	th.native = ""
	th.top = f
	if f.stop.Load() != 0 {
		th.halt()
	}
}

// runStmt returns the call as a statement that leaves no results.
func (s *callSite) runStmt() stmt {
	if s.code != nil && s.sig.shape != nil {
		if run := s.sig.shape.direct(s); run != nil {
			return run.(func(*frame) ctl)
		}
	}
	return func(f *frame) ctl {
		if _, callee := s.invoke(f); callee != nil {
			callee.release()
		}
		return next
	}
}

func (repOf[T]) call(s *callSite) eval {
	off := s.sig.results[0].off
	if s.code != nil && s.sig.shape != nil {
		if v := s.sig.shape.direct(s); v != nil {
			return v
		}
	}
	if s.fn != nil && s.closure == nil && len(s.args) == 1 {
		return oneArgument[T](s)
	}
	return func(f *frame) T {
		mem, callee := s.invoke(f)
		x := *(*T)(unsafe.Add(mem, off))
		if callee != nil {
			callee.release()
		}
		return x
	}
}

// oneArgument is the call of a function value with one argument, the form
// whose cost shows most.
func oneArgument[T any](s *callSite) eval {
	sig, fn, arg, line := s.sig, s.fn, s.args[0].w, s.line
	off := sig.results[0].off + headerSize
	return func(f *frame) T {
		if code := fn(f); code != nil {
			if c := sig.closure(code); c != nil {
				callee := c.fn.frame(f.th)
				arg(f, callee.ptr(headerSize))
				f.line = line
				callee.call(c, f, f.room)
				x := *(*T)(callee.ptr(off))
				callee.release()
				return x
			}
		}
		mem, callee := s.invoke(f)
		x := *(*T)(unsafe.Add(mem, off-headerSize))
		if callee != nil {
			callee.release()
		}
		return x
	}
}

func (r repMem) call(s *callSite) eval {
	off, rt := s.sig.results[0].off, r.rt
	return func(f *frame, p unsafe.Pointer) {
		mem, callee := s.invoke(f)
		typedmemmove(rt, p, unsafe.Add(mem, off))
		if callee != nil {
			callee.release()
		}
	}
}

// tupleCall compiles a call with several results.
func (b *builder) tupleCall(s *callSite) *expr {
	if !s.hasMem {
		s.mem = b.blockFor(s.sig)
	}
	e := &expr{}
	for _, r := range s.sig.results {
		e.tuple = append(e.tuple, b.at(r.t, loc{mode: inFrame, off: s.mem + r.off}).value())
	}
	e.run = func(f *frame) ctl {
		mem, callee := s.invoke(f)
		if to := f.ptr(s.mem); mem != to {
			for _, r := range s.sig.results {
				typedmemmove(rtype(r.t), unsafe.Add(to, r.off), unsafe.Add(mem, r.off))
			}
		}
		if callee != nil {
			callee.release()
		}
		return next
	}
	return e
}

// A pending call has its function and arguments evaluated.
type pending struct {
	s    *callSite
	c    *closure
	f    *frame // of the callee, if it is interpreted
	code unsafe.Pointer
	mem  unsafe.Pointer
}

// prepare evaluates a call's function and arguments in f; the call itself
// will run on th.
func (s *callSite) prepare(f *frame, th *thread) pending {
	p := pending{s: s}
	if s.first != nil {
		s.first(f)
	}
	switch {
	case s.fn == nil:
	case s.closure != nil:
		p.c = s.closure(f)
	default:
		if p.code = s.fn(f); p.code != nil {
			p.c = s.sig.closure(p.code)
		}
	}
	if p.c != nil {
		p.f = p.c.fn.frame(th)
		p.mem = p.f.ptr(headerSize)
		for i := range s.args {
			s.args[i].w(f, unsafe.Add(p.mem, s.args[i].off))
		}
		return p
	}
	p.mem = unsafeNew(s.sig.block)
	p.code = s.arguments(f, p.mem, p.code)
	if p.code == nil && s.recv != nil {
		nilDereference()
	}
	return p
}

// run makes the call; caller is the frame in whose name it is made, cause the
// panic for which a deferred call runs.
func (p *pending) run(caller *frame, cause *panicking) {
	if p.c != nil {
		p.f.unwind = cause
		p.f.call(p.c, caller, caller.room)
		p.f.unwind = nil
		p.f.release()
		return
	}
	p.s.native(caller, p.code, p.mem)
}
