package feature

// This file finds the leading singular vectors of matrices that are not centred.

import (
	"context"
	"fmt"
	"slices"

	"github.com/netherfield/netherfield/runtime/artefact"
	"gonum.org/v1/gonum/mat"
)

// TruncatedSVD projects rows on the leading right singular vectors V of X = U·S·Vᵀ,
// without centring, so that what is sparse stays so:
//
//	z = x·V
//
// This is latent semantic analysis if x is tf-idf. Scikit-learn's default algorithm is
// random and approximate; this one is exact, to rounding, as its "arpack" is, and always
// gives the same: see [PCA], which does it alike. The element of each component that is
// largest in magnitude is positive, as scikit-learn has it.
//
// NaN and infinities are refused. If there are fewer rows than Components, there are as
// many components as rows.
type TruncatedSVD struct {
	// Components is how many there are, up to the number of columns; 0 stands for 2.
	Components int

	projection                *projection
	singular, variance, ratio []float64
}

var (
	_ Matrices          = (*TruncatedSVD)(nil)
	_ VectorVector      = (*TruncatedSVD)(nil)
	_ artefact.Stateful = (*TruncatedSVD)(nil)
)

// Fit finds the components of the rows of x.
func (t *TruncatedSVD) Fit(x mat.Matrix) error { return t.FitContext(context.Background(), x) }

// FitContext is [TruncatedSVD.Fit] until ctx ends. After an error t is not fitted.
func (t *TruncatedSVD) FitContext(ctx context.Context, x mat.Matrix) error {
	*t = TruncatedSVD{Components: t.Components}
	m, err := fitShape("TruncatedSVD", x)
	if err != nil {
		return err
	}
	k := t.Components
	if k == 0 {
		k = 2
	}
	if k < 0 || k > m.cols {
		return fmt.Errorf("feature: TruncatedSVD cannot find %d components of %d columns; Components must be from 1 to %d, or 0 for 2", k, m.cols, m.cols)
	}
	k = min(k, m.rows)
	d, err := decompose(ctx, m, k, false)
	if err != nil {
		return err
	}
	p := newProjection("TruncatedSVD", k, m.cols, slices.Clone(d.vectors), nil, nil)
	projected, err := p.all(ctx, m)
	if err != nil {
		return err
	}
	_, variance, _, err := moments(ctx, &numbers{rows: m.rows, cols: k, dense: projected, stride: k})
	if err != nil {
		return err
	}
	ratio := make([]float64, k)
	for i, v := range variance {
		ratio[i] = v / (d.total / float64(m.rows))
	}
	t.projection, t.singular, t.variance, t.ratio = p, slices.Clone(d.values), variance, ratio
	return nil
}

// Transform returns the rows of x projected on the components, a column each.
func (t *TruncatedSVD) Transform(x mat.Matrix) (mat.Matrix, error) {
	return t.TransformContext(context.Background(), x)
}

// TransformContext is [TruncatedSVD.Transform] until ctx ends.
func (t *TruncatedSVD) TransformContext(ctx context.Context, x mat.Matrix) (mat.Matrix, error) {
	if t.projection == nil {
		return nil, &NotFittedError{"feature.TruncatedSVD"}
	}
	return t.projection.transform(ctx, x)
}

// TransformVector projects one row in place.
func (t *TruncatedSVD) TransformVector(v *Vector) error {
	if t.projection == nil {
		return &NotFittedError{"feature.TruncatedSVD"}
	}
	return t.projection.vector(v)
}

// InverseTransform returns the rows that [TruncatedSVD.Transform] makes those of x of,
// but for what the components that were left out had.
func (t *TruncatedSVD) InverseTransform(x mat.Matrix) (mat.Matrix, error) {
	if t.projection == nil {
		return nil, &NotFittedError{"feature.TruncatedSVD"}
	}
	return t.projection.inverse(x, nil, nil)
}

// ComponentVectors returns the components, a row each, of length 1: scikit-learn's
// components_. It is nil if t is not fitted.
func (t *TruncatedSVD) ComponentVectors() *mat.Dense { return t.projection.directions() }

// SingularValues returns the singular value of each component, descending.
func (t *TruncatedSVD) SingularValues() []float64 { return slices.Clone(t.singular) }

// ExplainedVariance returns the variance of the rows along each component, divided by
// n. It need not descend, since the rows are not centred.
func (t *TruncatedSVD) ExplainedVariance() []float64 { return slices.Clone(t.variance) }

// ExplainedVarianceRatio returns the share of each component in the variance of all
// columns: NaN if they are constant.
func (t *TruncatedSVD) ExplainedVarianceRatio() []float64 { return slices.Clone(t.ratio) }

// State returns what was learned.
func (t *TruncatedSVD) State() (*artefact.State, error) {
	if t.projection == nil {
		return nil, &NotFittedError{"feature.TruncatedSVD"}
	}
	params, err := artefact.Params(t)
	if err != nil {
		return nil, err
	}
	return &artefact.State{Kind: "feature.TruncatedSVD", Params: params, Arrays: map[string]artefact.Array{
		"components":               {Shape: []int{t.projection.k, t.projection.cols}, Data: t.projection.direction},
		"singular_values":          artefact.Vector(t.singular),
		"explained_variance":       artefact.Vector(t.variance),
		"explained_variance_ratio": artefact.Vector(t.ratio),
	}}, nil
}

// SetState makes t what state says.
func (t *TruncatedSVD) SetState(state *artefact.State) error {
	var s TruncatedSVD
	if err := stateParams(state, "feature.TruncatedSVD", &s); err != nil {
		return err
	}
	direction, k, cols, err := stateDirections(state)
	if err != nil {
		return err
	}
	for name, values := range map[string]*[]float64{"singular_values": &s.singular, "explained_variance": &s.variance, "explained_variance_ratio": &s.ratio} {
		if *values, err = artefact.Get[float64](state, name, k); err != nil {
			return err
		}
		if slices.ContainsFunc(*values, func(v float64) bool { return v < 0 }) {
			return fmt.Errorf("feature: the array %q in the state of a TruncatedSVD has negative numbers", name)
		}
	}
	s.projection = newProjection("TruncatedSVD", k, cols, direction, nil, nil)
	*t = s
	return nil
}
