package feature

// This file makes a column for each category.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// An UnknownCategoryError is what [OneHot] says of a category that it was not fitted to.
type UnknownCategoryError struct {
	Column, Category string
	Row              int // of the frame, from 0
}

// Error says which category it is and where.
func (e *UnknownCategoryError) Error() string {
	return fmt.Sprintf("feature: OneHot knows no category %q of column %q, in row %d; set HandleUnknown to \"ignore\" for zeros", e.Category, e.Column, e.Row)
}

// OneHot makes of each column as many as it has categories, of which one is 1 in each
// row and the others are 0, as scikit-learn's OneHotEncoder does.
//
// The categories of a column are its distinct values, as texts (see
// [frame.Frame.Strings]), in ascending order; those of numbers are in the order of
// numbers. A null is the empty text.
type OneHot struct {
	// Columns are the columns to encode: all columns of the frame that it is fitted
	// to, if there are none.
	Columns []string
	// HandleUnknown is what becomes of a category that Fit did not see: "error" (the
	// default), or "ignore" for zeros.
	HandleUnknown string
	// Drop leaves out a category, which the others then imply: "first" the first of
	// each column, "if_binary" the first of those columns that have two; "" none.
	Drop string

	columns    []string
	categories [][]string
	index      []map[string]int32 // column of the matrix; -1 for what is dropped
	width      int
}

var (
	_ Frames            = (*OneHot)(nil)
	_ artefact.Stateful = (*OneHot)(nil)
)

// Fit learns the categories of f.
func (o *OneHot) Fit(f *frame.Frame) error { return o.FitContext(context.Background(), f) }

// FitContext is [OneHot.Fit] until ctx ends. After an error o is not fitted.
func (o *OneHot) FitContext(ctx context.Context, f *frame.Frame) error {
	*o = OneHot{Columns: o.Columns, HandleUnknown: o.HandleUnknown, Drop: o.Drop}
	if err := o.check(); err != nil {
		return err
	}
	columns, err := chooseColumns("OneHot", o.Columns, f)
	if err != nil {
		return err
	}
	if f.NumRows() == 0 {
		return errors.New("feature: OneHot cannot learn from no rows")
	}
	categories := make([][]string, len(columns))
	if err := parallel.Each(ctx, len(columns), func(i int) error {
		values, err := f.Strings(columns[i])
		if err != nil {
			return fmt.Errorf("feature: OneHot: %w", err)
		}
		distinct := map[string]struct{}{}
		for k, v := range values {
			if k&0xffff == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			distinct[v] = struct{}{}
		}
		categories[i] = slices.Sorted(maps.Keys(distinct))
		column, err := f.Column(columns[i])
		if err != nil {
			return err
		}
		if kind := column.Kind(); kind == frame.Int64 || kind == frame.Float64 {
			slices.SortStableFunc(categories[i], func(a, b string) int {
				x, errX := strconv.ParseFloat(a, 64)
				y, errY := strconv.ParseFloat(b, 64)
				if errX != nil || errY != nil {
					// A null is last, as NaN is.
					return cmp.Compare(b, a)
				}
				return cmp.Compare(x, y)
			})
		}
		return nil
	}); err != nil {
		return err
	}
	return o.learn(columns, categories)
}

func (o *OneHot) check() error {
	if o.HandleUnknown != "" && o.HandleUnknown != "error" && o.HandleUnknown != "ignore" {
		return fmt.Errorf(`feature: OneHot knows no HandleUnknown %q; it is "error" or "ignore"`, o.HandleUnknown)
	}
	if o.Drop != "" && o.Drop != "first" && o.Drop != "if_binary" {
		return fmt.Errorf(`feature: OneHot knows no Drop %q; it is "first", "if_binary", or empty`, o.Drop)
	}
	return nil
}

func (o *OneHot) drops(categories []string) bool {
	return o.Drop == "first" || o.Drop == "if_binary" && len(categories) == 2
}

func (o *OneHot) learn(columns []string, categories [][]string) error {
	width, index := 0, make([]map[string]int32, len(columns))
	for i, list := range categories {
		index[i] = make(map[string]int32, len(list))
		for k, c := range list {
			if k == 0 && o.drops(list) {
				index[i][c] = -1
				continue
			}
			index[i][c] = int32(width)
			width++
		}
	}
	if width > math.MaxInt32 {
		return fmt.Errorf("feature: OneHot would make %d columns", width)
	}
	o.columns, o.categories, o.index, o.width = columns, categories, index, width
	return nil
}

// Transform returns a *CSR with a row for each row of f.
func (o *OneHot) Transform(f *frame.Frame) (mat.Matrix, error) {
	return o.TransformContext(context.Background(), f)
}

// TransformContext is [OneHot.Transform] until ctx ends.
func (o *OneHot) TransformContext(ctx context.Context, f *frame.Frame) (mat.Matrix, error) {
	if o.columns == nil {
		return nil, &NotFittedError{"feature.OneHot"}
	}
	if f == nil {
		return nil, errors.New("feature: OneHot is given no frame")
	}
	n := f.NumRows()
	cells := make([]int32, n*len(o.columns))
	for i, name := range o.columns {
		values, err := f.Strings(name)
		if err != nil {
			return nil, fmt.Errorf("feature: OneHot: %w", err)
		}
		if err := parallel.Chunks(ctx, n, 8192, func(_, lo, hi int) error {
			for k := lo; k < hi; k++ {
				j, ok := o.index[i][values[k]]
				if !ok {
					if o.HandleUnknown != "ignore" {
						return &UnknownCategoryError{Column: name, Category: values[k], Row: k}
					}
					j = -1
				}
				cells[k*len(o.columns)+i] = j
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	x := &CSR{Rows: n, Cols: o.width, Start: make([]int, n+1), Col: make([]int32, 0, len(cells))}
	for k := range n {
		for _, j := range cells[k*len(o.columns) : (k+1)*len(o.columns)] {
			if j >= 0 {
				x.Col = append(x.Col, j)
			}
		}
		x.Start[k+1] = len(x.Col)
	}
	x.Value = make([]float64, len(x.Col))
	for k := range x.Value {
		x.Value[k] = 1
	}
	return x, nil
}

// Categories returns the categories of each column, with those that are dropped.
func (o *OneHot) Categories() [][]string {
	if o.categories == nil {
		return nil
	}
	out := make([][]string, len(o.categories))
	for i, c := range o.categories {
		out[i] = slices.Clone(c)
	}
	return out
}

// FeatureNames returns the names of the matrix's columns: column_category.
func (o *OneHot) FeatureNames() []string {
	names := make([]string, 0, o.width)
	for i, list := range o.categories {
		for k, c := range list {
			if k > 0 || !o.drops(list) {
				names = append(names, o.columns[i]+"_"+c)
			}
		}
	}
	return names
}

// State returns what was learned.
func (o *OneHot) State() (*artefact.State, error) {
	if o.columns == nil {
		return nil, &NotFittedError{"feature.OneHot"}
	}
	params, err := artefact.Params(o)
	if err != nil {
		return nil, err
	}
	counts := make([]int64, len(o.columns))
	all := []string{}
	for i, list := range o.categories {
		counts[i] = int64(len(list))
		all = append(all, list...)
	}
	return &artefact.State{Kind: "feature.OneHot", Params: params, Arrays: map[string]artefact.Array{
		"columns":    artefact.Vector(o.columns),
		"counts":     artefact.Vector(counts),
		"categories": artefact.Vector(all),
	}}, nil
}

// SetState makes o what state says.
func (o *OneHot) SetState(state *artefact.State) error {
	var t OneHot
	if err := stateParams(state, "feature.OneHot", &t); err != nil {
		return err
	}
	if err := t.check(); err != nil {
		return err
	}
	columns, err := stateNames(state, "columns")
	if err != nil {
		return err
	}
	counts, err := artefact.Get[int64](state, "counts", len(columns))
	if err != nil {
		return err
	}
	all, err := artefact.Get[string](state, "categories", -1)
	if err != nil {
		return err
	}
	categories := make([][]string, len(columns))
	for i, n := range counts {
		if n < 1 || n > int64(len(all)) {
			return fmt.Errorf("feature: the state of a OneHot has %d categories for column %q and %d for all that follow", n, columns[i], len(all))
		}
		categories[i], all = all[:n:n], all[n:]
		seen := make(map[string]bool, n)
		for _, c := range categories[i] {
			if seen[c] {
				return fmt.Errorf("feature: the state of a OneHot has the category %q of column %q twice", c, columns[i])
			}
			seen[c] = true
		}
	}
	if len(all) > 0 {
		return fmt.Errorf("feature: the state of a OneHot has %d categories of no column", len(all))
	}
	if err := t.learn(columns, categories); err != nil {
		return err
	}
	*o = t
	return nil
}
