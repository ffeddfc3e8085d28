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

	"github.com/netherfield/netherfield/kernel/build"
	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/ir"
)

// A Builder makes plugins of units; *build.Builder is one.
type Builder interface {
	Salt() string
	Available(ctx context.Context) error
	Build(ctx context.Context, u build.Unit) (file string, err error)
	Warm(ctx context.Context, imports []string) error
}

// A compiler builds the units of one session.
type compiler struct {
	builder Builder
	ctx     context.Context

	available func() error

	mu sync.Mutex
	// units are the sources of what was built, to build them again when
	// they vanish from the cache.
	units map[string]build.Unit
}

func newCompiler(ctx context.Context, b Builder) *compiler {
	c := &compiler{builder: b, ctx: ctx, units: map[string]build.Unit{}}
	c.available = sync.OnceValue(func() error { return b.Available(ctx) })
	return c
}

// Salt and Available make compiler a cell.Units.
func (c *compiler) Salt() string     { return c.builder.Salt() }
func (c *compiler) Available() error { return c.available() }

// build makes the plugin of a cell's unit and enters it into the cell's
// program. The error is cell.Diagnostics if the compiler finds mistakes that
// the front end has not.
func (c *compiler) build(ctx context.Context, src string, x *cell.Cell) error {
	u := build.Unit{Path: x.Unit.Path, Source: x.Unit.Source, Imports: x.Unit.Imports, Units: x.Unit.Units}
	c.mu.Lock()
	c.units[u.Path] = u
	c.mu.Unlock()
	file, err := c.rebuild(ctx, u, 0)
	if err != nil {
		return explainBuild(src, err)
	}
	for i := range x.Program.Units {
		if x.Program.Units[i].Path == u.Path {
			x.Program.Units[i].File = file
		}
	}
	return nil
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
func explainBuild(src string, err error) error {
	var ce *build.CompileError
	if !errors.As(err, &ce) {
		return err
	}
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

// compile compiles what of a cell needs it.
func (e *Engine) compile(ctx context.Context, src string, c *cell.Cell) error {
	if c.Unit == nil {
		return nil
	}
	// Its unit may import one that is still being built.
	if err := e.await(ctx); err != nil {
		return err
	}
	ctx, done := e.interruptible(ctx)
	defer done()
	err := e.units.build(ctx, src, c)
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
func (e *Engine) declare(ctx context.Context, src string, c *cell.Cell, out Output) error {
	if err := e.await(ctx); err != nil {
		return err
	}
	dropped := e.front.Commit(c, 0)
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
		if p.err = e.units.build(e.ctx, src, c); p.err != nil {
			return
		}
		rep, err := e.order(e.ctx, order{Kind: orderRun, Program: ir.Encode(c.Program)}, out)
		if p.err = first(err, rep); p.err == nil && len(dropped) > 0 {
			e.drop(dropped)
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
	return e.units.Available()
}

// LastTier tells how the last cell ran and why; why is "" if there was none.
func (e *Engine) LastTier() (tier cell.Tier, why string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lastTier, e.lastWhy
}
