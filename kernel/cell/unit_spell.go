package cell

// This file writes types and constants as the kernel's own text in a unit
// needs them, independent of what the user's names mean there.

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// spell returns a type as the unit writes it.
func (w *unitWriter) spell(t types.Type, pos token.Pos) string {
	var b strings.Builder
	w.write(&b, t, pos)
	return b.String()
}

func (w *unitWriter) write(b *strings.Builder, t types.Type, pos token.Pos) {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			b.WriteString(w.packageName("unsafe") + ".Pointer")
			return
		}
		b.WriteString(types.Default(t).(*types.Basic).Name())
	case *types.Named:
		b.WriteString(w.namedText(t.Obj(), pos))
		if args := t.TypeArgs(); args.Len() > 0 {
			b.WriteByte('[')
			for i := range args.Len() {
				if i > 0 {
					b.WriteString(", ")
				}
				w.write(b, args.At(i), pos)
			}
			b.WriteByte(']')
		}
	case *types.TypeParam:
		b.WriteString(paramName(t))
	case *types.Pointer:
		b.WriteByte('*')
		w.write(b, t.Elem(), pos)
	case *types.Slice:
		b.WriteString("[]")
		w.write(b, t.Elem(), pos)
	case *types.Array:
		b.WriteString("[" + strconv.FormatInt(t.Len(), 10) + "]")
		w.write(b, t.Elem(), pos)
	case *types.Map:
		b.WriteString("map[")
		w.write(b, t.Key(), pos)
		b.WriteByte(']')
		w.write(b, t.Elem(), pos)
	case *types.Chan:
		switch t.Dir() {
		case types.SendOnly:
			b.WriteString("chan<- ")
		case types.RecvOnly:
			b.WriteString("<-chan ")
		default:
			b.WriteString("chan ")
		}
		b.WriteByte('(')
		w.write(b, t.Elem(), pos)
		b.WriteByte(')')
	case *types.Signature:
		b.WriteString("func")
		w.signature(b, t, pos)
	case *types.Struct:
		b.WriteString("struct{")
		for i := range t.NumFields() {
			f := t.Field(i)
			if !f.Embedded() {
				b.WriteString(f.Name() + " ")
			}
			w.write(b, f.Type(), pos)
			if tag := t.Tag(i); tag != "" {
				b.WriteString(" " + strconv.Quote(tag))
			}
			b.WriteString("; ")
		}
		b.WriteByte('}')
	case *types.Interface:
		w.interfaceText(b, t, pos)
	case *types.Union:
		for i := range t.Len() {
			if i > 0 {
				b.WriteString(" | ")
			}
			if t.Term(i).Tilde() {
				b.WriteByte('~')
			}
			w.write(b, t.Term(i).Type(), pos)
		}
	case *types.Tuple:
		w.tuple(b, t, false, pos)
	default:
		w.fail(pos, "the type %s cannot be used in a compiled cell", types.TypeString(t, qualifier))
	}
}

func (w *unitWriter) signature(b *strings.Builder, t *types.Signature, pos token.Pos) {
	w.tuple(b, t.Params(), t.Variadic(), pos)
	switch t.Results().Len() {
	case 0:
	case 1:
		b.WriteByte(' ')
		w.write(b, t.Results().At(0).Type(), pos)
	default:
		b.WriteByte(' ')
		w.tuple(b, t.Results(), false, pos)
	}
}

func (w *unitWriter) tuple(b *strings.Builder, t *types.Tuple, variadic bool, pos token.Pos) {
	b.WriteByte('(')
	for i := range t.Len() {
		if i > 0 {
			b.WriteString(", ")
		}
		v := t.At(i).Type()
		if variadic && i == t.Len()-1 {
			b.WriteString("...")
			v = elemOf(v)
		}
		w.write(b, v, pos)
	}
	b.WriteByte(')')
}

func (w *unitWriter) interfaceText(b *strings.Builder, t *types.Interface, pos token.Pos) {
	b.WriteString("interface{")
	for m := range t.ExplicitMethods() {
		name := m.Name()
		if !m.Exported() {
			if m.Pkg() == nil || m.Pkg().Path() != "main" {
				w.fail(pos, "the type %s cannot be used in a compiled cell", types.TypeString(t, qualifier))
			}
			name = exportPrefix + name
		}
		b.WriteString(name)
		w.signature(b, m.Signature(), pos)
		b.WriteString("; ")
	}
	for e := range t.EmbeddedTypes() {
		w.write(b, e, pos)
		b.WriteString("; ")
	}
	b.WriteByte('}')
}

// namedText returns the name of a declared type.
func (w *unitWriter) namedText(obj *types.TypeName, pos token.Pos) string {
	pkg := obj.Pkg()
	if pkg == nil {
		return obj.Name() // error, comparable
	}
	if pkg.Path() != "main" {
		if !obj.Exported() || obj.Parent() != pkg.Scope() {
			w.fail(pos, "a value of the type %s.%s, which its package does not export, cannot be used in a compiled cell", pkg.Name(), obj.Name())
		}
		return w.packageName(pkg.Path()) + "." + obj.Name()
	}
	if path, ok := w.f.homes[obj]; ok {
		if obj.Exported() {
			return w.unitName(path) + "." + obj.Name()
		}
		return w.unitName(path) + "." + typePrefix + obj.Name()
	}
	if pkg != w.pkg || obj.Parent() != pkg.Scope() {
		w.fail(pos, "the type %s is declared inside a function or a block, so nothing outside can use it in a compiled cell", obj.Name())
	}
	return obj.Name()
}

// packageName returns the name by which the kernel's text mentions a package.
func (w *unitWriter) packageName(path string) string {
	if w.packages[path] == "" {
		w.packages[path] = unitPrefix + "p_" + strings.Map(func(r rune) rune {
			if r < 0x80 && !token.IsIdentifier("x"+string(r)) {
				return '_'
			}
			return r
		}, path)
	}
	return w.packages[path]
}

// spellTypeParams returns "[T any, U interface{…}]", or nothing.
func (w *unitWriter) spellTypeParams(list *types.TypeParamList) string {
	if list.Len() == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteByte('[')
	for i := range list.Len() {
		if i > 0 {
			b.WriteString(", ")
		}
		p := list.At(i)
		b.WriteString(paramName(p) + " ")
		c := types.Unalias(p.Constraint())
		if it, ok := c.(*types.Interface); ok {
			// An implicit interface, as of [T ~int], is written out.
			w.interfaceText(&b, it, p.Obj().Pos())
		} else {
			w.write(&b, c, p.Obj().Pos())
		}
	}
	b.WriteByte(']')
	return b.String()
}

// paramName returns the name of a type parameter in the kernel's own text.
func paramName(p *types.TypeParam) string {
	return fmt.Sprint(unitPrefix, "T", p.Index()+1)
}

// typeArgsText returns "[T, U]", or nothing.
func typeArgsText(list *types.TypeParamList) string {
	if list.Len() == 0 {
		return ""
	}
	var names []string
	for i := range list.Len() {
		names = append(names, paramName(list.At(i)))
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// constant returns the value of an earlier cell's constant, with its type.
func (w *unitWriter) constant(obj *types.Const, pos token.Pos) string {
	v := obj.Val()
	text := ""
	switch v.Kind() {
	case constant.Bool:
		text = v.ExactString()
	case constant.String:
		text = strconv.Quote(constant.StringVal(v))
	default:
		text = number(v, obj.Type())
	}
	if b, ok := types.Unalias(obj.Type()).(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return "(" + text + ")"
	}
	return w.spell(obj.Type(), pos) + "(" + text + ")"
}

// number returns an exact constant expression for a number of a type, in
// parentheses where it needs them.
func number(v constant.Value, t types.Type) string {
	b, _ := t.Underlying().(*types.Basic)
	switch {
	case b != nil && b.Info()&types.IsComplex != 0:
		return "(" + fraction(constant.Real(v)) + " + " + fraction(constant.Imag(v)) + "*1i)"
	case b != nil && b.Kind() == types.UntypedRune:
		return "('\\x00' + " + v.ExactString() + ")"
	case b != nil && b.Info()&types.IsInteger != 0:
		return constant.ToInt(v).ExactString()
	}
	return fraction(v)
}

// fraction returns a real number as an untyped float constant.
func fraction(v constant.Value) string {
	v = constant.ToFloat(v)
	num, den := constant.Num(v), constant.Denom(v)
	if num.Kind() != constant.Int || den.Kind() != constant.Int {
		return v.ExactString()
	}
	return "(" + num.ExactString() + ".0 / " + den.ExactString() + ".0)"
}
