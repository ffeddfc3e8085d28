// Package cell is the front end of the kernel: it turns the text of a cell
// into a typed program for the worker, and answers completion and inspection.
// It owns the session's names and their types, and knows neither processes nor
// sockets nor values.
//
// A cell passes through five rooms, each a file: it is cut into top-level
// items (split.go), parsed (parse.go), type-checked by go/types together with
// the names that earlier cells left (check.go, fixup.go), tested against what
// the interpreter is trusted with (trust.go) and lowered to an ir.Program
// (lower*.go).
//
//	fe := cell.New(cell.Opts{})
//	c, err := fe.Prepare(1, "x := 6\nx * 7")   // err is Diagnostics or *Refusal
//	result := worker.Run(c.Program)
//	fe.Commit(c, result.Done)                  // now later cells see x
//
// Cells differ from a Go file in this: imports, declarations and statements
// stand in any order; every name may be declared again, with another type
// too; what a statement declares at the top level is seen by later cells and
// by the functions of its own cell; a known package needs no import; the last
// statement may be an expression, whose value is shown; and outside functions
// a trailing error result may be left off, which stops the cell if the error
// is not nil.
package cell
