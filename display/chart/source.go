package chart

// This file reads columns from what charts are drawn of.

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A Table is what charts are drawn of, such as a frame. Strings and Floats return as
// many values as there are rows; Floats fails for a column that has no numbers, and NaN
// stands for a value that is missing. A table may also have Times and Bools, which fail
// for columns that have none.
type Table interface {
	Columns() []string
	NumRows() int
	Strings(column string) ([]string, error)
	Floats(column string) ([]float64, error)
}

type timer interface {
	Times(column string) ([]time.Time, error)
}

type booler interface {
	Bools(column string) ([]bool, error)
}

// Columns are a table made of slices: of numbers, strings, bools, times, or anything
// that has a String method. All have the same length.
type Columns map[string]any

// A column holds the values of one column: numbers, moments in milliseconds since
// 1970, or texts.
type column struct {
	kind    Type // Quantitative, Temporal or Nominal
	numbers []float64
	texts   []string
}

// A source finds columns.
type source struct {
	names []string
	rows  int
	read  func(name string) (column, error)
}

// Values returns a column of data as a chart reads it: numbers, which are milliseconds
// since 1970 of moments and NaN where there is none, or else texts.
func Values(data any, column string) (numbers []float64, texts []string, err error) {
	s, err := sourceOf(data)
	if err != nil {
		return nil, nil, err
	}
	c, err := s.column(column)
	return c.numbers, c.texts, err
}

// column returns a column of the source.
func (s *source) column(name string) (column, error) {
	if !slices.Contains(s.names, name) {
		return column{}, fmt.Errorf("chart: there is no column %q; there are %q", name, s.names)
	}
	return s.read(name)
}

// sourceOf returns what reads data.
func sourceOf(data any) (*source, error) {
	v := reflect.ValueOf(data)
	switch data := data.(type) {
	case nil:
		return nil, errors.New("chart: there is no data")
	case Table:
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return nil, errors.New("chart: there is no data")
		}
		return &source{data.Columns(), data.NumRows(), func(name string) (column, error) { return tableColumn(data, name) }}, nil
	}
	switch {
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
		return mapSource(v)
	case v.Kind() == reflect.Slice && structOf(v.Type().Elem()) != nil:
		return structSource(v)
	}
	return nil, fmt.Errorf("chart: a %T is no table; give a frame, a slice of structs, or chart.Columns{\"x\": xs, \"y\": ys}", data)
}

func tableColumn(t Table, name string) (column, error) {
	if has, ok := t.(timer); ok {
		if times, err := has.Times(name); err == nil {
			return timeColumn(times), nil
		}
	}
	if has, ok := t.(booler); !ok || !isBool(has, name) {
		if numbers, err := t.Floats(name); err == nil {
			return column{kind: Quantitative, numbers: numbers}, nil
		}
	}
	texts, err := t.Strings(name)
	return column{kind: Nominal, texts: texts}, err
}

func isBool(t booler, name string) bool {
	_, err := t.Bools(name)
	return err == nil
}

func timeColumn(times []time.Time) column {
	c := column{kind: Temporal, numbers: make([]float64, len(times))}
	for i, t := range times {
		c.numbers[i] = math.NaN()
		if !t.IsZero() {
			c.numbers[i] = float64(t.UnixMilli())
		}
	}
	return c
}

// mapSource reads a map of slices.
func mapSource(v reflect.Value) (*source, error) {
	s := &source{rows: -1}
	columns := map[string]reflect.Value{}
	for it := v.MapRange(); it.Next(); {
		name, values := it.Key().String(), it.Value()
		if values.Kind() == reflect.Interface {
			values = values.Elem()
		}
		if !values.IsValid() || values.Kind() != reflect.Slice && values.Kind() != reflect.Array {
			return nil, fmt.Errorf("chart: column %q is no slice", name)
		}
		s.names = append(s.names, name)
		columns[name] = values
	}
	slices.Sort(s.names)
	for _, name := range s.names {
		n := columns[name].Len()
		if s.rows >= 0 && n != s.rows {
			return nil, fmt.Errorf("chart: column %q has %d values, but %q has %d", name, n, s.names[0], s.rows)
		}
		s.rows = n
	}
	s.rows = max(0, s.rows)
	s.read = func(name string) (column, error) {
		values := columns[name]
		return valuesColumn(name, values.Type().Elem(), values.Len(), values.Index)
	}
	return s, nil
}

// structOf returns the struct type of a slice's elements, which may be pointers.
func structOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		return nil
	}
	return t
}

// structSource reads a slice of structs, of which each exported field is a column.
func structSource(v reflect.Value) (*source, error) {
	t := structOf(v.Type().Elem())
	s := &source{rows: v.Len()}
	fields := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && !f.Anonymous {
			s.names = append(s.names, f.Name)
			fields[f.Name] = f.Index
		}
	}
	for i := range s.rows {
		if e := v.Index(i); e.Kind() == reflect.Pointer && e.IsNil() {
			return nil, fmt.Errorf("chart: row %d is nil", i)
		}
	}
	s.read = func(name string) (column, error) {
		at := func(i int) reflect.Value { return reflect.Indirect(v.Index(i)).FieldByIndex(fields[name]) }
		return valuesColumn(name, t.FieldByIndex(fields[name]).Type, s.rows, at)
	}
	return s, nil
}

// valuesColumn makes a column of n values of type t.
func valuesColumn(name string, t reflect.Type, n int, at func(int) reflect.Value) (column, error) {
	if t == reflect.TypeFor[time.Time]() {
		times := make([]time.Time, n)
		for i := range times {
			times[i] = at(i).Interface().(time.Time)
		}
		return timeColumn(times), nil
	}
	if t.Implements(reflect.TypeFor[fmt.Stringer]()) {
		return textColumn(n, func(i int) string { return fmt.Sprint(at(i).Interface()) }), nil
	}
	number := func(of func(reflect.Value) float64) (column, error) {
		c := column{kind: Quantitative, numbers: make([]float64, n)}
		for i := range c.numbers {
			c.numbers[i] = of(at(i))
		}
		return c, nil
	}
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		return number(reflect.Value.Float)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return number(func(v reflect.Value) float64 { return float64(v.Int()) })
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return number(func(v reflect.Value) float64 { return float64(v.Uint()) })
	case reflect.String:
		return textColumn(n, func(i int) string { return at(i).String() }), nil
	case reflect.Bool:
		return textColumn(n, func(i int) string { return fmt.Sprint(at(i).Bool()) }), nil
	}
	return column{}, fmt.Errorf("chart: column %q has values of type %s; numbers, strings, bools and times can be drawn", name, t)
}

func textColumn(n int, of func(i int) string) column {
	c := column{kind: Nominal, texts: make([]string, n)}
	for i := range c.texts {
		c.texts[i] = strings.ToValidUTF8(of(i), "\uFFFD")
	}
	return c
}
