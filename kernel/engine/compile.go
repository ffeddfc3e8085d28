package engine

// This file compiles the units of cells before they run.

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/netherfield/netherfield/kernel/build"
	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/ir"
)

// A Builder makes plugins of units; *build.Builder is one.
type Builder interface {
	Salt() string
	Plugin(ctx context.Context, path string) (file string, ok bool)
	Available(ctx context.Context) error
	Build(ctx context.Context, u build.Unit) (file string, err error)
	Warm(ctx context.Context, imports []string) error
	Tools(ctx context.Context) (build.Tools, error)
	Module() (dir string, err error)
	CacheSize() (used, limit int64)
}

// A compiler builds the units of one session.
type compiler struct {
	builder Builder
	ctx     context.Context
	warmer  *warmer  // of what most cells need
	library *warmer  // of Opts.Library
	modules *modules // nil: units import none

	mu sync.Mutex
	// units are the sources of what was built, to build them again when
	// they vanish from the cache.
	units map[string]build.Unit
	// proven tells that the last unit that was to be built was; failed is
	// what was wrong if it was not and its cell is not to blame.
	proven bool
	failed failure
}

// A failure to build a unit.
type failure struct {
	path  string
	err   error
	since time.Time
}

// failureTime is how long it is not tried again to build what could not be.
const failureTime = 2 * time.Second

func newCompiler(ctx context.Context, b Builder, library []string) *compiler {
	return &compiler{
		builder: b, ctx: ctx, units: map[string]build.Unit{},
		warmer: newWarmer(b, usualImports, warmName), library: newWarmer(b, library, libraryName),
	}
}

// Salt and Missing make compiler a cell.Units.
func (c *compiler) Salt() string { return c.builder.Salt() }

func (c *compiler) Missing(path string) error {
	if _, ok := c.builder.Plugin(c.ctx, path); ok {
		return nil
	}
	c.mu.Lock()
	failed := c.failed
	c.mu.Unlock()
	if failed.path == path && time.Since(failed.since) < failureTime {
		return failed.err
	}
	return c.builder.Available(c.ctx)
}

// status returns why the compiler cannot be used, as far as is known.
func (c *compiler) status() error {
	if err := c.builder.Available(c.ctx); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed.err
}

// settle notes how an attempt to build ended.
func (c *compiler) settle(path string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proven, c.failed = err == nil, failure{path, err, time.Now()}
}

func (c *compiler) isProven() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.proven
}

// A troubleError is a failure to compile for which the cell is not to blame.
type troubleError struct{ error }

func (e *troubleError) Unwrap() error { return e.error }

// build makes the plugin of a cell's unit and enters it into the cell's
// program; cached tells that it was there. The error is cell.Diagnostics if
// the compiler finds mistakes that the front end has not. Show, which may be
// nil, shows that it takes long.
func (c *compiler) build(ctx context.Context, src string, x *cell.Cell, show shower) (cached bool, err error) {
	u := build.Unit{Path: x.Unit.Path, Source: x.Unit.Source, Imports: x.Unit.Imports, Units: x.Unit.Units}
	c.modules.supply(&u)
	c.mu.Lock()
	c.units[u.Path] = u
	c.mu.Unlock()
	file, cached := c.builder.Plugin(ctx, u.Path)
	if !cached {
		c.warmer.prepare(ctx, show)
		if c.library.makesAny(u.Imports) {
			c.library.prepare(ctx, show)
		}
		file, err = c.rebuild(ctx, u, 0)
		var refused *build.CompileError
		switch {
		case errors.As(err, &refused):
			return false, explainBuild(src, refused)
		case err != nil && ctx.Err() != nil:
			return false, err
		case err != nil:
			c.settle(u.Path, err)
			return false, &troubleError{err}
		}
		c.settle(u.Path, nil)
	}
	for i := range x.Program.Units {
		if x.Program.Units[i].Path == u.Path {
			x.Program.Units[i].File = file
		}
	}
	return cached, nil
}

// rebuild builds a unit, and before it those that it needs and that the cache
// has lost.
func (c *compiler) rebuild(ctx context.Context, u build.Unit, depth int) (string, error) {
	for {
		file, err := c.builder.Build(ctx, u)
		var missing *build.MissingUnit
		if !errors.As(err, &missing) || depth > 1000 {
			return file, err
		}
		c.mu.Lock()
		lost, ok := c.units[missing.Path]
		c.mu.Unlock()
		if !ok {
			return file, err
		}
		if _, err := c.rebuild(ctx, lost, depth+1); err != nil {
			return "", err
		}
	}
}

// compilerLine is an error of the compiler in the text of the cell.
var compilerLine = regexp.MustCompile(`(?m)^/cell:(\d+)(?::(\d+))?: (.*)$`)

// explainBuild turns the compiler's errors into those of a cell.
func explainBuild(src string, ce *build.CompileError) error {
	var found cell.Diagnostics
	lines := strings.Split(src, "\n")
	for _, m := range compilerLine.FindAllStringSubmatch(ce.Output, -1) {
		line, _ := strconv.Atoi(m[1])
		d := cell.Diagnostic{Line: line, Column: 1, Message: cell.PlainName(m[3])}
		if line >= 1 && line <= len(lines) {
			d.Source = lines[line-1]
		}
		found = append(found, d)
	}
	if len(found) == 0 {
		return fmt.Errorf("the Go compiler refuses what the kernel made of this cell; please report it with the cell:\n%s", ce.Output)
	}
	return found
}

// prepare plans a cell and compiles what of it needs that and cannot be left to
// declare. If the compiler fails, what can be interpreted is.
func (e *Engine) prepare(ctx context.Context, tier cell.Tier, number int, src string, out Output) (*cell.Cell, error) {
	for attempts := 1; ; attempts++ {
		c, err := e.Plan(ctx, tier, number, src, out)
		if err != nil || c.Unit == nil || c.OnlyDeclares() && e.units.isProven() {
			return c, err
		}
		err = e.compile(ctx, src, c, out)
		var trouble *troubleError
		if !errors.As(err, &trouble) || attempts == 3 {
			return c, err
		}
		// The front end hears of it now: it plans otherwise, or says what
		// in the cell needs the compiler.
	}
}

// compile compiles what of a cell needs it.
func (e *Engine) compile(ctx context.Context, src string, c *cell.Cell, out Output) error {
	if c.Unit == nil {
		return nil
	}
	// Its unit may import one that is still being built.
	if err := e.await(ctx); err != nil {
		return err
	}
	ctx, done := e.interruptible(ctx)
	defer done()
	e.output.set(out)
	_, err := e.units.build(ctx, src, c, e.output.display)
	if err != nil && ctx.Err() != nil {
		return interruption("The cell was being compiled and has not run.")
	}
	return err
}

// interruptible returns a context that Interrupt ends.
func (e *Engine) interruptible(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	e.mu.Lock()
	e.cancel = cancel
	e.mu.Unlock()
	return ctx, func() {
		e.mu.Lock()
		e.cancel = nil
		e.mu.Unlock()
		cancel()
	}
}

// A pending is a cell of declarations whose reply is out while it is compiled.
type pending struct {
	cell *cell.Cell
	done chan struct{}
	err  error // set before done is closed
}

// declare makes the names of a cell known and compiles it in the background:
// whatever could use them waits.
func (e *Engine) declare(ctx context.Context, x era, src string, c *cell.Cell, out Output) error {
	if err := e.await(ctx); err != nil {
		return err
	}
	var dropped []int
	if !e.eras.in(x, func() { dropped = e.front.Commit(c, 0) }) {
		return errStale
	}
	p := &pending{cell: c, done: make(chan struct{})}
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return errClosed
	}
	e.pending = p
	e.serving.Add(1)
	e.mu.Unlock()
	go func() {
		defer e.serving.Done()
		defer close(p.done)
		if _, p.err = e.units.build(e.ctx, src, c, nil); p.err != nil {
			return
		}
		rep, err := e.order(e.ctx, order{Kind: orderRun, Program: ir.Encode(c.Program), era: x}, out)
		e.modules.opens(c.Unit.Imports)
		f, _ := first(err, rep).(*Failure)
		switch {
		case errors.Is(err, errStale): // its names are gone, and the user knows
		case f != nil && f.Kind == WorkerDied:
			e.output.say("stderr", []byte(deathNote(f)))
		default:
			p.err = first(err, rep)
			if p.err == nil && len(dropped) > 0 {
				e.drop(dropped)
			}
		}
	}()
	return nil
}

// await waits until what earlier cells declared is there. If one of them could
// not be compiled after all, its names are withdrawn, and the error says so.
func (e *Engine) await(ctx context.Context) error {
	e.mu.Lock()
	p := e.pending
	e.mu.Unlock()
	if p == nil {
		return nil
	}
	ctx, done := e.interruptible(ctx)
	defer done()
	select {
	case <-p.done:
	case <-ctx.Done():
		return interruption("The declarations of an earlier cell are still being compiled.")
	case <-e.ctx.Done():
		return errClosed
	}
	e.mu.Lock()
	e.pending = nil
	e.mu.Unlock()
	if p.err == nil {
		return nil
	}
	e.front.Withdraw(p.cell)
	return fmt.Errorf("cell [%d] could not be compiled, so its names are not there, and this cell has not run: %w", p.cell.Number, p.err)
}

// CanCompile returns nil, or why cells are only interpreted and what to do.
func (e *Engine) CanCompile() error {
	if e.units == nil {
		return errors.New("this kernel was started without a compiler")
	}
	return e.units.status()
}

// LastTier tells how the last cell ran and why; why is "" if there was none.
func (e *Engine) LastTier() (tier cell.Tier, why string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lastTier, e.lastWhy
}

// Cache returns how many bytes compiled cells take on disk, and may take; 0 without a
// compiler.
func (e *Engine) Cache() (used, limit int64) {
	if e.opts.Builder == nil {
		return 0, 0
	}
	return e.opts.Builder.CacheSize()
}

// slowRun is how long an interpreted cell may run before it is compiled the
// next time: about as long as compiling takes.
const slowRun = 300 * time.Millisecond

// noteSpeed remembers that an interpreted cell was slow.
func (e *Engine) noteSpeed(c *cell.Cell, src string, rep report) {
	if c.Tier() == cell.Interpreted && rep.Failure == nil && rep.Elapsed > slowRun {
		e.slow[src] = fmt.Sprintf("it took %.1f s when it was interpreted", rep.Elapsed.Seconds())
	}
}
