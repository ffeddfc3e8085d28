package feature

// This file finds principal components.

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/internal/simd"
	"gonum.org/v1/gonum/mat"
)

// PCA projects rows on the directions in which they vary most: the right singular
// vectors V of X - mean = U·S·Vᵀ, so that
//
//	z = (x - mean)·V
//
// with scikit-learn's signs: the element of each component that is largest in magnitude
// is positive. The numbers are those of scikit-learn's svd_solver "full", dense or
// sparse input alike; a sparse matrix is not filled.
//
// Up to 1,024 rows or columns, whichever are fewer, the components are eigenvectors of
// the matrix of products XᵀX or XXᵀ, centred before the products are added up (after, if
// X is sparse, and what that loses is counted). This squares singular values, so that of σ₁ and σₖ the rounding error is (σ₁/σₖ)² units:
// when that is more than 1,000 the products are given up for reflections and Jacobi
// rotations, which do not square (0.4 s for 40,000 × 256 on two cores:
// BenchmarkTriangleAndSingular of internal/linalg). Beyond 1,024, the
// components, if they are up to an eighth, are found in a Krylov space. Only if more are
// wanted than that from more than 1,024, small ones keep the error of squaring.
//
// Components that have the same variance span a space in which any directions are as
// good; which are returned is not scikit-learn's choice.
//
// NaN and infinities are refused. Of a single row, or of constant columns, the ratios
// are NaN, as scikit-learn has them.
type PCA struct {
	// Components is how many there are: 0 for as many as rows or columns, whichever
	// are fewer.
	Components int
	// Whiten divides what is projected by its standard deviation.
	Whiten bool

	projection                      *projection
	mean, singular, variance, ratio []float64
}

var (
	_ Matrices          = (*PCA)(nil)
	_ VectorVector      = (*PCA)(nil)
	_ artefact.Stateful = (*PCA)(nil)
)

// Fit finds the components of the rows of x.
func (p *PCA) Fit(x mat.Matrix) error { return p.FitContext(context.Background(), x) }

// FitContext is [PCA.Fit] until ctx ends. After an error p is not fitted.
func (p *PCA) FitContext(ctx context.Context, x mat.Matrix) error {
	*p = PCA{Components: p.Components, Whiten: p.Whiten}
	m, err := fitShape("PCA", x)
	if err != nil {
		return err
	}
	q := min(m.rows, m.cols)
	if p.Components < 0 || p.Components > q {
		return fmt.Errorf("feature: PCA cannot find %d components of %d × %d; Components must be from 1 to %d, or 0 for all", p.Components, m.rows, m.cols, q)
	}
	k := p.Components
	if k == 0 {
		k = q
	}
	d, err := decompose(ctx, m, k, true)
	if err != nil {
		return err
	}
	p.mean, p.singular = d.mean, slices.Clone(d.values)
	p.variance, p.ratio = make([]float64, k), make([]float64, k)
	for i, s := range d.values {
		p.variance[i] = s * s / float64(m.rows-1)
		p.ratio[i] = s * s / d.total
	}
	p.project(k, m.cols, slices.Clone(d.vectors))
	return nil
}

func (p *PCA) project(k, cols int, direction []float64) {
	offset := make([]float64, k)
	for r := range offset {
		offset[r] = simd.Dot(p.mean, direction[r*cols:(r+1)*cols])
	}
	var divisor []float64
	if p.Whiten {
		divisor = make([]float64, k)
		for r, v := range p.variance {
			divisor[r] = math.Sqrt(v)
			if divisor[r] < 0x1p-52 {
				divisor[r] = 0x1p-52
			}
		}
	}
	p.projection = newProjection("PCA", k, cols, direction, offset, divisor)
}

// Transform returns the rows of x projected on the components, a column each.
func (p *PCA) Transform(x mat.Matrix) (mat.Matrix, error) {
	return p.TransformContext(context.Background(), x)
}

// TransformContext is [PCA.Transform] until ctx ends.
func (p *PCA) TransformContext(ctx context.Context, x mat.Matrix) (mat.Matrix, error) {
	if p.projection == nil {
		return nil, &NotFittedError{"feature.PCA"}
	}
	return p.projection.transform(ctx, x)
}

// TransformVector projects one row in place.
func (p *PCA) TransformVector(v *Vector) error {
	if p.projection == nil {
		return &NotFittedError{"feature.PCA"}
	}
	return p.projection.vector(v)
}

// InverseTransform returns the rows that [PCA.Transform] makes those of x of, but for
// what the components that were left out had.
func (p *PCA) InverseTransform(x mat.Matrix) (mat.Matrix, error) {
	if p.projection == nil {
		return nil, &NotFittedError{"feature.PCA"}
	}
	var factor []float64
	if p.Whiten {
		for _, v := range p.variance {
			factor = append(factor, math.Sqrt(v))
		}
	}
	return p.projection.inverse(x, factor, p.mean)
}

// ComponentVectors returns the components, a row each, of length 1: scikit-learn's
// components_. It is nil if p is not fitted.
func (p *PCA) ComponentVectors() *mat.Dense { return p.projection.directions() }

// Mean returns the mean of each column.
func (p *PCA) Mean() []float64 { return slices.Clone(p.mean) }

// SingularValues returns the singular value of each component, descending.
func (p *PCA) SingularValues() []float64 { return slices.Clone(p.singular) }

// ExplainedVariance returns the variance of the rows along each component, σ²/(n-1).
func (p *PCA) ExplainedVariance() []float64 { return slices.Clone(p.variance) }

// ExplainedVarianceRatio returns the share of each component in the variance of all
// columns.
func (p *PCA) ExplainedVarianceRatio() []float64 { return slices.Clone(p.ratio) }

// State returns what was learned.
func (p *PCA) State() (*artefact.State, error) {
	if p.projection == nil {
		return nil, &NotFittedError{"feature.PCA"}
	}
	params, err := artefact.Params(p)
	if err != nil {
		return nil, err
	}
	return &artefact.State{Kind: "feature.PCA", Params: params, Arrays: map[string]artefact.Array{
		"components":               {Shape: []int{p.projection.k, p.projection.cols}, Data: p.projection.direction},
		"mean":                     artefact.Vector(p.mean),
		"singular_values":          artefact.Vector(p.singular),
		"explained_variance":       artefact.Vector(p.variance),
		"explained_variance_ratio": artefact.Vector(p.ratio),
	}}, nil
}

// SetState makes p what state says.
func (p *PCA) SetState(state *artefact.State) error {
	var t PCA
	if err := stateParams(state, "feature.PCA", &t); err != nil {
		return err
	}
	direction, k, cols, err := stateDirections(state)
	if err != nil {
		return err
	}
	if t.mean, err = artefact.Get[float64](state, "mean", cols); err != nil {
		return err
	}
	for name, values := range map[string]*[]float64{"singular_values": &t.singular, "explained_variance": &t.variance, "explained_variance_ratio": &t.ratio} {
		if *values, err = artefact.Get[float64](state, name, k); err != nil {
			return err
		}
		// Of a single row, variances and ratios are NaN.
		if i := checkValues(*values, true); i >= 0 || slices.ContainsFunc(*values, func(v float64) bool { return v < 0 }) {
			return fmt.Errorf("feature: the array %q in the state of a PCA has numbers that are infinite or negative", name)
		}
	}
	if !finiteAll(t.mean) {
		return fmt.Errorf("feature: the mean in the state of a PCA is not finite")
	}
	t.project(k, cols, direction)
	*p = t
	return nil
}
