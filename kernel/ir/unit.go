package ir

// This file describes the compiled parts of a program.

// A Unit is a compiled package (see kernel/guard) that the worker opens before
// a Program runs, unless it has it already. The types, functions and
// instances that a unit registers are then found as those of any package,
// under its Path.
type Unit struct {
	// Path is the unit's import path, a hash of all it is made of.
	Path string
	// File is the plugin.
	File string
	// Cell is the number that tracebacks give to the unit's lines.
	Cell int
	// Vars are the session variables whose addresses the unit gets.
	Vars []UnitVar
	// Funcs are the functions that the unit declares.
	Funcs []UnitFunc
}

// A UnitVar ties a name in guard.Unit.Vars to a session variable.
type UnitVar struct {
	Name string
	// ID is the session variable's. It is made, with the type that the
	// unit says, if it does not exist.
	ID int
	// Step is the top-level statement that declares the variable when the
	// unit's body runs; -1 if it does not. A variable that was made for
	// this run and whose statement did not complete is dropped.
	Step int
	// Carries is the ID of another variable, whose memory this one has,
	// under another type of the same layout; 0 if it has its own.
	Carries int
}

// A UnitFunc ties a name in guard.Unit.Funcs to the session variable of func
// type through which others call the function. Units that declared a function
// with this ID before redirect their callers to this one.
type UnitFunc struct {
	Name string
	ID   int
}
