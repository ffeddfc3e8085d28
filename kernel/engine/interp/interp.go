// Package interp runs the typed program of a cell (package ir) in the worker
// process.
//
// A Machine owns the session's variables, which are ordinary Go memory of
// ordinary Go types, and runs one program at a time. Before a program runs,
// each of its nodes becomes one Go closure: an int64 addition whose operands
// are a local variable and a constant is a func(*frame) int64 that adds them,
// and nothing is looked at twice. A function's locals live in one block of
// typed memory, the frame, which the garbage collector understands; variables
// that outlive their function have memory of their own.
//
// Whatever Go leaves to its runtime is left to it here as well: panics are
// the runtime's own values, raised by making the runtime raise them, maps and
// channels are the runtime's, function values are real function values that
// compiled code can call, and a deferred function recovers what a panic threw.
//
// An interrupted cell unwinds by runtime.Goexit: deferred calls run, recover
// cannot stop it, and compiled code in between cannot mistake it for a panic.
//
//	m := interp.New(interp.Opts{Resolver: symbols})
//	defer m.Close()
//	result := m.Run(program)
//	if result.Failure != nil {
//		fmt.Println(result.Failure.Message)
//	}
//
// Run is called by one goroutine at a time; the other methods may be called
// at any time. The package relies on the memory layout of interfaces, slices,
// strings and function values in the gc toolchain on amd64 and arm64; New
// checks what it relies on for function values.
package interp
