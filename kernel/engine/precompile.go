package engine

// This file compiles cells that do not run.

import (
	"context"
	"math"

	"github.com/netherfield/netherfield/kernel/cell"
)

// A Precompiler fills the cache of its Builder with the units of cells, so that
// an Engine that runs the same cells in the same order finds them there. It is
// used by one goroutine.
type Precompiler struct {
	front *cell.Frontend
	units *compiler
}

// NewPrecompiler returns a Precompiler for the cells of one session. The error
// says why nothing can be compiled. Commands are those of Opts.
func NewPrecompiler(ctx context.Context, b Builder, commands []cell.Command) (*Precompiler, error) {
	if err := b.Available(ctx); err != nil {
		return nil, err
	}
	units := newCompiler(ctx, b, nil)
	return &Precompiler{units: units, front: cell.New(cell.Opts{Packages: Packages(), Commands: commands, Units: units})}, nil
}

// Warm makes the archives ready that most cells need, those of a person who
// goes on from the notebook as well.
func (p *Precompiler) Warm(ctx context.Context) error { return p.units.builder.Warm(ctx, usualImports) }

// Outcome tells what became of a cell.
type Outcome int

// The outcomes.
const (
	NotCompiled Outcome = iota // it needs no compiler
	Built
	Cached // it has been built before
)

// Compile compiles what of a cell needs it. Later cells see its names as though
// all its statements had run. The errors are those of Engine.Run.
func (p *Precompiler) Compile(ctx context.Context, tier cell.Tier, number int, src string) (Outcome, error) {
	c, err := p.front.PrepareIn(tier, number, src)
	if err != nil {
		return NotCompiled, err
	}
	outcome := NotCompiled
	if c.Unit != nil {
		cached, err := p.units.build(ctx, src, c, nil)
		if err != nil {
			return NotCompiled, err
		}
		outcome = Built
		if cached {
			outcome = Cached
		}
	}
	p.front.Commit(c, math.MaxInt)
	return outcome, nil
}

// Frontend returns what knows the names of the session.
func (p *Precompiler) Frontend() *cell.Frontend { return p.front }

// Reset forgets all names.
func (p *Precompiler) Reset() { p.front.Reset() }
