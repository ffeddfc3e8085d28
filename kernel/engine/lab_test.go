package engine

// This file gives the tests of compiled units what they need: a worker of the
// real program, as test binaries cannot open its plugins, and units built from
// testdata/units.

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/netherfield/netherfield/kernel/build"
	"github.com/netherfield/netherfield/kernel/ir"
)

// A unitLab holds what is built once for all tests.
type unitLab struct {
	main  string            // the program
	paths map[string]string // of units, by the names of their files
	files map[string]string // their plugins
}

var (
	labOnce sync.Once
	labUnit *unitLab
)

// buildLab builds the program and the units.
func buildLab(t testing.TB) *unitLab {
	t.Helper()
	labOnce.Do(func() {
		l := &unitLab{paths: map[string]string{}, files: map[string]string{}}
		var err error
		if l.main, err = kernelBinary(); err != nil {
			t.Fatalf("the tests of compiled units need the Go toolchain and a C compiler: %v", err)
		}
		info, err := buildinfo.ReadFile(l.main)
		if err != nil {
			t.Fatal(err)
		}
		builder := build.New(build.Opts{Sources: kernelSources(t), Host: info})
		guardPath := kernelPath + "guard"
		for _, u := range []build.Unit{
			{Path: "cell/a1", Imports: []string{"fmt", "slices"}},
			{Path: "cell/b2", Units: []string{"cell/a1"}},
			{Path: "cell/c3", Imports: []string{"errors", "fmt", "net/http", "net/http/httptest", "os", "runtime", "strings", "sync", "time"}},
			{Path: "cell/d4"},
		} {
			name := u.Path[len("cell/"):]
			text, err := os.ReadFile("testdata/units/" + name + ".go.txt")
			if err != nil {
				t.Fatal(err)
			}
			source := l.withPaths(string(text))
			hash := sha256.Sum256([]byte(builder.Salt() + source))
			l.paths[name] = "cell/" + hex.EncodeToString(hash[:12])
			u.Path, u.Source = l.paths[name], []byte(l.withPaths(source))
			u.Imports = append(u.Imports, guardPath)
			for i, path := range u.Units {
				u.Units[i] = l.withPaths(path)
			}
			if l.files[name], err = builder.Build(t.Context(), u); err != nil {
				t.Fatal(err)
			}
		}
		labUnit = l
	})
	if labUnit == nil {
		t.Fatal("the units of these tests were not built; the first of the tests says why")
	}
	return labUnit
}

// withPaths replaces cell/a1 and the like by the units' real paths.
func (l *unitLab) withPaths(s string) string {
	for name, path := range l.paths {
		s = strings.ReplaceAll(s, "cell/"+name, path)
	}
	return s
}

// A workbench is a worker that takes programs written by hand.
type workbench struct {
	t *testing.T
	l *unitLab
	p *process

	mu             sync.Mutex
	stdout, stderr bytes.Buffer
	late           []*Failure
	reports        chan report
	nextID         uint64
	callType       *int
}

func newWorkbench(t *testing.T) *workbench {
	l := buildLab(t)
	w := &workbench{t: t, l: l, reports: make(chan report, 100)}
	sink := func(b *bytes.Buffer) func([]byte) {
		return func(p []byte) {
			w.mu.Lock()
			defer w.mu.Unlock()
			b.Write(p)
		}
	}
	var err error
	if w.p, err = startProcess([]string{l.main, "worker"}, sink(&w.stdout), sink(&w.stderr)); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(w.reports)
		for {
			var r report
			if w.p.pipe.receive(&r) != nil {
				return
			}
			switch r.Kind {
			case reportGoroutine:
				w.mu.Lock()
				w.late = append(w.late, r.Failure)
				w.mu.Unlock()
			case reportDone:
				w.reports <- r
			}
		}
	}()
	t.Cleanup(func() {
		w.p.kill()
		for range w.reports {
		}
	})
	return w
}

// start sends a program, and end waits for its report.
func (w *workbench) start(p *ir.Program) {
	w.nextID++
	if err := w.p.pipe.send(order{Kind: orderRun, ID: w.nextID, Program: ir.Encode(p)}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workbench) end() report {
	w.t.Helper()
	select {
	case r, ok := <-w.reports:
		if !ok {
			<-w.p.ended
			w.t.Fatalf("the worker died: %v\n%s", w.p.exit, w.errors())
		}
		return r
	case <-time.After(20 * time.Second):
		w.t.Fatal("the worker does not answer")
	}
	panic("unreachable")
}

func (w *workbench) run(p *ir.Program) report {
	w.t.Helper()
	w.start(p)
	return w.end()
}

// shows runs a program and returns the text of what it shows.
func (w *workbench) shows(p *ir.Program) string {
	w.t.Helper()
	r := w.run(p)
	if r.Failure != nil {
		w.t.Fatalf("%s\n%v\n%s", r.Failure.Message, r.Failure.Frames, r.Failure.Note)
	}
	var b struct{ Data map[string]any }
	if r.Data != nil {
		if err := json.Unmarshal(r.Data, &b); err != nil {
			w.t.Fatal(err)
		}
	}
	s, _ := b.Data["text/plain"].(string)
	return s
}

func (w *workbench) fails(p *ir.Program) *Failure {
	w.t.Helper()
	r := w.run(p)
	if r.Failure == nil {
		w.t.Fatalf("it does not fail: %s", r.Data)
	}
	return r.Failure
}

func (w *workbench) interrupt() { w.p.pipe.send(order{Kind: orderInterrupt}) }

func (w *workbench) errors() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stderr.String()
}

func (w *workbench) printed() string {
	w.p.stdout.drain()
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.stdout.String()
	w.stdout.Reset()
	return s
}

// lateFailures returns what goroutines of earlier cells failed with.
func (w *workbench) lateFailures() []*Failure {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.late
}

// A script is a program being written.
type script struct {
	*ir.Program
	types   map[string]int
	globals map[string]int
	w       *workbench
}

// script begins an interpreted program.
func (w *workbench) script(cell int) *script {
	s := &script{Program: &ir.Program{Cell: cell}, types: map[string]int{}, globals: map[string]int{}, w: w}
	s.Main = &ir.Func{Name: "cell", Type: s.typ(ir.Type{Kind: reflect.Func}), Body: &ir.Node{Op: ir.Block}}
	return s
}

func (s *script) typ(t ir.Type) int {
	s.Types = append(s.Types, t)
	return len(s.Types) - 1
}

func (s *script) basic(k reflect.Kind) int { return s.typ(ir.Type{Kind: k}) }

func (s *script) named(path, name string) int { return s.typ(ir.Type{Path: path, Name: name}) }

func (s *script) pointer(t int) int { return s.typ(ir.Type{Kind: reflect.Pointer, Elem: t}) }

func (s *script) fn(in []int, out ...int) int {
	return s.typ(ir.Type{Kind: reflect.Func, In: in, Out: out})
}

// global returns a use of a session variable.
func (s *script) global(name string, id, t int) *ir.Node {
	g, ok := s.globals[name]
	if !ok {
		g = len(s.Globals)
		s.Globals = append(s.Globals, ir.Variable{ID: id, Name: name, Type: t})
		s.globals[name] = g
	}
	return &ir.Node{Op: ir.Global, N: g, Type: t, Line: 1}
}

// define adds a declaration of a session variable.
func (s *script) define(name string, id int, value *ir.Node) *ir.Node {
	use := s.global(name, id, value.Type)
	s.do(&ir.Node{Op: ir.Assign, N: 1, Kids: []*ir.Node{{Op: ir.NewGlobal, N: use.N, Type: value.Type}, value}})
	return use
}

// do adds a statement, at a line of its own.
func (s *script) do(n *ir.Node) {
	n.Line = len(s.Main.Body.Kids) + 1
	s.Main.Body.Kids = append(s.Main.Body.Kids, n)
}

func (s *script) show(values ...*ir.Node) { s.do(&ir.Node{Op: ir.Show, Kids: values}) }

func (s *script) int(n string) *ir.Node {
	return &ir.Node{Op: ir.Const, S: n, Type: s.basic(reflect.Int)}
}

func (s *script) string(text string) *ir.Node {
	return &ir.Node{Op: ir.Const, S: text, Type: s.basic(reflect.String)}
}

func (s *script) convert(x *ir.Node, t int) *ir.Node {
	return &ir.Node{Op: ir.Convert, Type: t, Kids: []*ir.Node{x}}
}

func call(t, line int, fn *ir.Node, args ...*ir.Node) *ir.Node {
	return &ir.Node{Op: ir.Call, Type: t, Line: line, Kids: append([]*ir.Node{fn}, args...)}
}

// use adds a unit.
func (s *script) use(u ir.Unit) { s.Units = append(s.Units, u) }

// compiled begins a program whose statements are those of a unit.
func (w *workbench) compiled(u ir.Unit, steps ...int) *ir.Program {
	return &ir.Program{Cell: u.Cell, Units: []ir.Unit{u}, Body: u.Path, Steps: steps}
}
