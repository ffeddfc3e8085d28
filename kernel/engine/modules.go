package engine

// This file offers the packages of third-party modules, and of the user's own
// modules beside the notebook, to cells.

import (
	"context"
	"errors"
	"go/types"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/netherfield/netherfield/kernel/build"
	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/module"
)

// modules are what a session can import beyond what the kernel has. They are
// opened when they are first needed: most sessions do without.
type modules struct {
	builder Builder
	host    types.Importer
	dir     func() string
	ctx     context.Context // ends with the engine

	mu      sync.Mutex
	session *module.Session
	beside  string // the go.mod or go.work of session
	used    bool   // session has given a package to a cell, or got a module
	got     bool
	closed  bool
	imports *imports // of the cell that is being planned; nil if none is
	// packages are all that cells were given, by ID: an old edition is in
	// use for as long as variables have its types.
	packages map[string]*module.Package
	// ahead are the packages that are being loaded for completion; the
	// channels are closed when they are there.
	ahead   map[string]chan struct{}
	serving sync.WaitGroup
}

// imports are the packages of modules that a cell needs. The front end does
// not wait for them, because completion waits for the front end.
type imports struct {
	wanted []string
	loaded map[string]loaded
}

// loaded is what became of an import.
type loaded struct {
	pkg *module.Package
	err error
}

func newModules(b Builder, host types.Importer, dir func() string, ctx context.Context) *modules {
	return &modules{builder: b, host: host, dir: dir, ctx: ctx,
		packages: map[string]*module.Package{}, ahead: map[string]chan struct{}{}}
}

// where returns the notebook's directory: the worker's, which %cd changes.
func (m *modules) where() string {
	if dir := m.dir(); dir != "" {
		return dir
	}
	dir, _ := os.Getwd() // the worker starts there
	return dir
}

// open returns the session module. It is made when it is first needed, and anew
// if it has not been used and the directory has another go.mod now.
func (m *modules) open() (*module.Session, error) {
	dir := m.where()
	beside := module.Beside(dir)
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return nil, errClosed
	case m.session != nil && (m.used || beside == m.beside):
		return m.session, nil
	}
	kernel, err := m.builder.Module()
	if err != nil {
		return nil, err
	}
	s, err := module.Open(module.Opts{
		Dir: dir, Kernel: kernel, Types: m.host,
		Toolchain: func(ctx context.Context) (module.Toolchain, error) {
			t, err := m.builder.Tools(ctx)
			return module.Toolchain{Go: t.Go, Tools: t.Dir, Version: t.Version, Env: t.Env, Flags: t.Flags}, err
		},
	})
	if err != nil {
		return nil, err
	}
	if old := m.session; old != nil {
		m.serving.Add(1)
		go func() {
			defer m.serving.Done()
			_ = old.Close() // a directory that stays does no harm
		}()
	}
	m.session, m.beside = s, beside
	return s, nil
}

// opened returns the session module if something has needed it.
func (m *modules) opened() *module.Session {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.session
}

// listed returns the session module if it may have packages to offer: there is
// one, or it would have the module beside the notebook.
func (m *modules) listed() *module.Session {
	if m == nil {
		return nil
	}
	if s := m.opened(); s == nil && module.Beside(m.where()) == "" {
		return nil
	}
	s, _ := m.open()
	return s
}

// errNotLoaded is what the front end hears of a package that the cell gets next
// time, or that completion does not know yet.
var errNotLoaded = errors.New("the package is not loaded yet")

// find returns a package that the kernel does not have, for the type checker.
// It does not wait for the go command.
func (m *modules) find(path string) (*module.Package, error) {
	m.mu.Lock()
	if x := m.imports; x != nil {
		defer m.mu.Unlock()
		if l, ok := x.loaded[path]; ok {
			return l.pkg, l.err
		}
		if !slices.Contains(x.wanted, path) {
			x.wanted = append(x.wanted, path)
		}
		return nil, errNotLoaded
	}
	m.mu.Unlock()
	s := m.opened()
	if s == nil {
		return nil, errNotLoaded
	}
	if _, ok := s.Loaded(path); !ok {
		m.loadAhead(s, path)
	}
	if p, ok := s.Loaded(path); ok {
		return p, nil
	}
	return nil, errNotLoaded
}

// aheadPatience is how long completion waits for a package.
const aheadPatience = 100 * time.Millisecond

// loadAhead loads a package that is there but that no cell has imported.
func (m *modules) loadAhead(s *module.Session, path string) {
	if s.Name(path) == "" {
		return
	}
	m.mu.Lock()
	done := m.ahead[path]
	if done == nil && !m.closed {
		done = make(chan struct{})
		m.ahead[path] = done
		m.serving.Add(1)
		go func() {
			defer m.serving.Done()
			_, _ = s.Load(m.ctx, path) // the cell that imports it tells what is wrong
			m.mu.Lock()
			defer m.mu.Unlock()
			delete(m.ahead, path)
			close(done)
		}()
	}
	m.mu.Unlock()
	select {
	case <-done:
	case <-time.After(aheadPatience):
	case <-m.ctx.Done():
	}
}

// during collects what a cell imports while plan looks at it.
func (m *modules) during(x *imports, plan func()) (wanted []string) {
	set := func(x *imports) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.imports = x
	}
	set(x)
	plan()
	set(nil)
	wanted, x.wanted = x.wanted, nil
	return wanted
}

// An unavailableError tells why there is no compiler.
type unavailableError struct{ error }

func (e *unavailableError) Unwrap() error { return e.error }

// load gets a package ready for a cell. It may take long.
func (m *modules) load(ctx context.Context, path string) (*module.Package, error) {
	if err := m.builder.Available(ctx); err != nil {
		return nil, &unavailableError{err}
	}
	s, err := m.open()
	if err != nil {
		return nil, err
	}
	p, err := s.Load(ctx, path)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used = true
	m.packages[p.ID] = p
	return p, nil
}

// edition returns the package that units import by an ID.
func (m *modules) edition(id string) *module.Package {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.packages[id]
}

// supply gives a unit the archives of what it imports from modules.
func (m *modules) supply(u *build.Unit) {
	for _, path := range u.Imports {
		p := m.edition(path)
		if p == nil {
			continue
		}
		if u.Archives == nil {
			u.Archives = map[string]string{}
		}
		for id, file := range p.Archives {
			u.Archives[id] = file
		}
		u.Needs = append(u.Needs, p.Needs...)
	}
}

// opens tells the session module what the worker loads with a unit.
func (m *modules) opens(imports []string) {
	s := m.opened()
	if s == nil {
		return
	}
	for _, path := range imports {
		if p := m.edition(path); p != nil {
			s.Opened(p)
		}
	}
}

// restarted tells that there is a new worker, and that no names are left.
func (m *modules) restarted() {
	s := m.opened()
	if s == nil {
		return
	}
	s.Restarted()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used = m.got
}

func (m *modules) close() error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	m.closed = true
	s := m.session
	m.mu.Unlock()
	var err error
	if s != nil {
		err = s.Close() // which ends what is loaded ahead
	}
	m.serving.Wait()
	return err
}

// Get adds a module to the session, or changes its version; the query is that
// of go get. What is downloaded is shown meanwhile.
func (e *Engine) Get(ctx context.Context, query string, out Output) (module.Added, error) {
	if e.modules == nil {
		return module.Added{}, errors.New("this kernel was started without a compiler, which modules need")
	}
	s, err := e.modules.open()
	if err != nil {
		return module.Added{}, err
	}
	e.output.set(out)
	ctx, done := e.interruptible(ctx)
	defer done()
	w := shower(e.output.display).wait("getting " + query)
	added, err := s.Get(ctx, query, w.step)
	w.end()
	switch {
	case err != nil && ctx.Err() != nil:
		return added, interruption("Nothing was added.")
	case err == nil:
		e.modules.mu.Lock()
		e.modules.used, e.modules.got = true, true
		e.modules.mu.Unlock()
	}
	return added, err
}

// Plan prepares a cell, without running it. It loads what the cell imports; out
// is shown if that takes long.
func (e *Engine) Plan(ctx context.Context, tier cell.Tier, number int, src string, out Output) (c *cell.Cell, err error) {
	plan := func() { c, err = e.front.PrepareIn(tier, number, src) }
	if e.modules == nil {
		plan()
		return c, err
	}
	for x := (&imports{loaded: map[string]loaded{}}); ; {
		wanted := e.modules.during(x, plan)
		if len(wanted) == 0 {
			return c, e.modules.originalNames(err)
		}
		for _, path := range wanted {
			if x.loaded[path], err = e.load(ctx, path, out); err != nil {
				return nil, err
			}
		}
	}
}

// load loads a package for a cell. The error is an interruption: another is
// the import's.
func (e *Engine) load(ctx context.Context, path string, out Output) (loaded, error) {
	e.output.set(out)
	defer shower(e.output.display).wait("compiling " + path + " and what it needs").end()
	ctx, done := e.interruptible(ctx)
	defer done()
	p, err := e.modules.load(ctx, path)
	if err != nil && ctx.Err() != nil {
		return loaded{}, interruption(path + " was being compiled, and the cell has not run.")
	}
	return loaded{p, err}, nil
}
