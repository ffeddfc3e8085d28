package frame

// This file defines expressions over columns.

import (
	"fmt"
	"math"
	"reflect"
	"time"
)

// An Expr is computed for each row of a frame, from the row's values:
//
//	frame.Col("label").Eq("spam").And(frame.Col("words").Gt(frame.Col("capitals").Mul(2)))
//
// Operands are other expressions, or Go values: a string, a number, a bool, or a
// time.Time; a timestamp can also be compared with a text such as "2026-01-31" or
// "2026-01-31T12:00:00Z". Integers and floats compare and calculate with each other
// by their exact values and as floats, respectively; other kinds do not mix, which
// is an error of the method that computes the expression.
//
// Null is what SQL makes of it: whatever is compared or calculated with null is
// null; null.And(false) is false, null.Or(true) is true, otherwise both are null, as
// is null.Not(). [Frame.Where] keeps the rows where the expression is true, neither
// false nor null. So Ne("spam") leaves out nulls, where pandas' != keeps them:
// add .Or(frame.Col("label").IsNull()).
type Expr struct {
	node node
}

// A node is computed for all rows of a frame.
type node interface {
	eval(f *Frame) (vec, error)
	// shape has the names of columns and the operators, for errors.
	shape() string
}

// Col is the value of a column.
func Col(name string) Expr { return Expr{colNode(name)} }

// Eq tells whether e is equal to v.
func (e Expr) Eq(v any) Expr { return e.compare("==", equal, v) }

// Ne tells whether e is not equal to v.
func (e Expr) Ne(v any) Expr { return e.compare("!=", less|greater, v) }

// Lt tells whether e is less than v: texts by their bytes, false before true.
func (e Expr) Lt(v any) Expr { return e.compare("<", less, v) }

// Le tells whether e is less than or equal to v.
func (e Expr) Le(v any) Expr { return e.compare("<=", less|equal, v) }

// Gt tells whether e is greater than v.
func (e Expr) Gt(v any) Expr { return e.compare(">", greater, v) }

// Ge tells whether e is greater than or equal to v.
func (e Expr) Ge(v any) Expr { return e.compare(">=", greater|equal, v) }

// And tells whether both are true.
func (e Expr) And(other Expr) Expr { return Expr{logicNode{"and", e, other}} }

// Or tells whether one or both are true.
func (e Expr) Or(other Expr) Expr { return Expr{logicNode{"or", e, other}} }

// Not tells whether e is false.
func (e Expr) Not() Expr { return Expr{notNode{e}} }

// In tells whether e is equal to one of the values; In of one slice means its
// elements.
func (e Expr) In(values ...any) Expr {
	if len(values) == 1 {
		if v := reflect.ValueOf(values[0]); v.IsValid() && v.Kind() == reflect.Slice {
			values = make([]any, v.Len())
			for i := range values {
				values[i] = v.Index(i).Interface()
			}
		}
	}
	return Expr{inNode{e, values}}
}

// Contains tells whether e, a text, has s in it.
func (e Expr) Contains(s string) Expr { return Expr{textNode{"contains", e, s}} }

// HasPrefix tells whether e, a text, begins with s.
func (e Expr) HasPrefix(s string) Expr { return Expr{textNode{"has prefix", e, s}} }

// HasSuffix tells whether e, a text, ends with s.
func (e Expr) HasSuffix(s string) Expr { return Expr{textNode{"has suffix", e, s}} }

// IsNull tells whether e is null; it is never null itself.
func (e Expr) IsNull() Expr { return Expr{nullNode{e}} }

// NotNull tells whether e is not null.
func (e Expr) NotNull() Expr { return e.IsNull().Not() }

// Add is e + v. The sum of integers is an integer; one that does not fit is an
// error.
func (e Expr) Add(v any) Expr { return Expr{mathNode{'+', e, operand(v)}} }

// Sub is e - v, as Add is e + v.
func (e Expr) Sub(v any) Expr { return Expr{mathNode{'-', e, operand(v)}} }

// Mul is e · v, as Add is e + v.
func (e Expr) Mul(v any) Expr { return Expr{mathNode{'*', e, operand(v)}} }

// Div is e / v, a float: ±Inf for a number by 0, null for 0 by 0.
func (e Expr) Div(v any) Expr { return Expr{mathNode{'/', e, operand(v)}} }

func (e Expr) compare(sign string, accept uint8, v any) Expr {
	return Expr{compareNode{sign, accept, e, operand(v)}}
}

// String returns the expression in a readable form.
func (e Expr) String() string {
	if e.node == nil {
		return "Expr{}"
	}
	return e.node.shape()
}

// operand makes an expression of what stands beside an operator.
func operand(v any) Expr {
	switch v := v.(type) {
	case Expr:
		return v
	case Column:
		return Expr{badNode{fmt.Errorf("frame: the operand is a column itself; say frame.Col(%q)", v.name)}}
	case nil:
		return Expr{badNode{fmt.Errorf("frame: nothing is equal to nil; use IsNull or NotNull")}}
	}
	x := reflect.ValueOf(v)
	switch kindOf(x.Type()) {
	case String:
		return Expr{literal{v, vec{kind: String, lit: true, strs: []string{x.String()}}}}
	case Float64:
		if n := x.Float(); n != n {
			return Expr{badNode{fmt.Errorf("frame: nothing is equal to NaN; use IsNull or NotNull")}}
		}
		return Expr{literal{v, vec{kind: Float64, lit: true, floats: []float64{x.Float()}}}}
	case Int64:
		if x.CanUint() && x.Uint() > math.MaxInt64 {
			return Expr{literal{v, vec{kind: Float64, lit: true, floats: []float64{float64(x.Uint())}}}}
		}
		n := int64(0)
		if x.CanInt() {
			n = x.Int()
		} else {
			n = int64(x.Uint())
		}
		return Expr{literal{v, vec{kind: Int64, lit: true, ints: []int64{n}}}}
	case Bool:
		truth := []uint8{no}
		if x.Bool() {
			truth[0] = yes
		}
		return Expr{literal{v, vec{kind: Bool, lit: true, truth: truth}}}
	case Timestamp:
		return Expr{literal{v, vec{kind: Timestamp, lit: true, ints: []int64{v.(time.Time).UnixMicro()}}}}
	}
	return Expr{badNode{fmt.Errorf("frame: an operand cannot be a %T; it is a string, a number, a bool, a time or an Expr", v)}}
}

// timeLayouts are the texts that are times, of UTC if they do not say so.
var timeLayouts = []string{
	"2006-01-02", "2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04",
}

// parseTime returns the microseconds since 1970 of a time as text.
func parseTime(s string) (int64, error) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMicro(), nil
		}
	}
	return 0, fmt.Errorf("%q is no time such as 2026-01-31 or 2026-01-31T12:00:00Z", s)
}
