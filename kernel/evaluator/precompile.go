package evaluator

// This file compiles the cells of a notebook without running them.

import (
	"context"

	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/engine"
)

// PrecompileOpts configures Precompile.
type PrecompileOpts struct {
	// Builder must be set.
	Builder engine.Builder
	// Sources are the code cells of a notebook, in order.
	Sources []string
}

// A Precompiled tells what Precompile has done.
type Precompiled struct {
	// Cells is the number of cells that were given.
	Cells int
	// Built is the number of units that were compiled, Cached of those that
	// had been compiled before.
	Built, Cached int
	// Failed holds the errors of cells, by the cells' numbers, from 1.
	Failed map[int]error
}

// Precompile compiles what a kernel needs to run the cells from top to bottom,
// so that the kernel finds it in the cache. It takes a cell's commands into
// account as far as they decide what is compiled. A cell that fails does not
// stop the rest; the error says that none could be compiled.
func Precompile(ctx context.Context, opts PrecompileOpts) (Precompiled, error) {
	done := Precompiled{Cells: len(opts.Sources), Failed: map[int]error{}}
	p, err := engine.NewPrecompiler(ctx, opts.Builder, completions())
	if err == nil {
		err = p.Warm(ctx)
	}
	if err != nil {
		return done, err
	}
	for i, code := range opts.Sources {
		if err := done.cell(ctx, p, i+1, code); err != nil {
			done.Failed[i+1] = err
		}
		if ctx.Err() != nil {
			return done, context.Cause(ctx)
		}
	}
	return done, nil
}

// cell compiles the pieces of one cell, up to the first that fails.
func (done *Precompiled) cell(ctx context.Context, p *engine.Precompiler, number int, code string) error {
	pieces, err := cut(code)
	if err != nil {
		return err
	}
	for _, x := range pieces {
		if x.command != nil && x.command.name == "%reset" {
			p.Reset()
		}
		src, tier, ok := x.goText()
		if !ok {
			continue
		}
		for _, name := range missing(p.Frontend(), src) {
			if _, err := p.Compile(ctx, cell.Interpreted, 0, name.source()); err != nil {
				return err
			}
		}
		outcome, err := p.Compile(ctx, tier, number, src)
		if err != nil {
			return err
		}
		switch outcome {
		case engine.Built:
			done.Built++
		case engine.Cached:
			done.Cached++
		}
	}
	return nil
}

// goText returns the Go text that a piece runs, and the tier that it asks for;
// ok is false if it runs none.
func (p piece) goText() (src string, tier cell.Tier, ok bool) {
	if p.command == nil {
		return p.text, cell.AnyTier, true
	}
	switch p.command.name {
	case "%time":
		return padTo(p), cell.AnyTier, true
	case "%%time":
		return padTo(p) + "\n" + p.body, cell.AnyTier, true
	case "%%compile":
		return padTo(p) + "\n" + p.body, cell.Compiled, true
	case "%%interpret":
		return padTo(p) + "\n" + p.body, cell.Interpreted, true
	}
	return "", cell.AnyTier, false
}
