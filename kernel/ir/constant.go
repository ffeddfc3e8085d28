package ir

// This file is the text form of constants.

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// ParseConst returns the value of a Const node of type t. The text is
// decimal for integers, strconv's hexadecimal form for floats, two such
// floats with a space between for complex numbers, true or false, and the
// string itself.
func ParseConst(t reflect.Type, s string) (reflect.Value, error) {
	v := reflect.New(t).Elem()
	switch k := t.Kind(); k {
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return v, badConst(t, s, err)
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(s, 10, t.Bits())
		if err != nil {
			return v, badConst(t, s, err)
		}
		v.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n, err := strconv.ParseUint(s, 10, t.Bits())
		if err != nil {
			return v, badConst(t, s, err)
		}
		v.SetUint(n)
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(s, t.Bits())
		if err != nil {
			return v, badConst(t, s, err)
		}
		v.SetFloat(f)
	case reflect.Complex64, reflect.Complex128:
		re, im, _ := strings.Cut(s, " ")
		r, err := strconv.ParseFloat(re, t.Bits()/2)
		if err != nil {
			return v, badConst(t, s, err)
		}
		i, err := strconv.ParseFloat(im, t.Bits()/2)
		if err != nil {
			return v, badConst(t, s, err)
		}
		v.SetComplex(complex(r, i))
	case reflect.String:
		v.SetString(s)
	default:
		return v, badConst(t, s, strconv.ErrSyntax)
	}
	return v, nil
}

func badConst(t reflect.Type, s string, err error) error {
	return fmt.Errorf("ir: constant %q is no %v: %w", s, t, err)
}
