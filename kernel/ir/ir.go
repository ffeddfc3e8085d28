// Package ir is the typed program that a cell becomes: the front end
// (kernel/cell) writes it, the worker (kernel/engine/interp) runs it.
//
// A Program is a tree of Nodes in which nothing is implicit any more: every
// expression carries its type, every implicit conversion, dereference and
// address-of of the Go language is a node of its own, variadic arguments are
// packed, constants are folded, names are resolved to a local slot, a session
// variable or a symbol of a package. The worker therefore needs neither the
// parser nor the type checker.
//
// The cell `x := 2 + y` in a session where y is an int becomes
//
//	Assign
//	  NewGlobal x          (int)
//	  Binary Add           (int)
//	    Const 2            (int)
//	    Global y           (int)
//
// Nodes are plain data, so that a Program crosses the
// pipe between the two processes (Encode, Decode).
package ir

// A Program is one cell, ready to run.
type Program struct {
	// Cell is the number shown in tracebacks.
	Cell int
	// Units are the compiled packages that the program needs, in the order
	// in which they are opened.
	Units []Unit
	// Body is the path of the unit whose Body is the program's statements;
	// "" if they are in Main, which is nil otherwise.
	Body string
	// Steps are the lines of the top-level statements of Body.
	Steps []int
	// Types are the types that nodes refer to by index.
	Types []Type
	// Symbols are the package-level functions and variables of imported
	// packages that nodes refer to by index.
	Symbols []Symbol
	// Globals are the session variables that nodes refer to by index.
	Globals []Variable
	// Decls are the functions the cell declares. All of them are set
	// before the first statement of Main runs.
	Decls []Decl
	// Main holds the cell's statements, in order; nil if Body runs. Its Body's kids are the
	// cell's top-level statements; it has neither parameters nor results.
	Main *Func
}

// A Symbol is an exported function or variable of an imported package.
type Symbol struct {
	Path, Name string
	// TypeArgs are the type arguments of an instance of a generic
	// function, each as go/types prints it.
	TypeArgs []string
	// Type is the symbol's own type (not a pointer to it).
	Type int
}

// A Variable is a session variable. Its ID is unique in the session; a name
// declared anew gets another ID, so that whoever holds the old one keeps it.
type Variable struct {
	ID   int
	Name string
	Type int
}

// A Decl binds a function to a session variable of func type.
type Decl struct {
	Global int // index into Program.Globals
	Func   *Func
	// New tells that the variable is declared by this cell; otherwise it
	// exists, and its callers see the new function from now on.
	New bool
}

// A Func is a function body with its slots.
type Func struct {
	// Name is what tracebacks call it; a literal is named after the
	// function around it, as in "f.func1".
	Name string
	// Type is the func type.
	Type int
	// Slots are the local variables. Captures come first, then
	// parameters, then results, then all others.
	Slots []Slot
	// Captures lists, for the first len(Captures) slots, the slot of the
	// enclosing function whose variable they share.
	Captures []int
	// Params is the number of parameter slots that follow the captures
	// (a blank parameter has a slot too); a variadic parameter is a slice.
	Params int
	// Results is the number of result slots that follow the parameters:
	// as many as the func type has results, named or not.
	Results int
	// HasDefer tells whether the body has a defer statement (not counting
	// those of nested literals), HasRecover whether it calls recover.
	HasDefer, HasRecover bool
	// Body is a Block.
	Body *Node
}

// A Slot is a local variable.
type Slot struct {
	Name string
	Type int
	// Escapes tells that a nested function shares the variable or its
	// address is taken, so that each execution of its declaration must
	// make a variable of its own.
	Escapes bool
}

// A Node is an expression or a statement. Which fields count is said at its
// Op; all others are zero.
type Node struct {
	Op   Op
	Type int // index into Program.Types; the type of an expression
	Line int // line in the cell, from 1
	N    int // a slot, an index, a label, a count, an operator
	S    string
	Ints []int // element indices, field indices, slots
	Kids []*Node
	Func *Func
}

// An Op tells what a Node is.
type Op int

// Expressions. "x" stands for Kids[0], "y" for Kids[1].
//
// A tuple (Type of kind Tuple) is the value of a Call with several results, of
// a MapIndexOk, a TypeAssertOk and a RecvOk; it stands only where a statement
// or Bind takes it apart, or as an ExprStmt.
const (
	Invalid Op = iota

	Const        // a constant; S is its exact value: see ParseConst
	Nil          // the nil of Type; for the untyped nil of print, Type is any
	Local        // slot N
	Global       // session variable Globals[N] (also the functions cells declare)
	Sym          // package function or variable Symbols[N]
	Binary       // x y under operator N (an Operator); operands have one type, except the count of a shift
	Unary        // x under operator N: Sub (negate), Not, Xor (complement)
	AndAnd       // x && y
	OrOr         // x || y
	Convert      // x converted to Type, explicitly or implicitly, also to an interface
	Call         // x called with Kids[1:], which match its parameters one to one; a variadic parameter gets its slice
	Method       // method value x.S; the method is in the method set of x's type (an interface type included)
	MethodOf     // method expression T.S: a func of Type whose first parameter is the receiver; N is T
	Field        // field N of struct x; addressable if x is
	Deref        // *x
	Addr         // &x; x is addressable or a composite literal (which escapes)
	SliceIndex   // x[y] of a slice; y is an int (any integer type)
	ArrayIndex   // x[y] of an array; addressable if x is
	StringIndex  // x[y] of a string
	MapIndex     // x[y] of a map; y has the key type
	MapIndexOk   // v, ok := x[y]: a tuple
	Slice        // x[lo:hi:max] of a slice, a string or a pointer to an array; Kids are x, lo, hi, max, absent ones nil
	TypeAssert   // x.(Type)
	TypeAssertOk // v, ok := x.(T): a tuple; T is the tuple's first type
	TypeIs       // whether interface x holds a T (N is T); with N < 0 whether it is nil
	Recv         // <-x
	RecvOk       // v, ok := <-x: a tuple
	StructLit    // fields Ints[i] set to Kids[i], the others zero
	ListLit      // array or slice of length N; element Ints[i] is Kids[i], the others zero
	MapLit       // Kids are key, value, key, value…
	FuncLit      // Func
	Bind         // x, a tuple, is stored in the slots Ints (a negative one: dropped); the value is y

	Must // if x, an error, is not nil, the cell stops with it as at a CheckErr; the value is Kids[1], or the tuple of Kids[1:]

	Len     // len(x): string, slice, array, pointer to array (not nil-checked), map, chan
	Cap     // cap(x)
	Append  // append(x, y...), y a slice of x's type
	Copy    // copy(x, y), y a slice or a string
	Make    // make(Type, Kids...): slice, map, chan; sizes of any integer type
	New     // new(T), Type is *T; with a kid, *T set to its value (Go 1.26)
	Min     // min(Kids...), all of Type
	Max     // max(Kids...)
	Complex // complex(x, y)
	Real    // real(x)
	Imag    // imag(x)
	Recover // recover()
)

// Statements.
const (
	Block      Op = iota + 100 // Kids in order; nil kids do not occur
	ExprStmt                   // x for its effect; the value, if any, is dropped
	Assign                     // Kids[:N] are places, Kids[N:] the values: N of them, or one tuple whose elements are converted to the places' types
	AssignOp                   // place x = x <operator N> y; x's operands are evaluated once
	If                         // x cond, y then, optional Kids[2] else
	For                        // Kids init, cond, post, body, the first three may be nil; N its label; Ints the loop variables to copy per iteration
	RangeInt                   // Kids place or nil, limit, body: for i := range n; i has limit's type
	RangeSlice                 // Kids key place or nil, value place or nil, x, body; x a slice
	RangeArray                 // the same; x an array, evaluated (copied) once unless the value place is nil; also a pointer to one
	RangeString
	RangeMap
	RangeChan // Kids place or nil, nil, x, body
	RangeFunc // Kids place or nil, place or nil, x, body; x a func(yield func(…) bool)
	Switch    // Kids are Case nodes in source order; N its label
	Case      // in a Switch: Kids[0] body, Kids[1:] boolean conditions; N = 1: default, 2: body falls through, 3: both
	Select    // Kids are Comm nodes; N its label
	Comm      // in a Select: Kids body, then nil (default), a Send, or an Assign/ExprStmt whose value is Recv or RecvOk
	Break     // out of the statement labelled N
	Continue  // the next iteration of the loop labelled N
	Return    // Kids: one per result, or one tuple, or none (results are in their slots)
	Go        // x, a Call whose function and arguments are evaluated now
	Defer     // the same
	Send      // x <- y
	Delete    // delete(x, y), y of the key type
	Clear     // clear(x)
	Close     // close(x)
	Panic     // panic(x), x of type any
	Print     // print(Kids...); N = 1: println
	CheckErr  // x is an error; if it is not nil, the cell stops with it
	Show      // Kids are the cell's value
)

// Places: what may stand on the left of an assignment, besides Local, Global,
// Sym, Field, Deref, SliceIndex, ArrayIndex and MapIndex.
const (
	Blank     Op = iota + 200 // _ ; Type is that of the value
	NewLocal                  // slot N, declared here
	NewGlobal                 // Globals[N], declared here
)

// RangeInt, RangeSlice, RangeArray, RangeString, RangeMap, RangeChan and
// RangeFunc carry their label in N, as For does.

// An Operator is the N of Binary, Unary and AssignOp.
type Operator int

// The operators of the language, named as in go/token.
const (
	Add Operator = iota + 1
	Sub
	Mul
	Quo
	Rem
	And
	Or
	Xor
	Shl
	Shr
	AndNot
	Eq
	Ne
	Lt
	Le
	Gt
	Ge
	Not
)
