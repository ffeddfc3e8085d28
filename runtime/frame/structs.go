package frame

// This file turns structs into rows and back.

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
)

// FromStructs returns a frame with a row for each struct and a column for each
// exported field, named by its tag `frame:"name"` or else as the field is; the tag
// `frame:"-"` leaves it out. Fields are strings, numbers, bools and times, or
// pointers to them, where nil is null; the fields of an embedded struct count as the
// struct's own.
func FromStructs[T any](rows []T) (*Frame, error) {
	fields, err := fieldsOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	cols := make([]Column, len(fields))
	values := reflect.ValueOf(rows)
	for k, field := range fields {
		b := newBuilder(field.kind, len(rows))
		for i := range rows {
			x := values.Index(i).FieldByIndex(field.index)
			if field.pointer {
				if x.IsNil() {
					b.null()
					continue
				}
				x = x.Elem()
			}
			if err := b.reflected(x); err != nil {
				return nil, fmt.Errorf("frame: row %d, field %s: %w", i, field.name, err)
			}
		}
		cols[k] = b.column(field.name)
	}
	return New(cols...)
}

// ToStructs returns a struct for each row, with the fields that [FromStructs] reads
// set from the columns of their names; other columns are left. A column of integers
// fits a field of floats, and a column of any kind a field of strings. A null sets a
// pointer to nil, a float to NaN and a time to the zero time; in other fields it is
// an error, as is a number that the field cannot hold.
func ToStructs[T any](f *Frame) ([]T, error) {
	fields, err := fieldsOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	rows := make([]T, f.rows)
	values := reflect.ValueOf(rows)
	for _, field := range fields {
		c, err := f.Column(field.name)
		if err != nil {
			return nil, err
		}
		kind := c.Kind()
		if kind != field.kind && field.kind != String && !(kind == Int64 && field.kind == Float64) {
			return nil, fmt.Errorf("frame: column %q is %v; a field of type %v cannot hold it", c.name, kind, field.typ)
		}
		for i := range rows {
			x := values.Index(i).FieldByIndex(field.index)
			if c.IsNull(i) && (field.pointer || field.kind == Timestamp) {
				continue
			}
			if field.pointer {
				x.Set(reflect.New(field.typ.Elem()))
				x = x.Elem()
			}
			if err := c.store(i, x, field.kind); err != nil {
				return nil, fmt.Errorf("frame: column %q, row %d: %w", c.name, i, err)
			}
		}
	}
	return rows, nil
}

// store sets x, whose kind is given, to value i.
func (c Column) store(i int, x reflect.Value, kind Kind) error {
	b, at := c.data, c.at(i)
	if b.null(at) {
		if kind == Float64 {
			x.SetFloat(math.NaN())
			return nil
		}
		return fmt.Errorf("a null needs a pointer: *%v", x.Type())
	}
	switch {
	case kind == String:
		x.SetString(c.format(i))
	case kind == Float64 && b.Kind == Int64:
		x.SetFloat(float64(b.Ints[at]))
	case kind == Float64:
		if x.OverflowFloat(b.Floats[at]) {
			return fmt.Errorf("%v is more than a %v can hold", b.Floats[at], x.Type())
		}
		x.SetFloat(b.Floats[at])
	case kind == Bool:
		x.SetBool(b.bool(at))
	case kind == Timestamp:
		x.Set(reflect.ValueOf(time.UnixMicro(b.Ints[at]).UTC()))
	case x.CanInt():
		if x.OverflowInt(b.Ints[at]) {
			return fmt.Errorf("%d is more than an %v can hold", b.Ints[at], x.Type())
		}
		x.SetInt(b.Ints[at])
	default:
		if b.Ints[at] < 0 || x.OverflowUint(uint64(b.Ints[at])) {
			return fmt.Errorf("a %v cannot hold %d", x.Type(), b.Ints[at])
		}
		x.SetUint(uint64(b.Ints[at]))
	}
	return nil
}

// A structField is a field that is a column.
type structField struct {
	name    string
	index   []int
	typ     reflect.Type
	kind    Kind
	pointer bool
}

func fieldsOf(t reflect.Type) ([]structField, error) {
	if t.Kind() != reflect.Struct || t == timeType {
		return nil, fmt.Errorf("frame: rows are structs, not %v", t)
	}
	var out []structField
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("frame"), ",")
		if name == "-" {
			continue
		}
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct && f.Type != timeType {
			inner, err := fieldsOf(f.Type)
			if err != nil {
				return nil, err
			}
			for _, g := range inner {
				g.index = append([]int{i}, g.index...)
				out = append(out, g)
			}
			continue
		}
		if !f.IsExported() {
			continue
		}
		field := structField{name: name, index: f.Index, typ: f.Type}
		if name == "" {
			field.name = f.Name
		}
		elem := f.Type
		if elem.Kind() == reflect.Pointer {
			elem, field.pointer = elem.Elem(), true
		}
		if field.kind = kindOf(elem); field.kind == 0 {
			return nil, fmt.Errorf("frame: field %v.%s cannot be a column: it is a %v; leave it out by the tag `frame:\"-\"`", t, f.Name, f.Type)
		}
		out = append(out, field)
	}
	return out, nil
}
