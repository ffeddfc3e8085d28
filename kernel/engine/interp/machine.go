package interp

// This file holds the Machine: its options, the session's variables and Run.

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/netherfield/netherfield/kernel/guard"
	"github.com/netherfield/netherfield/kernel/ir"
)

// Opts are the options of a Machine.
type Opts struct {
	// Resolver finds the symbols of packages. It is required.
	Resolver Resolver
	// Overrides replaces package functions, by import path and name, as
	// in "time.Sleep". The Machine replaces time.Sleep by one that can be
	// interrupted, and os.Exit, log.Fatal, log.Fatalf and log.Fatalln by
	// ones that end the cell; entries here come before those.
	Overrides map[string]any
	// GoroutineFailed is called with the panic of a goroutine whose cell
	// is over. It is called on that goroutine; nil ignores such panics.
	GoroutineFailed func(Failure)
	// Grace is how long an interrupted cell may take to return from
	// compiled code before it is abandoned; 0 means 50 ms.
	Grace time.Duration
	// OpenUnit loads a compiled unit and returns what it registered.
	// Without it programs cannot have units.
	OpenUnit func(path, file string) (*guard.Unit, error)
	// MaxStack bounds the bytes of stack of a goroutine; 0 means 400 MB.
	// It must be well below half of what debug.SetMaxStack allows.
	MaxStack int
}

// A Machine runs the programs of one session.
type Machine struct {
	opts       Opts
	overrides  map[string]reflect.Value
	maxStack   int
	blocks     blocks
	heads      sync.Map // headKey -> unsafe.Pointer
	methods    sync.Map // methodKey -> reflect.Value
	functionID atomic.Uint64
	strangers  *group // of goroutines that belong to no cell
	units      units
	closing    sync.Once

	mu         sync.Mutex
	vars       map[int]*variable
	signatures map[reflect.Type]*signature
	groups     map[*group]int // with live goroutines
	labels     map[uintptr]*group
	current    *group

	threadMu    sync.RWMutex
	threads     map[uintptr]*thread
	threadSlots [threadSlots]atomic.Pointer[thread]
}

// A variable is a session variable.
type variable struct {
	id   int
	name string
	t    reflect.Type
	p    unsafe.Pointer
	v    reflect.Value
	// function tells that a function declaration made it.
	function bool
}

// New returns a Machine without variables.
func New(o Opts) *Machine {
	if o.Resolver == nil {
		panic("interp: Opts without a Resolver")
	}
	if o.Grace == 0 {
		o.Grace = 50 * time.Millisecond
	}
	if o.MaxStack == 0 {
		o.MaxStack = 400 << 20
	}
	m := &Machine{
		opts: o, maxStack: o.MaxStack,
		vars:       map[int]*variable{},
		signatures: map[reflect.Type]*signature{},
		groups:     map[*group]int{},
		labels:     map[uintptr]*group{},
		threads:    map[uintptr]*thread{},
	}
	m.units.byPath, m.units.declared = map[string]*unit{}, map[int][]unitFunc{}
	m.units.alarm.closed = make(chan struct{})
	m.strangers = newGroup(m, 0)
	m.overrides = m.defaultOverrides()
	for name, f := range o.Overrides {
		v := reflect.ValueOf(f)
		if v.Kind() != reflect.Func {
			panic(fmt.Sprintf("interp: the override of %s is a %T, not a function", name, f))
		}
		m.overrides[name] = v
	}
	return m
}

func (m *Machine) newFunctionID() uint { return uint(m.functionID.Add(1)) }

// Variable returns a session variable, addressable. It is false for an ID
// that is not in use.
func (m *Machine) Variable(id int) (reflect.Value, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v := m.vars[id]; v != nil {
		return v.v, true
	}
	return reflect.Value{}, false
}

// Define makes a session variable with a copy of v. An addressable v is the
// variable from now on, so that other code can share it.
func (m *Machine) Define(id int, name string, v reflect.Value) {
	x := v
	if !v.CanAddr() {
		x = reflect.New(v.Type()).Elem()
		x.Set(v)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.vars[id] = &variable{id: id, name: name, t: x.Type(), v: x, p: x.Addr().UnsafePointer()}
}

// Drop forgets a session variable. Functions that use it keep it alive.
func (m *Machine) Drop(id int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.vars, id)
}

// Interrupt stops the running program, if there is one: its main flow and the
// goroutines that it started unwind, running their deferred calls, in which a
// second Interrupt stops them.
// It reports whether there was one.
func (m *Machine) Interrupt() bool {
	m.mu.Lock()
	g := m.current
	m.mu.Unlock()
	if g == nil {
		return false
	}
	g.interrupt()
	return true
}

// Close stops all goroutines of all programs and waits a moment for them. A
// goroutine that is in compiled code ends when that returns.
func (m *Machine) Close() {
	m.closing.Do(func() { close(m.units.alarm.closed) })
	m.mu.Lock()
	var groups []*group
	for g := range m.groups {
		groups = append(groups, g)
	}
	m.mu.Unlock()
	for _, g := range append(groups, m.strangers) {
		g.stop()
	}
	for _, g := range groups {
		g.wait(m.opts.Grace)
		g.kill()
	}
}

// wait waits until the group has no goroutines, but not longer than d.
func (g *group) wait(d time.Duration) {
	for end := time.Now().Add(d); !g.idle() && time.Now().Before(end); {
		time.Sleep(time.Millisecond / 2)
	}
}

// A Result is what a program leaves.
type Result struct {
	// Shown holds the values of the Show statements.
	Shown []reflect.Value
	// Completed is the number of the top-level statements that ran to
	// their end.
	Completed int
	// Set lists the IDs of the variables that the program declared and
	// that got their values, including those of declared functions.
	Set []int
	// Failure is why the program ended early; nil if it did not.
	Failure *Failure
}

// Run runs a program to its end. Its goroutines may go on afterwards.
func (m *Machine) Run(p *ir.Program) Result {
	prog, fail := m.load(p)
	if fail != nil {
		return Result{Failure: fail}
	}
	g := newGroup(m, p.Cell)
	g.running = true
	m.mu.Lock()
	if m.current != nil {
		m.mu.Unlock()
		panic("interp: Run while a program runs")
	}
	m.current = g
	m.mu.Unlock()

	m.declare(prog, g)
	th := m.newThread(g)
	done := make(chan *Failure, 1)
	g.enter()
	go th.runMain(prog, done)
	f, abandoned := g.await(th, done)

	prog.completed(g, int(g.completed.Load()))
	g.mu.Lock()
	g.running = false
	if g.failure != nil && (f == nil || f.Kind == Interrupted) {
		f = g.failure
	}
	r := Result{Shown: g.shown, Set: g.set, Completed: int(g.completed.Load()), Failure: f}
	g.shown = nil
	g.mu.Unlock()
	if abandoned && len(f.Frames) == 0 && r.Completed < len(prog.lines) {
		f.Frames = append(f.Frames, Frame{Cell: p.Cell, Func: prog.name, Line: prog.lines[r.Completed]})
	}
	m.mu.Lock()
	m.current = nil
	for _, v := range prog.fresh {
		if !g.isSet(v) {
			delete(m.vars, v.id)
		}
	}
	m.mu.Unlock()
	return r
}

func (g *group) isSet(v *variable) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.declared[v]
}

// await waits for the main flow. When the cell is stopped and the main flow
// does not return from compiled code, it is abandoned.
func (g *group) await(th *thread, done chan *Failure) (f *Failure, abandoned bool) {
	select {
	case f := <-done:
		return f, false
	case <-g.stopped:
	}
	grace := g.m.opts.Grace
	killed := g.killed
	for {
		select {
		case f := <-done:
			g.wait(grace)
			return f, false
		case <-killed:
			killed = nil
			continue
		case <-time.After(grace):
		}
		if th.unwinding.Load() && killed != nil {
			// Deferred calls run; they may take their time until
			// the second interrupt.
			select {
			case f := <-done:
				g.wait(grace)
				return f, false
			case <-killed:
				killed = nil
				continue
			}
		}
		f := &Failure{Kind: Interrupted, Message: "interrupted", Note: "the cell's main flow was left behind"}
		name := ""
		if name, f.Frames = th.blockedIn(); name != "" {
			f.Note = name + " did not return and was left behind"
		}
		return f, true
	}
}

// A program is loaded: compiled, its variables there.
type program struct {
	name  string // of the main function
	main  *function
	body  func() // instead of main: the statements of a unit
	stmts []stmt
	lines []int
	decls []decl
	fresh []*variable

	units   []*unit
	bounds  []bound
	natives []nativeDecl
}

type decl struct {
	v  *variable
	fn *function
}

// load compiles a program. Nothing of the session changes except that new
// variables exist.
func (m *Machine) load(p *ir.Program) (prog *program, fail *Failure) {
	prog = &program{}
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		for _, x := range prog.fresh {
			m.Drop(x.id)
		}
		f := &Failure{Kind: Internal, Value: v}
		switch v := v.(type) {
		case notOpened:
			f.Value, f.Message = v.error, v.Error()
		case defect:
			f.Message = "the program cannot be run: " + string(v)
		default:
			f.Message = fmt.Sprintf("the program cannot be run: %v", v)
			f.Note = string(debug.Stack())
		}
		prog, fail = nil, f
	}()
	switch {
	case p == nil, p.Body == "" && (p.Main == nil || p.Main.Body == nil):
		panic(defectf("it has no main function"))
	case p.Body != "" && p.Main != nil:
		panic(defectf("it has two main functions"))
	}
	for i := range p.Units {
		m.bindUnit(p, &p.Units[i], prog)
	}
	c := &compiler{m: m, p: p, types: make([]reflect.Type, len(p.Types))}
	for _, g := range p.Globals {
		v, fresh := m.variable(g, c.typ(g.Type))
		c.globals = append(c.globals, v)
		if fresh {
			prog.fresh = append(prog.fresh, v)
		}
	}
	for _, d := range p.Decls {
		c.global(d.Global).function = true
	}
	for _, d := range p.Decls {
		if d.Func == nil || len(d.Func.Captures) > 0 {
			panic(defectf("a declaration without a function of its own"))
		}
		fn := c.function(d.Func)
		v := c.global(d.Global)
		if v.t != fn.sig.t {
			panic(defectf("function %s of type %v for a variable of type %v", d.Func.Name, fn.sig.t, v.t))
		}
		prog.decls = append(prog.decls, decl{v, fn})
	}
	if p.Body != "" {
		prog.name, prog.lines, prog.body = "cell", p.Steps, prog.bodyOf(p.Body)
	} else {
		c.main(p.Main, prog)
	}
	return prog, nil
}

// main compiles the cell's statements.
func (c *compiler) main(src *ir.Func, prog *program) {
	body := src.Body
	if body.Op != ir.Block {
		body = &ir.Node{Op: ir.Block, Kids: []*ir.Node{body}}
	}
	copied := *src
	copied.Body = body
	prog.main = c.topLevel(&copied, prog)
	prog.name = prog.main.name
}

// variable returns the session variable of a program, making it if it does
// not exist.
func (m *Machine) variable(g ir.Variable, t reflect.Type) (v *variable, fresh bool) {
	if t == nil {
		panic(defectf("variable %s is a tuple", g.Name))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if v := m.vars[g.ID]; v != nil {
		if v.t != t && !alike(v.t, t) {
			panic(defectf("variable %s (%d) is a %v, not a %v", g.Name, g.ID, v.t, t))
		}
		if v.t != t {
			v.t, v.v = t, reflect.NewAt(t, v.p).Elem()
		}
		return v, false
	}
	x, p := storage(t)
	v = &variable{id: g.ID, name: g.Name, t: t, v: x, p: p}
	m.vars[g.ID] = v
	return v, true
}

// runMain runs a program's statements on this goroutine.
func (th *thread) runMain(prog *program, done chan<- *Failure) {
	th.bind()
	th.group.label()
	th.goroutine.Store(goroutineID())
	th.done = done
	returned := false
	defer func() {
		var f *Failure
		if v := recover(); v != nil {
			f = th.panicFailure(Panic, v)
		} else if th.failure != nil {
			f = th.failure
		} else if !returned && th.group.stopFlag.Load() != 0 {
			// The stop came by way of a coroutine.
			f = &Failure{Kind: Interrupted, Message: "interrupted", Frames: th.trace()}
		} else if !returned {
			f = &Failure{Kind: Exit, Message: "runtime.Goexit called"}
		}
		th.unbind()
		done <- f
	}()
	if prog.body != nil {
		prog.body()
	} else {
		f := prog.main.frame(th)
		f.call(&closure{fn: prog.main}, &th.base, th.base.room)
	}
	returned = true
}

// topLevel compiles the main function, whose statements are counted.
func (c *compiler) topLevel(src *ir.Func, prog *program) *function {
	fn := c.functionWith(src, func(b *builder) stmt {
		for _, k := range src.Body.Kids {
			s := b.stmt(k)
			prog.stmts = append(prog.stmts, s)
			prog.lines = append(prog.lines, k.Line)
		}
		return func(f *frame) ctl {
			g := f.th.group
			for i, s := range prog.stmts {
				if c := s(f); c != next {
					return c
				}
				g.completed.Store(int64(i + 1))
				if f.stop.Load() != 0 {
					f.th.halt()
				}
			}
			return next
		}
	})
	return fn
}
