// Package guard is what compiled cells call: it ties their native code to the
// worker that has loaded them. A cell that is compiled becomes a unit, a Go
// package of its own, which registers itself when the worker opens it:
//
//	func init() {
//		guard.Register("cell/5f0c…", &guard.Unit{
//			Vars:  map[string]any{"total": &ꞑtotal},
//			Alert: &ꞑalert,
//			Body:  ꞑbody,
//		})
//	}
//
// Every unit links this package, so it imports nothing but the unit's own
// necessities. What needs more is done by the Host, the worker.
//
// The functions may be called by several goroutines.
package guard

import "sync"

// A Unit is what a compiled cell offers to the worker. The worker fills the
// unit's variables and reads the rest; the maps are not changed after
// Register.
type Unit struct {
	// Vars holds, for each session variable that the unit uses, a **T: the
	// address of the unit's pointer to it, which the worker sets.
	Vars map[string]any
	// Funcs holds the functions that the unit declares, as func values.
	Funcs map[string]any
	// Redirects holds, for each of Funcs, the address of a func variable
	// of the same type. Calls go there instead while it is not nil: the
	// function has been declared anew elsewhere.
	Redirects map[string]any
	// Types holds a (*T)(nil) for each type that the unit declares, and
	// for instances of generic types, by the name that ir.Type has.
	Types map[string]any
	// Instances holds instances of generic functions, the unit's own and
	// other packages', as func values: by import path, a dot and the name
	// with complete type arguments, as in "slices.SortFunc[[]int,int]".
	Instances map[string]any
	// Alert is not 0 while the unit's code is to call Check, or to look
	// at its Redirects.
	Alert *uint32
	// Body runs the cell's statements; nil if the unit only declares.
	Body func()
}

// A Host is the worker that units are loaded into.
type Host interface {
	// Check returns, or unwinds the calling goroutine because its cell is
	// interrupted.
	Check()
	// Step notes that the first n top-level statements are complete.
	Step(n int)
	// Show takes the cell's value: a pointer to each part.
	Show(values ...any)
	// Fail ends the cell with an error that was left off.
	Fail(err error)
	// Enter tells that a goroutine of a cell begins; what it returns is
	// deferred by it. A panic ends there, as a failure of the cell.
	Enter() (exit func())
	// Call calls a function of any type, converting untyped constants.
	Call(f any, args []any)
	// Exit ends the cell as os.Exit, Fatal as log.Fatal with the text. They
	// return only by unwinding.
	Exit(code int)
	Fatal(text string)
	// Sleep pauses for a time in nanoseconds, or until the cell is
	// interrupted.
	Sleep(ns int64)
}

var (
	mu    sync.Mutex
	units = map[string]*Unit{}
	host  Host
)

// SetHost sets the worker, before any unit is loaded.
func SetHost(h Host) {
	mu.Lock()
	defer mu.Unlock()
	host = h
}

// Register makes a unit known; its init function calls it.
func Register(path string, u *Unit) {
	mu.Lock()
	defer mu.Unlock()
	units[path] = u
}

// Lookup returns the unit that registered itself with a path.
func Lookup(path string) (*Unit, bool) {
	mu.Lock()
	defer mu.Unlock()
	u, ok := units[path]
	return u, ok
}

// All calls f with each unit.
func All(f func(path string, u *Unit)) {
	mu.Lock()
	defer mu.Unlock()
	for path, u := range units {
		f(path, u)
	}
}

// Check and the functions after it are the Host's.
func Check()               { host.Check() }
func Step(n int)           { host.Step(n) }
func Show(values ...any)   { host.Show(values...) }
func Exit(code int)        { host.Exit(code) }
func Fatal(text string)    { host.Fatal(text) }
func Enter() (exit func()) { return host.Enter() }
func Sleep(ns int64)       { host.Sleep(ns) }
