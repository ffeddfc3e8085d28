package cell

// This file lists what the interpreter is trusted with. A construct has its
// place on the list because the differential tests (testdata/trust) run it in
// both tiers and find no difference; a test fails for one that has none.

// A Construct is a form of the language that the planner decides about.
type Construct string

// The constructs that the interpreter runs.
const (
	Arithmetic       Construct = "arithmetic"
	Comparison       Construct = "comparison"
	Logic            Construct = "logic"
	Conversion       Construct = "conversion"
	InterfaceValue   Construct = "interface value"
	Assignment       Construct = "assignment"
	TupleAssignment  Construct = "tuple assignment"
	CompoundAssign   Construct = "compound assignment"
	FunctionCall     Construct = "function call"
	PackageCall      Construct = "package function call"
	PackageVariable  Construct = "package variable"
	GenericInstance  Construct = "generic package function"
	MethodCall       Construct = "method call"
	MethodValue      Construct = "method value"
	MethodExpression Construct = "method expression"
	FieldSelection   Construct = "field selection"
	Indexing         Construct = "indexing"
	Slicing          Construct = "slicing"
	Pointers         Construct = "pointers"
	CompositeLiteral Construct = "composite literal"
	FunctionLiteral  Construct = "function literal"
	FunctionDecl     Construct = "function declaration"
	Variadic         Construct = "variadic parameters"
	NamedResults     Construct = "named results"
	Builtins         Construct = "builtin functions"
	IfStatement      Construct = "if statement"
	ForLoop          Construct = "for loop"
	RangeLoop        Construct = "range loop"
	RangeFunction    Construct = "range over a function"
	SwitchStatement  Construct = "switch statement"
	TypeSwitch       Construct = "type switch"
	TypeAssertion    Construct = "type assertion"
	SelectStatement  Construct = "select statement"
	Channels         Construct = "channels"
	GoStatement      Construct = "go statement"
	DeferStatement   Construct = "defer statement"
	PanicRecover     Construct = "panic and recover"
	LabelledBranch   Construct = "labelled break and continue"
	ErrorLeftOff     Construct = "error left off"
)

// Trusted are all constructs that the interpreter runs.
var Trusted = []Construct{
	Arithmetic, Comparison, Logic, Conversion, InterfaceValue, Assignment,
	TupleAssignment, CompoundAssign, FunctionCall, PackageCall,
	PackageVariable, GenericInstance, MethodCall, MethodValue,
	MethodExpression, FieldSelection, Indexing, Slicing, Pointers,
	CompositeLiteral, FunctionLiteral, FunctionDecl, Variadic, NamedResults,
	Builtins, IfStatement, ForLoop, RangeLoop, RangeFunction,
	SwitchStatement, TypeSwitch, TypeAssertion, SelectStatement, Channels,
	GoStatement, DeferStatement, PanicRecover, LabelledBranch, ErrorLeftOff,
}
