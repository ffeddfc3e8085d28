package cell

// This file holds what inspection says of the words of the language itself.

// keywords says of each keyword what it is for.
var keywords = map[string]string{
	"break":       "break ends the innermost for, switch or select, or the one with the label that follows.",
	"case":        "case begins an alternative of a switch or a select.",
	"chan":        "chan T is the type of channels that carry values of type T; <-chan T can only be received from, chan<- T only be sent to.",
	"const":       "const declares constants, whose values are known before the program runs; iota counts the lines of a group.",
	"continue":    "continue begins the next round of the innermost for loop, or of the one with the label that follows.",
	"default":     "default begins the alternative of a switch or a select that is taken if no other is.",
	"defer":       "defer calls a function when the function around it returns; its arguments are computed at once.",
	"else":        "else begins what is done if the condition of an if does not hold; it stands on the line of the closing brace.",
	"fallthrough": "fallthrough, last in a case of a switch, goes on with the body of the next case.",
	"for":         "for is every loop: for { … }, for condition { … }, for init; condition; post { … }, for k, v := range x { … }.",
	"func":        "func declares a function or a method, or begins a function literal or a function type.",
	"go":          "go calls a function in a new goroutine and does not wait for it.",
	"goto":        "goto continues at the statement with the label that follows.",
	"if":          "if does a block when a condition holds; a short statement may come first: if v, ok := m[k]; ok { … }.",
	"import":      "import makes a package available under its name. In a cell a known package needs no import.",
	"interface":   "interface { … } is a type that every type with the methods has; in a constraint it may also list types.",
	"map":         "map[K]V is the type of maps from keys of type K to values of type V.",
	"package":     "package names the package of a Go file. A cell has none.",
	"range":       "range, in a for loop, goes through an array, slice, string, map, channel, integer or iterator function.",
	"return":      "return ends the function around it with the results that follow.",
	"select":      "select waits until one of several sends or receives can go ahead, and does it.",
	"struct":      "struct { … } is a type with fields.",
	"switch":      "switch does the first case that equals a value, or holds; switch x := v.(type) goes by the type of v.",
	"type":        "type declares a new type, or with = another name for one.",
	"var":         "var declares variables, of a given type or of that of their values.",
}

// builtinSignatures are the predeclared functions as package builtin writes
// them.
var builtinSignatures = map[string]string{
	"append":  "func append(slice []Type, elems ...Type) []Type",
	"cap":     "func cap(v Type) int",
	"clear":   "func clear[T ~[]Type | ~map[Type]Type1](t T)",
	"close":   "func close(c chan<- Type)",
	"complex": "func complex(r, i FloatType) ComplexType",
	"copy":    "func copy(dst, src []Type) int",
	"delete":  "func delete(m map[Type]Type1, key Type)",
	"imag":    "func imag(c ComplexType) FloatType",
	"len":     "func len(v Type) int",
	"make":    "func make(t Type, size ...IntegerType) Type",
	"max":     "func max[T cmp.Ordered](x T, y ...T) T",
	"min":     "func min[T cmp.Ordered](x T, y ...T) T",
	"new":     "func new(TypeOrExpr) *Type",
	"panic":   "func panic(v any)",
	"print":   "func print(args ...Type)",
	"println": "func println(args ...Type)",
	"real":    "func real(c ComplexType) FloatType",
	"recover": "func recover() any",
}
