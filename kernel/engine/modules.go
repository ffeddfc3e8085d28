package engine

// This file offers the packages of third-party modules, and of the user's own
// modules beside the notebook, to cells.

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"sync"

	"github.com/netherfield/netherfield/kernel/build"
	"github.com/netherfield/netherfield/kernel/module"
)

// modules are what a session can import beyond what the kernel has. They are
// opened when they are first needed: most sessions do without.
type modules struct {
	builder Builder
	host    types.Importer
	dir     func() string

	mu      sync.Mutex
	session *module.Session
	closed  bool
	// ctx is that of the cell that is being prepared; nil while only
	// completion and help ask, which must not wait for the go command.
	ctx context.Context
}

// open returns the session module, making it if need be.
func (m *modules) open() (*module.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return nil, errClosed
	case m.session != nil:
		return m.session, nil
	}
	kernel, err := m.builder.Module()
	if err != nil {
		return nil, err
	}
	m.session, err = module.Open(module.Opts{
		Dir: m.dir(), Kernel: kernel, Types: m.host,
		Toolchain: func(ctx context.Context) (module.Toolchain, error) {
			t, err := m.builder.Tools(ctx)
			return module.Toolchain{Go: t.Go, Tools: t.Dir, Version: t.Version, Env: t.Env, Flags: t.Flags}, err
		},
	})
	return m.session, err
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

// during lets imports wait for the go command while a cell is prepared.
func (m *modules) during(ctx context.Context) (done func()) {
	m.mu.Lock()
	m.ctx = ctx
	m.mu.Unlock()
	return func() {
		m.mu.Lock()
		m.ctx = nil
		m.mu.Unlock()
	}
}

// load returns a package that the kernel does not have.
func (m *modules) load(path string) (*module.Package, error) {
	m.mu.Lock()
	ctx := m.ctx
	m.mu.Unlock()
	if ctx == nil {
		if s := m.opened(); s != nil {
			if p, ok := s.Loaded(path); ok {
				return p, nil
			}
		}
		return nil, fmt.Errorf("package %s is not loaded", path)
	}
	s, err := m.open()
	if err != nil {
		return nil, err
	}
	return s.Load(ctx, path)
}

// loaded returns the package of an import path, or of the ID that units import,
// if it has been loaded.
func (m *modules) loaded(path string) (*module.Package, bool) {
	s := m.opened()
	if s == nil {
		return nil, false
	}
	return s.Loaded(path)
}

// supply gives a unit the archives of what it imports from modules.
func (m *modules) supply(u *build.Unit) {
	s := m.opened()
	if s == nil {
		return
	}
	for _, path := range u.Imports {
		p, ok := s.Loaded(path)
		if !ok || p.ID != path {
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
		if p, ok := s.Loaded(path); ok && p.ID == path {
			s.Opened(p)
		}
	}
}

func (m *modules) restarted() {
	if s := m.opened(); s != nil {
		s.Restarted()
	}
}

func (m *modules) close() error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	m.closed = true
	s := m.session
	m.mu.Unlock()
	if s == nil {
		return nil
	}
	return s.Close()
}

// Get adds a module to the session, or changes its version; the query is that
// of go get. Progress takes lines about downloads.
func (e *Engine) Get(ctx context.Context, query string, progress func(line string)) (module.Added, error) {
	if e.modules == nil {
		return module.Added{}, errors.New("this kernel was started without a compiler, which modules need")
	}
	s, err := e.modules.open()
	if err != nil {
		return module.Added{}, err
	}
	ctx, done := e.interruptible(ctx)
	defer done()
	added, err := s.Get(ctx, query, progress)
	if err != nil && ctx.Err() != nil {
		return added, interruption("Nothing was added.")
	}
	return added, err
}
