package linalg

// This file finds eigenvalues and eigenvectors of symmetric matrices.

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// ErrNoConvergence says that an iteration went on for too long; on finite numbers it
// does not happen.
var ErrNoConvergence = errors.New("linalg: the eigenvalues do not converge")

// Eigen returns all eigenvalues of the symmetric d × d matrix a, descending, and the
// eigenvectors of the k largest: row i of vectors, d long, belongs to values[i]. It
// overwrites a.
//
// The matrix is made tridiagonal by reflections and then diagonal by implicit QL
// steps (Golub and Van Loan, Matrix Computations, 8.3). The plane rotations of the QL
// steps are remembered, and their product is applied to k unit vectors alone, which
// costs d²·k rather than d³ and needs no care for eigenvalues that are close: the
// vectors are orthogonal to rounding.
func Eigen(ctx context.Context, a []float64, d, k int) (values, vectors []float64, err error) {
	if d == 0 {
		return nil, nil, nil
	}
	diagonal, off, beta, err := tridiagonal(ctx, a, d)
	if err != nil {
		return nil, nil, err
	}
	rotations, err := diagonalize(ctx, diagonal, off)
	if err != nil {
		return nil, nil, err
	}
	order := make([]int, d)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case diagonal[i] > diagonal[j]:
			return -1
		case diagonal[i] < diagonal[j]:
			return 1
		}
		return 0
	})
	values = make([]float64, d)
	for i, o := range order {
		values[i] = diagonal[o]
	}
	vectors = make([]float64, k*d)
	const columns = 64
	err = parallel.Chunks(ctx, k, columns, func(_, lo, hi int) error {
		// w has a row for each coordinate and a column for each vector, so that what a
		// rotation combines is contiguous.
		m := hi - lo
		w := make([]float64, d*m)
		for j := range m {
			w[order[lo+j]*m+j] = 1
		}
		for r := len(rotations) - 1; r >= 0; r-- {
			if r&0xfff == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			c, s := rotations[r].c, rotations[r].s
			at := int(rotations[r].at) * m
			u, v := w[at:at+m], w[at+m:at+2*m]
			for j, x := range u {
				y := v[j]
				u[j] = c*x + s*y
				v[j] = c*y - s*x
			}
		}
		t := make([]float64, m)
		for p := d - 3; p >= 0; p-- {
			if p&0x3f == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if beta[p] == 0 {
				continue
			}
			h := a[p*d+p+1 : (p+1)*d]
			clear(t)
			for i, x := range h {
				simd.Axpy(x, w[(p+1+i)*m:(p+2+i)*m], t)
			}
			for i, x := range h {
				simd.Axpy(-beta[p]*x, t, w[(p+1+i)*m:(p+2+i)*m])
			}
		}
		for j := range m {
			vector := vectors[(lo+j)*d : (lo+j+1)*d]
			for i := range vector {
				vector[i] = w[i*m+j]
			}
		}
		return nil
	})
	return values, vectors, err
}

// tridiagonal makes a tridiagonal by reflections I - beta·h·hᵀ, of which it leaves that
// of step p in row p of a, from column p+1.
func tridiagonal(ctx context.Context, a []float64, d int) (diagonal, off, beta []float64, err error) {
	diagonal, off, beta = make([]float64, d), make([]float64, d), make([]float64, max(0, d-2))
	w := make([]float64, d)
	for p := 0; p+2 < d; p++ {
		if p&0xf == 0 {
			if err := ctx.Err(); err != nil {
				return nil, nil, nil, err
			}
		}
		diagonal[p] = a[p*d+p]
		h := a[p*d+p+1 : (p+1)*d]
		norm := norm2(h)
		if norm2(h[1:]) == 0 {
			off[p] = h[0]
			continue
		}
		alpha := -math.Copysign(norm, h[0])
		off[p] = alpha
		// Scaled so that beta is moderate whatever the size of a: h = (x - αe)/‖x‖.
		h[0] -= alpha
		for i := range h {
			h[i] /= norm
		}
		b := 2 / simd.Dot(h, h)
		beta[p] = b
		m := d - p - 1
		w := w[:m]
		rest := func(i int) []float64 { return a[(p+1+i)*d+p+1 : (p+2+i)*d] }
		multiply := func(_, lo, hi int) error {
			for i := lo; i < hi; i++ {
				w[i] = b * simd.Dot(rest(i), h)
			}
			return nil
		}
		update := func(_, lo, hi int) error {
			for i := lo; i < hi; i++ {
				simd.Axpy2(-h[i], w, -w[i], h, rest(i))
			}
			return nil
		}
		// Goroutines cost more than they bring on a small matrix.
		const rows = 256
		if err := parallel.Chunks(ctx, m, rows, multiply); err != nil {
			return nil, nil, nil, err
		}
		simd.Axpy(-b/2*simd.Dot(w, h), h, w)
		if err := parallel.Chunks(ctx, m, rows, update); err != nil {
			return nil, nil, nil, err
		}
	}
	if d > 1 {
		diagonal[d-2] = a[(d-2)*d+d-2]
		off[d-2] = a[(d-2)*d+d-1]
	}
	diagonal[d-1] = a[d*d-1]
	return diagonal, off, beta, nil
}

func norm2(x []float64) float64 {
	s := simd.Dot(x, x)
	if s > 1e-280 && s < 1e280 {
		return math.Sqrt(s)
	}
	// The squares are too small or too large.
	top := 0.0
	for _, v := range x {
		top = max(top, math.Abs(v))
	}
	if top == 0 || math.IsInf(top, 0) {
		return top
	}
	s = 0
	for _, v := range x {
		v /= top
		s += v * v
	}
	return top * math.Sqrt(s)
}

// A rotation turns the plane of the coordinates at and at+1.
type rotation struct {
	c, s float64
	at   int32
}

// diagonalize makes the tridiagonal matrix with the given diagonal and off-diagonal
// (whose last element is not used) diagonal, and returns the rotations that did it.
func diagonalize(ctx context.Context, diagonal, off []float64) ([]rotation, error) {
	d := len(diagonal)
	rotations := make([]rotation, 0, d*d)
	off[d-1] = 0
	for l := range d {
		for steps := 0; ; steps++ {
			m := l
			for ; m < d-1; m++ {
				if math.Abs(off[m]) <= 0x1p-53*(math.Abs(diagonal[m])+math.Abs(diagonal[m+1])) {
					break
				}
			}
			if m == l {
				break
			}
			if steps == 60 {
				return nil, ErrNoConvergence
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			// The shift of Wilkinson.
			g := (diagonal[l+1] - diagonal[l]) / (2 * off[l])
			g = diagonal[m] - diagonal[l] + off[l]/(g+math.Copysign(math.Hypot(g, 1), g))
			s, c, p := 1.0, 1.0, 0.0
			i := m - 1
			for ; i >= l; i-- {
				f, b := s*off[i], c*off[i]
				r := math.Sqrt(f*f + g*g)
				if !(r > 1e-140 && r < 1e140) {
					r = math.Hypot(f, g)
				}
				off[i+1] = r
				if r == 0 {
					diagonal[i+1] -= p
					off[m] = 0
					break
				}
				s, c = f/r, g/r
				g = diagonal[i+1] - p
				r = (diagonal[i]-g)*s + 2*c*b
				p = s * r
				diagonal[i+1] = g + p
				g = c*r - b
				rotations = append(rotations, rotation{c, s, int32(i)})
			}
			if i >= l {
				continue
			}
			diagonal[l] -= p
			off[l] = g
			off[m] = 0
		}
	}
	return rotations, nil
}
