package interp

// This file compiles what is done with maps. Maps of common key and element
// types are used as native maps of the same form; the others through reflect.

import (
	"reflect"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/ir"
)

// A mapForm works on maps whose keys and elements have certain forms.
type mapForm interface {
	// index returns the eval of m[k].
	index(m func(*frame) unsafe.Pointer, k eval) eval
	// indexOk puts m[k] at an offset of the frame and tells whether it is there.
	indexOk(m func(*frame) unsafe.Pointer, k eval, to uintptr) func(*frame) bool
	// store returns m[k] = v.
	store(m func(*frame) unsafe.Pointer, k, v eval) stmt
	// update returns m[k] op= v; nil: it has to be made of the others.
	update(op ir.Operator, m func(*frame) unsafe.Pointer, k, v eval) stmt
	// loop returns the loop over m; the key and the element are put at
	// offsets of the frame.
	loop(m func(*frame) unsafe.Pointer, key, value uintptr, set stmt, l loop) stmt
}

// mapOf is the form of maps from K to V, each of which stands for all types
// that have its size and pointers.
type mapOf[K comparable, V any] struct{}

func asMap[K comparable, V any](p unsafe.Pointer) map[K]V {
	return *(*map[K]V)(unsafe.Pointer(&p))
}

func (mapOf[K, V]) index(m func(*frame) unsafe.Pointer, k eval) eval {
	key := k.(func(*frame) K)
	return func(f *frame) V {
		m := asMap[K, V](m(f))
		return m[key(f)]
	}
}

func (mapOf[K, V]) indexOk(m func(*frame) unsafe.Pointer, k eval, to uintptr) func(*frame) bool {
	key := k.(func(*frame) K)
	return func(f *frame) bool {
		m := asMap[K, V](m(f))
		v, ok := m[key(f)]
		*(*V)(f.ptr(to)) = v
		return ok
	}
}

func (mapOf[K, V]) store(m func(*frame) unsafe.Pointer, k, v eval) stmt {
	key, value := k.(func(*frame) K), v.(func(*frame) V)
	return func(f *frame) ctl {
		x := value(f)
		m := asMap[K, V](m(f))
		m[key(f)] = x
		return next
	}
}

func (mapOf[K, V]) loop(m func(*frame) unsafe.Pointer, key, value uintptr, set stmt, l loop) stmt {
	return func(f *frame) ctl {
		for k, v := range asMap[K, V](m(f)) {
			*(*K)(f.ptr(key)) = k
			*(*V)(f.ptr(value)) = v
			if set != nil {
				set(f)
			}
			if c, done := l.step(f); done {
				return c
			}
		}
		return next
	}
}

func (mapOf[K, V]) update(op ir.Operator, m func(*frame) unsafe.Pointer, k, v eval) stmt {
	return nil
}

// mapOfNumbers are the maps whose elements can be added to.
type mapOfNumbers[K comparable, V numeric] struct{ mapOf[K, V] }

func (mapOfNumbers[K, V]) update(op ir.Operator, m func(*frame) unsafe.Pointer, k, v eval) stmt {
	key, value := k.(func(*frame) K), v.(func(*frame) V)
	switch op {
	case ir.Add:
		return func(f *frame) ctl {
			m := asMap[K, V](m(f))
			k := key(f)
			m[k] += value(f)
			return next
		}
	case ir.Sub:
		return func(f *frame) ctl {
			m := asMap[K, V](m(f))
			k := key(f)
			m[k] -= value(f)
			return next
		}
	}
	return nil
}

// mapForms are the forms by the letters of key and element.
var mapForms = map[string]mapForm{
	"ii": mapOfNumbers[int64, int64]{}, "if": mapOfNumbers[int64, float64]{}, "is": mapOf[int64, string]{},
	"ib": mapOf[int64, bool]{}, "il": mapOf[int64, slice]{}, "ip": mapOf[int64, unsafe.Pointer]{},
	"si": mapOfNumbers[string, int64]{}, "sf": mapOfNumbers[string, float64]{}, "ss": mapOf[string, string]{},
	"sb": mapOf[string, bool]{}, "sl": mapOf[string, slice]{}, "sp": mapOf[string, unsafe.Pointer]{},
	"ia": mapOf[int64, iface]{}, "sa": mapOf[string, iface]{},
	"ri": mapOfNumbers[int32, int64]{}, "rb": mapOf[int32, bool]{}, "rs": mapOf[int32, string]{},
	"yi": mapOfNumbers[uint8, int64]{},
}

// mapForm returns the form of a map type; nil if it has none.
func formOf(t reflect.Type) mapForm {
	return mapForms[string([]byte{letter(t.Key()), letter(t.Elem())})]
}

func (b *builder) mapWord(m *expr) func(*frame) unsafe.Pointer {
	if m.t == nil || m.t.Kind() != reflect.Map {
		panic(defectf("a %v where a map is wanted", m.t))
	}
	return typed[unsafe.Pointer](m)
}

// reader returns what reads an expression as a reflect.Value.
func (b *builder) reader(x *expr) func(*frame) reflect.Value {
	t, addr := x.t, b.location(x).address()
	return func(f *frame) reflect.Value { return at(t, addr(f)) }
}

// mapIndex compiles m[k].
func (b *builder) mapIndex(m, k *expr) *expr {
	word := b.mapWord(m)
	t := m.t.Elem()
	e := &expr{t: t, r: repFor(t)}
	if form := formOf(m.t); form != nil {
		e.v = form.index(word, k.v)
		return e
	}
	rt, mt, key := rtype(t), m.t, b.reader(k)
	w := func(f *frame, p unsafe.Pointer) {
		m := word(f)
		v := at(mt, unsafe.Pointer(&m)).MapIndex(key(f))
		if !v.IsValid() {
			typedmemclr(rt, p)
			return
		}
		at(t, p).Set(v)
	}
	e.v = e.r.from(w, b.temp(t))
	return e
}

// mapIndexOk compiles v, ok := m[k].
func (b *builder) mapIndexOk(m, k *expr) *expr {
	word := b.mapWord(m)
	t := m.t.Elem()
	val, ok := b.tempExpr(t), b.tempExpr(boolType)
	to, okOff := val.loc.off, ok.loc.off
	e := &expr{tuple: []*expr{val, ok}}
	if form := formOf(m.t); form != nil {
		get := form.indexOk(word, k.v, to)
		e.run = func(f *frame) ctl {
			*(*bool)(f.ptr(okOff)) = get(f)
			return next
		}
		return e
	}
	rt, mt, key := rtype(t), m.t, b.reader(k)
	e.run = func(f *frame) ctl {
		m := word(f)
		v := at(mt, unsafe.Pointer(&m)).MapIndex(key(f))
		*(*bool)(f.ptr(okOff)) = v.IsValid()
		if v.IsValid() {
			at(t, f.ptr(to)).Set(v)
		} else {
			typedmemclr(rt, f.ptr(to))
		}
		return next
	}
	return e
}

// mapStore compiles m[k] = v.
func (b *builder) mapStore(m, k, v *expr) stmt {
	word := b.mapWord(m)
	if form := formOf(m.t); form != nil {
		return form.store(word, k.v, v.v)
	}
	mt, key, value := m.t, b.reader(k), b.reader(v)
	return func(f *frame) ctl {
		v := value(f)
		m := word(f)
		at(mt, unsafe.Pointer(&m)).SetMapIndex(key(f), v)
		return next
	}
}

// mapDelete compiles delete(m, k).
func (b *builder) mapDelete(m, k *expr) stmt {
	word, mt, key := b.mapWord(m), m.t, b.reader(k)
	return func(f *frame) ctl {
		m := word(f)
		at(mt, unsafe.Pointer(&m)).SetMapIndex(key(f), reflect.Value{})
		return next
	}
}

func (b *builder) rangeMap(n *ir.Node) stmt {
	key, value, xn, body := rangeKids(n)
	x := b.expr(xn)
	word, mt, line := b.mapWord(x), x.t, b.line
	keyOff, valueOff, set := b.receiveTwo(key, value, mt.Key(), mt.Elem())
	l := b.loop(n, body)
	if form := formOf(mt); form != nil {
		return atLine(line, form.loop(word, keyOff, valueOff, set, l))
	}
	return atLine(line, func(f *frame) ctl {
		m := word(f)
		iter := at(mt, unsafe.Pointer(&m)).MapRange()
		for iter.Next() {
			at(mt.Key(), f.ptr(keyOff)).SetIterKey(iter)
			at(mt.Elem(), f.ptr(valueOff)).SetIterValue(iter)
			if set != nil {
				set(f)
			}
			if c, done := l.step(f); done {
				return c
			}
		}
		return next
	})
}
