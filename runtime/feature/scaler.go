package feature

// This file brings columns to the same scale.

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// StandardScaler makes the mean of each column 0 and its standard deviation 1, as
// scikit-learn's StandardScaler does:
//
//	z = (x - mean) / scale,  scale = √(Σ(x - mean)²/n)
//
// A column that is constant, but for rounding, has the scale 1. NaN is ignored in Fit
// and stays NaN in Transform; infinities are refused. Centring would fill a sparse
// matrix, so that WithoutMean must be set for one; its scale counts zeros as values.
//
// The zero value is scikit-learn's default.
type StandardScaler struct {
	WithoutMean bool // do not subtract the mean
	WithoutStd  bool // do not divide by the scale

	fitted                bool
	cols                  int
	mean, variance, scale []float64
}

var (
	_ Matrices          = (*StandardScaler)(nil)
	_ VectorVector      = (*StandardScaler)(nil)
	_ artefact.Stateful = (*StandardScaler)(nil)
)

// Fit learns mean and scale of the columns of x.
func (s *StandardScaler) Fit(x mat.Matrix) error { return s.FitContext(context.Background(), x) }

// FitContext is [StandardScaler.Fit] until ctx ends. After an error s is not fitted.
func (s *StandardScaler) FitContext(ctx context.Context, x mat.Matrix) error {
	*s = StandardScaler{WithoutMean: s.WithoutMean, WithoutStd: s.WithoutStd}
	m, err := fitNumbers(ctx, "StandardScaler", x, true)
	if err != nil {
		return err
	}
	if err := s.centrable(m.csr != nil); err != nil {
		return err
	}
	var mean, variance, counts []float64
	if !s.WithoutMean || !s.WithoutStd {
		if mean, variance, counts, err = moments(ctx, m); err != nil {
			return err
		}
	}
	if !s.WithoutStd {
		s.variance, s.scale = variance, make([]float64, m.cols)
		for j, v := range variance {
			// The bound that the rounding of two passes leaves: Chan, Golub, LeVeque,
			// Algorithms for computing the sample variance, 1983.
			const eps = 0x1p-52
			n := counts[j]
			if bound := n * mean[j] * eps; v <= n*eps*v+bound*bound {
				s.scale[j] = 1
			} else {
				s.scale[j] = math.Sqrt(v)
			}
		}
	}
	s.fitted, s.cols, s.mean = true, m.cols, mean
	return nil
}

// moments returns the means and the variances (divided by n) of the columns, and how
// many numbers each has that are not NaN.
func moments(ctx context.Context, m *numbers) (mean, variance, counts []float64, err error) {
	// entries are what a sparse matrix has, and known what is not NaN of them.
	entries, known, sums := make([]float64, m.cols), make([]float64, m.cols), make([]float64, m.cols)
	if err := columnSums(ctx, m, [3][]float64{entries, known, sums}, func(sums [3][]float64, j int, v float64) {
		sums[0][j]++
		if v == v {
			sums[1][j]++
			sums[2][j] += v
		}
	}); err != nil {
		return nil, nil, nil, err
	}
	mean, counts = sums, make([]float64, m.cols)
	for j := range mean {
		counts[j] = float64(m.rows) - (entries[j] - known[j])
		mean[j] /= counts[j]
	}
	off, variance := make([]float64, m.cols), make([]float64, m.cols)
	if err := columnSums(ctx, m, [3][]float64{off, variance}, func(sums [3][]float64, j int, v float64) {
		if v == v {
			v -= mean[j]
			sums[0][j] += v
			sums[1][j] += v * v
		}
	}); err != nil {
		return nil, nil, nil, err
	}
	for j := range variance {
		if zeros := counts[j] - known[j]; zeros > 0 {
			off[j] -= zeros * mean[j]
			variance[j] += zeros * mean[j] * mean[j]
		}
		variance[j] = (variance[j] - off[j]*off[j]/counts[j]) / counts[j]
	}
	return mean, variance, counts, nil
}

// columnSums calls add for the elements of a dense matrix, for the entries of a sparse
// one, and puts the sums of the columns into sums.
func columnSums(ctx context.Context, m *numbers, sums [3][]float64, add func(sums [3][]float64, j int, v float64)) error {
	// Few chunks, since each has sums of its own; one for what is very wide.
	size := max(4096, parallel.Count(m.rows, 8))
	if m.cols > 1<<16 {
		size = m.rows
	}
	chunks := make([][3][]float64, parallel.Count(m.rows, size))
	if err := parallel.Chunks(ctx, m.rows, size, func(c, lo, hi int) error {
		var part [3][]float64
		for k := range part {
			part[k] = make([]float64, len(sums[k]))
		}
		for i := lo; i < hi; i++ {
			if i%rowChunk == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if m.csr != nil {
				cols, values := m.csr.Row(i)
				for k, j := range cols {
					add(part, int(j), values[k])
				}
				continue
			}
			for j, v := range m.row(i) {
				add(part, j, v)
			}
		}
		chunks[c] = part
		return nil
	}); err != nil {
		return err
	}
	for _, part := range chunks {
		for k, values := range part {
			for j, v := range values {
				sums[k][j] += v
			}
		}
	}
	return nil
}

// centrable says that what is sparse cannot be centred.
func (s *StandardScaler) centrable(sparse bool) error {
	if sparse && !s.WithoutMean {
		return fmt.Errorf("feature: StandardScaler cannot centre a sparse matrix without filling it: set WithoutMean, or make it dense by feature.Dense")
	}
	return nil
}

// Transform returns the columns of x centred and scaled: a *CSR of a *CSR, else a
// *mat.Dense.
func (s *StandardScaler) Transform(x mat.Matrix) (mat.Matrix, error) {
	return s.TransformContext(context.Background(), x)
}

// TransformContext is [StandardScaler.Transform] until ctx ends.
func (s *StandardScaler) TransformContext(ctx context.Context, x mat.Matrix) (mat.Matrix, error) {
	m, err := s.read(ctx, x)
	if err != nil {
		return nil, err
	}
	return m.each(ctx, s.forward)
}

// InverseTransform returns what [StandardScaler.Transform] would make x of.
func (s *StandardScaler) InverseTransform(x mat.Matrix) (mat.Matrix, error) {
	ctx := context.Background()
	m, err := s.read(ctx, x)
	if err != nil {
		return nil, err
	}
	return m.each(ctx, func(cols []int32, values []float64) {
		for k := range values {
			j := k
			if cols != nil {
				j = int(cols[k])
			}
			if s.scale != nil {
				values[k] *= s.scale[j]
			}
			if !s.WithoutMean {
				values[k] += s.mean[j]
			}
		}
	})
}

func (s *StandardScaler) read(ctx context.Context, x mat.Matrix) (*numbers, error) {
	if !s.fitted {
		return nil, &NotFittedError{"feature.StandardScaler"}
	}
	m, err := transformNumbers(ctx, "StandardScaler", x, s.cols, true)
	if err == nil {
		err = s.centrable(m.csr != nil)
	}
	return m, err
}

// forward scales a row in place; cols is nil if it is dense.
func (s *StandardScaler) forward(cols []int32, values []float64) {
	if cols != nil {
		if s.scale != nil {
			for k, j := range cols {
				// scikit-learn multiplies here, which rounds otherwise than division.
				values[k] *= 1 / s.scale[j]
			}
		}
		return
	}
	if !s.WithoutMean {
		for j, m := range s.mean[:len(values)] {
			values[j] -= m
		}
	}
	if s.scale != nil {
		for j, d := range s.scale[:len(values)] {
			values[j] /= d
		}
	}
}

// TransformVector scales one row in place.
func (s *StandardScaler) TransformVector(v *Vector) error {
	if !s.fitted {
		return &NotFittedError{"feature.StandardScaler"}
	}
	if err := checkVector("StandardScaler", v, s.cols, true); err != nil {
		return err
	}
	if v.Dense {
		s.forward(nil, v.Value)
		return nil
	}
	if err := s.centrable(true); err != nil {
		return err
	}
	if len(v.Index) > 0 {
		s.forward(v.Index, v.Value)
	}
	return nil
}

// each returns a copy of the matrix with its rows changed by f in place, a sparse one
// with the same entries; cols is nil for a dense row.
func (x *numbers) each(ctx context.Context, f func(cols []int32, values []float64)) (mat.Matrix, error) {
	if x.csr != nil {
		c := &CSR{x.rows, x.cols, x.csr.Start, x.csr.Col, slices.Clone(x.csr.Value)}
		return c, parallel.Chunks(ctx, x.rows, rowChunk, func(_, lo, hi int) error {
			for i := lo; i < hi; i++ {
				if cols, values := c.Row(i); len(cols) > 0 {
					f(cols, values)
				}
			}
			return nil
		})
	}
	if x.rows == 0 || x.cols == 0 {
		return &mat.Dense{}, nil
	}
	data := make([]float64, x.rows*x.cols)
	return mat.NewDense(x.rows, x.cols, data), parallel.Chunks(ctx, x.rows, rowChunk, func(_, lo, hi int) error {
		for i := lo; i < hi; i++ {
			row := data[i*x.cols : (i+1)*x.cols]
			copy(row, x.row(i))
			f(nil, row)
		}
		return nil
	})
}

// Mean returns the mean of each column, of what is not NaN: nil if neither mean nor
// scale was asked for, or s is not fitted.
func (s *StandardScaler) Mean() []float64 { return slices.Clone(s.mean) }

// Scale returns what each column is divided by: nil if WithoutStd was set, or s is not
// fitted.
func (s *StandardScaler) Scale() []float64 { return slices.Clone(s.scale) }

// Variance returns the variance of each column, divided by n: nil where Scale is.
func (s *StandardScaler) Variance() []float64 { return slices.Clone(s.variance) }

// State returns what was learned.
func (s *StandardScaler) State() (*artefact.State, error) {
	if !s.fitted {
		return nil, &NotFittedError{"feature.StandardScaler"}
	}
	params, err := artefact.Params(s)
	if err != nil {
		return nil, err
	}
	state := &artefact.State{Kind: "feature.StandardScaler", Params: params, Arrays: map[string]artefact.Array{
		"cols": artefact.Vector([]int64{int64(s.cols)}),
	}}
	for name, values := range map[string][]float64{"mean": s.mean, "variance": s.variance, "scale": s.scale} {
		if values != nil {
			state.Arrays[name] = artefact.Vector(values)
		}
	}
	return state, nil
}

// SetState makes s what state says.
func (s *StandardScaler) SetState(state *artefact.State) error {
	var t StandardScaler
	if err := stateParams(state, "feature.StandardScaler", &t); err != nil {
		return err
	}
	cols, err := artefact.Get[int64](state, "cols", 1)
	if err != nil {
		return err
	}
	if cols[0] <= 0 || cols[0] > math.MaxInt32 {
		return fmt.Errorf("feature: the state of a StandardScaler has %d columns", cols[0])
	}
	t.fitted, t.cols = true, int(cols[0])
	if !t.WithoutMean || !t.WithoutStd {
		if t.mean, err = artefact.Get[float64](state, "mean", t.cols); err != nil {
			return err
		}
	}
	if !t.WithoutStd {
		if t.variance, err = artefact.Get[float64](state, "variance", t.cols); err != nil {
			return err
		}
		if t.scale, err = artefact.Get[float64](state, "scale", t.cols); err != nil {
			return err
		}
	}
	// What has nothing but NaN in a column has NaN for its mean and scale.
	for _, values := range [][]float64{t.mean, t.variance, t.scale} {
		if k := checkValues(values, true); k >= 0 {
			return fmt.Errorf("feature: the state of a StandardScaler has %v for column %d", values[k], k)
		}
	}
	for j, v := range t.scale {
		if v <= 0 {
			return fmt.Errorf("feature: the state of a StandardScaler has the scale %v for column %d", v, j)
		}
	}
	*s = t
	return nil
}

// stateParams checks the kind of a state and sets the parameters of v.
func stateParams(state *artefact.State, kind string, v any) error {
	if state == nil || state.Kind != kind {
		got := "nothing"
		if state != nil {
			got = fmt.Sprintf("a state of %q", state.Kind)
		}
		return fmt.Errorf("feature: %s is given %s", kind, got)
	}
	return artefact.SetParams(v, state.Params)
}
