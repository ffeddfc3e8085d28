package interp

// This file ties compiled units (see packages guard and ir) to the session:
// their variables to the Machine's, and their functions to the variables
// through which others call them.

import (
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/guard"
	"github.com/netherfield/netherfield/kernel/ir"
)

// units are the compiled units that a Machine has.
type units struct {
	mu     sync.Mutex
	byPath map[string]*unit
	// declared holds the units' functions by the ID of their variable.
	declared map[int][]unitFunc

	some atomic.Bool // there is one

	alarm alarm
}

// A unit is a compiled unit.
type unit struct {
	*guard.Unit
	path string
	cell int // that ran it last
	// bound tells that its functions have been declared once.
	bound bool
	// redirected tells that one of its functions was declared anew.
	redirected bool
}

// A unitFunc is a function that a unit declares.
type unitFunc struct {
	*unit
	name string
}

// A notOpened is the failure to load a unit; it is panicked with while a
// program is loaded.
type notOpened struct{ error }

// openUnit returns a unit of a program.
func (m *Machine) openUnit(info *ir.Unit) *unit {
	m.units.mu.Lock()
	u := m.units.byPath[info.Path]
	m.units.mu.Unlock()
	if u == nil {
		if m.opts.OpenUnit == nil {
			panic(defectf("the compiled unit %s cannot be opened here", info.Path))
		}
		opened, err := m.opts.OpenUnit(info.Path, info.File)
		if err != nil {
			panic(notOpened{err})
		}
		u = &unit{Unit: opened, path: info.Path}
	}
	m.units.mu.Lock()
	u.cell = info.Cell
	m.units.byPath[info.Path] = u
	m.units.mu.Unlock()
	m.units.some.Store(true)
	m.alert()
	return u
}

// cellOf returns the number of the cell that ran a unit last.
func (m *Machine) cellOf(path string) int {
	m.units.mu.Lock()
	defer m.units.mu.Unlock()
	if u := m.units.byPath[path]; u != nil {
		return u.cell
	}
	return 0
}

// A bound is a session variable and the unit's pointer to it.
type bound struct {
	pointer *unsafe.Pointer
	v       *variable
	step    int
}

// A nativeDecl is a declared function of a unit and its session variable.
type nativeDecl struct {
	unitFunc
	v     *variable
	value reflect.Value
}

// bindUnit finds the session variables of a unit, making those that do not
// exist.
func (m *Machine) bindUnit(p *ir.Program, info *ir.Unit, prog *program) {
	u := m.openUnit(info)
	prog.units = append(prog.units, u)
	use := func(name string, id int, t reflect.Type) *variable {
		v, fresh := m.variable(ir.Variable{ID: id, Name: name}, t)
		if fresh {
			prog.fresh = append(prog.fresh, v)
		}
		return v
	}
	for _, x := range info.Vars {
		pp := reflect.ValueOf(u.Vars[x.Name])
		if pp.Kind() != reflect.Pointer || pp.IsNil() || pp.Type().Elem().Kind() != reflect.Pointer {
			panic(defectf("unit %s has no variable %s", u.path, x.Name))
		}
		if x.Carries != 0 {
			m.carry(x, pp.Type().Elem().Elem())
		}
		v := use(x.Name, x.ID, pp.Type().Elem().Elem())
		prog.bounds = append(prog.bounds, bound{(*unsafe.Pointer)(pp.UnsafePointer()), v, x.Step})
	}
	// What an earlier cell declared may have been declared anew since.
	declares := info.Cell == p.Cell || !u.bound
	for _, x := range info.Funcs {
		fn := reflect.ValueOf(u.Funcs[x.Name])
		if fn.Kind() != reflect.Func || fn.IsNil() {
			panic(defectf("unit %s has no function %s", u.path, x.Name))
		}
		if !declares {
			continue
		}
		v := use(x.Name, x.ID, fn.Type())
		v.function = true
		prog.natives = append(prog.natives, nativeDecl{unitFunc{u, x.Name}, v, fn})
	}
}

// carry gives a variable the memory of another, under its own type. It does
// nothing if the variable exists.
func (m *Machine) carry(x ir.UnitVar, t reflect.Type) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.vars[x.Carries]
	if old == nil || m.vars[x.ID] != nil {
		return
	}
	if old.t.Size() != t.Size() || old.t.Kind() != t.Kind() {
		panic(defectf("variable %s cannot become a %v: it is a %v", x.Name, t, old.t))
	}
	m.vars[x.ID] = &variable{id: x.ID, name: x.Name, t: t, v: reflect.NewAt(t, old.p).Elem(), p: old.p}
}

// declare makes a program's bindings and functions those of the session.
func (m *Machine) declare(prog *program, g *group) {
	for _, b := range prog.bounds {
		if *b.pointer != b.v.p {
			*b.pointer = b.v.p
		}
	}
	for _, d := range prog.decls {
		*(*unsafe.Pointer)(d.v.p) = d.fn.sig.funcValue(&closure{fn: d.fn})
		g.declare(d.v)
		m.redirect(d.v, nil)
	}
	for _, d := range prog.natives {
		*(*unsafe.Pointer)(d.v.p) = funcWord(d.value)
		g.declare(d.v)
		m.units.mu.Lock()
		known := false
		for _, f := range m.units.declared[d.v.id] {
			known = known || f == d.unitFunc
		}
		if !known {
			m.units.declared[d.v.id] = append(m.units.declared[d.v.id], d.unitFunc)
		}
		m.units.mu.Unlock()
		m.redirect(d.v, d.unit)
	}
	m.units.mu.Lock()
	for _, u := range prog.units {
		u.bound = true
	}
	m.units.mu.Unlock()
}

// redirect sends the calls that units make of the function in v to what v
// holds now, which unit by declared; nil: an interpreted cell.
func (m *Machine) redirect(v *variable, by *unit) {
	m.units.mu.Lock()
	list := m.units.declared[v.id]
	for _, f := range list {
		r := reflect.ValueOf(f.Redirects[f.name])
		if r.Kind() != reflect.Pointer || !alike(r.Type().Elem(), v.t) {
			continue
		}
		to := (*unsafe.Pointer)(r.UnsafePointer())
		if f.unit == by {
			*to = nil
		} else {
			*to = *(*unsafe.Pointer)(v.p)
		}
		f.redirected = false
		for _, r := range f.Redirects {
			if !reflect.ValueOf(r).Elem().IsNil() {
				f.redirected = true
			}
		}
	}
	m.units.mu.Unlock()
	if len(list) > 0 {
		m.alert()
	}
}

// completed declares the variables whose statements have run in a unit.
func (prog *program) completed(g *group, n int) {
	for _, b := range prog.bounds {
		if b.step >= 0 && b.step < n {
			g.declare(b.v)
		}
	}
}

// bodyOf returns the statements of a program that a unit holds.
func (prog *program) bodyOf(path string) func() {
	for _, u := range prog.units {
		if u.path == path && u.Body != nil {
			return u.Body
		}
	}
	panic(defectf("no unit of the program has the statements of %s", path))
}
