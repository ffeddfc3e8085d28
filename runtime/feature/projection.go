package feature

// This file multiplies rows by a few directions: how PCA and truncated SVD apply what
// they learned.

import (
	"context"
	"fmt"
	"slices"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
	"gonum.org/v1/gonum/mat"
)

// A projection makes cols columns k: z[r] = (x·direction[r] - offset[r]) / divisor[r].
type projection struct {
	what      string // as errors say
	k, cols   int
	direction []float64 // k × cols
	across    []float64 // cols × k: what sparse rows read
	offset    []float64
	divisor   []float64 // nil for none
}

func newProjection(what string, k, cols int, direction, offset, divisor []float64) *projection {
	p := &projection{what, k, cols, direction, make([]float64, k*cols), offset, divisor}
	for r := range k {
		for j := range cols {
			p.across[j*k+r] = direction[r*cols+j]
		}
	}
	return p
}

// row puts the projection of a row into out; cols is nil if it is dense.
func (p *projection) row(cols []int32, values, out []float64, dense bool) {
	out = out[:p.k]
	switch {
	case dense:
		for r := range out {
			out[r] = simd.Dot(values, p.direction[r*p.cols:(r+1)*p.cols])
		}
	case len(out) == 2: // as for a picture
		a, b := 0.0, 0.0
		for i, j := range cols {
			w := p.across[2*int(j) : 2*int(j)+2]
			a += values[i] * w[0]
			b += values[i] * w[1]
		}
		out[0], out[1] = a, b
	default:
		clear(out)
		for i, j := range cols {
			v := values[i]
			for r, w := range p.across[int(j)*p.k : int(j)*p.k+p.k] {
				out[r] += v * w
			}
		}
	}
	if p.offset != nil {
		for r, o := range p.offset {
			out[r] -= o
		}
	}
	if p.divisor != nil {
		for r, d := range p.divisor {
			out[r] /= d
		}
	}
}

func (p *projection) transform(ctx context.Context, x mat.Matrix) (mat.Matrix, error) {
	m, err := transformShape(p.what, x, p.cols)
	if err != nil {
		return nil, err
	}
	if m.rows == 0 {
		return &mat.Dense{}, nil
	}
	data, err := p.all(ctx, m)
	if err != nil {
		return nil, err
	}
	return mat.NewDense(m.rows, p.k, data), nil
}

// all projects all rows of m, which it checks unless that is done.
func (p *projection) all(ctx context.Context, m *numbers) ([]float64, error) {
	data := make([]float64, m.rows*p.k)
	return data, parallel.Chunks(ctx, m.rows, rowChunk, func(_, lo, hi int) error {
		for i := lo; i < hi; i++ {
			if !m.checked {
				if err := m.checkRow(i, false); err != nil {
					return err
				}
			}
			out := data[i*p.k : (i+1)*p.k]
			if m.csr != nil {
				cols, values := m.csr.Row(i)
				p.row(cols, values, out, false)
			} else {
				p.row(nil, m.row(i), out, true)
			}
		}
		return nil
	})
}

// vector projects one row in place.
func (p *projection) vector(v *Vector) error {
	if err := checkVector(p.what, v, p.cols, false); err != nil {
		return err
	}
	n := len(v.Value)
	// The result is made behind what it is made of, and moved to the front.
	v.Value = slices.Grow(v.Value, p.k)[:n+p.k]
	p.row(v.Index, v.Value[:n], v.Value[n:], v.Dense)
	copy(v.Value, v.Value[n:])
	v.Value, v.Index = v.Value[:p.k], v.Index[:0]
	v.Len, v.Dense = p.k, true
	return nil
}

// inverse returns Σ z[r]·factor[r]·direction[r] + mean for the rows z of x; factor and
// mean may be nil.
func (p *projection) inverse(x mat.Matrix, factor, mean []float64) (mat.Matrix, error) {
	ctx := context.Background()
	m, err := readNumbers(p.what, x)
	if err == nil && m.cols != p.k && (m.rows > 0 || m.cols > 0) {
		err = fmt.Errorf("feature: %s makes %d components, but is given %d to go back from", p.what, p.k, m.cols)
	}
	if err == nil {
		err = m.check(ctx, false)
	}
	if err != nil {
		return nil, err
	}
	if m.rows == 0 {
		return &mat.Dense{}, nil
	}
	data := make([]float64, m.rows*p.cols)
	return mat.NewDense(m.rows, p.cols, data), parallel.Chunks(ctx, m.rows, rowChunk, func(_, lo, hi int) error {
		z := make([]float64, p.k)
		for i := lo; i < hi; i++ {
			m.ReadRow(i, z)
			out := data[i*p.cols : (i+1)*p.cols]
			for r, v := range z {
				if factor != nil {
					v *= factor[r]
				}
				simd.Axpy(v, p.direction[r*p.cols:(r+1)*p.cols], out)
			}
			if mean != nil {
				simd.Axpy(1, mean, out)
			}
		}
		return nil
	})
}

// directions returns a copy of the directions, a row each.
func (p *projection) directions() *mat.Dense {
	if p == nil {
		return nil
	}
	return mat.NewDense(p.k, p.cols, slices.Clone(p.direction))
}

// stateDirections reads directions from a state: from one to as many as columns.
func stateDirections(state *artefact.State) (direction []float64, k, cols int, err error) {
	direction, err = artefact.Get[float64](state, "components", -1, -1)
	if err != nil {
		return nil, 0, 0, err
	}
	shape := state.Arrays["components"].Shape
	k, cols = shape[0], shape[1]
	if k < 1 || k > cols || cols > 1<<31-1 {
		return nil, 0, 0, fmt.Errorf("feature: the state of a %s has %d components of %d columns", state.Kind, k, cols)
	}
	if !finiteAll(direction) {
		return nil, 0, 0, fmt.Errorf("feature: the components in the state of a %s are not finite", state.Kind)
	}
	return direction, k, cols, nil
}
