package feature

// This file takes columns of numbers from frames.

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/frame"
	"gonum.org/v1/gonum/mat"
)

// Columns makes a matrix of columns of numbers and of bools (1 and 0), so that a
// pipeline can begin with a frame. A null becomes NaN, which most learners refuse:
// fill it first.
//
//	pipeline.New(
//		pipeline.Step("columns", &feature.Columns{Names: []string{"words", "stop words"}}),
//		pipeline.Step("scale", &feature.StandardScaler{}),
//		…
type Columns struct {
	// Names are the columns, in the order of the matrix: all columns of the frame
	// that it is fitted to, if there are none.
	Names []string

	names []string
}

var (
	_ Frames            = (*Columns)(nil)
	_ artefact.Stateful = (*Columns)(nil)
)

// Fit learns which columns there are.
func (c *Columns) Fit(f *frame.Frame) error { return c.FitContext(context.Background(), f) }

// FitContext is [Columns.Fit], which does not take long.
func (c *Columns) FitContext(ctx context.Context, f *frame.Frame) error {
	c.names = nil
	names, err := chooseColumns("Columns", c.Names, f)
	if err != nil {
		return err
	}
	if _, err := numbersOf("Columns", f, names); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.names = names
	return nil
}

// chooseColumns returns the names, or those of all columns of f.
func chooseColumns(what string, names []string, f *frame.Frame) ([]string, error) {
	if f == nil {
		return nil, fmt.Errorf("feature: %s is given no frame", what)
	}
	if len(names) == 0 {
		names = f.Columns()
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("feature: %s cannot learn from a frame without columns", what)
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("feature: %s has the column %q twice", what, name)
		}
		if _, err := f.Column(name); err != nil {
			return nil, fmt.Errorf("feature: %s: %w", what, err)
		}
	}
	return slices.Clone(names), nil
}

// numbersOf returns columns as a matrix.
func numbersOf(what string, f *frame.Frame, names []string) (*mat.Dense, error) {
	x, err := f.Matrix(names...)
	if err != nil {
		return nil, fmt.Errorf("feature: %s: %w", what, err)
	}
	return x, nil
}

// Transform returns the columns as a *mat.Dense, a row for each row.
func (c *Columns) Transform(f *frame.Frame) (mat.Matrix, error) {
	return c.TransformContext(context.Background(), f)
}

// TransformContext is [Columns.Transform], which does not take long.
func (c *Columns) TransformContext(ctx context.Context, f *frame.Frame) (mat.Matrix, error) {
	if c.names == nil {
		return nil, &NotFittedError{"feature.Columns"}
	}
	if f == nil {
		return nil, errors.New("feature: Columns is given no frame")
	}
	x, err := numbersOf("Columns", f, c.names)
	if err != nil {
		return nil, err
	}
	return x, ctx.Err()
}

// FeatureNames returns the names of the columns, in the order of the matrix.
func (c *Columns) FeatureNames() []string { return slices.Clone(c.names) }

// State returns what was learned.
func (c *Columns) State() (*artefact.State, error) {
	if c.names == nil {
		return nil, &NotFittedError{"feature.Columns"}
	}
	params, err := artefact.Params(c)
	if err != nil {
		return nil, err
	}
	return &artefact.State{Kind: "feature.Columns", Params: params, Arrays: map[string]artefact.Array{"names": artefact.Vector(c.names)}}, nil
}

// SetState makes c what state says.
func (c *Columns) SetState(state *artefact.State) error {
	var t Columns
	if err := stateParams(state, "feature.Columns", &t); err != nil {
		return err
	}
	var err error
	if t.names, err = stateNames(state, "names"); err != nil {
		return err
	}
	*c = t
	return nil
}

// stateNames reads names from a state: one at least, and none twice.
func stateNames(state *artefact.State, array string) ([]string, error) {
	names, err := artefact.Get[string](state, array, -1)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("feature: the array %q in the state of %s is empty", array, state.Kind)
	}
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if seen[name] {
			return nil, fmt.Errorf("feature: the array %q in the state of %s has %q twice", array, state.Kind, name)
		}
		seen[name] = true
	}
	return names, nil
}
