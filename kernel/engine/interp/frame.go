package interp

// This file holds what exists while interpreted code runs: the frame of each
// call and the thread, which is the interpreter's side of a goroutine.

import (
	"sync/atomic"
	"unsafe"
)

// A frame is the header of a call's memory. The call's parameters, results
// and variables lie behind it, at offsets known when the function is compiled.
type frame struct {
	th     *thread
	fn     *function
	parent *frame         // the caller; in a free frame the next free one
	caps   unsafe.Pointer // to the array of the captured variables' addresses
	stop   *atomic.Uint32 // set when the code must stop
	act    *activation    // the defers of a function that has any
	unwind *panicking     // the panic for which this deferred call runs
	env    unsafe.Pointer // of the body of a range over a function: *iteration
	line   int
	room   int // bytes of stack left for calls
	// entered tells that compiled code made the call.
	entered bool
}

// ptr returns the address of the variable at off.
func (f *frame) ptr(off uintptr) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(f), off) }

// A ctl says how control leaves a statement.
type ctl int

// Control goes to the next statement, out of the function, or to a label.
const (
	next ctl = iota
	leave
	firstLabel
)

func breakTo(label int) ctl    { return firstLabel + ctl(2*label) }
func continueTo(label int) ctl { return firstLabel + ctl(2*label+1) }

// A stmt is a compiled statement.
type stmt func(*frame) ctl

// A function is a compiled function body.
type function struct {
	m     *Machine
	id    uint // says which of a thread's lists has its free frames
	name  string
	cell  int
	sig   *signature
	body  stmt
	run   func(*frame)   // the body with what comes before and after
	block unsafe.Pointer // type of the frame
	clear []uintptr      // offsets of the words that hold pointers
	zero  []uintptr      // offsets of the words of results that hold none
	cost  int            // bytes of stack that a call takes at most
}

// A closure is a function with the variables it captured.
type closure struct {
	fn   *function
	caps unsafe.Pointer
	env  unsafe.Pointer
}

// freeLists is the number of lists of free frames that a thread has.
const freeLists = 64

// A thread is the interpreter's side of a goroutine.
type thread struct {
	m      *Machine
	g      uintptr
	group  *group
	top    *frame // innermost call
	stop   *atomic.Uint32
	free   [freeLists]*frame // frames to use again
	native string            // the compiled function being called
	flight *panicking
	base   frame
	level  int             // number of calls by compiled code
	lost   *loss           // of the panic that compiled code unwinds for
	done   chan<- *Failure // takes the end of the main flow; nil in other goroutines

	unwinding atomic.Bool   // it is on its way out
	goroutine atomic.Uint64 // of the main flow, as stack traces number it; 0 in other goroutines
	dead      bool          // deferred calls do not run any more
	failure   *Failure      // why it unwinds, if not by a panic
}

// frame returns a frame for a call of fn.
func (fn *function) frame(th *thread) *frame {
	head := &th.free[fn.id%freeLists]
	if f := *head; f != nil && f.fn == fn {
		*head = f.parent
		return f
	}
	f := (*frame)(unsafeNew(fn.block))
	f.th = th
	f.fn = fn
	return f
}

// release makes a frame available for the next call of its function.
func (f *frame) release() {
	fn := f.fn
	for _, off := range fn.clear {
		*(*unsafe.Pointer)(f.ptr(off)) = nil
	}
	f.entered = false
	head := &f.th.free[fn.id%freeLists]
	f.parent = *head
	if f.parent != nil && f.parent.fn != fn {
		f.parent = nil // two functions share a list; the later one has it
	}
	*head = f
}

// call runs c, whose arguments are in f; caller is the frame that calls it and
// room the stack it leaves.
func (f *frame) call(c *closure, caller *frame, room int) {
	th, fn := f.th, f.fn
	f.parent = caller
	f.caps = c.caps
	f.env = c.env
	f.stop = th.stop
	f.room = room - fn.cost
	if f.room < 0 {
		th.overflow(f)
	}
	for _, off := range fn.zero {
		*(*uintptr)(f.ptr(off)) = 0
	}
	th.top = f
	if f.stop.Load() != 0 {
		th.halt()
	}
	fn.run(f)
	th.top = caller
}
