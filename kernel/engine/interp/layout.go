package interp

// This file lays out frames: it gives each local variable an offset and
// builds the struct type that tells the garbage collector where in a frame
// the pointers are.

import (
	"reflect"
	"strconv"
	"sync"
	"unsafe"
)

// A layout grows by one variable at a time.
type layout struct {
	size     uintptr
	pointers []bool // of each word
}

// add reserves memory for a value of type t and returns its offset.
func (l *layout) add(t reflect.Type) uintptr {
	a := uintptr(t.Align())
	off := (l.size + a - 1) &^ (a - 1)
	size := t.Size()
	if size == 0 {
		// The address of an empty value must not be the end of the block.
		size = 1
	}
	l.size = off + size
	for uintptr(len(l.pointers))*wordSize < l.size {
		l.pointers = append(l.pointers, false)
	}
	markPointers(t, off, l.pointers)
	return off
}

// align rounds the size up to whole words.
func (l *layout) align() { l.size = uintptr(len(l.pointers)) * wordSize }

// markPointers sets in words, which describe a block of memory, those that
// are pointers in a value of type t at offset off.
func markPointers(t reflect.Type, off uintptr, words []bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer,
		reflect.String, reflect.Slice:
		words[off/wordSize] = true
	case reflect.Interface:
		words[off/wordSize] = true
		words[off/wordSize+1] = true
	case reflect.Array:
		for i := range t.Len() {
			markPointers(t.Elem(), off+uintptr(i)*t.Elem().Size(), words)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			markPointers(f.Type, off+f.Offset, words)
		}
	}
}

var headerType = reflect.TypeFor[frame]()

const headerSize = unsafe.Sizeof(frame{})

// blocks makes the types of blocks of memory, one for each arrangement of
// pointers and other words.
type blocks struct {
	mu    sync.Mutex
	types map[string]unsafe.Pointer
}

// of returns the type of a block with the given words, behind a frame header
// if header is set.
func (b *blocks) of(words []bool, header bool) unsafe.Pointer {
	key := make([]byte, 0, 32)
	if header {
		// The address of an empty block of arguments is the end of the
		// variables: it must not be the end of the memory, where the
		// garbage collector sees another object.
		words = append(words[:len(words):len(words)], false)
		key = append(key, 'h')
	}
	type run struct {
		pointers bool
		n        int
	}
	var runs []run
	for i := 0; i < len(words); {
		j := i
		for j < len(words) && words[j] == words[i] {
			j++
		}
		runs = append(runs, run{words[i], j - i})
		if words[i] {
			key = append(key, 'p')
		} else {
			key = append(key, 'w')
		}
		key = strconv.AppendInt(key, int64(j-i), 10)
		i = j
	}

	b.mu.Lock()
	defer b.mu.Unlock()
	if t, ok := b.types[string(key)]; ok {
		return t
	}
	var fields []reflect.StructField
	if header {
		fields = append(fields, reflect.StructField{Name: "Header", Type: headerType})
	}
	for i, r := range runs {
		elem := reflect.TypeFor[uint64]()
		if r.pointers {
			elem = reflect.TypeFor[unsafe.Pointer]()
		}
		fields = append(fields, reflect.StructField{
			Name: "W" + strconv.Itoa(i),
			Type: reflect.ArrayOf(r.n, elem),
		})
	}
	t := rtype(reflect.StructOf(fields))
	if b.types == nil {
		b.types = map[string]unsafe.Pointer{}
	}
	b.types[string(key)] = t
	return t
}
