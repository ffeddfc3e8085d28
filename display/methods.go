package display

// This file asks a value to show itself by the methods it has, and survives
// what they do.

import (
	"fmt"
	"image"
	"reflect"
	"strconv"
	"strings"
)

// The methods by which a value shows itself, beside those of image.Image,
// error, fmt.Stringer and fmt.Formatter.
type (
	mimeBundler     interface{ MIMEBundle() map[string]any }
	mimeBundlerMeta interface {
		MIMEBundle() (data, metadata map[string]any)
	}
	htmler     interface{ HTML() string }
	markdowner interface{ Markdown() string }
	latexer    interface{ LaTeX() string }
	svger      interface{ SVG() string }
)

// as returns v as a T, or a pointer to a copy of v if only that is one.
func as[T any](v reflect.Value) (T, bool) {
	if x, ok := v.Interface().(T); ok {
		return x, true
	}
	var none T
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return none, false // a pointer to these has no methods
	}
	if p := reflect.PointerTo(v.Type()); p.NumMethod() == 0 || !p.Implements(reflect.TypeFor[T]()) {
		return none, false
	}
	c := reflect.New(v.Type())
	c.Elem().Set(v)
	x, ok := c.Interface().(T)
	return x, ok
}

// call runs a method of v. If it panics, call returns what fmt would print,
// and false.
func call(v reflect.Value, method string, f func()) (trouble string, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			trouble, ok = "%!v(PANIC="+method+" method: "+foldNested.text(fmt.Sprint(r))+")", false
			if v.Kind() == reflect.Pointer && v.IsNil() {
				trouble = "<nil>"
			}
		}
	}()
	f()
	return "", true
}

// ownText returns what v says of itself as an error, a fmt.Stringer or a
// fmt.Formatter.
func ownText(v reflect.Value) (string, bool) {
	var text string
	var method string
	var ask func()
	if x, ok := as[error](v); ok {
		method, ask = "Error", func() { text = x.Error() }
	} else if x, ok := as[fmt.Stringer](v); ok {
		method, ask = "String", func() { text = x.String() }
	} else if x, ok := as[fmt.Formatter](v); ok {
		method, ask = "Format", func() { text = fmt.Sprintf("%v", x) }
	} else {
		return "", false
	}
	if trouble, ok := call(v, method, ask); !ok {
		return trouble, true
	}
	return text, true
}

// summary returns what v, which is part of another value and not nil, says of
// itself on one line.
func summary(v reflect.Value) (string, bool) {
	if s, ok := ownText(v); ok {
		return inline(s), true
	}
	if m, ok := as[image.Image](v); ok {
		if p, ok := pictureOf(v, m); ok {
			return p.String(), true
		}
	}
	if m, ok := gridOf(v); ok {
		return m.String(), true
	}
	return "", false
}

// inline returns text, of which a value within a list is known by, so that
// nobody takes it for more or less than one element.
func inline(text string) string {
	plain := text != "" && len(text) <= foldNested.limit && strings.TrimSpace(text) == text &&
		!strings.ContainsAny(text, "{}\"`") && !strings.Contains(text, ", ")
	for _, r := range text {
		plain = plain && strconv.IsPrint(r)
	}
	if plain {
		return text
	}
	return foldNested.quoted(text, strconv.Quote)
}
