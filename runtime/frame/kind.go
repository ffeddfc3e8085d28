package frame

// This file defines what the values of a column can be.

import "strconv"

// A Kind is the type of a column's values.
type Kind uint8

// The kinds of columns. Values of any kind can be null.
const (
	String    Kind = iota + 1 // text, in UTF-8
	Float64                   // a number; what is not a number (NaN) is null
	Int64                     // a whole number
	Bool                      // true or false
	Timestamp                 // a moment, in microseconds since 1970 in UTC
)

var kindNames = [...]string{String: "string", Float64: "float64", Int64: "int64", Bool: "bool", Timestamp: "timestamp"}

// String returns the kind's name in lower case.
func (k Kind) String() string {
	if int(k) < len(kindNames) && k != 0 {
		return kindNames[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// numeric tells whether statistics can be made of the values.
func (k Kind) numeric() bool { return k == Float64 || k == Int64 || k == Bool }
