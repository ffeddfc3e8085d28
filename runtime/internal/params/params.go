// Package params converts hyperparameters: fields of structs to what JSON has, and
// whatever comes from JSON or from a hand to fields of structs.
package params

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// exact is the first integer that float64 confuses with the next, and with it
// readers of JSON: integers beyond are kept as text.
const exact = 1 << 53

// Plain returns v as JSON has it: nil, bool, float64, string, []any or
// map[string]any. Numbers that JSON does not have, and integers that float64 has
// not, become text. It refuses what is nested deeper than depth.
func Plain(v any, depth int) (any, error) {
	if depth == 0 {
		return nil, fmt.Errorf("it is nested too deep")
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Invalid:
		return nil, nil
	case reflect.Bool:
		return r.Bool(), nil
	case reflect.String:
		if !utf8.ValidString(r.String()) {
			return nil, fmt.Errorf("%q is not UTF-8", r.String())
		}
		return r.String(), nil
	case reflect.Float64, reflect.Float32:
		switch f := r.Float(); {
		case math.IsNaN(f):
			return "NaN", nil
		case math.IsInf(f, 1):
			return "Infinity", nil
		case math.IsInf(f, -1):
			return "-Infinity", nil
		default:
			return f, nil
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if i := r.Int(); i > exact || i < -exact {
			return strconv.FormatInt(i, 10), nil
		}
		return float64(r.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if r.Uint() > exact {
			return strconv.FormatUint(r.Uint(), 10), nil
		}
		return float64(r.Uint()), nil
	case reflect.Pointer:
		if r.IsNil() {
			return nil, nil
		}
		return Plain(r.Elem().Interface(), depth-1)
	case reflect.Slice, reflect.Array:
		if r.Kind() == reflect.Slice && r.IsNil() {
			return nil, nil
		}
		list := make([]any, r.Len())
		for i := range list {
			var err error
			if list[i], err = Plain(r.Index(i).Interface(), depth-1); err != nil {
				return nil, err
			}
		}
		return list, nil
	case reflect.Map:
		if r.IsNil() {
			return nil, nil
		}
		if r.Type().Key().Kind() != reflect.String {
			break
		}
		o := make(map[string]any, r.Len())
		for _, key := range r.MapKeys() {
			if !utf8.ValidString(key.String()) {
				return nil, fmt.Errorf("the name %q is not UTF-8", key.String())
			}
			var err error
			if o[key.String()], err = Plain(r.MapIndex(key).Interface(), depth-1); err != nil {
				return nil, err
			}
		}
		return o, nil
	}
	return nil, fmt.Errorf("a value of the type %T cannot be kept", v)
}

// Assign sets dst, which is zero, to v, which [Plain] made or anybody wrote. Numbers
// are converted if nothing is lost. Slices, maps and what pointers point to are
// copied.
func Assign(dst reflect.Value, v any) error {
	src := reflect.ValueOf(v)
	wrong := func() error { return fmt.Errorf("%v (%T) is no %s", v, v, dst.Type()) }
	if v == nil {
		switch dst.Kind() {
		case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
			return nil
		}
		return wrong()
	}
	if src.Type() == dst.Type() && dst.Kind() != reflect.Slice && dst.Kind() != reflect.Map && dst.Kind() != reflect.Pointer {
		dst.Set(src)
		return nil
	}
	number := func() (f float64, ok bool) {
		switch {
		case src.CanFloat():
			return src.Float(), true
		case src.CanInt():
			return float64(src.Int()), src.Int() <= exact && src.Int() >= -exact
		case src.CanUint():
			return float64(src.Uint()), src.Uint() <= exact
		case src.Kind() == reflect.String:
			switch src.String() {
			case "NaN":
				return math.NaN(), true
			case "Infinity":
				return math.Inf(1), true
			case "-Infinity":
				return math.Inf(-1), true
			}
		}
		return 0, false
	}
	switch {
	case dst.Kind() == reflect.Bool && src.Kind() == reflect.Bool:
		dst.SetBool(src.Bool())
	case dst.Kind() == reflect.String && src.Kind() == reflect.String:
		dst.SetString(src.String())
	case dst.CanFloat():
		f, ok := number()
		if !ok || dst.OverflowFloat(f) && !math.IsInf(f, 0) {
			return wrong()
		}
		dst.SetFloat(f)
	case dst.CanInt():
		if src.CanInt() && !dst.OverflowInt(src.Int()) {
			dst.SetInt(src.Int())
			return nil
		}
		if src.Kind() == reflect.String {
			i, err := strconv.ParseInt(src.String(), 10, 64)
			if err != nil || dst.OverflowInt(i) || i <= exact && i >= -exact {
				return wrong()
			}
			dst.SetInt(i)
			return nil
		}
		f, ok := number()
		if !ok || f != math.Trunc(f) || math.Abs(f) > exact || dst.OverflowInt(int64(f)) {
			return wrong()
		}
		dst.SetInt(int64(f))
	case dst.CanUint():
		if src.CanUint() && !dst.OverflowUint(src.Uint()) {
			dst.SetUint(src.Uint())
			return nil
		}
		if src.Kind() == reflect.String {
			u, err := strconv.ParseUint(src.String(), 10, 64)
			if err != nil || dst.OverflowUint(u) || u <= exact {
				return wrong()
			}
			dst.SetUint(u)
			return nil
		}
		f, ok := number()
		if !ok || f != math.Trunc(f) || f < 0 || f > exact || dst.OverflowUint(uint64(f)) {
			return wrong()
		}
		dst.SetUint(uint64(f))
	case dst.Kind() == reflect.Pointer:
		p := reflect.New(dst.Type().Elem())
		if src.Kind() == reflect.Pointer {
			if src.IsNil() {
				return nil
			}
			v = src.Elem().Interface()
		}
		if err := Assign(p.Elem(), v); err != nil {
			return err
		}
		dst.Set(p)
	case dst.Kind() == reflect.Interface && src.Type().Implements(dst.Type()):
		dst.Set(src)
	case (dst.Kind() == reflect.Slice || dst.Kind() == reflect.Array) && (src.Kind() == reflect.Slice || src.Kind() == reflect.Array):
		if dst.Kind() == reflect.Slice {
			if src.Kind() == reflect.Slice && src.IsNil() {
				return nil
			}
			dst.Set(reflect.MakeSlice(dst.Type(), src.Len(), src.Len()))
		} else if dst.Len() != src.Len() {
			return wrong()
		}
		for i := range src.Len() {
			if err := Assign(dst.Index(i), src.Index(i).Interface()); err != nil {
				return fmt.Errorf("element %d: %w", i, err)
			}
		}
	case dst.Kind() == reflect.Map && src.Kind() == reflect.Map && src.Type().Key().Kind() == reflect.String && dst.Type().Key().Kind() == reflect.String:
		if src.IsNil() {
			return nil
		}
		dst.Set(reflect.MakeMapWithSize(dst.Type(), src.Len()))
		for _, key := range src.MapKeys() {
			value := reflect.New(dst.Type().Elem()).Elem()
			if err := Assign(value, src.MapIndex(key).Interface()); err != nil {
				return fmt.Errorf("%q: %w", key.String(), err)
			}
			dst.SetMapIndex(key.Convert(dst.Type().Key()), value)
		}
	default:
		return wrong()
	}
	return nil
}
