package interp

// This file calls compiled functions of common forms, and makes function
// values of closures for them, without reflect. Each shape is named by the
// letters of its parameters' and results' representations (see letter); what
// has no shape goes through reflect.

import "unsafe"

// A shape is the form of a func type.
type shape interface {
	// call calls compiled code with the arguments in the block mem.
	call(fn, mem unsafe.Pointer)
	// direct returns the eval of a call of compiled code that passes its
	// arguments and result in registers; nil: there is none.
	direct(s *callSite) eval
	// stub returns a function value that runs clo.
	stub(clo *closure) unsafe.Pointer
}

// after returns the offset of a B behind an A that ends at end.
func after[B any](end uintptr) uintptr {
	var b B
	a := unsafe.Alignof(b)
	return (end + a - 1) &^ (a - 1)
}

// end returns where a value of type A at off ends.
func end[A any](off uintptr) uintptr {
	var a A
	return off + unsafe.Sizeof(a)
}

func word(n uintptr) uintptr { return (n + wordSize - 1) &^ (wordSize - 1) }

func get[T any](mem unsafe.Pointer, off uintptr) T { return *(*T)(unsafe.Add(mem, off)) }

func set[T any](mem unsafe.Pointer, off uintptr, v T) { *(*T)(unsafe.Add(mem, off)) = v }

func cast[F any](fn unsafe.Pointer) F { return *(*F)(unsafe.Pointer(&fn)) }

func wordOf[F any](f F) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&f)) }

type shape00 struct{}

func (shape00) call(fn, mem unsafe.Pointer) {
	cast[func()](fn)()
}

func (shape00) direct(s *callSite) eval {
	fn := cast[func()](s.code)
	line, name := s.line, s.name
	return func(f *frame) ctl {
		f.line = line
		f.th.native = name
		fn()
		s.returned(f)
		return next
	}
}

func (shape00) stub(clo *closure) unsafe.Pointer {
	return wordOf(func() {
		th, done := clo.fn.m.enter(clo.fn)
		if done != nil {
			defer done()
		}
		f := clo.fn.frame(th)
		th.callback(f, clo)
		f.release()
	})
}

type shape01[R any] struct{}

func (shape01[R]) call(fn, mem unsafe.Pointer) {
	set(mem, 0, cast[func() R](fn)())
}

func (shape01[R]) direct(s *callSite) eval {
	fn := cast[func() R](s.code)
	line, name := s.line, s.name
	return func(f *frame) R {
		f.line = line
		f.th.native = name
		r := fn()
		s.returned(f)
		return r
	}
}

func (shape01[R]) stub(clo *closure) unsafe.Pointer {
	return wordOf(func() (r R) {
		th, done := clo.fn.m.enter(clo.fn)
		if done != nil {
			defer done()
		}
		f := clo.fn.frame(th)
		mem := f.ptr(headerSize)
		th.callback(f, clo)
		r = get[R](mem, 0)
		f.release()
		return r
	})
}

type shape02[R, S any] struct{}

func (shape02[R, S]) call(fn, mem unsafe.Pointer) {
	oS := after[S](end[R](0))
	r, s := cast[func() (R, S)](fn)()
	set(mem, 0, r)
	set(mem, oS, s)
}

func (shape02[R, S]) direct(*callSite) eval {
	return nil
}

func (shape02[R, S]) stub(clo *closure) unsafe.Pointer {
	return wordOf(func() (r R, s S) {
		th, done := clo.fn.m.enter(clo.fn)
		if done != nil {
			defer done()
		}
		f := clo.fn.frame(th)
		mem := f.ptr(headerSize)
		oS := after[S](end[R](0))
		th.callback(f, clo)
		r = get[R](mem, 0)
		s = get[S](mem, oS)
		f.release()
		return r, s
	})
}

type shape10[A any] struct{}

func (shape10[A]) call(fn, mem unsafe.Pointer) {
	cast[func(A)](fn)(get[A](mem, 0))
}

func (shape10[A]) direct(s *callSite) eval {
	fn := cast[func(A)](s.code)
	line, name := s.line, s.name
	ax := typed[A](s.exprs[0])
	return func(f *frame) ctl {
		a := ax(f)
		f.line = line
		f.th.native = name
		fn(a)
		s.returned(f)
		return next
	}
}

func (shape10[A]) stub(clo *closure) unsafe.Pointer {
	return wordOf(func(a A) {
		th, done := clo.fn.m.enter(clo.fn)
		if done != nil {
			defer done()
		}
		f := clo.fn.frame(th)
		mem := f.ptr(headerSize)
		set(mem, 0, a)
		th.callback(f, clo)
		f.release()
	})
}

type shape11[A, R any] struct{}

func (shape11[A, R]) call(fn, mem unsafe.Pointer) {
	oR := word(end[A](0))
	set(mem, oR, cast[func(A) R](fn)(get[A](mem, 0)))
}

func (shape11[A, R]) direct(s *callSite) eval {
	fn := cast[func(A) R](s.code)
	line, name := s.line, s.name
	ax := typed[A](s.exprs[0])
	return func(f *frame) R {
		a := ax(f)
		f.line = line
		f.th.native = name
		r := fn(a)
		s.returned(f)
		return r
	}
}

func (shape11[A, R]) stub(clo *closure) unsafe.Pointer {
	return wordOf(func(a A) (r R) {
		th, done := clo.fn.m.enter(clo.fn)
		if done != nil {
			defer done()
		}
		f := clo.fn.frame(th)
		mem := f.ptr(headerSize)
		oR := word(end[A](0))
		set(mem, 0, a)
		th.callback(f, clo)
		r = get[R](mem, oR)
		f.release()
		return r
	})
}

type shape12[A, R, S any] struct{}

func (shape12[A, R, S]) call(fn, mem unsafe.Pointer) {
	oR := word(end[A](0))
	oS := after[S](end[R](oR))
	r, s := cast[func(A) (R, S)](fn)(get[A](mem, 0))
	set(mem, oR, r)
	set(mem, oS, s)
}

func (shape12[A, R, S]) direct(*callSite) eval {
	return nil
}

func (shape12[A, R, S]) stub(clo *closure) unsafe.Pointer {
	return wordOf(func(a A) (r R, s S) {
		th, done := clo.fn.m.enter(clo.fn)
		if done != nil {
			defer done()
		}
		f := clo.fn.frame(th)
		mem := f.ptr(headerSize)
		oR := word(end[A](0))
		oS := after[S](end[R](oR))
		set(mem, 0, a)
		th.callback(f, clo)
		r = get[R](mem, oR)
		s = get[S](mem, oS)
		f.release()
		return r, s
	})
}

type shape20[A, B any] struct{}

func (shape20[A, B]) call(fn, mem unsafe.Pointer) {
	oB := after[B](end[A](0))
	cast[func(A, B)](fn)(get[A](mem, 0), get[B](mem, oB))
}

func (shape20[A, B]) direct(s *callSite) eval {
	fn := cast[func(A, B)](s.code)
	line, name := s.line, s.name
	ax := typed[A](s.exprs[0])
	bx := typed[B](s.exprs[1])
	return func(f *frame) ctl {
		a := ax(f)
		b := bx(f)
		f.line = line
		f.th.native = name
		fn(a, b)
		s.returned(f)
		return next
	}
}

func (shape20[A, B]) stub(clo *closure) unsafe.Pointer {
	return wordOf(func(a A, b B) {
		th, done := clo.fn.m.enter(clo.fn)
		if done != nil {
			defer done()
		}
		f := clo.fn.frame(th)
		mem := f.ptr(headerSize)
		oB := after[B](end[A](0))
		set(mem, 0, a)
		set(mem, oB, b)
		th.callback(f, clo)
		f.release()
	})
}

type shape21[A, B, R any] struct{}

func (shape21[A, B, R]) call(fn, mem unsafe.Pointer) {
	oB := after[B](end[A](0))
	oR := word(end[B](oB))
	set(mem, oR, cast[func(A, B) R](fn)(get[A](mem, 0), get[B](mem, oB)))
}

func (shape21[A, B, R]) direct(s *callSite) eval {
	fn := cast[func(A, B) R](s.code)
	line, name := s.line, s.name
	ax := typed[A](s.exprs[0])
	bx := typed[B](s.exprs[1])
	return func(f *frame) R {
		a := ax(f)
		b := bx(f)
		f.line = line
		f.th.native = name
		r := fn(a, b)
		s.returned(f)
		return r
	}
}

func (shape21[A, B, R]) stub(clo *closure) unsafe.Pointer {
	return wordOf(func(a A, b B) (r R) {
		th, done := clo.fn.m.enter(clo.fn)
		if done != nil {
			defer done()
		}
		f := clo.fn.frame(th)
		mem := f.ptr(headerSize)
		oB := after[B](end[A](0))
		oR := word(end[B](oB))
		set(mem, 0, a)
		set(mem, oB, b)
		th.callback(f, clo)
		r = get[R](mem, oR)
		f.release()
		return r
	})
}

type shape22[A, B, R, S any] struct{}

func (shape22[A, B, R, S]) call(fn, mem unsafe.Pointer) {
	oB := after[B](end[A](0))
	oR := word(end[B](oB))
	oS := after[S](end[R](oR))
	r, s := cast[func(A, B) (R, S)](fn)(get[A](mem, 0), get[B](mem, oB))
	set(mem, oR, r)
	set(mem, oS, s)
}

func (shape22[A, B, R, S]) direct(*callSite) eval {
	return nil
}

func (shape22[A, B, R, S]) stub(clo *closure) unsafe.Pointer {
	return wordOf(func(a A, b B) (r R, s S) {
		th, done := clo.fn.m.enter(clo.fn)
		if done != nil {
			defer done()
		}
		f := clo.fn.frame(th)
		mem := f.ptr(headerSize)
		oB := after[B](end[A](0))
		oR := word(end[B](oB))
		oS := after[S](end[R](oR))
		set(mem, 0, a)
		set(mem, oB, b)
		th.callback(f, clo)
		r = get[R](mem, oR)
		s = get[S](mem, oS)
		f.release()
		return r, s
	})
}

type shape30[A, B, C any] struct{}

func (shape30[A, B, C]) call(fn, mem unsafe.Pointer) {
	oB := after[B](end[A](0))
	oC := after[C](end[B](oB))
	cast[func(A, B, C)](fn)(get[A](mem, 0), get[B](mem, oB), get[C](mem, oC))
}

func (shape30[A, B, C]) direct(s *callSite) eval {
	fn := cast[func(A, B, C)](s.code)
	line, name := s.line, s.name
	ax := typed[A](s.exprs[0])
	bx := typed[B](s.exprs[1])
	cx := typed[C](s.exprs[2])
	return func(f *frame) ctl {
		a := ax(f)
		b := bx(f)
		c := cx(f)
		f.line = line
		f.th.native = name
		fn(a, b, c)
		s.returned(f)
		return next
	}
}

func (shape30[A, B, C]) stub(clo *closure) unsafe.Pointer {
	return wordOf(func(a A, b B, c C) {
		th, done := clo.fn.m.enter(clo.fn)
		if done != nil {
			defer done()
		}
		f := clo.fn.frame(th)
		mem := f.ptr(headerSize)
		oB := after[B](end[A](0))
		oC := after[C](end[B](oB))
		set(mem, 0, a)
		set(mem, oB, b)
		set(mem, oC, c)
		th.callback(f, clo)
		f.release()
	})
}

type shape31[A, B, C, R any] struct{}

func (shape31[A, B, C, R]) call(fn, mem unsafe.Pointer) {
	oB := after[B](end[A](0))
	oC := after[C](end[B](oB))
	oR := word(end[C](oC))
	set(mem, oR, cast[func(A, B, C) R](fn)(get[A](mem, 0), get[B](mem, oB), get[C](mem, oC)))
}

func (shape31[A, B, C, R]) direct(s *callSite) eval {
	fn := cast[func(A, B, C) R](s.code)
	line, name := s.line, s.name
	ax := typed[A](s.exprs[0])
	bx := typed[B](s.exprs[1])
	cx := typed[C](s.exprs[2])
	return func(f *frame) R {
		a := ax(f)
		b := bx(f)
		c := cx(f)
		f.line = line
		f.th.native = name
		r := fn(a, b, c)
		s.returned(f)
		return r
	}
}

func (shape31[A, B, C, R]) stub(clo *closure) unsafe.Pointer {
	return wordOf(func(a A, b B, c C) (r R) {
		th, done := clo.fn.m.enter(clo.fn)
		if done != nil {
			defer done()
		}
		f := clo.fn.frame(th)
		mem := f.ptr(headerSize)
		oB := after[B](end[A](0))
		oC := after[C](end[B](oB))
		oR := word(end[C](oC))
		set(mem, 0, a)
		set(mem, oB, b)
		set(mem, oC, c)
		th.callback(f, clo)
		r = get[R](mem, oR)
		f.release()
		return r
	})
}

type shape32[A, B, C, R, S any] struct{}

func (shape32[A, B, C, R, S]) call(fn, mem unsafe.Pointer) {
	oB := after[B](end[A](0))
	oC := after[C](end[B](oB))
	oR := word(end[C](oC))
	oS := after[S](end[R](oR))
	r, s := cast[func(A, B, C) (R, S)](fn)(get[A](mem, 0), get[B](mem, oB), get[C](mem, oC))
	set(mem, oR, r)
	set(mem, oS, s)
}

func (shape32[A, B, C, R, S]) direct(*callSite) eval {
	return nil
}

func (shape32[A, B, C, R, S]) stub(clo *closure) unsafe.Pointer {
	return wordOf(func(a A, b B, c C) (r R, s S) {
		th, done := clo.fn.m.enter(clo.fn)
		if done != nil {
			defer done()
		}
		f := clo.fn.frame(th)
		mem := f.ptr(headerSize)
		oB := after[B](end[A](0))
		oC := after[C](end[B](oB))
		oR := word(end[C](oC))
		oS := after[S](end[R](oR))
		set(mem, 0, a)
		set(mem, oB, b)
		set(mem, oC, c)
		th.callback(f, clo)
		r = get[R](mem, oR)
		s = get[S](mem, oS)
		f.release()
		return r, s
	})
}

// shapes are the forms that the standard library and cells use most.
var shapes = map[string]shape{
	">":      shape00{},
	">i":     shape01[int64]{},
	">s":     shape01[string]{},
	">f":     shape01[float64]{},
	">b":     shape01[bool]{},
	">a":     shape01[iface]{},
	">p":     shape01[unsafe.Pointer]{},
	">l":     shape01[slice]{},
	">u":     shape01[uint64]{},
	">la":    shape02[slice, iface]{},
	">sa":    shape02[string, iface]{},
	">ia":    shape02[int64, iface]{},
	">pa":    shape02[unsafe.Pointer, iface]{},
	"i>":     shape10[int64]{},
	"s>":     shape10[string]{},
	"f>":     shape10[float64]{},
	"b>":     shape10[bool]{},
	"a>":     shape10[iface]{},
	"p>":     shape10[unsafe.Pointer]{},
	"l>":     shape10[slice]{},
	"i>i":    shape11[int64, int64]{},
	"i>s":    shape11[int64, string]{},
	"i>b":    shape11[int64, bool]{},
	"i>f":    shape11[int64, float64]{},
	"i>p":    shape11[int64, unsafe.Pointer]{},
	"i>l":    shape11[int64, slice]{},
	"i>a":    shape11[int64, iface]{},
	"f>f":    shape11[float64, float64]{},
	"f>s":    shape11[float64, string]{},
	"f>b":    shape11[float64, bool]{},
	"f>i":    shape11[float64, int64]{},
	"s>s":    shape11[string, string]{},
	"s>i":    shape11[string, int64]{},
	"s>b":    shape11[string, bool]{},
	"s>f":    shape11[string, float64]{},
	"s>l":    shape11[string, slice]{},
	"s>a":    shape11[string, iface]{},
	"s>p":    shape11[string, unsafe.Pointer]{},
	"s>ia":   shape12[string, int64, iface]{},
	"s>fa":   shape12[string, float64, iface]{},
	"s>ba":   shape12[string, bool, iface]{},
	"s>la":   shape12[string, slice, iface]{},
	"s>pa":   shape12[string, unsafe.Pointer, iface]{},
	"s>sa":   shape12[string, string, iface]{},
	"r>b":    shape11[int32, bool]{},
	"r>r":    shape11[int32, int32]{},
	"r>s":    shape11[int32, string]{},
	"r>i":    shape11[int32, int64]{},
	"b>s":    shape11[bool, string]{},
	"u>u":    shape11[uint64, uint64]{},
	"u>i":    shape11[uint64, int64]{},
	"a>s":    shape11[iface, string]{},
	"a>b":    shape11[iface, bool]{},
	"a>a":    shape11[iface, iface]{},
	"a>i":    shape11[iface, int64]{},
	"a>p":    shape11[iface, unsafe.Pointer]{},
	"l>i":    shape11[slice, int64]{},
	"l>f":    shape11[slice, float64]{},
	"l>s":    shape11[slice, string]{},
	"l>b":    shape11[slice, bool]{},
	"l>l":    shape11[slice, slice]{},
	"l>a":    shape11[slice, iface]{},
	"l>p":    shape11[slice, unsafe.Pointer]{},
	"l>ia":   shape12[slice, int64, iface]{},
	"l>la":   shape12[slice, slice, iface]{},
	"p>i":    shape11[unsafe.Pointer, int64]{},
	"p>s":    shape11[unsafe.Pointer, string]{},
	"p>b":    shape11[unsafe.Pointer, bool]{},
	"p>f":    shape11[unsafe.Pointer, float64]{},
	"p>a":    shape11[unsafe.Pointer, iface]{},
	"p>p":    shape11[unsafe.Pointer, unsafe.Pointer]{},
	"p>l":    shape11[unsafe.Pointer, slice]{},
	"p>r":    shape11[unsafe.Pointer, int32]{},
	"p>u":    shape11[unsafe.Pointer, uint64]{},
	"p>ia":   shape12[unsafe.Pointer, int64, iface]{},
	"p>la":   shape12[unsafe.Pointer, slice, iface]{},
	"p>sa":   shape12[unsafe.Pointer, string, iface]{},
	"p>pa":   shape12[unsafe.Pointer, unsafe.Pointer, iface]{},
	"p>ib":   shape12[unsafe.Pointer, int64, bool]{},
	"p>ab":   shape12[unsafe.Pointer, iface, bool]{},
	"ii>i":   shape21[int64, int64, int64]{},
	"ii>b":   shape21[int64, int64, bool]{},
	"ii>s":   shape21[int64, int64, string]{},
	"ii>":    shape20[int64, int64]{},
	"ff>f":   shape21[float64, float64, float64]{},
	"ff>b":   shape21[float64, float64, bool]{},
	"ff>i":   shape21[float64, float64, int64]{},
	"fi>f":   shape21[float64, int64, float64]{},
	"fi>b":   shape21[float64, int64, bool]{},
	"if>f":   shape21[int64, float64, float64]{},
	"if>b":   shape21[int64, float64, bool]{},
	"ss>s":   shape21[string, string, string]{},
	"ss>b":   shape21[string, string, bool]{},
	"ss>i":   shape21[string, string, int64]{},
	"ss>l":   shape21[string, string, slice]{},
	"ss>a":   shape21[string, string, iface]{},
	"ss>sa":  shape22[string, string, string, iface]{},
	"is>b":   shape21[int64, string, bool]{},
	"is>s":   shape21[int64, string, string]{},
	"is>":    shape20[int64, string]{},
	"si>b":   shape21[string, int64, bool]{},
	"si>s":   shape21[string, int64, string]{},
	"si>i":   shape21[string, int64, int64]{},
	"si>":    shape20[string, int64]{},
	"sf>b":   shape21[string, float64, bool]{},
	"sl>s":   shape21[string, slice, string]{},
	"sl>ia":  shape22[string, slice, int64, iface]{},
	"sl>":    shape20[string, slice]{},
	"sl>a":   shape21[string, slice, iface]{},
	"sl>pa":  shape22[string, slice, unsafe.Pointer, iface]{},
	"sp>s":   shape21[string, unsafe.Pointer, string]{},
	"ps>s":   shape21[unsafe.Pointer, string, string]{},
	"sp>b":   shape21[string, unsafe.Pointer, bool]{},
	"sr>i":   shape21[string, int32, int64]{},
	"sr>b":   shape21[string, int32, bool]{},
	"rr>b":   shape21[int32, int32, bool]{},
	"li>b":   shape21[slice, int64, bool]{},
	"li>i":   shape21[slice, int64, int64]{},
	"ls>s":   shape21[slice, string, string]{},
	"ls>b":   shape21[slice, string, bool]{},
	"ls>i":   shape21[slice, string, int64]{},
	"lf>b":   shape21[slice, float64, bool]{},
	"lf>f":   shape21[slice, float64, float64]{},
	"lf>i":   shape21[slice, float64, int64]{},
	"ll>b":   shape21[slice, slice, bool]{},
	"ll>i":   shape21[slice, slice, int64]{},
	"ll>l":   shape21[slice, slice, slice]{},
	"ll>f":   shape21[slice, slice, float64]{},
	"ll>p":   shape21[slice, slice, unsafe.Pointer]{},
	"lp>":    shape20[slice, unsafe.Pointer]{},
	"lp>i":   shape21[slice, unsafe.Pointer, int64]{},
	"lp>b":   shape21[slice, unsafe.Pointer, bool]{},
	"lp>l":   shape21[slice, unsafe.Pointer, slice]{},
	"li>l":   shape21[slice, int64, slice]{},
	"aa>b":   shape21[iface, iface, bool]{},
	"aa>a":   shape21[iface, iface, iface]{},
	"aa>i":   shape21[iface, iface, int64]{},
	"al>ia":  shape22[iface, slice, int64, iface]{},
	"ap>b":   shape21[iface, unsafe.Pointer, bool]{},
	"ap>":    shape20[iface, unsafe.Pointer]{},
	"as>ia":  shape22[iface, string, int64, iface]{},
	"al>i":   shape21[iface, slice, int64]{},
	"pi>":    shape20[unsafe.Pointer, int64]{},
	"pi>i":   shape21[unsafe.Pointer, int64, int64]{},
	"pi>s":   shape21[unsafe.Pointer, int64, string]{},
	"pi>b":   shape21[unsafe.Pointer, int64, bool]{},
	"pi>f":   shape21[unsafe.Pointer, int64, float64]{},
	"pi>p":   shape21[unsafe.Pointer, int64, unsafe.Pointer]{},
	"pi>a":   shape21[unsafe.Pointer, int64, iface]{},
	"pi>l":   shape21[unsafe.Pointer, int64, slice]{},
	"ps>":    shape20[unsafe.Pointer, string]{},
	"ps>b":   shape21[unsafe.Pointer, string, bool]{},
	"ps>i":   shape21[unsafe.Pointer, string, int64]{},
	"ps>a":   shape21[unsafe.Pointer, string, iface]{},
	"ps>p":   shape21[unsafe.Pointer, string, unsafe.Pointer]{},
	"ps>l":   shape21[unsafe.Pointer, string, slice]{},
	"ps>ia":  shape22[unsafe.Pointer, string, int64, iface]{},
	"ps>sa":  shape22[unsafe.Pointer, string, string, iface]{},
	"pf>":    shape20[unsafe.Pointer, float64]{},
	"pf>f":   shape21[unsafe.Pointer, float64, float64]{},
	"pl>":    shape20[unsafe.Pointer, slice]{},
	"pl>ia":  shape22[unsafe.Pointer, slice, int64, iface]{},
	"pl>p":   shape21[unsafe.Pointer, slice, unsafe.Pointer]{},
	"pl>a":   shape21[unsafe.Pointer, slice, iface]{},
	"pl>s":   shape21[unsafe.Pointer, slice, string]{},
	"py>a":   shape21[unsafe.Pointer, uint8, iface]{},
	"pr>ia":  shape22[unsafe.Pointer, int32, int64, iface]{},
	"pb>":    shape20[unsafe.Pointer, bool]{},
	"pp>":    shape20[unsafe.Pointer, unsafe.Pointer]{},
	"pp>b":   shape21[unsafe.Pointer, unsafe.Pointer, bool]{},
	"pp>i":   shape21[unsafe.Pointer, unsafe.Pointer, int64]{},
	"pp>p":   shape21[unsafe.Pointer, unsafe.Pointer, unsafe.Pointer]{},
	"pa>":    shape20[unsafe.Pointer, iface]{},
	"pa>a":   shape21[unsafe.Pointer, iface, iface]{},
	"pa>b":   shape21[unsafe.Pointer, iface, bool]{},
	"pa>i":   shape21[unsafe.Pointer, iface, int64]{},
	"pa>p":   shape21[unsafe.Pointer, iface, unsafe.Pointer]{},
	"pu>":    shape20[unsafe.Pointer, uint64]{},
	"sss>s":  shape31[string, string, string, string]{},
	"sss>i":  shape31[string, string, string, int64]{},
	"sii>s":  shape31[string, int64, int64, string]{},
	"asl>ia": shape32[iface, string, slice, int64, iface]{},
	"als>s":  shape31[iface, slice, string, string]{},
	"aas>":   shape30[iface, iface, string]{},
	"sif>b":  shape31[string, int64, float64, bool]{},
	"sib>s":  shape31[string, int64, bool, string]{},
	"iii>i":  shape31[int64, int64, int64, int64]{},
	"iii>b":  shape31[int64, int64, int64, bool]{},
	"fff>f":  shape31[float64, float64, float64, float64]{},
	"lii>l":  shape31[slice, int64, int64, slice]{},
	"lip>l":  shape31[slice, int64, unsafe.Pointer, slice]{},
	"lpi>i":  shape31[slice, unsafe.Pointer, int64, int64]{},
	"lss>l":  shape31[slice, string, string, slice]{},
	"pii>b":  shape31[unsafe.Pointer, int64, int64, bool]{},
	"pii>":   shape30[unsafe.Pointer, int64, int64]{},
	"pii>s":  shape31[unsafe.Pointer, int64, int64, string]{},
	"pii>f":  shape31[unsafe.Pointer, int64, int64, float64]{},
	"pif>":   shape30[unsafe.Pointer, int64, float64]{},
	"pss>":   shape30[unsafe.Pointer, string, string]{},
	"pss>s":  shape31[unsafe.Pointer, string, string, string]{},
	"pss>i":  shape31[unsafe.Pointer, string, string, int64]{},
	"psl>":   shape30[unsafe.Pointer, string, slice]{},
	"psl>ia": shape32[unsafe.Pointer, string, slice, int64, iface]{},
	"psl>s":  shape31[unsafe.Pointer, string, slice, string]{},
	"pip>p":  shape31[unsafe.Pointer, int64, unsafe.Pointer, unsafe.Pointer]{},
	"psp>":   shape30[unsafe.Pointer, string, unsafe.Pointer]{},
	"psp>b":  shape31[unsafe.Pointer, string, unsafe.Pointer, bool]{},
	"psa>":   shape30[unsafe.Pointer, string, iface]{},
	"ppp>":   shape30[unsafe.Pointer, unsafe.Pointer, unsafe.Pointer]{},
	"pll>":   shape30[unsafe.Pointer, slice, slice]{},
	"ssi>l":  shape31[string, string, int64, slice]{},
	"ssi>s":  shape31[string, string, int64, string]{},
	"sia>s":  shape31[string, int64, iface, string]{},
	"aps>":   shape30[iface, unsafe.Pointer, string]{},
	"psi>i":  shape31[unsafe.Pointer, string, int64, int64]{},
}
