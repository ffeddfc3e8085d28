package symbols

// This file finds unexported types: no table can mention them, but the types
// of a table's values lead to them.

import "reflect"

// hiddenType searches what the table of path leads to, without looking into
// the types of other packages, nearest first.
func hiddenType(path, name string) (reflect.Type, bool) {
	p := lookup(path)
	if p == nil || name == "" {
		return nil, false
	}
	seen := map[reflect.Type]bool{}
	var queue []reflect.Type
	add := func(t reflect.Type) {
		if !seen[t] {
			seen[t] = true
			queue = append(queue, t)
		}
	}
	for _, s := range *p.symbols {
		add(reflect.TypeOf(s.value))
	}
	for len(queue) > 0 {
		t := queue[0]
		queue = queue[1:]
		if t.Name() != "" && t.PkgPath() != path {
			continue
		}
		if t.Name() == name {
			return t, true
		}
		parts(t, add)
	}
	return nil, false
}

// parts calls add with the types that t is made of and those in its methods.
func parts(t reflect.Type, add func(reflect.Type)) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		add(t.Elem())
	case reflect.Map:
		add(t.Key())
		add(t.Elem())
	case reflect.Func:
		for in := range t.Ins() {
			add(in)
		}
		for out := range t.Outs() {
			add(out)
		}
	case reflect.Struct:
		for f := range t.Fields() {
			add(f.Type)
		}
	}
	if t.Kind() != reflect.Interface && t.Name() != "" {
		t = reflect.PointerTo(t)
	}
	for m := range t.Methods() {
		add(m.Type)
	}
}
