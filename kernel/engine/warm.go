package engine

// This file prepares the compiler before a cell needs it: the Go distribution
// has no archives of the standard library for plugins, and a machine that has
// never compiled a cell takes long to make them.

import (
	"context"
	"slices"
	"time"
)

// usualImports are the packages that most cells need.
var usualImports = []string{
	"github.com/netherfield/netherfield/kernel/guard",
	"github.com/netherfield/netherfield/display",
	"bufio", "bytes", "context", "errors", "fmt", "io", "maps", "math", "math/rand", "os", "slices",
	"sort", "strconv", "strings", "sync", "sync/atomic", "time", "unicode",
}

const (
	// warmDelay keeps the preparation out of the way of the first replies.
	warmDelay = 500 * time.Millisecond
)

const (
	warmName    = "preparing the Go compiler, once, which takes about 20 s"
	libraryName = "preparing the workflow library, once, which takes about 10 s"
)

// A warmer makes the archives of packages once.
type warmer struct {
	builder Builder
	imports []string
	name    string        // what those are told who wait
	turn    chan struct{} // holds a value while somebody prepares
	warm    bool          // guarded by turn
}

func newWarmer(b Builder, imports []string, name string) *warmer {
	return &warmer{builder: b, imports: imports, name: name, turn: make(chan struct{}, 1)}
}

// makesAny tells whether one of the packages is among those that are made.
func (w *warmer) makesAny(packages []string) bool {
	return slices.ContainsFunc(packages, func(p string) bool { return slices.Contains(w.imports, p) })
}

// prepare makes the archives, or waits until they are made, and shows it meanwhile.
// What fails is left to those who need it.
func (w *warmer) prepare(ctx context.Context, show shower) {
	defer show.wait(w.name).end()
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() { <-w.turn }()
	if !w.warm {
		_ = w.builder.Warm(ctx, w.imports)
		w.warm = ctx.Err() == nil
	}
}

// warm prepares the compiler in the background. At the kernel's start it also
// finds out, for the log, whether there is one.
func (e *Engine) warm() {
	e.mu.Lock()
	ready := e.ready
	e.mu.Unlock()
	select {
	case <-ready:
	case <-e.ctx.Done():
		return
	}
	select {
	case <-time.After(warmDelay):
	case <-e.ctx.Done():
		return
	}
	if err := e.units.status(); err != nil {
		if e.ctx.Err() == nil {
			e.opts.Logger.Warn("cells are only interpreted: " + err.Error())
		}
		return
	}
	e.units.warmer.prepare(e.ctx, nil)
	if len(e.units.library.imports) > 0 {
		e.units.library.prepare(e.ctx, nil)
	}
}
