package interp_test

// This file gives the tests sessions: cells are prepared by the front end and
// run by a Machine.

import (
	"go/token"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/engine/interp"
	"github.com/netherfield/netherfield/kernel/ir"
	"github.com/netherfield/netherfield/kernel/symbols"
)

// tables resolves names in the generated symbol tables.
type tables struct{}

func (tables) Func(path, name string) (reflect.Value, bool) { return symbols.Func(path, name) }
func (tables) Var(path, name string) (reflect.Value, bool)  { return symbols.Var(path, name) }
func (tables) Type(path, name string) (reflect.Type, bool)  { return symbols.Type(path, name) }
func (tables) Instance(path, name string, typeArgs []string) (reflect.Value, bool) {
	return symbols.Instance(path, name, typeArgs)
}

type catalog struct{ *symbols.Importer }

func (catalog) ByName(name string) []string { return symbols.ByName(name) }
func (catalog) Paths() []string             { return symbols.Packages() }
func (catalog) Name(path string) string     { return symbols.PackageName(path) }
func (catalog) Doc(path, name string) string {
	return ""
}
func (catalog) Has(path, name string, typeArgs []string) bool {
	if len(typeArgs) > 0 {
		if _, ok := symbols.Instance(path, name, typeArgs); ok {
			return true
		}
		name += "[" + strings.Join(typeArgs, ",") + "]"
	}
	_, isFunc := symbols.Func(path, name)
	_, isVar := symbols.Var(path, name)
	_, isType := symbols.Type(path, name)
	return isFunc || isVar || isType
}

// packages is shared, as reading export data is most of a session's start.
var packages = sync.OnceValue(func() cell.Packages {
	return catalog{symbols.NewImporter(token.NewFileSet())}
})

// A session runs cells one after the other.
type session struct {
	t     testing.TB
	front *cell.Frontend
	m     *interp.Machine
	n     int
	mu    sync.Mutex
	late  []interp.Failure
}

func newSession(t testing.TB) *session {
	s := &session{t: t, front: cell.New(cell.Opts{Packages: packages()})}
	s.m = interp.New(interp.Opts{Resolver: tables{}, GoroutineFailed: func(f interp.Failure) {
		s.mu.Lock()
		s.late = append(s.late, f)
		s.mu.Unlock()
	}})
	t.Cleanup(s.m.Close)
	return s
}

// prepare lowers a cell.
func (s *session) prepare(src string) *cell.Cell {
	s.t.Helper()
	s.n++
	c, err := s.front.Prepare(s.n, src)
	if err != nil {
		s.t.Fatalf("cell %d: %v\n%.500s", s.n, err, src)
	}
	c.Program, err = ir.Decode(ir.Encode(c.Program))
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// run runs a cell and makes its names known.
func (s *session) run(src string) interp.Result {
	s.t.Helper()
	c := s.prepare(src)
	r := s.m.Run(c.Program)
	s.front.Commit(c, r.Completed)
	return r
}

// ok runs a cell that must not fail and returns the values it shows.
func (s *session) ok(src string) []any {
	s.t.Helper()
	r := s.run(src)
	if r.Failure != nil {
		s.t.Fatalf("%.500s\n%v: %s\n%+v\n%s", src, r.Failure.Kind, r.Failure.Message, r.Failure.Frames, r.Failure.Note)
	}
	var out []any
	for _, v := range r.Shown {
		out = append(out, v.Interface())
	}
	return out
}

// fails runs a cell that must fail.
func (s *session) fails(src string) *interp.Failure {
	s.t.Helper()
	r := s.run(src)
	if r.Failure == nil {
		s.t.Fatalf("%s\ndoes not fail", src)
	}
	return r.Failure
}

// output returns what f writes to os.Stdout.
func output(t testing.TB, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	saved := os.Stdout
	os.Stdout = w
	done := make(chan string)
	go func() {
		b, _ := io.ReadAll(r)
		done <- string(b)
	}()
	f()
	os.Stdout = saved
	w.Close()
	out := <-done
	r.Close()
	return out
}
