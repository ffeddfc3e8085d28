package cell

// This file recognises declarations that a cell repeats. A type that is
// declared again with the same text and the same methods, whose names mean what
// they meant, is the type of before: values of it stay values of it, and
// nothing is compiled. The same holds for generic functions.

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// A group is declarations that stand or fall together: of types, with all
// their methods, or of a function.
type group struct {
	decls []ast.Decl
	names []string
	text  string
}

// groupMark stands between the declarations in a group's text.
const groupMark = "\n\x00"

// groups returns the groups of a cell's declarations.
func (c *checked) groups() []*group {
	var all []*group
	byType := map[string]*group{}
	for _, d := range c.decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			if d.Tok != token.TYPE {
				continue
			}
			g := &group{decls: []ast.Decl{d}, text: c.sourceOf(d)}
			for _, sp := range d.Specs {
				name := sp.(*ast.TypeSpec).Name.Name
				g.names = append(g.names, name)
				byType[name] = g
			}
			all = append(all, g)
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name != "_" && d.Name.Name != "init" {
				all = append(all, &group{decls: []ast.Decl{d}, names: []string{d.Name.Name}, text: c.sourceOf(d)})
			}
		}
	}
	for _, d := range c.decls {
		fd, ok := d.(*ast.FuncDecl)
		if !ok || fd.Recv == nil {
			continue
		}
		if g := byType[receiverName(fd)]; g != nil {
			g.decls = append(g.decls, fd)
			g.text += groupMark + c.sourceOf(fd)
		}
	}
	return all
}

// receiverName returns the name of the type that a method belongs to.
func receiverName(fd *ast.FuncDecl) string {
	if len(fd.Recv.List) != 1 {
		return ""
	}
	e := fd.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

func (c *checked) sourceOf(n ast.Node) string {
	return c.src[c.offset(n.Pos()):c.offset(n.End())]
}

// A meaning is what a name in a group's text stands for.
type meaning struct {
	object types.Object // of types, generic functions
	id     int          // of variables and functions
	what   string       // the type, the value of a constant, the path of a package
}

// mentions returns the meanings of the names that a group's text mentions and
// does not declare. Now gives the session's own view of a name.
func (c *checked) mentions(g *group, now func(obj types.Object) meaning) map[string]meaning {
	out := map[string]meaning{}
	for _, d := range g.decls {
		ast.Inspect(d, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			obj := c.info.Uses[id]
			if obj == nil || obj.Pkg() == nil {
				return true
			}
			if p, ok := obj.(*types.PkgName); ok {
				out[id.Name] = meaning{what: p.Imported().Path()}
				return true
			}
			if obj.Pkg().Path() != "main" {
				return true
			}
			switch obj := obj.(type) {
			case *types.Var:
				if obj.IsField() || c.used[obj] == nil && obj.Parent() != c.pkg.Scope() {
					return true
				}
			case *types.Func:
				if obj.Signature().Recv() != nil {
					return true
				}
			default:
				if c.used[obj] == nil && obj.Parent() != c.pkg.Scope() {
					return true
				}
			}
			out[id.Name] = now(obj)
			return true
		})
	}
	return out
}

// unchanged returns the groups of a checked cell that earlier cells have
// declared just so.
func (f *Frontend) unchanged(c *checked) []*group {
	same := map[string]*group{} // by declared name
	var list []*group
	for _, g := range c.groups() {
		ok := true
		for _, name := range g.names {
			n := f.names[name]
			ok = ok && n != nil && n.group == g.text && f.homes[n.Object] != ""
		}
		if ok {
			for _, name := range g.names {
				same[name] = g
			}
			list = append(list, g)
		}
	}
	// What a group mentions may be another group of the cell: drop until
	// nothing changes.
	for changed := true; changed; {
		changed = false
		for i, g := range list {
			if g == nil || f.meansTheSame(c, g, same) {
				continue
			}
			for _, name := range g.names {
				delete(same, name)
			}
			list[i] = nil
			changed = true
		}
	}
	var out []*group
	for _, g := range list {
		if g != nil {
			out = append(out, g)
		}
	}
	return out
}

// meansTheSame tells whether all that a group mentions means what it meant
// when the session's declaration of it was made.
func (f *Frontend) meansTheSame(c *checked, g *group, same map[string]*group) bool {
	old := f.names[g.names[0]].mentions
	now := c.mentions(g, func(obj types.Object) meaning {
		m := f.meaningOf(obj)
		if c.used[obj] == nil { // of this cell
			if n := f.names[obj.Name()]; n != nil {
				if same[obj.Name()] != nil {
					m.object = n.Object
				}
			}
		}
		return m
	})
	if len(old) != len(now) {
		return false
	}
	for name, m := range now {
		if old[name] != m {
			return false
		}
	}
	return true
}

// meaningOf returns what an object is, for comparison.
func (f *Frontend) meaningOf(obj types.Object) meaning {
	m := meaning{what: types.TypeString(obj.Type(), qualifier)}
	switch o := obj.(type) {
	case *types.Const:
		m.what += " " + exactValue(o.Val())
	case *types.TypeName:
		m.object = obj
	case *types.Func:
		if o.Signature().TypeParams() != nil {
			m.object = obj
			break
		}
		m.id = f.idOf(obj)
	case *types.Var:
		m.id = f.idOf(obj)
	}
	return m
}

func exactValue(v constant.Value) string { return v.Kind().String() + " " + v.ExactString() }

func (f *Frontend) idOf(obj types.Object) int {
	if n := f.names[obj.Name()]; n != nil {
		return n.ID
	}
	return 0
}

// leaveOut takes groups out of a cell and says what remains declared.
func (c *checked) leaveOut(list []*group) {
	drop := map[ast.Decl]bool{}
	for _, g := range list {
		for _, d := range g.decls {
			drop[d] = true
		}
		c.repeats = append(c.repeats, g.names...)
	}
	var keep []ast.Decl
	for _, d := range c.decls {
		if !drop[d] {
			keep = append(keep, d)
		}
	}
	c.decls = keep
}

// noteGroups remembers with the names what their declarations mention.
func (b *binding) noteGroups() {
	byName := map[string]*Name{}
	for _, n := range b.names {
		byName[n.Object.Name()] = n
	}
	for _, g := range b.groups() {
		mentions := b.mentions(g, func(obj types.Object) meaning {
			m := b.f.meaningOf(obj)
			if n := b.variable(obj); n != nil {
				m.id = n.ID
			}
			return m
		})
		for _, name := range g.names {
			if n := byName[name]; n != nil {
				n.group, n.mentions = g.text, mentions
			}
		}
	}
}
