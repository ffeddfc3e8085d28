package cell

// This file reaches the fields that are not exported, of types that earlier
// units declare. Those units have an accessor for each:
//
//	func (Ꞑfields) Ꞑf_point_x(p *point) *int { return &p.x }
//	func Ꞑf_list_head[T any](p *list[T]) **node[T] { return &p.head }
//
// and p.x reads (*(ꞑu.Ꞑfields{}).Ꞑf_point_x(&p)), which the compiler turns
// into the same instruction. They are methods, or generic, because a plugin
// would register plain functions by name.

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// fieldsType has the accessors as methods.
const fieldsType = exportPrefix + "fields"

// accessors writes those of a type's fields.
func (w *unitWriter) accessors(out *strings.Builder, obj *types.TypeName) {
	st, ok := obj.Type().Underlying().(*types.Struct)
	if !ok {
		return
	}
	params := typeParamsOf(obj)
	for f := range st.Fields() {
		if f.Exported() || f.Name() == "_" || w.owner(f) != obj {
			continue
		}
		if out.Len() == 0 {
			fmt.Fprintf(out, "type %s struct{}\n", fieldsType)
		}
		name := fieldPrefix + obj.Name() + "_" + f.Name()
		t := w.spell(f.Type(), f.Pos())
		if params.Len() > 0 {
			fmt.Fprintf(out, "func %s%s(p *%s%s) *%s { return &p.%s }\n", name, w.spellTypeParams(params), obj.Name(), typeArgsText(params), t, f.Name())
		} else {
			fmt.Fprintf(out, "func (%s) %s(p *%s) *%s { return &p.%s }\n", fieldsType, name, obj.Name(), t, f.Name())
		}
	}
}

// owner returns the type in whose declaration a field stands; nil if that has
// no name.
func (w *unitWriter) owner(f *types.Var) *types.TypeName {
	f = f.Origin()
	if obj := w.f.fields[f]; obj != nil {
		return obj
	}
	for _, n := range w.names {
		obj, ok := n.Object.(*types.TypeName)
		if !ok || obj.IsAlias() {
			continue
		}
		if st, ok := obj.Type().Underlying().(*types.Struct); ok {
			for g := range st.Fields() {
				if g == f {
					return obj
				}
			}
		}
	}
	return nil
}

// foreign tells whether a field can be reached only by an accessor. Struct types
// without a name are written out in each unit, and so are its own.
func (w *unitWriter) foreign(f *types.Var) bool {
	return !f.Exported() && f.Pkg() != w.pkg && f.Pkg() != nil && f.Pkg().Path() == "main" && w.owner(f) != nil
}

// access returns what comes before and after the address of a struct, of type
// t, to make the field of it.
func (w *unitWriter) access(f *types.Var, t types.Type, pos token.Pos) (before, after string) {
	owner := w.owner(f)
	unit := w.unitName(w.f.homes[owner])
	name := fieldPrefix + owner.Name() + "_" + f.Name()
	generic := typeParamsOf(owner).Len() > 0
	if generic {
		before = "(*" + unit + "." + name + "("
	} else {
		before = "(*(" + unit + "." + fieldsType + "{})." + name + "("
	}
	after = "))"
	if named, ok := types.Unalias(t).(*types.Named); !ok || named.Obj() != owner {
		if generic {
			w.fail(pos, "%s is a field of the generic type %s and cannot be reached through another type in a compiled cell", f.Name(), owner.Name())
		}
		before += "(*" + w.spell(owner.Type(), pos) + ")("
		after += ")"
	}
	return before, after
}

// field edits x.f for a field.
func (w *unitWriter) field(e *ast.SelectorExpr, sel *types.Selection) {
	t := sel.Recv()
	addressable := w.info.Types[e.X].Addressable()
	var before, after string
	changed := false
	for _, i := range sel.Index() {
		isPointer := false
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t, isPointer = p.Elem(), true
		}
		st, ok := coreStruct(t)
		if !ok {
			break
		}
		f := st.Field(i)
		if w.foreign(f) {
			changed = true
			open, shut := w.access(f, t, e.Sel.Pos())
			switch {
			case isPointer:
			case addressable:
				open += "&"
			default:
				open, shut = open+guardName+".Pointer(", ")"+shut
			}
			before, after = open+before, after+shut
			addressable = true
		} else {
			after += "." + f.Name()
			addressable = addressable || isPointer
		}
		t = f.Type()
	}
	if !changed {
		w.walk(e.X)
		return
	}
	w.insert(w.offset(e.X.Pos()), before)
	w.walk(e.X)
	from, to := w.offset(e.X.End()), w.offset(e.End())
	w.replace(from, to, after+newlines(w.src[from:to]))
}

// coreStruct returns the struct type under t, or under all types of a type
// parameter's constraint.
func coreStruct(t types.Type) (*types.Struct, bool) {
	st, ok := t.Underlying().(*types.Struct)
	return st, ok
}

// newlines returns the line breaks of a text, so that what replaces it leaves
// the following lines where they are.
func newlines(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) }

// composite edits a struct literal that sets fields which only accessors can
// reach: it becomes the call of a function that sets them one by one. And
// reports whether the literal was such a one. With the position of an & before
// it the value is a pointer.
func (w *unitWriter) composite(e *ast.CompositeLit, and token.Pos) bool {
	t := w.info.Types[e].Type
	pointer := and.IsValid()
	if p, ok := t.Underlying().(*types.Pointer); ok && e.Type == nil {
		t, pointer = p.Elem(), true
	}
	st, ok := t.Underlying().(*types.Struct)
	if !ok || len(e.Elts) == 0 {
		return false
	}
	fields := make([]*types.Var, len(e.Elts))
	values := make([]ast.Expr, len(e.Elts))
	foreign := false
	for i, x := range e.Elts {
		values[i] = x
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			values[i] = kv.Value
			fields[i], _ = w.info.Uses[kv.Key.(*ast.Ident)].(*types.Var)
		} else {
			fields[i] = st.Field(i)
		}
		foreign = foreign || w.foreign(fields[i])
	}
	if !foreign {
		return false
	}
	const v = unitPrefix + "s"
	typ := w.spell(t, e.Pos())
	set := func(f *types.Var) string {
		if !w.foreign(f) {
			return v + "." + f.Name() + " = ("
		}
		before, after := w.access(f, t, e.Pos())
		if pointer {
			return before + v + after + " = ("
		}
		return before + "&" + v + after + " = ("
	}
	open := "func() (" + v + " " + typ + ") { "
	shut := "); return }()"
	if pointer {
		open = "func() *" + typ + " { " + v + " := new(" + typ + "); "
		shut = "); return " + v + " }()"
	}
	from := w.offset(e.Pos())
	if and.IsValid() {
		from = w.offset(and)
	}
	for i, value := range values {
		to := w.offset(value.Pos())
		text := set(fields[i])
		if i == 0 {
			text = open + newlines(w.src[from:to]) + text
		} else {
			text = "); " + newlines(w.src[from:to]) + text
		}
		w.replace(from, to, text)
		w.walk(value)
		from = w.offset(value.End())
	}
	to := w.offset(e.End())
	w.replace(from, to, shut+newlines(w.src[from:to]))
	return true
}
