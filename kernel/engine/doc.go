// Package engine runs cells. It owns the worker process, in which all user
// code runs and all session variables live, and the pipes to it; the kernel
// process itself never runs a line of a cell.
//
// An Engine joins the front end (package cell), which knows the session's
// names and types, with the worker (package interp behind a control pipe),
// which knows the values. If the worker dies, whatever killed it, the cell
// fails with what is known of the death, the names are forgotten and a fresh
// worker is there at once. The worker ends with the kernel, whatever ends it.
//
//	e, err := engine.Start(engine.Opts{Worker: []string{exe, "worker"}})
//	defer e.Close()
//	out, err := e.Run(ctx, 1, "x := 6\nx * 7", output)
//	// out.Value.Data["text/plain"] is "42"
//
// Run reports a cell that Go would not compile as cell.Diagnostics, one that
// this kernel cannot run as *cell.Refusal, and one that failed while it ran as
// *Failure.
package engine
