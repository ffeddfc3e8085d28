package display

// This file finds the first entries of a map in the order of their keys.

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

type entry struct{ key, value reflect.Value }

// firstEntries returns the entries of the map m with the n smallest keys, in
// order. It holds no more than 2n entries at a time, so that a large map costs
// one walk and no sort.
func firstEntries(m reflect.Value, n int) []entry {
	entries := make([]entry, 0, min(m.Len(), 2*n))
	shrink := func() {
		slices.SortStableFunc(entries, func(a, b entry) int { return compare(a.key, b.key) })
		entries = entries[:min(n, len(entries))]
	}
	full := false                              // entries[n-1] is the largest key that may still be of use
	look := reflect.New(m.Type().Key()).Elem() // looks at a key without a copy of its own
	for it := m.MapRange(); it.Next(); {
		if full && m.CanInterface() {
			look.SetIterKey(it)
			if compare(look, entries[n-1].key) >= 0 {
				continue
			}
		}
		entries = append(entries, entry{it.Key(), it.Value()})
		if len(entries) == 2*n {
			shrink()
			full = true
		}
	}
	shrink()
	return entries
}

// compare orders two keys of one map: numbers and strings by value, false
// before true, structs and arrays by their parts, nil first, interfaces by the
// type they hold, pointers and channels by address.
func compare(a, b reflect.Value) int {
	switch a.Kind() {
	case reflect.Bool:
		return cmp.Compare(ordinal(a.Bool()), ordinal(b.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return cmp.Compare(a.Int(), b.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return cmp.Compare(a.Uint(), b.Uint())
	case reflect.Float32, reflect.Float64:
		return cmp.Compare(a.Float(), b.Float())
	case reflect.Complex64, reflect.Complex128:
		x, y := a.Complex(), b.Complex()
		return cmp.Or(cmp.Compare(real(x), real(y)), cmp.Compare(imag(x), imag(y)))
	case reflect.String:
		return strings.Compare(a.String(), b.String())
	case reflect.Pointer, reflect.Chan, reflect.UnsafePointer:
		return cmp.Compare(a.Pointer(), b.Pointer())
	case reflect.Struct:
		for i := range a.NumField() {
			if c := compare(a.Field(i), b.Field(i)); c != 0 {
				return c
			}
		}
	case reflect.Array:
		for i := range a.Len() {
			if c := compare(a.Index(i), b.Index(i)); c != 0 {
				return c
			}
		}
	case reflect.Interface:
		x, y := a.Elem(), b.Elem()
		if !x.IsValid() || !y.IsValid() {
			return cmp.Compare(ordinal(x.IsValid()), ordinal(y.IsValid()))
		}
		if x.Type() == y.Type() {
			return compare(x, y)
		}
		return cmp.Or(
			cmp.Compare(x.Kind(), y.Kind()),
			strings.Compare(x.Type().String(), y.Type().String()),
		)
	}
	return 0
}

func ordinal(b bool) int {
	if b {
		return 1
	}
	return 0
}
