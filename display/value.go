package display

// This file turns a value into a tree of nodes by what it is made of, as Go
// syntax, within limits on depth, elements and size.

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

const (
	maxDepth  = 8
	maxTree   = 12_000 // bytes of a tree's text, counted roughly
	maxKey    = 200    // bytes of a map's key
	maxFields = 100    // of a struct
)

// maxItems returns how many elements of a list at a depth are shown.
func maxItems(depth int) int {
	switch depth {
	case 0:
		return 100
	case 1:
		return 20
	}
	return 10
}

// A place is where a value stands, which decides how much of its type it must
// tell.
type place int

const (
	alone   place = iota // the whole value: a list tells its type, a number does not
	field                // as alone, and nil needs no type
	element              // of a list, where Go lets a list leave off its type too
	boxed                // in an interface: everything tells its type
)

// A builder makes the tree of one value.
type builder struct {
	asked bool               // whether the value at hand was asked for its own text
	left  int                // bytes that the tree may still take
	path  map[reference]bool // what contains the value at hand
}

// A reference is something by which a value can contain itself.
type reference struct {
	t   reflect.Type
	at  uintptr
	len int
}

// tree returns the nodes of v by what it is made of; the values within it may
// still speak for themselves.
func tree(v reflect.Value) node {
	b := builder{asked: true, left: maxTree, path: map[reference]bool{}}
	if v.IsValid() && v.CanInterface() && v.Kind() == reflect.Struct {
		c := reflect.New(v.Type()).Elem() // so that its fields have addresses
		c.Set(v)
		v = c
	}
	return b.value(v, alone, 0)
}

func (b *builder) leaf(text string, depth int) node {
	b.left -= len(text) + len(", ") + len(indentation)*depth
	return leaf(text)
}

// bracket takes account of a list's brackets.
func (b *builder) bracket(open string, depth int) {
	b.left -= len(open) + len("},") + 2*len(indentation)*depth
}

// value returns the nodes of v, whose lists are depth lists deep.
func (b *builder) value(v reflect.Value, where place, depth int) node {
	if !v.IsValid() {
		return b.leaf("nil", depth)
	}
	if v.Kind() == reflect.Interface {
		if v.IsNil() {
			return b.leaf("nil", depth)
		}
		return b.value(v.Elem(), boxed, depth)
	}
	if n, ok := b.null(v, where, depth); ok {
		return n
	}
	asked := b.asked
	b.asked = false
	if v.CanInterface() && !asked {
		if held, ok := v.Interface().(reflect.Value); ok {
			return b.value(held, boxed, depth)
		}
		if s, ok := summary(v); ok {
			return b.leaf(s, depth)
		}
	}
	if s, ok := hiddenTime(v); ok {
		return b.leaf(s, depth)
	}
	switch v.Kind() {
	case reflect.Pointer:
		return b.pointer(v, where, depth)
	case reflect.Struct:
		return b.structure(v, where, depth)
	case reflect.Map:
		return b.mapping(v, where, depth)
	case reflect.Slice, reflect.Array:
		return b.sequence(v, where, depth)
	case reflect.Func:
		return b.leaf(typeName(v.Type()), depth)
	case reflect.Chan:
		return b.leaf(fmt.Sprintf("%s (len %d, cap %d)", typeName(v.Type()), v.Len(), v.Cap()), depth)
	case reflect.UnsafePointer:
		return b.leaf("unsafe.Pointer(0x"+strconv.FormatUint(uint64(v.Pointer()), 16)+")", depth)
	}
	text := scalar(v, where)
	if where == boxed && !isDefault(v.Type()) {
		text = typeName(v.Type()) + "(" + text + ")"
	}
	return b.leaf(text, depth)
}

// null returns the node of v if v is nil.
func (b *builder) null(v reflect.Value, where place, depth int) (node, bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if !v.IsNil() {
			return node{}, false
		}
	default:
		return node{}, false
	}
	if where == field || where == element {
		return b.leaf("nil", depth), true
	}
	name := typeName(v.Type())
	if strings.HasPrefix(name, "*") || strings.HasPrefix(name, "func(") || strings.Contains(name, "chan ") {
		name = "(" + name + ")"
	}
	return b.leaf(name+"(nil)", depth), true
}

// hiddenTime returns the text of a time or duration in an unexported field.
// No method of other types is called there, because a type may count on being
// the only one that does; but these are values, and their own fields say
// nothing to a person.
func hiddenTime(v reflect.Value) (string, bool) {
	if v.CanInterface() {
		return "", false
	}
	switch v.Type() {
	case reflect.TypeFor[time.Duration]():
		return time.Duration(v.Int()).String(), true
	case reflect.TypeFor[time.Time]():
		if v.CanAddr() {
			return (*time.Time)(v.Addr().UnsafePointer()).String(), true
		}
	}
	return "", false
}

// enter notes that v, a reference to parts of n elements, is being looked at,
// unless it contains itself or lies too deep. leave ends that.
func (b *builder) enter(v reflect.Value, n, depth int) (leave func(), ok bool) {
	r := reference{t: v.Type(), at: v.Pointer(), len: n}
	if b.path[r] || depth >= maxDepth || len(b.path) >= 2*maxDepth {
		return nil, false
	}
	b.path[r] = true
	return func() { delete(b.path, r) }, true
}

func (b *builder) pointer(v reflect.Value, where place, depth int) node {
	leave, ok := b.enter(v, 1, depth)
	if !ok {
		return b.leaf("…", depth)
	}
	defer leave()
	elem := v.Elem()
	switch elem.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice, reflect.Array:
		if where == element { // []*T{{X: 1}} is Go
			return b.value(elem, element, depth)
		}
	}
	return b.value(elem, where, depth).prefixed("&")
}

// opening returns what begins a list of type t.
func opening(t reflect.Type, where place) string {
	if where == element {
		return "{"
	}
	return typeName(t) + "{"
}

func (b *builder) structure(v reflect.Value, where place, depth int) node {
	t := v.Type()
	open := opening(t, where)
	if depth >= maxDepth {
		return b.leaf(open+"…}", depth)
	}
	b.bracket(open, depth)
	var items []node
	rest := ""
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Name == "_" {
			continue
		}
		if b.left <= 0 || len(items) == maxFields {
			rest = more(t.NumField() - i)
			break
		}
		key := f.Name + ": "
		b.left -= len(key)
		items = append(items, b.value(v.Field(i), field, depth+1).keyed(key))
	}
	return list(open, items, rest)
}

func (b *builder) sequence(v reflect.Value, where place, depth int) node {
	t := v.Type()
	open := opening(t, where)
	if t.Elem() == reflect.TypeFor[byte]() && v.Kind() == reflect.Slice && v.Len() > 0 {
		if text, ok := quotedBytes(v.Bytes(), depth); ok {
			return b.leaf(typeName(t)+"("+text+")", depth)
		}
	}
	if v.Len() > 0 && depth >= maxDepth {
		return b.leaf(open+"…}", depth)
	}
	if v.Len() > 0 && v.Kind() == reflect.Slice {
		leave, ok := b.enter(v, v.Len(), depth)
		if !ok {
			return b.leaf(open+"…}", depth)
		}
		defer leave()
	}
	b.bracket(open, depth)
	var items []node
	rest := ""
	for i := range v.Len() {
		if b.left <= 0 || i == maxItems(depth) {
			rest = more(v.Len() - i)
			break
		}
		if t.Elem() == reflect.TypeFor[byte]() {
			items = append(items, b.leaf(fmt.Sprintf("0x%02x", v.Index(i).Uint()), depth+1))
		} else {
			items = append(items, b.value(v.Index(i), element, depth+1))
		}
	}
	return list(open, items, rest)
}

func (b *builder) mapping(v reflect.Value, where place, depth int) node {
	open := opening(v.Type(), where)
	if v.Len() > 0 {
		leave, ok := b.enter(v, v.Len(), depth)
		if !ok {
			return b.leaf(open+"…}", depth)
		}
		defer leave()
	}
	b.bracket(open, depth)
	var items []node
	rest := ""
	for i, e := range firstEntries(v, maxItems(depth)) {
		if b.left <= 0 {
			rest = more(v.Len() - i)
			break
		}
		var key strings.Builder
		b.value(e.key, element, depth+1).flat(&key)
		name := key.String()
		if head, _, dropped := (fold{maxKey, maxKey, 0}).cut(name); dropped > 0 {
			name = head + "…"
		}
		items = append(items, b.value(e.value, element, depth+1).keyed(name+": "))
	}
	if n := v.Len() - len(items); rest == "" && n > 0 {
		rest = more(n)
	}
	return list(open, items, rest)
}

func more(n int) string { return "… " + count(n) + " more" }

// quotedBytes returns p as a string literal if it is text.
func quotedBytes(p []byte, depth int) (string, bool) {
	f := foldNested
	if depth == 0 {
		f = foldString
	}
	// Only what will be shown is copied and looked at.
	n := len(p)
	if n > f.limit {
		// As in fold.cut, of which characters are not known to be whole here.
		head, tail := trimPartial(string(p[:f.head])), string(p[n-f.tail:])
		for k := 0; k < 3 && len(tail) > 0 && tail[0]&0xC0 == 0x80; k++ {
			tail = tail[1:]
		}
		if !printable(head) || !printable(tail) {
			return "", false
		}
		return strconv.Quote(head) + " " + moreBytes(n-len(head)-len(tail)) + " " + strconv.Quote(tail), true
	}
	s := string(p)
	return strconv.Quote(s), printable(s)
}

// trimPartial returns s without a character that s ends in the middle of.
func trimPartial(s string) string {
	for k := 1; k <= 3 && k <= len(s); k++ {
		if c := s[len(s)-k]; c >= 0xC0 {
			if !printable(s[len(s)-k:]) {
				return s[:len(s)-k]
			}
			break
		} else if c < 0x80 {
			break
		}
	}
	return s
}

// scalar returns the text of a bool, number or string.
func scalar(v reflect.Value, where place) string {
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32:
		return strconv.FormatFloat(v.Float(), 'g', -1, 32)
	case reflect.Float64:
		s := strconv.FormatFloat(v.Float(), 'g', -1, 64)
		if where == boxed && isDefault(v.Type()) && !strings.ContainsAny(s, ".eIN") {
			s += ".0" // else it would read as an int
		}
		return s
	case reflect.Complex64, reflect.Complex128:
		return strconv.FormatComplex(v.Complex(), 'g', -1, v.Type().Bits())
	case reflect.String:
		return foldNested.quoted(v.String(), strconv.Quote)
	}
	panic("display: no scalar: " + v.Kind().String())
}

// isDefault reports whether a constant in an interface has type t by itself.
func isDefault(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[float64](),
		reflect.TypeFor[complex128](), reflect.TypeFor[string]():
		return true
	}
	return false
}
