package interp

// This file describes func types: where a call's arguments and results lie,
// how a compiled function is called, and how a closure becomes a function
// value that compiled code can call.

import (
	"reflect"
	"unsafe"
)

// A signature is what calls of one func type have in common. Arguments and
// results lie in one block, the results behind the arguments from a word
// boundary on.
type signature struct {
	t       reflect.Type
	params  []part
	results []part
	block   unsafe.Pointer // type of the block
	shape   shape          // nil: calls go through reflect
	stub    stubLayout     // of a function value made by shape
}

// A part is a parameter or a result.
type part struct {
	t   reflect.Type
	off uintptr // in the block
}

// slot returns the offset in a frame of the k-th parameter, or, behind those,
// result.
func (s *signature) slot(k int) uintptr {
	if k < len(s.params) {
		return headerSize + s.params[k].off
	}
	return headerSize + s.results[k-len(s.params)].off
}

// signature returns the signature of a func type.
func (m *Machine) signature(t reflect.Type) *signature {
	m.mu.Lock()
	s := m.signatures[t]
	m.mu.Unlock()
	if s != nil {
		return s
	}
	s = m.newSignature(t)
	m.mu.Lock()
	defer m.mu.Unlock()
	if old := m.signatures[t]; old != nil {
		return old
	}
	m.signatures[t] = s
	return s
}

func (m *Machine) newSignature(t reflect.Type) *signature {
	s := &signature{t: t}
	l := layout{}
	key := make([]byte, 0, 8)
	for i := range t.NumIn() {
		p := t.In(i)
		s.params = append(s.params, part{p, l.add(p)})
		key = append(key, letter(p))
	}
	l.align()
	key = append(key, '>')
	for i := range t.NumOut() {
		r := t.Out(i)
		s.results = append(s.results, part{r, l.add(r)})
		key = append(key, letter(r))
	}
	l.align()
	s.block = m.blocks.of(l.pointers, false)
	if s.shape = shapes[string(key)]; s.shape != nil {
		s.stub = probe(s.shape.stub)
	}
	return s
}

// letter names the representation of a type in the keys of shapes.
func letter(t reflect.Type) byte {
	switch t.Kind() {
	case reflect.Bool:
		return 'b'
	case reflect.Int, reflect.Int64:
		return 'i'
	case reflect.Uint, reflect.Uint64, reflect.Uintptr:
		return 'u'
	case reflect.Int32:
		return 'r'
	case reflect.Uint8:
		return 'y'
	case reflect.Float64:
		return 'f'
	case reflect.String:
		return 's'
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return 'p'
	case reflect.Slice:
		return 'l'
	case reflect.Interface:
		return 'a'
	}
	return '?'
}

// A stubLayout tells function values that stand for closures from others: the
// code they run, and where the closure's address is.
type stubLayout struct {
	code uintptr
	off  uintptr
}

// probe finds out the layout of the function values that make returns.
func probe(make func(*closure) unsafe.Pointer) stubLayout {
	c := new(closure)
	p := make(c)
	for off := wordSize; off <= 3*wordSize; off += wordSize {
		if *(*unsafe.Pointer)(unsafe.Add(p, off)) == unsafe.Pointer(c) {
			return stubLayout{*(*uintptr)(p), off}
		}
	}
	panic("interp: this toolchain lays out function values in an unknown way")
}

// closure returns the closure that a function value stands for; nil if it is
// compiled code.
func (l stubLayout) closure(p unsafe.Pointer) *closure {
	if *(*uintptr)(p) == l.code {
		return *(**closure)(unsafe.Add(p, l.off))
	}
	return nil
}

// A makeFuncLayout is the same for function values that reflect.MakeFunc
// made: these have a pointer to a function value that has the closure.
type makeFuncLayout struct {
	code  uintptr
	off   uintptr
	inner stubLayout
}

func probeMakeFunc() makeFuncLayout {
	c := new(closure)
	f := bridge(c)
	l := makeFuncLayout{inner: probe(func(c *closure) unsafe.Pointer {
		f := bridge(c)
		return *(*unsafe.Pointer)(unsafe.Pointer(&f))
	})}
	p := funcWord(reflect.MakeFunc(reflect.TypeFor[func()](), f))
	l.code = *(*uintptr)(p)
	for off := wordSize; off <= 5*wordSize; off += wordSize {
		if *(*unsafe.Pointer)(unsafe.Add(p, off)) == *(*unsafe.Pointer)(unsafe.Pointer(&f)) {
			l.off = off
			return l
		}
	}
	panic("interp: this toolchain lays out the values of reflect.MakeFunc in an unknown way")
}

// makeFuncs is the layout in this binary.
var makeFuncs = probeMakeFunc()

// bridge returns the function through which reflect calls a closure. It must
// not be inlined, as each copy would have code of its own.
//
//go:noinline
func bridge(c *closure) func([]reflect.Value) []reflect.Value {
	return func(args []reflect.Value) []reflect.Value { return c.reflectCall(args) }
}

// funcValue makes the word of a func variable that stands for c.
func (s *signature) funcValue(c *closure) unsafe.Pointer {
	if s.shape != nil {
		return s.shape.stub(c)
	}
	return funcWord(reflect.MakeFunc(s.t, bridge(c)))
}

// closure returns the closure that a function value, not nil, stands for; nil
// if it is compiled code.
func (s *signature) closure(p unsafe.Pointer) *closure {
	if s.shape != nil {
		if *(*uintptr)(p) == s.stub.code {
			return *(**closure)(unsafe.Add(p, s.stub.off))
		}
	}
	if *(*uintptr)(p) == makeFuncs.code {
		return makeFuncs.inner.closure(*(*unsafe.Pointer)(unsafe.Add(p, makeFuncs.off)))
	}
	return nil
}

// native calls compiled code with the arguments in the block mem and leaves
// the results there.
func (s *signature) native(fn, mem unsafe.Pointer) {
	if s.shape != nil {
		s.shape.call(fn, mem)
		return
	}
	s.reflectNative(fn, mem)
}

func (s *signature) reflectNative(fn, mem unsafe.Pointer) {
	in := make([]reflect.Value, len(s.params))
	for i, p := range s.params {
		in[i] = at(p.t, unsafe.Add(mem, p.off))
	}
	f := at(s.t, unsafe.Pointer(&fn))
	var out []reflect.Value
	if s.t.IsVariadic() {
		out = f.CallSlice(in)
	} else {
		out = f.Call(in)
	}
	for i, r := range s.results {
		at(r.t, unsafe.Add(mem, r.off)).Set(out[i])
	}
}

// reflectCall is a call of a closure by compiled code through reflect.
func (c *closure) reflectCall(args []reflect.Value) (out []reflect.Value) {
	sig := c.fn.sig
	th, done := c.fn.m.enter(c.fn)
	if done != nil {
		defer done()
	}
	f := c.fn.frame(th)
	for i, p := range sig.params {
		at(p.t, f.ptr(headerSize+p.off)).Set(args[i])
	}
	th.callback(f, c)
	out = make([]reflect.Value, len(sig.results))
	for i, r := range sig.results {
		out[i] = copyOf(r.t, f.ptr(headerSize+r.off))
	}
	f.release()
	return out
}
