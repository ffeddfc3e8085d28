package interp

// This file says how programs fail and words it as Go does.

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// A Kind is a way in which a program ends early.
type Kind int

// The kinds of failures.
const (
	// Panic is a panic that nobody recovered.
	Panic Kind = iota + 1
	// Error is an error that a statement left off.
	Error
	// Interrupted is a stop by Interrupt.
	Interrupted
	// Exit is a call of os.Exit, or of runtime.Goexit by the main flow.
	Exit
	// GoroutinePanic is a panic on another goroutine than the main flow.
	GoroutinePanic
	// StackOverflow is a recursion that went too deep.
	StackOverflow
	// Internal is a program that should not have been made.
	Internal
)

var kindNames = [...]string{
	Panic: "panic", Error: "error", Interrupted: "interrupted", Exit: "exit",
	GoroutinePanic: "goroutine panic", StackOverflow: "stack overflow", Internal: "internal",
}

// String returns the kind's name.
func (k Kind) String() string {
	if k > 0 && int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// A Failure is why a program ended early.
type Failure struct {
	Kind Kind
	// Value is what was panicked with, or the error.
	Value any
	// Message is what Go prints after "panic: ", or says what happened.
	Message string
	// Frames are the calls at the origin of the failure, the innermost
	// first; at most MaxFrames. Depth is their real number if there are
	// more.
	Frames []Frame
	Depth  int
	// Repanicked tells that the panic was recovered and panicked with
	// again.
	Repanicked bool
	// Code is the argument of os.Exit.
	Code int
	// Note has more to tell: which compiled function was left behind, or
	// where the interpreter failed.
	Note string
}

// A Frame is a call in a traceback.
type Frame struct {
	// Cell and Line say where; both are 0 for compiled code.
	Cell, Line int
	// Func is the function's name.
	Func string
}

// MaxFrames bounds the length of tracebacks.
const MaxFrames = 64

// panicFailure describes a panic that was recovered at the bottom of the
// goroutine.
func (th *thread) panicFailure(k Kind, v any) *Failure {
	lost := th.lost
	p := th.caught(v)
	f := &Failure{Kind: k, Value: v, Message: panicText(v), Frames: p.frames, Repanicked: p.again}
	if len(f.Frames) >= MaxFrames {
		th.lost = lost
		f.Depth = th.depth()
	}
	return f
}

// panicText words the value of a panic as the runtime does, except that a
// value that the runtime would print as an address is printed by %+v.
func panicText(v any) (s string) {
	defer func() {
		if r := recover(); r != nil {
			s = fmt.Sprintf("a %T, and printing it panics", v)
		}
		s = plain(s)
	}()
	switch v := v.(type) {
	case nil:
		return "nil"
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case string:
		return v
	}
	x := reflect.ValueOf(v)
	text := ""
	switch k := x.Kind(); k {
	case reflect.Bool:
		text = strconv.FormatBool(x.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		text = strconv.FormatInt(x.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		text = strconv.FormatUint(x.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		text = runtimeFloat(x.Float())
	case reflect.Complex64, reflect.Complex128:
		c := x.Complex()
		text = "(" + runtimeFloat(real(c)) + runtimeFloat(imag(c)) + "i)"
	case reflect.String:
		text = `"` + x.String() + `"`
	default:
		return fmt.Sprintf("(%T) %+v", v, v)
	}
	if x.Type().PkgPath() == "" {
		return text
	}
	return fmt.Sprintf("%T(%s)", v, text)
}

// runtimeFloat formats a float as the builtin print does.
func runtimeFloat(f float64) string {
	switch {
	case f != f:
		return "NaN"
	case f > 1.7976931348623157e308:
		return "+Inf"
	case f < -1.7976931348623157e308:
		return "-Inf"
	}
	s := strconv.FormatFloat(f, 'e', 6, 64)
	if s[0] != '-' {
		s = "+" + s
	}
	mantissa, exp, _ := strings.Cut(s, "e")
	for len(exp) < 4 {
		exp = exp[:1] + "0" + exp[1:]
	}
	return mantissa + "e" + exp
}
