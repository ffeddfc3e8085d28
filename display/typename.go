package display

// This file writes types as a cell would.

import (
	"reflect"
	"strconv"
	"strings"
)

const (
	maxTypeName   = 200 // bytes
	maxStructType = 60  // bytes of a struct type without a name
)

// typeName returns the name of t as a cell would write it: any and byte for
// what they stand for, packages by name and not by path, and nothing before
// the names of package main, which is what a program, and a cell, is in.
func typeName(t reflect.Type) string {
	s := spell(t)
	if head, _, dropped := (fold{maxTypeName, maxTypeName, 0}).cut(s); dropped > 0 {
		return head + "…"
	}
	return s
}

func spell(t reflect.Type) string {
	if t.Name() != "" {
		return respell(t.String())
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + spell(t.Elem())
	case reflect.Slice:
		return "[]" + spellElem(t)
	case reflect.Array:
		return "[" + strconv.Itoa(t.Len()) + "]" + spellElem(t)
	case reflect.Map:
		return "map[" + spell(t.Key()) + "]" + spell(t.Elem())
	case reflect.Struct:
		// Its fields follow anyway, and tags are not for reading.
		if s := respell(t.String()); len(s) <= maxStructType && !strings.Contains(s, `"`) {
			return s
		}
		return "struct{…}"
	}
	return respell(t.String())
}

// spellElem returns the element type of the slice or array t. Of numbers from
// 0 to 255 in a row, most are bytes.
func spellElem(t reflect.Type) string {
	if t.Elem() == reflect.TypeFor[byte]() {
		return "byte"
	}
	return spell(t.Elem())
}

// respell changes what reflect calls a type into what a cell calls it.
func respell(s string) string {
	if strings.Contains(s, `"`) {
		return s // a tag, in which anything may stand
	}
	s = strings.ReplaceAll(s, "interface {}", "any")
	s = strings.ReplaceAll(s, "struct {", "struct{")
	var b strings.Builder
	for s != "" {
		n := strings.IndexFunc(s, func(r rune) bool { return !inPath(r) })
		switch {
		case n == 0:
			b.WriteByte(s[0])
			s = s[1:]
			continue
		case n < 0:
			n = len(s)
		}
		name, variadic := strings.CutPrefix(s[:n], "...")
		if variadic {
			b.WriteString("...")
		}
		name = name[strings.LastIndexByte(name, '/')+1:]
		b.WriteString(strings.TrimPrefix(name, "main."))
		s = s[n:]
	}
	return b.String()
}

// inPath reports whether r can be part of a qualified name.
func inPath(r rune) bool {
	return !strings.ContainsRune(" \t[](){},;*<=+&|:", r)
}
