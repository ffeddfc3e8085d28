package linalg

// This file finds a few eigenvectors of matrices too large to be written down.

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// Largest returns the k largest eigenvalues, descending, of a symmetric positive
// semidefinite n × n matrix, and their eigenvectors, each n long. Apply sets out[i] to
// the matrix times in[i].
//
// A block of vectors, somewhat more than k, begins at random, from a fixed seed, and the
// basis grows by the residuals of the best approximations in it, which are the Krylov
// space of the block; when it is large, it starts again with the best. The block finds
// eigenvalues that come several times. It ends when the residuals are as small as
// rounding allows, 3e-15 of the largest eigenvalue: eigenvectors are then as precise as
// the products.
func Largest(ctx context.Context, n, k int, apply func(ctx context.Context, in, out [][]float64) error) (values []float64, vectors [][]float64, err error) {
	width := min(n, k+2)
	limit := min(n, max(12*width, 60))
	random := rand.New(rand.NewPCG(1, 2))
	fresh := func() []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = random.NormFloat64()
		}
		return v
	}
	block := make([][]float64, width)
	for i := range block {
		block[i] = fresh()
	}
	var basis, images [][]float64
	best, stuck := math.Inf(1), 0
	for range 3000 {
		first := len(basis)
		for _, v := range block {
			for tries := 0; len(basis) < limit; tries++ {
				before := norm2(v)
				for range 2 {
					if err := project(ctx, v, basis); err != nil {
						return nil, nil, err
					}
				}
				if after := norm2(v); after > 1e-10*before && after > 0 {
					scale(v, 1/after)
					if err := project(ctx, v, basis); err != nil {
						return nil, nil, err
					}
					scale(v, 1/norm2(v))
					basis = append(basis, v)
					break
				}
				if tries == 3 {
					break
				}
				v = fresh()
			}
		}
		for range basis[first:] {
			images = append(images, make([]float64, n))
		}
		if err := apply(ctx, basis[first:], images[first:]); err != nil {
			return nil, nil, err
		}
		m := len(basis)
		h := make([]float64, m*m)
		if err := parallel.Each(ctx, m, func(i int) error {
			for j := i; j < m; j++ {
				h[i*m+j] = simd.Dot(basis[i], images[j])
			}
			return nil
		}); err != nil {
			return nil, nil, err
		}
		mirror(h, m)
		keep := min(m, width)
		values, coefficients, err := Eigen(ctx, h, m, keep)
		if err != nil {
			return nil, nil, err
		}
		ritz, image, err := combine(ctx, coefficients, keep, basis, images, n)
		if err != nil {
			return nil, nil, err
		}
		worst := 0.0
		block = block[:0]
		for i := range keep {
			r := append([]float64(nil), image[i]...)
			simd.Axpy(-values[i], ritz[i], r)
			if i < k {
				worst = max(worst, norm2(r))
			}
			block = append(block, r)
		}
		if worst < best/2 {
			best, stuck = worst, 0
		} else {
			stuck++
		}
		if top := values[0]; worst <= 3e-15*top || stuck >= 4 && worst <= 1e-10*top || m == n {
			return values[:k], ritz[:k], nil
		}
		if m+width > limit {
			// The images of combinations are combinations of images, to rounding.
			basis, images = ritz, image
		}
	}
	return nil, nil, ErrNoConvergence
}

// project takes from v what it has of the basis.
func project(ctx context.Context, v []float64, basis [][]float64) error {
	if len(basis) == 0 {
		return nil
	}
	c := make([]float64, len(basis))
	size := max(1, 1<<15/len(v))
	if err := parallel.Chunks(ctx, len(basis), size, func(_, lo, hi int) error {
		for i := lo; i < hi; i++ {
			c[i] = simd.Dot(basis[i], v)
		}
		return nil
	}); err != nil {
		return err
	}
	return parallel.Chunks(ctx, len(v), 4096, func(_, lo, hi int) error {
		for i, b := range basis {
			simd.Axpy(-c[i], b[lo:hi], v[lo:hi])
		}
		return nil
	})
}

// combine returns the combinations of the basis, and of its images, with the rows of
// coefficients.
func combine(ctx context.Context, coefficients []float64, rows int, basis, images [][]float64, n int) (vectors, image [][]float64, err error) {
	vectors, image = make([][]float64, rows), make([][]float64, rows)
	for r := range rows {
		vectors[r], image[r] = make([]float64, n), make([]float64, n)
	}
	err = parallel.Chunks(ctx, n, 4096, func(_, lo, hi int) error {
		for r := range rows {
			for i, c := range coefficients[r*len(basis) : (r+1)*len(basis)] {
				simd.Axpy(c, basis[i][lo:hi], vectors[r][lo:hi])
				simd.Axpy(c, images[i][lo:hi], image[r][lo:hi])
			}
		}
		return nil
	})
	return vectors, image, err
}
