// Package module makes third-party packages importable in a session: modules
// that the user gets, and the user's own modules beside the notebook.
//
// A [Session] has a module of its own, the session module: a go.mod in a
// temporary directory, which the go command takes in place of the kernel's
// (-modfile), so that the kernel's own packages are built as the main module,
// exactly as in the kernel. It requires
//
//   - the modules that are linked into the kernel, at the kernel's versions
//     (pins): a plugin must share their packages with the kernel;
//   - the modules that [Session.Get] has got;
//   - the modules of the go.mod or go.work beside the notebook, replaced by
//     their directories, with all that they require, replace and exclude.
//
// A generated go.work would be the other way to have the user's modules. But
// the go command loads the complete module graph of a workspace, with network
// access even for a package that imports nothing, ignores a workspace in "go
// get", and refuses -mod=mod there. The user's own files are only read.
//
// A package of a user's own module may be edited while a worker has it loaded,
// and a process cannot load two packages of one path. So these packages are
// compiled under a path of their own, an ID such as
//
//	example.com/me/stats~1f0c5e7b2a9d4c36
//
// made of all that the code depends on. [Package.Types] has the ID as its path:
// types of two editions differ, and generated source imports what it means.
// [Original] takes the hash away again for people.
//
//	s, err := module.Open(module.Opts{Dir: notebookDir, Kernel: sources, Types: std})
//	defer s.Close()
//	added, err := s.Get(ctx, "golang.org/x/exp@latest", progress)
//	p, err := s.Load(ctx, "golang.org/x/exp/maps")
//
// All methods may be called by several goroutines.
package module

// This file opens and closes sessions.

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
)

// Opts configures a Session.
type Opts struct {
	// Dir is the notebook's directory: a go.mod or go.work there or in a
	// parent is honoured. Without it none is.
	Dir string
	// Kernel is a directory with the part of the kernel's own module that
	// packages may import, with its go.mod and go.sum. Without it, no
	// package can.
	Kernel string
	// Host describes the program that opens the plugins, whose modules are
	// pinned; this one if nil.
	Host *debug.BuildInfo
	// Types has the packages that the type checker has already. Packages
	// that it refuses are read from their archives.
	Types types.Importer
	// Toolchain finds the toolchain that plugins are built with. By
	// default it is the go command in PATH.
	Toolchain func(context.Context) (Toolchain, error)
	// Cache is a directory for the archives of the user's own packages;
	// by default they last as long as the session.
	Cache string
}

// A Session is the session module of one notebook.
type Session struct {
	opts  Opts
	pins  map[string]*debug.Module
	dir   string // temporary
	cwd   string // where the go command runs
	own   string // path of the kernel's own module, "" without Opts.Kernel
	fset  *token.FileSet
	ctx   context.Context // ends at Close
	close context.CancelFunc
	bg    sync.WaitGroup

	closing  sync.Once
	closeErr error

	toolchainMu sync.Mutex
	toolchain   *Toolchain

	// turn holds a token while nobody reads or changes the session module.
	turn chan struct{}
	// Owned by the holder of the turn:
	near    *nearby
	trouble error             // what is wrong with the files beside the notebook
	got     map[string]string // what Get has made the session module require
	asked   map[string]bool   // the modules of got that the user named
	exports map[string]export
	entries map[string]*entry
	types   map[string]*types.Package // by ID
	content map[string]string         // by ID: identity of the archive that types came from

	mu sync.Mutex
	// Guarded by mu:
	edition int // of the session module
	loaded  map[string]*Package
	opened  map[string]string // by ID: content that the worker has
	list    listing
	docs    map[string]*docs
}

// ErrClosed is the error of operations that Close has ended.
var ErrClosed = errors.New("the session is closed")

// Open makes a session. It starts no process: what is wrong with a go.mod
// beside the notebook is the error of Get and Load, until it is mended.
func Open(opts Opts) (*Session, error) {
	if opts.Dir != "" {
		dir, err := filepath.Abs(opts.Dir)
		if err != nil {
			return nil, fmt.Errorf("directory of the notebook: %w", err)
		}
		opts.Dir = dir
	}
	host := opts.Host
	if host == nil {
		host, _ = debug.ReadBuildInfo()
	}
	s := &Session{
		opts: opts, pins: map[string]*debug.Module{}, fset: token.NewFileSet(),
		turn: make(chan struct{}, 1), got: map[string]string{}, asked: map[string]bool{},
		types: map[string]*types.Package{}, content: map[string]string{},
		loaded: map[string]*Package{}, opened: map[string]string{}, docs: map[string]*docs{},
	}
	if host != nil {
		s.opts.Host = host
		for _, m := range host.Deps {
			s.pins[m.Path] = m
		}
	}
	dir, err := os.MkdirTemp("", "netherfield-session-*")
	if err != nil {
		return nil, fmt.Errorf("no directory for the session module: %w; TMPDIR chooses another place", err)
	}
	s.dir, s.cwd = dir, dir
	s.ctx, s.close = context.WithCancel(context.Background())
	s.turn <- struct{}{}
	return s, nil
}

// Close ends what goes on and removes the session module.
func (s *Session) Close() error {
	s.closing.Do(func() {
		s.mu.Lock() // nothing begins in the background from now on
		s.close()
		s.mu.Unlock()
		s.bg.Wait()
		<-s.turn // never given back: whoever waits for it sees ctx
		s.closeErr = os.RemoveAll(s.dir)
	})
	return s.closeErr
}

// take waits until the session module is free. The caller gives it back.
func (s *Session) take(ctx context.Context) (giveBack func(), err error) {
	if s.ctx.Err() != nil {
		return nil, ErrClosed
	}
	select {
	case <-s.turn:
		return func() { s.turn <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-s.ctx.Done():
		return nil, ErrClosed
	}
}

// modfile is the session module's go.mod.
func (s *Session) modfile() string { return filepath.Join(s.dir, "go.mod") }
func (s *Session) sumfile() string { return filepath.Join(s.dir, "go.sum") }
