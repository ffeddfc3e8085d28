package interp

// This file makes the memory of session variables.

import (
	"reflect"
	"strings"
	"syscall"
	"unsafe"
)

// storage returns a zero value of t, addressable, and its address.
func storage(t reflect.Type) (v reflect.Value, p unsafe.Pointer) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if text, ok := r.(string); !ok || !strings.Contains(text, "may not be allocated in heap") {
			panic(r)
		}
		// An incomplete C type, which only a variable of a package may
		// have. Its memory lives as long as the worker, and reflection
		// sees bytes.
		mem, err := syscall.Mmap(-1, 0, int(t.Size())+1, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			panic(defectf("no memory for a %v: %v", t, err))
		}
		p = unsafe.Pointer(unsafe.SliceData(mem))
		v = reflect.NewAt(reflect.ArrayOf(int(t.Size()), reflect.TypeFor[byte]()), p).Elem()
	}()
	x := reflect.New(t)
	return x.Elem(), x.UnsafePointer()
}
